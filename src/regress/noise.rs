//! How much of what a unit's mean shows is noise of its few periods?
//!
//! Unit effects take up whatever survives in the mean of a unit's rows, noise included. How much that is depends on how
//! noise goes with itself over time, which the *semivariogram* of the whole model's residuals tells: what two rows of
//! one unit differ by when they are so many periods apart. Unit effects, and all that is constant within units, cancel
//! in it.

mod autocovariance;
mod residuals;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub(crate) use autocovariance::Semivariogram;
pub(crate) use residuals::{Found, Residuals};

use crate::error::{Error, EstimateError, NoiseProblem, QuestionError, Result};
use crate::fit::FittedModel;
use crate::warning::Warning;

/// From how many periods on units' rows are taken to share nothing but what persists.
const FROM_LAG: usize = 3;
/// A part of the outcome's variance that is rounding.
const NOTHING: f64 = 1e-20;
/// Beyond this autocorrelation noise cannot be told from what persists.
const LARGEST_RHO: f64 = 0.95;

/// How noise within units goes with itself over time.
///
/// With V(k) the semivariogram at k periods apart and γ(k) the autocovariance of noise,
///
/// ```text
/// persistent from lag m   V∞ = mean of V(k) over all pairs with k ≥ m;  γ(k) = V∞ − V(k) below m, 0 beyond
/// independent             the same with m = 1: γ(0) alone
/// ar1                     V(k) ≈ σ² (1 − ρᵏ), by least squares with weights n_k/k, ρ from −0.5 to 0.95;  γ(k) = σ² ρᵏ
/// ```
///
/// n_k the pairs of rows k periods apart. The default is persistent from lag 3, or from one before the longest lag where
/// that is below 4: what units share over three years and more is then theirs, and all that fades faster is noise. It
/// supposes nothing of how noise fades before that; where it fades more slowly, what it leaves is an upper limit.
///
/// # Examples
/// ```
/// use apportion::regress::NoiseModel;
///
/// assert_eq!("persistent:2".parse::<NoiseModel>()?, NoiseModel::Persistent { from_lag: Some(2) });
/// assert_eq!(NoiseModel::default().to_string(), "persistent");
/// assert!("white".parse::<NoiseModel>().is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "model", rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoiseModel {
    /// What rows of a unit share that are this many periods apart, or more, persists; the rest is noise.
    Persistent {
        /// The number of periods, 1 at least; `None` for 3, or fewer where no rows are so far apart.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_lag: Option<usize>,
    },
    /// Noise in one period says nothing of noise in another.
    Independent,
    /// Noise fades by the same factor from each period to the next.
    Ar1,
}

/// What is known of the noise within units.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::regress::NoiseModel;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate").component("practice", [Term::UnitEffects]).fit(&panel)?;
/// let noise = fit.noise(NoiseModel::Independent)?;
/// // Eight years: rows of an authority are one to seven years apart.
/// assert_eq!((noise.semivariogram.len(), noise.pairs[0], noise.pairs[6]), (7, 150 * 7, 150));
/// // In the mean of eight years is an eighth of the noise of each.
/// assert!(noise.share_of_total > 0.0 && noise.share_of_total < 0.125);
/// assert_eq!(noise.autocovariances[1], 0.0);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Noise {
    /// How noise goes with itself over time; a persistent model says from which lag.
    #[serde(flatten)]
    pub model: NoiseModel,
    /// What noise adds to the variation between units, as a part of the outcome's total: Σ_i (1/w_i − 1/w) Σ_ts w_it
    /// w_is γ(|t − s|) over its total sum of squares, w_i the weight of a unit's rows and w of all.
    pub share_of_total: f64,
    /// V(k) for k = 1, 2, …: the mean of half the squared difference of two residuals of a unit that are k periods
    /// apart, times (n − U)/(n − U − p) for the p columns that vary within the U units; `None` where there are no such
    /// rows.
    pub semivariogram: Vec<Option<f64>>,
    /// How many pairs of rows each of them is a mean of.
    pub pairs: Vec<usize>,
    /// γ(k) for k = 0, 1, 2, …
    pub autocovariances: Vec<f64>,
    /// The autocorrelation from one period to the next under AR(1), whichever model was asked for; `None` where rows of
    /// a unit are one distance apart only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rho: Option<f64>,
    /// Its standard error by leaving units out; `None` where they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rho_std_error: Option<f64>,
    /// Whether AR(1) noise can be told from what persists: ρ and two standard errors stay below 0.95.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identified: Option<bool>,
    /// How differences go on growing at long lags; `None` where there are too few lags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
}

/// By how much rows of a unit that are far apart differ more than those that are three and some periods apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Drift {
    /// The mean of V(k) over the far half of the lags from 3 on, less that over the near half, as a part of the
    /// outcome's variance.
    pub estimate: f64,
    /// Its standard error by leaving units out; `None` where they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub std_error: Option<f64>,
}

impl Drift {
    /// Whether it is more than two standard errors, so that what persists over three periods still fades beyond.
    pub fn still_fades(&self) -> bool {
        self.std_error.is_some_and(|std_error| self.estimate > 2.0 * std_error)
    }
}

impl Default for NoiseModel {
    fn default() -> Self {
        NoiseModel::Persistent { from_lag: None }
    }
}

impl NoiseModel {
    /// The model's name, without its lag.
    pub fn name(self) -> &'static str {
        match self {
            NoiseModel::Persistent { .. } => "persistent",
            NoiseModel::Independent => "independent",
            NoiseModel::Ar1 => "ar1",
        }
    }

    /// The model with its lag, where rows of a unit are at most so far apart; a warning where that is not the usual one.
    ///
    /// # Errors
    /// [`NoiseProblem`] where the model needs rows that are further apart.
    pub(crate) fn stated(self, found: Semivariogram) -> Result<(Self, Option<Warning>), NoiseProblem> {
        let longest = found.longest();
        match self {
            NoiseModel::Persistent { from_lag: None } if longest <= FROM_LAG => {
                let from_lag = longest.saturating_sub(1).max(1);
                let warning = Warning::NearLag { from_lag, wanted: FROM_LAG, longest };
                Ok((NoiseModel::Persistent { from_lag: Some(from_lag) }, Some(warning)))
            }
            NoiseModel::Persistent { from_lag: None } => {
                Ok((NoiseModel::Persistent { from_lag: Some(FROM_LAG) }, found.no_near_pairs(FROM_LAG)))
            }
            NoiseModel::Persistent { from_lag: Some(0) } => Err(NoiseProblem::LagZero),
            NoiseModel::Persistent { from_lag: Some(from_lag) } if from_lag > longest => {
                Err(NoiseProblem::LagTooLong { from_lag, longest })
            }
            NoiseModel::Persistent { from_lag: Some(from_lag) } => Ok((self, found.no_near_pairs(from_lag))),
            NoiseModel::Ar1 if found.autocovariances(self).is_none() => Err(NoiseProblem::OneLag),
            stated => Ok((stated, None)),
        }
    }
}

impl fmt::Display for NoiseModel {
    /// As the examples' command line has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoiseModel::Persistent { from_lag: Some(lag) } => f.pad(&format!("persistent:{lag}")),
            model => f.pad(model.name()),
        }
    }
}

impl FromStr for NoiseModel {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let lag = |text: &str| text.parse().ok().filter(|lag| *lag > 0);
        match (text, text.strip_prefix("persistent:").and_then(lag)) {
            ("independent", _) => Ok(NoiseModel::Independent),
            ("ar1", _) => Ok(NoiseModel::Ar1),
            ("persistent", _) => Ok(NoiseModel::default()),
            (_, Some(from_lag)) => Ok(NoiseModel::Persistent { from_lag: Some(from_lag) }),
            _ => Err(QuestionError::Option {
                option: "noise",
                expected: "it must be independent, ar1, persistent, or persistent:M with M a number of periods"
                    .to_string(),
                found: format!("\"{text}\""),
            }
            .into()),
        }
    }
}

impl Noise {
    /// What is found, under a model that is stated.
    pub(crate) fn of(found: &Found, model: NoiseModel, scale: f64) -> Option<Self> {
        let semivariogram = found.semivariogram();
        let autocovariances = semivariogram.autocovariances(model)?;
        // From the scale on which the total is one to that of the data.
        let on_scale = |value: f64| value * scale * scale;
        let by_lag = 1..=semivariogram.longest();
        let pairs: Vec<usize> = by_lag.clone().map(|k| semivariogram.pairs[k] as usize).collect();
        let value = |k: usize| (semivariogram.pairs[k] > 0.0).then(|| on_scale(semivariogram.values[k]));
        // Of an outcome that does not vary within units, what is there is rounding.
        let varies = found.as_part(semivariogram.mean(1..semivariogram.pairs.len())?) > NOTHING;
        let rho = semivariogram.autocovariances(NoiseModel::Ar1).and_then(|ar1| ar1.rho).filter(|_| varies);
        Some(Noise {
            model,
            share_of_total: found.share_of_total(&autocovariances.values),
            semivariogram: by_lag.map(value).collect(),
            pairs,
            autocovariances: autocovariances.values.into_iter().map(on_scale).collect(),
            rho,
            rho_std_error: None,
            identified: None,
            drift: found.drift(None).filter(|_| varies).map(|estimate| Drift { estimate, std_error: None }),
        })
    }
}

impl Noise {
    /// The same with the standard errors of ρ and of the drift, and what they say of AR(1).
    pub(crate) fn with_errors(mut self, rho: Option<f64>, drift: Option<f64>) -> Self {
        self.rho_std_error = self.rho.and(rho);
        self.identified = self.rho.zip(self.rho_std_error).map(|(rho, error)| rho + 2.0 * error < LARGEST_RHO);
        if let Some(own) = &mut self.drift {
            own.std_error = drift;
        }
        self
    }
}

impl Found {
    /// Where the far half of the lags begins, for [`Drift`].
    pub(crate) fn far_half(&self) -> usize {
        (FROM_LAG + self.semivariogram().longest() + 1).div_ceil(2)
    }

    /// See [`Drift::estimate`]; the far half begins where it is said, so that it does not move with a unit that leaves.
    /// `None` where there are too few lags.
    pub(crate) fn drift(&self, far_half: Option<usize>) -> Option<f64> {
        let semivariogram = self.semivariogram();
        let lags = semivariogram.pairs.len();
        let half = far_half.unwrap_or_else(|| self.far_half()).min(lags);
        if half <= FROM_LAG {
            return None;
        }
        let (near, far) = (semivariogram.mean(FROM_LAG..half)?, semivariogram.mean(half..lags)?);
        Some(self.as_part(far - near))
    }
}

impl FittedModel {
    /// The noise within units under a model of how it goes with itself over time, from the residuals of the whole
    /// model.
    ///
    /// # Errors
    /// [`EstimateError::Noise`] where nothing can be said of it: a model without unit effects, or with slopes for each
    /// unit; a panel without periods; no unit with two rows; no rows of a unit as far apart as was asked.
    ///
    /// # Examples
    /// See [`Noise`].
    pub fn noise(&self, model: NoiseModel) -> Result<Noise> {
        let residuals = Residuals::new(self).map_err(EstimateError::Noise)?;
        Ok(self.noise_in(&residuals, model)?.0)
    }

    /// The noise in what the model leaves of units beside effects of their own, whether it has those or not.
    ///
    /// # Errors
    /// Those of [`noise`](Self::noise), without unit effects too.
    pub(crate) fn noise_beside_units(&self, model: NoiseModel) -> Result<(Noise, Option<Warning>)> {
        let residuals = Residuals::beside_units(self).map_err(EstimateError::Noise)?;
        self.noise_in(&residuals, model)
    }

    fn noise_in(&self, residuals: &Residuals, model: NoiseModel) -> Result<(Noise, Option<Warning>)> {
        let refuse = |why| Error::from(EstimateError::Noise(why));
        let found = residuals.of_all().map_err(refuse)?;
        let (model, warning) = model.stated(found.semivariogram()).map_err(refuse)?;
        let noise = Noise::of(&found, model, self.outcome_scale());
        let noise = noise.filter(Noise::is_finite).ok_or_else(|| refuse(NoiseProblem::Scale))?;
        Ok((noise, warning))
    }
}

impl Noise {
    /// Whether the outcome's squares are numbers on its own scale, neither beyond doubles nor below them.
    pub(crate) fn is_finite(&self) -> bool {
        let on_scale =
            |value: &f64| value.is_finite() && (*value == 0.0 || value.abs() > f64::MIN_POSITIVE / f64::EPSILON);
        let is_there = self.share_of_total.abs() <= NOTHING || self.autocovariances.first().is_some_and(|v| *v != 0.0);
        is_there && self.semivariogram.iter().flatten().chain(&self.autocovariances).all(on_scale)
    }
}
