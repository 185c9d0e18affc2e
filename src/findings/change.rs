//! How much of a change between two periods goes with each component, and of a count's with people, places and rates?

mod counts;
mod moves;
mod question;

use serde::{Deserialize, Serialize};

pub use question::ChangeAnalysis;

use crate::decompose::{Interval, IntervalMethod, Method};
use crate::error::{Error, QuestionError, Result};
use crate::panel::Sample;
use crate::warning::Warning;

/// The change of the outcome's mean between two periods, over the units that have a row in both, split among the
/// components; of a rate also the change of its count. What [`ChangeAnalysis`] finds.
///
/// With c_j the contributions of a method to every row and e the residuals,
///
/// ```text
/// mean_i [y_i(t₁) − y_i(t₀)] = mean_i [always] + Σ_j mean_i [c_ij(t₁) − c_ij(t₀)] + mean_i [e_i(t₁) − e_i(t₀)]
/// ```
///
/// with every unit of the same weight, in points of the outcome; of its logarithm, where that is the outcome. The fit, and
/// so the contributions, are those of the whole sample. Nothing of it is a cause: it is what goes with a component.
///
/// # Examples
/// ```
/// use apportion::findings::{Change, ChangeAnalysis};
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("spending", ["log(spend_per_child)"])
///     .component("policy", [Term::PeriodEffects])
///     .component("practice", [Term::UnitEffects])
///     .fit(&panel)?;
/// let change: Change = ChangeAnalysis::new().of(&fit, 2011, 2018)?;
/// assert_eq!((change.units, change.methods.len()), (150, 2));
/// let parts: f64 = change.methods[0].rows().map(|part| part.change).sum();
/// assert!((parts - change.actual).abs() < 1e-9);
/// let policy = change.methods[0].component("policy")?;
/// assert!(policy.interval.is_some_and(|ends| ends.lower < policy.change && policy.change < ends.upper));
/// assert!(change.to_csv().starts_with("from,to,of,method,part,change,std_error,lower,upper\n"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Change {
    /// The outcome.
    pub outcome: String,
    /// The period that the change is from.
    pub from: i32,
    /// The period that it is to.
    pub to: i32,
    /// Units with a row of the sample in both, over which means are taken.
    pub units: usize,
    /// The change of their mean.
    pub actual: f64,
    /// How sure that is; `None` without intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_of_actual: Option<Interval>,
    /// By each method that was asked.
    pub methods: Vec<ChangeBreakdown>,
    /// The change of the count; `None` where it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<CountChange>,
    /// The rows of the fit, and for those left out, why.
    #[serde(flatten)]
    pub sample: Sample,
    /// The weight column of the fit; `None` where every row weighs alike. Means over units are not weighted.
    pub weights: Option<String>,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub panel: Option<String>,
    /// How the intervals were made; `None` without intervals.
    pub interval: Option<IntervalMethod>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

/// A change split by one method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ChangeBreakdown {
    /// How it was split.
    #[serde(flatten)]
    pub method: Method,
    /// The components, in the order of the model.
    pub components: Vec<ChangePart>,
    /// What the terms that are always in make of it; `None` without such terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub always: Option<ChangePart>,
    /// The change of the mean residual.
    pub unexplained: ChangePart,
    /// What the rates make of the count's change, split further: the same rows, in counts. Empty without counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates_by_component: Vec<ChangePart>,
}

/// A part of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ChangePart {
    /// The component, `always` or `unexplained`.
    pub name: String,
    /// Its part, in points of the outcome, or in counts.
    pub change: f64,
    /// How sure it is; `None` without intervals.
    #[serde(flatten, deserialize_with = "Interval::beside")]
    pub interval: Option<Interval>,
}

/// The change of a count between two periods: how much of it is more people, people in other places, and other rates.
///
/// With P the population of all units present at both ends, m_i = P_i/P the mix and r_i the rates, N = P Σ m_i r_i is a
/// product of three factors, and each factor's part is its Shapley value over the six orders in which they can change. The
/// part of the rates is linear in Δr_i and is split further with weights
///
/// ```text
/// ω_i = (P₀m₀ᵢ + P₁m₁ᵢ)/3 + (P₀m₁ᵢ + P₁m₀ᵢ)/6
/// ```
///
/// Of an outcome that is the logarithm of the rate, Δr_i = L_i Δlog r_i with L_i the logarithmic mean of both rates, which
/// is exact. population + mix + rates = to − from; with `appeared`, `ended` and `lacked` it is the change of the count of all
/// rows of the sample.
///
/// # Examples
/// ```
/// use apportion::findings::ChangeAnalysis;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::builder()
///     .units(["A", "A", "B", "B", "C", "C", "D"])
///     .periods([2011, 2018, 2011, 2018, 2011, 2018, 2018])
///     .column("rate", [40.0, 50.0, 30.0, 30.0, 20.0, 25.0, 10.0])
///     .column("children", [1_000.0, 1_200.0, 2_000.0, 2_000.0, 1_500.0, 1_800.0, 1_000.0])
///     .build()?;
/// let fit = Model::new("rate").component("policy", [Term::PeriodEffects]).fit(&panel)?;
/// let change = ChangeAnalysis::new().counts("children", 1_000.0).of(&fit, 2011, 2018)?;
/// let counts = change.counts.unwrap();
/// assert_eq!((counts.from, counts.to, counts.appeared, counts.ended), (130.0, 165.0, 10.0, 0.0));
/// assert!((counts.population + counts.mix + counts.rates - 35.0).abs() < 1e-12);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CountChange {
    /// The column of populations.
    pub population_column: String,
    /// What the rate is per: 10,000 children, say.
    pub per: f64,
    /// The count of the units present at both ends, in the first period.
    pub from: f64,
    /// The same in the second.
    pub to: f64,
    /// What more people make of it.
    pub population: f64,
    /// What people in other places make of it.
    pub mix: f64,
    /// What other rates make of it.
    pub rates: f64,
    /// The count of the units that the panel has in the second period and not in the first.
    pub appeared: f64,
    /// That of those in the first and not in the second, with a minus: what their end takes away.
    pub ended: f64,
    /// That of units which the panel has in both periods and the sample in one of them, as a value is missing: those of the
    /// second less those of the first. It is no change, and says how much of the count the other rows do not see.
    pub lacked: f64,
    /// How sure these are; `None` without intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intervals: Option<CountIntervals>,
}

/// How sure the parts of a count's change are. Leaving a unit out of a total makes it smaller, which is no bias: the bias
/// is that of a total of as many units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CountIntervals {
    /// Of the count in the first period.
    pub from: Interval,
    /// Of that in the second.
    pub to: Interval,
    /// Of what more people make.
    pub population: Interval,
    /// Of what other places make.
    pub mix: Interval,
    /// Of what other rates make.
    pub rates: Interval,
    /// Of the count of units that appeared.
    pub appeared: Interval,
    /// Of those that ended.
    pub ended: Interval,
    /// Of those that the sample lacks at one end.
    pub lacked: Interval,
}

impl ChangeBreakdown {
    /// The part of this component.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    ///
    /// # Examples
    /// See [`Change`].
    pub fn component(&self, name: &str) -> Result<&ChangePart> {
        self.components.iter().find(|part| part.name == name).ok_or_else(|| {
            let available = self.components.iter().map(|part| part.name.clone()).collect();
            Error::from(QuestionError::UnknownComponent { component: name.to_string(), available })
        })
    }

    /// Every row: `always` where there is one, the components, `unexplained`.
    ///
    /// # Examples
    /// See [`Change`].
    pub fn rows(&self) -> impl Iterator<Item = &ChangePart> {
        self.always.iter().chain(&self.components).chain([&self.unexplained])
    }
}

impl CountChange {
    /// The parts with their names, in the order of the fields, and how sure each is.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::ChangeAnalysis;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let change = ChangeAnalysis::new().counts("population_0_17", 10_000.0).of(&fit, 2011, 2018)?;
    /// let names: Vec<&str> = change.counts.as_ref().unwrap().parts().map(|(name, ..)| name).collect();
    /// assert_eq!(names, ["population", "mix", "rates", "appeared", "ended", "lacked"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, f64, Option<Interval>)> + '_ {
        let of = |ends: fn(&CountIntervals) -> Interval| self.intervals.as_ref().map(ends);
        [
            ("population", self.population, of(|ends| ends.population)),
            ("mix", self.mix, of(|ends| ends.mix)),
            ("rates", self.rates, of(|ends| ends.rates)),
            ("appeared", self.appeared, of(|ends| ends.appeared)),
            ("ended", self.ended, of(|ends| ends.ended)),
            ("lacked", self.lacked, of(|ends| ends.lacked)),
        ]
        .into_iter()
    }
}
