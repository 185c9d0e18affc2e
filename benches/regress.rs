//! The within estimator on a million rows, by number of effects and of columns, with cluster-robust standard errors.
#![allow(clippy::expect_used, clippy::panic)]

mod common;

use apportion::{Covariance, Estimator, Panel, PanelRegression};
use common::Numbers;
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};

const UNITS: usize = 50_000;
const PERIODS: i32 = 20;

/// A balanced panel of a million rows, the slopes of its ten columns being 0.1, 0.2, …
fn panel() -> Panel {
    let rows = UNITS * PERIODS as usize;
    let mut random = Numbers::new(4);
    let units: Vec<String> = (0..rows).map(|row| (row / PERIODS as usize).to_string()).collect();
    let periods: Vec<i32> = (0..rows).map(|row| 2000 + (row as i32 % PERIODS)).collect();
    let own = random.normals(UNITS);
    let mut outcome: Vec<f64> = (0..rows).map(|row| own[row / PERIODS as usize] + random.normal()).collect();
    let mut builder = Panel::builder().units(units).periods(periods);
    for column in 1..=10 {
        let values: Vec<f64> = (0..rows).map(|row| 0.5 * own[row / PERIODS as usize] + random.normal()).collect();
        outcome.iter_mut().zip(&values).for_each(|(y, x)| *y += 0.1 * f64::from(column) * x);
        builder = builder.column(format!("x{column}"), values);
    }
    builder.column("y", outcome).build().expect("a panel")
}

fn regress(c: &mut Criterion) {
    let panel = panel();
    let mut group = c.benchmark_group("within, 1000000 rows, clustered by unit");
    group.sample_size(10);
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(panel.n_observations() as u64));
    for (effects, estimator) in [("one effect", Estimator::Within), ("two effects", Estimator::Twoway)] {
        for columns in [1, 10] {
            let terms: Vec<String> = (1..=columns).map(|column| format!("x{column}")).collect();
            let question = PanelRegression::new("y", terms).estimator(estimator);
            let run = || question.fit(&panel).and_then(|fit| fit.coefficients(&Covariance::cluster()));
            if columns == 10 {
                for (at, coefficient) in run().expect("it fits").coefficients.iter().enumerate() {
                    let expected = 0.1 * (at + 1) as f64;
                    // Six standard errors of 1/√(950,000).
                    assert!((coefficient.estimate - expected).abs() < 0.006, "{effects}: {}", coefficient.estimate);
                    assert!((coefficient.std_error - 0.001).abs() < 1e-4, "{effects}: {}", coefficient.std_error);
                }
            }
            group.bench_function(BenchmarkId::new(effects, format!("{columns} columns")), |b| b.iter(run));
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = regress
}
criterion_main!(benches);
