//! Which batches does a Parquet file hold, row group by row group?
//!
//! Knows of columns their places and names; what stands in them is read elsewhere.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Fields, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use crate::error::{ArrowProblem, DataError, Error, Result, SourceError};

/// Rows that are read at once: several columns of them stay in the cache of a processor.
const ROWS_AT_ONCE: usize = 1 << 14;

/// A Parquet file whose description has been read.
pub(crate) struct ParquetFile {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

impl ParquetFile {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = opened(path)?;
        // The types that a writer of Arrow noted, where there was one.
        let metadata = without_panic(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()))
            .map_err(|said| problem(path, ArrowProblem::Unreadable { said }))?;
        Ok(ParquetFile { path: path.to_owned(), metadata })
    }

    /// The path as messages name it.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    pub(crate) fn fields(&self) -> &Fields {
        self.metadata.schema().fields()
    }

    /// The same file, of which a column of text is read as a dictionary: a text that stands in many rows is made once.
    pub(crate) fn with_dictionary(self, column: usize) -> Self {
        let field = |(at, field): (usize, &Arc<Field>)| match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View if at == column => {
                let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                Arc::new(field.as_ref().clone().with_data_type(dictionary))
            }
            _ => field.clone(),
        };
        let fields: Fields = self.fields().iter().enumerate().map(field).collect();
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
        // Where the reader does not know how, the texts are read as they are.
        match ArrowReaderMetadata::try_new(self.metadata.metadata().clone(), options) {
            Ok(metadata) => ParquetFile { metadata, ..self },
            Err(_) => self,
        }
    }

    /// The number of rows of each row group.
    pub(crate) fn row_groups(&self) -> Vec<usize> {
        let groups = self.metadata.metadata().row_groups();
        groups.iter().map(|group| usize::try_from(group.num_rows()).unwrap_or_default()).collect()
    }

    /// Reads the columns at these places of one row group, in batches, in the order of the file.
    pub(crate) fn batches(
        &self,
        group: usize,
        columns: &[usize],
    ) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
        let path = self.path.clone();
        let damaged = move |said: String| problem(&path, ArrowProblem::RowGroup { group, said });
        // Opened anew: threads that share a file would share the place at which it is read.
        let file = opened(&self.path)?;
        let built = without_panic(|| {
            let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
            let mask = ProjectionMask::roots(reader.parquet_schema(), columns.iter().copied());
            reader.with_projection(mask).with_row_groups(vec![group]).with_batch_size(ROWS_AT_ONCE).build()
        });
        // Nothing is asked of a reader that has failed.
        let mut reader = Some(built.map_err(&damaged)?);
        Ok(std::iter::from_fn(move || {
            let batch = without_panic(|| reader.as_mut().and_then(Iterator::next).transpose()).transpose()?;
            Some(batch.map_err(|said| {
                reader = None;
                damaged(said)
            }))
        }))
    }
}

/// What a reader gives, or what it says of a file that it cannot read.
///
/// The Parquet reader takes some numbers of a damaged file at their word and panics; to a caller, that is an error like
/// any other.
fn without_panic<T, E: std::fmt::Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(payload) => {
            let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
            Err(text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default())
        }
    }
}

fn opened(path: &Path) -> Result<File> {
    File::open(path).map_err(|source| DataError::Read { path: path.display().to_string(), source }.into())
}

fn problem(path: &Path, why: ArrowProblem) -> Error {
    SourceError::Arrow { origin: path.display().to_string(), why }.into()
}
