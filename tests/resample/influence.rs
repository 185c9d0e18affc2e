//! Shares without one unit or one period, against fits to panels that never had it.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::panel::SIMULATED_ENGLAND_SEED;
use apportion::resample::ShareInfluence;
use apportion::{FittedModel, Model, Panel, Term};

const COLUMNS: [&str; 4] = ["cpp_rate", "low_income_pct", "spend_per_child", "vacancy_rate"];

fn model(always: &[&str]) -> Model {
    Model::new("cpp_rate")
        .always(always.iter().copied())
        .component("deprivation", ["low_income_pct"])
        .component("spending", ["log(spend_per_child)"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
}

/// The panel without the rows of which this is said.
fn without(panel: &Panel, leaves: impl Fn(usize) -> bool) -> Panel {
    let rows: Vec<usize> = (0..panel.n_observations()).filter(|&row| !leaves(row)).collect();
    let units: Vec<&str> = rows.iter().map(|&row| panel.unit_of(row).expect("a unit")).collect();
    let periods = rows.iter().map(|&row| panel.period_of(row).expect("a period"));
    let builder = Panel::builder().units(units).periods(periods.collect::<Vec<_>>());
    let column = |name: &str| -> Vec<f64> {
        let values = panel.column(name).and_then(|c| c.numbers()).expect("a column");
        rows.iter().map(|&row| values[row]).collect()
    };
    COLUMNS.iter().fold(builder, |builder, name| builder.column(*name, column(name))).build().expect("a panel")
}

fn check(fit: &FittedModel, found: &ShareInfluence, panel: &Panel) {
    let model = fit.model();
    let whole = fit.shapley().expect("shares");
    let refitted = model.fit(panel).and_then(|fit| fit.shapley()).expect("it fits");
    let named = |breakdown: &apportion::Breakdown| -> Vec<(String, f64)> {
        let all = breakdown.always.iter().chain(&breakdown.components).chain([&breakdown.unexplained]);
        all.map(|share| (share.name.clone(), share.share_of_total)).collect()
    };
    let (whole, refitted) = (named(&whole), named(&refitted));
    assert_eq!(found.shares.len(), whole.len());
    for ((found, (name, whole)), (_, expected)) in found.shares.iter().zip(&whole).zip(&refitted) {
        assert_eq!(found.name, *name);
        assert!((found.share_of_total - expected).abs() < 1e-10, "{name}: {} {expected}", found.share_of_total);
        assert!((found.change - (expected - whole)).abs() < 1e-10, "{name}");
    }
}

#[test]
fn shares_without_a_unit_or_a_period_are_those_of_a_panel_without_it() {
    let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED).expect("simulated");
    for always in [&[][..], &["vacancy_rate"]] {
        let fit = model(always).fit(&panel).expect("it fits");
        let breakdown = fit.shapley().expect("shares");
        let units = fit.influence_of_units(&breakdown).expect("units");
        assert_eq!(units.len(), panel.n_units());
        for at in [0, 7, 149] {
            let part = without(&panel, |row| panel.unit_of(row) == Some(&units[at].without));
            check(&fit, &units[at], &part);
        }
        let periods = fit.influence_of_periods(&breakdown).expect("periods");
        assert_eq!(periods.len(), panel.n_periods());
        for found in &periods {
            let part =
                without(&panel, |row| panel.period_of(row).map(|p| p.to_string()).as_ref() == Some(&found.without));
            check(&fit, found, &part);
        }
    }
}

#[test]
fn influence_needs_what_it_leaves_out() {
    let panel = Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [0.0, 1.0, 0.5]).build().expect("a panel");
    let fit = Model::new("y").component("cause", ["x"]).fit(&panel).expect("it fits");
    let breakdown = fit.shapley().expect("shares");
    let units = fit.influence_of_units(&breakdown).expect_err("there are no units").to_string();
    assert!(units.contains("unit column"), "{units}");
    let periods = fit.influence_of_periods(&breakdown).expect_err("there are no periods").to_string();
    assert!(periods.contains("period column"), "{periods}");
}
