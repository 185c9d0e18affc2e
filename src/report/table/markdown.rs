//! A table as Markdown.

use super::{Cell, Column, Format, Shown, Table};
use crate::report::text::escaped;

impl Table {
    /// The lines of a table of GitHub's Markdown, every row with as many cells as the heading.
    pub(in crate::report) fn markdown_lines(&self, shown: &Shown) -> Vec<String> {
        let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let rule = self.columns.iter().map(|column| if column.is_text() { ":--" } else { "--:" });
        let mut lines = vec![
            row(self.columns.iter().map(|column| escaped(&column.heading)).collect()),
            format!("|{}|", rule.collect::<Vec<_>>().join("|")),
        ];
        let cells = |row: Vec<String>| row.iter().map(|cell| escaped(cell)).collect::<Vec<_>>();
        lines.extend(self.cells(shown).into_iter().map(|cells_of_row| row(cells(cells_of_row))));
        lines
    }
}

impl Column {
    /// Whether it stands to the left.
    pub(super) fn is_text(&self) -> bool {
        self.format == Format::Text
    }
}

impl Table {
    /// Rows that have more or fewer cells than there are columns get none, or lose what has no column.
    pub(in crate::report) fn squared(mut self) -> Self {
        let width = self.columns.len();
        self.rows.iter_mut().for_each(|row| row.resize(width, Cell::Empty));
        self
    }
}
