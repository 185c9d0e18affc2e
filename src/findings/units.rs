//! What is expected of each unit, what remains, and how sure is that?

mod expected;
mod question;
mod ranks;

use serde::{Deserialize, Serialize};

pub use question::UnitAnalysis;

use crate::decompose::{Contribution, Method, points};
use crate::error::{QuestionError, Result};
use crate::regress::Noise;
use crate::warning::Warning;

/// What moves a unit from the mean, what is expected of it, and what remains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UnitFinding {
    /// The unit.
    pub unit: String,
    /// What it is called, where the panel has names of its units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its periods in the sample, of those asked for.
    pub n_periods: usize,
    /// The outcome, the weighted mean over them.
    pub actual: f64,
    /// By how many points what is always in moves it from the mean; `None` without such terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub always: Option<f64>,
    /// By how many points each component does, in the order of the model.
    pub contributions: Vec<Contribution>,
    /// What the components without unit effects, and what is always in, lead one to expect, in their joint fit.
    pub expected: f64,
    /// The actual less the expected: a persistent difference that the other components do not account for, and noise.
    pub remainder: f64,
    /// What the whole model leaves of it: the mean residual.
    pub unexplained: f64,
    /// Standard error of the remainder: of the noise in its mean, and of the coefficients behind what is expected.
    pub std_error: f64,
    /// Lower end of the remainder's interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// The remainder drawn to zero by as much of it as is likely to be noise.
    pub shrunken: f64,
    /// Its rank by what persists of the remainder, 1 the highest: the median over draws, so that two units may share one.
    pub rank: usize,
    /// Lower end of the rank's interval.
    pub rank_lower: usize,
    /// Upper end.
    pub rank_upper: usize,
    /// How often noise alone would bring a remainder as far from zero.
    pub p_value: f64,
    /// Whether the remainder is beyond what chance allows, were all of them noise: at a false discovery rate of 5%.
    pub beyond_chance: bool,
}

impl UnitFinding {
    /// By how many points a component moves the unit from the mean.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    ///
    /// # Examples
    /// See [`Units`].
    pub fn points(&self, component: &str) -> Result<f64> {
        points(&self.contributions, component)
    }
}

/// Every unit: contributions, what is expected, what remains, and how sure that is. What [`UnitAnalysis`] finds.
///
/// With ȳ_i the mean of a unit's T_i rows, Ê_i what is expected, Ω the matrix of the noise's autocovariances γ at the
/// distances between its periods, and V the covariance of the coefficients behind Ê, clustered by unit,
///
/// ```text
/// R_i = ȳ_i − Ê_i                      remainder
/// v_i = 1'Ω1/T_i²                      noise of its mean (weighted: w'Ωw/w_i²), zero at least
/// SE_i² = v_i + x̄_i'V x̄_i              interval R_i ± t SE_i, t on U − 1 degrees of freedom
/// σ_u² = max(0, Σ (R_i² − v_i)/(U − q)),   λ_i = σ_u²/(σ_u² + v_i)
/// λ_i R_i                              shrunken remainder
/// ```
///
/// q the rank of the unit means in the fit behind Ê. Ranks are quantiles over draws from N(λ_i R_i, λ_i v_i), each draw of
/// all units, seeded. A unit is beyond chance where R_i/SE_i is, two-sided, at a false discovery rate of 5% over all units
/// (Benjamini and Hochberg). The noise of every unit is that of all of them together: a unit of one period has none of its
/// own, and a [warning](Self::warnings) names it.
///
/// What remains is a persistent difference not accounted for by the other components. It is no proof of practice: whatever
/// the model does not have, and persists, is in it. Where noise fades slowly the default model of it takes some of it for
/// persistent, and intervals are too narrow: of a nominal 95% they cover about 95, 92 and 85% at autocorrelations of 0, 0.5
/// and 0.7 from one period to the next, and of the units called beyond chance, where half differ by nothing, 2.3, 5.2 and
/// 15.0% are (`examples/authority_coverage.rs`): the rate of 5% holds where noise fades within two periods. Ask for another
/// [`NoiseModel`] where it does not.
///
/// E. C. Marshall and D. J. Spiegelhalter (1998), <https://doi.org/10.1136/bmj.316.7146.1701>; H. Goldstein and D. J.
/// Spiegelhalter (1996), <https://doi.org/10.2307/2983325>.
///
/// [`NoiseModel`]: crate::regress::NoiseModel
///
/// # Examples
/// ```
/// use apportion::findings::{UnitAnalysis, Units};
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("policy", [Term::PeriodEffects])
///     .component("practice", [Term::UnitEffects])
///     .fit(&panel)?;
/// let units: Units = UnitAnalysis::new().of(&fit)?.sorted_by("remainder")?;
/// let highest = &units.units[0];
/// assert!((highest.expected + highest.remainder - highest.actual).abs() < 1e-9);
/// // With unit effects last, what remains of a unit is what they add.
/// assert!((highest.points("practice")? - highest.remainder).abs() < 1e-9);
/// assert!(highest.beyond_chance && highest.rank_lower == 1 && highest.shrunken < highest.remainder);
/// println!("{units}");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Units {
    /// The outcome.
    pub outcome: String,
    /// The method of the contributions.
    #[serde(flatten)]
    pub method: Method,
    /// The outcome's weighted mean over the whole sample, which contributions move from.
    pub mean: f64,
    /// The first and the last period of the sample among those asked for; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub periods: Option<(i32, i32)>,
    /// The units, in the order of the panel until they are sorted.
    pub units: Vec<UnitFinding>,
    /// σ_u: the standard deviation of what persists of the remainders, in points; zero where they differ by no more than
    /// noise.
    pub persistent_sd: f64,
    /// The noise within units.
    pub noise: Noise,
    /// The level of the intervals.
    pub level: f64,
    /// Draws behind the ranks.
    pub draws: usize,
    /// Their seed.
    pub seed: u64,
    /// The weight column; `None` where every row weighs alike.
    pub weights: Option<String>,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub panel: Option<String>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

impl Units {
    /// The unit of this name.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a unit that is not among them.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::UnitAnalysis;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let units = UnitAnalysis::new().periods(2018..=2018).of(&fit)?;
    /// let first = units.units[0].unit.clone();
    /// assert_eq!(units.unit(&first)?.n_periods, 1);
    /// assert!(units.unit("nowhere").is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn unit(&self, unit: &str) -> Result<&UnitFinding> {
        self.units.iter().find(|finding| finding.unit == unit).ok_or_else(|| {
            let expected = format!("it must be one of the {} units that were analysed", self.units.len());
            QuestionError::Option { option: "unit", expected, found: format!("\"{unit}\"") }.into()
        })
    }

    /// The same units, the highest first: by `actual`, `expected`, `remainder`, `shrunken`, `always`, `unexplained`, or the
    /// contribution of a component.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for another name.
    ///
    /// # Examples
    /// See [`Units`].
    pub fn sorted_by(&self, name: &str) -> Result<Self> {
        let key = |unit: &UnitFinding| match name {
            "actual" => Ok(unit.actual),
            "expected" => Ok(unit.expected),
            "remainder" => Ok(unit.remainder),
            "shrunken" => Ok(unit.shrunken),
            "unexplained" => Ok(unit.unexplained),
            "always" if unit.always.is_some() => Ok(unit.always.unwrap_or_default()),
            component => unit.points(component),
        };
        let mut keyed: Vec<(f64, &UnitFinding)> =
            self.units.iter().map(|unit| Ok((key(unit)?, unit))).collect::<Result<_>>()?;
        keyed.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(Units { units: keyed.into_iter().map(|(_, unit)| unit.clone()).collect(), ..self.clone() })
    }
}
