//! In which order do values and rows stand, and how are they put in another?
//!
//! Knows positions, not what stands there: a row is known by the positions of its unit and of its period.

use std::cmp::Ordering;

use rayon::prelude::*;

/// Values put in another order by one thread: fewer are not worth waking a second.
const AT_ONCE: usize = 32_768;
/// Integers are ranked by a table of all between the smallest and the largest where these are no more than so many for
/// each value, and this many.
const SPREAD: usize = 4;
const SMALL_TABLE: usize = 65_536;

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

/// The same of integers, of which a million take no sorting: they stand in order already, or lie close together.
pub(super) fn ranked_integers<T: Copy + Ord + Into<i64> + Send + Sync>(values: &[T]) -> (Vec<T>, Vec<u32>) {
    if values.is_sorted() {
        return ranked_runs(values);
    }
    let (least, most) = values.iter().fold((i64::MAX, i64::MIN), |(least, most), &value| {
        let value = value.into();
        (value.min(least), value.max(most))
    });
    let table = most.checked_sub(least).and_then(|span| usize::try_from(span).ok()).map(|span| span.saturating_add(1));
    match table.filter(|&places| places <= SMALL_TABLE || places / SPREAD <= values.len()) {
        Some(places) => ranked_by_table(values, least, places),
        None => {
            let mut distinct = values.to_vec();
            distinct.par_sort_unstable();
            distinct.dedup();
            let rank = |value: &T| distinct.partition_point(|known| known < value) as u32;
            let ranks = values.par_iter().with_min_len(AT_ONCE).map(rank).collect();
            (distinct, ranks)
        }
    }
}

/// Of values in order.
fn ranked_runs<T: Copy + Eq>(values: &[T]) -> (Vec<T>, Vec<u32>) {
    let mut distinct: Vec<T> = Vec::new();
    let mut ranks = Vec::with_capacity(values.len());
    for run in values.chunk_by(|a, b| a == b) {
        ranks.resize(ranks.len() + run.len(), distinct.len() as u32);
        distinct.push(run[0]);
    }
    (distinct, ranks)
}

/// Of values none of which is less than the least, nor as many above it as there are places.
fn ranked_by_table<T: Copy + Into<i64> + Send + Sync>(values: &[T], least: i64, places: usize) -> (Vec<T>, Vec<u32>) {
    let place = |value: T| (value.into() - least) as usize;
    let mut there: Vec<Option<T>> = vec![None; places];
    values.iter().for_each(|&value| there[place(value)] = Some(value));
    let mut distinct = Vec::new();
    let rank = |value: &Option<T>| {
        distinct.extend(*value);
        // Of a value that is not there nobody asks for the rank.
        (distinct.len() as u32).saturating_sub(1)
    };
    let ranks: Vec<u32> = there.iter().map(rank).collect();
    let ranks = values.par_iter().with_min_len(AT_ONCE).map(|&value| ranks[place(value)]).collect();
    (distinct, ranks)
}

/// The order of the rows by unit, then period, rows of the same key as they came; `None` when they stand so already.
pub(super) fn order_of_rows(units: Option<&[u32]>, periods: Option<&[u32]>) -> Option<Vec<u32>> {
    let is_sorted = match (units, periods) {
        (Some(units), Some(periods)) => pairs(units, periods).is_none_or(|mut pairs| pairs.all(|(a, b)| a <= b)),
        (keys, None) | (None, keys) => keys.is_none_or(<[u32]>::is_sorted),
    };
    if is_sorted {
        return None;
    }
    // By the less important key first: each pass keeps the order of rows whose keys are the same.
    [periods, units].into_iter().flatten().fold(None, |order, keys| Some(counted_into_order(keys, order.as_deref())))
}

/// The first row, of rows in order, whose key is that of the row before.
pub(super) fn second_of_key(units: &[u32], periods: &[u32]) -> Option<usize> {
    pairs(units, periods)?.position(|(a, b)| a == b).map(|before| before + 1)
}

/// The keys of each row and of the next; `None` without rows.
fn pairs<'a>(units: &'a [u32], periods: &'a [u32]) -> Option<impl Iterator<Item = ((u32, u32), (u32, u32))> + 'a> {
    let rows = || units.iter().copied().zip(periods.iter().copied());
    (!units.is_empty()).then(|| rows().zip(rows().skip(1)))
}

/// The rows in the order of their keys, which are positions and so without gaps: each goes where the rows before it,
/// which are counted, end.
fn counted_into_order(keys: &[u32], rows: Option<&[u32]>) -> Vec<u32> {
    let largest = keys.iter().copied().max().map_or(0, |key| key as usize);
    let mut next = vec![0_u32; largest + 2];
    keys.iter().for_each(|&key| next[key as usize + 1] += 1);
    (0..=largest).for_each(|key| next[key + 1] += next[key]);
    let mut order = vec![0; keys.len()];
    let mut put = |row: u32| {
        let next = &mut next[keys[row as usize] as usize];
        order[*next as usize] = row;
        *next += 1;
    };
    match rows {
        Some(rows) => rows.iter().for_each(|&row| put(row)),
        None => (0..keys.len() as u32).for_each(put),
    }
    order
}

/// Puts values in another order, a permutation of their positions.
pub(super) fn reorder<T: Copy + Send + Sync>(values: &mut Vec<T>, order: &[u32]) {
    *values = order.par_iter().with_min_len(AT_ONCE).map(|&from| values[from as usize]).collect();
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
    fn integers_are_ranked_like_values() {
        let far = [i64::MAX, i64::MIN, 0, i64::MAX, -1];
        for values in [&[30, 10, 30, 20][..], &[-5, -5, 7, 9], &[3, -100_000, 3], &far, &[4], &[]] {
            assert_eq!(ranked_integers(values), ranked(values, i64::cmp), "{values:?}");
        }
    }

    #[test]
    fn rows_in_order_need_none() {
        let (units, periods) = ([0, 0, 1], [0, 1, 0]);
        assert_eq!(order_of_rows(Some(&units), Some(&periods)), None);
        assert_eq!(order_of_rows(None, Some(&periods)), Some(vec![0, 2, 1]));
        assert_eq!(order_of_rows(None, None), None);
        assert_eq!(order_of_rows(Some(&[]), Some(&[])), None);
    }

    #[test]
    fn rows_of_one_key_stay_as_they_came() {
        let (units, periods) = ([1, 0, 1, 1], [0, 0, 1, 0]);
        assert_eq!(order_of_rows(Some(&units), Some(&periods)), Some(vec![1, 0, 3, 2]));
        assert_eq!(order_of_rows(Some(&units), None), Some(vec![1, 0, 2, 3]));
        assert_eq!(second_of_key(&[0, 1, 1, 1], &[0, 0, 0, 1]), Some(2));
        assert_eq!(second_of_key(&[0, 1, 1], &[0, 0, 1]), None);
    }
}
