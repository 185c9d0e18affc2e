//! How far does a count lie from its mean, and how far is it expected to?

/// Of means beyond this the expectation is taken from its series, which has as many digits there as a double.
const LARGE: f64 = 1e5;
/// A part of the probability of the most likely count that is nothing beside it.
const NEGLIGIBLE: f64 = 1e-18;
/// Where (1 + u) ln(1 + u) − u would lose digits.
const CLOSE: f64 = 0.1;

/// y ln(y/μ) − (y − μ), no digit of it lost where a count lies close to its mean.
pub(super) fn divergence(y: f64, mean: f64) -> f64 {
    if y == 0.0 {
        return mean;
    }
    let u = (y - mean) / mean;
    if u.abs() > CLOSE {
        return y * (y / mean).ln() - (y - mean);
    }
    // Σ (−u)^j/(j(j − 1)), from the last term that counts to the first.
    let mut sum = 0.0;
    for j in (2..=18).rev() {
        let j = f64::from(j);
        sum = 1.0 / (j * (j - 1.0)) - u * sum;
    }
    mean * u * u * sum
}

/// The expectation of 2[Y ln(Y/μ) − (Y − μ)] for a Poisson count Y of mean μ: by summing over all counts that occur, their
/// probabilities relative to that of the most likely one.
pub(crate) fn expected_unit_deviance(mean: f64) -> f64 {
    if mean > LARGE {
        return 1.0 + (1.0 + 1.0 / mean) / (6.0 * mean);
    }
    let mode = mean.floor();
    let (mut weight, mut sum) = (1.0, divergence(mode, mean));
    let (mut p, mut y) = (1.0, mode);
    while p > NEGLIGIBLE {
        y += 1.0;
        p *= mean / y;
        weight += p;
        sum += p * divergence(y, mean);
    }
    (p, y) = (1.0, mode);
    while y > 0.0 && p > NEGLIGIBLE {
        p *= y / mean;
        y -= 1.0;
        weight += p;
        sum += p * divergence(y, mean);
    }
    2.0 * sum / weight
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sum(dpois(k, mu) * 2 * (k * log(k / mu) - (k - mu)))`, stats 4.2.2 of R 4.2.2.
    #[test]
    fn the_expectation_is_the_sum_over_counts() {
        let means = [0.01, 0.1, 0.5, 1.0, 1.3, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 500.0, 1000.0, 5000.0];
        let expected = [
            0.092_241_746_039_160_84,
            0.474_097_847_659_937_1,
            1.007_017_569_029_376,
            1.146_805_618_245_240_6,
            1.160_280_213_791_152_5,
            1.139_403_841_686_943_4,
            1.094_585_089_529_006,
            1.046_676_966_380_825_3,
            1.018_828_539_693_875,
            1.008_796_652_460_686_4,
            1.003_402_689_479_769_6,
            1.001_683_659_359_843_3,
            1.000_334_002_547_852,
            1.000_166_833_650_853_3,
            1.000_033_340_002_51,
        ];
        for (mean, expected) in means.into_iter().zip(expected) {
            let found = expected_unit_deviance(mean);
            assert!((found / expected - 1.0).abs() < 1e-11, "{mean}: {found} {expected}");
        }
    }

    #[test]
    fn the_series_of_large_means_goes_on_where_the_sum_ends() {
        let (sum, series) = (expected_unit_deviance(LARGE), 1.0 + (1.0 + 1.0 / LARGE) / (6.0 * LARGE));
        assert!((sum - series).abs() < 1e-13, "{sum} {series}");
    }

    #[test]
    fn divergences_are_zero_at_the_mean_and_keep_their_digits_beside_it() {
        assert_eq!((divergence(7.0, 7.0), divergence(0.0, 3.5)), (0.0, 3.5));
        // (y − μ)²/(2μ) − (y − μ)³/(6μ²) + …
        let (mean, by) = (1e6, 1.0);
        let expected = by * by / (2.0 * mean) - by / (6.0 * mean * mean);
        assert!((divergence(mean + by, mean) / expected - 1.0).abs() < 1e-12);
        // The series and the formula meet.
        for y in [109.999, 110.001, 90.001, 89.999] {
            let plain = y * (y / 100.0_f64).ln() - (y - 100.0);
            assert!((divergence(y, 100.0) / plain - 1.0).abs() < 1e-12, "{y}");
        }
    }
}
