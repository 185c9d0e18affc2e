//! Fits on sums against fits on the rows, and sums of parts against sums of the whole.
#![allow(clippy::expect_used, clippy::panic)]

use apportion::panel::UnitRule;
use apportion::sums::{GroupedSums, SumsQuestion};
use apportion::{Breakdown, FittedModel, Model, Panel, Share, Term, Warning};
use proptest::prelude::*;

use crate::common::Numbers;

/// Children of authorities in years: several to most cells, one to some, none to others.
pub struct Children {
    pub units: Vec<String>,
    pub years: Vec<i32>,
    pub columns: Vec<(&'static str, Vec<f64>)>,
}

impl Children {
    pub fn new(seed: u64) -> Self {
        let mut random = Numbers::new(seed);
        let (mut units, mut years) = (Vec::new(), Vec::new());
        let names = ["plan", "income", "far", "place", "weight"];
        let mut columns: Vec<(&str, Vec<f64>)> = names.map(|name| (name, Vec::new())).to_vec();
        for unit in 0..14 {
            let own = random.normal();
            for year in 2015..2021 {
                let n = (unit * 7 + year as usize * 3) % 5;
                for _ in 0..n {
                    let income = (0.5 * own + random.normal()).exp();
                    // A mean of a million, and a spread of three tenths.
                    let far = 1e6 + 0.3 * random.normal() + 0.1 * own;
                    let trend = 0.2 * f64::from(year - 2015);
                    let plan = 5.0 + 0.7 * income.ln() + (far - 1e6) + trend + own + random.normal();
                    units.push(format!("{}", 200 + unit));
                    years.push(year);
                    let row = [plan, income, far, f64::from((unit % 3) as u8), 0.5 + random.normal().abs()];
                    columns.iter_mut().zip(row).for_each(|((_, values), x)| values.push(x));
                }
            }
        }
        Children { units, years, columns }
    }

    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Sums of these rows.
    pub fn sums(&self, question: &SumsQuestion, rows: &[usize]) -> GroupedSums {
        let mut sums = GroupedSums::new(question.clone());
        let units: Vec<&String> = rows.iter().map(|&row| &self.units[row]).collect();
        let years: Vec<i32> = rows.iter().map(|&row| self.years[row]).collect();
        let columns: Vec<(&str, Vec<f64>)> =
            self.columns.iter().map(|(name, values)| (*name, rows.iter().map(|&row| values[row]).collect())).collect();
        let columns: Vec<(&str, &[f64])> = columns.iter().map(|(name, values)| (*name, values.as_slice())).collect();
        sums.add_columns(&units, Some(&years), &columns).expect("sums");
        sums
    }

    /// A row to each child: without periods a panel holds several to a unit, and the year is a column.
    fn panel(&self) -> Panel {
        let mut builder = Panel::builder().units(&self.units).column("year", self.years.iter().map(|y| f64::from(*y)));
        for (name, values) in &self.columns {
            builder = builder.column(*name, values);
        }
        builder.build().expect("a panel")
    }

    fn all(&self) -> Vec<usize> {
        (0..self.len()).collect()
    }
}

/// Of the rows the year is a factor, of the sums it is the period.
fn model(policy: &str, weighted: bool) -> Model {
    let model = Model::new("plan")
        .component("deprivation", ["log(income)", "between(log(income))"])
        .component("far", ["far"])
        .component("policy", [policy])
        .component("practice", [Term::UnitEffects]);
    if weighted { model.weights("weight") } else { model }
}

pub fn question() -> (Model, SumsQuestion) {
    let model = model("period_effects", false);
    let question = SumsQuestion::new(&model, "authority", Some("year")).expect("a question");
    (model, question)
}

fn assert_same(found: &Breakdown, expected: &Breakdown, tolerance: f64) {
    for (found, expected) in found.rows().zip(expected.rows()) {
        let numbers = |share: &Share| {
            [Some(share.share_of_total), share.interval.map(|i| i.lower), share.interval.map(|i| i.upper)]
        };
        let pairs = numbers(found).into_iter().zip(numbers(expected));
        for (found_number, expected_number) in pairs {
            match (found_number, expected_number) {
                (Some(a), Some(b)) => assert!((a - b).abs() < tolerance, "{}: {a} and {b}", expected.name),
                (a, b) => assert_eq!(a.is_some(), b.is_some(), "{}", expected.name),
            }
        }
    }
}

fn compare(of_sums: &FittedModel, of_rows: &FittedModel, tolerance: f64) {
    let breakdowns = |fit: &FittedModel| {
        [
            fit.sequential(),
            fit.shapley(),
            fit.first(),
            fit.last(),
            fit.pmvd(),
            fit.commonality(),
            fit.conditional_dominance(),
        ]
        .map(|breakdown| breakdown.expect("a breakdown"))
    };
    let (of_these, of_those) = (breakdowns(of_sums), breakdowns(of_rows));
    let (jackknife, rows_jackknife) = (of_sums.jackknife().expect("units"), of_rows.jackknife().expect("units"));
    let bootstraps = [of_sums.bootstrap(60, 7).expect("draws"), of_rows.bootstrap(60, 7).expect("draws")];
    for (found, expected) in of_these.iter().zip(&of_those) {
        assert_same(found, expected, tolerance);
    }
    for at in [0, 1] {
        let (found, expected) = (&of_these[at], &of_those[at]);
        assert_same(
            &found.with_intervals(&jackknife).expect("intervals"),
            &expected.with_intervals(&rows_jackknife).expect("intervals"),
            tolerance,
        );
        assert_same(
            &found.with_intervals(&bootstraps[0]).expect("intervals"),
            &expected.with_intervals(&bootstraps[1]).expect("intervals"),
            tolerance,
        );
    }
    let levels = |fit: &FittedModel| fit.levels().and_then(|levels| levels.shapley()).expect("levels");
    let (found, expected) = (levels(of_sums), levels(of_rows));
    for (found, expected) in found.levels.iter().zip(&expected.levels) {
        assert!((found.part_of_total - expected.part_of_total).abs() < tolerance, "{}", expected.name);
        for (found, expected) in found.methods[0].components.iter().zip(&expected.methods[0].components) {
            assert!((found.share_of_total - expected.share_of_total).abs() < tolerance, "{}", expected.name);
        }
    }
    match (found.intraclass_correlation, expected.intraclass_correlation) {
        (Some(found), Some(expected)) => assert!((found - expected).abs() < tolerance),
        // The squares of weights are not among the sums.
        (found, _) => assert!(found.is_none() && expected.weights.is_some()),
    }
    let units = |fit: &FittedModel| fit.contributions().expect("points").by_unit().expect("units").rows;
    for (found, expected) in units(of_sums).iter().zip(&units(of_rows)) {
        assert_eq!((&found.unit, found.n_observations), (&expected.unit, expected.n_observations));
        assert!((found.actual - expected.actual).abs() < 1e-9);
        for (a, b) in found.contributions.iter().zip(&expected.contributions) {
            assert!((a.points - b.points).abs() < 1e-8, "{:?} {}: {} and {}", found.unit, a.name, a.points, b.points);
        }
    }
    let found = of_sums.influence_of_units(&of_these[1]).expect("units");
    let expected = of_rows.influence_of_units(&of_those[1]).expect("units");
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found.without, expected.without);
        for (a, b) in found.shares.iter().zip(&expected.shares) {
            assert!((a.share_of_total - b.share_of_total).abs() < tolerance);
        }
    }
}

#[test]
fn many_rows_to_a_unit_and_period_are_as_a_row_to_each() {
    let children = Children::new(3);
    for weighted in [false, true] {
        let asked = model("period_effects", weighted);
        let question = SumsQuestion::new(&asked, "authority", Some("year")).expect("a question");
        let of_sums = children.sums(&question, &children.all()).fit(&asked).expect("a fit");
        let of_rows = model("factor(year)", weighted).fit(&children.panel()).expect("a fit");
        assert_eq!(of_sums.sample().n_observations, children.len());
        assert_eq!((of_sums.sample().n_units, of_sums.sample().n_periods), (14, 6));
        compare(&of_sums, &of_rows, 1e-10);
        let moments =
            [&of_sums, &of_rows].map(|fit| (fit.moments().n_observations(), fit.moments().within().expect("products")));
        assert_eq!(moments[0].0, moments[1].0);
        let outcomes = moments.each_ref().map(|(_, within)| within[[within.nrows() - 1, within.ncols() - 1]]);
        assert!((outcomes[0] / outcomes[1] - 1.0).abs() < 1e-12, "{outcomes:?}");
        let games = [of_sums.adjusted_r2(), of_rows.adjusted_r2()]
            .map(|game| game.and_then(|game| game.shapley()).expect("rows").whole);
        assert!((games[0] - games[1]).abs() < 1e-10);
        let sets = |fit: &FittedModel| fit.best_subsets().expect("sets").by_size;
        for (found, expected) in sets(&of_sums).iter().zip(&sets(&of_rows)) {
            assert_eq!(found.components, expected.components);
            // The sum of the logarithms of weights is not among the sums.
            assert_eq!(found.aic.is_some(), !weighted);
            if let Some((aic, expected)) = found.aic.zip(expected.aic) {
                assert!((aic - expected).abs() < 1e-7, "{aic} and {expected}");
            }
        }
    }
}

#[test]
fn a_period_holds_as_many_rows_as_it_says() {
    let children = Children::new(3);
    let (asked, question) = question();
    let fit = children.sums(&question, &children.all()).fit(&asked).expect("a fit");
    let contributions = fit.contributions().expect("points");
    let years = contributions.by_period().expect("periods").rows;
    for row in &years {
        let year = row.period.expect("a period");
        let of_year = (0..children.len()).filter(|&at| children.years[at] == year);
        let plans: Vec<f64> = of_year.map(|at| children.columns[0].1[at]).collect();
        assert_eq!(row.n_observations, plans.len());
        assert!((row.actual - plans.iter().sum::<f64>() / plans.len() as f64).abs() < 1e-9, "{year}");
    }
    // A row for each unit and period, however many rows stand for it.
    let cells = contributions.by_row().rows;
    assert_eq!(cells.iter().map(|row| row.n_observations).sum::<usize>(), children.len());
    assert!(cells.windows(2).all(|pair| (&pair[0].unit, pair[0].period) != (&pair[1].unit, pair[1].period)));
}

#[test]
fn a_group_is_single_that_holds_one_row() {
    // "same" has five rows that are alike, which are one row of weight five; "once" has one row, in a year of its own;
    // in 2020 there is one cell, of three rows, and not the largest of its unit.
    let rows = [
        ("a", 2018, &[1.0, 4.0, 6.0, 7.0][..]),
        ("a", 2019, &[2.0, 7.0]),
        ("a", 2020, &[2.0, 3.0, 9.0]),
        ("b", 2018, &[5.0, 6.0, 8.0, 11.0]),
        ("b", 2019, &[3.0]),
        ("once", 2021, &[4.0]),
        ("same", 2018, &[2.0; 5]),
    ];
    let each = || rows.iter().flat_map(|(unit, year, values)| values.iter().map(move |x| (*unit, *year, *x)));
    let (units, years): (Vec<&str>, Vec<i32>) = each().map(|(unit, year, _)| (unit, year)).unzip();
    let x: Vec<f64> = each().map(|(_, _, x)| x).collect();
    let y: Vec<f64> = x.iter().zip(&years).map(|(x, year)| x * x + f64::from(year - 2017)).collect();
    let model = Model::new("y")
        .component("cause", ["x"])
        .component("policy", [Term::PeriodEffects])
        .component("practice", [Term::UnitEffects]);
    let question = SumsQuestion::new(&model, "unit", Some("year")).expect("a question");
    let mut sums = GroupedSums::new(question);
    sums.add_columns(&units, Some(&years), &[("x", &x), ("y", &y)]).expect("sums");
    let fit = sums.fit(&model).expect("a fit");
    let single = fit.warnings().iter().filter_map(|warning| match warning {
        Warning::Singletons { of, names } => Some((of.as_str(), names.join(" "))),
        _ => None,
    });
    let single: Vec<(&str, String)> = single.collect();
    assert_eq!(single, [("unit", "once".to_string()), ("period", "2021".to_string())]);
}

fn england() -> (Panel, Model) {
    let panel =
        Panel::england_2011_2018().expect("England").without(&UnitRule::degenerate_authorities()).expect("a rule");
    let shifted = |name: &str| {
        let column = panel.column(name).expect("a column");
        let values = column.numbers().expect("numbers");
        let there: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
        let mean = there.iter().sum::<f64>() / there.len() as f64;
        let spread = (there.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / there.len() as f64).sqrt();
        values.iter().map(|x| 1e6 + 0.3 * (x - mean) / spread).collect::<Vec<f64>>()
    };
    let panel = panel.with_column("far_income", shifted("low_income_pct")).expect("a column");
    let model = Model::new("cpp_rate")
        .component("deprivation", ["far_income"])
        .component("policy", [Term::PeriodEffects])
        .component("spending", ["log(spend_core_per_child)"])
        .component("practice", [Term::UnitEffects]);
    (panel, model)
}

#[test]
fn england_in_pieces_is_england() {
    let (panel, model) = england();
    let unit = panel.unit_column().expect("units").to_string();
    let question = SumsQuestion::new(&model, unit, panel.period_column()).expect("a question");
    let of_rows = model.fit(&panel).expect("a fit");
    let mut random = Numbers::new(11);
    for pieces in [1, 3, 40] {
        let piece: Vec<usize> =
            (0..panel.n_observations()).map(|_| (random.uniform() * pieces as f64) as usize).collect();
        let mut sums = GroupedSums::new(question.clone());
        for at in 0..pieces {
            let part = panel.filter("a piece", |row| Ok(piece[row.index()] == at)).expect("rows");
            let mut own = GroupedSums::new(question.clone());
            own.add_panel(&part).expect("sums");
            sums.merge(&own).expect("the same question");
        }
        let of_sums = sums.fit(&model).expect("a fit");
        assert_eq!(of_sums.sample().n_left_out(), of_rows.sample().n_left_out());
        compare(&of_sums, &of_rows, 1e-10);
        // One row to a unit and period: noise and corrected shares are those of the rows.
        let corrected = |fit: &FittedModel| {
            fit.shapley().expect("shares").with_corrected(&fit.jackknife().expect("units")).expect("corrected")
        };
        for (found, expected) in corrected(&of_sums).components.iter().zip(&corrected(&of_rows).components) {
            let pair = found.corrected.zip(expected.corrected).expect("corrected");
            assert!((pair.0.share_of_total - pair.1.share_of_total).abs() < 1e-10, "{}", expected.name);
            assert!((pair.0.std_error - pair.1.std_error).abs() < 1e-10, "{}", expected.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn sums_are_added_over_any_partition(seed in 0_u64..1000, parts in prop::collection::vec(0_usize..4, 200), left in any::<bool>()) {
        let children = Children::new(seed);
        let (asked, question) = question();
        let whole = children.sums(&question, &children.all()).fit(&asked).expect("a fit").shapley().expect("shares");
        let of = |part: usize| {
            let rows: Vec<usize> = (0..children.len()).filter(|row| parts[row % 200] == part).collect();
            children.sums(&question, &rows)
        };
        let [mut a, mut b, mut c, d] = [of(0), of(1), of(2), of(3)];
        // ((a + b) + c) + d, or a + (b + (c + d)).
        if left {
            for other in [&b, &c, &d] {
                a.merge(other).expect("the same question");
            }
        } else {
            c.merge(&d).expect("the same question");
            b.merge(&c).expect("the same question");
            a.merge(&b).expect("the same question");
        }
        let found = a.fit(&asked).expect("a fit").shapley().expect("shares");
        for (found, expected) in found.components.iter().zip(&whole.components) {
            // Of the column that lies 10⁶ from zero, a double's own rounding is 4e-10 of its spread.
            prop_assert!((found.share_of_total - expected.share_of_total).abs() < 1e-12, "{}", expected.name);
        }
    }
}

#[test]
fn units_are_those_of_a_panel_however_they_are_written() {
    let units = ["U0", "U0\u{200b}", "\u{feff}U0", "\u{a0}U1 ", "U1", "U2\u{2060}", "U2", "7", " 7\u{ad}"];
    let x = [1.0, 2.0, 4.0, 3.0, 5.0, 1.0, 0.0, 6.0, 2.0];
    let y = [2.0, 2.5, 5.0, 1.0, 4.0, 3.0, 1.0, 9.0, 4.0];
    let panel = Panel::builder().units(units).column("x", x).column("y", y).build().expect("a panel");
    let asked = Model::new("y").component("x", ["x"]).component("practice", [Term::UnitEffects]);
    let question = SumsQuestion::new(&asked, "la", None).expect("a question");
    let of = |rows: std::ops::Range<usize>| {
        let mut sums = GroupedSums::new(question.clone());
        let columns = [("x", &x[rows.clone()]), ("y", &y[rows.clone()])];
        sums.add_columns(&units[rows], None, &columns).map(|()| sums).expect("sums")
    };
    let whole = of(0..units.len());
    let (mut merged, mut parts) = (of(0..1), of(0..1));
    for row in 1..units.len() {
        merged.merge(&of(row..row + 1)).expect("the same question");
        parts.add_columns(&units[row..=row], None, &[("x", &x[row..=row]), ("y", &y[row..=row])]).expect("sums");
    }
    let of_rows = asked.fit(&panel).expect("a fit").shapley().expect("shares");
    for sums in [whole, merged, parts] {
        assert_eq!((sums.n_units(), panel.units().len()), (4, 4));
        let fit = sums.fit(&asked).expect("a fit");
        assert_eq!(fit.contributions().expect("points").by_unit().expect("units").rows.len(), sums.n_units());
        assert_same(&fit.shapley().expect("shares"), &of_rows, 1e-12);
    }
}

/// Units lie far apart, against how their rows differ: nothing of that is lost to what is between them, whichever of them
/// comes first, and in however many pieces.
#[test]
fn units_that_lie_far_apart_keep_how_their_rows_differ() {
    let mut children = Children::new(31);
    let apart = |unit: &str, far: f64| far * (unit.parse::<f64>().expect("a number") - 200.0);
    let near: Vec<f64> = children.columns[2].1.iter().map(|x| x - 1e6).collect();
    let model = Model::new("plan").component("far", ["far"]).component("practice", [Term::UnitEffects]);
    let question = SumsQuestion::new(&model, "authority", Some("year")).expect("a question");
    let shares = |sums: &GroupedSums| {
        let fit = sums.fit(&model).expect("a fit");
        let last = fit.last().expect("shares").with_intervals(&fit.jackknife().expect("units")).expect("intervals");
        let far = last.components[0].clone();
        (far.share_of_total, far.interval.expect("an interval").std_error)
    };
    let (expected, expected_error) = {
        children.columns[2].1.clone_from(&near);
        shares(&children.sums(&question, &children.all()))
    };
    for far in [1e3, 1e5, 1e7] {
        let values = near.iter().zip(&children.units).map(|(x, unit)| x + apart(unit, far)).collect();
        children.columns[2].1 = values;
        let mut rows = children.all();
        for _ in 0..2 {
            let whole = shares(&children.sums(&question, &rows));
            let mut merged = GroupedSums::new(question.clone());
            rows.chunks(7).for_each(|part| merged.merge(&children.sums(&question, part)).expect("the same question"));
            // Values that lie so far from zero are known to so many digits.
            let tolerance = 1e-15 * far * 100.0 + 1e-10;
            for (share, error) in [whole, shares(&merged)] {
                assert!((share - expected).abs() < tolerance, "{far:e}: {share} and {expected}");
                assert!((error - expected_error).abs() < tolerance, "{far:e}: {error} and {expected_error}");
            }
            rows.reverse();
        }
    }
}
