//! How far a computation is, in coalitions, and whether it was told to stop.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A part says nothing before it has so many coalitions more: a tenth of a millisecond's work, beside which a call and
/// what threads lose to each other's counting are nothing.
const WORTH_SAYING: u64 = 1 << 17;

/// Called with the coalitions done and those there are; whether to go on.
pub(crate) type Watch<'a> = &'a (dyn Fn(u64, u64) -> ControlFlow<()> + Sync);

/// How far a computation is, and whether it was told to stop.
pub(crate) struct Progress<'a> {
    watch: Option<Watch<'a>>,
    // Relaxed, these and all below: no other memory is handed over by them.
    done: AtomicU64,
    of: u64,
    is_cancelled: AtomicBool,
}

impl<'a> Progress<'a> {
    /// Of so many coalitions.
    pub(crate) fn new(of: u64, watch: Option<Watch<'a>>) -> Self {
        Progress { watch, done: AtomicU64::new(0), of, is_cancelled: AtomicBool::new(false) }
    }

    /// Of what nobody watches, and nobody stops.
    pub(crate) fn unwatched() -> Self {
        Progress::new(0, None)
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// Says that so many more coalitions are done.
    pub(crate) fn add(&self, coalitions: u64) {
        if self.watch.is_some() {
            self.say(self.done.fetch_add(coalitions, Ordering::Relaxed) + coalitions);
        }
    }

    /// Asks whether to go on where nothing is counted.
    pub(crate) fn goes_on(&self) -> bool {
        self.say(self.done.load(Ordering::Relaxed));
        !self.is_cancelled()
    }

    fn say(&self, done: u64) {
        if self.watch.is_some_and(|watch| watch(done, self.of).is_break()) {
            self.is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// A part of the computation: so many coalitions, of so many samples at a time.
    pub(crate) fn part(&self, coalitions: u64, samples: usize) -> Part<'_> {
        let samples = samples as u64;
        let left = AtomicU64::new(coalitions.saturating_mul(samples));
        Part { progress: self, samples, left, unsaid: AtomicU64::new(0) }
    }
}

/// One method on one or several samples, which says now and then how far it is; what it does not say, its end does.
pub(crate) struct Part<'a> {
    progress: &'a Progress<'a>,
    samples: u64,
    /// What is not said yet; of it, what is done.
    left: AtomicU64,
    unsaid: AtomicU64,
}

impl Part<'_> {
    pub(crate) fn is_cancelled(&self) -> bool {
        self.progress.is_cancelled()
    }

    /// So many more coalitions are done.
    pub(crate) fn add(&self, coalitions: u64) {
        if self.progress.watch.is_none() {
            return;
        }
        let done = coalitions * self.samples;
        if self.unsaid.fetch_add(done, Ordering::Relaxed) + done < WORTH_SAYING {
            return;
        }
        // Of two threads that come here, one finds what both have done.
        let said = self.unsaid.swap(0, Ordering::Relaxed);
        if said > 0 {
            self.left.fetch_sub(said, Ordering::Relaxed);
            self.progress.add(said);
        }
    }

    /// All of it is done.
    pub(crate) fn end(self) {
        let left = self.left.into_inner();
        if left > 0 && !self.progress.is_cancelled() {
            self.progress.add(left);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_part_says_now_and_then_and_in_the_end_what_it_has_done() {
        let seen = Mutex::new(Vec::new());
        let watch = |done, of| {
            seen.lock().expect("no panic").push((done, of));
            ControlFlow::Continue(())
        };
        let of = 8 * (1 << 15) + 3;
        let progress = Progress::new(of, Some(&watch));
        let part = progress.part(1 << 15, 8);
        for _ in 0..3 {
            part.add(1 << 13);
        }
        part.end();
        progress.part(3, 1).end();
        assert_eq!(*seen.lock().expect("no panic"), [(1 << 17, of), (1 << 18, of), (of, of)]);
        assert!(progress.goes_on());
    }

    #[test]
    fn a_break_stops_and_is_the_last_word() {
        let calls = AtomicU64::new(0);
        let watch = |_, _| {
            calls.fetch_add(1, Ordering::Relaxed);
            ControlFlow::Break(())
        };
        let progress = Progress::new(1 << 18, Some(&watch));
        let part = progress.part(1 << 18, 1);
        part.add(1 << 17);
        assert!(part.is_cancelled() && !progress.goes_on());
        part.end();
        assert_eq!(calls.into_inner(), 2);
    }
}
