//! Why a finding cannot be had of a panel?

/// Why there is no such finding, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindingProblem {
    /// One period, and what is asked is how one differs from another.
    #[error("every row is of {period}: give at least two periods")]
    OnePeriod {
        /// The period.
        period: i32,
    },
    /// Rows that weigh differently, where every unit counts once.
    #[error("every unit counts once, and rows are weighted by \"{column}\": leave the weights out")]
    Weighted {
        /// The column of weights.
        column: String,
    },
    /// A column that does not vary.
    #[error("\"{column}\" does not vary{}{}: leave it out, or give rows on which it does",
        .period.map_or(String::new(), |period| format!(" in {period}")),
        if *.but_for_one { " but for one unit" } else { "" })]
    Constant {
        /// The column.
        column: String,
        /// The period; `None` for all rows that are used.
        period: Option<i32>,
        /// Whether one unit does differ from all others, so that nothing varies without it.
        but_for_one: bool,
    },
    /// A judgement that the scale does not know.
    #[error("\"{column}\" of {row} is \"{word}\", which has no place on the scale {}: add it, or name the word that it stands beside",
        .levels.join(" < "))]
    NoPlace {
        /// The column of judgements.
        column: String,
        /// Unit and period of the first row that has it.
        row: String,
        /// What stands there.
        word: String,
        /// The scale, lowest first.
        levels: Vec<String>,
    },
}
