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
    /// No judgement that a score has not seen.
    #[error(
        "it is fitted on judgements until {fitted_until}, and the last is of {last}: fit it until an earlier period, so that \
        judgements are left which it has not seen"
    )]
    NothingLater {
        /// The last period that it was to be fitted on.
        fitted_until: i32,
        /// The last period with a judgement.
        last: i32,
    },
    /// A measure that a score can give no weight.
    #[error(
        "\"{measure}\" does not vary, or is a combination of the measures before it, where the score is fitted{}: leave it out",
        .without.as_ref().map_or(String::new(), |unit| format!(", without {unit}"))
    )]
    NothingOfItsOwn {
        /// The measure.
        measure: String,
        /// The unit without which that is so; `None` where it is so with all of them.
        without: Option<String>,
    },
}
