//! A fit with every unit in it so many times, or not at all.

use std::collections::HashMap;
use std::sync::Mutex;

use super::count_rows::{Coefficients, CountRows};
use super::distribution::Distribution;
use super::fitted_counts::FittedCounts;
use super::rows_of_design::{is_nothing, with_rows, without_period_dummies};
use crate::error::{Error, EstimateError, Result};
use crate::model::Family;

/// What may be left of the deviance where a fit of a replicate ends, as a part of the null deviance.
const LEFT: f64 = 1e-11;
/// Coefficients that are kept for all coalitions together: 128 MB.
const MOST_KEPT: usize = 1 << 24;

/// The coefficients of coalitions in the whole sample, by their columns and whether they have unit effects: where fits of a
/// replicate begin.
#[derive(Debug, Default)]
pub(crate) struct Starts(HashMap<(Vec<usize>, bool), Coefficients>);

/// A fit that notes down the coefficients of the coalitions it is asked for.
pub(crate) struct Noting<'a> {
    fit: &'a FittedCounts,
    /// Too many to be kept are not: then fits of replicates begin afresh.
    keeps: bool,
    noted: Mutex<Starts>,
}

impl<'a> Noting<'a> {
    /// For so many coalitions.
    pub(crate) fn new(fit: &'a FittedCounts, coalitions: usize) -> Self {
        let design = fit.design();
        let each = design.columns.len() + design.units.as_ref().map_or(1, |units| units.len());
        let keeps = each.saturating_mul(coalitions) <= MOST_KEPT;
        Noting { fit, keeps, noted: Mutex::default() }
    }

    pub(crate) fn null_deviance(&self) -> f64 {
        self.fit.null_deviance()
    }

    pub(crate) fn deviance(&self, columns: &[usize], has_units: bool) -> Result<f64> {
        let fit = self.fit.of_coalition(columns, has_units)?;
        if self.keeps
            && let Ok(mut noted) = self.noted.lock()
        {
            noted.0.insert((columns.to_vec(), has_units), fit.coefficients());
        }
        Ok(fit.deviance)
    }

    pub(crate) fn into_starts(self) -> Starts {
        self.noted.into_inner().unwrap_or_default()
    }
}

/// A replicate of the sample: a unit that is drawn twice counts as two, whose effects are the same.
pub(crate) struct CountReplicate<'a> {
    fit: &'a FittedCounts,
    starts: &'a Starts,
    /// Zero where a row is not in it.
    weights: Vec<f64>,
    distribution: Distribution,
    null_deviance: f64,
}

impl<'a> CountReplicate<'a> {
    /// The replicate in which each unit is so many times, by where the units' rows start in the sample.
    ///
    /// Zeros that are separated without the units left out leave it, as they would leave a sample of its own; θ is that of its
    /// own whole model. `None` where rates do not vary.
    ///
    /// # Errors
    /// Those of a fit.
    pub(crate) fn new(
        fit: &'a FittedCounts,
        starts: &'a Starts,
        starts_of_units: &[usize],
        times: &[f64],
    ) -> Result<Option<Self>> {
        let design = fit.design();
        let mut weights = design.weights.to_vec();
        for (ends, times) in starts_of_units.windows(2).zip(times) {
            weights[ends[0]..ends[1]].iter_mut().for_each(|w| *w *= times);
        }
        if !design.outcome.iter().zip(&weights).any(|(y, w)| *y > 0.0 && *w > 0.0) {
            return Ok(None);
        }
        let mut replicate =
            CountReplicate { fit, starts, weights, distribution: fit.distribution(), null_deviance: 0.0 };
        let (all, has_units): (Vec<usize>, bool) =
            ((0..design.columns.len()).collect(), !design.unit_effects.is_empty());
        let separated = replicate.ask(&all, has_units, |rows| rows.separated())?;
        separated.rows().for_each(|row| replicate.weights[row] = 0.0);
        if fit.model().family == Family::NegativeBinomial {
            let from = (fit.linear_predictor(), fit.theta().unwrap_or(1.0));
            replicate.distribution = match replicate.ask(&all, has_units, |rows| rows.theta_from(from)) {
                Ok(theta) => Distribution::NegativeBinomial { theta },
                // Such counts are most likely Poisson's, to which the family tends.
                Err(Error::Estimate(EstimateError::NotOverdispersed)) => Distribution::Poisson,
                Err(error) => return Err(error),
            };
        }
        replicate.null_deviance = replicate.ask(&[], false, |rows| rows.fit(replicate.distribution, None))?.deviance;
        let counted: f64 = design.outcome.iter().zip(&replicate.weights).map(|(y, w)| w * y).sum();
        Ok((!is_nothing(replicate.null_deviance, counted)).then_some(replicate))
    }

    pub(crate) fn null_deviance(&self) -> f64 {
        self.null_deviance
    }

    /// What is left unexplained by some columns of the design, with unit effects or without.
    pub(crate) fn deviance(&self, columns: &[usize], has_units: bool) -> Result<f64> {
        let distribution = self.distribution;
        match self.starts.0.get(&(columns.to_vec(), has_units)) {
            Some(from) => {
                let left = LEFT * self.null_deviance;
                self.ask(columns, has_units, |rows| rows.deviance_from(distribution, from, left))
            }
            None => Ok(self.ask(columns, has_units, |rows| rows.fit(distribution, None))?.deviance),
        }
    }

    fn ask<T>(&self, columns: &[usize], has_units: bool, ask: impl FnOnce(CountRows) -> Result<T>) -> Result<T> {
        let (columns, has_periods) = without_period_dummies(self.fit.design(), columns);
        with_rows(self.fit.design(), self.fit.offset(), &columns, (has_units, has_periods), |rows| {
            ask(CountRows { weights: &self.weights, ..rows })
        })
    }
}
