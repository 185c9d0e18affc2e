//! The answer as a document: what other programs read.

use serde::{Deserialize, Serialize};

use super::export_method::ReportMethod;
use super::text::counted;
use crate::decompose::{Breakdown, IntervalKind, IntervalMethod, ShareRange};
use crate::error::{QuestionError, Result};
use crate::panel::{Lineage, Sample};

/// Two R² of the same fit differ by no more.
const SAME_R2: f64 = 1e-9;

/// Breakdowns of one fit, in the layout of the examples' JSON: one value for serde to write and read.
///
/// Keys are the names of the fields; what does not apply is left out.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Breakdown, Model, Panel, Report, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("practice", [Term::UnitEffects])
///     .fit(&panel)?;
/// let breakdowns = Breakdown::all_with_intervals(&[&fit.sequential()?, &fit.shapley()?], &fit.jackknife()?)?;
/// let report = Report::new(&breakdowns)?;
/// assert_eq!(report.methods[0].order.as_deref(), Some(&["deprivation".to_string(), "practice".to_string()][..]));
///
/// let json = serde_json::to_string(&report)?;
/// assert!(json.starts_with(r#"{"outcome":"cpp_rate","#));
/// assert_eq!(serde_json::from_str::<Report>(&json)?, report);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The outcome.
    pub outcome: String,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<String>,
    /// Where the columns of the question come from, where the panel knows.
    #[serde(default, skip_serializing_if = "Lineage::is_empty")]
    pub lineage: Lineage,
    /// Rows used.
    pub n_observations: usize,
    /// Distinct units among them; 0 without a unit column.
    pub n_units: usize,
    /// Distinct periods among them; 0 without a period column.
    pub n_periods: usize,
    /// The rows left out, by reason.
    #[serde(rename = "dropped")]
    pub left_out: Vec<ReportLeftOut>,
    /// R² of the whole model.
    pub r2_overall: f64,
    /// One entry for each breakdown.
    pub methods: Vec<ReportMethod>,
    /// How far the sequential share of each component moves over all orders; `None` where that was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_range: Option<Vec<ShareRange>>,
    /// How the intervals were made; `None` without intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<ReportInterval>,
    /// What deserves doubt, as sentences. With several breakdowns, what not all of them say begins with the method.
    pub warnings: Vec<String>,
}

/// Rows left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportLeftOut {
    /// Why.
    pub reason: String,
    /// How many.
    pub rows: usize,
}

/// How the intervals were made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportInterval {
    /// The kind of interval.
    pub kind: IntervalKind,
    /// The part of samples whose interval should cover the target.
    pub level: f64,
    /// Units that are drawn or left out; rows in a cross-section.
    pub clusters: usize,
    /// Bootstrap draws; `None` for the jackknife, which leaves out each cluster once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicates: Option<usize>,
    /// Seed of the draws; `None` for the jackknife, and for draws that were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Replicates in which a component, or the outcome, has no variation.
    #[serde(default)]
    pub degenerate: usize,
}

impl Report {
    /// The report of these breakdowns, which must come from one fit and carry the same kind of intervals, or none.
    ///
    /// # Errors
    /// [`QuestionError::TooFew`] without a breakdown; [`QuestionError::Option`] when outcome, sample, weights, panel,
    /// R² or intervals differ between breakdowns.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel, Report};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let report = Report::new(&[fit.sequential()?, fit.shapley()?])?;
    /// let methods: Vec<&str> = report.methods.iter().map(|method| method.method.as_str()).collect();
    /// assert_eq!(methods, ["sequential", "shapley"]);
    /// assert!((report.methods[1].components[0].share_of_total - 6.25 / 8.75).abs() < 1e-12);
    /// // Breakdowns of two fits are no one report.
    /// let other = Model::new("x").component("cause", ["y"]).fit(&panel)?;
    /// assert!(Report::new(&[fit.shapley()?, other.shapley()?]).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn new(breakdowns: &[Breakdown]) -> Result<Report> {
        let [first, others @ ..] = breakdowns else {
            return Err(QuestionError::TooFew { what: "breakdowns of a report", expected: 1, found: 0 }.into());
        };
        others.iter().try_for_each(|other| check_shared(first, other))?;
        Ok(Report {
            outcome: first.outcome.clone(),
            panel: first.panel.clone(),
            lineage: first.lineage.clone(),
            n_observations: first.sample.n_observations,
            n_units: first.sample.n_units,
            n_periods: first.sample.n_periods,
            left_out: ReportLeftOut::all(&first.sample),
            r2_overall: first.r2_overall,
            methods: breakdowns.iter().map(ReportMethod::of).collect(),
            order_range: None,
            interval: first.interval.as_ref().map(ReportInterval::of),
            warnings: warnings(breakdowns),
        })
    }
}

/// What stands once in a report must be the same in every breakdown.
fn check_shared(first: &Breakdown, other: &Breakdown) -> Result<()> {
    let differs = |option, one: String, found: String| {
        let expected = format!("a report holds breakdowns of one fit, and another says {one}");
        Err(QuestionError::Option { option, expected, found }.into())
    };
    let named = |name: &Option<String>| name.clone().unwrap_or_else(|| "none".to_string());
    if first.outcome != other.outcome {
        return differs("outcome", first.outcome.clone(), other.outcome.clone());
    }
    if first.weights != other.weights {
        return differs("weights", named(&first.weights), named(&other.weights));
    }
    if first.panel != other.panel {
        return differs("panel", named(&first.panel), named(&other.panel));
    }
    if first.sample != other.sample {
        let rows = |breakdown: &Breakdown| {
            let rows = counted(breakdown.sample.n_observations, "row");
            format!("{rows} (left out: {})", breakdown.sample.audit())
        };
        return differs("sample", rows(first), rows(other));
    }
    if (first.r2_overall - other.r2_overall).abs() > SAME_R2 {
        return differs("R²", first.r2_overall.to_string(), other.r2_overall.to_string());
    }
    if first.interval != other.interval {
        let made = |breakdown: &Breakdown| match &breakdown.interval {
            Some(m) => {
                let seed = m.seed.map_or(String::new(), |seed| format!(", seed {seed}"));
                let replicates = counted(m.replicates, "replicate");
                format!("{} at level {} from {replicates}{seed}", m.kind.name(), m.level)
            }
            None => "none".to_string(),
        };
        return differs("interval", made(first), made(other));
    }
    Ok(())
}

/// Every warning once; what not all breakdowns say begins with the method.
pub(super) fn warnings(breakdowns: &[Breakdown]) -> Vec<String> {
    let mut sentences = Vec::new();
    for breakdown in breakdowns {
        for warning in &breakdown.warnings {
            let sentence = match breakdowns.iter().all(|other| other.warnings.contains(warning)) {
                true => warning.to_string(),
                false => format!("{}: {warning}", breakdown.method.name()),
            };
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
    }
    sentences
}

impl ReportLeftOut {
    pub(super) fn all(sample: &Sample) -> Vec<Self> {
        sample.left_out.iter().map(|d| ReportLeftOut { reason: d.reason.to_string(), rows: d.rows }).collect()
    }
}

impl ReportInterval {
    pub(super) fn of(method: &IntervalMethod) -> Self {
        ReportInterval {
            kind: method.kind,
            level: method.level,
            clusters: method.clusters,
            replicates: (method.kind != IntervalKind::Jackknife).then_some(method.replicates),
            seed: method.seed,
            degenerate: method.degenerate,
        }
    }
}

#[cfg(test)]
mod tests;
