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
/// // By its name; sequential then takes the order of the model.
/// let sequential: Method = "sequential".parse()?;
/// assert_eq!(sequential, Method::Sequential { order: Vec::new() });
/// assert_eq!(fit.breakdown(&sequential)?, fit.sequential_in(&["first", "second"])?);
/// assert!("anova".parse::<Method>().is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "method", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// What each component adds in one stated order.
    Sequential {
        /// The components in the order in which they enter; none for that of the model, which the breakdown then
        /// states.
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
