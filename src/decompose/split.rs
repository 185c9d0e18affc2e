//! From a method to a breakdown: who is credited, which coalitions are asked, and how the answer becomes shares.

use std::ops::ControlFlow;

use super::breakdown::Breakdown;
use super::coalitions::Players;
use super::coalitions::progress::Progress;
use super::coalitions::table::{CoalitionTable, MOST_IN_TABLE};
use super::definition::Setting;
use super::method::Method;
use super::plan::Plan;
use super::share::Share;
use crate::error::{Error, EstimateError, Refusal, Result, cannot};
use crate::fit::FittedModel;
use crate::warning::Warning;

/// The most components that may each bring unit effects.
const MOST_WITH_UNIT_EFFECTS: usize = 8;

/// The part of a [`Breakdown`] that says how the variation is split.
pub(crate) struct Shares {
    pub(crate) always: Option<Share>,
    pub(crate) components: Vec<Share>,
    pub(crate) unexplained: Share,
    pub(crate) r2_overall: f64,
    pub(crate) warnings: Vec<Warning>,
}

impl Breakdown {
    /// What it says of the variation alone.
    pub(crate) fn into_shares(self) -> Shares {
        let Breakdown { always, components, unexplained, r2_overall, warnings, .. } = self;
        Shares { always, components, unexplained, r2_overall, warnings }
    }
}

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
        self.breakdown_by(method, &Progress::unwatched())
    }

    /// The same, with word of how far it is: `watch` is called from any thread with the coalitions done and those there
    /// are, last with both equal, and ends the computation by [`ControlFlow::Break`].
    ///
    /// Worth its while for Shapley values and conditional dominance from 30 components on, where 36 single columns take
    /// seventeen seconds on two cores, and about a thousand calls; and for Owen values, which enumerate the other
    /// components once more for every set of the terms of each component that has several. Methods that keep a table of
    /// coalitions, or need few, call once, in the end. Calls of two threads may cross, so that the most done so far is
    /// how far it is.
    ///
    /// # Errors
    /// Those of the method, and [`EstimateError::Cancelled`] once `watch` has said so.
    ///
    /// # Examples
    /// ```
    /// use std::ops::ControlFlow;
    /// use apportion::error::EstimateError;
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
        let plan = self.plan(method)?;
        let progress = Progress::new(plan.n_coalitions(), Some(&watch));
        self.breakdown_of(plan, &progress)
    }

    /// How many coalitions a method enumerates.
    ///
    /// # Errors
    /// Those of the method.
    pub(crate) fn n_coalitions(&self, method: &Method) -> Result<u64> {
        Ok(self.plan(method)?.n_coalitions())
    }

    /// [`breakdown`](Self::breakdown) as a part of what `progress` is of.
    pub(crate) fn breakdown_by(&self, method: &Method, progress: &Progress) -> Result<Breakdown> {
        self.breakdown_of(self.plan(method)?, progress)
    }

    fn breakdown_of(&self, plan: Plan, progress: &Progress) -> Result<Breakdown> {
        let (shares, answer) = self.shares_of(&plan, progress)?;
        let Shares { always, components, unexplained, r2_overall, warnings } = shares;
        let design = self.design();
        Ok(Breakdown {
            outcome: design.outcome_name.clone(),
            method: plan.method().clone(),
            detail: plan.detail(design, &answer[components.len() + 2..]),
            components,
            always,
            unexplained,
            r2_overall,
            sample: design.sample.clone(),
            weights: design.weights_name.clone(),
            panel: design.panel.description().map(str::to_string),
            lineage: design.lineage.clone(),
            factors: design.factor_terms(),
            interval: None,
            noise: None,
            unit_effects_by_model: Vec::new(),
            deviance: None,
            warnings,
        })
    }

    /// What a breakdown says of the variation alone, and nothing of whence it comes: for thousands of them.
    ///
    /// # Errors
    /// Those of the method.
    pub(crate) fn shares(&self, method: &Method) -> Result<Shares> {
        Ok(self.shares_of(&self.plan(method)?, &Progress::unwatched())?.0)
    }

    /// The same with all that the method answers.
    fn shares_of(&self, plan: &Plan, progress: &Progress) -> Result<(Shares, Vec<f64>)> {
        let players = plan.players();
        let mut warnings = self.warnings().to_vec();
        warnings.extend(plan.warnings(self));
        let cancelled = || Error::from(EstimateError::Cancelled { method: plan.method().name().to_string() });
        let answer = self.evaluate(plan, progress).ok_or_else(cancelled)?;
        warnings.extend(self.imprecise(plan.enumerated()));
        let k = players.len();
        let has_always = !self.model().always_terms().is_empty();
        let always = if has_always { answer[0] } else { 0.0 };
        let to_credit = 1.0 - answer[k + 1] - always;
        let of_explained = |s: f64| if to_credit > 0.0 { s / to_credit } else { 0.0 };
        let components = players.names.iter().zip(&answer[1..]).map(|(name, &s)| Share::new(name, s, of_explained(s)));
        let shares = Shares {
            components: components.collect(),
            always: has_always.then(|| Share::new("always", answer[0], 0.0)),
            unexplained: Share::new("unexplained", answer[k + 1], 0.0),
            r2_overall: 1.0 - answer[k + 1],
            warnings,
        };
        Ok((shares, answer))
    }

    /// R² of every coalition, where a table may be had; `instead` says what to do where there are too many.
    pub(crate) fn coalition_table(&self, method: &str, players: &Players, instead: &str) -> Result<CoalitionTable> {
        check_number(method, players, MOST_IN_TABLE, instead)?;
        let roots = players.roots();
        Ok(match self.precise_entries(players.len()) {
            Some(entries) => CoalitionTable::of_r2(players, &roots, entries),
            None => CoalitionTable::of_r2(players, &roots, self.moments().entries()),
        })
    }

    pub(crate) fn players(&self) -> Players {
        Players::new(self.design(), |v| self.moments().is_constant(v))
    }

    /// Who is credited by a method: the components, or their columns.
    pub(crate) fn credited(&self, method: &Method) -> Players {
        match method.definition().credits_columns() {
            true => self.players().columns(self.design()),
            false => self.players(),
        }
    }

    /// The plan of a method, its components checked against the model.
    ///
    /// # Errors
    /// Those of the method.
    pub(crate) fn plan(&self, method: &Method) -> Result<Plan> {
        self.plan_for(method, self.credited(method))
    }

    /// The same for those who are [`credited`](Self::credited).
    pub(crate) fn plan_for(&self, method: &Method, players: Players) -> Result<Plan> {
        let definition = method.definition();
        let forbids_orders = self.model().predecessors()?.is_some();
        if forbids_orders && definition.needs_all_orders() {
            return Err(cannot(method.name(), Refusal::Precedence { are_drawn: false }));
        }
        if let Some(most) = definition.most_components(forbids_orders) {
            check_number(method.name(), &players, most, definition.instead())?;
        }
        let method = definition.stated(method, &players.names);
        let prepared = definition.prepare(&Setting { fit: self, method: &method, players: &players })?;
        Ok(Plan::new(method, players, prepared))
    }

    /// The answer of the full sample; `None` once `progress` was told to stop.
    pub(super) fn evaluate(&self, plan: &Plan, progress: &Progress) -> Option<Vec<f64>> {
        match self.precise_entries(plan.enumerated()) {
            Some(entries) => plan.point_answer(entries, progress),
            None => plan.point_answer(self.moments().entries(), progress),
        }
    }
}

/// Whether so many components can be enumerated.
pub(super) fn check_number(method: &str, players: &Players, most: usize, instead: &str) -> Result<()> {
    if players.len() > most {
        let (method, instead) = (method.to_string(), instead.to_string());
        return Err(EstimateError::TooManyComponents { method, limit: most, found: players.len(), instead }.into());
    }
    check_unit_effects(method, players)
}

/// Each subset of the components with unit effects has a matrix of its own.
pub(super) fn check_unit_effects(method: &str, players: &Players) -> Result<()> {
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
