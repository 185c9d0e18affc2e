//! What goes with a change on England's panel, and a count's change, against dummy-variable regressions.
//!
//! Source of the recorded figures: `reference/findings.json` (numpy 2.4.6, dummy-variable least squares over all
//! coalitions), of which every case is held, whatever its model.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use apportion::findings::{ChangeAnalysis, ChangePart};
use apportion::{Method, Panel};
use serde_json::Value;

use super::levels::{Kept, fit_of, kept, order, rows_of};
use crate::common::contributions::parts;
use crate::common::shared::{json, shared};

const TOLERANCE: f64 = 1e-9;

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number in the reference")
}

#[test]
fn changes_are_those_of_the_reference() {
    let Some(folder) = shared() else { return };
    let path = folder.join("reference/findings.json");
    let file = std::fs::read_to_string(&path).expect("the reference is readable");
    let mut checked = 0;
    for case in json(&path).as_array().expect("cases") {
        let fit = fit_of(&folder, case);
        let expected = &case["change"];
        let [from, to] = ["from", "to"].map(|end| expected[end].as_i64().expect("a year") as i32);
        let asked =
            ChangeAnalysis::new().method(Method::Sequential { order: order(&file, case) }).method(Method::Shapley);
        let change = asked.counts("population_0_17", 1e4).of(&fit, from, to).expect("a change");
        let mut close = |what: &str, found: f64, expected: f64| {
            assert!((found - expected).abs() < TOLERANCE, "{} {what}: {found} against {expected}", case["key"]);
            checked += 1;
        };
        assert_eq!(change.units as u64, expected["units"].as_u64().expect("units"));
        close("actual", change.actual, number(&expected["actual"]));
        for method in &change.methods {
            let name = method.method.name();
            close("unexplained", method.unexplained.change, number(&expected["unexplained"]));
            for part in &method.components {
                close(&format!("{name} {}", part.name), part.change, number(&expected[name][&part.name]));
            }
        }
        let (counts, expected) = (change.counts.as_ref().expect("counts"), &case["counts"]);
        close("from", counts.from, number(&expected["from"]));
        close("to", counts.to, number(&expected["to"]));
        for (name, part, _) in counts.parts().take(3) {
            close(name, part, number(&expected[name]));
        }
        let rates = &change.methods[0].rates_by_component;
        let find = |name: &str| rates.iter().find(|part: &&ChangePart| part.name == name).expect("a part").change;
        for (name, part) in expected["rates_sequential"].as_object().expect("components") {
            close(&format!("rates, {name}"), find(name), number(part));
        }
        close("rates, unexplained", find("unexplained"), number(&expected["rates_unexplained"]));
    }
    assert!(checked >= 40, "{checked} figures");
}

#[test]
fn unbalanced_weighted_and_logged_panels_change_as_their_regressions_do() {
    let Some(folder) = shared() else { return };
    for case in kept() {
        let Kept { data, years, is_logged, .. } = case;
        let (fit, rows, y, components) = rows_of(&folder, &case);
        let all = parts(&rows, &y, &components, &[]);
        let panel = Panel::read_csv(folder.join("data").join(data), &apportion::PanelSchema::new("la_number", "year"));
        let people: BTreeMap<(String, i32), f64> = panel
            .expect("the panel reads")
            .rows()
            .filter_map(|row| {
                let key = (row.unit()?.to_string(), row.period()?);
                Some((key, row.value("population_0_17").ok()?.number()?))
            })
            .collect();
        let at: BTreeMap<(&str, i32), usize> =
            (0..rows.len()).map(|row| ((rows.unit[row].as_str(), rows.period[row]), row)).collect();
        let asked = ChangeAnalysis::new().counts("population_0_17", 1e4).without_intervals();
        for change in asked.pairs(&fit).expect("changes") {
            assert!(years.0 <= change.from && change.to <= years.1);
            let both: Vec<(usize, usize)> = at
                .iter()
                .filter(|((_, period), _)| *period == change.from)
                .filter_map(|((unit, _), &from)| Some((from, *at.get(&(unit, change.to))?)))
                .collect();
            assert_eq!(change.units, both.len());
            let mean =
                |of: &dyn Fn(usize) -> f64| both.iter().map(|&(a, b)| of(b) - of(a)).sum::<f64>() / both.len() as f64;
            let close = |what: &str, found: f64, expected: f64| {
                let tolerance = TOLERANCE * expected.abs().max(1.0);
                let years = (change.from, change.to);
                assert!((found - expected).abs() < tolerance, "{data} {years:?} {what}: {found}, {expected}");
            };
            close("actual", change.actual, mean(&|row| y[row]));
            let person = |row: usize| people[&(rows.unit[row].clone(), rows.period[row])];
            let rate = |row: usize| if is_logged { y[row].exp() } else { y[row] };
            let count = |row: usize| person(row) * rate(row) / 1e4;
            let counts = change.counts.as_ref().expect("counts");
            close("from", counts.from, both.iter().map(|&(a, _)| count(a)).sum());
            close("to", counts.to, both.iter().map(|&(_, b)| count(b)).sum());
            let (p0, p1): (f64, f64) = (both.iter().map(|e| person(e.0)).sum(), both.iter().map(|e| person(e.1)).sum());
            let rates = |of: &dyn Fn(usize) -> f64| -> f64 {
                let weight = |a: usize, b: usize| {
                    (person(a) + person(b)) / 3.0 + (p0 / p1 * person(b) + p1 / p0 * person(a)) / 6.0
                };
                let scale = |a: usize, b: usize| match is_logged {
                    true if y[a] != y[b] => (rate(b) - rate(a)) / (y[b] - y[a]),
                    true => rate(a),
                    false => 1.0,
                };
                both.iter().map(|&(a, b)| weight(a, b) * scale(a, b) * (of(b) - of(a)) / 1e4).sum()
            };
            close("rates", counts.rates, rates(&|row| y[row]));
            for breakdown in &change.methods {
                let is_shapley = breakdown.method == Method::Shapley;
                for (at, part) in breakdown.components.iter().enumerate() {
                    let of = |row: usize| match is_shapley {
                        true => all[row].shapley[at],
                        false => all[row].sequential[at],
                    };
                    close(&part.name, part.change, mean(&of));
                    close(&part.name, breakdown.rates_by_component[at].change, rates(&of));
                }
                close("unexplained", breakdown.unexplained.change, mean(&|row| all[row].residual));
            }
            let sum = counts.population + counts.mix + counts.rates;
            close("factors", sum, counts.to - counts.from);
        }
    }
}
