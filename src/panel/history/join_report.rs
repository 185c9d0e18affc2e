//! What did a join match, and what found no partner?

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::first_few;
use crate::panel::provenance::signed;

/// What happens to rows that find no partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum JoinKind {
    /// Every row of the left panel stays; what it finds no value for is missing as
    /// [`Missing::Absent`](crate::panel::Missing).
    Left,
    /// Only rows that find a partner stay.
    Inner,
    /// Every row of either panel must find a partner.
    OneToOne,
}

/// What a join matched and what it did not.
///
/// ```
/// use apportion::panel::{Join, JoinKind};
/// use apportion::Panel;
/// let plans = Panel::builder().units([1, 2]).periods([2018, 2018]).column("plans", [3.0, 4.0]).build()?;
/// let money = Panel::builder().units([1, 3]).periods([2018, 2018]).column("spend", [10.0, 20.0]).build()?;
/// let joined = plans.join(&money, &Join::left())?;
/// let report = joined.joins()[0];
/// assert_eq!((report.kind, report.matched), (JoinKind::Left, 1));
/// assert_eq!(report.columns, ["spend"]);
/// assert_eq!((report.left_only[0].unit.as_str(), &report.left_only[0].periods), ("2", &vec![2018]));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct JoinReport {
    /// The columns that were joined on, without labels.
    pub columns: Vec<String>,
    /// What happened to rows without a partner.
    pub kind: JoinKind,
    /// Whether the join was on units alone.
    pub on_unit: bool,
    /// A row in period t took the source's row in period t plus this.
    pub period_offset: i32,
    /// Rows of the left panel that found a partner.
    pub matched: usize,
    /// Rows of the left panel that found none.
    pub left_only: Vec<Unmatched>,
    /// Rows of the right panel that no row took, in the periods that the left panel has.
    pub right_only: Vec<Unmatched>,
    /// Periods of the right panel, in terms of the left, that the left panel does not have at all.
    pub right_periods: Vec<i32>,
}

/// A unit with rows that found no partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Unmatched {
    /// The unit.
    pub unit: String,
    /// Its name; `None` where no label column gives one.
    pub name: Option<String>,
    /// The periods, in terms of the left panel; empty where the join was on units alone.
    pub periods: Vec<i32>,
}

impl fmt::Display for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.unit)?;
        if let Some(name) = &self.name {
            write!(f, " {name}")?;
        }
        match self.periods.as_slice() {
            [] => Ok(()),
            [period] => write!(f, " {period}"),
            [first, .., last] if i64::from(*last) - i64::from(*first) + 1 == self.periods.len() as i64 => {
                write!(f, " {first}–{last}")
            }
            periods => {
                let periods: Vec<String> = periods.iter().map(i32::to_string).collect();
                write!(f, " {}", periods.join(", "))
            }
        }
    }
}

/// The units in one line, the first few by name.
fn listed(unmatched: &[Unmatched]) -> String {
    first_few(&unmatched.iter().map(Unmatched::to_string).collect::<Vec<_>>())
}

impl fmt::Display for JoinReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            JoinKind::Left => "left join",
            JoinKind::Inner => "inner join",
            JoinKind::OneToOne => "one-to-one join",
        };
        write!(f, "{}, {kind} on unit", self.columns.join(", "))?;
        match (self.on_unit, self.period_offset) {
            (true, _) => f.write_str(" alone")?,
            (false, 0) => f.write_str(" and period")?,
            (false, offset) => write!(f, " and period t {}", signed(offset))?,
        }
        write!(f, ": {} row{} matched", self.matched, if self.matched == 1 { "" } else { "s" })?;
        if !self.left_only.is_empty() {
            let verb = if self.kind == JoinKind::Inner { "left out" } else { "without a partner here" };
            write!(f, "; {verb}: {}", listed(&self.left_only))?;
        }
        if !self.right_only.is_empty() {
            write!(f, "; in the source alone: {}", listed(&self.right_only))?;
        }
        if let (Some(first), Some(last)) = (self.right_periods.first(), self.right_periods.last()) {
            write!(f, "; periods of the source alone: {}", self.right_periods.len())?;
            write!(f, " ({first} to {last})")?;
        }
        Ok(())
    }
}
