//! Errors related over units and periods, by forming every matrix.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use apportion::error::{EstimateError, Refusal};
use apportion::regress::{ErrorsRelated, NullDistribution, ResidualLags, WildBootstrap, WildWeights};
use apportion::{CoefficientTable, Covariance, Error, Estimator, FittedRegression, Panel, PanelRegression, Warning};
use ndarray::{Array1, Array2};

use crate::common::Numbers;

struct Rows {
    units: Vec<usize>,
    periods: Vec<i32>,
    x: Vec<f64>,
    weights: Vec<f64>,
    panel: Panel,
}

/// Seven units with gaps, the first of which comes late.
fn rows(seed: u64) -> Rows {
    let mut random = Numbers::new(seed);
    let (mut units, mut periods) = (Vec::new(), Vec::new());
    for unit in 0..7 {
        for period in 0..6 {
            if (unit, period) != (0, 0) && (unit * 5 + period) % 7 != 3 {
                units.push(unit);
                periods.push(2010 + period as i32);
            }
        }
    }
    let n = units.len();
    let x: Vec<f64> = (0..n).map(|_| random.normal()).collect();
    let weights: Vec<f64> = (0..n).map(|_| 0.5 + random.uniform()).collect();
    let panel = Panel::builder()
        .units(units.iter().map(|unit| format!("U{unit}")))
        .periods(periods.iter().copied())
        .column("x", x.iter().copied())
        .column("w", weights.iter().copied())
        .column("y", x.iter().map(|x| x + random.normal()))
        .text_column("group", units.iter().zip(&periods).map(|(u, p)| format!("G{}", (u + *p as usize) % 4)))
        .build()
        .unwrap();
    Rows { units, periods, x, weights, panel }
}

/// Rows times the roots of their weights, the inverse of their products, and residuals likewise.
fn parts(rows: &Rows, fit: &FittedRegression) -> (Array2<f64>, Array2<f64>, Array1<f64>) {
    let n = rows.x.len();
    let x = Array2::from_shape_fn((n, 2), |(i, c)| rows.weights[i].sqrt() * [1.0, rows.x[i]][c]);
    let p = x.t().dot(&x);
    let determinant = p[[0, 0]] * p[[1, 1]] - p[[0, 1]] * p[[0, 1]];
    let inverse = ndarray::array![[p[[1, 1]], -p[[0, 1]]], [-p[[0, 1]], p[[0, 0]]]] / determinant;
    let e = Array1::from_shape_fn(n, |i| rows.weights[i].sqrt() * fit.residuals()[i]);
    (x, inverse, e)
}

/// Beck and Katz's covariance by all of Ω, without a small-sample factor.
fn explicit(rows: &Rows, fit: &FittedRegression, within_periods: bool) -> Array2<f64> {
    let (x, inverse, e) = parts(rows, fit);
    let n = e.len();
    let period = |i: usize| (rows.periods[i] - 2010) as usize;
    let member = |i: usize| if within_periods { rows.units[i] } else { period(i) };
    let shared = |i: usize| if within_periods { period(i) } else { rows.units[i] };
    let mean = |a: usize, b: usize| {
        let pairs = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
        let products: Vec<f64> = pairs
            .filter(|&(i, j)| member(i) == a && member(j) == b && shared(i) == shared(j))
            .map(|(i, j)| e[i] * e[j])
            .collect();
        products.iter().sum::<f64>() / products.len() as f64
    };
    let omega =
        Array2::from_shape_fn((n, n), |(i, j)| if shared(i) == shared(j) { mean(member(i), member(j)) } else { 0.0 });
    inverse.dot(&x.t().dot(&omega).dot(&x)).dot(&inverse)
}

#[test]
fn beck_and_katz_is_that_of_explicit_matrices() {
    let rows = rows(1);
    let fit = PanelRegression::new("y", ["x"]).weights("w").fit(&rows.panel).unwrap();
    for (related, within_periods) in [(ErrorsRelated::WithinPeriods, true), (ErrorsRelated::WithinUnits, false)] {
        let expected = explicit(&rows, &fit, within_periods);
        let found = fit.covariance(&Covariance::beck_katz(related)).unwrap();
        for (a, b) in found.matrix.iter().zip(&expected) {
            assert!((a / b - 1.0).abs() < 1e-10, "{related:?}: {a} for {b}");
        }
        // A document keeps which of the two it was.
        let table = fit.coefficients(&Covariance::beck_katz(related)).unwrap();
        let json = serde_json::to_string(&table).unwrap();
        assert_eq!(serde_json::from_str::<CoefficientTable>(&json).unwrap(), table);
    }
}

/// Twelve units in some of five periods, so that pairs of units share others than other pairs do.
fn scattered(seed: u64) -> Rows {
    let mut random = Numbers::new(seed);
    let all = (0..12).flat_map(|unit| (0..5).map(move |period| (unit, 2010 + period)));
    let (units, periods): (Vec<usize>, Vec<i32>) = all.filter(|_| random.uniform() < 0.5).unzip();
    let n = units.len();
    let x: Vec<f64> = (0..n).map(|_| random.normal()).collect();
    let panel = Panel::builder()
        .units(units.iter().map(|unit| format!("U{unit:02}")))
        .periods(periods.iter().copied())
        .column("x", x.iter().copied())
        .column("y", x.iter().map(|x| x + random.normal()))
        .build()
        .unwrap();
    Rows { units, periods, x, weights: vec![1.0; n], panel }
}

#[test]
fn beck_and_katz_without_a_positive_matrix_says_so() {
    let (mut refused, mut warned, mut plain) = (0, 0, 0);
    for seed in 0..150 {
        let rows = scattered(seed);
        let fit = PanelRegression::new("y", ["x"]).fit(&rows.panel).unwrap();
        let v = explicit(&rows, &fit, true);
        let determinant = v[[0, 0]] * v[[1, 1]] - v[[0, 1]] * v[[1, 0]];
        let beck_katz = Covariance::beck_katz(ErrorsRelated::WithinPeriods);
        if v[[0, 0]] < 0.0 || v[[1, 1]] < 0.0 {
            let coefficient = if v[[0, 0]] < 0.0 { "(Intercept)" } else { "x" }.to_string();
            let error = fit.covariance(&beck_katz).unwrap_err();
            assert!(error.to_string().contains("rows in different periods"), "{error}");
            let Error::Estimate(EstimateError::Method { why, .. }) = error else { panic!("{error}") };
            assert_eq!(why, Refusal::NoVariance { coefficient, of_pairs: true });
            refused += 1;
            continue;
        }
        let table = fit.coefficients(&beck_katz).unwrap();
        assert!(table.coefficients.iter().all(|c| c.std_error > 0.0), "{table}");
        let is_warned = table.covariance.warnings.contains(&Warning::NotPositive);
        assert_eq!(is_warned, determinant < 0.0, "{seed}: {determinant:e}");
        let joint = fit.wald(&["(Intercept)", "x"], &beck_katz);
        if is_warned {
            let Error::Estimate(EstimateError::Method { why, .. }) = joint.unwrap_err() else { panic!("{seed}") };
            assert_eq!(why, Refusal::NotPositive);
            warned += 1;
        } else {
            joint.unwrap();
            plain += 1;
        }
    }
    assert!(refused > 0 && warned > 0 && plain > 0, "{refused} {warned} {plain}");
}

#[test]
fn breusch_and_godfrey_does_not_reach_over_gaps_or_units() {
    let rows = rows(2);
    let fit = PanelRegression::new("y", ["x"]).fit(&rows.panel).unwrap();
    let e = fit.residuals();
    let n = e.len();
    let before = |i: usize| (0..n).find(|&j| rows.units[j] == rows.units[i] && rows.periods[j] == rows.periods[i] - 1);
    let lag: Vec<f64> = (0..n).map(|i| before(i).map_or(0.0, |j| e[j])).collect();
    // The regression of e on 1, x and the lag, by a second regression: the residual of the lag on 1 and x.
    let of_lag =
        Panel::builder().column("lag", lag.iter().copied()).column("x", rows.x.iter().copied()).build().unwrap();
    let left = PanelRegression::new("lag", ["x"]).fit(&of_lag).unwrap();
    let along: f64 = left.residuals().iter().zip(e).map(|(l, e)| l * e).sum();
    let length: f64 = left.residuals().iter().map(|l| l * l).sum();
    let total: f64 = e.iter().map(|e| e * e).sum();
    let expected = n as f64 * along * along / length / total;
    let test = fit.breusch_godfrey(1, ResidualLags::WithinUnits).unwrap();
    assert!((test.statistic / expected - 1.0).abs() < 1e-10, "{} for {expected}", test.statistic);
    assert_eq!(test.distribution, NullDistribution::ChiSquared { df: 1.0 });
    let stacked = fit.breusch_godfrey(1, ResidualLags::Stacked).unwrap();
    assert!((stacked.statistic - test.statistic).abs() > 1e-6, "there are gaps to reach over");
    for order in [0, 6] {
        let message = |lags| fit.breusch_godfrey(order, lags).unwrap_err().to_string();
        let within = message(ResidualLags::WithinUnits);
        assert!(within.contains("at most 5, what the last period (2015) is after the first (2010)"), "{within}");
        let stacked = message(ResidualLags::Stacked);
        assert!(stacked.contains("less than the 6 periods"), "{stacked}");
    }
    let between = PanelRegression::new("y", ["x"]).estimator(Estimator::Between).fit(&rows.panel).unwrap();
    let message = between.breusch_godfrey(1, ResidualLags::WithinUnits).unwrap_err().to_string();
    assert!(message.ends_with("unit means have one residual a unit: use another estimator"), "{message}");
}

/// Five units in these periods, with so many columns.
fn stretched(periods: &[i32], columns: usize) -> FittedRegression {
    let mut random = Numbers::new(8);
    let n = 5 * periods.len();
    let mut builder = Panel::builder()
        .units((0..n).map(|row| row / periods.len()))
        .periods((0..n).map(|row| periods[row % periods.len()]))
        .column("y", (0..n).map(|_| random.normal()));
    let names: Vec<String> = (0..columns).map(|c| format!("x{c}")).collect();
    for name in &names {
        builder = builder.column(name.as_str(), (0..n).map(|_| random.normal()));
    }
    PanelRegression::new("y", names).fit(&builder.build().unwrap()).unwrap()
}

#[test]
fn breusch_and_godfrey_tests_every_lag_it_is_asked_for() {
    let test = |fit: &FittedRegression, order| fit.breusch_godfrey(order, ResidualLags::WithinUnits);
    let uneven = stretched(&[2010, 2011, 2014, 2016], 1);
    let distribution = |order| test(&uneven, order).map(|test| test.distribution);
    for order in 1..=6 {
        // Apart by 1, 4, 6; 3, 5; 2.
        assert_eq!(distribution(order).unwrap(), NullDistribution::ChiSquared { df: order as f64 });
    }
    assert!(test(&uneven, 7).unwrap_err().to_string().contains("at most 6"));
    let even = stretched(&[2010, 2012, 2014, 2016], 1);
    for (fit, order, lag) in [(&even, 1, 1), (&even, 2, 1), (&stretched(&[2010, 2011, 2014], 1), 3, 2)] {
        let error = test(fit, order).unwrap_err();
        assert!(error.to_string().contains(&format!("in two periods that are {lag} apart")), "{error}");
        let Error::Estimate(EstimateError::Method { why, .. }) = error else { panic!("{error}") };
        assert_eq!(why, Refusal::NoRowsApart { lag });
    }
    let stacked = even.breusch_godfrey(3, ResidualLags::Stacked).unwrap();
    assert_eq!(stacked.distribution, NullDistribution::ChiSquared { df: 3.0 });
}

#[test]
fn breusch_and_godfrey_refuses_a_regression_that_lags_saturate() {
    // 15 rows, a constant and 12 columns: one lag leaves one degree of freedom, two none.
    let fit = stretched(&[2010, 2011, 2012], 12);
    assert_eq!(fit.df_residual(), 2);
    for lags in [ResidualLags::WithinUnits, ResidualLags::Stacked] {
        assert!(fit.breusch_godfrey(1, lags).unwrap().p_value < 1.0);
        let error = fit.breusch_godfrey(2, lags).unwrap_err();
        assert!(error.to_string().starts_with("residual degrees of freedom beside 2 lags"), "{error}");
        assert!(matches!(error, Error::Estimate(EstimateError::TooFew { expected: 1, found: 0, .. })));
    }
}

#[test]
fn two_ways_are_those_of_any_columns() {
    let rows = rows(3);
    let fit = PanelRegression::new("y", ["x"]).estimator(Estimator::Within).fit(&rows.panel).unwrap();
    let plain = |covariance: Covariance| {
        let table = fit.covariance(&covariance.small_sample(apportion::regress::SmallSample::Unadjusted)).unwrap();
        table.matrix[[0, 0]]
    };
    let both = Covariance::twoway_cluster_by("group", "period");
    let found = fit.covariance(&both).unwrap();
    assert_eq!((found.clustered_by.len(), found.clusters.clone(), found.df), (2, vec![4, 6], Some(3.0)));
    // Sums of x̃e over the cells of group and period, which hold several units.
    let mean = |unit: usize| {
        let of_unit: Vec<f64> = (0..rows.x.len()).filter(|&i| rows.units[i] == unit).map(|i| rows.x[i]).collect();
        of_unit.iter().sum::<f64>() / of_unit.len() as f64
    };
    let x: Vec<f64> = rows.x.iter().zip(&rows.units).map(|(x, &unit)| x - mean(unit)).collect();
    let group = |i: usize| (rows.units[i] + rows.periods[i] as usize) % 4;
    let mut cells = std::collections::BTreeMap::new();
    for (i, x) in x.iter().enumerate() {
        *cells.entry((group(i), rows.periods[i])).or_insert(0.0) += x * fit.residuals()[i];
    }
    let length: f64 = x.iter().map(|x| x * x).sum();
    let of_cells = cells.values().map(|s: &f64| s * s).sum::<f64>() / length.powi(2);
    let expected = plain(Covariance::cluster_by("group")) + plain(Covariance::cluster_by("period")) - of_cells;
    assert!((plain(both) / expected - 1.0).abs() < 1e-10);
}

/// Every sign pattern, each with the outcome made anew and the regression fitted anew.
#[test]
fn the_joint_wild_bootstrap_is_that_of_refitting() {
    let rows = rows(4);
    let fit = PanelRegression::new("y", ["x", "w"]).fit(&rows.panel).unwrap();
    let outcome = rows.panel.column("y").unwrap().numbers().unwrap().to_vec();
    let mean = outcome.iter().sum::<f64>() / outcome.len() as f64;
    let plain = Covariance::cluster().small_sample(apportion::regress::SmallSample::Unadjusted);
    let statistic = |fit: &FittedRegression| fit.wald(&["x", "w"], &plain).unwrap().statistic;
    let of_sample = statistic(&fit);
    let n = rows.x.len();
    let mut exceed = 0;
    for pattern in 0..128_usize {
        let sign = |unit: usize| if pattern >> unit & 1 == 1 { -1.0 } else { 1.0 };
        let y = (0..n).map(|i| mean + sign(rows.units[i]) * (outcome[i] - mean));
        let panel = Panel::builder()
            .units(rows.units.iter().map(|unit| format!("U{unit}")))
            .periods(rows.periods.iter().copied())
            .column("y", y)
            .column("x", rows.x.iter().copied())
            .column("w", rows.weights.iter().copied())
            .build()
            .unwrap();
        let drawn = PanelRegression::new("y", ["x", "w"]).fit(&panel).unwrap();
        exceed += usize::from(statistic(&drawn) >= of_sample * (1.0 - 1e-9));
    }
    let options = WildBootstrap::new(999, 1).weights(WildWeights::Rademacher);
    let test = fit.wild_bootstrap_joint(&["x", "w"], &options).unwrap();
    assert_eq!((test.draws, test.clusters), (128, 7));
    assert!((test.statistic / of_sample - 1.0).abs() < 1e-9);
    assert!((test.p_value - exceed as f64 / 128.0).abs() < 1e-12, "{} for {exceed}/128", test.p_value);
    // The level is of an interval, which there is none of.
    let options = options.level(95.0);
    assert_eq!(fit.wild_bootstrap_joint(&["x", "w"], &options).unwrap(), test);
    assert!(fit.wild_bootstrap("x", &options).unwrap_err().to_string().contains("level"));
}
