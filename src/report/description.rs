//! A panel as a methods section describes it, in tables of text and of Markdown.
//!
//! The tables are laid out once; a text and a Markdown document are two ways to write them.

mod csv;

use std::fmt;

use super::aligned::{Line, aligned, column_width};
use super::estimates::Digits;
use super::summary::rows_line;
use super::text::{WIDTH, counted, escaped, markdown_row, short, width, wrapped};
use crate::panel::{ColumnStatistics, Correlation, Description, VariableDescription};

/// Names up to this long keep their room beside the numbers.
const LONG_NAME: usize = 24;
/// What stands where a number is not defined.
const UNDEFINED: &str = "–";
const CORRELATION: Digits = Digits::Decimals(3);

/// A table under a title: headings, rows of cells, and notes below.
struct Table {
    title: String,
    head: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
    notes: Vec<String>,
}

/// Writes tables within 80 columns, those with too many columns in several blocks one below the other.
impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = wrapped(&self.heading());
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        for table in self.tables() {
            lines.push(String::new());
            lines.extend(table.text());
        }
        lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Description {
    /// The same tables in Markdown (GitHub's), each under a heading of the third level.
    ///
    /// Characters that Markdown would read as its own are escaped by a backslash.
    ///
    /// # Examples
    /// ```
    /// # use apportion::Panel;
    /// let panel = Panel::builder().column("cpp_rate", [1.0, 2.0, 4.0, 5.0]).build()?;
    /// let text = panel.describe().to_markdown();
    /// assert!(text.contains("|  | n | missing | mean | sd | min | q1 | median | q3 | max |\n|:--|--:|"));
    /// assert!(text.contains("| cpp\\_rate | 4 | 0 | 3 | 1.826 | 1 | 1.750 | 3 | 4.250 | 5 |\n"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_markdown(&self) -> String {
        let tables: String = self.tables().iter().map(|table| format!("\n{}", table.markdown())).collect();
        let panel: String = self.panel.iter().map(|panel| format!("\n{}\n", escaped(panel))).collect();
        format!("{}\n{panel}{tables}", escaped(&self.heading()))
    }

    fn heading(&self) -> String {
        rows_line(self.n_observations, self.units.as_ref(), self.periods.as_ref(), self.balanced)
    }

    fn tables(&self) -> Vec<Table> {
        let period = self.periods.as_ref().map_or("period", |periods| periods.column.as_str());
        let mut tables = vec![self.values()];
        if self.units.is_some() {
            tables.push(self.variation());
        }
        tables.extend(self.correlation_tables());
        if self.periods.is_some() {
            tables.push(self.coverage_table(period));
            tables.extend(self.variables.iter().filter(|v| v.overall.levels.is_none()).map(|v| by_period(v, period)));
        }
        tables.retain(|table| !table.rows.is_empty());
        tables
    }

    fn values(&self) -> Table {
        let rows = self.variables.iter().map(|v| (v.name.clone(), statistics(&v.overall)));
        let mut notes = Vec::new();
        for VariableDescription { name, overall, .. } in &self.variables {
            if !overall.missing.is_empty() {
                let reasons: Vec<_> = overall.missing.iter().map(|(reason, n)| format!("{n} {reason}")).collect();
                notes.push(format!("{name}: missing {}", reasons.join(", ")));
            }
            notes.extend(overall.levels.map(|levels| format!("{name}: text, {}", counted(levels, "level"))));
        }
        Table { title: "values".to_string(), head: statistics_head(), rows: rows.collect(), notes }
    }

    fn variation(&self) -> Table {
        let rows = self.variables.iter().filter_map(|v| {
            let x = v.variation.as_ref()?;
            let numbers = [x.mean_periods, x.overall, x.between, x.within].map(short);
            Some((
                v.name.clone(),
                [v.overall.n.to_string(), x.n_units.to_string()].into_iter().chain(numbers).collect(),
            ))
        });
        let head = ["n", "units", "periods per unit", "overall", "between", "within"];
        Table {
            title: "standard deviations between and within units".to_string(),
            head: head.map(str::to_string).to_vec(),
            rows: rows.collect(),
            notes: Vec::new(),
        }
    }

    /// Overall, between and within units; none for fewer than two variables.
    fn correlation_tables(&self) -> Vec<Table> {
        if self.correlations.is_empty() {
            return Vec::new();
        }
        let on = |noun: &str, n: &dyn Fn(&Correlation) -> usize| {
            let (least, most) =
                self.correlations.iter().map(n).fold((usize::MAX, 0), |(least, most), n| (least.min(n), most.max(n)));
            if least == most { counted(most, noun) } else { format!("{least} to {}", counted(most, noun)) }
        };
        let (rows, units) = (on("row", &|pair| pair.n_observations), on("unit", &|pair| pair.n_units));
        let mut tables = vec![self.matrix(
            format!("correlations, on {rows}"),
            |pair| pair.overall,
            |v| v.overall.distribution.as_ref()?.sd,
        )];
        if self.units.is_some() {
            tables.push(self.matrix(
                format!("correlations between units, on {units}"),
                |pair| pair.between,
                |v| v.variation.as_ref()?.between,
            ));
            tables.push(self.matrix(
                format!("correlations within units, on {rows}"),
                |pair| pair.within,
                |v| v.variation.as_ref()?.within,
            ));
        }
        tables
    }

    /// The lower triangle, variables by number at the head and by number and name at the side. What has no spread has
    /// no correlation with itself either.
    fn matrix(
        &self,
        title: String,
        r: impl Fn(&Correlation) -> Option<f64>,
        spread: impl Fn(&VariableDescription) -> Option<f64>,
    ) -> Table {
        let numbers: Vec<&VariableDescription> = self.variables.iter().filter(|v| v.overall.levels.is_none()).collect();
        let text = |r: Option<f64>| r.map_or(UNDEFINED.to_string(), |r| CORRELATION.text(r));
        let rows = numbers.iter().enumerate().map(|(i, v)| {
            let mut cells: Vec<String> =
                (0..i).map(|j| text(self.correlation(&numbers[j].name, &v.name).and_then(&r))).collect();
            cells.push(text(spread(v).filter(|&sd| sd > 0.0).map(|_| 1.0)));
            cells.resize(numbers.len(), String::new());
            (format!("({}) {}", i + 1, v.name), cells)
        });
        let head = (1..=numbers.len()).map(|i| format!("({i})")).collect();
        Table { title, head, rows: rows.collect(), notes: Vec::new() }
    }

    fn coverage_table(&self, period: &str) -> Table {
        let cells = |counts: &[usize]| counts.iter().map(usize::to_string).collect::<Vec<_>>();
        let mut rows = vec![("(rows)".to_string(), cells(&self.coverage.n_observations))];
        let variables = self.variables.iter().zip(&self.coverage.n_values);
        rows.extend(variables.map(|(v, counts)| (v.name.clone(), cells(counts))));
        Table {
            title: format!("values that are not missing, by {period}"),
            head: self.coverage.periods.iter().map(i32::to_string).collect(),
            rows,
            notes: Vec::new(),
        }
    }
}

fn by_period(variable: &VariableDescription, period: &str) -> Table {
    let rows = variable.by_period.iter().map(|at| (at.period.to_string(), statistics(&at.statistics)));
    Table {
        title: format!("{} by {period}", variable.name),
        head: statistics_head(),
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

fn statistics_head() -> Vec<String> {
    ["n", "missing", "mean", "sd", "min", "q1", "median", "q3", "max"].map(str::to_string).to_vec()
}

/// Counts, and the distribution of numbers; nothing more of text.
fn statistics(statistics: &ColumnStatistics) -> Vec<String> {
    let mut cells = vec![statistics.n.to_string(), statistics.missing.values().sum::<usize>().to_string()];
    if statistics.levels.is_none() {
        cells.extend(match &statistics.distribution {
            Some(x) => [
                Some(x.mean),
                x.sd,
                Some(x.min),
                Some(x.lower_quartile),
                Some(x.median),
                Some(x.upper_quartile),
                Some(x.max),
            ]
            .map(short),
            None => [None; 7].map(short),
        });
    }
    cells
}

impl Table {
    fn text(&self) -> Vec<String> {
        let mut lines = wrapped(&self.title);
        let mut first = 0;
        while first < self.head.len() {
            let end = self.end_of_block(first);
            if first > 0 {
                lines.push(String::new());
            }
            lines.extend(aligned(&self.lines(first, end)));
            first = end;
        }
        lines.extend(self.notes.iter().flat_map(|note| wrapped(note)));
        lines
    }

    /// The headings and cells from one column to another, and of a block after the first no rows that have no cells.
    fn lines(&self, first: usize, end: usize) -> Vec<Line> {
        let part = |cells: &[String]| cells.iter().take(end).skip(first).cloned().collect::<Vec<_>>();
        let mut lines = vec![Line::new("", part(&self.head))];
        let rows = self.rows.iter().map(|(name, cells)| Line::new(name.clone(), part(cells)));
        lines.extend(rows.filter(|line| first == 0 || line.cells.iter().any(|cell| !cell.is_empty())));
        lines
    }

    fn end_of_block(&self, first: usize) -> usize {
        let lines = self.lines(first, self.head.len());
        let longest = lines.iter().map(|line| width(&line.name)).max().unwrap_or(0);
        let mut taken = longest.min(LONG_NAME);
        let fit = (0..self.head.len() - first).take_while(|&column| {
            taken += column_width(&lines, column);
            taken <= WIDTH
        });
        first + fit.count().max(1)
    }

    fn markdown(&self) -> String {
        let mut lines = vec![format!("### {}\n", escaped(&self.title))];
        lines.push(markdown_row("", self.head.iter().map(|cell| escaped(cell)).collect()));
        lines.push(format!("|:--|{}", "--:|".repeat(self.head.len())));
        for (name, cells) in &self.rows {
            let mut cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
            cells.resize(self.head.len(), String::new());
            lines.push(markdown_row(&escaped(name), cells));
        }
        if !self.notes.is_empty() {
            lines.push(String::new());
            lines.extend(self.notes.iter().map(|note| format!("- {}", escaped(note))));
        }
        lines.join("\n") + "\n"
    }
}
