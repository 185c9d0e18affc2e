//! The levels as tables of at most 80 columns: where the variation lies, then for each method what each component
//! explains at every level, of the total and of the level.

use std::fmt;

use super::breakdown::in_order;
use super::method_table::matrix;
use super::text::{counted, level, percent, wrapped};
use crate::decompose::{Interval, LevelBreakdown, LevelShare, Levels, Method};

impl fmt::Display for Levels {
    /// The outcome and the sample; the part of the total at each level; for each method the shares at every level, which
    /// with what is unexplained add up to that part, and over the levels to the overall share; the same of each level;
    /// then, apart, R² with slopes of each level's own and the intraclass correlation, and every warning.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.levels.iter().map(|level| level.name.as_str()).collect();
        let mut lines = wrapped(&format!("{}, levels: {}", self.outcome, names.join(", ")));
        lines.extend(wrapped(self.sample.to_string().lines().next().unwrap_or_default()));
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        if let Some(interval) = &self.interval {
            let (of, kind) = (level(interval.level), interval.kind.name());
            let replicates = match interval.kind.leaves_out() {
                true => format!("{} left out in turn", counted(interval.replicates, "cluster")),
                false => counted(interval.replicates, "replicate"),
            };
            lines.extend(wrapped(&format!("{of} {kind} intervals, {replicates}")));
        }
        let parts: Vec<(&str, Vec<String>)> =
            self.levels.iter().map(|level| (level.name.as_str(), cells(level.part_of_total, level.interval))).collect();
        lines.extend(headed("part of the total, in %".to_string(), &heads(&["part"], self.interval.is_some()), &parts));
        let methods = self.levels.first().map_or(0, |level| level.methods.len());
        lines.extend((0..methods).flat_map(|method| self.method_lines(method)));

        lines.push(String::new());
        let apart = [
            ("R² between units, slopes of its own", self.between_own_slopes.map(|r2| format!("{}%", percent(r2)))),
            ("R² within units, slopes of its own", self.within_own_slopes.map(|r2| format!("{}%", percent(r2)))),
            ("intraclass correlation", self.intraclass_correlation.map(|icc| format!("{icc:.3}"))),
        ];
        lines.push("beside the shares, and no part of them".to_string());
        lines.extend(apart.iter().filter_map(|(what, found)| Some(format!("  {what}: {}", found.as_ref()?))));
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}

impl Levels {
    /// The shares of one method: of the total by level, with their sums; of each level; and the intervals, where there
    /// are any, level by level.
    fn method_lines(&self, method: usize) -> Vec<String> {
        let breakdowns: Vec<&LevelBreakdown> =
            self.levels.iter().filter_map(|level| level.methods.get(method)).collect();
        let Some(first) = breakdowns.first() else { return Vec::new() };
        let called = match &first.method {
            Method::Sequential { order } => format!("{}: {}", first.method.name(), in_order(order)),
            method => method.name().to_string(),
        };
        let level_names = self.levels.iter().map(|level| level.name.as_str());
        let names: Vec<&str> = level_names.clone().chain(["all levels"]).collect();
        let rows_of = |breakdown: &LevelBreakdown| breakdown.rows().cloned().collect::<Vec<LevelShare>>();
        let by_level: Vec<Vec<LevelShare>> = breakdowns.iter().copied().map(rows_of).collect();
        let row = |at: usize, number: fn(&LevelShare) -> f64| {
            by_level.iter().map(move |rows| rows.get(at).map_or(0.0, number))
        };
        let of_total = |share: &LevelShare| share.share_of_total;
        let mut of_totals: Vec<(&str, Vec<String>)> = Vec::new();
        let mut of_levels: Vec<(&str, Vec<String>)> = Vec::new();
        for (at, share) in by_level.iter().take(1).flatten().enumerate() {
            let sum: f64 = row(at, of_total).sum();
            of_totals.push((&share.name, row(at, of_total).chain([sum]).map(percent).collect()));
            of_levels.push((&share.name, row(at, |share| share.share_of_level).map(percent).collect()));
        }
        if first.method.is_additive() {
            let parts = self.levels.iter().map(|level| level.part_of_total);
            of_totals.push(("all", parts.clone().chain([parts.sum()]).map(percent).collect()));
        }
        let mut lines = headed(format!("{called}, in % of the total"), &names, &of_totals);
        lines.extend(headed("in % of the level".to_string(), &level_names.collect::<Vec<_>>(), &of_levels));
        for (level, rows) in self.levels.iter().zip(&by_level).filter(|_| self.interval.is_some()) {
            let cells: Vec<(&str, Vec<String>)> = rows
                .iter()
                .map(|share| {
                    let of_total = cells(share.share_of_total, share.interval);
                    let of_level = cells(share.share_of_level, share.interval_of_level);
                    (share.name.as_str(), of_total.into_iter().chain(of_level).collect())
                })
                .collect();
            let heads = ["of total", "from", "to", "of level", "from", "to"];
            lines.extend(headed(format!("{}, in %", level.name), &heads, &cells));
        }
        lines
    }
}

/// A block of rows under a line that says what it is, after an empty line.
fn headed(what: String, heads: &[&str], rows: &[(&str, Vec<String>)]) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(wrapped(&what));
    lines.extend(matrix(heads, rows).into_iter().skip(1));
    lines
}

fn heads<'a>(first: &[&'a str], has_intervals: bool) -> Vec<&'a str> {
    let ends: &[&str] = if has_intervals { &["from", "to"] } else { &[] };
    first.iter().chain(ends).copied().collect()
}

/// A number and the ends of its interval, in per cent.
fn cells(number: f64, interval: Option<Interval>) -> Vec<String> {
    let ends = interval.map(|interval| [interval.lower, interval.upper]);
    [number].into_iter().chain(ends.into_iter().flatten()).map(percent).collect()
}
