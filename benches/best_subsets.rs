//! The best five of 28 candidates, and the best of every size, on 1,000 rows; and the best five in bootstrap replicates.
//!
//! Easy: independent candidates. Hard: what they share is nine times what each has to itself, and all have an effect.
#![allow(clippy::expect_used, clippy::panic)]

mod common;

use apportion::{FittedModel, Model, Panel, Result};
use common::Numbers;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

const ROWS: usize = 1_000;
const CANDIDATES: usize = 28;
const SIZE: usize = 5;
const DRAWS: usize = 20;
const DESIGNS: [(&str, f64); 2] = [("independent", 0.0), ("correlated", 3.0)];

fn fit(candidates: usize, shared: f64) -> Result<FittedModel> {
    let mut random = Numbers::new(3);
    let common = random.normals(ROWS);
    let mut builder = Panel::builder();
    let mut model = Model::new("y");
    let mut outcome: Vec<f64> = random.normals(ROWS).iter().map(|e| 4.0 * e).collect();
    for candidate in 0..candidates {
        let name = format!("x{candidate}");
        let values: Vec<f64> = common.iter().map(|c| shared * c + random.normal()).collect();
        let slope = 0.5 * random.normal();
        outcome.iter_mut().zip(&values).for_each(|(y, x)| *y += slope * x);
        builder = builder.column(&name, values);
        model = model.component(&name, [&name]);
    }
    model.fit(&builder.column("y", outcome).build()?)
}

/// The best of every size of eleven candidates is the best of all 2^11 subsets.
fn assert_best(shared: f64) {
    let fit = fit(11, shared).expect("the model fits");
    let names: Vec<&str> = fit.column_names().collect();
    let mut best = [f64::NEG_INFINITY; 12];
    for set in 0..1_usize << 11 {
        let members: Vec<&str> = (0..11).filter(|i| set >> i & 1 == 1).map(|i| names[i]).collect();
        let value = fit.r2_overall_of(&members).expect("components");
        best[members.len()] = best[members.len()].max(value);
    }
    for (found, best) in fit.best_subsets().expect("best subsets").by_size.iter().zip(best) {
        assert!(
            (found.r2_overall - best).abs() < 1e-12,
            "{}: {} against {best}",
            found.components.len(),
            found.r2_overall
        );
    }
}

fn best_subsets(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("best subsets of {CANDIDATES} on {ROWS} rows"));
    group.sample_size(10);
    for (design, shared) in DESIGNS {
        assert_best(shared);
        let fit = fit(CANDIDATES, shared).expect("the model fits");
        let five = fit.best_subsets_up_to(SIZE).expect("best subsets");
        assert_eq!(five.by_size[SIZE], fit.best_subsets().expect("best subsets").by_size[SIZE]);
        group.bench_function(BenchmarkId::new("up to five", design), |b| b.iter(|| fit.best_subsets_up_to(SIZE)));
        group.bench_function(BenchmarkId::new("every size", design), |b| b.iter(|| fit.best_subsets()));
        let bootstrap = fit.bootstrap(DRAWS, 1).expect("bootstrap");
        let chosen: f64 = bootstrap.selection(SIZE).expect("a selection").chosen.iter().map(|c| c.proportion).sum();
        assert!((chosen - SIZE as f64).abs() < 1e-12, "five are chosen every time");
        group.bench_function(BenchmarkId::new("five, 20 bootstrap replicates", design), |b| {
            b.iter(|| bootstrap.selection(SIZE))
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = best_subsets
}
criterion_main!(benches);
