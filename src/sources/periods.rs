//! In which year does the period of a row end?
//!
//! Knows the period column of one file: each of its texts is read once.

use std::collections::HashMap;

use super::Source;
use super::calendar::period_of;
use super::kept::Kept;
use super::layout::{Periods, Plan};
use super::table::Table;
use crate::error::{DataError, Place, Result, SourceError};
use crate::panel::{PeriodForm, decode, short_span};

/// Reads periods, each text once.
pub(super) struct PeriodReader<'a> {
    source: &'a Source,
    plan: &'a Plan,
    known: HashMap<Vec<u8>, (i32, PeriodForm)>,
}

impl<'a> PeriodReader<'a> {
    pub(super) fn new(source: &'a Source, plan: &'a Plan) -> Self {
        PeriodReader { source, plan, known: HashMap::new() }
    }

    /// All texts of the period column are known: were they what each of them seems to be?
    ///
    /// # Errors
    ///
    /// [`DataError::NotAPeriod`] where they are financial years in four digits.
    pub(super) fn check(&self, first_line: u64) -> Result<()> {
        let mut texts: Vec<_> = self.known.keys().map(|text| decode(text)).collect();
        texts.sort_unstable();
        if let Some(at) = short_span(texts.iter().map(AsRef::as_ref)) {
            let (column, place) = (self.plan.period_name.clone(), Place::Line(first_line));
            return Err(DataError::NotAPeriod { column, place, text: texts.swap_remove(at).into_owned() }.into());
        }
        Ok(())
    }

    /// Takes the cells of a row, unless its period is not asked for.
    pub(super) fn push(
        &mut self,
        kept: &mut Kept,
        table: &Table<'_>,
        unit: usize,
        cells: impl Iterator<Item = usize>,
        in_header: Option<i32>,
    ) -> Result<()> {
        let period = match (self.plan.periods, in_header) {
            (_, Some(period)) | (Periods::Fixed(period), None) => period,
            (Periods::Column(at), None) => match self.read(kept, table, at)? {
                Some(period) => period,
                None => return Ok(()),
            },
            (Periods::None | Periods::Header, None) => 0,
        };
        if !matches!(self.plan.periods, Periods::None)
            && self.source.periods.as_ref().is_some_and(|asked| !asked.contains(&period))
        {
            return Ok(());
        }
        kept.units.push(table.cell(unit));
        kept.periods.push(period);
        kept.lines.push(table.line());
        for ((at, _), label) in self.plan.labels.iter().zip(&mut kept.labels) {
            label.push(table.cell(*at));
        }
        for (at, values) in cells.zip(&mut kept.values) {
            values.push(table.cell(at));
        }
        Ok(())
    }

    /// The period in a column; `None` where it is not asked for.
    fn read(&mut self, kept: &mut Kept, table: &Table<'_>, at: usize) -> Result<Option<i32>> {
        let cell = table.cell(at);
        let (period, form) = match self.known.get(cell) {
            Some(known) => *known,
            None => {
                let text = decode(cell);
                let column = || self.plan.period_name.clone();
                let place = Place::Line(table.line());
                if text.is_empty() {
                    return Err(DataError::MissingKey { column: column(), place }.into());
                }
                let period = period_of(self.source, &text);
                let Some(period) = period else {
                    return Err(DataError::NotAPeriod { column: column(), place, text: text.into_owned() }.into());
                };
                let known = (period, PeriodForm::of(&text));
                self.known.insert(cell.to_vec(), known);
                known
            }
        };
        if self.source.periods.as_ref().is_some_and(|asked| !asked.contains(&period)) {
            return Ok(None);
        }
        // Held against the first of the same measures alone: another measure may count another kind of year.
        match &kept.form {
            None => kept.form = Some((form, decode(cell).into_owned(), table.line())),
            Some((first, text, line)) if *first != form && !self.source.mixed_periods && !self.source.dates => {
                return Err(SourceError::MixedPeriods {
                    column: self.plan.period_name.clone(),
                    first: text.clone(),
                    first_place: Place::Line(*line),
                    second: decode(cell).into_owned(),
                    second_place: Place::Line(table.line()),
                }
                .into());
            }
            Some(_) => {}
        }
        Ok(Some(period))
    }
}
