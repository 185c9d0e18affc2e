//! What would a methods section say of the data: how values are spread, over units and over time, and go together?
//!
//! Everything here is unweighted and taken over the values that are not missing; it knows nothing of models.

mod correlation;
mod distribution;
mod within;

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

pub use self::correlation::Correlation;
use self::correlation::correlations;
pub(crate) use self::correlation::product_moment;
pub use self::distribution::Distribution;
use self::distribution::distribution;
pub(crate) use self::within::Deviations;
pub use self::within::Variation;
use self::within::variation;
use super::Panel;
use super::column::{Column, ColumnKind, Values};
use super::missing::Missing;
use super::summary::KeySummary;
use crate::error::Result;

/// A panel as a methods section describes it, from [`Panel::describe`].
///
/// It prints as tables within 80 columns, and can be had as [Markdown](Self::to_markdown) and as one
/// [CSV](Self::to_csv) document; serde makes JSON of it. A number that is not defined, or that no double can hold, is
/// `None`, never NaN or infinite.
///
/// # Examples
/// ```
/// use apportion::Panel;
/// let panel = Panel::builder()
///     .unit_name("area")
///     .units(["A", "A", "B", "B"])
///     .period_name("year")
///     .periods([2017, 2018, 2017, 2018])
///     .column("rate", [10.0, 20.0, 30.0, f64::NAN])
///     .column("poor", [1.0, 1.0, 3.0, 3.0])
///     .text_column("region", ["North", "North", "South", "South"])
///     .build()?;
/// assert_eq!(
///     panel.describe().to_string(),
///     "\
/// 4 rows: 2 units (area), 2 periods (year, 2017 to 2018), balanced
///
/// values
///         n  missing  mean     sd  min  q1  median  q3  max
/// rate    3        1    20     10   10  15      20  25   30
/// poor    4        0     2  1.155    1   1       2   3    3
/// region  4        0
/// rate: missing 1 not a number (NaN)
/// region: text, 2 levels
///
/// standard deviations between and within units
///       n  units  periods per unit  overall  between  within
/// rate  3      2             1.500       10    10.61       5
/// poor  4      2                 2    1.155    1.414       0
///
/// correlations, on 3 rows
///             (1)    (2)
/// (1) rate  1.000
/// (2) poor  0.866  1.000
///
/// correlations between units, on 2 units
///             (1)    (2)
/// (1) rate  1.000
/// (2) poor  1.000  1.000
///
/// correlations within units, on 3 rows
///             (1)  (2)
/// (1) rate  1.000
/// (2) poor      –    –
///
/// values that are not missing, by year
///         2017  2018
/// (rows)     2     2
/// rate       2     1
/// poor       2     2
/// region     2     2
///
/// rate by year
///       n  missing  mean     sd  min  q1  median  q3  max
/// 2017  2        0    20  14.14   10  15      20  25   30
/// 2018  1        1    20      –   20  20      20  20   20
///
/// poor by year
///       n  missing  mean     sd  min     q1  median     q3  max
/// 2017  2        0     2  1.414    1  1.500       2  2.500    3
/// 2018  2        0     2  1.414    1  1.500       2  2.500    3
/// "
/// );
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Description {
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<String>,
    /// Rows of the panel.
    #[serde(rename = "n_rows")]
    pub n_observations: usize,
    /// The units; `None` without a unit column.
    pub units: Option<KeySummary>,
    /// The periods; `None` without a period column.
    pub periods: Option<KeySummary>,
    /// Whether every unit has a row in every period.
    pub balanced: bool,
    /// The variables, in the order of the panel or as they were asked for.
    pub variables: Vec<VariableDescription>,
    /// Every pair of variables that are numbers, `first` before `second` in the order of `variables`.
    pub correlations: Vec<Correlation>,
    /// How many values there are of each variable in each period; empty without periods.
    pub coverage: Coverage,
}

/// One variable of a [`Description`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VariableDescription {
    /// The name of the column.
    pub name: String,
    /// Numbers or text.
    pub kind: ColumnKind,
    /// Over all rows.
    pub overall: ColumnStatistics,
    /// Over the rows of each period, ascending; empty without periods.
    pub by_period: Vec<PeriodStatistics>,
    /// Between and within units; `None` for text and without units.
    pub variation: Option<Variation>,
}

/// The values of one variable, in all rows or in some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ColumnStatistics {
    /// Values that are not missing.
    pub n: usize,
    /// Values that are missing, for each reason.
    pub missing: BTreeMap<Missing, usize>,
    /// Distinct texts; `None` for numbers.
    pub levels: Option<usize>,
    /// How the numbers are spread; `None` for text and without values.
    pub distribution: Option<Distribution>,
}

/// The values of one variable in one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PeriodStatistics {
    /// The period.
    pub period: i32,
    /// Over its rows.
    pub statistics: ColumnStatistics,
}

/// How many values there are of each variable in each period.
///
/// # Examples
/// ```
/// # use apportion::Panel;
/// let panel = Panel::builder().periods([2017, 2018, 2018]).column("x", [1.0, f64::NAN, 3.0]).build()?;
/// let coverage = panel.describe().coverage;
/// assert_eq!(coverage.periods, [2017, 2018]);
/// assert_eq!(coverage.n_observations, [1, 2]);
/// assert_eq!(coverage.n_values, [[1, 1]]);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Coverage {
    /// The periods, ascending.
    pub periods: Vec<i32>,
    /// Rows in each period.
    #[serde(rename = "n_rows")]
    pub n_observations: Vec<usize>,
    /// For each variable, in the order of [`Description::variables`], the values that are not missing in each period.
    pub n_values: Vec<Vec<usize>>,
}

impl Panel {
    /// Describes every column: counts, means, quartiles, spread between and within units, correlations, coverage.
    ///
    /// Of a column of text there are counts and the number of levels. Columns of weights and populations are columns
    /// like any other, and nothing is weighted. Work grows with the square of the number of columns, for the
    /// correlations.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::Panel;
    /// let description = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?.describe();
    /// let rate = description.variable("cpp_rate").unwrap();
    /// let variation = rate.variation.as_ref().unwrap();
    /// assert!(variation.between > variation.within, "authorities differ more than years");
    /// assert_eq!(description.variable("region").unwrap().overall.levels, Some(9));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn describe(&self) -> Description {
        describe(self, &self.columns().iter().collect::<Vec<_>>())
    }

    /// Describes these columns of numbers in this order; a name given twice counts once.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn) with the names that come closest, and
    /// [`DataError::NotANumber`](crate::error::DataError::NotANumber) for a column of text, which [`Panel::describe`]
    /// takes.
    ///
    /// # Examples
    /// ```
    /// use apportion::error::DataError;
    /// use apportion::{Error, Panel};
    /// let builder = Panel::builder().column("rate", [1.0, 2.0]).column("poor", [3.0, 5.0]);
    /// let panel = builder.text_column("region", ["North", "South"]).build()?;
    /// let description = panel.describe_columns(&["poor", "rate"])?;
    /// assert_eq!(description.variables[0].name, "poor");
    /// assert_eq!(description.correlations.len(), 1);
    /// assert!(matches!(panel.describe_columns(&["rat"]), Err(Error::Data(DataError::UnknownColumn { .. }))));
    /// assert!(matches!(panel.describe_columns(&["region"]), Err(Error::Data(DataError::NotANumber { .. }))));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn describe_columns(&self, names: &[&str]) -> Result<Description> {
        let mut columns: Vec<&Column> = Vec::with_capacity(names.len());
        for name in names {
            let column = self.column(name)?;
            column.numbers()?;
            if columns.iter().all(|known| known.name() != *name) {
                columns.push(column);
            }
        }
        Ok(describe(self, &columns))
    }
}

impl Description {
    /// The variable of a name; `None` when it is not described here.
    ///
    /// # Examples
    /// ```
    /// # use apportion::Panel;
    /// let description = Panel::builder().column("rate", [1.0, 2.0]).build()?.describe();
    /// assert_eq!(description.variable("rate").map(|rate| rate.overall.n), Some(2));
    /// assert!(description.variable("rat").is_none());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn variable(&self, name: &str) -> Option<&VariableDescription> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// The correlations of two different variables, in either order; `None` when one is not described or is text.
    ///
    /// # Examples
    /// ```
    /// # use apportion::Panel;
    /// let panel = Panel::builder().column("a", [1.0, 2.0, 4.0]).column("b", [2.0, 4.0, 8.0]).build()?;
    /// let description = panel.describe();
    /// assert!((description.correlation("b", "a").unwrap().overall.unwrap() - 1.0).abs() < 1e-15);
    /// assert!(description.correlation("a", "a").is_none());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn correlation(&self, first: &str, second: &str) -> Option<&Correlation> {
        self.correlations.iter().find(|pair| {
            (pair.first == first && pair.second == second) || (pair.first == second && pair.second == first)
        })
    }
}

fn describe(panel: &Panel, columns: &[&Column]) -> Description {
    let rows_of_periods = rows_of_periods(panel);
    let variables: Vec<_> = columns.iter().map(|column| variable(panel, column, &rows_of_periods)).collect();
    let coverage = Coverage {
        periods: panel.periods().to_vec(),
        n_observations: rows_of_periods.iter().map(Vec::len).collect(),
        n_values: variables.iter().map(|v| v.by_period.iter().map(|at| at.statistics.n).collect()).collect(),
    };
    let numbers: Vec<(&str, &[f64])> =
        columns.iter().filter_map(|column| column.numbers().ok().map(|x| (column.name(), x))).collect();
    Description {
        panel: panel.description().map(str::to_string),
        n_observations: panel.n_observations(),
        units: panel.unit_column().map(|column| KeySummary::of(column, panel.units())),
        periods: panel.period_column().map(|column| KeySummary::of(column, panel.periods())),
        balanced: panel.is_balanced(),
        variables,
        correlations: correlations(&numbers, panel.unit_indices()),
        coverage,
    }
}

fn rows_of_periods(panel: &Panel) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); panel.n_periods()];
    for (row, &period) in panel.period_indices().unwrap_or(&[]).iter().enumerate() {
        rows[period as usize].push(row);
    }
    rows
}

fn variable(panel: &Panel, column: &Column, rows_of_periods: &[Vec<usize>]) -> VariableDescription {
    let overall = statistics(column, 0..panel.n_observations());
    let sd = overall.distribution.as_ref().and_then(|x| x.sd);
    let by_period = panel
        .periods()
        .iter()
        .zip(rows_of_periods)
        .map(|(&period, rows)| PeriodStatistics { period, statistics: statistics(column, rows.iter().copied()) });
    let variation = match (column.numbers(), panel.unit_indices()) {
        (Ok(numbers), Some(units)) => Some(variation(numbers, units, sd)),
        _ => None,
    };
    VariableDescription {
        name: column.name().to_owned(),
        kind: column.kind(),
        by_period: by_period.collect(),
        overall,
        variation,
    }
}

fn statistics(column: &Column, rows: impl Iterator<Item = usize> + Clone) -> ColumnStatistics {
    let mut missing = BTreeMap::new();
    for reason in rows.clone().filter_map(|row| column.missing(row)) {
        *missing.entry(reason).or_insert(0) += 1;
    }
    match column.values() {
        Values::Number(numbers) => {
            let present: Vec<f64> = rows.map(|row| numbers[row]).filter(|x| !x.is_nan()).collect();
            ColumnStatistics { n: present.len(), missing, levels: None, distribution: distribution(present) }
        }
        Values::Text { codes, .. } => {
            let present: Vec<u32> = rows.map(|row| codes[row]).filter(|&code| code != Values::NO_LEVEL).collect();
            let n = present.len();
            let levels = Some(present.into_iter().collect::<HashSet<_>>().len());
            ColumnStatistics { n, missing, levels, distribution: None }
        }
    }
}
