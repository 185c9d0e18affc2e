//! `change_over_time`, run as a user runs it: its document, and sentences that fit the numbers, whichever way they go.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::process::Command;

use serde_json::Value;

use crate::common::example::{Directory, example, json_of, printed, refused};

/// A panel of ten units in two years; of each its people and its rate in both.
fn panel(people: impl Fn(usize) -> (f64, f64), rates: impl Fn(usize) -> (f64, f64)) -> String {
    let mut lines = vec!["area,year,rate,counted,people,place".to_string()];
    for unit in 0..10 {
        let (p, r) = (people(unit), rates(unit));
        for (year, people, rate) in [(2011, p.0, r.0), (2018, p.1, r.1)] {
            let place = if unit < 5 { "north" } else { "south" };
            lines.push(format!("A{unit},{year},{rate},{},{people},{place}", rate * people / 1_000.0));
        }
    }
    lines.join("\n") + "\n"
}

fn asked(folder: &Directory, csv: &str) -> Command {
    let mut command = example("change_over_time");
    command.arg("--data").arg(folder.write("panel.csv", csv));
    command.args(["--outcome=rate", "--unit=area", "--period=year", "--component=policy=period_effects"]);
    command.args(["--population=people", "--per=1000"]);
    command
}

/// The sentences, on one line.
fn said(folder: &Directory, csv: &str) -> String {
    let text = printed(&mut asked(folder, csv));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Rates that differ, so that there is something to explain.
fn level(unit: usize) -> f64 {
    20.0 + unit as f64
}

fn assert_said(text: &str, expected: &str) {
    assert!(text.contains(expected), "{expected}: {text}");
}

#[test]
fn england_rises() {
    let text = printed(&mut example("change_over_time")).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_said(
        &text,
        "the mean of cpp_rate over 146 units (in brackets 95% intervals) rose by 7.8 points (5.1 to 10.5).",
    );
    assert_said(
        &text,
        "5.1 points (2.5 to 7.6) go with spending, 65.0% of the rise; 2.7 (-0.9 to 6.3) with policy, 35.0%; 0.0 with",
    );
    assert_said(&text, "In these units the count rose by 10809, from 41639 to 52448.");
    assert_said(
        &text,
        "go with rates, 72.4% of the rise; 2752 (2130 to 3374) with population, 25.5%; 232 (28 to 437) with mix, 2.1%.",
    );
    let document = json_of(example("change_over_time").args(["--json", "--oaxaca", "--path", "--from=2012"]));
    assert_eq!((document["from"].as_i64(), document["to"].as_i64()), (Some(2012), Some(2018)));
    assert_eq!(document["units"].as_u64(), Some(146));
    let methods = document["methods"].as_array().unwrap();
    assert_eq!(
        methods.iter().map(|method| method["method"].as_str().unwrap()).collect::<Vec<_>>(),
        ["sequential", "shapley"]
    );
    let number = |value: &Value| value.as_f64().unwrap();
    for method in methods {
        let parts = method["components"].as_array().unwrap();
        let sum: f64 = parts.iter().map(|part| number(&part["change"])).sum();
        assert!((sum + number(&method["unexplained"]["change"]) - number(&document["actual"])).abs() < 1e-9);
        assert!(parts.iter().all(|part| number(&part["lower"]) <= number(&part["upper"]) && part["name"].is_string()));
        assert_eq!(method["rates_by_component"].as_array().unwrap().len(), 5);
    }
    let counts = &document["counts"];
    let sum: f64 = ["population", "mix", "rates"].iter().map(|part| number(&counts[part])).sum();
    assert!((sum - number(&counts["to"]) + number(&counts["from"])).abs() < 1e-6);
    assert_eq!((number(&counts["appeared"]), number(&counts["ended"])), (0.0, 0.0));
    assert_eq!(document["path"].as_array().unwrap().len(), 7);
    assert!(document["oaxaca"]["two_fold"].is_array() && document["elapsed_ms"]["fit"].is_number());
    let plain = json_of(example("change_over_time").args(["--json", "--interval=none", "--method=last"]));
    assert!(plain["oaxaca"].is_null() && plain["interval"].is_null());
    assert!(plain["methods"][0]["components"][0].get("lower").is_none());
}

#[test]
fn sentences_say_which_way_it_goes() {
    let folder = Directory::new();
    let same = |people: f64| move |_: usize| (people, people);
    let to = |by: f64| move |unit: usize| (level(unit), level(unit) + by);
    // Up, all of it by rates; down; and not at all.
    let up = said(&folder, &panel(same(1_000.0), to(5.0)));
    assert_said(&up, "rose by 5.00 points (5.00 to 5.00).");
    assert_said(&up, "(5.00 to 5.00) go with policy, 100.0% of the rise; 0.00 with nothing in the model.");
    assert_said(&up, "In these units the count rose by 50, from 245 to 295.");
    assert_said(&up, ") go with rates, 100.0% of the rise; 0 with population and mix.");
    let down = said(&folder, &panel(same(1_000.0), to(-5.0)));
    assert_said(&down, "fell by 5.00 points (5.00 to 5.00).");
    assert_said(&down, "-5.00 points (-5.00 to -5.00) go with policy, 100.0% of the fall; ");
    assert_said(&down, "In these units the count fell by 50, from 245 to 195.");
    assert_said(&down, ") go with rates, 100.0% of the fall; 0 with population and mix.");
    let level_one = said(&folder, &panel(same(1_000.0), to(0.0)));
    assert_said(&level_one, "over 10 units (in brackets 95% intervals) did not change (0.0 to 0.0).");
    assert_said(&level_one, "By the method sequential, nothing moved it.");
    assert_said(&level_one, "In these units the count did not change, from 245 to 245. A part of a change is");
    // More people, lower rates: against each other, and once so that they cancel.
    let against = said(&folder, &panel(|_| (1_000.0, 2_000.0), to(-5.0)));
    assert_said(&against, "In these units the count rose by 145, from 245 to 390.");
    assert_said(&against, ") go with population, 151.7% of the rise; -75 (");
    assert_said(&against, ") with rates, -51.7%; 0 with mix.");
    let cancels = said(&folder, &panel(|_| (1_000.0, 2_000.0), |unit| (2.0 * level(unit), level(unit))));
    assert_said(&cancels, "the count did not change");
    assert_said(&cancels, "0 with mix: what moved it cancels.");
}

#[test]
fn a_change_that_chance_may_be_has_no_per_cents() {
    let folder = Directory::new();
    let by = |unit: usize| if unit.is_multiple_of(2) { 5.0 } else { -4.9 };
    let text = said(&folder, &panel(|_| (1_000.0, 1_000.0), |unit| (level(unit), level(unit) + by(unit))));
    assert_said(&text, "rose by 0.05 points (-3.68 to 3.78). Chance alone may be the whole of this change");
    assert_said(&text, "0.05 points (-3.68 to 3.78) go with policy; 0.00 with nothing in the model.");
    // A change that is little beside parts which nearly cancel.
    let nearly = said(&folder, &panel(|_| (1_000.0, 2_000.0), |unit| (2.0 * level(unit) + 1.0, level(unit) + 1.0)));
    assert_said(&nearly, ": what moved it nearly cancels.");
}

#[test]
fn units_that_appear_and_end_are_said() {
    let folder = Directory::new();
    let csv = panel(|_| (1_000.0, 1_000.0), |unit| (level(unit), level(unit) + 1.0));
    let kept = csv.lines().filter(|line| !line.starts_with("A0,2011") && !line.starts_with("A9,2018"));
    let text = said(&folder, &(kept.collect::<Vec<_>>().join("\n") + "\n"));
    assert_said(&text, "over 8 units (in brackets 95% intervals) rose by 1.00 points (1.00 to 1.00).");
    assert_said(&text, "Beside them, units that appeared add 21 and units that ended take 29 away.");
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let folder = Directory::new();
    let csv = panel(|_| (1_000.0, 1_000.0), |unit| (level(unit), level(unit) + (unit % 3) as f64));
    let refusal = |arguments: &[&str]| refused(asked(&folder, &csv).args(arguments));
    assert!(refusal(&["--from=2012"]).contains("from is 2012: the sample has 2011, 2018"));
    assert!(refusal(&["--from=2018"]).contains("to is 2018: it is the period that the change is from"));
    assert!(refusal(&["--method=pmvd"]).contains("use sequential, shapley, first or last"));
    assert!(refusal(&["--method=all"]).contains("changes are split by --method sequential"));
    assert!(refusal(&["--groups=place"]).contains("region=North East,South East"));
    assert!(refusal(&["--groups=place=north,east"]).contains("no value \"east\""));
    assert!(refusal(&["--count=people"]).contains("counting noise by \"people\" and \"people\""));
    assert!(refusal(&["--noise=ar1"]).contains("leave out --noise"));
    let groups = json_of(asked(&folder, &csv).args(["--groups=place=north,south", "--json"]));
    assert_eq!(groups["oaxaca"]["by"].as_str(), Some("place"));
    let moved = csv.replacen(",north", ",south", 1);
    let line = refused(asked(&folder, &moved).arg("--groups=place=north,south"));
    assert!(line.contains("it has A0 in"), "{line}");
    let gone = csv.replacen(",1000,north", ",,north", 1);
    let line = refused(&mut asked(&folder, &gone));
    assert!(line.contains("unit \"A0\" has no people in column \"people\" in 2011 (missing)"), "{line}");
    let one: String = csv.lines().filter(|line| !line.contains(",2018,")).map(|line| format!("{line}\n")).collect();
    let mut command = example("change_over_time");
    command.arg("--data").arg(folder.write("one.csv", &one)).args(["--outcome=rate", "--unit=area", "--period=year"]);
    let line = refused(command.args(["--component=people=people,place", "--interval=none"]));
    assert!(line.contains("periods in the sample, for a change between two of them: 1 given"), "{line}");
    let line = refused(example("levels").arg("--data").arg(folder.write("levels.csv", &csv)).args([
        "--outcome=rate",
        "--component=a=place",
        "--unit=area",
        "--period=year",
        "--population=people",
    ]));
    assert!(line.contains("--population goes with --count"), "{line}");
}
