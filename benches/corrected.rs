//! Shares raw and corrected with intervals, under every model of noise, and the chance tests: a panel of English size.
#![allow(clippy::expect_used)]

mod common;

use apportion::panel::SIMULATED_ENGLAND_SEED;
use apportion::{Breakdown, FittedModel, Model, Panel, Result, Term};
use criterion::{Criterion, criterion_group, criterion_main};

/// The NAO's question: 150 authorities, 8 years.
fn fit(panel: &Panel) -> Result<FittedModel> {
    Model::new("cpp_rate")
        .component("deprivation", ["low_income_pct"])
        .component("spending", ["log(spend_per_child)"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .fit(panel)
}

/// Corrected shares are what leaving out each unit and fitting again gives.
fn assert_corrected(panel: &Panel, found: &Breakdown, fit: &FittedModel) -> Result<()> {
    let units = panel.n_units();
    let mut left_out = 0.0;
    for unit in panel.units() {
        let rule = apportion::panel::UnitRule::new("one").unit(unit, "left out");
        let without = self::fit(&panel.without(&rule)?)?;
        let noise = without.noise(Default::default())?.share_of_total;
        left_out += without.shapley()?.share_of_total("practice")? - noise;
    }
    let n = units as f64;
    let theta = fit.shapley()?.share_of_total("practice")? - fit.noise(Default::default())?.share_of_total;
    let corrected = found.component("practice")?.corrected.map_or(f64::NAN, |c| c.share_of_total);
    assert!((corrected - (n * theta - (n - 1.0) * left_out / n)).abs() < 1e-9, "{corrected}");
    Ok(())
}

fn corrected(c: &mut Criterion) {
    let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED).expect("simulated");
    let fit = fit(&panel).expect("the model fits");
    let both = [fit.sequential().expect("sequential"), fit.shapley().expect("shapley")];
    let both = [&both[0], &both[1]];
    let all = || Breakdown::all_with_intervals(&both, &fit.jackknife()?);
    assert_corrected(&panel, &all().expect("units enough")[1], &fit).expect("it can be refitted");

    let mut group = c.benchmark_group("corrected");
    group.bench_function("sequential and shapley, raw and corrected, all models and tests", |b| b.iter(all));
    group.bench_function("noise of the whole sample", |b| b.iter(|| fit.noise(Default::default())));
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = corrected
}
criterion_main!(benches);
