//! Sources: published files and how they are joined.

#[path = "../common/mod.rs"]
mod common;

#[cfg(feature = "arrow")]
mod arrow;
#[cfg(feature = "arrow")]
mod arrow_sums;
mod layouts;
mod oddities;
#[cfg(feature = "excel")]
mod workbooks;
