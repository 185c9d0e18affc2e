//! Which columns are a function of another, or its later values?

use super::Derivation;
use super::formula::Formula;
use crate::panel::function::Function;

impl Derivation {
    /// The square root; a negative value has none.
    ///
    /// ```
    /// use apportion::panel::{Derivation, Missing};
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("x", [9.0, -1.0]).build()?.derive("root", &Derivation::sqrt("x"))?;
    /// let root = panel.column("root")?;
    /// assert_eq!((root.numbers()?[0], root.missing(1)), (3.0, Some(Missing::Undefined)));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn sqrt(column: impl Into<String>) -> Self {
        Self::function(Function::Sqrt, column)
    }

    /// The inverse hyperbolic sine, log(x + √(x² + 1)): like a logarithm, of numbers of either sign and of zero.
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("x", [0.0, -2.0]).build()?.derive("a", &Derivation::asinh("x"))?;
    /// assert_eq!(panel.column("a")?.numbers()?, [0.0, (-2.0_f64).asinh()]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn asinh(column: impl Into<String>) -> Self {
        Self::function(Function::Asinh, column)
    }

    /// log(1 + x), of values above −1: a logarithm for counts that may be zero.
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("plans", [0.0, 3.0]).build()?.derive("l", &Derivation::log1p("plans"))?;
    /// assert_eq!(panel.column("l")?.numbers()?, [0.0, 3.0_f64.ln_1p()]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn log1p(column: impl Into<String>) -> Self {
        Self::function(Function::Log1p, column)
    }

    /// A power of the column, from 2 to 16.
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("age", [3.0]).build()?.measured_in("age", "years")?;
    /// let cubes = panel.derive("age3", &Derivation::power("age", 3))?;
    /// assert_eq!(cubes.provenance("age3")?.measured_in.as_deref(), Some("power 3 of years"));
    /// assert_eq!(panel.derive("age2", &Derivation::power("age", 2))?.column("age2")?.numbers()?, [9.0]);
    /// assert!(panel.derive("age0", &Derivation::power("age", 0)).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn power(column: impl Into<String>, power: u32) -> Self {
        Self::function(Function::Power(power), column)
    }

    /// The unit's value so many periods later, at period t + k.
    ///
    /// ```
    /// use apportion::panel::{Derivation, Missing};
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 1, 1]).periods([2016, 2017, 2019]).column("x", [1.0, 4.0, 9.0]).build()?;
    /// let panel = panel.derive("next", &Derivation::lead("x", 1))?;
    /// assert_eq!(panel.column("next")?.numbers()?[0], 4.0);
    /// // There is no 2018: a gap is not bridged.
    /// assert_eq!(panel.column("next")?.missing(1), Some(Missing::Absent));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn lead(column: impl Into<String>, periods: i32) -> Self {
        Self::new(Formula::Lead { column: column.into(), periods })
    }

    fn function(function: Function, column: impl Into<String>) -> Self {
        Self::new(Formula::Function { function, column: column.into() })
    }
}
