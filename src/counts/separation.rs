//! Which zeros can be expected exactly, so that a coefficient or an effect has no end?
//!
//! A row is separated where some combination of columns and effects is zero wherever counts are positive, nowhere above zero,
//! and below zero in that row: along it the likelihood grows for ever. S. Correia, P. Guimarães and T. Zylkin find such rows
//! by regressing again and again what is negative in a regression in which positive counts weigh very much. Here they weigh
//! without bound: only combinations that are zero on all of them are regressed on, of which there are few or none, and no
//! digit is lost to weights. It ends with a proof: as long as a combination separates, what is left never gets shorter than
//! one over the root of the number of zeros.

use super::centred::Centred;
use super::count_rows::CountRows;
use super::equations::Equations;
use crate::error::{EstimateError, Result};

/// A combination is zero where it is no larger, beside columns of the size of one.
const ZERO: f64 = 1e-8;
/// What lies above zero of a combination that separates, beside the largest of what lies below.
const ABOVE: f64 = 1e-9;
/// Rounds after which the search is given up.
const MOST_ROUNDS: usize = 1_000_000;

/// Rows of zeros that are expected exactly.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Separated {
    /// Those of units whose counts are all zero, ascending.
    pub(crate) of_units: Vec<usize>,
    /// All others, along combinations of columns and levels, ascending.
    pub(crate) by_columns: Vec<usize>,
    /// The columns in these combinations.
    pub(crate) columns: Vec<usize>,
    /// The levels in them.
    pub(crate) levels: Vec<usize>,
}

impl Separated {
    pub(crate) fn is_empty(&self) -> bool {
        self.of_units.is_empty() && self.by_columns.is_empty()
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = usize> {
        self.of_units.iter().chain(&self.by_columns).copied()
    }

    pub(crate) fn contains(&self, row: usize) -> bool {
        self.of_units.binary_search(&row).is_ok() || self.by_columns.binary_search(&row).is_ok()
    }
}

/// A combination of columns and effects that is zero on all positive counts.
struct Direction {
    /// On the rows of zeros.
    values: Vec<f64>,
    columns: Vec<usize>,
    levels: Vec<usize>,
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
        // Rows that weigh nothing are not there.
        let mut is_left: Vec<bool> = self.weights.iter().map(|w| *w > 0.0).collect();
        for ends in starts.windows(2) {
            if !(ends[0]..ends[1]).any(|row| self.is_positive(row)) {
                found.of_units.extend((ends[0]..ends[1]).filter(|&row| is_left[row]));
                is_left[ends[0]..ends[1]].fill(false);
            }
        }
        if !(0..is_left.len()).any(|row| is_left[row] && self.counts[row] == 0.0) {
            return Ok(found);
        }
        let columns = Centred::new(self);
        let free = self.free(&columns, starts);
        // What is found may hide that more is: until nothing is found.
        loop {
            let zeros: Vec<usize> = (0..is_left.len()).filter(|&row| is_left[row] && self.counts[row] == 0.0).collect();
            let mut directions: Vec<Direction> =
                free.iter().filter_map(|free| self.direction(&columns, starts, &zeros, free)).collect();
            // The simplest first: another that says the same is not told of.
            directions.sort_by_key(|direction| direction.columns.len() + direction.levels.len());
            let basis = orthonormal(&mut directions);
            if basis.is_empty() {
                break;
            }
            let below = separating(&basis, zeros.len())?;
            if below.is_empty() {
                break;
            }
            for &at in &below {
                is_left[zeros[at]] = false;
                found.by_columns.push(zeros[at]);
            }
            for direction in directions.iter().filter(|d| below.iter().any(|&at| d.values[at] != 0.0)) {
                found.columns.extend(&direction.columns);
                found.levels.extend(&direction.levels);
            }
        }
        for sorted in [&mut found.by_columns, &mut found.columns, &mut found.levels] {
            sorted.sort_unstable();
            sorted.dedup();
        }
        Ok(found)
    }

    fn is_positive(&self, row: usize) -> bool {
        self.weights[row] > 0.0 && self.counts[row] > 0.0
    }

    /// The combinations that effects of units or an intercept take up on all positive counts: of columns as large as one.
    fn free(&self, columns: &Centred, starts: &[usize]) -> Vec<Combination> {
        let (k, n_levels) = (columns.k, self.n_levels());
        let mut equations = Equations::new(k, n_levels, self.units.is_some());
        let (mut weights, mut own, mut codes) = (Vec::new(), Vec::new(), Vec::new());
        for ends in starts.windows(2) {
            weights.clear();
            own.clear();
            codes.clear();
            for row in (ends[0]..ends[1]).filter(|&row| self.is_positive(row)) {
                weights.push(1.0);
                own.extend(columns.scaled(row));
                own.push(0.0);
                codes.extend(self.levels.map(|levels| levels.codes[row]));
            }
            equations.add(&weights, &mut own, &codes);
        }
        let factor = equations.factor(&vec![1.0; k]);
        let is_free = |i: usize| factor.rows()[i][i] == 0.0;
        let of_free = |free: usize| {
            let with = |i: usize| if is_free(i) { 0.0 } else { -equations.entry(free.max(i), free.min(i)) };
            let mut levels = factor.solve((0..n_levels + k).map(with).collect());
            levels[free] = 1.0;
            let slopes = levels.split_off(n_levels);
            Combination { slopes, levels }
        };
        (0..n_levels + k).filter(|&i| is_free(i)).map(of_free).collect()
    }

    /// What a combination is on these zeros, where it is not zero on all of them.
    fn direction(&self, columns: &Centred, starts: &[usize], zeros: &[usize], of: &Combination) -> Option<Direction> {
        let value = |row: usize| -> f64 {
            let of_columns: f64 = columns.scaled(row).zip(&of.slopes).map(|(x, b)| x * b).sum();
            of_columns + self.levels.map_or(0.0, |levels| of.levels[levels.codes[row] as usize])
        };
        let mut values = Vec::with_capacity(zeros.len());
        for ends in starts.windows(2) {
            let of_unit =
                &zeros[zeros.partition_point(|&row| row < ends[0])..zeros.partition_point(|&row| row < ends[1])];
            let mut positive = (ends[0]..ends[1]).filter(|&row| self.is_positive(row)).map(value);
            let (Some(first), false) = (positive.next(), of_unit.is_empty()) else { continue };
            let (n, sum) = positive.fold((1.0, 0.0), |(n, sum), x| (n + 1.0, sum + (x - first)));
            let mean = first + sum / n;
            let left = |&row: &usize| {
                let left = value(row) - mean;
                if left.abs() > ZERO { left } else { 0.0 }
            };
            values.extend(of_unit.iter().map(left));
        }
        let large = |of: &[f64]| (0..of.len()).filter(|&i| of[i].abs() > ZERO).collect::<Vec<usize>>();
        let is_one = values.iter().any(|x| *x != 0.0);
        is_one.then(|| Direction { values, columns: large(&of.slopes), levels: large(&of.levels) })
    }
}

/// Columns, scaled to the size of one, and levels.
struct Combination {
    slopes: Vec<f64>,
    levels: Vec<f64>,
}

/// The positions at which some combination of this basis is below zero, none being above: empty where there is no such
/// combination.
fn separating(basis: &[Vec<f64>], n: usize) -> Result<Vec<usize>> {
    let mut below = vec![-1.0; n];
    let least = 1.0 / (n as f64).sqrt();
    for _ in 0..MOST_ROUNDS {
        let mut projected = vec![0.0; n];
        for q in basis {
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

/// Gram and Schmidt's, twice each; directions that add nothing are left out.
fn orthonormal(directions: &mut Vec<Direction>) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    directions.retain(|direction| {
        let mut left = direction.values.clone();
        let size = left.iter().map(|x| x * x).sum::<f64>().sqrt();
        for _ in 0..2 {
            for q in &basis {
                let along: f64 = q.iter().zip(&left).map(|(q, x)| q * x).sum();
                left.iter_mut().zip(q).for_each(|(x, q)| *x -= along * q);
            }
        }
        let length = left.iter().map(|x| x * x).sum::<f64>().sqrt();
        let adds = length > ZERO * size;
        if adds {
            basis.push(left.into_iter().map(|x| x / length).collect());
        }
        adds
    });
    basis
}
