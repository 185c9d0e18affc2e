//! How is a panel kept in a file, so that nothing of it is lost?
//!
//! A CSV file for every program, and beside it a JSON document with what CSV cannot say. Both are read back to an equal
//! panel.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cells::{Cells, decode};
use super::column::{Column, ColumnKind, Values};
use super::history::Reading;
use super::keys::{known_units, periods_in_memory};
use super::records::Records;
use super::rows::Rows;
use super::sidecar::{Sidecar, VERSION};
use super::value::read_value;
use super::{Panel, period};
use crate::error::{DataError, Error, Place, Result, SidecarProblem};

/// The extension of the document beside a CSV file, in place of its own.
const EXTENSION: &str = "provenance.json";

impl Panel {
    /// Writes the panel to a CSV file, and where its values come from to a JSON document beside it: for `panel.csv`
    /// that is `panel.provenance.json`. [`Panel::read_written`] reads both back to an equal panel.
    ///
    /// Numbers are written in the shortest form that reads back to the same bits, missing values by their marks, in
    /// columns of text in the bracketed form. Each file is written whole or not at all.
    ///
    /// # Errors
    ///
    /// [`DataError::Write`] where a file cannot be written; [`DataError::Unwritable`] for a name or text that would not
    /// read back as it is: with a carriage return or a zero byte, or with spaces around it.
    ///
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::Panel;
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// # let folder = std::env::temp_dir().join(format!("apportion-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// let path = folder.join("panel.csv");
    /// panel.write_csv(&path)?;
    /// assert_eq!(Panel::read_written(&path)?, panel);
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let csv = self.to_csv()?;
        let document = serde_json::to_string_pretty(&Sidecar::of(self)).map_err(|error| {
            Error::from(DataError::Write { path: beside(path).display().to_string(), source: error.into() })
        })?;
        write_whole(&beside(path), document + "\n")?;
        write_whole(path, csv)
    }

    /// The CSV document that [`Panel::write_csv`] writes.
    ///
    /// # Errors
    ///
    /// [`DataError::Unwritable`].
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([202]).periods([2018]).column("rate", [48.5]).build()?;
    /// assert_eq!(panel.to_csv()?, "unit,period,rate\n202,2018,48.5\n");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn to_csv(&self) -> Result<String> {
        let names: Vec<&str> = (self.unit_column().into_iter().chain(self.period_column()))
            .chain(self.columns().iter().map(Column::name))
            .collect();
        for (position, name) in (1..).zip(&names) {
            if name.is_empty() || !reads_back(name) {
                return Err(DataError::Unwritable {
                    column: (*name).to_owned(),
                    row: format!("its name, column {position}"),
                }
                .into());
            }
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        let failed = |error: csv::Error| {
            Error::from(DataError::Write { path: "the panel".to_owned(), source: std::io::Error::other(error) })
        };
        writer.write_record(&names).map_err(failed)?;
        for row in 0..self.n_observations() {
            let keys =
                self.unit_of(row).map(str::to_owned).into_iter().chain(self.period_of(row).map(|p| p.to_string()));
            let cells = self.columns().iter().map(|column| cell(column, row));
            let record: Vec<String> = keys.chain(cells).collect();
            for (name, text) in names.iter().zip(&record) {
                if !reads_back(text) {
                    return Err(DataError::Unwritable { column: (*name).to_owned(), row: self.row_label(row) }.into());
                }
            }
            writer.write_record(&record).map_err(failed)?;
        }
        let bytes = writer.into_inner().map_err(|error| failed(error.into_error().into()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads a panel that [`Panel::write_csv`] wrote, with where its values come from.
    ///
    /// # Errors
    ///
    /// [`DataError::Read`] where a file is not there; [`DataError::Sidecar`] where the document is of another version,
    /// is none, or does not fit the file, which was then changed since; and those of [`Panel::read_csv`].
    ///
    /// ```
    /// use apportion::panel::Derivation;
    /// use apportion::Panel;
    /// # let folder = std::env::temp_dir().join(format!("apportion-read-written-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// let path = folder.join("panel.csv");
    /// let panel = Panel::builder().column("x", [1.0, 2.0]).build()?.derive("log_x", &Derivation::log("x"))?;
    /// panel.write_csv(&path)?;
    /// // The document beside the file knows what the column is made of.
    /// assert_eq!(Panel::read_written(&path)?.provenance("log_x")?, panel.provenance("log_x")?);
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn read_written(path: impl AsRef<Path>) -> Result<Panel> {
        let path = path.as_ref();
        let document = beside(path);
        let name = document.display().to_string();
        let text = fs::read_to_string(&document)
            .map_err(|source| Error::from(DataError::Read { path: name.clone(), source }))?;
        let csv = path.display().to_string();
        let open = || File::open(path).map_err(|source| Error::from(DataError::Read { path: csv.clone(), source }));
        let document = Document { name: &name, text: &text };
        read(open, &csv, document)
    }

    /// Reads a written panel that is part of the crate: its file and the document beside it, by the file's name.
    pub(super) fn read_embedded(csv: &str, text: &str, document: &str) -> Result<Panel> {
        let name = beside(Path::new(csv)).display().to_string();
        read(|| Ok(text.as_bytes()), csv, Document { name: &name, text: document })
    }
}

#[derive(serde::Deserialize)]
struct Version {
    version: u32,
}

/// The text of the document beside a CSV file, and what errors call it.
struct Document<'a> {
    name: &'a str,
    text: &'a str,
}

impl Document<'_> {
    fn refuse(&self, why: SidecarProblem) -> Error {
        DataError::Sidecar { path: self.name.to_owned(), why }.into()
    }

    fn read(&self) -> Result<Sidecar> {
        let version: Version = serde_json::from_str(self.text)
            .map_err(|error| self.refuse(SidecarProblem::OtherDocument { said: error.to_string() }))?;
        if version.version != VERSION {
            return Err(self.refuse(SidecarProblem::Version { found: version.version, expected: VERSION }));
        }
        serde_json::from_str(self.text)
            .map_err(|error| self.refuse(SidecarProblem::NotWhole { said: error.to_string() }))
    }
}

/// The document beside a CSV file.
fn beside(path: &Path) -> PathBuf {
    path.with_extension(EXTENSION)
}

/// Writes beside the file and puts it in its place, so that a file is never half written.
pub(crate) fn write_whole(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    let failed = |source| Error::from(DataError::Write { path: path.display().to_string(), source });
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    fs::write(&unfinished, content).map_err(failed)?;
    fs::rename(&unfinished, path).map_err(failed)
}

/// Whether a reader gives a text back as it is.
fn reads_back(text: &str) -> bool {
    !text.contains(['\r', '\0'])
        && decode(text.as_bytes()) == text
        && text.trim_ascii() == text
        && !text.starts_with('\u{feff}')
}

/// A cell as it is written.
fn cell(column: &Column, row: usize) -> String {
    match (column.missing(row), column.values()) {
        (Some(mark), Values::Number(_)) => mark.mark().to_owned(),
        (Some(mark), Values::Text { .. }) => mark.mark_in_any_column().into_owned(),
        (None, Values::Number(numbers)) => numbers.get(row).map(f64::to_string).unwrap_or_default(),
        (None, Values::Text { .. }) => column.text(row).unwrap_or_default().to_owned(),
    }
}

/// Reads the document first, so that what is wrong there is said before the file is opened.
fn read<R: Read>(open: impl FnOnce() -> Result<R>, csv: &str, document: Document<'_>) -> Result<Panel> {
    let sidecar = document.read()?;
    let mut file = open()?;
    let mut records = Records::new(&mut file, csv)?;
    let header = records.header(&[])?.names;
    let expected: Vec<&String> =
        (sidecar.unit.iter().chain(&sidecar.period)).chain(sidecar.columns.iter().map(|column| &column.name)).collect();
    if !header.iter().eq(expected.iter().copied()) {
        let columns = expected.into_iter().cloned().collect();
        return Err(document.refuse(SidecarProblem::Columns { columns, csv: csv.to_owned() }));
    }
    let mut cells = vec![Cells::default(); header.len()];
    let mut places = Vec::new();
    while records.advance()? {
        records.check_width(header.len())?;
        for (cell, cells) in records.record.iter().zip(&mut cells) {
            cells.push(cell);
        }
        places.push(Place::Line(records.line));
    }
    if places.len() != sidecar.rows {
        let (expected, found) = (sidecar.rows, places.len());
        return Err(document.refuse(SidecarProblem::Rows { expected, csv: csv.to_owned(), found }));
    }
    let mut cells = cells.into_iter();
    let units = sidecar.unit.as_ref().map(|name| known_units(name.clone(), &cells.next().unwrap_or_default()));
    let periods = match &sidecar.period {
        Some(name) => {
            Some(periods_in_memory(name.clone(), &whole_numbers(name, &cells.next().unwrap_or_default(), &places)?))
        }
        None => None,
    };
    let columns: Vec<Column> = (sidecar.columns.into_iter().zip(cells))
        .map(|(written, cells)| {
            let column = match written.kind {
                ColumnKind::Text => Column::from_text(written.name, &cells, &[]),
                ColumnKind::Number => numbers(written.name, &cells, &places)?,
            };
            Ok(column.with_provenance(Arc::new(written.provenance)))
        })
        .collect::<Result<_>>()?;
    let (weight, population) = (sidecar.weight, sidecar.population);
    let mut panel =
        Rows { units, periods, weight, population, columns, places: places.into(), reading: Reading::default() }
            .into_panel()?
            .with_labels(sidecar.labels)?;
    panel.description = sidecar.description;
    panel.steps = sidecar.steps;
    Ok(panel)
}

/// Periods as they stand: 201718 is not read as a financial year.
fn whole_numbers(name: &str, cells: &Cells, places: &[Place]) -> Result<Vec<i32>> {
    let number = |(cell, place): (&[u8], &Place)| {
        let text = decode(cell);
        text.parse().ok().or_else(|| period::read_period(&text)).ok_or_else(|| {
            Error::from(DataError::NotAPeriod { column: name.to_owned(), place: *place, text: text.into_owned() })
        })
    };
    cells.iter().zip(places).map(number).collect()
}

fn numbers(name: String, cells: &Cells, places: &[Place]) -> Result<Column> {
    let value = |(cell, place): (&[u8], &Place)| match read_value(cell) {
        Some(value) => Ok(value),
        None => Column::not_a_number(&name, *place, decode(cell).into_owned()),
    };
    let values: Vec<_> = cells.iter().zip(places).map(value).collect::<Result<_>>()?;
    Column::from_values(name, values)
}
