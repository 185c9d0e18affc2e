//! What a method says beyond one share for each component.

use serde::{Deserialize, Serialize};

use super::coalitions::coalition::Coalition;
use super::share::{Corrected, Interval, Share};

/// What a method says beyond one share for each component.
///
/// Numbers are on the scale of the breakdown: parts of the total variation, as fractions; of an
/// [`Attribution`](crate::decompose::Attribution), values of its statistic.
///
/// # Examples
/// ```
/// use apportion::decompose::Detail;
/// use apportion::{Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 3.0, 5.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0])
///     .column("z", [0.0, 1.0, 0.0, 1.0])
///     .build()?;
/// let fit = Model::new("y").component("both", ["x", "z"]).fit(&panel)?;
/// assert!(fit.shapley()?.detail.is_nothing());
/// let Detail::Terms(terms) = fit.owen()?.detail else { unreachable!() };
/// assert_eq!((terms[1].component.as_str(), terms[1].term.as_str()), ("both", "z"));
/// assert!((terms[1].share_of_total - 2.25 / 8.75).abs() < 1e-12);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Detail {
    /// Nothing.
    #[default]
    Nothing,
    /// The terms' values, component by component ([`owen`](crate::FittedModel::owen)).
    Terms(Vec<TermShare>),
    /// What each component adds on average by the number of components in before it
    /// ([`conditional_dominance`](crate::FittedModel::conditional_dominance)).
    BySize(Vec<SizeShare>),
    /// How often the first of two components adds more
    /// ([`complete_dominance`](crate::FittedModel::complete_dominance)).
    Pairs(Vec<PairDominance>),
    /// What each set of components has in common ([`commonality`](crate::FittedModel::commonality)).
    Subsets(Vec<SubsetShare>),
    /// Covariances of two components' parts ([`variance_components`](crate::FittedModel::variance_components)).
    Covariances(Vec<PairCovariance>),
}

/// The value of a term within its component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TermShare {
    /// The component; in JSON left out where a term stands in its component.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub component: String,
    /// The term, as text.
    #[serde(rename = "name")]
    pub term: String,
    /// Its part of the total variation, as a fraction.
    pub share_of_total: f64,
    /// How sure it is; `None` without intervals.
    #[serde(flatten, deserialize_with = "Interval::beside")]
    pub interval: Option<Interval>,
    /// What chance gives of it; `None` where that was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// The same once chance is taken out; `None` where that was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<Corrected>,
}

/// What a component adds on average to coalitions of one size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SizeShare {
    /// The component.
    pub component: String,
    /// How many components are in before it.
    pub size: usize,
    /// The mean increment, as a part of the total variation.
    pub share_of_total: f64,
    /// How sure it is; `None` without intervals.
    #[serde(flatten, deserialize_with = "Interval::beside")]
    pub interval: Option<Interval>,
    /// What chance gives of it; `None` where that was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// The same once chance is taken out; `None` where that was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<Corrected>,
}

/// How often one component adds more than another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PairDominance {
    /// The one.
    pub first: String,
    /// The other.
    pub second: String,
    /// The part of the coalitions of all others in which the first adds more, a tie counted as a half: 1 where the
    /// first dominates completely, 0 where the second does.
    pub proportion: f64,
    /// The part of the replicates in which the relation is the sample's own: the first dominates, the second does, or
    /// neither. `None` without replicates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reproduced: Option<f64>,
    /// How sure the proportion is; `None` without intervals.
    #[serde(flatten, deserialize_with = "Interval::beside")]
    pub interval: Option<Interval>,
}

impl PairDominance {
    /// Which of the two dominates completely: `Some(true)` for the first, `Some(false)` for the second, `None` for
    /// neither, where each adds more in some coalition or they tie.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Detail;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// let Detail::Pairs(pairs) = fit.complete_dominance()?.detail else { unreachable!() };
    /// // Two copies of a column tie: neither dominates.
    /// assert_eq!((pairs[0].proportion, pairs[0].dominant()), (0.5, None));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn dominant(&self) -> Option<bool> {
        relation(self.proportion)
    }
}

/// The relation that a proportion says: the first dominates, the second, or neither.
pub(crate) fn relation(proportion: f64) -> Option<bool> {
    match proportion {
        p if p >= 1.0 => Some(true),
        p if p <= 0.0 => Some(false),
        _ => None,
    }
}

/// What a set of components explains in common and no other set does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SubsetShare {
    /// The set, by positions of components.
    pub coalition: Coalition,
    /// Its part of the total variation, as a fraction; may be negative.
    pub share_of_total: f64,
    /// How sure it is; `None` without intervals.
    #[serde(flatten, deserialize_with = "Interval::beside")]
    pub interval: Option<Interval>,
    /// What chance gives of it; `None` where that was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// The same once chance is taken out; `None` where that was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<Corrected>,
}

/// The covariance of two components' fitted parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PairCovariance {
    /// The one.
    pub first: String,
    /// The other.
    pub second: String,
    /// cov(f_first, f_second)/var(y), as a fraction; it enters R² twice.
    pub share_of_total: f64,
    /// How sure it is; `None` without intervals.
    #[serde(flatten, deserialize_with = "Interval::beside")]
    pub interval: Option<Interval>,
    /// What chance gives of it; `None` where that was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// The same once chance is taken out; `None` where that was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<Corrected>,
}

/// A number of a breakdown and the places of its interval and of what is left of it without chance.
pub(crate) struct Cell<'a> {
    pub(crate) value: f64,
    pub(crate) interval: &'a mut Option<Interval>,
    /// Chance, and the corrected number, where it is a share.
    pub(crate) correction: Option<(&'a mut Option<f64>, &'a mut Option<Corrected>)>,
    /// The row's name, where it is one of the breakdown's own rows.
    pub(crate) row: Option<&'a str>,
    /// Where a pair's relation may be said to be reproduced.
    pub(crate) reproduced: Option<&'a mut Option<f64>>,
}

impl<'a> Cell<'a> {
    pub(crate) fn of_share(share: &'a mut Share) -> Self {
        Cell {
            value: share.share_of_total,
            interval: &mut share.interval,
            correction: Some((&mut share.chance, &mut share.corrected)),
            row: Some(&share.name),
            reproduced: None,
        }
    }
}

impl Detail {
    /// How many numbers it holds.
    pub(super) fn len(&self) -> usize {
        match self {
            Detail::Nothing => 0,
            Detail::Terms(terms) => terms.len(),
            Detail::BySize(cells) => cells.len(),
            Detail::Pairs(pairs) => pairs.len(),
            Detail::Subsets(parts) => parts.len(),
            Detail::Covariances(pairs) => pairs.len(),
        }
    }

    /// Whether there is none.
    pub fn is_nothing(&self) -> bool {
        *self == Detail::Nothing
    }

    pub(crate) fn cells_mut(&mut self) -> Vec<Cell<'_>> {
        // The four kinds of share have the same fields, and no type in common.
        macro_rules! cells {
            ($rows:expr) => {
                $rows
                    .iter_mut()
                    .map(|row| Cell {
                        value: row.share_of_total,
                        interval: &mut row.interval,
                        correction: Some((&mut row.chance, &mut row.corrected)),
                        row: None,
                        reproduced: None,
                    })
                    .collect()
            };
        }
        match self {
            Detail::Nothing => Vec::new(),
            Detail::Terms(terms) => cells!(terms),
            Detail::BySize(sizes) => cells!(sizes),
            Detail::Subsets(parts) => cells!(parts),
            Detail::Covariances(pairs) => cells!(pairs),
            Detail::Pairs(pairs) => pairs
                .iter_mut()
                .map(|p| Cell {
                    value: p.proportion,
                    interval: &mut p.interval,
                    correction: None,
                    row: None,
                    reproduced: Some(&mut p.reproduced),
                })
                .collect(),
        }
    }

    /// The terms of each component, from their values.
    pub(super) fn terms<'a>(components: &[String], terms: impl Iterator<Item = &'a [String]>, values: &[f64]) -> Self {
        let named =
            components.iter().zip(terms).flat_map(|(component, terms)| terms.iter().map(move |t| (component, t)));
        let share = |((component, term), &value): ((&String, &String), &f64)| TermShare {
            component: component.clone(),
            term: term.clone(),
            share_of_total: value,
            interval: None,
            chance: None,
            corrected: None,
        };
        Detail::Terms(named.zip(values).map(share).collect())
    }

    pub(super) fn by_size(components: &[String], values: &[f64]) -> Self {
        let sizes = components.iter().flat_map(|component| (0..components.len()).map(move |size| (component, size)));
        let share = |((component, size), &value): ((&String, usize), &f64)| SizeShare {
            component: component.clone(),
            size,
            share_of_total: value,
            interval: None,
            chance: None,
            corrected: None,
        };
        Detail::BySize(sizes.zip(values).map(share).collect())
    }

    pub(super) fn pairs(components: &[String], values: &[f64]) -> Self {
        let pair = |((first, second), &proportion): ((String, String), &f64)| PairDominance {
            first,
            second,
            proportion,
            interval: None,
            reproduced: None,
        };
        Detail::Pairs(pairs_of(components).zip(values).map(pair).collect())
    }

    pub(super) fn covariances(components: &[String], values: &[f64]) -> Self {
        let pair = |((first, second), &value): ((String, String), &f64)| PairCovariance {
            first,
            second,
            share_of_total: value,
            interval: None,
            chance: None,
            corrected: None,
        };
        Detail::Covariances(pairs_of(components).zip(values).map(pair).collect())
    }

    pub(super) fn subsets(values: &[f64]) -> Self {
        let share = |(at, &value): (usize, &f64)| SubsetShare {
            coalition: Coalition::from_bits(at as u64 + 1),
            share_of_total: value,
            interval: None,
            chance: None,
            corrected: None,
        };
        Detail::Subsets(values.iter().enumerate().map(share).collect())
    }
}

/// Every two components, the earlier first.
fn pairs_of(components: &[String]) -> impl Iterator<Item = (String, String)> + '_ {
    let each = components.iter().enumerate();
    each.flat_map(|(i, first)| components[i + 1..].iter().map(|second| (first.clone(), second.clone())))
}
