//! What stands in the rows of a CSV file, one after the other?
//!
//! Knows lines and cells, not their meaning.

use std::io::{self, Read};

use csv::{ByteRecord, ReaderBuilder};

use super::cells::decode;
use super::names::check_distinct;
use super::text::{END, NotText, TextReader};
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
}

impl<'a> Records<'a> {
    pub(crate) fn new(reader: &'a mut dyn Read, path: &'a str) -> Result<Self> {
        let text = TextReader::new(reader).map_err(|source| read_error(path, source))?;
        // Rows of another length are reported here, with their true line.
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(BUFFER).from_reader(text);
        Ok(Self { reader, path, record: ByteRecord::new(), line: 0 })
    }

    /// The names in the first row.
    ///
    /// # Errors
    ///
    /// [`DataError::EmptyFile`] where there is none, [`DataError::DuplicateColumn`] for a name that stands there twice.
    pub(crate) fn header(&mut self) -> Result<Vec<String>> {
        if !self.advance()? {
            return Err(DataError::EmptyFile { path: self.path.to_owned() }.into());
        }
        column_names(self.record.iter())
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
                Ok(true)
            }
        }
    }
}

fn read_error(path: &str, source: io::Error) -> Error {
    let path = path.to_owned();
    if source.get_ref().is_some_and(|inner| inner.is::<NotText>()) {
        Error::from(DataError::NotText { path })
    } else {
        Error::from(DataError::Read { path, source })
    }
}
