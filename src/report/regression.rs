//! A regression under one covariance as a document: what other programs read.

use serde::{Deserialize, Serialize};

use crate::model::Factor;
use crate::panel::{LeftOutRows, Lineage};
use crate::regress::{
    CoefficientEstimate, CoefficientTable, CovarianceMatrix, Deviance, EffectVariances, Estimator, FittedRegression,
};

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
/// assert_eq!((&report.vcov.clustered_by[0], &report.vcov.clusters), (&"authority".to_string(), &vec![150]));
/// let json = serde_json::to_string(&report)?;
/// assert!(json.starts_with(r#"{"estimator":"pooled","coefficients":[{"name":"(Intercept)","#));
/// assert_eq!(serde_json::from_str::<RegressionReport>(&json)?, report);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Residual variance, of counts Pearson's dispersion.
    pub sigma2: f64,
    /// Of all variation of the outcome, of counts of their null deviance.
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
    /// Of counts, how far they lie from their means; `None` of least squares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviance: Option<Deviance>,
    /// Variances of random effects and of what is left; `None` where effects are not random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "variance_components")]
    pub effect_variances: Option<EffectVariances>,
    /// How the standard errors came about: the kind of covariance with the columns and the bandwidth that were taken,
    /// but not the matrix, which is empty, and not its warnings, which stand with the others.
    pub vcov: CovarianceMatrix,
    /// How many rows were left out for which reason; which those are, the document does not say.
    #[serde(rename = "dropped")]
    pub left_out: Vec<LeftOutRows>,
    /// The terms that entered as levels and not as numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<Factor>,
    /// Where the columns of the question come from, where the panel knows.
    #[serde(default, skip_serializing_if = "Lineage::is_empty")]
    pub lineage: Lineage,
    /// What deserves doubt.
    pub warnings: Vec<String>,
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
    /// assert_eq!((report.vcov.covariance, report.r2_within), (Covariance::iid(), None));
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
            deviance: table.deviance.clone(),
            effect_variances: fit.effect_variances().cloned(),
            vcov: covariance.without_matrix(),
            left_out: fit.sample().counted().left_out,
            factors: table.factors.clone(),
            lineage: fit.lineage().clone(),
            warnings,
        }
    }
}
