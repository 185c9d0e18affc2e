//! Which judgements are new in their period, and what was measured before?

use std::collections::{BTreeMap, BTreeSet};

use super::{JudgedPeriods, LeftOutJudgements};
use crate::error::{Result, no_key};
use crate::findings::scale::JudgementScale;
use crate::panel::Panel;

pub(super) const FINDING: &str = "an early warning";

/// A judgement with the measures of an earlier period.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// Its row, and the row of the measures.
    pub(super) row: usize,
    pub(super) measured: usize,
    pub(super) unit: u32,
    pub(super) period: i32,
    pub(super) is_bad: bool,
    pub(super) measures: Vec<f64>,
}

/// What cases are made of.
pub(super) struct Asked<'a> {
    pub(super) scale: &'a JudgementScale,
    pub(super) is_bad: &'a [bool],
    pub(super) measures: &'a [String],
    pub(super) date: Option<&'a str>,
    pub(super) lag: u32,
}

impl Asked<'_> {
    /// The cases of a panel in the order of its rows, and the judgements that are none.
    pub(super) fn cases(&self, panel: &Panel) -> Result<(Vec<Case>, Vec<LeftOutJudgements>)> {
        let units = panel.unit_indices().ok_or_else(|| no_key(FINDING, "unit"))?;
        panel.period_column().ok_or_else(|| no_key(FINDING, "period"))?;
        let places = self.scale.places(panel, FINDING)?;
        let columns: Vec<&[f64]> =
            self.measures.iter().map(|name| panel.column(name)?.numbers()).collect::<Result<_>>()?;
        if let Some(date) = self.date {
            panel.column(date)?;
        }
        let row_of: BTreeMap<(u32, i32), usize> =
            (0..panel.n_observations()).filter_map(|row| Some(((units[row], panel.period_of(row)?), row))).collect();
        let (mut cases, mut left_out) = (Vec::new(), BTreeMap::<String, usize>::new());
        for ((&(unit, period), &row), place) in row_of.iter().zip(&places) {
            let Some(place) = *place else { continue };
            let before = |periods: i32| row_of.get(&(unit, period.checked_sub(periods)?)).copied();
            let case = match self.is_new(panel, row, before(1)) {
                Ok(false) => continue,
                Ok(true) => self.measures_at(&columns, i32::try_from(self.lag).ok().and_then(before)),
                Err(reason) => Err(reason),
            };
            match case {
                Ok((measured, measures)) => {
                    let is_bad = self.is_bad.get(place).copied().unwrap_or(false);
                    cases.push(Case { row, measured, unit, period, is_bad, measures });
                }
                Err(reason) => *left_out.entry(reason).or_default() += 1,
            }
        }
        let left_out = left_out.into_iter().map(|(reason, judgements)| LeftOutJudgements { reason, judgements });
        Ok((cases, left_out.collect()))
    }

    /// Whether the judgement of a row is of another day than that of the period before; or why nobody can say.
    fn is_new(&self, panel: &Panel, row: usize, before: Option<usize>) -> Result<bool, String> {
        let Some(date) = self.date else { return Ok(true) };
        let now = panel.level_of(date, row).filter(|_| panel.column(date).is_ok_and(|c| c.missing(row).is_none()));
        let Some(now) = now else { return Err(format!("without a day in \"{date}\"")) };
        match before {
            Some(before) => Ok(panel.level_of(date, before).as_deref() != Some(now.as_str())),
            None => Err("without a row of the period before, so that it may be an older one".to_string()),
        }
    }

    fn measures_at(&self, columns: &[&[f64]], measured: Option<usize>) -> Result<(usize, Vec<f64>), String> {
        let Some(at) = measured else {
            let periods = if self.lag == 1 { "period" } else { "periods" };
            return Err(format!("without a row of {} {periods} before", self.lag));
        };
        let measures: Vec<f64> = columns.iter().map(|column| column.get(at).copied().unwrap_or(f64::NAN)).collect();
        match measures.iter().position(|value| value.is_nan()) {
            Some(missing) => Err(format!("without \"{}\" before", self.measures[missing])),
            None => Ok((at, measures)),
        }
    }
}

/// What cases, of which there is one at least, are of.
pub(super) fn judged(cases: &[Case]) -> JudgedPeriods {
    let periods = || cases.iter().map(|case| case.period);
    JudgedPeriods {
        from: periods().min().unwrap_or_default(),
        to: periods().max().unwrap_or_default(),
        judgements: cases.len(),
        units: cases.iter().map(|case| case.unit).collect::<BTreeSet<_>>().len(),
        bad: cases.iter().filter(|case| case.is_bad).count(),
    }
}
