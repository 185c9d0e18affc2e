//! What is no count, no exposure or no model of counts, and zeros that have no finite fit.

use apportion::error::{DataError, EstimateError, QuestionError, Refusal};
use apportion::findings::Sensitivity;
use apportion::model::Family;
use apportion::sums::SumsQuestion;
use apportion::{Error, Method, Model, Panel, Term, Warning};

fn panel(counts: [f64; 6], people: [f64; 6]) -> Panel {
    Panel::builder()
        .units(["A", "A", "B", "B", "C", "C"])
        .periods([2017, 2018, 2017, 2018, 2017, 2018])
        .column("x", [0.0, 1.0, 1.0, 3.0, 2.0, 0.5])
        .column("people", people)
        .column("count", counts)
        .build()
        .unwrap()
}

const COUNTS: [f64; 6] = [3.0, 9.0, 2.0, 40.0, 11.0, 1.0];
const PEOPLE: [f64; 6] = [100.0, 110.0, 90.0, 95.0, 120.0, 130.0];

fn model(family: Family) -> Model {
    Model::new("count").component("cause", ["x"]).family(family).exposure("people")
}

fn refused(model: &Model, panel: &Panel) -> Error {
    model.fit_counts(panel).expect_err("it is refused")
}

#[test]
fn families_and_exposures_that_do_not_go_together_are_refused() {
    let good = panel(COUNTS, PEOPLE);
    let poisson = model(Family::Poisson);
    let error = refused(&poisson.clone().family(Family::Gaussian), &good);
    assert!(matches!(error, Error::Question(QuestionError::LeastSquares { .. })), "{error}");
    let error = poisson.fit(&good).expect_err("least squares of counts");
    assert!(matches!(error, Error::Question(QuestionError::OfCounts { .. })), "{error}");
    // What does not go by Model::fit.
    let sums = SumsQuestion::new(&poisson, "unit", Some("period")).expect_err("sums of counts");
    let curve = Sensitivity::new(poisson.clone()).of(&good).expect_err("specifications of counts");
    for error in [sums, curve] {
        assert!(matches!(error, Error::Question(QuestionError::OfCounts { family: "poisson", .. })), "{error}");
        assert!(error.to_string().contains("set the family to gaussian"), "{error}");
    }
    let error = poisson.clone().family(Family::Gaussian).check().expect_err("an exposure of least squares");
    assert!(matches!(error, Error::Question(QuestionError::ExposureWithoutCounts { .. })), "{error}");
    let logged = Model::new("log(count)").component("cause", ["x"]).family(Family::Poisson);
    assert!(matches!(logged.check(), Err(Error::Question(QuestionError::NoCount { .. }))));
    let error = poisson.exposure("count").check().expect_err("the outcome is the exposure");
    assert!(error.to_string().contains("the exposure"), "{error}");
}

#[test]
fn what_is_no_count_is_named() {
    let [mut negative, mut part] = [COUNTS; 2];
    (negative[3], part[1]) = (-1.0, 9.5);
    for family in [Family::Poisson, Family::NegativeBinomial] {
        let error = refused(&model(family), &panel(negative, PEOPLE));
        assert!(matches!(error, Error::Data(DataError::Negative { value: -1.0, .. })), "{error}");
        assert!(error.to_string().contains("count") && error.to_string().contains("row 3"), "{error}");
        let error = refused(&model(family), &panel([0.0; 6], PEOPLE));
        assert!(matches!(error, Error::Estimate(EstimateError::NoCounts { .. })), "{error}");
    }
    // A Poisson model needs means only, and says that it is then no model of counts.
    let fit = model(Family::Poisson).fit_counts(&panel(part, PEOPLE)).unwrap();
    let quasi = Warning::QuasiPoisson { outcome: "count".to_string(), rows: 1 };
    assert!(fit.warnings().contains(&quasi) && fit.shapley().unwrap().to_string().contains("quasi-Poisson"));
    let whole = model(Family::Poisson).fit_counts(&panel(COUNTS, PEOPLE)).unwrap();
    assert!(whole.warnings().is_empty(), "{:?}", whole.warnings());
    let error = refused(&model(Family::NegativeBinomial), &panel(part, PEOPLE));
    assert!(matches!(error, Error::Data(DataError::NotWhole { value: 9.5, .. })), "{error}");
}

#[test]
fn rows_of_nobody_leave_the_sample_and_say_so() {
    let mut people = PEOPLE;
    (people[0], people[4]) = (0.0, f64::NAN);
    let fit = model(Family::Poisson).fit_counts(&panel(COUNTS, people)).unwrap();
    assert_eq!(fit.rows(), [1, 2, 3, 5]);
    let audit = fit.sample().audit();
    assert_eq!(audit, "1 (people missing: not a number (NaN)), 1 (exposure people is zero)");
    people[0] = -5.0;
    let error = refused(&model(Family::Poisson), &panel(COUNTS, people));
    assert!(matches!(error, Error::Data(DataError::Negative { .. })), "{error}");
}

#[test]
fn a_unit_of_zeros_leaves_every_coalition_where_units_have_effects() {
    let mut counts = COUNTS;
    (counts[2], counts[3]) = (0.0, 0.0);
    let practice = model(Family::Poisson).component("practice", [Term::UnitEffects]);
    let fit = practice.fit_counts(&panel(counts, PEOPLE)).unwrap();
    assert_eq!((fit.rows(), fit.sample().n_units), (&[0, 1, 4, 5][..], 2));
    assert_eq!(fit.sample().audit(), "2 (every count of its unit is zero)");
    assert_eq!(fit.sample().left_out[0].concerned[1], (Some("B".to_string()), Some(2018)));
    // Without effects its zeros are counts like others.
    assert_eq!(model(Family::Poisson).fit_counts(&panel(counts, PEOPLE)).unwrap().rows().len(), 6);
}

#[test]
fn methods_of_least_squares_and_counts_that_vary_too_little_are_refused() {
    let fit = model(Family::Poisson).fit_counts(&panel(COUNTS, PEOPLE)).unwrap();
    for method in [Method::Pratt, Method::Genizi, Method::Car, Method::VarianceComponents] {
        let error = fit.breakdown(&method).expect_err("it splits sums of squares");
        assert!(
            matches!(error, Error::Estimate(EstimateError::Method { why: Refusal::OfLeastSquares, .. })),
            "{error}"
        );
    }
    let level = panel([10.0, 11.0, 9.0, 10.0, 12.0, 13.0], PEOPLE);
    let error = refused(&model(Family::NegativeBinomial), &level);
    assert!(matches!(error, Error::Estimate(EstimateError::NotOverdispersed)), "{error}");
}

/// All but one of these counts vary less than chance has it.
#[test]
fn a_replicate_that_is_not_over_dispersed_is_poissons() {
    let counts = [3.0, 5.0, 4.0, 6.0, 2.0, 7.0, 5.0, 4.0, 6.0, 1.0, 14.0, 3.0];
    let x = [0.1, 0.4, 0.2, 0.8, 0.3, 0.9, 0.5, 0.2, 0.7, 0.0, 0.6, 0.1];
    let panel = Panel::builder().column("count", counts).column("x", x).build().unwrap();
    let model = Model::new("count").component("cause", ["x"]).family(Family::NegativeBinomial);
    let fit = model.fit_counts(&panel).unwrap();
    for resampling in [fit.jackknife().unwrap(), fit.bootstrap(99, 1).unwrap()] {
        let breakdown = fit.sequential().unwrap().with_count_intervals(&resampling).unwrap();
        let interval = breakdown.components[0].interval.unwrap();
        assert!(interval.std_error.is_finite() && interval.lower <= interval.upper);
    }
}

/// Far above the counts, θ is known to few digits, and is found or has no end.
#[test]
fn a_theta_near_its_end_is_found_or_has_none() {
    let counts = [3.0, 5.0, 4.0, 6.0, 2.0, 7.0, 5.0, 4.0, 6.0, 1.0, 14.0, 3.0];
    let (mut found, mut endless) = (0, 0);
    for step in 0..200 {
        let mut weights = [1.0; 12];
        weights[10] = 0.4480 + 1e-5 * f64::from(step);
        let panel = Panel::builder().column("count", counts).column("w", weights);
        let panel = panel.column("x", counts.map(|y| (y * 7.0) % 3.0)).build().unwrap();
        let model = Model::new("count").component("cause", ["x"]).weights("w").family(Family::NegativeBinomial);
        match model.fit_counts(&panel) {
            Ok(_) => found += 1,
            Err(Error::Estimate(EstimateError::NotOverdispersed)) => endless += 1,
            Err(error) => panic!("{step}: {error}"),
        }
    }
    assert_eq!(found + endless, 200);
}

#[test]
fn counts_that_doubles_do_not_hold_one_by_one_are_refused() {
    let huge = COUNTS.map(|y| y * 1e300);
    for family in [Family::Poisson, Family::NegativeBinomial] {
        let error = refused(&model(family), &panel(huge, PEOPLE));
        assert!(matches!(error, Error::Estimate(EstimateError::Scale { .. })), "{error}");
    }
    // Rates that do not vary are said to be that by either family.
    for family in [Family::Poisson, Family::NegativeBinomial] {
        let error = refused(&model(family), &panel(PEOPLE, PEOPLE));
        assert!(matches!(error, Error::Estimate(EstimateError::NoVariation { .. })), "{error}");
    }
}
