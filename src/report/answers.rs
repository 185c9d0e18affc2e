//! What each result says as tables and sentences, a file for each kind of question.

mod breakdown;
mod change;
mod coefficients;
mod comparisons;
mod diagnostics;
mod findings;
mod gelbach;
mod hypotheses;
mod judgements;
mod levels;
mod methods;
mod orders;
mod panel;
mod regression_table;
mod relation;
mod samples;
mod sensitivity;
mod side_by_side;
mod subsets;
mod unit_rates;
mod units;
mod variation;

use super::table::{Cell, Format, Table};
use super::text::level;
use crate::decompose::{Interval, IntervalMethod};
use crate::panel::Sample;
use crate::warning::Warning;

/// Rows, units and periods of a sample, in a line.
fn counts(sample: &Sample) -> String {
    sample.to_string().lines().next().unwrap_or_default().to_string()
}

/// "warning: …" for each.
fn warned(warnings: &[Warning]) -> impl Iterator<Item = String> + '_ {
    warnings.iter().map(|warning| format!("warning: {warning}"))
}

/// "95% interval", or "interval" where it is not known how it was made.
fn interval_heading(method: Option<&IntervalMethod>) -> String {
    method.map_or("interval".to_string(), |method| level_heading(method.level))
}

fn level_heading(of: f64) -> String {
    format!("{} interval", level(of))
}

/// The columns of an interval and its standard error.
fn with_interval(table: Table, heading: &str, format: Format) -> Table {
    table.column("std_error", "std. error", format).range(["lower", "upper"], heading, format)
}

/// Its cells.
fn interval_cells(interval: Option<&Interval>) -> [Cell; 2] {
    [Cell::from(interval.map(|interval| interval.std_error)), Cell::from(interval.copied())]
}

/// A row of cells.
fn row(cells: impl IntoIterator<Item = Cell>) -> Vec<Cell> {
    cells.into_iter().collect()
}
