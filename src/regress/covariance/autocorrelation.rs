//! Errors related over periods: Newey and West's covariance within units, Driscoll and Kraay's across them.
//!
//! W. K. Newey and K. D. West (1987), Econometrica 55, <https://doi.org/10.2307/1913610>; J. C. Driscoll and A. C.
//! Kraay (1998), Review of Economics and Statistics 80, <https://doi.org/10.1162/003465398557825>.

use std::collections::HashMap;

use ndarray::{Array2, ArrayView1};

use crate::error::{EstimateError, QuestionError, Result, no_key};
use crate::regress::FittedRegression;
use crate::regress::transform::period_values;

/// The bandwidth asked for, or ⌊T^¼⌋, which fixest and plm's `vcovSCC` take by default.
pub(super) fn bandwidth(asked: Option<usize>, n_periods: usize) -> Result<usize> {
    if n_periods < 2 {
        let what = "periods for a covariance of errors related over periods (choose another)".to_string();
        return Err(EstimateError::TooFew { what, expected: 2, found: n_periods }.into());
    }
    let bandwidth = asked.unwrap_or_else(|| (n_periods as f64).powf(0.25).floor() as usize);
    if bandwidth >= n_periods {
        return Err(QuestionError::Option {
            option: "bandwidth",
            expected: format!("it must be less than the {n_periods} periods of the regression"),
            found: bandwidth.to_string(),
        }
        .into());
    }
    Ok(bandwidth)
}

/// As a message names it.
const NEWEY_WEST: &str = "the newey_west covariance";

impl FittedRegression {
    /// Products of scores that are up to `bandwidth` periods apart, those further apart counting less (Bartlett's
    /// kernel): within units, or of sums over all units. Also whether there were any.
    pub(super) fn autocorrelated(&self, bandwidth: usize, across_units: bool) -> Result<(Array2<f64>, bool)> {
        let k = self.estimates.len();
        let of_sample = period_values(&self.design)?;
        let periods: Vec<i64> = self.data.rows.iter().map(|&row| of_sample[row]).collect();
        let scores = self.scores();
        let (vectors, keys): (Array2<f64>, Vec<(u32, i64)>) = if across_units {
            let mut distinct = periods.clone();
            distinct.sort_unstable();
            distinct.dedup();
            let mut sums = Array2::zeros((distinct.len(), k));
            for (period, score) in periods.iter().zip(scores.rows()) {
                let mut sum = sums.row_mut(distinct.partition_point(|d| d < period));
                sum += &score;
            }
            (sums, distinct.into_iter().map(|period| (0, period)).collect())
        } else {
            // Without units the rows are one series.
            let codes = match self.design.panel.unit_indices() {
                Some(_) => self.unit_clusters(NEWEY_WEST)?.codes.to_vec(),
                None => vec![0; periods.len()],
            };
            (scores, codes.into_iter().zip(periods).collect())
        };
        let mut sum = vectors.t().dot(&vectors);
        // Only looked up, never walked, so that its order does not matter.
        let position: HashMap<(u32, i64), usize> = keys.iter().copied().zip(0..).collect();
        if position.len() < keys.len() {
            return Err(no_key(format!("{NEWEY_WEST}, where periods have several rows,"), "unit"));
        }
        let mut are_related = false;
        for lag in 1..=bandwidth {
            // These weights keep the matrix from giving negative variances (Newey and West).
            let kernel = 1.0 - lag as f64 / (bandwidth + 1) as f64;
            for (&(unit, period), vector) in keys.iter().zip(vectors.rows()) {
                // By the calendar: where a unit has no row so many periods before, there is no product.
                if let Some(&earlier) = position.get(&(unit, period - lag as i64)) {
                    are_related = true;
                    add_products(&mut sum, vector, vectors.row(earlier), kernel);
                }
            }
        }
        Ok((sum, are_related))
    }
}

/// Adds a multiple of ab' + ba'.
fn add_products(sum: &mut Array2<f64>, a: ArrayView1<f64>, b: ArrayView1<f64>, factor: f64) {
    for ((i, j), sum) in sum.indexed_iter_mut() {
        *sum += factor * (a[i] * b[j] + b[i] * a[j]);
    }
}
