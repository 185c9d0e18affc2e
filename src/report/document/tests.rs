use serde_json::Value;

use super::*;
use crate::decompose::{Method, OrderRange};
use crate::fit::FittedModel;
use crate::model::{Model, Term};
use crate::panel::Panel;
use crate::resample::Comparison;
use crate::warning::Warning;

fn fit(always: bool) -> FittedModel {
    let mut rate = vec![4.0, 6.0, 5.0, 9.0, 7.0, 8.0, 3.0, 2.0];
    rate.push(f64::NAN);
    let builder = Panel::builder().units(["a", "a", "b", "b", "c", "c", "d", "d", "d"]);
    let panel = builder
        .periods([1, 2, 1, 2, 1, 2, 1, 2, 3])
        .column("rate", rate)
        .column("x", [1.0, 2.0, 2.0, 4.0, 3.0, 3.0, 1.0, 0.0, 1.0])
        .column("z", [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0])
        .build()
        .unwrap();
    let model = Model::new("rate").component("deprivation", ["x"]).component("policy", [Term::PeriodEffects]);
    if always { model.always(["z"]) } else { model }.fit(&panel.with_description("made up")).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn keys_are_those_of_the_design() {
    let fit = fit(false);
    let report = Report::new(&[fit.sequential().unwrap(), fit.shapley().unwrap()]).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(
        keys(&json),
        ["dropped", "methods", "n_observations", "n_periods", "n_units", "outcome", "panel", "r2_overall", "warnings"]
    );
    assert_eq!(keys(&json["dropped"][0]), ["reason", "rows"]);
    assert_eq!(json["dropped"][0]["rows"], 1);
    let [sequential, shapley] = [&json["methods"][0], &json["methods"][1]];
    assert_eq!(keys(sequential), ["components", "method", "order", "unexplained"]);
    assert_eq!(sequential["order"], serde_json::json!(["deprivation", "policy"]));
    assert_eq!(keys(shapley), ["components", "method", "unexplained"]);
    assert_eq!(shapley["method"], "shapley");
    assert_eq!(keys(&sequential["components"][1]), ["name", "share_of_explained", "share_of_total"]);
    assert_eq!(keys(&sequential["unexplained"]), ["share_of_total"]);
}

#[test]
fn intervals_and_always_add_their_keys() {
    let fit = fit(true);
    let with = |resampling: crate::resample::Resampling| {
        let breakdown = fit.sequential().unwrap().with_intervals(&resampling).unwrap();
        serde_json::to_value(Report::new(&[breakdown]).unwrap()).unwrap()
    };
    let json = with(fit.bootstrap(50, 3).unwrap());
    let interval = ["bias", "lower", "share_of_total", "std_error", "upper"];
    assert_eq!(keys(&json["methods"][0]["always"]), interval);
    assert_eq!(keys(&json["methods"][0]["unexplained"]), interval);
    assert_eq!(
        keys(&json["methods"][0]["components"][0]),
        ["bias", "lower", "name", "share_of_explained", "share_of_total", "std_error", "upper"]
    );
    assert_eq!(keys(&json["interval"]), ["clusters", "degenerate", "kind", "level", "replicates", "seed"]);
    let json = with(fit.jackknife().unwrap());
    assert_eq!(keys(&json["interval"]), ["clusters", "degenerate", "kind", "level"]);
    assert_eq!(json["interval"]["kind"], "root");
    // Units that are left out say what chance gives.
    let corrected = ["bias", "chance", "corrected", "lower", "share_of_total", "std_error", "upper"];
    assert_eq!(keys(&json["methods"][0]["unexplained"]), corrected);
    assert_eq!(keys(&json["methods"][0]["always"]["corrected"]), ["lower", "share_of_total", "std_error", "upper"]);
}

#[test]
fn a_report_survives_json() {
    let fit = fit(true);
    let breakdowns = [fit.sequential().unwrap(), fit.shapley().unwrap()];
    let plain = Report::new(&breakdowns).unwrap();
    let bootstrap = fit.bootstrap(50, u64::MAX).unwrap();
    let drawn = Breakdown::all_with_intervals(&[&breakdowns[0], &breakdowns[1]], &bootstrap).unwrap();
    let ranged = plain.clone().with_order_range(&fit.order_range().unwrap()).unwrap();
    for report in [plain, ranged, Report::new(&drawn).unwrap()] {
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    }
}

#[test]
fn an_order_range_adds_its_key() {
    let fit = fit(true);
    let range = fit.order_range().unwrap();
    let plain = Report::new(&[fit.shapley().unwrap()]).unwrap();
    let json = serde_json::to_value(plain.clone().with_order_range(&range).unwrap()).unwrap();
    assert_eq!(keys(&json["order_range"][0]), ["max", "mean", "min", "name"]);
    let names: Vec<&Value> = json["order_range"].as_array().unwrap().iter().map(|c| &c["name"]).collect();
    assert_eq!(names, ["deprivation", "policy"]);
    assert_eq!(json["order_range"][1]["max"], range.components[1].max);
    assert!(!keys(&serde_json::to_value(&plain).unwrap()).contains(&"order_range"));
    let mut doubtful = range;
    doubtful.warnings = fit.warnings().to_vec();
    doubtful.warnings.push(Warning::Imprecise { bound: 1e-3 });
    let with = plain.clone().with_order_range(&doubtful).unwrap().warnings;
    let [said @ .., last] = with.as_slice() else { panic!("no warning") };
    assert_eq!(said, plain.warnings);
    assert!(last.starts_with("the range over orders: columns are so nearly collinear"), "{last}");
}

#[test]
fn an_order_range_of_another_fit_is_refused() {
    let fit = fit(false);
    let plain = Report::new(&[fit.sequential().unwrap()]).unwrap();
    let refused = |range: OrderRange| plain.clone().with_order_range(&range).unwrap_err().to_string();
    let range = fit.order_range().unwrap();
    assert_eq!(
        refused(OrderRange { outcome: "other".to_string(), ..range.clone() }),
        "order range is of other over deprivation, policy: \
         a report holds answers of one fit, and its breakdowns are of rate over deprivation, policy"
    );
    let mut fewer = range.clone();
    fewer.components.truncate(1);
    assert!(refused(fewer).starts_with("order range is of rate over deprivation: "));
    let mut renamed = range;
    renamed.components[0].name = "spending".to_string();
    assert!(refused(renamed).starts_with("order range is of rate over spending, policy: "));
}

#[test]
fn comparisons_of_another_fit_or_order_are_refused() {
    let fit = fit(false);
    let (sequential, shapley) = (fit.sequential().unwrap(), fit.shapley().unwrap());
    let other_order = fit.sequential_in(&["policy", "deprivation"]).unwrap();
    let jackknife = fit.jackknife().unwrap();
    let comparisons = jackknife.comparisons(&[&sequential, &shapley, &other_order]).unwrap();
    let report = Report::new(&[shapley, other_order, sequential]).unwrap();
    let with = report.clone().with_comparisons(&comparisons).unwrap();
    let json = serde_json::to_value(&with).unwrap();
    for (at, comparison) in [(0, 1), (1, 2), (2, 0)] {
        assert_eq!(with.comparisons[at], comparisons[comparison]);
        let ranks = serde_json::to_value(&comparisons[comparison].ranks).unwrap();
        assert_eq!(json["methods"][at]["ranks"], ranks);
    }
    assert_eq!(with.clone().with_comparisons(&comparisons).unwrap(), with, "once is enough");
    assert_eq!(serde_json::from_value::<Report>(json).unwrap(), with);

    let refused = |change: fn(&mut Comparison)| {
        let mut comparison = comparisons[0].clone();
        change(&mut comparison);
        report.clone().with_comparisons(&[comparison]).unwrap_err().to_string()
    };
    assert_eq!(
        refused(|c| c.method = Method::Pmvd),
        "comparison is of pmvd: it must be of a method that the report has"
    );
    assert!(
        refused(|c| c.method = Method::Sequential { order: vec!["policy".to_string()] })
            .starts_with("comparison is of sequential in the order policy: ")
    );
    assert_eq!(
        refused(|c| c.ranks[0].name = "spending".to_string()),
        "comparison is of sequential over spending, policy: a report holds answers of one fit, and its breakdown is \
         of sequential over deprivation, policy"
    );
    assert!(refused(|c| c.differences[0].difference += 0.1).contains("its breakdown has other shares"));
    let drawn = fit.bootstrap(40, 5).unwrap().comparisons(&[&fit.shapley().unwrap()]).unwrap();
    assert_eq!(
        with.with_comparisons(&drawn).unwrap_err().to_string(),
        "comparison is percentile at level 0.95 from 40 replicates, seed 5: its intervals must be made as those beside \
         it, root at level 0.95 from 4 replicates"
    );
}

#[test]
fn warnings_name_the_method_only_where_methods_differ() {
    let fit = fit(false);
    let jackknife = fit.jackknife().unwrap();
    let breakdowns =
        Breakdown::all_with_intervals(&[&fit.sequential().unwrap(), &fit.shapley().unwrap()], &jackknife).unwrap();
    let report = Report::new(&breakdowns).unwrap();
    let few: Vec<&String> = report.warnings.iter().filter(|w| w.contains("clusters are few")).collect();
    assert_eq!(few, ["4 clusters are few: intervals are unreliable below 50"]);
    for biased in report.warnings.iter().filter(|w| w.contains("bias")) {
        let by_method = biased.starts_with("sequential: ") || biased.starts_with("shapley: ");
        assert!(by_method || biased.starts_with("unexplained"), "{biased}");
    }
}

#[test]
fn breakdowns_of_different_fits_are_refused() {
    assert_eq!(Report::new(&[]).unwrap_err().to_string(), "breakdowns of a report: 0 given, at least 1 needed");
    let one = fit(false).sequential().unwrap();
    let refused = |other: Breakdown| Report::new(&[one.clone(), other]).unwrap_err().to_string();
    assert_eq!(
        refused(Breakdown { outcome: "other".to_string(), ..one.clone() }),
        "outcome is other: a report holds breakdowns of one fit, and another says rate"
    );
    let mut sample = one.sample.clone();
    sample.n_observations += 1;
    assert!(refused(Breakdown { sample, ..one.clone() }).starts_with("sample is 9 rows (left out: 1 (rate"));
    assert!(refused(Breakdown { weights: Some("w".to_string()), ..one.clone() }).starts_with("weights is w: "));
    assert!(refused(Breakdown { panel: None, ..one.clone() }).starts_with("panel is none: "));
    assert!(refused(Breakdown { r2_overall: 0.1, ..one.clone() }).starts_with("R² is 0.1: "));
    assert_eq!(
        refused(one.clone()),
        "method is sequential, twice: a report has each method once for each kind of intervals, and sequential once in \
         each order"
    );
    let drawn = one.with_intervals(&fit(false).bootstrap(40, 5).unwrap()).unwrap();
    assert!(refused(drawn).starts_with("interval is percentile at level 0.95 from 40 replicates, seed 5: "));
}

#[test]
fn a_method_stands_once_for_each_kind_of_intervals() {
    let fit = fit(true);
    let plain = [fit.sequential().unwrap(), fit.shapley().unwrap()];
    let with = |resampling: &crate::resample::Resampling| {
        Breakdown::all_with_intervals(&[&plain[0], &plain[1]], resampling).unwrap()
    };
    let (jackknife, drawn) = (fit.jackknife().unwrap(), fit.bootstrap(50, 3).unwrap());
    let bca = drawn.clone().kind(crate::decompose::IntervalKind::Bca).unwrap();
    let (root, percentile, bca) = (with(&jackknife), with(&drawn), with(&bca));
    let all = [&root[0], &percentile[0], &bca[0], &root[1], &percentile[1]].map(Clone::clone);
    let report = Report::new(&all).unwrap();
    let comparisons = [jackknife.comparisons(&[&root[0]]).unwrap(), drawn.comparisons(&[&root[1]]).unwrap()].concat();
    let report = report.with_comparisons(&comparisons).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["interval"]["kind"], "root");
    let own = |at: usize| json["methods"][at].get("interval").map(|interval| interval["kind"].as_str().unwrap());
    assert_eq!([0, 1, 2, 3, 4].map(own), [None, Some("percentile"), Some("bca"), None, Some("percentile")]);
    let compared = |at: usize| json["methods"][at].get("ranks").is_some();
    assert_eq!([0, 1, 2, 3, 4].map(compared), [true, false, false, false, true]);
    assert_eq!(json["methods"][1]["components"][0]["lower"], percentile[0].components[0].interval.unwrap().lower);
    assert_eq!(serde_json::from_value::<Report>(json.clone()).unwrap(), report);
    // With one kind the document says it once, as ever.
    let one = serde_json::to_string(&Report::new(&root).unwrap()).unwrap();
    assert_eq!(one.matches("\"interval\":").count(), 1, "{one}");
    // What only some say begins with the kind.
    assert!(report.warnings.iter().any(|w| w.starts_with("sequential, bca: ")), "{:?}", report.warnings);

    let refused = |breakdowns: &[Breakdown]| Report::new(breakdowns).unwrap_err().to_string();
    let twice = refused(&[root[0].clone(), percentile[0].clone(), percentile[0].clone()]);
    assert!(twice.starts_with("method is sequential, percentile, twice: "), "{twice}");
    assert!(refused(&[root[0].clone(), plain[1].clone()]).starts_with("interval is none: "));
    let mut unsaid = json.clone();
    unsaid["methods"][1].as_object_mut().unwrap().remove("interval").unwrap();
    assert!(serde_json::from_value::<Report>(unsaid).unwrap_err().to_string().contains("sequential stands twice"));
    let mut without = serde_json::to_value(Report::new(&plain).unwrap()).unwrap();
    without["methods"][0]["interval"] = json["interval"].clone();
    let error = serde_json::from_value::<Report>(without).unwrap_err().to_string();
    assert!(error.contains("sequential says how intervals were made, and has none"), "{error}");
    let gelbach = fit.gelbach().unwrap().with_intervals(&drawn).unwrap();
    let error = report.with_gelbach(&gelbach).unwrap_err().to_string();
    assert!(error.starts_with("gelbach is percentile at level 0.95 from 50 replicates, seed 3: "), "{error}");
}

#[test]
fn a_breakdown_on_its_own_has_the_layout_of_its_entry() {
    let fit = fit(true);
    let table = fit.all_methods().unwrap().with_intervals(&fit.jackknife().unwrap()).unwrap();
    assert!(table.breakdowns.len() > 10);
    let report = serde_json::to_value(Report::new(&table.breakdowns).unwrap()).unwrap();
    for (breakdown, entry) in table.breakdowns.iter().zip(report["methods"].as_array().unwrap()) {
        let own = serde_json::to_value(breakdown).unwrap();
        for (key, value) in entry.as_object().unwrap() {
            assert_eq!(&own[key], value, "{key} of {}", breakdown.method.name());
        }
        for key in ["outcome", "panel", "n_observations", "n_units", "n_periods", "interval"] {
            assert_eq!(own[key], report[key], "{key} of {}", breakdown.method.name());
        }
        assert_eq!(serde_json::from_value::<Breakdown>(own).unwrap(), *breakdown);
    }
}

#[test]
fn what_the_layout_does_not_know_is_passed_over() {
    let report = Report::new(&[fit(false).shapley().unwrap()]).unwrap();
    let mut json = serde_json::to_value(&report).unwrap();
    json["elapsed_ms"] = serde_json::json!({"read": 0.1, "fit": 0.2, "decompose": 0.3, "bootstrap": 0.4});
    assert_eq!(serde_json::from_value::<Report>(json).unwrap(), report);
}

#[test]
fn a_document_that_says_too_little_is_refused() {
    let fit = fit(true);
    let jackknife = fit.jackknife().unwrap();
    let all = fit.all_methods().unwrap().with_intervals(&jackknife).unwrap().breakdowns;
    let report = Report::new(&all).unwrap().with_comparisons(&jackknife.comparisons(&[&all[1]]).unwrap()).unwrap();
    let report = report.with_gelbach(&fit.gelbach().unwrap()).unwrap();
    let document = serde_json::to_value(&report).unwrap();
    let place = |method: &str| {
        let methods = document["methods"].as_array().unwrap();
        methods.iter().position(|entry| entry["method"] == method).unwrap()
    };
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut changed = document.clone();
        change(&mut changed);
        serde_json::from_value::<Report>(changed).unwrap_err().to_string()
    };
    let without = |value: &mut Value, key: &str| drop(value.as_object_mut().unwrap().remove(key).unwrap());
    let (sequential, shapley, gelbach) = (place("sequential"), place("shapley"), place("gelbach"));
    let (owen, commonality, sizes) = (place("owen"), place("commonality"), place("conditional_dominance"));
    let (dominance, parts) = (place("complete_dominance"), place("variance_components"));
    let push = |value: &mut Value, item: Value| value.as_array_mut().unwrap().push(item);
    let pop = |value: &mut Value| drop(value.as_array_mut().unwrap().pop().unwrap());
    let without_interval = |value: &mut Value| {
        for key in ["bias", "std_error", "lower", "upper"] {
            without(value, key);
        }
    };
    let (names, empty) = (Value::from(vec!["deprivation", "policy"]), Value::Array(Vec::new()));
    type Change<'a> = &'a dyn Fn(&mut Value);
    let cases: [(Change, &str); 40] = [
        (&|d| d["methods"][shapley]["method"] = "magic".into(), "there is no method \"magic\""),
        (&|d| without(&mut d["methods"][sequential], "order"), "sequential without its order"),
        (&|d| without(&mut d["methods"][gelbach], "coefficients"), "gelbach without its coefficients"),
        (&|d| without(&mut d["methods"][shapley]["components"][0], "lower"), "of an interval, some of bias"),
        (&|d| without(&mut d["methods"][shapley]["unexplained"], "bias"), "of an interval, some of bias"),
        (&|d| without(d, "interval"), "without how their intervals were made"),
        (&|d| d["interval"]["kind"] = "bca".into(), "bca intervals without their number of replicates"),
        (
            &|d| d["methods"][place("commonality")]["subsets"][0]["components"][0] = "nobody".into(),
            "a subset is of \"nobody\", which is no component",
        ),
        (
            &|d| d["methods"][place("conditional_dominance")]["by_size"][0]["share_of_total"] = vec![0.1].into(),
            "\"deprivation\" has 1 shares by size, and 2 intervals of them",
        ),
        (&|d| d["dropped"][0]["reason"] = "whatever".into(), "a sentence that a sample says"),
        (&|d| without(d, "outcome"), "missing field `outcome`"),
        // What is of another method, or missing from its own.
        (&|d| d["methods"][shapley]["order"] = names.clone(), "shapley with order, which"),
        (&|d| d["methods"][shapley]["pairs"] = d["methods"][dominance]["pairs"].clone(), "shapley with pairs, which"),
        (&|d| d["methods"][sizes]["pairs"] = d["methods"][dominance]["pairs"].clone(), "dominance with pairs, which"),
        (&|d| d["methods"][shapley]["components"][0]["terms"] = empty.clone(), "shapley with terms, which"),
        (&|d| d["methods"][shapley]["components"][0]["common"] = 0.1.into(), "shapley with common, which"),
        (&|d| d["methods"][shapley]["coefficients"] = empty.clone(), "shapley with coefficients, which"),
        (&|d| d["methods"][gelbach]["components"] = d["methods"][shapley]["components"].clone(), "gelbach has shares"),
        (&|d| without(&mut d["methods"][sizes], "by_size"), "conditional_dominance without its by_size"),
        (&|d| without(&mut d["methods"][dominance], "pairs"), "complete_dominance without its pairs"),
        (&|d| without(&mut d["methods"][commonality], "subsets"), "commonality without its subsets"),
        (&|d| without(&mut d["methods"][parts], "covariances"), "variance_components without its covariances"),
        (&|d| without(&mut d["methods"][owen]["components"][1], "terms"), "\"policy\" is without its terms"),
        (&|d| d["methods"][sequential]["order"] = vec!["policy"].into(), "the order policy is none of the components"),
        // Details of something else than the components.
        (&|d| d["methods"][sizes]["by_size"][0]["name"] = "nobody".into(), "are not those of the components"),
        (
            &|d| {
                let row = &mut d["methods"][sizes]["by_size"][0];
                pop(&mut row["share_of_total"]);
                pop(&mut row["intervals"]);
            },
            "\"deprivation\" has 1 shares by size, of 2 components",
        ),
        (&|d| d["methods"][parts]["covariances"][0]["first"] = "nobody".into(), "covariances are not those of every"),
        (&|d| pop(&mut d["methods"][dominance]["pairs"]), "pairs are not each followed by itself turned"),
        (
            &|d| d["methods"][dominance]["pairs"][1]["proportion"] = 0.3.into(),
            "pairs are not each followed by itself turned",
        ),
        (&|d| d["methods"][dominance]["pairs"].as_array_mut().unwrap().reverse(), "pairs are not those of every two"),
        (&|d| d["methods"][commonality]["subsets"][0]["components"] = empty.clone(), "subset 1 is of , where that of"),
        (&|d| pop(&mut d["methods"][commonality]["subsets"]), "2 subsets are not all those of 2 components"),
        (
            &|d| d["methods"][commonality]["subsets"][1] = d["methods"][commonality]["subsets"][0].clone(),
            "subset 2 is of deprivation, where that of policy belongs",
        ),
        (&|d| without(&mut d["methods"][shapley], "ranks"), "shapley has differences without ranks"),
        (&|d| without(&mut d["methods"][shapley], "differences"), "shapley has ranks without differences"),
        (&|d| d["methods"][shapley]["ranks"][0]["name"] = "nobody".into(), "ranks of shapley are not those of its"),
        // Intervals on some numbers, and methods that stand twice.
        (&|d| without_interval(&mut d["methods"][shapley]["components"][0]), "shapley, some have intervals and some"),
        (&|d| without_interval(&mut d["methods"][shapley]["unexplained"]), "shapley, some have intervals and some"),
        (&|d| push(&mut d["methods"], document["methods"][shapley].clone()), "shapley stands twice"),
        (&|d| push(&mut d["methods"], document["methods"][gelbach].clone()), "gelbach stands twice"),
    ];
    for (change, expected) in cases {
        let error = refused(change);
        assert!(error.contains(expected), "{error} for {expected}");
    }

    // A breakdown of its own has no ranks, and says how its intervals were made where it has some.
    let mut own = serde_json::to_value(&all[1]).unwrap();
    let read = |own: &Value| serde_json::from_value::<Breakdown>(own.clone()).map_err(|error| error.to_string());
    assert_eq!(read(&own).unwrap(), all[1]);
    own["ranks"] = document["methods"][shapley]["ranks"].clone();
    assert!(read(&own).unwrap_err().contains("shapley with ranks, which"));
    let mut plain = serde_json::to_value(fit.shapley().unwrap()).unwrap();
    plain["interval"] = document["interval"].clone();
    assert!(read(&plain).unwrap_err().contains("and there are none"));
}
