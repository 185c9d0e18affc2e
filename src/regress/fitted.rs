//! A fitted regression: its coefficients, residuals and what further questions are answered from.

use super::basis::Basis;
use super::of_counts::OfCounts;
use super::random_effects::{EffectVariances, QuasiDemeaning};
use super::transform::Transformed;
use super::{Estimator, PanelRegression, RSquared};
use crate::model::{Credit, Design, Factor};
use crate::numerics::dot::weighted_dot;
use crate::numerics::groups::Groups;
use crate::panel::{Lineage, Sample};
use crate::warning::Warning;

/// A regression put to a panel. Standard errors follow when a covariance is chosen.
///
/// What is read off it is of the regressed rows, which are those of the sample unless the estimator makes others of
/// them (a row for each unit, a difference of two). Coefficients are points of the outcome for one unit of a column.
///
/// # Methods by question
///
/// | question | methods |
/// |---|---|
/// | What was asked, of which rows, from where? | [`question`](Self::question), [`estimator`](Self::estimator), [`outcome_name`](Self::outcome_name), [`sample`](Self::sample), [`lineage`](Self::lineage), [`factors`](Self::factors) |
/// | How many rows, units, periods, degrees of freedom? | [`n_observations`](Self::n_observations), [`n_units`](Self::n_units), [`n_periods`](Self::n_periods), [`df_residual`](Self::df_residual) |
/// | What are the coefficients? | [`names`](Self::names), [`estimates`](Self::estimates), [`estimate`](Self::estimate), [`left_out_columns`](Self::left_out_columns) |
/// | How sure are they? | [`coefficients`](Self::coefficients), [`coefficients_at`](Self::coefficients_at), [`covariance`](Self::covariance), with few clusters [`satterthwaite_df`](Self::satterthwaite_df), [`wild_bootstrap`](Self::wild_bootstrap) |
/// | What do they say together? | [`wald`](Self::wald), [`wild_bootstrap_joint`](Self::wild_bootstrap_joint) |
/// | How sure is a function of them? | [`combination`](Self::combination), [`combination_at`](Self::combination_at), [`delta_method`](Self::delta_method), [`delta_method_at`](Self::delta_method_at) |
/// | How much is explained, and what is left? | [`r_squared`](Self::r_squared), [`fitted`](Self::fitted), [`residuals`](Self::residuals), [`sigma2`](Self::sigma2) |
/// | Of which unit in which period is that? | [`regressed_rows`](Self::regressed_rows), [`regressed_rows_in`](Self::regressed_rows_in), [`regressed_row`](Self::regressed_row), [`rows`](Self::rows); as columns of a panel [`residuals_on`](Self::residuals_on), [`fitted_on`](Self::fitted_on) |
/// | Which of several regressions describes the rows best? | [`log_likelihood`](Self::log_likelihood), [`aic`](Self::aic), [`bic`](Self::bic) |
/// | What was least squares given? | [`design_matrix`](Self::design_matrix), [`regressed_outcome`](Self::regressed_outcome) |
/// | What are the effects of units and periods? | absorbed: [`unit_effects`](Self::unit_effects), [`period_effects`](Self::period_effects); random: [`effect_variances`](Self::effect_variances), [`quasi_demeaning`](Self::quasi_demeaning) |
/// | What is expected of other rows? | [`predictions`](Self::predictions); linfa's [`Predict`](linfa::traits::Predict) without intervals |
/// | Are effects related to the columns? | [`hausman`](Self::hausman), [`hausman_regression`](Self::hausman_regression) |
/// | Are there effects? | absorbed: [`test_effects`](Self::test_effects); of pooled residuals: [`breusch_pagan`](Self::breusch_pagan), [`honda`](Self::honda), [`king_wu`](Self::king_wu) |
/// | Are errors related over time, or between units? | [`serial_correlation`](Self::serial_correlation), [`breusch_godfrey`](Self::breusch_godfrey), [`pesaran_cd`](Self::pesaran_cd), [`cross_section_lm`](Self::cross_section_lm) |
/// | Is the expectation linear in the columns? | [`reset`](Self::reset) |
/// | Do columns explain one another? | [`collinearity`](Self::collinearity) |
/// | On which rows or units do the coefficients rest? | [`influence_of_rows`](Self::influence_of_rows), [`influence_of_units`](Self::influence_of_units) |
/// | Counts: how far are they from their means, what does a column do to them? | [`deviance`](Self::deviance), [`average_marginal_effects`](Self::average_marginal_effects) |
/// | What deserves doubt? | [`warnings`](Self::warnings) |
///
/// # Examples
/// ```
/// use apportion::{FittedRegression, Panel, PanelRegression};
///
/// let panel = Panel::builder().column("y", [1.0, 3.0, 2.0, 5.0]).column("x", [0.0, 1.0, 2.0, 3.0]).build()?;
/// let fit: FittedRegression = PanelRegression::new("y", ["x"]).fit(&panel)?;
/// assert!(fit.estimate("x").is_some_and(|b| (b - 1.1).abs() < 1e-12) && fit.estimate("z").is_none());
/// // Residuals −0.1, 0.8, −1.3 and 0.6: a sum of squares of 2.7 on two degrees of freedom.
/// assert!((fit.residuals()[2] + 1.3).abs() < 1e-12 && (fit.sigma2() - 2.7 / 2.0).abs() < 1e-12);
/// assert!((fit.r_squared().overall - (1.0 - 2.7 / 8.75)).abs() < 1e-12 && fit.df_residual() == 2);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FittedRegression {
    pub(crate) question: PanelRegression,
    pub(crate) design: Design,
    /// The rows that were regressed, with the columns that have a coefficient only.
    pub(crate) data: Transformed,
    pub(crate) estimates: Vec<f64>,
    /// The regressed columns, the weights having mean one.
    pub(crate) basis: Basis,
    /// Of the regressed rows.
    pub(crate) residuals: Vec<f64>,
    /// The largest value of the sample's outcome, whatever its sign.
    pub(super) largest_outcome: f64,
    pub(crate) df_residual: usize,
    pub(super) left_out_columns: Vec<String>,
    pub(super) r_squared: RSquared,
    pub(super) warnings: Vec<Warning>,
    /// Of a regression of counts, whose last round of least squares all of this is.
    pub(super) counts: Option<OfCounts>,
}

impl FittedRegression {
    /// The question that was put.
    pub fn question(&self) -> &PanelRegression {
        &self.question
    }

    /// How it was estimated.
    pub fn estimator(&self) -> Estimator {
        self.question.estimator
    }

    /// The outcome.
    pub fn outcome_name(&self) -> &str {
        &self.design.outcome_name
    }

    /// The coefficients by name, the intercept first where there is one.
    pub fn names(&self) -> &[String] {
        &self.data.names
    }

    /// The coefficients: change of the outcome for one unit of the column, all else in the regression held fixed; of counts
    /// the change of the logarithm of the expected rate.
    pub fn estimates(&self) -> &[f64] {
        &self.estimates
    }

    /// The coefficient of this name; `None` when it was left out or is not in the regression.
    ///
    /// # Examples
    /// See [`FittedRegression`].
    pub fn estimate(&self, name: &str) -> Option<f64> {
        self.names().iter().position(|n| n == name).map(|at| self.estimates[at])
    }

    /// The component whose column has this coefficient; `None` for the intercept, for a column of `always`, and where
    /// the question was not a model's.
    pub(super) fn component(&self, at: usize) -> Option<&String> {
        let position = at.checked_sub(usize::from(self.data.has_intercept))?;
        match self.design.columns.get(*self.data.positions.get(position)?)?.credit {
            Credit::Component(component) => self.design.component_names.get(component),
            Credit::Always => None,
        }
    }

    /// Columns that are combinations of earlier ones or of the absorbed effects, and have no coefficient.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// // Regions do not change: beside the authorities' effects they have no coefficient.
    /// let terms = ["low_income_pct", "region"];
    /// let fit = PanelRegression::new("cpp_rate", terms).estimator(Estimator::Within).fit(&panel)?;
    /// assert_eq!((fit.names(), fit.left_out_columns().len()), (&["low_income_pct".to_string()][..], 8));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn left_out_columns(&self) -> &[String] {
        &self.left_out_columns
    }

    /// Where the columns of the question come from, and what was done to the panel's rows.
    pub fn lineage(&self) -> &Lineage {
        &self.design.lineage
    }

    /// The terms that entered as levels and not as numbers.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Panel, PanelRegression};
    ///
    /// let csv = "y,place\n1,north\n2,south\n4,west\n5,north\n";
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &Default::default())?;
    /// let fit = PanelRegression::new("y", ["place"]).fit(&panel)?;
    /// assert_eq!(fit.factors()[0].to_string(), "place: factor, 3 levels");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn factors(&self) -> Vec<Factor> {
        self.design.factor_terms()
    }

    /// The rows used, and for those left out, why.
    pub fn sample(&self) -> &Sample {
        &self.design.sample
    }

    /// Rows of the regression: those of the sample, of a between estimator its units, of first differences the pairs.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Estimator, Panel, PanelRegression};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let regression = PanelRegression::new("cpp_rate", ["low_income_pct"]);
    /// let rows = |estimator| regression.clone().estimator(estimator).fit(&panel).map(|fit| fit.n_observations());
    /// assert_eq!((rows(Estimator::Within)?, rows(Estimator::Between)?), (150 * 8, 150));
    /// assert_eq!(rows(Estimator::FirstDifference)?, 150 * 7);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn n_observations(&self) -> usize {
        self.data.outcome.len()
    }

    /// Units of the regressed rows; 0 without a unit column.
    pub fn n_units(&self) -> usize {
        self.distinct(self.design.units.as_ref())
    }

    /// Periods of the regressed rows, of a between estimator those of the sample; 0 without a period column.
    pub fn n_periods(&self) -> usize {
        match self.estimator() {
            Estimator::Between => self.sample().n_periods,
            _ => self.distinct(self.design.periods.as_ref()),
        }
    }

    fn distinct(&self, groups: Option<&Groups>) -> usize {
        let Some(groups) = groups else { return 0 };
        if self.regresses_sample() {
            return groups.len();
        }
        let mut is_there = vec![false; groups.len()];
        self.data.rows.iter().for_each(|&row| is_there[groups.codes[row] as usize] = true);
        is_there.into_iter().filter(|is_there| *is_there).count()
    }

    /// Whether the regressed rows are those of the sample, each for itself.
    pub(super) fn regresses_sample(&self) -> bool {
        self.data.is_of_sample(&self.design)
    }

    /// Residual degrees of freedom: rows less coefficients less independent absorbed effects.
    pub fn df_residual(&self) -> usize {
        self.df_residual
    }

    /// The residual variance Σ w e²/(degrees of freedom), e of the transformed rows and w the user's weights: the
    /// variance of the error of a row with weight one. Of counts it is Pearson's dispersion, Σ w (y − μ)²/V(μ) over them. NaN
    /// without degrees of freedom.
    ///
    /// # Examples
    /// See [`FittedRegression`].
    pub fn sigma2(&self) -> f64 {
        self.data.weights_scale * self.error_variance()
    }

    /// Parts of the outcome's variation that are explained.
    pub fn r_squared(&self) -> &RSquared {
        &self.r_squared
    }

    /// Residuals of the regressed rows, not weighted; of counts each less its mean.
    pub fn residuals(&self) -> &[f64] {
        self.counts.as_ref().map_or(&self.residuals, |counts| &counts.residuals)
    }

    /// Fitted values of the regressed rows: outcome less residual, absorbed effects included; of counts their means. Of a between estimator
    /// they are of units' means, of first differences of differences, of random effects of quasi-demeaned rows.
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
    /// let fit = PanelRegression::new("y", ["x"]).estimator(Estimator::Within).fit(&panel)?;
    /// // A lies at 2 on average, and B at 12.5; x adds 2.5.
    /// assert!(fit.fitted().iter().zip([0.75, 3.25, 11.25, 13.75]).all(|(f, expected)| (f - expected).abs() < 1e-12));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn fitted(&self) -> Vec<f64> {
        match &self.counts {
            Some(counts) => counts.means.clone(),
            None => self.outcome().iter().zip(&self.residuals).map(|(y, e)| y - e).collect(),
        }
    }

    /// The outcome of the regressed rows, absorbed effects in it.
    pub(super) fn outcome(&self) -> &[f64] {
        if let Some(counts) = &self.counts {
            return &counts.counts;
        }
        if self.data.absorbed.any() { &self.design.outcome } else { &self.data.outcome }
    }

    /// Variances of the idiosyncratic error and of the effects, in squared points of the outcome; `None` but for a
    /// random-effects estimator.
    ///
    /// # Examples
    /// See [`QuasiDemeaning`].
    pub fn effect_variances(&self) -> Option<&EffectVariances> {
        self.data.variances.as_ref().map(|(variances, _)| variances)
    }

    /// What was taken of the means of units and periods; `None` but for a random-effects estimator.
    pub fn quasi_demeaning(&self) -> Option<&QuasiDemeaning> {
        self.data.variances.as_ref().map(|(_, theta)| theta)
    }

    /// What deserves doubt about the fit.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The residual variance, the weights having mean one.
    pub(crate) fn error_variance(&self) -> f64 {
        match self.df_residual {
            0 => f64::NAN,
            df => self.sum_of_squares() / df as f64,
        }
    }

    /// Σ w e², the weights having mean one.
    pub(crate) fn sum_of_squares(&self) -> f64 {
        weighted_dot(&self.residuals, &self.residuals, &self.data.weights)
    }
}
