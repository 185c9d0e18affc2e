//! How sure are the shares?
//!
//! Units are left out one at a time (the jackknife, the default) or drawn with replacement (the cluster bootstrap).
//! Moments are additive over units, so a replicate is a weighted sum of the units' moments: its cost does not depend
//! on the number of rows, and nothing is refitted. Without units the rows are the clusters.
//!
//! | question | ask | answer |
//! |---|---|---|
//! | which units are left out or drawn | [`FittedModel::jackknife`], [`FittedModel::bootstrap`], [`FittedModel::bootstrap_of`] | [`Resampling`] |
//! | intervals on a result | `with_intervals` of a [`Breakdown`], a [`MethodTable`](crate::MethodTable), a [`Gelbach`](crate::decompose::Gelbach); [`Breakdown::all_with_intervals`] | the result with its [`Interval`](crate::Interval)s |
//! | ranks and differences of components | [`Resampling::comparisons`] | [`Comparison`] of [`Rank`]s and [`Difference`]s |
//! | how often a component is among the best subsets | [`Resampling::selection`] | [`Selection`] of [`ComponentFrequency`] and [`SubsetFrequency`] |
//! | how far each unit or period moves a share | [`FittedModel::influence_of_units`], [`FittedModel::influence_of_periods`] | [`ShareInfluence`] of [`ShareWithout`] |
//! | the replicates themselves | [`Resampling::replicates`], [`Resampling::gelbach_replicates`] | [`Replicates`], [`GelbachReplicates`] |
//!
//! **What an interval is for.** The target is the expected in-sample share for authorities drawn from a superpopulation
//! like these, over these periods: not the sampling error of a census, nor a statement about other years; the noise
//! within a unit is not drawn again. The default is the bias-corrected jackknife over units, with t quantiles on G − 1
//! degrees of freedom:
//!
//! ```text
//! G θ̂ − (G − 1) θ̄  ±  t · SE,   SE² = (G − 1)/G Σ (θ̂₍₋ᵢ₎ − θ̄)²,
//! ```
//!
//! with θ̂₍₋ᵢ₎ the share without unit i and θ̄ their mean. Shares of R² are biased upward by chance; the bias estimated
//! is printed beside the share, which itself is not corrected.
//!
//! The `coverage` example measures every kind of interval on simulated panels of 150 × 8. Where every component
//! explains something, the jackknife's 95% intervals cover their targets 91 to 94 times in 100. A component that
//! explains nothing is another matter: its in-sample share is all bias, which every kind but the percentile interval
//! takes out in its own way, so that for nine regions without effect the jackknife's interval covers 59 times in 100,
//! the normal 81, the percentile 93. For the unit effects beside them it is the jackknife that does best, 90 against 81
//! to 85. Read the interval of a share that is small and mostly bias as "about nothing".
//!
//! What is made from the whole sample (the levels of factors, unit means, the scale of the rank rule) is held fixed.

mod careful;
mod clusters;
mod comparisons;
mod draws;
mod gelbach;
mod influence;
mod interval;
mod method_table;
mod replicates;
mod selection;

use std::fmt;
use std::sync::Arc;

pub use comparisons::{Comparison, Difference, Rank};
pub use gelbach::GelbachReplicates;
pub use influence::{ShareInfluence, ShareWithout};
pub use replicates::Replicates;
pub use selection::{ComponentFrequency, Selection, SubsetFrequency};

use crate::decompose::{Breakdown, FEW_CLUSTERS, IntervalKind, IntervalMethod, relation};
use crate::error::{EstimateError, QuestionError, Result};
use crate::fit::FittedModel;
use crate::warning::Warning;
use draws::Draws;
use interval::IntervalRule;

/// A bias beyond this part of the standard error is reported.
const BIAS_TO_REPORT: f64 = 0.25;

/// Beyond this level the tails are fewer than one replicate in a million: no resampling says anything about them.
const HIGHEST_LEVEL: f64 = 0.999_999;

type Progress<'a> = Arc<dyn Fn(usize, usize) + Send + Sync + 'a>;

/// A resampling of a fit's units, ready to be put to any of its breakdowns.
///
/// It holds what is to be drawn, not yet the replicates: those are computed, in parallel, for the breakdowns that
/// [`with_intervals`](Breakdown::with_intervals) is asked about, all from the same draws. A seed gives the same numbers on any
/// number of threads and on any machine.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{IntervalKind, Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("practice", [Term::UnitEffects])
///     .fit(&panel)?;
/// let (sequential, shapley) = (fit.sequential()?, fit.shapley()?);
///
/// let by_jackknife = sequential.clone().with_intervals(&fit.jackknife()?)?;
/// assert!(by_jackknife.components[0].interval.is_some());
///
/// let bootstrap = fit.bootstrap(200, 7)?.kind(IntervalKind::Basic)?.level(0.9)?;
/// let both = Breakdown::all_with_intervals(&[&sequential, &shapley], &bootstrap)?;
/// assert_eq!(both[1].interval.as_ref().map(|i| (i.replicates, i.clusters)), Some((200, 150)));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Clone)]
pub struct Resampling<'a> {
    fit: &'a FittedModel,
    draws: Draws,
    kind: IntervalKind,
    level: f64,
    progress: Option<Progress<'a>>,
}

impl FittedModel {
    /// Leaves out each unit in turn: the default interval, at level 0.95.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] with fewer than two clusters.
    pub fn jackknife(&self) -> Result<Resampling<'_>> {
        Resampling::new(self, Draws::LeaveOneOut, IntervalKind::Jackknife)
    }

    /// Draws as many units as there are, with replacement, so many times. Percentile intervals at level 0.95 unless
    /// [`kind`](Resampling::kind) asks for another.
    ///
    /// A unit drawn twice counts as two units. B. Efron and R. J. Tibshirani (1993), An Introduction to the Bootstrap;
    /// A. C. Davison and D. V. Hinkley (1997), Bootstrap Methods and their Application,
    /// <https://doi.org/10.1017/CBO9780511802843>.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] with fewer than two clusters or two draws.
    pub fn bootstrap(&self, draws: usize, seed: u64) -> Result<Resampling<'_>> {
        if draws < 2 {
            return Err(EstimateError::TooFew { what: "bootstrap draws".to_string(), expected: 2, found: draws }.into());
        }
        Resampling::new(self, Draws::Bootstrap { draws, seed }, IntervalKind::Percentile)
    }
}

impl FittedModel {
    /// Replicates that were drawn elsewhere: for each, the positions of its units among those of the sample, as many as
    /// there are units; of its rows in a cross-section. Percentile intervals at level 0.95 unless
    /// [`kind`](Resampling::kind) asks for another.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] with fewer than two clusters or two draws; [`QuestionError::Option`] for a draw of
    /// another size, or with a position that no unit has.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let replay = fit.bootstrap_of(vec![vec![0, 1, 2, 3], vec![0, 0, 3, 3]])?;
    /// let replicates = &replay.replicates(&[&fit.shapley()?])?[0];
    /// assert!((replicates.shares[[0, 1]] - 6.25 / 8.75).abs() < 1e-12);
    /// assert!((replicates.shares[[1, 1]] - 1.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn bootstrap_of(&self, draws: Vec<Vec<usize>>) -> Result<Resampling<'_>> {
        if draws.len() < 2 {
            return Err(
                EstimateError::TooFew { what: "bootstrap draws".to_string(), expected: 2, found: draws.len() }.into()
            );
        }
        let clusters = self.n_clusters();
        for (replicate, drawn) in draws.iter().enumerate() {
            let refuse = |option, found: usize, expected: String| {
                Err(QuestionError::Option {
                    option,
                    expected: format!("draw {replicate} {expected}"),
                    found: found.to_string(),
                }
                .into())
            };
            if drawn.len() != clusters {
                let expected = format!("must hold {clusters}, as many as there are units, or rows without units");
                return refuse("the number of positions in a draw", drawn.len(), expected);
            }
            if let Some(&position) = drawn.iter().find(|position| **position >= clusters) {
                let expected = format!("must hold positions from 0 to {}", clusters.saturating_sub(1));
                return refuse("a position in a draw", position, expected);
            }
        }
        Resampling::new(self, Draws::Given(Arc::new(draws)), IntervalKind::Percentile)
    }
}

impl<'a> Resampling<'a> {
    fn new(fit: &'a FittedModel, draws: Draws, kind: IntervalKind) -> Result<Self> {
        let clusters = fit.n_clusters();
        if clusters < 2 {
            return Err(EstimateError::TooFew {
                what: "units to draw from or leave out".into(),
                expected: 2,
                found: clusters,
            }
            .into());
        }
        Ok(Resampling { fit, draws, kind, level: 0.95, progress: None })
    }

    /// The kind of interval.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a bootstrap kind of a jackknife, or the other way round.
    pub fn kind(mut self, kind: IntervalKind) -> Result<Self> {
        let is_jackknife = matches!(self.draws, Draws::LeaveOneOut);
        if is_jackknife != (kind == IntervalKind::Jackknife) {
            let expected = match is_jackknife {
                true => "leaving units out gives the jackknife interval: use bootstrap() for the others",
                false => "drawing units gives percentile, basic, normal or bca intervals: use jackknife() for that one",
            };
            return Err(QuestionError::Option {
                option: "interval kind",
                expected: expected.to_string(),
                found: kind.name().to_string(),
            }
            .into());
        }
        self.kind = kind;
        Ok(self)
    }

    /// The part of samples whose interval should cover the target. Default 0.95.
    ///
    /// # Errors
    /// [`QuestionError::Option`] unless it is above 0 and at most 0.999999.
    pub fn level(mut self, level: f64) -> Result<Self> {
        if !(level > 0.0 && level <= HIGHEST_LEVEL) {
            return Err(QuestionError::Option {
                option: "level",
                expected: format!("it must be above 0 and at most {HIGHEST_LEVEL}, such as 0.95"),
                found: level.to_string(),
            }
            .into());
        }
        self.level = level;
        Ok(self)
    }

    /// Calls back with the replicates done and the replicates wanted, every few replicates, from any thread.
    pub fn on_progress(mut self, callback: impl Fn(usize, usize) + Send + Sync + 'a) -> Self {
        self.progress = Some(Arc::new(callback));
        self
    }

    /// The positions of the units in replicate `replicate`, as they were drawn, among the units of the sample; of the
    /// rows in a cross-section.
    ///
    /// # Errors
    /// [`QuestionError::Option`] when there are not so many replicates.
    pub fn drawn(&self, replicate: usize) -> Result<Vec<usize>> {
        let clusters = self.fit.n_clusters();
        let replicates = self.draws.replicates(clusters);
        if replicate >= replicates {
            return Err(QuestionError::Option {
                option: "replicate",
                expected: format!("there are {replicates}, counted from 0"),
                found: replicate.to_string(),
            }
            .into());
        }
        Ok(self.draws.drawn(replicate, clusters))
    }

    /// The shares in every replicate, for each of these breakdowns.
    ///
    /// # Errors
    /// [`EstimateError::OtherFit`] for a breakdown that is not of this fit.
    pub fn replicates(&self, breakdowns: &[&Breakdown]) -> Result<Vec<Replicates>> {
        replicates::compute(self.fit, &self.draws, breakdowns, self.progress.as_deref())
    }

    /// The replicates, and for the BCa interval those without each cluster.
    fn all_replicates(&self, breakdowns: &[&Breakdown]) -> Result<(Vec<Replicates>, Vec<Replicates>)> {
        let replicates = self.replicates(breakdowns)?;
        let influence = match self.kind {
            IntervalKind::Bca => replicates::compute(self.fit, &Draws::LeaveOneOut, breakdowns, None)?,
            _ => Vec::new(),
        };
        Ok((replicates, influence))
    }

    /// Positions of the replicates whose outcome varies.
    fn usable(&self, replicates: &Replicates) -> Result<Vec<usize>> {
        let usable = replicates.usable();
        match usable.len() {
            0 | 1 => Err(EstimateError::TooFew {
                what: "replicates whose outcome varies".to_string(),
                expected: 2,
                found: usable.len(),
            }
            .into()),
            _ => Ok(usable),
        }
    }

    fn rule(&self) -> IntervalRule {
        IntervalRule::new(self.kind, self.level, self.fit.n_clusters())
    }

    fn method(&self, replicates: &Replicates) -> IntervalMethod {
        IntervalMethod {
            kind: self.kind,
            level: self.level,
            clusters: self.fit.n_clusters(),
            replicates: replicates.shares.nrows(),
            seed: self.draws.seed(),
            degenerate: replicates.degenerate,
        }
    }

    fn with(
        &self,
        breakdown: &Breakdown,
        replicates: &Replicates,
        influence: Option<&Replicates>,
    ) -> Result<Breakdown> {
        let clusters = self.fit.n_clusters();
        let mut breakdown = breakdown.clone();
        let usable = self.usable(replicates)?;
        let rule = self.rule();
        let mut warnings = Vec::new();
        if clusters < FEW_CLUSTERS {
            warnings.push(Warning::FewClusters { clusters, wanted: FEW_CLUSTERS });
        }
        if replicates.degenerate > 0 {
            let (degenerate, replicates) = (replicates.degenerate, replicates.shares.nrows());
            warnings.push(Warning::DegenerateReplicates { degenerate, replicates });
        }
        if let Some(wanted) = rule.draws_wanted().filter(|wanted| usable.len() < *wanted) {
            warnings.push(Warning::FewDraws { draws: usable.len(), wanted });
        }
        if let Some(bound) = replicates.error_bound {
            // The jackknife multiplies what its replicates are off by.
            let times = if self.kind == IntervalKind::Jackknife { clusters as f64 } else { 1.0 };
            breakdown.warnings.retain(|w| !matches!(w, Warning::Imprecise { .. }));
            warnings.push(Warning::Imprecise { bound: bound * times });
        }
        for (at, cell) in breakdown.cells_mut() {
            let values: Vec<f64> = usable.iter().map(|&r| replicates.shares[[r, at]]).collect();
            if let Some(reproduced) = cell.reproduced {
                let alike = values.iter().filter(|value| relation(**value) == relation(cell.value)).count();
                *reproduced = Some(alike as f64 / values.len() as f64);
            }
            let without: Option<Vec<f64>> = influence.map(|i| i.usable().iter().map(|&r| i.shares[[r, at]]).collect());
            let found = rule.interval(cell.value, values, without.as_deref());
            let interval = found.interval;
            if let Some(component) = cell.row.map(str::to_string) {
                if found.one_sided {
                    warnings.push(Warning::OneSided { component: component.clone() });
                }
                // A standard error of rounding size is that of a share which cannot vary.
                if interval.std_error > 1e-12 && interval.bias.abs() > BIAS_TO_REPORT * interval.std_error {
                    let (bias, std_error) = (interval.bias, interval.std_error);
                    warnings.push(Warning::Biased { component, bias, std_error });
                }
            }
            *cell.interval = Some(interval);
        }
        breakdown.warnings.retain(|w| !is_of_intervals(w));
        breakdown.warnings.extend(warnings);
        breakdown.interval = Some(self.method(replicates));
        Ok(breakdown)
    }
}

/// Whether a warning came with intervals, and goes when others take their place.
fn is_of_intervals(warning: &Warning) -> bool {
    use Warning::{Biased, DegenerateReplicates, FewClusters, FewDraws, LostCoefficients, OneSided};
    matches!(
        warning,
        Biased { .. }
            | DegenerateReplicates { .. }
            | FewClusters { .. }
            | FewDraws { .. }
            | LostCoefficients { .. }
            | OneSided { .. }
    )
}

impl Breakdown {
    /// This breakdown with an interval for every component, for `always` and for the unexplained.
    ///
    /// # Errors
    /// Those of [`Breakdown::all_with_intervals`].
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let breakdown = fit.sequential()?.with_intervals(&fit.jackknife()?)?;
    /// let cause = breakdown.component("cause")?;
    /// let interval = cause.interval.expect("it was asked for");
    /// assert!(interval.lower < cause.share_of_total && interval.std_error > 0.0);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with_intervals(&self, resampling: &Resampling) -> Result<Breakdown> {
        let (replicates, influence) = resampling.all_replicates(&[self])?;
        // One breakdown has one set of replicates.
        let none = || EstimateError::OtherFit { message: "no breakdown was given".to_string() };
        resampling.with(self, replicates.first().ok_or_else(none)?, influence.first())
    }

    /// These breakdowns with intervals, all from the same draws, which costs less than one after the other.
    ///
    /// # Errors
    /// [`EstimateError::OtherFit`] for a breakdown that is not of this fit; [`EstimateError::TooFew`] when hardly a
    /// replicate has an outcome that varies; [`EstimateError::TooManyComponents`] and [`QuestionError::Option`] where
    /// the values of all coalitions of all replicates do not fit into memory.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Breakdown, Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let jackknife = fit.jackknife()?;
    /// let both = Breakdown::all_with_intervals(&[&fit.sequential()?, &fit.shapley()?], &jackknife)?;
    /// assert_eq!(both[0], fit.sequential()?.with_intervals(&jackknife)?);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn all_with_intervals(breakdowns: &[&Breakdown], resampling: &Resampling) -> Result<Vec<Breakdown>> {
        let (replicates, influence) = resampling.all_replicates(breakdowns)?;
        let each = breakdowns.iter().zip(&replicates).enumerate();
        each.map(|(i, (breakdown, replicates))| resampling.with(breakdown, replicates, influence.get(i))).collect()
    }
}

impl fmt::Debug for Resampling<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Resampling");
        shown.field("draws", &self.draws).field("kind", &self.kind).field("level", &self.level).finish_non_exhaustive()
    }
}
