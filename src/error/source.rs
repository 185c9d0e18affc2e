//! What can be wrong with a published file that is read by its layout.

use super::data::Place;
use super::names;

/// Something is wrong with a published file, or with how it is read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A file without the columns of the layout it is read by.
    #[error("{path} is not in the layout of {expected}, it has no column {missing}: {found}")]
    Layout {
        /// The path as given.
        path: String,
        /// The layout asked for.
        expected: String,
        /// The column that is not there.
        missing: String,
        /// What the file looks like, or which columns it has.
        found: String,
    },
    /// A measure, filter value, sheet or level that a file does not have.
    #[error("{path} has no {what} \"{asked}\": it has {}", names::list(.available))]
    NoSuchValue {
        /// The path as given.
        path: String,
        /// What was asked for: "measure", "sheet", or a column to filter.
        what: String,
        /// The name asked for.
        asked: String,
        /// Those that there are.
        available: Vec<String>,
    },
    /// Two rows of a file with the same unit, period and measure.
    #[error("{path}: unit {key} has two rows ({first} and {second}){differ}")]
    RepeatedKey {
        /// The path as given.
        path: String,
        /// Unit, period and measure.
        key: String,
        /// Where the first stands.
        first: Place,
        /// Where the second stands.
        second: Place,
        /// What tells them apart, and what to do.
        differ: String,
    },
    /// Years and spans of years in one column.
    #[error(
        "column \"{column}\" mixes forms of period, \"{first}\" ({first_place}) and \"{second}\" ({second_place}): filter on one of them, or accept_mixed_periods() where both name the year in which they end"
    )]
    MixedPeriods {
        /// The period column.
        column: String,
        /// The first form.
        first: String,
        /// Where it stands.
        first_place: Place,
        /// The other form.
        second: String,
        /// Where it stands.
        second_place: Place,
    },
    /// A return that several authorities filed together.
    #[error(
        "column \"{column}\", {place}: \"{code}\" is a joint return: give it to each authority with joint_returns_to_each(), or leave it out with leave_out_joint_returns()"
    )]
    JointReturn {
        /// The code column.
        column: String,
        /// Where it stands.
        place: Place,
        /// The codes.
        code: String,
    },
    /// A code that the lookup does not have.
    #[error(
        "column \"{column}\", {place}: code \"{code}\" is in no lookup{}: add it, or use leaving_out_others()",
        names::nearest(.nearest).replacen(": did you mean", ", did you mean", 1).trim_end_matches('?')
    )]
    UnknownCode {
        /// The code column.
        column: String,
        /// Where it stands.
        place: Place,
        /// The code.
        code: String,
        /// The closest there are.
        nearest: Vec<String>,
    },
    /// A code that cannot be used.
    #[error("code \"{code}\" {message}")]
    Code {
        /// The code.
        code: String,
        /// What is wrong with it, and what to do.
        message: String,
    },
    /// A workbook that cannot be read.
    #[error("cannot read the workbook {path}: {message}")]
    Workbook {
        /// The path as given.
        path: String,
        /// Why, and what to do.
        message: String,
    },
    /// Something that the crate was built without.
    #[error("{what} needs the feature \"{feature}\": build with --features {feature}")]
    Feature {
        /// What was asked for.
        what: String,
        /// The feature.
        feature: &'static str,
    },
}
