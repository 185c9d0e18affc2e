//! How much precision do the sums of squares of a design need, and what error is left?

use rayon::prelude::*;

use super::rank::COLUMN_TOLERANCE;
use super::span::{Combination, Span};

/// Up to this many independent columns, each one's tolerance given all others is computed; beyond, that given those
/// before it stands for it.
const INVERTED_UP_TO: usize = 1_000;
/// From this many on, on all threads.
const WORTH_THREADS: usize = 100;
/// What eliminations on a design meet.
#[derive(Debug, Clone)]
pub(super) struct Conditioning {
    /// The smallest pivot that counts, in any coalition, as a part of its column's variation over the sample.
    pub(super) smallest_pivot: f64,
    /// The smallest over the root of what effects leave of the column; an elimination's error is rounding over this.
    pub(super) weakest_pivot: f64,
    /// Columns to be replaced by the combinations that they are, in this order.
    pub(super) combinations: Vec<Replaced>,
    /// The error that replacing them, or the data's own ambiguity, leaves.
    pub(super) error: f64,
}

/// A column that is put in as a combination, on standardised variables; its means stay where it is one within units only.
#[derive(Debug, Clone)]
pub(super) struct Replaced {
    pub(super) variable: usize,
    pub(super) of: Vec<(usize, f64)>,
    pub(super) within_only: bool,
}

impl Conditioning {
    /// `raw` and `within` as far as there are coalitions without and with unit effects.
    pub(super) fn new(raw: Option<&Span>, within: Option<&Span>) -> Self {
        let mut found = Conditioning { smallest_pivot: 1.0, weakest_pivot: 1.0, combinations: Vec::new(), error: 0.0 };
        let of_raw = raw.map_or(Vec::new(), |span| found.weigh(span, false));
        let mut of_within = within.map_or(Vec::new(), |span| found.weigh(span, true));
        let known = |v: usize| raw.is_some_and(|raw| raw.combinations.iter().any(|c| c.variable == v));
        of_within.retain(|replaced| !known(replaced.variable));
        // Within units first: what is replaced there may be part of what is a combination of raw columns.
        found.combinations = of_within;
        found.combinations.extend(of_raw);
        found
    }

    /// Takes the pivots of one half in; returns what is to be replaced there.
    fn weigh(&mut self, span: &Span, within_only: bool) -> Vec<Replaced> {
        let inverse = Inverse::new(span);
        for (&at, left) in span.kept.iter().zip(&inverse.left) {
            self.meet(*left, span.own(at));
        }
        let mut replaced = Vec::new();
        for Combination { variable, left: left_over, is_rounding, .. } in &span.combinations {
            let [at] = span.positions(&[*variable])[..] else { continue };
            let coefficients = span.coefficients(&span.coordinates[at]).into_iter().map(|(_, b)| b).collect();
            let (coefficients, noise) = inverse.without_noise(coefficients, span.rounding(at));
            let left_over = if *left_over > 0.0 { left_over + noise } else { 0.0 };
            for ((&other, b), left_of_other) in span.kept.iter().zip(&coefficients).zip(&inverse.left) {
                // What is left of this column where it stands in for the other: at most, and at least.
                let (most, least) = (b * b * span.own(other), b * b * left_of_other);
                if most <= COLUMN_TOLERANCE * COLUMN_TOLERANCE {
                    continue;
                }
                self.meet(least, span.own(at));
                if *is_rounding {
                    // The column is replaced, and what it then leaves is that much off.
                    self.error = self.error.max(2.0 * left_over / least.sqrt());
                } else if left_over > 0.1 * COLUMN_TOLERANCE * b.abs() {
                    // Whether this is a column depends on the order in which the coalition is eliminated.
                    self.error = 1.0;
                }
            }
            if *is_rounding {
                let named = span.kept.iter().map(|&other| span.variables[other]).zip(coefficients);
                let of = named.filter(|(_, b)| *b != 0.0).collect();
                replaced.push(Replaced { variable: *variable, of, within_only });
            }
        }
        replaced
    }

    fn meet(&mut self, left: f64, own: f64) {
        self.smallest_pivot = self.smallest_pivot.min(left);
        self.weakest_pivot = self.weakest_pivot.min(left / own.sqrt());
    }
}

/// The inverse of the kept columns' triangular factor, and what all others leave of each of them.
struct Inverse {
    /// Each from the diagonal on; empty where there are too many.
    rows: Vec<Vec<f64>>,
    /// One over the diagonal of the inverse cross-products.
    left: Vec<f64>,
}

impl Inverse {
    fn new(span: &Span) -> Self {
        let factor: Vec<&[f64]> = span.kept.iter().map(|&at| span.coordinates[at].as_slice()).collect();
        let n = factor.len();
        if n > INVERTED_UP_TO {
            let pivot = |(i, column): (usize, &&[f64])| column[i] * column[i];
            return Inverse { rows: Vec::new(), left: factor.iter().enumerate().map(pivot).collect() };
        }
        let row = |j: usize| {
            let mut row = vec![0.0; n - j];
            for i in j..n {
                let dot: f64 = factor[i][j..i].iter().zip(&row).map(|(r, x)| r * x).sum();
                row[i - j] = (f64::from(u8::from(i == j)) - dot) / factor[i][i];
            }
            row
        };
        let rows: Vec<Vec<f64>> = match n < WORTH_THREADS {
            true => (0..n).map(row).collect(),
            false => (0..n).into_par_iter().map(row).collect(),
        };
        let left = rows.iter().map(|row| 1.0 / row.iter().map(|x| x * x).sum::<f64>()).collect();
        Inverse { rows, left }
    }

    /// Coefficients of a combination, those set to zero that the column can do without to within its rounding, and the
    /// length of what that leaves out. Beside a near dependence rounding makes large coefficients, and a small one, seen
    /// from a column whose own is small, is large.
    fn without_noise(&self, mut b: Vec<f64>, rounding: f64) -> (Vec<f64>, f64) {
        let mut noise = drop_below(rounding, &mut b);
        let is_noise = |b: f64, inverse: f64| b != 0.0 && b * b <= rounding * rounding * inverse;
        if self.rows.is_empty() || !b.iter().zip(&self.left).any(|(b, left)| is_noise(*b, 1.0 / left)) {
            return (b, noise);
        }
        let n = b.len();
        let entry = |i: usize, j: usize| {
            let (i, j) = (i.min(j), i.max(j));
            self.rows[i][j - i..].iter().zip(&self.rows[j]).map(|(x, z)| x * z).sum::<f64>()
        };
        let mut inverse: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect();
        while let Some(j) = (0..n).find(|&j| is_noise(b[j], inverse[j][j])) {
            let row = inverse[j].clone();
            let taken = b[j] / row[j];
            noise += b[j].abs() / row[j].sqrt();
            b.iter_mut().zip(&row).for_each(|(b, g)| *b -= taken * g);
            b[j] = 0.0;
            for (i, left) in inverse.iter_mut().enumerate() {
                let factor = row[i] / row[j];
                left.iter_mut().zip(&row).for_each(|(x, g)| *x -= factor * g);
            }
            noise += drop_below(rounding, &mut b);
        }
        (b, noise)
    }
}

/// Sets to zero what is at or below the limit; returns what that was.
fn drop_below(limit: f64, b: &mut [f64]) -> f64 {
    let is_small = |b: &&mut f64| b.abs() <= limit;
    b.iter_mut().filter(is_small).map(|b| std::mem::replace(b, 0.0).abs()).sum()
}
