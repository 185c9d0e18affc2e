//! The page as markup. Everything that is no literal here is escaped by maud, but for charts, which escape themselves.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::section::Section;
use super::{HtmlPage, file_of};
use crate::report::table::Table;
use crate::report::tables::Tables;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Nothing is fetched from anywhere, whatever stands in the data.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// Rows from which on a table can be sorted and filtered.
const SORTABLE: usize = 20;

impl HtmlPage {
    /// The page; files beside it begin with the stem of its own name.
    pub(super) fn markup(&self, stem: &str) -> Markup {
        let sections = self.sections();
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="generator" content={ "apportion " (env!("CARGO_PKG_VERSION")) };
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a class="skip" href="#main" { "To the findings" }
                    header {
                        h1 { (self.title) }
                        @for paragraph in &self.lead { p class="lead" { (paragraph) } }
                    }
                    nav aria-label="Contents" {
                        ol {
                            @for (id, section) in &sections { li { a href={ "#" (id) } { (section.heading) } } }
                            @if !self.warnings.is_empty() { li { a href="#warnings" { "Warnings" } } }
                        }
                    }
                    main id="main" {
                        @for (id, section) in &sections { (section.markup(id, stem)) }
                        @if !self.warnings.is_empty() {
                            section aria-labelledby="warnings" {
                                h2 id="warnings" { "Warnings" }
                                ul class="warnings" { @for warning in &self.warnings { li { (warning) } } }
                            }
                        }
                    }
                    footer { p { "A share is what goes with a component, not what it causes." } }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }
}

impl Section {
    fn markup(&self, id: &str, stem: &str) -> Markup {
        html! {
            section aria-labelledby=(id) {
                h2 id=(id) { (self.heading) }
                @for paragraph in &self.said { p { (paragraph) } }
                (self.figures(id))
                @if let Some(tables) = &self.tables { (self.tables_markup(id, stem, tables)) }
                @if !self.terms.is_empty() {
                    dl { @for (term, meaning) in &self.terms { dt { (term) } dd { (meaning) } } }
                }
                @if let Some(code) = &self.code { pre tabindex="0" { code { (code) } } }
            }
        }
    }

    #[cfg(feature = "charts")]
    fn figures(&self, id: &str) -> Markup {
        html! {
            @for (at, (caption, chart)) in self.charts.iter().enumerate() {
                figure {
                    (PreEscaped(chart.clone().with_ids(format!("{id}--chart-{}", at + 1)).to_svg()))
                    figcaption { (caption) }
                }
            }
        }
    }

    #[cfg(not(feature = "charts"))]
    fn figures(&self, _: &str) -> Markup {
        html! {}
    }

    fn tables_markup(&self, id: &str, stem: &str, tables: &Tables) -> Markup {
        html! {
            @for line in &tables.about { p class="quiet" { (line) } }
            @for (at, table) in tables.tables.iter().enumerate() {
                // No heading gives an id with two dashes.
                @let label = format!("{id}--table-{}", at + 1);
                @if table.rows.len() > super::MOST_ROWS {
                    p {
                        (table.caption) ": " (table.rows.len()) " rows, in "
                        a href=(file_of(stem, id, table)) { (file_of(stem, id, table)) }
                    }
                } @else if at == 0 || self.is_open {
                    (self.table(&label, tables, table))
                } @else {
                    details {
                        summary { @if table.caption.is_empty() { (table.name) } @else { (table.caption) } }
                        (self.table(&label, tables, table))
                    }
                }
            }
            @if !tables.notes.is_empty() {
                details {
                    summary { "Notes" }
                    ul { @for note in &tables.notes { li { (note) } } }
                }
            }
        }
    }

    /// A table that scrolls by itself where it is wider than the page, by keyboard too.
    fn table(&self, label: &str, tables: &Tables, table: &Table) -> Markup {
        let name = if table.caption.is_empty() { &self.heading } else { &table.caption };
        html! {
            div class="scroll" role="region" tabindex="0" id=(label) aria-label=(name) {
                (tables.labelled(table).markup(&tables.shown(), table.rows.len() > SORTABLE))
            }
        }
    }
}
