//! A table of sums as a database wrote it: is it of this question, and what stands in its cells?

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::grouped_sums::MOST_ROWS;
use super::question::SumsQuestion;
use crate::error::{DataError, Error, Result, SumsProblem};
use crate::panel::{Missing, trimmed};

/// A table of numbers as it was written.
pub(super) struct ReadTable {
    path: String,
    columns: HashMap<String, Header>,
    rows: Vec<Vec<String>>,
}

/// Where a column of a name stands.
struct Header {
    at: usize,
    /// Where another of the name does, so that nobody can say which is meant.
    again: Option<usize>,
}

impl ReadTable {
    /// # Errors
    /// [`DataError::Read`] for a file that cannot be read; [`DataError::Sums`] for a table of another question.
    pub(super) fn from_csv(path: &Path, question: &SumsQuestion) -> Result<Self> {
        let path = path.display().to_string();
        let fail = |source| DataError::Read { path: path.clone(), source };
        let bytes = fs::read(&path).map_err(fail)?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&bytes[..]);
        let headers = reader.headers().map_err(|error| fail(std::io::Error::other(error)))?.clone();
        let texts = |record: csv::StringRecord| record.iter().map(str::to_string).collect();
        let rows = reader.records().map(|record| record.map(texts)).collect::<Result<_, csv::Error>>();
        let rows = rows.map_err(|error| fail(std::io::Error::other(error)))?;
        Self::new(path, headers.iter().enumerate(), rows, question)
    }

    /// The table of rows whose cells stand below headers at these places.
    ///
    /// # Errors
    /// [`DataError::Sums`] for a table of another question, or of more rows than are counted.
    pub(super) fn new<'a>(
        path: String,
        headers: impl Iterator<Item = (usize, &'a str)>,
        rows: Vec<Vec<String>>,
        question: &SumsQuestion,
    ) -> Result<Self> {
        // Snowflake writes names in capitals.
        let mut columns: HashMap<String, Header> = HashMap::new();
        for (at, name) in headers {
            let known = columns.entry(name.to_ascii_lowercase());
            known.and_modify(|header| header.again = Some(at)).or_insert(Header { at, again: None });
        }
        let table = ReadTable { path, columns, rows };
        let expected = question.fingerprint();
        for row in 0..table.len() {
            let found = table.text(row, "question")?;
            if found != expected {
                return Err(table.wrong(SumsProblem::OtherQuestion { expected, found: found.to_string() }));
            }
        }
        table.check_counts()?;
        Ok(table)
    }

    /// Whether all that the table counts together are no more rows than sums may be of, so that whatever is added up of it
    /// stays a number.
    fn check_counts(&self) -> Result<()> {
        let is_count = |name: &str| matches!(name, "n" | "negative_weights") || name.starts_with("left_out_");
        let counts = self.columns.iter().filter(|(name, _)| is_count(name)).flat_map(|(_, header)| {
            self.rows
                .iter()
                .filter_map(|row| row.get(header.at)?.parse().ok())
                .filter(|n: &f64| n.is_finite() && *n > 0.0)
        });
        // What is no count is said where it is read, and a sum of doubles that is too large is not rounded to less.
        let rows = counts.sum::<f64>();
        if rows > MOST_ROWS as f64 {
            return Err(self.wrong(SumsProblem::TooManyRows { rows: rows as u64, most: MOST_ROWS }));
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// What it is called beside the others.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit(['/', '\\']).next().unwrap_or_default()
    }

    pub(super) fn wrong(&self, why: SumsProblem) -> Error {
        DataError::Sums { table: self.path.clone(), why }.into()
    }

    fn text(&self, row: usize, column: &str) -> Result<&str> {
        let Header { at, again } =
            self.columns.get(column).ok_or_else(|| self.wrong(SumsProblem::NoColumn { column: column.to_string() }))?;
        if let Some(again) = again {
            let (column, first, second) = (column.to_string(), at + 1, again + 1);
            let why = Box::new(DataError::DuplicateColumn { column, first, second });
            return Err(DataError::InFile { path: self.path.clone(), why }.into());
        }
        Ok(self.rows[row].get(*at).map(String::as_str).unwrap_or_default())
    }

    pub(super) fn key(&self, row: usize, key: &'static str) -> Result<&str> {
        match trimmed(self.text(row, key)?) {
            text if Missing::in_text(text.as_bytes()).is_some() => {
                Err(self.wrong(SumsProblem::NoKey { row: row + 1, key }))
            }
            text => Ok(text),
        }
    }

    pub(super) fn number(&self, row: usize, column: &str) -> Result<f64> {
        let text = self.text(row, column)?;
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.not_a_number(row, column, text))
    }

    /// A count, which some databases write with a decimal point; it is no larger than can be.
    pub(super) fn whole(&self, row: usize, column: &str) -> Result<u64> {
        let number = self.number(row, column)?;
        let is_whole = number >= 0.0 && number.fract() == 0.0;
        if is_whole { Ok(number as u64) } else { Err(self.not_a_number(row, column, self.text(row, column)?)) }
    }

    pub(super) fn not_a_number(&self, row: usize, column: &str, text: &str) -> Error {
        self.wrong(SumsProblem::NotANumber { row: row + 1, column: column.to_string(), text: text.to_string() })
    }
}
