//! Does the regression say anything of a new row? It says nothing of a column without a coefficient, unless that column
//! is there the combination of others that it was in the sample.

use super::FittedRegression;
use super::least_squares::{Problem, Solution};
use crate::error::{Error, EstimateError, PredictProblem};
use crate::numerics::dot::weighted_dot;
use crate::numerics::rank::rounding;

/// A combination holds in a new row when it is off by no more than this part of what it is made of.
const HOLDS: f64 = 1e-8;

/// A column without a coefficient as the combination of those with one that it is in the sample.
pub(super) struct Combination {
    /// The position of the column in the design.
    pub(super) column: usize,
    name: String,
    /// What each coefficient's column is multiplied by.
    parts: Vec<f64>,
    /// The size of the column's values in the sample.
    size: f64,
}

impl Combination {
    /// Whether it holds in a row, by the column's value there and what multiplies the coefficients.
    ///
    /// # Errors
    /// [`PredictProblem::NotEstimable`].
    pub(super) fn check(&self, place: &str, value: f64, x: &[f64]) -> Result<(), Error> {
        let (mut sum, mut size) = (0.0, self.size.max(value.abs()));
        for (part, x) in self.parts.iter().zip(x) {
            sum += part * x;
            size = size.max((part * x).abs());
        }
        if (value - sum).abs() <= HOLDS * size {
            return Ok(());
        }
        let why = PredictProblem::NotEstimable { column: self.name.clone() };
        Err(EstimateError::Predict { place: place.to_string(), why }.into())
    }
}

impl FittedRegression {
    /// The columns of the design without a coefficient.
    pub(super) fn combinations(&self) -> Vec<Combination> {
        let design = &self.design;
        let without: Vec<usize> = (0..design.columns.len()).filter(|c| !self.data.positions.contains(c)).collect();
        if without.is_empty() {
            return Vec::new();
        }
        let absorb = self.data.absorbed.any().then(|| self.data.absorbed.absorb(design));
        let left = |values: &[f64]| absorb.as_ref().map_or_else(|| values.to_vec(), |absorb| absorb.residuals(values));
        let ones = self.data.has_intercept.then(|| vec![1.0; design.n_observations()]);
        let levels = self.data.levels(design).map(left);
        let columns: Vec<Vec<f64>> = ones.into_iter().chain(levels).collect();
        let length = |values: &[f64]| weighted_dot(values, values, &design.weights).sqrt();
        let (lengths, roundings): (Vec<f64>, Vec<f64>) =
            columns.iter().map(|c| length(c)).map(|length| (length, rounding(length))).unzip();
        let of_column = |column: usize| {
            let values = &design.columns[column].values;
            let problem = Problem {
                columns: columns.clone().into(),
                has_intercept: self.data.has_intercept,
                outcome: &left(values),
                weights: &design.weights,
                lengths: &lengths,
                roundings: &roundings,
            };
            let Solution { kept, estimates, .. } = problem.solve();
            let mut parts = vec![0.0; columns.len()];
            kept.iter().zip(estimates).for_each(|(&at, part)| parts[at] = part);
            let size = values.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
            Combination { column, name: design.columns[column].name.clone(), parts, size }
        };
        without.into_iter().map(of_column).collect()
    }
}
