//! How do variables go together: over rows, over units, and within units?

use super::Correlation;
use super::within::{Deviations, squares};

/// The correlations of every pair of columns of numbers, NaN where missing.
pub(super) fn correlations(columns: &[(&str, &[f64])], units: Option<&[u32]>) -> Vec<Correlation> {
    let mut pairs = Vec::new();
    for (at, first) in columns.iter().enumerate() {
        pairs.extend(columns[at + 1..].iter().map(|second| correlation(*first, *second, units)));
    }
    pairs
}

fn correlation(first: (&str, &[f64]), second: (&str, &[f64]), units: Option<&[u32]>) -> Correlation {
    let complete: Vec<usize> =
        (0..first.1.len()).filter(|&row| !first.1[row].is_nan() && !second.1[row].is_nan()).collect();
    let units: Option<Vec<u32>> = units.map(|units| complete.iter().map(|&row| units[row]).collect());
    let deviations = |numbers: &[f64]| {
        let values: Vec<f64> = complete.iter().map(|&row| numbers[row]).collect();
        Deviations::of(&values, units.as_deref())
    };
    let (a, b) = (deviations(first.1), deviations(second.1));
    Correlation {
        first: first.0.to_owned(),
        second: second.0.to_owned(),
        n_rows: complete.len(),
        n_units: a.between.len(),
        overall: product_moment(&a.overall, &b.overall),
        between: product_moment(&a.between, &b.between),
        within: product_moment(&a.within, &b.within),
    }
}

/// The correlation of deviations; `None` where one of them does not vary.
fn product_moment(a: &[f64], b: &[f64]) -> Option<f64> {
    let lengths = [squares(a).sqrt(), squares(b).sqrt()];
    if lengths.contains(&0.0) {
        return None;
    }
    let r: f64 = a.iter().zip(b).map(|(a, b)| (a / lengths[0]) * (b / lengths[1])).sum();
    // Rounding may carry it past 1.
    r.is_finite().then(|| r.clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_any_size() {
        let (large, small) = ([1e300, 3e300, 2e300], [1e-300, 3e-300, 2e-300]);
        let pair = correlation(("a", &large), ("b", &small), None);
        assert!((pair.overall.unwrap() - 1.0).abs() < 1e-15);
        assert_eq!((pair.n_rows, pair.n_units, pair.between, pair.within), (3, 0, None, None));
    }

    #[test]
    fn one_row_and_none() {
        let pair = correlation(("a", &[1.0, f64::NAN]), ("b", &[2.0, 3.0]), Some(&[0, 1]));
        assert_eq!((pair.n_rows, pair.n_units, pair.overall, pair.between), (1, 1, None, None));
        let pair = correlation(("a", &[1.0, f64::NAN]), ("b", &[f64::NAN, 3.0]), Some(&[0, 1]));
        assert_eq!((pair.n_rows, pair.n_units, pair.within), (0, 0, None));
    }
}
