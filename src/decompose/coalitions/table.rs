//! The value of every coalition, kept: for what sums over coalitions cannot answer.

use rayon::prelude::*;

use super::coalition::spread;
use super::size_weights::SizeWeights;
use super::{Players, Root};
use crate::numerics::eliminate::{eliminate, eliminate_in_place, packed_len};
use crate::numerics::number::{Lane, Number};
use crate::numerics::real::{Lanes, Real};

/// The most components whose coalitions are kept in a table, which then fills 128 MB.
pub(crate) const MOST_IN_TABLE: usize = 24;
/// Two values that differ by less, as a part of the largest, are a tie.
pub(crate) const TIE: f64 = 1e-12;
/// From this many players on, branches are filled in parallel, down to so many players each.
const PARALLEL_FROM: usize = 14;

/// A value for every coalition, by the bits of its players; the first player is the lowest bit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CoalitionTable {
    pub(crate) n_players: usize,
    pub(crate) values: Vec<f64>,
}

impl CoalitionTable {
    /// To be filled: every value is zero.
    pub(crate) fn zero(n_players: usize) -> Self {
        CoalitionTable { n_players, values: vec![0.0; 1 << n_players] }
    }

    /// R² of every coalition of the players.
    pub(crate) fn of_r2<L: Lanes>(players: &Players, roots: &[Root], entries: &[L]) -> Self {
        let mut residuals = Residuals::new(players.len(), roots);
        residuals.fill(roots, entries);
        let mut table = CoalitionTable::zero(players.len());
        table.take_lane(&residuals, players.total_sum_of_squares(entries), 0);
        table
    }

    /// The same of one lane.
    pub(crate) fn take_lane<L: Lanes>(&mut self, residuals: &Residuals<L>, total: L, lane: usize) {
        let per_total = total.lane(lane).inverse_pivot();
        for (value, residual) in self.values.iter_mut().zip(&residuals.values) {
            *value = 1.0 - (residual.lane(lane) * per_total).value();
        }
    }

    pub(crate) fn empty(&self) -> f64 {
        self.values[0]
    }

    pub(crate) fn whole(&self) -> f64 {
        self.values[self.values.len() - 1]
    }

    /// By how much two values may differ and still be equal.
    pub(crate) fn tie(&self) -> f64 {
        TIE * self.values.iter().fold(0.0_f64, |most, value| most.max(value.abs()))
    }

    /// Each coalition of the others with what the player adds to it.
    pub(crate) fn increments(&self, player: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        (0..1_u64 << (self.n_players - 1)).map(move |subset| {
            let coalition = spread(subset, player);
            (coalition, self.values[coalition | 1 << player] - self.values[coalition])
        })
    }

    /// What the player adds, summed over the coalitions of each size.
    pub(crate) fn increments_by_size(&self, player: usize) -> Vec<f64> {
        let mut by_size = vec![0.0; self.n_players];
        self.increments(player).for_each(|(coalition, added)| by_size[coalition.count_ones() as usize] += added);
        by_size
    }

    /// The mean of what each player adds, over all orders.
    pub(crate) fn shapley(&self) -> Vec<f64> {
        let weights = SizeWeights::new(self.n_players);
        (0..self.n_players).map(|player| weights.mean_of(&self.increments_by_size(player))).collect()
    }
}

/// Residual sums of squares of every coalition, and the memory to fill them with, allocated once.
pub(crate) struct Residuals<L> {
    pub(crate) values: Vec<L>,
    /// Those of one root, in the order of its own players.
    of_root: Vec<L>,
    matrix: Vec<L>,
    room: Vec<L>,
}

impl<L: Lane> Residuals<L> {
    pub(crate) fn new(n_players: usize, roots: &[Root]) -> Self {
        let largest = |size: fn(&Root) -> usize| roots.iter().map(size).max().unwrap_or(0);
        let zeros = |n: usize| vec![L::splat(0.0); n];
        Residuals {
            values: zeros(1 << n_players),
            of_root: zeros(1 << largest(|root| root.players.len())),
            matrix: zeros(largest(Root::len)),
            room: zeros(largest(|root| room_for(&root.blocks))),
        }
    }

    /// Fills `values` from the moments.
    #[inline(always)]
    pub(crate) fn fill(&mut self, roots: &[Root], entries: &[L]) {
        for root in roots {
            let matrix = root.gather(entries, &mut self.matrix);
            let of_root = &mut self.of_root[..1 << root.players.len()];
            if root.players.len() < PARALLEL_FROM {
                fill(matrix, root.n_remaining(), &root.blocks, &mut self.room, of_root);
            } else {
                fill_in_parallel(matrix, root.n_remaining(), &root.blocks, of_root);
            }
            scatter(root, of_root, &mut self.values);
        }
    }
}

/// Puts the values of a root, whose first player is the highest bit, where the players' own bits say.
fn scatter<L: Copy>(root: &Root, of_root: &[L], values: &mut [L]) {
    let present: usize = root.present.iter().map(|p| 1 << p).sum();
    let bits: Vec<usize> = root.players.iter().rev().map(|p| 1 << p).collect();
    let mut coalition = present;
    for (at, value) in of_root.iter().enumerate() {
        values[coalition] = *value;
        // Counting up by one clears the trailing ones and sets the next bit.
        let ones = at.trailing_ones() as usize;
        bits[..ones.min(bits.len())].iter().for_each(|bit| coalition -= bit);
        if let Some(bit) = bits.get(ones) {
            coalition += bit;
        }
    }
}

/// Numbers that [`fill`] works in.
fn room_for(blocks: &[usize]) -> usize {
    let mut n = blocks.iter().sum::<usize>() + 1;
    let mut room = 0;
    for block in blocks {
        // A block's first column is eliminated into the room, the others in place.
        room += packed_len(n - 1);
        n -= block;
    }
    room
}

/// Residual sums of squares on every subset of the blocks: the first block is the highest bit of `table`.
fn fill<L: Lane>(matrix: &[L], n: usize, blocks: &[usize], room: &mut [L], table: &mut [L]) {
    match *blocks {
        [] => table[0] = matrix[matrix.len() - 1],
        [1] => {
            table[0] = matrix[2];
            table[1] = matrix[2] - matrix[1] * matrix[1] * matrix[0].inverse_pivot();
        }
        [block, ref blocks @ ..] => {
            let (own, room) = room.split_at_mut(packed_len(n - 1));
            // The first block being the highest bit, either side is one half of the table.
            let (left_out, included) = table.split_at_mut(1 << blocks.len());
            fill(include(matrix, n, block, own), n - block, blocks, room, included);
            fill(&matrix[packed_len(n) - packed_len(n - block)..], n - block, blocks, room, left_out);
        }
    }
}

/// The matrix that remains once the first block is eliminated; `own` is where it is worked out.
fn include<'a, L: Lane>(matrix: &'a [L], n: usize, block: usize, own: &'a mut [L]) -> &'a [L] {
    if block == 0 {
        return matrix;
    }
    eliminate(matrix, n, own);
    let mut rest = own;
    for n in (n - block + 1..n).rev() {
        eliminate_in_place(rest, n);
        rest = &mut rest[n..];
    }
    rest
}

fn fill_in_parallel<L: Lane>(matrix: &[L], n: usize, blocks: &[usize], table: &mut [L]) {
    let [block, rest @ ..] = blocks else {
        return fill(matrix, n, blocks, &mut [], table);
    };
    if blocks.len() < PARALLEL_FROM {
        return fill(matrix, n, blocks, &mut vec![L::splat(0.0); room_for(blocks)], table);
    }
    let mut own = vec![L::splat(0.0); packed_len(n - 1)];
    let included_matrix = include(matrix, n, *block, &mut own);
    // The halves do not overlap, so either side is written without waiting for the other.
    let (left_out, included) = table.split_at_mut(1 << rest.len());
    rayon::join(
        || fill_in_parallel(included_matrix, n - block, rest, included),
        || fill_in_parallel(&matrix[packed_len(n) - packed_len(n - block)..], n - block, rest, left_out),
    );
}

/// A value for each player, worked out in parallel where the table is large.
pub(crate) fn for_each_player<T: Send>(n_players: usize, of: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    match n_players < PARALLEL_FROM {
        true => (0..n_players).map(of).collect(),
        false => (0..n_players).into_par_iter().map(of).collect(),
    }
}
