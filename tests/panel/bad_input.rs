//! Each bad input has its own clear error, which names the column, unit or option and what to do.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::{DataError, EstimateError, Place, QuestionError, TermSyntax};
use apportion::{Error, FittedModel, Model, Panel, PanelSchema, Result, Term, Warning};

use crate::common::message::error;

fn schema() -> PanelSchema {
    PanelSchema::new("unit", "year")
}

fn read(text: &str) -> Result<Panel> {
    Panel::read_csv_from(text.as_bytes(), &schema())
}

const GOOD: &str = "unit,year,y,x,w\na,2001,1,2,1\na,2002,3,1,1\nb,2001,2,5,1\nb,2002,7,4,1\n";

fn fit(model: Model) -> Result<FittedModel> {
    model.fit(&read(GOOD).expect("the file is good"))
}

#[test]
fn missing_file() {
    let found = error(Panel::read_csv("no/such/file.csv", &schema()), &["no/such/file.csv"]);
    assert!(matches!(found, Error::Data(DataError::Read { .. })));
}

#[test]
fn empty_file() {
    assert!(matches!(error(read(""), &["empty", "header"]), Error::Data(DataError::EmptyFile { .. })));
}

#[test]
fn header_only() {
    assert!(matches!(error(read("unit,year,y\n"), &["no rows"]), Error::Data(DataError::NoRows { .. })));
}

#[test]
fn ragged_row() {
    let found = error(read("unit,year,y\na,2001,1\nb,2001\n"), &["line 3", "2 cells", "3"]);
    assert!(matches!(found, Error::Data(DataError::RaggedRow { line: 3, expected: 3, found: 2 })));
}

#[test]
fn duplicate_column() {
    let found = error(read("unit,year,y,y\na,2001,1,2\n"), &["\"y\"", "twice"]);
    assert!(matches!(found, Error::Data(DataError::DuplicateColumn { first: 3, second: 4, .. })));
}

#[test]
fn duplicate_unit_and_period_names_both_lines() {
    let found = error(read("unit,year,y\na,2001,1\nb,2001,2\na,2001,3\n"), &["unit a", "2001", "line 2", "line 4"]);
    assert!(matches!(
        found,
        Error::Data(DataError::DuplicateRow { first: Place::Line(2), second: Place::Line(4), .. })
    ));
}

#[test]
fn text_in_a_number() {
    let panel = read("unit,year,y,x\na,2001,1,2\na,2002,2,3\nb,2001,3,many\n").expect("read");
    let found = error(Model::new("y").component("c", ["log(x)"]).fit(&panel), &["\"x\"", "line 4", "\"many\""]);
    assert!(matches!(found, Error::Data(DataError::NotANumber { place: Place::Line(4), .. })));
}

#[test]
fn a_stray_cell_among_numbers_makes_no_factor_of_them() {
    let panel = read("unit,year,y,x,g\na,2001,1,12.0*,p\na,2002,2,3,q\nb,2001,3,4,q\nb,2002,5,1,p\n").expect("read");
    let found =
        error(Model::new("y").component("c", ["x"]).fit(&panel), &["\"x\"", "line 2", "\"12.0*\"", "factor(x)"]);
    assert!(matches!(found, Error::Data(DataError::NotANumber { place: Place::Line(2), .. })));
    error(Model::new("y").component("c", ["x:g"]).fit(&panel), &["\"12.0*\""]);
    for said in ["factor(x)", "g", "factor(g)"] {
        Model::new("y").component("c", [said]).fit(&panel).expect("names are levels, and what is said to be is");
    }
}

#[test]
fn names_that_other_rows_of_a_breakdown_have() {
    for name in ["always", "unexplained", "", " "] {
        let found = error(fit(Model::new("y").component(name, ["x"])), &["cannot be named"]);
        assert!(matches!(found, Error::Question(QuestionError::ComponentName { .. })));
    }
}

#[test]
fn values_beyond_the_range_of_products() {
    for (values, words) in
        [([1e-310, 3e-310, 2e-310, 5e-310], "varies by less"), ([1.0, 1.7e308, -1.7e308, 3.0], "beyond")]
    {
        let builder = Panel::builder().column("x", values).column("y", [1.0, 3.0, 2.0, 4.0]);
        let panel = builder.build().expect("a panel");
        let found = error(Model::new("y").component("c", ["x"]).fit(&panel), &["\"x\"", words, "other units"]);
        assert!(matches!(found, Error::Estimate(EstimateError::Scale { .. })));
        assert!(matches!(
            error(Model::new("x").component("c", ["y"]).fit(&panel), &[words]),
            Error::Estimate(EstimateError::Scale { .. })
        ));
    }
}

#[test]
fn unit_effects_in_too_many_components() {
    let mut model = Model::new("y");
    for i in 0..9 {
        model = model.component(format!("c{i}"), ["unit_effects"]);
    }
    let fit = fit(model).expect("fits");
    assert!(matches!(
        error(fit.shapley(), &["unit effects", "9", "8"]),
        Error::Estimate(EstimateError::TooManyComponents { .. })
    ));
    error(fit.order_range(), &["unit effects", "one component"]);
    fit.sequential().expect("one order has no limit");
}

#[test]
fn unknown_column_in_a_term() {
    let found = error(fit(Model::new("y").component("c", ["X1"])), &["\"X1\"", "did you mean", "\"x\""]);
    assert!(matches!(found, Error::Data(DataError::UnknownColumn { .. })));
    error(fit(Model::new("rate").component("c", ["x"])), &["\"rate\""]);
    error(fit(Model::new("y").component("c", ["x"]).weights("v")), &["\"v\""]);
}

#[test]
fn a_term_that_does_not_parse_points_at_the_character() {
    let found = error(fit(Model::new("y").component("c", ["x", "log(x"])), &["log(x", "character 6", "`)`"]);
    assert!(matches!(found, Error::Question(QuestionError::Term(TermSyntax { position: 6, .. }))));
}

#[test]
fn terms_that_make_no_sense() {
    for nonsense in [Term::UnitEffects.log(), Term::column("x").between().lag(1), Term::column("x").lag(0)] {
        let found = error(fit(Model::new("y").component("c", [nonsense.clone()])), &["term", "character"]);
        assert!(matches!(found, Error::Question(QuestionError::Term(_))), "{nonsense}");
    }
    let nested = Term::column("x").interact(Term::column("w")).lag(1);
    error(fit(Model::new("y").component("c", [nested])), &["lag(x:w)"]);
    let found = error(fit(Model::new("within(y)").component("c", ["x"])), &["within(y)", "outcome"]);
    assert!(matches!(found, Error::Question(QuestionError::TermMeaning { .. })));
    error(fit(Model::new("unit").component("c", ["x"])), &["unit"]);
}

#[test]
fn effects_without_units_or_periods() {
    let panel = Panel::read_csv_from(GOOD.as_bytes(), &PanelSchema::cross_section()).expect("read");
    for (term, needs) in [
        ("unit_effects", "unit"),
        ("period_effects", "period"),
        ("lag(x)", "unit"),
        ("lead(x)", "unit"),
        ("within(x)", "unit"),
        ("between(x)", "unit"),
    ] {
        let found =
            error(Model::new("y").component("c", [term]).fit(&panel), &[term, &format!("needs a {needs} column")]);
        assert!(matches!(found, Error::Data(DataError::NoKey { .. })));
    }
}

#[test]
fn a_component_named_twice_or_without_terms_or_none() {
    let found = error(fit(Model::new("y").component("c", ["x"]).component("c", ["w"])), &["\"c\"", "twice"]);
    assert!(matches!(found, Error::Question(QuestionError::DuplicateComponent { .. })));
    assert!(matches!(error(fit(Model::new("y")), &["no component"]), Error::Question(QuestionError::NoComponents)));
    let none: [Term; 0] = [];
    let found = error(fit(Model::new("y").component("c", none)), &["\"c\"", "no term"]);
    assert!(matches!(found, Error::Question(QuestionError::EmptyComponent { .. })));
}

#[test]
fn no_variation_in_the_outcome() {
    let panel = read("unit,year,y,x\na,2001,5.1,2\na,2002,5.1,3\nb,2001,5.1,4\n").expect("read");
    let found = error(Model::new("y").component("c", ["x"]).fit(&panel), &["\"y\"", "does not vary"]);
    assert!(matches!(found, Error::Estimate(EstimateError::NoVariation { rows: 3, .. })));
}

#[test]
fn fewer_rows_than_two() {
    let panel = read("unit,year,y,x\na,2001,5,2\na,2002,,3\n").expect("read");
    let found = error(Model::new("y").component("c", ["x"]).fit(&panel), &["1 row", "two"]);
    assert!(matches!(found, Error::Estimate(EstimateError::TooFewRows { rows: 1 })));
}

#[test]
fn all_rows_dropped_says_why() {
    let panel = read("unit,year,y,x\na,2001,5,c\na,2002,,3\nb,2001,1,0\n").expect("read");
    let found = error(
        Model::new("y").component("c", ["log(x)"]).fit(&panel),
        &["y missing: empty", "x missing: suppressed (c)", "log(x)"],
    );
    assert!(matches!(found, Error::Estimate(EstimateError::NothingLeft { .. })));
}

#[test]
fn weights_negative_or_all_zero() {
    let panel = read("unit,year,y,x,w,z\na,2001,5,1,1,0\na,2002,4,2,-2,0\nb,2001,1,7,1,0\n").expect("read");
    let model = Model::new("y").component("c", ["x"]);
    let found = error(model.clone().weights("w").fit(&panel), &["\"w\"", "line 3", "-2", "negative"]);
    assert!(matches!(found, Error::Data(DataError::Negative { place: Place::Line(3), .. })));
    let found = error(model.weights("z").fit(&panel), &["\"z\"", "zero"]);
    assert!(matches!(found, Error::Data(DataError::ZeroWeights { .. })));
}

#[test]
fn infinite_values() {
    let found = error(read("unit,year,y\na,2001,1\nb,2001,inf\n"), &["\"y\"", "line 3", "infinite"]);
    assert!(matches!(found, Error::Data(DataError::Infinite { place: Place::Line(3), .. })));
    let found = error(Panel::builder().column("y", [1.0, f64::NEG_INFINITY]).build(), &["\"y\"", "row 1"]);
    assert!(matches!(found, Error::Data(DataError::Infinite { place: Place::Row(1), .. })));
    // A product that overflows is a reason in the audit, not an error and not a NaN.
    let panel = read("unit,year,y,x\na,2001,1,1e200\nb,2001,2,1\nc,2001,3,5\nd,2001,5,4\n").expect("read");
    let fit = Model::new("y").component("c", ["x:x"]).fit(&panel).expect("three rows are left");
    assert_eq!(fit.sample().audit(), "1 (x:x is not finite)");
}

#[test]
fn the_outcome_as_a_term() {
    for model in [
        Model::new("y").component("c", ["x", "y"]),
        Model::new("log(y)").component("c", ["y"]),
        Model::new("y").component("c", ["within(y)"]),
        Model::new("y").component("x", ["x"]).always(["x:y"]),
        Model::new("y").component("x", ["x"]).weights("y"),
    ] {
        assert!(matches!(
            error(fit(model), &["\"y\"", "cannot explain itself"]),
            Error::Question(QuestionError::OutcomeAsTerm { .. })
        ));
    }
}

#[test]
fn sixty_five_players() {
    let mut builder = Panel::builder().column("y", (0..100).map(|i| f64::from(i * i % 17)));
    let mut model = Model::new("y");
    for player in 0..65 {
        builder = builder.column(format!("x{player}"), (0..100).map(|i| f64::from(i * (player + 3) % (player + 5))));
        model = model.component(format!("c{player}"), [format!("x{player}")]);
    }
    let fit = model.fit(&builder.build().expect("a panel")).expect("the model fits");
    let found = error(fit.shapley(), &["shapley", "65", "36", "sampled orders"]);
    assert!(matches!(found, Error::Estimate(EstimateError::TooManyComponents { limit: 36, found: 65, .. })));
    error(fit.order_range(), &["65", "24", "sequential shares"]);
    let sequential = fit.sequential().expect("one order has no limit");
    assert_eq!(sequential.components.len(), 65);
    sequential.with_intervals(&fit.jackknife().expect("jackknife")).expect("nor do its intervals");
}

#[test]
fn an_order_that_is_none() {
    let fit = fit(Model::new("y").component("a", ["x"]).component("b", ["w"])).expect("fits");
    let found = error(fit.sequential_in(&["a"]), &["the order must name every component once: \"b\" is not in it"]);
    assert!(matches!(found, Error::Question(QuestionError::Order { .. })));
    assert!(matches!(
        error(fit.sequential_in(&["a", "b", "a"]), &["\"a\"", "twice"]),
        Error::Question(QuestionError::Order { .. })
    ));
    let found = error(fit.sequential_in(&["a", "c"]), &["\"c\"", "a, b"]);
    assert!(matches!(found, Error::Question(QuestionError::UnknownComponent { .. })));
    assert!(fit.sequential().expect("sequential").component("c").is_err());
}

#[test]
fn precedences_that_no_order_keeps() {
    let model = Model::new("y").component("a", ["x"]).component("b", ["w"]);
    let found = error(fit(model.clone().after("a", ["a"])), &["\"a\" would have to enter after itself"]);
    assert!(found.to_string().starts_with("no order keeps the precedences: "), "{found}");
    let broken = fit(model.after("a", ["b"])).expect("fits").sequential();
    let found = error(broken, &["\"a\" may only enter after \"b\", put it later"]);
    assert!(found.to_string().starts_with("the order breaks a precedence: "), "{found}");
}

#[test]
fn too_many_columns() {
    let n = 3_100;
    let panel = Panel::builder()
        .column("y", (0..n).map(|i| f64::from(i % 7)))
        .column("x", (0..n).map(f64::from))
        .build()
        .expect("a panel");
    let found = error(Model::new("y").component("c", ["factor(x)"]).fit(&panel), &["3099", "3000", "unit effects"]);
    assert!(matches!(found, Error::Estimate(EstimateError::TooManyColumns { limit: 3_000, found: 3_099 })));
}

#[test]
fn what_adds_nothing_is_a_warning_not_an_error() {
    let text =
        "unit,year,y,x,fixed,one\na,1,1,2,1,3\na,2,3,1,1,3\nb,1,2,5,4,3\nb,2,7,4,4,3\nc,1,5,5,6,3\nc,2,2,3,6,3\n";
    let model = Model::new("y")
        .component("practice", ["unit_effects"])
        .component("fixed", ["fixed"])
        .component("x", ["x"])
        .component("double", ["x", "x"])
        .component("constant", ["one"]);
    let fit = model.fit(&read(text).expect("read")).expect("fits");
    let has = |wanted: Warning| assert!(fit.warnings().contains(&wanted), "{wanted:?} not in {:?}", fit.warnings());
    has(Warning::NoColumnLeft { component: "constant".into() });
    has(Warning::AddsNothing { component: "fixed".into(), once: "practice".into(), unit_effects: true });
    has(Warning::AddsNothing { component: "double".into(), once: "x".into(), unit_effects: false });
    let in_always = Model::new("y").always(["x"]).component("x", ["x"]).component("fixed", ["fixed"]);
    let in_always = in_always.fit(&read(text).expect("read")).expect("fits");
    let messages: Vec<String> = in_always.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(messages, ["x adds nothing because what spans its columns is always in: drop the one or the other"]);
    assert_eq!(fit.order_range().expect("a range").warnings, fit.warnings());
    let breakdown = fit.sequential().expect("sequential");
    assert!(breakdown.share_of_total("fixed").expect("there").abs() < 1e-12);
    assert_eq!(breakdown.share_of_total("constant").expect("there"), 0.0);
    assert_eq!(fit.regression().expect("fits").left_out_columns(), ["fixed", "x", "x", "one"]);
    let message = breakdown.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(message.contains("adds nothing once unit effects (practice) are in: enter it before them or drop them"));
}

#[test]
fn of_two_components_with_unit_effects_each_adds_nothing_once_the_other_is_in() {
    let warnings = |model: Model| -> Vec<String> {
        let text = "unit,year,y,x\na,1,1,2\na,2,3,1\nb,1,2,5\nb,2,7,4\nc,1,5,5\nc,2,2,3\n";
        let fit = model.fit(&read(text).expect("read")).expect("fits");
        fit.warnings().iter().map(ToString::to_string).collect()
    };
    let adds_nothing = |component: &str, once: &str| {
        format!("{component} adds nothing once unit effects ({once}) are in: enter it before them or drop them")
    };
    let one = Model::new("y").component("one", ["unit_effects"]);
    let twice = one.clone().component("other", ["unit_effects"]);
    assert_eq!(warnings(twice), [adds_nothing("other", "one"), adds_nothing("one", "other")]);
    // What has a column of its own beside them adds something.
    assert_eq!(warnings(one.clone().component("more", ["unit_effects", "x"])), [adds_nothing("one", "more")]);
    let always = warnings(one.always(["unit_effects"]));
    assert_eq!(always, ["one adds nothing because unit effects are always in: drop the one or the other"]);
}
