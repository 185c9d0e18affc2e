//! By which method is the variation split?

use serde::{Deserialize, Serialize};

/// How the variation was split.
///
/// | method | called by | sums to R² − R²(always) |
/// |---|---|---|
/// | [`Sequential`](Self::Sequential) | [`sequential`](crate::FittedModel::sequential), [`sequential_in`](crate::FittedModel::sequential_in) | yes |
/// | [`Shapley`](Self::Shapley) | [`shapley`](crate::FittedModel::shapley) | yes |
/// | [`First`](Self::First) | [`first`](crate::FittedModel::first) | no |
/// | [`Last`](Self::Last) | [`last`](crate::FittedModel::last) | no |
/// | [`Owen`](Self::Owen) | [`owen`](crate::FittedModel::owen) | yes |
/// | [`Pmvd`](Self::Pmvd) | [`pmvd`](crate::FittedModel::pmvd) | yes |
/// | [`ConditionalDominance`](Self::ConditionalDominance) | [`conditional_dominance`](crate::FittedModel::conditional_dominance) | yes |
/// | [`CompleteDominance`](Self::CompleteDominance) | [`complete_dominance`](crate::FittedModel::complete_dominance) | yes |
/// | [`Commonality`](Self::Commonality) | [`commonality`](crate::FittedModel::commonality) | no |
/// | [`Genizi`](Self::Genizi), [`GeniziByColumn`](Self::GeniziByColumn) | [`genizi`](crate::FittedModel::genizi), [`genizi_by_column`](crate::FittedModel::genizi_by_column) | yes |
/// | [`Car`](Self::Car), [`CarByColumn`](Self::CarByColumn) | [`car`](crate::FittedModel::car), [`car_by_column`](crate::FittedModel::car_by_column) | yes |
/// | [`Pratt`](Self::Pratt) | [`pratt`](crate::FittedModel::pratt) | yes |
/// | [`VarianceComponents`](Self::VarianceComponents) | [`variance_components`](crate::FittedModel::variance_components) | no |
///
/// # Examples
/// ```
/// use apportion::{Method, Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 3.0, 5.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0])
///     .column("z", [0.0, 1.0, 0.0, 1.0])
///     .build()?;
/// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
/// for method in Method::all(vec!["first".to_string(), "second".to_string()]) {
///     let breakdown = fit.breakdown(&method)?;
///     let sum: f64 = breakdown.components.iter().map(|share| share.share_of_total).sum();
///     assert!(!method.is_additive() || (sum - fit.r2_overall()).abs() < 1e-12, "{}", method.name());
/// }
/// assert_eq!((Method::Shapley.name(), Method::First.is_additive()), ("shapley", false));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
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
    ///
    /// # Examples
    /// ```
    /// use apportion::Method;
    ///
    /// assert_eq!(Method::ConditionalDominance.name(), "conditional_dominance");
    /// ```
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
