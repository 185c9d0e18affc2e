//! What a reader chooses of tables: which, which columns, in which order, under which names.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::Tables;
use crate::error::{QuestionError, Result};
use crate::report::table::{Cell, Table};

impl Tables {
    /// Only the tables of these names, in this order.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a name that no table has.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::Answer;
    /// # use apportion::{Model, Panel};
    /// # let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let tables = fit.shapley()?.tables();
    /// assert_eq!(tables.clone().only(["shares"])?.tables.len(), 1);
    /// let error = tables.only(["share"]).map_err(|error| error.to_string());
    /// assert!(error.is_err_and(|error| error.contains("table is share: there are shares")));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn only(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        let mut chosen = Vec::new();
        for name in names {
            let found = self.tables.iter().find(|table| table.name == name.as_ref());
            let known = || self.tables.iter().map(|table| table.name.clone()).collect();
            chosen.push(found.cloned().ok_or_else(|| unknown("table", known(), name.as_ref()))?);
        }
        self.tables = chosen;
        Ok(self)
    }

    /// Only these columns, in this order, each called by its name in CSV or by its heading; a table without any of them is
    /// left out.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a name that no column of any table has.
    ///
    /// # Examples
    /// See [`Tables`].
    pub fn columns(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        let names: Vec<String> = names.into_iter().map(|name| name.as_ref().to_string()).collect();
        for name in &names {
            self.known_column(name)?;
        }
        for table in &mut self.tables {
            let place = |name: &String| table.columns.iter().position(|column| column.is_called(name));
            let mut places = Vec::new();
            for at in names.iter().filter_map(place) {
                // Both ends of a range are one column.
                if !places.contains(&at) {
                    places.push(at);
                }
            }
            table.keep(&places);
        }
        self.tables.retain(|table| !table.columns.is_empty());
        Ok(self)
    }

    /// Rows that begin with these names first, in this order; the others after them as they were, and sums and rests last.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a name that no row begins with.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::Answer;
    /// # use apportion::{Model, Panel};
    /// # let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0])
    /// #     .column("z", [0.0, 1.0, 0.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("a", ["x"]).component("b", ["z"]).fit(&panel)?;
    /// let csv = fit.shapley()?.tables().order(["b"])?.to_csv();
    /// let firsts: Vec<&str> = csv.lines().filter_map(|line| line.split(',').next()).collect();
    /// assert_eq!(firsts, ["name", "b", "a", "unexplained"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn order(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        let names: Vec<String> = names.into_iter().map(|name| name.as_ref().to_string()).collect();
        let known: BTreeSet<&str> =
            self.tables.iter().flat_map(|table| &table.rows).filter_map(|row| first(row)).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(name.as_str())) {
            return Err(unknown("row", known.into_iter().map(str::to_string).collect(), name));
        }
        let place = |row: &[Cell]| names.iter().position(|name| first(row) == Some(name)).unwrap_or(names.len());
        for table in &mut self.tables {
            sort(table, |a, b| place(a).cmp(&place(b)));
        }
        Ok(self)
    }

    /// Rows by this column, the least first; texts by the alphabet, and what has no value last.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a name that no column of any table has.
    ///
    /// # Examples
    /// See [`sorted_by_descending`](Self::sorted_by_descending).
    pub fn sorted_by(self, column: &str) -> Result<Self> {
        self.sorted(column, false)
    }

    /// Rows by this column, the greatest first; what has no value last.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a name that no column of any table has.
    ///
    /// # Examples
    /// ```
    /// # use apportion::report::Answer;
    /// # use apportion::{Model, Panel};
    /// # let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0])
    /// #     .column("z", [0.0, 1.0, 0.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("a", ["z"]).component("b", ["x"]).fit(&panel)?;
    /// let tables = fit.shapley()?.tables();
    /// let first = |csv: String| csv.lines().nth(1).map(|line| line[..1].to_string());
    /// assert_eq!(first(tables.clone().sorted_by_descending("share_of_total")?.to_csv()).as_deref(), Some("b"));
    /// assert_eq!(first(tables.sorted_by("share of total, %")?.to_csv()).as_deref(), Some("a"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn sorted_by_descending(self, column: &str) -> Result<Self> {
        self.sorted(column, true)
    }

    fn sorted(mut self, column: &str, is_descending: bool) -> Result<Self> {
        self.known_column(column)?;
        for table in &mut self.tables {
            let Some(at) = table.columns.iter().position(|own| own.is_called(column)) else { continue };
            sort(table, |a, b| by_cell(a.get(at), b.get(at), is_descending));
        }
        Ok(self)
    }

    /// Other names for readers: of components, units and whatever else stands in a cell as a whole, and of headings. CSV
    /// has the names of the model still.
    ///
    /// # Examples
    /// See [`Tables`].
    pub fn labels(mut self, labels: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        self.labels.extend(labels.into_iter().map(|(name, label)| (name.into(), label.into())));
        self
    }

    fn known_column(&self, name: &str) -> Result<()> {
        let columns = || self.tables.iter().flat_map(|table| &table.columns);
        if columns().any(|column| column.is_called(name)) {
            return Ok(());
        }
        let mut known: Vec<String> = Vec::new();
        for own in columns().flat_map(|column| column.names.clone()) {
            if !known.contains(&own) {
                known.push(own);
            }
        }
        Err(unknown("column", known, name))
    }
}

fn first(row: &[Cell]) -> Option<&str> {
    match row.first() {
        Some(Cell::Text(text)) => Some(text),
        _ => None,
    }
}

/// Sorts the rows that are not sums or rests; equal ones stay as they were.
fn sort(table: &mut Table, by: impl Fn(&[Cell], &[Cell]) -> Ordering) {
    let end = table.rows.len().saturating_sub(table.closing);
    if let Some(rows) = table.rows.get_mut(..end) {
        rows.sort_by(|a, b| by(a, b));
    }
}

fn by_cell(a: Option<&Cell>, b: Option<&Cell>, is_descending: bool) -> Ordering {
    let turned = |order: Ordering| if is_descending { order.reverse() } else { order };
    match (a.unwrap_or(&Cell::Empty), b.unwrap_or(&Cell::Empty)) {
        (Cell::Empty, Cell::Empty) => Ordering::Equal,
        (Cell::Empty, _) => Ordering::Greater,
        (_, Cell::Empty) => Ordering::Less,
        (Cell::Text(a), Cell::Text(b)) => turned(a.cmp(b)),
        (a, b) => turned(a.number().unwrap_or(f64::MAX).total_cmp(&b.number().unwrap_or(f64::MAX))),
    }
}

fn unknown(option: &'static str, known: Vec<String>, found: &str) -> crate::error::Error {
    let expected = format!("there are {}", known.join(", "));
    QuestionError::Option { option, expected, found: found.to_string() }.into()
}
