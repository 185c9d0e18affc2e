//! Which two groups, and how sure?

use serde::{Deserialize, Serialize};

use super::regressions::{Parts, Standardised};
use super::{GapPart, Oaxaca, OaxacaColumn, OaxacaGroup, OaxacaReference, ThreeFold, TwoFold};
use crate::decompose::Interval;
use crate::error::{DataError, EstimateError, QuestionError, Result, no_key};
use crate::findings::intervals::Intervals;
use crate::fit::FittedModel;
use crate::model::Credit;
use crate::numerics::eliminate::packed_len;
use crate::panel::nearest_names;
use crate::resample::UnitValues;

/// Between which two groups a gap is, and how sure one is to be of its parts. Intervals are the jackknife's over units, at
/// 0.95, unless others are asked for: a unit leaves both groups at once.
///
/// # Examples
/// ```
/// use apportion::findings::{Intervals, OaxacaAnalysis};
/// use apportion::{Model, Panel};
///
/// let panel = Panel::builder()
///     .units(["A", "A", "B", "B", "C", "C", "D", "D", "E", "E", "F", "F"])
///     .periods([1, 2].repeat(6))
///     .column("y", [1.0, 2.0, 3.0, 5.0, 2.0, 2.5, 6.0, 7.0, 4.0, 6.0, 5.0, 8.0])
///     .column("x", [0.0, 1.0, 1.0, 2.0, 0.0, 2.0, 2.0, 3.0, 1.0, 3.0, 2.0, 2.5])
///     .text_column("region", ["north"; 6].into_iter().chain(["south"; 6]))
///     .build()?;
/// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
/// let asked = OaxacaAnalysis::between_groups("region", "south", "north");
/// let gap = asked.clone().without_intervals().of(&fit)?.gap;
/// assert!((gap.points - (36.0 - 15.5) / 6.0).abs() < 1e-12 && gap.interval.is_none());
/// let drawn = asked.intervals(Intervals::bootstrap(200, 7)).of(&fit)?;
/// assert!(drawn.gap.interval.is_some());
/// assert!(OaxacaAnalysis::between_groups("region", "south", "east").of(&fit).is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OaxacaAnalysis {
    groups: Groups,
    intervals: Option<Intervals>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Groups {
    Periods { from: i32, to: i32 },
    Column { column: String, a: String, b: String },
}

/// Rows of two groups.
struct Chosen {
    by: String,
    names: [String; 2],
    /// Of each row of the sample, which group it is in.
    of_row: Vec<Option<usize>>,
}

impl OaxacaAnalysis {
    /// The gap between two periods: the second less the first.
    pub fn between_periods(from: i32, to: i32) -> Self {
        OaxacaAnalysis { groups: Groups::Periods { from, to }, intervals: Some(Intervals::default()) }
    }

    /// The gap between two groups of units: the mean of the units whose column is `a`, over all their periods, less that of
    /// those whose column is `b`. The column is the same in all rows of a unit.
    pub fn between_groups(column: impl Into<String>, a: impl Into<String>, b: impl Into<String>) -> Self {
        let groups = Groups::Column { column: column.into(), a: a.into(), b: b.into() };
        OaxacaAnalysis { groups, intervals: Some(Intervals::default()) }
    }

    /// Makes the intervals in this way.
    pub fn intervals(mut self, intervals: Intervals) -> Self {
        self.intervals = Some(intervals);
        self
    }

    /// Makes no intervals, and resamples nothing.
    pub fn without_intervals(mut self) -> Self {
        self.intervals = None;
        self
    }

    /// The gap on the sample of this fit, on the columns of its components and of what is always in.
    ///
    /// # Errors
    /// [`DataError::NoKey`] without units, or between periods without them; [`QuestionError::Option`] for a period that is
    /// not in the sample, and for a group that is its own other; [`DataError::NoSuchValue`] for one that is not in the
    /// column; [`EstimateError::Nesting`] for a column that is missing in the sample, a key, or not the same in all rows of
    /// a unit; [`EstimateError::TooFew`] for a group with no more rows than coefficients, and where hardly a replicate has
    /// both groups; those of the [`Intervals`].
    ///
    /// # Examples
    /// See [`Oaxaca`] and [`OaxacaAnalysis`].
    pub fn of(&self, fit: &FittedModel) -> Result<Oaxaca> {
        let design = fit.design();
        if design.units.is_none() {
            return Err(no_key("a gap between groups", "unit"));
        }
        design.needs_rows("a gap between groups")?;
        let chosen = self.choose(fit)?;
        let columns: Vec<&[f64]> = design.columns.iter().map(|column| column.values.as_slice()).collect();
        let rows: Vec<usize> = (0..design.n_observations()).filter(|&row| chosen.of_row[row].is_some()).collect();
        let mut standardised = Standardised::of(&columns, &design.outcome, &rows, &design.weights);
        let values = |standardised: &Standardised| {
            let packed = packed_len(standardised.n_variables());
            let mut values = vec![0.0; 2 * packed * fit.unit_ranges().len()];
            for (own, unit) in values.chunks_exact_mut(2 * packed).zip(fit.unit_ranges()) {
                for row in unit.clone() {
                    let Some(group) = chosen.of_row[row] else { continue };
                    let sums = &mut own[group * packed..][..packed];
                    standardised.add(&columns, &design.outcome, row, design.weights[row], sums);
                }
            }
            UnitValues { width: 2 * packed, values }
        };
        let all = values(&standardised).total();
        let (first, second) = all.split_at(all.len() / 2);
        let pairs = standardised.aliased(first).into_iter().zip(standardised.aliased(second));
        standardised.without(&pairs.map(|(first, second)| first || second).collect::<Vec<bool>>());
        for (group, name) in chosen.names.iter().enumerate() {
            let found = chosen.of_row.iter().filter(|of| **of == Some(group)).count();
            let expected = standardised.columns.len() + 2;
            if found < expected {
                let what = format!("rows of {} {name}, for {} columns and a constant", chosen.by, expected - 2);
                return Err(EstimateError::TooFew { what, expected, found }.into());
            }
        }
        let values = values(&standardised);
        let what = "both groups, and coefficients of all columns in each";
        let parts = standardised.parts(&values.total()).ok_or_else(|| EstimateError::TooFew {
            what: format!("samples with {what}"),
            expected: 1,
            found: 0,
        })?;
        let numbers = flat(&parts);
        let resampling = self.intervals.as_ref().map(|intervals| intervals.resampling(fit)).transpose()?;
        let (mut intervals, mut interval, mut warnings) = (None, None, Vec::new());
        if let Some(resampling) = &resampling {
            let replicates = resampling.of_units(Vec::new())?;
            let of = |sums: &[f64], _: &[&[f64]]| standardised.parts(sums).map(|parts| flat(&parts));
            let estimated = replicates.intervals(what, &numbers, numbers.len(), &values, &of)?;
            (intervals, interval) = (Some(estimated.intervals), Some(replicates.made()));
            warnings = estimated.warnings;
        }
        let is_kept = |at: &usize| standardised.columns.iter().any(|(kept, ..)| kept == at);
        let left_out = (0..columns.len()).filter(|at| !is_kept(at)).map(|at| design.columns[at].name.clone()).collect();
        let kept = standardised.columns.iter().map(|&(at, ..)| &design.columns[at]);
        let component = |credit: Credit| match credit {
            Credit::Always => "always".to_string(),
            Credit::Component(at) => design.component_names[at].clone(),
        };
        let described: Vec<(String, Option<String>)> = [("constant".to_string(), None)]
            .into_iter()
            .chain(kept.map(|column| (column.name.clone(), Some(component(column.credit)))))
            .collect();
        let names: Vec<&str> = described.iter().map(|(name, _)| name.as_str()).collect();
        let group = |at: usize| {
            let (means, coefficients, mean) = &parts.groups[at];
            let column = |((name, component), (mean, coefficient)): (&(String, Option<String>), (&f64, &f64))| {
                let (name, component) = (name.clone(), component.clone());
                OaxacaColumn { name, component, mean: *mean, coefficient: *coefficient }
            };
            OaxacaGroup {
                name: chosen.names[at].clone(),
                n_observations: chosen.of_row.iter().filter(|of| **of == Some(at)).count(),
                mean: *mean,
                columns: described.iter().zip(means.iter().zip(coefficients)).map(column).collect(),
            }
        };
        let mut read = Reader { numbers: &numbers, intervals: intervals.as_deref(), next: 0 };
        let gap = read.part("gap");
        let two_fold = OaxacaReference::ALL.into_iter().map(|reference| read.two_fold(reference, &names)).collect();
        let three_fold =
            [OaxacaReference::B, OaxacaReference::A].into_iter().map(|from| read.three_fold(from, &names)).collect();
        Ok(Oaxaca {
            outcome: design.outcome_name.clone(),
            a: group(0),
            b: group(1),
            by: chosen.by,
            gap,
            two_fold,
            three_fold,
            left_out,
            weights: design.weights_name.clone(),
            panel: design.panel.description().map(str::to_string),
            interval,
            warnings,
        })
    }

    fn choose(&self, fit: &FittedModel) -> Result<Chosen> {
        let design = fit.design();
        let same = |option, found: &str| {
            let expected = "a gap is between two groups: name another".to_string();
            Err(QuestionError::Option { option, expected, found: found.to_string() }.into())
        };
        match &self.groups {
            Groups::Periods { from, to } => {
                let by = design.panel.period_column().ok_or_else(|| no_key("a gap between periods", "period"))?;
                if from == to {
                    return same("to", &to.to_string());
                }
                let period = |row: usize| design.panel.period_of(design.rows[row]);
                let there = fit.periods();
                if let Some((option, asked)) = [("from", from), ("to", to)].into_iter().find(|of| !there.contains(of.1))
                {
                    let there: Vec<String> = there.iter().map(i32::to_string).collect();
                    let expected = format!("the sample has {}", there.join(", "));
                    return Err(QuestionError::Option { option, expected, found: asked.to_string() }.into());
                }
                let of_row = (0..design.n_observations()).map(|row| match period(row) {
                    Some(period) if period == *to => Some(0),
                    Some(period) if period == *from => Some(1),
                    _ => None,
                });
                let names = [to.to_string(), from.to_string()];
                Ok(Chosen { by: by.to_string(), names, of_row: of_row.collect() })
            }
            Groups::Column { column, a, b } => {
                if a == b {
                    return same("b", b);
                }
                let (of_unit, firsts) = fit.groups_by(column)?;
                let names: Vec<String> = firsts.iter().map(|&unit| fit.group_name(column, unit)).collect();
                let position = |value: &String| {
                    names.iter().position(|name| name == value).ok_or_else(|| {
                        let nearest = nearest_names(value, names.iter().map(String::as_str));
                        DataError::NoSuchValue { column: column.clone(), value: value.clone(), nearest }
                    })
                };
                let chosen = [position(a)?, position(b)?];
                let mut of_row = vec![None; design.n_observations()];
                for (unit, rows) in fit.unit_ranges().iter().enumerate() {
                    of_row[rows.clone()].fill(chosen.iter().position(|&group| group == of_unit[unit] as usize));
                }
                Ok(Chosen { by: column.clone(), names: [a.clone(), b.clone()], of_row })
            }
        }
    }
}

/// Every part in one list, each sum before its parts by column.
fn flat(parts: &Parts) -> Vec<f64> {
    let mut flat = vec![parts.gap];
    for ([explained, unexplained], of) in parts.two_fold.iter().zip(&parts.unexplained) {
        flat.extend([explained.iter().sum(), of[0] + of[1]]);
        flat.extend(of);
        flat.extend(explained);
        flat.extend(unexplained);
    }
    for folds in &parts.three_fold {
        flat.extend(folds.iter().map(|fold| fold.iter().sum::<f64>()));
        flat.extend(folds.iter().flatten());
    }
    flat
}

/// Reads the same list.
struct Reader<'a> {
    numbers: &'a [f64],
    intervals: Option<&'a [Interval]>,
    next: usize,
}

impl Reader<'_> {
    fn part(&mut self, name: &str) -> GapPart {
        let at = self.next;
        self.next += 1;
        let interval = self.intervals.and_then(|intervals| intervals.get(at).copied());
        GapPart { name: name.to_string(), points: self.numbers[at], interval }
    }

    fn by_column(&mut self, names: &[&str]) -> Vec<GapPart> {
        names.iter().map(|name| self.part(name)).collect()
    }

    fn two_fold(&mut self, reference: OaxacaReference, names: &[&str]) -> TwoFold {
        // In the order of the list.
        TwoFold {
            reference,
            explained: self.part("explained"),
            unexplained: self.part("unexplained"),
            unexplained_a: self.part("unexplained_a"),
            unexplained_b: self.part("unexplained_b"),
            explained_by_column: self.by_column(names),
            unexplained_by_column: self.by_column(names),
        }
    }

    fn three_fold(&mut self, from: OaxacaReference, names: &[&str]) -> ThreeFold {
        ThreeFold {
            from,
            endowments: self.part("endowments"),
            coefficients: self.part("coefficients"),
            interaction: self.part("interaction"),
            endowments_by_column: self.by_column(names),
            coefficients_by_column: self.by_column(names),
            interaction_by_column: self.by_column(names),
        }
    }
}
