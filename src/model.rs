//! Which question is asked: an outcome, the named causes its variation is split among, and what is held fixed.
//!
//! A [`Model`] knows nothing of data; `fit` puts it to a panel.

mod design;
mod parse;
mod term;
mod variables;

use serde::{Deserialize, Serialize};

pub(crate) use design::{Credit, Design, DesignColumn, Groups};
pub use parse::parse_terms;
pub use term::Term;
pub(crate) use variables::{Part, parts, resolve};

use crate::error::{Error, Result, TermSyntax};

/// A named cause: a name and an ordered list of terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// The name, as the breakdown prints it.
    pub name: String,
    /// What enters the design for it.
    pub terms: Vec<Term>,
}

/// An outcome and the components that its variation is split among, in the order in which they are credited.
///
/// Terms are given as [`Term`] values or as their text; a text that cannot be read is reported when the model is
/// checked or fitted.
///
/// # Examples
/// ```
/// use apportion::{Model, Term};
///
/// let model = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("spending", ["log(spend_per_child)", "vacancy_rate"])
///     .component("policy", [Term::PeriodEffects])
///     .component("practice", [Term::UnitEffects]);
/// assert_eq!(model.check()?.components().len(), 4);
/// assert!(Model::new("cpp_rate").component("spending", ["log(spend"]).check().is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    outcome: Option<Term>,
    components: Vec<Component>,
    always: Vec<Term>,
    weights: Weights,
    #[serde(skip)]
    unread: Option<TermSyntax>,
}

/// Where the weights of the rows come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Weights {
    /// The weight column of the panel's schema; every row alike where there is none.
    Panel,
    /// This column.
    Column(String),
    /// Every row alike.
    Equal,
}

impl Model {
    /// A model of this outcome: a column, or a transformation of one.
    pub fn new<T>(outcome: T) -> Self
    where
        T: TryInto<Term>,
        TermSyntax: From<T::Error>,
    {
        let mut model =
            Model { outcome: None, components: Vec::new(), always: Vec::new(), weights: Weights::Panel, unread: None };
        model.outcome = model.read([outcome]).pop();
        model
    }

    /// Adds a component, last in the order, with these terms.
    pub fn component<I>(mut self, name: impl Into<String>, terms: I) -> Self
    where
        I: IntoIterator,
        I::Item: TryInto<Term>,
        TermSyntax: From<<I::Item as TryInto<Term>>::Error>,
    {
        let terms = self.read(terms);
        self.components.push(Component { name: name.into(), terms });
        self
    }

    /// Adds terms that are conditioned on in every coalition and credited to nobody.
    pub fn always<I>(mut self, terms: I) -> Self
    where
        I: IntoIterator,
        I::Item: TryInto<Term>,
        TermSyntax: From<<I::Item as TryInto<Term>>::Error>,
    {
        let terms = self.read(terms);
        self.always.extend(terms);
        self
    }

    /// Weights every row by this column. Default: the weight column of the panel's schema, or every row alike.
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.weights = Weights::Column(column.into());
        self
    }

    /// Weights every row alike, whatever the panel's schema says.
    pub fn unweighted(mut self) -> Self {
        self.weights = Weights::Equal;
        self
    }

    /// The components, in order.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The terms conditioned on in every coalition.
    pub fn always_terms(&self) -> &[Term] {
        &self.always
    }

    /// The outcome, unless its text could not be read.
    pub fn outcome(&self) -> Option<&Term> {
        self.outcome.as_ref()
    }

    /// Checks what can be checked without data; `fit` does so first.
    ///
    /// # Errors
    /// [`Error::Term`] or [`Error::TermMeaning`] for a term that makes no sense; [`Error::NoComponents`],
    /// [`Error::EmptyComponent`], [`Error::DuplicateComponent`], [`Error::ComponentName`]; and
    /// [`Error::OutcomeAsTerm`] when the outcome's column explains itself (a lag of it may).
    pub fn check(&self) -> Result<&Self> {
        self.checked_outcome()?;
        Ok(self)
    }

    pub(crate) fn checked_outcome(&self) -> Result<&Term> {
        if let Some(unread) = &self.unread {
            return Err(unread.clone().into());
        }
        let outcome = self.outcome.as_ref().ok_or(Error::NoOutcome)?;
        if self.components.is_empty() {
            return Err(Error::NoComponents);
        }
        for term in self.terms().chain([outcome]) {
            // A term put together in code must make the same sense as one that is read.
            if term.to_string().parse::<Term>()? != *term {
                let message =
                    "it has no text form: interactions and lags of 0 periods cannot stand inside others".into();
                return Err(Error::TermMeaning { term: term.to_string(), message });
            }
        }
        if !is_row_by_row(outcome) {
            let message = "the outcome must be a column, or logs, lags and products of columns".to_string();
            return Err(Error::TermMeaning { term: outcome.to_string(), message });
        }
        for (i, component) in self.components.iter().enumerate() {
            if matches!(component.name.trim(), "" | "always" | "unexplained") {
                return Err(Error::ComponentName { component: component.name.clone() });
            }
            if component.terms.is_empty() {
                return Err(Error::EmptyComponent { component: component.name.clone() });
            }
            if self.components[..i].iter().any(|earlier| earlier.name == component.name) {
                return Err(Error::DuplicateComponent { component: component.name.clone() });
            }
        }
        let named = self.components.iter().map(|c| (format!("component \"{}\"", c.name), &c.terms));
        for (used_in, terms) in named.chain([("always".to_string(), &self.always)]) {
            if let Some(column) = terms.iter().flat_map(Term::current_columns).find(|c| outcome.columns().contains(c)) {
                return Err(Error::OutcomeAsTerm { outcome: column.to_string(), used_in });
            }
        }
        if let Weights::Column(column) = &self.weights
            && outcome.columns().contains(&column.as_str())
        {
            return Err(Error::OutcomeAsTerm { outcome: column.clone(), used_in: "the weights".to_string() });
        }
        Ok(outcome)
    }

    fn terms(&self) -> impl Iterator<Item = &Term> {
        self.always.iter().chain(self.components.iter().flat_map(|component| &component.terms))
    }

    fn read<I>(&mut self, terms: I) -> Vec<Term>
    where
        I: IntoIterator,
        I::Item: TryInto<Term>,
        TermSyntax: From<<I::Item as TryInto<Term>>::Error>,
    {
        let mut read = Vec::new();
        for term in terms {
            match term.try_into() {
                Ok(term) => read.push(term),
                Err(error) => {
                    self.unread.get_or_insert(error.into());
                }
            }
        }
        read
    }
}

/// Whether a term has its value from the row (and earlier ones), not from the sample or from levels.
fn is_row_by_row(term: &Term) -> bool {
    match term {
        Term::Column(_) => true,
        Term::Log(inner) | Term::Lag(inner, _) => is_row_by_row(inner),
        Term::Interaction(parts) => parts.iter().all(is_row_by_row),
        _ => false,
    }
}
