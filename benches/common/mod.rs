//! Seeded data for the benches, built outside what is timed.
#![allow(dead_code)]

use std::time::Duration;

use criterion::Criterion;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Short enough that all benches together take a few minutes.
pub fn settings() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(1_500))
}

/// Roughly normal numbers: sums of twelve uniforms.
pub struct Numbers(Xoshiro256PlusPlus);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Numbers(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    pub fn normal(&mut self) -> f64 {
        let uniform = |bits: u64| (bits >> 11) as f64 / (1_u64 << 53) as f64;
        (0..12).map(|_| uniform(self.0.next_u64())).sum::<f64>() - 6.0
    }

    pub fn normals(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.normal()).collect()
    }
}
