//! What did a file hold, by kind of area, and do its parts add up?

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::error::{QuestionError, Result};
use crate::panel::{Panel, Quantity};

/// What was read from a published file: authorities as a panel, regions and the nation set apart.
///
/// ```
/// use apportion::Source;
/// use std::io::Cursor;
/// let file = "Short Desc,Years,LA and Regions,Values,LA Number\nPlans,2017-18,Camden,143,202\n\
///             Plans,2017-18,Inner London,2500,982\nPlans,2017-18,England,53790,970\n";
/// let published = Source::lait("lait.csv").measure("Plans").read_from(Cursor::new(file))?;
/// assert_eq!(published.authorities().units(), ["202"]);
/// assert_eq!(published.regions().map(|regions| regions.n_observations()), Some(1));
/// assert_eq!(published.nation().unwrap().column("Plans")?.numbers()?, [53_790.0]);
/// assert!(published.left_out().is_empty() && published.other_levels().is_empty());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Published {
    pub(super) authorities: Panel,
    pub(super) regions: Option<Panel>,
    pub(super) nation: Option<Panel>,
    pub(super) other_levels: BTreeMap<String, usize>,
    pub(super) left_out: Vec<String>,
}

impl Published {
    /// The rows of authorities.
    pub fn authorities(&self) -> &Panel {
        &self.authorities
    }

    /// The rows of authorities, for good.
    pub fn into_authorities(self) -> Panel {
        self.authorities
    }

    /// The rows of regions; `None` where the layout does not tell them apart or the file has none.
    pub fn regions(&self) -> Option<&Panel> {
        self.regions.as_ref()
    }

    /// The rows of the nation; `None` where the layout does not tell them apart or the file has none.
    pub fn nation(&self) -> Option<&Panel> {
        self.nation.as_ref()
    }

    /// Rows passed over because they are of other kinds of area (schools, districts), by the name of the level.
    pub fn other_levels(&self) -> &BTreeMap<String, usize> {
        &self.other_levels
    }

    /// Codes whose rows were left out because the source says so: joint returns, codes in no lookup.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The sum of a count over authorities beside the nation's own figure, by period.
    ///
    /// A joint return counts once. Where authorities are missing, the sum is of those that are there, and
    /// [`NationCheck::missing`] says how many are not.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn) and
    /// [`DataError::NotANumber`](crate::error::DataError::NotANumber) for the column; [`QuestionError::Option`] where
    /// it is known not to be a count, or the file has no row of the nation.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "Short Desc,Years,LA and Regions,Values,LA Number\n\
    ///             Spend,2017-18,Camden,10,202\nSpend,2017-18,Greenwich,20.5,203\nSpend,2017-18,England,30,970\n";
    /// let published = Source::lait("lait.csv").measure("Spend").read_from(Cursor::new(file))?;
    /// let checks = published.sums_against_nation("Spend")?;
    /// assert_eq!((checks[0].period, checks[0].authorities, checks[0].nation), (2018, 30.5, 30.0));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn sums_against_nation(&self, column: &str) -> Result<Vec<NationCheck>> {
        let values = self.authorities.column(column)?;
        if matches!(values.provenance().quantity, Some(Quantity::Rate | Quantity::Score)) {
            let found = format!("\"{column}\", which is not a count");
            return Err(
                QuestionError::Option { option: "column", expected: "only counts add up".to_owned(), found }.into()
            );
        }
        let Some(nation) = &self.nation else {
            let expected = "sums are held against the nation's own row, and this file has none".to_owned();
            return Err(QuestionError::Option { option: "column", expected, found: format!("\"{column}\"") }.into());
        };
        let (numbers, national) = (values.numbers()?, nation.column(column)?.numbers()?);
        let mut checks = Vec::new();
        for (row, &total) in national.iter().enumerate().filter(|(_, total)| !total.is_nan()) {
            let period = nation.period_of(row);
            let mut seen = HashSet::new();
            let (mut sum, mut missing) = (0.0, 0);
            for at in (0..numbers.len()).filter(|&at| self.authorities.period_of(at) == period) {
                // Both halves of a joint return stand on one line.
                if !seen.insert(self.authorities.place(at).to_string()) {
                    continue;
                }
                match numbers[at] {
                    number if number.is_nan() => missing += 1,
                    number => sum += number,
                }
            }
            checks.push(NationCheck { period: period.unwrap_or_default(), authorities: sum, missing, nation: total });
        }
        Ok(checks)
    }
}

/// A sum over authorities beside the figure for the nation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NationCheck {
    /// The period; 0 without one.
    pub period: i32,
    /// The sum over authorities.
    pub authorities: f64,
    /// Authorities whose value is missing.
    pub missing: usize,
    /// The nation's own figure.
    pub nation: f64,
}

impl NationCheck {
    /// How far the sum is off, as a part of the nation's figure.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "Short Desc,Years,LA and Regions,Values,LA Number\n\
    ///             Plans,2017-18,Camden,10,202\nPlans,2017-18,Greenwich,20,203\nPlans,2017-18,England,40,970\n";
    /// let published = Source::lait("lait.csv").measure("Plans").read_from(Cursor::new(file))?;
    /// assert_eq!(published.sums_against_nation("Plans")?[0].relative_difference(), -0.25);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn relative_difference(&self) -> f64 {
        (self.authorities - self.nation) / self.nation
    }
}
