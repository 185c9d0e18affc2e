//! What groups leave of columns where the rows of each stand together: a group is worked on while it is in the cache.

use std::ops::Range;

use rayon::prelude::*;

use super::factor::Smaller;
use crate::numerics::dot::{WORTH_THREADS, short_dot};
use crate::numerics::groups::{WeightedGroups, blocks_of};

/// Rows worked on by one thread at a time.
const ROWS_AT_ONCE: usize = 8_192;

/// The groups of larger number, whose rows stand together.
pub(super) struct Runs<'a> {
    pub(super) groups: &'a WeightedGroups<'a>,
    pub(super) starts: &'a [usize],
    pub(super) weights: &'a [f64],
}

impl Runs<'_> {
    /// What they, and the smaller set where there is one, leave of each column.
    pub(super) fn residuals(&self, columns: &[&[f64]], smaller: Option<&Smaller>) -> Vec<Vec<f64>> {
        let n_smaller = smaller.map_or(0, |smaller| smaller.factor.len());
        // A block has a sum for each smaller group, which must not cost more than its rows.
        let blocks = blocks_of(self.starts, ROWS_AT_ONCE.max(8 * n_smaller));
        let mut left: Vec<Vec<f64>> = columns.iter().map(|column| vec![0.0; column.len()]).collect();
        let sums = |codes: &[u32], weights: &[f64], left: &[f64], sums: &mut [f64]| {
            for ((&code, w), x) in codes.iter().zip(weights).zip(left) {
                sums[code as usize] += w * x;
            }
        };
        let mut of_smaller = self.sweep(&blocks, &mut left, |column, groups, left| {
            let mut found = vec![0.0; n_smaller];
            for (group, own) in self.in_block(groups) {
                let rows = self.starts[group]..self.starts[group + 1];
                let (weights, left) = (&self.weights[rows.clone()], &mut left[own]);
                deviations(&columns[column][rows.clone()], weights, self.groups.weight[group], left);
                if let Some(smaller) = smaller {
                    sums(&smaller.set.codes[rows], weights, left, &mut found);
                }
            }
            found
        });
        let Some(smaller) = smaller else { return left };
        // The second round removes what rounding left of the first; of a complete panel it leaves nothing.
        let are_last: &[bool] = if smaller.is_complete { &[true] } else { &[false, true] };
        for &is_last in are_last {
            let effects: Vec<Vec<f64>> = of_smaller.into_iter().map(|sums| smaller.factor.solve(sums)).collect();
            of_smaller = self.sweep(&blocks, &mut left, |column, groups, left| {
                let (effects, mut found) = (&effects[column], vec![0.0; n_smaller]);
                for (group, own) in self.in_block(groups) {
                    let rows = self.starts[group]..self.starts[group + 1];
                    let (codes, weights) = (&smaller.set.codes[rows.clone()], &self.weights[rows]);
                    let left = &mut left[own];
                    left.iter_mut().zip(codes).for_each(|(x, &code)| *x -= effects[code as usize]);
                    // The smaller set's effects have means in the larger set's groups, which go with them.
                    centre(left, weights, self.groups.weight[group]);
                    if !is_last {
                        sums(codes, weights, left, &mut found);
                    }
                }
                found
            });
        }
        left
    }

    /// The groups of a block, and their rows counted from its first.
    fn in_block(&self, groups: Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
        let first = self.starts[groups.start];
        groups.map(move |group| (group, self.starts[group] - first..self.starts[group + 1] - first))
    }

    /// Works on the blocks of each column, given its position, their groups and what is left of their rows so far, and
    /// adds up what comes of it by column: in one order, whichever thread a block was worked on by.
    fn sweep(
        &self,
        blocks: &[Range<usize>],
        left: &mut [Vec<f64>],
        of_block: impl Fn(usize, Range<usize>, &mut [f64]) -> Vec<f64> + Sync,
    ) -> Vec<Vec<f64>> {
        let (columns, rows) = (left.len(), left.first().map_or(0, Vec::len));
        let mut parts: Vec<(usize, Range<usize>, &mut [f64])> = Vec::with_capacity(blocks.len() * columns);
        for (column, left) in left.iter_mut().enumerate() {
            let mut rest = left.as_mut_slice();
            for groups in blocks {
                let (own, after) = rest.split_at_mut(self.starts[groups.end] - self.starts[groups.start]);
                parts.push((column, groups.clone(), own));
                rest = after;
            }
        }
        let found: Vec<Vec<f64>> = match columns * rows < WORTH_THREADS {
            true => parts.into_iter().map(|(column, groups, own)| of_block(column, groups, own)).collect(),
            false => parts.into_par_iter().map(|(column, groups, own)| of_block(column, groups, own)).collect(),
        };
        let sum = |parts: &[Vec<f64>]| {
            let mut sums = vec![0.0; parts.first().map_or(0, Vec::len)];
            parts.iter().for_each(|part| sums.iter_mut().zip(part).for_each(|(sum, x)| *sum += x));
            sums
        };
        found.chunks(blocks.len().max(1)).map(sum).collect()
    }
}

/// The deviations of a group's values from their weighted mean. They are formed about the first value: those of values
/// that are all alike are zero, to the last bit, and far from zero no digit is lost.
fn deviations(values: &[f64], weights: &[f64], weight: f64, left: &mut [f64]) {
    let first = values[0];
    left.iter_mut().zip(values).for_each(|(left, x)| *left = x - first);
    centre(left, weights, weight);
    // Once more, for what rounding left of the mean.
    centre(left, weights, weight);
}

/// Takes the weighted mean out of a group's values.
fn centre(values: &mut [f64], weights: &[f64], weight: f64) {
    let mean = short_dot(values, weights) / weight;
    values.iter_mut().for_each(|x| *x -= mean);
}
