//! From the rows of both periods to the parts of a change.

use super::counts::{NUMBERS, Populations, SUMS};
use super::{Change, ChangeBreakdown, ChangePart, CountChange, CountIntervals};
use crate::decompose::{Interval, Slopes};
use crate::error::{EstimateError, Result, ScaleProblem};
use crate::fit::{FittedModel, ROUNDING};
use crate::resample::{FEWEST_CLUSTERS, UnitReplicates, UnitValues};

/// The rows of every unit by period.
pub(super) struct Periods {
    /// The periods of the sample, ascending.
    pub(super) periods: Vec<i32>,
    /// Unit by unit, where the row of each period is.
    rows: Vec<Option<usize>>,
}

/// The rows of a unit at both ends, and whether the panel has one where the sample has none.
type Ends = ((Option<usize>, Option<usize>), bool);

/// What is asked of every pair of periods.
pub(super) struct Asked<'a> {
    pub(super) fit: &'a FittedModel,
    pub(super) slopes: &'a [Slopes],
    /// What each method says on the whole sample.
    pub(super) answers: &'a [Vec<f64>],
    pub(super) populations: Option<&'a Populations>,
    pub(super) replicates: Option<&'a UnitReplicates<'a>>,
}

impl Periods {
    /// Of a fit with units and periods.
    pub(super) fn of(fit: &FittedModel) -> Self {
        let design = fit.design();
        let period = |row: usize| design.panel.period_of(design.rows[row]).unwrap_or_default();
        let periods = fit.periods();
        let mut rows = vec![None; fit.unit_ranges().len() * periods.len()];
        for (unit, own) in rows.chunks_exact_mut(periods.len().max(1)).zip(fit.unit_ranges()) {
            for row in own.clone() {
                if let Ok(at) = periods.binary_search(&period(row)) {
                    unit[at] = Some(row);
                }
            }
        }
        Periods { periods, rows }
    }

    /// The rows of every unit at both ends, and whether the panel has one where the sample has none.
    fn ends(&self, fit: &FittedModel, from: usize, to: usize) -> impl Iterator<Item = Ends> {
        let design = fit.design();
        self.rows.chunks_exact(self.periods.len().max(1)).map(move |unit| {
            let ends = (unit[from], unit[to]);
            let has = |row: usize, at: usize| {
                let unit = design.panel.unit_of(design.rows[row]).unwrap_or_default();
                design.panel.row(unit, self.periods[at]).is_ok()
            };
            let is_lacked = match ends {
                (Some(row), None) => has(row, to),
                (None, Some(row)) => has(row, from),
                _ => false,
            };
            (ends, is_lacked)
        })
    }
}

impl Asked<'_> {
    fn columns(&self) -> &[usize] {
        self.slopes.first().map_or(&[], Slopes::columns)
    }

    /// Whether it is in both, the change of the outcome and of every column; then what counts need, and both populations
    /// times the same changes.
    fn values(&self, ends: impl Iterator<Item = Ends>) -> Result<UnitValues> {
        let design = self.fit.design();
        let n_changes = 1 + self.columns().len();
        let width = 1 + n_changes + if self.populations.is_some() { SUMS + 2 * n_changes } else { 0 };
        let mut values = Vec::new();
        for (ends, is_lacked) in ends {
            let start = values.len();
            values.resize(start + width, 0.0);
            let (own, of_counts) = values[start..].split_at_mut(1 + n_changes);
            if let (Some(from), Some(to)) = ends {
                own[0] = 1.0;
                own[1] = design.outcome[to] - design.outcome[from];
                for (slot, &column) in own[2..].iter_mut().zip(self.columns()) {
                    let column = &design.columns[column].values;
                    *slot = column[to] - column[from];
                }
            }
            if let Some(populations) = self.populations {
                let (sums, factors) = populations.sums(self.fit, ends, is_lacked)?;
                let (slots, changes) = of_counts.split_at_mut(SUMS);
                slots.copy_from_slice(&sums);
                for (slots, factor) in changes.chunks_exact_mut(n_changes).zip(factors) {
                    slots.iter_mut().zip(&own[1..]).for_each(|(slot, change)| *slot = factor * change);
                }
            }
        }
        Ok(UnitValues { width, values })
    }

    /// What is always in, every component and the unexplained of a change of the outcome and all columns.
    fn parts(&self, answers: &[&[f64]], changes: &[f64]) -> Vec<f64> {
        let mut parts = Vec::new();
        for (slopes, answer) in self.slopes.iter().zip(answers) {
            parts.extend(slopes.moved(answer, &changes[1..]));
            if let Some(everybody) = parts.last_mut() {
                *everybody = changes[0] - *everybody;
            }
        }
        parts
    }

    /// The change of the mean, its parts by every method; then the count's, and the parts of its rates.
    fn numbers(&self, sums: &[f64], answers: &[&[f64]]) -> Option<Vec<f64>> {
        let n_changes = 1 + self.columns().len();
        let units = sums[0];
        if units < 0.5 {
            return None;
        }
        let mean: Vec<f64> = sums[1..=n_changes].iter().map(|sum| sum / units).collect();
        let mut numbers = vec![mean[0]];
        numbers.extend(self.parts(answers, &mean));
        if let Some(populations) = self.populations {
            let sums = &sums[1 + n_changes..];
            let (of_counts, [at_first, at_second]) = populations.numbers(sums);
            numbers.extend(of_counts);
            let (first, second) = sums[SUMS..].split_at(n_changes);
            let changes: Vec<f64> = first.iter().zip(second).map(|(a, b)| at_first * a + at_second * b).collect();
            numbers.extend(self.parts(answers, &changes));
        }
        Some(numbers)
    }

    /// Makes zero of what rounding leaves of none: below the last digits of the outcome, or of the counts.
    fn clear(&self, fit: &FittedModel, numbers: &mut [f64], intervals: Option<&mut [Interval]>, first_count: usize) {
        let of_points = fit.rounding_of_points();
        let of_counts = numbers.get(first_count..first_count + 2).map_or(0.0, |ends| ROUNDING * (ends[0] + ends[1]));
        let nothing = |at: usize| if at < first_count { of_points } else { of_counts };
        let clear = |x: &mut f64, nothing: f64| *x = if x.abs() <= nothing { 0.0 } else { *x };
        numbers.iter_mut().enumerate().for_each(|(at, x)| clear(x, nothing(at)));
        // What one of n left out changes is multiplied by n.
        let n = fit.unit_ranges().len() as f64;
        for (at, interval) in intervals.into_iter().flatten().enumerate() {
            let Interval { bias, std_error, lower, upper } = interval;
            [bias, std_error, lower, upper].into_iter().for_each(|x| clear(x, n * nothing(at)));
        }
    }

    /// The change between two of the periods.
    ///
    /// # Errors
    /// [`EstimateError::NoUnitInBoth`]; those of populations and of intervals.
    pub(super) fn change(&self, periods: &Periods, from: usize, to: usize) -> Result<Change> {
        let fit = self.fit;
        let values = self.values(periods.ends(fit, from, to))?;
        let (from, to) = (periods.periods[from], periods.periods[to]);
        let total = values.total();
        let answers: Vec<&[f64]> = self.answers.iter().map(Vec::as_slice).collect();
        let mut numbers = self.numbers(&total, &answers).ok_or(EstimateError::NoUnitInBoth { from, to })?;
        let n_parts: usize = self.slopes.iter().map(|slopes| slopes.names().len() + 2).sum();
        let mut warnings = fit.warnings().to_vec();
        let (mut intervals, mut interval) = (None, None);
        if let Some(replicates) = self.replicates {
            let what = format!("units present in both {from} and {to}, and an outcome that varies");
            let units = total[0].round() as usize;
            // The same change in every replicate would pass for certainty.
            if units < FEWEST_CLUSTERS {
                let what = format!("units present in both {from} and {to}, for intervals");
                return Err(EstimateError::TooFew { what, expected: FEWEST_CLUSTERS, found: units }.into());
            }
            let of = |sums: &[f64], answers: &[&[f64]]| self.numbers(sums, answers);
            let estimated = replicates.intervals(&what, &numbers, 1 + n_parts, &values, &of)?;
            warnings.extend(estimated.warnings);
            (intervals, interval) = (Some(estimated.intervals), Some(replicates.made()));
        } else {
            warnings.extend(fit.imprecise(fit.players().len()));
        }
        let design = fit.design();
        let first_count = 1 + n_parts;
        self.clear(fit, &mut numbers, intervals.as_deref_mut(), first_count);
        let is_finite = |i: &Interval| [i.bias, i.std_error, i.lower, i.upper].iter().all(|x| x.is_finite());
        if !numbers.iter().all(|x| x.is_finite()) || !intervals.iter().flatten().all(is_finite) {
            let column = design.outcome_name.clone();
            return Err(EstimateError::Scale { column, why: ScaleProblem::Products }.into());
        }
        let ends = |at: usize| intervals.as_ref().and_then(|intervals| intervals.get(at).copied());
        let part =
            |name: &str, at: usize| ChangePart { name: name.to_string(), change: numbers[at], interval: ends(at) };
        let has_always = !fit.model().always_terms().is_empty();
        let mut next = 1;
        let method = |slopes: &Slopes| {
            let (names, start) = (slopes.names(), next);
            next += names.len() + 2;
            let rows = |start: usize| {
                let components = names.iter().enumerate().map(move |(at, name)| (name.as_str(), start + 1 + at));
                let always = has_always.then_some(("always", start));
                (always, components, ("unexplained", start + 1 + names.len()))
            };
            let (always, components, unexplained) = rows(start);
            let rates_by_component = match self.populations {
                None => Vec::new(),
                Some(_) => {
                    let (always, components, unexplained) = rows(start + n_parts + NUMBERS);
                    let all = always.into_iter().chain(components).chain([unexplained]);
                    all.map(|(name, at)| part(name, at)).collect()
                }
            };
            ChangeBreakdown {
                method: slopes.method().clone(),
                components: components.map(|(name, at)| part(name, at)).collect(),
                always: always.map(|(name, at)| part(name, at)),
                unexplained: part(unexplained.0, unexplained.1),
                rates_by_component,
            }
        };
        let methods = self.slopes.iter().map(method).collect();
        let counts = self.populations.map(|populations| {
            let at = 1 + n_parts;
            CountChange::of(populations, &numbers[at..], intervals.as_ref().map(|intervals| &intervals[at..]))
        });
        Ok(Change {
            outcome: design.outcome_name.clone(),
            from,
            to,
            units: total[0].round() as usize,
            actual: numbers[0],
            interval_of_actual: ends(0),
            methods,
            counts,
            sample: fit.sample().clone(),
            weights: design.weights_name.clone(),
            panel: design.panel.description().map(str::to_string),
            interval,
            warnings,
        })
    }
}

impl CountChange {
    fn of(populations: &Populations, numbers: &[f64], intervals: Option<&[Interval]>) -> Self {
        let intervals = intervals.map(|of| CountIntervals {
            from: of[0],
            to: of[1],
            population: of[2],
            mix: of[3],
            rates: of[4],
            appeared: of[5],
            ended: of[6],
            lacked: of[7],
        });
        CountChange {
            population_column: populations.column.clone(),
            per: populations.per,
            from: numbers[0],
            to: numbers[1],
            population: numbers[2],
            mix: numbers[3],
            rates: numbers[4],
            appeared: numbers[5],
            ended: numbers[6],
            lacked: numbers[7],
            intervals,
        }
    }
}
