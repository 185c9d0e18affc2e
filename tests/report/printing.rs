//! Every public result prints itself, in lines of at most 80 columns, with no NaN.
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::path::Path;

use apportion::decompose::SampledOrders;
use apportion::findings::{
    Analysis, ChangeAnalysis, EarlyWarningAnalysis, EmpiricalBayes, Funnel, FunnelTarget, Intervals, JudgementScale,
    JudgementsOverTime, OaxacaAnalysis, Relation, Sensitivity, UnitAnalysis, UnitCounts, VariationAnalysis,
};
use apportion::panel::{AreaRule, Description, Join, Reorganisations, SIMULATED_ENGLAND_SEED, UnitRule};
use apportion::regress::{CrossSectionLm, Leverage, RandomEffect, SmallSample, WildBootstrap};
use apportion::report::{Answer, AnswerDocument, Glyphs, RegressionTable, SideBySide, Tables};
use apportion::resample::SampleDifferences;
use apportion::{Covariance, Estimator, FittedRegression, Method, Model, Panel, PanelRegression, Source, Term};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::common::schema::HasSchema;

/// Public names that are no answers of their own, by why not.
const NO_ANSWERS: [(&str, &[&str]); 6] = [
    (
        "what is asked",
        &[
            "Analysis",
            "ChangeAnalysis",
            "ClusterCorrection",
            "Covariance",
            "CovarianceKind",
            "Criterion",
            "CrossSectionLm",
            "EarlyWarningAnalysis",
            "ErrorsRelated",
            "Estimator",
            "Family",
            "FunnelTarget",
            "GelbachCovariance",
            "HausmanVariance",
            "IntervalKind",
            "Intervals",
            "JudgementScale",
            "Layout",
            "Leverage",
            "Lookup",
            "Measure",
            "Method",
            "NoiseModel",
            "OaxacaAnalysis",
            "OaxacaReference",
            "PanelRegression",
            "RandomEffect",
            "RandomMethod",
            "ResidualLags",
            "SampledOrders",
            "Sensitivity",
            "SmallSample",
            "SqlDialect",
            "SumsQuestion",
            "SumsSql",
            "RelationVariable",
            "Source",
            "UnitAnalysis",
            "VariationAnalysis",
            "WildBootstrap",
            "WildWeights",
        ],
    ),
    (
        "what answers come from",
        &[
            "Contributions",
            "CountResampling",
            "FittedCounts",
            "FittedModel",
            "FittedRegression",
            "Game",
            "GroupedSums",
            "Moments",
            "Nesting",
            "Published",
            "Resampling",
        ],
    ),
    (
        "a row or a part of an answer that prints it",
        &[
            "AnalystChoice",
            "Association",
            "BayesRate",
            "BestSubset",
            "ChangeBreakdown",
            "ChangePart",
            "ChoiceMoves",
            "ChosenAlternatives",
            "Coalition",
            "ColumnInflation",
            "ComparedSample",
            "ComponentFrequency",
            "Contribution",
            "ContributionRow",
            "CountChange",
            "CountIntervals",
            "CorrelationEstimate",
            "CountingNoise",
            "Credit",
            "Detail",
            "Difference",
            "GapPart",
            "GelbachChange",
            "GelbachColumn",
            "GelbachEstimate",
            "Corrected",
            "CorrectedDifference",
            "CorrectedRank",
            "Deviance",
            "DevianceShares",
            "Drift",
            "Fifth",
            "FunnelLimits",
            "FunnelUnit",
            "Interval",
            "IntervalMethod",
            "JudgedPeriods",
            "JudgementLevel",
            "LeftOutJudgements",
            "LeftOutMethod",
            "LeftOutSpecifications",
            "Level",
            "LevelBreakdown",
            "LevelCount",
            "LevelShare",
            "Moves",
            "NamedUnit",
            "NearSpecification",
            "NullDistribution",
            "OaxacaColumn",
            "OaxacaGroup",
            "PairCovariance",
            "PairDominance",
            "PairOfShares",
            "Rank",
            "Ranking",
            "SampledShare",
            "Share",
            "ShareDifference",
            "ShareMoves",
            "ShareRange",
            "ShareWithout",
            "SizeShare",
            "SpecificationRange",
            "SubsetFrequency",
            "SubsetShare",
            "TermShare",
            "ThreeFold",
            "TwoFold",
            "Trend",
            "UnitCount",
            "UnitEffectsShare",
            "UnitFinding",
            "VariationMeasure",
            "VariationPeriod",
            "VariationPoint",
            "VariationSeries",
        ],
    ),
    ("arrays and rows, to compute with", &["GelbachReplicates", "LevelReplicates", "RegressedRow", "Replicates"]),
    (
        "documents, which serde writes, and what reads a game",
        &["AnswerDocument", "HtmlPage", "Origin", "RegressionReport", "Report", "Score"],
    ),
    ("tables and what they are made of", &["Answer", "Cell", "Column", "Format", "Glyphs", "Table", "Tables"]),
];

#[cfg(feature = "html")]
pub fn html(tables: &Tables) -> String {
    tables.to_html()
}

/// Without the feature there is none.
#[cfg(not(feature = "html"))]
pub fn html(_: &Tables) -> String {
    String::new()
}

/// Every form of the tables is whole, and the sentences are sentences.
#[track_caller]
fn check_forms<T: Answer>(name: &str, answer: &T) {
    let tables = answer.tables();
    assert!(!tables.tables.is_empty() && !tables.title.is_empty(), "{name} has no table");
    let names: BTreeSet<&String> = tables.tables.iter().map(|table| &table.name).collect();
    assert_eq!(names.len(), tables.tables.len(), "{name}: two tables of one name");
    for (width, glyphs) in [(40, Glyphs::Unicode), (80, Glyphs::Ascii), (200, Glyphs::Unicode)] {
        let text = tables.clone().width(width).glyphs(glyphs).to_text();
        assert!(text.lines().all(|line| line.chars().count() <= width), "{name} in {width} columns:\n{text}");
        assert!(glyphs == Glyphs::Unicode || text.is_ascii(), "{name}:\n{text}");
    }
    let (markdown, csv, latex, html) = (tables.to_markdown(), tables.to_csv(), tables.to_latex(), html(&tables));
    let mut heading = 0;
    for line in markdown.lines() {
        let cells = line.replace("\\|", "").matches('|').count();
        assert!(heading == 0 || cells == 0 || cells == heading, "{name}: {line}\nof\n{markdown}");
        heading = cells;
    }
    let records: Vec<usize> = csv::ReaderBuilder::new()
        .from_reader(csv.as_bytes())
        .records()
        .map(|record| record.expect("a line as long as the header").len())
        .collect();
    let rows: usize = tables.tables.iter().map(|table| table.rows.len()).sum();
    assert_eq!(records.len(), rows, "{name}:\n{csv}");
    assert_eq!(latex.matches("\\begin{").count(), latex.matches("\\end{").count(), "{name}:\n{latex}");
    assert_eq!(html.matches("<tr").count(), html.matches("</tr>").count(), "{name}");
    for form in [&markdown, &csv, &latex, &html] {
        let is_number = |word: &str| word == "NaN" || word == "inf" || word == "-inf";
        let words = form.split(|c: char| !(c.is_alphanumeric() || c == '-'));
        assert!(words.into_iter().all(|word| !is_number(word)), "{name}:\n{form}");
    }
    let sentences = answer.sentences();
    assert!(!sentences.is_empty() && sentences.iter().all(|said| said.ends_with('.')), "{name}: {sentences:#?}");
    for said in &sentences {
        let words = said.split(|c: char| !c.is_alphanumeric());
        assert!(words.into_iter().all(|word| word != "NaN" && word != "inf"), "{name}: {said}");
        assert!(!said.contains("  ") && !said.contains("..") && !said.contains(" ,"), "{name}: {said}");
    }
    if std::env::var_os("APPORTION_SHOW").is_some() {
        println!("== {name}\n{}\n-- {}\n", tables.to_text(), sentences.join("\n-- "));
    }
}

/// An answer that documents hold.
trait Documented: Answer + Serialize + DeserializeOwned + Clone + PartialEq + Debug + HasSchema {}

impl<T: Answer + Serialize + DeserializeOwned + Clone + PartialEq + Debug + HasSchema> Documented for T {}

/// Its document is read back equal, and, with the feature, is as its schema says.
#[track_caller]
fn check_document<T: Documented>(name: &str, answer: &T) {
    let document = AnswerDocument::new(answer.clone());
    let json = document.to_json().expect("it can be written");
    match serde_json::from_str::<AnswerDocument<T>>(&json) {
        Ok(read) => assert_eq!(read, document, "{name}: {json}"),
        Err(error) => panic!("{name} is not read back: {error}: {json}"),
    }
    #[cfg(feature = "schema")]
    crate::schema::check_document::<T>(name, &serde_json::from_str(&json).expect("it is JSON"));
}

/// What was printed, by the name of the type, and its tables in LaTeX.
#[derive(Default)]
struct Printed {
    names: BTreeSet<&'static str>,
    latex: BTreeSet<String>,
}

impl Printed {
    #[track_caller]
    fn print<T: Display + Documented>(&mut self, answer: &T) {
        let name = std::any::type_name::<T>();
        let text = answer.to_string();
        assert!(!text.trim().is_empty(), "{name} prints nothing");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{name}, {} characters: {line}", line.chars().count());
        }
        let words = text.split(|c: char| !c.is_alphanumeric());
        assert!(words.into_iter().all(|word| word != "NaN" && word != "inf"), "{name}:\n{text}");
        check_forms(name, answer);
        check_document(name, answer);
        self.names.insert(name.rsplit("::").next().unwrap_or(name));
        self.latex.insert(answer.tables().to_latex());
    }

    /// The first of them is printed, and all are an answer too.
    #[track_caller]
    fn print_first<T: Display + Documented>(&mut self, answers: &[T])
    where
        [T]: Answer,
    {
        self.print(&answers[0]);
        check_document(std::any::type_name::<[T]>(), &answers.to_vec());
    }
}

/// The names that `pub use` lines of a module's face hand on.
fn public_names(module: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(format!("{module}.rs"));
    let text = std::fs::read_to_string(path).expect("the face of a module");
    let used = text.split("\npub use ").skip(1).filter_map(|rest| rest.split_once(';'));
    let names = used.flat_map(|(path, _)| {
        let names = path.split_once('{').map_or_else(|| path.rsplit("::").next().unwrap_or(path), |(_, names)| names);
        names.trim_end_matches('}').split(',').map(|name| name.trim().to_string()).collect::<Vec<_>>()
    });
    names.filter(|name| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)).collect()
}

fn england() -> Panel {
    Panel::simulated_england(SIMULATED_ENGLAND_SEED).expect("the simulated panel")
}

#[test]
fn every_public_result_prints_itself() {
    let mut printed = Printed::default();
    of_breakdowns(&mut printed);
    of_regressions(&mut printed);
    of_tests(&mut printed);
    of_units(&mut printed);
    of_judgements(&mut printed);
    of_specifications(&mut printed);
    let file = "Short Desc,Years,LA and Regions,Values,LA Number\n\
                Plans,2017-18,Camden,c,202\nPlans,2017-18,Greenwich,20,203\nPlans,2017-18,England,40,970\n";
    let published = Source::lait("lait.csv").measure("Plans").read_from(std::io::Cursor::new(file)).expect("it reads");
    printed.print_first(&published.sums_against_nation("Plans").expect("a nation"));
    crate::latex::compile(printed.latex.iter().map(String::as_str));
    for module in ["sources", "fit", "sums", "regress", "decompose", "resample", "findings", "report"] {
        for name in public_names(module) {
            let is_answer = NO_ANSWERS.iter().all(|(_, names)| !names.contains(&name.as_str()));
            assert_eq!(printed.names.contains(name.as_str()), is_answer, "{module}::{name}: printed, or no answer?");
        }
    }
}

/// Their sentences are as long as what they tell of; a summary breaks them into lines.
#[test]
fn what_is_told_of_a_panel_is_printed_by_its_summary() {
    let text = "unit,year,n,pop\n202,2019,1,9\n202.0,2020,2,9\n836,2019,6,30\n837,2019,7,70\n835,2019,4,80\n\
                839,2020,25,110\n838,2020,5,90\n300,2019,1,5\n";
    let schema = apportion::PanelSchema::new("unit", "year").population("pop");
    let panel = Panel::read_csv_from(text.as_bytes(), &schema).expect("it reads");
    let right = Panel::builder().units([202, 202, 1]).periods([2019, 2020, 2020]).column("z", [1.0, 2.0, 3.0]);
    let panel = panel
        .reorganise(&Reorganisations::england(), &AreaRule::constant().counts(["n"]))
        .and_then(|panel| panel.join(&right.build()?, &Join::left()))
        .and_then(|panel| panel.without(&UnitRule::new("mine").unit(300, "no return")));
    let panel = match panel {
        Ok(panel) => panel,
        Err(error) => panic!("{error}"),
    };
    let mut printed = Printed::default();
    printed.print(&panel.summary());
    printed.print::<Description>(&panel.describe());
    let summary = panel.summary().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(panel.steps().len(), 4);
    for step in panel.steps() {
        let step = step.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(summary.contains(&step), "{step}\nis not in\n{summary}");
    }
}

fn of_units(printed: &mut Printed) {
    let fit = Model::new("cpp_rate")
        .component("deprivation", ["low_income_pct"])
        .component("practice", [Term::UnitEffects])
        .fit(&england())
        .expect("it fits");
    let levels = fit.levels_in(&["region"]).and_then(|nesting| nesting.sequential()).expect("levels");
    printed.print(&fit.jackknife().and_then(|resampling| levels.with_intervals(&resampling)).expect("intervals"));
    printed.print(&fit.contributions().and_then(|contributions| contributions.by_unit()).expect("by unit"));
    printed.print(&UnitAnalysis::new().of(&fit).expect("remainders"));
    let change = ChangeAnalysis::new().counts("population_0_17", 10_000.0);
    printed.print(&change.of(&fit, 2011, 2018).expect("a change"));
    printed.print(&OaxacaAnalysis::between_periods(2011, 2018).of(&fit).expect("a gap"));
    let counts = UnitCounts::of(&england(), "cpp_count", "population_0_17", 2018..=2018).expect("counts");
    printed.print(&counts);
    printed.print(&Funnel::of(&counts, &FunnelTarget::Crude).expect("a funnel"));
    printed.print(&EmpiricalBayes::of(&counts).expect("rates"));
    let counted = VariationAnalysis::new().counts("cpp_count", "population_0_17", 10_000.0);
    printed.print(&counted.of(&fit).expect("variation"));
}

fn of_specifications(printed: &mut Printed) {
    let base =
        Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).component("practice", [Term::UnitEffects]);
    let asked = Sensitivity::new(base).outcomes(["log(cpp_rate)"]).windows(2011..=2018, 7..=8).all_orders();
    let curve = asked.of(&england()).expect("a curve");
    printed.print(&curve);
    printed.print(&curve.base);
    printed.print(&curve.nearest(&[("practice", 0.44)], 2, 0.02).expect("they are near"));
}

fn of_judgements(printed: &mut Printed) {
    let england = Panel::england().expect("the panel");
    let words = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
    let scale = JudgementScale::new("ofsted_overall", words).and_then(|scale| scale.beside("Adequate", words[1]));
    let scale = scale.expect("four words");
    printed.print(&JudgementsOverTime::of(&england, &scale, 0.95).expect("judgements"));
    printed.print_first(&[Relation::of(&england, "idaci_2015", scale.clone(), 0.95).expect("a relation")]);
    let asked = EarlyWarningAnalysis::new(scale, ["Inadequate"]).dated_by("ofsted_date");
    let asked = asked.measures(["vacancy_rate", "rereferral_pct"]);
    printed.print(&asked.of(&england, 2020).expect("a warning"));
}

fn of_breakdowns(printed: &mut Printed) {
    let fit = Model::new("cpp_rate")
        .component("deprivation", ["low_income_pct"])
        .component("spending", ["spend_per_child", "vacancy_rate"])
        .component("policy", [Term::PeriodEffects])
        .fit(&england())
        .expect("it fits");
    let jackknife = fit.jackknife().expect("150 units");
    let draws = fit.bootstrap(20, 1).expect("150 units");
    printed.print(fit.sample());
    for method in Method::all(Vec::new()) {
        let breakdown = fit.breakdown(&method).unwrap_or_else(|error| panic!("{}: {error}", method.name()));
        printed.print(&breakdown);
        for resampling in [&jackknife, &draws] {
            printed.print(&breakdown.with_intervals(resampling).expect("intervals"));
        }
    }
    let places = Model::new("cpp_rate").component("place", [Term::UnitEffects]).fit(&england()).expect("it fits");
    let places = places.sequential().and_then(|b| b.with_intervals(&places.jackknife()?)).expect("intervals");
    printed.print(&places);
    printed.print(&places.noise.expect("unit effects"));
    let shapley = fit.shapley().expect("three components");
    printed.print(&SideBySide::new().breakdown("ours", &shapley).figures("theirs", [("policy", 0.1)]));
    printed.print(&fit.order_range().expect("three components"));
    printed.print(&fit.all_methods().expect("three components").with_intervals(&jackknife).expect("intervals"));
    printed.print(&fit.r2_game().and_then(|game| game.shapley()).expect("a game"));
    let sampled = SampledOrders::new(1).most_orders(256);
    printed.print(&fit.shapley_sampled(&sampled).expect("some orders"));
    let subsets = Model::new("cpp_rate").component("a", ["low_income_pct"]).component("b", ["vacancy_rate"]);
    let subsets = subsets.fit(&england()).expect("it fits");
    printed.print(&subsets.best_subsets().expect("two candidates"));
    printed.print(&subsets.jackknife().and_then(|jackknife| jackknife.selection(1)).expect("two candidates"));
    printed.print_first(&draws.comparisons(&[&shapley]).expect("a comparison"));
    let all = ("all", &shapley, &jackknife);
    printed.print(&SampleDifferences::between(all, all).expect("a comparison"));
    printed.print_first(&fit.influence_of_units(&shapley).expect("150 units"));
    let always = Model::new("cpp_rate").always(["low_income_pct"]).component("spending", ["spend_per_child"]);
    let gelbach = always.fit(&england()).and_then(|fit| fit.gelbach()).expect("a coefficient that changes");
    printed.print(&gelbach);
    let analysis = Analysis::new().sequential().order_range().comparisons().intervals(Intervals::bootstrap(20, 1));
    printed.print(&analysis.of(&fit).expect("findings"));
}

fn regression(estimator: Estimator) -> FittedRegression {
    let regression = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]);
    regression.estimator(estimator).fit(&england()).expect("it fits")
}

fn of_regressions(printed: &mut Printed) {
    for estimator in [Estimator::Pooled, Estimator::Within, Estimator::Random, Estimator::RandomTwoway] {
        let fit = regression(estimator);
        printed.print(fit.r_squared());
        printed.print(&fit.collinearity());
        fit.effect_variances().into_iter().for_each(|variances| printed.print(variances));
        fit.quasi_demeaning().into_iter().for_each(|thetas| printed.print(thetas));
        for covariance in
            [Covariance::iid(), Covariance::heteroskedastic(Leverage::Hc3), Covariance::driscoll_kraay(None)]
        {
            let table = fit.coefficients(&covariance).expect("a table");
            printed.print(&table);
            printed.print(&table.coefficients[0]);
            printed.print(&table.covariance);
            printed.print(&RegressionTable::new([("all", &table), ("again", &table)]));
            printed.print(&fit.wald(&["low_income_pct", "vacancy_rate"], &covariance).expect("a test"));
        }
    }
    let (within, iid) = (regression(Estimator::Within), Covariance::iid());
    let wild = WildBootstrap::new(99, 1);
    printed.print(&within.wild_bootstrap("vacancy_rate", &wild).expect("150 clusters"));
    printed.print(&within.wild_bootstrap_joint(&["low_income_pct", "vacancy_rate"], &wild).expect("150 clusters"));
    printed.print_first(&within.unit_effects(&iid).expect("unit effects"));
    printed.print_first(&within.predictions(&england(), &iid, 0.95).expect("the sample"));
    printed.print_first(&within.influence_of_units().expect("150 units"));
}

fn of_tests(printed: &mut Printed) {
    let fit = regression;
    let (pooled, within) = (fit(Estimator::Pooled), fit(Estimator::Within));
    let tests = [
        within.hausman(&fit(Estimator::Random)),
        fit(Estimator::Random).hausman_regression(&Covariance::cluster()),
        within.test_effects(),
        pooled.breusch_pagan(RandomEffect::Unit),
        pooled.honda(RandomEffect::Period),
        pooled.king_wu(RandomEffect::Unit),
        within.serial_correlation(SmallSample::Plm),
        within.pesaran_cd(),
        within.cross_section_lm(CrossSectionLm::BiasCorrected),
        pooled.reset(&[2, 3], &Covariance::iid()),
    ];
    for test in tests {
        printed.print(&test.unwrap_or_else(|error| panic!("{error}")));
    }
}
