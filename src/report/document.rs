//! The answer as a document: what other programs read.

mod beside;
mod entry;
mod layout;

use serde::{Deserialize, Serialize};

use super::text::counted;
use crate::decompose::{Breakdown, GelbachColumn, GelbachCovariance, IntervalMethod, Method, ShareRange};
use crate::error::{QuestionError, Result};
use crate::findings::Findings;
use crate::fit::FittedModel;
use crate::model::Factor;
use crate::panel::{Lineage, Sample};
use crate::resample::Comparison;
use crate::warning::Warning;

/// Two R² of the same fit differ by no more.
const SAME_R2: f64 = 1e-9;

/// Breakdowns of one fit, in the layout of the examples' JSON: one value for serde to write and read.
///
/// Its methods are results of the library, in the layout that they have on their own; what they all say, the document
/// says once, and what does not apply is left out.
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
/// assert_eq!(report.methods[1].share_of_total("practice")?, breakdowns[1].share_of_total("practice")?);
///
/// let json = serde_json::to_string(&report)?;
/// assert!(json.starts_with(r#"{"outcome":"cpp_rate","#));
/// assert!(json.contains(r#""methods":[{"method":"sequential","order":["deprivation","practice"],"components":[{"#));
/// assert_eq!(serde_json::from_str::<Report>(&json)?, report);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "layout::Document", into = "layout::Document")]
#[non_exhaustive]
pub struct Report {
    /// The outcome.
    pub outcome: String,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub panel: Option<String>,
    /// Where the columns of the question come from, where the panel knows.
    pub lineage: Lineage,
    /// The terms of the model that entered as levels and not as numbers.
    pub factors: Vec<Factor>,
    /// How many rows were used, and how many left out for which reason; which those are, the document does not say.
    pub sample: Sample,
    /// R² of the whole model.
    pub r2_overall: f64,
    /// The breakdowns, as far as the document holds them: their warnings stand with the others below, and their weights
    /// nowhere. One method stands once for each way in which its intervals were made.
    pub methods: Vec<Breakdown>,
    /// How the coefficients of what is always in change; the last entry among the methods. Empty where that was not
    /// asked for.
    pub coefficients: Vec<GelbachColumn>,
    /// What the standard errors of these allow for; `None` without coefficients.
    pub covariance: Option<GelbachCovariance>,
    /// Ranks and differences of the components, each in the entry of its method; empty where they were not asked for.
    pub comparisons: Vec<Comparison>,
    /// How far the sequential share of each component moves over all orders; `None` where that was not asked for.
    pub order_range: Option<Vec<ShareRange>>,
    /// How the intervals were made, those of the first breakdown; `None` without intervals. In the document, the entry of a
    /// breakdown whose intervals were made otherwise says so itself, under the same key.
    pub interval: Option<IntervalMethod>,
    /// What deserves doubt, as sentences. With several breakdowns, what not all of them say begins with the method.
    pub warnings: Vec<String>,
}

impl Report {
    /// The report of these breakdowns, which must come from one fit, all with intervals or none. Intervals may be of several
    /// kinds, levels or draws: a method then stands once for each.
    ///
    /// # Errors
    /// [`QuestionError::TooFew`] without a breakdown; [`QuestionError::Option`] when outcome, sample, weights, panel or
    /// R² differ between breakdowns, some have intervals and some have none, or a method stands twice in the same order with
    /// intervals made in the same way.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel, Report};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let report = Report::new(&[fit.sequential()?, fit.shapley()?])?;
    /// let methods: Vec<&str> = report.methods.iter().map(|breakdown| breakdown.method.name()).collect();
    /// assert_eq!(methods, ["sequential", "shapley"]);
    /// assert!((report.methods[1].share_of_total("cause")? - 6.25 / 8.75).abs() < 1e-12);
    /// // Two kinds of intervals of one method stand side by side.
    /// let jackknife = fit.shapley()?.with_intervals(&fit.jackknife()?)?;
    /// let drawn = fit.shapley()?.with_intervals(&fit.bootstrap(99, 1)?)?;
    /// let report = Report::new(&[jackknife, drawn])?;
    /// let kinds: Vec<&str> = report.methods.iter().filter_map(|b| Some(b.interval.as_ref()?.kind.name())).collect();
    /// assert_eq!(kinds, ["root", "percentile"]);
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
        let is_known = |(at, b): (usize, &Breakdown)| {
            let is_same = |known: &Breakdown| known.method == b.method && known.interval == b.interval;
            breakdowns[..at].iter().any(is_same)
        };
        if let Some((_, again)) = breakdowns.iter().enumerate().find(|known| is_known(*known)) {
            let expected =
                "a report has each method once for each kind of intervals, and sequential once in each order"
                    .to_string();
            let found = format!("{}, twice", called(again, breakdowns));
            return Err(QuestionError::Option { option: "method", expected, found }.into());
        }
        let Breakdown { outcome, panel, lineage, sample, .. } = first;
        let r2_overall = first.r2_overall;
        let said = warnings(breakdowns);
        let bare = Report::bare(outcome, panel.as_deref(), lineage, &first.factors, sample, r2_overall, said);
        let held = |breakdown: &Breakdown| Breakdown {
            sample: bare.sample.clone(),
            r2_overall,
            weights: None,
            warnings: Vec::new(),
            ..breakdown.clone()
        };
        let methods = breakdowns.iter().map(held).collect();
        Ok(Report { methods, interval: first.interval.clone(), ..bare })
    }

    /// The document of everything that an analysis found; what it left out stands among the warnings.
    ///
    /// # Errors
    /// [`QuestionError::Option`] where the findings were changed so that they are not of one fit.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::Analysis;
    /// use apportion::{Model, Panel, Report};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let report = Report::of(&Analysis::new().all_methods().of(&fit)?)?;
    /// assert_eq!(report.methods.len(), 13);
    /// let nothing_is_always_in = "left out: gelbach: always is empty: put the terms whose coefficients change into it";
    /// assert_eq!(report.warnings.last().map(String::as_str), Some(nothing_is_always_in));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn of(findings: &Findings) -> Result<Report> {
        let mut report = match findings.methods.breakdowns.as_slice() {
            [] => {
                let Findings { outcome, panel, lineage, factors, sample, r2_overall, warnings, .. } = findings;
                let said = warnings.iter().map(Warning::to_string).collect();
                Report::bare(outcome, panel.as_deref(), lineage, factors, sample, *r2_overall, said)
            }
            breakdowns => Report::new(breakdowns)?,
        };
        if let Some(gelbach) = &findings.gelbach {
            report = report.with_gelbach(gelbach)?;
        }
        report = report.with_comparisons(&findings.comparisons)?;
        let left_out = findings.left_out.iter().chain(&findings.methods.left_out);
        report.warnings.extend(left_out.map(|left_out| format!("left out: {}", left_out.reason)));
        match &findings.order_range {
            Some(range) => report.with_order_range(range),
            None => Ok(report),
        }
    }

    /// The report of a fit without a breakdown, to which other answers are added.
    ///
    /// # Examples
    /// See [`with_gelbach`](Self::with_gelbach).
    pub fn of_fit(fit: &FittedModel) -> Report {
        let said = fit.warnings().iter().map(Warning::to_string).collect();
        let (outcome, panel, lineage) = (fit.outcome_name(), fit.panel_description(), fit.lineage());
        Report::bare(outcome, panel, lineage, &fit.factors(), fit.sample(), fit.r2_overall(), said)
    }

    /// What is of this, and what it says, before any answer is added.
    fn bare(
        outcome: &str,
        panel: Option<&str>,
        lineage: &Lineage,
        factors: &[Factor],
        sample: &Sample,
        r2_overall: f64,
        warnings: Vec<String>,
    ) -> Self {
        Report {
            outcome: outcome.to_string(),
            panel: panel.map(str::to_string),
            lineage: lineage.clone(),
            factors: factors.to_vec(),
            sample: sample.counted(),
            r2_overall,
            methods: Vec::new(),
            coefficients: Vec::new(),
            covariance: None,
            comparisons: Vec::new(),
            order_range: None,
            interval: None,
            warnings,
        }
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
    if let (Some(one), Some(found)) = (&first.noise, &other.noise)
        && one != found
    {
        return differs("noise", one.model.to_string(), found.model.to_string());
    }
    if first.interval.is_some() != other.interval.is_some() {
        let made = |method: &Option<IntervalMethod>| method.as_ref().map_or("none".to_string(), kind_in_words);
        return differs("interval", made(&first.interval), made(&other.interval));
    }
    Ok(())
}

/// How intervals were made, in a few words.
fn kind_in_words(method: &IntervalMethod) -> String {
    let seed = method.seed.map_or(String::new(), |seed| format!(", seed {seed}"));
    let replicates = counted(method.replicates, "replicate");
    format!("{} at level {} from {replicates}{seed}", method.kind.name(), method.level)
}

/// Every warning once; what not all breakdowns say begins with the method.
pub(super) fn warnings(breakdowns: &[Breakdown]) -> Vec<String> {
    warnings_among(breakdowns, |_| true)
}

/// The same of those that concern what is shown.
pub(super) fn warnings_among(breakdowns: &[Breakdown], concerns: impl Fn(&Warning) -> bool) -> Vec<String> {
    let mut sentences = Vec::new();
    for breakdown in breakdowns {
        for warning in breakdown.warnings.iter().filter(|warning| concerns(warning)) {
            let sentence = match breakdowns.iter().all(|other| other.warnings.contains(warning)) {
                true => warning.to_string(),
                false => format!("{}: {warning}", called(breakdown, breakdowns)),
            };
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
    }
    sentences
}

/// The name of a breakdown's method beside those of others; where two are sequential, with the order, and where it stands
/// for several kinds of intervals, with the kind, which tell them apart.
pub(super) fn called(breakdown: &Breakdown, beside: &[Breakdown]) -> String {
    let method = &breakdown.method;
    let is_other_order = |b: &Breakdown| b.method.name() == method.name() && b.method != *method;
    let name = match method {
        Method::Sequential { order } if beside.iter().any(is_other_order) => {
            format!("{}: {}", method.name(), order.join(" → "))
        }
        _ => method.name().to_string(),
    };
    let Some(own) = &breakdown.interval else { return name };
    let of_method = beside.iter().filter(|b| b.method == *method).filter_map(|b| b.interval.as_ref());
    let others: Vec<&IntervalMethod> = of_method.filter(|interval| *interval != own).collect();
    match (others.is_empty(), others.iter().any(|other| other.kind == own.kind)) {
        (true, _) => name,
        (_, true) => format!("{name}, {}", kind_in_words(own)),
        (_, false) => format!("{name}, {}", own.kind.name()),
    }
}

#[cfg(test)]
mod tests;
