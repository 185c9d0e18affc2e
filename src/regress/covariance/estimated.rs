//! Which variances does a covariance give, and of which functions of the coefficients does it say nothing?

use ndarray::{Array1, Array2, ArrayView1};

use super::CovarianceMatrix;
use super::alone::Alone;
use super::satterthwaite::Satterthwaite;
use crate::error::{Refusal, Result, cannot};
use crate::numerics::eigen::symmetric_eigen;
use crate::regress::joint::quadratic_form;
use crate::regress::{FittedRegression, JointTest};
use crate::warning::Warning;

/// What is left of a sum of parts that cancel, when it is rounding.
const CANCELLED: f64 = 1e-13;

/// A covariance of the coefficients, and what the variance of a function of them is worked out from.
pub(crate) struct Estimated {
    pub(crate) of_columns: CovarianceMatrix,
    /// Of the coefficients of the basis.
    pub(super) matrix: Array2<f64>,
    pub(super) inverse: Array2<f64>,
    pub(super) alone: Vec<Alone>,
    /// Where degrees of freedom are a function's own.
    pub(super) satterthwaite: Option<Satterthwaite>,
    /// What rounding leaves of a variance whose scale is one.
    pub(super) rounding: f64,
}

impl Estimated {
    /// The variance of a linear function of the coefficients of the basis; NaN where these rows or clusters say nothing
    /// of it.
    pub(crate) fn variance(&self, function: ArrayView1<f64>) -> f64 {
        let scale = self.scale(function);
        let variance = function.dot(&self.matrix.dot(&function));
        // What comes of parts that cancel is known to the rounding of these.
        let parts: f64 = self.matrix.indexed_iter().map(|((i, j), v)| (function[i] * v * function[j]).abs()).sum();
        let rounding = (self.rounding * scale).max(CANCELLED * parts);
        let is_known = variance > rounding && !self.is_alone(function);
        if is_known || scale == 0.0 { variance } else { f64::NAN }
    }

    /// Degrees of freedom of this variance; `None` for the normal distribution.
    pub(crate) fn df(&self, function: ArrayView1<f64>) -> Option<f64> {
        match &self.satterthwaite {
            // A function that errors do not move has no variance that degrees of freedom could be of.
            Some(satterthwaite) => satterthwaite.df(function).or(self.of_columns.df),
            None => self.of_columns.df,
        }
    }

    /// The degrees of freedom of each coefficient, where they are its own.
    pub(super) fn put_df(&mut self, fit: &FittedRegression) {
        let Some(satterthwaite) = &self.satterthwaite else { return };
        let of_coefficient = |at: usize| match self.of_columns.matrix[[at, at]].is_nan() {
            true => f64::NAN,
            false => satterthwaite.df(fit.basis.coefficient(at).view()).unwrap_or(f64::NAN),
        };
        self.of_columns.df_by_coefficient = (0..fit.estimates.len()).map(of_coefficient).collect();
    }

    /// Wald's test that these coefficients of the fit are zero; of CR2 Hotelling's T² with Zhang's degrees of freedom.
    /// `are_added` says whether they are of columns that a test has added.
    pub(crate) fn joint(
        &self,
        fit: &FittedRegression,
        positions: &[usize],
        test: &'static str,
        are_added: bool,
    ) -> Result<JointTest> {
        let q = positions.len();
        let b: Vec<f64> = positions.iter().map(|&at| fit.estimates[at]).collect();
        let of_columns = &self.of_columns;
        let v = Array2::from_shape_fn((q, q), |(i, j)| of_columns.matrix[[positions[i], positions[j]]]);
        let singular = || match is_positive(&v) {
            true => cannot(test, Refusal::SingularCovariance { are_added }),
            false => cannot(test, Refusal::NotPositive),
        };
        let statistic = quadratic_form(&b, &v).ok_or_else(singular)?;
        let restrictions = q as f64;
        let Some(satterthwaite) = &self.satterthwaite else {
            return Ok(match of_columns.df {
                Some(df) => JointTest::f(statistic / restrictions, restrictions, df),
                None => JointTest::chi_squared(statistic, restrictions),
            });
        };
        let functions: Vec<Array1<f64>> = positions.iter().map(|&at| fit.basis.coefficient(at)).collect();
        let eta = satterthwaite.joint_df(&functions).ok_or_else(singular)?;
        let denominator = eta - restrictions + 1.0;
        if denominator <= 0.0 {
            return Err(cannot(test, Refusal::TooFewDegrees { coefficients: q }));
        }
        Ok(JointTest::f(denominator / (eta * restrictions) * statistic, restrictions, denominator))
    }

    /// t'At, what the variance is for errors of variance one that are alike.
    fn scale(&self, function: ArrayView1<f64>) -> f64 {
        function.dot(&self.inverse.dot(&function))
    }

    /// Whether a row or a cluster decides alone along a way in which the function moves.
    pub(super) fn is_alone(&self, function: ArrayView1<f64>) -> bool {
        let scale = self.scale(function).sqrt();
        self.alone.iter().any(|alone| alone.moves(function, scale))
    }

    /// Why a coefficient has no standard error; `None` where it has one.
    pub(crate) fn unknown(&self, fit: &FittedRegression, at: usize) -> Option<Refusal> {
        let function = fit.basis.coefficient(at);
        if !self.variance(function.view()).is_nan() {
            return None;
        }
        let (coefficient, scale) = (fit.names()[at].clone(), self.scale(function.view()).sqrt());
        let mut by: Vec<String> = self
            .alone
            .iter()
            .filter(|alone| alone.moves(function.view(), scale))
            .map(|alone| alone.name.clone())
            .collect();
        by.dedup();
        Some(match by.is_empty() {
            true => Refusal::NothingOfErrors { coefficient },
            false => Refusal::DecidedAlone { coefficient, by },
        })
    }

    /// Takes out what is not known of the coefficients, and says why.
    pub(super) fn leave_out_unknown(&mut self, fit: &FittedRegression) {
        let (mut alone, mut decided_by, mut nothing) = (Vec::new(), Vec::new(), Vec::new());
        for at in 0..fit.estimates.len() {
            let Some(why) = self.unknown(fit, at) else { continue };
            self.of_columns.matrix.row_mut(at).fill(f64::NAN);
            self.of_columns.matrix.column_mut(at).fill(f64::NAN);
            match why {
                Refusal::DecidedAlone { coefficient, by } => {
                    alone.push(coefficient);
                    decided_by.extend(by.into_iter().filter(|name| !decided_by.contains(name)).collect::<Vec<_>>());
                }
                _ => nothing.push(fit.names()[at].clone()),
            }
        }
        if !alone.is_empty() {
            self.of_columns.warnings.push(Warning::DecidedAlone { coefficients: alone, by: decided_by });
        }
        // An exact fit has said so itself.
        if !nothing.is_empty() && !fit.warnings().contains(&Warning::ExactFit) {
            self.of_columns.warnings.push(Warning::NothingOfErrors { coefficients: nothing });
        }
    }
}

/// Whether every combination of coefficients has a variance of zero or more.
pub(super) fn is_positive(matrix: &Array2<f64>) -> bool {
    let with: Vec<usize> = (0..matrix.nrows()).filter(|&i| matrix[[i, i]] > 0.0).collect();
    let k = with.len();
    // Scaled, since coefficients differ in their units.
    let scale: Vec<f64> = with.iter().map(|&i| matrix[[i, i]].sqrt()).collect();
    let scaled = (0..k * k).map(|at| matrix[[with[at / k], with[at % k]]] / scale[at / k] / scale[at % k]).collect();
    let (values, _) = symmetric_eigen::<f64>(scaled, k);
    values.iter().all(|value| *value >= -1e-10)
}
