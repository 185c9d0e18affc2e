//! Noise, chance and corrected shares on England's panel, against the definitions carried out by numpy.
//!
//! Source of every figure: `reference/corrected.json` (numpy 2.4.6, corrected_shares.py; its definitions stand in it).
#![allow(clippy::expect_used, clippy::panic)]

use std::path::Path;

use apportion::panel::UnitRule;
use apportion::regress::NoiseModel;
use apportion::{Breakdown, FittedModel, Model, Panel, PanelSchema, Term};
use serde_json::Value;

use crate::common::shared::{json, shared};

/// What all figures are good to.
const TOLERANCE: f64 = 1e-9;

const MODELS: [(&str, NoiseModel); 4] = [
    ("independent", NoiseModel::Independent),
    ("persistent_2", NoiseModel::Persistent { from_lag: Some(2) }),
    ("persistent_3", NoiseModel::Persistent { from_lag: Some(3) }),
    ("ar1", NoiseModel::Ar1),
];

#[track_caller]
fn assert_close(what: &str, found: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap_or_else(|| panic!("{what}: no number in the reference"));
    let scale = expected.abs().max(1.0);
    assert!((found - expected).abs() < TOLERANCE * scale, "{what}: {found} against {expected}");
}

fn fit_of(folder: &Path, case: &Value) -> FittedModel {
    let text = |value: &Value| value.as_str().expect("a text").to_string();
    let schema = PanelSchema::new("la_number", "year");
    let path = folder.join("data").join(text(&case["data"]));
    let mut panel = Panel::read_csv(path, &schema).expect("the panel reads");
    if let Some(years) = case["years"].as_array() {
        let year = |at: usize| years[at].as_i64().expect("a year") as i32;
        panel = panel.in_periods(year(0)..=year(1)).expect("years that it has");
        let rule = ["201", "420"].iter().fold(UnitRule::new("tiny"), |rule, unit| rule.unit(unit, "tiny"));
        panel = panel.without(&rule).expect("units that it has");
    }
    let mut model = Model::new(text(&case["outcome"]).as_str());
    for (name, terms) in case["components"].as_object().expect("components") {
        let terms = terms.as_array().expect("terms").iter().map(|term| text(term).parse::<Term>().expect("a term"));
        model = model.component(name.as_str(), terms);
    }
    model.fit(&panel).expect("it fits")
}

/// The components in the order of the reference, which a JSON map may not keep.
fn order(case: &Value) -> Vec<&'static str> {
    match case["key"].as_str() {
        Some("C1") => vec!["deprivation", "spending", "policy", "practice"],
        _ => vec!["policy", "spending", "deprivation", "practice"],
    }
}

fn breakdown(fit: &FittedModel, case: &Value, method: &str, model: NoiseModel) -> Breakdown {
    let plain = match method {
        "sequential" => fit.sequential_in(&order(case)),
        _ => fit.breakdown(&method.parse().expect("a method")),
    };
    let jackknife = fit.jackknife().expect("units enough").noise(model);
    plain.expect("it splits").with_intervals(&jackknife).expect("it is left out")
}

#[test]
fn corrected_shares_are_those_of_the_definitions() {
    let Some(folder) = shared() else { return };
    let reference = json(&folder.join("reference/corrected.json"));
    let mut checked = 0;
    for case in reference["cases"].as_array().expect("cases") {
        let fit = fit_of(&folder, case);
        assert_eq!(fit.sample().n_observations as u64, case["n"].as_u64().expect("rows"), "{}", case["key"]);
        for (method, by_model) in case["methods"].as_object().expect("methods") {
            for (key, model) in MODELS {
                let expected = &by_model[key];
                let found = breakdown(&fit, case, method, model);
                for row in found.rows() {
                    let what = |figure: &str| format!("{} {method} {key} {} {figure}", case["key"], row.name);
                    let of = |figure: &str| &expected[figure][&row.name];
                    let corrected = row.corrected.expect("it is corrected");
                    assert_close(&what("raw"), row.share_of_total, of("raw"));
                    assert_close(&what("chance"), row.chance.expect("it is said"), of("chance"));
                    assert_close(&what("corrected"), corrected.share_of_total, of("corrected"));
                    assert_close(&what("se"), corrected.std_error, of("se"));
                    assert_close(&what("lower"), corrected.lower, of("lower"));
                    assert_close(&what("upper"), corrected.upper, of("upper"));
                    checked += 6;
                }
                // However noise is modelled, all models stand beside one another.
                let practice = found.unit_effects_by_model.iter().find(|under| under.model == model);
                let practice = practice.expect("the model that was asked for is among them").corrected;
                assert_close(&format!("{method} {key}"), practice.share_of_total, &expected["corrected"]["practice"]);
            }
        }
    }
    assert!(checked >= 480, "{checked} figures");
}

#[test]
fn noise_is_that_of_the_definitions() {
    let Some(folder) = shared() else { return };
    let reference = json(&folder.join("reference/corrected.json"));
    for case in reference["cases"].as_array().expect("cases") {
        let fit = fit_of(&folder, case);
        for (key, model) in MODELS {
            let expected = &case["noise"][key];
            let found = breakdown(&fit, case, "shapley", model).noise.expect("there are unit effects");
            assert_close("share of total", found.share_of_total, &expected["share_of_total"]);
            for (lag, gamma) in found.autocovariances.iter().enumerate() {
                assert_close(&format!("{key} γ({lag})"), *gamma, &expected["autocovariances"][lag]);
            }
            for (at, value) in found.semivariogram.iter().enumerate() {
                assert_close(
                    &format!("V({})", at + 1),
                    value.expect("all lags have pairs"),
                    &case["semivariogram"][at],
                );
                assert_eq!(found.pairs[at] as u64, case["pairs"][at].as_u64().expect("pairs"));
            }
            let drift = found.drift.expect("eight years");
            assert_close("drift", drift.estimate, &case["drift"]["estimate"]);
            assert_close("drift error", drift.std_error.expect("left out"), &case["drift"]["std_error"]);
            assert_close("ρ", found.rho.expect("seven lags"), &case["noise"]["ar1"]["rho"]);
            assert_close("ρ error", found.rho_std_error.expect("left out"), &case["noise"]["ar1"]["rho_std_error"]);
        }
    }
}

#[test]
fn chance_tests_are_those_of_the_definitions() {
    let Some(folder) = shared() else { return };
    let reference = json(&folder.join("reference/corrected.json"));
    for case in reference["cases"].as_array().expect("cases") {
        let fit = fit_of(&folder, case);
        for (key, model) in MODELS {
            let found = breakdown(&fit, case, "sequential", model);
            for share in &found.components {
                let expected = match share.name.as_str() {
                    "practice" => &case["practice_p_value"][key],
                    name => &case["chance_tests"][name]["p_value"],
                };
                let (p, expected) = (share.chance_p.expect("a test"), expected.as_f64().expect("a number"));
                // Tails far out are asked for to so many digits, not to so many decimals.
                assert!((p / expected - 1.0).abs() < 1e-7, "{} {}: {p} against {expected}", case["key"], share.name);
            }
        }
    }
}
