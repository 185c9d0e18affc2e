//! Which rows of a file are taken, and which of their cells?
//!
//! One pass over the file; rows that are not taken leave no trace but the names that an error may have to list.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Source;
use super::kept::Kept;
use super::layout::{Level, Levels, Measures, Periods, Plan};
use super::periods::PeriodReader;
use super::table::Table;
use crate::error::{DataError, Error, Place, Result, SourceError};
use crate::panel::{NoteLine, canonical, decode, is_same, read_value};

/// How many distinct names are remembered for an error that lists them.
const REMEMBERED: usize = 200;

/// Everything taken from a file.
pub(super) struct Gathered {
    /// For each group the positions of its measures in the source.
    pub(super) groups: Vec<Vec<usize>>,
    /// By level, then by group.
    pub(super) kept: [Vec<Kept>; 3],
    /// Rows of levels that are neither authorities, regions nor the nation, by the level's name.
    pub(super) other_levels: BTreeMap<String, usize>,
    /// Notes below the table.
    pub(super) below: Vec<NoteLine>,
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
pub(super) fn gather(source: &Source, plan: &Plan, width: usize, mut table: Table<'_>) -> Result<Gathered> {
    let mut gathering = Gathering::new(source, plan);
    let mut first_line = None;
    while table.advance()? {
        if is_row(&mut table, width)? {
            first_line.get_or_insert(table.line());
            plan.check_headless(&table)?;
            gathering.take(&table)?;
        }
    }
    let Some(first_line) = first_line else {
        return Err(DataError::NoRows { path: source.path_name() }.into());
    };
    gathering.check_filters()?;
    gathering.check_measures()?;
    gathering.periods.check(first_line)?;
    Ok(Gathered { below: table.into_notes(), ..gathering.gathered })
}

/// Whether the cells are those of a row, as many as the header has; an empty line is none, and no note below the table.
fn is_row(table: &mut Table<'_>, width: usize) -> Result<bool> {
    let found = table.len();
    if (0..found).all(|at| table.cell(at).is_empty()) {
        table.leave_gap();
        return Ok(false);
    }
    if table.is_note(width)? {
        return Ok(false);
    }
    if found != width {
        return Err(DataError::RaggedRow { line: table.line(), expected: width, found }.into());
    }
    Ok(true)
}

impl Plan {
    /// A number under no heading, where a heading was to be understood.
    fn check_headless(&self, table: &Table<'_>) -> Result<()> {
        let number = self.headless.iter().find(|&&at| matches!(read_value(table.cell(at)), Some(Ok(_))));
        match number {
            None => Ok(()),
            Some(&at) => Err(SourceError::NoHeading {
                column: at + 1,
                place: Place::Line(table.line()),
                text: decode(table.cell(at)).into_owned(),
            }
            .into()),
        }
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
    /// The measures asked for, by what all spellings of their names have in common, and whether a row has each.
    asked: HashMap<String, usize>,
    there: Vec<bool>,
    /// The last name of a measure, and which of those asked for it is: rows of one often stand together.
    last: (Vec<u8>, Option<usize>),
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
            gathered: Gathered { groups, kept, other_levels: BTreeMap::new(), below: Vec::new() },
            periods: PeriodReader::new(source, plan),
            asked: asked.map(|(at, measure)| (canonical(&measure.measure).into_owned(), at)).collect(),
            there: vec![false; source.measures.len()],
            last: (Vec::new(), None),
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
            passes &= cell == value.as_bytes() || (!is_plain(cell) && is_same(&decode(cell), value));
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
                if self.last.0 != name {
                    self.names.note(name);
                    self.last = (name.to_vec(), self.asked.get(canonical(&decode(name)).as_ref()).copied());
                }
                let Some(measure) = self.last.1 else { return Ok(()) };
                self.there[measure] = true;
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
            let is_there = || seen.list().iter().any(|name| is_same(name, value));
            if !seen.names.contains(value.as_bytes()) && !is_there() && seen.names.len() < REMEMBERED {
                return Err(self.no_such(format!("row with {column} ="), value, seen.list()));
            }
        }
        Ok(())
    }

    /// A measure of a long table that stands in no row. In the other layouts the header was enough to find it missing.
    fn check_measures(&self) -> Result<()> {
        let Measures::Named { .. } = self.plan.measures else { return Ok(()) };
        for (at, measure) in self.source.measures.iter().enumerate() {
            // Two columns may be asked for of one measure.
            let asked = self.asked.get(canonical(&measure.measure).as_ref()).copied().unwrap_or(at);
            if !self.there[asked] {
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

/// Whether a cell has no other spelling than its own.
fn is_plain(cell: &[u8]) -> bool {
    cell.is_ascii() && !cell.windows(2).any(|pair| pair == b"  ")
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
