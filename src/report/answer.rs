//! What every result of the library can do in a report: be tables, sentences, and a document that other programs read.

use serde::{Deserialize, Serialize};

#[cfg(feature = "charts")]
use super::chart::Chart;
use super::tables::Tables;
use crate::error::Result;
use crate::fit::FittedModel;
use crate::model::Model;
use crate::panel::{Lineage, Sample};

/// The layout of documents; a change by which a program that reads them would fail makes it greater.
pub const SCHEMA_VERSION: u32 = 1;

/// A result that a report can hold.
///
/// # Examples
/// ```
/// use apportion::report::Answer;
/// use apportion::{Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 3.0, 5.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0])
///     .column("z", [0.0, 1.0, 0.0, 1.0])
///     .build()?;
/// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
/// let range = fit.order_range()?;
/// assert!(range.tables().to_markdown().contains("| first | 71.4 | 71.4 | 71.4 |"));
/// assert_eq!(
///     range.sentences()[0],
///     "Over all orders in which the components may enter, first gets 71.4% of the variation of y and second 25.7%, \
///      whatever the order."
/// );
/// # Ok::<(), apportion::Error>(())
/// ```
pub trait Answer {
    /// What it is, in documents: `breakdown`, `units`.
    fn kind(&self) -> &'static str;

    /// Its numbers as tables, in whatever form a reader wants them.
    fn tables(&self) -> Tables;

    /// What it says in plain English, written from its numbers: the finding with its interval first, then what a reader must
    /// know not to take it for more than it is.
    fn sentences(&self) -> Vec<String>;

    /// What it knows of where it comes from. Default: nothing.
    fn origin(&self) -> Origin {
        Origin::default()
    }

    /// Charts of it, each with what is to be seen in it; none where it has not what they need, as intervals. Default: none.
    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        Vec::new()
    }
}

/// What a chart shows, and the chart where it could be drawn: one that lacks what it needs is none of the answer's.
#[cfg(feature = "charts")]
pub(super) fn drawn(what: &'static str, chart: Result<Chart>) -> Option<(&'static str, Chart)> {
    chart.ok().map(|chart| (what, chart))
}

impl<A: Answer + ?Sized> Answer for &A {
    fn kind(&self) -> &'static str {
        (**self).kind()
    }

    fn tables(&self) -> Tables {
        (**self).tables()
    }

    fn sentences(&self) -> Vec<String> {
        (**self).sentences()
    }

    fn origin(&self) -> Origin {
        (**self).origin()
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        (**self).charts()
    }
}

impl<A: Answer> Answer for Vec<A>
where
    [A]: Answer,
{
    fn kind(&self) -> &'static str {
        self.as_slice().kind()
    }

    fn tables(&self) -> Tables {
        self.as_slice().tables()
    }

    fn sentences(&self) -> Vec<String> {
        self.as_slice().sentences()
    }

    fn origin(&self) -> Origin {
        self.as_slice().origin()
    }

    #[cfg(feature = "charts")]
    fn charts(&self) -> Vec<(&'static str, Chart)> {
        self.as_slice().charts()
    }
}

/// Where an answer comes from, as far as that is known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Origin {
    /// The question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// The rows used, and how many were left out for which reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
    /// Where the columns come from.
    #[serde(default, skip_serializing_if = "Lineage::is_empty")]
    pub lineage: Lineage,
    /// The seed of random draws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl Origin {
    pub(super) fn of_sample(sample: &Sample) -> Self {
        Origin { sample: Some(sample.counted()), ..Origin::default() }
    }

    pub(super) fn seeded(mut self, seed: Option<u64>) -> Self {
        self.seed = seed;
        self
    }

    pub(super) fn from(mut self, lineage: &Lineage) -> Self {
        self.lineage = lineage.clone();
        self
    }
}

/// An answer as a document: what it is, where it comes from, what it says, and all its numbers in full; read back it is
/// equal.
///
/// # Examples
/// ```
/// use apportion::report::{AnswerDocument, SCHEMA_VERSION};
/// use apportion::{Breakdown, Model, Panel};
///
/// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
/// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
/// let document = AnswerDocument::new(fit.shapley()?).of_fit(&fit);
/// let json = document.to_json()?;
/// assert!(json.starts_with("{\"schema_version\":1,\"crate_version\":\""));
///
/// let read: AnswerDocument<Breakdown> = serde_json::from_str(&json)?;
/// assert_eq!(read, document);
/// assert_eq!((read.schema_version, read.kind.as_str()), (SCHEMA_VERSION, "breakdown"));
/// assert_eq!(read.origin.model.as_ref(), Some(fit.model()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AnswerDocument_of_{A}"))]
#[non_exhaustive]
pub struct AnswerDocument<A> {
    /// [`SCHEMA_VERSION`] of the crate that wrote it.
    #[cfg_attr(feature = "schema", schemars(extend("const" = SCHEMA_VERSION)))]
    pub schema_version: u32,
    /// The version of the crate that wrote it.
    pub crate_version: String,
    /// What the answer is.
    pub kind: String,
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// What it says.
    pub sentences: Vec<String>,
    /// The answer.
    pub answer: A,
}

impl<A: Answer> AnswerDocument<A> {
    /// The document of an answer, with what it knows itself of where it comes from.
    ///
    /// # Examples
    /// See [`AnswerDocument`].
    pub fn new(answer: A) -> Self {
        AnswerDocument {
            schema_version: SCHEMA_VERSION,
            crate_version: env!("CARGO_PKG_VERSION").to_string(),
            kind: answer.kind().to_string(),
            origin: answer.origin(),
            sentences: answer.sentences(),
            answer,
        }
    }

    /// With the model, the sample and the lineage of the fit that it is of.
    ///
    /// # Examples
    /// See [`AnswerDocument`].
    pub fn of_fit(mut self, fit: &FittedModel) -> Self {
        self.origin.model = Some(fit.model().clone());
        self.origin.sample = Some(fit.sample().counted());
        self.origin.lineage = fit.lineage().clone();
        self
    }

    /// As JSON, in one line; `serde_json::to_string_pretty` breaks it.
    ///
    /// # Errors
    /// [`Error`](crate::Error) where a number is none that JSON can hold.
    ///
    /// # Examples
    /// See [`AnswerDocument`].
    pub fn to_json(&self) -> Result<String>
    where
        A: Serialize,
    {
        serde_json::to_string(self).map_err(crate::error::Error::other)
    }
}
