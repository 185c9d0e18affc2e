//! How sure are the coefficients where errors vary as a family of counts has it?

use ndarray::Array2;

use super::correction::ClusterCorrection;
use super::kind::{Covariance, CovarianceKind};
use super::small_sample::SmallSample;
use crate::counts::{Distribution, information_of_theta};
use crate::error::{QuestionError, Refusal, Result, cannot};
use crate::model::Design;
use crate::numerics::triangular::Cholesky;
use crate::regress::FittedRegression;

impl FittedRegression {
    /// Refuses covariances that are of least squares, or by a convention that knows no counts.
    pub(super) fn check_of_counts(&self, covariance: &Covariance) -> Result<()> {
        let Some(counts) = &self.counts else { return Ok(()) };
        let refused = match &covariance.kind {
            CovarianceKind::Jackknife => Some("the jackknife covariance"),
            CovarianceKind::BeckKatz { .. } => Some("the Beck–Katz covariance"),
            CovarianceKind::Cluster { correction: ClusterCorrection::Cr2, .. } => Some("the CR2 covariance"),
            CovarianceKind::Cluster { correction: ClusterCorrection::Cr3, .. } => Some("the CR3 covariance"),
            _ => None,
        };
        if let Some(refused) = refused {
            return Err(cannot(refused, Refusal::OfCounts { family: counts.family.name() }));
        }
        if covariance.small_sample == SmallSample::Plm {
            let expected = "plm has no regressions of counts: choose fixest, stata or none".to_string();
            return Err(QuestionError::Option { option: "small-sample", expected, found: "plm".to_string() }.into());
        }
        Ok(())
    }

    /// The observed information of coefficients and θ, effects taken out; `None` but for the negative binomial.
    ///
    /// ```text
    /// −∂²ℓ/∂η² = (y + θ) μθ/(μ + θ)²,   −∂²ℓ/∂η∂θ = μ(μ − y)/(μ + θ)²,
    /// −∂²ℓ/∂θ² = Σ_{k < y} 1/(θ + k)² − 1/θ + 1/(μ + θ) − (y − μ)/(μ + θ)²
    /// ```
    pub(crate) fn joint_information(&self) -> Option<JointInformation> {
        let counts = self.counts.as_ref()?;
        let Distribution::NegativeBinomial { theta } = counts.distribution else { return None };
        let rows = || counts.counts.iter().zip(&counts.means).zip(&counts.weights);
        let weights: Vec<f64> =
            rows().map(|((y, mean), w)| w * (y + theta) * mean * theta / (mean + theta).powi(2)).collect();
        // θ as a column beside the others, so that effects are taken out of all alike.
        let of_theta: Vec<f64> = rows().map(|((y, mean), _)| (mean - y) / ((y + theta) * theta)).collect();
        let own = information_of_theta(&counts.counts, &counts.means, &counts.weights, theta);
        let columns = self.basis.columns.all();
        let all: Vec<&[f64]> = columns.iter().map(Vec::as_slice).chain([of_theta.as_slice()]).collect();
        let absorbed = self.data.absorbed;
        let left: Vec<Vec<f64>> = match absorbed.any() {
            true => {
                let design = Design { weights: weights.clone().into(), ..self.design.clone() };
                absorbed.absorb(&design).residuals_of(&all)
            }
            false => all.iter().map(|column| column.to_vec()).collect(),
        };
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).zip(&weights).map(|((a, b), w)| w * a * b).sum::<f64>();
        let k = columns.len();
        let mut products = Array2::from_shape_fn((k + 1, k + 1), |(i, j)| product(&left[i], &left[j]));
        // What the effects take of θ's own information they take of its column's square.
        products[[k, k]] += own - product(&of_theta, &of_theta);
        Some(JointInformation(products))
    }

    /// The covariance of the coefficients of the basis where counts vary as the family has it.
    pub(super) fn covariance_of_counts(&self) -> Array2<f64> {
        match self.joint_information() {
            Some(joint) => joint.covariance(),
            None => &self.basis.inverse * self.assumed_variance(),
        }
    }
}

/// The information of coefficients and, last, of θ.
pub(crate) struct JointInformation(Array2<f64>);

impl JointInformation {
    /// The inverse of all of it.
    fn inverse(&self) -> Array2<f64> {
        let n = self.0.nrows();
        let factor = Cholesky::new(n, |i, j| self.0[[i, j]], |_, left| left.max(0.0));
        let columns: Vec<Vec<f64>> =
            (0..n).map(|c| factor.solve((0..n).map(|row| if row == c { 1.0 } else { 0.0 }).collect())).collect();
        Array2::from_shape_fn((n, n), |(i, j)| columns[i.max(j)][i.min(j)])
    }

    fn covariance(&self) -> Array2<f64> {
        let inverse = self.inverse();
        let k = inverse.nrows() - 1;
        Array2::from_shape_fn((k, k), |at| inverse[at])
    }

    pub(crate) fn theta_std_error(&self) -> f64 {
        let k = self.0.nrows() - 1;
        self.inverse()[[k, k]].sqrt()
    }
}
