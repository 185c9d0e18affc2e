//! What stands in a table: columns, how their numbers are read, and cells.

use serde::{Deserialize, Serialize};

use crate::decompose::Interval;

/// What stands in one place of every row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Column {
    /// What a program calls it: one name, or two for the ends of a range.
    pub names: Vec<String>,
    /// What a reader calls it, with its unit.
    pub heading: String,
    /// How its numbers are read.
    pub format: Format,
}

impl Column {
    /// A column of texts or numbers.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::{Column, Format};
    ///
    /// assert_eq!(Column::new("r2", "R²", Format::Significant).names, ["r2"]);
    /// ```
    pub fn new(name: impl Into<String>, heading: impl Into<String>, format: Format) -> Self {
        Column { names: vec![name.into()], heading: heading.into(), format }
    }

    /// A column of ranges: one column to a reader, two in CSV.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::{Column, Format};
    ///
    /// assert_eq!(Column::range(["lower", "upper"], "95% interval", Format::Percent).names, ["lower", "upper"]);
    /// ```
    pub fn range(ends: [impl Into<String>; 2], heading: impl Into<String>, format: Format) -> Self {
        Column { names: ends.map(Into::into).to_vec(), heading: heading.into(), format }
    }

    /// Whether a reader or a program calls it so.
    pub(in crate::report) fn is_called(&self, name: &str) -> bool {
        self.heading == name || self.names.iter().any(|own| own == name)
    }

    pub(in crate::report) fn is_range(&self) -> bool {
        self.names.len() > 1
    }
}

/// How the numbers of a column are read; in CSV and JSON they stand in full whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Format {
    /// Texts, to the left.
    Text,
    /// Whole numbers: counts, years, ranks.
    Whole,
    /// Fractions as per cent, one decimal: shares differ by less only by chance.
    Percent,
    /// In the unit of the outcome: three digits of the largest, one decimal at least, all columns of the table alike.
    Points,
    /// Four significant digits, each number by itself: columns differ in their units.
    Significant,
    /// Four decimals, and `<0.0001` for less.
    PValue,
}

/// What stands in one place of one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Cell {
    /// Two ends.
    Range([f64; 2]),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Nothing: it does not apply, or is not known.
    Empty,
}

impl Cell {
    /// The number by which rows are sorted: of a range its lower end.
    pub(in crate::report) fn number(&self) -> Option<f64> {
        match self {
            Cell::Number(number) | Cell::Range([number, _]) => Some(*number),
            Cell::Text(_) | Cell::Empty => None,
        }
    }
}

impl From<f64> for Cell {
    /// Nothing where it is no number.
    fn from(number: f64) -> Self {
        if number.is_finite() { Cell::Number(number) } else { Cell::Empty }
    }
}

impl From<[f64; 2]> for Cell {
    fn from(ends: [f64; 2]) -> Self {
        if ends.iter().all(|end| end.is_finite()) { Cell::Range(ends) } else { Cell::Empty }
    }
}

impl From<Interval> for Cell {
    fn from(interval: Interval) -> Self {
        Cell::from([interval.lower, interval.upper])
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Cell::Number(count as f64)
    }
}

impl From<i32> for Cell {
    fn from(period: i32) -> Self {
        Cell::Number(f64::from(period))
    }
}

impl From<bool> for Cell {
    fn from(is_so: bool) -> Self {
        Cell::from(if is_so { "yes" } else { "no" })
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_string()) }
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Cell::from(text.as_str())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}
