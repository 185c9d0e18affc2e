//! Which sums over rows does a breakdown need, and what does it make of them?
//!
//! For data larger than a machine: rows of children rather than of authorities, in files, in pieces or in a database. The
//! sums over the rows of each unit, and of each unit and period, do not grow with the rows, are added over any partition
//! of them, and hold all that shares, levels, contributions and resampling by unit are made of.
//!
//! | question | ask | answer |
//! |---|---|---|
//! | which columns, keys and weights are summed | [`SumsQuestion`] | its [`variables`](SumsQuestion::variables), [`columns`](SumsQuestion::columns) |
//! | the sums of rows that come in pieces | [`GroupedSums::add_panel`], [`GroupedSums::add_columns`], [`GroupedSums::merge`] | [`GroupedSums`] |
//! | the sums of rows in Arrow record batches and Parquet files, feature `arrow` | `GroupedSums::add_batch`, `GroupedSums::of_parquet` | [`GroupedSums`] |
//! | the sums that a database makes | [`SumsQuestion::sql`], [`SqlDialect`] | [`SumsSql`]; its tables are read by [`GroupedSums::read_csv`] |
//! | the model on them | [`GroupedSums::fit`] | [`FittedModel`](crate::FittedModel) |

// Where to find it in the code:
//
// | step | file |
// |---|---|
// | what is summed | `question` |
// | rows in memory to sums | `batch`, `named_place`, `unit_codes`, `kept_rows`, `accumulate`, `add` |
// | record batches and Parquet files to rows | `arrow` |
// | sums to a fit | `equivalent_rows`, `fit` |
// | sums as tables | `tables`, `read_table`; the queries that make them | `sql` |

mod accumulate;
mod add;
#[cfg(feature = "arrow")]
mod arrow;
mod batch;
mod equivalent_rows;
mod fit;
mod grouped_sums;
mod kept_rows;
mod named_place;
mod question;
mod read_table;
mod sql;
mod tables;
mod unit_codes;

pub use grouped_sums::GroupedSums;
pub use question::SumsQuestion;
pub use sql::{SqlDialect, SumsSql};
