//! Panel regressions against fixest, plm, sandwich, linearmodels and NIST's certified sets.
#![allow(clippy::expect_used, clippy::panic)]

use std::path::Path;

use apportion::regress::{Leverage, RandomMethod, SmallSample};
use apportion::{CoefficientTable, Covariance, Estimator, FittedRegression, Panel, PanelRegression, PanelSchema};
use serde_json::Value;

use crate::common::shared::{json, shared};
use crate::shares::SWISS;

fn grunfeld(folder: &Path) -> Panel {
    let schema = PanelSchema::new("firm", "year");
    Panel::read_csv(folder.join("reference/data/Grunfeld.csv"), &schema).expect("Grunfeld is readable")
}

/// The largest relative difference from the values by name.
#[track_caller]
fn difference<'a>(found: impl Iterator<Item = (&'a str, f64)>, expected: &Value) -> f64 {
    let expected = expected.as_object().expect("values by name");
    let mut named = 0;
    let mut worst = 0.0_f64;
    for (name, value) in found {
        let expected = match name {
            "(Intercept)" => expected.get(name).or_else(|| expected.get("const")),
            name => expected.get(name),
        };
        let expected = expected.and_then(Value::as_f64).unwrap_or_else(|| panic!("no value of {name}"));
        worst = worst.max((value - expected).abs() / expected.abs());
        named += 1;
    }
    assert!(named > 0, "nothing was compared");
    worst
}

#[track_caller]
fn check(what: &str, table: &CoefficientTable, coefficients: &Value, std_errors: &Value) {
    let of_estimates = difference(table.coefficients.iter().map(|c| (c.name.as_str(), c.estimate)), coefficients);
    assert!(of_estimates < 1e-9, "{what}: coefficients differ by {of_estimates:e}");
    let of_errors = difference(table.coefficients.iter().map(|c| (c.name.as_str(), c.std_error)), std_errors);
    assert!(of_errors < 1e-8, "{what}: standard errors differ by {of_errors:e}");
}

/// fixest 0.14.2, `feols(inv ~ value + capital [| firm [+ year]], vcov = …)`; the calls stand in the reference. Two-way
/// clusters take the smaller G and lags ⌊T^¼⌋ = 2 periods, as fixest does by default.
#[test]
fn fixest_on_grunfeld() {
    let Some(folder) = shared() else { return };
    let panel = grunfeld(&folder);
    let eleven = PanelSchema::new("firm", "year");
    let eleven = Panel::read_csv(folder.join("reference/data/Grunfeld_AER11.csv"), &eleven).expect("readable");
    let plain = PanelRegression::new("inv", ["value", "capital"]);
    let questions = [
        ("grunfeld_ols", &panel, plain.clone()),
        ("grunfeld_oneway", &panel, plain.clone().estimator(Estimator::Within)),
        ("grunfeld_twoway", &panel, plain.clone().estimator(Estimator::Twoway)),
        ("grunfeld_weights", &panel, plain.clone().estimator(Estimator::Twoway).weights("capital")),
        (
            "grunfeld11_twoway",
            &eleven,
            PanelRegression::new("invest", ["value", "capital"]).estimator(Estimator::Twoway),
        ),
    ];
    let kinds = [
        ("\"iid\"", Covariance::iid()),
        ("\"hetero\"", Covariance::heteroskedastic(Leverage::Hc1)),
        ("\"HC2\"", Covariance::heteroskedastic(Leverage::Hc2)),
        ("\"HC3\"", Covariance::heteroskedastic(Leverage::Hc3)),
        ("~firm", Covariance::cluster()),
        ("~year", Covariance::cluster_by("year")),
        ("~firm+year", Covariance::twoway_cluster()),
        ("DK ~ year", Covariance::driscoll_kraay(None)),
        ("DK(2) ~ year", Covariance::driscoll_kraay(Some(2))),
        ("NW ~ firm + year", Covariance::newey_west(None)),
        ("NW(2) ~ firm + year", Covariance::newey_west(Some(2))),
        ("~firm, ssc=ssc(K.adj=FALSE,G.adj=FALSE)", Covariance::cluster().small_sample(SmallSample::Unadjusted)),
    ];
    let entries = json(&folder.join("reference/fixest_ols.json"));
    let mut compared = 0;
    for (id, panel, question) in questions {
        let entries = entries.as_array().expect("a list");
        let result = &entries.iter().find(|e| e["id"] == id).expect("an entry")["result"];
        let fit = question.fit(panel).expect("it fits");
        let sigma2 = result["sigma2"].as_f64().expect("a number");
        assert!((fit.sigma2() / sigma2 - 1.0).abs() < 1e-10, "{id}: σ² {} against {sigma2}", fit.sigma2());
        let r2 = |name: &str| result["r2"][name].as_f64();
        assert!((fit.r_squared().overall - r2("r2").expect("R²")).abs() < 1e-11, "{id}");
        assert!((fit.r_squared().adjusted.expect("adjusted") - r2("ar2").expect("adjusted R²")).abs() < 1e-11, "{id}");
        if let Some(within) = r2("wr2") {
            assert!((fit.r_squared().within.expect("within") - within).abs() < 1e-11, "{id}");
        }
        let number = |name: &str| result[name].as_f64().expect("a number");
        let n = number("nobs");
        let found = [fit.log_likelihood(), fit.aic(), fit.bic()].map(|value| value.expect("a likelihood"));
        // Its criteria do not count σ², and ours do, as R's of lm; its likelihood leaves weights out.
        let expected = [number("loglik"), number("aic") + 2.0, number("bic") + n.ln()];
        let left: f64 = fit.residuals().iter().map(|e| e * e).sum();
        let unweighted = -0.5 * n * (std::f64::consts::TAU.ln() + 1.0 + (left / n).ln());
        let moved = if id == "grunfeld_weights" { found[0] - unweighted } else { 0.0 };
        for (found, expected) in [found[0] - moved, found[1] + 2.0 * moved, found[2] + 2.0 * moved].iter().zip(expected)
        {
            assert!((found / expected - 1.0).abs() < 1e-10, "{id}: {found} against {expected}");
        }
        for (name, covariance) in &kinds {
            let all = result["se"].as_array().expect("a list of covariances");
            let Some(expected) = all.iter().find(|e| e["vcov"] == *name) else { continue };
            let table = fit.coefficients(covariance).expect("a covariance");
            check(&format!("{id} {name}"), &table, &result["coef"], &expected["se"]);
            // fixest's t distribution is the same, but for the call without factors, where ours is the normal one.
            if covariance.small_sample == SmallSample::Fixest {
                let p = difference(table.coefficients.iter().map(|c| (c.name.as_str(), c.p_value)), &expected["p"]);
                assert!(p < 1e-6, "{id} {name}: p-values differ by {p:e}");
            }
            compared += 1;
        }
    }
    assert!(compared >= 50, "only {compared} covariances were compared");
}

/// plm 2.6.2, `plm(inv ~ value + capital, model = …, effect = …, random.method = …)` with `vcovHC`, `vcovSCC`, `vcovDC`
/// of type HC0; the calls stand in the reference.
#[test]
fn plm_on_grunfeld() {
    let Some(folder) = shared() else { return };
    let panel = grunfeld(&folder);
    let mut questions = vec![
        ("pooling".to_string(), Estimator::Pooled, RandomMethod::default()),
        ("within_individual".to_string(), Estimator::Within, RandomMethod::default()),
        ("within_time".to_string(), Estimator::WithinPeriod, RandomMethod::default()),
        ("within_twoways".to_string(), Estimator::Twoway, RandomMethod::default()),
        ("between_individual".to_string(), Estimator::Between, RandomMethod::default()),
        ("fd".to_string(), Estimator::FirstDifference, RandomMethod::default()),
    ];
    let effects =
        [("individual", Estimator::Random), ("time", Estimator::RandomPeriod), ("twoways", Estimator::RandomTwoway)];
    for (effect, estimator) in effects {
        for name in ["swar", "walhus", "amemiya", "nerlove"] {
            questions.push((format!("random_{effect}_{name}"), estimator, name.parse().expect("a method")));
        }
    }
    let kinds = [
        ("se", Covariance::iid()),
        ("se_arellano_HC0", Covariance::cluster()),
        ("se_arellano_time_HC0", Covariance::cluster_by("year")),
        ("se_white1_HC0", Covariance::heteroskedastic(Leverage::Hc0)),
        ("se_DK_SCC_HC0", Covariance::driscoll_kraay(None)),
        ("se_DC_HC0", Covariance::twoway_cluster()),
    ];
    let entries = json(&folder.join("reference/plm.json"));
    let entries = entries.as_array().expect("a list");
    let mut compared = 0;
    for (id, estimator, method) in questions {
        let id = format!("grunfeld_{id}");
        let result = &entries.iter().find(|e| e["id"] == id.as_str()).expect("an entry")["result"];
        let question = PanelRegression::new("inv", ["value", "capital"]).estimator(estimator).random_method(method);
        let fit = question.fit(&panel).expect("it fits");
        assert_eq!(fit.df_residual() as f64, result["df"].as_f64().expect("a number"), "{id}");
        if let Some(components) = fit.effect_variances() {
            let sigma2 = result["sigma2"].as_object().expect("variances");
            let ours =
                [("idios", Some(components.idiosyncratic)), ("id", components.unit), ("time", components.period)];
            for (name, variance) in ours {
                let expected = sigma2.get(name).and_then(Value::as_f64);
                let (Some(variance), Some(expected)) = (variance, expected) else { continue };
                assert!((variance - expected).abs() <= 1e-9 * expected.max(1.0), "{id} {name}: {variance} {expected}");
            }
        }
        for (name, covariance) in &kinds {
            if !result[*name].is_object() {
                continue;
            }
            let covariance = covariance.clone().small_sample(SmallSample::Plm);
            let table = fit.coefficients(&covariance).expect("a covariance");
            check(&format!("{id} {name}"), &table, &result["coef"], &result[*name]);
            compared += 1;
        }
    }
    assert!(compared >= 90, "only {compared} covariances were compared");
}

/// linearmodels 7.1 on Grunfeld: `FirstDifferenceOLS` without a constant, `BetweenOLS`, and the R² of `PooledOLS`,
/// `RandomEffects` and `PanelOLS(entity_effects=True)`; the likelihoods of all but `RandomEffects`.
#[test]
fn linearmodels_on_grunfeld() {
    let Some(folder) = shared() else { return };
    let panel = grunfeld(&folder);
    let entries = json(&folder.join("reference/linearmodels.json"));
    let entries = entries.as_array().expect("a list");
    let result = |id: &str| entries.iter().find(|e| e["id"] == id).expect("an entry")["result"].clone();
    let plain = PanelRegression::new("inv", ["value", "capital"]);
    let differences = plain.clone().estimator(Estimator::FirstDifference).without_intercept();
    let likelihood = |id: &str, fit: &FittedRegression| {
        let (found, expected) = (fit.log_likelihood().expect("a likelihood"), result(id)["loglik"].as_f64());
        let expected = expected.expect("a number");
        assert!((found / expected - 1.0).abs() < 1e-11, "{id}: {found} against {expected}");
    };
    let differences = differences.fit(&panel).expect("it fits");
    likelihood("grunfeld_fd", &differences);
    let table = differences.coefficients(&Covariance::iid()).expect("it fits");
    check("fd", &table, &result("grunfeld_fd")["params"], &result("grunfeld_fd")["se"]);
    for (id, estimator) in [
        ("grunfeld_pooled_unadj", Estimator::Pooled),
        ("grunfeld_between", Estimator::Between),
        ("grunfeld_random", Estimator::Random),
    ] {
        let fit = plain.clone().estimator(estimator).fit(&panel).expect("it fits");
        if estimator != Estimator::Random {
            likelihood(id, &fit);
        }
        let table = fit.coefficients(&Covariance::iid()).expect("a covariance");
        let expected = result(id);
        check(id, &table, &expected["params"], &expected["se"]);
        let r2 = fit.r_squared();
        for (name, ours) in
            [("rsquared_overall", Some(r2.overall)), ("rsquared_within", r2.within), ("rsquared_between", r2.between)]
        {
            let expected = expected[name].as_f64().expect("R²");
            assert!((ours.expect("units") - expected).abs() < 1e-10, "{id} {name}: {ours:?} against {expected}");
        }
    }
    let within = plain.estimator(Estimator::Within).fit(&panel).expect("it fits");
    let expected = result("grunfeld_entity_unadj")["rsquared_between"].as_f64().expect("R²");
    assert!((within.r_squared().between.expect("units") - expected).abs() < 1e-10);
}

/// sandwich 3.0.2, `vcovHC(lm(Fertility ~ ., swiss[, weights = 1:47]), type = …)`; car's `vif` of the same.
#[test]
fn sandwich_on_swiss() {
    let Some(folder) = shared() else { return };
    let file = folder.join("reference/data/swiss.csv");
    let panel = Panel::read_csv(&file, &PanelSchema::cross_section()).expect("swiss is readable");
    let mut builder = Panel::builder().column("weight", (1..=47).map(f64::from).collect::<Vec<_>>());
    for name in SWISS.iter().chain(&["Fertility"]) {
        builder = builder.column(*name, panel.column(name).and_then(|c| c.numbers()).expect("a column"));
    }
    let panel = builder.build().expect("a panel");
    let entries = json(&folder.join("reference/sandwich.json"));
    let entries = entries.as_array().expect("a list");
    let plain = PanelRegression::new("Fertility", SWISS);
    let kinds = [
        ("const", Covariance::iid()),
        ("HC0", Covariance::heteroskedastic(Leverage::Hc0)),
        ("HC1", Covariance::heteroskedastic(Leverage::Hc1)),
        ("HC2", Covariance::heteroskedastic(Leverage::Hc2)),
        ("HC3", Covariance::heteroskedastic(Leverage::Hc3)),
        ("HC4", Covariance::heteroskedastic(Leverage::Hc4)),
    ];
    let mut compared = 0;
    for (prefix, question) in [("swiss_", plain.clone()), ("swiss_w_", plain.clone().weights("weight"))] {
        let fit = question.fit(&panel).expect("it fits");
        for (name, covariance) in &kinds {
            let id = format!("{prefix}{name}");
            // With weights sandwich's "const" is no longer σ²(X'WX)⁻¹: it takes the variance of we for that of every
            // score per x, unweighted.
            if id == "swiss_w_const" {
                continue;
            }
            let Some(entry) = entries.iter().find(|e| e["id"] == id.as_str()) else { continue };
            let table = fit.coefficients(covariance).expect("a covariance");
            check(&id, &table, &entry["result"]["coef"], &entry["result"]["se"]);
            compared += 1;
        }
    }
    assert_eq!(compared, 10);
    let vif = &entries.iter().find(|e| e["id"] == "swiss_vif").expect("an entry")["result"]["vif"];
    let collinearity = plain.fit(&panel).expect("it fits").collinearity();
    let ours = collinearity.columns.iter().map(|c| (c.name.as_str(), c.overall.expect("not aliased")));
    assert!(difference(ours, vif) < 1e-12);
}

/// NIST StRD, certified values; the digits that R's `lm` reaches are those of its documentation of these sets.
#[test]
fn nist_certified_sets() {
    let Some(folder) = shared() else { return };
    let certified = json(&folder.join("reference/nist/certified.json"));
    let digits = |value: f64, certified: f64| match certified {
        c if value == c => 16.0,
        0.0 => -value.abs().log10(),
        c => -((value - c) / c).abs().log10(),
    };
    // Least digits asked of coefficients; standard errors reach no fewer than eight, and fifteen where they are zero.
    let wanted = [("filip", 7.5), ("longley", 11.0), ("wampler4", 8.0), ("wampler5", 6.0)];
    for (name, entry) in certified.as_object().expect("sets by name") {
        let panel = Panel::read_csv(folder.join(format!("reference/nist/{name}.csv")), &PanelSchema::cross_section());
        let values = |key: &str| -> Vec<f64> {
            let values = entry[key].as_array().expect("a list");
            values.iter().map(|v| v.as_f64().expect("a number")).collect()
        };
        let (coefficients, std_errors) = (values("coefficients"), values("standard_errors"));
        let without = name.starts_with("noint");
        let terms: Vec<String> = match name.as_str() {
            "longley" => (1..=6).map(|i| format!("x{i}")).collect(),
            _ => (1..coefficients.len() + usize::from(without)).map(|power| vec!["x"; power].join(":")).collect(),
        };
        let question = PanelRegression::new("y", terms);
        let question = if without { question.without_intercept() } else { question };
        let fit = question.fit(&panel.expect("the set is readable")).expect("it fits");
        let table = fit.coefficients(&Covariance::iid()).expect("a covariance");
        assert_eq!(table.coefficients.len(), coefficients.len(), "{name}");
        let least = |found: Vec<f64>, certified: &[f64]| {
            found.iter().zip(certified).map(|(v, c)| digits(*v, *c)).fold(f64::INFINITY, f64::min)
        };
        let of_estimates = least(table.coefficients.iter().map(|c| c.estimate).collect(), &coefficients);
        let of_errors = least(table.coefficients.iter().map(|c| c.std_error).collect(), &std_errors);
        println!("{name}: {of_estimates:.1} digits of the coefficients, {of_errors:.1} of their standard errors");
        let wanted = wanted.iter().find(|(set, _)| set == name).map_or(9.0, |(_, digits)| *digits);
        assert!(of_estimates >= wanted, "{name}: {of_estimates} digits");
        assert!(of_errors >= 8.0, "{name}: {of_errors} digits of the standard errors");
    }
}
