//! Which component ranks where, and by how much do two differ, in the sample and over the replicates?

use serde::{Deserialize, Serialize};

use super::corrected::{Correction, LeftOut};
use super::{Replicates, Resampling};
use crate::decompose::{Breakdown, Corrected, Interval, IntervalMethod, Method};
use crate::error::Result;
use crate::numerics::tails::Reference;

/// Shares that differ by less share a rank.
const TIE: f64 = 1e-12;

/// Ranks and pairwise differences of the components of a breakdown, with intervals.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("practice", [Term::UnitEffects])
///     .fit(&panel)?;
/// let comparison = &fit.bootstrap(200, 7)?.comparisons(&[&fit.shapley()?])?[0];
/// assert_eq!((comparison.ranks[1].name.as_str(), comparison.ranks[1].rank), ("practice", 1.0));
/// let difference = &comparison.differences[0];
/// assert_eq!((difference.first.as_str(), difference.second.as_str()), ("deprivation", "practice"));
/// assert!(difference.interval.upper < 0.0);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Comparison {
    /// How the variation was split.
    #[serde(flatten)]
    pub method: Method,
    /// One for each component, in the order of the model.
    pub ranks: Vec<Rank>,
    /// One for each two components, the earlier first.
    pub differences: Vec<Difference>,
    /// How the intervals were made.
    pub interval: IntervalMethod,
}

/// Where a component ranks by its share, 1 being the largest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Rank {
    /// The component.
    pub name: String,
    /// Its rank in the sample; components within 1e-12 of one another share the mean of theirs.
    pub rank: f64,
    /// The best rank that the interval holds. With draws, quantiles of the ranks in the replicates; with the jackknife,
    /// one more than the components that are surely larger, by the intervals of the differences.
    pub lower: f64,
    /// The worst rank that the interval holds.
    pub upper: f64,
    /// In what part of the replicates the component ranks first; a first place that is shared counts for each.
    pub first: f64,
    /// Where it ranks by its corrected share; `None` where that was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<CorrectedRank>,
}

/// Where a component ranks by its corrected share, 1 being the largest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CorrectedRank {
    /// Its rank; ties share the mean of theirs.
    pub rank: f64,
    /// One more than the components that are surely larger, by the intervals of the corrected differences.
    pub lower: f64,
    /// As many less than all as are surely smaller.
    pub upper: f64,
}

/// The share of one component less that of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Difference {
    /// The one.
    pub first: String,
    /// The other.
    pub second: String,
    /// share_of_total of the first less that of the second.
    pub difference: f64,
    /// How often the first exceeds the second: with draws, in what part of them, a tie counted as a half; with units left
    /// out, the probability that Student's t on G − 1 degrees of freedom gives a difference of more than minus this many
    /// standard errors.
    pub exceeds: f64,
    /// How sure it is.
    pub interval: Interval,
    /// The same of the corrected shares; `None` where these were not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<CorrectedDifference>,
}

/// The corrected share of one component less that of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CorrectedDifference {
    /// The corrected share of total of the first less that of the second.
    pub difference: f64,
    /// How often the first exceeds the second, by its standard error and Student's t on G − 1 degrees of freedom.
    pub exceeds: f64,
    /// Its standard error, by leaving clusters out.
    pub std_error: f64,
    /// Lower end of its interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

impl Comparison {
    /// Whether it compares the shares of this breakdown, whose intervals, if any, were made in the same way.
    pub(crate) fn is_of(&self, breakdown: &Breakdown) -> bool {
        let is_made_so = breakdown.interval.as_ref().is_none_or(|made| *made == self.interval);
        breakdown.method == self.method && is_made_so
    }

    /// What another one of the same shares says of them corrected.
    pub(crate) fn take_corrected(&mut self, other: &Comparison) {
        let ranks = self.ranks.iter_mut().zip(&other.ranks);
        ranks.for_each(|(rank, other)| rank.corrected = other.corrected.clone());
        let differences = self.differences.iter_mut().zip(&other.differences);
        differences.for_each(|(difference, other)| difference.corrected = other.corrected.clone());
    }
}

impl Resampling<'_> {
    /// Ranks and pairwise differences of the components of each of these breakdowns, all from the same draws.
    ///
    /// # Errors
    /// Those of [`Breakdown::with_intervals`].
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0, 4.0, 6.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("a", ["x"]).component("b", ["z"]).fit(&panel)?;
    /// let comparison = &fit.jackknife()?.comparisons(&[&fit.shapley()?])?[0];
    /// assert_eq!((comparison.ranks[0].rank, comparison.ranks[1].rank), (1.0, 2.0));
    /// let shares = fit.shapley()?;
    /// let difference = shares.share_of_total("a")? - shares.share_of_total("b")?;
    /// assert!((comparison.differences[0].difference - difference).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn comparisons(&self, breakdowns: &[&Breakdown]) -> Result<Vec<Comparison>> {
        let (replicates, influence) = self.all_replicates(breakdowns)?;
        let each = breakdowns.iter().zip(&replicates).enumerate();
        let compared =
            each.map(|(i, (breakdown, replicates))| self.comparison(breakdown, replicates, influence.get(i)));
        let mut compared: Vec<Comparison> = compared.collect::<Result<_>>()?;
        if let Some(first) = replicates.first().filter(|_| self.leaves_out() && self.corrects) {
            let correction = self.correction(self.usable(first)?)?;
            for ((comparison, breakdown), without) in compared.iter_mut().zip(breakdowns).zip(&replicates) {
                self.compare_corrected(comparison, breakdown, &correction, without)?;
            }
        }
        Ok(compared)
    }

    /// Adds ranks and differences of corrected shares, where the method has them.
    fn compare_corrected(
        &self,
        comparison: &mut Comparison,
        breakdown: &Breakdown,
        correction: &Correction,
        without: &Replicates,
    ) -> Result<()> {
        if correction.problem(&breakdown.method).is_some() {
            return Ok(());
        }
        let of_noise = self.of_noise(&breakdown.method)?;
        let numbers: Vec<(f64, Vec<f64>, f64)> = breakdown
            .components
            .iter()
            .enumerate()
            .map(|(i, share)| (share.share_of_total, correction.values(without, 1 + i), of_noise[1 + i]))
            .collect();
        let mut ends = Vec::with_capacity(comparison.differences.len());
        let pairs = (0..numbers.len()).flat_map(|i| (i + 1..numbers.len()).map(move |j| (i, j)));
        for ((i, j), difference) in pairs.zip(&mut comparison.differences) {
            let (first, second) = (&numbers[i], &numbers[j]);
            let values: Vec<f64> = first.1.iter().zip(&second.1).map(|(a, b)| a - b).collect();
            let (value, of_noise) = (first.0 - second.0, first.2 - second.2);
            let number = LeftOut { value, without: &values, of_noise, can_be_negative: true };
            let Corrected { share_of_total, std_error, lower, upper, .. } = correction.corrected(&number);
            ends.push((lower, upper));
            difference.corrected = Some(CorrectedDifference {
                difference: share_of_total,
                exceeds: self.exceeds(share_of_total, std_error),
                std_error,
                lower,
                upper,
            });
        }
        let corrected = |(value, values, of_noise): &(f64, Vec<f64>, f64)| {
            let number = LeftOut { value: *value, without: values, of_noise: *of_noise, can_be_negative: true };
            correction.corrected(&number).share_of_total
        };
        let corrected: Vec<f64> = numbers.iter().map(corrected).collect();
        for (at, (rank, of)) in ranks(&corrected).into_iter().zip(&mut comparison.ranks).enumerate() {
            let (lower, upper) = surely_between(at, corrected.len(), ends.iter().copied());
            of.corrected = Some(CorrectedRank { rank, lower, upper });
        }
        Ok(())
    }

    /// How often a difference of this size and standard error is above zero.
    fn exceeds(&self, difference: f64, std_error: f64) -> f64 {
        match std_error > TIE {
            true => Reference::new(Some(self.clusters.len() as f64 - 1.0)).above(-difference / std_error),
            false => part_above([difference].into_iter()),
        }
    }

    fn comparison(
        &self,
        breakdown: &Breakdown,
        replicates: &Replicates,
        influence: Option<&Replicates>,
    ) -> Result<Comparison> {
        let usable = self.usable(replicates)?;
        let rule = self.rule();
        let components = &breakdown.components;
        let k = components.len();
        let mut differences = Vec::with_capacity(k * (k - 1) / 2);
        for (i, first) in components.iter().enumerate() {
            for (j, second) in components.iter().enumerate().skip(i + 1) {
                let of = |from: &Replicates, r: usize| from.shares[[r, 1 + i]] - from.shares[[r, 1 + j]];
                let values: Vec<f64> = usable.iter().map(|&r| of(replicates, r)).collect();
                let without: Option<Vec<f64>> = influence.map(|x| x.usable().iter().map(|&r| of(x, r)).collect());
                let difference = first.share_of_total - second.share_of_total;
                let drawn = part_above(values.iter().copied());
                let interval = rule.interval(difference, values, without.as_deref(), None).interval;
                let exceeds = if self.leaves_out() { self.exceeds(difference, interval.std_error) } else { drawn };
                let [first, second] = [first, second].map(|share| share.name.clone());
                differences.push(Difference { first, second, difference, exceeds, interval, corrected: None });
            }
        }
        let sample: Vec<f64> = components.iter().map(|share| share.share_of_total).collect();
        let in_replicate = |&r: &usize| ranks(&(1..=k).map(|at| replicates.shares[[r, at]]).collect::<Vec<_>>());
        let by_replicate: Vec<Vec<f64>> = usable.iter().map(in_replicate).collect();
        let rank = |(at, rank): (usize, f64)| {
            let mut drawn: Vec<f64> = by_replicate.iter().map(|ranks| ranks[at]).collect();
            drawn.sort_by(f64::total_cmp);
            let first = by_replicate.iter().filter(|ranks| ranks.iter().all(|other| ranks[at] <= *other)).count();
            let (lower, upper) = match self.kind.leaves_out() {
                true => surely_between(at, k, differences.iter().map(|d| (d.interval.lower, d.interval.upper))),
                false => (
                    order_statistic(&drawn, (1.0 - self.level) / 2.0),
                    order_statistic(&drawn, (1.0 + self.level) / 2.0),
                ),
            };
            let name = components[at].name.clone();
            Rank { name, rank, lower, upper, first: first as f64 / drawn.len() as f64, corrected: None }
        };
        let ranks = ranks(&sample).into_iter().enumerate().map(rank).collect();
        Ok(Comparison { method: breakdown.method.clone(), ranks, differences, interval: self.method(replicates) })
    }
}

/// The part of these above zero, nothing counted as a half.
fn part_above(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    let half = |value: f64| match value {
        value if value.abs() <= TIE => 0.5,
        value => f64::from(u8::from(value > 0.0)),
    };
    values.map(half).sum::<f64>() / n
}

/// Ranks by size, the largest first; ties share the mean of their ranks.
fn ranks(shares: &[f64]) -> Vec<f64> {
    let rank = |share: &f64| {
        let larger = shares.iter().filter(|other| **other > share + TIE).count() as f64;
        let tied = shares.iter().filter(|other| (**other - share).abs() <= TIE).count() as f64;
        larger + (tied + 1.0) / 2.0
    };
    shares.iter().map(rank).collect()
}

/// One more than the components that are surely larger, and as many less than all as are surely smaller.
fn surely_between(at: usize, k: usize, differences: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    let pairs = (0..k).flat_map(|i| (i + 1..k).map(move |j| (i, j)));
    let (mut larger, mut smaller) = (0, 0);
    for ((i, j), (lower, upper)) in pairs.zip(differences) {
        let (above, below) = (lower > 0.0, upper < 0.0);
        larger += usize::from(j == at && above || i == at && below);
        smaller += usize::from(i == at && above || j == at && below);
    }
    (1.0 + larger as f64, (k - smaller) as f64)
}

/// The order statistic that at least this part of the sorted values does not exceed.
fn order_statistic(sorted: &[f64], part: f64) -> f64 {
    let at = (part * sorted.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    sorted[at.min(sorted.len()) - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_mean_of_their_ranks() {
        assert_eq!(ranks(&[0.1, 0.4, 0.1 + 1e-14, 0.3]), [3.5, 1.0, 3.5, 2.0]);
        assert_eq!(ranks(&[0.2, 0.2]), [1.5, 1.5]);
    }

    #[test]
    fn order_statistics_are_quantiles_of_steps() {
        let sorted: Vec<f64> = (1..=40).map(f64::from).collect();
        assert_eq!((order_statistic(&sorted, 0.025), order_statistic(&sorted, 0.975)), (1.0, 39.0));
        assert_eq!(order_statistic(&sorted, 0.0), 1.0);
    }
}
