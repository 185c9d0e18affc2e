//! What is the best subset found so far, of each size and by each criterion, and could a branch hold a better one?
//!
//! Two residual sums of squares closer than [`TIE`] of the total are equal. Of equal subsets of one size the earliest
//! is the best: the one that has the first component, in the order of the model, on which the two differ.

use super::criterion::{Penalty, TIE};
use super::player::{Included, Player};

/// A subset and what it leaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Best {
    pub(super) residual: f64,
    pub(super) set: u64,
}

/// The best subset by one criterion.
#[derive(Debug, Clone, Copy)]
struct BestBy {
    score: f64,
    rank: usize,
    size: usize,
    set: u64,
}

/// The best subsets found so far.
#[derive(Debug, Clone)]
pub(super) struct Incumbents {
    tie: f64,
    smallest: usize,
    by_size: Vec<Best>,
    /// What to look for besides, if anything.
    penalties: Option<[Penalty; 3]>,
    by_criterion: [BestBy; 3],
    /// Whether the best by a criterion need not be the best of its size, because candidates differ in columns.
    widths_differ: bool,
}

impl Incumbents {
    /// Nothing found yet, of these sizes; residual sums of squares are of this total.
    pub(super) fn new(total: f64, smallest: usize, largest: usize) -> Self {
        // By what it leaves anything is better than this, and no set is earlier.
        let none = Best { residual: f64::INFINITY, set: u64::MAX };
        Incumbents {
            tie: TIE * total,
            smallest,
            by_size: vec![none; largest + 1],
            penalties: None,
            by_criterion: [BestBy { score: f64::INFINITY, rank: usize::MAX, size: 0, set: 0 }; 3],
            widths_differ: false,
        }
    }

    /// Looks for the best by these criteria too. Where every candidate is one column, they are among the best of each
    /// size.
    pub(super) fn by_criteria(mut self, penalties: [Penalty; 3], widths_differ: bool) -> Self {
        self.penalties = Some(penalties);
        self.widths_differ = widths_differ;
        self
    }

    pub(super) fn of_size(&self, size: usize) -> Best {
        self.by_size[size]
    }

    /// The best by each criterion; the empty set where none has a score.
    pub(super) fn by_criterion(&self) -> [u64; 3] {
        self.by_criterion.map(|best| best.set)
    }

    #[inline(always)]
    pub(super) fn largest(&self) -> usize {
        self.by_size.len() - 1
    }

    /// Whether a subset of this size, made larger by players that bring nothing, is of a size looked for.
    #[inline(always)]
    pub(super) fn wants(&self, size: usize, nulls: u64) -> bool {
        size <= self.largest() && size + nulls.count_ones() as usize >= self.smallest
    }

    /// A subset of this size that leaves more is of no interest.
    #[inline(always)]
    pub(super) fn limit(&self, size: usize) -> f64 {
        match self.widths_differ || size > self.largest() {
            true => f64::INFINITY,
            false => self.by_size[size].residual + self.tie,
        }
    }

    /// Takes note of a subset, alone and with players that bring nothing.
    #[inline(always)]
    pub(super) fn offer(&mut self, residual: f64, found: Included, nulls: u64) {
        let mut is_news = self.offer_of_size(residual, found.size, found.set);
        if nulls != 0 {
            for more in 1..=nulls.count_ones() as usize {
                is_news |= self.offer_of_size(residual, found.size + more, with_first(found.set, nulls, more));
            }
        }
        if is_news || self.widths_differ {
            self.offer_by_criterion(residual, found);
        }
    }

    #[inline(always)]
    fn offer_of_size(&mut self, residual: f64, size: usize, set: u64) -> bool {
        if size > self.largest() || size < self.smallest {
            return false;
        }
        let (tie, best) = (self.tie, &mut self.by_size[size]);
        if residual < best.residual - tie {
            *best = Best { residual, set };
            true
        } else if residual <= best.residual + tie && is_earlier(set, best.set) {
            // The smaller of the two, lest one tie after another let it drift upwards.
            *best = Best { residual: residual.min(best.residual), set };
            true
        } else {
            false
        }
    }

    fn offer_by_criterion(&mut self, residual: f64, found: Included) {
        if found.size > self.largest() {
            return;
        }
        for (penalty, best) in self.penalties.iter().flatten().zip(&mut self.by_criterion) {
            let Some((score, tie)) = penalty.score(residual, found.rank, self.tie) else { continue };
            let is_tie_won = || {
                score <= best.score + tie
                    && ((found.rank, found.size) < (best.rank, best.size)
                        || (found.rank, found.size) == (best.rank, best.size) && is_earlier(found.set, best.set))
            };
            if score < best.score - tie || is_tie_won() {
                let (rank, size, set) = (found.rank, found.size, found.set);
                *best = BestBy { score: score.min(best.score), rank, size, set };
            }
        }
    }

    /// Whether a subset with at least two of the free players in and two of them out could be better, when one without
    /// `d` of them leaves at least `bound(d)`.
    #[inline(always)]
    pub(super) fn can_improve(
        &self,
        included: Included,
        free: &[Player],
        nulls: u64,
        bound: impl Fn(usize) -> f64,
    ) -> bool {
        if free.len() < 4 {
            return false;
        }
        let all = included.size + free.len();
        let range = included.size + 2..=all - 2 + nulls.count_ones() as usize;
        // The largest first: they leave the fewest out and have the lowest bounds.
        range.clone().rev().any(|size| {
            // At least two are out: the subsets without one, or none, have been offered.
            let bound = bound(all.saturating_sub(size).max(2));
            self.is_open(size, bound, included, free, nulls)
        })
    }

    /// The same without the first free player, where each subset leaves at least `bound`.
    #[inline(always)]
    pub(super) fn can_improve_without(&self, included: Included, free: &[Player], nulls: u64, bound: f64) -> bool {
        let all = included.size + free.len();
        let range = included.size + 2..=all - 2 + nulls.count_ones() as usize;
        range.clone().any(|size| self.is_open(size, bound, included, &free[1..], nulls))
    }

    /// Whether any subset at all could be better, when each leaves at least `bound`.
    pub(super) fn is_any_open(&self, included: Included, free: &[Player], nulls: u64, bound: f64) -> bool {
        let range = included.size..=included.size + free.len() + nulls.count_ones() as usize;
        range.clone().any(|size| self.is_open(size, bound, included, free, nulls))
    }

    #[inline(always)]
    fn is_open(&self, size: usize, bound: f64, included: Included, free: &[Player], nulls: u64) -> bool {
        if size > self.largest() {
            return false;
        }
        let best = self.by_size[size];
        if size >= self.smallest {
            if bound < best.residual - self.tie {
                return true;
            }
            if bound <= best.residual + self.tie && is_earlier(earliest(size, included, free, nulls), best.set) {
                return true;
            }
        }
        self.widths_differ && self.is_open_by_criterion(size, bound, included, free, nulls)
    }

    fn is_open_by_criterion(&self, size: usize, bound: f64, included: Included, free: &[Player], nulls: u64) -> bool {
        let more = size.saturating_sub(included.size).min(free.len());
        // The fewest columns that it can have, so that the score is a bound.
        let rank = included.rank + more * free.iter().map(|player| player.width).min().unwrap_or(0);
        self.penalties.iter().flatten().zip(&self.by_criterion).any(|(penalty, best)| {
            let Some((score, tie)) = penalty.score(bound, rank, self.tie) else { return false };
            score < best.score - tie
                || score <= best.score + tie
                    && ((rank, size) < (best.rank, best.size)
                        || (rank, size) == (best.rank, best.size)
                            && is_earlier(earliest(size, included, free, nulls), best.set))
        })
    }
}

/// The earliest subset of this size that has all who are in and only free players besides.
fn earliest(size: usize, included: Included, free: &[Player], nulls: u64) -> u64 {
    let available = free.iter().fold(nulls, |bits, player| bits | player.bit);
    with_first(included.set, available, size.saturating_sub(included.size))
}

/// The set with the first so many of those available.
fn with_first(mut set: u64, mut available: u64, more: usize) -> u64 {
    for _ in 0..more {
        let first = available & available.wrapping_neg();
        set |= first;
        available ^= first;
    }
    set
}

/// Of two sets of one size, the earlier has the first player on which they differ.
#[inline(always)]
pub(super) fn is_earlier(set: u64, than: u64) -> bool {
    // The lowest bit of the difference tells whose the first player is.
    let differ = set ^ than;
    set & differ & differ.wrapping_neg() != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_of_two_sets_has_the_first_player_on_which_they_differ() {
        assert!(is_earlier(0b0011, 0b0101) && !is_earlier(0b0101, 0b0011));
        assert!(is_earlier(0b1001, 0b0110), "the first player counts, not the last");
        assert!(!is_earlier(0b0110, 0b0110));
        assert!(!is_earlier(0b0110, u64::MAX), "anything takes the place of nothing by what it leaves");
    }

    #[test]
    fn a_set_is_made_up_by_the_first_that_are_available() {
        assert_eq!(with_first(0b1000, 0b0110, 1), 0b1010);
        assert_eq!(with_first(0, 0b110100, 2), 0b010100);
    }
}
