//! What deserves doubt in a result that exists.

mod sentence;

use serde::{Deserialize, Serialize};

use crate::error::NoiseProblem;

/// Below so many clusters, covariances, standard errors and intervals carry a warning: t quantiles and bias corrections
/// lean on many.
pub(crate) const FEW_CLUSTERS: usize = 50;

/// A reason to doubt a result: a value, printed under its table and present in its export.
///
/// A result that carries one stands, with this said of it; what has no result is an [`Error`](crate::Error). It prints
/// as a sentence.
///
/// # Examples
/// ```
/// use apportion::{Model, Panel, Warning};
///
/// let panel = Panel::builder()
///     .column("y", [1.0, 2.0, 3.0, 5.0])
///     .column("x", [0.0, 0.0, 1.0, 1.0])
///     .column("same", [7.0; 4])
///     .build()?;
/// let fit = Model::new("y").component("cause", ["x"]).component("nothing", ["same"]).fit(&panel)?;
/// let of_column = Warning::NoColumnLeft { component: "nothing".to_string() };
/// assert!(fit.warnings().contains(&of_column));
/// assert!(of_column.to_string().contains("nothing"));
/// // The answer is there, and says the same.
/// assert!(fit.shapley()?.share_of_total("nothing")?.abs() < 1e-15);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Warning {
    /// No column of the component varies in the sample.
    NoColumnLeft {
        /// The component.
        component: String,
    },
    /// A column does not vary in the sample.
    ConstantColumn {
        /// The column.
        column: String,
        /// Its component, or `always`.
        component: String,
    },
    /// A component adds nothing once another is in, whatever the data: its columns are combinations of the other's, to
    /// 1e-11 of their length or to the rounding of the values.
    AddsNothing {
        /// The component.
        component: String,
        /// The component, or `always`, that spans its columns.
        once: String,
        /// Whether that other brings unit effects.
        unit_effects: bool,
    },
    /// A component, or some of it, has no coefficient beside the others, and so no part of its own in a method that
    /// leans on coefficients.
    NoCoefficient {
        /// The component.
        component: String,
    },
    /// Columns are combinations of those before them, or of unit effects, to 1e-11 of their length or to the rounding
    /// of the values: they add nothing to a breakdown and have no coefficient.
    Aliased {
        /// Their component, or `always`.
        component: String,
        /// The columns.
        columns: Vec<String>,
        /// Whether it is unit effects that they are combinations of: they are constant within units.
        unit_effects: bool,
    },
    /// A column is nearly a combination of others, and not more than nearly: what is left of it counts in full, but how
    /// they share their part is arbitrary.
    NearlyCollinear {
        /// The column.
        column: String,
        /// Its component, or `always`.
        component: String,
        /// The part of its variation that the columns before it leave; one over the variance inflation factor.
        tolerance: f64,
    },
    /// The model has as many parameters as there are observations, and fits whatever the outcome is.
    Saturated {
        /// Observations, and independent columns and effects.
        observations: usize,
    },
    /// Too many components, rows or replicates to be computed again in twice the precision; or columns that differ by
    /// so little that what they differ by depends on how their values were rounded.
    Imprecise {
        /// The bound on the error of a share, or of the ends of its interval; 1 where nothing is known, because a
        /// column that explains much may be taken for none.
        bound: f64,
    },
    /// Too few clusters for an interval to be trusted.
    FewClusters {
        /// Clusters.
        clusters: usize,
        /// The fewest that pass without a warning.
        wanted: usize,
    },
    /// A covariance, of clusters in two ways or of errors related pair by pair in an unbalanced panel, by which some
    /// combination of coefficients has a variance below zero.
    NotPositive,
    /// A variance component that came out negative, and was set to zero.
    NegativeVariance {
        /// "unit" or "period".
        of: String,
    },
    /// A Hausman test in which the difference of the two covariances was not positive definite.
    DifferenceNotPositive {
        /// Directions in which it was positive, which alone entered the statistic.
        kept: usize,
        /// Of how many.
        of: usize,
    },
    /// A Hausman test whose covariances, each with its own residual variance, did not differ by a positive definite
    /// matrix, and were both formed with that of the efficient regression.
    CommonVariance,
    /// A Hausman test in which the covariances do not differ in some directions, nor do the coefficients.
    NoDifference {
        /// Directions in which they differ, which alone entered the statistic.
        kept: usize,
        /// Of how many.
        of: usize,
    },
    /// Pairs of units with too few periods in common for a correlation.
    PairsLeftOut {
        /// How many.
        left_out: usize,
        /// Of how many.
        pairs: usize,
    },
    /// Units or periods with a single row, which their own effect explains whatever the outcome is.
    Singletons {
        /// "unit" or "period".
        of: String,
        /// Their names.
        names: Vec<String>,
    },
    /// Units with a single period, of whose noise only that of other units speaks.
    NoiseOfOthers {
        /// The units.
        units: Vec<String>,
    },
    /// Units, or levels of a factor, that were kept apart although they differ by no more than the case of letters, leading
    /// zeros or a mark of a note.
    PerhapsOne {
        /// The column.
        column: String,
        /// Its texts that are perhaps one, for each.
        texts: Vec<Vec<String>>,
    },
    /// Coefficients that one row, or one cluster, decides alone: its residuals are zero there whatever its errors were,
    /// and there is no standard error.
    DecidedAlone {
        /// The coefficients.
        coefficients: Vec<String>,
        /// The rows or clusters, each of which decides some of them.
        by: Vec<String>,
    },
    /// Coefficients of which the rows or clusters that are summed over say nothing, as where there are as many
    /// coefficients as clusters: there is no standard error.
    NothingOfErrors {
        /// The coefficients.
        coefficients: Vec<String>,
    },
    /// A bandwidth within which no two rows lie, as with years that are two apart: errors then count as unrelated.
    NothingWithin {
        /// Periods.
        bandwidth: usize,
    },
    /// A regression that leaves no more than rounding: its standard errors are rounding too.
    ExactFit,
    /// Counts with fractions in a Poisson model, which then is quasi-Poisson: right about means, without a likelihood.
    QuasiPoisson {
        /// The outcome.
        outcome: String,
        /// Rows whose count is no whole number.
        rows: usize,
    },
    /// A panel that falls into parts without a common unit or period, between which two-way effects cannot be compared.
    Disconnected {
        /// How many.
        parts: usize,
    },
    /// Differences that would reach over a gap in the periods of a unit, and were left out.
    Gaps {
        /// How many.
        differences: usize,
    },
    /// Replicates in which a component, or the outcome, has no variation.
    DegenerateReplicates {
        /// How many.
        degenerate: usize,
        /// Of how many.
        replicates: usize,
    },
    /// Replicates in which a column of `always` has no coefficient.
    LostCoefficients {
        /// How many.
        degenerate: usize,
        /// Of how many.
        replicates: usize,
    },
    /// A component's share is biased by more than a quarter of its standard error.
    Biased {
        /// The component, `always` or `unexplained`.
        component: String,
        /// Its bias.
        bias: f64,
        /// Its standard error.
        std_error: f64,
    },
    /// A method's shares stand as they are, with what chance gives in them.
    NotCorrected {
        /// Why.
        why: NoiseProblem,
    },
    /// Rows of a unit are not far apart, so that what persists is taken from nearer ones than usual.
    NearLag {
        /// From how many periods on.
        from_lag: usize,
        /// The usual number.
        wanted: usize,
        /// The most periods between two rows of a unit.
        longest: usize,
    },
    /// Few periods, over which noise and what persists are hard to tell apart.
    FewPeriods {
        /// Periods.
        periods: usize,
        /// The fewest that pass without a warning.
        wanted: usize,
    },
    /// A model of noise that has nothing to act on, as the model has no unit effects.
    NoiseUnused {
        /// The model of noise.
        noise: String,
    },
    /// No rows of a unit are nearer than the lag from which on noise has faded, so that it counts as independent.
    NoNearPairs {
        /// The lag.
        from_lag: usize,
    },
    /// Columns that are there in one cluster alone: what they explain leaves with it, and no test can tell it from chance.
    LeavesWithOne {
        /// The component.
        component: String,
        /// The columns.
        columns: Vec<String>,
    },
    /// Samples without one cluster that the model fits exactly, so that intervals say nothing.
    SaturatedWithout {
        /// How many.
        saturated: usize,
        /// Of how many.
        replicates: usize,
    },
    /// A factor that names every unit by itself was taken as unit effects.
    NamesUnits {
        /// The term.
        term: String,
    },
    /// A component whose share is what chance would give a component of its shape.
    NoMoreThanChance {
        /// The component.
        component: String,
    },
    /// The interval ends at the most extreme replicate, or beyond what so many draws can say.
    FewDraws {
        /// Draws.
        draws: usize,
        /// The fewest that reach the quantile.
        wanted: usize,
    },
    /// All replicates lie on one side of the estimate, so that its bias correction is a bound.
    OneSided {
        /// The component, `always` or `unexplained`.
        component: String,
    },
}
