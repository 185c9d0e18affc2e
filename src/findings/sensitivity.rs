//! Would another analyst get the same answer? The shares under every specification that could be defended.

mod answer;
mod asked;
mod axes;
mod check;
mod curve;
mod moves;
mod nearest;
mod orders;
mod question;
mod questions;
mod ranges;
mod space;
mod verdict;

use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use moves::{ChoiceMoves, ShareMoves};
pub use nearest::{NearSpecification, NearestSpecifications};
pub use question::Sensitivity;
pub use ranges::{PairOfShares, SpecificationRange};
pub(crate) use verdict::{listed, specifications};

use crate::decompose::Share;
use crate::model::Model;
use crate::panel::Sample;
use crate::warning::Warning;

/// The shares under many specifications, how far they lie apart, and what moves them. What [`Sensitivity`] finds.
///
/// Every number but the specifications themselves is of those that were answered. Specifications are not a sample of
/// anything: what part of them lies where depends on which alternatives were listed, and is no probability.
///
/// # Examples
/// ```
/// use apportion::findings::{Sensitivity, SpecificationCurve};
/// use apportion::panel::{SIMULATED_ENGLAND_SEED, UnitRule};
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let base = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("practice", [Term::UnitEffects]);
/// let asked = Sensitivity::new(base)
///     .outcomes(["cpp_rate", "log(cpp_rate)"])
///     .without(UnitRule::new("without the first").unit(&panel.units()[0], "to see"))
///     .without_each("region")
///     .all_orders();
/// let curve: SpecificationCurve = asked.clone().sample(20, 7).of(&panel)?;
/// assert_eq!((curve.specifications.len(), curve.components.len(), curve.failed), (20, 2, 0));
/// // Sorted by one share, or of the specifications that one chooses.
/// let sorted = curve.sorted_by("practice")?;
/// let shares: Vec<f64> = sorted.specifications.iter().filter_map(|of| of.share_of_total("practice")).collect();
/// assert!(shares.is_sorted());
/// let logged = curve.filtered(|of| of.choices.get("outcome") == Some("log(cpp_rate)"))?;
/// assert!(logged.specifications.len() < 20);
/// // What moves a share most.
/// let whole = asked.of(&panel)?;
/// assert_eq!(whole.moves("practice")?.choices[0].choice, "order");
/// assert!(whole.to_csv().starts_with("outcome,units left out,order,deprivation,practice,unexplained,error\n"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SpecificationCurve {
    /// The model whose choices could have been made otherwise.
    pub model: Model,
    /// Its components, in order.
    pub components: Vec<String>,
    /// The choices that were asked for, with their alternatives.
    pub choices: Vec<AnalystChoice>,
    /// The base: of every choice the alternative that the model has.
    pub base: Specification,
    /// Every specification, in the order of the choices until they are sorted.
    pub specifications: Vec<Specification>,
    /// Of each share how far it reaches: the components, and the unexplained.
    pub ranges: Vec<SpecificationRange>,
    /// What moves each share.
    pub moved_by: Vec<ShareMoves>,
    /// Of each two components, in what part of the specifications the first has the larger share.
    pub pairs: Vec<PairOfShares>,
    /// In what part of the specifications that have all components they rank as in the base; `None` where the base was not
    /// answered, or lacks one.
    pub same_order: Option<f64>,
    /// Specifications that could not be answered, each with its error. Under a rule for the sample one without any row is
    /// left out instead.
    pub failed: usize,
    /// Specifications that are none of those that were asked for, by the rule of which their sample falls short.
    pub left_out: Vec<LeftOutSpecifications>,
    /// What the numbers say, in words.
    pub verdict: String,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub panel: Option<String>,
}

/// One choice of an analyst.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AnalystChoice {
    /// What is chosen: `outcome`, `always`, `weights`, `periods`, `units left out`, `order` or `method`; the terms of a
    /// component by its name (`terms of …` where it is called like one of those); whether a term is in, by component and term;
    /// whether a component is, by its name and `in or out`.
    pub name: String,
    /// The alternatives.
    pub alternatives: Vec<String>,
    /// That of the base.
    pub base: String,
}

/// How many specifications fall short of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LeftOutSpecifications {
    /// The rule.
    pub reason: String,
    /// How many.
    pub specifications: usize,
}

/// One complete set of choices, and what it answers.
///
/// # Examples
/// ```
/// use apportion::findings::{Sensitivity, Specification};
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let base = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("spending", ["spend_per_child"]);
/// let asked = Sensitivity::new(base.clone()).outcomes(["log(cpp_rate)"]).all_orders().one_at_a_time();
/// let curve = asked.of(&panel)?;
/// // The base, the other order, the other outcome.
/// assert_eq!(curve.specifications.len(), 3);
/// let other: &Specification = &curve.specifications[2];
/// assert_eq!(other.choices.get("outcome"), Some("log(cpp_rate)"));
/// // It is what a plain fit gives.
/// let plain = base.fit(&panel)?.sequential()?;
/// assert_eq!(curve.base.shares[0], plain.components[0]);
/// assert_eq!(curve.base.warnings, plain.warnings);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Specification {
    /// Of each choice the alternative; without choices that do not matter, such as the terms of a component that is out.
    pub choices: ChosenAlternatives,
    /// What is always in, where the model has that, the components, and the unexplained; empty where there is an error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    /// R² of the whole model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r2_overall: Option<f64>,
    /// The rows used, and for those left out, why; `None` where no sample could be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Arc<Sample>>,
    /// What deserves doubt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Why there are no shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The alternative of each choice, by the choice's name. JSON has them as an object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChosenAlternatives(
    // A map in documents, in the order of the choices.
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, String>"))]
    Vec<(Arc<str>, Arc<str>)>,
);

impl ChosenAlternatives {
    /// The alternative of a choice; `None` where it does not matter, and for a choice that there is not.
    ///
    /// # Examples
    /// See [`Specification`].
    pub fn get(&self, choice: &str) -> Option<&str> {
        self.iter().find(|(name, _)| *name == choice).map(|(_, alternative)| alternative)
    }

    /// Every choice with its alternative.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, alternative)| (&**name, &**alternative))
    }
}

impl Serialize for ChosenAlternatives {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.iter().try_for_each(|(name, alternative)| map.serialize_entry(name, alternative))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for ChosenAlternatives {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = ChosenAlternatives;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of choices and their alternatives")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut chosen = Vec::new();
                while let Some((name, alternative)) = map.next_entry::<String, String>()? {
                    chosen.push((name.into(), alternative.into()));
                }
                Ok(ChosenAlternatives(chosen))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

impl Specification {
    fn failed(choices: ChosenAlternatives, sample: Option<Arc<Sample>>, error: String) -> Self {
        let error = Some(error);
        Specification { choices, shares: Vec::new(), r2_overall: None, sample, warnings: Vec::new(), error }
    }

    /// The share of a component, of `always` or of the `unexplained`; `None` where it has none of this name, or failed.
    ///
    /// # Examples
    /// See [`SpecificationCurve`].
    pub fn share(&self, name: &str) -> Option<&Share> {
        self.shares.iter().find(|share| share.name == name)
    }

    /// Its part of the outcome's total variation, as a fraction.
    ///
    /// # Examples
    /// See [`SpecificationCurve`].
    pub fn share_of_total(&self, name: &str) -> Option<f64> {
        self.share(name).map(|share| share.share_of_total)
    }
}
