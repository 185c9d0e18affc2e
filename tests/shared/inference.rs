//! Inference against plm 2.6.2 and clubSandwich 0.5.8 under R 4.2.2; the calls stand in the reference.
#![allow(clippy::expect_used, clippy::panic)]

use std::path::Path;

use apportion::regress::{ClusterCorrection, ErrorsRelated, NullDistribution, ResidualLags, SmallSample};
use apportion::{Covariance, Estimator, FittedRegression, Panel, PanelRegression, PanelSchema, Warning};
use serde_json::Value;

use crate::common::shared::{json, shared};

/// The value of an entry of the reference.
#[track_caller]
fn entry<'a>(reference: &'a Value, id: &str) -> &'a Value {
    let entries = reference["entries"].as_array().expect("entries");
    &entries.iter().find(|entry| entry["id"] == id).unwrap_or_else(|| panic!("no entry {id}"))["value"]
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

fn england(folder: &Path, estimator: Estimator) -> FittedRegression {
    let schema = PanelSchema::new("la_number", "year");
    let panel = Panel::read_csv(folder.join("reference/data/england_unbalanced.csv"), &schema).expect("readable");
    let terms = ["low_income_pct", "vacancy_rate", "agency_rate"];
    PanelRegression::new("cpp_rate", terms).estimator(estimator).fit(&panel).expect("it has rows enough")
}

/// The largest difference, relative to the expected number.
fn worst(found: impl IntoIterator<Item = f64>, expected: &[f64]) -> f64 {
    let found: Vec<f64> = found.into_iter().collect();
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, f64::max)
}

/// `coef_test(…, test = "Satterthwaite")` of every correction; those of the within regression are of `lm` with a dummy
/// for each authority, one of which has a single year.
#[test]
fn satterthwaite_is_that_of_club_sandwich() {
    let Some(folder) = shared() else { return };
    let reference = json(&folder.join("reference/inference.json"));
    let mut compared = 0;
    for (name, estimator) in [("pooled", Estimator::Pooled), ("within", Estimator::Within)] {
        let fit = england(&folder, estimator);
        for by in ["la_number", "region"] {
            for (correction, label) in [
                (ClusterCorrection::Cr0, "CR0"),
                (ClusterCorrection::Cr1, "CR1"),
                (ClusterCorrection::Cr1s, "CR1S"),
                (ClusterCorrection::Cr2, "CR2"),
                (ClusterCorrection::Cr3, "CR3"),
            ] {
                let id = format!("r_{name}_{by}_{label}");
                if (name, label) == ("within", "CR3") {
                    // Not in the reference.
                    continue;
                }
                let expected = numbers(&entry(&reference, &id)["df_satt"]);
                let covariance = Covariance::cluster_by(by).correction(correction);
                let df = fit.satterthwaite_df(&covariance).expect("it is clustered");
                assert!(worst(df, &expected) < 1e-6, "{id}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 18);
}

/// CR2 by default: matrix, degrees of freedom, p-values and `Wald_test(…, test = "HTZ")` of low income and agency staff,
/// the pair that has the statistic of the reference, which does not name it.
#[test]
fn cr2_has_its_p_values_and_joint_test() {
    let Some(folder) = shared() else { return };
    let reference = json(&folder.join("reference/inference.json"));
    for (name, estimator) in [("pooled", Estimator::Pooled), ("within", Estimator::Within)] {
        let fit = england(&folder, estimator);
        for by in ["la_number", "region"] {
            let id = format!("r_{name}_{by}_CR2");
            let expected = entry(&reference, &id);
            let cr2 = Covariance::cluster_by(by).correction(ClusterCorrection::Cr2);
            let table = fit.coefficients(&cr2).expect("it has a covariance");
            let matrix: Vec<f64> = expected["values"].as_array().expect("rows").iter().flat_map(numbers).collect();
            assert!(worst(table.covariance.matrix.iter().copied(), &matrix) < 1e-8, "{id}: matrix");
            let df = numbers(&expected["df_satt"]);
            assert!(worst(table.covariance.df_by_coefficient.iter().copied(), &df) < 1e-6, "{id}: df");
            assert!(worst(table.coefficients.iter().filter_map(|c| c.df), &df) < 1e-6, "{id}: df of coefficients");
            let p = numbers(&expected["p_satt"]);
            assert!(worst(table.coefficients.iter().map(|c| c.p_value), &p) < 1e-6, "{id}: p");
            // Another convention keeps its own.
            let plm = fit.coefficients(&cr2.clone().small_sample(SmallSample::Plm)).expect("the same");
            assert!(plm.covariance.df_by_coefficient.is_empty());
            let Some(denominator) = expected["htz"]["df_denom"].as_f64() else { continue };
            let (statistic, p) = (&expected["htz"]["Fstat"], &expected["htz"]["p_val"]);
            let [statistic, p] = [statistic, p].map(|value| value.as_f64().expect("a number"));
            let htz = fit.wald(&["low_income_pct", "agency_rate"], &cr2).expect("two coefficients");
            let found = [htz.statistic, htz.df_denominator.expect("F"), htz.p_value];
            assert!(worst(found, &[statistic, denominator, p]) < 1e-6, "{id}: {found:?}");
        }
    }
}

fn employment(folder: &Path, estimator: Estimator) -> FittedRegression {
    let schema = PanelSchema::new("firm", "year");
    let panel = Panel::read_csv(folder.join("reference/data/EmplUK.csv"), &schema).expect("readable");
    let terms = ["log(wage)", "log(capital)", "log(output)"];
    PanelRegression::new("log(emp)", terms).estimator(estimator).fit(&panel).expect("it has rows enough")
}

/// d'V⁻¹d of a symmetric matrix that need not be positive, and the pivots of its elimination, which have the signs of its
/// eigenvalues.
fn indefinite_form(mut v: Vec<Vec<f64>>, d: &[f64]) -> (f64, Vec<f64>) {
    let mut left = d.to_vec();
    let (mut form, mut pivots) = (0.0, Vec::new());
    for i in 0..d.len() {
        let (of_pivot, pivot) = (v[i].clone(), v[i][i]);
        form += left[i] * left[i] / pivot;
        for j in i + 1..d.len() {
            let factor = v[j][i] / pivot;
            v[j].iter_mut().zip(&of_pivot).for_each(|(x, p)| *x -= factor * p);
            left[j] -= factor * left[i];
        }
        pivots.push(pivot);
    }
    (form, pivots)
}

/// `phtest(within, random)`. Of both panels the difference of the covariances, each with its own residual variance, has a
/// negative direction (on Produc.csv an eigenvalue of −0.0003 of four, scaled by the within standard errors): plm inverts
/// it all the same, and takes the absolute value of a form that is then no χ². Here one residual variance serves both,
/// and it is said; plm's number comes about from the two covariances and coefficients, which are the same.
#[test]
fn hausman_is_that_of_plm() {
    let Some(folder) = shared() else { return };
    let reference = json(&folder.join("reference/inference.json"));
    let schema = PanelSchema::new("state", "year");
    let production = Panel::read_csv(folder.join("reference/data/Produc.csv"), &schema).expect("readable");
    let production = |estimator| {
        let terms = ["log(pcap)", "log(pc)", "log(emp)", "unemp"];
        PanelRegression::new("log(gsp)", terms).estimator(estimator).fit(&production).expect("it has rows enough")
    };
    let (within, random) = (production(Estimator::Within), production(Estimator::Random));
    let expected = entry(&reference, "plm_producbal_phtest");
    let [statistic, p] = ["statistic", "p"].map(|key| expected[key].as_f64().expect("a number"));
    let slopes = |fit: &FittedRegression| -> (Vec<f64>, Vec<Vec<f64>>) {
        let first = fit.names().len() - 4;
        let v = fit.covariance(&Covariance::iid()).expect("it has one").matrix;
        let rows = v.rows().into_iter().skip(first).map(|row| row.iter().skip(first).copied().collect());
        (fit.estimates()[first..].to_vec(), rows.collect())
    };
    let ((b, v), (b_random, v_random)) = (slopes(&within), slopes(&random));
    let difference: Vec<f64> = b.iter().zip(&b_random).map(|(b, r)| b - r).collect();
    let of_row = |(v, r): (&Vec<f64>, &Vec<f64>)| v.iter().zip(r).map(|(v, r)| v - r).collect();
    let (form, pivots) = indefinite_form(v.iter().zip(&v_random).map(of_row).collect(), &difference);
    assert!(worst([form], &[statistic]) < 1e-8, "{form}");
    assert_eq!(pivots.iter().filter(|pivot| **pivot < 0.0).count(), 1, "{pivots:?}");
    // The form with the variance of the efficient regression in both, worked out apart (numpy 2, from the formulas).
    let test = within.hausman(&random).expect("both have the columns");
    assert_eq!(test.warnings, [Warning::CommonVariance]);
    assert_eq!(test.distribution, NullDistribution::ChiSquared { df: 4.0 });
    assert!(worst([test.statistic], &[9.650065355693451]) < 1e-8, "{test}");
    // The decision is the same at the usual levels.
    assert!(test.p_value < 0.05 && p < 0.05 && (test.p_value - p).abs() < 0.01, "{test}");
    let [within, random] = [Estimator::Within, Estimator::Random].map(|estimator| employment(&folder, estimator));
    let test = within.hausman(&random).expect("both have the columns");
    assert!(test.warnings.contains(&Warning::CommonVariance), "{test}");
}

/// `vcovBK(…, cluster = "time")`. Of `cluster = "group"` the values are kept apart: the first firm of EmplUK has no 1976,
/// and plm numbers the periods by their first appearance but puts the residuals of each firm in calendar order, so that
/// it multiplies residuals of different years.
#[test]
fn beck_and_katz_is_that_of_plm() {
    let Some(folder) = shared() else { return };
    let reference = json(&folder.join("reference/inference.json"));
    for (name, estimator) in [
        ("pooled", Estimator::Pooled),
        ("within", Estimator::Within),
        ("within_period", Estimator::WithinPeriod),
        ("twoway", Estimator::Twoway),
        ("random_individual_swar", Estimator::Random),
    ] {
        let fit = employment(&folder, estimator);
        let matrix =
            |related| fit.covariance(&Covariance::beck_katz(related)).expect("it has units and periods").matrix;
        let id = format!("plm_empluk_{name}_vcovBK_time");
        let rows = entry(&reference, &id)["values"].as_array().expect("rows");
        let expected: Vec<f64> = rows.iter().flat_map(numbers).collect();
        let off = worst(matrix(ErrorsRelated::WithinPeriods), &expected);
        assert!(off < 1e-8, "{id}: {off:e}");
    }
}

/// `pbgtest(…, order = 1)`, which lets the first row of a firm follow the last of the firm before.
#[test]
fn breusch_and_godfrey_is_that_of_plm() {
    let Some(folder) = shared() else { return };
    let reference = json(&folder.join("reference/inference.json"));
    for (name, estimator) in
        [("pooled", Estimator::Pooled), ("within", Estimator::Within), ("random", Estimator::Random)]
    {
        let fit = employment(&folder, estimator);
        let test = fit.breusch_godfrey(1, ResidualLags::Stacked).expect("it has rows before rows");
        let expected = entry(&reference, &format!("plm_empluk_pbgtest_{name}"));
        let [statistic, p] = ["statistic", "p"].map(|key| expected[key].as_f64().expect("a number"));
        assert!(worst([test.statistic], &[statistic]) < 1e-8, "{name}: {}", test.statistic);
        // A tail so far out loses digits by the size of the statistic.
        assert!(worst([test.p_value], &[p]) < 1e-6, "{name}: {}", test.p_value);
    }
}
