//! Candidates as a search sees them, and a set of them.

/// The most players, whose subsets are bits of a number.
pub(super) const MOST_PLAYERS: usize = 60;

/// A candidate: its bit, and how many columns it brings.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Player {
    pub(super) bit: u64,
    pub(super) width: usize,
}

/// The players that are in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Included {
    pub(super) set: u64,
    pub(super) size: usize,
    /// Independent columns that they and what is always in bring, besides the intercept.
    pub(super) rank: usize,
}

impl Included {
    pub(super) fn and(self, player: Player) -> Self {
        Included { set: self.set | player.bit, size: self.size + 1, rank: self.rank + player.width }
    }
}
