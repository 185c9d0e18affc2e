//! The examples, run as processes.

#[path = "../common/mod.rs"]
mod common;

mod breakdowns;
mod change;
mod every_example;
mod fuzz;
#[cfg(unix)]
mod interrupt;
mod judged;
mod official_statistics;
mod recorded;
mod regress;
mod sensitivity;
mod sums;
