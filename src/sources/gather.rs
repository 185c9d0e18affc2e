//! Which rows of a file are taken, and which of their cells?
//!
//! One pass over the file; rows that are not taken leave no trace but the names that an error may have to list.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Source;
use super::layout::{Level, Levels, Measures, Periods, Plan};
use super::table::Table;
use crate::error::{DataError, Error, Place, Result, SourceError};
use crate::panel::{Cells, PeriodForm, decode, read_period};

/// How many distinct names are remembered for an error that lists them.
const REMEMBERED: usize = 200;

/// The rows taken, as cells: those of one level with the same measures.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) units: Cells,
    pub(super) periods: Vec<i32>,
    pub(super) lines: Vec<u64>,
    /// One for each label of the plan.
    pub(super) labels: Vec<Cells>,
    /// One for each measure of the group.
    pub(super) values: Vec<Cells>,
    form: Option<(PeriodForm, String, u64)>,
}

impl Kept {
    fn new(labels: usize, values: usize) -> Self {
        let cells = |n| vec![Cells::default(); n];
        Kept { labels: cells(labels), values: cells(values), ..Kept::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }
}

/// Everything taken from a file.
pub(super) struct Gathered {
    /// For each group the positions of its measures in the source.
    pub(super) groups: Vec<Vec<usize>>,
    /// By level, then by group.
    pub(super) kept: [Vec<Kept>; 3],
    /// Rows of levels that are neither authorities, regions nor the nation, by the level's name.
    pub(super) other_levels: BTreeMap<String, usize>,
}

/// Names seen in one column.
#[derive(Default)]
struct Seen {
    names: BTreeSet<Vec<u8>>,
    last: Vec<u8>,
}

impl Seen {
    fn note(&mut self, name: &[u8]) {
        // Rows of one name often stand together, and comparing costs less than looking it up.
        if self.last != name {
            self.last = name.to_vec();
            if self.names.len() < REMEMBERED {
                self.names.insert(self.last.clone());
            }
        }
    }

    fn list(&self) -> Vec<String> {
        self.names.iter().map(|name| decode(name).into_owned()).collect()
    }
}

/// Reads the rows of a table.
///
/// # Errors
///
/// Those of rows and periods, see [`Source::read`]; [`SourceError::NoSuchValue`] for a filter or measure that no row
/// holds.
pub(super) fn gather(source: &Source, plan: &Plan, width: usize, table: &mut Table<'_>) -> Result<Gathered> {
    let mut gathering = Gathering::new(source, plan);
    let mut any_row = false;
    while table.advance()? {
        if is_row(table, width)? {
            any_row = true;
            gathering.take(table)?;
        }
    }
    if !any_row {
        return Err(DataError::NoRows { path: source.path_name() }.into());
    }
    gathering.check_filters()?;
    gathering.check_measures()?;
    Ok(gathering.gathered)
}

/// Whether the cells are those of a row, as many as the header has; a line of spaces is none.
fn is_row(table: &Table<'_>, width: usize) -> Result<bool> {
    match table.len() {
        found if found == width => Ok(true),
        1 if table.cell(0).is_empty() => Ok(false),
        found => Err(DataError::RaggedRow { line: table.line(), expected: width, found }.into()),
    }
}

/// The measures whose cells are kept together, as positions in the source.
///
/// Measures that stand side by side for the same unit and period share their keys; those that do not, in a long or a
/// wide table, keep keys of their own.
fn groups(source: &Source, plan: &Plan) -> Vec<Vec<usize>> {
    match (&plan.measures, plan.periods) {
        (Measures::Columns(columns), Periods::None | Periods::Fixed(_) | Periods::Column(_)) => {
            vec![columns.iter().map(|(_, measure, _)| *measure).collect()]
        }
        _ => (0..source.measures.len()).map(|measure| vec![measure]).collect(),
    }
}

/// The pass over a file: what was taken so far, and what was seen on the way.
struct Gathering<'a> {
    source: &'a Source,
    plan: &'a Plan,
    gathered: Gathered,
    periods: PeriodReader<'a>,
    /// The measures asked for, by the names that the file gives them.
    asked: HashMap<&'a [u8], usize>,
    /// What stood in the column of each filter, and in that of measures, for errors that list it.
    filters: Vec<Seen>,
    names: Seen,
}

impl<'a> Gathering<'a> {
    fn new(source: &'a Source, plan: &'a Plan) -> Self {
        let groups = groups(source, plan);
        let empty = || groups.iter().map(|group| Kept::new(plan.labels.len(), group.len())).collect::<Vec<_>>();
        let kept = [empty(), empty(), empty()];
        let asked = source.measures.iter().enumerate();
        Gathering {
            source,
            plan,
            gathered: Gathered { groups, kept, other_levels: BTreeMap::new() },
            periods: PeriodReader { source, plan, known: HashMap::new() },
            asked: asked.map(|(at, measure)| (measure.measure.trim().as_bytes(), at)).collect(),
            filters: plan.filters.iter().map(|_| Seen::default()).collect(),
            names: Seen::default(),
        }
    }

    /// Takes what is asked for of a row.
    fn take(&mut self, table: &Table<'_>) -> Result<()> {
        if !self.passes_filters(table) {
            return Ok(());
        }
        match level(self.plan, table) {
            Ok(level) => self.take_measures(table, level),
            Err(name) => {
                *self.gathered.other_levels.entry(name).or_insert(0) += 1;
                Ok(())
            }
        }
    }

    /// Whether a row holds what every filter asks for. All are looked at, so that each knows what there is in its
    /// column.
    fn passes_filters(&mut self, table: &Table<'_>) -> bool {
        let mut passes = true;
        for ((at, value), seen) in self.plan.filters.iter().zip(&mut self.filters) {
            let cell = table.cell(*at);
            seen.note(cell);
            passes &= cell == value.as_bytes() || (!cell.is_ascii() && decode(cell) == *value);
        }
        passes
    }

    /// Takes the measures that a row holds: one of a long table, each of the periods of a wide one, or all together.
    fn take_measures(&mut self, table: &Table<'_>, level: Level) -> Result<()> {
        let unit = self.plan.units[level as usize];
        let kept = &mut self.gathered.kept[level as usize];
        match &self.plan.measures {
            Measures::Named { name, value } => {
                let name = table.cell(*name);
                self.names.note(name);
                let Some(&measure) = self.asked.get(name) else { return Ok(()) };
                self.periods.push(&mut kept[measure], table, unit, [*value].into_iter(), None)
            }
            Measures::Columns(columns) if matches!(self.plan.periods, Periods::Header) => {
                for (at, measure, period) in columns {
                    self.periods.push(&mut kept[*measure], table, unit, [*at].into_iter(), Some(*period))?;
                }
                Ok(())
            }
            Measures::Columns(columns) => {
                let cells = columns.iter().map(|(at, _, _)| *at);
                self.periods.push(&mut kept[0], table, unit, cells, None)
            }
        }
    }

    /// A filter that no row passes is a slip, as long as all that stood in its column is known.
    fn check_filters(&self) -> Result<()> {
        for ((_, value), (seen, (column, _))) in
            self.plan.filters.iter().zip(self.filters.iter().zip(&self.source.filters))
        {
            if !seen.names.contains(value.as_bytes()) && !seen.list().contains(value) && seen.names.len() < REMEMBERED {
                return Err(self.no_such(format!("row with {column} ="), value, seen.list()));
            }
        }
        Ok(())
    }

    /// A measure of a long table that stands in no row. In the other layouts the header was enough to find it missing.
    fn check_measures(&self) -> Result<()> {
        let Measures::Named { .. } = self.plan.measures else { return Ok(()) };
        for (at, measure) in self.source.measures.iter().enumerate() {
            if self.gathered.kept.iter().all(|groups| groups[at].len() == 0)
                && !self.names.names.contains(measure.measure.trim().as_bytes())
            {
                return Err(self.no_such("measure".to_owned(), &measure.measure, self.names.list()));
            }
        }
        Ok(())
    }

    fn no_such(&self, what: String, asked: &str, available: Vec<String>) -> Error {
        Error::from(SourceError::NoSuchValue {
            path: self.source.path_name(),
            what,
            asked: asked.to_owned(),
            available,
        })
    }
}

/// The level of a row, or the name of one that is none of the three.
fn level(plan: &Plan, table: &Table<'_>) -> std::result::Result<Level, String> {
    match plan.levels {
        Levels::One => Ok(Level::Authority),
        Levels::Named(at) => match table.cell(at) {
            b"Local authority" | b"Local Authority" | b"LA" | b"Local authority (upper tier)" => Ok(Level::Authority),
            b"Regional" | b"Region" | b"REGION" => Ok(Level::Region),
            b"National" | b"NATIONAL" | b"England" => Ok(Level::Nation),
            other => Err(decode(other).into_owned()),
        },
        Levels::Numbered(at) => {
            let number = std::str::from_utf8(table.cell(at)).ok().and_then(|text| text.parse::<u32>().ok());
            Ok(match number {
                Some(970) => Level::Nation,
                Some(number) if !(200..970).contains(&number) => Level::Region,
                // What is no number may be a joint return, which only authorities file.
                _ => Level::Authority,
            })
        }
    }
}

/// Reads periods, each text once.
struct PeriodReader<'a> {
    source: &'a Source,
    plan: &'a Plan,
    known: HashMap<Vec<u8>, (i32, PeriodForm)>,
}

impl PeriodReader<'_> {
    /// Takes the cells of a row, unless its period is not asked for.
    fn push(
        &mut self,
        kept: &mut Kept,
        table: &Table<'_>,
        unit: usize,
        cells: impl Iterator<Item = usize>,
        in_header: Option<i32>,
    ) -> Result<()> {
        let period = match (self.plan.periods, in_header) {
            (_, Some(period)) | (Periods::Fixed(period), None) => period,
            (Periods::Column(at), None) => match self.read(kept, table, at)? {
                Some(period) => period,
                None => return Ok(()),
            },
            (Periods::None | Periods::Header, None) => 0,
        };
        if !matches!(self.plan.periods, Periods::None)
            && self.source.periods.as_ref().is_some_and(|asked| !asked.contains(&period))
        {
            return Ok(());
        }
        kept.units.push(table.cell(unit));
        kept.periods.push(period);
        kept.lines.push(table.line());
        for ((at, _), label) in self.plan.labels.iter().zip(&mut kept.labels) {
            label.push(table.cell(*at));
        }
        for (at, values) in cells.zip(&mut kept.values) {
            values.push(table.cell(at));
        }
        Ok(())
    }

    /// The period in a column; `None` where it is not asked for.
    fn read(&mut self, kept: &mut Kept, table: &Table<'_>, at: usize) -> Result<Option<i32>> {
        let cell = table.cell(at);
        let (period, form) = match self.known.get(cell) {
            Some(known) => *known,
            None => {
                let text = decode(cell);
                let column = || self.plan.period_name.clone();
                let place = Place::Line(table.line());
                if text.is_empty() {
                    return Err(DataError::MissingKey { column: column(), place }.into());
                }
                let period = if self.source.dates { financial_year(&text) } else { read_period(&text) };
                let Some(period) = period else {
                    return Err(DataError::NotAPeriod { column: column(), place, text: text.into_owned() }.into());
                };
                let known = (period, PeriodForm::of(&text));
                self.known.insert(cell.to_vec(), known);
                known
            }
        };
        if self.source.periods.as_ref().is_some_and(|asked| !asked.contains(&period)) {
            return Ok(None);
        }
        // Held against the first of the same measures alone: another measure may count another kind of year.
        match &kept.form {
            None => kept.form = Some((form, decode(cell).into_owned(), table.line())),
            Some((first, text, line)) if *first != form && !self.source.mixed_periods && !self.source.dates => {
                return Err(SourceError::MixedPeriods {
                    column: self.plan.period_name.clone(),
                    first: text.clone(),
                    first_place: Place::Line(*line),
                    second: decode(cell).into_owned(),
                    second_place: Place::Line(table.line()),
                }
                .into());
            }
            Some(_) => {}
        }
        Ok(Some(period))
    }
}

/// The financial year, 1 April to 31 March, in which a date falls, by the year in which it ends; `None` where the text
/// is no date.
fn financial_year(text: &str) -> Option<i32> {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, b, a) };
    // A time may stand after the day.
    let (year, month, day): (i32, u32, u32) = (year.parse().ok()?, month.parse().ok()?, day.get(..2)?.parse().ok()?);
    if year < 1000 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if month >= 4 { year.checked_add(1) } else { Some(year) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_fall_into_financial_years() {
        for (date, year) in [
            ("2019-03-31", Some(2019)),
            ("2019-04-01", Some(2020)),
            ("31/03/2019", Some(2019)),
            ("01/04/2019", Some(2020)),
            ("01/04/2147483647", None),
            ("2019-13-01", None),
            ("2019", None),
            ("soon", None),
        ] {
            assert_eq!(financial_year(date), year, "{date}");
        }
    }
}
