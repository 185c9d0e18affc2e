//! What an intercept, or none, means for factors and effects; and what the header of a regression says of them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use apportion::error::QuestionError;
use apportion::{Covariance, Error, Estimator, Panel, PanelRegression};

fn panel() -> Panel {
    Panel::builder()
        .units(["A", "A", "A", "B", "B", "B", "C", "C", "C"])
        .periods([1, 2, 3, 1, 2, 3, 1, 2, 3])
        .text_column("g", ["p", "p", "q", "p", "q", "q", "r", "r", "q"])
        .text_column("h", ["s", "t", "s", "t", "s", "t", "s", "t", "t"])
        .column("x", [1.0, 2.0, 4.0, 3.0, 1.0, 0.0, 2.0, 5.0, 7.0])
        .column("y", [1.0, 2.0, 7.0, 3.0, 5.0, 4.0, 9.0, 8.0, 6.0])
        .build()
        .unwrap()
}

/// One mean a level, as R's `lm(y ~ 0 + g)`.
#[test]
fn a_factor_without_an_intercept_has_a_coefficient_for_every_level() {
    let fit = PanelRegression::new("y", ["factor(g)"]).without_intercept().fit(&panel()).unwrap();
    assert_eq!(fit.names(), ["factor(g)[p]", "factor(g)[q]", "factor(g)[r]"]);
    for (found, mean) in fit.estimates().iter().zip([2.0, 5.5, 8.5]) {
        assert!((found - mean).abs() < 1e-14);
    }
    // Squares about the means: 2 of p, 5 of q, 0.5 of r.
    assert!((fit.sigma2() * fit.df_residual() as f64 - 7.5).abs() < 1e-12 && fit.df_residual() == 6);
}

/// R's `lm(y ~ 0 + g + h)` and its like: the first factor has all levels, and spans the constant for those behind it.
#[test]
fn only_the_first_of_several_factors_has_all_levels() {
    let names = |terms: &[&str]| {
        let fit = PanelRegression::new("y", terms.iter().copied()).without_intercept().fit(&panel()).unwrap();
        (fit.names().to_vec(), fit.left_out_columns().len())
    };
    let (found, left_out) = names(&["factor(h)", "factor(g)"]);
    assert_eq!(
        (found, left_out),
        (["factor(h)[s]", "factor(h)[t]", "factor(g)[q]", "factor(g)[r]"].map(String::from).to_vec(), 0)
    );
    // The same span with an intercept, in other coefficients.
    let without = PanelRegression::new("y", ["factor(g)", "x"]).without_intercept().fit(&panel()).unwrap();
    let with = PanelRegression::new("y", ["factor(g)", "x"]).fit(&panel()).unwrap();
    assert!((without.sigma2() - with.sigma2()).abs() < 1e-12);
    assert!((without.estimate("x").unwrap() - with.estimate("x").unwrap()).abs() < 1e-12);
}

/// Means of periods, of cells, and a slope through the origin for every level, each by hand; as R's `y ~ 0 + factor(t)`,
/// `y ~ 0 + h:factor(t)` and `y ~ 0 + g:x`.
#[test]
fn period_effects_and_interactions_without_an_intercept_have_a_coefficient_for_every_level() {
    let estimates = |terms: &[&str]| {
        let fit = PanelRegression::new("y", terms.iter().copied()).without_intercept().fit(&panel()).unwrap();
        assert!(fit.left_out_columns().is_empty(), "{terms:?}");
        fit.names().iter().cloned().zip(fit.estimates().iter().copied()).collect::<Vec<_>>()
    };
    let check = |terms: &[&str], expected: &[(&str, f64)]| {
        let found = estimates(terms);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for ((found_name, found), (name, value)) in found.iter().zip(expected) {
            assert!(found_name == name && (found - value).abs() < 1e-12, "{found_name} {found}, not {name} {value}");
        }
    };
    let means = [("period_effects[1]", 13.0 / 3.0), ("period_effects[2]", 5.0), ("period_effects[3]", 17.0 / 3.0)];
    check(&["period_effects"], &means);
    // Σ x y / Σ x² of each level.
    check(
        &["factor(g):x"],
        &[("factor(g):x[p]", 14.0 / 14.0), ("factor(g):x[q]", 75.0 / 66.0), ("factor(g):x[r]", 58.0 / 29.0)],
    );
    assert_eq!(estimates(&["period_effects", "x"]).len(), 4);
    let cells = estimates(&["factor(h):period_effects"]);
    let mean = |h: &str, t: i32| {
        let name = format!("factor(h):period_effects[{h}:{t}]");
        cells.iter().find(|(found, _)| *found == name).unwrap_or_else(|| panic!("no {name} in {cells:?}")).1
    };
    assert_eq!(cells.len(), 6);
    for (found, expected) in [
        (mean("s", 1), 5.0),
        (mean("t", 1), 3.0),
        (mean("s", 2), 5.0),
        (mean("t", 2), 5.0),
        (mean("s", 3), 7.0),
        (mean("t", 3), 5.0),
    ] {
        assert!((found - expected).abs() < 1e-12, "{cells:?}");
    }
}

#[test]
fn an_intercept_that_lies_in_effects_cannot_be_left_out() {
    let regression = |terms: [&str; 2]| PanelRegression::new("y", terms).without_intercept();
    for regression in [
        regression(["x", "factor(h)"]).estimator(Estimator::Within),
        regression(["x", "factor(h)"]).estimator(Estimator::WithinPeriod),
        regression(["x", "factor(h)"]).estimator(Estimator::Twoway),
        regression(["x", "unit_effects"]),
    ] {
        let found = regression.fit(&panel());
        assert!(matches!(found, Err(Error::Question(QuestionError::NoInterceptToLeaveOut { .. }))), "{found:?}");
    }
}

#[test]
fn unit_effects_among_the_terms_are_said_to_be_absorbed() {
    let fit = PanelRegression::new("y", ["x", "unit_effects"]).fit(&panel()).unwrap();
    assert_eq!(fit.estimator(), Estimator::Within);
    assert!(fit.coefficients(&Covariance::iid()).unwrap().to_string().starts_with("y, within: unit effects absorbed"));
    let both =
        PanelRegression::new("y", ["x", "unit_effects"]).estimator(Estimator::WithinPeriod).fit(&panel()).unwrap();
    let twoway = PanelRegression::new("y", ["x"]).estimator(Estimator::Twoway).fit(&panel()).unwrap();
    assert_eq!((both.estimator(), both.estimates()), (Estimator::Twoway, twoway.estimates()));
}

/// As a breakdown does.
#[test]
fn the_text_of_a_regression_says_which_rows_were_left_out() {
    let csv = "la,year,y,x\nA,1,1,2\nA,2,3,c\nB,1,4,4\nB,2,6,3\nC,1,2,\nC,2,5,c\n";
    let panel = Panel::read_csv_from(csv.as_bytes(), &apportion::PanelSchema::new("la", "year")).unwrap();
    let table = PanelRegression::new("y", ["x"]).fit(&panel).unwrap().coefficients(&Covariance::iid()).unwrap();
    let text = table.to_string();
    assert!(text.contains("2 rows left out: x missing: suppressed (c)"), "{text}");
    assert!(text.contains("1 row left out: x missing: empty"), "{text}");
    let beside = apportion::report::RegressionTable::new([("all", &table)]);
    assert!(beside.to_string().contains("2 rows left out: x missing: suppressed (c)"));
    assert!(beside.to_markdown().contains("left out"));
}
