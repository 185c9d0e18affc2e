//! Where the sums and cross-products of a set of variables stand in one flat vector.

use crate::numerics::eliminate::{packed_index, packed_len};

/// Where weight, sums, raw and within cross-products of `q` variables stand in one flat vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout(pub(crate) usize);

impl Layout {
    pub(crate) fn len(self) -> usize {
        1 + self.0 + 2 * packed_len(self.0)
    }

    pub(crate) fn weight(self) -> usize {
        0
    }

    pub(crate) fn sum(self, v: usize) -> usize {
        1 + v
    }

    pub(crate) fn raw(self, i: usize, j: usize) -> usize {
        1 + self.0 + packed_index(self.0, i, j)
    }

    pub(crate) fn within(self, i: usize, j: usize) -> usize {
        1 + self.0 + packed_len(self.0) + packed_index(self.0, i, j)
    }

    /// What stands at each of these positions.
    pub(crate) fn decode(self, positions: &[usize]) -> Vec<Entry> {
        let q = self.0;
        let rows: Vec<usize> = (0..q).map(|i| packed_index(q, i, i)).collect();
        let pair = |at: usize| {
            let i = rows.partition_point(|&start| start <= at) - 1;
            (i, i + at - rows[i])
        };
        let decode = |&position: &usize| {
            if position < self.sum(0) {
                Entry::Weight
            } else if position < self.sum(q) {
                Entry::Sum(position - self.sum(0))
            } else if position < self.sum(q) + packed_len(q) {
                Entry::Raw(pair(position - self.sum(q)))
            } else {
                Entry::Within(pair(position - self.sum(q) - packed_len(q)))
            }
        };
        positions.iter().map(decode).collect()
    }
}

/// One number of the flat vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// The sum of the weights.
    Weight,
    /// The weighted sum of a variable.
    Sum(usize),
    /// The cross-product of two variables, the first not after the second.
    Raw((usize, usize)),
    /// The same about unit means.
    Within((usize, usize)),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_inverts_the_layout() {
        let layout = Layout(3);
        let decoded = layout.decode(&(0..layout.len()).collect::<Vec<_>>());
        for (position, entry) in decoded.into_iter().enumerate() {
            let there = match entry {
                Entry::Weight => layout.weight(),
                Entry::Sum(v) => layout.sum(v),
                Entry::Raw((i, j)) => layout.raw(i, j),
                Entry::Within((i, j)) => layout.within(i, j),
            };
            assert_eq!(there, position);
        }
    }
}
