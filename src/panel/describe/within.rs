//! How much of the spread is between units and how much within them?

use serde::{Deserialize, Serialize};

use super::distribution::{largest, scale, sd};
use crate::numerics::means::exact_mean;

/// Deviations that are at most this part of the largest value are its rounding.
const ROUNDING: f64 = 8.0 * f64::EPSILON;
/// Deviations whose length is at most this part of that of the overall ones are taken as none, as regressions take
/// them.
const NEGLIGIBLE: f64 = 1e-11;

/// How much of a variable's spread is between units and how much within them, as Stata's `xtsum` reports it.
///
/// # Formula
///
/// With x̄ᵢ the mean of the nᵢ values of unit i, G units that have any, and N values,
///
/// ```text
/// overall = √(Σᵢₜ (xᵢₜ − x̄)² / (N − 1))
/// between = √(Σᵢ (x̄ᵢ − m)² / (G − 1)),   m = Σᵢ x̄ᵢ / G
/// within  = √(Σᵢₜ (xᵢₜ − x̄ᵢ)² / (N − 1))      the standard deviation of xᵢₜ − x̄ᵢ + x̄
/// ```
///
/// Their squares do not add up: the divisors differ, and units count once between and by their rows overall. What
/// varies by no more than the rounding of its values, or by 1e-11 of the whole, varies by exactly 0.
///
/// # Examples
/// ```
/// # use apportion::Panel;
/// let panel = Panel::builder()
///     .units(["A", "A", "B", "B"])
///     .periods([1, 2, 1, 2])
///     .column("x", [1.0, 3.0, 5.0, 7.0])
///     .build()?;
/// let description = panel.describe();
/// let x = description.variables[0].variation.as_ref().unwrap();
/// assert!((x.between.unwrap() - 8_f64.sqrt()).abs() < 1e-15, "means 2 and 6");
/// assert!((x.within.unwrap() - (4.0 / 3.0_f64).sqrt()).abs() < 1e-15, "deviations of 1");
/// assert_eq!((x.n_units, x.mean_periods), (2, Some(2.0)));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Variation {
    /// Over all values; `None` below two values.
    pub overall: Option<f64>,
    /// Over the means of units; `None` below two units with values.
    pub between: Option<f64>,
    /// Over the deviations from them; `None` below two values.
    pub within: Option<f64>,
    /// G, the units with at least one value.
    pub n_units: usize,
    /// T̄ = N / G, values per unit that has any; `None` without values.
    pub mean_periods: Option<f64>,
}

/// Deviations of values of which none is missing, all multiplied by `scale`; those that are rounding are 0.
pub(crate) struct Deviations {
    pub(super) scale: f64,
    /// Of rows from their mean.
    pub(crate) overall: Vec<f64>,
    /// Of the units' means from the mean of these; empty without units.
    pub(crate) between: Vec<f64>,
    /// Of rows from the means of their units; empty without units.
    pub(crate) within: Vec<f64>,
}

impl Deviations {
    /// For each value the position of its unit, when there are units; units without values are passed over.
    pub(crate) fn of(values: &[f64], units: Option<&[u32]>) -> Self {
        let scale = scale(values);
        let scaled: Vec<f64> = values.iter().map(|x| x * scale).collect();
        let largest = largest(&scaled);
        let centred = |values: &[f64]| -> Vec<f64> {
            let mean = exact_mean(values).unwrap_or(0.0);
            values.iter().map(|x| x - mean).collect()
        };
        let overall = unless_negligible(centred(&scaled), largest, 0.0);
        let least = NEGLIGIBLE * squares(&overall).sqrt();
        let (mut between, mut within) = (Vec::new(), Vec::new());
        if let Some(units) = units {
            let means = means_of_units(&scaled, units);
            let of_rows = scaled.iter().zip(units).map(|(x, &unit)| x - means[unit as usize].unwrap_or(*x));
            within = unless_negligible(of_rows.collect(), largest, least);
            let means: Vec<f64> = means.iter().copied().flatten().collect();
            between = unless_negligible(centred(&means), largest, least);
        }
        Self { scale, overall, between, within }
    }
}

/// The spread of a column of numbers, NaN where missing, whose overall standard deviation is known.
pub(super) fn variation(numbers: &[f64], units: &[u32], overall: Option<f64>) -> Variation {
    let present = || numbers.iter().zip(units).filter(|(x, _)| !x.is_nan());
    let values: Vec<f64> = present().map(|(x, _)| *x).collect();
    let units: Vec<u32> = present().map(|(_, unit)| *unit).collect();
    let deviations = Deviations::of(&values, Some(&units));
    let n_units = deviations.between.len();
    Variation {
        overall,
        between: sd(squares(&deviations.between), n_units, deviations.scale),
        within: sd(squares(&deviations.within), values.len(), deviations.scale),
        n_units,
        mean_periods: (n_units > 0).then(|| values.len() as f64 / n_units as f64),
    }
}

pub(super) fn squares(deviations: &[f64]) -> f64 {
    deviations.iter().map(|x| x * x).sum()
}

/// The means of units by their positions; `None` for a unit without values.
fn means_of_units(values: &[f64], units: &[u32]) -> Vec<Option<f64>> {
    let n_units = units.iter().max().map_or(0, |&last| last as usize + 1);
    let mut of_units = vec![Vec::new(); n_units];
    for (x, &unit) in values.iter().zip(units) {
        of_units[unit as usize].push(*x);
    }
    of_units.iter().map(|values| exact_mean(values)).collect()
}

/// Zeros in place of deviations that are no more than the rounding of values up to `largest`, or no longer than
/// `least`.
fn unless_negligible(deviations: Vec<f64>, largest_value: f64, least: f64) -> Vec<f64> {
    let is_rounding = largest(&deviations) <= ROUNDING * largest_value;
    if is_rounding || squares(&deviations).sqrt() <= least { vec![0.0; deviations.len()] } else { deviations }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_no_variation() {
        let units = [0, 0, 0, 1, 1, 1];
        // 0.1 + 0.2 is not 0.3: as a table made elsewhere may have it.
        let constant = [0.1 + 0.2, 0.3, 0.3, 0.7, 0.7, 0.7];
        let x = variation(&constant, &units, Some(0.2));
        assert_eq!(x.within, Some(0.0));
        assert!(x.between.unwrap() > 0.28);
        // The same in each unit: means are equal but for their rounding.
        let common = [0.1, 0.7, 1e-3, 0.7, 1e-3, 0.1];
        let x = variation(&common, &units, Some(0.3));
        assert_eq!(x.between, Some(0.0));
        assert!(x.within.unwrap() > 0.3);
    }

    #[test]
    fn small_variation_about_a_large_value_is_kept() {
        let x = variation(&[1e9 + 1.0, 1e9 + 3.0, 1e9 + 1.0, 1e9 + 3.0], &[0, 0, 1, 1], None);
        assert!((x.within.unwrap() - (4.0 / 3.0_f64).sqrt()).abs() < 1e-15);
        assert_eq!(x.between, Some(0.0));
    }

    #[test]
    fn units_without_values_are_passed_over() {
        let x = variation(&[f64::NAN, 1.0, 4.0, f64::NAN], &[0, 1, 3, 3], None);
        assert_eq!((x.n_units, x.mean_periods, x.within), (2, Some(1.0), Some(0.0)));
        let none = variation(&[f64::NAN], &[0], None);
        assert_eq!((none.n_units, none.mean_periods, none.between, none.within), (0, None, None, None));
    }
}
