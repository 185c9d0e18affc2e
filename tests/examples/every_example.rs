//! Every example runs as it stands, with its default arguments and those that it cannot do without.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::common::example::{Directory, example, json_of, printed};
use crate::common::published::publish;

/// An example and what it is run with.
struct Run {
    name: &'static str,
    arguments: &'static [&'static str],
    data: Data,
}

enum Data {
    /// What is in the example, or simulated by it.
    Own,
    /// `--data`: Grunfeld, ten firms in 1935–1954.
    Grunfeld,
    /// `--dir`: a folder of published files.
    Published,
}

const RUNS: &[Run] = &[
    Run {
        name: "authorities",
        arguments: &[
            "--outcome=inv",
            "--unit=firm",
            "--period=year",
            "--component=size=value",
            "--component=firm=unit_effects",
            "--periods=1950-1954",
        ],
        data: Data::Grunfeld,
    },
    // By default 300 panels of each scenario: minutes outside release mode.
    Run { name: "authority_coverage", arguments: &["--panels=3", "--draws=400"], data: Data::Own },
    Run { name: "best_measures", arguments: &[], data: Data::Own },
    Run {
        name: "change_over_time",
        arguments: &[
            "--outcome=inv",
            "--unit=firm",
            "--period=year",
            "--component=size=value",
            "--component=firm=unit_effects",
            "--path",
            "--oaxaca",
            "--interval=none",
        ],
        data: Data::Grunfeld,
    },
    Run {
        name: "compare",
        arguments: &[
            "--outcome=inv",
            "--unit=firm",
            "--period=year",
            "--component=size=value",
            "--component=firm=unit_effects",
            "--first=1935-1944",
            "--second=1945-1954",
        ],
        data: Data::Grunfeld,
    },
    // By default 1,000 panels: a minute outside release mode.
    Run { name: "comparison_coverage", arguments: &["--panels=5"], data: Data::Own },
    // By default 2,000 panels of two scenarios: minutes even in release mode.
    Run { name: "count_coverage", arguments: &["--panels=3", "--many-units=200"], data: Data::Own },
    // By default 500 panels with 400 draws each and 2,000 others: minutes even in release mode.
    Run { name: "coverage", arguments: &["--panels=3", "--draws=50", "--target-panels=20"], data: Data::Own },
    Run {
        name: "decompose",
        arguments: &[
            "--outcome=inv",
            "--unit=firm",
            "--period=year",
            "--component=size=value",
            "--component=k=capital",
        ],
        data: Data::Grunfeld,
    },
    Run { name: "early_warning", arguments: &[], data: Data::Own },
    Run { name: "gallery", arguments: &["--out=gallery"], data: Data::Own },
    Run {
        name: "key_factors",
        arguments: &["--outcome=inv", "--candidates=value,capital,year", "--unit=firm", "--size=2"],
        data: Data::Grunfeld,
    },
    Run {
        name: "levels",
        arguments: &[
            "--outcome=inv",
            "--unit=firm",
            "--period=year",
            "--component=size=value",
            "--component=k=capital",
        ],
        data: Data::Grunfeld,
    },
    Run {
        name: "moments",
        arguments: &["--outcome=y", "--unit=place", "--component=x=x", "--print-sql=duckdb"],
        data: Data::Own,
    },
    Run { name: "nao_breakdown", arguments: &[], data: Data::Own },
    Run { name: "official_statistics", arguments: &[], data: Data::Published },
    Run { name: "quickstart", arguments: &[], data: Data::Own },
    Run { name: "regress", arguments: &["--outcome=inv", "--terms=value,capital"], data: Data::Grunfeld },
    // By default 2,000 panels with 399 draws each: minutes outside release mode.
    Run { name: "regression_coverage", arguments: &["--panels=20", "--draws=99"], data: Data::Own },
    Run { name: "relations", arguments: &["--unit=firm", "--period=year", "--pair=inv=value"], data: Data::Grunfeld },
    // By default 4,000 panels of each scenario: minutes even in release mode.
    Run {
        name: "sensitivity",
        arguments: &[
            "--outcome=inv",
            "--unit=firm",
            "--period=year",
            "--component=size=value",
            "--component=firm=unit_effects",
            "--also-outcome=log(inv)",
        ],
        data: Data::Grunfeld,
    },
    Run { name: "trend_coverage", arguments: &["--panels=3"], data: Data::Own },
    Run {
        name: "variation_over_time",
        arguments: &["--outcome=inv", "--unit=firm", "--period=year", "--component=size=value"],
        data: Data::Grunfeld,
    },
];

impl Run {
    fn command(&self, folder: &Directory) -> Command {
        let mut command = example(self.name);
        command.args(self.arguments).current_dir(&folder.0);
        match self.data {
            Data::Own => {}
            Data::Grunfeld => {
                let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/grunfeld.csv");
                command.arg("--data").arg(file);
            }
            Data::Published => {
                command.arg("--dir").arg(&folder.0);
            }
        }
        command
    }
}

/// Neither what is no number nor what is endless, as a word of its own.
fn assert_holds_numbers(name: &str, text: &str) {
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        assert!(!["nan", "inf", "infinity"].contains(&word.to_lowercase().as_str()), "{name} prints {word}:\n{text}");
    }
}

#[test]
fn every_example_runs_on_its_defaults() {
    let folder = Directory::new();
    publish(&folder);
    for run in RUNS {
        let text = printed(&mut run.command(&folder));
        assert!(!text.trim().is_empty(), "{} prints nothing", run.name);
        assert_holds_numbers(run.name, &text);
        // Examples without arguments have no help; none of them writes JSON.
        let help = example(run.name).arg("--help").output().unwrap();
        if String::from_utf8_lossy(&help.stdout).contains("--json") {
            let answer = json_of(run.command(&folder).arg("--json"));
            assert!(answer.as_object().is_some_and(|answer| !answer.is_empty()), "{}: {answer}", run.name);
            assert_holds_numbers(run.name, &answer.to_string());
        }
        if cfg!(feature = "html") && String::from_utf8_lossy(&help.stdout).contains("--html") {
            printed(run.command(&folder).arg("--html=page.html"));
            let page = std::fs::read_to_string(folder.0.join("page.html")).unwrap();
            assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"), "{}", run.name);
            assert_eq!(page.matches("<section").count(), page.matches("</section>").count(), "{}", run.name);
            assert!(!page.contains("NaN") && page.len() < 1_500_000, "{}: {} bytes", run.name, page.len());
        }
    }
}

#[test]
#[cfg(feature = "html")]
fn a_page_stands_beside_what_is_printed() {
    let folder = Directory::new();
    let sections = [
        ("regress", "--json", "coefficients"),
        ("relations", "--json", "correlations"),
        ("relations", "--csv", "correlations"),
        ("key_factors", "--json", "inv-shares"),
        ("early_warning", "--csv", "early-warning"),
    ];
    for (name, form, section) in sections {
        let run = RUNS.iter().find(|run| run.name == name).unwrap();
        let page = folder.0.join("beside.html");
        let own = printed(run.command(&folder).arg(form));
        let beside = printed(run.command(&folder).args([form, "--html=beside.html"]));
        // Times are measured anew.
        let timeless = |text: &str| text.split("\"elapsed_ms\"").next().unwrap().to_string();
        assert_eq!(timeless(&beside), timeless(&own), "{name} {form}");
        let html = std::fs::read_to_string(&page).unwrap();
        assert!(html.contains(&format!("<h2 id=\"{section}\">")), "{name} {form}: {html}");
        std::fs::remove_file(page).unwrap();
    }
}

#[test]
fn no_example_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut there = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // As cargo finds them: a file, or a folder with a main.
        if path.extension().is_some_and(|extension| extension == "rs") || path.join("main.rs").exists() {
            there.insert(path.file_stem().unwrap().to_str().unwrap().to_string());
        }
    }
    let run: BTreeSet<String> = RUNS.iter().map(|run| run.name.to_string()).collect();
    assert_eq!(run, there, "every example has a run in this file");
}
