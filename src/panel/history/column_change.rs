//! Which column came in, went or got another name?

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::first_few;

/// Something done to the columns of a panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ColumnChange {
    /// A column was added from values in memory.
    Added {
        /// Its name.
        column: String,
    },
    /// Columns were left out.
    LeftOut {
        /// Their names.
        columns: Vec<String>,
    },
    /// A column was renamed.
    Renamed {
        /// What it was called.
        column: String,
        /// What it is called now.
        name: String,
    },
}

impl fmt::Display for ColumnChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ColumnChange::Added { column } => write!(f, "column added from values in memory: {column}"),
            ColumnChange::LeftOut { columns } => write!(f, "columns left out: {}", first_few(columns)),
            ColumnChange::Renamed { column, name } => write!(f, "column {column} renamed to {name}"),
        }
    }
}
