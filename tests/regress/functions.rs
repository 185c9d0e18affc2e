//! Functions of coefficients: a coefficient by itself has the interval of the table, at every level.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use apportion::{Covariance, Panel, PanelRegression};

use crate::common::unbalanced;

#[test]
fn functions_of_coefficients_have_intervals_of_any_level() {
    let rows = unbalanced(5, 8, 6, 0.2);
    let mut builder = Panel::builder().units(&rows.unit).periods(rows.period.iter().copied());
    for (name, values) in &rows.numbers {
        builder = builder.column(name, values);
    }
    let panel = builder.column("w", &rows.weight).build().unwrap();
    let fit = PanelRegression::new("y", ["slow", "noisy"]).weights("w").fit(&panel).unwrap();
    for covariance in [Covariance::iid(), Covariance::cluster(), Covariance::jackknife()] {
        for level in [0.5, 0.9, 0.95, 0.999] {
            let table = fit.coefficients_at(&covariance, level).unwrap();
            let expected = &table.coefficients[1];
            let linear = fit.combination_at(&[("slow", 1.0)], &covariance, level).unwrap();
            let smooth = fit.delta_method_at("slow", |b| b[1], &covariance, level).unwrap();
            for (found, digits) in [(linear, 1e-12), (smooth, 1e-7)] {
                assert!((found.lower - expected.lower).abs() < digits, "{} {}", found.lower, expected.lower);
                assert!((found.upper - expected.upper).abs() < digits);
                assert!((found.p_value - expected.p_value).abs() < digits);
            }
        }
        let weights = [("slow", 2.0), ("noisy", -1.0)];
        let function = |b: &[f64]| b[1] / b[2];
        let plain = fit.combination(&weights, &covariance).unwrap();
        assert_eq!(plain, fit.combination_at(&weights, &covariance, 0.95).unwrap());
        let plain = fit.delta_method("ratio", function, &covariance).unwrap();
        assert_eq!(plain, fit.delta_method_at("ratio", function, &covariance, 0.95).unwrap());
        for level in [0.0, 1.0, 95.0, -0.5, f64::NAN] {
            let errors = [
                fit.combination_at(&weights, &covariance, level).unwrap_err(),
                fit.delta_method_at("ratio", function, &covariance, level).unwrap_err(),
            ];
            assert!(errors.iter().all(|error| error.to_string().contains("level")), "{errors:?}");
        }
    }
}

#[test]
fn combinations_have_names_and_errors_of_their_own() {
    let panel = Panel::builder()
        .column("y", [1.0, 3.0, 2.0, 5.0, 4.0])
        .column("x", [0.0, 1.0, 2.0, 3.0, 5.0])
        .column("z", [1.0, 0.0, 2.0, 2.0, 1.0])
        .build()
        .unwrap();
    let fit = PanelRegression::new("y", ["x", "z"]).fit(&panel).unwrap();
    let name = |weights: &[(&str, f64)]| fit.combination(weights, &Covariance::iid()).unwrap().name;
    assert_eq!(name(&[("x", 1.0), ("z", -1.0)]), "x − z");
    assert_eq!(name(&[("x", -1.0), ("z", 2.5)]), "−x + 2.5 z");
    assert_eq!(name(&[("x", -2.0), ("z", -0.5)]), "−2 x − 0.5 z");
    let error = |weights: &[(&str, f64)]| fit.combination(weights, &Covariance::iid()).unwrap_err().to_string();
    let not_finite = "give every coefficient a finite weight";
    assert_eq!(error(&[("x", f64::NAN)]), format!("the combination is NaN x: {not_finite}"));
    assert_eq!(error(&[("x", 1.0), ("z", -f64::INFINITY)]), format!("the combination is x − inf z: {not_finite}"));
    let zero = "give at least one coefficient a weight other than zero";
    assert_eq!(error(&[("x", 1.0), ("x", -1.0)]), format!("the combination is x − x, which is zero: {zero}"));
    assert_eq!(error(&[("x", 0.0)]), format!("the combination is 0 x, which is zero: {zero}"));
    assert_eq!(error(&[]), format!("the combination is of no coefficients: {zero}"));
    assert!(error(&[("x", 1.0), ("x", f64::MAX), ("x", f64::MAX)]).ends_with("give smaller weights"));
}
