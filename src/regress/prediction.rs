//! What the regression expects of new rows, and how sure that is.

mod of_counts;

use linfa::traits::Predict;
use ndarray::{Array1, ArrayView1};
use serde::{Deserialize, Serialize};

use super::covariance::Covariance;
use super::effects::{Of, parts};
use super::inference::{check_level, nan_for_null};
use super::new_rows::columns_on;
use super::{Estimator, FittedRegression};
use crate::error::{EstimateError, EstimatorNeed, PredictProblem, Refusal, Result, cannot};
use crate::numerics::absorb::Effects;
use crate::numerics::tails::Reference;
use crate::panel::Panel;

/// What is expected of a row.
///
/// All numbers are in points of the outcome, of counts in counts; over the exposure they are of rates.
///
/// # Examples
/// See [`predictions`](FittedRegression::predictions).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Prediction {
    /// Unit and period of the row, or its place.
    pub name: String,
    /// The expected outcome: intercept, absorbed effects, coefficients times columns; of counts e to that, times the exposure.
    pub expected: f64,
    /// The standard error of that expectation; NaN, in JSON null, where the covariance says nothing of it, and then so
    /// are the intervals.
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub std_error: f64,
    /// Lower end of the interval of the expectation.
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub lower: f64,
    /// Its upper end.
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub upper: f64,
    /// Lower end of the interval of the outcome itself, whose own error is added.
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub outcome_lower: f64,
    /// Its upper end.
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub outcome_upper: f64,
    /// Of counts, what the row's are out of; `None` of least squares, and where every row counts alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<f64>,
    /// The expected count for one unit of exposure; `None` likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
}

impl FittedRegression {
    /// The expected outcome of every row of a panel, with intervals of this level.
    ///
    /// The variance of the expectation is x'Vx by the covariance V that is given; with absorbed effects x is less its
    /// own effects at the row's unit and period, and the variance that the effects have by themselves is added, for
    /// errors that are alike. The outcome's interval adds σ²/w, w the row's weight, and the variances of random
    /// effects.
    ///
    /// ```text
    /// expected ± t √(x'Vx + v),   outcome ± t √(x'Vx + v + σ²/w + σ²_u + σ²_p)     v that of absorbed effects
    /// ```
    ///
    /// Of counts the expectation is exposure · exp(x'b), its interval that of the logarithm, and its standard error by the
    /// delta method. The count itself varies as the family has it, its mean being uncertain as a gamma variable is: its
    /// interval is of a negative binomial with the variance μ + μ²(a + 1/θ + a/θ), a = x'Vx + v. Exposures are the panel's; at another
    /// there is [`predictions_at_exposure`](Self::predictions_at_exposure).
    ///
    /// # Errors
    /// [`EstimateError::Predict`] for a row with a missing value, without an exposure, with a unit, period or level that the fit has not seen,
    /// or with a column that has no coefficient and is no combination of the others there; [`EstimateError::Method`] for first differences, which say nothing of levels, and for
    /// [`Estimator::Mundlak`], whose columns are about the unit means of the sample;
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a level outside 0 to 1.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// let new = Panel::builder().column("x", [1.5]).build()?;
    /// let row = &fit.predictions(&new, &Covariance::iid(), 0.95)?[0];
    /// // At the mean: ȳ, with standard error s/√n.
    /// assert!((row.expected - 2.75).abs() < 1e-14 && (row.std_error - (1.35_f64 / 4.0).sqrt()).abs() < 1e-14);
    /// assert!(row.outcome_lower < row.lower);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn predictions(&self, panel: &Panel, covariance: &Covariance, level: f64) -> Result<Vec<Prediction>> {
        check_level(level)?;
        if let Some(counts) = &self.counts {
            return self.predicted_counts(counts, panel, self.exposures(panel)?, covariance, level);
        }
        let expected = self.expected_of(panel)?;
        let estimated = self.estimated(covariance)?;
        let weights = match &self.design.weights_name {
            Some(name) => panel.column(name)?.numbers()?.to_vec(),
            None => vec![1.0; panel.n_observations()],
        };
        let random = self.effect_variances().map_or(0.0, |c| c.unit.unwrap_or(0.0) + c.period.unwrap_or(0.0));
        let variance = self.error_variance();
        let of_row = |(row, (expected, x, own)): (usize, (f64, Vec<f64>, f64))| {
            let weight = weights[row];
            if weight.is_nan() || weight <= 0.0 {
                let why = PredictProblem::Weight { weight };
                return Err(EstimateError::Predict { place: panel.row_label(row), why }.into());
            }
            let function = self.basis.functional(ArrayView1::from(&x));
            let of_expectation = estimated.variance(function.view()) + own * variance;
            let quantile = Reference::new(estimated.df(function.view())).quantile(level);
            let half = quantile * of_expectation.sqrt();
            let half_outcome = quantile * (of_expectation + self.sigma2() / weight + random).sqrt();
            Ok(Prediction {
                name: panel.row_label(row),
                expected,
                std_error: of_expectation.sqrt(),
                lower: expected - half,
                upper: expected + half,
                outcome_lower: expected - half_outcome,
                outcome_upper: expected + half_outcome,
                exposure: None,
                rate: None,
            })
        };
        expected.into_iter().enumerate().map(of_row).collect()
    }

    /// For every row: the expectation, what of it multiplies the coefficients' covariance, and the variance that the
    /// absorbed effects have by themselves.
    fn expected_of(&self, panel: &Panel) -> Result<Vec<(f64, Vec<f64>, f64)>> {
        let estimator = self.question.estimator;
        let needs = match estimator {
            Estimator::FirstDifference => Some(EstimatorNeed::Levels),
            Estimator::Mundlak => Some(EstimatorNeed::OwnColumns),
            _ => None,
        };
        if let Some(needs) = needs {
            return Err(cannot("prediction", Refusal::OtherEstimator { found: estimator.name(), needs }));
        }
        let all = columns_on(&self.design, panel)?;
        let combinations = self.combinations();
        let columns: Vec<&Vec<f64>> = self.data.positions.iter().map(|&p| &all[p]).collect();
        let absorbed = self.data.absorbed;
        if !absorbed.any() {
            let row = |row: usize| {
                let lead = self.data.has_intercept.then_some(1.0);
                let x: Vec<f64> = lead.into_iter().chain(columns.iter().map(|c| c[row])).collect();
                for combination in &combinations {
                    combination.check(&panel.row_label(row), all[combination.column][row], &x)?;
                }
                Ok((x.iter().zip(&self.estimates).map(|(x, b)| x * b).sum(), x, 0.0))
            };
            return (0..panel.n_observations()).map(row).collect();
        }
        let absorb = absorbed.absorb(&self.design);
        // A row far from zero less what was taken from all, so that means of units keep its digits.
        let shifts = &self.data.shifts;
        let shifted = |(levels, shift): (&[f64], &f64)| levels.iter().map(|x| x - shift).collect::<Vec<f64>>();
        let levels = self.data.levels(&self.design).zip(shifts);
        let of_columns: Vec<_> = levels.map(|column| absorb.effects(&shifted(column))).collect();
        let of_outcome = absorb.effects(&self.design.outcome);
        let without = combinations.iter().map(|c| absorb.effects(&self.design.columns[c.column].values));
        let without: Vec<_> = without.collect();
        let parts = match (&self.design.units, &self.design.periods) {
            (Some(units), Some(periods)) if absorbed.parts(&self.design) > 1 => Some(parts(units, periods)),
            _ => None,
        };
        let mut rows = Vec::with_capacity(panel.n_observations());
        for row in 0..panel.n_observations() {
            let place = panel.row_label(row);
            let unit = absorbed.units.then(|| self.group(Of::Units, panel.unit_of(row), &place)).transpose()?;
            let period = panel.period_of(row).map(|period| period.to_string());
            let period = absorbed.periods.then(|| self.group(Of::Periods, period.as_deref(), &place)).transpose()?;
            if let (Some((of_unit, of_period)), Some(unit), Some(period)) = (&parts, unit, period)
                && of_unit[unit] != of_period[period]
            {
                return Err(EstimateError::Predict { place, why: PredictProblem::Unconnected }.into());
            }
            let at = |effects: &Effects| {
                effects.intercept + unit.map_or(0.0, |u| effects.first[u]) + period.map_or(0.0, |p| effects.second[p])
            };
            let own = columns.iter().zip(&of_columns).zip(shifts);
            let x: Vec<f64> = own.map(|((c, effects), shift)| c[row] - shift - at(effects)).collect();
            for (combination, effects) in combinations.iter().zip(&without) {
                combination.check(&place, all[combination.column][row] - at(effects), &x)?;
            }
            let expected = at(&of_outcome) + x.iter().zip(&self.estimates).map(|(x, b)| x * b).sum::<f64>();
            rows.push((expected, x, absorb.variance_at(unit, period)));
        }
        Ok(rows)
    }
}

impl Predict<&Panel, Result<Array1<f64>>> for FittedRegression {
    /// The expected outcome of every row of a panel; what [`FittedRegression::predictions`] puts intervals on.
    fn predict(&self, panel: &Panel) -> Result<Array1<f64>> {
        let expected = self.expected_of(panel)?.into_iter().map(|(expected, _, _)| expected);
        if self.counts.is_none() {
            return Ok(expected.collect());
        }
        let exposures = self.exposures(panel)?.unwrap_or_else(|| vec![1.0; panel.n_observations()]);
        Ok(expected.zip(exposures).map(|(expected, exposure)| exposure * expected.exp()).collect())
    }
}
