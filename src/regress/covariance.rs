//! How sure are the coefficients? The covariance matrix, chosen after the fit.
//!
//! With X the transformed columns, w the weights, e the residuals, A = (X'WX)⁻¹ and the scores s_i = w_i x_i e_i, every
//! covariance but the first is a sandwich A M A:
//!
//! | kind | M | references |
//! |---|---|---|
//! | iid | A·RSS/n instead | |
//! | HC0, HC1 | Σ s_i s_i' | White (1980) |
//! | HC2, HC3 | Σ s_i s_i'/(1 − h_i), /(1 − h_i)², h_i the leverage, absorbed effects counted | MacKinnon and White (1985) |
//! | HC4 | Σ s_i s_i'/(1 − h_i)^min(4, n h_i/p) | Cribari-Neto (2004) |
//! | cluster | Σ_g s_g s_g', s_g the sum over a cluster | Liang and Zeger (1986) |
//! | two-way cluster | that of units, plus that of periods, less that of their intersections | Cameron, Gelbach and Miller (2011) |
//! | Newey–West | Σ_l k_l Σ (s_it s_i,t−l' + its transpose), within units, k_l = 1 − l/(L + 1) | Newey and West (1987) |
//! | Driscoll–Kraay | the same of the sums over all units of a period | Driscoll and Kraay (1998) |
//! | Beck–Katz | Σ_t X_t'ΩX_t, Ω the mean over periods of the products of two units' residuals | Beck and Katz (1995) |

mod adjusted;
mod alone;
mod autocorrelation;
mod beck_katz;
mod by_cluster;
mod clusters;
mod correction;
mod estimated;
mod factor;
mod kind;
mod layout;
mod leverage;
mod of_counts;
mod satterthwaite;
mod small_sample;

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

pub(crate) use adjusted::LeftOut;
use adjusted::Power;
pub(crate) use alone::moves;
use alone::{Alone, Sets};
pub(crate) use clusters::Clusters;
pub use correction::{ClusterCorrection, ErrorsRelated, Leverage};
pub(crate) use estimated::Estimated;
use estimated::is_positive;
pub use kind::{Covariance, CovarianceKind};
pub use small_sample::SmallSample;

use super::FittedRegression;
use crate::error::{EstimateError, Refusal, Result, cannot};
use crate::warning::{FEW_CLUSTERS, Warning};

/// Roundings of the outcome that a residual may be off by.
const ROUNDED: f64 = 64.0;

/// A covariance matrix of the coefficients, and by which convention it came about.
///
/// # Examples
/// ```
/// use apportion::{Covariance, Panel, PanelRegression};
///
/// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
/// let iid = PanelRegression::new("y", ["x"]).fit(&panel)?.covariance(&Covariance::iid())?;
/// // s² (X'X)⁻¹: s² = 1.35, Σ(x − x̄)² = 5, x̄ = 1.5.
/// assert!((iid.matrix[[1, 1]] - 1.35 / 5.0).abs() < 1e-12 && (iid.matrix[[0, 1]] + 1.5 * 1.35 / 5.0).abs() < 1e-12);
/// assert!((iid.std_errors()[1] - (1.35_f64 / 5.0).sqrt()).abs() < 1e-12);
/// assert_eq!((iid.df, iid.small_sample_factor, iid.bandwidth), (Some(2.0), 4.0 / 2.0, None));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "layout::Layout", into = "layout::Layout")]
#[non_exhaustive]
pub struct CovarianceMatrix {
    /// The coefficients, in the order of rows and columns.
    pub names: Vec<String>,
    /// The matrix, in squared points of the outcome over the units of two columns; NaN, in JSON null, in the row and
    /// column of a coefficient of which these errors say nothing.
    pub matrix: Array2<f64>,
    /// As it was asked for.
    pub covariance: Covariance,
    /// What the errors were taken to be related by: the columns whose levels are the clusters.
    pub clustered_by: Vec<String>,
    /// The number of levels of each; of covariances with a bandwidth, the number of periods.
    pub clusters: Vec<usize>,
    /// Periods over which errors were taken to be related; `None` for covariances that have no bandwidth.
    pub bandwidth: Option<usize>,
    /// What the sandwich was multiplied by.
    pub small_sample_factor: f64,
    /// Degrees of freedom of the t distribution of an estimate over its standard error; `None` for the normal one.
    pub df: Option<f64>,
    /// In place of these, Satterthwaite's by coefficient: those of CR2; empty for all other kinds, and where the
    /// small-sample convention is plm's or none. NaN, in JSON null, for a coefficient of which these errors say nothing.
    pub df_by_coefficient: Vec<f64>,
    /// What deserves doubt about it.
    pub warnings: Vec<Warning>,
}

impl CovarianceMatrix {
    /// The standard errors: the roots of the diagonal.
    pub fn std_errors(&self) -> Array1<f64> {
        self.matrix.diag().mapv(f64::sqrt)
    }
}

/// What a kind of covariance says of itself before small-sample factors.
struct Meat {
    /// Of the coefficients of the basis.
    matrix: Array2<f64>,
    clustered_by: Vec<String>,
    clusters: Vec<usize>,
    bandwidth: Option<usize>,
    /// The clusters by which effects may be nested.
    nesting: Vec<Clusters>,
    alone: Vec<Alone>,
    /// Of CR2 the correction of each cluster, which its degrees of freedom need too.
    powers: Vec<Power>,
    warnings: Vec<Warning>,
}

impl Meat {
    fn plain(matrix: Array2<f64>) -> Self {
        Meat {
            matrix,
            clustered_by: Vec::new(),
            clusters: Vec::new(),
            bandwidth: None,
            nesting: Vec::new(),
            alone: Vec::new(),
            powers: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

impl FittedRegression {
    /// The covariance matrix of the coefficients.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] without residual degrees of freedom, or with one period where errors are related over
    /// them; [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn) for a cluster column,
    /// [`EstimateError::Cluster`] where it is missing or has but one level; [`EstimateError::Method`] where units or
    /// periods are needed that the panel does not have; [`QuestionError::Option`](crate::error::QuestionError::Option)
    /// for a bandwidth that reaches the number of periods.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::ClusterCorrection;
    /// use apportion::{Covariance, Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["vacancy_rate"]).estimator(Estimator::Twoway).fit(&panel)?;
    /// let by_unit = fit.covariance(&Covariance::cluster())?;
    /// // G/(G − 1) · (n − 1)/(n − K'), unit effects being nested in the clusters.
    /// assert_eq!((by_unit.clusters[0], by_unit.df), (150, Some(149.0)));
    /// assert!((by_unit.small_sample_factor - 150.0 / 149.0 * 1199.0 / 1191.0).abs() < 1e-12);
    ///
    /// let by_region = fit.covariance(&Covariance::cluster_by("region").correction(ClusterCorrection::Cr2))?;
    /// assert_eq!(by_region.clustered_by, ["region"]);
    /// let over_time = fit.covariance(&Covariance::driscoll_kraay(Some(2)))?;
    /// assert_eq!(over_time.bandwidth, Some(2));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn covariance(&self, covariance: &Covariance) -> Result<CovarianceMatrix> {
        Ok(self.estimated(covariance)?.of_columns)
    }

    /// The same, with what the variances of functions of the coefficients are worked out from.
    pub(crate) fn estimated(&self, covariance: &Covariance) -> Result<Estimated> {
        if self.df_residual == 0 {
            let what = "residual degrees of freedom for a covariance: take terms out".to_string();
            return Err(EstimateError::TooFew { what, expected: 1, found: 0 }.into());
        }
        self.check_of_counts(covariance)?;
        let meat = self.meat(covariance)?;
        let factor = covariance.small_sample.factor(self, &covariance.kind, &meat.clusters, &meat.nesting);
        let fewest = meat.clusters.iter().copied().min();
        let mut warnings = meat.warnings;
        if meat.bandwidth.is_none()
            && let Some(clusters) = fewest
            && clusters < FEW_CLUSTERS
        {
            warnings.push(Warning::FewClusters { clusters, wanted: FEW_CLUSTERS });
        }
        let df = covariance.small_sample.df(self, &covariance.kind, fewest);
        let has_own = matches!(covariance.kind, CovarianceKind::Cluster { correction: ClusterCorrection::Cr2, .. })
            && covariance.small_sample != SmallSample::Plm
            && df.is_some();
        let of_its_own = meat.nesting.first().filter(|_| has_own);
        let satterthwaite = of_its_own.map(|clusters| self.satterthwaite(clusters, meat.powers));
        let matrix = meat.matrix * factor;
        let mut estimated = Estimated {
            of_columns: CovarianceMatrix {
                names: self.names().to_vec(),
                matrix: self.basis.covariance(&matrix),
                covariance: covariance.clone(),
                clustered_by: meat.clustered_by,
                clusters: meat.clusters,
                bandwidth: meat.bandwidth,
                small_sample_factor: factor,
                df,
                df_by_coefficient: Vec::new(),
                warnings,
            },
            matrix,
            inverse: self.basis.inverse.clone(),
            alone: meat.alone,
            satterthwaite,
            rounding: self.rounding_of_residuals().powi(2),
        };
        if matches!(
            covariance.kind,
            CovarianceKind::TwowayCluster | CovarianceKind::TwowayClusterBy { .. } | CovarianceKind::BeckKatz { .. }
        ) {
            self.check_variances(&estimated)?;
            let is_positive = is_positive(&estimated.of_columns.matrix);
            estimated.of_columns.warnings.extend((!is_positive).then_some(Warning::NotPositive));
        }
        estimated.leave_out_unknown(self);
        estimated.put_df(self);
        Ok(estimated)
    }

    /// The covariance of the coefficients of the basis.
    fn meat(&self, covariance: &Covariance) -> Result<Meat> {
        let inverse = &self.basis.inverse;
        let sandwich = |meat: &Array2<f64>| inverse.dot(meat).dot(inverse);
        let of_clusters = |clusters: Clusters, matrix: Array2<f64>, alone: Vec<Alone>| Meat {
            clustered_by: vec![clusters.name.clone()],
            clusters: vec![clusters.len()],
            nesting: vec![clusters],
            alone,
            ..Meat::plain(matrix)
        };
        let asker = format!("the {} covariance", covariance.kind);
        Ok(match &covariance.kind {
            CovarianceKind::Iid if self.counts.is_some() => Meat::plain(self.covariance_of_counts()),
            CovarianceKind::Iid => Meat::plain(inverse * (self.sum_of_squares() / self.n_observations() as f64)),
            CovarianceKind::Heteroskedastic(leverage) => {
                Meat { alone: self.alone(&Sets::Rows), ..Meat::plain(sandwich(&self.of_rows(*leverage, covariance)?)) }
            }
            CovarianceKind::Cluster { by, correction } => {
                let clusters = self.clusters(by.as_deref())?;
                match correction {
                    ClusterCorrection::Cr2 => {
                        let rows = clusters.rows();
                        let (left, powers) = self.leave_out_by_powers(&rows, correction.power());
                        let (moves, alone) = self.moves_of(&clusters, &rows, &left);
                        Meat { powers, ..of_clusters(clusters, moves.t().dot(&moves), alone) }
                    }
                    ClusterCorrection::Cr3 => {
                        let (moves, alone) = self.moves(&clusters, correction.power());
                        of_clusters(clusters, moves.t().dot(&moves), alone)
                    }
                    _ => {
                        let matrix = sandwich(&self.products_of_clusters(&clusters));
                        let alone = self.alone(&Sets::Clusters(&clusters));
                        of_clusters(clusters, matrix, alone)
                    }
                }
            }
            CovarianceKind::Jackknife => {
                let clusters = self.unit_clusters(&asker)?.at_least_two()?;
                let (moves, alone) = self.moves(&clusters, -1.0);
                // Left out in turn, units are not nested in anything.
                Meat { nesting: Vec::new(), ..of_clusters(clusters, adjusted::about_their_mean(moves), alone) }
            }
            CovarianceKind::TwowayCluster | CovarianceKind::TwowayClusterBy { .. } => {
                let [first, second] = self.two_ways(&covariance.kind, &asker)?;
                let products = |clusters: &Clusters| self.products_of_clusters(clusters);
                let both = products(&first.cross(&second));
                let matrix = sandwich(&(products(&first) + products(&second) - both));
                let mut alone = self.alone(&Sets::Clusters(&first));
                alone.extend(self.alone(&Sets::Clusters(&second)));
                Meat {
                    clustered_by: vec![first.name.clone(), second.name.clone()],
                    clusters: vec![first.len(), second.len()],
                    nesting: vec![first, second],
                    alone,
                    ..Meat::plain(matrix)
                }
            }
            CovarianceKind::BeckKatz { related } => {
                let (products, clusters) = self.panel_corrected(*related, &asker)?;
                let alone = self.alone(&Sets::Clusters(&clusters));
                // As with clusters, but that no effect counts as nested.
                Meat { nesting: Vec::new(), ..of_clusters(clusters, sandwich(&products), alone) }
            }
            CovarianceKind::NeweyWest { bandwidth } | CovarianceKind::DriscollKraay { bandwidth } => {
                let across = matches!(covariance.kind, CovarianceKind::DriscollKraay { .. });
                let periods = self.period_clusters(&asker)?;
                let bandwidth = autocorrelation::bandwidth(*bandwidth, periods.len())?;
                let (products, are_related) = self.autocorrelated(bandwidth, across)?;
                let nothing_within = bandwidth > 0 && !are_related;
                Meat {
                    clustered_by: vec![periods.name.clone()],
                    clusters: vec![periods.len()],
                    bandwidth: Some(bandwidth),
                    alone: self.alone(&if across { Sets::Clusters(&periods) } else { Sets::Rows }),
                    warnings: nothing_within.then_some(Warning::NothingWithin { bandwidth }).into_iter().collect(),
                    ..Meat::plain(sandwich(&products))
                }
            }
        })
    }

    /// A Q_g' M_g^power e_g, a row for every cluster; and the clusters that decide alone.
    fn moves(&self, clusters: &Clusters, power: f64) -> (Array2<f64>, Vec<Alone>) {
        let rows = clusters.rows();
        self.moves_of(clusters, &rows, &self.leave_out(&rows, power))
    }

    /// The same of clusters that have been left out.
    fn moves_of(&self, clusters: &Clusters, rows: &[Vec<usize>], left: &[LeftOut]) -> (Array2<f64>, Vec<Alone>) {
        let alone = self.alone_of(rows, left, &Sets::Clusters(clusters));
        let moves = Array2::from_shape_fn((rows.len(), self.estimates.len()), |(g, i)| left[g].change[i]);
        (moves, alone)
    }

    /// A difference of covariances, or one of pairs that do not share the same rows, may leave a coefficient no variance.
    fn check_variances(&self, estimated: &Estimated) -> Result<()> {
        let CovarianceMatrix { matrix, covariance, .. } = &estimated.of_columns;
        let (iid, inverse) = (self.error_variance(), self.basis.inverse_of_columns());
        let of_pairs = matches!(covariance.kind, CovarianceKind::BeckKatz { .. });
        // Of pairs a variance of zero is residuals that cancel, which is said of every covariance.
        let least = if of_pairs { -(1e-12 * iid).max(estimated.rounding) } else { 1e-12 * iid };
        let is_none = |&at: &usize| {
            matrix[[at, at]] <= least * inverse[[at, at]] && !estimated.is_alone(self.basis.coefficient(at).view())
        };
        let Some(at) = (0..matrix.nrows()).find(is_none) else { return Ok(()) };
        let coefficient = self.names()[at].clone();
        let method = if of_pairs { "the Beck–Katz covariance" } else { "the two-way cluster covariance" };
        Err(cannot(method, Refusal::NoVariance { coefficient, of_pairs }))
    }

    /// The length within which residuals are known.
    fn rounding_of_residuals(&self) -> f64 {
        ROUNDED * f64::EPSILON * self.largest_outcome
    }

    /// w q e of the basis, one row for each.
    pub(crate) fn scores(&self) -> Array2<f64> {
        let weighted: Vec<f64> = self.residuals.iter().zip(&self.data.weights).map(|(e, w)| e * w).collect();
        let mut scores = Array2::zeros((weighted.len(), self.estimates.len()));
        for (mut scores, column) in scores.columns_mut().into_iter().zip(self.basis.columns.all()) {
            scores.iter_mut().zip(column).zip(&weighted).for_each(|((s, x), e)| *s = x * e);
        }
        scores
    }

    /// The sum of squared scores, each scaled up for its leverage.
    fn of_rows(&self, leverage: Leverage, covariance: &Covariance) -> Result<Array2<f64>> {
        let mut scores = self.scores();
        if !matches!(leverage, Leverage::Hc0 | Leverage::Hc1) {
            // plm counts the columns alone, all others the absorbed effects too.
            let with_effects = covariance.small_sample != SmallSample::Plm;
            let hat = self.leverages(with_effects);
            let parameters: f64 = hat.iter().sum();
            for (row, (mut score, h)) in scores.rows_mut().into_iter().zip(&hat).enumerate() {
                // A row that alone decides one of the effects has a residual of zero: it says nothing.
                if 1.0 - h < 1e-10 {
                    if self.residuals[row].abs() > 1e-8 * self.sum_of_squares().sqrt() {
                        let row = self.row_label(row);
                        return Err(cannot("the covariance", Refusal::LeverageOfOne { row }));
                    }
                    score.fill(0.0);
                    continue;
                }
                let power = match leverage {
                    Leverage::Hc2 => 0.5,
                    Leverage::Hc4 => 0.5 * (hat.len() as f64 * h / parameters).min(4.0),
                    _ => 1.0,
                };
                score *= (1.0 - h).powf(-power);
            }
        }
        Ok(scores.t().dot(&scores))
    }

    /// Unit and period of a regressed row.
    pub(crate) fn row_label(&self, row: usize) -> String {
        self.design.panel.row_label(self.design.rows[self.data.rows[row]])
    }
}
