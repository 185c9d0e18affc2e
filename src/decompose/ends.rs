//! What each component adds when it enters first, and when it enters last.

use super::breakdown::Breakdown;
use super::coalitions::{Players, Root};
use super::method::Method;
use super::sequential::Chain;
use crate::error::Result;
use crate::fit::FittedModel;
use crate::numerics::number::Lane;

impl FittedModel {
    /// What each component explains when it enters first: R² on its columns and what is always in.
    ///
    /// ```text
    /// share_of_total(c) = R²({c}) − R²(∅)
    /// ```
    ///
    /// First shares do not sum to R²: what components have in common is counted for each of them.
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// assert!((fit.first()?.share_of_total("one")? - 6.25 / 8.75).abs() < 1e-12);
    /// assert!(fit.last()?.share_of_total("one")?.abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn first(&self) -> Result<Breakdown> {
        self.breakdown(&Method::First)
    }

    /// What each component adds when it enters last: its unique part, the squared semi-partial correlation of a single
    /// column (Type III sums of squares).
    ///
    /// ```text
    /// share_of_total(c) = R²(N) − R²(N ∖ c)
    /// ```
    ///
    /// Last shares do not sum to R²: what components have in common is counted for none.
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// See [`first`](FittedModel::first).
    pub fn last(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Last)
    }
}

/// For each player, the regression on it alone, or on all others; and those on nobody and on everybody.
#[derive(Debug, Clone)]
pub(crate) struct Ends {
    everybody: Chain,
    each: Vec<Chain>,
    is_last: bool,
}

impl Ends {
    pub(crate) fn new(players: &Players, is_last: bool) -> Self {
        let k = players.len();
        let only = |player: usize| (0..k).filter(|&p| (p == player) != is_last).collect();
        Ends {
            everybody: Chain::new(players, (0..k).collect()),
            each: (0..k).map(|player| Chain::new(players, only(player))).collect(),
            is_last,
        }
    }

    pub(crate) fn roots(&self) -> impl Iterator<Item = &Root> {
        self.each.iter().chain([&self.everybody]).flat_map(Chain::roots)
    }

    /// Residual sums of squares: on `always`, by how much each player reduces them, and on everybody. `residual` is
    /// memory for one more number than there are players.
    #[inline(always)]
    pub(crate) fn reductions<L: Lane>(&self, entries: &[L], matrix: &mut [L], residual: &mut [L], out: &mut [L]) {
        self.everybody.residuals(entries, matrix, residual);
        let (nobody, everybody) = (residual[0], residual[self.each.len()]);
        for (chain, out) in self.each.iter().zip(&mut out[1..]) {
            chain.residuals(entries, matrix, residual);
            let with_these = residual[chain.order().len()];
            *out = if self.is_last { with_these - everybody } else { nobody - with_these };
        }
        out[0] = nobody;
        out[self.each.len() + 1] = everybody;
    }
}
