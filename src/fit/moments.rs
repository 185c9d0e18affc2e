//! Weighted cross-products of the design with the outcome: what every later question is answered from.
//!
//! For each unit g the weight W_g, the means m_g and the cross-products C_g about those means are formed from its
//! rows, once. Over any set of units the sums needed by regressions without and with unit effects are
//!
//! ```text
//! raw     R = Σ_g (C_g + W_g m_g m_gᵀ)        within  C = Σ_g C_g
//! ```
//!
//! on variables standardised by their mean and standard deviation over the full sample, so that nothing cancels. Both
//! are additive over units, which is what makes leaving units out, or drawing them again, cheap.

use std::ops::Range;

use ndarray::Array2;

use super::layout::Layout;
use super::standardise::{Standardisation, check_scale};
use super::unit_moments::{UnitMoments, accumulate, unit_ranges};
use crate::error::{DataError, Error, EstimateError, QuestionError, Result, ScaleProblem};

/// Weighted cross-products of a set of variables, over all rows and within units.
///
/// Additive: the moments of two sets of units are [merged](Moments::merge) into those of both.
///
/// # Examples
/// ```
/// use apportion::fit::Moments;
///
/// let (x, y) = ([1.0, 2.0, 4.0, 6.0], [3.0, 5.0, 1.0, 1.0]);
/// let moments = Moments::new(&[&x, &y], &[1.0; 4], Some(&[0, 0, 1, 1]))?;
/// assert_eq!(moments.n_observations(), 4);
/// assert!((moments.total()?[[0, 0]] - 14.75).abs() < 1e-14);  // Σ (x − 3.25)²
/// assert!((moments.within()?[[0, 0]] - 2.5).abs() < 1e-14);   // about the unit means 1.5 and 5
///
/// let mut first = Moments::new(&[&x[..2], &y[..2]], &[1.0; 2], Some(&[0, 0]))?;
/// first.merge(&Moments::new(&[&x[2..], &y[2..]], &[1.0; 2], Some(&[1, 1]))?)?;
/// assert!((first.total()?[[0, 1]] - moments.total()?[[0, 1]]).abs() < 1e-14);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    n_observations: usize,
    standardisation: Standardisation,
    entries: Vec<f64>,
}

impl Moments {
    /// The moments of these variables, each a column with one value per row; `weights` has one positive value per row,
    /// 1 where rows weigh alike. `units` holds each row's unit, and the rows of a unit stand together; `None` without
    /// units, when [`within`](Self::within) says nothing.
    ///
    /// # Errors
    /// [`DataError::Length`] where a column, the weights or the units differ in length; [`QuestionError::Option`] for
    /// no columns, values that are not finite, weights that are not positive, or a unit whose rows do not stand
    /// together; [`EstimateError::Scale`](crate::error::EstimateError::Scale) for values beyond 1e290, or apart by less
    /// than 1e-290.
    ///
    /// # Examples
    /// See [`Moments`].
    pub fn new(columns: &[&[f64]], weights: &[f64], units: Option<&[u32]>) -> Result<Self> {
        let n_observations = weights.len();
        let option = |option, expected: &str, found: String| {
            Error::from(QuestionError::Option { option, expected: expected.into(), found })
        };
        let lengths = columns.iter().map(|c| c.len()).chain(units.map(<[u32]>::len));
        if let Some((v, found)) = lengths.enumerate().find(|(_, found)| *found != n_observations) {
            return Err(
                DataError::Length { column: format!("number {}", v + 1), expected: n_observations, found }.into()
            );
        }
        if n_observations == 0 {
            return Err(DataError::NoRows { path: "the moments".to_string() }.into());
        }
        if let Some(w) = weights.iter().find(|w| !(w.is_finite() && **w > 0.0)) {
            return Err(option("weights", "every weight must be positive and finite", w.to_string()));
        }
        if columns.is_empty() {
            return Err(option("columns", "give at least one", "none".to_string()));
        }
        for (v, column) in columns.iter().enumerate() {
            check_scale(&format!("number {}", v + 1), column)?;
        }
        if let Some(x) = columns.iter().flat_map(|c| c.iter()).find(|x| !x.is_finite()) {
            return Err(option("columns", "every value must be finite", x.to_string()));
        }
        let ranges = unit_ranges(units, n_observations);
        if let Some(codes) = units {
            // A code that begins two runs belongs to a unit whose rows stand apart.
            let mut firsts: Vec<u32> = ranges.iter().map(|range| codes[range.start]).collect();
            firsts.sort_unstable();
            if let Some(pair) = firsts.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(option("units", "the rows of a unit must stand together", format!("unit {}", pair[0])));
            }
        }
        Ok(Self::checked(columns, weights, &ranges).0)
    }

    /// The moments of columns known to be finite, and those of each unit where they are few enough to keep.
    pub(crate) fn checked(columns: &[&[f64]], weights: &[f64], ranges: &[Range<usize>]) -> (Self, Option<UnitMoments>) {
        let standardisation = Standardisation::new(columns, weights);
        let (entries, units) = accumulate(columns, weights, ranges, &standardisation);
        (Moments { n_observations: weights.len(), standardisation, entries }, units)
    }

    /// The same, of so many rows, where some stand for several.
    pub(crate) fn of_rows(self, n_observations: usize) -> Self {
        Moments { n_observations, ..self }
    }

    /// Adds the moments of other units, on the same variables.
    ///
    /// # Errors
    /// [`DataError::Length`] when the number of variables differs.
    ///
    /// # Examples
    /// See [`Moments`].
    pub fn merge(&mut self, other: &Moments) -> Result<()> {
        let q = self.n_variables();
        if other.n_variables() != q {
            return Err(
                DataError::Length { column: "variables".to_string(), expected: q, found: other.n_variables() }.into()
            );
        }
        // Without variation on this side, the other side's scale serves; where neither varies, any scale does.
        for v in 0..q {
            if !self.standardisation.is_constant(v) {
                continue;
            }
            let scale = other.standardisation.scale[v];
            let shift = (other.standardisation.origin[v] - self.standardisation.origin[v]).abs();
            let scale = if scale.is_finite() { scale } else { shift };
            self.standardisation.scale[v] = if scale > 0.0 { scale } else { f64::INFINITY };
        }
        let (mine, theirs) = (&self.standardisation, &other.standardisation);
        let finite_ratio = |a: f64, b: f64| if b.is_finite() { a / b } else { 0.0 };
        // Their standardised x̃ is a x̃ + b on this side's origin and scale.
        let a: Vec<f64> = (0..q)
            .map(|v| if theirs.is_constant(v) { 0.0 } else { finite_ratio(theirs.scale[v], mine.scale[v]) })
            .collect();
        let b: Vec<f64> = (0..q).map(|v| finite_ratio(theirs.origin[v] - mine.origin[v], mine.scale[v])).collect();
        let layout = Layout(q);
        let weight = other.entries[layout.weight()];
        let sum = |v: usize| other.entries[layout.sum(v)];
        self.entries[layout.weight()] += weight;
        for i in 0..q {
            self.entries[layout.sum(i)] += a[i] * sum(i) + b[i] * weight;
            for j in i..q {
                let raw = a[i] * a[j] * other.entries[layout.raw(i, j)];
                self.entries[layout.raw(i, j)] +=
                    raw + a[i] * b[j] * sum(i) + a[j] * b[i] * sum(j) + b[i] * b[j] * weight;
                // Deviations from unit means have no origin, and no unit is on both sides.
                self.entries[layout.within(i, j)] += a[i] * a[j] * other.entries[layout.within(i, j)];
            }
        }
        self.n_observations += other.n_observations;
        Ok(())
    }

    /// Rows behind these moments.
    pub fn n_observations(&self) -> usize {
        self.n_observations
    }

    /// Variables.
    pub fn n_variables(&self) -> usize {
        self.standardisation.origin.len()
    }

    /// The sum of the weights.
    pub fn weight(&self) -> f64 {
        self.entries[0]
    }

    /// Cross-products about the overall means, on the scale of the data.
    ///
    /// ```text
    /// Σ w (x_i − x̄_i)(x_j − x̄_j)      means over all rows, weighted
    /// ```
    ///
    /// A square of [`n_variables`](Self::n_variables), in the order in which the variables were given.
    ///
    /// # Errors
    /// [`EstimateError::Scale`](crate::error::EstimateError::Scale) where they leave the range of doubles, as those of
    /// values about 1e160 or apart by 1e-160 do; it names the variable by its number from 1. What a fit makes of the
    /// moments does not depend on that: it works on variables divided by their lengths.
    pub fn total(&self) -> Result<Array2<f64>> {
        let layout = Layout(self.n_variables());
        let sum = |v| self.entries[layout.sum(v)];
        self.unscaled(|i, j| self.entries[layout.raw(i, j)] - sum(i) * sum(j) / self.weight())
    }

    /// Cross-products about the unit means, on the scale of the data.
    ///
    /// ```text
    /// Σ_g Σ_{rows of g} w (x_i − x̄_ig)(x_j − x̄_jg)      means over the rows of unit g, weighted
    /// ```
    ///
    /// A square like [`total`](Self::total); of moments made without units it says nothing.
    ///
    /// # Errors
    /// Those of [`total`](Self::total).
    pub fn within(&self) -> Result<Array2<f64>> {
        let layout = Layout(self.n_variables());
        self.unscaled(|i, j| self.entries[layout.within(i, j)])
    }

    pub(crate) fn entries(&self) -> &[f64] {
        &self.entries
    }

    pub(crate) fn is_constant(&self, variable: usize) -> bool {
        self.standardisation.is_constant(variable)
    }

    pub(crate) fn standardisation(&self) -> &Standardisation {
        &self.standardisation
    }

    fn unscaled(&self, entry: impl Fn(usize, usize) -> f64) -> Result<Array2<f64>> {
        let scale = &self.standardisation.scale;
        let q = self.n_variables();
        let refuse = |v: usize| {
            let column = format!("number {}", v + 1);
            Error::from(EstimateError::Scale { column, why: ScaleProblem::Products })
        };
        let varies = |v: usize| !self.is_constant(v);
        // A square that is not normal is infinite, or has lost digits to the end of the range.
        if let Some(v) = (0..q).find(|&v| varies(v) && !(scale[v] * scale[v]).is_normal()) {
            return Err(refuse(v));
        }
        let mut products = Array2::zeros((q, q));
        for ((i, j), product) in products.indexed_iter_mut().filter(|((i, j), _)| varies(*i) && varies(*j)) {
            *product = entry(i, j) * (scale[i] * scale[j]);
            if !product.is_finite() {
                return Err(refuse(if scale[i] > scale[j] { i } else { j }));
            }
        }
        Ok(products)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn merging_any_two_sets_of_units_gives_those_of_all(
            rows in prop::collection::vec((-5.0..5.0, 10.0..20.0, 0.1..3.0), 4..60),
            cut in 1_usize..3,
            per_unit in 1_usize..5,
        ) {
            let x: Vec<f64> = rows.iter().map(|r| r.0).collect();
            let y: Vec<f64> = rows.iter().map(|r| r.1).collect();
            let w: Vec<f64> = rows.iter().map(|r| r.2).collect();
            let units: Vec<u32> = (0..rows.len()).map(|r| (r / per_unit) as u32).collect();
            let at = (cut * per_unit).min(rows.len() - 1) / per_unit * per_unit;
            prop_assume!(at > 0);
            let of = |range: Range<usize>| {
                Moments::new(&[&x[range.clone()], &y[range.clone()]], &w[range.clone()], Some(&units[range])).unwrap()
            };
            let (all, mut merged) = (of(0..rows.len()), of(0..at));
            merged.merge(&of(at..rows.len())).unwrap();
            prop_assert_eq!(merged.n_observations(), all.n_observations());
            prop_assert!((merged.weight() - all.weight()).abs() < 1e-10);
            for i in 0..2 {
                for j in 0..2 {
                    prop_assert!((merged.total().unwrap()[[i, j]] - all.total().unwrap()[[i, j]]).abs() < 1e-8);
                    prop_assert!((merged.within().unwrap()[[i, j]] - all.within().unwrap()[[i, j]]).abs() < 1e-8);
                }
            }
        }
    }

    #[test]
    fn products_beyond_the_range_of_doubles_are_refused_and_not_zero() {
        let x = [0.0, 1.0, 0.0, 3.0];
        let of = |scale: f64| {
            let scaled: Vec<f64> = x.iter().map(|x| x * scale).collect();
            Moments::new(&[&x, &[5.0; 4], &scaled], &[1.0; 4], Some(&[0, 0, 1, 1])).unwrap()
        };
        for scale in [1e160, 1e-160, 1e289] {
            for products in [of(scale).total(), of(scale).within()] {
                let message = products.unwrap_err().to_string();
                assert_eq!(
                    message,
                    "column \"number 3\" has products outside the range of doubles: put it in other units"
                );
            }
        }
        // What is constant has no variation, whatever its scale.
        let total = of(1e150).total().unwrap();
        assert_eq!((total[[0, 1]], total[[1, 1]]), (0.0, 0.0));
        assert!((total[[2, 2]] / 1e300 - 6.0).abs() < 1e-12 && (total[[0, 2]] / 1e150 - 6.0).abs() < 1e-12);
        // Sets of units that each have squares, and whose union has none.
        let huge = |sign: f64| Moments::new(&[&[0.9e154 * sign, 1.0e154 * sign]], &[1.0; 2], Some(&[0, 0])).unwrap();
        let mut both = huge(1.0);
        both.merge(&huge(-1.0)).unwrap();
        assert!(both.total().is_err() && both.within().is_ok());
    }

    #[test]
    fn what_cannot_be_formed_says_why() {
        let x = [1.0, 2.0, 3.0];
        let weights = [1.0; 3];
        assert!(matches!(
            Moments::new(&[&x[..2]], &weights, None),
            Err(Error::Data(DataError::Length { expected: 3, found: 2, .. }))
        ));
        assert!(matches!(
            Moments::new(&[&x], &weights, Some(&[0, 1, 0])),
            Err(Error::Question(QuestionError::Option { option: "units", .. }))
        ));
        assert!(matches!(
            Moments::new(&[&x], &[1.0, 0.0, 1.0], None),
            Err(Error::Question(QuestionError::Option { option: "weights", .. }))
        ));
        assert!(matches!(
            Moments::new(&[&[1.0, f64::NAN, 2.0]], &weights, None),
            Err(Error::Question(QuestionError::Option { .. }))
        ));
        assert!(matches!(Moments::new(&[], &[], None), Err(Error::Data(DataError::NoRows { .. }))));
        assert!(matches!(
            Moments::new(&[], &weights, None),
            Err(Error::Question(QuestionError::Option { option: "columns", .. }))
        ));
        assert!(matches!(
            Moments::new(&[&[1e-310, 2e-310, 0.0]], &weights, None),
            Err(Error::Estimate(EstimateError::Scale { .. }))
        ));
        assert!(matches!(
            Moments::new(&[&[1.7e308, -1.7e308, 0.0]], &weights, None),
            Err(Error::Estimate(EstimateError::Scale { .. }))
        ));
        let mut one = Moments::new(&[&x], &weights, None).unwrap();
        let two = Moments::new(&[&x, &x], &weights, None).unwrap();
        assert!(matches!(one.merge(&two), Err(Error::Data(DataError::Length { expected: 1, found: 2, .. }))));
    }
}
