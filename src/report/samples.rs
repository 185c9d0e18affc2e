//! Shares of two samples side by side.

use std::fmt;

use super::aligned::{Line, aligned};
use super::breakdown::{in_order, left_out};
use super::text::{counted, level, percent, wrapped};
use crate::decompose::Method;
use crate::resample::{ComparedSample, SampleDifferences, ShareDifference};

impl fmt::Display for SampleDifferences {
    /// Within 80 columns: method and samples; each share in both, in per cent of the total, and the first less the second
    /// in points with its interval; the same of corrected differences, where both samples have them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = match &self.method {
            Method::Sequential { order } => format!("{} ({})", self.method.name(), in_order(order)),
            method => method.name().to_string(),
        };
        let mut lines = wrapped(&format!("{}, shares of two samples, {method}", self.outcome));
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        let said = |place: &str, of: &ComparedSample| {
            let (rows, units) = (counted(of.sample.n_observations, "row"), counted(of.sample.n_units, "unit"));
            let mut lines = wrapped(&format!("{place}: {}, {rows} in {units}", of.name));
            lines.extend(left_out(&of.sample).flat_map(|line| wrapped(&format!("{place}: {line}"))));
            lines
        };
        lines.extend(said("first", &self.first));
        lines.extend(said("second", &self.second));
        let (one, by) = match &self.cluster_column {
            Some(column) => ("cluster", format!(" by {column}")),
            None => ("unit", String::new()),
        };
        lines.extend(wrapped(&match self.shared_clusters {
            0 => format!("no {one}{by} is in both"),
            1 => format!("1 {one}{by} is in both, and leaves both together"),
            n => format!("{n} {one}s{by} are in both, and leave both together"),
        }));
        lines.push(String::new());
        let level = level(self.level);
        let heads = ["first", "second", "difference", &level, "corrected", &level];
        let n_heads = if self.shares().any(|share| share.corrected.is_some()) { heads.len() } else { heads.len() - 2 };
        let mut table = vec![Line::new("", heads[..n_heads].iter().map(|head| head.to_string()).collect())];
        table.extend(self.shares().map(row));
        lines.extend(aligned(&table));
        for (name, of) in [("first", &self.first), ("second", &self.second)] {
            lines.extend(of.warnings.iter().flat_map(|warning| wrapped(&format!("warning, {name}: {warning}"))));
        }
        f.write_str(&lines.join("\n"))
    }
}

impl SampleDifferences {
    /// All shares: what is always in, the components, the unexplained.
    /// Every row: `always` where there is one, the components, `unexplained`.
    pub(super) fn shares(&self) -> impl Iterator<Item = &ShareDifference> {
        self.always.iter().chain(&self.components).chain([&self.unexplained])
    }
}

fn row(share: &ShareDifference) -> Line {
    let ends = |lower: f64, upper: f64| format!("{} to {}", percent(lower), percent(upper));
    let interval = share.interval;
    let mut cells = [share.first, share.second, share.difference].map(percent).to_vec();
    cells.push(ends(interval.lower, interval.upper));
    cells.extend(share.corrected.iter().flat_map(|c| [percent(c.difference), ends(c.lower, c.upper)]));
    Line::new(share.name.as_str(), cells)
}
