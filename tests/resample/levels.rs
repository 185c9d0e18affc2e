//! Levels in replicates equal splitting the residuals of refits of the rows that were drawn.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::EstimateError;
use apportion::{Error, FittedModel, IntervalKind, Method, Model, Resampling};

use crate::common::five::{components, model};
use crate::common::levels::{Split, nested, split};
use crate::common::panel::panel;
use crate::common::{Rows, drawn_rows, sequential, shapley, unbalanced};

const TOLERANCE: f64 = 1e-10;

/// The rows of the clusters that were drawn, by the column that clusters are of; copies have names of their own.
fn drawn_clusters(rows: &Rows, column: &str, drawn: &[usize]) -> Rows {
    let mut names: Vec<String> = Vec::new();
    for name in &rows.text[column] {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let mut taken = Vec::new();
    let mut copies = Vec::new();
    for (copy, &cluster) in drawn.iter().enumerate() {
        let own = (0..rows.len()).filter(|&row| rows.text[column][row] == names[cluster]);
        own.for_each(|row| {
            taken.push(row);
            copies.push(copy);
        });
    }
    let mut sample = rows.at(&taken);
    for (unit, copy) in sample.unit.iter_mut().zip(&copies) {
        *unit = format!("{unit} of copy {copy}");
    }
    for name in ["region", "county"] {
        let groups = sample.text.get_mut(name).expect("it was put there");
        groups.iter_mut().zip(&copies).for_each(|(group, copy)| *group = format!("{group} of copy {copy}"));
    }
    sample
}

fn check(fit: &FittedModel, columns: &[&str], resampling: &Resampling, sample_of: impl Fn(&[usize]) -> Rows) {
    let both = [Method::Sequential { order: Vec::new() }, Method::Shapley];
    let levels = fit.levels_in(columns).and_then(|nesting| nesting.methods(&both)).expect("it splits");
    let found = resampling.level_replicates(&levels).expect("replicates");
    for replicate in 0..found[0].parts.len() {
        let sample = sample_of(&resampling.drawn(replicate).expect("the replicate exists"));
        let splits = split(&sample, &sample.column("y"), &components(&sample), &[], columns);
        for (level, Split { part, values, unexplained }) in found.iter().zip(&splits) {
            let what = format!("replicate {replicate}, {}", level.level);
            assert!((level.parts[replicate] - part).abs() < TOLERANCE, "{what}: {part}");
            for (shares, expected) in level.shares.iter().zip([sequential(values, 5), shapley(values, 5)]) {
                for (i, expected) in expected.iter().chain([unexplained]).enumerate() {
                    let share = shares[[replicate, i + 1]];
                    assert!((share - expected).abs() < TOLERANCE, "{what}, {i}: {share} against {expected}");
                }
            }
        }
    }
}

fn on(mut rows: Rows, weighted: bool, replicates: usize) {
    if !weighted {
        rows.weight = vec![1.0; rows.len()];
    }
    nested(&mut rows);
    let fit = model(weighted).fit(&panel(&rows)).expect("the model fits");
    for columns in [&[][..], &["region"], &["nation", "region", "county"]] {
        for resampling in [fit.bootstrap(replicates, 17).expect("bootstrap"), fit.jackknife().expect("jackknife")] {
            check(&fit, columns, &resampling, |drawn| drawn_rows(&rows, drawn));
        }
    }
}

#[test]
fn on_an_unbalanced_panel() {
    on(unbalanced(61, 14, 6, 0.2), false, 12);
}

#[test]
fn on_an_unbalanced_weighted_panel() {
    on(unbalanced(62, 14, 6, 0.2), true, 12);
}

#[test]
fn with_more_periods_than_units() {
    on(unbalanced(63, 7, 16, 0.1), true, 8);
}

#[test]
fn copies_of_a_region_are_regions_of_their_own() {
    let mut rows = unbalanced(64, 14, 6, 0.2);
    nested(&mut rows);
    let fit = model(true).fit(&panel(&rows)).expect("the model fits");
    for columns in [&["region"][..], &["nation", "region", "county"]] {
        for resampling in [fit.bootstrap(10, 5).expect("bootstrap"), fit.jackknife().expect("jackknife")] {
            let resampling = resampling.clusters("region").expect("units lie in regions");
            check(&fit, columns, &resampling, |drawn| drawn_clusters(&rows, "region", drawn));
        }
        // Counties drawn by themselves: their regions are made of those that were drawn.
        let resampling = fit.bootstrap(6, 8).and_then(|resampling| resampling.clusters("county")).expect("counties");
        let sample = |drawn: &[usize]| {
            let mut sample = drawn_clusters(&rows, "county", drawn);
            // A copy of a county lies in the region of the county, of which there is still one.
            for region in sample.text.get_mut("region").expect("regions") {
                *region = region.split(" of copy").next().unwrap_or_default().to_string();
            }
            sample
        };
        check(&fit, columns, &resampling, sample);
    }
}

#[test]
fn collinear_columns_are_refitted_in_twice_the_precision() {
    let mut rows = unbalanced(65, 12, 6, 0.1);
    nested(&mut rows);
    let near = rows.column("slow").iter().zip(rows.column("noisy")).map(|(x, z)| x + 5e-6 * z).collect();
    rows.numbers.insert("near".to_string(), near);
    let fit = Model::new("y").component("slow", ["slow"]).component("near", ["near"]).fit(&panel(&rows)).expect("fits");
    let levels = fit.levels_in(&["region"]).and_then(|nesting| nesting.sequential()).expect("it splits");
    let bootstrap = fit.bootstrap(6, 3).expect("bootstrap");
    let found = bootstrap.level_replicates(&levels).expect("replicates");
    for replicate in 0..6 {
        let mut sample = drawn_rows(&rows, &bootstrap.drawn(replicate).expect("it exists"));
        sample.weight = vec![1.0; sample.len()];
        let components = vec![vec![sample.column("slow")], vec![sample.column("noisy")]];
        for (level, split) in found.iter().zip(split(&sample, &sample.column("y"), &components, &[], &["region"])) {
            for (i, expected) in sequential(&split.values, 2).iter().enumerate() {
                assert!((level.shares[0][[replicate, i + 1]] - expected).abs() < 1e-9, "{replicate} {}", level.level);
            }
        }
    }
}

#[test]
fn intervals_follow_from_the_replicates() {
    let mut rows = unbalanced(66, 35, 6, 0.1);
    nested(&mut rows);
    let fit = model(false).fit(&panel(&rows)).expect("it fits");
    let levels = fit.levels_in(&["region"]).and_then(|nesting| nesting.shapley()).expect("it splits");
    let jackknife = fit.jackknife().expect("jackknife");
    let with = levels.with_intervals(&jackknife).expect("intervals");
    assert_eq!(
        with.interval.as_ref().map(|how| how.kind),
        Some(IntervalKind::Jackknife),
        "negative shares have no root"
    );
    let found = jackknife.level_replicates(&levels).expect("replicates");
    // R 4.2: qt(0.975, 34) = 2.032244509
    let ends = |estimate: f64, values: Vec<f64>| {
        let mean = values.iter().sum::<f64>() / 35.0;
        let half = 2.032_244_509 * (34.0 / 35.0 * values.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt();
        (estimate - half, estimate + half)
    };
    for (level, replicates) in with.levels.iter().zip(&found) {
        let part = level.interval.expect("every number has one");
        let (lower, upper) = ends(level.part_of_total, replicates.parts.to_vec());
        assert!((part.lower - lower).abs() < 1e-9 && (part.upper - upper).abs() < 1e-9, "{}", level.name);
        for (i, share) in level.methods[0].components.iter().enumerate() {
            let values: Vec<f64> = replicates.shares[0].column(i + 1).to_vec();
            let of_level = values.iter().zip(&replicates.parts).map(|(share, part)| share / part).collect();
            let (lower, upper) = ends(share.share_of_total, values);
            let interval = share.interval.expect("every share has one");
            assert!((interval.lower - lower).abs() < 1e-9 && (interval.upper - upper).abs() < 1e-9, "{}", share.name);
            let (lower, upper) = ends(share.share_of_level, of_level);
            let interval = share.interval_of_level.expect("of the level too");
            assert!((interval.lower - lower).abs() < 1e-9 && (interval.upper - upper).abs() < 1e-9, "{}", share.name);
        }
    }
    for kind in [IntervalKind::Percentile, IntervalKind::Basic, IntervalKind::Normal, IntervalKind::Bca] {
        let bootstrap = fit.bootstrap(60, 9).and_then(|bootstrap| bootstrap.kind(kind)).expect("a kind");
        let with = levels.with_intervals(&bootstrap).expect("intervals");
        assert_eq!(with.interval.map(|how| (how.kind, how.replicates)), Some((kind, 60)));
        assert!(with.levels.iter().all(|level| level.interval.is_some_and(|i| i.lower <= i.upper)), "{kind:?}");
    }
}

#[test]
fn levels_of_another_fit_are_refused() {
    let mut rows = unbalanced(67, 12, 6, 0.1);
    nested(&mut rows);
    let of = |outcome: &str| Model::new(outcome).component("slow", ["slow"]).fit(&panel(&rows)).expect("it fits");
    let (fit, other) = (of("y"), of("positive"));
    let levels = other.levels().and_then(|nesting| nesting.sequential()).expect("it splits");
    let refused = levels.with_intervals(&fit.jackknife().expect("units"));
    assert!(matches!(refused, Err(Error::Estimate(EstimateError::OtherFit { .. }))));
    let mut levels = fit.levels().and_then(|nesting| nesting.sequential()).expect("it splits");
    levels.levels[0].methods.clear();
    let refused = fit.jackknife().and_then(|jackknife| jackknife.level_replicates(&levels)).expect_err("not all");
    assert!(refused.to_string().contains("with the same methods at each"), "{refused}");
}
