//! Which place has each of several values among all of them?

/// The rank of each value, from 1 for the least; values that differ by no more than `tolerance` from the next share the
/// mean of their ranks.
pub(crate) fn middle_ranks(values: &[f64], tolerance: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for tied in order.chunk_by(|&a, &b| values[b] - values[a] <= tolerance) {
        let rank = from as f64 + (tied.len() as f64 + 1.0) / 2.0;
        tied.iter().for_each(|&at| ranks[at] = rank);
        from += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_ranks() {
        assert_eq!(middle_ranks(&[3.0, 1.0, 3.0, 0.0, -0.0, 2.0], 0.0), [5.5, 3.0, 5.5, 1.5, 1.5, 4.0]);
        assert_eq!(middle_ranks(&[1.0 + 1e-16, 1.0, 2.0, 2.0 + 1e-15], 1e-12), [1.5, 1.5, 3.5, 3.5]);
        assert!(middle_ranks(&[], 0.0).is_empty());
    }
}
