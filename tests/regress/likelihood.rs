//! The likelihood of a regression, by the density of every row and by dummies.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::f64::consts::TAU;

use apportion::error::{EstimateError, EstimatorNeed, Refusal};
use apportion::{Error, Estimator, FittedRegression, Model, Panel, PanelRegression, Term};

use crate::common::{Rows, project, unbalanced};

fn data() -> (Rows, Panel) {
    let rows = unbalanced(5, 8, 6, 0.2);
    let mut builder = Panel::builder().units(&rows.unit).periods(rows.period.iter().copied());
    for (name, values) in &rows.numbers {
        builder = builder.column(name, values);
    }
    let thrice: Vec<f64> = rows.weight.iter().map(|w| 3.0 * w).collect();
    (rows.clone(), builder.column("w", &rows.weight).column("thrice", thrice).build().unwrap())
}

fn regression(estimator: Estimator) -> PanelRegression {
    PanelRegression::new("y", ["slow", "noisy"]).estimator(estimator)
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-11 * expected.abs().max(1.0), "{found} instead of {expected}");
}

/// Σ log of the normal density of every row about its fitted value, of variance σ²/w, at the σ² that is most likely.
fn sum_of_log_densities(residuals: &[f64], weights: &[f64]) -> f64 {
    let squares = residuals.iter().zip(weights).map(|(e, w)| w * e * e);
    let variance = squares.sum::<f64>() / residuals.len() as f64;
    let log_density = |(e, w): (&f64, &f64)| -0.5 * (TAU * variance / w).ln() - e * e * w / (2.0 * variance);
    residuals.iter().zip(weights).map(log_density).sum()
}

#[test]
fn likelihoods_are_sums_of_log_densities() {
    let (_, panel) = data();
    for estimator in Estimator::ALL.into_iter().filter(|e| !e.name().contains("random") && *e != Estimator::Mundlak) {
        for weights in [None, Some("w"), Some("thrice")] {
            let question = regression(estimator);
            let fit = match weights {
                Some(column) => question.weights(column).fit(&panel).unwrap(),
                None => question.fit(&panel).unwrap(),
            };
            let weights: Vec<f64> = fit.regressed_rows().iter().map(|row| row.weight).collect();
            let likelihood = sum_of_log_densities(fit.residuals(), &weights);
            close(fit.log_likelihood().unwrap(), likelihood);
            let n = fit.n_observations() as f64;
            let parameters = n - fit.df_residual() as f64 + 1.0;
            close(fit.aic().unwrap(), 2.0 * parameters - 2.0 * likelihood);
            close(fit.bic().unwrap(), n.ln() * parameters - 2.0 * likelihood);
        }
    }
}

/// The dummies of absorbed effects are parameters like any other: what Gram and Schmidt's projection counts.
#[test]
fn absorbed_effects_count_as_their_dummies_do() {
    let (rows, panel) = data();
    let (units, periods) = (rows.unit_dummies(), rows.period_dummies());
    for (estimator, effects) in [
        (Estimator::Within, vec![&units]),
        (Estimator::WithinPeriod, vec![&periods]),
        (Estimator::Twoway, vec![&units, &periods]),
    ] {
        let own = [rows.column("slow"), rows.column("noisy")];
        let columns: Vec<&[f64]> = own.iter().chain(effects.into_iter().flatten()).map(Vec::as_slice).collect();
        let dummies = project(&rows.column("y"), &columns, &rows.weight);
        // Residuals that are multiplied with the roots of the weights already.
        let residuals: Vec<f64> = dummies.left.iter().zip(&rows.weight).map(|(e, w)| e / w.sqrt()).collect();
        let likelihood = sum_of_log_densities(&residuals, &rows.weight);
        let fit = regression(estimator).weights("w").fit(&panel).unwrap();
        close(fit.log_likelihood().unwrap(), likelihood);
        close(fit.aic().unwrap(), 2.0 * (dummies.rank as f64 + 1.0) - 2.0 * likelihood);
    }
}

/// Best subsets have the criteria of the regression on the components chosen.
#[test]
fn criteria_are_those_of_the_best_subsets() {
    let (_, panel) = data();
    let model = Model::new("y").component("slow", ["slow"]).component("noisy", ["noisy"]);
    for model in [model.clone(), model.clone().weights("w"), model.component("units", [Term::UnitEffects])] {
        let fitted = model.fit(&panel).unwrap();
        let subsets = fitted.best_subsets().unwrap();
        let (whole, regression) = (subsets.by_size.last().unwrap(), fitted.regression().unwrap());
        close(regression.aic().unwrap(), whole.aic.unwrap());
        close(regression.bic().unwrap(), whole.bic.unwrap());
    }
}

#[test]
fn there_is_no_likelihood_of_random_effects_or_of_an_exact_fit() {
    let (_, panel) = data();
    let refused = |fit: &FittedRegression| {
        let errors = [fit.log_likelihood().unwrap_err(), fit.aic().unwrap_err(), fit.bic().unwrap_err()];
        errors.map(|error| match error {
            Error::Estimate(EstimateError::Method { why, .. }) => why,
            error => panic!("{error}"),
        })
    };
    for estimator in [Estimator::Random, Estimator::RandomPeriod, Estimator::RandomTwoway, Estimator::Mundlak] {
        let fit = regression(estimator).fit(&panel).unwrap();
        let (found, needs) = (estimator.name(), EstimatorNeed::LargestLikelihood);
        assert!(refused(&fit).iter().all(|why| *why == Refusal::OtherEstimator { found, needs }));
    }
    let exact = panel.with_column_by("exact", |row| Ok(1.0 + 2.0 * row.number("slow")?)).unwrap();
    let exact = PanelRegression::new("exact", ["slow"]).fit(&exact).unwrap();
    let saturated = Panel::builder().column("y", [1.0, 3.0]).column("x", [0.0, 1.0]).build().unwrap();
    let saturated = PanelRegression::new("y", ["x"]).fit(&saturated).unwrap();
    assert!([exact, saturated].iter().flat_map(refused).all(|why| why == Refusal::UnboundedLikelihood));
}
