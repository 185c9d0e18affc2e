//! What the examples call, fed with panels and options that went wrong in every way there is: an answer without a
//! number that is none, or one clear error.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::findings::{Analysis, Intervals};
use apportion::model::Family;
use apportion::regress::{ClusterCorrection, Leverage, RandomMethod, SmallSample};
use apportion::report::RegressionReport;
use apportion::{
    Covariance, Error, Estimator, FittedModel, IntervalKind, Method, Model, Panel, PanelRegression, PanelSchema, Report,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

/// What may stand in a cell.
const CELLS: [&str; 28] = [
    "1",
    "2",
    "3",
    "4.5",
    "-1",
    "0",
    "-0",
    "7",
    "1e3",
    "1e150",
    "1e-150",
    "1e308",
    "-1e308",
    "1e400",
    "NaN",
    "inf",
    "",
    "c",
    "x",
    "z",
    "..",
    "14,1",
    "£14",
    "5%",
    "A",
    "north",
    "0.1",
    "12345678901234567890",
];
/// What may stand as a unit, and as a period.
const UNITS: [&str; 8] = ["A", "B", "C", "202", "202.0", "", "D ", "e09"];
const PERIODS: [&str; 9] = ["2011", "2012", "2013", "2014", "2011-12", "201213", "1617", "2012.0", "c"];
const TERMS: [&str; 12] = [
    "x",
    "z",
    "log(x)",
    "lag(x)",
    "within(x)",
    "between(z)",
    "x:z",
    "factor(g)",
    "unit_effects",
    "period_effects",
    "g",
    "x:factor(g)",
];

fn cells(n: usize) -> impl Strategy<Value = Vec<&'static str>> {
    // Mostly plain numbers, so that most panels get as far as a fit.
    prop::collection::vec(prop_oneof![6 => select(&CELLS[..8]), 1 => select(&CELLS[..])], n)
}

fn text() -> impl Strategy<Value = String> {
    (2_usize..24).prop_flat_map(|rows| {
        let unit = prop::collection::vec(prop_oneof![12 => select(&UNITS[..3]), 1 => select(&UNITS[..])], rows);
        let period = prop::collection::vec(prop_oneof![12 => select(&PERIODS[..4]), 1 => select(&PERIODS[..])], rows);
        let group =
            prop::collection::vec(prop_oneof![9 => select(&["p", "q", "r"][..]), 1 => select(&CELLS[..])], rows);
        let weight =
            prop::collection::vec(prop_oneof![9 => select(&["1", "2", "0"][..]), 1 => select(&CELLS[..])], rows);
        (unit, period, cells(rows), cells(rows), cells(rows), group, weight).prop_map(
            move |(unit, period, y, x, z, g, w)| {
                let line = |row: usize| {
                    [unit[row], period[row], y[row], x[row], z[row], g[row], w[row]]
                        .map(|cell| if cell.contains(',') { format!("\"{cell}\"") } else { cell.to_string() })
                        .join(",")
                };
                let lines: Vec<String> = (0..rows).map(line).collect();
                format!("la,year,y,x,z,g,w\n{}\n", lines.join("\n"))
            },
        )
    })
}

fn schema() -> impl Strategy<Value = PanelSchema> {
    prop_oneof![
        6 => Just(PanelSchema::new("la", "year")),
        1 => Just(PanelSchema::cross_section()),
        1 => Just(PanelSchema::cross_section().unit("la")),
        1 => Just(PanelSchema::new("la", "year").weight("w")),
    ]
}

fn intervals() -> impl Strategy<Value = Option<Intervals>> {
    use IntervalKind::{Basic, Bca, Jackknife, Normal, Percentile};
    let level = select(&[0.95, 0.5, 0.999, 0.0, 1.0, f64::NAN][..]);
    let kind = select(&[Percentile, Basic, Normal, Bca, Jackknife][..]);
    prop_oneof![
        2 => Just(None),
        3 => Just(Some(Intervals::jackknife())),
        3 => (select(&[0_usize, 1, 2, 19, 60][..]), kind, level)
            .prop_map(|(draws, kind, level)| Some(Intervals::bootstrap(draws, 1).kind(kind).level(level))),
    ]
}

fn covariances() -> Vec<Covariance> {
    let mut all: Vec<Covariance> = [Leverage::Hc0, Leverage::Hc1, Leverage::Hc2, Leverage::Hc3, Leverage::Hc4]
        .map(Covariance::heteroskedastic)
        .to_vec();
    for correction in [ClusterCorrection::Cr0, ClusterCorrection::Cr1s, ClusterCorrection::Cr2, ClusterCorrection::Cr3]
    {
        all.push(Covariance::cluster().correction(correction));
    }
    all.extend([Covariance::iid(), Covariance::cluster(), Covariance::cluster_by("g"), Covariance::twoway_cluster()]);
    all.extend([Covariance::newey_west(None), Covariance::driscoll_kraay(Some(1)), Covariance::jackknife()]);
    all
}

/// One sentence, without a number that is none.
fn is_clear(error: &Error) {
    let text = error.to_string();
    assert!(!text.is_empty() && text.lines().count() == 1, "{text:?}");
}

/// No number of a printed answer, or of a document, is none; a reason for a missing value may quote its mark.
fn holds_numbers(text: &str) {
    let said = text.replace("not a number (NaN)", "").replace("NaN missing", "");
    let words: Vec<&str> = said.split(|c: char| !c.is_alphanumeric()).collect();
    assert!(!words.contains(&"NaN") && !words.contains(&"inf"), "{text}");
}

fn decompose(fit: &FittedModel, analysis: &Analysis) -> Result<(), Error> {
    let findings = analysis.of(fit)?;
    holds_numbers(&findings.to_string());
    let json = serde_json::to_string(&Report::of(&findings)?).expect("a document");
    holds_numbers(&json);
    // A change of nothing has no parts, and what was not resampled no interval.
    let options = ["share_of_change", "share_of_base", "interval"].map(|key| format!("\"{key}\":null"));
    let json = options.iter().fold(json, |json, option| json.replace(option, ""));
    assert!(!json.contains("null"), "{json}");
    Ok(())
}

proptest! {
    // The same cases every time, so that a run says something of the change; PROPTEST_CASES makes them more.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(400),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(13),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_breakdown_of_anything_is_numbers_or_an_error(
        text in text(),
        schema in schema(),
        terms in prop::collection::vec(prop::collection::vec(select(&TERMS[..]), 1..3), 1..4),
        always in prop::collection::vec(select(&TERMS[..]), 0..2),
        weighted in any::<bool>(),
        methods in prop::collection::vec(0_usize..16, 0..3),
        (compare, all, gelbach, range) in any::<(bool, bool, bool, bool)>(),
        intervals in intervals(),
    ) {
        let run = || -> Result<(), Error> {
            let panel = Panel::read_csv_from(text.as_bytes(), &schema)?;
            let model = Model::new("y").always(always.iter().copied());
            let names = ["first", "second", "third"];
            let model = names.iter().zip(&terms).fold(model, |m, (name, terms)| m.component(*name, terms.iter().copied()));
            let fit = if weighted { model.weights("w") } else { model }.fit(&panel)?;
            let known = Method::all(Vec::new());
            let mut analysis = methods.iter().fold(Analysis::new(), |a, &m| a.method(known[m % known.len()].clone()));
            if all {
                analysis = analysis.all_methods();
            }
            if gelbach {
                analysis = analysis.gelbach();
            }
            if range {
                analysis = analysis.order_range();
            }
            if compare {
                analysis = analysis.comparisons();
            }
            analysis = match intervals.clone() {
                Some(intervals) => analysis.intervals(intervals),
                None => analysis.without_intervals(),
            };
            decompose(&fit, &analysis)
        };
        if let Err(error) = run() {
            is_clear(&error);
        }
    }

    #[test]
    fn a_regression_of_anything_is_numbers_or_an_error(
        text in text(),
        schema in schema(),
        terms in prop::collection::vec(select(&TERMS[..]), 1..4),
        estimator in select(&Estimator::ALL[..]),
        method in select(&[RandomMethod::SwamyArora, RandomMethod::WallaceHussain, RandomMethod::Amemiya, RandomMethod::Nerlove][..]),
        covariance in select(covariances()),
        convention in select(&[SmallSample::Fixest, SmallSample::Plm, SmallSample::Stata, SmallSample::Unadjusted][..]),
        (weighted, intercept) in any::<(bool, bool)>(),
    ) {
        let run = || -> Result<(), Error> {
            let panel = Panel::read_csv_from(text.as_bytes(), &schema)?;
            let regression = PanelRegression::new("y", terms.iter().copied()).estimator(estimator).random_method(method);
            let regression = if weighted { regression.weights("w") } else { regression };
            let regression = if intercept { regression } else { regression.without_intercept() };
            let fit = regression.fit(&panel)?;
            let table = fit.coefficients(&covariance.clone().small_sample(convention))?;
            holds_numbers(&table.to_string());
            let report = RegressionReport::new(&fit, &table);
            let json = serde_json::to_string(&report).expect("a document");
            holds_numbers(&json);
            let known = table.coefficients.iter().filter(|c| !c.std_error.is_nan());
            for row in known {
                assert!(row.lower.is_finite() && row.upper.is_finite() && row.p_value.is_finite(), "{row:?}\n{text}");
            }
            for answer in fit.influence_of_rows().into_iter().flatten() {
                holds_numbers(&answer.to_string());
            }
            holds_numbers(&fit.collinearity().to_string());
            if let Ok(rows) = fit.predictions(&panel, &covariance, 0.95) {
                rows.iter().for_each(|row| holds_numbers(&row.to_string()));
            }
            Ok(())
        };
        if let Err(error) = run() {
            is_clear(&error);
        }
    }

    #[test]
    fn counts_of_anything_are_numbers_or_an_error(
        text in text(),
        schema in schema(),
        terms in prop::collection::vec(select(&TERMS[..]), 1..4),
        estimator in select(&[Estimator::Pooled, Estimator::Within, Estimator::WithinPeriod, Estimator::Twoway][..]),
        covariance in select(covariances()),
        family in select(&[Family::Poisson, Family::NegativeBinomial][..]),
        (exposed, weighted) in any::<(bool, bool)>(),
    ) {
        let run = || -> Result<(), Error> {
            let panel = Panel::read_csv_from(text.as_bytes(), &schema)?;
            let mut regression = PanelRegression::new("y", terms.iter().copied()).estimator(estimator).family(family);
            let mut model = Model::new("y").component("first", [terms[0]]).family(family);
            if terms.len() > 1 {
                model = model.component("rest", terms[1..].iter().copied());
            }
            if exposed {
                (regression, model) = (regression.exposure("w"), model.exposure("w"));
            } else if weighted {
                (regression, model) = (regression.weights("w"), model.weights("w"));
            }
            if let Ok(fit) = model.fit_counts(&panel) {
                let breakdown = fit.shapley()?;
                holds_numbers(&breakdown.to_string());
                holds_numbers(&serde_json::to_string(&breakdown).expect("a document"));
                if let Ok(breakdown) = fit.jackknife().and_then(|jackknife| breakdown.with_count_intervals(&jackknife)) {
                    holds_numbers(&breakdown.to_string());
                }
            }
            let fit = regression.fit(&panel)?;
            let table = fit.coefficients(&covariance)?;
            holds_numbers(&table.to_string());
            let json = serde_json::to_string(&RegressionReport::new(&fit, &table)).expect("a document");
            holds_numbers(&json);
            for effect in fit.average_marginal_effects(&covariance)? {
                holds_numbers(&effect.to_string());
            }
            for row in fit.predictions(&panel, &covariance, 0.95)? {
                holds_numbers(&row.to_string());
            }
            Ok(())
        };
        if let Err(error) = run() {
            is_clear(&error);
        }
    }
}
