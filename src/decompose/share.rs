//! One part of the variation, and how sure it is.

use serde::{Deserialize, Serialize};

/// A part of the variation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Share {
    /// The component's name, `always` or `unexplained`.
    pub name: String,
    /// Part of the outcome's total variation, as a fraction.
    pub share_of_total: f64,
    /// Part of what there was to credit, R² − R²(always), as a fraction; 0 for `always` and `unexplained`, and where
    /// there was nothing to credit.
    pub share_of_explained: f64,
    /// How sure `share_of_total` is, once [`with_intervals`](super::Breakdown::with_intervals) has been asked.
    pub interval: Option<Interval>,
}

/// How an interval was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IntervalKind {
    /// Bias-corrected estimate ± t · jackknife standard error.
    Jackknife,
    /// Quantiles of the bootstrap replicates.
    Percentile,
    /// The same, reflected about the estimate.
    Basic,
    /// Bias-corrected estimate ± z · bootstrap standard error.
    Normal,
    /// Quantiles adjusted for bias and for a standard error that changes with the share.
    Bca,
}

impl IntervalKind {
    /// The kind's name, as the examples' command line and JSON write it.
    pub fn name(self) -> &'static str {
        match self {
            IntervalKind::Jackknife => "jackknife",
            IntervalKind::Percentile => "percentile",
            IntervalKind::Basic => "basic",
            IntervalKind::Normal => "normal",
            IntervalKind::Bca => "bca",
        }
    }
}

/// The intervals of a breakdown: how they were made, from what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IntervalMethod {
    /// How an interval was made.
    pub kind: IntervalKind,
    /// The part of samples whose interval should cover the target, 0.95 by default.
    pub level: f64,
    /// Units that are drawn or left out; rows in a cross-section.
    pub clusters: usize,
    /// Replicates computed.
    pub replicates: usize,
    /// Seed of the draws; `None` for the jackknife, which draws nothing.
    pub seed: Option<u64>,
    /// Replicates in which a component, or the outcome, has no variation.
    pub degenerate: usize,
}

/// How sure a share of the total is, on its own scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Interval {
    /// Estimated expected difference between the share and what it estimates. The share itself is not corrected.
    pub bias: f64,
    /// Standard error.
    pub std_error: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}
