//! What the shares of a deviance are of.

use serde::{Deserialize, Serialize};

use crate::model::Family;

/// What a [`Breakdown`](super::Breakdown) of counts is of: the deviance that there was to explain, and what is left of it.
///
/// A share of a deviance has no corrected share beside it: `cargo run --release --example count_coverage` tells how far the
/// jackknife's would be from the shares in very many units. It takes chance of few units from policy and from what is
/// unexplained, but not from components of units, and covers no better than the share as it is.
///
/// # Examples
/// ```
/// use apportion::model::Family;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::england_2011_2018()?;
/// let model = Model::new("cpp_count").component("practice", [Term::UnitEffects]);
/// let model = model.family(Family::Poisson).exposure("population_0_17");
/// let breakdown = model.fit_counts(&panel)?.sequential()?;
/// let deviance = breakdown.deviance.as_ref().unwrap();
/// // Of what is left, chance is a small part: counts vary more than that.
/// let (chance, beyond) = (deviance.chance.unwrap(), deviance.beyond_chance.unwrap());
/// assert!((chance + beyond - breakdown.unexplained.share_of_total).abs() < 1e-12 && chance < beyond);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DevianceShares {
    /// The family of the counts.
    pub family: Family,
    /// The column that they are out of; `None` where every row counts alike.
    pub exposure: Option<String>,
    /// θ of a negative binomial model.
    pub theta: Option<f64>,
    /// The deviance from one rate for all.
    pub null_deviance: f64,
    /// The deviance from the whole model.
    pub deviance: f64,
    /// Σ w (y − μ)²/V(μ) over the rows less the parameters: 1 where counts vary as the family has it; `None` without a row to
    /// spare.
    pub pearson_dispersion: Option<f64>,
    /// The part of the null deviance that Poisson counts have about their means by chance, Σ w E d(Y, μ) · (1 − p/n) for p
    /// parameters and n rows: a part of what is unexplained, and no more than that where counts vary less than chance has it.
    /// `None` of other families, whose spread is not chance alone, and of counts with fractions.
    pub chance: Option<f64>,
    /// The rest of what is unexplained: over-dispersion, and causes that are not in the model.
    pub beyond_chance: Option<f64>,
}
