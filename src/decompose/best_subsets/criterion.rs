//! What does a regression pay for its columns?
//!
//! With n rows, weights w (their mean one), p independent columns besides the intercept and RSS = Σ w e²,
//!
//! ```text
//! adjusted R²  1 − (1 − R²) (n − 1) / (n − p − 1)                                   the largest is the best
//! AIC          n + n ln 2π + n ln(RSS/n) − Σ ln w + 2 (p + 2)                       the smallest
//! BIC          n + n ln 2π + n ln(RSS/n) − Σ ln w + ln n (p + 2)                    the smallest
//! ```
//!
//! AIC and BIC are −2 ln L + 2 k and −2 ln L + k ln n, with the likelihood of R's `logLik.lm` and k = p + 2 parameters:
//! the intercept, p coefficients and the variance. All three fall with RSS and with p alone, so each is a factor on RSS
//! that grows with p: (n − 1)/(n − p − 1), e^(2p/n) and n^(p/n).
//!
//! H. Akaike (1974), <https://doi.org/10.1109/TAC.1974.1100705>; G. Schwarz (1978),
//! <https://doi.org/10.1214/aos/1176344136>; H. Theil (1961), Economic Forecasts and Policy, on adjusted R².

use serde::{Deserialize, Serialize};

use crate::model::Design;

/// R² closer than this are equal: rounding tells them apart, not the data.
pub(super) const TIE: f64 = 1e-12;

/// By what subsets of different sizes are compared.
///
/// With n rows, weights w (their mean one), p independent columns besides the intercept and RSS = Σ w e²,
///
/// ```text
/// adjusted R²  1 − (1 − R²) (n − 1) / (n − p − 1)                       the largest is the best
/// AIC          n + n ln 2π + n ln(RSS/n) − Σ ln w + 2 (p + 2)           the smallest
/// BIC          n + n ln 2π + n ln(RSS/n) − Σ ln w + ln n (p + 2)        the smallest
/// ```
///
/// H. Theil (1961), *Economic Forecasts and Policy*; H. Akaike (1974), <https://doi.org/10.1109/TAC.1974.1100705>; G.
/// Schwarz (1978), <https://doi.org/10.1214/aos/1176344136>.
///
/// # Examples
/// See [`BestSubsets::best_by`](super::BestSubsets::best_by).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Criterion {
    /// Adjusted R², 1 − (1 − R²)(n − 1)/(n − p − 1): the largest is the best.
    AdjustedR2,
    /// Akaike's information criterion, as R's `AIC(lm)`: the smallest is the best.
    Aic,
    /// The Bayesian (Schwarz's) information criterion, as R's `BIC(lm)`: the smallest is the best.
    Bic,
}

impl Criterion {
    pub(super) const ALL: [Criterion; 3] = [Criterion::AdjustedR2, Criterion::Aic, Criterion::Bic];

    /// What the residual sum of squares is multiplied by on p columns; infinite where there are too many for the rows.
    fn factor(self, n: usize, p: usize) -> f64 {
        let (rows, columns) = (n as f64, p as f64);
        match self {
            Criterion::AdjustedR2 if p + 1 >= n => f64::INFINITY,
            Criterion::AdjustedR2 => (rows - 1.0) / (rows - columns - 1.0),
            Criterion::Aic => (2.0 * columns / rows).exp(),
            Criterion::Bic => (columns * rows.ln() / rows).exp(),
        }
    }
}

/// The factors of one criterion, by p.
#[derive(Debug, Clone)]
pub(super) struct Penalty {
    factors: Vec<f64>,
}

impl Penalty {
    /// For `n` rows and up to `most` columns.
    pub(super) fn new(criterion: Criterion, n: usize, most: usize) -> Self {
        Penalty { factors: (0..=most).map(|p| criterion.factor(n, p)).collect() }
    }

    /// The residual sum of squares with its penalty, and within what two of these are equal. Nothing left is nothing,
    /// whatever the penalty; `None` where the criterion does not exist.
    #[inline(always)]
    pub(super) fn score(&self, residual: f64, rank: usize, tie: f64) -> Option<(f64, f64)> {
        let factor = self.factors.get(rank).copied().unwrap_or(f64::INFINITY);
        let left = if residual <= tie { 0.0 } else { residual };
        (factor < f64::INFINITY).then_some((left * factor, tie * factor))
    }
}

/// What the criteria need to know of a fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Likelihood {
    n: usize,
    /// The logarithm of the total sum of squares of the outcome, in its own units.
    ln_total: f64,
    /// `None` where it is not among the sums of rows.
    sum_of_ln_weights: Option<f64>,
}

impl Likelihood {
    /// `scale` is the square root of the outcome's total sum of squares.
    pub(super) fn new(design: &Design, scale: f64) -> Self {
        Likelihood {
            n: design.n_counted(),
            ln_total: 2.0 * scale.ln(),
            sum_of_ln_weights: match (design.are_sums_of_several(), &design.weights_name) {
                (false, _) => Some(design.weights.iter().map(|w| w.ln()).sum()),
                (true, None) => Some(0.0),
                (true, Some(_)) => None,
            },
        }
    }

    /// Adjusted R² where `unexplained` = RSS/TSS is left on `p` columns; `None` without a degree of freedom.
    pub(super) fn adjusted_r2(&self, unexplained: f64, p: usize) -> Option<f64> {
        let factor = Criterion::AdjustedR2.factor(self.n, p);
        (factor < f64::INFINITY).then_some(1.0 - unexplained * factor)
    }

    /// AIC and BIC; `None` for a perfect fit, whose likelihood has no bound.
    pub(super) fn aic_and_bic(&self, unexplained: f64, p: usize) -> Option<(f64, f64)> {
        if unexplained <= TIE {
            return None;
        }
        let n = self.n as f64;
        let ln_variance = unexplained.ln() + self.ln_total - n.ln();
        let deviance = n + n * std::f64::consts::TAU.ln() + n * ln_variance - self.sum_of_ln_weights?;
        let parameters = p as f64 + 2.0;
        Some((deviance + 2.0 * parameters, deviance + n.ln() * parameters))
    }
}
