//! What can be wrong with a model, a regression or an option, whatever the data.

use super::{Error, names};

/// A term that could not be read; its message points at the character.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("term \"{text}\", character {position}: {message}")]
#[non_exhaustive]
pub struct TermSyntax {
    /// The whole term.
    pub text: String,
    /// The character at fault, from 1; one past the end when something is missing there.
    pub position: usize,
    /// What was expected there.
    pub message: String,
}

/// Lets a [`Term`](crate::Term) stand where a term or its text is asked for.
impl From<std::convert::Infallible> for TermSyntax {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

/// Something is wrong with the question, whatever the data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QuestionError {
    /// A term could not be read.
    #[error(transparent)]
    Term(#[from] TermSyntax),
    /// A term makes no sense, whatever the data.
    #[error("term {term}: {why}")]
    TermMeaning {
        /// The term.
        term: String,
        /// Why, and what to write instead.
        why: TermProblem,
    },
    /// A model without an outcome.
    #[error("the model has no outcome: name the column whose variation is split")]
    NoOutcome,
    /// A regression without a term.
    #[error("the regression has no term: name at least one")]
    NoTerms,
    /// A model without a component.
    #[error("the model has no component: name at least one cause and its terms")]
    NoComponents,
    /// A component without a term.
    #[error("component \"{component}\" has no term: give it at least one")]
    EmptyComponent {
        /// The component.
        component: String,
    },
    /// A component without a name, or with the name of another row of the breakdown.
    #[error(
        "a component cannot be named \"{component}\": choose another name than none, \"always\" and \"unexplained\""
    )]
    ComponentName {
        /// The name.
        component: String,
    },
    /// Two components have the same name.
    #[error("component \"{component}\" is named twice: put its terms together, or rename one")]
    DuplicateComponent {
        /// The name.
        component: String,
    },
    /// An intercept left out of a regression that has none, as effects are absorbed.
    #[error(
        "there is no intercept to leave out of \"{estimator}\": it lies in the effects that are absorbed, so let it be"
    )]
    NoInterceptToLeaveOut {
        /// The estimator.
        estimator: &'static str,
    },
    /// The outcome is also used to explain itself.
    #[error("the outcome \"{outcome}\" is also used in {used_in}: an outcome cannot explain itself, take it out there")]
    OutcomeAsTerm {
        /// The outcome's column.
        outcome: String,
        /// Where else it is used.
        used_in: OutcomeUse,
    },
    /// An exposure where nothing is counted.
    #[error(
        "the exposure \"{exposure}\" belongs to counts: set the family to poisson or negative_binomial, or make a rate the outcome"
    )]
    ExposureWithoutCounts {
        /// The exposure column.
        exposure: String,
    },
    /// An outcome that a model of counts cannot be of.
    #[error(
        "the outcome \"{outcome}\" is no count: a {family} model is of a column as it is, and takes logarithms of means itself"
    )]
    NoCount {
        /// The outcome.
        outcome: String,
        /// The family.
        family: &'static str,
    },
    /// A model of counts asked for where the family is another.
    #[error(
        "the model's family is {family}, and fit_counts is of counts: set the family to poisson or negative_binomial, or use fit"
    )]
    LeastSquares {
        /// The family.
        family: &'static str,
    },
    /// A model of counts where least squares are asked for.
    #[error(
        "{asker} is by least squares, and the model's family {family}: fit it by fit_counts, or set the family to gaussian"
    )]
    OfCounts {
        /// What was asked.
        asker: &'static str,
        /// The family.
        family: &'static str,
    },
    /// A name that is no component of the model.
    #[error("no component \"{component}\": the model has {}", .available.join(", "))]
    UnknownComponent {
        /// The name asked for.
        component: String,
        /// The names there are.
        available: Vec<String>,
    },
    /// An order, or unions of components, that do not hold every component exactly once; an order that breaks a
    /// precedence, or precedences that no order keeps.
    #[error("{why}")]
    Order {
        /// What is wrong.
        why: OrderProblem,
    },
    /// A name that is no coefficient of the regression, or of Gelbach's base.
    #[error("no column \"{name}\"{}", names::nearest(.nearest))]
    UnknownCoefficient {
        /// The name asked for.
        name: String,
        /// The closest names there are, closest first.
        nearest: Vec<String>,
    },
    /// Too few draws asked for, or an empty list given.
    #[error("{what}: {found} given, at least {expected} needed")]
    TooFew {
        /// What there is too little of.
        what: &'static str,
        /// The least.
        expected: usize,
        /// What was given.
        found: usize,
    },
    /// An option outside its range.
    #[error("{option} is {found}: {expected}")]
    Option {
        /// The option.
        option: &'static str,
        /// What it must be.
        expected: String,
        /// What was given.
        found: String,
    },
}

/// Why a term makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermProblem {
    /// The unit column where numbers are needed.
    #[error("the unit column holds names, not numbers")]
    UnitColumn,
    /// `within()` or `between()` inside another function.
    #[error("unit means cannot stand inside another function")]
    UnitMeansInside,
    /// A factor or effects where a number is needed.
    #[error("a number is needed here, this is a set of levels")]
    LevelsForNumber,
    /// A reference level of which no row is left in the sample.
    #[error("no row of the sample has the reference level \"{level}\": name another")]
    ReferenceLeftOut {
        /// The level.
        level: String,
    },
    /// A term put together in code that no text reads back to.
    #[error("it has no text form: interactions, and lags and leads of 0 periods, cannot stand inside others")]
    NoTextForm,
    /// A term whose sums over rows do not come from the sums of numbers.
    #[error(
        "sums over rows are of numbers that each row has by itself: give lags, factors and interactions with effects as columns of numbers"
    )]
    NotSummed,
    /// A term that cannot be an outcome.
    #[error("the outcome must be a column, or functions, lags, leads and products of columns")]
    NoOutcome,
    /// Unit effects as a term of an estimator that cannot have them.
    #[error("the {estimator} estimator has no unit effects as columns: leave the term out")]
    UnitEffects {
        /// The estimator.
        estimator: &'static str,
    },
}

/// Where the outcome is used to explain itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutcomeUse {
    /// In a component of a model.
    #[error("component \"{component}\"")]
    Component {
        /// The component.
        component: String,
    },
    /// In the terms that are always in.
    #[error("always")]
    Always,
    /// In the terms of a regression.
    #[error("the terms")]
    Terms,
    /// As the weights.
    #[error("the weights")]
    Weights,
    /// As the exposure.
    #[error("the exposure")]
    Exposure,
}

/// What is wrong with an order of components, with unions of them or with precedences between them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderProblem {
    /// An order names a component twice.
    #[error("the order must name every component once: \"{component}\" stands in it twice")]
    Twice {
        /// The component.
        component: String,
    },
    /// An order leaves a component out.
    #[error("the order must name every component once: \"{component}\" is not in it")]
    LeftOut {
        /// The first component that it leaves out.
        component: String,
    },
    /// An order in which a component enters before one that it may only enter after.
    #[error("the order breaks a precedence: \"{component}\" may only enter after \"{after}\", put it later")]
    BreaksPrecedence {
        /// The component that enters too early.
        component: String,
        /// The component that it may only enter after.
        after: String,
    },
    /// Precedences that go round in a circle.
    #[error("no order keeps the precedences: \"{component}\" would have to enter after itself, take one of them out")]
    CircularPrecedence {
        /// A component that can never enter.
        component: String,
    },
    /// Unions hold a component twice.
    #[error("the unions must hold every component once: \"{component}\" stands in them twice")]
    TwiceInUnions {
        /// The component.
        component: String,
    },
    /// Unions leave a component out.
    #[error("the unions must hold every component once: \"{component}\" is in none")]
    LeftOutOfUnions {
        /// The first component that they leave out.
        component: String,
    },
}

impl From<OrderProblem> for Error {
    fn from(why: OrderProblem) -> Self {
        QuestionError::Order { why }.into()
    }
}
