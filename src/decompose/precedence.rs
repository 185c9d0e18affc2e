//! Averages over the orders in which some components enter only after others.
//!
//! A coalition can stand at the beginning of such an order when it holds what must come before each of its members.
//! With d(S) the number of admissible orders of its members and u(S) that of the others after them,
//!
//! ```text
//! value of i = Σ_{S ∌ i} d(S) u(S ∪ i) / d(N) · [v(S ∪ i) − v(S)]
//! ```
//!
//! U. Faigle and W. Kern (1992), "The Shapley value for cooperative games under precedence constraints", International
//! Journal of Game Theory 21, <https://doi.org/10.1007/BF01258278>.

use super::coalitions::table::CoalitionTable;

/// For every coalition, in how many admissible orders its members, and then the others, can enter.
#[derive(Debug, Clone)]
pub(crate) struct Precedence {
    /// What must be in before each player, as bits.
    before: Vec<usize>,
    /// d(S); zero for a coalition that cannot stand at the beginning.
    begin: Vec<f64>,
    /// u(S).
    end: Vec<f64>,
}

impl Precedence {
    pub(crate) fn new(before: &[Vec<usize>]) -> Self {
        let k = before.len();
        let before: Vec<usize> = before.iter().map(|players| players.iter().fold(0, |bits, p| bits | 1 << p)).collect();
        let everyone = (1_usize << k) - 1;
        let may_enter = |player: usize, coalition: usize| before[player] & !coalition == 0;
        let mut begin = vec![0.0; everyone + 1];
        begin[0] = 1.0;
        for coalition in 0..=everyone {
            if begin[coalition] > 0.0 {
                for player in (0..k).filter(|p| coalition >> p & 1 == 0 && may_enter(*p, coalition)) {
                    begin[coalition | 1 << player] += begin[coalition];
                }
            }
        }
        let mut end = vec![0.0; everyone + 1];
        end[everyone] = 1.0;
        for coalition in (0..everyone).rev().filter(|&c| begin[c] > 0.0) {
            let next = (0..k).filter(|p| coalition >> p & 1 == 0 && may_enter(*p, coalition));
            end[coalition] = next.map(|player| end[coalition | 1 << player]).sum();
        }
        Precedence { before, begin, end }
    }

    /// In how many orders this player enters after this coalition, as a part of all admissible orders.
    pub(crate) fn part(&self, player: usize, coalition: usize) -> f64 {
        match self.before[player] & !coalition {
            0 => self.begin[coalition] * self.end[coalition | 1 << player] / self.end[0],
            _ => 0.0,
        }
    }

    /// The mean of what each player adds over the admissible orders.
    pub(crate) fn shapley(&self, table: &CoalitionTable) -> Vec<f64> {
        let value = |player: usize| table.increments(player).map(|(s, added)| self.part(player, s) * added).sum();
        (0..table.n_players).map(value).collect()
    }
}
