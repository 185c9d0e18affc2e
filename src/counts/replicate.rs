//! The rows of a fit with every unit in it so many times, or not at all.

use super::distribution::Distribution;
use super::fitted_counts::FittedCounts;
use super::iterate::CountRows;
use crate::error::Result;
use crate::model::Family;

/// A replicate of the sample: a unit that is drawn twice counts as two, whose effects are the same.
pub(crate) struct CountReplicate {
    counts: Vec<f64>,
    offset: Vec<f64>,
    weights: Vec<f64>,
    /// Where the rows of each unit start, and last where those of the last one end.
    starts: Vec<usize>,
    /// Of the design, on these rows.
    columns: Vec<Vec<f64>>,
    distribution: Distribution,
    null_deviance: f64,
}

impl CountReplicate {
    /// The replicate in which each unit is so many times, by where the units' rows start in the sample.
    ///
    /// Zeros that are separated without the units left out leave it, as they would leave a sample of its own; θ is that of its
    /// own whole model. `None` where rates do not vary.
    ///
    /// # Errors
    /// Those of a fit.
    pub(crate) fn new(fit: &FittedCounts, starts: &[usize], times: &[f64]) -> Result<Option<Self>> {
        let design = fit.design();
        let units: Vec<usize> = (0..times.len()).filter(|&unit| times[unit] > 0.0).collect();
        let times_of =
            |rows: &[(usize, usize)]| rows.iter().map(|&(row, unit)| design.weights[row] * times[unit]).collect();
        let of = |rows: &[(usize, usize)]| CountReplicate {
            counts: rows.iter().map(|&(row, _)| design.outcome[row]).collect(),
            offset: rows.iter().map(|&(row, _)| fit.offset()[row]).collect(),
            weights: times_of(rows),
            starts: starts_of(rows),
            columns: design.columns.iter().map(|c| rows.iter().map(|&(row, _)| c.values[row]).collect()).collect(),
            distribution: fit.distribution(),
            null_deviance: 0.0,
        };
        let rows = |unit: &usize| (starts[*unit]..starts[*unit + 1]).map(move |row| (row, *unit)).collect::<Vec<_>>();
        let rows: Vec<(usize, usize)> = units.iter().flat_map(rows).collect();
        let (all, has_units): (Vec<usize>, bool) =
            ((0..design.columns.len()).collect(), !design.unit_effects.is_empty());
        let mut replicate = of(&rows);
        if replicate.counts.iter().all(|y| *y == 0.0) {
            return Ok(None);
        }
        let separated = replicate.ask(&all, has_units, |rows| rows.separated())?;
        if !separated.is_empty() {
            let kept: Vec<(usize, usize)> =
                (0..rows.len()).filter(|at| !separated.contains(*at)).map(|at| rows[at]).collect();
            replicate = of(&kept);
        }
        if fit.model().family == Family::NegativeBinomial {
            let (_, theta) = replicate.ask(&all, has_units, |rows| rows.fit_with_theta())?;
            replicate.distribution = Distribution::NegativeBinomial { theta };
        }
        replicate.null_deviance = replicate.deviance(&[], false)?;
        Ok((replicate.null_deviance > 0.0).then_some(replicate))
    }

    pub(crate) fn null_deviance(&self) -> f64 {
        self.null_deviance
    }

    /// What is left unexplained by some columns of the design, with unit effects or without.
    pub(crate) fn deviance(&self, columns: &[usize], has_units: bool) -> Result<f64> {
        Ok(self.ask(columns, has_units, |rows| rows.fit(self.distribution, None))?.deviance)
    }

    fn ask<T>(&self, columns: &[usize], has_units: bool, ask: impl FnOnce(CountRows) -> Result<T>) -> Result<T> {
        let columns: Vec<&[f64]> = columns.iter().map(|&v| self.columns[v].as_slice()).collect();
        ask(CountRows {
            counts: &self.counts,
            offset: &self.offset,
            weights: &self.weights,
            units: has_units.then_some(self.starts.as_slice()),
            levels: None,
            columns: &columns,
        })
    }
}

/// Where the rows of each unit start, and last where those of the last one end.
fn starts_of(rows: &[(usize, usize)]) -> Vec<usize> {
    let first = (0..rows.len()).filter(|&at| at == 0 || rows[at].1 != rows[at - 1].1);
    first.chain([rows.len()]).collect()
}
