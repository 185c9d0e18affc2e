//! A breakdown as a table with bars.

use std::fmt;

use super::corrected::ends;
use super::deviance::{explained, of_breakdown};
use super::grid::{self, Column};
use super::text::{counted, cut, cut_apart, level, percent, wrapped};
use crate::decompose::{Breakdown, Interval, IntervalKind, IntervalMethod, Method, Share};
use crate::panel::Sample;

/// The most of a name that running text repeats.
const NAME_IN_TEXT: usize = 24;
/// Eighths of a character, from none to seven.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

impl fmt::Display for Breakdown {
    /// A table within 80 columns: a row for every part with its share in per cent and a bar (the largest share fills
    /// it, a negative one has none), its interval, bias and standard error in percentage points; below it R², how the
    /// intervals were made, which terms entered as levels, which rows were left out and the warnings. Where shares of
    /// what is explained have no room beside the others, they follow below; a name that has none stands above its row.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.heading();
        lines.push(String::new());
        lines.extend(self.table());
        lines.extend(self.detail_lines());
        let corrected = self.corrected_lines();
        if !corrected.is_empty() {
            lines.push(String::new());
            lines.extend(corrected);
        }
        lines.push(String::new());
        lines.extend(self.footer());
        f.write_str(&lines.join("\n"))
    }
}

impl Breakdown {
    fn heading(&self) -> Vec<String> {
        let method = match &self.method {
            Method::Sequential { order } => in_order(order),
            method => method.meaning().to_string(),
        };
        let outcome = cut(&self.outcome, NAME_IN_TEXT);
        let mut lines = wrapped(&format!("{outcome}, {}: {method}", self.method.name()));
        let sample = self.sample.to_string();
        let counts = sample.lines().next().unwrap_or_default();
        lines.extend(match &self.weights {
            Some(weights) => wrapped(&format!("{counts}, weighted by {}", cut(weights, NAME_IN_TEXT))),
            None => wrapped(counts),
        });
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        lines
    }

    fn table(&self) -> Vec<String> {
        let rows: Vec<&Share> = self.rows().collect();
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        let total =
            Column::new(["share of", "total"], rows.iter().map(|row| format!("{}%", percent(row.share_of_total))));
        let credited = self.components.iter().map(|row| format!("{}%", percent(row.share_of_explained)));
        let always = self.always.iter().map(|_| String::new());
        let explained = Column::new(["share of", "explained"], always.chain(credited).chain([String::new()]));
        let mut right = self.interval_columns(&rows);
        if rows.iter().any(|row| row.adjusted.is_some()) {
            let cell = |row: &&Share| row.adjusted.map_or(String::new(), |share| format!("{}%", percent(share)));
            right.push(Column::new(["adjus-", "ted"], rows.iter().map(cell)));
        }
        let every: Vec<&Column> = [&total, &explained].into_iter().chain(&right).collect();
        let mut below = Vec::new();
        if grid::have_room(&names, &every) {
            right.insert(0, explained);
        } else {
            below.push(String::new());
            below.extend(grid::lines(&names, &[explained], |_| Vec::new(), &[]));
        }
        let shares: Vec<f64> = rows.iter().map(|row| row.share_of_total).collect();
        let bars = |width| [String::new(), String::new()].into_iter().chain(bars(&shares, width)).collect();
        grid::lines(&names, &[total], bars, &right).into_iter().chain(below).collect()
    }

    fn interval_columns(&self, rows: &[&Share]) -> Vec<Column> {
        if rows.iter().all(|row| row.interval.is_none()) {
            return Vec::new();
        }
        let heading = self.interval.as_ref().map_or(String::new(), |method| level(method.level));
        let cells = |cell: &dyn Fn(&Interval) -> String| -> Vec<String> {
            rows.iter().map(|row| row.interval.as_ref().map_or(String::new(), cell)).collect()
        };
        let [lower, upper] = [cells(&|i| percent(i.lower)), cells(&|i| percent(i.upper))];
        let ends = ends(&lower, &upper).into_iter();
        let signed = |bias: &Interval| match percent(bias.bias) {
            rounded if rounded == "0.0" || bias.bias < 0.0 => rounded,
            rounded => format!("+{rounded}"),
        };
        let mut columns = vec![Column::new([&heading, "interval"], ends)];
        // Chance, which stands below where it is known, or the adjusted share is the better word on bias.
        if rows.iter().all(|row| row.chance.is_none() && row.adjusted.is_none()) {
            columns.push(Column::new(["", "bias"], cells(&signed).into_iter()));
        }
        columns.extend([Column::new(["std.", "error"], cells(&|i| percent(i.std_error)).into_iter())]);
        columns
    }

    fn footer(&self) -> Vec<String> {
        self.notes().iter().flat_map(|note| wrapped(note)).collect()
    }

    /// What stands below the shares: R², of counts what the deviance is of, what of the rest is counting noise, how intervals
    /// were made, which terms entered as levels, which rows were left out, and the warnings.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!("{} {}%", explained(self), percent(self.r2_overall))];
        notes.extend(self.deviance.iter().flat_map(of_breakdown));
        if self.rows().any(|row| row.adjusted.is_some()) {
            notes.push(
                "adjusted: less Pearson's dispersion for every parameter, what each takes up by chance".to_string(),
            );
        }
        if let Some(noise) = self.unexplained.counting_noise {
            let [left, counting, rest] =
                [self.unexplained.share_of_total, noise, self.unexplained.share_of_total - noise].map(percent);
            notes.push(format!(
                "unexplained {left}%: counting noise {counting}% at the least, not in the model {rest}%"
            ));
        }
        notes.extend(self.interval.iter().map(|method| {
            let is_plain = method.kind == IntervalKind::Root && self.method.can_be_negative(None);
            let plain = if is_plain { "; what can be negative on the plain scale" } else { "" };
            format!("{}, for the expected share in such samples{plain}", how_made(method, &self.sample))
        }));
        notes.extend(self.factors.iter().map(|factor| factor.to_string()));
        notes.extend(left_out(&self.sample));
        notes.extend(self.warnings.iter().map(|warning| format!("warning: {warning}")));
        notes
    }
}

/// How many rows of the panel are not in the sample, and why, line by line.
pub(super) fn left_out(sample: &Sample) -> impl Iterator<Item = String> + '_ {
    sample.left_out.iter().map(|dropped| format!("{} left out: {}", counted(dropped.rows, "row"), dropped.reason))
}

/// The order of a sequential split.
pub(super) fn in_order(order: &[String]) -> String {
    cut_apart(order, NAME_IN_TEXT).join(" → ")
}

/// What the intervals are, in a sentence.
pub(super) fn how_made(method: &IntervalMethod, sample: &Sample) -> String {
    how_made_of(method, if sample.n_units > 0 { "unit" } else { "row" })
}

/// The same, where it is known what was left out or drawn.
pub(super) fn how_made_of(method: &IntervalMethod, noun: &str) -> String {
    let clusters = match &method.cluster_column {
        Some(column) => format!("{} by {column}", counted(method.clusters, "cluster")),
        None => counted(method.clusters, noun),
    };
    let draws = counted(method.replicates, "draw");
    let head = format!("{} {} intervals", level(method.level), method.kind.name());
    let seed = method.seed.map_or(String::new(), |seed| format!(", seed {seed}"));
    match method.kind {
        kind if kind.leaves_out() => format!("{head}: {clusters} left out in turn"),
        _ => format!("{head}: {draws} of {clusters}{seed}"),
    }
}

/// A bar for each share, the largest as long as `width`.
fn bars(shares: &[f64], width: usize) -> impl Iterator<Item = String> {
    let largest = shares.iter().copied().fold(0.0, f64::max);
    shares.iter().map(move |share| {
        let part = if largest > 0.0 { (share / largest).clamp(0.0, 1.0) } else { 0.0 };
        // Not a number becomes zero.
        let eighths = (part * (8 * width) as f64).round() as usize;
        format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
    })
}

#[cfg(test)]
mod tests;
