//! How sure are the shares of a deviance? Units of a model of counts left out in turn, or drawn again, and every coalition
//! fitted anew.

use std::sync::Arc;

use rayon::prelude::*;

use super::corrected::can_be_negative;
use super::draws::Draws;
use super::interval::IntervalRule;
use super::told::Told;
use super::with_intervals::is_of_intervals;
use crate::counts::{CountReplicate, FittedCounts, Noting};
use crate::decompose::{Breakdown, IntervalKind, IntervalMethod, Worth, relation};
use crate::error::{EstimateError, QuestionError, Result};
use crate::warning::{FEW_CLUSTERS, Warning};

/// Replicates of a model of counts, and what intervals are made of them.
///
/// # Examples
/// See [`FittedCounts::jackknife`].
#[derive(Debug, Clone)]
pub struct CountResampling<'a> {
    fit: &'a FittedCounts,
    draws: Draws,
    kind: IntervalKind,
    level: f64,
    /// Where the rows of each unit start, and last where those of the last one end; without units, of each row.
    starts: Arc<Vec<usize>>,
}

impl FittedCounts {
    /// Leaves every unit out in turn, and fits every coalition to the others. Intervals on the scale of the root, as of
    /// [`FittedModel::jackknife`](crate::FittedModel::jackknife), at level 0.95. Without units the rows are left out one at a
    /// time.
    ///
    /// A fit without a unit begins at the coefficients of the same coalition in the whole sample, and takes Newton's steps until
    /// no more than 1e-11 of the null deviance can be left to be gained: one step or two. Of England 2011–2018 the shares
    /// without an authority are those of models fitted afresh to the panel without it to 6e-10 of the share (Poisson) and 3e-10
    /// (negative binomial), the largest over all authorities, components and unexplained, sequentially and by Shapley.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] with fewer than two units.
    ///
    /// # Examples
    /// ```
    /// use apportion::model::Family;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).family(Family::Poisson).fit_counts(&panel)?;
    /// let breakdown = fit.sequential()?.with_count_intervals(&fit.jackknife()?)?;
    /// let interval = breakdown.components[0].interval.unwrap();
    /// assert!(interval.lower < breakdown.components[0].share_of_total && interval.std_error > 0.0);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn jackknife(&self) -> Result<CountResampling<'_>> {
        CountResampling::new(self, Draws::LeaveOneOut, IntervalKind::Root)
    }

    /// Draws as many units as there are, with replacement, so many times, and fits every coalition anew. Percentile intervals
    /// at level 0.95 unless [`kind`](CountResampling::kind) asks for another.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] with fewer than two units; [`QuestionError::TooFew`] for fewer than two draws.
    ///
    /// # Examples
    /// ```
    /// use apportion::model::Family;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).family(Family::Poisson).fit_counts(&panel)?;
    /// let breakdown = fit.shapley()?.with_count_intervals(&fit.bootstrap(99, 7)?)?;
    /// assert_eq!(breakdown.interval.as_ref().unwrap().seed, Some(7));
    /// assert_eq!(breakdown, fit.shapley()?.with_count_intervals(&fit.bootstrap(99, 7)?)?);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn bootstrap(&self, draws: usize, seed: u64) -> Result<CountResampling<'_>> {
        if draws < 2 {
            return Err(QuestionError::TooFew { what: "bootstrap draws", expected: 2, found: draws }.into());
        }
        CountResampling::new(self, Draws::Bootstrap { draws, seed }, IntervalKind::Percentile)
    }
}

/// The rows of a breakdown, as one replicate has them; `None` where its counts do not vary.
type Row = Option<Vec<f64>>;

impl<'a> CountResampling<'a> {
    fn new(fit: &'a FittedCounts, draws: Draws, kind: IntervalKind) -> Result<Self> {
        let design = fit.design();
        let starts = match design.units.as_ref().and_then(|units| units.starts()) {
            Some(starts) => starts.to_vec(),
            None => (0..=design.n_observations()).collect(),
        };
        let clusters = starts.len() - 1;
        if clusters < 2 {
            let what = "units to draw from or leave out".to_string();
            return Err(EstimateError::TooFew { what, expected: 2, found: clusters }.into());
        }
        Ok(CountResampling { fit, draws, kind, level: 0.95, starts: Arc::new(starts) })
    }

    /// Makes intervals of this kind.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a kind that is not of these replicates: root and jackknife intervals are of units left
    /// out, all others of units drawn.
    pub fn kind(mut self, kind: IntervalKind) -> Result<Self> {
        if kind.leaves_out() != (self.draws == Draws::LeaveOneOut) {
            let expected = "root and jackknife intervals are of the jackknife, all others of the bootstrap".to_string();
            return Err(QuestionError::Option { option: "interval", expected, found: kind.to_string() }.into());
        }
        self.kind = kind;
        Ok(self)
    }

    /// Makes intervals at this level. Default: 0.95.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a level that is not between 0 and 1.
    pub fn level(mut self, level: f64) -> Result<Self> {
        if !(level > 0.0 && level < 1.0) {
            let expected = "it must lie between 0 and 1".to_string();
            return Err(QuestionError::Option { option: "level", expected, found: level.to_string() }.into());
        }
        self.level = level;
        Ok(self)
    }

    fn clusters(&self) -> usize {
        self.starts.len() - 1
    }

    /// What a breakdown says in every replicate of these draws.
    fn replicates(&self, breakdown: &Breakdown, draws: &Draws) -> Result<Vec<Row>> {
        let clusters = self.clusters();
        let coalitions = Worth::new(self.fit, self.fit).coalitions(&breakdown.method);
        let noting = Noting::new(self.fit, coalitions);
        Worth::new(self.fit, &noting).answer(&breakdown.method)?;
        let starts = noting.into_starts();
        let of_replicate = |replicate: usize| -> Result<Row> {
            let mut times = vec![0.0; clusters];
            draws.drawn(replicate, clusters).into_iter().for_each(|unit| times[unit] += 1.0);
            let Some(replicate) = CountReplicate::new(self.fit, &starts, &self.starts, &times)? else {
                return Ok(None);
            };
            let (mut shares, beyond) = Worth::new(self.fit, &replicate).answer(&breakdown.method)?;
            shares.extend(beyond);
            Ok(Some(shares))
        };
        (0..draws.replicates(clusters)).into_par_iter().map(of_replicate).collect()
    }
}

impl Breakdown {
    /// This breakdown of counts with an interval for every component, for `always` and for the unexplained.
    ///
    /// # Errors
    /// [`EstimateError::OtherFit`] for a breakdown that is not of this fit; [`EstimateError::TooFew`] where hardly a replicate
    /// has counts that vary; those of a fit, where one of a replicate fails.
    ///
    /// # Examples
    /// See [`FittedCounts::jackknife`].
    pub fn with_count_intervals(&self, resampling: &CountResampling) -> Result<Breakdown> {
        let (fit, names) = (resampling.fit, self.components.iter().map(|c| c.name.clone()));
        let expected = Told {
            outcome: &fit.design().outcome_name,
            components: fit.design().component_names.clone(),
            rows: fit.sample().n_observations,
            r2_overall: 1.0 - fit.deviance() / fit.null_deviance(),
        };
        let (rows, r2_overall) = (self.sample.n_observations, self.r2_overall);
        expected.check(Told { outcome: &self.outcome, components: names.collect(), rows, r2_overall })?;
        let replicates = resampling.replicates(self, &resampling.draws)?;
        let usable: Vec<&Vec<f64>> = replicates.iter().flatten().collect();
        if usable.len() < 2 {
            let what = "replicates whose counts vary".to_string();
            return Err(EstimateError::TooFew { what, expected: 2, found: usable.len() }.into());
        }
        let influence = match resampling.kind {
            IntervalKind::Bca => Some(resampling.replicates(self, &Draws::LeaveOneOut)?),
            _ => None,
        };
        let clusters = resampling.clusters();
        let rule = IntervalRule::new(resampling.kind, resampling.level, clusters);
        let mut warnings = Vec::new();
        if clusters < FEW_CLUSTERS {
            warnings.push(Warning::FewClusters { clusters, wanted: FEW_CLUSTERS });
        }
        let degenerate = replicates.len() - usable.len();
        if degenerate > 0 {
            warnings.push(Warning::DegenerateReplicates { degenerate, replicates: replicates.len() });
        }
        if let Some(wanted) = rule.draws_wanted().filter(|wanted| usable.len() < *wanted) {
            warnings.push(Warning::FewDraws { draws: usable.len(), wanted });
        }
        let mut breakdown = self.clone();
        let (k, method) = (breakdown.components.len(), breakdown.method.clone());
        for (at, cell) in breakdown.cells_mut() {
            let values: Vec<f64> = usable.iter().map(|row| row[at]).collect();
            if let Some(reproduced) = cell.reproduced {
                let alike = values.iter().filter(|value| relation(**value) == relation(cell.value)).count();
                *reproduced = Some(alike as f64 / values.len() as f64);
            }
            let without: Option<Vec<f64>> =
                influence.as_ref().map(|rows| rows.iter().flatten().map(|row| row[at]).collect());
            let roots = (!can_be_negative(&method, k, at)).then(|| values.clone());
            let found = rule.interval(cell.value, values, without.as_deref(), roots.as_deref());
            if let Some(component) = cell.row.filter(|_| found.one_sided) {
                warnings.push(Warning::OneSided { component: component.to_string() });
            }
            *cell.interval = Some(found.interval);
        }
        breakdown.warnings.retain(|warning| !is_of_intervals(warning));
        breakdown.warnings.extend(warnings);
        breakdown.interval = Some(IntervalMethod {
            kind: resampling.kind,
            level: resampling.level,
            clusters,
            cluster_column: None,
            replicates: replicates.len(),
            seed: resampling.draws.seed(),
            degenerate,
        });
        Ok(breakdown)
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Family, Model, Term};
    use crate::panel::Panel;

    /// Of how many units one is left out and the model fitted anew to the others.
    const EVERY: usize = 5;

    /// The errors that the documentation of the jackknife states.
    #[test]
    fn replicates_are_refits_without_the_unit() {
        let panel = Panel::england_2011_2018().unwrap();
        for family in [Family::Poisson, Family::NegativeBinomial] {
            let model = Model::new("cpp_count")
                .component("deprivation", ["idaci_2015"])
                .component("spending", ["log(spend_core_per_child)"])
                .component("policy", [Term::PeriodEffects])
                .component("practice", [Term::UnitEffects]);
            let model = model.family(family).exposure("population_0_17");
            let fit = model.fit_counts(&panel).unwrap();
            let names = fit.design().units.as_ref().unwrap().names.clone();
            let jackknife = fit.jackknife().unwrap();
            let mut most = 0.0_f64;
            for breakdown in [fit.sequential().unwrap(), fit.shapley().unwrap()] {
                let replicates = jackknife.replicates(&breakdown, &jackknife.draws).unwrap();
                for (unit, replicate) in replicates.iter().enumerate().step_by(EVERY) {
                    let rest = panel.filter("one less", |row| Ok(row.unit() != Some(names[unit].as_str()))).unwrap();
                    let refit = model.fit_counts(&rest).unwrap().breakdown(&breakdown.method).unwrap();
                    let replicate = replicate.as_ref().unwrap();
                    // Nothing is always in the model.
                    for (share, found) in refit.rows().zip(&replicate[1..]) {
                        most = most.max((found / share.share_of_total - 1.0).abs());
                    }
                }
            }
            println!("{family:?}: {most:e}");
            assert!(most < 1e-8, "{family:?}: {most:e}");
        }
    }
}
