//! What each component adds when it enters first, and when it enters last.

use pulp::Simd;

use super::breakdown::Breakdown;
use super::coalitions::progress::Part;
use super::coalitions::{Players, Root};
use super::definition::{Definition, Setting};
use super::evaluate::{Evaluate, Needs, Prepared, to_shares};
use super::method::Method;
use super::sequential::{Chain, ChainScratch};
use crate::error::Result;
use crate::fit::FittedModel;
use crate::numerics::real::Lanes;

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

/// [`Method::First`].
pub(super) struct First;

impl Definition for First {
    fn method(&self) -> Method {
        Method::First
    }

    fn name(&self) -> &'static str {
        "first"
    }

    fn meaning(&self) -> &'static str {
        "explained when entering first"
    }

    fn is_additive(&self) -> bool {
        false
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        Ok(Box::new(Ends::new(setting.players, false)))
    }
}

/// [`Method::Last`].
pub(super) struct Last;

impl Definition for Last {
    fn method(&self) -> Method {
        Method::Last
    }

    fn name(&self) -> &'static str {
        "last"
    }

    fn meaning(&self) -> &'static str {
        "added when entering last"
    }

    fn is_additive(&self) -> bool {
        false
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        Ok(Box::new(Ends::new(setting.players, true)))
    }
}

/// For each player, the regression on it alone, or on all others; and those on nobody and on everybody.
struct Ends {
    everybody: Chain,
    each: Vec<Chain>,
    is_last: bool,
}

impl Ends {
    fn new(players: &Players, is_last: bool) -> Self {
        let k = players.len();
        let only = |player: usize| (0..k).filter(|&p| (p == player) != is_last).collect();
        Ends {
            everybody: Chain::new(players, (0..k).collect()),
            each: (0..k).map(|player| Chain::new(players, only(player))).collect(),
            is_last,
        }
    }
}

impl Needs for Ends {
    fn roots(&self) -> Vec<&Root> {
        self.each.iter().chain([&self.everybody]).flat_map(Chain::roots).collect()
    }
}

impl Evaluate for Ends {
    type Scratch<L: Lanes> = ChainScratch<L>;

    fn scratch<L: Lanes>(&self) -> ChainScratch<L> {
        ChainScratch::new(self.roots(), self.each.len())
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
        self.everybody.residuals(entries, matrix, residual);
        let (nobody, everybody) = (residual[0], residual[self.each.len()]);
        for (chain, out) in self.each.iter().zip(&mut out[1..]) {
            chain.residuals(entries, matrix, residual);
            let with_these = residual[chain.order().len()];
            *out = if self.is_last { with_these - everybody } else { nobody - with_these };
        }
        out[0] = nobody;
        out[self.each.len() + 1] = everybody;
        to_shares(total, out);
    }
}
