//! Rows in memory into sums.

use std::borrow::Cow;
use std::collections::HashMap;

use super::batch::{Batch, BatchColumn};
use super::grouped_sums::GroupedSums;
use super::question::{Check, why_undefined};
use crate::error::{DataError, Error, Result, no_key};
use crate::model::Term;
use crate::numerics::eliminate::packed_len;
use crate::panel::{Missing, Panel, Reason, is_same};

impl GroupedSums {
    /// Adds rows given as columns: the unit of each, its period where the question has periods, and the columns of the
    /// question by name, of which NaN is a missing value.
    ///
    /// # Errors
    /// [`DataError::Length`] for columns of different lengths; [`DataError::NoKey`] for a question with periods and none
    /// given; [`DataError::MissingKey`] for a unit without a name; [`DataError::Sums`] for a column that is not given;
    /// [`DataError::Negative`] for weights.
    ///
    /// # Examples
    /// See [`GroupedSums`].
    pub fn add_columns(
        &mut self,
        units: &[impl AsRef<str>],
        periods: Option<&[i32]>,
        columns: &[(&str, &[f64])],
    ) -> Result<()> {
        let rows = units.len();
        let lengths = columns.iter().map(|(name, values)| (*name, values.len()));
        for (column, found) in lengths.chain(periods.map(|periods| ("period", periods.len()))) {
            if found != rows {
                return Err(DataError::Length { column: column.to_string(), expected: rows, found }.into());
            }
        }
        let mut known: HashMap<&str, u32> = HashMap::new();
        let mut names = Vec::new();
        let mut code = |unit: &str| {
            names.push(unit.to_string());
            names.len() as u32 - 1
        };
        let codes = units.iter().map(|unit| {
            let unit = unit.as_ref().trim();
            *known.entry(unit).or_insert_with(|| code(unit))
        });
        let codes: Vec<u32> = codes.collect();
        let column = |(name, values): &(&'_ str, &'_ [f64])| BatchColumn {
            name: Cow::Owned(name.to_string()),
            values: Cow::Owned(values.to_vec()),
            why_missing: None,
        };
        self.add(&Batch {
            units: names,
            codes: Cow::Owned(codes),
            periods: periods.map(Cow::Borrowed),
            columns: columns.iter().map(column).collect(),
        })
    }

    /// Adds the rows of a panel, whose units and periods must be those of the question.
    ///
    /// # Errors
    /// [`DataError::NoKey`] for a panel without them; [`DataError::UnknownColumn`] and [`DataError::NotANumber`] for its
    /// columns; [`DataError::Negative`] for weights.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::sums::{GroupedSums, SumsQuestion};
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let model = Model::new("cpp_rate")
    ///     .component("deprivation", ["low_income_pct"])
    ///     .component("policy", [Term::PeriodEffects])
    ///     .component("practice", [Term::UnitEffects]);
    /// let mut sums = GroupedSums::new(SumsQuestion::new(&model, "la", Some("year"))?);
    /// // One year after another, as they are published.
    /// for year in 2011..=2018 {
    ///     sums.add_panel(&panel.in_periods(year..=year)?)?;
    /// }
    /// let (of_sums, of_rows) = (sums.fit(&model)?.shapley()?, model.fit(&panel)?.shapley()?);
    /// for share in &of_rows.components {
    ///     assert!((of_sums.share_of_total(&share.name)? - share.share_of_total).abs() < 1e-12);
    /// }
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn add_panel(&mut self, panel: &Panel) -> Result<()> {
        let asker = "grouped sums";
        let codes = panel.unit_indices().ok_or_else(|| no_key(asker, "unit"))?;
        let periods = match &self.question.period {
            None => None,
            Some(_) => {
                let indices = panel.period_indices().ok_or_else(|| no_key(asker, "period"))?;
                Some(indices.iter().map(|&index| panel.periods()[index as usize]).collect::<Vec<i32>>())
            }
        };
        let is_key = |name: &str| {
            [panel.unit_column(), panel.period_column()].into_iter().flatten().any(|key| is_same(key, name))
                || [Some(&self.question.unit), self.question.period.as_ref()]
                    .into_iter()
                    .flatten()
                    .any(|key| is_same(key, name))
        };
        let column = |name: &&str| -> Result<BatchColumn<'_>> {
            let column = panel.column(name)?;
            Ok(BatchColumn {
                name: Cow::Owned(name.to_string()),
                values: Cow::Borrowed(column.numbers()?),
                why_missing: Some(Box::new(|row| column.missing(row))),
            })
        };
        let columns = self.question.columns();
        let columns = columns.iter().filter(|name| !is_key(name)).map(column).collect::<Result<_>>()?;
        let batch = Batch {
            units: panel.units().to_vec(),
            codes: Cow::Borrowed(codes),
            periods: periods.map(Cow::Owned),
            columns,
        };
        // What is borrowed of the question ends here.
        let batch = Batch { columns: batch.columns, ..batch };
        self.add(&batch)
    }

    /// Adds the rows of a batch.
    pub(super) fn add(&mut self, batch: &Batch) -> Result<()> {
        let question = self.question.clone();
        let q = question.variables.len();
        if let Some(unnamed) = batch.units.iter().position(|name| Missing::in_text(name.as_bytes()).is_some()) {
            let row = batch.codes.iter().position(|&code| code as usize == unnamed).unwrap_or_default();
            let place = crate::error::Place::Row(row);
            return Err(DataError::MissingKey { column: question.unit, place }.into());
        }
        if question.period.is_some() && batch.periods.is_none() {
            return Err(no_key("grouped sums", "period"));
        }
        let numbers: Vec<Cow<'_, [f64]>> =
            question.variables.iter().map(|term| batch.numbers(&question, term)).collect::<Result<_>>()?;
        let weights = question.weights.as_deref().map(|name| batch.column(name)).transpose()?;
        let kept = self.kept(batch, &question.variables, &numbers, weights)?;
        if kept.is_empty() {
            return Ok(());
        }
        let mean = |values: &[f64]| kept.iter().map(|&row| values[row]).sum::<f64>() / kept.len() as f64;
        let centres = self.centres.get_or_insert_with(|| numbers.iter().map(|values| mean(values)).collect()).clone();
        let units: Vec<Option<u32>> = vec![None; batch.units.len()];
        let mut units = units;
        let mut last_cell: Option<((u32, i32), u32)> = None;
        let mut centred = vec![0.0; q];
        for &row in &kept {
            let code = batch.codes[row] as usize;
            let unit = match units[code] {
                Some(unit) => unit,
                None => *units[code].insert(self.units.at(&batch.units[code], q)),
            };
            let at = unit as usize;
            let weight = weights.map_or(1.0, |column| column.values[row]);
            for ((d, values), centre) in centred.iter_mut().zip(&numbers).zip(&centres) {
                *d = values[row] - centre;
            }
            self.units.sums.n[at] += 1;
            self.units.sums.weight[at] += weight;
            let mut products = &mut self.units.products[at * packed_len(q)..][..packed_len(q)];
            let sums = &mut self.units.sums.of[at * q..][..q];
            for (i, sum) in sums.iter_mut().enumerate() {
                let factor = weight * centred[i];
                *sum += factor;
                let (own, rest) = products.split_at_mut(q - i);
                own.iter_mut().zip(&centred[i..]).for_each(|(p, d)| *p += factor * d);
                products = rest;
            }
            let Some(periods) = &batch.periods else { continue };
            if question.period.is_none() {
                continue;
            }
            let key = (unit, periods[row]);
            let cell = match last_cell {
                Some((known, cell)) if known == key => cell,
                _ => self.cells.at(key, q),
            };
            last_cell = Some((key, cell));
            let at = cell as usize;
            self.cells.sums.n[at] += 1;
            self.cells.sums.weight[at] += weight;
            let sums = &mut self.cells.sums.of[at * q..][..q];
            sums.iter_mut().zip(&centred).for_each(|(sum, d)| *sum += weight * d);
        }
        Ok(())
    }

    /// The rows of a batch that have all numbers and a weight; the others are counted with the first reason.
    fn kept(
        &mut self,
        batch: &Batch,
        variables: &[Term],
        numbers: &[Cow<'_, [f64]>],
        weights: Option<&BatchColumn>,
    ) -> Result<Vec<usize>> {
        let mut is_kept: Vec<bool> = vec![true; batch.rows()];
        for values in numbers {
            is_kept.iter_mut().zip(&**values).for_each(|(kept, x)| *kept &= x.is_finite());
        }
        if let Some(weights) = weights {
            if let Some(row) = weights.values.iter().position(|w| *w < 0.0) {
                let (column, place) = (weights.name.to_string(), crate::error::Place::Row(row));
                return Err(DataError::Negative { column, place, value: weights.values[row] }.into());
            }
            is_kept.iter_mut().zip(&*weights.values).for_each(|(kept, w)| *kept &= *w > 0.0 && w.is_finite());
        }
        let question = self.question.clone();
        for row in (0..batch.rows()).filter(|&row| !is_kept[row]) {
            let reason = |check: Check| -> Result<Option<Reason>, Error> {
                Ok(match check {
                    Check::Missing(name) => match batch.column(name) {
                        Ok(column) if column.values[row].is_nan() => {
                            let kind = column.why_missing.as_ref().and_then(|why| why(row));
                            let kind = kind.unwrap_or(Missing::NotANumber);
                            Some(Reason::Missing { column: name.to_string(), kind })
                        }
                        _ => None,
                    },
                    Check::Undefined(term) => {
                        let at = variables.iter().position(|variable| variable == term);
                        let is_undefined = at.is_some_and(|at| !numbers[at][row].is_finite());
                        is_undefined.then(|| why_undefined(term))
                    }
                    Check::ZeroWeight(column) if weights.is_some_and(|weights| weights.values[row].is_infinite()) => {
                        Some(Reason::NotFinite { term: column.to_string() })
                    }
                    Check::ZeroWeight(column) => Some(Reason::ZeroWeight { column: column.to_string() }),
                })
            };
            for check in question.checks() {
                if let Some(reason) = reason(check)? {
                    self.leave_out(&reason, 1);
                    break;
                }
            }
        }
        Ok((0..batch.rows()).filter(|&row| is_kept[row]).collect())
    }
}
