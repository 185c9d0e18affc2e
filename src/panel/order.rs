//! In which order do values and rows stand, and how are they put in another?
//!
//! Knows positions, not what stands there: a row is known by the positions of its unit and of its period.

use std::cmp::Ordering;

/// The distinct values in order, and for each value given the position of its own.
pub(super) fn ranked<T: Clone>(values: &[T], compare: impl Fn(&T, &T) -> Ordering) -> (Vec<T>, Vec<u32>) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| compare(&values[a], &values[b]));
    let mut distinct: Vec<T> = Vec::new();
    let mut ranks = vec![0; values.len()];
    for at in order {
        if distinct.last().is_none_or(|last| compare(last, &values[at]).is_ne()) {
            distinct.push(values[at].clone());
        }
        ranks[at] = distinct.len() as u32 - 1;
    }
    (distinct, ranks)
}

/// The order of the rows by unit, then period, rows of the same key as they came; `None` when they stand so already.
///
/// # Errors
///
/// The first two rows with the same unit and the same period, where there are both.
pub(super) fn order_of_rows(
    units: Option<&[u32]>,
    periods: Option<&[u32]>,
) -> Result<Option<Vec<usize>>, (usize, usize)> {
    // One number for both, so that a comparison of rows is one of numbers.
    let keys: Vec<u64> = match (units, periods) {
        (None, None) => return Ok(None),
        (Some(one), None) | (None, Some(one)) => one.iter().map(|&key| u64::from(key)).collect(),
        (Some(units), Some(periods)) => {
            units.iter().zip(periods).map(|(&unit, &period)| (u64::from(unit) << 32) | u64::from(period)).collect()
        }
    };
    let sorted = keys.is_sorted();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    if !sorted {
        order.sort_by_key(|&row| keys[row]);
    }
    if units.is_some()
        && periods.is_some()
        && let Some(pair) = order.windows(2).find(|pair| keys[pair[0]] == keys[pair[1]])
    {
        return Err((pair[0], pair[1]));
    }
    Ok(if sorted { None } else { Some(order) })
}

/// Puts values in another order, a permutation of their positions.
pub(super) fn reorder<T: Copy>(values: &mut Vec<T>, order: &[usize]) {
    *values = order.iter().map(|&from| values[from]).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranked_values() {
        assert_eq!(ranked(&[30, 10, 30, 20], i32::cmp), (vec![10, 20, 30], vec![2, 0, 2, 1]));
        assert_eq!(ranked::<i32>(&[], i32::cmp), (vec![], vec![]));
    }

    #[test]
    fn rows_in_order_need_none() {
        let (units, periods) = ([0, 0, 1], [0, 1, 0]);
        assert_eq!(order_of_rows(Some(&units), Some(&periods)), Ok(None));
        assert_eq!(order_of_rows(None, Some(&periods)), Ok(Some(vec![0, 2, 1])));
        assert_eq!(order_of_rows(None, None), Ok(None));
    }

    #[test]
    fn rows_of_one_key() {
        let (units, periods) = ([1, 0, 1, 1], [0, 0, 1, 0]);
        assert_eq!(order_of_rows(Some(&units), Some(&periods)), Err((0, 3)));
        assert_eq!(order_of_rows(Some(&units), None), Ok(Some(vec![1, 0, 2, 3])));
    }
}
