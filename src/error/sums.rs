//! What can be wrong with sums over rows, and with tables of them.

use super::names;

/// Why sums over rows do not serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SumsProblem {
    /// A table without one of its columns.
    #[error("it has no column \"{column}\": write it with the query as it was printed")]
    NoColumn {
        /// The column.
        column: String,
    },
    /// A cell that is not the number it should be.
    #[error("row {row} has \"{text}\" in \"{column}\", where a finite number is expected")]
    NotANumber {
        /// The row, counted from 1 below the header.
        row: usize,
        /// The column.
        column: String,
        /// The text.
        text: String,
    },
    /// Sums that answer another question.
    #[error("it answers question {found}, and {expected} is asked: run the queries of this model")]
    OtherQuestion {
        /// The fingerprint that is asked for.
        expected: String,
        /// The one of the table.
        found: String,
    },
    /// A row without unit or period.
    #[error("row {row} has no {key}: leave such rows out of the source, or name them")]
    NoKey {
        /// The row, counted from 1 below the header.
        row: usize,
        /// "unit" or "period".
        key: &'static str,
    },
    /// A unit, or a unit and period, that stands in two rows.
    #[error("{key} stands in two of its rows: it must be one table of one query")]
    Repeated {
        /// The unit, and the period where there is one.
        key: String,
    },
    /// A unit that another table has, or does not have.
    #[error("unit {unit} is not in it, and is in {other}: one of the tables is cut short")]
    Unmatched {
        /// The unit.
        unit: String,
        /// The table that has it.
        other: String,
    },
    /// A unit whose sums are not those of its periods.
    #[error(
        "the {what} of unit {unit} is not that of its periods in the other table: one of them is cut short, or is of other rows"
    )]
    Disagrees {
        /// The unit.
        unit: String,
        /// What differs.
        what: String,
    },
    /// A sum of squares below what its mean takes.
    #[error("the sum of squares of \"{column}\" in unit {unit} is less than its mean takes, which no rows give")]
    Negative {
        /// The unit.
        unit: String,
        /// The variable.
        column: String,
    },
    /// Products of two columns beyond what their squares allow.
    #[error(
        "the products of \"{first}\" and \"{second}\" in unit {unit} are larger than their squares allow, which no rows give"
    )]
    Products {
        /// The unit.
        unit: String,
        /// The one variable.
        first: String,
        /// The other.
        second: String,
    },
    /// Squares that leave the range of doubles.
    #[error("the squares of \"{column}\" in unit {unit} leave the range of doubles: put the column in other units")]
    Range {
        /// The unit.
        unit: String,
        /// The variable.
        column: String,
    },
    /// A weight that is not that of the rows.
    #[error("unit {unit} has {rows} rows and a weight of {weight} in one of its sums, which no rows {}give: it must be of one query", if *.is_weighted { "" } else { "without weights " })]
    Weight {
        /// The unit.
        unit: String,
        /// Rows.
        rows: u64,
        /// Their weight, as text.
        weight: String,
        /// Whether rows have weights.
        is_weighted: bool,
    },
    /// Weights below zero in the source.
    #[error("{rows} rows have a weight below zero: leave them out, or mend the weights")]
    NegativeWeights {
        /// How many.
        rows: usize,
    },
    /// Centres of fewer units than there were.
    #[error(
        "it has {found} rows, and says itself that there are {expected}: it is cut short, or is of several queries"
    )]
    CutShort {
        /// Rows that it says it has.
        expected: usize,
        /// Rows of the table.
        found: usize,
    },
    /// A number of rows that is not that of the other tables.
    #[error("it is of {found} rows, and {expected} are counted among the centres: it is cut short, or of other rows")]
    Rows {
        /// Rows of the centres.
        expected: usize,
        /// Rows of the table.
        found: usize,
    },
    /// More rows than can be counted.
    #[error(
        "{rows} rows or more are summed or left out, and at most {most} are counted: look for a count that is wrong, or for sums that are merged many times over"
    )]
    TooManyRows {
        /// How many, at least.
        rows: u64,
        /// The most that there may be.
        most: u64,
    },
    /// A column of the source that was not given.
    #[error("there is no column \"{column}\" among those given{}", names::nearest(.nearest))]
    NotGiven {
        /// The column.
        column: String,
        /// Those that come close.
        nearest: Vec<String>,
    },
    /// A model with a term that was not summed.
    #[error("\"{term}\" is not among what was summed ({}): sum it too", .summed.join(", "))]
    NotSummed {
        /// The term.
        term: String,
        /// Those that were.
        summed: Vec<String>,
    },
    /// Sums of other columns, keys or weights.
    #[error("they are of other columns, keys or weights: merge the sums of one question")]
    OtherSums,
}
