//! Shares of two samples compared, against refits of both without every unit.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::{DataError, EstimateError, QuestionError};
use apportion::resample::SampleDifferences;
use apportion::{Breakdown, Error, FittedModel, Method, Model};

use crate::common::five::{components, model};
use crate::common::panel::panel;
use crate::common::{Rows, coalition_values, sequential, shapley, unbalanced};

const TOLERANCE: f64 = 1e-10;

fn where_(rows: &Rows, is: impl Fn(&str, i32) -> bool) -> Rows {
    let kept: Vec<usize> = (0..rows.len()).filter(|&row| is(&rows.unit[row], rows.period[row])).collect();
    rows.at(&kept)
}

fn units(rows: &Rows) -> Vec<String> {
    let mut units = rows.unit.clone();
    units.sort();
    units.dedup();
    units
}

/// The five shares and the unexplained, by dummy-variable regressions.
fn shares(rows: &Rows, method: &Method) -> Vec<f64> {
    let values = coalition_values(&rows.column("y"), &components(rows), &[], &rows.weight);
    let shares = if *method == Method::Shapley { shapley(&values, 5) } else { sequential(&values, 5) };
    shares.into_iter().chain([1.0 - values[31]]).collect()
}

fn breakdown(fit: &FittedModel, method: &Method) -> Breakdown {
    fit.breakdown(method).expect("it splits")
}

fn between(first: &FittedModel, second: &FittedModel, method: &Method) -> SampleDifferences {
    let (one, two) = (breakdown(first, method), breakdown(second, method));
    let left_out = |fit| FittedModel::jackknife(fit).expect("units");
    SampleDifferences::between(("a", &one, &left_out(first)), ("b", &two, &left_out(second))).expect("they compare")
}

fn fit(rows: &Rows) -> FittedModel {
    model(true).fit(&panel(rows)).expect("it fits")
}

/// Deviations of every share from its mean over the units left out, by unit.
fn deviations(rows: &Rows, method: &Method) -> Vec<(String, Vec<f64>)> {
    let units = units(rows);
    let without: Vec<Vec<f64>> =
        units.iter().map(|left_out| shares(&where_(rows, |unit, _| unit != left_out), method)).collect();
    let n = units.len() as f64;
    let mean: Vec<f64> = (0..6).map(|at| without.iter().map(|shares| shares[at]).sum::<f64>() / n).collect();
    let scaled = |shares: Vec<f64>| shares.iter().zip(&mean).map(|(x, m)| ((n - 1.0) / n).sqrt() * (x - m)).collect();
    units.into_iter().zip(without.into_iter().map(scaled)).collect()
}

#[track_caller]
fn check(first: &Rows, second: &Rows, shared: usize) {
    for method in [Method::Sequential { order: Vec::new() }, Method::Shapley] {
        let found = between(&fit(first), &fit(second), &method);
        assert_eq!(found.shared_clusters, shared);
        let (one, two) = (shares(first, &method), shares(second, &method));
        let (left, right) = (deviations(first, &method), deviations(second, &method));
        for (at, share) in found.components.iter().chain([&found.unexplained]).enumerate() {
            let what = format!("{}, {}", method.name(), share.name);
            assert!((share.difference - (one[at] - two[at])).abs() < TOLERANCE, "{what}");
            let of = |all: &[(String, Vec<f64>)], unit: &str| {
                all.iter().find(|(name, _)| name == unit).map_or(0.0, |(_, deviations)| deviations[at])
            };
            let in_first = left.iter().map(|(unit, own)| own[at] - of(&right, unit));
            let alone = right.iter().filter(|(unit, _)| left.iter().all(|(other, _)| other != unit));
            let squares: f64 = in_first.chain(alone.map(|(_, own)| own[at])).map(|x| x * x).sum();
            assert!((share.interval.std_error - squares.sqrt()).abs() < TOLERANCE, "{what}");
            let middle = (share.interval.lower + share.interval.upper) / 2.0;
            assert!((middle - share.difference).abs() < TOLERANCE && share.interval.upper > share.difference, "{what}");
        }
    }
}

#[test]
fn two_periods_share_units() {
    let rows = unbalanced(91, 14, 8, 0.0);
    let periods = || rows.period.iter().copied();
    let middle = (periods().min().expect("rows") + periods().max().expect("rows")) / 2;
    let (first, second) = (where_(&rows, |_, period| period <= middle), where_(&rows, |_, period| period > middle));
    let shared = units(&first).iter().filter(|unit| units(&second).contains(unit)).count();
    assert!(shared > 5);
    check(&first, &second, shared);
    // Some of the units are in one of the samples alone.
    let fewer = where_(&second, |unit, _| unit > "u004");
    let shared = units(&first).iter().filter(|unit| units(&fewer).contains(unit)).count();
    check(
        &where_(&first, |unit, _| unit < "u011"),
        &fewer,
        shared - units(&fewer).iter().filter(|u| u.as_str() >= "u011").count(),
    );
}

#[test]
fn places_apart_have_the_sum_of_both_variances() {
    let rows = unbalanced(92, 16, 6, 0.0);
    let (first, second) = (where_(&rows, |unit, _| unit < "u008"), where_(&rows, |unit, _| unit >= "u008"));
    check(&first, &second, 0);
    let (one, two) = (fit(&first), fit(&second));
    let found = between(&one, &two, &Method::Shapley);
    let corrected = |fit: &FittedModel| {
        breakdown(fit, &Method::Shapley).with_intervals(&fit.jackknife().expect("units")).expect("intervals")
    };
    let (one, two) = (corrected(&one), corrected(&two));
    for ((a, b), share) in one.components.iter().zip(&two.components).zip(&found.components) {
        let (a, b) = (a.corrected.expect("corrected"), b.corrected.expect("corrected"));
        let own = share.corrected.as_ref().expect("corrected");
        assert!((own.difference - (a.share_of_total - b.share_of_total)).abs() < TOLERANCE);
        assert!((own.std_error - a.std_error.hypot(b.std_error)).abs() < TOLERANCE);
    }
}

#[test]
fn a_sample_does_not_differ_from_itself() {
    let rows = unbalanced(93, 12, 6, 0.0);
    let fit = fit(&rows);
    for method in [Method::Sequential { order: Vec::new() }, Method::Shapley] {
        let found = between(&fit, &fit, &method);
        for share in found.components.iter().chain([&found.unexplained]) {
            let corrected = share.corrected.as_ref().expect("corrected");
            let ends = [share.difference, share.interval.std_error, share.interval.lower, share.interval.upper];
            assert_eq!(ends, [0.0; 4], "{}", share.name);
            assert_eq!([corrected.difference, corrected.lower, corrected.upper], [0.0; 3], "{}", share.name);
            assert_eq!((share.exceeds, corrected.exceeds), (0.5, 0.5));
        }
    }
}

#[test]
fn what_does_not_compare_is_refused() {
    let rows = unbalanced(94, 12, 6, 0.0);
    let one = fit(&rows);
    let two = Model::new("y").component("slow", ["slow"]).fit(&panel(&rows)).expect("it fits");
    let (shapley, order) = (Method::Shapley, Method::Sequential { order: Vec::new() });
    let left_out = one.jackknife().expect("units");
    let refused = |other: &Breakdown, resampling: &apportion::Resampling| match SampleDifferences::between(
        ("a", &breakdown(&one, &shapley), &left_out),
        ("b", other, resampling),
    ) {
        Err(Error::Question(QuestionError::Option { option, expected, .. })) => {
            assert!(expected.contains("first") || option == "resampling", "{expected}");
            option
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&breakdown(&two, &shapley), &two.jackknife().expect("units")), "components");
    assert_eq!(refused(&breakdown(&one, &order), &left_out), "method");
    let narrower = one.jackknife().and_then(|found| found.level(0.9)).expect("a level");
    assert_eq!(refused(&breakdown(&one, &shapley), &narrower), "level");
    assert_eq!(refused(&breakdown(&one, &shapley), &one.bootstrap(99, 1).expect("draws")), "resampling");
    // Of two units one says nothing of chance once the other is left out.
    let two = fit(&where_(&rows, |unit, _| unit < "u002"));
    let found = SampleDifferences::between(
        ("a", &breakdown(&two, &shapley), &two.jackknife().expect("units")),
        ("b", &breakdown(&one, &shapley), &left_out),
    );
    assert!(matches!(found, Err(Error::Estimate(EstimateError::TooFew { expected: 3, found: 2, .. }))), "{found:?}");
    let cross = apportion::Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [0.0, 1.0, 1.0]).build();
    let cross = Model::new("y").component("cause", ["x"]).fit(&cross.expect("a panel")).expect("it fits");
    let (shares, left_out) = (breakdown(&cross, &shapley), cross.jackknife().expect("rows"));
    let found = SampleDifferences::between(("a", &shares, &left_out), ("b", &shares, &left_out));
    assert!(matches!(found, Err(Error::Data(DataError::NoKey { .. }))), "{found:?}");
}

#[test]
fn a_sample_without_corrected_shares_says_why() {
    let rows = unbalanced(77, 8, 6, 0.0);
    let (early, late) = (fit(&where_(&rows, |_, year| year < 2004)), fit(&where_(&rows, |_, year| year >= 2004)));
    let found = between(&early, &late, &Method::Pmvd);
    assert!(found.components.iter().all(|share| share.corrected.is_none()));
    let text = found.to_string();
    assert!(!text.lines().any(|line| line.ends_with("corrected")), "{text}");
    assert!(text.contains("warning, first: no corrected shares: pmvd"), "{text}");
}
