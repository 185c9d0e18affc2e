//! Which component adds more than another: on average by size of what is in already, and in every single coalition.
//!
//! ```text
//! conditional   mean of R²(S ∪ i) − R²(S) over the coalitions S of the others with |S| = s
//! complete      part of the coalitions S of all others but i and j with R²(S ∪ i) > R²(S ∪ j), a tie counted as a half
//! ```
//!
//! The mean of a component's conditional values is its general dominance, which is its Shapley value. D. V. Budescu
//! (1993), "Dominance analysis", Psychological Bulletin 114, <https://doi.org/10.1037/0033-2909.114.3.542>; R. Azen and
//! D. V. Budescu (2003), "The dominance analysis approach for comparing predictors in multiple regression",
//! Psychological Methods 8, <https://doi.org/10.1037/1082-989X.8.2.129>.

use super::breakdown::Breakdown;
use super::coalitions::Players;
use super::coalitions::coalition::spread;
use super::coalitions::table::{CoalitionTable, MOST_IN_TABLE, for_each_player};
use super::definition::{Definition, Setting};
use super::detail::Detail;
use super::evaluate::Prepared;
use super::method::Method;
use super::of_table::OfTable;
use super::shapley::{BySize, MOST_COMPONENTS};
use crate::error::Result;
use crate::fit::FittedModel;
use crate::model::Design;

impl FittedModel {
    /// What each component adds on average to coalitions of each size, in [`Detail::BySize`]; the components' own
    /// values are the means of those, their general dominance or Shapley values.
    ///
    /// ```text
    /// C_i(s) = mean of R²(S ∪ i) − R²(S) over coalitions S of the others, |S| = s
    /// ```
    ///
    /// A component conditionally dominates another when its value is larger at every size. No table is needed: memory
    /// does not grow with the number of coalitions. Source: R. Azen and D. V. Budescu (2003),
    /// <https://doi.org/10.1037/1082-989X.8.2.129>.
    ///
    /// # Errors
    /// Those of [`shapley`](FittedModel::shapley); [`EstimateError::Method`](crate::error::EstimateError::Method) for a
    /// model with a precedence between components.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Detail;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
    /// let Detail::BySize(by_size) = fit.conditional_dominance()?.detail else { unreachable!() };
    /// // x and z are uncorrelated: x adds the same whether z is in or not.
    /// assert!((by_size[0].share_of_total - by_size[1].share_of_total).abs() < 1e-12 && by_size[1].size == 1);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn conditional_dominance(&self) -> Result<Breakdown> {
        self.breakdown(&Method::ConditionalDominance)
    }

    /// In what part of all coalitions each component adds more than each other one, in [`Detail::Pairs`]; the
    /// components' own values are their general dominance.
    ///
    /// A proportion of 1 is complete dominance. A tie, to within 1e-12, counts as a half: unit effects make exact ones.
    /// Source: D. V. Budescu (1993), <https://doi.org/10.1037/0033-2909.114.3.542>.
    ///
    /// ```text
    /// proportion(i, j) = the part of the coalitions S of all but i and j with R²(S ∪ i) > R²(S ∪ j), a tie a half
    /// ```
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`](crate::error::EstimateError::TooManyComponents) beyond 24 components, whose
    /// table of coalitions fills 128 MB; [`EstimateError::Method`](crate::error::EstimateError::Method) for a model
    /// with a precedence between components.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Detail;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
    /// let Detail::Pairs(pairs) = fit.complete_dominance()?.detail else { unreachable!() };
    /// assert_eq!((pairs[0].first.as_str(), pairs[0].second.as_str(), pairs[0].proportion), ("first", "second", 1.0));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn complete_dominance(&self) -> Result<Breakdown> {
        self.breakdown(&Method::CompleteDominance)
    }
}

/// What a share is by either: their own numbers stand beside it.
const GENERAL: &str = "the mean over all orders (general dominance)";

/// [`Method::ConditionalDominance`].
pub(super) struct ConditionalDominance;

impl Definition for ConditionalDominance {
    fn method(&self) -> Method {
        Method::ConditionalDominance
    }

    fn name(&self) -> &'static str {
        "conditional_dominance"
    }

    fn meaning(&self) -> &'static str {
        GENERAL
    }

    fn needs_all_orders(&self) -> bool {
        true
    }

    fn most_components(&self, _: bool) -> Option<usize> {
        Some(MOST_COMPONENTS)
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        Ok(Box::new(BySize::new(setting.players, true)))
    }

    fn detail(&self, players: &Players, _: &Design, beyond: &[f64]) -> Detail {
        Detail::by_size(&players.names, beyond)
    }
}

/// [`Method::CompleteDominance`].
pub(super) struct CompleteDominance;

impl Definition for CompleteDominance {
    fn method(&self) -> Method {
        Method::CompleteDominance
    }

    fn name(&self) -> &'static str {
        "complete_dominance"
    }

    fn meaning(&self) -> &'static str {
        GENERAL
    }

    fn is_linear(&self) -> bool {
        false
    }

    fn can_be_negative(&self, beyond: Option<usize>) -> bool {
        // A proportion has no root to speak of: intervals of it are on its own scale.
        beyond.is_some()
    }

    fn needs_all_orders(&self) -> bool {
        true
    }

    fn most_components(&self, _: bool) -> Option<usize> {
        Some(MOST_IN_TABLE)
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        let k = setting.players.len();
        let pairs = k * k.saturating_sub(1) / 2;
        Ok(Box::new(OfTable::new(setting.players, pairs, |table| (table.shapley(), complete(table)))))
    }

    fn detail(&self, players: &Players, _: &Design, beyond: &[f64]) -> Detail {
        Detail::pairs(&players.names, beyond)
    }
}

/// Mean increments, player by player, by the number of players in before; sums are taken over all coalitions of a size.
pub(super) fn means_by_size(sums: impl IntoIterator<Item = f64>, n_players: usize) -> impl Iterator<Item = f64> {
    let mut choose = 1.0;
    sums.into_iter().enumerate().map(move |(size, sum)| {
        // Of each size there are C(k − 1, s) coalitions of the others.
        let mean = sum / choose;
        choose *= (n_players as f64 - 1.0 - size as f64) / (size as f64 + 1.0);
        mean
    })
}

/// Conditional dominance of every player, one after the other.
pub(super) fn conditional(table: &CoalitionTable) -> Vec<f64> {
    let k = table.n_players;
    for_each_player(k, |player| means_by_size(table.increments_by_size(player), k).collect::<Vec<_>>()).concat()
}

/// For each pair of players i < j, the part of the coalitions of the others in which i adds more than j.
pub(super) fn complete(table: &CoalitionTable) -> Vec<f64> {
    let (k, tie) = (table.n_players, table.tie());
    let of_player = |i: usize| -> Vec<f64> {
        let proportion = |j: usize| {
            let others = 1_u64 << (k - 2);
            let mut twice_won = 0_u64;
            for subset in 0..others {
                // The lower position first: the higher one is counted with it in place.
                let coalition = spread(spread(subset, i) as u64, j);
                let difference = table.values[coalition | 1 << i] - table.values[coalition | 1 << j];
                // Two for a win and one for a tie, so that the count stays whole.
                twice_won += u64::from(difference > tie) + u64::from(difference >= -tie);
            }
            twice_won as f64 / (2 * others) as f64
        };
        (i + 1..k).map(proportion).collect()
    };
    for_each_player(k, of_player).concat()
}

#[cfg(test)]
mod tests {
    use super::super::detail::Detail;
    use crate::{Model, Panel, Term};

    #[test]
    fn what_unit_effects_leave_nothing_of_adds_exactly_nothing_after_them() -> crate::Result<()> {
        let model = Model::new("cpp_rate")
            .component("deprivation", ["idaci_2015"])
            .component("spending", ["log(spend_core_per_child)"])
            .component("policy", [Term::PeriodEffects])
            .component("practice", [Term::UnitEffects]);
        let fit = model.fit(&Panel::england_2011_2018()?)?;
        let zero = |breakdown: &crate::Breakdown| {
            let Detail::BySize(by_size) = &breakdown.detail else { return None };
            by_size.iter().find(|added| added.component == "deprivation" && added.size == 3).cloned()
        };
        let dominance = fit.conditional_dominance()?;
        assert_eq!(zero(&dominance).map(|added| added.share_of_total), Some(0.0));
        assert_eq!(fit.last()?.share_of_total("deprivation")?, 0.0);
        let interval = zero(&dominance.with_intervals(&fit.jackknife()?)?).and_then(|added| added.interval);
        assert_eq!(interval.map(|of| (of.std_error, of.lower, of.upper)), Some((0.0, 0.0, 0.0)));
        Ok(())
    }
}
