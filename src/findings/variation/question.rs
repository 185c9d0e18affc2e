//! What is asked of the variation of every period, and the answer put together.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::spread::{LeftOut, spreads, varies};
use super::{VariationMeasure, VariationOverTime, VariationPeriod, VariationPoint, VariationSeries};
use crate::decompose::{Breakdown, CountingVariances, Interval, Method, Share};
use crate::error::{EstimateError, FindingProblem, Result, no_key};
use crate::findings::trend::{PeriodStatistic, Trend};
use crate::fit::FittedModel;
use crate::model::{Model, Term};
use crate::numerics::means::mean;
use crate::regress::check_level;
use crate::resample::{left_out_interval, left_out_root_interval};
use crate::warning::{FEW_CLUSTERS, Warning};

const FINDING: &str = "variation over time";
/// With one left out, two are needed that may differ.
const FEWEST_UNITS: usize = 3;

/// What is asked of the variation of every period.
///
/// # Examples
/// ```
/// use apportion::error::{EstimateError, FindingProblem};
/// use apportion::findings::{VariationAnalysis, VariationMeasure};
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Error, Model, Panel};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
/// let variation = VariationAnalysis::new().level(0.9).of(&model.fit(&panel)?)?;
/// assert!(variation.series(VariationMeasure::SystematicPart).is_err(), "nothing is said of counts");
/// let one_period = model.fit(&panel.in_periods(2018..=2018)?)?;
/// let error = VariationAnalysis::new().of(&one_period).unwrap_err();
/// let Error::Estimate(EstimateError::Finding { why, .. }) = error else { panic!("another error") };
/// assert_eq!(why, FindingProblem::OnePeriod { period: 2018 });
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariationAnalysis {
    counts: Option<(String, String, f64)>,
    level: f64,
}

/// Nothing of counts; intervals at 95%, the usual level.
impl Default for VariationAnalysis {
    fn default() -> Self {
        VariationAnalysis { counts: None, level: 0.95 }
    }
}

impl VariationAnalysis {
    /// The default question.
    pub fn new() -> Self {
        Self::default()
    }

    /// The columns of counts and of populations that the outcome, or its logarithm, is made of, and what it is per:
    /// then the systematic part is measured too.
    pub fn counts(mut self, count: impl Into<String>, population: impl Into<String>, per: f64) -> Self {
        self.counts = Some((count.into(), population.into(), per));
        self
    }

    /// The level of the intervals.
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// The answer on the sample of this fit, for its outcome and its components.
    ///
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units or periods; [`EstimateError::Finding`] for one
    /// period, for weights (every unit counts once), and for a period in which the outcome does not vary;
    /// [`EstimateError::TooFew`] for a period of fewer than three units;
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for a level outside of 0 to 1; those of
    /// [`counting_noise`](FittedModel::counting_noise).
    ///
    /// # Examples
    /// See [`VariationAnalysis`] and [`VariationOverTime`].
    pub fn of(&self, fit: &FittedModel) -> Result<VariationOverTime> {
        let design = fit.design();
        let units = design.units.as_ref().ok_or_else(|| no_key(FINDING, "unit"))?;
        let of_periods = design.periods.as_ref().ok_or_else(|| no_key(FINDING, "period"))?;
        check_level(self.level)?;
        design.needs_panel(FINDING)?;
        let refuse = |why| Err(EstimateError::Finding { finding: FINDING, why }.into());
        if let Some(column) = &design.weights_name {
            return refuse(FindingProblem::Weighted { column: column.clone() });
        }
        let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); of_periods.len()];
        of_periods.codes.iter().enumerate().for_each(|(row, &code)| rows_of[code as usize].push(row));
        let samples: Vec<PeriodRows> = rows_of.into_iter().filter_map(|rows| PeriodRows::of(fit, rows)).collect();
        if let [only] = samples.as_slice() {
            return refuse(FindingProblem::OnePeriod { period: only.period });
        }
        for PeriodRows { period, rows } in &samples {
            if rows.len() < FEWEST_UNITS {
                let what = format!("units of {period}");
                return Err(EstimateError::TooFew { what, expected: FEWEST_UNITS, found: rows.len() }.into());
            }
            let values: Vec<f64> = rows.iter().map(|&row| design.outcome[row]).collect();
            let (varies, varies_without_any) = varies(&values);
            if !varies_without_any {
                let column = design.outcome_name.clone();
                return refuse(FindingProblem::Constant { column, period: Some(*period), but_for_one: varies });
            }
        }
        let mut left_out = Vec::new();
        let chance = match &self.counts {
            Some((count, population, per)) => Some(fit.counting_variances(count, population, *per)?),
            None => None,
        };
        let codes: Vec<usize> = units.codes.iter().map(|&code| code as usize).collect();
        let asked = Asked { fit, codes: &codes, n_units: units.len(), level: self.level };
        let mut series = asked.spreads(&samples, chance.as_ref(), &mut left_out);
        let mut warnings = Vec::new();
        if let Some(model) = cross_sectional(fit, &mut left_out)? {
            let whole = model.fit(&design.panel)?;
            warnings.extend(whole.warnings().iter().cloned());
            series.extend(asked.shares(&samples, &whole)?);
        }
        let (clusters, wanted) = (units.len(), FEW_CLUSTERS);
        if clusters < wanted {
            warnings.push(Warning::FewClusters { clusters, wanted });
        }
        let summary = |PeriodRows { period, rows }: &PeriodRows| {
            let values: Vec<f64> = rows.iter().map(|&row| design.outcome[row]).collect();
            VariationPeriod { period: *period, n_units: rows.len(), mean: mean(&values) }
        };
        Ok(VariationOverTime {
            outcome: design.outcome_name.clone(),
            sample: fit.sample().clone(),
            level: self.level,
            periods: samples.iter().map(summary).collect(),
            series,
            left_out,
            panel: fit.panel_description().map(str::to_string),
            warnings,
        })
    }
}

/// The rows of the sample in one period, a unit each.
struct PeriodRows {
    period: i32,
    rows: Vec<usize>,
}

impl PeriodRows {
    fn of(fit: &FittedModel, rows: Vec<usize>) -> Option<Self> {
        let design = fit.design();
        Some(PeriodRows { period: design.panel.period_of(design.rows[*rows.first()?])?, rows })
    }
}

/// What every measure is taken of.
struct Asked<'a> {
    fit: &'a FittedModel,
    /// The unit of each row.
    codes: &'a [usize],
    n_units: usize,
    level: f64,
}

/// A measure of one period with its interval, and what a trend needs of it.
struct Found {
    point: VariationPoint,
    statistic: PeriodStatistic,
}

impl Asked<'_> {
    fn spreads(
        &self,
        samples: &[PeriodRows],
        chance: Option<&CountingVariances>,
        left_out: &mut Vec<String>,
    ) -> Vec<VariationSeries> {
        let outcome = &self.fit.design().outcome;
        let is_number = self.fit.model().outcome().is_some_and(|term| !is_transformed(term));
        let is_ratio = is_number && !chance.is_some_and(|chance| chance.is_logarithm);
        // Squares of what is very large or small are beyond doubles; times a power of two nothing is rounded.
        let size =
            power_of_two(samples.iter().flat_map(|of| &of.rows).map(|&row| outcome[row].abs()).fold(0.0, f64::max));
        let mut by_measure: Vec<(VariationMeasure, Vec<Found>)> = Vec::new();
        for PeriodRows { period, rows } in samples {
            let values: Vec<f64> = rows.iter().map(|&row| outcome[row] / size).collect();
            let scaled = |&row: &usize, chance: &CountingVariances| chance.variances[row] / size / size;
            let chance: Option<Vec<f64>> = chance.map(|chance| rows.iter().map(|row| scaled(row, chance)).collect());
            for (measure, LeftOut { value, without }) in spreads(&values, chance.as_deref(), is_ratio) {
                let interval = match measure {
                    // What may be below zero.
                    VariationMeasure::SystematicPart => left_out_interval(value, without.clone(), self.level),
                    _ => left_out_root_interval(value, without.clone(), self.level),
                };
                let interval = Some(interval);
                let without = rows.iter().map(|&row| self.codes[row]).zip(without).collect();
                let point = VariationPoint { period: *period, value, interval };
                let found = Found { point, statistic: PeriodStatistic { period: *period, value, without } };
                match by_measure.iter_mut().find(|(known, _)| *known == measure) {
                    Some((_, all)) => all.push(found),
                    None => by_measure.push((measure, vec![found])),
                }
            }
        }
        let relative = by_measure.iter().find(|(measure, _)| *measure == VariationMeasure::CoefficientOfVariation);
        let n_relative = relative.map_or(0, |(_, found)| found.len());
        if n_relative < samples.len() {
            let which = if n_relative == 0 { "" } else { " of some periods" };
            let why = "it is of numbers from zero up on their own scale";
            left_out.push(format!("coefficient of variation{which}: {why}"));
        }
        let of = |(measure, found): (VariationMeasure, Vec<Found>)| {
            let series = self.series(measure, found);
            if measure.has_units() { scaled(series, size) } else { series }
        };
        by_measure.into_iter().map(of).collect()
    }

    fn series(&self, measure: VariationMeasure, found: Vec<Found>) -> VariationSeries {
        let (points, statistics): (Vec<_>, Vec<_>) = found.into_iter().map(|of| (of.point, of.statistic)).unzip();
        VariationSeries {
            measure,
            method: None,
            component: None,
            points,
            trend: Trend::of(&statistics, self.n_units, self.level),
        }
    }

    /// The shares of every cross-section of a fit without unit and period effects.
    fn shares(&self, samples: &[PeriodRows], whole: &FittedModel) -> Result<Vec<VariationSeries>> {
        let design = self.fit.design();
        // By method and row of the breakdown, over periods.
        let mut found: Vec<(Option<String>, String, Vec<Found>)> = Vec::new();
        for PeriodRows { period, rows } in samples {
            let kept: BTreeSet<usize> = rows.iter().map(|&row| design.rows[row]).collect();
            let cross_section = whole.on(|row| kept.contains(&whole.design().rows[row]))?;
            let split = [cross_section.sequential()?, cross_section.shapley()?];
            let jackknife = cross_section.jackknife()?.level(self.level)?;
            let split: Vec<&Breakdown> = split.iter().collect();
            let with_intervals = Breakdown::all_with_intervals(&split, &jackknife)?;
            let replicates = jackknife.replicates(&split)?;
            let mut at = 0;
            for (breakdown, replicates) in with_intervals.iter().zip(&replicates) {
                let shares: Vec<&Share> = breakdown.components.iter().chain([&breakdown.unexplained]).collect();
                let n_components = breakdown.components.len();
                for (place, share) in shares.into_iter().enumerate() {
                    // Both methods leave the same unexplained, which is said once.
                    let is_component = place < n_components;
                    if !is_component && breakdown.method != Method::Shapley {
                        continue;
                    }
                    // The first column of replicates is what is always in.
                    let without =
                        rows.iter().enumerate().map(|(n, &row)| (self.codes[row], replicates.shares[[n, place + 1]]));
                    let (period, value) = (*period, share.share_of_total);
                    let statistic = PeriodStatistic { period, value, without: without.collect() };
                    let of = Found { point: VariationPoint { period, value, interval: share.interval }, statistic };
                    match found.get_mut(at) {
                        Some((_, _, all)) => all.push(of),
                        None => {
                            let method = is_component.then(|| breakdown.method.name().to_string());
                            found.push((method, share.name.clone(), vec![of]));
                        }
                    }
                    at += 1;
                }
            }
        }
        let series = |(method, name, found)| {
            let series = self.series(VariationMeasure::Share, found);
            VariationSeries { method, component: Some(name), ..series }
        };
        Ok(found.into_iter().map(series).collect())
    }
}

/// The power of two at or below a number; 1 of zero.
fn power_of_two(number: f64) -> f64 {
    if number > 0.0 { 2.0_f64.powi(number.log2().floor() as i32) } else { 1.0 }
}

/// A series whose values were divided by this size.
fn scaled(mut series: VariationSeries, size: f64) -> VariationSeries {
    for VariationPoint { value, interval, .. } in &mut series.points {
        *value *= size;
        if let Some(Interval { bias, std_error, lower, upper }) = interval {
            [bias, std_error, lower, upper].into_iter().for_each(|x| *x *= size);
        }
    }
    if let Some(Trend { slope, std_error, lower, upper, .. }) = &mut series.trend {
        [slope, std_error, lower, upper].into_iter().for_each(|x| *x *= size);
    }
    series
}

/// The model without what one period cannot tell; `None` where no component is left.
fn cross_sectional(fit: &FittedModel, left_out: &mut Vec<String>) -> Result<Option<Model>> {
    let (model, names_units) = (fit.model(), &fit.design().name_units);
    let stays = |term: &Term| !has_effects(term) && !names_units.contains(&term.to_string());
    let Some(outcome) = model.outcome() else { return Ok(None) };
    let predecessors = model.predecessors()?;
    let terms = |all: &[Term]| -> Vec<Term> { all.iter().filter(|term| stays(term)).cloned().collect() };
    let mut without = Model::new(outcome.clone()).unweighted().always(terms(model.always_terms()));
    let gone = |all: &[Term]| -> Vec<String> { all.iter().filter(|t| !stays(t)).map(Term::to_string).collect() };
    let is_in: Vec<bool> = model.components().iter().map(|component| component.terms.iter().any(stays)).collect();
    for (at, component) in model.components().iter().enumerate() {
        let missing = gone(&component.terms);
        if !missing.is_empty() {
            let (name, missing) = (&component.name, missing.join(", "));
            left_out.push(format!("{missing} of {name}: units and periods have no effects within one period"));
        }
        if !is_in[at] {
            continue;
        }
        without = without.component(component.name.as_str(), terms(&component.terms));
        let before = predecessors.as_ref().map_or(&[][..], |all| &all[at]);
        let before = before.iter().filter(|&&other| is_in[other]).map(|&other| model.components()[other].name.as_str());
        let before: Vec<&str> = before.collect();
        if !before.is_empty() {
            without = without.after(component.name.as_str(), before);
        }
    }
    let missing = gone(model.always_terms());
    if !missing.is_empty() {
        left_out.push(format!("{} of always: units and periods have no effects within one period", missing.join(", ")));
    }
    Ok(is_in.contains(&true).then_some(without))
}

fn has_effects(term: &Term) -> bool {
    match term {
        Term::UnitEffects | Term::PeriodEffects => true,
        Term::Interaction(parts) => parts.iter().any(has_effects),
        _ => false,
    }
}

/// Whether a number is on another scale than its column.
fn is_transformed(term: &Term) -> bool {
    match term {
        Term::Log(_) | Term::Function(..) => true,
        Term::Lag(inner, _) | Term::Lead(inner, _) => is_transformed(inner),
        _ => false,
    }
}
