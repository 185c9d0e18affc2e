//! Which rows have the same level of a column, number or text?

use super::{Panel, Values};
use crate::error::{ClusterProblem, EstimateError, Result};

impl Panel {
    /// A key for each of these rows, the same where the column is.
    ///
    /// # Errors
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn); [`EstimateError::Cluster`] where it is
    /// missing.
    pub(crate) fn levels_on(&self, name: &str, rows: impl Iterator<Item = usize> + Clone) -> Result<Vec<u64>> {
        let column = self.column(name)?;
        if let Some(row) = rows.clone().find(|&row| column.missing(row).is_some()) {
            let why = ClusterProblem::Missing { row: self.row_label(row) };
            return Err(EstimateError::Cluster { column: name.to_string(), why }.into());
        }
        Ok(match column.values() {
            Values::Text { codes, .. } => rows.map(|row| u64::from(codes[row])).collect(),
            // −0 and 0 are one level.
            Values::Number(values) => rows.map(|row| (values[row] + 0.0).to_bits()).collect(),
        })
    }

    /// What a column, or a key, says on a row; `None` where that is nothing.
    pub(crate) fn level_of(&self, name: &str, row: usize) -> Option<String> {
        if self.unit_column() == Some(name) {
            return self.unit_of(row).map(str::to_string);
        }
        if self.period_column() == Some(name) {
            return self.period_of(row).map(|period| period.to_string());
        }
        let column = self.column(name).ok()?;
        match column.values() {
            Values::Text { .. } => column.text(row).map(str::to_string),
            Values::Number(values) => values.get(row).map(f64::to_string),
        }
    }
}
