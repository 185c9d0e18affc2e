//! Random numbers that depend on a seed and on what they are for, not on who asks first.
//!
//! Each replicate, draw or round has a stream of its own, so that a seed gives the same numbers on any number of
//! threads. The generator is xoshiro256++, seeded by SplitMix64.

use rand::{Rng, SeedableRng};
pub(crate) use rand_xoshiro::Xoshiro256PlusPlus as Stream;

/// The stream of replicate, draw or round number `index` under this seed.
///
/// Other numbers for the same seed would change published intervals: a value-breaking change.
#[inline(always)]
pub(crate) fn stream(seed: u64, index: usize) -> Stream {
    // One more, since zero is scrambled to zero, which would leave the seed as it is.
    Stream::seed_from_u64(seed ^ scrambled(index as u64 + 1))
}

/// A position below n: the high half of a 64-bit number times n, which favours none by more than n / 2⁶⁴.
pub(crate) fn below(n: usize, generator: &mut Stream) -> usize {
    ((u128::from(generator.next_u64()) * n as u128) >> 64) as usize
}

/// Spreads neighbouring numbers over all 64 bits (the finaliser of MurmurHash3), so that streams share no state.
fn scrambled(mut x: u64) -> u64 {
    x = (x ^ (x >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    x = (x ^ (x >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    x ^ (x >> 33)
}
