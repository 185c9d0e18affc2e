//! How do the columns of two panels come to stand side by side?
//!
//! Keys are compared as they stand, spaces and accents aside: on units, and on periods moved by a stated offset. What
//! finds no partner is reported, on both sides, and nothing is dropped but what an inner join says it drops.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Panel;
use super::column::Column;
use super::history::{JoinKind, JoinReport, Step, Unmatched};
use super::provenance::Origin;
use super::spelling::{canonical, is_same};
use crate::error::{DataError, Error, JoinProblem, Result, no_key};

/// How two panels are joined.
///
/// ```
/// use apportion::panel::Join;
/// use apportion::Panel;
/// let plans = Panel::builder().units([201, 202]).periods([2018, 2018]).column("plans", [1.0, 2.0]).build()?;
/// let children = Panel::builder().units([202, 203]).periods([2017, 2017]).column("children", [40.0, 50.0]).build()?;
/// // Mid-year population of the year before.
/// let panel = plans.join(&children, &Join::left().period_offset(-1))?;
/// assert_eq!(panel.column("children")?.numbers()?[1], 40.0);
/// assert_eq!(
///     panel.joins().last().unwrap().to_string(),
///     "children, left join on unit and period t − 1: 1 row matched; without a partner here: 201 2018; \
///      in the source alone: 203 2018"
/// );
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    kind: JoinKind,
    on_unit: bool,
    period_offset: i32,
}

impl Join {
    fn new(kind: JoinKind) -> Self {
        Join { kind, on_unit: false, period_offset: 0 }
    }

    /// Keeps every row of the left panel.
    ///
    /// ```
    /// use apportion::panel::{Join, Missing};
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 2]).column("plans", [3.0, 4.0]).build()?;
    /// let other = Panel::builder().units([2]).column("children", [40.0]).build()?;
    /// let left = panel.join(&other, &Join::left().on_unit())?;
    /// assert_eq!(left.column("children")?.missing(0), Some(Missing::Absent));
    /// assert_eq!(panel.join(&other, &Join::inner().on_unit())?.units(), ["2"]);
    /// assert!(panel.join(&other, &Join::one_to_one().on_unit()).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn left() -> Self {
        Self::new(JoinKind::Left)
    }

    /// Keeps the rows that are in both panels.
    ///
    /// See the example of [`left`](Self::left).
    pub fn inner() -> Self {
        Self::new(JoinKind::Inner)
    }

    /// Insists that every row of either panel has its partner.
    ///
    /// See the example of [`left`](Self::left).
    pub fn one_to_one() -> Self {
        Self::new(JoinKind::OneToOne)
    }

    /// Joins on units alone: the right panel has one row for each unit, which stands for all periods.
    ///
    /// ```
    /// use apportion::panel::Join;
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 1]).periods([2017, 2018]).column("plans", [3.0, 4.0]).build()?;
    /// let score = Panel::builder().units([1]).column("idaci", [0.2]).build()?;
    /// assert_eq!(panel.join(&score, &Join::left().on_unit())?.column("idaci")?.numbers()?, [0.2, 0.2]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn on_unit(mut self) -> Self {
        self.on_unit = true;
        self
    }

    /// A row in period t takes the right panel's row in period t plus this. Default: 0, the same period.
    ///
    /// ```
    /// use apportion::panel::Join;
    /// use apportion::Panel;
    /// let plans = Panel::builder().units([1]).periods([2018]).column("plans", [3.0]).build()?;
    /// let money = Panel::builder().units([1, 1]).periods([2017, 2018]).column("spend", [10.0, 20.0]).build()?;
    /// let before = plans.join(&money, &Join::left().period_offset(-1))?;
    /// assert_eq!(before.column("spend")?.numbers()?, [10.0]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn period_offset(mut self, offset: i32) -> Self {
        self.period_offset = offset;
        self
    }
}

impl Panel {
    /// Puts the columns of another panel beside this one's, by unit and period or by unit alone.
    ///
    /// The labels of the other panel (its other code, its names, see [`Panel::label_columns`]) come with it only where
    /// this panel has none. What matched is the last of [`Panel::joins`].
    ///
    /// # Errors
    ///
    /// [`DataError::NoKey`] where a panel lacks the keys; [`DataError::Join`] where the right panel has a unit twice in a
    /// join on units alone, a column stands in both (see [`Panel::renamed`]), no row has a partner, or a one-to-one join
    /// leaves one without.
    ///
    /// ```
    /// use apportion::panel::Join;
    /// use apportion::Panel;
    /// let of = |name: &str, values: [f64; 2]| {
    ///     Panel::builder().units([202, 203]).periods([2018, 2018]).column(name, values).build()
    /// };
    /// let panel = of("plans", [143.0, 210.0])?.join(&of("children", [4e4, 6e4])?, &Join::one_to_one())?;
    /// assert_eq!(panel.column("children")?.numbers()?, [4e4, 6e4]);
    /// assert!(panel.join(&of("plans", [1.0, 2.0])?, &Join::left()).is_err(), "the column stands in both");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn join(&self, right: &Panel, how: &Join) -> Result<Panel> {
        let (columns, labels) = self.columns_to_join(right)?;
        let mut names: Vec<String> = columns.iter().map(|column| column.name().to_owned()).collect();
        if names.len() > labels.len() {
            names.retain(|name| !labels.contains(name));
        }
        let refuse = |why| Error::from(DataError::Join { columns: names.join(", "), why });
        let partners = partners(self, right, how, &refuse)?;

        let rows: Vec<usize> = match how.kind {
            JoinKind::Inner => (0..self.n_observations()).filter(|&row| partners[row].is_some()).collect(),
            JoinKind::Left | JoinKind::OneToOne => (0..self.n_observations()).collect(),
        };
        let mut taken = vec![false; right.n_observations()];
        for row in partners.iter().flatten() {
            taken[*row] = true;
        }
        let left_only = unmatched(self, partners.iter().map(Option::is_some), how.on_unit, 0);
        let all_right = unmatched(right, taken.into_iter(), how.on_unit, how.period_offset);
        let example = all_right.first().map(Unmatched::to_string);
        let (right_only, right_periods) = split_periods(all_right, self.periods(), how.on_unit);
        if how.kind == JoinKind::OneToOne
            && !(left_only.is_empty() && right_only.is_empty() && right_periods.is_empty())
        {
            let [left_only, right_only] =
                [left_only, right_only].map(|rows| rows.iter().map(Unmatched::to_string).collect());
            return Err(refuse(JoinProblem::NotOneToOne { left_only, right_only, right_periods }));
        }
        if partners.iter().all(Option::is_none) {
            let first = |rows: &[Unmatched]| rows.first().map(Unmatched::to_string);
            let (left, right) = (first(&left_only).unwrap_or_default(), example.unwrap_or_default());
            return Err(refuse(JoinProblem::NoPartner { left, right }));
        }
        let report = JoinReport {
            columns: names,
            kind: how.kind,
            on_unit: how.on_unit,
            period_offset: how.period_offset,
            matched: partners.iter().flatten().count(),
            left_only,
            right_only,
            right_periods,
        };
        let mut joined = self.clone();
        let mut all = joined.columns.to_vec();
        for column in columns {
            let mut provenance = column.provenance().clone();
            if let Origin::File(file) = &mut provenance.origin {
                file.period_offset = file.period_offset.saturating_add(how.period_offset);
            }
            all.push(column.gather(&partners)?.with_provenance(Arc::new(provenance)));
        }
        joined.columns = Arc::new(all);
        let mut joined = joined.on_rows(&rows)?;
        joined.labels.extend(labels);
        joined.steps.extend(right.steps.iter().cloned());
        joined.steps.push(Step::Join(report));
        Ok(joined)
    }

    /// The columns of another panel to take, and which of them are labels.
    fn columns_to_join<'a>(&self, right: &'a Panel) -> Result<(Vec<&'a Column>, Vec<String>)> {
        let is_label = |column: &Column| right.labels.iter().any(|label| label == column.name());
        let there = |name: &str| {
            let mut keys = self.unit_column().into_iter().chain(self.period_column());
            self.has_column(name) || keys.any(|key| is_same(key, name))
        };
        // One set of names and codes is enough, and the left panel's own stand in every row.
        let brought = |column: &&Column| !is_label(column) || self.labels.is_empty() && !there(column.name());
        let columns: Vec<&Column> = right.columns().iter().filter(brought).collect();
        if let Some(twice) = columns.iter().find(|column| there(column.name())) {
            return Err(DataError::Join { columns: twice.name().to_owned(), why: JoinProblem::SameColumn }.into());
        }
        let labels = columns.iter().filter(|column| is_label(column)).map(|column| column.name().to_owned()).collect();
        Ok((columns, labels))
    }
}

/// For each row of the left panel its row in the right one.
fn partners(
    left: &Panel,
    right: &Panel,
    how: &Join,
    refuse: &dyn Fn(JoinProblem) -> Error,
) -> Result<Vec<Option<usize>>> {
    let needs = |needs| no_key("each panel of a join", needs);
    let (left_units, right_units) = left.units.as_ref().zip(right.units.as_ref()).ok_or_else(|| needs("unit"))?;
    let positions: HashMap<Cow<'_, str>, usize> =
        right_units.values.iter().enumerate().map(|(position, unit)| (canonical(unit), position)).collect();
    let in_right: Vec<Option<usize>> =
        left_units.values.iter().map(|unit| positions.get(&canonical(unit)).copied()).collect();
    let right_unit = |row: usize| in_right.get(*left_units.indices.get(row)? as usize).copied().flatten();

    if how.on_unit {
        let mut rows = vec![None; right_units.values.len()];
        for (row, &unit) in right_units.indices.iter().enumerate() {
            if let Some(first) = rows[unit as usize].replace(row) {
                let unit = right_units.values[unit as usize].clone();
                let (first, second) = (right.place(first), right.place(row));
                return Err(refuse(JoinProblem::SeveralRows { unit, first, second }));
            }
        }
        return Ok((0..left.n_observations()).map(|row| right_unit(row).and_then(|unit| rows[unit])).collect());
    }
    let needs = || no_key("each panel of a join other than on_unit()", "period");
    let (_, right_periods) = left.periods.as_ref().zip(right.periods.as_ref()).ok_or_else(needs)?;
    let rows: HashMap<(u32, i32), usize> = (right_units.indices.iter().zip(right_periods.indices.iter()).enumerate())
        .map(|(row, (&unit, &period))| ((unit, right_periods.values[period as usize]), row))
        .collect();
    let partner = |row: usize| {
        let period = left.period_of(row)?.checked_add(how.period_offset)?;
        rows.get(&(right_unit(row)? as u32, period)).copied()
    };
    Ok((0..left.n_observations()).map(partner).collect())
}

/// The units whose rows found no partner, with the periods, in terms of the left panel.
fn unmatched(panel: &Panel, found: impl Iterator<Item = bool>, on_unit: bool, offset: i32) -> Vec<Unmatched> {
    let mut by_unit: BTreeMap<u32, Unmatched> = BTreeMap::new();
    let units = panel.unit_indices().unwrap_or_default();
    for (row, (&unit, _)) in units.iter().zip(found).enumerate().filter(|(_, (_, found))| !found) {
        let entry = by_unit.entry(unit).or_insert_with(|| Unmatched {
            unit: panel.unit_of(row).unwrap_or_default().to_owned(),
            name: panel.name_of(row).map(str::to_owned),
            periods: Vec::new(),
        });
        if let (false, Some(period)) = (on_unit, panel.period_of(row)) {
            entry.periods.push(period.saturating_sub(offset));
        }
    }
    by_unit.into_values().collect()
}

/// Takes the periods that the left panel does not have out of what only the right one has.
fn split_periods(right: Vec<Unmatched>, left_periods: &[i32], on_unit: bool) -> (Vec<Unmatched>, Vec<i32>) {
    if on_unit {
        return (right, Vec::new());
    }
    let (mut rows, mut others) = (Vec::new(), Vec::new());
    for mut unit in right {
        let (inside, outside): (Vec<i32>, Vec<i32>) =
            unit.periods.iter().partition(|period| left_periods.binary_search(period).is_ok());
        others.extend(outside);
        if !inside.is_empty() {
            unit.periods = inside;
            rows.push(unit);
        }
    }
    others.sort_unstable();
    others.dedup();
    (rows, others)
}
