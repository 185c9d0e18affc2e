//! One large enumeration on all threads or in steps, with word of how far it is.
//!
//! The tree of coalitions is cut into branches, and vector lanes hold different coalitions of the first few players.
//! The cut depends on the number of players alone, and sums are added in one order, so the result is the same on any
//! number of threads and on any machine.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

use super::progress::Part;
use super::tree::{SizeSums, Workspace, add_sums, are_clear, n_variables, sums_by_parts};
use super::{Root, members};
use crate::numerics::double::Double;
use crate::numerics::eliminate::eliminate_in_place;
use crate::numerics::lanes::{LANES, Wide};
use crate::numerics::number::Lane;

/// From this many players on, lanes hold coalitions and branches run in parallel.
const PARALLEL_FROM: usize = 10;
/// Players whose coalitions are the branches, at most.
const MOST_SPLIT: usize = 10;
/// Players whose coalitions are one step, at most: of eight replicates some milliseconds' work, between two looks at
/// whether to go on.
const STEP_PLAYERS: usize = 20;

/// Numbers as a branch holds them: one coalition of the first few players to a lane.
pub(crate) trait Parallel: Lane {
    type Packed: Lane;
    /// Players whose coalitions are the lanes.
    const LANE_PLAYERS: usize;
    /// Players left to each branch, at least.
    const BRANCH_PLAYERS: usize;
    fn pack(lanes: impl Fn(usize) -> Self) -> Self::Packed;
    fn lane(packed: &Self::Packed, lane: usize) -> Self;
}

impl Parallel for f64 {
    type Packed = Wide;
    const LANE_PLAYERS: usize = LANES.trailing_zeros() as usize;
    const BRANCH_PLAYERS: usize = 15;

    fn pack(lanes: impl Fn(usize) -> f64) -> Wide {
        Wide(std::array::from_fn(lanes))
    }

    #[inline(always)]
    fn lane(packed: &Wide, lane: usize) -> f64 {
        packed.0[lane]
    }
}

impl Parallel for Double {
    type Packed = Double;
    const LANE_PLAYERS: usize = 0;
    const BRANCH_PLAYERS: usize = 8;

    fn pack(lanes: impl Fn(usize) -> Double) -> Double {
        lanes(0)
    }

    fn lane(packed: &Double, _: usize) -> Double {
        *packed
    }
}

/// Adds the sums over one root's coalitions, in parallel where that pays; nothing of use is added once `part` was told
/// to stop.
pub(crate) fn add_sums_parallel<L: Parallel>(root: &Root, matrix: &[L], into: &mut SizeSums<L>, part: &Part) {
    let n_players = root.players.len();
    if n_players < PARALLEL_FROM {
        L::dispatch(Whole { root, matrix, into });
        return part.add(1 << n_players);
    }
    let (lane_blocks, blocks) = root.blocks.split_at(L::LANE_PLAYERS);
    let (lane_players, players) = root.players.split_at(L::LANE_PLAYERS);
    let n = root.n_remaining();
    let lanes: Vec<Vec<L>> =
        (0..1_u64 << L::LANE_PLAYERS).map(|subset| included(matrix, n, lane_blocks, subset)).collect();
    let packed: Vec<L::Packed> = (0..lanes[0].len()).map(|e| L::pack(|lane| lanes[lane][e])).collect();
    let split = players.len().saturating_sub(L::BRANCH_PLAYERS).min(MOST_SPLIT);
    let (split_players, players) = players.split_at(split);
    let branches = Branches::<L> {
        root,
        lane_players,
        split_players,
        players,
        n_players: into.n_players(),
        // Asked once, of the whole root: no pivot of any branch is below what its answer bounds.
        clear: are_clear(matrix, &root.blocks),
        part,
        lanes: PhantomData,
    };
    into.add(&branches.sums(&packed, blocks, 0, 0));
}

/// [`add_sums`] in steps, with word after each; nothing of use is added once `part` was told to stop. The steps depend
/// on the number of players alone.
#[inline(always)]
pub(crate) fn add_sums_in_steps<L: Lane, S: Simd>(
    simd: S,
    root: &Root,
    matrix: &[L],
    workspace: &mut Workspace<L>,
    into: &mut SizeSums<L>,
    part: &Part,
) {
    let split = root.blocks.len().saturating_sub(STEP_PLAYERS);
    if split == 0 {
        add_sums(simd, root, matrix, workspace, into);
        return part.add(1 << root.blocks.len());
    }
    let (split_blocks, blocks) = root.blocks.split_at(split);
    let (split_players, players) = root.players.split_at(split);
    let clear = are_clear(matrix, &root.blocks);
    for subset in (0..1_u64 << split).take_while(|_| !part.is_cancelled()) {
        let matrix = included(matrix, root.n_remaining(), split_blocks, subset);
        let branch = sums_by_parts(simd, &matrix, blocks, clear);
        let mut present = root.present.clone();
        present.extend(members(split_players, subset));
        into.add_branch(&present, players, &branch, |sum| *sum);
        part.add(1 << blocks.len());
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

/// What every branch reads.
struct Branches<'a, L> {
    root: &'a Root,
    lane_players: &'a [usize],
    split_players: &'a [usize],
    /// The branches' own.
    players: &'a [usize],
    /// All players, those of other roots included.
    n_players: usize,
    clear: bool,
    part: &'a Part<'a>,
    lanes: PhantomData<L>,
}

impl<L: Parallel> Branches<'_, L> {
    /// The sums over the coalitions of these blocks, of which the first `split_players` less `decided` are split.
    fn sums(&self, matrix: &[L::Packed], blocks: &[usize], decided: usize, subset: u64) -> SizeSums<L> {
        if decided == self.split_players.len() {
            return self.branch(matrix, blocks, subset);
        }
        let n = n_variables(blocks);
        let (first, rest) = blocks.split_at(1);
        let side = |is_in: u64| {
            if self.part.is_cancelled() {
                return SizeSums::zero(self.n_players);
            }
            let matrix = included(matrix, n, first, is_in);
            self.sums(&matrix, rest, decided + 1, subset | is_in << decided)
        };
        // Added in this order, whichever side was done first.
        let (mut sums, others) = rayon::join(|| side(0), || side(1));
        sums.add(&others);
        sums
    }

    fn branch(&self, matrix: &[L::Packed], blocks: &[usize], subset: u64) -> SizeSums<L> {
        let mut sums = SizeSums::zero(self.n_players);
        let branch = L::Packed::dispatch(Branch::<L> { matrix, blocks, clear: self.clear });
        // Each lane is another coalition of the first players, which says for whom and at what size its sums count.
        for lane in 0..1 << L::LANE_PLAYERS {
            let mut present = self.root.present.clone();
            present.extend(members(self.lane_players, lane as u64));
            present.extend(members(self.split_players, subset));
            sums.add_branch(&present, self.players, &branch, |packed| L::lane(packed, lane));
        }
        self.part.add(1 << (blocks.len() + L::LANE_PLAYERS));
        sums
    }
}

/// A root too small to cut, by the instruction set of this machine.
struct Whole<'a, L> {
    root: &'a Root,
    matrix: &'a [L],
    into: &'a mut SizeSums<L>,
}

impl<L: Lane> WithSimd for Whole<'_, L> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        add_sums(simd, self.root, self.matrix, &mut Workspace::new(&self.root.blocks), self.into);
    }
}

/// A branch, by the instruction set of this machine.
struct Branch<'a, L: Parallel> {
    matrix: &'a [L::Packed],
    blocks: &'a [usize],
    clear: bool,
}

impl<L: Parallel> WithSimd for Branch<'_, L> {
    type Output = SizeSums<L::Packed>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        sums_by_parts(simd, self.matrix, self.blocks, self.clear)
    }
}
