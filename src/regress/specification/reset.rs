//! Is the expectation of the outcome linear in the columns? Ramsey's RESET.

use super::{Added, SpecificationTest};
use crate::error::{EstimatorNeed, QuestionError, Refusal, Result, cannot};
use crate::numerics::absorb::Absorb;
use crate::numerics::dot::weighted_dot;
use crate::numerics::rank::rounding;
use crate::regress::{Covariance, Estimator, FittedRegression};

const TEST: &str = "the RESET";

impl FittedRegression {
    /// Ramsey's RESET: adds powers ŷ², ŷ³, … of the fitted values and tests that their coefficients are zero. Curvature
    /// and interactions that the columns miss make them differ from zero.
    ///
    /// With [`Covariance::iid`] it is the F test that compares the sums of squares without and with the powers; a
    /// robust covariance makes it Wald's test. Where effects are absorbed, ŷ is x'b with an intercept that makes it the
    /// outcome's on average, effects not counted, and they are taken out of its powers as out of all columns. Powers 2
    /// and 3 are usual.
    ///
    /// J. B. Ramsey (1969), <https://doi.org/10.1111/j.2517-6161.1969.tb00796.x>.
    ///
    /// ```text
    /// y = X b + Σ_p c_p ŷ^p + e,   null: c = 0       p the powers, ŷ the fitted values without them
    /// ```
    ///
    /// # Errors
    /// [`QuestionError::Option`] for powers below 2, given twice or none;
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) for random effects and first differences, and
    /// where the powers are combinations of the columns; those of [`covariance`](Self::covariance).
    ///
    /// # Examples
    /// ```
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let x: Vec<f64> = (0..20).map(f64::from).collect();
    /// let y: Vec<f64> = x.iter().map(|x| x * x + (7.0 * x).sin()).collect();
    /// let panel = Panel::builder().column("y", y).column("x", x).build()?;
    /// let test = PanelRegression::new("y", ["x"]).fit(&panel)?.reset(&[2], &Covariance::iid())?;
    /// assert!(test.p_value < 1e-10, "a parabola is no line: {test}");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn reset(&self, powers: &[u32], covariance: &Covariance) -> Result<SpecificationTest> {
        let mut distinct = powers.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() != powers.len() || distinct.first().is_none_or(|&power| power < 2) {
            let expected = "give different powers of at least 2, such as 2 and 3".to_string();
            return Err(QuestionError::Option { option: "powers", expected, found: format!("{powers:?}") }.into());
        }
        if self.estimator().is_random() || self.estimator() == Estimator::FirstDifference {
            let (found, needs) = (self.estimator().name(), EstimatorNeed::FittedLevels);
            return Err(cannot(TEST, Refusal::OtherEstimator { found, needs }));
        }
        self.check_residuals(TEST)?;
        let mut fitted = self.fitted_levels();
        // A power's span is the same for any scale, and this one cannot overflow.
        let largest = fitted.iter().fold(0.0_f64, |most, f| most.max(f.abs())).max(f64::MIN_POSITIVE);
        fitted.iter_mut().for_each(|f| *f /= largest);
        let weights = &self.data.weights;
        let mean = Absorb::new(None, None, weights);
        let length = |values: &[f64]| weighted_dot(values, values, weights).sqrt();
        let effects = self.data.absorbed.any().then(|| self.data.absorbed.absorb(&self.design));
        let added = |&power: &u32| {
            let levels: Vec<f64> = fitted.iter().map(|f| f.powi(power.min(1_000) as i32)).collect();
            Added {
                name: format!("fitted^{power}"),
                length: length(&mean.residuals(&levels)),
                rounding: rounding(length(&levels)),
                values: effects.as_ref().map_or_else(|| levels.clone(), |effects| effects.residuals(&levels)),
            }
        };
        let null = "the expectation is linear in the columns";
        self.test_added((TEST, null), distinct.iter().map(added).collect(), covariance, Refusal::NoCurvature)
    }

    /// The fitted values of the regressed rows before effects were taken out, effects not counted.
    fn fitted_levels(&self) -> Vec<f64> {
        if !self.data.absorbed.any() {
            return self.data.outcome.iter().zip(&self.residuals).map(|(y, e)| y - e).collect();
        }
        let mut fitted = vec![0.0; self.design.n_observations()];
        for (b, column) in self.data.slopes(&self.estimates).iter().zip(self.data.levels(&self.design)) {
            fitted.iter_mut().zip(column).for_each(|(f, x)| *f += b * x);
        }
        let rows = self.design.outcome.iter().zip(&fitted).zip(&self.design.weights);
        let constant = rows.map(|((y, f), w)| w * (y - f)).sum::<f64>() / self.design.weights.iter().sum::<f64>();
        fitted.iter_mut().for_each(|f| *f += constant);
        fitted
    }
}
