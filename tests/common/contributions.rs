//! Contributions by brute force: fitted values of every coalition on dummies, row by row.

use super::{Components, Rows, project, sequential, shapley};

/// Of one row: what is always in less the mean, each component by one order and by Shapley, and the residual.
pub struct Parts {
    pub always: f64,
    pub sequential: Vec<f64>,
    pub shapley: Vec<f64>,
    pub first: Vec<f64>,
    pub last: Vec<f64>,
    pub residual: f64,
}

/// What every row is fitted to be by some columns.
pub fn fitted(rows: &Rows, y: &[f64], columns: &[&[f64]]) -> Vec<f64> {
    let left = project(y, columns, &rows.weight).left;
    left.iter().zip(&rows.weight).zip(y).map(|((left, w), y)| y - left / w.sqrt()).collect()
}

pub fn parts(rows: &Rows, y: &[f64], components: &Components, always: &[Vec<f64>]) -> Vec<Parts> {
    let k = components.len();
    let mean = mean(y, &rows.weight);
    let of_coalition = |coalition: usize| {
        let mut columns: Vec<&[f64]> = always.iter().map(Vec::as_slice).collect();
        for (_, component) in components.iter().enumerate().filter(|(i, _)| coalition >> i & 1 == 1) {
            columns.extend(component.iter().map(Vec::as_slice));
        }
        fitted(rows, y, &columns)
    };
    let table: Vec<Vec<f64>> = (0..1_usize << k).map(of_coalition).collect();
    let all = table.len() - 1;
    (0..rows.len())
        .map(|row| {
            let values: Vec<f64> = table.iter().map(|fitted| fitted[row]).collect();
            Parts {
                always: values[0] - mean,
                sequential: sequential(&values, k),
                shapley: shapley(&values, k),
                first: (0..k).map(|i| values[1 << i] - values[0]).collect(),
                last: (0..k).map(|i| values[all] - values[all & !(1 << i)]).collect(),
                residual: y[row] - values[all],
            }
        })
        .collect()
}

pub fn mean(values: &[f64], weights: &[f64]) -> f64 {
    values.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() / weights.iter().sum::<f64>()
}

/// The weighted mean of a number over the rows for which this holds.
pub fn mean_where(rows: &Rows, is: impl Fn(usize) -> bool, number: impl Fn(usize) -> f64) -> f64 {
    let own: Vec<usize> = (0..rows.len()).filter(|&row| is(row)).collect();
    let weight: f64 = own.iter().map(|&row| rows.weight[row]).sum();
    own.iter().map(|&row| rows.weight[row] * number(row)).sum::<f64>() / weight
}
