//! Which coefficients does a panel regression give, and how sure are they?
//!
//! [`PanelRegression`] is the question, [`FittedRegression`] the answer; covariance and tests are chosen after the fit.
//! It does not know of shares.
//!
//! | question | ask | answer |
//! |---|---|---|
//! | the coefficients by an estimator | [`PanelRegression`], [`Estimator`] | [`FittedRegression`], [`RSquared`] |
//! | the coefficients behind a model's shares | [`FittedModel::regression`](crate::FittedModel::regression) | [`FittedRegression`] |
//! | the variances of random effects | [`RandomMethod`], [`RandomEffect`] | [`EffectVariances`], [`QuasiDemeaning`] |
//! | how sure they are | [`FittedRegression::coefficients`], [`Covariance`] ([`CovarianceKind`], [`Leverage`], [`ClusterCorrection`], [`ErrorsRelated`], [`SmallSample`]) | [`CoefficientTable`] of [`CoefficientEstimate`]s, [`CovarianceMatrix`] |
//! | the same by resampling the errors of clusters | [`FittedRegression::wild_bootstrap`], [`FittedRegression::wild_bootstrap_joint`], [`WildBootstrap`], [`WildWeights`] | [`WildTest`], [`JointWildTest`] |
//! | several coefficients, or functions of them | [`FittedRegression::wald`], [`FittedRegression::combination`], [`FittedRegression::delta_method`] | [`JointTest`], [`CoefficientEstimate`] |
//! | residuals and fitted values by unit and period | [`FittedRegression::regressed_rows`], [`FittedRegression::regressed_row`], [`FittedRegression::residuals_on`] | [`RegressedRow`] |
//! | the likelihood of those rows, AIC and BIC | [`FittedRegression::log_likelihood`], [`FittedRegression::aic`], [`FittedRegression::bic`] | numbers |
//! | the columns as they were regressed | [`FittedRegression::design_matrix`] | [`ColumnMatrix`](crate::panel::ColumnMatrix) |
//! | the effects of units and periods | [`FittedRegression::unit_effects`], [`FittedRegression::period_effects`] | [`Effect`] |
//! | the expected outcome of other rows | [`FittedRegression::predictions`] | [`Prediction`] |
//! | counts: how far they lie from their means | [`FittedRegression::deviance`] | [`Deviance`] |
//! | counts: what a column does to the expected count, or rate | [`FittedRegression::average_marginal_effects`] | [`CoefficientEstimate`]s |
//! | whether the regression suits the data | [`FittedRegression::hausman`] and its like | [`SpecificationTest`], [`NullDistribution`], [`CrossSectionLm`], [`ResidualLags`], [`HausmanVariance`] |
//! | which rows and units decide | [`FittedRegression::influence_of_rows`], [`FittedRegression::influence_of_units`] | [`Influence`] |
//! | how much of what unit effects take up is noise | [`FittedModel::noise`](crate::FittedModel::noise), [`NoiseModel`] | [`Noise`], [`Drift`] |
//! | which columns are hard to tell apart | [`FittedRegression::collinearity`] | [`Collinearity`] of [`ColumnInflation`] |

// Where to find it in the code:
//
// | step | file |
// |---|---|
// | what an estimator takes from the data | `transform`, `random_effects` |
// | coefficients | `estimation`, `least_squares`, `basis` |
// | how sure they are | `covariance`, `wild`, `inference`, `functions`, `joint` |
// | what was regressed, and what is left of it | `design_matrix`, `regressed_rows`, `likelihood` |
// | whether the regression suits the data | `specification`, `diagnostics` |
// | noise within units | `noise` |
// | what it says of units and of new rows | `effects`, `prediction`, `new_rows`, `estimable` |
// | the same question, put by a model | `of_model` |
// | counts, by least squares iterated | `of_counts`, `deviance`, `marginal_effects` |

mod basis;
mod columns;
mod covariance;
mod design_matrix;
mod deviance;
mod diagnostics;
mod effects;
mod estimable;
mod estimation;
mod estimator;
mod fitted;
mod functions;
mod inference;
mod joint;
mod least_squares;
mod likelihood;
mod marginal_effects;
mod new_rows;
mod noise;
mod of_counts;
mod of_model;
mod prediction;
mod r_squared;
mod random_effects;
mod regressed_rows;
mod specification;
mod spreads;
mod transform;
mod wild;

use linfa::dataset::{AsSingleTargets, DatasetBase};
use linfa::traits::Fit;
use ndarray::{ArrayBase, Data, Ix2};
use serde::{Deserialize, Serialize};

pub(crate) use inference::check_level;
pub(crate) use noise::{Found as FoundNoise, Residuals};

pub use covariance::{
    ClusterCorrection, Covariance, CovarianceKind, CovarianceMatrix, ErrorsRelated, Leverage, SmallSample,
};
pub use deviance::Deviance;
pub use diagnostics::{Collinearity, ColumnInflation, Influence};
pub use effects::Effect;
pub use estimator::Estimator;
pub use fitted::FittedRegression;
pub use inference::{CoefficientEstimate, CoefficientTable};
pub use joint::JointTest;
pub use noise::{Drift, Noise, NoiseModel};
pub use prediction::Prediction;
pub use r_squared::RSquared;
pub use random_effects::{EffectVariances, QuasiDemeaning, RandomEffect, RandomMethod};
pub use regressed_rows::RegressedRow;
pub use specification::{CrossSectionLm, HausmanVariance, NullDistribution, ResidualLags, SpecificationTest};
pub use wild::{JointWildTest, WildBootstrap, WildTest, WildWeights};

use crate::error::{Error, QuestionError, Result, TermSyntax};
use crate::model::{Family, Model, Term, Weights, read_terms};
use crate::panel::Panel;

/// A panel regression: an outcome, its terms, and how it is estimated.
///
/// # How exact
/// Correct digits of NIST's certified sets (StRD, linear regression), the smallest over coefficients and over standard
/// errors; powers of x are interactions, `x:x`. Beside them the least that is asked for: what R's `lm` reaches.
///
/// | set | coefficients | standard errors | asked for |
/// |---|---|---|---|
/// | Norris | 12.8 | 14.1 | 9 |
/// | Pontius | 12.4 | 13.5 | 9 |
/// | NoInt1 | 14.7 | 15.7 | 9 |
/// | NoInt2 | 15.3 | 15.1 | 9 |
/// | Filip | 8.0 | 9.0 | 7.5 |
/// | Longley | 13.8 | 12.6 | 11 |
/// | Wampler1 | 9.9 | none | 9 |
/// | Wampler2 | 13.2 | none | 9 |
/// | Wampler3 | 10.8 | 14.4 | 9 |
/// | Wampler4 | 8.7 | 14.4 | 8 |
/// | Wampler5 | 6.7 | 14.4 | 6 |
///
/// Filip's ten powers of x are so nearly collinear that rounding them to doubles alone leaves no more than 8 digits.
/// Wampler1 and Wampler2 are exact fits, of whose errors nothing is said.
///
/// # Examples
/// ```
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Estimator, Panel, PanelRegression};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = PanelRegression::new("cpp_rate", ["low_income_pct", "vacancy_rate"])
///     .estimator(Estimator::Twoway)
///     .fit(&panel)?;
/// assert_eq!(fit.names(), ["low_income_pct", "vacancy_rate"]);
/// assert!(fit.r_squared().within.is_some_and(|r2| r2 > 0.0));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelRegression {
    pub(crate) outcome: Option<Term>,
    pub(crate) terms: Vec<Term>,
    pub(crate) estimator: Estimator,
    pub(crate) random_method: RandomMethod,
    weights: Weights,
    pub(crate) intercept: bool,
    #[serde(default)]
    pub(crate) family: Family,
    #[serde(default)]
    exposure: Option<String>,
    #[serde(skip)]
    unread: Option<TermSyntax>,
}

impl PanelRegression {
    /// A regression of the outcome on these terms, all given as [`Term`] values or their text; pooled until
    /// [`estimator`](Self::estimator) says otherwise.
    ///
    /// A text that cannot be read is reported when the regression is fitted.
    ///
    /// # Examples
    /// ```
    /// use apportion::{PanelRegression, Term};
    ///
    /// let by_text = PanelRegression::new("log(cpp_rate)", ["low_income_pct"]);
    /// assert_eq!(by_text, PanelRegression::new(Term::column("cpp_rate").log(), [Term::column("low_income_pct")]));
    /// ```
    pub fn new<T, I>(outcome: T, terms: I) -> Self
    where
        T: TryInto<Term>,
        TermSyntax: From<T::Error>,
        I: IntoIterator,
        I::Item: TryInto<Term>,
        TermSyntax: From<<I::Item as TryInto<Term>>::Error>,
    {
        let mut regression = PanelRegression {
            outcome: None,
            terms: Vec::new(),
            estimator: Estimator::default(),
            random_method: RandomMethod::default(),
            weights: Weights::default(),
            intercept: true,
            family: Family::default(),
            exposure: None,
            unread: None,
        };
        regression.outcome = read_terms([outcome], &mut regression.unread).pop();
        regression.terms = read_terms(terms, &mut regression.unread);
        regression
    }

    /// Sets the estimator. Default: [`Estimator::Pooled`].
    ///
    /// # Examples
    /// ```
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder()
    ///     .units(["A", "A", "B", "B"])
    ///     .periods([2017, 2018, 2017, 2018])
    ///     .column("y", [1.0, 3.0, 11.0, 14.0])
    ///     .column("x", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let within = PanelRegression::new("y", ["x"]).estimator(Estimator::Within).fit(&panel)?;
    /// // x rises by one in both, and y by two and by three.
    /// assert!((within.estimates()[0] - 2.5).abs() < 1e-12);
    /// assert_eq!((within.names(), within.df_residual()), (&["x".to_string()][..], 4 - 1 - 2));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn estimator(mut self, estimator: Estimator) -> Self {
        self.estimator = estimator;
        self
    }

    /// Sets how the variance components of random effects are estimated. Default: Swamy and Arora's method, as in most
    /// packages; other estimators ignore it.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::regress::RandomMethod;
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let random = PanelRegression::new("cpp_rate", ["low_income_pct"]).estimator(Estimator::Random);
    /// let error = |method| {
    ///     let fit = random.clone().random_method(method).fit(&panel)?;
    ///     Ok::<_, apportion::Error>(fit.effect_variances().map_or(f64::NAN, |v| v.idiosyncratic))
    /// };
    /// // Nerlove's divides by all rows, the default by its degrees of freedom.
    /// let ratio = error(RandomMethod::Nerlove)? / error(RandomMethod::default())?;
    /// assert!((ratio - (1200.0 - 150.0 - 1.0) / 1200.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn random_method(mut self, method: RandomMethod) -> Self {
        self.random_method = method;
        self
    }

    /// Sets the column of analytic weights, such as a population: the variance of a row's error is σ²/w. Default: the
    /// weights of the panel's schema, or none.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0])
    ///     .column("x", [0.0, 1.0, 1.0])
    ///     .column("children", [1.0, 3.0, 1.0])
    ///     .build()?;
    /// let fit = PanelRegression::new("y", ["x"]).weights("children").fit(&panel)?;
    /// // The mean of 2 and 4, weighted by 3 and 1, less the 1 where x is 0.
    /// assert!(fit.estimate("x").is_some_and(|b| (b - 1.5).abs() < 1e-12));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.weights = Weights::Column(column.into());
        self
    }

    /// Weights every row alike, whatever the panel's schema says.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0])
    ///     .column("x", [0.0, 1.0, 1.0])
    ///     .column("children", [1.0, 3.0, 1.0])
    ///     .weight("children")
    ///     .build()?;
    /// let regression = PanelRegression::new("y", ["x"]);
    /// // The mean of 2 and 4, weighted by the panel's own weights or not, less the 1 where x is 0.
    /// assert!((regression.fit(&panel)?.estimates()[1] - 1.5).abs() < 1e-12);
    /// assert!((regression.unweighted().fit(&panel)?.estimates()[1] - 2.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn unweighted(mut self) -> Self {
        self.weights = Weights::Equal;
        self
    }

    /// Leaves the intercept out, and of first differences the linear trend that it stands for. Default: it is in, as
    /// without it R² and the coefficients are about zero, not about the mean. The first factor then has a coefficient for
    /// every level. Where effects are absorbed there is no intercept to leave out, and [`fit`](Self::fit) says so.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [2.0, 3.0, 7.0]).column("x", [1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["x"]).without_intercept().fit(&panel)?;
    /// // Σxy/Σx²
    /// assert!((fit.estimates()[0] - 29.0 / 14.0).abs() < 1e-14);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn without_intercept(mut self) -> Self {
        self.intercept = false;
        self
    }

    /// Takes the outcome to be of this family. Default: [`Family::Gaussian`], least squares.
    ///
    /// A regression of counts is by greatest likelihood: ln E(y) = ln(exposure) + x'b, and the effects that the estimator
    /// absorbs. Its coefficients are differences of the logarithm of the rate, e^b the ratio of two rates. It is pooled, or has
    /// effects of units, of periods or of both. Weights have a mean of one, so that errors do not hang on their unit.
    ///
    /// # Examples
    /// ```
    /// use apportion::model::Family;
    /// use apportion::{Covariance, Panel, PanelRegression};
    ///
    /// let panel = Panel::builder()
    ///     .column("plans", [10.0, 20.0, 40.0, 60.0])
    ///     .column("children", [1000.0, 2000.0, 2000.0, 3000.0])
    ///     .column("poor", [0.0, 0.0, 1.0, 1.0])
    ///     .build()?;
    /// let fit = PanelRegression::new("plans", ["poor"]).family(Family::Poisson).exposure("children").fit(&panel)?;
    /// // Ten of a thousand, and twenty: twice as many. Its variance is that of the two logarithms, 1/30 + 1/100.
    /// assert!((fit.estimate("poor").unwrap() - 2.0_f64.ln()).abs() < 1e-12);
    /// let plain = Covariance::iid().small_sample(apportion::regress::SmallSample::Unadjusted);
    /// assert!((fit.covariance(&plain)?.matrix[[1, 1]] - (1.0 / 30.0 + 1.0 / 100.0)).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    /// The column that counts are out of, such as a population: its logarithm is taken, and enters with a coefficient of one.
    /// Default: none, every row alike. Rows without it, or where it is zero, leave the sample, which says so.
    ///
    /// # Examples
    /// See [`family`](Self::family).
    pub fn exposure(mut self, column: impl Into<String>) -> Self {
        self.exposure = Some(column.into());
        self
    }

    /// Fits to a panel.
    ///
    /// # Errors
    /// Those of [`Model::fit_counts`](crate::Model::fit_counts) for counts. Those of [`Model::fit`] for the outcome, the terms and the weights;
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) for a panel without the units or periods that the
    /// estimator is about; [`QuestionError::NoInterceptToLeaveOut`];
    /// [`EstimateError::TooFew`](crate::error::EstimateError::TooFew) for fewer rows (units, differences) than it
    /// takes; [`EstimateError::NoVariation`](crate::error::EstimateError::NoVariation) for a constant outcome;
    /// [`EstimateError::Method`](crate::error::EstimateError::Method) where the absorbed effects leave nothing of the
    /// outcome, or of any column.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
    /// let fit = PanelRegression::new("y", ["x"]).fit(&panel)?;
    /// assert_eq!(fit.names(), ["(Intercept)", "x"]);
    /// assert!(fit.estimates().iter().all(|b| (b - 1.1).abs() < 1e-12));
    /// // A text that is no term is reported here.
    /// assert!(PanelRegression::new("y", ["log(x"]).fit(&panel).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn fit(&self, panel: &Panel) -> Result<FittedRegression> {
        FittedRegression::new(self, panel)
    }

    /// The same question as a model of one component, from which the design is made.
    pub(crate) fn model(&self) -> Result<Model> {
        if let Some(unread) = &self.unread {
            return Err(unread.clone().into());
        }
        if self.terms.is_empty() {
            return Err(QuestionError::NoTerms.into());
        }
        let outcome = self.outcome.clone().ok_or(QuestionError::NoOutcome)?;
        let mut model = Model::new(outcome).component("terms", self.terms.clone()).family(self.family);
        if let Some(exposure) = &self.exposure {
            model = model.exposure(exposure);
        }
        Ok(match &self.weights {
            Weights::Panel => model,
            Weights::Column(column) => model.weights(column),
            Weights::Equal => model.unweighted(),
        })
    }
}

impl<D, T> Fit<ArrayBase<D, Ix2>, T, Error> for PanelRegression
where
    D: Data<Elem = f64>,
    T: AsSingleTargets<Elem = f64>,
{
    type Object = FittedRegression;

    /// Fits to a linfa dataset, a cross-section whose columns are the dataset's feature names (or `x1`, `x2`, … where
    /// it has none).
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedRegression> {
        PanelRegression::fit(self, &Panel::from_dataset(dataset, &self.model()?.outcome_column()?)?)
    }
}
