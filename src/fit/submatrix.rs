//! The cross-products of chosen variables, in a chosen order, gathered from the moments.

use super::layout::Layout;
use crate::numerics::eliminate::{eliminate_in_place, packed_len};
use crate::numerics::number::Lane;

/// Positions in the moments of a packed matrix: of variables about their unit means, or raw with the intercept first.
#[derive(Debug, Clone)]
pub(crate) struct Submatrix {
    n: usize,
    entries: Vec<u32>,
}

impl Submatrix {
    pub(crate) fn new(layout: Layout, within: bool, variables: &[usize]) -> Self {
        let mut order: Vec<Option<usize>> = if within { Vec::new() } else { vec![None] };
        order.extend(variables.iter().copied().map(Some));
        let position = |a: Option<usize>, b: Option<usize>| match (a, b) {
            (None, None) => layout.weight(),
            (None, Some(v)) | (Some(v), None) => layout.sum(v),
            (Some(i), Some(j)) if within => layout.within(i, j),
            (Some(i), Some(j)) => layout.raw(i, j),
        };
        let n = order.len();
        let mut entries = Vec::with_capacity(packed_len(n));
        for i in 0..n {
            entries.extend((i..n).map(|j| position(order[i], order[j]) as u32));
        }
        Submatrix { n, entries }
    }

    /// Variables, the intercept among them.
    pub(crate) fn n_variables(&self) -> usize {
        self.n
    }

    /// Positions in the moments, row by row of the upper triangle.
    pub(crate) fn entries(&self) -> &[u32] {
        &self.entries
    }

    /// Gathers the matrix and projects its first `n_eliminated` variables out of the others, which are returned.
    /// `matrix` holds at least as many numbers as there are [`entries`](Submatrix::entries).
    #[inline(always)]
    pub(crate) fn gather<'a, L: Lane>(&self, entries: &[L], n_eliminated: usize, matrix: &'a mut [L]) -> &'a mut [L] {
        let mut rest = &mut matrix[..self.entries.len()];
        for (m, &entry) in rest.iter_mut().zip(&self.entries) {
            *m = entries[entry as usize];
        }
        for n in (self.n - n_eliminated + 1..=self.n).rev() {
            eliminate_in_place(rest, n);
            rest = &mut rest[n..];
        }
        rest
    }
}
