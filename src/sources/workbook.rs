//! What do the cells of a workbook's sheet say, as the text a CSV file would hold?

use std::io::{Cursor, Read, Seek};

use calamine::{Data, DataType, Reader, Sheets, open_workbook_auto_from_rs};

use super::Source;
use super::display::Display;
use crate::error::{DataError, Error, Result, SourceError, WorkbookProblem};
use crate::panel::{Header, Line, NoteLine, Notes, column_names, decode, header_position, is_same};

/// In how many of the first rows a header is looked for.
const HEADER_WITHIN: usize = 200;

/// The rows of a sheet below its header.
pub(super) struct Sheet {
    rows: Vec<Vec<Vec<u8>>>,
    /// The row of the sheet, from 1, at which `rows` begins.
    first: u64,
    next: usize,
    after_gap: bool,
    notes: Notes,
}

impl Sheet {
    /// Opens a workbook, finds the sheet by name and the header by the names that the source asks for.
    pub(super) fn open<R: Read + Seek>(source: &Source, reader: &mut R, path: &str) -> Result<(Sheet, Header)> {
        let failed = |why| Error::from(SourceError::Workbook { path: path.to_owned(), why });
        let mut bytes = Vec::new();
        reader
            .read_to_end(&mut bytes)
            .map_err(|source| Error::from(DataError::Read { path: path.to_owned(), source }))?;
        let mut workbook: Sheets<_> = open_workbook_auto_from_rs(Cursor::new(bytes.as_slice()))
            .map_err(|error| failed(WorkbookProblem::Unreadable { said: error.to_string() }))?;
        let names = workbook.sheet_names();
        let asked = source.sheet.as_deref().map(str::trim);
        let name = match (asked, names.as_slice()) {
            (Some(asked), names) => names.iter().find(|name| is_same(name, asked)),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let Some(name) = name else {
            let asked = asked.unwrap_or_default().to_owned();
            return Err(SourceError::NoSuchValue {
                path: path.to_owned(),
                what: "sheet".to_owned(),
                asked,
                available: names,
            }
            .into());
        };
        let range = workbook.worksheet_range(name).map_err(|error| {
            failed(WorkbookProblem::UnreadableSheet { sheet: name.clone(), said: error.to_string() })
        })?;
        let display = Display::of(&mut workbook, &bytes, name).ok_or_else(|| {
            let said = "the formats of its cells cannot be read, which say what is a percentage".to_owned();
            failed(WorkbookProblem::UnreadableSheet { sheet: name.clone(), said })
        })?;
        let (first, left) = range.start().unwrap_or_default();
        let cell = |row: u32, column: u32, cell: &Data| {
            let shown = cell.as_f64().filter(|_| matches!(cell, Data::Float(_) | Data::Int(_)));
            let shown = shown.and_then(|number| display.text(number, (row, column)));
            shown.map_or_else(|| text(cell), String::into_bytes)
        };
        let mut rows: Vec<Vec<Vec<u8>>> = (first..)
            .zip(range.rows())
            .map(|(row, cells)| (left..).zip(cells).map(|(column, data)| cell(row, column, data)).collect())
            .collect();

        let texts = |row: &Vec<Vec<u8>>| row.iter().map(|cell| decode(cell).into_owned()).collect::<Vec<String>>();
        let first_rows: Vec<Vec<String>> = rows.iter().take(HEADER_WITHIN).map(texts).collect();
        let Some(at) = header_position(&first_rows, &source.layout.required()) else {
            return Err(DataError::EmptyFile { path: format!("sheet \"{name}\" of {path}") }.into());
        };
        let line = |row: usize| u64::from(first) + row as u64 + 1;
        let above = (first_rows[..at].iter().enumerate()).map(|(row, cells)| {
            let filled: Vec<&str> = cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
            NoteLine::new(line(row), filled.join(", "))
        });
        let above = above.filter(|line| !line.text.is_empty()).collect();
        let below = rows.split_off(at + 1);
        let names = column_names(rows[at].iter().map(Vec::as_slice))?;
        let sheet = Sheet { rows: below, first: line(at + 1), next: 0, after_gap: false, notes: Notes::default() };
        Ok((sheet, Header { names, line: line(at), above }))
    }

    /// Moves to the next row that is not empty.
    pub(super) fn advance(&mut self) -> bool {
        self.after_gap = false;
        while let Some(row) = self.rows.get(self.next) {
            self.next += 1;
            if row.iter().any(|cell| !cell.is_empty()) {
                return true;
            }
            self.after_gap = true;
        }
        false
    }

    fn row(&self) -> &[Vec<u8>] {
        self.rows.get(self.next.wrapping_sub(1)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn cell(&self, at: usize) -> &[u8] {
        self.row().get(at).map_or(&[], Vec::as_slice)
    }

    pub(super) fn len(&self) -> usize {
        self.row().len()
    }

    pub(super) fn line(&self) -> u64 {
        self.first + self.next.saturating_sub(1) as u64
    }

    /// Whether the row is a note below the table; see [`Notes::is_note`].
    pub(super) fn is_note(&mut self, width: usize) -> Result<bool> {
        let cells = self.rows.get(self.next.wrapping_sub(1)).map_or(&[][..], Vec::as_slice);
        let line = Line {
            line: self.first + self.next.saturating_sub(1) as u64,
            after_gap: self.after_gap,
            cells: cells.len(),
            width,
        };
        self.notes.is_note(cells.iter().map(Vec::as_slice), line)
    }

    /// The notes below the table.
    pub(super) fn into_notes(self) -> Vec<NoteLine> {
        self.notes.into_found()
    }
}

/// A cell as trimmed text; a number in the shortest form that reads back to it, a date in ISO 8601.
fn text(cell: &Data) -> Vec<u8> {
    let text = match cell {
        Data::Empty => String::new(),
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTimeIso(date) => date.split('T').next().unwrap_or_default().to_owned(),
        other => other.to_string(),
    };
    text.trim().as_bytes().to_vec()
}
