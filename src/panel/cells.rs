//! What did the rows hold, before anyone knows what it means?
//!
//! The cells of one column lie end to end in one stretch of bytes, since a text of its own for each cell would cost
//! more than reading the file. Knows nothing of numbers or marks.

use std::borrow::Cow;
use std::collections::HashMap;

use encoding_rs::WINDOWS_1252;

use super::spelling::trimmed;

/// The trimmed cells of one column, in the order of the rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    pub(crate) fn push(&mut self, cell: &[u8]) {
        // Of spaces only those of ASCII: what other bytes mean is known only once the cell is decoded.
        self.bytes.extend_from_slice(cell.trim_ascii());
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.ends.iter().scan(0, |start, &end| {
            let cell = self.bytes.get(*start..end).unwrap_or_default();
            *start = end;
            Some(cell)
        })
    }

    /// The distinct cells in order of first appearance, as text, and for each row the position of its own.
    pub(crate) fn distinct(&self) -> (Vec<Cow<'_, str>>, Vec<u32>) {
        let mut positions: HashMap<&[u8], u32> = HashMap::new();
        let (mut distinct, mut codes) = (Vec::new(), Vec::with_capacity(self.len()));
        // Rows of a unit often stand together.
        let mut last: Option<(&[u8], u32)> = None;
        for cell in self.iter() {
            let code = match last {
                Some((before, code)) if before == cell => code,
                _ => *positions.entry(cell).or_insert_with(|| {
                    distinct.push(decode(cell));
                    distinct.len() as u32 - 1
                }),
            };
            last = Some((cell, code));
            codes.push(code);
        }
        (distinct, codes)
    }
}

impl<T: AsRef<[u8]>> FromIterator<T> for Cells {
    fn from_iter<I: IntoIterator<Item = T>>(cells: I) -> Self {
        let mut all = Cells::default();
        for cell in cells {
            all.push(cell.as_ref());
        }
        all
    }
}

/// A cell as trimmed text: UTF-8, or else Windows-1252, in which every byte has a meaning.
pub(crate) fn decode(cell: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(cell) {
        Ok(text) => Cow::Borrowed(trimmed(text)),
        // A cell is no file: what looks like a byte-order mark at its start is text.
        Err(_) => Cow::Owned(trimmed(&WINDOWS_1252.decode_without_bom_handling(cell).0).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_trimmed() {
        let cells: Cells = [" a ", "", "b c\t", "é"].into_iter().collect();
        assert_eq!(cells.len(), 4);
        assert_eq!(cells.iter().collect::<Vec<_>>(), [&b"a"[..], b"", b"b c", "é".as_bytes()]);
    }

    #[test]
    fn distinct_in_order_of_appearance() {
        let cells: Cells = ["b", "b", "a", "b", ""].into_iter().collect();
        let (distinct, codes) = cells.distinct();
        assert_eq!(distinct, ["b", "a", ""]);
        assert_eq!(codes, [0, 0, 1, 0, 2]);
    }

    #[test]
    fn utf8_or_else_windows_1252() {
        assert_eq!(decode("Môn".as_bytes()), "Môn");
        assert_eq!(decode(b"M\xf4n"), "Môn");
        assert_eq!(decode(b"2017\x9618"), "2017–18");
        assert_eq!(decode(b"12\xa0"), "12");
        assert_eq!(decode("\u{a0}12".as_bytes()), "12");
    }
}
