//! What does a column do to the expected outcome, on average over the rows?

use ndarray::Array1;
use rayon::prelude::*;

use super::FittedRegression;
use super::covariance::{Covariance, Estimated};
use super::inference::{CoefficientEstimate, check_level};
use super::of_counts::OfCounts;
use crate::error::Result;
use crate::numerics::dot::weighted_dot;

impl FittedRegression {
    /// The average marginal effect of every column with a coefficient, with 95% intervals: what one unit more of it, all else
    /// held fixed, adds to the expected outcome on average over the rows. Of least squares it is the coefficient. Of counts, of
    /// which b is the coefficient, it is in counts a row, and with an exposure e in counts for one unit of exposure:
    ///
    /// ```text
    /// Σ w b μ / Σ w e                        a number
    /// Σ w μ exp(−b x)(exp(b) − 1) / Σ w e     a column of zeros and ones: all rows at one less all at zero
    /// ```
    ///
    /// Standard errors are by the delta method, √(g'Vg). Where effects are absorbed, they follow the coefficients by the expected
    /// information: of Poisson's so that as many are expected of each unit, or period, as were counted. θ is held.
    ///
    /// # Errors
    /// Those of [`covariance`](Self::covariance).
    ///
    /// # Examples
    /// ```
    /// use apportion::model::Family;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder()
    ///     .column("plans", [10.0, 20.0, 40.0, 60.0])
    ///     .column("children", [1000.0, 2000.0, 2000.0, 3000.0])
    ///     .column("poor", [0.0, 0.0, 1.0, 1.0])
    ///     .build()?;
    /// let fit = PanelRegression::new("plans", ["poor"]).family(Family::Poisson).exposure("children").fit(&panel)?;
    /// let effect = &fit.average_marginal_effects(&Covariance::iid())?[0];
    /// // From one in a hundred to two.
    /// assert!((effect.estimate - 0.01).abs() < 1e-12 && effect.name == "poor");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn average_marginal_effects(&self, covariance: &Covariance) -> Result<Vec<CoefficientEstimate>> {
        self.average_marginal_effects_at(covariance, 0.95)
    }

    /// The same with intervals of another level.
    ///
    /// # Errors
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a level that is not between 0 and 1; those of
    /// [`covariance`](Self::covariance).
    ///
    /// # Examples
    /// ```
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// let effects = fit.average_marginal_effects_at(&Covariance::iid(), 0.9)?;
    /// assert_eq!(effects[0], fit.coefficients_at(&Covariance::iid(), 0.9)?.coefficients[1]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn average_marginal_effects_at(&self, covariance: &Covariance, level: f64) -> Result<Vec<CoefficientEstimate>> {
        check_level(level)?;
        let lead = usize::from(self.data.has_intercept);
        let Some(counts) = &self.counts else {
            return Ok(self.coefficients_at(covariance, level)?.coefficients.split_off(lead));
        };
        let estimated = self.estimated(covariance)?;
        let exposure = self.design.exposure.as_ref();
        let total: f64 = match exposure {
            Some(exposure) => exposure.values.iter().zip(&counts.weights).map(|(e, w)| e * w).sum(),
            None => counts.weights.iter().sum(),
        };
        let columns: Vec<(usize, &[f64])> = (lead..).zip(self.data.levels(&self.design)).collect();
        let effect = |(at, x): (usize, &[f64])| self.marginal_effect(counts, &estimated, (at, x), total, level);
        Ok(columns.into_par_iter().map(effect).collect())
    }

    fn marginal_effect(
        &self,
        counts: &OfCounts,
        estimated: &Estimated,
        (at, x): (usize, &[f64]),
        total: f64,
        level: f64,
    ) -> CoefficientEstimate {
        let b = self.estimates[at];
        let is_dummy = x.iter().all(|x| *x == 0.0 || *x == 1.0);
        // Of a row: its effect m(η, b), which is its own derivative by η, and the derivative by b.
        let of_row = |(mean, x): (&f64, &f64)| match is_dummy {
            true => {
                let without = mean * (-b * x).exp();
                let effect = without * b.exp_m1();
                (effect, without * b.exp() - x * effect)
            }
            false => (b * mean, *mean),
        };
        let (effects, by_b): (Vec<f64>, Vec<f64>) = counts.means.iter().zip(x).map(of_row).unzip();
        let mean = |values: &[f64]| values.iter().zip(&counts.weights).map(|(m, w)| m * w).sum::<f64>() / total;
        let along = self.basis.columns.all().iter().map(|q| weighted_dot(&effects, q, &counts.weights) / total);
        let gradient = Array1::from_iter(along) + self.basis.coefficient(at) * mean(&by_b);
        let std_error = estimated.variance(gradient.view()).sqrt();
        let component = self.component(at).cloned();
        let estimate = CoefficientEstimate::new(self.names()[at].clone(), mean(&effects), std_error, None, level);
        CoefficientEstimate { component, ..estimate }
    }
}
