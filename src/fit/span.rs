//! Which columns do the others span, and how near do the rest come to it?
//!
//! Cross-products of doubles cannot tell what is left of a column below about 1e-8 of its length. So columns that they
//! leave little of are set aside, and what the others leave of each is formed row by row, exact to the rounding of the
//! values. Every column then has coordinates on an orthonormal basis, of which the kept columns are a triangular
//! factor; all further questions are about these.
//!
//! Lengths are parts of a column's length about its overall mean, before any effects are absorbed.

use rayon::prelude::*;

use super::deviations::Deviations;
use super::layout::Layout;
use super::moments::Moments;
use super::submatrix::Submatrix;
use crate::numerics::eliminate::{eliminate_in_place, packed_index};
use crate::numerics::rank::{Basis, COLUMN_TOLERANCE};
use crate::numerics::triangular::{solve_lower, solve_upper};

/// A column is set aside when its pivot over the root of its own variation, to which the error of an elimination in
/// doubles is inversely proportional, is at or below this.
const PLAIN: f64 = 1e-5;
/// Among the columns set aside, the first that is at least this part of the longest is kept next.
const NEARLY_LONGEST: f64 = 0.1;
/// Products from which on other threads are worth waking.
const WORTH_THREADS: usize = 200_000;

/// A column as a combination of others, on standardised variables.
#[derive(Debug, Clone)]
pub(super) struct Combination {
    pub(super) variable: usize,
    pub(super) of: Vec<(usize, f64)>,
    /// The length of what the combination leaves of the column.
    pub(super) left: f64,
    /// The length within which that is known: the rounding of the column's values, and of the others' by their
    /// coefficients.
    pub(super) rounding: f64,
}

/// The columns of a design, without unit effects or with them.
pub(super) struct Span {
    pub(super) variables: Vec<usize>,
    roundings: Vec<f64>,
    /// Positions of independent columns that span all, in the order of the basis.
    pub(super) kept: Vec<usize>,
    /// Of each column on the basis; those beyond the end are zero.
    pub(super) coordinates: Vec<Vec<f64>>,
    /// The other columns, each of the kept.
    pub(super) combinations: Vec<Combination>,
}

/// A column that was set aside: its coordinates so far, and what the basis leaves of it.
struct Aside {
    at: usize,
    coordinates: Vec<f64>,
    left: Vec<f64>,
    length: f64,
}

impl Span {
    /// `known` are combinations that hold whatever effects are absorbed; they are not looked for again.
    pub(super) fn new(
        deviations: &Deviations,
        moments: &Moments,
        within: bool,
        variables: &[usize],
        known: &[Combination],
    ) -> Self {
        let is_known = |v: &usize| known.iter().any(|combination| combination.variable == *v);
        let open: Vec<usize> = (0..variables.len()).filter(|&i| !is_known(&variables[i])).collect();
        let mut span = Span {
            variables: variables.to_vec(),
            roundings: variables.iter().map(|&v| deviations.rounding(v)).collect(),
            kept: Vec::new(),
            coordinates: vec![Vec::new(); variables.len()],
            combinations: Vec::new(),
        };
        let aside = span.eliminate(moments, within, &open);
        let project = |(at, products)| span.project(deviations, at, products);
        let aside = match aside.len() * span.kept.len() * deviations.weights.len() < WORTH_THREADS {
            true => aside.into_iter().map(project).collect(),
            false => aside.into_par_iter().map(project).collect(),
        };
        span.take_in(deviations, aside);
        // Last, once the columns that they are made of have coordinates.
        known.iter().for_each(|combination| span.derive(combination));
        span
    }

    /// Eliminates in order what pivots suffice for; returns the others, with their products with the columns kept.
    fn eliminate(&mut self, moments: &Moments, within: bool, open: &[usize]) -> Vec<(usize, Vec<f64>)> {
        let n = open.len();
        let variables: Vec<usize> = open.iter().map(|&at| self.variables[at]).collect();
        let submatrix = Submatrix::new(Layout(moments.n_variables()), within, &variables);
        let mut matrix = vec![0.0; submatrix.entries().len()];
        let matrix = submatrix.gather(moments.entries(), usize::from(!within), &mut matrix);
        // Copied, because the elimination overwrites them, and columns set aside are projected by what they were.
        let products = matrix.to_vec();
        let (mut plain, mut aside) = (Vec::with_capacity(n), Vec::new());
        let mut rest = &mut *matrix;
        for (i, &at) in open.iter().enumerate() {
            let own = products[packed_index(n, i, i)].max(0.0);
            if own <= self.least_length(at).powi(2) {
                let (variable, left, rounding) = (self.variables[at], own.sqrt(), self.roundings[at]);
                self.combinations.push(Combination { variable, of: Vec::new(), left, rounding });
            } else if rest[0] > PLAIN * own.sqrt() {
                eliminate_in_place(rest, n - i);
                plain.push(i);
            } else {
                aside.push(i);
            }
            rest = &mut rest[n - i..];
        }
        // A pivot row over the root of its pivot is a row of the triangular factor (Cholesky).
        let diagonal: Vec<f64> = plain.iter().map(|&i| matrix[packed_index(n, i, i)].sqrt()).collect();
        for (count, &j) in plain.iter().enumerate() {
            let rows = plain[..=count].iter().zip(&diagonal);
            self.coordinates[open[j]] = rows.map(|(&i, diagonal)| matrix[packed_index(n, i, j)] / diagonal).collect();
        }
        self.kept = plain.iter().map(|&i| open[i]).collect();
        let products_of = |&i: &usize| (open[i], plain.iter().map(|&j| products[packed_index(n, i, j)]).collect());
        aside.iter().map(products_of).collect()
    }

    /// The length at or below which a column by itself is nothing.
    fn least_length(&self, at: usize) -> f64 {
        self.roundings[at].max(COLUMN_TOLERANCE)
    }

    /// What the kept columns leave of one, from its products with them.
    fn project(&self, deviations: &Deviations, at: usize, products: Vec<f64>) -> Aside {
        let factor: Vec<&[f64]> = self.kept.iter().map(|&i| self.coordinates[i].as_slice()).collect();
        let named = |coefficients: Vec<f64>| self.kept.iter().map(|&i| self.variables[i]).zip(coefficients);
        let mut coordinates = solve_lower(&factor, products);
        let less = named(solve_upper(&factor, &coordinates));
        let mut left = deviations.left(self.variables[at], less);
        // What the rounding of the products left in.
        let products = self.kept.iter().map(|&i| deviations.product_with(self.variables[i], &left)).collect();
        let more = solve_lower(&factor, products);
        deviations.subtract_all(named(solve_upper(&factor, &more)), &mut left);
        coordinates.iter_mut().zip(more).for_each(|(t, more)| *t += more);
        Aside { at, coordinates, length: deviations.length(&left), left }
    }

    /// Keeps those of which something is left, the longest first, and writes the others as combinations.
    fn take_in(&mut self, deviations: &Deviations, mut aside: Vec<Aside>) {
        loop {
            // Again for each column kept, as it may turn others into combinations.
            aside.retain(|aside| match self.combination(deviations, aside) {
                Some(combination) => {
                    self.coordinates[aside.at].clone_from(&aside.coordinates);
                    self.combinations.push(combination);
                    false
                }
                None => true,
            });
            let longest = aside.iter().fold(0.0_f64, |longest, aside| longest.max(aside.length));
            // Not the longest but the first of nearly that length: keeping the stated order costs at most a digit.
            let Some(next) = aside.iter().position(|aside| aside.length >= NEARLY_LONGEST * longest) else {
                return;
            };
            let Aside { at, mut coordinates, left: mut unit, length } = aside.remove(next);
            unit.iter_mut().for_each(|x| *x /= length);
            coordinates.push(length);
            self.coordinates[at] = coordinates;
            self.kept.push(at);
            let orthogonalise = |aside: &mut Aside| {
                let mut coordinate = 0.0;
                // Twice is enough: the second round takes out what rounding left of the first.
                for _ in 0..2 {
                    let along = deviations.product(&unit, &aside.left);
                    aside.left.iter_mut().zip(&unit).for_each(|(x, u)| *x -= along * u);
                    coordinate += along;
                }
                aside.coordinates.push(coordinate);
                aside.length = deviations.length(&aside.left);
            };
            match aside.len() * unit.len() < WORTH_THREADS {
                true => aside.iter_mut().for_each(orthogonalise),
                false => aside.par_iter_mut().for_each(orthogonalise),
            }
        }
    }

    /// A column of which nothing is left but what its values, or those it is a combination of, were rounded by.
    fn combination(&self, deviations: &Deviations, aside: &Aside) -> Option<Combination> {
        let Aside { at, coordinates, length, .. } = aside;
        let variable = self.variables[*at];
        let coefficients = self.coefficients(coordinates);
        let rounding: f64 = coefficients.iter().map(|&(i, b)| b.abs() * self.roundings[i]).sum();
        let rounding = self.roundings[*at] + rounding;
        if *length > rounding.max(COLUMN_TOLERANCE) {
            return None;
        }
        // Copies are exactly that, so that they share exactly alike.
        let copied = self.kept.iter().map(|&i| self.variables[i]).find(|&kept| deviations.is_copy(variable, kept));
        Some(match copied {
            Some(kept) => Combination { variable, of: vec![(kept, 1.0)], left: 0.0, rounding: self.roundings[*at] },
            None => Combination {
                variable,
                of: coefficients.into_iter().map(|(i, b)| (self.variables[i], b)).collect(),
                left: *length,
                rounding,
            },
        })
    }

    /// The kept columns, by position, and their coefficients in what has these coordinates.
    fn coefficients(&self, coordinates: &[f64]) -> Vec<(usize, f64)> {
        let factor: Vec<&[f64]> = self.kept.iter().map(|&i| self.coordinates[i].as_slice()).collect();
        self.kept.iter().copied().zip(solve_upper(&factor, coordinates)).collect()
    }

    /// Adds a column that is a combination of others.
    fn derive(&mut self, combination: &Combination) {
        let at_of = |v: usize| self.variables.iter().position(|variable| *variable == v);
        let mut coordinates = vec![0.0; self.kept.len()];
        for (at, b) in combination.of.iter().filter_map(|&(v, b)| Some((at_of(v)?, b))) {
            coordinates.iter_mut().zip(&self.coordinates[at]).for_each(|(sum, t)| *sum += b * t);
        }
        let Some(at) = at_of(combination.variable) else { return };
        let length = coordinates.iter().map(|t| t * t).sum::<f64>().sqrt();
        // Once effects are absorbed, a combination of raw columns may cancel.
        if length <= self.least_length(at) {
            coordinates.clear();
        }
        let of = self.coefficients(&coordinates).into_iter().map(|(i, b)| (self.variables[i], b)).collect();
        self.coordinates[at] = coordinates;
        self.combinations.push(Combination { of, ..combination.clone() });
    }

    /// Whether nothing is left of a column once effects are absorbed.
    pub(super) fn is_nothing(&self, at: usize) -> bool {
        self.coordinates[at].is_empty()
    }

    /// The length within which a column is known.
    pub(super) fn rounding(&self, at: usize) -> f64 {
        self.roundings[at]
    }

    /// The squared length of a column.
    pub(super) fn own(&self, at: usize) -> f64 {
        self.coordinates[at].iter().map(|t| t * t).sum()
    }

    /// Positions of these variables.
    pub(super) fn positions(&self, variables: &[usize]) -> Vec<usize> {
        variables.iter().filter_map(|v| self.variables.iter().position(|variable| variable == v)).collect()
    }

    /// Whether the basis was made in the stated order.
    pub(super) fn are_all_in_order(&self) -> bool {
        self.are_all_kept() && self.kept.is_sorted()
    }

    /// Whether every column of which there is something is kept.
    fn are_all_kept(&self) -> bool {
        self.combinations.iter().all(|combination| combination.of.is_empty())
    }

    /// What the columns before it leave of each, in the stated order: its length, zero where that is nothing.
    pub(super) fn left_in_order(&self) -> Vec<f64> {
        let mut basis = Basis::default();
        let left = |at: usize| {
            let rest = basis.rest_of(&self.padded(at), 1.0, self.roundings[at]);
            let length = rest.length;
            if length > 0.0 {
                basis.push(rest, self.roundings[at]);
            }
            length
        };
        (0..self.variables.len()).map(left).collect()
    }

    /// The same in the order in which the basis was made.
    pub(super) fn pivots(&self) -> Vec<f64> {
        let mut pivots = vec![0.0; self.variables.len()];
        self.kept.iter().enumerate().for_each(|(i, &at)| pivots[at] = self.coordinates[at][i].abs());
        pivots
    }

    /// Which of the columns at `then` those at `first` span.
    pub(super) fn spanned(&self, first: &[usize], then: &[usize]) -> Vec<bool> {
        if self.are_all_kept() {
            // Independent columns span none of each other.
            return then.iter().map(|&at| self.is_nothing(at)).collect();
        }
        let mut basis = Basis::default();
        for &at in first {
            let rest = basis.rest_of(&self.padded(at), 1.0, self.roundings[at]);
            if rest.length > 0.0 {
                basis.push(rest, self.roundings[at]);
            }
        }
        then.iter().map(|&at| basis.rest_of(&self.padded(at), 1.0, self.roundings[at]).length == 0.0).collect()
    }

    /// The coordinates of a column on the whole basis.
    pub(super) fn padded(&self, at: usize) -> Vec<f64> {
        let mut coordinates = self.coordinates[at].clone();
        coordinates.resize(self.kept.len(), 0.0);
        coordinates
    }
}
