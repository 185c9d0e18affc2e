//! What the residuals of each cluster are multiplied by, draw by draw.

use rand::Rng;

use super::{WildBootstrap, WildWeights};
use crate::numerics::streams::{Stream, stream};

/// The multipliers of every draw.
pub(super) struct Draws {
    clusters: usize,
    weights: WildWeights,
    seed: u64,
    draws: usize,
    /// Whether the draws are all sign patterns, each once.
    is_complete: bool,
}

impl Draws {
    pub(super) fn new(options: &WildBootstrap, clusters: usize) -> Self {
        // Beyond, there are more sign patterns than draws that anybody asks for, and shifts overflow.
        let all = if clusters < 32 { 1_usize << clusters } else { usize::MAX };
        let is_complete = options.weights == WildWeights::Rademacher && all <= options.draws;
        let draws = if is_complete { all } else { options.draws };
        Draws { clusters, weights: options.weights, seed: options.seed, draws, is_complete }
    }

    pub(super) fn len(&self) -> usize {
        self.draws
    }

    pub(super) fn draw(&self, draw: usize) -> Vec<f64> {
        if self.is_complete {
            return (0..self.clusters).map(|g| if draw >> g & 1 == 1 { -1.0 } else { 1.0 }).collect();
        }
        // One stream for each draw: the answer does not depend on the number of threads.
        let mut random = stream(self.seed, draw);
        let webb = [-1.5_f64.sqrt(), -1.0, -0.5_f64.sqrt(), 0.5_f64.sqrt(), 1.0, 1.5_f64.sqrt()];
        let one = |random: &mut Stream| match self.weights {
            WildWeights::Rademacher => {
                if random.next_u64() >> 63 == 1 {
                    -1.0
                } else {
                    1.0
                }
            }
            // The bias of a remainder of 2^64 by six is 1e-19.
            WildWeights::Webb => webb[(random.next_u64() % 6) as usize],
        };
        (0..self.clusters).map(|_| one(&mut random)).collect()
    }
}
