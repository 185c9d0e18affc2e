//! How do numbers, texts or cells become a column?
//!
//! Whatever they are given as, marks, levels and the cell that an error has to name are collected here, in one place.

use std::sync::Arc;

use super::written::Written;
use super::{Column, NoNumber, Values};
use crate::error::{DataError, Place, Result};
use crate::panel::cells::{Cells, decode};
use crate::panel::codes::levels;
use crate::panel::missing::Missing;
use crate::panel::number::NumberStyle;
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

    /// Makes a column of what has come, with the cell for which it is no column of numbers.
    fn into_column(mut self, values: impl FnOnce(Vec<V>) -> Values, no_number: Option<NoNumber>) -> Column {
        if !self.missing.is_empty() {
            self.missing.resize(self.values.len(), None);
        }
        let (name, missing, values) = (self.name, Arc::new(self.missing), Arc::new(values(self.values)));
        Column { name, values, missing, no_number, spellings: Vec::new(), provenance: Arc::default() }
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

    /// The level to name where numbers are asked for: of those that are no numbers the first that has a digit, since it
    /// may be meant for one, or else the first; of nothing but numbers the first.
    fn no_number(&self) -> u32 {
        let no_number = |text: &&String| read_value(text.as_bytes()).is_none();
        let mut found = (0..).zip(&self.levels).filter(|(_, text)| no_number(text));
        let with_digit = found.clone().find(|(_, text)| text.contains(|c: char| c.is_numeric()));
        with_digit.or(found.next()).map_or(0, |(level, _)| level)
    }

    /// Makes a column of text, or one of numbers where every row is missing.
    fn build(mut self, places: &[Place], no_number: u32) -> Column {
        if self.levels.is_empty() {
            return self.into_column(|codes| Values::Number(vec![f64::NAN; codes.len()]), None);
        }
        let first = self.values.iter().position(|&level| level == no_number);
        let no_number = first.map(|row| NoNumber::text(place_of(places, row), self.levels[no_number as usize].clone()));
        let (levels, ranks) = ranked(&self.levels, String::cmp);
        for code in self.values.iter_mut().filter(|code| **code != Values::NO_LEVEL) {
            *code = ranks[*code as usize];
        }
        self.into_column(|codes| Values::Text { codes, levels }, no_number)
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
        // Without an early end, as the processor then tests several at once: mostly all of them are numbers.
        if numbers.iter().fold(true, |all, number| all & number.is_finite()) {
            let missing = Vec::new();
            return Ok(ColumnBuilder { name, values: numbers, absent: f64::NAN, missing, levels: Vec::new() }
                .into_column(Values::Number, None));
        }
        let value = |number: f64| if number.is_nan() { Err(Missing::NotANumber) } else { Ok(number) };
        Self::from_values(name, numbers.into_iter().map(value))
    }

    /// Makes a column of numbers when the cells are, otherwise one of text. Cells that are numbers and say in how they are
    /// written that they are not meant as such make a column of text as well: codes with leading zeros, percentages
    /// among plain numbers.
    ///
    /// # Errors
    ///
    /// [`DataError::Infinite`] for an infinite value among numbers.
    pub(in crate::panel) fn from_cells(
        name: String,
        cells: &Cells,
        places: &[Place],
        style: &NumberStyle,
    ) -> Result<Self> {
        let mut column = ColumnBuilder::numbers(name, cells.len());
        let mut written = Written::default();
        for (row, cell) in cells.iter().enumerate() {
            match style.read_value(cell) {
                Some(value) => {
                    written.note(row, cell, value);
                    column.push(value);
                }
                // It is text after all, in which letters taken for marks so far are values: all is read anew.
                None => return Ok(Self::from_text(column.name, cells, places)),
            }
        }
        match written.no_number(cells, places) {
            // Here such letters are marks, as they would be among the numbers that these cells look like.
            Some(no_number) => {
                Ok(Self::texts(column.name, cells, places, Missing::in_numbers).with_no_number(no_number))
            }
            None => column.build(places),
        }
    }

    /// Makes a column of numbers whatever the cells look like.
    ///
    /// # Errors
    ///
    /// [`DataError::NotANumber`] for the first cell that is none, [`DataError::Infinite`] for an infinite value.
    pub(in crate::panel) fn from_number_cells(
        name: String,
        cells: &Cells,
        places: &[Place],
        style: &NumberStyle,
    ) -> Result<Self> {
        let mut column = ColumnBuilder::numbers(name, cells.len());
        let mut written = Written::default();
        for (row, cell) in cells.iter().enumerate() {
            let Some(value) = style.read_value(cell) else {
                let no_number = NoNumber::text(place_of(places, row), decode(cell).into_owned());
                return Err(no_number.error(&column.name, None));
            };
            written.note(row, cell, value);
            column.push(value);
        }
        match written.percent(cells, places) {
            Some(no_number) => Err(no_number.error(&column.name, None)),
            None => column.build(places),
        }
    }

    /// Makes a column of text whatever the cells look like; when all are missing, one of numbers.
    pub(crate) fn from_text(name: String, cells: &Cells, places: &[Place]) -> Self {
        Self::texts(name, cells, places, Missing::in_text)
    }

    fn texts(name: String, cells: &Cells, places: &[Place], mark: fn(&[u8]) -> Option<Missing>) -> Self {
        let (distinct, firsts) = cells.distinct();
        let (texts, spellings) = levels(&name, &distinct);
        let mut column = ColumnBuilder::texts(name, firsts.len());
        let mut value = |text: String| match mark(text.as_bytes()) {
            Some(mark) => Err(mark),
            None => Ok(column.level(text)),
        };
        let values: Vec<Result<u32, Missing>> = texts.into_iter().map(&mut value).collect();
        for first in firsts {
            column.push(values[first as usize]);
        }
        let no_number = column.no_number();
        Column { spellings, ..column.build(places, no_number) }
    }

    fn with_no_number(self, no_number: NoNumber) -> Self {
        Column { no_number: Some(no_number), ..self }
    }

    /// A column of texts, each one or why there is none; all missing counts as numbers.
    pub(crate) fn from_texts(name: String, texts: &[Result<impl AsRef<str>, Missing>]) -> Self {
        let mut column = ColumnBuilder::texts(name, texts.len());
        for text in texts {
            let value = text.as_ref().map(|text| column.level(text.as_ref().to_owned())).map_err(|mark| *mark);
            column.push(value);
        }
        // Here a text is named even if it looks like a number: it was said to be text.
        let with_digit = column.levels.iter().position(|text| text.contains(|c: char| c.is_numeric()));
        column.build(&[], with_digit.unwrap_or_default() as u32)
    }
}

/// The place of a row; a builder passes no places, its rows are their own.
fn place_of(places: &[Place], row: usize) -> Place {
    places.get(row).copied().unwrap_or(Place::Row(row))
}
