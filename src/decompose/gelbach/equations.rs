//! How do the coefficients of `always` follow from the moments?
//!
//! The base regression (always) and the full one (always and all components) are two matrices of cross-products, raw
//! with the intercept or within units. With A = X₁'WX₁ of the base and β of the full regression,
//!
//! ```text
//! b_base = A⁻¹ X₁'Wy,   δ_c = A⁻¹ X₁'W H_c,   H_c = X_c β_c  (+ α_g = ȳ_g − z̄_g'β where c has unit effects)
//! ```
//!
//! and Σ_g x₁ sums times means are the raw less the within cross-products, so that nothing but moments is read. All is
//! on standardised variables; how sure the answer is, is not known here.

use std::ops::Range;

use crate::decompose::Players;
use crate::fit::{FittedModel, Layout, Submatrix};
use crate::numerics::eliminate::packed_index;
use crate::numerics::number::{Lane, RANK_TOLERANCE};

// For each column of `always`: the base and full coefficients, their difference, then each component's part of it.
pub(super) const BASE: usize = 0;
pub(super) const FULL: usize = 1;
pub(super) const TOTAL: usize = 2;
pub(super) const FIRST_COMPONENT: usize = 3;

/// Which entries of the moments the coefficients are computed from, and how.
#[derive(Debug, Clone)]
pub(crate) struct Equations {
    pub(super) layout: Layout,
    /// Variables of the full regression: those of `always`, then component by component.
    pub(super) variables: Vec<usize>,
    pub(super) n_always: usize,
    /// Where each component's columns stand among `variables`.
    pub(super) blocks: Vec<Range<usize>>,
    /// The component whose unit effects are not in the base regression.
    pub(super) units_of: Option<usize>,
    pub(super) base_is_within: bool,
    pub(super) full_is_within: bool,
    base: Submatrix,
    full: Submatrix,
}

/// Memory for solving [`Equations`], used again from one set of moments to the next.
pub(crate) struct Solution<L> {
    /// Eliminated matrices of the base and the full regression.
    pub(super) base: Vec<L>,
    pub(super) full: Vec<L>,
    /// Coefficients of the full regression, the intercept first where it has one.
    pub(super) beta: Vec<L>,
    /// Coefficients of the base regression and, in each component's turn, of its fitted part on `always`.
    pub(super) base_coefficients: Vec<L>,
    pub(super) changes: Vec<Vec<L>>,
    /// For each variable of the base, then of the full regression: its variation there, and what those before it leave.
    pub(crate) own: Vec<L>,
    pub(crate) left: Vec<L>,
}

impl Equations {
    /// Constant columns bring nothing and are left out; `units_of` is the one component that is credited with unit
    /// effects.
    pub(super) fn new(players: &Players, units_of: Option<usize>) -> Self {
        let mut variables = players.always.clone();
        let mut blocks = Vec::with_capacity(players.len());
        for columns in &players.variables {
            blocks.push(variables.len()..variables.len() + columns.len());
            variables.extend(columns);
        }
        let base_is_within = players.always_has_unit_effects;
        let full_is_within = base_is_within || units_of.is_some();
        let with_outcome = |variables: &[usize]| [variables, &[players.outcome()]].concat();
        Equations {
            layout: players.layout,
            base: Submatrix::new(players.layout, base_is_within, &with_outcome(&players.always)),
            full: Submatrix::new(players.layout, full_is_within, &with_outcome(&variables)),
            n_always: players.always.len(),
            variables,
            blocks,
            units_of,
            base_is_within,
            full_is_within,
        }
    }

    /// Those of a fit that was decomposed before.
    pub(crate) fn of(fit: &FittedModel) -> Self {
        let players = fit.players();
        let units_of = (0..players.len()).find(|&p| players.brings_units(p));
        Equations::new(&players, units_of)
    }

    pub(crate) fn always(&self) -> &[usize] {
        &self.variables[..self.n_always]
    }

    pub(super) fn outcome(&self) -> usize {
        self.layout.0 - 1
    }

    /// Numbers for each column of `always`.
    pub(crate) fn width(&self) -> usize {
        FIRST_COMPONENT + self.blocks.len()
    }

    /// The entries of the moments that are read, ascending.
    pub(crate) fn entries_read(&self) -> Vec<usize> {
        let mut read: Vec<usize> = self.base.entries().iter().chain(self.full.entries()).map(|e| *e as usize).collect();
        for row in 0..self.base_rows() {
            for &v in self.variables.iter().chain([&self.outcome()]) {
                read.push(self.cross(row, v));
                read.extend(self.within_cross(row, v));
            }
        }
        read.sort_unstable();
        read.dedup();
        read
    }

    pub(crate) fn solution<L: Lane>(&self) -> Solution<L> {
        let zeros = |n: usize| vec![L::splat(0.0); n];
        Solution {
            base: zeros(self.base.entries().len()),
            full: zeros(self.full.entries().len()),
            beta: zeros(self.full.n_variables() - 1),
            base_coefficients: zeros(self.base_rows()),
            changes: vec![zeros(self.base_rows()); self.blocks.len()],
            own: zeros(self.n_always + self.variables.len()),
            left: zeros(self.n_always + self.variables.len()),
        }
    }

    /// Solves both regressions; `out` takes [`width`](Equations::width) numbers for each column of `always`.
    #[inline(always)]
    pub(crate) fn solve<L: Lane>(&self, entries: &[L], solution: &mut Solution<L>, out: &mut [L]) {
        let Solution { base, full, beta, base_coefficients, changes, own, left } = solution;
        let (own_of_base, own_of_full) = own.split_at_mut(self.n_always);
        let (left_of_base, left_of_full) = left.split_at_mut(self.n_always);
        for (matrix, submatrix, is_within, own, left) in [
            (&mut *base, &self.base, self.base_is_within, own_of_base, left_of_base),
            (&mut *full, &self.full, self.full_is_within, own_of_full, left_of_full),
        ] {
            let n = submatrix.n_variables();
            let first = usize::from(!is_within);
            for (i, own) in own.iter_mut().enumerate() {
                // From the moments, since elimination overwrites the diagonal.
                *own = entries[submatrix.entries()[packed_index(n, first + i, first + i)] as usize];
            }
            // Elimination leaves every pivot row behind: the factor by which later right-hand sides are solved.
            submatrix.gather(entries, n - 1, matrix);
            for (i, left) in left.iter_mut().enumerate() {
                *left = matrix[packed_index(n, first + i, first + i)];
            }
        }
        coefficients(full, self.full.n_variables(), beta);
        coefficients(base, self.base.n_variables(), base_coefficients);
        let slopes = &beta[usize::from(!self.full_is_within)..];
        for (component, change) in changes.iter_mut().enumerate() {
            for (row, change) in change.iter_mut().enumerate() {
                *change = self.fitted_part(component, row, slopes, entries);
            }
            solve(base, self.base.n_variables(), change);
        }
        let skip = usize::from(!self.base_is_within);
        for (a, out) in out.chunks_exact_mut(self.width()).enumerate() {
            out[BASE] = base_coefficients[skip + a];
            out[FULL] = slopes[a];
            out[TOTAL] = out[BASE] - out[FULL];
            for (out, change) in out[FIRST_COMPONENT..].iter_mut().zip(&*changes) {
                *out = change[skip + a];
            }
        }
    }

    /// What [`solve`](Equations::solve) gives.
    pub(super) fn estimates<L: Lane>(&self, entries: &[L]) -> Vec<L> {
        let mut out = vec![L::splat(0.0); self.n_always * self.width()];
        self.solve(entries, &mut self.solution(), &mut out);
        out
    }

    /// X₁'W H_c at one row of X₁.
    #[inline(always)]
    fn fitted_part<L: Lane>(&self, component: usize, row: usize, slopes: &[L], entries: &[L]) -> L {
        let mut sum = L::splat(0.0);
        for at in self.blocks[component].clone() {
            sum = sum + entries[self.cross(row, self.variables[at])] * slopes[at];
        }
        if self.units_of == Some(component) {
            // α_g is made of unit means, and X₁′W times unit means is what lies between the units.
            sum = sum + self.between(row, self.outcome(), entries);
            for (&v, &slope) in self.variables.iter().zip(slopes) {
                sum = sum - self.between(row, v, entries) * slope;
            }
        }
        sum
    }

    /// How X₁'W H_c at one row of X₁ changes with the coefficient of each variable.
    pub(super) fn derivative<L: Lane>(&self, component: usize, row: usize, entries: &[L]) -> Vec<L> {
        let of = |(at, &v): (usize, &usize)| {
            let zero = L::splat(0.0);
            let own = if self.blocks[component].contains(&at) { entries[self.cross(row, v)] } else { zero };
            let by_units = if self.units_of == Some(component) { self.between(row, v, entries) } else { zero };
            own - by_units
        };
        self.variables.iter().enumerate().map(of).collect()
    }

    /// Σ_g of the sum of a row of X₁ in unit g times the variable's mean there.
    #[inline(always)]
    fn between<L: Lane>(&self, row: usize, v: usize, entries: &[L]) -> L {
        let raw = entries[self.cross(row, v)];
        self.within_cross(row, v).map_or(raw, |within| raw - entries[within])
    }

    /// Rows of X₁: the intercept, unless it is absorbed, and the columns of `always`.
    pub(super) fn base_rows(&self) -> usize {
        self.base.n_variables() - 1
    }

    /// Where the cross-product of a row of X₁ and a variable stands, by the moments of the base regression.
    #[inline(always)]
    fn cross(&self, row: usize, v: usize) -> usize {
        match (self.base_is_within, row) {
            (true, _) => self.layout.within(self.variables[row], v),
            (false, 0) => self.layout.sum(v),
            (false, _) => self.layout.raw(self.variables[row - 1], v),
        }
    }

    /// The same within units, where only the full regression is; the intercept does not vary there.
    #[inline(always)]
    fn within_cross(&self, row: usize, v: usize) -> Option<usize> {
        let is_between = self.units_of.is_some() && row > 0;
        is_between.then(|| self.layout.within(self.variables[row - 1], v))
    }

    /// Solves the full regression's equations for another right-hand side: one number for each of its coefficients.
    pub(super) fn solve_full<L: Lane>(&self, solution: &Solution<L>, x: &mut [L]) {
        solve(&solution.full, self.full.n_variables(), x);
    }

    /// The same for the base regression.
    pub(super) fn solve_base<L: Lane>(&self, solution: &Solution<L>, x: &mut [L]) {
        solve(&solution.base, self.base.n_variables(), x);
    }

    /// Coefficients that the full regression has, the intercept among them, without absorbed effects.
    pub(super) fn rank(&self, left: &[f64]) -> usize {
        let kept = left[self.n_always..].iter().filter(|left| **left > RANK_TOLERANCE).count();
        kept + usize::from(!self.full_is_within)
    }
}

/// The coefficients of the last variable on the others, from an eliminated matrix.
#[inline(always)]
fn coefficients<L: Lane>(matrix: &[L], n: usize, x: &mut [L]) {
    for (i, x) in x.iter_mut().enumerate() {
        *x = matrix[packed_index(n, i, i) + n - 1 - i];
    }
    substitute_back(matrix, n, x);
}

/// Solves the equations of an eliminated matrix, whose last variable is none of theirs; a variable without a pivot gets
/// zero.
#[inline(always)]
fn solve<L: Lane>(matrix: &[L], n: usize, x: &mut [L]) {
    for i in 0..x.len() {
        let row = &matrix[packed_index(n, i, i)..][..n - i];
        // A row left behind is one of DLᵀ, so that over its pivot it is a column of L.
        let factor = x[i] * row[0].inverse_pivot();
        for (x, &r) in x[i + 1..].iter_mut().zip(&row[1..]) {
            *x = *x - factor * r;
        }
    }
    substitute_back(matrix, n, x);
}

#[inline(always)]
fn substitute_back<L: Lane>(matrix: &[L], n: usize, x: &mut [L]) {
    // Backwards: a coefficient needs those after it, whose columns its row still holds.
    for i in (0..x.len()).rev() {
        let row = &matrix[packed_index(n, i, i)..][..n - i];
        let mut left = x[i];
        for (&x, &r) in x[i + 1..].iter().zip(&row[1..]) {
            left = left - r * x;
        }
        x[i] = left * row[0].inverse_pivot();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::eliminate::eliminate_in_place;

    #[test]
    fn eliminated_equations_are_solved() {
        // [4 2 1; 2 3 0; 1 0 2] β = [1, 2, 3] as the last column, and for another right-hand side.
        let mut matrix = [4.0, 2.0, 1.0, 1.0, 3.0, 0.0, 2.0, 2.0, 3.0, 0.0];
        let mut rest = &mut matrix[..];
        for n in (2..=4).rev() {
            eliminate_in_place(rest, n);
            rest = &mut rest[n..];
        }
        let residual = |x: &[f64], b: [f64; 3]| {
            let rows = [[4.0, 2.0, 1.0], [2.0, 3.0, 0.0], [1.0, 0.0, 2.0]];
            let each = rows.iter().zip(b).map(|(row, b)| row.iter().zip(x).map(|(r, x)| r * x).sum::<f64>() - b);
            each.fold(0.0_f64, |most, r| most.max(r.abs()))
        };
        let mut x = [0.0; 3];
        coefficients(&matrix, 4, &mut x);
        assert!(residual(&x, [1.0, 2.0, 3.0]) < 1e-14, "{x:?}");
        let mut x = [5.0, -1.0, 0.5];
        solve(&matrix, 4, &mut x);
        assert!(residual(&x, [5.0, -1.0, 0.5]) < 1e-14, "{x:?}");
    }
}
