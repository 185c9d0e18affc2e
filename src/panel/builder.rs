//! How do values in memory become a panel?
//!
//! Everything given is kept as it came and checked once, by `build`.

use std::borrow::Borrow;

use linfa::DatasetBase;
use linfa::dataset::{AsSingleTargets, Records};
use ndarray::{ArrayBase, Data, Ix2};

use rayon::prelude::*;

use super::Panel;
use super::cell_value::CellValue;
use super::cells::Cells;
use super::column::Column;
use super::given_units::GivenUnits;
use super::history::Reading;
use super::keys::periods_in_memory;
use super::names::check_distinct;
use super::places::Places;
use super::rows::Rows;
use super::schema::PanelSchema;
use crate::error::{DataError, Result};

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
    units: Option<GivenUnits>,
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
    /// The unit of each row: a whole number, which costs least, or a text, which is trimmed; none may be missing.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([10, 9, 100]).unit_name("la_number").build()?;
    /// // Sorted as integers, since all of them are.
    /// assert_eq!(panel.units(), ["9", "10", "100"]);
    /// assert_eq!(panel.unit_column(), Some("la_number"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn units(mut self, units: impl IntoIterator<Item = impl Into<CellValue>>) -> Self {
        self.units = Some(units.into_iter().collect());
        self
    }

    /// The name of the unit column. Default: "unit".
    pub fn unit_name(mut self, name: impl Into<String>) -> Self {
        self.unit_name = Some(name.into());
        self
    }

    /// The period of each row, as it stands: 201718 is not read as a financial year here.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 1]).periods([2018, 2017]).period_name("year").build()?;
    /// assert_eq!((panel.period_column(), panel.periods()), (Some("year"), &[2017, 2018][..]));
    /// # Ok::<(), apportion::Error>(())
    /// ```
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
    ///
    /// Of many rows a `Vec` that is given away costs nothing; from anything else the numbers are copied.
    ///
    /// ```
    /// use apportion::panel::Missing;
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("rate", [43.0, f64::NAN]).build()?;
    /// let rate = panel.column("rate")?;
    /// assert_eq!((rate.numbers()?[0], rate.missing(1)), (43.0, Some(Missing::NotANumber)));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn column(mut self, name: impl Into<String>, values: impl IntoIterator<Item = impl Borrow<f64>>) -> Self {
        let values = values.into_iter().map(|value| *value.borrow()).collect();
        self.columns.push((name.into(), Given::Numbers(values)));
        self
    }

    /// Adds a column of text, one for each row. Texts are trimmed; empty ones and the marks that count as missing in
    /// text (see [`Missing`](super::Missing)) are missing. When all are, the column counts as numbers.
    ///
    /// ```
    /// use apportion::panel::Missing;
    /// use apportion::Panel;
    /// let panel = Panel::builder().text_column("region", [" North ", "[c]", "South"]).build()?;
    /// let region = panel.column("region")?;
    /// assert_eq!((region.text(0), region.missing(1)), (Some("North"), Some(Missing::Confidential)));
    /// assert_eq!(region.levels().map(<[String]>::len), Some(2));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn text_column(mut self, name: impl Into<String>, values: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut cells = Cells::default();
        for value in values {
            cells.push(value.as_ref().as_bytes());
        }
        self.columns.push((name.into(), Given::Text(cells)));
        self
    }

    /// Names the column of weights: numbers of zero or more, which may be missing. Default: every row weighs the same.
    ///
    /// ```
    /// use apportion::{Model, Panel};
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0])
    ///     .column("x", [0.0, 1.0, 1.0])
    ///     .column("children", [1.0, 3.0, 1.0])
    ///     .weight("children")
    ///     .build()?;
    /// // The mean of 2 and 4 where x is 1, weighted by 3 and 1, less the 1 where x is 0.
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// assert!((fit.regression()?.estimates()[1] - 1.5).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn weight(mut self, name: impl Into<String>) -> Self {
        self.weight = Some(name.into());
        self
    }

    /// Names the column of populations: numbers of zero or more, which may be missing. Default: none.
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let builder = Panel::builder().column("plans", [43.0]).column("children", [20_000.0]).population("children");
    /// let panel = builder.build()?.derive("rate", &Derivation::rate("plans"))?;
    /// assert_eq!(panel.column("rate")?.numbers()?, [21.5]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn population(mut self, name: impl Into<String>) -> Self {
        self.population = Some(name.into());
        self
    }

    /// Checks what was given and sorts the rows by unit and period.
    ///
    /// # Errors
    ///
    /// [`DataError::NoRows`], [`DataError::Length`] and [`DataError::DuplicateColumn`] (units and periods counted as
    /// the first columns) for the shape; [`DataError::Infinite`] for an infinite value; [`DataError::MissingKey`] and
    /// [`DataError::DuplicateRow`] for units and periods; [`DataError::UnknownColumn`], [`DataError::NotANumber`],
    /// [`DataError::Negative`] and [`QuestionError::Option`](crate::error::QuestionError::Option) for weight and
    /// population.
    ///
    /// ```
    /// use apportion::error::DataError;
    /// use apportion::{Error, Panel};
    /// let error = Panel::builder().column("a", [1.0, 2.0]).column("b", [1.0]).build().unwrap_err();
    /// assert!(matches!(error, Error::Data(DataError::Length { expected: 2, found: 1, .. })));
    /// ```
    pub fn build(self) -> Result<Panel> {
        let unit_name = self.unit_name.unwrap_or_else(|| "unit".to_owned());
        let period_name = self.period_name.unwrap_or_else(|| "period".to_owned());

        let lengths: Vec<(&str, usize)> = (self.units.iter().map(|units| (unit_name.as_str(), units.len())))
            .chain(self.periods.iter().map(|periods| (period_name.as_str(), periods.len())))
            .chain(self.columns.iter().map(|(name, given)| (name.as_str(), given.len())))
            .collect();
        check_distinct(lengths.iter().map(|(name, _)| *name))?;
        let rows = lengths.first().map_or(0, |(_, length)| *length);
        if let Some(&(column, found)) = lengths.iter().find(|(_, length)| *length != rows) {
            return Err(DataError::Length { column: column.to_owned(), expected: rows, found }.into());
        }
        if rows == 0 {
            return Err(DataError::NoRows { path: MEMORY.to_owned() }.into());
        }
        let schema = PanelSchema {
            unit: self.units.as_ref().map(|_| unit_name.clone()),
            period: self.periods.as_ref().map(|_| period_name.clone()),
            weight: self.weight,
            population: self.population,
            ..PanelSchema::default()
        };
        schema.check()?;

        let mut reading = Reading::default();
        let units = match self.units {
            Some(units) => {
                let (units, spellings) = units.read(unit_name)?;
                reading.spellings = spellings;
                Some(units)
            }
            None => None,
        };
        let periods = self.periods.map(|periods| periods_in_memory(period_name, &periods));
        let column = |(name, given)| match given {
            Given::Numbers(numbers) => Column::from_numbers(name, numbers),
            Given::Text(cells) => Ok(Column::from_text(name, &cells, &[])),
        };
        let columns: Vec<Result<Column>> = self.columns.into_par_iter().map(column).collect();
        // The first error in the order of the columns, however many threads there are.
        let columns = columns.into_iter().collect::<Result<_>>()?;
        let places = Places::InMemory(rows);
        Rows { units, periods, weight: schema.weight, population: schema.population, columns, places, reading }
            .into_panel()
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
        self.n_observations()
    }

    fn nfeatures(&self) -> usize {
        self.columns().len()
    }
}

#[cfg(test)]
mod tests;
