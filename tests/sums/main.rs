//! Grouped sums: what they say is what the rows behind them say.

#[path = "../common/mod.rs"]
mod common;

mod of_rows;
mod refused;
mod tables;
