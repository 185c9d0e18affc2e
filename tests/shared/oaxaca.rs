//! Gaps between two periods of England's panel, in two parts and in three.
//!
//! Source of the figures: `reference/mixed2.json`, ids `oaxaca_…` (numpy 2.4.6 by formula, held against
//! `statsmodels.stats.oaxaca.OaxacaBlinder` 0.15.0 and R's `oaxaca`).
#![allow(clippy::expect_used, clippy::panic)]

use apportion::findings::{GapPart, OaxacaAnalysis, OaxacaGroup, OaxacaReference};
use apportion::{Model, Panel, PanelSchema};
use serde_json::Value;

use crate::common::shared::{json, shared};

const TOLERANCE: f64 = 1e-10;

#[test]
fn gaps_are_those_of_the_reference() {
    let Some(folder) = shared() else { return };
    let path = folder.join("reference/mixed2.json");
    let file = json(&path);
    let is_oaxaca = |case: &&Value| case["id"].as_str().is_some_and(|id| id.starts_with("oaxaca_"));
    let mut checked = 0;
    for case in file.as_array().expect("cases").iter().filter(is_oaxaca) {
        let panel = Panel::read_csv(folder.join("data/england_2011_2018.csv"), &PanelSchema::new("la_number", "year"));
        let fit = Model::new("cpp_rate")
            .component("deprivation", ["idaci_2015"])
            .component("spending", ["log(spend_core_per_child)"])
            .fit(&panel.expect("the panel reads"))
            .expect("it fits");
        let oaxaca = OaxacaAnalysis::between_periods(2011, 2018).of(&fit).expect("a gap");
        let result = &case["result"];
        let mut close = |what: &str, found: f64, expected: &Value| {
            let expected = expected.as_f64().unwrap_or_else(|| panic!("{what}: no number in the reference"));
            assert!((found - expected).abs() < TOLERANCE, "{what}: {found} against {expected}");
            checked += 1;
        };
        close("gap", oaxaca.gap.points, &result["gap"]);
        let keys = ["constant", "idaci", "ls"];
        let mut group = |group: &OaxacaGroup, key: &str| {
            close("mean", group.mean, &result[format!("mean_y_{key}")]);
            assert_eq!(group.n_observations as u64, result[format!("n_{key}")].as_u64().expect("rows"));
            for (column, name) in group.columns.iter().zip(keys) {
                close(name, column.mean, &result[format!("mean_{key}")][name]);
                close(name, column.coefficient, &result[format!("coef_{key}")][name]);
            }
        };
        group(&oaxaca.a, "A");
        group(&oaxaca.b, "B");
        let mut by_column = |parts: &[GapPart], expected: &Value| {
            assert_eq!(parts.len(), keys.len());
            parts.iter().zip(keys).for_each(|(part, key)| close(key, part.points, &expected[key]));
        };
        let names = [
            (OaxacaReference::A, "group_A"),
            (OaxacaReference::B, "group_B"),
            (OaxacaReference::Half, "reimers_half"),
            (OaxacaReference::BySize, "cotton_by_size"),
            (OaxacaReference::Pooled, "neumark_pooled_without_group_dummy"),
            (OaxacaReference::PooledWithGroup, "jann_pooled_with_group_dummy"),
        ];
        for (reference, name) in names {
            let (two, expected) = (oaxaca.two_fold(reference).expect("it is there"), &result["two_fold"][name]);
            by_column(&two.explained_by_column, &expected["explained_by_variable"]);
            by_column(&two.unexplained_by_column, &expected["unexplained_by_variable"]);
        }
        for (three, name) in oaxaca.three_fold.iter().zip(["three_fold_from_B", "three_fold_from_A"]) {
            let expected = &result[name];
            by_column(&three.endowments_by_column, &expected["endowments_by_variable"]);
            by_column(&three.coefficients_by_column, &expected["coefficients_by_variable"]);
            by_column(&three.interaction_by_column, &expected["interaction_by_variable"]);
        }
        for (reference, name) in names {
            let (two, expected) = (oaxaca.two_fold(reference).expect("it is there"), &result["two_fold"][name]);
            for part in [&two.explained, &two.unexplained, &two.unexplained_a, &two.unexplained_b] {
                let key = part.name.replace("_a", "_A").replace("_b", "_B");
                close(&format!("{name} {key}"), part.points, &expected[key.as_str()]);
            }
        }
        for (three, name) in oaxaca.three_fold.iter().zip(["three_fold_from_B", "three_fold_from_A"]) {
            for part in [&three.endowments, &three.coefficients, &three.interaction] {
                close(&format!("{name} {}", part.name), part.points, &result[name][part.name.as_str()]);
            }
        }
    }
    assert!(checked >= 80, "{checked} figures");
}
