//! What the coefficients and their covariance allow to say: statistics, p-values, intervals, joint tests.

use serde::{Deserialize, Deserializer, Serialize};

use super::covariance::{Covariance, CovarianceMatrix};
use super::deviance::Deviance;
use super::joint::JointTest;
use super::{Estimator, FittedRegression, RSquared};
use crate::error::{QuestionError, Result, cannot};
use crate::model::Factor;
use crate::numerics::tails::Reference;
use crate::panel::{LeftOutRows, nearest_names};
use crate::warning::Warning;

/// A coefficient with its standard error.
///
/// # Examples
/// See [`CoefficientTable`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CoefficientEstimate {
    /// The column, or the combination.
    pub name: String,
    /// Change of the outcome for one unit of the column; of counts, of the logarithm of what is expected.
    pub estimate: f64,
    /// Its standard error; NaN, in JSON null, where the covariance says nothing of it, and then so is all that follows
    /// from it. A warning of the [`CovarianceMatrix`] says why.
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub std_error: f64,
    /// Estimate over standard error: t, or z.
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub statistic: f64,
    /// The probability of a statistic at least as far from zero where the coefficient is zero, from the upper tail.
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub p_value: f64,
    /// Lower end of the interval.
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub lower: f64,
    /// Upper end of the interval.
    #[serde(deserialize_with = "nan_for_null")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub upper: f64,
    /// Degrees of freedom of its own, which p-value and interval are from: Satterthwaite's, of CR2. `None` where those
    /// of the [`CovarianceMatrix`] serve all coefficients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub df: Option<f64>,
    /// The component whose column it is; `None` for the intercept, for a column of `always`, and where the question was
    /// not a model's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
}

/// JSON has no number that is not finite.
pub(super) fn nan_for_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

/// The coefficients of a regression under one covariance.
///
/// # Examples
/// ```
/// use apportion::{CoefficientTable, Covariance, Panel, PanelRegression};
///
/// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
/// let table: CoefficientTable = PanelRegression::new("y", ["x"]).fit(&panel)?.coefficients(&Covariance::iid())?;
/// assert_eq!((table.n_observations, table.df_residual, table.level), (4, 2, 0.95));
/// let x = &table.coefficients[1];
/// // t of 2 degrees of freedom at 97.5%.
/// assert!(((x.upper - x.estimate) / x.std_error - 4.302_652_73).abs() < 1e-6);
/// assert_eq!(x.statistic, x.estimate / x.std_error);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CoefficientTable {
    /// The outcome.
    pub outcome: String,
    /// How it was estimated.
    pub estimator: Estimator,
    /// The column of weights; `None` where rows weigh alike.
    pub weights: Option<String>,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<String>,
    /// The intercept first where there is one.
    pub coefficients: Vec<CoefficientEstimate>,
    /// Columns without a coefficient.
    #[serde(rename = "dropped_terms")]
    pub left_out_columns: Vec<String>,
    /// The probability that the intervals are meant to cover.
    pub level: f64,
    /// The covariance of the coefficients.
    #[serde(rename = "vcov")]
    pub covariance: CovarianceMatrix,
    /// Rows of the regression.
    pub n_observations: usize,
    /// Units of the sample; 0 without.
    pub n_units: usize,
    /// Periods of the sample; 0 without.
    pub n_periods: usize,
    /// Residual degrees of freedom.
    pub df_residual: usize,
    /// Parts of the outcome's variation that are explained, of counts of its deviance.
    pub r_squared: RSquared,
    /// Of counts, how far they lie from their means; `None` of least squares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviance: Option<Deviance>,
    /// The rows of the panel that were left out, by reason.
    #[serde(default)]
    pub left_out: Vec<LeftOutRows>,
    /// The terms that entered as levels and not as numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<Factor>,
    /// What deserves doubt about the fit; what does about the covariance is with it.
    pub warnings: Vec<Warning>,
}

/// Levels that intervals can have.
pub(crate) fn check_level(level: f64) -> Result<()> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    let expected = "it must lie between 0 and 1, 0.95 for most uses".to_string();
    Err(QuestionError::Option { option: "level", expected, found: level.to_string() }.into())
}

impl CoefficientEstimate {
    pub(crate) fn new(name: String, estimate: f64, std_error: f64, df: Option<f64>, level: f64) -> Self {
        let reference = Reference::new(df);
        let statistic = estimate / std_error;
        let half = reference.quantile(level) * std_error;
        CoefficientEstimate {
            name,
            estimate,
            std_error,
            statistic,
            p_value: reference.two_sided(statistic),
            lower: estimate - half,
            upper: estimate + half,
            df: None,
            component: None,
        }
    }
}

impl FittedRegression {
    /// The coefficients with standard errors and 95% intervals under this covariance.
    ///
    /// # Errors
    /// Those of [`covariance`](Self::covariance).
    ///
    /// # Examples
    /// ```
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let table = PanelRegression::new("y", ["x"]).fit(&panel)?.coefficients(&Covariance::iid())?;
    /// let x = &table.coefficients[1];
    /// assert!((x.estimate - 1.1).abs() < 1e-14);
    /// // s² = 1.35, Σ(x − x̄)² = 5
    /// assert!((x.std_error - (1.35_f64 / 5.0).sqrt()).abs() < 1e-14);
    /// assert!((x.p_value - 0.168).abs() < 1e-3);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn coefficients(&self, covariance: &Covariance) -> Result<CoefficientTable> {
        self.coefficients_at(covariance, 0.95)
    }

    /// The same with intervals of another level.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a level that is not between 0 and 1.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let (wide, narrow) = (fit.coefficients_at(&Covariance::iid(), 0.99)?, fit.coefficients(&Covariance::iid())?);
    /// assert!(wide.coefficients[1].lower < narrow.coefficients[1].lower);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn coefficients_at(&self, covariance: &Covariance, level: f64) -> Result<CoefficientTable> {
        check_level(level)?;
        let covariance = self.covariance(covariance)?;
        let std_errors = covariance.std_errors();
        let coefficient = |(at, name): (usize, &String)| {
            let own = covariance.df_by_coefficient.get(at).copied().filter(|df| !df.is_nan());
            let df = own.or(covariance.df);
            CoefficientEstimate {
                component: self.component(at).cloned(),
                df: own,
                ..CoefficientEstimate::new(name.clone(), self.estimates[at], std_errors[at], df, level)
            }
        };
        let coefficients = self.names().iter().enumerate().map(coefficient).collect();
        Ok(CoefficientTable {
            outcome: self.outcome_name().to_string(),
            estimator: self.estimator(),
            weights: self.design.weights_name.clone(),
            panel: self.design.panel.description().map(str::to_string),
            coefficients,
            left_out_columns: self.left_out_columns().to_vec(),
            level,
            covariance,
            n_observations: self.n_observations(),
            n_units: self.n_units(),
            n_periods: self.n_periods(),
            df_residual: self.df_residual(),
            r_squared: *self.r_squared(),
            deviance: self.deviance(),
            left_out: self.sample().left_out.clone(),
            factors: self.factors(),
            warnings: self.warnings().to_vec(),
        })
    }

    /// Tests that the coefficients of these names are all zero: Wald's statistic b'V⁻¹b, as F over their number where
    /// the covariance has degrees of freedom, as χ² where not. Under CR2 it is Pustejovsky and Tipton's HTZ, Hotelling's
    /// T² with Zhang's degrees of freedom η, which are worked out from the clusters as a coefficient's own are.
    ///
    /// ```text
    /// W = b'V⁻¹b ~ χ²(q),   F = W/q ~ F(q, degrees of freedom of V)      b the q coefficients, V their covariance
    /// HTZ = (η − q + 1)/(η q) · W ~ F(q, η − q + 1)
    /// ```
    ///
    /// A. Wald (1943), "Tests of statistical hypotheses concerning several parameters when the number of observations
    /// is large"; J. E. Pustejovsky and E. Tipton (2018), <https://doi.org/10.1080/07350015.2016.1247004>.
    ///
    /// # Errors
    /// [`QuestionError::UnknownCoefficient`] for a name without a coefficient;
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) where the covariance says nothing of them jointly
    /// (fewer clusters than coefficients); those of [`covariance`](Self::covariance).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]).fit(&panel)?;
    /// let both = fit.wald(&["low_income_pct", "vacancy_rate"], &Covariance::cluster())?;
    /// assert_eq!(both.df, 2.0);
    /// let one = fit.wald(&["vacancy_rate"], &Covariance::cluster())?;
    /// let t = fit.coefficients(&Covariance::cluster())?.coefficients[2].clone();
    /// assert!((one.statistic - t.statistic.powi(2)).abs() < 1e-9 && (one.p_value - t.p_value).abs() < 1e-9);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn wald(&self, names: &[&str], covariance: &Covariance) -> Result<JointTest> {
        let positions = names.iter().map(|name| self.position(name)).collect::<Result<Vec<_>>>()?;
        if positions.is_empty() {
            let expected = "name at least one coefficient".to_string();
            return Err(QuestionError::Option { option: "names", expected, found: "none".to_string() }.into());
        }
        let estimated = self.estimated(covariance)?;
        if let Some(why) = positions.iter().find_map(|&at| estimated.unknown(self, at)) {
            return Err(cannot("the joint test", why));
        }
        estimated.joint(self, &positions, "the joint test", false)
    }

    /// The position of a coefficient.
    pub(crate) fn position(&self, name: &str) -> Result<usize> {
        let position = self.names().iter().position(|n| n == name);
        position.ok_or_else(|| {
            let nearest = nearest_names(name, self.names().iter().map(String::as_str));
            QuestionError::UnknownCoefficient { name: name.to_string(), nearest }.into()
        })
    }
}
