//! From cross-products of two groups to every part of the gap between them.
//!
//! Columns are about their means over both groups and divided by their length, the weights by their sum, so that a pivot
//! says what part of a column's variation is left. The constant comes first, the outcome last.

use super::OaxacaReference;
use crate::numerics::eliminate::{back_substitute, eliminate_range, packed_index, packed_len};
use crate::numerics::number::RANK_TOLERANCE;

/// Columns of both groups, standardised.
pub(super) struct Standardised {
    /// Column by column: its place in the design, mean and length.
    pub(super) columns: Vec<(usize, f64, f64)>,
    /// Mean of the outcome.
    pub(super) outcome: f64,
    /// The sum of the weights.
    pub(super) total: f64,
}

impl Standardised {
    /// Of rows by their weights; columns that do not vary over both groups are left out.
    pub(super) fn of(columns: &[&[f64]], outcome: &[f64], rows: &[usize], weights: &[f64]) -> Self {
        let total: f64 = rows.iter().map(|&row| weights[row]).sum();
        let mean = |x: &[f64]| rows.iter().map(|&row| weights[row] / total * x[row]).sum::<f64>();
        let standardised = |(at, x): (usize, &&[f64])| {
            let mean = mean(x);
            let largest = rows.iter().map(|&row| x[row].abs()).fold(0.0, f64::max);
            let length = rows.iter().map(|&row| weights[row] / total * (x[row] - mean).powi(2)).sum::<f64>().sqrt();
            // What rounding leaves of a constant is none.
            (length > 1e-14 * largest).then_some((at, mean, length))
        };
        let columns = columns.iter().enumerate().filter_map(standardised).collect();
        Standardised { columns, outcome: mean(outcome), total }
    }

    /// Variables: the constant, the columns, the outcome.
    pub(super) fn n_variables(&self) -> usize {
        self.columns.len() + 2
    }

    /// Adds a row's cross-products.
    pub(super) fn add(&self, columns: &[&[f64]], outcome: &[f64], row: usize, weight: f64, sums: &mut [f64]) {
        let own = self.columns.iter().map(|&(at, mean, length)| (columns[at][row] - mean) / length);
        let own: Vec<f64> = [1.0].into_iter().chain(own).chain([outcome[row] - self.outcome]).collect();
        let mut sums = sums.iter_mut();
        for (i, first) in own.iter().enumerate() {
            for (second, sum) in own[i..].iter().zip(sums.by_ref()) {
                *sum += weight / self.total * first * second;
            }
        }
    }

    /// Which columns have no coefficient in these cross-products, beside those before them.
    pub(super) fn aliased(&self, products: &[f64]) -> Vec<bool> {
        let n = self.n_variables();
        solve(products, n).1[1..].iter().map(|has_coefficient| !has_coefficient).collect()
    }

    /// Without some of the columns.
    pub(super) fn without(&mut self, is_left_out: &[bool]) {
        let mut each = is_left_out.iter();
        self.columns.retain(|_| each.next() == Some(&false));
    }
}

/// Coefficients, and which variables have one.
fn solve(products: &[f64], n: usize) -> (Vec<f64>, Vec<bool>) {
    let mut factor = products.to_vec();
    eliminate_range(&mut factor, n, 0..n - 1);
    back_substitute(&factor, n)
}

/// Means and coefficients of a group, on the standardised scale, the constant first.
struct Group {
    means: Vec<f64>,
    coefficients: Vec<f64>,
    mean: f64,
}

/// Every part of a gap, in the order in which they are read back.
pub(super) struct Parts {
    pub(super) gap: f64,
    pub(super) two_fold: Vec<[Vec<f64>; 2]>,
    /// What group a has over each reference, and the reference over group b.
    pub(super) unexplained: Vec<[f64; 2]>,
    pub(super) three_fold: Vec<[Vec<f64>; 3]>,
    /// Of both groups: the means of the columns, their coefficients, the mean of the outcome.
    pub(super) groups: [(Vec<f64>, Vec<f64>, f64); 2],
}

impl Standardised {
    fn group(&self, products: &[f64]) -> Option<Group> {
        let n = self.n_variables();
        let weight = products.first().copied().filter(|weight| *weight > RANK_TOLERANCE)?;
        let (coefficients, has_coefficient) = solve(products, n);
        let means: Vec<f64> = products[..n].iter().map(|sum| sum / weight).collect();
        let mean = means[n - 1];
        has_coefficient.iter().all(|has| *has).then(|| Group { means: means[..n - 1].to_vec(), coefficients, mean })
    }

    /// The coefficients of both groups together, with a dummy of the first or without.
    fn pooled(&self, a: &[f64], b: &[f64], with_group: bool) -> Option<Vec<f64>> {
        let n = self.n_variables();
        let both: Vec<f64> = a.iter().zip(b).map(|(a, b)| a + b).collect();
        if !with_group {
            let (coefficients, has) = solve(&both, n);
            return has.iter().all(|has| *has).then_some(coefficients);
        }
        // The dummy comes after the constant; its products with others are those of the group's constant.
        let mut products = vec![0.0; packed_len(n + 1)];
        let place = |v: usize| if v == 0 { 0 } else { v + 1 };
        for i in 0..n {
            products[packed_index(n + 1, 1, place(i))] = a[packed_index(n, 0, i)];
            for j in i..n {
                products[packed_index(n + 1, place(i), place(j))] = both[packed_index(n, i, j)];
            }
        }
        products[packed_index(n + 1, 1, 1)] = a[0];
        let (mut coefficients, has) = solve(&products, n + 1);
        coefficients.remove(1);
        has.iter().all(|has| *has).then_some(coefficients)
    }

    /// The means and coefficients on the scale of the columns: what is standardised only for the arithmetic.
    fn on_own_scale(&self, group: &Group) -> (Vec<f64>, Vec<f64>, f64) {
        let means = self.columns.iter().zip(&group.means[1..]).map(|((_, mean, length), z)| mean + length * z);
        let slopes = self.own_coefficients(&group.coefficients);
        ([1.0].into_iter().chain(means).collect(), slopes, self.outcome + group.mean)
    }

    /// The same of coefficients alone.
    fn own_coefficients(&self, coefficients: &[f64]) -> Vec<f64> {
        let slopes: Vec<f64> =
            self.columns.iter().zip(&coefficients[1..]).map(|((.., length), b)| b / length).collect();
        let at_means: f64 = self.columns.iter().zip(&slopes).map(|((_, mean, _), slope)| mean * slope).sum();
        [self.outcome + coefficients[0] - at_means].into_iter().chain(slopes).collect()
    }

    /// Every part of the gap; `None` where a column has no coefficient in one of the groups, or a group has no rows.
    pub(super) fn parts(&self, sums: &[f64]) -> Option<Parts> {
        let (products_a, products_b) = sums.split_at(packed_len(self.n_variables()));
        let (a, b) = (self.group(products_a)?, self.group(products_b)?);
        let size = products_a[0] / (products_a[0] + products_b[0]);
        let between = |part: f64| -> Vec<f64> {
            a.coefficients.iter().zip(&b.coefficients).map(|(a, b)| part * a + (1.0 - part) * b).collect()
        };
        let groups = [self.on_own_scale(&a), self.on_own_scale(&b)];
        let [(means_a, own_a, _), (means_b, own_b, _)] = &groups;
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let products = |x: &dyn Fn(usize) -> f64| (0..means_a.len()).map(x).collect::<Vec<f64>>();
        let (mut two_fold, mut unexplained) = (Vec::new(), Vec::new());
        for reference in OaxacaReference::ALL {
            let coefficients = match reference {
                OaxacaReference::A => between(1.0),
                OaxacaReference::B => between(0.0),
                OaxacaReference::Half => between(0.5),
                OaxacaReference::BySize => between(size),
                OaxacaReference::Pooled => self.pooled(products_a, products_b, false)?,
                OaxacaReference::PooledWithGroup => self.pooled(products_a, products_b, true)?,
            };
            // On the standardised scale means are small, and their products lose nothing.
            unexplained.push([a.mean - dot(&a.means, &coefficients), dot(&b.means, &coefficients) - b.mean]);
            let own = self.own_coefficients(&coefficients);
            two_fold.push([
                products(&|at| (a.means[at] - b.means[at]) * coefficients[at]),
                products(&|at| means_a[at] * (own_a[at] - own[at]) + means_b[at] * (own[at] - own_b[at])),
            ]);
        }
        let three_fold = [(&a, &b, 1.0), (&b, &a, -1.0)].map(|(one, other, sign)| {
            let own = if sign > 0.0 { means_b } else { means_a };
            [
                products(&|at| sign * (one.means[at] - other.means[at]) * other.coefficients[at]),
                products(&|at| own[at] * (own_a[at] - own_b[at])),
                products(&|at| {
                    sign * (one.means[at] - other.means[at]) * (one.coefficients[at] - other.coefficients[at])
                }),
            ]
        });
        Some(Parts { gap: a.mean - b.mean, two_fold, unexplained, three_fold: three_fold.into(), groups })
    }
}
