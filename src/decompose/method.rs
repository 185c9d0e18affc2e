//! By which method is the variation split?

use serde::{Deserialize, Serialize};

/// How the variation was split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// What each component adds in one stated order.
    Sequential {
        /// The components in the order in which they enter.
        order: Vec<String>,
    },
    /// What each component adds on average over all orders; also called LMG and general dominance.
    Shapley,
    /// What each component explains when it enters first.
    First,
    /// What each component adds when it enters last.
    Last,
    /// Shapley values, split among the terms of each component.
    Owen,
    /// An average over orders that gives nothing to what adds nothing last.
    Pmvd,
    /// What each component adds on average to coalitions of each size.
    ConditionalDominance,
    /// In what part of all coalitions each component adds more than another.
    CompleteDominance,
    /// What sets of components have in common.
    Commonality,
    /// Correlations with the nearest uncorrelated columns, credited back: Johnson's relative weights.
    Genizi,
    /// The same with every column as a component.
    GeniziByColumn,
    /// Correlations with the nearest uncorrelated columns, squared.
    Car,
    /// The same with every column as a component.
    CarByColumn,
    /// Covariances of the components' fitted parts with the outcome; also called Fields's decomposition.
    Pratt,
    /// Variances and covariances of the components' fitted parts.
    VarianceComponents,
}

impl Method {
    /// The method's name, as the examples' command line and JSON write it.
    pub fn name(&self) -> &'static str {
        match self {
            Method::Sequential { .. } => "sequential",
            Method::Shapley => "shapley",
            Method::First => "first",
            Method::Last => "last",
            Method::Owen => "owen",
            Method::Pmvd => "pmvd",
            Method::ConditionalDominance => "conditional_dominance",
            Method::CompleteDominance => "complete_dominance",
            Method::Commonality => "commonality",
            Method::Genizi => "genizi",
            Method::GeniziByColumn => "genizi_by_column",
            Method::Car => "car",
            Method::CarByColumn => "car_by_column",
            Method::Pratt => "pratt",
            Method::VarianceComponents => "variance_components",
        }
    }

    /// What a share by this method is, in a few words.
    pub fn meaning(&self) -> &'static str {
        match self {
            Method::Sequential { .. } => "added in the order stated",
            Method::Shapley | Method::Owen => "the mean over all orders",
            Method::First => "explained when entering first",
            Method::Last => "added when entering last",
            Method::Pmvd => "the mean over orders weighted by what they leave",
            Method::ConditionalDominance | Method::CompleteDominance => "the mean over all orders (general dominance)",
            Method::Commonality => "the part that is in common with no other",
            Method::Genizi | Method::GeniziByColumn => "explained through the nearest uncorrelated columns (Johnson)",
            Method::Car | Method::CarByColumn => "squared correlation with the nearest uncorrelated columns",
            Method::Pratt => "covariance of the fitted part with the outcome, conditional on the model (Fields)",
            Method::VarianceComponents => "variance of the fitted part, conditional on the model",
        }
    }

    /// Whether the method needs every order, or every coalition, to be possible.
    pub(crate) fn needs_all_orders(&self) -> bool {
        use Method::{CompleteDominance, ConditionalDominance, Owen, Pmvd};
        matches!(self, Owen | Pmvd | ConditionalDominance | CompleteDominance)
    }

    /// Whether the components' shares sum to R² − R²(always).
    pub fn is_additive(&self) -> bool {
        use Method::{Commonality, First, Last, VarianceComponents};
        !matches!(self, First | Last | Commonality | VarianceComponents)
    }
}
