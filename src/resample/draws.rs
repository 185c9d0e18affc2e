//! Which units are in a replicate.

use std::sync::Arc;

use rand::Rng;

use crate::error::{Error, EstimateError};
use crate::numerics::lanes::{LANES, Wide};
use crate::numerics::streams::stream;

/// What is drawn or left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Draws {
    /// Every unit but one, for each unit in turn.
    LeaveOneOut,
    /// As many units as there are, with replacement.
    Bootstrap { draws: usize, seed: u64 },
    /// Units drawn elsewhere, by their positions.
    Given(Arc<Vec<Vec<usize>>>),
}

impl Draws {
    pub(super) fn replicates(&self, clusters: usize) -> usize {
        match self {
            Draws::LeaveOneOut => clusters,
            Draws::Bootstrap { draws, .. } => *draws,
            Draws::Given(draws) => draws.len(),
        }
    }

    pub(super) fn seed(&self) -> Option<u64> {
        match self {
            Draws::LeaveOneOut | Draws::Given(_) => None,
            Draws::Bootstrap { seed, .. } => Some(*seed),
        }
    }

    /// What is said where the watch ends it.
    pub(super) fn cancelled(&self) -> Error {
        let method = match self {
            Draws::LeaveOneOut => "the jackknife",
            Draws::Bootstrap { .. } | Draws::Given(_) => "the bootstrap",
        };
        EstimateError::Cancelled { method: method.to_string() }.into()
    }

    /// The clusters of a replicate, in the order in which they were drawn.
    pub(super) fn drawn(&self, replicate: usize, clusters: usize) -> Vec<usize> {
        match self {
            Draws::LeaveOneOut => (0..clusters).filter(|&c| c != replicate).collect(),
            Draws::Given(draws) => draws[replicate].clone(),
            Draws::Bootstrap { seed, .. } => {
                let mut drawn = Vec::with_capacity(clusters);
                draw(*seed, replicate, clusters, |cluster| drawn.push(cluster));
                drawn
            }
        }
    }

    /// How often each cluster is in each of eight replicates, `first` and those that follow; beyond the last of those
    /// given, every cluster once.
    pub(super) fn counts(&self, first: usize, counts: &mut [Wide]) {
        counts.fill(Wide([0.0; LANES]));
        let clusters = counts.len();
        for lane in 0..LANES {
            let mut put = |cluster: usize| counts[cluster].0[lane] += 1.0;
            match self {
                Draws::Bootstrap { seed, .. } => draw(*seed, first + lane, clusters, put),
                Draws::Given(draws) => match draws.get(first + lane) {
                    Some(drawn) => drawn.iter().for_each(|&cluster| put(cluster)),
                    None => (0..clusters).for_each(put),
                },
                Draws::LeaveOneOut => (0..clusters).filter(|&c| c != first + lane).for_each(put),
            }
        }
    }
}

/// Draws as many clusters as there are, with replacement, by a generator of this replicate's own.
///
/// Each draw takes half of a 64-bit number and is free of bias by Lemire's multiplication with rejection:
/// <https://doi.org/10.1145/3230636>.
#[inline(always)]
fn draw(seed: u64, replicate: usize, clusters: usize, mut put: impl FnMut(usize)) {
    let mut generator = stream(seed, replicate);
    let n = clusters as u64;
    let mut left = clusters;
    while left > 0 {
        let bits = generator.next_u64();
        for half in [bits & 0xFFFF_FFFF, bits >> 32] {
            let product = half * n;
            let low = product & 0xFFFF_FFFF;
            // Only below n can a remainder be over-represented, so the division is hardly ever needed.
            if left == 0 || low < n && low < (1 << 32) % n {
                continue;
            }
            put((product >> 32) as usize);
            left -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other numbers for the same seed would change every published interval: a value-breaking change.
    #[test]
    fn draws_are_pinned() {
        let draws = Draws::Bootstrap { draws: 2, seed: 7 };
        assert_eq!(draws.drawn(0, 10), [7, 5, 3, 7, 4, 6, 0, 2, 2, 1]);
        assert_eq!(draws.drawn(1, 10), [6, 8, 4, 9, 2, 9, 8, 4, 3, 7]);
    }

    #[test]
    fn counts_are_those_of_the_draws() {
        let draws = Draws::Bootstrap { draws: 16, seed: 3 };
        let mut counts = vec![Wide([0.0; LANES]); 37];
        Draws::Bootstrap { draws: 16, seed: 3 }.counts(8, &mut counts);
        for lane in 0..LANES {
            let drawn = draws.drawn(8 + lane, 37);
            assert_eq!(drawn.len(), 37);
            for (cluster, count) in counts.iter().enumerate() {
                assert_eq!(count.0[lane], drawn.iter().filter(|d| **d == cluster).count() as f64);
            }
        }
    }

    #[test]
    fn every_cluster_is_as_likely() {
        // 3,000 replicates of 7 draws: each cluster's frequency has standard deviation 0.0024 about 1/7.
        let draws = Draws::Bootstrap { draws: 3_000, seed: 1 };
        let mut seen = [0_usize; 7];
        (0..3_000).flat_map(|r| draws.drawn(r, 7)).for_each(|cluster| seen[cluster] += 1);
        for count in seen {
            assert!((count as f64 / 21_000.0 - 1.0 / 7.0).abs() < 0.0097, "{seen:?}");
        }
    }

    #[test]
    fn leaving_one_out() {
        assert_eq!(Draws::LeaveOneOut.drawn(1, 3), [0, 2]);
        assert_eq!(Draws::LeaveOneOut.replicates(3), 3);
    }
}
