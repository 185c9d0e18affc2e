//! What can go wrong, and what to do next.
//!
//! One enum for the whole crate. A variant carries the column, unit, period or option concerned, and what was
//! expected beside what was found, so that its message can say how to mend it.

use std::fmt;

/// The result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

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

/// A term that could not be read; its message points at the character.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("term \"{text}\", character {position}: {message}")]
pub struct TermSyntax {
    /// The whole term.
    pub text: String,
    /// The character at fault, from 1; one past the end when something is missing there.
    pub position: usize,
    /// What was expected there.
    pub message: String,
}

/// Lets a [`Term`](crate::Term) stand where a term or its text is asked for.
impl From<std::convert::Infallible> for TermSyntax {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

/// Everything that can be wrong with the data, the question or the options.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
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
    #[error("no column \"{column}\"{}", nearest_text(.nearest))]
    UnknownColumn {
        /// The name asked for.
        column: String,
        /// The closest names there are, closest first.
        nearest: Vec<String>,
    },
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
    #[error("{path} has no {what} \"{asked}\": it has {}", list_of(.available))]
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
        nearest_text(.nearest).replacen(": did you mean", ", did you mean", 1).trim_end_matches('?')
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
    #[error("no unit \"{unit}\"{}", nearest_text(.nearest))]
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
    /// No row has a positive weight.
    #[error("weights \"{column}\" are zero in every row of the sample: give positive weights, or none")]
    ZeroWeights {
        /// The weight column.
        column: String,
    },
    /// A term could not be read.
    #[error(transparent)]
    Term(#[from] TermSyntax),
    /// A term makes no sense, whatever the data.
    #[error("term {term}: {message}")]
    TermMeaning {
        /// The term.
        term: String,
        /// Why, and what to write instead.
        message: String,
    },
    /// A term needs units or periods that the panel does not have.
    #[error("term {term} needs a {needs} column: say which one it is")]
    TermNeeds {
        /// The term.
        term: String,
        /// "unit" or "period".
        needs: &'static str,
    },
    /// A panel estimator without the units or periods that it is about.
    #[error(
        "the {estimator} estimator needs a {needs} column: name it in the panel's schema, or use another estimator"
    )]
    EstimatorNeeds {
        /// The estimator.
        estimator: &'static str,
        /// "unit" or "period".
        needs: &'static str,
    },
    /// A model without an outcome.
    #[error("the model has no outcome: name the column whose variation is split")]
    NoOutcome,
    /// A regression without a term.
    #[error("the regression has no term: name at least one")]
    NoTerms,
    /// A model without a component.
    #[error("the model has no component: name at least one cause and its terms")]
    NoComponents,
    /// A component without a term.
    #[error("component \"{component}\" has no term: give it at least one")]
    EmptyComponent {
        /// The component.
        component: String,
    },
    /// A component without a name, or with the name of another row of the breakdown.
    #[error(
        "a component cannot be named \"{component}\": choose another name than none, \"always\" and \"unexplained\""
    )]
    ComponentName {
        /// The name.
        component: String,
    },
    /// Two components have the same name.
    #[error("component \"{component}\" is named twice: put its terms together, or rename one")]
    DuplicateComponent {
        /// The name.
        component: String,
    },
    /// The outcome is also used to explain itself.
    #[error("the outcome \"{outcome}\" is also used in {used_in}: an outcome cannot explain itself, take it out there")]
    OutcomeAsTerm {
        /// The outcome's column.
        outcome: String,
        /// The component, or `always`, or the weights.
        used_in: String,
    },
    /// A name that is no component of the model.
    #[error("no component \"{component}\": the model has {}", .available.join(", "))]
    UnknownComponent {
        /// The name asked for.
        component: String,
        /// The names there are.
        available: Vec<String>,
    },
    /// An order, or unions of components, that do not hold every component exactly once; an order that breaks a precedence,
    /// or precedences that no order keeps.
    #[error("{message}")]
    Order {
        /// What is wrong.
        message: String,
    },
    /// Complete cases leave nothing.
    #[error("no row is complete on all that the model uses; rows left out: {audit}")]
    NothingLeft {
        /// Reasons with their counts.
        audit: String,
    },
    /// Too few rows to speak of variation.
    #[error("the sample has {rows} row{}: at least two are needed", if *.rows == 1 { "" } else { "s" })]
    TooFewRows {
        /// Rows in the sample.
        rows: usize,
    },
    /// The outcome is constant in the sample.
    #[error("the outcome \"{outcome}\" does not vary in the sample ({rows} rows): there is nothing to explain")]
    NoVariation {
        /// The outcome.
        outcome: String,
        /// Rows in the sample.
        rows: usize,
    },
    /// The design has more columns than its cross-products can reasonably hold.
    #[error(
        "the design has {found} columns, at most {limit} are supported: enter large factors as unit effects, or use fewer levels"
    )]
    TooManyColumns {
        /// The limit.
        limit: usize,
        /// Columns of the design.
        found: usize,
    },
    /// More components than an exact method can enumerate.
    #[error(
        "{method} over {found} components needs 2^{found} coalitions, at most {limit} components are supported: {instead}"
    )]
    TooManyComponents {
        /// The method.
        method: String,
        /// The limit.
        limit: usize,
        /// Components of the model.
        found: usize,
        /// What to do instead.
        instead: String,
    },
    /// A coalition whose value could not be had.
    #[error("no value for the coalition {{{coalition}}}: {source}")]
    Value {
        /// Its components.
        coalition: String,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A method that this model cannot be split by.
    #[error("{method} cannot be had here: {reason}")]
    Method {
        /// The method.
        method: &'static str,
        /// Why, and what to do instead.
        reason: String,
    },
    /// A column of `always` whose coefficient is asked for has none.
    #[error("always: {column} has no coefficient in the {regression} regression: {message}")]
    NoCoefficient {
        /// The column.
        column: String,
        /// "base" (on `always` alone) or "full" (on the components too).
        regression: &'static str,
        /// Why, and what to do.
        message: String,
    },
    /// An enumeration of coalitions that its watch ended.
    #[error("{method} was cancelled before all coalitions were enumerated: let it run, or put components together")]
    Cancelled {
        /// The method.
        method: String,
    },
    /// Too few clusters or draws for an interval.
    #[error("{what}: {found} given, at least {expected} needed")]
    TooFew {
        /// What there is too little of.
        what: String,
        /// The least.
        expected: usize,
        /// What there is.
        found: usize,
    },
    /// An option outside its range.
    #[error("{option} is {found}: {expected}")]
    Option {
        /// The option.
        option: &'static str,
        /// What it must be.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A breakdown and a resampling that come from different fits.
    #[error("this breakdown comes from another fit than the resampling: {message}")]
    OtherFit {
        /// Where they differ.
        message: String,
    },
    /// Values so large or so close to one another that cross-products of doubles cannot hold them.
    #[error("column \"{column}\" {message}: put it in other units")]
    Scale {
        /// The column.
        column: String,
        /// What is wrong with its scale.
        message: String,
    },
    /// A row to predict for has a unit, period or level that the fit has not seen.
    #[error("cannot predict for {place}: {message}")]
    Predict {
        /// Unit and period of the row, or its place.
        place: String,
        /// Why.
        message: String,
    },
    /// The least-squares solver refused.
    #[error("least squares failed: {message}")]
    LeastSquares {
        /// What linfa-linear said.
        message: String,
    },
    /// A column that cannot say which rows are related.
    #[error("cluster column \"{column}\": {message}")]
    Cluster {
        /// The column.
        column: String,
        /// Why, and what to do.
        message: String,
    },
    /// An error of linfa's own.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
}

impl Error {
    /// What is wrong with an order that does not name every component once.
    pub(crate) fn order(problem: impl fmt::Display) -> Self {
        Error::Order { message: format!("the order must name every component once: {problem}") }
    }

    /// What is wrong with unions that do not hold every component once.
    pub(crate) fn unions(problem: impl fmt::Display) -> Self {
        Error::Order { message: format!("the unions must hold every component once: {problem}") }
    }
}

/// How many names a message lists.
const LISTED: usize = 40;

fn list_of(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let listed: Vec<String> = names.iter().take(LISTED).map(|name| format!("\"{name}\"")).collect();
    match names.len().saturating_sub(LISTED) {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}

fn nearest_text(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        names => {
            format!(": did you mean {}?", names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(" or "))
        }
    }
}
