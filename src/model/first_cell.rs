//! Which cell of a term's levels has no column, or the last one?

use super::term::Term;
use crate::panel::{Panel, Values};

/// What becomes of the first cell of a term's levels, that of the reference level, where what all cells add up to may stand
/// in the model by itself: the constant, or the number that they are multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstCell {
    /// It has a column, as nothing else spans it.
    Kept,
    /// With the sum of all, the others span it.
    LeftOut,
    /// It has a column behind the others: of columns that are combinations of those before, rank leaves out this one.
    Last,
}

impl FirstCell {
    /// That of a term, beside the numbers that stand alone.
    ///
    /// A share asks what the term explains without the number too, whichever level is the reference: there all cells
    /// have to have a column.
    pub(super) fn of(
        term: &Term,
        panel: &Panel,
        alone: &[Vec<String>],
        spans_constant: bool,
        are_for_shares: bool,
    ) -> Self {
        let numbers = numbers_of(term, panel);
        if numbers.is_empty() {
            return if spans_constant { FirstCell::LeftOut } else { FirstCell::Kept };
        }
        match alone.contains(&numbers) {
            true if are_for_shares => FirstCell::Last,
            true => FirstCell::LeftOut,
            false => FirstCell::Kept,
        }
    }

    /// The cells that have a column, in the order of their columns.
    pub(super) fn in_order<T>(self, cells: impl Iterator<Item = T>) -> Vec<T> {
        let mut cells: Vec<T> = cells.skip(usize::from(self == FirstCell::LeftOut)).collect();
        if self == FirstCell::Last && !cells.is_empty() {
            cells.rotate_left(1);
        }
        cells
    }
}

/// The numbers that a term multiplies its levels by, as text, in an order of their own; of a term without levels all of it.
fn numbers_of(term: &Term, panel: &Panel) -> Vec<String> {
    let parts = match term {
        Term::Interaction(parts) => parts.as_slice(),
        term => std::slice::from_ref(term),
    };
    let mut numbers: Vec<String> =
        parts.iter().filter(|part| !has_levels(part, panel)).map(|part| part.to_string()).collect();
    numbers.sort_unstable();
    numbers
}

/// The numbers of each of the terms that has no levels.
pub(super) fn numbers_alone<'a>(terms: impl Iterator<Item = &'a Term>, panel: &Panel) -> Vec<Vec<String>> {
    terms.filter(|term| !has_levels(term, panel)).map(|term| numbers_of(term, panel)).collect()
}

/// Whether a term has a column for each of several levels.
fn has_levels(term: &Term, panel: &Panel) -> bool {
    match term {
        Term::UnitEffects | Term::PeriodEffects => true,
        Term::Interaction(parts) => parts.iter().any(|part| has_levels(part, panel)),
        other => is_factor(other, panel),
    }
}

/// Whether a term is of levels other than units and periods.
pub(super) fn is_factor(term: &Term, panel: &Panel) -> bool {
    match term {
        Term::Factor(_) | Term::FactorFrom { .. } => true,
        Term::Column(name) => panel.column(name).is_ok_and(|column| matches!(column.values(), Values::Text { .. })),
        Term::Interaction(parts) => parts.iter().any(|part| is_factor(part, panel)),
        _ => false,
    }
}
