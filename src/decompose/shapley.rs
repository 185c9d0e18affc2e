//! What each component adds to R², averaged over all orders.
//!
//! ```text
//! φ_c = Σ_{S ∌ c} |S|! (k − |S| − 1)! / k! · [R²(S ∪ c) − R²(S)]
//! ```
//!
//! The same quantity is called LMG (Lindeman, Merenda and Gold) and general dominance. U. Grömping (2007),
//! "Estimators of relative importance in linear regression based on variance decomposition", The American
//! Statistician 61, <https://doi.org/10.1198/000313007X188252>.

use pulp::Simd;

use super::breakdown::Breakdown;
use super::coalitions::branches::{Parallel, add_sums_in_steps, add_sums_parallel};
use super::coalitions::progress::Part;
use super::coalitions::size_weights::SizeWeights;
use super::coalitions::table::MOST_IN_TABLE;
use super::coalitions::tree::{SizeSums, Workspace};
use super::coalitions::{Players, Root};
use super::definition::{Definition, Setting};
use super::evaluate::{Evaluate, Needs, Prepared, room, to_shares};
use super::method::Method;
use super::of_table::OfTable;
use super::precedence::Precedence;
use crate::error::Result;
use crate::fit::{FittedModel, ROUNDING};
use crate::numerics::number::{Lane, RANK_TOLERANCE};
use crate::numerics::real::Lanes;

/// The most components whose 2^k coalitions are enumerated.
pub(crate) const MOST_COMPONENTS: usize = 36;

impl FittedModel {
    /// What each component adds to R² on average over all orders: Shapley values, also known as LMG and general
    /// dominance.
    ///
    /// ```text
    /// φ_c = Σ_{S ∌ c} |S|! (k − |S| − 1)! / k! · [R²(S ∪ c) − R²(S)]
    /// ```
    ///
    /// Exact, over all 2^k coalitions; over the orders that respect the model's [precedences](crate::Model::after),
    /// where there are any. Unit effects get at least as much as any component that is constant over the years of a
    /// unit, by construction, and a share is not a cause.
    ///
    /// Source: U. Grömping (2007), "Estimators of relative importance in linear regression based on variance
    /// decomposition", <https://doi.org/10.1198/000313007X188252>.
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`](crate::error::EstimateError::TooManyComponents) beyond 36 components, 24
    /// where a precedence is to be kept, or 8 that each bring unit effects;
    /// [`shapley_sampled`](FittedModel::shapley_sampled) has no limit.
    ///
    /// # Examples
    /// Two copies of a column share what it explains.
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let breakdown = fit.shapley()?;
    /// assert!((breakdown.share_of_total("one")? - 6.25 / 8.75 / 2.0).abs() < 1e-12);
    /// assert_eq!(breakdown.share_of_total("one")?, breakdown.share_of_total("other")?);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn shapley(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Shapley)
    }
}

/// [`Method::Shapley`].
pub(super) struct Shapley;

impl Definition for Shapley {
    fn method(&self) -> Method {
        Method::Shapley
    }

    fn name(&self) -> &'static str {
        "shapley"
    }

    fn meaning(&self) -> &'static str {
        "the mean over all orders"
    }

    fn most_components(&self, forbids_orders: bool) -> Option<usize> {
        Some(if forbids_orders { MOST_IN_TABLE } else { MOST_COMPONENTS })
    }

    fn instead(&self) -> &'static str {
        "put components together, or use sampled orders, which have no limit"
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        Ok(match setting.fit.model().predecessors()? {
            None => Box::new(BySize::new(setting.players, false)),
            Some(before) => {
                let precedence = Precedence::new(&before);
                Box::new(OfTable::new(setting.players, 0, move |table| (precedence.shapley(table), Vec::new())))
            }
        })
    }
}

/// Every coalition's residual sum of squares, summed by size: enough for the mean of what a player adds over all
/// orders, and over the coalitions of each size.
pub(super) struct BySize {
    roots: Vec<Root>,
    weights: SizeWeights,
    n_players: usize,
    /// Whether the means by size are wanted beyond the mean over all orders.
    says_sizes: bool,
}

impl BySize {
    pub(super) fn new(players: &Players, says_sizes: bool) -> Self {
        let n_players = players.len();
        BySize { roots: players.roots(), weights: SizeWeights::new(n_players), n_players, says_sizes }
    }

    /// From sums of residual sums of squares by size to shares, and to what is added by size.
    #[inline(always)]
    fn shares<L: Lane>(&self, sums: &SizeSums<L>, total: L, out: &mut [L]) {
        let k = self.n_players;
        self.weights.reductions(sums, out);
        // What a player adds is never below zero. Here it is a difference of sums that are near the total, and where it is
        // nothing their rounding would stand.
        let rounding = total * L::splat(ROUNDING / RANK_TOLERANCE);
        for player in 0..k {
            for size in (0..k).filter(|_| self.says_sizes) {
                // The weights of Shapley's mean over sizes are 1/k of those of a mean within a size.
                let mean = L::splat(self.weights.weight(size) * k as f64);
                let added = mean * SizeWeights::reduction_at(player, size, sums);
                out[k + 2 + player * k + size] = added.or_zero(added.counts_at(rounding));
            }
        }
        to_shares(total, out);
    }
}

impl Needs for BySize {
    fn roots(&self) -> Vec<&Root> {
        self.roots.iter().collect()
    }

    fn n_beyond(&self) -> usize {
        if self.says_sizes { self.n_players * self.n_players } else { 0 }
    }

    fn n_coalitions(&self) -> u64 {
        1 << self.n_players
    }
}

impl Evaluate for BySize {
    type Scratch<L: Lanes> = SizeScratch<L>;

    fn scratch<L: Lanes>(&self) -> SizeScratch<L> {
        SizeScratch {
            matrix: room(&self.roots),
            workspaces: self.roots.iter().map(|root| Workspace::new(&root.blocks)).collect(),
            sums: SizeSums::zero(self.n_players),
        }
    }

    #[inline(always)]
    fn evaluate<L: Lanes, S: Simd>(
        &self,
        simd: S,
        entries: &[L],
        total: L,
        part: &Part,
        scratch: &mut SizeScratch<L>,
        out: &mut [L],
    ) {
        let SizeScratch { matrix, workspaces, sums } = scratch;
        sums.clear();
        for (root, workspace) in self.roots.iter().zip(workspaces) {
            let matrix = root.gather(entries, matrix);
            add_sums_in_steps(simd, root, matrix, workspace, sums, part);
        }
        self.shares(sums, total, out);
    }

    fn evaluate_in_parallel<L: Lanes + Parallel>(&self, entries: &[L], total: L, part: &Part, out: &mut [L]) {
        let mut sums = SizeSums::zero(self.n_players);
        for root in &self.roots {
            let mut matrix = room([root]);
            add_sums_parallel(root, root.gather(entries, &mut matrix), &mut sums, part);
        }
        self.shares(&sums, total, out);
    }
}

/// What [`BySize`] works in.
pub(super) struct SizeScratch<L> {
    matrix: Vec<L>,
    /// One for each root.
    workspaces: Vec<Workspace<L>>,
    sums: SizeSums<L>,
}
