//! Shapley values from sampled orders agree with those over all orders, within the error that they state.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::decompose::{SampledOrders, SampledShapley};
use apportion::error::QuestionError;
use apportion::{Error, FittedModel, Model, Panel, Warning};

use crate::common::panel::panel;
use crate::common::{Numbers, unbalanced};

/// Ten components on an unbalanced, weighted panel: unit effects with a column, periods, blocks, copies, and `always`.
fn ten_players() -> FittedModel {
    let mut rows = unbalanced(5, 40, 7, 0.1);
    let mut random = Numbers::new(17);
    for name in ["a", "b", "c", "d", "e"] {
        let values = (0..rows.len()).map(|r| random.normal() + 0.7 * rows.numbers["slow"][r]).collect();
        rows.numbers.insert(name.to_string(), values);
    }
    let model = Model::new("y")
        .component("slow", ["slow"])
        .component("practice", ["unit_effects", "a"])
        .component("policy", ["period_effects"])
        .component("region", ["factor(region)"])
        .component("block", ["b", "log(positive)", "slow:noisy"])
        .component("c", ["c"])
        .component("copy of c", ["c"])
        .component("d", ["d"])
        .component("fixed", ["fixed"])
        .component("noisy", ["noisy"])
        .always(["e"])
        .weights("weight");
    model.fit(&panel(&rows)).expect("the model fits")
}

/// Many correlated components on a cross-section.
fn many_players(players: usize, rows: usize) -> FittedModel {
    let mut random = Numbers::new(23);
    let shared: Vec<f64> = (0..rows).map(|_| random.normal()).collect();
    let mut outcome: Vec<f64> = (0..rows).map(|_| 4.0 * random.normal()).collect();
    let (mut builder, mut model) = (Panel::builder(), Model::new("y"));
    for player in 0..players {
        let values: Vec<f64> = shared.iter().map(|s| 0.7 * s + random.normal()).collect();
        outcome.iter_mut().zip(&values).for_each(|(y, x)| *y += 0.2 * x);
        builder = builder.column(format!("x{player}"), values);
        model = model.component(format!("c{player}"), [format!("x{player}")]);
    }
    model.fit(&builder.column("y", outcome).build().expect("a panel")).expect("the model fits")
}

fn exactly(orders: usize, seed: u64) -> SampledOrders {
    SampledOrders::new(seed).std_error(1e-12).least_orders(orders).most_orders(orders)
}

#[track_caller]
fn assert_adds_up(sampled: &SampledShapley) {
    let explained: f64 = sampled.components.iter().map(|c| c.share_of_total).sum();
    let always = sampled.always.as_ref().map_or(0.0, |always| always.share_of_total);
    assert!((explained - (sampled.r2_overall - always)).abs() < 1e-12, "{explained}");
    assert!((sampled.unexplained.share_of_total - (1.0 - sampled.r2_overall)).abs() < 1e-15);
    let credited: f64 = sampled.components.iter().map(|c| c.share_of_explained).sum();
    assert!((credited - 1.0).abs() < 1e-12, "{credited}");
}

#[test]
fn within_the_stated_error_of_all_orders() {
    let fit = ten_players();
    let exact = fit.shapley().expect("ten players can be enumerated");
    for seed in 0..10 {
        let sampled = fit.shapley_sampled(&SampledOrders::new(seed).std_error(0.002)).expect("sampled");
        assert!(sampled.reached && sampled.largest_std_error() <= 0.002);
        for (share, exact) in sampled.components.iter().zip(&exact.components) {
            let error = (share.share_of_total - exact.share_of_total).abs();
            assert!(error <= 4.0 * share.std_error + 1e-12, "{seed}, {}: {error} {}", share.name, share.std_error);
        }
        let always = |always: &Option<apportion::Share>| always.as_ref().expect("a row").share_of_total;
        assert!((always(&sampled.always) - always(&exact.always)).abs() < 1e-12);
        assert!((sampled.r2_overall - exact.r2_overall).abs() < 1e-12);
        assert_adds_up(&sampled);
    }
}

#[test]
fn the_mean_over_all_orders_is_exact() {
    let rows = unbalanced(5, 30, 7, 0.1);
    let names = ["slow", "noisy", "policy", "practice"];
    let model = Model::new("y")
        .component("slow", ["slow"])
        .component("noisy", ["noisy", "positive"])
        .component("policy", ["period_effects"])
        .component("practice", ["unit_effects"]);
    let fit = model.fit(&panel(&rows)).expect("the model fits");
    let (mut means, mut orders) = ([0.0; 4], 0);
    for code in 0..256_usize {
        let order = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6];
        if (0..4).any(|p| !order.contains(&p)) {
            continue;
        }
        let breakdown = fit.sequential_in(&order.map(|p| names[p])).expect("an order");
        means.iter_mut().zip(&breakdown.components).for_each(|(mean, c)| *mean += c.share_of_total / 24.0);
        orders += 1;
    }
    assert_eq!(orders, 24);
    let exact = fit.shapley().expect("four players can be enumerated");
    let sampled = fit.shapley_sampled(&exactly(50_000, 3)).expect("sampled");
    for ((mean, exact), share) in means.iter().zip(&exact.components).zip(&sampled.components) {
        assert!((mean - exact.share_of_total).abs() < 1e-12, "{}", exact.name);
        // Most of the error is gone with so many orders: 4 standard errors are then below a thousandth.
        assert!(share.std_error < 0.000_25, "{}: {}", share.name, share.std_error);
        assert!((share.share_of_total - mean).abs() < 4.0 * share.std_error, "{}", share.name);
    }
}

#[test]
fn the_standard_error_is_that_of_repeated_sampling() {
    let fit = ten_players();
    let exact = fit.shapley().expect("ten players can be enumerated");
    let seeds = 200;
    let runs: Vec<SampledShapley> =
        (0..seeds).map(|seed| fit.shapley_sampled(&exactly(256, seed)).expect("sampled")).collect();
    let mut standardised = 0.0;
    for (c, exact) in exact.components.iter().enumerate() {
        let shares: Vec<f64> = runs.iter().map(|run| run.components[c].share_of_total).collect();
        let mean = shares.iter().sum::<f64>() / seeds as f64;
        let spread = (shares.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / (seeds - 1) as f64).sqrt();
        let stated = runs.iter().map(|run| run.components[c].std_error.powi(2)).sum::<f64>() / seeds as f64;
        let ratio = spread / stated.sqrt();
        assert!((0.8..1.2).contains(&ratio), "{}: spread {spread}, stated {}", exact.name, stated.sqrt());
        assert!((mean - exact.share_of_total).abs() < 4.0 * spread / (seeds as f64).sqrt(), "{} is biased", exact.name);
        let z2 = |run: &SampledShapley| {
            let share = &run.components[c];
            ((share.share_of_total - exact.share_of_total) / share.std_error).powi(2)
        };
        let variance = runs.iter().map(z2).sum::<f64>() / seeds as f64;
        assert!((0.6..1.5).contains(&variance), "{}: error over standard error has variance {variance}", exact.name);
        standardised += variance / 10.0;
    }
    assert!((0.85..1.15).contains(&standardised), "errors over standard errors have variance {standardised}");
}

#[test]
fn stopping_at_the_request_does_not_flatter_the_error() {
    let fit = ten_players();
    let exact = fit.shapley().expect("ten players can be enumerated");
    let mut variance = 0.0;
    for seed in 0..200 {
        let sampled = fit.shapley_sampled(&SampledOrders::new(seed).std_error(0.000_5)).expect("sampled");
        for (share, exact) in sampled.components.iter().zip(&exact.components) {
            variance += ((share.share_of_total - exact.share_of_total) / share.std_error).powi(2) / 2_000.0;
        }
    }
    assert!((0.85..1.2).contains(&variance), "{variance}");
}

#[test]
fn a_seed_gives_the_same_bits_on_any_number_of_threads() {
    for fit in [ten_players(), many_players(40, 200)] {
        let run = |threads: usize, seed: u64| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let options = SampledOrders::new(seed).std_error(0.001).most_orders(3_001);
            pool.install(|| fit.shapley_sampled(&options)).expect("sampled")
        };
        let one = run(1, 9);
        assert_eq!(run(2, 9), one);
        assert_eq!(run(5, 9), one);
        assert_ne!(run(1, 10).components, one.components);
    }
}

#[test]
fn stops_when_the_request_is_reached_or_says_that_it_was_not() {
    let fit = ten_players();
    let easy = fit.shapley_sampled(&SampledOrders::new(1).std_error(0.1)).expect("sampled");
    assert_eq!((easy.orders, easy.reached), (256, true));
    let middle = fit.shapley_sampled(&SampledOrders::new(1).std_error(0.000_5)).expect("sampled");
    assert!(middle.reached && middle.orders > 256 && middle.orders < 100_000, "{}", middle.orders);
    // Not many more than it took: the error falls with the square root of the orders.
    assert!(middle.largest_std_error() > 0.000_4, "{}", middle.largest_std_error());
    let hard = fit.shapley_sampled(&SampledOrders::new(1).std_error(1e-9).most_orders(1_007)).expect("sampled");
    assert_eq!((hard.orders, hard.reached), (1_000, false));
    assert!(hard.largest_std_error() > 1e-9);
    // The least number is drawn, in several batches, however easy the request.
    let least = SampledOrders::new(1).std_error(0.1).least_orders(9_001);
    assert_eq!(fit.shapley_sampled(&least).expect("sampled").orders, 9_008);
    assert_adds_up(&hard);
}

#[test]
fn options_out_of_range_say_what_they_must_be() {
    let fit = many_players(3, 20);
    let message = |options: SampledOrders| match fit.shapley_sampled(&options) {
        Err(error @ Error::Question(QuestionError::Option { .. })) => error.to_string(),
        other => panic!("{other:?}"),
    };
    for std_error in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let text = message(SampledOrders::new(1).std_error(std_error));
        assert!(text.starts_with(&format!("standard error is {std_error}: it must be above 0")), "{text}");
    }
    let text = message(SampledOrders::new(1).least_orders(15));
    assert_eq!(text, "least orders is 15: it must be at least 16, two rounds of eight, for the error to be known");
    let text = message(SampledOrders::new(1).most_orders(255));
    assert_eq!(text, "most orders is 255: it must hold the least number of orders, 256, in rounds of eight");
    message(SampledOrders::new(1).least_orders(usize::MAX).most_orders(usize::MAX));
    let fewest = fit.shapley_sampled(&exactly(16, 1)).expect("sampled");
    assert_eq!(fewest.orders, 16);
    let more = fit.shapley_sampled(&SampledOrders::new(1).std_error(9.0).least_orders(17)).expect("sampled");
    assert_eq!(more.orders, 24);
}

#[test]
fn hundreds_of_players() {
    let fit = many_players(300, 900);
    let sampled = fit.shapley_sampled(&SampledOrders::new(1).std_error(0.005)).expect("sampled");
    assert!(sampled.reached);
    assert_eq!(sampled.components.len(), 300);
    assert!((sampled.r2_overall - fit.sequential().expect("sequential").r2_overall).abs() < 1e-12);
    assert_adds_up(&sampled);
    // No share is negative: a column takes from the residual or adds nothing.
    assert!(sampled.components.iter().all(|c| c.share_of_total >= 0.0 && c.std_error > 0.0));
}

#[test]
fn copies_constants_and_perfect_fits() {
    let (x, z) = ([1.0, 4.0, 2.0, 8.0, 5.0, 7.0], [2.0, 1.0, 1.0, 3.0, 5.0, 4.0]);
    let y: Vec<f64> = x.iter().zip(&z).map(|(x, z)| 2.0 * x - z).collect();
    let panel = Panel::builder().column("x", x).column("z", z).column("one", [7.3; 6]).column("y", y);
    let panel = panel.build().expect("a panel");
    let model = Model::new("y")
        .component("x", ["x"])
        .component("copy", ["x"])
        .component("copies", ["x", "x"])
        .component("constant", ["one"])
        .component("z", ["z"]);
    let fit = model.fit(&panel).expect("the model fits");
    let sampled = fit.shapley_sampled(&SampledOrders::new(2)).expect("sampled");
    let exact = fit.shapley().expect("five players can be enumerated");
    assert_adds_up(&sampled);
    assert!((sampled.r2_overall - 1.0).abs() < 1e-12);
    for (share, exact) in sampled.components.iter().zip(&exact.components) {
        let error = (share.share_of_total - exact.share_of_total).abs();
        assert!(error <= 4.0 * share.std_error + 1e-12, "{}: {error} {}", share.name, share.std_error);
    }
    let constant = sampled.component("constant").expect("a component");
    assert_eq!((constant.share_of_total, constant.std_error), (0.0, 0.0));
    assert!(matches!(sampled.component("nobody"), Err(Error::Question(QuestionError::UnknownComponent { .. }))));

    // An order and its reverse are all orders of two.
    let two = Model::new("y").component("x", ["x"]).component("z", ["z"]).fit(&panel).expect("the model fits");
    let (sampled, exact) = (two.shapley_sampled(&exactly(16, 1)).expect("sampled"), two.shapley().expect("shapley"));
    for (share, exact) in sampled.components.iter().zip(&exact.components) {
        assert!((share.share_of_total - exact.share_of_total).abs() < 1e-12);
        assert!(share.std_error < 1e-12);
    }
    // Nothing explained, nothing to credit.
    let none = Model::new("y").component("constant", ["one"]).fit(&panel).expect("the model fits");
    let none = none.shapley_sampled(&SampledOrders::new(1)).expect("sampled");
    let constant = none.component("constant").expect("a component");
    assert_eq!((constant.share_of_total, constant.share_of_explained, none.reached), (0.0, 0.0, true));
    assert!(none.r2_overall.abs() < 1e-12);
}

#[test]
fn nearly_dependent_columns_carry_their_bound() {
    let mut rows = unbalanced(7, 24, 8, 0.1);
    let near = rows.column("slow").iter().zip(&rows.column("noisy")).map(|(s, n)| s + 1e-4 * n).collect();
    rows.numbers.insert("near".to_string(), near);
    let model = Model::new("y").component("slow", ["slow"]).component("near", ["near"]);
    let fit = model.component("practice", ["unit_effects"]).fit(&panel(&rows)).expect("the model fits");
    let sampled = fit.shapley_sampled(&SampledOrders::new(1)).expect("sampled");
    let bound = sampled.warnings.iter().find_map(|w| match w {
        Warning::Imprecise { bound } => Some(*bound),
        _ => None,
    });
    let bound = bound.expect("a warning");
    let exact = fit.shapley().expect("three players can be enumerated");
    assert!((sampled.r2_overall - exact.r2_overall).abs() <= bound, "{bound}");
    for (share, exact) in sampled.components.iter().zip(&exact.components) {
        let error = (share.share_of_total - exact.share_of_total).abs();
        assert!(error <= 4.0 * share.std_error + bound, "{}: {error} {}", share.name, share.std_error);
    }
}

#[test]
fn results_and_options_are_written_and_read_again() {
    let sampled = ten_players().shapley_sampled(&SampledOrders::new(u64::MAX).std_error(0.01)).expect("sampled");
    let text = serde_json::to_string(&sampled).expect("it can be written");
    assert_eq!(serde_json::from_str::<SampledShapley>(&text).expect("it can be read"), sampled);
    let options = serde_json::to_string(&sampled.options).expect("it can be written");
    assert_eq!(serde_json::from_str::<SampledOrders>(&options).expect("it can be read"), sampled.options);
}
