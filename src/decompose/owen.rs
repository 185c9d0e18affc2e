//! How a component's Shapley value is split among its own terms.
//!
//! Components are unions, terms are players: orders are those in which the terms of a component enter together. A
//! term's value depends on the other components only through how many are in, so that with m components
//!
//! ```text
//! w_C(T) = Σ_{R ⊆ M ∖ C} |R|! (m − |R| − 1)!/m! · R²(R ∪ T)          for each set T of the terms of C
//! Owen value of term i = Shapley value of i in the game w_C;   w_C(C) − w_C(∅) is the Shapley value of C
//! ```
//!
//! The only term of a component has the component's Shapley value, and no game.
//!
//! G. Owen (1977), "Values of games with a priori unions", <https://doi.org/10.1007/978-3-642-45494-3_7>.

use std::collections::HashMap;

use pulp::Simd;
use rayon::prelude::*;

use super::breakdown::Breakdown;
use super::coalitions::branches::{Parallel, add_sums_in_steps, add_sums_parallel};
use super::coalitions::coalition::spread;
use super::coalitions::progress::Part;
use super::coalitions::size_weights::SizeWeights;
use super::coalitions::table::CoalitionTable;
use super::coalitions::tree::{SizeSums, Workspace};
use super::coalitions::{Players, Root};
use super::definition::{Definition, Setting};
use super::detail::Detail;
use super::evaluate::{Evaluate, Needs, Prepared, room, to_shares};
use super::method::Method;
use super::shapley::MOST_COMPONENTS;
use crate::error::{EstimateError, Result};
use crate::fit::FittedModel;
use crate::model::Design;
use crate::numerics::number::Lane;
use crate::numerics::real::Lanes;

impl FittedModel {
    /// The Shapley value of every component, split among its terms by Owen's value, in
    /// [`Detail::Terms`].
    ///
    /// Orders are those in which the terms of a component enter together, so the terms' values sum to the component's
    /// Shapley value. Source: G. Owen (1977), <https://doi.org/10.1007/978-3-642-45494-3_7>.
    ///
    /// With m components M, and for each set T of the terms of a component C,
    ///
    /// ```text
    /// w_C(T) = Σ_{R ⊆ M ∖ C} |R|! (m − |R| − 1)!/m! · R²(R ∪ T)
    /// Owen value of a term of C = its Shapley value in the game w_C;   w_C(C) − w_C(∅) is the Shapley value of C
    /// ```
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`] beyond 16 terms in a component, or where the terms of a component with all
    /// other components make more coalitions than 36 components do; [`EstimateError::Method`] for a model with a
    /// precedence between components.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Detail;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("both", ["x", "z"]).fit(&panel)?;
    /// let Detail::Terms(terms) = fit.owen()?.detail else { unreachable!() };
    /// assert_eq!((terms[0].component.as_str(), terms[0].term.as_str()), ("both", "x"));
    /// assert!((terms[0].share_of_total - 6.25 / 8.75).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn owen(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Owen)
    }
}

/// [`Method::Owen`].
pub(super) struct Owen;

impl Definition for Owen {
    fn method(&self) -> Method {
        Method::Owen
    }

    fn name(&self) -> &'static str {
        "owen"
    }

    fn meaning(&self) -> &'static str {
        "the mean over all orders"
    }

    fn needs_all_orders(&self) -> bool {
        true
    }

    fn most_components(&self, _: bool) -> Option<usize> {
        Some(MOST_COMPONENTS)
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        Ok(Box::new(TermGames::new(setting.players, &setting.players.terms(setting.fit.design()))?))
    }

    fn detail(&self, players: &Players, design: &Design, beyond: &[f64]) -> Detail {
        Detail::terms(&players.names, design.term_names.iter().map(Vec::as_slice), beyond)
    }
}

/// The most terms of one component: the regressions of each of their sets are laid out at once.
const MOST_TERMS: usize = 16;

/// Regressions over every coalition of components: of all; or, behind one value of a component's game, of the others
/// with this set of its terms.
struct TermSet {
    roots: Vec<Root>,
    /// Where the memory for each root stands.
    workspaces: Vec<usize>,
}

/// The components' Shapley values, and the games of components on their own terms.
struct TermGames {
    n_players: usize,
    components: TermSet,
    /// For each component, by the bits of its terms; empty for one of a single term.
    games: Vec<Vec<TermSet>>,
    /// The block sizes that roots have, each once.
    shapes: Vec<Vec<usize>>,
    weights: SizeWeights,
}

impl TermGames {
    /// `terms` holds, for each player, its terms as players of their own.
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`] where there are too many coalitions.
    fn new(players: &Players, terms: &[Players]) -> Result<Self> {
        let m = players.len();
        if let Some(found) = terms.iter().map(Players::len).max().filter(|found| *found > MOST_TERMS) {
            return Err(EstimateError::TooManyComponents {
                method: "owen, over the terms of one component,".to_string(),
                limit: MOST_TERMS,
                found,
                instead: "give a component fewer terms, or make components of them".to_string(),
            }
            .into());
        }
        if let Some(most) = terms.iter().map(Players::len).max().filter(|most| most + m - 1 > MOST_COMPONENTS) {
            return Err(EstimateError::TooManyComponents {
                method: "owen, with the terms of a component as players,".to_string(),
                limit: MOST_COMPONENTS,
                found: most + m - 1,
                instead: "give a component fewer terms, or put components together".to_string(),
            }
            .into());
        }
        let mut shapes: Vec<Vec<usize>> = Vec::new();
        let mut at: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut set_of = |players: &Players| {
            let roots = players.roots();
            let mut place = |root: &Root| {
                // Games have many roots and few shapes; a workspace is known by its shape alone.
                *at.entry(root.blocks.clone()).or_insert_with(|| {
                    shapes.push(root.blocks.clone());
                    shapes.len() - 1
                })
            };
            let workspaces = roots.iter().map(&mut place).collect();
            TermSet { roots, workspaces }
        };
        let components = set_of(players);
        let mut games = Vec::with_capacity(m);
        for (player, own) in terms.iter().enumerate() {
            let others: Vec<usize> = (0..m).filter(|&p| p != player).collect();
            let others = players.only(&others);
            let sets = if own.len() == 1 { 0 } else { 1 << own.len() };
            games.push((0..sets).map(|subset| set_of(&others.beside(own, subset))).collect());
        }
        Ok(TermGames { n_players: m, components, games, shapes, weights: SizeWeights::new(m) })
    }

    fn sets(&self) -> impl Iterator<Item = &TermSet> {
        [&self.components].into_iter().chain(self.games.iter().flatten())
    }

    /// The mean residual sum of squares of a set of terms over the orders of the others.
    #[inline(always)]
    fn mean_of<L: Lane>(&self, sums: &SizeSums<L>) -> L {
        (0..self.n_players)
            .fold(L::splat(0.0), |mean, size| mean + L::splat(self.weights.weight(size)) * sums.all(size))
    }

    /// From every component's reduction and its game to the reductions by terms.
    #[inline(always)]
    fn split<L: Lane>(&self, games: &[Vec<L>], out: &mut [L]) {
        let mut next = self.n_players + 2;
        for (player, game) in games.iter().enumerate() {
            if game.is_empty() {
                out[next] = out[1 + player];
                next += 1;
                continue;
            }
            let n_terms = terms_of(game);
            let weights = SizeWeights::new(n_terms);
            for term in 0..n_terms {
                let mut reduction = L::splat(0.0);
                for subset in 0..1_u64 << (n_terms - 1) {
                    let without = spread(subset, term);
                    let weight = L::splat(weights.weight(subset.count_ones() as usize));
                    // What a term adds to R² it takes from the residual sum of squares.
                    reduction = reduction + weight * (game[without] - game[without | 1 << term]);
                }
                out[next] = reduction;
                next += 1;
            }
        }
    }
}

impl Needs for TermGames {
    fn roots(&self) -> Vec<&Root> {
        self.sets().flat_map(|set| &set.roots).collect()
    }

    fn n_beyond(&self) -> usize {
        self.games.iter().map(|game| terms_of(game)).sum()
    }

    fn n_coalitions(&self) -> u64 {
        self.sets().flat_map(|set| &set.roots).map(|root| 1 << root.players.len()).sum()
    }
}

impl Evaluate for TermGames {
    type Scratch<L: Lanes> = GameScratch<L>;

    fn scratch<L: Lanes>(&self) -> GameScratch<L> {
        GameScratch {
            matrix: room(self.roots()),
            workspaces: self.shapes.iter().map(|blocks| Workspace::new(blocks)).collect(),
        }
    }

    #[inline(always)]
    fn evaluate<L: Lanes, S: Simd>(
        &self,
        simd: S,
        entries: &[L],
        total: L,
        part: &Part,
        scratch: &mut GameScratch<L>,
        out: &mut [L],
    ) {
        let GameScratch { matrix, workspaces } = scratch;
        let mut sums_of = |set: &TermSet, n_players: usize| {
            let mut sums = SizeSums::zero(n_players);
            for (root, &workspace) in set.roots.iter().zip(&set.workspaces).take_while(|_| !part.is_cancelled()) {
                let matrix = root.gather(entries, matrix);
                add_sums_in_steps(simd, root, matrix, &mut workspaces[workspace], &mut sums, part);
            }
            sums
        };
        self.weights.reductions(&sums_of(&self.components, self.n_players), out);
        let mut games: Vec<Vec<L>> = Vec::with_capacity(self.games.len());
        for game in &self.games {
            games.push(game.iter().map(|set| self.mean_of(&sums_of(set, self.n_players - 1))).collect());
        }
        self.split(&games, out);
        to_shares(total, out);
    }

    fn evaluate_in_parallel<L: Lanes + Parallel>(&self, entries: &[L], total: L, part: &Part, out: &mut [L]) {
        let sums_of = |set: &TermSet, n_players: usize| {
            let mut sums = SizeSums::zero(n_players);
            for root in set.roots.iter().take_while(|_| !part.is_cancelled()) {
                let mut matrix = room([root]);
                add_sums_parallel(root, root.gather(entries, &mut matrix), &mut sums, part);
            }
            sums
        };
        self.weights.reductions(&sums_of(&self.components, self.n_players), out);
        let mean = |set: &TermSet| self.mean_of(&sums_of(set, self.n_players - 1));
        let games: Vec<Vec<L>> = self.games.iter().map(|game| game.par_iter().map(mean).collect()).collect();
        self.split(&games, out);
        to_shares(total, out);
    }
}

/// What [`TermGames`] work in.
struct GameScratch<L> {
    matrix: Vec<L>,
    /// One for each shape.
    workspaces: Vec<Workspace<L>>,
}

/// How many terms have this game, which is empty where there is one.
fn terms_of<T>(game: &[T]) -> usize {
    game.len().max(2).ilog2() as usize
}

/// Owen values of all players of a table whose unions are given, which hold every player once.
pub(super) fn of_table(table: &CoalitionTable, unions: &[Vec<usize>]) -> Vec<f64> {
    let mut values = vec![0.0; table.n_players];
    let bits = |players: &[usize]| players.iter().fold(0_usize, |bits, p| bits | 1 << p);
    let between = SizeWeights::new(unions.len());
    for (at, union) in unions.iter().enumerate() {
        let within = SizeWeights::new(union.len());
        let others: Vec<usize> = unions.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, u)| bits(u)).collect();
        for (position, &player) in union.iter().enumerate() {
            for chosen in 0..1_u64 << others.len() {
                let outside = (0..others.len()).filter(|i| chosen >> i & 1 == 1).fold(0, |b, i| b | others[i]);
                for subset in 0..1_u64 << (union.len() - 1) {
                    let inside = spread(subset, position);
                    let inside = (0..union.len()).filter(|i| inside >> i & 1 == 1).fold(0, |b, i| b | 1 << union[i]);
                    // The part of the orders in which just these unions, and these members of its own, come before.
                    let weight =
                        between.weight(chosen.count_ones() as usize) * within.weight(subset.count_ones() as usize);
                    let coalition = outside | inside;
                    values[player] += weight * (table.values[coalition | 1 << player] - table.values[coalition]);
                }
            }
        }
    }
    values
}
