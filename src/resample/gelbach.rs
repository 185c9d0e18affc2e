//! How sure are the parts of a changed coefficient, by replicates?
//!
//! The parts are functions of the moments, so a replicate is a weighted sum of the units' moments here too, eight at a
//! time, from the same draws as the breakdowns'.

use ndarray::{Array2, Array3};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::careful::Careful;
use super::cluster_set::ClusterSet;
use super::clusters::ClusterMatrix;
use super::draws::Draws;
use super::interval::IntervalRule;
use super::resampling::Resampling;
use super::with_intervals::is_of_intervals;
use crate::decompose::{ERROR_AT_PIVOT_ONE, Equations, Gelbach, GelbachColumn, Interval, IntervalKind, Progress};
use crate::error::{EstimateError, FitDifference, Result};
use crate::fit::FittedModel;
use crate::numerics::double::Double;
use crate::numerics::lanes::{LANES, Wide};
use crate::numerics::number::{Number, RANK_TOLERANCE};
use crate::warning::{FEW_CLUSTERS, Warning};

/// Groups of eight replicates in a parallel task, at least.
const TASK: usize = 4;
/// A replicate in which the columns before a column leave less than this part of it is computed in twice the precision.
const PRECISE_BELOW: f64 = 1e-5;
/// So is one in which a cluster left out takes nearly all of a column's variation with it.
const NEARLY_LOST: f64 = 1e-6;
/// Estimates on standardised variables that differ by more are of another fit.
const SAME: f64 = 1e-9;

/// A decomposition of changed coefficients in every replicate.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GelbachReplicates {
    /// The columns of `always`.
    pub columns: Vec<String>,
    /// What is estimated of each: `base`, `full`, `total change`, the components.
    pub names: Vec<String>,
    /// By replicate, column of `always` and name; NaN where a column of `always` has no coefficient.
    pub estimates: Array3<f64>,
    /// Replicates in which that is so.
    pub degenerate: usize,
    /// The error of an estimate, as a part of its scale, where columns are so nearly collinear that it matters and
    /// there are too many replicates to compute them in twice the precision; `None` where it does not matter.
    pub error_bound: Option<f64>,
}

impl Gelbach {
    /// This decomposition with an interval and a standard error from replicates for every estimate, from the same draws
    /// as a breakdown's; the analytic standard errors stay beside them.
    ///
    /// A replicate in which a column of `always` has no coefficient is left out, and a warning counts them.
    ///
    /// # Errors
    /// [`EstimateError::OtherFit`] for a decomposition that is not of this fit; [`EstimateError::TooFew`] when hardly a
    /// replicate is left.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate")
    ///     .always(["low_income_pct"])
    ///     .component("spending", ["spend_per_child"])
    ///     .component("practice", [Term::UnitEffects])
    ///     .fit(&panel)?;
    /// let gelbach = fit.gelbach()?.with_intervals(&fit.bootstrap(400, 7)?)?;
    /// let practice = gelbach.column("low_income_pct")?.component("practice")?.change;
    /// let by_bootstrap = practice.interval.map_or(f64::NAN, |interval| interval.std_error);
    /// assert!((by_bootstrap / practice.std_error - 1.0).abs() < 0.15);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with_intervals(&self, resampling: &Resampling) -> Result<Gelbach> {
        let equations = Equations::of(resampling.fit);
        check_same_fit(resampling.fit, &equations, self)?;
        let progress = resampling.progress(resampling.n_replicates());
        let found = Found::new(resampling.fit, &resampling.clusters, &equations, &resampling.draws, &progress)?;
        let influence = match resampling.kind {
            IntervalKind::Bca => {
                Some(Found::new(resampling.fit, &resampling.clusters, &equations, &Draws::LeaveOneOut, &progress)?)
            }
            _ => None,
        };
        let (clusters, replicates, usable) = (resampling.clusters.len(), found.estimates.nrows(), found.usable());
        let degenerate = replicates - usable.len();
        if usable.len() < 2 {
            let what = "replicates in which every column of always has a coefficient".to_string();
            return Err(EstimateError::TooFew { what, expected: 2, found: usable.len() }.into());
        }
        let rule = IntervalRule::new(resampling.kind, resampling.level, clusters);
        let mut warnings = Vec::new();
        if clusters < FEW_CLUSTERS {
            warnings.push(Warning::FewClusters { clusters, wanted: FEW_CLUSTERS });
        }
        if degenerate > 0 {
            warnings.push(Warning::LostCoefficients { degenerate, replicates });
        }
        if let Some(wanted) = rule.draws_wanted().filter(|wanted| usable.len() < *wanted) {
            warnings.push(Warning::FewDraws { draws: usable.len(), wanted });
        }
        if let Some(bound) = found.error_bound {
            // The jackknife multiplies what its replicates are off by.
            let times = if resampling.kind.leaves_out() { clusters as f64 } else { 1.0 };
            warnings.push(Warning::Imprecise { bound: bound * times });
        }
        let mut gelbach = self.clone();
        let width = equations.width();
        for (a, (&v, column)) in equations.always().iter().zip(&mut gelbach.columns).enumerate() {
            let scale = resampling.fit.gelbach_scale(v);
            let names = names(column);
            for (i, (estimate, name)) in column.estimates_mut().zip(names).enumerate() {
                let at = a * width + i;
                let without = influence.as_ref().map(|found| found.values(&found.usable(), at));
                // On standardised variables, where rounding has a known size.
                let on = rule.interval(estimate.estimate / scale, found.values(&usable, at), without.as_deref(), None);
                if on.one_sided {
                    warnings.push(Warning::OneSided { component: name });
                }
                let Interval { bias, std_error, lower, upper } = on.interval;
                let [bias, std_error, lower, upper] = [bias, std_error, lower, upper].map(|x| x * scale);
                estimate.interval = Some(Interval { bias, std_error, lower, upper });
            }
        }
        let is_known = |w: &Warning| matches!(w, Warning::Imprecise { .. }) && found.error_bound.is_some();
        gelbach.warnings.retain(|w| !is_of_intervals(w) && !is_known(w));
        gelbach.warnings.extend(warnings);
        gelbach.interval = Some(resampling.made(replicates, degenerate));
        Ok(gelbach)
    }
}

impl Resampling<'_> {
    /// The decomposition in every replicate.
    ///
    /// # Errors
    /// [`EstimateError::OtherFit`] for a decomposition that is not of this fit.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .column("z", [0.0, 1.0, 0.0, 2.0, 1.0, 3.0])
    ///     .build()?;
    /// let fit = Model::new("y").always(["x"]).component("cause", ["z"]).fit(&panel)?;
    /// let replicates = fit.jackknife()?.gelbach_replicates(&fit.gelbach()?)?;
    /// assert_eq!(replicates.estimates.dim(), (6, 1, 4));
    /// assert_eq!(replicates.names, ["base", "full", "total change", "cause"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn gelbach_replicates(&self, gelbach: &Gelbach) -> Result<GelbachReplicates> {
        let equations = Equations::of(self.fit);
        check_same_fit(self.fit, &equations, gelbach)?;
        let of = self.draws.replicates(self.clusters.len()) as u64;
        let found = Found::new(self.fit, &self.clusters, &equations, &self.draws, &self.progress(of))?;
        let width = equations.width();
        let scales: Vec<f64> = equations.always().iter().map(|&v| self.fit.gelbach_scale(v)).collect();
        let (replicates, columns) = (found.estimates.nrows(), scales.len());
        let components = gelbach.components().map(str::to_string);
        Ok(GelbachReplicates {
            columns: gelbach.columns.iter().map(|column| column.name.clone()).collect(),
            names: OWN_NAMES.map(str::to_string).into_iter().chain(components).collect(),
            estimates: Array3::from_shape_fn((replicates, columns, width), |(replicate, a, i)| {
                found.estimates[[replicate, a * width + i]] * scales[a]
            }),
            degenerate: replicates - found.usable().len(),
            error_bound: found.error_bound,
        })
    }
}

const OWN_NAMES: [&str; 3] = ["base", "full", "total change"];

/// What each estimate of a column is called in a warning.
fn names(column: &GelbachColumn) -> Vec<String> {
    let components = column.changes.iter().map(|change| change.component.as_str());
    OWN_NAMES.into_iter().chain(components).map(|name| format!("{}, {name}", column.name)).collect()
}

/// Estimates on standardised variables, a row for each replicate; NaN where a column of `always` has no coefficient.
struct Found {
    estimates: Array2<f64>,
    error_bound: Option<f64>,
}

/// Eight replicates: their estimates by lane, and the smallest tolerance of a column in each.
struct GroupFound {
    estimates: Vec<Wide>,
    is_degenerate: [bool; LANES],
    least: [f64; LANES],
}

impl Found {
    fn new(
        fit: &FittedModel,
        clusters: &ClusterSet,
        equations: &Equations,
        draws: &Draws,
        progress: &Progress,
    ) -> Result<Self> {
        let matrix = ClusterMatrix::new(fit, clusters, equations.entries_read());
        let replicates = draws.replicates(matrix.n_clusters());
        let group = |group: usize| {
            let first = group * LANES;
            let found = Arch::new().dispatch(Group { fit, equations, matrix: &matrix, draws, first });
            progress.add(LANES.min(replicates - first) as u64);
            (!progress.is_cancelled()).then_some(found)
        };
        let n_groups = replicates.div_ceil(LANES);
        let groups: Option<Vec<GroupFound>> = (0..n_groups).into_par_iter().with_min_len(TASK).map(group).collect();
        let groups = groups.ok_or_else(|| draws.cancelled())?;
        let of_lane = |(replicate, at): (usize, usize)| {
            let group = &groups[replicate / LANES];
            let lane = replicate % LANES;
            if group.is_degenerate[lane] { f64::NAN } else { group.estimates[at].0[lane] }
        };
        let width = equations.always().len() * equations.width();
        let estimates = Array2::from_shape_fn((replicates, width), of_lane);
        let least: Vec<f64> = (0..replicates).map(|r| groups[r / LANES].least[r % LANES]).collect();
        let mut found = Found { estimates, error_bound: None };
        found.mend(fit, clusters, equations, draws, &least, progress)?;
        Ok(found)
    }

    /// Computes again, in twice the precision, the replicates that doubles cannot be trusted with.
    fn mend(
        &mut self,
        fit: &FittedModel,
        clusters: &ClusterSet,
        equations: &Equations,
        draws: &Draws,
        least: &[f64],
        progress: &Progress,
    ) -> Result<()> {
        let doubtful: Vec<usize> =
            (0..least.len()).filter(|&r| fit.needs_precision() || least[r] < PRECISE_BELOW).collect();
        if doubtful.is_empty() {
            return Ok(());
        }
        let careful = Careful::new(fit, clusters, None);
        if !careful.can_add(doubtful.len()) {
            let least = least.iter().copied().fold(1.0, f64::min);
            self.error_bound = Some(ERROR_AT_PIVOT_ONE / least);
            return Ok(());
        }
        let again = |&replicate: &usize| {
            let entries = careful.entries(&draws.drawn(replicate, clusters.len()));
            let mut solution = equations.solution();
            let mut out = vec![Double::new(0.0); self.estimates.ncols()];
            equations.solve(&entries, &mut solution, &mut out);
            let is_lost = (0..2 * equations.always().len()).any(|i| !solution.left[i].counts());
            out.into_iter().map(|x| if is_lost { f64::NAN } else { x.value() }).collect()
        };
        let mended: Option<Vec<Vec<f64>>> =
            doubtful.par_iter().map(|replicate| progress.goes_on().then(|| again(replicate))).collect();
        let mended = mended.ok_or_else(|| draws.cancelled())?;
        for (&replicate, mended) in doubtful.iter().zip(mended) {
            self.estimates.row_mut(replicate).iter_mut().zip(mended).for_each(|(x, again)| *x = again);
        }
        Ok(())
    }

    /// Replicates in which every column of `always` has a coefficient.
    fn usable(&self) -> Vec<usize> {
        (0..self.estimates.nrows()).filter(|&r| !self.estimates[[r, 0]].is_nan()).collect()
    }

    fn values(&self, replicates: &[usize], at: usize) -> Vec<f64> {
        replicates.iter().map(|&r| self.estimates[[r, at]]).collect()
    }
}

/// Eight replicates, by the instruction set of this machine.
struct Group<'a> {
    fit: &'a FittedModel,
    equations: &'a Equations,
    matrix: &'a ClusterMatrix<'a>,
    draws: &'a Draws,
    first: usize,
}

impl WithSimd for Group<'_> {
    type Output = GroupFound;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> GroupFound {
        let Group { fit, equations, matrix, draws, first } = self;
        let zero = Wide([0.0; LANES]);
        let mut entries = vec![zero; fit.moments().entries().len()];
        match draws {
            Draws::LeaveOneOut => matrix.leaving_out(first, &mut entries),
            draws => {
                let mut counts = vec![zero; matrix.n_clusters()];
                draws.counts(first, &mut counts);
                matrix.weighted(&counts, &mut entries);
            }
        }
        let mut solution = equations.solution();
        let mut estimates = vec![zero; equations.always().len() * equations.width()];
        equations.solve(&entries, &mut solution, &mut estimates);
        let (mut is_degenerate, mut least) = ([false; LANES], [1.0_f64; LANES]);
        for (i, (left, own)) in solution.left.iter().zip(&solution.own).enumerate() {
            for lane in 0..LANES {
                let (left, own) = (left.0[lane], own.0[lane]);
                if left > RANK_TOLERANCE {
                    let nearly_lost = *draws == Draws::LeaveOneOut && own < NEARLY_LOST;
                    least[lane] = least[lane].min(if nearly_lost { own } else { left / own });
                } else if i < 2 * equations.always().len() {
                    is_degenerate[lane] = true;
                }
            }
        }
        GroupFound { estimates, is_degenerate, least }
    }
}

/// A decomposition that was stored and read again passes; one of another model or sample does not.
fn check_same_fit(fit: &FittedModel, equations: &Equations, gelbach: &Gelbach) -> Result<()> {
    let differs = |why| Err(EstimateError::OtherFit { why }.into());
    let (expected, found) = (&fit.design().outcome_name, &gelbach.outcome);
    if expected != found {
        return differs(FitDifference::Outcome { found: found.clone(), expected: expected.clone() });
    }
    let expected: Vec<String> = equations.always().iter().map(|&v| fit.design().columns[v].name.clone()).collect();
    let found: Vec<String> = gelbach.columns.iter().map(|column| column.name.clone()).collect();
    if expected != found {
        return differs(FitDifference::Columns { found, expected });
    }
    let (expected, found) = (&fit.design().component_names, gelbach.components().map(str::to_string).collect());
    if *expected != found {
        return differs(FitDifference::Components { found, expected: expected.clone() });
    }
    let (expected, found) = (fit.sample().n_observations, gelbach.sample.n_observations);
    if expected != found {
        return differs(FitDifference::Rows { found, expected });
    }
    let estimates = fit.gelbach_estimates(equations);
    for (a, (&v, column)) in equations.always().iter().zip(&gelbach.columns).enumerate() {
        let scale = fit.gelbach_scale(v);
        for (here, there) in estimates[a * equations.width()..].iter().zip([column.base, column.full]) {
            if (here - there.estimate / scale).abs() > SAME * (1.0 + here.abs()) {
                let (column, found, expected) = (column.name.clone(), there.estimate, here * scale);
                return differs(FitDifference::Coefficient { column, found, expected });
            }
        }
    }
    Ok(())
}
