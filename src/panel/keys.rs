//! Which unit and period does each row belong to?
//!
//! Knows the cells of the two key columns, and the order of the values in them.

use std::borrow::Cow;
use std::sync::Arc;

use super::cells::Cells;
use super::codes::united;
use super::history::Spellings;
use super::missing::Missing;
use super::order::{ranked, ranked_integers, reorder};
use super::period::{read_period, short_span};
use crate::error::{DataError, Place, Result};

/// A key column: its distinct values in order, and for each row the position of its own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key<T> {
    pub(super) name: String,
    // Shared, as the groups of a sample of all rows are these.
    pub(super) values: Arc<Vec<T>>,
    pub(super) indices: Arc<Vec<u32>>,
}

/// The units of rows, and their spellings where a unit has several, or another unit may be one of them.
///
/// # Errors
///
/// [`DataError::MissingKey`] for the first row without a unit.
pub(super) fn read_units(name: String, cells: &Cells, places: &[Place]) -> Result<(Key<String>, Vec<Spellings>)> {
    let (distinct, firsts) = cells.distinct();
    if let Some(missing) = distinct.iter().position(|text| Missing::in_text(text.as_bytes()).is_some()) {
        return Err(DataError::MissingKey { column: name, place: first_place(&firsts, missing, places) }.into());
    }
    let (units, spellings) = united(&name, &distinct);
    Ok((key_of_units(name, units, &firsts), spellings))
}

/// The units of rows that were units before: what is left of them may be numbers, where it was not all before, but no
/// two become one.
pub(super) fn known_units(name: String, cells: &Cells) -> Key<String> {
    let (distinct, firsts) = cells.distinct();
    key_of_units(name, distinct.into_iter().map(Cow::into_owned).collect(), &firsts)
}

/// The units of rows that are all integers: those there are, in order, and for each row the position of its own.
pub(super) fn integer_units(name: String, (values, indices): (Vec<i64>, Vec<u32>)) -> Key<String> {
    Key::new(name, values.iter().map(i64::to_string).collect(), indices)
}

/// The key of the distinct units, of which each row has one by position.
fn key_of_units(name: String, units: Vec<String>, firsts: &[u32]) -> Key<String> {
    // Identifiers that are all integers are ordered as such, so that 9 comes before 10.
    let integers: Option<Vec<i64>> = units.iter().map(|text| text.parse().ok()).collect();
    let (values, ranks) = match integers {
        Some(integers) => {
            let numbered: Vec<_> = integers.into_iter().zip(units).collect();
            let (values, ranks) = ranked(&numbered, Ord::cmp);
            (values.into_iter().map(|(_, text)| text).collect(), ranks)
        }
        None => ranked(&units, String::cmp),
    };
    let indices = firsts.iter().map(|&first| ranks[first as usize]).collect();
    Key::new(name, values, indices)
}

/// The periods of rows.
///
/// # Errors
///
/// [`DataError::MissingKey`] or [`DataError::NotAPeriod`] for the first row without a period, or with a text that is
/// none.
pub(super) fn read_periods(name: String, cells: &Cells, places: &[Place]) -> Result<Key<i32>> {
    let (distinct, firsts) = cells.distinct();
    let mut periods = Vec::with_capacity(distinct.len());
    for (position, text) in distinct.iter().enumerate() {
        if Missing::in_text(text.as_bytes()).is_some() {
            return Err(DataError::MissingKey { column: name, place: first_place(&firsts, position, places) }.into());
        }
        let Some(period) = read_period(text) else {
            let place = first_place(&firsts, position, places);
            return Err(DataError::NotAPeriod { column: name, place, text: text.clone().into_owned() }.into());
        };
        periods.push(period);
    }
    if let Some(at) = short_span(distinct.iter().map(AsRef::as_ref)) {
        let (place, text) = (first_place(&firsts, at, places), distinct[at].clone().into_owned());
        return Err(DataError::NotAPeriod { column: name, place, text }.into());
    }
    let (values, ranks) = ranked(&periods, i32::cmp);
    let indices = firsts.iter().map(|&first| ranks[first as usize]).collect();
    Ok(Key::new(name, values, indices))
}

/// The periods of rows in memory, as they stand.
pub(super) fn periods_in_memory(name: String, periods: &[i32]) -> Key<i32> {
    let (values, indices) = ranked_integers(periods);
    Key::new(name, values, indices)
}

impl<T: Clone> Key<T> {
    /// The key on some of the rows, without the values that none of them has.
    pub(super) fn on_rows(&self, rows: &[usize]) -> Self {
        let kept: Vec<u32> = rows.iter().filter_map(|&row| self.indices.get(row).copied()).collect();
        let (used, indices) = ranked(&kept, u32::cmp);
        let values = used.iter().filter_map(|&index| self.values.get(index as usize).cloned()).collect();
        Key::new(self.name.clone(), values, indices)
    }
}

impl<T> Key<T> {
    fn new(name: String, values: Vec<T>, indices: Vec<u32>) -> Self {
        Key { name, values: Arc::new(values), indices: Arc::new(indices) }
    }

    /// Puts the rows in another order, a permutation.
    pub(super) fn reorder(&mut self, order: &[u32]) {
        reorder(Arc::make_mut(&mut self.indices), order);
    }

    /// The value of a row; `None` beyond the last.
    pub(super) fn of(&self, row: usize) -> Option<&T> {
        self.indices.get(row).and_then(|&index| self.values.get(index as usize))
    }
}

/// Where the first row stands that holds a distinct cell.
fn first_place(firsts: &[u32], position: usize, places: &[Place]) -> Place {
    let row = firsts.iter().position(|&first| first as usize == position).unwrap_or_default();
    places.get(row).copied().unwrap_or(Place::Row(row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn units(cells: &[&str]) -> Result<Key<String>> {
        read_units("unit".to_owned(), &cells.iter().collect(), &[]).map(|(key, _)| key)
    }

    fn periods(cells: &[&str]) -> Result<Key<i32>> {
        read_periods("year".to_owned(), &cells.iter().collect(), &[])
    }

    #[test]
    fn integers_are_ordered_as_integers() {
        let key = units(&["10", "9", "10", "007", "7"]).unwrap();
        assert_eq!(*key.values, ["007", "7", "9", "10"]);
        assert_eq!(*key.indices, [3, 2, 3, 0, 1]);
        assert_eq!(key.of(1).unwrap(), "9");
        assert_eq!(key.of(5), None);
    }

    #[test]
    fn units_written_differently_are_the_same() {
        let cells = ["203.0", "202", "Môn", "202.00", "Mo\u{302}n\u{a0}", "203.0"].iter().collect();
        let (key, spellings) = read_units("la".to_owned(), &cells, &[]).unwrap();
        assert_eq!(*key.values, ["202", "203", "Môn"]);
        assert_eq!(*key.indices, [1, 0, 2, 0, 2, 1]);
        let read_as: Vec<_> = spellings.iter().map(|spellings| spellings.read_as.as_deref()).collect();
        assert_eq!(read_as, [Some("203"), Some("202"), Some("Môn")]);
        assert_eq!(spellings[1].spellings, ["202", "202.00"]);
    }

    #[test]
    fn other_units_are_ordered_as_text() {
        let key = units(&["10", " E9 ", "9", "x"]).unwrap();
        assert_eq!(*key.values, ["10", "9", "E9", "x"]);
    }

    #[test]
    fn periods_written_differently_are_the_same() {
        let key = periods(&["2018", "2016-17", "201718", "2017/18"]).unwrap();
        assert_eq!(*key.values, [2017, 2018]);
        assert_eq!(*key.indices, [1, 0, 1, 1]);
    }

    #[test]
    fn financial_years_in_four_digits_are_no_years() {
        for cells in [&["2018", "1617"][..], &["1920", "2021"]] {
            assert!(matches!(periods(cells), Err(Error::Data(DataError::NotAPeriod { .. }))), "{cells:?}");
        }
        assert_eq!(*periods(&["2021", "2022"]).unwrap().values, [2021, 2022]);
    }

    #[test]
    fn missing_units_and_periods() {
        for mark in ["", " ", "NA", "-", "[x]"] {
            let error = units(&["a", mark]).unwrap_err();
            assert!(
                matches!(&error, Error::Data(DataError::MissingKey { column, place: Place::Row(1) }) if column == "unit"),
                "{error}"
            );
            let error = periods(&["2018", mark]).unwrap_err();
            assert!(
                matches!(&error, Error::Data(DataError::MissingKey { column, place: Place::Row(1) }) if column == "year"),
                "{error}"
            );
        }
    }

    #[test]
    fn not_a_period_names_the_first() {
        let error = periods(&["2018", "2018", "soon", "", "soon"]).unwrap_err();
        assert!(
            matches!(&error, Error::Data(DataError::NotAPeriod { place: Place::Row(2), text, .. }) if text == "soon"),
            "{error}"
        );
    }
}
