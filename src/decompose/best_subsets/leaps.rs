//! Which subset of each size leaves the smallest residual sum of squares, without a visit to every subset?
//!
//! A node holds players that are in (F) and players that are free (U). Two matrices describe it: the cross-products of
//! U that F leaves, and the inverse of those, bordered by the coefficients of the regression on F ∪ U:
//!
//! ```text
//! forward  [ A   b ]        backward  [ A⁻¹    β  ]
//!          [ bᵀ  RSS(F) ]             [ βᵀ  −RSS(F ∪ U) ]
//! ```
//!
//! To include a player is a block pivot on the forward matrix and a suffix of the backward one; to leave it out is a
//! block pivot on the backward matrix and a suffix of the forward one. No subset of a set leaves less than the set, so
//! all below a node leave at least RSS(F ∪ U); and with Δ_j what leaving out j alone adds, a subset without d of the
//! free players leaves at least RSS(F ∪ U) plus the d-th smallest Δ. A branch is followed only where that bound is
//! below the best known. Free players are ordered by Δ, largest first, whenever one has been left out.
//!
//! G. M. Furnival and R. W. Wilson (1974), "Regressions by leaps and bounds", Technometrics 16,
//! <https://doi.org/10.1080/00401706.1974.10489231>; C. Gatu and E. J. Kontoghiorghes (2006), "Branch-and-bound
//! algorithms for computing the best-subset regression models", Journal of Computational and Graphical Statistics 15,
//! <https://doi.org/10.1198/106186006X100290>.

use pulp::{Simd, WithSimd};

use super::incumbents::Incumbents;
use super::player::{Included, MOST_PLAYERS, Player};
use crate::numerics::eliminate::{eliminate, eliminate_in_place, packed_len};
use crate::numerics::number::{Lane, RANK_TOLERANCE};
use crate::numerics::real::Real;

/// The search below one node whose players' columns are independent.
pub(super) struct Search<'a, L> {
    incumbents: &'a mut Incumbents,
    /// Players that bring nothing, and can make up any size.
    nulls: u64,
    /// A backward matrix on its way from a node to the one below.
    passing: Vec<L>,
    block: Vec<L>,
    columns: Vec<usize>,
}

impl<'a, L: Real> Search<'a, L> {
    pub(super) fn new(incumbents: &'a mut Incumbents, nulls: u64) -> Self {
        Search { incumbents, nulls, passing: Vec::new(), block: Vec::new(), columns: Vec::new() }
    }

    /// Offers the players that are in, with each one of these added.
    #[inline(always)]
    pub(super) fn offer_each_added(&mut self, forward: &[L], players: &[Player], included: Included) {
        if !self.incumbents.wants(included.size + 1, self.nulls) {
            return;
        }
        let residual = forward[forward.len() - 1].value();
        let n = columns_of(players) + 1;
        let mut at = 0;
        for &player in players {
            let gain = reduction(forward, n, at, player.width, &mut self.block);
            self.incumbents.offer(residual - gain, included.and(player), self.nulls);
            at += player.width;
        }
    }

    /// Offers the players that are in, with each two of these added.
    #[inline(always)]
    pub(super) fn offer_each_pair(&mut self, forward: &[L], players: &[Player], included: Included) {
        let mut n = columns_of(players) + 1;
        if players.iter().any(|player| player.width != 1) {
            let mut rest = forward;
            let mut below = Vec::new();
            for (i, &player) in players.iter().enumerate() {
                let matrix = eliminated(rest, n, player.width, &mut below);
                self.offer_each_added(matrix, &players[i + 1..], included.and(player));
                n -= player.width;
                rest = &rest[rest.len() - packed_len(n)..];
            }
            return;
        }
        let limit = self.incumbents.limit(included.size + 2);
        let mut rest = forward;
        for (i, &first) in players.iter().enumerate() {
            let (row, below) = rest.split_at(n);
            let inverse = row[0].inverse_pivot();
            let with_outcome = row[n - 1] * inverse;
            let residual = (rest[rest.len() - 1] - row[n - 1] * with_outcome).value();
            let mut at = 0;
            for (j, &second) in players[i + 1..].iter().enumerate() {
                let entry = row[1 + j];
                let pivot = (below[at] - entry * entry * inverse).value();
                at += n - 1 - j;
                // A row ends with its product with the outcome.
                let covariance = (below[at - 1] - entry * with_outcome).value();
                // Most pairs are refused without a division; a second column that adds nothing leaves what the first
                // does.
                let adds = pivot > RANK_TOLERANCE;
                if covariance * covariance >= (residual - limit) * pivot || !adds {
                    let left = if adds { residual - covariance * covariance / pivot } else { residual };
                    self.incumbents.offer(left, included.and(first).and(second), self.nulls);
                }
            }
            n -= 1;
            rest = below;
        }
    }
}

/// A node, whose backward matrix stands at the end of [`Search::passing`]. Offered already: all its players, those that
/// are in, and those with any one added.
pub(super) struct Node<'n, 'a, L, S> {
    pub(super) simd: S,
    pub(super) search: &'n mut Search<'a, L>,
    pub(super) forward: &'n [L],
    pub(super) players: &'n [Player],
    pub(super) included: Included,
    /// Memory for this node's matrices and those below.
    pub(super) room: &'n mut [L],
}

/// Numbers that the nodes below one with so many columns work in.
pub(super) fn room(players: &[Player]) -> usize {
    let n = columns_of(players) + 1;
    // A node has at least one column less than the one above.
    (0..=players.len()).map(|left_out| 2 * packed_len(n.saturating_sub(left_out))).sum()
}

/// Starts at a node whose matrices are given.
#[inline(always)]
pub(super) fn explore<L: Real, S: Simd>(
    simd: S,
    search: &mut Search<L>,
    (forward, backward): (&[L], &[L]),
    players: &[Player],
    included: Included,
) {
    search.passing.clear();
    search.passing.extend_from_slice(backward);
    let mut room = vec![L::splat(0.0); room(players)];
    simd.vectorize(Node { simd, search, forward, players, included, room: &mut room });
}

impl<L: Real, S: Simd> WithSimd for Node<'_, '_, L, S> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S2: Simd>(self, _: S2) {
        let Node { simd, search, forward, players, mut included, room } = self;
        let count = players.len();
        let mut n = columns_of(players) + 1;
        let (own_forward, room) = room.split_at_mut(packed_len(n));
        let (own_backward, room) = room.split_at_mut(packed_len(n));

        let everyone = players.iter().fold(included, |all, &player| all.and(player));
        let (order, residual) = search.order(players, everyone, n);
        let (players, deltas) = (&order.players[..count], &order.deltas[..count]);
        search.permute(forward, n, own_forward, own_backward);

        let mut forward = own_forward;
        let mut backward = &*own_backward;
        // One after the other is left out, for the node below, and then taken in: so every subset is met once.
        for (i, &player) in players.iter().enumerate() {
            let free = &players[i..];
            if i > 0 {
                search.offer_each_added(forward, free, included);
            }
            let bound = |left_out: usize| residual + deltas[count - left_out];
            // Done with the node, not with this player only: later on fewer subsets are left, under the same bounds.
            if !search.incumbents.can_improve(included, free, search.nulls, bound) {
                return;
            }
            if search.incumbents.largest() == included.size + 2 {
                return search.offer_each_pair(forward, free, included);
            }
            let width = player.width;
            let without = packed_len(n - width);
            // The player has the largest Δ of those that are free.
            if search.incumbents.can_improve_without(included, free, search.nulls, residual + deltas[i]) {
                let mut passing = std::mem::take(&mut search.passing);
                eliminated(backward, n, width, &mut passing);
                search.passing = passing;
                simd.vectorize(Node {
                    simd,
                    search: &mut *search,
                    forward: &forward[forward.len() - without..],
                    players: &free[1..],
                    included,
                    room: &mut *room,
                });
            }
            for n in (n - width + 1..=n).rev() {
                eliminate_in_place(forward, n);
                forward = &mut forward[n..];
            }
            backward = &backward[backward.len() - without..];
            n -= width;
            included = included.and(player);
        }
    }
}

/// Players by what leaving each one out would add, largest first.
struct Order {
    players: [Player; MOST_PLAYERS],
    deltas: [f64; MOST_PLAYERS],
}

impl<L: Real> Search<'_, L> {
    /// Orders the players of the matrix that is passed, offers all of them but each one, and returns what all leave.
    #[inline(always)]
    fn order(&mut self, players: &[Player], everyone: Included, n: usize) -> (Order, f64) {
        let passed = self.passing.len() - packed_len(n);
        let residual = -self.passing[self.passing.len() - 1].value();
        let wanted = self.incumbents.wants(everyone.size - 1, self.nulls);
        // As large as it can get, so that no node asks for memory.
        let mut order = Order { players: [Player::default(); MOST_PLAYERS], deltas: [0.0; MOST_PLAYERS] };
        let mut first = [0_usize; MOST_PLAYERS];
        let mut at = 0;
        for (i, &player) in players.iter().enumerate() {
            let delta = reduction(&self.passing[passed..], n, at, player.width, &mut self.block).max(0.0);
            if wanted {
                let (set, size) = (everyone.set & !player.bit, everyone.size - 1);
                let without = Included { set, size, rank: everyone.rank - player.width };
                self.incumbents.offer(residual + delta, without, self.nulls);
            }
            // Insertion: the order of a node is nearly that of the node above.
            let mut place = i;
            while place > 0 && order.deltas[place - 1] < delta {
                order.deltas[place] = order.deltas[place - 1];
                order.players[place] = order.players[place - 1];
                first[place] = first[place - 1];
                place -= 1;
            }
            (order.deltas[place], order.players[place], first[place]) = (delta, player, at);
            at += player.width;
        }
        self.columns.clear();
        for (player, &first) in order.players.iter().zip(&first).take(players.len()) {
            self.columns.extend(first..first + player.width);
        }
        self.columns.push(n - 1);
        (order, residual)
    }

    /// The forward matrix given and the backward matrix passed, their columns in the order found.
    #[inline(always)]
    fn permute(&self, forward: &[L], n: usize, own_forward: &mut [L], own_backward: &mut [L]) {
        let backward = &self.passing[self.passing.len() - packed_len(n)..];
        let mut at = 0;
        for (i, &a) in self.columns.iter().enumerate() {
            for &b in &self.columns[i..] {
                let (low, high) = if a < b { (a, b) } else { (b, a) };
                let from = low * (2 * n - low + 1) / 2 + high - low;
                own_forward[at] = forward[from];
                own_backward[at] = backward[from];
                at += 1;
            }
        }
    }
}

pub(super) fn columns_of(players: &[Player]) -> usize {
    players.iter().map(|player| player.width).sum()
}

/// What a block of columns takes from the last diagonal entry: bᵀ A⁻¹ b of the block and its last column.
#[inline(always)]
pub(super) fn reduction<L: Real>(matrix: &[L], n: usize, first: usize, width: usize, block: &mut Vec<L>) -> f64 {
    let row = |i: usize| i * (2 * n - i + 1) / 2;
    if width == 1 {
        let at = row(first);
        let b = matrix[at + n - 1 - first];
        return (b * b * matrix[at].inverse_pivot()).value();
    }
    block.clear();
    for i in first..first + width {
        let entries = &matrix[row(i)..row(i + 1)];
        block.extend_from_slice(&entries[..first + width - i]);
        block.push(entries[n - 1 - i]);
    }
    // The outcome's own entry starts at zero: what is left there is minus the reduction.
    block.push(L::splat(0.0));
    let mut rest = block.as_mut_slice();
    for n in (2..=width + 1).rev() {
        eliminate_in_place(rest, n);
        rest = &mut rest[n..];
    }
    -rest[0].value()
}

/// The matrix of what follows the first block, once it is eliminated; it stands at the end of `room`.
#[inline(always)]
pub(super) fn eliminated<'r, L: Lane>(matrix: &[L], n: usize, block: usize, room: &'r mut Vec<L>) -> &'r [L] {
    room.clear();
    room.resize(packed_len(n - 1), L::splat(0.0));
    eliminate(matrix, n, room);
    let mut rest = room.as_mut_slice();
    for n in (n - block + 1..n).rev() {
        eliminate_in_place(rest, n);
        rest = &mut rest[n..];
    }
    rest
}
