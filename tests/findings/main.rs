//! Findings: what counts, breakdowns and remainders say of units.

#[path = "../common/mod.rs"]
mod common;

mod authorities;
mod change;
mod early_warning;
mod england;
mod oaxaca;
mod relation;
mod sensitivity;
mod unit_rates;
mod variation;
