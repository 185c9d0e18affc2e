//! How the outcome varies about what is expected of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::choice::Choice;
use crate::error::Error;

/// The family of distributions that an outcome is from.
///
/// | family | text | expected outcome | variance |
/// |---|---|---|---|
/// | [`Gaussian`](Self::Gaussian) | `gaussian` | linear in the columns | the same everywhere |
/// | [`Poisson`](Self::Poisson) | `poisson` | μ = exposure × rate, the rate's logarithm linear | μ |
/// | [`NegativeBinomial`](Self::NegativeBinomial) | `negative_binomial` | the same | μ + μ²/θ |
///
/// # Examples
/// ```
/// use apportion::model::Family;
///
/// assert_eq!("negative_binomial".parse::<Family>()?, Family::NegativeBinomial);
/// assert_eq!((Family::default().to_string().as_str(), Family::Poisson.is_of_counts()), ("gaussian", true));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Family {
    /// Least squares. The default: it is right about means whatever the outcome's distribution.
    #[default]
    Gaussian,
    /// Counts that vary as chance has it.
    Poisson,
    /// Counts that vary more than that.
    NegativeBinomial,
}

impl Family {
    /// All of them, in the order of the table above.
    pub const ALL: [Family; 3] = [Family::Gaussian, Family::Poisson, Family::NegativeBinomial];

    /// Its text form.
    pub fn name(self) -> &'static str {
        match self {
            Family::Gaussian => "gaussian",
            Family::Poisson => "poisson",
            Family::NegativeBinomial => "negative_binomial",
        }
    }

    /// Whether outcomes are counts.
    pub fn is_of_counts(self) -> bool {
        self != Family::Gaussian
    }
}

impl Choice for Family {
    const OPTION: &'static str = "family";

    fn all() -> impl Iterator<Item = Self> {
        Family::ALL.into_iter()
    }

    fn name(&self) -> &'static str {
        Family::name(*self)
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display(f)
    }
}

impl FromStr for Family {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Choice::parse(text)
    }
}
