//! Columns that effects were taken out of, formed where they are asked for: they cost less to form than to keep.

use std::ops::Range;

use super::runs::{Runs, Taken};
use crate::numerics::groups::Groups;

/// What effects leave of columns `C`, where the rows of each of the larger set's groups stand together.
#[derive(Debug, Clone)]
pub(crate) struct Within<C> {
    pub(super) columns: Vec<C>,
    pub(super) weights: C,
    pub(super) larger: Groups,
    /// What the rows of each of the larger groups weigh together.
    pub(super) weight: Vec<f64>,
    pub(super) smaller: Option<Groups>,
    /// Out of each column.
    pub(super) taken: Vec<Taken>,
}

impl<C: AsRef<[f64]> + Clone> Within<C> {
    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    /// What is left of each column, on all rows.
    pub(crate) fn formed(&self) -> Vec<Vec<f64>> {
        let columns: Vec<&[f64]> = self.columns.iter().map(AsRef::as_ref).collect();
        self.runs().formed(&columns, &self.taken)
    }

    /// Where the groups start whose rows are formed together, and last where the last one ends.
    pub(crate) fn starts(&self) -> &[usize] {
        self.larger.starts().unwrap_or_default()
    }

    /// What is left of a column on the rows of these groups.
    pub(crate) fn form(&self, column: usize, groups: Range<usize>, left: &mut [f64]) {
        self.runs().form(groups, self.columns[column].as_ref(), &self.taken[column], left);
    }

    fn runs(&self) -> Runs<'_> {
        Runs {
            starts: self.starts(),
            weight: &self.weight,
            weights: self.weights.as_ref(),
            codes: self.smaller.as_ref().map(|groups| groups.codes.as_slice()),
        }
    }
}
