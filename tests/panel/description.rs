//! Descriptions of panels, against the definitions by brute force.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use apportion::error::DataError;
use apportion::panel::{Correlation, Description, Distribution, Missing, SIMULATED_ENGLAND_SEED, Variation};
use apportion::{Error, Panel, PanelSchema};

/// Sums of a thousand doubles in another order differ by some hundred units in the last place at most.
const TOLERANCE: f64 = 1e-12;

/// Units of one to four rows; marks in `a` and `b`; `fixed` does not vary within a unit, and `t` not between them.
const UNBALANCED: &str = "\
area,year,a,b,fixed,region
w,2015,3.5,1,0.1,x
w,2016,c,2,0.1,x
w,2017,7.25,4,0.1,
w,2018,1,,0.1,y
x,2016,12,3,0.7,y
x,2018,9,x,0.7,y
y,2015,c,8,1.3,z
z,2015,-2,6,1.9,z
z,2016,4,5,1.9,z
z,2018,\"1,000\",7,1.9,z
";

fn unbalanced() -> Panel {
    Panel::read_csv_from(UNBALANCED.as_bytes(), &PanelSchema::new("area", "year")).expect("a panel")
}

fn england() -> Panel {
    Panel::simulated_england(SIMULATED_ENGLAND_SEED).expect("a panel")
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOLERANCE * b.abs().max(1.0)
}

fn assert_close(found: Option<f64>, expected: Option<f64>, what: &str) {
    match (found, expected) {
        (Some(found), Some(expected)) => assert!(close(found, expected), "{what}: {found}, not {expected}"),
        _ => assert_eq!(found, expected, "{what}"),
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn sd(values: &[f64]) -> Option<f64> {
    let squares = values.iter().map(|x| (x - mean(values)).powi(2)).sum::<f64>();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// As its authors write it: sample quantile (1 − γ) x₍ⱼ₎ + γ x₍ⱼ₊₁₎ with m = 1 − p, j = ⌊np + m⌋, γ = np + m − j.
fn quantile(values: &[f64], p: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = sorted.len() as f64 * p + 1.0 - p;
    let j = position.floor();
    let at = |j: f64| sorted[(j as usize).min(sorted.len()) - 1];
    (1.0 - (position - j)) * at(j) + (position - j) * at(j + 1.0)
}

/// Pearson's correlation by E[xy] − E[x]E[y], of values about their first so that it loses no digits.
fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let about = |values: &[f64]| values.iter().map(|v| v - values[0]).collect::<Vec<_>>();
    let (x, y) = (about(x), about(y));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / a.len() as f64;
    let moment = |a: &[f64], b: &[f64]| product(a, b) - mean(a) * mean(b);
    moment(&x, &y) / (moment(&x, &x) * moment(&y, &y)).sqrt()
}

/// The rows of a panel: unit, period and value, those without a value left out.
fn rows(panel: &Panel, name: &str) -> Vec<(String, i32, f64)> {
    let numbers = panel.column(name).expect("a column").numbers().expect("numbers");
    let row = |row: usize| {
        let unit = panel.unit_of(row).expect("a unit").to_string();
        (unit, panel.period_of(row).expect("a period"), numbers[row])
    };
    (0..panel.n_observations()).map(row).filter(|(.., x)| !x.is_nan()).collect()
}

fn means_of_units<'a>(rows: impl Iterator<Item = (&'a str, f64)>) -> BTreeMap<&'a str, f64> {
    let mut of_units: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    rows.for_each(|(unit, x)| of_units.entry(unit).or_default().push(x));
    of_units.into_iter().map(|(unit, values)| (unit, mean(&values))).collect()
}

fn assert_distribution(found: Option<&Distribution>, values: &[f64], what: &str) {
    let Some(found) = found else {
        assert!(values.is_empty(), "{what}: no distribution of {} values", values.len());
        return;
    };
    assert_close(Some(found.mean), Some(mean(values)), what);
    assert_close(found.sd, sd(values), what);
    assert_eq!(found.min, values.iter().copied().fold(f64::INFINITY, f64::min), "{what}");
    assert_eq!(found.max, values.iter().copied().fold(f64::NEG_INFINITY, f64::max), "{what}");
    for (quartile, p) in [(found.lower_quartile, 0.25), (found.median, 0.5), (found.upper_quartile, 0.75)] {
        assert_close(Some(quartile), Some(quantile(values, p)), what);
    }
}

fn assert_variation(found: &Variation, rows: &[(String, i32, f64)], what: &str) {
    let values: Vec<f64> = rows.iter().map(|(.., x)| *x).collect();
    let means = means_of_units(rows.iter().map(|(unit, _, x)| (unit.as_str(), *x)));
    let between: Vec<f64> = means.values().copied().collect();
    // As Stata's manual says it, with the mean added back.
    let within: Vec<f64> = rows.iter().map(|(unit, _, x)| x - means[unit.as_str()] + mean(&values)).collect();
    assert_close(found.overall, sd(&values), what);
    assert_close(found.between, sd(&between), what);
    assert_close(found.within, sd(&within), what);
    assert_eq!(found.n_units, means.len(), "{what}");
    assert_close(found.mean_periods, Some(rows.len() as f64 / means.len() as f64), what);
}

/// Correlations of the rows that both variables have; `constant` within units when one of them is.
fn assert_correlation(found: &Correlation, panel: &Panel, constant: bool) {
    let what = format!("{} and {}", found.first, found.second);
    let second: BTreeMap<(String, i32), f64> =
        rows(panel, &found.second).into_iter().map(|(unit, period, y)| ((unit, period), y)).collect();
    let both: Vec<(String, f64, f64)> = rows(panel, &found.first)
        .into_iter()
        .filter_map(|(unit, period, x)| second.get(&(unit.clone(), period)).map(|y| (unit, x, *y)))
        .collect();
    let column = |of: fn(&(String, f64, f64)) -> f64| both.iter().map(of).collect::<Vec<_>>();
    let (x, y) = (column(|row| row.1), column(|row| row.2));
    let x_means = means_of_units(both.iter().map(|(unit, x, _)| (unit.as_str(), *x)));
    let y_means = means_of_units(both.iter().map(|(unit, _, y)| (unit.as_str(), *y)));
    assert_eq!((found.n_observations, found.n_units), (both.len(), x_means.len()), "{what}");
    assert_close(found.overall, Some(pearson(&x, &y)), &what);
    let means = |means: &BTreeMap<&str, f64>| means.values().copied().collect::<Vec<_>>();
    assert_close(found.between, Some(pearson(&means(&x_means), &means(&y_means))), &what);
    let x: Vec<f64> = both.iter().map(|(unit, x, _)| x - x_means[unit.as_str()]).collect();
    let y: Vec<f64> = both.iter().map(|(unit, _, y)| y - y_means[unit.as_str()]).collect();
    assert_close(found.within, (!constant).then(|| pearson(&x, &y)), &what);
}

fn assert_described(panel: &Panel, names: &[&str], constant: &[&str]) {
    let description = panel.describe();
    for name in names {
        let found = description.variable(name).expect("described");
        let rows = rows(panel, name);
        let values: Vec<f64> = rows.iter().map(|(.., x)| *x).collect();
        assert_eq!(found.overall.n, values.len(), "{name}");
        assert_distribution(found.overall.distribution.as_ref(), &values, name);
        assert_variation(found.variation.as_ref().expect("units"), &rows, name);
        assert_eq!(found.by_period.len(), panel.n_periods());
        let mut missing = 0;
        for (at, period) in found.by_period.iter().zip(panel.periods()) {
            assert_eq!(at.period, *period);
            let values: Vec<f64> = rows.iter().filter(|(_, p, _)| p == period).map(|(.., x)| *x).collect();
            assert_eq!(at.statistics.n, values.len(), "{name} in {period}");
            assert_distribution(at.statistics.distribution.as_ref(), &values, &format!("{name} in {period}"));
            missing += at.statistics.missing.values().sum::<usize>();
        }
        assert_eq!(missing, found.overall.missing.values().sum::<usize>());
        assert_eq!(missing + values.len(), panel.n_observations());
    }
    assert_eq!(description.correlations.len(), names.len() * (names.len() - 1) / 2);
    for pair in &description.correlations {
        let fixed = constant.contains(&pair.first.as_str()) || constant.contains(&pair.second.as_str());
        assert_correlation(pair, panel, fixed);
    }
    for (at, variable) in description.variables.iter().enumerate() {
        let counts: Vec<usize> = variable.by_period.iter().map(|at| at.statistics.n).collect();
        assert_eq!(description.coverage.n_values[at], counts);
    }
}

#[test]
fn every_number_is_that_of_its_definition() {
    let numbers = ["population_0_17", "low_income_pct", "spend_per_child", "vacancy_rate", "cpp_count", "cpp_rate"];
    assert_described(&england(), &numbers, &[]);
    assert_described(&unbalanced(), &["a", "b", "fixed"], &["fixed"]);
}

#[test]
fn counts_of_an_unbalanced_panel() {
    let description = unbalanced().describe();
    assert_eq!((description.n_observations, description.balanced), (10, false));
    let a = description.variable("a").expect("described");
    assert_eq!(a.overall.missing, BTreeMap::from([(Missing::Confidential, 2)]));
    let b = description.variable("b").expect("described");
    assert_eq!(b.overall.missing, BTreeMap::from([(Missing::Empty, 1), (Missing::Suppressed, 1)]));
    assert_eq!(b.by_period[3].statistics.missing, b.overall.missing, "both in 2018");
    // Unit y has no value of `a`.
    let variation = a.variation.as_ref().expect("units");
    assert_eq!((variation.n_units, variation.mean_periods), (3, Some(8.0 / 3.0)));
    let region = description.variable("region").expect("described");
    assert_eq!((region.overall.n, region.overall.levels), (9, Some(3)));
    assert_eq!((region.by_period[1].statistics.n, region.by_period[1].statistics.levels), (3, Some(3)));
    assert!(region.overall.distribution.is_none() && region.variation.is_none());
    assert_eq!(description.coverage.periods, [2015, 2016, 2017, 2018]);
    assert_eq!(description.coverage.n_observations, [3, 3, 1, 3]);
    assert_eq!(description.coverage.n_values, [[2, 2, 1, 3], [3, 3, 1, 1], [3, 3, 1, 3], [3, 3, 0, 3]]);
}

/// Worked by hand from h = (n − 1)p, as below; R's call is `quantile(x, c(1, 2, 3) / 4, type = 7)`. numpy 2.4.6's
/// `quantile(x, [0.25, 0.5, 0.75])`, of the same type, gives these values.
#[test]
fn quartiles_are_of_type_7() {
    for (x, expected) in [
        // h = 0.75, 1.5, 2.25 of 1 2 4 8: 1 + 0.75, 2 + 0.5 · 2, 4 + 0.25 · 4
        (&[4.0, 1.0, 8.0, 2.0][..], [1.75, 3.0, 5.0]),
        // h = 1, 2, 3 of 1 3 5 9 20
        (&[9.0, 1.0, 5.0, 20.0, 3.0], [3.0, 5.0, 9.0]),
        // h = 1.25, 2.5, 3.75 of 0 1 3 7 8 16: 1 + 0.25 · 2, 3 + 0.5 · 4, 7 + 0.75 · 1
        (&[16.0, 7.0, 0.0, 1.0, 8.0, 3.0], [1.5, 5.0, 7.75]),
        (&[6.0], [6.0, 6.0, 6.0]),
    ] {
        let description = Panel::builder().column("x", x).build().expect("a panel").describe();
        let found = description.variables[0].overall.distribution.as_ref().expect("values");
        assert_eq!([found.lower_quartile, found.median, found.upper_quartile], expected, "{x:?}");
    }
}

/// Worked by hand: means 2, 5 and 9; Stata's `xtsum` divides by G − 1 and by N − 1.
#[test]
fn between_and_within_by_hand() {
    let panel = Panel::builder()
        .units(["a", "a", "b", "b", "b", "c"])
        .periods([1, 2, 1, 2, 3, 3])
        .column("x", [1.0, 3.0, 4.0, 5.0, 6.0, 9.0])
        .build()
        .expect("a panel");
    let description = panel.describe();
    let found = description.variables[0].variation.as_ref().expect("units");
    // (2, 5, 9) about 16/3: 100/9 + 1/9 + 121/9 = 222/9, over 2
    assert_close(found.between, Some((222.0 / 18.0_f64).sqrt()), "between");
    // -1 1, -1 0 1, 0: four ones, over 5
    assert_close(found.within, Some(0.8_f64.sqrt()), "within");
    // 168 − 28²/6 over 5
    assert_close(found.overall, Some(((168.0 - 784.0 / 6.0) / 5.0_f64).sqrt()), "overall");
    assert_eq!(found.mean_periods, Some(2.0));
}

#[test]
fn rounding_is_not_correlated() {
    // The same share of each area, as sums in another order would give it.
    let noisy = |x: f64, t: i32| if t % 2 == 0 { x } else { (x + 1.0) - 1.0 };
    let rows: Vec<(i32, i32)> = (0..6).flat_map(|unit| (0..5).map(move |t| (unit, t))).collect();
    let panel = Panel::builder()
        .units(rows.iter().map(|row| row.0))
        .periods(rows.iter().map(|row| row.1))
        .column("fixed", rows.iter().map(|&(unit, t)| noisy(0.3 + 0.1 * f64::from(unit * unit), t)).collect::<Vec<_>>())
        .column("common", rows.iter().map(|&(_, t)| 0.1 * f64::from(t * t)).collect::<Vec<_>>())
        .column("x", rows.iter().map(|&(unit, t)| f64::from((7 * unit + 3 * t) % 11)).collect::<Vec<_>>())
        .column("one", vec![1.1; 30])
        .build()
        .expect("a panel");
    let fixed = panel.column("fixed").expect("a column").numbers().expect("numbers");
    assert!(fixed.chunks(5).any(|unit| unit.iter().any(|x| *x != unit[0])), "there is rounding to be mistaken");
    let description = panel.describe();
    let pair = |a, b| description.correlation(a, b).expect("described");
    assert_eq!(pair("fixed", "x").within, None);
    assert!(pair("fixed", "x").between.is_some() && pair("fixed", "x").overall.is_some());
    assert_eq!(pair("common", "x").between, None);
    assert!(pair("common", "x").within.is_some());
    assert_eq!((pair("one", "x").overall, pair("one", "x").between, pair("one", "x").within), (None, None, None));
    let within = |name| description.variable(name).and_then(|v| v.variation.as_ref()).and_then(|v| v.within);
    assert_eq!(within("fixed"), Some(0.0));
    let one = description.variable("one").and_then(|v| v.overall.distribution.as_ref()).expect("values");
    assert_eq!((one.mean, one.sd), (1.1, Some(0.0)));
}

#[test]
fn without_units_or_periods() {
    let description =
        Panel::builder().column("x", [1.0, 2.0]).column("y", [3.0, 1.0]).build().expect("a panel").describe();
    assert!(description.variables.iter().all(|v| v.variation.is_none() && v.by_period.is_empty()));
    let pair = &description.correlations[0];
    assert!((pair.overall.expect("varies") + 1.0).abs() < 1e-15);
    assert_eq!((pair.n_observations, pair.n_units, pair.between, pair.within), (2, 0, None, None));
    assert!(description.coverage.periods.is_empty());
    let text = description.to_string();
    assert!(!text.contains("units") && !text.contains("period"), "{text}");

    let empty = Panel::builder().units([1, 2]).column("x", [f64::NAN; 2]).build().expect("a panel").describe();
    assert_eq!((empty.variables[0].overall.n, &empty.variables[0].overall.distribution), (0, &None));
    assert!(!empty.to_string().contains("NaN  ") && !empty.to_csv().contains(",NaN"), "{empty}");
}

#[test]
fn extremes_are_none_and_never_infinite() {
    let panel = Panel::builder()
        .units([1, 1, 2, 2])
        .periods([1, 2, 1, 2])
        .column("huge", [f64::MAX, f64::MIN, f64::MAX, f64::MIN])
        .column("tiny", [5e-324, 0.0, 0.0, 5e-324])
        .column("x", [1.0, 2.0, 4.0, 7.0])
        .build()
        .expect("a panel");
    let description = panel.describe();
    let huge = description.variable("huge").and_then(|v| v.overall.distribution.as_ref()).expect("values");
    assert_eq!((huge.mean, huge.sd, huge.median), (0.0, None, 0.0));
    for pair in &description.correlations {
        for r in [pair.overall, pair.between, pair.within].into_iter().flatten() {
            assert!((-1.0..=1.0).contains(&r), "{pair:?}");
        }
    }
    // Deviations ∓0.5 and ∓1.5 of x with ±1: −4 / √(5 · 4)
    let within = description.correlation("huge", "x").expect("described").within;
    assert_close(within, Some(-2.0 / 5_f64.sqrt()), "huge and x");
    let csv = description.to_csv();
    assert!(!csv.contains("inf") && !csv.contains("NaN"), "{csv}");
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let (header, body) = UNBALANCED.split_once('\n').expect("a header");
    let mut lines: Vec<&str> = body.lines().collect();
    lines.reverse();
    lines.rotate_left(3);
    let csv = format!("{header}\n{}\n", lines.join("\n"));
    let permuted = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("area", "year")).expect("a panel");
    assert_eq!(permuted.describe(), unbalanced().describe());
}

#[test]
fn the_names_of_units_do_not_matter() {
    // In the opposite order, so that sums run over other rows first.
    let csv =
        UNBALANCED.replace("\nw,", "\n9,").replace("\nx,", "\n8,").replace("\ny,", "\n7,").replace("\nz,", "\n6,");
    let relabelled = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("area", "year")).expect("a panel");
    assert_ne!(relabelled.units(), unbalanced().units());
    let (found, expected) = (relabelled.describe(), unbalanced().describe());
    for (found, expected) in found.variables.iter().zip(&expected.variables) {
        assert_eq!((&found.overall, &found.by_period), (&expected.overall, &expected.by_period));
        if let (Some(found), Some(expected)) = (&found.variation, &expected.variation) {
            assert_close(found.between, expected.between, "between");
            assert_close(found.within, expected.within, "within");
        }
    }
    for (found, expected) in found.correlations.iter().zip(&expected.correlations) {
        assert_close(found.overall, expected.overall, "overall");
        assert_close(found.between, expected.between, "between");
        assert_close(found.within, expected.within, "within");
    }
    assert_eq!(found.coverage, expected.coverage);
}

#[test]
fn columns_by_name() {
    let panel = unbalanced();
    let description = panel.describe_columns(&["b", "a", "b"]).expect("numbers");
    let names: Vec<&str> = description.variables.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(names, ["b", "a"]);
    assert_eq!((description.correlations[0].first.as_str(), description.correlations.len()), ("b", 1));
    let error = panel.describe_columns(&["a", "fixd"]).expect_err("no such column");
    assert!(
        matches!(&error, Error::Data(DataError::UnknownColumn { nearest, .. }) if nearest[0] == "fixed"),
        "{error}"
    );
    let error = panel.describe_columns(&["region"]).expect_err("text");
    assert!(matches!(&error, Error::Data(DataError::NotANumber { column, .. }) if column == "region"), "{error}");
    let none = panel.describe_columns(&[]).expect("nothing asked");
    assert!(none.variables.is_empty() && none.correlations.is_empty() && none.to_string().starts_with("10 rows"));
}

#[test]
fn json_round_trip() {
    for description in [unbalanced().describe(), england().describe()] {
        let json = serde_json::to_string(&description).expect("written");
        assert_eq!(serde_json::from_str::<Description>(&json).expect("read"), description);
        assert!(!json.contains("NaN"));
    }
}

/// Every line of the CSV by table, variable, period and statistic.
fn parsed(csv: &str) -> BTreeMap<[String; 4], Option<f64>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().expect("a header"), vec!["table", "variable", "period", "statistic", "value"]);
    let mut values = BTreeMap::new();
    for record in reader.records() {
        let record = record.expect("five cells");
        let key = [0, 1, 2, 3].map(|cell| record[cell].to_string());
        let value = (!record[4].is_empty()).then(|| record[4].parse().expect("a number"));
        assert_eq!(values.insert(key.clone(), value), None, "{key:?} stands twice");
    }
    values
}

#[test]
fn csv_has_every_number() {
    let description = unbalanced().describe();
    let mut values = parsed(&description.to_csv());
    let mut take = |table: &str, variable: &str, period: &str, statistic: &str, expected: Option<f64>| {
        let key = [table, variable, period, statistic].map(str::to_string);
        assert_eq!(values.remove(&key), Some(expected), "{key:?}");
    };
    let count = |n: usize| Some(n as f64);
    take("panel", "", "", "n_observations", count(10));
    take("panel", "", "", "n_units", count(4));
    take("panel", "", "", "n_periods", count(4));
    for (at, v) in description.variables.iter().enumerate() {
        let of_periods = v.by_period.iter().map(|at| ("by_period", at.period.to_string(), &at.statistics));
        for (table, period, s) in [("values", String::new(), &v.overall)].into_iter().chain(of_periods) {
            take(table, &v.name, &period, "n", count(s.n));
            take(table, &v.name, &period, "missing", count(s.missing.values().sum()));
            for (reason, n) in &s.missing {
                take(table, &v.name, &period, &format!("missing: {reason}"), count(*n));
            }
            if let Some(levels) = s.levels {
                take(table, &v.name, &period, "levels", count(levels));
                continue;
            }
            let x = s.distribution.as_ref();
            take(table, &v.name, &period, "mean", x.map(|x| x.mean));
            take(table, &v.name, &period, "sd", x.and_then(|x| x.sd));
            take(table, &v.name, &period, "min", x.map(|x| x.min));
            take(table, &v.name, &period, "lower_quartile", x.map(|x| x.lower_quartile));
            take(table, &v.name, &period, "median", x.map(|x| x.median));
            take(table, &v.name, &period, "upper_quartile", x.map(|x| x.upper_quartile));
            take(table, &v.name, &period, "max", x.map(|x| x.max));
        }
        if let Some(x) = &v.variation {
            take("variation", &v.name, "", "overall", x.overall);
            take("variation", &v.name, "", "between", x.between);
            take("variation", &v.name, "", "within", x.within);
            take("variation", &v.name, "", "n_units", count(x.n_units));
            take("variation", &v.name, "", "mean_periods", x.mean_periods);
        }
        for (period, n) in description.coverage.periods.iter().zip(&description.coverage.n_values[at]) {
            take("coverage", &v.name, &period.to_string(), "n_values", count(*n));
        }
    }
    for pair in &description.correlations {
        take("correlation_overall", &pair.first, "", &pair.second, pair.overall);
        take("correlation_between", &pair.first, "", &pair.second, pair.between);
        take("correlation_within", &pair.first, "", &pair.second, pair.within);
        take("correlation_n_observations", &pair.first, "", &pair.second, count(pair.n_observations));
        take("correlation_n_units", &pair.first, "", &pair.second, count(pair.n_units));
    }
    for (period, n) in description.coverage.periods.iter().zip(&description.coverage.n_observations) {
        take("coverage", "", &period.to_string(), "n_observations", count(*n));
    }
    assert!(values.is_empty(), "not accounted for: {values:?}");
}

#[test]
fn names_of_any_kind() {
    let name = "a, \"b\"\n|c_d|";
    let panel = Panel::builder().column(name, [1.0, 2.0]).column("y", [2.0, 1.0]).build().expect("a panel");
    let description = panel.describe();
    let values = parsed(&description.to_csv());
    assert_eq!(values[&["values", name, "", "max"].map(str::to_string)], Some(2.0));
    let markdown = description.to_markdown();
    assert!(markdown.contains("| a, \"b\"<br>\\|c\\_d\\| | 2 | 0 | 1.500 |"), "{markdown}");
    let lines: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(lines.iter().all(|line| [4, 11].contains(&cells(line))), "{markdown}");
}

#[test]
fn text_keeps_to_eighty_columns() {
    let years = 30;
    let mut builder = Panel::builder()
        .units((0..4 * years).map(|row| row / years))
        .periods((0..4 * years).map(|row| 1990 + row % years));
    let mut names = Vec::new();
    for k in 0..20 {
        names.push(format!("a_rather_long_name_of_a_variable_{k}_{}", "x".repeat(5 * k as usize)));
        let size = 10_f64.powi(15 * (k - 10));
        let values = (0..4 * years).map(|row| -size * f64::from((row * 7 + k * row * row) % 23) / 7.0);
        builder = builder.column(names[k as usize].clone(), values.collect::<Vec<_>>());
    }
    let description = builder.build().expect("a panel").describe();
    let text = description.to_string();
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{} characters: {line}", line.chars().count());
    }
    assert!(text.contains("(20)") && text.contains("2019"), "no column is lost");
    for line in england().describe().to_string().lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}
