//! The tables of a database's queries, handed over as record batches.

use arrow_array::RecordBatch;
use arrow_schema::Schema;

use crate::error::{Error, Result, SourceError};
use crate::sources::arrow::each_cell;
use crate::sums::grouped_sums::GroupedSums;
use crate::sums::question::SumsQuestion;
use crate::sums::read_table::ReadTable;

impl GroupedSums {
    /// The sums that the [queries](SumsQuestion::sql) of a question gave, as record batches: of the centres, by unit, and by
    /// unit and period where the question has periods.
    ///
    /// # Errors
    /// Those of [`read_csv`](Self::read_csv) for the tables; [`SourceError::Arrow`] for a column of a type that is not read; of a
    /// column that stands there twice, [`DataError::InFile`](crate::error::DataError::InFile) with the name of the table.
    ///
    /// # Examples
    /// ```
    /// use std::sync::Arc;
    ///
    /// use apportion::Model;
    /// use apportion::sources::arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
    /// use apportion::sums::{GroupedSums, SumsQuestion};
    ///
    /// let model = Model::new("y").component("x", ["x"]);
    /// let question = SumsQuestion::new(&model, "place", None)?;
    /// let fingerprint = question.fingerprint();
    /// let texts = |texts: &[&str]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    /// let whole = |numbers: &[i64]| Arc::new(Int64Array::from(numbers.to_vec())) as ArrayRef;
    /// let doubles = |numbers: &[f64]| Arc::new(Float64Array::from(numbers.to_vec())) as ArrayRef;
    /// // y is 1, 3 and 2, 6 in two places, and x is 0, 1 and 1, 2; about 3 and 1 in both.
    /// let mut centres = vec![("question", texts(&[&fingerprint, &fingerprint])), ("unit", texts(&["A", "B"]))];
    /// centres.extend([("n_units", whole(&[2, 2])), ("n", whole(&[2, 2]))]);
    /// centres.extend([("left_out_1", whole(&[0, 0])), ("left_out_2", whole(&[0, 0]))]);
    /// centres.extend([("left_out_3", whole(&[0, 0])), ("left_out_4", whole(&[0, 0]))]);
    /// centres.extend([("c1", doubles(&[1.0, 1.0])), ("c2", doubles(&[3.0, 3.0]))]);
    /// let by_unit = [
    ///     ("question", texts(&[&fingerprint, &fingerprint])),
    ///     ("unit", texts(&["A", "B"])),
    ///     ("n", whole(&[2, 2])),
    ///     ("w", doubles(&[2.0, 2.0])),
    ///     ("s1", doubles(&[-1.0, 1.0])),
    ///     ("s2", doubles(&[-2.0, 2.0])),
    ///     ("p1_1", doubles(&[1.0, 1.0])),
    ///     ("p1_2", doubles(&[2.0, 3.0])),
    ///     ("p2_2", doubles(&[4.0, 10.0])),
    /// ];
    /// let batch = |columns| RecordBatch::try_from_iter(columns).unwrap();
    /// let sums = GroupedSums::from_record_batches(&question, &[batch(centres)], &[batch(by_unit.to_vec())], &[])?;
    /// // Of a total of 14, x takes 5²/2.
    /// assert!((sums.fit(&model)?.r2_overall() - 12.5 / 14.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn from_record_batches(
        question: &SumsQuestion,
        centres: &[RecordBatch],
        by_unit: &[RecordBatch],
        by_unit_and_period: &[RecordBatch],
    ) -> Result<Self> {
        let table = |name: &str, batches: &[RecordBatch]| table(name, batches, question);
        let (centres, by_unit) = (table("centres", centres)?, table("by_unit", by_unit)?);
        let cells = question.period.as_ref().map(|_| table("by_unit_and_period", by_unit_and_period)).transpose()?;
        Self::of_tables(question, &centres, &by_unit, cells.as_ref())
    }
}

/// The batches one below the other, by the names of the first.
fn table(name: &str, batches: &[RecordBatch], question: &SumsQuestion) -> Result<ReadTable> {
    let problem = |why| Error::from(SourceError::Arrow { origin: name.to_string(), why });
    let schema = batches.first().map(|batch| batch.schema());
    let headers: Vec<&str> =
        schema.iter().flat_map(|schema| schema.fields().iter().map(|field| field.name().as_str())).collect();
    let mut rows = Vec::new();
    for batch in batches {
        let first = rows.len();
        rows.resize(first + batch.num_rows(), vec![String::new(); headers.len()]);
        for (at, header) in headers.iter().enumerate() {
            // A batch without the column leaves cells that are no numbers, which is said when they are read.
            let Some(column) = batch.column_by_name(header) else { continue };
            let mut row = first;
            let mut keep = |text: &str| {
                rows[row][at] = text.to_string();
                row += 1;
            };
            each_cell(header, column, &mut keep).map_err(problem)?;
        }
    }
    // A batch after the first may have one of its columns twice, too.
    let again = batches.iter().skip(1).flat_map(|batch| repeated(batch.schema_ref()));
    let again = again.filter(|(_, name)| headers.contains(name));
    ReadTable::new(name.to_string(), headers.iter().copied().enumerate().chain(again), rows, question)
}

/// The columns of a batch that have the name of one before them.
fn repeated(schema: &Schema) -> impl Iterator<Item = (usize, &str)> {
    let names = || schema.fields().iter().map(|field| field.name().as_str());
    names().enumerate().filter(move |(at, name)| names().take(*at).any(|before| before == *name))
}
