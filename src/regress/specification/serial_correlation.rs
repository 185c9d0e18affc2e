//! Are the errors of a unit related over time? Wooldridge's tests on residuals.

use std::collections::HashMap;

use super::SpecificationTest;
use crate::error::{EstimateError, EstimatorNeed, Refusal, Result, cannot, no_key};
use crate::panel::Panel;
use crate::regress::transform::period_values;
use crate::regress::{Covariance, Estimator, FittedRegression, PanelRegression, SmallSample};

const TEST: &str = "Wooldridge's test for serial correlation";

/// A residual with the one of the period before, and what the null hypothesis expects of their product and of the
/// square of the earlier, in units of the error variance.
struct Pair {
    unit: u32,
    period: i64,
    residual: f64,
    lag: f64,
    product: f64,
    square: f64,
}

impl FittedRegression {
    /// Wooldridge's test that the errors of a unit are unrelated over time: residuals are regressed on an intercept and
    /// those of the period before, and the slope is compared with what the estimator does to unrelated errors. The
    /// covariance of that regression is clustered by unit, with this small-sample convention, since under the null
    /// residuals of one unit remain related.
    ///
    /// ```text
    /// e_it = a + ρ e_i,t−1 + u_it,   F = ((ρ̂ − ρ₀)/SE)²       ρ₀ the slope of unrelated errors
    /// ```
    ///
    /// | estimator | slope of unrelated errors on a balanced panel of T periods |
    /// |---|---|
    /// | within | −1/(T − 1): subtracting unit means relates the residuals |
    /// | first_difference | −½ |
    ///
    /// On other panels it is the ratio of what is expected of the sums of products and of squares of the earlier
    /// residual. Residuals count with the roots of their weights; for the within estimator, over all pairs of a row
    /// with the earlier one, w' its weight and W_i the sum of its unit's weights, the slope is
    ///
    /// ```text
    /// −Σ √(w w')/W_i / Σ (1 − w'/W_i)
    /// ```
    ///
    /// Pairs do not reach over gaps. On a balanced panel the within test with [`SmallSample::Plm`] is plm's `pwartest`,
    /// F(1, n − 2) for n pairs; the default convention has F(1, G − 1) for G units, which rejects less. Stata's `xtserial` is the test of
    /// first differences without the two intercepts.
    ///
    /// J. M. Wooldridge (2010), *Econometric Analysis of Cross Section and Panel Data*, sections 10.5.4 and 10.6.3; D.
    /// M. Drukker (2003), <https://doi.org/10.1177/1536867X0300300206>.
    ///
    /// # Errors
    /// [`EstimateError::Method`] for other estimators;
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without periods;
    /// [`EstimateError::TooFew`] for fewer than three pairs of successive periods, and within units of fewer than three
    /// periods, whose residuals are tied; [`EstimateError::Cluster`] for one unit.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::SmallSample;
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["vacancy_rate"]).estimator(Estimator::Within).fit(&panel)?;
    /// let test = fit.serial_correlation(SmallSample::default())?;
    /// assert!(test.p_value >= 0.0 && test.p_value <= 1.0);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn serial_correlation(&self, small_sample: SmallSample) -> Result<SpecificationTest> {
        let is_within = match self.estimator() {
            Estimator::Within => true,
            Estimator::FirstDifference => false,
            _ => {
                let (found, needs) = (self.estimator().name(), EstimatorNeed::KnownSuccession);
                return Err(cannot(TEST, Refusal::OtherEstimator { found, needs }));
            }
        };
        self.check_residuals(TEST)?;
        let pairs = self.successive(is_within)?;
        // An intercept and a slope, and something left over.
        if pairs.len() < 3 {
            let what = format!("pairs of residuals of successive periods for {TEST}");
            return Err(EstimateError::TooFew { what, expected: 3, found: pairs.len() }.into());
        }
        let expected = pairs.iter().map(|p| p.product).sum::<f64>() / pairs.iter().map(|p| p.square).sum::<f64>();
        // Residuals may be of any size, and a slope does not depend on it.
        let size = pairs.iter().fold(0.0_f64, |most, p| most.max(p.residual.abs()).max(p.lag.abs()));
        let panel = Panel::builder()
            .units(pairs.iter().map(|p| p.unit))
            .periods(pairs.iter().map(|p| p.period as i32))
            .column("residual", pairs.iter().map(|p| p.residual / size))
            .column("earlier", pairs.iter().map(|p| p.lag / size))
            .build()?;
        let fit = PanelRegression::new("residual", ["earlier"]).fit(&panel)?;
        let slope = fit.position("earlier")?;
        let covariance = fit.covariance(&Covariance::cluster().small_sample(small_sample))?;
        let variance = covariance.matrix[[slope, slope]];
        if variance.is_nan() || variance <= 0.0 {
            return Err(cannot(TEST, Refusal::ExactSuccession));
        }
        let statistic = (fit.estimates()[slope] - expected).powi(2) / variance;
        let null = "errors of a unit are unrelated over time";
        Ok(SpecificationTest::wald(TEST, null, statistic, 1, covariance.df).warn(covariance.warnings))
    }

    /// Residuals times the roots of their weights, by pairs of successive periods.
    fn successive(&self, is_within: bool) -> Result<Vec<Pair>> {
        let units = self.design.units.as_ref().ok_or_else(|| no_key(TEST, "unit"))?;
        if self.design.periods.is_none() {
            return Err(no_key(TEST, "period"));
        }
        let of_sample = period_values(&self.design)?;
        let key = |row: usize| (units.codes[self.data.rows[row]], of_sample[self.data.rows[row]]);
        let n = self.n_observations();
        let position: HashMap<(u32, i64), usize> = (0..n).map(|row| (key(row), row)).collect();
        let w = &self.data.weights;
        let mut unit_weights = vec![0.0; units.names.len()];
        (0..n).for_each(|row| unit_weights[key(row).0 as usize] += w[row]);
        let root = |row: usize| w[row].sqrt();
        let of_row = |row: usize| {
            let (unit, period) = key(row);
            let before = *position.get(&(unit, period - 1))?;
            let joint = root(row) * root(before);
            let (product, square) = if is_within {
                // Of the deviations from a unit's weighted mean, whose variance is σ²/Σ w.
                let total = unit_weights[unit as usize];
                (-joint / total, 1.0 - w[before] / total)
            } else {
                // The two differences share the error of the earlier one's row, whose variance is σ² over its weight.
                let shared = self.design.weights[self.data.rows[before]];
                (-joint / shared, 2.0)
            };
            let (residual, lag) = (root(row) * self.residuals[row], root(before) * self.residuals[before]);
            Some(Pair { unit, period, residual, lag, product, square })
        };
        let pairs: Vec<Pair> = (0..n).filter_map(of_row).collect();
        let mut rows = vec![0_usize; units.names.len()];
        (0..n).for_each(|row| rows[key(row).0 as usize] += 1);
        let most = rows.iter().copied().max().unwrap_or(0);
        if is_within && most < 3 {
            // Two deviations from their mean are each other's negative.
            return Err(EstimateError::TooFew {
                what: format!("periods of a unit for {TEST}"),
                expected: 3,
                found: most,
            }
            .into());
        }
        Ok(pairs)
    }
}
