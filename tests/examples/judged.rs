//! What `variation_over_time`, `early_warning`, `relations` and `compare` say, and refuse, on panels of a few units.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::process::Command;

use crate::common::example::{Directory, example, json_of, printed, refused};

/// Twelve units over six years; a missing value, and a judgement that follows what was measured the year before.
fn panel(scale: f64) -> String {
    let mut lines = vec!["unit,year,rate,x,pop,judge".to_string()];
    for unit in 0..12_u32 {
        for year in 0..6_u32 {
            let x = f64::from((unit * 7 + year * 5) % 11);
            let rate = (20.0 + f64::from(unit) + x) * scale;
            let before = (unit * 7 + year.wrapping_sub(1).min(5) * 5) % 11;
            let judge = if before > 7 { "Bad" } else { ["Good", "Fair"][(unit as usize + year as usize) % 2] };
            let rate = if (unit, year) == (3, 2) { String::new() } else { format!("{rate:e}") };
            lines.push(format!("U{unit},{},{rate},{x},100,{judge}", 2011 + year));
        }
    }
    lines.join("\n") + "\n"
}

fn asked(name: &str, folder: &Directory, csv: &str) -> Command {
    let mut command = example(name);
    command.arg("--data").arg(folder.write("panel.csv", csv)).args(["--unit=unit", "--period=year"]);
    command
}

const JUDGED: [&str; 2] = ["--judgement=judge", "--scale=Bad,Fair,Good"];
const MODEL: [&str; 2] = ["--outcome=rate", "--component=cause=x"];

#[test]
fn variation_says_what_was_left_out_and_what_its_trend_is() {
    let folder = Directory::new();
    let mut command = asked("variation_over_time", &folder, &panel(1.0));
    let text = printed(command.args(MODEL).args(JUDGED));
    assert!(text.contains("1 row left out: "), "{text}");
    assert!(text.contains(" pp") && text.contains("pp: percentage points a period"), "{text}");
    assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains("; over all periods it "), "{text}");
    let mut command = asked("variation_over_time", &folder, &panel(1.0));
    let document = json_of(command.args(MODEL).arg("--json"));
    assert_eq!(document["variation"]["dropped"][0]["rows"], 1);
    let series = document["variation"]["series"].as_array().unwrap();
    let points = series.iter().flat_map(|series| series["points"].as_array().unwrap());
    for point in points.filter(|point| point["lower"].is_number()) {
        assert!(point["lower"].as_f64().unwrap() >= 0.0, "{point}");
    }
    // The quartile's influences sum to nothing.
    let spread = series.iter().find(|series| series["measure"] == "quartile_spread").unwrap();
    assert!(spread["points"].as_array().unwrap().iter().all(|point| point["bias"] == 0.0), "{spread}");
    let long =
        format!("--component={}=x", "a cause with a name that is far too long to stand over a column ".repeat(2));
    let mut command = asked("variation_over_time", &folder, &panel(1.0));
    let text = printed(command.args(["--outcome=rate", &long]).args(JUDGED));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    // Names without spaces too, in sentences as in tables.
    let name = "an_outcome_with_a_name_that_is_far_too_long_to_stand_on_a_line_of_eighty_columns_by_itself";
    let csv = panel(1.0).replace("rate", name);
    let outcome = format!("--outcome={name}");
    for (example, arguments) in [
        ("variation_over_time", vec![&*outcome, "--component=cause=x"]),
        ("change_over_time", vec![&*outcome, "--component=cause=x"]),
        ("relations", vec![&*format!("--pair={name}=x")]),
        ("early_warning", [&JUDGED[..], &[&*format!("--measures={name}"), "--bad=Bad", "--fit-until=2013"]].concat()),
    ] {
        let text = printed(asked(example, &folder, &csv).args(arguments));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn numbers_of_any_size_vary() {
    let folder = Directory::new();
    let of = |scale: f64| {
        let mut command = asked("variation_over_time", &folder, &panel(scale));
        json_of(command.args(MODEL).arg("--json"))["variation"]["series"].clone()
    };
    let plain = of(1.0);
    for scale in [1e200, 1e-200] {
        let scaled = of(scale);
        for (one, other) in plain.as_array().unwrap().iter().zip(scaled.as_array().unwrap()) {
            let by =
                if one["measure"] == "standard_deviation" || one["measure"] == "quartile_spread" { scale } else { 1.0 };
            for (one, other) in one["points"].as_array().unwrap().iter().zip(other["points"].as_array().unwrap()) {
                for number in ["value", "std_error", "lower", "upper"] {
                    let (one, other) = (one[number].as_f64().unwrap() * by, other[number].as_f64().unwrap());
                    assert!((one - other).abs() <= 1e-9 * one.abs(), "{number} {one} {other}");
                }
            }
        }
        let csv = panel(1.0).replace(",x,", ",small,");
        let csv: String = csv.lines().enumerate().fold(String::new(), |all, (at, line)| {
            let mut cells: Vec<String> = line.split(',').map(str::to_string).collect();
            if at > 0 {
                cells[3] = format!("{:e}", cells[3].parse::<f64>().unwrap() * scale);
            }
            all + &cells.join(",") + "\n"
        });
        let mut command = asked("early_warning", &folder, &csv);
        let document =
            json_of(command.args(JUDGED).args(["--measures=small", "--bad=Bad", "--fit-until=2013", "--json"]));
        assert!(document["early_warning"]["score"]["area"].as_f64().unwrap() > 0.5);
    }
}

#[test]
fn an_early_warning_reads_well_where_it_names_all() {
    let folder = Directory::new();
    let mut command = asked("early_warning", &folder, &panel(1.0));
    let text = printed(command.args(JUDGED).args(["--measures=x", "--bad=Bad", "--fit-until=2013"]));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("; no other was Bad.") || text.contains("would not have been named."), "{text}");
    assert!(!text.contains(", 0 would"), "{text}");
    // Of one unit alone the other measure differs.
    let csv: String = panel(1.0).lines().enumerate().fold(String::new(), |all, (at, line)| {
        let other = match (at, line.starts_with("U3,")) {
            (0, _) => "other",
            (_, true) => &line[line.len() - 3..line.len() - 2].len().to_string(),
            _ => "0",
        };
        all + line + "," + other + "\n"
    });
    let mut command = asked("early_warning", &folder, &csv);
    let line = refused(command.args(JUDGED).args(["--measures=x,other", "--bad=Bad", "--fit-until=2013"]));
    assert!(line.contains("\"other\" does not vary") && line.contains(", without U3"), "{line}");
}

#[test]
fn errors_speak_of_options() {
    let folder = Directory::new();
    let csv = panel(1.0);
    let line = |name: &str, arguments: &[&str]| refused(asked(name, &folder, &csv).args(arguments));
    let of_rate = ["--outcome=rate", "--component=cause=x", "--judgement=rate", "--scale=Bad,Good"];
    let said = line("variation_over_time", &of_rate);
    assert!(said.contains("\"rate\"") && said.contains("name a column of words") && !said.contains("()"), "{said}");
    let said =
        line("variation_over_time", &["--outcome=rate", "--component=cause=x", "--judgement=judge", "--scale=,,"]);
    assert!(said.contains("--scale has an empty word"), "{said}");
    let said = line("relations", &["--pair=year=rate"]);
    assert!(said.contains("\"year\"") && said.contains("the period column") && !said.contains("()"), "{said}");
    let of_samples = ["--outcome=rate", "--component=cause=x", "--first=2011-2013", "--second=2014-2016"];
    let draws = [&of_samples[..], &["--interval=percentile", "--bootstrap=50"]].concat();
    let said = line("compare", &draws);
    assert!(said.contains("leave out --bootstrap") && !said.contains("--compare"), "{said}");
    let said = line("change_over_time", &["--outcome=rate", "--component=cause=x", "--from=abc"]);
    assert!(said.contains("write a period as a whole number"), "{said}");
}
