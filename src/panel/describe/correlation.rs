//! How do variables go together: over rows, over units, and within units?

use serde::{Deserialize, Serialize};

use super::within::{Deviations, squares};

/// How two variables go together over the rows where neither is missing.
///
/// # Formula
///
/// ```text
/// r = Σ ab / √(Σa² Σb²)
/// ```
///
/// with a and b the deviations of rows from their mean (overall), of the units' means from the mean of these means
/// (between), and of rows from the means of their units (within). It is `None` where a or b does not vary: where its
/// deviations are no more than the rounding of the values, or 1e-11 of the overall ones. So a variable that is constant
/// over the periods of each unit has no correlation within units.
///
/// # Examples
/// ```
/// # use apportion::Panel;
/// let panel = Panel::builder()
///     .units(["A", "A", "B", "B"])
///     .periods([1, 2, 1, 2])
///     .column("x", [1.0, 3.0, 5.0, 7.0])
///     .column("falling", [4.0, 2.0, 9.0, 7.0])
///     .column("constant", [0.1, 0.1, 0.7, 0.7])
///     .build()?;
/// let description = panel.describe();
/// let pair = description.correlation("falling", "x").unwrap();
/// assert_eq!((pair.n_observations, pair.n_units), (4, 2));
/// assert!((pair.between.unwrap() - 1.0).abs() < 1e-15 && (pair.within.unwrap() + 1.0).abs() < 1e-15);
/// assert_eq!(description.correlation("x", "constant").unwrap().within, None);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Correlation {
    /// The one variable.
    pub first: String,
    /// The other.
    pub second: String,
    /// Rows in which neither is missing.
    #[serde(rename = "n_rows")]
    pub n_observations: usize,
    /// Units with such a row; 0 without units.
    pub n_units: usize,
    /// Of the rows; `None` where one of the two does not vary on them.
    pub overall: Option<f64>,
    /// Of the units' means over these rows; `None` without units.
    pub between: Option<f64>,
    /// Of the deviations from these means; `None` without units.
    pub within: Option<f64>,
}

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
        n_observations: complete.len(),
        n_units: a.between.len(),
        overall: product_moment(&a.overall, &b.overall),
        between: product_moment(&a.between, &b.between),
        within: product_moment(&a.within, &b.within),
    }
}

/// The correlation of deviations; `None` where one of them does not vary.
pub(crate) fn product_moment(a: &[f64], b: &[f64]) -> Option<f64> {
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
        assert_eq!((pair.n_observations, pair.n_units, pair.between, pair.within), (3, 0, None, None));
    }

    #[test]
    fn one_row_and_none() {
        let pair = correlation(("a", &[1.0, f64::NAN]), ("b", &[2.0, 3.0]), Some(&[0, 1]));
        assert_eq!((pair.n_observations, pair.n_units, pair.overall, pair.between), (1, 1, None, None));
        let pair = correlation(("a", &[1.0, f64::NAN]), ("b", &[f64::NAN, 3.0]), Some(&[0, 1]));
        assert_eq!((pair.n_observations, pair.n_units, pair.within), (0, 0, None));
    }
}
