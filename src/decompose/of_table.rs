//! Methods that look at the value of every coalition, which is kept.

use pulp::Simd;

use super::coalitions::progress::Part;
use super::coalitions::table::{CoalitionTable, Residuals};
use super::coalitions::{Players, Root};
use super::evaluate::{Evaluate, Needs};
use crate::numerics::real::Lanes;

/// The players' shares, and the numbers beyond them, from R² of every coalition.
type Answer = dyn Fn(&CoalitionTable) -> (Vec<f64>, Vec<f64>) + Send + Sync;

/// R² of every coalition, and what is made of them.
pub(super) struct OfTable {
    n_players: usize,
    roots: Vec<Root>,
    n_beyond: usize,
    answer: Box<Answer>,
}

impl OfTable {
    pub(super) fn new(
        players: &Players,
        n_beyond: usize,
        answer: impl Fn(&CoalitionTable) -> (Vec<f64>, Vec<f64>) + Send + Sync + 'static,
    ) -> Self {
        OfTable { n_players: players.len(), roots: players.roots(), n_beyond, answer: Box::new(answer) }
    }
}

impl Needs for OfTable {
    fn roots(&self) -> Vec<&Root> {
        self.roots.iter().collect()
    }

    fn n_beyond(&self) -> usize {
        self.n_beyond
    }

    fn n_coalitions(&self) -> u64 {
        1 << self.n_players
    }

    fn table_players(&self) -> Option<usize> {
        Some(self.n_players)
    }
}

impl Evaluate for OfTable {
    type Scratch<L: Lanes> = (Residuals<L>, CoalitionTable);

    fn scratch<L: Lanes>(&self) -> Self::Scratch<L> {
        (Residuals::new(self.n_players, &self.roots), CoalitionTable::zero(self.n_players))
    }

    #[inline(always)]
    fn evaluate<L: Lanes, S: Simd>(
        &self,
        _: S,
        entries: &[L],
        total: L,
        _: &Part,
        (residuals, table): &mut Self::Scratch<L>,
        out: &mut [L],
    ) {
        residuals.fill(&self.roots, entries);
        // Number by number: these methods compare values, and numbers side by side cannot part ways.
        for lane in 0..L::COUNT {
            table.take_lane(residuals, total, lane);
            let (components, beyond) = (self.answer)(table);
            let shares = [table.empty()].into_iter().chain(components).chain([1.0 - table.whole()]);
            out.iter_mut().zip(shares.chain(beyond)).for_each(|(out, share)| out.put(lane, share));
        }
    }
}
