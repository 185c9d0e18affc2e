//! What would a methods section say of the data: how values are spread, over units and over time, and go together?
//!
//! Everything here is unweighted and taken over the values that are not missing; it knows nothing of models.

mod correlation;
mod distribution;
mod within;

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use self::correlation::correlations;
use self::distribution::distribution;
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
///         n  missing  mean     sd  min     q1  median     q3  max
/// rate    3        1    20     10   10     15      20     25   30
/// poor    4        0     2  1.155    1      1       2      3    3
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
#[non_exhaustive]
pub struct Description {
    /// Rows of the panel.
    pub n_rows: usize,
    /// The units, when there is a unit column.
    pub units: Option<KeySummary>,
    /// The periods, when there is a period column.
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
#[non_exhaustive]
pub struct PeriodStatistics {
    /// The period.
    pub period: i32,
    /// Over its rows.
    pub statistics: ColumnStatistics,
}

/// How numbers are spread.
///
/// # Formula
///
/// ```text
/// mean x̄ = Σx / n,   sd = √(Σ(x − x̄)² / (n − 1))
/// quantile p = x₍ⱼ₎ + (h − j)(x₍ⱼ₊₁₎ − x₍ⱼ₎),   h = 1 + (n − 1)p,  j = ⌊h⌋,  x₍₁₎ ≤ … ≤ x₍ₙ₎
/// ```
///
/// The quantiles are type 7 of R. J. Hyndman and Y. Fan (1996), <https://doi.org/10.1080/00031305.1996.10473566>, the
/// default of R's `quantile` and of numpy.
///
/// # Examples
/// ```
/// # use apportion::Panel;
/// let description = Panel::builder().column("x", [4.0, 1.0, 2.0, 10.0]).build()?.describe();
/// let x = description.variables[0].overall.distribution.as_ref().unwrap();
/// // R: quantile(c(4, 1, 2, 10), type = 7)
/// assert_eq!([x.min, x.lower_quartile, x.median, x.upper_quartile, x.max], [1.0, 1.75, 3.0, 5.5, 10.0]);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Distribution {
    /// The mean.
    pub mean: f64,
    /// The sample standard deviation (n − 1); `None` below two values, or beyond the largest double.
    pub sd: Option<f64>,
    /// The least value.
    pub min: f64,
    /// The quantile of a quarter.
    pub lower_quartile: f64,
    /// The median.
    pub median: f64,
    /// The quantile of three quarters.
    pub upper_quartile: f64,
    /// The greatest value.
    pub max: f64,
}

/// How much of a variable's spread is between units and how much within them, as Stata's `xtsum` reports it.
///
/// # Formula
///
/// With x̄ᵢ the mean of the nᵢ values of unit i, G units that have any, and N values,
///
/// ```text
/// overall = √(Σᵢₜ (xᵢₜ − x̄)² / (N − 1))
/// between = √(Σᵢ (x̄ᵢ − m)² / (G − 1)),   m = Σᵢ x̄ᵢ / G
/// within  = √(Σᵢₜ (xᵢₜ − x̄ᵢ)² / (N − 1))      the standard deviation of xᵢₜ − x̄ᵢ + x̄
/// ```
///
/// Their squares do not add up: the divisors differ, and units count once between and by their rows overall. What
/// varies by no more than the rounding of its values, or by 1e-11 of the whole, varies by exactly 0.
///
/// # Examples
/// ```
/// # use apportion::Panel;
/// let panel = Panel::builder()
///     .units(["A", "A", "B", "B"])
///     .periods([1, 2, 1, 2])
///     .column("x", [1.0, 3.0, 5.0, 7.0])
///     .build()?;
/// let description = panel.describe();
/// let x = description.variables[0].variation.as_ref().unwrap();
/// assert!((x.between.unwrap() - 8_f64.sqrt()).abs() < 1e-15, "means 2 and 6");
/// assert!((x.within.unwrap() - (4.0 / 3.0_f64).sqrt()).abs() < 1e-15, "deviations of 1");
/// assert_eq!((x.n_units, x.mean_periods), (2, Some(2.0)));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Variation {
    /// Over all values; `None` below two values.
    pub overall: Option<f64>,
    /// Over the means of units; `None` below two units with values.
    pub between: Option<f64>,
    /// Over the deviations from them; `None` below two values.
    pub within: Option<f64>,
    /// G, the units with at least one value.
    pub n_units: usize,
    /// T̄ = N / G, values per unit that has any; `None` without values.
    pub mean_periods: Option<f64>,
}

/// How two variables go together over the rows where neither is missing.
///
/// # Formula
///
/// ```text
/// r = Σ ab / √(Σa² Σb²)
/// ```
///
/// with a and b the deviations of rows from their mean (overall), of the units' means from the mean of these means
/// (between), and of rows from the means of their units (within). It is `None` where a or b does not vary: where its
/// deviations are no more than the rounding of the values, or 1e-11 of the overall ones. So a variable that is constant
/// over the periods of each unit has no correlation within units.
///
/// # Examples
/// ```
/// # use apportion::Panel;
/// let panel = Panel::builder()
///     .units(["A", "A", "B", "B"])
///     .periods([1, 2, 1, 2])
///     .column("x", [1.0, 3.0, 5.0, 7.0])
///     .column("falling", [4.0, 2.0, 9.0, 7.0])
///     .column("constant", [0.1, 0.1, 0.7, 0.7])
///     .build()?;
/// let description = panel.describe();
/// let pair = description.correlation("falling", "x").unwrap();
/// assert_eq!((pair.n_rows, pair.n_units), (4, 2));
/// assert!((pair.between.unwrap() - 1.0).abs() < 1e-15 && (pair.within.unwrap() + 1.0).abs() < 1e-15);
/// assert_eq!(description.correlation("x", "constant").unwrap().within, None);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Correlation {
    /// The one variable.
    pub first: String,
    /// The other.
    pub second: String,
    /// Rows in which neither is missing.
    pub n_rows: usize,
    /// Units with such a row; 0 without units.
    pub n_units: usize,
    /// Of the rows.
    pub overall: Option<f64>,
    /// Of the units' means over these rows; `None` without units.
    pub between: Option<f64>,
    /// Of the deviations from these means; `None` without units.
    pub within: Option<f64>,
}

/// How many values there are of each variable in each period.
///
/// # Examples
/// ```
/// # use apportion::Panel;
/// let panel = Panel::builder().periods([2017, 2018, 2018]).column("x", [1.0, f64::NAN, 3.0]).build()?;
/// let coverage = panel.describe().coverage;
/// assert_eq!(coverage.periods, [2017, 2018]);
/// assert_eq!(coverage.n_rows, [1, 2]);
/// assert_eq!(coverage.n_values, [[1, 1]]);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Coverage {
    /// The periods, ascending.
    pub periods: Vec<i32>,
    /// Rows in each period.
    pub n_rows: Vec<usize>,
    /// For each variable, in the order of [`Description::variables`], the values that are not missing in each period.
    pub n_values: Vec<Vec<usize>>,
}

impl Panel {
    /// Describes every column: counts, means, quartiles, spread between and within units, correlations, coverage.
    ///
    /// Of a column of text there are counts and the number of levels. Columns of weights and populations are columns like
    /// any other, and nothing is weighted. Work grows with the square of the number of columns, for the correlations.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Panel, SIMULATED_ENGLAND_SEED};
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
    /// [`Error::UnknownColumn`](crate::Error::UnknownColumn) with the names that come closest, and
    /// [`Error::NotANumber`](crate::Error::NotANumber) for a column of text, which [`Panel::describe`] takes.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Error, Panel};
    /// let builder = Panel::builder().column("rate", [1.0, 2.0]).column("poor", [3.0, 5.0]);
    /// let panel = builder.text_column("region", ["North", "South"]).build()?;
    /// let description = panel.describe_columns(&["poor", "rate"])?;
    /// assert_eq!(description.variables[0].name, "poor");
    /// assert_eq!(description.correlations.len(), 1);
    /// assert!(matches!(panel.describe_columns(&["rat"]), Err(Error::UnknownColumn { .. })));
    /// assert!(matches!(panel.describe_columns(&["region"]), Err(Error::NotANumber { .. })));
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
        n_rows: rows_of_periods.iter().map(Vec::len).collect(),
        n_values: variables.iter().map(|v| v.by_period.iter().map(|at| at.statistics.n).collect()).collect(),
    };
    let numbers: Vec<(&str, &[f64])> =
        columns.iter().filter_map(|column| column.numbers().ok().map(|x| (column.name(), x))).collect();
    Description {
        n_rows: panel.n_rows(),
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
    let overall = statistics(column, 0..panel.n_rows());
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
