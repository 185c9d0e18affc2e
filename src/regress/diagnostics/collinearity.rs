//! How far do the columns explain one another, within units and between them?

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::numerics::absorb::Absorb;
use crate::numerics::dot::weighted_dot;
use crate::numerics::eigen::symmetric_eigen;
use crate::numerics::rank::COLUMN_TOLERANCE;
use crate::numerics::triangular::inverse;
use crate::regress::FittedRegression;

/// How much larger the variance of each coefficient is for what the columns have in common.
///
/// The variance inflation factor of a column is 1/(1 − R²), R² of its regression on the others: the diagonal of the
/// inverse of their correlations. Overall these are of the levels, within units of the deviations from unit means,
/// between of the unit means; a column may be well determined in the one and hardly in the other.
///
/// The condition number is the root of the largest over the smallest eigenvalue of the cross-products of the columns as
/// they were regressed, the intercept among them and each scaled to length one. Above 30 coefficients deserve a look.
///
/// D. A. Belsley, E. Kuh and R. E. Welsch (1980), Regression Diagnostics, <https://doi.org/10.1002/0471725153>.
///
/// ```text
/// VIF_j = 1/(1 − R_j²) = (C⁻¹)_jj                   C the correlations of the columns
/// κ     = √(λ_max/λ_min) of Z'WZ                    Z the regressed columns, each of length one
/// ```
///
/// # Examples
/// ```
/// use apportion::{Panel, PanelRegression};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 3.0, 2.0, 5.0])
///     .column("a", [-1.0, -1.0, 1.0, 1.0])
///     .column("b", [-1.0, 1.0, -1.0, 1.0])
///     .build()?;
/// // Columns that have nothing in common, with one another or with the intercept.
/// let collinearity = PanelRegression::new("y", ["a", "b"]).fit(&panel)?.collinearity();
/// assert!(collinearity.columns.iter().all(|c| c.overall.is_some_and(|vif| (vif - 1.0).abs() < 1e-12)));
/// assert!((collinearity.condition_number - 1.0).abs() < 1e-7);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Collinearity {
    /// One for each column with a coefficient, the intercept not among them.
    pub columns: Vec<ColumnInflation>,
    /// Of the regression.
    pub condition_number: f64,
}

/// The variance inflation factors of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ColumnInflation {
    /// The column.
    pub name: String,
    /// Of the levels; `None` where the columns are aliased.
    pub overall: Option<f64>,
    /// Of the deviations from unit means; `None` without units, or where the columns are aliased or do not vary there.
    pub within: Option<f64>,
    /// Of the unit means, each unit counting once; `None` likewise.
    pub between: Option<f64>,
}

impl FittedRegression {
    /// Variance inflation and the condition number.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]).fit(&panel)?;
    /// let collinearity = fit.collinearity();
    /// assert!(collinearity.columns.iter().all(|c| c.overall.is_some_and(|vif| vif >= 1.0)));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn collinearity(&self) -> Collinearity {
        let design = &self.design;
        let levels: Vec<&[f64]> = self.data.levels(design).collect();
        let names = self.names().iter().skip(usize::from(self.data.has_intercept));
        // Of a typical value, beside which a column's deviations are rounding or not.
        let size = |c: &&[f64]| (weighted_dot(c, c, &design.weights) / design.weights.iter().sum::<f64>()).sqrt();
        let sizes: Vec<f64> = levels.iter().map(size).collect();
        let overall = {
            let mean = Absorb::new(None, None, &design.weights);
            inflation(&levels.iter().map(|c| mean.residuals(c)).collect::<Vec<_>>(), &sizes, &design.weights)
        };
        let of_units = |units| {
            let absorb = Absorb::new(Some(units), None, &design.weights);
            let within: Vec<Vec<f64>> = levels.iter().map(|c| absorb.residuals(c)).collect();
            let means: Vec<Vec<f64>> = levels.iter().map(|c| units.means(c, &design.weights)).collect();
            let ones = vec![1.0; units.names.len()];
            let mean = Absorb::new(None, None, &ones);
            let between: Vec<Vec<f64>> = means.iter().map(|c| mean.residuals(c)).collect();
            (inflation(&within, &sizes, &design.weights), inflation(&between, &sizes, &ones))
        };
        let none = || vec![None; levels.len()];
        let (within, between) = design.units.as_ref().map_or_else(|| (none(), none()), of_units);
        let columns = names.zip(overall).zip(within).zip(between);
        Collinearity {
            columns: columns
                .map(|(((name, overall), within), between)| ColumnInflation {
                    name: name.clone(),
                    overall,
                    within,
                    between,
                })
                .collect(),
            condition_number: self.condition_number(),
        }
    }

    fn condition_number(&self) -> f64 {
        let k = self.estimates.len();
        if k == 0 {
            return 1.0;
        }
        let length = |c: &Vec<f64>| weighted_dot(c, c, &self.data.weights).sqrt();
        let columns: Vec<Vec<f64>> = (0..k).map(|at| self.basis.column(at)).collect();
        let inverse = self.basis.inverse_of_columns();
        let lengths: Vec<f64> = columns.iter().map(length).collect();
        let products = |at: usize| {
            let (i, j) = (at / k, at % k);
            weighted_dot(&columns[i], &columns[j], &self.data.weights) / lengths[i] / lengths[j]
        };
        let inverses = |at: usize| inverse[[at / k, at % k]] * lengths[at / k] * lengths[at % k];
        let largest = |matrix: Vec<f64>| symmetric_eigen::<f64>(matrix, k).0.into_iter().fold(0.0, f64::max);
        // The inverse has the smallest eigenvalue as its largest, which is exact where the other's is rounding.
        (largest((0..k * k).map(products).collect()) * largest((0..k * k).map(inverses).collect())).sqrt()
    }
}

/// The inflation factor of each column, given as deviations from means and by the size of the values that these are of.
fn inflation(columns: &[Vec<f64>], sizes: &[f64], weights: &[f64]) -> Vec<Option<f64>> {
    let k = columns.len();
    let length = |c: &[f64]| weighted_dot(c, c, weights).sqrt();
    let lengths: Vec<f64> = columns.iter().map(|c| length(c)).collect();
    // A column that does not vary here has no factor, and takes no part in those of the others.
    let total = weights.iter().sum::<f64>().sqrt();
    let varies: Vec<usize> = (0..k).filter(|&i| lengths[i] > COLUMN_TOLERANCE * sizes[i] * total).collect();
    let correlation = |(i, j): (usize, usize)| {
        let (i, j) = (varies[i], varies[j]);
        if i == j { 1.0 } else { weighted_dot(&columns[i], &columns[j], weights) / lengths[i] / lengths[j] }
    };
    let inverse = inverse(&Array2::from_shape_fn((varies.len(), varies.len()), correlation), 1e-12);
    let of_column = |i: usize| Some(inverse.as_ref()?[[varies.iter().position(|&v| v == i)?; 2]]);
    (0..k).map(of_column).collect()
}
