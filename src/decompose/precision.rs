//! How exact is an R² from cross-products of doubles, and when are they formed again in twice the precision?

use crate::fit::FittedModel;
use crate::numerics::double::Double;
use crate::numerics::number::RANK_TOLERANCE;
use crate::warning::Warning;

/// The error of an R² is below this over the weakest pivot: twenty times the largest seen, in doubles and in twice the
/// precision.
pub(crate) const ERROR_AT_PIVOT_ONE: f64 = 1e-14;
const PRECISE_ERROR_AT_PIVOT_ONE: f64 = 1e-30;
/// Promised of every share without a warning.
const PROMISED: f64 = 1e-9;
/// The smallest pivots that are sure to be told from none, in doubles and in twice the precision.
const SURE_PIVOT: f64 = 2.0 * RANK_TOLERANCE;
const SURE_PRECISE_PIVOT: f64 = 2e-22;
/// What twice the precision costs is bounded: at most so many components over all coalitions, and so many products.
const MOST_PRECISE_COMPONENTS: usize = 24;
const MOST_PRECISE_PRODUCTS: usize = 200_000_000;

impl FittedModel {
    /// The moments in twice the precision, where doubles do not suffice and the cost is bounded.
    pub(super) fn precise_entries(&self, components_over_all_coalitions: usize) -> Option<&[Double]> {
        (self.needs_precision() && self.is_precise(components_over_all_coalitions)).then(|| self.double_entries())
    }

    /// Whether doubles would lose the ninth digit of a share.
    pub(crate) fn needs_precision(&self) -> bool {
        self.smallest_pivot() < SURE_PIVOT || ERROR_AT_PIVOT_ONE / self.weakest_pivot() > PROMISED
    }

    /// The error of a share from doubles, or from twice the precision where needed; `None` where that is below 1e-9.
    pub(crate) fn error_bound(&self, is_precise: bool) -> Option<f64> {
        if !self.needs_precision() {
            return None;
        }
        let (sure, at_one, of_rounding) = match is_precise {
            true => (SURE_PRECISE_PIVOT, PRECISE_ERROR_AT_PIVOT_ONE, self.error_of_rounding()),
            false => (SURE_PIVOT, ERROR_AT_PIVOT_ONE, 0.0),
        };
        // A column that is taken for none may have explained everything.
        let of_elimination = if self.smallest_pivot() < sure { 1.0 } else { at_one / self.weakest_pivot() };
        let bound = of_elimination.max(of_rounding).min(1.0);
        (bound > PROMISED).then_some(bound)
    }

    /// A warning where a share over all coalitions of so many components is not known to nine digits.
    pub(crate) fn imprecise(&self, components_over_all_coalitions: usize) -> Option<Warning> {
        let bound = self.error_bound(self.is_precise(components_over_all_coalitions));
        bound.map(|bound| Warning::Imprecise { bound })
    }

    pub(super) fn is_precise(&self, components_over_all_coalitions: usize) -> bool {
        let columns = self.design().columns.len() + 1;
        let products = self.design().n_observations().saturating_mul(columns * columns / 2);
        components_over_all_coalitions <= MOST_PRECISE_COMPONENTS && products <= MOST_PRECISE_PRODUCTS
    }
}
