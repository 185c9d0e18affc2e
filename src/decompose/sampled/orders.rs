//! Which orders are drawn.
//!
//! Orders come in antithetic pairs, an order drawn at random and its reverse: a component that enters early in the one
//! enters late in the other, so that the mean of a pair varies less than that of two orders drawn apart.

use rand::{Rng, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

/// The order of pair number `pair`, by a generator of this pair's own.
///
/// Fisher and Yates's shuffle; a position of n is the high half of a 64-bit number times n, which favours none by more
/// than n / 2⁶⁴.
pub(super) fn drawn(seed: u64, pair: usize, n_players: usize) -> Vec<usize> {
    let mut scramble = SplitMix64::seed_from_u64(pair as u64 + 1);
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed ^ scramble.next_u64());
    let mut order: Vec<usize> = (0..n_players).collect();
    for i in (1..n_players).rev() {
        let product = u128::from(generator.next_u64()) * (i as u128 + 1);
        order.swap(i, (product >> 64) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other orders for the same seed would change published shares: a value-breaking change.
    #[test]
    fn orders_are_pinned() {
        assert_eq!(drawn(7, 0, 8), [2, 0, 7, 4, 1, 3, 5, 6]);
        assert_eq!(drawn(7, 1, 8), [1, 4, 7, 3, 2, 5, 6, 0]);
    }

    #[test]
    fn every_order_is_as_likely() {
        // 24,000 orders of four: each of the 24 has frequency 1,000 with standard deviation 31.
        let mut seen = std::collections::BTreeMap::new();
        (0..24_000).for_each(|pair| *seen.entry(drawn(3, pair, 4)).or_insert(0_usize) += 1);
        assert_eq!(seen.len(), 24);
        assert!(seen.values().all(|count| count.abs_diff(1_000) < 125), "{seen:?}");
    }
}
