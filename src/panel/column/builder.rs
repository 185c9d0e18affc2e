//! How do numbers, texts or cells become a column?
//!
//! Whatever they are given as, marks, levels and the cell that an error has to name are collected here, in one place.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Column, Values};
use crate::error::{DataError, Place, Result};
use crate::panel::cells::Cells;
use crate::panel::missing::Missing;
use crate::panel::order::ranked;
use crate::panel::value::read_value;

/// The rows of one column as far as they have come: numbers, or texts by the positions of their levels.
struct ColumnBuilder<V> {
    name: String,
    values: Vec<V>,
    /// What stands in the place of a missing value.
    absent: V,
    /// One for each row up to the last that is missing: most columns have none, and a row with a value costs nothing
    /// here.
    missing: Vec<Option<Missing>>,
    /// The texts as they came; none in a column of numbers.
    levels: Vec<String>,
}

impl<V: Copy> ColumnBuilder<V> {
    fn new(name: String, rows: usize, absent: V) -> Self {
        Self { name, values: Vec::with_capacity(rows), absent, missing: Vec::new(), levels: Vec::new() }
    }

    /// Adds a row: its value, or why there is none.
    fn push(&mut self, value: Result<V, Missing>) {
        match value {
            Ok(value) => self.values.push(value),
            Err(mark) => {
                if self.missing.is_empty() {
                    self.missing.reserve(self.values.capacity());
                }
                self.missing.resize(self.values.len(), None);
                self.missing.push(Some(mark));
                self.values.push(self.absent);
            }
        }
    }

    /// Makes a column of what has come, with the first cell that is not a number.
    fn into_column(mut self, values: impl FnOnce(Vec<V>) -> Values, not_a_number: Option<(Place, String)>) -> Column {
        if !self.missing.is_empty() {
            self.missing.resize(self.values.len(), None);
        }
        let (name, missing, values) = (self.name, self.missing, values(self.values));
        Column { name, values, missing, not_a_number, provenance: Arc::default() }
    }
}

impl ColumnBuilder<f64> {
    fn numbers(name: String, rows: usize) -> Self {
        Self::new(name, rows, f64::NAN)
    }

    /// Makes a column of numbers, unless one that is there is not finite.
    fn build(self, places: &[Place]) -> Result<Column> {
        let is_missing = |row: usize| self.missing.get(row).copied().flatten().is_some();
        let infinite = (0..self.values.len()).find(|&row| !self.values[row].is_finite() && !is_missing(row));
        match infinite {
            Some(row) => Err(DataError::Infinite { column: self.name, place: place_of(places, row) }.into()),
            None => Ok(self.into_column(Values::Number, None)),
        }
    }
}

impl ColumnBuilder<u32> {
    fn texts(name: String, rows: usize) -> Self {
        Self::new(name, rows, Values::NO_LEVEL)
    }

    /// Makes a text known and gives the value of the rows that hold it. A text may come more than once.
    fn level(&mut self, text: String) -> u32 {
        self.levels.push(text);
        self.levels.len() as u32 - 1
    }

    /// The level to name where numbers are asked for: the first that is no number, or of nothing but numbers the first.
    fn not_a_number(&self) -> u32 {
        self.levels.iter().position(|text| read_value(text.as_bytes()).is_none()).unwrap_or_default() as u32
    }

    /// Makes a column of text, or one of numbers where every row is missing.
    fn build(mut self, places: &[Place], not_a_number: u32) -> Column {
        if self.levels.is_empty() {
            return self.into_column(|codes| Values::Number(vec![f64::NAN; codes.len()]), None);
        }
        let first = self.values.iter().position(|&level| level == not_a_number);
        let not_a_number = first.map(|row| (place_of(places, row), self.levels[not_a_number as usize].clone()));
        let (levels, ranks) = ranked(&self.levels, String::cmp);
        for code in self.values.iter_mut().filter(|code| **code != Values::NO_LEVEL) {
            *code = ranks[*code as usize];
        }
        self.into_column(|codes| Values::Text { codes, levels }, not_a_number)
    }
}

impl Column {
    /// A column of numbers, each a value or why there is none.
    ///
    /// # Errors
    ///
    /// [`DataError::Infinite`] for the first value that is not finite.
    pub(crate) fn from_values(name: String, values: impl IntoIterator<Item = Result<f64, Missing>>) -> Result<Self> {
        let values = values.into_iter();
        let mut column = ColumnBuilder::numbers(name, values.size_hint().0);
        for value in values {
            column.push(value);
        }
        column.build(&[])
    }

    /// Makes a column of numbers held in memory; NaN is missing.
    ///
    /// # Errors
    ///
    /// [`DataError::Infinite`] for the first infinite value.
    pub(in crate::panel) fn from_numbers(name: String, numbers: Vec<f64>) -> Result<Self> {
        let value = |number: f64| if number.is_nan() { Err(Missing::NotANumber) } else { Ok(number) };
        Self::from_values(name, numbers.into_iter().map(value))
    }

    /// Makes a column of numbers when the cells are, otherwise one of text.
    ///
    /// # Errors
    ///
    /// [`DataError::Infinite`] for an infinite value among numbers.
    pub(in crate::panel) fn from_cells(name: String, cells: &Cells, places: &[Place]) -> Result<Self> {
        let mut column = ColumnBuilder::numbers(name, cells.len());
        for cell in cells.iter() {
            match read_value(cell) {
                Some(value) => column.push(value),
                // It is text after all, in which letters taken for marks so far are values: all is read anew.
                None => return Ok(Self::from_text(column.name, cells, places)),
            }
        }
        column.build(places)
    }

    /// Makes a column of text whatever the cells look like; when all are missing, one of numbers.
    pub(crate) fn from_text(name: String, cells: &Cells, places: &[Place]) -> Self {
        let (distinct, firsts) = cells.distinct();
        let mut column = ColumnBuilder::texts(name, firsts.len());
        let mut value = |text: Cow<'_, str>| match Missing::in_text(text.as_bytes()) {
            Some(mark) => Err(mark),
            None => Ok(column.level(text.into_owned())),
        };
        let values: Vec<Result<u32, Missing>> = distinct.into_iter().map(&mut value).collect();
        for first in firsts {
            column.push(values[first as usize]);
        }
        let not_a_number = column.not_a_number();
        column.build(places, not_a_number)
    }

    /// A column of texts, each one or why there is none; all missing counts as numbers.
    pub(crate) fn from_texts(name: String, texts: &[Result<impl AsRef<str>, Missing>]) -> Self {
        let mut column = ColumnBuilder::texts(name, texts.len());
        for text in texts {
            let value = text.as_ref().map(|text| column.level(text.as_ref().to_owned())).map_err(|mark| *mark);
            column.push(value);
        }
        // Here the first text is named even if it looks like a number: it was said to be text.
        column.build(&[], 0)
    }
}

/// The place of a row; a builder passes no places, its rows are their own.
fn place_of(places: &[Place], row: usize) -> Place {
    places.get(row).copied().unwrap_or(Place::Row(row))
}
