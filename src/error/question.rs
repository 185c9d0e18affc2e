//! What can be wrong with a model, a regression or an option, whatever the data.

use std::fmt;

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
    /// No row has a positive weight.
    #[error("weights \"{column}\" are zero in every row of the sample: give positive weights, or none")]
    ZeroWeights {
        /// The weight column.
        column: String,
    },
    /// A term could not be read.
    #[error(transparent)]
    Term(#[from] TermSyntax),
    /// A term makes no sense, whatever the data.
    #[error("term {term}: {message}")]
    TermMeaning {
        /// The term.
        term: String,
        /// Why, and what to write instead.
        message: String,
    },
    /// A term needs units or periods that the panel does not have.
    #[error("term {term} needs a {needs} column: say which one it is")]
    TermNeeds {
        /// The term.
        term: String,
        /// "unit" or "period".
        needs: &'static str,
    },
    /// A panel estimator without the units or periods that it is about.
    #[error(
        "the {estimator} estimator needs a {needs} column: name it in the panel's schema, or use another estimator"
    )]
    EstimatorNeeds {
        /// The estimator.
        estimator: &'static str,
        /// "unit" or "period".
        needs: &'static str,
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
    /// The outcome is also used to explain itself.
    #[error("the outcome \"{outcome}\" is also used in {used_in}: an outcome cannot explain itself, take it out there")]
    OutcomeAsTerm {
        /// The outcome's column.
        outcome: String,
        /// The component, or `always`, or the weights.
        used_in: String,
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
    #[error("{message}")]
    Order {
        /// What is wrong.
        message: String,
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

impl QuestionError {
    /// What is wrong with an order that does not name every component once.
    pub(crate) fn order(problem: impl fmt::Display) -> Self {
        QuestionError::Order { message: format!("the order must name every component once: {problem}") }
    }

    /// What is wrong with unions that do not hold every component once.
    pub(crate) fn unions(problem: impl fmt::Display) -> Self {
        QuestionError::Order { message: format!("the unions must hold every component once: {problem}") }
    }
}
