//! Several restrictions at once.

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use crate::numerics::tails;
use crate::numerics::triangular::inverse;

/// A joint test of several restrictions.
///
/// # Examples
/// ```
/// use apportion::regress::SmallSample;
/// use apportion::{Covariance, Panel, PanelRegression};
///
/// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
/// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
/// let f = fit.wald(&["x"], &Covariance::iid())?;
/// assert!((f.statistic - 1.1 * 1.1 / (1.35 / 5.0)).abs() < 1e-10 && f.df_denominator == Some(2.0));
/// // Without degrees of freedom it is χ².
/// let chi_squared = fit.wald(&["x"], &Covariance::iid().small_sample(SmallSample::Unadjusted))?;
/// assert_eq!((chi_squared.df, chi_squared.df_denominator), (1.0, None));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct JointTest {
    /// The statistic: F with denominator degrees of freedom, χ² without.
    pub statistic: f64,
    /// Restrictions.
    pub df: f64,
    /// Degrees of freedom of the denominator; `None` for χ².
    pub df_denominator: Option<f64>,
    /// From the upper tail.
    pub p_value: f64,
}

impl JointTest {
    /// χ² with so many degrees of freedom.
    pub(crate) fn chi_squared(statistic: f64, df: f64) -> Self {
        JointTest { statistic, df, df_denominator: None, p_value: tails::chi_squared(statistic, df) }
    }

    /// F with so many degrees of freedom.
    pub(crate) fn f(statistic: f64, df: f64, df_denominator: f64) -> Self {
        let p_value = tails::f(statistic, df, df_denominator);
        JointTest { statistic, df, df_denominator: Some(df_denominator), p_value }
    }
}

/// b'V⁻¹b, `None` where V is singular.
pub(crate) fn quadratic_form(b: &[f64], v: &Array2<f64>) -> Option<f64> {
    let r = b.len();
    let scale: Vec<f64> = (0..r).map(|i| v[[i, i]].sqrt()).collect();
    if scale.iter().any(|s| s.is_nan() || *s <= 0.0) {
        return None;
    }
    let scaled = Array2::from_shape_fn((r, r), |(i, j)| v[[i, j]] / scale[i] / scale[j]);
    let inverse = inverse(&scaled, 1e-12)?;
    let z = Array1::from_shape_fn(r, |i| b[i] / scale[i]);
    Some(z.dot(&inverse.dot(&z)))
}
