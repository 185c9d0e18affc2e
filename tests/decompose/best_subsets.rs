//! The best subsets equal those found by trying every subset with dummy-variable regressions.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use apportion::decompose::{BestSubset, BestSubsets, Criterion};
use apportion::error::{EstimateError, QuestionError};
use apportion::resample::Selection;
use apportion::{Error, FittedModel, Model, Panel, Warning};

use crate::common::panel::panel;
use crate::common::{Numbers, Rows, coalition_values, drawn_rows, dummies, r2, unbalanced};

/// Leaps on cross-products against Gram–Schmidt on columns.
const TOLERANCE: f64 = 1e-10;
/// R² within this of one another are equal, and the earliest subset is given.
const TIE: f64 = 1e-11;

/// A question in both languages: the model's, and columns by hand.
struct Question {
    model: Model,
    components: Vec<Vec<Vec<f64>>>,
    always: Vec<Vec<f64>>,
    outcome: Vec<f64>,
    weights: Vec<f64>,
}

impl Question {
    fn new(rows: &Rows) -> Self {
        Question {
            model: Model::new("y"),
            components: Vec::new(),
            always: Vec::new(),
            outcome: rows.column("y"),
            weights: vec![1.0; rows.len()],
        }
    }

    fn with(mut self, name: &str, terms: &[&str], columns: Vec<Vec<f64>>) -> Self {
        self.model = self.model.component(name, terms.iter().copied());
        self.components.push(columns);
        self
    }

    fn weighted(mut self, rows: &Rows) -> Self {
        self.model = self.model.weights("weight");
        self.weights = rows.weight.clone();
        self
    }

    fn always(mut self, terms: &[&str], columns: Vec<Vec<f64>>) -> Self {
        self.model = self.model.always(terms.iter().copied());
        self.always = columns;
        self
    }

    fn names(&self) -> Vec<String> {
        self.model.components().iter().map(|c| c.name.clone()).collect()
    }

    /// R² of every subset.
    fn values(&self) -> Vec<f64> {
        coalition_values(&self.outcome, &self.components, &self.always, &self.weights)
    }

    /// Columns that count, besides the intercept.
    fn rank(&self, set: usize) -> usize {
        let mut columns: Vec<&[f64]> = self.always.iter().map(Vec::as_slice).collect();
        let present = self.components.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1);
        columns.extend(present.flat_map(|(_, component)| component.iter().map(Vec::as_slice)));
        // A column counts where those before it leave something of it: where its R² on them is below one.
        let mut kept: Vec<&[f64]> = Vec::new();
        for column in columns {
            let varies = column.iter().any(|x| (x - column[0]).abs() > 1e-9);
            if varies && r2(column, &kept, &self.weights) < 1.0 - 1e-11 {
                kept.push(column);
            }
        }
        kept.len()
    }
}

/// Whether `a` has the first component on which the two differ.
fn is_earlier(a: usize, b: usize) -> bool {
    let differ = a ^ b;
    differ != 0 && a >> differ.trailing_zeros() & 1 == 1
}

fn best_of_size(values: &[f64], size: usize) -> usize {
    let of_size = || (0..values.len()).filter(|set| set.count_ones() as usize == size);
    let highest = of_size().map(|set| values[set]).fold(f64::NEG_INFINITY, f64::max);
    let ties = of_size().filter(|set| values[*set] >= highest - TIE);
    ties.reduce(|a, b| if is_earlier(b, a) { b } else { a }).expect("there are subsets of every size")
}

/// The criteria as factors on what is left: nothing left is the best, and of equals the fewest columns, the fewest
/// components, the earliest. The empty set where no subset has a degree of freedom.
fn best_by(criterion: Criterion, values: &[f64], ranks: &[usize], n: usize, largest: usize) -> usize {
    let rows = n as f64;
    let score = |set: usize| {
        let (p, left) = (ranks[set] as f64, if values[set] > 1.0 - TIE { 0.0 } else { 1.0 - values[set] });
        match criterion {
            Criterion::AdjustedR2 if ranks[set] + 1 >= n => f64::INFINITY,
            Criterion::AdjustedR2 => left * (rows - 1.0) / (rows - p - 1.0),
            Criterion::Aic => left * (2.0 * p / rows).exp(),
            _ => left * (p * rows.ln() / rows).exp(),
        }
    };
    let sets = || (0..values.len()).filter(|set| set.count_ones() as usize <= largest && score(*set).is_finite());
    let lowest = sets().map(score).fold(f64::INFINITY, f64::min);
    let cost = |set: usize| (ranks[set], set.count_ones());
    let is_better = |a: usize, b: usize| cost(a) < cost(b) || cost(a) == cost(b) && is_earlier(a, b);
    let ties = sets().filter(|set| score(*set) <= lowest + TIE);
    ties.reduce(|a, b| if is_better(b, a) { b } else { a }).unwrap_or(0)
}

/// R 4.2, `logLik.lm`: 0.5 (Σ ln w − n (ln 2π + 1 − ln n + ln Σ w e²)), and `AIC`, `BIC` of it.
fn aic_and_bic(question: &Question, r2: f64, p: usize) -> (f64, f64) {
    let (y, w) = (&question.outcome, &question.weights);
    let n = y.len() as f64;
    let mean = y.iter().zip(w).map(|(y, w)| y * w).sum::<f64>() / w.iter().sum::<f64>();
    let total: f64 = y.iter().zip(w).map(|(y, w)| w * (y - mean).powi(2)).sum();
    let rss = (1.0 - r2) * total;
    let log_weights: f64 = w.iter().map(|w| w.ln()).sum();
    let likelihood = 0.5 * (log_weights - n * ((2.0 * std::f64::consts::PI).ln() + 1.0 - n.ln() + rss.ln()));
    let parameters = p as f64 + 2.0;
    (2.0 * parameters - 2.0 * likelihood, n.ln() * parameters - 2.0 * likelihood)
}

fn adjusted(question: &Question, r2: f64, p: usize) -> f64 {
    let n = question.outcome.len() as f64;
    1.0 - (1.0 - r2) * (n - 1.0) / (n - p as f64 - 1.0)
}

fn members(names: &[String], set: usize) -> Vec<String> {
    names.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, name)| name.clone()).collect()
}

#[track_caller]
fn assert_subset(what: &str, question: &Question, found: &BestSubset, set: usize, value: f64) {
    assert_eq!(found.components, members(&question.names(), set), "{what}");
    assert!((found.r2_overall - value).abs() < TOLERANCE, "{what}: R² {} against {value}", found.r2_overall);
    let p = question.rank(set);
    assert_eq!(found.n_columns, p, "{what}: columns");
    if let Some(of_found) = found.r2_adjusted {
        assert!((of_found - adjusted(question, value, p)).abs() < 1e-8, "{what}: adjusted");
    }
    match (found.aic, found.bic) {
        (Some(aic), Some(bic)) => {
            let (of_aic, of_bic) = aic_and_bic(question, value, p);
            assert!(
                (aic - of_aic).abs() < 1e-6 && (bic - of_bic).abs() < 1e-6,
                "{what}: {aic} {of_aic} {bic} {of_bic}"
            );
        }
        _ => assert!(value > 1.0 - 1e-11, "{what}: only a perfect fit has no likelihood"),
    }
}

/// Every size and every criterion against all subsets, for each limit on the size.
fn check(what: &str, panel: &Panel, question: &Question) -> BestSubsets {
    let fit = question.model.fit(panel).expect(what);
    let values = question.values();
    let k = question.components.len();
    let ranks: Vec<usize> = (0..values.len()).map(|set| question.rank(set)).collect();
    for largest in 0..=k + 1 {
        let what = format!("{what}, up to {largest}");
        let found = fit.best_subsets_up_to(largest).expect(&what);
        assert_eq!(found.by_size.len(), largest.min(k) + 1, "{what}");
        for (size, subset) in found.by_size.iter().enumerate() {
            let set = best_of_size(&values, size);
            assert_subset(&format!("{what}, size {size}"), question, subset, set, values[set]);
        }
        for criterion in [Criterion::AdjustedR2, Criterion::Aic, Criterion::Bic] {
            let set = best_by(criterion, &values, &ranks, question.outcome.len(), largest);
            assert_subset(&format!("{what}, {criterion:?}"), question, found.best_by(criterion), set, values[set]);
        }
    }
    fit.best_subsets().expect(what)
}

/// The rows with so many further columns, correlated with one another and some with the outcome.
fn with_measures(mut rows: Rows, measures: usize, shared: f64, seed: u64) -> Rows {
    let mut random = Numbers::new(seed);
    let common: Vec<f64> = (0..rows.len()).map(|_| random.normal()).collect();
    let mut y = rows.column("y");
    for measure in 0..measures {
        let values: Vec<f64> = common.iter().map(|c| shared * c + random.normal()).collect();
        let slope = [0.6, -0.3, 0.0, 0.15][measure % 4];
        y.iter_mut().zip(&values).for_each(|(y, x)| *y += slope * x);
        rows.numbers.insert(format!("x{measure}"), values);
    }
    rows.numbers.insert("y".to_string(), y);
    rows
}

fn singles(mut question: Question, rows: &Rows, measures: usize) -> Question {
    for measure in 0..measures {
        let name = format!("x{measure}");
        question = question.with(&name, &[&name], vec![rows.column(&name)]);
    }
    question
}

#[test]
fn ten_candidates_of_one_column() {
    for (shared, weighted) in [(0.0, false), (1.0, true), (5.0, false)] {
        let rows = with_measures(unbalanced(71, 20, 6, 0.15), 10, shared, 5);
        let question = singles(Question::new(&rows), &rows, 10);
        let question = if weighted { question.weighted(&rows) } else { question };
        check(&format!("shared {shared}"), &panel(&rows), &question);
    }
}

#[test]
fn always_is_in_every_subset_and_not_counted() {
    let rows = with_measures(unbalanced(72, 18, 6, 0.15), 8, 1.0, 6);
    let always = [vec![rows.column("slow")], dummies(&rows.text["region"])].concat();
    let question = singles(Question::new(&rows), &rows, 8).weighted(&rows).always(&["slow", "factor(region)"], always);
    let found = check("always", &panel(&rows), &question);
    assert!(found.by_size[0].r2_overall > 0.1 && found.by_size[0].n_columns == 3, "{:?}", found.by_size[0]);
}

#[test]
fn unit_effects_that_are_always_in() {
    let rows = with_measures(unbalanced(73, 12, 6, 0.15), 7, 1.0, 7);
    let question = singles(Question::new(&rows), &rows, 7).with("policy", &["period_effects"], rows.period_dummies());
    let question = question.with("fixed", &["fixed"], vec![rows.column("fixed")]);
    check("units always", &panel(&rows), &question.always(&["unit_effects"], rows.unit_dummies()));
}

#[test]
fn blocks_units_and_periods_are_candidates() {
    for (seed, weighted) in [(74, false), (75, true)] {
        let rows = with_measures(unbalanced(seed, 12, 6, 0.15), 5, 1.0, 8);
        let mut question = singles(Question::new(&rows), &rows, 4)
            .with("region", &["factor(region)"], dummies(&rows.text["region"]))
            .with("practice", &["unit_effects", "x4"], [rows.unit_dummies(), vec![rows.column("x4")]].concat())
            .with("pair", &["noisy", "slow"], vec![rows.column("noisy"), rows.column("slow")])
            .with("fixed", &["fixed"], vec![rows.column("fixed")])
            .with("policy", &["period_effects"], rows.period_dummies());
        if weighted {
            question = question.weighted(&rows);
        }
        check(&format!("blocks {seed}"), &panel(&rows), &question);
    }
}

#[test]
fn two_candidates_bring_unit_effects() {
    let rows = with_measures(unbalanced(76, 10, 6, 0.1), 4, 1.0, 9);
    let question = singles(Question::new(&rows), &rows, 4).with("one", &["unit_effects"], rows.unit_dummies()).with(
        "other",
        &["unit_effects", "slow"],
        [rows.unit_dummies(), vec![rows.column("slow")]].concat(),
    );
    check("two with units", &panel(&rows), &question);
}

#[test]
fn a_block_that_pays_for_too_many_columns_loses_by_a_criterion() {
    // By R² the factor of ten levels is the best single candidate; by BIC the plain column is, which is in no other set.
    let mut rows = unbalanced(77, 12, 5, 0.0);
    let mut random = Numbers::new(4);
    let level: Vec<String> = (0..rows.len()).map(|r| format!("level {}", r % 10)).collect();
    let x: Vec<f64> = (0..rows.len()).map(|_| random.normal()).collect();
    let y = (0..rows.len()).map(|r| 0.8 * x[r] + 0.3 * ((r % 10) as f64 - 4.5) + 1.5 * random.normal()).collect();
    rows.numbers.insert("x".to_string(), x.clone());
    rows.numbers.insert("y".to_string(), y);
    let question = Question::new(&rows)
        .with("factor", &["factor(level)"], dummies(&level))
        .with("x", &["x"], vec![x])
        .with("noisy", &["noisy"], vec![rows.column("noisy")]);
    rows.text.insert("level".to_string(), level);
    let found = check("criteria", &panel(&rows), &question);
    assert_eq!(found.by_size[1].components, ["factor"]);
    assert_eq!(found.by_bic.components, ["x"], "{found:?}");
}

#[test]
fn copies_constants_and_sums_of_others() {
    let mut rows = with_measures(unbalanced(78, 20, 6, 0.1), 5, 1.0, 10);
    let ones = vec![7.3; rows.len()];
    let sum: Vec<f64> = rows.column("x0").iter().zip(rows.column("x1")).map(|(a, b)| a + b).collect();
    rows.numbers.insert("one".to_string(), ones.clone());
    rows.numbers.insert("sum".to_string(), sum.clone());
    let copy = rows.column("x0");
    let question = Question::new(&rows)
        .with("constant", &["one"], vec![ones])
        .with("copy", &["x0"], vec![copy.clone()])
        .with("sum", &["sum"], vec![sum])
        .with("twice", &["x2", "x2"], vec![rows.column("x2"), rows.column("x2")]);
    let question = singles(question, &rows, 5).with("practice", &["unit_effects"], rows.unit_dummies());
    let found = check("copies", &panel(&rows), &question);
    let of_size = |size: usize| &found.by_size[size].components;
    assert!(!of_size(3).contains(&"x0".to_string()), "the copy comes first in the model: {:?}", of_size(3));
    assert_eq!(of_size(10).len(), 10);
}

#[test]
fn measures_that_sum_to_a_constant() {
    // Nine regions' shares as nine candidates: any eight span the ninth.
    let mut rows = unbalanced(79, 27, 5, 0.1);
    let region: Vec<String> =
        rows.unit.iter().map(|u| format!("r{}", u[1..].parse::<usize>().expect("u000") % 9)).collect();
    let mut question = Question::new(&rows);
    for (i, column) in dummies(&region).into_iter().enumerate() {
        rows.numbers.insert(format!("r{i}"), column.clone());
        question = question.with(&format!("r{i}"), &[&format!("r{i}")], vec![column]);
    }
    check("nine dummies", &panel(&rows), &question);
}

#[test]
fn perfect_fits_are_the_earliest_with_the_fewest() {
    let mut rows = with_measures(unbalanced(80, 15, 6, 0.1), 9, 1.0, 11);
    let y: Vec<f64> = rows.column("x5").iter().zip(rows.column("x7")).map(|(a, b)| 2.0 * a - b + 3.0).collect();
    rows.numbers.insert("y".to_string(), y);
    let found = check("perfect", &panel(&rows), &singles(Question::new(&rows), &rows, 9));
    for by in [&found.by_adjusted_r2, &found.by_aic, &found.by_bic] {
        assert_eq!(by.components, ["x5", "x7"]);
        assert_eq!((by.aic, by.bic), (None, None));
        assert!((by.r2_adjusted.expect("rows are left") - 1.0).abs() < 1e-11);
    }
    assert_eq!(found.of_size(4).expect("a size").components, ["x0", "x1", "x5", "x7"]);
}

#[test]
fn as_many_columns_as_rows() {
    let rows = with_measures(unbalanced(81, 7, 1, 0.0), 8, 0.5, 12);
    let found = check("saturated", &panel(&rows), &singles(Question::new(&rows), &rows, 8));
    let saturated = found.of_size(6).expect("a size");
    assert_eq!((saturated.n_columns, saturated.r2_adjusted, saturated.aic), (6, None, None));
    assert_eq!(found.of_size(8).expect("a size").n_columns, 6);
}

/// Small whole numbers on few rows: ties, copies, columns that depend on one another, constant ones and perfect fits.
#[test]
fn ties_and_dependent_columns_of_every_kind() {
    let mut ranks_lost = 0;
    for seed in 0..60 {
        let mut random = Numbers::new(1_000 + seed);
        let mut whole = |n: f64| (random.uniform() * n).floor();
        let n = 6 + whole(8.0) as usize;
        let (columns, levels) = (7 + whole(3.0) as usize, 2.0 + whole(3.0));
        let mut rows = Rows { weight: (0..n).map(|_| 1.0 + whole(3.0)).collect(), ..Rows::default() };
        rows.unit = (0..n).map(|r| format!("u{}", r / 2)).collect();
        rows.period = (0..n).map(|r| (r % 2) as i32).collect();
        for column in 0..columns {
            rows.numbers.insert(format!("x{column}"), (0..n).map(|_| whole(levels)).collect());
        }
        let y: Vec<f64> = (0..n).map(|_| whole(4.0)).collect();
        if y.iter().all(|v| *v == y[0]) {
            continue;
        }
        rows.numbers.insert("y".to_string(), y);
        let mut question = match seed % 3 {
            0 => singles(Question::new(&rows), &rows, columns),
            1 => singles(Question::new(&rows), &rows, columns - 3)
                .with("pair", &["x4", "x5"], vec![rows.column("x4"), rows.column("x5")])
                .with("practice", &["unit_effects"], rows.unit_dummies()),
            _ => singles(Question::new(&rows), &rows, columns - 1).always(&["x6"], vec![rows.column("x6")]),
        };
        if seed % 2 == 0 {
            question = question.weighted(&rows);
        }
        let all = (1 << question.components.len()) - 1;
        ranks_lost += usize::from(question.rank(all) < question.components.len());
        check(&format!("whole numbers, seed {seed}"), &panel(&rows), &question);
    }
    assert!(ranks_lost > 10, "{ranks_lost} designs with dependent columns");
}

#[test]
fn nearly_collinear_candidates_are_told_apart() {
    let mut rows = with_measures(unbalanced(82, 20, 6, 0.1), 6, 1.0, 13);
    for (name, of, part) in [("near", "x0", 1e-4), ("nearer", "x1", 1e-5)] {
        let noise = rows.column("noisy");
        let near = rows.column(of).iter().zip(&noise).map(|(x, n)| x + part * n).collect();
        rows.numbers.insert(name.to_string(), near);
    }
    let question = singles(Question::new(&rows), &rows, 6).with("near", &["near"], vec![rows.column("near")]).with(
        "nearer",
        &["nearer"],
        vec![rows.column("nearer")],
    );
    let found = check("collinear", &panel(&rows), &question);
    assert!(!found.warnings.iter().any(|w| matches!(w, Warning::Imprecise { .. })), "{:?}", found.warnings);
}

/// Too many products to be formed in twice the precision: the result says how well it is known.
#[test]
fn what_doubles_cannot_tell_apart_is_said() {
    let (n, levels) = (1_300, 600);
    let mut random = Numbers::new(20);
    let (a, noise): (Vec<f64>, Vec<f64>) = (0..n).map(|_| (random.normal(), random.normal())).unzip();
    let near: Vec<f64> = a.iter().zip(&noise).map(|(a, e)| a + 1e-4 * e).collect();
    let y: Vec<f64> = a.iter().zip(&noise).map(|(a, e)| a + e + 0.1 * random.normal()).collect();
    let panel = Panel::builder()
        .column("y", &y)
        .column("a", &a)
        .column("near", &near)
        .text_column("level", (0..n).map(|r| format!("level {}", r % levels)))
        .build()
        .expect("a panel");
    let model = Model::new("y").component("levels", ["factor(level)"]).component("near", ["near"]);
    let fit = model.component("a", ["a"]).fit(&panel).expect("the model fits");
    let found = fit.best_subsets_up_to(2).expect("best subsets");
    assert_eq!(found.by_size[2].components, ["near", "a"]);
    let error = (found.by_size[2].r2_overall - r2(&y, &[&a, &noise], &vec![1.0; n])).abs();
    let bound =
        found.warnings.iter().find_map(|w| if let Warning::Imprecise { bound } = w { Some(*bound) } else { None });
    assert!(bound.is_some_and(|bound| bound < 1e-4 && error < bound), "{error} against {bound:?}");
    let same = fit.r2_overall_of(&["near", "a"]).expect("components");
    assert!((found.by_size[2].r2_overall - same).abs() < 1e-12, "as the breakdowns have it: {same}");
}

/// All 3,003 subsets of five, by the R² that the library gives to any subset.
#[test]
fn five_of_fifteen_equal_trying_all_of_them() {
    for shared in [0.0, 3.0] {
        let rows = with_measures(unbalanced(83, 30, 6, 0.1), 15, shared, 14);
        let question = singles(Question::new(&rows), &rows, 15);
        let fit = question.model.fit(&panel(&rows)).expect("the model fits");
        let names = question.names();
        let value = |set: usize| {
            let members = members(&names, set);
            fit.r2_overall_of(&members.iter().map(String::as_str).collect::<Vec<_>>()).expect("components")
        };
        let sets = (0..1_usize << 15).filter(|set| set.count_ones() == 5);
        let best = sets.map(|set| (value(set), set)).max_by(|a, b| a.0.total_cmp(&b.0)).expect("there are some");
        let found = fit.best_subsets_up_to(5).expect("best subsets");
        assert_eq!(found.by_size[5].components, members(&names, best.1));
        assert_eq!(fit.best_subsets().expect("best subsets").by_size[5], found.by_size[5]);
    }
}

/// The proportions that refitting the drawn rows gives, by component, and how often each subset is the best.
fn check_selection(fit: &FittedModel, rows: &Rows, size: usize, ask: impl Fn(&Rows) -> Question) {
    for resampling in [fit.bootstrap(24, 3).expect("bootstrap"), fit.jackknife().expect("jackknife")] {
        let found = resampling.selection(size).expect("a selection");
        let names = ask(rows).names();
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for replicate in 0..found.replicates {
            let sample = drawn_rows(rows, &resampling.drawn(replicate).expect("it exists"));
            *counts.entry(best_of_size(&ask(&sample).values(), size)).or_default() += 1;
        }
        let all = found.replicates as f64;
        for (i, name) in names.iter().enumerate() {
            let count: usize = counts.iter().filter(|(set, _)| *set >> i & 1 == 1).map(|(_, count)| count).sum();
            assert_eq!(found.proportion(name).expect("named"), count as f64 / all, "{name}");
        }
        assert_eq!(found.subsets.len(), counts.len());
        for subset in &found.subsets {
            let set = counts.iter().find(|(set, _)| members(&names, **set) == subset.components).expect("it is found");
            assert_eq!(subset.proportion, *set.1 as f64 / all, "{:?}", subset.components);
        }
        assert_sums(&found);
        assert_eq!(found.best, fit.best_subsets().expect("best subsets").by_size[size].components);
    }
}

fn assert_sums(found: &Selection) {
    let chosen: f64 = found.chosen.iter().map(|c| c.proportion).sum();
    assert!((chosen - found.size as f64).abs() < 1e-12, "{chosen} for {}", found.size);
    let subsets: f64 = found.subsets.iter().map(|s| s.proportion).sum();
    assert!((subsets - 1.0).abs() < 1e-12, "{subsets}");
    assert!(found.subsets.windows(2).all(|pair| pair[0].proportion >= pair[1].proportion));
    assert!(found.subsets.iter().all(|s| s.components.len() == found.size));
}

#[test]
fn frequencies_equal_refitting_the_rows_drawn() {
    let rows = with_measures(unbalanced(84, 14, 6, 0.15), 6, 1.0, 15);
    let ask = |rows: &Rows| {
        singles(Question::new(rows), rows, 5)
            .with("pair", &["noisy", "x5"], vec![rows.column("noisy"), rows.column("x5")])
            .with("practice", &["unit_effects"], rows.unit_dummies())
            .weighted(rows)
    };
    let fit = ask(&rows).model.fit(&panel(&rows)).expect("the model fits");
    for size in [1, 2, 4, 7] {
        check_selection(&fit, &rows, size, ask);
    }
}

#[test]
fn frequencies_of_nearly_collinear_candidates_equal_refitting() {
    let mut rows = with_measures(unbalanced(85, 14, 6, 0.15), 4, 1.0, 16);
    let near = rows.column("x0").iter().zip(rows.column("noisy")).map(|(x, n)| x + 1e-4 * n).collect();
    rows.numbers.insert("near".to_string(), near);
    let ask = |rows: &Rows| singles(Question::new(rows), rows, 4).with("near", &["near"], vec![rows.column("near")]);
    let fit = ask(&rows).model.fit(&panel(&rows)).expect("the model fits");
    check_selection(&fit, &rows, 2, ask);
}

#[test]
fn a_column_that_one_unit_holds_alone() {
    let mut rows = with_measures(unbalanced(86, 14, 6, 0.0), 4, 0.5, 17);
    let x0 = rows.column("x0");
    let dose = (0..rows.len()).map(|r| if rows.unit[r] == "u003" { 1e6 * x0[r] } else { x0[r] }).collect();
    rows.numbers.insert("x0".to_string(), dose);
    let ask = |rows: &Rows| singles(Question::new(rows), rows, 4);
    let fit = ask(&rows).model.fit(&panel(&rows)).expect("the model fits");
    check_selection(&fit, &rows, 2, ask);
}

#[test]
fn draws_without_an_outcome_that_varies_are_left_out() {
    let panel = Panel::builder()
        .units(["a", "a", "b", "b", "c", "c"])
        .periods([1, 2, 1, 2, 1, 2])
        .column("y", [1.0, 4.0, 2.0, 2.0, 2.0, 2.0])
        .column("x", [1.0, 2.0, 3.0, 5.0, 7.0, 4.0])
        .column("z", [1.0, 0.0, 3.0, 1.0, 2.0, 4.0])
        .build()
        .expect("a panel");
    let fit = Model::new("y").component("x", ["x"]).component("z", ["z"]).fit(&panel).expect("the model fits");
    let bootstrap = fit.bootstrap(200, 1).expect("bootstrap");
    let without = (0..200).filter(|&r| !bootstrap.drawn(r).expect("drawn").contains(&0)).count();
    let found = bootstrap.selection(1).expect("a selection");
    assert_eq!((found.degenerate, found.replicates, found.clusters), (without, 200, 3));
    assert_sums(&found);
    assert!(found.warnings.contains(&Warning::DegenerateReplicates { degenerate: without, replicates: 200 }));
    assert!(found.warnings.contains(&Warning::FewClusters { clusters: 3, wanted: 50 }));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let rows = with_measures(unbalanced(87, 40, 6, 0.1), 14, 2.0, 18);
    let question = singles(Question::new(&rows), &rows, 14).with("practice", &["unit_effects"], rows.unit_dummies());
    let panel = panel(&rows);
    let all = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let fit = question.model.fit(&panel).expect("the model fits");
            let selection = fit.bootstrap(203, 9).expect("bootstrap").selection(5).expect("a selection");
            (fit.best_subsets().expect("best subsets"), selection)
        })
    };
    let one = all(1);
    assert_eq!(one, all(2));
    assert_eq!(one, all(5));
}

#[test]
fn what_cannot_be_chosen_says_why() {
    let rows = with_measures(unbalanced(88, 12, 6, 0.1), 61, 0.5, 19);
    let panel = panel(&rows);
    let fit = singles(Question::new(&rows), &rows, 61).model.fit(&panel).expect("the model fits");
    assert!(matches!(
        fit.best_subsets_up_to(2),
        Err(Error::Estimate(EstimateError::TooManyComponents { limit: 60, found: 61, .. }))
    ));
    let fit = singles(Question::new(&rows), &rows, 3).model.fit(&panel).expect("the model fits");
    let bootstrap = fit.bootstrap(10, 1).expect("bootstrap");
    assert!(matches!(bootstrap.selection(0), Err(Error::Question(QuestionError::Option { option: "size", .. }))));
    assert!(matches!(bootstrap.selection(4), Err(Error::Question(QuestionError::Option { option: "size", .. }))));
    assert!(matches!(
        bootstrap.selection(2).expect("a selection").proportion("x9"),
        Err(Error::Question(QuestionError::UnknownComponent { .. }))
    ));
    assert!(matches!(
        fit.best_subsets_up_to(1).expect("best").of_size(2),
        Err(Error::Question(QuestionError::Option { option: "size", .. }))
    ));
    assert_eq!(fit.best_subsets_up_to(99).expect("best").by_size.len(), 4);
}

#[test]
fn results_survive_being_written_and_read_again() {
    let rows = with_measures(unbalanced(81, 7, 1, 0.0), 8, 0.5, 12);
    let fit = singles(Question::new(&rows), &rows, 8).model.fit(&panel(&rows)).expect("the model fits");
    let best = fit.best_subsets().expect("best subsets");
    let text = serde_json::to_string(&best).expect("it can be written");
    assert_eq!(serde_json::from_str::<BestSubsets>(&text).expect("it can be read"), best);
    for resampling in [fit.bootstrap(20, u64::MAX).expect("bootstrap"), fit.jackknife().expect("jackknife")] {
        let selection = resampling.selection(3).expect("a selection");
        let text = serde_json::to_string(&selection).expect("it can be written");
        assert_eq!(serde_json::from_str::<Selection>(&text).expect("it can be read"), selection);
    }
    for criterion in [Criterion::AdjustedR2, Criterion::Aic, Criterion::Bic] {
        let text = serde_json::to_string(&criterion).expect("it can be written");
        assert_eq!(serde_json::from_str::<Criterion>(&text).expect("it can be read"), criterion);
    }
}
