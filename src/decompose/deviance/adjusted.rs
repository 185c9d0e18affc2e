//! Deviances with what parameters take up by chance.

use std::collections::HashMap;
use std::sync::Mutex;

use super::of_counts::Deviances;
use crate::counts::FittedCounts;
use crate::error::Result;

/// What was found of a coalition: its deviance, and its independent columns and effects beyond the intercept.
type Found = (f64, usize);

/// Deviances of coalitions of the whole sample, each fitted once however often it is asked for.
pub(super) struct Fitted<'a> {
    fit: &'a FittedCounts,
    found: Mutex<HashMap<(Vec<usize>, bool), Found>>,
}

impl<'a> Fitted<'a> {
    pub(super) fn new(fit: &'a FittedCounts) -> Self {
        Fitted { fit, found: Mutex::default() }
    }

    fn found(&self, columns: &[usize], has_units: bool) -> Result<Found> {
        let key = (columns.to_vec(), has_units);
        if let Some(found) = self.found.lock().ok().and_then(|found| found.get(&key).copied()) {
            return Ok(found);
        }
        let fit = self.fit.of_coalition(columns, has_units)?;
        let found = (fit.deviance, fit.n_parameters() - 1);
        if let Ok(mut all) = self.found.lock() {
            all.insert(key, found);
        }
        Ok(found)
    }
}

impl Deviances for Fitted<'_> {
    fn null(&self) -> f64 {
        self.fit.null_deviance()
    }

    fn of(&self, columns: &[usize], has_units: bool) -> Result<f64> {
        Ok(self.found(columns, has_units)?.0)
    }
}

/// The same, every parameter charged this much.
pub(super) struct Adjusted<'a> {
    pub(super) fitted: &'a Fitted<'a>,
    pub(super) dispersion: f64,
}

impl Deviances for Adjusted<'_> {
    fn null(&self) -> f64 {
        self.fitted.null()
    }

    fn of(&self, columns: &[usize], has_units: bool) -> Result<f64> {
        let (deviance, parameters) = self.fitted.found(columns, has_units)?;
        Ok(deviance + self.dispersion * parameters as f64)
    }
}
