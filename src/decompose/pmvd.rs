//! An average over orders that gives nothing to a component whose coefficient is zero.
//!
//! ```text
//! w(S) = v(N) − v(N ∖ S),   P(∅) = 1,   P(S) = w(S) / Σ_{i ∈ S} 1/P(S ∖ i),   value of i = P(N) / P(N ∖ i)
//! ```
//!
//! B. Feldman (2005), "Relative importance and value", <https://doi.org/10.2139/ssrn.2255827>; the recursion is that of
//! the proportional value, B. Feldman (1999). Zeros of w, as of a component nested in another, are taken as a common ε
//! that goes to zero: each P(S) is then c ε^m to leading order, and m and c follow their own recursions.

use super::breakdown::Breakdown;
use super::coalitions::table::{CoalitionTable, MOST_IN_TABLE};
use super::definition::{Definition, Setting};
use super::evaluate::Prepared;
use super::method::Method;
use super::of_table::OfTable;
use crate::error::Result;
use crate::fit::FittedModel;

impl FittedModel {
    /// Proportional marginal variance decomposition (Feldman): an average over orders in which an order weighs the
    /// more, the less is left to explain along it, so that a component which adds nothing when last gets nothing.
    ///
    /// ```text
    /// w(S) = R²(N) − R²(N ∖ S),   P(∅) = 1,   P(S) = w(S) / Σ_{i ∈ S} 1/P(S ∖ i),   value of i = P(N) / P(N ∖ i)
    /// ```
    ///
    /// Two copies of a column both add nothing last, and share what the limit of a common small part gives them.
    /// Source: B. Feldman (2005), <https://doi.org/10.2139/ssrn.2255827>.
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`](crate::error::EstimateError::TooManyComponents) beyond 24 components, whose
    /// table of coalitions fills 128 MB; [`EstimateError::Method`](crate::error::EstimateError::Method) for a model
    /// with a precedence between components.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// // A component within another adds nothing to it and gets nothing.
    /// let fit = Model::new("y").component("both", ["x", "z"]).component("nested", ["z"]).fit(&panel)?;
    /// let breakdown = fit.pmvd()?;
    /// assert_eq!(breakdown.share_of_total("nested")?, 0.0);
    /// assert!((breakdown.share_of_total("both")? - breakdown.r2_overall).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn pmvd(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Pmvd)
    }
}

/// [`Method::Pmvd`].
pub(super) struct Pmvd;

impl Definition for Pmvd {
    fn method(&self) -> Method {
        Method::Pmvd
    }

    fn name(&self) -> &'static str {
        "pmvd"
    }

    fn meaning(&self) -> &'static str {
        "the mean over orders weighted by what they leave"
    }

    fn is_linear(&self) -> bool {
        false
    }

    fn needs_all_orders(&self) -> bool {
        true
    }

    fn most_components(&self, _: bool) -> Option<usize> {
        Some(MOST_IN_TABLE)
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        Ok(Box::new(OfTable::new(setting.players, 0, |table| (pmvd(table), Vec::new()))))
    }
}

/// c ε^m.
#[derive(Clone, Copy)]
struct Leading {
    order: u32,
    coefficient: f64,
}

/// Whether a coalition is worth more than all players: the weights would be negative.
pub(super) fn falls(table: &CoalitionTable) -> bool {
    let most = table.whole() + 1e3 * table.tie();
    table.values.iter().any(|value| *value > most)
}

/// The value of every player, where no coalition is worth more than all.
pub(super) fn pmvd(table: &CoalitionTable) -> Vec<f64> {
    let (k, tie) = (table.n_players, table.tie());
    // A P(S) has the units of |S| values: on a common scale, a power of two, products of many large ones stay finite.
    let spread = table.whole() - table.values.iter().fold(f64::INFINITY, |least, &value| least.min(value));
    let scale = if spread > 0.0 { spread.log2().floor().exp2() } else { 1.0 };
    let everyone = table.values.len() - 1;
    let mut weights = Vec::with_capacity(table.values.len());
    weights.push(Leading { order: 0, coefficient: 1.0 });
    // In the order of their bits, all subsets of a coalition come before it.
    for coalition in 1..table.values.len() {
        let last = table.whole() - table.values[everyone & !coalition];
        let step = match last > tie {
            true => Leading { order: 0, coefficient: last / scale },
            false => Leading { order: 1, coefficient: 1.0 },
        };
        let members = || (0..k).filter(|i| coalition >> i & 1 == 1).map(|i| weights[coalition & !(1 << i)]);
        // The sum of 1/P is led by the terms with the highest power of 1/ε.
        let order = members().map(|p| p.order).max().unwrap_or(0);
        let inverse: f64 = members().filter(|p| p.order == order).map(|p| 1.0 / p.coefficient).sum();
        weights.push(Leading { order: order + step.order, coefficient: step.coefficient / inverse });
    }
    let without = |player: usize| weights[everyone & !(1 << player)];
    let order = (0..k).map(|player| without(player).order).max().unwrap_or(0);
    // Beside a value with a higher power of 1/ε any other goes to nothing.
    let inverse = |player: usize| match without(player) {
        p if p.order == order => 1.0 / p.coefficient,
        _ => 0.0,
    };
    let sum: f64 = (0..k).map(inverse).sum();
    // In proportion, not multiplied by P(N): that is the same, and they add up to what there is to credit.
    let to_credit = table.whole() - table.empty();
    (0..k).map(|player| to_credit * inverse(player) / sum).collect()
}
