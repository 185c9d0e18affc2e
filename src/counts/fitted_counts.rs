//! A model of counts, put to a panel.

use super::distribution::Distribution;
use super::iterate::{CountFit, CountRows};
use crate::error::{EstimateError, QuestionError, Result, no_key};
use crate::model::{Design, Family, Model};
use crate::panel::{LeftOutRows, Panel, Reason, Sample};
use crate::warning::Warning;

/// A model of counts put to a panel: its sample, its design, and the means that are most likely.
///
/// The mean of a count is its exposure times a rate, the logarithm of which is linear in the columns and effects. Its
/// deviance D is twice the log-likelihood that is lost to the counts themselves; the null model knows the exposure and one
/// rate, so that what there is to explain is the variation of rates.
///
/// | family | D |
/// |---|---|
/// | [`Family::Poisson`] | 2 Σ w [y ln(y/μ) − (y − μ)] |
/// | [`Family::NegativeBinomial`] | 2 Σ w [y ln(y/μ) − (y + θ) ln((y + θ)/(μ + θ))] |
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
    /// [`DataError::NotWhole`](crate::error::DataError::NotWhole); [`EstimateError::NoCounts`] where all counts are zero;
    /// [`EstimateError::NotOverdispersed`] for a θ without end; [`EstimateError::NotConverged`].
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
        if design.outcome.iter().all(|y| *y == 0.0) {
            return Err(EstimateError::NoCounts { outcome: design.outcome_name, rows: design.outcome.len() }.into());
        }
        leave_out_separated(&mut design)?;
        let offset = offset(&design);
        let all: Vec<usize> = (0..design.columns.len()).collect();
        let has_units = !design.unit_effects.is_empty();
        let (fit, distribution) = with_rows(&design, &offset, &all, has_units, |rows| match model.family {
            Family::NegativeBinomial => {
                let (fit, theta) = rows.fit_with_theta()?;
                Ok((fit, Distribution::NegativeBinomial { theta }))
            }
            _ => Ok((rows.fit(Distribution::Poisson, None)?, Distribution::Poisson)),
        })?;
        let null_deviance = with_rows(&design, &offset, &[], false, |rows| rows.fit(distribution, None))?.deviance;
        let warnings = design.perhaps_one().into_iter().collect();
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
        self.fit.has_slope.iter().filter(|has| **has).count() + self.fit.effects.len()
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

    /// What is left unexplained by some columns of the design, by their positions, with unit effects or without.
    pub(crate) fn deviance_of(&self, columns: &[usize], has_units: bool) -> Result<f64> {
        let fit = with_rows(&self.design, &self.offset, columns, has_units, |rows| rows.fit(self.distribution, None));
        Ok(fit?.deviance)
    }
}

/// What is made of the rows of a design on some of its columns.
fn with_rows<T>(
    design: &Design,
    offset: &[f64],
    columns: &[usize],
    has_units: bool,
    ask: impl FnOnce(CountRows) -> Result<T>,
) -> Result<T> {
    let columns: Vec<&[f64]> = columns.iter().map(|&v| design.columns[v].values.as_slice()).collect();
    let units = match has_units {
        true => {
            Some(design.units.as_ref().and_then(|units| units.starts()).ok_or_else(|| no_key("unit effects", "unit"))?)
        }
        false => None,
    };
    ask(CountRows { counts: &design.outcome, offset, weights: &design.weights, units, columns: &columns })
}

/// ln of the exposure; zeros where there is none.
fn offset(design: &Design) -> Vec<f64> {
    match &design.exposure {
        Some(exposure) => exposure.values.iter().map(|x| x.ln()).collect(),
        None => vec![0.0; design.n_observations()],
    }
}

/// Leaves out what the whole model expects exactly: from every coalition, so that all are of the same rows.
fn leave_out_separated(design: &mut Design) -> Result<()> {
    let all: Vec<usize> = (0..design.columns.len()).collect();
    let has_units = !design.unit_effects.is_empty();
    let found = with_rows(design, &offset(design), &all, has_units, |rows| rows.separated())?;
    if found.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = found.columns.iter().map(|&c| design.columns[c].name.as_str()).collect();
    let reasons =
        [(Reason::OnlyZeros, &found.of_units), (Reason::Separated { columns: names.join(", ") }, &found.by_columns)];
    let mut sample = design.sample.clone();
    for (reason, rows) in reasons.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        let key = |&row: &usize| {
            let row = design.rows[row];
            (design.panel.unit_of(row).map(str::to_string), design.panel.period_of(row))
        };
        sample.left_out.push(LeftOutRows { reason, rows: rows.len(), concerned: rows.iter().map(key).collect() });
    }
    let kept: Vec<usize> = (0..design.n_observations()).filter(|&row| !found.contains(row)).collect();
    if kept.len() < 2 {
        return Err(EstimateError::TooFewRows { rows: kept.len() }.into());
    }
    *design = design.on(&kept);
    sample.n_observations = kept.len();
    sample.n_units = design.units.as_ref().map_or(0, |units| units.len());
    sample.n_periods = design.periods.as_ref().map_or(0, |periods| periods.len());
    design.sample = sample;
    Ok(())
}
