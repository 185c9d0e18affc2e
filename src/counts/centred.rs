//! The columns of a model of counts, as its rounds read them.

use super::count_rows::CountRows;

/// The columns, row by row, less a mean of each: effects or the intercept take that up, and digits of columns far from zero
/// stay.
pub(super) struct Centred {
    pub(super) k: usize,
    rows: Vec<f64>,
    means: Vec<f64>,
    /// Of each column at its largest.
    pub(super) squares: Vec<f64>,
}

impl Centred {
    pub(super) fn new(of: &CountRows) -> Self {
        let (n, k) = (of.counts.len(), of.columns.len());
        let total: f64 = of.weights.iter().sum();
        let (mut rows, mut means, mut squares) = (vec![0.0; n * k], vec![0.0; k], vec![0.0; k]);
        for (c, column) in of.columns.iter().enumerate() {
            let first = column.first().copied().unwrap_or_default();
            let sum: f64 = column.iter().zip(of.weights).map(|(x, w)| w * (x - first)).sum();
            means[c] = first + sum / total;
            let mut most = 0.0_f64;
            for (own, x) in rows[c..].iter_mut().step_by(k).zip(*column) {
                *own = x - means[c];
                most = most.max(own.abs());
            }
            squares[c] = most * most;
        }
        Centred { k, rows, means, squares }
    }

    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.rows[row * self.k..][..self.k]
    }

    /// What effects lose to these means.
    pub(super) fn taken(&self, slopes: &[f64]) -> f64 {
        slopes.iter().zip(&self.means).map(|(b, mean)| b * mean).sum()
    }

    /// The same, of columns that are no larger than one.
    pub(super) fn scaled(&self, row: usize) -> impl Iterator<Item = f64> {
        let over = |(x, square): (&f64, &f64)| if *square > 0.0 { x / square.sqrt() } else { 0.0 };
        self.row(row).iter().zip(&self.squares).map(over)
    }
}
