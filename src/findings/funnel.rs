//! Which units lie further from the target than counts of their size do by chance?

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::empirical_bayes::check_counts;
use super::{UnitCount, UnitCounts};
use crate::error::{QuestionError, Result};
use crate::numerics::quantile::quantile;
use crate::numerics::tails::{gamma_quantile, normal_quantile};

/// The part of the z-scores that is drawn in at each end before their spread is measured.
const WINSORISED: f64 = 0.1;
/// The levels of a funnel's usual limits: about two and three standard deviations.
const LEVELS: [f64; 2] = [0.95, 0.998];

/// Limits of a unit's ratio of the counted to the expected.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FunnelLimits {
    /// The part of units on target that lie within.
    pub level: f64,
    /// The lower exact limit, were the count a Poisson variable about what is expected: half the χ² quantile on twice
    /// the expected count, over the expected count.
    pub poisson_lower: f64,
    /// The upper one: on twice the expected count plus two.
    pub poisson_upper: f64,
    /// The lower limit that allows for the spread of units about the target: (1 − z√(s² + τ²))², zero where that would
    /// be of a negative root.
    pub overdispersed_lower: f64,
    /// The upper one: (1 + z√(s² + τ²))².
    pub overdispersed_upper: f64,
}

/// A unit in a funnel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FunnelUnit {
    /// The unit.
    pub unit: String,
    /// What it is called, where the panel has names of its units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What was counted, y.
    pub count: f64,
    /// What the target leads one to expect of its population, E.
    pub expected: f64,
    /// The counted over the expected.
    pub ratio: f64,
    /// How far the count lies from the expected, in standard deviations of a Poisson variable: 2(√y − √E).
    pub z: f64,
    /// Its limits at 95 and at 99.8 per cent.
    pub limits: [FunnelLimits; 2],
}

/// What a funnel's units are compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FunnelTarget {
    /// The overall rate: all counts over all populations.
    Crude,
    /// A rate of its own for each unit, per person, such as what a model leads one to expect.
    Expected(Vec<(String, f64)>),
}

/// A funnel plot in numbers: units by how far their counts lie from a target, beside what counts of their size do by
/// chance, and beside what units like these do.
///
/// With y the count, E the target's rate times the population, and s² = 1/(4E) the variance of √(y/E) about the target,
///
/// ```text
/// z = 2(√y − √E),   φ = Σ z_w²/n      z_w winsorised at 10% at each end
/// τ² = (nφ − (n − 1))/(Σ w − Σ w²/Σ w),   w = 1/s²;   zero where nφ < n − 1
/// ```
///
/// Where φ is far above one, as for most public services, nearly every unit lies outside Poisson limits: the target is
/// not common to all. The limits that allow for it ask whether a unit is unusual among its like, and not whether it
/// differs from the target. They are (1 ± z√(s² + τ²))² about a ratio of one: the square root is undone by squaring. (The
/// CQC limits of FunnelPlotR 0.6.0 leave that out, and are about half as wide.)
///
/// D. J. Spiegelhalter (2005), <https://doi.org/10.1002/sim.1970>.
///
/// # Examples
/// ```
/// use apportion::findings::{Funnel, FunnelTarget, UnitCounts};
/// use apportion::{Panel, PanelSchema};
///
/// let csv = "la,year,plans,children\nA,2018,90,9000\nB,2018,20,5000\nC,2018,3,300\nD,2018,55,8000\n";
/// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year"))?;
/// let funnel = Funnel::of(&UnitCounts::of(&panel, "plans", "children", 2018..=2018)?, &FunnelTarget::Crude)?;
/// let [at_95, at_99_8] = &funnel.units[1].limits;
/// assert!(funnel.units[1].ratio < at_99_8.poisson_lower, "B has far fewer than 38 of 5,000");
/// assert!(funnel.units[1].ratio > at_95.overdispersed_lower, "but units differ as much as that");
/// let few = &funnel.units[2];
/// assert!(few.ratio > 1.3 && few.ratio < few.limits[0].poisson_upper, "three where two are expected say nothing");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Funnel {
    /// The target's rate, per person: of expected rates all that is expected over all populations.
    pub target: f64,
    /// The over-dispersion φ of winsorised z-scores: 1 where counts differ by chance alone.
    pub phi: f64,
    /// The variance τ² of the units' own ratios on the scale of square roots, beyond chance.
    pub tau2: f64,
    /// The units, in the order of the counts.
    pub units: Vec<FunnelUnit>,
}

impl Funnel {
    /// The funnel of these counts about this target.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`](crate::error::EstimateError::TooFew) for fewer than two units, and where nothing was counted at all;
    /// [`QuestionError::Option`] for an expected rate that a unit lacks or that is not above zero.
    ///
    /// # Examples
    /// See [`Funnel`].
    pub fn of(counts: &UnitCounts, target: &FunnelTarget) -> Result<Funnel> {
        check_counts(counts, "a funnel")?;
        let expected: Vec<f64> = match target {
            FunnelTarget::Crude => {
                let rate = counts.rate();
                counts.units.iter().map(|unit| rate * unit.population).collect()
            }
            FunnelTarget::Expected(rates) => {
                let rates: HashMap<&str, f64> = rates.iter().map(|(unit, rate)| (unit.as_str(), *rate)).collect();
                counts.units.iter().map(|unit| expected_of(unit, &rates)).collect::<Result<_>>()?
            }
        };
        let people: f64 = counts.units.iter().map(|unit| unit.population).sum();
        let n = counts.units.len() as f64;
        let z: Vec<f64> =
            counts.units.iter().zip(&expected).map(|(unit, e)| 2.0 * (unit.count.sqrt() - e.sqrt())).collect();
        let sum_of_squares: f64 = winsorised(&z).iter().map(|z| z * z).sum();
        // The inverse of the variance of each √(y/E).
        let (sum, squares) =
            expected.iter().fold((0.0, 0.0), |(sum, squares), e| (sum + 4.0 * e, squares + 16.0 * e * e));
        let tau2 = ((sum_of_squares - (n - 1.0)) / (sum - squares / sum)).max(0.0);
        let of_unit = |((unit, &expected), &z): ((&UnitCount, &f64), &f64)| FunnelUnit {
            unit: unit.unit.clone(),
            label: unit.label.clone(),
            count: unit.count,
            expected,
            ratio: unit.count / expected,
            z,
            limits: LEVELS.map(|level| limits_of(expected, tau2, level)),
        };
        let units = counts.units.iter().zip(&expected).zip(&z).map(of_unit).collect();
        Ok(Funnel { target: expected.iter().sum::<f64>() / people, phi: sum_of_squares / n, tau2, units })
    }

    /// The limits at another level, of a unit of which so much is expected: what draws the curves of a funnel plot.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a level outside of 0 to 1, and for what is expected where it is not above zero.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::{Funnel, FunnelTarget, UnitCounts};
    /// use apportion::{Panel, PanelSchema};
    ///
    /// let csv = "la,year,plans,children\nA,2018,90,9000\nB,2018,10,5000\nC,2018,3,300\n";
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year"))?;
    /// let funnel = Funnel::of(&UnitCounts::of(&panel, "plans", "children", 2018..=2018)?, &FunnelTarget::Crude)?;
    /// let limits = funnel.limits_at(10.0, 0.95)?;
    /// // Of ten expected, 4.8 to 18.4 are within chance.
    /// assert!((10.0 * limits.poisson_lower - 4.795).abs() < 1e-3 && (10.0 * limits.poisson_upper - 18.390).abs() < 1e-3);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn limits_at(&self, expected: f64, level: f64) -> Result<FunnelLimits> {
        let option = |option, expected: &str, found: f64| -> Result<FunnelLimits> {
            Err(QuestionError::Option { option, expected: expected.to_owned(), found: found.to_string() }.into())
        };
        if !(level > 0.0 && level < 1.0) {
            return option("level", "it must lie between 0 and 1", level);
        }
        if !(expected > 0.0 && expected.is_finite()) {
            return option("expected", "it must be above zero", expected);
        }
        Ok(limits_of(expected, self.tau2, level))
    }
}

fn expected_of(unit: &UnitCount, rates: &HashMap<&str, f64>) -> Result<f64> {
    let rate = rates.get(unit.unit.as_str()).copied();
    rate.filter(|rate| *rate > 0.0 && rate.is_finite()).map(|rate| rate * unit.population).ok_or_else(|| {
        let found =
            rate.map_or_else(|| format!("none for \"{}\"", unit.unit), |r| format!("{r} for \"{}\"", unit.unit));
        let expected = "a funnel needs a rate above zero of each unit: leave the unit out, or model its logarithm";
        QuestionError::Option { option: "expected", expected: expected.to_owned(), found }.into()
    })
}

fn limits_of(expected: f64, tau2: f64, level: f64) -> FunnelLimits {
    let beyond = (1.0 - level) / 2.0;
    let half_width = normal_quantile(1.0 - beyond) * (1.0 / (4.0 * expected) + tau2).sqrt();
    FunnelLimits {
        level,
        poisson_lower: gamma_quantile(expected, beyond) / expected,
        poisson_upper: gamma_quantile(expected + 1.0, 1.0 - beyond) / expected,
        overdispersed_lower: (1.0 - half_width).max(0.0).powi(2),
        overdispersed_upper: (1.0 + half_width).powi(2),
    }
}

/// The values, those beyond the outer quantiles drawn in to them.
fn winsorised(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (quantile(&sorted, WINSORISED), quantile(&sorted, 1.0 - WINSORISED)) {
        (Some(low), Some(high)) => values.iter().map(|z| z.clamp(low, high)).collect(),
        _ => sorted,
    }
}
