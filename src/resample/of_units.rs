//! How sure are numbers that follow from sums over units, and from the answers of methods?
//!
//! A change between two periods is of this kind: the changes of columns are sums over units, and the coefficients that
//! they are multiplied by come from the moments, which are sums over units too. So a replicate is summed and not refitted.

use super::draws::Draws;
use super::replicates::{Planned, Replicates};
use super::resampling::Resampling;
use crate::decompose::{Interval, IntervalKind, IntervalMethod, Plan};
use crate::error::{EstimateError, Result};
use crate::fit::FittedModel;
use crate::numerics::means::mean;
use crate::warning::{FEW_CLUSTERS, Warning};

/// Clusters that a number which follows from sums over them must have for an interval.
pub(crate) const FEWEST_CLUSTERS: usize = 3;

/// The answers of methods in every replicate, and who is in it.
pub(crate) struct UnitReplicates<'a> {
    resampling: &'a Resampling<'a>,
    drawn: Vec<Replicates>,
    /// The same without each cluster, for the interval that needs it.
    without: Vec<Replicates>,
}

/// Numbers of which each unit has as many, in the order of the units.
pub(crate) struct UnitValues {
    pub(crate) width: usize,
    pub(crate) values: Vec<f64>,
}

/// Numbers in every replicate become intervals.
pub(crate) struct Estimated {
    pub(crate) intervals: Vec<Interval>,
    pub(crate) warnings: Vec<Warning>,
}

/// What numbers follow from: `None` where there are none of such units.
type Statistic<'a> = dyn Fn(&[f64], &[&[f64]]) -> Option<Vec<f64>> + 'a;

impl UnitValues {
    /// Their sums over all units.
    pub(crate) fn total(&self) -> Vec<f64> {
        let mut total = vec![0.0; self.width];
        self.values.chunks_exact(self.width).for_each(|own| add(&mut total, own));
        total
    }
}

impl<'a> Resampling<'a> {
    /// Whose units are left out or drawn.
    pub(crate) fn fit(&self) -> &'a FittedModel {
        self.fit
    }

    /// The answers of these methods in every replicate.
    ///
    /// # Errors
    /// Those of [`Planned::replicates`].
    pub(crate) fn of_units(&'a self, plans: Vec<Plan>) -> Result<UnitReplicates<'a>> {
        if plans.is_empty() {
            return Ok(UnitReplicates { resampling: self, drawn: Vec::new(), without: Vec::new() });
        }
        let planned = Planned::of_plans(self.fit, &self.clusters, plans);
        let progress = self.progress(planned.n_coalitions().saturating_mul(self.n_replicates()));
        let drawn = planned.replicates(&self.draws, &progress)?;
        let without = match self.kind {
            IntervalKind::Bca => planned.replicates(&Draws::LeaveOneOut, &progress)?,
            _ => Vec::new(),
        };
        Ok(UnitReplicates { resampling: self, drawn, without })
    }
}

impl UnitReplicates<'_> {
    /// How the intervals are made: what can be negative has no root, and the jackknife's interval in its place.
    pub(crate) fn made(&self) -> IntervalMethod {
        let replicates = self.resampling.draws.replicates(self.resampling.clusters.len());
        let mut made = self.resampling.made(replicates, self.drawn.first().map_or(0, |first| first.degenerate));
        if made.kind == IntervalKind::Root {
            made.kind = IntervalKind::Jackknife;
        }
        made
    }

    /// Intervals of the numbers that `of` makes of sums over units and the methods' answers; of those from `first_total`
    /// on, which are totals, the bias is that of a total of as many units.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] where hardly a replicate has such numbers; `what` says of what.
    pub(crate) fn intervals(
        &self,
        what: &str,
        estimates: &[f64],
        first_total: usize,
        values: &UnitValues,
        of: &Statistic,
    ) -> Result<Estimated> {
        let (resampling, rule) = (self.resampling, self.resampling.rule());
        let found = self.numbers(&resampling.draws, &self.drawn, values, of);
        let without = match resampling.kind {
            IntervalKind::Bca => Some(self.numbers(&Draws::LeaveOneOut, &self.without, values, of)),
            _ => None,
        };
        let clusters = resampling.clusters.len();
        // Without one of two units the other's model fits exactly, which would pass for certainty.
        if clusters < FEWEST_CLUSTERS {
            let what = "clusters for intervals of what follows from sums over them".to_string();
            return Err(EstimateError::TooFew { what, expected: FEWEST_CLUSTERS, found: clusters }.into());
        }
        if found.len() < 2 {
            let what = format!("replicates with {what}");
            return Err(EstimateError::TooFew { what, expected: 2, found: found.len() }.into());
        }
        let replicates = resampling.draws.replicates(clusters);
        let mut warnings = Vec::new();
        if clusters < FEW_CLUSTERS {
            warnings.push(Warning::FewClusters { clusters, wanted: FEW_CLUSTERS });
        }
        let lost = replicates - found.len();
        let degenerate = self.drawn.first().map_or(0, |first| first.degenerate).max(lost);
        if degenerate > 0 {
            warnings.push(Warning::DegenerateReplicates { degenerate, replicates });
        }
        if let Some(wanted) = rule.draws_wanted().filter(|wanted| found.len() < *wanted) {
            warnings.push(Warning::FewDraws { draws: found.len(), wanted });
        }
        if let Some(bound) = self.drawn.first().and_then(|first| first.error_bound) {
            // The jackknife multiplies what its replicates are off by.
            let times = if resampling.leaves_out() { clusters as f64 } else { 1.0 };
            warnings.push(Warning::Imprecise { bound: bound * times });
        }
        let interval = |(at, &estimate): (usize, &f64)| {
            let column = |rows: &Vec<Vec<f64>>| -> Vec<f64> { rows.iter().map(|row| row[at]).collect() };
            let values = column(&found);
            // A total without one unit is smaller by what that has, which is no bias.
            let of_total = if at >= first_total && resampling.leaves_out() { mean(&values) } else { 0.0 };
            let mut interval = rule.interval(estimate, values, without.as_ref().map(column).as_deref(), None).interval;
            interval.bias += of_total;
            interval
        };
        Ok(Estimated { intervals: estimates.iter().enumerate().map(interval).collect(), warnings })
    }

    /// The numbers of every replicate that has them.
    fn numbers(&self, draws: &Draws, found: &[Replicates], values: &UnitValues, of: &Statistic) -> Vec<Vec<f64>> {
        let clusters = &self.resampling.clusters;
        let width = values.width;
        let mut own = vec![0.0; clusters.len() * width];
        for (sum, units) in own.chunks_exact_mut(width.max(1)).zip(&clusters.members) {
            units.iter().for_each(|&unit| add(sum, &values.values[unit * width..][..width]));
        }
        let own = |cluster: usize| &own[cluster * width..][..width];
        let total = values.total();
        let mut sums = vec![0.0; width];
        let of_replicate = |replicate: usize| {
            match draws {
                Draws::LeaveOneOut => {
                    sums.copy_from_slice(&total);
                    sums.iter_mut().zip(own(replicate)).for_each(|(sum, own)| *sum -= own);
                }
                _ => {
                    sums.fill(0.0);
                    draws.drawn(replicate, clusters.len()).into_iter().for_each(|cluster| add(&mut sums, own(cluster)));
                }
            }
            let answers: Vec<&[f64]> =
                found.iter().filter_map(|found| found.shares.row(replicate).to_slice()).collect();
            // Of an outcome that does not vary there are none.
            let is_none = answers.iter().any(|answer| answer.first().is_none_or(|number| number.is_nan()));
            if is_none { None } else { of(&sums, &answers) }
        };
        (0..draws.replicates(clusters.len())).filter_map(of_replicate).collect()
    }
}

fn add(sum: &mut [f64], own: &[f64]) {
    sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
}
