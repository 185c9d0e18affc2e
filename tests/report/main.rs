//! Reports: what is printed, written and read again.

#[path = "../common/mod.rs"]
mod common;

mod answers;
#[cfg(feature = "charts")]
mod charts;
mod factors;
mod latex;
mod levels;
mod long_names;
mod printing;
mod regression_tables;
#[cfg(feature = "schema")]
mod schema;
mod serde;
mod several_intervals;
mod ten_analyses;
