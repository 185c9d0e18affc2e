//! The sums of every group of units that levels are made of, behind the moments in one flat vector.
//!
//! Sums are linear in how often a unit is there, as the moments are, and a level's cross-products follow from them:
//!
//! ```text
//! Σ_g s_g s_gᵀ / W_g − Σ_h s_h s_hᵀ / W_h      g the groups of the level, h those of the level above, or all rows
//! ```
//!
//! A group drawn twice as a whole would have the same means twice, and counts as one of twice the weight: the same.

use std::ops::Range;

use crate::fit::{FittedModel, Layout, UnitMoments};
use crate::numerics::double::Double;
use crate::numerics::eliminate::packed_len;
use crate::numerics::number::Lane;
use crate::numerics::real::Real;

/// Units whose moments are formed at a time, where they were not kept.
const BLOCK: usize = 256;

/// Where the sums of the groups stand: of each, in the order of the levels, its weight and the sum of every variable.
///
/// The weight is a part of the group's in the sample, the sums are divided by the root of that, so that a small group is
/// not taken for none.
#[derive(Debug, Clone)]
pub(crate) struct GroupSums {
    layout: Layout,
    /// For each level of groups, the outermost first, the group of each unit.
    of_unit: Vec<Vec<u32>>,
    /// The weight of each group in the sample, level by level.
    weights: Vec<Vec<f64>>,
}

impl GroupSums {
    pub(super) fn new(fit: &FittedModel, of_unit: Vec<Vec<u32>>) -> Self {
        let mut sums = GroupSums { layout: Layout(fit.moments().n_variables()), of_unit, weights: Vec::new() };
        if sums.of_unit.is_empty() {
            return sums;
        }
        let width = sums.width();
        let of_units = sums.of_units(fit);
        for groups in &sums.of_unit {
            let mut weights = vec![0.0; groups.iter().max().map_or(0, |last| *last as usize + 1)];
            groups.iter().zip(of_units.chunks_exact(width)).for_each(|(&g, unit)| weights[g as usize] += unit[0]);
            sums.weights.push(weights);
        }
        sums
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// Levels of groups of units.
    pub(super) fn depth(&self) -> usize {
        self.of_unit.len()
    }

    /// Numbers of a group.
    pub(crate) fn width(&self) -> usize {
        1 + self.layout.0
    }

    /// Numbers of all groups, which stand behind the moments.
    pub(crate) fn len(&self) -> usize {
        self.weights.iter().map(Vec::len).sum::<usize>() * self.width()
    }

    /// For every level, where the numbers of a unit's group stand among those of all, and the weight of that group.
    pub(crate) fn of(&self, unit: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let starts = self.weights.iter().scan(0, |next, weights| {
            let start = *next;
            *next += weights.len();
            Some(start)
        });
        self.of_unit.iter().zip(&self.weights).zip(starts).map(move |((groups, weights), start)| {
            let group = groups[unit] as usize;
            ((start + group) * self.width(), weights[group])
        })
    }

    /// The weight and sums of every unit.
    pub(crate) fn of_units(&self, fit: &FittedModel) -> Vec<f64> {
        let (width, ranges) = (self.width(), fit.unit_ranges());
        let mut rows = vec![0.0; ranges.len() * width];
        let put = |moments: &UnitMoments, rows: &mut [f64]| {
            let mut values = Vec::new();
            let prefix: Vec<usize> = (0..width).collect();
            for (at, entry) in self.layout.decode(&prefix).into_iter().enumerate() {
                moments.values(entry, &mut values);
                rows.iter_mut().skip(at).step_by(width).zip(&values).for_each(|(slot, x)| *slot = *x);
            }
        };
        match fit.unit_moments() {
            Some(moments) => put(moments, &mut rows),
            None => ranges
                .chunks(BLOCK)
                .zip(rows.chunks_mut(BLOCK * width))
                .for_each(|(units, rows)| put(&fit.moments_of(units), rows)),
        }
        rows
    }

    /// The moments of the sample, and the sums of the groups behind them.
    pub(super) fn entries(&self, fit: &FittedModel) -> Vec<f64> {
        let mut entries = fit.moments().entries().to_vec();
        let start = entries.len();
        entries.resize(start + self.len(), 0.0);
        if self.depth() > 0 {
            for (unit, own) in self.of_units(fit).chunks_exact(self.width()).enumerate() {
                self.of(unit).for_each(|(at, weight)| self.add(own, weight, &mut entries[start + at..]));
            }
        }
        entries
    }

    /// The same in twice the precision, of these units alone.
    pub(crate) fn double_sums(&self, fit: &FittedModel, units: &[usize], sums: &mut [Double]) {
        // The units of one group at a time: their moments are added up once.
        let mut places: Vec<(usize, f64, usize)> =
            units.iter().flat_map(|&unit| self.of(unit).map(move |(at, weight)| (at, weight, unit))).collect();
        places.sort_by_key(|&(at, _, unit)| (at, unit));
        for group in places.chunk_by(|a, b| a.0 == b.0) {
            let rows: Vec<Range<usize>> = group.iter().map(|&(.., unit)| fit.unit_ranges()[unit].clone()).collect();
            let (at, weight, _) = group[0];
            self.add(&fit.double_entries_of(&rows)[..self.width()], weight, &mut sums[at..]);
        }
    }

    /// The moments of the sample in twice the precision, and the sums of the groups behind them.
    pub(super) fn double_entries(&self, fit: &FittedModel) -> Vec<Double> {
        let mut entries = fit.double_entries().to_vec();
        let start = entries.len();
        entries.resize(start + self.len(), Double::new(0.0));
        let units: Vec<usize> = (0..fit.unit_ranges().len()).collect();
        self.double_sums(fit, &units, &mut entries[start..]);
        entries
    }

    /// Adds weight and sums of some rows to those of their group, which has this weight in the sample.
    pub(crate) fn add<R: Real>(&self, own: &[R], weight: f64, sums: &mut [R]) {
        // In its own precision: what is divided by the one must be what is divided by the other, to the last digit.
        let (per_weight, per_root) = (R::splat(weight).inverse(), R::splat(weight).sqrt().inverse());
        sums[0] = sums[0] + own[0] * per_weight;
        sums[1..].iter_mut().zip(&own[1..]).for_each(|(sum, &x)| *sum = *sum + x * per_root);
    }

    /// The cross-products that lie at each level of groups, packed.
    #[inline(always)]
    pub(super) fn between<L: Lane>(&self, entries: &[L], between: &mut [L]) {
        let packed = packed_len(self.layout.0);
        between.fill(L::splat(0.0));
        let mut groups = entries[self.layout.len()..].chunks_exact(self.width());
        for (products, weights) in between.chunks_exact_mut(packed).zip(&self.weights) {
            for group in groups.by_ref().take(weights.len()) {
                add_squares(&group[1..], group[0].inverse_pivot(), products);
            }
        }
        // Less what lies above, from the innermost outwards, so that what is taken away is still whole.
        for level in (1..self.depth()).rev() {
            let (above, own) = between.split_at_mut(level * packed);
            own[..packed].iter_mut().zip(&above[(level - 1) * packed..]).for_each(|(own, &above)| *own = *own - above);
        }
        if let Some(outermost) = between.chunks_exact_mut(packed).next() {
            let sums = &entries[self.layout.sum(0)..][..self.layout.0];
            let less = L::splat(0.0) - entries[self.layout.weight()].inverse_pivot();
            add_squares(sums, less, outermost);
        }
    }
}

/// Adds the products of sums, each as often as the factor says.
#[inline(always)]
fn add_squares<L: Lane>(sums: &[L], factor: L, products: &mut [L]) {
    let mut products = products.iter_mut();
    for (i, &first) in sums.iter().enumerate() {
        let first = first * factor;
        // Sums first: the products' place must not move on beyond the last of them.
        for (&sum, product) in sums[i..].iter().zip(products.by_ref()) {
            *product = *product + first * sum;
        }
    }
}
