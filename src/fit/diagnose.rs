//! Which columns and components say nothing new?

use std::ops::Range;

use super::conditioning::Conditioning;
use super::deviations::Deviations;
use super::moments::Moments;
use super::span::Span;
use crate::model::{Credit, Design, DesignColumn};
use crate::warning::Warning;

/// A column that its predecessors leave less than this part of is reported: its variance inflation factor is then
/// over a thousand, and which of the columns is credited is arbitrary.
const NEARLY_COLLINEAR: f64 = 1e-3;
/// Up to this many columns, every pair of components is checked for one that adds nothing beside the other, and what is
/// aliased is named in the stated order; beyond, only unit effects and `always` are checked.
const PAIRS_UP_TO: usize = 300;

/// What was found.
struct Diagnosis<'a> {
    design: &'a Design,
    moments: &'a Moments,
    /// Without unit effects, as far as there are such coalitions.
    raw: Option<Span>,
    /// With unit effects, the same.
    within: Option<Span>,
    warnings: Vec<Warning>,
    /// Components whose columns another, or `always`, spans.
    spanned: Vec<Credit>,
}

/// The warnings, and what eliminations on this design meet. `units` are the rows of each.
pub(super) fn diagnose(
    design: &Design,
    columns: &[&[f64]],
    units: &[Range<usize>],
    moments: &Moments,
) -> (Vec<Warning>, Conditioning) {
    let mut diagnosis =
        Diagnosis { design, moments, raw: None, within: None, warnings: Vec::new(), spanned: Vec::new() };
    diagnosis.find_spans(columns, units);
    diagnosis.find_constant_columns();
    diagnosis.find_components_that_add_nothing();
    diagnosis.find_small_pivots();
    diagnosis.warnings.extend(design.perhaps_one());
    let taken = design.name_units.iter().map(|term| Warning::NamesUnits { term: term.clone() });
    diagnosis.warnings.extend(taken);
    diagnosis.warnings.extend(design.singletons(!design.unit_effects.is_empty(), design.has_period_effects));
    (diagnosis.warnings, Conditioning::new(diagnosis.raw.as_ref(), diagnosis.within.as_ref()))
}

impl Diagnosis<'_> {
    fn components(&self) -> impl Iterator<Item = Credit> + use<> {
        (0..self.design.component_names.len()).map(Credit::Component)
    }

    fn name(&self, credit: Credit) -> String {
        match credit {
            Credit::Always => "always".to_string(),
            Credit::Component(c) => self.design.component_names[c].clone(),
        }
    }

    fn brings_units(&self, credit: Credit) -> bool {
        self.design.unit_effects.contains(&credit)
    }

    /// Its columns that vary in the sample.
    fn varying(&self, credit: Credit) -> Vec<usize> {
        let columns = &self.design.columns;
        (0..columns.len()).filter(|&v| columns[v].credit == credit && !self.moments.is_constant(v)).collect()
    }

    fn find_spans(&mut self, columns: &[&[f64]], units: &[Range<usize>]) {
        let credits = std::iter::once(Credit::Always).chain(self.components());
        let order: Vec<usize> = credits.flat_map(|credit| self.varying(credit)).collect();
        let all = 0..self.design.n_observations();
        let rows = |groups| Deviations {
            columns: columns.to_vec(),
            weights: &self.design.weights,
            weight: self.moments.weight(),
            groups,
            standardisation: self.moments.standardisation(),
        };
        if !self.brings_units(Credit::Always) {
            self.raw = Some(Span::new(&rows(std::slice::from_ref(&all)), self.moments, false, &order, &[]));
        }
        if !self.design.unit_effects.is_empty() {
            let known = self.raw.as_ref().map_or(&[][..], |raw| &raw.combinations);
            self.within = Some(Span::new(&rows(units), self.moments, true, &order, known));
        }
    }

    fn find_constant_columns(&mut self) {
        let units_differ = self.design.units.as_ref().is_some_and(|units| units.names.len() > 1);
        for credit in self.components() {
            if self.varying(credit).is_empty() && !(self.brings_units(credit) && units_differ) {
                self.warnings.push(Warning::NoColumnLeft { component: self.name(credit) });
                self.spanned.push(credit);
            }
        }
        for (_, column) in self.design.columns.iter().enumerate().filter(|(v, _)| self.moments.is_constant(*v)) {
            if !self.spanned.contains(&column.credit) {
                let component = self.name(column.credit);
                self.warnings.push(Warning::ConstantColumn { column: column.name.clone(), component });
            }
        }
        // A factor of one level has no column beside the constant.
        for term in self.design.terms_of_one_level() {
            for (component, terms) in self.design.component_names.iter().zip(&self.design.term_names) {
                let is_said = self.warnings.contains(&Warning::NoColumnLeft { component: component.clone() });
                if terms.contains(&term) && !is_said {
                    self.warnings.push(Warning::ConstantColumn { column: term.clone(), component: component.clone() });
                }
            }
        }
    }

    /// Whether one component's columns and effects are combinations of another's, or of what is always in.
    fn find_components_that_add_nothing(&mut self) {
        let few = self.design.columns.len() <= PAIRS_UP_TO;
        let always = self.varying(Credit::Always);
        let (mut spanned_by_always, without_columns) = (Vec::new(), self.spanned.clone());
        for once in std::iter::once(Credit::Always).chain(self.components()) {
            let unit_effects = self.brings_units(once);
            if !(few || unit_effects || once == Credit::Always) {
                continue;
            }
            let mut first = always.clone();
            if once != Credit::Always {
                first.extend(self.varying(once));
            }
            let is_other = |v: &usize| !self.moments.is_constant(*v) && !first.contains(v);
            let others: Vec<usize> = (0..self.design.columns.len()).filter(is_other).collect();
            let within = unit_effects || self.brings_units(Credit::Always);
            let Some(span) = (if within { &self.within } else { &self.raw }) else { continue };
            let is_spanned = span.spanned(&span.positions(&first), &span.positions(&others));
            let adds = |credit| others.iter().zip(&is_spanned).any(|(&v, spanned)| self.is_of(v, credit) && !spanned);
            let nothing: Vec<Credit> = self
                .components()
                .filter(|&c| c != once && !without_columns.contains(&c))
                .filter(|&c| (within || !self.brings_units(c)) && !adds(c))
                .collect();
            for credit in nothing {
                // What `always` spans is reported once, not again for every component.
                if spanned_by_always.contains(&credit) {
                    continue;
                }
                if once == Credit::Always {
                    spanned_by_always.push(credit);
                }
                self.spanned.push(credit);
                let (component, once) = (self.name(credit), self.name(once));
                self.warnings.push(Warning::AddsNothing { component, once, unit_effects });
            }
        }
    }

    fn is_of(&self, v: usize, credit: Credit) -> bool {
        self.design.columns[v].credit == credit
    }

    /// What columns leave of those after them, without unit effects and with them, as far as there are such coalitions;
    /// columns of which nothing is left are reported for the whole model.
    fn find_small_pivots(&mut self) {
        let with_units = self.within.is_some();
        let n_units = self.design.units.as_ref().filter(|_| with_units).map_or(1, |units| units.names.len());
        let mut aliased: Vec<(Credit, bool, Vec<String>)> = Vec::new();
        for (within, span) in [(false, self.raw.take()), (true, self.within.take())] {
            let Some(span) = span else { continue };
            let n = span.variables.len();
            let in_order = span.are_all_in_order() || n > PAIRS_UP_TO;
            let left = if in_order { span.pivots() } else { span.left_in_order() };
            for (at, left) in left.into_iter().enumerate() {
                let v = span.variables[at];
                let column = &self.design.columns[v];
                if left > 0.0 {
                    self.report_nearly_collinear(v, left * left / span.own(at));
                } else if within == with_units && !column.is_period_dummy && !self.spanned.contains(&column.credit) {
                    let by_units = span.is_nothing(at);
                    match aliased.iter_mut().find(|(c, by, _)| (*c, *by) == (column.credit, by_units)) {
                        Some((.., columns)) => columns.push(column.name.clone()),
                        None => aliased.push((column.credit, by_units, vec![column.name.clone()])),
                    }
                }
            }
            if within == with_units && n_units + span.kept.len() >= self.design.n_counted() {
                self.warnings.push(Warning::Saturated { observations: self.design.n_counted() });
            }
            match within {
                false => self.raw = Some(span),
                true => self.within = Some(span),
            }
        }
        for (credit, unit_effects, columns) in aliased {
            self.warnings.push(Warning::Aliased { component: self.name(credit), columns, unit_effects });
        }
    }

    fn report_nearly_collinear(&mut self, v: usize, tolerance: f64) {
        let DesignColumn { name, credit, .. } = &self.design.columns[v];
        let known = |w: &Warning| matches!(w, Warning::NearlyCollinear { column, .. } if column == name);
        if tolerance < NEARLY_COLLINEAR && !self.warnings.iter().any(known) {
            let (column, component) = (name.clone(), self.name(*credit));
            self.warnings.push(Warning::NearlyCollinear { column, component, tolerance });
        }
    }
}
