//! A subset of the components.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A subset of up to 64 components, by their positions.
///
/// # Examples
/// ```
/// use apportion::decompose::Coalition;
///
/// let coalition: Coalition = [0, 2].into_iter().collect();
/// assert!(coalition.contains(2) && !coalition.contains(1));
/// assert_eq!(coalition.members().collect::<Vec<_>>(), [0, 2]);
/// assert_eq!((coalition.len(), Coalition::of_all(3).len()), (2, 3));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Coalition(u64);

impl Coalition {
    /// Those of these bits, the first component the lowest.
    pub(crate) fn from_bits(bits: u64) -> Self {
        Coalition(bits)
    }

    /// All of so many components, at most 64.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Coalition;
    ///
    /// let all = Coalition::of_all(3);
    /// assert_eq!((all.bits(), all.len(), Coalition::of_all(0).is_empty()), (0b111, 3, true));
    /// ```
    pub fn of_all(n_components: usize) -> Self {
        // A shift by 64 overflows.
        Coalition(if n_components >= 64 { u64::MAX } else { (1 << n_components) - 1 })
    }

    /// The same as bits, the first component the lowest.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Whether the component at this position is in it.
    pub fn contains(self, position: usize) -> bool {
        position < 64 && self.0 >> position & 1 == 1
    }

    /// The positions of its components, ascending.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Coalition;
    ///
    /// let coalition: Coalition = [5, 1].into_iter().collect();
    /// assert_eq!(coalition.members().collect::<Vec<_>>(), [1, 5]);
    /// ```
    pub fn members(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let next = left.trailing_zeros();
            // Clears the lowest bit; wrapping, so that nothing stays nothing.
            left &= left.wrapping_sub(1);
            (next < 64).then_some(next as usize)
        })
    }

    /// How many components are in it.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether no component is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<usize> for Coalition {
    /// Positions from 64 on are left out: there is no such component.
    fn from_iter<I: IntoIterator<Item = usize>>(positions: I) -> Self {
        Coalition(positions.into_iter().filter(|&p| p < 64).fold(0, |bits, p| bits | 1 << p))
    }
}

impl fmt::Debug for Coalition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.members()).finish()
    }
}

/// The bits of a subset of the others, with a zero put in for this player.
pub(crate) fn spread(subset: u64, player: usize) -> usize {
    let low = subset & ((1 << player) - 1);
    (low | (subset >> player) << (player + 1)) as usize
}
