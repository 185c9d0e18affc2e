//! Why a method, an estimator or a test cannot be had of what it is asked of?

/// Why a method cannot be had, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The split is not linear in what coalitions explain, so that a level has no part of its own in it; or it says more
    /// than a share for each component.
    #[error("its shares are not split by level: use sequential, shapley, first or last")]
    NotByLevel,
    /// The split is not linear in what coalitions fit, so that a row has no part of its own in it.
    #[error("it does not split what each row is expected to be: use sequential, shapley, first or last")]
    NotByRow,
    /// Too many columns for the coefficients of all coalitions.
    #[error(
        "the coefficients of {columns} columns in 2^{components} coalitions are too many to be kept: put components together, or use sequential"
    )]
    TooManyCoefficients {
        /// Columns of the model.
        columns: usize,
        /// Components.
        components: usize,
    },
    /// It is of sums of squares, and a deviance has none.
    #[error(
        "it splits sums of squares, and there is a deviance: use sequential, shapley, first, last, owen, pmvd, dominance or commonality"
    )]
    OfLeastSquares,
    /// It is of least squares, and the regression of counts.
    #[error("it is of least squares, and the outcome is taken for counts ({family}): set the family to gaussian")]
    OfCounts {
        /// The family.
        family: &'static str,
    },
    /// Counts with fractions have deviances, but no likelihood.
    #[error("counts with fractions have no likelihood, only a deviance (quasi-Poisson): compare deviances")]
    Fractions,
    /// It needs every row by itself, and there are sums of rows only.
    #[error(
        "it needs every row by itself, and only the sums over the rows of each unit and period are there: fit the model to a panel"
    )]
    NeedsRows,
    /// It fits again to the panel's columns, and there are sums of rows only.
    #[error("it goes back to the columns of a panel, and only sums over rows are there: fit the model to a panel")]
    NeedsPanel,
    /// Unit effects that are always in are expected of each unit, which leaves nothing of it.
    #[error(
        "unit effects are always in, so that every unit is as expected: put them into a component, or leave them out"
    )]
    NothingRemains,

    /// The method is not for this estimator.
    #[error("{needs}")]
    OtherEstimator {
        /// The estimator that it was asked of.
        found: &'static str,
        /// What it needs; [`EstimatorNeed::instead`] names the estimators that have it.
        needs: EstimatorNeed,
    },

    /// The absorbed effects leave nothing of the outcome.
    #[error(
        "the outcome \"{outcome}\" does not vary beside the effects that are absorbed: choose an estimator that absorbs fewer effects"
    )]
    NothingOfOutcome {
        /// The outcome.
        outcome: String,
    },
    /// Nothing is left of any column.
    #[error(
        "no column {}{}{}: choose other terms, or an estimator that absorbs fewer effects",
        if .columns.is_empty() { "stands" } else { "varies" },
        if *.beside_effects { " beside the effects that are absorbed" } else { "" },
        if .columns.is_empty() { String::new() } else { format!(" ({})", .columns.join(", ")) }
    )]
    NothingOfColumns {
        /// The columns; none where the terms were effects alone.
        columns: Vec<String>,
        /// Whether effects were absorbed.
        beside_effects: bool,
    },
    /// The regression fits exactly, and a test has no residuals.
    #[error("the regression fits the outcome exactly, and leaves no residuals to test")]
    ExactFit,

    /// Columns and effects fit exactly, and random effects have no error beside them.
    #[error("columns and effects fit the outcome exactly, which leaves no error: leave effects or columns out")]
    NoErrorLeft,
    /// The variance of the error comes out below zero.
    #[error("the variance of the error comes out negative: use swar")]
    NegativeErrorVariance,
    /// Random effects of one unit, or of one period.
    #[error("random effects need two units and more, or two periods: leave them out")]
    OneGroup,
    /// The equations for the variances of random effects have no single solution.
    #[error("this panel does not tell the variances apart: use fewer effects")]
    VariancesAlike,
    /// The between regression has no degree of freedom left.
    #[error("the between regression has {groups} group means for {columns} columns and a constant: use walhus")]
    TooFewGroups {
        /// Units, or periods, with a mean.
        groups: usize,
        /// Columns of the between regression, without the constant.
        columns: usize,
    },
    /// The within regression has no degree of freedom left.
    #[error("{rows} rows leave nothing within {effects} effects and {columns} columns: leave effects or columns out")]
    TooFewRowsWithin {
        /// Rows of the regression.
        rows: usize,
        /// Effects, as far as they are independent.
        effects: usize,
        /// Columns that vary within them.
        columns: usize,
    },
    /// Columns that do not vary within the effects, on an unbalanced or weighted panel.
    #[error(
        "on an unbalanced or weighted panel every column has to vary within the effects, {columns} of them do not: use swar"
    )]
    ConstantWithin {
        /// How many do not.
        columns: usize,
    },
    /// A unit has no row in a period.
    #[error("it needs every unit in every period: use swar, walhus or amemiya")]
    NotEveryRow,

    /// The covariance of the coefficients that are tested jointly is singular.
    #[error(
        "the covariance of {}",
        if *.are_added {
            "the added coefficients is singular: there are fewer clusters than coefficients, or nothing is left to explain; use another covariance"
        } else {
            "these coefficients is singular: there are fewer clusters than coefficients, or the same coefficient twice"
        }
    )]
    SingularCovariance {
        /// Whether the coefficients are of columns that the test adds to the regression, and not its own.
        are_added: bool,
    },
    /// Fewer degrees of freedom than a joint test takes.
    #[error(
        "the clusters leave too few degrees of freedom for {coefficients} coefficients at once: test fewer of them, or cluster by a column of more levels"
    )]
    TooFewDegrees {
        /// Coefficients that are tested.
        coefficients: usize,
    },
    /// Coefficients that are tested jointly, some combination of which has a variance below zero.
    #[error(
        "some combination of the coefficients has a variance below zero: test them one at a time, or use another covariance"
    )]
    NotPositive,
    /// A variance that comes out at or below zero.
    #[error(
        "the variance of {coefficient} comes out at or below zero, as it can {}",
        if *.of_pairs {
            "where units have rows in different periods: use another covariance, or a balanced panel"
        } else {
            "with few clusters: cluster by one of the two alone"
        }
    )]
    NoVariance {
        /// The coefficient.
        coefficient: String,
        /// Whether errors are taken to be related pair by pair, and not by clusters in two ways.
        of_pairs: bool,
    },
    /// A coefficient that one row or one cluster decides alone.
    #[error("nothing but {} decides {coefficient}, and one error alone cannot be told from the coefficient", .by.join(", "))]
    DecidedAlone {
        /// The coefficient.
        coefficient: String,
        /// The rows or clusters.
        by: Vec<String>,
    },
    /// A coefficient of whose error the rows or clusters that are summed over say nothing.
    #[error(
        "residuals cancel for {coefficient} in every row or cluster that is summed over, as where there are as many coefficients as clusters: use another covariance"
    )]
    NothingOfErrors {
        /// The coefficient.
        coefficient: String,
    },
    /// A coefficient that has none beside effects taken as columns.
    #[error(
        "{coefficient} has no coefficient beside the absorbed effects as columns: cluster by what they are nested in"
    )]
    SpannedByEffects {
        /// The coefficient.
        coefficient: String,
    },
    /// A row that the regression fits exactly, whatever its outcome.
    #[error("row {row} has a leverage of one: use another covariance")]
    LeverageOfOne {
        /// Unit and period of the row, or its place.
        row: String,
    },
    /// Periods of a regression whose rows are units.
    #[error("a row of the between estimator is a unit, of all its periods: choose another covariance")]
    RowsAreUnits,
    /// Rows of a panel asked of an estimator whose regressed rows are others.
    #[error(
        "a regressed row of the {estimator} estimator is {row}, not a row of the panel: take regressed_rows, which say what they are of"
    )]
    OtherRows {
        /// The estimator.
        estimator: &'static str,
        /// What one of its rows is.
        row: &'static str,
    },
    /// The likelihood of an exact fit.
    #[error("the regression fits the outcome exactly, and its likelihood has no bound: take terms out")]
    UnboundedLikelihood,
    /// A function of the coefficients that is not a number at the estimates, or not beside them.
    #[error("{function} is not finite at the estimates, or near them: choose another function")]
    NotFinite {
        /// The function.
        function: String,
    },
    /// A function that does not depend on the coefficients.
    #[error("{function} does not change with the coefficients: choose another function")]
    ConstantFunction {
        /// The function.
        function: String,
    },

    /// Two estimators that Hausman's test does not compare.
    #[error(
        "it compares a within, first_difference or between regression with a random or pooled one without unit_effects, not {first} with {second}"
    )]
    NotComparable {
        /// The estimator that the test was asked of.
        first: &'static str,
        /// The estimator in the brackets.
        second: &'static str,
    },
    /// Two estimators that Hausman's test compares the other way round.
    #[error("ask it of the {second} regression, with the {first} one in the brackets")]
    OtherWayRound {
        /// The estimator that the test was asked of.
        first: &'static str,
        /// The estimator in the brackets.
        second: &'static str,
    },
    /// Two regressions of different outcomes.
    #[error("the outcomes differ, {first} and {second}: fit both to one")]
    OutcomesDiffer {
        /// The outcome of the one.
        first: String,
        /// That of the other.
        second: String,
    },
    /// Two regressions of different rows, or of other values on them.
    #[error("the samples differ ({first} and {second} rows): fit both to the same complete rows")]
    SamplesDiffer {
        /// Rows of the one.
        first: usize,
        /// Rows of the other.
        second: usize,
    },
    /// Two regressions with different weights.
    #[error("the weights differ: fit both with the same")]
    WeightsDiffer,
    /// Two regressions without a column in both.
    #[error("the regressions have no slope in common: fit both with the same terms, some of which vary within units")]
    NoCommonSlope,
    /// The second regression is nowhere more exact than the first.
    #[error(
        "the second regression's covariance is nowhere below the first one's: use the auxiliary regression instead (hausman_regression, of a random-effects estimator)"
    )]
    NowhereMoreExact,
    /// No column varies within the effects.
    #[error("no column varies within, so there is no within estimate to compare with")]
    NoWithinEstimate,
    /// Powers of the fitted values add nothing to the columns.
    #[error(
        "powers of the fitted values are combinations of the columns, as where all columns are dummies: there is no curvature that the regression could miss"
    )]
    NoCurvature,
    /// Effects of units and of periods that say the same of the residuals.
    #[error("the two kinds of effects cannot be told apart on this panel: test one of them")]
    EffectsAlike,
    /// Effects that add nothing to the columns.
    #[error("the effects add no parameter: there is one unit (or period), or the columns span the effects")]
    NoParameter,
    /// Residuals that follow exactly from those a period before.
    #[error("residuals follow from those before exactly: there are too few units or periods")]
    ExactSuccession,
    /// No unit has two rows so many periods apart.
    #[error(
        "no unit has rows in two periods that are {lag} apart: ask for a lower order, or take stacked lags, which close gaps"
    )]
    NoRowsApart {
        /// The periods.
        lag: usize,
    },
    /// No pair of units with enough periods in common.
    #[error(
        "no two units have residuals that vary over {least} periods in common: take units that were observed together"
    )]
    NoCommonPeriods {
        /// The fewest periods that will do.
        least: usize,
    },

    /// Absorbed unit effects where columns are needed.
    #[error("{}", no_columns(.component.as_deref()))]
    NoColumns {
        /// The component that has unit effects, for a method that decorrelates its columns; `None` for a method that
        /// hands columns to an estimator, wherever in the model the effects are.
        component: Option<String>,
    },
    /// Unit effects where units are left out.
    #[error("unit effects say nothing about a unit that was left out: take them out of the model, or use adjusted_r2")]
    UnitsLeftOut,
    /// Weights that would not be heeded.
    #[error("the model is weighted, and not every estimator of linfa's heeds weights: fit it unweighted")]
    Weighted,
    /// A model in which a component enters only after others, and a method over all orders.
    #[error(
        "{}",
        if *.are_drawn {
            "orders are drawn from all, and the model lets a component enter only after others: use shapley, or take the precedence out"
        } else {
            "the model lets a component enter only after others, and it averages over all orders or coalitions: use shapley, which respects that, or take the precedence out"
        }
    )]
    Precedence {
        /// Whether the method draws orders, and does not average over all.
        are_drawn: bool,
    },
    /// More columns than an exact method can decorrelate.
    #[error("it takes at most {limit} columns, there are {found}: use shapley")]
    TooManyColumns {
        /// The limit.
        limit: usize,
        /// Columns of the components.
        found: usize,
    },
    /// A coalition with no fewer parameters than rows.
    #[error("a coalition has {parameters} parameters beside the intercept for {rows} rows: use R²")]
    TooManyParameters {
        /// Parameters of the coalition, without the intercept.
        parameters: usize,
        /// Rows in the sample.
        rows: usize,
    },
    /// A game in which components take from the worth of others.
    #[error("a coalition is worth more than all components together: use shapley")]
    WorthMoreThanAll,
}

fn no_columns(component: Option<&str>) -> String {
    match component {
        Some(component) => format!(
            "\"{component}\" has unit effects, which are absorbed and have no columns to decorrelate: put them into \
             always, or use shapley"
        ),
        None => "unit effects are absorbed and have no columns to give to an estimator: leave them out".to_owned(),
    }
}

/// What a method needs of the estimator that it is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EstimatorNeed {
    /// Fitted levels, to predict from.
    #[error("first differences say nothing of levels: use within or pooled")]
    Levels,
    /// Columns that do not depend on the sample, to predict with.
    #[error("its columns are about the sample's unit means: use random or within")]
    OwnColumns,
    /// Absorbed effects, to give.
    #[error("this estimator does not absorb them: use within, within_period or twoway")]
    AbsorbedEffects,
    /// Absorbed effects, to test.
    #[error("no effects are absorbed: fit with the within, within_period or twoway estimator")]
    TestableEffects,
    /// Random effects, beside which columns are added.
    #[error(
        "it adds columns to a regression with random effects: fit with the random, random_period or random_twoway estimator"
    )]
    RandomEffects,
    /// Residuals that still hold the effects.
    #[error(
        "it is about the residuals of a regression without effects: fit with the pooled estimator, and without unit_effects"
    )]
    NoEffects,
    /// Residuals whose succession in time is known where errors are unrelated.
    #[error("it is about the residuals of the within and first_difference estimators: fit with one of them")]
    KnownSuccession,
    /// Fitted values of levels, to raise to powers.
    #[error(
        "fitted values of transformed rows say nothing of the curvature of levels: use the pooled, between or a within estimator"
    )]
    FittedLevels,
    /// A bias that is known: that of the within estimator where every unit has a row in every period.
    #[error("its bias is known for the within estimator on a balanced panel: fit that, or use pesaran_cd")]
    KnownBias,
    /// Coefficients that are those of the largest likelihood.
    #[error(
        "the variances of its effects are not those of the largest likelihood: use the pooled, between, first_difference or a within estimator"
    )]
    LargestLikelihood,
    /// Several residuals a unit.
    #[error("unit means have one residual a unit: use another estimator")]
    SeveralResiduals,
}

impl EstimatorNeed {
    /// The names of the estimators that have it, as [`Estimator`](crate::Estimator) reads them.
    pub fn instead(self) -> &'static [&'static str] {
        match self {
            EstimatorNeed::Levels => &["within", "pooled"],
            EstimatorNeed::OwnColumns => &["random", "within"],
            EstimatorNeed::AbsorbedEffects | EstimatorNeed::TestableEffects => &["within", "within_period", "twoway"],
            EstimatorNeed::RandomEffects => &["random", "random_period", "random_twoway"],
            EstimatorNeed::NoEffects => &["pooled"],
            EstimatorNeed::KnownSuccession => &["within", "first_difference"],
            EstimatorNeed::FittedLevels => &["pooled", "between", "within", "within_period", "twoway"],
            EstimatorNeed::KnownBias => &["within"],
            EstimatorNeed::LargestLikelihood => {
                &["pooled", "between", "first_difference", "within", "within_period", "twoway"]
            }
            EstimatorNeed::SeveralResiduals => &[
                "pooled",
                "within",
                "within_period",
                "twoway",
                "first_difference",
                "random",
                "random_period",
                "random_twoway",
                "mundlak",
            ],
        }
    }
}
