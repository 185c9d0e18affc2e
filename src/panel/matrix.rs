//! What do columns hold as a matrix of numbers, for code that knows no panels?

use ndarray::{Array2, ArrayView1};

use super::Panel;
use super::keep_columns::misused;
use crate::error::{ColumnUseProblem, Result};

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
    /// [`Column::numbers`](super::Column::numbers).
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn),
    /// [`DataError::NotANumber`](crate::error::DataError::NotANumber) for a column of text, and
    /// [`DataError::ColumnUse`](crate::error::DataError::ColumnUse) for one that is named twice.
    ///
    /// ```
    /// use apportion::Panel;
    /// use ndarray::array;
    /// let panel = Panel::builder().column("a", [1.0, 2.0]).column("b", [3.0, 4.0]).build()?;
    /// let matrix = panel.matrix(["b", "a"])?;
    /// assert_eq!((matrix.names, matrix.values), (vec!["b".to_owned(), "a".to_owned()], array![[3.0, 1.0], [4.0, 2.0]]));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn matrix<S: AsRef<str>>(&self, columns: impl IntoIterator<Item = S>) -> Result<ColumnMatrix> {
        let mut names: Vec<String> = Vec::new();
        let mut numbers = Vec::new();
        for name in columns {
            let column = self.column(name.as_ref())?;
            if names.iter().any(|there| there == column.name()) {
                return Err(misused("Panel::matrix()", column.name(), ColumnUseProblem::Twice));
            }
            names.push(column.name().to_owned());
            numbers.push(column.numbers()?);
        }
        let mut values = Array2::zeros((self.n_observations(), numbers.len()));
        for (mut column, numbers) in values.columns_mut().into_iter().zip(numbers) {
            column.assign(&ArrayView1::from(numbers));
        }
        Ok(ColumnMatrix { names, values })
    }
}
