//! How far counts lie from what a regression expects, and what is of least squares only.

use serde::{Deserialize, Serialize};

use super::FittedRegression;
use crate::counts::Distribution;
use crate::error::{Refusal, Result, cannot};
use crate::model::Family;

/// How far counts lie from their means.
///
/// # Examples
/// ```
/// use apportion::model::Family;
/// use apportion::{Panel, PanelRegression};
///
/// let panel = Panel::builder().column("y", [3.0, 5.0, 9.0, 15.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
/// let fit = PanelRegression::new("y", ["x"]).family(Family::Poisson).fit(&panel)?;
/// let deviance = fit.deviance().unwrap();
/// // Means of 4, and of 12: (1/4 + 1/4 + 9/12 + 9/12) over two rows to spare.
/// assert!((deviance.pearson_dispersion.unwrap() - 1.0).abs() < 1e-12);
/// assert!(deviance.deviance < deviance.null_deviance && deviance.theta.is_none());
/// assert!((fit.r_squared().overall - (1.0 - deviance.deviance / deviance.null_deviance)).abs() < 1e-15);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Deviance {
    /// The family of the counts.
    pub family: Family,
    /// The column that they are out of; `None` where every row counts alike.
    pub exposure: Option<String>,
    /// θ of a negative binomial regression.
    pub theta: Option<f64>,
    /// Its standard error, by the observed information of coefficients, effects and θ together.
    pub theta_std_error: Option<f64>,
    /// The deviance from one rate for all.
    pub null_deviance: f64,
    /// The deviance from the regression.
    pub deviance: f64,
    /// Σ w (y − μ)²/V(μ) over the residual degrees of freedom: 1 where counts vary as the family has it. `None` without any.
    pub pearson_dispersion: Option<f64>,
}

impl FittedRegression {
    /// How far counts lie from their means; `None` of least squares.
    ///
    /// # Examples
    /// See [`Deviance`].
    pub fn deviance(&self) -> Option<Deviance> {
        let counts = self.counts.as_ref()?;
        let theta = match counts.distribution {
            Distribution::Poisson => None,
            Distribution::NegativeBinomial { theta } => Some(theta),
        };
        Some(Deviance {
            family: counts.family,
            exposure: self.design.exposure.as_ref().map(|exposure| exposure.name.clone()),
            theta,
            theta_std_error: self.joint_information().map(|joint| joint.theta_std_error()),
            null_deviance: counts.null_deviance,
            deviance: counts.deviance,
            pearson_dispersion: (self.df_residual > 0).then(|| self.sigma2()),
        })
    }

    /// The variance of the error of a row with weight one where errors are alike, the weights having mean one: of counts
    /// that of their distribution, of least squares that of the residuals.
    pub(super) fn assumed_variance(&self) -> f64 {
        match &self.counts {
            Some(_) => 1.0 / self.data.weights_scale,
            None => self.error_variance(),
        }
    }

    /// Refuses what is of least squares only.
    pub(super) fn by_least_squares(&self, asker: &'static str) -> Result<()> {
        match &self.counts {
            Some(counts) => Err(cannot(asker, Refusal::OfCounts { family: counts.family.name() })),
            None => Ok(()),
        }
    }
}
