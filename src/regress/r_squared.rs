//! How much of the outcome's variation the regression explains: overall, within units and between them.

use serde::{Deserialize, Serialize};

use super::transform::Transformed;
use crate::model::Design;
use crate::numerics::absorb::Absorb;
use crate::numerics::dot::weighted_dot;

/// Parts of the outcome's variation, none of them of a transformed outcome.
///
/// With ŷ = a + x'b the expectation of the regression on the level of the outcome (a the intercept, zero where it was
/// left out; with absorbed effects, which are centred about it, and for first differences, whose intercept is a trend
/// over periods in ŷ, the weighted mean of y − x'b):
///
/// ```text
/// overall   1 − Σ w (y − ŷ)² / Σ w (y − ȳ)²;  absorbed effects are part of ŷ here
/// within    1 − Σ w (My − Mx'b)² / Σ w (My)²,  M taking out the absorbed effects, or unit means where none are
/// between   1 − Σ W (ȳ_i − ŷ_i)² / Σ W (ȳ_i − ȳ)²  over the units' means, effects not in ŷ; W the sum of a unit's
///           weights, without weights, or with equal ones, 1
/// adjusted  1 − (1 − overall)(n − 1)/(degrees of freedom); pooled and absorbing estimators
/// ```
///
/// Of a regression that does not minimise the sum of squares in question it may be negative.
///
/// # Examples
/// ```
/// use apportion::{Estimator, Panel, PanelRegression};
///
/// let panel = Panel::builder()
///     .units(["A", "A", "B", "B"])
///     .periods([2017, 2018, 2017, 2018])
///     .column("y", [1.0, 3.0, 11.0, 14.0])
///     .column("x", [0.0, 1.0, 0.0, 1.0])
///     .build()?;
/// let regression = PanelRegression::new("y", ["x"]);
/// let pooled = regression.clone().fit(&panel)?;
/// // x does not differ between units, and explains nothing there.
/// assert!(pooled.r_squared().between.is_some_and(|r2| r2.abs() < 1e-12));
/// assert!((pooled.r_squared().overall - 6.25 / 116.75).abs() < 1e-12);
/// // Absorbed effects count in the overall R², and not within.
/// let within = regression.estimator(Estimator::Within).fit(&panel)?;
/// assert!((within.r_squared().overall - (1.0 - 0.25 / 116.75)).abs() < 1e-12);
/// assert!(within.r_squared().within.is_some_and(|r2| (r2 - 6.25 / 6.5).abs() < 1e-12));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RSquared {
    /// Of all variation.
    pub overall: f64,
    /// Of that within units, or of what the absorbed effects leave; `None` without units and effects, or where the
    /// outcome does not vary within units.
    pub within: Option<f64>,
    /// Of that between the means of units; `None` without units, or where the means do not differ.
    pub between: Option<f64>,
    /// Overall, corrected for the number of columns and effects; `None` without residual degrees of freedom, and where
    /// rows were transformed otherwise than by absorbing effects.
    pub adjusted: Option<f64>,
}

/// An R² as small as this is the rounding of what explains nothing.
const ROUNDING: f64 = 1e-14;

impl RSquared {
    /// `residuals` are those of the regressed rows, `expected` is ŷ on the rows of the sample.
    pub(super) fn new(
        design: &Design,
        data: &Transformed,
        residuals: &[f64],
        expected: &[f64],
        df_residual: usize,
    ) -> Self {
        let weights = &design.weights;
        let mean = Absorb::new(None, None, weights);
        let square = |values: &[f64]| weighted_dot(values, values, weights);
        let total = square(&mean.residuals(&design.outcome));
        let left: Vec<f64> = design.outcome.iter().zip(expected).map(|(y, f)| y - f).collect();
        let is_absorbed = data.absorbed.any();
        let keeps_rows = data.variances.is_none() && data.rows.len() == design.n_observations() && is_own(data);
        let unexplained = if keeps_rows { weighted_dot(residuals, residuals, &data.weights) } else { square(&left) };
        let overall = 1.0 - unexplained / total;
        let within = match (&design.units, is_absorbed) {
            (_, true) => {
                let total = square(&data.outcome);
                (total > 0.0).then(|| 1.0 - unexplained / total)
            }
            (Some(units), false) => {
                let of_units = Absorb::new(Some(units), None, weights);
                let total = square(&of_units.residuals(&design.outcome));
                (total > 0.0).then(|| 1.0 - square(&of_units.residuals(&left)) / total)
            }
            (None, false) => None,
        };
        let between = design.units.as_ref().and_then(|units| {
            let means = units.means(&design.outcome, weights);
            let left = units.means(&left, weights);
            // As in a between regression.
            let of_units = units.weights_of_means(weights);
            let mean = weighted_dot(&means, &vec![1.0; means.len()], &of_units) / of_units.iter().sum::<f64>();
            let about_mean: Vec<f64> = means.iter().map(|y| y - mean).collect();
            let total = weighted_dot(&about_mean, &about_mean, &of_units);
            let r2 = 1.0 - weighted_dot(&left, &left, &of_units) / total;
            // What explains nothing leaves the rounding of one.
            (total > 0.0).then_some(if r2.abs() < ROUNDING { 0.0 } else { r2 })
        });
        let rows = data.outcome.len() as f64 - 1.0;
        let adjusted = (keeps_rows && df_residual > 0).then(|| 1.0 - (1.0 - overall) * rows / df_residual as f64);
        RSquared { overall, within, between, adjusted }
    }
}

/// Whether the rows of the regression are those of the sample, each for itself.
fn is_own(data: &Transformed) -> bool {
    data.rows.iter().enumerate().all(|(at, &row)| at == row)
}
