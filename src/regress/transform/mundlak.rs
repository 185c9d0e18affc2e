//! Deviations from unit means and these means side by side.

use super::{Levels, units};
use crate::error::Result;
use crate::numerics::absorb::Absorb;
use crate::numerics::dot::weighted_dot;
use crate::numerics::rank::rounding;
use crate::regress::PanelRegression;

impl Levels<'_> {
    /// Each column that varies within units as its deviation from the unit's mean, and that mean. Of a product of two
    /// such columns, the deviation is that of the product of their deviations: demeaned twice, it holds nothing that
    /// differs between units.
    ///
    /// M. Giesselmann and A. W. Schmidt-Catran (2022), "Interactions in fixed effects regression models", Sociological
    /// Methods & Research 51, <https://doi.org/10.1177/0049124120914934>.
    pub(super) fn within_and_between(self, question: &PanelRegression) -> Result<Self> {
        let design = self.design;
        let units = units(design)?;
        let of_units = Absorb::new(Some(units), None, &design.weights);
        let length = |values: &[f64]| weighted_dot(values, values, &design.weights).sqrt();
        // Several roundings, as taking a mean out leaves some even of a constant.
        let deviation = |values: &[f64], known: f64| -> Option<Vec<f64>> {
            let left = of_units.residuals(values);
            (length(&left) > 8.0 * known).then_some(left)
        };
        // Name, values, what was taken from them, and where the column comes from: what counts as nothing is nothing
        // beside that.
        let (mut split, mut between) = (Vec::new(), Vec::new());
        for (source, (column, values)) in design.columns.iter().zip(&self.columns).enumerate() {
            let Some(own) = deviation(values, self.roundings[source]) else {
                split.push((column.name.clone(), values.clone(), self.shifts[source], source));
                continue;
            };
            let factors = design.factors(column, &question.terms)?;
            let of_factors = factors.iter().map(|factor| deviation(factor, rounding(length(factor))));
            let product = match of_factors.collect::<Option<Vec<_>>>() {
                Some(factors) if factors.len() > 1 => {
                    let mut product = vec![1.0; values.len()];
                    factors.iter().for_each(|f| product.iter_mut().zip(f).for_each(|(p, x)| *p *= x));
                    of_units.residuals(&product)
                }
                _ => own,
            };
            split.push((format!("within({})", column.name), product.into(), 0.0, source));
            let spread = units.means_on_rows(values, &design.weights);
            between.push((format!("between({})", column.name), spread.into(), self.shifts[source], source));
        }
        let mut levels = Levels {
            design,
            names: Vec::new(),
            columns: Vec::new(),
            shifts: Vec::new(),
            lengths: Vec::new(),
            roundings: Vec::new(),
        };
        for (name, values, shift, source) in split.into_iter().chain(between) {
            levels.names.push(name);
            levels.columns.push(values);
            levels.shifts.push(shift);
            levels.lengths.push(self.lengths[source]);
            levels.roundings.push(self.roundings[source]);
        }
        Ok(levels)
    }
}
