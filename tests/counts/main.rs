//! Models of counts: identities, fits by brute force, and what is refused.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod bad_input;
mod brute_force;
mod identities;
mod methods;
