//! How likely are the regressed rows, and what does that cost in parameters?

use std::f64::consts::TAU;

use super::FittedRegression;
use crate::counts::Distribution;
use crate::error::{EstimatorNeed, Refusal, Result, cannot};
use crate::warning::Warning;

impl FittedRegression {
    /// The logarithm of the largest likelihood of the regressed rows, their errors being Gaussian and unrelated, of
    /// variance σ²/w, as R's `logLik(lm)`. It is at σ² = Σ w e²/n, not at [`sigma2`](Self::sigma2).
    ///
    /// ```text
    /// ℓ = ½ (Σ log w − n (log 2π + 1 − log n + log Σ w e²))
    /// ```
    ///
    /// With absorbed effects it is that of the regression on their dummies. Of the between estimator it is the
    /// likelihood of the units' means, of first differences that of the differences: compare either with its own
    /// kind only. With weights fixest's `logLik` is another: it leaves them out of ℓ, Σ log w and Σ w e² alike.
    ///
    /// Of counts it is that of their family, binomial coefficients and factorials in it, as R's `logLik(glm)` and
    /// `logLik(glm.nb)`; weights, of mean one, multiply it row by row.
    ///
    /// # Errors
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) of counts with fractions; of random effects, whose variances are not those
    /// of the largest likelihood, so that ℓ would not be largest, either; and of a regression that fits exactly.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// // Four rows, and a sum of squares of 2.7.
    /// let expected = -2.0 * ((2.0 * std::f64::consts::PI).ln() + 1.0 + (2.7_f64 / 4.0).ln());
    /// assert!((fit.log_likelihood()? - expected).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn log_likelihood(&self) -> Result<f64> {
        self.likelihood("the log-likelihood")
    }

    /// Akaike's information criterion, −2ℓ + 2p; the smaller, the better, among regressions of the same regressed rows.
    ///
    /// p counts the coefficients, the independent absorbed effects and σ², of counts θ where there is one in place of σ²: n − [`df_residual`](Self::df_residual) + 1.
    /// So does R's `AIC(lm)` with the effects as dummies, and so do the criteria of the best subsets. fixest's
    /// `AIC(feols)` does not count σ², and is smaller by 2 (without weights, for which see
    /// [`log_likelihood`](Self::log_likelihood)); differences between regressions are the same.
    ///
    /// H. Akaike (1974), <https://doi.org/10.1109/TAC.1974.1100705>.
    ///
    /// # Errors
    /// As for [`log_likelihood`](Self::log_likelihood).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let regression = PanelRegression::new("cpp_rate", ["low_income_pct"]);
    /// let (pooled, within) = (regression.fit(&panel)?, regression.clone().estimator(Estimator::Within).fit(&panel)?);
    /// // An intercept, a slope and σ²; 150 effects for the intercept.
    /// assert!((pooled.aic()? + 2.0 * pooled.log_likelihood()? - 2.0 * 3.0).abs() < 1e-9);
    /// assert!((within.aic()? + 2.0 * within.log_likelihood()? - 2.0 * 152.0).abs() < 1e-9);
    /// assert!(within.aic()? < pooled.aic()?);
    /// // The effects of units are worth their parameters; random ones have no such likelihood.
    /// assert!(regression.estimator(Estimator::Random).fit(&panel)?.aic().is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn aic(&self) -> Result<f64> {
        Ok(2.0 * self.n_parameters() - 2.0 * self.likelihood("AIC")?)
    }

    /// Schwarz's Bayesian information criterion, −2ℓ + p log n, p as for [`aic`](Self::aic) and n the regressed rows.
    /// R's `BIC(lm)` is the same; fixest's `BIC(feols)` is smaller by log n.
    ///
    /// G. Schwarz (1978), <https://doi.org/10.1214/aos/1176344136>.
    ///
    /// # Errors
    /// As for [`log_likelihood`](Self::log_likelihood).
    ///
    /// # Examples
    /// ```
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// assert!((fit.bic()? - fit.aic()? - 3.0 * (4.0_f64.ln() - 2.0)).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn bic(&self) -> Result<f64> {
        Ok(self.n_parameters() * (self.n_observations() as f64).ln() - 2.0 * self.likelihood("BIC")?)
    }

    /// Coefficients, absorbed effects, and the variance or θ.
    fn n_parameters(&self) -> f64 {
        let has_more = self.counts.as_ref().is_none_or(|counts| counts.distribution != Distribution::Poisson);
        (self.n_observations() - self.df_residual + usize::from(has_more)) as f64
    }

    fn likelihood(&self, asker: &'static str) -> Result<f64> {
        if let Some(counts) = &self.counts {
            if counts.counts.iter().any(|y| y.fract() != 0.0) {
                return Err(cannot(asker, Refusal::Fractions));
            }
            return Ok(counts.log_likelihood());
        }
        if self.estimator().is_random() {
            let (found, needs) = (self.estimator().name(), EstimatorNeed::LargestLikelihood);
            return Err(cannot(asker, Refusal::OtherEstimator { found, needs }));
        }
        // Residuals that are rounding alone.
        if self.warnings.iter().any(|warning| matches!(warning, Warning::ExactFit | Warning::Saturated { .. })) {
            return Err(cannot(asker, Refusal::UnboundedLikelihood));
        }
        let n = self.n_observations() as f64;
        // The scale of the weights, here of mean one, drops out of both sums.
        let of_weights: f64 = self.data.weights.iter().map(|w| w.ln()).sum();
        Ok(0.5 * (of_weights - n * (TAU.ln() + 1.0 - n.ln() + self.sum_of_squares().ln())))
    }
}
