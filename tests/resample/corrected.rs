//! Chance, noise and root intervals by their definitions: every sample without one unit is refitted by brute force.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use apportion::decompose::Detail;
use apportion::error::{EstimateError, NoiseProblem};
use apportion::regress::NoiseModel;
use apportion::{Breakdown, Error, FittedModel, IntervalKind, Model, Panel, Term, Warning};
use proptest::prelude::*;

use crate::common::panel::panel;
use crate::common::{
    Components, Projection, Rows, coalition_values, drawn_rows, project, sequential, shapley, unbalanced,
};

const TOLERANCE: f64 = 1e-10;

/// The 97.5% quantile of Student's t: `scipy.stats.t.ppf(0.975, df)`, scipy 1.17.1.
const T: [(usize, f64); 4] =
    [(5, 2.5705818356363146), (11, 2.200985160091639), (13, 2.1603686564627913), (29, 2.045229642132703)];

fn model(weighted: bool, always: bool) -> Model {
    let model = Model::new("y")
        .component("slow", ["slow"])
        .component("fixed", ["fixed"])
        .component("policy", ["period_effects"])
        .component("practice", ["unit_effects"]);
    let model = if always { model.always(["noisy"]) } else { model };
    if weighted { model.weights("weight") } else { model }
}

/// One sample: the shares by both methods, `always` first and unexplained last, and the noise in unit means over the
/// total, all by dummy-variable regressions and sums over pairs of rows.
struct Sample {
    sequential: Vec<f64>,
    shapley: Vec<f64>,
    noise: f64,
}

fn sample(rows: &Rows, always: bool, from_lag: usize) -> Sample {
    let components: Components =
        vec![vec![rows.column("slow")], vec![rows.column("fixed")], rows.period_dummies(), rows.unit_dummies()];
    let in_all = if always { vec![rows.column("noisy")] } else { Vec::new() };
    let outcome = rows.column("y");
    let values = coalition_values(&outcome, &components, &in_all, &rows.weight);
    let with_ends = |shares: Vec<f64>| [values[0]].into_iter().chain(shares).chain([1.0 - values[15]]).collect();
    let columns: Vec<&[f64]> = in_all.iter().chain(components.iter().flatten()).map(Vec::as_slice).collect();
    Sample {
        sequential: with_ends(sequential(&values, 4)),
        shapley: with_ends(shapley(&values, 4)),
        noise: noise(rows, project(&outcome, &columns, &rows.weight), from_lag),
    }
}

/// Σ_i (1/w_i − 1/w) Σ_ts w_t w_s γ(|t − s|) over the total, persistent from a lag.
fn noise(rows: &Rows, projection: Projection, from_lag: usize) -> f64 {
    let residual: Vec<f64> = projection.left.iter().zip(&rows.weight).map(|(left, w)| left / w.sqrt()).collect();
    let mut units: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    rows.unit.iter().enumerate().for_each(|(row, unit)| units.entry(unit).or_default().push(row));
    let apart = |t: usize, s: usize| rows.period[t].abs_diff(rows.period[s]) as usize;
    let within = (rows.len() - units.len()) as f64;
    let factor = within / (within - (projection.rank - units.len()) as f64);
    let mut pairs: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for own in units.values() {
        for (i, &t) in own.iter().enumerate() {
            for &s in &own[..i] {
                let (sum, n) = pairs.entry(apart(t, s)).or_default();
                *sum += factor * (residual[t] - residual[s]).powi(2) / 2.0;
                *n += 1.0;
            }
        }
    }
    let far = pairs.range(from_lag..).fold((0.0, 0.0), |(sum, n), (_, pair)| (sum + pair.0, n + pair.1));
    let far = far.0 / far.1;
    let gamma = |lag: usize| match lag {
        0 => far,
        lag if lag < from_lag => far - pairs[&lag].0 / pairs[&lag].1,
        _ => 0.0,
    };
    let all: f64 = rows.weight.iter().sum();
    let of_unit = |own: &Vec<usize>| {
        let weight: f64 = own.iter().map(|&row| rows.weight[row]).sum();
        let products = own.iter().flat_map(|&t| own.iter().map(move |&s| (t, s)));
        let sum: f64 = products.map(|(t, s)| rows.weight[t] * rows.weight[s] * gamma(apart(t, s))).sum();
        (1.0 / weight - 1.0 / all) * sum
    };
    units.values().map(of_unit).sum::<f64>() / projection.total
}

fn jackknife_error(values: &[f64]) -> f64 {
    let (n, mean) = (values.len() as f64, values.iter().sum::<f64>() / values.len() as f64);
    ((n - 1.0) / n * values.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt()
}

/// Every number of a breakdown with intervals against its definition; `parts` are everybody's parts of the noise.
fn check(found: &Breakdown, whole: &[f64], without: &[Vec<f64>], noise: f64, noises: &[f64], t: f64) {
    let last = whole.len() - 1;
    let rows: Vec<_> = found.rows().collect();
    let skipped = whole.len() - rows.len();
    for (at, row) in rows.iter().enumerate().map(|(i, row)| (i + skipped, row)) {
        let part = match row.name.as_str() {
            "practice" => 1.0,
            "unexplained" => -1.0,
            _ => 0.0,
        };
        let raw = whole[at];
        let theta = raw - part * noise;
        let left_out: Vec<f64> = without.iter().zip(noises).map(|(shares, n)| shares[at] - part * n).collect();
        let n = left_out.len() as f64;
        let corrected = n * theta - (n - 1.0) * left_out.iter().sum::<f64>() / n;
        let roots: Vec<f64> = left_out.iter().map(|x| (x + raw - theta).max(0.0).sqrt()).collect();
        let half = t * jackknife_error(&roots);
        let (low, high) = ((raw.sqrt() - half).max(0.0).powi(2), (raw.sqrt() + half).powi(2));
        let close = |what: &str, found: f64, expected: f64| {
            assert!((found - expected).abs() < TOLERANCE, "{} {what}: {found} against {expected}", row.name);
        };
        let (interval, of) = (row.interval.expect("it was asked for"), row.corrected.expect("it was computed"));
        close("raw", row.share_of_total, raw);
        close("lower", interval.lower, low);
        close("upper", interval.upper, high);
        let plain: Vec<f64> = without.iter().map(|shares| shares[at]).collect();
        close("std. error", interval.std_error, jackknife_error(&plain));
        close("corrected", of.share_of_total, corrected);
        close("corrected std. error", of.std_error, jackknife_error(&left_out));
        close("chance", row.chance.expect("it was computed"), raw - corrected);
        let (low, high) = match at == last {
            true => (corrected - t * of.std_error, corrected + t * of.std_error),
            false => (low - (raw - corrected), high - (raw - corrected)),
        };
        close("corrected lower", of.lower, low);
        close("corrected upper", of.upper, high);
    }
}

/// Leaves out the rows that are alike in `by`: those of a unit, or of a larger cluster.
fn check_against_refits(rows: &Rows, weighted: bool, always: bool, by: Option<&str>) {
    let mut rows = rows.clone();
    if !weighted {
        rows.weight = vec![1.0; rows.len()];
    }
    let fit = model(weighted, always).fit(&panel(&rows)).expect("it fits");
    let cluster = |row: usize| by.map_or(&rows.unit[row], |by| &rows.text[by][row]);
    let clusters: BTreeSet<&String> = (0..rows.len()).map(cluster).collect();
    let (_, t) = T.iter().find(|(df, _)| *df + 1 == clusters.len()).expect("a quantile for so many");
    let whole = sample(&rows, always, 3);
    let mut without: Vec<Sample> = Vec::new();
    for left_out in &clusters {
        let kept: Vec<usize> = (0..rows.len()).filter(|&row| cluster(row) != *left_out).collect();
        without.push(sample(&rows.at(&kept), always, 3));
    }
    let noises: Vec<f64> = without.iter().map(|sample| sample.noise).collect();
    let mut jackknife = fit.jackknife().expect("units enough");
    if let Some(by) = by {
        jackknife = jackknife.clusters(by).expect("a column that does not change within units");
    }
    let both = [fit.sequential().expect("sequential"), fit.shapley().expect("shapley")];
    let both = Breakdown::all_with_intervals(&[&both[0], &both[1]], &jackknife).expect("they are left out");
    assert_eq!(
        both[0].interval.as_ref().map(|how| (how.clusters, how.cluster_column.as_deref())),
        Some((clusters.len(), by))
    );
    let sequential: Vec<Vec<f64>> = without.iter().map(|sample| sample.sequential.clone()).collect();
    let shapley: Vec<Vec<f64>> = without.iter().map(|sample| sample.shapley.clone()).collect();
    check(&both[0], &whole.sequential, &sequential, whole.noise, &noises, *t);
    check(&both[1], &whole.shapley, &shapley, whole.noise, &noises, *t);
}

#[test]
fn root_intervals_and_corrected_shares_are_their_definitions_over_refits() {
    for (weighted, always) in [(false, false), (true, false), (false, true), (true, true)] {
        check_against_refits(&unbalanced(5, 12, 7, 0.2), weighted, always, None);
    }
}

#[test]
fn the_same_on_a_balanced_panel_and_on_one_with_calendar_gaps() {
    check_against_refits(&unbalanced(8, 14, 6, 0.0), true, false, None);
    let mut rows = unbalanced(8, 14, 6, 0.1);
    // Two years apart, but for the last, which follows its predecessor.
    rows.period
        .iter_mut()
        .for_each(|period| *period = if *period == 2006 { 2011 } else { 2000 + 2 * (*period - 2001) });
    check_against_refits(&rows, false, false, None);
}

/// Joint returns: two units leave together, and count as one.
#[test]
fn clusters_of_units_leave_as_a_whole() {
    let mut rows = unbalanced(5, 12, 7, 0.2);
    let joint = |unit: &String| format!("joint {}", unit[1..].parse::<usize>().unwrap_or(0) / 2);
    rows.text.insert("joint".to_string(), rows.unit.iter().map(joint).collect());
    for (weighted, always) in [(false, false), (true, true)] {
        check_against_refits(&rows, weighted, always, Some("joint"));
    }
    let fit = model(false, false).fit(&panel(&rows)).expect("it fits");
    // Draws of clusters are refits of the rows that were drawn.
    let bootstrap = fit.bootstrap(6, 4).and_then(|bootstrap| bootstrap.clusters("joint")).expect("six clusters");
    let shares = &bootstrap.replicates(&[&fit.shapley().expect("shapley")]).expect("drawn")[0].shares;
    for replicate in 0..6 {
        let drawn = bootstrap.drawn(replicate).expect("a replicate");
        assert_eq!(drawn.len(), 6);
        let units: Vec<usize> = drawn.iter().flat_map(|cluster| [2 * cluster, 2 * cluster + 1]).collect();
        let mut sample = drawn_rows(&rows, &units);
        sample.weight = vec![1.0; sample.len()];
        let expected = self::sample(&sample, false, 3).shapley;
        for (at, expected) in expected.iter().enumerate() {
            assert!((shares[[replicate, at]] - expected).abs() < TOLERANCE, "{replicate}, {at}");
        }
    }
    for (column, problem) in [("noisy", "it is not the same in all rows of u000"), ("none such", "no column")] {
        let error = fit.jackknife().expect("units").clusters(column).map(|_| ()).expect_err("no clusters");
        assert!(error.to_string().contains(problem), "{error}");
    }
    let by_unit = fit.jackknife().and_then(|jackknife| jackknife.clusters("unit")).expect("each by itself");
    assert_eq!(by_unit.drawn(0).expect("a replicate").len(), 11);
}

#[test]
fn rows_of_a_cross_section_are_its_units() {
    let mut rows = unbalanced(3, 30, 1, 0.0);
    rows.weight = vec![1.0; 30];
    let fit_of = |rows: &Rows| {
        let columns = ["y", "slow", "fixed", "noisy"];
        let builder = columns.iter().fold(Panel::builder(), |b, name| b.column(*name, rows.column(name)));
        let model = Model::new("y").component("slow", ["slow"]).component("fixed", ["fixed", "noisy"]);
        model.fit(&builder.build().expect("columns")).expect("it fits")
    };
    let shares = |rows: &Rows| -> Vec<f64> {
        let shapley = fit_of(rows).shapley().expect("shapley");
        [0.0].into_iter().chain(shapley.rows().map(|row| row.share_of_total)).collect()
    };
    let without: Vec<Vec<f64>> =
        (0..30).map(|left| shares(&rows.at(&(0..30).filter(|row| *row != left).collect::<Vec<_>>()))).collect();
    let fit = fit_of(&rows);
    let found = fit.shapley().expect("shapley").with_intervals(&fit.jackknife().expect("rows")).expect("left out");
    check(&found, &shares(&rows), &without, 0.0, &[0.0; 30], T[3].1);
    assert_eq!(found.noise, None, "there are no unit effects");
}

fn corrected(fit: &FittedModel, breakdown: Breakdown) -> Breakdown {
    breakdown.with_intervals(&fit.jackknife().expect("units enough")).expect("they are left out")
}

/// What is left of a share once its part of the noise is taken from it, by leaving units out of the crate's own shares.
fn by_parts(fit: &FittedModel, breakdown: &Breakdown, parts: &[f64]) -> Vec<f64> {
    let jackknife = fit.jackknife().expect("units enough");
    let replicates = &jackknife.replicates(&[breakdown]).expect("they are left out")[0].shares;
    let n = replicates.nrows() as f64;
    let noise = fit.noise(NoiseModel::default()).expect("there are unit effects").share_of_total;
    let names = |row: usize| {
        let drawn = jackknife.drawn(row).expect("a replicate");
        let units: Vec<usize> = drawn.iter().map(|unit| unit + 1).collect();
        units
    };
    let without: Vec<f64> = (0..replicates.nrows()).map(|row| noise_of_units(fit, &names(row))).collect();
    parts
        .iter()
        .enumerate()
        .map(|(at, part)| {
            let theta = breakdown.components[at].share_of_total - part * noise;
            let left: f64 = (0..replicates.nrows()).map(|r| replicates[[r, 1 + at]] - part * without[r]).sum();
            n * theta - (n - 1.0) * left / n
        })
        .collect()
}

/// The noise of a fit to these units alone, counted from one.
fn noise_of_units(fit: &FittedModel, units: &[usize]) -> f64 {
    let rows = several();
    let kept: Vec<usize> = (0..rows.len())
        .filter(|&row| units.contains(&(rows.unit[row][1..].parse::<usize>().unwrap_or(0) + 1)))
        .collect();
    let refitted = fit.model().fit(&panel(&rows.at(&kept))).expect("it fits");
    refitted.noise(NoiseModel::default()).expect("there are unit effects").share_of_total
}

fn several() -> Rows {
    unbalanced(21, 12, 6, 0.1)
}

/// Of noise in the means of units, the first with unit effects has all by a sequence, each has as much by Shapley, all
/// of it alone, and nothing beside another.
#[test]
fn several_components_with_unit_effects_share_noise_as_the_method_shares_r2() {
    let model = Model::new("y")
        .component("slow", ["slow"])
        .component("practice", [Term::UnitEffects])
        .component("again", [Term::column("noisy"), Term::UnitEffects]);
    let fit = model.fit(&panel(&several())).expect("it fits");
    let cases = [
        (fit.sequential().expect("sequential"), [0.0, 1.0, 0.0]),
        (fit.sequential_in(&["again", "slow", "practice"]).expect("sequential"), [0.0, 0.0, 1.0]),
        (fit.shapley().expect("shapley"), [0.0, 0.5, 0.5]),
        (fit.first().expect("first"), [0.0, 1.0, 1.0]),
        (fit.last().expect("last"), [0.0, 0.0, 0.0]),
        (fit.owen().expect("owen"), [0.0, 0.5, 0.5]),
        (fit.conditional_dominance().expect("dominance"), [0.0, 0.5, 0.5]),
    ];
    for (breakdown, parts) in cases {
        let expected = by_parts(&fit, &breakdown, &parts);
        let method = breakdown.method.to_string();
        let found = corrected(&fit, breakdown);
        for (share, expected) in found.components.iter().zip(expected) {
            let of = share.corrected.expect("it is linear").share_of_total;
            assert!((of - expected).abs() < TOLERANCE, "{method} {}: {of} against {expected}", share.name);
        }
        if let Detail::BySize(sizes) = &found.detail {
            let chance = |component: &str, size: usize| {
                let own = sizes.iter().find(|cell| cell.component == component && cell.size == size);
                own.and_then(|cell| cell.chance).expect("a cell")
            };
            // Alone each takes all noise; beside both others none is left.
            assert!(chance("practice", 0) > chance("practice", 1) && chance("practice", 1) > chance("practice", 2));
        }
    }
}

#[test]
fn noise_is_that_of_always_where_unit_effects_always_are() {
    let model = Model::new("y").always([Term::UnitEffects]).component("slow", ["slow"]).component("noisy", ["noisy"]);
    let fit = model.fit(&panel(&several())).expect("it fits");
    let found = corrected(&fit, fit.sequential().expect("sequential"));
    let always = found.always.as_ref().expect("unit effects").chance.expect("it is corrected");
    assert!(always > 0.5 * found.noise.as_ref().expect("noise").share_of_total);
    assert!(found.components.iter().all(|share| share.chance.expect("corrected").abs() < always / 4.0));
}

#[test]
fn methods_that_are_not_linear_say_why_they_have_no_corrected_shares() {
    let fit = model(false, false).fit(&panel(&several())).expect("it fits");
    for breakdown in [fit.pmvd().expect("pmvd"), fit.complete_dominance().expect("dominance")] {
        let name = breakdown.method.name().to_string();
        let found = corrected(&fit, breakdown);
        assert!(found.rows().all(|row| row.corrected.is_none() && row.interval.is_some()));
        let why = NoiseProblem::NotLinear { method: name.clone() };
        assert!(found.warnings.contains(&Warning::NotCorrected { why }), "{name}");
    }
}

#[test]
fn a_model_of_noise_that_cannot_be_had_is_refused_where_it_was_asked_for() {
    let fit = model(false, false).fit(&panel(&several())).expect("it fits");
    let asked = |fit: &FittedModel, model| {
        let jackknife = fit.jackknife().expect("units enough").noise(model);
        fit.shapley().expect("shapley").with_intervals(&jackknife)
    };
    let problem = |found: Result<Breakdown, Error>| match found {
        Err(Error::Estimate(EstimateError::Noise(problem))) => problem,
        other => panic!("{other:?}"),
    };
    let far = NoiseModel::Persistent { from_lag: Some(6) };
    assert_eq!(problem(asked(&fit, far)), NoiseProblem::LagTooLong { from_lag: 6, longest: 5 });
    let one = NoiseModel::Persistent { from_lag: Some(0) };
    assert_eq!(problem(asked(&fit, one)), NoiseProblem::LagZero);

    // Two years: by default what is one year apart persists, with a warning; AR(1) cannot be told.
    let two = |rows: Rows| {
        let kept: Vec<usize> = (0..rows.len()).filter(|&row| rows.period[row] < 2003).collect();
        model(false, false).fit(&panel(&rows.at(&kept))).expect("it fits")
    };
    let fit = two(unbalanced(2, 30, 6, 0.0));
    let found = corrected(&fit, fit.sequential().expect("sequential"));
    assert!(found.warnings.iter().any(|w| matches!(w, Warning::NearLag { from_lag: 1, longest: 1, .. })));
    assert!(found.warnings.iter().any(|w| matches!(w, Warning::FewPeriods { periods: 2, .. })));
    assert_eq!(found.unit_effects_by_model.len(), 2, "independent and persistent, which are one here");
    assert_eq!(problem(asked(&fit, NoiseModel::Ar1)), NoiseProblem::OneLag);
}

#[test]
fn without_two_rows_of_a_unit_there_is_no_corrected_share_and_the_reason_is_said() {
    let why = |fit: &FittedModel| {
        let found = corrected(fit, fit.sequential().expect("sequential"));
        assert!(found.rows().all(|row| row.corrected.is_none() && row.interval.is_some()));
        let reason = found.warnings.iter().find_map(|warning| match warning {
            Warning::NotCorrected { why } => Some(why.clone()),
            _ => None,
        });
        reason.expect("the reason is said")
    };
    let plain = Model::new("y").component("slow", ["slow"]).component("practice", [Term::UnitEffects]);
    // One period: every unit is a singleton.
    let fit = plain.fit(&panel(&unbalanced(4, 12, 1, 0.0))).expect("it fits");
    assert_eq!(why(&fit), NoiseProblem::NoPairs);
    // One unit has all the pairs: without it nothing can be said.
    let rows = unbalanced(4, 12, 4, 0.0);
    let kept: Vec<usize> = (0..rows.len()).filter(|&r| rows.period[r] == 2001 || rows.unit[r] == "u003").collect();
    let fit = plain.fit(&panel(&rows.at(&kept))).expect("it fits");
    assert_eq!(why(&fit), NoiseProblem::NothingWithout { cluster: "u003".to_string() });
    // One unit has all those that are far apart.
    let rows = unbalanced(4, 12, 6, 0.0);
    let kept: Vec<usize> = (0..rows.len()).filter(|&r| rows.period[r] < 2004 || rows.unit[r] == "u003").collect();
    let fit = plain.fit(&panel(&rows.at(&kept))).expect("it fits");
    assert_eq!(why(&fit), NoiseProblem::OneCluster { cluster: "u003".to_string() });
    // Units without periods.
    let rows = unbalanced(4, 12, 4, 0.0);
    let panel = Panel::builder().units(&rows.unit).column("y", rows.column("y")).column("slow", rows.column("slow"));
    let fit = panel.build().and_then(|panel| plain.fit(&panel)).expect("it fits");
    assert_eq!(why(&fit), NoiseProblem::NoPeriods);
    // A slope for each unit.
    let slopes = Model::new("y").component("own", ["unit_effects:noisy"]).component("practice", [Term::UnitEffects]);
    let fit = slopes.fit(&self::panel(&unbalanced(4, 12, 8, 0.0))).expect("it fits");
    assert!(matches!(why(&fit), NoiseProblem::UnitSlopes { .. }));
}

#[test]
fn the_plain_scale_is_about_the_share_itself() {
    let fit = model(false, false).fit(&panel(&several())).expect("it fits");
    let jackknife = fit.jackknife().expect("units").kind(IntervalKind::Jackknife).expect("of units left out");
    let bootstrap = fit.bootstrap(99, 3).expect("draws").kind(IntervalKind::Normal).expect("of draws");
    for resampling in [jackknife, bootstrap] {
        let found = fit.shapley().expect("shapley").with_intervals(&resampling).expect("resampled");
        for row in found.rows() {
            let interval = row.interval.expect("it was asked for");
            let middle = (interval.lower + interval.upper) / 2.0;
            assert!((middle - row.share_of_total).abs() < 1e-14, "{}: {middle}", row.name);
            assert!(interval.bias != 0.0, "it is still said");
        }
    }
}

#[test]
fn numbers_that_can_be_negative_have_no_roots() {
    let fit = model(false, false).fit(&panel(&several())).expect("it fits");
    let of = |kind| {
        let jackknife = fit.jackknife().expect("units").kind(kind).expect("of units left out");
        [fit.pratt(), fit.commonality(), fit.variance_components()]
            .map(|found| found.expect("it splits").with_intervals(&jackknife).expect("left out"))
    };
    let (root, plain) = (of(IntervalKind::Root), of(IntervalKind::Jackknife));
    // Pratt's shares, sets of components and covariances are the same by either kind; the rest is not.
    assert_eq!(root[0].components, plain[0].components);
    assert_ne!(root[0].unexplained.interval, plain[0].unexplained.interval);
    for at in [1, 2] {
        assert_ne!(root[at].components, plain[at].components);
    }
    assert_eq!(root[2].detail, plain[2].detail);
    let (Detail::Subsets(root), Detail::Subsets(plain)) = (&root[1].detail, &plain[1].detail) else { unreachable!() };
    for (root, plain) in root.iter().zip(plain) {
        // What a component has for itself cannot be negative.
        let varies = root.interval.is_some_and(|interval| interval.std_error > 0.0);
        assert_eq!(root == plain, root.coalition.len() > 1 || !varies, "{root:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever the panel, corrected shares sum to one where shares do, and nothing is cut off.
    #[test]
    fn corrected_shares_sum_to_one(seed in 1_u64..10_000, units in 6_usize..14, periods in 2_usize..7, missing in 0.0..0.3) {
        let rows = unbalanced(seed, units, periods, missing);
        let Ok(fit) = model(seed % 2 == 0, seed % 3 == 0).fit(&panel(&rows)) else { return Ok(()) };
        for breakdown in [fit.sequential(), fit.shapley(), fit.owen(), fit.conditional_dominance(), fit.pratt()] {
            let Ok(breakdown) = breakdown else { continue };
            let found = corrected(&fit, breakdown);
            let shares: Vec<f64> = found.rows().filter_map(|row| row.corrected).map(|c| c.share_of_total).collect();
            if shares.is_empty() {
                let says_why = found.warnings.iter().any(|w| matches!(w, Warning::NotCorrected { .. }));
                prop_assert!(says_why);
                continue;
            }
            prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{shares:?}");
            for row in found.rows() {
                let interval = row.interval.expect("it was asked for");
                let numbers = row.corrected.expect("all are");
                for x in [interval.lower, interval.upper, numbers.lower, numbers.upper, numbers.std_error] {
                    prop_assert!(x.is_finite(), "{}: {x}", row.name);
                }
            }
        }
    }
}

/// Under whatever name, what names every unit by itself takes up the noise of its mean.
#[test]
fn a_factor_that_names_every_unit_is_unit_effects() {
    let mut rows = several();
    rows.text.insert("name".to_string(), rows.unit.iter().map(|unit| format!("place {unit}")).collect());
    let fit = |practice: &str| {
        let model = Model::new("y").component("slow", ["slow"]).component("practice", [practice]);
        model.fit(&panel(&rows)).expect("it fits")
    };
    let (by_name, by_unit) = (fit("factor(name)"), fit("unit_effects"));
    let term = "factor(name)".to_string();
    assert!(by_name.warnings().contains(&Warning::NamesUnits { term }), "{:?}", by_name.warnings());
    let shares = |fit: &FittedModel| corrected(fit, fit.shapley().expect("shapley")).components;
    assert_eq!(shares(&by_name), shares(&by_unit));
}

#[test]
fn what_leaves_with_one_cluster_has_no_test_and_the_component_that_is_nothing_else_no_corrected_share() {
    let mut rows = several();
    let first = rows.unit[0].clone();
    let event =
        rows.unit.iter().zip(&rows.period).map(|(unit, period)| f64::from(u8::from(*unit == first && *period > 2003)));
    rows.numbers.insert("event".to_string(), event.collect());
    let panel = panel(&rows);
    let plain = Model::new("y").component("slow", ["slow"]);
    let fit = plain.clone().component("event", ["event", "noisy"]).fit(&panel).expect("it fits");
    let found = corrected(&fit, fit.sequential().expect("sequential"));
    assert!(found.components[1].chance_p.is_none() && found.components[0].chance_p.is_some());
    let one = Warning::LeavesWithOne { component: "event".to_string(), columns: vec!["event".to_string()] };
    assert!(found.warnings.contains(&one), "{:?}", found.warnings);
    // Nothing is left of the regions once each of them is left out as a whole.
    let fit = plain.component("regions", ["region"]).fit(&panel).expect("it fits");
    let by_region = fit.jackknife().and_then(|jackknife| jackknife.clusters("region")).expect("three regions");
    let found = fit.sequential().expect("sequential").with_intervals(&by_region).expect("left out");
    let why = NoiseProblem::LeavesWithClusters { component: "regions".to_string() };
    assert!(found.warnings.contains(&Warning::NotCorrected { why }), "{:?}", found.warnings);
    assert!(found.rows().all(|row| row.corrected.is_none() && row.chance_p.is_none() && row.interval.is_some()));
}

#[test]
fn what_makes_intervals_or_noise_say_nothing_is_said() {
    // Two units, six periods: without one of them period effects and a unit fit exactly.
    let rows = unbalanced(6, 2, 6, 0.0);
    let fit = model(false, false).fit(&panel(&rows)).expect("it fits");
    let found = corrected(&fit, fit.sequential().expect("sequential"));
    let saturated = Warning::SaturatedWithout { saturated: 2, replicates: 2 };
    assert!(found.warnings.contains(&saturated), "{:?}", found.warnings);
    let nothing = |why: &NoiseProblem| {
        matches!(why, NoiseProblem::NothingWithout { .. } | NoiseProblem::LeavesWithClusters { .. })
    };
    assert!(found.warnings.iter().any(|w| matches!(w, Warning::NotCorrected { why } if nothing(why))));
    // Noise has nothing to act on without unit effects.
    let fit = Model::new("y").component("slow", ["slow"]).fit(&panel(&several())).expect("it fits");
    let asked = fit.jackknife().expect("units").noise(NoiseModel::Ar1);
    let found = fit.sequential().expect("sequential").with_intervals(&asked).expect("left out");
    assert!(found.warnings.contains(&Warning::NoiseUnused { noise: "ar1".to_string() }));
    // Ten years apart, nothing is nearer than the lag from which on noise has faded.
    let mut rows = unbalanced(6, 12, 5, 0.0);
    rows.period.iter_mut().for_each(|period| *period = 2000 + 10 * (*period - 2001));
    let fit = model(false, false).fit(&panel(&rows)).expect("it fits");
    let found = corrected(&fit, fit.sequential().expect("sequential"));
    assert!(found.warnings.contains(&Warning::NoNearPairs { from_lag: 3 }));
    let shares: Vec<f64> = found.unit_effects_by_model.iter().map(|u| u.corrected.share_of_total).collect();
    assert!((shares[0] - shares[1]).abs() < 1e-15, "{shares:?}");
}
