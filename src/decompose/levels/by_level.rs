//! A method applied to every level at once: coalition by coalition, what its residuals leave at each.
//!
//! RSS_l(S) is the quadratic form of (−β_S, 1) in the level's cross-products. Those are carried through the elimination
//! that projects S out, so that each coalition costs a few eliminations and no coefficient is formed. With unit effects
//! in S all that is left lies within units.
//!
//! The answer is that of the method itself, then for each level its part of the total, and of that what is always in,
//! the components, and the unexplained.

use pulp::Simd;

use super::groups::GroupSums;
use crate::decompose::coalitions::progress::Part;
use crate::decompose::coalitions::{Players, Root};
use crate::decompose::evaluate::{Evaluate, Needs, room};
use crate::decompose::rule::{Rule, Worth};
use crate::decompose::sequential::Chain;
use crate::numerics::carry::eliminate_carrying;
use crate::numerics::eliminate::{packed_index, packed_len};
use crate::numerics::number::Lane;
use crate::numerics::real::Lanes;

/// Rows of a slot's or a level's answer beyond the components: its part of the total, `always`, the unexplained.
const BEYOND_COMPONENTS: usize = 3;

/// A method made ready to be applied to every level.
///
/// What is left is kept in slots, for which sums of squares are at hand: slot 0 is the total, slot 1 within units, then
/// one for each level of groups of units; what lies between units within their groups is the total less all others.
pub(super) struct ByLevel {
    n_players: usize,
    groups: GroupSums,
    rule: Rule,
}

impl ByLevel {
    pub(super) fn new(players: &Players, groups: GroupSums, rule: Rule) -> Self {
        ByLevel { n_players: players.len(), groups, rule }
    }

    fn n_slots(&self) -> usize {
        2 + self.groups.depth()
    }

    /// Numbers in a slot's answer.
    fn n_rows(&self) -> usize {
        self.n_players + BEYOND_COMPONENTS
    }

    fn raw_roots(&self) -> impl Iterator<Item = &Root> {
        self.roots().into_iter().filter(|root| !root.is_within())
    }

    /// The matrices of a root side by side, what is in every coalition eliminated, and how many numbers an entry has: of
    /// deviations from unit means all slots are the one that is within.
    #[inline(always)]
    fn gather<'a, L: Lane>(
        &self,
        root: &Root,
        entries: &[L],
        between: &[L],
        matrices: &'a mut [L],
    ) -> (&'a mut [L], usize) {
        let layout = self.groups.layout();
        let width = if root.is_within() { 1 } else { self.n_slots() };
        let (positions, n_eliminated) = root.positions();
        let (raw, packed) = (layout.raw(0, 0), packed_len(layout.0));
        let matrices = &mut matrices[..positions.len() * width];
        for (slots, &at) in matrices.chunks_exact_mut(width).zip(positions) {
            let at = at as usize;
            slots[0] = entries[at];
            if width == 1 {
                continue;
            }
            match at.checked_sub(raw) {
                // The intercept has no part in deviations from means.
                None => slots[1..].fill(L::splat(0.0)),
                Some(pair) => {
                    slots[1] = entries[raw + packed + pair];
                    let between = between.iter().skip(pair).step_by(packed);
                    slots[2..].iter_mut().zip(between).for_each(|(slot, &x)| *slot = x);
                }
            }
        }
        let mut n = root.n_remaining() + n_eliminated;
        let mut rest = matrices;
        for _ in 0..n_eliminated {
            eliminate_carrying(rest, n, width);
            rest = &mut rest[n * width..];
            n -= 1;
        }
        (rest, width)
    }

    /// What each coalition of a chain leaves, slot by slot: `along` for nobody, then after each player.
    #[inline(always)]
    fn walk_chain<L: Lane>(&self, chain: &Chain, entries: &[L], scratch: &mut Scratch<L>) {
        let Scratch { between, matrices, along, .. } = scratch;
        let mut left = along.chunks_exact_mut(self.n_slots());
        let mut put = |rest: &[L], width| {
            if let Some(slots) = left.next() {
                put_slots(&rest[rest.len() - width..], slots);
            }
        };
        for segment in chain.roots() {
            let (mut rest, width) = self.gather(segment, entries, between, matrices);
            let mut n = segment.n_remaining();
            put(rest, width);
            for &block in &segment.blocks {
                for _ in 0..block {
                    eliminate_carrying(rest, n, width);
                    rest = &mut rest[n * width..];
                    n -= 1;
                }
                put(rest, width);
            }
        }
    }

    /// What every coalition leaves, slot by slot, by the bits of its players.
    #[inline(always)]
    fn fill_table<L: Lane>(&self, roots: &[Root], entries: &[L], scratch: &mut Scratch<L>) {
        let Scratch { between, matrices, of_root, room, table, .. } = scratch;
        let n_slots = self.n_slots();
        for root in roots {
            let (matrix, width) = self.gather(root, entries, between, matrices);
            let of_root = &mut of_root[..width << root.players.len()];
            fill(matrix, root.n_remaining(), width, &root.blocks, room, of_root);
            let present: usize = root.present.iter().map(|p| 1 << p).sum();
            for (at, left) in of_root.chunks_exact(width).enumerate() {
                // The root's first player is its highest bit.
                let bits = root.players.iter().rev().enumerate().filter(|(bit, _)| at >> bit & 1 == 1);
                let coalition = bits.fold(present, |coalition, (_, player)| coalition | 1 << player);
                put_slots(left, &mut table[coalition * n_slots..][..n_slots]);
            }
        }
    }
}

/// What every coalition leaves, slot by slot, of these moments.
struct Leaves<'a, L> {
    by: &'a ByLevel,
    entries: &'a [L],
    scratch: &'a mut Scratch<L>,
}

impl<L: Lane> Worth<L> for Leaves<'_, L> {
    #[inline(always)]
    fn n_numbers(&self) -> usize {
        self.by.n_slots()
    }

    #[inline(always)]
    fn along(&mut self, chain: &Chain) -> &[L] {
        self.by.walk_chain(chain, self.entries, self.scratch);
        &self.scratch.along
    }

    #[inline(always)]
    fn of_all(&mut self, roots: &[Root]) -> &[L] {
        self.by.fill_table(roots, self.entries, self.scratch);
        &self.scratch.table
    }
}

/// What is left by slot, from a matrix that has all of them, or of one within units, where nothing is left elsewhere.
#[inline(always)]
fn put_slots<L: Lane>(left: &[L], slots: &mut [L]) {
    match *left {
        [within] => {
            slots.fill(L::splat(0.0));
            (slots[0], slots[1]) = (within, within);
        }
        _ => slots.copy_from_slice(left),
    }
}

/// What is left on every subset of the blocks: the first block is the highest bit of `table`.
fn fill<L: Lane>(matrix: &[L], n: usize, width: usize, blocks: &[usize], room: &mut [L], table: &mut [L]) {
    let [block, ref blocks @ ..] = *blocks else {
        return table.copy_from_slice(&matrix[matrix.len() - width..]);
    };
    let (left_out, included) = table.split_at_mut(width << blocks.len());
    let after = packed_len(n - block) * width;
    let (own, room) = room.split_at_mut(matrix.len());
    own.copy_from_slice(matrix);
    let mut rest = &mut *own;
    for n in (n - block + 1..=n).rev() {
        eliminate_carrying(rest, n, width);
        rest = &mut rest[n * width..];
    }
    fill(rest, n - block, width, blocks, room, included);
    fill(&matrix[matrix.len() - after..], n - block, width, blocks, room, left_out);
}

/// Numbers that [`fill`] works in.
fn room_for(blocks: &[usize], width: usize) -> usize {
    let mut n = blocks.iter().sum::<usize>() + 1;
    let mut room = 0;
    for block in blocks {
        room += packed_len(n) * width;
        n -= block;
    }
    room
}

impl Needs for ByLevel {
    fn roots(&self) -> Vec<&Root> {
        self.rule.roots()
    }

    fn reads(&self) -> Vec<usize> {
        // Beside raw products those within units, which are carried; of the outcome in any case.
        let layout = self.groups.layout();
        let (raw, packed, y) = (layout.raw(0, 0), packed_len(layout.0), layout.0 - 1);
        let positions = self.raw_roots().flat_map(|root| root.positions().0).map(|&at| at as usize);
        positions.filter(|at| *at >= raw).map(|at| at + packed).chain([layout.within(y, y)]).collect()
    }

    fn n_beyond(&self) -> usize {
        self.n_slots() * self.n_rows()
    }

    fn n_coalitions(&self) -> u64 {
        self.table_players().map_or(1, |players| 1 << players)
    }

    fn table_players(&self) -> Option<usize> {
        self.rule.table_players()
    }
}

impl Evaluate for ByLevel {
    type Scratch<L: Lanes> = Scratch<L>;

    fn scratch<L: Lanes>(&self) -> Scratch<L> {
        let n_slots = self.n_slots();
        let zeros = |n: usize| vec![L::splat(0.0); n];
        let (mut table, mut of_root, mut largest) = (0, 0, 0);
        if let Rule::Mean { roots, .. } = &self.rule {
            table = n_slots << self.n_players;
            of_root = n_slots << roots.iter().map(|root| root.players.len()).max().unwrap_or(0);
            largest = roots.iter().map(|root| room_for(&root.blocks, n_slots)).max().unwrap_or(0);
        }
        Scratch {
            between: zeros(self.groups.depth() * packed_len(self.groups.layout().0)),
            matrices: zeros(room::<L>(self.roots()).len() * n_slots),
            along: zeros((self.n_players + 1) * n_slots),
            table: zeros(table),
            of_root: zeros(of_root),
            room: zeros(largest),
            found: zeros(n_slots * self.n_rows()),
        }
    }

    #[inline(always)]
    fn evaluate<L: Lanes, S: Simd>(
        &self,
        _: S,
        entries: &[L],
        total: L,
        _: &Part,
        scratch: &mut Scratch<L>,
        out: &mut [L],
    ) {
        let (k, n_rows, depth) = (self.n_players, self.n_rows(), self.groups.depth());
        let layout = self.groups.layout();
        self.groups.between(entries, &mut scratch.between);
        let mut found = std::mem::take(&mut scratch.found);
        self.rule.split(&mut Leaves { by: self, entries, scratch: &mut *scratch }, n_rows, &mut found);
        let (packed, y) = (packed_len(layout.0), layout.0 - 1);
        for (slot, found) in found.chunks_exact_mut(n_rows).enumerate() {
            found[0] = match slot {
                0 => total,
                1 => entries[layout.within(y, y)],
                _ => scratch.between[(slot - 2) * packed + packed_index(layout.0, y, y)],
            };
            found[1] = found[0] - found[1];
        }
        let per_total = total.inverse_pivot();
        found.iter_mut().for_each(|x| *x = *x * per_total);
        let (own, levels) = out.split_at_mut(k + 2);
        own.copy_from_slice(&found[1..n_rows]);
        for (level, out) in levels.chunks_exact_mut(n_rows).enumerate() {
            let slot = if level < depth { 2 + level } else { 1 };
            out.copy_from_slice(&found[slot * n_rows..][..n_rows]);
            if level != depth {
                continue;
            }
            // Between units: what no other level has.
            for (row, out) in out.iter_mut().enumerate() {
                let elsewhere = found[n_rows..].iter().skip(row).step_by(n_rows);
                *out = elsewhere.fold(found[row], |left, &x| left - x);
            }
        }
        scratch.found = found;
    }
}

/// What [`ByLevel`] works in.
pub(super) struct Scratch<L> {
    /// Of every level of groups its cross-products, packed.
    between: Vec<L>,
    /// Those of a root side by side.
    matrices: Vec<L>,
    /// Along a chain, what is left in each slot.
    along: Vec<L>,
    /// The same of every coalition, of all players and of one root's.
    table: Vec<L>,
    of_root: Vec<L>,
    room: Vec<L>,
    found: Vec<L>,
}
