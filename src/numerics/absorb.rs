//! Projecting out the columns of one or two sets of effects without forming them, exactly, on unbalanced panels.
//!
//! One set: deviations from the groups' weighted means. Two: the set with more groups is eliminated in that way, and
//! the other's normal equations, now of its own size only, are solved by Cholesky factorisation. What a group adds
//! nothing to (one for each connected part of the panel) is left out, as a rank-deficient regression would.

mod factor;
mod runs;
mod within;

use rayon::prelude::*;

use self::factor::Smaller;
use self::runs::Runs;
pub(crate) use self::within::Within;
use super::dot::{dot, squared_norm};
use super::groups::{Groups, WeightedGroups};
use super::means::weighted_mean;

/// Effects of every group, centred at a weighted mean of zero over the rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Effects {
    pub(crate) intercept: f64,
    /// By code of the groups given first, and second; empty where none were given.
    pub(crate) first: Vec<f64>,
    pub(crate) second: Vec<f64>,
}

/// The projection P onto the effects in the space of rows times the roots of their weights: for rows i and j,
/// `P_ij = shared_i shared_j` where their codes are the same, plus the product of `own_i` and `own_j`.
#[derive(Debug, Clone)]
pub(crate) struct Projection {
    pub(crate) codes: Vec<u32>,
    pub(crate) shared: Vec<f64>,
    pub(crate) own: Vec<Vec<f64>>,
}

impl Projection {
    /// Entry (i, j).
    pub(crate) fn entry(&self, i: usize, j: usize) -> f64 {
        let shared = if self.codes[i] == self.codes[j] { self.shared[i] * self.shared[j] } else { 0.0 };
        shared + dot(&self.own[i], &self.own[j])
    }
}

/// The projection onto what one or two sets of effects, or the intercept alone, leave.
pub(crate) struct Absorb<'a> {
    weights: &'a [f64],
    larger: Option<WeightedGroups<'a>>,
    smaller: Option<Smaller<'a>>,
    /// Whether the larger set is the one given second.
    is_swapped: bool,
    given: [Option<&'a Groups>; 2],
}

impl<'a> Absorb<'a> {
    pub(crate) fn new(first: Option<&'a Groups>, second: Option<&'a Groups>, weights: &'a [f64]) -> Self {
        let set = |groups: &'a Groups| WeightedGroups::new(groups, weights);
        let (larger, smaller, is_swapped) = match (first.map(set), second.map(set)) {
            // The larger set costs a pass over the rows, the smaller the cube of its groups.
            (Some(a), Some(b)) if a.weight.len() < b.weight.len() => (Some(b), Some(a), true),
            (None, b) => (b, None, true),
            (a, b) => (a, b, false),
        };
        let smaller = larger.as_ref().zip(smaller).map(|(larger, smaller)| Smaller::new(larger, smaller, weights));
        Absorb { weights, larger, smaller, is_swapped, given: [first, second] }
    }

    /// Independent columns among the effects, the intercept with them.
    pub(crate) fn rank(&self) -> usize {
        let of_smaller = self.smaller.as_ref().map_or(0, |smaller| smaller.factor.rank());
        self.larger.as_ref().map_or(1, |larger| larger.weight.len()) + of_smaller
    }

    /// The projection onto the effects, as each row's part of it.
    pub(crate) fn projection(&self) -> Projection {
        let n = self.weights.len();
        let roots: Vec<f64> = self.weights.iter().map(|w| w.sqrt()).collect();
        let Some(larger) = &self.larger else {
            let total = self.weights.iter().sum::<f64>().sqrt();
            let shared = roots.iter().map(|w| w / total).collect();
            return Projection { codes: vec![0; n], shared, own: vec![Vec::new(); n] };
        };
        let shared =
            larger.codes.iter().zip(&roots).map(|(&code, w)| w / larger.weight[code as usize].sqrt()).collect();
        let own = match &self.smaller {
            None => vec![Vec::new(); n],
            Some(Smaller { set: smaller, factor, .. }) => {
                // What the larger set leaves of each of the smaller set's dummies, on each row.
                let mut within = vec![vec![0.0; factor.len()]; larger.weight.len()];
                for ((&a, &b), w) in larger.codes.iter().zip(smaller.codes).zip(self.weights) {
                    within[a as usize][b as usize] -= w / larger.weight[a as usize];
                }
                let row = |row: usize| {
                    let mut z = within[larger.codes[row] as usize].clone();
                    z[smaller.codes[row] as usize] += 1.0;
                    z.iter_mut().for_each(|z| *z *= roots[row]);
                    // With LLᵀ the smaller set's equations, its projection is Z(LLᵀ)⁻¹Zᵀ: of each row L⁻¹z.
                    factor.forward(z)
                };
                (0..n).map(row).collect()
            }
        };
        Projection { codes: larger.codes.to_vec(), shared, own }
    }

    /// The variance, at an error variance of one, that the effects alone have: of their sum at a pair of a first and a
    /// second group, or, of a group, of its own with the mean of the others. What is not given was not absorbed, or is
    /// averaged over.
    pub(crate) fn variance_at(&self, first: Option<usize>, second: Option<usize>) -> f64 {
        let total: f64 = self.weights.iter().sum();
        let (of_larger, of_smaller) = if self.is_swapped { (second, first) } else { (first, second) };
        let Some(larger) = &self.larger else { return 1.0 / total };
        let own = of_larger.map_or(1.0 / total, |a| 1.0 / larger.weight[a]);
        let Some(Smaller { set: smaller, factor, .. }) = &self.smaller else { return own };
        let mut z: Vec<f64> = match of_smaller {
            Some(b) => (0..factor.len()).map(|c| f64::from(u8::from(c == b))).collect(),
            None => smaller.weight.iter().map(|w| w / total).collect(),
        };
        // Less the part of each smaller group in the larger one, or in all rows.
        match of_larger {
            None => z.iter_mut().zip(&smaller.weight).for_each(|(z, w)| *z -= w / total),
            Some(a) => {
                let rows = larger.codes.iter().zip(smaller.codes).zip(self.weights);
                for ((_, &c), w) in rows.filter(|((code, _), _)| **code as usize == a) {
                    z[c as usize] -= w / larger.weight[a];
                }
            }
        }
        own + squared_norm(&factor.forward(z))
    }

    /// What the effects leave of the values.
    pub(crate) fn residuals(&self, values: &[f64]) -> Vec<f64> {
        self.residuals_of(&[values]).pop().unwrap_or_default()
    }

    /// What the effects leave of each column.
    pub(crate) fn residuals_of(&self, columns: &[&[f64]]) -> Vec<Vec<f64>> {
        match self.runs() {
            Some(runs) => runs.formed(columns, &runs.taken(columns, self.smaller.as_ref())),
            None => columns.par_iter().map(|column| self.residuals_by_codes(column)).collect(),
        }
    }

    /// The same, but formed where they are asked for; `None` where rows of the larger set's groups do not stand together.
    /// The weights are these.
    pub(crate) fn within<C: AsRef<[f64]> + Clone>(&self, columns: &[C], weights: &C) -> Option<Within<C>> {
        let [larger, smaller] = if self.is_swapped { [self.given[1], self.given[0]] } else { self.given };
        let values: Vec<&[f64]> = columns.iter().map(AsRef::as_ref).collect();
        Some(Within {
            taken: self.runs()?.taken(&values, self.smaller.as_ref()),
            columns: columns.to_vec(),
            weights: weights.clone(),
            larger: larger?.clone(),
            weight: self.larger.as_ref()?.weight.clone(),
            smaller: smaller.cloned(),
        })
    }

    fn runs(&self) -> Option<Runs<'_>> {
        let WeightedGroups { weight, starts, .. } = self.larger.as_ref()?;
        let codes = self.smaller.as_ref().map(|smaller| smaller.set.codes);
        Some(Runs { starts: (*starts)?, weight, weights: self.weights, codes })
    }

    /// The same where rows of a group do not stand together.
    fn residuals_by_codes(&self, values: &[f64]) -> Vec<f64> {
        // About the first, so that sums keep their digits where values are far from zero.
        let mut left: Vec<f64> = values.iter().map(|x| x - values[0]).collect();
        // The second round removes what rounding left of the first.
        for _ in 0..2 {
            let Some(larger) = &self.larger else {
                let mean = weighted_mean(&left, self.weights);
                left.iter_mut().for_each(|x| *x -= mean);
                continue;
            };
            larger.subtract(&larger.means(&left, self.weights), &mut left);
            if let Some(smaller) = &self.smaller {
                // The smaller set's effects have means in the larger set's groups, which go once they are taken out.
                smaller.set.subtract(&self.smaller_effects(&left), &mut left);
                larger.subtract(&larger.means(&left, self.weights), &mut left);
            }
        }
        left
    }

    /// The effects that fit the values, once their weighted mean is taken out as the intercept.
    pub(crate) fn effects(&self, values: &[f64]) -> Effects {
        let intercept = weighted_mean(values, self.weights);
        let Some(larger) = &self.larger else {
            return Effects { intercept, ..Effects::default() };
        };
        let mut left: Vec<f64> = values.iter().map(|x| x - intercept).collect();
        let mut of_smaller = Vec::new();
        if let Some(Smaller { set: smaller, .. }) = &self.smaller {
            let mut demeaned = left.clone();
            larger.subtract(&larger.means(&left, self.weights), &mut demeaned);
            of_smaller = self.smaller_effects(&demeaned);
            // How high either set stands is arbitrary: centring this one centres the other, which takes the rest.
            let mean = weighted_mean(&of_smaller, &smaller.weight);
            of_smaller.iter_mut().for_each(|g| *g -= mean);
            smaller.subtract(&of_smaller, &mut left);
        }
        let of_larger = larger.means(&left, self.weights);
        match self.is_swapped {
            false => Effects { intercept, first: of_larger, second: of_smaller },
            true => Effects { intercept, first: of_smaller, second: of_larger },
        }
    }

    /// The smaller set's effects on values that have the larger set's means taken out.
    fn smaller_effects(&self, demeaned: &[f64]) -> Vec<f64> {
        let Some(Smaller { set: smaller, factor, .. }) = &self.smaller else {
            return Vec::new();
        };
        factor.solve(smaller.sums(demeaned.iter().zip(self.weights).map(|(x, w)| x * w)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn groups(codes: &[u32]) -> Groups {
        let n = codes.iter().max().unwrap() + 1;
        Groups::of(codes.to_vec().into(), Arc::new((0..n).map(|c| c.to_string()).collect()))
    }

    #[test]
    fn residuals_are_orthogonal_to_both_sets_and_effects_add_up() {
        // Unbalanced, weighted, and in two unconnected parts: groups {0, 1, 2} × {0, 1} and {3} × {2, 3}.
        let a = groups(&[0, 0, 1, 1, 2, 3, 3, 3]);
        let b = groups(&[0, 1, 0, 1, 1, 2, 3, 3]);
        let weights = [1.0, 2.0, 0.5, 1.5, 3.0, 1.0, 1.0, 4.0];
        let values = [3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0, 6.0];
        for (first, second) in [(&a, &b), (&b, &a)] {
            let absorb = Absorb::new(Some(first), Some(second), &weights);
            let residuals = absorb.residuals(&values);
            for set in [&a, &b] {
                let mut sums = [0.0; 4];
                for (row, r) in residuals.iter().enumerate() {
                    sums[set.codes[row] as usize] += weights[row] * r;
                }
                assert!(sums.iter().all(|s| s.abs() < 1e-14), "{sums:?}");
            }
            let effects = absorb.effects(&values);
            for row in 0..values.len() {
                let fitted = effects.intercept
                    + effects.first[first.codes[row] as usize]
                    + effects.second[second.codes[row] as usize];
                assert!((values[row] - fitted - residuals[row]).abs() < 1e-13);
            }
        }
    }
}
