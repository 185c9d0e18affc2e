//! Are the errors of a unit related over time? Breusch and Godfrey's test, of any order and any estimator.

use serde::{Deserialize, Serialize};

use super::{Added, NullDistribution, SpecificationTest};
use crate::error::{EstimateError, EstimatorNeed, QuestionError, Refusal, Result, cannot, no_key};
use crate::numerics::absorb::Absorb;
use crate::numerics::dot::weighted_dot;
use crate::numerics::rank::rounding;
use crate::regress::transform::period_values;
use crate::regress::{Estimator, FittedRegression};

const TEST: &str = "the Breusch–Godfrey test for serial correlation";

/// Which residual is the one before.
///
/// # Examples
/// See [`FittedRegression::breusch_godfrey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResidualLags {
    /// That of the same unit in the period before, zero where there is none. The default, since errors of different
    /// units do not follow one another.
    #[default]
    WithinUnits,
    /// That of the row above, units stacked and gaps closed: the last of one unit is before the first of the next. What
    /// plm's `pbgtest` takes.
    Stacked,
}

impl FittedRegression {
    /// Breusch and Godfrey's test that errors are unrelated over so many periods: the residuals are regressed on the
    /// columns, as the estimator made them, and on the residuals of the periods before, zero where there are none.
    ///
    /// ```text
    /// LM = n R² ~ χ²(order),   R² = 1 − RSS with the lags/RSS without
    /// ```
    ///
    /// Weighted rows count times the roots of their weights. Deviations from few periods' means are related by
    /// themselves, and the test then rejects without reason, plm's too: for short panels with absorbed unit effects
    /// [`serial_correlation`](Self::serial_correlation) takes that into account.
    ///
    /// T. S. Breusch (1978), "Testing for autocorrelation in dynamic linear models"; L. G. Godfrey (1978), "Testing
    /// against general autoregressive and moving average error models when the regressors include lagged dependent
    /// variables".
    ///
    /// # Errors
    /// [`QuestionError::Option`] for an order of zero, or one that reaches over more than the periods from the first to
    /// the last (stacked: one that reaches their number); [`EstimateError::Method`] of a between estimator, whose rows do
    /// not follow one another, and for a lag that no unit has two rows for, as one of a single year where years are even;
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units or periods; [`EstimateError::TooFew`] where lags
    /// add nothing to the columns, or leave no residual degrees of freedom beside them.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::{NullDistribution, ResidualLags};
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["vacancy_rate"]).fit(&panel)?;
    /// let test = fit.breusch_godfrey(2, ResidualLags::default())?;
    /// assert_eq!(test.distribution, NullDistribution::ChiSquared { df: 2.0 });
    /// assert!(test.p_value < 1e-10, "authorities differ, year after year: {test}");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn breusch_godfrey(&self, order: usize, lags: ResidualLags) -> Result<SpecificationTest> {
        if self.estimator() == Estimator::Between {
            let (found, needs) = (self.estimator().name(), EstimatorNeed::SeveralResiduals);
            return Err(cannot(TEST, Refusal::OtherEstimator { found, needs }));
        }
        let units = self.design.units.as_ref().ok_or_else(|| no_key(TEST, "unit"))?;
        let n_periods = self.design.periods.as_ref().ok_or_else(|| no_key(TEST, "period"))?.names.len();
        let of_sample = period_values(&self.design)?;
        let key = |row: usize| (units.codes[self.data.rows[row]], of_sample[self.data.rows[row]]);
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        for row in 0..self.n_observations() {
            (first, last) = (first.min(key(row).1), last.max(key(row).1));
        }
        let (most, expected) = match lags {
            // Gaps closed, a longer lag is never of the same unit.
            ResidualLags::Stacked => (n_periods - 1, format!("less than the {n_periods} periods")),
            ResidualLags::WithinUnits => {
                let span = usize::try_from(last - first).unwrap_or(0);
                (span, format!("at most {span}, what the last period ({last}) is after the first ({first})"))
            }
        };
        if order == 0 || order > most {
            let expected = format!("it must be at least 1 and {expected}");
            return Err(QuestionError::Option { option: "order", expected, found: order.to_string() }.into());
        }
        self.check_residuals(TEST)?;
        let roots: Vec<f64> = self.data.weights.iter().map(|w| w.sqrt()).collect();
        // Rows stand by unit, then period, so that an earlier one is at most so many rows above.
        let before = |row: usize, lag: usize| match lags {
            ResidualLags::Stacked => row.checked_sub(lag),
            ResidualLags::WithinUnits => {
                let (unit, period) = key(row);
                (row.saturating_sub(lag)..row).find(|&earlier| key(earlier) == (unit, period - lag as i64))
            }
        };
        // A lag without a pair of rows would be left out, and the test one of fewer lags than were asked for.
        let is_empty = |&lag: &usize| (0..self.n_observations()).all(|row| before(row, lag).is_none());
        if let Some(lag) = (1..=order).find(is_empty) {
            return Err(cannot(TEST, Refusal::NoRowsApart { lag }));
        }
        let mean = Absorb::new(None, None, &self.data.weights);
        let length = |values: &[f64]| weighted_dot(values, values, &self.data.weights).sqrt();
        let added = |lag: usize| {
            // What is added is multiplied by the root of its own row's weight, and not of the earlier one's.
            let value = |row: usize| before(row, lag).map_or(0.0, |at| roots[at] * self.residuals[at] / roots[row]);
            let values: Vec<f64> = (0..self.n_observations()).map(value).collect();
            Added {
                name: format!("residual {lag} before"),
                length: length(&mean.residuals(&values)),
                rounding: rounding(length(&values)),
                values,
            }
        };
        let augmented = self.augmented((1..=order).map(added).collect());
        let df = augmented.estimates.len().saturating_sub(self.estimates.len());
        if df == 0 {
            let what = format!("lags that add something to the columns for {TEST}");
            return Err(EstimateError::TooFew { what, expected: 1, found: 0 }.into());
        }
        if augmented.df_residual == 0 {
            let what = format!("residual degrees of freedom beside {order} lags for {TEST}");
            return Err(EstimateError::TooFew { what, expected: 1, found: 0 }.into());
        }
        let explained = 1.0 - augmented.sum_of_squares() / self.sum_of_squares();
        let statistic = self.n_observations() as f64 * explained.max(0.0);
        let null = "errors of a unit are unrelated over time";
        Ok(SpecificationTest::new(TEST, null, statistic, NullDistribution::ChiSquared { df: df as f64 }))
    }
}
