//! Which columns follow from others, and by which formula?
//!
//! A derived column is missing where an input is, for the same reason; where the formula itself has no value it says so.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::provenance::{Provenance, Quantity};
use super::{Column, Missing, Panel};
use crate::error::{Error, Result};

/// Rates of children are published per this many.
const PER: f64 = 10_000.0;

/// A formula for a column in terms of others.
///
/// ```
/// use apportion::{Derivation, Panel};
/// let panel = Panel::builder()
///     .units([1, 1])
///     .periods([2017, 2018])
///     .column("plans", [43.0, f64::NAN])
///     .column("children", [10_000.0, 20_000.0])
///     .build()?
///     .measured_in("children", "children")?
///     .with_population("children")?
///     .derive("plan_rate", &Derivation::rate("plans"))?;
/// assert_eq!(panel.column("plan_rate")?.numbers()?[0], 43.0);
/// assert_eq!(panel.provenance("plan_rate")?.to_string(), "= 10000 × plans / children");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Derivation {
    formula: Formula,
    measured_in: Option<String>,
    decimals: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Formula {
    Sum(Vec<String>),
    Ratio { numerator: String, denominator: Option<String>, per: f64 },
    Log(String),
    Deflated { column: String, index: Vec<(i32, f64)>, base: i32 },
    Standardised(String),
    Lag { column: String, periods: i32 },
    Change { column: String, periods: i32 },
    MovingAverage { column: String, periods: i32 },
}

impl Derivation {
    fn new(formula: Formula) -> Self {
        Derivation { formula, measured_in: None, decimals: None }
    }

    /// The sum of columns.
    pub fn sum<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self::new(Formula::Sum(columns.into_iter().map(Into::into).collect()))
    }

    /// One column divided by another, such as spending per child; see [`Derivation::per`].
    pub fn ratio(numerator: impl Into<String>, denominator: impl Into<String>) -> Self {
        let (numerator, denominator) = (numerator.into(), Some(denominator.into()));
        Self::new(Formula::Ratio { numerator, denominator, per: 1.0 })
    }

    /// A count per 10,000 of the panel's population, its exposure; see [`Derivation::per`].
    pub fn rate(count: impl Into<String>) -> Self {
        Self::new(Formula::Ratio { numerator: count.into(), denominator: None, per: PER })
    }

    /// So many times the ratio. Default: 1 for [`Derivation::ratio`], 10,000 for [`Derivation::rate`], as children's
    /// statistics are published. Nothing for other formulas.
    pub fn per(mut self, times: f64) -> Self {
        if let Formula::Ratio { per, .. } = &mut self.formula {
            *per = times;
        }
        self
    }

    /// The natural logarithm; a value of zero or less has none.
    pub fn log(column: impl Into<String>) -> Self {
        Self::new(Formula::Log(column.into()))
    }

    /// A value in the prices of a base period: value × index(base) / index(t), by an index of prices that the caller gives.
    pub fn deflated(column: impl Into<String>, index: &[(i32, f64)], base: i32) -> Self {
        Self::new(Formula::Deflated { column: column.into(), index: index.to_vec(), base })
    }

    /// (value − mean) / sd over all rows that have a value, sd with n − 1.
    pub fn standardised(column: impl Into<String>) -> Self {
        Self::new(Formula::Standardised(column.into()))
    }

    /// The unit's value so many periods earlier, at period t − k.
    pub fn lag(column: impl Into<String>, periods: i32) -> Self {
        Self::new(Formula::Lag { column: column.into(), periods })
    }

    /// The value less the unit's value so many periods earlier.
    pub fn change(column: impl Into<String>, periods: i32) -> Self {
        Self::new(Formula::Change { column: column.into(), periods })
    }

    /// The mean of the unit's values in the last so many periods, this one included; all of them are needed.
    pub fn moving_average(column: impl Into<String>, periods: i32) -> Self {
        Self::new(Formula::MovingAverage { column: column.into(), periods })
    }

    /// Rounds to so many decimals, as printing does. Default: not rounded.
    pub fn rounded(mut self, decimals: u32) -> Self {
        self.decimals = Some(decimals);
        self
    }

    /// What the result is measured in. Default: worked out from the inputs where they say so.
    pub fn measured_in(mut self, unit: impl Into<String>) -> Self {
        self.measured_in = Some(unit.into());
        self
    }
}

impl Panel {
    /// Adds a column worked out from others.
    ///
    /// A row is missing where an input is, with the mark of the first; where the unit has no row in an earlier period it is
    /// [`Missing::Absent`], and where the formula has no value (a ratio to zero, the logarithm of zero) it is
    /// [`Missing::Undefined`].
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`] and [`Error::NotANumber`] for inputs; [`Error::Derivation`] for a name that is taken, a
    /// formula that needs what the panel does not have, and options outside their range.
    pub fn derive(&self, name: impl Into<String>, derivation: &Derivation) -> Result<Panel> {
        let name = name.into();
        let refuse = |message: String| Error::Derivation { column: name.clone(), message };
        let taken = [self.unit_column(), self.period_column()].into_iter().flatten().any(|key| key == name);
        if name.is_empty() || name.trim() != name || taken || self.has_column(&name) {
            return Err(refuse("the panel has a column of that name, or it is no name: choose another".to_owned()));
        }
        let work = Work { panel: self, refuse: &refuse };
        let Worked { values, formula, inputs, measured_in, quantity } = work.out(&derivation.formula)?;
        let values = values.into_iter().map(|value| match (value, derivation.decimals) {
            (Ok(value), _) if !value.is_finite() => Err(Missing::Undefined),
            (Ok(value), Some(decimals)) => Ok(rounded(value, decimals)),
            (value, _) => value,
        });
        let formula = match derivation.decimals {
            Some(decimals) => format!("{formula}, rounded to {decimals} decimals"),
            None => formula,
        };
        let mut provenance = Provenance::derived(formula, inputs);
        provenance.measured_in = derivation.measured_in.clone().or(measured_in);
        provenance.quantity = quantity;
        let column = Column::from_values(name.clone(), values)?.with_provenance(Arc::new(provenance));
        let mut panel = self.clone();
        Arc::make_mut(&mut panel.columns).push(column);
        Ok(panel)
    }

    /// Says what a column is measured in.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`].
    pub fn measured_in(mut self, column: &str, unit: impl Into<String>) -> Result<Panel> {
        let mut provenance = self.provenance(column)?.clone();
        provenance.measured_in = Some(unit.into());
        let columns = Arc::make_mut(&mut self.columns);
        for named in columns.iter_mut().filter(|there| there.name() == column) {
            *named = named.clone().with_provenance(Arc::new(provenance.clone()));
        }
        Ok(self)
    }

    /// Names the population column, the exposure of rates: numbers of zero or more, which may be missing.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`], [`Error::NotANumber`] and [`Error::Negative`].
    pub fn with_population(mut self, column: impl Into<String>) -> Result<Panel> {
        let column = column.into();
        super::rows::check_weight(&self.columns, &self.places, &column)?;
        self.population = Some(column);
        Ok(self)
    }

    /// Names the weight column: numbers of zero or more, which may be missing.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`], [`Error::NotANumber`] and [`Error::Negative`].
    pub fn with_weight(mut self, column: impl Into<String>) -> Result<Panel> {
        let column = column.into();
        super::rows::check_weight(&self.columns, &self.places, &column)?;
        self.weight = Some(column);
        Ok(self)
    }
}

type Value = std::result::Result<f64, Missing>;

/// A formula worked out.
struct Worked {
    values: Vec<Value>,
    formula: String,
    inputs: Vec<String>,
    measured_in: Option<String>,
    quantity: Option<Quantity>,
}

struct Work<'a> {
    panel: &'a Panel,
    refuse: &'a dyn Fn(String) -> Error,
}

impl Work<'_> {
    fn values(&self, column: &str) -> Result<Vec<Value>> {
        let column = self.panel.column(column)?;
        Ok((0..column.numbers()?.len()).map(|row| column.value(row)).collect())
    }

    fn unit(&self, column: &str) -> Option<String> {
        self.panel.provenance(column).ok()?.measured_in.clone()
    }

    fn quantity(&self, column: &str) -> Option<Quantity> {
        self.panel.provenance(column).ok()?.quantity
    }

    fn out(&self, formula: &Formula) -> Result<Worked> {
        match formula {
            Formula::Sum(columns) => self.sum(columns),
            Formula::Ratio { numerator, denominator, per } => self.ratio(numerator, denominator.as_deref(), *per),
            Formula::Log(column) => Ok(Worked {
                values: self.values(column)?.into_iter().map(|v| v.map(f64::ln)).collect(),
                formula: format!("log({column})"),
                inputs: vec![column.clone()],
                measured_in: self.unit(column).map(|unit| format!("log of {unit}")),
                quantity: Some(Quantity::Score),
            }),
            Formula::Deflated { column, index, base } => self.deflated(column, index, *base),
            Formula::Standardised(column) => self.standardised(column),
            Formula::Lag { column, periods } => {
                self.earlier(column, *periods, |column, k| format!("{column} at t − {k}"), |_, earlier| earlier)
            }
            Formula::Change { column, periods } => self.earlier(
                column,
                *periods,
                |column, k| format!("{column} less {column} at t − {k}"),
                |now, earlier| Ok(now? - earlier?),
            ),
            Formula::MovingAverage { column, periods } => self.moving_average(column, *periods),
        }
    }

    fn sum(&self, columns: &[String]) -> Result<Worked> {
        let [first, rest @ ..] = columns else {
            return Err((self.refuse)("a sum needs at least one column".to_owned()));
        };
        let mut values = self.values(first)?;
        for column in rest {
            for (sum, value) in values.iter_mut().zip(self.values(column)?) {
                *sum = sum.and_then(|sum| value.map(|value| sum + value));
            }
        }
        let alike = |of: &dyn Fn(&str) -> Option<String>| {
            let first = of(first)?;
            rest.iter().all(|column| of(column).as_ref() == Some(&first)).then_some(first)
        };
        let counts = columns.iter().all(|column| self.quantity(column) == Some(Quantity::Count));
        Ok(Worked {
            values,
            formula: columns.join(" + "),
            inputs: columns.to_vec(),
            measured_in: alike(&|column| self.unit(column)),
            quantity: counts.then_some(Quantity::Count),
        })
    }

    fn ratio(&self, numerator: &str, denominator: Option<&str>, per: f64) -> Result<Worked> {
        let Some(denominator) = denominator.or_else(|| self.panel.population_column()) else {
            let message = "a rate needs the panel's population: name it with with_population(), or use ratio()";
            return Err((self.refuse)(message.to_owned()));
        };
        if !per.is_finite() || per == 0.0 {
            return Err((self.refuse)(format!("per is {per}: it must be a number other than zero")));
        }
        let divide = |(a, b): (Value, Value)| match (a?, b?) {
            (_, 0.0) => Err(Missing::Undefined),
            (a, b) => Ok(per * a / b),
        };
        let values = self.values(numerator)?.into_iter().zip(self.values(denominator)?).map(divide).collect();
        let (times, each) =
            if per == 1.0 { (String::new(), String::new()) } else { (format!("{per} × "), format!("{per} ")) };
        let measured_in = match (self.unit(numerator), self.unit(denominator)) {
            (Some(a), Some(b)) => Some(format!("{a} per {each}{b}")),
            _ => None,
        };
        Ok(Worked {
            values,
            formula: format!("{times}{numerator} / {denominator}"),
            inputs: vec![numerator.to_owned(), denominator.to_owned()],
            measured_in,
            quantity: Some(Quantity::Rate),
        })
    }

    fn deflated(&self, column: &str, index: &[(i32, f64)], base: i32) -> Result<Worked> {
        let prices: HashMap<i32, f64> = index.iter().copied().collect();
        let price = |period: i32| match prices.get(&period) {
            Some(price) if price.is_finite() && *price > 0.0 => Ok(*price),
            Some(price) => Err((self.refuse)(format!("the index of {period} is {price}: it must be above zero"))),
            None => Err((self.refuse)(format!("the index of prices has no value for {period}: add it"))),
        };
        let base_price = price(base)?;
        let mut values = self.values(column)?;
        for (row, value) in values.iter_mut().enumerate() {
            let Some(period) = self.panel.period_of(row) else {
                return Err((self.refuse)("deflation needs periods: name the period column".to_owned()));
            };
            let factor = base_price / price(period)?;
            *value = value.map(|value| value * factor);
        }
        Ok(Worked {
            values,
            formula: format!("{column} in prices of {base}"),
            inputs: vec![column.to_owned()],
            measured_in: self.unit(column).map(|unit| format!("{unit} in prices of {base}")),
            quantity: self.quantity(column),
        })
    }

    fn standardised(&self, column: &str) -> Result<Worked> {
        let values = self.values(column)?;
        let present: Vec<f64> = values.iter().filter_map(|value| value.ok()).collect();
        let n = present.len() as f64;
        let mean = present.iter().sum::<f64>() / n;
        let sd = (present.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let magnitude = present.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        // Below this it is the rounding of the mean.
        if !(sd.is_finite() && sd > 1e-14 * magnitude) {
            return Err((self.refuse)(format!("{column} does not vary, so it cannot be standardised")));
        }
        Ok(Worked {
            values: values.into_iter().map(|value| value.map(|value| (value - mean) / sd)).collect(),
            formula: format!("({column} − {mean}) / {sd}"),
            inputs: vec![column.to_owned()],
            measured_in: Some("standard deviations".to_owned()),
            quantity: Some(Quantity::Score),
        })
    }

    /// The rows by unit and period.
    fn rows(&self, periods: i32) -> Result<HashMap<(u32, i32), usize>> {
        let (Some(units), Some(_)) = (self.panel.unit_indices(), self.panel.period_indices()) else {
            return Err((self.refuse)("earlier values need units and periods: name both columns".to_owned()));
        };
        if periods < 1 {
            return Err((self.refuse)(format!("{periods} periods: it must be at least one")));
        }
        let key = |(row, &unit): (usize, &u32)| Some(((unit, self.panel.period_of(row)?), row));
        Ok(units.iter().enumerate().filter_map(key).collect())
    }

    /// The value of a row so many periods earlier.
    fn at(&self, rows: &HashMap<(u32, i32), usize>, values: &[Value], row: usize, earlier: i32) -> Value {
        let unit = self.panel.unit_indices().and_then(|units| units.get(row).copied());
        let period = self.panel.period_of(row).and_then(|period| period.checked_sub(earlier));
        let found = unit.zip(period).and_then(|key| rows.get(&key));
        found.map_or(Err(Missing::Absent), |&row| values[row])
    }

    fn earlier(
        &self,
        column: &str,
        periods: i32,
        formula: impl Fn(&str, i32) -> String,
        combine: impl Fn(Value, Value) -> Value,
    ) -> Result<Worked> {
        let (rows, values) = (self.rows(periods)?, self.values(column)?);
        let value = |row: usize| combine(values[row], self.at(&rows, &values, row, periods));
        Ok(Worked {
            values: (0..values.len()).map(value).collect(),
            formula: formula(column, periods),
            inputs: vec![column.to_owned()],
            measured_in: self.unit(column),
            quantity: self.quantity(column),
        })
    }

    fn moving_average(&self, column: &str, periods: i32) -> Result<Worked> {
        let (rows, values) = (self.rows(periods)?, self.values(column)?);
        let value = |row: usize| {
            let sum = (0..periods).try_fold(0.0, |sum, k| Ok(sum + self.at(&rows, &values, row, k)?));
            sum.map(|sum: f64| sum / f64::from(periods))
        };
        Ok(Worked {
            values: (0..values.len()).map(value).collect(),
            formula: format!("mean of {column} over t − {} to t", periods - 1),
            inputs: vec![column.to_owned()],
            measured_in: self.unit(column),
            quantity: self.quantity(column),
        })
    }
}

/// The number that the value prints as with so many decimals.
fn rounded(value: f64, decimals: u32) -> f64 {
    format!("{value:.*}", decimals.min(300) as usize).parse().unwrap_or(value)
}
