//! What stands in one row of a column: a number, a text, or the reason why there is neither?

use std::fmt;

use serde::{Deserialize, Serialize};

use super::column::{Column, ColumnKind};
use super::missing::Missing;
use super::spelling::trimmed;

/// The value of a column in one row.
///
/// Numbers, texts and [`Missing`] become one by `into()`: NaN is [`Missing::NotANumber`], `None` is [`Missing::Empty`],
/// `true` is 1, and a text that is a missing mark of columns of text (`""`, `NA`, `[c]`) is that mark.
///
/// ```
/// use apportion::panel::{CellValue, Missing};
/// assert_eq!(CellValue::from(43.0), CellValue::Number(43.0));
/// assert_eq!(CellValue::from(f64::NAN), CellValue::Missing(Missing::NotANumber));
/// assert_eq!(CellValue::from("[c]"), CellValue::Missing(Missing::Confidential));
/// assert_eq!((CellValue::from("x").text(), CellValue::from(true).number()), (Some("x"), Some(1.0)));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellValue {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// None, and why.
    Missing(Missing),
}

impl CellValue {
    /// What a column holds in a row.
    pub(super) fn of(column: &Column, row: usize) -> Self {
        match (column.missing(row), column.text(row)) {
            (Some(mark), _) => CellValue::Missing(mark),
            (None, Some(text)) => CellValue::Text(text.to_owned()),
            (None, None) => column.value(row).map_or_else(CellValue::Missing, CellValue::Number),
        }
    }

    /// The number; `None` for a text and where it is missing.
    ///
    /// See the example of [`CellValue`].
    pub fn number(&self) -> Option<f64> {
        match self {
            CellValue::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text; `None` for a number and where it is missing.
    ///
    /// See the example of [`CellValue`].
    pub fn text(&self) -> Option<&str> {
        match self {
            CellValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Why there is no value; `None` where there is one.
    ///
    /// ```
    /// use apportion::panel::{CellValue, Missing};
    /// assert_eq!(CellValue::from(None::<f64>).missing(), Some(Missing::Empty));
    /// ```
    pub fn missing(&self) -> Option<Missing> {
        match self {
            CellValue::Missing(mark) => Some(*mark),
            _ => None,
        }
    }

    /// The kind of column that holds it; `None` where it is missing.
    pub(super) fn kind(&self) -> Option<ColumnKind> {
        match self {
            CellValue::Number(_) => Some(ColumnKind::Number),
            CellValue::Text(_) => Some(ColumnKind::Text),
            CellValue::Missing(_) => None,
        }
    }
}

/// The number, the text, or the mark of what is missing.
impl fmt::Display for CellValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CellValue::Number(number) => number.fmt(f),
            CellValue::Text(text) => f.write_str(text),
            CellValue::Missing(mark) => f.write_str(mark.mark()),
        }
    }
}

impl From<f64> for CellValue {
    fn from(number: f64) -> Self {
        if number.is_nan() { CellValue::Missing(Missing::NotANumber) } else { CellValue::Number(number) }
    }
}

impl From<&f64> for CellValue {
    fn from(number: &f64) -> Self {
        Self::from(*number)
    }
}

impl From<i32> for CellValue {
    fn from(number: i32) -> Self {
        CellValue::Number(f64::from(number))
    }
}

impl From<bool> for CellValue {
    fn from(holds: bool) -> Self {
        CellValue::Number(f64::from(u8::from(holds)))
    }
}

impl From<&str> for CellValue {
    fn from(text: &str) -> Self {
        let text = trimmed(text);
        Missing::of_text(text).map_or_else(|| CellValue::Text(text.to_owned()), CellValue::Missing)
    }
}

impl From<String> for CellValue {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Missing> for CellValue {
    fn from(mark: Missing) -> Self {
        CellValue::Missing(mark)
    }
}

impl<T: Into<CellValue>> From<Option<T>> for CellValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(CellValue::Missing(Missing::Empty), Into::into)
    }
}

impl<T: Into<CellValue>> From<std::result::Result<T, Missing>> for CellValue {
    fn from(value: std::result::Result<T, Missing>) -> Self {
        value.map_or_else(CellValue::Missing, Into::into)
    }
}
