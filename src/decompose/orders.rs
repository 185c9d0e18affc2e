//! How far each component's share moves with the order of entry.
//!
//! A component's sequential share depends on its order only through the set of components before it, so its smallest
//! and largest share over all k! orders are those over the 2^(k−1) coalitions of the others.

use serde::{Deserialize, Serialize};

use super::coalitions::size_weights::SizeWeights;
use super::coalitions::table::{CoalitionTable, for_each_player};
use super::precedence::Precedence;
use crate::error::{Error, QuestionError, Result};
use crate::fit::FittedModel;
use crate::warning::Warning;

impl FittedModel {
    /// The smallest, mean and largest sequential share of every component over all k! orders.
    ///
    /// Computed from the R² of all 2^k coalitions, not by refitting; over the orders that respect the model's
    /// [precedences](crate::Model::after), where there are any.
    ///
    /// ```text
    /// min, max over S of R²(S ∪ c) − R²(S),   S the coalitions without c;   mean = the Shapley value of c
    /// ```
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`](crate::error::EstimateError::TooManyComponents) beyond 24 components, whose
    /// table fills 128 MB, or 8 that each bring unit effects; [`sequential_in`](FittedModel::sequential_in) has no
    /// limit.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let range = fit.order_range()?;
    /// let one = range.component("one")?;
    /// assert!(one.min.abs() < 1e-12 && (one.max - 6.25 / 8.75).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn order_range(&self) -> Result<OrderRange> {
        let players = self.players();
        let instead = "put components together, or compare the sequential shares of a few orders";
        let table = self.coalition_table("the range over all orders", &players, instead)?;
        let precedence = self.model().predecessors()?.map(|before| Precedence::new(&before));
        let components = ranges(&table, &players.names, precedence.as_ref());
        let mut warnings = self.warnings().to_vec();
        warnings.extend(self.imprecise(players.len()));
        Ok(OrderRange { outcome: self.design().outcome_name.clone(), components, warnings })
    }
}

/// Smallest, mean and largest share of a component over all orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ShareRange {
    /// The component.
    pub name: String,
    /// Its smallest sequential share of the total, as a fraction.
    pub min: f64,
    /// The mean over all orders, which is its Shapley value.
    pub mean: f64,
    /// Its largest sequential share of the total.
    pub max: f64,
}

/// The sequential shares of every component over all k! orders.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, OrderRange, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("practice", [Term::UnitEffects])
///     .fit(&panel)?;
/// let range: OrderRange = fit.order_range()?;
/// // Deprivation explains much when it enters before the authorities' effects, and little after.
/// let deprivation = range.component("deprivation")?;
/// assert!(deprivation.min < 0.05 && deprivation.max > 0.14);
/// assert!((deprivation.mean - fit.shapley()?.share_of_total("deprivation")?).abs() < 1e-12);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderRange {
    /// The outcome.
    pub outcome: String,
    /// One entry for each component, in the order of the model.
    pub components: Vec<ShareRange>,
    /// What deserves doubt.
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

impl OrderRange {
    /// The range of this component.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    pub fn component(&self, name: &str) -> Result<&ShareRange> {
        self.components.iter().find(|c| c.name == name).ok_or_else(|| {
            Error::from(QuestionError::UnknownComponent {
                component: name.to_string(),
                available: self.components.iter().map(|c| c.name.clone()).collect(),
            })
        })
    }
}

/// The range of every player's increments, and their mean over the orders that are admissible.
pub(super) fn ranges(table: &CoalitionTable, names: &[String], precedence: Option<&Precedence>) -> Vec<ShareRange> {
    let weights = SizeWeights::new(table.n_players);
    let range = |player: usize| {
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut by_size, mut mean) = (vec![0.0; table.n_players], 0.0);
        for (coalition, added) in table.increments(player) {
            let part = precedence.map(|precedence| precedence.part(player, coalition));
            if part == Some(0.0) {
                continue;
            }
            (min, max) = (added.min(min), added.max(max));
            match part {
                Some(part) => mean += part * added,
                None => by_size[coalition.count_ones() as usize] += added,
            }
        }
        let mean = if precedence.is_some() { mean } else { weights.mean_of(&by_size) };
        ShareRange { name: names[player].clone(), min, mean, max }
    };
    for_each_player(table.n_players, range)
}
