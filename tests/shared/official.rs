//! The official files against a panel that another program built from them.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;

use apportion::panel::{AreaRule, Derivation, Join, Reorganisations, Step};
use apportion::sources::{Measure, Published};
use apportion::{Panel, PanelSchema, Source};

use crate::common::shared::shared;

const PLANS: &str = "d5_cpps_at31march_by_duration_2013_to_2025.csv";
const POPULATION: &str = "ons_mid-year_population_estimates_2012_to_2024.csv";
const WORKFORCE: &str = "csww_indicators_2017_to_2025.csv";
const FINANCE: &str = "lait_2026-04-08_extract.csv";

/// The authorities whose population before 2020 is `x` in the file of estimates, and from another release in the panel.
const OTHER_POPULATION: [&str; 3] = ["835", "836", "837"];
/// Kingston and Richmond, and the two Northamptonshires, file one workforce return for both.
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
    let panel = join(panel, poverty(folder), &Join::left());
    let core = Derivation::sum(["TotalLACFinance", "SafeguardingFinance", "FamilySupportFinance"]);
    let per_child = Derivation::ratio("spend_core", "population_0_17").rounded(4);
    panel
        .with_population("population_0_17")
        .and_then(|panel| panel.derive("spend_core", &core))
        .and_then(|panel| panel.derive("spend_core_per_child", &per_child))
        .and_then(|panel| panel.derive("cpp_rate", &Derivation::rate("cpp_count")))
        .expect("the columns are there")
}

/// Compares a column with the panel built elsewhere, and returns cells compared, cells equal and the keys that differ.
fn compare(panel: &Panel, built: &Panel, column: &str) -> (usize, usize, Vec<String>) {
    let values = panel.column(column).expect("read").numbers().expect("numbers");
    let keys: BTreeMap<String, f64> =
        (0..panel.n_observations()).map(|row| (panel.row_label(row), values[row])).collect();
    let expected = built.column(column).expect("built").numbers().expect("numbers");
    let (mut compared, mut equal, mut differ) = (0, 0, Vec::new());
    for (row, &expected) in expected.iter().enumerate() {
        let found = keys.get(&built.row_label(row)).copied().unwrap_or_else(|| panic!("no {}", built.row_label(row)));
        compared += 1;
        if found == expected || (found.is_nan() && expected.is_nan()) {
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
        ("spend_core_per_child", &OTHER_POPULATION),
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
        assert_eq!(compared, built.n_observations());
        assert_eq!(equal + differ.len(), compared);
        (cells, all) = (cells + compared, all + equal);
    }
    println!("in all {cells} cells compared, {all} equal");
    assert_eq!(panel.n_observations(), built.n_observations());
}

#[test]
fn joint_returns_are_refused_given_to_each_or_left_out() {
    let Some(folder) = shared() else { return };
    let path = folder.join("data/official").join(WORKFORCE);
    let source = || Source::explore_education(&path).measure("vacancy_rate_fte");
    let error = source().read().expect_err("joint returns were not asked for").to_string();
    assert!(error.contains("\"940 / 941\" is a joint return"), "{error}");

    let left_out = source().leave_out_joint_returns().read().expect("it reads");
    assert_eq!(left_out.left_out(), ["940 / 941", "314 / 318"]);
    let panel = workforce(&folder).into_authorities();
    let flags = panel.column("workforce_joint_return").expect("flagged").numbers().expect("numbers");
    for (row, &flag) in flags.iter().enumerate() {
        let joint = panel.unit_of(row).is_some_and(|unit| JOINT.contains(&unit));
        assert_eq!(flag, if joint { 1.0 } else { 0.0 }, "{}", panel.row_label(row));
    }
    let name = |row: usize| panel.column("la_name").expect("a label").text(row).map(str::to_owned);
    let kingston =
        (0..panel.n_observations()).find(|&row| panel.unit_of(row) == Some("314")).expect("Kingston is there");
    assert_eq!(name(kingston).as_deref(), Some("Kingston upon Thames"));
}

/// Authorities add up to the nation, but where some are missing: Norfolk's plans of 2013, Hackney's of 2021 and 2022,
/// Hampshire's of 2024, two suppressed counts in 2015, and the population of Bournemouth, Poole and Dorset to 2018. In the
/// spending of 2018 the rows of England and of the North East are £60,000,000 above their authorities, all of which are
/// there.
#[test]
fn authorities_add_up_to_england() {
    let Some(folder) = shared() else { return };
    let (plans, population, spending) = (plans(&folder), population(&folder), spending(&folder));
    let (mut checked, mut excepted) = (0, Vec::new());
    let finance = ["TotalLACFinance", "SafeguardingFinance", "FamilySupportFinance"].map(|name| (name, &spending));
    for (column, published) in [("cpp_count", &plans), ("population_0_17", &population)].into_iter().chain(finance) {
        for check in published.sums_against_nation(column).expect("there is a row of England") {
            let off = check.relative_difference();
            println!(
                "{column} {}: authorities {}, England {}, {:.4}%, {} missing",
                check.period,
                check.authorities,
                check.nation,
                100.0 * off,
                check.missing
            );
            checked += 1;
            if off.abs() > 2e-4 {
                excepted.push((column, check.period));
            }
        }
    }
    println!("{checked} sums checked, beyond 0.02%: {excepted:?}");
    let missing = [2013, 2015, 2021, 2022, 2024].map(|period| ("cpp_count", period));
    let marked = (2012..=2018).map(|period| ("population_0_17", period));
    let expected: Vec<_> = missing.into_iter().chain(marked).chain([("TotalLACFinance", 2018)]).collect();
    assert_eq!((checked, excepted), (53, expected));
}

/// What is summed over constant areas is what was there; nothing is flagged once what moved is united.
#[test]
fn constant_areas_keep_every_count() {
    let Some(folder) = shared() else { return };
    let panel = official(&folder);
    let rule = AreaRule::constant().scores(["workforce_joint_return"]);
    let total = |panel: &Panel, year: i32, column: &str| {
        let values = panel.column(column).expect("there").numbers().expect("numbers");
        let rows =
            (0..panel.n_observations()).filter(|&row| panel.period_of(row) == Some(year) && !values[row].is_nan());
        rows.map(|row| values[row]).sum::<f64>()
    };
    for (rule, areas, flagged) in [(rule.clone(), 151, 2), (rule.unite_boundary_changes(), 150, 0)] {
        let constant = panel.reorganise(&Reorganisations::england(), &rule).expect("it can be reorganised");
        let Some(Step::Reorganised(report)) = constant.steps().last() else { panic!("the last step is this one") };
        println!("{report}");
        assert_eq!((constant.n_units(), report.flagged.len()), (areas, flagged));
        assert!(report.absent.is_empty() && report.empty_rows == 0, "{report}");
        for year in 2018..=2024 {
            for column in ["cpp_count", "TotalLACFinance"] {
                let (before, after) = (total(&panel, year, column), total(&constant, year, column));
                // Where a part has no value its area has none.
                let lost = if after < before { before - after } else { 0.0 };
                assert!(after <= before && lost < 0.01 * before, "{column} {year}: {before} became {after}");
            }
            assert_eq!(total(&panel, year, "SafeguardingFinance"), total(&constant, year, "SafeguardingFinance"));
        }
        let northamptonshire =
            (0..constant.n_observations()).filter(|&row| constant.unit_of(row) == Some("928")).count();
        assert_eq!(northamptonshire, 7);
    }
}

#[test]
fn the_official_panel_reads_back_equal() {
    let Some(folder) = shared() else { return };
    let panel = official(&folder);
    let out = std::env::temp_dir().join(format!("apportion-official-{}", std::process::id()));
    std::fs::create_dir_all(&out).expect("a temporary folder");
    let path = out.join("panel.csv");
    panel.write_csv(&path).expect("it can be written");
    let read = Panel::read_written(&path).expect("it can be read");
    std::fs::remove_dir_all(&out).expect("it is ours");
    assert_eq!(read, panel);
    assert_eq!(read.steps(), panel.steps());
    assert_eq!(read.provenance("vacancy_rate").expect("there"), panel.provenance("vacancy_rate").expect("there"));
}

#[cfg(feature = "excel")]
mod workbooks {
    use apportion::Error;
    use apportion::error::SourceError;
    use apportion::sources::Lookup;

    use super::*;

    const IMD_2019: &str = "imd-2019.xlsx";
    const CODE_2019: &str = "Upper Tier Local Authority District code (2019)";

    fn idaci(folder: &Path, codes: &Panel) -> Published {
        let lookup = Lookup::from_panel(codes, "new_la_code").expect("each code has one authority");
        let source = |path| {
            Source::table(path, CODE_2019, None)
                .sheet("IDACI")
                .lookup(lookup)
                .measure(Measure::score("IDACI - Average score").named("idaci_2019"))
        };
        read(folder, source, IMD_2019)
    }

    #[test]
    fn idaci_2019_gives_the_panel_cell_by_cell() {
        let Some(folder) = shared() else { return };
        let plans = plans(&folder).into_authorities();
        let panel = plans.in_periods(2018..=2024).expect("these years are there");
        let panel = panel.join(idaci(&folder, &plans).authorities(), &Join::left().on_unit()).expect("they fit");
        let (compared, equal, differ) = compare(&panel, &built(&folder), "idaci_2019");
        println!("idaci_2019: {compared} cells compared, {equal} equal");
        assert!(differ.is_empty(), "{differ:?}");
        assert_eq!(compared, 1063);
    }

    #[test]
    fn what_a_workbook_does_not_have_is_listed() {
        let Some(folder) = shared() else { return };
        let path = folder.join("data/official").join(IMD_2019);
        let source = || Source::table(&path, CODE_2019, None).measure("IDACI - Average score");
        let error = source().read().expect_err("there are many sheets");
        assert!(
            matches!(&error, Error::Source(SourceError::NoSuchValue { available, .. }) if available.len() == 11),
            "{error}"
        );
        let error = source().sheet("IDAC").read().expect_err("no such sheet").to_string();
        assert!(error.contains("no sheet \"IDAC\"") && error.contains("\"IDACI\""), "{error}");
        let error = source().sheet("IDACI").measure("IDACI - Average").read().expect_err("no such measure").to_string();
        assert!(error.contains("\"IDACI - Average rank\""), "{error}");
        let error = Source::lait(&path).sheet("IDACI").measure("x").read().expect_err("another layout").to_string();
        assert!(error.contains("Short Desc") && error.contains(CODE_2019), "{error}");

        let whole = std::fs::read(&path).expect("the workbook is there");
        for cut in [0, 4, 1_000, whole.len() / 2, whole.len() - 1] {
            let cut = std::io::Cursor::new(&whole[..cut]);
            let error = source().sheet("IDACI").read_from(cut).expect_err("a part of a workbook");
            assert!(matches!(error, Error::Source(SourceError::Workbook { .. })), "{error}");
        }
    }

    /// Inspections of Barking and Dagenham began on 18 February 2019 and 10 July 2023, as the sheet says.
    #[test]
    fn inspections_by_the_financial_year_of_their_date() {
        let Some(folder) = shared() else { return };
        let source = |path| {
            Source::table(path, "Local authority area code", Some("Inspection date"))
                .sheet("ILACS_inspection_history")
                .periods_from_dates()
                .label("Local authority name")
                .measure(Measure::text("Overall effectiveness").named("judgement"))
        };
        let history = read(&folder, source, "LA_Inspection_Outcomes_as_at_31_March_2025.ods").into_authorities();
        let barking: Vec<_> =
            (0..history.n_observations()).filter(|&row| history.unit_of(row) == Some("E09000002")).collect();
        let judgements: Vec<_> = barking
            .iter()
            .map(|&row| (history.period_of(row).expect("a year"), history.column("judgement").expect("read").text(row)))
            .collect();
        let expected = "Requires improvement to be good";
        assert_eq!(judgements, [(2019, Some(expected)), (2024, Some(expected))]);
    }
}
