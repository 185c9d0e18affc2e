//! A model of counts, put to a panel.

use super::count_rows::{CountFit, CountRows};
use super::distribution::Distribution;
use super::rows_of_design::{
    check_counts, leave_out_separated, null_deviance, offset, with_rows, without_period_dummies,
};
use crate::error::{QuestionError, Result};
use crate::model::{Design, Model, quasi_poisson};
use crate::panel::{Panel, Sample};
use crate::warning::Warning;

/// A model of counts put to a panel: its sample, its design, and the means that are most likely.
///
/// The mean of a count is its exposure times a rate, the logarithm of which is linear in the columns and effects. Its
/// deviance D is twice the log-likelihood that is lost to the counts themselves; the null model knows the exposure and one
/// rate, so that what there is to explain is the variation of rates.
///
/// | family | D |
/// |---|---|
/// | [`Family::Poisson`](crate::model::Family::Poisson) | 2 Σ w [y ln(y/μ) − (y − μ)] |
/// | [`Family::NegativeBinomial`](crate::model::Family::NegativeBinomial) | 2 Σ w [y ln(y/μ) − (y + θ) ln((y + θ)/(μ + θ))] |
///
/// # Examples
/// ```
/// use apportion::model::Family;
/// use apportion::{Model, Panel};
///
/// let panel = Panel::builder()
///     .column("children", [1000.0, 2000.0, 1000.0, 3000.0])
///     .column("plans", [10.0, 20.0, 20.0, 60.0])
///     .column("poor", [0.0, 0.0, 1.0, 1.0])
///     .build()?;
/// let model = Model::new("plans").component("deprivation", ["poor"]).family(Family::Poisson).exposure("children");
/// let fit = model.fit_counts(&panel)?;
/// // Ten in a thousand, and twenty where they are poor: nothing is left.
/// assert!(fit.deviance() < 1e-9 && fit.null_deviance() > 1.0);
/// assert!((fit.expected_counts()[3] - 60.0).abs() < 1e-9);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FittedCounts {
    model: Model,
    design: Design,
    offset: Vec<f64>,
    distribution: Distribution,
    fit: CountFit,
    null_deviance: f64,
    warnings: Vec<Warning>,
}

impl Model {
    /// Fits a model of counts to a panel, by greatest likelihood.
    ///
    /// Zeros of which a column or an effect lets expect exactly none have no finite fit: they are found before and leave the
    /// sample, which says so. The θ of the negative binomial is the one most likely of the whole model, and the same in every
    /// coalition.
    ///
    /// # Errors
    /// [`QuestionError::LeastSquares`] for a Gaussian model; those of [`fit`](Self::fit) that are of samples and columns;
    /// [`DataError::Negative`](crate::error::DataError::Negative) for a count or an exposure, and
    /// [`DataError::NotWhole`](crate::error::DataError::NotWhole); of [`EstimateError`](crate::error::EstimateError) `NoCounts`
    /// where all counts are zero, `Scale` for counts beyond 1e15, `NoVariation` for one rate in every row, `NotOverdispersed` for a
    /// θ without end, and `NotConverged`.
    ///
    /// # Examples
    /// See [`FittedCounts`].
    pub fn fit_counts(&self, panel: &Panel) -> Result<FittedCounts> {
        FittedCounts::new(self, panel)
    }
}

impl FittedCounts {
    fn new(model: &Model, panel: &Panel) -> Result<Self> {
        if !model.family.is_of_counts() {
            return Err(QuestionError::LeastSquares { family: model.family.name() }.into());
        }
        let mut design = Design::new(model, panel)?;
        check_counts(&design)?;
        let has_units = !design.unit_effects.is_empty();
        leave_out_separated(&mut design, has_units, false)?;
        let offset = offset(&design);
        // Rates that do not vary are that, whatever the family.
        null_deviance(&design, &offset, Distribution::Poisson)?;
        let all: Vec<usize> = (0..design.columns.len()).collect();
        let (columns, has_periods) = without_period_dummies(&design, &all);
        let (fit, distribution) =
            with_rows(&design, &offset, &columns, (has_units, has_periods), |rows| rows.fit_family(model.family))?;
        let null_deviance = null_deviance(&design, &offset, distribution)?;
        let doubts = quasi_poisson(&design.outcome_name, &design.outcome);
        let warnings = doubts.into_iter().chain(design.left_without_column()).chain(design.perhaps_one()).collect();
        Ok(FittedCounts { model: model.clone(), design, offset, distribution, fit, null_deviance, warnings })
    }

    /// The question that was put.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The rows used, and for those left out, why.
    pub fn sample(&self) -> &Sample {
        &self.design.sample
    }

    /// The rows used: positions in the panel, ascending.
    pub fn rows(&self) -> &[usize] {
        &self.design.rows
    }

    /// What is left unexplained by the whole model.
    pub fn deviance(&self) -> f64 {
        self.fit.deviance
    }

    /// What there is to explain: the deviance from one rate for all, on the rows of the sample.
    pub fn null_deviance(&self) -> f64 {
        self.null_deviance
    }

    /// θ of a negative binomial model, whose counts have the variance μ + μ²/θ; `None` of a Poisson model.
    pub fn theta(&self) -> Option<f64> {
        match self.distribution {
            Distribution::Poisson => None,
            Distribution::NegativeBinomial { theta } => Some(theta),
        }
    }

    /// The mean of each row's count by the whole model, in the order of [`rows`](Self::rows).
    pub fn expected_counts(&self) -> &[f64] {
        &self.fit.means
    }

    /// Independent columns and effects of the whole model, the intercept among them.
    pub fn n_parameters(&self) -> usize {
        self.fit.n_parameters()
    }

    /// What deserves doubt.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    pub(crate) fn design(&self) -> &Design {
        &self.design
    }

    /// ln of each row's exposure.
    pub(crate) fn offset(&self) -> &[f64] {
        &self.offset
    }

    pub(crate) fn distribution(&self) -> Distribution {
        self.distribution
    }

    /// ln of the means by the whole model.
    pub(crate) fn linear_predictor(&self) -> &[f64] {
        &self.fit.predictor
    }

    /// The fit on some columns of the design, by their positions, with unit effects or without.
    pub(crate) fn of_coalition(&self, columns: &[usize], has_units: bool) -> Result<CountFit> {
        let (columns, has_periods) = without_period_dummies(&self.design, columns);
        let fit = |rows: CountRows| rows.fit(self.distribution, None);
        with_rows(&self.design, &self.offset, &columns, (has_units, has_periods), fit)
    }
}
