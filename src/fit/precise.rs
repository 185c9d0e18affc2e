//! The moments in twice the precision, for designs whose pivots are too small for doubles.
//!
//! Twice the precision sees the rounding of the values, and where a dependence is lopsided (a, b and a + 1e-6 b) it
//! might take that for a column. There the column is put in as the combination that it is.

use std::ops::Range;

use super::conditioning::Replaced;
use super::layout::Layout;
use super::standardise::Standardisation;
use crate::numerics::double::Double;

/// The entries of the moments; the columns are taken as exact; every operation on them is carried out in [`Double`].
pub(crate) fn double_entries(
    columns: &[&[f64]],
    weights: &[f64],
    ranges: &[Range<usize>],
    by: &Standardisation,
) -> Vec<Double> {
    let q = columns.len();
    let layout = Layout(q);
    let zero = Double::new(0.0);
    // A constant column has scale infinity, of which the steps to an inverse make no number.
    let per_scale: Vec<Double> =
        by.scale.iter().map(|s| if s.is_finite() { Double::new(*s).inverse() } else { zero }).collect();
    let mut entries = vec![zero; layout.len()];
    for range in ranges {
        // The difference of two doubles is exact in twice the precision.
        let standardised = |v: usize, x: f64| Double::sum(x, -by.origin[v]) * per_scale[v];
        let mut rows: Vec<Vec<Double>> =
            (0..q).map(|v| columns[v][range.clone()].iter().map(|&x| standardised(v, x)).collect()).collect();
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

/// Puts each of these columns' combination in its place, which is linear in the cross-products.
pub(super) fn replace(columns: &[Replaced], q: usize, entries: &mut [Double]) {
    let layout = Layout(q);
    let zero = Double::new(0.0);
    for Replaced { variable: k, of, within_only } in columns {
        let k = *k;
        let combine =
            |of_one: &dyn Fn(usize) -> Double| of.iter().fold(zero, |sum, &(v, b)| sum + Double::new(b) * of_one(v));
        // All is read before anything is written, for the column stands in the products that it is formed from.
        let within: Vec<Double> = (0..q).map(|i| combine(&|v| entries[layout.within(v, i)])).collect();
        let within_own = combine(&|v| within[v]);
        let raw: Vec<Double> = match within_only {
            // Only the part within units changes.
            true => (0..q).map(|i| entries[layout.raw(k, i)] - entries[layout.within(k, i)] + within[i]).collect(),
            false => (0..q).map(|i| combine(&|v| entries[layout.raw(v, i)])).collect(),
        };
        let raw_own = match within_only {
            true => entries[layout.raw(k, k)] - entries[layout.within(k, k)] + within_own,
            false => combine(&|v| raw[v]),
        };
        // Where it is one within units only, its mean stays as well.
        if !within_only {
            entries[layout.sum(k)] = combine(&|v| entries[layout.sum(v)]);
        }
        for i in 0..q {
            entries[layout.within(k, i)] = if i == k { within_own } else { within[i] };
            entries[layout.raw(k, i)] = if i == k { raw_own } else { raw[i] };
        }
    }
}
