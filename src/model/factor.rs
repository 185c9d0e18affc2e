//! Which terms became sets of levels, that a reader may have taken for numbers?

use std::fmt;

use serde::{Deserialize, Serialize};

use super::design::Design;
use super::first_cell::is_factor;
use super::term::Term;
use super::variables::resolve;

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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
