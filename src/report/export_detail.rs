//! The parts of the document that say more than one share for each component.

use serde::{Deserialize, Serialize};

use super::export::ReportMethod;
use crate::decompose::{Breakdown, Detail, Interval, PairCovariance, PairDominance, SubsetShare, TermShare};

/// The share of a term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportTerm {
    /// The term, as text.
    pub name: String,
    /// Part of the outcome's total variation, as a fraction.
    pub share_of_total: f64,
    /// How sure it is; left out without intervals.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// What a component adds on average to coalitions of each size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportBySize {
    /// The component.
    pub name: String,
    /// The mean increments, by the number of components in before, from none on.
    pub share_of_total: Vec<f64>,
    /// How sure they are; empty without intervals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intervals: Vec<Interval>,
}

/// How often one component adds more than another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportPair {
    /// The one.
    pub first: String,
    /// The other.
    pub second: String,
    /// The part of the coalitions of all others in which the first adds more; a tie counts as a half.
    pub proportion: f64,
    /// The part of the replicates that have the sample's relation; left out without intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reproduced: Option<f64>,
    /// How sure the proportion is; left out without intervals.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// What a set of components has in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportSubset {
    /// The set.
    pub components: Vec<String>,
    /// Part of the outcome's total variation, as a fraction; may be negative.
    pub share_of_total: f64,
    /// How sure it is; left out without intervals.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// The covariance of two components' fitted parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportCovariance {
    /// The one.
    pub first: String,
    /// The other.
    pub second: String,
    /// Covariance as a part of the outcome's variance; it enters R² twice.
    pub share_of_total: f64,
    /// How sure it is; left out without intervals.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

impl ReportMethod {
    /// Adds what the breakdown's method says beyond a share for each component.
    pub(super) fn add_detail(&mut self, breakdown: &Breakdown) {
        let names: Vec<String> = breakdown.components.iter().map(|c| c.name.clone()).collect();
        match &breakdown.detail {
            Detail::Terms(terms) => {
                for component in &mut self.components {
                    let own = terms.iter().filter(|t| t.component == component.name);
                    let term = |t: &TermShare| ReportTerm {
                        name: t.term.clone(),
                        share_of_total: t.value,
                        interval: t.interval,
                    };
                    component.terms = Some(own.map(term).collect());
                }
            }
            Detail::BySize(cells) => {
                let of = |name: &String| {
                    let own = cells.iter().filter(|c| c.component == *name);
                    let (share_of_total, intervals): (Vec<f64>, Vec<_>) = own.map(|c| (c.value, c.interval)).unzip();
                    let intervals = intervals.into_iter().flatten().collect();
                    ReportBySize { name: name.clone(), share_of_total, intervals }
                };
                self.by_size = Some(names.iter().map(of).collect());
            }
            Detail::Pairs(pairs) => {
                let both = |p: &PairDominance| {
                    let PairDominance { first, second, proportion, interval, reproduced } = p.clone();
                    let turned = interval.map(|i| Interval {
                        bias: -i.bias,
                        std_error: i.std_error,
                        lower: 1.0 - i.upper,
                        upper: 1.0 - i.lower,
                    });
                    let (f, s) = (first.clone(), second.clone());
                    let there = ReportPair { first, second, proportion, reproduced, interval };
                    let back =
                        ReportPair { first: s, second: f, proportion: 1.0 - proportion, reproduced, interval: turned };
                    [there, back]
                };
                self.pairs = Some(pairs.iter().flat_map(both).collect());
            }
            Detail::Subsets(parts) => {
                let subset = |part: &SubsetShare| ReportSubset {
                    components: part.coalition.members().filter_map(|p| names.get(p).cloned()).collect(),
                    share_of_total: part.value,
                    interval: part.interval,
                };
                self.subsets = Some(parts.iter().map(subset).collect());
            }
            Detail::Covariances(pairs) => {
                let covariance = |p: &PairCovariance| ReportCovariance {
                    first: p.first.clone(),
                    second: p.second.clone(),
                    share_of_total: p.value,
                    interval: p.interval,
                };
                self.covariances = Some(pairs.iter().map(covariance).collect());
            }
            Detail::Nothing => {}
        }
    }
}
