//! Which terms became sets of levels, that a reader may have taken for numbers?

use std::fmt;

use serde::{Deserialize, Serialize};

use super::design::Design;
use super::term::Term;
use super::variables::resolve;
use crate::panel::{Panel, Values};

/// A term that entered as levels: a text column, a `factor()`, or an interaction with one. Unit and period effects are
/// none, as their names say what they are.
///
/// # Examples
/// ```
/// use apportion::{Model, Panel};
///
/// let csv = "y,place,x\n1,north,0\n2,south,1\n4,west,0\n5,north,1\n7,south,0\n";
/// let panel = Panel::read_csv_from(csv.as_bytes(), &Default::default())?;
/// let breakdown = Model::new("y").component("places", ["place"]).component("x", ["x"]).fit(&panel)?.shapley()?;
/// assert_eq!((breakdown.factors[0].name.as_str(), breakdown.factors[0].levels), ("place", 3));
/// assert!(breakdown.to_string().contains("\nplace: factor, 3 levels"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Factor {
    /// The term as text.
    pub name: String,
    /// Its levels in the sample, the one that has no column among them; of an interaction, the combinations of levels.
    pub levels: usize,
    /// `unit_effects` or `period_effects` where its levels are theirs, as those of `factor(year, ref=2015)` are; `None`
    /// otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: factor, {} level{}", self.name, self.levels, if self.levels == 1 { "" } else { "s" })
    }
}

impl Design {
    /// The terms that became levels, each once.
    pub(crate) fn factor_terms(&self) -> Vec<Factor> {
        let has_levels = |term: &Term| is_factor(term, &self.panel);
        let of_term = |(term, cells): (&Term, &Option<Vec<String>>)| {
            let levels = cells.as_ref().filter(|_| has_levels(term))?.len();
            let same_as = match term {
                Term::FactorFrom { column, .. } => resolve(&Term::factor(column), &self.panel),
                _ => term.clone(),
            };
            let same_as = matches!(same_as, Term::UnitEffects | Term::PeriodEffects).then(|| same_as.to_string());
            Some(Factor { name: term.to_string(), levels, same_as })
        };
        self.terms.iter().map(|term| (&term.term, &term.cells)).filter_map(of_term).collect()
    }
}

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
fn is_factor(term: &Term, panel: &Panel) -> bool {
    match term {
        Term::Factor(_) | Term::FactorFrom { .. } => true,
        Term::Column(name) => panel.column(name).is_ok_and(|column| matches!(column.values(), Values::Text { .. })),
        Term::Interaction(parts) => parts.iter().any(|part| is_factor(part, panel)),
        _ => false,
    }
}
