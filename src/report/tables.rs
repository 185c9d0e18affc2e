//! An answer as tables: what a report prints of it, in whatever form, with the choices of a reader.

mod choose;
mod forms;

use serde::{Deserialize, Serialize};

use super::table::{Glyphs, Shown, Table};

/// The columns of a terminal.
const WIDTH: usize = 80;
/// Below this a column of names and one of numbers do not stand beside each other.
const LEAST_WIDTH: usize = 40;

/// The tables of an answer under a heading, with what is said below them; numbers in full until a form is made.
///
/// | form | by |
/// |---|---|
/// | text of a stated width, in Unicode or ASCII | [`to_text`](Self::to_text), [`width`](Self::width), [`glyphs`](Self::glyphs) |
/// | Markdown (GitHub's tables) | [`to_markdown`](Self::to_markdown) |
/// | LaTeX (booktabs) | [`to_latex`](Self::to_latex) |
/// | CSV, numbers in full | [`to_csv`](Self::to_csv) |
/// | HTML | `to_html`, with the feature `html` |
///
/// | a reader's choice | by | default |
/// |---|---|---|
/// | which tables | [`only`](Self::only) | all |
/// | which columns, in which order | [`columns`](Self::columns) | all |
/// | the order of rows | [`order`](Self::order), [`sorted_by`](Self::sorted_by), [`sorted_by_descending`](Self::sorted_by_descending) | that of the answer |
/// | which names | [`labels`](Self::labels) | those of the model |
/// | decimals | [`decimals`](Self::decimals) | by the kind of number, see [`Format`](super::Format) |
///
/// # Examples
/// ```
/// use apportion::report::Answer;
/// use apportion::{Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 3.0, 5.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0])
///     .column("z", [0.0, 1.0, 0.0, 1.0])
///     .build()?;
/// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
/// let tables = fit.sequential()?.tables();
/// assert!(tables.to_csv().starts_with("name,share_of_total,share_of_explained\nfirst,0.714285714285714"));
///
/// let chosen = tables.columns(["name", "share_of_total"])?.labels([("first", "First & foremost")]).decimals(0);
/// assert!(chosen.to_markdown().contains("| component | share of total, % |\n|:--|--:|\n| First \\& foremost | 71 |\n"));
/// assert!(chosen.to_latex().contains("First \\& foremost & $71$ \\\\"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tables {
    /// What it is of, in a line.
    pub title: String,
    /// What else stands above the tables: rows, units, periods, what the panel says of itself.
    pub about: Vec<String>,
    /// The tables; those without rows are left out.
    pub tables: Vec<Table>,
    /// What stands below: how intervals were made, what was left out, warnings.
    pub notes: Vec<String>,
    labels: Vec<(String, String)>,
    decimals: Option<usize>,
    width: usize,
    glyphs: Glyphs,
}

impl Tables {
    /// Tables under a heading, with what is said below them. Rows become as long as there are columns.
    ///
    /// # Examples
    /// ```
    /// use apportion::report::{Cell, Column, Format, Table, Tables};
    ///
    /// let mut table = Table::new("counts", "");
    /// table.columns = vec![Column::new("what", "what", Format::Text), Column::new("n", "rows", Format::Whole)];
    /// table.rows = vec![vec![Cell::from("used"), Cell::from(1_200_usize)]];
    /// let tables = Tables::new("my rows", [table]);
    /// assert_eq!(tables.to_text(), "my rows\n\nwhat  rows\n──────────\nused  1200");
    /// ```
    pub fn new(title: impl Into<String>, tables: impl IntoIterator<Item = Table>) -> Self {
        let tables = tables.into_iter().filter(|table| !table.rows.is_empty()).map(Table::squared).collect();
        Tables {
            title: title.into(),
            about: Vec::new(),
            tables,
            notes: Vec::new(),
            labels: Vec::new(),
            decimals: None,
            width: WIDTH,
            glyphs: Glyphs::default(),
        }
    }

    /// With what stands above the tables.
    pub(super) fn about(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.about.extend(lines);
        self
    }

    /// With what stands below.
    pub(super) fn notes(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(lines);
        self
    }

    /// Prints per cents, points and other numbers with so many decimals, at most 17; counts, years and p-values as before.
    ///
    /// Default: by the kind of number, see [`Format`](super::Format).
    ///
    /// # Examples
    /// See [`Tables`].
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.decimals = Some(decimals);
        self
    }

    /// Prints text in lines of so many columns, at least 40. Default: 80.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::Answer;
    /// # use apportion::{Model, Panel};
    /// # let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let tables = fit.shapley()?.tables();
    /// assert!(tables.clone().width(40).to_text().lines().all(|line| line.chars().count() <= 40));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn width(mut self, width: usize) -> Self {
        self.width = width.max(LEAST_WIDTH);
        self
    }

    /// The characters of text. Default: [`Glyphs::Unicode`].
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::{Answer, Glyphs};
    /// # use apportion::{Model, Panel};
    /// # let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("Ynys Môn", ["x"]).fit(&panel)?;
    /// let text = fit.shapley()?.tables().glyphs(Glyphs::Ascii).to_text();
    /// assert!(text.is_ascii() && text.contains("Ynys Mon"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn glyphs(mut self, glyphs: Glyphs) -> Self {
        self.glyphs = glyphs;
        self
    }

    /// The table of this name.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::Answer;
    /// # use apportion::{Model, Panel};
    /// # let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// assert_eq!(fit.shapley()?.tables().table("shares").map(|table| table.rows.len()), Some(2));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    pub(super) fn shown(&self) -> Shown {
        Shown { decimals: self.decimals }
    }
}
