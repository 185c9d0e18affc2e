//! The parts of a changed coefficient equal those of explicit regressions; their standard errors, what samples show.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use apportion::decompose::{Gelbach, GelbachCovariance, GelbachEstimate};
use apportion::error::{EstimateError, QuestionError};
use apportion::{Error, FittedModel, IntervalKind, Model, Panel, Warning};

use crate::common::panel::panel;
use crate::common::{Numbers, Rows, drawn_rows, dummies, unbalanced};

const TOLERANCE: f64 = 1e-10;

/// Weighted least squares on these columns, in this order, by Gram–Schmidt with two rounds; a column that is a combination
/// of those before it gets zero.
fn least_squares(y: &[f64], columns: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let scaled = |x: &[f64]| -> Vec<f64> { x.iter().zip(weights).map(|(x, w)| x * w.sqrt()).collect() };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut basis: Vec<(usize, Vec<f64>, Vec<f64>)> = Vec::new();
    for (position, column) in columns.iter().enumerate() {
        let mut left = scaled(column);
        let length = dot(&left, &left).sqrt();
        let mut along = vec![0.0; basis.len() + 1];
        for _ in 0..2 {
            for (k, (_, direction, _)) in basis.iter().enumerate() {
                let part = dot(&left, direction);
                left.iter_mut().zip(direction).for_each(|(x, d)| *x -= part * d);
                along[k] += part;
            }
        }
        let norm = dot(&left, &left).sqrt();
        if norm > 1e-8 * length {
            left.iter_mut().for_each(|x| *x /= norm);
            along[basis.len()] = norm;
            basis.push((position, left, along));
        }
    }
    let mut left = scaled(y);
    let mut projected = vec![0.0; basis.len()];
    for _ in 0..2 {
        for ((_, direction, _), projected) in basis.iter().zip(&mut projected) {
            let part = dot(&left, direction);
            left.iter_mut().zip(direction).for_each(|(x, d)| *x -= part * d);
            *projected += part;
        }
    }
    let mut coefficients = vec![0.0; columns.len()];
    for k in (0..basis.len()).rev() {
        let later: f64 = (k + 1..basis.len()).map(|l| basis[l].2[k] * coefficients[basis[l].0]).sum();
        coefficients[basis[k].0] = (projected[k] - later) / basis[k].2[k];
    }
    coefficients
}

/// The columns of a question: of `always`, whether it has unit effects; of each component, and whether it has them.
struct Columns {
    always: Vec<Vec<f64>>,
    always_has_units: bool,
    components: Vec<(Vec<Vec<f64>>, bool)>,
}

/// Base, full and total change, then each component's part, for each column of `always`, by explicit regressions.
fn by_hand(rows: &Rows, columns: &Columns) -> Vec<Vec<f64>> {
    let (y, w) = (rows.column("y"), &rows.weight);
    let units = rows.unit_dummies();
    let intercept = vec![vec![1.0; rows.len()]];
    let first = if columns.always_has_units { &units } else { &intercept };
    let base_columns: Vec<Vec<f64>> = first.iter().chain(&columns.always).cloned().collect();
    let mut full_columns = base_columns.clone();
    let mut owners: Vec<Option<usize>> = vec![None; full_columns.len()];
    let add = |owner: usize, more: &[Vec<f64>], full: &mut Vec<Vec<f64>>, owners: &mut Vec<Option<usize>>| {
        full.extend(more.iter().cloned());
        owners.extend(std::iter::repeat_n(Some(owner), more.len()));
    };
    // Unit effects before any other column of a component: what they span has no coefficient.
    for (c, _) in columns.components.iter().enumerate().filter(|(_, (_, has_units))| *has_units) {
        add(c, &units, &mut full_columns, &mut owners);
    }
    for (c, (own, _)) in columns.components.iter().enumerate() {
        add(c, own, &mut full_columns, &mut owners);
    }
    let base = least_squares(&y, &base_columns, w);
    let full = least_squares(&y, &full_columns, w);
    let parts = (0..columns.components.len()).map(|c| {
        let mut fitted = vec![0.0; rows.len()];
        for (at, column) in full_columns.iter().enumerate().filter(|(at, _)| owners[*at] == Some(c)) {
            fitted.iter_mut().zip(column).for_each(|(h, x)| *h += full[at] * x);
        }
        least_squares(&fitted, &base_columns, w)
    });
    let parts: Vec<Vec<f64>> = parts.collect();
    let of = |a: usize| {
        let mut numbers = vec![base[a], full[a], base[a] - full[a]];
        numbers.extend(parts.iter().map(|part| part[a]));
        numbers
    };
    (first.len()..base_columns.len()).map(of).collect()
}

struct Case {
    name: &'static str,
    always: Vec<&'static str>,
    components: Vec<(&'static str, Vec<&'static str>)>,
    columns: fn(&Rows) -> Columns,
}

fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "columns and a factor",
            always: vec!["slow", "fixed"],
            components: vec![("noisy", vec!["noisy", "positive"]), ("region", vec!["factor(region)"])],
            columns: |r| Columns {
                always: vec![r.column("slow"), r.column("fixed")],
                always_has_units: false,
                components: vec![
                    (vec![r.column("noisy"), r.column("positive")], false),
                    (dummies(&r.text["region"]), false),
                ],
            },
        },
        Case {
            name: "unit and period effects are components, a measure is constant within units",
            always: vec!["slow", "noisy"],
            components: vec![
                ("fixed", vec!["fixed"]),
                ("policy", vec!["period_effects"]),
                ("practice", vec!["unit_effects", "positive"]),
            ],
            columns: |r| Columns {
                always: vec![r.column("slow"), r.column("noisy")],
                always_has_units: false,
                components: vec![
                    (vec![r.column("fixed")], false),
                    (r.period_dummies(), false),
                    (vec![r.column("positive")], true),
                ],
            },
        },
        Case {
            name: "periods are always in, unit effects a component without columns",
            always: vec!["slow", "period_effects"],
            components: vec![("practice", vec!["unit_effects"]), ("noisy", vec!["noisy"])],
            columns: |r| {
                let mut always = vec![r.column("slow")];
                always.extend_from_slice(&r.period_dummies()[1..]);
                let components = vec![(vec![], true), (vec![r.column("noisy")], false)];
                Columns { always, always_has_units: false, components }
            },
        },
        Case {
            name: "unit effects are always in, and in a component again",
            always: vec!["unit_effects", "slow"],
            components: vec![
                ("policy", vec!["period_effects"]),
                ("noisy", vec!["noisy", "unit_effects"]),
                ("positive", vec!["positive", "noisy"]),
            ],
            columns: |r| Columns {
                always: vec![r.column("slow")],
                always_has_units: true,
                components: vec![
                    (r.period_dummies(), false),
                    (vec![r.column("noisy")], false),
                    (vec![r.column("positive"), r.column("noisy")], false),
                ],
            },
        },
    ]
}

fn model(case: &Case, weighted: bool) -> Model {
    let mut model = Model::new("y").always(case.always.iter().copied());
    for (name, terms) in &case.components {
        model = model.component(*name, terms.iter().copied());
    }
    if weighted { model.weights("weight") } else { model }
}

fn numbers(gelbach: &Gelbach) -> Vec<Vec<GelbachEstimate>> {
    let of = |column: &apportion::decompose::GelbachColumn| {
        let mut numbers = vec![column.base, column.full, column.total_change];
        numbers.extend(column.changes.iter().map(|c| c.change));
        numbers
    };
    gelbach.columns.iter().map(of).collect()
}

#[track_caller]
fn assert_close(what: &str, found: &[Vec<f64>], expected: &[Vec<f64>], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.len(), expected.len(), "{what}");
        for (i, (f, e)) in found.iter().zip(expected).enumerate() {
            assert!((f - e).abs() < tolerance * (1.0 + e.abs()), "{what}, number {i}: {f} against {e}");
        }
    }
}

fn estimates(gelbach: &Gelbach) -> Vec<Vec<f64>> {
    numbers(gelbach).iter().map(|column| column.iter().map(|e| e.estimate).collect()).collect()
}

fn std_errors(gelbach: &Gelbach) -> Vec<Vec<f64>> {
    numbers(gelbach).iter().map(|column| column.iter().map(|e| e.std_error).collect()).collect()
}

fn with_weights(mut rows: Rows, weighted: bool) -> Rows {
    if !weighted {
        rows.weight = vec![1.0; rows.len()];
    }
    rows
}

#[test]
fn parts_equal_those_of_explicit_regressions() {
    for (seed, weighted) in [(1, false), (2, true)] {
        let rows = with_weights(unbalanced(seed, 24, 7, 0.15), weighted);
        for case in cases() {
            let fit = model(&case, weighted).fit(&panel(&rows)).expect(case.name);
            let gelbach = fit.gelbach().expect(case.name);
            let found = estimates(&gelbach);
            assert_close(case.name, &found, &by_hand(&rows, &(case.columns)(&rows)), TOLERANCE);
            for (column, found) in gelbach.columns.iter().zip(&found) {
                let parts: f64 = found[3..].iter().sum();
                assert!((parts - (column.base.estimate - column.full.estimate)).abs() < TOLERANCE, "{}", case.name);
                let of_change: f64 = column.changes.iter().filter_map(|c| c.share_of_change).sum();
                assert!((of_change - 1.0).abs() < 1e-9, "{}: {of_change}", case.name);
            }
            // The full coefficients are those of the regression on the rows, which absorbs the periods.
            let regression = fit.regression().expect(case.name);
            for column in gelbach.columns.iter().filter(|c| !c.name.starts_with("period_effects")) {
                let coefficient = regression.estimate(&column.name).expect("it has one");
                assert!((coefficient - column.full.estimate).abs() < TOLERANCE, "{}", case.name);
            }
        }
    }
}

#[test]
fn dummies_of_always_are_columns_like_any_other() {
    let rows = with_weights(unbalanced(3, 20, 6, 0.1), false);
    let model = Model::new("y").always(["factor(region)"]).component("slow", ["slow"]).component("noisy", ["noisy"]);
    let gelbach = model.fit(&panel(&rows)).expect("fits").gelbach().expect("gelbach");
    let names: Vec<&str> = gelbach.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["factor(region)[south]", "factor(region)[west]"]);
    let columns = Columns {
        always: dummies(&rows.text["region"])[1..].to_vec(),
        always_has_units: false,
        components: vec![(vec![rows.column("slow")], false), (vec![rows.column("noisy")], false)],
    };
    assert_close("dummies", &estimates(&gelbach), &by_hand(&rows, &columns), TOLERANCE);
}

#[test]
fn replicates_equal_refitting_the_rows_drawn() {
    for (seed, weighted) in [(21, false), (22, true)] {
        let rows = with_weights(unbalanced(seed, 15, 6, 0.2), weighted);
        for case in cases() {
            let fit = model(&case, weighted).fit(&panel(&rows)).expect(case.name);
            let gelbach = fit.gelbach().expect(case.name);
            for resampling in [fit.bootstrap(20, 11).expect("bootstrap"), fit.jackknife().expect("jackknife")] {
                let found = resampling.gelbach_replicates(&gelbach).expect("replicates");
                assert_eq!((found.degenerate, found.error_bound), (0, None));
                assert_eq!(found.names[..3], ["base", "full", "total change"]);
                for (replicate, found) in found.estimates.outer_iter().enumerate() {
                    let sample = drawn_rows(&rows, &resampling.drawn(replicate).expect("it exists"));
                    let found: Vec<Vec<f64>> = found.outer_iter().map(|column| column.to_vec()).collect();
                    assert_close(case.name, &found, &by_hand(&sample, &(case.columns)(&sample)), 1e-9);
                }
            }
        }
    }
}

/// The square root of the sum of squared derivatives with respect to the weight of each group of rows, times a factor:
/// what an analytic standard error must be to the last digit that differences can show.
fn by_differences(rows: &Rows, columns: fn(&Rows) -> Columns, groups: &[Vec<usize>], factor: f64) -> Vec<Vec<f64>> {
    let step = 1e-4;
    let moved = |group: &[usize], by: f64| {
        let mut rows = rows.clone();
        group.iter().for_each(|&row| rows.weight[row] *= 1.0 + by);
        by_hand(&rows, &columns(&rows))
    };
    let mut sums: Vec<Vec<f64>> = Vec::new();
    for group in groups {
        let (up, down) = (moved(group, step), moved(group, -step));
        sums.resize(up.len(), Vec::new());
        for (sums, (up, down)) in sums.iter_mut().zip(up.iter().zip(&down)) {
            sums.resize(up.len(), 0.0);
            sums.iter_mut().zip(up.iter().zip(down)).for_each(|(s, (u, d))| *s += ((u - d) / (2.0 * step)).powi(2));
        }
    }
    sums.iter().map(|sums| sums.iter().map(|sum| (factor * sum).sqrt()).collect()).collect()
}

fn unit_groups(rows: &Rows) -> Vec<Vec<usize>> {
    let mut by_unit: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, unit) in rows.unit.iter().enumerate() {
        by_unit.entry(unit).or_default().push(row);
    }
    by_unit.into_values().collect()
}

#[test]
fn clustered_errors_are_the_derivatives_by_the_weights_of_units() {
    let rows = unbalanced(31, 18, 6, 0.2);
    let groups = unit_groups(&rows);
    for case in cases() {
        let fit = model(&case, true).fit(&panel(&rows)).expect(case.name);
        let gelbach = fit.gelbach().expect(case.name);
        assert_eq!((gelbach.covariance, gelbach.clusters), (GelbachCovariance::Cluster, Some(18)));
        assert!((gelbach.small_sample_factor - 18.0 / 17.0).abs() < 1e-15);
        assert!(gelbach.warnings.contains(&Warning::FewClusters { clusters: 18, wanted: 50 }));
        let expected = by_differences(&rows, case.columns, &groups, 18.0 / 17.0);
        assert_close(case.name, &std_errors(&gelbach), &expected, 1e-6);
    }
}

#[test]
fn robust_errors_are_the_derivatives_by_the_weights_of_rows() {
    let rows = unbalanced(32, 12, 6, 0.2);
    let case = &cases()[0];
    let fit = model(case, true).fit(&panel(&rows)).expect("fits");
    let gelbach = fit.gelbach_with(GelbachCovariance::Heteroskedastic).expect("gelbach");
    // The intercept, two columns each of always, noisy and the factor.
    let n = rows.len() as f64;
    let groups: Vec<Vec<usize>> = (0..rows.len()).map(|row| vec![row]).collect();
    let expected = by_differences(&rows, case.columns, &groups, n / (n - 7.0));
    assert_close("rows", &std_errors(&gelbach), &expected, 1e-6);
    assert_eq!((gelbach.clusters, gelbach.small_sample_factor), (None, n / (n - 7.0)));
}

#[test]
fn iid_errors_are_the_textbook_ones() {
    // Base and full: σ² over the residual sum of squares of the column on the others; σ² with the factor n/(n − k).
    let rows = with_weights(unbalanced(33, 20, 6, 0.2), true);
    let fit = Model::new("y").always(["slow"]).component("noisy", ["noisy"]).component("fixed", ["fixed"]);
    let fit = fit.weights("weight").fit(&panel(&rows)).expect("fits");
    let gelbach = fit.gelbach_with(GelbachCovariance::Iid).expect("gelbach");
    let (n, w) = (rows.len() as f64, &rows.weight);
    let residuals = |y: &[f64], columns: &[Vec<f64>]| -> Vec<f64> {
        let b = least_squares(y, columns, w);
        let fitted = |row: usize| b.iter().zip(columns).map(|(b, x)| b * x[row]).sum::<f64>();
        (0..y.len()).map(|row| y[row] - fitted(row)).collect()
    };
    let squares = |x: &[f64]| x.iter().zip(w).map(|(x, w)| w * x * x).sum::<f64>();
    let (one, y) = (vec![1.0; rows.len()], rows.column("y"));
    let [slow, noisy, fixed] = ["slow", "noisy", "fixed"].map(|name| rows.column(name));
    let all = [one.clone(), slow.clone(), noisy.clone(), fixed.clone()];
    let (base, others) = (vec![one.clone(), slow.clone()], vec![one.clone(), noisy.clone(), fixed.clone()]);
    let e = squares(&residuals(&y, &all));
    let expected_full = (e / (n - 4.0) / squares(&residuals(&slow, &others))).sqrt();
    let expected_base = (squares(&residuals(&y, &base)) / (n - 4.0) / squares(&residuals(&slow, &[one]))).sqrt();
    // One column: δ = β̂ · γ̂ with γ̂ of noisy on slow; their variances add up, each times the other squared.
    let beta = least_squares(&y, &all, w)[2];
    let gamma = least_squares(&noisy, &base, w)[1];
    let rest = squares(&residuals(&noisy, &[all[0].clone(), slow.clone(), fixed]));
    let of_beta = e / (n - 4.0) / rest;
    let of_gamma = squares(&residuals(&noisy, &base)) / (n - 4.0) / squares(&residuals(&slow, &all[..1]));
    let expected_noisy = (gamma * gamma * of_beta + beta * beta * of_gamma).sqrt();
    let found = &std_errors(&gelbach)[0];
    for (found, expected) in
        [found[0], found[1], found[3]].into_iter().zip([expected_base, expected_full, expected_noisy])
    {
        assert!((found / expected - 1.0).abs() < 1e-10, "{found} against {expected}");
    }
}

/// The root mean square of the analytic errors over the spread of the estimates, in so many samples.
fn ratios(samples: u64, covariance: GelbachCovariance, sample: impl Fn(u64) -> FittedModel) -> Vec<f64> {
    let mut found: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for seed in 0..samples {
        let gelbach = sample(seed + 1).gelbach_with(covariance).expect("gelbach");
        found.push((estimates(&gelbach).concat(), std_errors(&gelbach).concat()));
    }
    let n = found.len() as f64;
    let of = |i: usize| {
        let mean = found.iter().map(|(e, _)| e[i]).sum::<f64>() / n;
        let variance = found.iter().map(|(e, _)| (e[i] - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let analytic = found.iter().map(|(_, s)| s[i].powi(2)).sum::<f64>() / n;
        (analytic / variance).sqrt()
    };
    (0..found[0].0.len()).map(of).collect()
}

/// Over 2,000 samples a spread is known to 1.6% (one standard error); the rest is what small samples cost.
#[track_caller]
fn assert_near_one(what: &str, ratios: &[f64], tolerance: f64) {
    assert!(ratios.iter().all(|ratio| (ratio - 1.0).abs() < tolerance), "{what}: {ratios:.3?}");
}

/// x, then m and k which go with it, then y.
fn cross_section(seed: u64, rows: usize, heteroskedastic: bool) -> FittedModel {
    let mut random = Numbers::new(seed);
    let mut columns = [(); 4].map(|()| Vec::with_capacity(rows));
    for _ in 0..rows {
        let x = random.normal();
        let spread = if heteroskedastic { 0.3 + x.abs() } else { 1.0 };
        let m = 0.8 * x + spread * random.normal();
        let k = 0.5 * m - 0.5 * x + spread * random.normal();
        let y = x + m - 0.5 * k + spread * random.normal();
        columns.iter_mut().zip([x, m, k, y]).for_each(|(column, value)| column.push(value));
    }
    let [x, m, k, y] = columns;
    let panel = Panel::builder().column("x", x).column("m", m).column("k", k).column("y", y).build().expect("a panel");
    let model = Model::new("y").always(["x"]).component("m", ["m"]).component("k", ["k"]);
    model.fit(&panel).expect("fits")
}

#[test]
fn iid_errors_agree_with_the_spread_over_samples() {
    let ratios = ratios(2_000, GelbachCovariance::Iid, |seed| cross_section(seed, 60, false));
    assert_near_one("iid", &ratios, 0.06);
}

#[test]
fn robust_errors_agree_with_the_spread_over_samples() {
    let robust = ratios(2_000, GelbachCovariance::Heteroskedastic, |seed| cross_section(seed, 200, true));
    assert_near_one("heteroskedastic", &robust, 0.06);
    // And those that assume one variance do not.
    let iid = ratios(500, GelbachCovariance::Iid, |seed| cross_section(seed, 200, true));
    assert!(iid[0] < 0.85, "{iid:.3?}");
}

/// Units whose level goes with x, a trend in x and y, errors that hang together over the years.
fn units(seed: u64, n_units: usize, terms: [&[&str]; 3]) -> FittedModel {
    let mut random = Numbers::new(seed);
    let mut rows = Rows::default();
    let mut columns = [(); 3].map(|()| Vec::new());
    for unit in 0..n_units {
        let (level, mut error) = (random.normal(), random.normal());
        let own = 0.7 * level + random.normal();
        for period in 0..4 {
            error = 0.8 * error + 0.6 * random.normal();
            let trend = f64::from(period - 2);
            let x = level + 0.3 * trend + 0.7 * random.normal();
            let m = 0.5 * x + 0.3 * level + random.normal();
            let y = x + m + own + 0.5 * trend + error;
            rows.unit.push(format!("u{unit:03}"));
            rows.period.push(2001 + period);
            rows.weight.push(1.0);
            columns.iter_mut().zip([x, m, y]).for_each(|(column, value)| column.push(value));
        }
    }
    rows.numbers = ["x", "m", "y"].map(str::to_string).into_iter().zip(columns).collect();
    let [always, first, second] = terms;
    let model = Model::new("y").always(always.iter().copied());
    let model = model.component("first", first.iter().copied()).component("second", second.iter().copied());
    model.fit(&panel(&rows)).expect("fits")
}

#[test]
fn errors_of_a_part_that_is_a_product_of_nothings_are_too_large() {
    // m goes neither with x nor with y: of β̂γ̂ the spread is √(V_β V_γ), the error on average √(2 V_β V_γ).
    let sample = |seed: u64| {
        let mut random = Numbers::new(seed);
        let columns: Vec<Vec<f64>> = (0..3).map(|_| (0..100).map(|_| random.normal()).collect()).collect();
        let names = ["x", "m", "y"].into_iter().zip(&columns);
        let panel = names.fold(Panel::builder(), |builder, (name, values)| builder.column(name, values));
        let model = Model::new("y").always(["x"]).component("m", ["m"]);
        model.fit(&panel.build().expect("a panel")).expect("fits")
    };
    let ratios = ratios(2_000, GelbachCovariance::Heteroskedastic, sample);
    assert_near_one("base and full", &ratios[..2], 0.06);
    assert!((ratios[3] - 2.0_f64.sqrt()).abs() < 0.1, "{ratios:.3?}");
}

#[test]
fn clustered_errors_agree_with_the_spread_over_samples() {
    let sets: [[&[&str]; 3]; 3] = [
        [&["x"], &["m"], &["unit_effects"]],
        [&["x"], &["period_effects"], &["m"]],
        [&["x", "unit_effects"], &["m"], &["period_effects"]],
    ];
    for terms in sets {
        let ratios = ratios(2_000, GelbachCovariance::Cluster, |seed| units(seed, 80, terms));
        assert_near_one(&format!("{terms:?}"), &ratios, 0.07);
    }
}

#[test]
fn iid_errors_beside_unit_effects_agree_with_the_spread_over_samples() {
    let sample = |seed: u64| {
        let mut random = Numbers::new(seed);
        let mut rows = Rows::default();
        let mut columns = [(); 3].map(|()| Vec::new());
        for unit in 0..20 {
            let level = random.normal();
            for period in 0..4 {
                let x = level + random.normal();
                let m = 0.5 * x + 2.0 * level + random.normal();
                rows.unit.push(format!("u{unit:03}"));
                rows.period.push(2001 + period);
                rows.weight.push(1.0);
                let y = x + m + 3.0 * level + random.normal();
                columns.iter_mut().zip([x, m, y]).for_each(|(column, value)| column.push(value));
            }
        }
        rows.numbers = ["x", "m", "y"].map(str::to_string).into_iter().zip(columns).collect();
        Model::new("y").always(["x", "unit_effects"]).component("m", ["m"]).fit(&panel(&rows)).expect("fits")
    };
    assert_near_one("iid within units", &ratios(2_000, GelbachCovariance::Iid, sample), 0.06);
}

#[test]
fn analytic_errors_agree_with_the_jackknife_and_the_bootstrap() {
    let rows = with_weights(unbalanced(41, 150, 6, 0.2), true);
    let mut compared = 0;
    for case in cases() {
        let fit = model(&case, true).fit(&panel(&rows)).expect(case.name);
        let gelbach = fit.gelbach().expect(case.name);
        for (resampling, tolerance) in [(fit.jackknife(), 0.05), (fit.bootstrap(2_000, 3), 0.06)] {
            let found = gelbach.with_intervals(&resampling.expect("clusters")).expect("intervals");
            for estimate in numbers(&found).concat() {
                let interval = estimate.interval.expect("asked for");
                // A part that is about zero is a product of nothings, whose first order says little.
                if estimate.estimate.abs() > 2.0 * estimate.std_error {
                    let ratio = interval.std_error / estimate.std_error;
                    assert!((ratio - 1.0).abs() < tolerance, "{}: {ratio}, {estimate:?}", case.name);
                    compared += 1;
                }
                assert!(interval.lower <= estimate.estimate + 1e-9 && estimate.estimate <= interval.upper + 1e-9);
            }
        }
    }
    assert!(compared >= 20, "{compared}");
}

#[test]
fn every_kind_of_interval_moves_with_the_scale_of_the_data() {
    let mut rows = unbalanced(42, 40, 5, 0.2);
    let question = || Model::new("y").always(["slow"]).component("noisy", ["noisy"]).component("all", ["unit_effects"]);
    let of = |rows: &Rows, kind: IntervalKind| {
        let fit = question().fit(&panel(rows)).expect("fits");
        let gelbach = fit.gelbach().expect("gelbach");
        let resampling = match kind {
            kind if kind.leaves_out() => fit.jackknife().and_then(|jackknife| jackknife.kind(kind)),
            _ => fit.bootstrap(99, 5).and_then(|bootstrap| bootstrap.kind(kind)),
        };
        let found = gelbach.with_intervals(&resampling.expect("a kind")).expect("intervals");
        let method = found.interval.as_ref().expect("asked for");
        assert_eq!((method.kind, method.clusters, method.degenerate), (kind, 40, 0));
        numbers(&found).concat()
    };
    let kinds = [
        IntervalKind::Root,
        IntervalKind::Jackknife,
        IntervalKind::Percentile,
        IntervalKind::Basic,
        IntervalKind::Normal,
        IntervalKind::Bca,
    ];
    let before = kinds.map(|kind| of(&rows, kind));
    rows.numbers.get_mut("slow").expect("a column").iter_mut().for_each(|x| *x = 1e6 * *x - 3.0);
    rows.numbers.get_mut("y").expect("a column").iter_mut().for_each(|y| *y = 1e-9 * *y + 7e-9);
    for (kind, before) in kinds.into_iter().zip(before) {
        for (before, after) in before.iter().zip(of(&rows, kind)) {
            let [one, other] = [before, &after].map(|e| e.interval.expect("asked for"));
            let pairs = [
                (before.estimate, after.estimate),
                (before.std_error, after.std_error),
                (one.lower, other.lower),
                (one.upper, other.upper),
            ];
            for (before, after) in pairs {
                assert!((after * 1e15 - before).abs() < 1e-8 * (1.0 + before.abs()), "{kind:?}: {before} {after}");
            }
        }
    }
}

#[test]
fn progress_reaches_the_end_and_a_seed_gives_the_same_bits() {
    let fit = units(5, 40, [&["x"], &["m"], &["unit_effects"]]);
    let gelbach = fit.gelbach().expect("gelbach");
    let most = std::sync::atomic::AtomicU64::new(0);
    let resampling = fit.bootstrap(100, 9).expect("bootstrap");
    let watched = resampling.clone().watched(|done, of| {
        assert_eq!(of, 100);
        most.fetch_max(done, std::sync::atomic::Ordering::Relaxed);
        std::ops::ControlFlow::Continue(())
    });
    let found = watched.gelbach_replicates(&gelbach).expect("replicates");
    assert_eq!(most.load(std::sync::atomic::Ordering::Relaxed), 100);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let again = pool.install(|| resampling.gelbach_replicates(&gelbach).expect("replicates"));
        assert_eq!(found, again, "{threads} threads");
    }
}

#[test]
fn replicates_without_a_coefficient_are_left_out_and_counted() {
    // Only unit 0 differs in `event`: without it there is no coefficient.
    let mut rows = unbalanced(51, 30, 5, 0.0);
    let event = rows.unit.iter().zip(&rows.period).map(|(unit, p)| f64::from(unit == "u000" && *p > 2003)).collect();
    rows.numbers.insert("event".to_string(), event);
    let model =
        Model::new("y").always(["event", "slow"]).component("noisy", ["noisy"]).component("p", ["unit_effects"]);
    let fit = model.fit(&panel(&rows)).expect("fits");
    let gelbach = fit.gelbach().expect("gelbach");
    let jackknife = fit.jackknife().expect("jackknife");
    let replicates = jackknife.gelbach_replicates(&gelbach).expect("replicates");
    assert_eq!(replicates.degenerate, 1);
    assert!(replicates.estimates[[0, 1, 0]].is_nan() && replicates.estimates[[1, 1, 0]].is_finite());
    let found = gelbach.with_intervals(&jackknife).expect("intervals");
    assert!(found.warnings.contains(&Warning::LostCoefficients { degenerate: 1, replicates: 30 }));
    assert_eq!(found.interval.as_ref().map(|i| i.degenerate), Some(1));
    assert!(found.to_string().contains("no coefficient"), "{found}");
    // Another resampling's warnings take the place of these.
    let bootstrap = fit.bootstrap(50, 1).expect("bootstrap");
    let again = found.with_intervals(&bootstrap).expect("intervals");
    let lost = |g: &Gelbach| g.warnings.iter().filter(|w| matches!(w, Warning::LostCoefficients { .. })).count();
    assert_eq!((lost(&found), lost(&again)), (1, 1));
    assert!(again.interval.is_some_and(|i| i.degenerate > 5 && i.degenerate < 30));
}

#[test]
fn nearly_collinear_components_keep_nine_digits() {
    for part in [1e-3, 1e-5] {
        let mut rows = with_weights(unbalanced(61, 24, 6, 0.1), false);
        let (slow, noisy) = (rows.column("slow"), rows.column("noisy"));
        let near = slow.iter().zip(&noisy).map(|(s, n)| s + part * n).collect();
        rows.numbers.insert("near".to_string(), near);
        let model =
            Model::new("y").always(["positive"]).component("pair", ["slow", "near"]).component("fixed", ["fixed"]);
        let fit = model.fit(&panel(&rows)).expect("fits");
        let gelbach = fit.gelbach().expect("gelbach");
        let columns = |r: &Rows| Columns {
            always: vec![r.column("positive")],
            always_has_units: false,
            components: vec![(vec![r.column("slow"), r.column("near")], false), (vec![r.column("fixed")], false)],
        };
        assert_close("collinear", &estimates(&gelbach), &by_hand(&rows, &columns(&rows)), 1e-9);
        let expected = by_differences(&rows, columns, &unit_groups(&rows), 24.0 / 23.0);
        assert_close("collinear errors", &std_errors(&gelbach), &expected, 1e-5);
        let jackknife = fit.jackknife().expect("jackknife");
        let found = jackknife.gelbach_replicates(&gelbach).expect("replicates");
        assert_eq!(found.error_bound, None);
        for (replicate, found) in found.estimates.outer_iter().enumerate() {
            let sample = drawn_rows(&rows, &jackknife.drawn(replicate).expect("it exists"));
            let found: Vec<Vec<f64>> = found.outer_iter().map(|column| column.to_vec()).collect();
            assert_close("collinear replicates", &found, &by_hand(&sample, &columns(&sample)), 1e-9);
        }
    }
}

#[track_caller]
fn refusal(model: Model, rows: &Rows) -> String {
    let fit = model.fit(&panel(rows)).expect("fits");
    fit.gelbach().expect_err("it is refused").to_string()
}

#[test]
fn what_cannot_be_decomposed_says_why() {
    let mut rows = unbalanced(71, 20, 5, 0.1);
    rows.numbers.insert("one".to_string(), vec![2.5; rows.len()]);
    let twice = rows.column("slow").iter().map(|x| 2.0 * x + 1.0).collect();
    rows.numbers.insert("twice".to_string(), twice);
    let noisy = || Model::new("y").component("noisy", ["noisy"]);
    let practice = || noisy().component("practice", ["unit_effects"]);
    assert_eq!(refusal(noisy(), &rows), "always is empty: put the terms whose coefficients change into it");
    assert_eq!(
        refusal(noisy().always(["unit_effects"]), &rows),
        "always is unit effects alone: add a term that has a coefficient"
    );
    let text = refusal(noisy().always(["slow", "one"]), &rows);
    assert_eq!(
        text,
        "always: one has no coefficient in the base regression: it does not vary in the sample: take it out"
    );
    let text = refusal(noisy().always(["slow", "twice"]), &rows);
    assert!(text.contains("always: twice has no coefficient in the base regression: it is a combination"), "{text}");
    let text = refusal(practice().always(["slow", "fixed"]), &rows);
    let expected = "always: fixed has no coefficient in the full regression: it is constant within units, and \
                    \"practice\" has unit effects: take the one or the other out";
    assert_eq!(text, expected);
    let text = refusal(noisy().always(["unit_effects", "fixed"]), &rows);
    assert!(
        text.contains("in the base regression: it is constant within units, whose effects are always in"),
        "{text}"
    );
    let text = refusal(practice().always(["slow"]).component("again", ["unit_effects"]), &rows);
    assert!(text.contains("\"practice\" and \"again\" have them"), "{text}");

    let with = |model: Model, covariance| model.fit(&panel(&rows)).expect("fits").gelbach_with(covariance);
    for covariance in [GelbachCovariance::Iid, GelbachCovariance::Heteroskedastic] {
        let error = with(practice().always(["slow"]), covariance).expect_err("refused").to_string();
        assert!(error.contains("a component has unit effects") && error.contains("use cluster"), "{error}");
    }
    let within = || noisy().always(["slow", "unit_effects"]);
    let error = with(within(), GelbachCovariance::Heteroskedastic).expect_err("refused").to_string();
    assert!(error.contains("short panels"), "{error}");
    assert!(with(within(), GelbachCovariance::Iid).is_ok());
    let flat = Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [1.0, 2.0, 2.0]).column("z", [1.0, 0.0, 0.0]);
    let fit = Model::new("y").always(["x"]).component("z", ["z"]).fit(&flat.build().expect("a panel")).expect("fits");
    let error = fit.gelbach_with(GelbachCovariance::Cluster).expect_err("refused").to_string();
    assert!(error.contains("gelbach (heteroskedastic does without) needs a unit column"), "{error}");
    let fit = cross_section(1, 3, false);
    assert!(
        matches!(fit.gelbach(), Err(Error::Estimate(EstimateError::TooFew { expected: 4, found: 3, .. }))),
        "{:?}",
        fit.gelbach()
    );
}

#[test]
fn a_decomposition_of_another_fit_is_refused() {
    let (one, other) = (cross_section(1, 50, false), cross_section(2, 50, false));
    let gelbach = one.gelbach().expect("gelbach");
    let jackknife = one.jackknife().expect("jackknife");
    assert!(gelbach.with_intervals(&jackknife).is_ok());
    assert!(matches!(
        other.gelbach().expect("gelbach").with_intervals(&jackknife),
        Err(Error::Estimate(EstimateError::OtherFit { .. }))
    ));
    let mut renamed = gelbach.clone();
    renamed.columns[0].changes[0].component = "other".to_string();
    assert!(matches!(jackknife.gelbach_replicates(&renamed), Err(Error::Estimate(EstimateError::OtherFit { .. }))));
    assert!(matches!(gelbach.column("m"), Err(Error::Question(QuestionError::UnknownCoefficient { .. }))));
    assert!(matches!(gelbach.columns[0].component("x"), Err(Error::Question(QuestionError::UnknownComponent { .. }))));
}

#[test]
fn coefficients_beyond_the_range_of_doubles_are_refused() {
    let panel = |x: f64, y: f64| {
        let of = |by: f64, values: [f64; 6]| values.map(|value| by * value);
        let builder = Panel::builder().column("x", of(x, [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]));
        let builder = builder.column("z", [0.0, 1.0, 0.0, 2.0, 1.0, 3.0]);
        builder.column("y", of(y, [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])).build().expect("a panel")
    };
    let gelbach =
        |x: f64, y: f64| Model::new("y").always(["x"]).component("z", ["z"]).fit(&panel(x, y)).expect("fits").gelbach();
    for (x, y) in [(1e-200, 1e200), (1e200, 1e-200)] {
        let error = gelbach(x, y).expect_err("refused").to_string();
        assert_eq!(error, "column \"x\" has coefficients beyond the range of doubles: put it in other units");
    }
    assert!((gelbach(1e-100, 1e100).expect("in range").columns[0].base.estimate / 2.25e200 - 1.0).abs() < 1e-12);
}

#[test]
fn it_survives_being_written_and_read_and_fits_eighty_columns() {
    let fit = units(3, 40, [&["x"], &["m"], &["unit_effects"]]);
    let gelbach = fit.gelbach().expect("gelbach");
    let with_intervals = gelbach.with_intervals(&fit.bootstrap(50, 1).expect("bootstrap")).expect("intervals");
    for value in [&gelbach, &with_intervals] {
        let text = serde_json::to_string(value).expect("it can be written");
        assert_eq!(&serde_json::from_str::<Gelbach>(&text).expect("it can be read"), value);
        let printed = value.to_string();
        assert!(printed.lines().all(|line| line.chars().count() <= 80), "{printed}");
        let parts = ["x ", "base", "first", "second", "total change", "full", "cluster by 40 units"];
        assert!(parts.iter().all(|part| printed.contains(part)), "{printed}");
    }
    assert!(with_intervals.to_string().contains("95% percentile intervals, 50 replicates"));
    let stored = serde_json::to_string(&gelbach).expect("it can be written");
    let again: Gelbach = serde_json::from_str(&stored).expect("it can be read");
    assert_eq!(again.with_intervals(&fit.bootstrap(50, 1).expect("bootstrap")).expect("intervals"), with_intervals);
    println!("{with_intervals}");
}

#[test]
fn a_coefficient_that_does_not_change_has_no_shares() {
    // z is the same on both sides of x: neither coefficient moves the other.
    let panel = Panel::builder()
        .column("x", [-1.0, -1.0, 1.0, 1.0, -1.0, 1.0])
        .column("z", [-1.0, 1.0, -1.0, 1.0, 0.0, 0.0])
        .column("y", [1.0, 2.0, 4.0, 5.5, 2.0, 4.0])
        .build()
        .expect("a panel");
    let fit = Model::new("y").always(["x"]).component("z", ["z"]).fit(&panel).expect("fits");
    let gelbach = fit.gelbach().expect("gelbach");
    let part = gelbach.columns[0].component("z").expect("there");
    assert!(part.change.estimate.abs() < 1e-15);
    assert_eq!(part.share_of_change, None);
}
