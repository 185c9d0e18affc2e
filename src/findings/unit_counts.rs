//! How many were counted in each unit, of how many people?

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::{DataError, EstimateError, Result, no_key};
use crate::panel::{CellValue, Panel, Row};

/// A unit's count and population, over the periods asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UnitCount {
    /// The unit.
    pub unit: String,
    /// What it is called, where the panel has names of its units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Periods that have both, and are summed.
    pub n_periods: usize,
    /// The count, summed over them.
    pub count: f64,
    /// The people that it is of, summed over the same periods: of several, person-years.
    pub population: f64,
}

/// Counts and populations by unit: what a [`Funnel`](super::Funnel) and [`EmpiricalBayes`](super::EmpiricalBayes) rates
/// are made of.
///
/// # Examples
/// ```
/// use apportion::findings::UnitCounts;
/// use apportion::{Panel, PanelSchema};
///
/// let csv = "la,year,plans,children\nA,2017,40,9000\nA,2018,50,9100\nB,2017,c,5000\nB,2018,12,5100\n";
/// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year"))?;
/// let counts = UnitCounts::of(&panel, "plans", "children", 2017..=2018)?;
/// assert_eq!((counts.units[0].count, counts.units[0].population), (90.0, 18_100.0));
/// assert_eq!((counts.units[1].count, counts.units[1].population), (12.0, 5_100.0));
/// assert_eq!(counts.left_out, ["B 2017"]);
/// assert_eq!(counts.rate(), 102.0 / 23_200.0);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UnitCounts {
    /// The units with at least one period that has both, in the order of the panel.
    pub units: Vec<UnitCount>,
    /// The rows of these periods in which either is missing, whose other number is not summed.
    pub left_out: Vec<String>,
}

impl UnitCounts {
    /// The counts in one column of a panel and the populations in another, summed by unit over some periods. Sums leave
    /// out a row in which either is missing, so that both are of the same periods.
    ///
    /// # Errors
    /// [`DataError::NoKey`] without units or periods; [`DataError::UnknownColumn`] and [`DataError::NotANumber`] for the
    /// columns, [`DataError::Negative`] for what is below zero in them; [`EstimateError::TooFew`] where no row of these
    /// periods has both; [`EstimateError::NoPopulation`] for a unit that has no people.
    ///
    /// # Examples
    /// See [`UnitCounts`].
    pub fn of(panel: &Panel, count: &str, population: &str, periods: RangeInclusive<i32>) -> Result<UnitCounts> {
        const WHAT: &str = "counts by unit";
        panel.unit_column().ok_or_else(|| no_key(WHAT, "unit"))?;
        panel.period_column().ok_or_else(|| no_key(WHAT, "period"))?;
        let (mut units, mut left_out) = (Vec::<UnitCount>::new(), Vec::new());
        for row in panel.rows().filter(|row| row.period().is_some_and(|period| periods.contains(&period))) {
            let (Some(counted), Some(people)) = (amount(&row, panel, count)?, amount(&row, panel, population)?) else {
                left_out.push(row.label());
                continue;
            };
            let unit = row.unit().unwrap_or_default();
            // Rows of a unit stand together.
            match units.last_mut().filter(|last| last.unit == unit) {
                Some(UnitCount { n_periods, count, population, .. }) => {
                    *n_periods += 1;
                    *count += counted;
                    *population += people;
                }
                None => {
                    let label = match panel.label_columns() {
                        [] => None,
                        _ => panel.unit_name(unit)?.map(str::to_owned),
                    };
                    let unit = unit.to_owned();
                    units.push(UnitCount { unit, label, n_periods: 1, count: counted, population: people });
                }
            }
        }
        if units.is_empty() {
            let what = format!("rows with \"{count}\" and \"{population}\" in these periods");
            return Err(EstimateError::TooFew { what, expected: 1, found: 0 }.into());
        }
        if let Some(empty) = units.iter().find(|unit| unit.population <= 0.0) {
            let (column, unit) = (population.to_owned(), empty.unit.clone());
            let (period, found) = (None, Some(empty.population));
            return Err(EstimateError::NoPopulation { column, unit, period, found }.into());
        }
        Ok(UnitCounts { units, left_out })
    }

    /// All counts over all populations.
    ///
    /// # Examples
    /// See [`UnitCounts`].
    pub fn rate(&self) -> f64 {
        let sum = |of: fn(&UnitCount) -> f64| self.units.iter().map(of).sum::<f64>();
        sum(|unit| unit.count) / sum(|unit| unit.population)
    }
}

/// A number of a row that cannot be negative; `None` where it is missing.
fn amount(row: &Row<'_>, panel: &Panel, column: &str) -> Result<Option<f64>> {
    if let CellValue::Missing(_) = row.value(column)? {
        return Ok(None);
    }
    let value = row.number(column)?;
    if value < 0.0 {
        let (column, place) = (column.to_owned(), panel.place(row.index()));
        return Err(DataError::Negative { column, place, value }.into());
    }
    Ok(Some(value))
}
