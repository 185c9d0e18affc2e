//! What each component adds to R², averaged over all orders.
//!
//! ```text
//! φ_c = Σ_{S ∌ c} |S|! (k − |S| − 1)! / k! · [R²(S ∪ c) − R²(S)]
//! ```
//!
//! The same quantity is called LMG (Lindeman, Merenda and Gold) and general dominance. U. Grömping (2007),
//! "Estimators of relative importance in linear regression based on variance decomposition", The American
//! Statistician 61, <https://doi.org/10.1198/000313007X188252>.

use super::tree::SizeSums;
use crate::fit::Lane;

/// The most components whose 2^k coalitions are enumerated.
pub(crate) const MOST_COMPONENTS: usize = 36;

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

    /// The mean reduction of the residual sum of squares by this player.
    #[inline(always)]
    pub(crate) fn mean_reduction<L: Lane>(&self, player: usize, sums: &SizeSums<L>) -> L {
        let mut reduction = L::splat(0.0);
        for (size, &weight) in self.by_size.iter().enumerate() {
            let without = sums.all(size) - sums.with(player, size);
            reduction = reduction + L::splat(weight) * (without - sums.with(player, size + 1));
        }
        reduction
    }

    /// The mean increment, from increments summed by the size of the coalition that they are on.
    pub(crate) fn mean_of(&self, by_size: &[f64]) -> f64 {
        self.by_size.iter().zip(by_size).map(|(weight, sum)| weight * sum).sum()
    }
}
