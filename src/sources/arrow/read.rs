//! Record batches and Parquet files as panels.

use std::borrow::Borrow;
use std::path::Path;

use arrow_array::{Array, RecordBatch};

use super::parquet_file::ParquetFile;
use super::values::{Kind, each_cell, kind, numbers};
use crate::error::{ArrowProblem, DataError, Error, Place, Result, SourceError};
use crate::panel::{
    Cells, Content, Missing, Panel, PanelSchema, ReadAs, column_names, nearest_names, panel_of, position,
};

/// What the batches are called in messages.
const BATCHES: &str = "the record batches";

impl Panel {
    /// Reads a panel from Arrow record batches of the same columns, as [`Panel::read_csv`] does from a file.
    ///
    /// Columns of integers, floats, booleans (as 0 and 1) and decimals are numbers; those of texts, dictionaries among
    /// them, are text, in which the marks of [`Missing`] and [`PanelSchema::missing_marks`] are missing, unless the schema
    /// says that they hold numbers. What is null is missing as [`Missing::Empty`], and NaN as [`Missing::NotANumber`].
    /// Units and periods may be texts or numbers, and are read as in a file: 201718 is 2018. Columns that the schema does
    /// not take are not looked at. Rows of places in messages are counted from 0 over all batches.
    ///
    /// # Errors
    ///
    /// [`SourceError::Arrow`] for a column of a type that is not read (dates, lists, …), of another type than in the batches
    /// before, or not there, and for a number that double precision does not hold; otherwise as for [`Panel::read_csv`].
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use apportion::sources::arrow_array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
    /// use apportion::{Panel, PanelSchema};
    /// let batch = RecordBatch::try_from_iter([
    ///     ("la", Arc::new(Int32Array::from(vec![203, 202])) as ArrayRef),
    ///     ("year", Arc::new(StringArray::from(vec!["2017-18", "2017-18"]))),
    ///     ("rate", Arc::new(Float64Array::from(vec![None, Some(48.5)]))),
    /// ])
    /// .unwrap();
    /// let panel = Panel::from_record_batches([&batch], &PanelSchema::new("la", "year"))?;
    /// assert_eq!((panel.units(), panel.periods()), (&["202".to_string(), "203".to_string()][..], &[2018][..]));
    /// assert_eq!((panel.column("rate")?.numbers()?[0], panel.column("rate")?.n_missing()), (48.5, 1));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn from_record_batches(
        batches: impl IntoIterator<Item = impl Borrow<RecordBatch>>,
        schema: &PanelSchema,
    ) -> Result<Panel> {
        let mut gathered: Option<Gathered> = None;
        for (batch, number) in batches.into_iter().zip(1_usize..) {
            let batch = batch.borrow();
            let gathered = match &mut gathered {
                Some(gathered) => gathered,
                None => gathered.insert(Gathered::new(names(batch), schema)?),
            };
            let problem = |why| Error::from(SourceError::Arrow { origin: format!("record batch {number}"), why });
            gathered.add(batch).map_err(problem)?;
        }
        gathered.map_or_else(|| Err(DataError::NoRows { path: BATCHES.to_owned() }.into()), |g| g.into_panel(BATCHES))
    }

    /// Reads a panel from a Parquet file, as [`Panel::from_record_batches`] does.
    ///
    /// Of the file only the columns that the schema takes are read, one row group after another.
    ///
    /// # Errors
    ///
    /// [`DataError::Read`] where the file is not there; [`SourceError::Arrow`] where it is no Parquet file, or cut short;
    /// otherwise as for [`Panel::from_record_batches`].
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// # let folder = std::env::temp_dir().join(format!("apportion-read-parquet-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// let path = folder.join("england.parquet");
    /// let england = Panel::england()?;
    /// england.write_parquet(&path)?;
    /// let schema = PanelSchema::new(england.unit_column().unwrap(), "year").only(["cpp_rate"]);
    /// let rates = Panel::read_parquet(&path, &schema)?;
    /// assert_eq!(rates.column("cpp_rate")?.values(), england.column("cpp_rate")?.values());
    /// assert!(!rates.has_column("population"));
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn read_parquet(path: impl AsRef<Path>, schema: &PanelSchema) -> Result<Panel> {
        let file = ParquetFile::open(path.as_ref())?;
        let problem = |why| Error::from(SourceError::Arrow { origin: file.name(), why });
        let names = file.fields().iter().map(|field| field.name().clone()).collect();
        let mut gathered = Gathered::new(names, schema)?;
        let places: Vec<usize> = gathered.taken.iter().map(|taken| taken.place).collect();
        for group in 0..file.row_groups().len() {
            for batch in file.batches(group, &places)? {
                gathered.add(&batch?).map_err(problem)?;
            }
        }
        gathered.into_panel(&file.name())
    }
}

fn names(batch: &RecordBatch) -> Vec<String> {
    batch.schema_ref().fields().iter().map(|field| field.name().clone()).collect()
}

/// What batches held so far.
struct Gathered {
    schema: PanelSchema,
    /// The columns of the source as they are called here.
    names: Vec<String>,
    taken: Vec<Taken>,
    marks: Vec<(f64, Missing)>,
    rows: usize,
}

/// A column that is read.
struct Taken {
    /// Its place in the source.
    place: usize,
    /// What the source calls it.
    own_name: String,
    reads_as: ReadAs,
    /// What it holds, and its type in Arrow's words, once a batch had either.
    kind: Option<(Kind, String)>,
    content: Content,
}

impl Gathered {
    fn new(own_names: Vec<String>, schema: &PanelSchema) -> Result<Self> {
        let names = column_names(own_names.iter().map(String::as_bytes))?;
        let mut places = schema.positions(&names)?;
        places.sort_unstable();
        places.dedup();
        let schema = schema.spelt_as(&names);
        let taken = |place: usize| {
            let reads_as = schema.reads_as(&names[place]);
            let content = Content::Numbers(Vec::new());
            Taken { place, own_name: own_names[place].clone(), reads_as, kind: None, content }
        };
        let taken = places.into_iter().map(taken).collect();
        Ok(Gathered { marks: schema.number_marks(), schema, names, taken, rows: 0 })
    }

    /// Adds the rows of a batch, which has the columns that are taken by name.
    fn add(&mut self, batch: &RecordBatch) -> Result<(), ArrowProblem> {
        let there = names(batch);
        for taken in &mut self.taken {
            let at = position(there.iter().map(String::as_str), &taken.own_name).ok_or_else(|| {
                let nearest = nearest_names(&taken.own_name, there.iter().map(String::as_str));
                ArrowProblem::NoColumn { column: taken.own_name.clone(), nearest }
            })?;
            taken.add(batch.column(at), &self.schema, &self.marks, self.rows)?;
        }
        self.rows += batch.num_rows();
        Ok(())
    }

    fn into_panel(self, source: &str) -> Result<Panel> {
        if self.rows == 0 {
            return Err(DataError::NoRows { path: source.to_owned() }.into());
        }
        let is_text = |taken: &&Taken| taken.reads_as == ReadAs::WhatItIs && matches!(taken.content, Content::Cells(_));
        let texts = self.taken.iter().filter(is_text).map(|taken| self.names[taken.place].clone()).collect();
        let schema = self.schema.with_texts(texts);
        let mut kept: Vec<Option<Content>> = self.names.iter().map(|_| None).collect();
        for taken in self.taken {
            kept[taken.place] = Some(taken.content);
        }
        let places = (0..self.rows).map(Place::Row).collect();
        panel_of(self.names, kept, places, (&schema, Default::default()))
    }
}

impl Taken {
    /// Adds the values of a batch, before which there were so many rows.
    fn add(
        &mut self,
        array: &dyn Array,
        schema: &PanelSchema,
        marks: &[(f64, Missing)],
        rows: usize,
    ) -> Result<(), ArrowProblem> {
        let found = kind(&self.own_name, array)?;
        match &self.kind {
            Some((before, data_type)) if !before.goes_with(found) => {
                let (found, before) = (array.data_type().to_string(), data_type.clone());
                return Err(ArrowProblem::OtherType { column: self.own_name.clone(), found, before });
            }
            Some(_) => {}
            None if found == Kind::Nothing => {}
            None => {
                let is_text = found == Kind::Texts || matches!(self.reads_as, ReadAs::Key | ReadAs::Text);
                if is_text {
                    // Whatever came before held nothing.
                    self.content = Content::Cells((0..rows).map(|_| "").collect());
                }
                self.kind = Some((found, array.data_type().to_string()));
            }
        }
        match &mut self.content {
            Content::Numbers(values) => {
                let nulls = array.logical_nulls();
                let is_null = |row| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
                let value = |(row, &number): (usize, &f64)| match marks.iter().find(|(mark, _)| *mark == number) {
                    _ if is_null(row) => Err(Missing::Empty),
                    Some((_, reason)) => Err(*reason),
                    None if number.is_nan() => Err(Missing::NotANumber),
                    None => Ok(number),
                };
                values.extend(numbers(&self.own_name, array, rows)?.iter().enumerate().map(value));
                Ok(())
            }
            Content::Cells(cells) if self.reads_as == ReadAs::Key => push_all(cells, &self.own_name, array, None),
            Content::Cells(cells) => push_all(cells, &self.own_name, array, Some(schema)),
        }
    }
}

/// Adds cells; a mark of the schema's own reads on as one of this crate's.
fn push_all(cells: &mut Cells, name: &str, array: &dyn Array, marks: Option<&PanelSchema>) -> Result<(), ArrowProblem> {
    each_cell(name, array, |cell| match marks.and_then(|schema| schema.own_mark(cell.as_bytes())) {
        Some(reason) => cells.push(reason.mark_in_any_column().as_bytes()),
        None => cells.push(cell.as_bytes()),
    })
}
