//! Weight, means and cross-products of each unit, formed from its rows once.

use std::ops::Range;

use rayon::prelude::*;

use super::layout::{Entry, Layout};
use super::standardise::Standardisation;
use crate::numerics::eliminate::{packed_index, packed_len};
use crate::numerics::kernel::kernel;

/// Rows formed into cross-products at a time where there are no units.
const BLOCK: usize = 1_024;
/// Rows per parallel task. Fixed, so that sums are formed in the same order on any number of threads.
const TASK: usize = 8_192;
/// From this many entries on, one task does all: the partial sums would fill the memory.
const LARGE: usize = 100_000;
/// Up to this many numbers (32 MB), the units' moments are kept for resampling instead of formed again.
const MOST_KEPT: usize = 4 << 20;

/// Where each unit's rows stand, and so what is summed together.
pub(crate) fn unit_ranges(units: Option<&[u32]>, n_observations: usize) -> Vec<Range<usize>> {
    match units {
        None => (0..n_observations).step_by(BLOCK).map(|start| start..(start + BLOCK).min(n_observations)).collect(),
        Some(codes) => {
            let mut starts: Vec<usize> = (0..n_observations).filter(|&r| r == 0 || codes[r] != codes[r - 1]).collect();
            starts.push(n_observations);
            starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
        }
    }
}

/// The entries of the moments over all units, and the units' own where they are few enough to keep.
pub(crate) fn accumulate(
    columns: &[&[f64]],
    weights: &[f64],
    ranges: &[Range<usize>],
    standardisation: &Standardisation,
) -> (Vec<f64>, Option<UnitMoments>) {
    let layout = Layout(columns.len());
    let is_kept = ranges.len().saturating_mul(layout.len()) <= MOST_KEPT;
    let partial = |ranges: &[Range<usize>]| {
        let mut entries = vec![0.0; layout.len()];
        let mut kept: Option<UnitMoments> = None;
        // A few units at a time, so that what is formed of them stays in the cache.
        for few in ranges.chunks((LARGE / layout.len()).max(1)) {
            let moments = UnitMoments::new(columns, weights, few, standardisation);
            (0..moments.len()).for_each(|unit| moments.add_to(unit, layout, &mut entries));
            match &mut kept {
                Some(kept) if is_kept => kept.append(moments),
                None if is_kept => kept = Some(moments),
                _ => {}
            }
        }
        (entries, kept)
    };
    let task_rows = if layout.len() > LARGE { weights.len() } else { TASK };
    let partials: Vec<_> = match task_ranges(ranges, task_rows).as_slice() {
        [all] => vec![partial(&ranges[all.clone()])],
        tasks => tasks.par_iter().map(|task| partial(&ranges[task.clone()])).collect(),
    };
    let sum = |(mut entries, mut kept): (Vec<f64>, Option<UnitMoments>), (more, units)| {
        entries.iter_mut().zip::<Vec<f64>>(more).for_each(|(e, m)| *e += m);
        if let (Some(kept), Some(units)) = (&mut kept, units) {
            kept.append(units);
        }
        (entries, kept)
    };
    // In the order of the rows, whichever task was done first.
    partials.into_iter().reduce(sum).unwrap_or_else(|| (vec![0.0; layout.len()], None))
}

/// Runs of units with about `task_rows` rows each.
fn task_ranges(ranges: &[Range<usize>], task_rows: usize) -> Vec<Range<usize>> {
    let mut tasks = Vec::new();
    let (mut start, mut rows) = (0, 0);
    for (unit, range) in ranges.iter().enumerate() {
        // Units are not cut: their products are about means over all their rows.
        rows += range.len();
        if rows >= task_rows || unit + 1 == ranges.len() {
            tasks.push(start..unit + 1);
            (start, rows) = (unit + 1, 0);
        }
    }
    tasks
}

/// Weight, means and cross-products about them, for each of a run of units.
#[derive(Debug, Clone)]
pub(crate) struct UnitMoments {
    n_variables: usize,
    weight: Vec<f64>,
    mean: Vec<f64>,
    within: Vec<f64>,
}

impl UnitMoments {
    pub(crate) fn new(
        columns: &[&[f64]],
        weights: &[f64],
        ranges: &[Range<usize>],
        standardisation: &Standardisation,
    ) -> Self {
        let q = columns.len();
        let mut moments = UnitMoments {
            n_variables: q,
            weight: vec![0.0; ranges.len()],
            mean: vec![0.0; ranges.len() * q],
            within: vec![0.0; ranges.len() * packed_len(q)],
        };
        fill(&mut moments, columns, weights, ranges, standardisation);
        moments
    }

    fn append(&mut self, mut other: UnitMoments) {
        self.weight.append(&mut other.weight);
        self.mean.append(&mut other.mean);
        self.within.append(&mut other.within);
    }

    pub(crate) fn len(&self) -> usize {
        self.weight.len()
    }

    /// Every unit's part of an entry of the moments.
    pub(crate) fn values(&self, entry: Entry, values: &mut Vec<f64>) {
        let q = self.n_variables;
        let means = |v: usize| self.mean.iter().skip(v).step_by(q);
        let within = |(i, j)| self.within.iter().skip(packed_index(q, i, j)).step_by(packed_len(q));
        values.clear();
        match entry {
            Entry::Weight => values.extend_from_slice(&self.weight),
            Entry::Sum(v) => values.extend(self.weight.iter().zip(means(v)).map(|(w, m)| w * m)),
            Entry::Within(pair) => values.extend(within(pair)),
            Entry::Raw((i, j)) => {
                // Put together from what lies within and between, so that nothing is subtracted.
                let between = self.weight.iter().zip(means(i)).zip(means(j)).map(|((w, a), b)| w * a * b);
                values.extend(within((i, j)).zip(between).map(|(within, between)| within + between));
            }
        }
    }

    /// Adds one unit's weight, sums, raw and within cross-products to a vector laid out as [`Layout`] says.
    pub(crate) fn add_to(&self, unit: usize, layout: Layout, entries: &mut [f64]) {
        let q = self.n_variables;
        let (weight, mean) = (self.weight[unit], &self.mean[unit * q..][..q]);
        let within = &self.within[unit * packed_len(q)..][..packed_len(q)];
        entries[layout.weight()] += weight;
        for (v, m) in mean.iter().enumerate() {
            entries[layout.sum(v)] += weight * m;
        }
        let (raw_at, within_at) = (layout.raw(0, 0), layout.within(0, 0));
        let mut at = 0;
        for i in 0..q {
            for j in i..q {
                entries[raw_at + at] += within[at] + weight * mean[i] * mean[j];
                entries[within_at + at] += within[at];
                at += 1;
            }
        }
    }
}

kernel! {
    fn fill<'a>(
        moments: &'a mut UnitMoments,
        columns: &'a [&'a [f64]],
        weights: &'a [f64],
        ranges: &'a [Range<usize>],
        by: &'a Standardisation,
    ) {
        let q = moments.n_variables;
        // A constant variable's scale is infinite, which makes its values zeros.
        let per_scale: Vec<f64> = by.scale.iter().map(|s| 1.0 / s).collect();
        let mut rows = Vec::new();
        for (unit, range) in ranges.iter().enumerate() {
            let n = range.len();
            let weights = &weights[range.clone()];
            let mean = &mut moments.mean[unit * q..][..q];
            rows.resize(n * q, 0.0);
            for (v, column) in columns.iter().enumerate() {
                let (origin, per_scale) = (by.origin[v], per_scale[v]);
                for (r, x) in column[range.clone()].iter().enumerate() {
                    // Row by row, so that a row's products run over numbers side by side.
                    rows[r * q + v] = (x - origin) * per_scale;
                }
            }
            let weight: f64 = weights.iter().sum();
            // Means first and products about them after: in one pass the squares of the means would cancel.
            for (row, &w) in rows.chunks_exact(q).zip(weights) {
                for (m, &x) in mean.iter_mut().zip(row) {
                    *m += w * x;
                }
            }
            for m in mean.iter_mut() {
                *m /= weight;
            }
            moments.weight[unit] = weight;
            let within = &mut moments.within[unit * packed_len(q)..][..packed_len(q)];
            for (row, &w) in rows.chunks_exact_mut(q).zip(weights) {
                for (x, m) in row.iter_mut().zip(&*mean) {
                    *x -= m;
                }
                let mut cross = &mut *within;
                for i in 0..q {
                    let (head, rest) = cross.split_at_mut(q - i);
                    let factor = w * row[i];
                    for (c, &x) in head.iter_mut().zip(&row[i..]) {
                        *c += factor * x;
                    }
                    cross = rest;
                }
            }
        }
    }
}
