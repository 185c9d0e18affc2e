//! How much of the outcome's variation the regression explains: overall, within units and between them.

use serde::{Deserialize, Serialize};

use super::spreads::Spreads;
use super::transform::Transformed;
use crate::model::Design;
use crate::numerics::absorb::Absorb;
use crate::numerics::dot::weighted_dot;
use crate::numerics::groups::Groups;

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
/// Of counts they are parts of the deviance: overall 1 − D/D(null), and adjusted 1 − (D + φp)/D(null), with φ the
/// [`sigma2`](super::FittedRegression::sigma2) and p the parameters but the intercept; there is none within or between.
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
    /// `unexplained` is the weighted sum of squares of the regressed rows' residuals.
    pub(super) fn new(
        (design, spreads): (&Design, &Spreads),
        data: &Transformed,
        unexplained: f64,
        left: &Left,
        df_residual: usize,
    ) -> Self {
        let weights = &design.weights;
        let square = |values: &[f64]| weighted_dot(values, values, weights);
        let total = spreads.outcome.about_mean;
        let keeps_rows = data.variances.is_none() && data.is_of_sample(design);
        let unexplained = match left {
            Left::OnRows(left) if !keeps_rows => square(left),
            _ => unexplained,
        };
        let overall = 1.0 - unexplained / total;
        let within = match (&design.units, left) {
            (_, Left::BesideEffects(_)) => {
                let total = square(&data.outcome);
                (total > 0.0).then(|| 1.0 - unexplained / total)
            }
            (Some(units), Left::OnRows(left)) => {
                let of_units = Absorb::new(Some(units), None, weights);
                let total = square(&of_units.residuals(&design.outcome));
                (total > 0.0).then(|| 1.0 - square(&of_units.residuals(left)) / total)
            }
            (None, Left::OnRows(_)) => None,
        };
        let between = design.units.as_ref().and_then(|units| {
            let means = units.means(&design.outcome, weights);
            let left = left.of_units(units, (design, spreads), data);
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

/// What the regression's expectation, effects not counted, leaves of the level of the outcome.
pub(super) enum Left<'a> {
    /// On each row of the sample.
    OnRows(Vec<f64>),
    /// Of a regression beside absorbed effects, by its coefficients: only its means over units are asked for.
    BesideEffects(&'a [f64]),
}

impl Left<'_> {
    /// Its weighted mean over each unit.
    fn of_units(&self, units: &Groups, (design, spreads): (&Design, &Spreads), data: &Transformed) -> Vec<f64> {
        let slopes = match self {
            Left::OnRows(left) => return units.means(left, &design.weights),
            Left::BesideEffects(slopes) => slopes,
        };
        // The mean of what is left is that of the outcome less those of the columns; effects are centred.
        let about_mean = |values: &[f64], mean: f64| {
            let mut means = units.means(values, &design.weights);
            means.iter_mut().for_each(|x| *x -= mean);
            means
        };
        let mut left = about_mean(&design.outcome, spreads.outcome.mean);
        for (b, &at) in slopes.iter().zip(&data.positions) {
            let means = about_mean(&design.columns[at].values, spreads.columns[at].mean);
            left.iter_mut().zip(means).for_each(|(y, x)| *y -= b * x);
        }
        left
    }
}
