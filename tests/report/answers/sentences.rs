//! What findings say of themselves, in every sign and at every edge.

use apportion::decompose::Interval;
use apportion::findings::{
    ChangeAnalysis, EarlyWarningAnalysis, JudgementScale, JudgementsOverTime, Relation, UnitAnalysis, VariationAnalysis,
};
use apportion::panel::SIMULATED_ENGLAND_SEED;
use apportion::report::Answer;
use apportion::resample::SampleDifferences;
use apportion::{Method, Model, Panel, Term};

use super::fit;

fn in_order() -> Method {
    Method::Sequential { order: Vec::new() }
}

fn between(lower: f64, upper: f64) -> Interval {
    let mut interval =
        fit().jackknife().and_then(|units| fit().first()?.with_intervals(&units)).expect("intervals").components[0]
            .interval
            .expect("an interval");
    (interval.lower, interval.upper) = (lower, upper);
    interval
}

#[test]
fn two_things_go_together_over_all_between_and_within_or_nothing_can_be_said() {
    let panel = Panel::builder()
        .units(["A", "A", "B", "B", "C", "C", "D", "D"])
        .periods([1, 2, 1, 2, 1, 2, 1, 2])
        .column("x", [1.0, 2.0, 3.0, 5.0, 4.0, 7.0, 8.0, 9.0])
        .column("z", [2.0, 1.0, 4.0, 3.0, 6.0, 6.5, 8.0, 9.0])
        .column("fixed", [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0])
        .build()
        .expect("a panel");
    let fixed = Relation::of(&panel, "fixed", "x", 0.9).expect("a relation").sentences();
    assert!(fixed[0].starts_with("fixed and x, by rank correlations with 90% intervals: over all "), "{fixed:#?}");
    assert!(fixed[0].ends_with("; within units over time nothing can be said."), "{fixed:#?}");
    assert_eq!(fixed[1], "That two things go together does not say that one comes of the other.");

    let mut relation = Relation::of(&panel, "x", "z", 0.95).expect("a relation");
    for (lower, upper, so) in [
        (0.1, 0.3, "they rise together (0.20, 0.10 to 0.30)"),
        (-0.3, -0.1, "one falls as the other rises (0.20, -0.30 to -0.10)"),
        (-0.001, 0.3, "they show no relation beyond chance (0.20, 0.00 to 0.30)"),
    ] {
        let overall = relation.overall.spearman.as_mut().expect("it varies");
        overall.correlation = 0.2;
        (overall.interval.lower, overall.interval.upper) = (lower, upper);
        let said = &relation.sentences()[0];
        assert!(said.contains(&format!("over all {so}; between units ")), "{said}");
    }
}

#[test]
fn an_early_warning_says_how_well_it_ranks_and_whom_it_missed() {
    let words = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
    let scale = JudgementScale::new("ofsted_overall", words).and_then(|s| s.beside("Adequate", "Requires improvement"));
    let asked = EarlyWarningAnalysis::new(scale.expect("a scale"), ["Inadequate"]).dated_by("ofsted_date");
    let asked = asked.measures(["vacancy_rate", "rereferral_pct"]);
    let mut warning = Panel::england().and_then(|panel| asked.of(&panel, 2020)).expect("a ranking");
    for (area, lower, upper, so) in [
        (
            0.7,
            0.6,
            0.8,
            " 70.0% of pairs (95% interval of scores fitted like it 60.0% to 80.0%); by chance it would be \
          half. That is more than chance gives.",
        ),
        (0.3, 0.2, 0.4, "half. That is less than chance gives: low values are the warning."),
        (0.6, 0.5, 0.7, "half. That is no more than chance may give."),
    ] {
        (warning.score.area, warning.score.lower, warning.score.upper) = (area, lower, upper);
        let said = warning.sentences();
        assert!(said[0].contains("fitted on judgements until 2020") && said[0].ends_with(so), "{said:#?}");
    }
    // The one furthest from a half tells most, whichever side it is on.
    (warning.measures[0].area, warning.measures[1].area) = (0.6, 0.2);
    let said = warning.sentences();
    assert!(said[1].starts_with("Of 2 measures by themselves rereferral_pct tells most, and is picked"), "{said:#?}");
    let found = warning.named.iter().filter(|named| named.is_bad).count();
    let missed = warning.evaluated.bad - found;
    assert!(said[2].ends_with(&format!("were Inadequate, {missed} would not have been named.")), "{said:#?}");
    warning.evaluated.bad = found;
    warning.measures.truncate(1);
    warning.score.std_error = 0.0;
    let said = warning.sentences();
    assert!(said[0].ends_with("Leaving units out says nothing of chance here."), "{said:#?}");
    assert!(said[1].ends_with("; no other was Inadequate."), "a score of one measure is that measure: {said:#?}");
    assert_eq!(said.last().map(String::as_str), Some("What goes before a judgement need not be what it is for."));
}

#[test]
fn judgements_are_counted_and_their_moves() {
    let panel = Panel::builder()
        .units(["A", "A", "B", "B", "C", "C"])
        .periods([1, 2, 1, 2, 1, 2])
        .text_column("judged", ["low", "high", "high", "high", "low", "low"])
        .build()
        .expect("a panel");
    let scale = JudgementScale::new("judged", ["low", "high"]).expect("a scale");
    let mut judgements = JudgementsOverTime::of(&panel, &scale, 0.95).expect("judgements");
    let said = judgements.sentences();
    assert!(
        said[0].starts_with(
            "low: 2 units (66.7% of those judged) in 1 and 1 unit (33.3%) in 2; over all periods the part "
        ),
        "{said:#?}"
    );
    assert_eq!(said[2], "Of all moves from one period to the next 1 was up and 0 down.");
    let none = judgements.levels[0].counts.first_mut().expect("a period");
    (none.units, none.part) = (0, None);
    judgements.all_moves.table = vec![vec![1, 0], vec![0, 1]];
    judgements.levels[0].trend = None;
    let said = judgements.sentences();
    assert_eq!(said[0], "low: no unit was judged in 1 and 1 unit (33.3%) in 2.");
    assert_eq!(said[2], "No unit moved from one level to another between successive periods.");
}

#[test]
fn variation_falls_rises_or_neither() {
    let mut variation = VariationAnalysis::new().of(&fit()).expect("variation");
    let mut told = |slope: f64, lower: f64, upper: f64| {
        let trend = variation.series[0].trend.as_mut().expect("a trend");
        (trend.slope, trend.lower, trend.upper) = (slope, lower, upper);
        variation.sentences()[0].split("; over all periods it ").nth(1).unwrap_or_default().to_string()
    };
    assert_eq!(told(-2.0, -3.0, -1.0), "falls by 2.00 a period (95% interval of the slope -3.00 to -1.00).");
    assert_eq!(told(2.0, 1.0, 3.0), "rises by 2.00 a period (95% interval of the slope 1.00 to 3.00).");
    assert!(told(2.0, 0.0, 3.0).starts_with("shows no trend beyond chance (2.00 a period, "));
    variation.series[0].trend.as_mut().expect("a trend").t = None;
    let said = &variation.sentences()[0];
    assert!(said.ends_with("moves by 2.00 a period, and leaving units out says nothing of chance."), "{said}");
    assert!(said.starts_with("Of cpp_rate, the standard deviation was "), "{said}");
}

#[test]
fn the_furthest_units_are_told_where_there_are_any_on_their_side() {
    let mut units = UnitAnalysis::new().of(&fit()).expect("remainders");
    let said = units.sentences();
    assert!(
        said[0].contains(" higher, ") && said[0].contains("if noise within units is gone after 3 periods: "),
        "{said:#?}"
    );
    assert!(said[1].starts_with("Furthest above what is expected is ") && said[1].contains(", its rank "), "{said:#?}");
    assert!(said[2].starts_with("Furthest below what is expected is "), "{said:#?}");
    units.units.truncate(1);
    let only = &mut units.units[0];
    (only.remainder, only.beyond_chance, only.rank_lower, only.rank_upper) = (-3.0, true, 1, 1);
    let said = units.sentences();
    assert!(said[0].starts_with("1 of 1 unit differs from") && said[0].ends_with(": 0 higher, 1 lower."), "{said:#?}");
    assert!(said[1].starts_with("Furthest below") && said[1].ends_with(", its rank 1 of 1."), "{said:#?}");
    assert_eq!(said.len(), 3);
}

#[test]
fn a_level_names_who_goes_with_most_of_it_and_who_fits_it_worse() {
    let mut levels = fit().levels().and_then(|levels| levels.methods(&[in_order()])).expect("levels");
    let shares = &mut levels.levels[0].methods[0];
    for (share, of_level) in shares.components.iter_mut().zip([0.9, -0.02, 0.12]) {
        share.share_of_level = of_level;
    }
    shares.unexplained.share_of_level = 1e-17;
    let said = levels.sentences();
    assert_eq!(
        said[1],
        "Of what lies between units, deprivation goes with most, 90.0% (sequential); nothing is left unexplained. With \
         policy this level is fitted worse than without."
    );
    assert!(said[0].starts_with("Of the variation of cpp_rate, ") && said[0].contains(" within units over time."));
    assert!(said[3].starts_with("Two periods of one unit correlate by 0."), "{said:#?}");
    let shares = &mut levels.levels[0].methods[0];
    shares.components.iter_mut().for_each(|share| share.share_of_level = 0.0);
    shares.unexplained.share_of_level = 1.0;
    let said = levels.sentences();
    assert_eq!(
        said[1],
        "Of what lies between units, no component goes with any (sequential); 100.0% goes with nothing in the model."
    );
    levels.levels[0].part_of_total = 0.0;
    assert!(levels.sentences()[1].starts_with("Of what lies within units"), "nothing is split of no variation");
}

#[test]
fn parts_of_a_change_are_parts_of_a_rise_or_a_fall_or_cancel() {
    let asked = ChangeAnalysis::new().without_intervals().method(in_order()).counts("population_0_17", 10_000.0);
    let mut change = asked.of(&fit(), 2011, 2018).expect("a change");
    let mut parts = |actual: f64, own: [f64; 4]| {
        change.actual = actual;
        let method = &mut change.methods[0];
        for (part, points) in method.components.iter_mut().zip(own) {
            part.change = points;
        }
        method.unexplained.change = own[3];
        change.sentences()[1].clone()
    };
    assert_eq!(
        parts(10.0, [2.0, 9.0, 0.0, -1.0]),
        "By the method sequential, 9.0 points go with policy, 90.0% of the rise; 2.0 with deprivation, 20.0%; -1.0 with \
         nothing in the model, -10.0%; 0.0 with practice."
    );
    assert!(parts(-10.0, [-2.0, -9.0, 0.0, 1.0]).contains("-9.0 points go with policy, 90.0% of the fall; "));
    assert_eq!(
        parts(1.0, [6.0, -5.0, 0.0, 0.0]),
        "By the method sequential, 6.00 points go with deprivation; -5.00 with policy; 0.00 with practice and nothing in the \
         model: what moved it nearly cancels."
    );
    assert!(parts(0.0, [5.0, -5.0, 0.0, 0.0]).ends_with(" nothing in the model: what moved it cancels."));
    assert_eq!(parts(0.0, [0.0; 4]), "By the method sequential, nothing moved it.");
    // Of what chance alone may be, a per cent says nothing.
    let sure = change.clone();
    change.interval_of_actual = Some(between(-1.0, 3.0));
    (change.actual, change.methods[0].components[0].change) = (2.0, 2.0);
    let said = change.sentences();
    assert!(said[1].starts_with("Chance alone may be") && !said[2].contains('%'), "{said:#?}");
    // What did not change at all needs no chance.
    (change.actual, change.interval_of_actual) = (0.0, Some(between(0.0, 0.0)));
    assert!(change.sentences()[1].starts_with("By the method sequential, "), "{:#?}", change.sentences());

    let mut change = sure;
    let counts = change.counts.as_mut().expect("counts");
    (counts.from, counts.to, counts.population, counts.mix, counts.rates) = (200.0, 150.0, 10.0, 0.0, -60.0);
    (counts.appeared, counts.ended, counts.lacked) = (0.0, -20.0, 3.0);
    let said = change.sentences();
    assert_eq!(
        said[2..5],
        [
            "In these units the count fell by 50, from 200 to 150.",
            "-60 go with rates, 120.0% of the fall; 10 with population, -20.0%; 0 with mix.",
            "Beside them, units that ended take 20 away and units with a missing value in one of both periods are left out.",
        ]
    );
}

#[test]
fn what_is_chosen_is_told_with_how_often() {
    let mut selection = fit().jackknife().and_then(|units| units.selection(2)).expect("a selection");
    let said = selection.sentences();
    assert!(said[0].starts_with("Of 3 components ") && said[0].contains(" of 150 replicates) and "), "{said:#?}");
    assert!(said[0].contains(" explain cpp_rate best; all of them are chosen together in "), "{said:#?}");
    selection.best.truncate(1);
    let said = selection.sentences();
    assert!(said[0].ends_with(" of 150 replicates) explains cpp_rate best."), "{said:#?}");
}

#[test]
fn samples_differ_beyond_chance_without_what_it_gives_each() {
    let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED).expect("the simulated panel");
    let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
    let model = model.component("practice", [Term::UnitEffects]);
    let found = || -> apportion::Result<SampleDifferences> {
        let early = model.fit(&panel.in_periods(2011..=2014)?)?;
        let late = model.fit(&panel.in_periods(2015..=2018)?)?;
        let (first, second) = (early.sequential()?, late.sequential()?);
        SampleDifferences::between(("early", &first, &early.jackknife()?), ("late", &second, &late.jackknife()?))
    };
    let mut found = found().expect("differences");
    for share in found.components.iter_mut().chain([&mut found.unexplained]) {
        share.corrected = None;
        (share.difference, share.interval.lower, share.interval.upper) = (0.01, -0.1, 0.1);
    }
    let none = found.sentences();
    assert_eq!(none[1], "No share differs by more than chance allows: every interval reaches zero.");
    let own = &mut found.components[0];
    (own.difference, own.interval.lower, own.interval.upper) = (-0.1, -0.15, -0.05);
    let said = found.sentences();
    assert!(said[0].starts_with("The share of deprivation (sequential) is "), "{said:#?}");
    assert_eq!(
        said[1],
        "What differs in late by more than chance allows is deprivation, 10.0 points less (5.0 to 15.0); the intervals of \
         the others reach zero."
    );
    found.unexplained.difference = 0.2;
    assert!(found.sentences()[0].starts_with("What is unexplained (sequential) is "), "{:#?}", found.sentences());
}
