//! The equations of weighted least squares on columns and on the effects of two groupings: units or the intercept
//! eliminated, the levels of the other (periods) sparse.

use crate::numerics::triangular::Cholesky;

/// A column or a level adds nothing where what those before it leave of it is this part of its sum of squares or less.
const NOTHING: f64 = 1e-12;

/// Sums over rows; those of parts of the rows add up.
///
/// What stands beside a row is its k columns and the response, k + 1 numbers in all.
#[derive(Debug, Clone)]
pub(super) struct Equations {
    /// Columns and the response.
    numbers: usize,
    levels: usize,
    has_units: bool,
    /// Σ w.
    total: f64,
    /// Σ w of each level.
    weights: Vec<f64>,
    /// Σ w x of each level, numbers side by side; of deviations from the unit's mean where units have effects.
    of_levels: Vec<f64>,
    /// Σ w xx', the lower triangle row by row; of deviations likewise.
    products: Vec<f64>,
    /// Σ w x, where there is an intercept and no unit effects.
    sums: Vec<f64>,
    /// Below the diagonal, row by row: Σ w w'/Σ w over the pairs of a unit's rows, the first of one level and the second of the
    /// other. What stands on the diagonal is the sum of them, since the effects of all levels together are those of units.
    pairs: Vec<f64>,
}

/// What solves them.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    pub(super) levels: Vec<f64>,
    pub(super) slopes: Vec<f64>,
    /// Where units have no effects.
    pub(super) intercept: f64,
}

impl Equations {
    pub(super) fn new(columns: usize, levels: usize, has_units: bool) -> Self {
        let numbers = columns + 1;
        Equations {
            numbers,
            levels,
            has_units,
            total: 0.0,
            weights: vec![0.0; levels],
            of_levels: vec![0.0; levels * numbers],
            products: vec![0.0; triangle(numbers)],
            sums: vec![0.0; if has_units { 0 } else { numbers }],
            pairs: vec![0.0; if has_units { triangle(levels) } else { 0 }],
        }
    }

    pub(super) fn clear(&mut self) {
        self.total = 0.0;
        for sums in [&mut self.weights, &mut self.of_levels, &mut self.products, &mut self.sums, &mut self.pairs] {
            sums.fill(0.0);
        }
    }

    /// Takes in the rows of a unit, or any rows where units have no effects: their numbers side by side, of which the unit's
    /// means are taken; gives back the sum of weights and the mean of the response.
    pub(super) fn add(&mut self, weights: &[f64], rows: &mut [f64], codes: &[u32]) -> (f64, f64) {
        let m = self.numbers;
        let weight: f64 = weights.iter().sum();
        if weight <= 0.0 {
            return (0.0, 0.0);
        }
        self.total += weight;
        let mut response = 0.0;
        if self.has_units {
            for c in 0..m {
                let first = rows[c];
                let sum: f64 = rows[c..].iter().step_by(m).zip(weights).map(|(x, w)| w * (x - first)).sum();
                let mean = first + sum / weight;
                rows[c..].iter_mut().step_by(m).for_each(|x| *x -= mean);
                response = mean;
            }
        }
        match m {
            1 => self.add_products::<1>(weights, rows),
            2 => self.add_products::<2>(weights, rows),
            3 => self.add_products::<3>(weights, rows),
            4 => self.add_products::<4>(weights, rows),
            5 => self.add_products::<5>(weights, rows),
            _ => self.add_products_of_many(weights, rows),
        }
        if !self.has_units {
            for (w, row) in weights.iter().zip(rows.chunks_exact(m)) {
                self.sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += w * x);
            }
        }
        if self.levels == 0 {
            return (weight, response);
        }
        for ((w, row), code) in weights.iter().zip(rows.chunks_exact(m)).zip(codes) {
            let level = *code as usize;
            self.weights[level] += w;
            self.of_levels[level * m..][..m].iter_mut().zip(row).for_each(|(sum, x)| *sum += w * x);
        }
        if self.has_units {
            for (at, (w, code)) in weights.iter().zip(codes).enumerate() {
                let part = w / weight;
                for (other, earlier) in weights[..at].iter().zip(codes) {
                    let (low, high) = if code < earlier { (*code, *earlier) } else { (*earlier, *code) };
                    self.pairs[triangle(high as usize) + low as usize] += part * other;
                }
            }
        }
        (weight, response)
    }

    /// The same sums for a number of columns that is known, which stay in registers.
    fn add_products<const M: usize>(&mut self, weights: &[f64], rows: &[f64]) {
        let mut products = [[0.0; M]; M];
        for (w, row) in weights.iter().zip(rows.as_chunks::<M>().0) {
            for i in 0..M {
                let part = w * row[i];
                (0..=i).for_each(|j| products[i][j] += part * row[j]);
            }
        }
        for (i, products) in products.iter().enumerate() {
            (0..=i).for_each(|j| self.products[triangle(i) + j] += products[j]);
        }
    }

    fn add_products_of_many(&mut self, weights: &[f64], rows: &[f64]) {
        for (w, row) in weights.iter().zip(rows.chunks_exact(self.numbers)) {
            let mut sums = self.products.as_mut_slice();
            for (i, x) in row.iter().enumerate() {
                let (own, rest) = sums.split_at_mut(i + 1);
                let part = w * x;
                own.iter_mut().zip(row).for_each(|(sum, x)| *sum += part * x);
                sums = rest;
            }
        }
    }

    /// Takes in the sums over other rows.
    pub(super) fn merge(&mut self, other: &Equations) {
        self.total += other.total;
        let own = [&mut self.weights, &mut self.of_levels, &mut self.products, &mut self.sums, &mut self.pairs];
        let others = [&other.weights, &other.of_levels, &other.products, &other.sums, &other.pairs];
        for (own, others) in own.into_iter().zip(others) {
            own.iter_mut().zip(others).for_each(|(sum, x)| *sum += x);
        }
    }

    /// The sum of products of two numbers about the intercept, if it is that which is eliminated.
    fn product(&self, i: usize, j: usize) -> f64 {
        let sum = self.products[triangle(i) + j];
        if self.has_units { sum } else { sum - self.sums[i] * self.sums[j] / self.total }
    }

    fn of_level(&self, level: usize, number: usize) -> f64 {
        let sum = self.of_levels[level * self.numbers + number];
        if self.has_units { sum } else { sum - self.weights[level] * self.sums[number] / self.total }
    }

    /// How two levels, the second no later than the first, occur together.
    fn pair(&self, i: usize, j: usize) -> f64 {
        let of_two = |i: usize, j: usize| match self.has_units {
            true => self.pairs[triangle(i.max(j)) + i.min(j)],
            false => self.weights[i] * self.weights[j] / self.total,
        };
        if i == j { (0..self.levels).filter(|&l| l != i).map(|l| of_two(i, l)).sum() } else { -of_two(i, j) }
    }

    /// The matrix of levels, then columns, then the response; its lower triangle.
    pub(super) fn entry(&self, i: usize, j: usize) -> f64 {
        let levels = self.levels;
        match (i < levels, j < levels) {
            (true, _) => self.pair(i, j),
            (false, true) => self.of_level(j, i - levels),
            (false, false) => self.product(i - levels, j - levels),
        }
    }

    /// The factor of levels, then columns, by the square of each column at its largest; a pivot of zero where one adds nothing.
    pub(super) fn factor(&self, squares: &[f64]) -> Cholesky {
        let levels = self.levels;
        let pivot = |i: usize, left: f64| {
            let of = if i < levels { self.weights[i] } else { squares[i - levels] * self.total };
            if left > NOTHING * of { left } else { 0.0 }
        };
        Cholesky::new(levels + self.numbers - 1, |i, j| self.entry(i, j), pivot)
    }

    pub(super) fn solve(&self, squares: &[f64]) -> Solution {
        let (levels, k) = (self.levels, self.numbers - 1);
        let factor = self.factor(squares);
        let mut solved = factor.solve((0..levels + k).map(|i| self.entry(levels + k, i)).collect());
        let slopes = solved.split_off(levels);
        let intercept = if self.has_units || self.total <= 0.0 {
            0.0
        } else {
            let of_columns: f64 = slopes.iter().zip(&self.sums).map(|(b, sum)| b * sum).sum();
            let of_levels: f64 = solved.iter().zip(&self.weights).map(|(b, sum)| b * sum).sum();
            (self.sums[k] - of_columns - of_levels) / self.total
        };
        Solution { levels: solved, slopes, intercept }
    }
}

/// How many entries stand before row i of a lower triangle, and so in one of i rows.
fn triangle(i: usize) -> usize {
    i * (i + 1) / 2
}
