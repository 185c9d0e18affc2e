//! Early warnings against brute force over all pairs, and what they refuse to say.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use apportion::error::{EstimateError, FindingProblem};
use apportion::findings::{EarlyWarning, EarlyWarningAnalysis, JudgementScale, Ranking};
use apportion::{Error, Panel, PanelRegression};

use crate::common::{Numbers, message};

/// Of doubles over some hundred operations.
const TOLERANCE: f64 = 1e-10;
const UNITS: usize = 30;
const WORDS: [&str; 3] = ["Poor", "Fair", "Good"];

/// A row: unit, year, two measures (the second with ties), the judgement and its day, which stand until the next.
type Record = (usize, i32, f64, f64, String, String);

fn records(seed: u64) -> Vec<Record> {
    let mut random = Numbers::new(seed);
    let mut rows = Vec::new();
    for unit in 0..UNITS {
        let (mut word, mut day) = (String::new(), String::new());
        let (mut first, mut second) = (0.0, 0.0);
        for year in 2011..=2019 {
            if year > 2011 && random.uniform() < 0.4 {
                let quality = 1.5 - first - 0.5 * second + random.normal();
                word = WORDS[quality.clamp(0.0, 2.0) as usize].to_string();
                day = format!("{year}-01-{:02}", 1 + unit % 28);
            }
            (first, second) = (random.normal(), (2.0 * random.normal()).round() / 2.0);
            rows.push((unit, year, first, second, word.clone(), day.clone()));
        }
    }
    rows
}

fn panel(rows: &[Record]) -> Panel {
    let builder = Panel::builder().units(rows.iter().map(|r| r.0)).periods(rows.iter().map(|r| r.1));
    let builder = builder.column("first", rows.iter().map(|r| r.2)).column("second", rows.iter().map(|r| r.3));
    let builder = builder.text_column("grade", rows.iter().map(|r| r.4.clone()));
    builder.text_column("day", rows.iter().map(|r| r.5.clone())).build().expect("a panel")
}

fn asked() -> EarlyWarningAnalysis {
    let scale = JudgementScale::new("grade", WORDS).expect("three words");
    EarlyWarningAnalysis::new(scale, ["Poor"]).measures(["first", "second"]).dated_by("day")
}

/// Judgements that are new: unit, year, measures of the year before, whether it is bad.
fn cases(rows: &[Record]) -> Vec<(usize, i32, [f64; 2], bool)> {
    let pairs = rows.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[1].5 != pair[0].5);
    pairs.map(|pair| (pair[1].0, pair[1].1, [pair[0].2, pair[0].3], pair[1].4 == "Poor")).collect()
}

/// Over all pairs, ties a half.
fn area(values: &[f64], is_bad: &[bool]) -> f64 {
    let (mut sum, mut pairs) = (0.0, 0.0);
    for bad in (0..values.len()).filter(|&at| is_bad[at]) {
        for other in (0..values.len()).filter(|&at| !is_bad[at]) {
            pairs += 1.0;
            sum += if values[bad] > values[other] {
                1.0
            } else if values[bad] == values[other] {
                0.5
            } else {
                0.0
            };
        }
    }
    sum / pairs
}

/// The forecasts for the later cases by the crate's regression on the earlier ones, and whether they were bad.
fn forecasts(all: &[(usize, i32, [f64; 2], bool)]) -> (Vec<f64>, Vec<bool>) {
    let before: Vec<_> = all.iter().filter(|case| case.1 <= 2015).collect();
    let builder = Panel::builder().column("bad", before.iter().map(|case| f64::from(u8::from(case.3))));
    let builder = builder.column("first", before.iter().map(|case| case.2[0]));
    let fitted = builder.column("second", before.iter().map(|case| case.2[1])).build().expect("a cross-section");
    let fit = PanelRegression::new("bad", ["first", "second"]).fit(&fitted).expect("it fits");
    let [a, b] = ["first", "second"].map(|name| fit.estimate(name).expect("a coefficient"));
    let mean = |of: &dyn Fn(usize) -> f64| (0..before.len()).map(of).sum::<f64>() / before.len() as f64;
    let centre = mean(&|at| f64::from(u8::from(before[at].3)) - a * before[at].2[0] - b * before[at].2[1]);
    let after = || all.iter().filter(|case| case.1 > 2015);
    (after().map(|case| centre + a * case.2[0] + b * case.2[1]).collect(), after().map(|case| case.3).collect())
}

fn spread(replicates: &[f64]) -> f64 {
    let (n, mean) = (replicates.len() as f64, replicates.iter().sum::<f64>() / replicates.len() as f64);
    ((n - 1.0) / n * replicates.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt()
}

#[track_caller]
fn same(ranking: &Ranking, area: f64, without: &[f64]) {
    assert!((ranking.area - area).abs() < TOLERANCE, "{}: {} not {area}", ranking.measure, ranking.area);
    assert!((ranking.somers_d - (2.0 * area - 1.0)).abs() < TOLERANCE);
    let error = spread(without);
    assert!((ranking.std_error - error).abs() < TOLERANCE, "{}: {} not {error}", ranking.measure, ranking.std_error);
    assert!((ranking.somers_d_upper - (2.0 * ranking.upper - 1.0)).abs() < TOLERANCE);
}

#[test]
fn areas_are_those_over_all_pairs_and_scores_those_of_a_regression() {
    for seed in 1..=5 {
        let rows = records(seed);
        let all = cases(&rows);
        let warning = asked().of(&panel(&rows), 2015).expect("a warning");
        let (scores, is_bad) = forecasts(&all);
        assert_eq!(warning.evaluated.judgements, scores.len());
        assert_eq!(warning.fitted.judgements + scores.len(), all.len());
        assert_eq!(warning.evaluated.bad, is_bad.iter().filter(|bad| **bad).count());
        let units: BTreeSet<usize> = all.iter().map(|case| case.0).collect();
        let others = |unit: usize| all.iter().filter(|case| case.0 != unit).copied().collect::<Vec<_>>();
        let without: Vec<f64> = units
            .iter()
            .map(|&unit| {
                let (scores, is_bad) = forecasts(&others(unit));
                area(&scores, &is_bad)
            })
            .collect();
        same(&warning.score, area(&scores, &is_bad), &without);
        let later = |all: &[(usize, i32, [f64; 2], bool)], at: usize| {
            let after = all.iter().filter(|case| case.1 > 2015);
            let (values, is_bad): (Vec<f64>, Vec<bool>) = after.map(|case| (case.2[at], case.3)).unzip();
            area(&values, &is_bad)
        };
        let units: BTreeSet<usize> = all.iter().filter(|case| case.1 > 2015).map(|case| case.0).collect();
        let after: Vec<usize> = all.iter().filter(|case| case.1 > 2015).map(|case| case.0).collect();
        let as_fitted: Vec<f64> = units
            .iter()
            .map(|unit| {
                let stays = |values: &[f64]| -> Vec<f64> {
                    values.iter().zip(&after).filter(|(_, u)| *u != unit).map(|(v, _)| *v).collect()
                };
                let bad: Vec<bool> = is_bad.iter().zip(&after).filter(|(_, u)| *u != unit).map(|(b, _)| *b).collect();
                let scores: Vec<f64> = stays(&scores);
                area(&scores, &bad)
            })
            .collect();
        assert!((warning.area_as_fitted.std_error - spread(&as_fitted)).abs() < TOLERANCE);
        for (at, ranking) in warning.measures.iter().enumerate() {
            let without: Vec<f64> = units.iter().map(|&unit| later(&others(unit), at)).collect();
            same(ranking, later(&all, at), &without);
        }
        fifths(&warning, &scores, &is_bad);
    }
}

/// Fifths hold every later judgement once, and the highest is what is named.
fn fifths(warning: &EarlyWarning, scores: &[f64], is_bad: &[bool]) {
    for ranking in [&warning.score].into_iter().chain(&warning.measures) {
        assert_eq!(ranking.fifths.iter().map(|fifth| fifth.judgements).sum::<usize>(), scores.len());
        assert_eq!(ranking.fifths.iter().map(|fifth| fifth.bad).sum::<usize>(), warning.evaluated.bad);
        assert!(ranking.fifths.windows(2).all(|pair| pair[0].greatest < pair[1].least));
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let highest = warning.score.fifths.last().expect("five fifths");
    let of_highest = || order.iter().take(highest.judgements);
    assert_eq!(highest.bad, of_highest().filter(|&&at| is_bad[at]).count());
    let mean = of_highest().map(|&at| scores[at]).sum::<f64>() / highest.judgements as f64;
    assert!((highest.forecast.expect("a forecast") - mean).abs() < TOLERANCE);
    assert!(warning.measures.iter().all(|ranking| ranking.fifths.iter().all(|fifth| fifth.forecast.is_none())));
    assert_eq!(warning.named.len(), highest.judgements);
    for (named, &at) in warning.named.iter().zip(&order) {
        assert!((named.score - scores[at]).abs() < TOLERANCE && named.judged > 2015);
        assert_eq!((named.measured, named.is_bad), (named.judged - 1, named.judgement == "Poor"));
    }
    let text = serde_json::to_string(&asked()).expect("it can be written");
    assert_eq!(serde_json::from_str::<EarlyWarningAnalysis>(&text).expect("it can be read"), asked());
    let text = serde_json::to_string(warning).expect("it can be written");
    assert_eq!(&serde_json::from_str::<EarlyWarning>(&text).expect("it can be read"), warning);
}

/// A later judgement changes nothing of the score, and an earlier one is in no ranking.
#[test]
fn nothing_is_said_of_what_the_score_has_seen() {
    let rows = records(3);
    let warning = asked().of(&panel(&rows), 2015).expect("a warning");
    let mut later = rows.clone();
    for row in later.iter_mut().filter(|row| row.1 >= 2017 && row.4 == "Good") {
        row.4 = "Fair".to_string();
    }
    let again = asked().of(&panel(&later), 2015).expect("a warning");
    let weights = |of: &EarlyWarning| of.measures.iter().map(|ranking| ranking.weight).collect::<Vec<_>>();
    assert_eq!(weights(&again), weights(&warning));
    assert_eq!(again.score.area, warning.score.area, "neither word is bad");
    let mut earlier = rows.clone();
    earlier.iter_mut().filter(|row| row.1 < 2014 && row.4 == "Good").for_each(|row| row.4 = "Poor".to_string());
    let again = asked().of(&panel(&earlier), 2015).expect("a warning");
    assert_eq!(again.measures[0].area, warning.measures[0].area);
    assert!(weights(&again) != weights(&warning));
    assert!(warning.evaluated.from > 2015 && warning.named.iter().all(|named| named.judged > 2015));
}

#[test]
fn judgements_that_are_not_used_are_counted() {
    let mut rows = records(2);
    let before = asked().of(&panel(&rows), 2015).expect("a warning");
    // What stands in the first year may be of any day.
    let first = rows.iter().position(|row| row.1 == 2011).expect("a first year");
    (rows[first].4, rows[first].5) = ("Good".to_string(), "2010-03-01".to_string());
    let used = rows.windows(2).position(|pair| pair[0].0 == pair[1].0 && pair[1].5 != pair[0].5 && pair[0].1 > 2011);
    rows[used.expect("a new judgement")].2 = f64::NAN;
    let after = asked().of(&panel(&rows), 2015).expect("a warning");
    let left: Vec<(&str, usize)> = after.left_out.iter().map(|left| (left.reason.as_str(), left.judgements)).collect();
    assert!(left.iter().any(|(reason, n)| reason.contains("older one") && *n == 1), "{left:?}");
    assert!(left.iter().any(|(reason, n)| reason.contains("\"first\"") && *n == 1), "{left:?}");
    assert!(before.left_out.is_empty());
}

#[test]
fn warnings_that_cannot_be_had() {
    let rows = records(1);
    let on = |asked: EarlyWarningAnalysis, until: i32| asked.of(&panel(&rows), until);
    let error = message::error(on(asked(), 2019), &["fit it until an earlier period"]);
    let Error::Estimate(EstimateError::Finding { why, .. }) = error else { panic!("another error") };
    assert_eq!(why, FindingProblem::NothingLater { fitted_until: 2019, last: 2019 });
    message::error(on(asked(), 2011), &["units judged Poor until 2011", "0 given, at least 2 needed"]);
    message::error(on(asked().measures(["first"]), 2015), &["\"first\" twice"]);
    message::error(on(asked().measures(["third"]), 2015), &["no column \"third\""]);
    message::error(on(asked().lag(0), 2015), &["earlier period"]);
    message::error(on(asked().level(0.0), 2015), &["level"]);
    let scale = || JudgementScale::new("grade", WORDS).expect("three words");
    message::error(on(EarlyWarningAnalysis::new(scale(), ["Bad"]).measures(["first"]), 2015), &["Poor, Fair, Good"]);
    message::error(on(EarlyWarningAnalysis::new(scale(), [""; 0]).measures(["first"]), 2015), &["at least one word"]);
    message::error(on(EarlyWarningAnalysis::new(scale(), ["Poor"]), 2015), &["at least one column"]);
    let all_bad = EarlyWarningAnalysis::new(scale(), WORDS).measures(["first"]).dated_by("day");
    message::error(on(all_bad, 2015), &["units not judged Poor or Fair or Good", "0 given"]);
    let narrow = JudgementScale::new("grade", ["Poor", "Good"]).expect("two words");
    let narrow = EarlyWarningAnalysis::new(narrow, ["Poor"]).measures(["first"]);
    message::error(on(narrow, 2015), &["is \"Fair\"", "no place on the scale"]);
    let mut constant = rows.clone();
    constant.iter_mut().for_each(|row| row.3 = 2.0 * row.2);
    message::error(asked().of(&panel(&constant), 2015), &["\"second\" does not vary, or is a combination"]);
    let one = Panel::builder().units([1, 2]).column("first", [1.0, 2.0]).text_column("grade", ["Poor", "Good"]);
    message::error(asked().of(&one.build().expect("a panel"), 2015), &["period"]);
}

#[test]
fn the_unit_without_which_a_measure_is_constant_is_named() {
    let mut rows = records(5);
    let of_one = cases(&rows)[0].0;
    rows.iter_mut().for_each(|row| row.3 = if row.0 == of_one { f64::from(row.1) } else { 0.0 });
    let why = FindingProblem::NothingOfItsOwn { measure: "second".to_string(), without: Some(of_one.to_string()) };
    let said = format!(", without {of_one}:");
    let error = message::error(asked().of(&panel(&rows), 2015), &[&said, "\"second\" does not vary"]);
    assert!(matches!(error, Error::Estimate(EstimateError::Finding { why: found, .. }) if found == why));
}
