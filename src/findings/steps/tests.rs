use super::super::Intervals;
use super::*;
use crate::decompose::IntervalKind;
use crate::model::{Model, Term};
use crate::panel::Panel;

/// Six units over four years.
fn panel(columns: usize) -> Panel {
    let rows = 48;
    let value = |row: usize, column: usize| ((row * row + 7 * column * row + 3 * column) % 23) as f64;
    let mut builder = Panel::builder().units((0..rows).map(|row| row / 4)).periods((0..rows).map(|row| row as i32 % 4));
    for column in 0..columns {
        let values = (0..rows).map(|row| value(row, column) + (row * (column + 1) % 5) as f64);
        builder = builder.column(format!("x{column}"), values.collect::<Vec<_>>());
    }
    builder.column("y", (0..rows).map(|row| value(row, 5) + row as f64 / 4.0).collect::<Vec<_>>()).build().unwrap()
}

fn fit(components: usize) -> FittedModel {
    let names = (0..components).map(|at| format!("x{at}"));
    let model = names.fold(Model::new("y"), |model, name| model.component(name.clone(), [Term::column(&name)]));
    model.fit(&panel(components)).unwrap()
}

fn names(findings: &Findings) -> Vec<&'static str> {
    findings.methods.breakdowns.iter().map(|breakdown| breakdown.method.name()).collect()
}

#[test]
fn what_nobody_asked_for_by_its_name_is_left_out_and_the_rest_refused() {
    let fit = fit(37);
    let findings = Analysis::new().order_range().of(&fit).unwrap();
    assert_eq!(names(&findings), ["sequential"]);
    assert!(findings.methods.breakdowns[0].interval.is_some());
    let reasons = findings.methods.left_out.iter().chain(&findings.left_out);
    let reasons: Vec<(&str, &str)> = reasons.map(|left| (left.method.as_str(), left.reason.as_str())).collect();
    let [("shapley", shapley), ("order_range", range)] = reasons[..] else { panic!("{reasons:?}") };
    assert!(
        shapley.starts_with("shapley over 37 components") && range.starts_with("the range over all orders over 37")
    );
    let by_name = Analysis::new().sequential().method(Method::Shapley).of(&fit).unwrap_err().to_string();
    assert_eq!(by_name, shapley);
}

#[test]
fn each_method_is_split_once_where_it_is_first_asked_for() {
    let fit = fit(3);
    let order = ["x2", "x0", "x1"].map(str::to_string).to_vec();
    let analysis = Analysis::new().methods([Method::Last, Method::Sequential { order }]).all_methods();
    let findings = analysis.method(Method::Shapley).method(Method::Last).without_intervals().of(&fit).unwrap();
    assert_eq!(names(&findings)[..4], ["last", "sequential", "sequential", "shapley"]);
    assert_eq!(names(&findings).len(), 14);
    let of = |at: usize| &findings.methods.breakdowns[at];
    assert_eq!((of(1), of(2)), (&fit.sequential_in(&["x2", "x0", "x1"]).unwrap(), &fit.sequential().unwrap()));
}

#[test]
fn a_method_asked_for_by_its_name_is_refused_among_all_too() {
    let model = Model::new("y").component("x0", ["x0"]).component("place", [Term::UnitEffects]);
    let fit = model.fit(&panel(1)).unwrap();
    let all = Analysis::new().all_methods();
    assert_eq!(all.split(&fit).unwrap().methods, fit.all_methods().unwrap());
    let refused = |analysis: Analysis| analysis.split(&fit).unwrap_err().to_string();
    assert!(refused(all.clone().method(Method::Genizi)).contains("unit effects"));
    assert!(refused(all.gelbach()).contains("always is empty"));
}

#[test]
fn changing_coefficients_alone_have_intervals_but_no_shares() {
    let model = Model::new("y").always(["x0"]).component("x1", ["x1"]).component("x2", ["x2"]);
    let fit = model.fit(&panel(3)).unwrap();
    let drawn = Analysis::new().gelbach().intervals(Intervals::bootstrap(40, 9).kind(IntervalKind::Normal));
    let findings = drawn.of(&fit).unwrap();
    let resampling = fit.bootstrap(40, 9).unwrap().kind(IntervalKind::Normal).unwrap();
    let gelbach = fit.gelbach().unwrap().with_intervals(&resampling).unwrap();
    assert_eq!(findings.interval(), gelbach.interval.as_ref());
    assert_eq!(findings.to_string(), gelbach.to_string());
    assert_eq!((names(&findings).len(), findings.gelbach), (0, Some(gelbach)));
    let refused = drawn.comparisons().of(&fit).unwrap_err().to_string();
    assert_eq!(
        refused,
        "comparisons is without shares: they compare shares: ask for a method that gives them, such as shapley"
    );
}

#[test]
fn everything_is_printed_one_below_the_other() {
    let fit = fit(3);
    let findings = Analysis::new().sequential().comparisons().order_range().of(&fit).unwrap();
    let jackknife = fit.jackknife().unwrap();
    let breakdown = fit.sequential().unwrap().with_intervals(&jackknife).unwrap();
    let comparison = &jackknife.comparisons(&[&breakdown]).unwrap()[0];
    let tables = [breakdown.to_string(), fit.order_range().unwrap().to_string(), comparison.to_string()];
    assert_eq!(findings.to_string(), tables.join("\n\n"));
}

#[test]
fn what_was_left_out_is_printed_last_and_once() {
    let unbroken = |findings: &Findings| findings.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let many = Analysis::new().order_range().without_intervals().of(&fit(37)).unwrap();
    let reasons = many.methods.left_out.iter().chain(&many.left_out);
    let reasons: Vec<String> = reasons.map(|left| format!("left out: {}", left.reason)).collect();
    assert_eq!(reasons.len(), 2);
    assert!(unbroken(&many).ends_with(&reasons.join(" ")));
    assert!(many.to_string().lines().all(|line| line.chars().count() <= 80));

    let all = Analysis::new().all_methods().order_range().without_intervals().of(&fit(9)).unwrap();
    assert!(all.order_range.is_some());
    let gelbach = format!("left out: {}", all.left_out[0].reason);
    assert_eq!(unbroken(&all).matches("left out: ").count(), all.methods.left_out.len() + 1);
    assert!(gelbach.contains("always is empty") && unbroken(&all).ends_with(&gelbach));
}

#[test]
fn the_order_of_the_model_is_split_once_however_it_is_asked_for() {
    let fit = fit(3);
    let written = Method::Sequential { order: ["x0", "x1", "x2"].map(str::to_string).to_vec() };
    let analysis = Analysis::new().sequential().method("sequential".parse().unwrap()).method(written).all_methods();
    let findings = analysis.without_intervals().split(&fit).unwrap();
    assert_eq!(findings.methods, fit.all_methods().unwrap());
}

#[test]
fn changing_coefficients_among_all_are_left_out_only_where_they_do_not_apply() {
    let split = |model: Model, panel: Panel| Analysis::new().all_methods().split(&model.fit(&panel).unwrap());
    let reason = |model: Model| split(model, panel(2)).unwrap().left_out.remove(0).reason;
    assert!(reason(Model::new("y").component("x1", ["x1"])).contains("always is empty"));
    let within = Model::new("y").always(["between(x0)"]).component("place", [Term::UnitEffects]);
    assert!(reason(within).contains("between(x0) has no coefficient"));

    // What is wrong with the columns is no reason to pass over.
    let panel = Panel::builder().column("x0", [0.0, 0.0, 1e-200, 1e-200, 2e-200, 2e-200]);
    let panel =
        panel.column("x1", [0.0, 1.0, 0.0, 2.0, 1.0, 3.0]).column("y", [1e200, 2e200, 4e200, 5e200, 4e200, 8e200]);
    let error = split(Model::new("y").always(["x0"]).component("x1", ["x1"]), panel.build().unwrap()).unwrap_err();
    assert!(matches!(error, Error::Estimate(EstimateError::Scale { .. })), "{error}");
}
