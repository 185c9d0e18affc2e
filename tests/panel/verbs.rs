//! Every verb of a panel: what it gives, what it keeps (kinds of missing, provenance, labels, keys), what it refuses.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::ops::RangeInclusive;

use apportion::error::{ColumnUseProblem, DataError};
use apportion::panel::{CellValue, ColumnChange, Derivation, Missing, Origin, Step};
use apportion::{Error, Panel, PanelSchema, Result};
use proptest::prelude::*;

use crate::common::message;

/// Three authorities, unbalanced, with marks of several kinds in numbers and in text.
const CSV: &str = "la,year,name,region,rate,children,w\n\
    202,2017,Camden,London,43,40000,1\n\
    202,2018,Camden,London,c,41000,2\n\
    203,2018,Greenwich,London,50.5,x,1\n\
    301,2016,Barking,[c],u,52000,0\n\
    301,2017,Barking,East,,NA,3\n";

fn panel() -> Panel {
    let schema = PanelSchema::new("la", "year").weight("w").population("children");
    let panel = Panel::read_csv_from(CSV.as_bytes(), &schema).expect("it reads");
    let panel = panel.with_labels(["name"]).and_then(|panel| panel.measured_in("children", "children"));
    let panel = panel.and_then(|panel| panel.derive("log_rate", &Derivation::log("rate"))).expect("it derives");
    panel.with_description("three authorities")
}

fn names(panel: &Panel) -> Vec<&str> {
    panel.columns().iter().map(|column| column.name()).collect()
}

/// Equal, and so is all that equality leaves out but the history.
#[track_caller]
fn check_same(one: &Panel, other: &Panel) {
    assert_eq!(one, other);
    assert_eq!(one.label_columns(), other.label_columns());
    assert_eq!((one.unit_column(), one.period_column()), (other.unit_column(), other.period_column()));
    for (one, other) in one.columns().iter().zip(other.columns()) {
        assert_eq!(one.provenance(), other.provenance(), "{}", one.name());
        assert_eq!(one.missing_counts(), other.missing_counts(), "{}", one.name());
    }
    let places = |panel: &Panel| (0..panel.n_observations()).map(|row| panel.place(row)).collect::<Vec<_>>();
    assert_eq!(places(one), places(other));
}

/// The values of both ends of each row, as the panel's own verbs give them.
fn values(panel: &Panel, column: &str) -> Vec<CellValue> {
    panel.rows().map(|row| row.value(column)).collect::<Result<_>>().expect("the column is there")
}

#[test]
fn rows_say_what_they_hold() {
    let panel = panel();
    let row = panel.row(202, 2018).expect("it is there");
    assert_eq!((row.index(), row.label().as_str(), row.unit(), row.period()), (1, "202 2018", Some("202"), Some(2018)));
    assert!(row.number("rate").expect("rate").is_nan());
    assert_eq!(row.missing("rate").expect("rate"), Some(Missing::Confidential));
    assert_eq!(row.text("region").expect("region"), Some("London"));
    assert_eq!(panel.row("301", 2016).and_then(|row| row.text("region")).expect("region"), None);
    assert_eq!(panel.value(203, 2018, "rate").expect("rate"), CellValue::Number(50.5));
    assert_eq!(panel.value(203, 2018, "children").expect("children"), CellValue::Missing(Missing::Suppressed));
    assert_eq!(panel.value("301.0", 2016, "region").expect("region"), CellValue::Missing(Missing::Confidential));
    assert_eq!(panel.value(301, 2017, "name").expect("name"), CellValue::Text("Barking".to_owned()));
    let units: Vec<_> = panel.rows().rev().map(|row| row.unit().unwrap_or_default()).collect();
    assert_eq!(units, ["301", "301", "203", "202", "202"]);
}

#[test]
fn a_row_that_is_not_there() {
    let panel = panel();
    message::error(panel.value(204, 2018, "rate"), &["no unit \"204\"", "\"202\""]);
    message::error(panel.value(301, 2018, "rate"), &["unit 301", "2018", "2016; 2017"]);
    message::error(panel.value(202, 2018, "rat"), &["no column \"rat\"", "\"rate\""]);
    message::error(
        panel.row(202, 2018).and_then(|row| row.text("rate")),
        &["Row::text()", "\"rate\"", "Row::number()"],
    );
    message::error(
        panel.row(202, 2018).and_then(|row| row.number("region")),
        &["Row::number()", "\"region\"", "a column of text", "London", "Row::text()"],
    );
    // Keys are no columns of data.
    let row = panel.row(202, 2018).expect("it is there");
    message::error(row.number("year"), &["Row::number()", "\"year\"", "period column", "Row::period()"]);
    message::error(row.text("la"), &["Row::text()", "\"la\"", "unit column", "Row::unit()"]);
    message::error(row.missing("la\u{a0}"), &["Row::missing()", "unit column"]);
    message::error(row.value("year"), &["Row::value()", "period column"]);
    message::error(panel.value(202, 2018, "la"), &["Panel::value()", "\"la\"", "Row::unit()"]);
    let cross = Panel::builder().column("x", [1.0]).build().expect("it builds");
    message::error(cross.value("A", 2018, "x"), &["Panel::row()", "unit column"]);
    message::error(cross.unit_names(), &["Panel::unit_names()", "unit column"]);
    message::error(cross.keep_units(["A"]), &["Panel::keep_units()", "unit column"]);
    let units = Panel::builder().units(["A"]).column("x", [1.0]).build().expect("it builds");
    message::error(units.value("A", 2018, "x"), &["Panel::row()", "period column"]);
}

#[test]
fn units_have_names() {
    let panel = panel();
    assert_eq!(panel.unit_names().expect("there are units"), [Some("Camden"), Some("Greenwich"), Some("Barking")]);
    assert_eq!(panel.unit_name("203").expect("it is there"), Some("Greenwich"));
    let unnamed = panel.with_labels(["rate"]).expect("a column");
    assert_eq!(unnamed.unit_name("203").expect("it is there"), None, "a number is no name");
    // The first row of a unit may be the one without a name.
    let builder = Panel::builder().units([1, 1]).periods([2017, 2018]).text_column("name", ["", "Camden"]);
    let panel = builder.build().and_then(|panel| panel.with_labels(["name"])).expect("it builds");
    assert_eq!(panel.unit_name(1).expect("it is there"), Some("Camden"));
}

#[test]
fn filters_keep_rows_whole() {
    let panel = panel();
    let filtered = panel.filter("London", |row| Ok(row.text("region")? == Some("London"))).expect("some are left");
    assert_eq!((filtered.units(), filtered.periods()), (&["202".to_owned(), "203".to_owned()][..], &[2017, 2018][..]));
    assert_eq!((filtered.weight_column(), filtered.population_column()), (Some("w"), Some("children")));
    assert_eq!((filtered.label_columns(), filtered.description()), (panel.label_columns(), panel.description()));
    assert_eq!(filtered.column("rate").expect("rate").missing(1), Some(Missing::Confidential));
    assert_eq!(filtered.provenance("log_rate").expect("it is there").to_string(), "= log(rate)");
    assert_eq!(filtered.provenance("children").expect("children").measured_in.as_deref(), Some("children"));
    let Some(Step::Kept(kept)) = filtered.steps().last() else { panic!("no step") };
    assert_eq!((kept.rule.as_str(), kept.kept, kept.left_out), ("London", 3, 2));

    // Each of these is the same three rows.
    for other in [
        panel.filter_by("region", ["London"]),
        panel.keep_units([203, 202]),
        panel.filter_by("la", ["202", "203", "202"]),
        panel.filter_by("rate", [43.0, 50.5]).and_then(|_| panel.keep_units(["203", "202"])),
    ] {
        check_same(&other.expect("some are left"), &filtered);
    }
    assert_eq!(panel.filter_by("rate", [43.0]).expect("one row").n_observations(), 1);
    let late = panel.filter_by("year", [2018]).expect("two rows");
    check_same(&late, &panel.in_periods(2018..=2018).expect("two rows"));
    assert_eq!(late.steps()[0].to_string(), "kept by the rule \"year is 2018\": 2 of 5 rows");
}

#[test]
fn filters_that_cannot_be() {
    let panel = panel();
    let none = panel.filter("rates above 90", |row| Ok(row.number("rate")? > 90.0));
    assert!(matches!(&none, Err(Error::Data(DataError::NothingKept { rows: 5, .. }))));
    message::error(none, &["rates above 90", "5 rows", "ask for less"]);
    message::error(panel.filter("typo", |row| Ok(row.number("rte")? > 1.0)), &["no column \"rte\"", "\"rate\""]);
    message::error(panel.filter_by("regoin", ["London"]), &["no column \"regoin\"", "\"region\""]);
    message::error(panel.filter_by("region", ["Lodnon"]), &["\"region\"", "no value \"Lodnon\"", "\"London\""]);
    message::error(panel.filter_by("rate", ["c"]), &["\"rate\"", "no value \"c\""]);
    message::error(panel.filter_by("rate", [f64::NAN]), &["\"rate\"", "no value \"NaN\""]);
    message::error(panel.filter_by("year", [2030]), &["\"year\"", "no value \"2030\""]);
    message::error(
        panel.filter_by("region", Vec::<String>::new()),
        &["Panel::filter_by()", "\"region\"", "no value was given"],
    );
    message::error(panel.keep_units([202, 999]), &["no unit \"999\""]);
    message::error(
        panel.filter_by("year", Vec::<i32>::new()),
        &["Panel::filter_by()", "\"year\"", "no value was given"],
    );
    message::error(panel.keep_units(Vec::<String>::new()), &["Panel::keep_units()", "\"la\"", "no value was given"]);
    message::error(panel.in_periods(RangeInclusive::new(2019, 2017)), &["2019 to 2017", "2017..=2019"]);
    message::error(panel.in_periods(2030..=2031), &["no rows in periods 2030 to 2031"]);
    let cross = Panel::builder().column("x", [1.0]).build().expect("it builds");
    message::error(cross.in_periods(RangeInclusive::new(2019, 2017)), &["Panel::in_periods()", "period column"]);
    let own = panel.filter("own", |row| Err(Error::other(format!("row {} is odd", row.label()))));
    assert_eq!(own.expect_err("it fails").to_string(), "row 202 2017 is odd");
}

#[test]
fn columns_are_kept_in_the_order_asked_for() {
    let panel = panel();
    let selected = panel.select(["region", "la", "rate"]).expect("they are there");
    // Label, population and weight say what a row is and how much it counts.
    assert_eq!(names(&selected), ["region", "rate", "name", "children", "w"]);
    assert_eq!((selected.weight_column(), selected.label_columns()), (Some("w"), panel.label_columns()));
    assert_eq!(selected.steps(), [Step::Columns(ColumnChange::LeftOut { columns: vec!["log_rate".to_owned()] })],);
    let without = panel.without_columns(["w", "name", "children"]).expect("they are there");
    assert_eq!(names(&without), ["region", "rate", "log_rate"]);
    assert_eq!((without.weight_column(), without.population_column()), (None, None));
    assert!(without.label_columns().is_empty());
    assert_eq!(without.steps()[0].to_string(), "columns left out: name; children; w");
    check_same(&panel.without_columns(Vec::<String>::new()).expect("nothing goes"), &panel);
    assert!(panel.select(Vec::<String>::new()).expect("roles are left").has_column("w"));

    message::error(panel.select(["rate", "rte"]), &["no column \"rte\"", "\"rate\""]);
    message::error(panel.select(["rate", "rate"]), &["Panel::select()", "\"rate\"", "named twice", "once"]);
    message::error(panel.without_columns(["rate", "rate"]), &["Panel::without_columns()", "\"rate\"", "named twice"]);
    let key = panel.without_columns(["year"]);
    assert!(matches!(&key, Err(Error::Data(DataError::ColumnUse { why: ColumnUseProblem::Key, .. }))));
    message::error(key, &["\"year\"", "units or periods", "Panel::renamed()"]);
}

#[test]
fn columns_that_a_verb_does_not_change_are_not_copied() {
    let panel = panel();
    let start = |panel: &Panel| panel.column("w").and_then(|w| w.numbers().map(<[f64]>::as_ptr)).expect("w is there");
    for changed in [
        panel.select(["w", "rate"]),
        panel.without_columns(["rate"]),
        panel.with_column("x", [1.0; 5]),
        panel.with_column_by("x", |row| row.number("rate")),
        panel.derive("x", &Derivation::log("w")),
        panel.renamed("rate", "plans_per_10000"),
        panel.renamed("la", "code"),
        panel.clone().measured_in("rate", "plans"),
        panel.keep_units([202, 203, 301]),
    ] {
        assert_eq!(start(&changed.expect("it can be done")), start(&panel));
    }
}

#[test]
fn columns_are_added() {
    let marks = [Ok(1.0), Err(Missing::Suppressed), Ok(f64::NAN), Err(Missing::Empty), Ok(2.0)];
    let panel = panel().with_column("visits", marks).expect("it can be added");
    let visits = panel.column("visits").expect("it is there");
    let missing: Vec<_> = (0..5).map(|row| visits.missing(row)).collect();
    assert_eq!(missing, [None, Some(Missing::Suppressed), Some(Missing::NotANumber), Some(Missing::Empty), None]);
    assert_eq!((visits.numbers().expect("numbers")[4], &visits.provenance().origin), (2.0, &Origin::Unstated));
    assert_eq!(panel.steps(), [Step::Columns(ColumnChange::Added { column: "visits".to_owned() })]);

    let texts = panel.with_column("rating", ["Good", "", "[c]", "x", " Good "]).expect("it can be added");
    assert_eq!(texts.column("rating").expect("it is there").levels(), Some(&["Good".to_owned(), "x".to_owned()][..]));
    assert_eq!(texts.column("rating").expect("it is there").missing(2), Some(Missing::Confidential));
    let late = panel.with_column_by("late", |row| Ok(row.period() >= Some(2018))).expect("it can be added");
    assert_eq!(late.column("late").and_then(|late| late.numbers()).expect("numbers"), [0.0, 1.0, 1.0, 0.0, 0.0]);
    // Rows are in the panel's order, not that in which they were given.
    let builder = Panel::builder().units(["B", "A"]).column("x", [2.0, 1.0]).build().expect("it builds");
    let panel = builder.with_column_by("again", |row| row.value("x")).expect("it can be added");
    assert_eq!(values(&panel, "again"), values(&panel, "x"));
}

#[test]
fn columns_that_cannot_be_added() {
    let panel = panel();
    for values in [&[1.0; 4][..], &[1.0; 6], &[]] {
        let found = format!("has {} values", values.len());
        message::error(panel.with_column("x", values), &["\"x\"", &found, "5 rows"]);
    }
    for name in ["", " x", "rate", "rate\u{a0}", "la", "year"] {
        message::error(panel.with_column(name, [1.0; 5]), &["choose another"]);
        message::error(panel.with_column_by(name, |_| Ok(1.0)), &["choose another"]);
    }
    // Every row is named by its unit and period: the values stand on no line of the file.
    let third = panel.row_label(2);
    message::error(panel.with_column("x", [1.0, 2.0, f64::INFINITY, 1.0, 1.0]), &["\"x\"", &third, "infinite"]);
    message::error(panel.with_column("rate", [1.0; 5]), &["cannot add column \"rate\"", "choose another"]);
    message::error(panel.derive("rate", &Derivation::log("w")), &["cannot derive \"rate\"", "choose another"]);
    let mixed = [CellValue::from(1.0), "two".into(), 3.0.into(), 4.0.into(), 5.0.into()];
    message::error(panel.with_column("x", mixed), &["\"x\"", &panel.row_label(1), "\"two\"", "correct it"]);
    let file = Panel::read_csv_from("rate\n1\n2\n".as_bytes(), &PanelSchema::cross_section()).expect("it reads");
    message::error(file.with_column("x", [1.0, f64::INFINITY]), &["\"x\", row 1: the value is infinite"]);
    message::error(panel.with_column_by("x", |row| row.number("rte")), &["no column \"rte\"", "\"rate\""]);
}

#[test]
fn names_change_and_change_back() {
    let panel = panel();
    for column in ["la", "year", "name", "region", "rate", "children", "w"] {
        let there = panel.renamed(column, "other").expect("the name is free");
        let Some(Step::Columns(change)) = there.steps().last() else { panic!("no step") };
        assert_eq!(change.to_string(), format!("column {column} renamed to other"));
        let back = there.renamed("other", column).expect("the name is free");
        assert_eq!(back.steps().len(), 2);
        check_same(&back, &panel);
    }
    assert_eq!(panel.renamed("la", "code").expect("the name is free").unit_column(), Some("code"));
    assert!(panel.renamed("rate", "rate").expect("nothing changes").steps().is_empty());
    message::error(panel.renamed("rate", "year"), &["cannot rename column \"rate\" to \"year\"", "choose another"]);
}

#[test]
fn a_matrix_with_names() {
    let panel = panel();
    let matrix = panel.matrix(["w", "rate"]).expect("they are numbers");
    assert_eq!((matrix.names, matrix.values.dim()), (vec!["w".to_owned(), "rate".to_owned()], (5, 2)));
    assert_eq!(matrix.values.column(0).to_vec(), [1.0, 2.0, 1.0, 0.0, 3.0]);
    assert!(matrix.values[[0, 1]] == 43.0 && matrix.values[[1, 1]].is_nan());
    assert_eq!(panel.matrix(Vec::<String>::new()).expect("no column").values.dim(), (5, 0));
    message::error(panel.matrix(["w", "region"]), &["Panel::matrix()", "\"region\"", "London", "Row::text()"]);
    let keys = panel.matrix(["year", "la", "w"]).expect("they are numbers");
    assert_eq!(keys.names, ["year", "la", "w"]);
    assert_eq!(keys.values.column(0).to_vec(), [2017.0, 2018.0, 2018.0, 2016.0, 2017.0]);
    assert_eq!(keys.values.column(1).to_vec(), [202.0, 202.0, 203.0, 301.0, 301.0]);
    for units in [["E1", "E2"], ["01", "02"], ["x", "1"]] {
        let panel = Panel::builder().units(units).column("w", [1.0, 2.0]).build().expect("it builds");
        message::error(panel.matrix(["unit"]), &["Panel::matrix()", "\"unit\"", "unit column", "Row::unit()"]);
    }
    message::error(panel.matrix(["year", "year"]), &["named twice"]);
    message::error(panel.matrix(["w", "w"]), &["Panel::matrix()", "\"w\"", "named twice"]);
}

#[test]
fn steps_are_written_and_read_back() {
    let panel =
        panel().keep_units([202, 301]).and_then(|panel| panel.renamed("rate", "plans")).expect("it can be done");
    let panel = panel.with_column("x", [1.0; 4]).and_then(|panel| panel.without_columns(["log_rate"]));
    let panel = panel.and_then(|panel| panel.in_periods(2017..=2018)).expect("it can be done");
    let folder = std::env::temp_dir().join(format!("apportion_verbs_{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("panel.csv");
    panel.write_csv(&path).expect("it is written");
    let back = Panel::read_written(&path).expect("it reads back");
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    assert_eq!(back, panel);
    assert_eq!((back.steps().len(), back.steps()), (5, panel.steps()));
    assert_eq!(back.label_columns(), panel.label_columns());
    assert!(panel.summary().to_string().lines().all(|line| line.chars().count() <= 80), "{}", panel.summary());
}

#[test]
fn files_of_other_habits() {
    let csv = "sep=;\nla;year;rate;rating\n-9;2017;14,1;x\n202;2018;-9;unknown\n203;2018; n/k ;Good\n";
    let marks = [("-9", Missing::NotApplicable), ("unknown", Missing::Suppressed), ("n/k", Missing::NotAvailable)];
    let schema = PanelSchema::new("la", "year").delimiter(';').decimal_commas().texts(["rating"]).missing_marks(marks);
    let panel = Panel::read_csv_from(csv.as_bytes(), &schema).expect("it reads");
    assert_eq!(panel.units(), ["-9", "202", "203"], "a key is never a mark");
    assert_eq!(
        values(&panel, "rate"),
        [14.1.into(), Missing::NotApplicable.into(), CellValue::Missing(Missing::NotAvailable)]
    );
    assert_eq!(values(&panel, "rating"), ["x".into(), Missing::Suppressed.into(), CellValue::from("Good")]);
    for sign in ["\t", "|"] {
        let csv = csv.replace(';', sign);
        let sign = sign.chars().next().expect("one sign");
        assert_eq!(Panel::read_csv_from(csv.as_bytes(), &schema.clone().delimiter(sign)).expect("it reads"), panel);
    }
    for sign in ['"', 'a', '7', '.', '-', '+', '_', '%', '\n', 'ü'] {
        let schema = PanelSchema::new("la", "year").delimiter(sign);
        message::error(Panel::read_csv_from(csv.as_bytes(), &schema), &["delimiter", "one ASCII sign"]);
    }
}

/// A panel of any shape, with a column of numbers and one of text, some of them missing for any reason.
fn any_panel() -> impl Strategy<Value = Panel> {
    let marks = ["", "NA", "[x]", "[c]", "[z]", "[u]", "[low]", ":", "..", "-", "~", "[absent]"];
    let mark = proptest::sample::select(marks.to_vec()).prop_map(str::to_owned);
    let number = prop_oneof![3 => (-1e6..1e6).prop_map(|x: f64| x.to_string()), 1 => mark.clone()];
    let text = prop_oneof![3 => "[A-D]", 1 => mark];
    let row = (0_u8..6, 2010_i32..2016, number, text);
    prop::collection::vec(row, 1..30).prop_map(|rows| {
        let mut seen = std::collections::BTreeSet::new();
        let lines = rows.iter().filter(|(unit, period, ..)| seen.insert((*unit, *period)));
        let lines = lines.map(|(unit, period, number, text)| format!("U{unit},{period},{number},{text},Unit {unit}\n"));
        let csv = format!("u,t,x,f,name\n{}", lines.collect::<String>());
        let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("u", "t")).expect("it reads");
        panel.with_labels(["name"]).expect("it is there")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn panels_come_back_equal(panel in any_panel(), cut in 2010_i32..2016) {
        let all: Vec<&str> = names(&panel);
        check_same(&panel.select(&all).expect("all"), &panel);
        check_same(&panel.filter("all", |_| Ok(true)).expect("all"), &panel);
        check_same(&panel.keep_units(panel.units()).expect("all"), &panel);
        check_same(&panel.filter_by("t", panel.periods()).expect("all"), &panel);
        check_same(&panel.renamed("x", "y").and_then(|panel| panel.renamed("y", "x")).expect("free"), &panel);
        check_same(&panel.with_column("y", vec![1.0; panel.n_observations()])
            .and_then(|panel| panel.without_columns(["y"])).expect("free"), &panel);
        // A column out, and in again by its values or row by row.
        for column in ["x", "f"] {
            let without = panel.without_columns([column]).expect("it is there");
            let again = without.with_column(column, values(&panel, column)).and_then(|panel| panel.select(&all));
            check_same(&again.expect("free"), &panel);
            let by_row = without.with_column_by(column, |row| {
                panel.value(row.unit().unwrap_or_default(), row.period().unwrap_or_default(), column)
            });
            check_same(&by_row.and_then(|panel| panel.select(&all)).expect("free"), &panel);
        }
        // What a filter leaves out is what its opposite keeps.
        let early = panel.filter("early", |row| Ok(row.period() < Some(cut)));
        let late = panel.filter("late", |row| Ok(row.period() >= Some(cut)));
        let rows = |panel: &Result<Panel>| panel.as_ref().map_or(0, Panel::n_observations);
        prop_assert_eq!(rows(&early) + rows(&late), panel.n_observations());
        for part in [early, late].into_iter().flatten() {
            for row in part.rows() {
                for column in ["x", "f", "name"] {
                    let (unit, period) = (row.unit().unwrap_or_default(), row.period().unwrap_or_default());
                    prop_assert_eq!(row.value(column).expect("it is there"), panel.value(unit, period, column).expect("it is there"));
                }
            }
        }
    }
}

#[test]
fn values_built_directly_are_read_and_read_back() {
    let panel = panel();
    let texts = ["NA", "b", "", " a ", "[c]"].map(|text| CellValue::Text(text.to_owned()));
    let panel = panel.with_column("q", texts.clone()).and_then(|panel| panel.with_column("p", &texts));
    let panel = panel.and_then(|panel| panel.with_column("nan", vec![CellValue::Number(f64::NAN); 5])).expect("added");
    let q = panel.column("q").expect("it is there");
    let missing: Vec<_> = (0..5).map(|row| q.missing(row)).collect();
    let marks = [Missing::NotAvailable, Missing::Empty, Missing::Confidential].map(Some);
    assert_eq!(missing, [marks[0], None, marks[1], None, marks[2]]);
    assert_eq!((q.levels(), q.text(3)), (Some(&["a".to_owned(), "b".to_owned()][..]), Some("a")));
    assert_eq!(values(&panel, "p"), values(&panel, "q"));
    assert_eq!(panel.column("nan").expect("it is there").missing(4), Some(Missing::NotANumber));

    let folder = std::env::temp_dir().join(format!("apportion_built_directly_{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("it can be made");
    let path = folder.join("panel.csv");
    panel.write_csv(&path).expect("it can be written");
    let read = Panel::read_written(&path).expect("it reads back");
    std::fs::remove_dir_all(&folder).expect("it is there");
    for column in ["q", "p", "nan"] {
        assert_eq!(values(&read, column), values(&panel, column), "{column}");
    }
}

#[test]
fn whatever_is_a_number_or_a_text_becomes_a_value() {
    let number = |value: CellValue| value.number();
    for value in [
        3_u8.into(),
        3_u16.into(),
        3_u32.into(),
        3_u64.into(),
        3_usize.into(),
        3_i8.into(),
        3_i16.into(),
        3_i64.into(),
        3_isize.into(),
        (&3_i64).into(),
        3_f32.into(),
        CellValue::from(&CellValue::from(3)),
    ] {
        assert_eq!(number(value), Some(3.0));
    }
    assert_eq!(number((&true).into()), Some(1.0));
    assert_eq!(CellValue::from(&" a".to_owned()).text(), Some("a"));
    assert_eq!(CellValue::from(f32::NAN), CellValue::Missing(Missing::NotANumber));
    assert!(["a", "b"].iter().map(CellValue::from).all(|value| value.text().is_some()));
    // Beyond 2⁵³ not every whole number is a double: its digits are kept.
    assert_eq!(number((1_u64 << 53).into()), Some(9_007_199_254_740_992.0));
    assert_eq!(CellValue::from((1_u64 << 53) + 1).text(), Some("9007199254740993"));
    assert_eq!(CellValue::from(i64::MIN).text(), Some("-9223372036854775808"));
}

#[test]
fn several_lags_have_stated_names() {
    let panel = panel().derive_lags("rate", 1..=2).and_then(|panel| panel.derive_leads("rate", [1])).expect("derived");
    let by_one = panel.derive("one", &Derivation::lag("rate", 1)).expect("derived");
    assert_eq!(values(&panel, "rate_lag1"), values(&by_one, "one"));
    assert_eq!(panel.provenance("rate_lag2").expect("it is there").to_string(), "= rate at t \u{2212} 2");
    assert!(panel.has_column("rate_lead1"));
    message::error(panel.derive_lags("rate", []), &["\"rate_lag\"", "no number of periods"]);
    message::error(panel.derive_lags("rate", [0]), &["\"rate_lag0\"", "at least one"]);
    message::error(panel.derive_lags("rate", [1]), &["cannot derive \"rate_lag1\"", "choose another"]);
    message::error(panel.derive_lags("rte", [1]), &["no column \"rte\"", "\"rate\""]);
}
