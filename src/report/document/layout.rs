//! The layout of the document, which a breakdown of its own and a report share.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Report;
use super::entry::{Entry, Shares};
use crate::decompose::{Breakdown, DevianceShares, GELBACH, IntervalMethod, ShareRange};
use crate::model::Factor;
use crate::panel::{Lineage, Sample};
use crate::regress::Noise;
use crate::resample::Comparison;
use crate::warning::Warning;

/// What an answer is of.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Header {
    outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    panel: Option<String>,
    #[serde(default, skip_serializing_if = "Lineage::is_empty")]
    lineage: Lineage,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    factors: Vec<Factor>,
    #[serde(flatten)]
    sample: Sample,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<String>,
    r2_overall: f64,
    /// Of counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deviance: Option<DevianceShares>,
}

/// What intervals are for, in words; not read, as it is always the same.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Targets {
    share_of_total: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected: Option<&'static str>,
}

impl Targets {
    fn of<'a>(interval: Option<&IntervalMethod>, breakdowns: impl IntoIterator<Item = &'a Breakdown>) -> Option<Self> {
        interval?;
        let is_corrected = breakdowns.into_iter().any(|breakdown| breakdown.unexplained.corrected.is_some());
        Some(Targets {
            share_of_total: "in-sample: the expected share in samples of such units over these periods, chance included",
            corrected: is_corrected
                .then_some("superpopulation: the share in all such units over these periods, chance out"),
        })
    }
}

/// A breakdown of its own: what it is of, the method's entry, how sure it is.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Stored {
    #[serde(flatten)]
    header: Header,
    #[serde(flatten)]
    entry: Entry,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<IntervalMethod>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    targets: Option<Targets>,
    #[serde(skip_serializing_if = "Option::is_none")]
    noise: Option<Noise>,
    warnings: Vec<Warning>,
}

/// A report: what it is of, an entry for each method, and what is said once for all of them.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Document {
    #[serde(flatten)]
    header: Header,
    methods: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_range: Option<Vec<ShareRange>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<IntervalMethod>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    targets: Option<Targets>,
    #[serde(skip_serializing_if = "Option::is_none")]
    noise: Option<Noise>,
    warnings: Vec<String>,
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Breakdown {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Breakdown".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Stored::json_schema(generator)
    }
}

impl Serialize for Breakdown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let header = Header {
            outcome: self.outcome.clone(),
            panel: self.panel.clone(),
            lineage: self.lineage.clone(),
            factors: self.factors.clone(),
            sample: self.sample.clone(),
            weights: self.weights.clone(),
            r2_overall: self.r2_overall,
            deviance: self.deviance.clone(),
        };
        let (interval, noise, warnings) = (self.interval.clone(), self.noise.clone(), self.warnings.clone());
        let targets = Targets::of(interval.as_ref(), [self]);
        Stored { header, entry: Entry::of(self), interval, targets, noise, warnings }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Breakdown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { header, entry, interval, noise, warnings, .. } = Stored::deserialize(deserializer)?;
        let of = |shares| header.breakdown(shares, interval.as_ref(), noise.as_ref(), warnings);
        let breakdown = entry.shares().and_then(of);
        let breakdown = breakdown.map_err(D::Error::custom)?;
        match breakdown.interval == interval {
            true => Ok(breakdown),
            false => Err(D::Error::custom("how intervals were made is said, and there are none")),
        }
    }
}

impl Header {
    /// The breakdown of these shares, which have intervals throughout, made as is said, or none.
    fn breakdown(
        self,
        shares: Shares,
        interval: Option<&IntervalMethod>,
        noise: Option<&Noise>,
        warnings: Vec<Warning>,
    ) -> Result<Breakdown, String> {
        let Header { outcome, panel, lineage, factors, sample, weights, r2_overall, deviance } = self;
        let Shares { method, components, always, unexplained, detail, unit_effects_by_model } = shares;
        let mut breakdown = Breakdown {
            outcome,
            method,
            components,
            always,
            unexplained,
            detail,
            r2_overall,
            sample,
            weights,
            panel,
            lineage,
            factors,
            interval: None,
            noise: None,
            unit_effects_by_model,
            deviance,
            warnings,
        };
        let what = format!("shares by {}", breakdown.method);
        breakdown.interval = made(&what, breakdown.cells_mut().map(|(_, cell)| cell.interval.is_some()), interval)?;
        // Shares that are not corrected say nothing of noise.
        breakdown.noise = noise.filter(|_| breakdown.unexplained.corrected.is_some()).cloned();
        Ok(breakdown)
    }
}

/// How the intervals of these numbers were made, where they have some: all of them or none, and never unsaid.
fn made(
    what: &str,
    have: impl Iterator<Item = bool>,
    interval: Option<&IntervalMethod>,
) -> Result<Option<IntervalMethod>, String> {
    let (with, without): (Vec<bool>, Vec<bool>) = have.partition(|has| *has);
    match (with.is_empty(), without.is_empty(), interval) {
        (true, ..) => Ok(None),
        (false, false, _) => Err(format!("of the {what}, some have intervals and some have none")),
        (.., None) => Err(format!("{what} without how their intervals were made")),
        (.., Some(interval)) => Ok(Some(interval.clone())),
    }
}

impl From<Report> for Document {
    fn from(report: Report) -> Self {
        let entry = |(at, breakdown): (usize, &Breakdown)| {
            let comparison = report.comparisons.iter().find(|comparison| report.place(comparison) == Some(at));
            // What is made as the document says does not say it again.
            let own = breakdown.interval.as_ref().filter(|own| report.interval.as_ref() != Some(own));
            Entry::of(breakdown).with_comparison(comparison).with_interval(own)
        };
        let mut methods: Vec<Entry> = report.methods.iter().enumerate().map(entry).collect();
        if let Some(covariance) = report.covariance {
            methods.push(Entry::of_coefficients(report.coefficients, covariance, report.r2_overall));
        }
        let targets = Targets::of(report.interval.as_ref(), &report.methods);
        let noise = report.methods.iter().find_map(|breakdown| breakdown.noise.clone());
        let deviance = report.methods.iter().find_map(|breakdown| breakdown.deviance.clone());
        let Report { outcome, panel, lineage, factors, sample, r2_overall, order_range, interval, warnings, .. } =
            report;
        let header = Header { outcome, panel, lineage, factors, sample, weights: None, r2_overall, deviance };
        Document { header, methods, order_range, interval, targets, noise, warnings }
    }
}

impl TryFrom<Document> for Report {
    type Error = String;

    fn try_from(document: Document) -> Result<Self, String> {
        let Document { header, methods, order_range, interval, noise, warnings, .. } = document;
        let (mut breakdowns, mut comparisons) = (Vec::<Breakdown>::new(), Vec::new());
        let (mut coefficients, mut covariance) = (Vec::new(), None);
        for mut entry in methods {
            if entry.is_of_coefficients() {
                let (mut columns, allowed_for) = entry.changes()?;
                if covariance.replace(allowed_for).is_some() {
                    return Err(format!("{GELBACH} stands twice"));
                }
                let estimates = columns.iter_mut().flat_map(|column| column.estimates_mut());
                made("coefficients", estimates.map(|estimate| estimate.interval.is_some()), interval.as_ref())?;
                coefficients = columns;
                continue;
            }
            let compared = entry.take_comparison()?;
            let own = entry.take_interval();
            let interval = own.as_ref().or(interval.as_ref());
            let breakdown = header.clone().breakdown(entry.shares()?, interval, noise.as_ref(), Vec::new())?;
            if own.is_some() && breakdown.interval.is_none() {
                return Err(format!("{} says how intervals were made, and has none", breakdown.method));
            }
            let is_same = |known: &Breakdown| known.method == breakdown.method && known.interval == breakdown.interval;
            if breakdowns.iter().any(is_same) {
                return Err(format!("{} stands twice", breakdown.method));
            }
            if let Some((ranks, differences)) = compared {
                let interval =
                    interval.cloned().ok_or("ranks and differences without how their intervals were made")?;
                comparisons.push(Comparison { method: breakdown.method.clone(), ranks, differences, interval });
            }
            breakdowns.push(breakdown);
        }
        let Header { outcome, panel, lineage, factors, sample, r2_overall, .. } = header;
        Ok(Report {
            outcome,
            panel,
            lineage,
            factors,
            sample,
            r2_overall,
            methods: breakdowns,
            coefficients,
            covariance,
            comparisons,
            order_range,
            interval,
            warnings,
        })
    }
}
