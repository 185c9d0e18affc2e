//! From replicates to a breakdown with intervals.

use super::corrected::{Correction, LeftOut, can_be_negative, only};
use super::draws::Draws;
use super::interval::IntervalRule;
use super::replicates::{Planned, Replicates};
use super::resampling::Resampling;
use crate::decompose::{Breakdown, IntervalKind, IntervalMethod, relation};
use crate::error::{EstimateError, Result};
use crate::warning::{FEW_CLUSTERS, Warning};

/// A bias beyond this part of the standard error is reported.
const BIAS_TO_REPORT: f64 = 0.25;
/// A share of rounding size.
const NOTHING: f64 = 1e-11;

impl Resampling<'_> {
    /// The replicates, and for the BCa interval those without each cluster.
    pub(super) fn all_replicates(&self, breakdowns: &[&Breakdown]) -> Result<(Vec<Replicates>, Vec<Replicates>)> {
        let planned = Planned::new(self.fit, &self.clusters, breakdowns)?;
        let progress = self.progress(planned.n_coalitions().saturating_mul(self.n_replicates()));
        let replicates = planned.replicates(&self.draws, &progress)?;
        let influence = match self.kind {
            IntervalKind::Bca => planned.replicates(&Draws::LeaveOneOut, &progress)?,
            _ => Vec::new(),
        };
        Ok((replicates, influence))
    }

    /// Positions of the replicates whose outcome varies.
    pub(super) fn usable(&self, replicates: &Replicates) -> Result<Vec<usize>> {
        let usable = replicates.usable();
        match usable.len() {
            0 | 1 => Err(EstimateError::TooFew {
                what: "replicates whose outcome varies".to_string(),
                expected: 2,
                found: usable.len(),
            }
            .into()),
            _ => Ok(usable),
        }
    }

    pub(super) fn rule(&self) -> IntervalRule {
        IntervalRule::new(self.kind, self.level, self.clusters.len())
    }

    pub(super) fn method(&self, replicates: &Replicates) -> IntervalMethod {
        self.made(replicates.shares.nrows(), replicates.degenerate)
    }

    /// How intervals of so many replicates are made.
    pub(super) fn made(&self, replicates: usize, degenerate: usize) -> IntervalMethod {
        IntervalMethod {
            kind: self.kind,
            level: self.level,
            clusters: self.clusters.len(),
            cluster_column: self.clusters.by.as_ref().map(|(column, _)| column.clone()),
            replicates,
            seed: self.draws.seed(),
            degenerate,
        }
    }

    fn with(
        &self,
        breakdown: &Breakdown,
        replicates: &Replicates,
        influence: Option<&Replicates>,
        correction: Option<&Correction>,
    ) -> Result<Breakdown> {
        let clusters = self.clusters.len();
        let mut breakdown = breakdown.clone();
        let usable = self.usable(replicates)?;
        let rule = self.rule();
        let mut warnings = Vec::new();
        if clusters < FEW_CLUSTERS {
            warnings.push(Warning::FewClusters { clusters, wanted: FEW_CLUSTERS });
        }
        if replicates.degenerate > 0 {
            let (degenerate, replicates) = (replicates.degenerate, replicates.shares.nrows());
            warnings.push(Warning::DegenerateReplicates { degenerate, replicates });
        }
        let unexplained = breakdown.components.len() + 1;
        let is_saturated = |r: &&usize| replicates.shares[[**r, unexplained]].abs() < NOTHING;
        let saturated = usable.iter().filter(is_saturated).count();
        if saturated > 0 && breakdown.unexplained.share_of_total > NOTHING {
            warnings.push(Warning::SaturatedWithout { saturated, replicates: usable.len() });
        }
        if let Some(wanted) = rule.draws_wanted().filter(|wanted| usable.len() < *wanted) {
            warnings.push(Warning::FewDraws { draws: usable.len(), wanted });
        }
        if let Some(bound) = replicates.error_bound {
            // The jackknife multiplies what its replicates are off by.
            let times = if self.kind.leaves_out() { clusters as f64 } else { 1.0 };
            breakdown.warnings.retain(|w| !matches!(w, Warning::Imprecise { .. }));
            warnings.push(Warning::Imprecise { bound: bound * times });
        }
        // Of no use to draws, and as much work as the shares themselves.
        let of_noise = correction.map(|_| self.of_noise(&breakdown.method)).transpose()?;
        let (k, method) = (breakdown.components.len(), breakdown.method.clone());
        for (at, cell) in breakdown.cells_mut() {
            let values: Vec<f64> = usable.iter().map(|&r| replicates.shares[[r, at]]).collect();
            if let Some(reproduced) = cell.reproduced {
                let alike = values.iter().filter(|value| relation(**value) == relation(cell.value)).count();
                *reproduced = Some(alike as f64 / values.len() as f64);
            }
            let without: Option<Vec<f64>> = influence.map(|i| i.usable().iter().map(|&r| i.shares[[r, at]]).collect());
            let can_be_negative = can_be_negative(&method, k, at);
            let for_roots = match (correction, &of_noise) {
                (Some(correction), Some(of_noise)) if !can_be_negative && self.kind == IntervalKind::Root => {
                    let (value, of_noise) = (cell.value, of_noise[at]);
                    Some(correction.for_roots(&LeftOut { value, without: &values, of_noise, can_be_negative }))
                }
                _ => None,
            };
            let found = rule.interval(cell.value, values, without.as_deref(), for_roots.as_deref());
            let interval = found.interval;
            if let Some(component) = cell.row.map(str::to_string) {
                if found.one_sided {
                    warnings.push(Warning::OneSided { component: component.clone() });
                }
                // A standard error of rounding size is that of a share which cannot vary.
                if interval.std_error > 1e-12 && interval.bias.abs() > BIAS_TO_REPORT * interval.std_error {
                    let (bias, std_error) = (interval.bias, interval.std_error);
                    warnings.push(Warning::Biased { component, bias, std_error });
                }
            }
            *cell.interval = Some(interval);
        }
        breakdown.warnings.retain(|w| !is_of_intervals(w));
        breakdown.warnings.extend(warnings);
        breakdown.interval = Some(self.method(replicates));
        if let (Some(correction), Some(of_noise)) = (correction.filter(|_| self.corrects), of_noise) {
            self.correct(&mut breakdown, correction, replicates, &of_noise);
            // What is said of chance is said of its own.
            breakdown.warnings.retain(|warning| !matches!(warning, Warning::Biased { .. }));
        }
        Ok(breakdown)
    }
}

/// Whether a warning came with intervals, and goes when others take their place.
pub(super) fn is_of_intervals(warning: &Warning) -> bool {
    use Warning::{Biased, DegenerateReplicates, FewClusters, FewDraws, LostCoefficients, OneSided, SaturatedWithout};
    matches!(
        warning,
        Biased { .. }
            | DegenerateReplicates { .. }
            | FewClusters { .. }
            | FewDraws { .. }
            | LostCoefficients { .. }
            | OneSided { .. }
            | SaturatedWithout { .. }
    )
}

impl Breakdown {
    /// This breakdown with an interval for every component, for `always` and for the unexplained.
    ///
    /// # Errors
    /// Those of [`Breakdown::all_with_intervals`].
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let breakdown = fit.sequential()?.with_intervals(&fit.jackknife()?)?;
    /// let cause = breakdown.component("cause")?;
    /// let interval = cause.interval.expect("it was asked for");
    /// assert!(interval.lower < cause.share_of_total && interval.std_error > 0.0);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with_intervals(&self, resampling: &Resampling) -> Result<Breakdown> {
        only(Breakdown::all_with_intervals(&[self], resampling)?)
    }

    /// These breakdowns with intervals, all from the same draws, which costs less than one after the other.
    ///
    /// # Errors
    /// [`EstimateError::OtherFit`] for a breakdown that is not of this fit; [`EstimateError::TooFew`] when hardly a
    /// replicate has an outcome that varies; [`EstimateError::Cancelled`] once a
    /// [watch](Resampling::watched) has said so; [`EstimateError::TooManyComponents`] and
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) where the values of all coalitions of all
    /// replicates do not fit into memory.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Breakdown, Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let jackknife = fit.jackknife()?;
    /// let both = Breakdown::all_with_intervals(&[&fit.sequential()?, &fit.shapley()?], &jackknife)?;
    /// assert_eq!(both[0], fit.sequential()?.with_intervals(&jackknife)?);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn all_with_intervals(breakdowns: &[&Breakdown], resampling: &Resampling) -> Result<Vec<Breakdown>> {
        let (replicates, influence) = resampling.all_replicates(breakdowns)?;
        let Some(first) = replicates.first() else { return Ok(Vec::new()) };
        // The roots of root intervals are without noise too.
        let correction = match resampling.leaves_out() && (resampling.corrects || resampling.kind == IntervalKind::Root)
        {
            true => Some(resampling.correction(resampling.usable(first)?)?),
            false => None,
        };
        let each = breakdowns.iter().zip(&replicates).enumerate();
        let with = |(i, (breakdown, replicates)): (usize, (&&Breakdown, &Replicates))| {
            resampling.with(breakdown, replicates, influence.get(i), correction.as_ref())
        };
        each.map(with).collect()
    }
}
