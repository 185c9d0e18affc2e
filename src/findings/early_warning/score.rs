//! A score of several measures: least squares of whether a judgement is bad.

use super::cases::Case;
use crate::numerics::means::mean;
use crate::numerics::triangular::Cholesky;

/// A measure of which those before it leave less of its variance is taken as a combination of them.
const COMBINATION: f64 = 1e-10;

/// A fitted score.
#[derive(Debug, Clone)]
pub(super) struct Score {
    centre: f64,
    means: Vec<f64>,
    /// For one unit of each measure.
    slopes: Vec<f64>,
    /// For one standard deviation of each.
    pub(super) weights: Vec<f64>,
}

impl Score {
    /// The score of so many measures, at least two cases; the position of a measure that does not vary on them, or is a
    /// combination of those before it.
    pub(super) fn of(cases: &[&Case], n_measures: usize) -> Result<Score, usize> {
        let n = cases.len() as f64;
        let outcome: Vec<f64> = cases.iter().map(|case| f64::from(u8::from(case.is_bad))).collect();
        let centre = mean(&outcome);
        let column = |at: usize| -> Vec<f64> { cases.iter().map(|case| case.measures[at]).collect() };
        let (mut means, mut scales, mut columns) = (Vec::new(), Vec::new(), Vec::new());
        for at in 0..n_measures {
            let values = column(at);
            let middle = mean(&values);
            // By the largest, so that no square is beyond doubles.
            let largest = values.iter().map(|value| (value - middle).abs()).fold(0.0, f64::max);
            let squares: f64 = values.iter().map(|value| ((value - middle) / largest).powi(2)).sum();
            if values.windows(2).all(|pair| pair[0] == pair[1]) || squares.is_nan() {
                return Err(at);
            }
            let scale = largest * (squares / (n - 1.0)).sqrt();
            columns.push(values.iter().map(|value| (value - middle) / scale).collect::<Vec<f64>>());
            means.push(middle);
            scales.push(scale);
        }
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / (n - 1.0);
        let factor = Cholesky::new(
            n_measures,
            |i, j| product(&columns[i], &columns[j]),
            |_, left| if left > COMBINATION { left } else { 0.0 },
        );
        if let Some(combination) = factor.rows().iter().enumerate().position(|(at, row)| row[at] <= 0.0) {
            return Err(combination);
        }
        let weights = factor.solve(columns.iter().map(|column| product(column, &outcome)).collect());
        let slopes = weights.iter().zip(&scales).map(|(weight, scale)| weight / scale).collect();
        Ok(Score { centre, means, slopes, weights })
    }

    /// The forecast for these measures.
    pub(super) fn at(&self, measures: &[f64]) -> f64 {
        let terms = measures.iter().zip(&self.means).zip(&self.slopes);
        self.centre + terms.map(|((value, mean), slope)| slope * (value - mean)).sum::<f64>()
    }
}
