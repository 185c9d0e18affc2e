//! A page of an analysis once it is computed; England's, with 1,000 replicates and 2,000 specifications.
#![allow(clippy::expect_used)]

use apportion::findings::{Analysis, ChangeAnalysis, Intervals, Sensitivity, UnitAnalysis};
use apportion::report::chart::Chart;
use apportion::{Method, Model, Panel, Report, Term};
use criterion::{Criterion, criterion_group, criterion_main};

/// The most that a page may weigh.
const MOST_BYTES: usize = 1_500_000;

fn page(c: &mut Criterion) {
    let mut group = c.benchmark_group("page");
    group.sample_size(20);
    let panel = Panel::england_2011_2018().expect("it is in the crate");
    let model = Model::new("cpp_rate")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["log(spend_core_per_child)"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects]);
    let fit = model.fit(&panel).expect("it fits");
    let analysis = Analysis::new().also_intervals(Intervals::jackknife());
    let analysis = analysis.also_intervals(Intervals::bootstrap(1_000, 1)).order_range().comparisons();
    let findings = analysis.of(&fit).expect("findings");
    let units = UnitAnalysis::new().of(&fit).expect("remainders");
    let change = ChangeAnalysis::new().counts("population_0_17", 10_000.0).of(&fit, 2011, 2018).expect("a change");
    let curve = Sensitivity::new(model)
        .outcomes(["cpp_rate", "log(cpp_rate)", "cpp_start_rate", "log(cpp_start_rate)"])
        .terms("deprivation", [["idaci_2015"], ["imd_2015"], ["low_income_pct"]])
        .weights([None, Some("population_0_17")])
        .windows(2011..=2018, 5..=8)
        .all_orders()
        .methods([Method::Sequential { order: Vec::new() }, Method::Shapley])
        .sample(2_000, 1)
        .of(&panel)
        .expect("a curve");
    assert_eq!(curve.specifications.len(), 2_000);

    let whole = || {
        let page = Report::html(&fit, &findings).add("Authorities", &units).add("Change", &change);
        page.add("Other specifications", &curve).to_html()
    };
    let html = whole();
    assert!(html.len() < MOST_BYTES && html.matches("<svg").count() > 10, "{} bytes", html.len());
    assert_eq!(html, whole(), "the same bytes every time");
    group.bench_function("England, 1,000 replicates, 2,000 specifications", |b| b.iter(whole));

    let chart = || Chart::units(&units).expect("146 units").to_svg();
    assert!(chart().matches("<text").count() > 146);
    group.bench_function("a chart of 146 units", |b| b.iter(chart));
    group.finish();
}

criterion_group!(benches, page);
criterion_main!(benches);
