//! Bad input to a panel regression: an error that names the culprit and says what to do, or a stated warning.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::{DataError, EstimateError, QuestionError};
use apportion::regress::Leverage;
use apportion::{Covariance, Error, Estimator, FittedRegression, Panel, PanelRegression, PanelSchema, Term, Warning};

use crate::common::message::error;

const GOOD: &str = "\
firm,year,y,x,z,size,region,one,w
a,2001,1,0,3,10,n,1,1
a,2002,3,1,1,10,n,1,0
a,2003,2,2,4,10,n,1,2
b,2001,5,1,1,20,n,1,1
b,2002,6,3,5,20,s,1,1
b,2003,9,4,9,20,s,1,3
c,2001,4,2,2,30,,1,1
c,2002,4,1,6,30,s,1,1
c,2003,7,3,5,30,s,1,2
";

fn read(text: &str) -> Panel {
    Panel::read_csv_from(text.as_bytes(), &PanelSchema::new("firm", "year")).expect("the file is good")
}

/// The rows of the file, header included, at which a test holds.
fn rows(keep: impl Fn(&str) -> bool) -> Panel {
    let lines: Vec<&str> = GOOD.lines().filter(|line| line.starts_with("firm") || keep(line)).collect();
    read(&lines.join("\n"))
}

fn regression<const N: usize>(terms: [&str; N]) -> PanelRegression {
    PanelRegression::new("y", terms)
}

fn fit(regression: PanelRegression) -> FittedRegression {
    regression.fit(&read(GOOD)).expect("fits")
}

#[test]
fn a_singular_design_names_what_it_drops() {
    let fit = fit(regression(["x", "one", "x", "z"]));
    assert_eq!(fit.left_out_columns(), ["one", "x"]);
    assert_eq!(fit.names(), ["(Intercept)", "x", "z"]);
    let table = fit.coefficients(&Covariance::iid()).expect("a covariance");
    assert!(table.to_string().contains("dropped, as combinations of columns before or of effects: one, x"), "{table}");
    assert_eq!(fit.estimate("one"), None);
    error(fit.wald(&["one"], &Covariance::iid()), &["\"one\"", "did you mean"]);
}

#[test]
fn more_columns_than_rows_is_saturated_and_has_no_covariance() {
    let panel = rows(|line| line.starts_with("a,"));
    let fit = regression(["x", "z", "x:z", "x:x", "z:z"]).fit(&panel).expect("fits");
    assert_eq!((fit.df_residual(), fit.n_observations()), (0, 3));
    assert_eq!(fit.left_out_columns().len(), 3);
    assert_eq!(fit.warnings(), [Warning::Saturated { observations: 3 }]);
    for covariance in [Covariance::iid(), Covariance::cluster(), Covariance::heteroskedastic(Leverage::Hc3)] {
        let found = error(fit.coefficients(&covariance), &["residual degrees of freedom", "take terms out"]);
        assert!(matches!(found, Error::Estimate(EstimateError::TooFew { expected: 1, found: 0, .. })));
    }
}

#[test]
fn one_unit() {
    let panel = rows(|line| line.starts_with("b,"));
    let found = error(regression(["x"]).estimator(Estimator::Between).fit(&panel), &["units", "between", "1", "2"]);
    assert!(matches!(found, Error::Estimate(EstimateError::TooFew { expected: 2, found: 1, .. })));
    let fit = regression(["x"]).estimator(Estimator::Within).fit(&panel).expect("deviations from one mean");
    for covariance in [Covariance::cluster(), Covariance::twoway_cluster(), Covariance::jackknife()] {
        let found = error(fit.covariance(&covariance), &["\"firm\"", "one level", "another column"]);
        assert!(matches!(found, Error::Estimate(EstimateError::Cluster { .. })));
    }
}

#[test]
fn one_period() {
    let panel = rows(|line| line.contains(",2001,"));
    let found =
        error(regression(["x"]).estimator(Estimator::Within).fit(&panel), &["within", "\"y\"", "fewer effects"]);
    assert!(matches!(found, Error::Estimate(EstimateError::Method { .. })));
    error(regression(["x"]).estimator(Estimator::Twoway).fit(&panel), &["twoway", "\"y\""]);
    let found = error(
        regression(["x"]).estimator(Estimator::FirstDifference).fit(&panel),
        &["pairs of successive periods", "0", "2"],
    );
    assert!(matches!(found, Error::Estimate(EstimateError::TooFew { found: 0, .. })));
    let fit = regression(["x"]).fit(&panel).expect("a cross-section");
    for bandwidth in [None, Some(0), Some(1)] {
        for covariance in [Covariance::newey_west(bandwidth), Covariance::driscoll_kraay(bandwidth)] {
            let found = error(fit.covariance(&covariance), &["periods", "choose another", "1", "2"]);
            assert!(matches!(found, Error::Estimate(EstimateError::TooFew { expected: 2, found: 1, .. })));
        }
    }
    error(fit.covariance(&Covariance::twoway_cluster()), &["\"year\"", "one level"]);
}

#[test]
fn no_units_or_periods() {
    let panel = Panel::read_csv_from(GOOD.as_bytes(), &PanelSchema::cross_section()).expect("read");
    for (estimator, needs) in [
        (Estimator::Within, "unit"),
        (Estimator::Between, "unit"),
        (Estimator::WithinPeriod, "period"),
        (Estimator::FirstDifference, "unit"),
        (Estimator::Random, "unit"),
    ] {
        let found = error(
            regression(["x"]).estimator(estimator).fit(&panel),
            &[estimator.name(), &format!("needs a {needs} column"), "PanelSchema"],
        );
        assert!(matches!(found, Error::Data(DataError::NoKey { .. })), "{estimator}");
    }
    let fit = regression(["x"]).fit(&panel).expect("pooled needs neither");
    for (covariance, needs) in [
        (Covariance::cluster(), "unit"),
        (Covariance::twoway_cluster(), "unit"),
        (Covariance::jackknife(), "unit"),
        (Covariance::driscoll_kraay(None), "period"),
        (Covariance::newey_west(Some(1)), "period"),
    ] {
        let found = error(fit.covariance(&covariance), &[&format!("needs a {needs} column"), "PanelSchema"]);
        assert!(matches!(found, Error::Data(DataError::NoKey { .. })), "{covariance:?}");
    }
}

#[test]
fn lags_and_leads_that_empty_the_sample() {
    for (term, says) in [("lag(x, 3)", "no earlier value"), ("lead(x, 3)", "no later value")] {
        let found = error(regression([term]).fit(&read(GOOD)), &["no row is complete", "9", term, says]);
        assert!(matches!(found, Error::Estimate(EstimateError::NothingLeft { .. })));
    }
}

#[test]
fn clusters_that_are_none() {
    let whole = fit(regression(["x"]));
    let found = error(whole.covariance(&Covariance::cluster_by("one")), &["\"one\"", "one level", "another column"]);
    assert!(matches!(found, Error::Estimate(EstimateError::Cluster { .. })));
    let found = error(
        whole.covariance(&Covariance::cluster_by("region")),
        &["\"region\"", "missing", "c", "2001", "leave such rows out"],
    );
    assert!(matches!(found, Error::Estimate(EstimateError::Cluster { .. })));
    let found = error(whole.covariance(&Covariance::cluster_by("Region")), &["\"Region\"", "did you mean \"region\""]);
    assert!(matches!(found, Error::Data(DataError::UnknownColumn { .. })));
    whole.covariance(&Covariance::cluster_by("firm")).expect("the unit column is one");
    whole.covariance(&Covariance::cluster_by("year")).expect("and the period column");
}

#[test]
fn a_bandwidth_that_reaches_the_periods() {
    let whole = fit(regression(["x"]));
    for bandwidth in [3, 4, usize::MAX] {
        for covariance in [Covariance::newey_west(Some(bandwidth)), Covariance::driscoll_kraay(Some(bandwidth))] {
            let found = error(whole.covariance(&covariance), &["bandwidth", &bandwidth.to_string(), "less than the 3"]);
            assert!(matches!(found, Error::Question(QuestionError::Option { option: "bandwidth", .. })));
        }
    }
    whole.covariance(&Covariance::newey_west(Some(2))).expect("two are fewer than three");
}

#[test]
fn unit_effects_as_a_term_where_there_is_no_place_for_them() {
    for estimator in
        [Estimator::Random, Estimator::RandomTwoway, Estimator::Mundlak, Estimator::Between, Estimator::FirstDifference]
    {
        for term in ["unit_effects", "factor(firm)", "firm"] {
            let found = error(
                regression(["x", term]).estimator(estimator).fit(&read(GOOD)),
                &["unit_effects", estimator.name(), "leave the term out"],
            );
            assert!(matches!(found, Error::Question(QuestionError::TermMeaning { .. })), "{estimator} {term}");
        }
    }
    let pooled = fit(regression(["x", "unit_effects"]));
    let within = fit(regression(["x"]).estimator(Estimator::Within));
    assert_eq!(pooled.estimates(), within.estimates());
}

#[test]
fn no_terms_or_terms_that_cannot_be_read() {
    let none: [Term; 0] = [];
    let found = error(PanelRegression::new("y", none).fit(&read(GOOD)), &["no term", "at least one"]);
    assert!(matches!(found, Error::Question(QuestionError::NoTerms)));
    error(regression(["log(x"]).fit(&read(GOOD)), &["log(x", "character 6"]);
    error(regression(["X"]).fit(&read(GOOD)), &["\"X\"", "did you mean \"x\""]);
    error(PanelRegression::new("Y", ["x"]).fit(&read(GOOD)), &["\"Y\"", "did you mean \"y\""]);
    let found = error(regression(["y", "x"]).fit(&read(GOOD)), &["\"y\"", "cannot explain itself"]);
    assert!(matches!(found, Error::Question(QuestionError::OutcomeAsTerm { .. })));
    error("fixed".parse::<Estimator>(), &["estimator", "\"fixed\"", "within"]);
}

#[test]
fn levels_out_of_range() {
    let whole = fit(regression(["x"]));
    for level in [0.0, 1.0, 95.0, -0.5, f64::NAN, f64::INFINITY] {
        let found = error(whole.coefficients_at(&Covariance::iid(), level), &["level", "between 0 and 1"]);
        assert!(matches!(found, Error::Question(QuestionError::Option { option: "level", .. })));
    }
    whole.coefficients_at(&Covariance::iid(), 0.5).expect("any other is one");
}

#[test]
fn weights_zero_or_negative_or_missing() {
    let weighted = fit(regression(["x"]).weights("w"));
    assert_eq!(weighted.sample().audit(), "1 (weight w is zero)");
    assert_eq!(weighted.n_observations(), 8);
    let negative = read(&GOOD.replace("10,n,1,0", "10,n,1,-4"));
    let found = error(regression(["x"]).weights("w").fit(&negative), &["\"w\"", "line 3", "-4", "negative"]);
    assert!(matches!(found, Error::Data(DataError::Negative { .. })));
    let panel = Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [0.0, 1.0, 5.0]).column("w", [0.0; 3]);
    let found = error(regression(["x"]).weights("w").fit(&panel.build().expect("a panel")), &["\"w\"", "zero"]);
    assert!(matches!(found, Error::Data(DataError::ZeroWeights { .. })));
    error(regression(["x"]).weights("v").fit(&read(GOOD)), &["\"v\"", "did you mean"]);
}

#[test]
fn what_does_not_vary() {
    let found = error(
        regression(["size", "one"]).estimator(Estimator::Within).fit(&read(GOOD)),
        &["within", "size, one", "beside the effects", "choose other terms"],
    );
    assert!(matches!(found, Error::Estimate(EstimateError::Method { method: "within", .. })));
    error(regression(["size"]).estimator(Estimator::Twoway).fit(&read(GOOD)), &["twoway", "size", "fewer effects"]);
    error(regression(["one"]).without_intercept().estimator(Estimator::FirstDifference).fit(&read(GOOD)), &["one"]);
    let found = error(PanelRegression::new("one", ["x"]).fit(&read(GOOD)), &["\"one\"", "does not vary", "9 rows"]);
    assert!(matches!(found, Error::Estimate(EstimateError::NoVariation { rows: 9, .. })));
    let found = error(
        PanelRegression::new("size", ["x"]).estimator(Estimator::Within).fit(&read(GOOD)),
        &["within", "\"size\"", "does not vary beside the effects", "fewer effects"],
    );
    assert!(matches!(found, Error::Estimate(EstimateError::Method { .. })));
    let partly = fit(regression(["x", "size"]).estimator(Estimator::Within));
    assert_eq!((partly.names(), partly.left_out_columns()), (&["x".to_string()][..], &["size".to_string()][..]));
}

#[test]
fn effects_alone_leave_no_column_to_name() {
    let panel = Panel::read_csv_from(GOOD.as_bytes(), &PanelSchema::new("firm", "year")).expect("it reads");
    let found = PanelRegression::new("y", ["firm"]).fit(&panel);
    error(found, &["no column stands beside the effects that are absorbed: choose other terms"]);
}

/// It spans what the constant spans: nothing of it may be passed over without a word.
#[test]
fn a_factor_of_one_level_is_named_among_what_is_left_out() {
    let builder = Panel::builder().units([1, 1, 2, 2, 3, 3]).periods([1, 2, 1, 2, 1, 2]);
    let panel = builder
        .column("y", [1.0, 3.0, 2.0, 5.0, 4.0, 4.0])
        .column("x", [0.0, 1.0, 2.0, 3.0, 5.0, 4.0])
        .text_column("g", ["p"; 6])
        .build()
        .expect("a panel");
    for estimator in [Estimator::Pooled, Estimator::Within, Estimator::Random] {
        let fit = PanelRegression::new("y", ["x", "g"]).estimator(estimator).fit(&panel).expect("it fits");
        assert_eq!(fit.left_out_columns(), ["g"], "{estimator}");
        let text = fit.coefficients(&Covariance::iid()).expect("a table").to_string();
        assert!(text.contains("dropped, as combinations of columns before or of effects: g"), "{text}");
        let new = Panel::builder().units([1]).periods([3]).column("x", [1.0]).text_column("g", ["p"]).build();
        assert!(fit.predictions(&new.expect("a panel"), &Covariance::iid(), 0.95).is_ok(), "{estimator}");
    }
    // Without an intercept the level is the constant.
    let fit = PanelRegression::new("y", ["x", "g"]).without_intercept().fit(&panel).expect("it fits");
    assert!(fit.left_out_columns().is_empty() && fit.names().len() == 2);
    let of_column = Warning::ConstantColumn { column: "g".into(), component: "c".into() };
    let model = apportion::Model::new("y").component("c", ["x", "g"]).fit(&panel).expect("it fits");
    assert_eq!(model.warnings(), [of_column]);
}
