//! What stands in one row of a column: a number, a text, or the reason why there is neither?

use std::fmt;

use serde::{Deserialize, Serialize};

use super::column::{Column, ColumnKind};
use super::missing::Missing;
use super::spelling::trimmed;

/// The value of a column in one row.
///
/// Numbers, texts and [`Missing`] become one by `into()`: NaN is [`Missing::NotANumber`], `None` is [`Missing::Empty`],
/// `true` is 1, and a text that is a missing mark of columns of text (`""`, `NA`, `[c]`) is that mark. A whole number
/// that double precision may not hold, beyond ±2⁵³, is its digits as text, as in files: it is a code, and no digit of it
/// is lost.
///
/// ```
/// use apportion::panel::{CellValue, Missing};
/// assert_eq!(CellValue::from(202_u64), CellValue::Number(202.0));
/// assert_eq!(CellValue::from(u64::MAX).text(), Some("18446744073709551615"));
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

    /// The same value as a column holds it, for one that was built directly: NaN and the marks in a text are missing, and
    /// a text has no spaces around it.
    pub(super) fn read(self) -> Self {
        match self {
            CellValue::Number(number) => Self::from(number),
            CellValue::Text(text) => Self::from(text),
            CellValue::Missing(mark) => CellValue::Missing(mark),
        }
    }

    /// The number; `None` for a text and where it is missing.
    ///
    /// ```
    /// use apportion::panel::{CellValue, Missing};
    /// assert_eq!(CellValue::from(43.5).number(), Some(43.5));
    /// assert_eq!(CellValue::from("43.5").number(), None, "a text stays one");
    /// assert_eq!(CellValue::from(Missing::Confidential).number(), None);
    /// ```
    pub fn number(&self) -> Option<f64> {
        match self {
            CellValue::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text; `None` for a number and where it is missing.
    ///
    /// ```
    /// use apportion::panel::CellValue;
    /// assert_eq!(CellValue::from(" North ").text(), Some("North"));
    /// assert_eq!(CellValue::from("NA").text(), None);
    /// assert_eq!(CellValue::from(43.5).text(), None);
    /// ```
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

/// As the double that it is: `0.1_f32` is 0.10000000149011612.
impl From<f32> for CellValue {
    fn from(number: f32) -> Self {
        Self::from(f64::from(number))
    }
}

macro_rules! from_small_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for CellValue {
            fn from(number: $integer) -> Self {
                CellValue::Number(f64::from(number))
            }
        }
    )*};
}

from_small_integers!(i8, i16, i32, u8, u16, u32);

/// The largest whole number up to which every one is a double.
const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;

macro_rules! from_large_integers {
    ($($integer:ty),*) => {$(
        /// A number up to 2⁵³ of either sign, and its digits beyond.
        impl From<$integer> for CellValue {
            fn from(number: $integer) -> Self {
                // The same test of either sign, and of as many bits as the machine's addresses have.
                match i128::try_from(number) {
                    Ok(whole) if whole.unsigned_abs() <= u128::from(EXACT) => CellValue::Number(number as f64),
                    _ => CellValue::Text(number.to_string()),
                }
            }
        }
    )*};
}

from_large_integers!(i64, u64, isize, usize);

macro_rules! from_references {
    ($($value:ty),*) => {$(
        impl From<&$value> for CellValue {
            fn from(value: &$value) -> Self {
                Self::from(value.clone())
            }
        }
    )*};
}

from_references!(f64, f32, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, bool, &str, Missing, CellValue);

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

impl From<&String> for CellValue {
    fn from(text: &String) -> Self {
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
