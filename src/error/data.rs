//! What can be wrong with a panel: its file, its columns, its rows, and what is made of them.

use std::fmt;

use super::names;

/// Where in its source a row stands: a line of a file, or the position of a row given in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line of a text file, counted from 1 with the header.
    Line(u64),
    /// A row of columns given in memory, counted from 0.
    Row(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(line) => write!(f, "line {line}"),
            Place::Row(row) => write!(f, "row {row}"),
        }
    }
}

/// Something is wrong with the data of a panel.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file could not be opened or read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The path as given, or "the reader".
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file has no header line.
    #[error("{path} is empty: a header line with the column names is expected")]
    EmptyFile {
        /// The path as given, or "the reader".
        path: String,
    },
    /// A file is not text: UTF-16, a workbook, an archive.
    #[error("{path} is not a text file in UTF-8 or Windows-1252: save it as CSV (UTF-8)")]
    NotText {
        /// The path as given, or "the reader".
        path: String,
    },
    /// A header in a single cell that holds semicolons or tabs, where other columns are asked for.
    #[error("columns in {path} seem to be separated by {found}: save it with commas")]
    Separator {
        /// The path as given, or "the reader".
        path: String,
        /// "semicolons" or "tabs".
        found: &'static str,
    },
    /// A quoted cell does not end before the file does.
    #[error("line {line}: a quote opens in this row and never closes, so all that follows would be one cell: close it")]
    OpenQuote {
        /// Line in the file at which the row begins, from 1.
        line: u64,
    },
    /// There is a header, and no row under it; or a panel was built from no rows.
    #[error("{path} has no rows")]
    NoRows {
        /// The path as given, or "the panel".
        path: String,
    },
    /// A line has more or fewer cells than the header.
    #[error("line {line} has {found} cells, the header has {expected}: look for a stray separator or quote there")]
    RaggedRow {
        /// Line in the file, from 1.
        line: u64,
        /// Cells in the header.
        expected: usize,
        /// Cells in this line.
        found: usize,
    },
    /// Two columns have the same name.
    #[error("column \"{column}\" appears twice (columns {first} and {second}): rename one of them")]
    DuplicateColumn {
        /// The name.
        column: String,
        /// Position of the first, from 1.
        first: usize,
        /// Position of the second, from 1.
        second: usize,
    },
    /// Two rows have the same unit and period.
    #[error("unit {unit}, period {period} appears twice ({first} and {second}): a panel holds one row for each")]
    DuplicateRow {
        /// The unit.
        unit: String,
        /// The period.
        period: i32,
        /// Where the first stands.
        first: Place,
        /// Where the second stands.
        second: Place,
    },
    /// Text where a number is needed.
    #[error(
        "column \"{column}\", {place}: \"{text}\" is neither a number nor a missing-value mark: correct it, or use factor({column}) if the column holds names"
    )]
    NotANumber {
        /// The column.
        column: String,
        /// Where the first such cell stands.
        place: Place,
        /// The cell.
        text: String,
    },
    /// An infinite value, or a number too large for double precision.
    #[error("column \"{column}\", {place}: the value is infinite: correct it or leave it missing")]
    Infinite {
        /// The column.
        column: String,
        /// Where it stands.
        place: Place,
    },
    /// A period in no known form.
    #[error(
        "column \"{column}\", {place}: \"{text}\" is not a period: use a year (2018) or a financial year (2017-18, 2017/18, 201718)"
    )]
    NotAPeriod {
        /// The period column.
        column: String,
        /// Where it stands.
        place: Place,
        /// The cell.
        text: String,
    },
    /// A unit or period is missing.
    #[error("column \"{column}\", {place}: every row needs a unit and a period, this one is empty")]
    MissingKey {
        /// The unit or period column.
        column: String,
        /// Where it stands.
        place: Place,
    },
    /// A name that the panel does not have.
    #[error("no column \"{column}\"{}", names::nearest(.nearest))]
    UnknownColumn {
        /// The name asked for.
        column: String,
        /// The closest names there are, closest first.
        nearest: Vec<String>,
    },
    /// Two panels that do not fit together as asked.
    #[error("cannot join {columns}: {message}")]
    Join {
        /// The columns to be joined on.
        columns: String,
        /// Why, and what to do.
        message: String,
    },
    /// A column that cannot be derived as asked.
    #[error("cannot derive \"{column}\": {message}")]
    Derivation {
        /// The column to be.
        column: String,
        /// Why, and what to do.
        message: String,
    },
    /// Areas that cannot be put together as asked, or a table of reorganisations that cannot be read.
    #[error("reorganisations: {message}")]
    Reorganisation {
        /// Why, and what to do.
        message: String,
    },
    /// A unit that the panel does not have.
    #[error("no unit \"{unit}\"{}", names::nearest(.nearest))]
    NoSuchUnit {
        /// The unit asked for.
        unit: String,
        /// The closest there are.
        nearest: Vec<String>,
    },
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The path as given.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A text that a CSV file would not give back as it is.
    #[error(
        "column \"{}\", {row}: a text with a carriage return, a zero byte or spaces around it would not read back: change it",
        .column.escape_debug()
    )]
    Unwritable {
        /// The column.
        column: String,
        /// Unit and period of the row, or its place; or that it is the column's name.
        row: String,
    },
    /// A document beside a CSV file that does not fit it.
    #[error("{path} {message}")]
    Sidecar {
        /// Its path.
        path: String,
        /// Why, and what to do.
        message: String,
    },
    /// A column given in memory is longer or shorter than the others.
    #[error("column \"{column}\" has {found} values, the panel has {expected} rows")]
    Length {
        /// The column.
        column: String,
        /// Rows of the panel.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// A negative weight or population.
    #[error("column \"{column}\", {place}: {value} is negative: weights and populations are zero or more")]
    Negative {
        /// The column.
        column: String,
        /// Where the first such value stands.
        place: Place,
        /// The value.
        value: f64,
    },
}
