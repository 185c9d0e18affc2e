//! How large is the outcome, and what is nothing beside it?

use super::FittedModel;

/// Below this part of the numbers that it follows from, a number is what rounding leaves of none.
pub(crate) const ROUNDING: f64 = 1e-13;

impl FittedModel {
    /// The root of the outcome's sum of squares about its mean, which the moments divide it by.
    pub(crate) fn outcome_scale(&self) -> f64 {
        self.moments.standardisation().scale[self.design.columns.len()]
    }

    /// The weighted mean of the outcome.
    pub(crate) fn outcome_mean(&self) -> f64 {
        self.moments.standardisation().origin[self.design.columns.len()]
    }

    /// The outcome's standard deviation in the sample, by its weights: the root of the mean square about the mean.
    pub(crate) fn outcome_sd(&self) -> f64 {
        self.outcome_scale() / self.design.weights.iter().sum::<f64>().sqrt()
    }

    /// The least that doubles tell from nothing beside an outcome of this size: below it points are what rounding leaves.
    pub(crate) fn rounding_of_points(&self) -> f64 {
        ROUNDING * (self.outcome_mean().abs() + self.outcome_sd())
    }
}
