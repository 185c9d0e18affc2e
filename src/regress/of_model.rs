//! The regression behind a model's shares.

use linfa::traits::Predict;
use ndarray::Array1;

use super::of_counts::OfCounts;
use super::{Estimator, FittedRegression, PanelRegression, RandomMethod};
use crate::counts::FittedCounts;
use crate::error::Result;
use crate::fit::FittedModel;
use crate::model::{Design, Model, Term, resolve};
use crate::panel::Panel;

impl FittedModel {
    /// The regression on all columns of the model: what [`PanelRegression`] gives when it is asked the same, and so with
    /// standard errors under any [`Covariance`](crate::Covariance).
    ///
    /// Its terms are those of `always`, then those of the components. Unit effects and plain period effects are
    /// absorbed: the estimator is [`Pooled`](Estimator::Pooled) without either, else [`Within`](Estimator::Within),
    /// [`WithinPeriod`](Estimator::WithinPeriod) or [`Twoway`](Estimator::Twoway). A column that others or the effects
    /// explain has no coefficient, as it adds nothing to a share.
    ///
    /// # Errors
    /// [`EstimateError::Scale`](crate::error::EstimateError::Scale) for values beyond 1e145, which shares can bear and
    /// coefficients cannot.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Covariance, Estimator, Model, Panel, PanelRegression, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate")
    ///     .component("deprivation", ["low_income_pct"])
    ///     .component("practice", [Term::UnitEffects])
    ///     .fit(&panel)?;
    /// let table = fit.regression()?.coefficients(&Covariance::cluster())?;
    /// assert_eq!(table.coefficients[0].component.as_deref(), Some("deprivation"));
    ///
    /// let asked = PanelRegression::new("cpp_rate", ["low_income_pct"]).estimator(Estimator::Within);
    /// let same = asked.fit(&panel)?.coefficients(&Covariance::cluster())?;
    /// assert!((table.coefficients[0].std_error - same.coefficients[0].std_error).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn regression(&self) -> Result<FittedRegression> {
        self.design().needs_rows("the regression")?;
        let (question, design) = same_question(self.model(), self.design());
        FittedRegression::of(&question, design)
    }
}

impl FittedCounts {
    /// The regression on all columns of the model, with standard errors under a covariance, predictions and average marginal
    /// effects: what [`PanelRegression`] gives when it is asked the same. Terms and estimator are those that
    /// [`FittedModel::regression`] says.
    ///
    /// # Errors
    /// Those of [`PanelRegression::fit`].
    ///
    /// # Examples
    /// ```
    /// use apportion::model::Family;
    /// use apportion::{Covariance, Model, Panel, Term};
    ///
    /// let panel = Panel::england_2011_2018()?;
    /// let model = Model::new("cpp_count").component("spending", ["log(spend_core_per_child)"]);
    /// let model = model.component("policy", [Term::PeriodEffects]).component("practice", [Term::UnitEffects]);
    /// let fit = model.family(Family::Poisson).exposure("population_0_17").fit_counts(&panel)?;
    /// let regression = fit.regression()?;
    /// let table = regression.coefficients(&Covariance::cluster())?;
    /// assert_eq!(table.coefficients[0].component.as_deref(), Some("spending"));
    /// assert!((regression.deviance().unwrap().deviance / fit.deviance() - 1.0).abs() < 1e-10);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn regression(&self) -> Result<FittedRegression> {
        let (question, mut design) = same_question(self.model(), self.design());
        let counts = OfCounts::of(&question, &mut design)?;
        Ok(FittedRegression::of(&question, design)?.with(counts))
    }
}

/// A model's question as one to a regression, and the design of it, plain effects absorbed.
fn same_question(model: &Model, design: &Design) -> (PanelRegression, Design) {
    let (units, periods) = (!design.unit_effects.is_empty(), design.has_period_effects);
    let estimator = match (units, periods) {
        (false, false) => Estimator::Pooled,
        (true, false) => Estimator::Within,
        (false, true) => Estimator::WithinPeriod,
        (true, true) => Estimator::Twoway,
    };
    let terms = model.always_terms().iter().chain(model.components().iter().flat_map(|c| &c.terms));
    let is_absorbed = |term: &&Term| matches!(resolve(term, &design.panel), Term::UnitEffects | Term::PeriodEffects);
    let question = PanelRegression {
        outcome: model.outcome().cloned(),
        terms: terms.filter(|term| !is_absorbed(term)).cloned().collect(),
        estimator,
        random_method: RandomMethod::default(),
        weights: model.weights.clone(),
        intercept: true,
        family: model.family,
        exposure: model.exposure.clone(),
        unread: None,
    };
    (question, if periods { design.without_period_dummies() } else { design.clone() })
}

impl Predict<&Panel, Result<Array1<f64>>> for FittedModel {
    /// The expected outcome of every row of a panel: intercept, effects, and coefficients times columns.
    ///
    /// Fails with [`EstimateError::Predict`](crate::error::EstimateError::Predict) where a row has a missing value, a
    /// unit, a period or a level that the fit has not seen, and for `within()` and `between()`, whose unit means belong
    /// to the sample: enter unit effects and the column itself instead, which span the same.
    fn predict(&self, panel: &Panel) -> Result<Array1<f64>> {
        self.regression()?.predict(panel)
    }
}
