//! The coefficients of the whole model, its effects, fitted values and residuals.
//!
//! Effects are absorbed, the rank of what remains is decided, and linfa-linear's QR least squares is run on the
//! columns that are kept, centred and scaled; coefficients come back on the user's scale.

use std::fmt;

use linfa::prelude::*;
use linfa_linear::LinearRegression;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use crate::error::{Error, EstimateError, Result};
use crate::model::{Credit, Design};
use crate::numerics::absorb::Absorb;
use crate::numerics::dot::norm;
use crate::numerics::groups::Groups;
use crate::numerics::rank::{independent_columns, rounding};

/// A fitted regression of the outcome on every component's columns and effects.
///
/// Unit and period effects have a weighted mean of zero over the rows of the sample; the intercept takes the rest. On
/// a panel that falls into parts without a common period, the split between unit and period effects of the parts is a
/// convention; fitted values are not.
///
/// # Formula
/// ```text
/// ŷ_it = intercept + Σ_j b_j x_jit + unit effect_i + period effect_t
/// R²   = 1 − Σ w (y − ŷ)² / Σ w (y − ȳ)²
/// ```
///
/// Least squares with weights w. Effects, fitted values and residuals are in the outcome's own measure.
///
/// # Examples
/// ```
/// use apportion::{Model, Panel};
///
/// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
/// let regression = Model::new("y").component("cause", ["x", "x:x"]).fit(&panel)?.regression()?;
/// assert!((regression.coefficients[0].estimate - 2.5).abs() < 1e-12);
/// assert!((regression.residuals[3] - 1.0).abs() < 1e-12 && (regression.fitted[3] - 4.0).abs() < 1e-12);
/// // x² is x here, and has no coefficient beside it.
/// assert_eq!((regression.left_out_columns.len(), regression.coefficient("x:x")), (1, None));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Regression {
    /// The columns that have a coefficient, in the order of the model.
    pub coefficients: Vec<Coefficient>,
    /// The columns that are combinations of earlier ones or of the effects, and have none.
    #[serde(alias = "dropped")]
    pub left_out_columns: Vec<String>,
    /// The constant.
    pub intercept: f64,
    /// Effect of each unit of the sample; empty without unit effects.
    pub unit_effects: Vec<(String, f64)>,
    /// Effect of each period of the sample; empty without period effects.
    pub period_effects: Vec<(String, f64)>,
    /// Fitted outcome, one for each row of the sample.
    pub fitted: Array1<f64>,
    /// Outcome less fitted outcome, one for each row of the sample.
    pub residuals: Array1<f64>,
    /// One less the weighted residual sum of squares over the total about the mean.
    pub r2_overall: f64,
}

/// A column's coefficient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Coefficient {
    /// The column.
    pub name: String,
    /// Its component; `None` for a column of `always`.
    pub component: Option<String>,
    /// Points of the outcome for one unit of the column, all else in the model held fixed.
    pub estimate: f64,
}

impl Regression {
    /// The coefficient of this column; `None` when it was left out or is not in the model.
    pub fn coefficient(&self, name: &str) -> Option<f64> {
        self.coefficients.iter().find(|c| c.name == name).map(|c| c.estimate)
    }

    pub(crate) fn new(design: &Design) -> Result<Self> {
        let units = design.units.as_ref().filter(|_| !design.unit_effects.is_empty());
        let periods = design.periods.as_ref().filter(|_| design.has_period_effects);
        let absorb = Absorb::new(units, periods, &design.weights);
        let mean = Absorb::new(None, None, &design.weights);
        let roots: Vec<f64> = design.weights.iter().map(|w| w.sqrt()).collect();
        let weighted = |values: Vec<f64>| -> Vec<f64> { values.iter().zip(&roots).map(|(x, w)| x * w).collect() };

        let columns: Vec<_> = design.columns.iter().filter(|c| !c.is_period_dummy).collect();
        let absorbed: Vec<Vec<f64>> = columns.iter().map(|c| weighted(absorb.residuals(&c.values))).collect();
        let scales: Vec<f64> = columns.iter().map(|c| norm(&weighted(mean.residuals(&c.values)))).collect();
        let roundings: Vec<f64> = columns.iter().map(|c| rounding(norm(&weighted(c.values.clone())))).collect();
        let kept = independent_columns(&absorbed, &scales, &roundings);

        let outcome = weighted(absorb.residuals(&design.outcome));
        let scaled = Array2::from_shape_fn((design.n_observations(), kept.len()), |(row, k)| {
            absorbed[kept[k]][row] / scales[kept[k]]
        });
        let estimates = least_squares(scaled, Array1::from(outcome))?;
        let estimates: Vec<f64> = kept.iter().zip(&estimates).map(|(&c, b)| b / scales[c]).collect();

        let mut left = design.outcome.clone();
        for (&c, b) in kept.iter().zip(&estimates) {
            left.iter_mut().zip(&columns[c].values).for_each(|(y, x)| *y -= b * x);
        }
        let effects = absorb.effects(&left);
        let residuals = Array1::from(absorb.residuals(&left));
        let fitted = Array1::from(design.outcome.clone()) - &residuals;
        let sum_of_squares = |values: &[f64]| values.iter().zip(&design.weights).map(|(x, w)| w * x * x).sum::<f64>();
        let total = sum_of_squares(&mean.residuals(&design.outcome));
        let left = sum_of_squares(residuals.as_slice().unwrap_or_default());
        let component = |credit| match credit {
            Credit::Always => None,
            Credit::Component(c) => Some(design.component_names[c].clone()),
        };
        let named = |groups: Option<&Groups>, effects: Vec<f64>| {
            groups.map(|g| g.names.iter().cloned().zip(effects).collect()).unwrap_or_default()
        };
        Ok(Regression {
            coefficients: kept
                .iter()
                .zip(estimates)
                .map(|(&c, estimate)| Coefficient {
                    name: columns[c].name.clone(),
                    component: component(columns[c].credit),
                    estimate,
                })
                .collect(),
            left_out_columns: (0..columns.len())
                .filter(|c| !kept.contains(c))
                .map(|c| columns[c].name.clone())
                .collect(),
            intercept: effects.intercept,
            unit_effects: named(units, effects.first),
            period_effects: named(periods, effects.second),
            fitted,
            residuals,
            r2_overall: if total > 0.0 { 1.0 - left / total } else { 0.0 },
        })
    }
}

fn least_squares(columns: Array2<f64>, outcome: Array1<f64>) -> Result<Array1<f64>> {
    if columns.ncols() == 0 {
        return Ok(Array1::zeros(0));
    }
    let fitted = LinearRegression::new().with_intercept(false).fit(&Dataset::new(columns, outcome));
    let fitted = fitted.map_err(|error| Error::from(EstimateError::LeastSquares { message: error.to_string() }))?;
    Ok(fitted.params().clone())
}

impl fmt::Display for Regression {
    /// One line for each coefficient, then the columns left out and R².
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.coefficients.iter().map(|c| c.name.chars().count()).max().unwrap_or(0).max(9);
        writeln!(f, "{:<width$}  {:>14.6}", "intercept", self.intercept)?;
        for c in &self.coefficients {
            writeln!(f, "{:<width$}  {:>14.6}", c.name, c.estimate)?;
        }
        if !self.left_out_columns.is_empty() {
            writeln!(f, "without a coefficient: {}", self.left_out_columns.join(", "))?;
        }
        write!(f, "R² {:.4}", self.r2_overall)
    }
}
