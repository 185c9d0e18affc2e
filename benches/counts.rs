//! Models of counts: all coalitions of England, every unit left out of them, and a fit with two effects on many rows.
#![allow(clippy::expect_used)]

mod common;

use std::hint::black_box;

use apportion::counts::FittedCounts;
use apportion::model::Family;
use apportion::{Model, Panel, Term};
use criterion::{Criterion, criterion_group, criterion_main};

/// Counts of children on child protection plans, England 2011–2018.
fn england(family: Family) -> FittedCounts {
    let panel = Panel::england_2011_2018().expect("it is in the crate");
    let model = Model::new("cpp_count")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["log(spend_core_per_child)"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects]);
    model.family(family).exposure("population_0_17").fit_counts(&panel).expect("it fits")
}

/// Units and periods with effects of their own, and three columns, whose slopes are 0.5, −0.3 and 0.2; and all that is counted.
fn simulated(units: usize, periods: usize) -> (Panel, f64) {
    let mut state = 88_172_645_463_325_252_u64;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let n = units * periods;
    let of_units: Vec<f64> = (0..units).map(|_| uniform()).collect();
    let mut columns: [Vec<f64>; 3] = Default::default();
    let mut counts = Vec::with_capacity(n);
    for row in 0..n {
        let (unit, period) = (row / periods, row % periods);
        let x = [uniform() + of_units[unit], uniform() - 0.5, uniform() + 0.1 * period as f64];
        let mean = (1.0 + of_units[unit] + 0.5 * x[0] - 0.3 * x[1] + 0.2 * x[2] - 0.05 * period as f64).exp();
        // Poisson, by the gaps between events.
        let (mut count, mut left) = (-1.0, mean);
        while left > 0.0 {
            left += uniform().max(f64::MIN_POSITIVE).ln();
            count += 1.0;
        }
        columns.iter_mut().zip(x).for_each(|(column, x)| column.push(x));
        counts.push(count);
    }
    let ([x1, x2, x3], counted) = (columns, counts.iter().sum());
    let panel = Panel::builder()
        .units((0..n).map(|row| row / periods))
        .periods((0..n).map(|row| 2000 + (row % periods) as i32))
        .column("x1", x1)
        .column("x2", x2)
        .column("x3", x3)
        .column("y", counts)
        .build()
        .expect("a panel");
    (panel, counted)
}

fn coalitions(c: &mut Criterion) {
    let mut group = c.benchmark_group("coalitions of England");
    for (name, family) in [("Poisson", Family::Poisson), ("NB2", Family::NegativeBinomial)] {
        let fit = england(family);
        let sum: f64 = fit.shapley().expect("shares").rows().map(|share| share.share_of_total).sum();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        group.bench_function(name, |b| b.iter(|| black_box(fit.shapley().expect("shares"))));
    }
}

fn jackknife(c: &mut Criterion) {
    let mut group = c.benchmark_group("jackknife of England");
    group.sample_size(10);
    for (name, family) in [("Poisson", Family::Poisson), ("NB2", Family::NegativeBinomial)] {
        let fit = england(family);
        let (breakdown, jackknife) = (fit.shapley().expect("shares"), fit.jackknife().expect("units"));
        let with = || breakdown.with_count_intervals(&jackknife).expect("intervals");
        assert!(with().rows().all(|share| share.interval.is_some_and(|i| i.std_error > 0.0 && i.std_error < 0.1)));
        group.bench_function(name, |b| b.iter(|| black_box(with())));
    }
}

fn two_effects(c: &mut Criterion) {
    let mut group = c.benchmark_group("units and periods, a hundred thousand rows");
    group.sample_size(10);
    for (units, periods) in [(10_000, 10), (5_000, 20)] {
        let (panel, counted) = simulated(units, periods);
        let model = Model::new("y").component("causes", ["x1", "x2", "x3"]).component("period", [Term::PeriodEffects]);
        let model = model.component("unit", [Term::UnitEffects]).family(Family::Poisson);
        let fit = model.fit_counts(&panel).expect("it fits");
        let found: f64 = fit.expected_counts().iter().sum();
        assert!((found / counted - 1.0).abs() < 1e-10, "{found} {counted}");
        group
            .bench_function(format!("{units} × {periods}"), |b| b.iter(|| model.fit_counts(&panel).expect("it fits")));
    }
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = coalitions, jackknife, two_effects
}
criterion_main!(benches);
