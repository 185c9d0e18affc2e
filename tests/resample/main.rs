//! Resampling: replicates, intervals and what one unit changes.

#[path = "../common/mod.rs"]
mod common;

mod corrected;
mod influence;
mod levels;
mod no_key;
mod replicates;
mod samples;
