//! All methods, once: what each is called and what it means, and which is meant by a name.

use std::fmt;
use std::mem::discriminant;
use std::str::FromStr;

use super::commonality::Commonality;
use super::definition::Definition;
use super::dominance::{CompleteDominance, ConditionalDominance};
use super::ends::{First, Last};
use super::fitted_parts::{Pratt, VarianceComponents};
use super::method::Method;
use super::owen::Owen;
use super::pmvd::Pmvd;
use super::sequential::Sequential;
use super::shapley::Shapley;
use super::whitened::{CAR, CAR_BY_COLUMN, GENIZI, GENIZI_BY_COLUMN};
use crate::choice::Choice;
use crate::error::{Error, Result};

/// Every method; side by side in this order.
static ALL: &[&dyn Definition] = &[
    &Sequential,
    &Shapley,
    &First,
    &Last,
    &Owen,
    &Pmvd,
    &ConditionalDominance,
    &CompleteDominance,
    &Commonality,
    &GENIZI,
    &CAR,
    &Pratt,
    &VarianceComponents,
    &GENIZI_BY_COLUMN,
    &CAR_BY_COLUMN,
];

impl Method {
    /// Every method of components, sequential in this order.
    ///
    /// # Examples
    /// See [`Method`].
    pub fn all(order: Vec<String>) -> Vec<Method> {
        let of_components = ALL.iter().filter(|definition| !definition.credits_columns());
        of_components.map(|definition| definition.method().stated(&order)).collect()
    }

    /// The method's name, as the examples' command line and JSON write it.
    ///
    /// # Examples
    /// ```
    /// use apportion::Method;
    ///
    /// assert_eq!(Method::ConditionalDominance.name(), "conditional_dominance");
    /// ```
    pub fn name(&self) -> &'static str {
        self.definition().name()
    }

    /// What a share by this method is, in a few words.
    pub fn meaning(&self) -> &'static str {
        self.definition().meaning()
    }

    /// Whether the components' shares sum to R² − R²(always).
    pub fn is_additive(&self) -> bool {
        self.definition().is_additive()
    }

    /// Whether its numbers are linear in what coalitions explain.
    pub(crate) fn is_linear(&self) -> bool {
        self.definition().is_linear()
    }

    /// Whether its shares can be negative, or the number at this place among those beyond them.
    pub(crate) fn can_be_negative(&self, beyond: Option<usize>) -> bool {
        self.definition().can_be_negative(beyond)
    }

    /// Whether every column is credited by itself, instead of the components.
    pub(crate) fn credits_columns(&self) -> bool {
        self.definition().credits_columns()
    }

    /// The method with what it leaves open filled in from the names of the components: an order.
    pub(crate) fn stated(&self, names: &[String]) -> Method {
        self.definition().stated(self, names)
    }

    /// What it tells of itself.
    pub(super) fn definition(&self) -> &'static dyn Definition {
        let is_its = |definition: &&&dyn Definition| discriminant(&definition.method()) == discriminant(self);
        match ALL.iter().find(is_its) {
            Some(definition) => *definition,
            None => unreachable!("every method is in the list: a test holds it"),
        }
    }
}

impl Choice for Method {
    const OPTION: &'static str = "method";

    fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|definition| definition.method())
    }

    fn name(&self) -> &'static str {
        Method::name(self)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display(f)
    }
}

/// Sequential has no order yet: it is that of the model.
impl FromStr for Method {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Choice::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_in_the_list_once() {
        // What serde derives knows every variant, and names them where it is given another.
        let error = serde_json::from_str::<Method>(r#"{"method": ""}"#).expect_err("no name").to_string();
        let mut variants: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
        let mut listed: Vec<&str> = ALL.iter().map(|definition| definition.name()).collect();
        variants.sort_unstable();
        listed.sort_unstable();
        assert_eq!(variants, listed, "{error}");
    }
}
