//! Which columns of a panel are kept, and in which order?

use std::sync::Arc;

use super::Panel;
use super::column::Column;
use super::history::{ColumnChange, Step};
use super::spelling::is_same;
use crate::error::{ColumnUseProblem, DataError, Result};

impl Panel {
    /// The columns named, in this order. Units, periods, weight, population and labels are kept as well, since they say
    /// what a row is and how much it counts; those not named stand behind the others.
    ///
    /// What is left out is the last of [`Panel::steps`].
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`], and [`DataError::ColumnUse`] for a column that is named twice.
    ///
    /// ```
    /// use apportion::error::{ColumnUseProblem, DataError};
    /// use apportion::{Error, Panel};
    /// let panel = Panel::builder().column("a", [1.0]).column("b", [2.0]).column("c", [3.0]).build()?;
    /// let panel = panel.select(["c", "a"])?;
    /// assert_eq!(panel.columns().iter().map(|column| column.name()).collect::<Vec<_>>(), ["c", "a"]);
    /// assert_eq!(panel.steps()[0].to_string(), "columns left out: b");
    /// let twice = panel.select(["a", "a"]);
    /// assert!(matches!(twice, Err(Error::Data(DataError::ColumnUse { why: ColumnUseProblem::Twice, .. }))));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn select<S: AsRef<str>>(&self, columns: impl IntoIterator<Item = S>) -> Result<Panel> {
        let mut kept: Vec<Column> = Vec::new();
        for name in columns {
            let name = name.as_ref();
            if self.is_key(name) {
                continue;
            }
            let column = self.column(name)?;
            if kept.iter().any(|there| there.name() == column.name()) {
                return Err(misused("Panel::select()", column.name(), ColumnUseProblem::Twice));
            }
            kept.push(column.clone());
        }
        let roles = [&self.weight, &self.population].into_iter().flatten().chain(&self.labels);
        let roles: Vec<&String> = roles.collect();
        for column in self.columns() {
            let has_role = roles.iter().any(|role| is_same(role, column.name()));
            if has_role && kept.iter().all(|there| there.name() != column.name()) {
                kept.push(column.clone());
            }
        }
        Ok(self.with_columns_only(kept))
    }

    /// The panel without some columns. A weight that is left out leaves the rows weighing alike, a population or a label
    /// leaves the panel without it.
    ///
    /// What is left out is the last of [`Panel::steps`].
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`], and [`DataError::ColumnUse`] for a column that is named twice and for those of units
    /// and periods.
    ///
    /// ```
    /// use apportion::error::{ColumnUseProblem, DataError};
    /// use apportion::{Error, Panel};
    /// let panel = Panel::builder().units([1]).column("rate", [43.0]).column("note", [0.0]).build()?;
    /// assert!(!panel.without_columns(["note"])?.has_column("note"));
    /// let key = panel.without_columns(["unit"]);
    /// assert!(matches!(key, Err(Error::Data(DataError::ColumnUse { why: ColumnUseProblem::Key, .. }))));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn without_columns<S: AsRef<str>>(&self, columns: impl IntoIterator<Item = S>) -> Result<Panel> {
        const ASKER: &str = "Panel::without_columns()";
        let mut gone: Vec<&str> = Vec::new();
        for name in columns {
            let name = name.as_ref();
            if self.is_key(name) {
                return Err(misused(ASKER, name, ColumnUseProblem::Key));
            }
            let column = self.column(name)?.name();
            if gone.contains(&column) {
                return Err(misused(ASKER, column, ColumnUseProblem::Twice));
            }
            gone.push(column);
        }
        let kept = self.columns().iter().filter(|column| !gone.contains(&column.name()));
        Ok(self.with_columns_only(kept.cloned().collect()))
    }

    /// Whether a column holds units or periods.
    pub(crate) fn is_key(&self, name: &str) -> bool {
        self.unit_column().into_iter().chain(self.period_column()).any(|key| is_same(key, name))
    }

    /// The panel with these of its columns; roles of others are gone with them.
    fn with_columns_only(&self, kept: Vec<Column>) -> Panel {
        let stays = |name: &str| kept.iter().any(|column| is_same(column.name(), name));
        let left_out: Vec<String> =
            self.columns().iter().map(|column| column.name().to_owned()).filter(|name| !stays(name)).collect();
        let mut panel = self.clone();
        panel.weight = panel.weight.filter(|name| stays(name));
        panel.population = panel.population.filter(|name| stays(name));
        panel.labels.retain(|name| stays(name));
        if !left_out.is_empty() {
            panel.steps.push(Step::Columns(ColumnChange::LeftOut { columns: left_out }));
        }
        panel.columns = Arc::new(kept);
        panel
    }
}

/// The error of a column that cannot be used as asked.
pub(super) fn misused(asker: &str, column: &str, why: ColumnUseProblem) -> crate::Error {
    DataError::ColumnUse { asker: asker.to_owned(), column: column.to_owned(), why }.into()
}
