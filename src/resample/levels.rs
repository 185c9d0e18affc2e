//! How sure is it where the variation lies, and what each component explains there?
//!
//! What lies at a level follows from the moments and the sums of groups, so that a replicate is a weighted sum here too.
//! A drawn copy of a unit is a unit of its own, in its group; of a group drawn twice as a whole the copies are groups of
//! their own, or one of twice the weight, which comes to the same.

use ndarray::{Array1, Array2, Axis};

use super::draws::Draws;
use super::replicates::{Planned, Replicates, check_same};
use super::resampling::Resampling;
use super::with_intervals::is_of_intervals;
use crate::decompose::{IntervalKind, LevelShare, Levels, Nesting, Plan};
use crate::error::{EstimateError, FitDifference, Result};
use crate::warning::{FEW_CLUSTERS, Warning};

/// One level in every replicate.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LevelReplicates {
    /// The level.
    pub level: String,
    /// What the columns of `shares` are: `always` (of zeros where no term is always in), the components, `unexplained`.
    pub names: Vec<String>,
    /// The part of the total that lies at the level, in each replicate; NaN where the outcome does not vary.
    pub parts: Array1<f64>,
    /// For each method that was asked, one row for each replicate, shares of the total as fractions.
    pub shares: Vec<Array2<f64>>,
}

impl Levels {
    /// These levels with an interval for the part of the total at each, and for every share of the total and of the
    /// level: the share ± t standard errors where units are left out, as shares at a level can be negative and have no
    /// root; otherwise of the kind that was asked.
    ///
    /// # Errors
    /// [`EstimateError::OtherFit`] for levels that are not of this fit; [`EstimateError::TooFew`] when hardly a replicate
    /// has an outcome that varies; [`EstimateError::Cancelled`] once a [watch](Resampling::watched) has said so.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{IntervalKind, Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
    /// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
    /// let levels = fit.levels()?.sequential()?.with_intervals(&fit.jackknife()?)?;
    /// let how = levels.interval.as_ref().unwrap();
    /// assert_eq!((how.kind, how.clusters), (IntervalKind::Jackknife, 150));
    /// let between = levels.level("between")?;
    /// let deprivation = between.methods[0].component("deprivation")?;
    /// let (of_total, of_level) = (deprivation.interval.unwrap(), deprivation.interval_of_level.unwrap());
    /// assert!(of_total.lower < deprivation.share_of_total && deprivation.share_of_level < of_level.upper);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with_intervals(&self, resampling: &Resampling) -> Result<Levels> {
        let nesting = nesting_of(self, resampling)?;
        let planned = planned(self, &nesting, resampling)?;
        let progress = resampling.progress(planned.n_coalitions().saturating_mul(resampling.n_replicates()));
        let found = planned.replicates(&resampling.draws, &progress)?;
        let influence = match resampling.kind {
            IntervalKind::Bca => planned.replicates(&Draws::LeaveOneOut, &progress)?,
            _ => Vec::new(),
        };
        let mut levels = self.clone();
        let Some(first) = found.first() else { return Ok(levels) };
        let usable = resampling.usable(first)?;
        let without: Option<Vec<usize>> = influence.first().map(Replicates::usable);
        let (clusters, rule) = (resampling.clusters.len(), resampling.rule());
        let mut warnings = Vec::new();
        let replicates = first.shares.nrows();
        if clusters < FEW_CLUSTERS {
            warnings.push(Warning::FewClusters { clusters, wanted: FEW_CLUSTERS });
        }
        if first.degenerate > 0 {
            warnings.push(Warning::DegenerateReplicates { degenerate: first.degenerate, replicates });
        }
        if let Some(wanted) = rule.draws_wanted().filter(|wanted| usable.len() < *wanted) {
            warnings.push(Warning::FewDraws { draws: usable.len(), wanted });
        }
        if let Some(bound) = first.error_bound {
            // The jackknife multiplies what its replicates are off by.
            let times = if resampling.kind.leaves_out() { clusters as f64 } else { 1.0 };
            levels.warnings.retain(|warning| !matches!(warning, Warning::Imprecise { .. }));
            warnings.push(Warning::Imprecise { bound: bound * times });
        }
        let k = resampling.fit.players().len();
        for (at, level) in levels.levels.iter_mut().enumerate() {
            let (start, name) = (start_of(at, k), level.name.clone());
            let mut interval =
                |what: Option<&str>, method: usize, estimate, number: &dyn Fn(&Replicates, usize) -> f64| {
                    let of_each = |found: &[Replicates], usable: &[usize]| -> Vec<f64> {
                        usable.iter().map(|&r| number(&found[method], r)).collect()
                    };
                    let without = without.as_ref().map(|usable| of_each(&influence, usable));
                    let found = rule.interval(estimate, of_each(&found, &usable), without.as_deref(), None);
                    if let Some(what) = what.filter(|_| found.one_sided) {
                        warnings.push(Warning::OneSided { component: format!("{what} ({name})") });
                    }
                    Some(found.interval)
                };
            level.interval = interval(None, 0, level.part_of_total, &|found, r| found.shares[[r, start]]);
            for (method, breakdown) in level.methods.iter_mut().enumerate() {
                for (row, share) in breakdown.cells_mut() {
                    let of_total = |found: &Replicates, r: usize| found.shares[[r, start + row]];
                    let of_level = |found: &Replicates, r: usize| {
                        LevelShare::of_level(found.shares[[r, start + row]], found.shares[[r, start]])
                    };
                    share.interval = interval(Some(&share.name), method, share.share_of_total, &of_total);
                    share.interval_of_level = interval(None, method, share.share_of_level, &of_level);
                }
            }
        }
        levels.warnings.retain(|warning| !is_of_intervals(warning));
        levels.warnings.extend(warnings);
        let mut how = resampling.method(first);
        if how.kind == IntervalKind::Root {
            how.kind = IntervalKind::Jackknife;
        }
        levels.interval = Some(how);
        Ok(levels)
    }
}

impl Resampling<'_> {
    /// What lies at every level in every replicate.
    ///
    /// # Errors
    /// [`EstimateError::OtherFit`] for levels that are not of this fit.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let levels = fit.levels()?.sequential()?;
    /// let found = fit.jackknife()?.level_replicates(&levels)?;
    /// assert_eq!((found[1].level.as_str(), found[1].parts.len()), ("within", 150));
    /// assert_eq!(found[0].names, ["always", "deprivation", "unexplained"]);
    /// // Whoever is left out, the parts at all levels make up the whole.
    /// assert!((found[0].parts[7] + found[1].parts[7] - 1.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn level_replicates(&self, levels: &Levels) -> Result<Vec<LevelReplicates>> {
        let nesting = nesting_of(levels, self)?;
        let planned = planned(levels, &nesting, self)?;
        let of = planned.n_coalitions().saturating_mul(self.draws.replicates(self.clusters.len()) as u64);
        let replicates = planned.replicates(&self.draws, &self.progress(of))?;
        let Some(first) = replicates.first() else { return Ok(Vec::new()) };
        let k = self.fit.players().len();
        let of_level = |(at, level): (usize, String)| {
            let start = start_of(at, k);
            let shares = |found: &Replicates| {
                Array2::from_shape_fn((found.shares.nrows(), k + 2), |(r, row)| found.shares[[r, start + 1 + row]])
            };
            LevelReplicates {
                level,
                names: first.names.clone(),
                parts: first.shares.index_axis(Axis(1), start).to_owned(),
                shares: replicates.iter().map(shares).collect(),
            }
        };
        Ok(nesting.names().into_iter().enumerate().map(of_level).collect())
    }
}

/// The methods of the levels, ready for replicates.
fn planned<'a>(levels: &Levels, nesting: &Nesting, resampling: &'a Resampling) -> Result<Planned<'a>> {
    let methods = levels.levels.first().map_or(&[][..], |level| level.methods.as_slice());
    let plans: Vec<Plan> = methods.iter().map(|breakdown| nesting.plan(&breakdown.method)).collect::<Result<_>>()?;
    Ok(Planned::with_groups(resampling.fit, &resampling.clusters, plans, nesting.groups()))
}

/// Where the numbers of a level begin among those of a method: behind the method's own, for so many components.
fn start_of(level: usize, components: usize) -> usize {
    components + 2 + level * (components + 3)
}

/// The levels as the resampled fit has them.
///
/// # Errors
/// [`EstimateError::OtherFit`] where they are of another.
fn nesting_of<'a>(levels: &Levels, resampling: &Resampling<'a>) -> Result<Nesting<'a>> {
    let fit = resampling.fit;
    let differs = |why| Err(EstimateError::OtherFit { why }.into());
    for breakdown in levels.levels.iter().flat_map(|level| &level.methods) {
        let components = breakdown.components.iter().map(|share| share.name.clone()).collect();
        let rows = levels.sample.n_observations;
        check_same(fit, &fit.players(), &levels.outcome, components, rows, levels.r2_overall)?;
    }
    let columns: Vec<&str> = levels.nested_in.iter().map(String::as_str).collect();
    let nesting = fit.levels_in(&columns)?;
    let found: Vec<String> = levels.levels.iter().map(|level| level.name.clone()).collect();
    let methods = levels.levels.iter().map(|level| level.methods.len());
    if found != nesting.names() || methods.clone().max() != methods.min() {
        return differs(FitDifference::Levels { found, expected: nesting.names() });
    }
    Ok(nesting)
}
