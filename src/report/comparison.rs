//! Ranks and pairwise differences of components as a table.

use std::fmt;

use super::grid::{self, Column};
use super::method_table::matrix;
use super::table::in_order;
use super::text::{counted, level, percent, wrapped};
use crate::decompose::Method;
use crate::resample::{Comparison, Rank};

/// The most pairs that are listed: those that differ most.
const MOST_PAIRS: usize = 45;

impl fmt::Display for Comparison {
    /// Within 80 columns: the method, with its order where it is sequential; each component's rank, the interval of it and how often it comes first; then the difference
    /// of every two in percentage points with its interval.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = &self.interval;
        let kind = format!("{} {} intervals", level(interval.level), interval.kind.name());
        let replicates = counted(interval.replicates, "replicate");
        let method = match &self.method {
            Method::Sequential { order } => format!("{} ({})", self.method.name(), in_order(order)),
            method => method.name().to_string(),
        };
        let mut lines = wrapped(&format!("{method}: ranks and differences, {kind}, {replicates}"));
        let rank = |rank: f64| if rank.fract() == 0.0 { format!("{rank:.0}") } else { format!("{rank:.1}") };
        let cells = |r: &Rank| vec![rank(r.rank), rank(r.lower), rank(r.upper), percent(r.first)];
        let rows: Vec<(&str, Vec<String>)> = self.ranks.iter().map(|r| (r.name.as_str(), cells(r))).collect();
        lines.extend(matrix(&["rank", "from", "to", "first in %"], &rows));
        let mut pairs: Vec<_> = self.differences.iter().collect();
        pairs.sort_by(|a, b| b.difference.abs().total_cmp(&a.difference.abs()));
        pairs.truncate(MOST_PAIRS);
        if !pairs.is_empty() {
            let names: Vec<String> = pairs.iter().map(|d| format!("{} − {}", d.first, d.second)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let columns = [
                Column::new(["", "points"], pairs.iter().map(|d| percent(d.difference))),
                Column::new(["", "from"], pairs.iter().map(|d| percent(d.interval.lower))),
                Column::new(["", "to"], pairs.iter().map(|d| percent(d.interval.upper))),
            ];
            lines.push(String::new());
            lines.extend(grid::list(&names, &columns));
            if pairs.len() < self.differences.len() {
                lines.push(format!("the {MOST_PAIRS} largest of {} differences", self.differences.len()));
            }
        }
        f.write_str(&lines.join("\n"))
    }
}
