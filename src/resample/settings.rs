//! How a resampling is made: which kind of interval, at which level, of which clusters, watched by whom.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::cluster_set::ClusterSet;
use super::draws::Draws;
use super::resampling::Resampling;
use crate::decompose::IntervalKind;
use crate::error::{EstimateError, QuestionError, Result};
use crate::regress::NoiseModel;

/// Beyond this level the tails are fewer than one replicate in a million: no resampling says anything about them.
const HIGHEST_LEVEL: f64 = 0.999_999;

impl<'a> Resampling<'a> {
    /// The kind of interval.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a kind that comes of draws where units are left out, or the other way round.
    ///
    /// # Examples
    /// See [`IntervalKind`].
    pub fn kind(mut self, kind: IntervalKind) -> Result<Self> {
        if self.leaves_out() != kind.leaves_out() {
            let expected = match self.leaves_out() {
                true => "leaving units out gives root and jackknife intervals: use bootstrap() for the others",
                false => {
                    "drawing units gives percentile, basic, normal or bca intervals: use jackknife() for the others"
                }
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

    /// How noise within units is taken to go with itself over time. Default: persistent from lag 3, or fewer where no
    /// rows of a unit are so far apart; see [`NoiseModel`].
    ///
    /// Corrected shares are without it, and so are the roots of root intervals. Where a model is asked for that cannot be
    /// had, [`with_intervals`](crate::Breakdown::with_intervals) is refused; of the default it only warns.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::NoiseModel;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("practice", [Term::UnitEffects]).fit(&panel)?;
    /// let under = |model| fit.sequential()?.with_intervals(&fit.jackknife()?.noise(model));
    /// let independent = under(NoiseModel::Independent)?;
    /// assert_eq!(independent.noise.as_ref().map(|noise| noise.model), Some(NoiseModel::Independent));
    /// assert!(under(NoiseModel::Persistent { from_lag: Some(9) }).is_err(), "there are eight years");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn noise(mut self, model: NoiseModel) -> Self {
        self.noise = Some(model);
        self
    }

    /// Makes intervals of the shares as they are, and no corrected shares beside them. Default: corrected shares too,
    /// where units are left out, which costs little.
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
    /// let plain = fit.sequential()?.with_intervals(&fit.jackknife()?.without_corrected())?;
    /// assert!(plain.components[0].interval.is_some() && plain.components[0].corrected.is_none());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn without_corrected(mut self) -> Self {
        self.corrects = false;
        self
    }

    /// Leaves out, or draws, these clusters of units as a whole: a column that says which units belong together, such as
    /// a region or a joint return; in a cross-section, which rows. Default: each unit by itself.
    ///
    /// Where units of one cluster depend on each other, intervals by units are too narrow. Everything that is said of
    /// units here then holds of clusters, of which there are fewer.
    ///
    /// # Errors
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn); [`EstimateError::Cluster`] for a column that
    /// is missing in the sample or has units in two clusters; [`EstimateError::TooFew`] for fewer than two clusters;
    /// [`QuestionError::Option`] for draws that were [given](crate::FittedModel::bootstrap_of), which are of units.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("practice", [Term::UnitEffects]).fit(&panel)?;
    /// let by_region = fit.sequential()?.with_intervals(&fit.jackknife()?.clusters("region")?)?;
    /// assert_eq!(by_region.interval.map(|how| how.clusters), Some(9));
    /// assert!(fit.jackknife()?.clusters("vacancy_rate").is_err(), "it changes within units");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn clusters(mut self, column: &str) -> Result<Self> {
        if matches!(self.draws, Draws::Given(_)) {
            return Err(QuestionError::Option {
                option: "clusters",
                expected: "draws that were given are of units: use jackknife() or bootstrap()".to_string(),
                found: column.to_string(),
            }
            .into());
        }
        let clusters = ClusterSet::of_column(self.fit, column)?;
        if clusters.len() < 2 {
            let what = format!("clusters by {column} to draw from or leave out");
            return Err(EstimateError::TooFew { what, expected: 2, found: clusters.len() }.into());
        }
        self.clusters = Arc::new(clusters);
        Ok(self)
    }

    /// The part of samples whose interval should cover the target. Default 0.95.
    ///
    /// # Errors
    /// [`QuestionError::Option`] unless it is above 0 and at most 0.999999.
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
    /// let at = |level| Ok::<_, apportion::Error>(fit.sequential()?.with_intervals(&fit.jackknife()?.level(level)?)?);
    /// let (wide, narrow) = (at(0.99)?.components[0].interval.unwrap(), at(0.5)?.components[0].interval.unwrap());
    /// assert!(wide.lower < narrow.lower && narrow.upper < wide.upper && wide.std_error == narrow.std_error);
    /// assert!(fit.jackknife()?.level(1.0).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
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

    /// With word of how far each computation on it is: `watch` is called from any thread with the coalitions done in all
    /// replicates together and those there are, and ends the computation by [`ControlFlow::Break`].
    ///
    /// A method that needs few coalitions counts for one, so that sequential shares, coefficients and best subsets count
    /// replicates. The last call has both equal; calls of two threads may cross, so that the most done so far is how far
    /// it is. It is asked after every eight replicates by every method, and within them after every 2²⁰ coalitions of
    /// each, some milliseconds' work; a method that keeps a table of coalitions is not left before its end, a second's
    /// work for twenty components. Results are the same.
    ///
    /// What it ended is [`EstimateError::Cancelled`].
    ///
    /// # Examples
    /// ```
    /// use std::ops::ControlFlow;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use apportion::error::EstimateError;
    /// use apportion::{Error, Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let most = AtomicU64::new(0);
    /// let watched = fit.bootstrap(100, 7)?.watched(|done, _| {
    ///     most.fetch_max(done, Ordering::Relaxed);
    ///     ControlFlow::Continue(())
    /// });
    /// watched.replicates(&[&fit.sequential()?])?;
    /// assert_eq!(most.load(Ordering::Relaxed), 100);
    ///
    /// let cancelled = fit.shapley()?.with_intervals(&fit.jackknife()?.watched(|_, _| ControlFlow::Break(())));
    /// assert!(matches!(cancelled, Err(Error::Estimate(EstimateError::Cancelled { .. }))));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn watched(mut self, watch: impl Fn(u64, u64) -> ControlFlow<()> + Send + Sync + 'a) -> Self {
        self.watch = Some(Arc::new(watch));
        self
    }
}
