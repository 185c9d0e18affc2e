//! One thing written in several ways: texts that may be numbers, codes, names with spaces of other kinds.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::{DataError, NumberProblem};
use apportion::panel::{ColumnKind, Step};
use apportion::{Error, Model, Panel, PanelRegression, PanelSchema, Warning};

use crate::common::message;

fn read(csv: &str) -> Panel {
    Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year")).unwrap_or_else(|error| panic!("{error}"))
}

/// Three years of four units, with a column written as `written` writes 14.1, 15.2 and so on.
fn with_column(written: impl Fn(f64) -> String) -> Panel {
    let mut csv = "la,year,y,x,region\n".to_owned();
    for (row, year) in (0..12).map(|row: i32| (row, 2016 + row % 3)) {
        let value = 14.1 + f64::from(row * row % 7);
        let region = if row % 2 == 0 { "North" } else { "South" };
        csv.push_str(&format!("{},{year},{},\"{}\",{region}\n", row / 3, 3 * (row % 5) + row, written(value)));
    }
    read(&csv)
}

fn comma(value: f64) -> String {
    format!("{value:.1}").replace('.', ",")
}

#[test]
fn a_measure_written_as_text_is_no_factor_unless_it_is_said_to_be() {
    for (panel, cell, advice) in [
        (with_column(comma), "\"14,1\"", "decimal_commas()"),
        (with_column(|value| format!("£{value:.1}")), "\"£14.1\"", "currency_signs()"),
        (with_column(|value| format!("1 {:03}", value.round())), "\"1 014\"", "spaced_thousands()"),
        (with_column(|value| format!("{value:.1}*")), "\"14.1*\"", "correct it"),
        (with_column(|value| format!("Q{value:.0}")), "\"Q14\"", "correct it"),
    ] {
        let model = |term: &str| Model::new("y").component("c", [term]).fit(&panel);
        for term in ["x", "x:region", "region:x"] {
            let found = message::error(model(term), &["\"x\"", "line 2", cell, advice, "factor(x)"]);
            assert!(matches!(found, Error::Data(DataError::NotANumber { why: NumberProblem::Text { .. }, .. })));
        }
        message::error(PanelRegression::new("y", ["x"]).fit(&panel), &[cell, "factor(x)"]);
        model("factor(x)").expect("it is said to be a factor");
        model("region").expect("names are levels");
    }
}

#[test]
fn only_a_term_may_be_a_factor() {
    let panel = with_column(comma);
    let wrong = [
        Model::new("x").component("c", ["region"]).fit(&panel),
        Model::new("y").component("c", ["region"]).weights("x").fit(&panel),
        Model::new("y").component("c", ["log(x)"]).fit(&panel),
    ];
    for result in wrong {
        let found = message::error(result, &["\"x\"", "\"14,1\"", "decimal_commas()"]);
        assert!(!found.to_string().contains("factor"), "{found}");
    }
}

#[test]
fn numbers_in_another_style_give_the_shares_of_plain_ones() {
    let share = |panel: &Panel| {
        let fit = Model::new("y").component("c", ["x"]).fit(panel).expect("it fits");
        fit.sequential().expect("one order").share_of_total("c").expect("there")
    };
    let plain = share(&with_column(|value| format!("{value:.1}")));
    let schema = || PanelSchema::new("la", "year");
    let thousand = |value: f64| format!("1 {:03}", value.round());
    let plain_thousands = share(&with_column(|value| format!("1{:03}", value.round())));
    for (written, schema, expected) in [
        (with_column(comma), schema().decimal_commas(), plain),
        (with_column(|value| format!("£{value:.1}")), schema().currency_signs(), plain),
        (with_column(|value| format!("€ {}", comma(value))), schema().currency_signs().decimal_commas(), plain),
        (with_column(thousand), schema().spaced_thousands(), plain_thousands),
    ] {
        let csv = written.to_csv().expect("it is written");
        let read = Panel::read_csv_from(csv.as_bytes(), &schema).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(share(&read), expected, "{csv}");
    }
}

#[test]
fn codes_with_leading_zeros_stay_apart() {
    let rows: String = (0..12).map(|row| format!("U{row},2018,{},{}\n", row % 3, ["01", "1", "2"][row % 3])).collect();
    let csv = format!("la,year,y,code\n{rows}");
    let panel = read(&csv);
    assert_eq!(panel.column("code").and_then(|code| code.numbers().map(<[f64]>::len)).ok(), None);
    let fit = PanelRegression::new("y", ["factor(code)"]).fit(&panel).expect("it fits");
    assert!(fit.df_residual() == 9 && (fit.r_squared().overall - 1.0).abs() < 1e-12);
    message::error(
        PanelRegression::new("y", ["code"]).fit(&panel),
        &["\"01\" is kept as a code", "PanelSchema::numbers()", "factor(code)"],
    );
    let numbers = PanelSchema::new("la", "year").numbers(["code"]);
    let panel = Panel::read_csv_from(csv.as_bytes(), &numbers).expect("it reads");
    assert_eq!(panel.column("code").expect("there").kind(), ColumnKind::Number);
}

#[test]
fn percentages_among_plain_numbers_are_an_error_where_they_are_used() {
    let panel = read("la,year,y,x\nA,2018,1,12%\nB,2018,2,0.13\nC,2018,4,\n");
    let model = Model::new("y").component("c", ["x"]).fit(&panel);
    let found = message::error(model, &["\"x\"", "\"12%\"", "\"0.13\" (line 3)", "percent sign"]);
    assert!(matches!(found, Error::Data(DataError::NotANumber { why: NumberProblem::Percent { .. }, .. })));
}

#[test]
fn units_in_several_spellings_are_one_and_it_is_said() {
    let panel = read("la,year,y\n202,2017,1\n202.0,2018,2\nMôn,2017,3\nMo\u{302}n\u{a0},2018,4\n");
    assert_eq!((panel.units(), panel.is_balanced()), (&["202".to_owned(), "Môn".to_owned()][..], true));
    let Some(Step::Read(reading)) = panel.steps().first() else { panic!("nothing is said") };
    assert_eq!(reading.spellings.len(), 2);
    let twice = Panel::read_csv_from(&b"la,year\n202,2018\n202.0,2018\n"[..], &PanelSchema::new("la", "year"));
    message::error(twice, &["unit 202, period 2018 appears twice"]);
    // Said once: of its spellings what is left of a panel says no more than the panel.
    let later = panel.in_periods(2018..=2018).expect("two rows");
    let [said @ .., Step::Kept(_)] = later.steps() else { panic!("that rows were kept is not said") };
    assert_eq!(said, panel.steps());
}

/// Apart they are two units of three years each, or a level more; the table says so, and nothing of columns not used.
#[test]
fn units_and_levels_that_are_perhaps_one_are_a_warning_of_the_fit() {
    let mut csv = "la,year,y,x,paid,other\n".to_owned();
    for row in 0..18 {
        let unit = ["E09", "e09", "E10"][row % 3];
        let paid = ["yes", "no", "Yes", "NO"][row % 4];
        csv.push_str(&format!(
            "{unit},{},{},{},{paid},{}\n",
            2010 + row / 3,
            row * row % 7,
            row % 5,
            ["p", "P"][row % 2]
        ));
    }
    let panel = read(&csv);
    let perhaps = |column: &str, texts: &[[&str; 2]]| Warning::PerhapsOne {
        column: column.to_owned(),
        texts: texts.iter().map(|texts| texts.map(str::to_owned).to_vec()).collect(),
    };
    let of_units = perhaps("la", &[["E09", "e09"]]);
    let of_levels = perhaps("paid", &[["Yes", "yes"], ["NO", "no"]]);
    let found = |warnings: &[Warning]| -> Vec<Warning> {
        warnings.iter().filter(|warning| matches!(warning, Warning::PerhapsOne { .. })).cloned().collect()
    };
    let model = |term: &str| Model::new("y").component("c", [term]).fit(&panel).expect("it fits");
    assert_eq!(found(model("x").warnings()), std::slice::from_ref(&of_units));
    let with_levels = [of_units, of_levels];
    assert_eq!(found(model("factor(paid)").warnings()), with_levels);
    let fit = PanelRegression::new("y", ["x", "paid"]).fit(&panel).expect("it fits");
    assert_eq!(found(fit.warnings()), with_levels);
    let text = fit.coefficients(&apportion::Covariance::iid()).expect("a table").to_string();
    assert!(text.contains("la: \"E09\" and \"e09\" count apart, and are perhaps one"), "{text}");
}

#[test]
fn columns_are_found_however_they_are_spelt() {
    let csv = "\u{feff}La\u{a0}code,year\u{200b},Spend (£)\u{a0}\nA,2018,1\nB,2018,2\nC,2018,4\n";
    let schema = PanelSchema::new("La code", "year").only(["Spend (£)"]);
    let panel = Panel::read_csv_from(csv.as_bytes(), &schema).expect("it reads");
    assert_eq!((panel.unit_column(), panel.period_column()), (Some("La\u{a0}code"), Some("year")));
    assert!(panel.has_column("Spend\u{2009}(£)"));
    let effects = Model::new("`Spend (£)`").component("c", ["factor(La code)"]).fit(&panel).expect("it fits");
    assert!((effects.sequential().expect("one order").r2_overall - 1.0).abs() < 1e-12);
    message::error(
        Panel::read_csv_from(&b"a\xa0b,a b\n1,2\n"[..], &PanelSchema::default().only(["a\u{2009}b"])),
        &["no column"],
    );
}

#[test]
fn a_header_below_a_title_is_found_by_the_columns_named() {
    for above in ["Table 1: rates\n\n", "Table 1: rates,,\n,,\n", "sep=,\n", "\u{feff}sep=,\r\nRates; 2018\r\n"] {
        let panel = read(&format!("{above}la,year,y\nA,2018,1\n,,\nNotes: 1. estimates, 2. rounded\n"));
        assert_eq!((panel.units(), panel.columns().len()), (&["A".to_owned()][..], 1), "{above}");
        let Some(Step::Read(reading)) = panel.steps().first() else { panic!("nothing is said") };
        assert_eq!((reading.above[0].line, reading.below.len()), (1, 1), "{above}");
    }
    for above in ["Table 1: rates\n\n", "Table 1: rates,,\n,,\n"] {
        let text = format!("{above}la,year,y\nA,2018,1\n");
        let found = message::error(
            Panel::read_csv_from(text.as_bytes(), &PanelSchema::default()),
            &["line 1", "header", "rates"],
        );
        assert!(matches!(found, Error::Data(DataError::AboveHeader { line: 1, .. })));
    }
}

#[test]
fn periods_that_are_not_there_are_named_with_those_that_are() {
    let panel = read("la,year,y\nA,2016,1\nA,2018,2\n");
    message::error(panel.in_periods(2020..=2022), &["2020 to 2022", "2016 to 2018"]);
    let without = Panel::builder().column("y", [1.0]).build().expect("a panel");
    message::error(without.in_periods(2020..=2022), &["needs a period column"]);
}

#[test]
fn powers_of_ten_are_written_as_such() {
    let panel = Panel::builder().column("y", [1.0, 2.0, 3.0]).column("x", [1e-300, 2e-300, 4e-300]).build();
    let model = Model::new("y").component("c", ["x"]).fit(&panel.expect("a panel"));
    message::error(model, &["varies by less than 1e-290"]);
}
