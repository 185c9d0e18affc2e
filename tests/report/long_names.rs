//! Names of any length and width: no table loses a column or a row by them, and no two rows are told alike.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::decompose::SampledOrders;
use apportion::findings::Analysis;
use apportion::report::RegressionTable;
use apportion::{Covariance, Estimator, FittedModel, Method, Model, Panel, PanelRegression};
use proptest::prelude::*;

use crate::common::Numbers;

/// Columns of a terminal: two for the wide characters of these tests.
fn width(line: &str) -> usize {
    line.chars().map(|c| if ('\u{3000}'..'\u{d7b0}').contains(&c) { 2 } else { 1 }).sum()
}

/// A text without the white space that breaks its lines.
fn unbroken(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The lines fit, and every name stands in full.
#[track_caller]
fn check(what: &str, text: &str, names: &[String]) -> Result<(), TestCaseError> {
    for line in text.lines() {
        prop_assert!(width(line) <= 80, "{what}: {} columns: {line}", width(line));
    }
    let all = unbroken(text);
    for name in names {
        prop_assert!(all.contains(&unbroken(name)), "{}: {} is not in\n{}", what, name, text);
    }
    Ok(())
}

/// The cells that say a number in per cent, or with decimals.
fn numbers(text: &str) -> usize {
    let is_number =
        |word: &&str| word.trim_end_matches('%').parse::<f64>().is_ok() && (word.contains('.') || word.ends_with('%'));
    text.lines().flat_map(str::split_whitespace).filter(is_number).count()
}

/// So many names that differ in one character, at the beginning, in the middle or at the end.
fn named(n: usize, stem: &str, place: usize) -> Vec<String> {
    let stem: Vec<char> = stem.chars().collect();
    let at = [0, stem.len() / 2, stem.len()][place % 3];
    let [before, after] = [&stem[..at], &stem[at..]].map(|part| part.iter().collect::<String>());
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜÅ".chars().take(n);
    letters.map(|letter| format!("{before}{letter}{after}")).collect()
}

fn panel(columns: &[String], outcome: &str, seed: u64) -> Panel {
    let mut random = Numbers::new(seed);
    let rows = 90;
    let unit_name = format!("unit {outcome}");
    let builder = Panel::builder().unit_name(&unit_name).period_name(format!("period {outcome}"));
    let builder = builder.units((0..rows).map(|row| format!("{outcome} {}", row / 3)));
    let builder = builder.periods((0..rows).map(|row| 2001 + row % 3));
    let mut y = vec![0.0; rows as usize];
    let mut builder = builder;
    for column in columns {
        let x: Vec<f64> = y.iter().map(|_| random.normal()).collect();
        y.iter_mut().zip(&x).for_each(|(y, x)| *y += x + random.normal());
        builder = builder.column(column, x);
    }
    builder.column(outcome, y).build().expect("a panel")
}

fn fitted(columns: &[String], outcome: &str, seed: u64, always: &[String]) -> FittedModel {
    let term = |name: &String| apportion::Term::column(name);
    let model = Model::new(apportion::Term::column(outcome)).always(always.iter().map(term));
    let model = columns.iter().fold(model, |model, name| model.component(name, [term(name)]));
    model.fit(&panel(&[columns, always].concat(), outcome, seed)).expect("it fits")
}

fn stem() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{60,200}", "[a-z]{3,9}( [a-z]{3,9}){9,20}", "[東京都区市町村]{60,200}", "[a-z東京 é]{60,120}x"]
        .prop_map(|stem| stem.split_whitespace().collect::<Vec<_>>().join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn shares_keep_their_columns_and_rows(
        stem in stem(),
        place in 0_usize..3,
        n in 2_usize..8,
        with_always: bool,
        seed: u64,
    ) {
        let names = named(n, &stem, place);
        let always = if with_always { vec![format!("{stem} always")] } else { Vec::new() };
        let fit = fitted(&names, &format!("{stem} outcome"), seed, &always);
        let jackknife = fit.jackknife().expect("replicates");
        let plain = jackknife.clone().without_corrected();
        for breakdown in [fit.sequential(), fit.shapley(), fit.owen()] {
            let breakdown = breakdown.expect("shares");
            let rows = n + 1 + usize::from(with_always);
            for (interval, breakdown) in
                [(false, breakdown.clone()), (true, breakdown.with_intervals(&plain).expect("intervals"))]
            {
                let text = breakdown.to_string();
                check("breakdown", &text, &names)?;
                let words: Vec<&str> = text.split_whitespace().collect();
                prop_assert!(words.contains(&"explained") && words.contains(&"total"), "{}", text);
                prop_assert_eq!(interval, words.contains(&"bias") && words.contains(&"interval"), "{}", text);
                // Shares of the total and of what is explained; the ends of the interval, bias and error; R².
                let each = if interval { 5 } else { 1 };
                let least = each * rows + n + 1;
                prop_assert!(numbers(&text) >= least, "{} of {} numbers in\n{}", numbers(&text), least, text);
            }
        }
        for breakdown in [fit.sequential(), fit.owen()] {
            let text = breakdown.and_then(|b| b.with_intervals(&jackknife)).expect("intervals").to_string();
            check("corrected", &text, &names)?;
            let words: Vec<&str> = text.split_whitespace().collect();
            prop_assert!(words.contains(&"chance") && words.contains(&"corrected"), "{}", text);
        }
        for method in [Method::Commonality, Method::ConditionalDominance, Method::CompleteDominance] {
            let table = fit.methods(&[method]).expect("shares");
            let text = table.breakdowns[0].to_string();
            check("detail", &text, &names)?;
        }
        let comparisons = jackknife.comparisons(&[&fit.sequential().expect("shares")]).expect("comparisons");
        let text = comparisons[0].to_string();
        check("comparison", &text, &names)?;
        prop_assert!(unbroken(&text).starts_with("sequential(") && text.matches('→').count() == n - 1, "{}", text);
        prop_assert!(numbers(&text) >= n + 3 * n * (n - 1) / 2, "{}", text);
        let text = fit.order_range().expect("a range").to_string();
        check("range", &text, &names)?;
        prop_assert!(numbers(&text) >= 3 * n, "{}", text);
        check("influence", &fit.influence_of_units(&fit.shapley().expect("shares")).expect("units")[0].to_string(), &names)?;
    }

    #[test]
    fn methods_side_by_side_keep_every_component(stem in stem(), place in 0_usize..3, n in 2_usize..9, seed: u64) {
        let names = named(n, &stem, place);
        let fit = fitted(&names, &format!("{stem} outcome"), seed, &[]);
        let table = fit.all_methods().expect("methods");
        prop_assert!(table.breakdowns.len() >= 12);
        let text = table.to_string();
        check("methods", &text, &names)?;
        prop_assert!(numbers(&text) > n * table.breakdowns.len(), "{}", text);
        let findings = Analysis::new().all_methods().without_intervals().of(&fit).expect("findings");
        check("findings", &findings.to_string(), &names)?;
        // The columns' heads are told apart.
        let heads = (1..=n).filter(|i| text.contains(&format!("({i}) "))).count();
        prop_assert_eq!(heads, n, "{}", text);
    }

    #[test]
    fn thirty_components(stem in stem(), place in 0_usize..3, seed: u64) {
        let names = named(30, &stem, place);
        let fit = fitted(&names, "y", seed, &[]);
        let sampled = fit.shapley_sampled(&SampledOrders::new(seed)).expect("shares").to_string();
        check("sampled", &sampled, &names)?;
        prop_assert!(numbers(&sampled) >= 2 * 30, "{}", sampled);
        check("sequential", &fit.sequential().expect("shares").to_string(), &names)?;
        let best = fit.best_subsets_up_to(2).expect("subsets").to_string();
        check("best subsets", &best, &[])?;
        let selection = fit.jackknife().expect("replicates").selection(2).expect("a selection").to_string();
        check("selection", &selection, &names)?;
    }

    #[test]
    fn regressions_and_gelbach(stem in stem(), place in 0_usize..3, n in 1_usize..6, models in 1_usize..13, seed: u64) {
        let names = named(n, &stem, place);
        let always = named(2, &format!("{stem} kept"), place);
        let outcome = format!("{stem} outcome");
        let gelbach = fitted(&names, &outcome, seed, &always).gelbach().expect("changes").to_string();
        check("gelbach", &gelbach, &[names.clone(), always.clone()].concat())?;
        let terms = || names.iter().chain(&always).map(apportion::Term::column);
        let panel = panel(&[names.clone(), always.clone()].concat(), &outcome, seed);
        let outcome_term = apportion::Term::column(&outcome);
        let fit = PanelRegression::new(outcome_term, terms()).estimator(Estimator::Pooled).fit(&panel).expect("it fits");
        let table = fit.coefficients(&Covariance::cluster()).expect("a covariance");
        let all = [names.clone(), always.clone(), vec![outcome.clone()]].concat();
        check("coefficients", &table.to_string(), &all)?;
        check("collinearity", &fit.collinearity().to_string(), &names)?;
        let called = named(models, &stem, place);
        let text = RegressionTable::new(called.iter().map(|name| (name.as_str(), &table))).to_string();
        check("regressions", &text, &[all, called].concat())?;
        prop_assert!((1..=models).all(|i| text.contains(&format!("({i}) "))), "{}", text);
        prop_assert!(numbers(&text) >= models * (n + 3 + 3), "{}", text);
        check("summary", &panel.summary().to_string(), &names)?;
        check("description", &panel.describe().to_string(), &names)?;
    }
}
