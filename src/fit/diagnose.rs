//! Which columns and components say nothing new, read off the pivots of the moments.

use super::eliminate::{eliminate_in_place, packed_index};
use super::lanes::RANK_TOLERANCE;
use super::layout::Layout;
use super::moments::Moments;
use super::submatrix::Submatrix;
use super::warning::Warning;
use crate::model::{Credit, Design, DesignColumn};

/// A column that its predecessors leave less than this part of is reported: its variance inflation factor is then
/// over a thousand, and which of the columns is credited is arbitrary.
const NEARLY_COLLINEAR: f64 = 1e-3;
/// Up to this many columns, every pair of components is checked for one that adds nothing beside the other; beyond,
/// only unit effects and `always` are.
const PAIRS_UP_TO: usize = 300;

/// Up to this many independent columns, each one's tolerance given all others is computed.
const INVERTED_UP_TO: usize = 1_000;

/// What was found, and how small a pivot any regression on these columns meets.
struct Diagnosis<'a> {
    design: &'a Design,
    moments: &'a Moments,
    warnings: Vec<Warning>,
    smallest_pivot: f64,
    /// Components whose columns another, or `always`, spans.
    spanned: Vec<Credit>,
}

/// The warnings, and the smallest pivot that counts as a part of its column's own variation.
pub(super) fn diagnose(design: &Design, moments: &Moments) -> (Vec<Warning>, f64) {
    let mut diagnosis = Diagnosis { design, moments, warnings: Vec::new(), smallest_pivot: 1.0, spanned: Vec::new() };
    diagnosis.find_constant_columns();
    diagnosis.find_components_that_add_nothing();
    diagnosis.find_small_pivots();
    (diagnosis.warnings, diagnosis.smallest_pivot)
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
    }

    /// Whether one component's columns are combinations of another's, or of what is always in.
    fn find_components_that_add_nothing(&mut self) {
        let few = self.design.columns.len() <= PAIRS_UP_TO;
        let always = self.varying(Credit::Always);
        let mut spanned_by_always = Vec::new();
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
            let left = variation_left(self.moments, within, &first, &others);
            let adds =
                |credit| others.iter().zip(&left).any(|(&v, left)| self.is_of(v, credit) && *left > RANK_TOLERANCE);
            let nothing: Vec<Credit> = self
                .components()
                .filter(|&c| c != once && !self.brings_units(c) && !self.varying(c).is_empty() && !adds(c))
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

    /// The pivots of all columns in their order, without unit effects and with them, as far as there are such
    /// coalitions; columns without a pivot are reported for the whole model.
    fn find_small_pivots(&mut self) {
        let credits = || std::iter::once(Credit::Always).chain(self.components());
        let order: Vec<usize> = credits().flat_map(|credit| self.varying(credit)).collect();
        let with_units = !self.design.unit_effects.is_empty();
        let halves = [(false, !self.brings_units(Credit::Always)), (true, with_units)];
        let mut aliased: Vec<(Credit, bool, Vec<String>)> = Vec::new();
        let n_units = self.design.units.as_ref().filter(|_| with_units).map_or(1, |units| units.names.len());
        let mut parameters = n_units;
        for (within, _) in halves.into_iter().filter(|(_, is_there)| *is_there) {
            let mut kept = Vec::new();
            for (&v, Pivot { left, own }) in order.iter().zip(pivots(self.moments, within, &order)) {
                let column = &self.design.columns[v];
                if left > RANK_TOLERANCE {
                    kept.push(v);
                    self.smallest_pivot = self.smallest_pivot.min(left / own);
                    self.report_nearly_collinear(v, left / own);
                } else if within == with_units && !column.is_period_dummy && !self.spanned.contains(&column.credit) {
                    let by_units = own <= RANK_TOLERANCE;
                    match aliased.iter_mut().find(|(c, by, _)| (*c, *by) == (column.credit, by_units)) {
                        Some((.., columns)) => columns.push(column.name.clone()),
                        None => aliased.push((column.credit, by_units, vec![column.name.clone()])),
                    }
                }
            }
            // Pivots in one order may all be moderate where the columns together are nearly dependent.
            if kept.len() <= INVERTED_UP_TO {
                self.smallest_pivot = self.smallest_pivot.min(smallest_tolerance(self.moments, within, &kept));
            }
            if within == with_units {
                parameters += kept.len();
            }
        }
        if parameters >= self.design.n_rows() {
            self.warnings.push(Warning::Saturated { observations: self.design.n_rows() });
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

/// What the variables `first` leave of each of `then`, as a part of its variation over the full sample.
fn variation_left(moments: &Moments, within: bool, first: &[usize], then: &[usize]) -> Vec<f64> {
    diagonal(&left_by(moments, within, first, then), then.len())
}

/// The packed cross-products of the variables `then`, once the intercept or unit effects and `first` are taken out.
fn left_by(moments: &Moments, within: bool, first: &[usize], then: &[usize]) -> Vec<f64> {
    let submatrix = Submatrix::new(Layout(moments.n_variables()), within, &[first, then].concat());
    let mut matrix = vec![0.0; submatrix.entries().len()];
    submatrix.gather(moments.entries(), first.len() + usize::from(!within), &mut matrix).to_vec()
}

fn diagonal(packed: &[f64], n: usize) -> Vec<f64> {
    (0..n).map(|i| packed[packed_index(n, i, i)]).collect()
}

struct Pivot {
    /// What the columns before it leave, as a part of its variation over the full sample.
    left: f64,
    /// The same before any column is taken out.
    own: f64,
}

/// The pivots of all variables in this order.
fn pivots(moments: &Moments, within: bool, order: &[usize]) -> Vec<Pivot> {
    let mut matrix = left_by(moments, within, &[], order);
    let own = diagonal(&matrix, order.len());
    let mut rest = matrix.as_mut_slice();
    let mut pivots = Vec::with_capacity(order.len());
    for (n, own) in (1..=order.len()).rev().zip(own) {
        pivots.push(Pivot { left: rest[0], own });
        eliminate_in_place(rest, n);
        rest = &mut rest[n..];
    }
    pivots
}

/// The smallest part of a column's variation that all the others leave: one over the largest variance inflation factor.
fn smallest_tolerance(moments: &Moments, within: bool, columns: &[usize]) -> f64 {
    let n = columns.len();
    let matrix = left_by(moments, within, &[], columns);
    let own = diagonal(&matrix, n);
    // Scaled to correlations, and factored: rows of the inverse factor give the diagonal of the inverse.
    let mut lower = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| lower[i * n + k] * lower[j * n + k]).sum();
            let left = matrix[packed_index(n, j, i)] / (own[i] * own[j]).sqrt() - dot;
            lower[i * n + j] = if i == j { left.max(f64::EPSILON).sqrt() } else { left / lower[j * n + j] };
        }
    }
    let mut column = vec![0.0; n];
    let mut inverse_diagonal = |j: usize| {
        let mut sum = 0.0;
        for i in j..n {
            let dot: f64 = (j..i).map(|k| lower[i * n + k] * column[k]).sum();
            column[i] = (f64::from(u8::from(i == j)) - dot) / lower[i * n + i];
            sum += column[i] * column[i];
        }
        sum
    };
    (0..n).fold(1.0, |smallest, j| smallest.min(1.0 / inverse_diagonal(j)))
}
