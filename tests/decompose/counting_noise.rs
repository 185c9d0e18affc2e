//! Counting noise: what it refuses, and where it stands. Its numbers are held on England's panel.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::error::{CountProblem, DataError, EstimateError, FitDifference, QuestionError};
use apportion::{Breakdown, Error, FittedModel, Model, Panel, PanelSchema, Term};

const PANEL: &str = "\
la,year,plans,children,rate,poor
A,2017,40,9000,44.4,20
A,2018,50,9100,54.9,21
B,2017,14,5000,28.0,11
B,2018,12,5100,23.5,10
C,2017,90,21000,42.9,15
C,2018,80,20800,38.5,16
";

fn fit(csv: &str, outcome: &str) -> FittedModel {
    let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year")).expect("it reads");
    let model = Model::new(outcome.parse::<Term>().expect("a term")).component("deprivation", ["poor"]);
    model.component("practice", [Term::UnitEffects]).fit(&panel).expect("it fits")
}

fn refused(fit: &FittedModel, count: &str, population: &str) -> (CountProblem, String) {
    match fit.counting_noise(count, population, 1e4) {
        Err(Error::Estimate(error @ EstimateError::Counts { .. })) => {
            let sentence = error.to_string();
            let EstimateError::Counts { why, .. } = error else { unreachable!() };
            (why, sentence)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rates_and_their_logarithms_are_told_apart() {
    let plain = fit(PANEL, "rate").counting_noise("plans", "children", 1e4).expect("a rate");
    let logged = fit(PANEL, "log(rate)").counting_noise("plans", "children", 1e4).expect("a rate");
    assert!(!plain.is_logarithm && logged.is_logarithm);
    assert!(plain.share_of_total > 0.0 && logged.share_of_total > 0.0);
    // In other units of the outcome, the same.
    let per_hundred = PANEL.replace("children,rate", "children,old").replace("year,", "year,rate,");
    let mut lines: Vec<String> = per_hundred.lines().map(str::to_string).collect();
    for line in &mut lines[1..] {
        let cells: Vec<&str> = line.split(',').collect();
        let rate = 100.0 * cells[2].parse::<f64>().expect("plans") / cells[3].parse::<f64>().expect("children");
        *line = format!("{},{},{rate},{}", cells[0], cells[1], cells[2..].join(","));
    }
    let other = fit(&lines.join("\n"), "rate").counting_noise("plans", "children", 100.0).expect("a rate");
    assert!(
        (other.share_of_total / plain.share_of_total - 1.0).abs() < 0.01,
        "{} {}",
        other.share_of_total,
        plain.share_of_total
    );
}

#[test]
fn it_stands_inside_what_is_unexplained() {
    let fit = fit(PANEL, "rate");
    let noise = fit.counting_noise("plans", "children", 1e4).expect("a rate");
    let breakdown = fit.shapley().and_then(|b| b.with_counting_noise(&noise)).expect("of the same fit");
    assert_eq!(breakdown.unexplained.counting_noise, Some(noise.share_of_total));
    let text = breakdown.to_string();
    assert!(text.contains("counting noise") && text.contains("not in the model"), "{text}");
    let json = serde_json::to_string(&breakdown).expect("it is written");
    assert!(json.contains("\"counting_noise\":"), "{json}");
    let read: Breakdown = serde_json::from_str(&json).expect("it is read");
    assert_eq!(read.unexplained, breakdown.unexplained);
    assert!(!serde_json::to_string(&fit.shapley().expect("shares")).expect("written").contains("counting_noise"));
}

#[test]
fn what_is_no_rate_is_refused() {
    let fit_of = fit(PANEL, "rate");
    let (why, sentence) = refused(&fit_of, "children", "plans");
    assert!(matches!(why, CountProblem::OtherRate { .. }));
    assert!(sentence.contains("name the columns that the rate, or its logarithm, is made of"), "{sentence}");
    let gaps = fit(&PANEL.replace("5100", "c"), "rate");
    let (why, sentence) = refused(&gaps, "plans", "children");
    assert_eq!(why, CountProblem::Missing { column: "children".to_string() });
    assert_eq!(
        sentence,
        "counting noise by \"plans\" and \"children\": B 2018 has no number in column \"children\": leave the row out of \
         the panel, or give the number"
    );
    let nobody = fit(&PANEL.replace("5100", "0"), "rate");
    assert!(matches!(refused(&nobody, "plans", "children").0, CountProblem::NoPeople { people: 0.0 }));
    let negative = fit(&PANEL.replace(",12,", ",-12,"), "rate");
    assert!(matches!(refused(&negative, "plans", "children").0, CountProblem::Negative { counted: -12.0 }));
    let nowhere = fit_of.counting_noise("plans", "nowhere", 1e4);
    assert!(matches!(nowhere, Err(Error::Data(DataError::UnknownColumn { .. }))));
    for per in [0.0, f64::NAN, -1.0] {
        let refused = fit_of.counting_noise("plans", "children", per);
        assert!(matches!(refused, Err(Error::Question(QuestionError::Option { option: "per", .. }))));
    }
    let noise = fit_of.counting_noise("plans", "children", 1e4).expect("a rate");
    let other = fit(PANEL, "log(rate)").shapley().expect("shares").with_counting_noise(&noise);
    assert!(matches!(other, Err(Error::Estimate(EstimateError::OtherFit { why: FitDifference::Outcome { .. } }))));
}
