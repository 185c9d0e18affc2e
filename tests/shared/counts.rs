//! Funnels and empirical Bayes rates against R's own numbers; the calls stand in the reference.
#![allow(clippy::expect_used, clippy::panic)]

use std::path::Path;

use apportion::findings::{EmpiricalBayes, Funnel, FunnelTarget, FunnelUnit, UnitCounts};
use apportion::{Panel, PanelSchema};
use serde_json::Value;

use crate::common::shared::{json, shared};

pub fn result(folder: &Path, id: &str) -> Value {
    let reference = json(&folder.join("reference/counts2.json"));
    let entries = reference.as_array().expect("entries");
    entries.iter().find(|entry| entry["id"] == id).unwrap_or_else(|| panic!("no entry {id}"))["result"].clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

fn plans_of_2018(folder: &Path) -> UnitCounts {
    let schema = PanelSchema::new("la_number", "year");
    let panel = Panel::read_csv(folder.join("data/england_2011_2018.csv"), &schema).expect("readable");
    UnitCounts::of(&panel, "cpp_count", "population_0_17", 2018..=2018).expect("all have both")
}

#[track_caller]
fn check(what: &str, found: impl Iterator<Item = f64>, expected: &Value, tolerance: f64) {
    let (found, expected): (Vec<f64>, _) = (found.collect(), numbers(expected));
    assert_eq!(found.len(), expected.len(), "{what}");
    for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert!((found / expected - 1.0).abs() < tolerance, "{what} {at}: {found} and {expected}");
    }
}

/// spdep 1.2.7, `EBest(cpp_count, population_0_17, family = "poisson")` of 2018.
#[test]
fn empirical_bayes_rates_are_those_of_spdep() {
    let Some(folder) = shared() else { return };
    let expected = result(&folder, "eb_marshall_2018");
    let rates = EmpiricalBayes::of(&plans_of_2018(&folder)).expect("146 units");
    let number = |key: &str| expected[key].as_f64().expect("a number");
    assert!((rates.variance / number("a") - 1.0).abs() < 1e-9 && (rates.rate / number("b") - 1.0).abs() < 1e-12);
    check("raw", rates.units.iter().map(|unit| unit.rate), &expected["raw"], 1e-12);
    check("shrunken", rates.units.iter().map(|unit| unit.shrunken), &expected["estimate"], 1e-9);
    check("reliability", rates.units.iter().map(|unit| unit.reliability), &expected["reliability"], 1e-9);
}

/// D. J. Spiegelhalter's funnel by R 4.2.2. Over-dispersed limits of the reference take 1.959964 and 3.090232 for the
/// normal quantiles, so that they agree to these digits and not to more; exact limits are by R's `qchisq`.
#[test]
fn a_funnel_is_that_of_r() {
    let Some(folder) = shared() else { return };
    let expected = result(&folder, "funnel_2018_crude");
    let funnel = Funnel::of(&plans_of_2018(&folder), &FunnelTarget::Crude).expect("146 units");
    let of = |number: fn(&FunnelUnit) -> f64| funnel.units.iter().map(number);
    check("expected", of(|unit| unit.expected), &expected["expected"], 1e-12);
    check("ratio", of(|unit| unit.ratio), &expected["SR"], 1e-12);
    let root = &expected["sqrt_transform"];
    check("z", of(|unit| unit.z), &root["z"], 1e-9);
    for (found, key) in [(funnel.phi, "phi_winsorised"), (funnel.tau2, "tau2")] {
        assert!((found / root[key].as_f64().expect("a number") - 1.0).abs() < 1e-9, "{key}: {found}");
    }
    for (at, level) in ["p95", "p998"].into_iter().enumerate() {
        let limits = |number: fn(&apportion::findings::FunnelLimits) -> f64| {
            funnel.units.iter().map(move |unit| number(&unit.limits[at]))
        };
        let exact = &expected["exact_poisson"][level];
        check("lower", limits(|l| l.poisson_lower), &exact["control_lower_SR"], 1e-9);
        check("upper", limits(|l| l.poisson_upper), &exact["control_upper_SR"], 1e-9);
        check("lower", limits(|l| l.overdispersed_lower), &root[level]["lower_SR"], 2e-6);
        check("upper", limits(|l| l.overdispersed_upper), &root[level]["upper_SR"], 2e-6);
        let codes = |beyond: fn(f64, f64, f64) -> bool, lower: fn(&apportion::findings::FunnelLimits) -> (f64, f64)| {
            let is_out = |unit: &&FunnelUnit| {
                let (low, high) = lower(&unit.limits[at]);
                beyond(unit.ratio, low, high)
            };
            let out = funnel.units.iter().filter(is_out);
            out.map(|unit| unit.unit.parse::<f64>().expect("a code")).collect::<Vec<_>>()
        };
        let high = |ratio: f64, _: f64, upper: f64| ratio > upper;
        let low = |ratio: f64, lower: f64, _: f64| ratio < lower;
        assert_eq!(codes(high, |l| (l.poisson_lower, l.poisson_upper)), numbers(&exact["flagged_control_high"]));
        assert_eq!(codes(low, |l| (l.poisson_lower, l.poisson_upper)), numbers(&exact["flagged_control_low"]));
        let spread: fn(&apportion::findings::FunnelLimits) -> (f64, f64) =
            |l| (l.overdispersed_lower, l.overdispersed_upper);
        assert_eq!(codes(high, spread), numbers(&root[level]["flagged_high"]));
        assert_eq!(codes(low, spread), numbers(&root[level]["flagged_low"]));
    }
}
