//! Are the errors of different units related? Tests on the correlations of their residuals.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{NullDistribution, SpecificationTest};
use crate::error::{EstimateError, EstimatorNeed, Refusal, Result, cannot, no_key};
use crate::regress::transform::period_values;
use crate::regress::{Estimator, FittedRegression};
use crate::warning::Warning;

/// Periods in common below which a correlation says nothing: that of two is 1 or −1, whatever the errors.
const FEWEST_PERIODS: usize = 3;
const NULL: &str = "errors of different units are unrelated";

/// Which statistic of the squared correlations of residuals.
///
/// With ρ_ij the correlation of the residuals of units i and j over the T_ij periods that both have; sources are with
/// [`cross_section_lm`](FittedRegression::cross_section_lm).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CrossSectionLm {
    /// Σ T_ij ρ_ij² ~ χ² with one degree of freedom a pair: for few units over many periods. The default, as the others
    /// are approximations to it.
    #[default]
    BreuschPagan,
    /// Σ (T_ij ρ_ij² − 1)/√(2P) ~ N(0, 1), P the number of pairs: for many units over many periods.
    Scaled,
    /// The same less N/(2(T − 1)), its bias in a within regression of N units over T periods: for many units over fewer
    /// periods. Balanced panels and the within estimator alone.
    BiasCorrected,
}

/// The sums over pairs of units that the statistics are made of.
#[derive(Debug, Clone, Copy, Default)]
struct Pairs {
    /// Pairs with a correlation, and those without.
    used: usize,
    left_out: usize,
    /// Σ √T ρ.
    correlations: f64,
    /// Σ T ρ².
    squares: f64,
}

impl Pairs {
    fn and(self, other: Pairs) -> Pairs {
        Pairs {
            used: self.used + other.used,
            left_out: self.left_out + other.left_out,
            correlations: self.correlations + other.correlations,
            squares: self.squares + other.squares,
        }
    }

    fn warning(self) -> Option<Warning> {
        let pairs = self.used + self.left_out;
        (self.left_out > 0).then_some(Warning::PairsLeftOut { left_out: self.left_out, pairs })
    }
}

impl FittedRegression {
    /// Pesaran's CD test that the errors of different units are unrelated, which holds for few periods too and has no
    /// power where correlations of both signs cancel:
    ///
    /// ```text
    /// CD = √(1/P) Σ_{i<j} √T_ij ρ_ij  ~ N(0, 1)
    /// ```
    ///
    /// over the P = N(N − 1)/2 pairs of units, ρ_ij being the correlation of their residuals over the T_ij periods that
    /// both have, about their means over those. Residuals count with the roots of their weights. Pairs with fewer than
    /// three periods in common, or a residual that does not vary over them, are left out, with a warning.
    ///
    /// M. H. Pesaran (2021), <https://doi.org/10.1007/s00181-020-01875-7>.
    ///
    /// # Errors
    /// [`EstimateError::Method`] for the between estimator and where no pair of units has a correlation;
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) without units or periods;
    /// [`EstimateError::TooFew`] for fewer than two units or three periods.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let regression = PanelRegression::new("cpp_rate", ["vacancy_rate"]);
    /// let within = regression.clone().estimator(Estimator::Within).fit(&panel)?.pesaran_cd()?;
    /// let twoway = regression.estimator(Estimator::Twoway).fit(&panel)?.pesaran_cd()?;
    /// // What moves all authorities in a year relates their errors, unless period effects take it out.
    /// assert!(within.p_value < 1e-10 && within.statistic > 10.0 * twoway.statistic.abs());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn pesaran_cd(&self) -> Result<SpecificationTest> {
        const TEST: &str = "Pesaran's CD test";
        let pairs = self.pairs_of_units(TEST)?;
        let statistic = pairs.correlations / (pairs.used as f64).sqrt();
        Ok(SpecificationTest::new(TEST, NULL, statistic, NullDistribution::Normal).warn(pairs.warning()))
    }

    /// The Lagrange multiplier test that the errors of different units are unrelated, of their squared correlations,
    /// which are those of [`pesaran_cd`](Self::pesaran_cd).
    ///
    /// It rejects far too often where units outnumber periods: use [`pesaran_cd`](Self::pesaran_cd) there. The two
    /// scaled statistics are compared with both sides of the normal distribution, as in plm's `pcdtest`.
    ///
    /// T. S. Breusch and A. R. Pagan (1980), <https://doi.org/10.2307/2297111>; scaled: M. H. Pesaran (2021),
    /// <https://doi.org/10.1007/s00181-020-01875-7>; bias-corrected: B. H. Baltagi, Q. Feng and C. Kao (2012),
    /// *Journal of Econometrics* 170, 164–177.
    ///
    /// ```text
    /// LM            = Σ_{i<j} T_ij ρ_ij²              ~ χ²(P)
    /// scaled        = Σ_{i<j} (T_ij ρ_ij² − 1)/√(2P)  ~ N(0, 1)
    /// bias-corrected = scaled − N/(2(T − 1))          ~ N(0, 1)
    /// ```
    ///
    /// over P pairs of N units, T_ij the periods that a pair has in common.
    ///
    /// # Errors
    /// Those of [`pesaran_cd`](Self::pesaran_cd); [`EstimateError::Method`] for the bias-corrected statistic of another
    /// estimator than within, or on an unbalanced panel.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::{CrossSectionLm, NullDistribution};
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["vacancy_rate"]).estimator(Estimator::Within).fit(&panel)?;
    /// let plain = fit.cross_section_lm(CrossSectionLm::BreuschPagan)?;
    /// let pairs = 150.0 * 149.0 / 2.0;
    /// assert_eq!(plain.distribution, NullDistribution::ChiSquared { df: pairs });
    /// let scaled = fit.cross_section_lm(CrossSectionLm::Scaled)?;
    /// assert!((scaled.statistic - (plain.statistic - pairs) / (2.0 * pairs).sqrt()).abs() < 1e-9);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn cross_section_lm(&self, statistic: CrossSectionLm) -> Result<SpecificationTest> {
        let test = match statistic {
            CrossSectionLm::BreuschPagan => "the Breusch–Pagan test for cross-sectional dependence",
            CrossSectionLm::Scaled => "the scaled LM test for cross-sectional dependence",
            CrossSectionLm::BiasCorrected => "the bias-corrected scaled LM test for cross-sectional dependence",
        };
        let pairs = self.pairs_of_units(test)?;
        let p = pairs.used as f64;
        let scaled = (pairs.squares - p) / (2.0 * p).sqrt();
        let (value, distribution) = match statistic {
            CrossSectionLm::BreuschPagan => (pairs.squares, NullDistribution::ChiSquared { df: p }),
            CrossSectionLm::Scaled => (scaled, NullDistribution::Normal),
            CrossSectionLm::BiasCorrected => {
                let (units, periods) = (self.sample().n_units, self.sample().n_periods);
                if self.estimator() != Estimator::Within || units * periods != self.n_observations() {
                    let (found, needs) = (self.estimator().name(), EstimatorNeed::KnownBias);
                    return Err(cannot(test, Refusal::OtherEstimator { found, needs }));
                }
                (scaled - units as f64 / (2.0 * (periods as f64 - 1.0)), NullDistribution::Normal)
            }
        };
        Ok(SpecificationTest::new(test, NULL, value, distribution).warn(pairs.warning()))
    }

    fn pairs_of_units(&self, test: &'static str) -> Result<Pairs> {
        if self.estimator() == Estimator::Between {
            let (found, needs) = (self.estimator().name(), EstimatorNeed::SeveralResiduals);
            return Err(cannot(test, Refusal::OtherEstimator { found, needs }));
        }
        self.check_residuals(test)?;
        let units = self.design.units.as_ref().ok_or_else(|| no_key(test, "unit"))?;
        if self.design.periods.is_none() {
            return Err(no_key(test, "period"));
        }
        let periods = period_values(&self.design)?;
        let mut series: Vec<Vec<(i64, f64)>> = vec![Vec::new(); units.names.len()];
        for ((&row, e), w) in self.data.rows.iter().zip(&self.residuals).zip(&self.data.weights) {
            series[units.codes[row] as usize].push((periods[row], w.sqrt() * e));
        }
        // First differences may have left a unit without rows.
        series.retain(|values| !values.is_empty());
        series.iter_mut().for_each(|values| values.sort_unstable_by_key(|(period, _)| *period));
        if series.len() < 2 {
            return Err(
                EstimateError::TooFew { what: format!("units for {test}"), expected: 2, found: series.len() }.into()
            );
        }
        let most = series.iter().map(Vec::len).max().unwrap_or(0);
        if most < FEWEST_PERIODS {
            let what = format!("periods of a unit for {test}");
            return Err(EstimateError::TooFew { what, expected: FEWEST_PERIODS, found: most }.into());
        }
        // What a residual varies by below this is rounding.
        let nothing = 1e-26 * self.sum_of_squares() / self.n_observations() as f64;
        let of_unit = |i: usize| {
            let later = series[i + 1..].iter().map(|other| match correlation(&series[i], other, nothing) {
                Some((common, rho)) => {
                    let t = common as f64;
                    Pairs { used: 1, left_out: 0, correlations: t.sqrt() * rho, squares: t * rho * rho }
                }
                None => Pairs { left_out: 1, ..Pairs::default() },
            });
            later.fold(Pairs::default(), Pairs::and)
        };
        let parts: Vec<Pairs> = (0..series.len()).into_par_iter().map(of_unit).collect();
        // In one order, so that the result is the same on any number of threads.
        let pairs = parts.into_iter().fold(Pairs::default(), Pairs::and);
        if pairs.used == 0 {
            return Err(cannot(test, Refusal::NoCommonPeriods { least: FEWEST_PERIODS }));
        }
        Ok(pairs)
    }
}

/// The number of periods that two units have in common, and the correlation over them of residuals sorted by period.
fn correlation(a: &[(i64, f64)], b: &[(i64, f64)], nothing: f64) -> Option<(usize, f64)> {
    let mut common = Vec::with_capacity(a.len().min(b.len()));
    let (mut i, mut j) = (0, 0);
    while let (Some((period, x)), Some((other, z))) = (a.get(i), b.get(j)) {
        if period == other {
            common.push((*x, *z));
        }
        i += usize::from(period <= other);
        j += usize::from(other <= period);
    }
    if common.len() < FEWEST_PERIODS {
        return None;
    }
    let n = common.len() as f64;
    let (mean_x, mean_z) =
        (common.iter().map(|(x, _)| x).sum::<f64>() / n, common.iter().map(|(_, z)| z).sum::<f64>() / n);
    let (mut xx, mut zz, mut xz) = (0.0, 0.0, 0.0);
    for (x, z) in &common {
        let (x, z) = (x - mean_x, z - mean_z);
        xx += x * x;
        zz += z * z;
        xz += x * z;
    }
    (xx > nothing && zz > nothing).then(|| (common.len(), xz / (xx * zz).sqrt()))
}
