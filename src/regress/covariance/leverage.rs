//! The hat matrix H, which makes fitted values of outcomes, in the space of rows times the roots of their weights.

use crate::numerics::absorb::Projection;
use crate::numerics::triangular::Cholesky;
use crate::regress::FittedRegression;

/// H as each row's part of it: `H_ij` is the product of rows i and j, plus that of the absorbed effects.
#[derive(Debug, Clone)]
pub(crate) struct Hat {
    /// √w C'x with CC' the inverse of the cross-products.
    pub(crate) rows: Vec<Vec<f64>>,
    pub(crate) effects: Option<Projection>,
}

impl Hat {
    /// The leverage of a row: its diagonal entry.
    pub(crate) fn leverage(&self, row: usize) -> f64 {
        let own: f64 = self.rows[row].iter().map(|x| x * x).sum();
        own + self.effects.as_ref().map_or(0.0, |effects| effects.entry(row, row))
    }

    /// Rows V of these rows with H = VV' among them.
    pub(crate) fn among(&self, rows: &[usize]) -> Vec<Vec<f64>> {
        let mut groups: Vec<u32> = Vec::new();
        if let Some(effects) = &self.effects {
            groups = rows.iter().map(|&row| effects.codes[row]).collect();
            // A column only for groups that these rows are in: what is done with V costs the cube of its narrower side.
            groups.sort_unstable();
            groups.dedup();
        }
        let of_row = |&row: &usize| {
            let mut v = self.rows[row].clone();
            if let Some(effects) = &self.effects {
                v.extend(&effects.own[row]);
                let shared = groups.iter().map(|g| if *g == effects.codes[row] { effects.shared[row] } else { 0.0 });
                v.extend(shared);
            }
            v
        };
        rows.iter().map(of_row).collect()
    }
}

impl FittedRegression {
    /// The hat matrix, with the absorbed effects or of what they left only.
    pub(crate) fn hat(&self, with_effects: bool) -> Hat {
        let k = self.estimates.len();
        // What rounding left of a pivot that ought to be above zero must not end in a root of less than zero.
        let factor = Cholesky::new(k, |i, j| self.basis.inverse[[i, j]], |_, left| left.max(f64::MIN_POSITIVE));
        let columns = self.basis.columns.all();
        let of_row = |row: usize| {
            let root = self.data.weights[row].sqrt();
            let entry = |c: usize| (c..k).map(|i| factor.rows()[i][c] * columns[i][row]).sum::<f64>() * root;
            (0..k).map(entry).collect()
        };
        let effects = if with_effects { self.data.absorbed.projection(&self.design) } else { None };
        Hat { rows: (0..self.n_observations()).map(of_row).collect(), effects }
    }

    /// The leverage of every regressed row.
    pub(crate) fn leverages(&self, with_effects: bool) -> Vec<f64> {
        let hat = self.hat(with_effects);
        (0..self.n_observations()).map(|row| hat.leverage(row)).collect()
    }
}
