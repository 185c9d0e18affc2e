//! What goes with a change, against dummy-variable regressions row by row; intervals against regressions refitted; what
//! cannot be said.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::{DataError, EstimateError, QuestionError};
use apportion::findings::{Change, ChangeAnalysis, ChangePart, Intervals};
use apportion::report::Answer;
use apportion::{Error, FittedModel, Interval, IntervalKind, Method, Model, Panel, Term, Warning};
use proptest::prelude::*;

use crate::common::contributions::{Parts, parts};
use crate::common::panel::panel;
use crate::common::{Components, Rows, drawn_rows, unbalanced};

const TOLERANCE: f64 = 1e-9;
const OF_INTERVALS: f64 = 1e-10;
const PER: f64 = 10.0;

/// A number of every row.
type OfRow<'a> = &'a dyn Fn(usize) -> f64;

/// A question, and the same for brute force.
struct Case {
    is_logged: bool,
    is_weighted: bool,
    has_always: bool,
}

impl Case {
    fn fit(&self, rows: &Rows) -> FittedModel {
        let outcome = if self.is_logged { "log(positive)" } else { "y" };
        let mut model = Model::new(outcome.parse::<Term>().expect("a term")).component("slow", ["slow"]);
        model = if self.has_always { model.always(["noisy"]) } else { model.component("noisy", ["noisy"]) };
        model = model.component("policy", [Term::PeriodEffects]).component("practice", [Term::UnitEffects]);
        let model = if self.is_weighted { model.weights("weight") } else { model };
        model.fit(&panel(rows)).expect("it fits")
    }

    fn components(&self, rows: &Rows) -> (Components, Vec<Vec<f64>>) {
        let noisy = vec![rows.column("noisy")];
        let (own, always) = if self.has_always { (None, noisy) } else { (Some(noisy), Vec::new()) };
        let mut components = vec![vec![rows.column("slow")]];
        components.extend(own);
        components.extend([rows.period_dummies(), rows.unit_dummies()]);
        (components, always)
    }

    fn outcome(&self, rows: &Rows) -> Vec<f64> {
        match self.is_logged {
            true => rows.column("positive").iter().map(|x| x.ln()).collect(),
            false => rows.column("y"),
        }
    }

    /// Of every row what each component adds, by regressions of every coalition.
    fn parts(&self, rows: &Rows) -> Vec<Parts> {
        let mut rows = rows.clone();
        if !self.is_weighted {
            rows.weight = vec![1.0; rows.len()];
        }
        let (components, always) = self.components(&rows);
        parts(&rows, &self.outcome(&rows), &components, &always)
    }

    /// Every number of a change, in the order of [`numbers`]; `None` without a unit in both.
    fn brute(&self, rows: &Rows, parts: &[Parts], (from, to): (i32, i32)) -> Option<Vec<f64>> {
        let at = |unit: &str, period: i32| (0..rows.len()).find(|&r| rows.unit[r] == unit && rows.period[r] == period);
        let mut names = rows.unit.clone();
        names.dedup();
        let ends: Vec<(Option<usize>, Option<usize>)> =
            names.iter().map(|unit| (at(unit, from), at(unit, to))).collect();
        let both: Vec<(usize, usize)> = ends.iter().filter_map(|&(a, b)| Some((a?, b?))).collect();
        if both.is_empty() {
            return None;
        }
        let y = self.outcome(rows);
        let rate = |row: usize| if self.is_logged { y[row].exp() } else { y[row] };
        let people = rows.column("population");
        let mean = |number: OfRow| both.iter().map(|&(a, b)| number(b) - number(a)).sum::<f64>() / both.len() as f64;
        let sum = |of: &dyn Fn(usize, usize) -> f64| both.iter().map(|&(a, b)| of(a, b)).sum::<f64>();
        let (p0, p1) = (sum(&|a, _| people[a]), sum(&|_, b| people[b]));
        let worth = |second: [bool; 3]| {
            let total = if second[0] { p1 } else { p0 };
            total
                * sum(&|a, b| {
                    let mix = if second[1] { people[b] / p1 } else { people[a] / p0 };
                    mix * rate(if second[2] { b } else { a })
                })
                / PER
        };
        let mut factors = [0.0; 3];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut second = [false; 3];
            for factor in order {
                let before = worth(second);
                second[factor] = true;
                factors[factor] += (worth(second) - before) / 6.0;
            }
        }
        let rates = |number: OfRow| {
            sum(&|a, b| {
                let (m0, m1) = (people[a] / p0, people[b] / p1);
                let weight = (p0 * m0 + p1 * m1) / 3.0 + (p0 * m1 + p1 * m0) / 6.0;
                let scale = if self.is_logged { (rate(b) - rate(a)) / (y[b] - y[a]) } else { 1.0 };
                weight * scale * (number(b) - number(a)) / PER
            })
        };
        let of_all = |of: &dyn Fn(OfRow) -> f64| {
            let mut numbers = Vec::new();
            for is_shapley in [false, true] {
                numbers.push(of(&|row| parts[row].always));
                for component in 0..parts[0].shapley.len() {
                    numbers.push(of(&|row| match is_shapley {
                        true => parts[row].shapley[component],
                        false => parts[row].sequential[component],
                    }));
                }
                numbers.push(of(&|row| parts[row].residual));
            }
            numbers
        };
        let mut numbers = vec![mean(&|row| y[row])];
        numbers.extend(of_all(&mean));
        numbers.extend([worth([false; 3]), worth([true; 3])]);
        numbers.extend(factors);
        let count = |row: usize| people[row] * rate(row) / PER;
        numbers.push(ends.iter().filter(|(a, _)| a.is_none()).filter_map(|(_, b)| *b).map(count).sum());
        numbers.push(-ends.iter().filter(|(_, b)| b.is_none()).filter_map(|(a, _)| *a).map(count).sum::<f64>());
        // Rows that are not there are not lacked.
        numbers.push(0.0);
        numbers.extend(of_all(&rates));
        Some(numbers)
    }
}

/// Every number of a change with its interval.
fn numbers(change: &Change) -> Vec<(f64, Option<Interval>)> {
    let mut numbers = vec![(change.actual, change.interval_of_actual)];
    let number = |part: &ChangePart| (part.change, part.interval);
    for method in &change.methods {
        numbers.push(method.always.as_ref().map_or((0.0, None), number));
        numbers.extend(method.components.iter().chain([&method.unexplained]).map(number));
    }
    let counts = change.counts.as_ref().expect("counts");
    numbers.push((counts.from, counts.intervals.map(|ends| ends.from)));
    numbers.push((counts.to, counts.intervals.map(|ends| ends.to)));
    numbers.extend(counts.parts().map(|(_, number, ends)| (number, ends)));
    for method in &change.methods {
        if method.always.is_none() {
            numbers.push((0.0, None));
        }
        numbers.extend(method.rates_by_component.iter().map(number));
    }
    numbers
}

fn rows(seed: u64, units: usize, periods: usize, missing: f64) -> Rows {
    let mut rows = unbalanced(seed, units, periods, missing);
    let people = (0..rows.len()).map(|row| 2.0 + (row * 7 % 11) as f64 / 10.0 + 0.1 * rows.period[row] as f64 % 3.0);
    rows.numbers.insert("population".to_string(), people.collect());
    // A rate is zero or more.
    rows.numbers.get_mut("y").expect("a column").iter_mut().for_each(|y| *y += 30.0);
    rows
}

fn asked() -> ChangeAnalysis {
    ChangeAnalysis::new().counts("population", PER)
}

fn cases() -> [Case; 4] {
    let case = |is_logged, is_weighted, has_always| Case { is_logged, is_weighted, has_always };
    [case(false, false, false), case(true, false, true), case(false, true, true), case(true, true, false)]
}

#[test]
fn changes_are_those_of_dummy_variable_regressions() {
    for (seed, case) in (0..).zip(cases()) {
        let rows = rows(500 + seed, 12, 6, 0.2);
        let fit = case.fit(&rows);
        let parts = case.parts(&rows);
        let pairs = asked().without_intervals().pairs(&fit).expect("changes");
        assert_eq!(pairs.len(), 15);
        for change in &pairs {
            let expected = case.brute(&rows, &parts, (change.from, change.to)).expect("units in both");
            let found = numbers(change);
            assert_eq!(found.len(), expected.len());
            for (at, ((found, interval), expected)) in found.iter().zip(expected).enumerate() {
                assert!((found - expected).abs() < TOLERANCE, "{seed}, {at}: {found} {expected}");
                assert!(interval.is_none());
            }
        }
        // The other way round every part has the other sign, and the path is the pairs of neighbours.
        let back = asked().without_intervals().of(&fit, 2005, 2002).expect("a change");
        let there = asked().without_intervals().of(&fit, 2002, 2005).expect("a change");
        assert!((back.actual + there.actual).abs() < 1e-12 && back.units == there.units);
        let path = asked().without_intervals().path(&fit).expect("a path");
        let next: Vec<&Change> = pairs.iter().filter(|change| change.to == change.from + 1).collect();
        assert_eq!(path.iter().collect::<Vec<_>>(), next);
    }
}

fn standard_error(values: &[f64], leaves_out: bool) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (squares * if leaves_out { (n - 1.0) / n } else { 1.0 / (n - 1.0) }).sqrt()
}

/// Against refits of the rows that are drawn or left, copies of a unit being units of their own.
fn intervals_are_those_of_refits(case: &Case, rows: &Rows, leaves_out: bool) {
    let fit = case.fit(rows);
    let resampling = if leaves_out { fit.jackknife() } else { fit.bootstrap(40, 9) }.expect("units");
    let n_replicates = if leaves_out { fit.sample().n_units } else { 40 };
    let drawn: Vec<Rows> = (0..n_replicates)
        .map(|replicate| drawn_rows(rows, &resampling.drawn(replicate).expect("a replicate")))
        .collect();
    let parts: Vec<Vec<Parts>> = drawn.iter().map(|rows| case.parts(rows)).collect();
    let intervals =
        if leaves_out { Intervals::jackknife() } else { Intervals::bootstrap(40, 9).kind(IntervalKind::Normal) };
    for pair in [(2001, 2004), (2002, 2003)] {
        let change = asked().intervals(intervals.clone()).of(&fit, pair.0, pair.1).expect("a change");
        let how = change.interval.as_ref().expect("intervals");
        let kind = if leaves_out { IntervalKind::Jackknife } else { IntervalKind::Normal };
        assert_eq!((how.kind, how.replicates), (kind, n_replicates));
        let refits: Vec<Vec<f64>> = drawn
            .iter()
            .zip(&parts)
            .map(|(rows, parts)| case.brute(rows, parts, pair).expect("units in both"))
            .collect();
        let mut half = None;
        for (at, (number, interval)) in numbers(&change).into_iter().enumerate() {
            let Some(Interval { std_error, lower, upper, .. }) = interval else { continue };
            let values: Vec<f64> = refits.iter().map(|refit| refit[at]).collect();
            let expected = standard_error(&values, leaves_out);
            let scale = 1.0 + expected;
            assert!((std_error - expected).abs() < OF_INTERVALS * scale, "{pair:?} {at}: {std_error} {expected}");
            assert!(((upper - number) - (number - lower)).abs() < 1e-9 * scale);
            if expected > 1e-6 {
                let own = (upper - number) / expected;
                assert!((own - *half.get_or_insert(own)).abs() < 1e-6, "{at}: {own}");
            }
        }
        assert!(half.is_some_and(|half| half > 1.9 && half < 2.3), "{half:?}");
    }
}

#[test]
fn intervals_of_the_jackknife_are_those_of_refits() {
    for (seed, case) in (0..).zip(cases()) {
        intervals_are_those_of_refits(&case, &rows(510 + seed, 14, 5, 0.15), true);
    }
}

#[test]
fn intervals_of_the_bootstrap_are_those_of_refits() {
    for (seed, case) in (0..).zip(cases()).skip(1) {
        intervals_are_those_of_refits(&case, &rows(520 + seed, 13, 4, 0.1), false);
    }
}

#[test]
fn a_replicate_that_takes_twice_the_precision_is_on_the_same_scale() {
    // One unit holds nearly all variation of a column, so that the replicate without it is computed on a scale of its own.
    let mut rows = rows(530, 12, 5, 0.0);
    let noisy = rows.numbers.get_mut("noisy").expect("a column");
    (0..5).for_each(|row| noisy[row] *= 1e6);
    let case = Case { is_logged: false, is_weighted: false, has_always: false };
    let fit = case.fit(&rows);
    let pair = (2001, 2004);
    let change = asked().of(&fit, pair.0, pair.1).expect("a change");
    let refits: Vec<Vec<f64>> = (0..12)
        .map(|unit| {
            let drawn = drawn_rows(&rows, &(0..12).filter(|other| *other != unit).collect::<Vec<_>>());
            case.brute(&drawn, &case.parts(&drawn), pair).expect("units in both")
        })
        .collect();
    for (at, (_, interval)) in numbers(&change).into_iter().enumerate() {
        let Some(Interval { std_error, .. }) = interval else { continue };
        let expected = standard_error(&refits.iter().map(|refit| refit[at]).collect::<Vec<_>>(), true);
        assert!((std_error - expected).abs() < 1e-8 * (1.0 + expected), "{at}: {std_error} {expected}");
    }
}

#[test]
fn clusters_leave_as_a_whole() {
    let rows = rows(531, 15, 5, 0.1);
    let case = Case { is_logged: false, is_weighted: true, has_always: false };
    let fit = case.fit(&rows);
    let change = asked().intervals(Intervals::jackknife().clusters("region")).of(&fit, 2001, 2005).expect("a change");
    assert_eq!(change.interval.as_ref().map(|how| (how.clusters, how.replicates)), Some((3, 3)));
    assert!(change.warnings.contains(&Warning::FewClusters { clusters: 3, wanted: 50 }), "{:?}", change.warnings);
    let refits: Vec<f64> = ["north", "south", "west"]
        .iter()
        .map(|region| {
            let kept: Vec<usize> = (0..rows.len()).filter(|&row| rows.text["region"][row] != *region).collect();
            let rows = rows.at(&kept);
            case.brute(&rows, &case.parts(&rows), (2001, 2005)).expect("units in both")[3]
        })
        .collect();
    let found = numbers(&change)[3].1.expect("an interval").std_error;
    assert!((found - standard_error(&refits, true)).abs() < OF_INTERVALS, "{found}");
}

#[test]
fn every_kind_of_interval_comes_of_the_same_refits() {
    let rows = rows(532, 13, 4, 0.1);
    let case = Case { is_logged: false, is_weighted: true, has_always: false };
    let fit = case.fit(&rows);
    let bootstrap = fit.bootstrap(60, 4).expect("units");
    let refits: Vec<Vec<f64>> = (0..60)
        .map(|replicate| {
            let drawn = drawn_rows(&rows, &bootstrap.drawn(replicate).expect("a replicate"));
            case.brute(&drawn, &case.parts(&drawn), (2001, 2004)).expect("units in both")
        })
        .collect();
    let draws = (0..60).map(|replicate| bootstrap.drawn(replicate).expect("a replicate")).collect();
    let given = fit.bootstrap_of(draws).expect("as many units");
    let [given, drawn] = [given, bootstrap].map(|of| asked().resampled(&of, 2001, 2004).expect("a change"));
    assert_eq!(numbers(&given), numbers(&drawn));
    for kind in [IntervalKind::Percentile, IntervalKind::Basic, IntervalKind::Bca] {
        let asked = asked().intervals(Intervals::bootstrap(60, 4).kind(kind).level(0.9));
        let change = asked.of(&fit, 2001, 2004).expect("a change");
        assert_eq!(change.interval.as_ref().map(|how| (how.kind, how.seed)), Some((kind, Some(4))));
        for (at, (number, interval)) in numbers(&change).into_iter().enumerate() {
            let Some(Interval { bias, lower, upper, .. }) = interval else { continue };
            let values: Vec<f64> = refits.iter().map(|refit| refit[at]).collect();
            let mean = values.iter().sum::<f64>() / 60.0;
            assert!((bias - (mean - number)).abs() < 1e-9 * (1.0 + mean.abs()), "{at}: {bias}");
            let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(*x), b.max(*x)));
            let (low, high) = match kind {
                IntervalKind::Basic => (2.0 * number - most, 2.0 * number - least),
                _ => (least, most),
            };
            assert!(low - 1e-9 <= lower && lower <= upper && upper <= high + 1e-9, "{kind:?} {at}");
        }
    }
}

#[test]
fn the_jackknife_takes_no_smaller_total_for_bias() {
    // Of a sum over units there is no bias; leaving one of them out makes it smaller.
    let rows = rows(533, 20, 3, 0.0);
    let case = Case { is_logged: false, is_weighted: false, has_always: false };
    let change = asked().of(&case.fit(&rows), 2001, 2003).expect("a change");
    let intervals = change.counts.and_then(|counts| counts.intervals).expect("intervals");
    assert!(intervals.from.bias.abs() < 1e-9 && intervals.to.bias.abs() < 1e-9, "{intervals:?}");
    assert!(change.interval_of_actual.is_some_and(|actual| actual.bias.abs() < 1e-9));
}

#[test]
fn unit_effects_that_are_always_in_do_not_change_a_unit() {
    let rows = rows(534, 12, 4, 0.1);
    let model = Model::new("y").always(["unit_effects", "fixed"]).component("slow", ["slow"]);
    let fit = model.component("policy", [Term::PeriodEffects]).fit(&panel(&rows)).expect("it fits");
    for change in asked().pairs(&fit).expect("changes") {
        for method in &change.methods {
            let sum: f64 = method.rows().map(|part| part.change).sum();
            assert!((sum - change.actual).abs() < TOLERANCE);
            assert!(method.always.as_ref().is_some_and(|always| always.change.abs() < TOLERANCE));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parts_add_up(seed in 1_u64..5_000, units in 4_usize..10, periods in 2_usize..6, missing in 0.0..0.3, which in 0_usize..4) {
        let case = &cases()[which];
        let rows = rows(seed, units, periods, missing);
        let there: std::collections::BTreeSet<i32> = rows.period.iter().copied().collect();
        prop_assume!(there.len() == periods && there.iter().all(|period| rows.period.iter().filter(|p| *p == period).count() > 1));
        let fit = case.fit(&rows);
        let pairs = match asked().without_intervals().pairs(&fit) {
            Err(Error::Estimate(EstimateError::NoUnitInBoth { .. })) => return Ok(()),
            pairs => pairs.expect("changes"),
        };
        prop_assert_eq!(pairs.len(), periods * (periods - 1) / 2);
        for change in pairs {
            let counts = change.counts.as_ref().expect("counts");
            let factors = counts.population + counts.mix + counts.rates;
            prop_assert!((factors - (counts.to - counts.from)).abs() < TOLERANCE);
            for method in &change.methods {
                let sum: f64 = method.rows().map(|part| part.change).sum();
                prop_assert!((sum - change.actual).abs() < TOLERANCE, "{} {}", sum, change.actual);
                let rates: f64 = method.rates_by_component.iter().map(|part| part.change).sum();
                prop_assert!((rates - counts.rates).abs() < TOLERANCE, "{} {}", rates, counts.rates);
            }
        }
    }
}

#[test]
fn what_cannot_be_said_is_refused() {
    let all = rows(540, 8, 4, 0.0);
    let case = Case { is_logged: false, is_weighted: false, has_always: false };
    let fit = case.fit(&all);
    let said = |asked: ChangeAnalysis, from, to| asked.of(&fit, from, to).expect_err("no answer");
    assert_eq!(
        said(asked(), 2001, 2001).to_string(),
        "to is 2001: it is the period that the change is from: name two periods"
    );
    assert_eq!(said(asked(), 1999, 2001).to_string(), "from is 1999: the sample has 2001, 2002, 2003, 2004");
    assert!(matches!(said(asked(), 2001, 2030), Error::Question(QuestionError::Option { option: "to", .. })));
    assert!(matches!(said(asked().method(Method::Pmvd), 2001, 2002), Error::Estimate(EstimateError::Method { .. })));
    for per in [0.0, -1.0, f64::NAN] {
        let refused = said(ChangeAnalysis::new().counts("population", per), 2001, 2002);
        assert!(matches!(refused, Error::Question(QuestionError::Option { option: "per", .. })));
    }
    let nobody = said(ChangeAnalysis::new().counts("nobody", PER), 2001, 2002);
    assert!(matches!(nobody, Error::Data(DataError::UnknownColumn { .. })));
    let text = said(ChangeAnalysis::new().counts("region", PER), 2001, 2002);
    assert!(matches!(text, Error::Data(DataError::NotANumber { .. })), "{text}");

    let mut gone = all.clone();
    gone.numbers.get_mut("population").expect("a column")[5] = f64::NAN;
    let fit = case.fit(&gone);
    let row = (&gone.unit[5], gone.period[5]);
    let refused = asked().of(&fit, row.1, 2004).expect_err("no population");
    assert_eq!(
        refused.to_string(),
        format!(
            "unit \"{}\" has no people in column \"population\" in {} (missing): leave the unit out, or give its \
             population",
            row.0, row.1
        )
    );
    assert!(asked().of(&fit, 2003, 2004).is_ok(), "other periods are not asked");
    let mut below = all.clone();
    below.numbers.get_mut("y").expect("a column")[5] = -1.0;
    let refused = asked().of(&case.fit(&below), below.period[5], 2004).expect_err("a rate below zero");
    assert!(matches!(refused, Error::Data(DataError::Negative { .. })), "{refused}");

    let one = Model::new("y").component("slow", ["slow"]).fit(&panel(&rows(541, 8, 1, 0.0))).expect("it fits");
    assert_eq!(
        asked().path(&one).expect_err("one period").to_string(),
        "periods in the sample, for a change between two of them: 1 given, at least 2 needed"
    );
    let apart: Vec<usize> =
        (0..all.len()).filter(|&row| (all.period[row] < 2003) == (all.unit[row].as_str() < "u004")).collect();
    let fit = case.fit(&all.at(&apart));
    assert_eq!(
        asked().of(&fit, 2001, 2004).expect_err("nobody in both").to_string(),
        "no unit has a row of the sample in both 2001 and 2004: name two periods that units share, or put reorganised \
         areas together first"
    );
    assert!(asked().of(&fit, 2001, 2002).is_ok());
    let plain = Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [0.0, 1.0, 1.0]).build().expect("a panel");
    let plain = Model::new("y").component("cause", ["x"]).fit(&plain).expect("it fits");
    assert!(matches!(asked().of(&plain, 1, 2), Err(Error::Data(DataError::NoKey { needs: "unit", .. }))));
    let root = Model::new("sqrt(positive)".parse::<Term>().expect("a term")).component("slow", ["slow"]);
    let root = root.fit(&panel(&all)).expect("it fits");
    let refused = asked().of(&root, 2001, 2002).expect_err("no rate");
    assert!(matches!(refused, Error::Question(QuestionError::Option { option: "the outcome", .. })));
}

#[test]
fn a_missing_value_ends_no_unit() {
    let mut rows = rows(560, 10, 3, 0.0);
    let case = Case { is_logged: false, is_weighted: false, has_always: false };
    let whole = asked().of(&case.fit(&rows), 2001, 2003).expect("a change").counts.expect("counts");
    let row = (0..rows.len()).find(|&row| rows.unit[row] == "u004" && rows.period[row] == 2003).expect("a row");
    rows.numbers.get_mut("slow").expect("a column")[row] = f64::NAN;
    let change = asked().of(&case.fit(&rows), 2001, 2003).expect("a change");
    let counts = change.counts.as_ref().expect("counts");
    let first = (0..rows.len()).find(|&row| rows.unit[row] == "u004" && rows.period[row] == 2001).expect("a row");
    let count = rows.numbers["population"][first] * rows.numbers["y"][first] / PER;
    assert_eq!((counts.appeared, counts.ended), (0.0, 0.0));
    assert!((counts.lacked + count).abs() < 1e-12, "{} {count}", counts.lacked);
    assert!((counts.from - (whole.from - count)).abs() < 1e-9);
    assert!(change.to_string().contains("1 row left out: "), "{change}");
}

#[test]
fn numbers_beyond_doubles_are_refused_and_rounding_is_nothing() {
    let mut rows = rows(561, 10, 3, 0.0);
    let case = Case { is_logged: false, is_weighted: false, has_always: false };
    // With unit effects what does not change within a unit moves nothing.
    let change = asked().of(&case.fit(&rows), 2001, 2003).expect("a change");
    assert!(change.methods[0].component("practice").is_ok_and(|part| part.change == 0.0), "{change}");
    rows.numbers.get_mut("population").expect("a column").iter_mut().for_each(|people| *people *= 1e307);
    let refused = asked().of(&case.fit(&rows), 2001, 2003).expect_err("beyond doubles");
    assert!(matches!(refused, Error::Estimate(EstimateError::Scale { .. })), "{refused}");
}

#[test]
fn units_in_both_periods_may_be_few() {
    // With one unit in both every replicate has its change, which would pass for certainty.
    let all = rows(550, 8, 3, 0.0);
    let case = Case { is_logged: false, is_weighted: false, has_always: false };
    let of = |shared: &str, asked: ChangeAnalysis| {
        let kept: Vec<usize> =
            (0..all.len()).filter(|&row| all.period[row] != 2003 || all.unit[row].as_str() < shared).collect();
        asked.of(&case.fit(&all.at(&kept)), 2001, 2003)
    };
    let (two, asked_plainly) = (of("u002", asked()), asked().without_intervals());
    assert_eq!(
        two.expect_err("two units").to_string(),
        "units present in both 2001 and 2003, for intervals: 2 given, at least 3 needed"
    );
    assert_eq!(of("u002", asked_plainly).expect("two units").units, 2);
    let three = of("u003", asked()).expect("three units");
    assert!(three.interval_of_actual.is_some_and(|ends| ends.std_error > 0.0));
    // Without one of two units the model of the other fits exactly.
    let pair = case.fit(&all.at(&(0..all.len()).filter(|&row| all.unit[row].as_str() < "u002").collect::<Vec<_>>()));
    assert!(matches!(asked().of(&pair, 2001, 2003), Err(Error::Estimate(EstimateError::TooFew { expected: 3, .. }))));
}

#[test]
fn nothing_changes_between_periods_that_are_alike() {
    let mut rows = rows(551, 10, 2, 0.0);
    for values in rows.numbers.values_mut() {
        values.chunks_exact_mut(2).for_each(|unit| unit[1] = unit[0]);
    }
    let fit = Model::new("y").component("slow", ["slow"]).component("policy", [Term::PeriodEffects]);
    let fit = fit.fit(&panel(&rows)).expect("it fits");
    let change = asked().of(&fit, 2001, 2002).expect("a change");
    for (number, interval) in numbers(&change).into_iter().skip(1) {
        let level = change.counts.as_ref().map_or(0.0, |counts| counts.from);
        assert!(number.abs() < 1e-12 || (number - level).abs() < 1e-12, "{number}");
        let Some(ends) = interval else { continue };
        assert!(ends.lower.is_finite() && ends.upper.is_finite());
    }
}

#[test]
fn changes_are_printed_and_handed_on() {
    let rows = rows(552, 50, 5, 0.1);
    let long = "a component whose name is longer than any column of a table that is printed";
    let model = Model::new("y").component(long, ["slow"]).component("noisy", ["noisy"]).always(["fixed"]);
    let fit = model.component("practice", ["unit_effects"]).fit(&panel(&rows)).expect("it fits");
    let change = asked().of(&fit, 2001, 2005).expect("a change");
    let text = change.to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for word in ["always", "unexplained", "population", "appeared", "95% jackknife intervals: 50 units"] {
        assert!(text.contains(word) && change.tables().to_markdown().contains(word), "{word}: {text}");
    }
    let csv = change.to_csv();
    // The mean, two methods of five parts; six of the count; two methods of five of its rates; and the head.
    assert_eq!(csv.lines().count(), 1 + 1 + 10 + 6 + 10);
    let json = serde_json::to_string(&change).expect("it is written");
    let read: Change = serde_json::from_str(&json).expect("it is read");
    assert_eq!(read, change);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    assert_eq!(pool.install(|| asked().of(&fit, 2001, 2005)).expect("a change"), change);
}
