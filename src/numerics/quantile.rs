//! Quantiles of values in order.

/// Hyndman and Fan's quantile of type 7, which interpolates between the two values next to it; `None` of no values.
pub(crate) fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let h = (sorted.len().checked_sub(1)?) as f64 * p;
    let (below, part) = (h.floor() as usize, h.fract());
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    Some(low + part * (high - low))
}
