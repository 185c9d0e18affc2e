//! Which period does a heading of a wide table name?
//!
//! Knows headings alone. One that speaks of a period and is not understood is an error: the column below it would be
//! missing from the answer, and nobody would know.

use super::Source;
use super::calendar::period_of;
use crate::error::{HeadingProblem, Place, QuestionError, Result, SourceError};
use crate::panel::{PeriodForm, canonical, is_same, short_span, speaks_of_a_period, without_remarks};

/// The column of a measure for one period.
pub(super) struct PeriodHeading {
    pub(super) at: usize,
    pub(super) period: i32,
    /// What the heading says beside the period, where it says more.
    pub(super) remarks: Option<String>,
}

/// The columns of a measure named with `{period}`, in the order of the header, whose line is given beside it; `known` are
/// columns that are something else.
///
/// # Errors
///
/// [`QuestionError::Option`] for a measure without `{period}`; [`SourceError::Heading`] for a heading that speaks of a
/// period and is none, or names the period of another; [`SourceError::MixedPeriods`] for periods in several forms.
pub(super) fn period_headings(
    source: &Source,
    (header, line): (&[String], u64),
    measure: &str,
    known: &[usize],
) -> Result<Vec<PeriodHeading>> {
    let Some((before, after)) = measure.split_once("{period}") else {
        return Err(QuestionError::Option {
            option: "measure",
            expected: "in a wide table its columns are named with {period} in the place of the period".to_owned(),
            found: format!("\"{measure}\""),
        }
        .into());
    };
    let refuse = |heading: &str, why: HeadingProblem| {
        let (heading, measure) = (heading.to_owned(), measure.to_owned());
        SourceError::Heading { path: source.path_name(), heading, measure, why }.into()
    };
    let mut found: Vec<PeriodHeading> = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    for (at, heading) in header.iter().enumerate().filter(|(at, _)| !known.contains(at)) {
        if source.passed_over.iter().any(|passed_over| is_same(passed_over, heading)) {
            continue;
        }
        let Some(text) = between(heading, before, after) else { continue };
        match period_of(source, &text) {
            Some(period) => {
                if let Some(first) = found.iter().find(|first| first.period == period) {
                    return Err(refuse(heading, HeadingProblem::SamePeriod { other: header[first.at].clone() }));
                }
                let remarks = (!without_remarks(heading).1.is_empty()).then(|| heading.clone());
                found.push(PeriodHeading { at, period, remarks });
                texts.push(text);
            }
            None if speaks_of_a_period(&text) => {
                return Err(refuse(heading, HeadingProblem::NotUnderstood { dates: source.dates }));
            }
            None => {}
        }
    }
    if let Some(at) = short_span(texts.iter().map(String::as_str)) {
        return Err(refuse(&header[found[at].at], HeadingProblem::FourDigits));
    }
    let form = |text: &String| PeriodForm::of(text);
    let other = texts.iter().position(|text| form(text) != form(&texts[0]));
    match other.filter(|_| !source.mixed_periods && !source.dates) {
        None => Ok(found),
        Some(other) => Err(SourceError::MixedPeriods {
            column: measure.to_owned(),
            first: header[found[0].at].clone(),
            first_place: Place::Line(line),
            second: header[found[other].at].clone(),
            second_place: Place::Line(line),
        }
        .into()),
    }
}

/// What a heading has between two texts, or would have without the remarks at its end.
fn between(heading: &str, before: &str, after: &str) -> Option<String> {
    let (before, after) = (canonical(before), canonical(after));
    let heading = canonical(heading);
    let inner = |text: &str| {
        let inner = text.strip_prefix(before.as_ref())?.strip_suffix(after.as_ref())?.trim();
        Some(inner.to_owned())
    };
    inner(&heading).or_else(|| inner(without_remarks(&heading).0))
}

/// Columns without a heading that stand beside those taken: what they hold belongs to a heading that spans several
/// columns, or to one that was forgotten.
pub(super) fn headless(header: &[String], taken: impl Iterator<Item = usize>, source: &Source) -> Vec<usize> {
    let is_headless = |at: &usize| {
        header.get(*at).is_some_and(|name| *name == format!("unnamed_{}", at + 1) && !source.passed_over.contains(name))
    };
    let mut found: Vec<usize> = taken.flat_map(|at| (at + 1..header.len()).take_while(is_headless)).collect();
    found.sort_unstable();
    found.dedup();
    found
}
