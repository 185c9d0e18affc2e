//! Where outcome and columns of a regression lie before anything is taken out of them.

use rayon::prelude::*;

use crate::model::Design;
use crate::numerics::spread::Spread;

/// Where outcome and columns lie on the rows of the sample, and how far they spread.
pub(crate) struct Spreads {
    pub(crate) outcome: Spread,
    pub(crate) columns: Vec<Spread>,
}

impl Spreads {
    pub(crate) fn of(design: &Design) -> Self {
        let spread = |values: &[f64]| Spread::of(values, &design.weights);
        let of_columns = || design.columns.par_iter().map(|column| spread(&column.values)).collect();
        let (outcome, columns) = rayon::join(|| spread(&design.outcome), of_columns);
        Spreads { outcome, columns }
    }

    /// With names and values, the outcome first.
    pub(crate) fn named<'a>(&'a self, design: &'a Design) -> impl Iterator<Item = (&'a str, &'a [f64], &'a Spread)> {
        let outcome = (design.outcome_name.as_str(), design.outcome.as_slice(), &self.outcome);
        let columns = design.columns.iter().zip(&self.columns);
        [outcome].into_iter().chain(columns.map(|(column, spread)| (column.name.as_str(), &*column.values, spread)))
    }
}
