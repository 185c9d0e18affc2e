//! Why nothing can be said of noise, and so of what a share would be without it?

use serde::{Deserialize, Serialize};

/// Why the randomness of counts cannot be told, and what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CountProblem {
    /// Count or population is missing.
    #[error("has no number in column \"{column}\": leave the row out of the panel, or give the number")]
    Missing {
        /// The column.
        column: String,
    },
    /// A rate of nobody.
    #[error(
        "has a population of {people}, and a rate is of people: leave the row out of the panel, or give its population"
    )]
    NoPeople {
        /// What stands there.
        people: f64,
    },
    /// No count.
    #[error("has a count of {counted}: a count is zero or more")]
    Negative {
        /// What stands there.
        counted: f64,
    },
    /// The outcome is made of something else.
    #[error(
        "has an outcome of {outcome}, and {per} times count over population is {rate}: name the columns that the rate, or its logarithm, is made of, and what it is per"
    )]
    OtherRate {
        /// The outcome.
        outcome: f64,
        /// The rate that count and population make.
        rate: f64,
        /// What it was said to be per.
        per: f64,
    },
}

/// Why the noise within units cannot be told, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum NoiseProblem {
    /// Without unit effects no share takes up the noise of a unit's mean.
    #[error("the model has no unit effects, which alone take up the noise of a unit's mean: add unit_effects")]
    NoUnitEffects,
    /// Interactions of unit effects take up noise in ways of their own.
    #[error("{term} gives every unit a coefficient of its own, which takes up noise in a way of its own: leave it out")]
    UnitSlopes {
        /// The term.
        term: String,
    },
    /// Nothing says how far apart two rows of a unit are.
    #[error(
        "the panel has no periods, which say how far apart two rows of a unit are: name the period column in the schema"
    )]
    NoPeriods,
    /// Rows are sums of several.
    #[error("a unit and period holds several rows, of which only sums are there: noise is told from one row to each")]
    SeveralRows,
    /// Every unit has one row.
    #[error("no unit has rows in two periods, and noise shows in their difference: add periods")]
    NoPairs,
    /// Periods that are no calendar.
    #[error(
        "rows of a unit are {longest} periods apart, which is no calendar of years, quarters or days: number the periods in steps of one"
    )]
    TooFarApart {
        /// The most periods between two rows of a unit.
        longest: i64,
    },
    /// As many columns as rows.
    #[error("columns and unit effects leave no degree of freedom within units: leave columns out, or add periods")]
    NothingLeft,
    /// A lag of none.
    #[error("noise persists from lag 1 at the least: give a number of periods, such as persistent:3")]
    LagZero,
    /// Rows that would be needed are not there.
    #[error(
        "no rows of a unit are {from_lag} periods apart, the longest lag is {longest}: ask for persistent:{longest} or less, or for independent noise"
    )]
    LagTooLong {
        /// The lag that was asked for.
        from_lag: usize,
        /// The longest that there is.
        longest: usize,
    },
    /// One lag cannot tell the size of noise from how it fades.
    #[error(
        "AR(1) noise needs rows of a unit at two distances at least, and here there is one: ask for independent noise"
    )]
    OneLag,
    /// Without one unit no rows are as far apart as the model needs.
    #[error(
        "without {cluster} no rows of a unit are so far apart as this noise needs: ask for a shorter lag or for independent noise, or leave it out"
    )]
    OneCluster {
        /// The unit, or the cluster of units.
        cluster: String,
    },
    /// Without one unit the model fits exactly.
    #[error(
        "without {cluster} columns and unit effects leave no degree of freedom within units: leave columns out, or add units or periods"
    )]
    NothingWithout {
        /// The unit, or the cluster of units.
        cluster: String,
    },
    /// A component whose columns are not there without one of the clusters.
    #[error(
        "every column of {component} is there in one of the clusters alone, and leaves with it, so that leaving clusters out says nothing of its chance: leave out units, or other clusters"
    )]
    LeavesWithClusters {
        /// The component.
        component: String,
    },
    /// Values whose squares leave the range of doubles.
    #[error("the outcome's squares leave the range of doubles: put it in other units")]
    Scale,
    /// A method whose shares are no sums of what coalitions explain.
    #[error(
        "{method} is not linear in what coalitions explain, so that noise has no share of its own in it: ask for another method, such as shapley"
    )]
    NotLinear {
        /// The method.
        method: String,
    },
}
