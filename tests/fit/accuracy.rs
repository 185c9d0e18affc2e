//! Shares against regressions in twice the precision, on designs that doubles are too short for.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::{Breakdown, FittedModel, Model, Panel, Warning};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::common::precise::{Brings, Reference};
use crate::common::{Numbers, sequential, shapley};

/// NIST StRD, Longley: total employment, and the deflator, gross national product, unemployment, armed forces, population
/// and year. J. W. Longley (1967), <https://doi.org/10.1080/01621459.1967.10500896>;
/// <https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml>.
const LONGLEY: [[f64; 7]; 16] = [
    [60_323.0, 83.0, 234_289.0, 2_356.0, 1_590.0, 107_608.0, 1_947.0],
    [61_122.0, 88.5, 259_426.0, 2_325.0, 1_456.0, 108_632.0, 1_948.0],
    [60_171.0, 88.2, 258_054.0, 3_682.0, 1_616.0, 109_773.0, 1_949.0],
    [61_187.0, 89.5, 284_599.0, 3_351.0, 1_650.0, 110_929.0, 1_950.0],
    [63_221.0, 96.2, 328_975.0, 2_099.0, 3_099.0, 112_075.0, 1_951.0],
    [63_639.0, 98.1, 346_999.0, 1_932.0, 3_594.0, 113_270.0, 1_952.0],
    [64_989.0, 99.0, 365_385.0, 1_870.0, 3_547.0, 115_094.0, 1_953.0],
    [63_761.0, 100.0, 363_112.0, 3_578.0, 3_350.0, 116_219.0, 1_954.0],
    [66_019.0, 101.2, 397_469.0, 2_904.0, 3_048.0, 117_388.0, 1_955.0],
    [67_857.0, 104.6, 419_180.0, 2_822.0, 2_857.0, 118_734.0, 1_956.0],
    [68_169.0, 108.4, 442_769.0, 2_936.0, 2_798.0, 120_445.0, 1_957.0],
    [66_513.0, 110.8, 444_546.0, 4_681.0, 2_637.0, 121_950.0, 1_958.0],
    [68_655.0, 112.6, 482_704.0, 3_813.0, 2_552.0, 123_366.0, 1_959.0],
    [69_564.0, 114.2, 502_601.0, 3_931.0, 2_514.0, 125_368.0, 1_960.0],
    [69_331.0, 115.7, 518_173.0, 4_806.0, 2_572.0, 127_852.0, 1_961.0],
    [70_551.0, 116.9, 554_894.0, 4_007.0, 2_827.0, 130_081.0, 1_962.0],
];

/// A design, its panel, and what its shares are.
#[derive(Debug, Clone)]
struct Case {
    units: Option<Vec<String>>,
    outcome: Vec<f64>,
    weights: Vec<f64>,
    players: Vec<Brings>,
}

impl Case {
    fn cross_section(outcome: Vec<f64>, players: Vec<Brings>) -> Self {
        Case { units: None, weights: vec![1.0; outcome.len()], outcome, players }
    }

    fn fit(&self) -> FittedModel {
        let mut builder = Panel::builder().column("y", &self.outcome).column("weight", &self.weights);
        let mut model = Model::new("y").weights("weight");
        if let Some(units) = &self.units {
            // The rows of a unit stand together, so that periods may be counted through.
            builder = builder.units(units).periods(0..units.len() as i32);
        }
        for (i, player) in self.players.iter().enumerate() {
            model = match player {
                Brings::UnitEffects => model.component(format!("c{i}"), ["unit_effects"]),
                Brings::Columns(columns) => {
                    for (j, column) in columns.iter().enumerate() {
                        builder = builder.column(format!("x{i}_{j}"), column);
                    }
                    model.component(format!("c{i}"), (0..columns.len()).map(|j| format!("x{i}_{j}")))
                }
            };
        }
        model.fit(&builder.build().expect("a panel")).expect("the model fits")
    }

    fn values(&self) -> Vec<f64> {
        let Case { outcome, players, weights, units } = self;
        Reference { outcome, players, units: units.as_deref(), weights }.values()
    }

    /// The largest error over all coalitions, sequential and Shapley values.
    fn error(&self, fit: &FittedModel) -> f64 {
        let (k, values) = (self.players.len(), self.values());
        let mut error = 0.0_f64;
        for (coalition, value) in values.iter().enumerate() {
            let names: Vec<String> = (0..k).filter(|i| coalition >> i & 1 == 1).map(|i| format!("c{i}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            error = error.max((fit.r2_overall_of(&names).expect("components") - value).abs());
        }
        let in_order = fit.sequential().expect("sequential");
        let averaged = fit.shapley().expect("shapley");
        for (breakdown, expected) in [(in_order, sequential(&values, k)), (averaged, shapley(&values, k))] {
            for (share, expected) in breakdown.components.iter().zip(expected) {
                error = error.max((share.share_of_total - expected).abs());
            }
        }
        error
    }

    /// Nine digits, or a warning that says how many.
    fn check(&self, what: &str) -> (f64, Option<f64>) {
        let fit = self.fit();
        let (error, bound) = (self.error(&fit), bound(&fit.shapley().expect("shapley")));
        assert!(error < bound.unwrap_or(1e-9), "{what}: error {error:.1e}, bound {bound:?}, {:?}", fit.warnings());
        (error, bound)
    }

    fn keep(&self, is_kept: impl Fn(usize) -> bool) -> Case {
        let rows: Vec<usize> = (0..self.outcome.len()).filter(|&row| is_kept(row)).collect();
        let take = |values: &Vec<f64>| -> Vec<f64> { rows.iter().map(|&row| values[row]).collect() };
        let players = self.players.iter().map(|player| match player {
            Brings::Columns(columns) => Brings::Columns(columns.iter().map(take).collect()),
            Brings::UnitEffects => Brings::UnitEffects,
        });
        Case {
            units: self.units.as_ref().map(|units| rows.iter().map(|&row| units[row].clone()).collect()),
            outcome: take(&self.outcome),
            weights: take(&self.weights),
            players: players.collect(),
        }
    }
}

fn bound(breakdown: &Breakdown) -> Option<f64> {
    breakdown.warnings.iter().find_map(|warning| match warning {
        Warning::Imprecise { bound } => Some(*bound),
        _ => None,
    })
}

fn columns(columns: &[&[f64]]) -> Brings {
    Brings::Columns(columns.iter().map(|column| column.to_vec()).collect())
}

fn add(a: &[f64], b: &[f64], times: f64) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + times * b).collect()
}

fn normal(random: &mut Numbers, n: usize) -> Vec<f64> {
    (0..n).map(|_| random.normal()).collect()
}

#[test]
fn longley_to_twelve_digits() {
    let column = |j: usize| LONGLEY.iter().map(|row| row[j]).collect::<Vec<f64>>();
    let case = Case::cross_section(column(0), (1..7).map(|j| columns(&[&column(j)])).collect());
    let fit = case.fit();
    assert!(case.error(&fit) < 1e-12, "{:.1e}", case.error(&fit));
    // NIST's certified R².
    let r2 = fit.shapley().expect("shapley").r2_overall;
    assert!((r2 - 0.995_479_004_577_296).abs() < 1e-14, "{r2}");
    let pairs = (0..3).map(|j| columns(&[&column(1 + 2 * j), &column(2 + 2 * j)])).collect();
    let pairs = Case::cross_section(column(0), pairs);
    assert!(pairs.error(&pairs.fit()) < 1e-12);
}

/// `n_near` columns that all but one direction of length `part` is common to, and an outcome that it explains much of.
fn nearly_dependent(seed: u64, n_near: usize, part: f64, units: bool, weights: bool, mean: f64) -> Case {
    let mut random = Numbers::new(seed);
    let n = 72;
    let level: Vec<f64> = (0..n / 6).flat_map(|_| [random.normal(); 6]).collect();
    let first: Vec<Vec<f64>> = (1..n_near).map(|_| normal(&mut random, n)).collect();
    let hidden = normal(&mut random, n);
    // The last is the sum of the others, but for the part of the hidden direction.
    let mut last = vec![0.0; n];
    first.iter().for_each(|column| last = add(&last, column, 1.0));
    last = add(&last, &hidden, part * (n_near as f64).sqrt());
    let outcome: Vec<f64> = (0..n).map(|r| 2.0 * hidden[r] + 0.5 * first[0][r] + level[r] + random.normal()).collect();
    let shifted = |column: &[f64]| column.iter().map(|x| x + mean).collect::<Vec<f64>>();
    let mut players: Vec<Brings> = first.iter().map(|c| columns(&[&shifted(c)])).collect();
    players.push(columns(&[&shifted(&last)]));
    let other = add(&normal(&mut random, n), &level, 1.0);
    players.insert(1, columns(&[&other]));
    let mut case = Case::cross_section(shifted(&outcome), players);
    if units {
        case.units = Some((0..n).map(|row| format!("u{:02}", row / 6)).collect());
        case.players.push(Brings::UnitEffects);
    }
    if weights {
        case.weights = (0..n).map(|_| 0.2 + random.uniform()).collect();
    }
    case
}

#[test]
fn nearly_dependent_columns_keep_nine_digits() {
    for n_near in [2, 3, 5] {
        for part in [1e-2, 1e-4, 1e-6, 1e-8] {
            for (units, weights) in [(false, false), (true, false), (true, true)] {
                for mean in [0.0, 1e6] {
                    let what = format!("{n_near} columns, {part:e}, units {units}, weights {weights}, mean {mean}");
                    let case = nearly_dependent(3, n_near, part, units, weights, mean);
                    let (error, bound) = case.check(&what);
                    assert!(error < 1e-9 && bound.is_none(), "{what}: error {error:.1e}, bound {bound:?}");
                    let k = case.players.len();
                    let last = &case.values()[(1 << k) - 1];
                    assert!(*last > 0.6, "the hidden direction explains much: {last}");
                }
            }
        }
    }
}

#[test]
fn copies_sums_and_conversions_stay_aliased() {
    let mut random = Numbers::new(11);
    let n = 80;
    for mean in [0.0, 1.0, 1e3, 1e6, 1e9] {
        let x: Vec<f64> = normal(&mut random, n).iter().map(|x| x + mean).collect();
        let z = normal(&mut random, n);
        let other = normal(&mut random, n);
        let near = add(&x, &other, 1e-3);
        let outcome = add(&add(&add(&normal(&mut random, n), &z, 1.0), &x, 1.0), &other, 1.0);
        let inches: Vec<f64> = x.iter().map(|x| 2.54 * x + 32.1).collect();
        let sum = add(&x, &z, 1.0);
        let [large, larger, largest] = [10.0, 20.0, 30.0].map(|mean| add(&vec![mean; n], &normal(&mut random, n), 1.0));
        let total: Vec<f64> = add(&add(&large, &larger, 1.0), &largest, 1.0);
        let percent = |of: &[f64]| of.iter().zip(&total).map(|(a, t)| 100.0 * a / t).collect::<Vec<f64>>();
        for (first, rest) in [
            (vec![&x], vec![&x]),
            (vec![&x, &near], vec![&inches]),
            (vec![&inches, &near], vec![&x]),
            (vec![&x, &z, &near], vec![&sum]),
            (vec![&sum, &near], vec![&z, &x]),
            (vec![&percent(&large), &percent(&larger)], vec![&percent(&largest)]),
        ] {
            let all = first.iter().chain(&rest);
            let case = Case::cross_section(outcome.clone(), all.map(|c| columns(&[c])).collect());
            let what = format!("mean {mean}, {} and {}", first.len(), rest.len());
            let fit = case.fit();
            let found =
                fit.warnings().iter().any(|w| matches!(w, Warning::Aliased { .. } | Warning::AddsNothing { .. }));
            assert!(found, "{what}: {:?}", fit.warnings());
            // At a mean of 1e9 the values themselves know seven digits of the near column's difference.
            if mean < 1e7 {
                case.check(&what);
            }
            let regression = fit.regression().expect("regression");
            assert_eq!(regression.left_out_columns().len(), 1, "{what}: {:?}", regression.left_out_columns());
        }
    }
}

#[test]
fn copies_share_exactly_alike_in_twice_the_precision() {
    let mut random = Numbers::new(12);
    let (x, z) = (normal(&mut random, 50), normal(&mut random, 50));
    let outcome = add(&add(&normal(&mut random, 50), &x, 1.0), &z, 2.0);
    let near = add(&x, &z, 1e-6);
    let case = Case::cross_section(outcome, [&x, &near, &x, &near].map(|c| columns(&[c])).to_vec());
    let breakdown = case.fit().shapley().expect("shapley");
    let share = |i: usize| breakdown.components[i].share_of_total;
    assert_eq!((share(0), share(1)), (share(2), share(3)));
    case.check("copies");
}

#[test]
fn near_dependences_hidden_behind_exact_ones() {
    let mut random = Numbers::new(13);
    let n = 60;
    let (a, u) = (normal(&mut random, n), normal(&mut random, n));
    let outcome = add(&add(&normal(&mut random, n), &a, 1.0), &u, 2.0);
    for part in [1e-2, 1e-4, 1e-6, 1e-7, 1e-8, 1e-9] {
        let near = add(&a, &u, part);
        for order in [[&a, &u, &near], [&a, &near, &u], [&near, &a, &u], [&u, &near, &a]] {
            let case = Case::cross_section(outcome.clone(), order.map(|c| columns(&[c])).to_vec());
            let (error, bound) = case.check(&format!("{part:e}"));
            assert!(error < 1e-9 || part < 1e-6, "{part:e}: {error:e}");
            assert!(bound.is_none() || part < 1e-6 && bound < Some(1e-6), "{part:e}: {bound:?}");
        }
    }
}

#[test]
fn replicates_keep_nine_digits() {
    for (n_near, part) in [(2, 1e-6), (3, 1e-8), (5, 1e-7)] {
        let case = nearly_dependent(5, n_near, part, true, true, 0.0);
        let fit = case.fit();
        let breakdown = fit.shapley().expect("shapley");
        let found = &fit.jackknife().expect("jackknife").replicates(&[&breakdown]).expect("replicates")[0];
        assert_eq!(found.error_bound, None);
        let units = case.units.clone().expect("units");
        for left_out in 0..12 {
            let rest = case.keep(|row| units[row] != format!("u{left_out:02}"));
            let k = case.players.len();
            for (i, expected) in shapley(&rest.values(), k).iter().enumerate() {
                let share = found.shares[[left_out, i + 1]];
                assert!((share - expected).abs() < 1e-9, "{n_near}, {part:e}, {left_out}: {share} {expected}");
            }
        }
    }
}

/// A column made of earlier ones: which, by how much, and how much of something new.
#[derive(Debug, Clone)]
struct Made {
    of: Vec<(usize, f64)>,
    new: f64,
}

fn made() -> impl Strategy<Value = Made> {
    let new = prop_oneof![Just(0.0), Just(1.0), (-9.0..0.0).prop_map(|e: f64| 10.0_f64.powf(e))];
    let factor = prop_oneof![Just(1.0), -3.0..3.0, (-8.0..0.0).prop_map(|e: f64| 10.0_f64.powf(e))];
    (prop::collection::vec((0_usize..8, factor), 1..4), new).prop_map(|(of, new)| Made { of, new })
}

fn random_case(seed: u64, made: &[Made], mean: f64, units: bool, turn: usize) -> Case {
    let mut random = Numbers::new(seed);
    let n = 48;
    let mut all: Vec<Vec<f64>> = (0..2).map(|_| normal(&mut random, n)).collect();
    let mut news = Vec::new();
    for Made { of, new } in made {
        let hidden = normal(&mut random, n);
        let mut column = vec![0.0; n];
        for (i, factor) in of {
            column = add(&column, &all[i % all.len()], *factor);
        }
        column = add(&column, &hidden, *new);
        let centre = column.iter().sum::<f64>() / n as f64;
        let spread = (column.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / n as f64).sqrt();
        column = add(&column, &vec![mean * spread - centre; n], 1.0);
        news.push(hidden);
        all.push(column);
    }
    let mut outcome = normal(&mut random, n);
    news.iter().chain(&all[..2]).for_each(|column| outcome = add(&outcome, column, 1.0));
    let n_columns = all.len();
    all.rotate_left(turn % n_columns);
    let mut case = Case::cross_section(outcome, all.iter().map(|c| columns(&[c])).collect());
    if units {
        case.units = Some((0..n).map(|row| format!("u{:02}", row / 6)).collect());
        case.players.push(Brings::UnitEffects);
    }
    case
}

proptest! {
    // Without a file of failures: their shrunk form is printed.
    // The same designs every time: a failure is then one of the code, not of the day.
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(17),
        ..ProptestConfig::with_cases(200)
    })]

    #[test]
    fn no_share_is_silently_wrong(
        seed in 1_u64..1_000_000,
        made in prop::collection::vec(made(), 1..5),
        mean in prop_oneof![3 => Just(0.0), 1 => 1.0..100.0],
        units in any::<bool>(),
        turn in 0_usize..6,
    ) {
        let case = random_case(seed, &made, mean, units, turn);
        case.check(&format!("{made:?}"));
    }
}

#[test]
fn where_twice_the_precision_takes_too_long_the_bound_holds() {
    for part in [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8] {
        let mut case = nearly_dependent(9, 3, part, true, false, 0.0);
        let few = case.players.len();
        // Components without variation cost coalitions and change nothing.
        case.players.resize(25, columns(&[&vec![1.0; case.outcome.len()]]));
        let breakdown = case.fit().shapley().expect("shapley");
        case.players.truncate(few);
        let shares = breakdown.components.iter().map(|share| share.share_of_total);
        let error = shares.zip(shapley(&case.values(), few)).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()));
        let bound = bound(&breakdown);
        assert!(error < bound.unwrap_or(1e-9), "{part:e}: error {error:.1e}, bound {bound:?}");
        assert_eq!(bound.is_some(), part < 5e-3, "{part:e}: {bound:?}");
        assert_eq!(bound == Some(1.0), part < 3e-6, "{part:e}: {bound:?}");
    }
}
