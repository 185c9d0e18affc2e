//! The layout of the document, which a breakdown of its own and a report share.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Report;
use super::entry::{Entry, Shares};
use crate::decompose::{Breakdown, IntervalMethod, ShareRange};
use crate::panel::{Lineage, Sample};
use crate::resample::Comparison;
use crate::warning::Warning;

/// What an answer is of.
#[derive(Clone, Serialize, Deserialize)]
struct Header {
    outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    panel: Option<String>,
    #[serde(default, skip_serializing_if = "Lineage::is_empty")]
    lineage: Lineage,
    #[serde(flatten)]
    sample: Sample,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<String>,
    r2_overall: f64,
}

/// A breakdown of its own: what it is of, the method's entry, how sure it is.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(flatten)]
    header: Header,
    #[serde(flatten)]
    entry: Entry,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<IntervalMethod>,
    warnings: Vec<Warning>,
}

/// A report: what it is of, an entry for each method, and what is said once for all of them.
#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    #[serde(flatten)]
    header: Header,
    methods: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_range: Option<Vec<ShareRange>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<IntervalMethod>,
    warnings: Vec<String>,
}

impl Serialize for Breakdown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let header = Header {
            outcome: self.outcome.clone(),
            panel: self.panel.clone(),
            lineage: self.lineage.clone(),
            sample: self.sample.clone(),
            weights: self.weights.clone(),
            r2_overall: self.r2_overall,
        };
        let (interval, warnings) = (self.interval.clone(), self.warnings.clone());
        Stored { header, entry: Entry::of(self), interval, warnings }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Breakdown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { header, entry, interval, warnings } = Stored::deserialize(deserializer)?;
        Ok(header.breakdown(entry.shares().map_err(D::Error::custom)?, interval, warnings))
    }
}

impl Header {
    fn breakdown(self, shares: Shares, interval: Option<IntervalMethod>, warnings: Vec<Warning>) -> Breakdown {
        let Header { outcome, panel, lineage, sample, weights, r2_overall } = self;
        let Shares { method, components, always, unexplained, detail } = shares;
        Breakdown {
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
            interval,
            warnings,
        }
    }
}

impl From<Report> for Document {
    fn from(report: Report) -> Self {
        let place = |comparison: &Comparison| report.methods.iter().position(|b| b.method == comparison.method);
        let entry = |(at, breakdown): (usize, &Breakdown)| {
            Entry::of(breakdown).with_comparison(report.comparisons.iter().find(|c| place(c) == Some(at)))
        };
        let mut methods: Vec<Entry> = report.methods.iter().enumerate().map(entry).collect();
        if let Some(covariance) = report.covariance {
            methods.push(Entry::of_coefficients(report.coefficients, covariance, report.r2_overall));
        }
        let Report { outcome, panel, lineage, sample, r2_overall, order_range, interval, warnings, .. } = report;
        let header = Header { outcome, panel, lineage, sample, weights: None, r2_overall };
        Document { header, methods, order_range, interval, warnings }
    }
}

impl TryFrom<Document> for Report {
    type Error = String;

    fn try_from(document: Document) -> Result<Self, String> {
        let Document { header, methods, order_range, interval, warnings } = document;
        let (mut breakdowns, mut comparisons) = (Vec::new(), Vec::new());
        let (mut coefficients, mut covariance) = (Vec::new(), None);
        for mut entry in methods {
            if entry.is_of_coefficients() {
                coefficients = entry.coefficients.ok_or("gelbach without its coefficients")?;
                covariance = Some(entry.covariance.ok_or("gelbach without what its standard errors allow for")?);
                continue;
            }
            let compared = entry.ranks.take().zip(entry.differences.take());
            let shares = entry.shares()?;
            if let Some((ranks, differences)) = compared {
                let interval = interval.clone().ok_or("ranks and differences without how their intervals were made")?;
                comparisons.push(Comparison { method: shares.method.clone(), ranks, differences, interval });
            }
            let own = interval.clone().filter(|_| shares.unexplained.interval.is_some());
            breakdowns.push(header.clone().breakdown(shares, own, Vec::new()));
        }
        let Header { outcome, panel, lineage, sample, r2_overall, .. } = header;
        Ok(Report {
            outcome,
            panel,
            lineage,
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
