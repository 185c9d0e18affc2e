//! What can be wrong with a panel: its file, its columns, its rows, and what is made of them.

use std::fmt;

use super::{Error, SumsProblem, names};

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

/// A number as it would be written by hand: without a row of zeros, nor an exponent that is none.
fn short_number(x: &f64) -> String {
    if *x == 0.0 || (1e-4..1e16).contains(&x.abs()) { x.to_string() } else { format!("{x:e}") }
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
    /// A header in a single cell that holds semicolons, tabs or vertical bars, where other columns are asked for.
    #[error(
        "columns in {path} seem to be separated by {found}: save it with commas, or read it with PanelSchema::delimiter"
    )]
    Separator {
        /// The path as given, or "the reader".
        path: String,
        /// "semicolons", "tabs" or "vertical bars".
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
    /// Something is wrong with the rows of one of several files.
    #[error("{path}: {why}")]
    InFile {
        /// The path as given.
        path: String,
        /// What is wrong.
        why: Box<DataError>,
    },
    /// Sums over rows, or a table of them, that do not serve.
    #[error("{table}: {why}")]
    Sums {
        /// The file, or "the sums".
        table: String,
        /// What is wrong, and what to do.
        why: SumsProblem,
    },
    /// There is no row of the periods asked for.
    #[error("the panel has no rows in periods {from} to {to}: there are {there}")]
    NoRowsInPeriods {
        /// The first period asked for.
        from: i32,
        /// The last.
        to: i32,
        /// The periods that there are.
        there: String,
    },
    /// Periods whose last comes before their first.
    #[error("periods {from} to {to} end before they begin: write {to}..={from}")]
    ReversedPeriods {
        /// The first period asked for.
        from: i32,
        /// The last.
        to: i32,
    },
    /// A line above the header of a file, where nothing says which line the header is.
    #[error(
        "line {line} (\"{text}\") seems to stand above the header, since it is one cell and the rows below have more: take out what stands above, or name columns of the header in the schema"
    )]
    AboveHeader {
        /// Line in the file, from 1.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// A line that reads as a note, where a row of the table would stand.
    #[error("line {line} (\"{text}\") reads as a note and not as a row: {why}")]
    Note {
        /// Line in the file, from 1.
        line: u64,
        /// What stands there.
        text: String,
        /// Why it cannot be left out, and what to do.
        why: NoteProblem,
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
    #[error("column \"{column}\", {place}: \"{text}\" {why}")]
    NotANumber {
        /// The column.
        column: String,
        /// Where the first such cell stands.
        place: Place,
        /// The cell.
        text: String,
        /// Why it is none, and what to do.
        why: NumberProblem,
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
        "column \"{column}\", {place}: \"{text}\" is not a period: use a year (2018) or a financial year (2017-18, 2017/18, 201718){}",
        period_advice(.text)
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
    /// Something about units or periods, asked of a panel without them; whoever asks, the error is this one.
    #[error(
        "{asker} needs a {needs} column: name it with PanelSchema::{needs}(), PanelBuilder::{needs}s() or --{needs}"
    )]
    NoKey {
        /// What needs it: a term, an estimator, a covariance, a test, a join, a derivation, …
        asker: String,
        /// "unit" or "period".
        needs: &'static str,
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
    #[error("cannot join {columns}: {why}")]
    Join {
        /// The columns to be joined on.
        columns: String,
        /// Why, and what to do.
        why: JoinProblem,
    },
    /// A column that cannot be derived as asked.
    #[error("cannot derive \"{column}\": {why}")]
    Derivation {
        /// The column to be.
        column: String,
        /// Why, and what to do.
        why: DerivationProblem,
    },
    /// A name that a new column, or one under another name, cannot have.
    #[error("cannot {verb} \"{column}\": the panel has a column of that name, or it is no name: choose another")]
    ColumnName {
        /// What was asked for: `add column`, `rename column "x" to`.
        verb: String,
        /// The name.
        column: String,
    },
    /// A value given in memory that its column cannot hold.
    #[error("column \"{column}\", {row}: {why}")]
    GivenValue {
        /// The column to be.
        column: String,
        /// Unit and period of the row, or its position from 0.
        row: String,
        /// Why, and what to do.
        why: ValueProblem,
    },
    /// Areas that cannot be put together as asked, or a table of reorganisations that cannot be read.
    #[error("reorganisations: {why}")]
    Reorganisation {
        /// Why, and what to do.
        why: ReorganisationProblem,
    },
    /// A unit that the panel does not have.
    #[error("no unit \"{unit}\"{}", names::nearest(.nearest))]
    NoSuchUnit {
        /// The unit asked for.
        unit: String,
        /// The closest there are.
        nearest: Vec<String>,
    },
    /// A value that a column does not have.
    #[error("column \"{column}\" has no value \"{value}\"{}", names::nearest(.nearest))]
    NoSuchValue {
        /// The column.
        column: String,
        /// The value asked for.
        value: String,
        /// The closest there are, in a column of text.
        nearest: Vec<String>,
    },
    /// A row that the panel does not have, of a unit that it has.
    #[error("unit {unit} has no row in period {period}: it has rows in {there}")]
    NoSuchRow {
        /// The unit.
        unit: String,
        /// The period asked for.
        period: i32,
        /// The periods in which it has rows.
        there: String,
    },
    /// A rule that keeps no row.
    #[error(
        "none of the {rows} rows is kept by the rule \"{rule}\": ask for less, and note that a missing number is neither above nor below another"
    )]
    NothingKept {
        /// The rule.
        rule: String,
        /// The rows that there were.
        rows: usize,
    },
    /// A column that cannot be used as asked.
    #[error("{asker}, column \"{column}\": {why}")]
    ColumnUse {
        /// What was asked for.
        asker: String,
        /// The column.
        column: String,
        /// Why, and what to do.
        why: ColumnUseProblem,
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
    #[error("{path} {why}")]
    Sidecar {
        /// Its path.
        path: String,
        /// Why, and what to do.
        why: SidecarProblem,
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
    /// What the caller's own code found wrong, in a closure of [`Panel::filter`](crate::Panel::filter),
    /// [`Panel::with_column_by`](crate::Panel::with_column_by) or a source; see [`Error::other`].
    #[error("{message}")]
    OfTheCaller {
        /// What the caller says of it.
        message: String,
    },
    /// No row has a positive weight.
    #[error("weights \"{column}\" are zero in every row of the sample: give positive weights, or none")]
    ZeroWeights {
        /// The weight column.
        column: String,
    },
    /// Weights so far apart that the smaller ones count for nothing beside rounding.
    #[error(
        "weights \"{column}\" lie between {} ({smallest_at}) and {} ({largest_at}), and beside the larger the smaller are rounding: give rows that should not count a weight of zero",
        short_number(.smallest),
        short_number(.largest)
    )]
    UnevenWeights {
        /// The weight column.
        column: String,
        /// The smallest, and unit and period of its row, or its place.
        smallest: f64,
        /// Where it stands.
        smallest_at: String,
        /// The largest.
        largest: f64,
        /// Where it stands.
        largest_at: String,
    },
    /// A negative weight, count or population.
    #[error("column \"{column}\", {place}: {} is negative: weights, counts and populations are zero or more", short_number(.value))]
    Negative {
        /// The column.
        column: String,
        /// Where the first such value stands.
        place: Place,
        /// The value.
        value: f64,
    },
    /// A count that is no whole number.
    #[error("column \"{column}\", {place}: {} is no whole number, and a negative binomial model is of counts: take Poisson, which only needs their means", short_number(.value))]
    NotWhole {
        /// The column.
        column: String,
        /// Where the first such value stands.
        place: Place,
        /// The value.
        value: f64,
    },
}

/// What a text in the place of a period may be meant for, as the end of a sentence.
fn period_advice(text: &str) -> String {
    let digits = text.len() == text.bytes().filter(u8::is_ascii_digit).count();
    match (text.len(), text.get(..2), text.get(2..)) {
        (4, Some(from), Some(to)) if digits => format!("; where 20{from}-{to} is meant, write that"),
        (5, ..) if digits => {
            "; where it is the number of a day, format the cells as dates and see Source::periods_from_dates()"
                .to_owned()
        }
        _ if text.split(['-', '/']).filter(|part| part.starts_with(|c: char| c.is_ascii_digit())).count() == 3 => {
            "; for dates see Source::periods_from_dates()".to_owned()
        }
        _ => String::new(),
    }
}

/// Why a cell is no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NumberProblem {
    /// It is some other text.
    #[error("is neither a number nor a missing-value mark: {}", number_advice(*.read_with, .factor.as_deref()))]
    Text {
        /// The methods of the schema or source by which it would be a number, such as `decimal_commas()`.
        read_with: Option<&'static str>,
        /// The factor that would do here as well; `None` where only numbers do.
        factor: Option<String>,
    },
    /// It is written as a code: with a leading zero, or in more digits than a number holds.
    #[error(
        "is kept as a code, for its leading zero or its many digits: name the column in PanelSchema::numbers() if it counts something{}",
        .factor.as_ref().map(|term| format!(", or use {term}")).unwrap_or_default()
    )]
    Code {
        /// The factor that would do here as well; `None` where only numbers do.
        factor: Option<String>,
    },
    /// It is a percentage in a column with plain numbers, or the other way round.
    #[error("and \"{other}\" ({other_place}) cannot both stand there: write all with a percent sign, or none")]
    Percent {
        /// A cell written in the other way.
        other: String,
        /// Where it stands.
        other_place: Place,
    },
}

/// What to do about a text that is no number.
fn number_advice(read_with: Option<&str>, factor: Option<&str>) -> String {
    let mut ways = vec!["correct it".to_owned()];
    ways.extend(read_with.map(|methods| format!("read the file with {methods}")));
    ways.extend(factor.map(|term| format!("use {term} if the column holds names")));
    match ways.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{}, or {last}", others.join(", ")),
        _ => ways.concat(),
    }
}

/// Why a note cannot be left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteProblem {
    /// Rows stand below it.
    #[error("rows stand below it (line {row}), so the table does not end there: take it out")]
    RowsBelow {
        /// The line of the first of them.
        row: u64,
    },
    /// It may also be a unit whose values are all missing.
    #[error("where it is a row, mark one of its values as missing (NA), otherwise take it out")]
    MayBeRow,
}

/// Why two panels do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinProblem {
    /// The right panel has a unit twice, in a join on units alone.
    #[error(
        "unit {unit} has more than one row ({first} and {second}): join on unit and period, or keep one row a unit"
    )]
    SeveralRows {
        /// The unit.
        unit: String,
        /// Where its first row stands.
        first: Place,
        /// Where another stands.
        second: Place,
    },
    /// A column stands in both panels.
    #[error("this panel has a column of that name: give one of them another with Panel::renamed()")]
    SameColumn,
    /// A one-to-one join that leaves rows without a partner.
    #[error("not one to one; {}: use a left or an inner join", alone(.left_only, .right_only, .right_periods))]
    NotOneToOne {
        /// The units, with their names and periods, whose rows this panel alone has; the message lists the first few.
        left_only: Vec<String>,
        /// Likewise for the other panel.
        right_only: Vec<String>,
        /// Periods, in terms of this panel, that only the other has.
        right_periods: Vec<i32>,
    },
    /// No row has a partner.
    #[error(
        "no row has a partner: this panel has rows such as {left}, the other such as {right}: write units and periods alike in both"
    )]
    NoPartner {
        /// The key of a row of this panel.
        left: String,
        /// The key of a row of the other, in terms of this panel.
        right: String,
    },
}

/// What each side of a join has alone.
fn alone(left: &[String], right: &[String], right_periods: &[i32]) -> String {
    let sides = [("this panel", left), ("the other", right)];
    let mut alone: Vec<String> = (sides.iter().filter(|(_, rows)| !rows.is_empty()))
        .map(|(side, rows)| format!("in {side} alone: {}", names::first_few(rows)))
        .collect();
    if !right_periods.is_empty() {
        alone.push(format!("periods of the other alone: {right_periods:?}"));
    }
    alone.join("; ")
}

/// Why a column cannot be derived.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DerivationProblem {
    /// Its name is taken, blank or padded.
    #[error("the panel has a column of that name, or it is no name: choose another")]
    Name,
    /// A sum of nothing.
    #[error("a sum needs at least one column")]
    NoColumn,
    /// A rate without a population.
    #[error("a rate needs the panel's population: name it with with_population(), or use ratio()")]
    NoPopulation,
    /// A rate per zero, or per no number.
    #[error("per is {per}: it must be a number other than zero")]
    Per {
        /// What was given.
        per: f64,
    },
    /// A price of zero or less, or that is no number.
    #[error("the index of {period} is {price}: it must be above zero")]
    Price {
        /// The period.
        period: i32,
        /// Its value in the index.
        price: f64,
    },
    /// A period without a price.
    #[error("the index of prices has no value for {period}: add it")]
    NoPrice {
        /// The period.
        period: i32,
    },
    /// A constant column to be standardised.
    #[error("{column} does not vary, so it cannot be standardised")]
    Constant {
        /// The column.
        column: String,
    },
    /// A power that is none of those there are.
    #[error("power {power}: it must be from 2 to 16")]
    Power {
        /// What was given.
        power: u32,
    },
    /// Lags or leads of no distance.
    #[error("no number of periods was given: give at least one, such as 1..=3")]
    NoPeriods,
    /// No period, or fewer, to go back or to average.
    #[error("{periods} periods: it must be at least one")]
    Periods {
        /// What was given.
        periods: i32,
    },
}

/// Why a column cannot hold a value given in memory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueProblem {
    /// It is an infinite number.
    #[error("the value is infinite: correct it or leave it missing")]
    Infinite,
    /// It is a text, and other rows have numbers.
    #[error("\"{text}\" is a text, and other values are numbers: give all as texts, or correct it")]
    TextAmongNumbers {
        /// The text.
        text: String,
    },
}

/// Why a column cannot be used as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnUseProblem {
    /// It was named more than once.
    #[error("it is named twice: name it once")]
    Twice,
    /// It holds units or periods.
    #[error(
        "it holds the units or periods, which say what a row is of: keep it, or give it another name with Panel::renamed()"
    )]
    Key,
    /// It holds the units, which are no column of data.
    #[error("it is the unit column, a key of the panel, which Row::unit() and Panel::units() give")]
    UnitKey,
    /// It holds the periods, which are no column of data.
    #[error("it is the period column, a key of the panel, which Row::period() and Panel::periods() give")]
    PeriodKey,
    /// It holds text where numbers are asked for.
    #[error(
        "it is a column of text, such as \"{text}\" ({place}): use Row::text(), or correct that where numbers are meant"
    )]
    Text {
        /// The first text that is no number.
        text: String,
        /// Where it stands.
        place: Place,
    },
    /// No value was given to look for.
    #[error("no value was given: name at least one to keep the rows of")]
    NoValue,
    /// It holds numbers where text is asked for.
    #[error("it holds numbers and no text: use Row::number(), or name it in PanelSchema::texts()")]
    Numbers,
}

/// Why areas cannot be put together, or what is wrong with a table of reorganisations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReorganisationProblem {
    /// Periods that end on no day of the calendar.
    #[error("periods end on day {day} of month {month}, which is no date")]
    PeriodEnd {
        /// The month.
        month: u8,
        /// The day.
        day: u8,
    },
    /// A period that is no year.
    #[error("period {period} is no year, so it cannot be held against dates")]
    NoYear {
        /// The period.
        period: i32,
    },
    /// Values of an area for a period at whose end it did not exist.
    #[error(
        "unit {unit} has values for period {period}, which ends on {end}, but the area {}: say when periods end with periods_end(), or take the row out",
        life(.begun.as_deref(), .ended.as_deref())
    )]
    NotThen {
        /// The unit.
        unit: String,
        /// The period.
        period: i32,
        /// The day on which it ends.
        end: String,
        /// The first day of the area, where it began.
        begun: Option<String>,
        /// The first day without it, where it ended.
        ended: Option<String>,
    },
    /// Two rows of one area for one period, under an older code and a newer.
    #[error(
        "units {first} and {second} are one area under two codes{}, and both have a row for period {period}: take one of the rows out",
        .since.as_ref().map(|date| format!(" since {date}")).unwrap_or_default()
    )]
    TwoCodes {
        /// The unit of the one row.
        first: String,
        /// The unit of the other.
        second: String,
        /// The day of the newer code.
        since: Option<String>,
        /// The period.
        period: i32,
    },
    /// No row is left.
    #[error("no row is left")]
    NothingLeft,
    /// Rates to be averaged without a population.
    #[error("rates are averaged by population: name the population column with with_population()")]
    NoPopulation,
    /// The flag has the name of a column.
    #[error("the panel has a column \"{column}\" already: choose another with flag()")]
    Flag {
        /// The name.
        column: String,
    },
    /// Columns of which it is not known whether they add up.
    #[error(
        "say whether these columns are counts, rates or scores, with counts(), rates() and scores(): {}",
        .columns.join(", ")
    )]
    Quantities {
        /// The columns.
        columns: Vec<String>,
    },
    /// An event of a table that cannot be read.
    #[error("{}{why}", .place.map(|place| format!("{place}, column \"{column}\": ")).unwrap_or_default())]
    Event {
        /// Where it stands; `None` for an event that was added in code.
        place: Option<Place>,
        /// The column of the table.
        column: &'static str,
        /// What is wrong there.
        why: EventProblem,
    },
}

/// When an area existed.
fn life(begun: Option<&str>, ended: Option<&str>) -> String {
    match (begun, ended) {
        (Some(begun), Some(ended)) => format!("existed from {begun} until before {ended}"),
        (Some(begun), None) => format!("begins on {begun}"),
        (None, Some(ended)) => format!("ended before {ended}"),
        (None, None) => "always existed".to_owned(),
    }
}

/// What is wrong with an event of a table of reorganisations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventProblem {
    /// A kind that there is not.
    #[error("\"{found}\" is no kind: use merge, split, boundary change or recode")]
    Kind {
        /// What stands there.
        found: String,
    },
    /// A text that is no day of the calendar.
    #[error("\"{found}\" is no date: write it as 2019-04-01")]
    Date {
        /// What stands there.
        found: String,
    },
    /// An area that nothing identifies.
    #[error("area \"{name}\" has neither number nor code: give it one")]
    NoNumberOrCode {
        /// Its name.
        name: String,
    },
}

/// Why a document does not fit the CSV file that it stands beside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SidecarProblem {
    /// It is another document, or no JSON.
    #[error("is not the document of a written panel: {said}")]
    OtherDocument {
        /// What serde_json said.
        said: String,
    },
    /// It is of another version.
    #[error("is of version {found}, this crate reads {expected}: write the panel again")]
    Version {
        /// The version that it names.
        found: u32,
        /// The version that this crate reads.
        expected: u32,
    },
    /// Part of it is missing or cannot be read.
    #[error("is not whole: {said}")]
    NotWhole {
        /// What serde_json said.
        said: String,
    },
    /// It is of a file with other columns.
    #[error("is of a file with the columns {}, which {csv} has not: write the panel again", .columns.join(", "))]
    Columns {
        /// The columns that it names.
        columns: Vec<String>,
        /// The CSV file.
        csv: String,
    },
    /// It is of a file with more or fewer rows.
    #[error("is of a file with {expected} rows, and {csv} has {found}: write the panel again")]
    Rows {
        /// The rows that it names.
        expected: usize,
        /// The CSV file.
        csv: String,
        /// Its rows.
        found: usize,
    },
}

/// The error of whoever needs units or periods, of a panel that has none.
pub(crate) fn no_key(asker: impl Into<String>, needs: &'static str) -> Error {
    DataError::NoKey { asker: asker.into(), needs }.into()
}
