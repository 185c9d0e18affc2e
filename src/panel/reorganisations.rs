//! Which areas became which, and when?

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cells::decode;
use super::names::unknown_column;
use super::records::Records;
use crate::error::{DataError, Error, EventProblem, Place, ReorganisationProblem, Result};

/// The columns of a table of reorganisations.
const COLUMNS: [&str; 10] =
    ["effective", "kind", "from_number", "from_code", "from_name", "to_number", "to_code", "to_name", "source", "note"];

/// What happened to an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReorganisationKind {
    /// An area became the whole or a part of a larger one. One that takes in others and goes on under its number is its
    /// own predecessor, in an event of its own.
    Merge,
    /// An area became several, without remainder. One that goes on beside them is its own successor.
    Split,
    /// A part of an area went to another, so that neither compares exactly with what it was.
    BoundaryChange,
    /// The same area has another code.
    Recode,
}

/// An area as tables name it. A number or a code may be empty where it has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Area {
    /// The number by the Department for Education.
    pub number: String,
    /// The nine-character code.
    pub code: String,
    /// The name.
    pub name: String,
}

/// One area becoming another, whole or in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Reorganisation {
    /// The first day, as in 2019-04-01.
    pub effective: String,
    /// What happened.
    pub kind: ReorganisationKind,
    /// The area before.
    pub from: Area,
    /// The area after.
    pub to: Area,
    /// The law behind it.
    pub source: String,
    /// What else is worth saying.
    pub note: String,
}

/// A table of reorganisations.
///
/// ```
/// use apportion::panel::{ReorganisationKind, Reorganisations};
/// let table = Reorganisations::england();
/// let cumbria: Vec<_> = table.events().iter().filter(|event| event.from.name == "Cumbria").collect();
/// assert_eq!(cumbria.len(), 2);
/// assert_eq!((cumbria[0].kind, cumbria[0].effective.as_str()), (ReorganisationKind::Split, "2023-04-01"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reorganisations {
    events: Vec<Reorganisation>,
}

impl Reorganisations {
    /// Authorities in England with children's services, 2009 to 2025, from the orders that made the changes.
    ///
    /// ```
    /// use apportion::panel::{ReorganisationKind, Reorganisations};
    /// let england = Reorganisations::england();
    /// // Bournemouth, Christchurch (part of Dorset) and Poole.
    /// let into: Vec<_> = england.events().iter().filter(|event| event.to.number == "839").collect();
    /// assert!(into.iter().any(|event| event.from.name == "Poole" && event.kind == ReorganisationKind::Merge));
    /// assert!(into.iter().all(|event| event.effective == "2019-04-01"));
    /// ```
    pub fn england() -> Self {
        // The table is checked by a test of this file, so it reads.
        Self::read_csv_from(include_str!("reorganisations/england.csv").as_bytes()).unwrap_or_default()
    }

    /// Reads a table from a CSV file, as [`Reorganisations::read_csv_from`] does.
    ///
    /// # Errors
    ///
    /// [`DataError::Read`] for a file that cannot be read, and all of [`Reorganisations::read_csv_from`].
    ///
    /// ```no_run
    /// use apportion::panel::Reorganisations;
    /// let table = Reorganisations::read_csv("reorganisations.csv")?;
    /// assert!(!table.events().is_empty());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn read_csv(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        match File::open(path) {
            Ok(mut file) => Self::read(&mut file, &name),
            Err(source) => Err(DataError::Read { path: name, source }.into()),
        }
    }

    /// Reads a table with the columns effective, kind (merge, split, boundary change, recode), from_number, from_code,
    /// from_name, to_number, to_code, to_name, source and note.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`] for a column that is not there, [`DataError::RaggedRow`] and the like for the file,
    /// and [`DataError::Reorganisation`], with line and column, for a kind or date that is none, or an area without
    /// number and code.
    ///
    /// ```
    /// use apportion::panel::Reorganisations;
    /// let csv = "effective,kind,from_number,from_code,from_name,to_number,to_code,to_name,source,note\n\
    ///            2019-02-30,merge,1,,A,3,,C,,\n";
    /// assert_eq!(
    ///     Reorganisations::read_csv_from(csv.as_bytes()).unwrap_err().to_string(),
    ///     "reorganisations: line 2, column \"effective\": \"2019-02-30\" is no date: write it as 2019-04-01"
    /// );
    /// ```
    pub fn read_csv_from(mut reader: impl Read) -> Result<Self> {
        Self::read(&mut reader, "the table of reorganisations")
    }

    fn read(reader: &mut dyn Read, path: &str) -> Result<Self> {
        let mut records = Records::new(reader, path)?;
        let header = records.header(&COLUMNS)?.names;
        let position = |name: &&str| {
            let found = header.iter().position(|there| there == name);
            found.ok_or_else(|| unknown_column(name, header.iter().map(String::as_str)))
        };
        let positions: Vec<usize> = COLUMNS.iter().map(position).collect::<Result<_>>()?;
        let mut table = Reorganisations::default();
        while records.advance()? {
            records.check_width(header.len())?;
            let cells: Vec<String> =
                positions.iter().map(|&at| decode(records.record.get(at).unwrap_or_default()).into_owned()).collect();
            let [effective, kind, from_number, from_code, from_name, to_number, to_code, to_name, source, note] =
                cells.as_slice()
            else {
                continue;
            };
            let wrong = |(column, why)| {
                let place = Some(Place::Line(records.line));
                Error::from(DataError::Reorganisation { why: ReorganisationProblem::Event { place, column, why } })
            };
            let kind = match kind.to_lowercase().as_str() {
                "merge" => ReorganisationKind::Merge,
                "split" => ReorganisationKind::Split,
                "boundary change" | "boundary_change" => ReorganisationKind::BoundaryChange,
                "recode" => ReorganisationKind::Recode,
                _ => return Err(wrong(("kind", EventProblem::Kind { found: kind.clone() }))),
            };
            let area = |number: &String, code: &String, name: &String| Area {
                number: number.clone(),
                code: code.clone(),
                name: name.clone(),
            };
            let event = Reorganisation {
                effective: effective.clone(),
                kind,
                from: area(from_number, from_code, from_name),
                to: area(to_number, to_code, to_name),
                source: source.clone(),
                note: note.clone(),
            };
            if let Some(fault) = fault(&event) {
                return Err(wrong(fault));
            }
            table.events.push(event);
        }
        Ok(table)
    }

    /// Adds an event.
    ///
    /// # Errors
    ///
    /// [`DataError::Reorganisation`] for a date that is none, or an area with neither number nor code.
    ///
    /// ```
    /// use apportion::panel::Reorganisations;
    /// let england = Reorganisations::england();
    /// let mut event = england.events()[0].clone();
    /// event.note = "as the county council tells it".to_string();
    /// let longer = england.clone().with(event.clone())?;
    /// assert_eq!(longer.events().len(), england.events().len() + 1);
    /// event.effective = "2019-02-30".to_string();
    /// assert!(england.with(event).unwrap_err().to_string().contains("is no date"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with(mut self, event: Reorganisation) -> Result<Self> {
        match fault(&event) {
            Some((column, why)) => {
                let why = ReorganisationProblem::Event { place: None, column, why };
                Err(DataError::Reorganisation { why }.into())
            }
            None => {
                self.events.push(event);
                Ok(self)
            }
        }
    }

    /// Every code of the table with its number, the old codes and the new: what a [`Lookup`](crate::sources::Lookup) of
    /// codes is made of, for files of another year than the panel's.
    ///
    /// ```
    /// use apportion::panel::Reorganisations;
    /// use apportion::sources::Lookup;
    /// let lookup = Lookup::new(Reorganisations::england().codes())?;
    /// assert_eq!((lookup.unit("E10000002"), lookup.unit("E06000060")), (Some("825"), Some("825")));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn codes(&self) -> impl Iterator<Item = (&str, &str)> {
        let areas = self.events.iter().flat_map(|event| [&event.from, &event.to]);
        areas.filter(|area| !area.code.is_empty()).map(|area| (area.code.as_str(), area.number.as_str()))
    }

    /// The events, as they stand in the table.
    pub fn events(&self) -> &[Reorganisation] {
        &self.events
    }
}

/// What is wrong with an event, and in which column.
fn fault(event: &Reorganisation) -> Option<(&'static str, EventProblem)> {
    if !is_date(&event.effective) {
        return Some(("effective", EventProblem::Date { found: event.effective.clone() }));
    }
    let areas = [("from_number", &event.from), ("to_number", &event.to)];
    let (column, area) = areas.into_iter().find(|(_, area)| area.number.is_empty() && area.code.is_empty())?;
    Some((column, EventProblem::NoNumberOrCode { name: area.name.clone() }))
}

/// Whether a text is a day of the calendar, as 2019-04-01.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |text: &str, digits: usize, most: u32| {
        let written = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| written && (1..=most).contains(number))
    };
    let (Some(year), Some(month)) = (number(year, 4, 9999), number(month, 2, 12)) else { return false };
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    };
    number(day, 2, days).is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::error::Error;

    const HEADER: &str = "effective,kind,from_number,from_code,from_name,to_number,to_code,to_name,source,note\n";

    #[test]
    fn the_table_of_england_is_consistent() {
        let table = Reorganisations::read_csv_from(include_str!("reorganisations/england.csv").as_bytes()).unwrap();
        assert_eq!(table, Reorganisations::england());
        assert_eq!(table.events().len(), 19);
        let (mut codes, mut begins) = (BTreeMap::new(), BTreeMap::new());
        for event in table.events() {
            for area in [&event.from, &event.to] {
                let number = codes.entry(&area.code).or_insert(&area.number);
                assert!(area.code.is_empty() || *number == &area.number, "{area:?}");
            }
            if event.kind != ReorganisationKind::Recode {
                let begin = begins.entry(&event.to.number).or_insert(&event.effective);
                assert_eq!(*begin, &event.effective, "{event:?} begins twice");
            } else {
                assert_eq!(event.from.number, event.to.number, "{event:?}");
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_table() {
        let read =
            |row: &str| Reorganisations::read_csv_from(format!("{HEADER}{row}\n").as_bytes()).unwrap_err().to_string();
        assert!(read("2019-4-1,merge,1,,A,2,,B,,").contains("line 2, column \"effective\": \"2019-4-1\" is no date"));
        assert!(read("2019-02-29,merge,1,,A,2,,B,,").contains("\"2019-02-29\" is no date"));
        assert!(read("2019-04-01,union,1,,A,2,,B,,").contains("line 2, column \"kind\": \"union\" is no kind"));
        assert!(read("2019-04-01,merge,,,A,2,,B,,").contains("column \"from_number\": area \"A\" has neither"));
        let missing = Reorganisations::read_csv("no/such.csv").unwrap_err();
        assert!(matches!(missing, Error::Data(DataError::Read { .. })), "{missing}");
        assert!(read("2019-04-01,merge").contains("line 2 has 2 cells"));
        let error = Reorganisations::read_csv_from(&b"effective,sort\n"[..]).unwrap_err().to_string();
        assert!(error.contains("no column \"kind\""), "{error}");
    }
}
