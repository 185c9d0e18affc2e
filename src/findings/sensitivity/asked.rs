//! What is asked: the base, the alternatives of every choice, and which specifications are answered how.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::decompose::Method;
use crate::error::TermSyntax;
use crate::findings::intervals::Intervals;
use crate::model::{Model, Term};
use crate::panel::UnitRule;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) base: Model,
    pub(super) outcomes: Vec<Term>,
    /// For a component, the sets of terms that it may have.
    pub(super) terms: Vec<(String, Vec<Vec<Term>>)>,
    /// Terms that a component may have beside its others.
    pub(super) extras: Vec<(String, Term)>,
    /// Components that may be left out.
    pub(super) optional: Vec<String>,
    pub(super) always: Vec<Vec<Term>>,
    pub(super) weights: Vec<Option<String>>,
    pub(super) periods: Vec<RangeInclusive<i32>>,
    pub(super) units: Vec<UnitsLeftOut>,
    pub(super) orders: Orders,
    pub(super) methods: Vec<Method>,
    pub(super) part: Part,
    pub(super) rules: Rules,
    pub(super) intervals: Option<Intervals>,
    pub(super) corrects: bool,
    pub(super) most: usize,
    #[serde(skip)]
    pub(super) unread: Option<TermSyntax>,
}

/// Units that an alternative leaves out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UnitsLeftOut {
    /// Those of a rule.
    Rule(UnitRule),
    /// Each unit in turn.
    EachUnit,
    /// Each group of units by this column in turn.
    EachGroup { column: String },
}

/// The orders in which sequential shares are taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Orders {
    /// That of the model.
    Model,
    All,
    These(Vec<Vec<String>>),
}

/// Which of all specifications are answered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    All,
    Sample { specifications: usize, seed: u64 },
    OneAtATime,
}

/// What a sample must be for its specification to be one of those that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Rules {
    pub(super) complete_periods: bool,
    pub(super) least_rows: usize,
}
