//! Sums over clusters of what their rows say: scores and leverages, formed from the columns of the basis without a matrix
//! of rows.

use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;

use super::Clusters;
use crate::numerics::dot::{short_dot, sum_of_products};
use crate::numerics::kernel::kernel;
use crate::numerics::triangular::Cholesky;
use crate::regress::FittedRegression;

impl FittedRegression {
    /// Σ_g s_g s_g', s_g the sum of the scores w q e over a cluster.
    pub(super) fn products_of_clusters(&self, clusters: &Clusters) -> Array2<f64> {
        let (k, columns) = (self.estimates.len(), &self.basis.columns);
        let products = match clusters.starts() {
            Some(starts) => {
                let parts = columns.of_runs(starts, |groups, columns| {
                    let ends = &starts[groups.start..=groups.end];
                    let residuals = self.weighted_residuals(starts[groups.start]..starts[groups.end]);
                    let sum = |column: &&[f64]| sums_of_runs(column, &residuals, ends);
                    products_of(&columns.iter().map(sum).collect::<Vec<_>>())
                });
                // In one order, whichever thread a block was summed by.
                parts.iter().fold(vec![0.0; k * k], |mut sums, part| {
                    sums.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
                    sums
                })
            }
            None => {
                let residuals = self.weighted_residuals(0..self.n_observations());
                let of_column = |column: &Vec<f64>| {
                    let mut sums = vec![0.0; clusters.len()];
                    let rows = clusters.codes.iter().zip(column).zip(&residuals);
                    rows.for_each(|((&code, x), e)| sums[code as usize] += x * e);
                    sums
                };
                products_of(&columns.all().par_iter().map(of_column).collect::<Vec<_>>())
            }
        };
        Array2::from_shape_fn((k, k), |(i, j)| products[i.min(j) * k + i.max(j)])
    }

    /// The sum of its rows' leverages of each cluster, absorbed effects not counted; `factor` is that of the inverse of
    /// the cross-products.
    pub(super) fn leverages_of_clusters(&self, factor: &Cholesky, clusters: &Clusters) -> Vec<f64> {
        let leverages =
            |rows: Range<usize>, columns: &[&[f64]]| leverages_of(factor, columns, &self.data.weights[rows]);
        if let Some(starts) = clusters.starts() {
            let of_block = |groups: Range<usize>, columns: &[&[f64]]| {
                let rows = starts[groups.start]..starts[groups.end];
                let leverages = leverages(rows.clone(), columns);
                let ends = starts[groups.start..=groups.end].windows(2);
                ends.map(|ends| leverages[ends[0] - rows.start..ends[1] - rows.start].iter().sum())
                    .collect::<Vec<f64>>()
            };
            return self.basis.columns.of_runs(starts, of_block).concat();
        }
        let mut sums = vec![0.0; clusters.len()];
        let leverages = self.basis.columns.of_blocks(self.n_observations(), leverages).into_iter().flatten();
        clusters.codes.iter().zip(leverages).for_each(|(&code, h)| sums[code as usize] += h);
        sums
    }

    /// What no cluster's leverage is above, absorbed effects not counted, where their rows stand together: k Σ A_cc x_c²
    /// over its rows, A the inverse of the cross-products and k its columns, since x'Ax is the square of a sum of k
    /// vectors of the lengths |x_c| √A_cc.
    pub(super) fn leverage_at_most(&self, starts: &[usize]) -> f64 {
        let k = self.estimates.len();
        let parts: Vec<f64> = (0..k).map(|c| k as f64 * self.basis.inverse[[c, c]]).collect();
        let of_block = |groups: Range<usize>, columns: &[&[f64]]| {
            let rows = starts[groups.start]..starts[groups.end];
            let squares = weighted_squares(columns, &parts, &self.data.weights[rows.clone()]);
            let of_cluster = |ends: &[usize]| squares[ends[0] - rows.start..ends[1] - rows.start].iter().sum::<f64>();
            starts[groups.start..=groups.end].windows(2).map(of_cluster).fold(0.0, f64::max)
        };
        self.basis.columns.of_runs(starts, of_block).into_iter().fold(0.0, f64::max)
    }

    /// Weight times residual of these rows.
    fn weighted_residuals(&self, rows: Range<usize>) -> Vec<f64> {
        self.residuals[rows.clone()].iter().zip(&self.data.weights[rows]).map(|(e, w)| e * w).collect()
    }
}

kernel! {
    /// The leverages of rows, absorbed effects not counted.
    fn leverages_of<'a>(factor: &'a Cholesky, columns: &'a [&'a [f64]], weights: &'a [f64]) -> Vec<f64> {
        let (mut leverages, mut along) = (vec![0.0; weights.len()], vec![0.0; weights.len()]);
        for c in 0..factor.len() {
            along.fill(0.0);
            for (row, column) in factor.rows().iter().zip(columns).skip(c) {
                let part = row[c];
                for (z, x) in along.iter_mut().zip(*column) {
                    *z += part * x;
                }
            }
            for ((h, z), w) in leverages.iter_mut().zip(&along).zip(weights) {
                *h += w * z * z;
            }
        }
        leverages
    }
}

kernel! {
    /// Sums of the columns' squares on each row, each column's times a part of its own, and times the row's weight.
    fn weighted_squares<'a>(columns: &'a [&'a [f64]], parts: &'a [f64], weights: &'a [f64]) -> Vec<f64> {
        let mut squares = vec![0.0; weights.len()];
        for (column, part) in columns.iter().zip(parts) {
            for (square, x) in squares.iter_mut().zip(*column) {
                *square += part * x * x;
            }
        }
        for (square, w) in squares.iter_mut().zip(weights) {
            *square *= w;
        }
        squares
    }
}

kernel! {
    /// The sums of products over each run of rows, by where the runs start and the last ends, counted from any origin.
    fn sums_of_runs<'a>(column: &'a [f64], residuals: &'a [f64], ends: &'a [usize]) -> Vec<f64> {
        let origin = ends[0];
        let mut sums = vec![0.0; ends.len() - 1];
        for (sum, ends) in sums.iter_mut().zip(ends.windows(2)) {
            let rows = ends[0] - origin..ends[1] - origin;
            *sum = short_dot(&column[rows.clone()], &residuals[rows]);
        }
        sums
    }
}

kernel! {
    /// The products of each column with itself and those after it: an upper triangle, row by row.
    fn products_of<'a>(columns: &'a [Vec<f64>]) -> Vec<f64> {
        let k = columns.len();
        let mut products = vec![0.0; k * k];
        for (i, column) in columns.iter().enumerate() {
            for (j, other) in columns.iter().enumerate().skip(i) {
                products[i * k + j] = sum_of_products(column, other);
            }
        }
        products
    }
}
