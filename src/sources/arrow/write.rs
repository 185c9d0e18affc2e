//! A panel as a record batch, and as a Parquet file.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Float64Array, Int32Array, LargeStringArray, RecordBatch, RecordBatchOptions, StringArray,
};
use arrow_schema::{ArrowError, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::error::{ArrowProblem, Error, Result, SourceError};
use crate::panel::{Column, Panel, Values, write_whole};

/// What a batch that is made is called in messages.
const THE_PANEL: &str = "the record batch of the panel";

impl Panel {
    /// The panel as an Arrow record batch: the unit column as texts, the period column as whole numbers of 32 bits, then
    /// its columns in their order, numbers as doubles and texts as texts, null where a value is missing.
    ///
    /// Why a value is missing does not go with it, nor where it comes from: a panel that is made of the batch is equal but
    /// for what is missing, which is all [`Missing::Empty`](crate::panel::Missing::Empty), and for labels and description.
    /// [`Panel::write_csv`] loses nothing.
    ///
    /// # Errors
    ///
    /// [`SourceError::Arrow`] where Arrow refuses the columns.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let panel = Panel::builder().units(["202", "203"]).periods([2018, 2018]).column("rate", [48.5, f64::NAN]).build()?;
    /// let batch = panel.to_record_batch()?;
    /// assert_eq!((batch.num_columns(), batch.num_rows(), batch.column(2).null_count()), (3, 2, 1));
    /// let back = Panel::from_record_batches([batch], &PanelSchema::new("unit", "period"))?;
    /// assert_eq!(back.column("rate")?.values(), panel.column("rate")?.values());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let rows = self.n_observations();
        let units = self.unit_column().map(|name| (name, texts(|| (0..rows).map(|row| self.unit_of(row)))));
        let periods = self.period_column().map(|name| {
            let periods: Int32Array = (0..rows).map(|row| self.period_of(row)).collect();
            (name, Arc::new(periods) as ArrayRef)
        });
        let columns = self.columns().iter().map(|column| (column.name(), values(column)));
        let all = units.into_iter().chain(periods).chain(columns);
        batch(all, rows).map_err(|error| not_made(THE_PANEL, error))
    }

    /// Writes the panel to a Parquet file, compressed with snappy; what it holds is said at [`Panel::to_record_batch`]. It is
    /// written whole or not at all.
    ///
    /// # Errors
    ///
    /// [`DataError::Write`](crate::error::DataError::Write) where the file cannot be written; [`SourceError::Arrow`] where
    /// the panel cannot be put into one.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// # let folder = std::env::temp_dir().join(format!("apportion-write-parquet-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// let path = folder.join("panel.parquet");
    /// let panel = Panel::builder().units(["202"]).periods([2018]).text_column("region", ["London"]).build()?;
    /// panel.write_parquet(&path)?;
    /// assert_eq!(Panel::read_parquet(&path, &PanelSchema::new("unit", "period"))?, panel);
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn write_parquet(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let batch = self.to_record_batch()?;
        let bytes = parquet_of(&batch).map_err(|error| not_made(&path.display().to_string(), error))?;
        write_whole(path, bytes)
    }
}

fn parquet_of(batch: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties))?;
    writer.write(batch)?;
    writer.into_inner()
}

/// Columns of as many rows as a record batch.
pub(crate) fn batch<'a>(
    columns: impl Iterator<Item = (&'a str, ArrayRef)>,
    rows: usize,
) -> Result<RecordBatch, ArrowError> {
    let columns =
        columns.map(|(name, array)| (Field::new(name, array.data_type().clone(), array.is_nullable()), array));
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.unzip();
    // Said, for a panel without any column.
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
}

/// Texts, in an array whose offsets can count their bytes.
pub(crate) fn texts<'a, I: Iterator<Item = Option<&'a str>>>(texts: impl Fn() -> I) -> ArrayRef {
    let bytes: usize = texts().flatten().map(str::len).sum();
    match i32::try_from(bytes) {
        Ok(_) => Arc::new(texts().collect::<StringArray>()),
        Err(_) => Arc::new(texts().collect::<LargeStringArray>()),
    }
}

fn values(column: &Column) -> ArrayRef {
    match column.values() {
        Values::Number(numbers) => {
            let number = |(row, &number): (usize, &f64)| column.missing(row).is_none().then_some(number);
            Arc::new(numbers.iter().enumerate().map(number).collect::<Float64Array>())
        }
        Values::Text { codes, .. } => texts(|| (0..codes.len()).map(|row| column.text(row))),
    }
}

/// The error of what cannot be made.
pub(crate) fn not_made(origin: &str, error: impl std::fmt::Display) -> Error {
    SourceError::Arrow { origin: origin.to_owned(), why: ArrowProblem::NotMade { said: error.to_string() } }.into()
}
