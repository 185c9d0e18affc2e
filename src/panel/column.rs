//! What does one column of a panel hold, and what is missing from it?
//!
//! A column is made of cells or of numbers, and knows nothing of units and periods.

mod builder;
mod no_number;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::no_number::NoNumber;
use super::history::Spellings;
use super::missing::Missing;
use super::order::reorder;
use super::provenance::Provenance;
use crate::error::Result;

/// Whether a column holds numbers or text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Every value that is not missing is a number, or all are missing.
    Number,
    /// At least one value is not a number, or the column was given as text.
    Text,
}

/// The values of a column, one for each row of the panel.
///
/// ```
/// use apportion::panel::Values;
/// use apportion::Panel;
/// let panel = Panel::builder().text_column("region", ["South", "", "North"]).build()?;
/// let Values::Text { codes, levels } = panel.column("region")?.values() else { unreachable!() };
/// assert_eq!(levels, &["North", "South"]);
/// assert_eq!(codes, &[1, Values::NO_LEVEL, 0]);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone)]
pub enum Values {
    /// Numbers: finite, or NaN where missing.
    Number(Vec<f64>),
    /// Text, each row by the position of its level.
    Text {
        /// For each row a position in `levels`, or [`Values::NO_LEVEL`] where missing.
        codes: Vec<u32>,
        /// The distinct texts, sorted.
        levels: Vec<String>,
    },
}

impl Values {
    /// The code of a missing value in a column of text.
    pub const NO_LEVEL: u32 = u32::MAX;
}

/// Equal when the same values stand in the same rows; a missing number equals a missing number.
impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Values::Number(a), Values::Number(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
            }
            (Values::Text { codes, levels }, Values::Text { codes: other_codes, levels: other_levels }) => {
                codes == other_codes && levels == other_levels
            }
            _ => false,
        }
    }
}

/// A named column of a [`Panel`](super::Panel), in the order of the panel's rows.
///
/// It is a column of numbers when every cell that is not missing reads as one: `1,234.5`, `12.5%`, `1e3`. Otherwise it
/// is a column of text, in which the bare letters `c x z u k low` are values. A column whose cells are all missing
/// counts as numbers. Whole numbers of which one has a leading zero (`01`) are codes and stay text, and so do
/// percentages among plain numbers, of which nobody can say which are meant: asking for their numbers is an error.
///
/// ```
/// use apportion::panel::{ColumnKind, Missing};
/// use apportion::{Panel, PanelSchema};
/// let csv = "rate,rating\n\"1,234.5\",x\nc,y\n";
/// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::cross_section())?;
/// let rate = panel.column("rate")?;
/// assert_eq!(rate.numbers()?[0], 1234.5);
/// assert_eq!(rate.missing(1), Some(Missing::Confidential));
/// let rating = panel.column("rating")?;
/// assert_eq!(rating.kind(), ColumnKind::Text);
/// assert_eq!(rating.levels().unwrap(), ["x", "y"]);
/// assert!(rating.numbers().is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Column {
    name: String,
    // Shared, so that a panel with one column more does not copy the others.
    values: Arc<Values>,
    /// One for each row, or empty when nothing is missing.
    missing: Arc<Vec<Option<Missing>>>,
    /// The cell for which a column of text is none of numbers.
    no_number: Option<NoNumber>,
    /// What is to be said of the spellings of its texts, until it is part of a panel.
    spellings: Vec<Spellings>,
    provenance: Arc<Provenance>,
}

/// Equal when name, values and missing marks are; where the rows stood in the file, and which file it was, is not
/// compared.
impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.values == other.values && self.missing == other.missing
    }
}

impl Column {
    /// The column under another name.
    pub(super) fn renamed(mut self, name: String) -> Self {
        self.name = name;
        self
    }

    /// What is to be said of the spellings of its texts; said once.
    pub(super) fn take_spellings(&mut self) -> Vec<Spellings> {
        std::mem::take(&mut self.spellings)
    }

    /// The name, as in the header.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the column holds numbers or text.
    pub fn kind(&self) -> ColumnKind {
        match *self.values {
            Values::Number(_) => ColumnKind::Number,
            Values::Text { .. } => ColumnKind::Text,
        }
    }

    /// The values, one for each row.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The numbers, one for each row, NaN where missing.
    ///
    /// # Errors
    ///
    /// [`DataError::NotANumber`](crate::error::DataError::NotANumber) when the column is text, with the first cell that is not a number.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("rate", [43.0, f64::NAN]).text_column("rating", ["Good", "Poor"]).build()?;
    /// let rate = panel.column("rate")?.numbers()?;
    /// assert!(rate[0] == 43.0 && rate[1].is_nan());
    /// assert!(panel.column("rating")?.numbers().unwrap_err().to_string().contains("Good"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn numbers(&self) -> Result<&[f64]> {
        match &*self.values {
            Values::Number(numbers) => Ok(numbers),
            Values::Text { .. } => Err(self.no_numbers(None)),
        }
    }

    /// The values, without a copy of them.
    pub(super) fn shared_values(&self) -> Arc<Values> {
        self.values.clone()
    }

    /// Whether every row has a value: then numbers are finite.
    pub(crate) fn is_complete(&self) -> bool {
        self.missing.iter().all(Option::is_none)
    }

    /// The distinct texts, sorted; `None` for a column of numbers.
    pub fn levels(&self) -> Option<&[String]> {
        match &*self.values {
            Values::Number(_) => None,
            Values::Text { levels, .. } => Some(levels),
        }
    }

    /// Why the value of a row is missing; `None` when it is not, or there is no such row.
    pub fn missing(&self, row: usize) -> Option<Missing> {
        self.missing.get(row).copied().flatten()
    }

    /// How many values are missing.
    pub fn n_missing(&self) -> usize {
        self.missing.iter().flatten().count()
    }

    /// How many values are missing for each reason.
    ///
    /// ```
    /// use apportion::panel::Missing;
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "rate\n43\nc\nc\nNA\n";
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::cross_section())?;
    /// let rate = panel.column("rate")?;
    /// assert_eq!(rate.missing_counts().into_iter().collect::<Vec<_>>(), [
    ///     (Missing::NotAvailable, 1),
    ///     (Missing::Confidential, 2),
    /// ]);
    /// assert_eq!(rate.n_missing(), 3);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn missing_counts(&self) -> BTreeMap<Missing, usize> {
        let mut counts = BTreeMap::new();
        for missing in self.missing.iter().flatten() {
            *counts.entry(*missing).or_insert(0) += 1;
        }
        counts
    }

    /// Where the values come from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The same column, said to come from elsewhere.
    pub(crate) fn with_provenance(mut self, provenance: Arc<Provenance>) -> Self {
        self.provenance = provenance;
        self
    }

    /// The number in a row, or why there is none.
    pub(crate) fn value(&self, row: usize) -> Result<f64, Missing> {
        match (self.missing(row), &*self.values) {
            (Some(mark), _) => Err(mark),
            (None, Values::Number(numbers)) => numbers.get(row).copied().ok_or(Missing::Absent),
            (None, Values::Text { .. }) => Err(Missing::Undefined),
        }
    }

    /// The text of a row; `None` where it is missing, beyond the last row and in a column of numbers.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().text_column("region", ["South", "North", ""]).build()?;
    /// let region = panel.column("region")?;
    /// assert_eq!((region.text(0), region.text(2), region.text(3)), (Some("South"), None, None));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn text(&self, row: usize) -> Option<&str> {
        match &*self.values {
            Values::Number(_) => None,
            Values::Text { codes, levels } => levels.get(*codes.get(row)? as usize).map(String::as_str),
        }
    }

    /// The column on other rows: for each of them one of its own, or none, which is missing as [`Missing::Absent`].
    pub(crate) fn gather(&self, rows: &[Option<usize>]) -> Result<Self> {
        let gathered = match &*self.values {
            Values::Number(_) => {
                let value = |row: &Option<usize>| row.map_or(Err(Missing::Absent), |row| self.value(row));
                Self::from_values(self.name.clone(), rows.iter().map(value))?
            }
            Values::Text { .. } => {
                let text = |row: &Option<usize>| {
                    let row = row.ok_or(Missing::Absent)?;
                    self.text(row).ok_or(self.missing(row).unwrap_or(Missing::Empty))
                };
                Self::from_texts(self.name.clone(), &rows.iter().map(text).collect::<Vec<_>>())
            }
        };
        // Where a text stood in its file says more than where it stands now.
        let no_number = self.no_number.clone().filter(|_| gathered.kind() == ColumnKind::Text);
        let provenance = self.provenance.clone();
        Ok(Column { no_number: no_number.or(gathered.no_number), provenance, ..gathered })
    }

    /// Puts the rows in another order: row `i` becomes what was row `order[i]`, a permutation.
    pub(super) fn reorder(&mut self, order: &[u32]) {
        match Arc::make_mut(&mut self.values) {
            Values::Number(numbers) => reorder(numbers, order),
            Values::Text { codes, .. } => reorder(codes, order),
        }
        if !self.missing.is_empty() {
            reorder(Arc::make_mut(&mut self.missing), order);
        }
    }
}

#[cfg(test)]
mod tests;
