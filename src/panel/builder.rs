//! How do values in memory become a panel?
//!
//! Everything given is kept as it came and checked once, by `build`.

use std::borrow::Borrow;

use linfa::DatasetBase;
use linfa::dataset::{AsSingleTargets, Records};
use ndarray::{ArrayBase, Data, Ix2};

use super::cells::Cells;
use super::column::Column;
use super::keys::{periods_in_memory, read_units};
use super::rows::{Rows, check_distinct};
use super::{Panel, PanelSchema};
use crate::error::{Error, Place, Result};

/// What a panel in memory is called in messages.
const MEMORY: &str = "the panel";

/// The name of the column that takes a dataset's weights.
const DATASET_WEIGHT: &str = "weight";

/// Puts a [`Panel`] together from values in memory; the methods may be called in any order.
///
/// ```
/// use apportion::Panel;
/// use ndarray::array;
/// let rate = array![43.0, 51.5];
/// let panel = Panel::builder()
///     .units([201, 202])
///     .periods([2018, 2018])
///     .column("rate", &rate)
///     .text_column("region", ["Inner London", "Inner London"])
///     .build()?;
/// assert_eq!(panel.units(), ["201", "202"]);
/// assert_eq!(panel.unit_column(), Some("unit"));
/// assert_eq!(panel.period_column(), Some("period"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct PanelBuilder {
    units: Option<Cells>,
    unit_name: Option<String>,
    periods: Option<Vec<i32>>,
    period_name: Option<String>,
    columns: Vec<(String, Given)>,
    weight: Option<String>,
    population: Option<String>,
}

/// A column as it was given.
#[derive(Debug, Clone)]
enum Given {
    Numbers(Vec<f64>),
    Text(Cells),
}

impl Given {
    fn len(&self) -> usize {
        match self {
            Given::Numbers(numbers) => numbers.len(),
            Given::Text(cells) => cells.len(),
        }
    }
}

impl PanelBuilder {
    /// The unit of each row. Units are text, trimmed; none may be missing.
    pub fn units(mut self, units: impl IntoIterator<Item = impl ToString>) -> Self {
        self.units = Some(units.into_iter().map(|unit| unit.to_string()).collect());
        self
    }

    /// The name of the unit column. Default: "unit".
    pub fn unit_name(mut self, name: impl Into<String>) -> Self {
        self.unit_name = Some(name.into());
        self
    }

    /// The period of each row, as it stands: 201718 is not read as a financial year here.
    pub fn periods(mut self, periods: impl IntoIterator<Item = i32>) -> Self {
        self.periods = Some(periods.into_iter().collect());
        self
    }

    /// The name of the period column. Default: "period".
    pub fn period_name(mut self, name: impl Into<String>) -> Self {
        self.period_name = Some(name.into());
        self
    }

    /// Adds a column of numbers, one for each row; NaN is missing, of the kind
    /// [`Missing::NotANumber`](super::Missing::NotANumber).
    pub fn column(mut self, name: impl Into<String>, values: impl IntoIterator<Item = impl Borrow<f64>>) -> Self {
        let values = values.into_iter().map(|value| *value.borrow()).collect();
        self.columns.push((name.into(), Given::Numbers(values)));
        self
    }

    /// Adds a column of text, one for each row. Texts are trimmed; empty ones and the marks that count as missing in
    /// text (see [`Missing`](super::Missing)) are missing. When all are, the column counts as numbers.
    pub fn text_column(mut self, name: impl Into<String>, values: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut cells = Cells::default();
        for value in values {
            cells.push(value.as_ref().as_bytes());
        }
        self.columns.push((name.into(), Given::Text(cells)));
        self
    }

    /// Names the column of weights: numbers of zero or more, which may be missing. Default: every row weighs the same.
    pub fn weight(mut self, name: impl Into<String>) -> Self {
        self.weight = Some(name.into());
        self
    }

    /// Names the column of populations: numbers of zero or more, which may be missing. Default: none.
    pub fn population(mut self, name: impl Into<String>) -> Self {
        self.population = Some(name.into());
        self
    }

    /// Checks what was given and sorts the rows by unit and period.
    ///
    /// # Errors
    ///
    /// [`Error::NoRows`], [`Error::Length`] and [`Error::DuplicateColumn`] (units and periods counted as the first
    /// columns) for the shape; [`Error::Infinite`] for an infinite value; [`Error::MissingKey`] and
    /// [`Error::DuplicateRow`] for units and periods; [`Error::UnknownColumn`], [`Error::NotANumber`],
    /// [`Error::Negative`] and [`Error::Option`] for weight and population.
    ///
    /// ```
    /// use apportion::{Error, Panel};
    /// let error = Panel::builder().column("a", [1.0, 2.0]).column("b", [1.0]).build().unwrap_err();
    /// assert!(matches!(error, Error::Length { expected: 2, found: 1, .. }));
    /// ```
    pub fn build(self) -> Result<Panel> {
        let unit_name = self.unit_name.unwrap_or_else(|| "unit".to_owned());
        let period_name = self.period_name.unwrap_or_else(|| "period".to_owned());

        let lengths: Vec<(&str, usize)> = (self.units.iter().map(|cells| (unit_name.as_str(), cells.len())))
            .chain(self.periods.iter().map(|periods| (period_name.as_str(), periods.len())))
            .chain(self.columns.iter().map(|(name, given)| (name.as_str(), given.len())))
            .collect();
        check_distinct(lengths.iter().map(|(name, _)| *name))?;
        let rows = lengths.first().map_or(0, |(_, length)| *length);
        if let Some(&(column, found)) = lengths.iter().find(|(_, length)| *length != rows) {
            return Err(Error::Length { column: column.to_owned(), expected: rows, found });
        }
        if rows == 0 {
            return Err(Error::NoRows { path: MEMORY.to_owned() });
        }
        let schema = PanelSchema {
            unit: self.units.as_ref().map(|_| unit_name.clone()),
            period: self.periods.as_ref().map(|_| period_name.clone()),
            weight: self.weight,
            population: self.population,
            only: None,
        };
        schema.check()?;

        let places: Vec<_> = (0..rows).map(Place::Row).collect();
        let units = self.units.map(|cells| read_units(unit_name, &cells, &places)).transpose()?;
        let periods = self.periods.map(|periods| periods_in_memory(period_name, &periods));
        let columns = self
            .columns
            .into_iter()
            .map(|(name, given)| match given {
                Given::Numbers(numbers) => Column::from_numbers(name, numbers),
                Given::Text(cells) => Ok(Column::from_text(name, &cells, &places)),
            })
            .collect::<Result<_>>()?;
        Rows { units, periods, weight: schema.weight, population: schema.population, columns, places }.into_panel()
    }
}

impl Panel {
    /// Takes the records, the single target and the weights of a linfa dataset as a cross-section.
    ///
    /// The target becomes the column `outcome`; features keep their names, or are called x1, x2, … without. Weights,
    /// when there are any, become the weight column "weight".
    ///
    /// # Errors
    ///
    /// As for [`PanelBuilder::build`].
    ///
    /// ```
    /// use apportion::Panel;
    /// use linfa::Dataset;
    /// use ndarray::array;
    /// let dataset = Dataset::new(array![[1.0, 2.0], [3.0, 4.0]], array![10.0, 20.0]);
    /// let panel = Panel::from_dataset(&dataset, "y")?;
    /// assert_eq!(panel.column("x2")?.numbers()?, [2.0, 4.0]);
    /// assert_eq!(panel.column("y")?.numbers()?, [10.0, 20.0]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn from_dataset<D, T>(dataset: &DatasetBase<ArrayBase<D, Ix2>, T>, outcome: &str) -> Result<Panel>
    where
        D: Data<Elem = f64>,
        T: AsSingleTargets<Elem = f64>,
    {
        let mut builder = Panel::builder().column(outcome, dataset.targets().as_single_targets());
        let names = dataset.feature_names();
        for (position, feature) in dataset.records().columns().into_iter().enumerate() {
            let name = names.get(position).cloned().unwrap_or_else(|| format!("x{}", position + 1));
            builder = builder.column(name, feature);
        }
        if !dataset.weights.is_empty() {
            let weights = dataset.weights.iter().map(|&weight| f64::from(weight));
            builder = builder.column(DATASET_WEIGHT, weights).weight(DATASET_WEIGHT);
        }
        builder.build()
    }
}

/// A panel is a set of records to linfa, one for each row, with its data columns as features.
impl Records for Panel {
    type Elem = f64;

    fn nsamples(&self) -> usize {
        self.n_rows()
    }

    fn nfeatures(&self) -> usize {
        self.columns().len()
    }
}

#[cfg(test)]
mod tests {
    use linfa::Dataset;
    use ndarray::{Array1, Array2, array};

    use super::*;
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
        assert!(matches!(&error, Error::Length { column, expected: 2, found: 1 } if column == "v"), "{error}");
        let error = Panel::builder().units(["a", "b"]).periods([1]).build().unwrap_err();
        assert!(matches!(&error, Error::Length { column, expected: 2, found: 1 } if column == "period"), "{error}");
    }

    #[test]
    fn no_rows() {
        assert!(matches!(Panel::builder().build(), Err(Error::NoRows { path }) if path == "the panel"));
        let none: [f64; 0] = [];
        assert!(matches!(Panel::builder().column("v", none).build(), Err(Error::NoRows { .. })));
    }

    #[test]
    fn a_name_twice() {
        let error = Panel::builder().column("v", [1.0]).column("v", [2.0]).build().unwrap_err();
        assert!(matches!(error, Error::DuplicateColumn { first: 1, second: 2, .. }), "{error}");
        let error = Panel::builder().units([1]).column("unit", [1.0]).build().unwrap_err();
        assert!(matches!(error, Error::DuplicateColumn { first: 1, second: 2, .. }), "{error}");
    }

    #[test]
    fn an_infinite_value() {
        let error = Panel::builder().column("v", [1.0, f64::INFINITY]).build().unwrap_err();
        assert!(matches!(&error, Error::Infinite { column, place: Place::Row(1) } if column == "v"), "{error}");
    }

    #[test]
    fn a_unit_that_is_empty() {
        let error = Panel::builder().units(["a", " "]).build().unwrap_err();
        assert!(matches!(error, Error::MissingKey { place: Place::Row(1), .. }), "{error}");
    }

    #[test]
    fn a_unit_and_period_twice() {
        let error = Panel::builder().units(["b", "a", "b"]).periods([1, 1, 1]).build().unwrap_err();
        assert!(
            matches!(error, Error::DuplicateRow { first: Place::Row(0), second: Place::Row(2), period: 1, .. }),
            "{error}"
        );
    }

    #[test]
    fn weights_and_populations() {
        let panel = Panel::builder().column("w", [1.0, 0.0, f64::NAN]).weight("w").population("w").build().unwrap();
        assert_eq!((panel.weight_column(), panel.population_column()), (Some("w"), Some("w")));
        let error = Panel::builder().column("w", [1.0, -1.0]).weight("w").build().unwrap_err();
        assert!(matches!(error, Error::Negative { place: Place::Row(1), value: -1.0, .. }), "{error}");
        let error = Panel::builder().column("w", [1.0]).population("v").build().unwrap_err();
        assert!(matches!(error, Error::UnknownColumn { .. }), "{error}");
        let error = Panel::builder().text_column("w", ["a"]).weight("w").build().unwrap_err();
        assert!(matches!(error, Error::NotANumber { place: Place::Row(0), .. }), "{error}");
        let error = Panel::builder().units([1]).weight("unit").build().unwrap_err();
        assert!(matches!(error, Error::Option { option: "weight", .. }), "{error}");
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
        assert!(matches!(error, Error::DuplicateColumn { .. }), "{error}");
        let short = Dataset::new(records, array![1.0]);
        assert!(matches!(Panel::from_dataset(&short, "y"), Err(Error::Length { .. })));
        let empty = Dataset::new(Array2::zeros((0, 2)), Array1::zeros(0));
        assert!(matches!(Panel::from_dataset(&empty, "y"), Err(Error::NoRows { .. })));
    }
}
