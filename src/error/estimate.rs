//! Why a question that makes sense has no answer on these data.

use super::Error;
use super::finding::FindingProblem;
use super::noise::{CountProblem, NoiseProblem};
use super::refusal::Refusal;

/// There is no such estimate on these data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateError {
    /// Complete cases leave nothing.
    #[error("no row is complete on all that the model uses; rows left out: {audit}")]
    NothingLeft {
        /// Reasons with their counts.
        audit: String,
    },
    /// Too few rows to speak of variation.
    #[error("the sample has {rows} row{}: at least two are needed", if *.rows == 1 { "" } else { "s" })]
    TooFewRows {
        /// Rows in the sample.
        rows: usize,
    },
    /// The outcome is constant in the sample.
    #[error("the outcome \"{outcome}\" does not vary in the sample ({rows} rows): there is nothing to explain")]
    NoVariation {
        /// The outcome.
        outcome: String,
        /// Rows in the sample.
        rows: usize,
    },
    /// The design has more columns than its cross-products can reasonably hold.
    #[error(
        "the design has {found} columns, at most {limit} are supported: enter large factors as unit effects, or use fewer levels"
    )]
    TooManyColumns {
        /// The limit.
        limit: usize,
        /// Columns of the design.
        found: usize,
    },
    /// More components than an exact method can enumerate.
    #[error(
        "{method} over {found} components needs 2^{found} coalitions, at most {limit} components are supported: {instead}"
    )]
    TooManyComponents {
        /// The method.
        method: String,
        /// The limit.
        limit: usize,
        /// Components of the model.
        found: usize,
        /// What to do instead.
        instead: String,
    },
    /// A coalition whose value could not be had.
    #[error("no value for the coalition {{{coalition}}}: {source}")]
    Value {
        /// Its components.
        coalition: String,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A method, an estimator or a test that cannot be had of what it was asked of.
    #[error("{method} cannot be had here: {why}")]
    Method {
        /// The method.
        method: &'static str,
        /// Why, and what to do instead.
        why: Refusal,
    },
    /// A column of `always` whose coefficient is asked for has none.
    #[error("always: {column} has no coefficient in the {regression} regression: {why}")]
    NoCoefficient {
        /// The column.
        column: String,
        /// "base" (on `always` alone) or "full" (on the components too).
        regression: &'static str,
        /// Why, and what to do.
        why: CoefficientProblem,
    },
    /// A computation that its watch ended.
    #[error("{method} was cancelled before it was done: let it run, or put components together or draw less often")]
    Cancelled {
        /// The method, or what is resampled.
        method: String,
    },
    /// Nothing was counted.
    #[error("every count of \"{outcome}\" is zero in the sample ({rows} rows): there is nothing to explain")]
    NoCounts {
        /// The outcome.
        outcome: String,
        /// Rows in the sample.
        rows: usize,
    },
    /// Iterated least squares that do not settle.
    #[error(
        "{model} did not converge in {rounds} rounds: put columns on a similar scale, or take out those that are nearly collinear"
    )]
    NotConverged {
        /// The regression.
        model: &'static str,
        /// How many rounds were tried.
        rounds: usize,
    },
    /// Counts that vary about their means no more than chance has it, so that θ has no end.
    #[error(
        "the counts are not over-dispersed about their means, and the negative binomial's θ grows without end: take Poisson"
    )]
    NotOverdispersed,
    /// Too few clusters or draws for an interval.
    #[error("{what}: {found} given, at least {expected} needed")]
    TooFew {
        /// What there is too little of.
        what: String,
        /// The least.
        expected: usize,
        /// What there is.
        found: usize,
    },
    /// Two periods that no unit of the sample has rows in, so that nothing changes between them but who is there.
    #[error(
        "no unit has a row of the sample in both {from} and {to}: name two periods that units share, or put reorganised areas together first"
    )]
    NoUnitInBoth {
        /// The one period.
        from: i32,
        /// The other.
        to: i32,
    },
    /// A unit without people, of whom nothing can be counted.
    #[error("unit \"{unit}\" has no people in column \"{column}\"{} ({}): leave the unit out, or give its population",
        .period.map_or(String::new(), |period| format!(" in {period}")),
        .found.map_or("missing".to_string(), |found| format!("it is {found}")))]
    NoPopulation {
        /// The column of populations.
        column: String,
        /// The unit.
        unit: String,
        /// The period; `None` for all periods together.
        period: Option<i32>,
        /// What stands there, zero or below; `None` where it is missing.
        found: Option<f64>,
    },
    /// Counts and populations that the outcome is not made of.
    #[error("counting noise by \"{count}\" and \"{population}\": {place} {why}")]
    Counts {
        /// The column of counts.
        count: String,
        /// The column of populations.
        population: String,
        /// Unit and period of the row, or its place.
        place: String,
        /// Why, and what to do.
        why: CountProblem,
    },
    /// A breakdown and a resampling that come from different fits.
    #[error("this breakdown comes from another fit than the resampling: {why}")]
    OtherFit {
        /// Where they differ.
        why: FitDifference,
    },
    /// Values so large or so close to one another that cross-products of doubles cannot hold them.
    #[error("column \"{column}\" {why}: put it in other units")]
    Scale {
        /// The column.
        column: String,
        /// What is wrong with its scale.
        why: ScaleProblem,
    },
    /// A row to predict for has a missing value, or a unit, period or level that the fit has not seen.
    #[error("cannot predict for {place}: {why}")]
    Predict {
        /// Unit and period of the row, or its place.
        place: String,
        /// Why.
        why: PredictProblem,
    },
    /// A row, or a period, of which nothing was regressed.
    #[error("no regressed row of {place}: {why}")]
    NotRegressed {
        /// Unit and period of the row, or the period.
        place: String,
        /// Why.
        why: RowProblem,
    },
    /// A column that cannot say which rows are related.
    #[error("cluster column \"{column}\": {why}")]
    Cluster {
        /// The column.
        column: String,
        /// Why, and what to do.
        why: ClusterProblem,
    },
    /// A column that cannot say in which group of units each unit lies.
    #[error("groups of units by column \"{column}\": {why}")]
    Nesting {
        /// The column.
        column: String,
        /// Why, and what to do.
        why: NestingProblem,
    },
    /// A finding that cannot be had of the panel.
    #[error("{finding} cannot be had here: {why}")]
    Finding {
        /// What is asked.
        finding: &'static str,
        /// Why, and what to do.
        why: FindingProblem,
    },
    /// Noise within units that cannot be told.
    #[error("noise: {0}")]
    Noise(NoiseProblem),
    /// An error of linfa's own.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
}

/// Why a column of `always` has no coefficient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CoefficientProblem {
    /// It is constant.
    #[error("it does not vary in the sample: take it out")]
    Constant,
    /// It is constant within units, whose effects are in.
    #[error(
        "it is constant within units, {}: take the one or the other out",
        .component.as_ref().map_or("whose effects are always in".to_owned(), |c| format!("and \"{c}\" has unit effects"))
    )]
    ConstantWithinUnits {
        /// The component that has unit effects; `None` where they are in `always`.
        component: Option<String>,
    },
    /// It is a combination of other columns.
    #[error(
        "it is a combination of the columns of always before it{}: take it out",
        if *.with_unit_effects { " and of unit effects" } else { "" }
    )]
    Combination {
        /// Whether unit effects are part of it.
        with_unit_effects: bool,
    },
}

/// In what a breakdown differs from the fit that is resampled.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitDifference {
    /// Another outcome.
    #[error("its outcome is {found}, not {expected}")]
    Outcome {
        /// That of the breakdown.
        found: String,
        /// That of the fit.
        expected: String,
    },
    /// Other columns whose coefficients change.
    #[error("its columns are {}, not {}", .found.join(", "), .expected.join(", "))]
    Columns {
        /// Those of the breakdown.
        found: Vec<String>,
        /// Those of the fit.
        expected: Vec<String>,
    },
    /// Other components.
    #[error("its components are {}, not {}", .found.join(", "), .expected.join(", "))]
    Components {
        /// Those of the breakdown.
        found: Vec<String>,
        /// Those of the fit.
        expected: Vec<String>,
    },
    /// Another number of rows.
    #[error("its sample has {found} rows, not {expected}")]
    Rows {
        /// Rows of the breakdown's sample.
        found: usize,
        /// Rows of the fit's sample.
        expected: usize,
    },
    /// Another R².
    #[error("its R² is {found}, not {expected}")]
    R2 {
        /// That of the breakdown.
        found: f64,
        /// That of the fit.
        expected: f64,
    },
    /// Another coefficient.
    #[error("its coefficient of {column} is {found}, not {expected}")]
    Coefficient {
        /// The column.
        column: String,
        /// Its coefficient in the breakdown.
        found: f64,
        /// Its coefficient in the fit.
        expected: f64,
    },
    /// Other levels, or not all methods at each.
    #[error("its levels are {}, not {} with the same methods at each", .found.join(", "), .expected.join(", "))]
    Levels {
        /// Those of the answer.
        found: Vec<String>,
        /// Those of the fit.
        expected: Vec<String>,
    },
    /// A detail that its method does not give.
    #[error("its detail is not that of {method}")]
    Detail {
        /// The method that the breakdown names.
        method: &'static str,
    },
}

/// What is wrong with the scale of a column.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScaleProblem {
    /// Values so large that their products leave the range of doubles.
    #[error("has values beyond {largest:.0e}")]
    TooLarge {
        /// The largest that will do.
        largest: f64,
    },
    /// Values so close to one another that products of their differences leave it.
    #[error("varies by less than {least:.0e}")]
    VariesTooLittle {
        /// The least difference that will do.
        least: f64,
    },
    /// Squares or products that cannot be given on the scale of the data.
    #[error("has products outside the range of doubles")]
    Products,
    /// A scale so far from the outcome's that its coefficients leave it.
    #[error("has coefficients beyond the range of doubles")]
    Coefficients,
}

/// Why a row cannot be predicted for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PredictProblem {
    /// Values that the terms need are missing.
    #[error("values are missing: {audit}")]
    Missing {
        /// Reasons with their counts.
        audit: String,
    },
    /// A unit or period that the fit has no effect of.
    #[error("the fit has no effect of \"{name}\"")]
    UnknownEffect {
        /// The unit or period.
        name: String,
    },
    /// A level that no row of the fit has.
    #[error("the fit has not seen {term} at \"{level}\"")]
    UnknownLevel {
        /// The term.
        term: String,
        /// The level, or levels with colons between them.
        level: String,
    },
    /// A term that is about the unit means of the sample.
    #[error("{term} needs the unit means of the sample: use unit effects instead")]
    UnitMeans {
        /// The term.
        term: String,
    },
    /// A unit and a period whose effects have no common origin.
    #[error("its unit and its period are in parts of the panel that no row connects")]
    Unconnected,
    /// A column without a coefficient is not the combination of others that it was in the sample.
    #[error(
        "{column} has no coefficient, as it was a combination of other columns or effects in every row of the fit, and is none here: leave it out of the regression"
    )]
    NotEstimable {
        /// The column.
        column: String,
    },
    /// An exposure of zero or less, or none.
    #[error("its {column} is {exposure}, and must be above zero for counts to be out of it")]
    Exposure {
        /// The column.
        column: String,
        /// The exposure.
        exposure: f64,
    },
    /// What is expected is larger than numbers are.
    #[error("what is expected of it is beyond numbers: its columns are far from those of the fit")]
    BeyondNumbers,
    /// A weight of zero or less, or none.
    #[error("its weight is {weight}, and must be positive")]
    Weight {
        /// The weight.
        weight: f64,
    },
}

/// Why there is no regressed row of a unit in a period, or of a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowProblem {
    /// It was left out of the sample.
    #[error("it was left out of the sample ({reason})")]
    LeftOut {
        /// Why.
        reason: String,
    },
    /// A difference has nothing to be taken from.
    #[error("the sample has no row of the unit one period earlier to take the difference from")]
    NoPeriodBefore,
    /// No regressed row is of this period.
    #[error("the regressed rows are of {there}")]
    NoSuchPeriod {
        /// The periods of which there are.
        there: String,
    },
}

/// Why a column cannot say which rows are related.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterProblem {
    /// All rows are one cluster.
    #[error(
        "it has one level in the sample, and two are the least: cluster by another column, or choose another covariance"
    )]
    OneLevel,
    /// It is missing in the sample.
    #[error("missing for {row}, which is in the sample: fill it in, or leave such rows out")]
    Missing {
        /// Unit and period of the first such row, or its place.
        row: String,
    },
    /// It has a unit in two clusters, and units leave as a whole.
    #[error(
        "it is not the same in all rows of {unit}, and a unit leaves with one cluster: use a column that does not change within units"
    )]
    SplitsUnit {
        /// The unit.
        unit: String,
    },
    /// It varies within a unit, and the rows of the regression are units.
    #[error("it varies within {unit}, which is one row of the between estimator")]
    VariesWithin {
        /// The unit.
        unit: String,
    },
}

/// Why a column cannot say in which group of units each unit lies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NestingProblem {
    /// It has a unit in two groups.
    #[error(
        "it has {unit} in \"{first}\" and in \"{second}\", and a unit lies in one group: correct the column, or leave the unit out"
    )]
    SplitsUnit {
        /// The unit.
        unit: String,
        /// One of its groups.
        first: String,
        /// Another.
        second: String,
    },
    /// It does not nest in the column before it.
    #[error(
        "its \"{group}\" lies in \"{first}\" and in \"{second}\" of {outer}, and each group lies in one of the level above: name the columns from the outermost to the innermost, or leave one of them out"
    )]
    DoesNotNest {
        /// The group.
        group: String,
        /// The column of the level above.
        outer: String,
        /// One of the groups of that which it lies in.
        first: String,
        /// Another.
        second: String,
    },
    /// It is missing in the sample.
    #[error("missing for {row}, which is in the sample: fill it in, or leave such rows out")]
    Missing {
        /// Unit and period of the first such row, or its place.
        row: String,
    },
    /// It is the unit or the period of the panel.
    #[error(
        "it is the {key} of the panel, which is a level in any case: name columns that units lie in, such as regions"
    )]
    IsKey {
        /// Which of them: "unit" or "period".
        key: &'static str,
    },
    /// It was named before.
    #[error("it is named twice: name each column once, from the outermost to the innermost")]
    Twice,
    /// Two levels would be called alike.
    #[error("two levels would be called \"{level}\": give the column another name, with Panel::renamed")]
    SameName {
        /// What both would be called.
        level: String,
    },
}

/// The error of a method that cannot be had.
pub(crate) fn cannot(method: &'static str, why: Refusal) -> Error {
    EstimateError::Method { method, why }.into()
}
