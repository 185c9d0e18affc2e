//! Which coefficients does one row, or one cluster, decide alone?
//!
//! A direction in which a set of related rows decides alone has residuals of zero there, whatever the errors were: what
//! is summed over such sets knows nothing of the error of a coefficient that moves along it, and would call it small.

use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;

use super::Clusters;
use super::adjusted::LeftOut;
use crate::numerics::dot::dot;
use crate::numerics::eigen::symmetric_eigen;
use crate::numerics::triangular::Cholesky;
use crate::regress::FittedRegression;

/// A way along which a coefficient moves by more than this part of what its scale is.
const MOVED: f64 = 1e-6;
/// Residuals of this part of their mean square root may be those of a row that decides alone.
const NO_RESIDUAL: f64 = 1e-9;
/// A set that decides alone, be it beside absorbed effects that it shares with others, has this part of the leverage in
/// some direction of the columns.
const WORTH_A_LOOK: f64 = 0.25;

/// Rows whose errors are taken to be related to one another and to no others.
pub(super) enum Sets<'a> {
    /// Each row by itself.
    Rows,
    /// Those of a cluster.
    Clusters(&'a Clusters),
}

/// A set that decides alone, and the way along which it does.
#[derive(Debug, Clone)]
pub(super) struct Alone {
    /// The row, or the cluster.
    pub(super) name: String,
    /// What the direction does to the coefficients of the basis.
    way: Vec<f64>,
}

impl Alone {
    pub(super) fn moves(&self, function: ArrayView1<f64>, scale: f64) -> bool {
        moves(function, &self.way, scale)
    }
}

/// Whether a function of the coefficients of the basis, whose value has this scale, moves along a way.
pub(crate) fn moves(function: ArrayView1<f64>, way: &[f64], scale: f64) -> bool {
    function.dot(&ArrayView1::from(way)).abs() > MOVED * scale
}

impl FittedRegression {
    /// The sets that decide alone.
    pub(super) fn alone(&self, sets: &Sets) -> Vec<Alone> {
        let worth = match sets {
            Sets::Rows => self.rows_without_residual(),
            Sets::Clusters(clusters) => self.clusters_with_leverage(clusters),
        };
        if worth.is_empty() { Vec::new() } else { self.alone_of(&worth, &self.leave_out(&worth, -1.0), sets) }
    }

    /// The same of these sets, left out one by one.
    pub(super) fn alone_of(&self, rows: &[Vec<usize>], left: &[LeftOut], sets: &Sets) -> Vec<Alone> {
        let name = |row: usize| match sets {
            Sets::Rows => self.row_label(row),
            Sets::Clusters(clusters) => self.level(clusters, row),
        };
        let of_set = |(rows, left): (&Vec<usize>, &LeftOut)| {
            // Effects alone leave no trace in the columns, which they were taken out of.
            let ways = left.ways.iter().filter(|way| way.iter().any(|x| *x != 0.0));
            let name = rows.first().map(|&row| name(row)).unwrap_or_default();
            ways.map(|way| Alone { name: name.clone(), way: way.clone() }).collect::<Vec<_>>()
        };
        rows.iter().zip(left).flat_map(of_set).collect()
    }

    fn rows_without_residual(&self) -> Vec<Vec<usize>> {
        let rounding = self.rounding_of_residuals();
        let none = (NO_RESIDUAL * (self.sum_of_squares() / self.n_observations() as f64).sqrt()).max(rounding);
        let rows = self.residuals.iter().zip(&self.data.weights).enumerate();
        rows.filter(|(_, (e, w))| e.abs() * w.sqrt() <= none).map(|(row, _)| vec![row]).collect()
    }

    fn clusters_with_leverage(&self, clusters: &Clusters) -> Vec<Vec<usize>> {
        // Mostly none has any to speak of, which takes less than the leverages themselves to see.
        if clusters.starts().is_some_and(|starts| self.leverage_at_most(starts) < WORTH_A_LOOK) {
            return Vec::new();
        }
        let k = self.estimates.len();
        let factor = Cholesky::new(k, |i, j| self.basis.inverse[[i, j]], |_, left| left.max(0.0));
        let sums = self.leverages_of_clusters(&factor, clusters);
        // Mostly none has: then the rows need not be gone through.
        if sums.iter().all(|sum| *sum < WORTH_A_LOOK) {
            return Vec::new();
        }
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); clusters.len()];
        for (row, &code) in clusters.codes.iter().enumerate() {
            if sums[code as usize] >= WORTH_A_LOOK {
                rows[code as usize].push(row);
            }
        }
        // Before there are many who ask, each of whom would form them.
        let columns = self.basis.columns.all();
        // In one direction, not in all together.
        let is_worth =
            |rows: &Vec<usize>| !rows.is_empty() && self.largest_leverage(&factor, columns, rows) >= WORTH_A_LOOK;
        rows.into_par_iter().filter(is_worth).collect()
    }

    /// The largest eigenvalue of the hat matrix among these rows, absorbed effects not counted.
    fn largest_leverage(&self, factor: &Cholesky, columns: &[Vec<f64>], rows: &[usize]) -> f64 {
        let k = factor.len();
        let of_rows = |column: &Vec<f64>| -> Vec<f64> {
            rows.iter().map(|&row| self.data.weights[row].sqrt() * column[row]).collect()
        };
        let columns: Vec<Vec<f64>> = columns.iter().map(of_rows).collect();
        let products = Array2::from_shape_fn((k, k), |(i, j)| dot(&columns[i.max(j)], &columns[i.min(j)]));
        let lower = Array2::from_shape_fn((k, k), |(i, j)| if j <= i { factor.rows()[i][j] } else { 0.0 });
        let among = lower.t().dot(&products).dot(&lower);
        let (values, _) = symmetric_eigen::<f64>(among.iter().copied().collect(), k);
        values.into_iter().fold(0.0, f64::max)
    }
}
