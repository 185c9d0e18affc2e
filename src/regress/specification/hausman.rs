//! Are the effects related to the columns? Hausman's test, from two regressions and from an auxiliary one.

use serde::{Deserialize, Serialize};

use super::{Added, NullDistribution, SpecificationTest};
use crate::error::{EstimatorNeed, Refusal, Result, cannot};
use crate::numerics::eigen::symmetric_eigen;
use crate::regress::transform::{Absorbed, INTERCEPT};
use crate::regress::{Covariance, Estimator, FittedRegression};
use crate::warning::Warning;

const TEST: &str = "the Hausman test";
const NULL: &str = "the effects are unrelated to the columns";
/// An eigenvalue of the difference of covariances, scaled by the larger one's standard errors, at or below which it is
/// rounding.
const NOTHING: f64 = 1e-11;

/// Whose residual variance the covariances of Hausman's test are formed with.
///
/// # Examples
/// See [`FittedRegression::hausman_with`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HausmanVariance {
    /// Each regression its own. The default, as in most packages.
    #[default]
    Own,
    /// Both that of the efficient regression; Stata's `sigmamore`.
    SigmaMore,
    /// Both that of the consistent regression; Stata's `sigmaless`.
    SigmaLess,
}

impl FittedRegression {
    /// Hausman's test of this regression, which is consistent whether or not effects are related to the columns
    /// (within, first differences, between), against another that is efficient where they are not (random effects,
    /// pooled):
    ///
    /// ```text
    /// H = (b − b')'(V − V')⁻¹(b − b')  ~ χ²(k),  over the k slopes that both have
    /// ```
    ///
    /// V and V' are the covariances for errors alike and unrelated, each with its own residual variance, as in plm's
    /// `phtest`. In finite samples V − V' may not be positive definite. Where effects are absorbed here, both are then
    /// formed with the residual variance of the efficient regression, as by
    /// [`hausman_with`](Self::hausman_with) and [`HausmanVariance::SigmaMore`], and the test carries a warning; for
    /// other estimators, whose residuals are not of the same errors, the inverse is the generalised one of the positive
    /// part, with a warning that counts its directions. [`hausman_regression`](Self::hausman_regression) has no such
    /// difficulty, and can be robust.
    ///
    /// J. A. Hausman (1978), <https://doi.org/10.2307/1913827>; the generalised inverse: J. A. Hausman and W. E. Taylor
    /// (1981), <https://doi.org/10.2307/1911406>.
    ///
    /// # Errors
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) for other estimators, regressions of other rows,
    /// outcomes or weights, no slope in common, and where V − V' has no positive part.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::NullDistribution;
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let regression = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]);
    /// let within = regression.clone().estimator(Estimator::Within).fit(&panel)?;
    /// let pooled = regression.fit(&panel)?;
    /// let test = within.hausman(&pooled)?;
    /// assert!(matches!(test.distribution, NullDistribution::ChiSquared { df } if df <= 2.0));
    /// assert!(pooled.hausman(&within).is_err(), "the consistent one comes first");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn hausman(&self, efficient: &FittedRegression) -> Result<SpecificationTest> {
        let own = self.hausman_with(efficient, HausmanVariance::Own)?;
        let is_indefinite = own.warnings.iter().any(|warning| matches!(warning, Warning::DifferenceNotPositive { .. }));
        if !is_indefinite || !self.data.absorbed.any() {
            return Ok(own);
        }
        Ok(self.hausman_with(efficient, HausmanVariance::SigmaMore)?.warn([Warning::CommonVariance]))
    }

    /// The same by this choice of residual variance. With one for both, V − V' has no negative direction beside rounding.
    ///
    /// # Errors
    /// Those of [`hausman`](Self::hausman); and for a common variance
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) where no effects are absorbed here: residuals of
    /// means and of differences have other variances.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::HausmanVariance;
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let regression = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]);
    /// let within = regression.clone().estimator(Estimator::Within).fit(&panel)?;
    /// let random = regression.estimator(Estimator::Random).fit(&panel)?;
    /// let more = within.hausman_with(&random, HausmanVariance::SigmaMore)?;
    /// let less = within.hausman_with(&random, HausmanVariance::SigmaLess)?;
    /// // The statistics differ as the variances do.
    /// let ratio = more.statistic / less.statistic * random.sigma2() / within.sigma2();
    /// assert!((ratio - 1.0).abs() < 1e-9);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn hausman_with(&self, efficient: &FittedRegression, variance: HausmanVariance) -> Result<SpecificationTest> {
        self.by_least_squares(TEST)?;
        efficient.by_least_squares(TEST)?;
        self.check_pair(efficient)?;
        let common: Vec<(usize, usize)> = (0..self.names().len())
            .filter(|&at| self.names()[at] != INTERCEPT)
            .filter_map(|at| Some((at, efficient.names().iter().position(|name| *name == self.names()[at])?)))
            .collect();
        if common.is_empty() {
            return Err(cannot(TEST, Refusal::NoCommonSlope));
        }
        self.check_residuals(TEST)?;
        efficient.check_residuals(TEST)?;
        let (own, of_efficient) = (self.error_variance(), efficient.error_variance());
        let (own, of_efficient) = match variance {
            HausmanVariance::Own => (own, of_efficient),
            _ if !self.data.absorbed.any() => {
                let (found, needs) = (self.estimator().name(), EstimatorNeed::AbsorbedEffects);
                return Err(cannot(TEST, Refusal::OtherEstimator { found, needs }));
            }
            HausmanVariance::SigmaMore => (of_efficient, of_efficient),
            HausmanVariance::SigmaLess => (own, own),
        };
        let v = self.basis.inverse_of_columns() * own;
        let v_efficient = efficient.basis.inverse_of_columns() * of_efficient;
        let k = common.len();
        // Scaled, since coefficients differ in their units.
        let scale: Vec<f64> = common.iter().map(|&(i, _)| v[[i, i]].sqrt()).collect();
        let difference: Vec<f64> =
            common.iter().zip(&scale).map(|(&(i, j), s)| (self.estimates[i] - efficient.estimates[j]) / s).collect();
        let mut matrix = Vec::with_capacity(k * k);
        for (row, &(i, j)) in common.iter().enumerate() {
            for (column, &(l, m)) in common.iter().enumerate() {
                matrix.push((v[[i, l]] - v_efficient[[j, m]]) / scale[row] / scale[column]);
            }
        }
        let (values, vectors) = symmetric_eigen::<f64>(matrix, k);
        let positive: Vec<usize> = (0..k).filter(|&at| values[at] > NOTHING).collect();
        if positive.is_empty() {
            return Err(cannot(TEST, Refusal::NowhereMoreExact));
        }
        let along = |at: usize| (0..k).map(|i| vectors[at * k + i] * difference[i]).sum::<f64>();
        let statistic = positive.iter().map(|&at| along(at).powi(2) / values[at]).sum();
        let distribution = NullDistribution::ChiSquared { df: positive.len() as f64 };
        let kept = positive.len();
        let warning = match values.iter().any(|value| *value < -NOTHING) {
            true => Some(Warning::DifferenceNotPositive { kept, of: k }),
            false => (kept < k).then_some(Warning::NoDifference { kept, of: k }),
        };
        Ok(SpecificationTest::new(TEST, NULL, statistic, distribution).warn(warning))
    }

    /// Whether Hausman's test can compare this regression with the other.
    fn check_pair(&self, efficient: &FittedRegression) -> Result<()> {
        let is_consistent = |estimator| {
            use Estimator::{Between, FirstDifference, Twoway, Within, WithinPeriod};
            matches!(estimator, Within | WithinPeriod | Twoway | FirstDifference | Between)
        };
        let is_efficient = |estimator| {
            use Estimator::{Pooled, Random, RandomPeriod, RandomTwoway};
            matches!(estimator, Pooled | Random | RandomPeriod | RandomTwoway)
        };
        let (first, second) = (self.estimator(), efficient.estimator());
        let refuse = |why| Err(cannot(TEST, why));
        if is_efficient(first) && is_consistent(second) {
            return refuse(Refusal::OtherWayRound { first: first.name(), second: second.name() });
        }
        if !is_consistent(first) || !is_efficient(second) || efficient.data.absorbed.any() {
            return refuse(Refusal::NotComparable { first: first.name(), second: second.name() });
        }
        let (a, b) = (&self.design, &efficient.design);
        if a.outcome_name != b.outcome_name {
            let (first, second) = (a.outcome_name.clone(), b.outcome_name.clone());
            return refuse(Refusal::OutcomesDiffer { first, second });
        }
        if a.rows != b.rows || a.outcome != b.outcome {
            return refuse(Refusal::SamplesDiffer { first: a.rows.len(), second: b.rows.len() });
        }
        if a.weights != b.weights {
            return refuse(Refusal::WeightsDiffer);
        }
        Ok(())
    }

    /// Hausman's test by an auxiliary regression, asked of a random-effects estimator: the deviations from unit means
    /// (from period means, from both, as the effects are) are added to the quasi-demeaned columns, and Wald's test is
    /// that their coefficients are zero.
    ///
    /// It compares the estimates within and between groups, as [`hausman`](Self::hausman) does, cannot fail for want of
    /// a positive matrix, and holds with related or unlike errors under a robust covariance such as
    /// [`Covariance::cluster`]. It is F with the degrees of freedom of the covariance, χ² where it has none: with
    /// [`Covariance::iid`] and [`SmallSample::Plm`](crate::regress::SmallSample::Plm) it is on a balanced panel
    /// the statistic of plm's `phtest(method = "aux")`.
    ///
    /// Y. Mundlak (1978), <https://doi.org/10.2307/1913646>; M. Arellano (1993), *Journal of
    /// Econometrics* 59, 87–97.
    ///
    /// ```text
    /// y* = X* b + X̃ c + e,   null: c = 0       * quasi-demeaned, X̃ the deviations from the means
    /// ```
    ///
    /// # Errors
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) for other estimators (a Mundlak regression holds
    /// these columns already), and where no column varies within; those of [`covariance`](Self::covariance).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["vacancy_rate"]).estimator(Estimator::Random).fit(&panel)?;
    /// let test = fit.hausman_regression(&Covariance::cluster())?;
    /// assert!(test.p_value > 0.0 && test.p_value < 1.0);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn hausman_regression(&self, covariance: &Covariance) -> Result<SpecificationTest> {
        const TEST: &str = "the regression-based Hausman test";
        let (units, periods) = match self.estimator() {
            Estimator::Random => (true, false),
            Estimator::RandomPeriod => (false, true),
            Estimator::RandomTwoway => (true, true),
            _ => {
                let (found, needs) = (self.estimator().name(), EstimatorNeed::RandomEffects);
                return Err(cannot(TEST, Refusal::OtherEstimator { found, needs }));
            }
        };
        self.check_residuals(TEST)?;
        let absorb = Absorbed { units, periods, rank: 0 }.absorb(&self.design);
        let lead = usize::from(self.data.has_intercept);
        let added = |(at, levels): (usize, &[f64])| Added {
            name: format!("within({})", self.data.names[at + lead]),
            values: absorb.residuals(levels),
            length: self.data.lengths[at + lead],
            rounding: self.data.roundings[at + lead],
        };
        let more = self.data.levels(&self.design).enumerate().map(added).collect();
        self.test_added((TEST, NULL), more, covariance, Refusal::NoWithinEstimate)
    }
}
