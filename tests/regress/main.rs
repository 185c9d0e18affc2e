//! Panel regressions: coefficients, covariances and specification tests.

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod brute_force;
mod counts;
mod functions;
mod intercept;
mod likelihood;
mod many_rows;
mod of_model;
mod regressed_rows;
mod related;
mod satterthwaite;
mod shifted;
mod small_sample;
mod specification;
mod unknown;
