//! What stands in the rows of a file, whether it is text or a workbook?

use std::io::{Read, Seek, SeekFrom};

use super::Source;
use crate::error::{DataError, Error, Result, SourceError, WorkbookProblem};
use crate::panel::{Header, NoteLine, Records};

/// The rows of a file after its header, one at a time.
pub(super) enum Table<'a> {
    Text(Records<'a>),
    #[cfg(feature = "excel")]
    Sheet(super::workbook::Sheet),
}

impl<'a> Table<'a> {
    /// Opens the file and reads its header.
    ///
    /// # Errors
    ///
    /// Those of the file, see [`Source::read`].
    pub(super) fn open<R: Read + Seek>(
        source: &Source,
        reader: &'a mut R,
        path: &'a str,
    ) -> Result<(Table<'a>, Header)> {
        if source.is_workbook() {
            return Self::open_workbook(source, reader, path);
        }
        let io = |source| Error::from(DataError::Read { path: path.to_owned(), source });
        let mut start = [0; 4];
        let read = reader.read(&mut start).map_err(io)?;
        reader.seek(SeekFrom::Start(0)).map_err(io)?;
        if read == start.len() && [&b"PK\x03\x04"[..], b"\xD0\xCF\x11\xE0"].contains(&&start[..]) {
            return Err(SourceError::Workbook { path: path.to_owned(), why: WorkbookProblem::NotNamedSo }.into());
        }
        let mut records = Records::new(reader, path)?;
        let header = records.header(&source.layout.required())?;
        Ok((Table::Text(records), header))
    }

    #[cfg(feature = "excel")]
    fn open_workbook<R: Read + Seek>(source: &Source, reader: &'a mut R, path: &'a str) -> Result<(Table<'a>, Header)> {
        let (sheet, header) = super::workbook::Sheet::open(source, reader, path)?;
        Ok((Table::Sheet(sheet), header))
    }

    #[cfg(not(feature = "excel"))]
    fn open_workbook<R: Read + Seek>(_: &Source, _: &'a mut R, path: &'a str) -> Result<(Table<'a>, Header)> {
        Err(SourceError::Feature { what: format!("reading the workbook {path}"), feature: "excel" }.into())
    }

    /// Moves to the next row; false at the end.
    pub(super) fn advance(&mut self) -> Result<bool> {
        match self {
            Table::Text(records) => records.advance(),
            #[cfg(feature = "excel")]
            Table::Sheet(sheet) => Ok(sheet.advance()),
        }
    }

    /// A cell of the row, trimmed; empty beyond its end.
    pub(super) fn cell(&self, at: usize) -> &[u8] {
        match self {
            Table::Text(records) => records.record.get(at).unwrap_or_default().trim_ascii(),
            #[cfg(feature = "excel")]
            Table::Sheet(sheet) => sheet.cell(at),
        }
    }

    /// The number of cells of the row.
    pub(super) fn len(&self) -> usize {
        match self {
            Table::Text(records) => records.record.len(),
            #[cfg(feature = "excel")]
            Table::Sheet(sheet) => sheet.len(),
        }
    }

    /// The line of the file, or the row of the sheet, from 1.
    pub(super) fn line(&self) -> u64 {
        match self {
            Table::Text(records) => records.line,
            #[cfg(feature = "excel")]
            Table::Sheet(sheet) => sheet.line(),
        }
    }

    /// Takes the row for an empty line.
    pub(super) fn leave_gap(&mut self) {
        match self {
            Table::Text(records) => records.leave_gap(),
            #[cfg(feature = "excel")]
            Table::Sheet(_) => {} // a sheet passes over empty rows, and knows of them
        }
    }

    /// Whether the row is a note below the table.
    pub(super) fn is_note(&mut self, width: usize) -> Result<bool> {
        match self {
            Table::Text(records) => records.is_note(width),
            #[cfg(feature = "excel")]
            Table::Sheet(sheet) => sheet.is_note(width),
        }
    }

    /// The notes below the table.
    pub(super) fn into_notes(self) -> Vec<NoteLine> {
        match self {
            Table::Text(records) => records.into_notes(),
            #[cfg(feature = "excel")]
            Table::Sheet(sheet) => sheet.into_notes(),
        }
    }
}
