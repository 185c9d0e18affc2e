//! Methods × components, and a game's split, as tables.

use std::fmt;

use super::document::warnings;
use super::text::{counted, cut, percent, wrapped, wrapped_at};
use crate::decompose::{Attribution, MethodTable};

/// The widest that a component's column gets, and the least.
const WIDEST: usize = 14;
const LEAST: usize = 6;
/// Room for a method's name.
const METHOD: usize = 22;
/// Characters of a line.
const WIDTH: usize = super::text::WIDTH;

impl fmt::Display for MethodTable {
    /// Within 80 columns: a row for each method, a column for each component, shares of the total in per cent;
    /// components that do not fit beside one another follow below. Then what was left out, and every warning once.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.breakdowns.first() else {
            let reasons = self.left_out.iter().flat_map(|left| wrapped(&left.reason));
            return f.write_str(&reasons.collect::<Vec<_>>().join("\n"));
        };
        let mut lines = wrapped(&format!("{}, share of the total by each method, in %", cut(&first.outcome, 24)));
        lines.extend(wrapped(first.sample.to_string().lines().next().unwrap_or_default()));
        lines.extend(first.panel.iter().flat_map(|panel| wrapped(panel)));
        let names: Vec<&str> = first.components.iter().map(|c| c.name.as_str()).collect();
        let rows: Vec<(&str, Vec<String>)> = self
            .breakdowns
            .iter()
            .filter(|b| b.components.len() == names.len())
            .map(|b| (b.method.name(), b.components.iter().map(|c| percent(c.share_of_total)).collect()))
            .collect();
        lines.extend(matrix(&names, &rows));
        lines.push(String::new());
        lines.push(format!("R² {}%", percent(first.r2_overall)));
        if let Some(always) = &first.always {
            lines.push(format!("of it always in, credited to nobody: {}%", percent(always.share_of_total)));
        }
        let not_additive: Vec<&str> =
            self.breakdowns.iter().map(|b| &b.method).filter(|m| !m.is_additive()).map(|m| m.name()).collect();
        if !not_additive.is_empty() {
            lines.extend(wrapped(&format!("not made to sum to R²: {}", not_additive.join(", "))));
        }
        lines.extend(self.left_out.iter().flat_map(|left| wrapped(&format!("left out: {}", left.reason))));
        lines.extend(warnings(&self.breakdowns).iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}

/// Rows under column names, in as many blocks as the width needs; each block after an empty line.
pub(super) fn matrix(names: &[&str], rows: &[(&str, Vec<String>)]) -> Vec<String> {
    let label = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0).min(METHOD);
    let widths: Vec<usize> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let cells = rows.iter().filter_map(|(_, cells)| cells.get(at)).map(|cell| cell.chars().count());
            cells.max().unwrap_or(0).max(name.chars().count().min(WIDEST)).max(LEAST) + 2
        })
        .collect();
    let mut lines = Vec::new();
    let mut start = 0;
    while start < names.len() {
        let mut end = start + 1;
        while end < names.len() && label + widths[start..=end].iter().sum::<usize>() <= WIDTH {
            end += 1;
        }
        lines.push(String::new());
        let heading = (start..end).map(|at| format!("{:>w$}", cut(names[at], widths[at] - 2), w = widths[at]));
        lines.push(format!("{:label$}{}", "", heading.collect::<String>()));
        for (name, cells) in rows {
            let cells: String = (start..end)
                .map(|at| format!("{:>w$}", cells.get(at).map_or("", String::as_str), w = widths[at]))
                .collect();
            lines.push(format!("{:label$}{cells}", cut(name, label)).trim_end().to_string());
        }
        start = end;
    }
    lines
}

impl fmt::Display for Attribution {
    /// A line for each component with its value and its part of what there was to credit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = wrapped(&format!(
            "{}, {}: {}, {}",
            cut(&self.statistic, 24),
            self.method.name(),
            self.method.meaning(),
            counted(self.components.len(), "component")
        ));
        let names: Vec<&str> = ["value", "in %"].into();
        let number = |x: f64| {
            if x != 0.0 && (x.abs() < 1e-4 || x.abs() >= 1e7) { format!("{x:.4e}") } else { format!("{x:.5}") }
        };
        let mut rows: Vec<(&str, Vec<String>)> =
            self.components.iter().map(|c| (c.name.as_str(), vec![number(c.value), percent(c.proportion)])).collect();
        rows.push(("without any", vec![number(self.empty)]));
        rows.push(("all together", vec![number(self.whole)]));
        lines.extend(matrix(&names, &rows));
        lines.extend(wrapped_at("", "in %: of what all components add together"));
        f.write_str(&lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_do_not_fit_follow_below() {
        let names: Vec<String> = (0..9).map(|i| format!("component {i} of a long name")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let rows = [("conditional_dominance", (0..9).map(|i| format!("{i}.0")).collect::<Vec<_>>())];
        let lines = matrix(&names, &rows);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
        assert_eq!(lines.iter().filter(|line| line.starts_with("conditional_dominance")).count(), 3);
        assert_eq!(
            lines.iter().flat_map(|line| line.split_whitespace()).filter(|cell| cell.ends_with(".0")).count(),
            9
        );
    }
}
