//! What does each component add, averaged over a sample of the orders, where there are too many for all of them?
//!
//! A Shapley value is the mean, over all k! orders, of what a component adds where it enters. The mean over orders
//! drawn at random estimates it without bias, its error is known from the same sample, and the values still sum to R² −
//! R²(always), because the increments of every order do.
//!
//! J. Castro, D. Gómez and J. Tejada (2009), "Polynomial calculation of the Shapley value based on sampling",
//! <https://doi.org/10.1016/j.cor.2008.04.004>; antithetic orders: R. Mitchell, J. Cooper, E. Frank and G. Holmes
//! (2022), "Sampling permutations for Shapley value estimation", Journal of Machine Learning Research 23(43),
//! <https://jmlr.org/papers/v23/21-0439.html>.

mod factor;
mod orders;
mod round;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Share;
use crate::error::{Error, QuestionError, Refusal, Result, cannot};
use crate::fit::FittedModel;
use crate::numerics::lanes::LANES;
use crate::panel::Sample;
use crate::warning::Warning;
use round::Matrices;

/// The fewest orders that may be asked for: a standard error needs two rounds.
const FEWEST_ORDERS: usize = 2 * LANES;
/// The most rounds between two looks at the error, so that memory does not grow with the orders.
const MOST_ROUNDS_AT_ONCE: usize = 1_024;

/// How many orders to draw: until the standard error of every component is as small as requested.
///
/// # Examples
/// ```
/// use apportion::decompose::SampledOrders;
///
/// let options = SampledOrders::new(7);
/// assert_eq!((options.std_error, options.least_orders, options.most_orders), (0.001, 256, 100_000));
/// assert_eq!(options.std_error(0.002).most_orders(10_000).std_error, 0.002);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SampledOrders {
    /// Seed of the orders: it gives the same bits on any number of threads.
    pub seed: u64,
    /// Draw until no component's standard error is above this part of the outcome's variation. Default 0.001, a tenth
    /// of a percentage point: the last digit of a printed share.
    pub std_error: f64,
    /// Draw at least so many orders. Default 256: the standard error, from 32 rounds of eight orders, is then itself
    /// known to about 13%.
    pub least_orders: usize,
    /// Draw at most so many orders. Default 100,000: what a round of eight credits lies between 0 and 1, so that no
    /// standard error is then above 0.0045, whatever the data; most are far below.
    pub most_orders: usize,
}

impl SampledOrders {
    /// The defaults with this seed.
    ///
    /// # Examples
    /// See [`SampledOrders`].
    pub fn new(seed: u64) -> Self {
        SampledOrders { seed, std_error: 0.001, least_orders: 256, most_orders: 100_000 }
    }

    /// Requests this standard error, as a part of the outcome's variation.
    pub fn std_error(mut self, std_error: f64) -> Self {
        self.std_error = std_error;
        self
    }

    /// Draws at least so many orders; they come in rounds of eight, so that the number is rounded up.
    pub fn least_orders(mut self, orders: usize) -> Self {
        self.least_orders = orders;
        self
    }

    /// Draws at most so many orders; they come in rounds of eight, so that the number is rounded down.
    pub fn most_orders(mut self, orders: usize) -> Self {
        self.most_orders = orders;
        self
    }

    fn check(&self) -> Result<()> {
        let refuse =
            |option, expected: String, found: String| Err(QuestionError::Option { option, expected, found }.into());
        if !(self.std_error > 0.0 && self.std_error.is_finite()) {
            let expected = "it must be above 0, a part of the outcome's variation such as 0.001".to_string();
            return refuse("standard error", expected, self.std_error.to_string());
        }
        if self.least_orders < FEWEST_ORDERS {
            let expected =
                format!("it must be at least {FEWEST_ORDERS}, two rounds of eight, for the error to be known");
            return refuse("least orders", expected, self.least_orders.to_string());
        }
        if self.most_orders / LANES < self.least_orders.div_ceil(LANES) {
            let expected =
                format!("it must hold the least number of orders, {}, in rounds of eight", self.least_orders);
            return refuse("most orders", expected, self.most_orders.to_string());
        }
        Ok(())
    }
}

/// A component's Shapley value, estimated from sampled orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SampledShare {
    /// The component's name.
    pub name: String,
    /// Part of the outcome's total variation, as a fraction.
    pub share_of_total: f64,
    /// Part of what there was to credit, R² − R²(always), as a fraction; 0 where there was nothing to credit.
    pub share_of_explained: f64,
    /// Standard error of `share_of_total` from sampling the orders, on its scale. It says how far the value over all
    /// orders may be, not how sure the data are.
    pub std_error: f64,
}

/// Shapley values estimated from a sample of the orders, each with the standard error of the sampling.
///
/// `share_of_total` over the components, `always` and `unexplained` sums to 1; over the components alone to
/// R² − R²(always).
///
/// # Examples
/// ```
/// use apportion::decompose::SampledOrders;
/// use apportion::{Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 3.0, 5.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0])
///     .column("z", [0.0, 1.0, 0.0, 1.0])
///     .build()?;
/// let fit = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
/// // x and z are uncorrelated: every order says the same, and nothing is left to chance.
/// let sampled = fit.shapley_sampled(&SampledOrders::new(1))?;
/// assert!((sampled.component("first")?.share_of_total - 6.25 / 8.75).abs() < 1e-12);
/// assert!(sampled.reached && sampled.orders == 256 && sampled.largest_std_error() < 1e-12);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SampledShapley {
    /// The outcome.
    pub outcome: String,
    /// The components, in the order of the model.
    pub components: Vec<SampledShare>,
    /// What the terms that are always in explain, credited to nobody; `None` without such terms. No sampling error.
    pub always: Option<Share>,
    /// What no component explains. No sampling error.
    pub unexplained: Share,
    /// R² of the whole model: one less the unexplained share.
    pub r2_overall: f64,
    /// Orders drawn, in rounds of eight.
    pub orders: usize,
    /// Whether every standard error is as small as requested; otherwise the most orders were drawn before it was.
    pub reached: bool,
    /// What was asked for.
    pub options: SampledOrders,
    /// The rows used, and for those left out, why.
    pub sample: Sample,
    /// The weight column; `None` where every row weighs alike.
    pub weights: Option<String>,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub panel: Option<String>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

impl SampledShapley {
    /// The share of this component.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    pub fn component(&self, name: &str) -> Result<&SampledShare> {
        self.components.iter().find(|c| c.name == name).ok_or_else(|| {
            Error::from(QuestionError::UnknownComponent {
                component: name.to_string(),
                available: self.components.iter().map(|c| c.name.clone()).collect(),
            })
        })
    }

    /// The largest standard error of any component.
    pub fn largest_std_error(&self) -> f64 {
        self.components.iter().fold(0.0, |largest, c| largest.max(c.std_error))
    }
}

impl FittedModel {
    /// What each component adds to R² on average over all orders, estimated from orders drawn at random.
    ///
    /// ```text
    /// φ̂_c = 1/n Σ_π [R²(π before c, and c) − R²(π before c)]      over n orders π
    /// std_error² = Σ_rounds (mean of the round − φ̂_c)² / (m (m − 1))    m = n/8 rounds of eight orders
    /// ```
    ///
    /// A round is an order drawn at random, rotated by none, one, two and three quarters of its length, and the four
    /// reversed: each is as likely as any other order, so that the mean is without bias, but together they vary less
    /// than eight drawn apart.
    ///
    /// Drawn until every standard error is as small as requested. It is estimated from the same rounds: where a
    /// component adds much, but in few orders only, ask for more [`least_orders`](SampledOrders::least_orders).
    ///
    /// For any number of components that memory holds: an order costs p³/6 multiplications on p columns, at most twice
    /// that beside unit effects, and each thread keeps 32 p² bytes. Up to 36 components,
    /// [`shapley`](FittedModel::shapley) is exact. Unit effects get at least as much as any component that is constant
    /// over the years of a unit, by construction, and a share is not a cause.
    ///
    /// Sources: J. Castro, D. Gómez and J. Tejada (2009), <https://doi.org/10.1016/j.cor.2008.04.004>; R. Mitchell,
    /// J. Cooper, E. Frank and G. Holmes (2022), <https://jmlr.org/papers/v23/21-0439.html>.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a standard error that is not above 0, fewer than 16 orders at least, or fewer at
    /// most than at least; [`EstimateError::Method`](crate::error::EstimateError::Method) for a model with a precedence
    /// between components.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::SampledOrders;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate")
    ///     .component("deprivation", ["low_income_pct"])
    ///     .component("spending", ["spend_per_child", "vacancy_rate"])
    ///     .component("policy", [Term::PeriodEffects])
    ///     .component("practice", [Term::UnitEffects])
    ///     .fit(&panel)?;
    /// let sampled = fit.shapley_sampled(&SampledOrders::new(1).std_error(0.002))?;
    /// assert!(sampled.reached && sampled.largest_std_error() <= 0.002);
    /// for (share, exact) in sampled.components.iter().zip(&fit.shapley()?.components) {
    ///     assert!((share.share_of_total - exact.share_of_total).abs() < 4.0 * 0.002);
    /// }
    /// let sum: f64 = sampled.components.iter().map(|c| c.share_of_total).sum();
    /// assert!((sum - sampled.r2_overall).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn shapley_sampled(&self, options: &SampledOrders) -> Result<SampledShapley> {
        options.check()?;
        if self.model().predecessors()?.is_some() {
            return Err(cannot("shapley_sampled", Refusal::Precedence { are_drawn: true }));
        }
        let players = self.players();
        let k = players.len();
        let matrices = Matrices::new(&players, self.moments().entries());
        let means = sample(&matrices, k, options);
        let mut warnings = self.warnings().to_vec();
        // The orders are walked in doubles.
        warnings.extend(self.error_bound(false).map(|bound| Warning::Imprecise { bound }));
        let design = self.design();
        let has_always = !self.model().always_terms().is_empty();
        let always = if has_always { 1.0 - matrices.left_by_always() } else { 0.0 };
        let r2_overall = 1.0 - means.mean[k];
        let to_credit = r2_overall - always;
        let component = |(p, name): (usize, &String)| SampledShare {
            name: name.clone(),
            share_of_total: means.mean[p],
            share_of_explained: if to_credit > 0.0 { means.mean[p] / to_credit } else { 0.0 },
            std_error: means.std_error(p),
        };
        Ok(SampledShapley {
            outcome: design.outcome_name.clone(),
            components: players.names.iter().enumerate().map(component).collect(),
            always: has_always.then(|| Share::new("always", always, 0.0)),
            unexplained: Share::new("unexplained", means.mean[k], 0.0),
            r2_overall,
            orders: LANES * means.rounds,
            reached: means.largest_std_error(k) <= options.std_error,
            options: *options,
            sample: design.sample.clone(),
            weights: design.weights_name.clone(),
            panel: design.panel.description().map(str::to_string),
            warnings,
        })
    }
}

/// Draws rounds until the error is as requested. It is looked at after whole batches only, whose sizes depend on what
/// was drawn before them alone: the same on any number of threads.
fn sample(matrices: &Matrices, n_players: usize, options: &SampledOrders) -> Means {
    let (least, most) = (options.least_orders.div_ceil(LANES), options.most_orders / LANES);
    let mut means = Means::new(n_players + 1);
    let mut until = least.min(MOST_ROUNDS_AT_ONCE);
    loop {
        let rounds = (means.rounds..until).into_par_iter();
        let mean = |workspace: &mut _, round| matrices.round_mean(options.seed, round, workspace);
        let batch: Vec<Vec<f64>> = rounds.map_init(|| matrices.workspace(), mean).collect();
        batch.iter().for_each(|round| means.add(round));
        let per_request = means.largest_std_error(n_players) / options.std_error;
        if means.rounds == most || means.rounds >= least && per_request <= 1.0 {
            return means;
        }
        // As many as the error so far calls for, but never more than double: it is itself an estimate.
        let wanted = (means.rounds as f64 * per_request * per_request).ceil() as usize;
        let at_once = means.rounds.min(MOST_ROUNDS_AT_ONCE);
        until = wanted.max(least).clamp(means.rounds + 1, means.rounds + at_once).min(most);
    }
}

/// Running means over rounds, and sums of squares about them (B. P. Welford, 1962,
/// <https://doi.org/10.1080/00401706.1962.10490022>).
struct Means {
    rounds: usize,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl Means {
    fn new(n: usize) -> Self {
        Means { rounds: 0, mean: vec![0.0; n], squares: vec![0.0; n] }
    }

    fn add(&mut self, values: &[f64]) {
        self.rounds += 1;
        let per_round = 1.0 / self.rounds as f64;
        for ((mean, squares), value) in self.mean.iter_mut().zip(&mut self.squares).zip(values) {
            let difference = value - *mean;
            *mean += difference * per_round;
            *squares += difference * (value - *mean);
        }
    }

    fn std_error(&self, i: usize) -> f64 {
        let rounds = self.rounds as f64;
        (self.squares[i] / (rounds * (rounds - 1.0))).sqrt()
    }

    /// Among the first so many values.
    fn largest_std_error(&self, n: usize) -> f64 {
        (0..n).fold(0.0, |largest, i| largest.max(self.std_error(i)))
    }
}
