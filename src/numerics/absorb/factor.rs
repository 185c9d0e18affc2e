//! The equations of the smaller of two sets of effects, once the larger is eliminated.

use std::ops::Range;

use rayon::prelude::*;

use crate::numerics::dot::WORTH_THREADS;
use crate::numerics::groups::{WeightedGroups, blocks_of};
use crate::numerics::triangular::Cholesky;

/// A pivot of the smaller set's equations, as a part of its weight, at or below which the group adds nothing.
const GROUP_TOLERANCE: f64 = 1e-12;
/// Equations of so many groups at most are summed by several threads, each of which has a matrix of its own.
const FEW_GROUPS: usize = 128;

/// The smaller of two sets of groups.
pub(super) struct Smaller<'a> {
    pub(super) set: WeightedGroups<'a>,
    /// Of its equations, in which a group that adds nothing has a pivot of zero.
    pub(super) factor: Cholesky,
    /// Whether each larger group has one row in each smaller group, and all rows weigh alike: one solution then is exact.
    pub(super) is_complete: bool,
}

impl<'a> Smaller<'a> {
    /// The equations: the smaller set's dummies, with the larger set's means taken out, times each other.
    pub(super) fn new(larger: &WeightedGroups, set: WeightedGroups<'a>, weights: &[f64]) -> Self {
        let n = set.weight.len();
        // Only rows of one larger group meet: they have to stand together.
        let meeting = match larger.starts {
            Some(starts) => Meeting::of(starts, set.codes, weights, n),
            None => {
                let (starts, rows) = larger.rows();
                let codes: Vec<u32> = rows.iter().map(|&row| set.codes[row]).collect();
                let weights: Vec<f64> = rows.iter().map(|&row| weights[row]).collect();
                Meeting::of(&starts, &codes, &weights, n)
            }
        };
        let entry = |i: usize, j: usize| {
            let own = if i == j { set.weight[i] } else { 0.0 };
            own - meeting.products.get(i * n + j).unwrap_or(&0.0) - meeting.of_complete / n as f64
        };
        let pivot = |j: usize, left: f64| if left > GROUP_TOLERANCE * set.weight[j] { left } else { 0.0 };
        let factor = Cholesky::new(n, entry, pivot);
        let is_complete = meeting.products.is_empty() && weights.iter().all(|w| *w == weights[0]);
        Smaller { set, factor, is_complete }
    }
}

/// Σ ww'/(weight of the larger group) over pairs of rows of a larger group, by their smaller groups.
#[derive(Default)]
struct Meeting {
    /// The weights of complete groups, whose rows weigh alike, together: so many parts of them are in every entry.
    of_complete: f64,
    /// Of all others the lower triangle, row by row; empty where there are none.
    products: Vec<f64>,
}

impl Meeting {
    fn of(starts: &[usize], codes: &[u32], weights: &[f64], n: usize) -> Self {
        let of_block = |groups: Range<usize>| {
            let mut found = Meeting::default();
            for group in groups {
                let rows = starts[group]..starts[group + 1];
                found.add(&codes[rows.clone()], &weights[rows], n);
            }
            found
        };
        let many = if n <= FEW_GROUPS { WORTH_THREADS } else { usize::MAX };
        let blocks = blocks_of(starts, many);
        // In one order, on however many threads.
        let parts: Vec<Meeting> = blocks.into_par_iter().map(of_block).collect();
        let mut all = Meeting::default();
        for part in parts {
            all.of_complete += part.of_complete;
            match all.products.is_empty() {
                true => all.products = part.products,
                false => all.products.iter_mut().zip(&part.products).for_each(|(sum, x)| *sum += x),
            }
        }
        all
    }

    /// Adds the rows of one larger group.
    fn add(&mut self, codes: &[u32], weights: &[f64], n: usize) {
        let is_complete = codes.len() == n
            && codes.iter().enumerate().all(|(at, &code)| code as usize == at)
            && weights.iter().all(|w| *w == weights[0]);
        if is_complete {
            self.of_complete += weights[0];
            return;
        }
        if self.products.is_empty() {
            self.products = vec![0.0; n * n];
        }
        let total: f64 = weights.iter().sum();
        for (&a, w) in codes.iter().zip(weights) {
            let (row, part) = (a as usize * n, w / total);
            for (&b, w) in codes.iter().zip(weights).filter(|(b, _)| **b <= a) {
                self.products[row + b as usize] += part * w;
            }
        }
    }
}
