//! Which columns follow from others, and by which formula?
//!
//! A derived column is missing where an input is, for the same reason; where the formula itself has no value it says
//! so.

mod formula;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::formula::{Formula, Work, Worked};
use super::Panel;
use super::column::Column;
use super::missing::Missing;
use super::provenance::Provenance;
use super::rows::check_weight;
use crate::error::{DataError, Error, Result};

/// Rates of children are published per this many.
const PER: f64 = 10_000.0;

/// A formula for a column in terms of others.
///
/// ```
/// use apportion::panel::Derivation;
/// use apportion::Panel;
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

    /// A value in the prices of a base period: value × index(base) / index(t), by an index of prices that the caller
    /// gives.
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
    /// A row is missing where an input is, with the mark of the first; where the unit has no row in an earlier period
    /// it is [`Missing::Absent`], and where the formula has no value (a ratio to zero, the logarithm of zero) it is
    /// [`Missing::Undefined`].
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`] and [`DataError::NotANumber`] for inputs; [`DataError::Derivation`] for a name that
    /// is taken, a formula that needs what the panel does not have, and options outside their range.
    pub fn derive(&self, name: impl Into<String>, derivation: &Derivation) -> Result<Panel> {
        let name = name.into();
        let refuse = |message: String| Error::from(DataError::Derivation { column: name.clone(), message });
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
    /// [`DataError::UnknownColumn`].
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
    /// [`DataError::UnknownColumn`], [`DataError::NotANumber`] and [`DataError::Negative`].
    pub fn with_population(mut self, column: impl Into<String>) -> Result<Panel> {
        let column = column.into();
        check_weight(&self.columns, &self.places, &column)?;
        self.population = Some(column);
        Ok(self)
    }

    /// Names the weight column: numbers of zero or more, which may be missing.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`], [`DataError::NotANumber`] and [`DataError::Negative`].
    pub fn with_weight(mut self, column: impl Into<String>) -> Result<Panel> {
        let column = column.into();
        check_weight(&self.columns, &self.places, &column)?;
        self.weight = Some(column);
        Ok(self)
    }
}

/// The number that the value prints as with so many decimals.
fn rounded(value: f64, decimals: u32) -> f64 {
    format!("{value:.*}", decimals.min(300) as usize).parse().unwrap_or(value)
}
