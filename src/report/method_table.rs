//! Methods × components, and a game's split, as tables.

use std::fmt;

use super::deviance::{explained, of_breakdown};
use super::document::{called, warnings_among};
use super::text::{beside, counted, cut, flush_right, headings, percent, width, wrapped};
use crate::decompose::{Attribution, Breakdown, MethodTable};
use crate::warning::Warning;

/// The widest that a component's column gets, and the least.
const WIDEST: usize = 14;
const LEAST: usize = 6;
/// Room for a method's name.
const METHOD: usize = 22;
/// Characters of a line.
const WIDTH: usize = super::text::WIDTH;

impl fmt::Display for MethodTable {
    /// Within 80 columns: a row for each method, a column for each component, shares of the total in per cent;
    /// components that do not fit beside one another follow below, and below them methods that credit every column by
    /// itself. Then what was left out, and every warning once. A method that stands for several kinds of intervals, of which
    /// the table shows none, has one row.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_components = self.breakdowns.iter().find(|b| !b.method.credits_columns());
        let Some(first) = of_components.or(self.breakdowns.first()) else {
            let reasons = self.left_out.iter().flat_map(|left| wrapped(&left.reason));
            return f.write_str(&reasons.collect::<Vec<_>>().join("\n"));
        };
        let mut lines = wrapped(&format!("{}, share of the total by each method, in %", cut(&first.outcome, 24)));
        lines.extend(wrapped(first.sample.to_string().lines().next().unwrap_or_default()));
        lines.extend(first.panel.iter().flat_map(|panel| wrapped(panel)));
        let credited = |b: &Breakdown| b.components.iter().map(|share| share.name.clone()).collect::<Vec<_>>();
        let mut tables = vec![credited(first)];
        for names in self.breakdowns.iter().map(credited) {
            if !tables.contains(&names) {
                tables.push(names);
            }
        }
        let one_each = self.one_of_each_method();
        for names in &tables {
            let own: Vec<&Breakdown> = one_each.iter().filter(|b| credited(b) == *names).collect();
            lines.extend(MethodTable::block(names, &own, &one_each));
        }
        lines.push(String::new());
        lines.push(format!("{} {}%", explained(first), percent(first.r2_overall)));
        lines.extend(first.deviance.iter().flat_map(of_breakdown).flat_map(|note| wrapped(&note)));
        if let Some(always) = &first.always {
            lines.push(format!("of it always in, credited to nobody: {}%", percent(always.share_of_total)));
        }
        let not_additive: Vec<&str> =
            one_each.iter().map(|b| &b.method).filter(|m| !m.is_additive()).map(|m| m.name()).collect();
        if !not_additive.is_empty() {
            lines.extend(wrapped(&format!("not made to sum to {}: {}", explained(first), not_additive.join(", "))));
        }
        lines.extend(first.factors.iter().flat_map(|factor| wrapped(&factor.to_string())));
        lines.extend(self.left_out.iter().flat_map(|left| wrapped(&format!("left out: {}", left.reason))));
        // Corrected shares are not shown here.
        let of_chance = |w: &Warning| matches!(w, Warning::NoMoreThanChance { .. } | Warning::NotCorrected { .. });
        let said = warnings_among(&self.breakdowns, |warning| !of_chance(warning));
        lines.extend(said.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}

impl MethodTable {
    /// The first breakdown of each method, where one stands for several kinds of intervals.
    pub(super) fn one_of_each_method(&self) -> Vec<Breakdown> {
        let mut one_each: Vec<Breakdown> = Vec::new();
        for breakdown in &self.breakdowns {
            if one_each.iter().all(|known| known.method != breakdown.method) {
                one_each.push(breakdown.clone());
            }
        }
        one_each
    }

    /// The rows of breakdowns that credit these names.
    fn block(names: &[String], breakdowns: &[&Breakdown], one_each: &[Breakdown]) -> Vec<String> {
        let labels: Vec<String> = breakdowns.iter().map(|b| called(b, one_each)).collect();
        let cells = |b: &&Breakdown| b.components.iter().map(|share| percent(share.share_of_total)).collect();
        let rows: Vec<(&str, Vec<String>)> =
            labels.iter().map(String::as_str).zip(breakdowns.iter().map(cells)).collect();
        matrix(&names.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
    }
}

/// Rows under column names, in as many blocks as the width needs; each block after an empty line. A row's name that is
/// too long stands above it; a column's is cut and numbered, and stands in full below.
pub(super) fn matrix(names: &[&str], rows: &[(&str, Vec<String>)]) -> Vec<String> {
    let label = rows.iter().map(|(label, _)| width(label)).filter(|width| *width <= METHOD).max().unwrap_or(0);
    let (heads, below) = headings(names, WIDEST);
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| {
            let cells = rows.iter().filter_map(|(_, cells)| cells.get(at)).map(|cell| width(cell));
            cells.max().unwrap_or(0).max(width(head)).max(LEAST) + 2
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
        let heading: String = (start..end).map(|at| flush_right(&heads[at], widths[at])).collect();
        lines.push(format!("{:label$}{heading}", ""));
        for (name, cells) in rows {
            let (above, beside) = beside(name, label);
            let cells = (start..end).map(|at| flush_right(cells.get(at).map_or("", String::as_str), widths[at]));
            lines.extend(above);
            lines.push(format!("{beside}{}", cells.collect::<String>()).trim_end().to_string());
        }
        start = end;
    }
    lines.extend(below);
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
        lines.extend(wrapped("in %: of what all components add together"));
        f.write_str(&lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decompose::Method;
    use crate::fit::FittedModel;
    use crate::model::Model;
    use crate::panel::Panel;

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

    fn fit() -> FittedModel {
        let builder = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0, 4.0, 8.0]);
        let builder = builder.column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]).column("z", [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
        let panel = builder.column("w", [1.0, 0.0, 2.0, 5.0, 1.0, 4.0]).build().unwrap();
        Model::new("y").component("a", ["x", "z"]).component("b", ["w"]).fit(&panel).unwrap()
    }

    /// The words of each line that begins with a method.
    fn rows(text: &str) -> Vec<(&str, usize)> {
        let is_row = |words: &Vec<&str>| words.first().is_some_and(|word| word.parse::<Method>().is_ok());
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        lines.filter(is_row).map(|words| (words[0], words.len() - 1)).collect()
    }

    #[test]
    fn methods_by_column_stand_below_under_names_of_their_own() {
        let fit = fit();
        let mut table = fit.methods(&[Method::GeniziByColumn, Method::Shapley, Method::CarByColumn]).unwrap();
        let text = table.to_string();
        assert_eq!(rows(&text), [("shapley", 2), ("genizi_by_column", 3), ("car_by_column", 3)], "{text}");
        let headings: Vec<&str> = text.split("\n\n").skip(1).filter_map(|block| block.lines().next()).collect();
        let headings: Vec<Vec<&str>> = headings.iter().map(|heading| heading.split_whitespace().collect()).collect();
        assert_eq!(headings[..2], [vec!["a", "b"], vec!["x", "z", "w"]], "{text}");
        table.breakdowns.retain(|breakdown| breakdown.method == Method::CarByColumn);
        assert_eq!(rows(&table.to_string()), [("car_by_column", 3)]);
        // As many columns as components, and still others.
        let panel = Panel::builder().column("y", [1.0, 2.0, 4.0]).column("x", [0.0, 1.0, 2.0]).build().unwrap();
        let single = Model::new("y").component("cause", ["x"]).fit(&panel).unwrap();
        let text = single.methods(&[Method::Genizi, Method::GeniziByColumn]).unwrap().to_string();
        assert!(text.contains("cause\ngenizi ") && text.contains("x\ngenizi_by_column "), "{text}");
    }

    #[test]
    fn two_orders_are_told_apart() {
        let fit = fit();
        let in_order = |order: [&str; 2]| Method::Sequential { order: order.map(str::to_string).to_vec() };
        let both = [in_order(["a", "b"]), in_order(["b", "a"])];
        let mut table = fit.methods(&[both[0].clone(), Method::First, both[1].clone()]).unwrap();
        let text = table.to_string();
        assert!(text.contains("\nsequential: a → b ") && text.contains("\nsequential: b → a "), "{text}");
        table.breakdowns[2].warnings = vec![Warning::Imprecise { bound: 1e-3 }];
        assert!(table.to_string().contains("warning: sequential: b → a: columns are so nearly"), "{table}");
        table.breakdowns.remove(0);
        assert!(table.to_string().contains("\nsequential  "), "{table}");

        // What is too long for the column stands above its row.
        let mut long = fit.methods(&both).unwrap();
        let Method::Sequential { order } = &mut long.breakdowns[1].method else { unreachable!() };
        order[0] = "a component of a long name".to_string();
        let lines: Vec<String> = long.to_string().lines().map(str::to_string).collect();
        let above = lines.iter().position(|line| line == "sequential: a component of a long name → a").unwrap();
        assert_eq!(lines[above + 1].split_whitespace().count(), 2, "{lines:?}");
    }
}
