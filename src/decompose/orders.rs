//! How far each component's share moves with the order of entry.
//!
//! A component's sequential share depends on its order only through the set of components before it, so its smallest
//! and largest share over all k! orders are those over the 2^(k−1) coalitions of the others.

use serde::{Deserialize, Serialize};

use super::coalitions::Players;
use super::shapley::SizeWeights;
use crate::error::{Error, Result};
use crate::fit::{Lane, eliminate_in_place};

/// The most components whose coalitions are kept in a table, which then fills 128 MB.
pub(crate) const MOST_IN_TABLE: usize = 24;

/// Smallest, mean and largest share of a component over all orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShareRange {
    /// The component.
    pub name: String,
    /// Its smallest sequential share of the total, as a fraction.
    pub min: f64,
    /// The mean over all orders, which is its Shapley value.
    pub mean: f64,
    /// Its largest sequential share of the total.
    pub max: f64,
}

/// The sequential shares of every component over all k! orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRange {
    /// The outcome.
    pub outcome: String,
    /// One entry for each component, in the order of the model.
    pub components: Vec<ShareRange>,
}

impl OrderRange {
    /// The range of this component.
    ///
    /// # Errors
    /// [`Error::UnknownComponent`] for a name that is not in the model.
    pub fn component(&self, name: &str) -> Result<&ShareRange> {
        self.components.iter().find(|c| c.name == name).ok_or_else(|| Error::UnknownComponent {
            component: name.to_string(),
            available: self.components.iter().map(|c| c.name.clone()).collect(),
        })
    }
}

/// R² of every coalition, by the bits of its players.
pub(crate) struct CoalitionTable {
    n_players: usize,
    r2: Vec<f64>,
}

impl CoalitionTable {
    pub(crate) fn new<L: Lane>(players: &Players, entries: &[L], value: impl Fn(L) -> f64 + Copy) -> Self {
        let mut r2 = vec![0.0; 1 << players.len()];
        let total = value(players.total_sum_of_squares(entries));
        for root in players.roots() {
            let mut matrix = vec![L::splat(0.0); root.len()];
            let matrix = root.gather(entries, &mut matrix);
            let present: usize = root.present.iter().map(|p| 1 << p).sum();
            let put = &mut |coalition: usize, residual: L| r2[coalition] = 1.0 - value(residual) / total;
            visit(matrix, root.n_remaining(), &root.players, &root.blocks, present, put);
        }
        CoalitionTable { n_players: players.len(), r2 }
    }

    pub(crate) fn ranges(&self, names: &[String]) -> Vec<ShareRange> {
        let everyone: Vec<usize> = (0..self.n_players).collect();
        let weights = SizeWeights::new(self.n_players);
        let range = |(player, name): (usize, &String)| {
            let others: Vec<usize> = everyone.iter().copied().filter(|&p| p != player).collect();
            let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
            let mut by_size = vec![0.0; self.n_players];
            for subset in 0..1_u64 << others.len() {
                let coalition = spread(subset, player);
                let added = self.r2[coalition | 1 << player] - self.r2[coalition];
                (min, max) = (added.min(min), added.max(max));
                by_size[subset.count_ones() as usize] += added;
            }
            ShareRange { name: name.clone(), min, mean: weights.mean_of(&by_size), max }
        };
        names.iter().enumerate().map(range).collect()
    }
}

/// The bits of a subset of the others, with a zero put in for this player.
fn spread(subset: u64, player: usize) -> usize {
    let low = subset & ((1 << player) - 1);
    (low | (subset >> player) << (player + 1)) as usize
}

/// Calls `put` with every coalition and its residual sum of squares.
fn visit<L: Lane>(
    matrix: &[L],
    n: usize,
    players: &[usize],
    blocks: &[usize],
    coalition: usize,
    put: &mut impl FnMut(usize, L),
) {
    let ([player, players @ ..], [block, blocks @ ..]) = (players, blocks) else {
        return put(coalition, matrix[0]);
    };
    let mut included = matrix.to_vec();
    let mut rest = included.as_mut_slice();
    for n in (n - block + 1..=n).rev() {
        eliminate_in_place(rest, n);
        rest = &mut rest[n..];
    }
    visit(rest, n - block, players, blocks, coalition | 1 << player, put);
    let left_out = &matrix[matrix.len() - rest.len()..];
    visit(left_out, n - block, players, blocks, coalition, put);
}
