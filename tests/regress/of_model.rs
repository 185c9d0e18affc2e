//! The regression behind a model's shares: coefficients, effects, fitted values and predictions.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::EstimateError;
use apportion::regress::{ClusterCorrection, Effect, Leverage, SmallSample};
use apportion::{Covariance, Error, Estimator, FittedModel, FittedRegression, Model, Panel, PanelRegression};
use linfa::Dataset;
use linfa::traits::{Fit, Predict};
use ndarray::{Array1, array};

use crate::common::panel::panel;
use crate::common::{Rows, dummies, unbalanced};

fn fit(rows: &Rows, terms: &[&str]) -> (FittedModel, FittedRegression) {
    let model = Model::new("y").component("all", terms.iter().copied()).weights("weight");
    let fit = model.fit(&panel(rows)).expect("the model fits");
    let regression = fit.regression().expect("so does the regression");
    (fit, regression)
}

/// Least squares is what leaves residuals orthogonal to every column.
fn assert_orthogonal(rows: &Rows, regression: &FittedRegression, columns: &[Vec<f64>]) {
    for column in columns {
        let products = column.iter().zip(regression.residuals()).zip(&rows.weight).map(|((x, r), w)| x * r * w);
        let (sum, size) = products.fold((0.0, 1.0), |(sum, size): (f64, f64), p| (sum + p, size + p.abs()));
        assert!(sum.abs() < 1e-12 * size, "{sum:e} of {size:e}");
    }
}

/// Effects by name; none where none were absorbed.
fn named(effects: Result<Vec<Effect>, Error>) -> Vec<(String, f64)> {
    effects.unwrap_or_default().into_iter().map(|effect| (effect.name, effect.effect)).collect()
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
        let iid = Covariance::iid();
        let units = named(regression.unit_effects(&iid));
        let periods = named(regression.period_effects(&iid));
        let absorbed = regression.unit_effects(&iid).or_else(|_| regression.period_effects(&iid));
        let intercept = match absorbed.as_deref() {
            Ok([first, ..]) => first.level - first.effect,
            _ => regression.estimate("(Intercept)").expect("nothing is absorbed"),
        };
        let effect = |effects: &[(String, f64)], name: &str| {
            effects.iter().find(|(n, _)| n == name).map_or(0.0, |(_, effect)| *effect)
        };
        for row in 0..rows.len() {
            let mut fitted =
                intercept + effect(&units, &rows.unit[row]) + effect(&periods, &rows.period[row].to_string());
            for (name, column) in regressors.iter().zip(&columns) {
                fitted += regression.estimate(name).expect("kept") * column[row];
            }
            let region = format!("factor(region)[{}]", rows.text["region"][row]);
            fitted += regression.estimate(&region).unwrap_or(0.0);
            assert!((fitted - regression.fitted()[row]).abs() < 1e-11, "{effects:?}");
        }
        let weighted_mean = |effects: &[(String, f64)], name: &dyn Fn(usize) -> String| -> f64 {
            (0..rows.len()).map(|row| rows.weight[row] * effect(effects, &name(row))).sum::<f64>()
        };
        assert!(weighted_mean(&units, &|row| rows.unit[row].clone()).abs() < 1e-10);
        assert!(weighted_mean(&periods, &|row| rows.period[row].to_string()).abs() < 1e-10);
    }
}

/// Every covariance there is, with what the panel needs for it.
fn covariances() -> Vec<Covariance> {
    let mut covariances = vec![
        Covariance::iid(),
        Covariance::cluster(),
        Covariance::cluster_by("region"),
        Covariance::twoway_cluster(),
        Covariance::newey_west(Some(2)),
        Covariance::newey_west(None),
        Covariance::driscoll_kraay(Some(1)),
        Covariance::jackknife(),
    ];
    for leverage in [Leverage::Hc0, Leverage::Hc1, Leverage::Hc2, Leverage::Hc3, Leverage::Hc4] {
        covariances.push(Covariance::heteroskedastic(leverage));
    }
    for correction in [ClusterCorrection::Cr0, ClusterCorrection::Cr1, ClusterCorrection::Cr2, ClusterCorrection::Cr3] {
        covariances.push(Covariance::cluster().correction(correction));
    }
    let conventions = [SmallSample::Plm, SmallSample::Stata, SmallSample::Unadjusted];
    let adjusted = conventions.into_iter().flat_map(|convention| {
        [Covariance::iid(), Covariance::cluster()].map(|covariance| covariance.small_sample(convention))
    });
    covariances.into_iter().chain(adjusted.collect::<Vec<_>>()).collect()
}

/// The same question twice: as a model of components, and as a panel regression.
#[test]
fn a_model_and_a_panel_regression_give_one_answer_under_every_covariance() {
    let panel = panel(&unbalanced(45, 30, 8, 0.2));
    for (effects, estimator) in [
        (vec![], Estimator::Pooled),
        (vec!["unit_effects"], Estimator::Within),
        (vec!["period_effects"], Estimator::WithinPeriod),
        (vec!["unit_effects", "factor(period)"], Estimator::Twoway),
    ] {
        for weight in [None, Some("weight")] {
            let model = Model::new("y")
                .component("slow", ["slow"])
                .component("others", ["noisy:slow", "log(positive)", "fixed"])
                .always(["noisy"]);
            let model = effects.iter().fold(model, |model, effect| model.component(*effect, [*effect]));
            let asked = ["noisy", "slow", "noisy:slow", "log(positive)", "fixed"];
            let asked = PanelRegression::new("y", asked).estimator(estimator);
            let (model, asked) = match weight {
                Some(weight) => (model.weights(weight), asked.weights(weight)),
                None => (model.unweighted(), asked.unweighted()),
            };
            let found = model.fit(&panel).expect("the model fits").regression().expect("so does the regression");
            let expected = asked.fit(&panel).expect("it fits");
            assert_eq!(found.question(), &asked);
            assert_eq!(found.left_out_columns(), expected.left_out_columns());
            assert_eq!(found.df_residual(), expected.df_residual());
            let r_squared = [&found, &expected].map(|fit| fit.r_squared().adjusted.expect("rows are kept"));
            assert!((r_squared[0] - r_squared[1]).abs() < 1e-12);
            for covariance in covariances() {
                let tables = [&found, &expected].map(|fit| fit.coefficients(&covariance).expect("a covariance"));
                let [found, expected] = tables.map(|table| table.coefficients);
                assert_eq!(found.len(), expected.len());
                for (a, b) in found.iter().zip(&expected) {
                    assert_eq!(a.name, b.name);
                    let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * a.abs().max(1.0);
                    assert!(close(a.estimate, b.estimate), "{estimator} {covariance:?} {a:?} {b:?}");
                    assert!(close(a.std_error, b.std_error), "{estimator} {covariance:?} {a:?} {b:?}");
                    assert!(close(a.p_value, b.p_value), "{estimator} {covariance:?} {a:?} {b:?}");
                    assert_eq!(b.component, None);
                }
                let credited: Vec<_> = found.iter().filter_map(|row| row.component.as_deref()).collect();
                let components = if found.iter().any(|row| row.name == "fixed") { 4 } else { 3 };
                assert_eq!(credited.len(), components, "the intercept and what is always in are nobody's");
                assert_eq!(credited[..2], ["slow", "others"]);
            }
        }
    }
}

#[test]
fn effects_that_leave_nothing_leave_coefficients_of_zero_or_none() {
    let rows = unbalanced(46, 12, 5, 0.0);
    let panel = panel(&rows);
    let practice = Model::new("y").component("fixed", ["fixed"]).component("practice", ["unit_effects"]);
    let none = practice.fit(&panel).expect("fits").regression().expect("effects alone");
    assert_eq!((none.names().len(), none.left_out_columns()), (0, &["fixed".to_string()][..]));
    for covariance in covariances() {
        let table = none.coefficients(&covariance).expect("a table without rows");
        assert!(table.coefficients.is_empty() && table.covariance.matrix.is_empty());
        assert!(table.to_string().contains("no coefficients: effects alone") && !table.to_string().contains("-0.0"));
        assert!(table.to_string().contains("fixed"), "{table}");
    }
    assert_eq!(none.unit_effects(&Covariance::cluster()).expect("effects").len(), 12);
    assert_eq!((none.collinearity().condition_number, none.r_squared().between), (1.0, Some(0.0)));
    // An outcome that the effects say all of has nothing left that a column could go with.
    let constant = Model::new("fixed").component("slow", ["slow"]).component("practice", ["unit_effects"]);
    let fit = constant.fit(&panel).expect("fits").regression().expect("it has coefficients");
    assert_eq!((fit.estimates(), fit.r_squared().within), (&[0.0][..], None));
    assert!((fit.r_squared().overall - 1.0).abs() < 1e-14);
    let asked = PanelRegression::new("fixed", ["slow"]).estimator(Estimator::Within);
    assert!(asked.fit(&panel).is_err(), "whoever asks for coefficients is told that there are none");
}

#[test]
fn the_later_of_aliased_columns_is_dropped_by_name() {
    let rows = unbalanced(42, 20, 6, 0.1);
    let (_, regression) = fit(&rows, &["within(slow)", "between(slow)", "slow", "fixed", "unit_effects"]);
    assert_eq!(regression.left_out_columns(), ["between(slow)", "slow", "fixed"]);
    assert!(regression.estimate("slow").is_none());
    let (_, without_effects) = fit(&rows, &["within(slow)", "between(slow)", "slow", "fixed"]);
    assert_eq!(without_effects.left_out_columns(), ["slow"]);
    let within = regression.estimate("within(slow)").expect("kept");
    let mundlak = without_effects.estimate("within(slow)").expect("kept");
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
    assert!(digits(regression.estimate("(Intercept)").expect("kept"), -0.262_323_073_774_029) > 11.0);
    assert!(digits(regression.estimate("x").expect("kept"), 1.002_116_818_020_45) > 13.0);
    assert!(digits(regression.r_squared().overall, 0.999_993_745_883_712) > 14.0);
}

#[test]
fn predictions_of_the_sample_are_its_fitted_values() {
    let rows = unbalanced(43, 20, 6, 0.1);
    let terms = ["slow", "log(positive)", "factor(region):noisy", "slow:noisy", "unit_effects", "period_effects"];
    let (fit, regression) = fit(&rows, &terms);
    let predicted = fit.predict(&panel(&rows)).expect("the sample can be predicted");
    for (predicted, fitted) in predicted.iter().zip(regression.fitted()) {
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
    assert!((sum - fit.regression().expect("fits").r_squared().overall).abs() < 1e-12);
    let predicted: Array1<f64> =
        fit.predict(&Panel::from_dataset(&dataset, "response").expect("a panel")).expect("fits");
    assert_eq!(predicted.len(), 5);
    let transformed = Model::new("log(response)").component("dose", ["dose"]);
    assert!(Fit::fit(&transformed, &dataset).is_ok(), "the outcome's column is named by its term");
}
