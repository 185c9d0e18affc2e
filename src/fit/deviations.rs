//! The columns of a design row by row, standardised, as deviations from the means of groups of rows.
//!
//! For what cross-products of doubles cannot resolve: what some columns leave of another is formed from the values.

use std::ops::Range;

use super::standardise::Standardisation;
use crate::numerics::rank::rounding;

/// Columns, and the groups about whose means they are taken: the units, or all rows together.
pub(super) struct Deviations<'a> {
    pub(super) columns: Vec<&'a [f64]>,
    pub(super) weights: &'a [f64],
    /// Their sum.
    pub(super) weight: f64,
    pub(super) groups: &'a [Range<usize>],
    pub(super) standardisation: &'a Standardisation,
}

impl Deviations<'_> {
    /// The length within which a column's values are known, as a part of its length about its mean.
    pub(super) fn rounding(&self, v: usize) -> f64 {
        // The length about zero counts: values are rounded by their own size, not by that of their deviations.
        let mean = self.standardisation.origin[v] / self.standardisation.scale[v];
        rounding((1.0 + self.weight * mean * mean).sqrt())
    }

    pub(super) fn is_copy(&self, v: usize, of: usize) -> bool {
        self.columns[v] == self.columns[of]
    }

    /// What is left of a column once these multiples of others are taken from it.
    pub(super) fn left(&self, v: usize, less: impl Iterator<Item = (usize, f64)>) -> Vec<f64> {
        let mut left = vec![0.0; self.weights.len()];
        self.subtract(-1.0, v, &mut left);
        self.subtract_all(less, &mut left);
        left
    }

    pub(super) fn subtract_all(&self, combination: impl Iterator<Item = (usize, f64)>, from: &mut [f64]) {
        combination.for_each(|(v, factor)| self.subtract(factor, v, from));
        self.centre(from);
    }

    fn subtract(&self, factor: f64, v: usize, from: &mut [f64]) {
        let (origin, factor) = (self.standardisation.origin[v], factor / self.standardisation.scale[v]);
        from.iter_mut().zip(self.columns[v]).for_each(|(left, x)| *left -= factor * (x - origin));
    }

    /// Takes the groups' means out; the second round removes what rounding left of the first.
    fn centre(&self, values: &mut [f64]) {
        for group in self.groups {
            let (values, weights) = (&mut values[group.clone()], &self.weights[group.clone()]);
            let weight: f64 = weights.iter().sum();
            for _ in 0..2 {
                let mean = values.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() / weight;
                values.iter_mut().for_each(|x| *x -= mean);
            }
        }
    }

    /// The product of a column with deviations.
    pub(super) fn product_with(&self, v: usize, deviations: &[f64]) -> f64 {
        // The column need not be centred by groups: the deviations sum to zero in each.
        let (origin, scale) = (self.standardisation.origin[v], self.standardisation.scale[v]);
        let rows = self.columns[v].iter().zip(self.weights).zip(deviations);
        rows.map(|((x, w), z)| w * z * ((x - origin) / scale)).sum()
    }

    pub(super) fn product(&self, a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).zip(self.weights).map(|((x, z), w)| w * x * z).sum()
    }

    pub(super) fn length(&self, values: &[f64]) -> f64 {
        self.product(values, values).sqrt()
    }
}
