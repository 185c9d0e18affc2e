//! What the coefficients would be without a row, or without a unit, from one fit.

use serde::{Deserialize, Serialize};

use crate::error::{EstimateError, Result};
use crate::numerics::triangular::inverse;
use crate::regress::FittedRegression;
use crate::regress::covariance::{LeftOut, moves};

/// What leaving out a row, or all rows of a unit, does to the coefficients b. Nothing is refitted: with the hat matrix
/// H of the regression, absorbed effects counted, and g the rows left out,
///
/// ```text
/// b − b₍₋g₎        = (X'WX)⁻¹ X_g' (I − H_gg)⁻¹ e_g
/// Cook's distance  = (b − b₍₋g₎)' X'WX (b − b₍₋g₎) / (k s²)
/// DFBETAS          = (b − b₍₋g₎) / (s₍₋g₎ √diag (X'WX)⁻¹)
/// ```
///
/// k is the number of coefficients (absorbed effects not counted), s² the residual variance. Random effects are taken
/// with the variances of the whole sample.
///
/// R. D. Cook (1977), Technometrics 19, <https://doi.org/10.1080/00401706.1977.10489493>; D. A. Belsley, E. Kuh and R.
/// E. Welsch (1980), Regression Diagnostics, <https://doi.org/10.1002/0471725153>.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Influence {
    /// Unit and period of the row, or the unit.
    pub name: String,
    /// Rows left out.
    pub rows: usize,
    /// The sum of their leverages; of one row between 0 and 1.
    pub leverage: f64,
    /// How far the fitted values move, as a part of their uncertainty. Above about 1 it is worth a look. `None` where a
    /// coefficient cannot be had without it.
    pub cooks_distance: Option<f64>,
    /// The coefficients without it; `None` for one that cannot be had then.
    pub estimates: Vec<Option<f64>>,
    /// How many standard errors each coefficient falls by. Beyond 2/√n it is worth a look. `None` likewise, and where
    /// nothing is left to estimate the variance from.
    pub dfbetas: Vec<Option<f64>>,
}

impl FittedRegression {
    /// What leaving out each row does, in the order of the regressed rows.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] with fewer than two residual degrees of freedom.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 9.0]).column("x", [0.0, 1.0, 2.0, 9.0]).build()?;
    /// let rows = PanelRegression::new("y", ["x"]).fit(&panel)?.influence_of_rows()?;
    /// // The leverages add up to the number of coefficients, and the last row has most of them.
    /// assert!((rows.iter().map(|row| row.leverage).sum::<f64>() - 2.0).abs() < 1e-12);
    /// assert!(rows[3].leverage > 0.9);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn influence_of_rows(&self) -> Result<Vec<Influence>> {
        let rows: Vec<Vec<usize>> = (0..self.n_observations()).map(|row| vec![row]).collect();
        self.influence(&rows, |row| self.row_label(row))
    }

    /// What leaving out each unit does, in the order of the units.
    ///
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units;
    /// [`EstimateError::TooFew`] with fewer than two residual degrees of freedom.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).estimator(Estimator::Twoway).fit(&panel)?;
    /// let units = fit.influence_of_units()?;
    /// assert_eq!(units.len(), 150);
    /// assert!(units.iter().all(|unit| unit.cooks_distance.is_some_and(|distance| distance >= 0.0)));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn influence_of_units(&self) -> Result<Vec<Influence>> {
        let units = self.unit_clusters("the influence of units")?;
        let name = |row: usize| {
            let row = self.design.rows[self.data.rows[row]];
            self.design.panel.unit_of(row).unwrap_or_default().to_string()
        };
        self.influence(&units.rows(), name)
    }

    fn influence(&self, sets: &[Vec<usize>], name: impl Fn(usize) -> String) -> Result<Vec<Influence>> {
        self.by_least_squares("the influence of rows and units")?;
        if self.df_residual < 2 {
            let what = "residual degrees of freedom to leave rows out: take terms out".to_string();
            return Err(EstimateError::TooFew { what, expected: 2, found: self.df_residual }.into());
        }
        let (n, k) = (self.n_observations(), self.estimates.len());
        let parameters = n - self.df_residual;
        let total = self.sum_of_squares();
        let variance = self.error_variance();
        let of_basis = &self.basis.inverse;
        let scale: Vec<f64> = (0..k).map(|i| of_basis[[i, i]].sqrt()).collect();
        let std_errors: Vec<f64> = self.basis.inverse_of_columns().diag().iter().map(|v| v.sqrt()).collect();
        // Q'WQ, scaled as the inverse of a matrix with a unit diagonal.
        let scaled = ndarray::Array2::from_shape_fn((k, k), |(i, j)| of_basis[[i, j]] / scale[i] / scale[j]);
        let products = inverse(&scaled, 0.0);
        let of_set = |(rows, left): (&Vec<usize>, LeftOut)| {
            let z: Vec<f64> = left.change.iter().zip(&scale).map(|(d, s)| d / s).collect();
            let distance = products.as_ref().map_or(f64::NAN, |p| {
                (0..k).map(|i| z[i] * (0..k).map(|j| p[[i, j]] * z[j]).sum::<f64>()).sum::<f64>()
            });
            let df = n as f64 - rows.len() as f64 - parameters as f64 + left.parameters as f64;
            let deviation = ((total - left.sum_of_squares).max(0.0) / df).sqrt();
            let change = self.basis.estimates(&left.change);
            // A coefficient that cannot be had without the set.
            let is_lost =
                |i: usize| left.ways.iter().any(|way| moves(self.basis.coefficient(i).view(), way, std_errors[i]));
            let lost: Vec<bool> = (0..k).map(is_lost).collect();
            Influence {
                name: rows.first().map(|&row| name(row)).unwrap_or_default(),
                rows: rows.len(),
                leverage: left.leverage,
                cooks_distance: Some(distance / (k as f64 * variance))
                    .filter(|d| !lost.contains(&true) && d.is_finite()),
                estimates: (0..k).map(|i| (!lost[i]).then_some(self.estimates[i] - change[i])).collect(),
                dfbetas: (0..k)
                    .map(|i| Some(change[i] / std_errors[i] / deviation).filter(|d| !lost[i] && d.is_finite()))
                    .collect(),
            }
        };
        Ok(sets.iter().zip(self.leave_out(sets, -1.0)).map(of_set).collect())
    }
}
