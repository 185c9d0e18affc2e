//! Few equations, whose matrix need not be symmetric.

/// A pivot at or below this part of its column's largest entry tells that the equations do not determine the solution.
const SINGULAR: f64 = 1e-10;

/// The solution of a few equations, by elimination with row exchanges; `None` where they do not determine it.
pub(crate) fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for j in 0..n {
        let largest = matrix.iter().map(|row| row[j].abs()).fold(0.0, f64::max);
        // Exchanged, since a form may have nothing of the variance in its turn.
        let pivot = (j..n).max_by(|&a, &b| matrix[a][j].abs().total_cmp(&matrix[b][j].abs()))?;
        if matrix[pivot][j].is_nan() || matrix[pivot][j].abs() <= SINGULAR * largest {
            return None;
        }
        matrix.swap(j, pivot);
        right.swap(j, pivot);
        let (done, below) = matrix.split_at_mut(j + 1);
        for (row, at) in below.iter_mut().zip(j + 1..) {
            let times = row[j] / done[j][j];
            row.iter_mut().zip(&done[j]).for_each(|(x, p)| *x -= times * p);
            right[at] -= times * right[j];
        }
    }
    for j in (0..n).rev() {
        let known: f64 = (j + 1..n).map(|k| matrix[j][k] * right[k]).sum();
        right[j] = (right[j] - known) / matrix[j][j];
    }
    Some(right)
}
