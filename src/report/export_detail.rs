//! The parts of the document that say more than one share for each component.

use serde::{Deserialize, Serialize};

use crate::decompose::Interval;

/// The share of a term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportTerm {
    /// The term, as text.
    pub name: String,
    /// Part of the outcome's total variation, as a fraction.
    pub share_of_total: f64,
    /// How sure it is; `None`, and left out of the document, without intervals.
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
    /// The part of the replicates that have the sample's relation; `None`, and left out, without intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reproduced: Option<f64>,
    /// How sure the proportion is; `None`, and left out of the document, without intervals.
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
    /// How sure it is; `None`, and left out of the document, without intervals.
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
    /// How sure it is; `None`, and left out of the document, without intervals.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}
