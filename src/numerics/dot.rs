//! Sums of products of columns.
//!
//! Several sums run side by side, which the processor adds at once, and blocks of rows are summed for themselves: so
//! rounding grows with the number of blocks, not of rows, and the result is the same on any number of threads and on any
//! processor.

use rayon::prelude::*;

use super::kernel::kernel;

/// Rows whose products are summed together: the columns of so many fit in the cache.
pub(crate) const ROWS_AT_ONCE: usize = 2_048;
/// Rows from which on a second thread is worth waking.
pub(crate) const WORTH_THREADS: usize = 32_768;
/// Sums that run side by side.
const SUMS: usize = 16;

/// Σ ab.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Σ wab.
pub(crate) fn weighted_dot(a: &[f64], b: &[f64], weights: &[f64]) -> f64 {
    let of_block = |(a, (b, w)): (&[f64], (&[f64], &[f64]))| sum_of_triples(a, b, w);
    if a.len() < WORTH_THREADS {
        let others = b.chunks(ROWS_AT_ONCE).zip(weights.chunks(ROWS_AT_ONCE));
        return a.chunks(ROWS_AT_ONCE).zip(others).map(of_block).sum();
    }
    let others = b.par_chunks(ROWS_AT_ONCE).zip(weights.par_chunks(ROWS_AT_ONCE));
    let parts: Vec<f64> = a.par_chunks(ROWS_AT_ONCE).zip(others).map(of_block).collect();
    parts.iter().sum()
}

/// Σ x².
pub(crate) fn squared_norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

/// √Σ x².
pub(crate) fn norm(x: &[f64]) -> f64 {
    squared_norm(x).sqrt()
}

kernel! {
    /// Weighted products of columns on some rows, each with itself and with those after it: the upper triangle of a square
    /// matrix, row by row.
    pub(crate) fn cross_products<'a>(columns: &'a [&'a [f64]], weights: &'a [f64]) -> Vec<f64> {
        let k = columns.len();
        let (mut products, mut weighted) = (vec![0.0; k * k], vec![0.0; weights.len()]);
        for (i, column) in columns.iter().enumerate() {
            for ((p, x), w) in weighted.iter_mut().zip(*column).zip(weights) {
                *p = x * w;
            }
            for (j, other) in columns.iter().enumerate().skip(i) {
                products[i * k + j] = sum_of_products(&weighted, other);
            }
        }
        products
    }
}

/// What is made of each block of rows, by the first of them; in parallel where there are many.
pub(crate) fn of_blocks<T: Send>(rows: usize, of_block: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    let blocks = rows.div_ceil(ROWS_AT_ONCE);
    match rows < WORTH_THREADS {
        true => (0..blocks).map(|block| of_block(block * ROWS_AT_ONCE)).collect(),
        false => (0..blocks).into_par_iter().map(|block| of_block(block * ROWS_AT_ONCE)).collect(),
    }
}

/// Σ ab, to be inlined where the processor's own instructions are used.
#[inline(always)]
pub(crate) fn sum_of_products(a: &[f64], b: &[f64]) -> f64 {
    let (mut sums, (a_s, b_s)) = ([0.0; SUMS], (a.chunks_exact(SUMS), b.chunks_exact(SUMS)));
    let rest: f64 = a_s.remainder().iter().zip(b_s.remainder()).map(|(x, z)| x * z).sum();
    for (x, z) in a_s.zip(b_s) {
        for lane in 0..SUMS {
            sums[lane] += x[lane] * z[lane];
        }
    }
    rest + sums.iter().sum::<f64>()
}

/// Σ ab of short columns, by four sums side by side; to be inlined like the above.
#[inline(always)]
pub(crate) fn short_dot(a: &[f64], b: &[f64]) -> f64 {
    let (mut sums, (a_s, b_s)) = ([0.0; 4], (a.chunks_exact(4), b.chunks_exact(4)));
    let rest = dot(a_s.remainder(), b_s.remainder());
    for (x, z) in a_s.zip(b_s) {
        for lane in 0..4 {
            sums[lane] += x[lane] * z[lane];
        }
    }
    rest + sums.iter().sum::<f64>()
}

kernel! {
    fn sum_of_triples<'a>(a: &'a [f64], b: &'a [f64], w: &'a [f64]) -> f64 {
        let mut sums = [0.0; SUMS];
        let (a_s, b_s, w_s) = (a.chunks_exact(SUMS), b.chunks_exact(SUMS), w.chunks_exact(SUMS));
        let rests = a_s.remainder().iter().zip(b_s.remainder()).zip(w_s.remainder());
        let mut rest = 0.0;
        for ((x, z), w) in rests {
            rest += w * x * z;
        }
        for ((x, z), w) in a_s.zip(b_s).zip(w_s) {
            for lane in 0..SUMS {
                sums[lane] += w[lane] * x[lane] * z[lane];
            }
        }
        rest + sums.iter().sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern that blocks could follow.
    fn column(rows: usize, seed: usize) -> Vec<f64> {
        (0..rows).map(|row| ((row * 7_919 + seed * 104_729) % 1_009) as f64 / 1_009.0 - 0.3).collect()
    }

    #[test]
    fn products_in_blocks_are_the_products() {
        for rows in [0, 1, 15, 2_047, 2_049, 40_000] {
            let (a, b, w) = (column(rows, 1), column(rows, 2), column(rows, 3));
            let plain = |x: &[f64], z: &[f64]| x.iter().zip(z).zip(&w).map(|((x, z), w)| w * x * z).sum::<f64>();
            let close = |found: f64, expected: f64| (found - expected).abs() <= 1e-13 * rows as f64;
            assert!(close(weighted_dot(&a, &b, &w), plain(&a, &b)), "{rows}");
            let products = cross_products(&[&a, &b], &w);
            assert!(close(products[0], plain(&a, &a)) && close(products[1], plain(&a, &b)), "{rows}");
            assert!(close(products[3], plain(&b, &b)) && products[2] == 0.0, "{rows}");
        }
    }

    #[test]
    fn sums_are_the_same_on_any_number_of_threads() {
        let (a, b, w) = (column(100_000, 1), column(100_000, 2), column(100_000, 3));
        let found = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| weighted_dot(&a, &b, &w))
        };
        assert_eq!(found(1), found(3));
    }
}
