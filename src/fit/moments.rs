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
use pulp::Arch;
use rayon::prelude::*;

use super::eliminate::{packed_index, packed_len};
use super::lanes::Double;
use crate::error::{Error, Result};

/// Rows formed into cross-products at a time where there are no units.
const BLOCK: usize = 1_024;
/// Rows per parallel task. Fixed, so that sums are formed in the same order on any number of threads.
const TASK: usize = 8_192;
/// From this many entries on, one task does all: the partial sums would fill the memory.
const LARGE: usize = 100_000;

/// Mean and scale of every variable over the full sample; a constant variable has scale infinity.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standardisation {
    pub(crate) origin: Vec<f64>,
    /// The square root of the weighted centred sum of squares.
    pub(crate) scale: Vec<f64>,
}

impl Standardisation {
    pub(crate) fn new(columns: &[&[f64]], weights: &[f64]) -> Self {
        let (origin, scale) = columns.iter().map(|column| mean_and_scale(column, weights)).unzip();
        Standardisation { origin, scale }
    }

    pub(crate) fn is_constant(&self, variable: usize) -> bool {
        self.scale[variable] == f64::INFINITY
    }
}

fn mean_and_scale(column: &[f64], weights: &[f64]) -> (f64, f64) {
    let weight: f64 = weights.iter().sum();
    let weighted = |f: &dyn Fn(f64) -> f64| column.iter().zip(weights).map(|(&x, &w)| w * f(x)).sum::<f64>();
    let largest = column.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    if largest == 0.0 {
        return (0.0, f64::INFINITY);
    }
    // Divided by the largest value, neither sums nor squares can overflow or vanish.
    let mean = weighted(&|x| x / largest) / weight * largest;
    let spread = column.iter().fold(0.0_f64, |m, x| m.max((x - mean).abs()));
    // A constant column's mean is rounded; what then looks like variation is at most a few units in the last place.
    if spread <= 8.0 * f64::EPSILON * largest {
        return (mean, f64::INFINITY);
    }
    (mean, spread * weighted(&|x| ((x - mean) / spread).powi(2)).sqrt())
}

/// Where each unit's rows stand, and so what is summed together.
pub(crate) fn unit_ranges(units: Option<&[u32]>, n_rows: usize) -> Vec<Range<usize>> {
    match units {
        None => (0..n_rows)
            .step_by(BLOCK)
            .map(|start| start..(start + BLOCK).min(n_rows))
            .collect(),
        Some(codes) => {
            let mut starts: Vec<usize> = (0..n_rows).filter(|&r| r == 0 || codes[r] != codes[r - 1]).collect();
            starts.push(n_rows);
            starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
        }
    }
}

/// Weight, means and cross-products about them, for each of a run of units.
pub(crate) struct UnitMoments {
    n_variables: usize,
    weight: Vec<f64>,
    mean: Vec<f64>,
    within: Vec<f64>,
}

impl UnitMoments {
    pub(crate) fn new(
        columns: &[&[f64]],
        weights: &[f64],
        ranges: &[Range<usize>],
        standardisation: &Standardisation,
    ) -> Self {
        let q = columns.len();
        let mut moments = UnitMoments {
            n_variables: q,
            weight: vec![0.0; ranges.len()],
            mean: vec![0.0; ranges.len() * q],
            within: vec![0.0; ranges.len() * packed_len(q)],
        };
        Arch::new().dispatch(|| moments.fill(columns, weights, ranges, standardisation));
        moments
    }

    #[inline(always)]
    fn fill(&mut self, columns: &[&[f64]], weights: &[f64], ranges: &[Range<usize>], by: &Standardisation) {
        let q = self.n_variables;
        let per_scale: Vec<f64> = by.scale.iter().map(|s| 1.0 / s).collect();
        let mut rows = Vec::new();
        for (unit, range) in ranges.iter().enumerate() {
            let n = range.len();
            let weights = &weights[range.clone()];
            let mean = &mut self.mean[unit * q..][..q];
            rows.resize(n * q, 0.0);
            for (v, column) in columns.iter().enumerate() {
                let (origin, per_scale) = (by.origin[v], per_scale[v]);
                for (r, x) in column[range.clone()].iter().enumerate() {
                    rows[r * q + v] = (x - origin) * per_scale;
                }
            }
            let weight: f64 = weights.iter().sum();
            for (row, &w) in rows.chunks_exact(q).zip(weights) {
                for (m, &x) in mean.iter_mut().zip(row) {
                    *m += w * x;
                }
            }
            mean.iter_mut().for_each(|m| *m /= weight);
            self.weight[unit] = weight;
            let within = &mut self.within[unit * packed_len(q)..][..packed_len(q)];
            for (row, &w) in rows.chunks_exact_mut(q).zip(weights) {
                row.iter_mut().zip(&*mean).for_each(|(x, m)| *x -= m);
                let mut cross = &mut *within;
                for i in 0..q {
                    let (head, rest) = cross.split_at_mut(q - i);
                    let factor = w * row[i];
                    for (c, &x) in head.iter_mut().zip(&row[i..]) {
                        *c += factor * x;
                    }
                    cross = rest;
                }
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.weight.len()
    }

    /// Adds one unit's weight, sums, raw and within cross-products to a vector laid out as [`Layout`] says.
    pub(crate) fn add_to(&self, unit: usize, layout: Layout, entries: &mut [f64]) {
        let q = self.n_variables;
        let (weight, mean) = (self.weight[unit], &self.mean[unit * q..][..q]);
        let within = &self.within[unit * packed_len(q)..][..packed_len(q)];
        entries[layout.weight()] += weight;
        for (v, m) in mean.iter().enumerate() {
            entries[layout.sum(v)] += weight * m;
        }
        let (raw_at, within_at) = (layout.raw(0, 0), layout.within(0, 0));
        let mut at = 0;
        for i in 0..q {
            for j in i..q {
                entries[raw_at + at] += within[at] + weight * mean[i] * mean[j];
                entries[within_at + at] += within[at];
                at += 1;
            }
        }
    }
}

/// Where weight, sums, raw and within cross-products of `q` variables stand in one flat vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout(pub(crate) usize);

impl Layout {
    pub(crate) fn len(self) -> usize {
        1 + self.0 + 2 * packed_len(self.0)
    }

    pub(crate) fn weight(self) -> usize {
        0
    }

    pub(crate) fn sum(self, v: usize) -> usize {
        1 + v
    }

    pub(crate) fn raw(self, i: usize, j: usize) -> usize {
        1 + self.0 + packed_index(self.0, i, j)
    }

    pub(crate) fn within(self, i: usize, j: usize) -> usize {
        1 + self.0 + packed_len(self.0) + packed_index(self.0, i, j)
    }
}

/// Weighted cross-products of a set of variables, over all rows and within units.
///
/// Additive: the moments of two sets of units are [merged](Moments::merge) into those of both.
///
/// # Examples
/// ```
/// use apportion::Moments;
///
/// let (x, y) = ([1.0, 2.0, 4.0, 6.0], [3.0, 5.0, 1.0, 1.0]);
/// let moments = Moments::new(&[&x, &y], &[1.0; 4], Some(&[0, 0, 1, 1]))?;
/// assert_eq!(moments.n_rows(), 4);
/// assert!((moments.total()[[0, 0]] - 14.75).abs() < 1e-14);  // Σ (x − 3.25)²
/// assert!((moments.within()[[0, 0]] - 2.5).abs() < 1e-14);   // about the unit means 1.5 and 5
///
/// let mut first = Moments::new(&[&x[..2], &y[..2]], &[1.0; 2], Some(&[0, 0]))?;
/// first.merge(&Moments::new(&[&x[2..], &y[2..]], &[1.0; 2], Some(&[1, 1]))?)?;
/// assert!((first.total()[[0, 1]] - moments.total()[[0, 1]]).abs() < 1e-14);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    n_rows: usize,
    standardisation: Standardisation,
    entries: Vec<f64>,
}

impl Moments {
    /// The moments of these variables, each a column with one value per row; `units` holds each row's unit, and the
    /// rows of a unit stand together.
    ///
    /// # Errors
    /// [`Error::Length`] where a column, the weights or the units differ in length; [`Error::Option`] for values that
    /// are not finite, weights that are not positive, or a unit whose rows do not stand together.
    pub fn new(columns: &[&[f64]], weights: &[f64], units: Option<&[u32]>) -> Result<Self> {
        let n_rows = weights.len();
        let option = |option, expected: &str, found: String| Error::Option {
            option,
            expected: expected.into(),
            found,
        };
        let lengths = columns.iter().map(|c| c.len()).chain(units.map(<[u32]>::len));
        for (v, found) in lengths.enumerate().filter(|(_, found)| *found != n_rows) {
            return Err(Error::Length {
                column: format!("number {}", v + 1),
                expected: n_rows,
                found,
            });
        }
        if n_rows == 0 {
            return Err(Error::NoRows {
                path: "the moments".to_string(),
            });
        }
        if let Some(w) = weights.iter().find(|w| !(w.is_finite() && **w > 0.0)) {
            return Err(option(
                "weights",
                "every weight must be positive and finite",
                w.to_string(),
            ));
        }
        if let Some(x) = columns.iter().flat_map(|c| c.iter()).find(|x| !x.is_finite()) {
            return Err(option("columns", "every value must be finite", x.to_string()));
        }
        let ranges = unit_ranges(units, n_rows);
        if let Some(codes) = units {
            let mut firsts: Vec<u32> = ranges.iter().map(|range| codes[range.start]).collect();
            firsts.sort_unstable();
            if let Some(pair) = firsts.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(option(
                    "units",
                    "the rows of a unit must stand together",
                    format!("unit {}", pair[0]),
                ));
            }
        }
        Ok(Self::checked(columns, weights, &ranges))
    }

    pub(crate) fn checked(columns: &[&[f64]], weights: &[f64], ranges: &[Range<usize>]) -> Self {
        let n_rows = weights.len();
        let standardisation = Standardisation::new(columns, weights);
        let layout = Layout(columns.len());
        let task_rows = if layout.len() > LARGE { n_rows } else { TASK };
        let partial = |ranges: &[Range<usize>]| {
            let mut entries = vec![0.0; layout.len()];
            // A few units at a time, so that what is kept of them stays in the cache.
            for few in ranges.chunks((LARGE / layout.len()).max(1)) {
                let moments = UnitMoments::new(columns, weights, few, &standardisation);
                (0..moments.len()).for_each(|unit| moments.add_to(unit, layout, &mut entries));
            }
            entries
        };
        let tasks = task_ranges(ranges, task_rows);
        let partials: Vec<Vec<f64>> = match tasks.as_slice() {
            [all] => vec![partial(&ranges[all.clone()])],
            tasks => tasks.par_iter().map(|task| partial(&ranges[task.clone()])).collect(),
        };
        let mut partials = partials.into_iter();
        let mut entries = partials.next().unwrap_or_else(|| vec![0.0; layout.len()]);
        for partial in partials {
            entries.iter_mut().zip(partial).for_each(|(e, p)| *e += p);
        }
        Moments {
            n_rows,
            standardisation,
            entries,
        }
    }

    /// Adds the moments of other units, on the same variables.
    ///
    /// # Errors
    /// [`Error::Length`] when the number of variables differs.
    pub fn merge(&mut self, other: &Moments) -> Result<()> {
        let q = self.n_variables();
        if other.n_variables() != q {
            return Err(Error::Length {
                column: "variables".to_string(),
                expected: q,
                found: other.n_variables(),
            });
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
            .map(|v| {
                if theirs.is_constant(v) {
                    0.0
                } else {
                    finite_ratio(theirs.scale[v], mine.scale[v])
                }
            })
            .collect();
        let b: Vec<f64> = (0..q)
            .map(|v| finite_ratio(theirs.origin[v] - mine.origin[v], mine.scale[v]))
            .collect();
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
                self.entries[layout.within(i, j)] += a[i] * a[j] * other.entries[layout.within(i, j)];
            }
        }
        self.n_rows += other.n_rows;
        Ok(())
    }

    /// Rows behind these moments.
    pub fn n_rows(&self) -> usize {
        self.n_rows
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
    pub fn total(&self) -> Array2<f64> {
        let layout = Layout(self.n_variables());
        let sum = |v| self.entries[layout.sum(v)];
        self.unscaled(|i, j| self.entries[layout.raw(i, j)] - sum(i) * sum(j) / self.weight())
    }

    /// Cross-products about the unit means, on the scale of the data.
    pub fn within(&self) -> Array2<f64> {
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

    fn unscaled(&self, entry: impl Fn(usize, usize) -> f64) -> Array2<f64> {
        let scale = &self.standardisation.scale;
        let q = self.n_variables();
        Array2::from_shape_fn((q, q), |(i, j)| {
            let product = scale[i] * scale[j];
            if product.is_finite() {
                entry(i, j) * product
            } else {
                0.0
            }
        })
    }
}

/// Runs of units with about `task_rows` rows each.
fn task_ranges(ranges: &[Range<usize>], task_rows: usize) -> Vec<Range<usize>> {
    let mut tasks = Vec::new();
    let (mut start, mut rows) = (0, 0);
    for (unit, range) in ranges.iter().enumerate() {
        rows += range.len();
        if rows >= task_rows || unit + 1 == ranges.len() {
            tasks.push(start..unit + 1);
            (start, rows) = (unit + 1, 0);
        }
    }
    tasks
}

/// The entries of [`Moments`] in twice the precision, for designs whose pivots are too small for doubles.
///
/// The columns are taken as exact; every operation on them is carried out in [`Double`].
pub(crate) fn double_entries(
    columns: &[&[f64]],
    weights: &[f64],
    ranges: &[Range<usize>],
    by: &Standardisation,
) -> Vec<Double> {
    let q = columns.len();
    let layout = Layout(q);
    let zero = Double::new(0.0);
    let per_scale: Vec<Double> = by
        .scale
        .iter()
        .map(|s| if s.is_finite() { Double::new(*s).inverse() } else { zero })
        .collect();
    let mut entries = vec![zero; layout.len()];
    for range in ranges {
        let standardised = |v: usize, x: f64| Double::sum(x, -by.origin[v]) * per_scale[v];
        let mut rows: Vec<Vec<Double>> = (0..q)
            .map(|v| columns[v][range.clone()].iter().map(|&x| standardised(v, x)).collect())
            .collect();
        let weights: Vec<Double> = weights[range.clone()].iter().map(|w| Double::new(*w)).collect();
        let weight = weights.iter().fold(zero, |sum, w| sum + *w);
        let per_weight = weight.inverse();
        entries[layout.weight()] = entries[layout.weight()] + weight;
        let mut means = Vec::with_capacity(q);
        for (v, row) in rows.iter_mut().enumerate() {
            let sum = row.iter().zip(&weights).fold(zero, |sum, (x, w)| sum + *x * *w);
            entries[layout.sum(v)] = entries[layout.sum(v)] + sum;
            let mean = sum * per_weight;
            row.iter_mut().for_each(|x| *x = *x - mean);
            means.push(mean);
        }
        for i in 0..q {
            for j in i..q {
                let products = rows[i].iter().zip(&rows[j]).zip(&weights);
                let within = products.fold(zero, |sum, ((x, z), w)| sum + *x * *z * *w);
                let (raw_at, within_at) = (layout.raw(i, j), layout.within(i, j));
                entries[within_at] = entries[within_at] + within;
                entries[raw_at] = entries[raw_at] + within + weight * means[i] * means[j];
            }
        }
    }
    entries
}
