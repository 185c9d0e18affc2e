//! The kinds of interval that `--interval` takes.

use apportion::IntervalKind;
use clap::ValueEnum;

/// What `--interval` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Interval {
    /// No intervals, and no corrected shares
    None,
    /// Leaves out each unit in turn, on the scale of the root
    Root,
    /// The same on the plain scale
    Jackknife,
    /// Quantiles of the draws
    Percentile,
    /// The same, reflected about the estimate
    Basic,
    /// Symmetric about the share
    Normal,
    /// Bias-corrected and accelerated
    Bca,
}

impl Interval {
    pub fn kind(self) -> Option<IntervalKind> {
        match self {
            Interval::None => None,
            Interval::Root => Some(IntervalKind::Root),
            Interval::Jackknife => Some(IntervalKind::Jackknife),
            Interval::Percentile => Some(IntervalKind::Percentile),
            Interval::Basic => Some(IntervalKind::Basic),
            Interval::Normal => Some(IntervalKind::Normal),
            Interval::Bca => Some(IntervalKind::Bca),
        }
    }

    pub fn needs_draws(self) -> bool {
        !matches!(self, Interval::None | Interval::Root | Interval::Jackknife)
    }

    pub fn name(self) -> &'static str {
        self.kind().map_or("none", IntervalKind::name)
    }
}
