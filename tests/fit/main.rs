//! Fits: coefficients and effects, and how exact they are on hard designs.

#[path = "../common/mod.rs"]
mod common;

mod accuracy;
mod extremes;
mod terms;
