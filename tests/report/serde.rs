//! Every result and parameter type survives being written and read again.
#![allow(clippy::expect_used)]

use std::fmt::Debug;

use apportion::decompose::Game;
use apportion::findings::{Analysis, Findings, Intervals};
use apportion::regress::{ClusterCorrection, CovarianceMatrix, Leverage, SmallSample};
use apportion::report::RegressionReport;
use apportion::resample::Comparison;
use apportion::{
    Breakdown, CoefficientTable, Covariance, Estimator, IntervalKind, Method, MethodTable, Model, OrderRange,
    PanelRegression, PanelSchema, Report, Sample, Term, Warning,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::common::panel::panel;
use crate::common::unbalanced;

#[track_caller]
fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).expect("it can be written");
    assert!(!text.contains("null,null"), "{text}");
    let again: T = serde_json::from_str(&text).expect("it can be read");
    assert_eq!(&again, value, "{text}");
}

#[test]
fn questions() {
    let terms = [
        Term::column("odd (name)"),
        Term::column("x").log().lag(2),
        Term::column("x").lead(2),
        Term::factor("region").interact(Term::PeriodEffects),
        Term::column("x").within(),
        Term::column("x").between(),
        Term::UnitEffects,
    ];
    terms.iter().for_each(round_trip);
    round_trip(&Model::new("log(y)").component("all", terms).always(["z"]).weights("w"));
    round_trip(&Model::new("y").component("c", ["x"]).unweighted());
    round_trip(&Model::new("y").component("c", ["x"]).component("d", ["z"]).after("d", ["c"]));
    round_trip(&PanelSchema::new("unit", "year").weight("w").population("p").only(["x"]));
    assert!(serde_json::from_str::<Term>("\"log(x\"").is_err());
}

#[test]
fn answers() {
    let mut rows = unbalanced(61, 20, 6, 0.1);
    rows.numbers.get_mut("slow").expect("a column")[3] = f64::NAN;
    let panel = panel(&rows);
    let model = Model::new("y")
        .component("slow", ["slow"])
        .component("fixed", ["fixed"])
        .component("practice", ["unit_effects"])
        .always(["noisy"])
        .weights("weight");
    let fit = model.fit(&panel).expect("the model fits");
    round_trip::<Sample>(fit.sample());
    round_trip::<Vec<Warning>>(&fit.warnings().to_vec());
    round_trip::<OrderRange>(&fit.order_range().expect("a range"));
    let table = fit.all_methods().expect("methods");
    round_trip::<MethodTable>(&table);
    round_trip::<MethodTable>(&table.with_intervals(&fit.jackknife().expect("jackknife")).expect("intervals"));
    let shapley = fit.shapley().expect("shapley");
    for resampling in [fit.jackknife().expect("jackknife"), fit.bootstrap(50, 1).expect("bootstrap")] {
        round_trip::<Vec<Comparison>>(&resampling.comparisons(&[&shapley]).expect("comparisons"));
    }
    round_trip::<Game>(&fit.adjusted_r2().expect("a game"));
    round_trip::<Vec<Method>>(&vec![Method::Shapley, fit.sequential().expect("sequential").method]);
    let mut all = Vec::new();
    for breakdown in [fit.sequential().expect("sequential"), fit.shapley().expect("shapley")] {
        round_trip::<Breakdown>(&breakdown);
        let jackknife = fit.jackknife().expect("jackknife");
        all.push(breakdown.with_intervals(&jackknife).expect("intervals"));
        let bootstrap = fit.bootstrap(50, u64::MAX).expect("bootstrap").kind(IntervalKind::Bca).expect("a kind");
        round_trip::<Breakdown>(&breakdown.with_intervals(&bootstrap).expect("intervals"));
    }
    all.iter().for_each(round_trip::<Breakdown>);
    round_trip::<Report>(&Report::new(&all).expect("one fit"));
    // A breakdown that was stored takes intervals like one just made.
    let stored = serde_json::to_string(&all[0]).expect("it can be written");
    let again: Breakdown = serde_json::from_str(&stored).expect("it can be read");
    assert_eq!(again.with_intervals(&fit.jackknife().expect("jackknife")).expect("intervals"), all[0]);
}

#[test]
fn a_whole_analysis() {
    let panel = panel(&unbalanced(61, 20, 6, 0.1));
    let model = Model::new("y").always(["noisy"]).component("slow", ["slow"]).component("fixed", ["fixed"]);
    let fit = model.fit(&panel).expect("the model fits");
    let drawn = Intervals::bootstrap(40, u64::MAX).kind(IntervalKind::Basic).level(0.9);
    for analysis in [
        Analysis::new(),
        Analysis::new().all_methods().order_range().intervals(drawn).comparisons(),
        Analysis::new().gelbach().order_range().without_intervals(),
        Analysis::new().method(Method::GeniziByColumn).sequential().gelbach().comparisons().order_range(),
    ] {
        round_trip::<Analysis>(&analysis);
        let findings = analysis.of(&fit).expect("findings");
        round_trip::<Findings>(&findings);
        round_trip::<Report>(&Report::of(&findings).expect("one fit"));
    }
}

#[test]
fn regressions() {
    let panel = panel(&unbalanced(61, 20, 6, 0.1));
    for estimator in [Estimator::Pooled, Estimator::Within, Estimator::Random, Estimator::Between] {
        let fit = PanelRegression::new("y", ["slow", "noisy"]).estimator(estimator).fit(&panel).expect("it fits");
        let mut covariances = vec![Covariance::iid(), Covariance::heteroskedastic(Leverage::Hc3)];
        if estimator != Estimator::Between {
            covariances.extend([
                Covariance::cluster(),
                Covariance::cluster_by("unit").correction(ClusterCorrection::Cr1s).small_sample(SmallSample::Plm),
                Covariance::twoway_cluster(),
                Covariance::newey_west(None),
                Covariance::newey_west(Some(1)),
                Covariance::driscoll_kraay(None),
                Covariance::jackknife(),
            ]);
        }
        for covariance in covariances {
            let table = fit.coefficients(&covariance).expect("coefficients");
            round_trip::<CovarianceMatrix>(&table.covariance);
            round_trip::<CoefficientTable>(&table);
            let report = RegressionReport::new(&fit, &table);
            assert_eq!(report.vcov.covariance.kind.to_string(), covariance.kind.to_string());
            round_trip::<RegressionReport>(&report);
        }
    }
}
