//! How do rows in Arrow record batches and Parquet files become sums?
//!
//! | step | file |
//! |---|---|
//! | units and periods to numbers | `keys` |
//! | one batch to sums | here |
//! | many files to sums | `of_parquet` |
//! | tables of sums as batches | `of_tables` |

mod keys;
mod of_parquet;
mod of_tables;

use std::borrow::Cow;

use arrow_array::{Array, RecordBatch};

use self::keys::{KnownUnits, periods, unit_codes};
use super::batch::{Batch, BatchColumn};
use super::grouped_sums::GroupedSums;
use super::named_place::named_place;
use super::question::{SumsQuestion, THE_SUMS};
use crate::error::{ArrowProblem, DataError, Error, Result, SourceError, SumsProblem};
use crate::panel::{Missing, is_same, nearest_names};
use crate::sources::arrow::numbers;

/// What a record batch given in memory is called in messages.
const THE_BATCH: &str = "the record batch";

impl GroupedSums {
    /// Adds the rows of a record batch, which has the columns of the question by name, and may have others.
    ///
    /// Units are texts, dictionaries of them, or whole numbers; periods are whole numbers or texts, read as in files
    /// (2017-18 and 201718 are 2018). Other columns are of numbers: integers, floats, booleans as 0 and 1, decimals. What
    /// is null is missing as [`Missing::Empty`](crate::panel::Missing::Empty). Doubles without nulls are not copied.
    ///
    /// # Errors
    /// [`DataError::Sums`] for a column that is not there, and [`DataError::DuplicateColumn`] for one that is there twice;
    /// [`SourceError::Arrow`] for one of a type that is not read, or with a number that double precision does not hold;
    /// [`DataError::MissingKey`] and [`DataError::NotAPeriod`] for units and periods; [`DataError::Negative`] for weights.
    /// Nothing is added then. Columns that the question does not have may be anything, and of one name.
    ///
    /// # Examples
    /// ```
    /// use std::sync::Arc;
    ///
    /// use apportion::Model;
    /// use apportion::sources::arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
    /// use apportion::sums::{GroupedSums, SumsQuestion};
    ///
    /// let model = Model::new("plan").component("income", ["income"]).component("practice", ["unit_effects"]);
    /// let mut sums = GroupedSums::new(SumsQuestion::new(&model, "authority", None)?);
    /// let children = RecordBatch::try_from_iter([
    ///     ("authority", Arc::new(StringArray::from(vec!["A", "A", "B", "B", "B"])) as ArrayRef),
    ///     ("plan", Arc::new(Int64Array::from(vec![0, 1, 0, 1, 1]))),
    ///     ("income", Arc::new(Float64Array::from(vec![Some(9.0), Some(4.0), Some(7.0), Some(5.0), None]))),
    /// ])
    /// .unwrap();
    /// sums.add_batch(&children)?;
    /// assert_eq!((sums.n_observations(), sums.n_units()), (4, 2));
    /// assert_eq!(sums.left_out()[0].reason.to_string(), "income missing: empty");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn add_batch(&mut self, batch: &RecordBatch) -> Result<()> {
        self.add_record_batch(batch, &mut KnownUnits::default(), 0).map_err(|failure| failure.in_source(THE_BATCH))
    }

    /// Adds the rows of a record batch; units are known from one batch to the next.
    fn add_record_batch(
        &mut self,
        batch: &RecordBatch,
        known: &mut KnownUnits,
        first_row: usize,
    ) -> Result<(), Failure> {
        let column = |name: &str| named(batch, name);
        let unit = &self.question.unit;
        let codes = unit_codes(unit, column(unit)?, known, first_row)?;
        let periods = match &self.question.period {
            None => None,
            Some(name) => Some(periods(name, column(name)?, first_row)?),
        };
        let values = |name: &str| -> Result<BatchColumn<'_>, Failure> {
            let array = column(name)?;
            let values = numbers(name, array, first_row)?;
            let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
            let why_missing = nulls.map(|nulls| {
                Box::new(move |row: usize| nulls.is_null(row).then_some(Missing::Empty)) as super::batch::WhyMissing<'_>
            });
            Ok(BatchColumn { name: Cow::Owned(name.to_owned()), values, why_missing })
        };
        let of_numbers = number_columns(&self.question);
        let columns = of_numbers.into_iter().map(values).collect::<Result<_, _>>()?;
        let (names, unnamed) = (Cow::Borrowed(known.units.names()), known.units.unnamed());
        let (codes, periods) = (Cow::Owned(codes), periods.map(Cow::Owned));
        let batch = Batch { units: names, unnamed, codes, periods, columns, first_row };
        Ok(self.add(&batch, &mut known.positions)?)
    }
}

/// The columns of a question that are neither its units nor its periods.
fn number_columns(question: &SumsQuestion) -> Vec<&str> {
    let keys = || [Some(&question.unit), question.period.as_ref()].into_iter().flatten();
    question.columns().into_iter().filter(|name| !keys().any(|key| is_same(key, name))).collect()
}

/// A column of a batch by its name.
fn named<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a dyn Array, Error> {
    let schema = batch.schema_ref();
    let names = || schema.fields().iter().map(|field| field.name().as_str());
    match named_place(names(), name)? {
        Some(at) => Ok(batch.column(at)),
        None => {
            let why = SumsProblem::NotGiven { column: name.to_owned(), nearest: nearest_names(name, names()) };
            Err(DataError::Sums { table: THE_SUMS.to_owned(), why }.into())
        }
    }
}

/// What is wrong with a batch, before it is known where that comes from.
enum Failure {
    Arrow(ArrowProblem),
    Other(Error),
}

impl Failure {
    fn in_source(self, origin: &str) -> Error {
        match self {
            Failure::Arrow(why) => SourceError::Arrow { origin: origin.to_owned(), why }.into(),
            Failure::Other(error) => error,
        }
    }
}

impl From<ArrowProblem> for Failure {
    fn from(why: ArrowProblem) -> Self {
        Failure::Arrow(why)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Other(error)
    }
}
