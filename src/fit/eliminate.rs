//! Elimination on packed symmetric matrices: one column at a time is projected out of all that follow.
//!
//! A symmetric matrix of n variables is stored as its upper triangle, row by row: the pivot row first, so that
//! leaving the first variable out is taking a suffix. The outcome is the last variable, and its diagonal entry is
//! always the residual sum of squares on the variables eliminated so far.

use super::lanes::Lane;

/// Entries of the upper triangle of an n × n matrix.
pub(crate) const fn packed_len(n: usize) -> usize {
    n * (n + 1) / 2
}

/// Position of entry (i, j), in either order, in the upper triangle of an n × n matrix.
pub(crate) const fn packed_index(n: usize, i: usize, j: usize) -> usize {
    let (i, j) = if i <= j { (i, j) } else { (j, i) };
    i * n - (i * i - i) / 2 + (j - i)
}

/// Projects the first of `n` variables out of the others: `out` becomes the matrix of the `n − 1` that remain.
///
/// A first variable without variation left (see [`Lane::inverse_pivot`]) changes nothing.
#[inline(always)]
pub(crate) fn eliminate<L: Lane>(matrix: &[L], n: usize, out: &mut [L]) {
    let (pivot_row, mut rest) = matrix.split_at(n);
    let inverse = pivot_row[0].inverse_pivot();
    let mut row = &pivot_row[1..];
    let mut out = out;
    while !row.is_empty() {
        let factor = row[0] * inverse;
        let (source, source_rest) = rest.split_at(row.len());
        let (target, target_rest) = std::mem::take(&mut out).split_at_mut(row.len());
        for ((t, &s), &r) in target.iter_mut().zip(source).zip(row) {
            *t = s - factor * r;
        }
        (rest, out, row) = (source_rest, target_rest, &row[1..]);
    }
}

/// The same in place: the suffix of `packed_len(n − 1)` entries becomes the matrix of the variables that remain.
#[inline(always)]
pub(crate) fn eliminate_in_place<L: Lane>(matrix: &mut [L], n: usize) {
    let (pivot_row, mut rest) = matrix.split_at_mut(n);
    let inverse = pivot_row[0].inverse_pivot();
    let mut row = &pivot_row[1..];
    while !row.is_empty() {
        let factor = row[0] * inverse;
        let (target, target_rest) = std::mem::take(&mut rest).split_at_mut(row.len());
        for (t, &r) in target.iter_mut().zip(row) {
            *t = *t - factor * r;
        }
        (rest, row) = (target_rest, &row[1..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_run_through_the_triangle() {
        let mut next = 0;
        for i in 0..5 {
            for j in i..5 {
                assert_eq!(packed_index(5, i, j), next);
                assert_eq!(packed_index(5, j, i), next);
                next += 1;
            }
        }
        assert_eq!(packed_len(5), next);
    }

    #[test]
    fn leaves_the_schur_complement() {
        // [4 2 1; 2 3 0; 1 0 2] without its first variable: [3 − 1, 0 − 1/2; ., 2 − 1/4].
        let matrix = [4.0, 2.0, 1.0, 3.0, 0.0, 2.0];
        let mut out = [0.0; 3];
        eliminate(&matrix, 3, &mut out);
        assert_eq!(out, [2.0, -0.5, 1.75]);
        let mut in_place = matrix;
        eliminate_in_place(&mut in_place, 3);
        assert_eq!(in_place[3..], out);
    }

    #[test]
    fn an_aliased_variable_changes_nothing() {
        let mut matrix = [1e-17, 1e-17, 1e-17, 3.0, 0.5, 2.0];
        eliminate_in_place(&mut matrix, 3);
        assert_eq!(matrix[3..], [3.0, 0.5, 2.0]);
    }
}
