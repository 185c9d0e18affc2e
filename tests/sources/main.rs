//! Sources: published files and how they are joined.

#[path = "../common/mod.rs"]
mod common;

#[cfg(feature = "arrow")]
mod arrow;
mod layouts;
mod oddities;
#[cfg(feature = "excel")]
mod workbooks;
