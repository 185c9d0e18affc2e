//! One method on one set of players, ready to be evaluated on any moments: the full sample's, or replicates'.
//!
//! Whatever the method, its answer is one list of numbers: what is always in, the components, the unexplained, and then
//! what the method has to say beyond that (see [`Detail`](super::Detail)).

use pulp::{Simd, WithSimd};

use super::coalitions::branches::{Parallel, Progress, add_sums_parallel};
use super::coalitions::table::{CoalitionTable, Residuals};
use super::coalitions::tree::{SizeSums, Workspace, add_sums};
use super::coalitions::{Players, Root};
use super::ends::Ends;
use super::fitted_parts::FittedParts;
use super::owen::Owen;
use super::pmvd::pmvd;
use super::precedence::Precedence;
use super::sequential::Chain;
use super::shapley::SizeWeights;
use super::whitened::Whitened;
use super::{commonality, dominance};
use crate::numerics::double::Double;
use crate::numerics::eliminate::packed_index;
use crate::numerics::number::{Lane, Number};
use crate::numerics::real::{Lanes, Real};

/// Which coalitions a method needs, and how their values become shares.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    players: Players,
    kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Sequential(Chain),
    Sizes { roots: Vec<Root>, weights: SizeWeights, by_size: bool },
    Ends(Ends),
    Owen(Owen),
    Table { roots: Vec<Root>, of: OfTable },
    Fitted(FittedParts),
    Whitened(Whitened),
}

/// What is computed from the values of all coalitions.
#[derive(Debug, Clone)]
pub(super) enum OfTable {
    Pmvd,
    CompleteDominance,
    Commonality,
    Precedence(Precedence),
}

/// Memory for evaluating a [`Plan`], allocated once and used again.
pub(crate) struct Scratch<L> {
    matrix: Vec<L>,
    residual: Vec<L>,
    sums: SizeSums<L>,
    workspaces: Vec<Workspace<L>>,
    table: Option<(Residuals<L>, CoalitionTable)>,
}

impl Plan {
    pub(super) fn new(players: Players, kind: Kind) -> Self {
        Plan { players, kind }
    }

    pub(crate) fn sequential(players: &Players, order: Vec<usize>) -> Self {
        Plan::new(players.clone(), Kind::Sequential(Chain::new(players, order)))
    }

    /// The players that are credited: the components, or their columns.
    pub(crate) fn players(&self) -> &Players {
        &self.players
    }

    pub(super) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Numbers in the answer.
    pub(crate) fn len(&self) -> usize {
        let k = self.players.len();
        let pairs = k * k.saturating_sub(1) / 2;
        k + 2
            + match &self.kind {
                Kind::Sizes { by_size: true, .. } => k * k,
                Kind::Owen(owen) => owen.n_terms(),
                Kind::Table { of: OfTable::CompleteDominance, .. } => pairs,
                Kind::Table { of: OfTable::Commonality, .. } => (1 << k) - 1,
                Kind::Fitted(parts) if parts.with_covariances => pairs,
                _ => 0,
            }
    }

    /// Players whose coalitions are all kept, where any are.
    pub(crate) fn table_players(&self) -> Option<usize> {
        matches!(self.kind, Kind::Table { .. }).then(|| self.players.len())
    }

    /// The most players whose coalitions are enumerated.
    pub(crate) fn enumerated(&self) -> usize {
        match &self.kind {
            Kind::Sizes { .. } | Kind::Table { .. } | Kind::Owen(_) => self.players.len(),
            _ => 1,
        }
    }

    /// How many coalitions are enumerated under the eyes of a watch.
    pub(super) fn watched(&self) -> u64 {
        match &self.kind {
            Kind::Sizes { .. } => 1 << self.players.len(),
            Kind::Owen(owen) => owen.n_coalitions(),
            _ => 0,
        }
    }

    pub(crate) fn roots(&self) -> Vec<&Root> {
        match &self.kind {
            Kind::Sequential(chain) => chain.roots().collect(),
            Kind::Sizes { roots, .. } | Kind::Table { roots, .. } => roots.iter().collect(),
            Kind::Ends(ends) => ends.roots().collect(),
            Kind::Owen(owen) => owen.roots().collect(),
            Kind::Whitened(whitened) => vec![&whitened.root],
            Kind::Fitted(_) => Vec::new(),
        }
    }

    /// Positions in the moments that are read.
    pub(crate) fn reads(&self) -> Vec<usize> {
        let mut reads = self.players.entries_read(&self.roots());
        if let Kind::Fitted(parts) = &self.kind {
            reads.extend(parts.reads());
        }
        reads
    }

    pub(crate) fn scratch<L: Lane>(&self) -> Scratch<L> {
        // Roots are gathered one after another, so one room serves all.
        let largest = self.roots().iter().map(|root| root.len()).max().unwrap_or(0);
        let workspaces = match &self.kind {
            Kind::Sizes { roots, .. } => roots.iter().map(|root| Workspace::new(&root.blocks)).collect(),
            Kind::Owen(owen) => owen.workspaces(),
            _ => Vec::new(),
        };
        let table = match &self.kind {
            Kind::Table { roots, .. } => Some((Residuals::new(&self.players, roots), self.empty_table())),
            _ => None,
        };
        Scratch {
            matrix: vec![L::splat(0.0); largest],
            residual: vec![L::splat(0.0); self.players.len() + 1],
            sums: SizeSums::zero(self.players.len()),
            workspaces,
            table,
        }
    }

    fn empty_table(&self) -> CoalitionTable {
        CoalitionTable { n_players: self.players.len(), values: vec![0.0; 1 << self.players.len()] }
    }

    /// The answer, as parts of the total sum of squares: `always`, each component, unexplained, and what the method
    /// adds. `out` holds [`len`](Plan::len) numbers; where the outcome does not vary, the shares are zero.
    #[inline(always)]
    pub(crate) fn evaluate<L: Lanes, S: Simd>(&self, simd: S, entries: &[L], scratch: &mut Scratch<L>, out: &mut [L]) {
        let Scratch { matrix, residual, sums, workspaces, table } = scratch;
        let players = &self.players;
        let k = players.len();
        let total = players.total_sum_of_squares(entries);
        match &self.kind {
            Kind::Sequential(chain) => {
                chain.residuals(entries, matrix, residual);
                out[0] = residual[0];
                for (i, &player) in chain.order().iter().enumerate() {
                    out[1 + player] = residual[i] - residual[i + 1];
                }
                out[k + 1] = residual[k];
            }
            Kind::Sizes { roots, weights, by_size } => {
                sums.clear();
                for (root, workspace) in roots.iter().zip(workspaces) {
                    let matrix = root.gather(entries, matrix);
                    add_sums(simd, root, matrix, workspace, sums);
                }
                of_sums(weights, *by_size, k, sums, out);
            }
            Kind::Ends(ends) => ends.reductions(entries, matrix, residual, out),
            Kind::Owen(owen) => owen.reductions(simd, entries, matrix, workspaces, out),
            Kind::Table { roots, of } => {
                if let Some((residuals, table)) = table {
                    residuals.fill(roots, entries);
                    // Number by number: these methods compare values, and numbers side by side cannot part ways.
                    for lane in 0..L::COUNT {
                        table.take_lane(residuals, total, lane);
                        for (out, value) in out.iter_mut().zip(of.shares(table)) {
                            out.put(lane, value);
                        }
                    }
                }
                // These are shares already, not reductions.
                return;
            }
            Kind::Fitted(parts) => {
                for lane in 0..L::COUNT {
                    let gram = parts.gram(|at| entries[at].lane(lane));
                    let product = |i: usize, j: usize| gram.products[packed_index(k + 1, i, j)];
                    let per_total = total.lane(lane).inverse_pivot();
                    let mut put = |at: usize, value: L::Scalar| out[at].put(lane, value.value());
                    let explained = (0..k).fold(L::Scalar::splat(0.0), |sum, c| sum + product(c, k));
                    put(0, (total.lane(lane) - product(k, k)) * per_total);
                    put(k + 1, (product(k, k) - explained) * per_total);
                    let mut next = k + 2;
                    for c in 0..k {
                        // A part's variance; for Pratt, its covariance with the outcome.
                        let with = if parts.with_covariances { c } else { k };
                        put(1 + c, product(c, with) * per_total);
                        for d in (c + 1..k).filter(|_| parts.with_covariances) {
                            put(next, product(c, d) * per_total);
                            next += 1;
                        }
                    }
                }
                return;
            }
            Kind::Whitened(whitened) => {
                let matrix = whitened.root.gather(entries, matrix);
                for lane in 0..L::COUNT {
                    let own: Vec<L::Scalar> = matrix.iter().map(|x| x.lane(lane)).collect();
                    let explained = whitened.explained(&own);
                    let per_total = total.lane(lane).inverse_pivot();
                    for (at, sum) in explained.into_iter().enumerate() {
                        // The first is what is left to explain: what is always in explains the rest.
                        let sum = if at == 0 { total.lane(lane) - sum } else { sum };
                        out[at].put(lane, (sum * per_total).value());
                    }
                }
                return;
            }
        }
        to_shares(total, out);
    }

    /// The answer from moments in twice the precision, one coalition after another.
    pub(crate) fn precise_answer(&self, entries: &[Double]) -> Vec<f64> {
        let mut out = vec![Double::new(0.0); self.len()];
        let scratch = &mut self.scratch();
        Double::dispatch(Point { plan: self, entries, scratch, out: &mut out });
        out.into_iter().map(Double::value).collect()
    }

    /// The answer of the full sample, in parallel where there are many coalitions; `None` once `progress` was told to
    /// stop.
    pub(super) fn point_answer<L: Parallel + Lanes>(&self, entries: &[L], progress: &Progress) -> Option<Vec<f64>> {
        let k = self.players.len();
        let mut out = vec![L::splat(0.0); self.len()];
        match &self.kind {
            Kind::Sizes { roots, weights, by_size } => {
                let mut sums = SizeSums::zero(k);
                for root in roots {
                    let mut matrix = vec![L::splat(0.0); root.len()];
                    add_sums_parallel(root, root.gather(entries, &mut matrix), &mut sums, progress);
                }
                of_sums(weights, *by_size, k, &sums, &mut out);
                to_shares(self.players.total_sum_of_squares(entries), &mut out);
            }
            Kind::Owen(owen) => {
                owen.reductions_in_parallel(entries, &mut out, progress);
                to_shares(self.players.total_sum_of_squares(entries), &mut out);
            }
            _ => {
                let scratch = &mut self.scratch();
                L::dispatch(Point { plan: self, entries, scratch, out: &mut out });
            }
        }
        (!progress.is_cancelled()).then(|| out.iter().map(|x| Lanes::lane(x, 0).value()).collect())
    }
}

/// From sums of residual sums of squares by size to reductions: on `always`, by each player, on everybody, by size.
#[inline(always)]
fn of_sums<L: Lane>(weights: &SizeWeights, by_size: bool, k: usize, sums: &SizeSums<L>, out: &mut [L]) {
    weights.reductions(sums, out);
    for player in 0..k {
        for size in (0..k).filter(|_| by_size) {
            // The weights of Shapley's mean over sizes are 1/k of those of a mean within a size.
            let mean = L::splat(weights.weight(size) * k as f64);
            out[k + 2 + player * k + size] = mean * SizeWeights::reduction_at(player, size, sums);
        }
    }
}

/// From reductions of the residual sum of squares to parts of the total.
#[inline(always)]
fn to_shares<L: Lane>(total: L, out: &mut [L]) {
    let per_total = total.inverse_pivot();
    out[0] = total - out[0];
    out.iter_mut().for_each(|share| *share = *share * per_total);
}

impl OfTable {
    /// The answer from R² of every coalition.
    pub(super) fn shares(&self, table: &CoalitionTable) -> Vec<f64> {
        let (components, more) = match self {
            OfTable::Pmvd => (pmvd(table), Vec::new()),
            OfTable::CompleteDominance => (table.shapley(), dominance::complete(table)),
            OfTable::Commonality => {
                let parts = commonality::parts(table);
                // The parts begin with coalition 1: the empty one has none.
                ((0..table.n_players).map(|player| parts[(1 << player) - 1]).collect(), parts)
            }
            OfTable::Precedence(precedence) => (precedence.shapley(table), Vec::new()),
        };
        let mut answer = vec![table.empty()];
        answer.extend(components);
        answer.push(1.0 - table.whole());
        answer.extend(more);
        answer
    }
}

/// [`Plan::evaluate`] with the instruction set of this machine.
struct Point<'a, L> {
    plan: &'a Plan,
    entries: &'a [L],
    scratch: &'a mut Scratch<L>,
    out: &'a mut [L],
}

impl<L: Lanes> WithSimd for Point<'_, L> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.plan.evaluate(simd, self.entries, self.scratch, self.out);
    }
}
