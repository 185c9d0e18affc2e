//! A table as HTML.

use maud::{Markup, html};

use super::{Cell, Shown, Table};

impl Table {
    /// A `table` with its caption; numbers in full stand beside the rounded ones, so that rows are sorted by them. Whether
    /// they can be is for the page to say.
    pub(in crate::report) fn markup(&self, shown: &Shown, is_sortable: bool) -> Markup {
        let first_closing = self.first_closing();
        let rows: Vec<(Vec<String>, &Vec<Cell>)> = self.cells(shown).into_iter().zip(&self.rows).collect();
        let (body, closing) = rows.split_at(first_closing.min(rows.len()));
        html! {
            table data-sortable[is_sortable] {
                @if !self.caption.is_empty() { caption { (self.caption) } }
                thead { tr {
                    @for column in &self.columns {
                        th scope="col" class=[(!column.is_text()).then_some("number")] { (column.heading) }
                    }
                } }
                tbody { @for (cells, own) in body { (self.row(cells, own)) } }
                @if !closing.is_empty() {
                    tfoot { @for (cells, own) in closing { (self.row(cells, own)) } }
                }
            }
        }
    }

    fn row(&self, cells: &[String], own: &[Cell]) -> Markup {
        html! {
            tr {
                @for (at, (text, cell)) in cells.iter().zip(own).enumerate() {
                    @if at == 0 { th scope="row" { (text) } }
                    @else if self.columns[at].is_text() { td { (text) } }
                    @else { td class="number" data-value=[cell.number()] { (text) } }
                }
            }
        }
    }
}
