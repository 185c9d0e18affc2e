//! How much of a count's change is more people, people in other places, and other rates?
//!
//! All parts follow from sums over units: with A_ab = Σ P_a r_b over the populations of one end and the rates of the other,
//! divided by the populations' sum, a coalition of the three factors is worth P × A. The weights of the rates' part are
//! p₀(1/3 + P₁/P₀/6) + p₁(1/3 + P₀/P₁/6), so that it is linear in Σ p₀Δ and Σ p₁Δ.

use crate::error::{DataError, EstimateError, QuestionError, Result};
use crate::fit::FittedModel;
use crate::model::Term;

/// Populations of the rows of the sample, and what rates are per.
pub(super) struct Populations {
    pub(super) column: String,
    pub(super) per: f64,
    /// NaN where missing.
    people: Vec<f64>,
    is_logarithm: bool,
}

/// Sums of a unit at both ends: populations, counts of each population at each rate, of units that appear, that end, that
/// the sample lacks at one end.
pub(super) const SUMS: usize = 9;
/// Numbers that come of them: the count at both ends, three factors, units that appear, that end, that are lacked.
pub(super) const NUMBERS: usize = 8;

impl Populations {
    /// # Errors
    /// [`QuestionError::Option`] for a `per` that is not above zero, and an outcome that is neither a column nor the
    /// logarithm of one; those of the column.
    pub(super) fn new(fit: &FittedModel, column: &str, per: f64) -> Result<Self> {
        if !(per > 0.0 && per.is_finite()) {
            let expected = "it is what the rate is per, such as 10000, and above zero".to_string();
            return Err(QuestionError::Option { option: "per", expected, found: per.to_string() }.into());
        }
        let is_logarithm = match fit.model().outcome() {
            Some(Term::Column(_)) => false,
            Some(Term::Log(rate)) if matches!(**rate, Term::Column(_)) => true,
            _ => {
                let expected = "counts are of a rate or its logarithm: take one as the outcome, or ask for no counts";
                let (expected, found) = (expected.to_string(), fit.outcome_name().to_string());
                return Err(QuestionError::Option { option: "the outcome", expected, found }.into());
            }
        };
        let design = fit.design();
        let numbers = design.panel.column(column)?.numbers()?;
        let people = design.rows.iter().map(|&row| numbers[row]).collect();
        Ok(Populations { column: column.to_string(), per, people, is_logarithm })
    }

    /// Population and rate of a row of the sample.
    ///
    /// # Errors
    /// [`EstimateError::NoPopulation`] where it has none; [`DataError::Negative`] for a rate below zero.
    fn of(&self, fit: &FittedModel, row: usize) -> Result<(f64, f64)> {
        let design = fit.design();
        let people = self.people[row];
        // Missing is not a number.
        if people.is_nan() || people <= 0.0 {
            let unit = design.panel.unit_of(design.rows[row]).unwrap_or_default().to_string();
            let (column, period) = (self.column.clone(), design.panel.period_of(design.rows[row]));
            let found = Some(people).filter(|people| !people.is_nan());
            return Err(EstimateError::NoPopulation { column, unit, period, found }.into());
        }
        let outcome = design.outcome[row];
        if !self.is_logarithm && outcome < 0.0 {
            let place = design.panel.place(design.rows[row]);
            return Err(DataError::Negative { column: design.outcome_name.clone(), place, value: outcome }.into());
        }
        Ok((people, if self.is_logarithm { outcome.exp() } else { outcome }))
    }

    /// The sums of a unit, and by what Δ of the outcome is multiplied at either population for the rates' part. `is_lacked`
    /// says that the panel has a row of it at the end where the sample has none.
    pub(super) fn sums(
        &self,
        fit: &FittedModel,
        ends: (Option<usize>, Option<usize>),
        is_lacked: bool,
    ) -> Result<([f64; SUMS], [f64; 2])> {
        let end = |row: Option<usize>| row.map(|row| self.of(fit, row)).transpose();
        let mut sums = [0.0; SUMS];
        let mut factors = [0.0; 2];
        match (end(ends.0)?, end(ends.1)?) {
            (Some((p0, r0)), Some((p1, r1))) => {
                sums = [p0, p1, p0 * r0, p0 * r1, p1 * r0, p1 * r1, 0.0, 0.0, 0.0];
                let mean = match self.is_logarithm {
                    true => logarithmic_mean(r0, r1),
                    false => 1.0,
                };
                factors = [p0 * mean, p1 * mean];
            }
            (None, Some((p1, r1))) if is_lacked => sums[8] = p1 * r1,
            (Some((p0, r0)), None) if is_lacked => sums[8] = 0.0 - p0 * r0,
            (None, Some((p1, r1))) => sums[6] = p1 * r1,
            (Some((p0, r0)), None) => sums[7] = p0 * r0,
            (None, None) => {}
        }
        Ok((sums, factors))
    }

    /// The numbers of a count's change from sums over units, and by what sums of Δ at either population are multiplied.
    pub(super) fn numbers(&self, sums: &[f64]) -> ([f64; NUMBERS], [f64; 2]) {
        let [p0, p1, a00, a01, a10, a11, appeared, ended, lacked] = std::array::from_fn(|at| sums[at] / self.per);
        // What a coalition of factors is worth, by which are those of the second period: people, mix, rates.
        let worth = |people: bool, mix: bool, rates: bool| {
            let (count, own) = match (mix, rates) {
                (false, false) => (a00, p0),
                (false, true) => (a01, p0),
                (true, false) => (a10, p1),
                (true, true) => (a11, p1),
            };
            // Of the populations' own people, exactly.
            if people == mix { count } else { count / own * if people { p1 } else { p0 } }
        };
        let shapley = |with: &dyn Fn(bool, bool, bool) -> f64| {
            let adds = |one, other| with(true, one, other) - with(false, one, other);
            (adds(false, false) + adds(true, true)) / 3.0 + (adds(true, false) + adds(false, true)) / 6.0
        };
        let population = shapley(&|own, one, other| worth(own, one, other));
        let mix = shapley(&|own, one, other| worth(one, own, other));
        let rates = shapley(&|own, one, other| worth(one, other, own));
        let factors = [1.0 / 3.0 + p1 / p0 / 6.0, 1.0 / 3.0 + p0 / p1 / 6.0].map(|factor| factor / self.per);
        ([a00, a11, population, mix, rates, appeared, 0.0 - ended, lacked], factors)
    }
}

/// (r₁ − r₀)/(log r₁ − log r₀), which is between both.
fn logarithmic_mean(r0: f64, r1: f64) -> f64 {
    let change = (r1 / r0).ln();
    if change == 0.0 { r0 } else { r0 * change.exp_m1() / change }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_the_mean_over_all_orders() {
        let populations = Populations { column: String::new(), per: 1.0, people: Vec::new(), is_logarithm: false };
        let units = [(10.0, 3.0, 14.0, 2.0), (20.0, 1.0, 18.0, 4.0), (5.0, 2.0, 5.0, 2.5)];
        let mut sums = [0.0; SUMS];
        for (p0, r0, p1, r1) in units {
            let own = [p0, p1, p0 * r0, p0 * r1, p1 * r0, p1 * r1, 0.0, 0.0, 0.0];
            sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        }
        let (all, at_ends) = populations.numbers(&sums);
        let total = |of: fn(&(f64, f64, f64, f64)) -> f64| units.iter().map(of).sum::<f64>();
        let worth = |second: [bool; 3]| {
            let (p0, p1) = (total(|u| u.0), total(|u| u.2));
            let people = if second[0] { p1 } else { p0 };
            let one = |u: &(f64, f64, f64, f64)| {
                (if second[1] { u.2 / p1 } else { u.0 / p0 }) * if second[2] { u.3 } else { u.1 }
            };
            people * units.iter().map(one).sum::<f64>()
        };
        let mut expected = [0.0; 3];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut second = [false; 3];
            for factor in order {
                let before = worth(second);
                second[factor] = true;
                expected[factor] += (worth(second) - before) / 6.0;
            }
        }
        for (found, expected) in all[2..5].iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        // The rates' part is the weighted sum of their changes.
        let weighted: f64 = units.iter().map(|u| (u.0 * at_ends[0] + u.2 * at_ends[1]) * (u.3 - u.1)).sum();
        assert!((weighted - expected[2]).abs() < 1e-12);
    }

    #[test]
    fn the_logarithmic_mean_is_between_both() {
        assert_eq!(logarithmic_mean(3.0, 3.0), 3.0);
        assert!((logarithmic_mean(1.0, std::f64::consts::E) - (std::f64::consts::E - 1.0)).abs() < 1e-15);
        assert!((logarithmic_mean(3.0, 3.0 + 1e-9) - 3.0).abs() < 1e-8);
    }
}
