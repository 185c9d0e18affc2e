//! How far would the parts of a changed coefficient move in another sample?
//!
//! All are smooth functions of sums over rows or units, so a row's or a unit's influence on them is a derivative. With
//! z = (1, X₁, X₂), M = Z'WZ (within units where those are absorbed), A = X₁'WX₁, e the full regression's residuals
//! and v_c = H_c − X₁ δ_c those of the auxiliary regressions,
//!
//! ```text
//! IF(β) = M⁻¹ Σ w z e,   IF(δ_c) = A⁻¹ Σ w x₁ v_c + Γ_c Σ w z e,   Γ_c = A⁻¹ (∂ X₁'W H_c / ∂β) M⁻¹
//! IF(b_base) = A⁻¹ Σ w x₁ (Σ_c v_c + e),   IF(b_full) = (M⁻¹)₁ Σ w z e,
//! ```
//!
//! sums over the rows of a cluster. The first term of IF(δ_c) is from the columns being drawn, the second from β being
//! estimated; unit effects α_g = ȳ_g − z̄_g'β move with β, which is in Γ_c. Variances are the sums of squared
//! influences; for iid rows, their expectation with one variance: σ² for e, one covariance matrix for the v, no
//! covariance between. The parts add up to base less full in every influence, and so do their errors.

use std::ops::Range;

use super::GelbachCovariance;
use super::equations::{BASE, Equations, FIRST_COMPONENT, FULL, Solution, TOTAL};
use crate::error::{EstimateError, Result};
use crate::fit::FittedModel;
use crate::numerics::dot::dot;
use crate::numerics::number::Lane;

/// Standard errors of everything that [`Equations::solve`] gives, in the same order, on standardised variables.
pub(super) struct Errors {
    pub(super) std_errors: Vec<f64>,
    pub(super) factor: f64,
    pub(super) clusters: Option<usize>,
}

/// What sums over rows are multiplied by to become the influence on one column's coefficients.
struct Influence {
    /// Its row of A⁻¹.
    base: Vec<f64>,
    /// Its row of M⁻¹, then of each Γ_c.
    full: Vec<Vec<f64>>,
    /// What M times each of `full` is: the right-hand sides they were solved from.
    sides: Vec<Vec<f64>>,
}

/// Standardised columns and residuals, row by row.
struct Residuals<'a> {
    weights: &'a [f64],
    /// The intercept, X₁ and X₂. Where unit effects are absorbed residuals sum to zero in every unit, so that columns
    /// need not be taken about their unit means.
    columns: Vec<Vec<f64>>,
    /// Which of them are in the base and in the full regression.
    base: Range<usize>,
    full: Range<usize>,
    /// e, then each v_c.
    residuals: Vec<Vec<f64>>,
}

impl Errors {
    pub(super) fn new<L: Lane>(
        fit: &FittedModel,
        equations: &Equations,
        entries: &[L],
        solution: &Solution<L>,
        covariance: GelbachCovariance,
        value: impl Fn(L) -> f64 + Copy,
    ) -> Result<Self> {
        let values = |x: &[L]| -> Vec<f64> { x.iter().copied().map(value).collect() };
        let units = fit.clusters().len();
        let (clusters, factor) = match covariance {
            GelbachCovariance::Cluster if units < 2 => {
                return Err(EstimateError::TooFew {
                    what: "units to cluster by".to_string(),
                    expected: 2,
                    found: units,
                }
                .into());
            }
            GelbachCovariance::Cluster => (Some(units), units as f64 / (units as f64 - 1.0)),
            GelbachCovariance::Iid | GelbachCovariance::Heteroskedastic => {
                // Absorbed effects cost degrees of freedom like the columns that they stand for.
                let absorbed = if equations.full_is_within { units } else { 0 };
                let (n, parameters) =
                    (fit.design().n_observations(), equations.rank(&values(&solution.left)) + absorbed);
                if n <= parameters {
                    let what = format!("rows for a standard error beside {parameters} parameters");
                    return Err(EstimateError::TooFew { what, expected: parameters + 1, found: n }.into());
                }
                (None, n as f64 / (n - parameters) as f64)
            }
        };
        let influences: Vec<Influence> =
            (0..equations.n_always).map(|a| Influence::new(equations, entries, solution, a, value)).collect();
        let changes: Vec<Vec<f64>> = solution.changes.iter().map(|change| values(change)).collect();
        let rows = Residuals::new(fit, equations, &values(&solution.beta), &changes);
        let variances = match covariance {
            GelbachCovariance::Iid => rows.iid(&influences),
            GelbachCovariance::Heteroskedastic => {
                rows.clustered(&influences, (0..fit.design().n_observations()).map(|row| row..row + 1))
            }
            GelbachCovariance::Cluster => rows.clustered(&influences, fit.clusters().into_iter()),
        };
        // That of a part which cannot vary may be rounded below zero.
        let root = |variance: f64| if variance < 0.0 { 0.0 } else { (factor * variance).sqrt() };
        let std_errors = variances.into_iter().map(root).collect();
        Ok(Errors { std_errors, factor, clusters })
    }
}

impl Influence {
    fn new<L: Lane>(
        equations: &Equations,
        entries: &[L],
        solution: &Solution<L>,
        column: usize,
        value: impl Fn(L) -> f64 + Copy,
    ) -> Self {
        let zero = L::splat(0.0);
        let mut base = vec![zero; equations.base_rows()];
        base[usize::from(!equations.base_is_within) + column] = L::splat(1.0);
        equations.solve_base(solution, &mut base);
        let first = usize::from(!equations.full_is_within);
        let mut own = vec![zero; solution.beta.len()];
        own[first + column] = L::splat(1.0);
        // Kept beside what they are solved to: x′Mx of a solution x is its product with its own side.
        let mut sides = vec![own];
        for component in 0..equations.blocks.len() {
            let mut side = vec![zero; solution.beta.len()];
            for (row, &factor) in base.iter().enumerate() {
                let derivative = equations.derivative(component, row, entries);
                // The parts lean on the slopes alone, so the intercept has no derivative.
                side[first..].iter_mut().zip(derivative).for_each(|(s, d)| *s = *s + factor * d);
            }
            sides.push(side);
        }
        let solved = |side: &Vec<L>| -> Vec<f64> {
            let mut x = side.clone();
            equations.solve_full(solution, &mut x);
            x.into_iter().map(value).collect()
        };
        Influence {
            base: base.into_iter().map(value).collect(),
            full: sides.iter().map(solved).collect(),
            sides: sides.iter().map(|side| side.iter().copied().map(value).collect()).collect(),
        }
    }

    /// From sums of w z e, and of w x₁ e and w x₁ v_c, the influence on everything of this column.
    fn of(&self, full: &[f64], base: &[Vec<f64>], out: &mut [f64]) {
        let by_base = |sums: &Vec<f64>| dot(&self.base, sums);
        out[FULL] = dot(&self.full[0], full);
        out[BASE] = base.iter().map(by_base).sum();
        out[TOTAL] = out[BASE] - out[FULL];
        for (c, out) in out[FIRST_COMPONENT..].iter_mut().enumerate() {
            *out = by_base(&base[c + 1]) + dot(&self.full[c + 1], full);
        }
    }
}

impl<'a> Residuals<'a> {
    fn new(fit: &'a FittedModel, equations: &Equations, beta: &[f64], changes: &[Vec<f64>]) -> Self {
        let (design, by) = (fit.design(), fit.moments().standardisation());
        let standardised = |v: usize| -> Vec<f64> {
            let values = design.columns.get(v).map_or(&design.outcome, |column| &column.values);
            values.iter().map(|x| (x - by.origin[v]) / by.scale[v]).collect()
        };
        let mut columns = vec![vec![1.0; design.n_observations()]];
        columns.extend(equations.variables.iter().map(|&v| standardised(v)));
        let first = |is_within: bool| usize::from(is_within);
        let base = first(equations.base_is_within)..1 + equations.n_always;
        let full = first(equations.full_is_within)..columns.len();
        // β begins with the intercept where there is one.
        let slopes = &beta[1 - full.start..];
        let subtract = |from: &mut [f64], column: &[f64], factor: f64| {
            from.iter_mut().zip(column).for_each(|(x, z)| *x -= factor * z);
        };

        // Without units nothing is within them.
        let unit_means = |values: &[f64]| match &design.units {
            Some(units) => units.means_on_rows(values, &design.weights),
            None => values.to_vec(),
        };

        let mut left = standardised(equations.outcome());
        columns[1..].iter().zip(slopes).for_each(|(column, &slope)| subtract(&mut left, column, slope));
        let effects = match equations.full_is_within {
            true => unit_means(&left),
            false => vec![beta[0]; design.n_observations()],
        };
        subtract(&mut left, &effects, 1.0);
        let mut residuals = vec![left];
        for (component, (block, change)) in equations.blocks.iter().zip(changes).enumerate() {
            let mut fitted = match equations.units_of == Some(component) {
                true => effects.clone(),
                false => vec![0.0; design.n_observations()],
            };
            block.clone().for_each(|at| subtract(&mut fitted, &columns[1 + at], -slopes[at]));
            for (column, &change) in columns[base.clone()].iter().zip(change) {
                subtract(&mut fitted, column, change);
            }
            if equations.base_is_within {
                // Their effects are absorbed in the auxiliary regressions as well.
                let means = unit_means(&fitted);
                subtract(&mut fitted, &means, 1.0);
            }
            residuals.push(fitted);
        }
        Residuals { weights: &design.weights, columns, base, full, residuals }
    }

    /// Sums of squared influences of clusters of rows.
    fn clustered(&self, influences: &[Influence], clusters: impl Iterator<Item = Range<usize>>) -> Vec<f64> {
        let width = self.residuals.len() - 1 + FIRST_COMPONENT;
        let mut variances = vec![0.0; influences.len() * width];
        let mut influence = vec![0.0; width];
        for rows in clusters {
            let sums = |columns: &Range<usize>, residuals: &[f64]| -> Vec<f64> {
                let product = |column: &[f64], row: usize| self.weights[row] * column[row] * residuals[row];
                let sum = |column: &Vec<f64>| rows.clone().map(|row| product(column, row)).sum();
                self.columns[columns.clone()].iter().map(sum).collect()
            };
            let full = sums(&self.full, &self.residuals[0]);
            let base: Vec<Vec<f64>> = self.residuals.iter().map(|residuals| sums(&self.base, residuals)).collect();
            for (of_column, variances) in influences.iter().zip(variances.chunks_exact_mut(width)) {
                of_column.of(&full, &base, &mut influence);
                variances.iter_mut().zip(&influence).for_each(|(sum, x)| *sum += x * x);
            }
        }
        variances
    }

    /// The expectation of those of single rows, with one variance of e and one covariance matrix of the v.
    fn iid(&self, influences: &[Influence]) -> Vec<f64> {
        let n = self.weights.len();
        let mean_square = |x: &[f64]| x.iter().zip(self.weights).map(|(x, w)| w * x * x).sum::<f64>() / n as f64;
        let sum = |vectors: &[Vec<f64>]| -> Vec<f64> {
            let length = vectors.first().map_or(0, Vec::len);
            (0..length).map(|i| vectors.iter().map(|vector| vector[i]).sum()).collect()
        };
        let of_error = mean_square(&self.residuals[0]);
        let of_total = mean_square(&sum(&self.residuals[1..]));
        let of_parts: Vec<f64> = self.residuals[1..].iter().map(|v| mean_square(v)).collect();
        let mut variances = Vec::new();
        for (column, Influence { base, full, sides }) in influences.iter().enumerate() {
            // The diagonal entry of A⁻¹, whose first row is the intercept's where there is one.
            let by_base = base[base.len() - influences.len() + column];
            variances.push(by_base * (of_error + of_total));
            variances.push(dot(&full[0], &sides[0]) * of_error);
            variances.push(by_base * of_total + dot(&sum(&full[1..]), &sum(&sides[1..])) * of_error);
            for (c, of_part) in of_parts.iter().enumerate() {
                variances.push(by_base * of_part + dot(&full[c + 1], &sides[c + 1]) * of_error);
            }
        }
        variances
    }
}
