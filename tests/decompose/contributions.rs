//! Contributions from the moments equal fitted values of dummy-variable regressions, row by row.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::decompose::{ContributionRow, ContributionTable};
use apportion::error::{DataError, EstimateError};
use apportion::{Error, FittedModel, Method, Model, Panel};
use proptest::prelude::*;

use crate::common::contributions::{Parts, mean, mean_where, parts};
use crate::common::panel::panel;
use crate::common::{Components, Rows, unbalanced};

const TOLERANCE: f64 = 1e-9;

fn model(weighted: bool) -> Model {
    let model = Model::new("y")
        .component("slow", ["slow"])
        .component("policy", ["period_effects"])
        .component("practice", ["unit_effects", "log(positive)"])
        .component("noisy", ["noisy"])
        .component("fixed", ["fixed"]);
    if weighted { model.weights("weight") } else { model }
}

fn components(rows: &Rows) -> Components {
    let mut practice = rows.unit_dummies();
    practice.push(rows.column("positive").iter().map(|x| x.ln()).collect());
    vec![
        vec![rows.column("slow")],
        rows.period_dummies(),
        practice,
        vec![rows.column("noisy")],
        vec![rows.column("fixed")],
    ]
}

fn methods() -> [Method; 4] {
    [Method::Sequential { order: Vec::new() }, Method::Shapley, Method::First, Method::Last]
}

/// What a method gives of a row.
fn of<'a>(parts: &'a Parts, method: &Method) -> &'a [f64] {
    match method {
        Method::Sequential { .. } => &parts.sequential,
        Method::Shapley => &parts.shapley,
        Method::First => &parts.first,
        _ => &parts.last,
    }
}

#[track_caller]
fn close(what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() < TOLERANCE * expected.abs().max(1.0), "{what}: {found} against {expected}");
}

/// Rows of a table against the weighted means of brute force.
#[track_caller]
fn check(table: &ContributionTable, rows: &Rows, all: &[Parts], is: impl Fn(&ContributionRow, usize) -> bool) {
    for row in &table.rows {
        let expected = |number: &dyn Fn(usize) -> f64| mean_where(rows, |at| is(row, at), number);
        close("actual", row.actual, expected(&|at| rows.numbers["y"][at]));
        close("unexplained", row.unexplained, expected(&|at| all[at].residual));
        if let Some(always) = row.always {
            close("always", always, expected(&|at| all[at].always));
        }
        for (component, contribution) in row.contributions.iter().enumerate() {
            let what = format!("{} {}", table.method, contribution.name);
            close(&what, contribution.points, expected(&|at| of(&all[at], &table.method)[component]));
        }
    }
}

/// The parts add up to the whole, and their products with the outcome to the shares.
#[track_caller]
fn add_up(fit: &FittedModel, rows: &Rows, method: &Method) {
    let contributions = fit.contributions_by(method).expect("it splits");
    let table = contributions.by_row();
    let y = rows.column("y");
    let overall = mean(&y, &rows.weight);
    close("mean", table.mean, overall);
    if method.is_additive() {
        let tables =
            [table.clone(), contributions.by_unit().expect("units"), contributions.by_period().expect("periods")];
        for row in tables.iter().flat_map(|table| &table.rows) {
            let points: f64 = row.contributions.iter().map(|of| of.points).sum();
            close("sum", row.always.unwrap_or(0.0) + points + row.unexplained, row.actual - overall);
        }
    }
    let total: f64 = y.iter().zip(&rows.weight).map(|(y, w)| w * (y - overall).powi(2)).sum();
    let breakdown = fit.breakdown(method).expect("it splits");
    if let Method::Sequential { .. } | Method::Shapley = method {
        for (at, share) in breakdown.components.iter().enumerate() {
            let products = table.rows.iter().zip(&rows.weight);
            let product: f64 = products.map(|(row, w)| w * row.contributions[at].points * (row.actual - overall)).sum();
            close(&format!("share of {}", share.name), product / total, share.share_of_total);
        }
    }
}

fn on(mut rows: Rows, weighted: bool) {
    if !weighted {
        rows.weight = vec![1.0; rows.len()];
    }
    let fit = model(weighted).fit(&panel(&rows)).expect("the model fits");
    let all = parts(&rows, &rows.column("y"), &components(&rows), &[]);
    for method in methods() {
        let contributions = fit.contributions_by(&method).expect("it splits");
        let (unit, period) = (rows.unit.clone(), rows.period.clone());
        check(&contributions.by_row(), &rows, &all, |row, at| {
            row.unit.as_ref() == Some(&unit[at]) && row.period == Some(period[at])
        });
        check(&contributions.by_unit().expect("units"), &rows, &all, |row, at| row.unit.as_ref() == Some(&unit[at]));
        check(&contributions.by_period().expect("periods"), &rows, &all, |row, at| row.period == Some(period[at]));
        let some = contributions.in_periods(2002..=2004).expect("there are such periods");
        check(&some.by_unit().expect("units"), &rows, &all, |row, at| {
            row.unit.as_ref() == Some(&unit[at]) && (2002..=2004).contains(&period[at])
        });
        add_up(&fit, &rows, &method);
    }
}

#[test]
fn on_a_balanced_panel() {
    on(unbalanced(61, 12, 6, 0.0), false);
}

#[test]
fn on_an_unbalanced_weighted_panel() {
    on(unbalanced(62, 14, 7, 0.25), true);
}

#[test]
fn with_more_periods_than_units() {
    on(unbalanced(63, 6, 14, 0.1), true);
}

#[test]
fn beside_what_is_always_in() {
    let rows = unbalanced(64, 12, 6, 0.2);
    let noisy_and_periods = || {
        let mut always = rows.period_dummies();
        always.push(rows.column("noisy"));
        always
    };
    let slow_and_fixed = || vec![vec![rows.column("slow")], vec![rows.column("fixed")]];
    // Unit effects in `always`, in no component, and in two of them.
    let cases: Vec<(Model, Components, Vec<Vec<f64>>)> = vec![
        (
            Model::new("y")
                .always(["noisy", "period_effects"])
                .component("slow", ["slow"])
                .component("fixed", ["fixed"]),
            slow_and_fixed(),
            noisy_and_periods(),
        ),
        (
            Model::new("y").always(["unit_effects"]).component("slow", ["slow"]).component("fixed", ["noisy"]),
            vec![vec![rows.column("slow")], vec![rows.column("noisy")]],
            rows.unit_dummies(),
        ),
        (
            Model::new("y")
                .always(["noisy"])
                .component("slow", ["slow", "unit_effects"])
                .component("fixed", ["unit_effects"]),
            vec![[rows.unit_dummies(), vec![rows.column("slow")]].concat(), rows.unit_dummies()],
            vec![rows.column("noisy")],
        ),
        (
            Model::new("y").component("slow", ["slow", "slow:noisy"]).component("fixed", ["region"]),
            vec![
                vec![
                    rows.column("slow"),
                    rows.column("slow").iter().zip(rows.column("noisy")).map(|(a, b)| a * b).collect(),
                ],
                crate::common::dummies(&rows.text["region"]),
            ],
            Vec::new(),
        ),
    ];
    for (model, components, always) in cases {
        let fit = model.weights("weight").fit(&panel(&rows)).expect("it fits");
        let all = parts(&rows, &rows.column("y"), &components, &always);
        for method in methods() {
            let table = fit.contributions_by(&method).expect("it splits").by_row();
            assert_eq!(table.rows[0].always.is_some(), !always.is_empty());
            check(&table, &rows, &all, |row, at| {
                row.unit.as_ref() == Some(&rows.unit[at]) && row.period == Some(rows.period[at])
            });
            add_up(&fit, &rows, &method);
        }
    }
}

#[test]
fn a_precedence_and_other_orders_are_respected() {
    let rows = unbalanced(65, 12, 6, 0.1);
    let fit = model(true).after("practice", ["slow", "fixed"]).fit(&panel(&rows)).expect("it fits");
    add_up(&fit, &rows, &Method::Shapley);
    assert!(fit.contributions().is_err(), "fixed comes after practice in the model");
    let order = ["fixed", "slow", "practice", "noisy", "policy"].map(str::to_string).to_vec();
    add_up(&fit, &rows, &Method::Sequential { order });
}

#[test]
fn a_sample_is_not_the_panel() {
    // The unit that is left out, and rows with gaps, move no row of the others to another unit.
    let mut rows = unbalanced(66, 10, 5, 0.1);
    let slow = rows.numbers.get_mut("slow").expect("a column");
    for (row, (x, unit)) in slow.iter_mut().zip(&rows.unit).enumerate() {
        if unit == "u004" || row % 7 == 3 {
            *x = f64::NAN;
        }
    }
    let kept = rows.at(&rows.complete(&[rows.column("slow")]));
    let fit = model(true).fit(&panel(&rows)).expect("it fits");
    let all = parts(&kept, &kept.column("y"), &components(&kept), &[]);
    let table = fit.contributions().and_then(|found| found.by_unit()).expect("units");
    assert!(table.rows.iter().all(|row| row.unit.as_deref() != Some("u004")));
    check(&table, &kept, &all, |row, at| row.unit.as_ref() == Some(&kept.unit[at]));
}

#[test]
fn what_cannot_be_had_is_refused() {
    let rows = unbalanced(67, 12, 4, 0.0);
    let fit = model(false).fit(&panel(&rows)).expect("it fits");
    let pmvd = fit.contributions_by(&Method::Pmvd).expect_err("it is not linear");
    assert!(pmvd.to_string().contains("use sequential, shapley, first or last"), "{pmvd}");
    let many = (0..17).fold(Model::new("y"), |model, i| {
        model.component(format!("c{i}").as_str(), [["slow", "noisy", "fixed"][i % 3]])
    });
    let many = many.fit(&panel(&rows)).expect("it fits");
    let refused = many.contributions_by(&Method::Shapley);
    assert!(matches!(refused, Err(Error::Estimate(EstimateError::TooManyComponents { limit: 16, .. }))));
    assert!(many.contributions().is_ok());
    let late = fit.contributions().expect("it splits").in_periods(1990..=1999);
    assert!(matches!(late, Err(Error::Data(DataError::NoRowsInPeriods { from: 1990, to: 1999, .. }))));
    let alone = Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [0.0, 1.0, 1.0]).build().expect("a panel");
    let alone = Model::new("y").component("cause", ["x"]).fit(&alone).expect("it fits");
    let found = alone.contributions().expect("it splits");
    assert!(matches!(found.by_unit(), Err(Error::Data(DataError::NoKey { .. }))));
    assert!(matches!(found.by_period(), Err(Error::Data(DataError::NoKey { .. }))));
    assert!(matches!(found.in_periods(1..=2), Err(Error::Data(DataError::NoKey { .. }))));
}

#[test]
fn tables_are_sorted_printed_and_handed_on() {
    let rows = unbalanced(68, 30, 4, 0.1);
    let fit = model(true).fit(&panel(&rows)).expect("it fits");
    let units = fit.contributions().and_then(|found| found.by_unit()).expect("units");
    for name in ["actual", "unexplained", "slow"] {
        let sorted = units.sorted_by(name).expect("a number");
        let key = |row: &ContributionRow| match name {
            "actual" => row.actual,
            "unexplained" => row.unexplained,
            name => row.points(name).expect("a component"),
        };
        assert!(sorted.rows.windows(2).all(|pair| key(&pair[0]) >= key(&pair[1])), "{name}");
    }
    assert!(units.sorted_by("nothing").is_err());
    let text = units.to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("(10 between)"), "{text}");
    let csv = units.to_csv();
    assert_eq!(csv.lines().count(), 31);
    assert_eq!(csv.lines().next(), Some("unit,n_observations,actual,slow,policy,practice,noisy,fixed,unexplained"));
    let json = serde_json::to_string(&units).expect("it is written");
    assert_eq!(serde_json::from_str::<ContributionTable>(&json).expect("it is read"), units);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn contributions_add_up_whatever_the_panel(
        seed in 1_u64..1_000_000,
        units in 3_usize..12,
        periods in 1_usize..7,
        missing in 0.0..0.5,
        weighted: bool,
        always: bool,
    ) {
        let mut rows = unbalanced(seed, units, periods, missing);
        prop_assume!(rows.len() > 5);
        if !weighted {
            rows.weight = vec![1.0; rows.len()];
        }
        let model = if always { model(weighted).always(["region"]) } else { model(weighted) };
        let Ok(fit) = model.fit(&panel(&rows)) else { return Ok(()) };
        for method in methods() {
            add_up(&fit, &rows, &method);
        }
    }
}
