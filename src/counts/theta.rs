//! How far do counts vary beyond chance: the θ of the negative binomial.

use super::distribution::Distribution;
use super::iterate::{CountFit, CountRows};
use crate::error::{EstimateError, Result};

/// Rounds of slopes and θ in turn, and Newton's steps within one.
const MOST_ROUNDS: usize = 100;
/// θ is found when it moves by no larger part: what rounding moves it by in a thousand rows is a hundredth of that.
const MOVED: f64 = 1e-11;
/// Of Newton's steps, of which each leaves about the square of what it moved.
const MOVED_BY_NEWTON: f64 = 1e-7;
/// Of replicates, whose shares hardly depend on it.
const MOVED_OF_OTHERS: f64 = 1e-10;

impl CountRows<'_> {
    /// The fit of greatest likelihood of slopes, effects and θ together. Counts are whole numbers.
    ///
    /// # Errors
    /// [`EstimateError::NotOverdispersed`] where the likelihood grows with θ without end; those of [`fit`](Self::fit).
    pub(crate) fn fit_with_theta(&self) -> Result<(CountFit, f64)> {
        let poisson = self.fit(Distribution::Poisson, None)?;
        // As θ grows, the score nears Σ w[(y − μ)² − y]/(2θ²).
        let rows = self.counts.iter().zip(&poisson.means).zip(self.weights);
        let excess: f64 = rows.map(|((y, mean), w)| w * ((y - mean).powi(2) - y)).sum();
        if excess <= 0.0 {
            return Err(EstimateError::NotOverdispersed.into());
        }
        let theta = self.first_theta(&poisson.means);
        self.in_turn(poisson, theta, MOVED)
    }

    /// The θ of greatest likelihood, from the predictor and the θ of a fit of other weights.
    ///
    /// # Errors
    /// Those of [`fit_with_theta`](Self::fit_with_theta).
    pub(crate) fn theta_from(&self, (predictor, theta): (&[f64], f64)) -> Result<f64> {
        let fit = self.fit(Distribution::NegativeBinomial { theta }, Some(predictor))?;
        Ok(self.in_turn(fit, theta, MOVED_OF_OTHERS)?.1)
    }

    /// Slopes and θ in turn, until θ moves by no larger part.
    fn in_turn(&self, mut fit: CountFit, mut theta: f64, ends: f64) -> Result<(CountFit, f64)> {
        let at_least = Exceeding::new(self.counts, self.weights);
        for _ in 0..MOST_ROUNDS {
            let next = at_least.theta(self, &fit.means, theta)?;
            let moved = (next / theta - 1.0).abs();
            theta = next;
            let start = fit.predictor;
            fit = self.fit(Distribution::NegativeBinomial { theta }, Some(&start))?;
            if moved <= ends {
                return Ok((fit, theta));
            }
        }
        Err(EstimateError::NotConverged { model: "the negative binomial regression", rounds: MOST_ROUNDS }.into())
    }

    /// By the moments: Σ w over Σ w (y/μ − 1)².
    fn first_theta(&self, means: &[f64]) -> f64 {
        let rows = self.counts.iter().zip(means).zip(self.weights);
        let (weight, square) = rows
            .fold((0.0, 0.0), |(weight, square), ((y, mean), w)| (weight + w, square + w * (y / mean - 1.0).powi(2)));
        weight / square
    }
}

/// The weight of the rows whose counts exceed k, for k = 0, 1, …: ψ(y + θ) − ψ(θ) = Σ_{k < y} 1/(θ + k), so that sums over
/// rows of such differences are sums over k.
struct Exceeding(Vec<f64>);

impl Exceeding {
    fn new(counts: &[f64], weights: &[f64]) -> Self {
        let most = counts.iter().fold(0.0_f64, |most, y| most.max(*y));
        let mut weight = vec![0.0; most as usize + 1];
        counts.iter().zip(weights).for_each(|(y, w)| weight[*y as usize] += w);
        let mut above = 0.0;
        for own in weight.iter_mut().rev() {
            let at = *own;
            *own = above;
            above += at;
        }
        Exceeding(weight)
    }

    /// The θ at which the score is zero, given the means: Newton's steps in ln θ.
    fn theta(&self, rows: &CountRows, means: &[f64], from: f64) -> Result<f64> {
        let mut theta = from;
        for _ in 0..MOST_ROUNDS {
            let (mut score, mut slope) = (0.0, 0.0);
            for (k, w) in self.0.iter().enumerate() {
                let each = 1.0 / (theta + k as f64);
                score += w * each;
                slope -= w * each * each;
            }
            for ((y, mean), w) in rows.counts.iter().zip(means).zip(rows.weights) {
                let sum = theta + mean;
                // ln(θ/(θ + μ)) + 1 − (y + θ)/(θ + μ)
                // A unit left out may have any mean.
                if *w == 0.0 {
                    continue;
                }
                score += w * ((mean - y) / sum - (mean / theta).ln_1p());
                slope += w * ((y - mean) / (sum * sum) - 1.0 / sum + 1.0 / theta);
            }
            // In ln θ: d/dln θ = θ score, and its slope θ² slope + θ score.
            let (gradient, curvature) = (theta * score, theta * theta * slope + theta * score);
            let step = if curvature < 0.0 { -gradient / curvature } else { gradient.signum() };
            let step = step.clamp(-2.0, 2.0);
            theta *= step.exp();
            if !(theta > 0.0 && theta < 1e12) {
                return Err(EstimateError::NotOverdispersed.into());
            }
            if step.abs() <= MOVED_BY_NEWTON {
                return Ok(theta);
            }
        }
        Err(EstimateError::NotConverged { model: "the negative binomial regression", rounds: MOST_ROUNDS }.into())
    }
}
