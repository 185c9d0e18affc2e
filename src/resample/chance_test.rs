//! Would chance give as much to a component that enters here?
//!
//! The increment of a component in explained sum of squares, over what chance gives it, against an F distribution. What
//! chance gives is estimated from the clusters' scores s_i = Z_i'e_i, e the residuals of the coalition with the
//! component (big) and G its cross-products, with each cluster's own taken out of G:
//!
//! ```text
//! b = Σ_i [s_i'(G − G_i)⁻¹ s_i  with the component  −  the same without it]
//! H = S G⁻¹ S'  with it  −  the same without it,   F = increment / b,   df = (tr H)² / Σ_{i≠j} H_ij²,  clusters − 1
//! ```
//!
//! With the columns of the component made orthonormal to those before, H is the cross-product of as many scores, so
//! that no matrix of clusters by clusters is formed.

use rayon::prelude::*;

use super::cluster_set::ClusterSet;
use crate::decompose::Players;
use crate::fit::FittedModel;
use crate::numerics::dot::dot;
use crate::numerics::eliminate::{back_substitute, eliminate_range, packed_index, packed_len};
use crate::numerics::number::Number;
use crate::numerics::tails;

/// One component as it enters: the cross-products of all columns that are in, its own last.
struct Entry {
    /// Positions among the moments of the packed cross-products, the outcome after the columns.
    positions: Vec<usize>,
    n_columns: usize,
    n_before: usize,
}

/// What stands for the intercept among variables.
const INTERCEPT: usize = usize::MAX;

/// The p-value of every component, entering in this order; `None` for one that brings unit effects, or adds nothing.
pub(super) fn chance_tests(
    fit: &FittedModel,
    clusters: &ClusterSet,
    players: &Players,
    order: &[usize],
) -> Vec<Option<f64>> {
    let mut p_values = vec![None; players.len()];
    let mut within = players.always_has_unit_effects;
    let mut columns = players.always.clone();
    for &player in order {
        let n_before = columns.len();
        columns.extend(&players.variables[player]);
        if players.brings_units(player) {
            within = true;
            continue;
        }
        if columns.len() > n_before {
            p_values[player] = Entry::new(players, &columns, n_before, within).test(fit, clusters);
        }
    }
    p_values
}

impl Entry {
    fn new(players: &Players, columns: &[usize], n_before: usize, within: bool) -> Self {
        let layout = players.layout;
        let mut variables = if within { Vec::new() } else { vec![INTERCEPT] };
        let n_before = n_before + variables.len();
        variables.extend(columns);
        let n_columns = variables.len();
        variables.push(players.outcome());
        let position = |i: usize, j: usize| match (variables[i], variables[j]) {
            (INTERCEPT, INTERCEPT) => layout.weight(),
            (INTERCEPT, v) => layout.sum(v),
            (v, w) if within => layout.within(v, w),
            (v, w) => layout.raw(v, w),
        };
        let pairs = (0..=n_columns).flat_map(|i| (i..=n_columns).map(move |j| (i, j)));
        Entry { positions: pairs.map(|(i, j)| position(i, j)).collect(), n_columns, n_before }
    }

    fn test(&self, fit: &FittedModel, clusters: &ClusterSet) -> Option<f64> {
        let (p, n) = (self.n_columns, self.n_columns + 1);
        let gather = |entries: &[f64]| -> Vec<f64> { self.positions.iter().map(|&at| entries[at]).collect() };
        let all = gather(fit.moments().entries());
        let mut factor = all.clone();
        let (left_before, left) = self.eliminate(&mut factor);
        let increment = left_before - left;
        let (coefficients, _) = back_substitute(&factor, n);
        let moments = |own: &mut Vec<f64>, cluster: usize| {
            clusters.entries(fit, cluster, own);
            let own = gather(own);
            let at = |i: usize, j: usize| own[packed_index(n, i, j)];
            let score = |i: usize| at(i, p) - (0..p).map(|j| at(i, j) * coefficients[j]).sum::<f64>();
            let scores: Vec<f64> = (0..p).map(score).collect();
            // The others' cross-products, and this cluster's scores where the outcome stands.
            let mut others: Vec<f64> = all.iter().zip(&own).map(|(all, own)| all - own).collect();
            for (i, score) in scores.iter().enumerate() {
                others[packed_index(n, i, p)] = *score;
            }
            others[packed_index(n, p, p)] = 0.0;
            let (before, after) = self.eliminate(&mut others);
            (before - after, self.orthonormal(&factor, scores))
        };
        let found: Vec<(f64, Vec<f64>)> =
            (0..clusters.len()).into_par_iter().map_init(Vec::new, |own, cluster| moments(own, cluster)).collect();
        let chance: f64 = found.iter().map(|(chance, _)| chance).sum();
        // In order, so that the sums are the same on any number of threads.
        let width = p - self.n_before;
        let (mut products, mut trace, mut diagonal) = (vec![0.0; packed_len(width)], 0.0, 0.0);
        for (_, scores) in &found {
            let own = dot(scores, scores);
            (trace, diagonal) = (trace + own, diagonal + own * own);
            let pairs = (0..width).flat_map(|i| (i..width).map(move |j| (i, j)));
            products.iter_mut().zip(pairs).for_each(|(sum, (i, j))| *sum += scores[i] * scores[j]);
        }
        let square = |i: usize, j: usize| if i == j { 1.0 } else { 2.0 } * products[packed_index(width, i, j)].powi(2);
        let squares: f64 = (0..width).flat_map(|i| (i..width).map(move |j| square(i, j))).sum();
        let off_diagonal = squares - diagonal;
        let usable = chance > 0.0 && off_diagonal > 0.0 && increment >= 0.0;
        let p_value =
            usable.then(|| tails::f(increment / chance, trace * trace / off_diagonal, clusters.len() as f64 - 1.0));
        p_value.filter(|p| p.is_finite())
    }

    /// Eliminates the columns; what is left of the last variable after those before, and after the component's.
    fn eliminate(&self, matrix: &mut [f64]) -> (f64, f64) {
        let (n, last) = (self.n_columns + 1, matrix.len() - 1);
        eliminate_range(matrix, n, 0..self.n_before);
        let before = matrix[last];
        eliminate_range(matrix, n, self.n_before..self.n_columns);
        (before, matrix[last])
    }

    /// A cluster's scores on the component's columns, made orthonormal to all before them.
    fn orthonormal(&self, factor: &[f64], mut scores: Vec<f64>) -> Vec<f64> {
        let n = self.n_columns + 1;
        for i in 0..self.n_columns {
            let row = &factor[packed_index(n, i, i)..][..self.n_columns - i];
            let share = scores[i] * row[0].inverse_pivot();
            for (score, entry) in scores[i + 1..].iter_mut().zip(&row[1..]) {
                *score -= share * entry;
            }
            scores[i] *= row[0].inverse_pivot().sqrt();
        }
        scores.split_off(self.n_before)
    }
}
