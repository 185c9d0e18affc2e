//! Functions of numbers, reference levels and several lags as terms, against the same columns made by hand.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::model::parse_terms;
use apportion::panel::Derivation;
use apportion::{FittedRegression, Panel, PanelRegression, Term};

use linfa::traits::Predict;

use crate::common::message;

/// Three units of four periods, with regions of which one has a comma in its name.
fn panel() -> Panel {
    let x = [0.5, 3.0, -0.5, 8.0, 2.5, 1.0, 4.0, 0.0, 6.0, 7.5, 2.0, 3.5];
    let y = [1.0, 4.5, 2.0, 7.0, 3.0, 2.5, 6.0, 1.5, 5.0, 8.5, 3.5, 2.0];
    let region =
        ["East", "North", "South, far", "East", "North", "North", "East", "South, far", "North", "East", "East", ""];
    let builder = Panel::builder().units([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    let builder = builder.periods([2015, 2016, 2017, 2018, 2015, 2016, 2017, 2018, 2015, 2016, 2017, 2018]);
    builder
        .column("x", x)
        .column("y", y)
        .text_column("region", region)
        .column("size", x.map(f64::round))
        .build()
        .expect("it builds")
}

fn fit(panel: &Panel, terms: Vec<Term>) -> FittedRegression {
    PanelRegression::new("y", terms).fit(panel).expect("it can be fitted")
}

fn read(terms: &str) -> Vec<Term> {
    parse_terms(terms).expect("they read")
}

#[track_caller]
fn check(estimates: &[f64], expected: &[f64]) {
    assert_eq!(estimates.len(), expected.len());
    for (estimate, expected) in estimates.iter().zip(expected) {
        assert!((estimate - expected).abs() < 1e-11 * (1.0 + expected.abs()), "{estimate} {expected}");
    }
}

#[test]
fn a_function_is_its_derivation() {
    for (text, derivation) in [
        ("sqrt(x)", Derivation::sqrt("x")),
        ("asinh(x)", Derivation::asinh("x")),
        ("log1p(x)", Derivation::log1p("x")),
        ("power(x, 3)", Derivation::power("x", 3)),
        ("lead(x)", Derivation::lead("x", 1)),
    ] {
        let panel = panel().derive("made", &derivation).expect("it can be derived");
        let (by_term, by_column) = (fit(&panel, read(text)), fit(&panel, read("made")));
        assert_eq!(by_term.names(), ["(Intercept)", text]);
        check(by_term.estimates(), by_column.estimates());
        assert_eq!(by_term.n_observations(), by_column.n_observations());
    }
    let roots = fit(&panel(), read("sqrt(x)"));
    assert_eq!(roots.sample().audit(), "1 (sqrt(x) has no value there)");
    let several = fit(&panel(), Term::column("x").lags(1..=2));
    assert_eq!(several.names(), ["(Intercept)", "lag(x)", "lag(x, 2)"]);
    assert_eq!(fit(&panel(), Term::column("x").leads([2])).names(), ["(Intercept)", "lead(x, 2)"]);
}

#[test]
fn another_reference_level_is_the_same_fit() {
    let panel = panel();
    let first = fit(&panel, read("factor(region),x"));
    let of = |fit: &FittedRegression, name: &str| fit.estimate(name).expect("it has this coefficient");
    let [north, south] = ["North", "South, far"].map(|level| of(&first, &format!("factor(region)[{level}]")));
    let other = fit(&panel, read("factor(region, ref=North),x"));
    assert_eq!(other.names()[1..3], ["factor(region, ref=North)[East]", "factor(region, ref=North)[South, far]"]);
    check(&other.estimates()[1..3], &[-north, south - north]);
    check(&[of(&other, "x")], &[of(&first, "x")]);
    let quoted = fit(&panel, vec![Term::factor_from("region", "South, far"), Term::column("x")]);
    check(&quoted.estimates()[1..3], &[-south, north - south]);
    assert!(quoted.names()[1].starts_with("factor(region, ref=`South, far`)[East]"));
    // Of numbers and of periods too.
    let sizes = fit(&panel, vec![Term::factor_from("size", 3)]);
    assert!(sizes.estimate("factor(size, ref=3)[8]").is_some() && sizes.estimate("factor(size, ref=3)[3]").is_none());
    let years = fit(&panel, read("factor(period, ref=2017)"));
    assert_eq!(years.names()[1], "factor(period, ref=2017)[2015]");
    assert_eq!(years.names().len(), 4);
    // Named as a filter reads it.
    for (column, named, level) in [
        ("period", "2016-17", "2017"),
        ("period", "2017.0", "2017"),
        ("size", "3.0", "3"),
        ("size", "3e0", "3"),
        ("unit", "2.0", "2"),
        ("region", "South,\u{a0}far", "South, far"),
    ] {
        assert!(panel.filter_by(column, [named]).is_ok(), "{column} {named}");
        let term = Term::factor_from(column, named);
        let (fitted, plain) = (fit(&panel, vec![term]), fit(&panel, vec![Term::factor_from(column, level)]));
        check(fitted.estimates(), plain.estimates());
        assert!(fitted.names().iter().all(|name| !name.ends_with(&format!("[{level}]"))), "{column} {named}");
    }
}

#[test]
fn references_and_functions_that_cannot_be() {
    let refused = |term: &str| PanelRegression::new("y", [term]).fit(&panel());
    message::error(refused("factor(region, ref=Nroth)"), &["\"region\"", "no value \"Nroth\"", "\"North\""]);
    message::error(refused("sqrt(region)"), &["\"region\"", "East"]);
    // The only row of the level goes with its lag.
    let builder =
        Panel::builder().units([1, 1, 1, 1]).periods([2015, 2016, 2017, 2018]).column("y", [1.0, 3.0, 2.0, 5.0]);
    let panel = builder.text_column("f", ["a", "b", "c", "c"]).build().expect("it builds");
    let left_out = PanelRegression::new("y", ["factor(f, ref=a)", "lag(f)"]).fit(&panel);
    assert!(left_out.is_err(), "a lag of text");
    let panel = panel.with_column("x", [1.0, 2.0, 4.0, 3.0]).expect("four rows");
    let left_out = PanelRegression::new("y", ["factor(f, ref=a)", "lag(x)"]).fit(&panel);
    message::error(left_out, &["factor(f, ref=a)", "no row of the sample", "\"a\"", "name another"]);
    message::error(
        PanelRegression::new("y", [Term::column("x").power(1)]).fit(&panel),
        &["power(x, 1)", "a power from 2 to 16"],
    );
    for (text, position, said) in [
        ("power(x)", 8, "expected `,`"),
        ("power(x, 1)", 10, "expected a power from 2 to 16"),
        ("sqrt(a:b)", 7, "an interaction cannot stand inside sqrt()"),
        ("factor(x, North)", 11, "expected the reference level, as in factor(region, ref=North)"),
        ("factor(x, ref=)", 15, "expected a column, a function or effects"),
    ] {
        let error = text.parse::<Term>().expect_err("it cannot be read");
        assert_eq!((error.position, error.message.as_str()), (position, said), "{text}");
    }
    for text in ["asinh(log1p(x))", "power(lag(x), 2)", "factor(region, ref=`a,b`):period_effects"] {
        assert_eq!(text.parse::<Term>().expect("it reads").to_string(), text);
    }
    assert_eq!("factor( x , ref = b )".parse::<Term>().expect("it reads"), Term::factor_from("x", "b"));
}

#[test]
fn an_interaction_with_a_number_leaves_the_reference_out_where_the_number_is_a_term() {
    let panel = panel();
    let of = |name: &'static str| {
        move |row: apportion::panel::Row<'_>| match row.text("region")? {
            Some(region) if region == name => row.number("x"),
            Some(_) => Ok(0.0),
            None => Ok(f64::NAN),
        }
    };
    let by_hand = [("x_east", "East"), ("x_north", "North"), ("x_south", "South, far")];
    let panel = by_hand.iter().try_fold(panel, |panel, (name, region)| panel.with_column_by(*name, of(region)));
    let panel = panel.expect("they can be added");
    let slopes = fit(&panel, read("x_east,x_north,x_south"));
    let differences = fit(&panel, read("x,x_east,x_south"));

    // The number first, last, or in another order within the interaction.
    for terms in ["x,factor(region, ref=North):x", "x:factor(region, ref=North),x"] {
        let fitted = fit(&panel, read(terms));
        let name = |level: &str| {
            let found = fitted.names().iter().find(|name| name.ends_with(&format!("[{level}]"))).cloned();
            found.and_then(|name| fitted.estimate(&name))
        };
        assert_eq!((fitted.names().len(), name("North")), (4, None), "{terms}");
        let estimates = [fitted.estimate("x"), name("East"), name("South, far")].map(|slope| slope.expect("a slope"));
        check(&estimates, &differences.estimates()[1..]);
        assert!(fitted.left_out_columns().is_empty(), "{terms}");
        check(&[fitted.r_squared().overall], &[slopes.r_squared().overall]);
    }
    // Without a reference it is the first level.
    let first = fit(&panel, read("x,x:factor(region)"));
    assert_eq!(first.names()[1..], ["x", "x:factor(region)[North]", "x:factor(region)[South, far]"]);
    // Without the number each level has a slope of its own, whatever the reference.
    let alone = fit(&panel, read("factor(region, ref=North):x"));
    assert_eq!(alone.names().len(), 4);
    let of = |level: &str| alone.estimate(&format!("factor(region, ref=North):x[{level}]")).expect("a slope");
    check(&["East", "North", "South, far"].map(of), &slopes.estimates()[1..]);
    // A function of the number is another number, and products have no order.
    assert_eq!(fit(&panel, read("asinh(size),factor(region):size")).names().len(), 5);
    let products = fit(&panel, read("x:size,size:factor(region):x"));
    assert_eq!(products.names().len(), 4);
    // Shares have the interaction without the number as well: there it has a slope for every level, whatever the
    // reference, and what rank leaves out beside the number is the reference level's.
    let shares = |interaction: &str| {
        let model = apportion::Model::new("y").component("x", ["x"]).component("by region", [interaction]);
        let fit = model.fit(&panel).expect("it fits");
        let left_out: Vec<String> = fit.warnings().iter().map(ToString::to_string).collect();
        let breakdown = fit.shapley().expect("shares");
        (breakdown.components.iter().map(|share| share.share_of_total).collect::<Vec<_>>(), left_out.join("\n"))
    };
    let (of_first, of_north) = (shares("factor(region):x"), shares("factor(region, ref=North):x"));
    check(&of_north.0, &of_first.0);
    assert!(of_north.1.contains("[North]") && !of_north.1.contains("[East]"), "{}", of_north.1);
    // What is predicted is what was fitted.
    let fitted = fit(&panel, read("x,factor(region, ref=North):x"));
    let rows = panel.filter("rows with a region", |row| Ok(row.text("region")?.is_some())).expect("eleven rows");
    let expected = fitted.predict(&rows).expect("it predicts");
    check(&expected.to_vec(), &fitted.fitted());
}
