//! Derived columns against the formula worked out by hand.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::panel::{Derivation, Missing, Origin, Quantity};
use apportion::{Panel, PanelSchema, Result};

use crate::common::message;

/// Unit A lacks 2019; B has marks.
const CSV: &str = "unit,year,n,pop,spend\nA,2017,10,1000,50\nA,2018,20,1000,0\nA,2020,30,2000,70\nB,2017,c,500,10\nB,2018,5,0,-1\nB,2019,7,x,20\n";

fn panel() -> Panel {
    let panel =
        Panel::read_csv_from(CSV.as_bytes(), &PanelSchema::new("unit", "year").population("pop")).expect("it reads");
    let panel = panel.measured_in("n", "children").and_then(|panel| panel.measured_in("spend", "£"));
    panel.and_then(|panel| panel.measured_in("pop", "children")).expect("the columns are there")
}

fn derived(derivation: &Derivation) -> Result<Vec<std::result::Result<f64, Missing>>> {
    let panel = panel().derive("d", derivation)?;
    let column = panel.column("d")?;
    let numbers = column.numbers()?;
    Ok(numbers.iter().enumerate().map(|(row, number)| column.missing(row).map_or(Ok(*number), Err)).collect())
}

#[track_caller]
fn check(derivation: Derivation, expected: [std::result::Result<f64, Missing>; 6]) {
    assert_eq!(derived(&derivation).expect("it can be derived"), expected);
}

use Missing::{Absent, Confidential, Suppressed, Undefined};

#[test]
fn every_formula_by_hand() {
    check(Derivation::rate("n"), [Ok(100.0), Ok(200.0), Ok(150.0), Err(Confidential), Err(Undefined), Err(Suppressed)]);
    check(
        Derivation::ratio("spend", "pop").per(2.0),
        [Ok(0.1), Ok(0.0), Ok(0.07), Ok(0.04), Err(Undefined), Err(Suppressed)],
    );
    check(Derivation::sum(["spend", "n"]), [Ok(60.0), Ok(20.0), Ok(100.0), Err(Confidential), Ok(4.0), Ok(27.0)]);
    check(
        Derivation::log("spend"),
        [Ok(50_f64.ln()), Err(Undefined), Ok(70_f64.ln()), Ok(10_f64.ln()), Err(Undefined), Ok(20_f64.ln())],
    );
    check(Derivation::lag("n", 1), [Err(Absent), Ok(10.0), Err(Absent), Err(Absent), Err(Confidential), Ok(5.0)]);
    check(Derivation::lag("n", 2), [Err(Absent), Err(Absent), Ok(20.0), Err(Absent), Err(Absent), Err(Confidential)]);
    check(
        Derivation::change("n", 1),
        [Err(Absent), Ok(10.0), Err(Absent), Err(Confidential), Err(Confidential), Ok(2.0)],
    );
    check(
        Derivation::moving_average("n", 2),
        [Err(Absent), Ok(15.0), Err(Absent), Err(Confidential), Err(Confidential), Ok(6.0)],
    );
    let index = [(2017, 90.0), (2018, 95.0), (2019, 98.0), (2020, 100.0)];
    check(
        Derivation::deflated("spend", &index, 2020),
        [
            Ok(50.0 * (100.0 / 90.0)),
            Ok(0.0),
            Ok(70.0),
            Ok(10.0 * (100.0 / 90.0)),
            Ok(-(100.0 / 95.0)),
            Ok(20.0 * (100.0 / 98.0)),
        ],
    );
    check(
        Derivation::ratio("spend", "n").rounded(1),
        [Ok(5.0), Ok(0.0), Ok(2.3), Err(Confidential), Ok(-0.2), Ok(2.9)],
    );
}

#[test]
fn functions_and_leads_by_hand() {
    let of = |f: fn(f64) -> f64| [50.0, 0.0, 70.0, 10.0, -1.0, 20.0].map(f).map(Ok);
    check(Derivation::asinh("spend"), of(f64::asinh));
    check(Derivation::power("spend", 3), of(|x| x * x * x));
    let mut roots = of(f64::sqrt);
    roots[4] = Err(Undefined);
    check(Derivation::sqrt("spend"), roots);
    let mut logs = of(f64::ln_1p);
    logs[4] = Err(Undefined);
    check(Derivation::log1p("spend"), logs);
    check(Derivation::lead("n", 1), [Ok(20.0), Err(Absent), Err(Absent), Ok(5.0), Ok(7.0), Err(Absent)]);
    check(Derivation::lead("n", 2), [Err(Absent), Ok(30.0), Err(Absent), Ok(7.0), Err(Absent), Err(Absent)]);
    check(
        Derivation::sqrt("n"),
        [
            Ok(10_f64.sqrt()),
            Ok(20_f64.sqrt()),
            Ok(30_f64.sqrt()),
            Err(Confidential),
            Ok(5_f64.sqrt()),
            Ok(7_f64.sqrt()),
        ],
    );
    let panel =
        panel().derive("l", &Derivation::lead("n", 2)).and_then(|panel| panel.derive("p", &Derivation::power("l", 2)));
    let panel = panel.expect("both can be derived");
    assert_eq!(panel.provenance("l").expect("derived").to_string(), "[children] = n at t + 2");
    assert_eq!(panel.provenance("p").expect("derived").to_string(), "[power 2 of children] = power(l, 2)");
    assert_eq!(panel.provenance("p").expect("derived").measured_in.as_deref(), Some("power 2 of children"));
    for power in [0, 1, 17] {
        message::error(panel.derive("d", &Derivation::power("n", power)), &[&format!("power {power}"), "2 to 16"]);
    }
    message::error(panel.derive("d", &Derivation::lead("n", 0)), &["0 periods", "at least one"]);
}

#[test]
fn standardised_values_have_mean_zero_and_sd_one() {
    let values = derived(&Derivation::standardised("spend")).expect("it varies");
    let values: Vec<f64> = values.into_iter().map(|value| value.expect("nothing is missing")).collect();
    let mean = values.iter().sum::<f64>() / 6.0;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 5.0;
    assert!(mean.abs() < 1e-15 && (variance - 1.0).abs() < 1e-15, "{mean} {variance}");
}

#[test]
fn units_and_formulas_are_recorded() {
    let panel = panel()
        .derive("rate", &Derivation::rate("n"))
        .and_then(|panel| panel.derive("log_rate", &Derivation::log("rate")))
        .expect("both can be derived");
    let rate = panel.provenance("rate").expect("derived");
    assert_eq!(rate.measured_in.as_deref(), Some("children per 10000 children"));
    assert_eq!(rate.quantity, Some(Quantity::Rate));
    assert_eq!(
        panel.provenance("log_rate").expect("derived").measured_in.as_deref(),
        Some("log of children per 10000 children")
    );
    let lineage: Vec<String> = panel.lineage(["log_rate"]).columns.into_iter().map(|line| line.column).collect();
    assert_eq!(lineage, ["n", "pop", "rate", "log_rate"]);
    assert!(matches!(&rate.origin, Origin::Derived { formula, .. } if formula == "10000 × n / pop"));
}

#[test]
fn what_cannot_be_derived() {
    let says = |derivation: Derivation, words: &[&str]| {
        message::error(panel().derive("d", &derivation), words);
    };
    says(Derivation::log("spent"), &["no column \"spent\"", "\"spend\""]);
    says(Derivation::sum(Vec::<String>::new()), &["cannot derive \"d\"", "at least one"]);
    says(Derivation::lag("n", 0), &["0 periods", "at least one"]);
    says(Derivation::ratio("n", "pop").per(f64::NAN), &["per is NaN"]);
    says(Derivation::deflated("n", &[(2017, 1.0)], 2017), &["no value for 2018"]);
    says(Derivation::deflated("n", &[(2017, 0.0)], 2017), &["2017 is 0"]);
    message::error(panel().derive("n", &Derivation::log("pop")), &["\"n\"", "choose another"]);
    message::error(panel().derive("year", &Derivation::log("pop")), &["choose another"]);
    let cross = Panel::builder().column("v", [1.0, 1.0]).text_column("t", ["a", "b"]).build().expect("a panel");
    message::error(cross.derive("d", &Derivation::rate("v")), &["population", "with_population()"]);
    message::error(cross.derive("d", &Derivation::lag("v", 1)), &["needs a unit column"]);
    message::error(cross.derive("d", &Derivation::standardised("v")), &["does not vary"]);
    message::error(cross.derive("d", &Derivation::log("t")), &["\"t\"", "\"a\""]);
    message::error(cross.with_population("t"), &["\"t\""]);
}
