//! What the docs say of small-sample factors and of corrections under weights.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use apportion::regress::{ClusterCorrection, SmallSample};
use apportion::{Covariance, Estimator, Panel, PanelRegression, PanelSchema};

use crate::common::Numbers;

/// G/(G − 1) · (n − 1)/(n − K') on Grunfeld's ten firms over twenty years, Stata's `xtreg, fe vce(cluster firm)` among
/// them: firms nested in the clusters count as one parameter, years that are not as 19, or 20 where they are all.
#[test]
fn cr1s_counts_coefficients_and_effects_but_those_nested_in_clusters_as_one() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/grunfeld.csv");
    let panel = Panel::read_csv(path, &PanelSchema::new("firm", "year")).unwrap();
    let cr1s = |covariance: Covariance| covariance.correction(ClusterCorrection::Cr1s);
    for (estimator, covariance, clusters, parameters) in [
        (Estimator::Pooled, Covariance::cluster(), 10.0, 3.0),
        (Estimator::Within, Covariance::cluster(), 10.0, 2.0 + 1.0),
        (Estimator::Twoway, Covariance::cluster(), 10.0, 2.0 + 20.0),
        (Estimator::Within, Covariance::cluster_by("year"), 20.0, 2.0 + 10.0),
    ] {
        let fit = PanelRegression::new("inv", ["value", "capital"]).estimator(estimator).fit(&panel).unwrap();
        // Its own, whatever the convention.
        for convention in [SmallSample::Fixest, SmallSample::Plm, SmallSample::Unadjusted] {
            let found = fit.covariance(&cr1s(covariance.clone()).small_sample(convention)).unwrap();
            let expected = clusters / (clusters - 1.0) * 199.0 / (200.0 - parameters);
            assert!((found.small_sample_factor - expected).abs() < 1e-12, "{estimator} {covariance:?}: {found:?}");
        }
    }
}

/// clubSandwich's CR2 of the unweighted regression of rows times the roots of their weights, the intercept a column of
/// roots; its weighted CR2 is another number.
#[test]
fn weighted_cr2_is_that_of_rows_times_the_roots_of_their_weights() {
    let mut random = Numbers::new(11);
    let rows = 40;
    let weights: Vec<f64> = (0..rows).map(|_| 0.5 + 2.0 * random.uniform()).collect();
    let x: Vec<f64> = (0..rows).map(|_| random.normal()).collect();
    let y: Vec<f64> = x.iter().map(|x| 1.0 + x + random.normal()).collect();
    let builder = || Panel::builder().units((0..rows).map(|row| row / 5)).periods((0..rows).map(|row| row % 5));
    let panel = builder().column("w", &weights).column("x", &x).column("y", &y).build().unwrap();
    let roots: Vec<f64> = weights.iter().map(|w| w.sqrt()).collect();
    let times = |values: &[f64]| values.iter().zip(&roots).map(|(v, root)| v * root).collect::<Vec<f64>>();
    let scaled = builder().column("one", &roots).column("x", times(&x)).column("y", times(&y)).build().unwrap();
    let cr2 = Covariance::cluster().correction(ClusterCorrection::Cr2);
    let weighted = PanelRegression::new("y", ["x"]).weights("w").fit(&panel).unwrap().coefficients(&cr2).unwrap();
    let plain = PanelRegression::new("y", ["one", "x"]).without_intercept().fit(&scaled).unwrap();
    let plain = plain.coefficients(&cr2).unwrap();
    for (found, expected) in weighted.coefficients.iter().zip(&plain.coefficients) {
        assert!((found.estimate - expected.estimate).abs() < 1e-12, "{found} {expected}");
        assert!((found.std_error / expected.std_error - 1.0).abs() < 1e-10, "{found} {expected}");
    }
}
