//! Which candidates there are for the best subset, and of which matrices their subsets are sub-blocks.
//!
//! Subsets with unit effects are regressions on the within-unit cross-products, those without on the raw ones: one
//! search for each subset of the candidates that bring unit effects, all with the same incumbents. The leaps need
//! columns that are independent; where some are combinations of others, a candidate with such a column is first taken
//! in or left out, until what is free is independent.

use pulp::{Arch, Simd, WithSimd};

use super::criterion::{Criterion, Penalty};
use super::incumbents::Incumbents;
use super::leaps::{Search, columns_of, eliminated, explore, reduction};
use super::player::{Included, MOST_PLAYERS, Player};
use crate::decompose::coalitions::{Players, members};
use crate::decompose::split::check_unit_effects;
use crate::error::{EstimateError, Result};
use crate::fit::{FittedModel, Submatrix};
use crate::numerics::eliminate::{eliminate_in_place, packed_index, packed_len};
use crate::numerics::number::RANK_TOLERANCE;
use crate::numerics::real::Real;

/// The components of a fit as candidates.
#[derive(Debug, Clone)]
pub(crate) struct Candidates {
    pub(crate) players: Players,
    starts: Vec<Start>,
    /// Columns that absorbed unit effects stand for, besides the intercept.
    effects: usize,
    rows: usize,
}

/// The matrix on which the subsets with certain unit effects stand.
#[derive(Debug, Clone)]
struct Start {
    within: bool,
    /// Candidates with unit effects that are in, and all columns that are in with them.
    present: Vec<usize>,
    columns: usize,
    others: Vec<Player>,
    submatrix: Submatrix,
}

impl Candidates {
    pub(crate) fn new(fit: &FittedModel) -> Result<Self> {
        let players = fit.players();
        if players.len() > MOST_PLAYERS {
            return Err(EstimateError::TooManyComponents {
                method: "best subsets".to_string(),
                limit: MOST_PLAYERS,
                found: players.len(),
                instead: "put components together, or leave out those that explain least".to_string(),
            }
            .into());
        }
        check_unit_effects("best subsets", &players)?;
        let with_units: Vec<usize> = (0..players.len()).filter(|&p| players.brings_units(p)).collect();
        let subsets = (0..1_u64 << with_units.len()).map(|subset| members(&with_units, subset));
        let starts = subsets.map(|present| Start::new(&players, present)).collect();
        let units = fit.design().units.as_ref().map_or(1, |units| units.names.len());
        Ok(Candidates { starts, effects: units - 1, rows: fit.design().n_counted(), players })
    }

    /// The entries of the moments that the search reads.
    pub(crate) fn entries_read(&self) -> Vec<usize> {
        let layout = self.players.layout;
        let mut read: Vec<usize> =
            self.starts.iter().flat_map(|start| start.submatrix.entries().iter().map(|e| *e as usize)).collect();
        read.push(layout.weight());
        let columns = self.players.variables.iter().flatten().chain(&self.players.always);
        for &v in columns.chain([&self.players.outcome()]) {
            read.extend([layout.sum(v), layout.raw(v, v)]);
        }
        read.sort_unstable();
        read.dedup();
        read
    }

    /// The best subset of each size up to `largest`, then the best by each criterion.
    pub(super) fn all<L: Real>(&self, entries: &[L], largest: usize) -> (Vec<u64>, [u64; 3]) {
        let most = self.effects + self.players.layout.0;
        let penalties = Criterion::ALL.map(|criterion| Penalty::new(criterion, self.rows, most));
        let widths_differ = self.starts.len() > 1 || self.players.variables.iter().any(|columns| columns.len() > 1);
        let total = self.players.total_sum_of_squares(entries).value();
        let incumbents = Incumbents::new(total, 0, largest).by_criteria(penalties, widths_differ);
        let found = self.search(entries, incumbents, None);
        ((0..=largest).map(|size| found.of_size(size).set).collect(), found.by_criterion())
    }

    /// The best subset of this size; `likely` is one that may be good.
    pub(crate) fn best_of_size<L: Real>(&self, entries: &[L], size: usize, likely: Option<u64>) -> u64 {
        let total = self.players.total_sum_of_squares(entries).value();
        self.search(entries, Incumbents::new(total, size, size), likely).of_size(size).set
    }

    /// What this subset leaves, as a part of the total, and how many independent columns it has besides the intercept.
    pub(super) fn evaluate<L: Real>(&self, entries: &[L], set: u64) -> (f64, usize) {
        // Anew from the moments, in the order of the model: the same digits on whatever path the search came here.
        let present: Vec<usize> = self.members_of(set).collect();
        let within = self.players.always_has_unit_effects || present.iter().any(|&p| self.players.has_unit_effects[p]);
        let mut variables = self.players.always.clone();
        variables.extend(present.iter().flat_map(|&p| &self.players.variables[p]));
        variables.push(self.players.outcome());
        let submatrix = Submatrix::new(self.players.layout, within, &variables);
        let mut matrix = vec![L::splat(0.0); submatrix.entries().len()];
        let rest = submatrix.gather(entries, usize::from(!within), &mut matrix);
        let (rest, rank) = with_rank(rest, variables.len(), variables.len() - 1);
        let total = self.players.total_sum_of_squares(entries);
        (rest[0].value() / total.value(), rank + if within { self.effects } else { 0 })
    }

    /// Positions of the members of a subset, in the order of the model.
    pub(crate) fn members_of(&self, set: u64) -> impl Iterator<Item = usize> + use<> {
        (0..self.players.len()).filter(move |p| set >> p & 1 == 1)
    }

    fn search<L: Real>(&self, entries: &[L], mut incumbents: Incumbents, likely: Option<u64>) -> Incumbents {
        if let Some(set) = likely {
            let (unexplained, rank) = self.evaluate(entries, set);
            let residual = unexplained * self.players.total_sum_of_squares(entries).value();
            let size = set.count_ones() as usize;
            incumbents.offer(residual, Included { set, size, rank }, 0);
        }
        for start in &self.starts {
            let effects = if start.within { self.effects } else { 0 };
            Arch::new().dispatch(FromStart { start, entries, effects, incumbents: &mut incumbents });
        }
        incumbents
    }
}

impl Start {
    fn new(players: &Players, present: Vec<usize>) -> Self {
        let within = players.always_has_unit_effects || present.iter().any(|&p| players.has_unit_effects[p]);
        let others: Vec<usize> = (0..players.len()).filter(|&p| !players.brings_units(p)).collect();
        let mut variables = players.always.clone();
        variables.extend(present.iter().flat_map(|&p| &players.variables[p]));
        let columns = variables.len();
        variables.extend(others.iter().flat_map(|&p| &players.variables[p]));
        variables.push(players.outcome());
        let others = others.iter().map(|&p| Player { bit: 1 << p, width: players.variables[p].len() }).collect();
        let submatrix = Submatrix::new(players.layout, within, &variables);
        Start { within, present, columns, others, submatrix }
    }
}

/// The search from one start, by the instruction set of this machine.
struct FromStart<'a, L> {
    start: &'a Start,
    entries: &'a [L],
    effects: usize,
    incumbents: &'a mut Incumbents,
}

impl<L: Real> WithSimd for FromStart<'_, L> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let FromStart { start, entries, effects, incumbents } = self;
        let mut matrix = vec![L::splat(0.0); start.submatrix.entries().len()];
        let intercept = usize::from(!start.within);
        let rest = start.submatrix.gather(entries, intercept, &mut matrix);
        let (rest, rank) = with_rank(rest, start.submatrix.n_variables() - intercept, start.columns);
        let set = start.present.iter().map(|p| 1 << p).sum();
        let included = Included { set, size: start.present.len(), rank: rank + effects };
        let mut split = Split { simd, incumbents };
        // Good subsets first: the better the best known, the more branches the search can leave out.
        split.one_by_one(rest, &start.others, included);
        split.until_independent(rest.to_vec(), start.others.clone(), included, 0);
    }
}

struct Split<'a, S> {
    simd: S,
    incumbents: &'a mut Incumbents,
}

impl<S: Simd> Split<'_, S> {
    /// Takes in the player that explains most, again and again: subsets that are hard to better.
    #[inline(always)]
    fn one_by_one<L: Real>(&mut self, forward: &[L], players: &[Player], mut included: Included) {
        let (mut matrix, mut players) = (forward.to_vec(), players.to_vec());
        let mut block = Vec::new();
        while !players.is_empty() && included.size < self.incumbents.largest() {
            let n = columns_of(&players) + 1;
            let residual = matrix[matrix.len() - 1].value();
            let (mut best, mut most, mut at) = (0, f64::NEG_INFINITY, 0);
            for (i, player) in players.iter().enumerate() {
                let gain = reduction(&matrix, n, at, player.width, &mut block);
                if gain > most {
                    (best, most) = (i, gain);
                }
                at += player.width;
            }
            let chosen = players.remove(best);
            let first = columns_of(&players[..best]);
            let order = (first..first + chosen.width).chain(0..first).chain(first + chosen.width..n);
            let mut reordered = gathered(&matrix, n, &order.collect::<Vec<_>>());
            let (rest, rank) = with_rank(&mut reordered, n, chosen.width);
            // Its rank is the one found, not its width: its columns may depend on those that are in.
            included = Included { rank: included.rank + rank, ..included.and(Player { width: 0, ..chosen }) };
            self.incumbents.offer(residual - most, included, 0);
            matrix = rest.to_vec();
        }
    }

    /// Searches all subsets that hold those included and any of `players`, whose columns may depend on one another.
    #[inline(always)]
    fn until_independent<L: Real>(&mut self, forward: Vec<L>, players: Vec<Player>, included: Included, nulls: u64) {
        let (forward, players, nulls) = without_dependent_columns(forward, players, nulls);
        let n = columns_of(&players) + 1;
        self.incumbents.offer(forward[forward.len() - 1].value(), included, nulls);
        Search::new(self.incumbents, nulls).offer_each_added(&forward, &players, included);
        if players.is_empty() || self.incumbents.largest() <= included.size + 1 {
            return;
        }
        if self.incumbents.largest() == included.size + 2 {
            return Search::new(self.incumbents, nulls).offer_each_pair(&forward, &players, included);
        }
        let (backward, dependent) = swept(&forward, n);
        let residual = -backward[backward.len() - 1].value();
        if !self.incumbents.is_any_open(included, &players, nulls, residual) {
            return;
        }
        let Some(column) = dependent else {
            let everyone = players.iter().fold(included, |all, &player| all.and(player));
            self.incumbents.offer(residual, everyone, nulls);
            let mut search = Search::new(self.incumbents, nulls);
            return explore(self.simd, &mut search, (&forward, &backward), &players, included);
        };
        // Its player is taken in, then left out: either way one player less is free, so that this ends.
        let (i, first) = player_at(&players, column);
        let player = players[i];
        let mut others = players;
        others.remove(i);
        let own = first..first + player.width;
        let rest: Vec<usize> = (0..n).filter(|c| !own.contains(c)).collect();
        let without = gathered(&forward, n, &rest);
        let first: Vec<usize> = own.chain(rest).collect();
        let mut room = Vec::new();
        let with = eliminated(&gathered(&forward, n, &first), n, player.width, &mut room).to_vec();
        self.until_independent(with, others.clone(), included.and(player), nulls);
        self.until_independent(without, others, included, nulls);
    }
}

/// Leaves out columns that add nothing to those of their own player before them, and players without a column left.
fn without_dependent_columns<L: Real>(
    forward: Vec<L>,
    players: Vec<Player>,
    mut nulls: u64,
) -> (Vec<L>, Vec<Player>, u64) {
    let n = columns_of(&players) + 1;
    let (mut kept, mut left, mut at) = (Vec::new(), Vec::new(), 0);
    for player in players {
        let own: Vec<usize> = (at..at + player.width).collect();
        // By itself: a column that depends on other players' is for the search to decide.
        let mut block = gathered(&forward, n, &own);
        let mut rest = block.as_mut_slice();
        let before = kept.len();
        for (i, &column) in own.iter().enumerate() {
            if rest[0].value() > RANK_TOLERANCE {
                kept.push(column);
            }
            eliminate_in_place(rest, own.len() - i);
            rest = &mut rest[own.len() - i..];
        }
        match kept.len() - before {
            0 => nulls |= player.bit,
            width => left.push(Player { width, ..player }),
        }
        at += player.width;
    }
    kept.push(n - 1);
    let forward = if kept.len() == n { forward } else { gathered(&forward, n, &kept) };
    (forward, left, nulls)
}

/// The backward matrix, and the last column that depends on those before it, if any does: then only its last entry,
/// what all columns leave, has a meaning.
fn swept<L: Real>(forward: &[L], n: usize) -> (Vec<L>, Option<usize>) {
    let zero = L::splat(0.0);
    let at = |i: usize, j: usize| packed_index(n, i, j);
    let mut matrix = forward.to_vec();
    let mut dependent = None;
    let mut row = vec![zero; n];
    for k in 0..n - 1 {
        let pivot = matrix[at(k, k)];
        if pivot.value() <= RANK_TOLERANCE {
            dependent = Some(k);
            continue;
        }
        let inverse = pivot.inverse_pivot();
        // Copied, because the sweep overwrites the row that it reads.
        (0..n).for_each(|j| row[j] = matrix[at(k, j)]);
        for i in 0..n {
            if i == k {
                continue;
            }
            let factor = row[i] * inverse;
            for j in (i..n).filter(|j| *j != k) {
                matrix[at(i, j)] = matrix[at(i, j)] - factor * row[j];
            }
            matrix[at(i, k)] = factor;
        }
        matrix[at(k, k)] = zero - inverse;
    }
    // The sweep leaves −A⁻¹ and RSS; turned, the pivots of a further elimination are above zero.
    for i in 0..n - 1 {
        (i..n - 1).for_each(|j| matrix[at(i, j)] = zero - matrix[at(i, j)]);
    }
    let last = matrix.len() - 1;
    matrix[last] = zero - matrix[last];
    (matrix, dependent)
}

/// Eliminates the first columns; what remains, and how many of them were independent.
fn with_rank<L: Real>(matrix: &mut [L], n: usize, columns: usize) -> (&mut [L], usize) {
    let (mut rest, mut rank) = (matrix, 0);
    for n in (n - columns + 1..=n).rev() {
        rank += usize::from(rest[0].value() > RANK_TOLERANCE);
        eliminate_in_place(rest, n);
        rest = &mut rest[n..];
    }
    (rest, rank)
}

/// The packed matrix of these variables, in this order.
fn gathered<L: Real>(matrix: &[L], n: usize, order: &[usize]) -> Vec<L> {
    let mut gathered = Vec::with_capacity(packed_len(order.len()));
    for (i, &a) in order.iter().enumerate() {
        gathered.extend(order[i..].iter().map(|&b| matrix[packed_index(n, a, b)]));
    }
    gathered
}

/// The player that a column belongs to, and its first column.
fn player_at(players: &[Player], column: usize) -> (usize, usize) {
    let mut first = 0;
    for (i, player) in players.iter().enumerate() {
        if column < first + player.width {
            return (i, first);
        }
        first += player.width;
    }
    (players.len() - 1, first)
}
