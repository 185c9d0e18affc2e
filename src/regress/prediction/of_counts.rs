//! What a regression of counts expects of new rows: counts at an exposure, and rates.

use ndarray::ArrayView1;

use super::Prediction;
use crate::error::{EstimateError, PredictProblem, QuestionError, Result};
use crate::numerics::tails::{Reference, gamma_quantile, normal_quantile};
use crate::panel::Panel;
use crate::regress::FittedRegression;
use crate::regress::covariance::Covariance;
use crate::regress::inference::check_level;
use crate::regress::of_counts::OfCounts;

/// Of a mean whose uncertainty adds less than this to the variance of a count, in parts of it, the count is Poisson's.
const NOTHING: f64 = 1e-9;
/// Means below which probabilities are summed count by count; e to the minus of it is a number still.
const SUMMED: f64 = 500.0;
/// Terms after which the gamma variable is taken for the rest of a long tail.
const MOST_TERMS: f64 = 1e6;
/// The shape of a gamma variable that is nearly normal.
const NEARLY_NORMAL: f64 = 1e4;

impl FittedRegression {
    /// The expected counts of every row of a panel out of an exposure of this size, such as 10,000 children, whatever the
    /// panel's own; see [`predictions`](Self::predictions).
    ///
    /// # Errors
    /// [`QuestionError::ExposureWithoutCounts`] of least squares; [`QuestionError::Option`] for an exposure that is not above
    /// zero; those of [`predictions`](Self::predictions).
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
    /// let rows = fit.predictions_at_exposure(&panel, 10_000.0, &Covariance::iid(), 0.95)?;
    /// // A hundred in ten thousand, and two hundred.
    /// assert!((rows[0].expected - 100.0).abs() < 1e-9 && (rows[3].expected - 200.0).abs() < 1e-9);
    /// assert!(rows[0].outcome_lower < rows[0].lower && rows[0].rate.is_some_and(|rate| (rate - 0.01).abs() < 1e-12));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn predictions_at_exposure(
        &self,
        panel: &Panel,
        exposure: f64,
        covariance: &Covariance,
        level: f64,
    ) -> Result<Vec<Prediction>> {
        let Some(counts) = &self.counts else {
            return Err(QuestionError::ExposureWithoutCounts { exposure: exposure.to_string() }.into());
        };
        if !(exposure > 0.0 && exposure.is_finite()) {
            let expected = "it must be a number above zero".to_string();
            return Err(QuestionError::Option { option: "exposure", expected, found: exposure.to_string() }.into());
        }
        self.predicted_counts(counts, panel, Some(vec![exposure; panel.n_observations()]), covariance, level)
    }

    /// What the rows of a panel are out of by its own column; `None` where every row counts alike.
    pub(super) fn exposures(&self, panel: &Panel) -> Result<Option<Vec<f64>>> {
        let Some(exposure) = &self.design.exposure else { return Ok(None) };
        let values = panel.column(&exposure.name)?.numbers()?;
        let check = |(row, &value): (usize, &f64)| match value > 0.0 && value.is_finite() {
            true => Ok(value),
            false => {
                let why = PredictProblem::Exposure { column: exposure.name.clone(), exposure: value };
                Err(EstimateError::Predict { place: panel.row_label(row), why }.into())
            }
        };
        values.iter().enumerate().map(check).collect::<Result<Vec<f64>>>().map(Some)
    }

    pub(super) fn predicted_counts(
        &self,
        counts: &OfCounts,
        panel: &Panel,
        exposures: Option<Vec<f64>>,
        covariance: &Covariance,
        level: f64,
    ) -> Result<Vec<Prediction>> {
        check_level(level)?;
        let expected = self.expected_of(panel)?;
        let estimated = self.estimated(covariance)?;
        let of_row = |(row, (eta, x, own)): (usize, (f64, Vec<f64>, f64))| {
            let function = self.basis.functional(ArrayView1::from(&x));
            let variance = estimated.variance(function.view()) + own * self.assumed_variance();
            let half = Reference::new(None).quantile(level) * variance.sqrt();
            let exposure = exposures.as_ref().map(|exposures| exposures[row]);
            let mean = exposure.unwrap_or(1.0) * eta.exp();
            if !mean.is_finite() || mean * half.exp() == f64::INFINITY {
                let why = PredictProblem::BeyondNumbers;
                return Err(EstimateError::Predict { place: panel.row_label(row), why }.into());
            }
            let own = counts.beyond_chance();
            let quantile = |p: f64| count_quantile(mean, own + variance + own * variance, p);
            Ok(Prediction {
                name: panel.row_label(row),
                expected: mean,
                std_error: mean * variance.sqrt(),
                lower: mean * (-half).exp(),
                upper: mean * half.exp(),
                outcome_lower: quantile(0.5 - 0.5 * level),
                outcome_upper: quantile(0.5 + 0.5 * level),
                exposure,
                rate: exposure.map(|_| eta.exp()),
            })
        };
        expected.into_iter().enumerate().map(of_row).collect()
    }
}

/// What a count is at most with this probability, its variance being μ + aμ²: that of Poisson's whose mean is a gamma variable
/// of mean μ and relative variance a. Of large means it is that of the gamma variable of the same mean and variance, or of the
/// normal with Cornish and Fisher's term for skewness where the gamma is nearly one. NaN where a is.
fn count_quantile(mean: f64, a: f64, p: f64) -> f64 {
    if a.is_nan() {
        return f64::NAN;
    }
    // A level whose half rounds to one has no end.
    let p = p.min(1.0 - f64::EPSILON);
    if mean < SUMMED {
        // ln(1 + aμ)/a, and the ratio of a probability to the one before.
        let of_zero = if a * mean < NOTHING { mean } else { (a * mean).ln_1p() / a };
        let (mut probability, mut below, mut count) = ((-of_zero).exp(), 0.0, 0.0);
        while count < MOST_TERMS {
            below += probability;
            if below >= p {
                return count;
            }
            probability *= mean * (1.0 + a * count) / ((count + 1.0) * (1.0 + a * mean));
            count += 1.0;
        }
    }
    let variance = mean + a * mean * mean;
    let shape = mean * mean / variance;
    let quantile = match shape < NEARLY_NORMAL {
        true => gamma_quantile(shape, p) * variance / mean,
        false => {
            let (z, deviation) = (normal_quantile(p), variance.sqrt());
            mean + deviation * (z + (1.0 + 2.0 * a * mean) / deviation * (z * z - 1.0) / 6.0)
        }
    };
    quantile.round().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_means_have_the_quantiles_of_sums() {
        // On either side of where sums end: the same but for the mean itself, and the count that rounding takes.
        for a in [0.0, 1e-12, 1e-3, 0.3, 2.0] {
            for p in [0.025, 0.5, 0.975] {
                let (below, above) = (count_quantile(SUMMED * (1.0 - 1e-12), a, p), count_quantile(SUMMED, a, p));
                assert!((below - above).abs() <= 1.0 + 2e-3 * above, "{a} {p}: {below} and {above}");
            }
        }
        for (mean, a) in [(1e9, 0.1), (1e6, 2e-15), (1e14, 1.0), (1e-9, 1e9), (3.0, 1e12)] {
            let found = [1e-16, 0.025, 0.5, 0.975, 1.0].map(|p| count_quantile(mean, a, p));
            assert!(found.is_sorted() && found.iter().all(|x| x.is_finite() && *x >= 0.0), "{mean} {a}: {found:?}");
        }
    }
}
