//! Units and contributions as text and CSV: the highest and the lowest of a long table, or all of it.

use std::fmt;

use super::aligned::{Line, aligned};
use super::text::{NUMBER, counted, cut, level, quoted, short, width, wrapped};
use crate::decompose::{Contribution, ContributionRow, ContributionTable, Method};
use crate::findings::{UnitFinding, Units};

/// Rows that are printed at either end.
const MOST_SHOWN: usize = 10;
/// Columns of components that stand side by side, and the room for the name of each.
const IN_A_BLOCK: usize = 4;
const NAME_OF_COLUMN: usize = 11;
/// From this many decimals on numbers are printed by powers of ten.
const MOST_DECIMALS: f64 = 6.0;
/// Of a unit's name what stands beside its numbers.
const NAME_OF_UNIT: usize = 18;

/// Rows of a table, those between its two ends left out where there are more than are shown.
fn table<T>(heads: &[&str], rows: &[T], most: usize, line: impl Fn(&T) -> (String, Vec<String>)) -> Vec<String> {
    let mut lines = vec![Line::new("", heads.iter().map(|head| cut(head, NAME_OF_COLUMN)).collect())];
    let left_out = rows.len().saturating_sub(most.saturating_mul(2));
    for (at, row) in rows.iter().enumerate() {
        if left_out > 0 && at >= most && at < most + left_out {
            if at == most {
                lines.push(Line::new(format!("({left_out} between)"), Vec::new()));
            }
            continue;
        }
        let (name, cells) = line(row);
        lines.push(Line::new(cut(&name, NAME_OF_UNIT), cells));
    }
    aligned(&lines)
}

/// How points are printed: all of a table with the same decimals, by the largest of them.
#[derive(Clone, Copy)]
pub(super) struct Points(usize);

impl Points {
    pub(super) fn of(largest: f64) -> Self {
        // Three digits of the largest, one decimal at least, and no more than there is room for.
        Points(match largest.abs() {
            size if size > 0.0 => (2.0 - size.log10().floor()).clamp(1.0, MOST_DECIMALS) as usize,
            _ => 1,
        })
    }

    pub(super) fn text(self, value: f64) -> String {
        let text = format!("{value:.*}", self.0);
        let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
        match (is_zero, text.len() > NUMBER || self.0 as f64 == MOST_DECIMALS) {
            // Without the sign of what is so small beside the others.
            (true, false) => format!("{:.*}", self.0, 0.0),
            (_, true) => short(Some(value)),
            _ => text,
        }
    }
}

pub(super) fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |largest, value| value.abs().max(largest))
}

/// Columns of names in full, where they are cut above them.
fn legend(names: &[&str]) -> Vec<String> {
    names
        .iter()
        .filter(|name| width(name) > NAME_OF_COLUMN)
        .flat_map(|name| wrapped(&format!("{}: {name}", cut(name, NAME_OF_COLUMN))))
        .collect()
}

pub(super) fn method_in_words(method: &Method) -> String {
    match method {
        Method::Sequential { order } => format!("sequential: {}", super::breakdown::in_order(order)),
        method => format!("{}: {}", method.name(), method.meaning()),
    }
}

/// The columns of a row of contributions: `always` where there is one, then the components.
fn columns(always: Option<f64>, contributions: &[Contribution]) -> impl Iterator<Item = (&str, f64)> {
    always
        .map(|points| ("always", points))
        .into_iter()
        .chain(contributions.iter().map(|of| (of.name.as_str(), of.points)))
}

/// Blocks of contributions, as many columns in each as a line has room for; `of` gives of a row its name, the actual,
/// what is always in, and the contributions.
fn blocks<T>(
    rows: &[T],
    most: usize,
    of: impl Fn(&T) -> (String, f64, Option<f64>, &[Contribution], f64),
) -> Vec<String> {
    let Some(first) = rows.first() else { return Vec::new() };
    let (_, _, always, contributions, _) = of(first);
    let names: Vec<&str> = columns(always, contributions).map(|(name, _)| name).collect();
    let points = Points::of(largest(rows.iter().map(|row| of(row).1)));
    let n_blocks = names.len().div_ceil(IN_A_BLOCK).max(1);
    let mut lines = Vec::new();
    for block in 0..n_blocks {
        let own = block * IN_A_BLOCK..names.len().min((block + 1) * IN_A_BLOCK);
        let (is_first, is_last) = (block == 0, block + 1 == n_blocks);
        let mut heads: Vec<&str> = if is_first { vec!["actual"] } else { Vec::new() };
        heads.extend(&names[own.clone()]);
        heads.extend(is_last.then_some("unexplained"));
        if !is_first {
            lines.push(String::new());
        }
        lines.extend(table(&heads, rows, most, |row| {
            let (name, actual, always, contributions, unexplained) = of(row);
            let mut cells: Vec<String> = is_first.then(|| points.text(actual)).into_iter().collect();
            let own = columns(always, contributions).skip(own.start).take(own.len());
            cells.extend(own.map(|(_, value)| points.text(value)));
            cells.extend(is_last.then(|| points.text(unexplained)));
            (name, cells)
        }));
    }
    lines.extend(legend(&names));
    lines
}

/// What identifies a row.
fn name_of(unit: Option<&str>, label: Option<&str>, period: Option<i32>) -> String {
    let period = period.map(|period| period.to_string());
    let parts = [unit.map(str::to_string), label.map(str::to_string), period];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for ContributionTable {
    /// Within 80 columns: what moves the ten rows at either end from the mean; all of a table by period.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(if self.by == "period" { usize::MAX } else { MOST_SHOWN }))
    }
}

impl ContributionTable {
    /// The same with as many rows at either end; `usize::MAX` for all of them.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let rows = Model::new("y").component("cause", ["x"]).fit(&panel)?.contributions()?.by_row();
    /// assert!(rows.to_text(1).contains("(2 between)") && !rows.to_text(usize::MAX).contains("between"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_text(&self, most: usize) -> String {
        let what = method_in_words(&self.method);
        let rows = counted(self.rows.len(), &self.by);
        let mean = Points::of(self.mean).text(self.mean);
        let mut lines =
            wrapped(&format!("{}, points from the mean {mean} by {}, {what}; {rows}", self.outcome, self.by));
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        lines.push(String::new());
        lines.extend(blocks(&self.rows, most, |row: &ContributionRow| {
            let name = name_of(row.unit.as_deref(), row.label.as_deref(), row.period);
            (name, row.actual, row.always, &row.contributions, row.unexplained)
        }));
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        lines.join("\n")
    }

    /// All rows as CSV: what identifies each, how many rows of the sample it is of, the outcome, the points of each
    /// component, what is unexplained, and what the panel says of itself, where it does; numbers in full.
    ///
    /// # Examples
    /// See [`ContributionTable`].
    pub fn to_csv(&self) -> String {
        let has = |is: fn(&ContributionRow) -> bool| self.rows.iter().any(is);
        let keys = [has(|row| row.unit.is_some()), has(|row| row.label.is_some()), has(|row| row.period.is_some())];
        let mut head: Vec<String> = ["unit", "label", "period"]
            .iter()
            .zip(keys)
            .filter(|(_, has)| *has)
            .map(|(key, _)| key.to_string())
            .collect();
        head.extend(["n_observations", "actual"].map(str::to_string));
        if let Some(row) = self.rows.first() {
            head.extend(columns(row.always, &row.contributions).map(|(name, _)| name.to_string()));
        }
        head.push("unexplained".to_string());
        head.extend(self.panel.iter().map(|_| "panel".to_string()));
        let line = |row: &ContributionRow| {
            let texts = [row.unit.clone(), row.label.clone(), row.period.map(|period| period.to_string())];
            let keys = texts.into_iter().zip(keys).filter(|(_, has)| *has).map(|(text, _)| text.unwrap_or_default());
            let mut cells: Vec<String> = keys.collect();
            cells.extend([row.n_observations.to_string(), row.actual.to_string()]);
            cells.extend(columns(row.always, &row.contributions).map(|(_, value)| value.to_string()));
            cells.push(row.unexplained.to_string());
            cells.extend(self.panel.clone());
            cells
        };
        csv(head, self.rows.iter().map(line))
    }
}

impl fmt::Display for Units {
    /// Within 80 columns: of the ten units at either end the remainder with its interval, the shrunken remainder, the rank
    /// with its interval, and a star where the remainder is beyond chance; then what moves these units from the mean.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(MOST_SHOWN))
    }
}

impl Units {
    /// The same with as many units at either end; `usize::MAX` for all of them.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::UnitAnalysis;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let units = UnitAnalysis::new().of(&fit)?.sorted_by("remainder")?;
    /// assert!(units.to_text(5).contains("(140 between)") && !units.to_text(usize::MAX).contains("between"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_text(&self, most: usize) -> String {
        let periods = match self.periods {
            Some((from, to)) if from == to => format!(", {from}"),
            Some((from, to)) => format!(", {from} to {to}"),
            None => String::new(),
        };
        let n = counted(self.units.len(), "unit");
        let points = Points::of(largest(self.units.iter().map(|unit| unit.actual)));
        let mean = points.text(self.mean);
        let mut lines = wrapped(&format!("{}, what remains of {n}{periods}; mean {mean}", self.outcome));
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        lines.extend(wrapped(&format!(
            "Remainder: the actual less what the components without unit effects lead one to expect, a persistent \
             difference that they do not account for (standard deviation {}), and noise ({}). Rank 1 is the highest; * is \
             beyond what chance allows.",
            points.text(self.persistent_sd),
            self.noise.model
        )));
        lines.push(String::new());
        let at = level(self.level);
        let heads = ["expected", "remainder", &at, "shrunken", "rank", &at];
        lines.extend(table(&heads, &self.units, most, |unit: &UnitFinding| {
            let star = if unit.beyond_chance { "*" } else { " " };
            let cells = vec![
                points.text(unit.expected),
                format!("{}{star}", points.text(unit.remainder)),
                format!("{} to {}", points.text(unit.lower), points.text(unit.upper)),
                points.text(unit.shrunken),
                unit.rank.to_string(),
                format!("{}–{}", unit.rank_lower, unit.rank_upper),
            ];
            (name_of(Some(&unit.unit), unit.label.as_deref(), None), cells)
        }));
        lines.push(String::new());
        lines.extend(wrapped(&format!("Points from the mean, {}", method_in_words(&self.method))));
        lines.extend(blocks(&self.units, most, |unit: &UnitFinding| {
            let name = name_of(Some(&unit.unit), unit.label.as_deref(), None);
            (name, unit.actual, unit.always, &unit.contributions, unit.unexplained)
        }));
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        lines.join("\n")
    }

    /// All units as CSV, numbers in full; in the last column what the panel says of itself, where it does.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::UnitAnalysis;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let csv = UnitAnalysis::new().of(&fit)?.to_csv();
    /// assert!(csv.starts_with("unit,n_periods,actual,deprivation,expected,remainder,unexplained,std_error,"));
    /// assert_eq!(csv.lines().count(), 151);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let has_labels = self.units.iter().any(|unit| unit.label.is_some());
        let label = has_labels.then(|| "label".to_string());
        let mut head: Vec<String> = ["unit".to_string()].into_iter().chain(label).collect();
        head.extend(["n_periods", "actual"].map(str::to_string));
        if let Some(unit) = self.units.first() {
            head.extend(columns(unit.always, &unit.contributions).map(|(name, _)| name.to_string()));
        }
        let rest = [
            "expected",
            "remainder",
            "unexplained",
            "std_error",
            "lower",
            "upper",
            "shrunken",
            "rank",
            "rank_lower",
            "rank_upper",
            "p_value",
            "beyond_chance",
        ];
        head.extend(rest.map(str::to_string));
        head.extend(self.panel.iter().map(|_| "panel".to_string()));
        let line = |unit: &UnitFinding| {
            let label = has_labels.then(|| unit.label.clone().unwrap_or_default());
            let mut cells: Vec<String> = [unit.unit.clone()].into_iter().chain(label).collect();
            cells.extend([unit.n_periods.to_string(), unit.actual.to_string()]);
            cells.extend(columns(unit.always, &unit.contributions).map(|(_, value)| value.to_string()));
            let UnitFinding { expected, remainder, unexplained, std_error, lower, upper, shrunken, .. } = *unit;
            let numbers = [expected, remainder, unexplained, std_error, lower, upper, shrunken];
            cells.extend(numbers.map(|number| number.to_string()));
            cells.extend([unit.rank, unit.rank_lower, unit.rank_upper].map(|rank| rank.to_string()));
            cells.extend([unit.p_value.to_string(), unit.beyond_chance.to_string()]);
            cells.extend(self.panel.clone());
            cells
        };
        csv(head, self.units.iter().map(line))
    }
}

/// Lines of cells, each in quotes where it needs them.
pub(super) fn csv(head: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n";
    std::iter::once(head).chain(rows).map(line).collect()
}
