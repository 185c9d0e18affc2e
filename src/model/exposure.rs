//! Counts, and what they are out of.

use super::variables::checked_numbers;
use super::{Family, Model, Term};
use crate::error::{DataError, Result};
use crate::panel::{Numbers, Panel, Reason, RowList, Selection};

/// The column that counts are out of, on rows.
#[derive(Debug, Clone)]
pub(crate) struct Exposure {
    pub(crate) name: String,
    pub(crate) values: Numbers,
}

impl Exposure {
    /// That of a model, on every row of the panel; rows of which nothing can be counted leave the sample.
    ///
    /// # Errors
    /// Those of a column that is none of numbers; [`DataError::Negative`].
    pub(super) fn of(model: &Model, panel: &Panel, selection: &mut Selection) -> Result<Option<Self>> {
        let Some(name) = &model.exposure else { return Ok(None) };
        let values = checked_numbers(&Term::column(name), panel, selection)?;
        check_not_negative(name, &values, panel)?;
        for (row, _) in values.iter().enumerate().filter(|(_, exposure)| **exposure == 0.0) {
            selection.leave_out(row, Reason::ZeroExposure { column: name.clone() });
        }
        Ok(Some(Exposure { name: name.clone(), values }))
    }

    pub(super) fn on(&self, rows: &RowList) -> Self {
        Exposure { name: self.name.clone(), values: self.values.on(rows) }
    }

    /// The same on rows of these.
    pub(super) fn at(&self, rows: &[usize]) -> Self {
        Exposure { name: self.name.clone(), values: rows.iter().map(|&row| self.values[row]).collect() }
    }
}

/// Refuses what is no count of the model's family.
///
/// # Errors
/// [`DataError::Negative`]; [`DataError::NotWhole`] for a negative binomial model.
pub(super) fn check_counts(model: &Model, outcome: &str, counts: &Numbers, panel: &Panel) -> Result<()> {
    if !model.family.is_of_counts() {
        return Ok(());
    }
    check_not_negative(outcome, counts, panel)?;
    if model.family == Family::NegativeBinomial
        && let Some((row, &value)) = counts.iter().enumerate().find(|(_, y)| y.fract() != 0.0 && !y.is_nan())
    {
        return Err(DataError::NotWhole { column: outcome.to_string(), place: panel.place(row), value }.into());
    }
    Ok(())
}

fn check_not_negative(column: &str, values: &Numbers, panel: &Panel) -> Result<()> {
    match values.iter().enumerate().find(|(_, x)| **x < 0.0) {
        None => Ok(()),
        Some((row, &value)) => {
            Err(DataError::Negative { column: column.to_string(), place: panel.place(row), value }.into())
        }
    }
}
