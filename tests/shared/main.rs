//! Comparisons on the shared folder of real panels and other packages' results.

#[path = "../common/mod.rs"]
mod common;

mod change;
mod contributions;
mod corrected;
mod count_regressions;
mod counts;
mod deviance;
mod england;
mod faults;
mod inference;
mod levels;
mod oaxaca;
mod official;
mod regress;
mod sensitivity;
mod shares;
