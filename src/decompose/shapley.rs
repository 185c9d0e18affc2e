//! What each component adds to R², averaged over all orders.
//!
//! ```text
//! φ_c = Σ_{S ∌ c} |S|! (k − |S| − 1)! / k! · [R²(S ∪ c) − R²(S)]
//! ```
//!
//! The same quantity is called LMG (Lindeman, Merenda and Gold) and general dominance. U. Grömping (2007),
//! "Estimators of relative importance in linear regression based on variance decomposition", The American
//! Statistician 61, <https://doi.org/10.1198/000313007X188252>.

use super::breakdown::Breakdown;
use super::coalitions::tree::SizeSums;
use super::method::Method;
use crate::error::Result;
use crate::fit::FittedModel;
use crate::numerics::number::Lane;

/// The most components whose 2^k coalitions are enumerated.
pub(crate) const MOST_COMPONENTS: usize = 36;

impl FittedModel {
    /// What each component adds to R² on average over all orders: Shapley values, also known as LMG and general
    /// dominance.
    ///
    /// ```text
    /// φ_c = Σ_{S ∌ c} |S|! (k − |S| − 1)! / k! · [R²(S ∪ c) − R²(S)]
    /// ```
    ///
    /// Exact, over all 2^k coalitions; over the orders that respect the model's [precedences](crate::Model::after),
    /// where there are any. Unit effects get at least as much as any component that is constant over the years of a
    /// unit, by construction, and a share is not a cause.
    ///
    /// Source: U. Grömping (2007), "Estimators of relative importance in linear regression based on variance
    /// decomposition", <https://doi.org/10.1198/000313007X188252>.
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`](crate::error::EstimateError::TooManyComponents) beyond 36 components, 24
    /// where a precedence is to be kept, or 8 that each bring unit effects;
    /// [`shapley_sampled`](FittedModel::shapley_sampled) has no limit.
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
        self.breakdown(&Method::Shapley)
    }
}

/// The increments' means as a linear function of sums by coalition size.
#[derive(Debug, Clone)]
pub(crate) struct SizeWeights {
    /// 1 / (k · C(k − 1, s)): the weight of an increment on a coalition of size s.
    by_size: Vec<f64>,
}

impl SizeWeights {
    pub(crate) fn new(n_players: usize) -> Self {
        let k = n_players as f64;
        let mut choose = 1.0;
        let by_size = (0..n_players).map(|s| {
            let weight = 1.0 / (k * choose);
            choose *= (k - 1.0 - s as f64) / (s as f64 + 1.0);
            weight
        });
        SizeWeights { by_size: by_size.collect() }
    }

    /// The weight of an increment on a coalition of this size.
    #[inline(always)]
    pub(crate) fn weight(&self, size: usize) -> f64 {
        self.by_size[size]
    }

    /// From sums of residual sums of squares by size: the one on `always`, each player's reduction, and the one on
    /// everybody, at the beginning of `out`.
    #[inline(always)]
    pub(crate) fn reductions<L: Lane>(&self, sums: &SizeSums<L>, out: &mut [L]) {
        let k = self.by_size.len();
        out[0] = sums.all(0);
        out[k + 1] = sums.all(k);
        for (player, out) in out[1..=k].iter_mut().enumerate() {
            *out = self.mean_reduction(player, sums);
        }
    }

    /// The mean reduction of the residual sum of squares by this player.
    #[inline(always)]
    fn mean_reduction<L: Lane>(&self, player: usize, sums: &SizeSums<L>) -> L {
        let mut reduction = L::splat(0.0);
        for (size, &weight) in self.by_size.iter().enumerate() {
            reduction = reduction + L::splat(weight) * Self::reduction_at(player, size, sums);
        }
        reduction
    }

    /// The reduction of the residual sum of squares by this player, summed over the coalitions of one size.
    #[inline(always)]
    pub(crate) fn reduction_at<L: Lane>(player: usize, size: usize, sums: &SizeSums<L>) -> L {
        // With the player in, the same coalitions are larger by one.
        let without = sums.all(size) - sums.with(player, size);
        without - sums.with(player, size + 1)
    }

    /// The mean increment, from increments summed by the size of the coalition that they are on.
    pub(crate) fn mean_of(&self, by_size: &[f64]) -> f64 {
        self.by_size.iter().zip(by_size).map(|(weight, sum)| weight * sum).sum()
    }
}
