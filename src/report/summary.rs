//! A panel at a glance, as a table of its columns, and a sample in a few lines.

use std::fmt;

use super::text::{NUMBER, WIDTH, beside, counted, cut, short, width, wrapped, wrapped_at};
use crate::panel::{ColumnLineage, ColumnSummary, KeySummary, PanelSummary, Provenance, Sample};

/// The characters from the mean to the greatest value, with the two spaces before them.
const STATISTICS: usize = 4 * (NUMBER + 1) + 1;

/// The least space for a column's name; longer names stand above their row when the line is full.
const LEAST_NAME: usize = 12;

impl fmt::Display for PanelSummary {
    /// Lines within 80 columns: what the panel is, its rows, units, periods and gaps, then a row for every column with
    /// its statistics or texts and, below it, why values are missing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.heading();
        if !self.columns.is_empty() {
            lines.push(String::new());
            lines.extend(self.table());
        }
        let from = |column: &ColumnLineage| wrapped_at("  ", &format!("{}: {}", column.column, column.provenance));
        let stated = self.lineage.columns.iter().filter(|column| column.provenance != Provenance::default());
        let sources: Vec<String> = stated.flat_map(from).collect();
        let steps = self.lineage.steps.iter().flat_map(|step| wrapped_at("  ", &step.to_string()));
        let blocks = [("where the columns come from", sources), ("what was done to the panel", steps.collect())];
        for (title, block) in blocks {
            if !block.is_empty() {
                lines.extend([String::new(), title.to_owned()]);
                lines.extend(block);
            }
        }
        lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl PanelSummary {
    fn heading(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.description.iter().flat_map(|text| wrapped(text)).collect();
        lines.extend(wrapped(&rows_line(
            self.n_observations,
            self.units.as_ref(),
            self.periods.as_ref(),
            self.balanced,
        )));
        if !self.balanced {
            let more = if self.n_gaps > self.first_gaps.len() { ", …" } else { "" };
            let gaps = self.first_gaps.join(", ");
            lines.extend(wrapped(&format!("not balanced: {} ({gaps}{more})", counted(self.n_gaps, "gap"))));
        }
        for (role, column) in [("weight", &self.weight), ("population", &self.population)] {
            lines.extend(column.iter().flat_map(|column| wrapped(&format!("{role}: {column}"))));
        }
        lines
    }

    fn table(&self) -> Vec<String> {
        let n_missing = |column: &ColumnSummary| column.missing.values().sum::<usize>();
        let widest = |text: &str, value: &dyn Fn(&ColumnSummary) -> usize| {
            self.columns.iter().map(|column| value(column).to_string().len()).max().unwrap_or(0).max(text.len())
        };
        let (n_width, missing_width) = (widest("n", &|column| column.n), widest("missing", &n_missing));
        let room = WIDTH.saturating_sub(n_width + missing_width + STATISTICS + 4).max(LEAST_NAME);
        let beside_cells = self.columns.iter().map(|column| width(&column.name)).filter(|width| *width <= room);
        let name_width = beside_cells.max().unwrap_or(0).max("column".len());
        let row = |name: &str, n: &str, missing: &str, rest: &str| {
            let (mut lines, name) = beside(name, name_width);
            lines.push(format!("{name}  {n:>n_width$}  {missing:>missing_width$}  {rest}"));
            lines
        };

        let mut lines = row("column", "n", "missing", &statistics(["mean", "sd", "min", "max"]));
        for column in &self.columns {
            let missing = n_missing(column);
            let rest = match &column.levels {
                Some(levels) => {
                    let text = format!("text, {}: {}", counted(levels.len(), "level"), levels.join(", "));
                    cut(&text, STATISTICS - 2)
                }
                None => statistics([column.mean, column.sd, column.min, column.max].map(short)),
            };
            lines.extend(row(&column.name, &column.n.to_string(), &missing.to_string(), &rest));
            if missing > 0 {
                let reasons: Vec<_> = column.missing.iter().map(|(reason, n)| format!("{n} {reason}")).collect();
                lines.extend(wrapped_at("  ", &format!("missing: {}", reasons.join(", "))));
            }
        }
        lines
    }
}

/// "1200 rows: 150 units (authority), 8 periods (year, 2011 to 2018), balanced".
pub(super) fn rows_line(
    n_observations: usize,
    units: Option<&KeySummary>,
    periods: Option<&KeySummary>,
    balanced: bool,
) -> String {
    let mut parts = Vec::new();
    if let Some(units) = units {
        parts.push(format!("{} ({})", counted(units.n, "unit"), units.column));
    }
    if let Some(periods) = periods {
        let span = if periods.n > 1 { format!("{} to {}", periods.first, periods.last) } else { periods.first.clone() };
        parts.push(format!("{} ({}, {span})", counted(periods.n, "period"), periods.column));
    }
    if parts.is_empty() {
        parts.push("a cross-section".to_owned());
    } else if balanced && parts.len() == 2 {
        parts.push("balanced".to_owned());
    }
    format!("{}: {}", counted(n_observations, "row"), parts.join(", "))
}

fn statistics<T: fmt::Display>([mean, sd, min, max]: [T; 4]) -> String {
    format!("{mean:>NUMBER$} {sd:>NUMBER$} {min:>NUMBER$} {max:>NUMBER$}")
}

impl fmt::Display for Sample {
    /// Counts on one line, then a line for each reason.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&counted(self.n_observations, "observation"))?;
        if self.n_units > 0 {
            write!(f, ", {}", counted(self.n_units, "unit"))?;
        }
        if self.n_periods > 0 {
            write!(f, ", {}", counted(self.n_periods, "period"))?;
        }
        for left_out in &self.left_out {
            write!(f, "\n  {} left out: {}", counted(left_out.rows, "row"), left_out.reason)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::{LeftOutRows, Panel, PanelSchema, Reason};

    fn read(csv: &str, schema: PanelSchema) -> Panel {
        Panel::read_csv_from(csv.as_bytes(), &schema).unwrap()
    }

    fn assert_fits(summary: &PanelSummary) -> String {
        let text = summary.to_string();
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{} characters: {line}", line.chars().count());
        }
        text
    }

    #[test]
    fn gaps_weights_and_marks_are_named() {
        let csv = "unit,year,v,t\na,2017,1,x\na,2018,3,\nb,2018,c,y\nc,2019,8,x\n";
        let summary = read(csv, PanelSchema::new("unit", "year").weight("v")).summary();
        let text = assert_fits(&summary);
        assert!(text.contains("not balanced: 5 gaps (a 2019, b 2017, b 2019, …)"), "{text}");
        assert!(text.contains("weight: v"), "{text}");
        assert!(text.contains("missing: 1 suppressed (c)"), "{text}");
    }

    #[test]
    fn a_balanced_panel_and_a_cross_section() {
        let csv = "unit,year\na,2017\nb,2017\n";
        let text = assert_fits(&read(csv, PanelSchema::new("unit", "year")).summary());
        assert_eq!(text, "2 rows: 2 units (unit), 1 period (year, 2017), balanced\n");
        let text = assert_fits(&read(csv, PanelSchema::default()).with_description("Of two rows.").summary());
        assert!(text.starts_with("Of two rows.\n2 rows: a cross-section\n"), "{text}");
    }

    #[test]
    fn columns_without_values_and_with_one_fit() {
        assert_fits(&read("a,b\n1,x\n,c\n", PanelSchema::default()).summary());
    }

    #[test]
    fn everything_long_fits() {
        let name = "a_very_long_name_".repeat(9);
        let levels = "level ".repeat(40);
        let marks = ["NA", "x", "c", "z", "u", "low", ":", "..", "-", "~", "", "NaN", "-1.2345e-300", "1e300"];
        let rows: String = marks.iter().map(|mark| format!("{name}{mark},{mark},{levels}\n")).collect();
        let panel = read(&format!("{name},v,t\n{rows}"), PanelSchema::default().unit(&name));
        assert_fits(&panel.with_description(format!("{name} {levels}")).summary());
    }

    fn sample(n: usize) -> Sample {
        let reason = Reason::ZeroWeight { column: "w".to_string() };
        let left_out = vec![LeftOutRows { reason, rows: n, concerned: Vec::new() }];
        Sample { n_observations: n, n_units: n, n_periods: n, left_out }
    }

    #[test]
    fn one_of_a_thing_is_singular() {
        assert_eq!(sample(1).to_string(), "1 observation, 1 unit, 1 period\n  1 row left out: weight w is zero");
        assert_eq!(sample(2).to_string(), "2 observations, 2 units, 2 periods\n  2 rows left out: weight w is zero");
    }
}
