//! The official files against a panel that another program built from them.

use std::collections::BTreeMap;
use std::path::Path;

use apportion::{Join, Lookup, Measure, Panel, PanelSchema, Published, Quantity, Source};

use crate::shared;

const PLANS: &str = "d5_cpps_at31march_by_duration_2013_to_2025.csv";
const POPULATION: &str = "ons_mid-year_population_estimates_2012_to_2024.csv";
const WORKFORCE: &str = "csww_indicators_2017_to_2025.csv";
const FINANCE: &str = "lait_2026-04-08_extract.csv";

/// The authorities whose population before 2020 is `x` in the file of estimates, and from another release in the panel.
const OTHER_POPULATION: [&str; 3] = ["835", "836", "837"];
/// Kingston, Richmond and the two Northamptonshires file one workforce return each.
const JOINT: [&str; 4] = ["314", "318", "940", "941"];

fn read(folder: &Path, source: impl FnOnce(std::path::PathBuf) -> Source, file: &str) -> Published {
    source(folder.join("data/official").join(file)).read().unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn plans(folder: &Path) -> Published {
    let source = |path| {
        Source::explore_education(path)
            .filter("category", "Child Protection Plans by length of time")
            .measure(Measure::count("CPP_At31").named("cpp_count").measured_in("children"))
    };
    read(folder, source, PLANS)
}

fn population(folder: &Path) -> Published {
    let measure = Measure::count("population_estimate").named("population_0_17").measured_in("children");
    read(folder, |path| Source::explore_education(path).measure(measure), POPULATION)
}

fn workforce(folder: &Path) -> Published {
    let rate = |name: &str| Measure::rate(format!("{name}_rate_fte")).named(format!("{name}_rate")).measured_in("%");
    let source = |path| {
        let source = Source::explore_education(path).joint_returns_to_each("workforce_joint_return");
        ["vacancy", "agency", "turnover"].into_iter().fold(source, |source, name| source.measure(rate(name)))
    };
    read(folder, source, WORKFORCE)
}

fn spending(folder: &Path) -> Published {
    let source = |path| {
        ["TotalLACFinance", "SafeguardingFinance", "FamilySupportFinance"]
            .into_iter()
            .fold(Source::lait(path), |source, name| source.measure(Measure::count(name).measured_in("£")))
    };
    read(folder, source, FINANCE)
}

fn poverty(folder: &Path) -> Published {
    let source = |path| Source::lait(path).measure(Measure::rate("ChildPov").named("low_income_pct").measured_in("%"));
    read(folder, source, "lait_2025-05-28_extract.csv")
}

/// The panel of 2018 to 2024, from the official files alone.
fn official(folder: &Path) -> Panel {
    let plans = plans(folder).into_authorities();
    let panel = plans.in_periods(2018..=2024).expect("these years are there");
    let join = |panel: Panel, published: Published, how: &Join| {
        let joined = panel.join(published.authorities(), how).expect("the files fit together");
        eprintln!("{}", joined.joins().last().expect("just joined"));
        joined
    };
    let before = Join::left().period_offset(-1);
    let panel = join(panel, population(folder), &before);
    let panel = join(panel, workforce(folder), &before);
    let panel = join(panel, spending(folder), &Join::left());
    join(panel, poverty(folder), &Join::left())
}

/// Compares a column with the panel built elsewhere, and returns cells compared, cells equal and the keys that differ.
fn compare(panel: &Panel, built: &Panel, column: &str) -> (usize, usize, Vec<String>) {
    let values = panel.column(column).expect("read").numbers().expect("numbers");
    let keys: BTreeMap<String, f64> = (0..panel.n_rows()).map(|row| (panel.row_label(row), values[row])).collect();
    let expected = built.column(column).expect("built").numbers().expect("numbers");
    let (mut compared, mut equal, mut differ) = (0, 0, Vec::new());
    for row in 0..built.n_rows() {
        let found = keys.get(&built.row_label(row)).copied().unwrap_or_else(|| panic!("no {}", built.row_label(row)));
        compared += 1;
        if found == expected[row] || (found.is_nan() && expected[row].is_nan()) {
            equal += 1;
        } else {
            differ.push(built.row_label(row));
        }
    }
    (compared, equal, differ)
}

fn built(folder: &Path) -> Panel {
    let schema = PanelSchema::new("la_number", "year");
    let built = Panel::read_csv(folder.join("data/england_panel.csv"), &schema).expect("the panel reads");
    built.in_periods(2018..=2024).expect("these years are there")
}

#[test]
fn the_official_files_give_the_panel_cell_by_cell() {
    let Some(folder) = shared() else { return };
    let (panel, built) = (official(&folder), built(&folder));
    let (mut cells, mut all) = (0, 0);
    for (column, exceptions) in [
        ("cpp_count", &[][..]),
        ("population_0_17", &OTHER_POPULATION),
        ("vacancy_rate", &[]),
        ("agency_rate", &[]),
        ("turnover_rate", &[]),
        ("low_income_pct", &[]),
    ] {
        let (compared, equal, differ) = compare(&panel, &built, column);
        println!("{column}: {compared} cells compared, {equal} equal, {} differ: {differ:?}", differ.len());
        for key in &differ {
            assert!(exceptions.iter().any(|unit| key.starts_with(unit)), "{column} at {key}");
        }
        assert_eq!(compared, built.n_rows());
        assert_eq!(equal + differ.len(), compared);
        (cells, all) = (cells + compared, all + equal);
    }
    println!("in all {cells} cells compared, {all} equal");
    assert_eq!(panel.n_rows(), built.n_rows());
}
