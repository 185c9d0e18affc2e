//! Shapley values from sampled orders, by number of players and requested error.
#![allow(clippy::expect_used, clippy::panic)]

mod common;

use apportion::decompose::SampledOrders;
use apportion::{FittedModel, Model, Panel, Result};
use common::Numbers;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Players of one column each, correlated by what they share; `copies` of them are one and the same column.
fn fit(players: usize, rows: usize, copies: usize) -> Result<FittedModel> {
    let mut random = Numbers::new(4);
    let shared = random.normals(rows);
    let noise = random.normals(rows);
    let mut outcome: Vec<f64> = noise.iter().map(|e| 6.0 * e).collect();
    let (mut builder, mut model) = (Panel::builder(), Model::new("y"));
    let mut copied = Vec::new();
    for player in 0..players {
        let values: Vec<f64> = match player {
            1.. if player < copies => Vec::clone(&copied),
            _ => shared.iter().map(|s| 0.5 * s + random.normal()).collect(),
        };
        let weight = if player == 0 && copies > 1 { 20.0 } else { 0.3 };
        outcome.iter_mut().zip(&values).for_each(|(y, x)| *y += weight * x);
        if player == 0 {
            copied.clone_from(&values);
        }
        builder = builder.column(format!("x{player}"), values);
        model = model.component(format!("player {player}"), [format!("x{player}")]);
    }
    model.fit(&builder.column("y", outcome).build()?)
}

fn sampled(c: &mut Criterion) {
    let mut group = c.benchmark_group("sampled");
    group.sample_size(10);
    let cases = [
        ("to 0.002", 100, 1_000, 0, 0.002),
        ("to 0.0005", 100, 1_000, 0, 0.0005),
        // Three copies of a column that explains nearly everything: the first to enter takes all.
        ("to 0.002, three copies", 100, 1_000, 3, 0.002),
        ("to 0.002", 300, 1_500, 0, 0.002),
        ("to 0.002", 24, 1_000, 0, 0.002),
    ];
    for (what, players, rows, copies, std_error) in cases {
        let fit = fit(players, rows, copies).expect("the model fits");
        let options = SampledOrders::new(1).std_error(std_error);
        let result = fit.shapley_sampled(&options).expect("the options are in range");
        assert!(result.reached && result.largest_std_error() <= std_error, "{what}: {} orders", result.orders);
        let sum: f64 = result.components.iter().map(|c| c.share_of_total).sum();
        assert!((sum - result.r2_overall).abs() < 1e-12, "shares sum to R²");
        let sequential = fit.sequential().expect("no limit").r2_overall;
        assert!((result.r2_overall - sequential).abs() < 1e-9, "R² is that of the whole model");
        if players <= 24 {
            for (share, exact) in result.components.iter().zip(&fit.shapley().expect("so few are exact").components) {
                let error = (share.share_of_total - exact.share_of_total).abs();
                assert!(error <= 4.5 * share.std_error, "{}: {error}", share.name);
            }
        }
        println!("{players} players {what}: {} orders, error {:.5}", result.orders, result.largest_std_error());
        group.throughput(Throughput::Elements(result.orders as u64));
        group.bench_function(BenchmarkId::new(what, players), |b| b.iter(|| fit.shapley_sampled(&options)));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = sampled
}
criterion_main!(benches);
