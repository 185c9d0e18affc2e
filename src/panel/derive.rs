//! Which columns follow from others, and by which formula?
//!
//! A derived column is missing where an input is, for the same reason; where the formula itself has no value it says
//! so.

mod formula;
mod several;
mod transformed;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::formula::{Formula, Work, Worked};
use super::Panel;
use super::column::Column;
use super::missing::Missing;
use super::provenance::Provenance;
use super::rows::check_weight;
use crate::error::{DataError, DerivationProblem, Error, Result};

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
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("agency", [10.0, 20.0]).column("own", [1.0, f64::NAN]).build()?;
    /// let panel = panel.derive("staff", &Derivation::sum(["agency", "own"]))?;
    /// assert_eq!(panel.column("staff")?.numbers()?[0], 11.0);
    /// assert_eq!(panel.column("staff")?.n_missing(), 1);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn sum<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self::new(Formula::Sum(columns.into_iter().map(Into::into).collect()))
    }

    /// One column divided by another, such as spending per child; see [`Derivation::per`].
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("vacancies", [5.0]).column("posts", [20.0]).build()?;
    /// let panel = panel.derive("vacancy_pct", &Derivation::ratio("vacancies", "posts").per(100.0))?;
    /// assert_eq!(panel.column("vacancy_pct")?.numbers()?, [25.0]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn ratio(numerator: impl Into<String>, denominator: impl Into<String>) -> Self {
        let (numerator, denominator) = (numerator.into(), Some(denominator.into()));
        Self::new(Formula::Ratio { numerator, denominator, per: 1.0 })
    }

    /// A count per 10,000 of the panel's population, its exposure; see [`Derivation::per`].
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let builder = Panel::builder().column("plans", [43.0]).column("children", [20_000.0]).population("children");
    /// let panel = builder.build()?.derive("per_10_000", &Derivation::rate("plans"))?;
    /// let panel = panel.derive("per_100", &Derivation::rate("plans").per(100.0))?;
    /// assert_eq!(panel.column("per_10_000")?.numbers()?, [21.5]);
    /// assert!((panel.column("per_100")?.numbers()?[0] - 0.215).abs() < 1e-15);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn rate(count: impl Into<String>) -> Self {
        Self::new(Formula::Ratio { numerator: count.into(), denominator: None, per: PER })
    }

    /// So many times the ratio. Default: 1 for [`Derivation::ratio`], 10,000 for [`Derivation::rate`], as children's
    /// statistics are published. Nothing for other formulas.
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("spend", [3.0]).column("children", [4.0]).build()?;
    /// let panel = panel.derive("per_thousand", &Derivation::ratio("spend", "children").per(1_000.0))?;
    /// assert_eq!(panel.column("per_thousand")?.numbers()?, [750.0]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn per(mut self, times: f64) -> Self {
        if let Formula::Ratio { per, .. } = &mut self.formula {
            *per = times;
        }
        self
    }

    /// The natural logarithm; a value of zero or less has none.
    ///
    /// ```
    /// use apportion::panel::{Derivation, Missing};
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("spend", [1.0, 0.0]).build()?;
    /// let panel = panel.derive("log_spend", &Derivation::log("spend"))?;
    /// let log = panel.column("log_spend")?;
    /// assert_eq!((log.numbers()?[0], log.missing(1)), (0.0, Some(Missing::Undefined)));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn log(column: impl Into<String>) -> Self {
        Self::new(Formula::Log(column.into()))
    }

    /// A value in the prices of a base period: value × index(base) / index(t), by an index of prices that the caller
    /// gives.
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 1]).periods([2017, 2018]).column("spend", [500.0, 500.0]).build()?;
    /// // What cost 500 in 2017, when prices stood at 100 rather than 125, cost 625 in the prices of 2018.
    /// let real = panel.derive("real", &Derivation::deflated("spend", &[(2017, 100.0), (2018, 125.0)], 2018))?;
    /// assert_eq!(real.column("real")?.numbers()?, [625.0, 500.0]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn deflated(column: impl Into<String>, index: &[(i32, f64)], base: i32) -> Self {
        Self::new(Formula::Deflated { column: column.into(), index: index.to_vec(), base })
    }

    /// (value − mean) / sd over all rows that have a value, sd with n − 1.
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("x", [1.0, 2.0, 3.0]).build()?.derive("z", &Derivation::standardised("x"))?;
    /// assert_eq!(panel.column("z")?.numbers()?, [-1.0, 0.0, 1.0]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn standardised(column: impl Into<String>) -> Self {
        Self::new(Formula::Standardised(column.into()))
    }

    /// The unit's value so many periods earlier, at period t − k.
    ///
    /// ```
    /// use apportion::panel::{Derivation, Missing};
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 1, 1]).periods([2016, 2017, 2019]).column("x", [1.0, 4.0, 9.0]).build()?;
    /// let panel = panel.derive("before", &Derivation::lag("x", 1))?.derive("change", &Derivation::change("x", 1))?;
    /// assert_eq!((panel.column("before")?.numbers()?[1], panel.column("change")?.numbers()?[1]), (1.0, 3.0));
    /// // There is no 2018: a gap is not bridged.
    /// assert_eq!(panel.column("before")?.missing(2), Some(Missing::Absent));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn lag(column: impl Into<String>, periods: i32) -> Self {
        Self::new(Formula::Lag { column: column.into(), periods })
    }

    /// The value less the unit's value so many periods earlier.
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 1]).periods([2017, 2018]).column("x", [3.0, 5.0]).build()?;
    /// let panel = panel.derive("change", &Derivation::change("x", 1))?;
    /// assert_eq!((panel.column("change")?.numbers()?[1], panel.column("change")?.n_missing()), (2.0, 1));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn change(column: impl Into<String>, periods: i32) -> Self {
        Self::new(Formula::Change { column: column.into(), periods })
    }

    /// The mean of the unit's values in the last so many periods, this one included; all of them are needed.
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 1, 1]).periods([1, 2, 3]).column("x", [1.0, 4.0, 10.0]).build()?;
    /// let panel = panel.derive("mean", &Derivation::moving_average("x", 3))?;
    /// assert_eq!((panel.column("mean")?.n_missing(), panel.column("mean")?.numbers()?[2]), (2, 5.0));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn moving_average(column: impl Into<String>, periods: i32) -> Self {
        Self::new(Formula::MovingAverage { column: column.into(), periods })
    }

    /// Rounds to so many decimals, as printing does. Default: not rounded.
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("a", [2.0]).column("b", [3.0]).build()?;
    /// let ratio = Derivation::ratio("a", "b").rounded(2).measured_in("places per child");
    /// let panel = panel.derive("places", &ratio)?;
    /// assert_eq!(panel.column("places")?.numbers()?, [0.67]);
    /// assert_eq!(panel.provenance("places")?.measured_in.as_deref(), Some("places per child"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
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
    /// [`DataError::UnknownColumn`] and [`DataError::NotANumber`] for inputs; [`DataError::NoKey`] for a
    /// formula over time without units or periods; [`DataError::Derivation`] for a name that is taken, a rate without a
    /// population, and options outside their range.
    ///
    /// ```
    /// use apportion::panel::{Derivation, Missing};
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("spend", [900.0, 500.0]).column("children", [3.0, 0.0]).build()?;
    /// let panel = panel.derive("spend_per_child", &Derivation::ratio("spend", "children"))?;
    /// let per_child = panel.column("spend_per_child")?;
    /// assert_eq!((per_child.numbers()?[0], per_child.missing(1)), (300.0, Some(Missing::Undefined)));
    /// assert!(panel.derive("spend", &Derivation::log("children")).is_err(), "the name is taken");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn derive(&self, name: impl Into<String>, derivation: &Derivation) -> Result<Panel> {
        let name = name.into();
        let refuse = |why| Error::from(DataError::Derivation { column: name.clone(), why });
        if !self.is_new_name(&name) {
            return Err(refuse(DerivationProblem::Name));
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

    /// Names the population column, the exposure of rates: numbers of zero or more, which may be missing.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`], [`DataError::NotANumber`] and [`DataError::Negative`].
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("children", [4e4, 5e4]).build()?.with_population("children")?;
    /// assert_eq!(panel.population_column(), Some("children"));
    /// let negative = Panel::builder().column("children", [4e4, -1.0]).build()?;
    /// assert!(negative.with_population("children").unwrap_err().to_string().contains("-1"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
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
    ///
    /// ```
    /// use apportion::{Model, Panel};
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [0.0, 1.0, 1.0]);
    /// let panel = panel.column("w", [1.0, 3.0, 0.0]).build()?.with_weight("w")?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// assert_eq!(fit.sample().audit(), "1 (weight w is zero)");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with_weight(mut self, column: impl Into<String>) -> Result<Panel> {
        let column = column.into();
        check_weight(&self.columns, &self.places, &column)?;
        self.weight = Some(column);
        Ok(self)
    }
}

/// Powers of ten by which values are scaled to be rounded without printing them.
const SCALES: [f64; 7] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

/// Scaled values below this are off by less than a thousandth.
const SCALED_BELOW: f64 = (1_u64 << 42) as f64;

/// The number that the value prints as with so many decimals.
fn rounded(value: f64, decimals: u32) -> f64 {
    // Printing takes most of the time of a derived column. A whole number of few digits divided by a power of ten is what
    // its decimals read as; which whole number it is may only be in doubt next to a half.
    if let Some(scale) = SCALES.get(decimals as usize) {
        let scaled = value * scale;
        if scaled.abs() < SCALED_BELOW && (scaled.abs().fract() - 0.5).abs() > 1e-3 {
            return scaled.round() / scale;
        }
    }
    format!("{value:.*}", decimals.min(300) as usize).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn printed(value: f64, decimals: u32) -> f64 {
        format!("{value:.*}", decimals as usize).parse().unwrap()
    }

    #[test]
    fn halves_and_signs_round_as_they_print() {
        for value in
            [0.5, 1.5, 2.5, -0.5, 0.125, 1.005, 2.675, -0.00001, 0.0, -0.0, 65.58445, 1e300, 4_503_599_627_370_497.5]
        {
            for decimals in 0..9 {
                assert_eq!(
                    rounded(value, decimals).to_bits(),
                    printed(value, decimals).to_bits(),
                    "{value} {decimals}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn values_round_as_they_print(whole in -1e6..1e6, decimals in 0_u32..9, near_half in any::<bool>()) {
            let half = 0.5 / 10_f64.powi(decimals as i32);
            let value = if near_half { printed(whole, decimals) + half } else { whole };
            prop_assert_eq!(rounded(value, decimals).to_bits(), printed(value, decimals).to_bits());
        }
    }
}
