//! Regressions of counts: how many there are expected to be, and how far from that they lie.
//!
//! The mean of a count is its exposure times a rate, whose logarithm is linear in the columns. Nothing here knows of a panel.

mod distribution;
mod iterate;
mod separation;
mod theta;
mod unit_deviance;

pub(crate) use distribution::Distribution;
pub(crate) use iterate::{CountFit, CountRows};
pub(crate) use separation::Separated;
pub(crate) use unit_deviance::expected_unit_deviance;
