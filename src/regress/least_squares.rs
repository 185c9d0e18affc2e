//! Coefficients and the inverse of their cross-products, to the last digit that the columns allow.
//!
//! Of columns that are far from collinear, centred about the intercept and scaled, the triangular factor of their
//! cross-products stands for the rows: linfa-linear's QR solves k rows in place of n, which on a million rows of ten
//! columns takes a tenth of the time, and one step of refinement on the rows gives back what cross-products lose. All
//! others are orthogonalised in twice the precision, so that what is lost is the rounding of the columns and nothing
//! else. Which columns have a coefficient is decided before, by [`independent_columns`].

use std::borrow::Cow;

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_linear::LinearRegression;
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use super::basis::Basis;
use super::columns::Columns;
use crate::numerics::dot::{cross_products, sum_of_products, weighted_dot};
use crate::numerics::double::Double;
use crate::numerics::kernel::kernel;
use crate::numerics::rank::{COLUMN_TOLERANCE, independent_columns};
use crate::numerics::triangular::Cholesky;

/// Cross-products serve where each column keeps this part of its sum of squares beside those before it: the inverse
/// then has about thirteen correct digits, and the refined coefficients more.
const WELL_CONDITIONED: f64 = 1e-3;
/// A column is kept without a closer look when it is this many times longer than what would count as nothing.
const CLEARLY: f64 = 1e6;
/// What the refinement adds to the coefficients is rounding where it moves residuals by no more than this part of their
/// length.
const NEGLIGIBLE: f64 = 16.0 * f64::EPSILON;

/// A weighted least-squares problem.
pub(crate) struct Problem<'a> {
    /// The intercept first where there is one, as the transformation left it.
    pub(crate) columns: Columns,
    pub(crate) has_intercept: bool,
    pub(crate) outcome: &'a [f64],
    pub(crate) weights: &'a [f64],
    /// The lengths that the tolerance on columns is relative to: about the mean, before anything was absorbed.
    pub(crate) lengths: &'a [f64],
    /// The lengths within which the columns are known.
    pub(crate) roundings: &'a [f64],
}

/// The coefficients of the columns that have one.
#[derive(Debug, Clone)]
pub(crate) struct Solution {
    /// Positions of those columns, ascending.
    pub(crate) kept: Vec<usize>,
    pub(crate) estimates: Vec<f64>,
    /// These columns in the form in which rows are multiplied.
    pub(crate) basis: Basis,
    /// What is left of the outcome.
    pub(crate) residuals: Vec<f64>,
}

impl Problem<'_> {
    pub(crate) fn solve(mut self) -> Solution {
        let all: Vec<usize> = (0..self.columns.len()).collect();
        // The fast way first: it serves for most problems, and says where it will not do.
        let centred = Centred::new(&mut self, &all);
        if let Some(slopes) = centred.slopes(&self, true) {
            return centred.solution(self, slopes);
        }
        let kept = self.independent(&centred);
        centred.give_back(&mut self);
        if kept.len() < all.len() {
            let centred = Centred::new(&mut self, &kept);
            if let Some(slopes) = centred.slopes(&self, false) {
                return centred.solution(self, slopes);
            }
            centred.give_back(&mut self);
        }
        self.solve_in_double(kept)
    }

    /// The columns that add something to those before them.
    fn independent(&self, centred: &Centred) -> Vec<usize> {
        let lead = usize::from(self.has_intercept);
        let roots: Vec<f64> = self.weights.iter().map(|w| w.sqrt()).collect();
        let weighted = |column: &Vec<f64>| column.iter().zip(&roots).map(|(x, w)| x * w).collect();
        let columns: Vec<Vec<f64>> = centred.columns.all().par_iter().map(weighted).collect();
        let kept = independent_columns(&columns, &self.lengths[lead..], &self.roundings[lead..]);
        (0..lead).chain(kept.into_iter().map(|c| c + lead)).collect()
    }

    /// Gram and Schmidt's orthogonalisation in twice the precision: X = QU with a unit upper U, the columns of Q
    /// orthogonal.
    fn solve_in_double(&self, kept: Vec<usize>) -> Solution {
        let (k, columns) = (kept.len(), self.columns.all());
        let weights: Vec<Double> = self.weights.iter().map(|&w| Double::new(w)).collect();
        let product = |a: &[Double], b: &[Double]| {
            let rows = a.iter().zip(b).zip(&weights);
            rows.fold(Double::new(0.0), |sum, ((&x, &z), &w)| sum + w * (x * z))
        };
        // Powers of two change no digit, and keep squares within range.
        let scales: Vec<f64> = kept.iter().map(|&c| power_of_two(&columns[c])).collect();
        let outcome_scale = power_of_two(self.outcome);
        let scaled = |values: &[f64], scale: f64| values.iter().map(|&x| Double::new(x / scale)).collect();
        let mut left: Vec<Vec<Double>> = kept.iter().zip(&scales).map(|(&c, &s)| scaled(&columns[c], s)).collect();
        // The outcome goes along as the last column: its factors are what the coefficients are solved from.
        left.push(scaled(self.outcome, outcome_scale));
        let mut upper = vec![vec![Double::new(0.0); k + 1]; k];
        let mut inverse_lengths = Vec::with_capacity(k);
        for j in 0..k {
            let (done, rest) = left.split_at_mut(j + 1);
            let pivot = &done[j];
            let inverse = product(pivot, pivot).inverse();
            // Out of all later columns at once (modified Gram–Schmidt), which keeps them closer to orthogonal.
            let row: Vec<Double> = rest
                .par_iter_mut()
                .map(|column| {
                    let factor = product(pivot, column) * inverse;
                    column.iter_mut().zip(pivot).for_each(|(x, &q)| *x = *x - factor * q);
                    factor
                })
                .collect();
            upper[j][j + 1..].copy_from_slice(&row);
            inverse_lengths.push(inverse);
        }
        let mut estimates = vec![Double::new(0.0); k];
        for (j, row) in upper.iter().enumerate().rev() {
            estimates[j] = (j + 1..k).fold(row[k], |left, l| left - row[l] * estimates[l]);
        }
        // The inverse of U, row by row.
        let mut of_upper = vec![vec![Double::new(0.0); k]; k];
        for i in (0..k).rev() {
            of_upper[i][i] = Double::new(1.0);
            let entry = |j: usize| (i + 1..=j).fold(Double::new(0.0), |left, l| left - upper[i][l] * of_upper[l][j]);
            let row: Vec<Double> = (i + 1..k).map(entry).collect();
            of_upper[i][i + 1..].copy_from_slice(&row);
            upper[i][i] = Double::new(1.0);
        }
        let rounded = |column: &Vec<Double>, scale: f64| column.iter().map(|x| x.value() * scale).collect();
        Solution {
            estimates: estimates.iter().zip(&scales).map(|(b, s)| b.value() / s * outcome_scale).collect(),
            residuals: rounded(&left[k], outcome_scale),
            basis: Basis {
                columns: left[..k].iter().map(|q| rounded(q, 1.0)).collect::<Vec<Vec<f64>>>().into(),
                inverse: Array2::from_diag(&inverse_lengths.iter().map(|x| x.value()).collect::<Array1<f64>>()),
                to_estimates: Array2::from_shape_fn((k, k), |(i, j)| of_upper[i][j].value() / scales[i]),
                to_columns: Array2::from_shape_fn((k, k), |(i, j)| upper[i][j].value() * scales[j]),
                shifts: Vec::new(),
            },
            kept,
        }
    }
}

/// A power of two near the largest value; 1 for zeros.
fn power_of_two(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    if largest > 0.0 { largest.log2().round().exp2() } else { 1.0 }
}

/// The coefficients of centred columns, and the inverse of the columns' weighted cross-products.
struct Slopes {
    estimates: Vec<f64>,
    inverse: Array2<f64>,
    residuals: Vec<f64>,
}

/// Columns with the intercept projected out.
struct Centred<'a> {
    /// Their positions in the problem.
    positions: Vec<usize>,
    /// Without an intercept those of the problem, which has none left.
    columns: Columns,
    /// What was taken out of each, as a multiple of the intercept; the outcome's last.
    means: Vec<f64>,
    outcome: Cow<'a, [f64]>,
    /// The intercept's weighted sum of squares.
    intercept: f64,
}

impl<'a> Centred<'a> {
    fn new(problem: &mut Problem<'a>, positions: &[usize]) -> Self {
        if !problem.has_intercept {
            let columns = std::mem::take(&mut problem.columns).at(positions);
            let (positions, means) = (positions.to_vec(), vec![0.0; positions.len() + 1]);
            return Centred { positions, columns, means, outcome: Cow::Borrowed(problem.outcome), intercept: 1.0 };
        }
        let columns = problem.columns.all();
        let (constant, weights) = (&columns[0], problem.weights);
        let intercept = weighted_dot(constant, constant, weights);
        let centre = |values: &[f64]| -> (Vec<f64>, f64) {
            let (mut left, mut mean) = (values.to_vec(), 0.0);
            // The second round removes what rounding left of the first.
            for _ in 0..2 {
                let more = weighted_dot(constant, &left, weights) / intercept;
                left.iter_mut().zip(constant).for_each(|(x, u)| *x -= more * u);
                mean += more;
            }
            (left, mean)
        };
        let positions: Vec<usize> = positions.iter().copied().filter(|&p| p > 0).collect();
        let centred: Vec<(Vec<f64>, f64)> = positions.par_iter().map(|&p| centre(&columns[p])).collect();
        let (columns, mut means): (Vec<Vec<f64>>, Vec<_>) = centred.into_iter().unzip();
        let (outcome, mean) = centre(problem.outcome);
        means.push(mean);
        Centred { positions, columns: columns.into(), means, outcome: Cow::Owned(outcome), intercept }
    }

    /// Leaves the problem its columns.
    fn give_back(self, problem: &mut Problem) {
        if !problem.has_intercept {
            problem.columns = self.columns;
        }
    }

    /// The slopes by cross-products, and the inverse of these; `None` where they would lose digits, or where what counts
    /// as a column is in question.
    fn slopes(&self, problem: &Problem, in_question: bool) -> Option<Slopes> {
        let (k, weights) = (self.columns.len(), problem.weights);
        let parts = self.columns.of_blocks(weights.len(), |rows, columns| {
            let with_outcome: Vec<&[f64]> = columns.iter().copied().chain([&self.outcome[rows.clone()]]).collect();
            cross_products(&with_outcome, &weights[rows])
        });
        let products = sum_of(parts, (k + 1) * (k + 1));
        let at = |i: usize, j: usize| products[i * (k + 1) + j];
        let lengths: Vec<f64> = (0..k).map(|i| at(i, i).sqrt()).collect();
        let is_clear = |i: usize| {
            let nothing =
                problem.roundings[self.positions[i]].max(COLUMN_TOLERANCE * problem.lengths[self.positions[i]]);
            lengths[i] > 0.0 && (!in_question || lengths[i] > CLEARLY * nothing)
        };
        if !(0..k).all(is_clear) {
            return None;
        }
        let correlations = Array2::from_shape_fn((k, k), |(i, j)| at(i.min(j), i.max(j)) / lengths[i] / lengths[j]);
        let factor = Cholesky::above(&correlations, WELL_CONDITIONED)?;
        let mut scaled = least_squares(&factor, (0..k).map(|i| at(i, k) / lengths[i]).collect())?;
        let on_columns = |scaled: &[f64]| scaled.iter().zip(&lengths).map(|(b, l)| b / l).collect::<Vec<f64>>();
        // What the first solution leaves is explained once more.
        let (mut residuals, with_columns) = self.left_by(&on_columns(&scaled), weights);
        let more = factor.solve(on_columns(&with_columns));
        scaled.iter_mut().zip(&more).for_each(|(b, more)| *b += more);
        let estimates = on_columns(&scaled);
        let moved: f64 = more.iter().map(|more| more.abs()).sum();
        if moved > NEGLIGIBLE * weighted_dot(&residuals, &residuals, weights).sqrt() {
            residuals = self.left_by(&estimates, weights).0;
        }
        let of_correlations = factor.inverse();
        let inverse = Array2::from_shape_fn((k, k), |(i, j)| of_correlations[[i, j]] / lengths[i] / lengths[j]);
        Some(Slopes { estimates, inverse, residuals })
    }

    /// What slopes leave of the outcome, and its weighted products with the columns.
    fn left_by(&self, slopes: &[f64], weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut left = vec![0.0; weights.len()];
        let parts = self.columns.of_blocks_into(&mut left, |rows, columns, left| {
            left_of(&self.outcome[rows.clone()], slopes, columns, &weights[rows], left)
        });
        (left, sum_of(parts, slopes.len()))
    }

    /// Back to columns that are not centred: the intercept takes up their means.
    fn solution(self, problem: Problem, slopes: Slopes) -> Solution {
        let Slopes { mut estimates, inverse, residuals } = slopes;
        let k = estimates.len();
        if !problem.has_intercept {
            let (to_estimates, to_columns) = (Array2::eye(k), Array2::eye(k));
            let basis = Basis { columns: self.columns, inverse, to_estimates, to_columns, shifts: Vec::new() };
            return Solution { kept: self.positions, estimates, basis, residuals };
        }
        let constant = self.means[k] - estimates.iter().zip(&self.means).map(|(b, m)| b * m).sum::<f64>();
        estimates.insert(0, constant);
        let constant_column = problem.columns.into_all().into_iter().take(1);
        let with_means = |sign: f64| {
            Array2::from_shape_fn((k + 1, k + 1), |at| match at {
                (0, j) if j > 0 => sign * self.means[j - 1],
                (i, j) => f64::from(u8::from(i == j)),
            })
        };
        let basis = Basis {
            inverse: Array2::from_shape_fn((k + 1, k + 1), |at| match at {
                (0, 0) => 1.0 / self.intercept,
                (0, _) | (_, 0) => 0.0,
                (i, j) => inverse[[i - 1, j - 1]],
            }),
            to_estimates: with_means(-1.0),
            to_columns: with_means(1.0),
            shifts: Vec::new(),
            columns: constant_column.into_iter().chain(self.columns.into_all()).collect::<Vec<_>>().into(),
        };
        let kept = [0].into_iter().chain(self.positions).collect();
        Solution { kept, estimates, basis, residuals }
    }
}

kernel! {
    /// What slopes leave of the outcome on some rows, and its weighted products with the columns.
    fn left_of<'a>(
        outcome: &'a [f64],
        slopes: &'a [f64],
        columns: &'a [&'a [f64]],
        weights: &'a [f64],
        left: &'a mut [f64],
    ) -> Vec<f64> {
        let (mut products, mut weighted) = (vec![0.0; columns.len()], vec![0.0; left.len()]);
        left.copy_from_slice(outcome);
        for (b, column) in slopes.iter().zip(columns) {
            for (y, x) in left.iter_mut().zip(*column) {
                *y -= b * x;
            }
        }
        for ((p, e), w) in weighted.iter_mut().zip(&*left).zip(weights) {
            *p = e * w;
        }
        for (product, column) in products.iter_mut().zip(columns) {
            *product = sum_of_products(&weighted, column);
        }
        products
    }
}

/// The sums of so many numbers over blocks of rows: in one order, whichever thread a block was worked on by.
fn sum_of(parts: Vec<Vec<f64>>, numbers: usize) -> Vec<f64> {
    let mut sums = vec![0.0; numbers];
    parts.iter().for_each(|part| sums.iter_mut().zip(part).for_each(|(sum, x)| *sum += x));
    sums
}

/// The least squares of an outcome on columns, by the factor L of the columns' cross-products LL' and by those with the
/// outcome: L' is as long as the columns and at the same angles. `None` should the solver fail.
fn least_squares(factor: &Cholesky, with_outcome: Vec<f64>) -> Option<Vec<f64>> {
    let k = factor.len();
    if k == 0 {
        return Some(Vec::new());
    }
    let rows = factor.rows();
    let columns = Array2::from_shape_fn((k, k), |(row, column)| if row <= column { rows[column][row] } else { 0.0 });
    let dataset = Dataset::new(columns, Array1::from(factor.forward(with_outcome)));
    let fitted = LinearRegression::new().with_intercept(false).fit(&dataset).ok()?;
    Some(fitted.params().to_vec())
}
