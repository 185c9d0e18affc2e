//! Everything that is about units or periods, asked of panels without them: one kind of error, and one sentence.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::decompose::GelbachCovariance;
use apportion::error::DataError;
use apportion::panel::{AreaRule, Derivation, Join, Reorganisations};
use apportion::regress::{RandomEffect, SmallSample};
use apportion::{Covariance, Error, Estimator, Model, Panel, PanelRegression, PanelSchema};

const PANEL: &str = "\
unit,year,y,x,z
a,2001,1,0,3
a,2002,3,1,1
a,2003,2,2,4
b,2001,5,1,1
b,2002,6,3,5
b,2003,9,4,9
c,2001,4,2,2
c,2002,4,1,6
";

#[test]
fn whoever_needs_units_or_periods_says_so_alike() {
    let schema = PanelSchema::cross_section;
    let read = |schema: PanelSchema| Panel::read_csv_from(PANEL.as_bytes(), &schema).expect("it can be had");
    let both = read(PanelSchema::new("unit", "year"));
    let [neither, no_periods, no_units] = [read(schema()), read(schema().unit("unit")), read(schema().period("year"))];
    let mut refusals: Vec<(&str, &str, Error)> = Vec::new();
    let mut ask = |asker, needs, error: Option<Error>| refusals.push((asker, needs, error.expect(asker)));

    for (term, asker) in [
        ("unit_effects", "term unit_effects"),
        ("lag(x)", "term lag(x)"),
        ("lead(x)", "term lead(x)"),
        ("within(x)", "term within(x)"),
        ("between(x)", "term between(x)"),
        ("x:unit_effects", "term unit_effects"),
    ] {
        ask(asker, "unit", Model::new("y").component("c", [term]).fit(&no_units).err());
    }
    for (term, asker) in [("period_effects", "term period_effects"), ("lag(x)", "term lag(x)")] {
        ask(asker, "period", Model::new("y").component("c", [term]).fit(&no_periods).err());
    }

    let regression = |estimator| PanelRegression::new("y", ["x"]).estimator(estimator);
    for (estimator, needs, asker) in [
        (Estimator::Within, "unit", "the within estimator"),
        (Estimator::WithinPeriod, "period", "the within_period estimator"),
        (Estimator::Twoway, "unit", "the twoway estimator"),
        (Estimator::Between, "unit", "the between estimator"),
        (Estimator::FirstDifference, "unit", "the first_difference estimator"),
        (Estimator::Random, "unit", "the random estimator"),
        (Estimator::RandomPeriod, "unit", "the random_period estimator"),
        (Estimator::RandomTwoway, "unit", "the random_twoway estimator"),
        (Estimator::Mundlak, "unit", "the mundlak estimator"),
    ] {
        ask(asker, needs, regression(estimator).fit(&neither).err());
    }
    let by_period = regression(Estimator::RandomPeriod).fit(&no_periods);
    ask("the random_period estimator", "period", by_period.err());
    ask("the twoway estimator", "period", regression(Estimator::Twoway).fit(&no_periods).err());

    let pooled = regression(Estimator::Pooled).fit(&neither).expect("it can be had");
    for (covariance, needs, asker) in [
        (Covariance::cluster(), "unit", "inference by clusters"),
        (Covariance::twoway_cluster(), "unit", "the twoway_cluster covariance"),
        (Covariance::jackknife(), "unit", "the jackknife covariance"),
        (Covariance::newey_west(Some(1)), "period", "the newey_west covariance"),
        (Covariance::driscoll_kraay(None), "period", "the driscoll_kraay covariance"),
    ] {
        ask(asker, needs, pooled.covariance(&covariance).err());
    }
    let series = regression(Estimator::Pooled)
        .fit(&no_units)
        .expect("it can be had")
        .covariance(&Covariance::newey_west(Some(1)));
    ask("the newey_west covariance, where periods have several rows,", "unit", series.err());
    ask("the influence of units", "unit", pooled.influence_of_units().err());
    ask("the Breusch–Pagan test for effects", "unit", pooled.breusch_pagan(RandomEffect::Unit).err());
    ask("the Breusch–Pagan test for effects", "period", pooled.breusch_pagan(RandomEffect::Period).err());
    ask("Pesaran's CD test", "unit", pooled.pesaran_cd().err());
    let within = regression(Estimator::Within).fit(&no_periods).expect("it can be had");
    ask("Wooldridge's test for serial correlation", "period", within.serial_correlation(SmallSample::Plm).err());
    let elsewhere = within.predictions(&no_units, &Covariance::iid(), 0.95);
    ask("a prediction by the within estimator", "unit", elsewhere.err());

    let fit = Model::new("y").always(["x"]).component("c", ["z"]).fit(&neither).expect("it can be had");
    let shares = fit.shapley().expect("it can be had");
    ask("the influence of units", "unit", fit.influence_of_units(&shares).err());
    ask("the influence of periods", "period", fit.influence_of_periods(&shares).err());
    let clustered = fit.gelbach_with(GelbachCovariance::Cluster);
    ask("the clustered covariance of gelbach (heteroskedastic does without)", "unit", clustered.err());

    let right = Panel::builder().units(["a"]).column("w", [1.0]).build().expect("it can be had");
    ask("each panel of a join", "unit", neither.join(&right, &Join::left().on_unit()).err());
    ask("each panel of a join other than on_unit()", "period", both.join(&right, &Join::left()).err());
    ask("Panel::in_periods()", "period", no_periods.in_periods(2001..=2002).err());
    let table = Reorganisations::england();
    ask("Panel::reorganise()", "unit", no_units.reorganise(&table, &AreaRule::constant()).err());
    ask("Panel::reorganise()", "period", no_periods.reorganise(&table, &AreaRule::constant()).err());
    let deflated = Derivation::deflated("x", &[(2001, 1.0)], 2001);
    ask("x in prices of a period", "period", no_periods.derive("real", &deflated).err());
    ask("a derivation from earlier values", "unit", no_units.derive("old", &Derivation::lag("x", 1)).err());
    ask("a derivation from earlier values", "period", no_periods.derive("old", &Derivation::lag("x", 1)).err());

    for (expected, needs, error) in refusals {
        let method = if needs == "unit" { "units" } else { "periods" };
        let sentence = format!(
            "{expected} needs a {needs} column: name it with PanelSchema::{needs}(), PanelBuilder::{method}() or --{needs}"
        );
        assert_eq!(error.to_string(), sentence);
        let Error::Data(DataError::NoKey { asker, needs: found }) = error else { panic!("{expected}: another error") };
        assert_eq!((asker.as_str(), found), (expected, needs));
    }
}
