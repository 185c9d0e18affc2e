//! Relations against their definitions by brute force, and what they refuse.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::{EstimateError, FindingProblem};
use apportion::findings::{Association, JudgementScale, Relation};
use apportion::{Error, Panel};

use crate::common::panel::panel;
use crate::common::{Rows, message, unbalanced};

/// Of doubles over some hundred operations.
const TOLERANCE: f64 = 1e-10;

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let (of_a, of_b) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(usize) -> f64| (0..a.len()).map(f).sum::<f64>();
    let (x, y) = (|at: usize| a[at] - of_a, |at: usize| b[at] - of_b);
    sum(&|at| x(at) * y(at)) / (sum(&|at| x(at) * x(at)) * sum(&|at| y(at) * y(at))).sqrt()
}

/// One, the values below, and half of the others that are the same but for rounding.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |x: &f64| {
        let below = values.iter().filter(|y| **y < x - 1e-11).count() as f64;
        let same = values.iter().filter(|y| (*y - x).abs() <= 1e-11).count() as f64;
        1.0 + below + (same - 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

/// Pearson and Spearman overall, between and within.
fn correlations(rows: &Rows, first: &str, second: &str) -> [f64; 6] {
    let (a, b) = (rows.column(first), rows.column(second));
    let mut units = rows.unit.clone();
    units.dedup();
    let means = |values: &[f64]| -> Vec<f64> {
        let of = |unit: &String| -> Vec<f64> {
            (0..rows.len()).filter(|&row| rows.unit[row] == *unit).map(|row| values[row]).collect()
        };
        units.iter().map(|unit| mean(&of(unit))).collect()
    };
    let deviations = |values: &[f64]| -> Vec<f64> {
        let means = means(values);
        let at = |row: usize| units.iter().position(|unit| *unit == rows.unit[row]).expect("a unit");
        (0..rows.len()).map(|row| values[row] - means[at(row)]).collect()
    };
    let levels = [(a.clone(), b.clone()), (means(&a), means(&b)), (deviations(&a), deviations(&b))];
    let both = |(a, b): &(Vec<f64>, Vec<f64>)| [pearson(a, b), pearson(&ranks(a), &ranks(b))];
    let found: Vec<f64> = levels.iter().flat_map(both).collect();
    found.try_into().expect("six")
}

fn judged() -> Rows {
    let mut rows = unbalanced(5, 20, 6, 0.2);
    let grade: Vec<f64> = rows.column("y").iter().map(|y| (2.5 + y / 2.0).round().clamp(1.0, 4.0)).collect();
    let words = grade.iter().map(|place| ["Poor", "Fair", "Good", "Best"][*place as usize - 1].to_string());
    rows.text.insert("judgement".to_string(), words.collect());
    rows.numbers.insert("grade".to_string(), grade);
    rows
}

fn scale() -> JudgementScale {
    JudgementScale::new("judgement", ["Poor", "Fair", "Good", "Best"]).expect("four words")
}

fn estimates(relation: &Relation) -> Vec<apportion::findings::CorrelationEstimate> {
    let both = |of: &Association| [of.pearson.expect("it varies"), of.spearman.expect("it varies")];
    [&relation.overall, &relation.between, &relation.within].into_iter().flat_map(both).collect()
}

#[test]
fn correlations_and_intervals_are_those_of_the_rows_without_each_unit() {
    let rows = judged();
    let relations = [
        (Relation::of(&panel(&rows), "slow", "y", 0.9).expect("a relation"), "slow", "y"),
        (Relation::of(&panel(&rows), "noisy", scale(), 0.9).expect("a relation"), "noisy", "grade"),
    ];
    let mut units = rows.unit.clone();
    units.dedup();
    let without = |unit: &String| rows.at(&(0..rows.len()).filter(|&r| rows.unit[r] != *unit).collect::<Vec<_>>());
    // `scipy.stats.t.ppf(0.95, 19)` of SciPy 1.17.1.
    let t = 1.729_132_811_521_37;
    for (relation, first, second) in &relations {
        let replicates: Vec<[f64; 6]> = units.iter().map(|unit| correlations(&without(unit), first, second)).collect();
        let spread = |values: &[f64]| {
            let (n, centre) = (values.len() as f64, mean(values));
            ((n - 1.0) / n * values.iter().map(|x| (x - centre).powi(2)).sum::<f64>()).sqrt()
        };
        for (at, (found, r)) in estimates(relation).iter().zip(correlations(&rows, first, second)).enumerate() {
            assert!((found.correlation - r).abs() < TOLERANCE, "{second} {at}: {} not {r}", found.correlation);
            let own: Vec<f64> = replicates.iter().map(|all| all[at]).collect();
            assert!((found.interval.std_error - spread(&own)).abs() < TOLERANCE, "{second} {at}");
            let half = t * spread(&own.iter().map(|r| r.atanh()).collect::<Vec<_>>());
            assert!((found.interval.lower - (r.atanh() - half).tanh()).abs() < 1e-8, "{second} {at}");
            assert!((found.interval.upper - (r.atanh() + half).tanh()).abs() < 1e-8, "{second} {at}");
        }
    }
    let text = serde_json::to_string(&relations[1].0).expect("it can be written");
    assert_eq!(serde_json::from_str::<Relation>(&text).expect("it can be read"), relations[1].0);
}

/// Only the order of a judgement counts for ranks.
#[test]
fn ranks_do_not_ask_how_far_apart_the_words_are() {
    let mut rows = judged();
    let wide = rows.column("grade").iter().map(|place| place.exp()).collect();
    rows.numbers.insert("wide".to_string(), wide);
    let [plain, wide] = ["grade", "wide"].map(|name| Relation::of(&panel(&rows), "slow", name, 0.95).expect("it"));
    assert_eq!(plain.overall.spearman, wide.overall.spearman);
    assert_ne!(plain.overall.pearson, wide.overall.pearson);
    let turned = Relation::of(&panel(&rows), "grade", "slow", 0.95).expect("a relation");
    let difference = |a: &Association, b: &Association| {
        (a.pearson.expect("r").correlation - b.pearson.expect("r").correlation).abs()
    };
    assert!(difference(&turned.within, &plain.within) < TOLERANCE);
}

#[test]
fn what_does_not_vary_has_no_correlation() {
    let relation = Relation::of(&panel(&judged()), "fixed", "y", 0.95).expect("a relation");
    assert!(relation.within.pearson.is_none() && relation.within.spearman.is_none());
    assert_eq!(relation.left_out, ["within units: \"fixed\" does not vary there"]);
    let one_period = panel(&judged()).in_periods(2001..=2001).expect("a period");
    let relation = Relation::of(&one_period, "slow", "y", 0.95).expect("a relation");
    assert!(relation.within.pearson.is_none() && relation.left_out[0].contains("\"slow\" and \"y\""));
    let same = |a: &Association, b: &Association| {
        (a.spearman.expect("r").correlation - b.spearman.expect("r").correlation).abs() < TOLERANCE
    };
    assert!(same(&relation.overall, &relation.between));
    let line =
        Panel::builder().units([1, 2, 3, 4]).column("a", [1.0, 2.0, 3.0, 5.0]).column("b", [2.0, 4.0, 6.0, 10.0]);
    let line = Relation::of(&line.build().expect("a panel"), "a", "b", 0.95).expect("a relation");
    let r = line.overall.pearson.expect("they vary");
    assert!((r.correlation - 1.0).abs() < 1e-15 && r.interval.upper <= 1.0 && r.interval.lower > 0.999);
    let one = Panel::builder().units([1, 2, 3]).column("a", [1.0, 1.0, 2.0]).column("b", [2.0, 4.0, 6.0]);
    let one = Relation::of(&one.build().expect("a panel"), "a", "b", 0.95).expect("a relation");
    assert!(one.overall.pearson.is_none() && one.left_out[0].contains("without some one unit nothing varies"));
}

#[test]
fn relations_that_cannot_be_had() {
    let of = |builder: apportion::panel::PanelBuilder| Relation::of(&builder.build().expect("a panel"), "a", "b", 0.95);
    let units = || Panel::builder().units([1, 2, 3]).column("a", [1.0, 2.0, 4.0]);
    let error = message::error(of(units().column("b", [2.0; 3])), &["\"b\" does not vary"]);
    let Error::Estimate(EstimateError::Finding { why, .. }) = error else { panic!("another error") };
    assert_eq!(why, FindingProblem::Constant { column: "b".to_string(), period: None, but_for_one: false });
    message::error(of(units().column("b", [2.0, 3.0, f64::NAN])), &["units with \"a\" and \"b\"", "2 given"]);
    message::error(of(units().column("c", [2.0, 3.0, 5.0])), &["no column \"b\""]);
    message::error(of(Panel::builder().column("a", [1.0, 2.0]).column("b", [1.0, 2.0])), &["unit"]);
    let rows = panel(&judged());
    message::error(Relation::of(&rows, "y", "y", 0.95), &["\"y\" twice"]);
    message::error(Relation::of(&rows, "y", "slow", 1.5), &["level"]);
    message::error(Relation::of(&rows, "y", "judgement", 0.95), &["judgement"]);
    let narrow = JudgementScale::new("judgement", ["Poor", "Fair", "Good"]).expect("three words");
    message::error(Relation::of(&rows, "y", narrow, 0.95), &["\"judgement\" of u0", "is \"Best\"", "no place"]);
}
