//! From rows to moments, and from a panel to a fit: 10 columns and an outcome, units of eight rows.
#![allow(clippy::expect_used, clippy::panic)]

mod common;

use apportion::fit::Moments;
use apportion::{Model, Panel, Result};
use common::Numbers;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const COLUMNS: usize = 10;
const PERIODS: usize = 8;

fn columns(rows: usize) -> Vec<Vec<f64>> {
    let mut random = Numbers::new(1);
    (0..=COLUMNS).map(|_| random.normals(rows)).collect()
}

/// The moments agree with sums formed one by one.
fn assert_moments(columns: &[&[f64]], moments: &Moments, units: &[u32]) {
    let (x, y) = (columns[0], columns[COLUMNS]);
    let unit_sums = |v: &[f64]| {
        let mut sums = vec![(0.0, 0.0); units.len()];
        for (u, x) in units.iter().zip(v) {
            sums[*u as usize].0 += x;
            sums[*u as usize].1 += 1.0;
        }
        sums
    };
    let (sx, sy) = (unit_sums(x), unit_sums(y));
    let deviation = |sums: &[(f64, f64)], u: u32, v: f64| v - sums[u as usize].0 / sums[u as usize].1;
    let within: f64 = (0..x.len()).map(|r| deviation(&sx, units[r], x[r]) * deviation(&sy, units[r], y[r])).sum();
    assert!((moments.within().expect("in range")[[0, COLUMNS]] - within).abs() < 1e-9 * x.len() as f64);
}

fn moments(c: &mut Criterion) {
    let mut group = c.benchmark_group("moments");
    group.sample_size(20);
    for rows in [1_000, 100_000, 1_000_000] {
        let data = columns(rows);
        let columns: Vec<&[f64]> = data.iter().map(Vec::as_slice).collect();
        let weights = vec![1.0; rows];
        let units: Vec<u32> = (0..rows).map(|row| (row / PERIODS) as u32).collect();
        let form = || Moments::new(&columns, &weights, Some(&units)).expect("the columns are finite");
        assert_moments(&columns, &form(), &units);
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_function(BenchmarkId::new("10 columns, one-way effects", rows), |b| b.iter(form));
    }
    group.finish();
}

fn fit(c: &mut Criterion) {
    let mut group = c.benchmark_group("fit");
    group.sample_size(10);
    for rows in [1_000, 100_000] {
        let panel = panel(rows).expect("the data are a panel");
        let mut model = Model::new("x10").component("units", ["unit_effects"]);
        for column in 0..COLUMNS {
            model = model.component(format!("c{column}"), [format!("x{column}")]);
        }
        let breakdown = model.fit(&panel).and_then(|fit| fit.sequential()).expect("the model fits");
        assert!((breakdown.r2_overall - 0.125).abs() < 0.1, "noise on eight rows a unit: {}", breakdown.r2_overall);
        group.throughput(Throughput::Elements(rows as u64));
        let fit = || model.fit(&panel).expect("the model fits");
        group.bench_function(BenchmarkId::new("10 columns, one-way effects", rows), |b| b.iter(fit));
    }
    group.finish();
}

fn panel(rows: usize) -> Result<Panel> {
    let mut builder = Panel::builder()
        .units((0..rows).map(|row| row / PERIODS))
        .periods((0..rows).map(|row| 2011 + (row % PERIODS) as i32));
    for (i, values) in columns(rows).into_iter().enumerate() {
        builder = builder.column(format!("x{i}"), values);
    }
    builder.build()
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = moments, fit
}
criterion_main!(benches);
