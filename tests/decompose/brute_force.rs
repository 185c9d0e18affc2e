//! Shares from the moments equal those of dummy-variable regressions over all coalitions.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::{Breakdown, Model, Panel, Term};

use crate::common::panel::panel;
use crate::common::{Components, Numbers, Rows, coalition_values, cross, dummies, sequential, shapley, unbalanced};

/// Absorbed equals dummies within this; the regressions themselves are good to about 1e-13.
const TOLERANCE: f64 = 1e-10;

/// A question in both languages: the model's, and columns by hand.
struct Case {
    name: &'static str,
    components: Vec<(&'static str, Vec<&'static str>)>,
    always: Vec<&'static str>,
    columns: fn(&Rows) -> (Components, Vec<Vec<f64>>),
}

fn log(values: &[f64]) -> Vec<f64> {
    values.iter().map(|x| x.ln()).collect()
}

fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "units and periods are players",
            components: vec![
                ("slow", vec!["slow"]),
                ("both", vec!["noisy", "log(positive)"]),
                ("policy", vec!["period_effects"]),
                ("practice", vec!["unit_effects"]),
            ],
            always: vec![],
            columns: |r| {
                let both = vec![r.column("noisy"), log(&r.column("positive"))];
                (vec![vec![r.column("slow")], both, r.period_dummies(), r.unit_dummies()], vec![])
            },
        },
        Case {
            name: "a fixed measure and a region beside unit effects, which come with a column",
            components: vec![
                ("practice", vec!["unit_effects", "noisy"]),
                ("fixed", vec!["fixed"]),
                ("region", vec!["factor(region)"]),
                ("slow", vec!["slow"]),
            ],
            always: vec![],
            columns: |r| {
                let mut practice = r.unit_dummies();
                practice.push(r.column("noisy"));
                (vec![practice, vec![r.column("fixed")], dummies(&r.text["region"]), vec![r.column("slow")]], vec![])
            },
        },
        Case {
            name: "two components with unit effects",
            components: vec![
                ("one", vec!["unit_effects"]),
                ("noisy", vec!["noisy"]),
                ("other", vec!["factor(unit)", "slow"]),
            ],
            always: vec![],
            columns: |r| {
                let mut other = r.unit_dummies();
                other.push(r.column("slow"));
                (vec![r.unit_dummies(), vec![r.column("noisy")], other], vec![])
            },
        },
        Case {
            name: "unit effects are always in",
            components: vec![("slow", vec!["slow"]), ("policy", vec!["period_effects"]), ("noisy", vec!["noisy"])],
            always: vec!["unit_effects", "positive"],
            columns: |r| {
                let mut always = r.unit_dummies();
                always.push(r.column("positive"));
                (vec![vec![r.column("slow")], r.period_dummies(), vec![r.column("noisy")]], always)
            },
        },
        Case {
            name: "within and between, and the column itself, which is their sum",
            components: vec![
                ("between", vec!["between(slow)"]),
                ("within", vec!["within(slow)"]),
                ("itself", vec!["slow"]),
                ("practice", vec!["unit_effects"]),
            ],
            always: vec!["noisy"],
            columns: |r| {
                let slow = r.column("slow");
                let parts = vec![vec![r.between(&slow)], vec![r.within(&slow)], vec![slow], r.unit_dummies()];
                (parts, vec![r.column("noisy")])
            },
        },
        Case {
            name: "interactions: regions by periods, slopes by region, a product",
            components: vec![
                ("regional policy", vec!["region:period_effects"]),
                ("slopes", vec!["factor(region):noisy"]),
                ("product", vec!["slow:log(positive)", "period"]),
                ("practice", vec!["unit_effects"]),
            ],
            always: vec![],
            columns: |r| {
                let regions = dummies(&r.text["region"]);
                let product = cross(&[r.column("slow")], &[log(&r.column("positive"))]);
                let trend = vec![r.period.iter().map(|p| f64::from(*p)).collect()];
                (
                    vec![
                        cross(&regions, &r.period_dummies()),
                        cross(&regions, &[r.column("noisy")]),
                        [product, trend].concat(),
                        r.unit_dummies(),
                    ],
                    vec![],
                )
            },
        },
        Case {
            name: "copies of a column, a constant, and slopes by unit",
            components: vec![
                ("a", vec!["slow", "slow"]),
                ("b", vec!["slow"]),
                ("nothing", vec!["one"]),
                ("unit slopes", vec!["unit_effects:noisy"]),
            ],
            always: vec![],
            columns: |r| {
                let slow = r.column("slow");
                let slopes = cross(&r.unit_dummies(), &[r.column("noisy")]);
                (vec![vec![slow.clone()], vec![slow], vec![vec![7.3; r.len()]], slopes], vec![])
            },
        },
    ]
}

fn with_constant(mut rows: Rows) -> Rows {
    let ones = vec![7.3; rows.len()];
    rows.numbers.insert("one".to_string(), ones);
    rows
}

fn assert_shares(name: &str, breakdown: &Breakdown, expected: &[f64], tolerance: f64) {
    for (share, expected) in breakdown.components.iter().zip(expected) {
        let difference = (share.share_of_total - expected).abs();
        assert!(difference < tolerance, "{name}, {}: {} against {expected}", share.name, share.share_of_total);
    }
}

fn check(rows: &Rows, weighted: bool, what: &str) {
    let panel = panel(rows);
    for case in cases() {
        let mut model = Model::new("y").always(case.always.iter().copied());
        for (name, terms) in &case.components {
            model = model.component(*name, terms.iter().copied());
        }
        let mut rows = rows.clone();
        match weighted {
            true => model = model.weights("weight"),
            false => rows.weight = vec![1.0; rows.len()],
        }
        let fit = model.fit(&panel).expect(case.name);
        let (components, always) = (case.columns)(&rows);
        let k = components.len();
        let values = coalition_values(&rows.column("y"), &components, &always, &rows.weight);
        let name = format!("{what}, {}", case.name);
        let (in_order, averaged) = (fit.sequential().expect(&name), fit.shapley().expect(&name));
        assert_shares(&name, &in_order, &sequential(&values, k), TOLERANCE);
        assert_shares(&name, &averaged, &shapley(&values, k), TOLERANCE);
        for breakdown in [&in_order, &averaged] {
            let sum: f64 = breakdown.rows().map(|row| row.share_of_total).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{name}: shares sum to {sum}");
            assert!((breakdown.r2_overall - values[(1 << k) - 1]).abs() < TOLERANCE, "{name}");
            let explained: f64 = breakdown.components.iter().map(|c| c.share_of_explained).sum();
            assert!((explained - 1.0).abs() < 1e-12, "{name}: shares of the explained sum to {explained}");
        }
        let range = fit.order_range().expect(&name);
        for (player, range) in range.components.iter().enumerate() {
            let added = |s: usize| values[s | 1 << player] - values[s];
            let increments = (0..1_usize << k).filter(|s| s >> player & 1 == 0).map(added);
            let (min, max) = increments.fold((1.0_f64, -1.0_f64), |(min, max), x| (min.min(x), max.max(x)));
            assert!((range.min - min).abs() < TOLERANCE && (range.max - max).abs() < TOLERANCE, "{name}");
            assert!((range.mean - averaged.components[player].share_of_total).abs() < 1e-12, "{name}");
        }
        let regression = fit.regression().expect(&name);
        assert!((regression.r_squared().overall - values[(1 << k) - 1]).abs() < TOLERANCE, "{name}: regression");
    }
}

#[test]
fn on_an_unbalanced_panel() {
    check(&with_constant(unbalanced(1, 24, 7, 0.15)), false, "unbalanced");
}

#[test]
fn on_an_unbalanced_weighted_panel() {
    check(&with_constant(unbalanced(2, 24, 7, 0.15)), true, "weighted");
}

#[test]
fn on_a_balanced_panel_of_eight_periods() {
    check(&with_constant(unbalanced(3, 20, 8, 0.0)), true, "balanced");
}

#[test]
fn with_more_periods_than_units() {
    check(&with_constant(unbalanced(4, 6, 30, 0.2)), true, "more periods than units");
}

#[test]
fn lags_respect_gaps() {
    let rows = unbalanced(5, 20, 9, 0.2);
    let model = Model::new("y")
        .component("past", ["lag(slow)", "lag(log(positive), 2)"])
        .component("own past", ["lag(y)"])
        .component("practice", ["unit_effects"])
        .component("policy", [Term::PeriodEffects]);
    let fit = model.fit(&panel(&rows)).expect("the model fits");
    let past = [rows.lag(&rows.column("slow"), 1), rows.lag(&log(&rows.column("positive")), 2)];
    let own = rows.lag(&rows.column("y"), 1);
    let kept = rows.complete(&[past[0].clone(), past[1].clone(), own.clone()]);
    assert_eq!(fit.sample().n_observations, kept.len());
    assert_eq!(fit.sample().n_left_out(), rows.len() - kept.len());
    let take = |values: &Vec<f64>| -> Vec<f64> { kept.iter().map(|&r| values[r]).collect() };
    let sample = rows.at(&kept);
    let components =
        vec![past.iter().map(take).collect(), vec![take(&own)], sample.unit_dummies(), sample.period_dummies()];
    let values = coalition_values(&sample.column("y"), &components, &[], &vec![1.0; kept.len()]);
    assert_shares("lags", &fit.sequential().expect("sequential"), &sequential(&values, 4), TOLERANCE);
    assert_shares("lags", &fit.shapley().expect("shapley"), &shapley(&values, 4), TOLERANCE);
}

#[test]
fn leads_respect_gaps() {
    let mut rows = unbalanced(6, 20, 9, 0.2);
    rows.numbers.get_mut("positive").expect("a column")[4] = f64::NAN;
    let model = Model::new("y")
        .component("future", ["lead(slow)", "lead(log(positive), 2)"])
        .component("own future", ["lead(y)"])
        .component("there and back", ["lag(lead(noisy))"])
        .component("practice", ["unit_effects"]);
    let fit = model.fit(&panel(&rows)).expect("the model fits");
    let future = [rows.lead(&rows.column("slow"), 1), rows.lead(&log(&rows.column("positive")), 2)];
    let own = rows.lead(&rows.column("y"), 1);
    let back = rows.lag(&rows.lead(&rows.column("noisy"), 1), 1);
    let kept = rows.complete(&[future[0].clone(), future[1].clone(), own.clone(), back.clone()]);
    assert!(kept.len() > 30 && kept.len() < rows.len() - 40, "{} rows are a test", kept.len());
    assert_eq!(fit.sample().n_observations, kept.len());
    let take = |values: &Vec<f64>| -> Vec<f64> { kept.iter().map(|&r| values[r]).collect() };
    let sample = rows.at(&kept);
    let components =
        vec![future.iter().map(take).collect(), vec![take(&own)], vec![take(&back)], sample.unit_dummies()];
    let values = coalition_values(&sample.column("y"), &components, &[], &vec![1.0; kept.len()]);
    assert_shares("leads", &fit.sequential().expect("sequential"), &sequential(&values, 4), TOLERANCE);
}

#[test]
fn the_audit_says_why_a_lead_has_no_value() {
    let panel = Panel::builder()
        .units(["a", "a", "a", "b", "b", "b", "c", "c", "c", "c"])
        .periods([1, 2, 4, 1, 2, 3, 1, 2, 3, 4])
        .column("y", [1.0, 3.0, 2.0, 5.0, 4.0, 7.0, 6.0, 9.0, 8.0, 2.0])
        .column("x", [1.0, 2.0, 3.0, 4.0, f64::NAN, 6.0, 7.0, 8.0, 5.0, 9.0])
        .build()
        .expect("a panel");
    let fit = Model::new("y").component("future", ["lead(x)"]).fit(&panel).expect("fits");
    // a 2 comes before a gap; a 4, b 3 and c 4 are the last.
    assert_eq!(fit.sample().audit(), "4 (lead(x) has no later value), 1 (lead(x) is missing at the later period)");
    let concerned = &fit.sample().left_out[1].concerned;
    assert_eq!(concerned, &[(Some("b".to_string()), Some(1))]);
    for itself in ["lag(lead(y))", "log(lead(lag(y, 2), 2))"] {
        let refused = Model::new("y").component("future", [itself]).check().expect_err("it is the outcome").to_string();
        assert!(refused.contains("cannot explain itself"), "{refused}");
    }
    Model::new("y").component("future", ["lead(y)", "lag(lead(y, 2))"]).check().expect("later outcomes may");
}

#[test]
fn many_players_in_lanes_and_branches_equal_the_table() {
    // From ten players on, lanes hold coalitions and branches run in parallel; the table is filled one by one.
    for (players, with_units) in [(10, false), (11, true), (13, false), (15, true)] {
        let mut rows = unbalanced(6, 30, 8, 0.1);
        let mut random = Numbers::new(9);
        let mut model = Model::new("y");
        for player in 0..players {
            let values = (0..rows.len()).map(|r| random.normal() + 0.3 * rows.numbers["slow"][r]).collect();
            rows.numbers.insert(format!("x{player}"), values);
            model = model.component(format!("c{player}"), [format!("x{player}")]);
        }
        if with_units {
            model = model.component("pair", ["noisy", "positive"]).component("practice", ["unit_effects"]);
        }
        let fit = model.fit(&panel(&rows)).expect("the model fits");
        let (shapley, range) = (fit.shapley().expect("shapley"), fit.order_range().expect("range"));
        for (share, range) in shapley.components.iter().zip(&range.components) {
            assert!((share.share_of_total - range.mean).abs() < 1e-12, "{players}: {}", share.name);
        }
    }
}

#[test]
fn nearly_collinear_columns_keep_nine_digits() {
    // What is left of the second column is 1e-4 and 3e-6 of it: one over its inflation factor is 1e-8 and 1e-11.
    for part in [1e-2, 1e-3, 1e-4, 1e-5] {
        let mut rows = unbalanced(7, 24, 8, 0.1);
        let (slow, noisy) = (rows.column("slow"), rows.column("noisy"));
        let near = slow.iter().zip(&noisy).map(|(s, n)| s + part * n).collect();
        rows.numbers.insert("near".to_string(), near);
        let model = Model::new("y")
            .component("slow", ["slow"])
            .component("near", ["near"])
            .component("practice", ["unit_effects"]);
        let fit = model.fit(&panel(&rows)).expect("the model fits");
        let components = vec![vec![rows.column("slow")], vec![rows.column("near")], rows.unit_dummies()];
        let values = coalition_values(&rows.column("y"), &components, &[], &vec![1.0; rows.len()]);
        assert_shares("collinear", &fit.sequential().expect("sequential"), &sequential(&values, 3), 1e-9);
        assert_shares("collinear", &fit.shapley().expect("shapley"), &shapley(&values, 3), 1e-9);
        let text = fit.warnings().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        assert_eq!(text.contains("nearly a combination"), part < 2e-2, "{part}: {text}");
    }
}

#[test]
fn columns_that_are_nearly_dependent_only_together_keep_nine_digits() {
    // Kahan's columns: every pivot in their order is moderate, the smallest tolerance given all others is not.
    let (rows, k, s) = (60, 14, 0.5_f64);
    let c = (1.0 - s * s).sqrt();
    let mut random = Numbers::new(3);
    let basis: Vec<Vec<f64>> = (0..k).map(|_| (0..rows).map(|_| random.normal()).collect()).collect();
    let mut builder = apportion::Panel::builder().column("y", (0..rows).map(|_| random.normal()));
    let mut model = Model::new("y");
    let mut components = Vec::new();
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for j in 0..k {
        let entry = |i: usize| s.powi(i as i32) * if i == j { 1.0 } else { -c };
        let column: Vec<f64> = (0..rows).map(|r| (0..=j).map(|i| entry(i) * basis[i][r]).sum()).collect();
        builder = builder.column(format!("x{j}"), &column);
        columns.push(column);
    }
    for (group, pair) in columns.chunks(2).enumerate() {
        model = model.component(format!("c{group}"), [format!("x{}", 2 * group), format!("x{}", 2 * group + 1)]);
        components.push(pair.to_vec());
    }
    let panel = builder.build().expect("a panel");
    let fit = model.fit(&panel).expect("the model fits");
    let outcome = panel.column("y").and_then(|c| Ok(c.numbers()?.to_vec())).expect("numbers");
    let values = coalition_values(&outcome, &components, &[], &vec![1.0; rows]);
    assert_shares("Kahan", &fit.sequential().expect("sequential"), &sequential(&values, 7), 1e-9);
    assert_shares("Kahan", &fit.shapley().expect("shapley"), &shapley(&values, 7), 1e-9);
}
