//! Levels of England, 2011 to 2018, between units and within and nested in regions, and 1,000 bootstrap replicates of
//! them with intervals.
#![allow(clippy::expect_used)]

mod common;

use apportion::decompose::Levels;
use apportion::{FittedModel, Method, Model, Panel, Result, Term};
use criterion::{Criterion, criterion_group, criterion_main};

const DRAWS: usize = 1_000;

fn fit(panel: &Panel) -> Result<FittedModel> {
    Model::new("cpp_rate")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["log(spend_core_per_child)"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .fit(panel)
}

fn levels(fit: &FittedModel, nested_in: &[&str]) -> Result<Levels> {
    fit.levels_in(nested_in)?.methods(&[Method::Sequential { order: Vec::new() }, Method::Shapley])
}

/// Levels add up to the overall shares, and without a unit are those of the panel without it.
fn assert_levels(panel: &Panel, fit: &FittedModel, nested_in: &[&str]) -> Result<()> {
    let found = levels(fit, nested_in)?;
    let sum: f64 = found.levels.iter().filter_map(|level| level.share_of_total("practice").ok()).sum();
    assert!((sum - fit.sequential()?.share_of_total("practice")?).abs() < 1e-12);
    let without = fit.jackknife()?.level_replicates(&found)?;
    for (at, unit) in panel.units().iter().enumerate().step_by(50) {
        let rule = apportion::panel::UnitRule::new("one").unit(unit, "left out");
        let refitted = self::fit(&panel.without(&rule)?)?;
        for (replicates, level) in without.iter().zip(levels(&refitted, nested_in)?.levels) {
            assert!((replicates.parts[at] - level.part_of_total).abs() < 1e-10, "{unit}");
            for (shares, breakdown) in replicates.shares.iter().zip(&level.methods) {
                for (i, share) in breakdown.components.iter().enumerate() {
                    assert!((shares[[at, i + 1]] - share.share_of_total).abs() < 1e-10, "{unit}");
                }
            }
        }
    }
    Ok(())
}

fn benches_of_levels(c: &mut Criterion) {
    let panel = Panel::england_2011_2018().expect("the panel reads");
    let fit = fit(&panel).expect("the model fits");
    let mut group = c.benchmark_group("levels");
    for (name, nested_in) in [("between and within", &[][..]), ("nested in regions", &["region"])] {
        assert_levels(&panel, &fit, nested_in).expect("it can be refitted");
        group.bench_function(name, |b| b.iter(|| levels(&fit, nested_in)));
        let split = levels(&fit, nested_in).expect("it splits");
        group.bench_function(format!("{name}, {DRAWS} bootstrap replicates"), |b| {
            b.iter(|| split.with_intervals(&fit.bootstrap(DRAWS, 1)?))
        });
        group.bench_function(format!("{name}, jackknife"), |b| b.iter(|| split.with_intervals(&fit.jackknife()?)));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = benches_of_levels
}
criterion_main!(benches);
