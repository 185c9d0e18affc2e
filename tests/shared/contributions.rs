//! Contributions and counting noise on England's panel, against dummy-variable regressions.
//!
//! Source of the recorded figures: `reference/findings.json` (numpy 2.4.6, dummy-variable least squares over all
//! coalitions), of which every case is held, whatever its model.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::findings::UnitAnalysis;
use apportion::{Method, Model, Panel, PanelSchema, Term};

use super::levels::{Kept, fit_of, kept, order, rows_of, text};
use crate::common::contributions::{fitted, mean_where, parts};
use crate::common::shared::{json, shared};
use crate::common::{Components, project};

const TOLERANCE: f64 = 1e-9;

#[test]
fn contributions_are_those_of_the_reference() {
    let Some(folder) = shared() else { return };
    let mut checked = 0;
    let path = folder.join("reference/findings.json");
    let file = std::fs::read_to_string(&path).expect("the reference is readable");
    for case in json(&path).as_array().expect("cases") {
        let fit = fit_of(&folder, case);
        let mut close = |what: &str, found: f64, expected: f64| {
            assert!((found - expected).abs() < TOLERANCE, "{} {what}: {found} against {expected}", case["key"]);
            checked += 1;
        };
        for method in [Method::Sequential { order: order(&file, case) }, Method::Shapley] {
            let units = UnitAnalysis::new().method(method.clone()).draws(400).of(&fit).expect("there is noise");
            close("mean", units.mean, case["mean"].as_f64().expect("a mean"));
            for (unit, expected) in case["authorities"].as_object().expect("authorities") {
                let found = units.unit(unit).expect("the unit is in the sample");
                let number = |key: &str| expected[key].as_f64().expect("a number");
                close("actual", found.actual, number("actual"));
                close("unexplained", found.unexplained, number("unexplained"));
                for contribution in &found.contributions {
                    let key = format!("{} {}", method.name(), contribution.name);
                    close(&format!("{unit} {key}"), contribution.points, number(&key));
                }
                // Sequentially unit effects come last, and add what remains.
                if let Method::Sequential { .. } = method {
                    close("remainder", found.remainder, number("sequential practice"));
                }
            }
        }
        if let Some(expected) = case["chance_share_of_total"].as_f64() {
            let (count, per) = (text(&case["outcome"]).replace("_rate", "_count"), 1e4);
            let noise = fit.counting_noise(&count, "population_0_17", per).expect("counts and people");
            close("counting noise", noise.share_of_total, expected);
        }
    }
    assert!(checked >= 150, "{checked} figures");
}

/// One over the diagonal of what a regression on all columns leaves: leverages by brute force.
fn leverages(columns: &[&[f64]], weights: &[f64]) -> Vec<f64> {
    let n = weights.len();
    // The hat matrix of an orthonormal basis; a unit vector's residual is one less its leverage.
    let unit =
        |row: usize| (0..n).map(|r| if r == row { 1.0 / weights[row].sqrt() } else { 0.0 }).collect::<Vec<f64>>();
    (0..n).map(|row| 1.0 - project(&unit(row), columns, weights).left[row]).collect()
}

#[test]
fn unbalanced_weighted_and_logged_panels_are_split_as_their_regressions_are() {
    let Some(folder) = shared() else { return };
    for case in kept() {
        let Kept { data, years, outcome, is_logged, weights, .. } = case;
        let (fit, rows, y, components) = rows_of(&folder, &case);
        let all = parts(&rows, &y, &components, &[]);
        let without: Components = components[..3].to_vec();
        let columns: Vec<&[f64]> = without.iter().flatten().map(Vec::as_slice).collect();
        let expected = fitted(&rows, &y, &columns);
        let some = years.0 + 1..=years.1 - 2;
        for method in [Method::Sequential { order: Vec::new() }, Method::Shapley] {
            let asked = UnitAnalysis::new().method(method.clone()).periods(some.clone()).draws(400);
            let units = asked.of(&fit).expect("there is noise");
            for unit in &units.units {
                let is = |at: usize| rows.unit[at] == unit.unit && some.contains(&rows.period[at]);
                let mean = |number: &dyn Fn(usize) -> f64| mean_where(&rows, is, number);
                let close = |what: &str, found: f64, expected: f64| {
                    assert!((found - expected).abs() < TOLERANCE, "{data} {} {what}: {found}, {expected}", unit.unit);
                };
                close("actual", unit.actual, mean(&|at| y[at]));
                close("expected", unit.expected, mean(&|at| expected[at]));
                close("unexplained", unit.unexplained, mean(&|at| all[at].residual));
                for (at, contribution) in unit.contributions.iter().enumerate() {
                    let of = |row: usize| match method {
                        Method::Shapley => all[row].shapley[at],
                        _ => all[row].sequential[at],
                    };
                    close(&contribution.name, contribution.points, mean(&of));
                }
            }
        }
        // Counting noise on the first units, whose hat matrix is small enough to form.
        let (count, people) = (outcome.replace("_rate", "_count"), "population_0_17");
        let panel = Panel::read_csv(folder.join("data").join(data), &PanelSchema::new("la_number", "year"))
            .and_then(|panel| panel.in_periods(years.0..=years.1))
            .and_then(|panel| panel.keep_units(panel.units()[1..25].to_vec()))
            .expect("the panel reads");
        let term = if is_logged { format!("log({outcome})") } else { outcome.to_string() };
        let model = Model::new(term.parse::<Term>().expect("a term"))
            .component("spending", ["log(spend_core_per_child)"])
            .component("policy", [Term::PeriodEffects])
            .component("practice", [Term::UnitEffects]);
        let model = weights.map_or(model.clone(), |weights| model.weights(weights));
        let fit = model.fit(&panel).expect("it fits");
        let noise = fit.counting_noise(&count, people, 1e4).expect("counts and people");
        let all_rows: Vec<apportion::panel::Row> = panel.rows().collect();
        let sample: Vec<&apportion::panel::Row> = fit.rows().iter().map(|&row| &all_rows[row]).collect();
        assert_eq!(noise.is_logarithm, is_logged);
        let number = |name: &str| -> Vec<f64> {
            sample.iter().map(|row| row.number(name).expect("a number in the sample")).collect()
        };
        let own = crate::common::Rows {
            unit: sample.iter().map(|row| row.unit().expect("units").to_string()).collect(),
            period: sample.iter().map(|row| row.period().expect("periods")).collect(),
            weight: weights.map_or_else(|| vec![1.0; sample.len()], number),
            ..crate::common::Rows::default()
        };
        let spending: Vec<f64> = number("spend_core_per_child").iter().map(|x| x.ln()).collect();
        let (units, periods) = (own.unit_dummies(), own.period_dummies());
        let columns: Vec<&[f64]> =
            units.iter().chain(&periods).map(Vec::as_slice).chain([spending.as_slice()]).collect();
        let h = leverages(&columns, &own.weight);
        let (counts, population, rates) = (number(&count), number(people), number(outcome));
        let y: Vec<f64> = if is_logged { rates.iter().map(|x| x.ln()).collect() } else { rates };
        let total = project(&y, &[], &own.weight).total;
        let expected: f64 = (0..y.len())
            .map(|at| {
                let rate = 1e4 * counts[at] / population[at];
                let variance = if is_logged { 1.0 / counts[at] } else { 1e4 * rate / population[at] };
                own.weight[at] * (1.0 - h[at]) * variance / total
            })
            .sum();
        assert!((noise.share_of_total - expected).abs() < TOLERANCE, "{data}: {} {expected}", noise.share_of_total);
    }
}
