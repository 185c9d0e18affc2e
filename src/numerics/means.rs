//! Means, of all rows.

/// The mean; not a number without values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Σ wx / Σ w.
pub(crate) fn weighted_mean(values: &[f64], weights: &[f64]) -> f64 {
    let sum: f64 = values.iter().zip(weights).map(|(x, w)| x * w).sum();
    sum / weights.iter().sum::<f64>()
}

/// The mean, exact where all values are equal: about the first, and then again about what that gave; `None` without
/// values.
pub(crate) fn exact_mean(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let about = |origin: f64| origin + values.iter().map(|x| x - origin).sum::<f64>() / n;
    values.first().map(|&first| about(about(first)))
}
