//! The table as text, in blocks of as many models as fit.

use std::fmt;
use std::ops::Range;

use super::{RegressionTable, Row};
use crate::report::aligned::{Line, aligned, column_width};
use crate::report::text::{WIDTH, cut, headings, width, wrapped};

/// The most of a model's name, outcome and weights that stands in a cell; names stand in full below.
const CELL: usize = 16;
/// Names up to this long keep their room beside the numbers.
const LONG_NAME: usize = 24;

impl fmt::Display for RegressionTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows();
        let mut lines = Vec::new();
        let mut first = 0;
        while first < self.models.len() {
            let models = first..self.last_of_block(&rows, first);
            first = models.end;
            lines.extend(aligned(&self.lines(&rows, models)));
            lines.push(String::new());
        }
        lines.extend(self.model_names().1);
        lines.extend(self.cut_cells().flat_map(|note| wrapped(&note)));
        lines.extend(self.notes().iter().flat_map(|note| wrapped(note)));
        f.write_str(&lines.join("\n"))
    }
}

impl RegressionTable {
    /// The models' names over their columns, and those in full that are cut there.
    fn model_names(&self) -> (Vec<String>, Vec<String>) {
        let names: Vec<&str> = self.models.iter().map(|model| model.name.as_str()).collect();
        headings(&names, CELL)
    }

    /// Outcomes and weights in full, where their cells are cut.
    fn cut_cells(&self) -> impl Iterator<Item = String> {
        self.statistics().into_iter().flat_map(|(label, cells)| {
            let of_model = self.models.iter().zip(cells).filter(|(_, cell)| width(cell) > CELL);
            of_model.map(move |(model, cell)| format!("{}: {label} {cell}", model.name)).collect::<Vec<_>>()
        })
    }

    /// The end of the block of models that begins with this one.
    fn last_of_block(&self, rows: &[Row<'_>], first: usize) -> usize {
        let lines = self.lines(rows, first..self.models.len());
        let longest = lines.iter().map(|line| width(&line.name)).max().unwrap_or(0);
        let mut taken = longest.min(LONG_NAME);
        let fit = (0..self.models.len() - first).take_while(|&column| {
            taken += column_width(&lines, column);
            taken <= WIDTH
        });
        first + fit.count().max(1)
    }

    fn lines(&self, rows: &[Row<'_>], models: Range<usize>) -> Vec<Line> {
        // Room for a bracket, or for stars, so that digits stand below digits.
        let room = if self.stars { 3 } else { 1 };
        let names = self.model_names().0[models.clone()].to_vec();
        let mut lines = vec![Line::new("", names)];
        for row in rows {
            let cells = || row.cells[models.clone()].iter();
            if cells().all(Option::is_none) {
                continue;
            }
            let estimates = cells().map(|cell| {
                cell.map_or(String::new(), |c| format!("{}{:room$}", self.number(c.estimate), self.stars_of(c)))
            });
            let below = cells().map(|cell| {
                let (text, close) = cell.map_or((String::new(), ""), |c| self.below(c, |x| self.number(x)));
                if close.is_empty() { text } else { format!("{text}{close:room$}") }
            });
            lines.push(Line::new(row.name.as_str(), estimates.collect()));
            lines.push(Line::new("", below.collect()));
        }
        lines.push(Line::new("", Vec::new()));
        for (label, cells) in self.statistics() {
            let cells = cells[models.clone()].iter().map(|cell| cut(cell, CELL)).collect();
            lines.push(Line::new(label, cells));
        }
        lines
    }
}
