//! How far do counts vary beyond chance: the θ of the negative binomial.

use super::count_rows::{CountFit, CountRows};
use super::distribution::Distribution;
use crate::error::{EstimateError, Result};
use crate::model::Family;

/// Steps of θ, each with a fit, after which it is given up.
const MOST_ROUNDS: usize = 100;
/// θ is found where the next step would move it by no larger part: what rounding moves it by in a thousand rows is a
/// hundredth of that.
const MOVED: f64 = 1e-11;
/// Of replicates, whose shares hardly depend on it.
const MOVED_OF_OTHERS: f64 = 1e-10;
/// The longest step of ln θ.
const LONGEST: f64 = 2.0;
/// A θ so many times the mean count grows without end, as far as doubles can tell: variances are Poisson's to seven digits.
const ENDLESS: f64 = 1e7;
/// What rounding moves ln θ by, for a θ of one mean count.
const ROUNDING: f64 = 1e-12;

impl CountRows<'_> {
    /// The fit of greatest likelihood of a family of counts, and the distribution that it is of.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit) and of [`fit_with_theta`](Self::fit_with_theta).
    pub(crate) fn fit_family(&self, family: Family) -> Result<(CountFit, Distribution)> {
        match family {
            Family::NegativeBinomial => {
                let (fit, theta) = self.fit_with_theta()?;
                Ok((fit, Distribution::NegativeBinomial { theta }))
            }
            _ => Ok((self.fit(Distribution::Poisson, None)?, Distribution::Poisson)),
        }
    }

    /// The fit of greatest likelihood of slopes, effects and θ together. Counts are whole numbers.
    ///
    /// # Errors
    /// [`EstimateError::NotOverdispersed`] where the likelihood grows with θ without end; those of [`fit`](Self::fit).
    pub(crate) fn fit_with_theta(&self) -> Result<(CountFit, f64)> {
        let poisson = self.fit(Distribution::Poisson, None)?;
        // As θ grows, the score nears −Σ w[(y − μ)² − y]/(2θ²): below zero, the likelihood falls at the end.
        let rows = self.counts.iter().zip(&poisson.means).zip(self.weights);
        let excess: f64 = rows.map(|((y, mean), w)| w * ((y - mean).powi(2) - y)).sum();
        if excess <= 0.0 {
            return Err(EstimateError::NotOverdispersed.into());
        }
        let theta = self.first_theta(&poisson.means);
        self.likeliest((poisson.predictor, theta), MOVED)
    }

    /// The θ of greatest likelihood, from the predictor and the θ of a fit of other weights.
    ///
    /// # Errors
    /// Those of [`fit_with_theta`](Self::fit_with_theta).
    pub(crate) fn theta_from(&self, (predictor, theta): (&[f64], f64)) -> Result<f64> {
        Ok(self.likeliest((predictor.to_vec(), theta), MOVED_OF_OTHERS)?.1)
    }

    /// The fit and the θ of greatest likelihood, from a predictor and a θ, until θ would move by no larger part.
    fn likeliest(&self, (mut start, mut theta): (Vec<f64>, f64), ends: f64) -> Result<(CountFit, f64)> {
        let exceeding = Exceeding::new(self.counts, self.weights);
        // The score of a θ far above the counts is a difference of sums that are nearly the same.
        let (counted, weight) =
            self.counts.iter().zip(self.weights).fold((0.0, 0.0), |(s, n), (y, w)| (s + w * y, n + w));
        let mean = counted / weight;
        let mut before: Option<(f64, f64)> = None;
        for _ in 0..MOST_ROUNDS {
            let fit = self.fit(Distribution::NegativeBinomial { theta }, Some(&start))?;
            // By ln θ, the means being the likeliest at θ: what they owe to it counts for nothing in the score, and for all of
            // the difference to that of the profile's curvature, which is taken from two scores.
            let (score, slope) = exceeding.score((self.counts, &fit.means, self.weights), theta);
            let gradient = theta * score;
            let own = theta * theta * slope + gradient;
            let of_two = before.map_or(own, |(at, there)| (gradient - there) / (theta.ln() - at));
            let curvature = if of_two < 0.0 { of_two } else { own };
            let step = if curvature < 0.0 { -gradient / curvature } else { gradient.signum() };
            let step = step.clamp(-LONGEST, LONGEST);
            if step.abs() <= ends.max(ROUNDING * theta / mean) {
                return Ok((fit, theta));
            }
            before = Some((theta.ln(), gradient));
            theta *= step.exp();
            if !(theta > 0.0 && theta < ENDLESS * mean.max(1.0)) {
                return Err(EstimateError::NotOverdispersed.into());
            }
            start = fit.predictor;
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
/// rows of such differences are sums over k. Beyond so many terms the rest of a sum is its integral with Euler and Maclaurin's
/// corrections, which are then exact to the last digit.
struct Exceeding(Vec<f64>);

/// Terms that are summed one by one.
const MOST_TERMS: usize = 1 << 16;

/// What counts say of θ where their means are known: −∂²ℓ/∂θ².
pub(crate) fn information_of_theta(counts: &[f64], means: &[f64], weights: &[f64], theta: f64) -> f64 {
    -Exceeding::new(counts, weights).score((counts, means, weights), theta).1
}

impl Exceeding {
    fn new(counts: &[f64], weights: &[f64]) -> Self {
        let most = counts.iter().fold(0.0_f64, |most, y| most.max(*y)).min(MOST_TERMS as f64);
        let mut weight = vec![0.0; most as usize + 1];
        counts.iter().zip(weights).for_each(|(y, w)| weight[y.min(most) as usize] += w);
        let mut above = 0.0;
        for own in weight.iter_mut().rev() {
            let at = *own;
            *own = above;
            above += at;
        }
        Exceeding(weight)
    }

    /// ∂ℓ/∂θ and ∂²ℓ/∂θ² of counts with these means and weights.
    fn score(&self, (counts, means, weights): (&[f64], &[f64], &[f64]), theta: f64) -> (f64, f64) {
        let (mut score, mut slope) = (0.0, 0.0);
        for (k, w) in self.0.iter().enumerate() {
            let each = 1.0 / (theta + k as f64);
            score += w * each;
            slope -= w * each * each;
        }
        let last = MOST_TERMS as f64;
        for (y, w) in counts.iter().zip(weights).filter(|(y, _)| **y > last) {
            // From the last term to the count.
            let (a, b) = (1.0 / (theta + last), 1.0 / (theta + y));
            let squares = a * a - b * b;
            score += w * (((y - last) * a).ln_1p() + 0.5 * (a - b) + squares / 12.0);
            slope -= w * (a - b + 0.5 * squares + (a.powi(3) - b.powi(3)) / 6.0);
        }
        // A unit left out weighs nothing, and has any mean.
        for ((y, mean), w) in counts.iter().zip(means).zip(weights).filter(|(_, w)| **w > 0.0) {
            let sum = theta + mean;
            // ln(θ/(θ + μ)) + 1 − (y + θ)/(θ + μ)
            score += w * ((mean - y) / sum - (mean / theta).ln_1p());
            slope += w * ((y - mean) / (sum * sum) - 1.0 / sum + 1.0 / theta);
        }
        (score, slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums of more terms than are summed one by one, against all of them.
    #[test]
    fn large_counts_have_the_sums_of_all_their_terms() {
        let counts = [3.0 * MOST_TERMS as f64, 7.0, MOST_TERMS as f64 + 1.0];
        let (means, weights) = ([2e5, 8.0, 6e4], [1.0, 0.5, 2.0]);
        for theta in [0.3, 40.0, 1e6] {
            let (score, slope) = Exceeding::new(&counts, &weights).score((&counts, &means, &weights), theta);
            let sums = |y: f64| {
                let each = (0..y as u64).rev().map(|k| 1.0 / (theta + k as f64));
                each.fold((0.0, 0.0), |(one, two), each| (one + each, two + each * each))
            };
            let of_row = |row: usize| {
                let (y, mean) = (counts[row], means[row]);
                let ((one, two), s) = (sums(y), theta + mean);
                let own = one - (mean / theta).ln_1p() + (mean - y) / s;
                (weights[row] * own, weights[row] * ((y - mean) / (s * s) - 1.0 / s + 1.0 / theta - two))
            };
            let expected = (0..3).map(of_row).fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
            assert!((score - expected.0).abs() < 1e-11 * (1.0 + score.abs()), "{theta}: {score} and {}", expected.0);
            assert!((slope - expected.1).abs() < 1e-11 * (1.0 + slope.abs()), "{theta}: {slope} and {}", expected.1);
        }
        // Of a count beyond whole numbers, too, nothing overflows.
        let (score, slope) = Exceeding::new(&[1e300], &[1.0]).score((&[1e300], &[1e290], &[1.0]), 2.0);
        assert!(score.is_finite() && slope.is_finite());
    }
}
