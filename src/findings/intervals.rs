//! How the intervals of an analysis are made, said before there is a fit to make them from.

use serde::{Deserialize, Serialize};

use crate::decompose::IntervalKind;
use crate::error::Result;
use crate::fit::FittedModel;
use crate::regress::NoiseModel;
use crate::resample::Resampling;

/// How the intervals of an [`Analysis`](super::Analysis) are made: which units are left out or drawn, which kind of
/// interval, at which level.
///
/// The default is [`jackknife`](Self::jackknife), which draws nothing and so depends on no seed, with root intervals at
/// level 0.95, the usual one. Corrected shares come of leaving units out, whatever the intervals come of.
///
/// # Examples
/// ```
/// use apportion::findings::{Analysis, Intervals};
/// use apportion::{IntervalKind, Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
///     .build()?;
/// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
/// let how = |intervals| Ok::<_, apportion::Error>(Analysis::new().intervals(intervals).of(&fit)?.interval().cloned());
///
/// let default = how(Intervals::default())?.unwrap();
/// assert_eq!((default.kind, default.level, default.replicates), (IntervalKind::Root, 0.95, 6));
/// let drawn = how(Intervals::bootstrap(200, 7).kind(IntervalKind::Basic).level(0.9))?.unwrap();
/// assert_eq!((drawn.kind, drawn.level, drawn.seed), (IntervalKind::Basic, 0.9, Some(7)));
/// assert!(how(Intervals::jackknife().kind(IntervalKind::Basic)).is_err(), "it needs draws");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Intervals {
    /// Draws and their seed; none for the jackknife.
    pub(super) drawn: Option<(usize, u64)>,
    /// None for the kind that the resampling has by default.
    pub(super) kind: Option<IntervalKind>,
    /// None for the level that it has by default.
    pub(super) level: Option<f64>,
    /// None for the default model of noise.
    pub(super) noise: Option<NoiseModel>,
    /// The column of clusters; none for units.
    clusters: Option<String>,
}

impl Intervals {
    /// Leaves out each unit in turn: [`FittedModel::jackknife`].
    pub fn jackknife() -> Self {
        Intervals::default()
    }

    /// Draws as many units as there are, so many times: [`FittedModel::bootstrap`]. Percentile intervals unless
    /// [`kind`](Self::kind) asks for another, because their ends lie among the shares that were drawn.
    pub fn bootstrap(draws: usize, seed: u64) -> Self {
        Intervals { drawn: Some((draws, seed)), ..Intervals::default() }
    }

    /// The kind of interval. Whether it goes with the jackknife or needs draws is checked when the analysis is put to a
    /// fit.
    pub fn kind(self, kind: IntervalKind) -> Self {
        Intervals { kind: Some(kind), ..self }
    }

    /// The part of samples whose interval should cover the target; checked when the analysis is put to a fit.
    pub fn level(self, level: f64) -> Self {
        Intervals { level: Some(level), ..self }
    }

    /// How noise within units is taken to go with itself over time; see [`Resampling::noise`]. Whether that can be had is
    /// checked when the analysis is put to a fit.
    pub fn noise(self, model: NoiseModel) -> Self {
        Intervals { noise: Some(model), ..self }
    }

    /// Leaves out, or draws, clusters of units by this column; see [`Resampling::clusters`]. Whether there is one is
    /// checked when the analysis is put to a fit.
    pub fn clusters(self, column: impl Into<String>) -> Self {
        Intervals { clusters: Some(column.into()), ..self }
    }

    /// The column of clusters that leave together, where there is one.
    pub(super) fn cluster_column(&self) -> Option<&str> {
        self.clusters.as_deref()
    }

    /// The resampling of this fit.
    pub(super) fn resampling<'a>(&self, fit: &'a FittedModel) -> Result<Resampling<'a>> {
        let resampling = match self.drawn {
            Some((draws, seed)) => fit.bootstrap(draws, seed)?,
            None => fit.jackknife()?,
        };
        match self.kind {
            Some(kind) => self.of(resampling.kind(kind)?),
            None => self.of(resampling),
        }
    }

    /// The leaving out that corrected shares come of, where the intervals come of draws.
    pub(super) fn beside_draws<'a>(&self, fit: &'a FittedModel) -> Result<Option<Resampling<'a>>> {
        self.drawn.map(|_| self.of(fit.jackknife()?)).transpose()
    }

    fn of<'a>(&self, mut resampling: Resampling<'a>) -> Result<Resampling<'a>> {
        if let Some(level) = self.level {
            resampling = resampling.level(level)?;
        }
        if let Some(model) = self.noise {
            resampling = resampling.noise(model);
        }
        match &self.clusters {
            Some(column) => resampling.clusters(column),
            None => Ok(resampling),
        }
    }
}
