//! How well do the columns of the model, or some of them, explain the outcome?
//!
//! A [`FittedModel`] holds the design and its moments. It does not know of shares: the floors above ask it.
//!
//! | question | ask | answer |
//! |---|---|---|
//! | the model on a panel | [`Model::fit`] | [`FittedModel`] |
//! | the coefficients of all its columns and effects | [`FittedModel::regression`] | [`FittedRegression`](crate::FittedRegression) |
//! | the cross-products that everything is computed from | [`FittedModel::moments`] | [`Moments`] |
//! | the expected outcome of other rows | linfa's `Predict` | an array |
//! | when doubles cannot tell a column from none | [`RANK_TOLERANCE`] | |

mod conditioning;
mod dataset;
mod deviations;
mod diagnose;
mod layout;
mod moments;
mod outcome;
mod precise;
mod span;
mod standardise;
mod submatrix;
mod unit_moments;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

pub use crate::numerics::number::RANK_TOLERANCE;
pub use moments::Moments;

pub(crate) use layout::Layout;
pub(crate) use outcome::ROUNDING;
pub(crate) use standardise::{LARGEST, check_within};
pub(crate) use submatrix::Submatrix;
pub(crate) use unit_moments::UnitMoments;

use crate::error::{EstimateError, Result};
use crate::model::{Design, Factor, Model};
use crate::numerics::double::Double;
use crate::panel::{Lineage, Panel, Sample};
use crate::warning::Warning;
use conditioning::Conditioning;
use standardise::check_scale;

/// A model put to a panel: its sample, its design, and the cross-products that every breakdown is computed from.
///
/// Nothing is split yet, and nothing is refitted afterwards. What is read off it is of the rows of its
/// [`sample`](Self::sample): shares and R² are fractions of the outcome's total variation, coefficients are points of
/// the outcome for one unit of a column.
///
/// # Methods by question
///
/// | question | methods |
/// |---|---|
/// | What was asked, of which rows, from where? | [`model`](Self::model), [`outcome_name`](Self::outcome_name), [`sample`](Self::sample), [`rows`](Self::rows), [`periods`](Self::periods), [`column_names`](Self::column_names), [`panel_description`](Self::panel_description), [`lineage`](Self::lineage), [`factors`](Self::factors) |
/// | What deserves doubt? | [`warnings`](Self::warnings) |
/// | How well do all, or some, of the components explain the outcome? | [`r2_overall`](Self::r2_overall), [`r2_overall_of`](Self::r2_overall_of) |
/// | What are the coefficients, and what do they come from? | [`regression`](Self::regression), [`moments`](Self::moments); linfa's [`Predict`](linfa::traits::Predict) for other rows |
/// | What does each component add in a stated order? How far does the order matter? | [`sequential`](Self::sequential), [`sequential_in`](Self::sequential_in), [`order_range`](Self::order_range) |
/// | What does it add on average over all orders? | [`shapley`](Self::shapley), [`shapley_sampled`](Self::shapley_sampled), by term [`owen`](Self::owen), with other weights [`pmvd`](Self::pmvd) |
/// | What does it explain alone, and beside all others? | [`first`](Self::first), [`last`](Self::last), in common [`commonality`](Self::commonality) |
/// | Does one component always add more than another? | [`conditional_dominance`](Self::conditional_dominance), [`complete_dominance`](Self::complete_dominance) |
/// | What does it explain once the columns are made uncorrelated? | [`genizi`](Self::genizi), [`genizi_by_column`](Self::genizi_by_column), [`car`](Self::car), [`car_by_column`](Self::car_by_column) |
/// | What is its fitted part, coefficients held? | [`pratt`](Self::pratt), [`variance_components`](Self::variance_components) |
/// | At which level, between units or within, or in nested groups? | [`levels`](Self::levels), [`levels_in`](Self::levels_in) |
/// | By how many points does it move a row, a unit or a period? | [`contributions`](Self::contributions), [`contributions_by`](Self::contributions_by) |
/// | What of the unexplained is the randomness of counts? | [`counting_noise`](Self::counting_noise) |
/// | How far does the method matter? | [`all_methods`](Self::all_methods), [`methods`](Self::methods); one by its name [`breakdown`](Self::breakdown), [`breakdown_watched`](Self::breakdown_watched) |
/// | How sure are the shares? | [`jackknife`](Self::jackknife), [`bootstrap`](Self::bootstrap), [`bootstrap_of`](Self::bootstrap_of) |
/// | On which unit or period do they rest? | [`influence_of_units`](Self::influence_of_units), [`influence_of_periods`](Self::influence_of_periods) |
/// | Which few components explain most? | [`best_subsets`](Self::best_subsets), [`best_subsets_up_to`](Self::best_subsets_up_to) |
/// | How do the coefficients of `always` change? | [`gelbach`](Self::gelbach), [`gelbach_with`](Self::gelbach_with) |
/// | What of values other than R²? | [`r2_game`](Self::r2_game), [`adjusted_r2`](Self::adjusted_r2), [`cross_validated_r2`](Self::cross_validated_r2), [`refitted`](Self::refitted) |
///
/// # Examples
/// ```
/// use apportion::{FittedModel, Model, Panel};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 3.0, 5.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0])
///     .column("z", [0.0, 1.0, 0.0, 1.0])
///     .build()?;
/// let fit: FittedModel = Model::new("y").component("first", ["x"]).component("second", ["z"]).fit(&panel)?;
/// // x and z are uncorrelated: 6.25 and 2.25 of a total of 8.75.
/// assert!((fit.r2_overall() - 8.5 / 8.75).abs() < 1e-12);
/// assert!((fit.sequential()?.share_of_total("second")? - 2.25 / 8.75).abs() < 1e-12);
/// assert_eq!((fit.outcome_name(), fit.rows()), ("y", &[0, 1, 2, 3][..]));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FittedModel {
    model: Model,
    design: Design,
    /// Rows of each unit; without units, blocks of rows.
    ranges: Vec<Range<usize>>,
    moments: Moments,
    /// Those of each unit, where there are units and few enough to keep.
    unit_moments: Option<UnitMoments>,
    warnings: Vec<Warning>,
    /// The moments in twice the precision, formed when first needed.
    double_entries: OnceLock<Vec<Double>>,
    conditioning: Conditioning,
}

impl Model {
    /// Fits the model to a panel: selects the sample, forms the design, and accumulates its moments.
    ///
    /// # Errors
    /// Those of [`check`](Model::check); [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn),
    /// [`DataError::NotANumber`](crate::error::DataError::NotANumber) or
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) for a term that the panel cannot give;
    /// [`DataError::Negative`](crate::error::DataError::Negative) or
    /// [`DataError::ZeroWeights`](crate::error::DataError::ZeroWeights) for weights;
    /// [`EstimateError::NothingLeft`], [`EstimateError::TooFewRows`] and [`EstimateError::NoVariation`] for a sample
    /// that says nothing; [`EstimateError::TooManyColumns`]; [`EstimateError::Scale`] for values beyond 1e290, or apart
    /// by less than 1e-290.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 3.0, 2.0, 5.0, f64::NAN])
    ///     .column("x", [0.0, 1.0, 1.0, 2.0, 3.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// assert_eq!(fit.sample().n_observations, 4);
    /// assert_eq!(fit.sample().audit(), "1 (y missing: not a number (NaN))");
    /// assert!((fit.regression()?.estimate("x").unwrap_or(0.0) - 2.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn fit(&self, panel: &Panel) -> Result<FittedModel> {
        FittedModel::new(self, panel)
    }
}

impl FittedModel {
    fn new(model: &Model, panel: &Panel) -> Result<Self> {
        model.by_least_squares("Model::fit")?;
        Self::of_design(model, Design::new(model, panel)?)
    }

    /// The fit of a design that was made of the model.
    pub(crate) fn of_design(model: &Model, design: Design) -> Result<Self> {
        check_scale(&design.outcome_name, &design.outcome)?;
        for column in &design.columns {
            check_scale(&column.name, &column.values)?;
        }
        Self::of(model, design)
    }

    /// The same model on the rows of its sample for which this holds. Columns made of the whole sample, such as unit
    /// means, stay what they are.
    pub(crate) fn on(&self, keep: impl Fn(usize) -> bool) -> Result<Self> {
        let rows: Vec<usize> = (0..self.design.n_observations()).filter(|&row| keep(row)).collect();
        if rows.len() < 2 {
            return Err(EstimateError::TooFewRows { rows: rows.len() }.into());
        }
        Self::of(&self.model, self.design.on(&rows))
    }

    fn of(model: &Model, design: Design) -> Result<Self> {
        let ranges = unit_moments::unit_ranges(
            design.units.as_ref().map(|units| units.codes.as_slice()),
            design.n_observations(),
        );
        let (moments, unit_moments) = Moments::checked(&variables(&design), &design.weights, &ranges);
        let moments = moments.of_rows(design.n_counted());
        if moments.is_constant(design.columns.len()) {
            return Err(EstimateError::NoVariation {
                outcome: design.outcome_name.clone(),
                rows: design.n_observations(),
            }
            .into());
        }
        let (warnings, conditioning) = diagnose::diagnose(&design, &variables(&design), &ranges, &moments);
        Ok(FittedModel {
            model: model.clone(),
            // Without units these are of blocks of rows, of no use to resampling.
            unit_moments: unit_moments.filter(|_| design.units.is_some()),
            design,
            ranges,
            moments,
            warnings,
            double_entries: OnceLock::new(),
            conditioning,
        })
    }

    /// The question that was put.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The outcome, as the breakdowns name it.
    pub fn outcome_name(&self) -> &str {
        &self.design.outcome_name
    }

    /// What the panel says of itself; a simulated panel says so. `None` where it says nothing.
    pub fn panel_description(&self) -> Option<&str> {
        self.design.panel.description()
    }

    /// Where the columns of the question come from, and what was done to the panel.
    pub fn lineage(&self) -> &Lineage {
        &self.design.lineage
    }

    /// The terms of the model that entered as levels and not as numbers.
    ///
    /// # Examples
    /// See [`Factor`].
    pub fn factors(&self) -> Vec<Factor> {
        self.design.factor_terms()
    }

    /// The rows used, and for those left out, why.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 3.0, 2.0, 5.0, f64::NAN])
    ///     .column("x", [0.0, 1.0, 1.0, 2.0, 3.0])
    ///     .build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// assert_eq!((fit.sample().n_observations, fit.sample().n_left_out()), (4, 1));
    /// // One row of the panel for each residual.
    /// assert_eq!((fit.rows(), fit.regression()?.residuals().len()), (&[0, 1, 2, 3][..], 4));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn sample(&self) -> &Sample {
        &self.design.sample
    }

    /// Positions in the panel of the sample's rows, ascending.
    pub fn rows(&self) -> &[usize] {
        &self.design.rows
    }

    /// Periods of the sample's rows, ascending; none without a period column.
    ///
    /// # Examples
    /// ```
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?.in_periods(2016..=2018)?;
    /// let fit = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]).fit(&panel)?;
    /// assert_eq!(fit.periods(), [2016, 2017, 2018]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn periods(&self) -> Vec<i32> {
        let all = self.design.rows.iter().filter_map(|&row| self.design.panel.period_of(row));
        all.collect::<BTreeSet<i32>>().into_iter().collect()
    }

    /// Columns of the design, in the order of the model; absorbed unit effects have none.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::builder()
    ///     .units(["A", "A", "B", "B"])
    ///     .periods([2017, 2018, 2017, 2018])
    ///     .column("y", [1.0, 2.0, 4.0, 7.0])
    ///     .column("x", [0.0, 1.0, 1.0, 3.0])
    ///     .build()?;
    /// let model = Model::new("y").component("cause", ["x"]).component("policy", [Term::PeriodEffects]);
    /// let fit = model.component("practice", [Term::UnitEffects]).fit(&panel)?;
    /// assert_eq!(fit.column_names().next(), Some("x"));
    /// assert!(fit.column_names().all(|name| name != "unit"), "absorbed");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.design.columns.iter().map(|c| c.name.as_str())
    }

    /// What deserves doubt about the design.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel, Warning};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("one", ["x"]).component("other", ["x"]).fit(&panel)?;
    /// assert!(fit.warnings().iter().any(|warning| matches!(warning, Warning::AddsNothing { .. })));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Cross-products of the design's columns with the outcome, which comes last.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder().column("y", [1.0, 2.0, 3.0, 5.0]).column("x", [0.0, 0.0, 1.0, 1.0]).build()?;
    /// let fit = Model::new("y").component("cause", ["x"]).fit(&panel)?;
    /// let total = fit.moments().total()?;
    /// // Σ (x − x̄)(y − ȳ) and Σ (y − ȳ)²; R² is the square of the one over both lengths.
    /// assert!((total[[0, 1]] - 2.5).abs() < 1e-12 && (total[[1, 1]] - 8.75).abs() < 1e-12);
    /// assert!((fit.r2_overall() - 2.5 * 2.5 / (total[[0, 0]] * total[[1, 1]])).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    pub(crate) fn design(&self) -> &Design {
        &self.design
    }

    /// The smallest pivot that any coalition meets and that counts, as a part of its column's variation.
    pub(crate) fn smallest_pivot(&self) -> f64 {
        self.conditioning.smallest_pivot
    }

    /// What the error of an elimination is inversely proportional to: 1 where no two columns are related.
    pub(crate) fn weakest_pivot(&self) -> f64 {
        self.conditioning.weakest_pivot
    }

    /// The error that stays in any precision, because what the columns are depends on their rounding.
    pub(crate) fn error_of_rounding(&self) -> f64 {
        self.conditioning.error
    }

    /// The entries of the moments in twice the precision.
    pub(crate) fn double_entries(&self) -> &[Double] {
        self.double_entries.get_or_init(|| self.double_entries_of(&self.ranges))
    }

    /// The same over some rows only.
    pub(crate) fn double_entries_of(&self, rows: &[Range<usize>]) -> Vec<Double> {
        let standardisation = self.moments.standardisation();
        let variables = variables(&self.design);
        let mut entries = precise::double_entries(&variables, &self.design.weights, rows, standardisation);
        precise::replace(&self.conditioning.combinations, variables.len(), &mut entries);
        entries
    }

    /// Rows of each unit, which stand together; without units, blocks of rows.
    pub(crate) fn unit_ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// These variables row by row, on the scale of the moments; the outcome comes after the design's columns.
    pub(crate) fn standardised_rows(&self, chosen: &[usize]) -> Vec<f64> {
        let variables = variables(&self.design);
        let by = self.moments.standardisation();
        let width = chosen.len();
        let mut rows = vec![0.0; width * self.design.n_observations()];
        for (at, &v) in chosen.iter().enumerate() {
            let per_scale = 1.0 / by.scale[v];
            let values = rows.iter_mut().skip(at).step_by(width);
            values.zip(variables[v]).for_each(|(slot, x)| *slot = (x - by.origin[v]) * per_scale);
        }
        rows
    }

    /// Units of the sample; without units, its rows.
    pub(crate) fn n_clusters(&self) -> usize {
        if self.design.units.is_some() { self.ranges.len() } else { self.design.n_observations() }
    }

    /// Rows that are drawn and left out together: those of a unit, or each row by itself.
    pub(crate) fn clusters(&self) -> Vec<Range<usize>> {
        match self.design.units {
            Some(_) => self.ranges.clone(),
            None => (0..self.design.n_observations()).map(|row| row..row + 1).collect(),
        }
    }

    /// Moments of every unit, where they were kept.
    pub(crate) fn unit_moments(&self) -> Option<&UnitMoments> {
        self.unit_moments.as_ref()
    }

    /// Moments of each of a run of clusters, formed anew.
    pub(crate) fn moments_of(&self, clusters: &[Range<usize>]) -> UnitMoments {
        UnitMoments::new(&variables(&self.design), &self.design.weights, clusters, self.moments.standardisation())
    }
}

/// The design's columns, then the outcome.
fn variables(design: &Design) -> Vec<&[f64]> {
    let columns = design.columns.iter().map(|c| c.values.as_slice());
    columns.chain([design.outcome.as_slice()]).collect()
}
