//! How far a long computation is: a line on a terminal, elsewhere a forecast, both on standard error. An interrupt ends
//! it.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::face::{IS_INTERRUPTED, IS_WATCHED};

/// What is over sooner needs no forecast.
const LONG: Duration = Duration::from_secs(5);
/// The first second, in which threads start and caches fill, says little about those to come.
const FIRST: Duration = Duration::from_secs(1);
/// How often the line on a terminal changes.
const EVERY_MS: u64 = 100;

/// What is shown of one computation, and removed when it ends.
pub struct Watch {
    what: String,
    start: Instant,
    /// None where standard error is no terminal.
    bar: Option<ProgressBar>,
    most: AtomicU64,
    shown_ms: AtomicU64,
    is_forecast: AtomicBool,
}

impl Watch {
    pub fn new(what: impl Into<String>) -> Self {
        IS_WATCHED.store(true, Ordering::SeqCst);
        let style = ProgressStyle::with_template("{msg} {bar:30} {percent:>3} %");
        let bar = style.ok().filter(|_| io::stderr().is_terminal());
        let bar = bar.map(|style| ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(style));
        let (most, shown_ms, is_forecast) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
        Watch { what: what.into(), start: Instant::now(), bar, most, shown_ms, is_forecast }
    }

    /// So much is done of so much, in any order and from any thread; whether to go on.
    pub fn at(&self, done: u64, of: u64) -> ControlFlow<()> {
        if IS_INTERRUPTED.load(Ordering::SeqCst) {
            return ControlFlow::Break(());
        }
        let done = self.most.fetch_max(done, Ordering::Relaxed).max(done);
        let spent = self.start.elapsed();
        if spent < FIRST || done == 0 {
            return ControlFlow::Continue(());
        }
        let left = spent.mul_f64(of.saturating_sub(done) as f64 / done as f64);
        match &self.bar {
            Some(bar) => self.show(bar, done, of, spent, left),
            None => self.forecast(spent, left),
        }
        ControlFlow::Continue(())
    }

    fn show(&self, bar: &ProgressBar, done: u64, of: u64, spent: Duration, left: Duration) {
        let now = u64::try_from(spent.as_millis()).unwrap_or(u64::MAX);
        let last = self.shown_ms.load(Ordering::Relaxed);
        let is_due = now >= last.saturating_add(EVERY_MS);
        // One thread shows it, the others go on.
        if is_due && self.shown_ms.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            bar.set_length(of);
            bar.set_position(done);
            bar.set_message(format!("{}, about {} left", self.what, about(left)));
            // Not before there is all that it shows.
            if bar.is_hidden() {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.tick();
            }
        }
    }

    /// One line that is no more than a forecast, so that a log says why nothing happens.
    fn forecast(&self, spent: Duration, left: Duration) {
        if spent + left > LONG && !self.is_forecast.swap(true, Ordering::Relaxed) {
            let _ = writeln!(io::stderr(), "{}: this will take about {}", self.what, about(spent + left));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A time in the largest unit of which there are two or more.
fn about(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        0.0..120.0 => format!("{:.0} s", seconds.ceil()),
        120.0..7_200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.0} h", seconds / 3_600.0),
    }
}
