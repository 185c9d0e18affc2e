//! Replicates from the moments equal refitting the rows that were drawn.
#![allow(clippy::expect_used, clippy::panic)]

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use apportion::error::{EstimateError, QuestionError};
use apportion::findings::{Analysis, Intervals};
use apportion::{Breakdown, Error, FittedModel, IntervalKind, Model, Panel, Warning};

use crate::common::five::{components, model};
use crate::common::panel::panel;
use crate::common::{Rows, coalition_values, drawn_rows, sequential, shapley, unbalanced};

const TOLERANCE: f64 = 1e-10;

/// Sequential and Shapley shares of the drawn rows, then R², by dummy-variable regressions.
fn refit(rows: &Rows, drawn: &[usize]) -> (Vec<f64>, Vec<f64>, f64) {
    let sample = drawn_rows(rows, drawn);
    let values = coalition_values(&sample.column("y"), &components(&sample), &[], &sample.weight);
    (sequential(&values, 5), shapley(&values, 5), values[31])
}

fn check(mut rows: Rows, weighted: bool, replicates: usize) {
    if !weighted {
        rows.weight = vec![1.0; rows.len()];
    }
    let panel = panel(&rows);
    let fit = model(weighted).fit(&panel).expect("the model fits");
    let breakdowns = [fit.sequential().expect("sequential"), fit.shapley().expect("shapley")];
    for resampling in [fit.bootstrap(replicates, 11).expect("bootstrap"), fit.jackknife().expect("jackknife")] {
        let found = resampling.replicates(&[&breakdowns[0], &breakdowns[1]]).expect("replicates");
        for replicate in 0..found[0].shares.nrows() {
            let drawn = resampling.drawn(replicate).expect("the replicate exists");
            let (in_order, averaged, r2) = refit(&rows, &drawn);
            for (method, expected) in found.iter().zip([in_order, averaged]) {
                for (i, expected) in expected.iter().enumerate() {
                    let share = method.shares[[replicate, i + 1]];
                    let name = &method.names[i + 1];
                    assert!((share - expected).abs() < TOLERANCE, "{replicate}, {name}: {share} against {expected}");
                }
                assert!((1.0 - method.shares[[replicate, 6]] - r2).abs() < TOLERANCE, "{replicate}: R²");
                assert_eq!(method.shares[[replicate, 0]], 0.0, "nothing is always in");
            }
        }
    }
}

#[test]
fn on_an_unbalanced_panel() {
    check(unbalanced(21, 15, 6, 0.2), false, 20);
}

#[test]
fn on_an_unbalanced_weighted_panel() {
    check(unbalanced(22, 15, 6, 0.2), true, 20);
}

#[test]
fn with_more_periods_than_units() {
    check(unbalanced(23, 7, 24, 0.1), true, 12);
}

#[test]
fn with_a_measure_constant_within_units_at_seven_and_at_eight_periods() {
    check(unbalanced(24, 15, 7, 0.0), false, 20);
    check(unbalanced(25, 15, 8, 0.0), false, 20);
}

#[test]
fn rows_are_the_clusters_of_a_cross_section() {
    let rows = unbalanced(26, 40, 1, 0.0);
    let panel = Panel::builder()
        .column("y", &rows.numbers["y"])
        .column("a", &rows.numbers["slow"])
        .column("b", &rows.numbers["noisy"])
        .build()
        .expect("a cross-section");
    let fit = Model::new("y").component("a", ["a"]).component("b", ["b"]).fit(&panel).expect("the model fits");
    let breakdown = fit.shapley().expect("shapley");
    for resampling in [fit.bootstrap(30, 5).expect("bootstrap"), fit.jackknife().expect("jackknife")] {
        let found = &resampling.replicates(&[&breakdown]).expect("replicates")[0];
        for replicate in 0..found.shares.nrows() {
            let drawn = resampling.drawn(replicate).expect("the replicate exists");
            let sample = rows.at(&drawn);
            let components = vec![vec![sample.column("slow")], vec![sample.column("noisy")]];
            let values = coalition_values(&sample.column("y"), &components, &[], &vec![1.0; drawn.len()]);
            for (i, expected) in shapley(&values, 2).iter().enumerate() {
                assert!((found.shares[[replicate, i + 1]] - expected).abs() < TOLERANCE);
            }
        }
    }
}

#[test]
fn the_jackknife_interval_follows_from_its_replicates() {
    let rows = unbalanced(27, 35, 6, 0.1);
    let fit = model(false).fit(&panel(&rows)).expect("the model fits");
    let breakdown = fit.sequential().expect("sequential");
    let jackknife = fit.jackknife().and_then(|j| j.kind(IntervalKind::Jackknife)).expect("jackknife");
    let shares = jackknife.replicates(&[&breakdown]).expect("replicates")[0].shares.clone();
    let with = breakdown.with_intervals(&jackknife).expect("intervals");
    let g = 35.0_f64;
    for (i, share) in with.components.iter().enumerate() {
        let values = shares.column(i + 1);
        let mean = values.sum() / g;
        let std_error = ((g - 1.0) / g * values.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt();
        let centre = share.share_of_total;
        // R 4.2: qt(0.975, 34) = 2.032244509
        let half = 2.032_244_509 * std_error;
        let interval = share.interval.expect("every row has an interval");
        assert!((interval.std_error - std_error).abs() < 1e-14);
        assert!((interval.bias - (g - 1.0) * (mean - share.share_of_total)).abs() < 1e-13);
        assert!((interval.lower - (centre - half)).abs() < 1e-9 && (interval.upper - (centre + half)).abs() < 1e-9);
    }
}

fn in_threads<T: Send>(threads: usize, job: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(job)
}

#[test]
fn a_seed_gives_the_same_bits_on_any_number_of_threads() {
    let rows = unbalanced(28, 60, 6, 0.1);
    let panel = panel(&rows);
    let all = |threads| {
        in_threads(threads, || {
            let fit = model(true).fit(&panel).expect("the model fits");
            let breakdown = fit.shapley().expect("shapley");
            let bootstrap = fit.bootstrap(2_003, 3).expect("bootstrap").kind(IntervalKind::Bca).expect("a kind");
            (breakdown.with_intervals(&bootstrap).expect("intervals"), bootstrap.replicates(&[&breakdown]))
        })
    };
    let (one, two, five) = (all(1), all(2), all(5));
    assert_eq!(one.0, two.0);
    assert_eq!(one.0, five.0);
    assert_eq!(one.1.expect("replicates"), five.1.expect("replicates"));
}

/// Twelve units, of which one alone has a second level of the factor.
fn rare(rows: &mut Rows) {
    let only_first = rows.unit.iter().map(|u| if u == "u000" { "rare" } else { "common" }.to_string()).collect();
    rows.text.insert("kind".to_string(), only_first);
}

#[test]
fn degenerate_draws_are_handled_and_counted() {
    let mut rows = unbalanced(29, 12, 5, 0.1);
    rare(&mut rows);
    let panel = panel(&rows);
    let model = Model::new("y").component("kind", ["kind"]).component("slow", ["slow"]);
    let fit: FittedModel = model.fit(&panel).expect("the model fits");
    let breakdown = fit.sequential().expect("sequential");
    let bootstrap = fit.bootstrap(400, 2).expect("bootstrap");
    let without = (0..400).filter(|&r| !bootstrap.drawn(r).expect("drawn").contains(&0)).count();
    assert!(without > 100, "with 12 units about 35% of the draws lack one: {without}");
    let found = &bootstrap.replicates(&[&breakdown]).expect("replicates")[0];
    assert_eq!(found.degenerate, without);
    for replicate in 0..400 {
        let lacks = !bootstrap.drawn(replicate).expect("drawn").contains(&0);
        assert_eq!(found.shares[[replicate, 1]].abs() < 1e-12, lacks, "{replicate}");
        let sum: f64 = found.shares.row(replicate).sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }
    let with = breakdown.with_intervals(&bootstrap).expect("intervals");
    assert_eq!(with.interval.as_ref().map(|i| i.degenerate), Some(without));
    let counted = |w: &Warning| *w == Warning::DegenerateReplicates { degenerate: without, replicates: 400 };
    assert!(with.warnings.iter().any(counted));
    assert!(with.warnings.contains(&Warning::FewClusters { clusters: 12, wanted: 50 }));
    let jackknife = breakdown.with_intervals(&fit.jackknife().expect("jackknife")).expect("intervals");
    assert_eq!(jackknife.interval.map(|i| i.degenerate), Some(1));
}

#[test]
fn losing_unit_effects_is_degenerate() {
    let rows = unbalanced(33, 3, 6, 0.0);
    let panel = panel(&rows);
    let fit = Model::new("y").component("practice", ["unit_effects"]).fit(&panel).expect("the model fits");
    let breakdown = fit.sequential().expect("sequential");
    let bootstrap = fit.bootstrap(500, 1).expect("bootstrap");
    let same = |r: &usize| {
        let drawn = bootstrap.drawn(*r).expect("drawn");
        drawn.iter().all(|unit| *unit == drawn[0])
    };
    let alike = (0..500).filter(same).count();
    assert!(alike > 30, "a ninth of the draws are one unit three times: {alike}");
    assert_eq!(bootstrap.replicates(&[&breakdown]).expect("replicates")[0].degenerate, alike);
}

#[test]
fn a_unit_that_holds_nearly_everything_can_be_left_out() {
    for (column, factor) in [("y", 1e6), ("y", 1e9), ("slow", 1e7), ("weight", 1e15)] {
        let mut rows = unbalanced(34, 16, 6, 0.1);
        let heavy: Vec<usize> = (0..rows.len()).filter(|&r| rows.unit[r] == "u004").collect();
        for &row in &heavy {
            match column {
                "weight" => rows.weight[row] *= factor,
                _ => rows.numbers.get_mut(column).expect("a column")[row] *= factor,
            }
        }
        let panel = panel(&rows);
        let fit = model(true).fit(&panel).expect("the model fits");
        let breakdown = fit.shapley().expect("shapley");
        for resampling in [fit.jackknife().expect("jackknife"), fit.bootstrap(30, 5).expect("bootstrap")] {
            let found = &resampling.replicates(&[&breakdown]).expect("replicates")[0];
            for replicate in 0..found.shares.nrows() {
                let drawn = resampling.drawn(replicate).expect("drawn");
                if drawn.contains(&4) {
                    continue;
                }
                let (_, expected, _) = refit(&rows, &drawn);
                for (i, expected) in expected.iter().enumerate() {
                    let share = found.shares[[replicate, i + 1]];
                    assert!((share - expected).abs() < 1e-7, "{column} × {factor:e}, {replicate}: {share} {expected}");
                }
            }
        }
    }
}

#[test]
fn replicates_of_nearly_collinear_columns_equal_refitting() {
    for part in [1e-3, 1e-4, 1e-5] {
        let mut rows = unbalanced(35, 15, 6, 0.1);
        rows.weight = vec![1.0; rows.len()];
        let near = rows.column("slow").iter().zip(&rows.column("noisy")).map(|(s, n)| s + part * n).collect();
        rows.numbers.insert("near".to_string(), near);
        let panel = panel(&rows);
        let model = Model::new("y").component("slow", ["slow"]).component("near", ["near"]);
        let fit = model.component("practice", ["unit_effects"]).fit(&panel).expect("the model fits");
        let breakdown = fit.shapley().expect("shapley");
        let jackknife = fit.jackknife().expect("jackknife");
        let found = &jackknife.replicates(&[&breakdown]).expect("replicates")[0];
        assert_eq!(found.error_bound, None);
        for replicate in 0..15 {
            let sample = drawn_rows(&rows, &jackknife.drawn(replicate).expect("drawn"));
            let components = vec![vec![sample.column("slow")], vec![sample.column("near")], sample.unit_dummies()];
            let values = coalition_values(&sample.column("y"), &components, &[], &sample.weight);
            for (i, expected) in shapley(&values, 3).iter().enumerate() {
                let share = found.shares[[replicate, i + 1]];
                assert!((share - expected).abs() < 1e-9, "{part}: {share} against {expected}");
            }
        }
    }
}

#[test]
fn a_draw_without_variation_in_the_outcome_is_left_out() {
    // Three units; only the first has an outcome that varies, so one draw in about three and a half lacks it.
    let panel = Panel::builder()
        .units(["a", "a", "b", "b", "c", "c"])
        .periods([1, 2, 1, 2, 1, 2])
        .column("y", [1.0, 4.0, 2.0, 2.0, 2.0, 2.0])
        .column("x", [1.0, 2.0, 3.0, 5.0, 7.0, 4.0])
        .build()
        .expect("a panel");
    let fit = Model::new("y").component("x", ["x"]).fit(&panel).expect("the model fits");
    let breakdown = fit.sequential().expect("sequential");
    let bootstrap = fit.bootstrap(200, 1).expect("bootstrap");
    let found = &bootstrap.replicates(&[&breakdown]).expect("replicates")[0];
    let without = (0..200).filter(|&r| !bootstrap.drawn(r).expect("drawn").contains(&0)).count();
    assert_eq!(found.shares.column(0).iter().filter(|s| s.is_nan()).count(), without);
    assert_eq!(found.degenerate, without);
    let with = breakdown.with_intervals(&bootstrap).expect("intervals");
    assert!(with.rows().all(|row| row.interval.is_some_and(|i| i.lower.is_finite() && i.upper.is_finite())));
}

#[test]
fn every_kind_and_every_breakdown_from_the_same_draws() {
    let rows = unbalanced(30, 40, 6, 0.1);
    let panel = panel(&rows);
    let fit = model(true).fit(&panel).expect("the model fits");
    let (sequential, shapley) = (fit.sequential().expect("sequential"), fit.shapley().expect("shapley"));
    for kind in [IntervalKind::Percentile, IntervalKind::Basic, IntervalKind::Normal, IntervalKind::Bca] {
        let bootstrap = fit.bootstrap(300, 4).expect("bootstrap").kind(kind).expect("a kind");
        let both = Breakdown::all_with_intervals(&[&sequential, &shapley], &bootstrap).expect("intervals");
        assert_eq!(both[0], sequential.with_intervals(&bootstrap).expect("intervals"));
        assert_eq!(both[1], shapley.with_intervals(&bootstrap).expect("intervals"));
        for row in both.iter().flat_map(|b| b.rows()) {
            let interval = row.interval.expect("an interval");
            assert!(interval.lower <= interval.upper && interval.std_error >= 0.0, "{kind:?}: {row:?}");
        }
        // The unexplained part is the same whichever way the rest is split.
        let (a, b) = (both[0].unexplained.interval.expect("one"), both[1].unexplained.interval.expect("one"));
        assert!((a.lower - b.lower).abs() < 1e-12 && (a.std_error - b.std_error).abs() < 1e-12);
    }
}

#[test]
fn progress_reaches_the_end() {
    let rows = unbalanced(31, 40, 6, 0.1);
    let panel = panel(&rows);
    let fit = model(false).fit(&panel).expect("the model fits");
    let breakdown = fit.sequential().expect("sequential");
    let (calls, most) = (AtomicUsize::new(0), AtomicU64::new(0));
    let bootstrap = fit.bootstrap(1_001, 1).expect("bootstrap").watched(|done, wanted| {
        assert_eq!(wanted, 1_001);
        calls.fetch_add(1, Ordering::Relaxed);
        most.fetch_max(done, Ordering::Relaxed);
        ControlFlow::Continue(())
    });
    breakdown.with_intervals(&bootstrap).expect("intervals");
    assert!(calls.load(Ordering::Relaxed) > 10);
    assert_eq!(most.load(Ordering::Relaxed), 1_001);
}

/// What a computation says to its watch, on one thread, so that calls come in order.
fn said<T>(
    compute: impl FnOnce(&(dyn Fn(u64, u64) -> ControlFlow<()> + Send + Sync)) -> T + Send,
) -> (T, Vec<(u64, u64)>)
where
    T: Send,
{
    let said = Mutex::new(Vec::new());
    let watch = |done, of| {
        said.lock().expect("no panic").push((done, of));
        ControlFlow::Continue(())
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let found = pool.install(|| compute(&watch));
    (found, said.into_inner().expect("no panic"))
}

fn assert_rises_to(of: u64, said: &[(u64, u64)]) {
    assert!(said.iter().all(|s| s.1 == of), "{of}: {said:?}");
    assert!(said.windows(2).all(|pair| pair[0].0 < pair[1].0), "{said:?}");
    assert_eq!(said.last(), Some(&(of, of)));
}

#[test]
fn progress_counts_coalitions_over_replicates_and_kinds() {
    let rows = unbalanced(31, 40, 6, 0.1);
    let fit = model(false).fit(&panel(&rows)).expect("the model fits");
    let (sequential, shapley) = (fit.sequential().expect("sequential"), fit.shapley().expect("shapley"));
    let in_one = 1 + (1 << shapley.components.len());
    for kind in [IntervalKind::Jackknife, IntervalKind::Percentile, IntervalKind::Bca] {
        let (resampling, replicates) = match kind {
            IntervalKind::Jackknife => (fit.jackknife().expect("jackknife"), 40),
            _ => (fit.bootstrap(101, 1).and_then(|drawn| drawn.kind(kind)).expect("bootstrap"), 101),
        };
        // The acceleration is that of leaving units out.
        let replicates = if kind == IntervalKind::Bca { replicates + 40 } else { replicates };
        let both = [&sequential, &shapley];
        let (found, said) = said(|watch| Breakdown::all_with_intervals(&both, &resampling.clone().watched(watch)));
        assert_eq!(found.expect("watched"), Breakdown::all_with_intervals(&both, &resampling).expect("unwatched"));
        assert_rises_to(replicates * in_one, &said);
    }
}

#[test]
fn a_watch_that_breaks_cancels() {
    let rows = unbalanced(31, 40, 6, 0.1);
    let fit = model(false).fit(&panel(&rows)).expect("the model fits");
    let (sequential, shapley) = (fit.sequential().expect("sequential"), fit.shapley().expect("shapley"));
    let analysis = Analysis::new().comparisons();
    let plain = analysis.split(&fit).expect("split");
    // At once, and once it has begun.
    for calls in [0, 3] {
        let left = AtomicUsize::new(calls);
        let watch = |_, _| match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
            Ok(_) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let is_cancelled = |error: Error, what: &str| {
            assert!(error.to_string().starts_with(&format!("{what} was cancelled before it was done: ")), "{error}");
            assert!(matches!(error, Error::Estimate(EstimateError::Cancelled { .. })), "{error:?}");
            left.store(calls, Ordering::Relaxed);
        };
        let jackknife = fit.jackknife().expect("jackknife").watched(watch);
        let bootstrap = fit.bootstrap(101, 1).expect("bootstrap").watched(watch);
        is_cancelled(sequential.with_intervals(&jackknife).expect_err("cancelled"), "the jackknife");
        is_cancelled(shapley.with_intervals(&bootstrap).expect_err("cancelled"), "the bootstrap");
        is_cancelled(bootstrap.replicates(&[&shapley]).expect_err("cancelled"), "the bootstrap");
        is_cancelled(jackknife.comparisons(&[&shapley]).expect_err("cancelled"), "the jackknife");
        let watched = analysis.resample_watched(&fit, plain.clone(), watch);
        is_cancelled(watched.expect_err("cancelled"), "the jackknife");
    }
}

#[test]
fn an_analysis_counts_all_that_it_does() {
    let rows = unbalanced(31, 40, 6, 0.1);
    let fit = model(false).fit(&panel(&rows)).expect("the model fits");
    let k = fit.shapley().expect("shapley").components.len();
    let analysis = Analysis::new().comparisons().intervals(Intervals::bootstrap(99, 1));
    let (split, of_split) = said(|watch| analysis.split_watched(&fit, watch));
    let split = split.expect("split");
    assert_eq!(split, analysis.split(&fit).expect("split"));
    assert_rises_to(1 + (1 << k), &of_split);
    let (found, of_both) = said(|watch| analysis.resample_watched(&fit, split.clone(), watch));
    assert_eq!(found.expect("resampled"), analysis.resample(&fit, split).expect("resampled"));
    // Intervals, and comparisons from the same draws.
    assert_rises_to(2 * 99 * (1 + (1 << k)), &of_both);
    let cancelled = analysis.split_watched(&fit, |_, _| ControlFlow::Break(()));
    assert!(matches!(cancelled, Err(Error::Estimate(EstimateError::Cancelled { method })) if method == "sequential"));
}

#[test]
fn what_cannot_be_resampled_says_why() {
    let rows = unbalanced(32, 40, 6, 0.1);
    let panel = panel(&rows);
    let fit = model(false).fit(&panel).expect("the model fits");
    let breakdown = fit.sequential().expect("sequential");
    let other = Model::new("y").component("slow", ["slow"]).fit(&panel).expect("the model fits");
    let refused = breakdown.with_intervals(&other.jackknife().expect("jackknife"));
    assert!(matches!(refused, Err(Error::Estimate(EstimateError::OtherFit { .. }))), "{refused:?}");
    let same_names = model(true).fit(&panel).expect("the model fits");
    let refused = breakdown.with_intervals(&same_names.jackknife().expect("jackknife"));
    assert!(matches!(refused, Err(Error::Estimate(EstimateError::OtherFit { .. }))), "{refused:?}");
    let mut mixed = fit.first().expect("first");
    mixed.detail = fit.owen().expect("owen").detail;
    let refused = mixed.with_intervals(&fit.jackknife().expect("jackknife"));
    assert!(matches!(refused, Err(Error::Estimate(EstimateError::OtherFit { .. }))), "{refused:?}");
    let given = |drawn: Vec<usize>| fit.bootstrap_of(vec![(0..40).collect(), drawn]).expect_err("no draw").to_string();
    assert_eq!(
        given(vec![0; 3]),
        "the number of positions in a draw is 3: draw 1 must hold 40, as many as there are units, or rows without units"
    );
    assert_eq!(given(vec![40; 40]), "a position in a draw is 40: draw 1 must hold positions from 0 to 39");
    assert!(matches!(fit.bootstrap(1, 1), Err(Error::Question(QuestionError::TooFew { expected: 2, found: 1, .. }))));
    let bootstrap = fit.bootstrap(10, 1).expect("bootstrap");
    assert!(matches!(
        bootstrap.clone().kind(IntervalKind::Jackknife),
        Err(Error::Question(QuestionError::Option { .. }))
    ));
    assert!(matches!(
        bootstrap.clone().level(1.0 - f64::EPSILON),
        Err(Error::Question(QuestionError::Option { option: "level", .. }))
    ));
    for kind in [IntervalKind::Bca, IntervalKind::Normal, IntervalKind::Percentile] {
        let highest = bootstrap.clone().kind(kind).expect("a kind").level(0.999_999).expect("the highest level");
        let with = breakdown.with_intervals(&highest).expect("intervals");
        assert!(with.rows().all(|row| row.interval.is_some_and(|i| i.lower.is_finite() && i.upper.is_finite())));
    }
    assert!(matches!(
        bootstrap.clone().level(1.0),
        Err(Error::Question(QuestionError::Option { option: "level", .. }))
    ));
    assert!(matches!(
        bootstrap.clone().level(f64::NAN),
        Err(Error::Question(QuestionError::Option { option: "level", .. }))
    ));
    assert!(matches!(bootstrap.drawn(10), Err(Error::Question(QuestionError::Option { option: "replicate", .. }))));
    let few = breakdown.with_intervals(&bootstrap).expect("intervals");
    assert!(few.warnings.contains(&Warning::FewDraws { draws: 10, wanted: 39 }));
    let one_unit = rows.at(&(0..rows.len()).filter(|&r| rows.unit[r] == "u000").collect::<Vec<_>>());
    let panel = crate::common::panel::panel(&one_unit);
    let fit = Model::new("y").component("noisy", ["noisy"]).fit(&panel).expect("the model fits");
    assert!(matches!(fit.jackknife(), Err(Error::Estimate(EstimateError::TooFew { expected: 2, found: 1, .. }))));
}
