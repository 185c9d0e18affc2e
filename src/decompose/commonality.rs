//! How much of R² belongs to each set of components in common, and to each alone.
//!
//! ```text
//! C(S) = Σ_{T ⊆ S} (−1)^{|T| + 1} R²((N ∖ S) ∪ T)          for every S ≠ ∅;   Σ_S C(S) = R²(N) − R²(∅)
//! ```
//!
//! C({i}) is what i adds last; the part of a larger set may be negative, where one component suppresses noise in
//! another, and is reported as it is. R. G. Newton and D. J. Spurrell (1967), "A development of multiple regression for
//! the analysis of routine data", Applied Statistics 16, <https://doi.org/10.2307/2985237>; K. Nimon and F. L. Oswald
//! (2013), "Understanding the results of multiple linear regression", Organizational Research Methods 16,
//! <https://doi.org/10.1177/1094428113493929>.

use super::breakdown::Breakdown;
use super::coalitions::Players;
use super::coalitions::table::CoalitionTable;
use super::definition::{Definition, Setting};
use super::detail::Detail;
use super::evaluate::Prepared;
use super::method::Method;
use super::of_table::OfTable;
use crate::error::Result;
use crate::fit::FittedModel;
use crate::model::Design;

/// The most components whose subsets are listed: a million parts.
pub(crate) const MOST_LISTED: usize = 20;

impl FittedModel {
    /// The part of R² that each of the 2^k − 1 sets of components has in common, in [`Detail::Subsets`]; a component's
    /// own value is the part that it has alone.
    ///
    /// ```text
    /// C(S) = Σ_{T ⊆ S} (−1)^{|T| + 1} R²((N ∖ S) ∪ T)
    /// ```
    ///
    /// The parts sum to R² − R²(always); those that a component belongs to, to what it explains when it enters first.
    /// [`unique_and_common`](Breakdown::unique_and_common) says so for each. A part may be negative. Source: R. G.
    /// Newton and D. J. Spurrell (1967), <https://doi.org/10.2307/2985237>.
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`](crate::error::EstimateError::TooManyComponents) beyond 20 components, which
    /// have a million subsets.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Detail;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let breakdown = fit.commonality()?;
    /// // Neither copy explains anything alone: all is common.
    /// assert!(breakdown.share_of_total("one")?.abs() < 1e-12);
    /// let Detail::Subsets(parts) = &breakdown.detail else { unreachable!() };
    /// assert!((parts[2].share_of_total - breakdown.r2_overall).abs() < 1e-12 && parts[2].coalition.len() == 2);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn commonality(&self) -> Result<Breakdown> {
        self.breakdown(&Method::Commonality)
    }
}

/// [`Method::Commonality`].
pub(super) struct Commonality;

impl Definition for Commonality {
    fn method(&self) -> Method {
        Method::Commonality
    }

    fn name(&self) -> &'static str {
        "commonality"
    }

    fn meaning(&self) -> &'static str {
        "the part that is in common with no other"
    }

    fn is_additive(&self) -> bool {
        false
    }

    fn can_be_negative(&self, beyond: Option<usize>) -> bool {
        // What one component has for itself cannot; sets stand in the order of their bits, from one on.
        beyond.is_some_and(|place| !(place + 1).is_power_of_two())
    }

    fn most_components(&self, _: bool) -> Option<usize> {
        Some(MOST_LISTED)
    }

    fn prepare(&self, setting: &Setting) -> Result<Box<dyn Prepared>> {
        let k = setting.players.len();
        let answer = move |table: &CoalitionTable| {
            let parts = parts(table);
            // The parts begin with coalition 1: the empty one has none.
            ((0..k).map(|player| parts[(1 << player) - 1]).collect(), parts)
        };
        Ok(Box::new(OfTable::new(setting.players, (1 << k) - 1, answer)))
    }

    fn detail(&self, _: &Players, _: &Design, beyond: &[f64]) -> Detail {
        Detail::subsets(beyond)
    }
}

/// C(S) for every S but the empty one, by the bits of S.
///
/// With u(S) = v(N ∖ S) it is the negative Möbius transform of u, and costs k 2^k differences.
pub(super) fn parts(table: &CoalitionTable) -> Vec<f64> {
    // Backwards, for the complement of a set stands as far from the end as the set from the beginning: this is u.
    let mut parts: Vec<f64> = table.values.iter().rev().copied().collect();
    for player in 0..table.n_players {
        let bit = 1 << player;
        for pair in parts.chunks_exact_mut(2 * bit) {
            let (without, with) = pair.split_at_mut(bit);
            with.iter_mut().zip(without).for_each(|(with, without)| *with -= *without);
        }
    }
    parts.iter().skip(1).map(|part| -part).collect()
}
