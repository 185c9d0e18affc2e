//! Where does a column come from?
//!
//! Knows only what it is told: readers, joins and derivations say where values come from, nothing is inferred. What was
//! done to the rows is the panel's history.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Panel;
use super::missing::Missing;
use crate::error::Result;

/// Whether the values of areas may be added up when areas merge.
///
/// ```
/// use apportion::panel::Quantity;
/// use apportion::sources::Measure;
/// use apportion::Source;
/// use std::io::Cursor;
/// let source = Source::table("plans.csv", "la", None).measure(Measure::count("plans")).measure("rate");
/// let panel = source.read_from(Cursor::new("la,plans,rate\n202,143,43\n"))?.into_authorities();
/// assert_eq!(panel.provenance("plans")?.quantity, Some(Quantity::Count));
/// assert_eq!(panel.provenance("rate")?.quantity, None, "nobody said");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Quantity {
    /// A number of things, persons or pounds: areas add up.
    Count,
    /// So much for so many persons: areas are averaged, weighted by population.
    Rate,
    /// A score, rank or grade, which neither adds up nor averages without further assumptions.
    Score,
}

/// Where one column comes from.
///
/// ```
/// use apportion::panel::Origin;
/// use apportion::Panel;
/// let panel = Panel::builder().column("rate", [43.0]).build()?;
/// assert_eq!(panel.provenance("rate")?.origin, Origin::Unstated);
///
/// let england = Panel::england()?;
/// let older = england.provenance("hmrc_low_income_pct")?;
/// assert_eq!(older.measured_in.as_deref(), Some("% of children"));
/// assert!(older.note.as_deref().is_some_and(|note| note.contains("another definition than low_income_pct")));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Provenance {
    /// What the values are measured in, such as "children" or "£ per child"; `None` where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_in: Option<String>,
    /// Whether the values are counts, rates or scores; `None` where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// The file or the derivation behind the values.
    pub origin: Origin,
    /// What else whoever uses the values has to know: their timing, definition and traps; `None` where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The file or the derivation behind a column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "from", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// Given in memory, or read by a reader that says no more.
    #[default]
    Unstated,
    /// Read from a published file.
    File(FileOrigin),
    /// Worked out from other columns.
    Derived {
        /// The formula, in the names of columns.
        formula: String,
        /// The columns it uses.
        columns: Vec<String>,
    },
}

/// What was taken from a published file.
///
/// ```
/// use apportion::panel::Origin;
/// use apportion::Source;
/// use std::io::Cursor;
/// let source = Source::table("data/plans.csv", "la", None).publisher("DfE").measure(("CPP_At31", "plans"));
/// let panel = source.read_from(Cursor::new("la,CPP_At31\n202,143\n"))?.into_authorities();
/// let Origin::File(origin) = &panel.provenance("plans")?.origin else { unreachable!() };
/// assert_eq!((origin.file.as_str(), origin.measure.as_str()), ("plans.csv", "CPP_At31"));
/// assert_eq!(origin.publisher.as_deref(), Some("DfE"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FileOrigin {
    /// The name of the file, without its folder.
    pub file: String,
    /// The publisher's title; `None` where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The publisher; `None` where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The layout it was read by.
    pub layout: String,
    /// The measure's own name in the file.
    pub measure: String,
    /// The rows taken, as column and value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<(String, String)>,
    /// A row of the panel in period t holds the file's value for t plus this.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub period_offset: i32,
    /// What the caller said of marks whose meaning differs between releases.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: BTreeMap<String, Missing>,
    /// Joint returns that were given to each of the authorities they name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint_returns: Vec<String>,
    /// Headings of a wide table that say more than their period, such as `2021-22 [r]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headings: Vec<String>,
}

fn is_zero(offset: &i32) -> bool {
    *offset == 0
}

impl Provenance {
    /// What is known of a column read from a published file.
    pub(crate) fn from_file(origin: FileOrigin) -> Self {
        Provenance { origin: Origin::File(origin), ..Provenance::default() }
    }

    /// What is known of a column derived from others.
    pub(crate) fn derived(formula: String, columns: Vec<String>) -> Self {
        Provenance { origin: Origin::Derived { formula, columns }, ..Provenance::default() }
    }
}

impl fmt::Display for Provenance {
    /// One line: the measure, file, title, publisher, filter, offset; or the formula; and the note.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(measured_in) = &self.measured_in {
            write!(f, "[{measured_in}] ")?;
        }
        match &self.origin {
            Origin::Unstated => f.write_str("not stated")?,
            Origin::Derived { formula, .. } => write!(f, "= {formula}")?,
            Origin::File(file) => file.fmt(f)?,
        }
        self.note.iter().try_for_each(|note| write!(f, "; {note}"))
    }
}

impl fmt::Display for FileOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.measure, self.file)?;
        let stated: Vec<&str> = [&self.title, &self.publisher].into_iter().flatten().map(String::as_str).collect();
        if !stated.is_empty() {
            write!(f, " ({})", stated.join("; "))?;
        }
        for (column, value) in &self.filters {
            write!(f, ", {column} = \"{value}\"")?;
        }
        if self.period_offset != 0 {
            write!(f, ", period t {}", signed(self.period_offset))?;
        }
        for (mark, meaning) in &self.marks {
            write!(f, ", \"{mark}\" read as {meaning}")?;
        }
        if !self.joint_returns.is_empty() {
            write!(f, ", joint returns given to each: {}", self.joint_returns.join(", "))?;
        }
        if !self.headings.is_empty() {
            write!(f, ", headings with a remark: {}", self.headings.join(", "))?;
        }
        Ok(())
    }
}

/// An offset as it stands after "t".
pub(super) fn signed(offset: i32) -> String {
    if offset < 0 { format!("− {}", offset.unsigned_abs()) } else { format!("+ {offset}") }
}

impl Panel {
    /// Where a column comes from.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn).
    ///
    /// ```
    /// use apportion::panel::{Derivation, Origin};
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("x", [1.0, 2.0]).build()?.derive("log_x", &Derivation::log("x"))?;
    /// let Origin::Derived { columns, .. } = &panel.provenance("log_x")?.origin else { unreachable!() };
    /// assert_eq!(columns, &["x"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn provenance(&self, column: &str) -> Result<&Provenance> {
        Ok(self.column(column)?.provenance())
    }
}
