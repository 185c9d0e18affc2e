//! Equations with a triangular matrix, and the triangular factor of a symmetric one.
//!
//! An upper triangular R is held as its columns, each down to its diagonal; a lower triangular L as its rows, each up
//! to its diagonal: the same numbers where L = R'. What has a pivot of zero gets zero, as what adds nothing to a
//! regression has no coefficient.

use ndarray::Array2;

use super::dot::dot;

/// The b of Rb = t, by the columns of R.
pub(crate) fn solve_upper(columns: &[impl AsRef<[f64]>], t: &[f64]) -> Vec<f64> {
    let mut b = t.to_vec();
    for i in (0..t.len()).rev() {
        let known: f64 = (i + 1..t.len()).map(|k| columns[k].as_ref()[i] * b[k]).sum();
        b[i] = over(b[i] - known, columns[i].as_ref()[i]);
    }
    b
}

/// The t of Lt = x, by the rows of L; or of R't = x, by the columns of R.
pub(crate) fn solve_lower(rows: &[impl AsRef<[f64]>], x: Vec<f64>) -> Vec<f64> {
    let mut t = x;
    for (i, row) in rows.iter().map(AsRef::as_ref).enumerate().take(t.len()) {
        t[i] = over(t[i] - dot(&row[..i], &t), row[i]);
    }
    t
}

/// The columns of BR⁻¹, by those of B and of R.
pub(crate) fn solve_from_the_right(mut b: Vec<Vec<f64>>, columns: &[Vec<f64>]) -> Vec<Vec<f64>> {
    for (k, r) in columns.iter().enumerate() {
        let (done, rest) = b.split_at_mut(k);
        for (earlier, r) in done.iter().zip(r) {
            rest[0].iter_mut().zip(earlier).for_each(|(x, q)| *x -= r * q);
        }
        rest[0].iter_mut().for_each(|x| *x = over(*x, r[k]));
    }
    b
}

fn over(x: f64, pivot: f64) -> f64 {
    if pivot == 0.0 { 0.0 } else { x / pivot }
}

/// The lower triangular L with LL' a symmetric matrix.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cholesky {
    rows: Vec<Vec<f64>>,
}

impl Cholesky {
    /// The factor of a matrix of n rows, of which the lower triangle is read.
    ///
    /// What to make of a pivot, the part of a diagonal entry that the variables before leave, is the caller's to say:
    /// it is given the row and the pivot, and says what stands in its place, zero where the variable adds nothing.
    pub(crate) fn new(n: usize, matrix: impl Fn(usize, usize) -> f64, pivot: impl Fn(usize, f64) -> f64) -> Self {
        Self::try_new(n, matrix, |i, left| Some(pivot(i, left))).unwrap_or_default()
    }

    /// The factor of a matrix whose pivots are all above the bound; `None` where one is not.
    pub(crate) fn above(matrix: &Array2<f64>, bound: f64) -> Option<Self> {
        Self::try_new(matrix.nrows(), |i, j| matrix[[i, j]], |_, left| (left > bound).then_some(left))
    }

    /// The same; `None` where the caller has no use for a pivot.
    fn try_new(
        n: usize,
        matrix: impl Fn(usize, usize) -> f64,
        pivot: impl Fn(usize, f64) -> Option<f64>,
    ) -> Option<Self> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(n);
        // Row by row, so that the numbers of every product lie side by side.
        for i in 0..n {
            let mut row = Vec::with_capacity(i + 1);
            for (j, earlier) in rows.iter().enumerate() {
                row.push(over(matrix(i, j) - dot(&earlier[..j], &row), earlier[j]));
            }
            row.push(pivot(i, matrix(i, i) - dot(&row, &row))?.sqrt());
            rows.push(row);
        }
        Some(Cholesky { rows })
    }

    /// The rows of L, each up to its diagonal.
    pub(crate) fn rows(&self) -> &[Vec<f64>] {
        &self.rows
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many pivots are not zero.
    pub(crate) fn rank(&self) -> usize {
        self.rows.iter().enumerate().filter(|(i, row)| row[*i] > 0.0).count()
    }

    /// L⁻¹x.
    pub(crate) fn forward(&self, x: Vec<f64>) -> Vec<f64> {
        solve_lower(&self.rows, x)
    }

    /// (LL')⁻¹x.
    pub(crate) fn solve(&self, x: Vec<f64>) -> Vec<f64> {
        solve_upper(&self.rows, &self.forward(x))
    }

    /// (LL')⁻¹, of a factor without a pivot of zero.
    pub(crate) fn inverse(&self) -> Array2<f64> {
        let k = self.len();
        let mut of_lower = Array2::<f64>::zeros((k, k));
        for (i, row) in self.inverse_rows().iter().enumerate() {
            row.iter().enumerate().for_each(|(j, x)| of_lower[[i, j]] = *x);
        }
        of_lower.t().dot(&of_lower)
    }

    /// The rows of L⁻¹, each up to its diagonal, of a factor without a pivot of zero.
    fn inverse_rows(&self) -> Vec<Vec<f64>> {
        let mut inverse: Vec<Vec<f64>> = Vec::with_capacity(self.len());
        for (i, row) in self.rows.iter().enumerate() {
            let entry = |j: usize| -(j..i).map(|l| row[l] * inverse[l][j]).sum::<f64>() / row[i];
            let mut of_row: Vec<f64> = (0..i).map(entry).collect();
            of_row.push(1.0 / row[i]);
            inverse.push(of_row);
        }
        inverse
    }
}

/// The inverse of a symmetric positive definite matrix with a unit diagonal; `None` where a pivot of its elimination is
/// at or below the bound.
pub(crate) fn inverse(matrix: &Array2<f64>, bound: f64) -> Option<Array2<f64>> {
    Some(Cholesky::above(matrix, bound)?.inverse())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 4, 2, 1; 2, 3, 0; 1, 0, 2.
    const MATRIX: [[f64; 3]; 3] = [[4.0, 2.0, 1.0], [2.0, 3.0, 0.0], [1.0, 0.0, 2.0]];

    fn factor() -> Cholesky {
        Cholesky::try_new(3, |i, j| MATRIX[i][j], |_, left| Some(left)).unwrap()
    }

    fn close(a: &[f64], b: &[f64]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14)
    }

    #[test]
    fn the_factor_times_its_transpose_is_the_matrix() {
        let rows = factor().rows().to_vec();
        for i in 0..3 {
            for j in 0..=i {
                assert!((dot(&rows[i][..=j], &rows[j]) - MATRIX[i][j]).abs() < 1e-15);
            }
        }
        assert_eq!(factor().rank(), 3);
    }

    #[test]
    fn equations_are_solved() {
        let x = [1.0, -2.0, 3.0];
        let times: Vec<f64> = MATRIX.iter().map(|row| dot(row, &x)).collect();
        assert!(close(&factor().solve(times.clone()), &x));
        let rows = factor().rows().to_vec();
        // (L⁻¹b)'(L⁻¹b) = b'A⁻¹b = x'Ax.
        let forward = factor().forward(times.clone());
        assert!((dot(&forward, &forward) - dot(&times, &x)).abs() < 1e-13);
        let inverse = factor().inverse_rows();
        for (i, row) in inverse.iter().enumerate() {
            let unit: Vec<f64> = (0..3).map(|k| f64::from(u8::from(k == i))).collect();
            // L'c = eᵢ has the i-th row of the inverse for its solution.
            assert!(close(&solve_upper(&rows, &unit)[..=i], row));
        }
        // BR⁻¹ row by row is what R' solves.
        let b = vec![vec![1.0], vec![2.0], vec![-1.0]];
        let right: Vec<f64> = solve_from_the_right(b, &rows).into_iter().flatten().collect();
        assert!(close(&right, &solve_lower(&rows, vec![1.0, 2.0, -1.0])));
    }

    #[test]
    fn what_has_no_pivot_gets_zero() {
        // The second variable is the first once more.
        let matrix = [[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.5, 1.0]];
        let pivot = |_: usize, left: f64| Some(if left > 1e-12 { left } else { 0.0 });
        let factor = Cholesky::try_new(3, |i, j| matrix[i][j], pivot).unwrap();
        assert_eq!(factor.rank(), 2);
        let x = factor.solve(vec![1.0, 1.0, 0.5]);
        assert_eq!(x[1], 0.0);
        assert!((x[0] - 1.0).abs() < 1e-15 && x[2].abs() < 1e-15);
        assert!(Cholesky::try_new(2, |i, j| matrix[i][j], |_, left| (left > 1e-12).then_some(left)).is_none());
    }
}
