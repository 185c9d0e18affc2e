//! What is asked of every unit, and the answer put together.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::expected::Expected;
use super::{UnitFinding, Units, ranks};
use crate::decompose::{ContributionRow, Method};
use crate::error::{EstimateError, QuestionError, Result, no_key};
use crate::fit::FittedModel;
use crate::numerics::tails::Reference;
use crate::regress::{NoiseModel, check_level};
use crate::warning::{FEW_CLUSTERS, Warning};

/// Of all units that are called beyond chance, the part that may be chance.
const FALSE_DISCOVERIES: f64 = 0.05;
/// Draws in each tail of a rank's interval, at least.
const DRAWS_IN_TAIL: f64 = 10.0;
/// Draws times units are at most so many (1 GB).
const MOST_NUMBERS: usize = 1 << 28;

/// What is asked of every unit: by which method its contributions are split, over which periods, and how sure one is to be.
///
/// # Examples
/// ```
/// use apportion::findings::UnitAnalysis;
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::regress::NoiseModel;
/// use apportion::{Method, Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
/// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
/// let asked = UnitAnalysis::new().method(Method::Shapley).periods(2015..=2018).noise(NoiseModel::Independent);
/// let units = asked.level(0.9).draws(1_000).seed(7).of(&fit)?;
/// assert_eq!((units.units[0].n_periods, units.level, units.draws), (4, 0.9, 1_000));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitAnalysis {
    method: Method,
    periods: Option<(i32, i32)>,
    noise: NoiseModel,
    level: f64,
    draws: usize,
    seed: u64,
}

/// Sequential contributions in the order of the model, over all periods; noise that is persistent from lag 3; intervals at
/// 95%; ranks from 4,000 draws, which leave the ends of their intervals uncertain by about one rank in a hundred; seed 1.
impl Default for UnitAnalysis {
    fn default() -> Self {
        let method = Method::Sequential { order: Vec::new() };
        UnitAnalysis { method, periods: None, noise: NoiseModel::default(), level: 0.95, draws: 4_000, seed: 1 }
    }
}

impl UnitAnalysis {
    /// The default question.
    pub fn new() -> Self {
        Self::default()
    }

    /// Splits contributions by this method; what is expected does not depend on it.
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Takes means over these periods, both ends included; the fit and its noise stay those of the whole sample.
    pub fn periods(mut self, periods: RangeInclusive<i32>) -> Self {
        self.periods = Some((*periods.start(), *periods.end()));
        self
    }

    /// What counts as noise.
    pub fn noise(mut self, noise: NoiseModel) -> Self {
        self.noise = noise;
        self
    }

    /// The level of the intervals.
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Draws behind the ranks.
    pub fn draws(mut self, draws: usize) -> Self {
        self.draws = draws;
        self
    }

    /// The seed of the draws.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The answer on this fit, which may have unit effects among its components or not.
    ///
    /// # Errors
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units;
    /// [`EstimateError::Method`] for a method that does not split what is fitted, and for unit effects that are always in;
    /// [`EstimateError::Noise`] where nothing can be said of noise; [`EstimateError::TooFew`] where there are no more units
    /// than their means need coefficients; [`QuestionError::Option`] for a level outside of 0 to 1, no draws, or more than
    /// memory holds; those of [`Contributions::in_periods`](crate::decompose::Contributions::in_periods).
    ///
    /// # Examples
    /// See [`UnitAnalysis`] and [`Units`].
    pub fn of(&self, fit: &FittedModel) -> Result<Units> {
        let design = fit.design();
        if design.units.is_none() {
            return Err(no_key("what remains of each unit", "unit"));
        }
        check_level(self.level)?;
        self.check_draws(fit.unit_ranges().len())?;
        let contributions = fit.contributions_by(&self.method)?;
        let (contributions, rows) = match self.periods {
            Some((from, to)) => (contributions.in_periods(from..=to)?, fit.rows_in(&(from..=to))?),
            None => (contributions, (0..design.n_observations()).collect()),
        };
        let table = contributions.by_unit()?;
        let units = fit.rows_by_unit(&rows);
        let (noise, warning) = fit.noise_beside_units(self.noise)?;
        let expected = Expected::of(fit, &units)?;
        let n_units = units.len();
        if n_units <= expected.rank_of_means {
            let what = "units beside the coefficients of their means".to_string();
            return Err(EstimateError::TooFew { what, expected: expected.rank_of_means + 1, found: n_units }.into());
        }
        let of_noise: Vec<f64> = units.iter().map(|rows| noise_of_mean(fit, rows, &noise.autocovariances)).collect();
        let remainders: Vec<f64> = table.rows.iter().zip(&expected.means).map(|(row, e)| row.actual - e).collect();
        let spread: f64 = remainders.iter().zip(&of_noise).map(|(r, v)| r * r - v).sum();
        let variance = (spread / (n_units - expected.rank_of_means) as f64).max(0.0);
        let lambda = |v: f64| if variance > 0.0 { variance / (variance + v) } else { 0.0 };
        let posterior: Vec<(f64, f64)> =
            remainders.iter().zip(&of_noise).map(|(r, &v)| (lambda(v) * r, (lambda(v) * v).sqrt())).collect();
        let ranks = ranks::ranks(&posterior, self.draws, self.seed, self.level);
        let t = Reference::new(Some(expected.n_units as f64 - 1.0));
        let std_errors: Vec<f64> = of_noise.iter().zip(&expected.variances).map(|(v, fit)| (v + fit).sqrt()).collect();
        let p_values: Vec<f64> = remainders
            .iter()
            .zip(&std_errors)
            .map(|(&r, &error)| match (r == 0.0, error > 0.0) {
                (true, _) => 1.0,
                (_, true) => t.two_sided(r / error),
                // Without noise every difference is one.
                _ => 0.0,
            })
            .collect();
        let bound = discovery_bound(&p_values);
        let half = t.quantile(self.level);
        let finding = |(at, row): (usize, ContributionRow)| {
            let (remainder, std_error) = (remainders[at], std_errors[at]);
            let ranks::Rank { median, lower, upper } = ranks[at];
            UnitFinding {
                unit: row.unit.unwrap_or_default(),
                label: row.label,
                n_periods: row.n_observations,
                actual: row.actual,
                always: row.always,
                contributions: row.contributions,
                expected: expected.means[at],
                remainder,
                unexplained: row.unexplained,
                std_error,
                lower: remainder - half * std_error,
                upper: remainder + half * std_error,
                shrunken: posterior[at].0,
                rank: median,
                rank_lower: lower,
                rank_upper: upper,
                p_value: p_values[at],
                beyond_chance: p_values[at] <= bound,
            }
        };
        let mut warnings = table.warnings;
        warnings.extend(warning);
        warnings.extend(self.doubts(fit));
        Ok(Units {
            outcome: table.outcome,
            method: table.method,
            mean: table.mean,
            periods: self.periods.and_then(|_| periods_of(fit, &rows)),
            units: table.rows.into_iter().enumerate().map(finding).collect(),
            persistent_sd: variance.sqrt(),
            noise,
            level: self.level,
            draws: self.draws,
            seed: self.seed,
            weights: table.weights,
            panel: table.panel,
            warnings,
        })
    }

    fn check_draws(&self, units: usize) -> Result<()> {
        let most = MOST_NUMBERS / units.max(1);
        if (1..=most).contains(&self.draws) {
            return Ok(());
        }
        let expected = format!("ranks of {units} units take from 1 to {most} draws");
        Err(QuestionError::Option { option: "draws", expected, found: self.draws.to_string() }.into())
    }

    /// What deserves doubt in what is said of remainders.
    fn doubts(&self, fit: &FittedModel) -> Vec<Warning> {
        let design = fit.design();
        let mut warnings = Vec::new();
        let (clusters, wanted) = (fit.unit_ranges().len(), FEW_CLUSTERS);
        if clusters < wanted {
            warnings.push(Warning::FewClusters { clusters, wanted });
        }
        let alone = fit.unit_ranges().iter().filter(|rows| rows.len() == 1);
        let name = |row: usize| design.panel.unit_of(design.rows[row]).unwrap_or_default().to_string();
        let units: Vec<String> = alone.map(|rows| name(rows.start)).collect();
        if !units.is_empty() {
            warnings.push(Warning::NoiseOfOthers { units });
        }
        // Rounded, so that a level of 0.95 does not ask for one draw more.
        let wanted = (2.0 * DRAWS_IN_TAIL / (1.0 - self.level) - 1e-6).ceil() as usize;
        if self.draws < wanted {
            warnings.push(Warning::FewDraws { draws: self.draws, wanted });
        }
        warnings
    }
}

/// The first and the last period of these rows.
fn periods_of(fit: &FittedModel, rows: &[usize]) -> Option<(i32, i32)> {
    let design = fit.design();
    let periods = || rows.iter().filter_map(|&row| design.panel.period_of(design.rows[row]));
    Some((periods().min()?, periods().max()?))
}

/// The variance of the noise in the weighted mean of these rows of a unit: w'Ωw/w_i².
fn noise_of_mean(fit: &FittedModel, rows: &[usize], autocovariances: &[f64]) -> f64 {
    let design = fit.design();
    let period = |row: usize| i64::from(design.panel.period_of(design.rows[row]).unwrap_or_default());
    let weight: f64 = rows.iter().map(|&row| design.weights[row]).sum();
    let mut sum = 0.0;
    for (at, &later) in rows.iter().enumerate() {
        for &earlier in &rows[..=at] {
            let lag = (period(later) - period(earlier)).unsigned_abs() as usize;
            let product = design.weights[later] * design.weights[earlier];
            // Each pair of two rows stands for both of its orders.
            let times = if later == earlier { 1.0 } else { 2.0 };
            sum += times * product * autocovariances.get(lag).copied().unwrap_or(0.0);
        }
    }
    // Autocovariances that are estimated lag by lag need not be those of any noise.
    (sum / (weight * weight)).max(0.0)
}

/// The largest p-value that is a discovery, by Y. Benjamini and Y. Hochberg (1995); below zero where there is none.
fn discovery_bound(p_values: &[f64]) -> f64 {
    let mut sorted = p_values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let is_one = |(at, p): &(usize, &f64)| **p <= FALSE_DISCOVERIES * (at + 1) as f64 / n;
    sorted.iter().enumerate().rfind(is_one).map_or(-1.0, |(_, p)| *p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discoveries_are_those_of_benjamini_and_hochberg() {
        // Smallest to largest, times five over their place: 0.0125, 0.0125, 0.0533, 0.0506, 0.7; the third and the fourth
        // are above 5%.
        assert_eq!(discovery_bound(&[0.7, 0.005, 0.0405, 0.0025, 0.032]), 0.005);
        // The fourth is at 5%, and brings the third, at 0.0583, with it.
        assert_eq!(discovery_bound(&[0.7, 0.005, 0.04, 0.0025, 0.035]), 0.04);
        assert_eq!(discovery_bound(&[0.2, 0.6]), -1.0);
    }
}
