//! What does one column of a panel hold, and what is missing from it?
//!
//! A column is made of cells or of numbers, and knows nothing of units and periods.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cells::{Cells, decode};
use super::missing::Missing;
use super::number::read_number;
use super::order::{ranked, reorder};
use super::provenance::Provenance;
use crate::error::{Error, Place, Result};

/// Whether a column holds numbers or text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Every value that is not missing is a number, or all are missing.
    Number,
    /// At least one value is not a number, or the column was given as text.
    Text,
}

/// The values of a column, one for each row of the panel.
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
/// It is a column of numbers when every cell that is not missing reads as one: `1,234.5`, `12.5%`, `1e3`. Otherwise it is
/// a column of text, in which the bare letters `c x z u k low` are values. A column whose cells are all missing counts as
/// numbers.
///
/// ```
/// use apportion::{ColumnKind, Missing, Panel, PanelSchema};
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
    values: Values,
    /// One for each row, or empty when nothing is missing.
    missing: Vec<Option<Missing>>,
    /// The first cell of a text column that is not a number.
    not_a_number: Option<(Place, String)>,
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
    /// The name, as in the header.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the column holds numbers or text.
    pub fn kind(&self) -> ColumnKind {
        match self.values {
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
    /// [`Error::NotANumber`] when the column is text, with the first cell that is not a number.
    pub fn numbers(&self) -> Result<&[f64]> {
        match &self.values {
            Values::Number(numbers) => Ok(numbers),
            Values::Text { levels, .. } => {
                let (place, text) = match &self.not_a_number {
                    Some((place, text)) => (*place, text.clone()),
                    None => (Place::Row(0), levels.first().cloned().unwrap_or_default()),
                };
                Err(Error::NotANumber { column: self.name.clone(), place, text })
            }
        }
    }

    /// The distinct texts, sorted; `None` for a column of numbers.
    pub fn levels(&self) -> Option<&[String]> {
        match &self.values {
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

    /// A column of numbers, each a value or why there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Infinite`] for the first value that is not finite.
    pub(crate) fn from_values(name: String, values: impl IntoIterator<Item = Result<f64, Missing>>) -> Result<Self> {
        let (mut numbers, mut marks) = (Vec::new(), Vec::new());
        for value in values {
            let (number, mark) = match value {
                Ok(number) if !number.is_finite() => {
                    return Err(Error::Infinite { column: name, place: Place::Row(numbers.len()) });
                }
                Ok(number) => (number, None),
                Err(mark) => (f64::NAN, Some(mark)),
            };
            numbers.push(number);
            marks.push(mark);
        }
        let missing = if marks.iter().any(Option::is_some) { marks } else { Vec::new() };
        Ok(Self { name, values: Values::Number(numbers), missing, not_a_number: None, provenance: Arc::default() })
    }

    /// A column of texts, each one or why there is none; all missing counts as numbers.
    pub(crate) fn from_texts(name: String, texts: &[Result<impl AsRef<str>, Missing>]) -> Self {
        let present: Vec<String> = texts.iter().flatten().map(|text| text.as_ref().to_owned()).collect();
        let (levels, ranks) = ranked(&present, String::cmp);
        let mut ranks = ranks.into_iter();
        let (mut codes, mut missing) = (Vec::with_capacity(texts.len()), Vec::new());
        for (row, text) in texts.iter().enumerate() {
            match text {
                Ok(_) => codes.push(ranks.next().unwrap_or(Values::NO_LEVEL)),
                Err(mark) => {
                    note_missing(&mut missing, row, texts.len(), *mark);
                    codes.push(Values::NO_LEVEL);
                }
            }
        }
        let first = texts.iter().enumerate().find_map(|(row, text)| Some((row, text.as_ref().ok()?)));
        let not_a_number = first.map(|(row, text)| (Place::Row(row), text.as_ref().to_owned()));
        let values = if levels.is_empty() {
            Values::Number(vec![f64::NAN; texts.len()])
        } else {
            Values::Text { codes, levels }
        };
        Self { name, values, missing, not_a_number, provenance: Arc::default() }
    }

    /// The number in a row, or why there is none.
    pub(crate) fn value(&self, row: usize) -> Result<f64, Missing> {
        match (self.missing(row), &self.values) {
            (Some(mark), _) => Err(mark),
            (None, Values::Number(numbers)) => numbers.get(row).copied().ok_or(Missing::Absent),
            (None, Values::Text { .. }) => Err(Missing::Undefined),
        }
    }

    /// The text of a row; `None` where it is missing, beyond the last row and in a column of numbers.
    pub fn text(&self, row: usize) -> Option<&str> {
        match &self.values {
            Values::Number(_) => None,
            Values::Text { codes, levels } => levels.get(*codes.get(row)? as usize).map(String::as_str),
        }
    }

    /// The column on other rows: for each of them one of its own, or none, which is missing as [`Missing::Absent`].
    pub(crate) fn gather(&self, rows: &[Option<usize>]) -> Result<Self> {
        let gathered = match &self.values {
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
        Ok(gathered.with_provenance(self.provenance.clone()))
    }

    /// Makes a column of numbers when the cells are, otherwise one of text.
    ///
    /// # Errors
    ///
    /// [`Error::Infinite`] for an infinite value among numbers.
    pub(super) fn from_cells(name: String, cells: &Cells, places: &[Place]) -> Result<Self> {
        let mut numbers = Vec::with_capacity(cells.len());
        let mut missing = Vec::new();
        let mut infinite = None;
        for (row, cell) in cells.iter().enumerate() {
            match read_cell(cell) {
                Cell::Number(number) => {
                    if number.is_infinite() && infinite.is_none() {
                        infinite = Some(row);
                    }
                    numbers.push(number);
                }
                Cell::Missing(kind) => {
                    note_missing(&mut missing, row, cells.len(), kind);
                    numbers.push(f64::NAN);
                }
                Cell::Text => return Ok(Self::from_text(name, cells, places)),
            }
        }
        match infinite {
            Some(row) => Err(Error::Infinite { column: name, place: place_of(places, row) }),
            None => Ok(Self {
                name,
                values: Values::Number(numbers),
                missing,
                not_a_number: None,
                provenance: Arc::default(),
            }),
        }
    }

    /// Makes a column of text whatever the cells look like; when all are missing, one of numbers.
    pub(crate) fn from_text(name: String, cells: &Cells, places: &[Place]) -> Self {
        let (distinct, firsts) = cells.distinct();
        let marks: Vec<_> = distinct.iter().map(|text| Missing::in_text(text.as_bytes())).collect();
        let texts: Vec<String> = distinct
            .iter()
            .zip(&marks)
            .filter(|(_, mark)| mark.is_none())
            .map(|(text, _)| text.clone().into_owned())
            .collect();
        let (levels, ranks) = ranked(&texts, String::cmp);
        let mut ranks = ranks.into_iter();
        let recoded: Vec<u32> = marks
            .iter()
            .map(|mark| if mark.is_some() { None } else { ranks.next() }.unwrap_or(Values::NO_LEVEL))
            .collect();

        let mut missing = Vec::new();
        let mut codes = Vec::with_capacity(firsts.len());
        for (row, first) in firsts.iter().map(|&first| first as usize).enumerate() {
            codes.push(recoded[first]);
            if let Some(kind) = marks[first] {
                note_missing(&mut missing, row, firsts.len(), kind);
            }
        }
        if levels.is_empty() {
            let values = Values::Number(vec![f64::NAN; codes.len()]);
            return Self { name, values, missing, not_a_number: None, provenance: Arc::default() };
        }
        // A column given as text may hold nothing but numbers: then its first value is named.
        let offending = (0..distinct.len())
            .find(|&first| matches!(read_cell(distinct[first].as_bytes()), Cell::Text))
            .or_else(|| marks.iter().position(Option::is_none))
            .and_then(|first| firsts.iter().position(|&f| f as usize == first).map(|row| (first, row)));
        let not_a_number = offending.map(|(first, row)| (place_of(places, row), distinct[first].clone().into_owned()));
        Self { name, values: Values::Text { codes, levels }, missing, not_a_number, provenance: Arc::default() }
    }

    /// Makes a column of numbers held in memory; NaN is missing.
    ///
    /// # Errors
    ///
    /// [`Error::Infinite`] for the first infinite value.
    pub(super) fn from_numbers(name: String, numbers: Vec<f64>) -> Result<Self> {
        let mut missing = Vec::new();
        for (row, number) in numbers.iter().enumerate() {
            if number.is_nan() {
                note_missing(&mut missing, row, numbers.len(), Missing::NotANumber);
            } else if number.is_infinite() {
                return Err(Error::Infinite { column: name, place: Place::Row(row) });
            }
        }
        Ok(Self { name, values: Values::Number(numbers), missing, not_a_number: None, provenance: Arc::default() })
    }

    /// Whether a column of text has cells that read as numbers, so that it may be numbers with a slip in it.
    pub(crate) fn looks_numeric(&self) -> bool {
        match &self.values {
            Values::Number(_) => true,
            Values::Text { levels, .. } => levels.iter().any(|level| read_number(level.as_bytes()).is_some()),
        }
    }

    /// Puts the rows in another order: row `i` becomes what was row `order[i]`, a permutation.
    pub(super) fn reorder(&mut self, order: &[usize]) {
        match &mut self.values {
            Values::Number(numbers) => reorder(numbers, order),
            Values::Text { codes, .. } => reorder(codes, order),
        }
        if !self.missing.is_empty() {
            reorder(&mut self.missing, order);
        }
    }
}

/// What a cell of a column says, as long as the column may be one of numbers.
enum Cell {
    Number(f64),
    Missing(Missing),
    Text,
}

fn read_cell(cell: &[u8]) -> Cell {
    if let Some(number) = read_number(cell) {
        return Cell::Number(number);
    }
    if let Some(missing) = Missing::in_numbers(cell) {
        return Cell::Missing(missing);
    }
    if cell.is_ascii() {
        return Cell::Text;
    }
    // A space that does not break, beside a number or alone, is not ASCII and is trimmed only once decoded.
    let text = decode(cell);
    if text.is_ascii() { read_cell(text.as_bytes()) } else { Cell::Text }
}

/// The number in a cell, or the mark in its place; `None` for any other text.
pub(crate) fn read_value(cell: &[u8]) -> Option<Result<f64, Missing>> {
    match read_cell(cell) {
        Cell::Number(number) => Some(Ok(number)),
        Cell::Missing(mark) => Some(Err(mark)),
        Cell::Text => None,
    }
}

fn note_missing(missing: &mut Vec<Option<Missing>>, row: usize, rows: usize, kind: Missing) {
    if missing.is_empty() {
        missing.resize(rows, None);
    }
    missing[row] = Some(kind);
}

/// The place of a row; a builder passes no places, its rows are their own.
fn place_of(places: &[Place], row: usize) -> Place {
    places.get(row).copied().unwrap_or(Place::Row(row))
}

#[cfg(test)]
mod tests;
