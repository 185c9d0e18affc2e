//! Which variances does a covariance give, and of which functions of the coefficients does it say nothing?

use ndarray::{Array2, ArrayView1};

use super::CovarianceMatrix;
use super::alone::Alone;
use crate::error::Refusal;
use crate::regress::FittedRegression;
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
