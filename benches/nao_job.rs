//! The main job: 150 units × 8 periods, four regressors, unit and period effects, six players, Shapley; its 1,000
//! cluster-bootstrap replicates and its jackknife.
#![allow(clippy::expect_used, clippy::panic)]

mod common;

use apportion::{Breakdown, FittedModel, IntervalKind, Model, Panel, Result, Term};
use common::Numbers;
use criterion::{Criterion, criterion_group, criterion_main};

const UNITS: usize = 150;
const PERIODS: usize = 8;
const DRAWS: usize = 1_000;

fn panel() -> Result<Panel> {
    let mut random = Numbers::new(3);
    let rows = UNITS * PERIODS;
    let levels = random.normals(UNITS);
    let mut outcome = random.normals(rows);
    let mut columns = Vec::new();
    for _ in 0..4 {
        let values: Vec<f64> = (0..rows).map(|row| 0.6 * levels[row / PERIODS] + random.normal()).collect();
        outcome.iter_mut().zip(&values).for_each(|(y, x)| *y += 0.3 * x);
        columns.push(values);
    }
    let mut builder = Panel::builder()
        .units((0..rows).map(|row| row / PERIODS))
        .periods((0..rows).map(|row| 2011 + (row % PERIODS) as i32))
        .column("y", (0..rows).map(|row| outcome[row] + levels[row / PERIODS]));
    for (i, values) in columns.iter().enumerate() {
        builder = builder.column(format!("x{}", i + 1), values);
    }
    builder.build()
}

fn fit(panel: &Panel) -> Result<FittedModel> {
    let model = Model::new("y")
        .component("x1", ["x1"])
        .component("x2", ["x2"])
        .component("x3", ["x3"])
        .component("x4", ["x4"])
        .component("units", [Term::UnitEffects])
        .component("periods", [Term::PeriodEffects]);
    model.fit(panel)
}

/// Replicates are those of a panel that holds the drawn units.
fn assert_replicates(panel: &Panel, fit: &FittedModel, breakdown: &Breakdown) -> Result<()> {
    let bootstrap = fit.bootstrap(DRAWS, 1)?;
    let found = &bootstrap.replicates(&[breakdown])?[0];
    for replicate in [0, 7, DRAWS - 1] {
        let drawn = bootstrap.drawn(replicate)?;
        let rows: Vec<usize> = drawn.iter().flat_map(|unit| unit * PERIODS..(unit + 1) * PERIODS).collect();
        let mut builder = Panel::builder()
            .units((0..rows.len()).map(|row| row / PERIODS))
            .periods((0..rows.len()).map(|row| 2011 + (row % PERIODS) as i32));
        for column in panel.columns() {
            let values = column.numbers()?;
            builder = builder.column(column.name(), rows.iter().map(|&row| values[row]));
        }
        let refitted = self::fit(&builder.build()?)?.shapley()?;
        for (i, share) in refitted.components.iter().enumerate() {
            assert!((found.shares[[replicate, i + 1]] - share.share_of_total).abs() < 1e-10, "{}", share.name);
        }
    }
    Ok(())
}

fn nao_job(c: &mut Criterion) {
    let panel = panel().expect("the data are a panel");
    let fit = fit(&panel).expect("the model fits");
    let breakdown = fit.shapley().expect("six players");
    assert_replicates(&panel, &fit, &breakdown).expect("the replicates can be refitted");

    let mut group = c.benchmark_group("nao job");
    group.bench_function("fit", |b| b.iter(|| self::fit(&panel)));
    group.bench_function("shapley", |b| b.iter(|| fit.shapley()));
    group.bench_function("1000 bootstrap replicates with intervals", |b| {
        b.iter(|| fit.bootstrap(DRAWS, 1).and_then(|bootstrap| breakdown.with_intervals(&bootstrap)))
    });
    // The shares as they are; what chance gives of them is timed by the bench of corrected shares.
    let plain = || fit.jackknife()?.without_corrected().kind(IntervalKind::Jackknife);
    group.bench_function("jackknife with intervals", |b| {
        b.iter(|| plain().and_then(|jackknife| breakdown.with_intervals(&jackknife)))
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = nao_job
}
criterion_main!(benches);
