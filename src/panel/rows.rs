//! From columns that have been read to a panel: are the weights usable, and where does each row belong?

use std::sync::Arc;

use super::Panel;
use super::cells::Cells;
use super::column::Column;
use super::history::{Reading, Step};
use super::keys::{Key, periods_in_memory, read_units};
use super::names::unknown_column;
use super::order::{order_of_rows, second_of_key};
use super::places::Places;
use super::spelling::position;
use crate::error::{DataError, Error, Place, Result};

/// Columns that have been read, in the order of the source.
pub(super) struct Rows {
    pub(super) units: Option<Key<String>>,
    pub(super) periods: Option<Key<i32>>,
    pub(super) weight: Option<String>,
    pub(super) population: Option<String>,
    pub(super) columns: Vec<Column>,
    pub(super) places: Places,
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
        let Some(order) = order else { return self.check_keys() };
        if let Some(units) = &mut self.units {
            units.reorder(&order);
        }
        if let Some(periods) = &mut self.periods {
            periods.reorder(&order);
        }
        for column in &mut self.columns {
            column.reorder(&order);
        }
        self.places.reorder(order);
        self.check_keys()
    }

    /// Refuses two rows of the same unit and period; the rows stand in order.
    fn check_keys(&self) -> Result<()> {
        let (Some(units), Some(periods)) = (&self.units, &self.periods) else { return Ok(()) };
        second_of_key(&units.indices, &periods.indices).map_or(Ok(()), |second| Err(self.twice((second - 1, second))))
    }

    /// The error of two rows of the same unit and period.
    fn twice(&self, (first, second): (usize, usize)) -> Error {
        let unit = self.units.as_ref().and_then(|key| key.of(first)).cloned().unwrap_or_default();
        let period = self.periods.as_ref().and_then(|key| key.of(first)).copied().unwrap_or_default();
        Error::from(DataError::DuplicateRow {
            unit,
            period,
            first: self.places.of(first),
            second: self.places.of(second),
        })
    }
}

impl Panel {
    /// Puts a panel together from columns that have been read, one row for each unit and period; a unit that is empty,
    /// and a unit and period that occur twice, are errors.
    pub(crate) fn from_columns(
        (unit_name, units): (String, &Cells),
        periods: Option<(String, Vec<i32>)>,
        columns: Vec<Column>,
        places: Vec<Place>,
        mut reading: Reading,
    ) -> Result<Panel> {
        let (units, spellings) = read_units(unit_name, units, &places)?;
        reading.spellings.extend(spellings);
        let periods = periods.map(|(name, periods)| periods_in_memory(name, &periods));
        Rows { units: Some(units), periods, weight: None, population: None, columns, places: places.into(), reading }
            .into_panel()
    }
}

/// The error of a weight or population column that is unknown, text or negative.
pub(super) fn check_weight(columns: &[Column], places: &Places, name: &str) -> Result<()> {
    let numbers = find(columns, name)?.numbers()?;
    match numbers.iter().position(|&weight| weight < 0.0) {
        None => Ok(()),
        Some(row) => {
            Err(DataError::Negative { column: name.to_owned(), place: places.of(row), value: numbers[row] }.into())
        }
    }
}

/// The column of a name, or an error with the names that come closest.
pub(super) fn find<'a>(columns: &'a [Column], name: &str) -> Result<&'a Column> {
    position(columns.iter().map(Column::name), name)
        .map(|at| &columns[at])
        .ok_or_else(|| unknown_column(name, columns.iter().map(Column::name)))
}
