//! Which zeros can be expected exactly, so that a coefficient or an effect has no end?
//!
//! A row is separated where some combination of columns and effects is zero wherever counts are positive, nowhere above zero,
//! and below zero in that row: along it the likelihood grows for ever. S. Correia, P. Guimarães and T. Zylkin find such rows
//! by regressing again and again what is negative in a regression in which positive counts weigh very much. Here they weigh
//! without bound: only combinations that are zero on all of them are regressed on, of which there are few or none, and no
//! digit is lost to weights. It ends with a proof: as long as a combination separates, what is left never gets shorter than
//! one over the root of the number of zeros.

use super::iterate::CountRows;
use crate::error::{EstimateError, Result};
use crate::numerics::triangular::Cholesky;

/// A column adds nothing on the positive counts where what the others leave of it is this part of its sum of squares.
const NOTHING: f64 = 1e-12;
/// A combination is zero where it is no larger, beside columns of the size of one.
const ZERO: f64 = 1e-8;
/// What lies above zero of a combination that separates, beside the largest of what lies below.
const ABOVE: f64 = 1e-9;
/// Rounds after which the search is given up.
const MOST_ROUNDS: usize = 1_000_000;

/// Rows of zeros that are expected exactly.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Separated {
    /// Those of units whose counts are all zero.
    pub(crate) of_units: Vec<usize>,
    /// All others, along combinations of columns.
    pub(crate) by_columns: Vec<usize>,
    /// The columns in these combinations.
    pub(crate) columns: Vec<usize>,
}

impl Separated {
    pub(crate) fn is_empty(&self) -> bool {
        self.of_units.is_empty() && self.by_columns.is_empty()
    }

    pub(crate) fn contains(&self, row: usize) -> bool {
        self.of_units.contains(&row) || self.by_columns.contains(&row)
    }
}

/// A combination of columns and effects that is zero on all positive counts.
struct Direction {
    /// On the rows of zeros.
    values: Vec<f64>,
    columns: Vec<usize>,
}

impl CountRows<'_> {
    /// The separated rows, which say nothing of what the others are regressed on.
    ///
    /// # Errors
    /// [`EstimateError::NotConverged`] where the search does not end.
    pub(crate) fn separated(&self) -> Result<Separated> {
        let one = [0, self.counts.len()];
        let starts = self.units.unwrap_or(&one);
        let mut found = Separated::default();
        let mut is_left: Vec<bool> = vec![true; self.counts.len()];
        for ends in starts.windows(2) {
            if self.counts[ends[0]..ends[1]].iter().all(|y| *y == 0.0) {
                found.of_units.extend(ends[0]..ends[1]);
                is_left[ends[0]..ends[1]].fill(false);
            }
        }
        // What is found may hide that more is: until nothing is found.
        loop {
            let zeros: Vec<usize> = (0..is_left.len()).filter(|&row| is_left[row] && self.counts[row] == 0.0).collect();
            let directions = self.directions(starts, &zeros);
            if zeros.is_empty() || directions.is_empty() {
                return Ok(found);
            }
            let below = separating(&directions, zeros.len())?;
            if below.is_empty() {
                return Ok(found);
            }
            for &at in &below {
                is_left[zeros[at]] = false;
                found.by_columns.push(zeros[at]);
            }
            let concerned = directions.iter().filter(|d| below.iter().any(|&at| d.values[at] != 0.0));
            found.columns.extend(concerned.flat_map(|d| d.columns.iter().copied()));
            found.by_columns.sort_unstable();
            found.columns.sort_unstable();
            found.columns.dedup();
        }
    }

    /// The combinations that are zero on all positive counts and not on all of these zeros.
    fn directions(&self, starts: &[usize], zeros: &[usize]) -> Vec<Direction> {
        let k = self.columns.len();
        let sizes: Vec<f64> = self.columns.iter().map(|column| spread(column)).collect();
        let scaled = |c: usize, row: usize| if sizes[c] > 0.0 { self.columns[c][row] / sizes[c] } else { 0.0 };
        // The means of each unit over its positive counts.
        let mut means = vec![vec![0.0; k]; starts.len() - 1];
        let mut products = vec![vec![0.0; k]; k];
        let mut unit_of = vec![0; self.counts.len()];
        for (unit, ends) in starts.windows(2).enumerate() {
            unit_of[ends[0]..ends[1]].fill(unit);
            let positive: Vec<usize> = (ends[0]..ends[1]).filter(|&row| self.counts[row] > 0.0).collect();
            let Some(&first) = positive.first() else { continue };
            for c in 0..k {
                let origin = scaled(c, first);
                let sum: f64 = positive.iter().map(|&row| scaled(c, row) - origin).sum();
                means[unit][c] = origin + sum / positive.len() as f64;
            }
            for &row in &positive {
                let left: Vec<f64> = (0..k).map(|c| scaled(c, row) - means[unit][c]).collect();
                for (i, products) in products.iter_mut().enumerate() {
                    (0..=i).for_each(|j| products[j] += left[i] * left[j]);
                }
            }
        }
        let positive = self.counts.iter().filter(|y| **y > 0.0).count() as f64;
        let pivot = |_: usize, left: f64| if left > NOTHING * positive { left } else { 0.0 };
        let factor = Cholesky::new(k, |i, j| products[i.max(j)][i.min(j)], pivot);
        let is_free = |c: usize| factor.rows()[c][c] == 0.0;
        (0..k)
            .filter(|&c| is_free(c))
            .filter_map(|free| {
                let with: Vec<f64> =
                    (0..k).map(|c| if is_free(c) { 0.0 } else { products[free.max(c)][free.min(c)] }).collect();
                let slopes = factor.solve(with);
                let of_row = |&row: &usize| {
                    let left = |c: usize| scaled(c, row) - means[unit_of[row]][c];
                    let value = left(free) - (0..k).filter(|&c| !is_free(c)).map(|c| slopes[c] * left(c)).sum::<f64>();
                    if value.abs() > ZERO { value } else { 0.0 }
                };
                let values: Vec<f64> = zeros.iter().map(of_row).collect();
                let columns = (0..k).filter(|&c| c == free || (!is_free(c) && slopes[c].abs() > ZERO)).collect();
                values.iter().any(|x| *x != 0.0).then_some(Direction { values, columns })
            })
            .collect()
    }
}

/// The positions at which some combination of the directions is below zero, none being above: empty where there is no such
/// combination.
fn separating(directions: &[Direction], n: usize) -> Result<Vec<usize>> {
    let basis = orthonormal(directions);
    let mut below = vec![-1.0; n];
    let least = 1.0 / (n as f64).sqrt();
    for _ in 0..MOST_ROUNDS {
        let mut projected = vec![0.0; n];
        for q in &basis {
            let along: f64 = q.iter().zip(&below).map(|(q, u)| q * u).sum();
            projected.iter_mut().zip(q).for_each(|(x, q)| *x += along * q);
        }
        let length = projected.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length < least * (1.0 - 1e-9) {
            return Ok(Vec::new());
        }
        let (lowest, highest) = projected.iter().fold((0.0_f64, 0.0_f64), |(low, high), x| (low.min(*x), high.max(*x)));
        if highest <= -lowest * ABOVE {
            return Ok((0..n).filter(|&at| projected[at] < lowest * ZERO).collect());
        }
        below = projected.into_iter().map(|x| x.min(0.0)).collect();
    }
    Err(EstimateError::NotConverged { model: "the search for separated zeros", rounds: MOST_ROUNDS }.into())
}

/// Gram and Schmidt's, twice each; what adds nothing is left out.
fn orthonormal(directions: &[Direction]) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for direction in directions {
        let mut left = direction.values.clone();
        let size = left.iter().map(|x| x * x).sum::<f64>().sqrt();
        for _ in 0..2 {
            for q in &basis {
                let along: f64 = q.iter().zip(&left).map(|(q, x)| q * x).sum();
                left.iter_mut().zip(q).for_each(|(x, q)| *x -= along * q);
            }
        }
        let length = left.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length > ZERO * size {
            basis.push(left.into_iter().map(|x| x / length).collect());
        }
    }
    basis
}

/// The largest distance of a column's values from the first.
fn spread(column: &[f64]) -> f64 {
    let first = column.first().copied().unwrap_or_default();
    column.iter().fold(0.0, |most, x| f64::max(most, (x - first).abs()))
}
