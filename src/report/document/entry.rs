//! The part of the document that is one method's: its shares, and what it says beyond them.
//!
//! Where a result is laid out as the document is, it stands in it as it is. What is grouped otherwise has a form here:
//! terms stand in their component, shares by size in rows of a component, subsets by the names of their components, and
//! pairs in both orders.

mod read;

use serde::{Deserialize, Serialize};

use crate::decompose::{
    Breakdown, Corrected, Detail, GELBACH, GelbachColumn, GelbachCovariance, Interval, IntervalMethod, Method,
    PairCovariance, PairDominance, Share, SubsetShare, TermShare, UnitEffectsShare,
};
use crate::resample::{Comparison, Difference, Rank};

/// What one method says, in the layout of the document.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "MethodEntry"))]
pub(super) struct Entry {
    method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Vec<String>>,
    /// How its intervals were made, where that is not what the document says.
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<IntervalMethod>,
    components: Vec<Component>,
    #[serde(skip_serializing_if = "Option::is_none")]
    always: Option<Unnamed>,
    unexplained: Unnamed,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unit_effects_by_model: Vec<UnitEffectsShare>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_size: Option<Vec<BySize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pairs: Option<Vec<PairDominance>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subsets: Option<Vec<Subset>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    covariances: Option<Vec<PairCovariance>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coefficients: Option<Vec<GelbachColumn>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    covariance: Option<GelbachCovariance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ranks: Option<Vec<Rank>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<Difference>>,
}

/// A component's share, with its terms where the method credits them.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ComponentShare"))]
struct Component {
    #[serde(flatten)]
    share: Share,
    /// In a commonality analysis, what the component has in common with others: a sum of subsets, and not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    common: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<Vec<TermShare>>,
}

/// The share of what is always in, or unexplained, whose key is its name.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ShareByKey"))]
struct Unnamed {
    share_of_total: f64,
    #[serde(flatten, deserialize_with = "Interval::beside")]
    interval: Option<Interval>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chance: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    corrected: Option<Corrected>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counting_noise: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    adjusted: Option<f64>,
}

/// What a component adds on average, by the number of components in before it, from none on.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct BySize {
    name: String,
    share_of_total: Vec<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    intervals: Vec<Interval>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chance: Vec<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    corrected: Vec<Corrected>,
}

/// What components have in common.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Subset {
    components: Vec<String>,
    share_of_total: f64,
    #[serde(flatten, deserialize_with = "Interval::beside")]
    interval: Option<Interval>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chance: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    corrected: Option<Corrected>,
}

/// The parts of a breakdown that are a method's own.
pub(super) struct Shares {
    pub(super) method: Method,
    pub(super) components: Vec<Share>,
    pub(super) always: Option<Share>,
    pub(super) unexplained: Share,
    pub(super) detail: Detail,
    pub(super) unit_effects_by_model: Vec<UnitEffectsShare>,
}

impl Entry {
    fn new(method: &str, unexplained: Unnamed) -> Self {
        Entry {
            method: method.to_string(),
            order: None,
            interval: None,
            components: Vec::new(),
            always: None,
            unexplained,
            unit_effects_by_model: Vec::new(),
            by_size: None,
            pairs: None,
            subsets: None,
            covariances: None,
            coefficients: None,
            covariance: None,
            ranks: None,
            differences: None,
        }
    }

    /// The entry of a breakdown.
    pub(super) fn of(breakdown: &Breakdown) -> Self {
        let component = |share: &Share| Component { share: share.clone(), common: None, terms: None };
        let mut entry = Entry {
            order: match &breakdown.method {
                Method::Sequential { order } => Some(order.clone()),
                _ => None,
            },
            components: breakdown.components.iter().map(component).collect(),
            always: breakdown.always.as_ref().map(Unnamed::of),
            unit_effects_by_model: breakdown.unit_effects_by_model.clone(),
            ..Entry::new(breakdown.method.name(), Unnamed::of(&breakdown.unexplained))
        };
        entry.add_detail(breakdown);
        entry
    }

    /// The same with ranks and differences.
    pub(super) fn with_comparison(mut self, comparison: Option<&Comparison>) -> Self {
        self.ranks = comparison.map(|comparison| comparison.ranks.clone());
        self.differences = comparison.map(|comparison| comparison.differences.clone());
        self
    }

    /// The same, saying how its intervals were made.
    pub(super) fn with_interval(self, interval: Option<&IntervalMethod>) -> Self {
        Entry { interval: interval.cloned(), ..self }
    }

    /// The entry of changing coefficients, which has no shares.
    pub(super) fn of_coefficients(columns: Vec<GelbachColumn>, covariance: GelbachCovariance, r2_overall: f64) -> Self {
        Entry {
            coefficients: Some(columns),
            covariance: Some(covariance),
            ..Entry::new(GELBACH, Unnamed::of(&Share::new("", 1.0 - r2_overall, 0.0)))
        }
    }

    pub(super) fn is_of_coefficients(&self) -> bool {
        self.method == GELBACH
    }

    fn add_detail(&mut self, breakdown: &Breakdown) {
        let names = || breakdown.components.iter().map(|share| &share.name);
        match &breakdown.detail {
            Detail::Nothing => {}
            Detail::Terms(terms) => {
                for component in &mut self.components {
                    let own = terms.iter().filter(|term| term.component == component.share.name);
                    // What stands in its component does not name it.
                    let term = |term: &TermShare| TermShare { component: String::new(), ..term.clone() };
                    component.terms = Some(own.map(term).collect());
                }
            }
            Detail::BySize(cells) => {
                let row = |name: &String| {
                    let own = || cells.iter().filter(|cell| cell.component == *name);
                    BySize {
                        name: name.clone(),
                        share_of_total: own().map(|cell| cell.share_of_total).collect(),
                        intervals: own().filter_map(|cell| cell.interval).collect(),
                        chance: own().filter_map(|cell| cell.chance).collect(),
                        corrected: own().filter_map(|cell| cell.corrected).collect(),
                    }
                };
                self.by_size = Some(names().map(row).collect());
            }
            Detail::Pairs(pairs) => {
                self.pairs = Some(pairs.iter().flat_map(|pair| [pair.clone(), turned(pair)]).collect());
            }
            Detail::Subsets(parts) => {
                for (component, (_, common)) in
                    self.components.iter_mut().zip(breakdown.unique_and_common().into_iter().flatten())
                {
                    component.common = Some(common);
                }
                let names: Vec<&String> = names().collect();
                let subset = |part: &SubsetShare| Subset {
                    components: part
                        .coalition
                        .members()
                        .filter_map(|at| names.get(at))
                        .map(|name| (*name).clone())
                        .collect(),
                    share_of_total: part.share_of_total,
                    interval: part.interval,
                    chance: part.chance,
                    corrected: part.corrected,
                };
                self.subsets = Some(parts.iter().map(subset).collect());
            }
            Detail::Covariances(pairs) => self.covariances = Some(pairs.clone()),
        }
    }
}

impl Unnamed {
    fn of(share: &Share) -> Self {
        let Share { share_of_total, interval, chance, corrected, counting_noise, adjusted, .. } = *share;
        Unnamed { share_of_total, interval, chance, corrected, counting_noise, adjusted }
    }

    fn named(self, name: &str) -> Share {
        let Unnamed { share_of_total, interval, chance, corrected, counting_noise, adjusted } = self;
        Share { interval, chance, corrected, counting_noise, adjusted, ..Share::new(name, share_of_total, 0.0) }
    }
}

/// The pair seen from its other end.
fn turned(pair: &PairDominance) -> PairDominance {
    let turned = |i: Interval| Interval { bias: -i.bias, lower: 1.0 - i.upper, upper: 1.0 - i.lower, ..i };
    PairDominance {
        first: pair.second.clone(),
        second: pair.first.clone(),
        proportion: 1.0 - pair.proportion,
        reproduced: pair.reproduced,
        interval: pair.interval.map(turned),
    }
}
