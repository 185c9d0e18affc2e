//! How is the variation of the outcome split among the components?
//!
//! Every method asks the same question of coalitions of components, "what is R² on your columns?", and none refits:
//! a coalition is a sub-block of the moments. What is not known here is how sure the answer is; see
//! [`FittedModel::jackknife`](crate::FittedModel::jackknife).

mod branches;
mod breakdown;
mod coalitions;
mod leaves;
mod orders;
mod plan;
mod sequential;
mod shapley;
mod tree;

pub use breakdown::{Breakdown, Interval, IntervalKind, IntervalMethod, Method, Share};
pub use orders::{OrderRange, ShareRange};

pub(crate) use coalitions::Players;
pub(crate) use plan::{Plan, Scratch};

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::fit::{Double, FittedModel, Warning};
use branches::{Progress, Watch};
use orders::{CoalitionTable, MOST_IN_TABLE};
use shapley::MOST_COMPONENTS;

/// The error of an R² from doubles is about this over the smallest pivot.
pub(crate) const ERROR_AT_PIVOT_ONE: f64 = 5e-16;
/// Where a pivot leaves less than this part of a column's variation, shares are computed in twice the precision: 1e-9 is
/// promised.
const PRECISE_BELOW: f64 = 1e-5;
/// The most components that may each bring unit effects.
const MOST_WITH_UNIT_EFFECTS: usize = 8;
/// What twice the precision costs is bounded: at most so many components over all coalitions, and so many products.
const MOST_PRECISE_COMPONENTS: usize = 24;
const MOST_PRECISE_PRODUCTS: usize = 200_000_000;

impl FittedModel {
    /// What each component adds to R² in the order in which the model states them (Type I sums of squares).
    ///
    /// ```text
    /// share_of_total(πⱼ) = R²(π₁ … πⱼ) − R²(π₁ … πⱼ₋₁)
    /// ```
    ///
    /// The shares depend on the order; [`order_range`](FittedModel::order_range) says how much.
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
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
    /// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
    /// let breakdown = fit.sequential()?;
    /// assert!((breakdown.share_of_total("first")? - 6.25 / 8.75).abs() < 1e-12);
    /// assert!((breakdown.share_of_total("second")? - 2.25 / 8.75).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn sequential(&self) -> Result<Breakdown> {
        let names: Vec<&str> = self.model().components().iter().map(|c| c.name.as_str()).collect();
        self.sequential_in(&names)
    }

    /// The same in another order, which names every component once.
    ///
    /// # Errors
    /// [`Error::UnknownComponent`] and [`Error::Order`] for an order that is none.
    pub fn sequential_in(&self, order: &[&str]) -> Result<Breakdown> {
        let order = order.iter().map(|name| name.to_string()).collect();
        self.breakdown(Method::Sequential { order }, None)
    }

    /// What each component adds to R² on average over all orders: Shapley values, also known as LMG and general
    /// dominance.
    ///
    /// ```text
    /// φ_c = Σ_{S ∌ c} |S|! (k − |S| − 1)! / k! · [R²(S ∪ c) − R²(S)]
    /// ```
    ///
    /// Exact, over all 2^k coalitions. Unit effects get at least as much as any component that is constant over the
    /// years of a unit, by construction, and a share is not a cause.
    ///
    /// Source: U. Grömping (2007), "Estimators of relative importance in linear regression based on variance
    /// decomposition", <https://doi.org/10.1198/000313007X188252>.
    ///
    /// # Errors
    /// [`Error::TooManyComponents`] beyond 36 components, or 8 that each bring unit effects.
    ///
    /// # Examples
    /// Two copies of a column share what it explains.
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let breakdown = fit.shapley()?;
    /// assert!((breakdown.share_of_total("one")? - 6.25 / 8.75 / 2.0).abs() < 1e-12);
    /// assert_eq!(breakdown.share_of_total("one")?, breakdown.share_of_total("other")?);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn shapley(&self) -> Result<Breakdown> {
        self.breakdown(Method::Shapley, None)
    }

    /// The same, with word of how far it is: `watch` is called from any thread with the coalitions done and those there
    /// are, last with both equal, and ends the computation by [`ControlFlow::Break`].
    ///
    /// Worth its while from 30 components on: 36 single columns take about 20 seconds on two cores, and `watch` is called a
    /// thousand times.
    ///
    /// # Errors
    /// Those of [`shapley`](FittedModel::shapley), and [`Error::Cancelled`] once `watch` has said so.
    ///
    /// # Examples
    /// ```
    /// use std::ops::ControlFlow;
    /// use apportion::{Error, Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let breakdown = fit.shapley_watched(|done, of| {
    ///     eprintln!("{done} of {of} coalitions");
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!(breakdown, fit.shapley()?);
    /// let cancelled = fit.shapley_watched(|_, _| ControlFlow::Break(()));
    /// assert!(matches!(cancelled, Err(Error::Cancelled { .. })));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn shapley_watched(&self, watch: impl Fn(u64, u64) -> ControlFlow<()> + Sync) -> Result<Breakdown> {
        self.breakdown(Method::Shapley, Some(&watch))
    }

    /// The smallest, mean and largest sequential share of every component over all k! orders.
    ///
    /// Computed from the R² of all 2^k coalitions, not by refitting.
    ///
    /// # Errors
    /// [`Error::TooManyComponents`] beyond 24 components, whose table fills 128 MB, or 8 that each bring unit effects.
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
        if players.len() > MOST_IN_TABLE {
            return Err(Error::TooManyComponents {
                method: "the range over all orders".to_string(),
                limit: MOST_IN_TABLE,
                found: players.len(),
                instead: "put components together, or compare a few orders with sequential_in".to_string(),
            });
        }
        check_unit_effects("the range over all orders", &players)?;
        let table = match self.precise_entries(players.len()) {
            Some(entries) => CoalitionTable::new(&players, entries, Double::value),
            None => CoalitionTable::new(&players, self.moments().entries(), |x| x),
        };
        Ok(OrderRange { outcome: self.design().outcome_name.clone(), components: table.ranges(&players.names) })
    }

    /// R² of the regression on these components alone, and on what is always in.
    ///
    /// # Errors
    /// [`Error::UnknownComponent`] for a name that is not in the model.
    pub fn r2_overall_of(&self, components: &[&str]) -> Result<f64> {
        let players = self.players();
        let mut present = Vec::new();
        for name in components {
            present.push(self.position(&players, name)?);
        }
        present.sort_unstable();
        present.dedup();
        let only = players.only(&present);
        let plan = Plan::sequential(&only, (0..present.len()).collect());
        let shares = self.evaluate(&plan, &only, 1, &Progress::new(0, None))?;
        Ok(1.0 - shares[present.len() + 1])
    }

    pub(crate) fn players(&self) -> Players {
        Players::new(self.design(), |v| self.moments().is_constant(v))
    }

    /// The plan of a method, its components checked against the model.
    pub(crate) fn plan(&self, method: &Method, players: &Players) -> Result<Plan> {
        match method {
            Method::Shapley if players.len() > MOST_COMPONENTS => Err(Error::TooManyComponents {
                method: "shapley".to_string(),
                limit: MOST_COMPONENTS,
                found: players.len(),
                instead: "put components together, or use the sequential method, which has no limit".to_string(),
            }),
            Method::Shapley => {
                check_unit_effects("shapley", players)?;
                Ok(Plan::shapley(players))
            }
            Method::Sequential { order } => {
                let mut positions = Vec::with_capacity(order.len());
                for name in order {
                    let position = self.position(players, name)?;
                    if positions.contains(&position) {
                        return Err(Error::Order { message: format!("\"{name}\" stands in it twice") });
                    }
                    positions.push(position);
                }
                if let Some(left_out) = (0..players.len()).find(|p| !positions.contains(p)) {
                    return Err(Error::Order { message: format!("\"{}\" is not in it", players.names[left_out]) });
                }
                Ok(Plan::sequential(players, positions))
            }
        }
    }

    fn position(&self, players: &Players, name: &str) -> Result<usize> {
        players
            .names
            .iter()
            .position(|n| n == name)
            .ok_or_else(|| Error::UnknownComponent { component: name.to_string(), available: players.names.clone() })
    }

    fn breakdown(&self, method: Method, watch: Option<Watch>) -> Result<Breakdown> {
        let players = self.players();
        let plan = self.plan(&method, &players)?;
        let over_all = if method == Method::Shapley { players.len() } else { 1 };
        let mut warnings = self.warnings().to_vec();
        let progress = Progress::new(players.len(), watch);
        let shares = self.evaluate(&plan, &players, over_all, &progress)?;
        if self.needs_precision() && !self.is_precise(over_all) {
            warnings.push(Warning::Imprecise { bound: self.error_in_doubles() });
        }
        let design = self.design();
        let k = players.len();
        let has_always = !self.model().always_terms().is_empty();
        let always = if has_always { shares[0] } else { 0.0 };
        let to_credit = 1.0 - shares[k + 1] - always;
        let share = |name: &str, share_of_total: f64, share_of_explained: f64| Share {
            name: name.to_string(),
            share_of_total,
            share_of_explained,
            interval: None,
        };
        let of_explained = |s: f64| if to_credit > 0.0 { s / to_credit } else { 0.0 };
        let components = players.names.iter().zip(&shares[1..]).map(|(name, &s)| share(name, s, of_explained(s)));
        Ok(Breakdown {
            outcome: design.outcome_name.clone(),
            method,
            components: components.collect(),
            always: has_always.then(|| share("always", shares[0], 0.0)),
            unexplained: share("unexplained", shares[k + 1], 0.0),
            r2_overall: 1.0 - shares[k + 1],
            sample: design.sample.clone(),
            weights: design.weights_name.clone(),
            panel: design.panel_description.clone(),
            interval: None,
            warnings,
        })
    }

    /// Shares of the full sample in the layout of [`Plan::shares`].
    fn evaluate(
        &self,
        plan: &Plan,
        players: &Players,
        components_over_all_coalitions: usize,
        progress: &Progress,
    ) -> Result<Vec<f64>> {
        let shares = match self.precise_entries(components_over_all_coalitions) {
            Some(entries) => plan
                .point_shares(players, entries, progress)
                .map(|shares| shares.into_iter().map(Double::value).collect()),
            None => plan.point_shares(players, self.moments().entries(), progress),
        };
        shares.ok_or_else(|| Error::Cancelled { method: "shapley".to_string() })
    }

    /// The moments in twice the precision, where doubles do not suffice and the cost is bounded.
    fn precise_entries(&self, components_over_all_coalitions: usize) -> Option<&[Double]> {
        (self.needs_precision() && self.is_precise(components_over_all_coalitions)).then(|| self.double_entries())
    }

    /// Whether doubles would lose the ninth digit of a share.
    pub(crate) fn needs_precision(&self) -> bool {
        self.smallest_pivot() < PRECISE_BELOW
    }

    /// The error of an R² from doubles.
    pub(crate) fn error_in_doubles(&self) -> f64 {
        ERROR_AT_PIVOT_ONE / self.smallest_pivot()
    }

    fn is_precise(&self, components_over_all_coalitions: usize) -> bool {
        let columns = self.design().columns.len() + 1;
        let products = self.design().n_rows().saturating_mul(columns * columns / 2);
        components_over_all_coalitions <= MOST_PRECISE_COMPONENTS && products <= MOST_PRECISE_PRODUCTS
    }
}

/// Each subset of the components with unit effects has a matrix of its own.
fn check_unit_effects(method: &str, players: &Players) -> Result<()> {
    let found = (0..players.len()).filter(|&p| players.brings_units(p)).count();
    if found <= MOST_WITH_UNIT_EFFECTS {
        return Ok(());
    }
    Err(Error::TooManyComponents {
        method: format!("{method} with unit effects in several components"),
        limit: MOST_WITH_UNIT_EFFECTS,
        found,
        instead: "give unit effects to one component".to_string(),
    })
}
