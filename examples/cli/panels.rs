//! The same on each of many simulated panels, in parallel and watched.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::face;
use super::watch::Watch;

/// What is found on the panel of each seed, in their order.
pub fn on_each<T: Send>(
    what: impl Into<String>,
    seeds: Range<u64>,
    of_panel: impl Fn(u64) -> apportion::Result<T> + Sync,
) -> face::Result<Vec<T>> {
    let (watch, done, of) = (Watch::new(what), AtomicU64::new(0), seeds.end - seeds.start);
    let one = |seed| {
        let found = of_panel(seed)?;
        match watch.at(done.fetch_add(1, Ordering::Relaxed) + 1, of).is_break() {
            true => Err("interrupted".into()),
            false => Ok(found),
        }
    };
    seeds.into_par_iter().map(one).collect()
}
