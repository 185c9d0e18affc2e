//! What does each column add, in eight orders at once?
//!
//! The columns of a cross-product matrix, the outcome last, are factored as L D Lᵀ row by row, each order in a lane of
//! its own. Row i of U = L D needs the rows above it alone,
//!
//! ```text
//! u_ij = a_ij − Σ_{m<j} u_im l_jm,   l_ij = u_ij / d_j,   d_j = u_jj,
//! ```
//!
//! and the outcome's row says what every column takes from the residual sum of squares once those before it are in:
//! u_yj² / d_j. Rows are computed in strips, so that a row above is read once for several below.

use pulp::{Arch, Simd, WithSimd};

use crate::numerics::lanes::{LANES, Wide};
use crate::numerics::number::Number;

/// Rows computed together: as many sums as the sixteen registers of AVX2 hold.
const STRIP: usize = 4;

/// A column or outcome of the matrix, by lane.
pub(super) type Positions = [usize; LANES];

/// A full symmetric matrix of `n` variables.
#[derive(Debug, Clone)]
pub(super) struct Square {
    n: usize,
    entries: Vec<f64>,
}

impl Square {
    /// From the upper triangle, row by row.
    pub(super) fn from_packed(packed: &[f64], n: usize) -> Self {
        let mut entries = vec![0.0; n * n];
        let mut rest = packed;
        for i in 0..n {
            let (row, below) = rest.split_at(n - i);
            for (j, &x) in (i..n).zip(row) {
                // Both triangles: orders ask for entries either way round, and find them alike.
                entries[i * n + j] = x;
                entries[j * n + i] = x;
            }
            rest = below;
        }
        Square { n, entries }
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.entries[i * self.n..(i + 1) * self.n]
    }

    /// The last diagonal entry: the sum of squares of the outcome.
    pub(super) fn outcome(&self) -> f64 {
        self.entries.last().copied().unwrap_or(0.0)
    }
}

/// Memory for one factor, allocated once and used again.
pub(super) struct Room {
    /// L below its diagonal, row by row.
    lower: Vec<Wide>,
    /// One over each pivot; zero for a column that adds nothing.
    inverse: Vec<Wide>,
    /// U in the rows being computed, column by column.
    strip: Vec<[Wide; STRIP]>,
}

const ZERO: Wide = Wide([0.0; LANES]);

impl Room {
    /// For at most `n` variables, the outcome among them.
    pub(super) fn new(n: usize) -> Self {
        let n = n.next_multiple_of(STRIP);
        Room { lower: vec![ZERO; start(n)], inverse: vec![ZERO; n], strip: vec![[ZERO; STRIP]; n] }
    }

    /// What each variable takes from the residual sum of squares once those before it are in. The variables stand at
    /// these positions of the matrix, the outcome last.
    pub(super) fn factor(&mut self, matrix: &Square, variables: &[Positions], gains: &mut [Wide]) {
        Arch::new().dispatch(Factor { room: self, matrix, variables, gains });
    }
}

/// Where row `i` of the strict lower triangle starts.
const fn start(i: usize) -> usize {
    // Saturating, for row 0.
    i * i.saturating_sub(1) / 2
}

struct Factor<'a> {
    room: &'a mut Room,
    matrix: &'a Square,
    variables: &'a [Positions],
    gains: &'a mut [Wide],
}

impl WithSimd for Factor<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        // Wide leaves the registers to the compiler: only the instruction set is asked for.
        let Factor { room, matrix, variables, gains } = self;
        let n = variables.len();
        for first in (0..n).step_by(STRIP) {
            room.gather(matrix, variables, first);
            room.eliminate_rows_above(first);
            room.eliminate_within_strip(first);
        }
        // The outcome is the last row of the last strip that is not padding.
        let (outcome, strip) = ((n - 1) % STRIP, &room.strip[..n - 1]);
        for ((gain, u), &inverse) in gains.iter_mut().zip(strip).zip(&room.inverse) {
            *gain = u[outcome] * u[outcome] * inverse;
        }
    }
}

impl Room {
    /// Rows `first` and those that follow, of the matrix; past the last one it is repeated.
    #[inline(always)]
    fn gather(&mut self, matrix: &Square, variables: &[Positions], first: usize) {
        let last = variables.len() - 1;
        for r in 0..STRIP {
            let row = &variables[(first + r).min(last)];
            let rows: [&[f64]; LANES] = std::array::from_fn(|lane| matrix.row(row[lane]));
            for (u, at) in self.strip[..first].iter_mut().zip(variables) {
                u[r] = Wide(std::array::from_fn(|lane| rows[lane][at[lane]]));
            }
            for s in 0..STRIP {
                let at = &variables[(first + s).min(last)];
                self.strip[first + s][r] = Wide(std::array::from_fn(|lane| rows[lane][at[lane]]));
            }
        }
    }

    /// Takes the columns before the strip out of each other in the strip's rows.
    #[inline(always)]
    fn eliminate_rows_above(&mut self, first: usize) {
        let mut lower = &self.lower[..];
        for j in 0..first {
            let (row, below) = lower.split_at(j);
            let (done, rest) = self.strip.split_at_mut(j);
            // All rows of the strip at once: a number of L is read once for them.
            let mut left = rest[0];
            for (u, &l) in done.iter().zip(row) {
                for r in 0..STRIP {
                    left[r] = left[r] - u[r] * l;
                }
            }
            rest[0] = left;
            lower = below;
        }
    }

    /// The strip's own columns, and its rows of L. What stands above the diagonal is not read: it is computed because
    /// loops of one length stay in registers.
    #[inline(always)]
    fn eliminate_within_strip(&mut self, first: usize) {
        let (done, own) = self.strip.split_at_mut(first);
        let (inverse, own_inverse) = self.inverse.split_at_mut(first);
        for s in 0..STRIP {
            let row = start(first + s);
            let (row, _) = self.lower[row..].split_at_mut(first + s);
            let mut left = own[s];
            for ((u, &inverse), l) in done.iter().zip(&*inverse).zip(&mut *row) {
                *l = u[s] * inverse;
                for r in 0..STRIP {
                    left[r] = left[r] - u[r] * *l;
                }
            }
            for m in 0..s {
                let l = own[m][s] * own_inverse[m];
                row[first + m] = l;
                for r in 0..STRIP {
                    left[r] = left[r] - own[m][r] * l;
                }
            }
            own[s] = left;
            own_inverse[s] = left[s].inverse_pivot();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::eliminate::{eliminate_in_place, packed_len};

    /// What each column takes, by eliminating one after the other.
    fn eliminated(matrix: &Square, order: &[usize]) -> Vec<f64> {
        let n = order.len();
        let mut packed = Vec::with_capacity(packed_len(n));
        for i in 0..n {
            packed.extend((i..n).map(|j| matrix.row(order[i])[order[j]]));
        }
        let mut rest = packed.as_mut_slice();
        let mut gains = Vec::new();
        for n in (2..=n).rev() {
            let before = rest[rest.len() - 1];
            eliminate_in_place(rest, n);
            rest = &mut rest[n..];
            gains.push(before - rest[rest.len() - 1]);
        }
        gains
    }

    #[test]
    fn every_lane_agrees_with_elimination_in_its_order() {
        // Cross-products of columns of which the third is the sum of the first two, and the fifth is empty.
        for n in 1..=11 {
            let mut columns: Vec<Vec<f64>> = (0..n)
                .map(|v| (0..16).map(|r| (((r * (v + 3) + v * v) * 37 % 101) as f64 - 50.0) / 200.0).collect())
                .collect();
            if n > 6 {
                columns[2] = columns[0].iter().zip(&columns[1]).map(|(a, b)| a + b).collect();
                columns[4] = vec![0.0; 16];
            }
            let product = |i: usize, j: usize| columns[i].iter().zip(&columns[j]).map(|(a, b)| a * b).sum::<f64>();
            let packed: Vec<f64> =
                (0..n).flat_map(|i| (i..n).map(move |j| (i, j))).map(|(i, j)| product(i, j)).collect();
            let matrix = Square::from_packed(&packed, n);
            let orders: Vec<Vec<usize>> = (0..LANES)
                .map(|lane| {
                    let mut order: Vec<usize> = (0..n - 1).collect();
                    order.rotate_left(if n > 1 { lane % (n - 1) } else { 0 });
                    if lane % 2 == 1 {
                        order.reverse();
                    }
                    order.push(n - 1);
                    order
                })
                .collect();
            let variables: Vec<Positions> = (0..n).map(|i| std::array::from_fn(|lane| orders[lane][i])).collect();
            let mut room = Room::new(11);
            let mut gains = [ZERO; 11];
            room.factor(&matrix, &variables, &mut gains);
            for (lane, order) in orders.iter().enumerate() {
                for (gain, expected) in gains.iter().zip(eliminated(&matrix, order)) {
                    assert!((gain.0[lane] - expected).abs() < 1e-13, "{n}, {lane}: {} {expected}", gain.0[lane]);
                }
            }
        }
    }
}
