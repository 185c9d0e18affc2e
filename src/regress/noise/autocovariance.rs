//! From a semivariogram to the autocovariances of noise, by a model of how noise fades.

use super::{LARGEST_RHO, NoiseModel};
use crate::warning::Warning;

/// Where the autocorrelation of AR(1) noise is sought.
const RHO: (f64, f64) = (-0.5, LARGEST_RHO);
/// Steps of the first search for it, fine enough that between two of them the fit has one best point.
const STEPS: usize = 58;
/// Halvings and secants after which the best point is known to the last digit.
const MOST_ITERATIONS: usize = 80;

/// A semivariogram: by the number of periods apart, none first, what residuals of one unit differ by, and in how many
/// pairs. What stands for lags without pairs is not read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Semivariogram<'a> {
    pub(crate) values: &'a [f64],
    pub(crate) pairs: &'a [f64],
}

/// How noise goes with itself so many periods later, and the autocorrelation from one period to the next where the
/// model has one.
#[derive(Debug, Clone)]
pub(crate) struct Autocovariances {
    pub(crate) values: Vec<f64>,
    pub(crate) rho: Option<f64>,
}

impl Semivariogram<'_> {
    /// The longest lag with pairs; 0 where there are none.
    pub(crate) fn longest(&self) -> usize {
        (1..self.pairs.len()).rev().find(|&k| self.pairs[k] > 0.0).unwrap_or(0)
    }

    /// What is to be said where no rows are nearer than a lag, which then is as good as the first.
    pub(super) fn no_near_pairs(&self, from_lag: usize) -> Option<Warning> {
        let near = (1..from_lag.min(self.pairs.len())).any(|lag| self.pairs[lag] > 0.0);
        (from_lag > 1 && !near).then_some(Warning::NoNearPairs { from_lag })
    }

    /// The mean over all pairs at lags of this range; `None` without pairs.
    pub(crate) fn mean(&self, lags: std::ops::Range<usize>) -> Option<f64> {
        let (sum, pairs) = lags.fold((0.0, 0.0), |(sum, pairs), k| match self.pairs[k] {
            n if n > 0.0 => (sum + n * self.values[k], pairs + n),
            _ => (sum, pairs),
        });
        (pairs > 0.0).then(|| sum / pairs)
    }

    /// The autocovariances under a model; `None` where its lags have no pairs. A persistent model without a lag takes
    /// the first.
    pub(crate) fn autocovariances(&self, model: NoiseModel) -> Option<Autocovariances> {
        let len = self.pairs.len();
        match model {
            NoiseModel::Independent => self.persistent(1),
            NoiseModel::Persistent { from_lag } => self.persistent(from_lag.unwrap_or(1)),
            NoiseModel::Ar1 => {
                let (variance, rho) = self.ar1()?;
                let values = (0..len).map(|k| variance * rho.powi(k as i32)).collect();
                Some(Autocovariances { values, rho: Some(rho) })
            }
        }
    }

    /// What pairs `from` and more periods apart differ by is all noise; what nearer pairs differ by less, they share.
    fn persistent(&self, from: usize) -> Option<Autocovariances> {
        let len = self.pairs.len();
        let variance = self.mean(from.min(len)..len)?;
        let value = |k: usize| match k {
            0 => variance,
            k if k < from && self.pairs[k] > 0.0 => variance - self.values[k],
            _ => 0.0,
        };
        Some(Autocovariances { values: (0..len).map(value).collect(), rho: None })
    }

    /// σ² and ρ that bring σ²(1 − ρᵏ) closest to the semivariogram, squares weighted by pairs over lag; `None` with
    /// fewer than two lags.
    fn ar1(&self) -> Option<(f64, f64)> {
        let lags: Vec<(i32, f64, f64)> = (1..self.pairs.len())
            .filter(|&k| self.pairs[k] > 0.0)
            .map(|k| (k as i32, self.values[k], self.pairs[k] / k as f64))
            .collect();
        if lags.len() < 2 {
            return None;
        }
        let step = (RHO.1 - RHO.0) / STEPS as f64;
        let at = |i: usize| if i == STEPS { RHO.1 } else { RHO.0 + step * i as f64 };
        let best = (0..=STEPS)
            .map(|i| (i, Profile::new(&lags, at(i)).explained()))
            .fold((0, f64::MIN), |best, next| if next.1 > best.1 { next } else { best });
        let (low, high) = (at(best.0.saturating_sub(1)), at((best.0 + 1).min(STEPS)));
        let rho = root(low, high, |rho| Profile::new(&lags, rho).slope());
        let Profile { with_values, with_itself, .. } = Profile::new(&lags, rho);
        Some((with_values / with_itself, rho))
    }
}

/// With g_k = 1 − ρᵏ and w_k = n_k/k: Σ w v g, Σ w g², and half of each one's derivative in ρ.
struct Profile {
    with_values: f64,
    with_itself: f64,
    values_slope: f64,
    itself_slope: f64,
}

impl Profile {
    fn new(lags: &[(i32, f64, f64)], rho: f64) -> Self {
        let mut profile = Profile { with_values: 0.0, with_itself: 0.0, values_slope: 0.0, itself_slope: 0.0 };
        // ρ to the power of one less than the lag; lags ascend.
        let (mut below, mut power) = (1.0, 1);
        for &(k, value, weight) in lags {
            while power < k {
                below *= rho;
                power += 1;
            }
            let (g, slope) = (1.0 - below * rho, -f64::from(k) * below);
            profile.with_values += weight * value * g;
            profile.with_itself += weight * g * g;
            profile.values_slope += weight * value * slope;
            profile.itself_slope += weight * g * slope;
        }
        profile
    }

    /// What the best σ² takes off the sum of squares.
    fn explained(&self) -> f64 {
        self.with_values * self.with_values / self.with_itself
    }

    /// A number of the sign of its slope in ρ.
    fn slope(&self) -> f64 {
        self.with_values * (self.values_slope * self.with_itself - self.with_values * self.itself_slope)
    }
}

/// Where a slope that falls through zero does so; the end towards which there is no such place.
fn root(low: f64, high: f64, slope: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = ((low, slope(low)), (high, slope(high)));
    if low.1 <= 0.0 {
        return low.0;
    }
    if high.1 >= 0.0 {
        return high.0;
    }
    for iteration in 0..MOST_ITERATIONS {
        // The secant, and every third time the middle, so that neither end stays for long.
        let middle = 0.5 * (low.0 + high.0);
        let secant = low.0 + (high.0 - low.0) * low.1 / (low.1 - high.1);
        let next = if iteration % 3 == 2 || !(low.0 < secant && secant < high.0) { middle } else { secant };
        if next <= low.0 || next >= high.0 {
            break;
        }
        let found = slope(next);
        match found {
            0.0 => return next,
            f if f > 0.0 => low = (next, f),
            f => high = (next, f),
        }
    }
    if low.1 < -high.1 { low.0 } else { high.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ar1_of_an_exact_curve_is_the_curve() {
        for (variance, rho) in [(2.0, 0.4), (0.3, 0.9), (5.0, -0.3), (1.0, 0.0)] {
            let values: Vec<f64> = (0..8).map(|k| variance * (1.0 - f64::powi(rho, k))).collect();
            let pairs: Vec<f64> = (0..8).map(|k| 100.0 - 10.0 * f64::from(k)).collect();
            let found = Semivariogram { values: &values, pairs: &pairs }.autocovariances(NoiseModel::Ar1).unwrap();
            assert!((found.rho.unwrap() - rho).abs() < 1e-9, "{found:?}");
            assert!(
                (found.values[0] - variance).abs() < 1e-8 && (found.values[3] - variance * rho.powi(3)).abs() < 1e-8
            );
        }
    }

    #[test]
    fn ar1_stays_within_its_bounds() {
        // Differences that grow in proportion to the lag are a random walk's.
        let values: Vec<f64> = (0..8).map(f64::from).collect();
        let found = Semivariogram { values: &values, pairs: &[1.0; 8] }.autocovariances(NoiseModel::Ar1).unwrap();
        assert_eq!(found.rho, Some(0.95));
        let one_lag = Semivariogram { values: &values[..2], pairs: &[1.0; 2] };
        assert!(one_lag.autocovariances(NoiseModel::Ar1).is_none());
    }

    #[test]
    fn what_far_pairs_differ_by_is_noise_and_what_near_ones_lack_of_it_is_shared() {
        let of = |model| {
            Semivariogram { values: &[0.0, 1.0, 3.0, 5.0], pairs: &[9.0, 3.0, 2.0, 1.0] }.autocovariances(model)
        };
        let values = |from_lag| of(NoiseModel::Persistent { from_lag: Some(from_lag) }).unwrap().values;
        assert_eq!(values(3), [5.0, 4.0, 2.0, 0.0]);
        assert_eq!(values(2), [11.0 / 3.0, 8.0 / 3.0, 0.0, 0.0]);
        assert_eq!(of(NoiseModel::Independent).unwrap().values, [14.0 / 6.0, 0.0, 0.0, 0.0]);
        assert!(of(NoiseModel::Persistent { from_lag: Some(4) }).is_none());
    }
}
