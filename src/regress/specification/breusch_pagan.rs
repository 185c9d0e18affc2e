//! Do effects have a variance? Lagrange multiplier tests on the residuals of the pooled regression.

use super::{NullDistribution, SpecificationTest};
use crate::error::{EstimateError, EstimatorNeed, Refusal, Result, cannot, no_key};
use crate::numerics::groups::Groups;
use crate::regress::{Estimator, FittedRegression, RandomEffect};

/// Scores for the variances of one or both kinds of effects at zero, and their covariance, up to a common factor.
struct Scores {
    n: f64,
    /// A = Σ_g (Σ w e)²/Σ w e² − 1 of each kind.
    scores: Vec<f64>,
    /// K, with the covariance of nA/√2 being K.
    information: Vec<Vec<f64>>,
}

impl FittedRegression {
    /// Breusch and Pagan's Lagrange multiplier test that effects have no variance, against two sides. Asked of the
    /// pooled regression, on balanced and unbalanced panels.
    ///
    /// With e the pooled residuals, w the weights scaled to a mean of one, W_i and S_i the sums of w and of w e over a
    /// unit:
    ///
    /// ```text
    /// A_unit = Σ_i S_i²/Σ w e² − 1,   K_unit = Σ_i W_i² − n,   LM = n²/2 · A_unit²/K_unit  ~ χ²(1)
    /// ```
    ///
    /// which is n/(2(T − 1)) A² on a balanced panel of T periods. For periods the same with their sums; for both n²/2 ·
    /// A'K⁻¹A ~ χ²(2), whose K has Σ w² − n off its diagonal: zero where rows weigh alike, and LM the sum of the two.
    /// Where the alternative is one-sided, as for a variance, [`honda`](Self::honda) and [`king_wu`](Self::king_wu)
    /// have more power.
    ///
    /// T. S. Breusch and A. R. Pagan (1980), <https://doi.org/10.2307/2297111>; unbalanced panels: B. H. Baltagi and Q.
    /// Li (1990), <https://doi.org/10.1080/07474939008800180>. Weights follow from the same scores with an error
    /// variance of σ²/w.
    ///
    /// # Errors
    /// [`EstimateError::Method`] of other estimators than the pooled one;
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units or periods;
    /// [`EstimateError::TooFew`] for fewer than two units (periods), or where none has two rows.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::RandomEffect;
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let test = fit.breusch_pagan(RandomEffect::Unit)?;
    /// assert!((fit.honda(RandomEffect::Unit)?.statistic.powi(2) / test.statistic - 1.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn breusch_pagan(&self, effect: RandomEffect) -> Result<SpecificationTest> {
        const TEST: &str = "the Breusch–Pagan test for effects";
        let Scores { n, scores, information: k } = self.scores_of_effects(effect, TEST)?;
        let form = match scores[..] {
            [a, b] => {
                let determinant = determinant(&k);
                (a * a * k[1][1] - 2.0 * a * b * k[0][1] + b * b * k[0][0]) / determinant
            }
            _ => scores[0] * scores[0] / k[0][0],
        };
        let df = scores.len() as f64;
        let distribution = NullDistribution::ChiSquared { df };
        Ok(SpecificationTest::new(TEST, null(effect), n * n / 2.0 * form, distribution))
    }

    /// Honda's one-sided test that effects have no variance: the signed root of Breusch and Pagan's statistic, large
    /// values alone speaking against the null, N(0, 1). For both kinds of effects (H_unit + H_period)/√2, or over
    /// √(2 + 2r) where weights differ, r being the correlation of the two.
    ///
    /// Y. Honda (1985), *Review of Economic Studies* 52, 681–690; for both kinds B. H. Baltagi, Y.-J. Chang and Q. Li
    /// (1992), *Journal of Econometrics* 54, 95–120.
    ///
    /// ```text
    /// H = n A/√(2K) ~ N(0, 1)        A and K as in Breusch and Pagan's, of units or of periods
    /// ```
    ///
    /// # Errors
    /// Those of [`breusch_pagan`](Self::breusch_pagan).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::{NullDistribution, RandomEffect};
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let units = fit.honda(RandomEffect::Unit)?;
    /// assert_eq!(units.distribution, NullDistribution::UpperNormal);
    /// assert!(units.statistic > 0.0 && units.p_value < 1e-10, "authorities differ");
    /// // For both kinds of effects, the sum over the root of two.
    /// let sum = units.statistic + fit.honda(RandomEffect::Period)?.statistic;
    /// assert!((fit.honda(RandomEffect::Twoway)?.statistic / (sum / 2_f64.sqrt()) - 1.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn honda(&self, effect: RandomEffect) -> Result<SpecificationTest> {
        const TEST: &str = "Honda's test for effects";
        let Scores { n, scores, information: k } = self.scores_of_effects(effect, TEST)?;
        let sum: f64 = scores.iter().enumerate().map(|(i, a)| a / k[i][i].sqrt()).sum();
        let variance = match scores.len() {
            2 => 2.0 + 2.0 * k[0][1] / (k[0][0] * k[1][1]).sqrt(),
            _ => 1.0,
        };
        let statistic = n * sum / (2.0 * variance).sqrt();
        Ok(SpecificationTest::new(TEST, null(effect), statistic, NullDistribution::UpperNormal))
    }

    /// King and Wu's one-sided test that effects have no variance, the one that is locally most powerful on average
    /// over the variances: the sum of the scores over its standard deviation, N(0, 1) with large values alone speaking
    /// against the null. For one kind of effects it is Honda's; for both, n(A_unit + A_period)/√(2(K_unit + K_period)),
    /// the correlation of the two counted where weights differ.
    ///
    /// M. L. King and P. X. Wu (1997), *Econometric Reviews* 16, 131–156; B. H. Baltagi, Y.-J. Chang and Q. Li (1992),
    /// *Journal of Econometrics* 54, 95–120.
    ///
    /// # Errors
    /// Those of [`breusch_pagan`](Self::breusch_pagan).
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::RandomEffect;
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// let ratio = |effect| {
    ///     Ok::<_, apportion::Error>(fit.king_wu(effect)?.statistic / fit.honda(effect)?.statistic)
    /// };
    /// assert!((ratio(RandomEffect::Unit)? - 1.0).abs() < 1e-12);
    /// assert!((ratio(RandomEffect::Twoway)? - 1.0).abs() > 0.01, "they weigh units and periods differently");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn king_wu(&self, effect: RandomEffect) -> Result<SpecificationTest> {
        const TEST: &str = "King and Wu's test for effects";
        let Scores { n, scores, information } = self.scores_of_effects(effect, TEST)?;
        let variance: f64 = information.iter().flatten().sum();
        let statistic = n * scores.iter().sum::<f64>() / (2.0 * variance).sqrt();
        Ok(SpecificationTest::new(TEST, null(effect), statistic, NullDistribution::UpperNormal))
    }

    fn scores_of_effects(&self, effect: RandomEffect, test: &'static str) -> Result<Scores> {
        if self.estimator() != Estimator::Pooled || self.data.absorbed.any() {
            let (found, needs) = (self.estimator().name(), EstimatorNeed::NoEffects);
            return Err(cannot(test, Refusal::OtherEstimator { found, needs }));
        }
        self.check_residuals(test)?;
        let (weights, total) = (&self.data.weights, self.sum_of_squares());
        let n = weights.iter().sum::<f64>();
        let units = || self.design.units.as_ref().ok_or_else(|| no_key(test, "unit"));
        let periods = || self.design.periods.as_ref().ok_or_else(|| no_key(test, "period"));
        let kinds: Vec<(&Groups, &str)> = match effect {
            RandomEffect::Unit => vec![(units()?, "unit")],
            RandomEffect::Period => vec![(periods()?, "period")],
            RandomEffect::Twoway => vec![(units()?, "unit"), (periods()?, "period")],
        };
        let (mut scores, mut information) = (Vec::new(), Vec::new());
        for (groups, kind) in &kinds {
            let n_groups = groups.names.len();
            if n_groups < 2 {
                return Err(EstimateError::TooFew {
                    what: format!("{kind}s for {test}"),
                    expected: 2,
                    found: n_groups,
                }
                .into());
            }
            if n_groups == weights.len() {
                return Err(EstimateError::TooFew {
                    what: format!("rows of a {kind} for {test}"),
                    expected: 2,
                    found: 1,
                }
                .into());
            }
            let mut sums = vec![(0.0, 0.0); n_groups];
            for ((&code, w), e) in groups.codes.iter().zip(weights).zip(&self.residuals) {
                let (weight, sum) = &mut sums[code as usize];
                *weight += w;
                *sum += w * e;
            }
            scores.push(sums.iter().map(|(_, sum)| sum * sum).sum::<f64>() / total - 1.0);
            information.push(sums.iter().map(|(weight, _)| weight * weight).sum::<f64>() - n);
        }
        // A unit and a period have one row in common at most.
        let between = weights.iter().map(|w| w * w).sum::<f64>() - n;
        let information = match information[..] {
            [units, periods] => vec![vec![units, between], vec![between, periods]],
            _ => vec![information],
        };
        if information[0][0] <= 0.0 || information.len() == 2 && determinant(&information) <= 1e-12 * n {
            return Err(cannot(test, Refusal::EffectsAlike));
        }
        Ok(Scores { n, scores, information })
    }
}

fn determinant(k: &[Vec<f64>]) -> f64 {
    k[0][0] * k[1][1] - k[0][1] * k[1][0]
}

fn null(effect: RandomEffect) -> &'static str {
    match effect {
        RandomEffect::Unit => "unit effects have no variance",
        RandomEffect::Period => "period effects have no variance",
        RandomEffect::Twoway => "neither unit nor period effects have a variance",
    }
}
