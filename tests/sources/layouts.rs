//! Published files: every layout, what is kept of them, and one clear message for each way in which a file is not as said.
#![allow(clippy::expect_used, clippy::panic)]

use std::io::Cursor;

use apportion::error::{DataError, Place, SourceError};
use apportion::panel::{Join, Missing, Origin, Quantity};
use apportion::sources::{Layout, Lookup, Measure, Published};
use apportion::{Error, Panel, Source};

use crate::common::message;

const EES: &str = "\
time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,new_la_code,la_name,category,plans,rate
2018,Reporting year,National,E92000001,England,,,,,,All,30,10.5
2018,Reporting year,Regional,E92000001,England,E13000001,Inner London,,,,All,30,10.5
2018,Reporting year,Local authority,E92000001,England,E13000001,Inner London,202,E09000007,Camden,All,10,5
2018,Reporting year,Local authority,E92000001,England,E13000001,Inner London,202,E09000007,Camden,Girls,4,2
2018,Reporting year,Local authority,E92000001,England,E13000001,Inner London,203,E09000011,Greenwich,All,20,c
2018,Reporting year,Local authority,E92000001,England,E13000001,Inner London,203,E09000011,Greenwich,Girls,x,low
2017,Reporting year,Local authority,E92000001,England,E13000001,Inner London,202,E09000007,Camden,All,9,z
2017,Reporting year,School,E92000001,England,E13000001,Inner London,,,,All,1,1
";

fn read(source: &Source, text: &str) -> Result<Published, Error> {
    source.read_from(Cursor::new(text.as_bytes().to_vec()))
}

#[track_caller]
fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "no {part:?} in: {message}");
    }
}

fn all() -> Source {
    Source::explore_education("plans.csv").filter("category", "All")
}

fn numbers(panel: &Panel, column: &str) -> Vec<f64> {
    panel.column(column).expect("a column").numbers().expect("numbers").to_vec()
}

#[test]
fn explore_education_statistics() {
    let published =
        read(&all().measure("plans").measure(Measure::rate("rate").measured_in("per 10,000")), EES).expect("it reads");
    let panel = published.authorities();
    assert_eq!((panel.units(), panel.periods()), (&["202".to_owned(), "203".to_owned()][..], &[2017, 2018][..]));
    assert_eq!(numbers(panel, "plans"), [9.0, 10.0, 20.0]);
    let rate = panel.column("rate").expect("read");
    assert_eq!((rate.missing(0), rate.missing(2)), (Some(Missing::NotApplicable), Some(Missing::Confidential)));
    assert_eq!(panel.label_columns(), ["la_name", "new_la_code", "region_name"]);
    assert_eq!(panel.column("new_la_code").expect("kept").text(0), Some("E09000007"));
    assert_eq!(panel.place(0), Place::Line(8));
    let (regions, nation) = (published.regions().expect("a region"), published.nation().expect("a nation"));
    assert_eq!((regions.units(), nation.units()), (&["E13000001".to_owned()][..], &["E92000001".to_owned()][..]));
    assert_eq!(published.other_levels().get("School"), Some(&1));
    let Origin::File(file) = &rate.provenance().origin else { panic!("a file") };
    assert_eq!((file.file.as_str(), file.measure.as_str()), ("plans.csv", "rate"));
    assert_eq!(file.filters, [("category".to_owned(), "All".to_owned())]);
    assert_eq!(
        (rate.provenance().quantity, rate.provenance().measured_in.as_deref()),
        (Some(Quantity::Rate), Some("per 10,000"))
    );
}

#[test]
fn columns_in_another_order_and_a_byte_order_mark() {
    let lines: Vec<String> = EES.lines().map(|line| line.split(',').rev().collect::<Vec<_>>().join(",")).collect();
    let turned = format!("\u{feff}{}\r\n", lines.join("\r\n"));
    let source = all().measure("plans");
    let (one, other) = (read(&source, EES).expect("it reads"), read(&source, &turned).expect("it reads"));
    assert_eq!(one.authorities(), other.authorities());
}

#[test]
fn new_codes_as_units_and_a_range_of_periods() {
    let source = all().measure(("plans", "cpp")).by_new_codes().periods(2018..=2020);
    let panel = read(&source, EES).expect("it reads").into_authorities();
    assert_eq!(panel.units(), ["E09000007", "E09000011"]);
    assert_eq!(numbers(&panel, "cpp"), [10.0, 20.0]);
    assert_eq!(panel.column("old_la_code").expect("the other code").text(0), Some("202"));
}

#[test]
fn the_caller_says_what_a_mark_means() {
    let girls = || Source::explore_education("plans.csv").filter("category", "Girls").measure("plans");
    let missing =
        |source: &Source| read(source, EES).expect("it reads").authorities().column("plans").expect("read").missing(1);
    assert_eq!(missing(&girls()), Some(Missing::Suppressed));
    let stated = girls().mark("x", Missing::NotAvailable);
    assert_eq!(missing(&stated), Some(Missing::NotAvailable));
    let published = read(&stated, EES).expect("it reads");
    let text = published.authorities().provenance("plans").expect("read").to_string();
    assert_says(&text, &["\"x\" read as not available (NA)", "category = \"Girls\""]);
}

const LAIT: &str = "\
Short Desc,Data item,Years,LA and Regions,Values,LA Number,Region
Spend,\"Total
spend\",2016-17 (OT),Camden,10,202,Inner London
Spend,,2016-17 (OT),Cornwall,20,908,South West
Spend,,2016-17 (OT),South West,20,990,
Spend,,2016-17 (OT),Wales,7,100,
Spend,,2016-17 (OT),England,30,970,
Rate,A rate,2017,Camden,-,202,Inner London
Rate,,2018,Camden,1.5,202,Inner London
";

#[test]
fn the_interactive_tool() {
    let published = read(&Source::lait("lait.csv").measure("Spend").measure("Rate"), LAIT).expect("it reads");
    let panel = published.authorities();
    assert_eq!(panel.n_observations(), 3);
    assert_eq!(
        (panel.row_label(0), panel.row_label(1), panel.row_label(2)),
        ("202 2017".to_owned(), "202 2018".to_owned(), "908 2017".to_owned())
    );
    let (spend, rate) = (panel.column("Spend").expect("read"), panel.column("Rate").expect("read"));
    assert_eq!(
        (spend.missing(0), spend.missing(1), rate.missing(0), rate.missing(2)),
        (None, Some(Missing::Absent), Some(Missing::Dash), Some(Missing::Absent))
    );
    assert_eq!(published.regions().expect("regions").units(), ["100", "990"]);
    assert_eq!(published.nation().expect("a nation").units(), ["970"]);
}

#[test]
fn one_year_a_file_in_latin_1() {
    let file = b"geog_l,geog_c,geog_n,CINAt310312,%Seen\nNational,921,England,30,1\nLA,921,Isle of W\xefght,10,x\nLA,202,Camden,..,5\n";
    let source = Source::one_year("SFR27.csv", 2012).measure("CINAt310312").measure("%Seen");
    let published = source.read_from(Cursor::new(file)).expect("it reads");
    let panel = published.authorities();
    assert_eq!((panel.units(), panel.periods()), (&["202".to_owned(), "921".to_owned()][..], &[2012][..]));
    assert_eq!(panel.column("geog_n").expect("a label").text(1), Some("Isle of Wïght"));
    assert_eq!(panel.column("CINAt310312").expect("read").missing(0), Some(Missing::Dots));
    assert_eq!(numbers(published.nation().expect("England"), "CINAt310312"), [30.0]);
}

#[test]
fn tables_of_the_users_own_layout() {
    let long = Source::long("long.csv", "area", "year", "what", "how_many").measure("b").measure(("a", "first"));
    let panel = read(&long, "year,area,what,how_many\n2017/18,A,a,1\n2017/18,A,b,2\n2018/19,A,a,3\n")
        .expect("it reads")
        .into_authorities();
    assert_eq!(numbers(&panel, "first"), [1.0, 3.0]);
    assert_eq!(panel.column("b").expect("read").missing(1), Some(Missing::Absent));

    let wide = Source::wide("wide.csv", "area").measure(("rate_{period}", "rate")).measure(("{period} n", "n"));
    let panel = read(&wide, "area,rate_2017,rate_2018,2018 n,rate_of\nA,1,c,3,9\nB,4,5,6,9\n")
        .expect("it reads")
        .into_authorities();
    assert_eq!(panel.periods(), [2017, 2018]);
    assert_eq!(numbers(&panel, "rate")[2..], [4.0, 5.0]);
    assert_eq!(panel.column("rate").expect("read").missing(1), Some(Missing::Confidential));
    assert_eq!(panel.column("n").expect("read").missing(0), Some(Missing::Absent));

    let table =
        Source::new("t.csv", Layout::Table { unit: "area".into(), period: None }).measure("score").label("name");
    let panel = read(&table, "area,name,score\nA,Aton,1\nB,Beton,2\n").expect("it reads").into_authorities();
    assert_eq!((panel.n_periods(), panel.label_columns()), (0, &["name".to_owned()][..]));
}

#[test]
fn joint_returns() {
    let text = EES.replace("202,E09000007,Camden,All", "202 / 204,E09000007 / E09000012,Camden / Hackney,All");
    message::error(read(&all().measure("plans"), &text), &["old_la_code", "line 4", "\"202 / 204\" is a joint return"]);
    let each = all().measure("plans").joint_returns_to_each("joint");
    let panel = read(&each, &text).expect("it reads").into_authorities();
    assert_eq!(panel.units(), ["202", "203", "204"]);
    assert_eq!(
        (numbers(&panel, "plans"), numbers(&panel, "joint")),
        (vec![9.0, 10.0, 20.0, 9.0, 10.0], vec![1.0, 1.0, 0.0, 1.0, 1.0])
    );
    assert_eq!(panel.column("la_name").expect("a label").text(3), Some("Hackney"));
    assert_eq!(panel.column("new_la_code").expect("a label").text(3), Some("E09000012"));
    assert_says(&panel.provenance("plans").expect("read").to_string(), &["joint returns given to each: 202 / 204"]);
    let checks = read(&each, &text).expect("it reads").sums_against_nation("plans").expect("there is a nation");
    assert_eq!((checks[0].authorities, checks[0].nation), (30.0, 30.0));
    let without = read(&all().measure("plans").leave_out_joint_returns(), &text).expect("it reads");
    assert_eq!(
        (without.left_out(), without.authorities().units()),
        (&["202 / 204".to_owned()][..], &["203".to_owned()][..])
    );
}

#[test]
fn what_is_not_there_is_listed_with_what_is() {
    message::error(read(&all().measure("plan"), EES), &["plans.csv", "measure \"plan\"", "\"plans\"", "\"rate\""]);
    let boys = Source::explore_education("plans.csv").filter("category", "Boys").measure("plans");
    message::error(read(&boys, EES), &["category", "\"Boys\"", "\"All\", \"Girls\""]);
    let column = Source::explore_education("plans.csv").filter("categry", "All").measure("plans");
    message::error(read(&column, EES), &["no column \"categry\"", "\"category\""]);
    message::error(
        read(&Source::lait("lait.csv").measure("Spending"), LAIT),
        &["measure \"Spending\"", "\"Rate\", \"Spend\""],
    );
    message::error(read(&all(), EES), &["measure", "name at least one", "plans"]);
    let wide = Source::wide("w.csv", "area").measure("rate_{period}");
    message::error(read(&wide, "area,share_2018\nA,1\n"), &["measure \"rate_{period}\"", "share_2018"]);
    message::error(read(&Source::wide("w.csv", "area").measure("rate"), "area,rate\nA,1\n"), &["{period}"]);
}

#[test]
fn rows_of_one_key_are_told_apart() {
    let both = Source::explore_education("plans.csv").measure("plans");
    message::error(
        read(&both, EES),
        &["202, period 2018", "line 4", "line 5", "category (\"All\", \"Girls\")", "filter"],
    );
    let twice = format!("{LAIT}Rate,,2018,Camden,1.5,202,Inner London\n");
    let rates = Source::lait("lait.csv").measure("Rate").measure("Spend");
    message::error(read(&rates, &twice), &["202, period 2018, measure Rate", "the same in every column"]);
    let table = Source::table("t.csv", "area", None).measure("v");
    message::error(read(&table, "area,v\nA,1\nA,2\n"), &["unit A has two rows", "v (\"1\", \"2\")"]);
}

#[test]
fn periods_in_several_forms_or_none() {
    let text = EES.replace("2017,Rep", "2016-17,Rep");
    let source = all().measure("plans");
    message::error(read(&source, &text), &["time_period", "\"2018\"", "line 4", "\"2016-17\"", "accept_mixed_periods"]);
    assert!(read(&all().measure("plans").accept_mixed_periods(), &text).is_ok());
    message::error(
        read(&source, &EES.replace("2017,Rep", "2016 to 2018,Rep")),
        &["\"2016 to 2018\" is not a period", "line 8"],
    );
    message::error(read(&source, &EES.replace("2017,Rep", ",Rep")), &["time_period", "line 8", "empty"]);
    // A tool whose measures have their own forms is no mixture.
    assert!(read(&Source::lait("l.csv").measure("Spend").measure("Rate"), LAIT).is_ok());
}

#[test]
fn a_file_in_another_layout_says_which_it_looks_like() {
    let lait = || Source::lait("f.csv").measure("plans");
    message::error(
        read(&lait(), EES),
        &["no column \"Short Desc\"", "explore-education-statistics", "Source::explore_education"],
    );
    message::error(read(&all().measure("x"), LAIT), &["Interactive Tool", "Source::lait"]);
    message::error(read(&lait(), "geog_l,geog_c,geog_n,v\nLA,1,A,1\n"), &["Source::one_year"]);
    message::error(read(&lait(), "area,2016,2017\nA,1,2\n"), &["Source::wide"]);
    message::error(read(&lait(), "area,v\nA,1\n"), &["its columns are \"area\", \"v\""]);
}

#[test]
fn truncated_binary_and_empty_files() {
    let source = all().measure("plans");
    let cut = |at: usize| EES[..at].to_owned();
    assert!(matches!(read(&source, &cut(EES.len() - 5)), Err(Error::Data(DataError::RaggedRow { line: 9, .. }))));
    assert!(matches!(read(&source, &format!("{EES}2018,\"Rep")), Err(Error::Data(DataError::OpenQuote { line: 10 }))));
    assert!(matches!(read(&source, ""), Err(Error::Data(DataError::EmptyFile { .. }))));
    assert!(matches!(read(&source, EES.lines().next().expect("a header")), Err(Error::Data(DataError::NoRows { .. }))));
    assert!(matches!(
        source.read_from(Cursor::new(b"PK\x03\x04rest")),
        Err(Error::Source(SourceError::Workbook { .. }))
    ));
    assert!(matches!(source.read_from(Cursor::new(b"a\0b,c\n")), Err(Error::Data(DataError::NotText { .. }))));
    assert!(
        matches!(Source::lait("no/such.csv").measure("a").read(), Err(Error::Data(DataError::Read { path, .. })) if path == "no/such.csv")
    );
    message::error(read(&source, &EES.replace("All,9,z", "All,nine,z")), &["plans", "line 8", "\"nine\""]);
}

#[cfg(not(feature = "excel"))]
#[test]
fn a_workbook_needs_the_feature() {
    let error =
        Source::table("imd.xlsx", "code", None).measure("v").read_from(Cursor::new(b"PK")).expect_err("no feature");
    assert_says(&error.to_string(), &["imd.xlsx", "--features excel"]);
}

#[cfg(feature = "excel")]
#[test]
fn a_workbook_that_is_none() {
    let source = Source::table("imd.xlsx", "code", None).measure("v");
    for bytes in [&b""[..], b"PK\x03\x04", b"area,v\nA,1\n", &[0xff; 3000]] {
        assert!(matches!(source.read_from(Cursor::new(bytes)), Err(Error::Source(SourceError::Workbook { .. }))));
    }
}

#[test]
fn a_name_with_an_ampersand_is_one_area() {
    let table = Source::table("t.csv", "area", None).measure("v");
    let panel = read(&table, "area,v\nTyne & Wear,1\nBath/Wells,2\n").expect("it reads").into_authorities();
    assert_eq!(panel.units(), ["Bath/Wells", "Tyne & Wear"]);
}

#[test]
fn a_mark_is_no_code() {
    let text = EES.replace("202,E09000007,Camden,All", "z,E09000007,Camden,All");
    message::error(read(&all().measure("plans"), &text), &["code \"z\"", "old_la_code, line 4", "by_new_codes()"]);
    assert!(read(&all().measure("plans").by_new_codes(), &text).is_ok());
}

#[test]
fn codes_and_lookups() {
    let plans = read(&all().measure("plans"), EES).expect("it reads").into_authorities();
    let lookup = Lookup::from_panel(&plans, "new_la_code").expect("codes");
    let scores = |lookup| Source::table("imd.csv", "code", None).measure("score").lookup(lookup);
    let text = "code,score\nE09000007,1\nE09000012,2\n";
    message::error(
        read(&scores(lookup.clone()), text),
        &["code \"E09000012\" is in no lookup", "line 3", "\"E09000011\""],
    );
    let published = read(&scores(lookup.clone().leaving_out_others()), text).expect("it reads");
    assert_eq!(published.left_out(), ["E09000012"]);
    let panel = plans.join(published.authorities(), &Join::left().on_unit()).expect("they fit");
    assert_eq!(numbers(&panel, "score")[..2], [1.0, 1.0]);
    assert_eq!(panel.column("score").expect("joined").missing(2), Some(Missing::Absent));
    let more = lookup.with(Lookup::new([("E09000012", "202")]).expect("one")).expect("no quarrel");
    message::error(read(&scores(more), text), &["unit 202 has two rows", "code (\"E09000007\", \"E09000012\")"]);
    assert!(matches!(Lookup::new([("a", "1"), ("a", "2")]), Err(Error::Source(SourceError::Code { .. }))));
}

fn small(column: &str, rows: &[(&str, i32, f64)]) -> Panel {
    Panel::builder()
        .units(rows.iter().map(|row| row.0))
        .periods(rows.iter().map(|row| row.1))
        .column(column, rows.iter().map(|row| row.2))
        .build()
        .expect("a panel")
}

#[test]
fn joins_keep_or_leave_out_and_report() {
    let left = small("a", &[("A", 2017, 1.0), ("A", 2018, 2.0), ("B", 2018, 3.0), ("C", 2018, 4.0)]);
    let right =
        small("b", &[("A", 2016, 10.0), ("A", 2017, 20.0), ("B", 2017, f64::NAN), ("D", 2017, 40.0), ("A", 2030, 1.0)]);
    let before = |join: Join| join.period_offset(-1);
    let joined = left.join(&right, &before(Join::left())).expect("they fit");
    let b = joined.column("b").expect("joined");
    assert_eq!(b.numbers().expect("numbers")[..2], [10.0, 20.0]);
    assert_eq!((b.missing(2), b.missing(3)), (Some(Missing::NotANumber), Some(Missing::Absent)));
    let report = joined.joins()[0].clone();
    assert_eq!((report.matched, report.period_offset), (3, -1));
    assert_eq!((report.left_only[0].unit.as_str(), report.right_only[0].unit.as_str()), ("C", "D"));
    assert_eq!((report.right_only[0].periods.as_slice(), report.right_periods.as_slice()), (&[2018][..], &[2031][..]));

    let inner = left.join(&right, &before(Join::inner())).expect("they fit");
    assert_eq!((inner.n_observations(), inner.units()), (3, &["A".to_owned(), "B".to_owned()][..]));
    assert_says(&inner.joins()[0].to_string(), &["left out: C 2018"]);
    let error = left.join(&right, &before(Join::one_to_one())).expect_err("C and D have no partner").to_string();
    assert_says(&error, &["not one to one", "C 2018", "D 2018", "2031"]);
    assert!(
        left.join(
            &small("c", &[("A", 2017, 1.0), ("A", 2018, 1.0), ("B", 2018, 1.0), ("C", 2018, 1.0)]),
            &Join::one_to_one()
        )
        .is_ok()
    );
}

#[test]
fn joins_that_make_no_sense() {
    let left = small("a", &[("A", 2017, 1.0), ("A", 2018, 2.0)]);
    let says = |right: &Panel, how: &Join, parts: &[&str]| {
        assert_says(&left.join(right, how).expect_err("no sense").to_string(), parts);
    };
    says(&left, &Join::left(), &["cannot join a", "has a column of that name"]);
    says(
        &small("b", &[("A", 2017, 1.0), ("A", 2018, 1.0)]),
        &Join::left().on_unit(),
        &["unit A has more than one row"],
    );
    says(&small("b", &[("Z", 2017, 1.0)]), &Join::inner(), &["no row has a partner"]);
    let without = Panel::builder().units(["A"]).column("b", [1.0]).build().expect("a panel");
    says(&without, &Join::left(), &["needs a period column", "on_unit()"]);
    says(&Panel::builder().column("b", [1.0]).build().expect("a panel"), &Join::left(), &["needs a unit column"]);
    let far = small("b", &[("A", 2017, 1.0), ("B", i32::MIN, 1.0), ("B", i32::MAX, 1.0)]);
    let wide = small("a", &[("A", 2017, 1.0), ("C", i32::MIN, 1.0), ("C", i32::MAX, 1.0)]);
    let joined = wide.join(&far, &Join::left()).expect("they fit");
    assert_says(&joined.joins()[0].to_string(), &["C -2147483648, 2147483647"]);
    says(&small("b", &[("A", i32::MAX, 1.0)]), &Join::inner().period_offset(i32::MAX), &["no row has a partner"]);
}

proptest::proptest! {
    #[test]
    fn any_text_gives_a_panel_or_an_error(body in "[0-9A,\"\n /.x-]{0,120}") {
        let header = EES.lines().next().expect("a header");
        let _ = read(&all().measure("plans"), &format!("{header}\n{body}"));
        let _ = read(&Source::lait("l.csv").measure("A"), &format!("Short Desc,Years,Values,LA Number\n{body}"));
        let _ = read(&Source::wide("w.csv", "A").measure("{period}"), &body);
    }
}
