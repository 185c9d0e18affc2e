//! Elimination on packed symmetric matrices: one column at a time is projected out of all that follow.
//!
//! A symmetric matrix of n variables is stored as its upper triangle, row by row: the pivot row first, so that
//! leaving the first variable out is taking a suffix. The outcome is the last variable, and its diagonal entry is
//! always the residual sum of squares on the variables eliminated so far.

use super::number::{Lane, Number};
use super::real::Real;

/// Entries of the upper triangle of an n × n matrix.
pub(crate) const fn packed_len(n: usize) -> usize {
    n * (n + 1) / 2
}

/// Position of entry (i, j), in either order, in the upper triangle of an n × n matrix.
pub(crate) const fn packed_index(n: usize, i: usize, j: usize) -> usize {
    let (i, j) = if i <= j { (i, j) } else { (j, i) };
    // Not i(i − 1)/2, which underflows in row 0.
    i * n - (i * i - i) / 2 + (j - i)
}

/// Projects the first of `n` variables out of the others, in place: the suffix of `packed_len(n − 1)` entries becomes
/// the matrix of the variables that remain.
///
/// A first variable without variation left (see [`Number::inverse_pivot`]) changes nothing.
#[inline(always)]
pub(crate) fn eliminate_in_place<N: Number>(matrix: &mut [N], n: usize) {
    // The pivot row stays as it is: the rows left behind are a triangular factor, by which callers solve.
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

/// Projects these variables, after all before them, out of those that follow, in place: what is left of those stands in
/// the suffix from the next variable's row on.
#[inline(always)]
pub(crate) fn eliminate_range<N: Number>(matrix: &mut [N], n: usize, variables: std::ops::Range<usize>) {
    for i in variables {
        eliminate_in_place(&mut matrix[packed_index(n, i, i)..], n - i);
    }
}

/// Least-squares coefficients of all variables but the last, for that one, from what [`eliminate_range`] left of them
/// all; zero for a variable that those before it span, which the second value says.
pub(crate) fn back_substitute<R: Real>(factor: &[R], n: usize) -> (Vec<R>, Vec<bool>) {
    // Each row holds its pivot and what followed it when it was eliminated.
    let zero = R::splat(0.0);
    let mut coefficients = vec![zero; n - 1];
    let mut has_coefficient = vec![false; n - 1];
    for i in (0..n - 1).rev() {
        let inverse = factor[packed_index(n, i, i)].inverse_pivot();
        has_coefficient[i] = inverse != zero;
        let explained = (i + 1..n - 1).fold(zero, |sum, j| sum + factor[packed_index(n, i, j)] * coefficients[j]);
        coefficients[i] = (factor[packed_index(n, i, n - 1)] - explained) * inverse;
    }
    (coefficients, has_coefficient)
}

/// The same, into another matrix: `out` becomes that of the variables that remain.
#[inline(always)]
pub(crate) fn eliminate<N: Number>(matrix: &[N], n: usize, out: &mut [N]) {
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

/// One over a pivot; where ranks are `MASKED`, zero for one too small to count.
#[inline(always)]
pub(crate) fn inverse_of<N: Number, const MASKED: bool>(pivot: N) -> N {
    if MASKED { pivot.inverse_pivot() } else { pivot.inverse() }
}

/// Projects the first `block` variables, at most three, out of the `left` that follow, in one pass: `out` becomes their
/// matrix. `rooms` has room for two rows of `left` numbers.
#[inline(always)]
pub(crate) fn eliminate_block<N: Number, const MASKED: bool>(
    matrix: &[N],
    block: usize,
    left: usize,
    rooms: &mut [N],
    out: &mut [N],
) {
    // Each row of the block, less its projection on the rows before it; then one pass over the matrix that remains, not
    // one for every column.
    let (first, matrix) = matrix.split_at(block + left);
    let (a, row_a) = first.split_at(block);
    let inverse_a = inverse_of::<N, MASKED>(a[0]);
    if block == 1 {
        return update(matrix, [row_a], [inverse_a], out);
    }
    // In a room of their own: the matrix is read again where the block is left out.
    let (room_b, room_c) = rooms.split_at_mut(left);
    let (second, matrix) = matrix.split_at(block - 1 + left);
    let (b, row_b) = second.split_at(block - 1);
    let factor = a[1] * inverse_a;
    let inverse_b = inverse_of::<N, MASKED>(b[0] - factor * a[1]);
    subtract(row_b, [row_a], [factor], room_b);
    if block == 2 {
        return update(matrix, [row_a, room_b], [inverse_a, inverse_b], out);
    }
    let room_c = &mut room_c[..left];
    let b_c = b[1] - factor * a[2];
    let (third, matrix) = matrix.split_at(1 + left);
    let (c, row_c) = third.split_at(1);
    let (factor, factor_b) = (a[2] * inverse_a, b_c * inverse_b);
    let inverse_c = inverse_of::<N, MASKED>(c[0] - factor * a[2] - factor_b * b_c);
    subtract(row_c, [row_a, room_b], [factor, factor_b], room_c);
    update(matrix, [row_a, room_b, room_c], [inverse_a, inverse_b, inverse_c], out);
}

/// A matrix less the squares of `B` rows, each as often as its factor says.
#[inline(always)]
fn update<N: Number, const B: usize>(matrix: &[N], rows: [&[N]; B], inverses: [N; B], out: &mut [N]) {
    let (mut rows, mut matrix, mut out) = (rows, matrix, out);
    // Two rows of the matrix at a time, which halves what is read.
    while rows[0].len() > 1 {
        let after = rows[0].len() - 1;
        let (mut upper, mut lower) = (inverses, inverses);
        let mut corner = matrix[0];
        let mut others = rows;
        for k in 0..B {
            upper[k] = inverses[k] * rows[k][0];
            lower[k] = inverses[k] * rows[k][1];
            corner = corner - upper[k] * rows[k][0];
            others[k] = &rows[k][1..][..after];
        }
        out[0] = corner;
        let (upper_row, rest) = matrix[1..].split_at(after);
        let (lower_row, rest) = rest.split_at(after);
        let (upper_out, rest_out) = std::mem::take(&mut out)[1..].split_at_mut(after);
        let (lower_out, rest_out) = rest_out.split_at_mut(after);
        for j in 0..after {
            let (mut above, mut below) = (upper_row[j], lower_row[j]);
            for k in 0..B {
                above = above - upper[k] * others[k][j];
                below = below - lower[k] * others[k][j];
            }
            (upper_out[j], lower_out[j]) = (above, below);
        }
        (matrix, out) = (rest, rest_out);
        for row in &mut rows {
            *row = &row[2..];
        }
    }
    // Of an odd number of rows the last corner is left, the outcome's own entry.
    if !rows[0].is_empty() {
        let mut corner = matrix[0];
        for k in 0..B {
            corner = corner - inverses[k] * rows[k][0] * rows[k][0];
        }
        out[0] = corner;
    }
}

/// A row less up to three others, each as often as its factor says.
#[inline(always)]
fn subtract<N: Number, const B: usize>(row: &[N], others: [&[N]; B], factors: [N; B], out: &mut [N]) {
    // Loops, not closures: a closure is not compiled for the instruction set of the function that it is written in.
    let len = out.len();
    let row = &row[..len];
    let mut others = others;
    for other in &mut others {
        *other = &other[..len];
    }
    for j in 0..len {
        let mut entry = row[j];
        for k in 0..B {
            entry = entry - factors[k] * others[k][j];
        }
        out[j] = entry;
    }
}

/// Whether every variable but the last keeps more than this when all the others are projected out: then so does every
/// pivot of every elimination, in any order, for pivots only fall with what is projected out before them.
#[inline(always)]
pub(crate) fn all_keep_more_than<L: Lane>(bound: f64, matrix: &[L], n: usize) -> bool {
    let columns = n - 1;
    let mut factors = matrix.to_vec();
    let mut inverses = vec![L::splat(1.0); columns];
    let mut rest = factors.as_mut_slice();
    for (i, inverse) in inverses.iter_mut().enumerate() {
        // What all others leave of a variable is no more than this: failing here, it needs no inverse.
        if !rest[0].is_above(bound) {
            return false;
        }
        *inverse = rest[0].inverse();
        eliminate_in_place(rest, n - i);
        rest = &mut rest[n - i..];
    }
    // Column by column, the inverse of the triangular factor; its squares make the diagonal of the inverse.
    let mut column = vec![L::splat(1.0); columns];
    (0..columns).all(|j| {
        column[j] = L::splat(1.0);
        let mut diagonal = inverses[j];
        for i in j + 1..columns {
            let mut entry = L::splat(0.0);
            for k in j..i {
                entry = entry - factors[packed_index(n, k, i)] * inverses[k] * column[k];
            }
            column[i] = entry;
            diagonal = diagonal + entry * entry * inverses[i];
        }
        // One over a diagonal entry of the inverse is what all the others leave of the variable.
        diagonal.inverse().is_above(bound)
    })
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
        eliminate_block::<f64, false>(&matrix, 1, 2, &mut [], &mut out);
        assert_eq!(out, [2.0, -0.5, 1.75]);
        let mut in_place = matrix;
        eliminate_in_place(&mut in_place, 3);
        assert_eq!(in_place[3..], out);
        // And without the first two: 1.75 − 0.5² / 2.
        let mut out = [0.0];
        eliminate_block::<f64, true>(&matrix, 2, 1, &mut [0.0; 2], &mut out);
        assert_eq!(out, [1.625]);
    }

    #[test]
    fn says_what_every_variable_keeps() {
        // [1 0.6; . 1]: either keeps 1 − 0.36 of itself beside the other.
        let matrix = [1.0, 0.6, 0.3, 1.0, 0.2, 1.0];
        assert!(all_keep_more_than(0.639, &matrix, 3));
        assert!(!all_keep_more_than(0.641, &matrix, 3));
        assert!(!all_keep_more_than(1e-9, &[1.0, 1.0, 0.3, 1.0, 0.2, 1.0], 3));
    }

    #[test]
    fn an_aliased_variable_changes_nothing() {
        let mut matrix = [1e-17, 1e-17, 1e-17, 3.0, 0.5, 2.0];
        eliminate_in_place(&mut matrix, 3);
        assert_eq!(matrix[3..], [3.0, 0.5, 2.0]);
    }
}
