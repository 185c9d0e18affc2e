//! What does a formula give in each row?
//!
//! Knows values and why they are missing; what the column is called and rounded to is not its business.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::error::{DerivationProblem, Error, Result, no_key};
use crate::panel::Panel;
use crate::panel::function::Function;
use crate::panel::missing::Missing;
use crate::panel::provenance::Quantity;

/// How a column follows from others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Formula {
    Sum(Vec<String>),
    Ratio { numerator: String, denominator: Option<String>, per: f64 },
    Log(String),
    Function { function: Function, column: String },
    Deflated { column: String, index: Vec<(i32, f64)>, base: i32 },
    Standardised(String),
    Lag { column: String, periods: i32 },
    Lead { column: String, periods: i32 },
    Change { column: String, periods: i32 },
    MovingAverage { column: String, periods: i32 },
}

type Value = std::result::Result<f64, Missing>;

/// A formula worked out.
pub(super) struct Worked {
    pub(super) values: Vec<Value>,
    pub(super) formula: String,
    pub(super) inputs: Vec<String>,
    pub(super) measured_in: Option<String>,
    pub(super) quantity: Option<Quantity>,
}

/// The panel that formulas are worked out on.
pub(super) struct Work<'a> {
    pub(super) panel: &'a Panel,
    pub(super) refuse: &'a dyn Fn(DerivationProblem) -> Error,
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

    /// Works a formula out, row by row.
    pub(super) fn out(&self, formula: &Formula) -> Result<Worked> {
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
            Formula::Function { function, column } => self.function(*function, column),
            Formula::Deflated { column, index, base } => self.deflated(column, index, *base),
            Formula::Standardised(column) => self.standardised(column),
            Formula::Lag { column, periods } => {
                self.earlier(column, *periods, |column, k| format!("{column} at t − {k}"), |_, earlier| earlier)
            }
            Formula::Lead { column, periods } => {
                let (rows, values) = (self.rows(*periods)?, self.values(column)?);
                let value = |row: usize| self.at(&rows, &values, row, -periods);
                Ok(self.in_its_units(
                    (0..values.len()).map(value).collect(),
                    format!("{column} at t + {periods}"),
                    column,
                ))
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

    fn function(&self, function: Function, column: &str) -> Result<Worked> {
        if let Function::Power(power) = function
            && !Function::POWERS.contains(&power)
        {
            return Err((self.refuse)(DerivationProblem::Power { power }));
        }
        let value = |value: Value| value.and_then(|x| function.of(x).ok_or(Missing::Undefined));
        Ok(Worked {
            values: self.values(column)?.into_iter().map(value).collect(),
            formula: function.written(column),
            inputs: vec![column.to_owned()],
            measured_in: self.unit(column).map(|unit| function.measured_in(&unit)),
            quantity: Some(Quantity::Score),
        })
    }

    /// Values of a column at other periods, which are measured as it is.
    fn in_its_units(&self, values: Vec<Value>, formula: String, column: &str) -> Worked {
        Worked {
            values,
            formula,
            inputs: vec![column.to_owned()],
            measured_in: self.unit(column),
            quantity: self.quantity(column),
        }
    }

    fn sum(&self, columns: &[String]) -> Result<Worked> {
        let [first, rest @ ..] = columns else {
            return Err((self.refuse)(DerivationProblem::NoColumn));
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
            return Err((self.refuse)(DerivationProblem::NoPopulation));
        };
        if !per.is_finite() || per == 0.0 {
            return Err((self.refuse)(DerivationProblem::Per { per }));
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
            Some(&price) => Err((self.refuse)(DerivationProblem::Price { period, price })),
            None => Err((self.refuse)(DerivationProblem::NoPrice { period })),
        };
        let base_price = price(base)?;
        let mut values = self.values(column)?;
        for (row, value) in values.iter_mut().enumerate() {
            let Some(period) = self.panel.period_of(row) else {
                return Err(no_key(format!("{column} in prices of a period"), "period"));
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
            return Err((self.refuse)(DerivationProblem::Constant { column: column.to_owned() }));
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
        let needs = |needs| no_key("a derivation from earlier values", needs);
        let units = self.panel.unit_indices().ok_or_else(|| needs("unit"))?;
        self.panel.period_indices().ok_or_else(|| needs("period"))?;
        if periods < 1 {
            return Err((self.refuse)(DerivationProblem::Periods { periods }));
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
        Ok(self.in_its_units((0..values.len()).map(value).collect(), formula(column, periods), column))
    }

    fn moving_average(&self, column: &str, periods: i32) -> Result<Worked> {
        let (rows, values) = (self.rows(periods)?, self.values(column)?);
        let value = |row: usize| {
            let sum = (0..periods).try_fold(0.0, |sum, k| Ok(sum + self.at(&rows, &values, row, k)?));
            sum.map(|sum: f64| sum / f64::from(periods))
        };
        let formula = format!("mean of {column} over t − {} to t", periods - 1);
        Ok(self.in_its_units((0..values.len()).map(value).collect(), formula, column))
    }
}
