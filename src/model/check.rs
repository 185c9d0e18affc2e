//! What can be checked of a model without data.

use super::{Model, Term, Weights};
use crate::error::{Error, OutcomeUse, QuestionError, Result, TermProblem};

impl Model {
    /// Checks what can be checked without data; `fit` does so first.
    ///
    /// # Errors
    /// [`QuestionError::Term`] or [`QuestionError::TermMeaning`] for a term that makes no sense;
    /// [`QuestionError::NoComponents`], [`QuestionError::EmptyComponent`], [`QuestionError::DuplicateComponent`],
    /// [`QuestionError::ComponentName`]; and [`QuestionError::OutcomeAsTerm`] when the outcome's column explains itself
    /// (a lag or a lead of it may); [`QuestionError::UnknownComponent`] or [`QuestionError::Order`] for a precedence
    /// that cannot be kept.
    ///
    /// # Examples
    /// ```
    /// use apportion::Model;
    ///
    /// let model = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
    /// assert!(model.check().is_ok());
    /// // The outcome cannot explain itself, but its past may.
    /// assert!(model.clone().component("itself", ["cpp_rate"]).check().is_err());
    /// assert!(model.component("before", ["lag(cpp_rate)"]).check().is_ok());
    /// ```
    pub fn check(&self) -> Result<&Self> {
        self.checked_outcome()?;
        Ok(self)
    }

    /// The column that the outcome is, or is made of.
    pub(crate) fn outcome_column(&self) -> Result<String> {
        let columns = self.check()?.outcome().map(Term::columns).unwrap_or_default();
        columns.first().map(|name| name.to_string()).ok_or_else(|| QuestionError::NoOutcome.into())
    }

    pub(crate) fn checked_outcome(&self) -> Result<&Term> {
        if let Some(unread) = &self.unread {
            return Err(unread.clone().into());
        }
        let outcome = self.outcome.as_ref().ok_or(Error::from(QuestionError::NoOutcome))?;
        if self.components.is_empty() {
            return Err(QuestionError::NoComponents.into());
        }
        for term in self.terms().chain([outcome]) {
            // A term put together in code must make the same sense as one that is read.
            if term.to_string().parse::<Term>()? != *term {
                let why = TermProblem::NoTextForm;
                return Err(QuestionError::TermMeaning { term: term.to_string(), why }.into());
            }
        }
        if !is_row_by_row(outcome) {
            let why = TermProblem::NoOutcome;
            return Err(QuestionError::TermMeaning { term: outcome.to_string(), why }.into());
        }
        for (i, component) in self.components.iter().enumerate() {
            if matches!(component.name.trim(), "" | "always" | "unexplained") {
                return Err(QuestionError::ComponentName { component: component.name.clone() }.into());
            }
            if component.terms.is_empty() {
                return Err(QuestionError::EmptyComponent { component: component.name.clone() }.into());
            }
            if self.components[..i].iter().any(|earlier| earlier.name == component.name) {
                return Err(QuestionError::DuplicateComponent { component: component.name.clone() }.into());
            }
        }
        self.predecessors()?;
        let named = self.components.iter().map(|c| (OutcomeUse::Component { component: c.name.clone() }, &c.terms));
        for (used_in, terms) in named.chain([(OutcomeUse::Always, &self.always)]) {
            if let Some(column) = terms.iter().flat_map(Term::current_columns).find(|c| outcome.columns().contains(c)) {
                return Err(QuestionError::OutcomeAsTerm { outcome: column.to_string(), used_in }.into());
            }
        }
        if let Weights::Column(column) = &self.weights
            && outcome.columns().contains(&column.as_str())
        {
            return Err(QuestionError::OutcomeAsTerm { outcome: column.clone(), used_in: OutcomeUse::Weights }.into());
        }
        self.check_family(outcome)?;
        Ok(outcome)
    }

    fn check_family(&self, outcome: &Term) -> Result<()> {
        if let Some(exposure) = &self.exposure {
            if !self.family.is_of_counts() {
                return Err(QuestionError::ExposureWithoutCounts { exposure: exposure.clone() }.into());
            }
            if outcome.columns().contains(&exposure.as_str()) {
                let (outcome, used_in) = (exposure.clone(), OutcomeUse::Exposure);
                return Err(QuestionError::OutcomeAsTerm { outcome, used_in }.into());
            }
        }
        match outcome {
            Term::Column(_) => Ok(()),
            _ if !self.family.is_of_counts() => Ok(()),
            other => Err(QuestionError::NoCount { outcome: other.to_string(), family: self.family.name() }.into()),
        }
    }

    fn terms(&self) -> impl Iterator<Item = &Term> {
        self.always.iter().chain(self.components.iter().flat_map(|component| &component.terms))
    }
}

/// Whether a term has its value from the row (and earlier or later ones), not from the sample or from levels.
fn is_row_by_row(term: &Term) -> bool {
    match term {
        Term::Column(_) => true,
        Term::Log(inner) | Term::Function(_, inner) | Term::Lag(inner, _) | Term::Lead(inner, _) => {
            is_row_by_row(inner)
        }
        Term::Interaction(parts) => parts.iter().all(is_row_by_row),
        _ => false,
    }
}
