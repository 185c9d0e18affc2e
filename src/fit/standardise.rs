//! Mean and scale of every variable over the full sample, about which cross-products are formed.

use rayon::prelude::*;

use crate::error::{EstimateError, Result, ScaleProblem};

/// Rows from which on other threads are worth waking.
const WORTH_THREADS: usize = 50_000;

/// Values beyond this, or apart by less than one over it, are refused: their products leave the range of doubles.
pub(crate) const LARGEST: f64 = 1e290;

/// Refuses a column whose values are too large, or vary by too little, for sums of products.
///
/// # Errors
/// [`EstimateError::Scale`], which names the column.
pub(crate) fn check_scale(name: &str, values: &[f64]) -> Result<()> {
    check_within(name, values, LARGEST)
}

/// The same with another limit, where squares are formed without scaling first.
///
/// # Errors
/// [`EstimateError::Scale`], which names the column.
pub(crate) fn check_within(name: &str, values: &[f64], largest: f64) -> Result<()> {
    let (min, max) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), &x| (x.min(min), x.max(max)));
    let fails = |why| Err(EstimateError::Scale { column: name.to_string(), why }.into());
    if max > largest || min < -largest {
        return fails(ScaleProblem::TooLarge { largest });
    }
    if max > min && max - min < 1.0 / largest {
        return fails(ScaleProblem::VariesTooLittle { least: 1.0 / largest });
    }
    Ok(())
}

/// Mean and scale of every variable over the full sample; a constant variable has scale infinity.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standardisation {
    pub(crate) origin: Vec<f64>,
    /// The square root of the weighted centred sum of squares.
    pub(crate) scale: Vec<f64>,
}

impl Standardisation {
    pub(crate) fn new(columns: &[&[f64]], weights: &[f64]) -> Self {
        // Each column by itself, so that the sums are the same on any number of threads.
        let (origin, scale) = match weights.len() < WORTH_THREADS {
            true => columns.iter().map(|column| mean_and_scale(column, weights)).unzip(),
            false => columns.par_iter().map(|column| mean_and_scale(column, weights)).unzip(),
        };
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
