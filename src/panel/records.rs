//! What stands in the rows of a CSV file, one after the other?
//!
//! Knows lines and cells, not their meaning.

use std::io::{self, Read};

use csv::{ByteRecord, ReaderBuilder};

use super::cells::decode;
use super::history::NoteLine;
use super::names::check_distinct;
use super::notes::{Line, Notes};
use super::spelling::{is_same, position};
use super::text::{END, NotText, TextReader};
use super::value::read_value;
use crate::error::{DataError, Error, Result};

/// Large enough that calls to the system do not count, small enough for the processor's own memory.
const BUFFER: usize = 1 << 16;

/// The names of the header, those of nameless columns by position.
pub(crate) fn column_names<'a>(header: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<String>> {
    let names: Vec<String> = (1..)
        .zip(header)
        .map(|(position, cell)| match decode(cell) {
            name if name.is_empty() => format!("unnamed_{position}"),
            name => name.into_owned(),
        })
        .collect();
    check_distinct(names.iter().map(String::as_str))?;
    Ok(names)
}

/// The rows of a file one after the other, each with the line at which it begins.
pub(crate) struct Records<'a> {
    reader: csv::Reader<TextReader<&'a mut dyn Read>>,
    path: &'a str,
    pub(crate) record: ByteRecord,
    pub(crate) line: u64,
    /// Whether an empty line stands above the row.
    pub(crate) after_gap: bool,
    /// The line after the last row.
    next_line: u64,
    notes: Notes,
    /// What separates cells.
    separator: u8,
}

/// The header of a file, and what stands above it.
pub(crate) struct Header {
    pub(crate) names: Vec<String>,
    /// The line at which it stands.
    pub(crate) line: u64,
    pub(crate) above: Vec<NoteLine>,
}

/// In how many of the first rows a header is looked for.
const HEADER_WITHIN: usize = 60;

/// The position of a header among rows: the first that holds all names wanted, or else the one with most texts in it, which
/// says best what the file looks like; `None` without a row.
pub(crate) fn header_position(rows: &[Vec<String>], wanted: &[&str]) -> Option<usize> {
    let filled = |row: &Vec<String>| row.iter().filter(|cell| !cell.is_empty()).count();
    let texts = |row: &Vec<String>| row.iter().filter(|cell| read_value(cell.as_bytes()).is_none()).count();
    let widest = || (0..rows.len()).rev().max_by_key(|&at| (texts(&rows[at]), filled(&rows[at])));
    rows.iter().position(|row| holds_all(row, wanted)).or_else(widest)
}

fn holds_all(row: &[String], wanted: &[&str]) -> bool {
    wanted.iter().all(|name| position(row.iter().map(String::as_str), name).is_some())
}

impl<'a> Records<'a> {
    /// The rows of a file whose cells are separated by commas.
    pub(crate) fn new(reader: &'a mut dyn Read, path: &'a str) -> Result<Self> {
        Self::separated_by(b',', reader, path)
    }

    pub(super) fn separated_by(separator: u8, reader: &'a mut dyn Read, path: &'a str) -> Result<Self> {
        let text = TextReader::new(reader).map_err(|source| read_error(path, source))?;
        // Rows of another length are reported here, with their true line.
        let reader = ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER)
            .from_reader(text);
        let (record, notes) = (ByteRecord::new(), Notes::default());
        Ok(Self { reader, path, record, line: 0, after_gap: false, next_line: 1, notes, separator })
    }

    /// The names in the first row that holds all of those wanted, and what stands above it: titles, and the `sep=,` by
    /// which spreadsheets are told of commas. Where no row holds them, the names of the widest of the first rows.
    ///
    /// # Errors
    ///
    /// [`DataError::EmptyFile`] where there is no row, [`DataError::Separator`] where a row holds the names separated by
    /// something else than commas, [`DataError::DuplicateColumn`] for a name that stands there twice.
    pub(crate) fn header(&mut self, wanted: &[&str]) -> Result<Header> {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut above: Vec<NoteLine> = Vec::new();
        while rows.len() < HEADER_WITHIN && self.advance()? {
            let row: Vec<String> = self.record.iter().map(|cell| decode(cell).into_owned()).collect();
            above.push(self.as_note());
            match said_separator(&row, self.separator.into()).filter(|_| rows.is_empty()) {
                Some(said) if said == char::from(self.separator) => continue,
                Some(said) => return Err(self.other_separator(said)),
                None => {}
            }
            if let [cell] = row.as_slice()
                && let Some(separator) = separator_of(cell, wanted)
            {
                return Err(self.other_separator(separator));
            }
            let is_header = holds_all(&row, wanted);
            rows.push(row);
            if is_header {
                break;
            }
        }
        let Some(at) = header_position(&rows, wanted) else {
            return Err(DataError::EmptyFile { path: self.path.to_owned() }.into());
        };
        // The line that says what separates cells is none of the rows.
        let header = above.len() - rows.len() + at;
        let line = above.get(header).map_or(1, |line| line.line);
        above.truncate(header);
        above.retain(|line| !line.text.is_empty());
        Ok(Header { names: column_names(rows[at].iter().map(String::as_bytes))?, line, above })
    }

    fn other_separator(&self, separator: char) -> Error {
        let found = match separator {
            ';' => "semicolons",
            '\t' => "tabs",
            '|' => "vertical bars",
            _ => "another sign than commas",
        };
        Error::from(DataError::Separator { path: self.path.to_owned(), found })
    }

    /// Whether the first cell of the row is the only one with something in it.
    pub(crate) fn is_alone(&self) -> bool {
        let mut filled = self.record.iter().map(|cell| !cell.trim_ascii().is_empty());
        filled.next() == Some(true) && !filled.any(|filled| filled)
    }

    /// Whether the row may be the header below a title of so many cells: it has more of them, or nothing but texts.
    pub(crate) fn may_be_header(&self, width: usize) -> bool {
        let is_text = |cell: &[u8]| read_value(cell.trim_ascii()).is_none();
        !self.is_alone() && (width == 1 || self.record.iter().all(is_text))
    }

    /// Whether nothing stands in the row.
    pub(crate) fn is_blank(&self) -> bool {
        self.record.as_slice().trim_ascii().is_empty()
    }

    /// The row as a line of text.
    pub(crate) fn as_note(&self) -> NoteLine {
        let cells = self.record.iter().map(decode).filter(|cell| !cell.is_empty());
        NoteLine::new(self.line, cells.collect::<Vec<_>>().join(", "))
    }

    /// Takes the row for an empty line.
    pub(crate) fn leave_gap(&mut self) {
        self.next_line = 0;
    }

    /// Whether the row is a note below the table; see [`Notes::is_note`].
    pub(crate) fn is_note(&mut self, width: usize) -> Result<bool> {
        let line = Line { line: self.line, after_gap: self.after_gap, cells: self.record.len(), width };
        self.notes.is_note(self.record.iter(), line)
    }

    /// The notes below the table.
    pub(crate) fn into_notes(self) -> Vec<NoteLine> {
        self.notes.into_found()
    }

    /// The error of a row with more or fewer cells than the header.
    pub(crate) fn check_width(&self, expected: usize) -> Result<()> {
        match self.record.len() {
            found if found == expected => Ok(()),
            found => Err(DataError::RaggedRow { line: self.line, expected, found }.into()),
        }
    }

    /// Moves to the next row; false at the end.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        self.reader.read_byte_record(&mut self.record).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(source) => read_error(self.path, source),
            other => read_error(self.path, io::Error::other(format!("{other:?}"))),
        })?;
        // The reader says at which line a row ends, and quoted cells may hold line breaks: they lie between.
        let bytes = self.record.as_slice();
        let breaks = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let line_after = self.reader.position().line();
        match bytes {
            [END] => Ok(false),
            // A quote that never closes runs through the end of the stream and takes the byte that marks it.
            [.., END] => Err(DataError::OpenQuote { line: line_after.saturating_sub(breaks) }.into()),
            _ => {
                // Blank lines before a row are passed over with it, so its line is counted from its end.
                self.line = line_after.saturating_sub(breaks + 1);
                self.after_gap = self.line > self.next_line;
                self.next_line = line_after;
                Ok(true)
            }
        }
    }
}

/// The sign of a line such as `sep=;`, by which spreadsheets are told what separates cells.
fn said_separator(row: &[String], separator: char) -> Option<char> {
    let [said, rest @ ..] = row else { return None };
    let is_alone = rest.iter().all(String::is_empty);
    let sign = said.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).map(|_| &said[4..])?;
    let mut signs = sign.chars();
    match (signs.next(), signs.next()) {
        _ if !is_alone => None,
        (None, _) => Some(separator), // the separator itself divided what stands before it from nothing
        (sign, None) => sign,
        _ => None,
    }
}

/// What separates the names wanted in a row of one cell, where that is not the name wanted.
fn separator_of(cell: &str, wanted: &[&str]) -> Option<char> {
    let holds_one = |separator: &char| {
        let mut names = cell.split(*separator).map(|name| name.trim_matches(['"', ' ']));
        names.any(|name| wanted.iter().any(|wanted| is_same(name, wanted)))
    };
    let is_other = |separator: &char| cell.contains(*separator) && wanted.iter().any(|name| !is_same(name, cell));
    [';', '\t', '|'].into_iter().filter(is_other).find(holds_one)
}

fn read_error(path: &str, source: io::Error) -> Error {
    let path = path.to_owned();
    if source.get_ref().is_some_and(|inner| inner.is::<NotText>()) {
        Error::from(DataError::NotText { path })
    } else {
        Error::from(DataError::Read { path, source })
    }
}
