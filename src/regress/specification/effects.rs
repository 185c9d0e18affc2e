//! Are there effects? The F test of those that were absorbed.

use super::{NullDistribution, SpecificationTest};
use crate::error::{EstimatorNeed, Refusal, Result, cannot};
use crate::numerics::dot::weighted_dot;
use crate::regress::least_squares::Solution;
use crate::regress::spreads::Spreads;
use crate::regress::transform::Transformed;
use crate::regress::{Estimator, FittedRegression};

const TEST: &str = "the F test for effects";

impl FittedRegression {
    /// The F test that the absorbed effects are all alike, against the pooled regression:
    ///
    /// ```text
    /// F = ((RSS_pooled − RSS)/q) / (RSS/df),  q the parameters that the effects add, df the residual degrees of freedom
    /// ```
    ///
    /// Of a two-way regression it tests both kinds of effects together. It takes errors to be alike and unrelated.
    ///
    /// B. H. Baltagi (2021), *Econometric Analysis of Panel Data*, sections 2.1 and 3.1,
    /// <https://doi.org/10.1007/978-3-030-53953-5>.
    ///
    /// # Errors
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) where no effects were absorbed or they add no
    /// parameter; [`EstimateError::TooFew`](crate::error::EstimateError::TooFew) without residual degrees of freedom.
    ///
    /// # Examples
    /// See [`SpecificationTest`].
    pub fn test_effects(&self) -> Result<SpecificationTest> {
        let absorbed = self.data.absorbed;
        if !absorbed.any() {
            let (found, needs) = (self.estimator().name(), EstimatorNeed::TestableEffects);
            return Err(cannot(TEST, Refusal::OtherEstimator { found, needs }));
        }
        self.check_residuals(TEST)?;
        let mut question = self.question.clone().estimator(Estimator::Pooled);
        question.intercept = true;
        let mut design = self.design.clone();
        design.unit_effects.clear();
        design.columns.retain(|column| !(absorbed.periods && column.is_period_dummy));
        let mut data = Transformed::new(&question, &design, &Spreads::of(&design))?;
        let Solution { kept, residuals, .. } = data.problem().solve();
        let pooled = weighted_dot(&residuals, &residuals, &data.weights);
        let parameters = self.estimates.len() + absorbed.rank;
        let added = parameters.saturating_sub(kept.len());
        if added == 0 {
            return Err(cannot(TEST, Refusal::NoParameter));
        }
        let (df, df_denominator) = (added as f64, self.df_residual as f64);
        let own = self.sum_of_squares();
        let statistic = (pooled - own).max(0.0) / df / (own / df_denominator);
        let null = match (absorbed.units, absorbed.periods) {
            (true, true) => "all unit effects are alike, and all period effects",
            (true, false) => "all unit effects are alike",
            _ => "all period effects are alike",
        };
        Ok(SpecificationTest::new(TEST, null, statistic, NullDistribution::F { df, df_denominator }))
    }
}
