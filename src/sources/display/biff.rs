//! Which format has each number of an xls workbook?
//!
//! Knows the container of such files (MS-CFB) and the few records that hold formats and cells (MS-XLS); whatever is not
//! as it should be gives no formats, since the workbook itself is read by others.

use std::collections::HashMap;

/// The codes of formats by the row and column of the numbers that have one.
pub(super) type Formats = HashMap<(u32, u32), String>;

/// The formats of the numbers of a sheet; `None` where the file is not as it should be.
pub(super) fn formats(bytes: &[u8], sheet: &str) -> Option<Formats> {
    let stream = workbook_stream(bytes)?;
    // From version 6 on texts have a length of two bytes and may be of two bytes a character.
    let wide = read_u16(&stream, 4)? >= 0x0600;
    let (mut codes, mut styles, mut start) = (HashMap::new(), Vec::new(), None);
    for (kind, data) in Records::at(&stream, 0) {
        match kind {
            0x000a => break, // the end of what holds for all sheets
            0x041e => {
                let code = if wide { text(data, 4, read_u16(data, 2)?) } else { text_of_bytes(data, 3, *data.get(2)?) };
                codes.insert(read_u16(data, 0)?, code?);
            }
            0x00e0 => styles.push(read_u16(data, 2)?),
            0x0085 => {
                let length = *data.get(6)?;
                let name = if wide { text(data, 7, u16::from(length)) } else { text_of_bytes(data, 7, length) };
                if name?.trim() == sheet.trim() {
                    start = Some(read_u32(data, 0)? as usize);
                }
            }
            _ => {}
        }
    }
    let code = |style: u16| match styles.get(usize::from(style))? {
        9 => Some("0%".to_owned()),
        10 => Some("0.00%".to_owned()),
        id => codes.get(id).cloned(),
    };
    let mut found = Formats::new();
    let mut note = |row: u16, column: usize, style: u16| {
        if let Some(code) = code(style) {
            found.insert((u32::from(row), column as u32), code);
        }
    };
    for (kind, data) in Records::at(&stream, start?).skip(1) {
        match kind {
            0x000a => break,
            // A number, a short number, and the result of a formula: row, column and style come first in each.
            0x0203 | 0x027e | 0x0006 => note(read_u16(data, 0)?, usize::from(read_u16(data, 2)?), read_u16(data, 4)?),
            // Short numbers side by side, each with its style.
            0x00bd => {
                let (row, first) = (read_u16(data, 0)?, usize::from(read_u16(data, 2)?));
                for (at, cell) in data.get(4..data.len().checked_sub(2)?)?.chunks_exact(6).enumerate() {
                    note(row, first + at, read_u16(cell, 0)?);
                }
            }
            _ => {}
        }
    }
    Some(found)
}

/// The records from a position on, each with its kind.
struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    fn at(stream: &'a [u8], at: usize) -> Self {
        Records { stream, at }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (read_u16(self.stream, self.at)?, usize::from(read_u16(self.stream, self.at + 2)?));
        let data = self.stream.get(self.at + 4..self.at + 4 + length)?;
        self.at += 4 + length;
        Some((kind, data))
    }
}

/// A text of so many characters, after a byte that says whether each has one byte or two.
fn text(data: &[u8], at: usize, length: u16) -> Option<String> {
    let characters = data.get(at + 1..)?;
    if data.get(at)? & 1 == 0 {
        return text_of_bytes(characters, 0, u8::try_from(length).ok()?);
    }
    let units =
        characters.get(..2 * usize::from(length))?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

fn text_of_bytes(data: &[u8], at: usize, length: u8) -> Option<String> {
    Some(data.get(at..at + usize::from(length))?.iter().map(|&byte| char::from(byte)).collect())
}

/// The stream of the workbook in its container, a file system of sectors chained by a table.
fn workbook_stream(bytes: &[u8]) -> Option<Vec<u8>> {
    let size = 1_usize.checked_shl(u32::from(read_u16(bytes, 30)?)).filter(|size| (512..=4096).contains(size))?;
    let sector = |id: u32| bytes.get((id as usize).checked_add(1)?.checked_mul(size)?..)?.get(..size);
    let numbers = |data: &[u8]| -> Vec<u32> {
        data.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
    };
    // The first 109 sectors of the table stand in the header, the others in sectors that name the next of their kind.
    let mut of_table = numbers(bytes.get(76..512)?);
    let mut next = read_u32(bytes, 68)?;
    while is_sector(next) && of_table.len() * size < bytes.len() {
        let mut more = numbers(sector(next)?);
        next = more.pop()?;
        of_table.extend(more);
    }
    let mut table = Vec::new();
    for id in of_table.into_iter().filter(|&id| is_sector(id)) {
        table.extend(numbers(sector(id)?));
    }
    let stream = |start: u32| {
        chain(start, &table).into_iter().try_fold(Vec::new(), |mut stream, id| {
            stream.extend_from_slice(sector(id)?);
            Some(stream)
        })
    };
    let directory = stream(read_u32(bytes, 48)?)?;
    let named = |wanted: &str| {
        directory.chunks_exact(128).find(|entry| {
            let name = entry[..64].chunks_exact(2).map(|pair| pair[0]).take_while(|&byte| byte != 0);
            name.eq(wanted.bytes())
        })
    };
    let entry = named("Workbook").or_else(|| named("Book"))?;
    let (start, length) = (read_u32(entry, 116)?, read_u32(entry, 120)? as usize);
    if length >= read_u32(bytes, 56)? as usize {
        return stream(start);
    }
    // Short streams lie in small sectors of one stream, which have a table of their own.
    let small = stream(read_u32(directory.get(..128)?, 116)?)?;
    let small_table = numbers(&stream(read_u32(bytes, 60)?)?);
    chain(start, &small_table).into_iter().try_fold(Vec::new(), |mut stream, id| {
        stream.extend_from_slice(small.get((id as usize).checked_mul(64)?..)?.get(..64)?);
        Some(stream)
    })
}

/// Whether a number is that of a sector, and not the end of a chain or a sign that there is none.
fn is_sector(id: u32) -> bool {
    id < 0xffff_fffa
}

/// The sectors of a stream; each at most once, since a chain in a circle has no end.
fn chain(start: u32, table: &[u32]) -> Vec<u32> {
    let next = |id: &u32| table.get(*id as usize).copied().filter(|&id| is_sector(id));
    std::iter::successors(Some(start).filter(|&id| is_sector(id)), next).take(table.len()).collect()
}

fn read_u16(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn read_u32(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_bytes_give_formats_or_none(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2000)) {
            let _ = formats(&bytes, "Rates");
        }
    }
}
