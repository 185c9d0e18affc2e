//! Is this stream text, and where do its lines end?
//!
//! Knows nothing of cells: it hands on bytes with a byte-order mark removed and every line ended by `\n` alone, so that
//! the lines counted after it are those of the file.

use std::fmt;
use std::io::{self, Chain, Cursor, Read};

/// Ends the stream. A text file holds no NUL, so a row ending in this byte is either the end of the file or a quoted
/// cell that ran into it.
pub(super) const END: u8 = 0;

const UTF8_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];
const UTF16_MARKS: [[u8; 2]; 2] = [[0xFF, 0xFE], [0xFE, 0xFF]];

/// The source of the I/O error raised for a stream that is not text.
#[derive(Debug)]
pub(super) struct NotText;

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not text in UTF-8 or Windows-1252")
    }
}

impl std::error::Error for NotText {}

/// A reader of text; see the module.
pub(super) struct TextReader<R> {
    inner: Chain<Cursor<Vec<u8>>, R>,
    after_return: bool,
    last: u8,
    ended: bool,
}

impl<R: Read> TextReader<R> {
    pub(super) fn new(mut inner: R) -> io::Result<Self> {
        // To the end of these few bytes, since a reader may hand out fewer at a time than a mark has.
        let mut head = Vec::with_capacity(UTF8_MARK.len());
        inner.by_ref().take(UTF8_MARK.len() as u64).read_to_end(&mut head)?;
        if UTF16_MARKS.iter().any(|mark| head.starts_with(mark)) {
            return Err(not_text());
        }
        if head == UTF8_MARK {
            head.clear();
        }
        // As if a line had just ended, so that a stream of nothing does not get a line break of its own.
        Ok(Self { inner: Cursor::new(head).chain(inner), after_return: false, last: b'\n', ended: false })
    }

    /// Turns `\r\n` and a lone `\r` into `\n` in place and returns the new length. A pair may be split by the end of a
    /// chunk.
    fn end_lines_alike(&mut self, chunk: &mut [u8]) -> usize {
        if !self.after_return && !chunk.contains(&b'\r') {
            return chunk.len();
        }
        let mut kept = 0;
        for at in 0..chunk.len() {
            let byte = chunk[at];
            let second_of_pair = self.after_return && byte == b'\n';
            self.after_return = byte == b'\r';
            if !second_of_pair {
                chunk[kept] = if byte == b'\r' { b'\n' } else { byte };
                kept += 1;
            }
        }
        kept
    }
}

impl<R: Read> Read for TextReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.ended {
            return Ok(0);
        }
        loop {
            let read = match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            let chunk = buffer.get_mut(..read).ok_or_else(|| io::Error::other("a reader returned more than asked"))?;
            if chunk.is_empty() {
                // A last line without a line break gets one first.
                self.ended = self.last == b'\n';
                self.last = b'\n';
                buffer[0] = if self.ended { END } else { b'\n' };
                return Ok(1);
            }
            // Workbooks hold such bytes, and so does UTF-16 without a mark.
            if chunk.contains(&0) {
                return Err(not_text());
            }
            // Nothing is left of a chunk that is the second half of a pair, and a length of 0 would end the stream.
            let kept = self.end_lines_alike(chunk);
            if kept > 0 {
                self.last = chunk[kept - 1];
                return Ok(kept);
            }
        }
    }
}

fn not_text() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads through a buffer of `size` bytes, so that every pair of bytes is split somewhere.
    fn read(input: &[u8], size: usize) -> io::Result<Vec<u8>> {
        let mut reader = TextReader::new(input)?;
        let (mut buffer, mut output) = (vec![0; size], Vec::new());
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(output),
                n => output.extend_from_slice(&buffer[..n]),
            }
        }
    }

    #[test]
    fn lines_end_alike_however_they_are_cut() {
        for size in [1, 2, 3, 5, 100] {
            for (input, output) in [
                (&b"a\r\nb\r\n"[..], &b"a\nb\n\0"[..]),
                (b"a\nb", b"a\nb\n\0"),
                (b"a\rb\r", b"a\nb\n\0"),
                (b"\r\r\n\n", b"\n\n\n\0"),
                (b"\xEF\xBB\xBFa\n", b"a\n\0"),
                (b"\xEF\xBB\xBF", b"\0"),
                (b"", b"\0"),
                (b"a", b"a\n\0"),
            ] {
                assert_eq!(read(input, size).unwrap(), output, "{input:?} by {size}");
            }
        }
    }

    #[test]
    fn what_is_not_text() {
        for input in [&b"\xFF\xFEa\0"[..], b"\xFE\xFF\0a", b"a\0b\0", b"PK\x03\x04\x14\0", b"long text then \0"] {
            let error = read(input, 100).unwrap_err();
            assert!(error.get_ref().is_some_and(|source| source.is::<NotText>()), "{input:?}");
        }
    }
}
