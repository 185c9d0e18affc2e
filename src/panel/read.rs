//! How does a CSV file become a panel?
//!
//! The file is read once, as a stream: cells first, meaning afterwards, since the type of a column is known only at its
//! end.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rayon::prelude::*;

use super::Panel;
use super::cells::Cells;
use super::column::Column;
use super::history::Reading;
use super::keys::{read_periods, read_units};
use super::records::{Header, Records};
use super::rows::Rows;
use super::schema::PanelSchema;
use crate::error::{DataError, Place, Result};

/// What a reader without a path is called in messages.
const READER: &str = "the reader";

impl Panel {
    /// Reads a panel from a CSV file with a header line.
    ///
    /// Cells are separated by commas and may be quoted. UTF-8 with or without a byte-order mark and Windows-1252 are
    /// read, and any line ends; blank lines are passed over, so a file of one column writes a missing value as `NA`. A
    /// column without a name is called `unnamed_7` by its position. Missing values are typed, see
    /// [`Missing`](super::Missing); numbers may have thousands separators and percent signs, see [`Column`]. Periods
    /// are years or financial years (`2017-18`, `2017/18`, `201718`, `2016-17 (OT)`), taken as the year in which they
    /// end. The order of the rows in the file does not matter: see [`Panel`].
    ///
    /// Names are found whatever spaces and accents they are written with, and units are the same that differ in no more,
    /// or in the `.0` that spreadsheets add to a code. The header is the first line that holds the columns which the
    /// schema names: titles and `sep=,` above it are left out, and so are notes below the table. Whatever was left out or
    /// taken for one is the first of [`Panel::steps`].
    ///
    /// # Errors
    ///
    /// [`DataError::Read`], [`DataError::NotText`], [`DataError::EmptyFile`] and [`DataError::NoRows`] for the file;
    /// [`DataError::Separator`], [`DataError::RaggedRow`], [`DataError::OpenQuote`], [`DataError::DuplicateColumn`],
    /// [`DataError::AboveHeader`] and [`DataError::Note`] for its layout; [`DataError::UnknownColumn`] and [`QuestionError::Option`](crate::error::QuestionError::Option)
    /// for a schema that does not fit; [`DataError::MissingKey`], [`DataError::NotAPeriod`] and
    /// [`DataError::DuplicateRow`] for units and periods; [`DataError::NotANumber`] and [`DataError::Negative`] for
    /// weight and population; [`DataError::Infinite`] for any column of numbers.
    ///
    /// ```no_run
    /// use apportion::{Panel, PanelSchema};
    /// let panel = Panel::read_csv("england.csv", &PanelSchema::new("la_number", "year"))?;
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn read_csv(path: impl AsRef<Path>, schema: &PanelSchema) -> Result<Panel> {
        let path = path.as_ref();
        let name = path.display().to_string();
        match File::open(path) {
            Ok(mut file) => read(&mut file, &name, schema),
            Err(source) => Err(DataError::Read { path: name, source }.into()),
        }
    }

    /// Reads a panel from anything that can be read, such as bytes in memory, as [`Panel::read_csv`] does.
    ///
    /// # Errors
    ///
    /// As for [`Panel::read_csv`].
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "area,year,rate\n202,2016-17,48.5\n202,2015-16,c\n";
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("area", "year"))?;
    /// assert_eq!(panel.periods(), [2016, 2017]);
    /// assert_eq!(panel.column("rate")?.numbers()?[1], 48.5);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn read_csv_from(mut reader: impl Read, schema: &PanelSchema) -> Result<Panel> {
        read(&mut reader, READER, schema)
    }
}

fn read(reader: &mut dyn Read, path: &str, schema: &PanelSchema) -> Result<Panel> {
    let mut records = Records::separated_by(schema.separator()?, reader, path)?;
    let Header { names, above, .. } = records.header(&schema.wanted())?;
    // Cells of columns that nobody asked for are not kept, so a wide file costs no more than what is taken from it.
    let mut kept: Vec<Option<Cells>> = vec![None; names.len()];
    for position in schema.positions(&names)? {
        if let Some(cells) = kept.get_mut(position) {
            *cells = Some(Cells::default());
        }
    }
    let schema = schema.spelt_as(&names);
    let has_keys = schema.unit.is_some() || schema.period.is_some();
    // Nobody said which line is the header, and in the first only the first cell is filled, as with a title.
    let title = (schema.wanted().is_empty() && records.is_alone()).then(|| records.as_note());
    let mut places = Vec::new();
    while records.advance()? {
        if records.is_blank() && names.len() > 1 && (records.record.len() == 1 || has_keys || title.is_some()) {
            records.leave_gap();
            continue; // a line of spaces or commas, which in a file of one column is a missing value
        }
        if let Some(title) = title.as_ref().filter(|_| places.is_empty() && records.may_be_header(names.len())) {
            return Err(DataError::AboveHeader { line: title.line, text: title.text.clone() }.into());
        }
        if records.is_note(names.len())? {
            continue;
        }
        records.check_width(names.len())?;
        for ((cell, name), cells) in records.record.iter().zip(&names).zip(&mut kept) {
            if let Some(cells) = cells {
                // A mark of the schema's own reads on as one of this crate's.
                match schema.own_mark(cell).filter(|_| !schema.is_key(name)) {
                    Some(reason) => cells.push(reason.mark_in_any_column().as_bytes()),
                    None => cells.push(cell),
                }
            }
        }
        places.push(Place::Line(records.line));
    }
    if places.is_empty() {
        return Err(DataError::NoRows { path: path.to_owned() }.into());
    }
    let reading = Reading { above, below: records.into_notes(), ..Reading::default() };
    into_rows(names, kept, places, (&schema, reading))?.into_panel()
}

/// Gives the cells their meaning, columns in parallel.
fn into_rows(
    names: Vec<String>,
    mut kept: Vec<Option<Cells>>,
    places: Vec<Place>,
    (schema, mut reading): (&PanelSchema, Reading),
) -> Result<Rows> {
    let mut take = |name: &Option<String>| -> Option<(String, Cells)> {
        let name = name.as_ref()?;
        let position = names.iter().position(|there| there == name)?;
        Some((name.clone(), kept.get_mut(position)?.take()?))
    };
    // Taken out of the cells, so that keys do not become columns of data as well.
    let (units, periods) = (take(&schema.unit), take(&schema.period));
    let units = match units {
        Some((name, cells)) => {
            let (units, spellings) = read_units(name, &cells, &places)?;
            reading.spellings = spellings;
            Some(units)
        }
        None => None,
    };
    let periods = periods.map(|(name, cells)| read_periods(name, &cells, &places)).transpose()?;
    let column = |name: String, cells: &Cells| {
        let is_weight = [&schema.weight, &schema.population].into_iter().flatten().any(|weight| *weight == name);
        if schema.texts.contains(&name) && !is_weight {
            Ok(Column::from_text(name, cells, &places))
        } else if schema.numbers.contains(&name) || is_weight {
            Column::from_number_cells(name, cells, &places, &schema.style)
        } else {
            Column::from_cells(name, cells, &places, &schema.style)
        }
    };
    let columns: Vec<Result<Column>> =
        names.into_par_iter().zip(kept).filter_map(|(name, cells)| cells.map(|cells| column(name, &cells))).collect();
    // The first error in the order of the columns, however many threads there are.
    let columns = columns.into_iter().collect::<Result<_>>()?;
    let (weight, population) = (schema.weight.clone(), schema.population.clone());
    Ok(Rows { units, periods, weight, population, columns, places: places.into(), reading })
}

#[cfg(test)]
mod tests;
