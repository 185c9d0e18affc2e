//! Is the regression the right one? Tests of what an estimator takes for granted.
//!
//! | test | null hypothesis | asked of |
//! |---|---|---|
//! | [`hausman`](FittedRegression::hausman) | effects are unrelated to the columns | two regressions, e.g. within and random |
//! | [`hausman_regression`](FittedRegression::hausman_regression) | the same, robust where asked | random |
//! | [`test_effects`](FittedRegression::test_effects) | the absorbed effects are all alike | within, within_period, twoway |
//! | [`breusch_pagan`](FittedRegression::breusch_pagan), [`honda`](FittedRegression::honda), [`king_wu`](FittedRegression::king_wu) | effects have no variance | pooled |
//! | [`serial_correlation`](FittedRegression::serial_correlation) | errors of a unit are unrelated over time | within, first_difference |
//! | [`breusch_godfrey`](FittedRegression::breusch_godfrey) | the same, of any order | all but between |
//! | [`pesaran_cd`](FittedRegression::pesaran_cd), [`cross_section_lm`](FittedRegression::cross_section_lm) | errors of different units are unrelated | all but between |
//! | [`reset`](FittedRegression::reset) | the expectation is linear in the columns | pooled, between, within, within_period, twoway |
//!
//! It does not know what to do about a rejection.

mod breusch_godfrey;
mod breusch_pagan;
mod cross_section;
mod effects;
mod hausman;
mod reset;
mod serial_correlation;

use serde::{Deserialize, Serialize};

pub use breusch_godfrey::ResidualLags;
pub use cross_section::CrossSectionLm;
pub use hausman::HausmanVariance;

use super::FittedRegression;
use super::covariance::Covariance;
use super::joint::JointTest;
use super::least_squares::Solution;
use crate::error::{EstimateError, Refusal, Result, cannot};
use crate::numerics::tails;
use crate::warning::Warning;

/// What a statistic is distributed as where the null hypothesis holds.
///
/// # Examples
/// See [`SpecificationTest`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NullDistribution {
    /// The standard normal distribution; far values on either side speak against the null.
    Normal,
    /// The standard normal distribution; large values alone speak against the null.
    UpperNormal,
    /// χ²; large values speak against the null.
    ChiSquared {
        /// Degrees of freedom.
        df: f64,
    },
    /// F; large values speak against the null.
    F {
        /// Degrees of freedom of the numerator.
        df: f64,
        /// Degrees of freedom of the denominator.
        df_denominator: f64,
    },
}

/// A test of what a regression takes for granted.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::regress::NullDistribution;
/// use apportion::{Estimator, Panel, PanelRegression};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = PanelRegression::new("cpp_rate", ["vacancy_rate"]).estimator(Estimator::Within).fit(&panel)?;
/// let test = fit.test_effects()?;
/// let expected = NullDistribution::F {
///     df: (fit.sample().n_units - 1) as f64,
///     df_denominator: fit.df_residual() as f64,
/// };
/// assert_eq!(test.distribution, expected);
/// assert!(test.p_value < 1e-10, "authorities differ: {test}");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SpecificationTest {
    /// The test.
    pub name: String,
    /// The null hypothesis.
    pub null: String,
    /// The statistic.
    pub statistic: f64,
    /// Its distribution where the null hypothesis holds.
    pub distribution: NullDistribution,
    /// The probability of a statistic at least as far out where the null hypothesis holds, from the upper tail.
    pub p_value: f64,
    /// What deserves doubt about it.
    pub warnings: Vec<Warning>,
}

impl SpecificationTest {
    fn new(name: &str, null: &str, statistic: f64, distribution: NullDistribution) -> Self {
        let p_value = match distribution {
            NullDistribution::Normal => tails::two_sided_normal(statistic),
            NullDistribution::UpperNormal if statistic > 0.0 => 0.5 * tails::two_sided_normal(statistic),
            NullDistribution::UpperNormal => 1.0 - 0.5 * tails::two_sided_normal(statistic),
            NullDistribution::ChiSquared { df } => tails::chi_squared(statistic, df),
            NullDistribution::F { df, df_denominator } => tails::f(statistic, df, df_denominator),
        };
        let (name, null) = (name.to_string(), null.to_string());
        SpecificationTest { name, null, statistic, distribution, p_value, warnings: Vec::new() }
    }

    fn warn(mut self, warnings: impl IntoIterator<Item = Warning>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    /// Wald's statistic b'V⁻¹b of r restrictions: F after division by r where the covariance has degrees of freedom.
    fn wald(name: &str, null: &str, statistic: f64, restrictions: usize, df_denominator: Option<f64>) -> Self {
        let df = restrictions as f64;
        match df_denominator {
            Some(df_denominator) => {
                SpecificationTest::new(name, null, statistic / df, NullDistribution::F { df, df_denominator })
            }
            None => SpecificationTest::new(name, null, statistic, NullDistribution::ChiSquared { df }),
        }
    }
}

/// A column that is added to a regression to test it.
struct Added {
    name: String,
    /// On the regressed rows.
    values: Vec<f64>,
    /// Its length about the mean before any transformation, and that within which it is known.
    length: f64,
    rounding: f64,
}

impl FittedRegression {
    /// This regression with more columns behind its own, on the rows that it regressed; those that add nothing are left
    /// out. Good for the coefficients of what is added, and their covariance; all else remains that of the smaller one.
    fn augmented(&self, more: Vec<Added>) -> Self {
        let mut fit = self.clone();
        let data = &mut fit.data;
        // In place of its own columns stands what spans the same.
        let mut columns = std::mem::take(&mut fit.basis.columns).into_all();
        for Added { name, values, length, rounding } in more {
            data.names.push(name);
            columns.push(values);
            data.shifts.push(0.0);
            data.lengths.push(length);
            data.roundings.push(rounding);
            // No column of the design: any will do, as levels are not asked for.
            data.positions.push(0);
        }
        data.columns = columns.into();
        let Solution { kept, estimates, basis, residuals } = data.problem().solve();
        data.keep(&kept);
        fit.df_residual = residuals.len().saturating_sub(kept.len() + data.absorbed.rank);
        fit.estimates = estimates;
        fit.basis = basis;
        fit.residuals = residuals;
        fit
    }

    /// Wald's test that columns added to this regression have coefficients of zero; `nothing` says what it means that
    /// none of them adds anything.
    fn test_added(
        &self,
        (test, null): (&'static str, &str),
        more: Vec<Added>,
        covariance: &Covariance,
        nothing: Refusal,
    ) -> Result<SpecificationTest> {
        let own = self.estimates.len();
        let augmented = self.augmented(more);
        // Its own columns come first, and stay.
        if augmented.estimates.len() <= own {
            return Err(cannot(test, nothing));
        }
        let estimated = augmented.estimated(covariance)?;
        let added: Vec<usize> = (own..augmented.estimates.len()).collect();
        let JointTest { statistic, df, df_denominator, .. } = estimated.joint(&augmented, &added, test, true)?;
        let distribution = match df_denominator {
            Some(df_denominator) => NullDistribution::F { df, df_denominator },
            None => NullDistribution::ChiSquared { df },
        };
        Ok(SpecificationTest::new(test, null, statistic, distribution).warn(estimated.of_columns.warnings))
    }

    /// A regression by least squares with residuals, of which something can be said.
    fn check_residuals(&self, test: &'static str) -> Result<()> {
        self.by_least_squares(test)?;
        if self.df_residual == 0 {
            let what = format!("residual degrees of freedom for {test}: take terms out");
            return Err(EstimateError::TooFew { what, expected: 1, found: 0 }.into());
        }
        let total = self.data.outcome.iter().zip(&self.data.weights).map(|(y, w)| w * y * y).sum::<f64>();
        // Below so small a part, residuals are rounding.
        if self.sum_of_squares() <= 1e-26 * total {
            return Err(cannot(test, Refusal::ExactFit));
        }
        Ok(())
    }
}
