//! The part of the document that holds the shares by one method.

use serde::{Deserialize, Serialize};

use super::export_detail::{ReportBySize, ReportCovariance, ReportPair, ReportSubset, ReportTerm};
use crate::decompose::{
    Breakdown, Detail, GelbachColumn, GelbachCovariance, Interval, Method, PairCovariance, PairDominance, Share,
    SubsetShare, TermShare,
};
use crate::resample::{Difference, Rank};

/// The shares by one method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportMethod {
    /// The method's name.
    pub method: String,
    /// The components in the order in which they enter; `None` where the method has no order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<String>>,
    /// The components, in the order of the model.
    pub components: Vec<ReportComponent>,
    /// What the terms that are always in explain; `None` without such terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub always: Option<ReportShare>,
    /// What no component explains.
    pub unexplained: ReportShare,
    /// What each component adds on average by the number of components in before it; `None` but for conditional
    /// dominance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_size: Option<Vec<ReportBySize>>,
    /// How often one component adds more than another, every two in both orders; `None` but for complete dominance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairs: Option<Vec<ReportPair>>,
    /// What sets of components have in common; `None` but for a commonality analysis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subsets: Option<Vec<ReportSubset>>,
    /// Covariances of two components' fitted parts, which count twice; `None` but for variance components.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariances: Option<Vec<ReportCovariance>>,
    /// Of Gelbach's decomposition: how the coefficients of what is always in change. It has no components with shares;
    /// all other methods have `None` here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coefficients: Option<Vec<GelbachColumn>>,
    /// What the standard errors of these allow for; `None` without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariance: Option<GelbachCovariance>,
    /// Where each component ranks; `None` where that was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranks: Option<Vec<Rank>>,
    /// The difference of every two components; `None` where that was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differences: Option<Vec<Difference>>,
}

/// The share of a component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportComponent {
    /// The component.
    pub name: String,
    /// Part of the outcome's total variation, as a fraction.
    pub share_of_total: f64,
    /// Part of what there was to credit, R² − R²(always), as a fraction.
    pub share_of_explained: f64,
    /// `bias`, `std_error`, `lower` and `upper` of `share_of_total`, beside it; `None`, and left out of the document,
    /// without intervals.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// In a commonality analysis, where `share_of_total` is what the component explains alone: what it has in common
    /// with others. `None` for other methods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common: Option<f64>,
    /// Its terms; `None` where the method does not credit them, as all but Owen's do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Vec<ReportTerm>>,
}

/// The share of what is always in, or unexplained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportShare {
    /// Part of the outcome's total variation, as a fraction.
    pub share_of_total: f64,
    /// `bias`, `std_error`, `lower` and `upper` of `share_of_total`, beside it; `None`, and left out of the document,
    /// without intervals.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// The order that a method states.
pub(super) fn order_of(method: &Method) -> Option<&Vec<String>> {
    match method {
        Method::Sequential { order } => Some(order),
        _ => None,
    }
}

impl ReportMethod {
    pub(super) fn new(method: &str, unexplained: ReportShare) -> Self {
        ReportMethod {
            method: method.to_string(),
            order: None,
            components: Vec::new(),
            always: None,
            unexplained,
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

    pub(super) fn of(breakdown: &Breakdown) -> Self {
        let order = order_of(&breakdown.method).cloned();
        let mut components: Vec<ReportComponent> = breakdown.components.iter().map(ReportComponent::of).collect();
        if let Some(split) = breakdown.unique_and_common() {
            components.iter_mut().zip(split).for_each(|(component, (_, common))| component.common = Some(common));
        }
        let mut method = ReportMethod {
            order,
            components,
            always: breakdown.always.as_ref().map(ReportShare::of),
            ..ReportMethod::new(breakdown.method.name(), ReportShare::of(&breakdown.unexplained))
        };
        method.add_detail(breakdown);
        method
    }
}

impl ReportComponent {
    fn of(share: &Share) -> Self {
        ReportComponent {
            name: share.name.clone(),
            share_of_total: share.share_of_total,
            share_of_explained: share.share_of_explained,
            interval: share.interval,
            common: None,
            terms: None,
        }
    }
}

impl ReportShare {
    fn of(share: &Share) -> Self {
        ReportShare { share_of_total: share.share_of_total, interval: share.interval }
    }
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
                        share_of_total: t.share_of_total,
                        interval: t.interval,
                    };
                    component.terms = Some(own.map(term).collect());
                }
            }
            Detail::BySize(cells) => {
                let of = |name: &String| {
                    let own = cells.iter().filter(|c| c.component == *name);
                    let (share_of_total, intervals): (Vec<f64>, Vec<_>) =
                        own.map(|c| (c.share_of_total, c.interval)).unzip();
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
                    share_of_total: part.share_of_total,
                    interval: part.interval,
                };
                self.subsets = Some(parts.iter().map(subset).collect());
            }
            Detail::Covariances(pairs) => {
                let covariance = |p: &PairCovariance| ReportCovariance {
                    first: p.first.clone(),
                    second: p.second.clone(),
                    share_of_total: p.share_of_total,
                    interval: p.interval,
                };
                self.covariances = Some(pairs.iter().map(covariance).collect());
            }
            Detail::Nothing => {}
        }
    }
}
