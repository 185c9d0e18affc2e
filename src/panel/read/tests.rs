use std::io;

use super::*;
use crate::error::{DataError, Error, QuestionError};
use crate::panel::{Column, ColumnKind, Missing};

fn cross(csv: impl AsRef<[u8]>) -> Result<Panel> {
    Panel::read_csv_from(csv.as_ref(), &PanelSchema::cross_section())
}

fn keyed(csv: impl AsRef<[u8]>) -> Result<Panel> {
    Panel::read_csv_from(csv.as_ref(), &PanelSchema::new("unit", "year"))
}

fn numbers<'a>(panel: &'a Panel, name: &str) -> &'a [f64] {
    panel.column(name).unwrap().numbers().unwrap()
}

#[test]
fn byte_order_mark_quotes_line_ends_and_blank_lines() {
    let plain = cross("a,b\n\"1,234\",\"x, y\"\n2,z\n").unwrap();
    for csv in [
        "\u{feff}a,b\n\"1,234\",\"x, y\"\n2,z\n",
        "\u{feff}\"a\",b\n\"1,234\",\"x, y\"\n2,z",
        "a,b\r\n\"1,234\",\"x, y\"\r\n2,z\r\n\r\n",
        "a,b\r\"1,234\",\"x, y\"\r2,z\r",
        " a , b \n \n\"1,234\",\"x, y\"\n\n 2 ,\tz\n \n\n",
    ] {
        assert_eq!(cross(csv).unwrap(), plain, "{csv:?}");
    }
    assert_eq!(numbers(&plain, "a"), [1234.0, 2.0]);
}

#[test]
fn breaks_and_quotes_inside_cells() {
    let panel = cross("name,n\n\"two\nlines\",1\n\"say \"\"yes\"\"\",2\n").unwrap();
    assert_eq!(panel.column("name").unwrap().levels().unwrap(), ["say \"yes\"", "two\nlines"]);
    assert_eq!((panel.place(0), panel.place(1)), (Place::Line(2), Place::Line(4)));
}

#[test]
fn lines_are_those_of_the_file() {
    for csv in
        ["a,b\n\n1,\"x\ny\"\n\n\n2,z", "a,b\r\n\r\n1,\"x\r\ny\"\r\n\r\n\r\n2,z\r\n", "a,b\r\r1,\"x\ry\"\r\r\r2,z"]
    {
        let panel = cross(csv).unwrap();
        assert_eq!((panel.place(0), panel.place(1)), (Place::Line(3), Place::Line(7)), "{csv:?}");
    }
}

#[test]
fn windows_1252_and_utf_8_cells() {
    let panel = cross(b"na\xefve,place\n1,M\xf4n\n2,M\xc3\xb4n\n").unwrap();
    assert_eq!(numbers(&panel, "naïve"), [1.0, 2.0]);
    assert_eq!(panel.column("place").unwrap().levels().unwrap(), ["Môn"]);
}

#[test]
fn nameless_columns_are_named_by_position() {
    let panel = cross("a,,c\n1,2,3\n").unwrap();
    assert_eq!(numbers(&panel, "unnamed_2"), [2.0]);
}

#[test]
fn one_column_keeps_its_empty_quoted_cells() {
    let panel = cross("a\n1\n\"\"\n3\n").unwrap();
    assert_eq!(panel.column("a").unwrap().missing(1), Some(Missing::Empty));
    assert_eq!(panel.n_observations(), 3);
}

#[test]
fn a_panel_does_not_depend_on_the_order_of_rows() {
    let sorted = keyed("unit,year,v,t\n9,2017,1,a\n9,2018,x,b\n10,2018,3,\n").unwrap();
    let mixed = keyed("unit,year,v,t\n10,2017-18,3,\n9,201718,x,b\n9,2016/17,1,a\n").unwrap();
    assert_eq!(sorted, mixed);
    assert_eq!(mixed.units(), ["9", "10"]);
    assert_eq!(mixed.column("v").unwrap().missing(1), Some(Missing::Suppressed));
    assert_eq!(mixed.place(0), Place::Line(4));
}

#[test]
fn columns_in_file_order_without_keys() {
    let panel = keyed("b,unit,a,year\n1,u,2,2018\n").unwrap();
    let names: Vec<_> = panel.columns().iter().map(Column::name).collect();
    assert_eq!(names, ["b", "a"]);
    assert!(matches!(panel.column("unit"), Err(Error::Data(DataError::UnknownColumn { .. }))));
}

#[test]
fn only_some_columns() {
    let csv = "unit,year,a,b,w,p\nu,2018,1,inf,2,3\n";
    let schema = PanelSchema::new("unit", "year").weight("w").population("p").only(["a", "unit"]);
    let panel = Panel::read_csv_from(csv.as_bytes(), &schema).unwrap();
    let names: Vec<_> = panel.columns().iter().map(Column::name).collect();
    assert_eq!(names, ["a", "w", "p"]);
    assert_eq!((panel.weight_column(), panel.population_column()), (Some("w"), Some("p")));
}

#[test]
fn only_an_unknown_column() {
    let error = Panel::read_csv_from(&b"aa,b\n1,2\n"[..], &PanelSchema::default().only(["aaa"])).unwrap_err();
    assert!(
        matches!(&error, Error::Data(DataError::UnknownColumn { column, nearest }) if column == "aaa" && nearest[0] == "aa"),
        "{error}"
    );
}

#[test]
fn a_schema_of_unknown_columns() {
    for schema in [
        PanelSchema::default().unit("q"),
        PanelSchema::default().period("q"),
        PanelSchema::default().weight("q"),
        PanelSchema::default().population("q"),
    ] {
        let error = Panel::read_csv_from(&b"a\n1\n"[..], &schema).unwrap_err();
        assert!(matches!(&error, Error::Data(DataError::UnknownColumn { column, .. }) if column == "q"), "{error}");
    }
}

#[test]
fn another_separator_than_a_comma() {
    let default = PanelSchema::default;
    let schemas = [
        PanelSchema::new("unit", "year"),
        default().unit("unit"),
        default().period("year"),
        default().weight("w"),
        default().population("w"),
        default().only(["w"]),
    ];
    for (csv, separator) in [
        ("unit;year;w\nA;2018;1\n", "semicolons"),
        ("unit\tyear\tw\nA\t2018\t1\n", "tabs"),
        ("unit|year|w\nA|2018|1\n", "vertical bars"),
        ("\u{feff}unit;year;w\r\nA;2018;1,5\r\n", "semicolons"),
    ] {
        for schema in &schemas {
            let error = Panel::read_csv_from(csv.as_bytes(), schema).unwrap_err();
            assert!(
                matches!(&error, Error::Data(DataError::Separator { path, found }) if path == READER && *found == separator),
                "{csv:?}: {error}"
            );
            let expected = format!(
                "columns in the reader seem to be separated by {separator}: save it with commas, or read it with \
                 PanelSchema::delimiter"
            );
            assert_eq!(error.to_string(), expected);
        }
    }
}

#[test]
fn a_column_may_be_named_with_a_semicolon() {
    for schema in [PanelSchema::default(), PanelSchema::default().only(["a;b"]), PanelSchema::default().unit("a;b")] {
        assert!(Panel::read_csv_from(&b"a;b\n1\n"[..], &schema).is_ok());
    }
    let error = Panel::read_csv_from(&b"a;b,c\n1,2\n"[..], &PanelSchema::default().unit("a")).unwrap_err();
    assert!(matches!(error, Error::Data(DataError::UnknownColumn { .. })), "{error}");
}

#[test]
fn one_column_in_two_roles() {
    for (schema, named) in [
        (PanelSchema::new("a", "a"), "period"),
        (PanelSchema::default().unit("a").weight("a"), "weight"),
        (PanelSchema::default().period("a").population("a"), "population"),
    ] {
        let error = Panel::read_csv_from(&b"a\n1\n"[..], &schema).unwrap_err();
        assert!(matches!(error, Error::Question(QuestionError::Option { option, .. }) if option == named), "{error}");
    }
    let both = PanelSchema::default().weight("a").population("a");
    assert!(Panel::read_csv_from(&b"a\n1\n"[..], &both).is_ok());
}

#[test]
fn a_missing_file_names_its_path() {
    let error = Panel::read_csv("no/such/file.csv", &PanelSchema::default()).unwrap_err();
    assert!(matches!(&error, Error::Data(DataError::Read { path, .. }) if path == "no/such/file.csv"), "{error}");
}

#[test]
fn a_reader_that_fails_is_a_read_error() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    let failing = (&b"a,b\n1,2\n"[..]).chain(Failing);
    let error = Panel::read_csv_from(failing, &PanelSchema::default()).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the reader: unplugged");
    let error = Panel::read_csv_from(Failing, &PanelSchema::default()).unwrap_err();
    assert!(matches!(error, Error::Data(DataError::Read { .. })), "{error}");
}

#[test]
fn not_a_text_file() {
    for bytes in [&b"\xff\xfea\0,\0b\0\n\0"[..], b"\xfe\xff\0a\0\n\x001", b"PK\x03\x04\x14\0\x08", b"a,b\n1,\0\n"] {
        let error = cross(bytes).unwrap_err();
        assert!(matches!(&error, Error::Data(DataError::NotText { path }) if path == "the reader"), "{error}");
    }
}

#[test]
fn an_empty_file() {
    for bytes in ["", "\u{feff}", "\n\n", "\r\n"] {
        assert!(matches!(cross(bytes), Err(Error::Data(DataError::EmptyFile { .. }))), "{bytes:?}");
    }
}

#[test]
fn a_header_without_rows() {
    for bytes in ["a,b", "a,b\n", "a,b\r\n\r\n"] {
        assert!(matches!(cross(bytes), Err(Error::Data(DataError::NoRows { .. }))), "{bytes:?}");
    }
}

#[test]
fn a_ragged_row() {
    for (csv, bad, cells) in [
        ("a,b\n1,2\n3\n", 3, 1),
        ("a,b\r\n\r\n\"1\r\n\",2\r\n3,4,5\r\n", 5, 3),
        ("a,b\n1,2,", 2, 3),
        ("a,b\n1,2\n\n\n3", 5, 1),
    ] {
        let error = cross(csv).unwrap_err();
        let Error::Data(DataError::RaggedRow { line, expected, found }) = error else { panic!("{error}") };
        assert_eq!((line, expected, found), (bad, 2, cells), "{csv:?}");
    }
}

#[test]
fn a_quote_that_never_closes() {
    for (csv, bad) in
        [("a,b\n1,2\n\n3,\"4\n5,6\n7,8\n", 4), ("a,b\n1,\"2", 2), ("\"a,b\n1,2\n", 1), ("a,b\r\n\"1,2", 2)]
    {
        let error = cross(csv).unwrap_err();
        assert!(matches!(error, Error::Data(DataError::OpenQuote { line }) if line == bad), "{csv:?}: {error}");
    }
}

#[test]
fn a_name_twice() {
    let error = cross("a,b, a\n1,2,3\n").unwrap_err();
    assert!(
        matches!(&error, Error::Data(DataError::DuplicateColumn { column, first: 1, second: 3 }) if column == "a"),
        "{error}"
    );
}

#[test]
fn a_unit_and_period_twice() {
    let error = keyed("unit,year,v\nb,2018,1\na,2017,2\nc,2018,2\nb,2017-18,3\n").unwrap_err();
    let Error::Data(DataError::DuplicateRow { unit, period, first, second }) = error else { panic!("{error}") };
    assert_eq!((unit.as_str(), period, first, second), ("b", 2018, Place::Line(2), Place::Line(5)));
}

#[test]
fn a_missing_key() {
    let error = keyed("unit,year\na,2018\n ,2018\n").unwrap_err();
    assert!(
        matches!(&error, Error::Data(DataError::MissingKey { column, place: Place::Line(3) }) if column == "unit"),
        "{error}"
    );
    let error = keyed("unit,year\na,2018\nb,\n").unwrap_err();
    assert!(
        matches!(&error, Error::Data(DataError::MissingKey { column, place: Place::Line(3) }) if column == "year"),
        "{error}"
    );
}

#[test]
fn not_a_period() {
    let error = keyed("unit,year\na,2018\nb,201712\n").unwrap_err();
    let Error::Data(DataError::NotAPeriod { column, place, text }) = error else { panic!("{error}") };
    assert_eq!((column.as_str(), place, text.as_str()), ("year", Place::Line(3), "201712"));
}

#[test]
fn text_among_numbers_is_reported_when_asked_for() {
    let panel = keyed("unit,year,v\nb,2018,n.k.\na,2018,1\na,2017,?\n").unwrap();
    let column = panel.column("v").unwrap();
    assert_eq!(column.kind(), ColumnKind::Text);
    let error = column.numbers().unwrap_err();
    assert!(
        matches!(&error, Error::Data(DataError::NotANumber { place: Place::Line(2), text, .. }) if text == "n.k."),
        "{error}"
    );
}

#[test]
fn infinite_numbers_name_their_line() {
    let error = cross("a,b\n1,x\n1e999,2\n").unwrap_err();
    assert!(
        matches!(&error, Error::Data(DataError::Infinite { column, place: Place::Line(3) }) if column == "a"),
        "{error}"
    );
    assert!(cross("name\nCamden\ninfinity\n").is_ok());
}

#[test]
fn weights_that_are_text() {
    let error = Panel::read_csv_from(&b"w\n1\nx\nmany\n"[..], &PanelSchema::default().weight("w")).unwrap_err();
    let Error::Data(DataError::NotANumber { column, place, text, .. }) = error else { panic!("{error}") };
    assert_eq!((column.as_str(), place, text.as_str()), ("w", Place::Line(4), "many"));
}

#[test]
fn negative_weights_and_populations() {
    for schema in [PanelSchema::default().weight("w"), PanelSchema::default().population("w")] {
        let error = Panel::read_csv_from(&b"w\n1\nx\n0\n-2\n-3\n"[..], &schema).unwrap_err();
        let Error::Data(DataError::Negative { column, place, value }) = error else { panic!("{error}") };
        assert_eq!((column.as_str(), place, value), ("w", Place::Line(5), -2.0));
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_give_a_panel_or_an_error(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = cross(&bytes).map(|panel| panel.summary().to_string());
    }

    #[test]
    fn any_csv_like_text_gives_a_panel_or_an_error(body in "[a1,\"\r\n .%x-]{0,80}") {
        let _ = cross(format!("a,b\n{body}")).map(|panel| panel.summary().to_string());
        let _ = keyed(format!("unit,year\n{body}"));
    }
}
