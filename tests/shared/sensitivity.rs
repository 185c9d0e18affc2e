//! The curve of 115,776 specifications on England's panel, against least squares in numpy
//! (`reference/sensitivity.json`: `numpy.linalg.lstsq` of every coalition's dummies, all 24 orders of four components).
#![allow(clippy::expect_used, clippy::panic)]

use apportion::findings::{Sensitivity, Specification, SpecificationCurve};
use apportion::panel::UnitRule;
use apportion::{Model, Panel, Term};
use serde_json::Value;

use crate::common::shared::{json, shared};

const TOLERANCE: f64 = 1e-9;
const NAMES: [&str; 5] = ["deprivation", "spending", "policy", "practice", "unexplained"];

/// The space of the reference: four outcomes, five measures of deprivation, three of spending, raw or logged, with vacancies
/// or without, every window, all orders.
fn space() -> Sensitivity {
    let spending = ["spend_core_per_child", "spend_safeguarding_per_child", "spend_total_cyp_per_child"];
    let spending: Vec<[Term; 1]> =
        spending.into_iter().map(Term::column).flat_map(|column| [[column.clone()], [column.log()]]).collect();
    let base = Model::new("cpp_rate")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["spend_core_per_child"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects]);
    let windows = (2010..=2017).flat_map(|from| (5..=10).map(move |years| from..=from + years - 1));
    Sensitivity::new(base)
        .outcomes(["cpp_rate", "log(cpp_rate)", "cpp_start_rate", "log(cpp_start_rate)"])
        .terms(
            "deprivation",
            [["idaci_2015"], ["imd_2015"], ["idaci_2019"], ["hmrc_low_income_pct"], ["low_income_pct"]],
        )
        .terms("spending", spending)
        .with_or_without("spending", "vacancy_rate")
        .periods(windows.filter(|window| *window.end() <= 2025))
        .all_orders()
        .complete_periods()
        .at_least_rows(700)
}

fn panel() -> Panel {
    let panel = Panel::england().expect("the panel reads");
    panel.without(&UnitRule::degenerate_authorities()).expect("authorities are left")
}

/// The choices of a specification of the reference, as ours are called.
fn choices(of: &Value) -> [(&'static str, String); 6] {
    let text = |value: &Value| value.as_str().expect("a text").to_string();
    let list = |value: &Value| value.as_array().expect("a list").iter().map(text).collect::<Vec<_>>();
    let years = of["years"].as_array().expect("two years");
    let spending = list(&of["spending"]);
    let vacancies = if spending.len() > 1 { "with" } else { "without" };
    [
        ("outcome", text(&of["outcome"])),
        ("deprivation", text(&of["deprivation"])),
        ("spending", spending[0].clone()),
        ("spending: vacancy_rate", vacancies.to_string()),
        ("periods", format!("{}-{}", years[0], years[1])),
        ("order", list(&of["order"]).join(" → ")),
    ]
}

#[track_caller]
fn assert_is(found: &Specification, expected: &Value) {
    for (choice, alternative) in choices(expected) {
        assert_eq!(found.choices.get(choice), Some(alternative.as_str()), "{expected}");
    }
    for name in NAMES {
        let share = found.share_of_total(name).expect("a share");
        let reference = expected["shares"][name].as_f64().expect("a number");
        assert!((share - reference).abs() <= TOLERANCE, "{name}: {share} {reference}");
    }
    let rows = found.sample.as_ref().map(|sample| sample.n_observations as u64);
    assert_eq!(rows, expected["n"].as_u64());
}

fn assert_quantiles(curve: &SpecificationCurve, expected: &Value) {
    for name in NAMES {
        let range = curve.range(name).expect("a range");
        for (found, expected) in
            [range.p05, range.median, range.p95].iter().zip(expected[name].as_array().expect("three"))
        {
            let expected = expected.as_f64().expect("a number");
            assert!((found - expected).abs() <= TOLERANCE, "{name}: {found} {expected}");
        }
    }
}

#[test]
fn the_space_of_the_reference() {
    let Some(folder) = shared() else { return };
    let reference = json(&folder.join("reference/sensitivity.json"));
    let curve = space().of(&panel()).expect("a curve");
    assert_eq!(
        (curve.specifications.len() as u64, curve.failed),
        (reference["specifications_in_all"].as_u64().unwrap_or(115_776), 0)
    );
    let place = |of: &Value| {
        let asked = choices(of);
        let is_it = |found: &&Specification| {
            asked.iter().all(|(choice, alternative)| found.choices.get(choice) == Some(alternative.as_str()))
        };
        curve.specifications.iter().find(is_it).expect("it is in the space")
    };
    let sixty = reference["specifications"].as_array().expect("specifications");
    assert_eq!(sixty.len(), 60);
    sixty.iter().for_each(|expected| assert_is(place(expected), expected));
    assert_quantiles(&curve, &reference["quantiles_05_50_95"]["all"]);

    let near = &reference["near_the_nao"];
    let figures: Vec<(&str, f64)> =
        NAMES.map(|name| (name, near["figures"][name].as_f64().expect("a figure"))).to_vec();
    let nearest = curve.nearest(&figures, 5, 0.02).expect("they are near");
    for (found, expected) in nearest.specifications.iter().zip(near["nearest"].as_array().expect("five")) {
        assert_is(&found.specification, expected);
    }
    for (name, part) in &nearest.within {
        let expected = near["within_2_points"][name].as_f64().expect("a part");
        assert!((part - expected).abs() <= TOLERANCE, "{name}: {part} {expected}");
    }
    let all = curve.nearest(&figures, 1, 0.03).expect("they are near").all_within;
    assert!((all - near["all_five_within_3_points"].as_f64().expect("a part")).abs() <= TOLERANCE);

    let last = curve.filtered(|of| of.choices.get("order").is_some_and(|order| order.ends_with("practice")));
    assert_quantiles(&last.expect("a quarter of them"), &reference["quantiles_05_50_95"]["practice_last"]);
}
