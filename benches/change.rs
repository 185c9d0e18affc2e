//! The change between all pairs of eight periods, with intervals, and of its count; England's own panel.
#![allow(clippy::expect_used)]

mod common;

use apportion::findings::{ChangeAnalysis, OaxacaAnalysis};
use apportion::{Model, Panel, Term};
use criterion::{Criterion, criterion_group, criterion_main};

fn change(c: &mut Criterion) {
    let panel = Panel::england_2011_2018().expect("it is in the crate");
    let fit = Model::new("cpp_rate")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["log(spend_core_per_child)"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .fit(&panel)
        .expect("the model fits");
    let asked = ChangeAnalysis::new();
    let with_counts = asked.clone().counts("population_0_17", 10_000.0);
    let pairs = with_counts.pairs(&fit).expect("changes");
    assert_eq!(pairs.len(), 28);
    for change in &pairs {
        for method in &change.methods {
            let sum: f64 = method.rows().map(|part| part.change).sum();
            assert!((sum - change.actual).abs() < 1e-9 && method.rows().all(|part| part.interval.is_some()));
        }
        let counts = change.counts.as_ref().expect("counts");
        assert!((counts.population + counts.mix + counts.rates - counts.to + counts.from).abs() < 1e-6);
    }

    let mut group = c.benchmark_group("change");
    group.bench_function("all pairs of 8 periods, two methods, jackknife", |b| b.iter(|| asked.pairs(&fit)));
    group.bench_function("the same with counts", |b| b.iter(|| with_counts.pairs(&fit)));
    group.bench_function("one pair, two methods, jackknife", |b| b.iter(|| asked.of(&fit, 2011, 2018)));
    let gap = OaxacaAnalysis::between_periods(2011, 2018);
    group.bench_function("Oaxaca and Blinder, jackknife", |b| b.iter(|| gap.of(&fit)));
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = change
}
criterion_main!(benches);
