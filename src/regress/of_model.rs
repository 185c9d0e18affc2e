//! The regression behind a model's shares.

use linfa::traits::Predict;
use ndarray::Array1;

use super::{Estimator, FittedRegression, PanelRegression, RandomMethod};
use crate::error::Result;
use crate::fit::FittedModel;
use crate::model::{Term, resolve};
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
        let (design, model) = (self.design(), self.model());
        design.needs_rows("the regression")?;
        let (units, periods) = (!design.unit_effects.is_empty(), design.has_period_effects);
        let estimator = match (units, periods) {
            (false, false) => Estimator::Pooled,
            (true, false) => Estimator::Within,
            (false, true) => Estimator::WithinPeriod,
            (true, true) => Estimator::Twoway,
        };
        let terms = model.always_terms().iter().chain(model.components().iter().flat_map(|c| &c.terms));
        let is_absorbed =
            |term: &&Term| matches!(resolve(term, &design.panel), Term::UnitEffects | Term::PeriodEffects);
        let question = PanelRegression {
            outcome: model.outcome().cloned(),
            terms: terms.filter(|term| !is_absorbed(term)).cloned().collect(),
            estimator,
            random_method: RandomMethod::default(),
            weights: model.weights.clone(),
            intercept: true,
            unread: None,
        };
        FittedRegression::of(&question, if periods { design.without_period_dummies() } else { design.clone() })
    }
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
