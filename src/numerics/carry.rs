//! Elimination of one matrix that takes others with it: what a projection does to further quadratic forms.
//!
//! Where x_0 is projected out of all that follow by the matrix A, x_j becomes x_j − f_j x_0 with f_j = a_0j / a_00. A
//! matrix B of other products of the same variables becomes that of what is left by
//!
//! ```text
//! b_jk − f_j b_0k − f_k b_0j + f_j f_k b_00
//! ```
//!
//! so that, the outcome being last, its last entry is the quadratic form of (−β, 1) without β ever being formed.
//! Matrices stand packed as in [`eliminate`](super::eliminate), `width` numbers to an entry: that of A, then one of each
//! matrix that is carried.

use super::number::Lane;

/// Projects the first of `n` variables out of the others, in place, by the first matrix: the suffix from the second
/// row on becomes the matrices of the variables that remain.
///
/// A first variable without variation left changes nothing.
#[inline(always)]
pub(crate) fn eliminate_carrying<L: Lane>(matrices: &mut [L], n: usize, width: usize) {
    let (pivot_row, mut rest) = matrices.split_at_mut(n * width);
    let (pivot, row) = pivot_row.split_at_mut(width);
    let inverse = pivot[0].inverse_pivot();
    let half = L::splat(0.5);
    // With h_k = (b_0k − ½ f_k b_00) / a_00, what is taken from b_jk is a_0j h_k + h_j a_0k.
    for entry in row.chunks_exact_mut(width) {
        let factor = half * (entry[0] * inverse);
        for (carried, &own) in entry[1..].iter_mut().zip(&pivot[1..]) {
            *carried = inverse * (*carried - factor * own);
        }
    }
    let mut row = &*row;
    while !row.is_empty() {
        let (first, factor) = (&row[..width], row[0] * inverse);
        let (target, target_rest) = std::mem::take(&mut rest).split_at_mut(row.len());
        for (entry, other) in target.chunks_exact_mut(width).zip(row.chunks_exact(width)) {
            // As in an elimination that carries nothing, to the last bit.
            entry[0] = entry[0] - factor * other[0];
            for m in 1..width {
                entry[m] = entry[m] - first[0] * other[m] - first[m] * other[0];
            }
        }
        (rest, row) = (target_rest, &row[width..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_is_the_quadratic_form_of_what_is_left() {
        // [4 2 1; 2 3 0; 1 0 2] by which is projected, and [1 2 3; 2 5 1; 3 1 7], which is carried.
        let mut matrices = [4.0, 1.0, 2.0, 2.0, 1.0, 3.0, 3.0, 5.0, 0.0, 1.0, 2.0, 7.0];
        eliminate_carrying(&mut matrices, 3, 2);
        // x₁ − ½ x₀ and x₂ − ¼ x₀: 5 − 2 + ¼, 1 − 1.5 − 0.5 + 0.125, 7 − 1.5 + 1/16.
        assert_eq!(matrices[6..], [2.0, 3.25, -0.5, -0.875, 1.75, 5.5625]);
        eliminate_carrying(&mut matrices[6..], 2, 2);
        // Their difference once x₁ is out: x₂ + ¼ x₁ of what was left.
        assert_eq!(matrices[10..], [1.625, 5.5625 - 0.5 * 0.875 + 3.25 / 16.0]);
    }

    #[test]
    fn an_aliased_variable_changes_nothing() {
        let mut matrices = [1e-17, 1.0, 1e-17, 2.0, 3.0, 4.0];
        eliminate_carrying(&mut matrices, 2, 2);
        assert_eq!(matrices[4..], [3.0, 4.0]);
    }
}
