//! One method on one set of players, ready to be evaluated on any moments: the full sample's, or replicates'.

use pulp::{Arch, Simd, WithSimd};

use super::branches::{Parallel, Progress, add_sums_parallel};
use super::coalitions::{Players, Root};
use super::sequential::Chain;
use super::shapley::SizeWeights;
use super::tree::{SizeSums, Workspace, add_sums};
use crate::fit::{Double, Lane};

/// Which coalitions a method needs, and how their values become shares.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    Sequential(Chain),
    Shapley { roots: Vec<Root>, weights: SizeWeights },
}

/// Memory for evaluating a [`Plan`], allocated once and used again.
pub(crate) struct Scratch<L> {
    matrix: Vec<L>,
    residual: Vec<L>,
    sums: SizeSums<L>,
    workspaces: Vec<Workspace<L>>,
}

impl Plan {
    pub(crate) fn sequential(players: &Players, order: Vec<usize>) -> Self {
        Plan::Sequential(Chain::new(players, order))
    }

    pub(crate) fn shapley(players: &Players) -> Self {
        Plan::Shapley { roots: players.roots(), weights: SizeWeights::new(players.len()) }
    }

    pub(crate) fn roots(&self) -> Vec<&Root> {
        match self {
            Plan::Sequential(chain) => chain.roots().collect(),
            Plan::Shapley { roots, .. } => roots.iter().collect(),
        }
    }

    pub(crate) fn scratch<L: Lane>(&self, players: &Players) -> Scratch<L> {
        let roots = self.roots();
        let largest = roots.iter().map(|root| root.len()).max().unwrap_or(0);
        let workspaces = match self {
            Plan::Sequential(_) => Vec::new(),
            Plan::Shapley { .. } => roots.iter().map(|root| Workspace::new(&root.blocks)).collect(),
        };
        Scratch {
            matrix: vec![L::splat(0.0); largest],
            residual: vec![L::splat(0.0); players.len() + 1],
            sums: SizeSums::zero(players.len()),
            workspaces,
        }
    }

    /// Parts of the total sum of squares: `always`, each component, unexplained. `shares` has two more entries than
    /// there are players; where the outcome does not vary, all are zero but the unexplained.
    #[inline(always)]
    pub(crate) fn shares<L: Lane, S: Simd>(
        &self,
        simd: S,
        players: &Players,
        entries: &[L],
        scratch: &mut Scratch<L>,
        shares: &mut [L],
    ) {
        let Scratch { matrix, residual, sums, workspaces } = scratch;
        match self {
            Plan::Sequential(chain) => chain.residuals(entries, matrix, residual),
            Plan::Shapley { roots, .. } => {
                sums.clear();
                for (root, workspace) in roots.iter().zip(workspaces) {
                    let matrix = root.gather(entries, matrix);
                    add_sums(simd, root, matrix, workspace, sums);
                }
            }
        }
        self.shares_of(players, entries, residual, sums, shares);
    }

    /// The shares from moments in twice the precision, one coalition after another.
    pub(crate) fn precise_shares(&self, players: &Players, entries: &[Double]) -> Vec<f64> {
        let mut shares = vec![Double::new(0.0); players.len() + 2];
        let scratch = &mut self.scratch(players);
        Arch::new().dispatch(Point { plan: self, players, entries, scratch, shares: &mut shares });
        shares.into_iter().map(Double::value).collect()
    }

    /// The shares of the full sample, in parallel where there are many coalitions; `None` once `progress` was told to
    /// stop.
    pub(crate) fn point_shares<L: Parallel>(
        &self,
        players: &Players,
        entries: &[L],
        progress: &Progress,
    ) -> Option<Vec<L>> {
        let mut shares = vec![L::splat(0.0); players.len() + 2];
        match self {
            Plan::Sequential(_) => {
                let scratch = &mut self.scratch(players);
                Arch::new().dispatch(Point { plan: self, players, entries, scratch, shares: &mut shares });
            }
            Plan::Shapley { roots, .. } => {
                let mut sums = SizeSums::zero(players.len());
                for root in roots {
                    let mut matrix = vec![L::splat(0.0); root.len()];
                    add_sums_parallel(root, root.gather(entries, &mut matrix), &mut sums, progress);
                    if progress.is_cancelled() {
                        return None;
                    }
                }
                self.shares_of(players, entries, &[], &sums, &mut shares);
            }
        }
        Some(shares)
    }

    #[inline(always)]
    fn shares_of<L: Lane>(
        &self,
        players: &Players,
        entries: &[L],
        residual: &[L],
        sums: &SizeSums<L>,
        shares: &mut [L],
    ) {
        let k = players.len();
        let total = players.total_sum_of_squares(entries);
        let per_total = total.inverse_pivot();
        match self {
            Plan::Sequential(chain) => {
                shares[0] = (total - residual[0]) * per_total;
                for (i, &player) in chain.order().iter().enumerate() {
                    shares[1 + player] = (residual[i] - residual[i + 1]) * per_total;
                }
                shares[k + 1] = residual[k] * per_total;
            }
            Plan::Shapley { weights, .. } => {
                shares[0] = (total - sums.all(0)) * per_total;
                for player in 0..k {
                    shares[1 + player] = weights.mean_reduction(player, sums) * per_total;
                }
                shares[k + 1] = sums.all(k) * per_total;
            }
        }
    }
}

/// [`Plan::shares`] with the instruction set of this machine.
struct Point<'a, L> {
    plan: &'a Plan,
    players: &'a Players,
    entries: &'a [L],
    scratch: &'a mut Scratch<L>,
    shares: &'a mut [L],
}

impl<L: Lane> WithSimd for Point<'_, L> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.plan.shares(simd, self.players, self.entries, self.scratch, self.shares);
    }
}
