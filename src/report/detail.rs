//! What a method says beyond one share for each component, as lines under a breakdown's table.

use super::grid::{self, Column};
use super::method_table::matrix;
use super::text::{percent, wrapped};
use crate::decompose::{Breakdown, Detail, Interval};

/// The most subsets that are listed: the largest, with their signs.
const MOST_LISTED: usize = 31;

impl Breakdown {
    /// Lines under the table, an empty one first; none where there is nothing more to say.
    pub(super) fn detail_lines(&self) -> Vec<String> {
        let names: Vec<&str> = self.components.iter().map(|c| c.name.as_str()).collect();
        match &self.detail {
            Detail::Nothing => Vec::new(),
            Detail::Terms(terms) => {
                let rows = terms.iter().map(|t| (format!("{}: {}", t.component, t.term), t.share_of_total, t.interval));
                headed("terms within their components", list(rows.collect()))
            }
            Detail::BySize(cells) => {
                let sizes: Vec<String> = (0..names.len()).map(|size| size.to_string()).collect();
                let sizes: Vec<&str> = sizes.iter().map(String::as_str).collect();
                let of = |name: &str| {
                    cells.iter().filter(|c| c.component == name).map(|c| percent(c.share_of_total)).collect()
                };
                let rows: Vec<(&str, Vec<String>)> = names.iter().map(|name| (*name, of(name))).collect();
                headed("mean increment in % by the number of components in before", matrix(&sizes, &rows))
            }
            Detail::Pairs(pairs) => {
                let proportion = |row: &str, column: &str| {
                    let found = pairs.iter().find_map(|p| match (p.first == row, p.second == column) {
                        (true, true) => Some(p.proportion),
                        _ if p.first == column && p.second == row => Some(1.0 - p.proportion),
                        _ => None,
                    });
                    found.map_or(String::new(), |p| format!("{p:.3}"))
                };
                let row = |row: &&str| names.iter().map(|column| proportion(row, column)).collect();
                let rows: Vec<(&str, Vec<String>)> = names.iter().map(|name| (*name, row(name))).collect();
                let mut lines =
                    headed("part of all coalitions in which the row adds more than the column", matrix(&names, &rows));
                for pair in pairs {
                    if let (Some(first), Some(reproduced)) = (pair.dominant(), pair.reproduced) {
                        let (more, less) =
                            if first { (&pair.first, &pair.second) } else { (&pair.second, &pair.first) };
                        let share = percent(reproduced);
                        lines.extend(wrapped(&format!("{more} dominates {less}, and in {share}% of the replicates")));
                    }
                }
                lines
            }
            Detail::Subsets(parts) => {
                let mut parts: Vec<_> = parts.iter().collect();
                let all = parts.len();
                parts.sort_by(|a, b| b.share_of_total.abs().total_cmp(&a.share_of_total.abs()));
                parts.truncate(MOST_LISTED);
                parts.sort_by_key(|part| (part.coalition.len(), part.coalition));
                let named = |at: usize| names.get(at).copied().unwrap_or_default();
                let rows = parts.iter().map(|part| {
                    let members: Vec<&str> = part.coalition.members().map(named).collect();
                    (members.join(" + "), part.share_of_total, part.interval)
                });
                let title = match parts.len() == all {
                    true => "in common".to_string(),
                    false => format!("in common, the {MOST_LISTED} largest of {all} sets"),
                };
                headed(&title, list(rows.collect()))
            }
            Detail::Covariances(pairs) => {
                let rows = pairs.iter().map(|p| (format!("{}, {}", p.first, p.second), p.share_of_total, p.interval));
                headed("covariances of two parts, which count twice", list(rows.collect()))
            }
        }
    }
}

fn headed(title: &str, lines: Vec<String>) -> Vec<String> {
    let mut all = vec![String::new()];
    all.extend(wrapped(title));
    all.extend(lines.into_iter().skip_while(String::is_empty));
    all
}

/// Names with a share and, where there are any, intervals.
fn list(rows: Vec<(String, f64, Option<Interval>)>) -> Vec<String> {
    let names: Vec<&str> = rows.iter().map(|(name, ..)| name.as_str()).collect();
    let mut columns =
        vec![Column::new(["", "share"], rows.iter().map(|(_, value, _)| format!("{}%", percent(*value))))];
    if rows.iter().any(|(.., interval)| interval.is_some()) {
        let end = |of: fn(&Interval) -> f64| {
            rows.iter().map(move |(.., i)| i.as_ref().map_or(String::new(), |i| percent(of(i)))).collect::<Vec<_>>()
        };
        columns.push(Column::new(["", "from"], end(|i| i.lower).into_iter()));
        columns.push(Column::new(["", "to"], end(|i| i.upper).into_iter()));
    }
    grid::list(&names, &columns)
}
