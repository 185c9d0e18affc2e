//! Did measures of one period tell which units would be judged badly in a later one?

mod cases;
mod question;
mod ranking;
mod score;

use serde::{Deserialize, Serialize};

pub use question::EarlyWarningAnalysis;

use crate::decompose::Interval;
use crate::warning::Warning;

/// The judgements of some periods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct JudgedPeriods {
    /// The first period with a judgement.
    pub from: i32,
    /// The last one.
    pub to: i32,
    /// Judgements, each with every measure of the period before.
    pub judgements: usize,
    /// Units that they are of.
    pub units: usize,
    /// Judgements that are bad.
    pub bad: usize,
}

/// A fifth of the judgements that were not seen when the score was fitted, by the size of a measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Fifth {
    /// 1 for the lowest fifth, 5 for the highest.
    pub fifth: usize,
    /// The least of the measure.
    pub least: f64,
    /// The greatest.
    pub greatest: f64,
    /// Judgements in it; ties stand together, so that fifths need not be alike.
    pub judgements: usize,
    /// Those that are bad.
    pub bad: usize,
    /// The part that they are.
    pub part: f64,
    /// Lower end of the part's interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// The part that the score had forecast; `None` of a measure, which forecasts none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<f64>,
}

/// How well a measure, or the score, ranks judgements that were not seen when the score was fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Ranking {
    /// The measure, or `score`.
    pub measure: String,
    /// How often it is higher where the judgement is bad than where it is not, ties a half: a half where it tells nothing,
    /// and less where low values go with bad judgements.
    pub area: f64,
    /// Standard error of the area, of units left out.
    pub std_error: f64,
    /// Lower end of the area's interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Somers' D: twice the area, less one.
    pub somers_d: f64,
    /// Lower end of its interval.
    pub somers_d_lower: f64,
    /// Upper end.
    pub somers_d_upper: f64,
    /// By how much the score rises with one standard deviation of the measure, as fitted; `None` of the score itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Calibration by fifths, the lowest first; a fifth that ties leave empty is not there.
    pub fifths: Vec<Fifth>,
}

/// A unit that the score would have named: one in its highest fifth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NamedUnit {
    /// The unit.
    pub unit: String,
    /// What it is called, where the panel has names of its units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The period of the measures.
    pub measured: i32,
    /// The period of the judgement.
    pub judged: i32,
    /// The score: the forecast part of judgements like it that are bad.
    pub score: f64,
    /// What the judgement was.
    pub judgement: String,
    /// Whether that is bad.
    pub is_bad: bool,
}

/// Judgements that are not used, by why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LeftOutJudgements {
    /// Why.
    pub reason: String,
    /// How many.
    pub judgements: usize,
}

/// How well measures of one period, and a score made of them, rank units by a judgement that falls later. What
/// [`EarlyWarningAnalysis`] finds.
///
/// A judgement is of the period in which it is new, and its measures are of the period before. The score is fitted on
/// judgements up to one period, and everything that is said of it, and of each measure, is of judgements after that one,
/// which the score has not seen; nothing is said of how well it does where it was fitted.
///
/// With d = 1 for a bad judgement and z the measures over their standard deviations, both of the judgements fitted on,
///
/// ```text
/// score = b₀ + Σ b_j z_j      least squares of d on z
/// area  = (pairs of a bad and another judgement where the bad one's is higher + ½ ties) / pairs
/// D     = 2 · area − 1
/// ```
///
/// Least squares and not a logistic regression: it always exists, whereas with few bad judgements measures may tell them
/// apart exactly, and then a logistic regression has no coefficients; the order of units, which is all that areas and
/// fifths use, is that of Fisher's linear discriminant. Its forecasts are no probabilities: they may lie below 0 and above
/// 1.
///
/// The interval of the score's area leaves out each unit with all its judgements, those fitted on too, and fits the score
/// again: it is of a score that is fitted like this. That of [the score as it is fitted](Self::area_as_fitted) is narrower.
/// Those of a measure's area leave out each unit whose judgements it is evaluated on. All are made on the scale of log odds,
/// log(A/(1 − A)) ± t SE/(A(1 − A)), so that they stay between 0 and 1; an area of 0 or 1 has none but itself. Those of a
/// fifth's part are E. B. Wilson's, as if judgements were independent.
///
/// # Examples
/// ```
/// use apportion::findings::{EarlyWarning, EarlyWarningAnalysis, JudgementScale};
/// use apportion::Panel;
///
/// let words = ["Inadequate", "Requires improvement", "Good", "Outstanding"];
/// let scale = JudgementScale::new("ofsted_overall", words)?.beside("Adequate", "Requires improvement")?;
/// let asked = EarlyWarningAnalysis::new(scale, ["Inadequate"]).dated_by("ofsted_date");
/// let asked = asked.measures(["vacancy_rate", "agency_rate", "rereferral_pct"]);
/// let warning: EarlyWarning = asked.of(&Panel::england()?, 2020)?;
/// assert!(warning.fitted.to == 2020 && warning.evaluated.from > 2020);
/// assert_eq!(warning.measures.len(), 3);
/// assert!(warning.score.lower < warning.score.area && warning.score.area < warning.score.upper);
/// println!("{warning}");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EarlyWarning {
    /// The column of judgements.
    pub judgement: String,
    /// The words that are bad.
    pub bad: Vec<String>,
    /// How many periods before the judgement the measures are of.
    pub lag: u32,
    /// The confidence level of the intervals.
    pub level: f64,
    /// What the score was fitted on.
    pub fitted: JudgedPeriods,
    /// What score and measures are evaluated on: later periods only.
    pub evaluated: JudgedPeriods,
    /// How well the score ranks; its interval holds how much the score itself is chance.
    pub score: Ranking,
    /// The interval of the score's area were the score given, and only the judgements after it chance.
    pub area_as_fitted: Interval,
    /// How well each measure does by itself.
    pub measures: Vec<Ranking>,
    /// The units in the score's highest fifth, the highest first.
    pub named: Vec<NamedUnit>,
    /// Judgements that are not used.
    pub left_out: Vec<LeftOutJudgements>,
    /// What the panel says of itself; `None` where it says nothing.
    pub panel: Option<String>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}
