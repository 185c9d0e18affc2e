//! The columns of a regression in the form in which rows are multiplied.

use ndarray::{Array1, Array2, ArrayView1};

use super::columns::Columns;

/// Columns Q that span what the columns X of the coefficients do, X = QR and b = R⁻¹c.
///
/// Where a column is far larger than its spread, or nearly a combination of others, products of its rows cancel and
/// take the digits of a sandwich or a leverage with them. Here each column is less its multiple of the intercept; where
/// columns are nearly collinear, less its part along all columns before it. Whatever is summed over rows is summed over
/// these, and what comes of it goes back to the columns.
#[derive(Debug, Clone)]
pub(crate) struct Basis {
    pub(crate) columns: Columns,
    /// (Q'WQ)⁻¹.
    pub(crate) inverse: Array2<f64>,
    /// R⁻¹, upper triangular.
    pub(super) to_estimates: Array2<f64>,
    /// R, upper triangular.
    pub(super) to_columns: Array2<f64>,
    /// Multiples of the first column, the intercept, that were taken from the others before X was regressed; empty where
    /// none were. Kept apart from R, in which they would round what is beside them.
    pub(super) shifts: Vec<f64>,
}

impl Basis {
    /// The coefficients of the columns, by those of the basis.
    pub(crate) fn estimates(&self, c: &[f64]) -> Vec<f64> {
        let mut b = self.to_estimates.dot(&ArrayView1::from(c)).to_vec();
        let of_shifts: f64 = self.shifts.iter().zip(&b).map(|(shift, b)| shift * b).sum();
        b.iter_mut().take(1).for_each(|constant| *constant -= of_shifts);
        b
    }

    /// A linear function of the coefficients as one of those of the basis.
    pub(crate) fn functional(&self, g: ArrayView1<f64>) -> Array1<f64> {
        let mut g = g.to_owned();
        // First, so that a row far from zero is as close to the others as it is.
        for (at, shift) in self.shifts.iter().enumerate() {
            g[at] -= shift * g[0];
        }
        self.to_estimates.t().dot(&g)
    }

    /// The function that is this coefficient, likewise.
    pub(crate) fn coefficient(&self, at: usize) -> Array1<f64> {
        let mut unit = Array1::zeros(self.columns.len());
        unit[at] = 1.0;
        self.functional(unit.view())
    }

    /// The covariance of the coefficients, by that of the basis: R⁻¹VR⁻ᵀ.
    pub(crate) fn covariance(&self, v: &Array2<f64>) -> Array2<f64> {
        let mut functions = self.to_estimates.clone();
        if !self.shifts.is_empty() {
            functions.row_mut(0).assign(&self.coefficient(0));
        }
        let both = functions.dot(v).dot(&functions.t());
        // Always by the same side, so that the matrix is symmetric to the last bit.
        Array2::from_shape_fn(both.dim(), |(i, j)| both[[i.min(j), i.max(j)]])
    }

    /// (X'WX)⁻¹ of the columns.
    pub(crate) fn inverse_of_columns(&self) -> Array2<f64> {
        self.covariance(&self.inverse)
    }

    /// A column as it was regressed.
    pub(crate) fn column(&self, at: usize) -> Vec<f64> {
        let mut column = vec![0.0; self.columns.all().first().map_or(0, Vec::len)];
        for (q, &part) in self.columns.all().iter().zip(self.to_columns.column(at)).filter(|(_, part)| **part != 0.0) {
            column.iter_mut().zip(q).for_each(|(x, q)| *x += part * q);
        }
        let shift = self.shifts.get(at).copied().filter(|shift| *shift != 0.0);
        if let Some((shift, constant)) = shift.zip(self.columns.all().first()) {
            // The intercept as it was regressed.
            let scale = shift * self.to_columns[[0, 0]];
            column.iter_mut().zip(constant).for_each(|(x, u)| *x += scale * u);
        }
        column
    }
}
