//! Sums over clusters of what their rows say: scores and leverages, formed from the columns of the basis without a matrix
//! of rows.

use std::ops::Range;

use ndarray::Array2;
use pulp::Arch;
use rayon::prelude::*;

use super::Clusters;
use crate::numerics::dot::{ROWS_AT_ONCE, of_blocks, short_dot, sum_of_products};
use crate::numerics::groups::blocks_of;
use crate::numerics::triangular::Cholesky;
use crate::regress::FittedRegression;

impl FittedRegression {
    /// Σ_g s_g s_g', s_g the sum of the scores w q e over a cluster.
    pub(super) fn products_of_clusters(&self, clusters: &Clusters) -> Array2<f64> {
        let (k, columns) = (self.estimates.len(), &self.basis.columns);
        let products = match clusters.starts() {
            Some(starts) => {
                let of_block = |groups: Range<usize>| {
                    let rows = starts[groups.start]..starts[groups.end];
                    let residuals = self.weighted_residuals(rows.start, rows.len());
                    let ends = &starts[groups.start..=groups.end];
                    let sum = |column: &Vec<f64>| sums_of_runs(&column[rows.clone()], &residuals, ends);
                    Arch::new().dispatch(|| products_of(&columns.iter().map(sum).collect::<Vec<_>>()))
                };
                let blocks = blocks_of(starts, ROWS_AT_ONCE);
                let parts: Vec<Vec<f64>> = blocks.into_par_iter().map(of_block).collect();
                // In one order, whichever thread a block was summed by.
                parts.iter().fold(vec![0.0; k * k], |mut sums, part| {
                    sums.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
                    sums
                })
            }
            None => {
                let residuals = self.weighted_residuals(0, self.n_observations());
                let of_column = |column: &Vec<f64>| {
                    let mut sums = vec![0.0; clusters.len()];
                    let rows = clusters.codes.iter().zip(column).zip(&residuals);
                    rows.for_each(|((&code, x), e)| sums[code as usize] += x * e);
                    sums
                };
                products_of(&columns.par_iter().map(of_column).collect::<Vec<_>>())
            }
        };
        Array2::from_shape_fn((k, k), |(i, j)| products[i.min(j) * k + i.max(j)])
    }

    /// The sum of its rows' leverages of each cluster, absorbed effects not counted; `factor` is that of the inverse of
    /// the cross-products.
    pub(super) fn leverages_of_clusters(&self, factor: &Cholesky, clusters: &Clusters) -> Vec<f64> {
        if let Some(starts) = clusters.starts() {
            let of_block = |groups: Range<usize>| {
                let rows = starts[groups.start]..starts[groups.end];
                let leverages = Arch::new().dispatch(|| self.leverages_of_rows(factor, rows.start, rows.len()));
                let ends = starts[groups.start..=groups.end].windows(2);
                ends.map(|ends| leverages[ends[0] - rows.start..ends[1] - rows.start].iter().sum())
                    .collect::<Vec<f64>>()
            };
            return blocks_of(starts, ROWS_AT_ONCE).into_par_iter().flat_map_iter(of_block).collect();
        }
        let n = self.n_observations();
        let of_block =
            |first: usize| Arch::new().dispatch(|| self.leverages_of_rows(factor, first, ROWS_AT_ONCE.min(n - first)));
        let mut sums = vec![0.0; clusters.len()];
        let leverages = of_blocks(n, of_block).into_iter().flatten();
        clusters.codes.iter().zip(leverages).for_each(|(&code, h)| sums[code as usize] += h);
        sums
    }

    /// Weight times residual of so many rows.
    fn weighted_residuals(&self, first: usize, rows: usize) -> Vec<f64> {
        let rows = first..first + rows;
        self.residuals[rows.clone()].iter().zip(&self.data.weights[rows]).map(|(e, w)| e * w).collect()
    }

    /// The leverages of so many rows, absorbed effects not counted.
    #[inline(always)]
    fn leverages_of_rows(&self, factor: &Cholesky, first: usize, rows: usize) -> Vec<f64> {
        let (mut leverages, mut along) = (vec![0.0; rows], vec![0.0; rows]);
        let rows = first..first + rows;
        for c in 0..factor.len() {
            along.fill(0.0);
            for (row, column) in factor.rows().iter().zip(&self.basis.columns).skip(c).filter(|(row, _)| row[c] != 0.0)
            {
                let part = row[c];
                along.iter_mut().zip(&column[rows.clone()]).for_each(|(z, x)| *z += part * x);
            }
            let weights = &self.data.weights[rows.clone()];
            leverages.iter_mut().zip(&along).zip(weights).for_each(|((h, z), w)| *h += w * z * z);
        }
        leverages
    }
}

/// The sums of products over each run of rows, by where the runs start and the last ends, counted from any origin.
#[inline(always)]
fn sums_of_runs(column: &[f64], residuals: &[f64], ends: &[usize]) -> Vec<f64> {
    let origin = ends.first().copied().unwrap_or_default();
    let of_run = |ends: &[usize]| {
        let rows = ends[0] - origin..ends[1] - origin;
        short_dot(&column[rows.clone()], &residuals[rows])
    };
    ends.windows(2).map(of_run).collect()
}

/// The products of each column with itself and those after it: an upper triangle, row by row.
#[inline(always)]
fn products_of(columns: &[Vec<f64>]) -> Vec<f64> {
    let k = columns.len();
    let mut products = vec![0.0; k * k];
    for (i, column) in columns.iter().enumerate() {
        for (j, other) in columns.iter().enumerate().skip(i) {
            products[i * k + j] = sum_of_products(column, other);
        }
    }
    products
}
