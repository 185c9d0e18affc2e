//! How far a share reaches over the specifications, and which of two is larger.

use serde::{Deserialize, Serialize};

use super::Specification;
use crate::numerics::quantile::quantile;

/// Shares that differ by no more rank alike.
pub(super) const TIE: f64 = 1e-12;

/// How far a share reaches: its quantiles over the specifications that have it, as parts of the total. They interpolate
/// between the two next to them (Hyndman and Fan's type 7, the default of R and of numpy).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SpecificationRange {
    /// The component, `always` or `unexplained`.
    pub name: String,
    /// Specifications that have it.
    pub specifications: usize,
    /// The smallest.
    pub min: f64,
    /// A twentieth lies below.
    pub p05: f64,
    /// A quarter lies below.
    pub p25: f64,
    /// A half lies below.
    pub median: f64,
    /// Three quarters lie below.
    pub p75: f64,
    /// All but a twentieth lie below.
    pub p95: f64,
    /// The largest.
    pub max: f64,
}

/// In what part of the specifications one component has a larger share than another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PairOfShares {
    /// One component.
    pub first: String,
    /// The other.
    pub second: String,
    /// Where the first has the larger share, as a part of the specifications that have both; a tie counts a half.
    pub proportion: f64,
    /// Specifications that have both.
    pub specifications: usize,
}

/// The components by their shares, the largest first; `None` where one has none.
pub(super) fn ranking(components: &[String], of: &Specification) -> Option<Vec<(usize, f64)>> {
    let shares = components.iter().enumerate().map(|(at, name)| Some((at, of.share_of_total(name)?)));
    let mut ranked = shares.collect::<Option<Vec<(usize, f64)>>>()?;
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    Some(ranked)
}

impl SpecificationRange {
    /// `None` where no specification has the share.
    pub(super) fn of(name: &str, specifications: &[Specification]) -> Option<Self> {
        let mut values: Vec<f64> = specifications.iter().filter_map(|of| of.share_of_total(name)).collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = |p: f64| quantile(&values, p);
        Some(SpecificationRange {
            name: name.to_string(),
            specifications: values.len(),
            min: *values.first()?,
            p05: at(0.05)?,
            p25: at(0.25)?,
            median: at(0.5)?,
            p75: at(0.75)?,
            p95: at(0.95)?,
            max: *values.last()?,
        })
    }
}

impl PairOfShares {
    /// `None` where no specification has both.
    pub(super) fn of(first: &str, second: &str, specifications: &[Specification]) -> Option<Self> {
        let both = specifications.iter().filter_map(|of| Some(of.share_of_total(first)? - of.share_of_total(second)?));
        let (mut larger, mut found) = (0.0, 0);
        for difference in both {
            found += 1;
            larger += match difference {
                difference if difference > TIE => 1.0,
                difference if difference < -TIE => 0.0,
                _ => 0.5,
            };
        }
        let (first, second) = (first.to_string(), second.to_string());
        (found > 0).then(|| PairOfShares { first, second, proportion: larger / found as f64, specifications: found })
    }
}
