//! What in a sample deserves doubt, whatever is fitted on it?

use std::collections::BTreeMap;

use super::design::{Design, DesignTerm};
use super::selected::Credit;
use crate::numerics::groups::Groups;
use crate::panel::Step;
use crate::warning::Warning;

impl Design {
    /// Units and periods with a single row, of those that have effects; of sums, with a single row behind them.
    pub(crate) fn singletons(&self, units: bool, periods: bool) -> impl Iterator<Item = Warning> {
        let sets = [("unit", units, &self.units), ("period", periods, &self.periods)];
        let of_set = |(of, has_effects, groups): (&str, bool, &Option<Groups>)| {
            let groups = groups.as_ref().filter(|_| has_effects)?;
            let names = match &self.grouped {
                Some(grouped) => standing_for_one(groups, &grouped.counts),
                None => groups.with_one_row(),
            };
            (!names.is_empty()).then(|| Warning::Singletons { of: of.to_string(), names })
        };
        sets.into_iter().filter_map(of_set)
    }

    /// Texts of the unit column, or of factors among the terms, that were kept apart and perhaps are one.
    pub(crate) fn perhaps_one(&self) -> impl Iterator<Item = Warning> {
        let of_term =
            |known: &DesignTerm, column: &str| known.cells.is_some() && known.term.columns().contains(&column);
        let is_used = |column: &str| {
            self.panel.unit_column() == Some(column) || self.terms.iter().any(|known| of_term(known, column))
        };
        let mut by_column: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        for step in self.panel.steps() {
            let Step::Read(reading) = step else { continue };
            for alike in reading.spellings.iter().filter(|alike| alike.read_as.is_none() && is_used(&alike.column)) {
                by_column.entry(alike.column.clone()).or_default().push(alike.spellings.clone());
            }
        }
        by_column.into_iter().map(|(column, texts)| Warning::PerhapsOne { column, texts })
    }

    /// Components of which no column varies on the rows, and that have no unit effects.
    pub(crate) fn left_without_column(&self) -> impl Iterator<Item = Warning> {
        let varies = |values: &[f64]| values.iter().any(|x| *x != values[0]);
        let is_there = move |component: usize| {
            let own = Credit::Component(component);
            self.unit_effects.contains(&own)
                || self.columns.iter().any(|column| column.credit == own && varies(&column.values))
        };
        let names = self.component_names.iter().enumerate().filter(move |(component, _)| !is_there(*component));
        names.map(|(_, name)| Warning::NoColumnLeft { component: name.clone() })
    }

    /// Factors of one level on the sample, which have no column beside the constant.
    pub(crate) fn terms_of_one_level(&self) -> impl Iterator<Item = String> {
        let is_one = |known: &&DesignTerm| known.cells.as_ref().is_some_and(|cells| cells.len() == 1);
        let names = self.terms.iter().filter(is_one).map(|known| known.term.to_string());
        names.filter(|term| !self.columns.iter().any(|column| column.name.starts_with(&format!("{term}["))))
    }
}

/// Counts with fractions, of which there is a deviance and no likelihood.
pub(crate) fn quasi_poisson(outcome: &str, counts: &[f64]) -> Option<Warning> {
    let rows = counts.iter().filter(|y| y.fract() != 0.0).count();
    (rows > 0).then(|| Warning::QuasiPoisson { outcome: outcome.to_string(), rows })
}

/// The groups whose rows, each of which stands for so many, stand for a single one together.
fn standing_for_one(groups: &Groups, counts: &[usize]) -> Vec<String> {
    let mut stand_for = vec![0; groups.len()];
    groups.codes.iter().zip(counts).for_each(|(&code, count)| stand_for[code as usize] += count);
    groups.names.iter().zip(stand_for).filter(|(_, rows)| *rows == 1).map(|(name, _)| name.clone()).collect()
}
