//! Regressions of counts against R's glm and MASS with sandwich, fixest and pyfixest: coefficients, errors by each convention,
//! likelihoods, θ. Calls and versions stand in `reference/counts2.json` and `reference/fixest_counts.json`.
#![allow(clippy::expect_used, clippy::panic)]

use std::path::Path;

use apportion::model::Family;
use apportion::regress::{Leverage, SmallSample};
use apportion::{Covariance, Estimator, FittedRegression, Panel, PanelRegression, PanelSchema};
use serde_json::{Value, json};

use crate::common::shared::{self, shared};
use crate::counts::result;

const OF_COEFFICIENTS: f64 = 1e-8;
const OF_ERRORS: f64 = 1e-6;

/// A coefficient's name as R has it: `factor(Group, ref=<1l)[1-1.5l]` is `Group1-1.5l`.
fn in_r(name: &str) -> String {
    match name {
        "log(spend_core_per_child)" => "log_spend".to_string(),
        "(Intercept)" => name.to_string(),
        name => {
            let bare = name.replace("factor(", "").replace("period_effects", "year").replace([')', ']'], "");
            let (column, level) = bare.split_once('[').unwrap_or((&bare, ""));
            format!("{}{level}", column.split(',').next().unwrap_or_default())
        }
    }
}

/// Compares numbers by coefficient with those of the reference, which has no other than these.
#[track_caller]
fn check(fit: &FittedRegression, found: &[f64], expected: &Value, tolerance: f64) {
    let expected = expected.as_object().expect("numbers by coefficient");
    let names: Vec<String> = fit.names().iter().map(|name| in_r(name)).collect();
    let mut compared = 0;
    for (name, expected) in expected.iter().filter(|(name, _)| *name != "theta") {
        let Some(at) = names.iter().position(|own| own == name) else {
            assert_eq!(name, "(Intercept)", "no {name} among {names:?}");
            continue;
        };
        let expected = expected.as_f64().expect("a number");
        assert!((found[at] / expected - 1.0).abs() < tolerance, "{name}: {} and {expected}", found[at]);
        compared += 1;
    }
    assert!(compared > 0, "nothing is compared");
}

#[track_caller]
fn check_errors(fit: &FittedRegression, covariance: Covariance, small_sample: SmallSample, expected: &Value) {
    let covariance = fit.covariance(&covariance.small_sample(small_sample)).expect("it has errors");
    assert_eq!(covariance.df, None);
    check(fit, covariance.std_errors().as_slice().expect("a vector"), expected, OF_ERRORS);
}

#[track_caller]
fn close(found: f64, expected: &Value, tolerance: f64) {
    let expected = expected.as_f64().expect("a number");
    assert!((found / expected - 1.0).abs() < tolerance, "{found} and {expected}");
}

fn england(folder: &Path, terms: &[&str], estimator: Estimator, family: Family) -> FittedRegression {
    let schema = PanelSchema::new("la_number", "year");
    let panel = Panel::read_csv(folder.join("data/england_2011_2018.csv"), &schema).expect("readable");
    let regression = PanelRegression::new("cpp_count", terms.iter().copied()).estimator(estimator);
    regression.family(family).exposure("population_0_17").fit(&panel).expect("it fits")
}

const SPENDING: &str = "log(spend_core_per_child)";

#[test]
fn england_has_the_errors_of_r_and_pyfixest() {
    let Some(folder) = shared() else { return };
    let expected = result(&folder, "cpp_count_2011_2018_poisson");
    let fit = england(&folder, &[SPENDING, "period_effects"], Estimator::Within, Family::Poisson);
    check(&fit, fit.estimates(), &expected["coef"], OF_COEFFICIENTS);
    let (iid, cluster) = (Covariance::iid(), Covariance::cluster());
    check_errors(&fit, iid.clone(), SmallSample::Unadjusted, &expected["se_iid"]);
    check_errors(&fit, cluster.clone(), SmallSample::Unadjusted, &expected["se_cluster_raw"]);
    check_errors(&fit, cluster.clone(), SmallSample::Stata, &expected["se_cluster_G"]);
    check_errors(&fit, cluster.clone(), SmallSample::Fixest, &expected["se_cluster_fixest_unit_nested"]);
    close(fit.log_likelihood().expect("whole counts"), &expected["loglik"], 1e-10);
    let deviance = fit.deviance().expect("of counts");
    close(deviance.deviance, &expected["deviance"]["deprivation+spending+policy+practice"], 1e-11);
    close(deviance.pearson_dispersion.expect("rows to spare"), &expected["pearson_dispersion"], 1e-10);
    close(fit.r_squared().overall, &expected["r2_dev"], 1e-11);

    let of_pyfixest = result(&folder, "cpp_count_2011_2018_pyfixest");
    let expected = &of_pyfixest["unit_and_year_absorbed"];
    let absorbed = england(&folder, &[SPENDING], Estimator::Twoway, Family::Poisson);
    check(&absorbed, absorbed.estimates(), &expected["coef"], OF_COEFFICIENTS);
    check_errors(&absorbed, iid.clone(), SmallSample::Fixest, &expected["se_iid"]);
    check_errors(&absorbed, cluster, SmallSample::Fixest, &expected["se_CRV1_la_number"]);
    let spending = &of_pyfixest["unit_absorbed_year_dummies"]["se_iid"]["log_spend"];
    check_errors(&fit, iid, SmallSample::Fixest, &json!({ "log_spend": spending }));
}

#[test]
fn england_has_the_negative_binomial_of_mass() {
    let Some(folder) = shared() else { return };
    let expected = result(&folder, "cpp_count_2011_2018_nb2");
    let fit = england(&folder, &[SPENDING, "period_effects"], Estimator::Within, Family::NegativeBinomial);
    // Those of the file are where glm stops, 2.4e-8 short; numpy 2.4.6 comes here, to a score of 1e-10.
    check(&fit, fit.estimates(), &expected["coef"], 1e-7);
    assert!((fit.estimates()[0] / 0.394_383_532_374_830_15 - 1.0).abs() < 1e-10, "{}", fit.estimates()[0]);
    let deviance = fit.deviance().expect("of counts");
    close(deviance.theta.expect("it has one"), &expected["theta"], 1e-6);
    close(fit.log_likelihood().expect("whole counts"), &expected["loglik"], 1e-10);
}

/// A data set of R's, its regression of all terms, and its entry of this family.
fn of_r(folder: &Path, file: &str, family: Family) -> FittedRegression {
    let schema = PanelSchema::cross_section().texts(if file == "Insurance.csv" { vec!["District"] } else { vec![] });
    let panel = Panel::read_csv(folder.join("reference/data").join(file), &schema).expect("readable");
    let regression = match file {
        "Insurance.csv" => {
            PanelRegression::new("Claims", ["factor(District)", "factor(Group, ref=<1l)", "factor(Age, ref=<25)"])
                .exposure("Holders")
        }
        "warpbreaks.csv" => PanelRegression::new("breaks", ["factor(wool)", "factor(tension)"]),
        _ => PanelRegression::new("count", ["factor(spp)", "factor(mined)", "cover", "Wtemp"]),
    };
    regression.family(family).fit(&panel).expect("it fits")
}

#[test]
fn data_sets_of_r_have_its_errors_and_likelihoods() {
    let Some(folder) = shared() else { return };
    for (name, file) in
        [("insurance", "Insurance.csv"), ("warpbreaks", "warpbreaks.csv"), ("salamanders", "Salamanders.csv")]
    {
        let expected = result(&folder, &format!("{name}_poisson"));
        let fit = of_r(&folder, file, Family::Poisson);
        check(&fit, fit.estimates(), &expected["coef"], OF_COEFFICIENTS);
        check_errors(&fit, Covariance::iid(), SmallSample::Unadjusted, &expected["se_iid"]);
        let hc0 = Covariance::heteroskedastic(Leverage::Hc0);
        check_errors(&fit, hc0, SmallSample::Unadjusted, &expected["se_hc0"]);
        close(fit.log_likelihood().expect("whole counts"), &expected["loglik"], 1e-10);
    }
    // MASS, and the joint observed information; glm stops short by up to 2e-7 of a coefficient, where numpy comes here.
    for (name, file) in [("warpbreaks", "warpbreaks.csv"), ("salamanders", "Salamanders.csv")] {
        let expected = result(&folder, &format!("{name}_nb2"));
        let fit = of_r(&folder, file, Family::NegativeBinomial);
        check(&fit, fit.estimates(), &expected["coef"], 1e-6);
        if name == "salamanders" {
            close(fit.estimates()[0], &json!(1.457_888_560_226_739_7), 1e-9);
        }
        check_errors(&fit, Covariance::iid(), SmallSample::Unadjusted, &expected["se_observed_joint"]);
        let deviance = fit.deviance().expect("of counts");
        close(deviance.theta.expect("it has one"), &expected["theta"], 1e-6);
        close(deviance.theta_std_error.expect("it has one"), &expected["se_observed_joint"]["theta"], OF_ERRORS);
        close(fit.log_likelihood().expect("whole counts"), &expected["loglik"], 1e-10);
    }
}

/// `fepois`, which stops its rounds where errors have six digits.
#[test]
fn insurance_has_the_errors_of_fixest() {
    let Some(folder) = shared() else { return };
    let reference = shared::json(&folder.join("reference/fixest_counts.json"));
    let entries = reference.as_array().expect("entries");
    let entry = |id: &str| &entries.iter().find(|entry| entry["id"] == id).expect("it is there")["result"];
    let path = folder.join("reference/data/Insurance.csv");
    let schema = PanelSchema::cross_section().unit("District");
    let panel = Panel::read_csv(path, &schema).expect("readable");
    let terms = ["factor(Group, ref=<1l)", "factor(Age, ref=<25)"];
    let regression = PanelRegression::new("Claims", terms).family(Family::Poisson).exposure("Holders");
    let absorbed = regression.estimator(Estimator::Within).fit(&panel).expect("it fits");
    let pooled = of_r(&folder, "Insurance.csv", Family::Poisson);
    for (id, fit) in [("insurance_offset", &absorbed), ("insurance_offset_nofe", &pooled)] {
        let expected = entry(id);
        check(fit, fit.estimates(), &of_slopes(&expected["coef"]), OF_COEFFICIENTS);
        close(fit.deviance().expect("of counts").deviance, &expected["deviance"], 1e-9);
        close(fit.log_likelihood().expect("whole counts"), &expected["loglik"], 1e-9);
        close(fit.aic().expect("whole counts"), &expected["aic"], 1e-9);
        close(fit.bic().expect("whole counts"), &expected["bic"], 1e-9);
        for errors in expected["se"].as_array().expect("kinds") {
            let covariance = match errors["vcov"].as_str().expect("a name") {
                "\"iid\"" => Covariance::iid(),
                "\"hetero\"" => Covariance::heteroskedastic(Leverage::Hc1),
                _ => Covariance::cluster(),
            };
            check_errors(fit, covariance, SmallSample::Fixest, &of_slopes(&errors["se"]));
        }
    }
}

/// Numbers by coefficient, but for the intercept and for the districts, which R has other names for.
fn of_slopes(numbers: &Value) -> Value {
    let mut numbers = numbers.as_object().expect("numbers by coefficient").clone();
    numbers.retain(|name, _| name != "(Intercept)" && !name.starts_with("factor(District)"));
    Value::Object(numbers)
}

#[test]
fn separated_zeros_leave_the_coefficients_of_the_other_rows() {
    let Some(folder) = shared() else { return };
    for name in ["unit", "period", "regressor", "not_separated"] {
        let expected = result(&folder, &format!("separation_{name}"));
        let path = folder.join(format!("reference/data/sep_{name}.csv"));
        let panel = Panel::read_csv(path, &PanelSchema::new("unit", "period")).expect("readable");
        let slopes: &[&str] = if panel.column("d").is_ok() { &["x", "d"] } else { &["x"] };
        let regression = PanelRegression::new("y", slopes.iter().copied()).estimator(Estimator::Twoway);
        let fit = regression.family(Family::Poisson).exposure("n").fit(&panel).expect("it fits");
        assert_eq!(fit.n_observations() as u64, expected["rows_kept"].as_u64().expect("a number"), "{name}");
        check(&fit, fit.estimates(), &expected["coef"], OF_COEFFICIENTS);
        check_errors(&fit, Covariance::iid(), SmallSample::Unadjusted, &expected["se_iid"]);
        close(fit.deviance().expect("of counts").deviance, &expected["deviance"], 1e-9);
        close(fit.deviance().expect("of counts").null_deviance, &expected["null_deviance_kept_rows"], 1e-9);
        close(fit.log_likelihood().expect("whole counts"), &expected["loglik_kept"], 1e-9);
    }
}
