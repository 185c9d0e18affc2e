//! What remains of each unit, against its definition; what cannot be said.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::{DataError, EstimateError, NoiseProblem, QuestionError, Refusal};
use apportion::findings::{UnitAnalysis, Units};
use apportion::regress::NoiseModel;
use apportion::{Covariance, Error, Estimator, Method, Model, PanelRegression, Warning};

use crate::common::contributions::{fitted, mean_where};
use crate::common::panel::panel;
use crate::common::{Rows, unbalanced};

const TOLERANCE: f64 = 1e-9;

fn model() -> Model {
    Model::new("y").component("slow", ["slow"]).component("noisy", ["noisy"]).component("practice", ["unit_effects"])
}

fn asked() -> UnitAnalysis {
    UnitAnalysis::new().draws(1_000)
}

fn columns(rows: &Rows) -> Vec<Vec<f64>> {
    vec![rows.column("slow"), rows.column("noisy")]
}

/// Standard errors of what is expected of a unit, by the regression of its own.
fn of_coefficients(rows: &Rows, is: impl Fn(usize) -> bool, weighted: bool) -> f64 {
    let question = PanelRegression::new("y", ["slow", "noisy"]).estimator(Estimator::Pooled);
    let question = if weighted { question.weights("weight") } else { question };
    let fit = question.fit(&panel(rows)).expect("it fits");
    let mean = |name: &str| mean_where(rows, &is, |row| rows.numbers[name][row]);
    let names: Vec<&str> = fit.names().iter().map(String::as_str).collect();
    let at = |name: &str| if name == "slow" || name == "noisy" { mean(name) } else { 1.0 };
    let weights: Vec<(&str, f64)> = names.iter().map(|name| (*name, at(name))).collect();
    fit.combination(&weights, &Covariance::cluster()).expect("units").std_error
}

fn on(mut rows: Rows, weighted: bool, noise: NoiseModel) {
    if !weighted {
        rows.weight = vec![1.0; rows.len()];
    }
    let model = if weighted { model().weights("weight") } else { model() };
    let fit = model.fit(&panel(&rows)).expect("it fits");
    let gamma = fit.noise(noise).expect("there is noise").autocovariances;
    let y = rows.column("y");
    let own = columns(&rows);
    let expected = fitted(&rows, &y, &own.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let some = 2002..=2005;
    let units = asked().noise(noise).periods(some.clone()).of(&fit).expect("an answer");
    let mut spread = 0.0;
    let mut of_noise = Vec::new();
    for unit in &units.units {
        let own: Vec<usize> =
            (0..rows.len()).filter(|&r| rows.unit[r] == unit.unit && some.contains(&rows.period[r])).collect();
        let is = |row: usize| own.contains(&row);
        let remainder = mean_where(&rows, is, |row| y[row] - expected[row]);
        assert!((unit.remainder - remainder).abs() < TOLERANCE, "{}: {remainder}", unit.unit);
        assert!((unit.actual - unit.expected - unit.remainder).abs() < 1e-12);
        assert_eq!(unit.n_periods, own.len());
        let weight: f64 = own.iter().map(|&row| rows.weight[row]).sum();
        let pairs = own.iter().flat_map(|&t| own.iter().map(move |&s| (t, s)));
        let noise: f64 = pairs
            .map(|(t, s)| rows.weight[t] * rows.weight[s] * gamma[rows.period[t].abs_diff(rows.period[s]) as usize])
            .sum();
        let noise = (noise / (weight * weight)).max(0.0);
        let error = (noise + of_coefficients(&rows, is, weighted).powi(2)).sqrt();
        assert!((unit.std_error - error).abs() < TOLERANCE * error, "{}: {error} {}", unit.unit, unit.std_error);
        let half = unit.upper - unit.remainder;
        assert!((half / error - (unit.remainder - unit.lower) / error).abs() < 1e-9 && half / error > 1.9);
        spread += remainder * remainder - noise;
        of_noise.push(noise);
    }
    // Intercept, slow and noisy tell unit means apart.
    let variance = (spread / (units.units.len() as f64 - 3.0)).max(0.0);
    assert!((units.persistent_sd - variance.sqrt()).abs() < TOLERANCE, "{variance}");
    for (unit, noise) in units.units.iter().zip(of_noise) {
        let shrunken = unit.remainder * variance / (variance + noise);
        assert!((unit.shrunken - shrunken).abs() < TOLERANCE);
        assert!(unit.rank_lower <= unit.rank && unit.rank <= unit.rank_upper && unit.rank_upper <= units.units.len());
    }
}

#[test]
fn on_a_balanced_panel() {
    on(unbalanced(71, 14, 7, 0.0), false, NoiseModel::Independent);
    on(unbalanced(72, 14, 7, 0.0), false, NoiseModel::default());
}

#[test]
fn on_an_unbalanced_weighted_panel() {
    on(unbalanced(73, 16, 8, 0.25), true, NoiseModel::Ar1);
    on(unbalanced(74, 16, 8, 0.25), true, NoiseModel::Persistent { from_lag: Some(2) });
}

#[test]
fn what_remains_does_not_depend_on_unit_effects_or_on_the_method() {
    let rows = unbalanced(75, 60, 7, 0.1);
    let panel = panel(&rows);
    let with = model().fit(&panel).expect("it fits");
    let without =
        Model::new("y").component("slow", ["slow"]).component("noisy", ["noisy"]).fit(&panel).expect("it fits");
    let always = Model::new("y").always(["noisy"]).component("slow", ["slow"]).fit(&panel).expect("it fits");
    let one = asked().of(&with).expect("an answer");
    for other in [asked().of(&without), asked().of(&always), asked().method(Method::Shapley).of(&with)] {
        let other = other.expect("an answer");
        for (a, b) in one.units.iter().zip(&other.units) {
            assert!((a.remainder - b.remainder).abs() < TOLERANCE && (a.std_error - b.std_error).abs() < TOLERANCE);
            assert_eq!((a.rank, a.beyond_chance), (b.rank, b.beyond_chance));
        }
    }
    // Without unit effects all that remains is unexplained; with them, last in the order, it is what they add.
    let plain = asked().of(&without).expect("an answer");
    assert!(plain.units.iter().all(|unit| (unit.remainder - unit.unexplained).abs() < TOLERANCE));
    for unit in &one.units {
        assert!((unit.points("practice").expect("it is there") - unit.remainder).abs() < TOLERANCE);
        assert!(unit.unexplained.abs() < TOLERANCE && unit.points("nothing").is_err());
    }
    // Of nothing but unit effects one expects the mean.
    let alone = Model::new("y").component("practice", ["unit_effects"]).fit(&panel).expect("it fits");
    let alone = asked().of(&alone).expect("an answer");
    assert!(alone.units.iter().all(|unit| (unit.expected - alone.mean).abs() < TOLERANCE));
}

#[test]
fn a_seed_says_what_the_ranks_are() {
    let fit = model().fit(&panel(&unbalanced(76, 60, 6, 0.1))).expect("it fits");
    let one = asked().seed(4).of(&fit).expect("an answer");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    assert_eq!(pool.install(|| asked().seed(4).of(&fit)).expect("an answer"), one);
    let ranks = |units: &Units| units.units.iter().map(|u| (u.rank_lower, u.rank_upper)).collect::<Vec<_>>();
    assert_ne!(ranks(&asked().seed(5).of(&fit).expect("an answer")), ranks(&one));
    // The highest shrunken remainders have the highest ranks.
    let sorted = one.sorted_by("shrunken").expect("a number");
    assert!(sorted.units[0].rank <= 3 && sorted.units[59].rank >= 58);
}

#[test]
fn a_unit_of_one_period_takes_the_noise_of_the_others() {
    let mut rows = unbalanced(77, 60, 6, 0.0);
    let kept: Vec<usize> = (0..rows.len()).filter(|&r| rows.unit[r] != "u007" || rows.period[r] == 2003).collect();
    rows = rows.at(&kept);
    let fit = model().fit(&panel(&rows)).expect("it fits");
    let units = asked().noise(NoiseModel::Independent).of(&fit).expect("an answer");
    let warning = Warning::NoiseOfOthers { units: vec!["u007".to_string()] };
    assert!(units.warnings.contains(&warning), "{:?}", units.warnings);
    assert_eq!(
        warning.to_string(),
        "units with one period have no noise of their own to tell, theirs is taken to be that of the others: u007"
    );
    let [one, six] = ["u007", "u008"].map(|unit| units.unit(unit).expect("it is there").std_error.powi(2));
    // All of the noise against a sixth of it; what the coefficients add differs.
    assert!(one > units.noise.autocovariances[0] && six < units.noise.autocovariances[0] / 2.0);
}

#[test]
fn units_that_differ_by_noise_alone_are_not_told_apart() {
    // The outcome is noise: no remainder is beyond chance, and ranks go from end to end.
    let mut rows = unbalanced(78, 80, 6, 0.0);
    let mut random = crate::common::Numbers::new(78);
    let noise = (0..rows.len()).map(|_| random.normal()).collect();
    rows.numbers.insert("y".to_string(), noise);
    let fit = model().fit(&panel(&rows)).expect("it fits");
    let units = asked().noise(NoiseModel::Independent).of(&fit).expect("an answer");
    assert!(units.units.iter().filter(|unit| unit.beyond_chance).count() <= 1);
    assert!(units.persistent_sd < 0.25, "{}", units.persistent_sd);
    assert!(units.units.iter().all(|unit| unit.rank_upper - unit.rank_lower > 30));
}

#[test]
fn what_cannot_be_said_is_refused() {
    let rows = unbalanced(79, 12, 6, 0.1);
    let panel_of = panel(&rows);
    let fit = model().fit(&panel_of).expect("it fits");
    let always =
        Model::new("y").always(["unit_effects"]).component("noisy", ["noisy"]).fit(&panel_of).expect("it fits");
    assert!(matches!(
        asked().of(&always),
        Err(Error::Estimate(EstimateError::Method { why: Refusal::NothingRemains, .. }))
    ));
    let slopes = Model::new("y").component("cause", ["noisy:unit_effects"]).fit(&panel_of).expect("it fits");
    assert!(matches!(asked().of(&slopes), Err(Error::Estimate(EstimateError::Noise(NoiseProblem::UnitSlopes { .. })))));
    let once = Model::new("y").component("cause", ["noisy"]).fit(&panel(&unbalanced(80, 30, 1, 0.0))).expect("it fits");
    assert!(matches!(asked().of(&once), Err(Error::Estimate(EstimateError::Noise(NoiseProblem::NoPairs)))));
    let alone = apportion::Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [0.0, 1.0, 1.0]).build();
    let alone = Model::new("y").component("cause", ["x"]).fit(&alone.expect("a panel")).expect("it fits");
    assert!(matches!(asked().of(&alone), Err(Error::Data(DataError::NoKey { .. }))));
    assert!(matches!(asked().method(Method::Owen).of(&fit), Err(Error::Estimate(EstimateError::Method { .. }))));
    assert!(matches!(asked().level(1.0).of(&fit), Err(Error::Question(QuestionError::Option { option: "level", .. }))));
    for draws in [0, usize::MAX] {
        let refused = asked().draws(draws).of(&fit);
        assert!(matches!(refused, Err(Error::Question(QuestionError::Option { option: "draws", .. }))));
    }
    let few = asked().draws(100).of(&fit).expect("an answer");
    assert!(few.warnings.contains(&Warning::FewDraws { draws: 100, wanted: 400 }), "{:?}", few.warnings);
    assert!(matches!(
        asked().periods(1990..=1991).of(&fit),
        Err(Error::Data(DataError::NoRowsInPeriods { from: 1990, to: 1991, .. }))
    ));
}

#[test]
fn nothing_is_zero_and_not_what_rounding_leaves_of_it() {
    let panel = panel(&unbalanced(82, 30, 6, 0.0));
    let units = asked().of(&model().fit(&panel).expect("it fits")).expect("an answer");
    // With unit effects the residuals of a unit add up to nothing.
    assert!(units.units.iter().all(|unit| unit.unexplained == 0.0));
}

#[test]
fn small_outcomes_keep_their_digits() {
    let mut rows = unbalanced(83, 30, 6, 0.1);
    for scale in [1e-4, 1e-9] {
        rows.numbers.get_mut("y").expect("it is there").iter_mut().for_each(|y| *y *= scale);
        let text = asked().of(&model().fit(&panel(&rows)).expect("it fits")).expect("an answer").to_string();
        assert!(!text.contains(" -0.000") && !text.contains(" 0.000*"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn periods_are_those_that_there_are() {
    let fit = model().fit(&panel(&unbalanced(84, 30, 6, 0.1))).expect("it fits");
    let periods = fit.rows().len();
    let all = asked().periods(i32::MIN..=i32::MAX).of(&fit).expect("an answer");
    let (first, last) = all.periods.expect("they were asked for");
    assert!(periods > 0 && first >= 1990 && last <= 2100, "{first} to {last}");
    let one = asked().periods(last..=last + 50).of(&fit).expect("an answer");
    assert_eq!(one.periods, Some((last, last)));
    assert!(one.to_string().contains(&format!("units, {last};")), "{one}");
}

#[test]
fn units_are_printed_and_handed_on() {
    let rows = unbalanced(81, 50, 6, 0.1);
    let long = "a component whose name is longer than any column";
    let model = ["slow", "noisy", "fixed", "period_effects", "log(positive)"].iter().enumerate();
    let model =
        model.fold(Model::new("y"), |model, (at, term)| model.component(format!("{long} {at}").as_str(), [*term]));
    let fit = model.component("practice", ["unit_effects"]).fit(&panel(&rows)).expect("it fits");
    let units = asked().of(&fit).and_then(|units| units.sorted_by("remainder")).expect("an answer");
    for text in [units.to_string(), units.to_text(3), units.to_text(usize::MAX)] {
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains(&format!("{long} 4")), "{text}");
    }
    assert!(units.to_string().contains("(30 between)") && !units.to_text(25).contains("between"));
    let csv = units.to_csv();
    assert_eq!(csv.lines().count(), 51);
    let json = serde_json::to_string(&units).expect("it is written");
    let read: Units = serde_json::from_str(&json).expect("it is read");
    assert_eq!(read, units);
    assert!(units.sorted_by("nothing").is_err());
}
