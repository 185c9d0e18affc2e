//! Which units are left out or drawn, and what kind of interval is wanted.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::cluster_set::ClusterSet;
use super::draws::Draws;
use super::replicates::{Planned, Replicates};
use crate::decompose::{Breakdown, IntervalKind, Progress, Watch};
use crate::error::{EstimateError, QuestionError, Result};
use crate::fit::FittedModel;
use crate::regress::NoiseModel;

/// A [`Watch`] that clones.
type SharedWatch<'a> = Arc<dyn Fn(u64, u64) -> ControlFlow<()> + Send + Sync + 'a>;

/// A resampling of a fit's units, ready to be put to any of its breakdowns.
///
/// It holds what is to be drawn, not yet the replicates: those are computed, in parallel, for the breakdowns that
/// [`with_intervals`](Breakdown::with_intervals) is asked about, all from the same draws. A seed gives the same numbers
/// on any number of threads and on any machine.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Breakdown, IntervalKind, Model, Panel, Term};
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
    pub(super) fit: &'a FittedModel,
    pub(super) draws: Draws,
    pub(super) kind: IntervalKind,
    pub(super) level: f64,
    /// What leaves or is drawn together.
    pub(super) clusters: Arc<ClusterSet>,
    /// The model of noise that was asked for.
    pub(super) noise: Option<NoiseModel>,
    pub(super) corrects: bool,
    pub(super) watch: Option<SharedWatch<'a>>,
}

impl FittedModel {
    /// Leaves out each unit in turn: the default intervals, at level 0.95, and corrected shares.
    ///
    /// ```text
    /// max(0, √r − ts)² to (√r + ts)²,   s² = (G − 1)/G Σ (ρ₍₋ᵢ₎ − ρ̄)²
    /// ```
    ///
    /// with r the share, ρ₍₋ᵢ₎ the root of the share without unit i, ρ̄ their mean over the G units, and t on G − 1 degrees
    /// of freedom: [`IntervalKind::Root`], which says what else there is to it. Without units the rows are left out one
    /// at a time. The default, because it draws nothing and so depends on no seed, and for what it covers, which
    /// [`resample`](crate::resample) tells. B. Efron and C. Stein (1981), <https://doi.org/10.1214/aos/1176345462>.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] with fewer than two clusters.
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
    /// let jackknife = fit.jackknife()?;
    /// // The replicate without row 2 is the regression without it.
    /// assert_eq!(jackknife.drawn(2)?, [0, 1, 3, 4, 5]);
    /// let interval = fit.sequential()?.with_intervals(&jackknife)?.components[0].interval.unwrap();
    /// assert!(interval.std_error > 0.0 && interval.lower < interval.upper);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn jackknife(&self) -> Result<Resampling<'_>> {
        Resampling::new(self, Draws::LeaveOneOut, IntervalKind::Root)
    }

    /// Draws as many units as there are, with replacement, so many times. Percentile intervals at level 0.95 unless
    /// [`kind`](Resampling::kind) asks for another.
    ///
    /// A unit drawn twice counts as two units. B. Efron and R. J. Tibshirani (1993), An Introduction to the Bootstrap;
    /// A. C. Davison and D. V. Hinkley (1997), Bootstrap Methods and their Application,
    /// <https://doi.org/10.1017/CBO9780511802843>.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] with fewer than two clusters; [`QuestionError::TooFew`] for fewer than two draws.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{IntervalKind, Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let breakdown = fit.sequential()?.with_intervals(&fit.bootstrap(200, 7)?)?;
    /// let how = breakdown.interval.as_ref().unwrap();
    /// assert_eq!((how.kind, how.level, how.seed, how.clusters), (IntervalKind::Percentile, 0.95, Some(7), 150));
    /// // A seed gives the same numbers again.
    /// assert_eq!(breakdown, fit.sequential()?.with_intervals(&fit.bootstrap(200, 7)?)?);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn bootstrap(&self, draws: usize, seed: u64) -> Result<Resampling<'_>> {
        if draws < 2 {
            return Err(QuestionError::TooFew { what: "bootstrap draws", expected: 2, found: draws }.into());
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
    /// [`EstimateError::TooFew`] with fewer than two clusters; [`QuestionError::TooFew`] for fewer than two draws;
    /// [`QuestionError::Option`] for a draw of another size, or with a position that no unit has.
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
            return Err(QuestionError::TooFew { what: "bootstrap draws", expected: 2, found: draws.len() }.into());
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
        Ok(Resampling {
            fit,
            draws,
            kind,
            level: 0.95,
            clusters: Arc::new(ClusterSet::of_units(fit)),
            noise: None,
            corrects: true,
            watch: None,
        })
    }

    /// Whether clusters are left out, and not drawn.
    pub(super) fn leaves_out(&self) -> bool {
        matches!(self.draws, Draws::LeaveOneOut)
    }

    /// The positions of the units in replicate `replicate`, as they were drawn, among the units of the sample; of the
    /// rows in a cross-section.
    ///
    /// # Errors
    /// [`QuestionError::Option`] when there are not so many replicates.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// assert_eq!(fit.jackknife()?.drawn(0)?, [1, 2, 3]);
    /// let drawn = fit.bootstrap(2, 7)?.drawn(1)?;
    /// assert!(drawn.len() == 4 && drawn.iter().all(|&position| position < 4));
    /// assert!(fit.bootstrap(2, 7)?.drawn(2).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn drawn(&self, replicate: usize) -> Result<Vec<usize>> {
        let clusters = self.clusters.len();
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
    /// let replicates = &fit.jackknife()?.replicates(&[&fit.sequential()?])?[0];
    /// assert_eq!(replicates.names, ["always", "cause", "unexplained"]);
    /// assert_eq!(replicates.shares.dim(), (6, 3));
    /// assert!((replicates.shares.row(0).sum() - 1.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn replicates(&self, breakdowns: &[&Breakdown]) -> Result<Vec<Replicates>> {
        let planned = Planned::new(self.fit, &self.clusters, breakdowns)?;
        let of = planned.n_coalitions().saturating_mul(self.draws.replicates(self.clusters.len()) as u64);
        planned.replicates(&self.draws, &self.progress(of))
    }

    /// How far so many coalitions are, in all replicates together.
    pub(super) fn progress(&self, of: u64) -> Progress<'_> {
        Progress::new(of, self.watch.as_deref().map(|watch| watch as Watch))
    }

    /// Replicates that an interval takes: those drawn, and for the BCa interval those without each cluster.
    pub(crate) fn n_replicates(&self) -> u64 {
        let clusters = self.clusters.len();
        self.all_draws().map(|draws| draws.replicates(clusters) as u64).sum()
    }

    /// Coalitions in all these replicates, of those of these breakdowns that can be resampled.
    pub(crate) fn n_coalitions(&self, breakdowns: &[Breakdown]) -> u64 {
        let in_one = breakdowns.iter().filter_map(|breakdown| {
            let planned = Planned::new(self.fit, &self.clusters, &[breakdown]).ok()?;
            self.all_draws().all(|draws| planned.check_size(draws).is_ok()).then(|| planned.n_coalitions())
        });
        in_one.fold(0, u64::saturating_add).saturating_mul(self.n_replicates())
    }

    fn all_draws(&self) -> impl Iterator<Item = &Draws> {
        let influence = (self.kind == IntervalKind::Bca).then_some(&Draws::LeaveOneOut);
        [&self.draws].into_iter().chain(influence)
    }
}

impl fmt::Debug for Resampling<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Resampling");
        shown.field("draws", &self.draws).field("kind", &self.kind).field("level", &self.level).finish_non_exhaustive()
    }
}
