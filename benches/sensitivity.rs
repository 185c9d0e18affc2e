//! The shares under thousands of specifications; England's own panel.
#![allow(clippy::expect_used)]

mod common;

use apportion::findings::{Intervals, Sensitivity};
use apportion::panel::UnitRule;
use apportion::{Method, Model, Panel, Term};
use criterion::{Criterion, criterion_group, criterion_main};

/// The median share of practice over all, by `numpy.linalg.lstsq`.
const MEDIAN: f64 = 0.5044668432116484;

/// Four outcomes, these measures of deprivation, three of spending, raw or logged.
fn asked<const N: usize>(deprivation: [&str; N]) -> Sensitivity {
    let spending = ["spend_core_per_child", "spend_safeguarding_per_child", "spend_total_cyp_per_child"];
    let spending = spending.map(Term::column).into_iter().flat_map(|column| [[column.clone()], [column.log()]]);
    let base = Model::new("cpp_rate")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["spend_core_per_child"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects]);
    Sensitivity::new(base)
        .outcomes(["cpp_rate", "log(cpp_rate)", "cpp_start_rate", "log(cpp_start_rate)"])
        .terms("deprivation", deprivation.map(|measure| [measure]))
        .terms("spending", spending)
        .all_orders()
}

fn sensitivity(c: &mut Criterion) {
    let mut group = c.benchmark_group("sensitivity");
    group.sample_size(10);

    let window = Panel::england_2011_2018().expect("it is in the crate");
    let both = [Method::Sequential { order: Vec::new() }, Method::Shapley];
    let of_window = asked(["idaci_2015", "imd_2015", "low_income_pct"])
        .weights([None, Some("population_0_17")])
        .methods(both)
        .intervals(Intervals::jackknife())
        .sample(2_000, 1);
    let curve = of_window.of(&window).expect("a curve");
    assert_eq!((curve.specifications.len(), curve.failed), (2_000, 0));
    assert!(curve.specifications.iter().all(|of| of.shares.iter().all(|share| share.interval.is_some())));
    group.bench_function("2,000 specifications, jackknife", |b| b.iter(|| of_window.of(&window)));

    let england = Panel::england().expect("it is in the crate");
    let england = england.without(&UnitRule::degenerate_authorities()).expect("authorities are left");
    let windows = (2010..=2017).flat_map(|from| (5..=10).map(move |years| from..=from + years - 1));
    let all = asked(["idaci_2015", "imd_2015", "idaci_2019", "hmrc_low_income_pct", "low_income_pct"])
        .with_or_without("spending", "vacancy_rate")
        .periods(windows.filter(|window| *window.end() <= 2025))
        .complete_periods()
        .at_least_rows(700);
    let curve = all.of(&england).expect("a curve");
    assert_eq!((curve.specifications.len(), curve.failed), (115_776, 0));
    let practice = curve.range("practice").expect("a range").median;
    assert!((practice - MEDIAN).abs() < 1e-9, "{practice}");
    group.bench_function("115,776 specifications", |b| b.iter(|| all.of(&england)));
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = sensitivity
}
criterion_main!(benches);
