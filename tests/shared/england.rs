//! England's panel against the file that it was made from; `APPORTION_WRITE_ENGLAND=1` makes it anew.
//!
//! The rules: the columns that its documents name, in their order; numbers in the shortest form; where the file is empty,
//! the mark that says why (of plans the file's own flag, otherwise the official file's) and otherwise nothing.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use apportion::panel::{CellValue, Column, ColumnKind, Missing, UnitRule};
use apportion::{Model, Panel, PanelSchema, Source, Term};

use crate::common::example::{example, json_of};
use crate::common::shared::{json, shared};

/// Which official file says why a value of a column is missing: file, measure, column, periods from its row to the panel's.
const MARKED: [(&str, &str, &str, i32); 15] = [
    ("d5_cpps_at31march_by_duration_2013_to_2025.csv", "2_years_or_more_percent", "cpp_2yr_plus_pct", 0),
    ("d3_cpps_subsequent_plan_2013_to_2025.csv", "CPP_start", "cpp_starts", 0),
    ("d3_cpps_subsequent_plan_2013_to_2025.csv", "CPP_subsequent_percent", "cpp_repeat_pct", 0),
    ("b1_children_in_need_2013_to_2025.csv", "At31_episodes", "cin_count", 0),
    (LOOKED_AFTER, "children_count", "cla_count", 0),
    ("lait_2025-05-28_extract.csv", "ChildPov", "low_income_pct", 0),
    (FINANCE, "TotalLACFinance", "s251_looked_after", 0),
    (FINANCE, "SafeguardingFinance", "s251_safeguarding", 0),
    (FINANCE, "FamilySupportFinance", "s251_family_support", 0),
    (WORKFORCE, "vacancy_rate_fte", "vacancy_rate", 1),
    (WORKFORCE, "agency_rate_fte", "agency_rate", 1),
    (WORKFORCE, "turnover_rate_fte", "turnover_rate", 1),
    (WORKFORCE, "caseload_fte", "caseload", 1),
    (WORKFORCE, "inpost_fte", "sw_fte", 1),
    (WORKFORCE, "absence_rate_fte", "absence_rate", 1),
];
const LOOKED_AFTER: &str = "2025_release_cla_number_and_rate_per_10k_children.csv";
const FINANCE: &str = "lait_2026-04-08_extract.csv";
const WORKFORCE: &str = "csww_indicators_2017_to_2025.csv";

fn embedded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/panel/england").join(name)
}

fn file(folder: &Path, name: &str) -> Panel {
    let texts = ["la_code", "la_name", "region", "cpp_flag", "ofsted_overall", "ofsted_help_protection", "ofsted_date"];
    let schema = PanelSchema::new("la_number", "year").texts(texts);
    Panel::read_csv(folder.join("data").join(name), &schema).expect("the panel reads")
}

/// Why the official file has no value, by unit and period of the panel.
fn marks(folder: &Path, (name, measure, column, periods): (&str, &str, &str, i32)) -> BTreeMap<(String, i32), Missing> {
    let path = folder.join("data/official").join(name);
    let source = if name.starts_with("lait") { Source::lait(path) } else { Source::explore_education(path) };
    let source = match name {
        WORKFORCE => source.joint_returns_to_each("joint"),
        LOOKED_AFTER => source.filter("population_type", "Children looked after on 31 March each year"),
        _ => source,
    };
    let source = source.measure((measure, column));
    let panel = source.read().unwrap_or_else(|error| panic!("{name}: {error}")).into_authorities();
    let read = panel.column(column).expect("read");
    let key = |row| Some((panel.unit_of(row)?.to_owned(), panel.period_of(row)? + periods));
    (0..panel.n_observations()).filter_map(|row| Some((key(row)?, read.missing(row)?))).collect()
}

/// The mark in the file's own column of flags.
fn flag(file: &Panel, row: usize) -> Missing {
    let flags = file.column("cpp_flag").expect("there");
    match (flags.text(row), flags.missing(row)) {
        (Some("x"), _) => Missing::Suppressed,
        (Some("c"), _) => Missing::Confidential,
        (Some("u"), _) => Missing::Unreliable,
        (None, Some(mark)) => mark,
        (flag, _) => panic!("{}: flag {flag:?}", file.row_label(row)),
    }
}

fn cell(column: &Column, row: usize, why: impl FnOnce() -> Missing) -> CellValue {
    match (column.missing(row), column.text(row)) {
        (Some(_), _) => why().into(),
        (None, Some(text)) => text.into(),
        (None, None) => column.numbers().expect("numbers")[row].into(),
    }
}

/// The columns that a document beside an embedded file names.
fn documented(name: &str) -> Vec<(String, bool)> {
    let document = json(&embedded(&name.replace(".csv", ".provenance.json")));
    let columns = document["columns"].as_array().expect("columns");
    let text = |column: &serde_json::Value| column["kind"] == serde_json::to_value(ColumnKind::Text).expect("JSON");
    columns.iter().map(|column| (column["name"].as_str().expect("a name").to_owned(), text(column))).collect()
}

/// The embedded files by their rules, of these rows of the file each.
fn made(folder: &Path, file: &Panel, name: &str, rows: &[usize], years: bool) -> String {
    let units = rows.iter().map(|&row| file.unit_of(row).expect("a unit"));
    let mut builder = Panel::builder().units(units).unit_name("la_number");
    if years {
        builder = builder.periods(rows.iter().filter_map(|&row| file.period_of(row))).period_name("year");
    }
    let mut panel = builder.build().expect("keys");
    for (column, is_text) in documented(name) {
        let marked = MARKED.iter().find(|marked| marked.2 == column);
        let official = marked.map(|marked| marks(folder, *marked)).unwrap_or_default();
        let why = |row: usize| {
            let key = (file.unit_of(row).unwrap_or_default().to_owned(), file.period_of(row).unwrap_or_default());
            match column.as_str() {
                "cpp_count" => flag(file, row),
                _ => official.get(&key).copied().unwrap_or(Missing::Empty),
            }
        };
        let read = file.column(&column).expect("the file has it");
        assert_eq!(read.kind() == ColumnKind::Text, is_text, "{column}");
        let values: Vec<CellValue> = rows.iter().map(|&row| cell(read, row, || why(row))).collect();
        panel = panel.with_column(column, values).expect("one for each row");
    }
    panel.to_csv().expect("it is written")
}

#[test]
fn the_embedded_files_are_made_by_their_rules() {
    let Some(folder) = shared() else { return };
    let file = file(&folder, "england_panel.csv");
    let all: Vec<usize> = (0..file.n_observations()).collect();
    let is_first = |row: &usize| *row == 0 || file.unit_of(*row) != file.unit_of(row - 1);
    let first: Vec<usize> = all.iter().copied().filter(is_first).collect();
    for (column, _) in documented("areas.csv") {
        let read = file.column(&column).expect("the file has it");
        for row in all.iter().copied().filter(|row| !is_first(row)) {
            let [before, here] = [row - 1, row].map(|row| cell(read, row, || Missing::Empty));
            assert_eq!(before, here, "{column} is constant: {}", file.row_label(row));
        }
    }
    for (name, rows, years) in [("authorities.csv", &all, true), ("areas.csv", &first, false)] {
        let text = made(&folder, &file, name, rows, years);
        if std::env::var_os("APPORTION_WRITE_ENGLAND").is_some() {
            std::fs::write(embedded(name), &text).expect("it is written");
        }
        let kept = std::fs::read_to_string(embedded(name)).expect("it is there");
        for (line, (kept, made)) in (1..).zip(kept.lines().zip(text.lines())) {
            assert_eq!(kept, made, "{name}, line {line}");
        }
        assert!(kept == text, "{name}: {} bytes, made {}", kept.len(), text.len());
    }
    let folder = std::fs::read_dir(embedded("")).expect("the folder is there");
    let bytes: u64 = folder.map(|entry| entry.and_then(|entry| entry.metadata()).expect("a file").len()).sum();
    println!("{bytes} bytes");
    assert!(bytes <= 450_000, "{bytes} bytes");
}

/// Compares every cell of a panel with the file of its rows, bit for bit; gives the number of cells.
fn assert_cells(panel: &Panel, file: &Panel) -> usize {
    assert_eq!((panel.units(), panel.periods()), (file.units(), file.periods()));
    assert_eq!(panel.n_observations(), file.n_observations());
    let mut cells = 0;
    for column in panel.columns() {
        let expected = file.column(column.name()).expect("the file has it");
        for row in 0..panel.n_observations() {
            assert_eq!(panel.row_label(row), file.row_label(row));
            let at = || format!("{} {}", column.name(), panel.row_label(row));
            let (found, there) = (cell(column, row, || Missing::Empty), cell(expected, row, || Missing::Empty));
            match (column.name(), found.number(), there.number()) {
                // The file adds up unrounded lines that it prints with four decimals.
                ("s251_core", Some(found), Some(there)) => assert!((found - there).abs() < 1.1e-4, "{}", at()),
                (_, Some(found), Some(there)) => assert_eq!(found.to_bits(), there.to_bits(), "{}", at()),
                _ => assert_eq!(found, there, "{}", at()),
            }
            if column.name() == "cpp_count" && column.missing(row).is_some() {
                assert_eq!(column.missing(row), Some(flag(file, row)), "{}", at());
            }
            cells += 1;
        }
    }
    cells
}

#[test]
fn every_cell_is_that_of_the_file() {
    let Some(folder) = shared() else { return };
    let cells = assert_cells(&Panel::england().expect("it reads"), &file(&folder, "england_panel.csv"));
    println!("{cells} cells");
    assert_eq!(cells, 2_432 * 45);
}

#[test]
fn the_window_of_the_national_audit_office_is_that_of_the_file() {
    let Some(folder) = shared() else { return };
    let window = Panel::england_2011_2018().expect("it reads");
    assert_eq!(assert_cells(&window, &file(&folder, "england_2011_2018.csv")), 146 * 8 * 45);
}

#[test]
fn the_later_window_is_that_of_the_file() {
    let Some(folder) = shared() else { return };
    let panel = Panel::england().and_then(|panel| panel.in_periods(2016..=2024)).expect("it reads");
    let needs = [
        "cpp_rate",
        "spend_core_per_child",
        "idaci_2015",
        "low_income_pct",
        "vacancy_rate",
        "agency_rate",
        "turnover_rate",
    ];
    let window = panel.without(&UnitRule::incomplete(&panel, needs).expect("columns")).expect("some are left");
    assert_eq!(assert_cells(&window, &file(&folder, "england_2016_2024.csv")), 123 * 9 * 45);
}

/// `reference/sensitivity.json`: numpy, least squares on dummies of the file's rows; its shares have twelve digits or more.
#[test]
fn specifications_give_their_reference_shares() {
    let Some(folder) = shared() else { return };
    let reference = json(&folder.join("reference/sensitivity.json"));
    let panel =
        Panel::england().expect("it reads").without(&UnitRule::degenerate_authorities()).expect("others are left");
    let listed = |value: &serde_json::Value| value.as_array().expect("a list").clone();
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let mut specifications = listed(&reference["near_the_nao"]["nearest"]);
    specifications.extend(listed(&reference["specifications"]));
    for specification in &specifications {
        let years = listed(&specification["years"]);
        let [first, last] =
            [0, 1].map(|end| years[end].as_i64().and_then(|year| i32::try_from(year).ok()).expect("a year"));
        let terms = |component: &str| -> Vec<Term> {
            match component {
                "policy" => vec![Term::PeriodEffects],
                "practice" => vec![Term::UnitEffects],
                "deprivation" => vec![text(&specification["deprivation"]).parse().expect("a term")],
                _ => {
                    listed(&specification["spending"]).iter().map(|term| text(term).parse().expect("a term")).collect()
                }
            }
        };
        let order: Vec<String> = listed(&specification["order"]).iter().map(text).collect();
        let outcome: Term = text(&specification["outcome"]).parse().expect("a term");
        let model = order.iter().fold(Model::new(outcome), |model, name| model.component(name, terms(name)));
        let fit = model.fit(&panel.in_periods(first..=last).expect("years")).expect("it fits");
        assert_eq!(Some(fit.sample().n_observations as u64), specification["n"].as_u64(), "{specification}");
        let breakdown = fit.sequential().expect("it splits");
        for name in &order {
            let expected = specification["shares"][name].as_f64().expect("a share");
            let found = breakdown.share_of_total(name).expect("a share");
            assert!((found - expected).abs() < 1e-9, "{name} {found}: {specification}");
        }
    }
    println!("{} specifications", specifications.len());
}

/// Of 24 cells the files mark a value that the panel has from other releases: the population of Bournemouth, Poole and
/// Dorset from 2013 to 2019, and three counts of children looked after.
#[test]
fn the_official_files_give_the_panel_again() {
    let Some(folder) = shared() else { return };
    let mut command = example("official_statistics");
    let answer = json_of(command.arg("--dir").arg(folder.join("data/official")).args(["--check", "--json"]));
    let england = &answer["england"];
    let count = |name: &str| england[name].as_u64().expect("a number");
    println!("{} cells, {} the same", count("cells"), count("same"));
    assert_eq!((count("different"), count("only_in_files"), count("only_in_panel")), (0, 0, 24));
    let columns = if cfg!(feature = "excel") { 22 } else { 18 };
    assert_eq!(england["columns"].as_array().expect("columns").len(), columns);
    assert!(count("same") >= 26_728, "{england}");
}
