//! What did a reorganisation do to the rows of a panel?

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::panel::reorganisations::Reorganisation;

/// What a reorganisation did to the rows of a panel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReorganisationReport {
    /// "constant areas", "areas end and begin", "reorganised areas left out".
    pub policy: String,
    /// The events that changed something within the panel's periods, and the recodes of its units, by date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Reorganisation>,
    /// Areas put together, each with the units it consists of.
    pub areas: BTreeMap<String, Vec<String>>,
    /// Areas that do not add up exactly, and why.
    pub flagged: BTreeMap<String, String>,
    /// Units that have another code now: the old one and the new.
    pub recoded: BTreeMap<String, String>,
    /// Units left out.
    pub left_out: Vec<String>,
    /// Parts that should have a row and have none, as "unit period".
    pub absent: Vec<String>,
    /// Rows of areas that did not exist, without any value, which were taken out.
    pub empty_rows: usize,
}

impl fmt::Display for ReorganisationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.policy)?;
        for (area, parts) in &self.areas {
            write!(f, "; {area} from {}", parts.join(", "))?;
        }
        for (area, why) in &self.flagged {
            write!(f, "; {area} does not add up exactly: {why}")?;
        }
        for (old, new) in &self.recoded {
            write!(f, "; {old} is {new} now")?;
        }
        if !self.left_out.is_empty() {
            write!(f, "; left out: {}", self.left_out.join(", "))?;
        }
        if !self.absent.is_empty() {
            write!(f, "; parts without a row: {}", self.absent.join(", "))?;
        }
        if self.empty_rows > 0 {
            write!(f, "; {} rows of areas that did not exist, all without a value", self.empty_rows)?;
        }
        Ok(())
    }
}
