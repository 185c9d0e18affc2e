//! Levels from the moments equal splitting the residuals of dummy-variable regressions, row by row.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::decompose::{LevelBreakdown, LevelShare, Levels};
use apportion::error::{DataError, EstimateError, NestingProblem};
use apportion::{Error, FittedModel, Method, Model, Panel};
use proptest::prelude::*;

use crate::common::five::{components, model};
use crate::common::levels::{Split, nested, split};
use crate::common::panel::panel;
use crate::common::{Rows, sequential, shapley, unbalanced};

const TOLERANCE: f64 = 1e-10;

#[track_caller]
fn assert_shares(found: &[LevelShare], expected: &[f64], part: f64) {
    assert_eq!(found.len(), expected.len());
    for (share, &expected) in found.iter().zip(expected) {
        let (of_total, of_level) = (share.share_of_total, share.share_of_level);
        assert!((of_total - expected).abs() < TOLERANCE, "{}: {of_total} against {expected}", share.name);
        if part > 1e-6 {
            assert!((of_level - expected / part).abs() < TOLERANCE / part, "{}: {of_level} of the level", share.name);
        }
    }
}

/// Against the residuals of every coalition.
#[track_caller]
fn check(fit: &FittedModel, nested_in: &[&str], splits: &[Split], n: usize) {
    let methods = [Method::Sequential { order: Vec::new() }, Method::Shapley, Method::First, Method::Last];
    let levels = fit.levels_in(nested_in).expect("it nests").methods(&methods).expect("it splits");
    assert_eq!(levels.levels.len(), splits.len());
    for (level, Split { part, values, unexplained }) in levels.levels.iter().zip(splits) {
        assert!((level.part_of_total - part).abs() < TOLERANCE, "{}: {}", level.name, level.part_of_total);
        let all = values.len() - 1;
        let first: Vec<f64> = (0..n).map(|i| values[1 << i] - values[0]).collect();
        let last: Vec<f64> = (0..n).map(|i| values[all] - values[all & !(1 << i)]).collect();
        for (breakdown, expected) in level.methods.iter().zip([sequential(values, n), shapley(values, n), first, last])
        {
            assert_shares(&breakdown.components, &expected, *part);
            assert_shares(std::slice::from_ref(&breakdown.unexplained), &[*unexplained], *part);
        }
    }
    add_up(fit, &levels);
}

/// Levels sum to the whole, shares of a level to its part, and shares at all levels to the overall shares.
#[track_caller]
fn add_up(fit: &FittedModel, levels: &Levels) {
    let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
    assert!(close(levels.levels.iter().map(|level| level.part_of_total).sum(), 1.0));
    for method in 0..levels.levels[0].methods.len() {
        let breakdowns: Vec<&LevelBreakdown> = levels.levels.iter().map(|level| &level.methods[method]).collect();
        let overall = fit.breakdown(&breakdowns[0].method).expect("it splits");
        for (at, row) in overall.rows().enumerate() {
            let rows = breakdowns.iter().map(|breakdown| breakdown.rows().nth(at).expect("the same rows"));
            let sum: f64 = rows.map(|share| share.share_of_total).sum();
            assert!(close(sum, row.share_of_total), "{}: {sum} against {}", row.name, row.share_of_total);
        }
        if overall.method.is_additive() {
            for (level, breakdown) in levels.levels.iter().zip(&breakdowns) {
                let sum: f64 = breakdown.rows().map(|share| share.share_of_total).sum();
                assert!(close(sum, level.part_of_total), "{}: {sum} of {}", level.name, level.part_of_total);
            }
        }
    }
}

fn on(mut rows: Rows, weighted: bool) {
    if !weighted {
        rows.weight = vec![1.0; rows.len()];
    }
    nested(&mut rows);
    let fit = model(weighted).fit(&panel(&rows)).expect("the model fits");
    let (y, causes) = (rows.column("y"), components(&rows));
    for columns in [&[][..], &["region"], &["region", "county"], &["nation", "region", "county"]] {
        check(&fit, columns, &split(&rows, &y, &causes, &[], columns), 5);
    }
}

#[test]
fn on_a_balanced_panel() {
    on(unbalanced(41, 12, 6, 0.0), false);
}

#[test]
fn on_an_unbalanced_weighted_panel() {
    on(unbalanced(42, 14, 7, 0.25), true);
}

#[test]
fn with_more_periods_than_units() {
    on(unbalanced(43, 6, 14, 0.1), true);
}

#[test]
fn beside_what_is_always_in_and_in_any_order() {
    let mut rows = unbalanced(44, 12, 6, 0.2);
    nested(&mut rows);
    let model = Model::new("y")
        .always(["noisy", "period_effects"])
        .component("fixed", ["fixed"])
        .component("slow", ["slow"])
        .weights("weight");
    let fit = model.fit(&panel(&rows)).expect("the model fits");
    let causes = vec![vec![rows.column("fixed")], vec![rows.column("slow")]];
    let mut always = rows.period_dummies();
    always.push(rows.column("noisy"));
    let splits = split(&rows, &rows.column("y"), &causes, &always, &["region"]);
    check(&fit, &["region"], &splits, 2);
    let reversed = fit.levels().and_then(|nesting| nesting.sequential_in(&["slow", "fixed"])).expect("an order");
    let splits = split(&rows, &rows.column("y"), &causes, &always, &[]);
    for (level, Split { part, values, .. }) in reversed.levels.iter().zip(&splits) {
        let expected = [values[3] - values[2], values[2] - values[0]];
        assert_shares(&level.methods[0].components, &expected, *part);
        let always = level.methods[0].always.as_ref().expect("something is always in").share_of_total;
        assert!((always - (part + values[0])).abs() < TOLERANCE, "{always}");
    }
    add_up(&fit, &reversed);
}

#[test]
fn unit_effects_that_are_always_in_leave_nothing_between_units() {
    let rows = unbalanced(45, 12, 6, 0.1);
    let fit = Model::new("y").always(["unit_effects"]).component("noisy", ["noisy"]).fit(&panel(&rows)).expect("fits");
    let levels = fit.levels_in(&["region"]).and_then(|nesting| nesting.shapley()).expect("it splits");
    for level in &levels.levels[..2] {
        let shapley = &level.methods[0];
        let always = shapley.always.as_ref().expect("unit effects").share_of_total;
        assert!((always - level.part_of_total).abs() < 1e-12 && shapley.unexplained.share_of_total.abs() < 1e-12);
    }
    add_up(&fit, &levels);
}

#[test]
fn a_precedence_holds_at_every_level() {
    let rows = unbalanced(46, 12, 6, 0.1);
    let ordered = model(false).after("practice", ["slow", "fixed"]).after("noisy", ["policy"]);
    let fit = ordered.fit(&panel(&rows)).expect("it fits");
    let levels = fit.levels_in(&["region"]).and_then(|nesting| nesting.shapley()).expect("it splits");
    add_up(&fit, &levels);
}

#[test]
fn nearly_collinear_columns_are_split_in_twice_the_precision() {
    let mut rows = unbalanced(47, 12, 6, 0.0);
    rows.weight = vec![1.0; rows.len()];
    nested(&mut rows);
    // Two columns that differ by five millionths: doubles lose the ninth digit of what they add.
    let near = rows.column("slow").iter().zip(rows.column("noisy")).map(|(x, z)| x + 5e-6 * z).collect();
    rows.numbers.insert("near".to_string(), near);
    let model = Model::new("y").component("slow", ["slow"]).component("near", ["near"]);
    let fit = model.component("practice", ["unit_effects"]).fit(&panel(&rows)).expect("it fits");
    let causes = vec![vec![rows.column("slow")], vec![rows.column("noisy")], rows.unit_dummies()];
    // Beside slow, near is what noisy is; alone it is not, so that only the order's shares compare.
    let splits = split(&rows, &rows.column("y"), &causes, &[], &["region"]);
    let levels = fit.levels_in(&["region"]).and_then(|nesting| nesting.sequential()).expect("it splits");
    for (level, Split { part, values, .. }) in levels.levels.iter().zip(&splits) {
        for (share, expected) in level.methods[0].components.iter().zip(sequential(values, 3)) {
            assert!((share.share_of_total - expected).abs() < 1e-9, "{} {}: {part}", level.name, share.name);
        }
    }
    add_up(&fit, &levels);
}

#[test]
fn regressions_with_slopes_of_their_own_stand_apart() {
    let rows = unbalanced(48, 14, 6, 0.2);
    let fit = model(true).fit(&panel(&rows)).expect("it fits");
    let levels = fit.levels().and_then(|nesting| nesting.sequential()).expect("it splits");
    let causes = components(&rows);
    // Unit means on every row weigh what the unit weighs; unit effects have no slopes.
    let with_slopes: Vec<&Vec<f64>> = [0, 1, 2, 4].iter().flat_map(|&c| &causes[c]).collect();
    let r2 = |of: &dyn Fn(&[f64]) -> Vec<f64>| {
        let columns: Vec<Vec<f64>> = with_slopes.iter().map(|column| of(column)).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        crate::common::r2(&of(&rows.column("y")), &columns, &rows.weight)
    };
    let between = r2(&|values| rows.between(values));
    let within = r2(&|values| values.iter().zip(rows.between(values)).map(|(x, mean)| x - mean).collect());
    let found = [levels.between_own_slopes, levels.within_own_slopes].map(|r2| r2.expect("both vary"));
    assert!((found[0] - between).abs() < TOLERANCE && (found[1] - within).abs() < TOLERANCE, "{found:?}");
}

#[test]
fn the_intraclass_correlation_is_that_of_the_analysis_of_variance() {
    let rows = unbalanced(49, 14, 6, 0.3);
    let plain = |rows: &Rows| {
        let fit = Model::new("y").component("slow", ["slow"]).fit(&panel(rows)).expect("it fits");
        fit.levels().and_then(|nesting| nesting.sequential()).expect("it splits").intraclass_correlation
    };
    let y = rows.column("y");
    let mut units: Vec<&String> = rows.unit.iter().collect();
    units.dedup();
    let (n, groups) = (rows.len() as f64, units.len() as f64);
    let mean = y.iter().sum::<f64>() / n;
    let (mut between, mut within, mut squares) = (0.0, 0.0, 0.0);
    for unit in units {
        let own: Vec<f64> = (0..rows.len()).filter(|&r| rows.unit[r] == *unit).map(|r| y[r]).collect();
        let (size, own_mean) = (own.len() as f64, own.iter().sum::<f64>() / own.len() as f64);
        between += size * (own_mean - mean).powi(2);
        within += own.iter().map(|x| (x - own_mean).powi(2)).sum::<f64>();
        squares += size * size;
    }
    let (between, within) = (between / (groups - 1.0), within / (n - groups));
    let n0 = (n - squares / n) / (groups - 1.0);
    let expected = (between - within) / (between + (n0 - 1.0) * within);
    assert!((plain(&rows).expect("units differ") - expected).abs() < 1e-12);
    // Of one row each there is nothing within units to compare with.
    assert_eq!(plain(&unbalanced(50, 30, 1, 0.0)), None);
}

#[test]
fn a_unit_in_two_groups_and_groups_that_do_not_nest_are_refused() {
    let mut rows = unbalanced(51, 12, 4, 0.0);
    nested(&mut rows);
    let mut moved = rows.text["region"].clone();
    moved[5] = "elsewhere".to_string();
    rows.text.insert("moved".to_string(), moved);
    let mut gaps = rows.text["region"].clone();
    gaps[7] = String::new();
    rows.text.insert("gaps".to_string(), gaps);
    for name in ["within", "unit_in_within"] {
        let regions = rows.text["region"].clone();
        rows.text.insert(name.to_string(), regions);
    }
    let fit = Model::new("y").component("slow", ["slow"]).fit(&panel(&rows)).expect("it fits");
    let refused = |columns: &[&str]| match fit.levels_in(columns) {
        Err(Error::Estimate(error @ EstimateError::Nesting { .. })) => {
            let sentence = error.to_string();
            let EstimateError::Nesting { why, .. } = error else { unreachable!() };
            (why, sentence)
        }
        other => panic!("{other:?}"),
    };
    let (why, sentence) = refused(&["moved"]);
    assert!(matches!(why, NestingProblem::SplitsUnit { .. }));
    assert_eq!(
        sentence,
        "groups of units by column \"moved\": it has u001 in \"south\" and in \"elsewhere\", and a unit lies in one group: correct \
         the column, or leave the unit out"
    );
    let (why, sentence) = refused(&["county", "region"]);
    assert!(matches!(why, NestingProblem::DoesNotNest { .. }));
    assert!(sentence.contains("name the columns from the outermost to the innermost"), "{sentence}");
    assert!(matches!(refused(&["region", "region"]).0, NestingProblem::Twice));
    assert!(matches!(refused(&["unit"]).0, NestingProblem::IsKey { key: "unit" }));
    assert!(matches!(refused(&["period"]).0, NestingProblem::IsKey { key: "period" }));
    assert!(matches!(refused(&["gaps"]).0, NestingProblem::Missing { .. }));
    // What lies within units is a level of its own name, and so is a unit in a group.
    for columns in [&["within"][..], &["unit_in_within", "within"]] {
        let (why, sentence) = refused(columns);
        assert!(matches!(why, NestingProblem::SameName { .. }), "{sentence}");
        assert!(sentence.contains("give the column another name"), "{sentence}");
    }
    assert!(matches!(fit.levels_in(&["nowhere"]), Err(Error::Data(DataError::UnknownColumn { .. }))));

    let pmvd = fit.levels().and_then(|nesting| nesting.methods(&[Method::Pmvd])).expect_err("it is not linear");
    assert!(pmvd.to_string().contains("use sequential, shapley, first or last"), "{pmvd}");
    let many = (0..17).fold(Model::new("y"), |model, i| {
        model.component(format!("c{i}").as_str(), [["slow", "noisy", "fixed"][i % 3]])
    });
    let many = many.fit(&panel(&rows)).expect("it fits");
    let nesting = many.levels().expect("there are units");
    assert!(matches!(nesting.shapley(), Err(Error::Estimate(EstimateError::TooManyComponents { limit: 16, .. }))));
    assert!(nesting.sequential().is_ok());
    let alone = Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [0.0, 1.0, 1.0]).build().expect("a panel");
    let alone = Model::new("y").component("cause", ["x"]).fit(&alone).expect("it fits");
    assert!(matches!(alone.levels(), Err(Error::Data(DataError::NoKey { .. }))));
}

#[test]
fn levels_are_written_and_read_again() {
    let rows = unbalanced(52, 12, 5, 0.1);
    let fit = model(true).fit(&panel(&rows)).expect("it fits");
    let both = [Method::Sequential { order: Vec::new() }, Method::Shapley];
    let levels = fit.levels_in(&["region"]).and_then(|nesting| nesting.methods(&both)).expect("it splits");
    let with = levels.with_intervals(&fit.jackknife().expect("units")).expect("intervals");
    for levels in [levels, with] {
        let text = serde_json::to_string(&levels).expect("it is written");
        let read: Levels = serde_json::from_str(&text).expect("it is read");
        // The sample's rows left out are counted, not listed.
        assert_eq!((&read.levels, read.intraclass_correlation), (&levels.levels, levels.intraclass_correlation));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn levels_add_up_whatever_the_panel(
        seed in 1_u64..1_000_000,
        units in 3_usize..12,
        periods in 1_usize..7,
        missing in 0.0..0.5,
        weighted: bool,
    ) {
        let mut rows = unbalanced(seed, units, periods, missing);
        prop_assume!(rows.len() > 5);
        nested(&mut rows);
        let Ok(fit) = model(weighted).fit(&panel(&rows)) else { return Ok(()) };
        let both = [Method::Sequential { order: Vec::new() }, Method::Shapley, Method::First, Method::Last];
        for columns in [&[][..], &["region"], &["nation", "region", "county"]] {
            let levels = fit.levels_in(columns).and_then(|nesting| nesting.methods(&both)).expect("it splits");
            add_up(&fit, &levels);
            // Rescaled and shifted, the same.
            let mut other = rows.clone();
            for (name, factor) in [("slow", -3e4), ("y", 0.01)] {
                let values = rows.column(name).iter().map(|x| factor * x + 7.0).collect();
                other.numbers.insert(name.to_string(), values);
            }
            let other = model(weighted).fit(&panel(&other)).expect("as the first did");
            let other = other.levels_in(columns).and_then(|nesting| nesting.methods(&both)).expect("it splits");
            for (level, other) in levels.levels.iter().zip(&other.levels) {
                for (breakdown, other) in level.methods.iter().zip(&other.methods) {
                    for (share, other) in breakdown.rows().zip(other.rows()) {
                        prop_assert!((share.share_of_total - other.share_of_total).abs() < 1e-8, "{share:?} {other:?}");
                    }
                }
            }
        }
    }
}
