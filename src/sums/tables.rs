//! Sums as tables, of a database or of our own, and back.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::grouped_sums::GroupedSums;
use super::question::{Check, SumsQuestion, why_undefined};
use super::read_table::ReadTable;
use crate::error::{DataError, Error, Result, SumsProblem};
use crate::numerics::eliminate::packed_len;
use crate::panel::{Missing, Reason};

const CENTRES: &str = "centres.csv";
const BY_UNIT: &str = "by_unit.csv";
const BY_UNIT_AND_PERIOD: &str = "by_unit_and_period.csv";

impl GroupedSums {
    /// Reads the tables that the [queries](SumsQuestion::sql) of a question make, or that [`write_csv`](Self::write_csv)
    /// wrote: `centres.csv`, `by_unit.csv`, and with periods `by_unit_and_period.csv`, with headers, in whatever case and
    /// order of columns and rows.
    ///
    /// # Errors
    /// [`DataError::Read`] for a file that is not there; [`DataError::Sums`] for a table of another question, cut short, without
    /// one of its columns, with a cell that is no number, with rows or units that another table does not have, and for
    /// negative weights in the source.
    ///
    /// # Examples
    /// See [`write_csv`](Self::write_csv).
    pub fn read_csv(question: &SumsQuestion, folder: impl AsRef<Path>) -> Result<Self> {
        let read = |name: &str| ReadTable::from_csv(&folder.as_ref().join(name), question);
        let (centres, by_unit) = (read(CENTRES)?, read(BY_UNIT)?);
        let cells = question.period.as_ref().map(|_| read(BY_UNIT_AND_PERIOD)).transpose()?;
        Self::of_tables(question, &centres, &by_unit, cells.as_ref())
    }

    /// The sums that tables of this question say.
    pub(super) fn of_tables(
        question: &SumsQuestion,
        centres: &ReadTable,
        by_unit: &ReadTable,
        cells: Option<&ReadTable>,
    ) -> Result<Self> {
        let mut sums = GroupedSums::new(question.clone());
        let q = question.variables.len();
        let checks = question.checks();
        let (mut expected, mut negative, mut left_out) = (0, 0, vec![0; checks.len()]);
        let mut of_units = HashMap::new();
        for row in 0..centres.len() {
            let all = centres.whole(row, "n_units")? as usize;
            if all != centres.len() {
                return Err(centres.wrong(SumsProblem::CutShort { expected: all, found: centres.len() }));
            }
            if question.weights.is_some() {
                negative += centres.whole(row, "negative_weights")? as usize;
            }
            for (at, rows) in left_out.iter_mut().enumerate() {
                *rows += centres.whole(row, &format!("left_out_{}", at + 1))? as usize;
            }
            let n = centres.whole(row, "n")? as usize;
            // Of a unit whose rows are all left out there is no centre, and of rows without a unit no name.
            if n > 0 {
                expected += n;
                let name = centres.key(row, "unit")?;
                let centre = (1..=q).map(|v| centres.number(row, &format!("c{v}"))).collect::<Result<Vec<f64>>>()?;
                if of_units.insert(name, centre).is_some() {
                    return Err(centres.wrong(SumsProblem::Repeated { key: name.to_string() }));
                }
            }
        }
        if negative > 0 {
            return Err(centres.wrong(SumsProblem::NegativeWeights { rows: negative }));
        }
        // In the order of the checks, whichever unit comes first.
        for (check, rows) in checks.iter().zip(left_out).filter(|(_, rows)| *rows > 0) {
            sums.leave_out(&reason_of(check), rows);
        }
        let products: Vec<String> = (1..=q).flat_map(|i| (i..=q).map(move |j| format!("p{i}_{j}"))).collect();
        for row in 0..by_unit.len() {
            let name = by_unit.key(row, "unit")?;
            if sums.units.position.contains_key(name) {
                return Err(by_unit.wrong(SumsProblem::Repeated { key: name.to_string() }));
            }
            let Some(centre) = of_units.get(name) else {
                let why = SumsProblem::Unmatched { unit: name.to_string(), other: by_unit.name().to_string() };
                return Err(centres.wrong(why));
            };
            let unit = sums.units.at(name, centre.iter().copied()) as usize;
            sums.units.sums.n[unit] = by_unit.whole(row, "n")?;
            sums.units.sums.weight[unit] = by_unit.number(row, "w")?;
            for v in 0..q {
                sums.units.sums.of[unit * q + v] = by_unit.number(row, &format!("s{}", v + 1))?;
            }
            for (at, column) in products.iter().enumerate() {
                sums.units.products[unit * packed_len(q) + at] = by_unit.number(row, column)?;
            }
        }
        let found = sums.n_observations();
        if found != expected {
            return Err(by_unit.wrong(SumsProblem::Rows { expected, found }));
        }
        if let Some(cells) = cells {
            sums.read_cells(cells, by_unit)?;
        }
        Ok(sums)
    }

    fn read_cells(&mut self, table: &ReadTable, by_unit: &ReadTable) -> Result<()> {
        let q = self.question.variables.len();
        for row in 0..table.len() {
            let name = table.key(row, "unit")?;
            let Some(&unit) = self.units.position.get(name) else {
                let why = SumsProblem::Unmatched { unit: name.to_string(), other: table.name().to_string() };
                return Err(by_unit.wrong(why));
            };
            let text = table.key(row, "period")?;
            let period: i32 = text.parse().map_err(|_| table.not_a_number(row, "period", text))?;
            if self.cells.position.contains_key(&(unit, period)) {
                return Err(table.wrong(SumsProblem::Repeated { key: format!("{name} {period}") }));
            }
            let cell = self.cells.at((unit, period), q) as usize;
            self.cells.sums.n[cell] = table.whole(row, "n")?;
            self.cells.sums.weight[cell] = table.number(row, "w")?;
            for v in 0..q {
                self.cells.sums.of[cell * q + v] = table.number(row, &format!("s{}", v + 1))?;
            }
        }
        let mut has_cells = vec![false; self.units.names.len()];
        self.cells.keys.iter().for_each(|(unit, _)| has_cells[*unit as usize] = true);
        match has_cells.iter().position(|has| !has) {
            None => Ok(()),
            Some(unit) => {
                let unit = self.units.names[unit].clone();
                Err(table.wrong(SumsProblem::Unmatched { unit, other: by_unit.name().to_string() }))
            }
        }
    }

    /// Writes the sums as the tables that [`read_csv`](Self::read_csv) reads, with every digit, into a folder that is made
    /// where it is not there.
    ///
    /// # Errors
    /// [`DataError::Write`] where that is refused.
    ///
    /// # Examples
    /// ```
    /// use apportion::sums::{GroupedSums, SumsQuestion};
    /// use apportion::Model;
    ///
    /// let question = SumsQuestion::new(&Model::new("y").component("x", ["x"]), "place", Some("year"))?;
    /// let mut sums = GroupedSums::new(question.clone());
    /// let (y, x) = ([1.0, 2.0, 4.0, 7.0], [0.1, 0.0, f64::NAN, 3.0]);
    /// sums.add_columns(&["A", "A", "B", "B"], Some(&[2017, 2018, 2017, 2018]), &[("y", &y), ("x", &x)])?;
    /// let folder = std::env::temp_dir().join("apportion_sums_example");
    /// sums.write_csv(&folder)?;
    /// assert_eq!(GroupedSums::read_csv(&question, &folder)?.n_observations(), 3);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn write_csv(&self, folder: impl AsRef<Path>) -> Result<()> {
        let folder = folder.as_ref();
        let q = self.question.variables.len();
        let fingerprint = self.question.fingerprint();
        let fail = |path: &Path| {
            let path = path.display().to_string();
            move |source| Error::from(DataError::Write { path, source })
        };
        fs::create_dir_all(folder).map_err(fail(folder))?;
        let write = |name: &str, lines: Vec<Vec<String>>| -> Result<()> {
            let path = folder.join(name);
            let mut writer = csv::Writer::from_writer(Vec::new());
            let written = lines.iter().try_for_each(|line| writer.write_record(line));
            let written = written.map_err(std::io::Error::other);
            let bytes =
                written.and_then(|()| writer.into_inner().map_err(|error| std::io::Error::other(error.to_string())));
            fs::write(&path, bytes.map_err(fail(&path))?).map_err(fail(&path))
        };
        let named = |prefix: &str| (1..=q).map(|v| format!("{prefix}{v}")).collect::<Vec<_>>();
        let numbers = |values: &[f64]| values.iter().map(f64::to_string).collect::<Vec<_>>();
        let checks = self.question.checks();
        let counts: Vec<usize> = checks.into_iter().map(|check| self.rows_left_out(check)).collect();
        let keys = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        let has_weights = self.question.weights.is_some();
        let header = keys(&["question", "unit", "n_units", "n_rows", "n"]).into_iter();
        let header = header.chain(has_weights.then(|| "negative_weights".to_string()));
        let header = header.chain((1..=counts.len()).map(|at| format!("left_out_{at}"))).chain(named("c"));
        let line = |name: &str, rows: usize, n: u64, left_out: &[usize], centre: Vec<String>| -> Vec<String> {
            let units = self.units.names.len() + 1;
            let counts = [units.to_string(), rows.to_string(), n.to_string()].into_iter();
            let counts = [fingerprint.clone(), name.to_string()].into_iter().chain(counts);
            let counts = counts.chain(has_weights.then(|| "0".to_string()));
            counts.chain(left_out.iter().map(usize::to_string)).chain(centre).collect()
        };
        let of_unit = |(unit, name): (usize, &String)| {
            let n = self.units.sums.n[unit];
            let centre = numbers(&self.units.centres[unit * q..][..q]);
            line(name, n as usize, n, &vec![0; counts.len()], centre)
        };
        // Rows that were left out are not known by unit.
        let left_out = line("", counts.iter().sum(), 0, &counts, vec![String::new(); q]);
        let lines = self.units.names.iter().enumerate().map(of_unit).chain([left_out]);
        write(CENTRES, [header.collect()].into_iter().chain(lines).collect())?;

        let keys = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        let pairs = (1..=q).flat_map(|i| (i..=q).map(move |j| format!("p{i}_{j}")));
        let header = keys(&["question", "unit", "n", "w"]).into_iter().chain(named("s")).chain(pairs).collect();
        let units = &self.units;
        let line = |(unit, name): (usize, &String)| {
            let mut line = vec![fingerprint.clone(), name.clone()];
            line.extend([units.sums.n[unit].to_string(), units.sums.weight[unit].to_string()]);
            line.extend(numbers(units.sums.at(unit, q)));
            line.extend(numbers(&units.products[unit * packed_len(q)..][..packed_len(q)]));
            line
        };
        write(BY_UNIT, [header].into_iter().chain(units.names.iter().enumerate().map(line)).collect())?;
        if self.question.period.is_none() {
            return Ok(());
        }
        let header = keys(&["question", "unit", "period", "n", "w"]).into_iter().chain(named("s")).collect();
        let line = |(cell, (unit, period)): (usize, &(u32, i32))| {
            let mut line = vec![fingerprint.clone(), units.names[*unit as usize].clone(), period.to_string()];
            line.extend([self.cells.sums.n[cell].to_string(), self.cells.sums.weight[cell].to_string()]);
            line.extend(numbers(self.cells.sums.at(cell, q)));
            line
        };
        write(BY_UNIT_AND_PERIOD, [header].into_iter().chain(self.cells.keys.iter().enumerate().map(line)).collect())
    }

    /// The rows left out at a check, of whatever kind of missing value.
    fn rows_left_out(&self, check: Check) -> usize {
        let is_it = |found: &Reason| match (&check, found) {
            (Check::Missing(name), Reason::Missing { column, .. }) => column == name,
            (Check::ZeroWeight(name), Reason::NotFinite { term }) => term == name,
            _ => *found == reason_of(&check),
        };
        self.left_out.iter().filter(|left_out| is_it(&left_out.reason)).map(|left_out| left_out.rows).sum()
    }
}

/// Why a database left rows out: it knows of no kind of missing value but one.
fn reason_of(check: &Check) -> Reason {
    match check {
        Check::Missing(column) => Reason::Missing { column: column.to_string(), kind: Missing::Empty },
        Check::Undefined(term) => why_undefined(term),
        Check::ZeroWeight(column) => Reason::ZeroWeight { column: column.to_string() },
    }
}
