//! What is done about leverage and few clusters, and whose errors are related?

use serde::{Deserialize, Serialize};

/// Whose errors Beck and Katz's covariance takes to be related.
///
/// # Examples
/// See [`Covariance::beck_katz`](crate::Covariance::beck_katz).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorsRelated {
    /// Those of two units in the same period, in every period alike; plm's `cluster = "time"`. The default, as it is
    /// Beck and Katz's.
    #[default]
    WithinPeriods,
    /// Those of a unit in two periods, in every unit alike; plm's `cluster = "group"`.
    WithinUnits,
}

/// How residuals are scaled up for the leverage of their rows.
///
/// The leverage h of a row is its diagonal of the hat matrix, between 0 and 1; formulas and sources are with
/// [`CovarianceKind`](super::CovarianceKind).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Leverage {
    /// Not at all.
    Hc0,
    /// All alike, by the small-sample factor.
    Hc1,
    /// By one over the root of 1 − h: without bias where errors are alike.
    Hc2,
    /// By one over 1 − h: close to leaving one row out.
    Hc3,
    /// By a power of 1 − h that grows with h.
    Hc4,
}

/// What is done about the bias of a cluster covariance with few clusters.
///
/// CR2 and CR3 decompose a matrix for every cluster, which costs the cube of its rows, or of the columns and absorbed
/// effects that concern it, whichever are fewer: seconds for clusters of a thousand rows beside unit effects.
///
/// R. M. Bell and D. F. McCaffrey (2002), "Bias reduction in standard errors for linear regression with multi-stage
/// samples"; J. E. Pustejovsky and E. Tipton (2018), <https://doi.org/10.1080/07350015.2016.1247004>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClusterCorrection {
    /// The factor of the [`SmallSample`](super::SmallSample) convention. The default, as it is what packages print.
    #[default]
    SmallSample,
    /// None.
    Cr0,
    /// G/(G − 1).
    Cr1,
    /// G/(G − 1) · (n − 1)/(n − K'), Stata's; K' counts coefficients and absorbed effects, of those nested in a cluster one.
    Cr1s,
    /// Residuals of a cluster times (I − H_gg)^−½: without bias where errors are alike, of weighted regressions errors
    /// times the roots of the weights; what clubSandwich gives for the unweighted regression of rows times those roots.
    /// Its p-values and intervals are from the t distribution with Satterthwaite's degrees of freedom, a coefficient's
    /// own, unless the convention is plm's or none: G − 1 rejects too often where clusters are few or uneven.
    Cr2,
    /// Residuals of a cluster times (I − H_gg)⁻¹: Σ_g (b₍₋g₎ − b)(b₍₋g₎ − b)', each cluster left out once.
    Cr3,
}

impl ClusterCorrection {
    /// What a cluster's M_g is raised to.
    pub(super) fn power(self) -> f64 {
        match self {
            ClusterCorrection::Cr2 => -0.5,
            ClusterCorrection::Cr3 => -1.0,
            _ => 0.0,
        }
    }
}
