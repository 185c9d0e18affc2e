use super::*;
use crate::error::{DataError, Error, NumberProblem, Place};
use crate::panel::cells::Cells;
use crate::panel::number::NumberStyle;

fn column(cells: &[&str]) -> Result<Column> {
    let cells: Cells = cells.iter().collect();
    let places: Vec<_> = (0..cells.len() as u64).map(|row| Place::Line(row + 2)).collect();
    Column::from_cells("c".to_owned(), &cells, &places, &NumberStyle::default())
}

#[test]
fn numbers_with_marks() {
    let column = column(&["1", "x", "", "2.5", "[c]", "low", "NA", "c"]).unwrap();
    assert_eq!(column.kind(), ColumnKind::Number);
    let numbers = column.numbers().unwrap();
    assert_eq!((numbers[0], numbers[3]), (1.0, 2.5));
    assert!(numbers[1].is_nan());
    assert_eq!(column.n_missing(), 6);
    assert_eq!(column.missing(0), None);
    assert_eq!(column.missing(1), Some(Missing::Suppressed));
    assert_eq!(column.missing(99), None);
    assert_eq!(column.missing_counts()[&Missing::Confidential], 2);
    assert_eq!(column.missing_counts()[&Missing::RoundsToZero], 1);
    assert_eq!(column.levels(), None);
}

#[test]
fn text_with_marks() {
    let column = column(&["x", "z", "", "y", "NA", "[x]", "-", "x"]).unwrap();
    assert_eq!(column.kind(), ColumnKind::Text);
    assert_eq!(column.levels().unwrap(), ["x", "y", "z"]);
    let no = Values::NO_LEVEL;
    let Values::Text { codes, .. } = column.values() else { panic!() };
    assert_eq!(codes, &[0, 2, no, 1, no, no, no, 0]);
    assert_eq!(column.n_missing(), 4);
    assert_eq!(column.missing(5), Some(Missing::Suppressed));
}

#[test]
fn text_asked_for_as_numbers_names_the_first_text() {
    let error = column(&["1", "x", "inf", "n.k.", "y"]).unwrap().numbers().unwrap_err();
    let Error::Data(DataError::NotANumber { column, place, text, .. }) = error else { panic!("{error}") };
    assert_eq!((column.as_str(), place, text.as_str()), ("c", Place::Line(5), "n.k."));
}

#[test]
fn whole_numbers_with_a_leading_zero_are_codes() {
    for cells in [&["01", "1", "c", "2"][..], &["1234567890123456", "1"], &["00", "1"]] {
        let codes = column(cells).unwrap();
        assert_eq!(codes.kind(), ColumnKind::Text, "{cells:?}");
        let error = codes.numbers().unwrap_err();
        assert!(
            matches!(&error, Error::Data(DataError::NotANumber { text, why: NumberProblem::Code { .. }, .. }) if text == cells[0]),
            "{error}"
        );
    }
    // What is a mark among numbers is one among codes.
    assert_eq!(column(&["01", "c"]).unwrap().missing(1), Some(Missing::Confidential));
    for cells in [&["0", "1"][..], &["0.5", "05"], &["05", "-1"], &["x", "0"]] {
        assert_eq!(column(cells).unwrap().kind(), ColumnKind::Number, "{cells:?}");
    }
}

#[test]
fn percentages_do_not_stand_among_plain_numbers() {
    let mixed = column(&["7.5%", "c", "0", "0.12", "8%"]).unwrap();
    assert_eq!(
        mixed.numbers().unwrap_err().to_string(),
        "column \"c\", line 2: \"7.5%\" and \"0.12\" (line 5) cannot both stand there: write all with a percent sign, \
         or none"
    );
    assert_eq!(column(&["7.5%", "0", "c"]).unwrap().numbers().unwrap()[..2], [7.5, 0.0]);
}

#[test]
fn names_have_no_digit_in_them() {
    for (cells, are_names) in [
        (&["North", "South"][..], true),
        (&["14,1", "15,2"], false),
        (&["£14.1"], false),
        (&["North", "Ward ３"], false),
        (&["2017-18", "2018-19"], true),
        (&["2017-18", "14,1"], false),
    ] {
        assert_eq!(column(cells).unwrap().holds_names(), are_names, "{cells:?}");
    }
    let error = column(&["North", "14,1"]).unwrap().no_numbers(Some("factor(c)"));
    assert_eq!(
        error.to_string(),
        "column \"c\", line 3: \"14,1\" is neither a number nor a missing-value mark: correct it, read the file with \
         decimal_commas(), or use factor(c) if the column holds names"
    );
}

#[test]
fn all_missing_is_a_column_of_numbers() {
    for cells in [&["", "x", "c"][..], &[""], &[]] {
        assert_eq!(column(cells).unwrap().kind(), ColumnKind::Number, "{cells:?}");
    }
    let text = Column::from_text("c".to_owned(), &["", "NA"].into_iter().collect(), &[]);
    assert_eq!((text.kind(), text.n_missing()), (ColumnKind::Number, 2));
}

#[test]
fn infinite_among_numbers_is_an_error() {
    for cell in ["inf", "-Infinity", "1e999"] {
        let error = column(&["1", cell, "inf"]).unwrap_err();
        assert!(matches!(error, Error::Data(DataError::Infinite { place: Place::Line(3), .. })), "{error}");
    }
    assert_eq!(column(&["inf", "Camden"]).unwrap().levels().unwrap(), ["Camden", "inf"]);
}

#[test]
fn bytes_outside_ascii() {
    let cells: Cells = [&b"12\xa0"[..], b"\xa0", "\u{a0}3".as_bytes()].into_iter().collect();
    let numbers = Column::from_cells("c".to_owned(), &cells, &[], &NumberStyle::default()).unwrap();
    assert_eq!(numbers.numbers().unwrap()[0], 12.0);
    assert_eq!(numbers.missing(1), Some(Missing::Empty));
    let cells: Cells = [&b"Ynys M\xf4n"[..], "Ynys Môn".as_bytes()].into_iter().collect();
    assert_eq!(
        Column::from_cells("c".to_owned(), &cells, &[], &NumberStyle::default()).unwrap().levels().unwrap(),
        ["Ynys Môn"]
    );
}

#[test]
fn text_that_looks_like_numbers_stays_text() {
    let text = Column::from_text("c".to_owned(), &["", "2", "1"].into_iter().collect(), &[]);
    assert_eq!(text.levels().unwrap(), ["1", "2"]);
    let error = text.numbers().unwrap_err();
    assert!(
        matches!(&error, Error::Data(DataError::NotANumber { place: Place::Row(1), text, .. }) if text == "2"),
        "{error}"
    );
}

#[test]
fn numbers_in_memory() {
    let column = Column::from_numbers("c".to_owned(), vec![1.0, f64::NAN]).unwrap();
    assert_eq!(column.missing(1), Some(Missing::NotANumber));
    let error = Column::from_numbers("c".to_owned(), vec![1.0, f64::NEG_INFINITY]).unwrap_err();
    assert!(matches!(error, Error::Data(DataError::Infinite { place: Place::Row(1), .. })), "{error}");
}

#[test]
fn equal_when_missing_in_the_same_rows() {
    assert_eq!(column(&["1", "x"]).unwrap(), column(&["1", "x"]).unwrap());
    assert_ne!(column(&["1", "x"]).unwrap(), column(&["1", "c"]).unwrap());
    assert_ne!(column(&["1", "2"]).unwrap(), column(&["1", "3"]).unwrap());
    assert_ne!(column(&["1"]).unwrap(), column(&["a"]).unwrap());
}

#[test]
fn reordered_rows_keep_their_marks() {
    let mut column = column(&["1", "x", "3"]).unwrap();
    column.reorder(&[1, 2, 0]);
    assert_eq!(column.missing(0), Some(Missing::Suppressed));
    assert_eq!(column.numbers().unwrap()[1..], [3.0, 1.0]);
}

#[test]
fn texts_in_memory() {
    let texts = [Ok("2"), Err(Missing::Absent), Ok("b"), Ok("2"), Err(Missing::Empty)];
    let column = Column::from_texts("c".to_owned(), &texts);
    assert_eq!(column.levels().unwrap(), ["2", "b"]);
    let marks: Vec<_> = (0..texts.len()).map(|row| column.missing(row)).collect();
    assert_eq!(marks, [None, Some(Missing::Absent), None, None, Some(Missing::Empty)]);
    assert_eq!((column.text(3), column.text(4)), (Some("2"), None));
    let error = column.numbers().unwrap_err();
    assert!(
        matches!(&error, Error::Data(DataError::NotANumber { place: Place::Row(0), text, .. }) if text == "2"),
        "{error}"
    );
}

#[test]
fn values_that_are_not_finite() {
    let column = Column::from_values("c".to_owned(), [Ok(1.0), Err(Missing::Absent), Ok(2.0)]).unwrap();
    assert_eq!((column.missing(1), column.n_missing()), (Some(Missing::Absent), 1));
    for value in [f64::NAN, f64::INFINITY] {
        let error = Column::from_values("c".to_owned(), [Err(Missing::Absent), Ok(value)]).unwrap_err();
        assert!(matches!(error, Error::Data(DataError::Infinite { place: Place::Row(1), .. })), "{error}");
    }
}
