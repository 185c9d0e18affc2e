//! What if coalitions are worth something else than R²?
//!
//! A [`Game`] holds a value for every coalition of named components, whatever it means: a fit statistic of models that
//! were refitted, a cost, a criterion. The methods that need no more than values split it as they split R².

mod methods;
mod refit;
mod statistics;

pub use refit::Score;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::coalitions::coalition::Coalition;
use super::coalitions::table::{CoalitionTable, MOST_IN_TABLE};
use super::detail::Detail;
use super::method::Method;
use crate::error::{Error, EstimateError, QuestionError, Result};
use crate::fit::LARGEST;

/// A value for every coalition of named components.
///
/// # Examples
/// ```
/// use apportion::decompose::{Coalition, Game};
///
/// // A glove is worth nothing without its partner.
/// let worth = |hands: Coalition| -> Result<f64, std::io::Error> { Ok(if hands.len() == 2 { 1.0 } else { 0.0 }) };
/// let game = Game::new(["left", "right"], worth)?.named("pairs");
/// let shapley = game.shapley()?;
/// assert_eq!((shapley.value("left")?, shapley.value("right")?), (0.5, 0.5));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Game {
    statistic: String,
    names: Vec<String>,
    values: CoalitionTable,
}

/// A game as it is written; reading checks that there is a value for every coalition.
#[derive(Serialize, Deserialize)]
struct Stored {
    statistic: String,
    names: Vec<String>,
    values: Vec<f64>,
}

impl From<Game> for Stored {
    fn from(game: Game) -> Self {
        Stored { statistic: game.statistic, names: game.names, values: game.values.values }
    }
}

impl TryFrom<Stored> for Game {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let names = checked(stored.names)?;
        let (k, coalitions) = (names.len(), 1_u64 << names.len());
        if stored.values.len() as u64 != coalitions {
            return Err(QuestionError::Option {
                option: "the number of values of a stored game",
                expected: format!("with {k} components there must be {coalitions}, one for each coalition"),
                found: stored.values.len().to_string(),
            }
            .into());
        }
        let check = |(bits, &value): (u64, &f64)| {
            checked_value(&names, Coalition::from_bits(bits), |_| Ok::<_, Error>(value)).map(|_| ())
        };
        (0..coalitions).zip(&stored.values).try_for_each(check)?;
        Ok(Game::of(names, stored.values).named(stored.statistic))
    }
}

/// The value of all components together, split among them.
///
/// # Examples
/// ```
/// use apportion::decompose::{Coalition, Game};
///
/// // What each of two adds alone, and one more for both together.
/// let worth = |s: Coalition| Ok::<_, std::io::Error>([10.0, 12.0, 15.0, 18.0][s.bits() as usize]);
/// let shapley = Game::new(["a", "b"], worth)?.named("pounds").shapley()?;
/// assert_eq!((shapley.statistic.as_str(), shapley.empty, shapley.whole), ("pounds", 10.0, 18.0));
/// assert_eq!((shapley.value("a")?, shapley.value("b")?), (2.5, 5.5));
/// assert_eq!(shapley.components[1].proportion, 5.5 / 8.0);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Attribution {
    /// What the values are.
    pub statistic: String,
    /// How they were split.
    #[serde(flatten)]
    pub method: Method,
    /// One for each component.
    pub components: Vec<Credit>,
    /// The value without any component, which is credited to nobody.
    pub empty: f64,
    /// The value of all components together.
    pub whole: f64,
    /// What the method says beyond; its values are on the statistic's own scale.
    pub detail: Detail,
}

/// What a component is credited with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Credit {
    /// The component.
    pub name: String,
    /// Its part, on the statistic's own scale.
    pub value: f64,
    /// The same as a part of what there was to credit, whole − empty; zero where that is zero.
    pub proportion: f64,
}

impl Attribution {
    /// A component's part, on the statistic's own scale.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not among them.
    pub fn value(&self, name: &str) -> Result<f64> {
        self.components.iter().find(|c| c.name == name).map(|c| c.value).ok_or_else(|| {
            Error::from(QuestionError::UnknownComponent {
                component: name.to_string(),
                available: self.components.iter().map(|c| c.name.clone()).collect(),
            })
        })
    }
}

impl Game {
    /// Asks for the value of every coalition once, one after the other, the empty one first.
    ///
    /// # Errors
    /// [`EstimateError::Value`] with the first error of `value`, or for a value that is not a number or beyond ±1e290,
    /// whose sums leave the range of doubles; [`QuestionError::TooFew`] without a component;
    /// [`EstimateError::TooManyComponents`] beyond 24 components; [`QuestionError::ComponentName`] for a blank one;
    /// [`QuestionError::DuplicateComponent`].
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Game};
    ///
    /// // The positions of a coalition are those of the names.
    /// let mut asked = Vec::new();
    /// let game = Game::new(["a", "b"], |s: Coalition| {
    ///     asked.push(s.members().collect::<Vec<_>>());
    ///     Ok::<_, std::io::Error>(s.len() as f64)
    /// })?;
    /// assert_eq!(game.names(), ["a", "b"]);
    /// assert_eq!(asked, [vec![], vec![0], vec![1], vec![0, 1]]);
    /// let fails = Game::new(["a"], |_| Err::<f64, _>(std::io::Error::other("no data")));
    /// assert!(fails.unwrap_err().to_string().contains("no data"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn new<N, E>(
        names: impl IntoIterator<Item = N>,
        mut value: impl FnMut(Coalition) -> Result<f64, E>,
    ) -> Result<Self>
    where
        N: Into<String>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let names = checked(names)?;
        let ask = |bits| checked_value(&names, Coalition::from_bits(bits), &mut value);
        let values = (0..1_u64 << names.len()).map(ask).collect::<Result<_>>()?;
        Ok(Self::of(names, values))
    }

    /// The same with several coalitions at a time.
    ///
    /// # Errors
    /// Those of [`new`](Game::new), for one of the coalitions that fail.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Game};
    ///
    /// let worth = |s: Coalition| Ok::<_, std::io::Error>((s.len() as f64).powi(2));
    /// let names = ["a", "b", "c"];
    /// assert_eq!(Game::parallel(names, worth)?, Game::new(names, worth)?);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn parallel<N, E>(
        names: impl IntoIterator<Item = N>,
        value: impl Fn(Coalition) -> Result<f64, E> + Sync,
    ) -> Result<Self>
    where
        N: Into<String>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let names = checked(names)?;
        let ask = |bits| checked_value(&names, Coalition::from_bits(bits), &value);
        let values = (0..1_u64 << names.len()).into_par_iter().map(ask).collect::<Result<_>>()?;
        Ok(Self::of(names, values))
    }

    fn of(names: Vec<String>, values: Vec<f64>) -> Self {
        let n_players = names.len();
        Game { statistic: "value".to_string(), names, values: CoalitionTable { n_players, values } }
    }

    pub(super) fn of_table(names: Vec<String>, values: CoalitionTable) -> Self {
        Game { statistic: "R²".to_string(), names, values }
    }

    /// Names what the values are. Default: `value`.
    ///
    /// # Examples
    /// See [`Attribution`].
    pub fn named(mut self, statistic: impl Into<String>) -> Self {
        self.statistic = statistic.into();
        self
    }

    /// The components.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The value of a coalition.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a coalition of components that there are not.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Game};
    ///
    /// let game = Game::new(["a", "b"], |s: Coalition| Ok::<_, std::io::Error>(s.bits() as f64))?;
    /// assert_eq!((game.value(Coalition::of_all(2))?, game.value([1].into_iter().collect())?), (3.0, 2.0));
    /// assert!(game.value(Coalition::of_all(3)).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn value(&self, coalition: Coalition) -> Result<f64> {
        self.values.values.get(coalition.bits() as usize).copied().ok_or_else(|| {
            Error::from(QuestionError::Option {
                option: "coalition",
                expected: format!("there are {} components, counted from 0", self.names.len()),
                found: format!("{coalition:?}"),
            })
        })
    }
}

fn checked<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Result<Vec<String>> {
    let names: Vec<String> = names.into_iter().map(Into::into).collect();
    if names.is_empty() {
        return Err(QuestionError::TooFew { what: "components of a game", expected: 1, found: 0 }.into());
    }
    check_number("a game", names.len(), MOST_IN_TABLE)?;
    if let Some(blank) = names.iter().find(|name| name.trim().is_empty()) {
        return Err(QuestionError::ComponentName { component: blank.clone() }.into());
    }
    match names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)) {
        Some((_, component)) => Err(QuestionError::DuplicateComponent { component: component.clone() }.into()),
        None => Ok(names),
    }
}

fn checked_value<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    names: &[String],
    coalition: Coalition,
    value: impl FnOnce(Coalition) -> Result<f64, E>,
) -> Result<f64> {
    let fails = |source| {
        let members: Vec<&str> = coalition.members().map(|p| names[p].as_str()).collect();
        Error::from(EstimateError::Value { coalition: members.join(", "), source })
    };
    match value(coalition) {
        Ok(value) if value.abs() <= LARGEST => Ok(value),
        Ok(value) => Err(fails(format!("the value is {value}: every coalition needs one between ±{LARGEST:e}").into())),
        Err(error) => Err(fails(error.into())),
    }
}

fn check_number(method: &str, found: usize, limit: usize) -> Result<()> {
    match found <= limit {
        true => Ok(()),
        false => Err(EstimateError::TooManyComponents {
            method: method.to_string(),
            limit,
            found,
            instead: "put components together".to_string(),
        }
        .into()),
    }
}
