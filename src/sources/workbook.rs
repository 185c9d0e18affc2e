//! What do the cells of a workbook's sheet say, as the text a CSV file would hold?

use std::io::{Cursor, Read, Seek};

use calamine::{Data, Reader, Sheets, open_workbook_auto_from_rs};

use super::Source;
use crate::error::{DataError, Error, Result, SourceError, WorkbookProblem};
use crate::panel::column_names;

/// The rows of a sheet below its header.
pub(super) struct Sheet {
    rows: Vec<Vec<Vec<u8>>>,
    /// The row of the sheet, from 1, at which `rows` begins.
    first: u64,
    next: usize,
}

impl Sheet {
    /// Opens a workbook, finds the sheet by name and the header by the names that the source asks for.
    pub(super) fn open<R: Read + Seek>(source: &Source, reader: &mut R, path: &str) -> Result<(Sheet, Vec<String>)> {
        let failed = |why| Error::from(SourceError::Workbook { path: path.to_owned(), why });
        let mut bytes = Vec::new();
        reader
            .read_to_end(&mut bytes)
            .map_err(|source| Error::from(DataError::Read { path: path.to_owned(), source }))?;
        let mut workbook: Sheets<_> = open_workbook_auto_from_rs(Cursor::new(bytes))
            .map_err(|error| failed(WorkbookProblem::Unreadable { said: error.to_string() }))?;
        let names = workbook.sheet_names();
        let asked = source.sheet.as_deref().map(str::trim);
        let name = match (asked, names.as_slice()) {
            (Some(asked), names) => names.iter().find(|name| name.trim() == asked),
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
        let first = range.start().map_or(0, |(row, _)| u64::from(row));
        let mut rows: Vec<Vec<Vec<u8>>> = range.rows().map(|row| row.iter().map(text).collect()).collect();

        let required = source.layout.required();
        let holds = |row: &Vec<Vec<u8>>, name: &str| row.iter().any(|cell| cell == name.as_bytes());
        let header = rows.iter().position(|row| required.iter().all(|name| holds(row, name)));
        // Without one, the widest row says best what the sheet looks like.
        let filled = |row: &Vec<Vec<u8>>| row.iter().filter(|cell| !cell.is_empty()).count();
        let Some(header) = header.or_else(|| (0..rows.len()).rev().max_by_key(|&row| filled(&rows[row]))) else {
            return Err(DataError::EmptyFile { path: format!("sheet \"{name}\" of {path}") }.into());
        };
        let below = rows.split_off(header + 1);
        let names = column_names(rows[header].iter().map(Vec::as_slice))?;
        Ok((Sheet { rows: below, first: first + header as u64 + 2, next: 0 }, names))
    }

    /// Moves to the next row that is not empty.
    pub(super) fn advance(&mut self) -> bool {
        while let Some(row) = self.rows.get(self.next) {
            self.next += 1;
            if row.iter().any(|cell| !cell.is_empty()) {
                return true;
            }
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
