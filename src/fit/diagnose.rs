//! Which columns and components say nothing new, read off the pivots of the moments.

use super::eliminate::{eliminate_in_place, packed_index};
use super::lanes::RANK_TOLERANCE;
use super::layout::Layout;
use super::moments::Moments;
use super::submatrix::Submatrix;
use super::warning::Warning;
use crate::model::{Credit, Design};

/// A column that its predecessors leave less than this part of is reported: its variance inflation factor is then
/// over a thousand, and which of the columns is credited is arbitrary.
const NEARLY_COLLINEAR: f64 = 1e-3;
/// Up to this many columns, every pair of components is checked for one that adds nothing beside the other; beyond,
/// only unit effects and `always` are.
const PAIRS_UP_TO: usize = 300;

pub(super) struct Diagnosis {
    pub(super) warnings: Vec<Warning>,
    pub(super) smallest_pivot: f64,
}

pub(super) fn diagnose(design: &Design, moments: &Moments) -> Diagnosis {
    let mut diagnosis = Diagnosis { warnings: Vec::new(), smallest_pivot: 1.0 };
    let constant = |v: usize| moments.is_constant(v);
    let name = |credit| match credit {
        Credit::Always => "always".to_string(),
        Credit::Component(c) => design.component_names[c].clone(),
    };
    let brings_units = |credit| design.unit_effects.contains(&credit);
    let of = |credit| -> Vec<usize> {
        (0..design.columns.len()).filter(|&v| design.columns[v].credit == credit && !constant(v)).collect()
    };
    let credits: Vec<Credit> = (0..design.component_names.len()).map(Credit::Component).collect();

    for &credit in &credits {
        let unit_effects = brings_units(credit) && design.units.as_ref().is_some_and(|u| u.names.len() > 1);
        if of(credit).is_empty() && !unit_effects {
            diagnosis.warnings.push(Warning::NoColumnLeft { component: name(credit) });
        }
    }
    for (_, column) in design.columns.iter().enumerate().filter(|(v, _)| constant(*v)) {
        if !of(column.credit).is_empty() || column.credit == Credit::Always {
            let component = name(column.credit);
            diagnosis.warnings.push(Warning::ConstantColumn { column: column.name.clone(), component });
        }
    }

    let always_units = brings_units(Credit::Always);
    let few = design.columns.len() <= PAIRS_UP_TO;
    let mut said_by_units = Vec::new();
    for once in std::iter::once(Credit::Always).chain(credits.iter().copied()) {
        let unit_effects = brings_units(once);
        if !(few || unit_effects || once == Credit::Always) {
            continue;
        }
        let mut first = of(Credit::Always);
        if once != Credit::Always {
            first.extend(of(once));
        }
        let others: Vec<usize> = (0..design.columns.len()).filter(|&v| !constant(v) && !first.contains(&v)).collect();
        let left = variation_left(moments, always_units || unit_effects, &first, &others);
        for &credit in credits.iter().filter(|c| **c != once && !brings_units(**c)) {
            let columns = of(credit);
            let adds = |v: &usize| others.iter().position(|o| o == v).is_some_and(|at| left[at] > RANK_TOLERANCE);
            // What `always` says already is said once, not again for every component.
            let known = said_by_units.contains(&(credit, Credit::Always));
            if !columns.is_empty() && !known && !columns.iter().any(adds) {
                said_by_units.push((credit, once));
                diagnosis.warnings.push(Warning::AddsNothing {
                    component: name(credit),
                    once: name(once),
                    unit_effects,
                });
            }
        }
    }

    let within = !design.unit_effects.is_empty();
    let mut halves = Vec::new();
    if !always_units {
        halves.push(false);
    }
    if within {
        halves.push(true);
    }
    let order: Vec<usize> = std::iter::once(Credit::Always).chain(credits.iter().copied()).flat_map(of).collect();
    for &half in &halves {
        for (&v, pivot) in order.iter().zip(pivots(moments, half, &order)) {
            let Pivot { left, own } = pivot;
            let column = &design.columns[v];
            let reported = said_by_units.iter().any(|(credit, _)| *credit == column.credit);
            let (name_of, component) = (column.name.clone(), name(column.credit));
            if left <= RANK_TOLERANCE {
                // Aliasing is reported for the whole model only, and not again where the component is.
                let whole = half == within;
                if whole && !reported && !column.is_period_dummy {
                    diagnosis.warnings.push(Warning::Aliased { column: name_of, component });
                }
                continue;
            }
            diagnosis.smallest_pivot = diagnosis.smallest_pivot.min(left / own);
            let said = diagnosis
                .warnings
                .iter()
                .any(|w| matches!(w, Warning::NearlyCollinear { column, .. } if *column == name_of));
            if left / own < NEARLY_COLLINEAR && !said {
                diagnosis.warnings.push(Warning::NearlyCollinear { column: name_of, component, tolerance: left / own });
            }
        }
    }
    diagnosis
}

/// What the variables `first` leave of each of `then`, as a part of its variation over the full sample.
fn variation_left(moments: &Moments, within: bool, first: &[usize], then: &[usize]) -> Vec<f64> {
    let submatrix = Submatrix::new(Layout(moments.n_variables()), within, &[first, then].concat());
    let mut matrix = vec![0.0; submatrix.entries().len()];
    let eliminated = first.len() + usize::from(!within);
    let rest = submatrix.gather(moments.entries(), eliminated, &mut matrix);
    (0..then.len()).map(|i| rest[packed_index(then.len(), i, i)]).collect()
}

struct Pivot {
    /// What the columns before it leave, as a part of its variation over the full sample.
    left: f64,
    /// The same before any column is taken out.
    own: f64,
}

/// The pivots of all variables in this order.
fn pivots(moments: &Moments, within: bool, order: &[usize]) -> Vec<Pivot> {
    let own = variation_left(moments, within, &[], order);
    let submatrix = Submatrix::new(Layout(moments.n_variables()), within, order);
    let mut matrix = vec![0.0; submatrix.entries().len()];
    let mut rest = submatrix.gather(moments.entries(), usize::from(!within), &mut matrix);
    let mut pivots = Vec::with_capacity(order.len());
    for (n, own) in (1..=order.len()).rev().zip(own) {
        pivots.push(Pivot { left: rest[0], own });
        eliminate_in_place(rest, n);
        rest = &mut rest[n..];
    }
    pivots
}
