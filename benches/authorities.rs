//! What is said of every unit: contributions, what is expected, what remains, and ranks; of England, 2011 to 2018.
#![allow(clippy::expect_used)]

mod common;

use apportion::findings::UnitAnalysis;
use apportion::{Method, Model, Panel, Term};
use criterion::{Criterion, criterion_group, criterion_main};

fn authorities(c: &mut Criterion) {
    let panel = Panel::england_2011_2018().expect("the panel reads");
    // The plain question: 146 authorities, 8 years.
    let fit = Model::new("cpp_rate")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["log(spend_core_per_child)"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .fit(&panel)
        .expect("the model fits");
    let asked = UnitAnalysis::new().method(Method::Shapley);
    let found = asked.of(&fit).expect("an answer");
    let shapley = fit.shapley().expect("shapley");
    let rows = fit.contributions_by(&Method::Shapley).expect("it splits").by_row();
    // Σ c (y − ȳ)/TSS is the share, and what is expected is what is there less what remains.
    let total: f64 = rows.rows.iter().map(|row| (row.actual - rows.mean).powi(2)).sum();
    for (at, share) in shapley.components.iter().enumerate() {
        let product: f64 = rows.rows.iter().map(|row| row.contributions[at].points * (row.actual - rows.mean)).sum();
        assert!((product / total - share.share_of_total).abs() < 1e-12);
    }
    assert!(found.units.iter().all(|unit| (unit.actual - unit.expected - unit.remainder).abs() < 1e-12));

    let mut group = c.benchmark_group("authorities");
    group.bench_function("all, ranks from 4,000 draws", |b| b.iter(|| asked.of(&fit)));
    group.bench_function("shapley contributions by unit", |b| {
        b.iter(|| fit.contributions_by(&Method::Shapley).and_then(|found| found.by_unit()));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = authorities
}
criterion_main!(benches);
