//! What became levels is said once under each table, and in each document.
#![allow(clippy::expect_used)]

use apportion::report::{RegressionReport, RegressionTable};
use apportion::{Covariance, Estimator, Model, Panel, PanelRegression, PanelSchema, Report};

const PANEL: &str = "\
unit,year,y,x,size,region
a,2001,1,0,1,north
a,2002,3,1,1,north
a,2003,2,2,2,north
b,2001,5,1,2,south
b,2002,6,3,3,south
b,2003,9,4,3,east
c,2001,4,2,1,east
c,2002,4,1,2,east
c,2003,8,1,3,north
";

fn panel() -> Panel {
    Panel::read_csv_from(PANEL.as_bytes(), &PanelSchema::new("unit", "year")).expect("a panel")
}

#[test]
fn a_breakdown_says_what_became_levels() {
    let model = Model::new("y").component("places", ["region"]).component("sizes", ["x", "factor(size)"]);
    let fit = model.component("policy", ["period_effects"]).always(["region:x"]).fit(&panel()).expect("it fits");
    let breakdown = fit.sequential().expect("shares");
    let text = breakdown.to_string();
    let said = "\nregion:x: factor, 3 levels\nregion: factor, 3 levels\nfactor(size): factor, 3 levels";
    assert!(text.contains(said), "{text}");
    assert_eq!(text.matches(": factor, ").count(), 3, "{text}");
    let table = fit.methods(&[breakdown.method.clone(), apportion::Method::Shapley]).expect("two methods").to_string();
    assert!(table.contains(said) && table.matches(": factor, ").count() == 3, "{table}");

    let report = Report::new(&[breakdown.clone(), fit.shapley().expect("shares")]).expect("one fit");
    let json = serde_json::to_string(&report).expect("it can be written");
    let key =
        r#""factors":[{"name":"region:x","levels":3},{"name":"region","levels":3},{"name":"factor(size)","levels":3}]"#;
    assert_eq!(json.matches(key).count(), 1, "{json}");
    let again: Report = serde_json::from_str(&json).expect("it can be read");
    assert_eq!((again.factors.len(), &again), (3, &report));
    assert_eq!(again.methods[0].factors, breakdown.factors);
    assert_eq!(Report::of_fit(&fit).factors, breakdown.factors);
}

#[test]
fn a_regression_says_what_became_levels() {
    for estimator in [Estimator::Pooled, Estimator::Within, Estimator::FirstDifference] {
        let regression = PanelRegression::new("y", ["x", "region"]).estimator(estimator);
        let fit = regression.fit(&panel()).expect("it fits");
        let table = fit.coefficients(&Covariance::iid()).expect("a covariance");
        let text = table.to_string();
        assert_eq!(text.matches("\nregion: factor, 3 levels").count(), 1, "{text}");
        let side_by_side = RegressionTable::new([("model", &table)]);
        for text in [side_by_side.to_string(), side_by_side.to_markdown(), side_by_side.to_latex()] {
            assert!(text.contains("model: region: factor, 3 levels"), "{text}");
        }
        let json = serde_json::to_string(&RegressionReport::new(&fit, &table)).expect("it can be written");
        assert!(json.contains(r#""factors":[{"name":"region","levels":3}]"#), "{json}");
    }
}

#[test]
fn numbers_and_effects_are_no_factors() {
    let model = Model::new("y").component("x", ["x", "x:period_effects"]).component("practice", ["unit_effects"]);
    let fit = model.component("policy", ["factor(year)"]).fit(&panel()).expect("it fits");
    let breakdown = fit.shapley().expect("shares");
    let json = serde_json::to_string(&breakdown).expect("it can be written");
    assert!(!breakdown.to_string().contains("factor, ") && !json.contains("factors"), "{json}");
}
