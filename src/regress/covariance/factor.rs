//! What a covariance is multiplied by for being estimated from few rows or clusters, and the degrees of freedom that go
//! with it; [`SmallSample`] tables both.

use super::clusters::Clusters;
use super::correction::{ClusterCorrection, Leverage};
use super::kind::CovarianceKind;
use super::small_sample::SmallSample;
use crate::regress::FittedRegression;

impl SmallSample {
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
        if fit.counts.is_some() {
            // Those of least squares but where packages know of no residual variance.
            match (kind, self) {
                (CovarianceKind::Iid, SmallSample::Fixest) => return (n - 1.0) / df,
                (CovarianceKind::Heteroskedastic(Leverage::Hc1), SmallSample::Stata) => return n / (n - 1.0),
                (
                    CovarianceKind::Cluster { correction: ClusterCorrection::SmallSample, .. }
                    | CovarianceKind::TwowayCluster
                    | CovarianceKind::TwowayClusterBy { .. },
                    SmallSample::Stata,
                ) => return of_clusters,
                (
                    CovarianceKind::Iid | CovarianceKind::NeweyWest { .. } | CovarianceKind::DriscollKraay { .. },
                    SmallSample::Stata,
                ) => return 1.0,
                _ => {}
            }
        }
        match (kind, self) {
            (CovarianceKind::Cluster { correction: ClusterCorrection::Cr1, .. }, _) => of_clusters,
            (CovarianceKind::Cluster { correction: ClusterCorrection::Cr1s, .. }, _) => of_clusters * of_rows,
            (_, SmallSample::Unadjusted) => 1.0,
            (CovarianceKind::Iid, _) => n / df,
            (CovarianceKind::Heteroskedastic(Leverage::Hc1), SmallSample::Plm) => n / (n - k),
            (CovarianceKind::Heteroskedastic(Leverage::Hc1), _) => n / df,
            (_, SmallSample::Plm) => 1.0,
            (CovarianceKind::Cluster { correction: ClusterCorrection::SmallSample, .. }, _)
            | (CovarianceKind::TwowayCluster | CovarianceKind::TwowayClusterBy { .. }, _) => of_clusters * of_rows,
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
            // What counts vary by is known, or as good as known, from their means.
            _ if fit.counts.is_some() => return None,
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
