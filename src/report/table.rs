//! A table that knows what its numbers are: rows under columns, of which text, Markdown, LaTeX, CSV and HTML are made.

#[cfg(feature = "arrow")]
mod arrow;
mod column;
mod csv;
mod glyphs;
#[cfg(feature = "html")]
mod html;
mod latex;
mod markdown;
mod number;
mod text;

pub use self::column::{Cell, Column, Format};
pub(super) use self::csv::line as csv_line;
pub use self::glyphs::Glyphs;
pub(super) use self::latex::escaped as escaped_latex;
pub(super) use self::number::Shown;
pub(super) use self::text::wrapped_in;

use serde::{Deserialize, Serialize};

/// Rows under columns, numbers in full.
///
/// Its columns say how their numbers are read ([`Format`]); nothing is rounded before a form for readers is made.
/// [`Tables`](super::Tables) makes them all, and has what a reader may choose.
///
/// # Examples
/// ```
/// use apportion::report::{Cell, Column, Format, Table};
///
/// let mut table = Table::new("shares", "who explains how much");
/// table.columns = vec![Column::new("name", "cause", Format::Text), Column::new("share", "share, %", Format::Percent)];
/// table.rows.push(vec![Cell::from("poverty"), Cell::from(0.25)]);
/// assert_eq!(table.to_csv(), "name,share\npoverty,0.25\n");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Table {
    /// What a program calls it: `shares`, `pairs`. The tables of one answer have different names.
    pub name: String,
    /// What it shows, in words.
    pub caption: String,
    /// What stands in each place of a row.
    pub columns: Vec<Column>,
    /// The cells of each row, one for each column.
    pub rows: Vec<Vec<Cell>>,
    /// How many of the last rows are sums or rests of the others; they stand below a rule and stay last.
    pub closing: usize,
}

impl Table {
    /// A table without columns and rows.
    ///
    /// # Examples
    /// See [`Table`].
    pub fn new(name: impl Into<String>, caption: impl Into<String>) -> Self {
        Table { name: name.into(), caption: caption.into(), columns: Vec::new(), rows: Vec::new(), closing: 0 }
    }

    /// With one more column.
    pub(super) fn column(mut self, name: &str, heading: impl Into<String>, format: Format) -> Self {
        self.columns.push(Column::new(name, heading, format));
        self
    }

    /// With one more column of ranges, whose ends have these names.
    pub(super) fn range(mut self, ends: [&str; 2], heading: impl Into<String>, format: Format) -> Self {
        self.columns.push(Column::range(ends, heading, format));
        self
    }

    /// With these rows.
    pub(super) fn rows(mut self, rows: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// With the last rows as sums or rests of the others.
    pub(super) fn closing(mut self, rows: usize) -> Self {
        self.closing = rows;
        self
    }

    /// Without the columns that say nothing in any row, but for the first.
    pub(super) fn without_empty_columns(mut self) -> Self {
        let says = |at: usize| at == 0 || self.rows.iter().any(|row| !matches!(row.get(at), None | Some(Cell::Empty)));
        let keep: Vec<usize> = (0..self.columns.len()).filter(|at| says(*at)).collect();
        self.keep(&keep);
        self
    }

    /// Keeps the columns at these places, in this order.
    pub(super) fn keep(&mut self, places: &[usize]) {
        self.columns = places.iter().map(|at| self.columns[*at].clone()).collect();
        for row in &mut self.rows {
            *row = places.iter().map(|at| row.get(*at).cloned().unwrap_or(Cell::Empty)).collect();
        }
    }

    /// What a reader sees of every cell, row by row.
    fn cells(&self, shown: &Shown) -> Vec<Vec<String>> {
        let formats = number::formats(self, shown);
        let cell = |(cell, format): (&Cell, &number::Digits)| format.cell(cell);
        self.rows.iter().map(|row| row.iter().zip(&formats).map(cell).collect()).collect()
    }

    /// The place of the first of the closing rows.
    fn first_closing(&self) -> usize {
        self.rows.len().saturating_sub(self.closing)
    }
}
