//! The sums of many Parquet files: row groups side by side, merged in their order.

use std::path::Path;

use arrow_schema::DataType;
use rayon::prelude::*;

use super::keys::KnownUnits;
use super::{Failure, number_columns};
use crate::error::{ArrowProblem, DataError, Error, Result, SourceError};
use crate::panel::nearest_names;
use crate::sources::arrow::{Kind, ParquetFile, kind_of, refused};
use crate::sums::grouped_sums::GroupedSums;
use crate::sums::named_place::named_place;
use crate::sums::question::SumsQuestion;

/// Row groups that a thread sums before all are merged: more even out their lengths, and keep more sums in memory.
const GROUPS_A_THREAD: usize = 4;

/// One row group of a file, and the row of the file at which it begins.
struct RowGroup<'a> {
    file: &'a Prepared,
    group: usize,
    first_row: usize,
}

/// A file with the places of the columns that are read.
struct Prepared {
    file: ParquetFile,
    columns: Vec<usize>,
}

impl GroupedSums {
    /// The sums of the rows of Parquet files, which have the columns of the question by name.
    ///
    /// Only those columns are read. Row groups are summed on all threads of the rayon pool and merged in their order, so
    /// that the result is the same to the last bit for any number of threads; in memory are some thousands of rows of each
    /// row group that is being read, and the sums. What columns may hold is said at [`GroupedSums::add_batch`]; no files
    /// give sums of no rows.
    ///
    /// # Errors
    /// [`DataError::Read`] for a file that is not there; [`SourceError::Arrow`] for one that is no Parquet file or is cut
    /// short, and for columns that are not there, are of a type that is not read, or of another type than in the first
    /// file; [`DataError::InFile`] for a column of the question that a file has twice, and for what is wrong in its
    /// rows, see [`GroupedSums::add_batch`].
    ///
    /// # Examples
    /// ```
    /// use apportion::sums::{GroupedSums, SumsQuestion};
    /// use apportion::{Model, Panel};
    ///
    /// # let folder = std::env::temp_dir().join(format!("apportion-of-parquet-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// let england = Panel::england_2011_2018()?;
    /// let (early, late) = (folder.join("to_2014.parquet"), folder.join("from_2015.parquet"));
    /// england.in_periods(2011..=2014)?.write_parquet(&early)?;
    /// england.in_periods(2015..=2018)?.write_parquet(&late)?;
    ///
    /// let model = Model::new("cpp_rate")
    ///     .component("deprivation", ["idaci_2015"])
    ///     .component("policy", ["period_effects"])
    ///     .component("practice", ["unit_effects"]);
    /// let question = SumsQuestion::new(&model, england.unit_column().unwrap(), england.period_column())?;
    /// let sums = GroupedSums::of_parquet(question, [&early, &late])?;
    /// let (of_sums, of_rows) = (sums.fit(&model)?.shapley()?, model.fit(&england)?.shapley()?);
    /// assert!((of_sums.share_of_total("practice")? - of_rows.share_of_total("practice")?).abs() < 1e-12);
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn of_parquet(question: SumsQuestion, paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Self> {
        let mut files: Vec<Prepared> = Vec::new();
        let mut types: Option<Vec<DataType>> = None;
        for path in paths {
            let file = ParquetFile::open(path.as_ref())?;
            files.push(prepared(file, &question, &mut types)?);
        }
        let groups = |file| {
            let begins = |first: &mut usize, (group, rows): (usize, usize)| {
                let first_row = *first;
                // A damaged description counts more rows than there can be, which no error is to be about.
                *first = first.checked_add(rows).filter(|rows| isize::try_from(*rows).is_ok()).unwrap_or_default();
                Some(RowGroup { file, group, first_row })
            };
            file.file.row_groups().into_iter().enumerate().scan(0, begins).collect::<Vec<_>>()
        };
        let groups: Vec<RowGroup> = files.iter().flat_map(groups).collect();
        let mut sums = GroupedSums::new(question);
        for some in groups.chunks(GROUPS_A_THREAD * rayon::current_num_threads()) {
            let of_each: Vec<Result<GroupedSums>> =
                some.par_iter().with_max_len(1).map(|group| group.sums(&sums.question)).collect();
            // The first error in the order of the rows, however many threads there are.
            for of_group in of_each {
                sums.merge(&of_group?)?;
            }
        }
        Ok(sums)
    }
}

/// Finds the columns of a question in a file, and holds their types against those of the first.
fn prepared(file: ParquetFile, question: &SumsQuestion, types: &mut Option<Vec<DataType>>) -> Result<Prepared> {
    let problem = |why| Error::from(SourceError::Arrow { origin: file.name(), why });
    let names = || file.fields().iter().map(|field| field.name().as_str());
    let (mut columns, mut found) = (Vec::new(), Vec::new());
    let of_numbers = number_columns(question);
    for (at, name) in question.columns().into_iter().enumerate() {
        let in_file = |why| DataError::InFile { path: file.name(), why: Box::new(why) };
        let place = named_place(names(), name).map_err(in_file)?.ok_or_else(|| {
            problem(ArrowProblem::NoColumn { column: name.to_owned(), nearest: nearest_names(name, names()) })
        })?;
        let data_type = file.fields()[place].data_type();
        let kind = kind_of(data_type).map_err(|advice| problem(refused(name, data_type, advice)))?;
        if kind == Kind::Texts && of_numbers.contains(&name) {
            return Err(problem(refused(
                name,
                data_type,
                "numbers are needed: cast it to numbers, or use a column of them",
            )));
        }
        let before = types.as_ref().map(|types| &types[at]);
        if let Some(before) = before.filter(|before| kind_of(before).is_ok_and(|before| !before.goes_with(kind))) {
            let (found, before) = (data_type.to_string(), before.to_string());
            return Err(problem(ArrowProblem::OtherType { column: name.to_owned(), found, before }));
        }
        columns.push(place);
        found.push(data_type.clone());
    }
    types.get_or_insert(found);
    let unit = columns[0];
    columns.sort_unstable();
    columns.dedup();
    Ok(Prepared { file: file.with_dictionary(unit), columns })
}

impl RowGroup<'_> {
    fn sums(&self, question: &SumsQuestion) -> Result<GroupedSums> {
        let Prepared { file, columns } = self.file;
        let mut sums = GroupedSums::new(question.clone());
        let mut known = KnownUnits::default();
        let mut row = self.first_row;
        for batch in file.batches(self.group, columns)? {
            let batch = batch?;
            sums.add_record_batch(&batch, &mut known, row).map_err(|failure| self.named(failure))?;
            row += batch.num_rows();
        }
        Ok(sums)
    }

    /// The error with the file in it.
    fn named(&self, failure: Failure) -> Error {
        match failure.in_source(&self.file.file.name()) {
            Error::Data(why) => DataError::InFile { path: self.file.file.name(), why: Box::new(why) }.into(),
            error => error,
        }
    }
}
