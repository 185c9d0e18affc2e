//! The example on published files, run as a process on a folder that the test writes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

#[path = "common/example.rs"]
mod example;
use std::fmt::Write;
use std::process::Command;

use example::{Directory, example, json_of, printed, refused};

const YEARS: std::ops::RangeInclusive<i32> = 2016..=2020;

/// Something that varies by authority and year, without a pattern that a regression could exhaust.
fn noise(authority: i32, year: i32, of: i32) -> i32 {
    (authority * 7919 + (year - 2000) * 104_729 + of * 1_299_709).rem_euclid(1009) % 97
}

/// Files in the layouts of the real ones, of thirty authorities that do not exist.
fn publish(folder: &Directory) {
    let codes = "geographic_level,country_code,country_name,region_code,region_name,old_la_code,new_la_code,la_name";
    let mut plans = format!("time_period,{codes},category,CPP_At31\n");
    let mut children = format!("time_period,{codes},age_group,population_estimate\n");
    let mut spending = "Short Desc,Data item,Years,LA and Regions,Values,LA Number,Region\n".to_owned();
    let mut poverty = spending.clone();
    for year in YEARS {
        for authority in 201..=230 {
            let place = format!(
                "Local authority,E92000001,England,R1,North,{authority},E{:08},Place {authority}",
                9_000_000 + authority
            );
            let plan = if authority == 230 { "c".to_owned() } else { (100 + noise(authority, year, 1)).to_string() };
            writeln!(plans, "{year},{place},Child Protection Plans by length of time,{plan}").unwrap();
            writeln!(children, "{},{place},All,{}", year - 1, 20_000 + 100 * noise(authority, 0, 2)).unwrap();
            for measure in ["TotalLACFinance", "SafeguardingFinance", "FamilySupportFinance"] {
                let pounds = 1_000_000 + 10_000 * noise(authority, year, 3);
                writeln!(
                    spending,
                    "{measure},,{}-{} (OT),Place {authority},{pounds},{authority},North",
                    year - 1,
                    year % 100
                )
                .unwrap();
            }
            writeln!(
                poverty,
                "ChildPov,,{year},Place {authority},{},{authority},North",
                10 + noise(authority, year, 4) % 20
            )
            .unwrap();
        }
    }
    folder.write("d5_cpps_at31march_by_duration_2013_to_2025.csv", &plans);
    folder.write("ons_mid-year_population_estimates_2012_to_2024.csv", &children);
    folder.write("lait_2026-04-08_extract.csv", &spending);
    folder.write("lait_2025-05-28_extract.csv", &poverty);
}

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
    ] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
    let answer = json_of(&mut official(&folder, &["--years", "2017-2019", "--json"]));
    assert_eq!(answer["report"]["n_observations"], 84);
    assert_eq!(answer["left_out"].as_array().unwrap().len(), 2);
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
    assert_eq!((panel.n_rows(), panel.joins().len()), (145, 3));
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
    folder.write("ons_mid-year_population_estimates_2012_to_2024.csv", "a,b\n1,2\n");
    let error = refused(&mut official(&folder, &["--years", "2016-2020"]));
    assert!(error.contains("ons_mid-year") && error.contains("no column \"time_period\""), "{error}");
}
