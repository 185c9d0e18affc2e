//! Curves of specifications against plain fits of each, and what moves shares against regressions on dummies.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use apportion::error::{DataError, EstimateError, QuestionError};
use apportion::findings::{Intervals, Sensitivity, Specification, SpecificationCurve};
use apportion::panel::UnitRule;
use apportion::report::Answer;
use apportion::{Breakdown, Error, Method, Model, Panel, Term};

use crate::common::{coalition_values, dummies, shapley};

fn england() -> Panel {
    Panel::england().expect("it is in the crate").without(&UnitRule::degenerate_authorities()).expect("units are left")
}

fn base() -> Model {
    Model::new("cpp_rate")
        .component("deprivation", ["idaci_2015"])
        .component("spending", ["spend_core_per_child"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
}

fn sequential() -> Method {
    Method::Sequential { order: Vec::new() }
}

fn rule() -> UnitRule {
    UnitRule::new("without the two largest").unit(330, "to see").unit(881, "to see")
}

/// Every kind of choice.
fn everything() -> Sensitivity {
    Sensitivity::new(base())
        .outcomes(["cpp_rate", "log(cpp_rate)", "log(cpp_start_rate)"])
        .terms("deprivation", [vec!["idaci_2015"], vec!["imd_2015", "low_income_pct"]])
        .terms("spending", [["spend_core_per_child"], ["log(spend_total_cyp_per_child)"]])
        .with_or_without("spending", "vacancy_rate")
        .optional("policy")
        .always([vec![], vec!["log(population_0_17)"]])
        .weights([None, Some("population_0_17")])
        .periods([2011..=2018, 2014..=2022, 2018..=2025, 1990..=1995])
        .without(rule())
        .without_each("region")
        .all_orders()
        .methods([sequential(), Method::Shapley, Method::Last])
}

/// A specification fitted by hand, from what its choices say.
fn plain(of: &Specification, panel: &Panel) -> Result<Breakdown, Error> {
    let chosen = |name: &str| of.choices.get(name);
    let terms = |list: &str| -> Vec<String> { list.split(", ").map(str::to_string).collect() };
    let mut model = Model::new(chosen("outcome").expect("an outcome"));
    let mut spending = terms(chosen("spending").expect("terms"));
    spending.extend((chosen("spending: vacancy_rate") == Some("with")).then(|| "vacancy_rate".to_string()));
    model =
        model.component("deprivation", terms(chosen("deprivation").expect("terms"))).component("spending", spending);
    if chosen("policy in or out") == Some("in") {
        model = model.component("policy", ["period_effects"]);
    }
    model = model.component("practice", ["unit_effects"]);
    model = match chosen("always") {
        Some("none") | None => model,
        Some(always) => model.always(terms(always)),
    };
    model = match chosen("weights") {
        Some("none") | None => model.unweighted(),
        Some(column) => model.weights(column),
    };
    let panel = match chosen("units left out").expect("units") {
        "none" => panel.clone(),
        "without the two largest" => panel.without(&rule())?,
        region => panel.filter("region", |row| Ok(row.text("region")? != Some(region)))?,
    };
    let (from, to) = chosen("periods").and_then(|window| window.split_once('-')).expect("a window");
    let panel = panel.in_periods(from.parse().expect("a year")..=to.parse().expect("a year"))?;
    let method = match chosen("order").expect("an order") {
        "shapley" => Method::Shapley,
        "last" => Method::Last,
        order => Method::Sequential { order: order.split(" → ").map(str::to_string).collect() },
    };
    model.fit(&panel)?.breakdown(&method)
}

/// Numbers to 1e-12, everything else exactly.
fn assert_is_plain(of: &Specification, plain: Result<Breakdown, Error>) {
    match plain {
        Err(error) => assert_eq!(of.error, Some(error.to_string())),
        Ok(plain) => {
            assert_eq!(of.shares.len(), plain.rows().count(), "{of}");
            for (found, expected) in of.shares.iter().zip(plain.rows()) {
                assert_eq!(found.name, expected.name);
                assert!((found.share_of_total - expected.share_of_total).abs() <= 1e-12, "{of}");
                assert!((found.share_of_explained - expected.share_of_explained).abs() <= 1e-12, "{of}");
            }
            assert_eq!(of.warnings, plain.warnings);
            let sample = of.sample.as_ref().expect("a sample");
            assert_eq!((sample.n_observations, sample.n_units), (plain.sample.n_observations, plain.sample.n_units));
            let counted = |sample: &apportion::panel::Sample| -> Vec<(String, usize)> {
                sample.left_out.iter().map(|left| (left.reason.to_string(), left.rows)).collect()
            };
            assert_eq!(counted(sample), counted(&plain.sample));
        }
    }
}

fn choices(of: &Specification) -> Vec<(String, String)> {
    of.choices.iter().map(|(choice, alternative)| (choice.to_string(), alternative.to_string())).collect()
}

#[test]
fn a_random_hundred_are_plain_fits() {
    let panel = england();
    let curve = everything().sample(100, 20).of(&panel).expect("a curve");
    assert_eq!(curve.specifications.len(), 100);
    let distinct: BTreeSet<_> = curve.specifications.iter().map(choices).collect();
    assert_eq!(distinct.len(), 100, "none is there twice");
    curve.specifications.iter().for_each(|of| assert_is_plain(of, plain(of, &panel)));
    // A window without rows is among them, and the others are answered.
    assert!(curve.failed > 10 && curve.failed < 50, "{}", curve.failed);
    assert_is_plain(
        &curve.base,
        base().fit(&panel.in_periods(2011..=2018).expect("rows")).expect("a fit").sequential(),
    );
    let again = everything().sample(100, 20).of(&panel).expect("a curve");
    assert_eq!(again, curve);
    assert_ne!(everything().sample(100, 21).of(&panel).expect("a curve").specifications, curve.specifications);
}

#[test]
fn intervals_are_those_of_plain_fits() {
    let panel = england().in_periods(2011..=2018).expect("rows");
    let asked =
        Sensitivity::new(base()).outcomes(["log(cpp_rate)"]).all_orders().methods([sequential(), Method::Shapley]);
    let asked = asked.intervals(Intervals::jackknife().level(0.9)).sample(7, 3);
    let (curve, raw) = (asked.clone().corrected().of(&panel).expect("a curve"), asked.of(&panel).expect("a curve"));
    assert!(raw.to_csv().lines().next().is_some_and(|head| head.contains(",practice,practice_lower,practice_upper,")));
    assert!(curve.to_csv().lines().next().is_some_and(|head| head.contains(",practice_upper,practice_corrected,")));
    for (of, raw) in curve.specifications.iter().zip(&raw.specifications) {
        let fit = match of.choices.get("outcome") {
            Some("cpp_rate") => base().fit(&panel),
            _ => Model::new("log(cpp_rate)")
                .component("deprivation", ["idaci_2015"])
                .component("spending", ["spend_core_per_child"])
                .component("policy", [Term::PeriodEffects])
                .component("practice", [Term::UnitEffects])
                .fit(&panel),
        };
        let fit = fit.expect("a fit");
        let method = match of.choices.get("order").expect("an order") {
            "shapley" => Method::Shapley,
            order => Method::Sequential { order: order.split(" → ").map(str::to_string).collect() },
        };
        let plain = fit.breakdown(&method).expect("shares");
        let units = fit.jackknife().and_then(|units| units.level(0.9)).expect("units");
        let without = plain.with_intervals(&units.clone().without_corrected()).expect("intervals");
        assert_eq!((&raw.shares, &raw.warnings), (&without.rows().cloned().collect(), &without.warnings));
        let plain = plain.with_intervals(&units).expect("intervals");
        let expected: Vec<_> = plain.rows().cloned().collect();
        assert_eq!(of.shares, expected, "{of}");
        assert!(of.shares.iter().all(|share| share.corrected.is_some()));
        assert_eq!(of.warnings, plain.warnings);
    }
}

#[test]
fn what_moves_a_share_is_a_regression_on_dummies() {
    let panel = england();
    let asked = Sensitivity::new(base())
        .outcomes(["log(cpp_rate)", "cpp_start_rate"])
        .terms("deprivation", [["idaci_2015"], ["imd_2015"]])
        .windows(2011..=2019, 7..=8)
        .optional("spending")
        .orders([["practice", "policy", "spending", "deprivation"], ["policy", "spending", "deprivation", "practice"]])
        .methods([sequential(), Method::Shapley]);
    let curve = asked.of(&panel).expect("a curve");
    assert_eq!((curve.specifications.len(), curve.failed), (3 * 2 * 5 * (4 + 4), 0));
    for moves in &curve.moved_by {
        let those: Vec<&Specification> =
            curve.specifications.iter().filter(|of| of.share(&moves.name).is_some()).collect();
        let shares: Vec<f64> = those.iter().filter_map(|of| of.share_of_total(&moves.name)).collect();
        let column = |choice: &str| -> Vec<String> {
            those.iter().map(|of| of.choices.get(choice).unwrap_or("—").to_string()).collect()
        };
        let names: Vec<&str> = curve.choices.iter().map(|choice| choice.name.as_str()).collect();
        let differing: Vec<&str> =
            names.into_iter().filter(|name| column(name).iter().collect::<BTreeSet<_>>().len() > 1).collect();
        let components: Vec<Vec<Vec<f64>>> = differing.iter().map(|name| dummies(&column(name))).collect();
        let values = coalition_values(&shares, &components, &[], &vec![1.0; shares.len()]);
        let expected = shapley(&values, differing.len());
        let mut sum = 0.0;
        for (name, expected) in differing.iter().zip(expected) {
            let found = moves.choices.iter().find(|of| of.choice == *name).expect("the choice");
            assert!(
                (found.share_of_variation - expected).abs() <= 1e-10,
                "{name}: {} {expected}",
                found.share_of_variation
            );
            sum += found.share_of_variation;
            let mean = |alternative: &str| {
                let own: Vec<f64> = column(name)
                    .iter()
                    .zip(&shares)
                    .filter(|(of, _)| *of == alternative)
                    .map(|(_, share)| *share)
                    .collect();
                own.iter().sum::<f64>() / own.len() as f64
            };
            assert!((mean(&found.lowest) - found.lowest_mean).abs() <= 1e-12);
            assert!((mean(&found.highest) - found.highest_mean).abs() <= 1e-12);
        }
        assert_eq!(moves.choices.len(), differing.len());
        assert!((sum - moves.r2).abs() <= 1e-12 && (moves.r2 - values[values.len() - 1]).abs() <= 1e-10);
        assert!(moves.choices.is_sorted_by(|a, b| a.share_of_variation >= b.share_of_variation));
    }
    // Of each two, by counting.
    for pair in &curve.pairs {
        let both: Vec<f64> = curve
            .specifications
            .iter()
            .filter_map(|of| Some(of.share_of_total(&pair.first)? - of.share_of_total(&pair.second)?))
            .collect();
        let larger: f64 = both.iter().map(|d| if d.abs() <= 1e-12 { 0.5 } else { f64::from(u8::from(*d > 0.0)) }).sum();
        assert_eq!((pair.specifications, pair.proportion), (both.len(), larger / both.len() as f64));
    }
}

#[test]
fn specifications_that_put_the_same_question_count_once() {
    let panel = england().in_periods(2011..=2018).expect("rows");
    let all = Sensitivity::new(base()).all_orders().methods([sequential(), Method::Shapley, Method::First]);
    assert_eq!(all.of(&panel).expect("a curve").specifications.len(), 24 + 2);
    // Without spending its terms do not matter, and six orders are left.
    let optional = Sensitivity::new(base())
        .terms("spending", [["spend_core_per_child"], ["spend_total_cyp_per_child"]])
        .optional("spending")
        .all_orders();
    let curve = optional.of(&panel).expect("a curve");
    assert_eq!(curve.specifications.len(), 2 * 24 + 6);
    assert!(curve.specifications.iter().all(|of| of.error.is_none()));
    let without = curve.filtered(|of| of.share("spending").is_none()).expect("six");
    assert_eq!(without.specifications.len(), 6);
    assert_eq!(without.same_order, None, "none has all components");
    // Alternatives that are listed twice, and that of the base.
    let twice = Sensitivity::new(base()).outcomes(["cpp_rate", "log(cpp_rate)", "log(cpp_rate)"]).of(&panel);
    assert_eq!(twice.expect("a curve").specifications.len(), 2);
    // One at a time: the base, two outcomes, a set of terms, three orders.
    let one = Sensitivity::new(base())
        .outcomes(["log(cpp_rate)", "cpp_start_rate"])
        .terms("deprivation", [["imd_2015"]])
        .orders([
            ["practice", "policy", "spending", "deprivation"],
            ["policy", "spending", "deprivation", "practice"],
            ["policy", "spending", "practice", "deprivation"],
        ])
        .one_at_a_time()
        .of(&panel)
        .expect("a curve");
    assert_eq!(one.specifications.len(), 1 + 2 + 1 + 3);
    assert_eq!(one.specifications[0], one.base);
    let differ = |of: &Specification| choices(of).iter().zip(choices(&one.base)).filter(|(a, b)| *a != b).count();
    assert!(one.specifications[1..].iter().all(|of| differ(of) == 1));
}

#[test]
fn orders_keep_what_must_come_before() {
    let panel = england().in_periods(2011..=2018).expect("rows");
    let model = base().after("practice", ["policy", "deprivation"]);
    let curve = Sensitivity::new(model.clone()).all_orders().of(&panel).expect("a curve");
    assert_eq!((curve.specifications.len(), curve.failed), (8, 0));
    // Left out, it need not be waited for.
    let curve = Sensitivity::new(model).all_orders().optional("policy").of(&panel).expect("a curve");
    assert_eq!((curve.specifications.len(), curve.failed), (8 + 3, 0));
}

#[test]
fn what_fails_is_listed_and_the_rest_goes_on() {
    let columns = ["cpp_rate", "constant", "nothing"];
    let panel = england().in_periods(2014..=2018).expect("rows");
    let n = panel.n_observations();
    let panel = panel.with_column("constant", vec![2.0; n]).and_then(|p| p.with_column("nothing", vec![f64::NAN; n]));
    let panel = panel.expect("columns");
    let asked = Sensitivity::new(base()).outcomes(columns).periods([2014..=2018, 2001..=2005]);
    let curve = asked.of(&panel).expect("a curve");
    assert_eq!((curve.specifications.len(), curve.failed), (6, 5));
    let error = |outcome: &str, window: &str| {
        let is_it = |of: &&Specification| {
            of.choices.get("outcome") == Some(outcome) && of.choices.get("periods") == Some(window)
        };
        curve.specifications.iter().find(is_it).and_then(|of| of.error.clone()).expect("an error")
    };
    assert!(error("constant", "2014-2018").contains("does not vary"), "{}", error("constant", "2014-2018"));
    assert!(error("nothing", "2014-2018").contains("nothing"));
    assert!(error("cpp_rate", "2001-2005").contains("2001"));
    let text = curve.to_string();
    assert!(text.starts_with("1 specification answered"), "{text}");
    assert!(text.contains("5 specifications could not be answered:") && text.contains("and 2 more"), "{text}");
    assert_eq!(curve.range("practice").expect("a range").specifications, 1);
    // Where nothing can be answered, the base says why.
    let none = Sensitivity::new(base()).periods([2001..=2005, 2002..=2006]).of(&panel);
    assert!(matches!(none, Err(Error::Data(DataError::NoRowsInPeriods { .. }))), "{none:?}");
}

#[test]
fn rules_leave_specifications_out_and_say_how_many() {
    let panel = england();
    let asked =
        Sensitivity::new(base()).terms("deprivation", [["idaci_2015"], ["low_income_pct"]]).windows(2010..=2025, 5..=6);
    let all = asked.clone().of(&panel).expect("a curve");
    let kept = asked.clone().complete_periods().at_least_rows(740).of(&panel).expect("a curve");
    let gone: usize = kept.left_out.iter().map(|left| left.specifications).sum();
    assert_eq!(kept.specifications.len() + gone, all.specifications.len());
    let keeps = |of: &&Specification| {
        let (from, to) = of.choices.get("periods").and_then(|window| window.split_once('-')).expect("a window");
        let periods = to.parse::<usize>().expect("a year") - from.parse::<usize>().expect("a year") + 1;
        of.sample.as_ref().is_some_and(|sample| sample.n_periods == periods && sample.n_observations >= 740)
    };
    let expected: Vec<&Specification> = all.specifications.iter().filter(keeps).collect();
    assert_eq!(kept.specifications.iter().collect::<Vec<_>>(), expected);
    assert!(kept.left_out.len() == 2 && kept.to_string().contains("fewer than 740 rows in the sample"), "{kept}");
    let none = asked.at_least_rows(1_000_000).of(&panel);
    assert!(matches!(none, Err(Error::Estimate(EstimateError::TooFew { .. }))), "{none:?}");
}

#[test]
fn contradictions_are_refused_before_anything_runs() {
    let panel = england();
    let refused = |asked: Sensitivity| {
        let watched = AtomicU64::new(0);
        let error = asked.watched(&panel, |_, _| {
            watched.fetch_add(1, Ordering::Relaxed);
            ControlFlow::Continue(())
        });
        assert_eq!(watched.load(Ordering::Relaxed), 0, "something ran");
        error.expect_err("a contradiction")
    };
    let of = || Sensitivity::new(base());
    let said = |asked: Sensitivity| refused(asked).to_string();
    assert_eq!(
        said(of().terms("spending", [["vacancy_rate"]]).terms("spending", [["caseload"]])),
        "terms is spending: its sets of terms are listed twice: list all of them in one call"
    );
    assert_eq!(
        said(of().terms("spending", [["imd_2015"]]).terms("deprivation", [["imd_2015"]])),
        "terms is imd_2015: it is a term of deprivation and of spending: a term belongs to one component"
    );
    assert!(said(of().with_or_without("spending", "idaci_2015")).contains("deprivation and of spending"));
    assert!(said(of().always([["idaci_2015"]])).contains("it is always in, and a term of deprivation"));
    assert!(said(of().with_or_without("spending", "spend_core_per_child")).contains("without it spending has no term"));
    let unknown = refused(of().optional("markets"));
    assert!(matches!(unknown, Error::Question(QuestionError::UnknownComponent { .. })), "{unknown}");
    let column = refused(of().terms("spending", [["spend_cor_per_child"]]));
    assert!(matches!(column, Error::Data(DataError::UnknownColumn { .. })), "{column}");
    assert!(matches!(refused(of().weights([Some("wieght")])), Error::Data(DataError::UnknownColumn { .. })));
    assert!(matches!(refused(of().outcomes(["log("])), Error::Question(QuestionError::Term(_))));
    assert!(said(of().orders([["policy", "practice"]])).contains("\"deprivation\" is not in it"));
    assert!(said(of().all_orders().methods([Method::Shapley])).contains("methods is shapley"));
    #[allow(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    let reversed = 2018..=2011;
    assert!(matches!(refused(of().periods([reversed])), Error::Data(DataError::ReversedPeriods { .. })));
    assert!(said(of().sample(0, 1)).contains("sample is 0"));
    assert!(said(of().without(UnitRule::new("mine").unit(999, "closed"))).contains("no unit \"999\""));
    let splits = refused(of().without_each("ofsted_overall")).to_string();
    assert!(splits.starts_with("groups of units by column \"ofsted_overall\":"), "{splits}");
    assert!(said(of().without_each("year")).contains("period"), "{}", said(of().without_each("year")));
    assert!(
        said(everything().at_most(1_000)).starts_with("specifications is 2"),
        "{}",
        said(everything().at_most(1_000))
    );
    let many = (0..12).fold(Model::new("cpp_rate"), |model, at| {
        model.component(format!("c{at}"), [format!("power(caseload, {})", at + 2)])
    });
    assert!(said(Sensitivity::new(many).all_orders()).starts_with("orders is all of 12 components"));
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let panel = england();
    let asked = everything().sample(60, 5).intervals(Intervals::jackknife());
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| asked.of(&panel).expect("a curve"))
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn progress_ends_where_all_are_answered() {
    let panel = england().in_periods(2014..=2018).expect("rows");
    let most = AtomicU64::new(0);
    let curve = Sensitivity::new(base()).all_orders().watched(&panel, |done, of| {
        assert_eq!(of, 1 + 24, "the base is answered apart");
        most.fetch_max(done, Ordering::Relaxed);
        ControlFlow::Continue(())
    });
    assert_eq!((curve.expect("a curve").specifications.len(), most.load(Ordering::Relaxed)), (24, 25));
}

#[test]
fn curves_are_printed_and_handed_on() {
    let curve = everything().sample(40, 9).of(&england()).expect("a curve");
    let text = serde_json::to_string(&curve).expect("it is written");
    let again: SpecificationCurve = serde_json::from_str(&text).expect("it is read");
    assert_eq!(again, curve);
    let long = "a component with a name that is by far too long to stand in a column of any table that is printed";
    let model = Model::new("cpp_rate").component(long, ["idaci_2015"]).component("practice", [Term::UnitEffects]);
    let long = Sensitivity::new(model).all_orders().outcomes(["log(cpp_rate)"]).of(&england()).expect("a curve");
    for line in curve.to_string().lines().chain(long.to_string().lines()) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let figures = [("practice", 0.44), ("deprivation", 0.15)];
    let nearest = curve.nearest(&figures, 3, 0.02).expect("they are near");
    assert!(nearest.to_string().lines().all(|line| line.chars().count() <= 80), "{nearest}");
    // By hand: the smallest largest difference.
    let off = |of: &Specification| -> Option<f64> {
        let off = figures.iter().map(|(name, figure)| Some((of.share_of_total(name)? - figure).abs()));
        Some(off.collect::<Option<Vec<f64>>>()?.into_iter().fold(0.0, f64::max))
    };
    let least = curve.specifications.iter().filter_map(off).fold(f64::INFINITY, f64::min);
    assert_eq!(nearest.specifications[0].largest_difference, least);
    let twice = curve.nearest(&[("practice", 0.4), ("practice", 0.3)], 3, 0.02).expect_err("twice");
    assert_eq!(twice.to_string(), "figures is practice twice: name each share once");
    for (figures, option) in [(&[][..], "figures"), (&[("practice", f64::NAN)][..], "figures")] {
        let refused = curve.nearest(figures, 3, 0.02).expect_err("no figures");
        assert!(matches!(refused, Error::Question(QuestionError::Option { option: found, .. }) if found == option));
    }
    assert!(curve.nearest(&figures, 3, f64::NAN).is_err());
    let rows = curve.to_csv().lines().count();
    assert_eq!(rows, 1 + 40);
    assert!(curve.tables().to_markdown().contains("| deprivation |"));
}

#[test]
fn units_left_out_are_told_apart_and_count_once() {
    let names = ["none", "A", "B", "C", "D", "E"];
    let units = names.iter().flat_map(|name| [*name; 3]);
    let value = |row: usize| (row * 7 % 11) as f64;
    let panel = Panel::builder()
        .units(units)
        .periods([2011, 2013, 2015].repeat(6))
        .column("y", (0..18).map(|row| value(row) + row as f64).collect::<Vec<_>>())
        .column("x", (0..18).map(value).collect::<Vec<_>>())
        .column("none", (0..18).map(|row| 1.0 + value(row)).collect::<Vec<_>>())
        .text_column("side", names.iter().flat_map(|name| [if *name < "C" { "A" } else { "west" }; 3]))
        .text_column("own", names.iter().flat_map(|name| std::iter::repeat_n(name.to_lowercase(), 3)))
        .build()
        .expect("a panel");
    let base = Model::new("y").component("cause", ["x"]);
    let of = |asked: Sensitivity| {
        let curve = asked.of(&panel).expect("a curve");
        curve.choices.iter().find(|choice| choice.name == "units left out").expect("the choice").alternatives.clone()
    };
    // Each unit, also by a column that names it in another way; then two sides, of which one is called like a unit.
    let asked = Sensitivity::new(base.clone()).without_each_unit().without_each_unit().without_each("own");
    assert_eq!(of(asked.clone()).len(), 1 + 6);
    let labels = of(asked.without_each("side"));
    assert_eq!(labels[0], "none");
    assert!(labels.contains(&"unit none".to_string()) && labels.contains(&"side A".to_string()), "{labels:?}");
    assert_eq!(labels.len(), 1 + 6 + 2);
    let rule = |unit: &str| UnitRule::new("mine").unit(unit, "to see");
    let twice = Sensitivity::new(base.clone()).without(rule("A")).without(rule("B")).without(rule("C")).of(&panel);
    assert!(twice.expect_err("two names for three rules").to_string().contains("name of its own"));
    // A column of weights may be called none as well.
    let weights = Sensitivity::new(base.clone()).weights([None, Some("none")]).of(&panel).expect("a curve");
    assert_eq!(weights.choices[1].alternatives, ["none", "column none"]);
    let taken = Model::new("y").component("c", ["x"]).component("c in or out", ["none"]);
    let taken =
        Sensitivity::new(taken).optional("c").terms("c in or out", [["none"]]).of(&panel).expect_err("two choices");
    assert_eq!(
        taken.to_string(),
        "choice is c in or out: two choices would be called so: give the component another name"
    );
    // Every other year is all that there is, and a window beyond the panel is not complete.
    let complete = Sensitivity::new(base.clone()).periods([2011..=2015, 2011..=2013, 2013..=2017]).complete_periods();
    let complete = complete.of(&panel).expect("a curve");
    assert_eq!((complete.specifications.len(), complete.left_out[0].specifications), (2, 1));
    // Without windows the whole panel is asked for.
    let outcome = |row: apportion::panel::Row| {
        Ok::<_, Error>(if row.period() == Some(2013) { f64::NAN } else { row.number("y")? })
    };
    let with_gap = panel.with_column_by("gap", outcome).expect("a column");
    let gap = Sensitivity::new(Model::new("gap").component("cause", ["x"])).complete_periods().of(&with_gap);
    let said = gap.expect_err("2013 has no outcome").to_string();
    assert_eq!(said, "specifications whose sample keeps the rules: 0 given, at least 1 needed");
}
