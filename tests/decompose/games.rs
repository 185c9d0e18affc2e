//! Other values than R²: closures, refitted estimators, adjusted and cross-validated R².
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use apportion::decompose::{Attribution, Coalition, Detail, Game, Score};
use apportion::error::{EstimateError, QuestionError};
use apportion::{Error, Model, Panel, Term};
use linfa_linear::{LinearRegression, TweedieRegressor};

use crate::common::panel::panel;
use crate::common::{Numbers, Rows, coalition_values, dummies, shapley, unbalanced};

#[test]
fn a_closure_is_asked_once_for_every_coalition() {
    let asked = AtomicUsize::new(0);
    let seen = Mutex::new(BTreeSet::new());
    let worth = |s: Coalition| -> Result<f64, Error> {
        asked.fetch_add(1, Ordering::Relaxed);
        seen.lock().expect("no panic").insert(s);
        Ok(s.members().map(|p| (p + 1) as f64).sum::<f64>().powi(2))
    };
    let game = Game::parallel(["a", "b", "c", "d"], worth).expect("a game").named("squares");
    assert_eq!((asked.load(Ordering::Relaxed), seen.lock().expect("no panic").len()), (16, 16));
    let sequential = Game::new(["a", "b", "c", "d"], |s: Coalition| -> Result<f64, Error> {
        Ok(s.members().map(|p| (p + 1) as f64).sum::<f64>().powi(2))
    });
    assert_eq!(sequential.expect("a game").named("squares"), game);
    // The square of a sum: player i gets i times the sum of all.
    for (i, credit) in game.shapley().expect("shapley").components.iter().enumerate() {
        assert!((credit.value - 10.0 * (i + 1) as f64).abs() < 1e-12);
        assert!((credit.proportion - (i + 1) as f64 / 10.0).abs() < 1e-12);
    }
    let json = serde_json::to_string(&game).expect("written");
    assert_eq!(serde_json::from_str::<Game>(&json).expect("read"), game);
    let error = serde_json::from_str::<Game>(&json.replace("\"d\"", "\"d\",\"e\"")).expect_err("too few values");
    let expected =
        "the number of values of a stored game is 16: with 5 components there must be 32, one for each coalition";
    assert!(error.to_string().starts_with(expected), "{error}");
    let all: Vec<Attribution> = vec![
        game.shapley().expect("shapley"),
        game.owen(&[("ab", &["a", "b"]), ("cd", &["d", "c"])]).expect("owen"),
        game.commonality().expect("commonality"),
        game.conditional_dominance().expect("conditional"),
        game.complete_dominance().expect("complete"),
    ];
    let json = serde_json::to_string(&all).expect("written");
    assert_eq!(serde_json::from_str::<Vec<Attribution>>(&json).expect("read"), all);
}

#[test]
fn what_a_game_refuses() {
    let zero = |_: Coalition| -> Result<f64, Error> { Ok(0.0) };
    assert!(matches!(Game::new(Vec::<String>::new(), zero), Err(Error::Question(QuestionError::TooFew { .. }))));
    assert!(matches!(Game::new(["a", "a"], zero), Err(Error::Question(QuestionError::DuplicateComponent { .. }))));
    assert!(matches!(
        Game::new((0..25).map(|i| i.to_string()), zero),
        Err(Error::Estimate(EstimateError::TooManyComponents { limit: 24, .. }))
    ));
    let fails = |s: Coalition| -> Result<f64, String> { if s.len() == 2 { Err("no memory".into()) } else { Ok(0.0) } };
    let error = Game::new(["a", "b"], fails).expect_err("it fails").to_string();
    assert_eq!(error, "no value for the coalition {a, b}: no memory");
    let error = Game::parallel(["a", "b"], |_| -> Result<f64, Error> { Ok(f64::NAN) }).expect_err("not finite");
    assert!(error.to_string().contains("the value is NaN"), "{error}");
    for beyond in [f64::MAX, -f64::MAX, 1.1e290, f64::INFINITY] {
        let error = Game::new(["a"], |s: Coalition| -> Result<f64, Error> { Ok(beyond * s.len() as f64) });
        let error = error.expect_err("too large").to_string();
        assert!(error.contains("every coalition needs one between ±1e290"), "{beyond}: {error}");
    }
    let largest = |s: Coalition| -> Result<f64, Error> { Ok(if s.len().is_multiple_of(2) { -1e290 } else { 1e290 }) };
    let largest = Game::new(["a", "b", "c"], largest).expect("a game");
    for split in [largest.shapley(), largest.pmvd(), largest.conditional_dominance(), largest.commonality()] {
        let shares = split.expect("a split").components;
        assert!(shares.iter().all(|credit| credit.value.is_finite() && credit.proportion.is_finite()), "{shares:?}");
    }
    for blank in ["", " "] {
        assert!(matches!(Game::new(["a", blank], zero), Err(Error::Question(QuestionError::ComponentName { .. }))));
    }
    let game = Game::new(["a", "b"], |s: Coalition| -> Result<f64, Error> { Ok(if s.len() == 1 { 2.0 } else { 1.0 }) });
    let game = game.expect("a game");
    assert!(matches!(game.pmvd(), Err(Error::Estimate(EstimateError::Method { method: "pmvd", .. }))));
    assert!(game.sequential(&["a"]).is_err() && game.sequential(&["a", "a"]).is_err());
    let unions = |members: &[&str]| game.owen(&[("u", members)]).expect_err("no unions").to_string();
    assert_eq!(unions(&["a"]), "the unions must hold every component once: \"b\" is in none");
    assert_eq!(unions(&["a", "b", "b"]), "the unions must hold every component once: \"b\" stands in them twice");
    assert!(game.value([3].into_iter().collect()).is_err());
}

#[test]
fn values_of_any_sign_are_split_exactly() {
    let mut random = Numbers::new(5);
    let values: Vec<f64> = (0..64).map(|_| random.normal()).collect();
    let names = ["a", "b", "c", "d", "e", "f"];
    let game =
        Game::new(names, |s: Coalition| -> Result<f64, Error> { Ok(values[s.bits() as usize]) }).expect("a game");
    let found = game.shapley().expect("shapley");
    for (credit, expected) in found.components.iter().zip(shapley(&values, 6)) {
        assert!((credit.value - expected).abs() < 1e-12);
    }
    let Detail::Subsets(parts) = game.commonality().expect("commonality").detail else { panic!("no parts") };
    let sum: f64 = parts.iter().map(|p| p.share_of_total).sum();
    assert!((sum - (found.whole - found.empty)).abs() < 1e-12);
}

#[test]
fn adjusted_r2_counts_ranks_and_absorbed_units() {
    let mut rows = unbalanced(81, 12, 6, 0.1);
    rows.weight = vec![1.0; rows.len()];
    let model = Model::new("y")
        .always(["positive"])
        .component("slow", ["slow", "slow"])
        .component("region", ["region", "fixed"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects]);
    let game = model.fit(&panel(&rows)).expect("fits").adjusted_r2().expect("a game");
    let dummies = dummies(&rows.text["region"]);
    let region: Vec<Vec<f64>> = dummies.iter().cloned().chain([rows.column("fixed")]).collect();
    let components = vec![vec![rows.column("slow")], region, rows.period_dummies(), rows.unit_dummies()];
    let always = vec![rows.column("positive")];
    let values = coalition_values(&rows.column("y"), &components, &always, &rows.weight);
    let n = rows.len() as f64;
    for (s, r2) in values.iter().enumerate() {
        let units = if s & 8 > 0 { 11 } else { 0 };
        let region = if s & 2 > 0 && s & 8 == 0 { 3 } else { 0 };
        let periods = if s & 4 > 0 { 5 } else { 0 };
        let rank = 1 + (s & 1) + region + periods + units;
        let expected = 1.0 - (1.0 - r2) * (n - 1.0) / (n - 1.0 - rank as f64);
        let coalition: Coalition = (0..4).filter(|p| s >> p & 1 == 1).collect();
        let found = game.value(coalition).expect("a value");
        assert!((found - expected).abs() < 1e-10, "{coalition:?}: {found} against {expected}");
    }
    let saturated = Model::new("y").component("all", ["unit_effects:period_effects"]);
    let error = saturated.fit(&panel(&rows)).expect("fits").adjusted_r2().expect_err("saturated").to_string();
    assert!(error.contains("parameters beside the intercept"), "{error}");
}

/// Predictions for units that were left out, from regressions on the rows of the others.
#[test]
fn cross_validated_r2_equals_refitting_without_the_units() {
    let rows = unbalanced(82, 10, 6, 0.2);
    let model = Model::new("y")
        .component("slow", ["slow"])
        .component("rest", ["noisy", "positive"])
        .component("fixed", ["fixed"])
        .weights("weight");
    let fit = model.fit(&panel(&rows)).expect("fits");
    let units: Vec<String> = rows.unit.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let names = [vec!["slow"], vec!["noisy", "positive"], vec!["fixed"]];
    for folds in [None, Some(3)] {
        let game = fit.cross_validated_r2(folds).expect("a game");
        let n_folds = folds.unwrap_or(units.len());
        for s in 0..8_usize {
            let columns: Vec<&str> = (0..3).filter(|p| s >> p & 1 == 1).flat_map(|p| names[p].clone()).collect();
            let (mut missed, mut total) = (0.0, 0.0);
            let y = rows.column("y");
            let mean = y.iter().zip(&rows.weight).map(|(y, w)| y * w).sum::<f64>() / rows.weight.iter().sum::<f64>();
            for fold in 0..n_folds {
                let left_out =
                    |row: &usize| units.iter().position(|u| *u == rows.unit[*row]).expect("a unit") % n_folds == fold;
                let (out, kept): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(left_out);
                let (b, others) = (least_squares(&rows, &columns, &kept), &columns);
                for row in out {
                    let x = |c: &&str| rows.numbers[*c][row];
                    let predicted = b[0] + others.iter().zip(&b[1..]).map(|(c, b)| b * x(c)).sum::<f64>();
                    missed += rows.weight[row] * (y[row] - predicted).powi(2);
                    total += rows.weight[row] * (y[row] - mean).powi(2);
                }
            }
            let found = game.value((0..3).filter(|p| s >> p & 1 == 1).collect()).expect("a value");
            assert!((found - (1.0 - missed / total)).abs() < 1e-10, "{folds:?}, {s}: {found}");
        }
    }
    assert!(fit.cross_validated_r2(Some(1)).is_err() && fit.cross_validated_r2(Some(11)).is_err());
    let with_units = Model::new("y").component("slow", ["slow"]).component("practice", ["unit_effects"]);
    let error =
        with_units.fit(&panel(&rows)).expect("fits").cross_validated_r2(None).expect_err("no meaning").to_string();
    assert!(error.contains("say nothing about a unit that was left out"), "{error}");
}

/// Normal equations by Gaussian elimination: intercept first.
fn least_squares(rows: &Rows, columns: &[&str], kept: &[usize]) -> Vec<f64> {
    let n = columns.len() + 1;
    let x = |row: usize, at: usize| if at == 0 { 1.0 } else { rows.numbers[columns[at - 1]][row] };
    let mut matrix = vec![vec![0.0; n + 1]; n];
    for &row in kept {
        for (i, line) in matrix.iter_mut().enumerate() {
            let weighted = rows.weight[row] * x(row, i);
            line[..n].iter_mut().enumerate().for_each(|(j, m)| *m += weighted * x(row, j));
            line[n] += weighted * rows.numbers["y"][row];
        }
    }
    for i in 0..n {
        let pivot = matrix[i].clone();
        for (_, line) in matrix.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = line[i] / pivot[i];
            line.iter_mut().zip(&pivot).for_each(|(m, p)| *m -= factor * p);
        }
    }
    (0..n).map(|i| matrix[i][n] / matrix[i][i]).collect()
}

/// Iterations that meet large numbers may never end.
#[test]
fn refitting_does_not_depend_on_the_units() {
    let mut random = Numbers::new(9);
    let n = 60;
    let x: Vec<f64> = (0..n).map(|_| 1.0 + random.uniform()).collect();
    let y: Vec<f64> = x.iter().map(|x| (0.8 * x + 0.1 * random.normal()).exp()).collect();
    let year: Vec<f64> = (0..n).map(|i| f64::from(2_011 + i % 8)).collect();
    let split = |units: f64| {
        let panel = Panel::builder().column("y", &y).column("x", x.iter().map(|x| units * x)).column("year", &year);
        let model = Model::new("y").component("x", ["x"]).component("year", ["year"]);
        let fit = model.fit(&panel.build().expect("a panel")).expect("fits");
        let gamma = TweedieRegressor::params().power(2.0).alpha(0.0).max_iter(1_000).tol(1e-8);
        let of_gamma = fit.refitted(&gamma, Score::explained_variance).expect("a game").shapley().expect("shapley");
        let linear = fit.refitted(&LinearRegression::new(), Score::r2).expect("a game").shapley().expect("shapley");
        let own = fit.shapley().expect("shapley");
        for name in ["x", "year"] {
            let (refitted, own) = (linear.value(name).expect("named"), own.share_of_total(name).expect("named"));
            assert!((refitted - own).abs() < 1e-10, "{units}, {name}: {refitted} against {own}");
        }
        assert!(of_gamma.whole > 0.8, "{units}: {}", of_gamma.whole);
        of_gamma
    };
    let plain = split(1.0);
    for units in [1e-6, 1e6, 1e12] {
        let other = split(units);
        assert!((other.whole - plain.whole).abs() < 1e-6, "{units}: {} against {}", other.whole, plain.whole);
    }
}

#[test]
fn linfa_s_regressors_are_refitted_on_every_coalition() {
    let mut random = Numbers::new(7);
    let n = 80;
    let [x, z] = [0, 1].map(|_| (0..n).map(|_| random.normal()).collect::<Vec<f64>>());
    let y: Vec<f64> = (0..n).map(|i| (0.3 * x[i] + 0.1 * z[i] + 0.2 * random.normal()).exp()).collect();
    let plain = Panel::builder().column("y", &y).column("x", &x).column("z", &z).column("w", vec![2.0; n]);
    let plain = plain.build().expect("a panel");
    let model = Model::new("y").component("x", ["x"]).component("z", ["z", "z:z"]);
    let fit = model.fit(&plain).expect("fits");
    let linear = fit.refitted(&LinearRegression::new(), Score::r2).expect("a game");
    let own = fit.r2_game().expect("a game");
    for s in 0..4_usize {
        let coalition = || (0..2).filter(|p| s >> p & 1 == 1).collect();
        let (a, b) = (linear.value(coalition()).expect("there"), own.value(coalition()).expect("there"));
        assert!((a - b).abs() < 1e-10, "{a} against {b}");
    }
    // The gamma regression meets its own first-order condition: Σ (y − μ)/μ = 0 with an intercept and no penalty.
    let gamma = TweedieRegressor::params().power(2.0).alpha(0.0).max_iter(1_000).tol(1e-10);
    let score = |predicted: &ndarray::Array1<f64>, observed: &ndarray::Array1<f64>| {
        let sum: f64 = predicted.iter().zip(observed).map(|(m, y)| (y - m) / m).sum();
        assert!(sum.abs() < 1e-2 * predicted.len() as f64, "{sum}");
        Score::explained_variance(predicted, observed)
    };
    let game = fit.refitted(&gamma, score).expect("a game");
    let split = game.shapley().expect("shapley");
    assert!(split.whole > 0.4 && split.value("x").expect("named") > split.value("z").expect("named"));
    let weighted = model.clone().weights("w").fit(&plain).expect("fits").refitted(&LinearRegression::new(), Score::r2);
    assert!(weighted.expect_err("weights").to_string().contains("heeds weights"));
    let rows = unbalanced(83, 8, 4, 0.0);
    let units = Model::new("y").component("practice", ["unit_effects"]).fit(&panel(&rows)).expect("fits");
    assert!(units.refitted(&LinearRegression::new(), Score::r2).is_err());
}
