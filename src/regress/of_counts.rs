//! Regressions of counts: at the greatest likelihood, weighted least squares of a response that is linear in the columns.
//!
//! With η = ln μ less the exposure's logarithm, the last round regresses z = η + (y − μ)/μ on the columns, weighted by
//! w μ²/V(μ). Its residual is (y − μ)/μ, so that weight times column times residual is the score of the likelihood, the
//! inverse of the cross-products the inverse of its expected information, and every sandwich what it is of least squares.

use super::PanelRegression;
use crate::counts::{Distribution, check_counts, leave_out_separated, null_deviance, offset, with_rows};
use crate::error::{Refusal, Result, cannot};
use crate::model::{Design, Family};
use crate::panel::Numbers;

/// What a regression of counts is beside its last round of least squares.
#[derive(Debug, Clone)]
pub(crate) struct OfCounts {
    pub(super) family: Family,
    pub(super) distribution: Distribution,
    pub(super) counts: Numbers,
    pub(super) means: Vec<f64>,
    /// y − μ.
    pub(super) residuals: Vec<f64>,
    /// One for each row, their mean one, and what the user's were divided by for that.
    pub(super) weights: Numbers,
    pub(super) weights_mean: f64,
    pub(super) null_deviance: f64,
    pub(super) deviance: f64,
}

impl OfCounts {
    /// The regression of greatest likelihood, which turns the design into that of its last round. `None` where the outcome
    /// is not taken for counts.
    ///
    /// # Errors
    /// [`EstimateError::Method`] for what is of least squares only; those of
    /// [`Model::fit_counts`](crate::Model::fit_counts).
    pub(super) fn of(question: &PanelRegression, design: &mut Design) -> Result<Option<Self>> {
        let (estimator, family) = (question.estimator, question.family);
        if !family.is_of_counts() {
            return Ok(None);
        }
        if !estimator.absorbs_alone() {
            return Err(cannot(estimator.name(), Refusal::OfCounts { family: family.name() }));
        }
        if !question.intercept {
            return Err(cannot("a regression without an intercept", Refusal::OfCounts { family: family.name() }));
        }
        check_counts(design)?;
        let (has_units, has_periods) = (estimator.absorbs_units(), estimator.absorbs_periods());
        leave_out_separated(design, has_units, has_periods)?;
        let offset = offset(design);
        null_deviance(design, &offset, Distribution::Poisson)?;
        let all: Vec<usize> = (0..design.columns.len()).collect();
        let (fit, distribution) =
            with_rows(design, &offset, &all, (has_units, has_periods), |rows| rows.fit_family(family))?;
        let null_deviance = null_deviance(design, &offset, distribution)?;

        let of_row =
            |(row, mean): (usize, &f64)| fit.predictor[row] - offset[row] + (design.outcome[row] - mean) / mean;
        let response: Vec<f64> = fit.means.iter().enumerate().map(of_row).collect();
        let mut weights: Vec<f64> = fit
            .means
            .iter()
            .zip(&design.weights)
            .map(|(mean, w)| w * mean * mean / distribution.variance(*mean))
            .collect();
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        weights.iter_mut().for_each(|w| *w /= mean);
        let residuals = design.outcome.iter().zip(&fit.means).map(|(y, mean)| y - mean).collect();
        let counts = std::mem::replace(&mut design.outcome, response.into());
        let own_weights = std::mem::replace(&mut design.weights, weights.into());
        let weights_mean = std::mem::replace(&mut design.weights_mean, mean);
        Ok(Some(OfCounts {
            family,
            distribution,
            counts,
            residuals,
            means: fit.means,
            weights: own_weights,
            weights_mean,
            null_deviance,
            deviance: fit.deviance,
        }))
    }

    pub(super) fn log_likelihood(&self) -> f64 {
        let rows = self.counts.iter().zip(&self.means).zip(&self.weights);
        rows.map(|((y, mean), w)| w * self.distribution.log_probability(*y, *mean)).sum()
    }

    /// 1/θ, by which the variance of a count is beyond chance in squares of its mean; 0 of Poisson's.
    pub(super) fn beyond_chance(&self) -> f64 {
        match self.distribution {
            Distribution::Poisson => 0.0,
            Distribution::NegativeBinomial { theta } => 1.0 / theta,
        }
    }
}
