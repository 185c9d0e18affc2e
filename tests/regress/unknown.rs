//! What the data say nothing of: coefficients without a standard error, rows that cannot be predicted, weights that
//! leave nothing of each other.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use apportion::error::{DataError, EstimateError, PredictProblem, Refusal};
use apportion::regress::{ClusterCorrection, Leverage, SmallSample, WildBootstrap};
use apportion::{Covariance, Error, Estimator, FittedRegression, Panel, PanelRegression, Warning};

use crate::common::Numbers;

/// Six areas over six years in two groups; what the third group has is one row: area u2 in 2003.
fn panel() -> Panel {
    let mut random = Numbers::new(7);
    let (mut units, mut years, mut groups, mut x, mut y) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for unit in 0..6 {
        for year in 2000..2006 {
            let group = if unit == 2 && year == 2003 { "q" } else { ["a", "b"][unit % 2] };
            let value = 1.0 + random.uniform();
            units.push(format!("u{unit}"));
            years.push(year);
            groups.push(group);
            x.push(value);
            y.push(if group == "a" { 2.0 } else { -1.0 } * value + random.normal());
        }
    }
    let builder = Panel::builder().units(units).periods(years).text_column("g", groups);
    builder.column("x", x).column("y", y).build().unwrap()
}

fn robust() -> Vec<Covariance> {
    let mut all: Vec<Covariance> = [Leverage::Hc0, Leverage::Hc1, Leverage::Hc2, Leverage::Hc3, Leverage::Hc4]
        .map(Covariance::heteroskedastic)
        .to_vec();
    for correction in [ClusterCorrection::Cr0, ClusterCorrection::Cr1s, ClusterCorrection::Cr2, ClusterCorrection::Cr3]
    {
        all.push(Covariance::cluster().correction(correction));
    }
    all.extend([
        Covariance::cluster(),
        Covariance::jackknife(),
        Covariance::newey_west(None),
        Covariance::driscoll_kraay(None),
        Covariance::twoway_cluster(),
    ]);
    all
}

fn decided_by(fit: &FittedRegression, covariance: &Covariance) -> Vec<(Vec<String>, Vec<String>)> {
    let warnings = fit.covariance(covariance).expect("a covariance").warnings;
    let of = |warning| match warning {
        Warning::DecidedAlone { coefficients, by } => Some((coefficients, by)),
        _ => None,
    };
    warnings.into_iter().filter_map(of).collect()
}

/// As clubSandwich's issue 86 has it: the row's residual is zero whatever its error was, so that R's `vcovHC` of HC3 is
/// NaN and others are zero.
#[test]
fn a_slope_that_one_row_decides_has_no_standard_error() {
    let regression = PanelRegression::new("y", ["x:factor(g)"]).without_intercept();
    let fit = regression.fit(&panel()).unwrap();
    let alone = fit.names().iter().position(|name| name == "x:factor(g)[q]").expect("a slope of its own");
    let at = |row: &&usize| **row != 2 * 6 + 3;
    let rows: Vec<usize> = (0..36).collect();
    let kept: Vec<usize> = rows.iter().filter(at).copied().collect();
    let all = panel();
    let pick =
        |name: &str| -> Vec<f64> { kept.iter().map(|&r| all.column(name).unwrap().numbers().unwrap()[r]).collect() };
    let without = Panel::builder()
        .units(kept.iter().map(|&r| all.unit_of(r).unwrap().to_string()))
        .periods(kept.iter().map(|&r| all.period_of(r).unwrap()))
        .text_column("g", kept.iter().map(|&r| all.column("g").unwrap().text(r).unwrap().to_string()))
        .column("x", pick("x"))
        .column("y", pick("y"))
        .build()
        .unwrap();
    let without = regression.fit(&without).unwrap();
    for covariance in robust() {
        let table = fit.coefficients(&covariance).expect("a table");
        let coefficient = &table.coefficients[alone];
        assert!(coefficient.estimate.is_finite(), "{covariance:?}");
        assert!(coefficient.std_error.is_nan() && coefficient.p_value.is_nan(), "{covariance:?} {coefficient:?}");
        let (coefficients, by) = decided_by(&fit, &covariance).into_iter().next().expect("a warning");
        assert_eq!(coefficients, ["x:factor(g)[q]"]);
        assert!(by[0].starts_with("u2") || by == ["2003"] || by.contains(&"2003".to_string()), "{by:?}");
        let text = table.to_string();
        assert!(text.contains("–") && !text.contains("NaN") && !text.contains("inf"), "{text}");
        for (at, name) in [(0, "x:factor(g)[a]"), (1, "x:factor(g)[b]")] {
            assert_eq!(fit.names()[at], name);
            let std_error = table.coefficients[at].std_error;
            assert!(std_error > 0.01, "{covariance:?} {std_error}");
            // HC0 has no factor, and the row no part in the others.
            if covariance == Covariance::heteroskedastic(Leverage::Hc0) {
                let expected = without.coefficients(&covariance).unwrap().coefficients[at].std_error;
                assert!((std_error - expected).abs() < 1e-14);
            }
        }
        let json = serde_json::to_string(&table).unwrap();
        assert_eq!(serde_json::from_str::<apportion::CoefficientTable>(&json).unwrap().to_string(), text);
        assert!(fit.wald(&["x:factor(g)[q]"], &covariance).is_err());
        assert!(
            fit.combination(&[("x:factor(g)[q]", 1.0), ("x:factor(g)[a]", 1.0)], &covariance)
                .unwrap()
                .std_error
                .is_nan()
        );
    }
    // Errors that are all alike say something of this one, too.
    assert!(fit.coefficients(&Covariance::iid()).unwrap().coefficients[alone].std_error > 0.1);
    let wild = fit.wild_bootstrap("x:factor(g)[q]", &WildBootstrap::new(99, 1));
    let Err(Error::Estimate(EstimateError::Method { why: Refusal::DecidedAlone { by, .. }, .. })) = wild else {
        panic!("{wild:?}")
    };
    assert_eq!(by, ["u2"]);
    assert!(fit.wild_bootstrap("x:factor(g)[a]", &WildBootstrap::new(99, 1)).is_ok());
}

/// With a contrast the level's error is one of two, and the other alone would make the standard error too small.
#[test]
fn a_contrast_with_a_level_that_one_row_decides_has_none_either() {
    let fit = PanelRegression::new("y", ["x", "factor(g)"]).fit(&panel()).unwrap();
    for covariance in robust() {
        let table = fit.coefficients(&covariance).unwrap();
        let unknown: Vec<&str> =
            table.coefficients.iter().filter(|c| c.std_error.is_nan()).map(|c| c.name.as_str()).collect();
        assert_eq!(unknown, ["factor(g)[q]"], "{covariance:?}");
    }
}

/// The area's third group has one row: what is expected of another like it rests on that row's own error.
#[test]
fn predictions_and_combinations_on_what_one_row_decides_have_no_standard_error() {
    let fit = PanelRegression::new("y", ["x", "factor(g)"]).fit(&panel()).unwrap();
    let new = |group: &str| {
        let builder = Panel::builder().units(["u0"]).periods([2000]).column("x", [1.5]).text_column("g", [group]);
        builder.build().unwrap()
    };
    for covariance in robust() {
        let predicted = |group: &str| fit.predictions(&new(group), &covariance, 0.95).unwrap().remove(0);
        let (unknown, known) = (predicted("q"), predicted("b"));
        assert!(unknown.expected.is_finite() && unknown.std_error.is_nan() && unknown.lower.is_nan(), "{covariance:?}");
        assert!(unknown.to_string().contains('–') && !unknown.to_string().contains("NaN"), "{unknown}");
        assert!(known.std_error > 0.0, "{covariance:?}");
        let combination = |weights: &[(&str, f64)]| fit.combination(weights, &covariance).unwrap();
        assert!(combination(&[("(Intercept)", 1.0), ("factor(g)[q]", 1.0)]).std_error.is_nan(), "{covariance:?}");
        assert!(combination(&[("(Intercept)", 1.0), ("factor(g)[b]", 1.0)]).std_error > 0.0, "{covariance:?}");
    }
    // A column that was left out has no part in any combination.
    let message = fit.combination(&[("factor(g)[a]", 1.0)], &Covariance::iid()).unwrap_err().to_string();
    assert!(message.contains("factor(g)[a]"), "{message}");
}

#[test]
fn as_many_levels_as_clusters_have_no_standard_errors() {
    let all = panel();
    let region: Vec<&str> = (0..36).map(|row| ["north", "south", "west"][row / 12]).collect();
    let builder = Panel::builder().units((0..36).map(|r| all.unit_of(r).unwrap().to_string()));
    let builder = builder.periods((0..36).map(|r| all.period_of(r).unwrap())).text_column("region", region);
    let numbers = |name: &str| all.column(name).unwrap().numbers().unwrap().to_vec();
    let panel = builder.column("x", numbers("x")).column("y", numbers("y")).build().unwrap();
    let fit = PanelRegression::new("y", ["factor(region)", "x"]).without_intercept().fit(&panel).unwrap();
    let table = fit.coefficients(&Covariance::cluster_by("region")).unwrap();
    let known: Vec<bool> = table.coefficients.iter().map(|c| !c.std_error.is_nan()).collect();
    assert_eq!(known, [false, false, false, true]);
    let (coefficients, by) = decided_by(&fit, &Covariance::cluster_by("region")).remove(0);
    assert_eq!((coefficients.len(), by), (3, ["north", "south", "west"].map(String::from).to_vec()));
    // Three sums of scores cannot tell four slopes apart, and in some direction they vanish.
    let means = fit.covariance(&Covariance::cluster()).unwrap();
    assert!(means.matrix.iter().all(|v| v.is_finite()), "two units a region are enough");
}

#[test]
fn an_exact_fit_has_no_standard_errors() {
    let x: Vec<f64> = (0..12).map(f64::from).collect();
    let y: Vec<f64> = x.iter().map(|x| 0.3 - 0.7 * x).collect();
    let panel = Panel::builder().units((0..12).map(|i| i / 3)).periods((0..12).map(|i| i % 3)).column("x", x);
    let panel = panel.column("y", y).build().unwrap();
    let fit = PanelRegression::new("y", ["x"]).fit(&panel).unwrap();
    assert_eq!(fit.warnings(), [Warning::ExactFit]);
    for covariance in robust().into_iter().chain([Covariance::iid()]) {
        let table = match fit.coefficients(&covariance) {
            Ok(table) => table,
            Err(error) => {
                assert!(error.to_string().contains("at or below zero"), "{error}");
                continue;
            }
        };
        assert!((table.coefficients[1].estimate + 0.7).abs() < 1e-14);
        assert!(table.coefficients.iter().all(|c| c.std_error.is_nan() && c.statistic.is_nan()), "{covariance:?}");
        assert!(!table.to_string().contains("e-1"), "{table}");
    }
}

#[test]
fn a_row_off_what_the_sample_says_cannot_be_predicted() {
    let x = [1.0, 2.0, 3.0, 5.0, 8.0];
    let panel = Panel::builder()
        .column("y", [1.0, 3.0, 2.0, 5.0, 4.0])
        .column("x", x)
        .column("twice", x.map(|x| 2.0 * x + 1.0))
        .build()
        .unwrap();
    let fit = PanelRegression::new("y", ["x", "twice"]).fit(&panel).unwrap();
    assert_eq!(fit.left_out_columns(), ["twice"]);
    let row = |x: f64, twice: f64| Panel::builder().column("x", [x]).column("twice", [twice]).build().unwrap();
    let predicted = |panel: &Panel| fit.predictions(panel, &Covariance::iid(), 0.95);
    assert!(predicted(&row(4.0, 9.0)).is_ok());
    let found = predicted(&row(4.0, 9.5));
    let Err(Error::Estimate(EstimateError::Predict { place, why: PredictProblem::NotEstimable { column } })) = found
    else {
        panic!("{found:?}")
    };
    assert_eq!((place.as_str(), column.as_str()), ("row 0", "twice"));
    // With effects taken out, what they leave has to agree.
    let within = Panel::builder()
        .units(["A", "A", "A", "B", "B"])
        .periods([1, 2, 3, 1, 2])
        .column("y", [1.0, 3.0, 2.0, 5.0, 4.0])
        .column("x", x)
        .column("twice", x.map(|x| 2.0 * x + if x > 4.0 { 7.0 } else { 0.0 }))
        .build()
        .unwrap();
    let fit = PanelRegression::new("y", ["x", "twice"]).estimator(Estimator::Within).fit(&within).unwrap();
    let row = |twice: f64| {
        let builder = Panel::builder().units(["B"]).periods([9]).column("x", [4.0]).column("twice", [twice]);
        fit.predictions(&builder.build().unwrap(), &Covariance::iid(), 0.95)
    };
    assert!(row(15.0).is_ok() && row(8.0).is_err());
}

#[test]
fn weights_beside_which_others_are_rounding_are_refused() {
    let with = |small: f64, large: f64| {
        let mut weights = vec![1.0; 36];
        (weights[4], weights[9]) = (small, large);
        let all = panel();
        let numbers = |name: &str| all.column(name).unwrap().numbers().unwrap().to_vec();
        let builder = Panel::builder().units((0..36).map(|r| r / 6)).periods((0..36).map(|r| r % 6));
        builder.column("x", numbers("x")).column("y", numbers("y")).column("w", weights).build().unwrap()
    };
    let regression = |estimator| PanelRegression::new("y", ["x"]).weights("w").estimator(estimator);
    for (small, large) in [(1.0, 1e30), (1e-300, 1.0), (1e-300, 1e300)] {
        for estimator in [Estimator::Pooled, Estimator::Within, Estimator::Random, Estimator::Between] {
            let found = regression(estimator).fit(&with(small, large));
            let Err(Error::Data(DataError::UnevenWeights { column, .. })) = found else { panic!("{found:?}") };
            assert_eq!(column, "w");
        }
    }
    let message = regression(Estimator::Pooled).fit(&with(1.0, 1e30)).unwrap_err().to_string();
    assert!(message.contains("between 1 (") && message.contains("and 1e30 ("), "{message}");
    for estimator in [Estimator::Pooled, Estimator::Within, Estimator::Random, Estimator::Between] {
        let fit = regression(estimator).fit(&with(1e-6, 1e6)).unwrap();
        let table = fit.coefficients(&Covariance::iid().small_sample(SmallSample::Unadjusted)).unwrap();
        assert!(table.coefficients.iter().all(|c| c.std_error > 0.0), "{estimator}");
    }
}
