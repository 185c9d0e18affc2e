//! Several kinds of intervals of one breakdown, side by side.
#![allow(clippy::expect_used)]

use apportion::findings::{Analysis, Findings, Intervals};
use apportion::{FittedModel, IntervalKind, Method, Model, Report};

use crate::common::panel::panel;
use crate::common::unbalanced;

fn fit() -> FittedModel {
    let model = Model::new("y").component("slow", ["slow"]).component("a cause of a long name indeed", ["noisy"]);
    model.always(["fixed"]).fit(&panel(&unbalanced(61, 20, 6, 0.1))).expect("the model fits")
}

fn ways() -> [Intervals; 3] {
    let drawn = Intervals::bootstrap(99, 7);
    [drawn.clone(), drawn.clone().kind(IntervalKind::Bca), Intervals::jackknife().level(0.9)]
}

fn findings(analysis: Analysis) -> Findings {
    ways().into_iter().fold(analysis, Analysis::also_intervals).of(&fit()).expect("it can be answered")
}

#[test]
fn each_is_what_it_is_on_its_own() {
    let several = findings(Analysis::new().comparisons());
    let kinds = |findings: &Findings| -> Vec<(&'static str, &'static str)> {
        let of = |b: &apportion::Breakdown| Some((b.method.name(), b.interval.as_ref()?.kind.name()));
        findings.methods.breakdowns.iter().filter_map(of).collect()
    };
    let four = ["root", "percentile", "bca", "root"];
    let expected: Vec<_> = ["sequential", "shapley"].into_iter().flat_map(|m| four.map(|kind| (m, kind))).collect();
    assert_eq!(kinds(&several), expected);
    for (at, way) in [Intervals::default()].into_iter().chain(ways()).enumerate() {
        let alone = Analysis::new().comparisons().intervals(way).of(&fit()).expect("it can be answered");
        for method in 0..2 {
            assert_eq!(several.methods.breakdowns[4 * method + at], alone.methods.breakdowns[method]);
            assert_eq!(several.comparisons[4 * method + at], alone.comparisons[method]);
        }
    }
    assert_eq!(several.interval().map(|made| made.kind), Some(IntervalKind::Root));
    // The same twice is once.
    let again = Analysis::new().also_intervals(Intervals::default()).of(&fit()).expect("it can be answered");
    assert_eq!(again, Analysis::new().of(&fit()).expect("it can be answered"));
    let without = Analysis::new().also_intervals(Intervals::default()).without_intervals();
    assert_eq!(without, Analysis::new().without_intervals());
}

#[test]
fn they_survive_json() {
    let several = findings(Analysis::new().comparisons().gelbach().sequential());
    let text = serde_json::to_string(&several).expect("it can be written");
    assert_eq!(serde_json::from_str::<Findings>(&text).expect("it can be read"), several);
    let report = Report::of(&several).expect("of one fit");
    let text = serde_json::to_string(&report).expect("it can be written");
    assert_eq!(serde_json::from_str::<Report>(&text).expect("it can be read"), report);
    let analysis = ways().into_iter().fold(Analysis::new(), Analysis::also_intervals);
    let text = serde_json::to_string(&analysis).expect("it can be written");
    assert_eq!(serde_json::from_str::<Analysis>(&text).expect("it can be read"), analysis);
    assert!(!serde_json::to_string(&Analysis::new()).expect("it can be written").contains("also"));
}

#[test]
fn they_are_printed_side_by_side() {
    let several = findings(Analysis::new().method(Method::Shapley));
    let text = several.to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.starts_with(&several.methods.breakdowns[0].to_string()), "{text}");
    assert_eq!(text.matches("share of the total with every kind").count(), 1, "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("share root 95% percentile 95% bca 95% root 90%"), "{text}");
    for made in
        ["95% percentile intervals: 99 draws of 20 units, seed 7", "95% bca intervals: 99 draws of 20 units, seed 7"]
    {
        assert!(text.lines().any(|line| line == made), "{made} is not in\n{text}");
    }
    // The table of all methods shows no intervals, and each method once.
    let table = findings(Analysis::new().all_methods());
    let plain = Analysis::new().all_methods().of(&fit()).expect("it can be answered");
    let rows = |findings: &Findings| -> Vec<String> {
        let text = findings.methods.to_string();
        let is_row = |line: &&str| line.split_whitespace().next().is_some_and(|word| word.parse::<Method>().is_ok());
        text.lines().filter(is_row).map(str::to_string).collect()
    };
    assert_eq!(rows(&table), rows(&plain));
}
