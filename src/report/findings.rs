//! Everything that an analysis found, one table below the other.

use std::fmt;

use super::breakdown::how_made;
use super::corrected::ends;
use super::document::warnings;
use super::method_table::matrix;
use super::text::{level, percent, wrapped};
use crate::decompose::{Breakdown, Gelbach, IntervalMethod, OrderRange, Share};
use crate::findings::Findings;
use crate::resample::Comparison;

impl fmt::Display for Findings {
    /// All methods as one table, or the breakdowns one after the other, of each method the one with the first kind of
    /// intervals and below it those of every kind side by side; the range over orders, changing coefficients,
    /// ranks and differences where they were asked for; last what was left out and why. Empty lines stand between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tables: Vec<String> = match self.is_table {
            true => vec![self.methods.to_string()],
            false => by_method(&self.methods.breakdowns).into_iter().flat_map(of_method).collect(),
        };
        tables.extend(self.order_range.iter().map(OrderRange::to_string));
        tables.extend(self.gelbach.iter().map(Gelbach::to_string));
        tables.extend(self.comparisons.iter().map(Comparison::to_string));
        // The table of all methods says itself what it leaves out.
        let methods = self.methods.left_out.iter().filter(|_| !self.is_table);
        let left_out = methods.chain(&self.left_out).flat_map(|left| wrapped(&format!("left out: {}", left.reason)));
        let left_out: Vec<String> = left_out.collect();
        tables.extend((!left_out.is_empty()).then(|| left_out.join("\n")));
        f.write_str(&tables.join("\n\n"))
    }
}

/// The breakdowns of each method, which stand in a row.
fn by_method(breakdowns: &[Breakdown]) -> Vec<&[Breakdown]> {
    breakdowns.chunk_by(|one, other| one.method == other.method).collect()
}

/// The breakdown by a method, and where it has several kinds of intervals, those of each.
fn of_method(breakdowns: &[Breakdown]) -> Vec<String> {
    let mut tables: Vec<String> = breakdowns.first().map(Breakdown::to_string).into_iter().collect();
    if breakdowns.len() > 1 {
        tables.push(side_by_side(breakdowns).join("\n"));
    }
    tables
}

/// The intervals of every kind beside the shares, how each was made, and what is said of the others beyond the first.
fn side_by_side(breakdowns: &[Breakdown]) -> Vec<String> {
    let Some(first) = breakdowns.first() else { return Vec::new() };
    let made: Vec<&IntervalMethod> = breakdowns.iter().filter_map(|breakdown| breakdown.interval.as_ref()).collect();
    let is_one_level = made.iter().all(|other| other.level == made[0].level);
    let heading = |method: &&IntervalMethod| match is_one_level {
        true => method.kind.name().to_string(),
        false => format!("{} {}", method.kind.name(), level(method.level)),
    };
    let heads: Vec<String> = ["share".to_string()].into_iter().chain(made.iter().map(heading)).collect();
    let of_kind = |breakdown: &Breakdown| {
        let end = |end: fn(&Share) -> Option<f64>| -> Vec<String> {
            breakdown.rows().map(|row| end(row).map_or(String::new(), percent)).collect()
        };
        ends(&end(|row| Some(row.interval?.lower)), &end(|row| Some(row.interval?.upper)))
    };
    let kinds: Vec<Vec<String>> = breakdowns.iter().map(of_kind).collect();
    let cells = |(at, row): (usize, &Share)| {
        let own = kinds.iter().filter_map(|kind| kind.get(at).cloned());
        [percent(row.share_of_total)].into_iter().chain(own).collect()
    };
    let names: Vec<&str> = first.rows().map(|row| row.name.as_str()).collect();
    let rows: Vec<(&str, Vec<String>)> = names.into_iter().zip(first.rows().enumerate().map(cells)).collect();
    let mut lines =
        wrapped(&format!("{}: the share of the total with every kind of interval, in %", first.method.name()));
    lines.extend(matrix(&heads.iter().map(String::as_str).collect::<Vec<_>>(), &rows));
    lines.push(String::new());
    lines.extend(made.iter().skip(1).flat_map(|method| wrapped(&how_made(method, &first.sample))));
    let known = first.warnings.iter().map(ToString::to_string);
    let known: Vec<String> = known.collect();
    let said = warnings(breakdowns).into_iter().filter(|warning| !known.contains(warning));
    lines.extend(said.flat_map(|warning| wrapped(&format!("warning: {warning}"))));
    lines
}
