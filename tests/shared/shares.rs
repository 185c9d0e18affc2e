//! Shares against those of other packages and of explicit regressions, on public data and the real panels.
#![allow(clippy::expect_used, clippy::panic)]

use std::path::Path;

use apportion::decompose::{Coalition, Criterion, Detail, Game};
use apportion::{Breakdown, FittedModel, Interval, IntervalKind, Method, Model, Panel, PanelSchema, Term};
use serde_json::Value;

use crate::common::shared::{json, shared};
use crate::common::{Rows, coalition_values, cross, dummies, sequential, shapley};

fn relaimpo(folder: &Path, id: &str) -> Value {
    let all = json(&folder.join("reference/relaimpo.json"));
    let entries = all.as_array().expect("a list of entries");
    entries.iter().find(|e| e["id"] == id).unwrap_or_else(|| panic!("no entry {id}"))["result"].clone()
}

#[track_caller]
fn assert_shares(breakdown: &Breakdown, expected: &Value, tolerance: f64) {
    let expected = expected.as_object().expect("shares by name");
    assert_eq!(expected.len(), breakdown.components.len());
    for (name, expected) in expected {
        let (share, expected) = (breakdown.share_of_total(name).expect("named"), expected.as_f64().expect("a number"));
        assert!((share - expected).abs() < tolerance, "{name}: {share} against {expected}");
    }
}

pub const SWISS: [&str; 5] = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"];

fn each(model: Model, columns: &[&str]) -> Model {
    columns.iter().fold(model, |model, column| model.component(*column, [*column]))
}

/// relaimpo 2.2-7, `calc.relimp(..., type = "lmg", rela = FALSE)` on R's swiss; the calls stand in the reference.
#[test]
fn relaimpo_on_swiss() {
    let Some(folder) = shared() else { return };
    let schema = PanelSchema::cross_section();
    let panel = Panel::read_csv(folder.join("reference/data/swiss.csv"), &schema).expect("swiss reads");
    let check = |id: &str, model: Model| {
        let breakdown = model.fit(&panel).expect(id).shapley().expect(id);
        let result = relaimpo(&folder, id);
        assert_shares(&breakdown, &result["lmg"], 1e-12);
        assert!((breakdown.r2_overall - result["R2"].as_f64().expect("a number")).abs() < 1e-12, "{id}");
        breakdown
    };
    let swiss = || Model::new("Fertility");
    check("swiss_all_relaFALSE", each(swiss(), &SWISS));
    let pairs = swiss()
        .component("edu", ["Education", "Examination"])
        .component("rest", ["Agriculture", "Catholic", "Infant.Mortality"]);
    check("swiss_groups2_relaFALSE", pairs);
    let group = |name: &str| swiss().component(name, ["Education", "Examination"]);
    check("swiss_groups1_relaFALSE", each(group("EduExam"), &["Agriculture", "Catholic", "Infant.Mortality"]));
    let always = each(swiss().always(["Education"]), &["Agriculture", "Examination", "Catholic", "Infant.Mortality"]);
    let breakdown = check("swiss_always_Education_relaFALSE", always.clone());
    let of_always = breakdown.always.expect("Education is always in").share_of_total;
    let expected = relaimpo(&folder, "swiss_always_Education_relaFALSE");
    let credited = expected["R2.decomp"].as_f64().expect("a number");
    assert!((breakdown.r2_overall - of_always - credited).abs() < 1e-12);
    let relative = always.fit(&panel).expect("fits").shapley().expect("shapley");
    for (name, share) in relaimpo(&folder, "swiss_always_Education_relaTRUE")["lmg"].as_object().expect("shares") {
        let ours = relative.share_of_explained(name).expect("named");
        assert!((ours - share.as_f64().expect("a number")).abs() < 1e-12, "{name}");
    }
    let group = group("G1").always(["Agriculture"]);
    check("swiss_always_groups", each(group, &["Catholic", "Infant.Mortality"]));
}

#[test]
fn relaimpo_on_weighted_swiss() {
    let Some(folder) = shared() else { return };
    let read = |name: &str| {
        let path = folder.join("reference/data/swiss.csv");
        let panel = Panel::read_csv(path, &PanelSchema::cross_section()).expect("swiss reads");
        panel.column(name).expect("a column").numbers().expect("numbers").to_vec()
    };
    let builder =
        || SWISS.iter().fold(Panel::builder().column("Fertility", read("Fertility")), |b, c| b.column(*c, read(c)));
    let rising = builder().column("w", (1..=47).map(f64::from)).weight("w").build().expect("a panel");
    let breakdown = each(Model::new("Fertility"), &SWISS).fit(&rising).expect("fits").shapley().expect("shapley");
    assert_shares(&breakdown, &relaimpo(&folder, "swiss_weights1_47_relaFALSE")["lmg"], 1e-12);
    // abs(-23:23) has a zero in the middle: that row says nothing and is left out.
    let absolute = builder().column("w", (-23..=23).map(|w| f64::from(w).abs())).build().expect("a panel");
    let model = Model::new("Fertility").weights("w").component("G1", ["Education", "Examination"]);
    let fit = each(model, &["Agriculture", "Catholic", "Infant.Mortality"]).fit(&absolute).expect("fits");
    assert_eq!(fit.sample().audit(), "1 (weight w is zero)");
    assert_shares(&fit.shapley().expect("shapley"), &relaimpo(&folder, "swiss_weights_abs")["lmg"], 1e-12);
}

/// relaimpo 2.2-7 on plm's Grunfeld, firm and year as factors, and on poisons with two factors.
#[test]
fn relaimpo_on_factors_and_effects() {
    let Some(folder) = shared() else { return };
    let path = folder.join("reference/data/Grunfeld.csv");
    let expected = relaimpo(&folder, "grunfeld_factors");
    let absorbed = Panel::read_csv(&path, &PanelSchema::new("firm", "year")).expect("Grunfeld reads");
    let model = each(Model::new("inv"), &["value", "capital"])
        .component("firm", [Term::UnitEffects])
        .component("year", [Term::PeriodEffects]);
    assert_shares(&model.fit(&absorbed).expect("fits").shapley().expect("shapley"), &expected["lmg"], 1e-12);
    let plain = Panel::read_csv(&path, &PanelSchema::cross_section()).expect("Grunfeld reads");
    let model = each(Model::new("inv"), &["value", "capital"])
        .component("firm", ["factor(firm)"])
        .component("year", ["factor(year)"]);
    assert_shares(&model.fit(&plain).expect("fits").shapley().expect("shapley"), &expected["lmg"], 1e-12);

    let poisons = Panel::read_csv(folder.join("reference/data/poisons.csv"), &PanelSchema::cross_section());
    let poisons = poisons.expect("poisons reads");
    let rate: Vec<f64> = poisons.column("time").and_then(|c| Ok(c.numbers()?.to_vec())).expect("numbers");
    let treat = match poisons.column("treat").expect("a column").values() {
        apportion::panel::Values::Text { codes, levels } => codes.iter().map(|c| levels[*c as usize].clone()).collect(),
        apportion::panel::Values::Number(_) => Vec::new(),
    };
    let panel = Panel::builder()
        .column("rate", rate.iter().map(|t| 1.0 / t))
        .column("poison", poisons.column("poison").and_then(|c| Ok(c.numbers()?.to_vec())).expect("numbers"))
        .text_column("treat", &treat)
        .build()
        .expect("a panel");
    let model = Model::new("rate").component("poison", ["factor(poison)"]).component("treat", ["treat"]);
    let breakdown = model.fit(&panel).expect("fits").shapley().expect("shapley");
    assert_shares(&breakdown, &relaimpo(&folder, "poisons_factors")["lmg"], 1e-12);
}

/// relaimpo 2.2-7 with 20 predictors.
#[test]
fn relaimpo_on_twenty_predictors() {
    let Some(folder) = shared() else { return };
    let schema = PanelSchema::cross_section();
    let panel = Panel::read_csv(folder.join("reference/data/bench_lmg_p20.csv"), &schema).expect("reads");
    let names: Vec<String> = (1..=20).map(|i| format!("X{i}")).collect();
    let model = names.iter().fold(Model::new("y"), |model, name| model.component(name, [name]));
    let breakdown = model.fit(&panel).expect("fits").shapley().expect("shapley");
    let expected = json(&folder.join("reference/lmg_p20.json"));
    assert!((breakdown.r2_overall - expected["R2"].as_f64().expect("a number")).abs() < 1e-12);
    for (share, expected) in breakdown.components.iter().zip(expected["lmg"].as_array().expect("a list")) {
        assert!((share.share_of_total - expected.as_f64().expect("a number")).abs() < 1e-12, "{}", share.name);
    }
}

/// relaimpo, domir and fixest on the benchmark panel: the calls stand in the reference.
#[test]
fn the_benchmark_panel() {
    let Some(folder) = shared() else { return };
    let path = folder.join("reference/data/bench_nao.csv");
    let panel = Panel::read_csv(path, &PanelSchema::new("g", "year")).expect("reads");
    let references = json(&folder.join("reference/pmvd_and_panel.json"));
    let regressors = || each(Model::new("y"), &["x1", "x2", "x3", "x4"]);
    let six = regressors().component("g", [Term::UnitEffects]).component("year", [Term::PeriodEffects]);
    let breakdown = six.fit(&panel).expect("fits").shapley().expect("shapley");
    assert_shares(&breakdown, &references[1]["result"], 1e-12);

    let five = regressors().component("g+year", [Term::UnitEffects, Term::PeriodEffects]).fit(&panel).expect("fits");
    let breakdown = five.shapley().expect("shapley");
    assert_shares(&breakdown, &references[2]["result"], 1e-12);
    // Its percentile interval from 1,000 draws of its own: endpoints differ by draw-to-draw noise.
    let with = breakdown.with_intervals(&five.bootstrap(1_000, 1).expect("bootstrap")).expect("intervals");
    let ends = references[2]["cluster_bootstrap_1000_percentile_95"].as_object().expect("intervals by name");
    assert_eq!(ends.len(), 5);
    for (name, ends) in ends {
        let interval = with.component(name).expect("named").interval.expect("an interval");
        for (end, expected) in [(interval.lower, &ends[0]), (interval.upper, &ends[1])] {
            let expected = expected.as_f64().expect("a number");
            assert!((end - expected).abs() < 0.006, "{name}: {end} against {expected}");
        }
    }
}

/// The rows of one of the real panels, read by hand.
fn england(path: &Path) -> Rows {
    let mut reader = csv::Reader::from_path(path).expect("the panel is readable");
    let headers: Vec<String> = reader.headers().expect("a header").iter().map(str::to_string).collect();
    let mut rows = Rows::default();
    for record in reader.records() {
        let record = record.expect("a row");
        for (name, cell) in headers.iter().zip(record.iter()) {
            match name.as_str() {
                "la_number" => rows.unit.push(cell.to_string()),
                "year" => rows.period.push(cell.parse().expect("a year")),
                "region" => rows.text.entry(name.clone()).or_default().push(cell.to_string()),
                // Grades are words: their first letters tell them apart.
                "ofsted_overall" => {
                    let grade = cell.bytes().next().map_or(f64::NAN, f64::from);
                    rows.numbers.entry(name.clone()).or_default().push(grade);
                }
                _ => {
                    let value = if cell.is_empty() { f64::NAN } else { cell.parse().unwrap_or(f64::NAN) };
                    rows.numbers.entry(name.clone()).or_default().push(value);
                }
            }
        }
        rows.weight.push(1.0);
    }
    rows
}

/// What a question's columns are, by hand: built on all rows, then cut to the sample.
struct Question {
    name: &'static str,
    outcome: &'static str,
    components: Vec<(&'static str, &'static str)>,
    always: &'static str,
    weights: Option<&'static str>,
}

fn log(values: Vec<f64>) -> Vec<f64> {
    values.iter().map(|x| if *x > 0.0 { x.ln() } else { f64::NAN }).collect()
}

/// The columns that decide the sample: everything but what is made from the sample itself.
fn needed(rows: &Rows, term: &str) -> Vec<Vec<f64>> {
    let inner = |prefix: &str| term.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(')'));
    if let Some((a, b)) = term.split_once(':') {
        return [needed(rows, a), needed(rows, b)].concat();
    }
    match term {
        "unit_effects" | "period_effects" | "region" | "factor(region)" | "year" => vec![],
        _ => match (inner("within("), inner("between("), inner("lag("), inner("log("), inner("factor(")) {
            (Some(x), ..) | (_, Some(x), ..) | (.., Some(x)) => needed(rows, x),
            (_, _, Some(x), ..) => needed(rows, x).iter().map(|c| rows.lag(c, 1)).collect(),
            (_, _, _, Some(x), _) => needed(rows, x).into_iter().map(log).collect(),
            _ => vec![rows.column(term)],
        },
    }
}

/// A term's columns on the sample; `all` are the rows it is cut from, at `kept`.
fn columns(all: &Rows, kept: &[usize], sample: &Rows, term: &str) -> Vec<Vec<f64>> {
    let inner = |prefix: &str| term.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(')'));
    if let Some((a, b)) = term.split_once(':') {
        return cross(&columns(all, kept, sample, a), &columns(all, kept, sample, b));
    }
    match term {
        "unit_effects" => sample.unit_dummies(),
        "period_effects" => sample.period_dummies(),
        "region" | "factor(region)" => dummies(&sample.text["region"]),
        "year" => vec![sample.period.iter().map(|p| f64::from(*p)).collect()],
        _ => {
            let cut = |values: &Vec<f64>| -> Vec<f64> { kept.iter().map(|&r| values[r]).collect() };
            if let Some(x) = inner("within(") {
                columns(all, kept, sample, x).iter().map(|c| sample.within(c)).collect()
            } else if let Some(x) = inner("between(") {
                columns(all, kept, sample, x).iter().map(|c| sample.between(c)).collect()
            } else if let Some(x) = inner("factor(") {
                dummies(&sample.column(x).iter().map(|x| (x * 1e6) as i64).collect::<Vec<_>>())
            } else {
                needed(all, term).iter().map(cut).collect()
            }
        }
    }
}

fn check_england(file: &str, questions: &[Question]) {
    let Some(folder) = shared() else { return };
    let path = folder.join("data").join(file);
    let all = england(&path);
    let panel = Panel::read_csv(&path, &PanelSchema::new("la_number", "year")).expect("the panel reads");
    for question in questions {
        let terms = |list: &'static str| list.split(',').filter(|t| !t.is_empty());
        let mut model = Model::new(question.outcome).always(terms(question.always));
        for (name, list) in &question.components {
            model = model.component(*name, terms(list));
        }
        if let Some(weights) = question.weights {
            model = model.weights(weights);
        }
        let fit = model.fit(&panel).expect(question.name);

        let everything = question.components.iter().flat_map(|(_, list)| terms(list)).chain(terms(question.always));
        let mut deciding: Vec<Vec<f64>> = everything.flat_map(|term| needed(&all, term)).collect();
        deciding.extend(needed(&all, question.outcome));
        deciding.extend(question.weights.map(|w| all.column(w)));
        let kept = all.complete(&deciding);
        let mut sample = all.at(&kept);
        if let Some(weights) = question.weights {
            sample.weight = sample.column(weights);
        }
        assert_eq!(fit.sample().n_observations, kept.len(), "{}", question.name);
        let of = |list: &'static str| terms(list).flat_map(|t| columns(&all, &kept, &sample, t)).collect::<Vec<_>>();
        let components: Vec<_> = question.components.iter().map(|(_, list)| of(list)).collect();
        let outcome = columns(&all, &kept, &sample, question.outcome).remove(0);
        let values = coalition_values(&outcome, &components, &of(question.always), &sample.weight);
        let k = components.len();
        for (breakdown, expected) in [
            (fit.sequential().expect("sequential"), sequential(&values, k)),
            (fit.shapley().expect("shapley"), shapley(&values, k)),
        ] {
            for (share, expected) in breakdown.components.iter().zip(expected) {
                let difference = (share.share_of_total - expected).abs();
                let (method, name) = (breakdown.method.name(), &share.name);
                assert!(difference < 1e-9, "{file}, {}, {method}, {name}: off by {difference:e}", question.name);
            }
        }
    }
}

fn question(name: &'static str, components: &[(&'static str, &'static str)]) -> Question {
    Question { name, outcome: "cpp_rate", components: components.to_vec(), always: "", weights: None }
}

fn questions(deprivation: &'static str) -> Vec<Question> {
    vec![
        question(
            "the NAO's order",
            &[
                ("deprivation", deprivation),
                ("spending", "log(spend_core_per_child)"),
                ("policy", "period_effects"),
                ("practice", "unit_effects"),
            ],
        ),
        Question {
            outcome: "log(cpp_rate)",
            weights: Some("population_0_17"),
            ..question(
                "weighted by population, regions apart from practice",
                &[
                    ("deprivation", "idaci_2015"),
                    ("regions", "region"),
                    ("regional policy", "region:period_effects"),
                    ("practice", "unit_effects"),
                ],
            )
        },
        Question {
            always: "year,log(population_0_17)",
            ..question(
                "a trend is always in",
                &[
                    ("spending", "within(spend_core_per_child),between(spend_core_per_child)"),
                    ("need", "cin_rate,lag(cin_rate)"),
                    ("practice", "unit_effects"),
                ],
            )
        },
        Question {
            always: "unit_effects",
            ..question(
                "within authorities only",
                &[
                    ("policy", "period_effects"),
                    ("spending", "lag(log(spend_core_per_child)),log(spend_core_per_child)"),
                    ("need", "referral_rate"),
                    ("size", "population_0_17,log(population_0_17)"),
                ],
            )
        },
        Question {
            weights: Some("population_0_17"),
            ..question(
                "interactions of numbers and of a factor with a number",
                &[
                    ("deprivation", "idaci_2015,idaci_2015:year"),
                    ("slopes", "region:log(spend_core_per_child)"),
                    ("inspection", "factor(ofsted_overall)"),
                    ("need", "cla_rate:cin_rate,cla_rate"),
                    ("practice", "unit_effects"),
                ],
            )
        },
        question(
            "no unit effects, and near copies",
            &[
                ("counts", "cin_count,lag(cin_count)"),
                ("size", "population_0_17,lag(population_0_17)"),
                ("looked after", "cla_count,lag(cla_count)"),
                ("policy", "period_effects"),
            ],
        ),
    ]
}

#[test]
fn england_2011_to_2018_equals_dummy_variable_regressions() {
    check_england("england_2011_2018.csv", &questions("idaci_2015"));
}

#[test]
fn england_2016_to_2024_equals_dummy_variable_regressions() {
    let mut all = questions("low_income_pct");
    all.push(question(
        "the workforce",
        &[
            ("deprivation", "low_income_pct"),
            ("workforce", "vacancy_rate,agency_rate,turnover_rate"),
            ("past workforce", "lag(vacancy_rate)"),
            ("policy", "period_effects"),
            ("practice", "unit_effects"),
        ],
    ));
    check_england("england_2016_2024.csv", &all);
}

/// The panel of a reference data set without units.
fn cross_section(folder: &Path, file: &str) -> Panel {
    Panel::read_csv(folder.join("reference/data").join(file), &PanelSchema::cross_section()).expect("the data read")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// relaimpo's names of methods, and ours.
fn seven(fit: &FittedModel) -> [(&'static str, Breakdown); 7] {
    let of = |method| fit.breakdown(&method).expect("the method applies");
    [
        ("lmg", of(Method::Shapley)),
        ("last", of(Method::Last)),
        ("first", of(Method::First)),
        // The squared standardised coefficient of a single column is the variance of its fitted part.
        ("betasq", of(Method::VarianceComponents)),
        ("pratt", of(Method::Pratt)),
        ("genizi", of(Method::Genizi)),
        ("car", of(Method::Car)),
    ]
}

/// relaimpo 2.2-7, all seven metrics; the calls stand in the reference.
#[test]
fn relaimpo_s_seven_metrics_on_swiss() {
    let Some(folder) = shared() else { return };
    let swiss = cross_section(&folder, "swiss.csv");
    let values = |name: &str| swiss.column(name).and_then(|c| Ok(c.numbers()?.to_vec())).expect("numbers");
    let panel = |keep: &dyn Fn(usize) -> bool| {
        let rows: Vec<usize> = (0..47).filter(|&row| keep(row)).collect();
        let builder = SWISS.iter().chain(&["Fertility"]).fold(Panel::builder(), |builder, name| {
            let values = values(name);
            builder.column(*name, rows.iter().map(|&row| values[row]))
        });
        builder.column("w", rows.iter().map(|&row| row as f64 + 1.0)).build().expect("a panel")
    };
    let (all, catholic) = (panel(&|_| true), panel(&|row| values("Catholic")[row] > 40.0));
    let swiss = || Model::new("Fertility");
    let plain = each(swiss(), &SWISS);
    let always = each(swiss().always(["Education"]), &["Agriculture", "Examination", "Catholic", "Infant.Mortality"]);
    for (id, model, panel, relative) in [
        ("swiss_all_relaFALSE", plain.clone(), &all, false),
        ("swiss_all_relaTRUE", plain.clone(), &all, true),
        ("swiss_cov", plain.clone(), &all, false),
        ("swiss_weights1_47_relaFALSE", plain.clone().weights("w"), &all, false),
        ("swiss_subset_Catholic40", plain.clone(), &catholic, true),
        ("swiss_always_Education_relaFALSE", always, &all, false),
    ] {
        let expected = relaimpo(&folder, id);
        let fit = model.fit(panel).expect(id);
        for (name, breakdown) in seven(&fit).into_iter().filter(|(name, _)| !expected[name].is_null()) {
            // With rela = TRUE relaimpo divides by the sum of the shares, whatever they sum to.
            let sum: f64 = breakdown.components.iter().map(|c| c.share_of_total).sum();
            for share in &breakdown.components {
                let ours = if relative { share.share_of_total / sum } else { share.share_of_total };
                let expected = number(&expected[name][&share.name]);
                assert!((ours - expected).abs() < 1e-12, "{id}, {name}, {}: {ours} against {expected}", share.name);
            }
        }
    }
}

/// relaimpo 2.2-7, first and last with groups and factors.
#[test]
fn relaimpo_s_first_and_last_of_groups() {
    let Some(folder) = shared() else { return };
    let swiss = cross_section(&folder, "swiss.csv");
    let three = &["Agriculture", "Catholic", "Infant.Mortality"][..];
    let group = |name: &str| Model::new("Fertility").component(name, ["Education", "Examination"]);
    let grunfeld = Panel::read_csv(folder.join("reference/data/Grunfeld.csv"), &PanelSchema::new("firm", "year"));
    let effects = each(Model::new("inv"), &["value", "capital"])
        .component("firm", [Term::UnitEffects])
        .component("year", [Term::PeriodEffects]);
    let grunfeld = grunfeld.expect("Grunfeld reads");
    for (id, model, panel) in [
        ("swiss_groups2_relaFALSE", group("edu").component("rest", three.iter().copied()), &swiss),
        ("swiss_groups1_relaFALSE", each(group("EduExam"), three), &swiss),
        ("swiss_always_groups", each(group("G1").always(["Agriculture"]), &three[1..]), &swiss),
        ("grunfeld_factors", effects, &grunfeld),
    ] {
        let fit = model.fit(panel).expect(id);
        let expected = relaimpo(&folder, id);
        assert_shares(&fit.first().expect("first"), &expected["first"], 1e-12);
        assert_shares(&fit.last().expect("last"), &expected["last"], 1e-12);
    }
}

/// relaimpo 2.2-7 lets an interaction in only after its main effects.
#[test]
fn relaimpo_s_interactions_enter_after_their_main_effects() {
    let Some(folder) = shared() else { return };
    let check = |id: &str, model: Model, panel: &Panel| {
        let fit = model.fit(panel).expect(id);
        assert_shares(&fit.shapley().expect("shapley"), &relaimpo(&folder, id)["lmg"], 1e-12);
        for range in fit.order_range().expect("a range").components {
            let expected = number(&relaimpo(&folder, id)["lmg"][&range.name]);
            assert!((range.mean - expected).abs() < 1e-12 && range.min <= range.mean && range.mean <= range.max);
        }
    };
    let model = each(Model::new("Fertility"), &["Agriculture", "Education", "Catholic", "Examination"]);
    let model = model.component("Education:Catholic", ["Education:Catholic"]);
    let model = model.after("Education:Catholic", ["Education", "Catholic"]);
    check("swiss_interaction", model, &cross_section(&folder, "swiss.csv"));
    let model = Model::new("breaks")
        .component("tension", ["tension"])
        .component("wool:tension", ["wool:tension"])
        .component("wool", ["wool"])
        .after("wool:tension", ["wool", "tension"]);
    check("warpbreaks_interaction", model, &cross_section(&folder, "warpbreaks.csv"));
    let poisons = cross_section(&folder, "poisons.csv");
    let time = poisons.column("time").and_then(|c| Ok(c.numbers()?.to_vec())).expect("numbers");
    let treat: Vec<String> = match poisons.column("treat").expect("a column").values() {
        apportion::panel::Values::Text { codes, levels } => codes.iter().map(|c| levels[*c as usize].clone()).collect(),
        apportion::panel::Values::Number(_) => panic!("letters are text"),
    };
    let panel = Panel::builder()
        .column("rate", time.iter().map(|t| 1.0 / t))
        .column("poison", poisons.column("poison").and_then(|c| Ok(c.numbers()?.to_vec())).expect("numbers"))
        .text_column("treat", &treat)
        .build()
        .expect("a panel");
    let model = Model::new("rate")
        .component("poison", ["factor(poison)"])
        .component("treat", ["treat"])
        .component("poison:treat", ["factor(poison):treat"])
        .after("poison:treat", ["poison", "treat"]);
    check("poisons_interaction", model, &panel);
}

/// pmvd of R's sensitivity 1.31 on swiss, printed to ten digits.
#[test]
fn pmvd_of_sensitivity() {
    let Some(folder) = shared() else { return };
    let fit = each(Model::new("Fertility"), &SWISS).fit(&cross_section(&folder, "swiss.csv")).expect("fits");
    let expected = &json(&folder.join("reference/pmvd_and_panel.json"))[0]["result"];
    assert_shares(&fit.pmvd().expect("pmvd"), expected, 1e-9);
}

fn dominance(folder: &Path, package: &str, id: &str) -> Value {
    let all = json(&folder.join("reference/dominance.json"));
    let is_it = |e: &&Value| e["id"] == id && e["package"].as_str().is_some_and(|p| p.starts_with(package));
    all.as_array().expect("a list").iter().find(is_it).expect("the entry")["result"].clone()
}

/// domir 1.2.0 and dominanceanalysis 2.1.0: general, conditional and complete dominance.
#[test]
fn dominance_of_domir() {
    let Some(folder) = shared() else { return };
    let (mtcars, swiss) = (cross_section(&folder, "mtcars.csv"), cross_section(&folder, "swiss.csv"));
    let grunfeld = Panel::read_csv(folder.join("reference/data/Grunfeld.csv"), &PanelSchema::new("firm", "year"));
    let grunfeld = grunfeld.expect("Grunfeld reads");
    let mpg = || Model::new("mpg");
    let three = each(mpg(), &["am", "vs", "cyl"]);
    let sets = three.clone().component("set1", ["carb", "gear"]).component("set2", ["disp", "wt"]);
    let named =
        mpg().component("trns", ["am", "gear"]).component("eng", ["cyl", "vs"]).component("misc", ["qsec", "drat"]);
    let always = each(
        Model::new("Fertility").always(["Education"]),
        &["Agriculture", "Examination", "Catholic", "Infant.Mortality"],
    );
    let within = each(Model::new("inv").always([Term::UnitEffects]), &["value", "capital"]).component("tr", ["year"]);
    for (id, model, panel) in [
        ("mtcars_am_vs_cyl", three, &mtcars),
        ("mtcars_sets", sets, &mtcars),
        ("mtcars_namedsets", named, &mtcars),
        ("swiss_all", each(Model::new("Fertility"), &SWISS), &swiss),
        ("swiss_all_conditional_on_Education", always, &swiss),
        ("grunfeld_within_r2", within, &grunfeld),
    ] {
        let expected = dominance(&folder, "domir", id);
        let fit = model.fit(panel).expect(id);
        let conditional = fit.conditional_dominance().expect("conditional");
        // The R² within units is the part of what the units leave.
        let left = match (id, &conditional.always) {
            ("grunfeld_within_r2", Some(always)) => 1.0 - always.share_of_total,
            _ => 1.0,
        };
        for share in &conditional.components {
            assert!((share.share_of_total / left - number(&expected["General"][&share.name])).abs() < 1e-12, "{id}");
        }
        let k = conditional.components.len();
        let Detail::BySize(by_size) = &conditional.detail else { panic!("sizes are missing") };
        for (at, cell) in by_size.iter().enumerate() {
            let expected = number(&expected["Conditional"]["values"][at / k][at % k]);
            assert!((cell.share_of_total / left - expected).abs() < 1e-12, "{id}, {}, {}", cell.component, cell.size);
        }
        let complete = fit.complete_dominance().expect("complete");
        let Detail::Pairs(pairs) = &complete.detail else { panic!("pairs are missing") };
        let places = (0..k).flat_map(|i| (i + 1..k).map(move |j| (i, j)));
        for ((i, j), pair) in places.zip(pairs) {
            assert_eq!(pair.proportion, number(&expected["Complete"]["values"][i][j]), "{id}, {pair:?}");
        }
    }
}

/// hier.part 1.0.6: independent and joint contributions; rwa 0.1.0: relative weights.
#[test]
fn hier_part_and_rwa() {
    let Some(folder) = shared() else { return };
    let (mtcars, swiss) = (cross_section(&folder, "mtcars.csv"), cross_section(&folder, "swiss.csv"));
    let nine = ["am", "vs", "cyl", "wt", "hp", "qsec", "gear", "carb", "drat"];
    for (id, model, panel) in [
        ("mtcars_9_Rsqu", each(Model::new("mpg"), &nine), &mtcars),
        ("swiss_Rsqu", each(Model::new("Fertility"), &SWISS), &swiss),
    ] {
        let expected = dominance(&folder, "hier.part", id);
        let fit = model.fit(panel).expect(id);
        let (first, shapley) = (fit.first().expect("first"), fit.shapley().expect("shapley"));
        for (at, (first, shapley)) in first.components.iter().zip(&shapley.components).enumerate() {
            let row = &expected["IJ"]["values"][at];
            assert!((shapley.share_of_total - number(&row[0])).abs() < 1e-12, "{id}, {}", first.name);
            assert!((first.share_of_total - shapley.share_of_total - number(&row[1])).abs() < 1e-12, "{id}");
        }
        if id == "swiss_Rsqu" {
            // Its table of all coalitions, ordered by size and then by position.
            let values = expected["gfs"].as_array().expect("a list");
            let alone = fit.r2_overall_of(&["Agriculture", "Infant.Mortality"]).expect("a coalition");
            assert!((alone - number(&values[9])).abs() < 1e-12);
        }
    }
    for (id, model, panel) in [
        ("mtcars", each(Model::new("mpg"), &["cyl", "disp", "hp", "gear"]), &mtcars),
        ("swiss", each(Model::new("Fertility"), &SWISS), &swiss),
    ] {
        let expected = dominance(&folder, "rwa", id);
        let breakdown = model.fit(panel).expect(id).genizi().expect("genizi");
        assert!((breakdown.r2_overall - number(&expected["rsquare"])).abs() < 1e-10);
        let result = &expected["result"];
        for (name, weight) in result["Variables"]
            .as_array()
            .expect("names")
            .iter()
            .zip(result["Raw.RelWeight"].as_array().expect("weights"))
        {
            let share = breakdown.share_of_total(name.as_str().expect("a name")).expect("named");
            assert!((share - number(weight)).abs() < 1e-10, "{id}, {name}");
        }
    }
}

/// relaimpo 2.2-7's bootstrap of swiss, replayed from its own resamples: replicates, intervals, ranks and differences.
#[test]
fn relaimpo_s_bootstrap_replayed() {
    let Some(folder) = shared() else { return };
    let fit = each(Model::new("Fertility"), &SWISS).fit(&cross_section(&folder, "swiss.csv")).expect("fits");
    let lines = |file: &str| -> Vec<Vec<String>> {
        let text = std::fs::read_to_string(folder.join("reference/data").join(file)).expect("readable");
        text.lines().map(|line| line.split(',').map(|cell| cell.trim_matches('"').to_string()).collect()).collect()
    };
    let position = |cell: &String| cell.parse::<usize>().expect("a position") - 1;
    let draws: Vec<Vec<usize>> =
        lines("relaimpo_swiss_boot_indices.csv").iter().map(|line| line.iter().map(position).collect()).collect();
    let replay = fit.bootstrap_of(draws).expect("draws of this sample");
    let breakdowns = seven(&fit);
    let plain: Vec<&Breakdown> = breakdowns.iter().map(|(_, breakdown)| breakdown).collect();
    let replicates = replay.replicates(&plain).expect("replicates");
    let table = lines("relaimpo_swiss_boot_replicates.csv");
    assert_eq!(table.len(), 201);
    for (replicate, line) in table[1..].iter().enumerate() {
        for (heading, cell) in table[0].iter().zip(line) {
            let expected: f64 = cell.parse().expect("a number");
            let found = match heading.split_once('.') {
                None => 1.0 - replicates[0].shares[[replicate, 6]],
                Some((metric, name)) => {
                    let method = breakdowns.iter().position(|(m, _)| *m == metric).expect("a metric");
                    let component = SWISS.iter().position(|s| *s == name).expect("a column");
                    replicates[method].shares[[replicate, 1 + component]]
                }
            };
            assert!((found - expected).abs() < 1e-12, "{replicate}, {heading}: {found} against {expected}");
        }
    }
    for (id, kind) in [
        ("swiss_boot1000_perc", IntervalKind::Percentile),
        ("swiss_boot1000_basic", IntervalKind::Basic),
        ("swiss_boot1000_norm", IntervalKind::Normal),
        ("swiss_boot1000_bca", IntervalKind::Bca),
    ] {
        let expected = relaimpo(&folder, id);
        let replay = replay.clone().kind(kind).expect("a kind");
        let with = Breakdown::all_with_intervals(&plain, &replay).expect("intervals");
        let comparisons = replay.comparisons(&plain).expect("comparisons");
        for (((metric, _), with), comparison) in breakdowns.iter().zip(&with).zip(&comparisons) {
            // Quantiles are interpolated on another scale: 0.006, twice that for a difference of two, and for the large
            // values of pratt and betasq as much in proportion. Three times that for BCa: its acceleration comes from a
            // regression on the draws there (-0.022 for pratt of Infant.Mortality) and from the jackknife here (-0.040).
            let near = |found: f64, what: &str, at: usize| {
                let expected = number(&expected[format!("{metric}.{what}")]["values"][0][at]);
                let mut terms = if what.starts_with("diff") { 2.0 } else { 1.0 };
                terms *= if kind == IntervalKind::Bca { 3.0 } else { 1.0 };
                let tolerance = (terms * 0.006_f64).max(0.02 * expected.abs());
                assert!(
                    (found - expected).abs() < tolerance,
                    "{id}, {metric}.{what}[{at}]: {found} against {expected}"
                );
            };
            // boot.ci takes the bias off a normal interval, which here is about the share itself.
            let off = |interval: &Interval| if kind == IntervalKind::Normal { interval.bias } else { 0.0 };
            for (at, share) in with.components.iter().enumerate() {
                let interval = share.interval.expect("an interval");
                near(interval.lower - off(&interval), "lower", at);
                near(interval.upper - off(&interval), "upper", at);
            }
            for (at, difference) in comparison.differences.iter().enumerate() {
                near(difference.interval.lower - off(&difference.interval), "diff.lower", at);
                near(difference.interval.upper - off(&difference.interval), "diff.upper", at);
            }
            if kind == IntervalKind::Percentile {
                for (at, rank) in comparison.ranks.iter().enumerate() {
                    near(rank.lower, "rank.lower", at);
                    near(rank.upper, "rank.upper", at);
                    assert_eq!(rank.rank, number(&expected[format!("{metric}.rank")][at]), "{metric}, {}", rank.name);
                }
            }
        }
    }
}

/// pyfixest 0.60.0, `feols("y ~ x1 + x21 + x22 + x23", gd).decompose(decomp_var = "x1", ...)`; the calls stand in the
/// reference. It gives no analytic errors; its 500 bootstrap draws of rows are noise of about 0.01 in an interval's end.
#[test]
fn gelbach_of_pyfixest() {
    let Some(folder) = shared() else { return };
    let schema = PanelSchema::cross_section();
    let panel = Panel::read_csv(folder.join("reference/data/gelbach_data.csv"), &schema).expect("the data read");
    let all = json(&folder.join("reference/gelbach.json"));
    let result =
        |id: &str| all.as_array().and_then(|all| all.iter().find(|e| e["id"] == id)).expect(id)["result"].clone();
    let model = |always: &[&str], components: &[(&str, &[&str])]| {
        let model = Model::new("y").always(always.iter().copied());
        components.iter().fold(model, |model, (name, terms)| model.component(*name, terms.iter().copied()))
    };
    let x = |name: &'static str| -> [&'static str; 1] { [name] };
    let (x21, x22, x23) = (x("x21"), x("x22"), x("x23"));
    let single: [(&str, &[&str]); 3] = [("x21", &x21), ("x22", &x22), ("x23", &x23)];
    let groups: [(&str, &[&str]); 2] = [("g1", &["x21", "x22"]), ("g2", &["x23"])];
    for (id, model) in [
        ("gelbach_simple", model(&["x1"], &single)),
        ("gelbach_groups", model(&["x1"], &groups)),
        ("gelbach_x1vars", model(&["x1", "x21"], &single[1..])),
    ] {
        let gelbach = model.fit(&panel).expect(id).gelbach().expect(id);
        let x1 = gelbach.column("x1").expect("x1 is always in");
        let tidy = &result(id)["tidy"];
        let names = tidy["rows"].as_array().expect("rows");
        for (name, value) in names.iter().zip(tidy["values"].as_array().expect("values")) {
            let name = name.as_str().expect("a name");
            let (estimate, total) = (|e: &apportion::decompose::GelbachEstimate| e.estimate, x1.total_change.estimate);
            let ours = match name {
                "direct_effect" => estimate(&x1.base),
                // Base less what is explained: the full coefficient again.
                "full_effect" | "unexplained_effect" => estimate(&x1.full),
                "explained_effect" => total,
                component => estimate(&x1.component(component).expect("a component").change),
            };
            let (whole, share) = match value[1].as_str().expect("a panel") {
                "Levels (units)" => (1.0, None),
                "Share of Full Effect" => {
                    (x1.base.estimate, x1.component(name).ok().and_then(|part| part.share_of_base))
                }
                _ => (total, x1.component(name).ok().and_then(|part| part.share_of_change)),
            };
            let theirs = value[0].as_f64().expect("a number");
            assert!((ours / whole - theirs).abs() < 1e-10, "{id}, {name}: {} against {theirs}", ours / whole);
            assert!(share.is_none_or(|share| (share - theirs).abs() < 1e-10), "{id}, {name}");
        }
    }

    let fit = model(&["x1"], &groups).fit(&panel).expect("fits");
    let gelbach = fit.bootstrap(2_000, 1).and_then(|b| fit.gelbach()?.with_intervals(&b)).expect("intervals");
    let x1 = gelbach.column("x1").expect("x1 is always in");
    let theirs = &result("gelbach_boot")["_absolute_ci"];
    for (name, ends) in
        theirs["rows"].as_array().expect("rows").iter().zip(theirs["values"].as_array().expect("values"))
    {
        let ours = match name.as_str().expect("a name") {
            "direct_effect" => x1.base,
            "full_effect" | "unexplained_effect" => x1.full,
            "explained_effect" => x1.total_change,
            component => x1.component(component).expect("a component").change,
        };
        let interval = ours.interval.expect("asked for");
        for (ours, theirs) in [(interval.lower, &ends[0]), (interval.upper, &ends[1])] {
            let theirs = theirs.as_f64().expect("a number");
            assert!((ours - theirs).abs() < 0.02, "{name}: {ours} against {theirs}");
        }
        // The bootstrap's standard error and the analytic one are the same thing to first order.
        let ratio = interval.std_error / ours.std_error;
        assert!((ratio - 1.0).abs() < 0.05, "{name}: {ratio}");
    }
}

/// The best subsets of two textbook sets, as printed in the books: Hald's cement (N. R. Draper and H. Smith, Applied
/// Regression Analysis, table of all regressions: 67.5, 97.9, 98.2 and 98.2 per cent), and R's mtcars, on which
/// `step(lm(mpg ~ .))` ends at wt, qsec and am: R² 0.8497 and adjusted 0.8336 by `summary`, 154.1194 by `AIC`.
#[test]
fn best_subsets_of_textbook_data() {
    let Some(folder) = shared() else { return };
    let read = |name: &str| Panel::read_csv(folder.join("reference/data").join(name), &PanelSchema::cross_section());
    let cement = each(Model::new("y"), &["x1", "x2", "x3", "x4"]).fit(&read("cement.csv").expect("cement reads"));
    let best = cement.and_then(|fit| fit.best_subsets()).expect("best subsets");
    let expected = [(0.0, ""), (0.675, "x4"), (0.979, "x1 x2"), (0.982, "x1 x2 x4"), (0.982, "x1 x2 x3 x4")];
    for (found, (r2, components)) in best.by_size.iter().zip(expected) {
        assert_eq!(found.components.join(" "), components);
        assert!((found.r2_overall - r2).abs() < 5e-4, "{components}: {}", found.r2_overall);
    }
    let measures = ["cyl", "disp", "hp", "drat", "wt", "qsec", "vs", "am", "gear", "carb"];
    let mtcars = each(Model::new("mpg"), &measures).fit(&read("mtcars.csv").expect("mtcars reads"));
    let best = mtcars.and_then(|fit| fit.best_subsets()).expect("best subsets");
    let by_aic = best.best_by(Criterion::Aic);
    assert_eq!((by_aic.components.join(" ").as_str(), by_aic.n_columns), ("wt qsec am", 3));
    assert_eq!(by_aic, best.of_size(3).expect("a size"));
    let near = |found: Option<f64>, expected: f64| (found.unwrap_or(f64::NAN) - expected).abs() < 5e-5;
    assert!(near(Some(by_aic.r2_overall), 0.8497) && near(by_aic.r2_adjusted, 0.8336), "{by_aic:?}");
    assert!(near(by_aic.aic, 154.1194), "{by_aic:?}");
}

/// domir 1.2.0 on AIC, `domir(mpg ~ am + carb + cyl, lm_aic, .adj = TRUE, .rev = TRUE)`: a value that falls as the fit
/// improves, and is not zero without any component.
#[test]
fn dominance_of_another_statistic() {
    let Some(folder) = shared() else { return };
    let names = ["am", "carb", "cyl"];
    let fit = each(Model::new("mpg"), &names).fit(&cross_section(&folder, "mtcars.csv")).expect("fits");
    let mpg =
        cross_section(&folder, "mtcars.csv").column("mpg").and_then(|c| Ok(c.numbers()?.to_vec())).expect("numbers");
    let n = mpg.len() as f64;
    let mean = mpg.iter().sum::<f64>() / n;
    let total: f64 = mpg.iter().map(|y| (y - mean).powi(2)).sum();
    let aic = |coalition: Coalition| -> apportion::Result<f64> {
        let members: Vec<&str> = coalition.members().map(|p| names[p]).collect();
        let residual = total * (1.0 - fit.r2_overall_of(&members)?);
        let deviance = n * ((residual / n).ln() + (2.0 * std::f64::consts::PI).ln() + 1.0);
        Ok(deviance + 2.0 * (coalition.len() as f64 + 2.0))
    };
    let game = Game::parallel(names, aic).expect("a game").named("AIC");
    let expected = dominance(&folder, "domir", "mtcars_aic_adj_rev");
    let general = game.conditional_dominance().expect("conditional");
    assert!((general.empty - number(&expected["Value_Adjust"])).abs() < 1e-9);
    assert!((general.whole - number(&expected["Value"])).abs() < 1e-9);
    let Detail::BySize(by_size) = &general.detail else { panic!("no sizes") };
    for (at, cell) in by_size.iter().enumerate() {
        assert!((cell.share_of_total - number(&expected["Conditional"]["values"][at / 3][at % 3])).abs() < 1e-9);
    }
    for credit in &general.components {
        assert!((credit.value - number(&expected["General"][&credit.name])).abs() < 1e-9, "{}", credit.name);
    }
    // Smaller is better: domir turns the comparison round.
    let Detail::Pairs(pairs) = game.complete_dominance().expect("complete").detail else { panic!("no pairs") };
    for (pair, (i, j)) in pairs.iter().zip([(0, 1), (0, 2), (1, 2)]) {
        assert_eq!(1.0 - pair.proportion, number(&expected["Complete"]["values"][i][j]));
    }
}
