//! Which covariance is asked for: what errors are taken to be related by, and the small-sample convention.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::correction::{ClusterCorrection, ErrorsRelated, Leverage};
use super::small_sample::SmallSample;

/// Which errors are taken to be alike, or related.
///
/// With X the transformed columns, w the weights, e the residuals, h a row's leverage (absorbed effects counted),
/// A = (X'WX)⁻¹ and the scores s_i = w_i x_i e_i, every covariance but the first is a sandwich A M A, times the factor
/// of the [`SmallSample`] convention:
///
/// ```text
/// iid              A · RSS/n instead
/// HC0, HC1         M = Σ s_i s_i'
/// HC2, HC3         M = Σ s_i s_i'/(1 − h_i),  Σ s_i s_i'/(1 − h_i)²
/// HC4              M = Σ s_i s_i'/(1 − h_i)^min(4, n h_i/p),   p the sum of the leverages
/// cluster          M = Σ_g s_g s_g',   s_g the sum over a cluster
/// two-way cluster  that of units, plus that of periods, less that of their intersections
/// Newey–West       M = Σ_l k_l Σ (s_it s_i,t−l' + its transpose), within units,   k_l = 1 − l/(L + 1)
/// Driscoll–Kraay   the same of the sums over all units of a period
/// Beck–Katz        M = Σ_t X_t' Ω X_t,   Ω_ij the mean of e_it e_jt over the periods of both units
/// ```
///
/// H. White (1980), "A heteroskedasticity-consistent covariance matrix estimator and a direct test for
/// heteroskedasticity"; J. G. MacKinnon and H. White (1985), "Some heteroskedasticity-consistent covariance matrix
/// estimators with improved finite sample properties"; F. Cribari-Neto (2004), "Asymptotic inference under
/// heteroskedasticity of unknown form"; K.-Y. Liang and S. L. Zeger (1986), "Longitudinal data analysis using
/// generalized linear models"; A. C. Cameron, J. B. Gelbach and D. L. Miller (2011), "Robust inference with multiway
/// clustering"; W. K. Newey and K. D. West (1987), <https://doi.org/10.2307/1913610>; J. C. Driscoll and A. C. Kraay
/// (1998), <https://doi.org/10.1162/003465398557825>; N. Beck and J. N. Katz (1995), "What to do (and not to do) with
/// time-series cross-section data".
///
/// # Examples
/// ```
/// use apportion::Covariance;
/// use apportion::regress::Leverage;
///
/// assert_eq!(Covariance::heteroskedastic(Leverage::Hc3).kind.to_string(), "hc3");
/// assert_eq!(Covariance::twoway_cluster().kind.to_string(), "twoway_cluster");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Errors related within the levels of two columns.
    TwowayClusterBy {
        /// One column.
        first: String,
        /// The other.
        second: String,
    },
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
    /// Errors related in the same way in every period, or in every unit: panel-corrected standard errors.
    BeckKatz {
        /// What errors are related within.
        related: ErrorsRelated,
    },
    /// Errors related within units, by leaving out one unit after the other: (G − 1)/G Σ (b₍₋ᵢ₎ − b̄)(b₍₋ᵢ₎ − b̄)'.
    Jackknife,
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
    ///
    /// # Examples
    /// ```
    /// use apportion::regress::CovarianceKind;
    /// use apportion::Covariance;
    ///
    /// assert_eq!(Covariance::iid().kind, CovarianceKind::Iid);
    /// ```
    pub fn iid() -> Self {
        Self::of(CovarianceKind::Iid)
    }

    /// Errors of different variance, unrelated.
    ///
    /// # Examples
    /// ```
    /// use apportion::regress::Leverage;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// let of = |leverage| fit.covariance(&Covariance::heteroskedastic(leverage)).map(|c| c.std_errors()[1]);
    /// // Σ (x − x̄)² e² over (Σ (x − x̄)²)²; HC1 multiplies that by n/(n − k) = 2.
    /// let hc0 = (2.25 * 0.01 + 0.25 * 0.64 + 0.25 * 1.69 + 2.25 * 0.36_f64).sqrt() / 5.0;
    /// assert!((of(Leverage::Hc0)? - hc0).abs() < 1e-12 && (of(Leverage::Hc1)? - hc0 * 2_f64.sqrt()).abs() < 1e-12);
    /// assert!(of(Leverage::Hc3)? > of(Leverage::Hc2)? && of(Leverage::Hc2)? > hc0);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn heteroskedastic(leverage: Leverage) -> Self {
        Self::of(CovarianceKind::Heteroskedastic(leverage))
    }

    /// Errors related within units.
    ///
    /// # Examples
    /// See [`Covariance`] and [`FittedRegression::covariance`](crate::FittedRegression::covariance).
    pub fn cluster() -> Self {
        Self::of(CovarianceKind::Cluster { by: None, correction: ClusterCorrection::default() })
    }

    /// Errors related within the levels of this column of the panel (or its units, or periods).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let by_region = fit.covariance(&Covariance::cluster_by("region"))?;
    /// assert_eq!((by_region.clusters[0], by_region.df), (9, Some(8.0)));
    /// assert!(by_region.warnings[0].to_string().contains("9 clusters"));
    /// // The column of units is a column like any other here.
    /// assert_eq!(
    ///     fit.covariance(&Covariance::cluster_by("authority"))?.matrix,
    ///     fit.covariance(&Covariance::cluster())?.matrix
    /// );
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn cluster_by(column: impl Into<String>) -> Self {
        Self::of(CovarianceKind::Cluster { by: Some(column.into()), correction: ClusterCorrection::default() })
    }

    /// Errors related within units, and within periods.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let both = fit.covariance(&Covariance::twoway_cluster())?;
    /// assert_eq!(both.clustered_by, ["authority", "year"]);
    /// assert_eq!(both.clusters, [150, 8]);
    /// assert_eq!(both.df, Some(7.0), "one less than the fewer");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn twoway_cluster() -> Self {
        Self::of(CovarianceKind::TwowayCluster)
    }

    /// Errors related within the levels of one column, and within those of another, of which each may be any column of
    /// the panel, its units or its periods.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let by_region = fit.covariance(&Covariance::twoway_cluster_by("region", "year"))?;
    /// assert_eq!((by_region.clustered_by, by_region.clusters), (vec!["region".into(), "year".into()], vec![9, 8]));
    /// // By units and periods it is the two-way cluster covariance.
    /// let named = fit.covariance(&Covariance::twoway_cluster_by("authority", "year"))?;
    /// assert_eq!(named.matrix, fit.covariance(&Covariance::twoway_cluster())?.matrix);
    /// assert!(fit.covariance(&Covariance::twoway_cluster_by("region", "region")).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn twoway_cluster_by(first: impl Into<String>, second: impl Into<String>) -> Self {
        Self::of(CovarianceKind::TwowayClusterBy { first: first.into(), second: second.into() })
    }

    /// Newey and West's, within units; without units the rows are one series. `None` for a bandwidth of ⌊T^¼⌋ periods,
    /// which fixest takes, too.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::{Leverage, SmallSample};
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let std_error = |covariance: Covariance| {
    ///     fit.covariance(&covariance.small_sample(SmallSample::Unadjusted)).map(|found| found.std_errors()[1])
    /// };
    /// // Over no periods it is White's; errors of a unit that are alike over time make it larger.
    /// let none = std_error(Covariance::newey_west(Some(0)))?;
    /// assert!((none / std_error(Covariance::heteroskedastic(Leverage::Hc0))? - 1.0).abs() < 1e-12);
    /// assert!(std_error(Covariance::newey_west(Some(4)))? > none);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn newey_west(bandwidth: Option<usize>) -> Self {
        Self::of(CovarianceKind::NeweyWest { bandwidth })
    }

    /// Driscoll and Kraay's. `None` for a bandwidth of ⌊T^¼⌋ periods, which fixest and plm's `vcovSCC` take, too.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// // Eight years: the fourth root of 8, rounded down.
    /// assert_eq!(fit.covariance(&Covariance::driscoll_kraay(None))?.bandwidth, Some(1));
    /// assert!(fit.covariance(&Covariance::driscoll_kraay(Some(8))).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn driscoll_kraay(bandwidth: Option<usize>) -> Self {
        Self::of(CovarianceKind::DriscollKraay { bandwidth })
    }

    /// Beck and Katz's panel-corrected covariance: the covariance of two units' errors is the mean of the products of
    /// their residuals over the periods of both, and that of errors of different periods is zero. For few units over
    /// many periods; errors within units, for many units over few periods. The work grows with the periods times the
    /// square of the units, within units with the units times the square of the periods.
    ///
    /// In an unbalanced panel, where pairs of units share different periods, the covariances of all pairs need not be
    /// those of any errors, and a variance may come out below zero: of a coefficient it is refused
    /// ([`Refusal::NoVariance`](crate::error::Refusal::NoVariance)), of a combination of them there is a warning
    /// ([`Warning::NotPositive`](crate::Warning::NotPositive)).
    ///
    /// With errors related within periods it is plm's `vcovBK(cluster = "time")`; within units its `cluster = "group"`
    /// of a balanced panel. Of a panel whose first unit lacks an early period, plm 2.6 takes residuals for those of
    /// other periods.
    ///
    /// # Examples
    /// ```
    /// use apportion::regress::ErrorsRelated;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder()
    ///     .units(["A", "A", "A", "B", "B", "B"])
    ///     .periods([2016, 2017, 2018, 2016, 2017, 2018])
    ///     .column("y", [1.0, -1.0, 2.0, 3.0, 2.0, 2.0])
    ///     .column("x", [-1.0, -1.0, -1.0, 1.0, 1.0, 1.0])
    ///     .build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// // Residuals ⅓, −5/3, 4/3 and ⅔, −⅓, −⅓: mean products 14/9 and 2/9, and of both units 1/9.
    /// let variance = 3.0 * (14.0 + 2.0 - 2.0) / 9.0 / 36.0;
    /// let found = fit.covariance(&Covariance::beck_katz(ErrorsRelated::WithinPeriods))?;
    /// assert!((found.matrix[[1, 1]] - variance).abs() < 1e-14);
    /// assert_eq!((found.clustered_by, found.df), (vec!["period".to_string()], Some(2.0)));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn beck_katz(related: ErrorsRelated) -> Self {
        Self::of(CovarianceKind::BeckKatz { related })
    }

    /// The jackknife over units.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::ClusterCorrection;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let jackknife = fit.covariance(&Covariance::jackknife())?.std_errors()[1];
    /// // CR3 sums the same changes about the estimate instead of about their mean, and without (G − 1)/G.
    /// let cr3 = fit.covariance(&Covariance::cluster().correction(ClusterCorrection::Cr3))?.std_errors()[1];
    /// assert!(jackknife < cr3 && (jackknife / cr3 - 1.0).abs() < 0.01);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn jackknife() -> Self {
        Self::of(CovarianceKind::Jackknife)
    }

    /// Sets the small-sample convention. Default: [`SmallSample::Fixest`], as the most careful of them.
    ///
    /// # Examples
    /// See [`Covariance`].
    pub fn small_sample(mut self, small_sample: SmallSample) -> Self {
        self.small_sample = small_sample;
        self
    }

    /// Sets what a cluster covariance does about few clusters; other kinds are left as they are. Default:
    /// [`ClusterCorrection::SmallSample`], as it is what packages print.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::ClusterCorrection;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let by_region = |with| {
    ///     fit.covariance(&Covariance::cluster_by("region").correction(with)).map(|found| found.std_errors()[1])
    /// };
    /// let cr0 = by_region(ClusterCorrection::Cr0)?;
    /// assert!((by_region(ClusterCorrection::Cr1)? / cr0 - (9.0_f64 / 8.0).sqrt()).abs() < 1e-12);
    /// assert!(by_region(ClusterCorrection::Cr2)? > cr0 && by_region(ClusterCorrection::Cr3)? > cr0);
    /// // Other kinds have no clusters to correct for.
    /// assert_eq!(Covariance::iid().correction(ClusterCorrection::Cr2), Covariance::iid());
    /// # Ok::<(), apportion::Error>(())
    /// ```
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
            CovarianceKind::TwowayClusterBy { .. } => "twoway_cluster_by",
            CovarianceKind::NeweyWest { .. } => "newey_west",
            CovarianceKind::DriscollKraay { .. } => "driscoll_kraay",
            CovarianceKind::BeckKatz { related: ErrorsRelated::WithinPeriods } => "beck_katz",
            CovarianceKind::BeckKatz { related: ErrorsRelated::WithinUnits } => "beck_katz_within_units",
            CovarianceKind::Jackknife => "jackknife",
        })
    }
}
