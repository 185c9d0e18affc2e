//! Which specifications come nearest to figures that somebody has published?

use serde::{Deserialize, Serialize};

use super::{Specification, SpecificationCurve};
use crate::error::{QuestionError, Result};

/// The specifications nearest to given figures: those whose largest difference from them is smallest.
///
/// # Examples
/// ```
/// use apportion::findings::{NearestSpecifications, Sensitivity};
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let base = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("practice", [Term::UnitEffects]);
/// let curve = Sensitivity::new(base).outcomes(["log(cpp_rate)"]).windows(2011..=2018, 6..=8).of(&panel)?;
/// let figures = [("deprivation", 0.15), ("practice", 0.44)];
/// let nearest: NearestSpecifications = curve.nearest(&figures, 3, 0.02)?;
/// assert_eq!(nearest.specifications.len(), 3);
/// assert!(nearest.specifications[0].largest_difference <= nearest.specifications[1].largest_difference);
/// // As many as are near in all figures are near in each.
/// assert!(nearest.within.iter().all(|(_, part)| *part >= nearest.all_within));
/// assert!(curve.nearest(&[("policy", 0.1)], 3, 0.02).is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NearestSpecifications {
    /// The figures, each by its component, `always` or `unexplained`, as parts of the total.
    pub figures: Vec<(String, f64)>,
    /// The nearest, the nearest of all first; of equally near ones the earlier.
    pub specifications: Vec<NearSpecification>,
    /// How near a share is to count as within.
    pub distance: f64,
    /// The part of the specifications that are within the distance of all figures.
    pub all_within: f64,
    /// Of each figure, the part that are within the distance of it.
    pub within: Vec<(String, f64)>,
}

/// One of the nearest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NearSpecification {
    /// What it is.
    #[serde(flatten)]
    pub specification: Specification,
    /// By how much the share that is furthest from its figure differs from it.
    pub largest_difference: f64,
}

impl SpecificationCurve {
    /// The specifications nearest to these figures, so many of them, and what part lies within a distance of them. Those
    /// that lack one of the shares are not near.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a figure of another name, and [`QuestionError::Option`] for none, for one
    /// that is no number, and for a distance that is below zero or none.
    ///
    /// # Examples
    /// See [`NearestSpecifications`].
    pub fn nearest(&self, figures: &[(&str, f64)], count: usize, distance: f64) -> Result<NearestSpecifications> {
        let refused = |option, expected: &str, found: String| {
            Err(QuestionError::Option { option, expected: expected.to_string(), found }.into())
        };
        if figures.is_empty() {
            return refused("figures", "name at least one share and what it is to be", "none".to_string());
        }
        for (at, (name, figure)) in figures.iter().enumerate() {
            self.range(name)?;
            if figures[..at].iter().any(|(other, _)| other == name) {
                return refused("figures", "name each share once", format!("{name} twice"));
            }
            if !figure.is_finite() {
                return refused("figures", "a figure is a part of the total, such as 0.44", figure.to_string());
            }
        }
        if !(distance >= 0.0 && distance.is_finite()) {
            return refused("distance", "it is a part of the total, such as 0.02", distance.to_string());
        }
        let mut ranked: Vec<(f64, usize)> = Vec::new();
        let (mut answered, mut all, mut each) = (0_usize, 0_usize, vec![0_usize; figures.len()]);
        for (at, of) in self.specifications.iter().enumerate().filter(|(_, of)| of.error.is_none()) {
            answered += 1;
            let off = figures.iter().map(|(name, figure)| Some((of.share_of_total(name)? - figure).abs()));
            let off: Vec<Option<f64>> = off.collect();
            let is_within = |off: &Option<f64>| off.is_some_and(|off| off <= distance);
            all += usize::from(off.iter().all(is_within));
            each.iter_mut().zip(&off).for_each(|(count, off)| *count += usize::from(is_within(off)));
            if let Some(off) = off.into_iter().collect::<Option<Vec<f64>>>() {
                ranked.push((off.into_iter().fold(0.0, f64::max), at));
            }
        }
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let near = |&(largest_difference, at): &(f64, usize)| NearSpecification {
            specification: self.specifications[at].clone(),
            largest_difference,
        };
        let part = |count: usize| count as f64 / answered.max(1) as f64;
        let within = figures.iter().zip(each).map(|((name, _), count)| (name.to_string(), part(count)));
        Ok(NearestSpecifications {
            figures: figures.iter().map(|(name, figure)| (name.to_string(), *figure)).collect(),
            specifications: ranked.iter().take(count).map(near).collect(),
            distance,
            all_within: part(all),
            within: within.collect(),
        })
    }
}
