//! Answers as tables, sentences and documents: what a reader may choose, hostile names, edge cases of what is said.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::decompose::Interval;
use apportion::findings::{Analysis, ChangeAnalysis, Findings, UnitAnalysis};
use apportion::panel::SIMULATED_ENGLAND_SEED;
use apportion::report::{Answer, AnswerDocument, Glyphs, SCHEMA_VERSION};
use apportion::{Breakdown, FittedModel, Model, OrderRange, Panel, Term};

use crate::printing::html;

mod sentences;

/// Names that every form has signs of its own in.
const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "R&D, \"100%\" #1_{x}$",
    "a|b*c~d^e\\f`g",
    "東京都 Łódź Ynys Môn",
    "line\nbreak",
    "[1] x",
];

fn fit() -> FittedModel {
    let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED).expect("the simulated panel");
    Model::new("cpp_rate")
        .component("deprivation", ["low_income_pct"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects])
        .fit(&panel)
        .expect("it fits")
}

fn with_intervals() -> Breakdown {
    let fit = fit();
    fit.jackknife().and_then(|jackknife| fit.sequential()?.with_intervals(&jackknife)).expect("intervals")
}

/// A breakdown of four rows into one component.
fn of_one_component() -> Breakdown {
    let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build();
    let fit = Model::new("y").component("cause", ["x"]).fit(&panel.expect("a panel")).expect("it fits");
    fit.shapley().expect("one component")
}

#[test]
fn a_sentence_says_who_goes_with_how_much_and_what_is_left() {
    let said = with_intervals().sentences();
    assert!(
        said[0].starts_with("Of the variation of cpp_rate (in brackets 95% intervals), practice goes with "),
        "{said:#?}"
    );
    assert!(said[0].ends_with(" goes with nothing in the model."), "{said:#?}");
    // Largest first, whatever the order of the model.
    let places = ["practice", "deprivation", "policy"].map(|name| said[0].find(name));
    assert!(places.is_sorted() && places[0].is_some(), "{said:#?}");
    assert!(said[1].starts_with("Without what chance alone would give, practice has "), "{said:#?}");
    assert!(said.iter().any(|said| said.contains("if noise within units is gone after 3 periods")), "{said:#?}");
    let last = said.last().map(String::as_str);
    assert_eq!(
        last,
        Some(
            "The components entered in this order, and in another order the shares would be others. A share is what goes \
             with a component, not what it causes."
        )
    );
}

#[test]
fn one_component_and_no_interval() {
    assert_eq!(
        of_one_component().sentences(),
        [
            "Of the variation of y, cause goes with 71.4%; 28.6% goes with nothing in the model.",
            "A share is an average over all orders in which the components may enter. How sure the shares are is not said \
             here. A share is what goes with a component, not what it causes.",
        ]
    );
}

#[test]
fn nothing_left_is_said_and_rounding_is_nothing() {
    let mut breakdown = of_one_component();
    breakdown.components[0].share_of_total = 1.0;
    breakdown.unexplained.share_of_total = -1e-17;
    assert_eq!(breakdown.sentences()[0], "Of the variation of y, cause goes with 100.0%; nothing is left unexplained.");
}

#[test]
fn a_negative_share_is_named_and_no_variation() {
    let mut breakdown = of_one_component();
    breakdown.components[0].share_of_total = -0.012;
    breakdown.unexplained.share_of_total = 1.012;
    let said = breakdown.sentences();
    assert_eq!(said[0], "Of the variation of y, cause goes with -1.2%; 101.2% goes with nothing in the model.");
    assert!(said[1].starts_with("The share of cause is below zero, which this method allows"), "{said:#?}");
    // So little below zero is printed as zero, and not spoken of.
    breakdown.components[0].share_of_total = -0.0001;
    assert!(breakdown.sentences().iter().all(|said| !said.contains("below zero")));
}

#[test]
fn what_may_be_chance_alone_is_said() {
    let mut breakdown = with_intervals();
    let corrected = breakdown.components[1].corrected.as_mut().expect("corrected shares");
    corrected.lower = 0.0;
    let said = breakdown.sentences();
    assert!(said[1].ends_with("; of policy nothing may be left, as the interval reaches zero."), "{said:#?}");
    let corrected = breakdown.components[2].corrected.as_mut().expect("corrected shares");
    (corrected.lower, breakdown.components[1].corrected) = (-0.01, None);
    assert!(breakdown.sentences()[1].ends_with(", which may be nothing."), "{:#?}", breakdown.sentences());
}

#[test]
fn a_change_is_told_with_its_sign_and_not_where_it_may_be_none() {
    let mut change = ChangeAnalysis::new().of(&fit(), 2011, 2018).expect("a change");
    let said = change.sentences();
    assert!(said[0].starts_with(
        "From 2011 to 2018 the mean of cpp_rate over 150 units (in brackets 95% intervals) rose by 14.0 points ("
    ));
    let interval = change.interval_of_actual.expect("an interval");
    change.actual = -change.actual;
    change.interval_of_actual = Some({
        let mut turned: Interval = interval;
        (turned.lower, turned.upper) = (-interval.upper, -interval.lower);
        turned
    });
    let fell = change.sentences();
    assert_eq!(fell[0].replace("fell", "rose"), said[0], "{fell:#?}");
    change.interval_of_actual = Some({
        let mut wide: Interval = interval;
        (wide.lower, wide.upper) = (-20.0, 3.0);
        wide
    });
    assert!(change.sentences()[1].starts_with("Chance alone may be the whole of this change"));
    (change.actual, change.interval_of_actual) = (0.0, None);
    assert!(change.sentences()[0].contains(" did not change."), "{:#?}", change.sentences());
}

#[test]
fn the_order_matters_or_does_not() {
    let range = fit().order_range().expect("three components");
    let said = range.sentences();
    assert!(said[0].starts_with("Over all orders in which the components may enter, practice gets "), "{said:#?}");
    assert_eq!(said[1], "In every order practice has the largest share.");
    let mut fixed: OrderRange = range.clone();
    for of in &mut fixed.components {
        (of.min, of.max) = (of.mean, of.mean);
    }
    assert!(fixed.sentences()[0].ends_with(", whatever the order.") && fixed.sentences().len() == 1);
    let mut close = range;
    close.components[0].max = 0.99;
    assert_eq!(close.sentences()[1], "Which component has the largest share depends on the order.");
}

#[test]
fn units_beyond_chance_are_counted() {
    let units = UnitAnalysis::new().of(&fit()).expect("remainders");
    let beyond = units.units.iter().filter(|unit| unit.beyond_chance).count();
    let said = units.sentences();
    assert!(said[0].starts_with(&format!("{beyond} of 150 units differ from what the components beside")), "{said:#?}");
    let mut none = units.clone();
    none.units.iter_mut().for_each(|unit| unit.beyond_chance = false);
    assert!(none.sentences()[0].starts_with("None of 150 units differs from"));
}

#[test]
fn hostile_names_break_no_form() {
    let mut random = crate::common::Numbers::new(7);
    let rows = 40;
    let mut builder = Panel::builder().column("y", (0..rows).map(|_| random.normal()).collect::<Vec<_>>());
    let columns = ["a", "b", "c", "d", "e", "f"];
    for column in columns {
        builder = builder.column(column, (0..rows).map(|_| random.normal()).collect::<Vec<_>>());
    }
    let mut model = Model::new("y");
    for (name, column) in HOSTILE.iter().zip(columns) {
        model = model.component(*name, [column]);
    }
    let fit = model.fit(&builder.build().expect("a panel")).expect("it fits");
    let tables = fit.shapley().expect("six components").tables();

    let markdown = tables.to_markdown();
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 2 + HOSTILE.len() + 1, "{markdown}");
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(rows.iter().all(|row| cells(row) == cells(rows[0])), "{markdown}");
    assert!(markdown.contains("\\<script\\>alert(1)\\</script\\>") && markdown.contains("line<br>break"), "{markdown}");

    let csv = tables.to_csv();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let names: Vec<String> =
        reader.records().map(|record| record.expect("a record").get(0).unwrap_or_default().to_string()).collect();
    assert_eq!(names[..6], HOSTILE);

    let latex = tables.to_latex();
    assert!(latex.contains("R\\&D, \\symbol{34}100\\%\\symbol{34} \\#1\\_\\{x\\}\\$ & $"), "{latex}");
    assert!(latex.contains("\na\\textbar{}b{*}c\\textasciitilde{}d\\textasciicircum{}e\\textbackslash{}f"), "{latex}");
    assert!(latex.contains("\n{[}1{]} x & $") && latex.contains("\nline break & $"), "{latex}");

    let html = html(&tables);
    assert!(!html.contains("<script"), "{html}");
    assert!(html.is_empty() != cfg!(feature = "html"), "{html}");
    assert!(html.is_empty() || html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");

    let text = tables.clone().width(60).to_text();
    assert!(
        text.contains("<script>alert(1)</script>") && text.lines().all(|line| line.chars().count() <= 60),
        "{text}"
    );
    let ascii = tables.glyphs(Glyphs::Ascii).to_text();
    assert!(ascii.is_ascii() && ascii.contains("??? ?odz Ynys Mon"), "{ascii}");
}

#[test]
fn a_reader_chooses_tables_columns_rows_and_names() {
    let tables = with_intervals().tables();
    let names: Vec<&str> = tables.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["shares", "corrected", "unit_effects_by_model"]);
    let chosen = tables.clone().only(["shares"]).and_then(|tables| tables.columns(["name", "lower", "upper"]));
    let chosen = chosen.and_then(|tables| tables.order(["practice", "policy"])).expect("they are there");
    let csv = chosen.to_csv();
    assert!(csv.starts_with("name,lower,upper\npractice,"), "{csv}");
    let firsts: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(firsts, ["practice", "policy", "deprivation", "unexplained"]);
    let labelled = chosen.labels([("practice", "Practice of authorities"), ("lower", "x")]).decimals(3);
    let markdown = labelled.to_markdown();
    assert!(
        markdown.contains("| Practice of authorities | 4") || markdown.contains("| Practice of authorities | 3"),
        "{markdown}"
    );
    assert!(labelled.to_csv().contains("\npractice,"), "a program's names stay");
    let cell = markdown.lines().find(|line| line.starts_with("| Practice")).and_then(|line| line.split('|').nth(2));
    let ends: Vec<&str> = cell.unwrap_or_default().trim().split(" to ").collect();
    assert!(ends.len() == 2 && ends.iter().all(|end| end.split('.').nth(1).map(str::len) == Some(3)), "{markdown}");
    for error in [tables.clone().only(["nothing"]), tables.clone().columns(["nothing"]), tables.order(["nothing"])] {
        assert!(error.is_err_and(|error| error.to_string().contains("is nothing: there are ")));
    }
}

#[test]
fn numbers_in_csv_are_read_back_equal() {
    let breakdown = with_intervals();
    let shares = breakdown.tables().only(["shares"]).expect("shares").to_csv();
    let mut reader = csv::Reader::from_reader(shares.as_bytes());
    for (record, share) in reader.records().zip(breakdown.rows()) {
        let record = record.expect("a record");
        assert_eq!(record.get(1).and_then(|field| field.parse().ok()), Some(share.share_of_total));
    }
}

#[test]
fn a_document_says_where_its_answer_comes_from_and_reads_back_equal() {
    let fit = fit();
    let analysis = Analysis::new().sequential().order_range().comparisons();
    let findings = analysis.of(&fit).expect("findings");
    let document = AnswerDocument::new(findings).of_fit(&fit);
    let json = document.to_json().expect("finite numbers");
    let read: AnswerDocument<Findings> = serde_json::from_str(&json).expect("it reads");
    assert_eq!(read, document);
    let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(value["schema_version"], SCHEMA_VERSION);
    assert_eq!(value["crate_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((value["kind"].as_str(), value["sample"]["n_observations"].as_u64()), (Some("findings"), Some(1200)));
    assert_eq!(value["model"]["components"][2]["name"], "practice");
    assert!(value["sentences"].as_array().is_some_and(|said| said.len() > 3));
    let drawn = fit.bootstrap(99, 5).and_then(|draws| fit.shapley()?.with_intervals(&draws)).expect("intervals");
    assert_eq!(AnswerDocument::new(&drawn).origin.seed, Some(5));
}

#[cfg(feature = "html")]
#[test]
fn long_tables_stand_in_files_beside_the_page_each_in_its_own() {
    let fit = fit();
    let findings = Analysis::new().of(&fit).expect("findings");
    let rows = fit.contributions().expect("contributions").by_row();
    let page = apportion::Report::html(&fit, &findings).add("Rows", &rows).add("Rows", &rows.clone());
    let folder = std::env::temp_dir().join(format!("apportion-page-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let written = page.write_to(folder.join("page.html")).expect("it is written");
    let names: Vec<String> =
        written.iter().map(|file| file.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["page.html", "page-rows-contributions.csv", "page-rows-2-contributions.csv"]);
    let html = std::fs::read_to_string(&written[0]).expect("the page");
    assert!(names[1..].iter().all(|name| html.contains(&format!("href=\"{name}\""))), "each is linked");
    let csv = std::fs::read_to_string(&written[1]).expect("the table");
    assert_eq!(csv.lines().count(), 1 + 1200);
    std::fs::remove_dir_all(folder).expect("it is removed");
}
