//! Which rows of a batch are summed, and why not the others?

use super::batch::{Batch, BatchColumn, WhyMissing};
use super::question::{Check, SumsQuestion, why_undefined};
use crate::error::{DataError, Place, Result};
use crate::model::Term;
use crate::panel::{Missing, Reason};

/// The rows that are summed, and how many are left out for each reason, in the order of the first of them.
pub(super) struct KeptRows {
    pub(super) kept: Vec<usize>,
    pub(super) left_out: Vec<(Reason, usize)>,
}

/// A check with what it looks at.
enum Look<'a> {
    Missing { column: &'a str, values: &'a [f64], why: Option<&'a WhyMissing<'a>> },
    Undefined { term: &'a Term, values: &'a [f64] },
    Weight { column: &'a str, values: &'a [f64] },
}

/// Why a row is left out: the check, and of a missing value the kind.
type Why = (usize, Option<Missing>);

impl KeptRows {
    /// The rows of a batch that have all numbers, and a weight above zero.
    ///
    /// # Errors
    /// [`DataError::Negative`] for a weight below zero.
    pub(super) fn new(
        batch: &Batch,
        question: &SumsQuestion,
        numbers: &[&[f64]],
        weights: Option<&BatchColumn>,
    ) -> Result<Self> {
        let mut is_kept: Vec<bool> = vec![true; batch.rows()];
        for values in numbers {
            is_kept.iter_mut().zip(*values).for_each(|(kept, x)| *kept &= x.is_finite());
        }
        if let Some(weights) = weights {
            if let Some(row) = weights.values.iter().position(|w| *w < 0.0) {
                let (column, place) = (weights.name.to_string(), Place::Row(batch.first_row + row));
                return Err(DataError::Negative { column, place, value: weights.values[row] }.into());
            }
            is_kept.iter_mut().zip(&*weights.values).for_each(|(kept, w)| *kept &= *w > 0.0 && w.is_finite());
        }
        let kept: Vec<usize> = (0..batch.rows()).filter(|&row| is_kept[row]).collect();
        if kept.len() == batch.rows() {
            return Ok(KeptRows { kept, left_out: Vec::new() });
        }
        let looks = looks(batch, question, numbers);
        let mut counts: Vec<(Why, usize)> = Vec::new();
        for row in (0..batch.rows()).filter(|&row| !is_kept[row]) {
            let Some(why) = looks.iter().enumerate().find_map(|(at, look)| Some((at, look.why(row)?))) else {
                continue;
            };
            match counts.iter_mut().find(|(known, _)| *known == why) {
                Some((_, rows)) => *rows += 1,
                None => counts.push((why, 1)),
            }
        }
        let left_out = counts.into_iter().map(|((at, kind), rows)| (looks[at].reason(kind), rows)).collect();
        Ok(KeptRows { kept, left_out })
    }
}

/// The checks of a question with what they look at in a batch.
fn looks<'a>(batch: &'a Batch<'_>, question: &'a SumsQuestion, numbers: &'a [&'a [f64]]) -> Vec<Look<'a>> {
    let look = |check: Check<'a>| match check {
        // The period is no column of its own, and is never missing.
        Check::Missing(name) => batch.column(name).ok().map(|column| Look::Missing {
            column: name,
            values: &column.values,
            why: column.why_missing.as_ref(),
        }),
        Check::Undefined(term) => {
            let at = question.variables.iter().position(|variable| variable == term)?;
            Some(Look::Undefined { term, values: numbers[at] })
        }
        Check::ZeroWeight(name) => {
            batch.column(name).ok().map(|column| Look::Weight { column: name, values: &column.values })
        }
    };
    question.checks().into_iter().filter_map(look).collect()
}

impl Look<'_> {
    /// Whether this is why a row is left out; of a missing value with the kind, of an infinite weight with one too.
    fn why(&self, row: usize) -> Option<Option<Missing>> {
        match self {
            Look::Missing { values, why, .. } => {
                let kind = || why.and_then(|why| why(row)).unwrap_or(Missing::NotANumber);
                values[row].is_nan().then(|| Some(kind()))
            }
            Look::Undefined { values, .. } => (!values[row].is_finite()).then_some(None),
            Look::Weight { values, .. } => Some(values[row].is_infinite().then_some(Missing::NotANumber)),
        }
    }

    fn reason(&self, kind: Option<Missing>) -> Reason {
        match (self, kind) {
            (Look::Missing { column, .. }, kind) => {
                Reason::Missing { column: (*column).to_owned(), kind: kind.unwrap_or(Missing::NotANumber) }
            }
            (Look::Undefined { term, .. }, _) => why_undefined(term),
            (Look::Weight { column, .. }, Some(_)) => Reason::NotFinite { term: (*column).to_owned() },
            (Look::Weight { column, .. }, None) => Reason::ZeroWeight { column: (*column).to_owned() },
        }
    }
}
