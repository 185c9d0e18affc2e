//! Where do the columns of an answer come from, and what was done to their panel?

use serde::{Deserialize, Serialize};

use super::step::Step;
use crate::panel::Panel;
use crate::panel::column::Column;
use crate::panel::provenance::{Origin, Provenance};

/// Where the columns of an answer come from, and what was done to the panel: what it takes to trace a result.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Lineage {
    /// The columns, in the panel's order.
    pub columns: Vec<ColumnLineage>,
    /// Joins, rows kept, units left out, columns added, renamed or left out, reorganisations, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// Where one column comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ColumnLineage {
    /// The column.
    pub column: String,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

impl Lineage {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.steps.is_empty()
    }
}

impl Panel {
    /// Where the columns named come from, and all that they are derived from, however indirectly, each once and in the
    /// panel's order; and what was done to the panel. Names that are no column are passed over: units, periods. Empty
    /// where nobody said anything of any of them.
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("plans", [43.0]).column("children", [20_000.0]).build()?;
    /// let panel = panel.derive("rate", &Derivation::ratio("plans", "children"))?;
    /// let lineage = panel.lineage(["rate"]);
    /// let of_rate = lineage.columns.iter().find(|column| column.column == "rate").unwrap();
    /// assert_eq!(of_rate.provenance.to_string(), "= plans / children");
    /// assert!(panel.lineage(["unit"]).is_empty());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn lineage<'a>(&self, columns: impl IntoIterator<Item = &'a str>) -> Lineage {
        let mut wanted: Vec<String> = columns.into_iter().map(str::to_owned).collect();
        let mut next = 0;
        while let Some(name) = wanted.get(next) {
            if let Ok(Provenance { origin: Origin::Derived { columns, .. }, .. }) = self.provenance(name) {
                let new: Vec<String> = columns.iter().filter(|&column| !wanted.contains(column)).cloned().collect();
                wanted.extend(new);
            }
            next += 1;
        }
        let found = self.columns().iter().filter(|column| wanted.iter().any(|name| name == column.name()));
        let line = |column: &Column| ColumnLineage {
            column: column.name().to_owned(),
            provenance: column.provenance().clone(),
        };
        let columns: Vec<ColumnLineage> = found.map(line).collect();
        let nothing = Provenance::default();
        if self.steps.is_empty() && columns.iter().all(|column| column.provenance == nothing) {
            return Lineage::default();
        }
        Lineage { columns, steps: self.steps.clone() }
    }
}
