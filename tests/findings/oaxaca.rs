//! Gaps between two groups, against regressions of each; intervals against regressions refitted; what cannot be said.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::{DataError, EstimateError, NestingProblem, QuestionError};
use apportion::findings::{GapPart, Intervals, Oaxaca, OaxacaAnalysis, OaxacaReference};
use apportion::report::Answer;
use apportion::{Error, Estimator, FittedModel, Interval, IntervalKind, Model, PanelRegression, Term};
use proptest::prelude::*;

use crate::common::contributions::mean_where;
use crate::common::panel::panel;
use crate::common::{Rows, drawn_rows, unbalanced};

const TOLERANCE: f64 = 1e-10;

fn fit(rows: &Rows, weighted: bool) -> FittedModel {
    let model = Model::new("y").component("slow", ["slow"]).component("noisy", ["noisy"]).always(["positive"]);
    let model = model.component("policy", [Term::PeriodEffects]).component("practice", [Term::UnitEffects]);
    let model = if weighted { model.weights("weight") } else { model };
    model.fit(&panel(rows)).expect("it fits")
}

fn without_policy(rows: &Rows, weighted: bool) -> FittedModel {
    let model = Model::new("y").component("slow", ["slow"]).component("noisy", ["noisy"]).always(["positive"]);
    let model = if weighted { model.weights("weight") } else { model };
    model.fit(&panel(rows)).expect("it fits")
}

/// Constant, then slow, noisy and positive.
const COLUMNS: [&str; 3] = ["slow", "noisy", "positive"];

/// The coefficients of pooled least squares on these rows, the constant first; with a dummy last.
fn coefficients(rows: &Rows, weighted: bool, dummy: bool) -> Vec<f64> {
    let terms: Vec<&str> = COLUMNS.into_iter().chain(dummy.then_some("dummy")).collect();
    let question = PanelRegression::new("y", terms.iter().copied()).estimator(Estimator::Pooled);
    let question = if weighted { question.weights("weight") } else { question };
    let fit = question.fit(&panel(rows)).expect("it fits");
    let constant = fit.names().iter().find(|name| !terms.contains(&name.as_str())).expect("a constant");
    [constant.as_str()].iter().chain(&terms).map(|name| fit.estimate(name).expect("a coefficient")).collect()
}

/// Gap, then of each reference the explained, the unexplained and both of its parts; then both threefold splits.
fn brute(rows: &Rows, weighted: bool, is_a: &dyn Fn(usize) -> bool, is_b: &dyn Fn(usize) -> bool) -> Vec<f64> {
    let mut rows = rows.clone();
    if !weighted {
        rows.weight = vec![1.0; rows.len()];
    }
    let some = |is: &dyn Fn(usize) -> bool| (0..rows.len()).filter(|&row| is(row)).collect::<Vec<usize>>();
    let means = |is: &dyn Fn(usize) -> bool| -> Vec<f64> {
        let mean = |name: &str| mean_where(&rows, is, |row| rows.numbers[name][row]);
        [1.0].into_iter().chain(COLUMNS.map(mean)).collect()
    };
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let [a, b] = [is_a, is_b].map(|is| coefficients(&rows.at(&some(is)), weighted, false));
    let (at_a, at_b) = (means(is_a), means(is_b));
    let weight = |is: &dyn Fn(usize) -> bool| some(is).iter().map(|&row| rows.weight[row]).sum::<f64>();
    let size = weight(is_a) / (weight(is_a) + weight(is_b));
    let mix = |part: f64| a.iter().zip(&b).map(|(a, b)| part * a + (1.0 - part) * b).collect::<Vec<f64>>();
    let mut both = rows.clone();
    let dummy = (0..rows.len()).map(|row| f64::from(u8::from(is_a(row)))).collect();
    both.numbers.insert("dummy".to_string(), dummy);
    let both = both.at(&some(&|row| is_a(row) || is_b(row)));
    let [pooled, mut with_group] = [false, true].map(|dummy| coefficients(&both, weighted, dummy));
    with_group.pop();
    let y = |is: &dyn Fn(usize) -> bool| mean_where(&rows, is, |row| rows.numbers["y"][row]);
    let gap = y(is_a) - y(is_b);
    let less: Vec<f64> = at_a.iter().zip(&at_b).map(|(a, b)| a - b).collect();
    let slopes: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
    let mut numbers = vec![gap];
    for reference in [mix(1.0), mix(0.0), mix(0.5), mix(size), pooled, with_group] {
        let explained = dot(&less, &reference);
        let (of_a, of_b) = (y(is_a) - dot(&at_a, &reference), dot(&at_b, &reference) - y(is_b));
        numbers.extend([explained, gap - explained, of_a, of_b]);
    }
    numbers.extend([dot(&less, &b), dot(&at_b, &slopes), dot(&less, &slopes)]);
    numbers.extend([dot(&less, &a), dot(&at_a, &slopes), -dot(&less, &slopes)]);
    numbers
}

fn numbers(oaxaca: &Oaxaca) -> Vec<(f64, Option<Interval>)> {
    let mut parts: Vec<&GapPart> = vec![&oaxaca.gap];
    for two in &oaxaca.two_fold {
        parts.extend([&two.explained, &two.unexplained, &two.unexplained_a, &two.unexplained_b]);
    }
    for three in &oaxaca.three_fold {
        parts.extend([&three.endowments, &three.coefficients, &three.interaction]);
    }
    parts.into_iter().map(|part| (part.points, part.interval)).collect()
}

fn standard_error(values: &[f64], leaves_out: bool) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (squares * if leaves_out { (n - 1.0) / n } else { 1.0 / (n - 1.0) }).sqrt()
}

fn check(rows: &Rows, weighted: bool, by_period: bool, leaves_out: bool) {
    let asked = match by_period {
        true => OaxacaAnalysis::between_periods(2002, 2004),
        false => OaxacaAnalysis::between_groups("region", "south", "north"),
    };
    let of = |rows: &Rows| match by_period {
        true => brute(rows, weighted, &|row| rows.period[row] == 2004, &|row| rows.period[row] == 2002),
        false => {
            let is_in = |row: usize, region: &str| rows.text["region"][row] == region;
            brute(rows, weighted, &|row| is_in(row, "south"), &|row| is_in(row, "north"))
        }
    };
    // Effects of periods are columns of a regression on several.
    let fit = if by_period { fit(rows, weighted) } else { without_policy(rows, weighted) };
    let (intervals, resampling) = match leaves_out {
        true => (Intervals::jackknife(), fit.jackknife().expect("units")),
        false => (Intervals::bootstrap(30, 3).kind(IntervalKind::Normal), fit.bootstrap(30, 3).expect("units")),
    };
    let n_replicates = if leaves_out { fit.sample().n_units } else { 30 };
    let oaxaca = asked.intervals(intervals).of(&fit).expect("a gap");
    let refits: Vec<Vec<f64>> = (0..n_replicates)
        .map(|replicate| of(&drawn_rows(rows, &resampling.drawn(replicate).expect("a replicate"))))
        .collect();
    for (at, ((found, interval), expected)) in numbers(&oaxaca).into_iter().zip(of(rows)).enumerate() {
        let scale = 1.0 + expected.abs();
        assert!((found - expected).abs() < TOLERANCE * scale, "{at}: {found} {expected}");
        let values: Vec<f64> = refits.iter().map(|refit| refit[at]).collect();
        let (found, expected) = (interval.expect("an interval").std_error, standard_error(&values, leaves_out));
        assert!((found - expected).abs() < TOLERANCE * 10.0 * (1.0 + expected), "{at}: {found} {expected}");
    }
}

#[test]
fn gaps_are_those_of_regressions_of_each_group() {
    for (seed, (weighted, by_period)) in (0..).zip([(false, true), (true, true), (false, false), (true, false)]) {
        check(&unbalanced(600 + seed, 24, 5, 0.15), weighted, by_period, true);
    }
    check(&unbalanced(604, 30, 5, 0.1), true, true, false);
}

#[test]
fn columns_without_a_coefficient_in_a_group_are_named() {
    let rows = unbalanced(610, 20, 5, 0.0);
    let model = Model::new("y").component("place", ["factor(region)"]).component("slow", ["slow"]);
    let fit = model.component("policy", [Term::PeriodEffects]).fit(&panel(&rows)).expect("it fits");
    let regions = OaxacaAnalysis::between_groups("region", "south", "north").of(&fit).expect("a gap");
    assert_eq!(regions.left_out.len(), 2, "{:?}", regions.left_out);
    assert!(regions.to_string().contains("left out, without a coefficient in one of the groups: factor(region)["));
    let names: Vec<&str> = regions.a.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(&names[..2], ["constant", "slow"]);
    assert_eq!(regions.a.columns[1].component.as_deref(), Some("slow"));
    let periods = OaxacaAnalysis::between_periods(2001, 2003).of(&fit).expect("a gap");
    assert_eq!((periods.left_out.len(), periods.a.columns.len()), (4, 4));
    // With no column at all everything is unexplained.
    let alone = Model::new("y").component("policy", [Term::PeriodEffects]).fit(&panel(&rows)).expect("it fits");
    let alone = OaxacaAnalysis::between_periods(2001, 2003).of(&alone).expect("a gap");
    assert!(alone.two_fold.iter().all(|two| (two.unexplained.points - alone.gap.points).abs() < 1e-12));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn two_parts_are_three_rearranged(seed in 1_u64..5_000, units in 12_usize..30, missing in 0.0..0.3, weighted: bool) {
        let rows = unbalanced(seed, units, 4, missing);
        let fit = fit(&rows, weighted);
        let asked = OaxacaAnalysis::between_groups("region", "north", "west").without_intervals();
        let oaxaca = match asked.of(&fit) {
            Err(Error::Estimate(EstimateError::TooFew { .. })) => return Ok(()),
            oaxaca => oaxaca.expect("a gap"),
        };
        let scale = 1.0 + oaxaca.gap.points.abs();
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9 * scale;
        for two in &oaxaca.two_fold {
            prop_assert!(close(two.explained.points + two.unexplained.points, oaxaca.gap.points));
            prop_assert!(close(two.unexplained_a.points + two.unexplained_b.points, two.unexplained.points));
            let sum = |parts: &[GapPart]| parts.iter().map(|part| part.points).sum::<f64>();
            prop_assert!(close(sum(&two.explained_by_column), two.explained.points));
            prop_assert!((sum(&two.unexplained_by_column) - two.unexplained.points).abs() < 1e-8 * scale);
        }
        for (three, reference) in oaxaca.three_fold.iter().zip([OaxacaReference::B, OaxacaReference::A]) {
            let two = oaxaca.two_fold(reference).expect("it is there");
            prop_assert_eq!(three.from, reference);
            prop_assert!(close(two.explained.points, three.endowments.points));
            prop_assert!((two.unexplained.points - three.coefficients.points - three.interaction.points).abs() < 1e-8 * scale);
        }
        // The other way round the gap has the other sign, and so have its parts by the other's coefficients.
        let other = OaxacaAnalysis::between_groups("region", "west", "north").without_intervals().of(&fit).expect("a gap");
        let explained = |oaxaca: &Oaxaca, reference| oaxaca.two_fold(reference).expect("it is there").explained.points;
        prop_assert!(close(explained(&oaxaca, OaxacaReference::A), -explained(&other, OaxacaReference::B)));
        prop_assert!(close(explained(&oaxaca, OaxacaReference::PooledWithGroup), -explained(&other, OaxacaReference::PooledWithGroup)));
    }
}

#[test]
fn what_cannot_be_said_is_refused() {
    let mut rows = unbalanced(620, 12, 4, 0.0);
    let fit_of_rows = fit(&rows, false);
    let said = |asked: OaxacaAnalysis| asked.of(&fit_of_rows).expect_err("no answer");
    assert_eq!(
        said(OaxacaAnalysis::between_periods(2001, 2009)).to_string(),
        "to is 2009: the sample has 2001, 2002, 2003, 2004"
    );
    assert!(matches!(
        said(OaxacaAnalysis::between_periods(2001, 2001)),
        Error::Question(QuestionError::Option { option: "to", .. })
    ));
    assert!(matches!(
        said(OaxacaAnalysis::between_groups("region", "north", "north")),
        Error::Question(QuestionError::Option { option: "b", .. })
    ));
    let east = said(OaxacaAnalysis::between_groups("region", "east", "north"));
    assert!(matches!(&east, Error::Data(DataError::NoSuchValue { value, .. }) if value == "east"), "{east}");
    assert!(matches!(
        said(OaxacaAnalysis::between_groups("nothing", "a", "b")),
        Error::Data(DataError::UnknownColumn { .. })
    ));
    // A unit that moves.
    rows.text.get_mut("region").expect("a column")[5] = "west".to_string();
    let refused =
        OaxacaAnalysis::between_groups("region", "south", "north").of(&fit(&rows, false)).expect_err("no groups");
    assert!(
        matches!(&refused, Error::Estimate(EstimateError::Nesting { why: NestingProblem::SplitsUnit { unit, .. }, .. }) if *unit == rows.unit[5]),
        "{refused}"
    );
    assert!(refused.to_string().contains(&rows.unit[5]), "{refused}");
    let few = fit(&unbalanced(621, 4, 4, 0.0), false);
    let few = OaxacaAnalysis::between_periods(2001, 2002).of(&few).expect_err("too few rows");
    assert!(matches!(few, Error::Estimate(EstimateError::TooFew { .. })), "{few}");
    let plain = apportion::Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [0.0, 1.0, 1.0]).build();
    let plain = Model::new("y").component("cause", ["x"]).fit(&plain.expect("a panel")).expect("it fits");
    let refused = OaxacaAnalysis::between_periods(2001, 2002).of(&plain);
    assert!(matches!(refused, Err(Error::Data(DataError::NoKey { .. }))));
}

#[test]
fn gaps_are_printed_and_handed_on() {
    let oaxaca = OaxacaAnalysis::between_groups("region", "north", "west").of(&fit(&unbalanced(630, 40, 5, 0.1), true));
    let oaxaca = oaxaca.expect("a gap");
    let text = oaxaca.to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for word in ["Reimers", "endowments", "95% jackknife intervals: 40 units"] {
        assert!(text.contains(word) && oaxaca.tables().to_markdown().contains(word), "{word}: {text}");
    }
    let read: Oaxaca =
        serde_json::from_str(&serde_json::to_string(&oaxaca).expect("it is written")).expect("it is read");
    assert_eq!(read, oaxaca);
    assert!(oaxaca.to_csv().contains("\ntwo,group_a,explained,slow,"));
}
