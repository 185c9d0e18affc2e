//! Tails and quantiles of the distributions that tests and intervals refer to.
//!
//! Always from the upper tail itself, never one less the lower: that would leave nothing of a p-value below 1e-16.

use statrs::distribution::{ChiSquared, Continuous, ContinuousCDF, FisherSnedecor, Gamma, Normal, StudentsT};

/// The probability of at least this much under χ² with so many degrees of freedom; not a number where there are none.
pub(crate) fn chi_squared(statistic: f64, df: f64) -> f64 {
    ChiSquared::new(df).map_or(f64::NAN, |d| d.sf(statistic))
}

/// The probability of at least this much under F with so many degrees of freedom; not a number where there are none.
pub(crate) fn f(statistic: f64, df: f64, df_denominator: f64) -> f64 {
    FisherSnedecor::new(df, df_denominator).map_or(f64::NAN, |d| d.sf(statistic))
}

/// The probability of a standard normal at least as far from zero.
pub(crate) fn two_sided_normal(z: f64) -> f64 {
    // The square of a standard normal is χ²(1), whose tail statrs knows to more digits.
    chi_squared(z * z, 1.0)
}

/// The probability of a standard normal up to this.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// The density of a standard normal.
pub(crate) fn normal_density(z: f64) -> f64 {
    Normal::standard().pdf(z)
}

/// What a standard normal is below with this probability.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}

/// What a gamma variable of this shape and of rate one is below with this probability: half the χ² quantile on twice as
/// many degrees of freedom. NaN where there is no such variable.
pub(crate) fn gamma_quantile(shape: f64, p: f64) -> f64 {
    Gamma::new(shape, 1.0).map_or(f64::NAN, |gamma| gamma.inverse_cdf(p))
}

/// The distribution of an estimate over its standard error: t with degrees of freedom, normal without.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reference {
    T(StudentsT),
    Z(Normal),
}

impl Reference {
    pub(crate) fn new(df: Option<f64>) -> Self {
        match df.map(|df| StudentsT::new(0.0, 1.0, df)) {
            Some(Ok(t)) => Reference::T(t),
            _ => Reference::Z(Normal::standard()),
        }
    }

    /// The probability of a statistic at least as far from zero.
    pub(crate) fn two_sided(&self, statistic: f64) -> f64 {
        match self {
            // Nothing over nothing: an exact fit.
            _ if statistic.is_nan() => f64::NAN,
            Reference::T(t) => 2.0 * t.sf(statistic.abs()),
            Reference::Z(_) => two_sided_normal(statistic),
        }
    }

    /// The probability of at least this much.
    pub(crate) fn above(&self, statistic: f64) -> f64 {
        match self {
            Reference::T(t) => t.sf(statistic),
            Reference::Z(z) => z.sf(statistic),
        }
    }

    /// The statistic that is exceeded with half of what the level leaves.
    pub(crate) fn quantile(&self, level: f64) -> f64 {
        let below = 0.5 + 0.5 * level;
        match self {
            Reference::T(t) => t.inverse_cdf(below),
            Reference::Z(z) => z.inverse_cdf(below),
        }
    }
}
