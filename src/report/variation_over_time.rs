//! Variation by period, and judgements by period, as text and CSV.

use std::fmt;

use super::aligned::{Line, aligned, column_width};
use super::breakdown::left_out;
use super::text::{WIDTH, counted, cut, headings, level, percent, short, width, wrapped};
use super::units::csv;
use crate::findings::{
    JudgementsOverTime, Moves, Trend, VariationMeasure, VariationOverTime, VariationPoint, VariationSeries,
};

/// Series that stand side by side, with their intervals.
const IN_A_BLOCK: usize = 2;
/// Room for a period.
const PERIOD: usize = 6;
/// Periods, or words, that stand side by side.
const IN_A_ROW: usize = 8;
const NAME_OF_LEVEL: usize = 20;

/// A number of a series: parts in per cent.
fn number(measure: VariationMeasure, value: f64) -> String {
    if measure.has_units() { short(Some(value)) } else { format!("{}%", percent(value)) }
}

fn interval(measure: VariationMeasure, point: &VariationPoint) -> String {
    point.interval.map_or_else(String::new, |i| {
        format!("{} to {}", number(measure, i.lower).trim_end_matches('%'), number(measure, i.upper))
    })
}

/// A p-value with three decimals.
fn p_value(p: f64) -> String {
    if p < 0.0005 { "<0.001".to_string() } else { format!("{p:.3}") }
}

/// What a part changes by, in percentage points.
fn points(change: f64) -> String {
    format!("{:.2} pp", 100.0 * change).replace("-0.00 pp", "0.00 pp")
}

/// What the trends of parts are in.
const POINTS: &str = "pp: percentage points a period";

/// A trend as cells: slope, interval, p-value; each number by `of`.
fn trend_cells(trend: Option<&Trend>, of: impl Fn(f64) -> String) -> Vec<String> {
    trend.map_or_else(
        || vec!["–".to_string(); 3],
        |trend| {
            let ends = format!("{} to {}", of(trend.lower).trim_end_matches(" pp"), of(trend.upper));
            vec![of(trend.slope), ends, p_value(trend.p_value)]
        },
    )
}

fn trend_heads(at: &str) -> Vec<String> {
    vec!["per period".to_string(), at.to_string(), "p".to_string()]
}

impl fmt::Display for VariationOverTime {
    /// Within 80 columns: the units and the mean of each period; every measure by period with its interval; and their
    /// trends.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = match (self.periods.first(), self.periods.last()) {
            (Some(first), Some(last)) => format!(", {} to {}", first.period, last.period),
            _ => String::new(),
        };
        let units = counted(self.sample.n_units, "unit");
        let mut lines = wrapped(&format!("{}, variation between {units}{span}", self.outcome));
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        let at = level(self.level);
        // Beside units and means there is room for one.
        let (first, rest) = self.series.split_at(self.series.len().min(1));
        for (block, series) in [first].into_iter().chain(rest.chunks(IN_A_BLOCK)).enumerate() {
            lines.push(String::new());
            let mut table = Vec::new();
            for period in &self.periods {
                let mut cells = Vec::new();
                if block == 0 {
                    cells.extend([period.n_units.to_string(), short(Some(period.mean))]);
                }
                for VariationSeries { measure, points, .. } in series {
                    let point = points.iter().find(|point| point.period == period.period);
                    let [value, ends] = point.map_or_else(
                        || ["–".to_string(), String::new()],
                        |point| [number(*measure, point.value), interval(*measure, point)],
                    );
                    cells.extend([value, ends]);
                }
                table.push(Line::new(period.period.to_string(), cells));
            }
            let mut heads = if block == 0 { vec!["units".to_string(), "mean".to_string()] } else { Vec::new() };
            // What periods and cells leave of a line is for the names of the series.
            let n_before = heads.len();
            let of_intervals = (0..series.len()).map(|at| column_width(&table, n_before + 2 * at + 1));
            let taken: usize = (0..n_before).map(|at| column_width(&table, at).max(7)).chain(of_intervals).sum();
            let left = (WIDTH - PERIOD).saturating_sub(taken);
            let names: Vec<String> = series.iter().map(VariationSeries::to_string).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let needed = names.iter().map(|name| width(name) + 2).sum::<usize>();
            let room = if needed <= left { WIDTH } else { (left / series.len().max(1)).saturating_sub(2).max(8) };
            let (names, below) = headings(&names, room);
            heads.extend(names.into_iter().flat_map(|name| [name, at.clone()]));
            table.insert(0, Line::new("", heads));
            lines.extend(aligned(&table));
            lines.extend(below);
        }
        let mut table = vec![Line::new("trend", trend_heads(&at))];
        table.extend(self.series.iter().map(|series| {
            let per_period = |value: f64| match series.measure.has_units() {
                true => short(Some(value)),
                false => points(value),
            };
            Line::new(series.to_string(), trend_cells(series.trend.as_ref(), per_period))
        }));
        lines.push(String::new());
        lines.extend(aligned(&table));
        lines.extend(wrapped(POINTS));
        lines.extend(left_out(&self.sample).flat_map(|line| wrapped(&line)));
        lines.extend(self.left_out.iter().flat_map(|left| wrapped(&format!("left out: {left}"))));
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}

impl VariationOverTime {
    /// Every measure of every period as CSV, a line each, with the trend that it is part of; numbers in full.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::VariationAnalysis;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// let csv = VariationAnalysis::new().of(&fit)?.to_csv();
    /// assert!(csv.starts_with("measure,method,component,period,value,std_error,lower,upper,slope,"));
    /// // Three measures of spread, one share by two methods, and what is unexplained, in eight years.
    /// assert_eq!(csv.lines().count(), 1 + 6 * 8);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let head = [
            "measure",
            "method",
            "component",
            "period",
            "value",
            "std_error",
            "lower",
            "upper",
            "slope",
            "slope_std_error",
            "slope_lower",
            "slope_upper",
            "slope_p_value",
        ];
        let line = |series: &VariationSeries, point: &VariationPoint| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let mut cells = vec![series.measure.to_string(), text(&series.method), text(&series.component)];
            cells.extend([point.period.to_string(), point.value.to_string()]);
            let numbers = |numbers: Option<Vec<f64>>, n: usize| {
                numbers.map_or(vec![String::new(); n], |all| all.iter().map(f64::to_string).collect())
            };
            cells.extend(numbers(point.interval.map(|i| vec![i.std_error, i.lower, i.upper]), 3));
            let trend = series.trend.as_ref();
            cells.extend(numbers(trend.map(|t| vec![t.slope, t.std_error, t.lower, t.upper, t.p_value]), 5));
            cells
        };
        let rows = self.series.iter().flat_map(|series| series.points.iter().map(move |point| line(series, point)));
        csv(head.map(str::to_string).to_vec(), rows)
    }
}

impl fmt::Display for JudgementsOverTime {
    /// Within 80 columns: units and parts at each level by period, the trends of the parts, and all moves between levels.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Moves { from, to, .. } = self.all_moves;
        let mut lines = wrapped(&format!("{}, units at each level, {from} to {to}", self.judgement));
        lines.extend(self.panel.iter().flat_map(|panel| wrapped(panel)));
        let name = |level: &str| cut(level, NAME_OF_LEVEL);
        for first in (0..self.judged.len()).step_by(IN_A_ROW) {
            let own = first..self.judged.len().min(first + IN_A_ROW);
            for is_part in [false, true] {
                lines.push(String::new());
                let counts = self.levels.first().map_or(&[][..], |level| &level.counts[own.clone()]);
                let heads = counts.iter().map(|count| count.period.to_string()).collect();
                let mut table = vec![Line::new(if is_part { "part, %" } else { "units" }, heads)];
                table.extend(self.levels.iter().map(|level| {
                    let cells = level.counts[own.clone()].iter().map(|count| match (is_part, count.part) {
                        (false, _) => count.units.to_string(),
                        (true, Some(part)) => percent(part),
                        (true, None) => "–".to_string(),
                    });
                    Line::new(name(&level.level), cells.collect())
                }));
                if !is_part {
                    let row = |units: &[usize]| units[own.clone()].iter().map(usize::to_string).collect();
                    table.push(Line::new("not judged", row(&self.not_judged)));
                }
                lines.extend(aligned(&table));
            }
        }
        lines.push(String::new());
        let mut table = vec![Line::new("trend of the part", trend_heads(&level(self.level)))];
        table.extend(
            self.levels.iter().map(|level| Line::new(name(&level.level), trend_cells(level.trend.as_ref(), points))),
        );
        lines.extend(aligned(&table));
        lines.extend(wrapped(POINTS));
        if self.levels.iter().any(|level| level.trend.is_none()) {
            lines.extend(wrapped("–: units are judged in fewer than two periods, which show no trend"));
        }
        lines.push(String::new());
        lines.extend(moves_table(&self.all_moves, &self.levels.iter().map(|l| l.level.as_str()).collect::<Vec<_>>()));
        f.write_str(&lines.join("\n"))
    }
}

/// Rows from a level, columns to one; the levels over columns by number where the words are long.
fn moves_table(moves: &Moves, words: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    for first in (0..words.len()).step_by(IN_A_ROW - 2) {
        let own = first..words.len().min(first + IN_A_ROW - 2);
        let is_last = own.end == words.len();
        let mut heads: Vec<String> = own.clone().map(|at| cut(words[at], 10)).collect();
        heads.extend(is_last.then(|| "none".to_string()));
        let mut table = vec![Line::new("moves, from row to column", heads)];
        for (at, word) in words.iter().enumerate() {
            let mut cells: Vec<String> = moves.table[at][own.clone()].iter().map(usize::to_string).collect();
            cells.extend(is_last.then(|| moves.left[at].to_string()));
            table.push(Line::new(cut(word, NAME_OF_LEVEL), cells));
        }
        table.push(Line::new("none", moves.joined[own].iter().map(usize::to_string).collect()));
        lines.extend(aligned(&table));
    }
    lines
}

impl JudgementsOverTime {
    /// Every level of every period as CSV, a line each; numbers in full.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::{JudgementScale, JudgementsOverTime};
    /// use apportion::Panel;
    ///
    /// let panel = Panel::builder().units(["A", "A", "B", "B"]).periods([1, 2, 1, 2]);
    /// let panel = panel.text_column("grade", ["Poor", "Good", "Good", ""]).build()?;
    /// let scale = JudgementScale::new("grade", ["Poor", "Good"])?;
    /// let csv = JudgementsOverTime::of(&panel, &scale, 0.95)?.to_csv();
    /// assert!(csv.starts_with("level,period,units,part,lower,upper\nPoor,1,1,0.5,"));
    /// assert_eq!(csv.lines().count(), 1 + 2 * 2);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let head = ["level", "period", "units", "part", "lower", "upper"].map(str::to_string).to_vec();
        let rows = self.levels.iter().flat_map(|level| {
            level.counts.iter().map(move |count| {
                let mut cells = vec![level.level.clone(), count.period.to_string(), count.units.to_string()];
                let numbers = [count.part, count.lower, count.upper];
                cells.extend(numbers.map(|number| number.map_or_else(String::new, |number| number.to_string())));
                cells
            })
        });
        csv(head, rows)
    }
}
