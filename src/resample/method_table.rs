//! Intervals for the breakdowns of a table of methods, all from the same draws.

use super::resampling::Resampling;
use crate::decompose::{Breakdown, LeftOutMethod, MethodTable};
use crate::error::{Error, EstimateError, Result};

impl MethodTable {
    /// The table with intervals for every breakdown, all from the same draws; a method that has too many coalitions to
    /// be resampled is left out, with the reason.
    ///
    /// # Errors
    /// Those of [`Breakdown::all_with_intervals`], but for [`EstimateError::TooManyComponents`].
    ///
    /// # Examples
    /// ```
    /// use apportion::{Method, Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let (jackknife, table) = (fit.jackknife()?, fit.methods(&[Method::First, Method::Shapley])?);
    /// let table = table.with_intervals(&jackknife)?;
    /// assert_eq!(table.breakdown("shapley")?, &fit.shapley()?.with_intervals(&jackknife)?);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with_intervals(&self, resampling: &Resampling) -> Result<MethodTable> {
        let plain: Vec<&Breakdown> = self.breakdowns.iter().collect();
        let mut table = MethodTable { breakdowns: Vec::new(), left_out: self.left_out.clone() };
        match Breakdown::all_with_intervals(&plain, resampling) {
            Err(Error::Estimate(EstimateError::TooManyComponents { .. })) => {}
            found => {
                table.breakdowns = found?;
                return Ok(table);
            }
        }
        for breakdown in plain {
            match Breakdown::all_with_intervals(&[breakdown], resampling) {
                Err(error @ Error::Estimate(EstimateError::TooManyComponents { .. })) => {
                    let method = breakdown.method.name().to_string();
                    table.left_out.push(LeftOutMethod { reason: format!("{method}: {error}"), method });
                }
                found => table.breakdowns.extend(found?),
            }
        }
        Ok(table)
    }
}
