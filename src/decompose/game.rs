//! What if coalitions are worth something else than R²?
//!
//! A [`Game`] holds a value for every coalition of named components, whatever it means: a fit statistic of models that
//! were refitted, a cost, a criterion. The methods that need no more than values split it as they split R².

mod refit;
mod statistics;

pub use refit::Score;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::coalitions::coalition::Coalition;
use super::coalitions::table::{CoalitionTable, MOST_IN_TABLE};
use super::detail::Detail;
use super::method::Method;
use super::{commonality, dominance, owen, pmvd};
use crate::error::{Error, EstimateError, OrderProblem, QuestionError, Refusal, Result, cannot};
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
#[non_exhaustive]
pub struct Attribution {
    /// What the values are.
    pub statistic: String,
    /// How they were split.
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
    /// whose sums leave the range of doubles; [`EstimateError::TooFew`] without a component;
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

    /// What each component adds in this order, which names every component once.
    ///
    /// ```text
    /// value(πⱼ) = v(π₁ … πⱼ) − v(π₁ … πⱼ₋₁)
    /// ```
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] and [`QuestionError::Order`] for an order that is none.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Game};
    ///
    /// // The glove that comes second makes the pair.
    /// let worth = |hands: Coalition| Ok::<_, std::io::Error>(if hands.len() == 2 { 1.0 } else { 0.0 });
    /// let game = Game::new(["left", "right"], worth)?;
    /// let attribution = game.sequential(&["right", "left"])?;
    /// assert_eq!((attribution.value("left")?, attribution.value("right")?), (1.0, 0.0));
    /// // Alone each is worth nothing, beside the other all: neither sums to the pair.
    /// assert_eq!((game.first()?.value("left")?, game.last()?.value("left")?), (0.0, 1.0));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn sequential(&self, order: &[&str]) -> Result<Attribution> {
        let mut values = vec![0.0; self.names.len()];
        let mut before = 0_usize;
        for name in order {
            let player = self.position(name)?;
            let after = before | 1 << player;
            if after == before {
                return Err(OrderProblem::Twice { component: name.to_string() }.into());
            }
            values[player] = self.values.values[after] - self.values.values[before];
            before = after;
        }
        if let Some(left_out) = (0..self.names.len()).find(|p| before >> p & 1 == 0) {
            return Err(OrderProblem::LeftOut { component: self.names[left_out].clone() }.into());
        }
        let order = order.iter().map(|name| name.to_string()).collect();
        Ok(self.attribution(Method::Sequential { order }, values, Detail::Nothing))
    }

    /// What each component adds on average over all orders.
    ///
    /// ```text
    /// φ_c = Σ_{S ∌ c} |S|! (k − |S| − 1)! / k! · [v(S ∪ c) − v(S)]
    /// ```
    ///
    /// L. S. Shapley (1953), "A value for n-person games".
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// See [`Game`].
    pub fn shapley(&self) -> Result<Attribution> {
        Ok(self.attribution(Method::Shapley, self.values.shapley(), Detail::Nothing))
    }

    /// What each component is worth alone.
    ///
    /// ```text
    /// value(c) = v({c}) − v(∅)
    /// ```
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// See [`sequential`](Self::sequential).
    pub fn first(&self) -> Result<Attribution> {
        let alone = (0..self.names.len()).map(|p| self.values.values[1 << p] - self.values.empty()).collect();
        Ok(self.attribution(Method::First, alone, Detail::Nothing))
    }

    /// What each component adds to all others.
    ///
    /// ```text
    /// value(c) = v(N) − v(N ∖ c)
    /// ```
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// See [`sequential`](Self::sequential).
    pub fn last(&self) -> Result<Attribution> {
        let all = self.values.values.len() - 1;
        let last = (0..self.names.len()).map(|p| self.values.whole() - self.values.values[all & !(1 << p)]).collect();
        Ok(self.attribution(Method::Last, last, Detail::Nothing))
    }

    /// Owen's value where components form unions: the mean over the orders in which the members of a union enter
    /// together. `unions` hold every component once; [`Detail::Terms`] names the union of each.
    ///
    /// G. Owen (1977), "Values of games with a priori unions", <https://doi.org/10.1007/978-3-642-45494-3_7>.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] and [`QuestionError::Order`] for unions that do not hold every component
    /// once.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Game};
    ///
    /// // a and b are worth something together only, and c as much by itself.
    /// let worth = |s: Coalition| {
    ///     let pair = if s.contains(0) && s.contains(1) { 1.0 } else { 0.0 };
    ///     Ok::<_, std::io::Error>(pair + if s.contains(2) { 1.0 } else { 0.0 })
    /// };
    /// let game = Game::new(["a", "b", "c"], worth)?;
    /// let owen = game.owen(&[("pair", &["a", "b"]), ("single", &["c"])])?;
    /// assert!((owen.value("a")? - 0.5).abs() < 1e-12 && (owen.value("c")? - 1.0).abs() < 1e-12);
    /// assert!(game.owen(&[("pair", &["a", "b"])]).is_err(), "c is in no union");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn owen(&self, unions: &[(&str, &[&str])]) -> Result<Attribution> {
        let (mut positions, mut of_union) = (Vec::new(), vec![None; self.names.len()]);
        for (union, members) in unions {
            let mut found = Vec::new();
            for name in *members {
                let player = self.position(name)?;
                if of_union[player].replace(union.to_string()).is_some() {
                    return Err(OrderProblem::TwiceInUnions { component: name.to_string() }.into());
                }
                found.push(player);
            }
            if !found.is_empty() {
                positions.push(found);
            }
        }
        if let Some(left_out) = of_union.iter().position(Option::is_none) {
            return Err(OrderProblem::LeftOutOfUnions { component: self.names[left_out].clone() }.into());
        }
        let values = owen::of_table(&self.values, &positions);
        let unions: Vec<String> = of_union.into_iter().flatten().collect();
        let detail = Detail::terms(&unions, self.names.chunks(1), &values);
        Ok(self.attribution(Method::Owen, values, detail))
    }

    /// The proportional value: an average over orders that gives nothing to what adds nothing last.
    ///
    /// ```text
    /// w(S) = v(N) − v(N ∖ S),   P(∅) = 1,   P(S) = w(S) / Σ_{i ∈ S} 1/P(S ∖ i),   value of i = P(N) / P(N ∖ i)
    /// ```
    ///
    /// B. Feldman (2005), "Relative importance and value", <https://doi.org/10.2139/ssrn.2255827>.
    ///
    /// # Errors
    /// [`EstimateError::Method`] where a coalition is worth more than all components together, as with criteria that
    /// punish size: its weights would be negative.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Game};
    ///
    /// // b adds nothing to a, though it is worth something alone.
    /// let worth = |s: Coalition| Ok::<_, std::io::Error>([0.0, 3.0, 1.0, 3.0][s.bits() as usize]);
    /// let game = Game::new(["a", "b"], worth)?;
    /// assert_eq!((game.pmvd()?.value("a")?, game.pmvd()?.value("b")?), (3.0, 0.0));
    /// assert_eq!(game.shapley()?.value("b")?, 0.5);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn pmvd(&self) -> Result<Attribution> {
        if pmvd::falls(&self.values) {
            return Err(cannot("pmvd", Refusal::WorthMoreThanAll));
        }
        Ok(self.attribution(Method::Pmvd, pmvd::pmvd(&self.values), Detail::Nothing))
    }

    /// What each component adds on average to coalitions of each size.
    ///
    /// In [`Detail::BySize`]; the components' own values are the means of those, their Shapley values. R. Azen and
    /// D. V. Budescu (2003), <https://doi.org/10.1037/1082-989X.8.2.129>.
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Detail, Game};
    ///
    /// let worth = |hands: Coalition| Ok::<_, std::io::Error>(if hands.len() == 2 { 1.0 } else { 0.0 });
    /// let by_size = Game::new(["left", "right"], worth)?.conditional_dominance()?;
    /// let Detail::BySize(sizes) = &by_size.detail else { unreachable!() };
    /// // The left glove first, and after the right one.
    /// assert_eq!((sizes[0].share_of_total, sizes[1].share_of_total, sizes[1].size), (0.0, 1.0, 1));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn conditional_dominance(&self) -> Result<Attribution> {
        let detail = Detail::by_size(&self.names, &dominance::conditional(&self.values));
        Ok(self.attribution(Method::ConditionalDominance, self.values.shapley(), detail))
    }

    /// In what part of all coalitions each component adds more than each other.
    ///
    /// In [`Detail::Pairs`], a tie counted as a half; the components' own values are their Shapley values. D. V.
    /// Budescu (1993), <https://doi.org/10.1037/0033-2909.114.3.542>.
    ///
    /// # Errors
    /// None today; fallible so that it reads like the other methods.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Detail, Game};
    ///
    /// let worth = |s: Coalition| Ok::<_, std::io::Error>([0.0, 3.0, 1.0, 3.0][s.bits() as usize]);
    /// let Detail::Pairs(pairs) = Game::new(["a", "b"], worth)?.complete_dominance()?.detail else { unreachable!() };
    /// assert_eq!((pairs[0].first.as_str(), pairs[0].proportion, pairs[0].dominant()), ("a", 1.0, Some(true)));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn complete_dominance(&self) -> Result<Attribution> {
        let detail = Detail::pairs(&self.names, &dominance::complete(&self.values));
        Ok(self.attribution(Method::CompleteDominance, self.values.shapley(), detail))
    }

    /// What each set of components has in common.
    ///
    /// ```text
    /// C(S) = Σ_{T ⊆ S} (−1)^{|T| + 1} v((N ∖ S) ∪ T)
    /// ```
    ///
    /// In [`Detail::Subsets`]; a component's own value is the part that it has alone, and a part may be negative. R. G.
    /// Newton and D. J. Spurrell (1967), <https://doi.org/10.2307/2985237>.
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`] beyond 20 components, which have a million subsets.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::{Coalition, Detail, Game};
    ///
    /// let worth = |s: Coalition| Ok::<_, std::io::Error>([0.0, 3.0, 1.0, 3.0][s.bits() as usize]);
    /// let commonality = Game::new(["a", "b"], worth)?.commonality()?;
    /// assert_eq!((commonality.value("a")?, commonality.value("b")?), (2.0, 0.0));
    /// let Detail::Subsets(parts) = &commonality.detail else { unreachable!() };
    /// assert_eq!((parts[2].coalition.len(), parts[2].share_of_total), (2, 1.0));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn commonality(&self) -> Result<Attribution> {
        check_number("commonality", self.names.len(), commonality::MOST_LISTED)?;
        let parts = commonality::parts(&self.values);
        let alone = (0..self.names.len()).map(|player| parts[(1 << player) - 1]).collect();
        Ok(self.attribution(Method::Commonality, alone, Detail::subsets(&parts)))
    }

    fn attribution(&self, method: Method, values: Vec<f64>, detail: Detail) -> Attribution {
        let (empty, whole) = (self.values.empty(), self.values.whole());
        let to_credit = whole - empty;
        let credit = |(name, value): (&String, f64)| Credit {
            name: name.clone(),
            value,
            proportion: if to_credit == 0.0 { 0.0 } else { value / to_credit },
        };
        let components = self.names.iter().zip(values).map(credit).collect();
        Attribution { statistic: self.statistic.clone(), method, components, empty, whole, detail }
    }

    fn position(&self, name: &str) -> Result<usize> {
        self.names.iter().position(|n| n == name).ok_or_else(|| {
            Error::from(QuestionError::UnknownComponent { component: name.to_string(), available: self.names.clone() })
        })
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

fn checked<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Result<Vec<String>> {
    let names: Vec<String> = names.into_iter().map(Into::into).collect();
    if names.is_empty() {
        return Err(EstimateError::TooFew { what: "components of a game".to_string(), expected: 1, found: 0 }.into());
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
