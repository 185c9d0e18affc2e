//! Eigenvalues of small symmetric matrices, in double or in twice the precision.
//!
//! Cyclic Jacobi rotations, which find small eigenvalues of positive matrices to more digits than a reduction to
//! tridiagonal form does: J. Demmel and K. Veselić (1992), <https://doi.org/10.1137/0613074>. linfa-linalg has no twice
//! the precision.

use super::real::Real;

/// Sweeps over all pairs; convergence is quadratic and takes six to ten.
const MOST_SWEEPS: usize = 60;

/// Eigenvalues, and the eigenvectors one after the other, of a symmetric matrix of n rows.
pub(crate) fn symmetric_eigen<R: Real>(mut matrix: Vec<R>, n: usize) -> (Vec<R>, Vec<R>) {
    let (zero, one) = (R::splat(0.0), R::splat(1.0));
    let largest = (0..n).fold(0.0_f64, |most, i| most.max(matrix[i * n + i].value().abs()));
    let mut vectors = vec![zero; n * n];
    (0..n).for_each(|i| vectors[i * n + i] = one);
    for _ in 0..MOST_SWEEPS {
        let mut rotated = false;
        for i in 0..n {
            for j in i + 1..n {
                rotated |= rotate(&mut matrix, &mut vectors, n, (i, j), R::EPSILON * largest);
            }
        }
        if !rotated {
            break;
        }
    }
    ((0..n).map(|i| matrix[i * n + i]).collect(), vectors)
}

/// Makes entry (i, j) zero; says whether it was not, beside diagonal entries of at least `least`.
fn rotate<R: Real>(matrix: &mut [R], vectors: &mut [R], n: usize, (i, j): (usize, usize), least: f64) -> bool {
    let one = R::splat(1.0);
    let (a, b, off) = (matrix[i * n + i], matrix[j * n + j], matrix[i * n + j]);
    let size = (a.value().abs() * b.value().abs()).sqrt().max(least);
    if off.value().abs() <= R::EPSILON * size || off.value() == 0.0 {
        return false;
    }
    // t = sign(θ)/(|θ| + √(θ² + 1)) with θ = (b − a)/2off, the smaller of the two rotations.
    let theta = (b - a) * (off + off).inverse();
    let root = (theta * theta + one).sqrt();
    let t = if theta.value() >= 0.0 { (theta + root).inverse() } else { (theta - root).inverse() };
    let cosine = (t * t + one).sqrt().inverse();
    let sine = t * cosine;
    for k in 0..n {
        let (x, y) = (matrix[k * n + i], matrix[k * n + j]);
        matrix[k * n + i] = cosine * x - sine * y;
        matrix[k * n + j] = sine * x + cosine * y;
    }
    for k in 0..n {
        let (x, y) = (matrix[i * n + k], matrix[j * n + k]);
        matrix[i * n + k] = cosine * x - sine * y;
        matrix[j * n + k] = sine * x + cosine * y;
        let (x, y) = (vectors[i * n + k], vectors[j * n + k]);
        vectors[i * n + k] = cosine * x - sine * y;
        vectors[j * n + k] = sine * x + cosine * y;
    }
    let zero = R::splat(0.0);
    matrix[i * n + j] = zero;
    matrix[j * n + i] = zero;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::double::Double;

    fn check<R: Real>(tolerance: f64) {
        let n = 6;
        let hilbert: Vec<R> = (0..n * n).map(|at| R::splat((at / n + at % n + 1) as f64).inverse()).collect();
        let (values, vectors) = symmetric_eigen(hilbert.clone(), n);
        for i in 0..n {
            for j in 0..n {
                let zero = R::splat(0.0);
                let rebuilt = (0..n).fold(zero, |sum, e| sum + values[e] * vectors[e * n + i] * vectors[e * n + j]);
                assert!((rebuilt - hilbert[i * n + j]).value().abs() < tolerance);
                let dot = (0..n).fold(zero, |sum, k| sum + vectors[i * n + k] * vectors[j * n + k]);
                let expected = R::splat(f64::from(u8::from(i == j)));
                assert!((dot - expected).value().abs() < tolerance);
            }
        }
    }

    #[test]
    fn a_matrix_is_rebuilt_from_its_eigenvectors() {
        check::<f64>(1e-14);
        check::<Double>(1e-29);
    }
}
