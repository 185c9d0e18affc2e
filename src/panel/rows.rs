//! From columns that have been read to a panel: are the weights usable, and where does each row belong?

use std::sync::Arc;

use super::Panel;
use super::column::Column;
use super::history::{Reading, Step};
use super::keys::Key;
use super::names::unknown_column;
use super::order::{order_of_rows, reorder};
use super::spelling::position;
use crate::error::{DataError, Error, Place, Result};

/// Columns that have been read, in the order of the source.
pub(super) struct Rows {
    pub(super) units: Option<Key<String>>,
    pub(super) periods: Option<Key<i32>>,
    pub(super) weight: Option<String>,
    pub(super) population: Option<String>,
    pub(super) columns: Vec<Column>,
    pub(super) places: Vec<Place>,
    /// What was seen beside the rows.
    pub(super) reading: Reading,
}

impl Rows {
    /// Checks weight and population, and sorts the rows by unit and period.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`], [`DataError::NotANumber`] or [`DataError::Negative`] for the weight or population
    /// column, [`DataError::DuplicateRow`] for a unit and period that occur twice.
    pub(super) fn into_panel(mut self) -> Result<Panel> {
        for name in self.weight.iter().chain(&self.population) {
            check_weight(&self.columns, &self.places, name)?;
        }
        self.sort()?;
        let mut reading = self.reading;
        reading.spellings.extend(self.columns.iter_mut().flat_map(Column::take_spellings));
        Ok(Panel {
            units: self.units.map(Arc::new),
            periods: self.periods.map(Arc::new),
            weight: self.weight,
            population: self.population,
            columns: Arc::new(self.columns),
            places: Arc::new(self.places),
            description: None,
            labels: Vec::new(),
            steps: if reading.is_empty() { Vec::new() } else { vec![Step::Read(reading)] },
        })
    }

    /// Puts the rows in the order of their units and periods.
    fn sort(&mut self) -> Result<()> {
        let (units, periods) = (self.units.as_ref(), self.periods.as_ref());
        let order = order_of_rows(units.map(|key| key.indices.as_slice()), periods.map(|key| key.indices.as_slice()));
        let Some(order) = order.map_err(|rows| self.twice(rows))? else { return Ok(()) };
        if let Some(units) = &mut self.units {
            units.reorder(&order);
        }
        if let Some(periods) = &mut self.periods {
            periods.reorder(&order);
        }
        for column in &mut self.columns {
            column.reorder(&order);
        }
        reorder(&mut self.places, &order);
        Ok(())
    }

    /// The error of two rows of the same unit and period.
    fn twice(&self, (first, second): (usize, usize)) -> Error {
        let unit = self.units.as_ref().and_then(|key| key.of(first)).cloned().unwrap_or_default();
        let period = self.periods.as_ref().and_then(|key| key.of(first)).copied().unwrap_or_default();
        Error::from(DataError::DuplicateRow { unit, period, first: self.places[first], second: self.places[second] })
    }
}

/// The error of a weight or population column that is unknown, text or negative.
pub(super) fn check_weight(columns: &[Column], places: &[Place], name: &str) -> Result<()> {
    let numbers = find(columns, name)?.numbers()?;
    match numbers.iter().position(|&weight| weight < 0.0) {
        None => Ok(()),
        Some(row) => {
            Err(DataError::Negative { column: name.to_owned(), place: places[row], value: numbers[row] }.into())
        }
    }
}

/// The column of a name, or an error with the names that come closest.
pub(super) fn find<'a>(columns: &'a [Column], name: &str) -> Result<&'a Column> {
    position(columns.iter().map(Column::name), name)
        .map(|at| &columns[at])
        .ok_or_else(|| unknown_column(name, columns.iter().map(Column::name)))
}
