//! Shapley values over all coalitions, by number of players; the time per coalition should not grow.
//!
//! Throughput is in coalitions: a rate of 5 Gelem/s is 0.2 ns per coalition.
#![allow(clippy::expect_used, clippy::panic)]

mod common;

use apportion::{FittedModel, Model, Panel, Result};
use common::Numbers;
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};

const ROWS: usize = 1_200;

/// Players of `block` columns each, all correlated with one another.
fn fit(players: usize, block: usize) -> Result<FittedModel> {
    let mut random = Numbers::new(2);
    let shared = random.normals(ROWS);
    let mut builder = Panel::builder();
    let mut model = Model::new("y");
    let mut outcome = random.normals(ROWS);
    for player in 0..players {
        let names: Vec<String> = (0..block).map(|b| format!("x{player}_{b}")).collect();
        for name in &names {
            let values: Vec<f64> = shared.iter().map(|s| 0.5 * s + random.normal()).collect();
            outcome.iter_mut().zip(&values).for_each(|(y, x)| *y += 0.2 * x);
            builder = builder.column(name, values);
        }
        model = model.component(format!("player {player}"), names);
    }
    model.fit(&builder.column("y", outcome).build()?)
}

fn coalitions(c: &mut Criterion) {
    for (block, sizes) in [(1, &[5, 12, 20, 22, 24, 28, 32][..]), (3, &[5, 12, 20, 22][..])] {
        let mut group = c.benchmark_group(format!("shapley, {block} columns a player"));
        group.sample_size(10);
        // The largest take a second or so each.
        group.sampling_mode(SamplingMode::Flat);
        for &players in sizes {
            let fit = fit(players, block).expect("the model fits");
            if players <= 28 {
                let breakdown = fit.shapley().expect("so many can be enumerated");
                let sum: f64 = breakdown.components.iter().map(|c| c.share_of_total).sum();
                assert!((sum - breakdown.r2_overall).abs() < 1e-12, "shares sum to R²");
            }
            if players <= 12 {
                let breakdown = fit.shapley().expect("so many can be enumerated");
                let range = fit.order_range().expect("a table of that size");
                for (share, range) in breakdown.components.iter().zip(&range.components) {
                    assert!((share.share_of_total - range.mean).abs() < 1e-12, "{}", share.name);
                }
            }
            group.throughput(Throughput::Elements(1 << players));
            group.bench_function(BenchmarkId::new("players", players), |b| b.iter(|| fit.shapley()));
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = coalitions
}
criterion_main!(benches);
