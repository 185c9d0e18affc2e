//! Which functions of one number may a term or a derived column be?
//!
//! The logarithm is not among them: it has a term, a formula and a reason of its own.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A function of one number.
///
/// ```
/// use apportion::panel::Function;
/// assert_eq!(Function::Sqrt.of(9.0), Some(3.0));
/// assert_eq!(Function::Power(3).of(-2.0), Some(-8.0));
/// assert_eq!(Function::Asinh.of(0.0), Some(0.0));
/// // Below −1 there is no logarithm of one more.
/// assert_eq!(Function::Log1p.of(-2.0), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Function {
    /// √x; a negative number has none.
    Sqrt,
    /// asinh x = log(x + √(x² + 1)): like a logarithm for large numbers of either sign, and 0 at 0.
    Asinh,
    /// log(1 + x), of numbers above −1; 0 at 0.
    Log1p,
    /// x to a power from 2 to 16.
    Power(u32),
}

impl Function {
    /// The powers there are: higher ones of a column say nothing that rounding leaves.
    pub(crate) const POWERS: std::ops::RangeInclusive<u32> = 2..=16;

    /// Its value at a number; `None` where it has none, or none that is finite.
    ///
    /// See the example of [`Function`].
    pub fn of(self, x: f64) -> Option<f64> {
        let value = match self {
            Function::Sqrt => x.sqrt(),
            Function::Asinh => x.asinh(),
            Function::Log1p => x.ln_1p(),
            // By products, which round alike on every machine.
            Function::Power(power) => (0..power).fold(1.0, |product, _| product * x),
        };
        Some(value).filter(|value| value.is_finite())
    }

    /// How it is called in text.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Function::Sqrt => "sqrt",
            Function::Asinh => "asinh",
            Function::Log1p => "log1p",
            Function::Power(_) => "power",
        }
    }

    /// What its values are measured in, of numbers that are measured in `unit`.
    pub(super) fn measured_in(self, unit: &str) -> String {
        match self {
            Function::Power(power) => format!("power {power} of {unit}"),
            other => format!("{} of {unit}", other.name()),
        }
    }

    /// The function of something, as a term writes it: `sqrt(x)`, `power(x, 2)`.
    pub(crate) fn written(self, inner: impl fmt::Display) -> String {
        match self {
            Function::Power(power) => format!("power({inner}, {power})"),
            other => format!("{}({inner})", other.name()),
        }
    }
}
