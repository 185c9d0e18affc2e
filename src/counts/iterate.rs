//! Iterated least squares, with the effects of units eliminated in every round.

use super::distribution::Distribution;
use crate::error::{EstimateError, Result};
use crate::numerics::triangular::Cholesky;

/// Rounds after which a fit is given up.
const MOST_ROUNDS: usize = 200;
/// A step is halved so many times before it counts as none.
const MOST_HALVINGS: usize = 40;
/// The linear predictor is found when no row's moves by more: Newton's steps square what is left, those of a distribution
/// whose link is not its own take a part of it.
const MOVED: f64 = 1e-10;
/// A column adds nothing where what the others leave of it is this part of its sum of squares or less.
const NOTHING: f64 = 1e-12;

/// Counts, and what they are regressed on.
#[derive(Clone, Copy)]
pub(crate) struct CountRows<'a> {
    pub(crate) counts: &'a [f64],
    /// ln of the exposure; zeros where there is none.
    pub(crate) offset: &'a [f64],
    pub(crate) weights: &'a [f64],
    /// Where the rows of each unit start, and last where those of the last one end, if units have effects.
    pub(crate) units: Option<&'a [usize]>,
    pub(crate) columns: &'a [&'a [f64]],
}

/// Counts as they are expected.
#[derive(Debug, Clone)]
pub(crate) struct CountFit {
    /// Of the columns; zero where one adds nothing to those before it.
    pub(crate) slopes: Vec<f64>,
    /// Whether a column has a slope of its own.
    pub(crate) has_slope: Vec<bool>,
    /// The effect of each unit, or the intercept alone.
    pub(crate) effects: Vec<f64>,
    /// ln of the means.
    pub(crate) predictor: Vec<f64>,
    pub(crate) means: Vec<f64>,
    pub(crate) deviance: f64,
    /// The factor of the columns' weighted cross-products at the means, effects taken out.
    pub(crate) factor: Cholesky,
    pub(crate) rounds: usize,
}

impl CountRows<'_> {
    /// The fit of greatest likelihood, from these linear predictors where there are any.
    ///
    /// # Errors
    /// [`EstimateError::NotConverged`] where rounds do not end.
    pub(crate) fn fit(&self, distribution: Distribution, from: Option<&[f64]>) -> Result<CountFit> {
        let n = self.counts.len();
        let columns = Centred::new(self);
        let one = [0, n];
        let starts = self.units.unwrap_or(&one);
        let mut predictor: Vec<f64> = match from {
            Some(from) => from.to_vec(),
            None => self.start(),
        };
        let mut deviance = f64::INFINITY;
        for round in 1..=MOST_ROUNDS {
            let step = columns.step(self, starts, distribution, &predictor);
            let mut next = columns.predictor(self, starts, &step);
            let mut reached = self.deviance(distribution, &next);
            // The deviance falls along the step: where it does not, the step was too long.
            let mut halvings = 0;
            while !(reached <= deviance * (1.0 + 1e-12)) && halvings < MOST_HALVINGS {
                next.iter_mut().zip(&predictor).for_each(|(next, from)| *next = 0.5 * (*next + from));
                reached = self.deviance(distribution, &next);
                halvings += 1;
            }
            let moved = next.iter().zip(&predictor).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
            (predictor, deviance) = (next, reached);
            if moved <= MOVED || halvings == MOST_HALVINGS {
                let means = predictor.iter().map(|x| x.exp()).collect();
                let Step { slopes, effects, factor } = step;
                let has_slope = (0..slopes.len()).map(|c| factor.rows()[c][c] > 0.0).collect();
                let effects = columns.effects_of_columns(effects, &slopes);
                return Ok(CountFit { slopes, has_slope, effects, predictor, means, deviance, factor, rounds: round });
            }
        }
        Err(EstimateError::NotConverged { model: distribution.name(), rounds: MOST_ROUNDS }.into())
    }

    /// The deviance of counts from means of these logarithms.
    fn deviance(&self, distribution: Distribution, predictor: &[f64]) -> f64 {
        let rows = self.counts.iter().zip(predictor).zip(self.weights);
        rows.map(|((&y, x), w)| w * distribution.unit_deviance(y, x.exp())).sum()
    }

    /// Halfway between the counts and what the exposure alone lets expect.
    fn start(&self) -> Vec<f64> {
        let rows = || self.counts.iter().zip(self.offset).zip(self.weights);
        let (count, exposure) =
            rows().fold((0.0, 0.0), |(count, exposure), ((y, o), w)| (count + w * y, exposure + w * o.exp()));
        let rate = count / exposure;
        rows().map(|((y, o), _)| (0.5 * (y + rate * o.exp())).ln()).collect()
    }
}

/// The columns, row by row, less a mean of each: effects or the intercept take that up, and digits of columns far from zero
/// stay.
struct Centred {
    k: usize,
    rows: Vec<f64>,
    means: Vec<f64>,
    squares: Vec<f64>,
}

/// What a round of least squares finds.
struct Step {
    slopes: Vec<f64>,
    effects: Vec<f64>,
    factor: Cholesky,
}

impl Centred {
    fn new(of: &CountRows) -> Self {
        let (n, k) = (of.counts.len(), of.columns.len());
        let total: f64 = of.weights.iter().sum();
        let (mut rows, mut means) = (vec![0.0; n * k], vec![0.0; k]);
        for (c, column) in of.columns.iter().enumerate() {
            let first = column.first().copied().unwrap_or_default();
            let sum: f64 = column.iter().zip(of.weights).map(|(x, w)| w * (x - first)).sum();
            means[c] = first + sum / total;
            column.iter().enumerate().for_each(|(row, x)| rows[row * k + c] = x - means[c]);
        }
        let square = |c: usize| (0..n).map(|row| rows[row * k + c].powi(2)).fold(0.0, f64::max);
        let squares = (0..k).map(square).collect();
        Centred { k, rows, means, squares }
    }

    /// Weighted least squares of the working response, group by group.
    fn step(&self, of: &CountRows, starts: &[usize], distribution: Distribution, predictor: &[f64]) -> Step {
        let k = self.k;
        let n_groups = starts.len() - 1;
        let mut products = vec![0.0; (k + 1) * (k + 1)];
        let mut means = vec![0.0; n_groups * (k + 1)];
        let (mut weights, mut left) = (Vec::new(), Vec::new());
        let mut total = 0.0;
        for (group, means) in means.chunks_exact_mut(k + 1).enumerate() {
            let rows = starts[group]..starts[group + 1];
            weights.clear();
            left.clear();
            let mut weight = 0.0;
            for row in rows {
                let mean = predictor[row].exp();
                let w = of.weights[row] * distribution.working_weight(mean);
                let z = predictor[row] - of.offset[row] + (of.counts[row] - mean) / mean;
                weight += w;
                weights.push(w);
                left.extend_from_slice(&self.rows[row * k..(row + 1) * k]);
                left.push(z);
                let own = &left[left.len() - k - 1..];
                means.iter_mut().zip(own).for_each(|(mean, x)| *mean += w * x);
            }
            means.iter_mut().for_each(|mean| *mean /= weight);
            total += weight;
            for (own, w) in left.chunks_exact_mut(k + 1).zip(&weights) {
                own.iter_mut().zip(&*means).for_each(|(x, mean)| *x -= mean);
                for i in 0..=k {
                    let part = w * own[i];
                    let products = &mut products[i * (k + 1)..][..i + 1];
                    products.iter_mut().zip(&*own).for_each(|(sum, x)| *sum += part * x);
                }
            }
        }
        let at = |i: usize, j: usize| products[i * (k + 1) + j];
        let pivot = |c: usize, left: f64| if left > NOTHING * self.squares[c] * total { left } else { 0.0 };
        let factor = Cholesky::new(k, at, pivot);
        let slopes = factor.solve((0..k).map(|c| at(k, c)).collect());
        let effect = |means: &[f64]| means[k] - slopes.iter().zip(means).map(|(b, x)| b * x).sum::<f64>();
        let effects = means.chunks_exact(k + 1).map(effect).collect();
        Step { slopes, effects, factor }
    }

    fn predictor(&self, of: &CountRows, starts: &[usize], step: &Step) -> Vec<f64> {
        let mut predictor = vec![0.0; of.counts.len()];
        for (group, effect) in step.effects.iter().enumerate() {
            for row in starts[group]..starts[group + 1] {
                let x = &self.rows[row * self.k..(row + 1) * self.k];
                let sum: f64 = x.iter().zip(&step.slopes).map(|(x, b)| x * b).sum();
                predictor[row] = of.offset[row] + effect + sum;
            }
        }
        predictor
    }

    /// Effects beside the columns as they were given.
    fn effects_of_columns(&self, mut effects: Vec<f64>, slopes: &[f64]) -> Vec<f64> {
        let taken: f64 = slopes.iter().zip(&self.means).map(|(b, mean)| b * mean).sum();
        effects.iter_mut().for_each(|effect| *effect -= taken);
        effects
    }
}
