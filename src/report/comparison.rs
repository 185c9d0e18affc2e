//! Ranks and pairwise differences of components as a table.

use std::fmt;

use super::breakdown::in_order;
use super::grid::{self, Column};
use super::method_table::matrix;
use super::text::{counted, level, percent, wrapped};
use crate::decompose::{IntervalKind, Method};
use crate::resample::{Comparison, CorrectedRank, Difference, Rank};

/// The most pairs that are listed: those that differ most.
const MOST_PAIRS: usize = 45;

impl fmt::Display for Comparison {
    /// Within 80 columns: the method, with its order where it is sequential; each component's rank, the interval of it and
    /// how often it comes first; then the difference of every two in percentage points with its interval, and how often
    /// the first exceeds the second. The same of corrected shares follows, where they were computed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = &self.interval;
        let left_out = interval.kind.leaves_out();
        // Differences can be negative, and have no root.
        let kind = if left_out { IntervalKind::Jackknife } else { interval.kind };
        let kind = format!("{} {} intervals", level(interval.level), kind.name());
        let replicates = match left_out {
            true => format!("{} left out in turn", counted(interval.replicates, "cluster")),
            false => counted(interval.replicates, "replicate"),
        };
        let method = match &self.method {
            Method::Sequential { order } => format!("{} ({})", self.method.name(), in_order(order)),
            method => method.name().to_string(),
        };
        let mut lines = wrapped(&format!("{method}: ranks and differences, {kind}, {replicates}"));
        // How often a component is first when one unit is left out is no probability of anything.
        let columns = if left_out { 3 } else { 4 };
        let cells = |r: &Rank| {
            let mut cells = vec![rank(r.rank), rank(r.lower), rank(r.upper), percent(r.first)];
            cells.truncate(columns);
            cells
        };
        let rows: Vec<(&str, Vec<String>)> = self.ranks.iter().map(|r| (r.name.as_str(), cells(r))).collect();
        lines.extend(matrix(&["rank", "from", "to", "first in %"][..columns], &rows));
        let raw = |d: &Difference| Some([d.difference, d.interval.lower, d.interval.upper, d.exceeds]);
        lines.extend(self.difference_lines(raw));

        let corrected = |r: &Rank| {
            let CorrectedRank { rank: own, lower, upper } = r.corrected.as_ref()?;
            Some((r.name.clone(), vec![rank(*own), rank(*lower), rank(*upper)]))
        };
        let rows: Vec<(String, Vec<String>)> = self.ranks.iter().filter_map(corrected).collect();
        if !rows.is_empty() {
            let rows: Vec<(&str, Vec<String>)> =
                rows.iter().map(|(name, cells)| (name.as_str(), cells.clone())).collect();
            lines.extend([String::new(), "of corrected shares".to_string()]);
            lines.extend(matrix(&["rank", "from", "to"], &rows));
            lines.extend(
                self.difference_lines(|d| d.corrected.as_ref().map(|c| [c.difference, c.lower, c.upper, c.exceeds])),
            );
        }
        f.write_str(&lines.join("\n"))
    }
}

impl Comparison {
    /// The largest differences, of which the numbers are given: itself, both ends, and how often it is above zero.
    fn difference_lines(&self, numbers: impl Fn(&Difference) -> Option<[f64; 4]>) -> Vec<String> {
        let known = self.differences.iter().filter_map(|d| Some((format!("{} − {}", d.first, d.second), numbers(d)?)));
        let mut pairs: Vec<(String, [f64; 4])> = known.collect();
        let all = pairs.len();
        pairs.sort_by(|(_, a), (_, b)| b[0].abs().total_cmp(&a[0].abs()));
        pairs.truncate(MOST_PAIRS);
        if pairs.is_empty() {
            return Vec::new();
        }
        let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        let column = |heading: &str, at: usize| {
            Column::new(
                ["", heading],
                pairs.iter().map(|(_, numbers)| percent(numbers[at])).collect::<Vec<_>>().into_iter(),
            )
        };
        let columns = [column("points", 0), column("from", 1), column("to", 2), column("exceeds in %", 3)];
        let mut lines = vec![String::new()];
        lines.extend(grid::list(&names, &columns));
        if pairs.len() < all {
            lines.push(format!("the {MOST_PAIRS} largest of {all} differences"));
        }
        lines
    }
}

/// A rank, which ties share.
fn rank(rank: f64) -> String {
    if rank.fract() == 0.0 { format!("{rank:.0}") } else { format!("{rank:.1}") }
}
