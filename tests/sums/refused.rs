//! What sums cannot say is refused by name.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::{DataError, EstimateError, NoiseProblem, QuestionError, Refusal, SumsProblem, TermProblem};
use apportion::findings::{Analysis, ChangeAnalysis};
use apportion::regress::NoiseModel;
use apportion::sums::{GroupedSums, SumsQuestion};
use apportion::{Error, Model, Term};

use crate::of_rows::{Children, question};

#[test]
fn what_needs_rows_is_refused_where_there_are_several() {
    let children = Children::new(9);
    let (model, question) = question();
    let rows: Vec<usize> = (0..children.len()).collect();
    let fit = children.sums(&question, &rows).fit(&model).expect("a fit");
    let shares = fit.shapley().expect("shares");
    let refusals = [
        fit.regression().err(),
        fit.gelbach().err(),
        fit.influence_of_periods(&shares).err(),
        ChangeAnalysis::new().of(&fit, 2015, 2020).err(),
    ];
    for error in refusals {
        let error = error.expect("it needs rows");
        assert!(matches!(&error, Error::Estimate(EstimateError::Method { why: Refusal::NeedsRows, .. })), "{error}");
    }
    let noise = fit.noise(NoiseModel::Independent).expect_err("noise");
    assert!(matches!(&noise, Error::Estimate(EstimateError::Noise(NoiseProblem::SeveralRows))), "{noise}");
    // Among all methods what needs rows is left out, asked for by its name it is refused.
    let all = Analysis::new().all_methods();
    let found = all.clone().of(&fit).expect("the other methods");
    assert!(found.gelbach.is_none() && found.methods.breakdown("shapley").is_ok());
    assert!(found.left_out.iter().any(|left_out| left_out.method == "gelbach"), "{:?}", found.left_out);
    assert!(all.gelbach().of(&fit).is_err());
    let count = fit.counting_noise("plans", "children", 1.0).expect_err("columns");
    assert!(matches!(&count, Error::Estimate(EstimateError::Method { why: Refusal::NeedsPanel, .. })), "{count}");
}

#[test]
fn terms_that_are_no_number_of_a_row_are_refused() {
    for term in ["lag(income)", "lead(income)", "factor(place)", "income:unit_effects", "within(lag(income))"] {
        let model = Model::new("plan").component("one", [term]);
        let error = SumsQuestion::new(&model, "authority", Some("year")).expect_err(term);
        let is_it = matches!(&error, Error::Question(QuestionError::TermMeaning { why: TermProblem::NotSummed, .. }));
        assert!(is_it, "{term}: {error}");
    }
    let policy = Model::new("plan").component("policy", [Term::PeriodEffects]);
    assert!(matches!(SumsQuestion::new(&policy, "authority", None), Err(Error::Data(DataError::NoKey { .. }))));
}

#[test]
fn a_model_is_answered_by_sums_that_hold_it() {
    let children = Children::new(9);
    let (_, question) = question();
    let rows: Vec<usize> = (0..children.len()).collect();
    let sums = children.sums(&question, &rows);
    let part = Model::new("plan").component("far", ["within(far)", "far"]);
    assert!(sums.fit(&part).expect("a part of the question").r2_overall() > 0.0);
    let more = Model::new("plan").component("far", ["far", "place"]);
    let error = sums.fit(&more).expect_err("place was not summed");
    assert_eq!(
        error.to_string(),
        "the sums: \"place\" is not among what was summed (log(income), far, plan): sum it too"
    );
    let weighted = Model::new("plan").component("far", ["far"]).weights("weight");
    assert!(matches!(sums.fit(&weighted), Err(Error::Data(DataError::Sums { why: SumsProblem::OtherSums, .. }))));
}

/// Columns whose squares are no doubles, or lose their digits to the smallest of them.
#[test]
fn columns_beyond_the_range_of_squares_are_refused_by_name() {
    let children = Children::new(9);
    let model = Model::new("plan").component("place", ["place"]).component("practice", [Term::UnitEffects]);
    let question = SumsQuestion::new(&model, "authority", Some("year")).expect("a question");
    let column = |name: &str| children.columns.iter().find(|(known, _)| *known == name).expect("a column").1.as_slice();
    for scale in [1e200, 1e160, 1e-160, 1e-200] {
        let far: Vec<f64> = column("far").iter().map(|x| (x - 1e6) * scale).collect();
        let mut sums = GroupedSums::new(question.clone());
        let columns = [("plan", column("plan")), ("place", far.as_slice())];
        sums.add_columns(&children.units, Some(&children.years), &columns).expect("sums");
        let error = sums.fit(&model).expect_err("squares of no doubles");
        assert!(
            matches!(&error, Error::Data(DataError::Sums { why: SumsProblem::Range { column, .. }, .. }) if column == "place"),
            "{scale:e}: {error}"
        );
    }
}

#[test]
fn rows_that_cannot_be_summed_are_refused() {
    let (model, question) = question();
    let mut sums = GroupedSums::new(question.clone());
    assert!(matches!(sums.fit(&model), Err(Error::Estimate(EstimateError::NothingLeft { .. }))));
    let (plan, income, far) = ([1.0, 2.0], [1.0, 2.0], [1.0, 2.0]);
    let columns = [("plan", &plan[..]), ("income", &income[..]), ("far", &far[..])];
    for unseen in ["", "\u{200b} "] {
        let error = sums.add_columns(&["A", unseen], Some(&[2017, 2017]), &columns).expect_err("no unit");
        assert!(matches!(&error, Error::Data(DataError::MissingKey { .. })), "{error}");
    }
    let error = sums.add_columns(&["A", "B"], None, &columns).expect_err("no periods");
    assert!(matches!(&error, Error::Data(DataError::NoKey { .. })), "{error}");
    let error = sums.add_columns(&["A"], Some(&[2017]), &columns).expect_err("lengths");
    assert!(matches!(&error, Error::Data(DataError::Length { .. })), "{error}");
    let error = sums.add_columns(&["A", "B"], Some(&[2017, 2018]), &columns[..2]).expect_err("a column");
    assert_eq!(
        error.to_string(),
        "the sums: there is no column \"far\" among those given: did you mean \"plan\" or \"income\"?"
    );
    // Two columns of one name, or of two spellings of it: nobody can say which is meant.
    for twice in [["far", "far"], ["far\u{a0}", "\u{feff}far"]] {
        let given = [columns[0], columns[1], (twice[0], &[3.0, 4.0]), (twice[1], &far)];
        let error = sums.add_columns(&["A", "B"], Some(&[2017, 2018]), &given).expect_err("a name twice");
        let Error::Data(DataError::DuplicateColumn { column, first, second }) = &error else { panic!("{error}") };
        assert_eq!((column.as_str(), *first, *second), ("far", 3, 4));
    }
    // Nothing of what was refused is in the sums.
    assert_eq!((sums.n_observations(), sums.n_units()), (0, 0));
    // What is not read may be of one name, and a name as it stands is told from another spelling of it.
    let given =
        [("far\u{a0}", &[3.0, 4.0][..]), columns[0], columns[1], columns[2], ("x", &[0.0; 2]), ("x", &[1.0; 2])];
    sums.add_columns(&["A", "B"], Some(&[2017, 2018]), &given).expect("sums");
    let mut expected = GroupedSums::new(question);
    expected.add_columns(&["A", "B"], Some(&[2017, 2018]), &columns).expect("sums");
    assert_eq!(sums, expected);

    let model = Model::new("plan").component("far", ["far"]).weights("w");
    let mut sums = GroupedSums::new(SumsQuestion::new(&model, "authority", None).expect("a question"));
    let weighted = |w: &'static [f64]| [("plan", &plan[..]), ("far", &far[..]), ("w", w)];
    let error = sums.add_columns(&["A", "B"], None, &weighted(&[1.0, -1.0])).expect_err("a weight");
    assert!(matches!(&error, Error::Data(DataError::Negative { .. })), "{error}");
    sums.add_columns(&["A", "B"], None, &weighted(&[0.0, 1.0])).expect("sums");
    assert_eq!(sums.n_observations(), 1);
    assert_eq!(sums.left_out()[0].reason.to_string(), "weight w is zero");
    assert!(matches!(sums.fit(&model), Err(Error::Estimate(EstimateError::TooFewRows { rows: 1 }))));
}
