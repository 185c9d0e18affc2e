//! How are numbers spread: mean, standard deviation, quantiles?

use serde::{Deserialize, Serialize};

use crate::numerics::means::exact_mean;
use crate::numerics::quantile::quantile;

/// How numbers are spread.
///
/// # Formula
///
/// ```text
/// mean x̄ = Σx / n,   sd = √(Σ(x − x̄)² / (n − 1))
/// quantile p = x₍ⱼ₎ + (h − j)(x₍ⱼ₊₁₎ − x₍ⱼ₎),   h = 1 + (n − 1)p,  j = ⌊h⌋,  x₍₁₎ ≤ … ≤ x₍ₙ₎
/// ```
///
/// The quantiles are type 7 of R. J. Hyndman and Y. Fan (1996), <https://doi.org/10.1080/00031305.1996.10473566>, the
/// default of R's `quantile` and of numpy.
///
/// # Examples
/// ```
/// # use apportion::Panel;
/// let description = Panel::builder().column("x", [4.0, 1.0, 2.0, 10.0]).build()?.describe();
/// let x = description.variables[0].overall.distribution.as_ref().unwrap();
/// // In R: quantile(c(4, 1, 2, 10), type = 7)
/// assert_eq!([x.min, x.lower_quartile, x.median, x.upper_quartile, x.max], [1.0, 1.75, 3.0, 5.5, 10.0]);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Distribution {
    /// The mean.
    pub mean: f64,
    /// The sample standard deviation (n − 1); `None` below two values, or beyond the largest double.
    pub sd: Option<f64>,
    /// The least value.
    pub min: f64,
    /// The quantile of a quarter.
    pub lower_quartile: f64,
    /// The median.
    pub median: f64,
    /// The quantile of three quarters.
    pub upper_quartile: f64,
    /// The greatest value.
    pub max: f64,
}

/// The distribution of numbers without missing ones; `None` when there are none.
pub(super) fn distribution(mut values: Vec<f64>) -> Option<Distribution> {
    // In order, a sum does not depend on that of the rows.
    values.sort_by(f64::total_cmp);
    let scale = scale(&values);
    let scaled: Vec<f64> = values.iter().map(|x| x * scale).collect();
    let mean = exact_mean(&scaled)?;
    let squares = scaled.iter().map(|x| (x - mean).powi(2)).sum();
    Some(Distribution {
        mean: mean / scale,
        sd: sd(squares, scaled.len(), scale),
        min: *values.first()?,
        lower_quartile: quantile(&scaled, 0.25)? / scale,
        median: quantile(&scaled, 0.5)? / scale,
        upper_quartile: quantile(&scaled, 0.75)? / scale,
        max: *values.last()?,
    })
}

/// A power of two by which values are multiplied, exactly, so that their squares neither overflow nor vanish.
pub(super) fn scale(values: &[f64]) -> f64 {
    match largest(values) {
        large if large > 1e140 => 2_f64.powi(-600),
        small if small > 0.0 && small < 1e-140 => 2_f64.powi(600),
        _ => 1.0,
    }
}

/// The largest absolute value.
pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0_f64, |most, x| most.max(x.abs()))
}

/// The standard deviation from a sum of `n` squares of scaled deviations; `None` below two and beyond the doubles.
pub(super) fn sd(squares: f64, n: usize, scale: f64) -> Option<f64> {
    let sd = (squares / n.checked_sub(1)? as f64).sqrt() / scale;
    sd.is_finite().then_some(sd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_have_no_spread() {
        for value in [0.1, 1e9 / 3.0, 1e300, -1e-300] {
            let x = distribution(vec![value; 7]).unwrap();
            assert_eq!((x.mean, x.sd, x.lower_quartile, x.max), (value, Some(0.0), value, value));
        }
        assert_eq!(distribution(Vec::new()), None);
        assert_eq!(distribution(vec![3.0]).unwrap().sd, None);
    }

    #[test]
    fn values_of_any_size() {
        let x = distribution(vec![1e300, 3e300]).unwrap();
        assert!((x.mean / 2e300 - 1.0).abs() < 1e-15 && (x.sd.unwrap() / (2_f64.sqrt() * 1e300) - 1.0).abs() < 1e-15);
        let x = distribution(vec![1e-300, 3e-300]).unwrap();
        assert!((x.sd.unwrap() / (2_f64.sqrt() * 1e-300) - 1.0).abs() < 1e-15);
        let x = distribution(vec![f64::MAX, f64::MIN]).unwrap();
        assert_eq!((x.mean, x.sd, x.median), (0.0, None, 0.0));
        // A mean of 1e9 loses nothing of a spread of 1.
        let x = distribution(vec![1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]).unwrap();
        assert_eq!((x.mean, x.sd), (1e9 + 2.0, Some(1.0)));
    }
}
