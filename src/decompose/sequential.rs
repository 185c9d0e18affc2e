//! What each component adds to R² when the components enter in one stated order.

use super::coalitions::{Players, Root};
use crate::fit::{Lane, eliminate_in_place};

/// The matrices of a chain of coalitions ∅ ⊂ {π₁} ⊂ {π₁, π₂} ⊂ …: one until unit effects enter, one from there on.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    order: Vec<usize>,
    segments: Vec<Root>,
}

impl Chain {
    pub(crate) fn new(players: &Players, order: Vec<usize>) -> Self {
        let segments = match order.iter().position(|&p| players.brings_units(p)) {
            None => vec![players.root(Vec::new(), order.clone())],
            Some(at) => {
                let (before, rest) = (order[..at].to_vec(), order[at + 1..].to_vec());
                vec![players.root(Vec::new(), before), players.root(order[..=at].to_vec(), rest)]
            }
        };
        Chain { order, segments }
    }

    pub(crate) fn roots(&self) -> impl Iterator<Item = &Root> {
        self.segments.iter()
    }

    /// Residual sums of squares along the chain: `residual[0]` on `always`, then after each component in order.
    #[inline(always)]
    pub(crate) fn residuals<L: Lane>(&self, entries: &[L], matrix: &mut [L], residual: &mut [L]) {
        let mut next = residual.iter_mut();
        let mut put = |value| {
            if let Some(slot) = next.next() {
                *slot = value;
            }
        };
        for segment in &self.segments {
            let mut rest = segment.gather(entries, matrix);
            let mut n = segment.n_remaining();
            put(rest[rest.len() - 1]);
            for &block in &segment.blocks {
                for _ in 0..block {
                    eliminate_in_place(rest, n);
                    rest = &mut rest[n..];
                    n -= 1;
                }
                put(rest[rest.len() - 1]);
            }
        }
    }

    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }
}
