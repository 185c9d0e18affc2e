//! Elimination on packed symmetric matrices: one column at a time is projected out of all that follow.
//!
//! A symmetric matrix of n variables is stored as its upper triangle, row by row: the pivot row first, so that
//! leaving the first variable out is taking a suffix. The outcome is the last variable, and its diagonal entry is
//! always the residual sum of squares on the variables eliminated so far.

use super::lanes::Number;

/// Entries of the upper triangle of an n × n matrix.
pub(crate) const fn packed_len(n: usize) -> usize {
    n * (n + 1) / 2
}

/// Position of entry (i, j), in either order, in the upper triangle of an n × n matrix.
pub(crate) const fn packed_index(n: usize, i: usize, j: usize) -> usize {
    let (i, j) = if i <= j { (i, j) } else { (j, i) };
    i * n - (i * i - i) / 2 + (j - i)
}

/// Projects the first of `n` variables out of the others, in place: the suffix of `packed_len(n − 1)` entries becomes
/// the matrix of the variables that remain.
///
/// A first variable without variation left (see [`Number::inverse_pivot`]) changes nothing.
#[inline(always)]
pub(crate) fn eliminate_in_place<N: Number>(matrix: &mut [N], n: usize) {
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

/// One over a pivot; where ranks are `MASKED`, zero for one too small to count.
#[inline(always)]
pub(crate) fn inverse_of<N: Number, const MASKED: bool>(pivot: N) -> N {
    if MASKED { pivot.inverse_pivot() } else { pivot.inverse() }
}

/// Projects the first `B` of `B + left` variables out of the others in one pass: `out` becomes the matrix of those
/// `left`. `rooms` has room for `B − 1` rows of `left` numbers.
#[inline(always)]
pub(crate) fn eliminate_block<N: Number, const B: usize, const MASKED: bool>(
    matrix: &[N],
    left: usize,
    rooms: &mut [N],
    out: &mut [N],
) {
    // Each row of the block, less its projection on the rows before it.
    let mut block = [[matrix[0]; B]; B];
    let mut inverses = [matrix[0]; B];
    let (mut rest, mut rooms) = (matrix, rooms);
    let mut rows: [&[N]; B] = [&[]; B];
    for i in 0..B {
        let (own, below) = rest.split_at(B - i + left);
        let (own_block, own) = own.split_at(B - i);
        block[i][i..].copy_from_slice(own_block);
        for k in 0..i {
            let factor = block[k][i] * inverses[k];
            for j in i..B {
                block[i][j] = block[i][j] - factor * block[k][j];
            }
        }
        inverses[i] = inverse_of::<N, MASKED>(block[i][i]);
        rows[i] = own;
        if i > 0 {
            let (room, others) = std::mem::take(&mut rooms).split_at_mut(left);
            let mut factors = inverses;
            for k in 0..i {
                factors[k] = block[k][i] * inverses[k];
            }
            for (at, room) in room.iter_mut().enumerate() {
                let mut entry = own[at];
                for k in 0..i {
                    entry = entry - factors[k] * rows[k][at];
                }
                *room = entry;
            }
            (rows[i], rooms) = (room, others);
        }
        rest = below;
    }
    let (mut source, mut target) = (&rest[..packed_len(left)], &mut out[..packed_len(left)]);
    for remaining in (1..=left).rev() {
        let mut factors = inverses;
        for k in 0..B {
            rows[k] = &rows[k][rows[k].len() - remaining..];
            factors[k] = rows[k][0] * inverses[k];
        }
        let (source_row, source_rest) = source.split_at(remaining);
        let (target_row, target_rest) = std::mem::take(&mut target).split_at_mut(remaining);
        for at in 0..remaining {
            let mut entry = source_row[at];
            for k in 0..B {
                entry = entry - factors[k] * rows[k][at];
            }
            target_row[at] = entry;
        }
        (source, target) = (source_rest, target_rest);
    }
}

/// Whether every variable but the last keeps more than this when all the others are projected out: then so does every
/// pivot of every elimination, in any order, for pivots only fall with what is projected out before them.
#[inline(always)]
pub(crate) fn all_keep_more_than<N: Number>(bound: f64, matrix: &[N], n: usize) -> bool {
    let Some(&first) = matrix.first() else { return true };
    let columns = n - 1;
    let mut factors = matrix.to_vec();
    let mut inverses = vec![first; columns];
    let mut rest = factors.as_mut_slice();
    for (i, inverse) in inverses.iter_mut().enumerate() {
        if !rest[0].is_above(bound) {
            return false;
        }
        *inverse = rest[0].inverse();
        eliminate_in_place(rest, n - i);
        rest = &mut rest[n - i..];
    }
    // Row by row of the inverse of the triangular factor: its squares make the diagonal of the inverse.
    let one = |i: usize| factors[packed_index(n, i, i)] * inverses[i];
    let mut column = vec![first; columns];
    (0..columns).all(|j| {
        column[j] = one(j);
        let mut inverse = inverses[j];
        for i in j + 1..columns {
            let mut entry = first - first;
            for k in j..i {
                entry = entry - factors[packed_index(n, k, i)] * inverses[k] * column[k];
            }
            column[i] = entry;
            inverse = inverse + entry * entry * inverses[i];
        }
        inverse.inverse().is_above(bound)
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
        eliminate_block::<f64, 1, false>(&matrix, 2, &mut [0.0; 2], &mut out);
        assert_eq!(out, [2.0, -0.5, 1.75]);
        let mut in_place = matrix;
        eliminate_in_place(&mut in_place, 3);
        assert_eq!(in_place[3..], out);
        // And without the first two: 1.75 − 0.5² / 2.
        let mut out = [0.0];
        eliminate_block::<f64, 2, true>(&matrix, 1, &mut [0.0; 2], &mut out);
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
