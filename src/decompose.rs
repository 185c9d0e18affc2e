//! How is the variation of the outcome split among the components?
//!
//! Every method asks the same question of coalitions of components, "what is R² on your columns?", and none refits:
//! a coalition is a sub-block of the moments. What is not known here is how sure the answer is; see
//! [`resample`](crate::resample).
//!
//! | question | ask | answer |
//! |---|---|---|
//! | what each component adds in one order | [`sequential`](FittedModel::sequential), [`sequential_in`](FittedModel::sequential_in) | [`Breakdown`] of [`Share`]s |
//! | how far that moves over all orders | [`order_range`](FittedModel::order_range) | [`OrderRange`] of [`ShareRange`]s |
//! | what it adds on average over all orders | [`shapley`](FittedModel::shapley) | [`Breakdown`] |
//! | the same, term by term | [`owen`](FittedModel::owen) | [`Breakdown`] with [`Detail::Terms`] |
//! | the same for more components than can be enumerated | [`shapley_sampled`](FittedModel::shapley_sampled), [`SampledOrders`] | [`SampledShapley`] of [`SampledShare`]s |
//! | what it explains alone, or adds last | [`first`](FittedModel::first), [`last`](FittedModel::last) | [`Breakdown`] |
//! | an average that gives nothing to what adds nothing last | [`pmvd`](FittedModel::pmvd) | [`Breakdown`] |
//! | which component matters more, whatever else is in | [`conditional_dominance`](FittedModel::conditional_dominance), [`complete_dominance`](FittedModel::complete_dominance) | [`Detail::BySize`], [`Detail::Pairs`] |
//! | what components have in common | [`commonality`](FittedModel::commonality) | [`Detail::Subsets`] of [`Coalition`]s |
//! | through which uncorrelated columns it explains | [`genizi`](FittedModel::genizi), [`car`](FittedModel::car), by column too | [`Breakdown`] |
//! | what its fitted part contributes | [`pratt`](FittedModel::pratt), [`variance_components`](FittedModel::variance_components) | [`Detail::Covariances`] |
//! | how the coefficients of `always` change | [`gelbach`](FittedModel::gelbach), [`GelbachCovariance`] | [`Gelbach`] of [`GelbachColumn`]s |
//! | all methods side by side | [`all_methods`](FittedModel::all_methods), [`methods`](FittedModel::methods), [`Method`] | [`MethodTable`], [`LeftOutMethod`] |
//! | which components to keep | [`best_subsets`](FittedModel::best_subsets), [`Criterion`] | [`BestSubsets`] of [`BestSubset`]s |
//! | the same of another statistic than R² | [`Game`], [`Score`] | [`Attribution`] of [`Credit`]s |
//!
//! [`Interval`], [`IntervalKind`] and [`IntervalMethod`] say how sure a share is, once [`resample`](crate::resample) has
//! been asked.
//!
//! # How exact
//!
//! Nothing is refitted: every coalition is a sub-block of one or two matrices of cross-products, formed once about the
//! means and scaled. A column adds nothing, to a breakdown as to a [`Regression`](crate::fit::Regression), when what the others leave of it is
//! at or below 1e-11 of its length, or no more than the rounding of the values; the data are otherwise taken as exact.
//! Where that is too little for cross-products of doubles to tell ([`RANK_TOLERANCE`]), it is decided on the columns
//! themselves. Where columns are so nearly collinear that doubles would lose the ninth digit of a share, the
//! cross-products are formed and eliminated again in twice the precision, up to 24 components, and so are the
//! replicates behind its interval, up to 12. What cannot be promised to nine digits, because there are too many
//! components or the answer depends on how the values were rounded, carries [`Warning::Imprecise`] with a bound. Shares
//! equal those of dummy-variable regressions to 1e-9 and better, and a seed gives the same bits on any number of
//! threads.
//!
//! # How many components
//!
//! | method | components |
//! |---|---|
//! | sequential, first, last, pratt, variance components | any number |
//! | genizi, car | any number, up to 400 columns, no unit effects but in `always` |
//! | shapley, conditional dominance | 36; memory does not grow with the coalitions |
//! | owen | 36, the terms of one component counted with all others; 16 terms in a component |
//! | sampled Shapley values | as many as memory holds |
//! | pmvd, complete dominance, the range over orders, precedence, games | 24: a table of coalitions fills 128 MB |
//! | commonality | 20: a million parts |
//! | resampling of what keeps a table | 20 |
//! | best subsets | 60 |
//! | unit effects in several components, where coalitions are enumerated | 8 of them |

mod best_subsets;
mod breakdown;
mod coalitions;
mod commonality;
mod detail;
mod dominance;
mod ends;
mod fitted_parts;
mod game;
mod gelbach;
mod method;
mod method_table;
mod orders;
mod owen;
mod plan;
mod pmvd;
mod precedence;
mod sampled;
mod sequential;
mod shapley;
mod share;
mod whitened;

pub use best_subsets::{BestSubset, BestSubsets, Criterion};
pub use breakdown::Breakdown;
pub use coalitions::coalition::Coalition;
pub use detail::{Detail, PairCovariance, PairDominance, SizeShare, SubsetShare, TermShare};
pub use game::{Attribution, Credit, Game, Score};
pub use gelbach::{Gelbach, GelbachChange, GelbachColumn, GelbachCovariance, GelbachEstimate};
pub use method::Method;
pub use method_table::{LeftOutMethod, MethodTable};
pub use orders::{OrderRange, ShareRange};
pub use sampled::{SampledOrders, SampledShapley, SampledShare};
pub use share::{Interval, IntervalKind, IntervalMethod, Share};

pub(crate) use best_subsets::Candidates;
pub(crate) use coalitions::Players;
pub(crate) use detail::relation;
pub(crate) use gelbach::{Equations, FEW_CLUSTERS};
pub(crate) use plan::{Plan, Scratch};

use std::ops::ControlFlow;

use crate::error::{Error, EstimateError, QuestionError, Result};
use crate::fit::FittedModel;
use crate::numerics::double::Double;
use crate::numerics::number::RANK_TOLERANCE;
use crate::warning::Warning;
use coalitions::branches::{Progress, Watch};
use coalitions::table::{CoalitionTable, MOST_IN_TABLE};
use commonality::MOST_LISTED;
use ends::Ends;
use fitted_parts::FittedParts;
use owen::Owen;
use plan::{Kind, OfTable};
use precedence::Precedence;
use sequential::Chain;
use shapley::{MOST_COMPONENTS, SizeWeights};
use whitened::Whitened;

/// The error of an R² is below this over the weakest pivot: twenty times the largest seen, in doubles and in twice the
/// precision.
pub(crate) const ERROR_AT_PIVOT_ONE: f64 = 1e-14;
const PRECISE_ERROR_AT_PIVOT_ONE: f64 = 1e-30;
/// Promised of every share without a warning.
const PROMISED: f64 = 1e-9;
/// The smallest pivots that are sure to be told from none, in doubles and in twice the precision.
const SURE_PIVOT: f64 = 2.0 * RANK_TOLERANCE;
const SURE_PRECISE_PIVOT: f64 = 2e-22;
/// The most components that may each bring unit effects.
const MOST_WITH_UNIT_EFFECTS: usize = 8;
/// What twice the precision costs is bounded: at most so many components over all coalitions, and so many products.
const MOST_PRECISE_COMPONENTS: usize = 24;
const MOST_PRECISE_PRODUCTS: usize = 200_000_000;

impl FittedModel {
    /// The variation split by this method: what the methods of their own names call.
    ///
    /// # Errors
    /// Those of the method.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Method, Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// assert_eq!(fit.breakdown(&Method::Pmvd)?, fit.pmvd()?);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn breakdown(&self, method: &Method) -> Result<Breakdown> {
        self.breakdown_by(method, None)
    }

    /// The same, with word of how far it is: `watch` is called from any thread with the coalitions done and those there
    /// are, last with both equal, and ends the computation by [`ControlFlow::Break`].
    ///
    /// Worth its while for Shapley values and conditional dominance from 30 components on, where 36 single columns take
    /// seventeen seconds on two cores, and about a thousand calls; and for Owen values, which enumerate the other
    /// components once more for every set of the terms of each component that has several. Methods that keep a table of
    /// coalitions, or need few, do not call.
    ///
    /// # Errors
    /// Those of the method, and [`EstimateError::Cancelled`] once `watch` has said so.
    ///
    /// # Examples
    /// ```
    /// use std::ops::ControlFlow;
    /// use apportion::{Error, Method, Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let breakdown = fit.breakdown_watched(&Method::Shapley, |done, of| {
    ///     eprintln!("{done} of {of} coalitions");
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!(breakdown, fit.shapley()?);
    /// let cancelled = fit.breakdown_watched(&Method::ConditionalDominance, |_, _| ControlFlow::Break(()));
    /// assert!(matches!(cancelled, Err(Error::Estimate(EstimateError::Cancelled { .. }))));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn breakdown_watched(
        &self,
        method: &Method,
        watch: impl Fn(u64, u64) -> ControlFlow<()> + Sync,
    ) -> Result<Breakdown> {
        self.breakdown_by(method, Some(&watch))
    }

    fn breakdown_by(&self, method: &Method, watch: Option<Watch>) -> Result<Breakdown> {
        let plan = self.plan(method, &self.players())?;
        let players = plan.players();
        let mut warnings = self.warnings().to_vec();
        if let Kind::Fitted(parts) = plan.kind() {
            warnings.extend(self.components_without_coefficients(parts));
        }
        let progress = Progress::of_coalitions(plan.watched(), watch);
        let cancelled = || Error::from(EstimateError::Cancelled { method: method.name().to_string() });
        let answer = self.evaluate(&plan, &progress).ok_or_else(cancelled)?;
        warnings.extend(self.imprecise(plan.enumerated()));
        let design = self.design();
        let k = players.len();
        let has_always = !self.model().always_terms().is_empty();
        let always = if has_always { answer[0] } else { 0.0 };
        let to_credit = 1.0 - answer[k + 1] - always;
        let share = |name: &str, share_of_total: f64, share_of_explained: f64| Share {
            name: name.to_string(),
            share_of_total,
            share_of_explained,
            interval: None,
        };
        let of_explained = |s: f64| if to_credit > 0.0 { s / to_credit } else { 0.0 };
        let components = players.names.iter().zip(&answer[1..]).map(|(name, &s)| share(name, s, of_explained(s)));
        let more = &answer[k + 2..];
        let detail = match method {
            Method::Owen => Detail::terms(&players.names, design.term_names.iter().map(Vec::as_slice), more),
            Method::ConditionalDominance => Detail::by_size(&players.names, more),
            Method::CompleteDominance => Detail::pairs(&players.names, more),
            Method::Commonality => Detail::subsets(more),
            Method::VarianceComponents => Detail::covariances(&players.names, more),
            _ => Detail::Nothing,
        };
        Ok(Breakdown {
            outcome: design.outcome_name.clone(),
            method: method.clone(),
            components: components.collect(),
            always: has_always.then(|| share("always", answer[0], 0.0)),
            unexplained: share("unexplained", answer[k + 1], 0.0),
            detail,
            r2_overall: 1.0 - answer[k + 1],
            sample: design.sample.clone(),
            weights: design.weights_name.clone(),
            panel: design.panel_description.clone(),
            lineage: design.lineage.clone(),
            interval: None,
            warnings,
        })
    }

    /// R² of every coalition, where a table may be had.
    pub(crate) fn coalition_table(&self, method: &str, players: &Players) -> Result<CoalitionTable> {
        check_number(method, players, MOST_IN_TABLE)?;
        let roots = players.roots();
        Ok(match self.precise_entries(players.len()) {
            Some(entries) => CoalitionTable::of_r2(players, &roots, entries),
            None => CoalitionTable::of_r2(players, &roots, self.moments().entries()),
        })
    }

    /// R² of the regression on these components alone, and on what is always in. What deserves doubt is in
    /// [`warnings`](FittedModel::warnings).
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    pub fn r2_overall_of(&self, components: &[&str]) -> Result<f64> {
        let players = self.players();
        let mut present = Vec::new();
        for name in components {
            present.push(self.position(&players, name)?);
        }
        present.sort_unstable();
        present.dedup();
        let only = players.only(&present);
        Ok(self.r2_of_chain(&only))
    }

    /// R² of the whole model.
    pub fn r2_overall(&self) -> f64 {
        self.r2_of_chain(&self.players())
    }

    pub(crate) fn players(&self) -> Players {
        Players::new(self.design(), |v| self.moments().is_constant(v))
    }

    /// Who is credited by a method: the components, or their columns.
    pub(crate) fn credited(&self, method: &Method) -> Players {
        match method {
            Method::GeniziByColumn | Method::CarByColumn => self.players().columns(self.design()),
            _ => self.players(),
        }
    }

    /// The plan of a method, its components checked against the model.
    ///
    /// # Errors
    /// Those of the method.
    pub(crate) fn plan(&self, method: &Method, players: &Players) -> Result<Plan> {
        let name = method.name();
        let sizes = |by_size| -> Result<Kind> {
            check_number(name, players, MOST_COMPONENTS)?;
            let (roots, weights) = (players.roots(), SizeWeights::new(players.len()));
            Ok(Kind::Sizes { roots, weights, by_size })
        };
        let table = |of, most| -> Result<Kind> {
            check_number(name, players, most)?;
            Ok(Kind::Table { roots: players.roots(), of })
        };
        let predecessors = self.model().predecessors()?;
        if predecessors.is_some() && method.needs_all_orders() {
            let reason = "the model lets a component enter only after others, and it averages over all orders or \
                          coalitions: use shapley, which respects that, or take the precedence out";
            return Err(EstimateError::Method { method: name, reason: reason.to_string() }.into());
        }
        let kind = match method {
            Method::Sequential { order } => Kind::Sequential(Chain::new(players, self.order(players, order)?)),
            Method::Shapley => match predecessors {
                None => sizes(false)?,
                Some(before) => {
                    check_number(name, players, MOST_IN_TABLE)?;
                    table(OfTable::Precedence(Precedence::new(&before)), MOST_IN_TABLE)?
                }
            },
            Method::ConditionalDominance => sizes(true)?,
            Method::First => Kind::Ends(Ends::new(players, false)),
            Method::Last => Kind::Ends(Ends::new(players, true)),
            Method::Owen => {
                check_number(name, players, MOST_COMPONENTS)?;
                Kind::Owen(Owen::new(players, &players.terms(self.design()))?)
            }
            Method::Pmvd => table(OfTable::Pmvd, MOST_IN_TABLE)?,
            Method::CompleteDominance => table(OfTable::CompleteDominance, MOST_IN_TABLE)?,
            Method::Commonality => table(OfTable::Commonality, MOST_LISTED)?,
            Method::Genizi | Method::Car => Kind::Whitened(Whitened::new(players, method)?),
            Method::GeniziByColumn | Method::CarByColumn => {
                // Refused for the components that they are, under their own names.
                Whitened::new(players, method)?;
                let columns = self.credited(method);
                let whitened = Whitened::new(&columns, method)?;
                return Ok(Plan::new(columns, Kind::Whitened(whitened)));
            }
            Method::Pratt => Kind::Fitted(FittedParts::new(players, false)),
            Method::VarianceComponents => Kind::Fitted(FittedParts::new(players, true)),
        };
        Ok(Plan::new(players.clone(), kind))
    }

    /// The positions of an order's components, each once and none before what it must follow.
    fn order(&self, players: &Players, order: &[String]) -> Result<Vec<usize>> {
        let mut positions = Vec::with_capacity(order.len());
        for name in order {
            let position = self.position(players, name)?;
            if positions.contains(&position) {
                return Err(QuestionError::order(format_args!("\"{name}\" stands in it twice")).into());
            }
            positions.push(position);
        }
        if let Some(left_out) = (0..players.len()).find(|p| !positions.contains(p)) {
            return Err(QuestionError::order(format_args!("\"{}\" is not in it", players.names[left_out])).into());
        }
        for (later, before) in self.model().predecessors()?.unwrap_or_default().iter().enumerate() {
            let place = |player: usize| positions.iter().position(|&p| p == player);
            if let Some(&first) = before.iter().find(|&&first| place(first) > place(later)) {
                let [later, first] = [later, first].map(|player| &players.names[player]);
                let message = format!(
                    "the order breaks a precedence: \"{later}\" may only enter after \"{first}\", put it later"
                );
                return Err(QuestionError::Order { message }.into());
            }
        }
        Ok(positions)
    }

    fn position(&self, players: &Players, name: &str) -> Result<usize> {
        players.names.iter().position(|n| n == name).ok_or_else(|| {
            Error::from(QuestionError::UnknownComponent {
                component: name.to_string(),
                available: players.names.clone(),
            })
        })
    }

    /// The answer of the full sample in the layout of [`Plan::evaluate`]; `None` once `progress` was told to stop.
    fn evaluate(&self, plan: &Plan, progress: &Progress) -> Option<Vec<f64>> {
        match self.precise_entries(plan.enumerated()) {
            Some(entries) => plan.point_answer(entries, progress),
            None => plan.point_answer(self.moments().entries(), progress),
        }
    }

    /// R² of the components of a chain of regressions, in their order.
    fn r2_of_chain(&self, players: &Players) -> f64 {
        let plan = Plan::sequential(players, (0..players.len()).collect());
        // A chain has nothing to watch, and is not cancelled.
        let answer = self.evaluate(&plan, &Progress::new(0, None)).unwrap_or_default();
        1.0 - answer.get(players.len() + 1).unwrap_or(&f64::NAN)
    }

    /// The moments in twice the precision, where doubles do not suffice and the cost is bounded.
    fn precise_entries(&self, components_over_all_coalitions: usize) -> Option<&[Double]> {
        (self.needs_precision() && self.is_precise(components_over_all_coalitions)).then(|| self.double_entries())
    }

    /// Whether doubles would lose the ninth digit of a share.
    pub(crate) fn needs_precision(&self) -> bool {
        self.smallest_pivot() < SURE_PIVOT || ERROR_AT_PIVOT_ONE / self.weakest_pivot() > PROMISED
    }

    /// The error of a share from doubles, or from twice the precision where needed; `None` where that is below 1e-9.
    pub(crate) fn error_bound(&self, is_precise: bool) -> Option<f64> {
        if !self.needs_precision() {
            return None;
        }
        let (sure, at_one, of_rounding) = match is_precise {
            true => (SURE_PRECISE_PIVOT, PRECISE_ERROR_AT_PIVOT_ONE, self.error_of_rounding()),
            false => (SURE_PIVOT, ERROR_AT_PIVOT_ONE, 0.0),
        };
        // A column that is taken for none may have explained everything.
        let of_elimination = if self.smallest_pivot() < sure { 1.0 } else { at_one / self.weakest_pivot() };
        let bound = of_elimination.max(of_rounding).min(1.0);
        (bound > PROMISED).then_some(bound)
    }

    /// A warning where a share over all coalitions of so many components is not known to nine digits.
    fn imprecise(&self, components_over_all_coalitions: usize) -> Option<Warning> {
        let bound = self.error_bound(self.is_precise(components_over_all_coalitions));
        bound.map(|bound| Warning::Imprecise { bound })
    }

    fn is_precise(&self, components_over_all_coalitions: usize) -> bool {
        let columns = self.design().columns.len() + 1;
        let products = self.design().n_observations().saturating_mul(columns * columns / 2);
        components_over_all_coalitions <= MOST_PRECISE_COMPONENTS && products <= MOST_PRECISE_PRODUCTS
    }
}

/// Whether so many components can be enumerated.
fn check_number(method: &str, players: &Players, most: usize) -> Result<()> {
    if players.len() > most {
        let instead = match method {
            "shapley" => "put components together, or use sampled orders, which have no limit",
            "the range over all orders" => "put components together, or compare the sequential shares of a few orders",
            _ => "put components together, or use the sequential method, which has no limit",
        };
        let (method, instead) = (method.to_string(), instead.to_string());
        return Err(EstimateError::TooManyComponents { method, limit: most, found: players.len(), instead }.into());
    }
    check_unit_effects(method, players)
}

/// Each subset of the components with unit effects has a matrix of its own.
fn check_unit_effects(method: &str, players: &Players) -> Result<()> {
    let found = (0..players.len()).filter(|&p| players.brings_units(p)).count();
    if found <= MOST_WITH_UNIT_EFFECTS {
        return Ok(());
    }
    Err(EstimateError::TooManyComponents {
        method: format!("{method} with unit effects in several components"),
        limit: MOST_WITH_UNIT_EFFECTS,
        found,
        instead: "give unit effects to one component".to_string(),
    }
    .into())
}
