//! Variation by period, and judgements by period, against their definitions; the size of the test of a trend.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use apportion::error::{DataError, EstimateError, FindingProblem};
use apportion::findings::{
    JudgementScale, JudgementsOverTime, VariationAnalysis, VariationMeasure, VariationOverTime, VariationSeries,
};
use apportion::{Error, Model, Panel, PanelSchema, Term};

use crate::common::panel::panel;
use crate::common::{Numbers, Rows, coalition_values, message, sequential, shapley, unbalanced};

/// Of doubles over some hundred operations.
const TOLERANCE: f64 = 1e-10;
const PER: f64 = 100.0;

/// An unbalanced panel with counts, populations, and a rate per hundred that they make.
fn with_counts() -> Rows {
    let mut rows = unbalanced(7, 24, 5, 0.15);
    let mut random = Numbers::new(11);
    let people: Vec<f64> = rows.unit.iter().map(|_| 200.0 + 300.0 * random.uniform()).collect();
    let y = rows.column("y");
    let count: Vec<f64> = people.iter().zip(&y).map(|(p, y)| (p * (0.3 + 0.02 * y)).round().max(1.0)).collect();
    let rate = count.iter().zip(&people).map(|(count, p)| PER * count / p).collect();
    rows.numbers.extend([("count".to_string(), count), ("people".to_string(), people), ("rate".to_string(), rate)]);
    rows
}

fn model() -> Model {
    let model = Model::new("rate").component("slow", ["slow"]).component("noisy", ["noisy"]);
    model.component("practice", [Term::UnitEffects]).component("policy", [Term::PeriodEffects])
}

fn asked(rows: &Rows) -> VariationOverTime {
    let fit = model().fit(&panel(rows)).expect("it fits");
    VariationAnalysis::new().counts("count", "people", PER).of(&fit).expect("variation")
}

fn without(rows: &Rows, unit: &str) -> Rows {
    rows.at(&(0..rows.len()).filter(|&row| rows.unit[row] != unit).collect::<Vec<_>>())
}

/// The values of a series by its name and period.
fn values(variation: &VariationOverTime) -> BTreeMap<(String, i32), f64> {
    let of = |series: &VariationSeries| {
        let name = series.to_string();
        series.points.iter().map(move |point| ((name.clone(), point.period), point.value)).collect::<Vec<_>>()
    };
    variation.series.iter().flat_map(of).collect()
}

#[test]
fn every_measure_is_what_its_definition_says() {
    let rows = with_counts();
    let found = values(&asked(&rows));
    for period in 2001..=2005 {
        let at: Vec<usize> = (0..rows.len()).filter(|&row| rows.period[row] == period).collect();
        let rows = rows.at(&at);
        let (y, n) = (rows.column("rate"), at.len() as f64);
        let mean = y.iter().sum::<f64>() / n;
        let variance = y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let chance = |row: usize| PER * PER * rows.numbers["count"][row] / rows.numbers["people"][row].powi(2);
        let chance = (0..rows.len()).map(chance).sum::<f64>() / n;
        let mut sorted = y.clone();
        sorted.sort_by(f64::total_cmp);
        let quantile = |p: f64| {
            let h = p * (n - 1.0);
            let (low, high) = (sorted[h.floor() as usize], sorted[(h.floor() as usize + 1).min(at.len() - 1)]);
            low + h.fract() * (high - low)
        };
        let mut expected = vec![
            ("standard deviation".to_string(), variance.sqrt()),
            ("coefficient of variation".to_string(), variance.sqrt() / mean),
            ("quartile spread".to_string(), quantile(0.75) - quantile(0.25)),
            ("systematic deviation".to_string(), (variance - chance).max(0.0).sqrt()),
            ("systematic part".to_string(), 1.0 - chance / variance),
        ];
        let components = vec![vec![rows.column("slow")], vec![rows.column("noisy")]];
        let coalitions = coalition_values(&y, &components, &[], &vec![1.0; at.len()]);
        for (method, shares) in [("sequential", sequential(&coalitions, 2)), ("shapley", shapley(&coalitions, 2))] {
            let names = ["slow", "noisy"].map(|name| format!("{name}, {method}"));
            expected.extend(names.into_iter().zip(shares));
        }
        expected.push(("unexplained".to_string(), 1.0 - coalitions[3]));
        for (name, value) in expected {
            let found = found[&(name.clone(), period)];
            assert!((found - value).abs() < TOLERANCE, "{name} in {period}: {found}, not {value}");
        }
    }
    assert_eq!(found.len(), 10 * 5);
}

/// Everything is asked again of the panel without each unit. Quartiles jump as a unit leaves and have another rule.
#[test]
fn intervals_and_trends_are_those_of_panels_without_each_unit() {
    let rows = with_counts();
    let all = asked(&rows);
    let mut units = rows.unit.clone();
    units.dedup();
    let again: Vec<VariationOverTime> = units.iter().map(|unit| asked(&without(&rows, unit))).collect();
    let spread = |replicates: &[f64]| {
        let (n, mean) = (replicates.len() as f64, replicates.iter().sum::<f64>() / replicates.len() as f64);
        ((n - 1.0) / n * replicates.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt()
    };
    let is_smooth = |series: &&VariationSeries| series.measure != VariationMeasure::QuartileSpread;
    for (at, series) in all.series.iter().enumerate().filter(|(_, series)| is_smooth(series)) {
        let trend = series.trend.as_ref().expect("five periods");
        let slopes: Vec<f64> = again.iter().map(|of| of.series[at].trend.as_ref().expect("five").slope).collect();
        assert!((trend.std_error - spread(&slopes)).abs() < TOLERANCE, "{series}: {}", trend.std_error);
        assert_eq!(trend.df, units.len() as f64 - 1.0);
        assert!((trend.t.expect("it varies") - trend.slope / trend.std_error).abs() < TOLERANCE);
        for (period, point) in series.points.iter().enumerate() {
            // Only units that are there in the period leave it.
            let is_in = |unit: &str| (0..rows.len()).any(|r| rows.unit[r] == unit && rows.period[r] == point.period);
            let of = units.iter().zip(&again).filter(|(unit, _)| is_in(unit));
            let replicates: Vec<f64> = of.map(|(_, again)| again.series[at].points[period].value).collect();
            let interval = point.interval.expect("units");
            assert!((interval.std_error - spread(&replicates)).abs() < TOLERANCE, "{series} {}", point.period);
        }
    }
}

#[test]
fn it_is_written_and_read_again() {
    let variation = asked(&with_counts());
    let text = serde_json::to_string(&variation).expect("it can be written");
    assert_eq!(serde_json::from_str::<VariationOverTime>(&text).expect("it can be read"), variation);
    let asked = VariationAnalysis::new().counts("count", "people", PER).level(0.9);
    let text = serde_json::to_string(&asked).expect("it can be written");
    assert_eq!(serde_json::from_str::<VariationAnalysis>(&text).expect("it can be read"), asked);
    assert_eq!(variation.left_out.len(), 2, "{:?}", variation.left_out);
    let lines = variation.to_string();
    assert!(lines.contains("unit_effects of practice"), "{lines}");
}

/// The ends are squares of the root less and plus t standard errors of the root; no spread is below zero.
#[test]
fn intervals_of_spreads_are_not_below_zero() {
    let csv =
        "la,year,y,x\n1,2017,0,0\n2,2017,1,1\n3,2017,9,2\n1,2018,4,1\n2,2018,4,0\n3,2018,5,2\n4,2018,9,1\n4,2017,,1\n";
    let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year")).expect("it reads");
    let fit = Model::new("y").component("cause", ["x"]).fit(&panel).expect("it fits");
    let variation = VariationAnalysis::new().of(&fit).expect("variation");
    for series in variation.series.iter().filter(|series| series.measure != VariationMeasure::SystematicPart) {
        for point in &series.points {
            let interval = point.interval.expect("units");
            assert!(
                interval.lower >= 0.0 && interval.lower <= point.value && point.value <= interval.upper,
                "{series}"
            );
        }
    }
    // Of 2017, without each: 4√2·√2 of (1, 9), 9/√2 and 1/√2; t on two degrees of freedom is 4.302652729749464.
    let point = &variation.series(VariationMeasure::StandardDeviation).expect("it is taken").points[0];
    let roots = [8.0_f64, 9.0, 1.0].map(|range| (range / 2.0_f64.sqrt()).sqrt());
    let mean = roots.iter().sum::<f64>() / 3.0;
    let error = (2.0 / 3.0 * roots.iter().map(|root| (root - mean).powi(2)).sum::<f64>()).sqrt();
    let (root, interval) = (point.value.sqrt(), point.interval.expect("units"));
    let half = 4.302652729749464 * error;
    assert!((interval.upper - (root + half).powi(2)).abs() < 1e-9, "{interval:?}");
    assert!((interval.lower - (root - half).max(0.0).powi(2)).abs() < 1e-9, "{interval:?}");
    // The row without an outcome is told of.
    let json = serde_json::to_value(&variation).expect("JSON");
    assert_eq!((json["dropped"].as_array().map(Vec::len), &json["dropped"][0]["rows"]), (Some(1), &1.into()));
    assert!(variation.to_string().contains("1 row left out: y missing"), "{variation}");
}

/// A scale of a power of two changes nothing but the numbers that are in units of the outcome.
#[test]
fn scales_far_from_one_vary_as_others_do() {
    let rows = unbalanced(7, 24, 5, 0.15);
    let of = |scale: f64| {
        let mut rows = rows.at(&(0..rows.len()).collect::<Vec<_>>());
        rows.numbers.insert("y".to_string(), rows.column("y").iter().map(|y| scale * y).collect());
        let fit = Model::new("y").component("practice", [Term::UnitEffects]).fit(&panel(&rows)).expect("it fits");
        VariationAnalysis::new().of(&fit).expect("variation")
    };
    let plain = of(1.0);
    for scale in [600.0_f64.exp2(), (-600.0_f64).exp2()] {
        for (far, near) in of(scale).series.iter().zip(&plain.series) {
            let unit = if far.measure == VariationMeasure::CoefficientOfVariation { 1.0 } else { scale };
            for (far, near) in far.points.iter().zip(&near.points) {
                let (far, interval, near_interval) = (far.value, far.interval.expect("it"), near.interval.expect("it"));
                assert!((far / unit - near.value).abs() < TOLERANCE, "{far} at {scale}");
                assert!((interval.std_error / unit - near_interval.std_error).abs() < TOLERANCE, "{interval:?}");
                assert!((interval.upper / unit - near_interval.upper).abs() < TOLERANCE, "{interval:?}");
            }
            let (far, near) = (far.trend.as_ref().expect("years"), near.trend.as_ref().expect("years"));
            assert!((far.p_value - near.p_value).abs() < TOLERANCE, "{far:?}");
        }
    }
}

#[test]
fn long_names_stay_within_the_lines() {
    let name = "everything that is not otherwise accounted for";
    let fit = Model::new("y").component(name, ["slow"]).fit(&panel(&unbalanced(7, 24, 5, 0.15))).expect("it fits");
    let text = VariationAnalysis::new().of(&fit).expect("variation").to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

/// A panel of a number that persists in its units, over six years in which its spread does not change.
fn persistent(seed: u64) -> Panel {
    let mut random = Numbers::new(seed);
    let (mut units, mut years, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for unit in 0..40 {
        let (level, mut noise) = (random.normal(), random.normal());
        for year in 2011..=2016 {
            units.push(unit);
            years.push(year);
            values.push(10.0 + level + 0.7 * noise);
            noise = 0.7 * noise + 0.51_f64.sqrt() * random.normal();
        }
    }
    Panel::builder().units(units).periods(years).column("y", values).build().expect("a panel")
}

/// The standard error of what is counted is a third of a per cent; `examples/trend_coverage.rs` asks of other panels.
#[test]
fn a_trend_is_found_where_there_is_none_as_often_as_the_level_says() {
    const PANELS: u64 = 4_000;
    let model = Model::new("y").component("practice", [Term::UnitEffects]);
    let mut found: BTreeMap<String, f64> = BTreeMap::new();
    for seed in 1..=PANELS {
        let fit = model.fit(&persistent(seed)).expect("it fits");
        for series in VariationAnalysis::new().of(&fit).expect("variation").series {
            let p = series.trend.as_ref().expect("six years").p_value;
            *found.entry(series.to_string()).or_default() += f64::from(u8::from(p <= 0.05)) / PANELS as f64;
        }
    }
    for (name, part) in &found {
        assert!((0.04..=0.06).contains(part), "{name}: {part}");
    }
    assert_eq!(found.len(), 3);
}

#[test]
fn what_does_not_change_has_no_trend() {
    let rates = [1.0, 1.0, 2.0, 2.0, 4.0, 4.0, 9.0, 9.0];
    let panel = Panel::builder().units([1, 1, 2, 2, 3, 3, 4, 4]).periods([1, 2, 1, 2, 1, 2, 1, 2]);
    let panel = panel.column("y", rates).column("x", [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0]).build().expect("it");
    let fit = Model::new("y").component("cause", ["x"]).fit(&panel).expect("it fits");
    for series in VariationAnalysis::new().of(&fit).expect("variation").series {
        let trend = series.trend.as_ref().expect("two years");
        assert!(trend.slope.abs() < 1e-15 && trend.p_value == 1.0 && trend.t.is_none(), "{series}: {trend:?}");
    }
    let logarithm = Model::new("log(y)").component("cause", ["x"]).fit(&panel).expect("it fits");
    let variation = VariationAnalysis::new().of(&logarithm).expect("variation");
    message::error(variation.series(VariationMeasure::CoefficientOfVariation), &["on their own scale"]);
    message::error(variation.share("practice", "shapley"), &["cause, shapley"]);
}

#[track_caller]
fn finding<T>(result: apportion::Result<T>, why: FindingProblem) {
    match result.map(|_| ()) {
        Err(Error::Estimate(EstimateError::Finding { why: found, .. })) => assert_eq!(found, why),
        other => panic!("{other:?}"),
    }
}

#[test]
fn variation_that_cannot_be_had() {
    let csv = "la,year,y,x,w\n1,2017,1,0,1\n2,2017,1,1,1\n3,2017,1,2,2\n1,2018,4,1,1\n2,2018,7,0,1\n3,2018,9,2,1\n";
    let of = |csv: &str, model: Model| {
        let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year")).expect("it reads");
        model.fit(&panel).and_then(|fit| VariationAnalysis::new().of(&fit))
    };
    let model = || Model::new("y").component("cause", ["x"]);
    let column = || "y".to_string();
    let constant = |but_for_one| FindingProblem::Constant { column: column(), period: Some(2017), but_for_one };
    finding(of(csv, model()), constant(false));
    finding(of(&csv.replace("3,2017,1", "3,2017,2"), model()), constant(true));
    finding(of(csv, model().weights("w")), FindingProblem::Weighted { column: "w".to_string() });
    let few = csv.replace("3,2017,1,2,2\n", "").replace("2,2017,1", "2,2017,3");
    message::error(of(&few, model()), &["units of 2017", "2 given", "at least 3"]);
    let one: String = csv.lines().filter(|line| !line.contains("2017")).map(|line| format!("{line}\n")).collect();
    finding(of(&one, model()), FindingProblem::OnePeriod { period: 2018 });
    message::error(of(&one, model()), &["every row is of 2018", "at least two periods"]);
    let no_periods = Panel::builder().units([1, 2, 3]).column("y", [1.0, 2.0, 4.0]).column("x", [1.0, 0.0, 0.0]);
    let fit = model().fit(&no_periods.build().expect("a panel")).expect("it fits");
    assert!(matches!(VariationAnalysis::new().of(&fit), Err(Error::Data(DataError::NoKey { .. }))));
    let fit = model().fit(&panel(&unbalanced(1, 9, 3, 0.0)).renamed("slow", "x").expect("x")).expect("it fits");
    message::error(VariationAnalysis::new().level(1.0).of(&fit), &["level"]);
}

const GRADES: &str = "la,year,grade\n1,2016,Poor\n1,2017,Good\n1,2018,Good\n2,2016,Fair\n2,2017,Poor\n2,2018,\n3,2017,\
    Good\n3,2018,Adequate\n4,2016,Good\n4,2017,Good\n";

fn grades(csv: &str) -> apportion::Result<JudgementsOverTime> {
    let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year"))?;
    let scale = JudgementScale::new("grade", ["Poor", "Fair", "Good"])?.beside("Adequate", "Fair")?;
    JudgementsOverTime::of(&panel, &scale, 0.95)
}

#[test]
fn units_at_each_level_and_their_moves() {
    let judgements = grades(GRADES).expect("judgements");
    let counts = |at: usize| judgements.levels[at].counts.iter().map(|count| count.units).collect::<Vec<_>>();
    assert_eq!((counts(0), counts(1), counts(2)), (vec![1, 1, 0], vec![1, 0, 1], vec![1, 3, 1]));
    assert_eq!((&judgements.judged[..], &judgements.not_judged[..]), (&[3, 4, 2][..], &[0, 0, 1][..]));
    let [first, second] = &judgements.moves[..] else { panic!("two pairs of years") };
    assert_eq!(first.table, [[0, 0, 1], [1, 0, 0], [0, 0, 1]]);
    assert_eq!((&first.joined[..], &first.left[..], first.up_and_down()), (&[0, 0, 1][..], &[0, 0, 0][..], (1, 1)));
    // The second has no judgement in 2018, the fourth no row.
    assert_eq!((&second.left[..], &second.joined[..]), (&[1, 0, 1][..], &[0, 0, 0][..]));
    for (from, row) in judgements.all_moves.table.iter().enumerate() {
        for (to, units) in row.iter().enumerate() {
            assert_eq!(*units, first.table[from][to] + second.table[from][to]);
        }
    }
    for (at, period) in judgements.judged.iter().enumerate() {
        let sum: usize = judgements.levels.iter().map(|level| level.counts[at].units).sum();
        assert_eq!(sum, *period);
    }
    let text = serde_json::to_string(&judgements).expect("it can be written");
    assert_eq!(serde_json::from_str::<JudgementsOverTime>(&text).expect("it can be read"), judgements);
}

#[test]
fn judgements_that_cannot_be_read() {
    let error = message::error(
        grades(&GRADES.replace("2,2017,Poor", "2,2017,Bad")),
        &["\"grade\" of 2 2017 is \"Bad\"", "no place on the scale Poor < Fair < Good"],
    );
    assert!(matches!(error, Error::Estimate(EstimateError::Finding { .. })));
    message::error(grades("la,year,grade\n1,2016,Poor\n2,2016,Good\n"), &["every row is of 2016"]);
    message::error(grades("la,year,grade\n1,2016,\n2,2017,\n"), &["units with a judgement in \"grade\""]);
    message::error(grades("la,year,grade\n1,2016,3\n2,2017,4\n"), &["grade"]);
    message::error(grades("la,year,mark\n1,2016,3\n2,2017,4\n"), &["no column \"grade\""]);
    message::error(JudgementScale::new("grade", ["Poor"]), &["at least two words"]);
    let scale = || JudgementScale::new("grade", ["Poor", "Good"]).expect("two words");
    message::error(scale().beside("Poor", "Good"), &["\"Poor\" twice"]);
    message::error(scale().beside("Fair", "Adequate"), &["\"Fair\" beside \"Adequate\""]);
}
