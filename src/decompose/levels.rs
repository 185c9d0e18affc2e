//! At which level does the variation lie, between units or within them, and what does each component explain there?
//!
//! | question | ask | answer |
//! |---|---|---|
//! | between units and within | [`FittedModel::levels`](crate::FittedModel::levels) | [`Nesting`] |
//! | in groups of units, such as regions, to any depth | [`FittedModel::levels_in`](crate::FittedModel::levels_in) | [`Nesting`] |
//! | by which method | [`Nesting::sequential`], [`Nesting::shapley`], [`Nesting::methods`] | [`Levels`] |
//! | how sure that is | [`Levels::with_intervals`] | [`Levels`] |

mod apart;
mod by_level;
mod groups;
mod nesting;

use serde::{Deserialize, Serialize};

pub(crate) use groups::GroupSums;
pub use nesting::Nesting;

use super::method::Method;
use super::share::{Interval, IntervalMethod};
use crate::error::{Error, QuestionError, Result};
use crate::panel::Sample;
use crate::warning::Warning;

/// Where the variation of an outcome lies, and what each component explains there.
///
/// The shares of the levels add up to the overall shares, those of a level with its unexplained part to the level's part
/// of the total. They are raw shares of this sample, chance included.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("practice", [Term::UnitEffects])
///     .fit(&panel)?;
/// let levels = fit.levels()?.shapley()?.with_intervals(&fit.jackknife()?)?;
/// let between = levels.level("between")?;
/// assert!(between.interval.is_some_and(|i| i.lower < between.part_of_total && between.part_of_total < i.upper));
/// // Unit effects leave nothing between units.
/// let shapley = &between.methods[0];
/// assert!(shapley.unexplained.share_of_total.abs() < 1e-12);
/// let of_level: f64 = shapley.components.iter().map(|share| share.share_of_level).sum();
/// assert!((of_level - 1.0).abs() < 1e-12);
/// assert!(levels.level("region").is_err(), "it was not asked for");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Levels {
    /// The outcome.
    pub outcome: String,
    /// The columns of groups that units lie in, from the outermost; none for the two levels between and within.
    pub nested_in: Vec<String>,
    /// The levels, from the outermost to what lies within units.
    pub levels: Vec<Level>,
    /// R² of the regression of unit means on the unit means of all columns, each with the weight of its unit: with slopes
    /// of its own, so that it is no sum of shares. `None` where units do not differ.
    pub between_own_slopes: Option<f64>,
    /// R² of the regression of deviations from unit means on those of all columns, likewise. `None` where units do not
    /// change.
    pub within_own_slopes: Option<f64>,
    /// The correlation of two rows of one unit: σ_u²/(σ_u² + σ_e²) with the variances of a one-way analysis by units, from
    /// the sums of squares between and within and what is expected of them.
    ///
    /// Unweighted it is the ANOVA estimator (MS_B − MS_W)/(MS_B + (n₀ − 1) MS_W), n₀ = (N − Σ n_i²/N)/(U − 1), of A.
    /// Donner and J. J. Koval (1980), "The estimation of intraclass correlation in the analysis of family data",
    /// Biometrics 36. It is below zero where rows of one unit are less alike than rows of two. `None` where every unit has
    /// one row, or there is one unit.
    pub intraclass_correlation: Option<f64>,
    /// R² of the whole model.
    pub r2_overall: f64,
    /// The rows used, and for those left out, why.
    #[serde(flatten)]
    pub sample: Sample,
    /// The weight column; `None` where every row weighs alike.
    pub weights: Option<String>,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub panel: Option<String>,
    /// How the intervals were made; `None` without intervals.
    pub interval: Option<IntervalMethod>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

/// One level, and what each component explains there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Level {
    /// `between`, `within`; of nested groups as [`FittedModel::levels_in`](crate::FittedModel::levels_in) says.
    #[serde(rename = "level")]
    pub name: String,
    /// The part of the outcome's variation that lies here, as a fraction.
    pub part_of_total: f64,
    /// How sure that is; `None` until [`Levels::with_intervals`] has been asked.
    #[serde(flatten, deserialize_with = "Interval::beside")]
    pub interval: Option<Interval>,
    /// By each method that was asked.
    pub methods: Vec<LevelBreakdown>,
}

/// The variation at one level, split by one method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LevelBreakdown {
    /// How it was split.
    #[serde(flatten)]
    pub method: Method,
    /// The components, in the order of the model.
    pub components: Vec<LevelShare>,
    /// What the terms that are always in explain here; `None` without such terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub always: Option<LevelShare>,
    /// What no component explains here.
    pub unexplained: LevelShare,
}

/// A part of the variation at one level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LevelShare {
    /// The component's name, `always` or `unexplained`.
    pub name: String,
    /// Part of the outcome's total variation, as a fraction; negative where the component leaves more at this level.
    pub share_of_total: f64,
    /// The same as a part of the variation at the level; zero where there is none.
    pub share_of_level: f64,
    /// How sure `share_of_total` is; `None` until [`Levels::with_intervals`] has been asked.
    #[serde(flatten, deserialize_with = "Interval::beside")]
    pub interval: Option<Interval>,
    /// How sure `share_of_level` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_of_level: Option<Interval>,
}

impl Levels {
    /// The level of this name.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a name that is none of them.
    ///
    /// # Examples
    /// See [`Levels`].
    pub fn level(&self, name: &str) -> Result<&Level> {
        self.levels.iter().find(|level| level.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.levels.iter().map(|level| level.name.as_str()).collect();
            let expected = format!("it must be one of {}", names.join(", "));
            Error::from(QuestionError::Option { option: "level", expected, found: name.to_string() })
        })
    }
}

impl Level {
    /// A component's part of the outcome's total variation at this level, by the first method that was asked.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    ///
    /// # Examples
    /// See [`FittedModel::levels`](crate::FittedModel::levels).
    pub fn share_of_total(&self, component: &str) -> Result<f64> {
        let components = self.methods.first().map_or(&[][..], |first| first.components.as_slice());
        Ok(find(components, component)?.share_of_total)
    }
}

impl LevelBreakdown {
    /// The share of this component.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    pub fn component(&self, name: &str) -> Result<&LevelShare> {
        find(&self.components, name)
    }

    /// Every row: `always` where there is one, the components, `unexplained`.
    pub fn rows(&self) -> impl Iterator<Item = &LevelShare> {
        self.always.iter().chain(&self.components).chain([&self.unexplained])
    }

    /// The rows with their places among a level's numbers in the replicates, where its part of the total is the first.
    pub(crate) fn cells_mut(&mut self) -> impl Iterator<Item = (usize, &mut LevelShare)> {
        let k = self.components.len();
        let components = self.components.iter_mut().enumerate().map(|(i, share)| (2 + i, share));
        self.always.iter_mut().map(|share| (1, share)).chain(components).chain([(2 + k, &mut self.unexplained)])
    }
}

impl LevelShare {
    fn new(name: &str, share_of_total: f64, part_of_total: f64) -> Self {
        let share_of_level = Self::of_level(share_of_total, part_of_total);
        LevelShare { name: name.to_string(), share_of_total, share_of_level, interval: None, interval_of_level: None }
    }

    /// A share of the total as a part of a level's part of it.
    pub(crate) fn of_level(share_of_total: f64, part_of_total: f64) -> f64 {
        // What rounding leaves of a level at which nothing varies is no variation to be a part of.
        if part_of_total > apart::NOTHING { share_of_total / part_of_total } else { 0.0 }
    }
}

fn find<'a>(components: &'a [LevelShare], name: &str) -> Result<&'a LevelShare> {
    components.iter().find(|share| share.name == name).ok_or_else(|| {
        let available = components.iter().map(|share| share.name.clone()).collect();
        Error::from(QuestionError::UnknownComponent { component: name.to_string(), available })
    })
}
