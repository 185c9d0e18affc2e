//! What can go wrong, and what to do next.
//!
//! One [`Error`] for the whole crate, in four categories, each in a file of its own. An error carries the column, unit,
//! period or option concerned, and what was expected beside what was found, so that its message can say how to mend it.
//!
//! | category | what is wrong | what to mend |
//! |---|---|---|
//! | [`Error::Data`] | a file, a column, its values, a row, or what a panel is asked to become | the data, or the schema |
//! | [`Error::Source`] | a published file, or how it is read | the source: layout, measures, filters, lookups |
//! | [`Error::Question`] | a model, a regression, an order, a name or an option, whatever the data | the question |
//! | [`Error::Estimate`] | the question, as put to this fit or these data, has no answer | the sample, the method, the estimator or the covariance |
//!
//! Where an error has several reasons, they are kinds of their own, with the numbers and names that they are about:
//!
//! | error | its reasons |
//! |---|---|
//! | [`DataError::NotANumber`] | [`NumberProblem`] |
//! | [`DataError::Note`] | [`NoteProblem`] |
//! | [`DataError::Join`] | [`JoinProblem`] |
//! | [`DataError::Derivation`] | [`DerivationProblem`] |
//! | [`DataError::ColumnUse`] | [`ColumnUseProblem`] |
//! | [`DataError::GivenValue`] | [`ValueProblem`] |
//! | [`DataError::Reorganisation`] | [`ReorganisationProblem`], and of a table's events [`EventProblem`] |
//! | [`DataError::Sidecar`] | [`SidecarProblem`] |
//! | [`DataError::Sums`] | [`SumsProblem`] |
//! | [`SourceError::Layout`] | [`LooksLike`] |
//! | [`SourceError::Heading`] | [`HeadingProblem`] |
//! | [`SourceError::RepeatedKey`] | [`RowDifference`], of [`DifferentCells`] |
//! | [`SourceError::Code`] | [`CodeProblem`] |
//! | [`SourceError::Workbook`] | [`WorkbookProblem`] |
//! | [`SourceError::Arrow`] | [`ArrowProblem`] |
//! | [`QuestionError::TermMeaning`] | [`TermProblem`] |
//! | [`QuestionError::OutcomeAsTerm`] | [`OutcomeUse`] |
//! | [`QuestionError::Order`] | [`OrderProblem`] |
//! | [`EstimateError::Method`] | [`Refusal`], and where another estimator is needed [`EstimatorNeed`] |
//! | [`EstimateError::NoCoefficient`] | [`CoefficientProblem`] |
//! | [`EstimateError::OtherFit`] | [`FitDifference`] |
//! | [`EstimateError::Scale`] | [`ScaleProblem`] |
//! | [`EstimateError::Predict`] | [`PredictProblem`] |
//! | [`EstimateError::NotRegressed`] | [`RowProblem`] |
//! | [`EstimateError::Cluster`] | [`ClusterProblem`] |
//! | [`EstimateError::Nesting`] | [`NestingProblem`] |
//! | [`EstimateError::Noise`] | [`NoiseProblem`] |
//! | [`EstimateError::Counts`] | [`CountProblem`] |
//! | [`EstimateError::Finding`] | [`FindingProblem`] |
//!
//! [`Place`] is where a value stands in its source, [`TermSyntax`] where a term cannot be read.
//!
//! What a closure of the caller's finds wrong is [`Error::other`].
//!
//! Print it: `{}` and `{:?}` both give the sentence, so that a `main` that returns [`Result`] tells its reader what to
//! do. Match on the category to tell whose fault it is, and on what is in it to react.

mod arrow;
mod data;
mod estimate;
mod finding;
mod names;
mod noise;
mod question;
mod refusal;
mod source;
mod sums;

use std::fmt;

pub use arrow::ArrowProblem;
pub(crate) use data::no_key;
pub use data::{
    ColumnUseProblem, DataError, DerivationProblem, EventProblem, JoinProblem, NoteProblem, NumberProblem, Place,
    ReorganisationProblem, SidecarProblem, ValueProblem,
};
pub(crate) use estimate::cannot;
pub use estimate::{
    ClusterProblem, CoefficientProblem, EstimateError, FitDifference, NestingProblem, PredictProblem, RowProblem,
    ScaleProblem,
};
pub use finding::FindingProblem;
pub(crate) use names::first_few;
pub use noise::{CountProblem, NoiseProblem};
pub use question::{OrderProblem, OutcomeUse, QuestionError, TermProblem, TermSyntax};
pub use refusal::{EstimatorNeed, Refusal};
pub use source::{CodeProblem, DifferentCells, HeadingProblem, LooksLike, RowDifference, SourceError, WorkbookProblem};
pub use sums::SumsProblem;

/// The result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can be wrong with the data, the question or the options.
///
/// # Examples
/// ```
/// use apportion::error::DataError;
/// use apportion::{Error, Model, Panel};
///
/// let panel = Panel::builder().column("rate", [1.0, 2.0]).column("poverty", [3.0, 4.0]).build()?;
/// let error = Model::new("rate").component("deprivation", ["povrety"]).fit(&panel).unwrap_err();
/// assert_eq!(error.to_string(), "no column \"povrety\": did you mean \"poverty\" or \"rate\"?");
/// assert_eq!(format!("{error:?}"), error.to_string());
/// let Error::Data(DataError::UnknownColumn { column, nearest }) = error else { panic!("another error") };
/// assert_eq!((column.as_str(), nearest[0].as_str()), ("povrety", "poverty"));
/// # Ok::<(), Error>(())
/// ```
#[derive(thiserror::Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum Error {
    /// Something is wrong with the data of a panel.
    Data(#[from] DataError),
    /// Something is wrong with a published file, or with how it is read.
    Source(#[from] SourceError),
    /// Something is wrong with the question, whatever the data.
    Question(#[from] QuestionError),
    /// There is no such estimate on these data.
    Estimate(#[from] EstimateError),
}

impl Error {
    /// An error of the caller's own, for a closure that this crate calls and that finds something wrong:
    /// [`DataError::OfTheCaller`], which says what it is given.
    ///
    /// ```
    /// use apportion::error::DataError;
    /// use apportion::{Error, Panel};
    /// let panel = Panel::builder().units(["A", "B"]).text_column("grade", ["3", "three"]).build()?;
    /// let number = |text: &str| text.parse::<f64>().map_err(|error| Error::other(format!("grade {text}: {error}")));
    /// let error = panel.with_column_by("level", |row| row.text("grade")?.map(number).transpose()).unwrap_err();
    /// assert_eq!(error.to_string(), "grade three: invalid float literal");
    /// assert!(matches!(error, Error::Data(DataError::OfTheCaller { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn other(message: impl fmt::Display) -> Self {
        DataError::OfTheCaller { message: message.to_string() }.into()
    }
}

/// The message, not the fields: it is what `main` prints of an error that it returns.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<TermSyntax> for Error {
    fn from(syntax: TermSyntax) -> Self {
        QuestionError::from(syntax).into()
    }
}

/// What linfa's traits ask of an estimator's error.
impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Self {
        EstimateError::from(error).into()
    }
}

#[cfg(test)]
mod tests;
