//! Decompositions: every method against its definition, and what holds for all of them.

#[path = "../common/mod.rs"]
mod common;

mod best_subsets;
mod brute_force;
mod contributions;
mod counting_noise;
mod games;
mod gelbach;
mod levels;
mod methods;
mod properties;
mod sampled;
