//! What do the analytic standard errors of Gelbach's decomposition allow for?

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::choice::Choice;
use crate::error::{Error, Result};

/// What the analytic standard errors allow for.
///
/// # Examples
/// ```
/// use apportion::decompose::GelbachCovariance;
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate").always(["low_income_pct"]).component("spending", ["spend_per_child"]).fit(&panel)?;
/// // Clustered by unit where there are units: the years of an authority are not independent.
/// let (clustered, iid) = (fit.gelbach()?, fit.gelbach_with(GelbachCovariance::Iid)?);
/// assert_eq!((clustered.covariance, clustered.clusters), (GelbachCovariance::Cluster, Some(150)));
/// let base = |gelbach: &apportion::decompose::Gelbach| gelbach.columns[0].base;
/// assert_eq!(base(&clustered).estimate, base(&iid).estimate);
/// assert!(base(&clustered).std_error > base(&iid).std_error);
/// assert_eq!("heteroskedastic".parse::<GelbachCovariance>()?, GelbachCovariance::Heteroskedastic);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GelbachCovariance {
    /// Independent rows of equal variance (inverse to their weight). Factor n/(n − k), k the parameters of the full
    /// regression.
    Iid,
    /// Independent rows of any variance (HC1): the same factor.
    Heteroskedastic,
    /// Rows of a unit depend on each other in any way (CR1), units do not. Factor G/(G − 1), G the units.
    Cluster,
}

impl GelbachCovariance {
    /// The covariance's name, as JSON writes it.
    pub fn name(self) -> &'static str {
        match self {
            GelbachCovariance::Iid => "iid",
            GelbachCovariance::Heteroskedastic => "heteroskedastic",
            GelbachCovariance::Cluster => "cluster",
        }
    }
}

impl Choice for GelbachCovariance {
    const OPTION: &'static str = "covariance";

    fn all() -> impl Iterator<Item = Self> {
        [GelbachCovariance::Iid, GelbachCovariance::Heteroskedastic, GelbachCovariance::Cluster].into_iter()
    }

    fn name(&self) -> &'static str {
        GelbachCovariance::name(*self)
    }
}

impl fmt::Display for GelbachCovariance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display(f)
    }
}

impl FromStr for GelbachCovariance {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Choice::parse(text)
    }
}
