//! What is expected of each unit, and how far the coefficients behind that can be off.

use crate::error::{EstimateError, Result};
use crate::fit::{FittedModel, RANK_TOLERANCE};
use crate::numerics::triangular::Cholesky;

/// What the components without unit effects lead one to expect of some rows of each unit.
pub(super) struct Expected {
    /// The weighted mean of it.
    pub(super) means: Vec<f64>,
    /// x̄'V x̄ of it, V clustered by unit.
    pub(super) variances: Vec<f64>,
    /// Coefficients that tell unit means apart, the intercept among them.
    pub(super) rank_of_means: usize,
    /// Units behind V.
    pub(super) n_units: usize,
}

impl Expected {
    /// `units` holds rows of the sample, unit by unit.
    pub(super) fn of(fit: &FittedModel, units: &[Vec<usize>]) -> Result<Self> {
        let expected = fit.expected_without_units()?;
        let players = fit.players_without_units()?;
        let design = fit.design();
        let (weights, n) = (&design.weights, design.n_observations());
        let variables: Vec<usize> = players.always.iter().chain(players.variables.iter().flatten()).copied().collect();
        let (width, rows) = (variables.len(), fit.standardised_rows(&variables));
        // The intercept first.
        let row = |row: usize| std::iter::once(1.0).chain(rows[row * width..][..width].iter().copied());
        let size = width + 1;
        let sum_of = |of: &mut dyn Iterator<Item = usize>, factor: &dyn Fn(usize) -> f64| {
            let mut sum = vec![0.0; size];
            for at in of {
                let factor = factor(at);
                sum.iter_mut().zip(row(at)).for_each(|(sum, x)| *sum += factor * x);
            }
            sum
        };
        let (layout, entries) = (players.layout, fit.moments().entries());
        let product = |i: usize, j: usize| match (i.checked_sub(1), j.checked_sub(1)) {
            (None, None) => entries[layout.weight()],
            (Some(v), None) | (None, Some(v)) => entries[layout.sum(variables[v])],
            (Some(a), Some(b)) => entries[layout.raw(variables[a], variables[b])],
        };
        let counts = |_: usize, left: f64| if left > RANK_TOLERANCE { left } else { 0.0 };
        let factor = Cholesky::new(size, product, counts);
        let (n_units, rank) = (fit.unit_ranges().len(), factor.rank());
        if n_units < 2 || n <= rank {
            let (what, expected, found) = match n_units < 2 {
                true => ("units", 2, n_units),
                false => ("rows beside the coefficients of what is expected", rank + 1, n),
            };
            return Err(EstimateError::TooFew { what: what.to_string(), expected, found }.into());
        }
        // L⁻¹ of each unit's scores: with A = LL', x'A⁻¹ MA⁻¹ x is a form in L⁻¹x.
        let residual = |at: usize| weights[at] * (design.outcome[at] - expected[at]);
        let mut meat = vec![0.0; size * size];
        for unit in fit.unit_ranges() {
            let score = factor.forward(sum_of(&mut unit.clone(), &residual));
            for (i, &first) in score.iter().enumerate().filter(|(_, first)| **first != 0.0) {
                meat[i * size..][..size].iter_mut().zip(&score).for_each(|(sum, second)| *sum += first * second);
            }
        }
        // As fixest has it, and the regressions of this crate by default.
        let (g, n) = (n_units as f64, n as f64);
        let correction = g / (g - 1.0) * (n - 1.0) / (n - rank as f64);
        let (mut means, mut variances) = (Vec::with_capacity(units.len()), Vec::with_capacity(units.len()));
        let mut of_means = vec![0.0; size * size];
        for unit in units {
            let weight: f64 = unit.iter().map(|&at| weights[at]).sum();
            means.push(unit.iter().map(|&at| weights[at] * expected[at]).sum::<f64>() / weight);
            let mean = sum_of(&mut unit.iter().copied(), &|at| weights[at] / weight);
            for (i, &first) in mean.iter().enumerate() {
                of_means[i * size..][..size].iter_mut().zip(&mean).for_each(|(sum, second)| *sum += first * second);
            }
            let z = factor.forward(mean);
            let form = |(i, first): (usize, &f64)| {
                first * meat[i * size..][..size].iter().zip(&z).map(|(m, second)| m * second).sum::<f64>()
            };
            variances.push((correction * z.iter().enumerate().map(form).sum::<f64>()).max(0.0));
        }
        let rank_of_means = Cholesky::new(size, |i, j| of_means[i * size + j], counts).rank();
        Ok(Expected { means, variances, rank_of_means, n_units })
    }
}
