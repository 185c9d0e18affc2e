//! The rows of a regression, whose they are and of what, and the columns that least squares was given.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use apportion::error::{DataError, EstimateError, Refusal, RowProblem};
use apportion::panel::{CellValue, Missing};
use apportion::regress::RegressedRow;
use apportion::{Error, Estimator, FittedRegression, Model, Panel, PanelRegression, Term};

use crate::common::{Numbers, Rows, project, unbalanced};

/// A panel with gaps, and one outcome that is missing: the fourth row's.
fn data() -> (Rows, Panel) {
    let mut rows = unbalanced(7, 9, 6, 0.2);
    rows.numbers.get_mut("y").unwrap()[3] = f64::NAN;
    let mut builder = Panel::builder().units(&rows.unit).periods(rows.period.iter().copied());
    for (name, values) in &rows.numbers {
        builder = builder.column(name, values);
    }
    let panel = builder.column("w", &rows.weight).build().unwrap();
    (rows, panel)
}

fn fit(panel: &Panel, estimator: Estimator, weighted: bool) -> FittedRegression {
    let regression = PanelRegression::new("y", ["slow", "noisy"]).estimator(estimator);
    if weighted { regression.weights("w").fit(panel).unwrap() } else { regression.fit(panel).unwrap() }
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-10 * expected.abs().max(1.0), "{found} instead of {expected}");
}

/// What an estimator makes of values on the sample: one for each row of the regression, by its unit and period (of a unit
/// as a whole, 0), and the rows of the panel that it is made of.
fn transformed(
    fit: &FittedRegression,
    rows: &Rows,
    weights: &[f64],
    values: &[f64],
) -> BTreeMap<(String, i32), (f64, Vec<usize>)> {
    let sample: Vec<usize> = (0..rows.len()).filter(|&row| row != 3).collect();
    let mean = |of: &dyn Fn(usize) -> bool| {
        let own: Vec<usize> = sample.iter().copied().filter(|&row| of(row)).collect();
        own.iter().map(|&r| weights[r] * values[r]).sum::<f64>() / own.iter().map(|&r| weights[r]).sum::<f64>()
    };
    let unit_mean = |row: usize| mean(&|other| rows.unit[other] == rows.unit[row]);
    let mut units: Vec<&String> = sample.iter().map(|&row| &rows.unit[row]).collect();
    units.dedup();
    let mut found = BTreeMap::new();
    for &row in &sample {
        let key = (rows.unit[row].clone(), rows.period[row]);
        match fit.estimator() {
            Estimator::Between => {
                let own = sample.iter().copied().filter(|&other| rows.unit[other] == rows.unit[row]).collect();
                found.insert((key.0, 0), (unit_mean(row), own));
            }
            Estimator::FirstDifference => {
                let before = |&&r: &&usize| rows.unit[r] == key.0 && rows.period[r] == key.1 - 1;
                if let Some(&before) = sample.iter().find(before) {
                    found.insert(key, (values[row] - values[before], vec![before, row]));
                }
            }
            Estimator::Within => {
                found.insert(key, (values[row] - unit_mean(row), vec![row]));
            }
            Estimator::WithinPeriod => {
                let mean = mean(&|other| rows.period[other] == rows.period[row]);
                found.insert(key, (values[row] - mean, vec![row]));
            }
            Estimator::Random => {
                let unit = units.iter().position(|unit| **unit == rows.unit[row]).unwrap();
                let theta = fit.quasi_demeaning().unwrap().unit[unit];
                found.insert(key, (values[row] - theta * unit_mean(row), vec![row]));
            }
            _ => {
                found.insert(key, (values[row], vec![row]));
            }
        }
    }
    found
}

fn key(row: &RegressedRow) -> (String, i32) {
    (row.unit.clone().unwrap(), row.period.unwrap_or(0))
}

#[test]
fn rows_and_columns_are_those_that_the_estimator_makes() {
    let (rows, panel) = data();
    let estimators = [
        Estimator::Pooled,
        Estimator::Within,
        Estimator::WithinPeriod,
        Estimator::Between,
        Estimator::FirstDifference,
        Estimator::Random,
    ];
    for (estimator, weighted) in estimators.iter().flat_map(|e| [(*e, false), (*e, true)]) {
        let fit = fit(&panel, estimator, weighted);
        let ones = vec![1.0; rows.len()];
        let weights = if weighted { &rows.weight } else { &ones };
        let of_outcome = transformed(&fit, &rows, weights, &rows.numbers["y"]);
        let regressed = fit.regressed_rows();
        assert_eq!(regressed.len(), of_outcome.len(), "{estimator}");
        let is_absorbed = matches!(estimator, Estimator::Within | Estimator::WithinPeriod);
        for (at, row) in regressed.iter().enumerate() {
            let (outcome, own) = &of_outcome[&key(row)];
            assert_eq!(&row.rows, own, "{estimator}");
            close(fit.regressed_outcome()[at], *outcome);
            close(row.outcome, if is_absorbed { rows.numbers["y"][own[0]] } else { *outcome });
            close(row.fitted + row.residual, row.outcome);
            assert_eq!((row.fitted, row.residual), (fit.fitted()[at], fit.residuals()[at]));
            let of_own = |r: usize| weights[r];
            let weight = match estimator {
                Estimator::Between if weighted => own.iter().map(|&r| of_own(r)).sum(),
                Estimator::FirstDifference => 2.0 / (1.0 / of_own(own[0]) + 1.0 / of_own(own[1])),
                _ if weighted => of_own(own[0]),
                _ => 1.0,
            };
            close(row.weight, weight);
            let earlier = (estimator == Estimator::FirstDifference).then(|| row.period.unwrap() - 1);
            assert_eq!(row.earlier_period, earlier);
            assert_eq!(row.period.is_none(), estimator == Estimator::Between);
            let json = serde_json::to_string(row).unwrap();
            assert_eq!(serde_json::from_str::<RegressedRow>(&json).unwrap(), *row);
        }
        let matrix = fit.design_matrix();
        assert_eq!(matrix.names, fit.names());
        for (name, column) in matrix.names.iter().zip(matrix.values.columns()) {
            let values = if name == "(Intercept)" { &ones } else { &rows.numbers[name] };
            let of_column = transformed(&fit, &rows, weights, values);
            for (row, x) in regressed.iter().zip(column) {
                // A difference of the constant is one: it is that of a trend.
                let is_trend = name == "(Intercept)" && estimator == Estimator::FirstDifference;
                close(*x, if is_trend { 1.0 } else { of_column[&key(row)].0 });
            }
        }
    }
}

#[test]
fn columns_times_coefficients_and_residuals_are_the_outcome() {
    let (rows, panel) = data();
    // A column far from zero, and one nearly a combination of others.
    let far: Vec<f64> = rows.numbers["slow"].iter().map(|x| x + 1e6).collect();
    let near: Vec<f64> = far.iter().zip(&rows.numbers["noisy"]).map(|(x, z)| (x - 1e6) + 1e-4 * z).collect();
    let panel = panel.with_column("far", far).unwrap().with_column("near", near).unwrap();
    for terms in [&["slow", "noisy"][..], &["far", "noisy"], &["slow", "near"], &["noisy", "fixed", "log(positive)"]] {
        for (estimator, weighted) in Estimator::ALL.iter().flat_map(|e| [(*e, false), (*e, true)]) {
            for intercept in [true, false] {
                let mut regression = PanelRegression::new("y", terms.iter().copied()).estimator(estimator);
                regression = if intercept { regression } else { regression.without_intercept() };
                regression = if weighted { regression.weights("w") } else { regression };
                // Some have no intercept to leave out, or no column left.
                let Ok(fit) = regression.fit(&panel) else { continue };
                let what = format!("{estimator} {terms:?} {weighted} {intercept}");
                let x = fit.design_matrix();
                assert_eq!(x.values.dim(), (fit.n_observations(), fit.names().len()), "{what}");
                let weights: Vec<f64> = fit.regressed_rows().iter().map(|row| row.weight).collect();
                let largest = x.values.iter().fold(1.0_f64, |m, x| m.max(x.abs()));
                for (at, row) in x.values.rows().into_iter().enumerate() {
                    let fitted: f64 = row.iter().zip(fit.estimates()).map(|(x, b)| x * b).sum();
                    let left = fit.regressed_outcome()[at] - fitted - fit.residuals()[at];
                    assert!(left.abs() < 1e-13 * largest * 1e3, "{what}: {left:e}");
                }
                for column in x.values.columns() {
                    let rows = column.iter().zip(fit.residuals()).zip(&weights);
                    let product: f64 = rows.map(|((x, e), w)| w * x * e).sum();
                    assert!(product.abs() < 1e-10 * largest, "{what}: {product:e}");
                }
            }
        }
    }
}

/// Dummies of units and periods as columns, by Gram and Schmidt.
#[test]
fn fitted_values_hold_the_absorbed_effects() {
    let (rows, panel) = data();
    let sample: Vec<usize> = (0..rows.len()).filter(|&row| row != 3).collect();
    let own = rows.at(&sample);
    let fit = fit(&panel, Estimator::Twoway, true);
    let mut columns = vec![own.column("slow"), own.column("noisy")];
    columns.extend(own.unit_dummies().into_iter().chain(own.period_dummies()));
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let left = project(&own.column("y"), &columns, &own.weight).left;
    for ((row, left), at) in fit.regressed_rows().iter().zip(left).zip(0..) {
        assert_eq!(row.rows, [sample[at]]);
        close(row.residual * own.weight[at].sqrt(), left);
        close(row.outcome, own.column("y")[at]);
    }
}

#[test]
fn a_row_is_found_by_unit_and_period() {
    let (rows, panel) = data();
    for estimator in Estimator::ALL.into_iter().filter(|e| *e != Estimator::Between) {
        let fit = fit(&panel, estimator, false);
        let all = fit.regressed_rows();
        for row in &all {
            assert_eq!(&fit.regressed_row(row.unit.as_ref().unwrap(), row.period.unwrap()).unwrap(), row);
        }
        let years: usize = (2001..2007).map(|year| fit.regressed_rows_in(year).map_or(0, |rows| rows.len())).sum();
        assert_eq!(years, all.len());
        let of_2005: Vec<_> = all.iter().filter(|row| row.period == Some(2005)).cloned().collect();
        assert_eq!(fit.regressed_rows_in(2005).unwrap(), of_2005);
        // The row whose outcome is missing.
        let error = fit.regressed_row(&rows.unit[3], rows.period[3]).unwrap_err();
        let Error::Estimate(EstimateError::NotRegressed { why, .. }) = error else { panic!("{error}") };
        assert_eq!(why, RowProblem::LeftOut { reason: "y missing: not a number (NaN)".to_string() });
        let there = fit.rows().len();
        assert_eq!((there, fit.sample().n_observations), (rows.len() - 1, rows.len() - 1));
        assert!(matches!(fit.regressed_row("nobody", 2005), Err(Error::Data(DataError::NoSuchUnit { .. }))));
    }
    let differences = fit(&panel, Estimator::FirstDifference, false);
    let error = differences.regressed_row(&rows.unit[0], rows.period[0]).unwrap_err();
    assert!(matches!(error, Error::Estimate(EstimateError::NotRegressed { why: RowProblem::NoPeriodBefore, .. })));
    let error = differences.regressed_rows_in(2001).unwrap_err().to_string();
    assert!(error.starts_with("no regressed row of 2001: the regressed rows are of 2002; 2003"), "{error}");
    let between = fit(&panel, Estimator::Between, false);
    for error in [between.regressed_row("u001", 2005).unwrap_err(), between.regressed_rows_in(2005).unwrap_err()] {
        let Error::Estimate(EstimateError::Method { why, .. }) = error else { panic!("{error}") };
        assert_eq!(why, Refusal::OtherRows { estimator: "between", row: "a unit, of all its periods" });
    }
}

#[test]
fn residuals_go_back_to_a_panel() {
    let (rows, panel) = data();
    let fit = fit(&panel, Estimator::Twoway, false);
    let column = fit.residuals_on(&panel).unwrap();
    assert_eq!(column[3], CellValue::Missing(Missing::Undefined));
    let numbers: Vec<f64> = column.iter().filter_map(CellValue::number).collect();
    assert_eq!(numbers, fit.residuals());
    // To a panel of some of its rows, and to one of more.
    let late = panel.in_periods(2004..=2006).unwrap();
    let late = late.with_column("residual", fit.residuals_on(&late).unwrap()).unwrap();
    for row in late.rows() {
        let expected = fit.regressed_row(row.unit().unwrap(), row.period().unwrap()).map(|row| row.residual);
        assert_eq!(row.value("residual").unwrap().number(), expected.ok());
    }
    let fit = PanelRegression::new("y", ["slow"]).fit(&late).unwrap();
    let whole = panel.with_column("fitted", fit.fitted_on(&panel).unwrap()).unwrap();
    for row in whole.rows() {
        let missing = row.missing("fitted").unwrap();
        match row.period() {
            Some(2004..) if row.index() == 3 => assert_eq!(missing, Some(Missing::Undefined)),
            Some(2004..) => assert_eq!(missing, None),
            _ => assert_eq!(missing, Some(Missing::Absent)),
        }
    }
    assert_eq!(whole.column("fitted").unwrap().n_missing(), rows.len() - fit.n_observations());
}

#[test]
fn without_keys_rows_are_found_by_position() {
    let mut random = Numbers::new(4);
    let values: Vec<f64> = (0..8).map(|_| random.normal()).collect();
    let panel = Panel::builder().column("x", &values).column("y", values.iter().map(|x| x * x)).build().unwrap();
    let fit = PanelRegression::new("y", ["x"]).fit(&panel).unwrap();
    let more = panel.with_column("residual", fit.residuals_on(&panel).unwrap()).unwrap();
    assert_eq!(more.column("residual").unwrap().numbers().unwrap(), fit.residuals());
    assert!(fit.regressed_rows().iter().all(|row| row.unit.is_none() && row.period.is_none()));
    let fewer = more.filter("x above zero", |row| Ok(row.number("x")? > 0.0)).unwrap();
    assert!(matches!(fit.residuals_on(&fewer), Err(Error::Data(DataError::NoKey { needs: "unit", .. }))));
    assert!(matches!(fit.regressed_rows_in(2018), Err(Error::Data(DataError::NoKey { needs: "period", .. }))));
    // Another sample of as many rows, with another outcome or another column, has none of these residuals.
    let with = |x: &[f64], y: f64| {
        let y: Vec<f64> = values.iter().enumerate().map(|(row, v)| if row == 5 { y } else { v * v }).collect();
        Panel::builder().column("x", x).column("y", y).column("z", &values).build().unwrap()
    };
    let (own, mut other) = (values[5].powi(2), values.clone());
    assert_eq!(fit.residuals_on(&with(&values, own)).unwrap(), fit.residuals_on(&panel).unwrap());
    other.swap(0, 1);
    let without = Panel::builder().column("y", values.iter().map(|x| x * x)).build().unwrap();
    for panel in [with(&other, own), with(&values, own + 1.0), without] {
        for error in [fit.residuals_on(&panel).unwrap_err(), fit.fitted_on(&panel).unwrap_err()] {
            assert!(error.to_string().contains("for a panel of other rows needs a unit column"), "{error}");
        }
    }
    // What the sample left out may be anything.
    let left_out = PanelRegression::new("y", ["x"]).fit(&with(&values, f64::NAN)).unwrap();
    let column = left_out.residuals_on(&with(&values, 7.0)).unwrap();
    assert_eq!(column[5], CellValue::Missing(Missing::Undefined));
}

#[test]
fn one_key_finds_rows_where_it_names_them() {
    let y = [1.0, 3.0, 2.0, 5.0];
    let units = |units: [&str; 4], y: [f64; 4]| {
        Panel::builder().units(units).column("x", [0.0, 1.0, 2.0, 3.0]).column("y", y).build().unwrap()
    };
    let fit = PanelRegression::new("y", ["x"]).fit(&units(["A", "B", "C", "D"], y)).unwrap();
    let column = fit.residuals_on(&units(["D", "E", "A", "B"], [9.0; 4])).unwrap();
    let numbers: Vec<_> = column.iter().map(CellValue::number).collect();
    let e = fit.residuals();
    // The panel stands by unit: A, B, D, E.
    assert_eq!(numbers, [Some(e[0]), Some(e[1]), Some(e[3]), None]);
    assert_eq!(column[3], CellValue::Missing(Missing::Absent));
    // A unit with two rows does not say which.
    let twice = units(["A", "A", "C", "D"], y);
    assert!(matches!(fit.residuals_on(&twice), Err(Error::Data(DataError::NoKey { needs: "period", .. }))));
    let of_twice = PanelRegression::new("y", ["x"]).fit(&twice).unwrap();
    assert_eq!(
        of_twice.residuals_on(&twice).unwrap(),
        of_twice.residuals().iter().map(|e| CellValue::Number(*e)).collect::<Vec<_>>()
    );
    let other = units(["A", "A", "C", "D"], [1.0, 3.0, 2.0, 4.0]);
    assert!(matches!(of_twice.residuals_on(&other), Err(Error::Data(DataError::NoKey { needs: "period", .. }))));
    let periods = |periods: [i32; 4]| {
        Panel::builder().periods(periods).column("x", [0.0, 1.0, 2.0, 3.0]).column("y", y).build().unwrap()
    };
    let fit = PanelRegression::new("y", ["x"]).fit(&periods([2015, 2016, 2017, 2018])).unwrap();
    let column = fit.residuals_on(&periods([2016, 2017, 2018, 2019])).unwrap();
    let numbers: Vec<_> = column.iter().map(CellValue::number).collect();
    let e = fit.residuals();
    assert_eq!(numbers, [Some(e[1]), Some(e[2]), Some(e[3]), None]);
    assert!(fit.residuals_on(&twice).is_err());
}

#[test]
fn rows_that_are_not_the_panels_are_refused() {
    let (_, panel) = data();
    for (estimator, words) in [
        (Estimator::Between, "a regressed row of the between estimator is a unit, of all its periods"),
        (Estimator::FirstDifference, "a regressed row of the first_difference estimator is a difference of two"),
    ] {
        let fit = fit(&panel, estimator, false);
        for error in [fit.residuals_on(&panel).unwrap_err(), fit.fitted_on(&panel).unwrap_err()] {
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}

/// What a model leaves is what its regression leaves.
#[test]
fn a_model_has_the_rows_of_its_regression() {
    let (_, panel) = data();
    let model = Model::new("y").component("slow", ["slow"]).component("units", [Term::UnitEffects]);
    let fitted = model.component("policy", [Term::PeriodEffects]).fit(&panel).unwrap();
    let (regression, direct) = (fitted.regression().unwrap(), PanelRegression::new("y", ["slow"]));
    let direct = direct.estimator(Estimator::Twoway).fit(&panel).unwrap();
    assert_eq!(regression.rows(), fitted.rows());
    for (a, b) in regression.regressed_rows().iter().zip(direct.regressed_rows()) {
        assert_eq!((&a.unit, a.period, &a.rows), (&b.unit, b.period, &b.rows));
        close(a.residual, b.residual);
    }
}
