//! England's panel: its totals are pinned, so that no value of it changes unseen.
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops where something is not as it should be")]

use std::collections::BTreeMap;

use apportion::findings::UnitAnalysis;
use apportion::panel::{AreaRule, ENGLAND_ATTRIBUTION, Missing, Origin, Quantity, Reorganisations, Step, UnitRule};
use apportion::report::RegressionTable;
use apportion::{Covariance, Estimator, Model, Panel, PanelRegression, Report, Term};

fn england() -> Panel {
    Panel::england().expect("the panel reads")
}

/// Sums by year over the values that there are, exact for whole numbers.
fn totals(panel: &Panel, column: &str) -> Vec<f64> {
    let values = panel.column(column).expect("a column").numbers().expect("numbers");
    let of = |year: i32| -> f64 {
        let rows = (0..values.len()).filter(|&row| panel.period_of(row) == Some(year) && !values[row].is_nan());
        rows.map(|row| values[row]).sum()
    };
    panel.periods().iter().map(|&year| of(year)).collect()
}

#[test]
fn rows_units_and_periods() {
    let panel = england();
    assert_eq!((panel.n_observations(), panel.n_units(), panel.n_periods()), (2_432, 158, 16));
    assert_eq!(panel.periods(), (2010..=2025).collect::<Vec<_>>());
    assert_eq!((panel.unit_column(), panel.period_column()), (Some("la_number"), Some("year")));
    assert_eq!((panel.population_column(), panel.weight_column()), (Some("population_0_17"), None));
    assert_eq!(panel.label_columns(), ["la_name", "la_code", "region"]);
    assert_eq!(panel.columns().len(), 45);
    assert_eq!(panel.unit_name(839).expect("a unit"), Some("Bournemouth, Christchurch and Poole"));
    assert!(panel.steps().is_empty(), "how the crate keeps it is no step of the caller's");
    let regions = panel.column("region").expect("a column").levels().expect("text");
    assert_eq!((regions.len(), regions[2].as_str(), regions[5].as_str()), (10, "Inner London", "Outer London"));
    let by_year = |year| (0..panel.n_observations()).filter(|&row| panel.period_of(row) == Some(year)).count();
    let rows: Vec<usize> = panel.periods().iter().map(|&year| by_year(year)).collect();
    assert_eq!(rows, [152, 152, 152, 152, 152, 152, 152, 152, 152, 152, 151, 151, 152, 152, 153, 153]);
}

#[test]
fn counts_by_year_are_pinned() {
    let panel = england();
    for (column, expected) in TOTALS {
        assert_eq!(totals(&panel, column), expected, "{column}");
    }
}

#[test]
fn missing_values_are_pinned_by_kind() {
    let panel = england();
    let found: BTreeMap<&str, String> = (panel.columns().iter().filter(|column| column.n_missing() > 0))
        .map(|column| {
            let counts = column.missing_counts();
            let mark = |kind: &Missing| if *kind == Missing::Empty { "empty" } else { kind.mark() };
            let kinds: Vec<String> = counts.iter().map(|(kind, n)| format!("{n} {}", mark(kind))).collect();
            (column.name(), kinds.join(", "))
        })
        .collect();
    let expected: BTreeMap<&str, String> = MISSING.iter().map(|(name, kinds)| (*name, (*kinds).to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_is_missing_at_source_says_so() {
    let panel = england();
    let missing = |unit: i32, year: i32, column: &str| panel.value(unit, year, column).expect("a cell").missing();
    for column in ["cpp_count", "cpp_rate", "cpp_start_rate"] {
        assert_eq!(missing(926, 2013, column), Some(Missing::Suppressed), "Norfolk, {column}");
        assert_eq!(missing(850, 2024, column), Some(Missing::Unreliable), "Hampshire, {column}");
        assert_eq!(missing(204, 2021, column), Some(Missing::Suppressed), "Hackney, {column}");
    }
    assert_eq!(missing(304, 2010, "cpp_rate"), Some(Missing::Dots), "Brent, in the first census");
    assert_eq!(missing(201, 2018, "cpp_rate"), Some(Missing::Confidential), "City of London");
    assert_eq!(missing(202, 2015, "vacancy_rate"), Some(Missing::Empty), "no such figures yet");
}

#[test]
fn the_window_of_the_national_audit_office_is_one_call() {
    let panel = Panel::england_2011_2018().expect("the panel reads");
    assert_eq!((panel.n_units(), panel.n_observations(), panel.is_balanced()), (146, 1_168, true));
    for column in ["cpp_rate", "spend_core_per_child", "idaci_2015"] {
        assert_eq!(panel.column(column).expect("a column").n_missing(), 0, "{column}");
    }
    let [Step::Kept(_), Step::LeftOut(left_out)] = panel.steps() else { panic!("{:?}", panel.steps()) };
    let named: Vec<(&str, &str)> =
        left_out.units.iter().map(|unit| (unit.name.as_deref().unwrap_or(""), unit.reason.as_str())).collect();
    assert_eq!(
        named,
        [
            ("City of London", "no cpp_rate in 2011, 2013, 2015, 2016, 2017, 2018"),
            ("Havering", "no cpp_rate in 2012"),
            ("Newham", "no cpp_rate in 2012"),
            ("Isles of Scilly", "no cpp_rate in 2013, 2015, 2017, 2018"),
            ("Isle of Wight", "no cpp_rate in 2011"),
            ("Norfolk", "no cpp_rate in 2013"),
        ]
    );
}

#[test]
fn a_later_window_is_two_verbs() {
    let panel = england().in_periods(2016..=2024).expect("these years are there");
    let columns = [
        "cpp_rate",
        "spend_core_per_child",
        "idaci_2015",
        "low_income_pct",
        "vacancy_rate",
        "agency_rate",
        "turnover_rate",
    ];
    let complete = panel.without(&UnitRule::incomplete(&panel, columns).expect("columns")).expect("some are left");
    assert_eq!((complete.n_units(), complete.n_observations()), (123, 1_107));
    let first = UnitRule::incomplete(&panel, ["cpp_rate"]).expect("a column");
    let retired = panel.without(&first).expect("some are left");
    let Some(Step::LeftOut(left_out)) = retired.steps().last() else { panic!("the last step is this one") };
    let reason = |name: &str| {
        let found = left_out.units.iter().find(|unit| unit.name.as_deref() == Some(name)).expect("left out");
        found.reason.clone()
    };
    assert_eq!(reason("Poole"), "no row in 2020, 2021, 2022, 2023, 2024");
    assert!(UnitRule::incomplete(&panel, ["cp_rate"]).is_err());
}

#[test]
fn every_column_says_where_it_comes_from() {
    let panel = england();
    for column in panel.columns() {
        let provenance = column.provenance();
        assert_ne!(provenance.origin, Origin::Unstated, "{}", column.name());
        let is_text = column.levels().is_some();
        assert_eq!(provenance.measured_in.is_none(), is_text, "{}: {provenance}", column.name());
        assert_eq!(provenance.quantity.is_none(), is_text, "{}: {provenance}", column.name());
    }
    let said = |column: &str| panel.provenance(column).expect("a column").to_string();
    assert_eq!(said("cpp_rate"), "[children per 10,000] = 10000 × cpp_count / population_0_17, rounded to 4 decimals");
    assert_eq!(
        said("spend_core_per_child"),
        "[£ per child, cash] = s251_core / population_0_17, rounded to 4 decimals"
    );
    assert_eq!(panel.provenance("s251_core").expect("a column").measured_in.as_deref(), Some("£, cash"));
    assert!(said("hmrc_low_income_pct").contains("another definition"), "{}", said("hmrc_low_income_pct"));
    assert!(said("vacancy_rate").contains("period t − 1") && said("vacancy_rate").contains("30 September t − 1"));
}

#[test]
fn the_licence_is_named_wherever_the_panel_is_shown() {
    let window = Panel::england_2011_2018().expect("the panel reads");
    let model = Model::new("cpp_rate").component("deprivation", ["idaci_2015"]).component("place", [Term::UnitEffects]);
    let fit = model.fit(&window).expect("it fits");
    let breakdown = fit.sequential().expect("it splits");
    let json = serde_json::to_string(&Report::new(std::slice::from_ref(&breakdown)).expect("a report")).expect("JSON");
    let unwrapped = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let units = UnitAnalysis::new().of(&fit).expect("an answer");
    let by_period = fit.contributions().and_then(|points| points.by_period()).expect("a table");
    let within = PanelRegression::new("cpp_rate", ["log(spend_core_per_child)"])
        .estimator(Estimator::Within)
        .fit(&window)
        .expect("it fits");
    let coefficients = within.coefficients(&Covariance::cluster()).expect("a table");
    let table = RegressionTable::new([("within", &coefficients)]);
    let described = window.describe_columns(&["cpp_rate"]).expect("it is there");
    let shown = [
        window.summary().to_string(),
        breakdown.to_string(),
        json,
        units.to_string(),
        units.to_csv(),
        by_period.to_string(),
        by_period.to_csv(),
        coefficients.to_string(),
        table.to_string(),
        described.to_string(),
        described.to_markdown(),
    ];
    for shown in shown {
        assert!(unwrapped(shown.clone()).contains(ENGLAND_ATTRIBUTION), "{shown}");
    }
    assert!(window.summary().to_string().lines().all(|line| line.chars().count() <= 80));
    // What is known of the columns goes into the document of an answer.
    let lineage = serde_json::to_string(fit.lineage()).expect("JSON");
    assert!(lineage.contains("d5_cpps_at31march") && lineage.contains("missing at source"), "{lineage}");
}

#[test]
fn areas_can_be_made_to_compare() {
    let panel = england();
    let constant = panel.reorganise(&Reorganisations::england(), &AreaRule::constant()).expect("it reorganises");
    assert!(constant.n_units() < panel.n_units());
    assert_eq!(panel.provenance("idaci_2015").expect("a column").quantity, Some(Quantity::Score));
    let northamptonshire = constant.value(928, 2025, "cpp_count").expect("a cell").number();
    let parts = [940, 941].map(|unit| panel.value(unit, 2025, "cpp_count").expect("a cell").number());
    assert_eq!(northamptonshire, parts[0].zip(parts[1]).map(|(north, west)| north + west));
}

/// Sums over authorities by year, 2010 to 2025.
const TOTALS: [(&str, [f64; 16]); 7] = [
    (
        "cpp_count",
        [
            33_379.0, 42_605.0, 42_386.0, 42_510.0, 48_297.0, 49_679.0, 50_304.0, 51_078.0, 53_789.0, 52_258.0,
            51_500.0, 49_762.0, 50_668.0, 50_781.0, 48_850.0, 49_411.0,
        ],
    ),
    (
        "cpp_starts",
        [
            44_282.0, 48_983.0, 51_552.0, 51_917.0, 59_773.0, 62_197.0, 63_305.0, 66_403.0, 68_769.0, 66_683.0,
            66_379.0, 63_455.0, 64_013.0, 63_868.0, 60_659.0, 61_837.0,
        ],
    ),
    (
        "cin_count",
        [
            343_468.0, 376_019.0, 365_399.0, 367_358.0, 391_894.0, 390_126.0, 393_908.0, 389_037.0, 404_706.0,
            399_505.0, 389_259.0, 385_397.0, 401_217.0, 403_082.0, 390_092.0, 402_398.0,
        ],
    ),
    (
        "cla_count",
        [
            0.0, 65_524.0, 67_053.0, 68_108.0, 68_836.0, 69_542.0, 70_443.0, 72_669.0, 75_363.0, 78_139.0, 80_000.0,
            80_776.0, 82_088.0, 83_750.0, 83_529.0, 81_766.0,
        ],
    ),
    (
        "referrals",
        [
            0.0, 0.0, 0.0, 584_866.0, 651_823.0, 634_013.0, 621_465.0, 646_112.0, 655_625.0, 650_930.0, 642_976.0,
            592_724.0, 645_235.0, 640_429.0, 590_572.0, 632_828.0,
        ],
    ),
    (
        "section47_count",
        [
            0.0, 0.0, 0.0, 125_349.0, 142_705.0, 160_494.0, 172_505.0, 185_674.0, 198_089.0, 201_171.0, 200_993.0,
            197_859.0, 216_875.0, 0.0, 0.0, 0.0,
        ],
    ),
    (
        "population_0_17",
        [
            11_011_900.0,
            11_045_369.0,
            11_341_200.0,
            11_404_648.0,
            11_474_069.0,
            11_536_789.0,
            11_595_674.0,
            11_673_776.0,
            11_719_238.0,
            11_758_759.0,
            11_790_492.0,
            11_787_794.0,
            11_762_878.0,
            11_901_267.0,
            12_059_476.0,
            12_183_016.0,
        ],
    ),
];

/// Missing values by kind, as number and mark; columns without any are not there.
const MISSING: [(&str, &str); 40] = [
    ("absence_rate", "918 empty, 1 x, 4 c, 4 z, 4 u, 3 k"),
    ("agency_rate", "928 empty, 7 x, 2 u, 2 k"),
    ("caseload", "1080 empty, 2 x, 1 u"),
    ("cin_count", "14 empty, 6 x, 2 c, 1 u"),
    ("cin_rate", "14 empty, 6 x, 2 c, 1 u"),
    ("cla_count", "157 empty, 1 c, 2 z"),
    ("cla_rate", "157 empty, 1 c, 2 z"),
    ("cpp_2yr_plus_pct", "456 empty, 3 x, 705 c, 9 z, 1 u"),
    ("cpp_count", "4 x, 17 c, 1 u, 17 .."),
    ("cpp_rate", "4 x, 17 c, 1 u, 17 .."),
    ("cpp_repeat_pct", "456 empty, 3 x, 29 c, 6 z, 2 u"),
    ("cpp_start_rate", "3 empty, 3 x, 17 c, 1 u"),
    ("cpp_starts", "3 empty, 3 x, 17 c, 1 u"),
    ("hmrc_low_income_pct", "1548 empty"),
    ("idaci_2015", "24 empty"),
    ("idaci_2019", "42 empty"),
    ("imd_2015", "24 empty"),
    ("imd_2019", "42 empty"),
    ("low_income_pct", "913 empty, 31 -"),
    ("low_income_pct_rev2026", "1824 empty"),
    ("ofsted_date", "462 empty"),
    ("ofsted_help_protection", "467 empty"),
    ("ofsted_overall", "462 empty"),
    ("referral_rate", "464 empty"),
    ("referrals", "464 empty"),
    ("rereferral_pct", "483 empty"),
    ("s251_core", "1 empty, 4 -"),
    ("s251_family_support", "1 empty, 4 -"),
    ("s251_looked_after", "1 empty, 4 -"),
    ("s251_safeguarding", "1 empty, 4 -"),
    ("s251_total_cyp", "6 empty"),
    ("section47_count", "927 empty"),
    ("section47_rate", "927 empty"),
    ("spend_core_per_child", "1 empty, 4 -"),
    ("spend_safeguarding_per_child", "1 empty, 4 -"),
    ("spend_total_cyp_per_child", "6 empty"),
    ("sw_fte", "916 empty"),
    ("turnover_rate", "918 empty, 1 x, 4 z, 2 u"),
    ("vacancy_rate", "915 empty"),
    ("workforce_joint_return", "912 empty"),
];
