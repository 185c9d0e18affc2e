//! Extreme scales, sizes and shapes give finite and correct answers.
#![allow(clippy::expect_used)]

use apportion::{Breakdown, Model, Panel, Term, Warning};

use crate::common::panel::panel;
use crate::common::{Rows, unbalanced};

fn shares(rows: &Rows) -> Vec<f64> {
    let model = Model::new("y")
        .component("slow", ["slow"])
        .component("noisy", ["noisy"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .weights("weight");
    let fit = model.fit(&panel(rows)).expect("the model fits");
    let of = |breakdown: Breakdown| breakdown.rows().map(|r| r.share_of_total).collect::<Vec<_>>();
    [of(fit.sequential().expect("sequential")), of(fit.shapley().expect("shapley"))].concat()
}

fn scaled(rows: &Rows, column: &str, scale: f64, shift: f64) -> Rows {
    let mut rows = rows.clone();
    rows.numbers.get_mut(column).expect("a column").iter_mut().for_each(|x| *x = *x * scale + shift);
    rows
}

#[test]
fn any_scale_of_columns_outcome_and_weights() {
    let rows = unbalanced(51, 20, 6, 0.1);
    let plain = shares(&rows);
    for scale in [1e-280, 1e-150, 1e-12, 1e12, 1e150, 1e280] {
        for column in ["slow", "y"] {
            for (a, b) in plain.iter().zip(shares(&scaled(&rows, column, scale, 0.0))) {
                assert!((a - b).abs() < 1e-10, "{column} × {scale:e}: {a} against {b}");
            }
        }
        let mut weighted = rows.clone();
        weighted.weight.iter_mut().for_each(|w| *w *= scale);
        for (a, b) in plain.iter().zip(shares(&weighted)) {
            assert!((a - b).abs() < 1e-12, "weights × {scale:e}: {a} against {b}");
        }
    }
}

#[test]
fn a_mean_far_from_zero_costs_only_the_digits_it_takes() {
    let rows = unbalanced(52, 20, 6, 0.1);
    let plain = shares(&rows);
    // A shift by 1e8 rounds the values themselves to about 1e-8 of their spread.
    for (a, b) in plain.iter().zip(shares(&scaled(&scaled(&rows, "slow", 1.0, 1e8), "y", 1.0, -1e8))) {
        assert!((a - b).abs() < 1e-7, "{a} against {b}");
    }
}

fn sums_to_one(breakdown: &Breakdown) {
    let sum: f64 = breakdown.rows().map(|r| r.share_of_total).sum();
    assert!((sum - 1.0).abs() < 1e-12 && breakdown.rows().all(|r| r.share_of_total.is_finite()), "{breakdown:?}");
}

#[test]
fn perfect_fits_and_saturated_panels() {
    let x: Vec<f64> = (0..12).map(|i| f64::from(i * i % 7)).collect();
    let line: Vec<f64> = x.iter().map(|x| 3.0 - 2.0 * x).collect();
    let panel = Panel::builder()
        .units((0..12).map(|i| i / 3))
        .periods((0..12).map(|i| i % 3))
        .column("x", &x)
        .column("line", &line)
        .column("other", (0..12).map(|i| f64::from(i * 5 % 11)))
        .build()
        .expect("a panel");
    let perfect = Model::new("line").component("x", ["x"]).component("other", ["other"]).fit(&panel).expect("fits");
    for breakdown in [perfect.sequential().expect("sequential"), perfect.shapley().expect("shapley")] {
        sums_to_one(&breakdown);
        assert!((breakdown.r2_overall - 1.0).abs() < 1e-14);
        breakdown.with_intervals(&perfect.jackknife().expect("jackknife")).expect("intervals");
    }
    let saturated = Model::new("other")
        .component("x", ["x"])
        .component("everything", ["unit_effects:period_effects"])
        .component("practice", ["unit_effects"]);
    let saturated = saturated.fit(&panel).expect("fits");
    for breakdown in [saturated.sequential().expect("sequential"), saturated.shapley().expect("shapley")] {
        sums_to_one(&breakdown);
        assert!((breakdown.r2_overall - 1.0).abs() < 1e-12);
    }
    assert!((saturated.regression().expect("fits").r_squared().overall - 1.0).abs() < 1e-12);
}

#[test]
fn one_unit_one_period_and_one_row_each() {
    let y = [1.0, 4.0, 2.0, 8.0];
    let x = [2.0, 1.0, 5.0, 3.0];
    let model = Model::new("y").component("x", ["x"]).component("units", ["unit_effects"]);
    let model = model.component("periods", ["period_effects"]);
    let one_unit = Panel::builder().units([1; 4]).periods(1..5).column("y", y).column("x", x).build();
    let one_period = Panel::builder().units(1..5).periods([1; 4]).column("y", y).column("x", x).build();
    for panel in [one_unit.expect("a panel"), one_period.expect("a panel")] {
        let fit = model.fit(&panel).expect("fits");
        sums_to_one(&fit.sequential().expect("sequential"));
        sums_to_one(&fit.shapley().expect("shapley"));
        assert!((fit.regression().expect("fits").r_squared().overall - 1.0).abs() < 1e-12);
    }
    let two_rows = Panel::builder().column("y", [1.0, 2.0]).column("x", [5.0, 3.0]).build().expect("a panel");
    let fit = Model::new("y").component("x", ["x"]).component("again", ["x:x"]).fit(&two_rows).expect("fits");
    sums_to_one(&fit.shapley().expect("shapley"));
}

#[test]
fn a_column_that_varies_in_one_unit_only() {
    let mut rows = unbalanced(53, 30, 8, 0.0);
    let dose: Vec<f64> =
        (0..rows.len()).map(|r| if rows.unit[r] == "u007" { rows.numbers["noisy"][r] } else { 4.0 }).collect();
    rows.numbers.insert("dose".to_string(), dose);
    let model = Model::new("y").component("dose", ["dose"]).component("practice", ["unit_effects"]);
    let fit = model.fit(&panel(&rows)).expect("fits");
    let breakdown = fit.sequential().expect("sequential");
    let replicates = &fit.jackknife().expect("jackknife").replicates(&[&breakdown]).expect("replicates")[0];
    assert!(replicates.shares[[7, 1]].abs() < 1e-13, "without that unit the column is constant");
    assert_eq!(replicates.degenerate, 1);
}

/// As a regression does: the effect of such a unit is whatever its row is.
#[test]
fn units_with_one_row_are_named_where_they_have_effects() {
    let panel = Panel::builder()
        .units(["a", "a", "b", "b", "c", "d"])
        .periods([1, 2, 1, 2, 1, 3])
        .column("y", [1.0, 2.0, 4.0, 3.0, 5.0, 2.5])
        .column("x", [0.0, 1.0, 3.0, 2.0, 4.0, 1.0])
        .build()
        .expect("a panel");
    let model = Model::new("y").component("x", ["x"]);
    let said = |model: &Model| -> Vec<Warning> {
        let warnings = model.fit(&panel).expect("fits").shapley().expect("shapley").warnings;
        warnings.into_iter().filter(|warning| matches!(warning, Warning::Singletons { .. })).collect()
    };
    assert_eq!(said(&model), []);
    let units = Warning::Singletons { of: "unit".to_string(), names: vec!["c".to_string(), "d".to_string()] };
    let periods = Warning::Singletons { of: "period".to_string(), names: vec!["3".to_string()] };
    let practice = model.component("practice", ["unit_effects"]);
    assert_eq!(said(&practice), std::slice::from_ref(&units));
    assert_eq!(said(&practice.component("policy", ["period_effects"])), [units, periods]);
}
