//! Which rows were regressed, of which unit in which period, and what is left of each?

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Estimator, FittedRegression};
use crate::error::{Error, EstimateError, Refusal, Result, RowProblem, cannot, first_few, no_key};
use crate::model::Term;
use crate::panel::{CellValue, Column, Missing, Panel, Values};

/// A row of a regression: whose it is, and what the regression makes of it.
///
/// Always `outcome` = `fitted` + `residual`, in what the estimator regresses:
///
/// | estimator | a row is of | its outcome |
/// |---|---|---|
/// | pooled | a row of the sample | y |
/// | within, within_period, twoway | a row of the sample | y; absorbed effects are part of the fitted value |
/// | between | a unit | the mean of y over the unit's rows in the sample, weighted where rows are |
/// | first_difference | a row of the sample and the one a period before | the later y less the earlier |
/// | random, random_period, random_twoway, mundlak | a row of the sample | y quasi-demeaned: less θ of the means of its unit, its period or both, so that the errors that are left are unrelated ([`QuasiDemeaning`](super::QuasiDemeaning)) |
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::regress::RegressedRow;
/// use apportion::{Estimator, Panel, PanelRegression};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let regression = PanelRegression::new("cpp_rate", ["low_income_pct"]);
/// let first = |estimator| -> Result<RegressedRow, apportion::Error> {
///     Ok(regression.clone().estimator(estimator).fit(&panel)?.regressed_rows().swap_remove(0))
/// };
/// let (row, unit) = (first(Estimator::Within)?, first(Estimator::Between)?);
/// assert_eq!((row.unit.as_deref(), row.period, row.rows), (panel.unit_of(0), Some(2011), vec![0]));
/// assert_eq!((unit.unit, unit.period, unit.rows.len()), (row.unit, None, 8));
/// let difference = first(Estimator::FirstDifference)?;
/// assert_eq!((difference.earlier_period, difference.period), (Some(2011), Some(2012)));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegressedRow {
    /// The unit; `None` without a unit column.
    pub unit: Option<String>,
    /// The period, of a difference that of the later row; `None` of the between estimator and without a period column.
    pub period: Option<i32>,
    /// The period that a difference is from; `None` of other estimators.
    pub earlier_period: Option<i32>,
    /// The rows of the panel that it is made of, by their positions: one; of a difference the earlier and the later; of
    /// the between estimator all rows of the unit in the sample.
    pub rows: Vec<usize>,
    /// Its weight, on the scale of the weights that were given; 1 without. See [`Estimator`] for means and differences.
    pub weight: f64,
    /// What was regressed, absorbed effects in it.
    pub outcome: f64,
    /// What the regression says it is, absorbed effects included.
    pub fitted: f64,
    /// What is left, not weighted.
    pub residual: f64,
}

impl FittedRegression {
    /// The rows used: positions in the panel of the sample's rows, ascending. [`Panel::unit_of`] and
    /// [`Panel::period_of`] say whose they are, [`sample`](Self::sample) why others were left out.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::builder()
    ///     .units(["A", "A", "B", "B"])
    ///     .periods([2017, 2018, 2017, 2018])
    ///     .column("y", [1.0, f64::NAN, 11.0, 14.0])
    ///     .column("x", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// let keys: Vec<_> = fit.rows().iter().map(|&row| (panel.unit_of(row), panel.period_of(row))).collect();
    /// assert_eq!(keys, [(Some("A"), Some(2017)), (Some("B"), Some(2017)), (Some("B"), Some(2018))]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn rows(&self) -> &[usize] {
        &self.design.rows
    }

    /// Every regressed row with its unit and period, its fitted value and its residual, in the order of
    /// [`residuals`](Self::residuals).
    ///
    /// # Examples
    /// ```
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder()
    ///     .units(["A", "A", "B", "B"])
    ///     .periods([2017, 2018, 2017, 2018])
    ///     .column("y", [1.0, 3.0, 11.0, 14.0])
    ///     .column("x", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = PanelRegression::new("y", ["x"]).estimator(Estimator::Within).fit(&panel)?;
    /// // The row furthest above what is expected of it: x adds 2.5, and B's rise by 3.
    /// let rows = fit.regressed_rows();
    /// let most = rows.iter().max_by(|a, b| a.residual.total_cmp(&b.residual)).unwrap();
    /// assert_eq!((most.unit.as_deref(), most.period), (Some("B"), Some(2018)));
    /// assert!((most.fitted - 13.75).abs() < 1e-12 && (most.residual - 0.25).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn regressed_rows(&self) -> Vec<RegressedRow> {
        (0..self.n_observations()).map(|at| self.row_at(at)).collect()
    }

    /// The regressed rows of one period, differences by their later one.
    ///
    /// # Errors
    /// [`EstimateError::NotRegressed`] for a period that no regressed row is of;
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without periods;
    /// [`EstimateError::Method`] of the between estimator, whose rows are of all periods.
    ///
    /// # Examples
    /// ```
    /// use apportion::error::{EstimateError, RowProblem};
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Error, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let residuals: Vec<f64> = fit.regressed_rows_in(2018)?.iter().map(|row| row.residual).collect();
    /// assert_eq!(residuals.len(), 150);
    /// let error = fit.regressed_rows_in(2030).unwrap_err();
    /// assert!(matches!(error, Error::Estimate(EstimateError::NotRegressed { why: RowProblem::NoSuchPeriod { .. }, .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn regressed_rows_in(&self, period: i32) -> Result<Vec<RegressedRow>> {
        const ASKER: &str = "the rows of a period";
        self.check_period_rows(ASKER)?;
        let Some(periods) = &self.design.periods else { return Err(no_key(ASKER, "period")) };
        let name = period.to_string();
        let code = periods.names.iter().position(|known| *known == name);
        let is_there = |at: &usize| Some(periods.codes[self.data.rows[*at]] as usize) == code;
        let rows: Vec<_> = (0..self.n_observations()).filter(is_there).map(|at| self.row_at(at)).collect();
        if rows.is_empty() {
            let mut there: Vec<u32> = self.data.rows.iter().map(|&row| periods.codes[row]).collect();
            there.sort_unstable();
            there.dedup();
            let there: Vec<String> = there.iter().map(|&code| periods.names[code as usize].clone()).collect();
            let why = RowProblem::NoSuchPeriod { there: first_few(&there) };
            return Err(EstimateError::NotRegressed { place: name, why }.into());
        }
        Ok(rows)
    }

    /// The regressed row of a unit in a period, of a difference the later one; a unit of numbers may be given as a
    /// number.
    ///
    /// # Errors
    /// Those of [`Panel::row`] for a unit and period that the panel does not have;
    /// [`EstimateError::NotRegressed`] for a row that was left out, with the reason, and for one without a row before
    /// it to take a difference from; [`EstimateError::Method`] of the between estimator, whose rows are of all periods.
    ///
    /// # Examples
    /// ```
    /// use apportion::error::{EstimateError, RowProblem};
    /// use apportion::{Error, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder()
    ///     .units([202, 202, 203, 203])
    ///     .periods([2017, 2018, 2017, 2018])
    ///     .column("y", [1.0, 3.0, 2.0, f64::NAN])
    ///     .column("x", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// assert!((fit.regressed_row(203, 2017)?.residual - 0.5).abs() < 1e-12);
    /// let error = fit.regressed_row(203, 2018).unwrap_err();
    /// let sentence = "no regressed row of 203 2018: it was left out of the sample (y missing: not a number (NaN))";
    /// assert_eq!(error.to_string(), sentence);
    /// assert!(matches!(error, Error::Estimate(EstimateError::NotRegressed { why: RowProblem::LeftOut { .. }, .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn regressed_row(&self, unit: impl ToString, period: i32) -> Result<RegressedRow> {
        self.check_period_rows("the row of a unit in a period")?;
        let row = self.design.panel.row(unit, period)?;
        let not_regressed = |why| Error::from(EstimateError::NotRegressed { place: row.label(), why });
        let key = (row.unit().map(str::to_string), row.period());
        let position = self.design.rows.binary_search(&row.index()).map_err(|_| {
            let reason = self.sample().left_out.iter().find(|rows| rows.concerned.contains(&key));
            let reason = reason.map_or_else(|| self.sample().audit(), |rows| rows.reason.to_string());
            not_regressed(RowProblem::LeftOut { reason })
        })?;
        // Regressed rows stand in the order of the sample.
        let at = self.data.rows.binary_search(&position).map_err(|_| not_regressed(RowProblem::NoPeriodBefore))?;
        Ok(self.row_at(at))
    }

    /// The residuals as a column for [`Panel::with_column`]: one value for each row of a panel, which is the fitted one,
    /// or one that was made of it.
    ///
    /// Rows are found by unit and period, or by the one of them that both panels have, where it names every row. Rows
    /// without such names are taken by their positions, from a panel that holds what was regressed: the same values of
    /// the outcome, the terms and the weights in the rows that were used. A row that the sample left out is
    /// [`Missing::Undefined`], one that the fitted panel does not have [`Missing::Absent`]. Of random effects they are
    /// residuals of quasi-demeaned rows, see [`RegressedRow`].
    ///
    /// # Errors
    /// [`EstimateError::Method`] of the between and the first-difference estimators, whose rows are not those of a panel;
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) for a panel of other rows, or with other values on them, where
    /// there are no units and periods to find them by.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::Missing;
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::builder()
    ///     .units(["A", "A", "B", "B"])
    ///     .periods([2017, 2018, 2017, 2018])
    ///     .column("y", [1.0, 3.0, 2.0, f64::NAN])
    ///     .column("x", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// let panel = panel.with_column("residual", fit.residuals_on(&panel)?)?;
    /// assert!((panel.row("B", 2017)?.number("residual")? - 0.5).abs() < 1e-12);
    /// assert_eq!(panel.row("B", 2018)?.missing("residual")?, Some(Missing::Undefined));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn residuals_on(&self, panel: &Panel) -> Result<Vec<CellValue>> {
        self.on_rows_of(panel, self.residuals(), "a column of residuals")
    }

    /// The fitted values as a column, likewise. Rows that the sample left out are missing here too: for what is expected
    /// of them there is [`predictions`](Self::predictions).
    ///
    /// # Errors
    /// As for [`residuals_on`](Self::residuals_on).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).estimator(Estimator::Twoway).fit(&panel)?;
    /// // A panel of fewer rows takes its own.
    /// let late = panel.in_periods(2015..=2018)?;
    /// let late = late.with_column("fitted", fit.fitted_on(&late)?)?.with_column("residual", fit.residuals_on(&late)?)?;
    /// let row = late.rows().next().unwrap();
    /// let sum = row.number("fitted")? + row.number("residual")?;
    /// assert!((sum - row.number("cpp_rate")?).abs() < 1e-10);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn fitted_on(&self, panel: &Panel) -> Result<Vec<CellValue>> {
        self.on_rows_of(panel, &self.fitted(), "a column of fitted values")
    }

    /// A regressed row by its position among them.
    fn row_at(&self, at: usize) -> RegressedRow {
        let panel = &self.design.panel;
        let (own, first) = (&self.design.rows, self.data.rows[at]);
        let rows = match (self.estimator(), &self.design.units) {
            (Estimator::Between, Some(units)) => {
                // Rows stand by unit, and this one is the unit's first.
                let same = units.codes[first..].iter().take_while(|code| **code == units.codes[first]);
                own[first..first + same.count()].to_vec()
            }
            (Estimator::FirstDifference, _) => own[first - 1..=first].to_vec(),
            _ => vec![own[first]],
        };
        let (outcome, residual) = (self.outcome()[at], self.residuals()[at]);
        let is_difference = self.estimator() == Estimator::FirstDifference;
        RegressedRow {
            unit: panel.unit_of(own[first]).map(str::to_string),
            period: panel.period_of(own[first]).filter(|_| self.estimator() != Estimator::Between),
            earlier_period: rows.first().filter(|_| is_difference).and_then(|&row| panel.period_of(row)),
            rows,
            weight: match &self.counts {
                Some(counts) => counts.weights[at] * counts.weights_mean,
                None => self.data.weights[at] * self.data.weights_scale,
            },
            outcome,
            fitted: outcome - residual,
            residual,
        }
    }

    /// Refuses what is about periods where a row is of all of them.
    fn check_period_rows(&self, asker: &'static str) -> Result<()> {
        match self.estimator() {
            Estimator::Between => Err(self.other_rows(asker, "a unit, of all its periods")),
            _ => Ok(()),
        }
    }

    fn other_rows(&self, asker: &'static str, row: &'static str) -> Error {
        cannot(asker, Refusal::OtherRows { estimator: self.estimator().name(), row })
    }

    /// Whether the rows used have the same values of what was regressed in this panel, which has the keys of the fitted.
    fn read_the_same_in(&self, panel: &Panel) -> bool {
        let design = &self.design;
        let terms = design.terms.iter().map(|term| &term.term).chain(&self.question.outcome);
        let exposure = design.exposure.as_ref().map(|exposure| exposure.name.as_str());
        let mut names = terms.flat_map(Term::columns).chain(design.weights_name.as_deref()).chain(exposure);
        names.all(|name| match (design.panel.column(name), panel.column(name)) {
            (Ok(own), Ok(other)) => design.rows.iter().all(|&row| has_same_value(own, other, row)),
            // What is no column of the fitted panel is one of its keys.
            (own, _) => own.is_err(),
        })
    }

    /// Values of the sample's rows on the rows of a panel.
    fn on_rows_of(&self, panel: &Panel, values: &[f64], asker: &'static str) -> Result<Vec<CellValue>> {
        self.check_period_rows(asker)?;
        if self.estimator() == Estimator::FirstDifference {
            return Err(self.other_rows(asker, "a difference of two"));
        }
        let fitted = &self.design.panel;
        let mut of_fitted = vec![CellValue::Missing(Missing::Undefined); fitted.n_observations()];
        self.design.rows.iter().zip(values).for_each(|(&row, &value)| of_fitted[row] = CellValue::Number(value));
        let has_both = fitted.unit_column().is_some() && fitted.period_column().is_some();
        if has_same_keys(fitted, panel) && (has_both || self.read_the_same_in(panel)) {
            return Ok(of_fitted);
        }
        let are_alike = fitted.unit_column().is_some() == panel.unit_column().is_some()
            && fitted.period_column().is_some() == panel.period_column().is_some();
        let positions = rows_by_key(fitted).filter(|_| are_alike && rows_by_key(panel).is_some());
        let positions = positions.ok_or_else(|| {
            let lacks_units = fitted.unit_column().is_none() || panel.unit_column().is_none();
            no_key(format!("{asker} for a panel of other rows"), if lacks_units { "unit" } else { "period" })
        })?;
        let of_row = |position: Option<&usize>| position.and_then(|&row| of_fitted.get(row)).cloned();
        let found = panel.rows().map(|row| of_row(positions.get(&(row.unit(), row.period()))));
        Ok(found.map(|value| value.unwrap_or(CellValue::Missing(Missing::Absent))).collect())
    }
}

/// What names a row: its unit and period, or the one that there is.
type Key<'a> = (Option<&'a str>, Option<i32>);

/// Rows by what names them. `None` where it is of several rows.
fn rows_by_key(panel: &Panel) -> Option<HashMap<Key<'_>, usize>> {
    let has_key = panel.unit_column().is_some() || panel.period_column().is_some();
    let by_key: HashMap<_, _> = panel.rows().map(|row| ((row.unit(), row.period()), row.index())).collect();
    (has_key && by_key.len() == panel.n_observations()).then_some(by_key)
}

fn has_same_value(a: &Column, b: &Column, row: usize) -> bool {
    match (a.values(), b.values()) {
        (Values::Number(a), Values::Number(b)) => a[row] == b[row] || (a[row].is_nan() && b[row].is_nan()),
        (Values::Text { .. }, Values::Text { .. }) => a.text(row) == b.text(row),
        _ => false,
    }
}

/// Whether two panels have the same units and periods on the same rows; without these, equally many rows.
fn has_same_keys(a: &Panel, b: &Panel) -> bool {
    let of_units = (a.units(), a.unit_indices()) == (b.units(), b.unit_indices());
    let of_periods = (a.periods(), a.period_indices()) == (b.periods(), b.period_indices());
    of_units && of_periods && a.n_observations() == b.n_observations()
}
