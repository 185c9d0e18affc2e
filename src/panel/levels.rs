//! Which rows have the same level of a column, number or text, and which level does somebody name?

use super::codes::code_form;
use super::period::read_period;
use super::spelling::{position, trimmed};
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

/// What levels are of, which says how one of them may be written where it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LevelsOf {
    /// Units: as they stand, or a code with the `.0` of a spreadsheet.
    Units,
    /// Periods: 2018, 2018.0, 2017-18.
    Periods,
    /// A column of numbers: 1, 1.0, 1e0.
    Numbers,
    /// A column of text: whatever spaces, dashes and accents are written with.
    Texts,
}

impl LevelsOf {
    /// The position of the level that a text names among all, which are written as the panel writes them.
    pub(crate) fn position(self, levels: &[impl AsRef<str>], named: &str) -> Option<usize> {
        let there = || levels.iter().map(AsRef::as_ref);
        if let Some(at) = there().position(|level| level == named) {
            return Some(at);
        }
        match self {
            LevelsOf::Units => {
                let form = code_form(named);
                there().position(|level| code_form(level) == form)
            }
            LevelsOf::Periods => {
                let period = period_named(named)?.to_string();
                there().position(|level| level == period)
            }
            LevelsOf::Numbers => {
                let number = number_named(named)?;
                there().position(|level| number_named(level) == Some(number))
            }
            LevelsOf::Texts => position(there(), named),
        }
    }
}

/// The period that a text names.
pub(super) fn period_named(named: &str) -> Option<i32> {
    read_period(trimmed(named))
}

/// The number that a text names.
pub(super) fn number_named(named: &str) -> Option<f64> {
    trimmed(named).parse().ok()
}
