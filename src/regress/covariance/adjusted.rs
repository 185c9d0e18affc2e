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

use ndarray::Array2;
use rayon::prelude::*;

use super::{Clusters, sum_of_squares};
use crate::numerics::dot::dot;
use crate::numerics::eigen::symmetric_eigen;
use crate::regress::FittedRegression;
use crate::warning::Warning;

/// An eigenvalue of M_g at or below this is zero: an effect, or a column, that the cluster alone decides.
const NULL: f64 = 1e-9;
/// A direction of the null space in which a coefficient moves by more than this many times what its scale is.
const LOST: f64 = 1e-6;

/// What leaving a cluster out takes from the fit.
#[derive(Debug, Clone)]
pub(crate) struct LeftOut {
    /// b − b₍₋g₎, of coefficients that are not lost.
    pub(crate) change: Vec<f64>,
    /// e_g' M_g⁻¹ e_g: what the residual sum of squares falls by.
    pub(crate) sum_of_squares: f64,
    /// Coefficients and effects that go with the cluster.
    pub(crate) parameters: usize,
    /// Positions of the coefficients that cannot be had without it. Their `change` is what the generalised inverse of
    /// M_g makes of it, which need not be zero: CR2, CR3 and the jackknife sum it like any other and carry a warning,
    /// the diagnostics of influence do without it.
    pub(crate) lost: Vec<usize>,
    /// The sum of its rows' leverages.
    pub(crate) leverage: f64,
}

impl FittedRegression {
    /// A X_g' M_g^power e_g for every cluster; and a warning where a coefficient rests on one cluster alone.
    pub(super) fn moves(&self, clusters: &Clusters, power: f64) -> (Vec<Vec<f64>>, Option<Warning>) {
        let left = self.leave_out(&clusters.rows(), power);
        let mut lost: Vec<usize> = left.iter().flat_map(|left| left.lost.iter().copied()).collect();
        lost.sort_unstable();
        lost.dedup();
        let names = lost.into_iter().map(|at| self.names()[at].clone()).collect::<Vec<_>>();
        let warning = (!names.is_empty()).then_some(Warning::RestsOnOneCluster { coefficients: names });
        (left.into_iter().map(|left| left.change).collect(), warning)
    }

    /// The fit without each of these sets of rows; `change` and `sum_of_squares` are what they say for a power of −1.
    pub(crate) fn leave_out(&self, sets: &[Vec<usize>], power: f64) -> Vec<LeftOut> {
        // Absorbed effects counted: they are estimated without the cluster as well.
        let hat = self.hat(true);
        let k = self.estimates.len();
        let of_cluster = |rows: &Vec<usize>| {
            let v = hat.among(rows);
            let roots: Vec<f64> = rows.iter().map(|&row| self.data.weights[row].sqrt()).collect();
            let raw: Vec<f64> = rows.iter().zip(&roots).map(|(&row, root)| root * self.residuals[row]).collect();
            let (e, null) = powered(&v, power, &raw);
            // A X_g' of a vector over the rows of the cluster.
            let moved = |e: &[f64]| -> Vec<f64> {
                let mut score = vec![0.0; k];
                for ((&row, root), e) in rows.iter().zip(&roots).zip(e) {
                    score.iter_mut().zip(&self.data.columns).for_each(|(s, column)| *s += root * column[row] * e);
                }
                (0..k).map(|i| (0..k).map(|j| self.inverse[[i, j]] * score[j]).sum()).collect()
            };
            // Effects alone leave no trace in the columns, which they were taken out of.
            let ways: Vec<Vec<f64>> = null.iter().map(|q| moved(q)).collect();
            let is_lost = |&i: &usize| ways.iter().any(|way| way[i].abs() > LOST * self.inverse[[i, i]].sqrt());
            LeftOut {
                change: moved(&e),
                sum_of_squares: dot(&raw, &e),
                parameters: null.len(),
                lost: (0..k).filter(is_lost).collect(),
                leverage: v.iter().flatten().map(|x| x * x).sum(),
            }
        };
        sets.par_iter().map(of_cluster).collect()
    }

    /// (G − 1)/G Σ (b₍₋g₎ − b̄)(b₍₋g₎ − b̄)'.
    pub(super) fn jackknifed(&self, clusters: &Clusters) -> (Array2<f64>, Option<Warning>) {
        let (mut moves, warning) = self.moves(clusters, -1.0);
        let (n, k) = (moves.len() as f64, self.estimates.len());
        let means: Vec<f64> = (0..k).map(|i| moves.iter().map(|m| m[i]).sum::<f64>() / n).collect();
        moves.iter_mut().for_each(|m| m.iter_mut().zip(&means).for_each(|(x, mean)| *x -= mean));
        (sum_of_squares(&moves, k) * ((n - 1.0) / n), warning)
    }
}

/// (I − VV')^power e, by the eigenvectors of V'V or of VV', whichever is smaller; and the directions of its null space.
fn powered(v: &[Vec<f64>], power: f64, e: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let (m, r) = (v.len(), v.first().map_or(0, Vec::len));
    let scaled = |left: f64| if left > NULL { left.powf(power) } else { 0.0 };
    if r < m {
        // (I − VV')^p = I + Σ q (((1 − s)^p − 1)/s) q', q the images of V'V's eigenvectors, s its eigenvalues.
        let product = |at: usize| v.iter().map(|row| row[at / r] * row[at % r]).sum::<f64>();
        let (values, vectors) = symmetric_eigen::<f64>((0..r * r).map(product).collect(), r);
        let (mut out, mut null) = (e.to_vec(), Vec::new());
        // A direction with s near zero leaves e as it is, and would be divided by next to nothing.
        for (s, vector) in values.iter().zip(vectors.chunks_exact(r)).filter(|(s, _)| **s > 1e-14) {
            let image: Vec<f64> = v.iter().map(|row| dot(row, vector)).collect();
            let along = dot(&image, e);
            let factor = (scaled(1.0 - s) - 1.0) / s * along;
            out.iter_mut().zip(&image).for_each(|(x, q)| *x += factor * q);
            // The image is of length √s, which is one here.
            if 1.0 - s <= NULL {
                null.push(image);
            }
        }
        return (out, null);
    }
    let entry = |at: usize| {
        let (i, j) = (at / m, at % m);
        f64::from(u8::from(i == j)) - dot(&v[i], &v[j])
    };
    let (values, vectors) = symmetric_eigen::<f64>((0..m * m).map(entry).collect(), m);
    let mut out = vec![0.0; m];
    for (value, vector) in values.iter().zip(vectors.chunks_exact(m)) {
        let along = scaled(*value) * dot(vector, e);
        out.iter_mut().zip(vector).for_each(|(x, q)| *x += along * q);
    }
    let null = values.iter().zip(vectors.chunks_exact(m)).filter(|(value, _)| **value <= NULL);
    (out, null.map(|(_, vector)| vector.to_vec()).collect())
}
