//! What a covariance is multiplied by for being estimated from few rows or clusters, and the distribution that goes
//! with it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{ClusterCorrection, Clusters, CovarianceKind, Leverage};
use crate::error::Error;
use crate::regress::FittedRegression;

/// The small-sample convention, named after the package whose standard errors it gives.
///
/// n rows, K coefficients and independent absorbed effects; K' leaves out effects nested in a cluster, but for one each;
/// G clusters, T periods:
///
/// | covariance | fixest 0.14, Stata | plm 2.6 | unadjusted |
/// |---|---|---|---|
/// | iid | n/(n − K) | n/(n − K) | 1 |
/// | HC1 | n/(n − K) | n/(n − k), k the coefficients | 1 |
/// | HC0, HC2, HC3, HC4 | 1 | 1; leverages of the columns alone | 1 |
/// | cluster | G/(G − 1) · (n − 1)/(n − K') | 1 | 1 |
/// | two-way cluster | the same with the smaller G | 1 | 1 |
/// | Newey–West | T/(T − 1) · (n − 1)/(n − K); Stata n/(n − K) | 1 | 1 |
/// | Driscoll–Kraay | T/(T − 1) · (n − 1)/(n − K) | 1 | 1 |
/// | distribution | t: n − K, with clusters G − 1, with lags T − 1; Stata normal for random effects | t: n − K, normal for random effects | normal |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SmallSample {
    /// fixest's. The default, as the most careful of them.
    #[default]
    Fixest,
    /// plm's.
    Plm,
    /// Stata's.
    Stata,
    /// No factor, and the normal distribution.
    #[serde(rename = "none")]
    Unadjusted,
}

impl SmallSample {
    const ALL: [SmallSample; 4] = [SmallSample::Unadjusted, SmallSample::Fixest, SmallSample::Plm, SmallSample::Stata];

    /// Its text form.
    pub fn name(self) -> &'static str {
        match self {
            SmallSample::Fixest => "fixest",
            SmallSample::Plm => "plm",
            SmallSample::Stata => "stata",
            SmallSample::Unadjusted => "none",
        }
    }

    pub(super) fn factor(
        self,
        fit: &FittedRegression,
        kind: &CovarianceKind,
        clusters: &[usize],
        nesting: &[Clusters],
    ) -> f64 {
        let n = fit.n_observations() as f64;
        let df = fit.df_residual as f64;
        let k = fit.estimates.len() as f64;
        let of_clusters = clusters.iter().min().map_or(1.0, |&g| g as f64 / (g as f64 - 1.0));
        let of_rows = (n - 1.0) / (n - fit.parameters_beside(nesting) as f64).max(1.0);
        match (kind, self) {
            (CovarianceKind::Cluster { correction: ClusterCorrection::Cr1, .. }, _) => of_clusters,
            (CovarianceKind::Cluster { correction: ClusterCorrection::Cr1s, .. }, _) => of_clusters * of_rows,
            (_, SmallSample::Unadjusted) => 1.0,
            (CovarianceKind::Iid, _) => n / df,
            (CovarianceKind::Heteroskedastic(Leverage::Hc1), SmallSample::Plm) => n / (n - k),
            (CovarianceKind::Heteroskedastic(Leverage::Hc1), _) => n / df,
            (_, SmallSample::Plm) => 1.0,
            (CovarianceKind::Cluster { correction: ClusterCorrection::SmallSample, .. }, _)
            | (CovarianceKind::TwowayCluster, _) => of_clusters * of_rows,
            (CovarianceKind::NeweyWest { .. }, SmallSample::Stata) => n / df,
            (CovarianceKind::NeweyWest { .. } | CovarianceKind::DriscollKraay { .. }, _) => {
                of_clusters * (n - 1.0) / df
            }
            _ => 1.0,
        }
    }

    pub(super) fn df(self, fit: &FittedRegression, kind: &CovarianceKind, fewest: Option<usize>) -> Option<f64> {
        let of_clusters = match (self, fewest) {
            (SmallSample::Unadjusted, _) => return None,
            (SmallSample::Plm, _) => None,
            (_, fewest) => fewest.map(|clusters| clusters as f64 - 1.0),
        };
        let is_random = fit.question.estimator.is_random();
        if is_random && matches!(self, SmallSample::Plm | SmallSample::Stata) {
            return None;
        }
        match kind {
            CovarianceKind::Jackknife => fewest.map(|clusters| clusters as f64 - 1.0),
            _ => Some(of_clusters.unwrap_or(fit.df_residual as f64)),
        }
    }
}

impl FittedRegression {
    /// Coefficients and independent absorbed effects, of those nested in a clustering only one.
    fn parameters_beside(&self, clusterings: &[Clusters]) -> usize {
        let absorbed = self.data.absorbed;
        let units = self.design.units.as_ref().filter(|_| absorbed.units);
        let periods = self.design.periods.as_ref().filter(|_| absorbed.periods);
        let nested = [units, periods].into_iter().flatten().filter(|effect| clusterings.iter().any(|c| c.nest(effect)));
        self.estimates.len() + absorbed.rank - nested.map(|effect| effect.names.len() - 1).sum::<usize>()
    }
}

impl fmt::Display for SmallSample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for SmallSample {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        SmallSample::ALL.into_iter().find(|s| s.name() == text).ok_or_else(|| Error::Option {
            option: "small-sample",
            expected: format!("it must be one of {}", SmallSample::ALL.map(SmallSample::name).join(", ")),
            found: format!("\"{text}\""),
        })
    }
}
