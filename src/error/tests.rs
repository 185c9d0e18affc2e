//! What is refused, as a caller meets it: the kind with its fields, and the sentence.

use std::io::Cursor;

use super::*;
use crate::decompose::{Game, SampledOrders};
use crate::panel::{Derivation, Join, Reorganisations};
use crate::sources::Lookup;
use crate::{Covariance, Estimator, FittedModel, FittedRegression, Model, Panel, PanelRegression, PanelSchema, Source};

const PANEL: &str = "\
unit,year,y,x,z,fixed,place
a,2001,1,0,3,1,n
a,2002,3,1,1,1,n
a,2003,2,2,4,1,n
b,2001,5,1,1,2,s
b,2002,6,3,5,2,s
b,2003,9,4,9,2,s
c,2001,4,2,2,4,n
c,2002,4,1,6,4,n
";

fn panel() -> Panel {
    Panel::read_csv_from(PANEL.as_bytes(), &PanelSchema::new("unit", "year")).unwrap()
}

fn fit(outcome: &str, term: &str, estimator: Estimator) -> Result<FittedRegression> {
    PanelRegression::new(outcome, [term]).estimator(estimator).fit(&panel())
}

fn model() -> Model {
    Model::new("y").component("cause", ["x"]).component("practice", ["unit_effects"])
}

fn fitted(model: Model) -> FittedModel {
    model.fit(&panel()).unwrap()
}

#[track_caller]
fn refused<T>(result: Result<T>, method: &str, why: Refusal, sentence: &str) {
    let Err(error) = result else { panic!("it must be refused") };
    assert_eq!(error.to_string(), format!("{method} cannot be had here: {sentence}"));
    let Error::Estimate(EstimateError::Method { method: found, why: kind }) = error else { panic!("another error") };
    assert_eq!((found, kind), (method, why));
}

#[test]
fn a_split_that_cannot_be_had_says_why() {
    let ordered = fitted(model().after("practice", ["cause"]));
    refused(
        ordered.pmvd(),
        "pmvd",
        Refusal::Precedence { are_drawn: false },
        "the model lets a component enter only after others, and it averages over all orders or coalitions: use \
         shapley, which respects that, or take the precedence out",
    );
    refused(
        ordered.shapley_sampled(&SampledOrders::new(1)),
        "shapley_sampled",
        Refusal::Precedence { are_drawn: true },
        "orders are drawn from all, and the model lets a component enter only after others: use shapley, or take the \
         precedence out",
    );
    refused(
        fitted(model()).genizi(),
        "genizi",
        Refusal::NoColumns { component: Some("practice".to_owned()) },
        "\"practice\" has unit effects, which are absorbed and have no columns to decorrelate: put them into always, \
         or use shapley",
    );
    refused(
        fitted(model()).cross_validated_r2(None),
        "cross-validated R²",
        Refusal::UnitsLeftOut,
        "unit effects say nothing about a unit that was left out: take them out of the model, or use adjusted_r2",
    );
    let by_row = Model::new("y").component("one", ["x"]).component("other", ["factor(unit):factor(year)"]);
    refused(
        fitted(by_row).adjusted_r2(),
        "adjusted R²",
        Refusal::TooManyParameters { parameters: 7, rows: 8 },
        "a coalition has 7 parameters beside the intercept for 8 rows: use R²",
    );
    let game = Game::new(["one", "other"], |coalition| Ok::<_, Error>(if coalition.len() == 1 { 1.0 } else { 0.0 }));
    refused(
        game.unwrap().pmvd(),
        "pmvd",
        Refusal::WorthMoreThanAll,
        "a coalition is worth more than all components together: use shapley",
    );
}

#[test]
fn a_regression_or_test_that_cannot_be_had_says_why() {
    refused(
        fit("fixed", "x", Estimator::Within),
        "within",
        Refusal::NothingOfOutcome { outcome: "fixed".to_owned() },
        "the outcome \"fixed\" does not vary beside the effects that are absorbed: choose an estimator that absorbs \
         fewer effects",
    );
    refused(
        fit("y", "fixed", Estimator::Within),
        "within",
        Refusal::NothingOfColumns { columns: vec!["fixed".to_owned()], beside_effects: true },
        "no column varies beside the effects that are absorbed (fixed): choose other terms, or an estimator that \
         absorbs fewer effects",
    );
    let iid = Covariance::iid();
    let pooled = fit("y", "x", Estimator::Pooled).unwrap();
    let needs = EstimatorNeed::AbsorbedEffects;
    refused(
        pooled.unit_effects(&iid),
        "unit effects",
        Refusal::OtherEstimator { found: "pooled", needs },
        "this estimator does not absorb them: use within, within_period or twoway",
    );
    refused(
        pooled.wald(&["x", "x"], &iid),
        "the joint test",
        Refusal::SingularCovariance { are_added: false },
        "the covariance of these coefficients is singular: there are fewer clusters than coefficients, or the same \
         coefficient twice",
    );
    refused(
        fit("y", "x", Estimator::Between).unwrap().coefficients(&Covariance::cluster_by("year")),
        "the covariance",
        Refusal::RowsAreUnits,
        "a row of the between estimator is a unit, of all its periods: choose another covariance",
    );
    let within = fit("y", "x", Estimator::Within).unwrap();
    refused(
        pooled.hausman(&within),
        "the Hausman test",
        Refusal::OtherWayRound { first: "pooled", second: "within" },
        "ask it of the within regression, with the pooled one in the brackets",
    );
    refused(
        within.hausman(&fit("z", "x", Estimator::Pooled).unwrap()),
        "the Hausman test",
        Refusal::OutcomesDiffer { first: "y".to_owned(), second: "z".to_owned() },
        "the outcomes differ, y and z: fit both to one",
    );
    let exact = panel().derive("twice", &Derivation::sum(["x", "x"])).unwrap();
    let exact = PanelRegression::new("twice", ["x"]).fit(&exact).unwrap();
    refused(
        exact.reset(&[2], &iid),
        "the RESET",
        Refusal::ExactFit,
        "the regression fits the outcome exactly, and leaves no residuals to test",
    );
}

#[test]
fn estimators_that_are_named_instead_exist() {
    use EstimatorNeed::*;
    let needs = [
        Levels,
        OwnColumns,
        AbsorbedEffects,
        TestableEffects,
        RandomEffects,
        NoEffects,
        KnownSuccession,
        FittedLevels,
        KnownBias,
        LargestLikelihood,
        SeveralResiduals,
    ];
    for need in needs {
        assert!(!need.instead().is_empty());
        for name in need.instead() {
            assert_eq!(name.parse::<Estimator>().unwrap().name(), *name, "{need}");
        }
    }
}

#[test]
fn what_is_wrong_with_an_order_is_a_kind() {
    let order = |result: Result<()>| match result {
        Err(Error::Question(QuestionError::Order { why })) => why,
        other => panic!("{other:?}"),
    };
    let name = |name: &str| name.to_owned();
    let fit = fitted(model());
    let twice = order(fit.sequential_in(&["cause", "cause"]).map(drop));
    assert_eq!(twice, OrderProblem::Twice { component: name("cause") });
    assert_eq!(twice.to_string(), "the order must name every component once: \"cause\" stands in it twice");
    let left_out = order(fit.sequential_in(&["cause"]).map(drop));
    assert_eq!(left_out, OrderProblem::LeftOut { component: name("practice") });
    assert_eq!(left_out.to_string(), "the order must name every component once: \"practice\" is not in it");
    let ordered = fitted(model().after("practice", ["cause"]));
    let broken = order(ordered.sequential_in(&["practice", "cause"]).map(drop));
    assert_eq!(broken, OrderProblem::BreaksPrecedence { component: name("practice"), after: name("cause") });
    assert_eq!(
        broken.to_string(),
        "the order breaks a precedence: \"practice\" may only enter after \"cause\", put it later"
    );
    let circular = model().after("practice", ["cause"]).after("cause", ["practice"]);
    let circular = order(circular.check().map(drop));
    assert_eq!(circular, OrderProblem::CircularPrecedence { component: name("cause") });
}

#[test]
fn other_errors_are_kinds_too() {
    let text = |error: &dyn std::error::Error, expected: &str| assert_eq!(error.to_string(), expected);

    let error = fit("y", "unit_effects", Estimator::Random).unwrap_err();
    text(&error, "term unit_effects: the random estimator has no unit effects as columns: leave the term out");
    let Error::Question(QuestionError::TermMeaning { why, .. }) = error else { panic!("another error") };
    assert_eq!(why, TermProblem::UnitEffects { estimator: "random" });

    let large = panel().derive("large", &Derivation::ratio("x", "fixed").per(1e300)).unwrap();
    let error = Model::new("y").component("cause", ["large"]).fit(&large).unwrap_err();
    text(&error, "column \"large\" has values beyond 1e290: put it in other units");
    let Error::Estimate(EstimateError::Scale { why, .. }) = error else { panic!("another error") };
    assert_eq!(why, ScaleProblem::TooLarge { largest: 1e290 });

    let fit_of_places = fit("y", "place", Estimator::Pooled).unwrap();
    let elsewhere = PANEL.replace(",s\n", ",w\n");
    let elsewhere = Panel::read_csv_from(elsewhere.as_bytes(), &PanelSchema::new("unit", "year")).unwrap();
    let error = fit_of_places.predictions(&elsewhere, &Covariance::iid(), 0.95).unwrap_err();
    let Error::Estimate(EstimateError::Predict { why, .. }) = error else { panic!("another error") };
    text(&why, "the fit has not seen place at \"w\"");
    assert_eq!(why, PredictProblem::UnknownLevel { term: "place".to_owned(), level: "w".to_owned() });

    let resampled = fitted(model());
    let other = fitted(Model::new("y").component("cause", ["z"])).sequential().unwrap();
    let error = other.with_intervals(&resampled.jackknife().unwrap()).unwrap_err();
    text(
        &error,
        "this breakdown comes from another fit than the resampling: its components are cause, not cause, practice",
    );
    let Error::Estimate(EstimateError::OtherFit { why: FitDifference::Components { found, expected } }) = error else {
        panic!("another error")
    };
    assert_eq!((found, expected), (vec!["cause".to_owned()], vec!["cause".to_owned(), "practice".to_owned()]));

    let right = "unit,year,w\na,2001,1\na,2002,1\nd,2001,1\nd,2009,1\n";
    let right = Panel::read_csv_from(right.as_bytes(), &PanelSchema::new("unit", "year")).unwrap();
    let error = panel().join(&right, &Join::one_to_one()).unwrap_err();
    text(
        &error,
        "cannot join w: not one to one; in this panel alone: a 2003; b 2001–2003; c 2001–2002; in the other alone: d \
         2001; periods of the other alone: [2009]: use a left or an inner join",
    );
    let Error::Data(DataError::Join { why: JoinProblem::NotOneToOne { right_only, right_periods, .. }, .. }) = error
    else {
        panic!("another error")
    };
    assert_eq!((right_only, right_periods), (vec!["d 2001".to_owned()], vec![2009]));

    let error = Lookup::new([("E1", "1"), ("E1", "2")]).unwrap_err();
    text(&error, "code \"E1\" stands for 1 and for 2: give each code one unit");
    let Error::Source(SourceError::Code { why: CodeProblem::TwoUnits { first, second }, .. }) = error else {
        panic!("another error")
    };
    assert_eq!((first.as_str(), second.as_str()), ("1", "2"));

    let source = Source::table("t.csv", "area", None).measure("v");
    let error = source.read_from(Cursor::new("area,v\nA,1\nA,2\n")).unwrap_err();
    text(
        &error,
        "t.csv: unit A has two rows (line 2 and line 3), which differ in v (\"1\", \"2\"): filter on what tells them \
         apart",
    );
    let Error::Source(SourceError::RepeatedKey { differ: RowDifference::Columns { columns }, .. }) = error else {
        panic!("another error")
    };
    assert_eq!((columns[0].column.as_str(), columns[0].second.as_str()), ("v", "2"));

    let error = Source::lait("l.csv").measure("v").read_from(Cursor::new("area,v\nA,1\n")).unwrap_err();
    let Error::Source(SourceError::Layout { missing, found: LooksLike::Other { columns }, .. }) = &error else {
        panic!("{error}")
    };
    assert_eq!(columns, &["area", "v"]);
    assert!(
        error.to_string().contains(&format!("it has no column \"{missing}\": its columns are \"area\", \"v\": see"))
    );

    let header = "effective,kind,from_number,from_code,from_name,to_number,to_code,to_name,source,note\n";
    let table = format!("{header}2019-04-01,union,1,,A,2,,B,,\n");
    let error = Reorganisations::read_csv_from(table.as_bytes()).unwrap_err();
    text(
        &error,
        "reorganisations: line 2, column \"kind\": \"union\" is no kind: use merge, split, boundary change or recode",
    );
    let Error::Data(DataError::Reorganisation { why }) = error else { panic!("another error") };
    let kind = EventProblem::Kind { found: "union".to_owned() };
    assert_eq!(why, ReorganisationProblem::Event { place: Some(Place::Line(2)), column: "kind", why: kind });
}
