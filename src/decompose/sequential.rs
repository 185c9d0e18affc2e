//! What each component adds to R² when the components enter in one stated order.

use super::breakdown::Breakdown;
use super::coalitions::{Players, Root};
use super::method::Method;
use crate::error::Result;
use crate::fit::FittedModel;
use crate::numerics::eliminate::eliminate_in_place;
use crate::numerics::number::Lane;

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
    /// [`QuestionError::Order`](crate::error::QuestionError::Order) where the components stand in an order that the
    /// model's precedences forbid.
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
    /// [`QuestionError::UnknownComponent`](crate::error::QuestionError::UnknownComponent) and
    /// [`QuestionError::Order`](crate::error::QuestionError::Order) for an order that is none, or that does not respect
    /// the model's precedences.
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

    pub(crate) fn roots(&self) -> impl Iterator<Item = &Root> {
        self.segments.iter()
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
