//! How does a column of the caller's own come in, from values or row by row?

use std::sync::Arc;

use super::Panel;
use super::cell_value::CellValue;
use super::column::{Column, ColumnKind};
use super::history::{ColumnChange, Step};
use super::missing::Missing;
use super::row::Row;
use crate::error::{DataError, Place, Result, ValueProblem};

impl Panel {
    /// Adds a column from values, one for each row in the panel's order (that of [`Panel::rows`]): numbers or texts, and
    /// [`Missing`] where there is none; see [`CellValue`] for what becomes one. One that was built directly is read likewise:
    /// `CellValue::Text("NA")` is missing, and `CellValue::Number(f64::NAN)` is too.
    ///
    /// # Errors
    ///
    /// [`DataError::Length`] for more or fewer values than rows, [`DataError::ColumnName`] for a name that is none or
    /// taken, [`DataError::GivenValue`] for an infinite number, and for texts among numbers.
    ///
    /// ```
    /// use apportion::error::DataError;
    /// use apportion::panel::Missing;
    /// use apportion::{Error, Panel};
    /// let panel = Panel::builder().units(["A", "B"]).column("rate", [43.0, 50.0]).build()?;
    /// let panel = panel.with_column("visits", [Ok(3.0), Err(Missing::Confidential)])?;
    /// assert_eq!(panel.column("visits")?.missing(1), Some(Missing::Confidential));
    /// let panel = panel.with_column("region", ["North", "South"])?;
    /// assert_eq!(panel.column("region")?.text(1), Some("South"));
    /// let short = panel.with_column("other", [1.0]);
    /// assert!(matches!(short, Err(Error::Data(DataError::Length { expected: 2, found: 1, .. }))));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn with_column<V: Into<CellValue>>(
        &self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Panel> {
        self.added(name.into(), values.into_iter().map(|value| value.into().read()).collect())
    }

    /// Adds a column worked out row by row. For the common formulas see [`Panel::derive`], which also knows where the
    /// result comes from.
    ///
    /// # Errors
    ///
    /// What the closure returns, its own errors as [`Error::other`](crate::Error::other); otherwise as for
    /// [`Panel::with_column`].
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units(["A", "B"]).periods([2017, 2018]).column("rate", [43.0, 50.0]).build()?;
    /// let panel = panel.with_column_by("late", |row| Ok(row.period() >= Some(2018)))?;
    /// let panel = panel.with_column_by("above_mean", |row| Ok(row.number("rate")? - 46.5))?;
    /// assert_eq!(panel.column("late")?.numbers()?, [0.0, 1.0]);
    /// assert_eq!(panel.column("above_mean")?.numbers()?, [-3.5, 3.5]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with_column_by<V: Into<CellValue>>(
        &self,
        name: impl Into<String>,
        mut value: impl FnMut(Row<'_>) -> Result<V>,
    ) -> Result<Panel> {
        let values = self.rows().map(|row| value(row).map(|value| value.into().read()));
        let values = values.collect::<Result<Vec<CellValue>>>()?;
        self.added(name.into(), values)
    }

    fn added(&self, name: String, values: Vec<CellValue>) -> Result<Panel> {
        if !self.is_new_name(&name) {
            return Err(DataError::ColumnName { verb: "add column".to_owned(), column: name }.into());
        }
        let (expected, found) = (self.n_observations(), values.len());
        if found != expected {
            return Err(DataError::Length { column: name, expected, found }.into());
        }
        let column = column_of(&name, &values, self)?;
        let mut panel = self.clone();
        Arc::make_mut(&mut panel.columns).push(column);
        panel.steps.push(Step::Columns(ColumnChange::Added { column: name }));
        Ok(panel)
    }
}

/// A column of numbers or of texts, as the values are; of numbers where all are missing.
fn column_of(name: &str, values: &[CellValue], panel: &Panel) -> Result<Column> {
    let first = |kind| values.iter().position(|value| value.kind() == Some(kind));
    // The values stand in no file: a row is known by its unit and period, and by its line in no case.
    let refuse = |row, why| {
        let row = panel.row_label_at(row, Place::Row(row));
        Err(DataError::GivenValue { column: name.to_owned(), row, why }.into())
    };
    match (first(ColumnKind::Number), first(ColumnKind::Text)) {
        (Some(_), Some(row)) => refuse(row, ValueProblem::TextAmongNumbers { text: values[row].to_string() }),
        (None, Some(_)) => {
            let text =
                |value: &CellValue| value.text().map(str::to_owned).ok_or(value.missing().unwrap_or(Missing::Empty));
            Ok(Column::from_texts(name.to_owned(), &values.iter().map(text).collect::<Vec<_>>()))
        }
        (_, None) => {
            if let Some(row) = values.iter().position(|value| value.number().is_some_and(f64::is_infinite)) {
                return refuse(row, ValueProblem::Infinite);
            }
            let number = |value: &CellValue| value.number().ok_or(value.missing().unwrap_or(Missing::Empty));
            Column::from_values(name.to_owned(), values.iter().map(number))
        }
    }
}
