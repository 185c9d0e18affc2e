//! Workbooks: what a cell shows is what it says, whatever the format of the file.
#![allow(clippy::expect_used, clippy::panic)]

use std::io::{Cursor, Write};

use apportion::panel::Step;
use apportion::sources::Measure;
use apportion::{Error, Panel, Source};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::common::message;

/// An archive of these files.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a file");
        writer.write_all(text.as_bytes()).expect("its text");
    }
    writer.finish().expect("an archive").into_inner()
}

/// A cell: text, or a number and the position of its format: 0 plain, 1 `0.0%`, 2 `000`, 3 a date, 4 `0.0"%"`.
enum Cell {
    Text(&'static str),
    Number(f64, usize),
}

use Cell::{Number, Text};

fn xlsx(rows: &[&[Cell]]) -> Vec<u8> {
    let cell = |(column, cell): (u8, &Cell), row: usize| {
        let at = format!("{}{}", char::from(b'A' + column), row + 1);
        match cell {
            Text(text) => format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
            Number(number, format) => format!("<c r=\"{at}\" s=\"{format}\"><v>{number}</v></c>"),
        }
    };
    let rows: String = (rows.iter().enumerate())
        .map(|(row, cells)| {
            let cells: String = (0..).zip(*cells).map(|numbered| cell(numbered, row)).collect();
            format!("<row r=\"{}\">{cells}</row>", row + 1)
        })
        .collect();
    let ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    archive(&[
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" \
             ContentType=\"application/xml\"/></Types>",
        ),
        (
            "_rels/.rels",
            &format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship \
                 Id=\"rId1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{ns}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"Rates\" sheetId=\"1\" \
                 r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship \
                 Id=\"rId1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" \
                 Type=\"{relations}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            &format!(
                "<styleSheet xmlns=\"{ns}\"><numFmts count=\"3\"><numFmt numFmtId=\"164\" formatCode=\"0.0%\"/><numFmt \
                 numFmtId=\"165\" formatCode=\"000\"/><numFmt numFmtId=\"166\" formatCode=\"0.0&quot;%&quot;\"/></numFmts>\
                 <cellXfs count=\"5\"><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"14\"/>\
                 <xf numFmtId=\"166\"/></cellXfs></styleSheet>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", &format!("<worksheet xmlns=\"{ns}\"><sheetData>{rows}</sheetData></worksheet>")),
    ])
}

fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet><table:table \
         table:name=\"Rates\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>";
    archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", &content),
    ])
}

/// A workbook of before 2007: a stream of records in a container of sectors, with formats 0 plain and 1 `0.0%`.
fn xls(rows: &[&[Cell]]) -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat();
    let begin = |of: u16| record(0x0809, &[&0x0600_u16.to_le_bytes()[..], &of.to_le_bytes(), &[0; 12]].concat());
    let text = |text: &str| [&(text.len() as u16).to_le_bytes()[..], &[0], text.as_bytes()].concat();
    let style = |format: u16| record(0x00e0, &[&[0; 2][..], &format.to_le_bytes(), &[0; 16]].concat());
    let format = record(0x041e, &[&164_u16.to_le_bytes()[..], &text("0.0%")].concat());
    let name = [&[5, 0][..], b"Rates"].concat();
    let all = |start: u32| {
        let sheet = record(0x0085, &[&start.to_le_bytes()[..], &[0; 2], &name].concat());
        [begin(5), format.clone(), style(0), style(164), sheet, record(0x000a, &[])].concat()
    };
    let mut stream = all(all(0).len() as u32);
    stream.extend(begin(16));
    let (height, width) = (rows.len() as u32, rows[0].len() as u16);
    let size = [&0_u32.to_le_bytes()[..], &height.to_le_bytes(), &[0; 2], &width.to_le_bytes(), &[0; 2]].concat();
    stream.extend(record(0x0200, &size));
    for (row, cells) in (0_u16..).zip(rows) {
        for (column, cell) in (0_u16..).zip(*cells) {
            let at = |style: u16| [row.to_le_bytes(), column.to_le_bytes(), style.to_le_bytes()].concat();
            stream.extend(match cell {
                Text(label) => record(0x0204, &[at(0), text(label)].concat()),
                Number(number, style) => record(0x0203, &[&at(*style as u16)[..], &number.to_le_bytes()].concat()),
            });
        }
    }
    stream.extend(record(0x000a, &[]));
    stream.resize(stream.len().max(4096).next_multiple_of(512), 0);

    let (end, free) = (0xffff_fffe_u32, u32::MAX);
    let sectors = (stream.len() / 512) as u32;
    let mut table = vec![0xffff_fffd, end];
    table.extend((2..=sectors).map(|sector| sector + 1));
    table.push(end);
    table.resize(128, free);
    let entry = |name: &str, kind: u8, child: u32, start: u32, size: u32| {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry.resize(64, 0);
        entry.extend((2 * name.len() as u16 + 2).to_le_bytes());
        entry.extend([kind, 1]);
        entry.extend([free, free, child].into_iter().flat_map(u32::to_le_bytes));
        entry.resize(116, 0);
        entry.extend([start, size, 0].into_iter().flat_map(u32::to_le_bytes));
        entry
    };
    let mut file = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    file.resize(24, 0);
    file.extend([0x3e, 3, 0xfffe, 9, 6, 0, 0, 0].into_iter().flat_map(u16::to_le_bytes));
    file.extend([0, 1, 1, 0, 4096, end, 0, end, 0, 0].into_iter().flat_map(u32::to_le_bytes));
    file.resize(512, 0xff);
    file.extend(table.into_iter().flat_map(u32::to_le_bytes));
    file.extend([entry("Root Entry", 5, 1, end, 0), entry("Workbook", 2, free, 2, stream.len() as u32)].concat());
    file.resize(3 * 512, 0);
    [file, stream].concat()
}

fn read(source: &Source, workbook: Vec<u8>) -> Result<Panel, Error> {
    source.read_from(Cursor::new(workbook)).map(apportion::sources::Published::into_authorities)
}

fn rates(file: &str) -> Source {
    Source::table(file, "code", None).measure("rate")
}

fn numbers(panel: &Panel, column: &str) -> Vec<f64> {
    panel.column(column).and_then(|column| column.numbers().map(<[f64]>::to_vec)).expect("a column of numbers")
}

#[test]
fn percentages_are_read_as_they_are_shown() {
    let rows: [&[Cell]; 4] = [
        &[Text("code"), Text("rate")],
        &[Number(7.0, 2), Number(0.075, 1)],
        &[Number(8.0, 2), Number(0.07, 1)],
        &[Number(9.0, 2), Text("12.5%")],
    ];
    let panel = read(&rates("r.xlsx"), xlsx(&rows)).expect("it reads");
    assert_eq!(
        (panel.units(), numbers(&panel, "rate")),
        (&["007", "008", "009"].map(str::to_owned)[..], vec![7.5, 7.0, 12.5])
    );
    let cell = |value: &str| format!("<table:table-cell office:value-type=\"percentage\" office:value=\"{value}\"/>");
    let text = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |cells: String| format!("<table:table-row>{cells}</table:table-row>");
    let empty = "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell/></table:table-row>";
    let rows = [
        empty.to_owned(),
        row(text("code") + "<table:table-cell table:number-columns-repeated=\"2\"/>" + &text("rate")),
        row(text("A") + "<table:table-cell table:number-columns-repeated=\"2\"/>" + &cell("0.075")),
        row(text("B") + "<table:table-cell table:number-columns-repeated=\"2\"/>" + &cell("0.2")),
    ];
    let panel = read(&rates("r.ods"), ods(&rows.concat())).expect("it reads");
    assert_eq!(numbers(&panel, "rate"), [7.5, 20.0]);
    let rows: [&[Cell]; 3] =
        [&[Text("code"), Text("rate")], &[Number(7.0, 0), Number(0.075, 1)], &[Text("B"), Number(0.2, 1)]];
    let panel = read(&rates("r.xls"), xls(&rows)).expect("it reads");
    assert_eq!((panel.units(), numbers(&panel, "rate")), (&["7", "B"].map(str::to_owned)[..], vec![7.5, 20.0]));
}

#[test]
fn percentages_among_plain_numbers_are_an_error_in_workbooks_too() {
    let rows: [&[Cell]; 3] =
        [&[Text("code"), Text("rate")], &[Text("A"), Number(0.12, 1)], &[Text("B"), Number(0.12, 0)]];
    message::error(read(&rates("r.xlsx"), xlsx(&rows)), &["\"rate\"", "\"12%\"", "\"0.12\"", "percent sign"]);
    // A percent sign in quotes is shown behind the number that is there.
    let rows: [&[Cell]; 3] =
        [&[Text("code"), Text("rate")], &[Text("A"), Number(12.0, 4)], &[Text("B"), Number(0.5, 0)]];
    assert_eq!(numbers(&read(&rates("r.xlsx"), xlsx(&rows)).expect("it reads"), "rate"), [12.0, 0.5]);
}

#[test]
fn dates_as_headings_of_a_sheet() {
    let wide = || Source::wide("r.xlsx", "code").measure(Measure::new("{period}").named("rate"));
    let rows: [&[Cell]; 2] =
        [&[Text("code"), Number(43190.0, 3), Number(43555.0, 3)], &[Text("A"), Number(1.0, 0), Number(2.0, 0)]];
    message::error(read(&wide(), xlsx(&rows)), &["\"2018-03-31\"", "periods_from_dates()"]);
    let panel = read(&wide().periods_from_dates(), xlsx(&rows)).expect("it reads");
    assert_eq!((panel.periods(), numbers(&panel, "rate")), (&[2018, 2019][..], vec![1.0, 2.0]));
    // The numbers of days without their format are not years.
    let rows: [&[Cell]; 2] = [&[Text("code"), Number(43190.0, 0), Number(2019.0, 0)], &[Text("A"), Number(1.0, 0)]];
    message::error(read(&wide(), xlsx(&rows)), &["\"43190\"", "is not understood"]);
}

#[test]
fn titles_and_notes_of_a_sheet_are_left_out_and_said() {
    let rows: [&[Cell]; 8] = [
        &[Text("Table 1: rates")],
        &[],
        &[Text("code"), Text("name"), Text("rate")],
        &[Text("A"), Text("a"), Number(1.5, 0)],
        &[Text("B"), Text("b"), Number(2.5, 0)],
        &[],
        &[Text("Source: Department X")],
        &[Text("1. x means not available")],
    ];
    let panel = read(&rates("r.xlsx"), xlsx(&rows)).expect("it reads");
    assert_eq!(panel.units(), ["A", "B"]);
    let Some(Step::Read(reading)) = panel.steps().first() else { panic!("nothing is said") };
    assert_eq!(reading.above[0].line, 1);
    assert_eq!(reading.below.iter().map(|note| note.line).collect::<Vec<_>>(), [7, 8]);
}
