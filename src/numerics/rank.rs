//! Which columns add something, decided before any coefficient is computed.
//!
//! Householder QR with limited pivoting: columns keep their stated order, and one that its predecessors explain is set
//! aside instead of moved to the end. So it is always the later column of an aliased set that goes, and it can be
//! named.
//!
//! A column is explained when what its predecessors leave of it is at or below [`COLUMN_TOLERANCE`], or no more than
//! the rounding of the values that it is left of: its own, and theirs by their coefficients.

use super::dot::{dot, norm};
use super::triangular::solve_upper;

/// A column is dropped when what its predecessors leave of it, as a part of its centred length before any effects are
/// absorbed, is at or below this. Five digits above rounding: tighter and noise would get a coefficient. On lengths;
/// its square is the tolerance on sums of squares.
pub(crate) const COLUMN_TOLERANCE: f64 = 1e-11;

/// Below this part of its length, a column's coefficients are worth computing to learn how far rounding reaches.
const DOUBTFUL: f64 = 1e-4;

/// The length within which a column's values are known: twice the unit in the last place, for values that took a few
/// operations to come about. `length` is that of the column itself, not about its mean.
pub(crate) fn rounding(length: f64) -> f64 {
    2.0 * f64::EPSILON * length
}

/// Positions of the columns that are kept, ascending. `scales` are the lengths that the tolerance is relative to,
/// `roundings` those within which each column is known.
pub(crate) fn independent_columns(columns: &[Vec<f64>], scales: &[f64], roundings: &[f64]) -> Vec<usize> {
    let mut basis = Basis::default();
    let adds = |&at: &usize| {
        let rest = basis.rest_of(&columns[at], scales[at], roundings[at]);
        rest.length > 0.0 && {
            basis.push(rest, roundings[at]);
            true
        }
    };
    (0..columns.len()).filter(adds).collect()
}

/// The columns kept so far, as reflections and a triangular factor.
#[derive(Debug, Default)]
pub(crate) struct Basis {
    /// Unit Householder vectors, the i-th zero before row i.
    reflections: Vec<Vec<f64>>,
    /// The i-th column of the factor, down to its diagonal.
    factor: Vec<Vec<f64>>,
    roundings: Vec<f64>,
}

/// A column in the coordinates of the basis, and the length of what the basis leaves of it.
#[derive(Debug)]
pub(crate) struct Rest {
    pub(crate) column: Vec<f64>,
    pub(crate) length: f64,
}

impl Basis {
    /// A column in the coordinates of the basis, and the length of what the basis leaves of it.
    pub(crate) fn reflect(&self, column: &[f64]) -> Rest {
        let mut column = column.to_vec();
        // In the order in which they were found: each is of what those before it left.
        for (first, v) in self.reflections.iter().enumerate() {
            let along = dot(v, &column[first..]);
            column[first..].iter_mut().zip(v).for_each(|(x, a)| *x -= 2.0 * along * a);
        }
        let length = norm(&column[self.reflections.len()..]);
        Rest { column, length }
    }

    /// The same; the length is zero where that is nothing.
    pub(crate) fn rest_of(&self, column: &[f64], scale: f64, rounding: f64) -> Rest {
        let done = self.reflections.len();
        // As many reflections as rows: the basis spans everything.
        if done == column.len() {
            return Rest { column: Vec::new(), length: 0.0 };
        }
        let rest = self.reflect(column);
        let mut nothing = rounding.max(COLUMN_TOLERANCE * scale);
        if rest.length > nothing && rest.length < DOUBTFUL * scale {
            let coefficients = solve_upper(&self.factor, &rest.column[..done]);
            let others: f64 = coefficients.iter().zip(&self.roundings).map(|(b, r)| b.abs() * r).sum();
            nothing = nothing.max(rounding + others);
        }
        Rest { length: if rest.length > nothing { rest.length } else { 0.0 }, ..rest }
    }

    /// The columns of the triangular factor, each down to its diagonal.
    pub(crate) fn factor(&self) -> &[Vec<f64>] {
        &self.factor
    }

    /// An orthonormal basis of what the columns span, one for each of them.
    pub(crate) fn orthonormal(&self, rows: usize) -> Vec<Vec<f64>> {
        let mut directions = Vec::with_capacity(self.reflections.len());
        for at in 0..self.reflections.len() {
            let mut direction = vec![0.0; rows];
            direction[at] = 1.0;
            // Backwards: the basis is the product of the reflections, and those after this one leave the vector alone.
            for (first, v) in self.reflections.iter().enumerate().take(at + 1).rev() {
                let along = dot(v, &direction[first..]);
                direction[first..].iter_mut().zip(v).for_each(|(x, a)| *x -= 2.0 * along * a);
            }
            directions.push(direction);
        }
        directions
    }

    /// Takes in a column that something is left of.
    pub(crate) fn push(&mut self, rest: Rest, rounding: f64) {
        let Rest { mut column, length } = rest;
        let done = self.reflections.len();
        let left = &mut column[done..];
        // Of the other sign than the first entry, so that subtracting it cannot cancel.
        let diagonal = -length.copysign(left[0]);
        left[0] -= diagonal;
        let unit = 1.0 / norm(left);
        self.reflections.push(left.iter().map(|x| x * unit).collect());
        column.truncate(done);
        column.push(diagonal);
        self.factor.push(column);
        self.roundings.push(rounding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(columns: &[Vec<f64>]) -> Vec<usize> {
        let scales: Vec<f64> = columns.iter().map(|c| norm(c)).collect();
        let roundings: Vec<f64> = scales.iter().map(|s| rounding(*s)).collect();
        independent_columns(columns, &scales, &roundings)
    }

    #[test]
    fn the_later_column_of_an_aliased_set_goes() {
        let a = vec![1.0, 2.0, 3.0, 5.0];
        let b = vec![0.0, 1.0, 0.0, 2.0];
        let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + 3.0 * b).collect();
        let noise: Vec<f64> = a.iter().enumerate().map(|(i, a)| a * (1.0 + 1e-15 * i as f64)).collect();
        assert_eq!(kept(&[a, noise, b, sum, vec![0.0; 4], vec![1.0; 4]]), [0, 2, 5]);
    }

    #[test]
    fn the_orthonormal_basis_times_the_factor_gives_the_columns() {
        let columns = [vec![1.0, 2.0, 3.0, 5.0], vec![0.0, 1.0, 0.0, 2.0], vec![1.0, -1.0, 4.0, 0.5]];
        let mut basis = Basis::default();
        for column in &columns {
            basis.push(basis.rest_of(column, norm(column), 0.0), 0.0);
        }
        let directions = basis.orthonormal(4);
        for (k, column) in columns.iter().enumerate() {
            let back = |row: usize| -> f64 { basis.factor()[k].iter().zip(&directions).map(|(r, q)| r * q[row]).sum() };
            assert!((0..4).all(|row| (back(row) - column[row]).abs() < 1e-14));
            for (l, other) in directions.iter().enumerate() {
                assert!((dot(&directions[k], other) - f64::from(u8::from(k == l))).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn no_more_columns_than_rows() {
        assert_eq!(kept(&[vec![1.0, 0.0], vec![1.0, 1.0], vec![0.0, 1.0]]), [0, 1]);
    }

    #[test]
    fn rounding_enlarged_by_a_near_dependence_is_not_taken_for_a_column() {
        let a: Vec<f64> = (0..20).map(|i| f64::from(i * 7 % 20) / 3.0).collect();
        let b: Vec<f64> = (0..20).map(|i| f64::from(i * i % 13) / 7.0).collect();
        for part in [1e-3, 1e-6, 1e-8] {
            let near: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + part * b).collect();
            // What `a` and `near` leave of `b` is the rounding of `near` over `part`.
            assert_eq!(kept(&[a.clone(), near.clone(), b.clone()]), [0, 1], "{part}");
            assert_eq!(kept(&[a.clone(), b.clone(), near]), [0, 1], "{part}");
        }
    }
}
