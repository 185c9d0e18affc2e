//! How do Arrow record batches and Parquet files become panels, and panels become them?
//!
//! | step | file |
//! |---|---|
//! | an array to numbers or texts | `values` |
//! | a Parquet file to batches | `parquet_file` |
//! | batches to a panel | `read` |
//! | a panel to a batch and a file | `write` |

mod parquet_file;
mod read;
mod values;
mod write;

pub(crate) use self::parquet_file::ParquetFile;
pub(crate) use self::values::{Kind, each_cell, kind, kind_of, numbers, refused};
pub(crate) use self::write::{batch, not_made, texts};
