//! How large are the variances of the error and of the effects in a random-effects model?
//!
//! The model is y = α + xβ + u + p + ε/√w, with independent unit effects u, period effects p and errors ε of variances
//! σ²_u, σ²_p and σ²_ε; w are analytic weights with mean one, 1 where rows weigh alike. Every method takes residuals of
//! a first regression and two or three quadratic forms of them, within and between groups, and solves for the variances
//! that the forms would be expected to have come from. [`QuasiDemean`] then transforms the rows, so that least squares
//! on them is GLS. This module does not know what is regressed on the transformed rows.
//!
//! Weights enter as they enter the model: means, sums of squares and least squares are weighted, and the sum of a
//! group's weights stands where a panel without weights has the number of its rows. Degrees of freedom count rows,
//! groups and columns.

mod quadratic_forms;
mod quasi_demean;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub(crate) use quasi_demean::QuasiDemean;

use crate::choice::Choice;
use crate::error::{Error, Refusal, Result, cannot, no_key};
use crate::numerics::groups::Groups;
use crate::numerics::rank::COLUMN_TOLERANCE;
use quadratic_forms::Setting;

/// How the variance components of a random-effects model are estimated; the names are those of R's plm.
///
/// With O rows, N units, T periods and K columns, on a balanced panel of equal weights with unit effects:
///
/// | method | residuals | σ²_ε | σ²_ε + Tσ²_u |
/// |---|---|---|---|
/// | `swar` | within; between | SSR within / (O − N − K) | T · SSR between / (N − K − 1) |
/// | `walhus` | pooled, e | e′We / (O − N) | e′Be / N |
/// | `amemiya` | y − x b_within, centred: e | e′We / (O − N) | e′Be / N |
/// | `nerlove` | within | SSR within / O | σ²_u is the variance of the N fixed effects, on N − 1 |
///
/// W takes out and B gives a unit's mean. Period effects exchange the two; with both, W takes out both, and the
/// denominator of σ²_ε counts N + T − 1 effects.
///
/// On unbalanced or weighted panels the first three equate their forms with the expectations under the model, traces
/// and all, so that the variances are unbiased before a negative one is set to zero: B. H. Baltagi and Y.-J. Chang
/// (1994), <https://doi.org/10.1016/0304-4076(94)90017-5>, for effects of one kind; B. H. Baltagi, S. H. Song and B. C.
/// Jung (2002), <https://doi.org/10.1111/1368-423X.t01-1-00094>, for both. K counts the columns that each regression
/// keeps.
///
/// # Examples
/// ```
/// use apportion::regress::RandomMethod;
///
/// assert_eq!(RandomMethod::default(), RandomMethod::SwamyArora);
/// assert_eq!("walhus".parse::<RandomMethod>()?, RandomMethod::WallaceHussain);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RandomMethod {
    /// Residuals of the within and of the between regression. The default, as in plm: unbiased on every panel.
    ///
    /// P. A. V. B. Swamy and S. S. Arora (1972), <https://doi.org/10.2307/1909405>.
    #[default]
    #[serde(rename = "swar")]
    SwamyArora,
    /// Residuals of the pooled regression.
    ///
    /// T. D. Wallace and A. Hussain (1969), *Econometrica* 37, 55–72.
    #[serde(rename = "walhus")]
    WallaceHussain,
    /// Residuals from the within coefficients. On an unbalanced or weighted panel every column has to vary within.
    ///
    /// T. Amemiya (1971), *International Economic Review* 12, 1–13.
    #[serde(rename = "amemiya")]
    Amemiya,
    /// The within residuals and the variance of the fixed effects; never negative, and biased. Balanced panels only.
    ///
    /// M. Nerlove (1971), *Econometrica* 39, 359–382.
    #[serde(rename = "nerlove")]
    Nerlove,
}

impl RandomMethod {
    /// The name that plm gives it.
    pub fn name(self) -> &'static str {
        match self {
            RandomMethod::SwamyArora => "swar",
            RandomMethod::WallaceHussain => "walhus",
            RandomMethod::Amemiya => "amemiya",
            RandomMethod::Nerlove => "nerlove",
        }
    }
}

impl Choice for RandomMethod {
    const OPTION: &'static str = "random method";

    fn all() -> impl Iterator<Item = Self> {
        use RandomMethod::{Amemiya, Nerlove, SwamyArora, WallaceHussain};
        [SwamyArora, WallaceHussain, Amemiya, Nerlove].into_iter()
    }

    fn name(&self) -> &'static str {
        RandomMethod::name(*self)
    }

    fn expected() -> String {
        "use swar, walhus, amemiya or nerlove".to_string()
    }
}

impl fmt::Display for RandomMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display(f)
    }
}

impl FromStr for RandomMethod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Choice::parse(text)
    }
}

/// Whose effects are random.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::regress::RandomEffect;
/// use apportion::{Panel, PanelRegression};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
/// // Authorities differ, and so do years; rows weigh alike, and the statistics add up.
/// let statistic = |effect| fit.breusch_pagan(effect).map(|test| test.statistic);
/// let sum = statistic(RandomEffect::Unit)? + statistic(RandomEffect::Period)?;
/// assert!((statistic(RandomEffect::Twoway)? / sum - 1.0).abs() < 1e-12);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RandomEffect {
    /// Those of units; the default, as in plm.
    #[default]
    Unit,
    /// Those of periods.
    Period,
    /// Both.
    Twoway,
}

/// Variances of the idiosyncratic error and of the effects, in squared units of the outcome.
///
/// # Examples
/// See [`QuasiDemeaning`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EffectVariances {
    /// That of the error of a row of weight one; above zero.
    pub idiosyncratic: f64,
    /// That of the unit effects; `None` where they are not random.
    pub unit: Option<f64>,
    /// That of the period effects; `None` where they are not random.
    pub period: Option<f64>,
    /// Effects whose variance came out negative and was set to zero, the others left as they were: `Unit`, `Period`, or
    /// both in this order.
    pub negative: Vec<RandomEffect>,
}

/// What quasi-demeaning takes of each mean: least squares on y − θ_i ȳ_i (for unit effects) is GLS.
///
/// ```text
/// θ_i = 1 − √(σ²_ε/(σ²_ε + W_i σ²_u))        W_i the sum of a unit's weights, of T rows alike T
/// ```
///
/// W. A. Fuller and G. E. Battese (1974), "Estimation of linear models with crossed-error structure".
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Estimator, Panel, PanelRegression};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).estimator(Estimator::Random).fit(&panel)?;
/// let (variances, theta) = (fit.effect_variances().unwrap(), fit.quasi_demeaning().unwrap());
/// let (error, unit) = (variances.idiosyncratic, variances.unit.unwrap());
/// // Eight years in every unit.
/// assert!((theta.unit[0] - (1.0 - (error / (error + 8.0 * unit)).sqrt())).abs() < 1e-12);
/// assert!(theta.period.is_empty() && variances.period.is_none() && theta.total.is_none());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct QuasiDemeaning {
    /// θ of each unit, 1 − √(σ²_ε/(σ²_ε + W_i σ²_u)); empty where unit effects are not random.
    pub unit: Vec<f64>,
    /// θ of each period, likewise.
    pub period: Vec<f64>,
    /// What is given back of the overall mean, for effects of both kinds on a balanced panel of equal weights; `None`
    /// otherwise.
    pub total: Option<f64>,
}

/// Estimates the variances from the sample's rows: an outcome, columns without an intercept (the model has one), and
/// weights above zero with mean one.
///
/// # Errors
/// [`DataError::NoKey`](crate::error::DataError::NoKey) for random period effects without periods.
/// [`EstimateError::Method`](crate::error::EstimateError::Method) where the method has too few groups or rows for its
/// regressions, where nothing is left of the outcome, where units miss periods (`nerlove`), where a column does not
/// vary within (`amemiya` on an unbalanced or weighted panel), and where the equations have no solution with an error
/// variance above zero.
pub(crate) fn effect_variances(
    outcome: &[f64],
    columns: &[impl AsRef<[f64]>],
    units: &Groups,
    periods: Option<&Groups>,
    weights: &[f64],
    effect: RandomEffect,
    method: RandomMethod,
) -> Result<EffectVariances> {
    let setting = Setting::new(outcome, columns, units, periods, weights, effect, method)?;
    let mut estimates = setting.estimates()?.into_iter();
    let idiosyncratic = estimates.next().unwrap_or(0.0);
    // An exact fit leaves rounding, not zero; the tolerance is one on lengths, so deviations are compared.
    if idiosyncratic.sqrt() <= COLUMN_TOLERANCE * setting.outcome_deviation() {
        return Err(cannot(method.name(), Refusal::NoErrorLeft));
    }
    // Also where it is not a number.
    if idiosyncratic.is_nan() || idiosyncratic < 0.0 {
        return Err(cannot(method.name(), Refusal::NegativeErrorVariance));
    }
    let mut negative = Vec::new();
    let mut next = |effect| {
        let estimate = estimates.next().unwrap_or(0.0);
        if estimate < 0.0 {
            negative.push(effect);
        }
        estimate.max(0.0)
    };
    let unit = (effect != RandomEffect::Period).then(|| next(RandomEffect::Unit));
    let period = (effect != RandomEffect::Unit).then(|| next(RandomEffect::Period));
    Ok(EffectVariances { idiosyncratic, unit, period, negative })
}

/// Periods are asked for and not there.
fn without_periods() -> Error {
    no_key("a random effect of periods", "period")
}

/// Whether every unit has one row in every period; without periods, whether units have equally many rows.
fn has_all_rows(units: &Groups, periods: Option<&Groups>) -> bool {
    let n_units = units.names.len();
    match periods {
        // A panel has at most one row for a unit and period, so counting is enough.
        Some(periods) => units.codes.len() == n_units * periods.names.len(),
        None => {
            let mut rows = vec![0_usize; n_units];
            units.codes.iter().for_each(|&unit| rows[unit as usize] += 1);
            rows.windows(2).all(|pair| pair[0] == pair[1])
        }
    }
}

/// Whether rows weigh alike.
fn weigh_alike(weights: &[f64]) -> bool {
    // To the last bit: the general formulas hold for nearly equal weights too.
    weights.windows(2).all(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests;
