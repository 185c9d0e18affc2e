//! How the coefficient of one column changes beside five components, unit and period effects among them: 150 units × 8
//! periods, with clustered errors, 1,000 cluster-bootstrap replicates and the jackknife.
#![allow(clippy::expect_used, clippy::panic)]

mod common;

use apportion::{FittedModel, Model, Panel, Result, Term};
use common::Numbers;
use criterion::{Criterion, criterion_group, criterion_main};

const UNITS: usize = 150;
const PERIODS: usize = 8;

fn fit() -> Result<FittedModel> {
    let mut random = Numbers::new(5);
    let rows = UNITS * PERIODS;
    let levels = random.normals(UNITS);
    let mut outcome = random.normals(rows);
    let mut builder = Panel::builder()
        .units((0..rows).map(|row| row / PERIODS))
        .periods((0..rows).map(|row| 2011 + (row % PERIODS) as i32));
    for i in 1..=4 {
        let values: Vec<f64> = (0..rows).map(|row| 0.6 * levels[row / PERIODS] + random.normal()).collect();
        outcome.iter_mut().zip(&values).for_each(|(y, x)| *y += 0.3 * x);
        builder = builder.column(format!("x{i}"), values);
    }
    let panel = builder.column("y", (0..rows).map(|row| outcome[row] + levels[row / PERIODS])).build()?;
    let model = Model::new("y")
        .always(["x1"])
        .component("x2", ["x2"])
        .component("x3", ["x3"])
        .component("x4", ["x4"])
        .component("units", [Term::UnitEffects])
        .component("periods", [Term::PeriodEffects]);
    model.fit(&panel)
}

fn gelbach(c: &mut Criterion) {
    let fit = fit().expect("the model fits");
    let found = fit.gelbach().expect("x1 has both coefficients");
    let parts: f64 = found.columns[0].changes.iter().map(|part| part.change.estimate).sum();
    assert!((parts - found.columns[0].total_change.estimate).abs() < 1e-12, "{parts}");
    let full = fit.regression().expect("it fits").estimate("x1").expect("x1 is kept");
    assert!((full - found.columns[0].full.estimate).abs() < 1e-12, "{full}");

    let mut group = c.benchmark_group("gelbach of 150 units x 8 periods, 5 components");
    group.bench_function("with clustered errors", |b| b.iter(|| fit.gelbach()));
    group.bench_function("1000 bootstrap replicates with intervals", |b| {
        b.iter(|| fit.bootstrap(1_000, 1).and_then(|bootstrap| found.with_intervals(&bootstrap)))
    });
    group.bench_function("jackknife with intervals", |b| {
        b.iter(|| fit.jackknife().and_then(|jackknife| found.with_intervals(&jackknife)))
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = gelbach
}
criterion_main!(benches);
