//! What can be wrong with a published file that is read by its layout.

use super::data::Place;
use super::{ArrowProblem, names};

/// Something is wrong with a published file, or with how it is read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A file without the columns of the layout it is read by.
    #[error("{path} is not in the layout of {expected}, it has no column \"{missing}\": {found}")]
    Layout {
        /// The path as given.
        path: String,
        /// The layout asked for.
        expected: String,
        /// The column that is not there.
        missing: String,
        /// What the file looks like.
        found: LooksLike,
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
        differ: RowDifference,
    },
    /// A heading of a wide table that speaks of a period, and cannot be taken for one or left out unsaid.
    #[error("{path}, heading \"{heading}\" for measure \"{measure}\" {why}")]
    Heading {
        /// The path as given.
        path: String,
        /// The heading.
        heading: String,
        /// The measure, with `{period}` in the place of the period.
        measure: String,
        /// What is wrong with it, and what to do.
        why: HeadingProblem,
    },
    /// A column of numbers without a heading, beside one that is taken.
    #[error(
        "column {column} has no heading and holds numbers (\"{text}\", {place}), beside a column that is taken: give it a heading, or leave it out with pass_over(\"unnamed_{column}\")"
    )]
    NoHeading {
        /// Its position, from 1.
        column: usize,
        /// Where the first number stands.
        place: Place,
        /// The cell.
        text: String,
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
    #[error("code \"{code}\" {why}")]
    Code {
        /// The code.
        code: String,
        /// What is wrong with it, and what to do.
        why: CodeProblem,
    },
    /// A workbook that cannot be read.
    #[error("cannot read the workbook {path}: {why}")]
    Workbook {
        /// The path as given.
        path: String,
        /// Why, and what to do.
        why: WorkbookProblem,
    },
    /// Record batches, or a Parquet file, that do not serve.
    #[error("{origin}: {why}")]
    Arrow {
        /// The path as given, or "the record batch".
        origin: String,
        /// Why, and what to do.
        why: ArrowProblem,
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

/// What a file looks like that is not in the layout asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LooksLike {
    /// A file of explore-education-statistics.
    #[error(
        "it looks like explore-education-statistics: use Source::explore_education, or Source::table where code columns differ"
    )]
    ExploreEducation,
    /// A file of the Local Authority Interactive Tool.
    #[error("it looks like the Local Authority Interactive Tool: use Source::lait")]
    Lait,
    /// A file of one year, in the layout of before explore-education-statistics.
    #[error("it looks like the older layout of one year a file: use Source::one_year")]
    OneYear,
    /// A table with a column for each period.
    #[error("it looks like a wide table with a column a period: use Source::wide")]
    Wide,
    /// None of these.
    #[error("its columns are {}: see Source::table, Source::long and Source::wide", shown(.columns))]
    Other {
        /// The columns that it has, of which the message lists the first dozen.
        columns: Vec<String>,
    },
}

fn shown(columns: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut shown = columns.iter().take(SHOWN).map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    if columns.len() > SHOWN {
        shown.push_str(&format!(" and {} more", columns.len() - SHOWN));
    }
    shown
}

/// What tells two rows with one key apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowDifference {
    /// The file could not be read a second time to see.
    #[error("")]
    Unknown,
    /// Nothing.
    #[error(", the same in every column: take one of them out")]
    Nothing,
    /// Some columns.
    #[error(", which differ in {}: filter on what tells them apart", differing(.columns))]
    Columns {
        /// The first few of them, columns of text before those of numbers.
        columns: Vec<DifferentCells>,
    },
}

/// A column in which two rows differ.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DifferentCells {
    /// The column.
    pub column: String,
    /// The cell of the first row.
    pub first: String,
    /// The cell of the second row.
    pub second: String,
}

fn differing(columns: &[DifferentCells]) -> String {
    let cells =
        columns.iter().map(|DifferentCells { column, first, second }| format!("{column} (\"{first}\", \"{second}\")"));
    cells.collect::<Vec<_>>().join(", ")
}

/// Why a heading cannot be taken for that of a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeadingProblem {
    /// It is no period in a known form.
    #[error(
        "is not understood: name {}, or leave the column out with pass_over()",
        if *.dates { "a date (2019-03-31)" } else { "a year (2018) or a financial year (2017-18), read dates with periods_from_dates()" }
    )]
    NotUnderstood {
        /// Whether dates are read.
        dates: bool,
    },
    /// Another heading names the same period.
    #[error("names the same period as \"{other}\": leave one of them out with pass_over()")]
    SamePeriod {
        /// The heading before it.
        other: String,
    },
    /// Four digits that may be a year or a financial year.
    #[error("may be a year or a financial year: write it as 2017-18")]
    FourDigits,
}

/// Why a code cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeProblem {
    /// A lookup gives it two units.
    #[error("stands for {first} and for {second}: give each code one unit")]
    TwoUnits {
        /// The one unit.
        first: String,
        /// The other.
        second: String,
    },
    /// It is a mark for a missing value.
    #[error(
        "({column}, {place}) is a mark for a missing value, not an authority: use another code, as with by_new_codes(), or filter such rows out"
    )]
    MissingMark {
        /// The code column.
        column: String,
        /// Where it stands.
        place: Place,
    },
}

/// Why a workbook cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkbookProblem {
    /// It cannot be opened.
    #[error("{said}: is it whole, and an xlsx, xls or ods file?")]
    Unreadable {
        /// What calamine said.
        said: String,
    },
    /// A sheet of it cannot be read.
    #[error("sheet \"{sheet}\": {said}")]
    UnreadableSheet {
        /// The sheet.
        sheet: String,
        /// What calamine said.
        said: String,
    },
    /// Its name is not that of a workbook, and no sheet is named.
    #[error("it looks like a workbook, and its name does not say so: name the sheet with sheet()")]
    NotNamedSo,
}
