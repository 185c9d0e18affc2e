//! The example on published files, run as a process on a folder that the test writes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::process::Command;

use crate::common::example::{Directory, example, json_of, printed, refused};
use crate::common::published::publish;

const PLANS: &str = "d5_cpps_at31march_by_duration_2013_to_2025.csv";

fn official(folder: &Directory, arguments: &[&str]) -> Command {
    let mut command = example("official_statistics");
    command.arg("--dir").arg(&folder.0).args(arguments);
    command
}

#[test]
fn from_published_files_to_a_breakdown() {
    let folder = Directory::new();
    publish(&folder);
    let text = printed(&mut official(&folder, &["--years", "2016-2020"]));
    for part in [
        "145 rows: 29 units",
        "10000 × cpp_count / population_0_17",
        "left out by the rule \"degenerate authorities\": 201 Place 201 (5 rows)",
        "population_0_17, left join on unit and period t − 1: 145 rows matched",
        "5 suppressed (c)",
        "csww_indicators_2017_to_2025.csv is not there. It is published as \"Children's social work workforce: indicators\"",
        "standard deviations between and within units",
        "cpp_rate, sequential: deprivation → spending → policy → practice",
        "140 observations, 28 units, 5 periods",
        "England's panel, rebuilt",
        "not compared\n  d3_cpps_subsequent_plan_2013_to_2025.csv is not there\n",
    ] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
    let answer = json_of(&mut official(&folder, &["--years", "2017-2019", "--json"]));
    assert_eq!(answer["report"]["n_observations"], 84);
    assert_eq!(answer["left_out"].as_array().unwrap().len(), 2);
    let england = &answer["england"];
    let plans = &england["columns"][0];
    assert_eq!((&plans["column"], &plans["file"]), (&"cpp_count".into(), &PLANS.into()));
    let count = |of: &serde_json::Value, name: &str| of[name].as_u64().unwrap();
    for of in [england, plans] {
        let parts = ["same", "different", "only_in_panel", "only_in_files"].map(|part| count(of, part));
        assert_eq!(parts.iter().sum::<u64>(), count(of, "cells"), "{of}");
        assert!(count(of, "different") > 0, "the files are made up: {of}");
    }
    assert_eq!(england["first"].as_array().unwrap().len(), 5);
    let lineage = answer["report"]["lineage"]["columns"].as_array().unwrap();
    let named: Vec<&str> = lineage.iter().map(|line| line["column"].as_str().unwrap()).collect();
    for column in ["cpp_rate", "cpp_count", "population_0_17", "spend_core_per_child", "SafeguardingFinance"] {
        assert_eq!(named.contains(&column), column != "SafeguardingFinance", "{column} in {named:?}");
    }
    let children = lineage.iter().find(|line| line["column"] == "population_0_17").unwrap();
    assert_eq!(
        (&children["origin"]["period_offset"], &children["origin"]["measure"]),
        (&(-1).into(), &"population_estimate".into())
    );
}

#[test]
fn the_panel_is_written_with_where_it_comes_from() {
    let folder = Directory::new();
    publish(&folder);
    let path = folder.0.join("panel.csv");
    printed(official(&folder, &["--years=2016-2020", "--out"]).arg(&path));
    let panel = apportion::Panel::read_written(&path).unwrap();
    assert_eq!((panel.n_observations(), panel.joins().len()), (145, 3));
    assert!(folder.0.join("panel.provenance.json").exists());
}

#[test]
fn what_it_refuses() {
    let folder = Directory::new();
    let error = refused(&mut official(&folder, &[]));
    assert!(error.contains("d5_cpps_at31march_by_duration_2013_to_2025.csv is not there"), "{error}");
    assert!(error.contains("published as") && error.contains("no outcome without it"), "{error}");
    publish(&folder);
    for (years, part) in [
        ("2020-2018", "2020 comes after 2018"),
        ("2018", "with a hyphen"),
        ("a-b", "\"a\" is no year"),
        ("1990-1991", "no rows"),
    ] {
        let error = refused(&mut official(&folder, &["--years", years]));
        assert!(error.contains(part), "{error}");
    }
    let error = refused(&mut official(&folder, &["--years", "2016-2020", "--check"]));
    assert!(error.contains("differ from Panel::england() in") && error.contains("cpp_count of 201 2016"), "{error}");
    folder.write("ons_mid-year_population_estimates_2012_to_2024.csv", "a,b\n1,2\n");
    let error = refused(&mut official(&folder, &["--years", "2016-2020"]));
    assert!(error.contains("ons_mid-year") && error.contains("no column \"time_period\""), "{error}");
}
