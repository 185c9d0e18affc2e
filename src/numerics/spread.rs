//! Where does a column lie, and how far does it spread?

use super::dot::{ROWS_AT_ONCE, of_blocks};
use super::kernel::kernel;

/// Sums that run side by side.
const SUMS: usize = 8;

/// A column's ends, its weighted mean, and its weighted sums of squares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) most: f64,
    /// Of a constant to the last bit.
    pub(crate) mean: f64,
    pub(crate) about_mean: f64,
    pub(crate) about_zero: f64,
}

/// The same of a block of rows, sums about an origin.
struct Part {
    least: f64,
    most: f64,
    weight: f64,
    sum: f64,
    square: f64,
}

/// A part as it is summed.
struct Sums {
    least: [f64; SUMS],
    most: [f64; SUMS],
    weight: [f64; SUMS],
    sum: [f64; SUMS],
    square: [f64; SUMS],
}

impl Sums {
    #[inline(always)]
    fn add(&mut self, lane: usize, x: f64, w: f64, origin: f64) {
        let left = x - origin;
        self.least[lane] = if x < self.least[lane] { x } else { self.least[lane] };
        self.most[lane] = if x > self.most[lane] { x } else { self.most[lane] };
        self.weight[lane] += w;
        self.sum[lane] += w * left;
        self.square[lane] += w * left * left;
    }
}

impl Spread {
    /// By one pass over the values.
    pub(crate) fn of(values: &[f64], weights: &[f64]) -> Self {
        // Close to the mean, so that the square of what is between them takes no digits.
        let first = &values[..values.len().min(ROWS_AT_ONCE)];
        let origin = first.iter().sum::<f64>() / first.len() as f64;
        let parts = of_blocks(values.len(), |from| {
            let rows = from..values.len().min(from + ROWS_AT_ONCE);
            part(&values[rows.clone()], &weights[rows], origin)
        });
        let mut all = Part { least: f64::INFINITY, most: f64::NEG_INFINITY, weight: 0.0, sum: 0.0, square: 0.0 };
        for part in parts {
            all.least = all.least.min(part.least);
            all.most = all.most.max(part.most);
            all.weight += part.weight;
            all.sum += part.sum;
            all.square += part.square;
        }
        let Part { least, most, weight, sum, square } = all;
        let (mean, about_mean) = match least == most {
            true => (least, 0.0),
            false => (origin + sum / weight, (square - sum / weight * sum).max(0.0)),
        };
        Spread { least, most, mean, about_mean, about_zero: about_mean + weight * mean * mean }
    }
}

kernel! {
    fn part<'a>(values: &'a [f64], weights: &'a [f64], origin: f64) -> Part {
        let zeros = [0.0; SUMS];
        let (least, most) = ([f64::INFINITY; SUMS], [f64::NEG_INFINITY; SUMS]);
        let mut sums = Sums { least, most, weight: zeros, sum: zeros, square: zeros };
        let (x_s, w_s) = (values.chunks_exact(SUMS), weights.chunks_exact(SUMS));
        for (lane, (x, w)) in x_s.remainder().iter().zip(w_s.remainder()).enumerate() {
            sums.add(lane, *x, *w, origin);
        }
        for (x, w) in x_s.zip(w_s) {
            for lane in 0..SUMS {
                sums.add(lane, x[lane], w[lane], origin);
            }
        }
        Part {
            least: sums.least.into_iter().fold(f64::INFINITY, f64::min),
            most: sums.most.into_iter().fold(f64::NEG_INFINITY, f64::max),
            weight: sums.weight.iter().sum(),
            sum: sums.sum.iter().sum(),
            square: sums.square.iter().sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_far_from_zero_keeps_its_spread() {
        let values: Vec<f64> = (0..50_000).map(|row| 1e6 + 0.3 * f64::from(row % 7)).collect();
        let weights: Vec<f64> = (0..50_000).map(|row| 1.0 + f64::from(row % 3)).collect();
        let found = Spread::of(&values, &weights);
        let total: f64 = weights.iter().sum();
        let left = |x: &f64| x - 1e6;
        let mean = values.iter().zip(&weights).map(|(x, w)| w * left(x)).sum::<f64>() / total;
        let square: f64 = values.iter().zip(&weights).map(|(x, w)| w * (left(x) - mean).powi(2)).sum();
        assert!((found.mean - 1e6 - mean).abs() < 1e-9 && (found.about_mean / square - 1.0).abs() < 1e-9);
        assert_eq!((found.least, found.most), (values[0], values[6]));
        assert!((found.about_zero / (total * 1e12) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_constant_does_not_spread() {
        let found = Spread::of(&[0.1; 10_001], &[0.7; 10_001]);
        assert_eq!((found.mean, found.about_mean, found.least, found.most), (0.1, 0.0, 0.1, 0.1));
    }
}
