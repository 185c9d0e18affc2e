//! Rows in memory into sums.

use std::borrow::Cow;

use super::accumulate::{KnownPositions, Rows};
use super::batch::{Batch, BatchColumn};
use super::grouped_sums::GroupedSums;
use super::kept_rows::KeptRows;
use super::unit_codes::UnitCodes;
use crate::error::{DataError, Place, Result, no_key};
use crate::panel::{Panel, is_same};

impl GroupedSums {
    /// Adds rows given as columns: the unit of each, its period where the question has periods, and the columns of the
    /// question by name, of which NaN is a missing value. Spaces around a unit, and what cannot be seen there, are no part
    /// of it, as in a panel.
    ///
    /// # Errors
    /// [`DataError::Length`] for columns of different lengths; [`DataError::NoKey`] for a question with periods and none
    /// given; [`DataError::MissingKey`] for a unit without a name; [`DataError::Sums`] for a column that is not given,
    /// and [`DataError::DuplicateColumn`] for one of the question that is given twice; [`DataError::Negative`] for weights.
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
        let mut known = UnitCodes::default();
        let codes: Vec<u32> = units.iter().map(|unit| known.of_text(unit.as_ref())).collect();
        let columns = columns.iter().map(|&(name, values)| BatchColumn {
            name: Cow::Borrowed(name),
            values: Cow::Borrowed(values),
            why_missing: None,
        });
        let batch = Batch {
            units: Cow::Borrowed(known.names()),
            unnamed: known.unnamed(),
            codes: Cow::Owned(codes),
            periods: periods.map(Cow::Borrowed),
            columns: columns.collect(),
            first_row: 0,
        };
        self.add(&batch, &mut KnownPositions::default())
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
            units: Cow::Borrowed(panel.units()),
            unnamed: None,
            codes: Cow::Borrowed(codes),
            periods: periods.map(Cow::Owned),
            columns,
            first_row: 0,
        };
        self.add(&batch, &mut KnownPositions::default())
    }

    /// Adds the rows of a batch. Where its units stand among the sums is known from one batch of the same units to the next.
    pub(super) fn add(&mut self, batch: &Batch, known: &mut KnownPositions) -> Result<()> {
        let question = &self.question;
        if let Some(row) = batch.unnamed.and_then(|unnamed| batch.codes.iter().position(|&code| code == unnamed)) {
            let place = Place::Row(batch.first_row + row);
            return Err(DataError::MissingKey { column: question.unit.clone(), place }.into());
        }
        if question.period.is_some() && batch.periods.is_none() {
            return Err(no_key("grouped sums", "period"));
        }
        let numbers: Vec<Cow<'_, [f64]>> =
            question.variables.iter().map(|term| batch.numbers(question, term)).collect::<Result<_>>()?;
        let numbers: Vec<&[f64]> = numbers.iter().map(|values| &**values).collect();
        let weights = question.weights.as_deref().map(|name| batch.column(name)).transpose()?;
        let KeptRows { kept, left_out } = KeptRows::new(batch, question, &numbers, weights)?;
        let periods = batch.periods.as_deref().filter(|_| question.period.is_some());
        left_out.iter().for_each(|(reason, rows)| self.leave_out(reason, *rows));
        if kept.is_empty() {
            return Ok(());
        }
        let weights = weights.map(|column| &*column.values);
        let (codes, names) = (&batch.codes, &batch.units);
        let rows = Rows { kept: &kept, codes, names, periods, weights, numbers: &numbers };
        rows.add_to(&mut self.units, &mut self.cells, known);
        Ok(())
    }
}
