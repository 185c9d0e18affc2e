//! How do the cells taken from a file become panels?
//!
//! Codes become units, joint returns are dealt with as the source says, measures of a long file are put side by side.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use super::gather::{Gathered, gather};
use super::kept::Kept;
use super::layout::{Level, Periods, Plan};
use super::table::Table;
use super::{JointReturns, Measure, Published, Source};
use crate::error::{
    CodeProblem, DataError, DifferentCells, Error, Place, QuestionError, Result, RowDifference, SourceError,
};
use crate::panel::{
    Cells, Column, FileOrigin, Missing, Panel, Provenance, Reading, Spellings, check_distinct, decode, read_value,
    united,
};

/// How many columns are named that tell two rows of one key apart.
const DIFFERENCES: usize = 4;

impl Source {
    pub(super) fn read_stream<R: Read + Seek>(&self, mut reader: R) -> Result<Published> {
        let path = self.path_name();
        let mut reading = Reading::default();
        // The table lets go of the reader here, which may be needed to read two rows of one key again.
        let (plan, gathered) = {
            let (table, header) = Table::open(self, &mut reader, &path)?;
            let plan = Plan::new(self, &header)?;
            let gathered = gather(self, &plan, header.names.len(), table)?;
            reading.above = header.above;
            (plan, gathered)
        };
        let Gathered { groups, kept: [authorities, regions, nation], other_levels, below } = gathered;
        reading.below = below;
        let some = |kept: &[Kept]| kept.iter().any(|kept| kept.len() > 0);
        if !some(&authorities) {
            let message = "no row of an authority is left by filters and periods".to_owned();
            let mut levels: Vec<String> = other_levels.keys().cloned().collect();
            let aggregates = [(&regions, "regions"), (&nation, "the nation")];
            let there = aggregates.iter().filter(|(kept, _)| some(kept));
            levels.extend(there.map(|(_, name)| (*name).to_owned()));
            return Err(QuestionError::Option {
                option: "source",
                expected: format!(
                    "{message}; there are rows of: {}",
                    if levels.is_empty() { "nothing else".to_owned() } else { levels.join(", ") }
                ),
                found: path,
            }
            .into());
        }
        let mut left_out = Vec::new();
        let mut assemble = |kept: &[Kept], level: Level, reading: Reading| {
            let assembly = Assembly { source: self, plan: &plan, groups: &groups, kept, level };
            assembly.panel(&mut left_out, reading).map_err(|failure| match failure {
                Failure::Other(error) => *error,
                Failure::Repeated { key, first, second } => {
                    let differ = self.difference(&mut reader, &path, [first, second]).unwrap_or(RowDifference::Unknown);
                    let (first, second) = (Place::Line(first), Place::Line(second));
                    Error::from(SourceError::RepeatedKey { path: path.clone(), key, first, second, differ })
                }
            })
        };
        let panel = assemble(&authorities, Level::Authority, reading)?;
        let regions = if some(&regions) { Some(assemble(&regions, Level::Region, Reading::default())?) } else { None };
        let nation = if some(&nation) { Some(assemble(&nation, Level::Nation, Reading::default())?) } else { None };
        Ok(Published { authorities: panel, regions, nation, other_levels, left_out })
    }

    /// Reads two lines again and says in which columns they differ.
    fn difference<R: Read + Seek>(&self, reader: &mut R, path: &str, lines: [u64; 2]) -> Result<RowDifference> {
        reader
            .seek(SeekFrom::Start(0))
            .map_err(|source| Error::from(DataError::Read { path: path.to_owned(), source }))?;
        let (mut table, header) = Table::open(self, reader, path)?;
        let mut rows: Vec<Vec<String>> = Vec::new();
        while rows.len() < lines.len() && table.advance()? {
            if lines.contains(&table.line()) {
                rows.push((0..header.names.len()).map(|at| decode(table.cell(at)).into_owned()).collect());
            }
        }
        let [first, second] = rows.as_slice() else { return Ok(RowDifference::Unknown) };
        let mut columns: Vec<DifferentCells> = (header.names.iter().zip(first.iter().zip(second)))
            .filter(|(_, (a, b))| a != b)
            .map(|(name, (a, b))| DifferentCells { column: name.clone(), first: a.clone(), second: b.clone() })
            .collect();
        if columns.is_empty() {
            return Ok(RowDifference::Nothing);
        }
        // Text tells rows apart better than figures.
        columns.sort_by_key(|cells| read_value(cells.first.as_bytes()).is_some());
        columns.truncate(DIFFERENCES);
        Ok(RowDifference::Columns { columns })
    }
}

/// Why a panel cannot be put together. Rows that repeat a key are told apart by the file, which is out of reach here.
enum Failure {
    Repeated { key: String, first: u64, second: u64 },
    Other(Box<Error>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Other(Box::new(error))
    }
}

/// The cells of one level on their way to a panel.
struct Assembly<'a> {
    source: &'a Source,
    plan: &'a Plan,
    groups: &'a [Vec<usize>],
    kept: &'a [Kept],
    level: Level,
}

/// What a code of the file stands for.
struct Unit {
    unit: String,
    /// Which of how many parts of a joint return it is.
    part: Option<(usize, usize)>,
}

/// A row of the panel to be: for each group the row of its cells.
struct Row {
    unit: String,
    period: i32,
    part: Option<(usize, usize)>,
    sources: Vec<Option<usize>>,
}

impl Assembly<'_> {
    fn panel(&self, left_out: &mut Vec<String>, mut reading: Reading) -> std::result::Result<Panel, Failure> {
        let (spelt, spellings) = self.spelt();
        reading.spellings = spellings;
        let mut rows: Vec<Row> = Vec::new();
        let mut positions: HashMap<(String, i32), usize> = HashMap::new();
        let mut joint_returns: Vec<String> = Vec::new();
        for (group, kept) in self.kept.iter().enumerate() {
            // A code is dealt with once, however many rows hold it.
            let (codes, firsts) = kept.units.distinct();
            let mut units = Vec::with_capacity(codes.len());
            for (position, written) in codes.iter().enumerate() {
                let code = spelt.get(written.as_ref()).map_or(written.as_ref(), String::as_str);
                // Looked for only where an error names it.
                let place = || {
                    let first = firsts.iter().position(|&first| first as usize == position).unwrap_or_default();
                    Place::Line(kept.lines[first])
                };
                let found = self.units_of(code, place, left_out)?;
                if found.iter().any(|unit| unit.part.is_some()) && !joint_returns.iter().any(|known| known == code) {
                    joint_returns.push(code.to_owned());
                }
                units.push(found);
            }
            for (at, &code) in firsts.iter().enumerate() {
                for unit in &units[code as usize] {
                    let key = (unit.unit.clone(), kept.periods[at]);
                    let position = *positions.entry(key).or_insert_with(|| {
                        let sources = vec![None; self.kept.len()];
                        rows.push(Row { unit: unit.unit.clone(), period: kept.periods[at], part: unit.part, sources });
                        rows.len() - 1
                    });
                    let source = &mut rows[position].sources[group];
                    if let Some(first) = source.replace(at) {
                        let lines = (kept.lines[first], kept.lines[at]);
                        return Err(self.repeated(&unit.unit, kept.periods[at], group, lines));
                    }
                }
            }
        }
        Ok(self.build(&rows, &joint_returns, reading)?)
    }

    /// The codes that are other spellings of one, by what they are in the file, each with that one: a measure's rows may
    /// spell a code otherwise than another's.
    fn spelt(&self) -> (HashMap<String, String>, Vec<Spellings>) {
        let mut texts: Vec<Cow<'_, str>> = self.kept.iter().flat_map(|kept| kept.units.distinct().0).collect();
        texts.sort_unstable();
        texts.dedup();
        let (units, spellings) = united(&self.plan.unit_name, &texts);
        let spelt = texts.into_iter().map(Cow::into_owned).zip(units).filter(|(text, unit)| text != unit).collect();
        // Regions and the nation are told apart by level, and nothing is to be said of them.
        (spelt, if self.level == Level::Authority { spellings } else { Vec::new() })
    }

    fn repeated(&self, unit: &str, period: i32, group: usize, (first, second): (u64, u64)) -> Failure {
        let mut key = unit.to_owned();
        if !matches!(self.plan.periods, Periods::None) {
            key.push_str(&format!(", period {period}"));
        }
        if let ([measure], true) = (self.groups[group].as_slice(), self.groups.len() > 1) {
            key.push_str(&format!(", measure {}", self.source.measures[*measure].measure));
        }
        Failure::Repeated { key, first, second }
    }

    /// The units that a code of the file stands for: one, several for a joint return, none where it is left out.
    fn units_of(&self, code: &str, place: impl Fn() -> Place, left_out: &mut Vec<String>) -> Result<Vec<Unit>> {
        let column = || self.plan.unit_name.clone();
        if self.level != Level::Authority {
            let unit = if code.is_empty() { "nation".to_owned() } else { code.to_owned() };
            return Ok(vec![Unit { unit, part: None }]);
        }
        if code.is_empty() {
            return Err(DataError::MissingKey { column: column(), place: place() }.into());
        }
        if matches!(read_value(code.as_bytes()), Some(Err(_))) {
            let why = CodeProblem::MissingMark { column: column(), place: place() };
            return Err(SourceError::Code { code: code.to_owned(), why }.into());
        }
        let parts = joint_parts(code);
        if parts.len() > 1 {
            match self.source.joint {
                JointReturns::Refuse => {
                    return Err(
                        SourceError::JointReturn { column: column(), place: place(), code: code.to_owned() }.into()
                    );
                }
                JointReturns::LeaveOut => {
                    left_out.push(code.to_owned());
                    return Ok(Vec::new());
                }
                JointReturns::ToEach { .. } => {}
            }
        }
        let mut units = Vec::new();
        for (part, code) in parts.iter().enumerate() {
            let unit = match &self.source.lookup {
                None => (*code).to_owned(),
                Some(lookup) => match lookup.unit(code) {
                    Some(unit) => unit.to_owned(),
                    None if lookup.leaves_out() => {
                        left_out.push((*code).to_owned());
                        continue;
                    }
                    None => {
                        let nearest = lookup.nearest(code);
                        return Err(SourceError::UnknownCode {
                            column: column(),
                            place: place(),
                            code: (*code).to_owned(),
                            nearest,
                        }
                        .into());
                    }
                },
            };
            units.push(Unit { unit, part: (parts.len() > 1).then_some((part, parts.len())) });
        }
        Ok(units)
    }

    fn build(&self, rows: &[Row], joint_returns: &[String], reading: Reading) -> Result<Panel> {
        let mut columns: Vec<Column> = Vec::new();
        for (at, (_, name)) in self.plan.labels.iter().enumerate() {
            columns.push(self.label(at, name.clone(), rows));
        }
        let labels: Vec<String> = columns.iter().map(|column| column.name().to_owned()).collect();
        for (index, measure) in self.source.measures.iter().enumerate() {
            columns.push(self.measure(index, measure, rows, joint_returns)?);
        }
        if let (JointReturns::ToEach { flag }, Level::Authority) = (&self.source.joint, self.level) {
            let flags = rows.iter().map(|row| Ok(if row.part.is_some() { 1.0 } else { 0.0 }));
            let formula = format!("1 where {} is a joint return", self.plan.unit_name);
            let column = Column::from_values(flag.clone(), flags)?;
            columns.push(column.with_provenance(Arc::new(Provenance::derived(formula, Vec::new()))));
        }
        let keys = [self.plan.unit_name.as_str(), self.plan.period_name.as_str()];
        check_distinct(keys.into_iter().chain(columns.iter().map(Column::name)))?;
        let units: Cells = rows.iter().map(|row| &row.unit).collect();
        let periods = match self.plan.periods {
            Periods::None => None,
            _ => Some((self.plan.period_name.clone(), rows.iter().map(|row| row.period).collect())),
        };
        let places =
            rows.iter().map(|row| Place::Line(self.first(row).map_or(0, |(kept, at)| kept.lines[at]))).collect();
        let panel = Panel::from_columns((self.plan.unit_name.clone(), &units), periods, columns, places, reading)?;
        panel.with_labels(labels)
    }

    /// The first cells that a row has.
    fn first(&self, row: &Row) -> Option<(&Kept, usize)> {
        self.kept.iter().zip(&row.sources).find_map(|(kept, source)| Some((kept, (*source)?)))
    }

    fn label(&self, label: usize, name: String, rows: &[Row]) -> Column {
        let cells: Vec<Vec<&[u8]>> = self.kept.iter().map(|kept| kept.labels[label].iter().collect()).collect();
        let mut texts = Cells::default();
        for row in rows {
            let cell = cells.iter().zip(&row.sources).find_map(|(cells, source)| cells.get((*source)?).copied());
            let cell = cell.unwrap_or_default();
            let text = decode(cell);
            match row.part.map(|(part, parts)| (part, parts, joint_names(&text))) {
                Some((part, parts, names)) if names.len() == parts => texts.push(names[part].as_bytes()),
                _ => texts.push(cell),
            }
        }
        Column::from_text(name, &texts, &[])
    }

    fn measure(&self, index: usize, measure: &Measure, rows: &[Row], joint_returns: &[String]) -> Result<Column> {
        let found = self
            .groups
            .iter()
            .enumerate()
            .find_map(|(group, measures)| Some((group, measures.iter().position(|&measure| measure == index)?)));
        let (group, at) = found.unwrap_or_default();
        let kept = &self.kept[group];
        let cells: Vec<&[u8]> = kept.values[at].iter().collect();
        let name = measure.column_name().to_owned();
        let column = if measure.text {
            let texts: Vec<_> = rows.iter().map(|row| self.text(row.sources[group].map(|at| cells[at]))).collect();
            Column::from_texts(name, &texts)
        } else {
            let mut values = Vec::with_capacity(rows.len());
            for row in rows {
                values.push(match row.sources[group] {
                    None => Err(Missing::Absent),
                    Some(at) => self.number(measure, cells[at], Place::Line(kept.lines[at]))?,
                });
            }
            let place = |row: usize| Place::Line(kept.lines[row]);
            Column::check_percentages(&measure.measure, &kept.values[at], place, &self.source.style)?;
            Column::from_values(name, values)?
        };
        let source = self.source;
        let mut filters = source.filters.clone();
        if let Some(periods) = &source.periods {
            filters.push(("period".to_owned(), format!("{} to {}", periods.start(), periods.end())));
        }
        if let Some(sheet) = &source.sheet {
            filters.insert(0, ("sheet".to_owned(), sheet.trim().to_owned()));
        }
        let origin = FileOrigin {
            file: source.file_name(),
            title: source.title.clone(),
            publisher: source.publisher.clone(),
            layout: source.layout.name().to_owned(),
            measure: measure.measure.clone(),
            filters,
            period_offset: 0,
            marks: source.marks.clone(),
            joint_returns: joint_returns.to_vec(),
            headings: self.plan.remarks[index].clone(),
        };
        let mut provenance = Provenance::from_file(origin);
        (provenance.measured_in, provenance.quantity) = (measure.measured_in.clone(), measure.quantity);
        Ok(column.with_provenance(Arc::new(provenance)))
    }

    fn number(&self, measure: &Measure, cell: &[u8], place: Place) -> Result<Result<f64, Missing>> {
        if !self.source.marks.is_empty()
            && let Some(meaning) = self.source.marks.get(decode(cell).as_ref())
        {
            return Ok(Err(*meaning));
        }
        let column = || measure.measure.clone();
        match self.source.style.read_value(cell) {
            Some(Ok(number)) if number.is_infinite() => Err(DataError::Infinite { column: column(), place }.into()),
            Some(value) => Ok(value),
            None => Column::not_a_number(&measure.measure, place, decode(cell).into_owned()),
        }
    }

    fn text(&self, cell: Option<&[u8]>) -> Result<String, Missing> {
        let text = decode(cell.ok_or(Missing::Absent)?);
        match self.source.marks.get(text.as_ref()).copied().or_else(|| Missing::of_text(&text)) {
            Some(mark) => Err(mark),
            None => Ok(text.into_owned()),
        }
    }
}

/// The codes of a return filed together, or the one code.
fn joint_parts(code: &str) -> Vec<&str> {
    let parts: Vec<&str> = code.split(['/', '&', '+', ',']).map(str::trim).collect();
    // A code has a digit, so that "Tyne & Wear" is one area.
    let is_code =
        |part: &&str| part.chars().all(|c| c.is_ascii_alphanumeric()) && part.chars().any(|c| c.is_ascii_digit());
    if parts.iter().all(is_code) { parts } else { vec![code] }
}

/// The names of a return filed together. A comma does not part them: it stands in "Bristol, City of".
fn joint_names(name: &str) -> Vec<&str> {
    name.split(['/', '&', '+']).map(str::trim).collect()
}
