//! What does one row of a panel hold, and which row is of a unit in a period?

use std::ops::Range;

use super::Panel;
use super::cell_value::CellValue;
use super::column::{Column, ColumnKind};
use super::keep_columns::misused;
use super::levels::LevelsOf;
use super::missing::Missing;
use super::names::nearest_names;
use super::spelling::is_same;
use crate::error::{ColumnUseProblem, DataError, Error, NumberProblem, Result, first_few, no_key};

/// One row of a panel, lent by [`Panel::rows`], [`Panel::row`] and the closures of [`Panel::filter`] and
/// [`Panel::with_column_by`].
///
/// ```
/// use apportion::Panel;
/// let panel = Panel::builder()
///     .units(["A", "A", "B"])
///     .periods([2017, 2018, 2018])
///     .column("rate", [43.0, f64::NAN, 50.0])
///     .text_column("region", ["North", "North", "South"])
///     .build()?;
/// let row = panel.row("A", 2017)?;
/// assert_eq!((row.unit(), row.period(), row.index()), (Some("A"), Some(2017), 0));
/// assert_eq!((row.number("rate")?, row.text("region")?), (43.0, Some("North")));
/// assert!(row.number("rote").is_err(), "no such column");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    panel: &'a Panel,
    index: usize,
}

impl<'a> Row<'a> {
    /// The position of the row in its panel, from 0, as [`Column::text`] and [`Column::missing`] take it.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units(["B", "A"]).column("rate", [50.0, 43.0]).build()?;
    /// let indices: Vec<usize> = panel.rows().map(|row| row.index()).collect();
    /// assert_eq!((indices, panel.column("rate")?.numbers()?[0]), (vec![0, 1], 43.0));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn index(&self) -> usize {
        self.index
    }

    /// The unit; `None` without a unit column.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units(["A", "B"]).column("rate", [43.0, 50.0]).build()?;
    /// assert_eq!(panel.filter("B", |row| Ok(row.unit() == Some("B")))?.units(), ["B"]);
    /// let no_units = Panel::builder().column("rate", [43.0]).build()?;
    /// assert!(no_units.rows().all(|row| row.unit().is_none()));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn unit(&self) -> Option<&'a str> {
        self.panel.unit_of(self.index)
    }

    /// The period; `None` without a period column.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units(["A", "A"]).periods([2017, 2018]).column("rate", [43.0, 50.0]).build()?;
    /// assert_eq!(panel.filter("from 2018", |row| Ok(row.period() >= Some(2018)))?.periods(), [2018]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn period(&self) -> Option<i32> {
        self.panel.period_of(self.index)
    }

    /// A name for the row, as [`Panel::row_label`] gives it: its unit and period, or what there is of them and its place.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([202]).periods([2014]).column("rate", [43.0]).build()?;
    /// assert_eq!(panel.row(202, 2014)?.label(), "202 2014");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn label(&self) -> String {
        self.panel.row_label(self.index)
    }

    /// The number that a column holds here; NaN where it is missing, so that it is neither above nor below another, nor
    /// equal to one.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`]; [`DataError::ColumnUse`] for a column of text, and for those of units and periods;
    /// [`DataError::NotANumber`] for a column that is text because its numbers are written in another way.
    ///
    /// ```
    /// use apportion::error::{ColumnUseProblem, DataError};
    /// use apportion::{Error, Panel};
    /// let panel = Panel::builder().units([1]).column("rate", [43.0]).text_column("region", ["North"]).build()?;
    /// for row in panel.rows() {
    ///     assert_eq!(row.number("rate")?, 43.0);
    ///     let text = row.number("region");
    ///     assert!(matches!(text, Err(Error::Data(DataError::ColumnUse { why: ColumnUseProblem::Text { .. }, .. }))));
    /// }
    /// # Ok::<(), Error>(())
    /// ```
    pub fn number(&self, column: &str) -> Result<f64> {
        let numbers = self.panel.numbers_for("Row::number()", column)?;
        Ok(numbers.get(self.index).copied().unwrap_or(f64::NAN))
    }

    /// The text that a column holds here; `None` where it is missing.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`], and [`DataError::ColumnUse`] for a column of numbers, and for those of units and
    /// periods.
    ///
    /// ```
    /// use apportion::error::{ColumnUseProblem, DataError};
    /// use apportion::{Error, Panel};
    /// let panel = Panel::builder().units([1]).periods([2018]).column("code", [7.0]).build()?;
    /// let error = panel.row(1, 2018)?.text("code").unwrap_err();
    /// assert!(matches!(error, Error::Data(DataError::ColumnUse { why: ColumnUseProblem::Numbers, .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn text(&self, column: &str) -> Result<Option<&'a str>> {
        let found = self.panel.column_for("Row::text()", column)?;
        // A column whose cells are all missing counts as numbers, whatever it was meant for.
        if found.kind() == ColumnKind::Number && found.n_missing() < self.panel.n_observations() {
            return Err(misused("Row::text()", found.name(), ColumnUseProblem::Numbers));
        }
        Ok(found.text(self.index))
    }

    /// Why the value of a column is missing here; `None` where it is not.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`], and [`DataError::ColumnUse`] for the columns of units and periods.
    ///
    /// ```
    /// use apportion::panel::Missing;
    /// use apportion::{Panel, PanelSchema};
    /// let panel = Panel::read_csv_from("la,year,rate\n202,2018,c\n".as_bytes(), &PanelSchema::new("la", "year"))?;
    /// assert_eq!(panel.row(202, 2018)?.missing("rate")?, Some(Missing::Confidential));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn missing(&self, column: &str) -> Result<Option<Missing>> {
        Ok(self.panel.column_for("Row::missing()", column)?.missing(self.index))
    }

    /// What a column holds here, of either kind, or why it holds nothing.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`], and [`DataError::ColumnUse`] for the columns of units and periods.
    ///
    /// ```
    /// use apportion::panel::CellValue;
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("rate", [43.0]).build()?;
    /// let values = panel.rows().map(|row| row.value("rate")).collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(values, [CellValue::Number(43.0)]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn value(&self, column: &str) -> Result<CellValue> {
        Ok(CellValue::of(self.panel.column_for("Row::value()", column)?, self.index))
    }
}

impl Panel {
    /// The rows, by unit and then period.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units(["B", "A"]).periods([2018, 2018]).column("rate", [50.0, 43.0]).build()?;
    /// let labels: Vec<String> = panel.rows().map(|row| row.label()).collect();
    /// assert_eq!((labels, panel.rows().len()), (vec!["A 2018".to_owned(), "B 2018".to_owned()], 2));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> + DoubleEndedIterator + Clone {
        (0..self.n_observations()).map(|index| Row { panel: self, index })
    }

    /// The row of a unit in a period; a unit of numbers may be given as a number.
    ///
    /// # Errors
    ///
    /// [`DataError::NoKey`] without units or periods, [`DataError::NoSuchUnit`], and [`DataError::NoSuchRow`] with the
    /// periods in which the unit has rows.
    ///
    /// ```
    /// use apportion::error::DataError;
    /// use apportion::{Error, Panel};
    /// let panel = Panel::builder().units([202, 202]).periods([2017, 2018]).column("rate", [43.0, 48.0]).build()?;
    /// assert_eq!(panel.row(202, 2018)?.number("rate")?, 48.0);
    /// assert!(matches!(panel.row("202", 2030), Err(Error::Data(DataError::NoSuchRow { period: 2030, .. }))));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn row(&self, unit: impl ToString, period: i32) -> Result<Row<'_>> {
        let unit = self.unit_position(&unit.to_string(), "Panel::row()")?;
        if self.periods.is_none() {
            return Err(no_key("Panel::row()", "period"));
        }
        let index = self.rows_of(unit).find(|&row| self.period_of(row) == Some(period));
        index.map(|index| Row { panel: self, index }).ok_or_else(|| {
            let periods = self.rows_of(unit).filter_map(|row| self.period_of(row));
            let there = first_few(&periods.map(|period| period.to_string()).collect::<Vec<_>>());
            let unit = self.units().get(unit).cloned().unwrap_or_default();
            DataError::NoSuchRow { unit, period, there }.into()
        })
    }

    /// What a column holds for a unit in a period.
    ///
    /// # Errors
    ///
    /// As for [`Panel::row`], and for its column as for [`Row::value`].
    ///
    /// ```
    /// use apportion::panel::{CellValue, Missing};
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([202, 202]).periods([2017, 2018]).column("rate", [43.0, f64::NAN]).build()?;
    /// assert_eq!(panel.value(202, 2017, "rate")?.number(), Some(43.0));
    /// assert_eq!(panel.value(202, 2018, "rate")?, CellValue::Missing(Missing::NotANumber));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn value(&self, unit: impl ToString, period: i32, column: &str) -> Result<CellValue> {
        let row = self.row(unit, period)?;
        Ok(CellValue::of(self.column_for("Panel::value()", column)?, row.index))
    }

    /// A column of data, which those of units and periods are not.
    pub(super) fn column_for(&self, asker: &str, name: &str) -> Result<&Column> {
        let is = |key: Option<&str>| key.is_some_and(|key| is_same(key, name));
        if is(self.unit_column()) {
            return Err(misused(asker, name, ColumnUseProblem::UnitKey));
        }
        if is(self.period_column()) {
            return Err(misused(asker, name, ColumnUseProblem::PeriodKey));
        }
        self.column(name)
    }

    /// The numbers of a column of data.
    pub(crate) fn numbers_for(&self, asker: &str, name: &str) -> Result<&[f64]> {
        let column = self.column_for(asker, name)?;
        column.numbers().map_err(|error| match error {
            // Of numbers that are written in another way, and of codes, the error of the column says what they are.
            Error::Data(DataError::NotANumber {
                place,
                text,
                why: NumberProblem::Text { read_with: None, .. },
                ..
            }) => misused(asker, column.name(), ColumnUseProblem::Text { text, place }),
            other => other,
        })
    }

    /// The position of a unit in [`Panel::units`]: as it stands, or as the one whose code it is written differently.
    pub(super) fn unit_position(&self, unit: &str, asker: &str) -> Result<usize> {
        if self.units.is_none() {
            return Err(no_key(asker, "unit"));
        }
        LevelsOf::Units.position(self.units(), unit).ok_or_else(|| {
            let nearest = nearest_names(unit, self.units().iter().map(String::as_str));
            DataError::NoSuchUnit { unit: unit.to_owned(), nearest }.into()
        })
    }

    /// The rows of a unit by its position, which stand together.
    pub(super) fn rows_of(&self, unit: usize) -> Range<usize> {
        let indices = self.unit_indices().unwrap_or_default();
        let first = indices.partition_point(|&index| (index as usize) < unit);
        first..indices.partition_point(|&index| index as usize <= unit)
    }
}
