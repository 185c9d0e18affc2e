//! Which columns are the same column at several distances in time?

use super::Derivation;
use crate::error::{DataError, DerivationProblem, Result};
use crate::panel::Panel;

impl Panel {
    /// Adds a column for each of several periods earlier, named `x_lag1`, `x_lag2`, …: [`Derivation::lag`] of each.
    ///
    /// # Errors
    ///
    /// As for [`Panel::derive`]; [`DataError::Derivation`] where no number of periods is given.
    ///
    /// ```
    /// use apportion::panel::Missing;
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 1, 1]).periods([2016, 2017, 2018]).column("x", [1.0, 4.0, 9.0]).build()?;
    /// let panel = panel.derive_lags("x", 1..=2)?;
    /// assert_eq!((panel.column("x_lag1")?.numbers()?[2], panel.column("x_lag2")?.numbers()?[2]), (4.0, 1.0));
    /// assert_eq!(panel.column("x_lag2")?.missing(1), Some(Missing::Absent));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn derive_lags(&self, column: &str, periods: impl IntoIterator<Item = i32>) -> Result<Panel> {
        self.derive_each(column, "lag", periods, Derivation::lag)
    }

    /// Adds a column for each of several periods later, named `x_lead1`, `x_lead2`, …: [`Derivation::lead`] of each.
    ///
    /// # Errors
    ///
    /// As for [`Panel::derive_lags`].
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 1, 1]).periods([2016, 2017, 2018]).column("x", [1.0, 4.0, 9.0]).build()?;
    /// let panel = panel.derive_leads("x", [1, 2])?;
    /// assert_eq!((panel.column("x_lead1")?.numbers()?[0], panel.column("x_lead2")?.numbers()?[0]), (4.0, 9.0));
    /// assert!(panel.derive_leads("x", []).is_err(), "no number of periods");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn derive_leads(&self, column: &str, periods: impl IntoIterator<Item = i32>) -> Result<Panel> {
        self.derive_each(column, "lead", periods, Derivation::lead)
    }

    fn derive_each(
        &self,
        column: &str,
        what: &str,
        periods: impl IntoIterator<Item = i32>,
        derivation: fn(String, i32) -> Derivation,
    ) -> Result<Panel> {
        // The name as the panel has it, whatever spaces it was asked for with.
        let column = self.column(column)?.name();
        let mut periods = periods.into_iter().peekable();
        if periods.peek().is_none() {
            let column = format!("{column}_{what}");
            return Err(DataError::Derivation { column, why: DerivationProblem::NoPeriods }.into());
        }
        periods.try_fold(self.clone(), |panel, k| {
            panel.derive(format!("{column}_{what}{k}"), &derivation(column.to_owned(), k))
        })
    }
}
