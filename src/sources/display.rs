//! How is a cell of a sheet displayed, where that says what its number means?
//!
//! A workbook holds 0.075 where its reader sees 7.5%, and 7 where the reader sees the code 007. Knows formats, not
//! columns.

mod biff;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::ops::{Range, RangeInclusive};

use calamine::{Reader as _, Sheets, StyleRange};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::QName;
use quick_xml::{Reader, XmlVersion};

/// The formats of the cells of one sheet.
pub(super) enum Display {
    /// Those of an Excel workbook, by the codes of formats.
    Codes(StyleRange),
    /// Those of a workbook of before 2007, by the codes of formats.
    Cells(biff::Formats),
    /// The percentages of an OpenDocument sheet.
    Percentages(Percentages),
}

/// Columns by the rows in which they are percentages: under the first of the rows, with the last.
type Percentages = BTreeMap<u32, (u32, Vec<Range<u32>>)>;

impl Display {
    /// Reads the formats of a sheet; `None` where they cannot be read.
    pub(super) fn of(workbook: &mut Sheets<Cursor<&[u8]>>, bytes: &[u8], sheet: &str) -> Option<Self> {
        match workbook {
            Sheets::Xls(_) => biff::formats(bytes, sheet).map(Display::Cells),
            Sheets::Ods(_) => percentages(bytes, sheet).map(Display::Percentages),
            _ => workbook.worksheet_style(sheet).ok().map(Display::Codes),
        }
    }

    /// A number as the cell at this row and column shows what it means.
    pub(super) fn text(&self, number: f64, (row, column): (u32, u32)) -> Option<String> {
        match self {
            Display::Codes(styles) => by_code(&styles.get((row, column))?.number_format.as_ref()?.format_code, number),
            Display::Cells(codes) => by_code(codes.get(&(row, column))?, number),
            Display::Percentages(rows) => {
                let (_, (last, columns)) = rows.range(..=row).next_back()?;
                (*last >= row && columns.iter().any(|range| range.contains(&column))).then(|| percentage(number))
            }
        }
    }
}

/// A number as a format shows what it means.
fn by_code(code: &str, number: f64) -> Option<String> {
    if is_percentage(code) {
        return Some(percentage(number));
    }
    // A format of zeros alone is one of codes: it shows 7 as 007.
    let is_code = code.len() > 1 && code.bytes().all(|b| b == b'0') && number.fract() == 0.0 && number >= 0.0;
    is_code.then(|| format!("{number:0width$}", width = code.len()))
}

/// Whether a format multiplies by a hundred: a percent sign in it that is no quoted text.
fn is_percentage(code: &str) -> bool {
    let (mut escaped, mut quoted) = (false, false);
    code.chars().any(|c| match c {
        _ if escaped => {
            escaped = false;
            false
        }
        '"' => {
            quoted = !quoted;
            false
        }
        // What follows stands for itself, or says how wide a space is.
        '\\' | '_' | '*' if !quoted => {
            escaped = true;
            false
        }
        '%' => !quoted,
        _ => false,
    })
}

/// A part of one in percent. The point is moved in the shortest text that reads back to the number, since a product
/// with a hundred would be rounded: 0.07 is 7%, not 7.000000000000001%.
fn percentage(part: f64) -> String {
    let text = format!("{part:e}");
    let moved = text.split_once('e').and_then(|(digits, exponent)| {
        let exponent: i32 = exponent.parse().ok()?;
        format!("{digits}e{}", exponent + 2).parse::<f64>().ok()
    });
    format!("{}%", moved.unwrap_or(100.0 * part))
}

/// The cells of an OpenDocument sheet that are percentages.
fn percentages(bytes: &[u8], sheet: &str) -> Option<Percentages> {
    let mut content = String::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    archive.by_name("content.xml").ok()?.read_to_string(&mut content).ok()?;
    let mut reader = Reader::from_str(&content);
    let mut found = BTreeMap::new();
    let (mut in_sheet, mut rows, mut column) = (false, 0..=0_u32, 0_u32);
    let mut next_row = 0_u32;
    loop {
        match reader.read_event().ok()? {
            Event::Eof => return Some(found),
            Event::Start(element) | Event::Empty(element) => match element.name() {
                QName("table:table") => {
                    in_sheet = attribute(&element, "table:name").as_deref() == Some(sheet);
                    next_row = 0;
                }
                QName("table:table-row") if in_sheet => {
                    let repeated = repeats(&element, "table:number-rows-repeated");
                    rows = next_row..=next_row.saturating_add(repeated - 1);
                    (next_row, column) = (next_row.saturating_add(repeated), 0);
                }
                QName("table:table-cell" | "table:covered-table-cell") if in_sheet => {
                    let columns = column..column.saturating_add(repeats(&element, "table:number-columns-repeated"));
                    column = columns.end;
                    if attribute(&element, "office:value-type").as_deref() == Some("percentage") {
                        note(&mut found, &rows, columns);
                    }
                }
                _ => {}
            },
            Event::End(element) if element.name() == QName("table:table") => in_sheet = false,
            _ => {}
        }
    }
}

fn note(found: &mut Percentages, rows: &RangeInclusive<u32>, columns: Range<u32>) {
    found.entry(*rows.start()).or_insert_with(|| (*rows.end(), Vec::new())).1.push(columns);
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// How often a row or cell stands there, at least once.
fn repeats(element: &BytesStart<'_>, name: &str) -> u32 {
    attribute(element, name).and_then(|text| text.parse().ok()).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_multiply_by_a_hundred() {
        for code in ["0%", "0.00%", "0.0%;-0.0%", "[Red]0 %", "#,##0.0%;\"none\""] {
            assert!(is_percentage(code), "{code}");
        }
        for code in ["General", "0.0", "0.0\"%\"", "0\\%", "0_%", "@", ""] {
            assert!(!is_percentage(code), "{code}");
        }
    }

    #[test]
    fn a_point_moved_by_two() {
        for (part, text) in [
            (0.075, "7.5%"),
            (0.07, "7%"),
            (0.2, "20%"),
            (1.0, "100%"),
            (0.0, "0%"),
            (-0.005, "-0.5%"),
            (12.0, "1200%"),
        ] {
            assert_eq!(percentage(part), text);
        }
    }
}
