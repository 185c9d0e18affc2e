//! Files as people keep them: notes in headings, lines above and below a table, codes and numbers in several spellings.
#![allow(clippy::expect_used, clippy::panic)]

use std::io::Cursor;

use apportion::error::{DataError, HeadingProblem, JoinProblem, NumberProblem, SourceError};
use apportion::panel::{Join, Step};
use apportion::sources::{Lookup, Measure};
use apportion::{Error, Panel, Source};

use crate::common::message;

fn read(source: &Source, text: impl AsRef<[u8]>) -> Result<Panel, Error> {
    source.read_from(Cursor::new(text.as_ref().to_vec())).map(apportion::sources::Published::into_authorities)
}

#[track_caller]
fn panel(source: &Source, text: impl AsRef<[u8]>) -> Panel {
    read(source, text).unwrap_or_else(|error| panic!("{error}"))
}

fn numbers(panel: &Panel, column: &str) -> Vec<f64> {
    panel.column(column).and_then(|column| column.numbers().map(<[f64]>::to_vec)).expect("a column of numbers")
}

fn table() -> Source {
    Source::table("t.csv", "la", None).measure("y")
}

fn wide() -> Source {
    Source::wide("w.csv", "la").measure(Measure::new("{period}").named("rate"))
}

/// What the panel says of how it was read.
fn said(panel: &Panel) -> String {
    let Some(Step::Read(reading)) = panel.steps().first() else { panic!("nothing is said") };
    reading.to_string()
}

#[test]
fn headings_with_a_note_are_read_and_the_note_is_kept() {
    let text = "la,2018-19,2019-20 [r],\"2020/21 (p, see note 2)\",2021–22¹,\"2022-23\n[p]\"\nA,1,2,3,4,5\n";
    let panel = panel(&wide(), text);
    assert_eq!(panel.periods(), [2019, 2020, 2021, 2022, 2023]);
    assert_eq!(numbers(&panel, "rate"), [1.0, 2.0, 3.0, 4.0, 5.0]);
    let provenance = panel.provenance("rate").expect("there").to_string();
    assert!(provenance.contains("2019-20 [r], 2020/21 (p, see note 2), 2021–22¹"), "{provenance}");
    // The note may stand after the whole of the heading.
    let named = Source::wide("w.csv", "la").measure(("{period} rate", "rate"));
    let panel = read(&named, "la,2018 rate,2019 rate [r],2019 other\nA,1,2,3\n").expect("it reads");
    assert_eq!((panel.periods(), numbers(&panel, "rate")), (&[2018, 2019][..], vec![1.0, 2.0]));
}

#[test]
fn headings_that_are_not_understood_are_errors() {
    for heading in
        ["2021-22 r", "2021-23", "21-22", "Mar-22", "31/03/2022", "2022-03-31", "FY2021-22", "2021 Q1", "44651"]
    {
        let text = format!("la,2018-19,{heading}\nA,1,2\n");
        let found = message::error(read(&wide(), text), &["w.csv", &format!("\"{heading}\""), "pass_over()"]);
        assert!(matches!(found, Error::Source(SourceError::Heading { why: HeadingProblem::NotUnderstood { .. }, .. })));
        let panel = panel(&wide().pass_over(heading), format!("la,2018-19,{heading}\nA,1,2\n"));
        assert_eq!(panel.periods(), [2019], "{heading}");
    }
    message::error(read(&wide(), "la,2018,2018-19\nA,1,2\n"), &["\"2018\"", "\"2018-19\"", "accept_mixed_periods()"]);
    message::error(read(&wide(), "la,2018,2018 [r]\nA,1,2\n"), &["\"2018 [r]\"", "the same period as \"2018\""]);
    message::error(read(&wide(), "la,1920,2021\nA,1,2\n"), &["\"1920\"", "financial year"]);
    message::error(read(&wide(), "la,2018-19,2122\nA,1,2\n"), &["\"2122\"", "financial year"]);
    // Names of other things are no periods.
    assert_eq!(panel(&wide(), "la,name,imd,2018,2019\nA,a,1,2,3\n").periods(), [2018, 2019]);
}

#[test]
fn dates_as_headings_are_financial_years_where_asked_for() {
    let dates = wide().periods_from_dates();
    assert_eq!(panel(&dates, "la,31/03/2018,2019-03-31\nA,1,2\n").periods(), [2018, 2019]);
    message::error(read(&dates, "la,31/03/2018,2018-19\nA,1,2\n"), &["\"2018-19\"", "a date"]);
}

#[test]
fn numbers_under_no_heading_are_errors() {
    let text = "la,2018,,2020\nA,1,2,3\n";
    message::error(read(&wide(), text), &["column 3 has no heading", "\"2\", line 2", "pass_over(\"unnamed_3\")"]);
    assert_eq!(panel(&wide().pass_over("unnamed_3"), text).periods(), [2018, 2020]);
    // A heading that spans two columns; marks beside each figure are none.
    message::error(read(&table(), "la,y,\nA,1,2\n"), &["column 3 has no heading"]);
    assert_eq!(numbers(&panel(&table(), "la,y,\nA,1,r\n"), "y"), [1.0]);
}

#[test]
fn a_year_that_may_be_two_is_an_error() {
    let yearly = Source::table("t.csv", "la", Some("year")).measure("y");
    for (years, named) in [(["2018", "1617"], "1617"), (["1920", "2021"], "1920"), (["43190", "2018"], "43190")] {
        let text = format!("la,year,y\nA,{},1\nB,{},2\n", years[0], years[1]);
        let found = message::error(read(&yearly, text), &["year", &format!("\"{named}\" is not a period")]);
        assert!(matches!(found, Error::Data(DataError::NotAPeriod { .. })));
    }
    message::error(read(&yearly, "la,year,y\nA,1617,1\n"), &["where 2016-17 is meant, write that"]);
    message::error(read(&yearly, "la,year,y\nA,2018-03-31,1\n"), &["periods_from_dates()"]);
    assert_eq!(panel(&yearly, "la,year,y\nA,2021,1\n").periods(), [2021]);
}

#[test]
fn lines_above_the_header_and_below_the_table_are_left_out_and_said() {
    for (above, below) in [
        ("Table 1: rates\n\n", ""),
        ("\u{feff}sep=,\n", ""),
        ("sep=,\r\nTable 1: rates,,\r\n,,\r\n", ""),
        ("", "\nSource: Department X\nNotes: 1. x means not available, 2. y\n"),
        ("", ",,\n\"Source: Department X\",,\n[r] revised,,\n"),
        ("Table 1\n", "Source: Department X\nand others\n"),
    ] {
        let panel = panel(&table(), format!("{above}la,name,y\nA,a,1.5\nB,b,2.5\n{below}"));
        assert_eq!((panel.units(), numbers(&panel, "y")), (&["A".to_owned(), "B".to_owned()][..], vec![1.5, 2.5]));
        let said = said(&panel);
        assert_eq!(said.contains("above the header: line 1"), !above.is_empty(), "{said}");
        assert_eq!(said.contains("Source: Department X"), !below.is_empty(), "{said}");
    }
}

#[test]
fn what_may_be_a_note_or_a_row_is_an_error() {
    let found =
        message::error(read(&table(), "la,name,y\nA,a,1\n\nDepartment X 2022,,\n"), &["line 4", "Department X 2022"]);
    assert!(matches!(found, Error::Data(DataError::Note { line: 4, .. })));
    message::error(
        read(&table(), "la,name,y\nA,a,1\nSource: X,,\nB,b,2\n"),
        &["line 3", "rows stand below it (line 4)"],
    );
    // Units without a value are units.
    let panel = panel(&table(), "la,name,y\nA,a,1\nB,,\nIsle of Wight,,\n");
    assert_eq!(panel.units(), ["A", "B", "Isle of Wight"]);
}

#[test]
fn another_separator_that_a_file_names() {
    for text in ["sep=;\nla;y\nA;1\n", "Rates\n\nla;y\nA;1,5\n"] {
        let found = message::error(read(&table(), text), &["semicolons", "save it with commas"]);
        assert!(matches!(found, Error::Data(DataError::Separator { .. })));
    }
    message::error(read(&table(), "la|y\nA|1\n"), &["vertical bars", "save it with commas"]);
    message::error(read(&table(), "la\ty\nA\t1\n"), &["tabs"]);
}

#[test]
fn names_are_found_however_they_are_spelt() {
    let lait = |measure: &str| Source::lait("l.csv").measure((measure, "spend"));
    let rows = "Years,LA Number,Short Desc,Values\n2018,202,Spend (\u{a3}),10\n";
    let windows: Vec<u8> = rows.chars().map(|c| c as u8).collect();
    for (asked, file) in [
        ("Spend (£)", windows.as_slice()),
        ("Spend (£)\u{a0}", rows.as_bytes()),
        ("Spend\u{2009}(£)", rows.as_bytes()),
        ("Spend (£)", rows.replace("Spend (£)", "\u{200b}Spend\u{a0} (£)\u{a0}").as_bytes()),
    ] {
        assert_eq!(numbers(&panel(&lait(asked), file), "spend"), [10.0], "{asked:?}");
    }
    // Accents composed or not, and in columns, filters and labels.
    let source = Source::table("t.csv", "la", None).measure("Re\u{301}gion  rate").filter("kind", "all\u{a0}of it");
    let found = panel(&source, "la\u{a0},kind,Région rate\nA,all of it,1\nB,other,2\n");
    assert_eq!((found.units(), numbers(&found, "Région rate")), (&["A".to_owned()][..], vec![1.0]));
    message::error(read(&lait("Spending (£)"), rows), &["Spend (£)"]);
}

#[test]
fn a_measure_beyond_the_names_remembered_is_there() {
    let mut text = "la,year,what,v\n".to_owned();
    for measure in 0..300 {
        text.push_str(&format!("A,2018,m{measure:03},{measure}\n"));
    }
    let source = |measure: &str| Source::long("l.csv", "la", "year", "what", "v").measure(measure).measure("m000");
    assert_eq!(numbers(&panel(&source("m299"), &text), "m299"), [299.0]);
    // It is there, and not in the periods asked for.
    let later = text.replace("A,2018,m299", "A,2010,m299");
    let found = panel(&source("m299").periods(2018..=2018), &later);
    assert_eq!(found.column("m299").expect("there").n_missing(), 1);
    message::error(read(&source("m300"), &text), &["measure \"m300\""]);
}

#[test]
fn codes_in_several_spellings_are_one_unit_and_it_is_said() {
    let long = Source::long("l.csv", "la", "year", "what", "v").measure("a").measure("b");
    let text = "la,year,what,v\n202,2018,a,1\n202.0,2018,b,2\n203.0,2018,a,3\n203\u{a0},2018,b,4\n";
    let found = panel(&long, text);
    assert_eq!(found.units(), ["202", "203"]);
    assert_eq!((numbers(&found, "a"), numbers(&found, "b")), (vec![1.0, 3.0], vec![2.0, 4.0]));
    assert!(said(&found).contains("taken for one: la \"202\" and \"202.0\""), "{}", said(&found));
    let apart = panel(&table(), "la,y\n01,1\n1,2\n");
    assert_eq!(apart.units(), ["01", "1"]);
    assert!(said(&apart).contains("kept apart, and perhaps one: la \"01\" and \"1\""), "{}", said(&apart));
    let lookup = Lookup::new([("E09\u{a0}", "202")]).expect("one code");
    assert_eq!(panel(&table().lookup(lookup), "la,y\nE09,1\n").units(), ["202"]);
}

#[test]
fn numbers_written_in_other_ways_are_read_where_asked_for() {
    let text = "la,y\nA,\"14,1\"\nB,\"£ 1 234,5\"\n";
    let found = message::error(read(&table(), text), &["\"14,1\"", "read the file with decimal_commas()"]);
    assert!(!found.to_string().contains("factor"), "{found}");
    let asked = table().decimal_commas().currency_signs().spaced_thousands();
    assert_eq!(numbers(&panel(&asked, text), "y"), [14.1, 1234.5]);
    assert_eq!(numbers(&panel(&table(), "la,y\nA,−３.5\n"), "y"), [-3.5]);
}

#[test]
fn percentages_among_plain_numbers_are_an_error() {
    for text in ["la,y\nA,12%\nB,0.12\n", "la,y\nA,0.12\nB,12 %\n"] {
        let found = message::error(read(&table(), text), &["\"y\"", "percent sign", "\"0.12\""]);
        assert!(matches!(found, Error::Data(DataError::NotANumber { why: NumberProblem::Percent { .. }, .. })));
    }
    message::error(read(&wide(), "la,2018,2019\nA,12%,0.13\n"), &["12%", "0.13"]);
    assert_eq!(numbers(&panel(&table(), "la,y\nA,12%\nB,0\nC,c\n"), "y")[..2], [12.0, 0.0]);
}

#[test]
fn joins_in_which_nothing_matches_show_a_key_of_each_side() {
    let of = |code: &str, year: i32, name: &str| {
        Panel::builder().units([code]).periods([year]).column(name, [1.0]).build().expect("a panel")
    };
    let left = of("202", 2018, "a");
    for (right, how, key) in [
        (of("0202", 2018, "b"), Join::left(), "0202 2018"),
        (of("E09000007", 2018, "b"), Join::left().on_unit(), "E09000007"),
        (of("202", 2017, "b"), Join::left(), "202 2017"),
        (of("202", 2018, "b"), Join::inner().period_offset(-1), "202 2019"),
    ] {
        let found = message::error(left.join(&right, &how), &["no row has a partner", "such as 202", key]);
        assert!(matches!(found, Error::Data(DataError::Join { why: JoinProblem::NoPartner { .. }, .. })));
    }
    let spelt = left.join(&of("202\u{a0}", 2018, "b"), &Join::left()).expect("one code");
    assert_eq!(numbers(&spelt, "b"), [1.0]);
}

#[test]
fn a_join_of_two_columns_of_one_name_says_what_renames_them() {
    let left = Panel::builder().units(["202"]).periods([2018]).column("a", [1.0]).build().expect("a panel");
    message::error(left.join(&left, &Join::left()), &["cannot join a", "Panel::renamed()"]);
    let right = left.renamed("a", "b").expect("there is no other b");
    assert_eq!(numbers(&left.join(&right, &Join::left()).expect("two names"), "b"), [1.0]);
}
