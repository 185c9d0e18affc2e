//! Every coalition of a root by depth-first elimination, in O(1) work per coalition.
//!
//! At each node the first remaining player is either left out (a suffix of the same matrix) or included (one block
//! elimination), after Furnival and Wilson's tree of subsets. The residual sums of squares are not kept: their sums
//! by coalition size return up the tree, and every player adds up those of the coalitions that it is in. Shapley
//! values and conditional dominance need no more, so memory does not grow with the number of coalitions.
//!
//! G. M. Furnival and R. W. Wilson (1974), "Regressions by leaps and bounds", Technometrics 16,
//! <https://doi.org/10.1080/00401706.1974.10489231>.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::coalitions::{Root, members};
use super::leaves::{last_five, last_four, last_one, last_three, last_two};
use crate::fit::{LANES, Lane, Wide, eliminate, eliminate_in_place, packed_len};

/// From this many players on, lanes hold coalitions and branches run in parallel.
const WIDE_FROM: usize = 10;
/// Players whose coalitions are the lanes of a [`Wide`].
const LANE_PLAYERS: usize = LANES.trailing_zeros() as usize;
/// Players left to each parallel branch, at least.
const BRANCH_PLAYERS: usize = 10;
/// Players whose coalitions are the parallel branches, at most.
const SPLIT_PLAYERS: usize = 5;

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
        let stride = n_players + 1;
        SizeSums { n_players, all: vec![L::splat(0.0); stride], with: vec![L::splat(0.0); n_players * stride] }
    }

    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        self.all.fill(L::splat(0.0));
        self.with.fill(L::splat(0.0));
    }

    /// The sum over all coalitions of this size.
    #[inline(always)]
    pub(crate) fn all(&self, size: usize) -> L {
        self.all[size]
    }

    /// The sum over the coalitions of this size that the player is in.
    #[inline(always)]
    pub(crate) fn with(&self, player: usize, size: usize) -> L {
        self.with[player * (self.n_players + 1) + size]
    }

    /// Adds a branch's sums, in which `present` are in every coalition and `players` are the branch's own.
    #[inline(always)]
    fn add_branch<B>(&mut self, present: &[usize], players: &[usize], branch: &SizeSums<B>, value: impl Fn(&B) -> L) {
        let stride = self.n_players + 1;
        for (size, sum) in branch.all.iter().map(&value).enumerate() {
            let size = size + present.len();
            self.all[size] = self.all[size] + sum;
            for player in present {
                self.with[player * stride + size] = self.with[player * stride + size] + sum;
            }
        }
        for (player, sums) in players.iter().zip(branch.with.chunks_exact(branch.n_players + 1)) {
            for (size, sum) in sums.iter().map(&value).enumerate().skip(1) {
                let at = player * stride + size + present.len();
                self.with[at] = self.with[at] + sum;
            }
        }
    }
}

/// Memory that the walk over one root's coalitions needs, allocated once and used again.
pub(crate) struct Workspace<L> {
    matrices: Vec<L>,
    sums: Vec<L>,
    branch: SizeSums<L>,
}

impl<L: Lane> Workspace<L> {
    pub(crate) fn new(blocks: &[usize]) -> Self {
        let players = blocks.len();
        let mut columns = blocks.iter().sum::<usize>() + 1;
        let mut matrices = 0;
        for block in blocks {
            matrices += packed_len(columns - 1);
            columns -= block;
        }
        Workspace {
            matrices: vec![L::splat(0.0); matrices],
            sums: vec![L::splat(0.0); packed_len(players)],
            branch: SizeSums::zero(players),
        }
    }
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
    walk(simd, matrix, &root.blocks, workspace);
    into.add_branch(&root.present, &root.players, &workspace.branch, |sum| *sum);
}

/// The same for a single matrix, in parallel and eight coalitions at a time where that pays.
///
/// The partition into branches depends on the number of players alone, and their sums are added in one order, so the
/// result is the same on any number of threads.
pub(crate) fn add_sums_parallel(root: &Root, matrix: &[f64], into: &mut SizeSums<f64>) {
    let n_players = root.players.len();
    if n_players < WIDE_FROM {
        return Arch::new().dispatch(Scalar { root, matrix, into });
    }
    let (lane_blocks, blocks) = root.blocks.split_at(LANE_PLAYERS);
    let (lane_players, players) = root.players.split_at(LANE_PLAYERS);
    let n = root.n_remaining();
    let lanes: Vec<Vec<f64>> = (0..LANES as u64).map(|subset| included(matrix, n, lane_blocks, subset)).collect();
    let wide: Vec<Wide> = (0..lanes[0].len()).map(|e| Wide(std::array::from_fn(|lane| lanes[lane][e]))).collect();
    let n = n - lane_blocks.iter().sum::<usize>();

    let split = (players.len().saturating_sub(BRANCH_PLAYERS)).min(SPLIT_PLAYERS);
    let (split_blocks, blocks) = blocks.split_at(split);
    let (split_players, players) = players.split_at(split);
    let branch = |subset| {
        let matrix = included(&wide, n, split_blocks, subset);
        let mut workspace = Workspace::new(blocks);
        Arch::new().dispatch(Branch { matrix: &matrix, blocks, workspace: &mut workspace });
        workspace.branch
    };
    let branches: Vec<SizeSums<Wide>> = match split {
        0 => vec![branch(0)],
        _ => (0..1_u64 << split).into_par_iter().map(branch).collect(),
    };
    for (subset, branch) in branches.iter().enumerate() {
        for lane in 0..LANES {
            let mut present = root.present.clone();
            present.extend(members(lane_players, lane as u64));
            present.extend(members(split_players, subset as u64));
            into.add_branch(&present, players, branch, |sum| sum.0[lane]);
        }
    }
}

/// The matrix of what follows these blocks, once those in the subset are included and the others left out.
fn included<L: Lane>(matrix: &[L], n: usize, blocks: &[usize], subset: u64) -> Vec<L> {
    let mut matrix = matrix.to_vec();
    let mut rest = matrix.as_mut_slice();
    let mut n = n;
    for (i, &block) in blocks.iter().enumerate() {
        for _ in 0..block {
            if subset >> i & 1 == 1 {
                eliminate_in_place(rest, n);
            }
            rest = &mut rest[n..];
            n -= 1;
        }
    }
    rest.to_vec()
}

struct Scalar<'a> {
    root: &'a Root,
    matrix: &'a [f64],
    into: &'a mut SizeSums<f64>,
}

impl WithSimd for Scalar<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        add_sums(simd, self.root, self.matrix, &mut Workspace::new(&self.root.blocks), self.into);
    }
}

struct Branch<'a> {
    matrix: &'a [Wide],
    blocks: &'a [usize],
    workspace: &'a mut Workspace<Wide>,
}

impl WithSimd for Branch<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        walk(simd, self.matrix, self.blocks, self.workspace);
    }
}

/// Fills the workspace's sums from the coalitions of these blocks, the outcome last in the matrix.
#[inline(always)]
fn walk<L: Lane, S: Simd>(simd: S, matrix: &[L], blocks: &[usize], workspace: &mut Workspace<L>) {
    workspace.branch.clear();
    let stride = blocks.len() + 1;
    simd.vectorize(Node {
        simd,
        matrix,
        n: blocks.iter().sum::<usize>() + 1,
        blocks,
        size: 0,
        matrices: &mut workspace.matrices,
        sums: &mut workspace.sums,
        stride,
        with: &mut workspace.branch.with,
        all: &mut workspace.branch.all,
    });
}

/// One node of the tree: the players of `blocks` are undecided, `size` players are in.
struct Node<'a, L, S> {
    simd: S,
    /// Columns of the undecided players and the outcome, `n` variables.
    matrix: &'a [L],
    n: usize,
    blocks: &'a [usize],
    size: usize,
    /// Room for the matrices of the nodes below, and for their sums.
    matrices: &'a mut [L],
    sums: &'a mut [L],
    /// Sums by size for each undecided player, one row of `stride` each.
    stride: usize,
    with: &'a mut [L],
    /// Where this node's sums go, by the number of undecided players included.
    all: &'a mut [L],
}

impl<L: Lane, S: Simd> WithSimd for Node<'_, L, S> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S2: Simd>(self, _: S2) {
        let Node { simd, matrix, n, blocks, size, matrices, sums, stride, with, all } = self;
        match *blocks {
            [] => all[0] = matrix[0],
            [1] => all.copy_from_slice(&last_one(matrix, size, with)),
            [1, 1] => all.copy_from_slice(&last_two(matrix, size, stride, with)),
            [1, 1, 1] => all.copy_from_slice(&last_three(matrix, size, stride, with)),
            [1, 1, 1, 1] => all.copy_from_slice(&last_four(matrix, size, stride, with)),
            [1, 1, 1, 1, 1] => all.copy_from_slice(&last_five(matrix, size, stride, with)),
            [block, ref blocks @ ..] => {
                let players = blocks.len() + 1;
                let (own_sums, sums) = sums.split_at_mut(players);
                let (own_matrix, matrices) = matrices.split_at_mut(packed_len(n - 1));
                let included = if block == 0 { matrix } else { include(matrix, n, block, own_matrix) };
                let (own_with, with) = with.split_at_mut(stride);
                simd.vectorize(Node {
                    simd,
                    matrix: included,
                    n: n - block,
                    blocks,
                    size: size + 1,
                    matrices: &mut *matrices,
                    sums: &mut *sums,
                    stride,
                    with: &mut *with,
                    all: &mut *own_sums,
                });
                let (all, largest) = all.split_at_mut(players);
                let left_out = &matrix[packed_len(n) - packed_len(n - block)..];
                simd.vectorize(Node {
                    simd,
                    matrix: left_out,
                    n: n - block,
                    blocks,
                    size,
                    matrices,
                    sums,
                    stride,
                    with,
                    all: &mut *all,
                });
                for (w, sum) in own_with[size + 1..].iter_mut().zip(&*own_sums) {
                    *w = *w + *sum;
                }
                for (a, sum) in all[1..].iter_mut().zip(&*own_sums) {
                    *a = *a + *sum;
                }
                largest[0] = own_sums[players - 1];
            }
        }
    }
}

/// Eliminates the first block; the first elimination moves the matrix to `room`, the others work there.
#[inline(always)]
fn include<'a, L: Lane>(matrix: &[L], n: usize, block: usize, room: &'a mut [L]) -> &'a [L] {
    eliminate(matrix, n, room);
    let mut rest = room;
    for n in (n - block + 1..n).rev() {
        eliminate_in_place(rest, n);
        rest = &mut rest[n..];
    }
    rest
}
