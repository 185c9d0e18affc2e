//! Which panel estimator is fitted, and how a two-word name of it is read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::choice::Choice;
use crate::error::Error;

/// A panel estimator: what is taken from the data before least squares.
///
/// With y_it = α + x_it'β + μ_i + λ_t + ε_it, and x̄_i the weighted mean of a unit over the rows of the sample:
///
/// | estimator | text | regression |
/// |---|---|---|
/// | [`Pooled`](Self::Pooled) | `pooled` | y_it on 1, x_it |
/// | [`Within`](Self::Within) | `within` | deviations from unit means: unit effects absorbed |
/// | [`WithinPeriod`](Self::WithinPeriod) | `within_period` | deviations from period means: period effects absorbed |
/// | [`Twoway`](Self::Twoway) | `twoway` | both absorbed, exactly, on unbalanced panels too |
/// | [`Between`](Self::Between) | `between` | ȳ_i on 1, x̄_i, one row for each unit |
/// | [`FirstDifference`](Self::FirstDifference) | `first_difference` | y_it − y_i,t−1 on 1, x_it − x_i,t−1; no difference reaches over a gap |
/// | [`Random`](Self::Random) | `random` | generalised least squares with random unit effects |
/// | [`RandomPeriod`](Self::RandomPeriod) | `random_period` | with random period effects |
/// | [`RandomTwoway`](Self::RandomTwoway) | `random_twoway` | with both |
/// | [`Mundlak`](Self::Mundlak) | `mundlak` | x_it − x̄_i and x̄_i side by side, with random unit effects |
///
/// With weights, a unit's row in the between regression has the sum of its rows' weights, a difference the weight
/// 2/(1/w + 1/w') of the two rows it is of, and W_i = Σ w stands for the number of a unit's rows in random effects.
/// Without weights, or with equal ones, each unit's mean counts the same.
///
/// # Examples
/// ```
/// use apportion::Estimator;
///
/// assert_eq!("twoway".parse::<Estimator>()?, Estimator::Twoway);
/// assert_eq!(Estimator::FirstDifference.to_string(), "first_difference");
/// assert_eq!(Estimator::default(), Estimator::Pooled);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Estimator {
    /// Ordinary least squares on all rows. The default: it needs neither units nor periods.
    #[default]
    Pooled,
    /// Unit effects absorbed.
    Within,
    /// Period effects absorbed.
    WithinPeriod,
    /// Unit and period effects absorbed.
    Twoway,
    /// The means of units.
    Between,
    /// Differences from the period before.
    FirstDifference,
    /// Random unit effects.
    Random,
    /// Random period effects.
    RandomPeriod,
    /// Random unit and period effects.
    RandomTwoway,
    /// Unit means and deviations from them, with random unit effects.
    Mundlak,
}

impl Estimator {
    /// All of them, in the order of the table above.
    pub const ALL: [Estimator; 10] = [
        Estimator::Pooled,
        Estimator::Within,
        Estimator::WithinPeriod,
        Estimator::Twoway,
        Estimator::Between,
        Estimator::FirstDifference,
        Estimator::Random,
        Estimator::RandomPeriod,
        Estimator::RandomTwoway,
        Estimator::Mundlak,
    ];

    /// Its text form.
    pub fn name(self) -> &'static str {
        match self {
            Estimator::Pooled => "pooled",
            Estimator::Within => "within",
            Estimator::WithinPeriod => "within_period",
            Estimator::Twoway => "twoway",
            Estimator::Between => "between",
            Estimator::FirstDifference => "first_difference",
            Estimator::Random => "random",
            Estimator::RandomPeriod => "random_period",
            Estimator::RandomTwoway => "random_twoway",
            Estimator::Mundlak => "mundlak",
        }
    }

    /// Whether unit effects are absorbed.
    pub(crate) fn absorbs_units(self) -> bool {
        matches!(self, Estimator::Within | Estimator::Twoway)
    }

    /// Whether period effects are absorbed.
    pub(crate) fn absorbs_periods(self) -> bool {
        matches!(self, Estimator::WithinPeriod | Estimator::Twoway)
    }

    /// Whether it regresses the rows of the sample, and takes nothing from them but effects.
    pub(crate) fn absorbs_alone(self) -> bool {
        self == Estimator::Pooled || self.absorbs_units() || self.absorbs_periods()
    }

    /// Whether the effects are random.
    pub(crate) fn is_random(self) -> bool {
        matches!(self, Estimator::Random | Estimator::RandomPeriod | Estimator::RandomTwoway | Estimator::Mundlak)
    }

    pub(crate) fn needs_units(self) -> bool {
        !matches!(self, Estimator::Pooled | Estimator::WithinPeriod)
    }

    pub(crate) fn needs_periods(self) -> bool {
        self.absorbs_periods()
            || matches!(self, Estimator::FirstDifference | Estimator::RandomPeriod | Estimator::RandomTwoway)
    }
}

impl Choice for Estimator {
    const OPTION: &'static str = "estimator";

    fn all() -> impl Iterator<Item = Self> {
        Estimator::ALL.into_iter()
    }

    fn name(&self) -> &'static str {
        Estimator::name(*self)
    }
}

impl fmt::Display for Estimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display(f)
    }
}

impl FromStr for Estimator {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Choice::parse(text)
    }
}
