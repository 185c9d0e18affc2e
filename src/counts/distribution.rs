//! The distribution of a count about its mean.

use statrs::function::gamma::ln_gamma;

use super::unit_deviance::divergence;

/// How counts vary about their means μ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Distribution {
    /// Variance μ.
    Poisson,
    /// Variance μ + μ²/θ.
    NegativeBinomial { theta: f64 },
}

impl Distribution {
    pub(super) fn name(self) -> &'static str {
        match self {
            Distribution::Poisson => "the Poisson regression",
            Distribution::NegativeBinomial { .. } => "the negative binomial regression",
        }
    }

    /// What a row weighs in a round of least squares, and how far its response lies from the predictor: the curvature of the
    /// log-likelihood and its slope over it; the curvature itself, or that which is expected of a count of this mean, with which
    /// steps from afar are shorter.
    pub(super) fn working(self, y: f64, mean: f64, is_near: bool) -> (f64, f64) {
        match self {
            Distribution::Poisson => (mean, (y - mean) / mean),
            Distribution::NegativeBinomial { theta } => {
                let part = theta / (mean + theta);
                match is_near {
                    true => {
                        (part * part * mean * (y + theta) / theta, (y - mean) / ((y + theta) * mean) * (mean + theta))
                    }
                    false => (part * mean, (y - mean) / mean),
                }
            }
        }
    }

    /// By how much −2 log-likelihood rises, halved, where the mean moves from here to there; but for −y times the change of the
    /// predictor.
    pub(super) fn rise(self, y: f64, mean: f64, before: f64) -> f64 {
        match self {
            Distribution::Poisson => mean - before,
            Distribution::NegativeBinomial { theta } => (y + theta) * ((mean - before) / (before + theta)).ln_1p(),
        }
    }

    /// Its variance.
    pub(crate) fn variance(self, mean: f64) -> f64 {
        match self {
            Distribution::Poisson => mean,
            Distribution::NegativeBinomial { theta } => mean * (1.0 + mean / theta),
        }
    }

    /// The logarithm of the probability of a whole number.
    pub(crate) fn log_probability(self, y: f64, mean: f64) -> f64 {
        match self {
            Distribution::Poisson => y * mean.ln() - mean - ln_gamma(y + 1.0),
            Distribution::NegativeBinomial { theta } => {
                // Of θ/(θ + μ) and μ/(θ + μ).
                let of_zero = -(mean / theta).ln_1p();
                let binomial = ln_gamma(y + theta) - ln_gamma(theta) - ln_gamma(y + 1.0);
                binomial + theta * of_zero + y * ((mean / theta).ln() + of_zero)
            }
        }
    }

    /// Twice the log-likelihood that is lost where the mean is this and not the count itself.
    pub(crate) fn unit_deviance(self, y: f64, mean: f64) -> f64 {
        match self {
            Distribution::Poisson => 2.0 * divergence(y, mean),
            // y ln(y/μ) − (y + θ) ln((y + θ)/(μ + θ)): two divergences, whose linear parts cancel.
            Distribution::NegativeBinomial { theta } => {
                2.0 * (divergence(y, mean) - divergence(y + theta, mean + theta))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_negative_binomial_nears_the_poisson_as_theta_grows() {
        let near = Distribution::NegativeBinomial { theta: 1e12 };
        for (y, mean) in [(0.0, 2.0), (5.0, 2.0), (100.0, 90.0)] {
            let poisson = Distribution::Poisson.unit_deviance(y, mean);
            assert!((near.unit_deviance(y, mean) / poisson - 1.0).abs() < 1e-9);
            assert!((near.variance(mean) / mean - 1.0).abs() < 1e-9);
        }
        let theta = 3.0;
        let (y, mean) = (5.0_f64, 2.0_f64);
        let plain = 2.0 * (y * (y / mean).ln() - (y + theta) * ((y + theta) / (mean + theta)).ln());
        assert!((Distribution::NegativeBinomial { theta }.unit_deviance(y, mean) - plain).abs() < 1e-14);
    }
}
