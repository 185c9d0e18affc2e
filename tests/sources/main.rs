//! Sources: published files and how they are joined.

#[path = "../common/mod.rs"]
mod common;

mod layouts;
mod oddities;
#[cfg(feature = "excel")]
mod workbooks;
