//! The rows of a design as counts, and which of them leave it.

use super::count_rows::{CountRows, Levels};
use super::distribution::Distribution;
use crate::error::{EstimateError, Result, no_key};
use crate::fit::check_within;
use crate::model::{Design, Term};
use crate::panel::{LeftOutRows, Reason};

/// The largest count: beyond about so many, doubles leave out whole numbers.
const LARGEST_COUNT: f64 = 1e15;
/// The largest exposure, one over which is the smallest difference of two.
const LARGEST_EXPOSURE: f64 = 1e100;
/// A deviance of this part of all that was counted is rounding.
const ROUNDING: f64 = 1e-24;

/// What is made of the rows of a design on some of its columns, with effects of all units and of all periods, or without.
pub(crate) fn with_rows<T>(
    design: &Design,
    offset: &[f64],
    columns: &[usize],
    (has_units, has_periods): (bool, bool),
    ask: impl FnOnce(CountRows) -> Result<T>,
) -> Result<T> {
    let columns: Vec<&[f64]> = columns.iter().map(|&v| design.columns[v].values.as_slice()).collect();
    let starts =
        || design.units.as_ref().and_then(|units| units.starts()).ok_or_else(|| no_key("unit effects", "unit"));
    let units = if has_units { Some(starts()?) } else { None };
    let levels = || {
        let periods = design.periods.as_ref().ok_or_else(|| no_key("period effects", "period"))?;
        Ok::<_, crate::Error>(Levels { codes: &periods.codes, len: periods.len() })
    };
    let levels = if has_periods { Some(levels()?) } else { None };
    ask(CountRows { counts: &design.outcome, offset, weights: &design.weights, units, levels, columns: &columns })
}

/// These columns of a design without the dummies of its periods, where all of those are among them; and whether they are.
pub(crate) fn without_period_dummies(design: &Design, columns: &[usize]) -> (Vec<usize>, bool) {
    let is_dummy = |v: usize| design.columns[v].is_period_dummy;
    let dummies = (0..design.columns.len()).filter(|&v| is_dummy(v)).count();
    let here = columns.iter().filter(|&&v| is_dummy(v)).count();
    match here > 0 && here == dummies {
        true => (columns.iter().copied().filter(|&v| !is_dummy(v)).collect(), true),
        false => (columns.to_vec(), false),
    }
}

/// ln of the exposure; zeros where there is none.
pub(crate) fn offset(design: &Design) -> Vec<f64> {
    match &design.exposure {
        Some(exposure) => exposure.values.iter().map(|x| x.ln()).collect(),
        None => vec![0.0; design.n_observations()],
    }
}

/// Counts and exposures that can be fitted.
///
/// # Errors
/// [`EstimateError::NoCounts`] where all are zero; [`EstimateError::Scale`] for counts that doubles do not hold one by one, and
/// for exposures whose products leave their range.
pub(crate) fn check_counts(design: &Design) -> Result<()> {
    if design.outcome.iter().all(|y| *y == 0.0) {
        let (outcome, rows) = (design.outcome_name.clone(), design.n_observations());
        return Err(EstimateError::NoCounts { outcome, rows }.into());
    }
    check_within(&design.outcome_name, &design.outcome, LARGEST_COUNT)?;
    design.exposure.iter().try_for_each(|exposure| check_within(&exposure.name, &exposure.values, LARGEST_EXPOSURE))
}

/// How far the counts of a design lie from one rate for all.
///
/// # Errors
/// [`EstimateError::NoVariation`] where they do not.
pub(crate) fn null_deviance(design: &Design, offset: &[f64], distribution: Distribution) -> Result<f64> {
    let null = with_rows(design, offset, &[], (false, false), |rows| rows.fit(distribution, None))?;
    let counted: f64 = design.outcome.iter().zip(&design.weights).map(|(y, w)| w * y).sum();
    if is_nothing(null.deviance, counted) {
        let (outcome, rows) = (design.outcome_name.clone(), design.n_observations());
        return Err(EstimateError::NoVariation { outcome, rows }.into());
    }
    Ok(null.deviance)
}

/// Whether a deviance is rounding beside all that was counted.
pub(super) fn is_nothing(deviance: f64, counted: f64) -> bool {
    deviance <= ROUNDING * counted
}

/// Leaves out what a model of all columns expects exactly, with effects of units and of all periods beside them, or without.
///
/// # Errors
/// [`EstimateError::TooFewRows`] where fewer than two are left; those of the search.
pub(crate) fn leave_out_separated(design: &mut Design, has_units: bool, has_periods: bool) -> Result<()> {
    let all: Vec<usize> = (0..design.columns.len()).collect();
    let (columns, has_dummies) = without_period_dummies(design, &all);
    let effects = (has_units, has_periods || has_dummies);
    let found = with_rows(design, &offset(design), &columns, effects, |rows| rows.separated())?;
    if found.is_empty() {
        return Ok(());
    }
    let periods = design.periods.as_ref().map_or(&[][..], |periods| periods.names.as_slice());
    let of_period = |&level: &usize| format!("{}[{}]", Term::PeriodEffects, periods[level]);
    let names = found
        .columns
        .iter()
        .map(|&c| design.columns[columns[c]].name.clone())
        .chain(found.levels.iter().map(of_period));
    let names = names.collect::<Vec<String>>().join(", ");
    let reasons = [(Reason::OnlyZeros, &found.of_units), (Reason::Separated { columns: names }, &found.by_columns)];
    let mut sample = design.sample.clone();
    for (reason, rows) in reasons.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        let key = |&row: &usize| {
            let row = design.rows[row];
            (design.panel.unit_of(row).map(str::to_string), design.panel.period_of(row))
        };
        sample.left_out.push(LeftOutRows { reason, rows: rows.len(), concerned: rows.iter().map(key).collect() });
    }
    let kept: Vec<usize> = (0..design.n_observations()).filter(|&row| !found.contains(row)).collect();
    if kept.len() < 2 {
        return Err(EstimateError::TooFewRows { rows: kept.len() }.into());
    }
    *design = design.on(&kept);
    sample.n_observations = kept.len();
    sample.n_units = design.units.as_ref().map_or(0, |units| units.len());
    sample.n_periods = design.periods.as_ref().map_or(0, |periods| periods.len());
    design.sample = sample;
    Ok(())
}
