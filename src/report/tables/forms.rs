//! The forms of tables: text, Markdown, LaTeX, CSV, HTML.

use std::borrow::Cow;
use std::fmt;

use super::Tables;
use crate::report::table::{Cell, Table, csv_line, escaped_latex, wrapped_in};
use crate::report::text::escaped;

impl fmt::Display for Tables {
    /// [`to_text`](Tables::to_text).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl Tables {
    /// As text, no line wider than [`width`](Self::width).
    ///
    /// # Examples
    /// See [`Tables`].
    pub fn to_text(&self) -> String {
        let wrapped = |text: &String| wrapped_in(&self.glyphs.text(text), self.width);
        let heading = [&self.title].into_iter().chain(&self.about).filter(|line| !line.is_empty());
        let mut blocks = vec![heading.flat_map(wrapped).collect::<Vec<_>>()];
        for table in &self.tables {
            let mut lines = if table.caption.is_empty() { Vec::new() } else { wrapped(&table.caption) };
            lines.extend(self.labelled(table).text_lines(&self.shown(), self.glyphs, self.width));
            blocks.push(lines);
        }
        blocks.push(self.notes.iter().flat_map(wrapped).collect());
        blocks.retain(|lines| !lines.is_empty());
        blocks.iter().map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n")
    }

    /// As Markdown, with GitHub's tables: the title in bold, then each caption above its table, then the notes as a list.
    ///
    /// What Markdown would read as its own is escaped by a backslash; a line break in a name becomes `<br>`.
    ///
    /// # Examples
    /// See [`Tables`].
    pub fn to_markdown(&self) -> String {
        let mut blocks = vec![format!("**{}**", escaped(&self.title))];
        blocks.extend(self.about.iter().map(|line| escaped(line)));
        for table in &self.tables {
            if !table.caption.is_empty() {
                blocks.push(escaped(&table.caption));
            }
            blocks.push(self.labelled(table).markdown_lines(&self.shown()).join("\n"));
        }
        if !self.notes.is_empty() {
            let notes: Vec<String> = self.notes.iter().map(|note| format!("- {}", escaped(note))).collect();
            blocks.push(notes.join("\n"));
        }
        blocks.join("\n\n") + "\n"
    }

    /// As LaTeX, with the rules of the booktabs package (`\usepackage{booktabs}`); a table of more than fifty rows is a
    /// `longtable` (`\usepackage{longtable}`). Texts are paragraphs around the tables.
    ///
    /// Characters with a meaning in LaTeX are escaped. Letters beyond Latin ones need a LaTeX that has them, as LuaLaTeX with a
    /// font.
    ///
    /// # Examples
    /// See [`Tables`].
    pub fn to_latex(&self) -> String {
        let mut blocks = vec![format!("\\noindent\\textbf{{{}}}", escaped_latex(&self.title))];
        blocks.extend(self.about.iter().map(|line| escaped_latex(line)));
        for table in &self.tables {
            if !table.caption.is_empty() {
                blocks.push(format!("\\noindent {}", escaped_latex(&table.caption)));
            }
            blocks.push(self.labelled(table).latex_lines(&self.shown()).join("\n"));
        }
        blocks.extend(self.notes.iter().map(|note| format!("\\noindent{{\\footnotesize {}}}", escaped_latex(note))));
        blocks.join("\n\n") + "\n"
    }

    /// As one CSV (RFC 4180), numbers in full, under the names of the answer whatever [`labels`](Self::labels) say. Of
    /// several tables every row says first in `table` which it is of, and then has the columns of all of them, empty where
    /// its own has none.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::Answer;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("a", ["x"]).component("b", ["z"]).fit(&panel)?;
    /// let commonality = fit.commonality()?.tables();
    /// assert!(commonality.to_csv().starts_with("table,name,share_of_total,share_of_explained,components\nshares,a,"));
    /// assert!(commonality.only(["subsets"])?.to_csv().starts_with("components,share_of_total\na,"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let [table] = self.tables.as_slice() else { return self.several_in_csv() };
        table.to_csv()
    }

    fn several_in_csv(&self) -> String {
        // A name that a table has twice, as one of its own and one of a reader's, are two columns.
        let numbered = |names: Vec<String>| -> Vec<(String, usize)> {
            let before = |at: usize| names[..at].iter().filter(|own| **own == names[at]).count();
            (0..names.len()).map(|at| (names[at].clone(), before(at))).collect()
        };
        let mut all: Vec<(String, usize)> = Vec::new();
        for name in self.tables.iter().flat_map(|table| numbered(table.names().collect())) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        let mut csv = csv_line(["table".to_string()].into_iter().chain(all.iter().map(|(name, _)| name.clone())));
        for table in &self.tables {
            let own = numbered(table.names().collect());
            for row in &table.rows {
                let fields = table.fields(row);
                let field = |name| own.iter().position(|own| own == name).and_then(|at| fields.get(at)).cloned();
                let fields = all.iter().map(|name| field(name).unwrap_or_default());
                csv += &csv_line([table.name.clone()].into_iter().chain(fields));
            }
        }
        csv
    }

    /// As HTML: a `section` with a heading, tables with captions and headers for screen readers, and the notes as a list.
    /// Everything is escaped.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::Answer;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let html = Model::new("y").component("<b>", ["x"]).fit(&panel)?.shapley()?.tables().to_html();
    /// assert!(html.contains("<th scope=\"row\">&lt;b&gt;</th><td class=\"number\" data-value=\"0.71"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    #[cfg(feature = "html")]
    pub fn to_html(&self) -> String {
        use maud::html;

        let markup = html! {
            section {
                h2 { (self.title) }
                @for line in &self.about { p { (line) } }
                @for table in &self.tables { (self.labelled(table).markup(&self.shown(), false)) }
                @if !self.notes.is_empty() {
                    ul { @for note in &self.notes { li { (note) } } }
                }
            }
        };
        markup.into_string()
    }

    /// A table with a reader's names in it.
    pub(in crate::report) fn labelled<'a>(&self, table: &'a Table) -> Cow<'a, Table> {
        if self.labels.is_empty() {
            return Cow::Borrowed(table);
        }
        let label = |text: &mut String| {
            if let Some((_, label)) = self.labels.iter().find(|(name, _)| name == text) {
                *text = label.clone();
            }
        };
        let mut table = table.clone();
        for column in &mut table.columns {
            let name = column.names.first().filter(|_| !column.is_range());
            match self.labels.iter().find(|(own, _)| Some(own) == name) {
                Some((_, label)) => column.heading = label.clone(),
                None => label(&mut column.heading),
            }
        }
        for cell in table.rows.iter_mut().flatten() {
            if let Cell::Text(text) = cell {
                label(text);
            }
        }
        Cow::Owned(table)
    }
}
