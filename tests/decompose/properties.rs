//! What holds for every panel.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::decompose::Detail;
use apportion::{Breakdown, Model, Term};
use proptest::prelude::*;

use crate::common::panel::panel;
use crate::common::{Rows, unbalanced};

const NAMES: [&str; 4] = ["slow", "other", "policy", "practice"];

fn model() -> Model {
    Model::new("y")
        .component("slow", ["slow"])
        .component("other", ["noisy", "fixed"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .weights("weight")
}

/// By every method; genizi and car on a model without unit effects.
fn shares(rows: &Rows) -> Vec<Breakdown> {
    let panel = panel(rows);
    let table = model().fit(&panel).and_then(|fit| fit.all_methods()).expect("the model fits");
    assert_eq!(table.left_out.len(), 2, "{:?}", table.left_out);
    let without = Model::new("y").component("slow", ["slow", "fixed"]).component("other", ["noisy", "period_effects"]);
    let without = without.component("region", ["region"]).weights("weight").fit(&panel).expect("the model fits");
    let more = [without.genizi(), without.car(), without.genizi_by_column(), without.car_by_column()];
    table.breakdowns.into_iter().chain(more.map(|breakdown| breakdown.expect("no unit effects"))).collect()
}

/// What a method says beyond shares, as numbers.
fn details(breakdown: &Breakdown) -> Vec<f64> {
    match &breakdown.detail {
        Detail::Terms(cells) => cells.iter().map(|c| c.share_of_total).collect(),
        Detail::BySize(cells) => cells.iter().map(|c| c.share_of_total).collect(),
        Detail::Pairs(cells) => cells.iter().map(|c| c.proportion).collect(),
        Detail::Subsets(cells) => cells.iter().map(|c| c.share_of_total).collect(),
        Detail::Covariances(cells) => cells.iter().map(|c| c.share_of_total).collect(),
        _ => Vec::new(),
    }
}

fn rows() -> impl Strategy<Value = Rows> {
    (1_u64..1_000_000, 5_usize..25, 3_usize..9, 0.0..0.4).prop_map(|(seed, units, periods, missing)| {
        let rows = unbalanced(seed, units, periods, missing);
        // Proptest may draw a panel too thin to fit.
        if rows.len() < 10 { unbalanced(1, 10, 5, 0.0) } else { rows }
    })
}

/// Within the tolerance, or that part of numbers above one: parts that lean on coefficients may be large and cancel.
fn assert_same(a: &[Breakdown], b: &[Breakdown], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    let differ = |x: f64, z: f64| (x - z).abs() >= tolerance * x.abs().max(1.0);
    for (a, b) in a.iter().zip(b) {
        for (x, z) in details(a).iter().zip(details(b)) {
            assert!(!differ(*x, z), "{}: {x} {z}", a.method.name());
        }
        for (x, z) in a.rows().zip(b.rows()) {
            assert!(!differ(x.share_of_total, z.share_of_total), "{}: {x:?} {z:?}", a.method.name());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn shares_sum_to_one_and_shapley_is_the_mean_over_all_orders(rows in rows()) {
        let fit = model().fit(&panel(&rows)).expect("the model fits");
        let shapley = fit.shapley().expect("shapley");
        let mut mean = [0.0; 4];
        let mut orders = 0.0;
        for a in 0..4 {
            for b in (0..4).filter(|b| *b != a) {
                for c in (0..4).filter(|c| *c != a && *c != b) {
                    let order = [a, b, c, 6 - a - b - c].map(|i| NAMES[i]);
                    let breakdown = fit.sequential_in(&order).expect("an order");
                    let sum: f64 = breakdown.rows().map(|row| row.share_of_total).sum();
                    prop_assert!((sum - 1.0).abs() < 1e-12);
                    breakdown.components.iter().zip(&mut mean).for_each(|(share, m)| *m += share.share_of_total);
                    orders += 1.0;
                }
            }
        }
        prop_assert_eq!(orders, 24.0);
        for (share, mean) in shapley.components.iter().zip(mean) {
            prop_assert!((share.share_of_total - mean / orders).abs() < 1e-12);
        }
        let sum: f64 = shapley.components.iter().map(|c| c.share_of_total).sum();
        prop_assert!((sum - shapley.r2_overall).abs() < 1e-12);
    }

    #[test]
    fn scale_and_shift_change_nothing(rows in rows(), scale in prop_oneof![1e-6..1e6, -1e3..-1e-3], shift in -1e3..1e3) {
        let mut other = rows.clone();
        for name in ["slow", "noisy", "fixed", "y"] {
            for x in other.numbers.get_mut(name).expect("a column") {
                *x = (*x + shift / 100.0) * scale;
            }
        }
        other.weight.iter_mut().for_each(|w| *w *= 3.7);
        assert_same(&shares(&rows), &shares(&other), 1e-9);
    }

    #[test]
    fn the_order_of_rows_and_the_names_of_units_change_nothing(rows in rows(), by in 1_usize..50) {
        let n = rows.len();
        let turned: Vec<usize> = (0..n).rev().map(|row| (row + by) % n).collect();
        let mut other = rows.at(&turned);
        assert_eq!(shares(&rows), shares(&other), "sorted rows give the same bits");
        other.unit = other.unit.iter().map(|unit| format!("{}{unit}", unit.chars().last().expect("a name"))).collect();
        assert_same(&shares(&rows), &shares(&other), 1e-12);
    }

    #[test]
    fn what_each_method_says_adds_up(rows in rows()) {
        let all = shares(&rows);
        let by = |name: &str| all.iter().find(|b| b.method.name() == name).expect("a method");
        let (shapley, r2) = (by("shapley"), by("shapley").r2_overall);
        for breakdown in all.iter().filter(|b| b.method.is_additive()) {
            let sum: f64 = breakdown.components.iter().map(|c| c.share_of_total).sum();
            prop_assert!((sum - breakdown.r2_overall).abs() < 1e-11, "{}: {sum}", breakdown.method.name());
        }
        prop_assert!((details(by("commonality")).iter().sum::<f64>() - r2).abs() < 1e-11);
        let components = shapley.components.iter().enumerate();
        let Detail::Terms(terms) = &by("owen").detail else { panic!("no terms") };
        for (at, share) in components {
            let owen: f64 = terms.iter().filter(|t| t.component == share.name).map(|t| t.share_of_total).sum();
            prop_assert!((owen - share.share_of_total).abs() < 1e-11, "owen, {}", share.name);
            let general = details(by("conditional_dominance"))[at * 4..][..4].iter().sum::<f64>() / 4.0;
            prop_assert!((general - share.share_of_total).abs() < 1e-11, "general dominance, {}", share.name);
            let (first, last) = (&by("first").components[at], &by("last").components[at]);
            let (unique, common) = by("commonality").unique_and_common().expect("of a commonality")[at];
            prop_assert!((unique - last.share_of_total).abs() < 1e-11);
            prop_assert!((unique + common - first.share_of_total).abs() < 1e-11);
        }
        let variances: f64 = by("variance_components").components.iter().map(|c| c.share_of_total).sum();
        let covariances: f64 = details(by("variance_components")).iter().sum();
        prop_assert!((variances + 2.0 * covariances - r2).abs() < 1e-10);
    }

    #[test]
    fn an_empty_component_gets_nothing_and_copies_share_alike(rows in rows()) {
        let mut rows = rows;
        rows.numbers.insert("constant".to_string(), vec![3.3; rows.len()]);
        let model = model().component("copy", ["slow"]).component("empty", ["constant"]);
        let fit = model.fit(&panel(&rows)).expect("the model fits");
        let breakdown = fit.shapley().expect("shapley");
        prop_assert!(breakdown.share_of_total("empty").expect("there").abs() < 1e-15);
        let (a, b) = (breakdown.share_of_total("slow").expect("there"), breakdown.share_of_total("copy").expect("there"));
        prop_assert!((a - b).abs() < 1e-12);
    }

    #[test]
    fn duplicating_every_row_s_weight_or_every_unit_changes_no_share(rows in rows()) {
        let everything: Vec<usize> = (0..rows.len()).chain(0..rows.len()).collect();
        let mut twice = rows.at(&everything);
        for unit in &mut twice.unit[rows.len()..] {
            unit.push_str(" again");
        }
        assert_same(&shares(&rows), &shares(&twice), 1e-11);
    }
}
