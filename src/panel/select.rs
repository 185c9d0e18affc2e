//! What is a panel on some of its rows?
//!
//! What is said of the panel stays with what is left of it.

use super::Panel;
use super::cells::Cells;
use super::history::Reading;
use super::keys::known_units;
use super::rows::Rows;
use crate::error::{DataError, Result};

impl Panel {
    /// The panel on some of its rows, ascending.
    ///
    /// # Errors
    ///
    /// [`DataError::NoRows`] for none.
    pub(crate) fn on_rows(&self, rows: &[usize]) -> Result<Panel> {
        if rows.is_empty() {
            return Err(DataError::NoRows { path: "what is left of the panel".to_owned() }.into());
        }
        if rows.len() == self.n_observations() {
            return Ok(self.clone());
        }
        let gathered: Vec<Option<usize>> = rows.iter().map(|&row| Some(row)).collect();
        let places: Vec<_> = rows.iter().map(|&row| self.place(row)).collect();
        let units = self.unit_column().map(|name| {
            let cells: Cells = rows.iter().filter_map(|&row| self.unit_of(row)).collect();
            known_units(name.to_owned(), &cells)
        });
        let kept = Rows {
            units,
            periods: self.periods.as_ref().map(|key| key.on_rows(rows)),
            weight: self.weight.clone(),
            population: self.population.clone(),
            columns: self.columns.iter().map(|column| column.gather(&gathered)).collect::<Result<_>>()?,
            places: places.into(),
            reading: Reading::default(),
        };
        Ok(kept.into_panel()?.said_of(self))
    }

    /// With what is said of another panel: its description, labels and steps.
    pub(super) fn said_of(mut self, other: &Panel) -> Panel {
        self.description = other.description.clone();
        self.labels = other.labels.clone();
        self.steps = other.steps.clone();
        self
    }
}
