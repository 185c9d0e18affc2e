use linfa::Dataset;
use ndarray::{Array1, Array2, array};

use super::*;
use crate::error::{DataError, Error, Place, QuestionError};
use crate::panel::{ColumnKind, Missing};

#[test]
fn columns_of_many_kinds() {
    let owned = array![1.0, 2.0];
    let panel = Panel::builder()
        .column("array", owned.clone())
        .column("reference", &owned)
        .column("view", owned.view())
        .column("slice", &[1.0, 2.0][..])
        .column("vec", vec![1.0, 2.0])
        .column("iterator", (1..=2).map(f64::from))
        .build()
        .unwrap();
    for column in panel.columns() {
        assert_eq!(column.numbers().unwrap(), [1.0, 2.0], "{}", column.name());
    }
    assert_eq!((panel.unit_column(), panel.period_column()), (None, None));
}

#[test]
fn rows_are_sorted() {
    let panel = Panel::builder()
        .units(["b", "a", "a"])
        .unit_name("area")
        .periods([2018, 2018, 2017])
        .period_name("year")
        .column("v", [1.0, 2.0, f64::NAN])
        .text_column("t", ["x", "", "y"])
        .build()
        .unwrap();
    assert_eq!((panel.unit_column(), panel.period_column()), (Some("area"), Some("year")));
    assert_eq!(panel.unit_indices().unwrap(), [0, 0, 1]);
    assert_eq!(panel.period_indices().unwrap(), [0, 1, 1]);
    assert_eq!((panel.unit_of(2), panel.period_of(2)), (Some("b"), Some(2018)));
    assert_eq!((panel.unit_of(3), panel.period_of(3)), (None, None));
    assert_eq!((panel.place(0), panel.place(2), panel.place(7)), (Place::Row(2), Place::Row(0), Place::Row(7)));
    assert_eq!(panel.column("v").unwrap().missing(0), Some(Missing::NotANumber));
    assert_eq!(panel.column("t").unwrap().missing(1), Some(Missing::Empty));
    assert_eq!(panel.column("t").unwrap().levels().unwrap(), ["x", "y"]);
}

#[test]
fn units_alone_may_repeat_and_periods_alone_too() {
    let panel = Panel::builder().units([2, 1, 2]).column("v", [1.0, 2.0, 3.0]).build().unwrap();
    assert_eq!(panel.column("v").unwrap().numbers().unwrap(), [2.0, 1.0, 3.0]);
    assert_eq!((panel.n_units(), panel.n_periods()), (2, 0));
    assert_eq!(panel.row_label(1), "2, row 0");
    assert!(panel.is_balanced());
    let panel = Panel::builder().periods([2, 1, 2]).column("v", [1.0, 2.0, 3.0]).build().unwrap();
    assert_eq!(panel.column("v").unwrap().numbers().unwrap(), [2.0, 1.0, 3.0]);
    assert_eq!(panel.row_label(0), "1, row 1");
}

#[test]
fn a_column_of_another_length() {
    let error = Panel::builder().column("v", [1.0]).units(["a", "b"]).build().unwrap_err();
    assert!(
        matches!(&error, Error::Data(DataError::Length { column, expected: 2, found: 1 }) if column == "v"),
        "{error}"
    );
    let error = Panel::builder().units(["a", "b"]).periods([1]).build().unwrap_err();
    assert!(
        matches!(&error, Error::Data(DataError::Length { column, expected: 2, found: 1 }) if column == "period"),
        "{error}"
    );
}

#[test]
fn no_rows() {
    assert!(matches!(Panel::builder().build(), Err(Error::Data(DataError::NoRows { path })) if path == "the panel"));
    let none: [f64; 0] = [];
    assert!(matches!(Panel::builder().column("v", none).build(), Err(Error::Data(DataError::NoRows { .. }))));
}

#[test]
fn a_name_twice() {
    let error = Panel::builder().column("v", [1.0]).column("v", [2.0]).build().unwrap_err();
    assert!(matches!(error, Error::Data(DataError::DuplicateColumn { first: 1, second: 2, .. })), "{error}");
    let error = Panel::builder().units([1]).column("unit", [1.0]).build().unwrap_err();
    assert!(matches!(error, Error::Data(DataError::DuplicateColumn { first: 1, second: 2, .. })), "{error}");
}

#[test]
fn an_infinite_value() {
    let error = Panel::builder().column("v", [1.0, f64::INFINITY]).build().unwrap_err();
    assert!(
        matches!(&error, Error::Data(DataError::Infinite { column, place: Place::Row(1) }) if column == "v"),
        "{error}"
    );
}

#[test]
fn a_unit_that_is_empty() {
    let error = Panel::builder().units(["a", " "]).build().unwrap_err();
    assert!(matches!(error, Error::Data(DataError::MissingKey { place: Place::Row(1), .. })), "{error}");
}

#[test]
fn a_unit_and_period_twice() {
    let error = Panel::builder().units(["b", "a", "b"]).periods([1, 1, 1]).build().unwrap_err();
    assert!(
        matches!(
            error,
            Error::Data(DataError::DuplicateRow { first: Place::Row(0), second: Place::Row(2), period: 1, .. })
        ),
        "{error}"
    );
}

#[test]
fn weights_and_populations() {
    let panel = Panel::builder().column("w", [1.0, 0.0, f64::NAN]).weight("w").population("w").build().unwrap();
    assert_eq!((panel.weight_column(), panel.population_column()), (Some("w"), Some("w")));
    let error = Panel::builder().column("w", [1.0, -1.0]).weight("w").build().unwrap_err();
    assert!(matches!(error, Error::Data(DataError::Negative { place: Place::Row(1), value: -1.0, .. })), "{error}");
    let error = Panel::builder().column("w", [1.0]).population("v").build().unwrap_err();
    assert!(matches!(error, Error::Data(DataError::UnknownColumn { .. })), "{error}");
    let error = Panel::builder().text_column("w", ["a"]).weight("w").build().unwrap_err();
    assert!(matches!(error, Error::Data(DataError::NotANumber { place: Place::Row(0), .. })), "{error}");
    let error = Panel::builder().units([1]).weight("unit").build().unwrap_err();
    assert!(matches!(error, Error::Question(QuestionError::Option { option: "weight", .. })), "{error}");
}

#[test]
fn text_that_is_all_missing_counts_as_numbers() {
    let panel = Panel::builder().text_column("t", ["", "NA"]).build().unwrap();
    assert_eq!(panel.column("t").unwrap().kind(), ColumnKind::Number);
}

#[test]
fn a_dataset_with_names_and_weights() {
    let dataset = Dataset::new(array![[1.0, 2.0], [3.0, f64::NAN]], array![5.0, 6.0])
        .with_feature_names(vec!["a", "b"])
        .with_weights(array![1.0, 0.5]);
    let panel = Panel::from_dataset(&dataset, "y").unwrap();
    let names: Vec<_> = panel.columns().iter().map(Column::name).collect();
    assert_eq!(names, ["y", "a", "b", "weight"]);
    assert_eq!(panel.weight_column(), Some("weight"));
    assert_eq!(panel.column("weight").unwrap().numbers().unwrap(), [1.0, 0.5]);
    assert_eq!(panel.column("b").unwrap().missing(1), Some(Missing::NotANumber));
    assert_eq!(panel.row_label(1), "row 1");
}

#[test]
fn a_dataset_by_reference_and_its_errors() {
    let (records, targets): (Array2<f64>, Array1<f64>) = (array![[1.0], [2.0]], array![5.0, 6.0]);
    let view = DatasetBase::new(records.view(), targets.view());
    assert_eq!(Panel::from_dataset(&view, "y").unwrap().column("x1").unwrap().numbers().unwrap(), [1.0, 2.0]);
    let error = Panel::from_dataset(&view, "x1").unwrap_err();
    assert!(matches!(error, Error::Data(DataError::DuplicateColumn { .. })), "{error}");
    let short = Dataset::new(records, array![1.0]);
    assert!(matches!(Panel::from_dataset(&short, "y"), Err(Error::Data(DataError::Length { .. }))));
    let empty = Dataset::new(Array2::zeros((0, 2)), Array1::zeros(0));
    assert!(matches!(Panel::from_dataset(&empty, "y"), Err(Error::Data(DataError::NoRows { .. }))));
}

#[test]
fn integer_units_are_the_texts_of_them() {
    let units = [30_i64, -4, 30, 7, 1 << 40];
    let values = [1.0, 2.0, 3.0, 4.0, 5.0];
    let build = |builder: PanelBuilder| builder.periods([2, 1, 1, 1, 1]).column("v", values).build().unwrap();
    let integers = build(Panel::builder().units(units));
    assert_eq!(integers, build(Panel::builder().units(units.map(|unit| unit.to_string()))));
    assert_eq!(integers.units(), ["-4", "7", "30", "1099511627776"]);
    assert_eq!(integers.unit_indices().unwrap(), [0, 1, 2, 2, 3]);
    assert_eq!((integers.place(2), integers.place(3)), (Place::Row(2), Place::Row(0)));
    // Beyond what double precision holds no digit is lost.
    let large = Panel::builder().units([u64::MAX, 9_007_199_254_740_993]).build().unwrap();
    assert_eq!(large.units(), ["18446744073709551615", "9007199254740993"]);
}

#[test]
fn units_that_are_no_integers_are_texts() {
    let mixed: Vec<CellValue> = vec![7.into(), "07".into(), 43.5.into(), 7.into()];
    let panel = Panel::builder().units(mixed).build().unwrap();
    assert_eq!(panel.units(), ["07", "43.5", "7"]);
    assert_eq!(panel.unit_indices().unwrap(), [0, 1, 2, 2]);
    for mark in ["[x]", "", "NA"] {
        let error = Panel::builder().units(["a", mark]).build().unwrap_err();
        assert!(matches!(error, Error::Data(DataError::MissingKey { place: Place::Row(1), .. })), "{error}");
    }
}
