//! The effects that were absorbed, with standard errors.

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

use super::FittedRegression;
use super::covariance::Covariance;
use super::inference::nan_for_null;
use crate::error::{Error, EstimateError, EstimatorNeed, PredictProblem, Refusal, Result, cannot, no_key};
use crate::numerics::groups::Groups;

/// The effect of a unit or of a period.
///
/// All but the rows are in points of the outcome.
///
/// # Examples
/// ```
/// use apportion::{Covariance, Estimator, Panel, PanelRegression};
///
/// let panel = Panel::builder()
///     .units(["A", "A", "B", "B"])
///     .periods([2017, 2018, 2017, 2018])
///     .column("y", [1.0, 3.0, 11.0, 14.0])
///     .column("x", [0.0, 1.0, 0.0, 1.0])
///     .build()?;
/// let fit = PanelRegression::new("y", ["x"]).estimator(Estimator::Within).fit(&panel)?;
/// // x explains 2.5: without it A is at 0.75, and B at 11.25.
/// let effects = fit.unit_effects(&Covariance::iid())?;
/// assert!((effects[0].level - 0.75).abs() < 1e-12 && (effects[1].level - 11.25).abs() < 1e-12);
/// assert!((effects[1].effect - 5.25).abs() < 1e-12 && effects[1].rows == 2);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Effect {
    /// The unit, or the period.
    pub name: String,
    /// How far it lies from the weighted mean of the effects over the rows of the sample.
    pub effect: f64,
    /// The same with the intercept: what is expected of it where every column is zero.
    pub level: f64,
    /// The standard error of the level; NaN, in JSON null, where the covariance says nothing of it.
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub std_error: f64,
    /// Rows that it is estimated from.
    pub rows: usize,
}

/// Which absorbed effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Units,
    Periods,
}

impl FittedRegression {
    /// The absorbed effects of the units.
    ///
    /// With λ the functional of the outcome that is a level where there are no columns (a weighted mean, of one
    /// absorbed set of effects), the level is λ(y) − λ(x)'b, and its variance λ(x)'V λ(x), by the covariance V that is
    /// given, plus that of λ(y) for errors that are alike, σ²/W_i of one set.
    ///
    /// # Errors
    /// [`EstimateError::Method`] where no unit effects were absorbed; those of [`covariance`](Self::covariance).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).estimator(Estimator::Within).fit(&panel)?;
    /// let effects = fit.unit_effects(&Covariance::iid())?;
    /// assert_eq!(effects.len(), 150);
    /// let mean = effects.iter().map(|e| e.rows as f64 * e.effect).sum::<f64>() / fit.n_observations() as f64;
    /// assert!(mean.abs() < 1e-10);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn unit_effects(&self, covariance: &Covariance) -> Result<Vec<Effect>> {
        self.effects(Of::Units, covariance)
    }

    /// The absorbed effects of the periods, likewise.
    ///
    /// # Errors
    /// [`EstimateError::Method`] where no period effects were absorbed; those of [`covariance`](Self::covariance).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).estimator(Estimator::Twoway).fit(&panel)?;
    /// let years = fit.period_effects(&Covariance::cluster())?;
    /// assert_eq!((years.len(), years[0].name.as_str(), years[0].rows), (8, "2011", 150));
    /// // The level of a year is its effect and the intercept.
    /// assert!((years[1].level - years[0].level - (years[1].effect - years[0].effect)).abs() < 1e-10);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn period_effects(&self, covariance: &Covariance) -> Result<Vec<Effect>> {
        self.effects(Of::Periods, covariance)
    }

    fn effects(&self, of: Of, covariance: &Covariance) -> Result<Vec<Effect>> {
        let absorbed = self.data.absorbed;
        let (is_absorbed, groups, what) = match of {
            Of::Units => (absorbed.units, self.design.units.as_ref(), "unit effects"),
            Of::Periods => (absorbed.periods, self.design.periods.as_ref(), "period effects"),
        };
        let Some(groups) = groups.filter(|_| is_absorbed) else {
            let (found, needs) = (self.estimator().name(), EstimatorNeed::AbsorbedEffects);
            return Err(cannot(what, Refusal::OtherEstimator { found, needs }));
        };
        let estimated = self.estimated(covariance)?;
        let absorb = absorbed.absorb(&self.design);
        let levels = |values: &[f64]| -> (f64, Vec<f64>) {
            let effects = absorb.effects(values);
            (effects.intercept, if of == Of::Units { effects.first } else { effects.second })
        };
        let mut left = self.design.outcome.to_vec();
        for (b, column) in self.estimates.iter().zip(self.data.levels(&self.design)) {
            left.iter_mut().zip(column).for_each(|(y, x)| *y -= b * x);
        }
        let of_columns: Vec<(f64, Vec<f64>)> = self.data.levels(&self.design).map(levels).collect();
        let (intercept, effects) = levels(&left);
        let mut rows = vec![0; groups.names.len()];
        groups.codes.iter().for_each(|&code| rows[code as usize] += 1);
        let variance = self.assumed_variance();
        let effect = |code: usize| {
            let x: Vec<f64> = of_columns.iter().map(|(constant, own)| constant + own[code]).collect();
            let (first, second) = if of == Of::Units { (Some(code), None) } else { (None, Some(code)) };
            let own = variance * absorb.variance_at(first, second);
            Effect {
                name: groups.names[code].clone(),
                effect: effects[code],
                level: intercept + effects[code],
                std_error: (own + estimated.variance(self.basis.functional(ArrayView1::from(&x)).view())).sqrt(),
                rows: rows[code],
            }
        };
        Ok((0..groups.names.len()).map(effect).collect())
    }

    /// The position of a unit or period among the groups of the sample.
    pub(super) fn group(&self, of: Of, name: Option<&str>, place: &str) -> Result<usize> {
        let (groups, needs) = match of {
            Of::Units => (&self.design.units, "unit"),
            Of::Periods => (&self.design.periods, "period"),
        };
        let asker = || format!("a prediction by the {} estimator", self.question.estimator);
        let (groups, name) = groups.as_ref().zip(name).ok_or_else(|| no_key(asker(), needs))?;
        groups.names.iter().position(|known| known == name).ok_or_else(|| {
            let why = PredictProblem::UnknownEffect { name: name.to_string() };
            Error::from(EstimateError::Predict { place: place.to_string(), why })
        })
    }
}

/// The part of the panel that each unit, and each period, lies in: those that a row connects lie in one.
pub(super) fn parts(units: &Groups, periods: &Groups) -> (Vec<usize>, Vec<usize>) {
    let mut of_unit: Vec<usize> = (0..units.names.len()).collect();
    let mut of_period = vec![usize::MAX; periods.names.len()];
    // Labels only fall, and what a row connects takes the lower one.
    loop {
        let mut is_stable = true;
        for (&u, &p) in units.codes.iter().zip(periods.codes.iter()) {
            let (unit, period) = (&mut of_unit[u as usize], &mut of_period[p as usize]);
            if *unit != *period {
                let lower = (*unit).min(*period);
                (*unit, *period) = (lower, lower);
                is_stable = false;
            }
        }
        if is_stable {
            return (of_unit, of_period);
        }
    }
}
