//! A table as CSV: a header of the names that programs use, numbers in full.

use super::{Cell, Column, Table};
use crate::report::text::quoted;

impl Table {
    /// As CSV (RFC 4180): the columns' own names, of a range two columns; numbers in full, with a point; what does not apply
    /// is empty.
    ///
    /// # Examples
    /// See [`Table`].
    pub fn to_csv(&self) -> String {
        let mut lines = vec![line(self.names())];
        lines.extend(self.rows.iter().map(|row| line(self.fields(row))));
        lines.concat()
    }

    /// The names of the fields of a row.
    pub(in crate::report) fn names(&self) -> impl Iterator<Item = String> {
        self.columns.iter().flat_map(|column| column.names.iter().cloned())
    }

    /// The fields of a row, numbers in full.
    pub(in crate::report) fn fields(&self, row: &[Cell]) -> Vec<String> {
        let fields = self.columns.iter().zip(row).flat_map(|(column, cell)| fields(column, cell));
        fields.collect()
    }
}

fn fields(column: &Column, cell: &Cell) -> Vec<String> {
    let mut texts: Vec<String> = match cell {
        Cell::Empty => Vec::new(),
        Cell::Text(text) => vec![text.clone()],
        Cell::Number(number) => vec![full(*number)],
        Cell::Range(ends) => ends.map(full).to_vec(),
    };
    texts.resize(column.names.len(), String::new());
    texts
}

/// The shortest text that is read as the same number.
fn full(number: f64) -> String {
    // Adding zero takes the sign off a zero.
    format!("{}", number + 0.0)
}

/// A line of fields, in quotes where they need them.
pub(in crate::report) fn line(fields: impl IntoIterator<Item = String>) -> String {
    fields.into_iter().map(|field| quoted(&field)).collect::<Vec<_>>().join(",") + "\n"
}
