//! Which few components together explain most?
//!
//! Every subset of the components is a candidate; the best of each size is found exactly, without a visit to all 2^k,
//! by leaps and bounds. What is not known here is how sure the choice is; see
//! [`Resampling::selection`](crate::Resampling::selection).

mod candidates;
mod criterion;
mod incumbents;
mod leaps;
mod player;

use serde::{Deserialize, Serialize};

use crate::error::{Error, QuestionError, Result};
use crate::fit::FittedModel;
use crate::numerics::real::Real;
use crate::panel::Sample;
use crate::warning::Warning;
pub(crate) use candidates::Candidates;
pub use criterion::Criterion;
use criterion::Likelihood;

/// A subset of the components, and the regression on it and on what is always in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BestSubset {
    /// The components in it, in the order of the model.
    pub components: Vec<String>,
    /// Its R².
    pub r2_overall: f64,
    /// Independent columns besides the intercept: p in the formulas of [`Criterion`](crate::decompose::Criterion).
    /// Those of `always` count, and absorbed effects of G units count as G − 1.
    pub n_columns: usize,
    /// 1 − (1 − R²)(n − 1)/(n − p − 1); `None` where n ≤ p + 1.
    pub r2_adjusted: Option<f64>,
    /// AIC as R's `AIC(lm)`; `None` for a perfect fit (1 − R² at most 1e-12), where it is −∞.
    pub aic: Option<f64>,
    /// BIC as R's `BIC(lm)`; `None` for a perfect fit.
    pub bic: Option<f64>,
}

/// The best subsets of the components, of each size and by each criterion.
///
/// Subsets whose R² are within 1e-12 of one another are equal. Of equal subsets of one size the earliest is given: the
/// one that has the first component, in the order of the model, on which they differ. By a criterion, the one with the
/// fewest columns is given, then the fewest components. A perfect fit is better by any criterion than one that is not.
///
/// # Examples
/// ```
/// use apportion::decompose::{BestSubsets, Criterion};
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Model, Panel};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let fit = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("spending", ["spend_per_child"])
///     .component("vacancies", ["vacancy_rate"])
///     .fit(&panel)?;
/// let best: BestSubsets = fit.best_subsets()?;
/// assert_eq!(best.by_size.len(), 4);                          // of none to all three
/// assert_eq!(best.of_size(1)?.components, ["deprivation"]);
/// assert!(best.of_size(2)?.r2_overall > best.of_size(1)?.r2_overall);
/// assert!(best.best_by(Criterion::Bic).n_columns <= best.best_by(Criterion::Aic).n_columns);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BestSubsets {
    /// The outcome.
    pub outcome: String,
    /// The components that could be chosen, in the order of the model.
    pub candidates: Vec<String>,
    /// The subset of the largest R² by size: at 0 the regression on what is always in, at `s` the best with `s`
    /// components.
    pub by_size: Vec<BestSubset>,
    /// Of all these sizes, the subset of the largest adjusted R².
    pub by_adjusted_r2: BestSubset,
    /// Of all these sizes, the subset of the smallest AIC.
    pub by_aic: BestSubset,
    /// Of all these sizes, the subset of the smallest BIC.
    pub by_bic: BestSubset,
    /// The rows used, and for those left out, why.
    pub sample: Sample,
    /// The weight column; `None` where every row weighs alike.
    pub weights: Option<String>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

impl BestSubsets {
    /// The best subset with so many components.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for a size that was not asked for, or is above the number of components.
    ///
    /// # Examples
    /// See [`BestSubsets`].
    pub fn of_size(&self, size: usize) -> Result<&BestSubset> {
        self.by_size.get(size).ok_or_else(|| {
            Error::from(QuestionError::Option {
                option: "size",
                expected: format!("the best subsets of up to {} components were looked for", self.by_size.len() - 1),
                found: size.to_string(),
            })
        })
    }

    /// The best subset of any size looked for, by this criterion.
    ///
    /// Where components differ in columns this need not be one of [`by_size`](BestSubsets::by_size): a subset that
    /// explains a little less may pay for fewer columns.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::Criterion;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
    /// let best = model.component("regions", ["region"]).fit(&panel)?.best_subsets()?;
    /// assert_eq!(best.best_by(Criterion::Bic), &best.by_bic);
    /// assert!(best.by_bic.bic <= best.by_aic.bic && best.by_aic.aic <= best.by_bic.aic);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn best_by(&self, criterion: Criterion) -> &BestSubset {
        match criterion {
            Criterion::AdjustedR2 => &self.by_adjusted_r2,
            Criterion::Aic => &self.by_aic,
            Criterion::Bic => &self.by_bic,
        }
    }
}

impl FittedModel {
    /// For every size, the subset of the components that explains most of the outcome; and over all sizes, the best by
    /// adjusted R², AIC and BIC.
    ///
    /// Exact: equal to trying all 2^k subsets. Components are taken whole, with all their columns and unit effects;
    /// what is `always` in is in every subset and not counted. The best subset was chosen for its R² on these data,
    /// which flatters it: [`Resampling::selection`](crate::Resampling::selection) says how often others would be
    /// chosen.
    ///
    /// Source: G. M. Furnival and R. W. Wilson (1974), "Regressions by leaps and bounds", Technometrics 16,
    /// <https://doi.org/10.1080/00401706.1974.10489231>.
    ///
    /// # Errors
    /// [`EstimateError::TooManyComponents`](crate::error::EstimateError::TooManyComponents) beyond 60 components, or 8
    /// that each bring unit effects. The time depends on the data: 28 components take a few milliseconds, 40 up to half
    /// a second, 45 up to two, and each further one up to half as long again; more components than rows take longer (28
    /// on 20 rows, 20 seconds). For the best of a few components
    /// [`best_subsets_up_to`](FittedModel::best_subsets_up_to) takes milliseconds in either case.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0, 4.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0, 0.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("a", ["z"]).component("b", ["x"]).fit(&panel)?;
    /// let best = fit.best_subsets()?;
    /// assert_eq!(best.of_size(1)?.components, ["b"]);
    /// assert!((best.of_size(2)?.r2_overall - fit.r2_overall()).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn best_subsets(&self) -> Result<BestSubsets> {
        self.best_subsets_up_to(self.model().components().len())
    }

    /// The same for subsets of at most so many components, or of all where there are fewer.
    ///
    /// # Errors
    /// Those of [`best_subsets`](FittedModel::best_subsets).
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0, 4.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0, 0.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("a", ["z"]).component("b", ["x"]).fit(&panel)?;
    /// let best = fit.best_subsets_up_to(1)?;
    /// assert_eq!(best.of_size(1)?.components, ["b"]);
    /// assert_eq!(best.by_size[0].r2_overall, 0.0);
    /// assert!(best.of_size(2).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn best_subsets_up_to(&self, size: usize) -> Result<BestSubsets> {
        let candidates = Candidates::new(self)?;
        let size = size.min(candidates.players.len());
        let mut warnings = self.warnings().to_vec();
        warnings.extend(self.imprecise(1));
        Ok(match self.precise_entries(1) {
            Some(entries) => self.best(&candidates, entries, size, warnings),
            None => self.best(&candidates, self.moments().entries(), size, warnings),
        })
    }

    /// The best subset of this size of the full sample, as bits.
    pub(crate) fn best_of_size(&self, candidates: &Candidates, size: usize) -> u64 {
        match self.precise_entries(1) {
            Some(entries) => candidates.best_of_size(entries, size, None),
            None => candidates.best_of_size(self.moments().entries(), size, None),
        }
    }

    fn best<L: Real>(
        &self,
        candidates: &Candidates,
        entries: &[L],
        largest: usize,
        warnings: Vec<Warning>,
    ) -> BestSubsets {
        let design = self.design();
        let outcome = candidates.players.outcome();
        let likelihood = Likelihood::new(design, self.moments().standardisation().scale[outcome]);
        let subset = |set: u64| {
            let (unexplained, n_columns) = candidates.evaluate(entries, set);
            let of_likelihood = likelihood.aic_and_bic(unexplained, n_columns);
            BestSubset {
                components: candidates.members_of(set).map(|p| candidates.players.names[p].clone()).collect(),
                r2_overall: 1.0 - unexplained,
                n_columns,
                r2_adjusted: likelihood.adjusted_r2(unexplained, n_columns),
                aic: of_likelihood.map(|(aic, _)| aic),
                bic: of_likelihood.map(|(_, bic)| bic),
            }
        };
        let (by_size, [adjusted_r2, aic, bic]) = candidates.all(entries, largest);
        BestSubsets {
            outcome: design.outcome_name.clone(),
            candidates: candidates.players.names.clone(),
            by_size: by_size.into_iter().map(subset).collect(),
            by_adjusted_r2: subset(adjusted_r2),
            by_aic: subset(aic),
            by_bic: subset(bic),
            sample: design.sample.clone(),
            weights: design.weights_name.clone(),
            warnings,
        }
    }
}
