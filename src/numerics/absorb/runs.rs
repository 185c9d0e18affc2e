//! What groups leave of columns where the rows of each stand together: a group is worked on while it is in the cache.

use std::ops::Range;

use rayon::prelude::*;

use super::factor::Smaller;
use crate::numerics::dot::{WORTH_THREADS, short_dot};
use crate::numerics::groups::blocks_of;
use crate::numerics::kernel::kernel;

/// Rows worked on by one thread at a time.
const ROWS_AT_ONCE: usize = 8_192;

/// The groups of larger number, whose rows stand together.
#[derive(Clone, Copy)]
pub(super) struct Runs<'a> {
    /// Where they start, and last where the last one ends.
    pub(super) starts: &'a [usize],
    /// What the rows of each weigh together.
    pub(super) weight: &'a [f64],
    pub(super) weights: &'a [f64],
    /// Of the smaller set where there is one.
    pub(super) codes: Option<&'a [u32]>,
}

/// What is taken out of a column.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    /// The mean of each group once the smaller set's effects are out, as it lies from the value of the group's first row:
    /// of values that are all alike it is zero, to the last bit, and far from zero no digit is lost.
    means: Vec<f64>,
    /// The smaller set's effects; none where there is no such set.
    effects: Vec<f64>,
    /// Whether each group has one row for each of them, in their order.
    is_complete: bool,
}

/// The rows of a block of groups, and the column they are of.
#[derive(Clone)]
struct Part {
    column: usize,
    groups: Range<usize>,
}

impl Runs<'_> {
    /// What is to be taken out of each column for what they, and the smaller set where there is one, leave of it.
    pub(super) fn taken(&self, columns: &[&[f64]], smaller: Option<&Smaller>) -> Vec<Taken> {
        let of_part = |left: &mut Vec<f64>, part: Part| means(*self, part.groups, columns[part.column], left);
        let means = self.of_parts(columns.len(), ROWS_AT_ONCE, of_part);
        let is_complete = smaller.is_some_and(|smaller| smaller.is_complete);
        let all = |means: &[Vec<f64>]| Taken { means: means.concat(), effects: Vec::new(), is_complete };
        let blocks = means.len() / columns.len().max(1);
        let mut taken: Vec<Taken> = means.chunks(blocks.max(1)).map(all).collect();
        let Some(smaller) = smaller else { return taken };
        taken.iter_mut().for_each(|taken| taken.effects = vec![0.0; smaller.factor.len()]);
        // The second round removes what rounding left of the first; of a complete panel it leaves nothing.
        for _ in 0..if smaller.is_complete { 1 } else { 2 } {
            let sums = self.sums(columns, &taken, smaller);
            taken.par_iter_mut().zip(sums).for_each(|(taken, sums)| {
                let effects = smaller.factor.solve(sums);
                self.take(taken, &effects, smaller);
            });
        }
        taken
    }

    /// What is left of each column.
    pub(super) fn formed(&self, columns: &[&[f64]], taken: &[Taken]) -> Vec<Vec<f64>> {
        let blocks = blocks_of(self.starts, ROWS_AT_ONCE);
        let mut left: Vec<Vec<f64>> = columns.iter().map(|column| vec![0.0; column.len()]).collect();
        let mut parts: Vec<(Part, &mut [f64])> = Vec::with_capacity(blocks.len() * columns.len());
        for (column, left) in left.iter_mut().enumerate() {
            let mut rest = left.as_mut_slice();
            for groups in &blocks {
                let (own, after) = rest.split_at_mut(self.rows(groups).len());
                parts.push((Part { column, groups: groups.clone() }, own));
                rest = after;
            }
        }
        let form = |(part, own): (Part, &mut [f64])| {
            self.form(part.groups, columns[part.column], &taken[part.column], own);
        };
        match self.are_few(columns.len()) {
            true => parts.into_iter().for_each(form),
            false => parts.into_par_iter().for_each(form),
        }
        left
    }

    /// What is left of a column on the rows of these groups.
    pub(super) fn form(&self, groups: Range<usize>, column: &[f64], taken: &Taken, left: &mut [f64]) {
        form(*self, groups, column, taken, left);
    }

    /// Of each column, the weighted sums of what is left of it so far over the smaller set's groups.
    fn sums(&self, columns: &[&[f64]], taken: &[Taken], smaller: &Smaller) -> Vec<Vec<f64>> {
        let n = smaller.factor.len();
        // A block has a sum for each smaller group, which must not cost more than its rows.
        let found = self.of_parts(columns.len(), ROWS_AT_ONCE.max(8 * n), |left, part| {
            let rows = self.rows(&part.groups);
            left.resize(rows.len(), 0.0);
            self.form(part.groups, columns[part.column], &taken[part.column], left);
            let (mut sums, weights) = (vec![0.0; n], &self.weights[rows.clone()]);
            if smaller.is_complete {
                add_in_order(left, weights, &mut sums);
                return sums;
            }
            for ((&code, w), x) in smaller.set.codes[rows].iter().zip(weights).zip(left) {
                sums[code as usize] += w * *x;
            }
            sums
        });
        // In one order, whichever thread a block was worked on by.
        let sum = |parts: &[Vec<f64>]| {
            let mut sums = vec![0.0; n];
            parts.iter().for_each(|part| sums.iter_mut().zip(part).for_each(|(sum, x)| *sum += x));
            sums
        };
        found.chunks((found.len() / columns.len().max(1)).max(1)).map(sum).collect()
    }

    /// Takes effects of the smaller set out of a column too, and with them their means in the groups.
    fn take(&self, taken: &mut Taken, effects: &[f64], smaller: &Smaller) {
        taken.effects.iter_mut().zip(effects).for_each(|(taken, more)| *taken += more);
        if smaller.is_complete {
            let mean = effects.iter().sum::<f64>() / effects.len() as f64;
            taken.means.iter_mut().for_each(|own| *own -= mean);
            return;
        }
        for (group, own) in taken.means.iter_mut().enumerate() {
            let rows = self.starts[group]..self.starts[group + 1];
            let parts = smaller.set.codes[rows.clone()].iter().zip(&self.weights[rows]);
            *own -= parts.map(|(&code, w)| w * effects[code as usize]).sum::<f64>() / self.weight[group];
        }
    }

    /// What is made of blocks of so many rows of each column, the blocks of a column one after the other; in parallel
    /// where there are many.
    fn of_parts<T: Send>(
        &self,
        columns: usize,
        rows: usize,
        of_part: impl Fn(&mut Vec<f64>, Part) -> T + Sync + Send,
    ) -> Vec<T> {
        let blocks = blocks_of(self.starts, rows);
        let of_column = |column: usize| blocks.iter().map(move |groups| Part { column, groups: groups.clone() });
        let parts: Vec<Part> = (0..columns).flat_map(of_column).collect();
        match self.are_few(columns) {
            true => {
                let mut left = Vec::new();
                parts.into_iter().map(|part| of_part(&mut left, part)).collect()
            }
            false => parts.into_par_iter().map_init(Vec::new, &of_part).collect(),
        }
    }

    /// The rows of a block of groups.
    fn rows(&self, groups: &Range<usize>) -> Range<usize> {
        self.starts[groups.start]..self.starts[groups.end]
    }

    /// Whether so many columns are not worth a second thread.
    fn are_few(&self, columns: usize) -> bool {
        columns * self.weights.len() < WORTH_THREADS
    }
}

kernel! {
    /// The weighted means of groups, each as it lies from the first of its values.
    fn means<'a>(runs: Runs<'a>, groups: Range<usize>, column: &'a [f64], left: &'a mut Vec<f64>) -> Vec<f64> {
        let mut means = vec![0.0; groups.len()];
        for (group, found) in groups.zip(&mut means) {
            let rows = runs.starts[group]..runs.starts[group + 1];
            let (values, weights, weight) = (&column[rows.clone()], &runs.weights[rows], runs.weight[group]);
            left.resize(values.len(), 0.0);
            let left = &mut left[..values.len()];
            for (left, x) in left.iter_mut().zip(values) {
                *left = x - values[0];
            }
            let mean = short_dot(left, weights) / weight;
            for left in left.iter_mut() {
                *left -= mean;
            }
            // Once more, for what rounding left of it.
            *found = mean + short_dot(left, weights) / weight;
        }
        means
    }
}

kernel! {
    fn form<'a>(runs: Runs<'a>, groups: Range<usize>, column: &'a [f64], taken: &'a Taken, left: &'a mut [f64]) {
        let from = runs.starts[groups.start];
        for group in groups {
            let rows = runs.starts[group]..runs.starts[group + 1];
            let (values, mean) = (&column[rows.clone()], taken.means[group]);
            let (first, left) = (values[0], &mut left[rows.start - from..rows.end - from]);
            if taken.effects.is_empty() {
                for (left, x) in left.iter_mut().zip(values) {
                    *left = (x - first) - mean;
                }
            } else if taken.is_complete {
                for ((left, x), effect) in left.iter_mut().zip(values).zip(&taken.effects) {
                    *left = ((x - first) - mean) - effect;
                }
            } else if let Some(codes) = runs.codes {
                for ((left, x), &code) in left.iter_mut().zip(values).zip(&codes[rows]) {
                    *left = ((x - first) - mean) - taken.effects[code as usize];
                }
            }
        }
    }
}

kernel! {
    /// Adds weighted values, which belong to one sum after the other, over and over again.
    fn add_in_order<'a>(values: &'a [f64], weights: &'a [f64], sums: &'a mut [f64]) {
        for (values, weights) in values.chunks_exact(sums.len()).zip(weights.chunks_exact(sums.len())) {
            for ((sum, x), w) in sums.iter_mut().zip(values).zip(weights) {
                *sum += w * x;
            }
        }
    }
}
