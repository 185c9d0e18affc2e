//! The columns and the outcome that least squares was given.

use ndarray::{Array2, ArrayView1};

use super::FittedRegression;
use crate::panel::ColumnMatrix;

impl FittedRegression {
    /// The columns with a coefficient as they were regressed, regressed rows × coefficients, in the order of
    /// [`names`](Self::names): the intercept first where there is one.
    ///
    /// As the estimator leaves them: deviations where effects are absorbed, unit means of the between estimator,
    /// differences, quasi-demeaned rows of random effects, whose intercept is 1 − θ and not one. Neither rows nor columns
    /// are weighted. With X the matrix, b the [`estimates`](Self::estimates), y the
    /// [`regressed_outcome`](Self::regressed_outcome) and e the [`residuals`](Self::residuals),
    ///
    /// ```text
    /// X b + e = y        and        X'W e = 0
    /// ```
    ///
    /// Of counts they are those of the last round: y is ln μ less that of the exposure, plus (y − μ)/μ, e is (y − μ)/μ, and W
    /// holds μ²/V(μ).
    ///
    /// # Examples
    /// ```
    /// use apportion::{Estimator, Panel, PanelRegression};
    /// use ndarray::{ArrayView1, array};
    ///
    /// let panel = Panel::builder()
    ///     .units(["A", "A", "B", "B"])
    ///     .periods([2017, 2018, 2017, 2018])
    ///     .column("y", [1.0, 3.0, 11.0, 14.0])
    ///     .column("x", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let pooled = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// let x = pooled.design_matrix();
    /// assert_eq!(x.names, ["(Intercept)", "x"]);
    /// assert!((x.values.clone() - array![[1.0, 0.0], [1.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).iter().all(|d| d.abs() < 1e-12));
    /// let fitted = x.values.dot(&ArrayView1::from(pooled.estimates()));
    /// assert!(fitted.iter().zip(pooled.fitted()).all(|(a, b)| (a - b).abs() < 1e-12));
    ///
    /// let within = PanelRegression::new("y", ["x"]).estimator(Estimator::Within).fit(&panel)?;
    /// assert_eq!(within.design_matrix().values, array![[-0.5], [0.5], [-0.5], [0.5]]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn design_matrix(&self) -> ColumnMatrix {
        let mut values = Array2::zeros((self.n_observations(), self.estimates.len()));
        for (at, mut column) in values.columns_mut().into_iter().enumerate() {
            column.assign(&ArrayView1::from(&self.basis.column(at)));
        }
        ColumnMatrix { names: self.names().to_vec(), values }
    }

    /// The outcome as it was regressed: with absorbed effects what they leave of it, otherwise that of the
    /// [`RegressedRow`](super::RegressedRow)s.
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
    /// let within = regression.clone().estimator(Estimator::Within).fit(&panel)?;
    /// assert_eq!(within.regressed_outcome(), [-1.0, 1.0, -1.5, 1.5]);
    /// let differences = regression.estimator(Estimator::FirstDifference).fit(&panel)?;
    /// assert_eq!(differences.regressed_outcome(), [2.0, 3.0]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn regressed_outcome(&self) -> &[f64] {
        &self.data.outcome
    }
}
