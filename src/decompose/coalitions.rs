//! Which coalitions there are, and of which moments each is a sub-block.
//!
//! Unit effects are absorbed: a coalition with them is a regression on the within-unit cross-products, one without
//! them a regression on the raw ones with an intercept. So each subset of the components that bring unit effects
//! (usually there is one, and two subsets) is a [`Root`]: one matrix, of whose remaining players every coalition is
//! a sub-block.

pub(super) mod branches;
pub(super) mod coalition;
mod leaves;
pub(super) mod progress;
pub(super) mod size_weights;
pub(super) mod table;
pub(super) mod tree;

use crate::error::{Error, QuestionError, Result};
use crate::fit::{Layout, Submatrix};
use crate::model::{Credit, Design};
use crate::numerics::number::Lane;

/// The components as players: which variables of the moments each brings.
#[derive(Debug, Clone)]
pub(crate) struct Players {
    pub(crate) names: Vec<String>,
    pub(crate) layout: Layout,
    pub(crate) variables: Vec<Vec<usize>>,
    pub(crate) always: Vec<usize>,
    pub(crate) has_unit_effects: Vec<bool>,
    pub(crate) always_has_unit_effects: bool,
}

/// One matrix of cross-products, gathered from the moments in the order of elimination.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    /// Players whose effects and columns are in every coalition of this root.
    pub(crate) present: Vec<usize>,
    /// The players still to be included or left out, and how many columns each brings.
    pub(crate) players: Vec<usize>,
    pub(crate) blocks: Vec<usize>,
    /// Variables that are in every coalition of this root, the intercept among them.
    n_eliminated: usize,
    is_within: bool,
    /// The variables in the order of elimination, without intercept and outcome.
    variables: Vec<usize>,
    submatrix: Submatrix,
}

impl Players {
    /// `is_constant` says which variables do not vary in the sample; they bring nothing and are left out.
    pub(crate) fn new(design: &Design, is_constant: impl Fn(usize) -> bool) -> Self {
        let n_players = design.component_names.len();
        let mut variables = vec![Vec::new(); n_players];
        let mut always = Vec::new();
        for (v, column) in design.columns.iter().enumerate().filter(|(v, _)| !is_constant(*v)) {
            match column.credit {
                Credit::Always => always.push(v),
                Credit::Component(player) => variables[player].push(v),
            }
        }
        Players {
            names: design.component_names.clone(),
            layout: Layout(design.columns.len() + 1),
            variables,
            always,
            has_unit_effects: (0..n_players).map(|p| design.unit_effects.contains(&Credit::Component(p))).collect(),
            always_has_unit_effects: design.unit_effects.contains(&Credit::Always),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.variables.len()
    }

    /// The place of the player of this name.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] where there is none.
    pub(crate) fn position(&self, name: &str) -> Result<usize> {
        self.names.iter().position(|n| n == name).ok_or_else(|| {
            let (component, available) = (name.to_string(), self.names.clone());
            Error::from(QuestionError::UnknownComponent { component, available })
        })
    }

    /// These players alone, in this order.
    pub(crate) fn only(&self, players: &[usize]) -> Self {
        Players {
            names: players.iter().map(|&p| self.names[p].clone()).collect(),
            variables: players.iter().map(|&p| self.variables[p].clone()).collect(),
            has_unit_effects: players.iter().map(|&p| self.has_unit_effects[p]).collect(),
            ..self.clone()
        }
    }

    /// These players when some of `others`, given as bits, are always in.
    pub(crate) fn beside(&self, others: &Players, present: usize) -> Self {
        let mut beside = self.clone();
        for player in (0..others.len()).filter(|p| present >> p & 1 == 1) {
            beside.always.extend(&others.variables[player]);
            beside.always_has_unit_effects |= others.has_unit_effects[player];
        }
        beside
    }

    /// The terms of each player, as players of their own.
    pub(crate) fn terms(&self, design: &Design) -> Vec<Self> {
        let of_player = |player: usize| {
            let credit = Credit::Component(player);
            let names = design.term_names[player].clone();
            let columns = |term: usize| {
                let is_own = |v: &&usize| design.columns[**v].term == term;
                self.variables[player].iter().filter(is_own).copied().collect()
            };
            Players {
                variables: (0..names.len()).map(columns).collect(),
                has_unit_effects: (0..names.len())
                    .map(|term| design.unit_effect_terms.contains(&(credit, term)))
                    .collect(),
                names,
                ..self.clone()
            }
        };
        (0..self.len()).map(of_player).collect()
    }

    /// Every column as a player of its own, under its own name.
    pub(crate) fn columns(&self, design: &Design) -> Self {
        let columns: Vec<usize> = self.variables.iter().flatten().copied().collect();
        Players {
            names: columns.iter().map(|&v| design.columns[v].name.clone()).collect(),
            variables: columns.iter().map(|&v| vec![v]).collect(),
            has_unit_effects: vec![false; columns.len()],
            ..self.clone()
        }
    }

    /// The roots under which every coalition of all players stands exactly once.
    pub(crate) fn roots(&self) -> Vec<Root> {
        let with_units: Vec<usize> = (0..self.len()).filter(|&p| self.brings_units(p)).collect();
        let mut others: Vec<usize> = (0..self.len()).filter(|&p| !self.brings_units(p)).collect();
        // The largest block first: it is then eliminated once, not once for each coalition of the others. Players
        // without columns before it, where they cost nothing.
        others.sort_by_key(|&p| (!self.variables[p].is_empty(), std::cmp::Reverse(self.variables[p].len())));
        let subsets = (0..1_u64 << with_units.len()).map(|subset| members(&with_units, subset));
        subsets.map(|present| self.root(present, others.clone())).collect()
    }

    /// The matrix on which `present` are always in and `players`, in this order, can be included.
    pub(crate) fn root(&self, present: Vec<usize>, players: Vec<usize>) -> Root {
        let within = self.always_has_unit_effects || present.iter().any(|&p| self.has_unit_effects[p]);
        let columns = |players: &[usize]| -> Vec<usize> {
            players.iter().flat_map(|&p| self.variables[p].iter().copied()).collect()
        };
        let mut variables = self.always.clone();
        variables.extend(columns(&present));
        let n_eliminated = variables.len() + usize::from(!within);
        variables.extend(columns(&players));
        let blocks = players.iter().map(|&p| self.variables[p].len()).collect();
        let with_outcome: Vec<usize> = variables.iter().copied().chain([self.outcome()]).collect();
        let submatrix = Submatrix::new(self.layout, within, &with_outcome);
        Root { present, players, blocks, n_eliminated, is_within: within, variables, submatrix }
    }

    /// The weighted sum of squares of the outcome about its mean.
    #[inline(always)]
    pub(crate) fn total_sum_of_squares<L: Lane>(&self, entries: &[L]) -> L {
        self.centred(self.outcome(), entries)
    }

    /// A variable's sum of squares about its mean, as a part of that in the full sample.
    #[inline(always)]
    pub(crate) fn centred<L: Lane>(&self, v: usize, entries: &[L]) -> L {
        let sum = entries[self.layout.sum(v)];
        entries[self.layout.raw(v, v)] - sum * entries[self.layout.weight()].inverse_pivot() * sum
    }

    /// The entries of the moments that any root or the total sum of squares reads.
    pub(crate) fn entries_read(&self, roots: &[&Root]) -> Vec<usize> {
        let mut read: Vec<usize> =
            roots.iter().flat_map(|root| root.submatrix.entries().iter().map(|e| *e as usize)).collect();
        read.push(self.layout.weight());
        for &v in self.variables.iter().flatten().chain(&self.always).chain([&self.outcome()]) {
            read.extend([self.layout.sum(v), self.layout.raw(v, v)]);
        }
        read.sort_unstable();
        read.dedup();
        read
    }

    pub(crate) fn outcome(&self) -> usize {
        self.layout.0 - 1
    }

    /// Whether this player decides between raw and within moments.
    pub(crate) fn brings_units(&self, player: usize) -> bool {
        self.has_unit_effects[player] && !self.always_has_unit_effects
    }
}

impl Root {
    /// Entries of the gathered matrix.
    pub(crate) fn len(&self) -> usize {
        self.submatrix.entries().len()
    }

    /// Gathers the matrix from the moments, eliminates what is in every coalition, and returns what remains: the
    /// players' columns in order, then the outcome. `matrix` holds at least [`len`](Root::len) numbers.
    #[inline(always)]
    pub(crate) fn gather<'a, L: Lane>(&self, entries: &[L], matrix: &'a mut [L]) -> &'a mut [L] {
        self.submatrix.gather(entries, self.n_eliminated, matrix)
    }

    /// Whether unit effects are in every coalition, and the matrix one of deviations from unit means.
    pub(crate) fn is_within(&self) -> bool {
        self.is_within
    }

    /// The variables in the order of elimination, after the intercept where there is one and before the outcome.
    pub(crate) fn variables(&self) -> &[usize] {
        &self.variables
    }

    /// Positions in the moments of the matrix's entries, and how many variables are eliminated from it first.
    pub(crate) fn positions(&self) -> (&[u32], usize) {
        (self.submatrix.entries(), self.n_eliminated)
    }

    /// Variables that remain after [`gather`](Root::gather), the outcome among them.
    pub(crate) fn n_remaining(&self) -> usize {
        self.submatrix.n_variables() - self.n_eliminated
    }
}

/// The members of a subset of `players`, given as bits.
pub(crate) fn members(players: &[usize], subset: u64) -> Vec<usize> {
    players.iter().enumerate().filter(|(i, _)| subset >> i & 1 == 1).map(|(_, &p)| p).collect()
}
