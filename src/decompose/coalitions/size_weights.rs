//! How much does an increment weigh in the mean over all orders, by the size of the coalition that it is on?

use super::tree::SizeSums;
use crate::numerics::number::Lane;

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
