//! Errors related in the same way in every period, or in every unit: Beck and Katz's panel-corrected covariance.
//!
//! N. Beck and J. N. Katz (1995), "What to do (and not to do) with time-series cross-section data", American Political
//! Science Review 89.

use ndarray::Array2;
use rayon::prelude::*;

use super::clusters::Clusters;
use super::correction::ErrorsRelated;
use crate::error::Result;
use crate::regress::FittedRegression;

/// A row's residual and columns times the root of its weight, and where it stands among those it is paired with.
struct Row {
    place: u32,
    residual: f64,
    columns: Vec<f64>,
}

impl FittedRegression {
    /// Σ_g X_g' Ω_gg X_g with Ω the mean of the products of residuals of two members over what they share: members are
    /// units and share periods, or the other way round. Also what errors are taken to be related within.
    pub(super) fn panel_corrected(&self, related: ErrorsRelated, asker: &str) -> Result<(Array2<f64>, Clusters)> {
        let (units, periods) = (self.unit_clusters(asker)?, self.period_clusters(asker)?);
        let (members, within) = match related {
            ErrorsRelated::WithinPeriods => (units, periods),
            ErrorsRelated::WithinUnits => (periods, units),
        };
        let within = within.at_least_two()?;
        let k = self.estimates.len();
        let of_row = |&row: &usize| {
            let root = self.data.weights[row].sqrt();
            let columns = self.basis.columns.all().iter().map(|column| root * column[row]).collect();
            Row { place: within.codes[row], residual: root * self.residuals[row], columns }
        };
        let of_members: Vec<Vec<Row>> = members
            .rows()
            .iter()
            .map(|rows| {
                let mut rows: Vec<Row> = rows.iter().map(of_row).collect();
                rows.sort_by_key(|row| row.place);
                rows
            })
            .collect();
        // A pair at a time, since all of Ω would take the square of the members.
        let of_member = |i: usize| {
            let mut sum = Array2::<f64>::zeros((k, k));
            for (j, other) in of_members.iter().enumerate().take(i + 1) {
                let (mut shared, mut product) = (0_usize, 0.0);
                let mut columns = Array2::<f64>::zeros((k, k));
                let mut others = other.iter().peekable();
                for row in &of_members[i] {
                    while others.next_if(|other| other.place < row.place).is_some() {}
                    let Some(other) = others.next_if(|other| other.place == row.place) else { continue };
                    shared += 1;
                    product += row.residual * other.residual;
                    columns.indexed_iter_mut().for_each(|((a, b), sum)| *sum += row.columns[a] * other.columns[b]);
                }
                // Members that never meet are taken to be unrelated.
                if shared > 0 {
                    let mean = product / shared as f64;
                    sum.scaled_add(mean, &columns);
                    if j < i {
                        sum.scaled_add(mean, &columns.t());
                    }
                }
            }
            sum
        };
        // Summed in the order of members, for any number of threads.
        let parts: Vec<Array2<f64>> = (0..of_members.len()).into_par_iter().map(of_member).collect();
        Ok((parts.iter().fold(Array2::zeros((k, k)), |sum, part| sum + part), within))
    }
}
