//! The examples about coefficients, run as a user runs them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::path::Path;
use std::process::Command;

use apportion::report::RegressionReport;
use serde_json::{Value, json};

use crate::common::example::{Directory, example, json_of, printed, refused};
use crate::common::schema::check_valid;

/// `regress` on Grunfeld (ten firms, 1935–1954; R's plm), with these further arguments.
fn regress(arguments: &[&str]) -> Command {
    let mut command = example("regress");
    command.arg("--data").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/grunfeld.csv"));
    command.args(["--outcome", "inv", "--terms", "value,capital", "--unit", "firm", "--period", "year"]);
    command.args(arguments);
    command
}

#[test]
fn json_has_the_keys_that_it_promises() {
    let mut answer = json_of(regress(&["--estimator", "twoway", "--vcov", "cluster", "--json"]).arg("--level=0.9"));
    let answer = answer.as_object_mut().unwrap();
    let keys: Vec<&str> = answer.keys().map(String::as_str).collect();
    for key in [
        "estimator",
        "coefficients",
        "dropped_terms",
        "n_observations",
        "n_units",
        "n_periods",
        "df_residual",
        "sigma2",
        "r2_overall",
        "r2_within",
        "r2_between",
        "vcov",
        "warnings",
        "elapsed_ms",
    ] {
        assert!(keys.contains(&key), "{key} is missing among {keys:?}");
    }
    assert_eq!(answer["estimator"], "twoway");
    let first = answer["coefficients"][0].as_object().unwrap();
    let keys: Vec<&str> = first.keys().map(String::as_str).collect();
    let mut expected = ["name", "estimate", "std_error", "statistic", "p_value", "lower", "upper"];
    expected.sort_unstable();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    // fixest 0.14.2, feols(inv ~ value + capital | firm + year, vcov = ~firm)
    let value = |key: &str| first[key].as_f64().unwrap();
    assert!((value("estimate") / 0.11771585508260649 - 1.0).abs() < 1e-9);
    assert!((value("std_error") / 0.010824429476863713 - 1.0).abs() < 1e-8);
    assert_eq!(answer["vcov"]["kind"], "cluster");
    assert_eq!(answer["vcov"]["clusters"], 10);
    // G/(G − 1) · (n − 1)/(n − K'), K' = 2 + 20 years: firms are nested in the clusters.
    let factor = answer["vcov"]["small_sample_factor"].as_f64().unwrap();
    assert!((factor - 10.0 / 9.0 * 199.0 / 178.0).abs() < 1e-12);
    assert_eq!(answer["n_observations"], 200);
    assert_eq!(answer["df_residual"], 169);
    // ten clusters are few, and it says so
    assert!(answer["warnings"][0].as_str().unwrap().contains("10 clusters are few"), "{}", answer["warnings"]);
}

#[test]
fn every_estimator_and_covariance_runs() {
    let estimators = [
        "pooled",
        "within",
        "within_period",
        "twoway",
        "between",
        "first_difference",
        "random",
        "random_period",
        "random_twoway",
        "mundlak",
    ];
    for estimator in estimators {
        let answer = json_of(&mut regress(&["--estimator", estimator, "--json"]));
        check_valid::<RegressionReport>(&answer);
        assert_eq!(answer["estimator"], estimator);
        assert!(answer["coefficients"].as_array().unwrap().iter().all(|c| c["std_error"].as_f64().unwrap() > 0.0));
        assert!(printed(&mut regress(&["--estimator", estimator])).contains("value"), "{estimator}");
    }
    for vcov in ["iid", "hc0", "hc1", "hc2", "hc3", "cluster", "twoway_cluster", "newey_west", "driscoll_kraay"] {
        for small_sample in ["none", "fixest", "plm", "stata"] {
            let answer = json_of(&mut regress(&["--vcov", vcov, "--small-sample", small_sample, "--json"]));
            check_valid::<RegressionReport>(&answer);
            assert_eq!(answer["vcov"]["kind"], vcov);
            assert_eq!(answer["vcov"]["small_sample"], small_sample);
        }
    }
    for method in ["swar", "walhus", "amemiya", "nerlove"] {
        let answer = json_of(&mut regress(&["--estimator", "random", "--random-method", method, "--json"]));
        assert!(answer["variance_components"]["unit"].as_f64().unwrap() > 1000.0, "{method}");
    }
}

/// R² are those of fixest 0.14.2 (`r2`, `wr2` of the within fit), weights those of its `weights = ~capital`.
#[test]
fn weights_and_parts_of_the_variation() {
    let answer = json_of(&mut regress(&["--estimator", "within", "--json"]));
    assert!((answer["r2_overall"].as_f64().unwrap() - 0.9440725124676606).abs() < 1e-12);
    assert!((answer["r2_within"].as_f64().unwrap() - 0.7667575837481404).abs() < 1e-12);
    let answer = json_of(&mut regress(&["--estimator", "twoway", "--weights", "capital", "--json"]));
    assert!((answer["sigma2"].as_f64().unwrap() / 1173855.1167651222 - 1.0).abs() < 1e-10);
}

#[test]
fn bad_input_is_refused_in_one_line() {
    let cases: &[(&[&str], &str)] = &[
        (&["--estimator", "fixed"], "pooled"),
        (&["--vcov", "robust"], "--vcov takes one of iid, hc0"),
        (&["--vcov", "hc1", "--cluster", "firm"], "--cluster does nothing for --vcov hc1"),
        (&["--bandwidth", "2"], "--bandwidth does nothing for --vcov iid"),
        (&["--vcov", "newey_west", "--bandwidth", "20"], "less than the 20 periods"),
        (&["--cluster", "region"], "no column \"region\""),
        (&["--small-sample", "lfe"], "none, fixest, plm, stata"),
        (&["--level", "95"], "between 0 and 1"),
        (&["--weights", "profit"], "no column \"profit\""),
        (&["--random-method", "swamy"], "swar"),
        (&["--estimator", "within", "--no-intercept"], "no intercept to leave out"),
        (&["--estimator", "twoway", "--no-intercept"], "no intercept to leave out"),
    ];
    for (arguments, expected) in cases {
        let line = refused(&mut regress(arguments));
        assert!(line.contains(expected), "{arguments:?}: {line}");
    }
    let directory = Directory::new();
    let file = directory.write("cross.csv", "y,x\n1,2\n2,3\n4,4\n");
    let mut command = example("regress");
    command.arg("--data").arg(file).args(["--outcome", "y", "--terms", "x", "--estimator", "within"]);
    assert!(refused(&mut command).contains("the within estimator needs a unit column"));
}

/// Twice the rate, and half of the children in each place.
const PLANS: &str =
    "place,year,poor,children,plans\nA,2017,0,1000,10\nA,2018,1,2000,40\nB,2017,0,3000,60\nB,2018,1,500,20\n";

#[test]
fn counts_are_regressed_on_their_exposure() {
    let directory = Directory::new();
    let file = directory.write("plans.csv", PLANS);
    let regress = |arguments: &[&str]| {
        let mut command = example("regress");
        command.arg("--data").arg(&file).args(["--outcome", "plans", "--terms", "poor", "--unit", "place"]);
        command.args(["--period", "year"]).args(arguments);
        command
    };
    let poisson = ["--family", "poisson", "--exposure", "children"];
    let answer = json_of(regress(&poisson).args(["--estimator", "within", "--json", "--small-sample", "none"]));
    let poor = &answer["coefficients"][0];
    assert!((poor["estimate"].as_f64().unwrap() - 2.0_f64.ln()).abs() < 1e-9, "{poor}");
    assert_eq!(
        (&answer["deviance"]["family"], &answer["deviance"]["exposure"]),
        (&json!("poisson"), &json!("children"))
    );
    assert!(answer["deviance"]["deviance"].as_f64().unwrap() < 1e-12, "{answer}");
    let text = printed(regress(&poisson).args(["--estimator", "within"]));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Poisson counts out of children, whose logarithm has a coefficient of one"), "{text}");
    assert!(text.contains("deviance explained: overall 1.0000") && !text.contains("R²"), "{text}");
    let cases: [(&[&str], &str); 4] = [
        (&["--exposure", "children"], "set the family to poisson or negative_binomial"),
        (&["--family", "poisson", "--estimator", "random"], "set the family to gaussian"),
        (&["--family", "binomial"], "gaussian, poisson, negative_binomial"),
        (&["--family", "negative_binomial", "--exposure", "children", "--estimator", "within"], "over-dispersed"),
    ];
    for (arguments, expected) in cases {
        let line = refused(&mut regress(arguments));
        assert!(line.contains(expected), "{arguments:?}: {line}");
    }
}

#[test]
fn aliased_columns_are_named() {
    let directory = Directory::new();
    let mut text = String::from("unit,year,y,x,twice,fixed\n");
    for unit in 0..5 {
        for year in 2010..2014 {
            let x = (unit * 7 + year * 3) % 11;
            text += &format!("u{unit},{year},{},{x},{},{unit}\n", (unit * 5 + year * 2) % 7, 2 * x);
        }
    }
    let file = directory.write("panel.csv", &text);
    let mut command = example("regress");
    command.arg("--data").arg(file).args(["--outcome", "y", "--terms", "x,twice,fixed", "--unit", "unit"]);
    command.args(["--period", "year", "--estimator", "within", "--json"]);
    let answer = json_of(&mut command);
    assert_eq!(answer["dropped_terms"], json!(["twice", "fixed"]));
    let names: Vec<&Value> = answer["coefficients"].as_array().unwrap().iter().map(|c| &c["name"]).collect();
    assert_eq!(names, ["x"]);
}

#[test]
fn coverage_of_coefficients_is_a_table() {
    let printed = printed(example("regression_coverage").args(["--panels", "20", "--draws", "99"]));
    assert!(printed.contains("150 units") && printed.contains("wild cluster bootstrap"), "{printed}");
}

/// Seed 249 is the first whose panel of 12 units has a two-way variance below zero: by default the example, which
/// begins at 1, comes to it, and once refused to answer.
#[test]
fn a_two_way_variance_below_zero_counts_as_an_interval_that_does_not_cover() {
    let text = printed(example("regression_coverage").args(["--panels=1", "--draws=99", "--seed=249"]));
    let cells = |row: &str| -> Vec<String> {
        let line = text.lines().find_map(|line| line.strip_prefix(row)).unwrap_or_else(|| panic!("no {row} in {text}"));
        line.split_whitespace().map(str::to_string).collect()
    };
    assert_eq!(cells("two-way cluster"), ["100.0", "0.0"]);
    assert!(text.contains("counts as not covering: 0 panels and 1."), "{text}");
}
