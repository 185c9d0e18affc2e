//! Which coalitions does a method ask, and how does it weigh what each is worth?
//!
//! For the methods that are linear in that worth, which may then be several numbers at once: what a coalition leaves at
//! every level, or the coefficients of all its columns.

use super::coalitions::size_weights::SizeWeights;
use super::coalitions::{Players, Root};
use super::evaluate::Needs;
use super::method::Method;
use super::precedence::Precedence;
use super::sequential::{Chain, positions};
use super::split::check_number;
use crate::error::{Refusal, Result, cannot};
use crate::fit::FittedModel;
use crate::numerics::number::Lane;

/// The most components whose coalitions are all kept.
const MOST_COMPONENTS: usize = 16;
const INSTEAD: &str = "put components together, or use the sequential method, which has no limit";

/// Which coalitions a method asks, and how it weighs them.
pub(super) enum Rule {
    /// One order.
    Sequential(Chain),
    /// Each component alone, or all others; and everybody.
    Ends { each: Vec<Chain>, everybody: Chain, is_last: bool },
    /// The mean over orders.
    Mean { n_players: usize, roots: Vec<Root>, over: Orders },
}

/// Over which orders.
pub(super) enum Orders {
    All(SizeWeights),
    Admissible(Precedence),
}

impl Orders {
    /// In what part of the orders this player enters after this coalition.
    fn part(&self, player: usize, coalition: usize) -> f64 {
        match self {
            Orders::All(weights) => weights.weight(coalition.count_ones() as usize),
            Orders::Admissible(precedence) => precedence.part(player, coalition),
        }
    }
}

/// What coalitions are worth, several numbers each.
pub(super) trait Worth<L> {
    /// How many numbers.
    fn n_numbers(&self) -> usize;

    /// Along a chain: those of nobody, then after each player.
    fn along(&mut self, chain: &Chain) -> &[L];

    /// Those of every coalition under these roots, by the bits of its players.
    fn of_all(&mut self, roots: &[Root]) -> &[L];
}

impl Rule {
    /// The rule of a method with nothing left open; `shapley` says what Shapley values of it are called, and `refusal`
    /// why other methods have none.
    ///
    /// # Errors
    /// Those of an order that is none; [`EstimateError::TooManyComponents`](crate::error::EstimateError) beyond 16
    /// components over all orders; the refusal.
    pub(super) fn new(
        fit: &FittedModel,
        players: &Players,
        method: &Method,
        shapley: &str,
        refusal: Refusal,
    ) -> Result<Self> {
        let k = players.len();
        let chain = |players_in: Vec<usize>| Chain::new(players, players_in);
        Ok(match method {
            Method::Sequential { order } => Rule::Sequential(chain(positions(fit, players, order)?)),
            Method::First | Method::Last => {
                let is_last = *method == Method::Last;
                let only = |player: usize| (0..k).filter(|&p| (p == player) != is_last).collect();
                let each = (0..k).map(|player| chain(only(player))).collect();
                Rule::Ends { each, everybody: chain((0..k).collect()), is_last }
            }
            Method::Shapley => {
                check_number(shapley, players, MOST_COMPONENTS, INSTEAD)?;
                let over = match fit.model().predecessors()? {
                    None => Orders::All(SizeWeights::new(k)),
                    Some(before) => Orders::Admissible(Precedence::new(&before)),
                };
                Rule::Mean { n_players: k, roots: players.roots(), over }
            }
            other => return Err(cannot(other.name(), refusal)),
        })
    }

    pub(super) fn roots(&self) -> Vec<&Root> {
        match self {
            Rule::Sequential(chain) => chain.roots(),
            Rule::Ends { each, everybody, .. } => each.iter().chain([everybody]).flat_map(Chain::roots).collect(),
            Rule::Mean { roots, .. } => roots.iter().collect(),
        }
    }

    /// Players whose coalitions are all kept, where any are.
    pub(super) fn table_players(&self) -> Option<usize> {
        match self {
            Rule::Mean { n_players, .. } => Some(*n_players),
            _ => None,
        }
    }

    /// For each number of the worth the last of `n_rows` numbers: that of nobody, what each component takes away from
    /// it, and that of everybody.
    #[inline(always)]
    pub(super) fn split<L: Lane, W: Worth<L>>(&self, worth: &mut W, n_rows: usize, found: &mut [L]) {
        let (n_numbers, all) = (worth.n_numbers(), n_rows - 1);
        match self {
            Rule::Sequential(chain) => {
                let k = chain.order().len();
                let nobody = all - k - 1;
                let along = worth.along(chain);
                for number in 0..n_numbers {
                    let left = |i: usize| along[i * n_numbers + number];
                    let found = &mut found[number * n_rows..][..n_rows];
                    (found[nobody], found[all]) = (left(0), left(k));
                    for (i, &player) in chain.order().iter().enumerate() {
                        found[nobody + 1 + player] = left(i) - left(i + 1);
                    }
                }
            }
            Rule::Ends { each, everybody, is_last } => {
                let k = each.len();
                let nobody = all - k - 1;
                let along = worth.along(everybody);
                for number in 0..n_numbers {
                    found[number * n_rows + nobody] = along[number];
                    found[number * n_rows + all] = along[k * n_numbers + number];
                }
                for (player, chain) in each.iter().enumerate() {
                    let along = worth.along(chain);
                    for number in 0..n_numbers {
                        let found = &mut found[number * n_rows..][..n_rows];
                        let with_these = along[chain.order().len() * n_numbers + number];
                        found[nobody + 1 + player] =
                            if *is_last { with_these - found[all] } else { found[nobody] - with_these };
                    }
                }
            }
            Rule::Mean { n_players: k, roots, over } => {
                let nobody = all - k - 1;
                let table = worth.of_all(roots);
                let left = |coalition: usize| &table[coalition * n_numbers..][..n_numbers];
                let everybody = (1_usize << k) - 1;
                for number in 0..n_numbers {
                    let found = &mut found[number * n_rows..][..n_rows];
                    found.fill(L::splat(0.0));
                    (found[nobody], found[all]) = (left(0)[number], left(everybody)[number]);
                }
                for coalition in 0..everybody {
                    for player in (0..*k).filter(|player| coalition >> player & 1 == 0) {
                        let part = L::splat(over.part(player, coalition));
                        let (before, after) = (left(coalition), left(coalition | 1 << player));
                        for number in 0..n_numbers {
                            let sum = &mut found[number * n_rows + nobody + 1 + player];
                            *sum = *sum + part * (before[number] - after[number]);
                        }
                    }
                }
            }
        }
    }
}
