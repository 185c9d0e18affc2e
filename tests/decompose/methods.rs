//! Every method against its definition, worked out from the R² of dummy-variable regressions on all coalitions, or from
//! the columns themselves.
#![allow(clippy::expect_used, clippy::panic)]

use std::ops::ControlFlow;
use std::sync::Mutex;

use apportion::decompose::Detail;
use apportion::error::{EstimateError, QuestionError};
use apportion::regress::Effect;
use apportion::{Breakdown, Covariance, Error, FittedModel, Method, Model, Panel, Term, Warning};

use crate::common::panel::panel;
use crate::common::{Components, Numbers, Rows, coalition_values, dummies, shapley, unbalanced};

const TOLERANCE: f64 = 1e-10;

/// A question in both languages: the model's terms, and for each term its columns by hand.
struct Case {
    name: &'static str,
    model: Model,
    terms: Vec<Vec<Components>>,
    always: Vec<Vec<f64>>,
}

impl Case {
    fn components(&self) -> Components {
        self.terms.iter().map(|terms| terms.iter().flatten().flatten().cloned().collect()).collect()
    }
}

fn cases(rows: &Rows) -> Vec<Case> {
    let column = |name: &str| vec![vec![rows.column(name)]];
    let log = || vec![vec![rows.column("positive").iter().map(|x| x.ln()).collect::<Vec<f64>>()]];
    let base = || Model::new("y").weights("weight");
    vec![
        Case {
            name: "units and periods are players",
            model: base()
                .component("slow", ["slow"])
                .component("both", ["noisy", "log(positive)"])
                .component("policy", [Term::PeriodEffects])
                .component("practice", [Term::UnitEffects]),
            terms: vec![
                vec![column("slow")],
                vec![column("noisy"), log()],
                vec![vec![rows.period_dummies()]],
                vec![vec![rows.unit_dummies()]],
            ],
            always: vec![],
        },
        Case {
            name: "unit effects are a term among others, and something is always in",
            model: base()
                .always(["positive"])
                .component("practice", ["unit_effects", "noisy"])
                .component("place", ["fixed", "factor(region)"])
                .component("slow", ["slow"]),
            terms: vec![
                vec![vec![rows.unit_dummies()], column("noisy")],
                vec![column("fixed"), vec![dummies(&rows.text["region"])]],
                vec![column("slow")],
            ],
            always: vec![rows.column("positive")],
        },
        Case {
            name: "unit effects are always in",
            model: base()
                .always([Term::UnitEffects])
                .component("slow", ["slow"])
                .component("policy", [Term::PeriodEffects])
                .component("noisy", ["noisy", "log(positive)"]),
            terms: vec![vec![column("slow")], vec![vec![rows.period_dummies()]], vec![column("noisy"), log()]],
            always: rows.unit_dummies(),
        },
        Case {
            name: "no effects, a factor",
            model: base()
                .component("slow", ["slow"])
                .component("region", ["region"])
                .component("rest", ["noisy", "fixed"]),
            terms: vec![
                vec![column("slow")],
                vec![vec![dummies(&rows.text["region"])]],
                vec![column("noisy"), column("fixed")],
            ],
            always: vec![],
        },
    ]
}

#[track_caller]
fn close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() < TOLERANCE, "{what}: {found} against {expected}");
}

#[track_caller]
fn assert_shares(case: &str, breakdown: &Breakdown, expected: &[f64]) {
    let method = breakdown.method.name();
    assert_eq!(breakdown.components.len(), expected.len());
    for (share, expected) in breakdown.components.iter().zip(expected) {
        close(share.share_of_total, *expected, &format!("{case}, {method}, {}", share.name));
    }
}

fn bits(members: impl Iterator<Item = usize>) -> usize {
    members.fold(0, |bits, p| bits | 1 << p)
}

fn orders(k: usize) -> Vec<Vec<usize>> {
    if k == 0 {
        return vec![vec![]];
    }
    let shorter = orders(k - 1);
    (0..k).flat_map(|at| shorter.iter().map(move |o| [&o[..at], &[k - 1], &o[at..]].concat())).collect()
}

/// Feldman's weights: an order is as likely as the product of 1/(what is left to explain) along it.
fn pmvd(values: &[f64], k: usize) -> Vec<f64> {
    let all = values.len() - 1;
    let (mut shares, mut sum) = (vec![0.0; k], 0.0);
    for order in orders(k) {
        let mut weight = 1.0;
        let (mut before, mut added) = (0, vec![0.0; k]);
        for &player in &order {
            // What all others that are yet to come leave for those from here on.
            weight /= if before == 0 { 1.0 } else { values[all] - values[before] };
            added[player] = values[before | 1 << player] - values[before];
            before |= 1 << player;
        }
        sum += weight;
        shares.iter_mut().zip(added).for_each(|(share, added)| *share += weight * added);
    }
    shares.iter().map(|share| share / sum).collect()
}

fn check_values(case: &Case, fit: &FittedModel, rows: &Rows) {
    let (components, k) = (case.components(), case.terms.len());
    let values = coalition_values(&rows.column("y"), &components, &case.always, &rows.weight);
    let all = values.len() - 1;
    let first: Vec<f64> = (0..k).map(|i| values[1 << i] - values[0]).collect();
    let last: Vec<f64> = (0..k).map(|i| values[all] - values[all & !(1 << i)]).collect();
    assert_shares(case.name, &fit.first().expect("first"), &first);
    assert_shares(case.name, &fit.last().expect("last"), &last);

    let conditional = fit.conditional_dominance().expect("conditional");
    assert_shares(case.name, &conditional, &shapley(&values, k));
    let Detail::BySize(cells) = &conditional.detail else { panic!("no sizes") };
    for cell in cells {
        let player = conditional.components.iter().position(|c| c.name == cell.component).expect("named");
        let on = |s: &usize| s >> player & 1 == 0 && s.count_ones() as usize == cell.size;
        let added: Vec<f64> = (0..=all).filter(on).map(|s| values[s | 1 << player] - values[s]).collect();
        close(cell.share_of_total, added.iter().sum::<f64>() / added.len() as f64, case.name);
    }
    for (player, share) in conditional.components.iter().enumerate() {
        let mean = cells[player * k..][..k].iter().map(|c| c.share_of_total).sum::<f64>() / k as f64;
        close(mean, share.share_of_total, "general dominance is the mean of the conditional");
    }

    let Detail::Pairs(pairs) = fit.complete_dominance().expect("complete").detail else { panic!("no pairs") };
    let mut next = pairs.iter();
    for i in 0..k {
        for j in i + 1..k {
            let others = (0..=all).filter(|s| s >> i & 1 == 0 && s >> j & 1 == 0);
            let won = others.map(|s| match values[s | 1 << i] - values[s | 1 << j] {
                d if d > 1e-9 => 1.0,
                d if d < -1e-9 => 0.0,
                _ => 0.5,
            });
            let won: Vec<f64> = won.collect();
            close(next.next().expect("a pair").proportion, won.iter().sum::<f64>() / won.len() as f64, case.name);
        }
    }

    let commonality = fit.commonality().expect("commonality");
    assert_shares(case.name, &commonality, &last);
    let Detail::Subsets(parts) = &commonality.detail else { panic!("no subsets") };
    for part in parts {
        let set = bits(part.coalition.members());
        let subsets = (0..=all).filter(|t| t & !set == 0);
        let sign = |t: usize| if t.count_ones() % 2 == 1 { 1.0 } else { -1.0 };
        close(part.share_of_total, subsets.map(|t| sign(t) * values[(all & !set) | t]).sum(), case.name);
    }
    close(parts.iter().map(|p| p.share_of_total).sum(), values[all] - values[0], "commonality sums");
    let split = commonality.unique_and_common().expect("of a commonality");
    for ((unique, common), (first, last)) in split.iter().zip(first.iter().zip(&last)) {
        close(*unique, *last, case.name);
        close(unique + common, *first, case.name);
    }

    let game = fit.r2_game().expect("a game");
    close(game.shapley().expect("shapley").components[0].value, shapley(&values, k)[0], case.name);
    // Where nothing is nested in another, the limit is not needed and the definition can be summed over all orders.
    if last.iter().all(|last| *last > 1e-6) {
        assert_shares(case.name, &fit.pmvd().expect("pmvd"), &pmvd(&values, k));
    }
    let pmvd: f64 = fit.pmvd().expect("pmvd").components.iter().map(|c| c.share_of_total).sum();
    close(pmvd, values[all] - values[0], case.name);
}

/// Owen's value by its definition: the mean over the orders in which the terms of a component stand together.
fn check_owen(case: &Case, fit: &FittedModel, rows: &Rows) {
    let terms: Vec<(usize, &Components)> =
        case.terms.iter().enumerate().flat_map(|(c, terms)| terms.iter().map(move |t| (c, t))).collect();
    let columns: Components = terms.iter().map(|(_, t)| t.iter().flatten().cloned().collect()).collect();
    let values = coalition_values(&rows.column("y"), &columns, &case.always, &rows.weight);
    let (mut expected, mut n) = (vec![0.0; terms.len()], 0.0);
    for order in orders(terms.len()) {
        let of: Vec<usize> = order.iter().map(|&t| terms[t].0).collect();
        let changes = of.windows(2).filter(|pair| pair[0] != pair[1]).count();
        if changes + 1 > case.terms.len() {
            continue;
        }
        n += 1.0;
        let mut before = 0;
        for term in order {
            expected[term] += values[before | 1 << term] - values[before];
            before |= 1 << term;
        }
    }
    let breakdown = fit.owen().expect("owen");
    let Detail::Terms(found) = &breakdown.detail else { panic!("no terms") };
    assert_eq!(found.len(), terms.len());
    for (term, expected) in found.iter().zip(&expected) {
        close(term.share_of_total, expected / n, &format!("{}, {}", case.name, term.term));
    }
    for share in &breakdown.components {
        let sum: f64 = found.iter().filter(|t| t.component == share.name).map(|t| t.share_of_total).sum();
        close(sum, share.share_of_total, "terms sum to their component");
        close(
            share.share_of_total,
            fit.shapley().expect("shapley").share_of_total(&share.name).expect("named"),
            "owen",
        );
    }
    let unions: Vec<(String, Vec<String>)> = case
        .model
        .components()
        .iter()
        .map(|c| (c.name.clone(), c.terms.iter().map(|t| format!("{} {t}", c.name)).collect()))
        .collect();
    let names: Vec<String> = unions.iter().flat_map(|(_, terms)| terms.clone()).collect();
    let worth =
        |coalition: apportion::decompose::Coalition| -> Result<f64, Error> { Ok(values[coalition.bits() as usize]) };
    let game = apportion::decompose::Game::parallel(names, worth).expect("a game");
    let members: Vec<Vec<&str>> = unions.iter().map(|(_, terms)| terms.iter().map(String::as_str).collect()).collect();
    let unions: Vec<(&str, &[&str])> = unions.iter().zip(&members).map(|((n, _), m)| (n.as_str(), &m[..])).collect();
    for (credit, term) in game.owen(&unions).expect("owen").components.iter().zip(found) {
        close(credit.value, term.share_of_total, &credit.name);
    }
}

/// Pratt's measure and variance components from the fitted parts themselves, row by row.
fn check_fitted_parts(case: &Case, fit: &FittedModel, rows: &Rows) {
    let regression = fit.regression().expect("a regression");
    let units = regression.unit_effects(&Covariance::iid()).unwrap_or_default();
    let periods = regression.period_effects(&Covariance::iid()).unwrap_or_default();
    let n = rows.len();
    let k = case.terms.len();
    // A component's columns by name, as the design has them, times their coefficients.
    let mut parts = vec![vec![0.0; n]; k];
    for (component, part) in case.model.components().iter().zip(&mut parts) {
        for term in &component.terms {
            let single = Model::new("y").weights("weight").component("c", [term.clone()]);
            let predicted: Vec<f64> = match term {
                Term::UnitEffects => rows.unit.iter().map(|u| effect(&units, u)).collect(),
                Term::PeriodEffects => rows.period.iter().map(|p| effect(&periods, &p.to_string())).collect(),
                _ => {
                    let names: Vec<String> =
                        single.fit(&panel(rows)).expect("fits").column_names().map(str::to_string).collect();
                    let mut sum = vec![0.0; n];
                    for name in names {
                        let beta = regression.estimate(&name).unwrap_or(0.0);
                        let column = column_of(rows, &name);
                        sum.iter_mut().zip(column).for_each(|(s, x)| *s += beta * x);
                    }
                    sum
                }
            };
            part.iter_mut().zip(predicted).for_each(|(p, x)| *p += x);
        }
    }
    // What is always in is projected out of the parts and the outcome.
    let left = |values: &[f64]| residuals(values, &case.always, &rows.weight);
    let outcome = rows.column("y");
    let total = dot(&residuals(&outcome, &[], &rows.weight), &residuals(&outcome, &[], &rows.weight), &rows.weight);
    let parts: Vec<Vec<f64>> = parts.iter().map(|part| left(part)).collect();
    let outcome = left(&outcome);
    let pratt: Vec<f64> = parts.iter().map(|part| dot(part, &outcome, &rows.weight) / total).collect();
    let variances: Vec<f64> = parts.iter().map(|part| dot(part, part, &rows.weight) / total).collect();
    let found = fit.pratt().expect("pratt");
    assert_shares(case.name, &found, &pratt);
    let sum: f64 = found.components.iter().map(|c| c.share_of_total).sum();
    let always = found.always.as_ref().map_or(0.0, |a| a.share_of_total);
    close(sum, found.r2_overall - always, "pratt sums");
    let found = fit.variance_components().expect("variances");
    assert_shares(case.name, &found, &variances);
    let Detail::Covariances(covariances) = &found.detail else { panic!("no covariances") };
    let pairs = (0..k).flat_map(|i| (i + 1..k).map(move |j| (i, j)));
    for ((i, j), found) in pairs.zip(covariances) {
        close(found.share_of_total, dot(&parts[i], &parts[j], &rows.weight) / total, case.name);
    }
}

fn effect(effects: &[Effect], name: &str) -> f64 {
    effects.iter().find(|effect| effect.name == name).expect("an effect").effect
}

fn column_of(rows: &Rows, name: &str) -> Vec<f64> {
    match name {
        "log(positive)" => rows.column("positive").iter().map(|x| x.ln()).collect(),
        _ => match name.split_once('[') {
            Some((_, level)) => {
                let level = level.trim_end_matches(']');
                rows.text["region"].iter().map(|r| f64::from(u8::from(r == level))).collect()
            }
            None => rows.column(name),
        },
    }
}

fn dot(a: &[f64], b: &[f64], weights: &[f64]) -> f64 {
    a.iter().zip(b).zip(weights).map(|((a, b), w)| a * b * w).sum()
}

/// What an intercept and these columns leave of the values, by Gram–Schmidt with two rounds.
fn residuals(values: &[f64], columns: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let take = |x: &mut Vec<f64>, basis: &[Vec<f64>]| {
        for _ in 0..2 {
            for b in basis {
                let along = dot(x, b, weights);
                x.iter_mut().zip(b).for_each(|(x, b)| *x -= along * b);
            }
        }
    };
    for column in std::iter::once(&vec![1.0; values.len()]).chain(columns) {
        let mut direction = column.clone();
        let before = dot(&direction, &direction, weights);
        take(&mut direction, &basis);
        let length = dot(&direction, &direction, weights);
        if length > 1e-16 * before {
            direction.iter_mut().for_each(|x| *x /= length.sqrt());
            basis.push(direction);
        }
    }
    let mut left = values.to_vec();
    take(&mut left, &basis);
    left
}

/// The square root of a symmetric matrix by the product form of Denman and Beavers' iteration, which knows nothing of
/// eigenvalues.
fn square_root(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = matrix.len();
    let identity: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let (mut y, mut z) = (matrix.to_vec(), identity);
    for _ in 0..40 {
        let (inverse_y, inverse_z) = (inverse(&y), inverse(&z));
        for i in 0..n {
            for j in 0..n {
                let (new_y, new_z) = ((y[i][j] + inverse_z[i][j]) / 2.0, (z[i][j] + inverse_y[i][j]) / 2.0);
                (y[i][j], z[i][j]) = (new_y, new_z);
            }
        }
    }
    y
}

fn inverse(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = matrix.len();
    let mut rows: Vec<Vec<f64>> = (0..n)
        .map(|i| [&matrix[i][..], &(0..n).map(|j| f64::from(u8::from(i == j))).collect::<Vec<_>>()].concat())
        .collect();
    for i in 0..n {
        let pivot = (i..n).max_by(|&a, &b| rows[a][i].abs().total_cmp(&rows[b][i].abs())).expect("a row");
        rows.swap(i, pivot);
        let scale = rows[i][i];
        rows[i].iter_mut().for_each(|x| *x /= scale);
        for other in (0..n).filter(|o| *o != i) {
            let (factor, own) = (rows[other][i], rows[i].clone());
            rows[other].iter_mut().zip(own).for_each(|(x, y)| *x -= factor * y);
        }
    }
    rows.into_iter().map(|row| row[n..].to_vec()).collect()
}

/// Genizi's measure and CAR from their definitions, on columns orthonormalised within components in another way.
fn check_whitened(case: &Case, fit: &FittedModel, rows: &Rows) {
    let weights = &rows.weight;
    let outcome = rows.column("y");
    let total = residuals(&outcome, &[], weights);
    let total = dot(&total, &total, weights);
    let outcome = residuals(&outcome, &case.always, weights);
    let mut basis: Vec<(usize, Vec<f64>)> = Vec::new();
    for (component, columns) in case.components().iter().enumerate() {
        let mut own: Vec<Vec<f64>> = Vec::new();
        // Backwards, so that the basis is not the one of the crate.
        for column in columns.iter().rev() {
            let mut direction = residuals(column, &case.always, weights);
            let before = dot(&direction, &direction, weights);
            for _ in 0..2 {
                for b in &own {
                    let along = dot(&direction, b, weights);
                    direction.iter_mut().zip(b).for_each(|(x, b)| *x -= along * b);
                }
            }
            let length = dot(&direction, &direction, weights);
            if length > 1e-16 * before.max(1e-3) {
                own.push(direction.iter().map(|x| x / length.sqrt()).collect());
            }
        }
        basis.extend(own.into_iter().map(|b| (component, b)));
    }
    let p = basis.len();
    let correlations: Vec<Vec<f64>> =
        basis.iter().map(|(_, a)| basis.iter().map(|(_, b)| dot(a, b, weights)).collect()).collect();
    let with_outcome: Vec<f64> = basis.iter().map(|(_, b)| dot(b, &outcome, weights) / total.sqrt()).collect();
    let h = square_root(&correlations);
    let omega: Vec<f64> =
        inverse(&h).iter().map(|row| row.iter().zip(&with_outcome).map(|(a, b)| a * b).sum()).collect();
    let k = case.terms.len();
    let (mut car, mut genizi) = (vec![0.0; k], vec![0.0; k]);
    for a in 0..p {
        car[basis[a].0] += omega[a] * omega[a];
        for source in 0..k {
            let along: f64 = (0..p).filter(|&b| basis[b].0 == source).map(|b| h[a][b] * omega[b]).sum();
            genizi[basis[a].0] += along * along;
        }
    }
    assert_shares(case.name, &fit.genizi().expect("genizi"), &genizi);
    assert_shares(case.name, &fit.car().expect("car"), &car);
    for breakdown in [fit.genizi_by_column().expect("columns"), fit.car_by_column().expect("columns")] {
        let sum: f64 = breakdown.rows().map(|row| row.share_of_total).sum();
        close(sum, 1.0, "by column");
        let names: Vec<&str> = breakdown.components.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, fit.column_names().collect::<Vec<_>>()[names.len() - p.min(names.len())..]);
    }
}

#[test]
fn every_method_equals_its_definition() {
    for rows in [unbalanced(71, 14, 6, 0.2), unbalanced(72, 9, 8, 0.0)] {
        let panel = panel(&rows);
        for case in cases(&rows) {
            let fit = case.model.fit(&panel).expect(case.name);
            check_values(&case, &fit, &rows);
            check_owen(&case, &fit, &rows);
            check_fitted_parts(&case, &fit, &rows);
            let has_units = case.model.components().iter().any(|c| c.terms.contains(&Term::UnitEffects));
            match has_units {
                false => check_whitened(&case, &fit, &rows),
                true => {
                    let error = fit.genizi().expect_err("unit effects have no columns").to_string();
                    assert!(error.contains("\"practice\" has unit effects") && error.contains("shapley"), "{error}");
                    assert!(fit.car_by_column().is_err());
                }
            }
        }
    }
}

/// The limit of PMVD as a common small part goes to zero, against the same with that small part.
#[test]
fn pmvd_of_nested_components_is_a_limit() {
    let rows = unbalanced(73, 20, 6, 0.1);
    let model = Model::new("y")
        .component("slow", ["slow"])
        .component("copy", ["slow"])
        .component("fixed", ["fixed"])
        .component("practice", ["unit_effects"])
        .component("noisy", ["noisy"]);
    let fit = model.fit(&panel(&rows)).expect("fits");
    let breakdown = fit.pmvd().expect("pmvd");
    let (slow, copy) = (breakdown.share_of_total("slow").expect("in"), breakdown.share_of_total("copy").expect("in"));
    assert_eq!(slow, copy);
    assert_eq!(breakdown.share_of_total("fixed").expect("in"), 0.0, "it is nested in practice");
    let game = fit.r2_game().expect("a game");
    let near = |epsilon: f64| {
        // What adds nothing last adds a little: to the first order, every coalition of such players as much.
        let small = [0, 1, 2];
        let worth = |s: apportion::decompose::Coalition| -> Result<f64, Error> {
            let all = apportion::decompose::Coalition::of_all(5);
            let missing: Vec<usize> = all.members().filter(|p| !s.contains(*p)).collect();
            let value = game.value(s)?;
            let full = game.value(all)?;
            let is_zero = !missing.is_empty() && missing.iter().all(|p| small.contains(p)) && full - value < 1e-10;
            Ok(if is_zero { full - epsilon } else { value })
        };
        apportion::decompose::Game::new(game.names().to_vec(), worth).expect("a game").pmvd().expect("pmvd")
    };
    let limit = near(1e-9);
    for (share, near) in breakdown.components.iter().zip(&limit.components) {
        assert!(
            (share.share_of_total - near.value).abs() < 1e-6,
            "{}: {} {}",
            share.name,
            share.share_of_total,
            near.value
        );
    }
}

#[test]
fn components_without_a_coefficient_are_named() {
    let rows = unbalanced(74, 20, 6, 0.1);
    let model = Model::new("y")
        .component("deprivation", ["fixed"])
        .component("region", ["region", "slow"])
        .component("practice", ["unit_effects"]);
    let fit = model.fit(&panel(&rows)).expect("fits");
    for breakdown in [fit.pratt().expect("pratt"), fit.variance_components().expect("variances")] {
        assert!(breakdown.share_of_total("deprivation").expect("named").abs() < 1e-20);
        for component in ["deprivation", "region"] {
            let warning = Warning::NoCoefficient { component: component.to_string() };
            assert!(breakdown.warnings.contains(&warning), "{component}: {:?}", breakdown.warnings);
        }
        let practice = Warning::NoCoefficient { component: "practice".to_string() };
        assert!(!breakdown.warnings.contains(&practice));
    }
    let plain = Model::new("y").component("slow", ["slow"]).component("policy", ["period_effects"]);
    let plain = plain.fit(&panel(&rows)).expect("fits").pratt().expect("pratt");
    assert!(plain.warnings.iter().all(|w| !matches!(w, Warning::NoCoefficient { .. })));
}

#[test]
fn copies_constants_and_perfect_fits_are_finite_and_symmetric() {
    let x: Vec<f64> = (0..24).map(|i| f64::from(i * i % 7)).collect();
    let panel = Panel::builder()
        .column("y", x.iter().enumerate().map(|(i, x)| x + f64::from(i as u32 % 5)))
        .column("line", x.iter().map(|x| 3.0 - 2.0 * x))
        .column("x", &x)
        .column("z", (0..24).map(|i| f64::from(i * 5 % 11)))
        .column("same", [4.0; 24])
        .build()
        .expect("a panel");
    let methods = [
        Method::Shapley,
        Method::First,
        Method::Last,
        Method::Owen,
        Method::Pmvd,
        Method::ConditionalDominance,
        Method::CompleteDominance,
        Method::Commonality,
        Method::Genizi,
        Method::Car,
        Method::Pratt,
        Method::VarianceComponents,
    ];
    for outcome in ["y", "line"] {
        let model = Model::new(outcome)
            .component("one", ["x"])
            .component("other", ["x"])
            .component("z", ["z"])
            .component("same", ["same"]);
        let fit = model.fit(&panel).expect("fits");
        for method in &methods {
            let breakdown = fit.breakdown(method).expect("applies");
            let name = format!("{outcome}, {}", method.name());
            let share = |of: &str| breakdown.share_of_total(of).expect("named");
            assert!(breakdown.rows().all(|row| row.share_of_total.is_finite()), "{name}: {breakdown:?}");
            assert!(share("same").abs() < 1e-14, "{name}: {}", share("same"));
            // Coefficients can be given to one of two copies only, and a warning says which.
            if !matches!(method, Method::Pratt | Method::VarianceComponents) {
                assert!((share("one") - share("other")).abs() < 1e-12, "{name}: {} {}", share("one"), share("other"));
            }
            if method.is_additive() {
                let sum: f64 = breakdown.rows().map(|row| row.share_of_total).sum();
                assert!((sum - 1.0).abs() < 1e-12, "{name}");
            }
        }
    }
}

#[test]
fn precedence_is_respected_or_refused() {
    let rows = unbalanced(75, 15, 6, 0.1);
    let model = Model::new("y")
        .component("a", ["slow"])
        .component("b", ["noisy"])
        .component("a:b", ["slow:noisy"])
        .component("practice", ["unit_effects"])
        .after("a:b", ["a", "b"]);
    let fit = model.fit(&panel(&rows)).expect("fits");
    let game = fit.r2_game().expect("a game");
    let mut expected = [0.0; 4];
    let admissible: Vec<Vec<usize>> = orders(4)
        .into_iter()
        .filter(|o| {
            let place = |p: usize| o.iter().position(|x| *x == p);
            place(2) > place(0) && place(2) > place(1)
        })
        .collect();
    assert_eq!(admissible.len(), 8);
    for order in &admissible {
        let names: Vec<&str> = order.iter().map(|p| game.names()[*p].as_str()).collect();
        for (sum, credit) in expected.iter_mut().zip(game.sequential(&names).expect("an order").components) {
            *sum += credit.value / 8.0;
        }
    }
    assert_shares("precedence", &fit.shapley().expect("shapley"), &expected);
    for refused in [fit.owen(), fit.pmvd(), fit.conditional_dominance(), fit.complete_dominance()] {
        let error = refused.expect_err("orders are restricted").to_string();
        assert!(error.contains("only after others") && error.contains("use shapley"), "{error}");
    }
    let error = fit.sequential_in(&["a:b", "a", "b", "practice"]).expect_err("not admissible").to_string();
    assert!(error.contains("\"a:b\" may only enter after \"a\""), "{error}");
    let circle = model.after("a", ["a:b"]).check().expect_err("a circle").to_string();
    assert!(circle.contains("after itself"), "{circle}");
    let unknown = Model::new("y").component("a", ["slow"]).after("a", ["nobody"]);
    assert!(
        matches!(unknown.check(), Err(Error::Question(QuestionError::UnknownComponent { component, .. })) if component == "nobody")
    );
}

#[test]
fn owens_enumerations_are_watched_and_none_is_for_a_single_term() {
    let mut numbers = Numbers::new(7);
    let mut builder = Panel::builder().column("y", (0..60).map(|_| numbers.normal()));
    let mut model = Model::new("y");
    for i in 0..12 {
        builder = builder.column(format!("x{i}"), (0..60).map(|_| numbers.normal()));
        model = model.component(format!("c{i}"), [format!("x{i}")]);
    }
    let panel = builder.column("z", (0..60).map(|_| numbers.normal())).build().expect("a panel");
    let last_seen = |fit: &FittedModel| {
        let seen = Mutex::new((0, 0));
        let watch = |done, of| {
            let mut seen = seen.lock().expect("no panic");
            *seen = (*seen).max((done, of));
            ControlFlow::Continue(())
        };
        let breakdown = fit.breakdown_watched(&Method::Owen, watch).expect("owen");
        assert_eq!(breakdown, fit.owen().expect("owen"));
        assert_eq!(breakdown.components, fit.shapley().expect("shapley").components);
        seen.into_inner().expect("no panic")
    };
    let singles = model.clone().fit(&panel).expect("fits");
    assert_eq!(last_seen(&singles), (1 << 12, 1 << 12));
    let Detail::Terms(terms) = singles.owen().expect("owen").detail else { panic!("no terms") };
    for (term, share) in terms.iter().zip(&singles.shapley().expect("shapley").components) {
        assert_eq!(term.share_of_total, share.share_of_total);
    }
    // Two terms have four sets, each with all coalitions of the twelve others.
    let pair = model.component("pair", ["z", "x0:x1"]).fit(&panel).expect("fits");
    assert_eq!(last_seen(&pair), ((1 << 13) + 4 * (1 << 12), (1 << 13) + 4 * (1 << 12)));
    let cancelled = pair.breakdown_watched(&Method::Owen, |_, _| ControlFlow::Break(()));
    assert!(matches!(cancelled, Err(Error::Estimate(EstimateError::Cancelled { method })) if method == "owen"));
}

#[test]
fn limits_are_stated() {
    let n = 40;
    let mut builder = Panel::builder().column("y", (0..60).map(|i| f64::from(i * i % 13)));
    let mut model = Model::new("y");
    for i in 0..n as u32 {
        builder = builder.column(format!("x{i}"), (0..60_u32).map(|r| f64::from((r * (i + 3) + r * r * i) % 17)));
        model = model.component(format!("x{i}"), [format!("x{i}")]);
    }
    let panel = builder.build().expect("a panel");
    let fit = model.fit(&panel).expect("fits");
    let terms: Vec<String> = (0..17).map(|i| format!("x{i}")).collect();
    let many = Model::new("y").component("all", terms).fit(&panel).expect("fits").owen();
    assert!(many.expect_err("too many terms").to_string().contains("at most 16 components"));
    for (method, limit) in [
        (Method::Shapley, 36),
        (Method::ConditionalDominance, 36),
        (Method::Owen, 36),
        (Method::Pmvd, 24),
        (Method::CompleteDominance, 24),
        (Method::Commonality, 20),
    ] {
        let error = fit.breakdown(&method).expect_err("too many").to_string();
        assert!(error.contains(&format!("at most {limit} components")), "{error}");
    }
    for method in [Method::First, Method::Last, Method::Pratt, Method::VarianceComponents, Method::Genizi, Method::Car]
    {
        assert_eq!(fit.breakdown(&method).expect("no limit").components.len(), n);
    }
}

/// Eighteen components are enumerated in twice the precision; Owen values of them, where one has eight terms, take as
/// many coalitions as 26 do.
#[test]
fn the_cost_of_owen_values_is_that_of_the_terms_coalitions() {
    let wave = |i: u32, row: u32| (f64::from(row + 1) * f64::from(i + 2).sqrt()).sin();
    let rows = || 0..120_u32;
    let mut builder = Panel::builder()
        .column("y", rows().map(|row| (0..25).map(|i| wave(i, row)).sum::<f64>() + wave(90, row)))
        .column("near", rows().map(|row| wave(0, row) + 1e-4 * wave(91, row)));
    for i in 0..24 {
        builder = builder.column(format!("x{i}"), rows().map(|row| wave(i, row)));
    }
    let panel = builder.build().expect("a panel");
    let mut model = Model::new("y").component("eight", (0..8).map(|i| format!("x{i}"))).component("near", ["near"]);
    for i in 8..24 {
        model = model.component(format!("x{i}"), [format!("x{i}")]);
    }
    let fit = model.fit(&panel).expect("fits");
    let is_imprecise =
        |breakdown: &Breakdown| breakdown.warnings.iter().any(|w| matches!(w, Warning::Imprecise { .. }));
    let (shapley, owen) = (fit.shapley().expect("shapley"), fit.owen().expect("owen"));
    assert!(!is_imprecise(&shapley) && is_imprecise(&owen), "{:?} {:?}", shapley.warnings, owen.warnings);
    for (one, other) in shapley.components.iter().zip(&owen.components) {
        assert!((one.share_of_total - other.share_of_total).abs() < 1e-5, "{one:?} {other:?}");
    }
    // 2^26 coalitions in each of 2^17 replicates.
    let many = fit.bootstrap(1 << 17, 1).expect("draws");
    let error = owen.with_intervals(&many).expect_err("too many coalitions");
    assert!(matches!(error, Error::Estimate(EstimateError::TooManyComponents { limit: 24, found: 26, .. })), "{error}");
}

#[test]
fn an_empty_order_is_that_of_the_model() {
    let panel = panel(&unbalanced(8, 12, 4, 0.1));
    let model = Model::new("y").component("slow", ["slow"]).component("noisy", ["noisy"]);
    let fit = model.clone().fit(&panel).expect("fits");
    let open: Method = "sequential".parse().expect("a method");
    let order = vec!["slow".to_string(), "noisy".to_string()];
    let breakdown = fit.breakdown(&open).expect("splits");
    assert_eq!(breakdown.method, Method::Sequential { order: order.clone() });
    assert_eq!(breakdown, fit.sequential_in(&["slow", "noisy"]).expect("splits"));
    // A breakdown whose order was left out is one in the order of the model.
    let mut stored = breakdown.clone();
    stored.method = open.clone();
    let jackknife = fit.jackknife().expect("jackknife");
    let intervals = |breakdown: Breakdown| breakdown.with_intervals(&jackknife).expect("intervals").components;
    assert_eq!(intervals(stored), intervals(breakdown));
    assert_eq!(Method::all(order)[0], fit.sequential().expect("splits").method);
    // Also where the model forbids it.
    let forbidden = model.after("slow", ["noisy"]).fit(&panel).expect("fits").breakdown(&open);
    assert!(matches!(forbidden, Err(Error::Question(QuestionError::Order { .. }))), "{forbidden:?}");
}
