//! Which units did a rule leave out, and why?

use std::fmt;

use serde::{Deserialize, Serialize};

/// Units that a rule left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LeftOutUnits {
    /// The rule's name.
    pub rule: String,
    /// The units.
    pub units: Vec<LeftOutUnit>,
}

/// A unit that a rule left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LeftOutUnit {
    /// The unit.
    pub unit: String,
    /// Its name; `None` where no label column gives one.
    pub name: Option<String>,
    /// Why.
    pub reason: String,
    /// How many rows it had.
    pub rows: usize,
}

impl fmt::Display for LeftOutUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "left out by the rule \"{}\":", self.rule)?;
        if self.units.is_empty() {
            return f.write_str(" no unit, none of them is in the panel");
        }
        for (position, unit) in self.units.iter().enumerate() {
            write!(f, "{} {}", if position > 0 { ";" } else { "" }, unit.unit)?;
            if let Some(name) = &unit.name {
                write!(f, " {name}")?;
            }
            write!(f, " ({} row{}), {}", unit.rows, if unit.rows == 1 { "" } else { "s" }, unit.reason)?;
        }
        Ok(())
    }
}
