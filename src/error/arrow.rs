//! What can be wrong with Arrow record batches, and with Parquet files.

use super::{Place, names};

/// Why record batches or a Parquet file do not serve.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ArrowProblem {
    /// A file that is no Parquet file, or not all of one.
    #[error("it cannot be read as Parquet ({said}): is it a Parquet file, and whole?")]
    Unreadable {
        /// What the reader said.
        said: String,
    },
    /// A part of a Parquet file that cannot be read, though its description can.
    #[error(
        "row group {group} cannot be read ({said}): the file is damaged, or compressed in a way that is not known; write it anew, compressed with snappy or zstd"
    )]
    RowGroup {
        /// Which, from 0.
        group: usize,
        /// What the reader said.
        said: String,
    },
    /// A column of a type that is not read.
    #[error("column \"{column}\" is of type {found}: {advice}")]
    Type {
        /// The column.
        column: String,
        /// Its type, in Arrow's words.
        found: String,
        /// What to do.
        advice: &'static str,
    },
    /// A column that had another type in the batches or files before.
    #[error(
        "column \"{column}\" is of type {found}, and of {before} in what came before: cast it to one type throughout"
    )]
    OtherType {
        /// The column.
        column: String,
        /// Its type here, in Arrow's words.
        found: String,
        /// Its type before.
        before: String,
    },
    /// A column that the batches or files before had.
    #[error("there is no column \"{column}\", which is read{}", names::nearest(.nearest))]
    NoColumn {
        /// The column.
        column: String,
        /// Those that come close.
        nearest: Vec<String>,
    },
    /// A number that double precision does not hold.
    #[error(
        "column \"{column}\", {place}: {value} has more digits than a number of double precision holds: cast the column to text if it is a code, otherwise round it"
    )]
    Digits {
        /// The column.
        column: String,
        /// Where it stands.
        place: Place,
        /// The number.
        value: String,
    },
    /// What cannot be made into record batches or written as Parquet.
    #[error("it cannot be made ({said}): give every column a name of its own")]
    NotMade {
        /// What the writer said.
        said: String,
    },
}
