//! Which covariance is asked for: what errors are taken to be related by, and the small-sample convention.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::small_sample::SmallSample;

/// Which errors are taken to be alike, or related.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CovarianceKind {
    /// Errors alike and unrelated.
    Iid,
    /// Errors of different variance, unrelated.
    Heteroskedastic(Leverage),
    /// Errors related within the levels of a column, by default the units.
    Cluster {
        /// The column; `None` for the units.
        by: Option<String>,
        /// What is done about the bias from few clusters.
        correction: ClusterCorrection,
    },
    /// Errors related within units, and within periods.
    TwowayCluster,
    /// Errors of a unit related over so many periods.
    NeweyWest {
        /// Periods; `None` for ⌊T^¼⌋, T the number of periods.
        bandwidth: Option<usize>,
    },
    /// Errors related over so many periods, of one unit and between units.
    DriscollKraay {
        /// Periods; `None` for ⌊T^¼⌋.
        bandwidth: Option<usize>,
    },
    /// Errors related within units, by leaving out one unit after the other: (G − 1)/G Σ (b₍₋ᵢ₎ − b̄)(b₍₋ᵢ₎ − b̄)'.
    Jackknife,
}

/// How residuals are scaled up for the leverage of their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClusterCorrection {
    /// The factor of the [`SmallSample`] convention. The default, as it is what packages print.
    #[default]
    SmallSample,
    /// None.
    Cr0,
    /// G/(G − 1).
    Cr1,
    /// G/(G − 1) · (n − 1)/(n − K), Stata's.
    Cr1s,
    /// Residuals of a cluster times (I − H_gg)^−½: without bias where errors are alike.
    Cr2,
    /// Residuals of a cluster times (I − H_gg)⁻¹: Σ_g (b₍₋g₎ − b)(b₍₋g₎ − b)', each cluster left out once.
    Cr3,
}

/// A covariance as it is asked for: its kind, and the small-sample convention.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::regress::SmallSample;
/// use apportion::{Covariance, Estimator, Panel, PanelRegression};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).estimator(Estimator::Within).fit(&panel)?;
/// let by_unit = fit.covariance(&Covariance::cluster())?;
/// let plain = fit.covariance(&Covariance::cluster().small_sample(SmallSample::Unadjusted))?;
/// assert!(by_unit.std_errors()[0] > plain.std_errors()[0]);
/// assert_eq!(Covariance::cluster(), Covariance::cluster().small_sample(SmallSample::Fixest));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Covariance {
    /// Which errors are taken to be related.
    pub kind: CovarianceKind,
    /// The convention of the small-sample factor and of the degrees of freedom.
    pub small_sample: SmallSample,
}

impl Covariance {
    fn of(kind: CovarianceKind) -> Self {
        Covariance { kind, small_sample: SmallSample::default() }
    }

    /// Errors alike and unrelated.
    pub fn iid() -> Self {
        Self::of(CovarianceKind::Iid)
    }

    /// Errors of different variance, unrelated.
    pub fn heteroskedastic(leverage: Leverage) -> Self {
        Self::of(CovarianceKind::Heteroskedastic(leverage))
    }

    /// Errors related within units.
    pub fn cluster() -> Self {
        Self::of(CovarianceKind::Cluster { by: None, correction: ClusterCorrection::default() })
    }

    /// Errors related within the levels of this column of the panel (or its units, or periods).
    pub fn cluster_by(column: impl Into<String>) -> Self {
        Self::of(CovarianceKind::Cluster { by: Some(column.into()), correction: ClusterCorrection::default() })
    }

    /// Errors related within units, and within periods.
    pub fn twoway_cluster() -> Self {
        Self::of(CovarianceKind::TwowayCluster)
    }

    /// Newey and West's, within units; without units the rows are one series. `None` for a bandwidth of ⌊T^¼⌋ periods.
    pub fn newey_west(bandwidth: Option<usize>) -> Self {
        Self::of(CovarianceKind::NeweyWest { bandwidth })
    }

    /// Driscoll and Kraay's. `None` for a bandwidth of ⌊T^¼⌋ periods.
    pub fn driscoll_kraay(bandwidth: Option<usize>) -> Self {
        Self::of(CovarianceKind::DriscollKraay { bandwidth })
    }

    /// The jackknife over units.
    pub fn jackknife() -> Self {
        Self::of(CovarianceKind::Jackknife)
    }

    /// Sets the small-sample convention. Default: [`SmallSample::Fixest`].
    pub fn small_sample(mut self, small_sample: SmallSample) -> Self {
        self.small_sample = small_sample;
        self
    }

    /// Sets what a cluster covariance does about few clusters; other kinds are left as they are.
    pub fn correction(mut self, with: ClusterCorrection) -> Self {
        if let CovarianceKind::Cluster { correction, .. } = &mut self.kind {
            *correction = with;
        }
        self
    }
}

impl fmt::Display for CovarianceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CovarianceKind::Iid => "iid",
            CovarianceKind::Heteroskedastic(Leverage::Hc0) => "hc0",
            CovarianceKind::Heteroskedastic(Leverage::Hc1) => "hc1",
            CovarianceKind::Heteroskedastic(Leverage::Hc2) => "hc2",
            CovarianceKind::Heteroskedastic(Leverage::Hc3) => "hc3",
            CovarianceKind::Heteroskedastic(Leverage::Hc4) => "hc4",
            CovarianceKind::Cluster { correction, .. } => match correction {
                ClusterCorrection::SmallSample => "cluster",
                ClusterCorrection::Cr0 => "cluster_cr0",
                ClusterCorrection::Cr1 => "cluster_cr1",
                ClusterCorrection::Cr1s => "cluster_cr1s",
                ClusterCorrection::Cr2 => "cluster_cr2",
                ClusterCorrection::Cr3 => "cluster_cr3",
            },
            CovarianceKind::TwowayCluster => "twoway_cluster",
            CovarianceKind::NeweyWest { .. } => "newey_west",
            CovarianceKind::DriscollKraay { .. } => "driscoll_kraay",
            CovarianceKind::Jackknife => "jackknife",
        })
    }
}
