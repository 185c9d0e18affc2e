//! A column far from zero says the same as that column shifted back: standard errors, leverages, influence and
//! predictions do not lose their digits to its mean.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use apportion::regress::{ClusterCorrection, Leverage, WildBootstrap};
use apportion::{Covariance, Estimator, FittedRegression, Panel, PanelRegression};

use crate::common::Numbers;

/// Columns that are multiples of 2⁻¹⁰, so that a shift by a whole number up to 10⁹ rounds nothing.
fn fit(shift: f64, estimator: Estimator) -> FittedRegression {
    let mut random = Numbers::new(3);
    let mut exact = || (random.normal() * 1024.0).round() / 1024.0;
    let rows = 60;
    let (v, z): (Vec<f64>, Vec<f64>) = (0..rows).map(|_| (exact(), exact())).unzip();
    let y: Vec<f64> = v.iter().zip(&z).map(|(v, z)| 1.0 + 0.5 * v - z + exact() * (1.0 + v.abs())).collect();
    let panel = Panel::builder()
        .units((0..rows).map(|row| row / 6))
        .periods((0..rows).map(|row| row % 6))
        .column("v", v.iter().map(|v| v + shift))
        .column("z", z)
        .column("w", (0..rows).map(|row| 1.0 + (row % 4) as f64))
        .column("y", y)
        .build()
        .unwrap();
    PanelRegression::new("y", ["v", "z"]).estimator(estimator).weights("w").fit(&panel).unwrap()
}

fn close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{what}: {found} instead of {expected}");
}

#[test]
fn a_shifted_column_keeps_the_digits_of_every_covariance() {
    let mut covariances = vec![Covariance::iid(), Covariance::cluster(), Covariance::jackknife()];
    covariances.extend([Covariance::twoway_cluster(), Covariance::newey_west(None), Covariance::driscoll_kraay(None)]);
    for leverage in [Leverage::Hc0, Leverage::Hc1, Leverage::Hc2, Leverage::Hc3, Leverage::Hc4] {
        covariances.push(Covariance::heteroskedastic(leverage));
    }
    for correction in [ClusterCorrection::Cr0, ClusterCorrection::Cr1, ClusterCorrection::Cr2, ClusterCorrection::Cr3] {
        covariances.push(Covariance::cluster().correction(correction));
    }
    for estimator in [Estimator::Pooled, Estimator::Within, Estimator::Random, Estimator::Between] {
        let plain = fit(0.0, estimator);
        for shift in [1e3, 1e6, 1e8, 1e9, -1e9] {
            let shifted = fit(shift, estimator);
            for covariance in &covariances {
                let (Ok(expected), Ok(found)) = (plain.coefficients(covariance), shifted.coefficients(covariance))
                else {
                    continue;
                };
                for name in ["v", "z"] {
                    let of = |table: &apportion::CoefficientTable| {
                        table.coefficients.iter().find(|c| c.name == name).expect("a slope").clone()
                    };
                    let (found, expected) = (of(&found), of(&expected));
                    let what = format!("{estimator} {covariance:?} shifted by {shift}: {name}");
                    close(found.estimate, expected.estimate, &what);
                    close(found.std_error, expected.std_error, &what);
                }
            }
        }
    }
}

#[test]
fn a_shifted_column_keeps_leverages_influence_and_predictions() {
    for estimator in [Estimator::Pooled, Estimator::Within] {
        let plain = fit(0.0, estimator);
        let new = |shift: f64| {
            let builder = Panel::builder().units([3, 4]).periods([1, 2]).column("v", [1.5 + shift, -0.25 + shift]);
            builder.column("z", [0.5, 2.0]).column("w", [1.0, 2.0]).build().unwrap()
        };
        for shift in [1e3, 1e6, 1e8, 1e9] {
            let shifted = fit(shift, estimator);
            let (expected, found) = (plain.influence_of_rows().unwrap(), shifted.influence_of_rows().unwrap());
            for (found, expected) in found.iter().zip(&expected) {
                let what = format!("{estimator} shifted by {shift}: {}", found.name);
                assert!(found.leverage <= 1.0 + 1e-12, "{what}");
                close(found.leverage, expected.leverage, &what);
                close(found.cooks_distance.unwrap(), expected.cooks_distance.unwrap(), &what);
                let slopes = usize::from(estimator == Estimator::Pooled);
                for (found, expected) in found.dfbetas.iter().zip(&expected.dfbetas).skip(slopes) {
                    close(found.unwrap(), expected.unwrap(), &what);
                }
            }
            for covariance in [Covariance::iid(), Covariance::cluster()] {
                let expected = plain.predictions(&new(0.0), &covariance, 0.95).unwrap();
                let found = shifted.predictions(&new(shift), &covariance, 0.95).unwrap();
                for (found, expected) in found.iter().zip(&expected) {
                    let what = format!("{estimator} shifted by {shift}: {}", found.name);
                    close(found.std_error, expected.std_error, &what);
                    // The expectation is a sum with a part as large as the shift.
                    assert!((found.expected - expected.expected).abs() < 1e-15 * shift + 1e-9, "{what}");
                }
            }
            let wild = WildBootstrap::new(199, 1);
            let of = |fit: &FittedRegression| fit.wild_bootstrap("v", &wild).unwrap();
            let (found, expected) = (of(&shifted), of(&plain));
            close(found.statistic, expected.statistic, "wild");
            assert_eq!(found.p_value, expected.p_value);
        }
    }
}
