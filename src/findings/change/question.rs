//! Between which periods, by which methods, and how sure?

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Change;
use super::counts::Populations;
use super::moves::{Asked, Periods};
use crate::decompose::{Method, Plan, Slopes};
use crate::error::{EstimateError, QuestionError, Result, no_key};
use crate::findings::intervals::Intervals;
use crate::fit::FittedModel;
use crate::resample::Resampling;

/// What is asked of a change: by which methods it is split, whether its count is split too, and how sure one is to be.
///
/// | | default | because |
/// |---|---|---|
/// | methods | sequential in the order of the model, and Shapley | the one that is published, beside the one that no order moves |
/// | intervals | the jackknife's over units, at 0.95 | they depend on no seed; the root of what can be negative is none, so they are on the plain scale |
/// | counts | none | the fit does not say what the rate is of |
///
/// # Examples
/// ```
/// use apportion::findings::{ChangeAnalysis, Intervals};
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Method, Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let model = Model::new("cpp_rate").component("policy", [Term::PeriodEffects]);
/// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
/// let asked = ChangeAnalysis::new().method(Method::Shapley).intervals(Intervals::bootstrap(200, 7).level(0.9));
/// let change = asked.of(&fit, 2012, 2017)?;
/// assert_eq!(change.interval.as_ref().map(|how| (how.level, how.replicates)), Some((0.9, 200)));
/// // The steps of the path add up to the whole way where the same units are there all the time.
/// let path = asked.path(&fit)?;
/// let steps: f64 = path.iter().map(|step| step.actual).sum();
/// assert!((steps - asked.of(&fit, 2011, 2018)?.actual).abs() < 1e-9 && path.len() == 7);
/// assert!(asked.of(&fit, 2012, 2030).is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeAnalysis {
    methods: Vec<Method>,
    intervals: Option<Intervals>,
    /// The column of populations, and what rates are per.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counts: Option<(String, f64)>,
}

impl Default for ChangeAnalysis {
    fn default() -> Self {
        ChangeAnalysis { methods: Vec::new(), intervals: Some(Intervals::default()), counts: None }
    }
}

impl ChangeAnalysis {
    /// The default question.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also splits by this method; the first that is asked for takes the place of the default ones. Methods that do not
    /// split what is fitted are refused; parts by `first` and `last` do not add up to the change, as their shares do not to
    /// the whole.
    pub fn method(mut self, method: Method) -> Self {
        self.methods.push(method);
        self
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

    /// Also splits the change of the count: the outcome, or what it is the logarithm of, is a rate per so many of the
    /// population in a column.
    ///
    /// # Examples
    /// See [`CountChange`](super::CountChange).
    pub fn counts(mut self, population: impl Into<String>, per: f64) -> Self {
        self.counts = Some((population.into(), per));
        self
    }

    /// The change from one period to another, which may be the earlier.
    ///
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units or periods; [`EstimateError::TooFew`] for a
    /// sample of a single period, and for intervals with fewer than three units in both; [`QuestionError::Option`] for a period
    /// that is not in the sample, two that are the same, a `per` that is not above zero, and an outcome that is no rate;
    /// [`EstimateError::NoUnitInBoth`]; [`EstimateError::NoPopulation`] for a unit in either period without a population;
    /// those of [`contributions_by`](FittedModel::contributions_by) and of the [`Intervals`].
    ///
    /// # Examples
    /// See [`Change`].
    pub fn of(&self, fit: &FittedModel, from: i32, to: i32) -> Result<Change> {
        let mut changes = self.between(fit, |periods| pair(periods, from, to))?;
        changes.pop().ok_or_else(|| EstimateError::NoUnitInBoth { from, to }.into())
    }

    /// The same with intervals from a resampling that is made already, whatever [`intervals`](Self::intervals) says: from
    /// draws of the caller's own, or [watched](Resampling::watched).
    ///
    /// # Errors
    /// Those of [`of`](Self::of); [`EstimateError::Cancelled`] once a watch has said so.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::ChangeAnalysis;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let asked = ChangeAnalysis::new();
    /// assert_eq!(asked.resampled(&fit.jackknife()?, 2011, 2018)?, asked.of(&fit, 2011, 2018)?);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn resampled(&self, resampling: &Resampling, from: i32, to: i32) -> Result<Change> {
        let mut changes = self.answer(resampling.fit(), Some(resampling), |periods| pair(periods, from, to))?;
        changes.pop().ok_or_else(|| EstimateError::NoUnitInBoth { from, to }.into())
    }

    /// The change from every period of the sample to the next.
    ///
    /// # Errors
    /// Those of [`of`](Self::of).
    ///
    /// # Examples
    /// See [`ChangeAnalysis`].
    pub fn path(&self, fit: &FittedModel) -> Result<Vec<Change>> {
        self.between(fit, |periods| Ok((1..periods.len()).map(|to| (to - 1, to)).collect()))
    }

    /// The change between all pairs of periods, from the earlier to the later.
    ///
    /// # Errors
    /// Those of [`of`](Self::of).
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::ChangeAnalysis;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let pairs = ChangeAnalysis::new().without_intervals().pairs(&fit)?;
    /// assert_eq!((pairs.len(), pairs[27].from, pairs[27].to), (28, 2017, 2018));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn pairs(&self, fit: &FittedModel) -> Result<Vec<Change>> {
        let all = |n: usize| (0..n).flat_map(move |from| (from + 1..n).map(move |to| (from, to))).collect();
        self.between(fit, |periods| Ok(all(periods.len())))
    }

    /// Between the periods that are chosen, by their positions, of those that there are.
    fn between(
        &self,
        fit: &FittedModel,
        choose: impl Fn(&[i32]) -> Result<Vec<(usize, usize)>>,
    ) -> Result<Vec<Change>> {
        let resampling = self.intervals.as_ref().map(|intervals| intervals.resampling(fit)).transpose()?;
        self.answer(fit, resampling.as_ref(), choose)
    }

    fn answer(
        &self,
        fit: &FittedModel,
        resampling: Option<&Resampling>,
        choose: impl Fn(&[i32]) -> Result<Vec<(usize, usize)>>,
    ) -> Result<Vec<Change>> {
        let design = fit.design();
        design.needs_rows("a change over time")?;
        for (key, is_there) in [("unit", design.units.is_some()), ("period", design.periods.is_some())] {
            if !is_there {
                return Err(no_key("a change between periods", key));
            }
        }
        let periods = Periods::of(fit);
        let found = periods.periods.len();
        if found < 2 {
            let what = "periods in the sample, for a change between two of them".to_string();
            return Err(EstimateError::TooFew { what, expected: 2, found }.into());
        }
        let chosen = choose(&periods.periods)?;
        let populations = match &self.counts {
            Some((column, per)) => Some(Populations::new(fit, column, *per)?),
            None => None,
        };
        let default = [Method::Sequential { order: Vec::new() }, Method::Shapley];
        let methods = if self.methods.is_empty() { &default[..] } else { &self.methods };
        let (slopes, plans): (Vec<Slopes>, Vec<Plan>) =
            methods.iter().map(|method| fit.slopes(method)).collect::<Result<Vec<_>>>()?.into_iter().unzip();
        let answers: Vec<Vec<f64>> = plans.iter().map(|plan| fit.unwatched(plan)).collect::<Result<_>>()?;
        let replicates = resampling.map(|resampling| resampling.of_units(plans)).transpose()?;
        let asked = Asked {
            fit,
            slopes: &slopes,
            answers: &answers,
            populations: populations.as_ref(),
            replicates: replicates.as_ref(),
        };
        chosen.par_iter().map(|&(from, to)| asked.change(&periods, from, to)).collect()
    }
}

/// The positions of two periods.
fn pair(periods: &[i32], from: i32, to: i32) -> Result<Vec<(usize, usize)>> {
    if from == to {
        let expected = "it is the period that the change is from: name two periods".to_string();
        return Err(QuestionError::Option { option: "to", expected, found: to.to_string() }.into());
    }
    let position = |option: &'static str, period: i32| {
        periods.binary_search(&period).map_err(|_| {
            let there: Vec<String> = periods.iter().map(i32::to_string).collect();
            let expected = format!("the sample has {}", there.join(", "));
            QuestionError::Option { option, expected, found: period.to_string() }
        })
    };
    Ok(vec![(position("from", from)?, position("to", to)?)])
}
