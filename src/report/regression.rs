//! A regression under one covariance as a document: what other programs read.

use serde::{Deserialize, Serialize};

use super::export::ReportLeftOut;
use crate::panel::Lineage;
use crate::regress::{CoefficientEstimate, CoefficientTable, Estimator, FittedRegression, SmallSample};

/// A fitted regression with standard errors, in the layout of the `regress` example's JSON.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::report::RegressionReport;
/// use apportion::{Covariance, Panel, PanelRegression};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
/// let report = RegressionReport::new(&fit, &fit.coefficients(&Covariance::cluster())?);
/// assert_eq!((report.vcov.kind.as_str(), report.vcov.clusters), ("cluster", Some(150)));
/// let json = serde_json::to_string(&report)?;
/// assert!(json.starts_with(r#"{"estimator":"pooled","coefficients":[{"name":"(Intercept)","#));
/// assert_eq!(serde_json::from_str::<RegressionReport>(&json)?, report);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegressionReport {
    /// How it was estimated.
    pub estimator: Estimator,
    /// The coefficients, the intercept first where there is one.
    pub coefficients: Vec<CoefficientEstimate>,
    /// Columns without a coefficient.
    #[serde(rename = "dropped_terms")]
    pub left_out_columns: Vec<String>,
    /// Rows of the regression.
    pub n_observations: usize,
    /// Units of the sample; 0 without a unit column.
    pub n_units: usize,
    /// Periods of the sample; 0 without a period column.
    pub n_periods: usize,
    /// Residual degrees of freedom.
    pub df_residual: usize,
    /// Residual variance.
    pub sigma2: f64,
    /// Of all variation of the outcome.
    pub r2_overall: f64,
    /// Of that within units, or of what the absorbed effects leave; `None` as in
    /// [`RSquared`](crate::regress::RSquared::within).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r2_within: Option<f64>,
    /// Of that between the means of units; `None` without units, or where the means do not differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r2_between: Option<f64>,
    /// Overall, corrected for the number of coefficients and effects; `None` as in
    /// [`RSquared`](crate::regress::RSquared::adjusted).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r2_adjusted: Option<f64>,
    /// Variances of random effects and of what is left; `None` where effects are not random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "variance_components")]
    pub effect_variances: Option<crate::regress::EffectVariances>,
    /// How the standard errors came about.
    pub vcov: ReportCovarianceMatrix,
    /// The rows left out, by reason.
    #[serde(rename = "dropped")]
    pub left_out: Vec<ReportLeftOut>,
    /// Where the columns of the question come from, where the panel knows.
    #[serde(default, skip_serializing_if = "Lineage::is_empty")]
    pub lineage: Lineage,
    /// What deserves doubt.
    pub warnings: Vec<String>,
}

/// How standard errors came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportCovarianceMatrix {
    /// `iid`, `hc0`, …, `cluster`, `twoway_cluster`, `newey_west`, `driscoll_kraay`.
    pub kind: String,
    /// The convention of the factor.
    pub small_sample: SmallSample,
    /// Clusters, of two ways the smaller number; periods where errors are related over them. `None` where rows are
    /// taken to be unrelated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<usize>,
    /// The columns whose levels they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clustered_by: Vec<String>,
    /// Periods over which errors are taken to be related; `None` for covariances that have no bandwidth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<usize>,
    /// What the covariance was multiplied by.
    pub small_sample_factor: f64,
    /// Degrees of freedom of the t distribution; `None`, and left out of the document, for the normal one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub df: Option<f64>,
}

impl RegressionReport {
    /// The document of a fit and its coefficients.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::RegressionReport;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// let report = RegressionReport::new(&fit, &fit.coefficients(&Covariance::iid())?);
    /// assert!((report.sigma2 - 1.35).abs() < 1e-12 && report.df_residual == 2);
    /// assert_eq!((report.vcov.kind.as_str(), report.r2_within), ("iid", None));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn new(fit: &FittedRegression, table: &CoefficientTable) -> Self {
        let covariance = &table.covariance;
        let r2 = &table.r_squared;
        let warnings = fit.warnings().iter().chain(&covariance.warnings).map(ToString::to_string).collect();
        RegressionReport {
            estimator: fit.estimator(),
            coefficients: table.coefficients.clone(),
            left_out_columns: table.left_out_columns.clone(),
            n_observations: table.n_observations,
            n_units: table.n_units,
            n_periods: table.n_periods,
            df_residual: table.df_residual,
            sigma2: fit.sigma2(),
            r2_overall: r2.overall,
            r2_within: r2.within,
            r2_between: r2.between,
            r2_adjusted: r2.adjusted,
            effect_variances: fit.effect_variances().cloned(),
            vcov: ReportCovarianceMatrix {
                kind: covariance.covariance.kind.to_string(),
                small_sample: covariance.covariance.small_sample,
                clusters: covariance.clusters.iter().copied().min(),
                clustered_by: covariance.clustered_by.clone(),
                bandwidth: covariance.bandwidth,
                small_sample_factor: covariance.small_sample_factor,
                df: covariance.df,
            },
            left_out: ReportLeftOut::all(fit.sample()),
            lineage: fit.lineage().clone(),
            warnings,
        }
    }
}
