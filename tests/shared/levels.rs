//! Levels on England's panel, against residuals of dummy-variable regressions split row by row.
//!
//! Source of the recorded figures: `reference/findings.json` (numpy 2.4.6, dummy-variable least squares over all
//! coalitions), of which every case is held, whatever its model.
#![allow(clippy::expect_used, clippy::panic)]

use std::path::Path;

use apportion::decompose::Levels;
use apportion::panel::Row;
use apportion::{FittedModel, Method, Model, Panel, PanelSchema, Term};
use serde_json::Value;

use crate::common::levels::{Split, split};
use crate::common::shared::{json, shared};
use crate::common::{Components, Rows, sequential, shapley};

const TOLERANCE: f64 = 1e-9;

pub fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

pub fn fit_of(folder: &Path, case: &Value) -> FittedModel {
    let path = folder.join("data").join(text(&case["data"]));
    let mut panel = Panel::read_csv(path, &PanelSchema::new("la_number", "year")).expect("the panel reads");
    if let Some(years) = case["years"].as_array() {
        let year = |at: usize| years[at].as_i64().expect("a year") as i32;
        panel = panel.in_periods(year(0)..=year(1)).expect("years that it has");
    }
    let mut model = Model::new(text(&case["outcome"]).parse::<Term>().expect("an outcome"));
    for (name, terms) in case["components"].as_object().expect("components") {
        let terms = terms.as_array().expect("terms").iter().map(|term| text(term).parse::<Term>().expect("a term"));
        model = model.component(name.as_str(), terms);
    }
    if let Some(weights) = case["weights"].as_str() {
        model = model.weights(weights);
    }
    model.fit(&panel).expect("it fits")
}

/// The components in the order in which the file writes them, which a JSON map may not keep.
pub fn order(file: &str, case: &Value) -> Vec<String> {
    let start = file.find(&format!("\"key\": \"{}\"", text(&case["key"]))).expect("the case is in the file");
    let written = &file[start..];
    let written = &written[written.find("\"components\"").expect("it has components")..];
    let mut names: Vec<&String> = case["components"].as_object().expect("components").keys().collect();
    names.sort_by_key(|name| written.find(&format!("\"{name}\":")).expect("its name is written"));
    names.into_iter().cloned().collect()
}

#[test]
fn levels_are_those_of_the_reference() {
    let Some(folder) = shared() else { return };
    let mut checked = 0;
    let path = folder.join("reference/findings.json");
    let file = std::fs::read_to_string(&path).expect("the reference is readable");
    for case in json(&path).as_array().expect("cases") {
        let fit = fit_of(&folder, case);
        assert_eq!(fit.sample().n_observations as u64, case["n"].as_u64().expect("rows"), "{}", case["key"]);
        let methods = [Method::Sequential { order: order(&file, case) }, Method::Shapley];
        let of = |columns: &[&str]| fit.levels_in(columns).and_then(|nesting| nesting.methods(&methods));
        for levels in [of(&[]), of(&["region"])] {
            let levels: Levels = levels.expect("it splits");
            for level in &levels.levels {
                let expected = &case["levels"][&level.name];
                let mut close = |what: &str, found: f64, expected: &Value| {
                    let expected = expected.as_f64().unwrap_or_else(|| panic!("{what}: no number in the reference"));
                    let what = format!("{} {} {what}", case["key"], level.name);
                    assert!((found - expected).abs() < TOLERANCE, "{what}: {found} against {expected}");
                    checked += 1;
                };
                close("part", level.part_of_total, &expected["part_of_total"]);
                for breakdown in &level.methods {
                    close("unexplained", breakdown.unexplained.share_of_total, &expected["unexplained_share_of_total"]);
                    for share in &breakdown.components {
                        let name = breakdown.method.name();
                        close(&format!("{name} {}", share.name), share.share_of_total, &expected[name][&share.name]);
                    }
                }
            }
        }
    }
    assert!(checked >= 110, "{checked} figures");
}

/// What a case has that the recorded ones do not.
pub struct Kept {
    pub data: &'static str,
    pub years: (i32, i32),
    pub outcome: &'static str,
    pub is_logged: bool,
    pub weights: Option<&'static str>,
    deprivation: &'static str,
    spending: &'static str,
}

/// One unbalanced, one weighted and logged.
pub fn kept() -> [Kept; 2] {
    [
        Kept {
            data: "england_panel.csv",
            years: (2011, 2024),
            outcome: "cpp_rate",
            is_logged: false,
            weights: None,
            deprivation: "idaci_2015",
            spending: "spend_core_per_child",
        },
        Kept {
            data: "england_2016_2024.csv",
            years: (2016, 2024),
            outcome: "cla_rate",
            is_logged: true,
            weights: Some("population_0_17"),
            deprivation: "idaci_2019",
            spending: "spend_core_per_child",
        },
    ]
}

fn numbers(rows: &[Row], name: &str) -> Vec<f64> {
    let number = |row: &Row| row.value(name).expect("a column").number().expect("a number in the sample");
    rows.iter().map(number).collect()
}

/// The fit of such a case; its sample, outcome and columns for brute force.
pub fn rows_of(folder: &Path, case: &Kept) -> (FittedModel, Rows, Vec<f64>, Components) {
    let Kept { data, years, outcome, is_logged, weights, deprivation, spending } = *case;
    let panel = Panel::read_csv(folder.join("data").join(data), &PanelSchema::new("la_number", "year"))
        .and_then(|panel| panel.in_periods(years.0..=years.1))
        .expect("the panel reads");
    let term = if is_logged { format!("log({outcome})") } else { outcome.to_string() };
    let mut model = Model::new(term.parse::<Term>().expect("a term"))
        .component("deprivation", [deprivation])
        .component("spending", [format!("log({spending})").as_str()])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects]);
    if let Some(weights) = weights {
        model = model.weights(weights);
    }
    let fit = model.fit(&panel).expect("it fits");
    let all: Vec<Row> = panel.rows().collect();
    let at: Vec<Row> = fit.rows().iter().map(|&row| all[row]).collect();
    let logged = |values: Vec<f64>| values.iter().map(|x| x.ln()).collect::<Vec<f64>>();
    let mut rows = Rows {
        unit: at.iter().map(|row| row.unit().expect("units").to_string()).collect(),
        period: at.iter().map(|row| row.period().expect("periods")).collect(),
        weight: weights.map_or_else(|| vec![1.0; at.len()], |weights| numbers(&at, weights)),
        ..Rows::default()
    };
    let region = |row: &Row| row.value("region").expect("a column").to_string();
    rows.text.insert("region".to_string(), at.iter().map(region).collect());
    let y = numbers(&at, outcome);
    let y = if is_logged { logged(y) } else { y };
    let components: Components = vec![
        vec![numbers(&at, deprivation)],
        vec![logged(numbers(&at, spending))],
        rows.period_dummies(),
        rows.unit_dummies(),
    ];
    (fit, rows, y, components)
}

#[test]
fn unbalanced_weighted_and_logged_panels_are_split_as_their_residuals_are() {
    let Some(folder) = shared() else { return };
    for case in kept() {
        let (data, (fit, rows, y, components)) = (case.data, rows_of(&folder, &case));
        let methods = [Method::Sequential { order: Vec::new() }, Method::Shapley];
        for columns in [&[][..], &["region"]] {
            let levels = fit.levels_in(columns).and_then(|nesting| nesting.methods(&methods)).expect("it splits");
            let splits = split(&rows, &y, &components, &[], columns);
            for (level, Split { part, values, unexplained }) in levels.levels.iter().zip(&splits) {
                let what = format!("{data} {}", level.name);
                assert!((level.part_of_total - part).abs() < TOLERANCE, "{what}: {part}");
                for (breakdown, expected) in level.methods.iter().zip([sequential(values, 4), shapley(values, 4)]) {
                    let left = breakdown.unexplained.share_of_total;
                    assert!((left - unexplained).abs() < TOLERANCE, "{what}: {left} unexplained");
                    for (share, expected) in breakdown.components.iter().zip(expected) {
                        let found = share.share_of_total;
                        assert!((found - expected).abs() < TOLERANCE, "{what} {}: {found}, {expected}", share.name);
                    }
                }
            }
        }
    }
}
