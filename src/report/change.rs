//! A change and its parts as text and CSV.

use std::fmt;

use super::aligned::{Line, aligned};
use super::breakdown::{how_made_of, left_out};
use super::text::{counted, wrapped};
use super::units::{Points, csv, largest, method_in_words};
use crate::decompose::Interval;
use crate::findings::{Change, ChangeBreakdown, ChangePart, CountChange};

/// A block of parts under a line that says what they are of.
pub(super) struct Block<'a> {
    pub(super) what: String,
    pub(super) rows: Vec<(&'a str, f64, Option<Interval>)>,
}

impl Block<'_> {
    fn size(&self) -> f64 {
        let ends = |interval: &Interval| interval.lower.abs().max(interval.upper.abs());
        largest(
            self.rows.iter().flat_map(|(_, number, interval)| [Some(*number), interval.as_ref().map(ends)]).flatten(),
        )
    }

    fn cells(&self) -> Vec<(&str, Vec<String>)> {
        let points = Points::of(self.size());
        self.rows
            .iter()
            .map(|(name, number, interval)| {
                let ends = interval.map(|interval| [interval.lower, interval.upper]);
                let numbers = [*number].into_iter().chain(ends.into_iter().flatten());
                (*name, numbers.map(|number| points.text(number)).collect())
            })
            .collect()
    }

    fn heads(&self, unit: &str) -> Vec<String> {
        let ends: &[&str] =
            if self.rows.iter().any(|(.., interval)| interval.is_some()) { &["from", "to"] } else { &[] };
        [unit].iter().chain(ends).map(|head| head.to_string()).collect()
    }

    /// Lines of text under an empty one.
    pub(super) fn text(&self, unit: &str) -> Vec<String> {
        let mut lines = vec![String::new()];
        lines.extend(wrapped(&self.what));
        let mut table = vec![Line::new("", self.heads(unit))];
        table.extend(self.cells().into_iter().map(|(name, cells)| Line::new(name, cells)));
        lines.extend(aligned(&table));
        lines
    }
}

fn part(part: &ChangePart) -> (&str, f64, Option<Interval>) {
    (&part.name, part.change, part.interval)
}

impl Change {
    fn blocks(&self) -> Vec<(Block<'_>, &'static str)> {
        let mut blocks = Vec::new();
        for method in &self.methods {
            let mut rows: Vec<_> = method.rows().map(part).collect();
            rows.push(("all", self.actual, self.interval_of_actual));
            blocks.push((Block { what: method_in_words(&method.method), rows }, "points"));
        }
        let Some(counts) = &self.counts else { return blocks };
        let CountChange { from, to, per, population_column, .. } = counts;
        let points = Points::of(from.abs().max(to.abs()));
        let what = format!(
            "count of these units, from {} to {}: rates per {per} of {population_column}; appeared and ended are units \
             that the panel has in one of both periods; lacked are those whose values are missing in one of them",
            points.text(*from),
            points.text(*to)
        );
        blocks.push((Block { what, rows: counts.parts().collect() }, "count"));
        for ChangeBreakdown { method, rates_by_component, .. } in &self.methods {
            let what = format!("of the count, what rates make, {}", method.name());
            blocks.push((Block { what, rows: rates_by_component.iter().map(part).collect() }, "count"));
        }
        blocks
    }

    fn heading(&self) -> String {
        let Change { outcome, from, to, .. } = self;
        format!("{outcome}, change of the mean of {} from {from} to {to}", counted(self.units, "unit"))
    }

    /// Every number with its interval as CSV, in full: `of` is `mean`, `count` or `rates`, the part of a count that its
    /// rates make.
    ///
    /// # Examples
    /// See [`Change`].
    pub fn to_csv(&self) -> String {
        let head = ["from", "to", "of", "method", "part", "change", "std_error", "lower", "upper"];
        let line = |of: &str, method: &str, (part, number, interval): (&str, f64, Option<Interval>)| -> Vec<String> {
            let numbers =
                [Some(number), interval.map(|i| i.std_error), interval.map(|i| i.lower), interval.map(|i| i.upper)];
            let keys =
                [self.from.to_string(), self.to.to_string(), of.to_string(), method.to_string(), part.to_string()];
            let numbers = numbers.map(|number| number.map_or(String::new(), |number| number.to_string()));
            keys.into_iter().chain(numbers).collect()
        };
        let mut rows = vec![line("mean", "", ("all", self.actual, self.interval_of_actual))];
        for method in &self.methods {
            rows.extend(method.rows().map(|row| line("mean", method.method.name(), part(row))));
        }
        if let Some(counts) = &self.counts {
            rows.extend(counts.parts().map(|row| line("count", "", row)));
            for method in &self.methods {
                rows.extend(method.rates_by_component.iter().map(|row| line("rates", method.method.name(), part(row))));
            }
        }
        csv(head.map(str::to_string).to_vec(), rows.into_iter())
    }
}

impl fmt::Display for Change {
    /// Within 80 columns: a block for each method, then those of the count.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = wrapped(&self.heading());
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        lines.extend(self.blocks().iter().flat_map(|(block, unit)| block.text(unit)));
        if let Some(interval) = &self.interval {
            lines.push(String::new());
            lines.extend(wrapped(&how_made_of(interval, "unit")));
        }
        lines.extend(left_out(&self.sample).flat_map(|line| wrapped(&line)));
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}
