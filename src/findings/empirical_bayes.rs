//! What are the rates once the chance of small numbers is taken out of them?

use serde::{Deserialize, Serialize};

use super::UnitCounts;
use crate::error::{EstimateError, Result};

/// A unit's rate, raw and shrunken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BayesRate {
    /// The unit.
    pub unit: String,
    /// What it is called, where the panel has names of its units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The count over the population, r_i.
    pub rate: f64,
    /// The rate drawn to the mean by what counts of this size say less: m + reliability · (r_i − m).
    pub shrunken: f64,
    /// The part of what is seen of such a unit that is no chance: a/(a + m/n_i), from 0 to 1.
    pub reliability: f64,
}

/// Rates shrunken by the method of moments: each is drawn to the overall rate, the more so the smaller its population.
///
/// With n_i the populations and r_i the rates,
///
/// ```text
/// m = Σ n_i r_i/Σ n_i,   s² = Σ n_i (r_i − m)²/Σ n_i,   a = max(0, s² − m/n̄)
/// shrunken_i = m + (r_i − m) · a/(a + m/n_i)
/// ```
///
/// Rates are per person, whatever the panel's own are per. Where they differ by no more than counts of these sizes do by
/// chance, a is zero and every rate is the overall one.
///
/// R. J. Marshall (1991), <https://doi.org/10.2307/2347593>; spdep's `EBest` with `family = "poisson"`.
///
/// # Examples
/// ```
/// use apportion::findings::{EmpiricalBayes, UnitCounts};
/// use apportion::{Panel, PanelSchema};
///
/// let csv = "la,year,plans,children\nA,2018,90,9000\nB,2018,10,5000\nC,2018,2,100\n";
/// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year"))?;
/// let rates = EmpiricalBayes::of(&UnitCounts::of(&panel, "plans", "children", 2018..=2018)?)?;
/// // Two plans of a hundred children say little: C is drawn most of the way to the overall rate.
/// let (a, c) = (&rates.units[0], &rates.units[2]);
/// assert!(a.reliability > 0.9 && c.reliability < 0.2);
/// assert!(c.rate == 0.02 && c.shrunken < 0.01);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EmpiricalBayes {
    /// The overall rate m, per person.
    pub rate: f64,
    /// The variance a of the units' own rates, zero where they differ by no more than chance.
    pub variance: f64,
    /// The units, in the order of the counts.
    pub units: Vec<BayesRate>,
}

impl EmpiricalBayes {
    /// The shrunken rates of these counts.
    ///
    /// # Errors
    /// [`EstimateError::TooFew`] for fewer than two units, and where nothing was counted at all.
    ///
    /// # Examples
    /// See [`EmpiricalBayes`].
    pub fn of(counts: &UnitCounts) -> Result<EmpiricalBayes> {
        check_counts(counts, "empirical Bayes rates")?;
        let rate = counts.rate();
        let n_units = counts.units.len() as f64;
        let people: f64 = counts.units.iter().map(|unit| unit.population).sum();
        let spread = |unit: &super::UnitCount| unit.population * (unit.count / unit.population - rate).powi(2);
        let spread = counts.units.iter().map(spread).sum::<f64>() / people;
        let variance = (spread - rate / (people / n_units)).max(0.0);
        let shrink = |unit: &super::UnitCount| {
            let own = unit.count / unit.population;
            let reliability = variance / (variance + rate / unit.population);
            let (unit, label) = (unit.unit.clone(), unit.label.clone());
            BayesRate { unit, label, rate: own, shrunken: rate + reliability * (own - rate), reliability }
        };
        Ok(EmpiricalBayes { rate, variance, units: counts.units.iter().map(shrink).collect() })
    }
}

/// Counts that can be compared: of two units at least, and not all zero.
pub(super) fn check_counts(counts: &UnitCounts, what: &str) -> Result<()> {
    let few = |of: &str, expected, found| -> Result<()> {
        Err(EstimateError::TooFew { what: format!("{of} for {what}"), expected, found }.into())
    };
    if counts.units.len() < 2 {
        return few("units", 2, counts.units.len());
    }
    if counts.units.iter().all(|unit| unit.count == 0.0) {
        return few("units with a count above zero", 1, 0);
    }
    Ok(())
}
