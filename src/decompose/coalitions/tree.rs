//! Every coalition of a root by depth-first elimination, in O(1) work per coalition.
//!
//! At each node the first remaining player is either left out (a suffix of the same matrix) or included (one block
//! elimination), after Furnival and Wilson's tree of subsets. The residual sums of squares are not kept: their sums
//! by coalition size return up the tree, and every player adds up those of the coalitions that it is in. Shapley
//! values and conditional dominance need no more, so memory does not grow with the number of coalitions.
//!
//! Where no pivot can come near the rank tolerance, none is compared with it.
//!
//! G. M. Furnival and R. W. Wilson (1974), "Regressions by leaps and bounds", Technometrics 16,
//! <https://doi.org/10.1080/00401706.1974.10489231>.

use pulp::{Simd, WithSimd};

use super::Root;
use super::leaves::{LastSums, last_two, walk_last, without_three};
use crate::numerics::eliminate::{all_keep_more_than, eliminate_block, packed_len};
use crate::numerics::number::{Lane, Number, RANK_TOLERANCE, Walk};

/// From this many players on it pays to go through registers, and to ask whether pivots need comparing.
const MANY_PLAYERS: usize = 9;
/// Columns of a block that are eliminated at once.
const MOST_AT_ONCE: usize = 3;
/// Pivots are not compared with the rank tolerance where all are above this many times it.
const CLEAR: f64 = 100.0;

/// Residual sums of squares summed by coalition size: over all coalitions, and over those with each player in.
#[derive(Debug, Clone)]
pub(crate) struct SizeSums<L> {
    n_players: usize,
    /// By size, 0 to the number of players.
    all: Vec<L>,
    /// For each player, by size.
    with: Vec<L>,
}

impl<L: Lane> SizeSums<L> {
    pub(crate) fn zero(n_players: usize) -> Self {
        SizeSums::filled(n_players, L::splat(0.0))
    }

    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        self.fill(L::splat(0.0));
    }
}

impl<N: Number> SizeSums<N> {
    fn filled(n_players: usize, zero: N) -> Self {
        let stride = n_players + 1;
        SizeSums { n_players, all: vec![zero; stride], with: vec![zero; n_players * stride] }
    }

    #[inline(always)]
    fn fill(&mut self, zero: N) {
        self.all.fill(zero);
        self.with.fill(zero);
    }

    pub(super) fn n_players(&self) -> usize {
        self.n_players
    }

    /// The sum over all coalitions of this size.
    #[inline(always)]
    pub(crate) fn all(&self, size: usize) -> N {
        self.all[size]
    }

    /// The sum over the coalitions of this size that the player is in.
    #[inline(always)]
    pub(crate) fn with(&self, player: usize, size: usize) -> N {
        self.with[player * (self.n_players + 1) + size]
    }

    /// Adds the sums of other coalitions of the same players.
    pub(super) fn add(&mut self, other: &Self) {
        let sums = self.all.iter_mut().chain(&mut self.with);
        sums.zip(other.all.iter().chain(&other.with)).for_each(|(sum, &other)| *sum = *sum + other);
    }

    /// Adds a branch's sums, in which `present` are in every coalition and `players` are the branch's own.
    #[inline(always)]
    pub(super) fn add_branch<B>(
        &mut self,
        present: &[usize],
        players: &[usize],
        branch: &SizeSums<B>,
        value: impl Fn(&B) -> N,
    ) {
        let stride = self.n_players + 1;
        for (size, sum) in branch.all.iter().map(&value).enumerate() {
            let size = size + present.len();
            self.all[size] = self.all[size] + sum;
            for player in present {
                self.with[player * stride + size] = self.with[player * stride + size] + sum;
            }
        }
        for (player, sums) in players.iter().zip(branch.with.chunks_exact(branch.n_players + 1)) {
            // No player is in the coalition of nobody.
            for (size, sum) in sums.iter().map(&value).enumerate().skip(1) {
                let at = player * stride + size + present.len();
                self.with[at] = self.with[at] + sum;
            }
        }
    }

    /// The same sums of other numbers.
    pub(super) fn put_into<B>(&self, other: &mut SizeSums<B>, put: impl Fn(&mut B, N)) {
        let others = other.all.iter_mut().chain(&mut other.with);
        others.zip(self.all.iter().chain(&self.with)).for_each(|(other, &sum)| put(other, sum));
    }
}

/// Memory that the walk over one root's coalitions needs, allocated once and used again.
pub(crate) struct Workspace<N> {
    zero: N,
    /// The matrices of the nodes.
    matrices: Vec<N>,
    /// Rows that are being eliminated.
    rows: Vec<N>,
    /// The sums of the nodes.
    sums: Vec<N>,
    last: LastSums<N>,
    branch: SizeSums<N>,
}

impl<L: Lane> Workspace<L> {
    pub(crate) fn new(blocks: &[usize]) -> Self {
        Workspace::filled(blocks, L::splat(0.0))
    }
}

impl<N: Number> Workspace<N> {
    pub(super) fn filled(blocks: &[usize], zero: N) -> Self {
        let players = blocks.len();
        let columns = n_variables(blocks);
        // Room for one path: the side without a player uses that of the side with it again.
        let mut left = columns;
        let mut matrices = 0;
        for at_once in blocks.iter().copied().flat_map(runs) {
            left -= at_once;
            matrices += packed_len(left);
        }
        Workspace {
            zero,
            matrices: vec![zero; matrices],
            rows: vec![zero; (MOST_AT_ONCE - 1) * columns],
            sums: vec![zero; packed_len(players)],
            last: LastSums::new(blocks, zero),
            branch: SizeSums::filled(players, zero),
        }
    }
}

/// Columns of these players, and the outcome.
pub(super) fn n_variables(blocks: &[usize]) -> usize {
    blocks.iter().sum::<usize>() + 1
}

/// A block in runs of columns that are eliminated at once.
fn runs(block: usize) -> impl Iterator<Item = usize> {
    (0..block).step_by(MOST_AT_ONCE).map(move |done| MOST_AT_ONCE.min(block - done))
}

/// Adds the sums over one root's coalitions, whose gathered matrix is given.
#[inline(always)]
pub(crate) fn add_sums<L: Lane, S: Simd>(
    simd: S,
    root: &Root,
    matrix: &[L],
    workspace: &mut Workspace<L>,
    into: &mut SizeSums<L>,
) {
    let Root { present, players, blocks, .. } = root;
    if blocks.len() < MANY_PLAYERS {
        let branch = walk(simd, matrix, blocks, false, workspace);
        into.add_branch(present, players, branch, |sum| *sum);
    } else {
        let branch = sums_by_parts(simd, matrix, blocks, are_clear(matrix, blocks));
        into.add_branch(present, players, &branch, |sum| *sum);
    }
}

/// The sums over the coalitions of these blocks, by numbers that fit in registers.
#[inline(always)]
pub(super) fn sums_by_parts<L: Lane, S: Simd>(simd: S, matrix: &[L], blocks: &[usize], clear: bool) -> SizeSums<L> {
    let mut sums = SizeSums::zero(blocks.len());
    let mut workspace = Workspace::filled(blocks, L::splat(0.0).part(simd, 0));
    for part in 0..L::parts::<S>() {
        let matrix: Vec<L::Part<S>> = matrix.iter().map(|number| number.part(simd, part)).collect();
        let branch = walk(simd, &matrix, blocks, clear, &mut workspace);
        branch.put_into(&mut sums, |number, sum| L::put_part::<S>(number, part, sum));
    }
    sums
}

/// Whether no pivot of any coalition comes near the rank tolerance.
#[inline(always)]
pub(super) fn are_clear<L: Lane>(matrix: &[L], blocks: &[usize]) -> bool {
    all_keep_more_than(CLEAR * RANK_TOLERANCE, matrix, n_variables(blocks))
}

/// The sums over the coalitions of these blocks, the outcome last in the matrix. Pivots that are `clear` are not
/// compared with the rank tolerance.
#[inline(always)]
pub(super) fn walk<'a, N: Number, S: Simd>(
    simd: S,
    matrix: &[N],
    blocks: &[usize],
    clear: bool,
    workspace: &'a mut Workspace<N>,
) -> &'a SizeSums<N> {
    let Workspace { zero, matrices, rows, sums, last, branch } = &mut *workspace;
    // Only what is added to is cleared: matrices, rows and the nodes' sums are written before they are read.
    branch.fill(*zero);
    last.clear();
    let stride = blocks.len() + 1;
    let SizeSums { all, with, .. } = branch;
    let tree = Node { matrix, blocks, size: 0, matrices, rows, sums, stride, with, last, all };
    N::walk(simd, clear, tree);
    workspace.last.put_into(&mut workspace.branch.with, stride);
    &workspace.branch
}

/// One node of the tree: the players of `blocks` are undecided, `size` players are in.
struct Node<'a, N> {
    /// Columns of the undecided players, and the outcome.
    matrix: &'a [N],
    blocks: &'a [usize],
    size: usize,
    /// Room for the matrices of the nodes below, for rows, and for the sums of the nodes below.
    matrices: &'a mut [N],
    rows: &'a mut [N],
    sums: &'a mut [N],
    /// Sums by size for each undecided player, one row of `stride` each.
    stride: usize,
    with: &'a mut [N],
    last: &'a mut LastSums<N>,
    /// Where this node's sums go, by the number of undecided players included.
    all: &'a mut [N],
}

impl<N: Number> Walk for Node<'_, N> {
    #[inline(always)]
    fn walk<S: Simd, const MASKED: bool>(self, simd: S) {
        simd.vectorize(Call::<N, S, MASKED>(simd, self));
    }
}

/// A [`Node`] with the instruction set of this machine.
struct Call<'a, N, S, const MASKED: bool>(S, Node<'a, N>);

impl<N: Number, S: Simd, const MASKED: bool> WithSimd for Call<'_, N, S, MASKED> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S2: Simd>(self, _: S2) {
        // Not the token handed in, whose type is another to the compiler, but the one that the numbers carry.
        let Call(simd, Node { matrix, blocks, size, matrices, rows, sums, stride, with, last, all }) = self;
        if N::IS_REGISTER && last.is_walked(blocks.len()) {
            return walk_last::<N, S, MASKED>(simd, matrix, size, last, all);
        }
        match *blocks {
            [] => all[0] = matrix[0],
            // Such players end a walk in more than half of its nodes, so the last two are solved in closed form.
            [1, 1] | [2, 2] | [3, 3] => {
                let [none, second, first, both] = last_two::<N, MASKED>(matrix, blocks[0]);
                for (player, alone) in [first, second].into_iter().enumerate() {
                    let with = &mut with[player * stride + size + 1..][..2];
                    with[0] = with[0] + alone;
                    with[1] = with[1] + both;
                }
                all.copy_from_slice(&[none, first + second, both]);
            }
            [block, ref blocks @ ..] => {
                let players = blocks.len() + 1;
                // With the player in, sums have a room of their own: they also go to the player's row.
                let (own_sums, sums) = sums.split_at_mut(players);
                let (included, matrices) = include::<N, MASKED>(matrix, n_variables(blocks), block, rows, matrices);
                let (own_with, with) = with.split_at_mut(stride);
                let inside = Node {
                    matrix: included,
                    blocks,
                    size: size + 1,
                    matrices: &mut *matrices,
                    rows: &mut *rows,
                    sums: &mut *sums,
                    stride,
                    with: &mut *with,
                    last: &mut *last,
                    all: &mut *own_sums,
                };
                inside.walk::<S, MASKED>(simd);
                let (all, largest) = all.split_at_mut(players);
                let left_out = &matrix[matrix.len() - packed_len(n_variables(blocks))..];
                let outside =
                    Node { matrix: left_out, blocks, size, matrices, rows, sums, stride, with, last, all: &mut *all };
                outside.walk::<S, MASKED>(simd);
                for (with, &sum) in own_with[size + 1..].iter_mut().zip(&*own_sums) {
                    *with = *with + sum;
                }
                for (all, &sum) in all[1..].iter_mut().zip(&*own_sums) {
                    *all = *all + sum;
                }
                // Of this size there is only the coalition with the player in.
                largest[0] = own_sums[players - 1];
            }
        }
    }
}

/// Projects the first block out of the `left` variables after it; returns their matrix, and the room that is left.
// Without optimisation what is inlined into a recursion takes its room on the stack at every depth.
#[cfg_attr(not(debug_assertions), inline(always))]
#[cfg_attr(debug_assertions, inline(never))]
fn include<'a, N: Number, const MASKED: bool>(
    matrix: &'a [N],
    left: usize,
    block: usize,
    rows: &mut [N],
    room: &'a mut [N],
) -> (&'a [N], &'a mut [N]) {
    let (mut matrix, mut room) = (matrix, room);
    let mut remaining = block;
    for at_once in runs(block) {
        remaining -= at_once;
        let left = left + remaining;
        let (out, rest) = room.split_at_mut(packed_len(left));
        // The smallest, by far the most frequent, is of fixed size.
        match (at_once, left) {
            (1, _) => eliminate_block::<N, MASKED>(matrix, 1, left, rows, out),
            (2, _) => eliminate_block::<N, MASKED>(matrix, 2, left, rows, out),
            (_, 7) => without_three::<N, 7, MASKED>(matrix, out),
            _ => eliminate_block::<N, MASKED>(matrix, 3, left, rows, out),
        }
        (matrix, room) = (out, rest);
    }
    (matrix, room)
}

#[cfg(test)]
mod tests;
