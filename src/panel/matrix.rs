//! What do columns hold as a matrix of numbers, for code that knows no panels?

use std::borrow::Cow;

use ndarray::{Array2, ArrayView1};

use super::Panel;
use super::column::Column;
use super::keep_columns::misused;
use super::number::NumberStyle;
use super::spelling::is_same;
use crate::error::{ColumnUseProblem, Result};

/// What an error says was asked.
const ASKER: &str = "Panel::matrix()";

/// Columns of numbers side by side, with their names.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ColumnMatrix {
    /// The names of the columns, in their order.
    pub names: Vec<String>,
    /// Rows × columns: of a panel all its rows, NaN where a value is missing; of a regression those that were regressed.
    pub values: Array2<f64>,
}

impl Panel {
    /// Columns as an ndarray matrix, rows × columns, in the order named; NaN where a value is missing, as in
    /// [`Column::numbers`](super::Column::numbers). The periods are one by the name of their column, and so are units
    /// that are numbers.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn), and
    /// [`DataError::ColumnUse`](crate::error::DataError::ColumnUse) for a column of text, for units that are no numbers (codes
    /// such as `E09000001`, or `01` with a leading zero), and for a column that is named twice.
    /// [`DataError::NotANumber`](crate::error::DataError::NotANumber) for one that is text because its numbers are written in
    /// another way.
    ///
    /// ```
    /// use apportion::Panel;
    /// use ndarray::array;
    /// let panel = Panel::builder().column("a", [1.0, 2.0]).column("b", [3.0, 4.0]).build()?;
    /// let matrix = panel.matrix(["b", "a"])?;
    /// assert_eq!((matrix.names, matrix.values), (vec!["b".to_owned(), "a".to_owned()], array![[3.0, 1.0], [4.0, 2.0]]));
    /// let panel = Panel::builder().units([202, 203]).periods([2017, 2018]).column("a", [1.0, 2.0]).build()?;
    /// assert_eq!(panel.matrix(["unit", "period"])?.values, array![[202.0, 2017.0], [203.0, 2018.0]]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn matrix<S: AsRef<str>>(&self, columns: impl IntoIterator<Item = S>) -> Result<ColumnMatrix> {
        let mut names: Vec<String> = Vec::new();
        let mut numbers: Vec<Cow<'_, [f64]>> = Vec::new();
        for name in columns {
            let (name, found) = self.named_numbers(name.as_ref())?;
            if names.iter().any(|there| there == name) {
                return Err(misused(ASKER, name, ColumnUseProblem::Twice));
            }
            names.push(name.to_owned());
            numbers.push(found);
        }
        let mut values = Array2::zeros((self.n_observations(), numbers.len()));
        for (mut column, numbers) in values.columns_mut().into_iter().zip(&numbers) {
            column.assign(&ArrayView1::from(&**numbers));
        }
        Ok(ColumnMatrix { names, values })
    }

    /// The numbers of a column or of a key, with its name as the panel has it.
    fn named_numbers(&self, name: &str) -> Result<(&str, Cow<'_, [f64]>)> {
        let rows = || 0..self.n_observations();
        if let Some(period) = self.period_column().filter(|period| is_same(period, name)) {
            let number = |row| self.period_of(row).map_or(f64::NAN, f64::from);
            return Ok((period, rows().map(number).collect()));
        }
        if let Some(unit) = self.unit_column().filter(|unit| is_same(unit, name)) {
            // As a column of a file would be read: codes with leading zeros are no numbers, nor are marks.
            let units =
                Column::from_cells(unit.to_owned(), &self.units().iter().collect(), &[], &NumberStyle::default())?;
            let Some(numbers) = units.numbers().ok().filter(|_| units.n_missing() == 0) else {
                return Err(misused(ASKER, unit, ColumnUseProblem::UnitKey));
            };
            let codes = self.unit_indices().unwrap_or_default();
            return Ok((unit, codes.iter().map(|&code| numbers[code as usize]).collect()));
        }
        Ok((self.column(name)?.name(), Cow::Borrowed(self.numbers_for(ASKER, name)?)))
    }
}
