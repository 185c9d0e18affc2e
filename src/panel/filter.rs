//! Which rows are kept by what they hold?
//!
//! A filter always has a rule in words: the panel keeps it, with how many rows it kept and left out.

use super::Panel;
use super::column::{Column, ColumnKind};
use super::history::{KeptRows, Step};
use super::keep_columns::misused;
use super::levels::{LevelsOf, number_named, period_named};
use super::names::{nearest_names, unknown_column};
use super::row::Row;
use super::spelling::is_same;
use crate::error::{ColumnUseProblem, DataError, Result, first_few, no_key};

impl Panel {
    /// The rows for which a closure says so; `rule` says in words what they have in common, for [`Panel::steps`].
    ///
    /// A missing number is neither above nor below another, so that a comparison leaves its row out.
    ///
    /// # Errors
    ///
    /// What the closure returns, its own errors as [`Error::other`](crate::Error::other); [`DataError::NothingKept`] where
    /// no row is left.
    ///
    /// ```
    /// use apportion::error::DataError;
    /// use apportion::{Error, Panel};
    /// let panel = Panel::builder().units(["A", "B", "C"]).column("rate", [43.0, f64::NAN, 12.0]).build()?;
    /// let high = panel.filter("rates above 40", |row| Ok(row.number("rate")? > 40.0))?;
    /// assert_eq!(high.units(), ["A"]);
    /// assert_eq!(high.steps()[0].to_string(), "kept by the rule \"rates above 40\": 1 of 3 rows");
    /// let none = panel.filter("rates above 90", |row| Ok(row.number("rate")? > 90.0));
    /// assert!(matches!(none, Err(Error::Data(DataError::NothingKept { rows: 3, .. }))));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn filter<F>(&self, rule: impl Into<String>, mut keep: F) -> Result<Panel>
    where
        F: FnMut(Row<'_>) -> Result<bool>,
    {
        let mut kept = Vec::new();
        for row in self.rows() {
            if keep(row)? {
                kept.push(row.index());
            }
        }
        self.kept(&kept, rule.into())
    }

    /// The rows in which a column holds one of the values; units and periods are columns here too. Rows in which it is
    /// missing are left out.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`]; [`DataError::NoSuchValue`] (of units [`DataError::NoSuchUnit`]) for a value that
    /// stands in no row; [`DataError::ColumnUse`] where no value is given.
    ///
    /// ```
    /// use apportion::error::DataError;
    /// use apportion::{Error, Panel};
    /// let panel = Panel::builder()
    ///     .units([1, 2, 3])
    ///     .periods([2017, 2018, 2018])
    ///     .text_column("region", ["North", "South", "East"])
    ///     .build()?;
    /// assert_eq!(panel.filter_by("region", ["South", "North"])?.units(), ["1", "2"]);
    /// assert_eq!(panel.filter_by("period", [2018])?.units(), ["2", "3"]);
    /// let error = panel.filter_by("region", ["Nord"]).unwrap_err();
    /// assert!(matches!(error, Error::Data(DataError::NoSuchValue { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn filter_by<V: ToString>(&self, column: &str, values: impl IntoIterator<Item = V>) -> Result<Panel> {
        let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        let is = |key: Option<&str>| key.is_some_and(|key| is_same(key, column));
        let (name, rows) = if is(self.unit_column()) {
            (self.unit_column().unwrap_or_default(), self.rows_of_units(&values, "Panel::filter_by()")?)
        } else if is(self.period_column()) {
            let name = self.period_column().unwrap_or_default();
            (name, self.rows_of_periods(name, &values)?)
        } else {
            let there = || {
                let keys = self.unit_column().into_iter().chain(self.period_column());
                keys.chain(self.columns().iter().map(Column::name))
            };
            let column = self.column(column).map_err(|_| unknown_column(column, there()))?;
            (column.name(), rows_of_values(column, &values)?)
        };
        if values.is_empty() {
            return Err(misused("Panel::filter_by()", name, ColumnUseProblem::NoValue));
        }
        self.kept(&rows, format!("{name} is {}", first_few(&values)))
    }

    /// The rows of some units; a unit of numbers may be given as a number.
    ///
    /// # Errors
    ///
    /// [`DataError::NoKey`] without a unit column, [`DataError::NoSuchUnit`] for a unit that the panel does not have, and
    /// [`DataError::ColumnUse`] where none is given.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([201, 202, 203]).column("plans", [0.0, 143.0, 210.0]).build()?;
    /// assert_eq!(panel.keep_units([203, 202])?.units(), ["202", "203"]);
    /// assert_eq!(panel.keep_units(["204"]).unwrap_err().to_string().split(':').next(), Some("no unit \"204\""));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn keep_units<U: ToString>(&self, units: impl IntoIterator<Item = U>) -> Result<Panel> {
        let units: Vec<String> = units.into_iter().map(|unit| unit.to_string()).collect();
        let rows = self.rows_of_units(&units, "Panel::keep_units()")?;
        let name = self.unit_column().unwrap_or_default();
        if units.is_empty() {
            return Err(misused("Panel::keep_units()", name, ColumnUseProblem::NoValue));
        }
        self.kept(&rows, format!("{name} is {}", first_few(&units)))
    }

    /// The rows of these periods, both ends included.
    ///
    /// # Errors
    ///
    /// [`DataError::NoRowsInPeriods`] where there are none, with the periods that there are;
    /// [`DataError::ReversedPeriods`] where the last is before the first; [`DataError::NoKey`] without a period column.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 1, 1]).periods([2017, 2018, 2019]).build()?;
    /// let panel = panel.in_periods(2018..=2030)?;
    /// assert_eq!(panel.periods(), [2018, 2019]);
    /// assert_eq!(panel.steps()[0].to_string(), "kept by the rule \"period from 2018 to 2030\": 2 of 3 rows");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn in_periods(&self, periods: std::ops::RangeInclusive<i32>) -> Result<Panel> {
        let inside = |&row: &usize| self.period_of(row).is_some_and(|period| periods.contains(&period));
        let rows: Vec<usize> = (0..self.n_observations()).filter(inside).collect();
        let (from, to) = (*periods.start(), *periods.end());
        if from > to && self.period_column().is_some() {
            return Err(DataError::ReversedPeriods { from, to }.into());
        }
        if rows.is_empty() {
            let there = match self.periods() {
                [] => return Err(no_key("Panel::in_periods()", "period")),
                [only] => only.to_string(),
                [first, .., last] => format!("{first} to {last}"),
            };
            return Err(DataError::NoRowsInPeriods { from, to, there }.into());
        }
        self.kept(&rows, format!("{} from {from} to {to}", self.period_column().unwrap_or_default()))
    }

    /// The panel on the rows that a rule keeps, which becomes a step.
    fn kept(&self, rows: &[usize], rule: String) -> Result<Panel> {
        let there = self.n_observations();
        if rows.is_empty() {
            return Err(DataError::NothingKept { rule, rows: there }.into());
        }
        let mut panel = self.on_rows(rows)?;
        panel.steps.push(Step::Kept(KeptRows { rule, kept: rows.len(), left_out: there - rows.len() }));
        Ok(panel)
    }

    fn rows_of_units(&self, units: &[String], asker: &str) -> Result<Vec<usize>> {
        // Without units that is the error, also where none is asked for.
        if self.units.is_none() {
            return Err(no_key(asker, "unit"));
        }
        let mut wanted = units.iter().map(|unit| self.unit_position(unit, asker)).collect::<Result<Vec<_>>>()?;
        wanted.sort_unstable();
        wanted.dedup();
        Ok(wanted.into_iter().flat_map(|unit| self.rows_of(unit)).collect())
    }

    fn rows_of_periods(&self, name: &str, values: &[String]) -> Result<Vec<usize>> {
        let period = |value: &String| {
            let period = period_named(value).filter(|period| self.periods().contains(period));
            period.ok_or_else(|| no_such_value(name, value, Vec::new()))
        };
        let wanted = values.iter().map(period).collect::<Result<Vec<_>>>()?;
        let is_wanted = |&row: &usize| self.period_of(row).is_some_and(|period| wanted.contains(&period));
        Ok((0..self.n_observations()).filter(is_wanted).collect())
    }
}

/// The rows in which a column of data holds one of the values.
fn rows_of_values(column: &Column, values: &[String]) -> Result<Vec<usize>> {
    if column.kind() == ColumnKind::Text {
        let levels = column.levels().unwrap_or_default();
        let level = |value: &String| {
            let found = LevelsOf::Texts.position(levels, value).map(|at| levels[at].as_str());
            let nearest = || nearest_names(value, levels.iter().map(String::as_str));
            found.ok_or_else(|| no_such_value(column.name(), value, nearest()))
        };
        let wanted = values.iter().map(level).collect::<Result<Vec<_>>>()?;
        let n_rows = match column.values() {
            super::Values::Text { codes, .. } => codes.len(),
            super::Values::Number(numbers) => numbers.len(),
        };
        let is_wanted = |&row: &usize| column.text(row).is_some_and(|text| wanted.contains(&text));
        return Ok((0..n_rows).filter(is_wanted).collect());
    }
    let numbers = column.numbers()?;
    let number = |value: &String| {
        let number = number_named(value).filter(|number| numbers.contains(number));
        number.ok_or_else(|| no_such_value(column.name(), value, Vec::new()))
    };
    let wanted = values.iter().map(number).collect::<Result<Vec<_>>>()?;
    Ok((0..numbers.len()).filter(|&row| wanted.contains(&numbers[row])).collect())
}

fn no_such_value(column: &str, value: &str, nearest: Vec<String>) -> crate::Error {
    DataError::NoSuchValue { column: column.to_owned(), value: value.to_owned(), nearest }.into()
}
