//! Every method on twelve components, its bootstrap, and refitting.
#![allow(clippy::expect_used, clippy::panic)]

mod common;

use apportion::decompose::Score;
use apportion::{Breakdown, FittedModel, Method, Model, Panel, Result, Term};
use common::Numbers;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use linfa_linear::LinearRegression;

const ROWS: usize = 1_500;
const DRAWS: usize = 1_000;
const PERIODS: usize = 10;

/// So many components of one column each, correlated with one another; `units` makes a panel of ten years of it.
fn fit(components: usize, units: bool) -> Result<FittedModel> {
    let mut random = Numbers::new(4);
    let shared = random.normals(ROWS);
    let mut outcome = random.normals(ROWS);
    let mut builder = Panel::builder();
    let mut model = Model::new("y");
    for c in 0..components {
        let values: Vec<f64> = shared.iter().map(|s| 0.6 * s + random.normal()).collect();
        outcome.iter_mut().zip(&values).for_each(|(y, x)| *y += 0.2 * x);
        builder = builder.column(format!("x{c}"), values);
        model = model.component(format!("x{c}"), [format!("x{c}")]);
    }
    if units {
        builder =
            builder.units((0..ROWS).map(|row| row / PERIODS)).periods((0..ROWS).map(|row| (row % PERIODS) as i32));
        model = model.component("units", [Term::UnitEffects]).component("periods", [Term::PeriodEffects]);
    }
    model.fit(&builder.column("y", outcome).build()?)
}

fn assert_shares(breakdown: &Breakdown, shapley: &Breakdown) {
    if breakdown.method.is_additive() {
        let sum: f64 = breakdown.components.iter().map(|c| c.share_of_total).sum();
        assert!((sum - shapley.r2_overall).abs() < 1e-10, "{} sums to R²", breakdown.method.name());
    }
    assert!((breakdown.r2_overall - shapley.r2_overall).abs() < 1e-12);
}

fn points(c: &mut Criterion) {
    for (title, components, units) in [("12 columns", 12, false), ("10 columns, units and periods", 10, true)] {
        let fit = fit(components, units).expect("the model fits");
        let shapley = fit.shapley().expect("shapley");
        let table = fit.all_methods().expect("methods");
        let mut group = c.benchmark_group(format!("methods, {title}"));
        group.sample_size(20);
        for breakdown in &table.breakdowns {
            assert_shares(breakdown, &shapley);
            let method = &breakdown.method;
            group.bench_function(BenchmarkId::new("point", method.name()), |b| b.iter(|| fit.breakdown(method)));
        }
        group.bench_function(BenchmarkId::new("point", "all"), |b| b.iter(|| fit.all_methods()));
        group.finish();
    }
}

fn replicates(c: &mut Criterion) {
    for (title, components, units) in [("12 columns", 12, false), ("10 columns, units and periods", 10, true)] {
        let fit = fit(components, units).expect("the model fits");
        let mut group = c.benchmark_group(format!("1000 replicates on 1500 rows, {title}"));
        group.sample_size(10);
        for method in
            [Method::Shapley, Method::ConditionalDominance, Method::Pmvd, Method::Pratt, Method::CompleteDominance]
        {
            let breakdown = fit.breakdown(&method).expect("a method");
            let with = |draws| fit.bootstrap(draws, 1).and_then(|b| breakdown.with_intervals(&b)).expect("intervals");
            let covered = with(100);
            assert!(
                covered.components.iter().all(|c| c.interval.is_some_and(|i| i.lower <= i.upper && i.std_error > 0.0))
            );
            group.bench_function(BenchmarkId::new("intervals", method.name()), |b| b.iter(|| with(DRAWS)));
        }
        group.finish();
    }
}

fn games(c: &mut Criterion) {
    let fit = fit(8, false).expect("the model fits");
    let shapley = fit.shapley().expect("shapley");
    let refit = || fit.refitted(&LinearRegression::new(), Score::r2).expect("a game");
    for (credit, share) in refit().shapley().expect("shapley").components.iter().zip(&shapley.components) {
        assert!((credit.value - share.share_of_total).abs() < 1e-9);
    }
    let mut group = c.benchmark_group("games, 8 columns on 1500 rows");
    group.sample_size(10);
    group.bench_function("linfa's least squares on every coalition", |b| b.iter(refit));
    group.bench_function("adjusted R²", |b| b.iter(|| fit.adjusted_r2()));
    group.bench_function("cross-validated R², 10 folds", |b| b.iter(|| fit.cross_validated_r2(Some(10))));
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = points, replicates, games
}
criterion_main!(benches);
