//! What does a CSV file not say of the panel it holds?
//!
//! Everything that reading the file alone would lose: which columns are keys, what is text, and where it all comes
//! from.

use serde::{Deserialize, Serialize};

use super::Panel;
use super::column::{Column, ColumnKind};
use super::history::Step;
use super::provenance::Provenance;

/// The layout of the document; another one is another number.
pub(super) const VERSION: u32 = 1;

/// The document beside a written panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Sidecar {
    pub(super) version: u32,
    pub(super) rows: usize,
    pub(super) description: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) period: Option<String>,
    pub(super) weight: Option<String>,
    pub(super) population: Option<String>,
    pub(super) labels: Vec<String>,
    pub(super) columns: Vec<WrittenColumn>,
    pub(super) steps: Vec<Step>,
}

/// One column of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct WrittenColumn {
    pub(super) name: String,
    pub(super) kind: ColumnKind,
    pub(super) provenance: Provenance,
}

impl Sidecar {
    pub(super) fn of(panel: &Panel) -> Self {
        let column = |column: &Column| WrittenColumn {
            name: column.name().to_owned(),
            kind: column.kind(),
            provenance: column.provenance().clone(),
        };
        let owned = |name: Option<&str>| name.map(str::to_owned);
        Sidecar {
            version: VERSION,
            rows: panel.n_observations(),
            description: owned(panel.description()),
            unit: owned(panel.unit_column()),
            period: owned(panel.period_column()),
            weight: owned(panel.weight_column()),
            population: owned(panel.population_column()),
            labels: panel.label_columns().to_vec(),
            columns: panel.columns().iter().map(column).collect(),
            steps: panel.steps().to_vec(),
        }
    }
}
