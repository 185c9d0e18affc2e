//! How much do units vary in each period, and does that fall?

mod question;
mod spread;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use question::VariationAnalysis;

use super::trend::Trend;
use crate::decompose::Interval;
use crate::error::{QuestionError, Result};
use crate::panel::Sample;
use crate::warning::Warning;

/// What is measured of the units of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VariationMeasure {
    /// The standard deviation over units, in units of the outcome.
    StandardDeviation,
    /// The same over the mean.
    CoefficientOfVariation,
    /// The upper quartile less the lower.
    QuartileSpread,
    /// The standard deviation without counting noise; zero where there is no more than that.
    SystematicDeviation,
    /// The part of the variance that is no counting noise; below zero where there is less than chance gives.
    SystematicPart,
    /// The part of the variance that a component explains in the cross-section of the period, or that is unexplained.
    Share,
}

/// In words, as tables have it.
impl fmt::Display for VariationMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            VariationMeasure::StandardDeviation => "standard deviation",
            VariationMeasure::CoefficientOfVariation => "coefficient of variation",
            VariationMeasure::QuartileSpread => "quartile spread",
            VariationMeasure::SystematicDeviation => "systematic deviation",
            VariationMeasure::SystematicPart => "systematic part",
            VariationMeasure::Share => "share",
        })
    }
}

/// A measure in one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VariationPoint {
    /// The period.
    pub period: i32,
    /// What is measured.
    pub value: f64,
    /// How sure it is, each unit left out in turn.
    #[serde(flatten, deserialize_with = "Interval::beside")]
    pub interval: Option<Interval>,
}

/// A measure in every period, and whether it falls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VariationSeries {
    /// What is measured.
    pub measure: VariationMeasure,
    /// Of a component's share, the method: sequential or shapley. What is unexplained is the same by both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Of a share, the component, or `unexplained`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Period by period.
    pub points: Vec<VariationPoint>,
    /// The slope on time; `None` where fewer than two periods have the measure.
    pub trend: Option<Trend>,
}

/// The measure in words, or the component with its method.
impl fmt::Display for VariationSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.component, &self.method) {
            (Some(component), Some(method)) => f.pad(&format!("{component}, {method}")),
            (Some(component), None) => f.pad(component),
            _ => self.measure.fmt(f),
        }
    }
}

/// The units of one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VariationPeriod {
    /// The period.
    pub period: i32,
    /// Units of the sample in it.
    pub n_units: usize,
    /// The outcome's mean over them, each counted once.
    pub mean: f64,
}

/// How much units vary in each period, and whether that falls. What [`VariationAnalysis`] finds.
///
/// Of the n units of a period, with values y_i, mean ȳ, quartiles Q by interpolation (Hyndman and Fan's type 7), and v_i
/// the variance that is the randomness of a unit's count (10,000²·c/p² of a rate per 10,000, 1/c of its logarithm),
///
/// ```text
/// s² = Σ (y_i − ȳ)²/(n − 1)              standard deviation s
/// s/ȳ                                    coefficient of variation, of a ratio scale alone
/// Q(¾) − Q(¼)                            quartile spread
/// √max(0, s² − Σ v_i/n)                  systematic deviation
/// 1 − Σ v_i/(n s²)                       systematic part
/// ```
///
/// and a component's share is that of the period's own cross-section, without unit and period effects, of which one
/// period can tell nothing. Intervals leave each unit out in turn, with t on n − 1 degrees of freedom; those of what cannot
/// be negative (deviations, spreads, shares) are on the scale of the root, as everywhere. A quartile jumps as a unit leaves,
/// so that there its influence is taken away instead. A [`Trend`] knows that the same units return.
///
/// A spread in units of the outcome grows with its mean; where that changes, look at the coefficient of variation.
///
/// # Examples
/// ```
/// use apportion::findings::{VariationAnalysis, VariationMeasure, VariationOverTime};
/// use apportion::{Model, Panel, Term};
///
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["idaci_2015"])
///     .component("practice", [Term::UnitEffects])
///     .fit(&Panel::england_2011_2018()?)?;
/// let asked = VariationAnalysis::new().counts("cpp_count", "population_0_17", 10_000.0);
/// let variation: VariationOverTime = asked.of(&fit)?;
/// let relative = variation.series(VariationMeasure::CoefficientOfVariation)?;
/// let trend = relative.trend.as_ref().unwrap();
/// assert!(relative.points.len() == 8 && trend.slope < 0.0 && trend.df == 145.0);
/// let deprivation = variation.share("deprivation", "shapley")?;
/// assert!(deprivation.points.iter().all(|point| (0.0..1.0).contains(&point.value)));
/// println!("{variation}");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VariationOverTime {
    /// The outcome.
    pub outcome: String,
    /// The rows of the fit, and for those left out, why; units are those of all periods together.
    #[serde(flatten)]
    pub sample: Sample,
    /// The level of the intervals.
    pub level: f64,
    /// The periods.
    pub periods: Vec<VariationPeriod>,
    /// Every measure, the spread first, then shares.
    pub series: Vec<VariationSeries>,
    /// What is not measured, and why.
    pub left_out: Vec<String>,
    /// What the panel says of itself; `None` where it says nothing.
    pub panel: Option<String>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

impl VariationMeasure {
    /// Whether it is in units of the outcome, and not a part of something.
    pub(crate) fn has_units(self) -> bool {
        use VariationMeasure::{QuartileSpread, StandardDeviation, SystematicDeviation};
        matches!(self, StandardDeviation | QuartileSpread | SystematicDeviation)
    }
}

impl VariationOverTime {
    /// The series of a measure of spread; of shares the first.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a measure that was not taken.
    ///
    /// # Examples
    /// See [`VariationOverTime`].
    pub fn series(&self, measure: VariationMeasure) -> Result<&VariationSeries> {
        self.series.iter().find(|series| series.measure == measure).ok_or_else(|| {
            let expected = match self.left_out.first() {
                Some(why) => format!("it was not taken ({why})"),
                None => "it was not taken: say what the rate is made of".to_string(),
            };
            QuestionError::Option { option: "measure", expected, found: measure.to_string() }.into()
        })
    }

    /// The series of a component's share by the method of this name, or of `unexplained` by either.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a component or method that has no share in a cross-section.
    ///
    /// # Examples
    /// See [`VariationOverTime`].
    pub fn share(&self, component: &str, method: &str) -> Result<&VariationSeries> {
        let is_it = |series: &&VariationSeries| {
            series.component.as_deref() == Some(component) && series.method.as_deref().is_none_or(|by| by == method)
        };
        self.series.iter().find(is_it).ok_or_else(|| {
            let shares = self.series.iter().filter(|series| series.component.is_some());
            let names: Vec<String> = shares.map(VariationSeries::to_string).collect();
            let expected = format!("the shares of a period are {}", names.join("; "));
            QuestionError::Option { option: "share", expected, found: format!("{component}, {method}") }.into()
        })
    }
}
