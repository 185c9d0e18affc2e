//! Is a coefficient zero, where there are few clusters? The wild cluster bootstrap with the null imposed.

mod draws;
mod joint;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::draws::Draws;
pub use self::joint::JointWildTest;
use super::FittedRegression;
use super::basis::Basis;
use super::covariance::{Clusters, Covariance};
use super::inference::check_level;
use super::least_squares::{Problem, Solution};
use super::transform::Absorbed;
use crate::error::{QuestionError, Refusal, Result, cannot};
use crate::numerics::dot::weighted_dot;
use crate::numerics::groups::Groups;
use crate::numerics::rank::rounding;

/// Fewest draws: below, a p-value has one digit.
const LEAST_DRAWS: usize = 99;
/// Halvings of the first bracket about an end of the interval, which spans 2, 4, 8, … standard errors: the middle of
/// what they leave is within a millionth of one where it spans up to 32, and within 0.016 of one where it spans 2¹⁹,
/// the most that is tried.
const HALVINGS: usize = 24;

/// What the residuals of a cluster are multiplied by.
///
/// All have mean zero and variance one.
///
/// # Examples
/// See [`wild_bootstrap`](FittedRegression::wild_bootstrap).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WildWeights {
    /// ±1. All 2^G of them are taken, once each, where the draws would be as many.
    Rademacher,
    /// ±√½, ±1, ±√(3/2): six values, so that few clusters still give many different draws. The default, as its p-values
    /// are not coarse with ten clusters or fewer.
    ///
    /// M. D. Webb (2014), Queen's Economics Department Working Paper 1315.
    #[default]
    Webb,
}

/// How a wild cluster bootstrap is drawn.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::regress::WildBootstrap;
/// use apportion::{Panel, PanelRegression};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"]).fit(&panel)?;
/// let test = fit.wild_bootstrap("vacancy_rate", &WildBootstrap::new(999, 1))?;
/// assert!(test.p_value >= 0.0 && test.lower < Some(test.estimate) && Some(test.estimate) < test.upper);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WildBootstrap {
    /// How many draws. 9,999 give a p-value to about half a per cent.
    pub draws: usize,
    /// The seed; the same on any number of threads and any machine.
    pub seed: u64,
    /// What residuals are multiplied by. Default: [`WildWeights::Webb`].
    pub weights: WildWeights,
    /// The column whose levels are the clusters. Default: `None`, the units, whose years are not independent.
    pub by: Option<String>,
    /// The value under test. Default: 0.
    pub null: f64,
    /// The level of the interval. Default: 0.95, the usual one.
    pub level: f64,
}

impl WildBootstrap {
    /// So many draws by this seed, of a test that the coefficient is zero, units being the clusters.
    ///
    /// # Examples
    /// ```
    /// use apportion::regress::{WildBootstrap, WildWeights};
    ///
    /// let options = WildBootstrap::new(9_999, 1);
    /// assert_eq!((options.weights, options.by.as_deref()), (WildWeights::Webb, None));
    /// assert_eq!((options.null, options.level), (0.0, 0.95));
    /// let options = options.weights(WildWeights::Rademacher).cluster_by("region").null(1.5).level(0.9);
    /// assert_eq!((options.by.as_deref(), options.null, options.level), (Some("region"), 1.5, 0.9));
    /// ```
    pub fn new(draws: usize, seed: u64) -> Self {
        WildBootstrap { draws, seed, weights: WildWeights::default(), by: None, null: 0.0, level: 0.95 }
    }

    /// Sets what residuals are multiplied by.
    pub fn weights(mut self, weights: WildWeights) -> Self {
        self.weights = weights;
        self
    }

    /// Sets the column whose levels are the clusters.
    pub fn cluster_by(mut self, column: impl Into<String>) -> Self {
        self.by = Some(column.into());
        self
    }

    /// Sets the value under test.
    pub fn null(mut self, value: f64) -> Self {
        self.null = value;
        self
    }

    /// Sets the level of the interval.
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// All but the level, which is of an interval.
    fn check(&self) -> Result<()> {
        let option = |option, expected: &str, found: String| {
            Err(QuestionError::Option { option, expected: expected.to_string(), found }.into())
        };
        if self.draws < LEAST_DRAWS {
            return option("draws", "99 are the least, 9,999 are usual", self.draws.to_string());
        }
        if !self.null.is_finite() {
            return option("null", "it must be a finite number", self.null.to_string());
        }
        Ok(())
    }
}

/// A coefficient tested by the wild cluster bootstrap.
///
/// # Examples
/// See [`wild_bootstrap`](FittedRegression::wild_bootstrap).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WildTest {
    /// The coefficient.
    pub name: String,
    /// Its estimate.
    pub estimate: f64,
    /// The value under test.
    pub null: f64,
    /// (b − null) over the cluster-robust standard error, without a small-sample factor (which cancels).
    pub statistic: f64,
    /// The part of draws whose statistic is at least as far from zero.
    pub p_value: f64,
    /// The values that are not refused at one less the level: the interval's lower end, `None` where it has none.
    pub lower: Option<f64>,
    /// Its upper end, `None` likewise: with few clusters there may be no value, within 500,000 standard errors, that
    /// the draws refuse.
    pub upper: Option<f64>,
    /// The level.
    pub level: f64,
    /// Draws; 2^G where all were taken.
    pub draws: usize,
    /// Clusters.
    pub clusters: usize,
}

impl FittedRegression {
    /// Tests one coefficient by the wild cluster bootstrap-t with the null imposed: residuals e of the regression that
    /// takes the null for given are multiplied, cluster by cluster, with random v_g of mean zero and variance one, and
    /// the statistic of every draw is compared with that of the sample. Nothing is refitted: with A = (X'WX)⁻¹, a its
    /// row of the coefficient, S_g = X_g'W e_g and P_g = X_g'W X_g,
    ///
    /// ```text
    /// b* − null   = a' Σ v_g S_g
    /// variance*   = Σ_g (v_g a'S_g − a'P_g A Σ_h v_h S_h)²
    /// ```
    ///
    /// The interval holds the nulls with a p-value above one less the level. Absorbed effects that are nested in
    /// clusters stay absorbed, others become columns. Random effects are taken with the variances of the sample.
    ///
    /// # Errors
    /// [`QuestionError::UnknownCoefficient`] for a name without a coefficient;
    /// [`QuestionError::Option`] for fewer than 99 draws, a null that is not finite or a level outside 0 to 1; those of
    /// cluster covariances for the clusters.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::{WildBootstrap, WildWeights};
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = PanelRegression::new("cpp_rate", ["low_income_pct"]).fit(&panel)?;
    /// // Nine regions are few clusters: all 2⁹ sign patterns are taken.
    /// let by_region = WildBootstrap::new(999, 1).cluster_by("region").weights(WildWeights::Rademacher);
    /// let test = fit.wild_bootstrap("low_income_pct", &by_region)?;
    /// assert_eq!((test.clusters, test.draws), (9, 512));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    ///
    /// A. C. Cameron, J. B. Gelbach and D. L. Miller (2008), Review of Economics and Statistics 90,
    /// <https://doi.org/10.1162/rest.90.3.414>; D. Roodman and others (2019), Stata Journal 19,
    /// <https://doi.org/10.1177/1536867X19830877>.
    pub fn wild_bootstrap(&self, name: &str, options: &WildBootstrap) -> Result<WildTest> {
        self.by_least_squares("the wild bootstrap")?;
        let at = self.position(name)?;
        options.check()?;
        check_level(options.level)?;
        let clusters = self.clusters(options.by.as_deref())?;
        let by = options.by.as_ref().map_or_else(Covariance::cluster, Covariance::cluster_by);
        if let Some(why) = self.estimated(&by)?.unknown(self, at) {
            return Err(cannot("the wild bootstrap", why));
        }
        let parts = Parts::new(self, at, &clusters)?;
        let draws = Draws::new(options, clusters.len());
        let (estimate, alpha) = (self.estimates[at], 1.0 - options.level);
        let p_value = |null: f64| parts.p_value(null, &draws);
        let step = parts.std_error.max(f64::MIN_POSITIVE);
        Ok(WildTest {
            name: name.to_string(),
            estimate,
            null: options.null,
            statistic: parts.statistic(options.null),
            p_value: p_value(options.null),
            lower: end(estimate, -step, alpha, &p_value),
            upper: end(estimate, step, alpha, &p_value),
            level: options.level,
            draws: draws.len(),
            clusters: clusters.len(),
        })
    }
}

/// The null furthest from the estimate, in the direction of the step, whose p-value is above alpha.
fn end(estimate: f64, step: f64, alpha: f64, p_value: &impl Fn(f64) -> f64) -> Option<f64> {
    let mut out = 2.0;
    while p_value(estimate + out * step) > alpha {
        out *= 2.0;
        // With few clusters there may be no value that the draws refuse: then there is no end.
        if out > 1e6 {
            return None;
        }
    }
    let mut inside = 0.0;
    for _ in 0..HALVINGS {
        let middle = 0.5 * (inside + out);
        if p_value(estimate + middle * step) > alpha { inside = middle } else { out = middle }
    }
    Some(estimate + 0.5 * (inside + out) * step)
}

/// What the draws are worked out from. Scores depend on the null linearly.
struct Parts {
    estimate: f64,
    std_error: f64,
    /// a'S_g at the estimate and how it grows with b − null.
    own: Vec<(f64, f64)>,
    /// S_g likewise.
    scores: Vec<(Vec<f64>, Vec<f64>)>,
    /// A P_g a.
    passed: Vec<Vec<f64>>,
}

impl Parts {
    fn new(fit: &FittedRegression, at: usize, clusters: &Clusters) -> Result<Self> {
        let estimate = fit.estimates[at];
        let Expanded { basis, residuals, positions } = fit.with_effects_as_columns(clusters, &[at])?;
        let (columns, inverse) = (basis.columns.all(), &basis.inverse);
        let k = columns.len();
        let weights = &fit.data.weights;
        let function = basis.coefficient(positions[0]);
        let a = inverse.dot(&function);
        let scale = function.dot(&a);
        let rows = clusters.rows();
        let of_cluster = |rows: &Vec<usize>| {
            let sums = |values: &dyn Fn(usize) -> f64| -> Vec<f64> {
                columns.iter().map(|c| rows.iter().map(|&r| weights[r] * c[r] * values(r)).sum()).collect()
            };
            let along = |r: usize| columns.iter().zip(&a).map(|(c, a)| a * c[r]).sum::<f64>();
            let score = sums(&|r| residuals[r]);
            // P_g a: the scores of x'a, and what the residuals gain where the null is imposed.
            let of_along = sums(&along);
            let growth: Vec<f64> = of_along.iter().map(|x| x / scale).collect();
            let passed = (0..k).map(|i| (0..k).map(|j| inverse[[i, j]] * of_along[j]).sum()).collect();
            (score, growth, passed)
        };
        let parts: Vec<(Vec<f64>, Vec<f64>, Vec<f64>)> = rows.par_iter().map(of_cluster).collect();
        let product = |x: &[f64]| a.iter().zip(x).map(|(a, x)| a * x).sum::<f64>();
        let own: Vec<(f64, f64)> = parts.iter().map(|(score, growth, _)| (product(score), product(growth))).collect();
        let std_error = own.iter().map(|(s, _)| s * s).sum::<f64>().sqrt();
        let mut scores = Vec::with_capacity(parts.len());
        let mut passed = Vec::with_capacity(parts.len());
        for (score, growth, of_along) in parts {
            scores.push((score, growth));
            passed.push(of_along);
        }
        Ok(Parts { estimate, std_error, own, scores, passed })
    }

    fn statistic(&self, null: f64) -> f64 {
        (self.estimate - null) / self.std_error
    }

    fn p_value(&self, null: f64, draws: &Draws) -> f64 {
        let excess = self.estimate - null;
        let own: Vec<f64> = self.own.iter().map(|(s, t)| s + excess * t).collect();
        let scores: Vec<Vec<f64>> =
            self.scores.iter().map(|(s, t)| s.iter().zip(t).map(|(s, t)| s + excess * t).collect()).collect();
        let k = scores.first().map_or(0, Vec::len);
        // A hair below, so that a draw that is the sample itself counts as one.
        let statistic = self.statistic(null).abs() * (1.0 - 1e-10);
        let exceeds = |draw: usize| {
            let v = draws.draw(draw);
            let mut sum = vec![0.0; k];
            for (v, score) in v.iter().zip(&scores) {
                sum.iter_mut().zip(score).for_each(|(sum, s)| *sum += v * s);
            }
            let numerator: f64 = v.iter().zip(&own).map(|(v, n)| v * n).sum();
            let of_cluster = |((v, n), passed): ((&f64, &f64), &Vec<f64>)| {
                (v * n - passed.iter().zip(&sum).map(|(p, s)| p * s).sum::<f64>()).powi(2)
            };
            let variance: f64 = v.iter().zip(&own).zip(&self.passed).map(of_cluster).sum();
            // Not divided, as a draw may have no variance.
            numerator.abs() >= statistic * variance.sqrt()
        };
        // A count is the same in any order, so threads need none.
        let count = (0..draws.len()).into_par_iter().filter(|&draw| exceeds(draw)).count();
        count as f64 / draws.len() as f64
    }
}

impl FittedRegression {
    /// The regression with absorbed effects that are not nested in the clusters as columns.
    fn with_effects_as_columns(&self, clusters: &Clusters, positions: &[usize]) -> Result<Expanded> {
        let absorbed = self.data.absorbed;
        let sets = [(absorbed.units, self.design.units.as_ref()), (absorbed.periods, self.design.periods.as_ref())];
        let is_nested = |groups: &Groups| clusters.nest(groups);
        let [units, periods] = sets.map(|(is_absorbed, groups)| groups.filter(|_| is_absorbed));
        let others: Vec<&Groups> = [units, periods].into_iter().flatten().filter(|groups| !is_nested(groups)).collect();
        if others.is_empty() {
            let (basis, residuals) = (self.basis.clone(), self.residuals.clone());
            return Ok(Expanded { basis, residuals, positions: positions.to_vec() });
        }
        let nested = Absorbed { units: units.is_some_and(is_nested), periods: periods.is_some_and(is_nested), rank: 0 };
        let absorb = nested.absorb(&self.design);
        let levels = self.data.levels(&self.design).map(<[f64]>::to_vec);
        let dummies = others.iter().flat_map(|groups| {
            let dummy = |code: usize| groups.codes.iter().map(|&c| f64::from(u8::from(c as usize == code))).collect();
            (0..groups.names.len()).map(dummy).collect::<Vec<Vec<f64>>>()
        });
        // Columns before dummies: of what depends on each other the later goes, and the coefficient must stay.
        let raw: Vec<Vec<f64>> = levels.chain(dummies).collect();
        // Where nothing is nested the mean is not taken out either: the intercept is among the dummies.
        let left = |c: &[f64]| if nested.any() { absorb.residuals(c) } else { c.to_vec() };
        let columns: Vec<Vec<f64>> = raw.par_iter().map(|c| left(c)).collect();
        let length = |c: &Vec<f64>| weighted_dot(c, c, &self.data.weights).sqrt();
        let own = self.estimates.len();
        let lengths = self.data.lengths.iter().copied().chain(raw[own..].iter().map(length));
        let roundings = self.data.roundings.iter().copied().chain(raw[own..].iter().map(|c| rounding(length(c))));
        let problem = Problem {
            has_intercept: false,
            outcome: &left(&self.design.outcome),
            weights: &self.data.weights,
            lengths: &lengths.collect::<Vec<_>>(),
            roundings: &roundings.collect::<Vec<_>>(),
            columns: columns.into(),
        };
        let Solution { kept, basis, residuals, .. } = problem.solve();
        let found = |&at: &usize| {
            let coefficient = || self.names()[at].clone();
            let gone = || cannot("the wild bootstrap", Refusal::SpannedByEffects { coefficient: coefficient() });
            kept.iter().position(|&c| c == at).ok_or_else(gone)
        };
        let positions = positions.iter().map(found).collect::<Result<Vec<_>>>()?;
        Ok(Expanded { basis, residuals, positions })
    }
}

/// The regression on columns alone, and where the coefficients stand among them.
struct Expanded {
    basis: Basis,
    residuals: Vec<f64>,
    positions: Vec<usize>,
}
