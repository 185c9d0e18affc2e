//! What leaving out one cluster after the other does to the coefficients, without refitting: the bias-reduced and the
//! jackknife covariances.
//!
//! With H_gg the hat matrix among the rows of cluster g, absorbed effects counted, and M_g = I − H_gg,
//!
//! ```text
//! CR2   A Σ_g X_g' M_g^−½ e_g ( … )' A       R. M. Bell and D. F. McCaffrey (2002)
//! CR3   b₍₋g₎ − b = −A X_g' M_g⁻¹ e_g         exactly
//! ```
//!
//! all in the space of rows times the roots of their weights. Effects nested in a cluster go with it: M_g has their
//! directions as null space, and its powers are those of the Moore–Penrose inverse. J. E. Pustejovsky and E. Tipton
//! (2018), Journal of Business & Economic Statistics 36, <https://doi.org/10.1080/07350015.2016.1247004>.

use ndarray::{Array1, Array2, Axis};
use rayon::prelude::*;

use super::leverage::Hat;
use crate::numerics::dot::dot;
use crate::numerics::eigen::symmetric_eigen;
use crate::regress::FittedRegression;

/// An eigenvalue of M_g at or below this is zero: an effect, or a column, that the cluster alone decides.
const NULL: f64 = 1e-9;

/// What leaving a set of related rows out takes from the fit.
#[derive(Debug, Clone)]
pub(crate) struct LeftOut {
    /// A Q_g' M_g^power e_g: for a power of −1, c − c₍₋g₎ of the coefficients c of the basis that are not lost.
    pub(crate) change: Vec<f64>,
    /// e_g' M_g⁻¹ e_g: what the residual sum of squares falls by.
    pub(crate) sum_of_squares: f64,
    /// Coefficients and effects that go with the set.
    pub(crate) parameters: usize,
    /// Directions that the set alone decides, as what they do to the coefficients of the basis. Along them `change` is
    /// what the generalised inverse of M_g makes of it.
    pub(crate) ways: Vec<Vec<f64>>,
    /// The sum of its rows' leverages.
    pub(crate) leverage: f64,
}

impl FittedRegression {
    /// The fit without each of these sets of rows; `change` and `sum_of_squares` are what they say for a power of −1.
    pub(crate) fn leave_out(&self, sets: &[Vec<usize>], power: f64) -> Vec<LeftOut> {
        // Absorbed effects counted: they are estimated without the cluster as well.
        let hat = self.hat(true);
        sets.par_iter().map(|rows| self.left_out(&hat, rows, power).0).collect()
    }

    /// The same, with the powers of each M_g, which cost the cube of the set.
    pub(super) fn leave_out_by_powers(&self, sets: &[Vec<usize>], power: f64) -> (Vec<LeftOut>, Vec<Power>) {
        let hat = self.hat(true);
        sets.par_iter().map(|rows| self.left_out(&hat, rows, power)).unzip()
    }

    fn left_out(&self, hat: &Hat, rows: &[usize], power: f64) -> (LeftOut, Power) {
        let k = self.estimates.len();
        let v = hat.among(rows);
        let roots: Vec<f64> = rows.iter().map(|&row| self.data.weights[row].sqrt()).collect();
        let raw: Vec<f64> = rows.iter().zip(&roots).map(|(&row, root)| root * self.residuals[row]).collect();
        let correction = Power::new(&v, power);
        let e = correction.of(&raw);
        // A Q_g' of a vector over the rows of the set.
        let moved = |e: &[f64]| -> Vec<f64> {
            let mut score = Array1::zeros(k);
            for ((&row, root), e) in rows.iter().zip(&roots).zip(e) {
                score.iter_mut().zip(self.basis.columns.all()).for_each(|(s, column)| *s += root * column[row] * e);
            }
            self.basis.inverse.dot(&score).to_vec()
        };
        let left = LeftOut {
            change: moved(&e),
            sum_of_squares: dot(&raw, &e),
            parameters: correction.null.len(),
            ways: correction.null.iter().map(|q| moved(q)).collect(),
            leverage: v.iter().flatten().map(|x| x * x).sum(),
        };
        (left, correction)
    }
}

/// The sum of squares of the moves about their mean, times (G − 1)/G: the jackknife's covariance.
pub(super) fn about_their_mean(mut moves: Array2<f64>) -> Array2<f64> {
    let n = moves.nrows() as f64;
    let means = moves.sum_axis(Axis(0)) / n;
    moves -= &means;
    moves.t().dot(&moves) * ((n - 1.0) / n)
}

/// (I − VV')^power, by the eigenvectors of V'V or of VV', whichever is smaller.
pub(super) struct Power {
    /// What stands beside the identity: multiples of products of vectors with themselves.
    parts: Vec<(f64, Vec<f64>)>,
    /// Whether the identity is there.
    about_identity: bool,
    /// The directions of the null space.
    pub(super) null: Vec<Vec<f64>>,
}

impl Power {
    pub(super) fn new(v: &[Vec<f64>], power: f64) -> Self {
        let (m, r) = (v.len(), v.first().map_or(0, Vec::len));
        let scaled = |left: f64| if left > NULL { left.powf(power) } else { 0.0 };
        if r < m {
            // (I − VV')^p = I + Σ q (((1 − s)^p − 1)/s) q', q the images of V'V's eigenvectors, s its eigenvalues.
            let product = |at: usize| v.iter().map(|row| row[at / r] * row[at % r]).sum::<f64>();
            let (values, vectors) = symmetric_eigen::<f64>((0..r * r).map(product).collect(), r);
            let (mut parts, mut null) = (Vec::new(), Vec::new());
            // A direction with s near zero leaves what it is given as it is, and would be divided by next to nothing.
            for (s, vector) in values.iter().zip(vectors.chunks_exact(r)).filter(|(s, _)| **s > 1e-14) {
                let image: Vec<f64> = v.iter().map(|row| dot(row, vector)).collect();
                // The image is of length √s, which is one here.
                if 1.0 - s <= NULL {
                    null.push(image.clone());
                }
                parts.push(((scaled(1.0 - s) - 1.0) / s, image));
            }
            return Power { parts, about_identity: true, null };
        }
        let entry = |at: usize| {
            let (i, j) = (at / m, at % m);
            f64::from(u8::from(i == j)) - dot(&v[i], &v[j])
        };
        let (values, vectors) = symmetric_eigen::<f64>((0..m * m).map(entry).collect(), m);
        let vectors = || values.iter().zip(vectors.chunks_exact(m));
        Power {
            parts: vectors().map(|(value, vector)| (scaled(*value), vector.to_vec())).collect(),
            about_identity: false,
            null: vectors().filter(|(value, _)| **value <= NULL).map(|(_, vector)| vector.to_vec()).collect(),
        }
    }

    /// Its product with a vector over the rows.
    pub(super) fn of(&self, e: &[f64]) -> Vec<f64> {
        let mut out = if self.about_identity { e.to_vec() } else { vec![0.0; e.len()] };
        for (factor, vector) in &self.parts {
            let along = factor * dot(vector, e);
            out.iter_mut().zip(vector).for_each(|(x, q)| *x += along * q);
        }
        out
    }
}
