//! Which rows did a filter keep, and how many went?

use std::fmt;

use serde::{Deserialize, Serialize};

/// Rows that were kept by a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct KeptRows {
    /// What the rows have in common, in words.
    pub rule: String,
    /// How many were kept.
    pub kept: usize,
    /// How many were left out.
    pub left_out: usize,
}

impl fmt::Display for KeptRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = self.kept + self.left_out;
        write!(f, "kept by the rule \"{}\": {} of {of} rows", self.rule, self.kept)
    }
}
