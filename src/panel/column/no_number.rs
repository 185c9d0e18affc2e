//! Why is a column none of numbers, and what can be done about it?

use super::{Column, Values};
use crate::error::{DataError, Error, NumberProblem, Place, Result};
use crate::panel::period::{PeriodForm, read_period};
use crate::panel::value::style_of;

/// The cell for which a column of text is none of numbers.
#[derive(Debug, Clone)]
pub(super) struct NoNumber {
    pub(super) place: Place,
    pub(super) text: String,
    pub(super) why: NumberProblem,
}

impl NoNumber {
    /// A cell that reads as no number.
    pub(super) fn text(place: Place, text: String) -> Self {
        NoNumber { place, text, why: NumberProblem::Text { read_with: None, factor: None } }
    }

    /// The error of a column with this cell where numbers are asked for, or a factor would do.
    pub(super) fn error(&self, column: &str, factor: Option<&str>) -> Error {
        let factor = factor.map(str::to_owned);
        let why = match &self.why {
            NumberProblem::Code { .. } => NumberProblem::Code { factor },
            NumberProblem::Percent { .. } => self.why.clone(),
            _ => NumberProblem::Text { read_with: style_of(&self.text), factor },
        };
        Error::from(DataError::NotANumber {
            column: column.to_owned(),
            place: self.place,
            text: self.text.clone(),
            why,
        })
    }
}

impl Column {
    /// Whether the texts are names: none of them has a digit in it, so that none can be a number written in another way,
    /// or each is a span of years (2017-18), which is no number either.
    pub(crate) fn holds_names(&self) -> bool {
        let has_digit = |level: &String| level.contains(|c: char| c.is_numeric());
        let is_span = |level: &String| read_period(level).is_some() && PeriodForm::of(level) == PeriodForm::Span;
        match &*self.values {
            Values::Number(_) => false,
            Values::Text { levels, .. } => !levels.iter().any(has_digit) || levels.iter().all(is_span),
        }
    }

    /// The error of a column of text where numbers are asked for; `factor` is what else would do there.
    pub(crate) fn no_numbers(&self, factor: Option<&str>) -> Error {
        let first = || NoNumber::text(Place::Row(0), self.levels().and_then(<[_]>::first).cloned().unwrap_or_default());
        self.no_number.clone().unwrap_or_else(first).error(&self.name, factor)
    }

    /// Reads one cell that must be a number.
    ///
    /// # Errors
    ///
    /// [`DataError::NotANumber`] with the cell.
    pub(crate) fn not_a_number<T>(column: &str, place: Place, text: String) -> Result<T> {
        Err(NoNumber::text(place, text).error(column, None))
    }
}
