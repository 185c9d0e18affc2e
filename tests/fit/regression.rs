//! Coefficients, recovered effects, fitted values and predictions of the whole model.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::EstimateError;
use apportion::fit::Regression;
use apportion::{Error, FittedModel, Model, Panel};
use linfa::Dataset;
use linfa::traits::{Fit, Predict};
use ndarray::{Array1, array};

use crate::common::panel::panel;
use crate::common::{Rows, dummies, unbalanced};

fn fit(rows: &Rows, terms: &[&str]) -> (FittedModel, Regression) {
    let model = Model::new("y").component("all", terms.iter().copied()).weights("weight");
    let fit = model.fit(&panel(rows)).expect("the model fits");
    let regression = fit.regression().expect("so does the regression");
    (fit, regression)
}

/// Least squares is what leaves residuals orthogonal to every column.
fn assert_orthogonal(rows: &Rows, regression: &Regression, columns: &[Vec<f64>]) {
    for column in columns {
        let products = column.iter().zip(&regression.residuals).zip(&rows.weight).map(|((x, r), w)| x * r * w);
        let (sum, size) = products.fold((0.0, 1.0), |(sum, size): (f64, f64), p| (sum + p, size + p.abs()));
        assert!(sum.abs() < 1e-12 * size, "{sum:e} of {size:e}");
    }
}

#[test]
fn residuals_are_orthogonal_to_columns_and_effects_on_unbalanced_weighted_panels() {
    let rows = unbalanced(41, 25, 8, 0.2);
    let columns = [rows.column("slow"), rows.column("noisy"), rows.column("positive")];
    let regressors = ["slow", "noisy", "positive"];
    for (effects, dummies) in [
        (vec![], vec![]),
        (vec!["unit_effects"], rows.unit_dummies()),
        (vec!["period_effects"], rows.period_dummies()),
        (vec!["unit_effects", "period_effects"], [rows.unit_dummies(), rows.period_dummies()].concat()),
        (vec!["unit_effects", "factor(region)"], [rows.unit_dummies(), dummies(&rows.text["region"])].concat()),
    ] {
        let terms = [&regressors[..], &effects].concat();
        let (_, regression) = fit(&rows, &terms);
        assert_orthogonal(&rows, &regression, &columns);
        assert_orthogonal(&rows, &regression, &dummies);
        assert_orthogonal(&rows, &regression, &[vec![1.0; rows.len()]]);
        let effect = |effects: &[(String, f64)], name: &str| {
            effects.iter().find(|(n, _)| n == name).map_or(0.0, |(_, effect)| *effect)
        };
        for row in 0..rows.len() {
            let mut fitted = regression.intercept
                + effect(&regression.unit_effects, &rows.unit[row])
                + effect(&regression.period_effects, &rows.period[row].to_string());
            for (name, column) in regressors.iter().zip(&columns) {
                fitted += regression.coefficient(name).expect("kept") * column[row];
            }
            let region = format!("factor(region)[{}]", rows.text["region"][row]);
            fitted += regression.coefficient(&region).unwrap_or(0.0);
            assert!((fitted - regression.fitted[row]).abs() < 1e-11, "{effects:?}");
        }
        let weighted_mean = |effects: &[(String, f64)], name: &dyn Fn(usize) -> String| -> f64 {
            (0..rows.len()).map(|row| rows.weight[row] * effect(effects, &name(row))).sum::<f64>()
        };
        assert!(weighted_mean(&regression.unit_effects, &|row| rows.unit[row].clone()).abs() < 1e-10);
        assert!(weighted_mean(&regression.period_effects, &|row| rows.period[row].to_string()).abs() < 1e-10);
    }
}

#[test]
fn the_later_of_aliased_columns_is_dropped_by_name() {
    let rows = unbalanced(42, 20, 6, 0.1);
    let (_, regression) = fit(&rows, &["within(slow)", "between(slow)", "slow", "fixed", "unit_effects"]);
    assert_eq!(regression.left_out_columns, ["between(slow)", "slow", "fixed"]);
    assert!(regression.coefficient("slow").is_none());
    let (_, without_effects) = fit(&rows, &["within(slow)", "between(slow)", "slow", "fixed"]);
    assert_eq!(without_effects.left_out_columns, ["slow"]);
    let within = regression.coefficient("within(slow)").expect("kept");
    let mundlak = without_effects.coefficient("within(slow)").expect("kept");
    assert!((within - mundlak).abs() < 1e-12, "unit means are orthogonal to deviations from them");
}

/// NIST StRD, Norris: certified values for a straight line. <https://www.itl.nist.gov/div898/strd/lls/lls.shtml>
#[test]
fn nist_norris() {
    let x = [
        0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4, 0.6, 775.5, 666.9, 338.0, 447.5,
        11.6, 556.0, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2,
        669.1, 448.9, 0.5,
    ];
    let y = [
        0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9,
        10.8, 557.7, 228.3, 998.0, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9,
        668.4, 449.2, 0.2,
    ];
    let panel = Panel::builder().column("x", x).column("y", y).build().expect("a panel");
    let fit = Model::new("y").component("x", ["x"]).fit(&panel).expect("fits");
    let regression = fit.regression().expect("fits");
    let digits = |found: f64, certified: f64| -((found - certified) / certified).abs().log10();
    assert!(digits(regression.intercept, -0.262_323_073_774_029) > 11.0);
    assert!(digits(regression.coefficient("x").expect("kept"), 1.002_116_818_020_45) > 13.0);
    assert!(digits(regression.r2_overall, 0.999_993_745_883_712) > 14.0);
}

#[test]
fn predictions_of_the_sample_are_its_fitted_values() {
    let rows = unbalanced(43, 20, 6, 0.1);
    let terms = ["slow", "log(positive)", "factor(region):noisy", "slow:noisy", "unit_effects", "period_effects"];
    let (fit, regression) = fit(&rows, &terms);
    let predicted = fit.predict(&panel(&rows)).expect("the sample can be predicted");
    for (predicted, fitted) in predicted.iter().zip(&regression.fitted) {
        assert!((predicted - fitted).abs() < 1e-11);
    }
}

#[test]
fn what_cannot_be_predicted_says_why() {
    let rows = unbalanced(44, 10, 6, 0.0);
    let new = |unit: &str, period: i32, region: &str, slow: f64| {
        let builder = Panel::builder().units([unit]).periods([period]).column("slow", [slow]);
        builder.text_column("region", [region]).build().expect("a panel")
    };
    let (effects, _) = fit(&rows, &["slow", "unit_effects", "period_effects"]);
    assert!(effects.predict(&new("u001", 2003, "north", 1.0)).is_ok());
    let message = |fit: &FittedModel, panel: Panel| match fit.predict(&panel) {
        Err(Error::Estimate(EstimateError::Predict { place, why })) => format!("{place}: {why}"),
        other => panic!("{other:?}"),
    };
    assert_eq!(message(&effects, new("x", 2003, "north", 1.0)), "x 2003: the fit has no effect of \"x\"");
    assert_eq!(message(&effects, new("u001", 1990, "north", 1.0)), "u001 1990: the fit has no effect of \"1990\"");
    assert!(message(&effects, new("u001", 2003, "north", f64::NAN)).contains("slow missing"));
    let (factor, _) = fit(&rows, &["factor(region)"]);
    assert!(message(&factor, new("x", 1, "moon", 1.0)).contains("has not seen factor(region) at \"moon\""));
    let (within, _) = fit(&rows, &["within(slow)"]);
    assert!(message(&within, new("u001", 2003, "north", 1.0)).contains("unit means"));
}

#[test]
fn a_linfa_dataset_is_a_cross_section() {
    let records = array![[1.0, 0.0], [2.0, 1.0], [3.0, 0.0], [4.0, 3.0], [5.0, 1.0]];
    let targets = array![3.0, 4.0, 9.0, 8.0, 14.0];
    let dataset = Dataset::new(records, targets).with_feature_names(vec!["dose", "age"]);
    let model = Model::new("response").component("dose", ["dose"]).component("age", ["age"]);
    let fit = Fit::fit(&model, &dataset).expect("the model fits");
    let breakdown = fit.shapley().expect("shapley");
    let sum: f64 = breakdown.components.iter().map(|c| c.share_of_total).sum();
    assert!((sum - fit.regression().expect("fits").r2_overall).abs() < 1e-12);
    let predicted: Array1<f64> =
        fit.predict(&Panel::from_dataset(&dataset, "response").expect("a panel")).expect("fits");
    assert_eq!(predicted.len(), 5);
    let transformed = Model::new("log(response)").component("dose", ["dose"]);
    assert!(Fit::fit(&transformed, &dataset).is_ok(), "the outcome's column is named by its term");
}
