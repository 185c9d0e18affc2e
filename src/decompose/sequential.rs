//! What each component adds to R² when the components enter in one stated order.

use pulp::Simd;

use super::breakdown::Breakdown;
use super::coalitions::progress::Part;
use super::coalitions::{Players, Root};
use super::definition::{Definition, Setting};
use super::evaluate::{Evaluate, Needs, Prepared, room, to_shares};
use super::method::Method;
use crate::error::{OrderProblem, QuestionError, Result};
use crate::fit::FittedModel;
use crate::model::Model;
use crate::numerics::eliminate::eliminate_in_place;
use crate::numerics::number::Lane;
use crate::numerics::real::Lanes;

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
    /// [`QuestionError::Order`] where the components stand in an order that the model's precedences forbid.
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
        self.sequential_in(&[])
    }

    /// The same in another order, which names every component once; without a name, in that of the model.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] and [`QuestionError::Order`] for an order that is none, or that does not respect the
    /// model's precedences.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// // Of two copies the first takes all.
    /// assert!((fit.sequential_in(&["other", "one"])?.share_of_total("other")? - fit.r2_overall()).abs() < 1e-12);
    /// assert!(fit.sequential_in(&["other"]).is_err(), "an order names every component");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn sequential_in(&self, order: &[&str]) -> Result<Breakdown> {
        let order = order.iter().map(|name| name.to_string()).collect();
        self.breakdown(&Method::Sequential { order })
    }
}

/// [`Method::Sequential`].
pub(super) struct Sequential;

impl Definition for Sequential {
    fn method(&self) -> Method {
        Method::Sequential { order: Vec::new() }
    }

    fn name(&self) -> &'static str {
        "sequential"
    }

    fn meaning(&self) -> &'static str {
        "added in the order stated"
    }

    fn stated(&self, method: &Method, names: &[String]) -> Method {
        let is_open = *method == self.method();
        if is_open { Method::Sequential { order: names.to_vec() } } else { method.clone() }
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        let order = match setting.method {
            Method::Sequential { order } => order,
            _ => &setting.players.names,
        };
        Ok(Box::new(Chain::new(setting.players, positions(setting.fit, setting.players, order)?)))
    }
}

/// The positions of an order's components, each once and none before what it must follow.
pub(super) fn positions(fit: &FittedModel, players: &Players, order: &[String]) -> Result<Vec<usize>> {
    order_positions(&players.names, fit.model(), order)
}

/// The same of the components of these names.
pub(crate) fn order_positions(names: &[String], model: &Model, order: &[String]) -> Result<Vec<usize>> {
    let mut positions = Vec::with_capacity(order.len());
    for name in order {
        let unknown = || QuestionError::UnknownComponent { component: name.clone(), available: names.to_vec() };
        let position = names.iter().position(|there| there == name).ok_or_else(unknown)?;
        if positions.contains(&position) {
            return Err(OrderProblem::Twice { component: name.clone() }.into());
        }
        positions.push(position);
    }
    if let Some(left_out) = (0..names.len()).find(|p| !positions.contains(p)) {
        return Err(OrderProblem::LeftOut { component: names[left_out].clone() }.into());
    }
    for (later, before) in model.predecessors()?.unwrap_or_default().iter().enumerate() {
        let place = |player: usize| positions.iter().position(|&p| p == player);
        if let Some(&first) = before.iter().find(|&&first| place(first) > place(later)) {
            let [component, after] = [later, first].map(|player| names[player].clone());
            return Err(OrderProblem::BreaksPrecedence { component, after }.into());
        }
    }
    Ok(positions)
}

/// The matrices of a chain of coalitions ∅ ⊂ {π₁} ⊂ {π₁, π₂} ⊂ …: one until unit effects enter, one from there on.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    order: Vec<usize>,
    segments: Vec<Root>,
}

impl Chain {
    pub(crate) fn new(players: &Players, order: Vec<usize>) -> Self {
        let segments = match order.iter().position(|&p| players.brings_units(p)) {
            None => vec![players.root(Vec::new(), order.clone())],
            Some(at) => {
                let (before, rest) = (order[..at].to_vec(), order[at + 1..].to_vec());
                vec![players.root(Vec::new(), before), players.root(order[..=at].to_vec(), rest)]
            }
        };
        Chain { order, segments }
    }

    /// Residual sums of squares along the chain: `residual[0]` on `always`, then after each component in order.
    #[inline(always)]
    pub(crate) fn residuals<L: Lane>(&self, entries: &[L], matrix: &mut [L], residual: &mut [L]) {
        let mut next = residual.iter_mut();
        let mut put = |value| {
            if let Some(slot) = next.next() {
                *slot = value;
            }
        };
        for segment in &self.segments {
            let mut rest = segment.gather(entries, matrix);
            let mut n = segment.n_remaining();
            put(rest[rest.len() - 1]);
            for &block in &segment.blocks {
                for _ in 0..block {
                    eliminate_in_place(rest, n);
                    rest = &mut rest[n..];
                    n -= 1;
                }
                put(rest[rest.len() - 1]);
            }
        }
    }

    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }
}

impl Needs for Chain {
    fn roots(&self) -> Vec<&Root> {
        self.segments.iter().collect()
    }
}

impl Evaluate for Chain {
    type Scratch<L: Lanes> = ChainScratch<L>;

    fn scratch<L: Lanes>(&self) -> ChainScratch<L> {
        ChainScratch::new(self.roots(), self.order.len())
    }

    #[inline(always)]
    fn evaluate<L: Lanes, S: Simd>(
        &self,
        _: S,
        entries: &[L],
        total: L,
        _: &Part,
        scratch: &mut ChainScratch<L>,
        out: &mut [L],
    ) {
        let ChainScratch { matrix, residual } = scratch;
        self.residuals(entries, matrix, residual);
        let k = self.order.len();
        out[0] = residual[0];
        for (i, &player) in self.order.iter().enumerate() {
            out[1 + player] = residual[i] - residual[i + 1];
        }
        out[k + 1] = residual[k];
        to_shares(total, out);
    }
}

/// What chains work in.
pub(super) struct ChainScratch<L> {
    pub(super) matrix: Vec<L>,
    /// One for `always`, and one more after each player.
    pub(super) residual: Vec<L>,
}

impl<L: Lanes> ChainScratch<L> {
    /// For chains of these matrices and at most so many players.
    pub(super) fn new<'a>(roots: impl IntoIterator<Item = &'a Root>, n_players: usize) -> Self {
        ChainScratch { matrix: room(roots), residual: vec![L::splat(0.0); n_players + 1] }
    }
}
