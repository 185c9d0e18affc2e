//! Why a question that makes sense has no answer on these data.

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
    /// A method that this model cannot be split by.
    #[error("{method} cannot be had here: {reason}")]
    Method {
        /// The method.
        method: &'static str,
        /// Why, and what to do instead.
        reason: String,
    },
    /// A column of `always` whose coefficient is asked for has none.
    #[error("always: {column} has no coefficient in the {regression} regression: {message}")]
    NoCoefficient {
        /// The column.
        column: String,
        /// "base" (on `always` alone) or "full" (on the components too).
        regression: &'static str,
        /// Why, and what to do.
        message: String,
    },
    /// An enumeration of coalitions that its watch ended.
    #[error("{method} was cancelled before all coalitions were enumerated: let it run, or put components together")]
    Cancelled {
        /// The method.
        method: String,
    },
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
    /// A breakdown and a resampling that come from different fits.
    #[error("this breakdown comes from another fit than the resampling: {message}")]
    OtherFit {
        /// Where they differ.
        message: String,
    },
    /// Values so large or so close to one another that cross-products of doubles cannot hold them.
    #[error("column \"{column}\" {message}: put it in other units")]
    Scale {
        /// The column.
        column: String,
        /// What is wrong with its scale.
        message: String,
    },
    /// A row to predict for has a unit, period or level that the fit has not seen.
    #[error("cannot predict for {place}: {message}")]
    Predict {
        /// Unit and period of the row, or its place.
        place: String,
        /// Why.
        message: String,
    },
    /// The least-squares solver refused.
    #[error("least squares failed: {message}")]
    LeastSquares {
        /// What linfa-linear said.
        message: String,
    },
    /// A column that cannot say which rows are related.
    #[error("cluster column \"{column}\": {message}")]
    Cluster {
        /// The column.
        column: String,
        /// Why, and what to do.
        message: String,
    },
    /// An error of linfa's own.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
}
