//! Sums of products of two columns.

/// Rows whose products are summed together, so that rounding grows with the number of blocks, not of rows.
const ROWS_AT_ONCE: usize = 2_048;

/// Σ ab.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Σ wab.
pub(crate) fn weighted_dot(a: &[f64], b: &[f64], weights: &[f64]) -> f64 {
    let blocks = a.chunks(ROWS_AT_ONCE).zip(b.chunks(ROWS_AT_ONCE)).zip(weights.chunks(ROWS_AT_ONCE));
    blocks.map(|((a, b), w)| a.iter().zip(b).zip(w).map(|((x, z), w)| w * x * z).sum::<f64>()).sum()
}

/// Σ x².
pub(crate) fn squared_norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

/// √Σ x².
pub(crate) fn norm(x: &[f64]) -> f64 {
    squared_norm(x).sqrt()
}
