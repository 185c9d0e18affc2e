//! What is a unit called, and which columns describe it rather than measure it?

use super::Panel;
use crate::error::{Result, no_key};

impl Panel {
    /// The columns that describe a unit rather than measure it: its other code, its name, its region. Joins do not
    /// bring them twice.
    pub fn label_columns(&self) -> &[String] {
        &self.labels
    }

    /// Says which columns describe a unit rather than measure it; the first of them that is text names units in
    /// messages.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn).
    ///
    /// ```
    /// use apportion::panel::Join;
    /// use apportion::Panel;
    /// let named = |name: &str| {
    ///     let builder = Panel::builder().units([202]).text_column("la_name", ["Camden"]);
    ///     builder.column(name, [1.0]).build()?.with_labels(["la_name"])
    /// };
    /// // The name stands in both, and comes once.
    /// let panel = named("plans")?.join(&named("children")?, &Join::left().on_unit())?;
    /// assert_eq!(panel.label_columns(), ["la_name"]);
    /// assert_eq!(panel.columns().len(), 3);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with_labels<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Result<Self> {
        self.labels = columns.into_iter().map(Into::into).collect();
        for label in &self.labels {
            self.column(label)?;
        }
        Ok(self)
    }

    /// What a label column calls the unit of a row; `None` where no label holds text there.
    pub(crate) fn name_of(&self, row: usize) -> Option<&str> {
        self.labels.iter().find_map(|label| self.column(label).ok()?.text(row))
    }

    /// What the label columns call a unit: the first text that one of them holds in its rows; `None` where none does.
    ///
    /// # Errors
    ///
    /// [`DataError::NoSuchUnit`](crate::error::DataError::NoSuchUnit) for a unit that the panel does not have;
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without a unit column.
    ///
    /// ```
    /// use apportion::error::DataError;
    /// use apportion::{Error, Panel};
    /// let panel = Panel::builder().units([202, 203]).text_column("la_name", ["Camden", "Greenwich"]).build()?;
    /// assert_eq!(panel.unit_name(202)?, None, "nobody said that la_name is a label");
    /// let panel = panel.with_labels(["la_name"])?;
    /// assert_eq!(panel.unit_name(202)?, Some("Camden"));
    /// assert!(matches!(panel.unit_name(999), Err(Error::Data(DataError::NoSuchUnit { .. }))));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn unit_name(&self, unit: impl ToString) -> Result<Option<&str>> {
        let unit = self.unit_position(&unit.to_string(), "Panel::unit_name()")?;
        Ok(self.rows_of(unit).find_map(|row| self.name_of(row)))
    }

    /// What the label columns call each of [`Panel::units`], in their order; `None` where no label holds text.
    ///
    /// # Errors
    ///
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without a unit column.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([203, 202]).text_column("la_name", ["Greenwich", "Camden"]);
    /// let panel = panel.build()?.with_labels(["la_name"])?;
    /// assert_eq!(panel.unit_names()?, [Some("Camden"), Some("Greenwich")]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn unit_names(&self) -> Result<Vec<Option<&str>>> {
        if self.units.is_none() {
            return Err(no_key("Panel::unit_names()", "unit"));
        }
        let name = |unit| self.rows_of(unit).find_map(|row| self.name_of(row));
        Ok((0..self.n_units()).map(name).collect())
    }
}
