//! Which units do rows in memory have?
//!
//! Integers stay integers until one is not: a text for each of a million rows would cost more than a regression of them.

use super::cell_value::CellValue;
use super::cells::Cells;
use super::history::Spellings;
use super::keys::{Key, integer_units, read_units};
use super::order::ranked_integers;
use crate::error::Result;

/// The unit of each row, as it was given.
#[derive(Debug, Clone)]
pub(super) enum GivenUnits {
    /// Integers none of which is below the one before: those there are, and for each row the position of its own.
    InOrder(Vec<i64>, Vec<u32>),
    Integers(Vec<i64>),
    Texts(Cells),
}

impl GivenUnits {
    pub(super) fn len(&self) -> usize {
        match self {
            GivenUnits::InOrder(_, positions) => positions.len(),
            GivenUnits::Integers(integers) => integers.len(),
            GivenUnits::Texts(cells) => cells.len(),
        }
    }

    /// The units of rows, and their spellings where a unit has several, or another unit may be one of them.
    ///
    /// # Errors
    ///
    /// [`DataError::MissingKey`](crate::error::DataError::MissingKey) for the first row without a unit.
    pub(super) fn read(self, name: String) -> Result<(Key<String>, Vec<Spellings>)> {
        // An integer has one spelling.
        match self {
            GivenUnits::InOrder(values, positions) => Ok((integer_units(name, (values, positions)), Vec::new())),
            GivenUnits::Integers(integers) => Ok((integer_units(name, ranked_integers(&integers)), Vec::new())),
            GivenUnits::Texts(cells) => read_units(name, &cells, &[]),
        }
    }

    fn push(&mut self, unit: CellValue) {
        match (&mut *self, integer(&unit)) {
            (GivenUnits::InOrder(values, positions), Some(integer)) if values.last().is_none_or(|l| *l <= integer) => {
                if values.last() != Some(&integer) {
                    values.push(integer);
                }
                positions.push(values.len() as u32 - 1);
            }
            (GivenUnits::Integers(integers), Some(integer)) => integers.push(integer),
            (GivenUnits::Texts(cells), _) => match unit {
                CellValue::Text(text) => cells.push(text.as_bytes()),
                CellValue::Number(number) => cells.push(number.to_string().as_bytes()),
                CellValue::Missing(mark) => cells.push(mark.mark_in_any_column().as_bytes()),
            },
            // What came so far cannot be kept as it is.
            (GivenUnits::InOrder(values, positions), _) => {
                let each = positions.iter().map(|&position| values[position as usize]);
                // As many may follow as there was room for.
                let mut integers = Vec::with_capacity(positions.capacity());
                integers.extend(each);
                *self = GivenUnits::Integers(integers);
                self.push(unit);
            }
            (GivenUnits::Integers(integers), None) => {
                *self = GivenUnits::Texts(integers.iter().map(i64::to_string).collect());
                self.push(unit);
            }
        }
    }
}

impl<T: Into<CellValue>> FromIterator<T> for GivenUnits {
    fn from_iter<I: IntoIterator<Item = T>>(units: I) -> Self {
        let units = units.into_iter();
        let mut given = GivenUnits::InOrder(Vec::new(), Vec::with_capacity(units.size_hint().0));
        units.for_each(|unit| given.push(unit.into()));
        given
    }
}

/// The integer that a unit is.
fn integer(unit: &CellValue) -> Option<i64> {
    let number = unit.number()?;
    // What double precision may not hold came as text: the way there and back is exact.
    let whole = number as i64;
    (whole as f64 == number && whole.unsigned_abs() <= 1 << f64::MANTISSA_DIGITS).then_some(whole)
}
