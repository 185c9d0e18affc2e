//! Small inputs on which other software fails, and the right answers, from the folder of faults.
#![allow(clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use apportion::error::SourceError;
use apportion::regress::Leverage;
use apportion::sources::Measure;
use apportion::{Covariance, Error, Model, Panel, PanelRegression, PanelSchema, Source};
use serde_json::Value;

use crate::common::shared::{json, shared};

/// The folder of a fault and what is expected of its input; `None` without the shared folder, which has been said.
fn fault(name: &str) -> Option<(PathBuf, Value)> {
    let folder = shared()?.join("faults").join(name);
    let expected = json(&folder.join("expected.json"))["expected"].clone();
    Some((folder, expected))
}

fn numbers(panel: &Panel, column: &str) -> Vec<f64> {
    panel.column(column).and_then(|column| column.numbers().map(<[f64]>::to_vec)).expect("a column of numbers")
}

/// What a source gives; `None` where the crate was built without workbooks and the file is one.
fn read(source: &Source) -> Option<Panel> {
    match source.read() {
        Ok(published) => Some(published.into_authorities()),
        Err(Error::Source(SourceError::Feature { .. })) => None,
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn assert_list(found: &[f64], expected: &Value) {
    let expected: Vec<f64> =
        expected.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect();
    assert_eq!(found, expected);
}

#[track_caller]
fn assert_close(found: f64, expected: &Value) {
    let expected = expected.as_f64().expect("a number");
    assert!((found - expected).abs() < 1e-8, "{found}, not {expected}");
}

fn keyed(folder: &Path) -> Panel {
    Panel::read_csv(folder.join("input.csv"), &PanelSchema::new("la", "year")).expect("it reads")
}

#[test]
fn headings_of_years_with_a_marker_are_read() {
    let Some((folder, expected)) = fault("01-notes-in-year-headings") else { return };
    let source = Source::wide(folder.join("input.xlsx"), "code").measure(Measure::new("{period}").named("n"));
    let Some(panel) = read(&source) else { return };
    assert_list(&panel.periods().iter().copied().map(f64::from).collect::<Vec<_>>(), &expected["periods"]);
    assert_list(&numbers(&panel, "n"), &expected["n"]);
    let said = panel.provenance("n").expect("the column is there").to_string();
    assert!(said.contains("headings with a remark: 2021-22 [r], 2022-23 [p]"), "{said}");
}

#[test]
fn notes_below_a_sheet_are_no_units() {
    let Some((folder, expected)) = fault("04-footnotes-below-a-sheet") else { return };
    let Some(panel) = read(&Source::table(folder.join("input.xlsx"), "code", None).measure("score")) else { return };
    assert_eq!(serde_json::json!(panel.units()), expected["units"]);
    let said = panel.steps().first().expect("what was left out").to_string();
    assert!(said.contains("line 1 \"Table 1: scores\"") && said.contains("line 7 \"Source: Department X\""), "{said}");
}

#[test]
fn percentages_are_the_same_in_a_workbook() {
    let Some((folder, expected)) = fault("05-percent-cells-in-a-workbook") else { return };
    let of = |file: &str| read(&Source::table(folder.join(file), "code", Some("year")).measure("rate"));
    assert_list(&numbers(&of("input.csv").expect("no workbook"), "rate"), &expected["csv"]);
    let Some(panel) = of("input.xlsx") else { return };
    assert_list(&numbers(&panel, "rate"), &expected["csv"]);
}

#[test]
fn codes_with_leading_zeros_are_levels_of_their_own() {
    let Some((folder, expected)) = fault("07-leading-zero-codes-in-a-factor") else { return };
    let fit = PanelRegression::new("y", ["factor(code)"]).fit(&keyed(&folder)).expect("it fits");
    assert_close(fit.r_squared().overall, &expected["r2"]);
    assert_eq!(fit.df_residual() as f64, expected["df"].as_f64().expect("a number"));
}

#[test]
fn a_measure_with_a_pound_sign_is_found_in_a_file_of_windows() {
    let Some((folder, expected)) = fault("09-pound-sign-in-a-measure-name") else { return };
    let panel = read(&Source::lait(folder.join("input.csv")).measure("Spend per child (£)")).expect("no workbook");
    assert_list(&numbers(&panel, "Spend per child (£)"), &expected["values"]);
}

#[test]
fn codes_written_as_decimals_are_the_same_units() {
    let Some((folder, expected)) = fault("10-codes-written-as-decimals") else { return };
    let panel = keyed(&folder);
    let fit = Model::new("y").component("unit", ["unit_effects"]).fit(&panel).expect("it fits");
    assert_eq!(panel.n_units() as f64, expected["units"].as_f64().expect("a number"));
    assert_close(fit.sequential().expect("one order").r2_overall, &expected["r2"]);
    let said = panel.steps().first().expect("what was taken for one").to_string();
    assert!(said.contains("la \"202\" and \"202.0\""), "{said}");
}

#[test]
fn a_header_is_found_below_a_title() {
    let Some((folder, expected)) = fault("18-lines-above-the-header") else { return };
    let panel = read(&Source::table(folder.join("input.csv"), "la", Some("year")).measure("y")).expect("no workbook");
    assert_eq!(serde_json::json!(panel.units()), expected["units"]);
}

#[test]
fn a_factor_without_an_intercept_has_a_mean_for_every_level() {
    let Some((folder, expected)) = fault("13-factor-without-intercept") else { return };
    let fit = PanelRegression::new("y", ["factor(g)"]).without_intercept().fit(&keyed(&folder)).expect("it fits");
    assert_close(fit.sigma2() * fit.df_residual() as f64, &expected["rss"]);
    assert_eq!(fit.df_residual() as f64, expected["df"].as_f64().expect("a number"));
}

#[test]
fn the_table_of_a_regression_says_which_rows_it_left_out() {
    let Some((folder, _)) = fault("14-rows-left-out-unsaid") else { return };
    let fit = PanelRegression::new("y", ["x", "z"]).fit(&keyed(&folder)).expect("it fits");
    let text = fit.coefficients(&Covariance::iid()).expect("a table").to_string();
    assert!(text.contains("1 row left out: x missing: suppressed (c)"), "{text}");
}

#[test]
fn a_slope_that_one_row_decides_has_a_warning_in_place_of_a_standard_error() {
    let Some((folder, expected)) = fault("20-coefficient-of-one-row-alone") else { return };
    assert_eq!(expected["warned"], true);
    let fit = PanelRegression::new("y", ["x:factor(g)"]).without_intercept().fit(&keyed(&folder)).expect("it fits");
    for covariance in [
        Covariance::heteroskedastic(Leverage::Hc1),
        Covariance::heteroskedastic(Leverage::Hc3),
        Covariance::cluster(),
        Covariance::newey_west(None),
    ] {
        let table = fit.coefficients(&covariance).expect("a table");
        let name = "x:factor(g)[q]";
        let found = table.coefficients.iter().find(|row| row.name == name).expect("a coefficient");
        assert!(found.std_error.is_nan(), "{covariance:?}: {found:?}");
        // Once in its row, and once in the warning.
        assert!(table.to_string().replace('\n', " ").matches(name).count() > 1, "{table}");
    }
}
