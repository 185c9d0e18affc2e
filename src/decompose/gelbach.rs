//! How do the coefficients of `always` change when the components are added, and which component changes them?
//!
//! Adding covariates one at a time gives an answer that depends on the order; Gelbach's depends on none. It is
//! *conditional*: every part uses the coefficients that a component's columns have beside all the others.

mod covariance;
mod covariance_kind;
mod equations;
mod refuse;

use serde::{Deserialize, Serialize};

use super::{Interval, IntervalMethod};
use crate::error::{Error, EstimateError, QuestionError, Result, ScaleProblem};
use crate::fit::FittedModel;
use crate::numerics::double::Double;
use crate::numerics::number::Lane;
use crate::panel::Sample;
use crate::warning::{FEW_CLUSTERS, Warning};
use covariance::Errors;
pub use covariance_kind::GelbachCovariance;
pub(crate) use equations::Equations;
use equations::{BASE, FIRST_COMPONENT, FULL, TOTAL};

/// Its name beside those of methods of shares.
pub(crate) const GELBACH: &str = "gelbach";
/// A change smaller than this part of the coefficients it is the difference of is rounding, and has no shares.
const NO_CHANGE: f64 = 1e-10;

/// A coefficient, or a part of its change, in units of the outcome for one unit of the column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GelbachEstimate {
    /// The number.
    pub estimate: f64,
    /// Its analytic standard error.
    pub std_error: f64,
    /// Its interval from replicates, with their standard error; `None` until
    /// [`with_intervals`](Gelbach::with_intervals) has been asked.
    pub interval: Option<Interval>,
}

/// A component's part of the change of one coefficient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GelbachChange {
    /// The component.
    pub component: String,
    /// δ_c: what the coefficient loses by it.
    pub change: GelbachEstimate,
    /// The same as a part of the total change; `None` where the coefficient does not change.
    pub share_of_change: Option<f64>,
    /// The same as a part of the base coefficient; `None` where that is zero.
    pub share_of_base: Option<f64>,
}

/// The coefficient of one column of `always`, without and with the components.
///
/// # Examples
/// ```
/// use apportion::{Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
///     .column("z", [0.0, 1.0, 0.0, 2.0, 1.0, 3.0])
///     .build()?;
/// let gelbach = Model::new("y").always(["x"]).component("cause", ["z"]).fit(&panel)?.gelbach()?;
/// assert_eq!(gelbach.components().collect::<Vec<_>>(), ["cause"]);
/// let x = gelbach.column("x")?;
/// assert!((x.base.estimate - x.full.estimate - x.total_change.estimate).abs() < 1e-12);
/// assert!((x.component("cause")?.change.estimate - x.total_change.estimate).abs() < 1e-12);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GelbachColumn {
    /// The column.
    pub name: String,
    /// Its coefficient beside `always` alone.
    pub base: GelbachEstimate,
    /// Its coefficient beside `always` and every component.
    pub full: GelbachEstimate,
    /// Base less full.
    pub total_change: GelbachEstimate,
    /// Each component's part, in the order of the model; they sum to the total change.
    pub changes: Vec<GelbachChange>,
}

impl GelbachColumn {
    /// The part of this component.
    ///
    /// # Errors
    /// [`QuestionError::UnknownComponent`] for a name that is not in the model.
    pub fn component(&self, name: &str) -> Result<&GelbachChange> {
        self.changes.iter().find(|c| c.component == name).ok_or_else(|| {
            Error::from(QuestionError::UnknownComponent {
                component: name.to_string(),
                available: self.changes.iter().map(|c| c.component.clone()).collect(),
            })
        })
    }

    /// Its estimates in the order of [`Equations::solve`].
    pub(crate) fn estimates_mut(&mut self) -> impl Iterator<Item = &mut GelbachEstimate> {
        let parts = self.changes.iter_mut().map(|c| &mut c.change);
        [&mut self.base, &mut self.full, &mut self.total_change].into_iter().chain(parts)
    }
}

/// The change of the coefficients of `always` as the components are added, split among the components.
///
/// See [`FittedModel::gelbach`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Gelbach {
    /// The outcome.
    pub outcome: String,
    /// One for each column of `always`, in the order of the model.
    #[serde(rename = "coefficients")]
    pub columns: Vec<GelbachColumn>,
    /// What the analytic standard errors allow for.
    pub covariance: GelbachCovariance,
    /// Units behind a clustered covariance; `None` for the others, which are of rows.
    pub clusters: Option<usize>,
    /// What the variances were multiplied by on account of the sample's size; see [`GelbachCovariance`].
    pub small_sample_factor: f64,
    /// The rows used, and for those left out, why.
    #[serde(flatten)]
    pub sample: Sample,
    /// The weight column; `None` where every row weighs alike.
    pub weights: Option<String>,
    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub panel: Option<String>,
    /// How the intervals were made; `None` without intervals.
    pub interval: Option<IntervalMethod>,
    /// What deserves doubt.
    pub warnings: Vec<Warning>,
}

impl Gelbach {
    /// What is said of this column of `always`.
    ///
    /// # Errors
    /// [`QuestionError::UnknownCoefficient`] for a name that is none of them.
    ///
    /// # Examples
    /// See [`GelbachColumn`].
    pub fn column(&self, name: &str) -> Result<&GelbachColumn> {
        self.columns.iter().find(|c| c.name == name).ok_or_else(|| {
            Error::from(QuestionError::UnknownCoefficient {
                name: name.to_string(),
                nearest: self.columns.iter().take(3).map(|c| c.name.clone()).collect(),
            })
        })
    }

    /// The components, in the order of the model.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().take(1).flat_map(|c| c.changes.iter().map(|change| change.component.as_str()))
    }
}

impl FittedModel {
    /// How the coefficients of `always` change as the components are added, and each component's part of the change,
    /// conditional on all others.
    ///
    /// With X₁ the intercept (or the unit effects that are always in) and the columns of `always`, H_c = X_c β_c the
    /// part of the outcome that the full regression fits by component c, and weights W,
    ///
    /// ```text
    /// b_base − b_full = Σ_c δ_c,   δ_c = (X₁'W X₁)⁻¹ X₁'W H_c
    /// ```
    ///
    /// Unit effects in a component are part of its H_c. Standard errors allow for β_c being estimated and for the
    /// columns being drawn with the outcome. They are clustered by unit where the panel has units, because the years of
    /// a unit are not independent, else robust to heteroskedasticity; [`gelbach_with`](FittedModel::gelbach_with)
    /// takes another choice. They are a first-order approximation: of a part that is about zero because its component
    /// goes neither with the column nor with the outcome, they are on average too large by √2.
    ///
    /// A column of a component that is a combination of those before it, or of unit effects, has no coefficient and no
    /// part; a warning names it.
    ///
    /// Source: J. B. Gelbach (2016), "When do covariates matter? And which ones, and how much?", Journal of Labor
    /// Economics 34, <https://doi.org/10.1086/683668>.
    ///
    /// # Errors
    /// [`QuestionError::Option`] when no column is always in, when two components bring unit effects, whose parts
    /// cannot be told apart, or when the covariance is not known; [`EstimateError::NoCoefficient`] for a column of
    /// `always` that is constant or a combination of those before it, or within units where a component has unit
    /// effects; [`EstimateError::TooFew`] when there are no more rows than parameters, or one unit;
    /// [`EstimateError::Scale`] for coefficients beyond the range of doubles.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let fit = Model::new("cpp_rate")
    ///     .always(["low_income_pct"])
    ///     .component("spending", ["spend_per_child", "vacancy_rate"])
    ///     .component("practice", [Term::UnitEffects])
    ///     .fit(&panel)?;
    /// let gelbach = fit.gelbach()?;
    /// let low_income = gelbach.column("low_income_pct")?;
    /// let parts: f64 = low_income.changes.iter().map(|c| c.change.estimate).sum();
    /// assert!((low_income.base.estimate - low_income.full.estimate - parts).abs() < 1e-10);
    /// assert_eq!(gelbach.clusters, Some(150));
    /// println!("{gelbach}");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn gelbach(&self) -> Result<Gelbach> {
        let has_units = self.design().units.is_some();
        self.gelbach_with(if has_units { GelbachCovariance::Cluster } else { GelbachCovariance::Heteroskedastic })
    }

    /// The same with another covariance behind the analytic standard errors.
    ///
    /// # Errors
    /// Those of [`gelbach`](FittedModel::gelbach). [`DataError::NoKey`](crate::error::DataError::NoKey) for clusters
    /// without units; [`QuestionError::Option`] also for rows of unequal variance beside unit effects (J. H. Stock and
    /// M. W. Watson 2008, <https://doi.org/10.1111/j.0012-9682.2008.00821.x>: inconsistent in short panels), and for
    /// independent rows where a component has unit effects, which are estimated from all rows of a unit.
    ///
    /// # Examples
    /// ```
    /// use apportion::decompose::GelbachCovariance;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0, 5.0, 4.0, 8.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    ///     .column("z", [0.0, 1.0, 0.0, 2.0, 1.0, 3.0])
    ///     .build()?;
    /// let fit = Model::new("y").always(["x"]).component("cause", ["z"]).fit(&panel)?;
    /// let gelbach = fit.gelbach_with(GelbachCovariance::Iid)?;
    /// let x = gelbach.column("x")?;
    /// assert!((x.base.estimate - 2.25).abs() < 1e-12);
    /// assert_eq!(x.component("cause")?.share_of_change.map(|share| share.round()), Some(1.0));
    /// assert_eq!(gelbach.small_sample_factor, 6.0 / 3.0);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn gelbach_with(&self, covariance: GelbachCovariance) -> Result<Gelbach> {
        self.design().needs_rows("gelbach")?;
        let players = self.players();
        let equations = self.gelbach_equations(&players)?;
        self.check_gelbach_covariance(covariance, &equations)?;
        let mut warnings = self.warnings().to_vec();
        warnings.extend(self.imprecise(1));
        let (out, errors) = match self.precise_entries(1) {
            Some(entries) => self.gelbach_solved(&equations, entries, covariance, Double::value)?,
            None => self.gelbach_solved(&equations, self.moments().entries(), covariance, |x| x)?,
        };
        if let Some(clusters) = errors.clusters.filter(|clusters| *clusters < FEW_CLUSTERS) {
            warnings.push(Warning::FewClusters { clusters, wanted: FEW_CLUSTERS });
        }
        let mut columns = Vec::with_capacity(equations.n_always);
        let width = equations.width();
        let each = out.chunks_exact(width).zip(errors.std_errors.chunks_exact(width));
        for (&v, (estimates, std_errors)) in equations.always().iter().zip(each) {
            let scale = self.gelbach_scale(v);
            let estimate = |at: usize| GelbachEstimate {
                estimate: estimates[at] * scale,
                std_error: std_errors[at] * scale,
                interval: None,
            };
            let column = column(&self.design().columns[v].name, &players.names, estimate);
            check_range(&column, scale)?;
            columns.push(column);
        }
        let design = self.design();
        Ok(Gelbach {
            outcome: design.outcome_name.clone(),
            columns,
            covariance,
            clusters: errors.clusters,
            small_sample_factor: errors.factor,
            sample: design.sample.clone(),
            weights: design.weights_name.clone(),
            panel: design.panel.description().map(str::to_string),
            interval: None,
            warnings,
        })
    }

    /// What [`Equations::solve`] gives for the full sample.
    pub(crate) fn gelbach_estimates(&self, equations: &Equations) -> Vec<f64> {
        match self.precise_entries(1) {
            Some(entries) => equations.estimates(entries).into_iter().map(Double::value).collect(),
            None => equations.estimates(self.moments().entries()),
        }
    }

    /// What a coefficient on standardised variables is multiplied by.
    pub(crate) fn gelbach_scale(&self, column: usize) -> f64 {
        let scale = &self.moments().standardisation().scale;
        scale[scale.len() - 1] / scale[column]
    }

    fn gelbach_solved<L: Lane>(
        &self,
        equations: &Equations,
        entries: &[L],
        covariance: GelbachCovariance,
        value: impl Fn(L) -> f64 + Copy,
    ) -> Result<(Vec<f64>, Errors)> {
        let mut solution = equations.solution();
        let mut out = vec![L::splat(0.0); equations.n_always * equations.width()];
        equations.solve(entries, &mut solution, &mut out);
        self.check_coefficients(equations, &solution, value)?;
        let errors = Errors::new(self, equations, entries, &solution, covariance, value)?;
        Ok((out.into_iter().map(value).collect(), errors))
    }
}

fn column(name: &str, components: &[String], estimate: impl Fn(usize) -> GelbachEstimate) -> GelbachColumn {
    let [base, full, total_change] = [BASE, FULL, TOTAL].map(&estimate);
    let size = base.estimate.abs() + full.estimate.abs();
    let share = |part: f64, whole: f64| (whole.abs() > NO_CHANGE * size).then(|| part / whole);
    let change = |(i, component): (usize, &String)| {
        let change = estimate(FIRST_COMPONENT + i);
        GelbachChange {
            component: component.clone(),
            change,
            share_of_change: share(change.estimate, total_change.estimate),
            share_of_base: share(change.estimate, base.estimate),
        }
    };
    let changes = components.iter().enumerate().map(change).collect();
    GelbachColumn { name: name.to_string(), base, full, total_change, changes }
}

/// Coefficients are refused where the scales of outcome and column are too far apart for doubles.
fn check_range(column: &GelbachColumn, scale: f64) -> Result<()> {
    let is_finite = |e: &GelbachEstimate| e.estimate.is_finite() && e.std_error.is_finite();
    let own = [&column.base, &column.full, &column.total_change];
    if scale.is_normal() && own.into_iter().chain(column.changes.iter().map(|c| &c.change)).all(is_finite) {
        return Ok(());
    }
    Err(EstimateError::Scale { column: column.name.clone(), why: ScaleProblem::Coefficients }.into())
}
