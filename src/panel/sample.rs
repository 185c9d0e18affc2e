//! Which rows are used, and for every row left out, why.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Missing, Panel, RowList};
use crate::error::{Error, QuestionError, Result};

/// Why a row is not in the sample. It prints as a sentence, by which serde writes it, and reads that sentence back.
///
/// ```
/// use apportion::panel::{Missing, Reason};
/// use apportion::{Model, Panel};
/// let panel = Panel::builder().units([1, 1, 2, 2]).periods([1, 2, 1, 2]);
/// let panel = panel.column("y", [1.0, 2.0, 4.0, f64::NAN]).column("x", [0.0, 1.0, 1.0, 2.0]).build()?;
/// let fit = Model::new("y").component("now", ["x"]).fit(&panel)?;
/// let reason = Reason::Missing { column: "y".to_string(), kind: Missing::NotANumber };
/// assert_eq!(fit.sample().left_out[0].reason, reason);
/// assert_eq!(reason.to_string(), "y missing: not a number (NaN)");
/// assert_eq!("y missing: not a number (NaN)".parse::<Reason>()?, reason);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Reason {
    /// A column that the model uses is missing there.
    Missing {
        /// The column.
        column: String,
        /// The mark that stands in its place.
        kind: Missing,
    },
    /// The logarithm of zero or of a negative number.
    NotPositive {
        /// The term.
        term: String,
    },
    /// A function of a number at which it has no value, such as the square root of a negative one.
    Undefined {
        /// The term.
        term: String,
    },
    /// The unit has no value that many periods earlier.
    NoLag {
        /// The term.
        term: String,
    },
    /// The unit has a row that many periods earlier, but no value there.
    LagMissing {
        /// The term.
        term: String,
    },
    /// The unit has no value that many periods later.
    NoLead {
        /// The term.
        term: String,
    },
    /// The unit has a row that many periods later, but no value there.
    LeadMissing {
        /// The term.
        term: String,
    },
    /// The term overflows.
    NotFinite {
        /// The term.
        term: String,
    },
    /// The row's weight is zero, so it says nothing.
    ZeroWeight {
        /// The weight column.
        column: String,
    },
    /// The row's exposure is zero, so nothing can be counted there.
    ZeroExposure {
        /// The exposure column.
        column: String,
    },
    /// Every count of the row's unit is zero, so that the unit's effect would have no end.
    OnlyZeros,
    /// The count is zero, and columns let expect exactly that: their coefficients would have no end.
    Separated {
        /// The columns, by name.
        columns: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Missing { column, kind } => write!(f, "{column} missing: {kind}"),
            Reason::NotPositive { term } => write!(f, "{term} of a value that is not positive"),
            Reason::Undefined { term } => write!(f, "{term} has no value there"),
            Reason::NoLag { term } => write!(f, "{term} has no earlier value"),
            Reason::LagMissing { term } => write!(f, "{term} is missing at the earlier period"),
            Reason::NoLead { term } => write!(f, "{term} has no later value"),
            Reason::LeadMissing { term } => write!(f, "{term} is missing at the later period"),
            Reason::NotFinite { term } => write!(f, "{term} is not finite"),
            Reason::ZeroWeight { column } => write!(f, "weight {column} is zero"),
            Reason::ZeroExposure { column } => write!(f, "exposure {column} is zero"),
            Reason::OnlyZeros => f.write_str(ONLY_ZEROS),
            Reason::Separated { columns } => write!(f, "{SEPARATED}{columns}{NO_FIT}"),
        }
    }
}

/// What is said of units without a count, and before and after the columns that separate.
const ONLY_ZEROS: &str = "every count of its unit is zero";
const SEPARATED: &str = "expected to be exactly zero by ";
const NO_FIT: &str = ", without a finite fit";

/// What stands before and after the name in a sentence, none of which ends as another does.
impl FromStr for Reason {
    type Err = Error;

    fn from_str(sentence: &str) -> Result<Self> {
        let missing = Missing::ALL.into_iter().find_map(|kind| {
            let column = sentence.strip_suffix(&format!(" missing: {kind}"))?.to_string();
            Some(Reason::Missing { column, kind })
        });
        let zero = |of: &str| Some(sentence.strip_prefix(of)?.strip_suffix(" is zero")?.to_string());
        let of_weight = || Some(Reason::ZeroWeight { column: zero("weight ")? });
        let of_counts = || match sentence.strip_prefix(SEPARATED).and_then(|rest| rest.strip_suffix(NO_FIT)) {
            Some(columns) => Some(Reason::Separated { columns: columns.to_string() }),
            None => (sentence == ONLY_ZEROS).then_some(Reason::OnlyZeros),
        };
        let of_exposure = || Some(Reason::ZeroExposure { column: zero("exposure ")? });
        let of_term = || {
            let of = |term: String| {
                [
                    Reason::NotPositive { term: term.clone() },
                    Reason::Undefined { term: term.clone() },
                    Reason::NoLag { term: term.clone() },
                    Reason::LagMissing { term: term.clone() },
                    Reason::NoLead { term: term.clone() },
                    Reason::LeadMissing { term: term.clone() },
                    Reason::NotFinite { term },
                ]
            };
            let ending = |reason: Reason| sentence.strip_suffix(&reason.to_string()).map(str::to_string);
            let (at, term) = of(String::new()).into_iter().enumerate().find_map(|(at, r)| Some((at, ending(r)?)))?;
            of(term).into_iter().nth(at)
        };
        missing.or_else(of_weight).or_else(of_exposure).or_else(of_counts).or_else(of_term).ok_or_else(|| {
            let expected = "it must be a sentence that a sample says, such as \"x missing: empty\"".to_string();
            QuestionError::Option {
                option: "the reason for which rows are left out",
                expected,
                found: sentence.to_string(),
            }
            .into()
        })
    }
}

impl TryFrom<String> for Reason {
    type Error = Error;

    fn try_from(sentence: String) -> Result<Self> {
        sentence.parse()
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.to_string()
    }
}

/// The rows left out for one reason. A row with several reasons counts under the first.
///
/// ```
/// use apportion::{Model, Panel};
/// let panel = Panel::builder().units(["A", "A", "B", "B"]).periods([2017, 2018, 2017, 2018]);
/// let panel = panel.column("y", [1.0, 3.0, 2.0, 4.0]).column("x", [0.0, 1.0, f64::NAN, 1.5]).build()?;
/// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
/// let left_out = &fit.sample().left_out[0];
/// assert_eq!((left_out.rows, left_out.reason.to_string().as_str()), (1, "x missing: not a number (NaN)"));
/// assert_eq!(left_out.concerned, [(Some("B".to_string()), Some(2017))]);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LeftOutRows {
    /// Why.
    pub reason: Reason,
    /// How many rows.
    pub rows: usize,
    /// The unit and period of each, in the panel's order; `None` where the panel has no such column. Empty in a
    /// [`Report`](crate::Report), which counts them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concerned: Vec<(Option<String>, Option<i32>)>,
}

impl LeftOutRows {
    /// Rows of which only the number is known.
    pub(crate) fn counted(reason: Reason, rows: usize) -> Self {
        LeftOutRows { reason, rows, concerned: Vec::new() }
    }
}

/// The rows a fit uses: complete cases over what its model uses, with the audit of those left out.
///
/// ```
/// use apportion::{Model, Panel};
/// let panel = Panel::builder()
///     .units(["A", "A", "B", "B"])
///     .periods([2017, 2018, 2017, 2018])
///     .column("y", [1.0, 3.0, 2.0, 4.0])
///     .column("x", [1.0, 2.0, 0.0, 4.0])
///     .build()?;
/// // The logarithm of zero is a reason to leave a row out, not a value.
/// let fit = Model::new("y").component("cause", ["log(x)"]).fit(&panel)?;
/// let sample = fit.sample();
/// assert_eq!((sample.n_observations, sample.n_left_out(), sample.n_units, sample.n_periods), (3, 1, 2, 2));
/// assert_eq!(sample.audit(), "1 (log(x) of a value that is not positive)");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Sample {
    /// Rows used.
    pub n_observations: usize,
    /// Distinct units among them; 0 without a unit column.
    pub n_units: usize,
    /// Distinct periods among them; 0 without a period column.
    pub n_periods: usize,
    /// The rows left out, by reason, in the order in which the model meets the reasons.
    #[serde(rename = "dropped")]
    pub left_out: Vec<LeftOutRows>,
}

impl Sample {
    /// Rows left out, for whatever reason.
    pub fn n_left_out(&self) -> usize {
        self.left_out.iter().map(|d| d.rows).sum()
    }

    /// The same without which rows were left out: how many, and why.
    pub(crate) fn counted(&self) -> Self {
        let mut counted = self.clone();
        counted.left_out.iter_mut().for_each(|rows| rows.concerned.clear());
        counted
    }

    /// Reasons and counts in one line, `none` when every row is used.
    pub fn audit(&self) -> String {
        if self.left_out.is_empty() {
            return "none".to_string();
        }
        let reasons: Vec<String> = self.left_out.iter().map(|d| format!("{} ({})", d.rows, d.reason)).collect();
        reasons.join(", ")
    }
}

/// Collects reasons row by row; the first reason of a row stands.
pub(crate) struct Selection<'a> {
    panel: &'a Panel,
    /// Position in `reasons`, per row, `KEPT` while there is none; empty while no row has one.
    reason_of: Vec<u32>,
    reasons: Vec<Reason>,
}

const KEPT: u32 = u32::MAX;

impl<'a> Selection<'a> {
    pub(crate) fn all(panel: &'a Panel) -> Self {
        Selection { panel, reason_of: Vec::new(), reasons: Vec::new() }
    }

    pub(crate) fn leave_out(&mut self, row: usize, reason: Reason) {
        if self.reason_of.is_empty() {
            self.reason_of = vec![KEPT; self.panel.n_observations()];
        }
        if self.reason_of[row] != KEPT {
            return;
        }
        let known = self.reasons.iter().position(|r| *r == reason);
        let index = known.unwrap_or_else(|| {
            self.reasons.push(reason);
            self.reasons.len() - 1
        });
        self.reason_of[row] = index as u32;
    }

    /// The rows kept, ascending.
    pub(crate) fn rows(&self) -> RowList {
        if self.reason_of.is_empty() {
            return RowList::all(self.panel.n_observations());
        }
        (0..self.reason_of.len()).filter(|&row| self.reason_of[row] == KEPT).collect::<Vec<_>>().into()
    }

    pub(crate) fn into_sample(self) -> Sample {
        let n_left_out = self.reason_of.iter().filter(|reason| **reason != KEPT).count();
        let distinct = |indices: Option<&[u32]>, all: usize| {
            let Some(indices) = indices.filter(|_| n_left_out > 0) else { return all };
            let mut is_there = vec![false; all];
            let kept = indices.iter().zip(&self.reason_of).filter(|(_, reason)| **reason == KEPT);
            kept.for_each(|(&index, _)| is_there[index as usize] = true);
            is_there.into_iter().filter(|is_there| *is_there).count()
        };
        let mut left_out: Vec<LeftOutRows> = self
            .reasons
            .iter()
            .map(|reason| LeftOutRows { reason: reason.clone(), rows: 0, concerned: Vec::new() })
            .collect();
        for (row, &index) in self.reason_of.iter().enumerate().filter(|(_, index)| **index != KEPT) {
            let group = &mut left_out[index as usize];
            group.rows += 1;
            group.concerned.push((self.panel.unit_of(row).map(str::to_string), self.panel.period_of(row)));
        }
        Sample {
            n_observations: self.panel.n_observations() - n_left_out,
            n_units: distinct(self.panel.unit_indices(), self.panel.n_units()),
            n_periods: distinct(self.panel.period_indices(), self.panel.n_periods()),
            left_out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_read_back_from_its_sentence() {
        let names = ["x", "", "odd (name)", "weight a is zero", "y missing: empty", "log(x) is not finite", "lag(x)"];
        for name in names.map(str::to_string) {
            let [term, column] = [&name; 2].map(String::clone);
            let reasons = [
                Reason::NotPositive { term: term.clone() },
                Reason::Undefined { term: term.clone() },
                Reason::NoLag { term: term.clone() },
                Reason::LagMissing { term: term.clone() },
                Reason::NoLead { term: term.clone() },
                Reason::LeadMissing { term: term.clone() },
                Reason::NotFinite { term },
                Reason::ZeroWeight { column: column.clone() },
                Reason::ZeroExposure { column: column.clone() },
                Reason::Separated { columns: column.clone() },
                Reason::OnlyZeros,
            ];
            let missing = Missing::ALL.map(|kind| Reason::Missing { column: column.clone(), kind });
            for reason in reasons.into_iter().chain(missing) {
                assert_eq!(reason.to_string().parse::<Reason>().unwrap(), reason);
                let json = serde_json::to_string(&reason).unwrap();
                assert_eq!(serde_json::from_str::<Reason>(&json).unwrap(), reason);
            }
        }
    }

    #[test]
    fn another_sentence_is_refused() {
        for sentence in ["", "x", "x missing: whatever", "weight x is one"] {
            let error = sentence.parse::<Reason>().unwrap_err().to_string();
            assert!(error.contains("a sentence that a sample says"), "{error}");
        }
    }
}
