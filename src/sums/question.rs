//! Which numbers of each row are summed, by which keys?

use std::fmt::Write;

use crate::error::{DataError, QuestionError, Result, SumsProblem, TermProblem, no_key};
use crate::model::{Model, Term, Weights};
use crate::panel::{Reason, is_same};

/// What is summed: the outcome and the terms of a model as numbers of each row, by unit, or by unit and period.
///
/// Sums of one question serve every model of its outcome and some of its terms: components, their order, `always` and
/// effects may differ.
///
/// # Examples
/// ```
/// use apportion::sums::SumsQuestion;
/// use apportion::{Model, Term};
///
/// let model = Model::new("plan")
///     .component("deprivation", ["log(income)", "between(income)"])
///     .component("policy", [Term::PeriodEffects])
///     .component("practice", [Term::UnitEffects]);
/// let question = SumsQuestion::new(&model, "authority", Some("year"))?;
/// assert_eq!(question.variables(), ["log(income)", "income", "plan"]);
/// assert_eq!(question.columns(), ["authority", "year", "income", "plan"]);
/// // A lag is of another row.
/// assert!(SumsQuestion::new(&Model::new("plan").component("before", ["lag(income)"]), "authority", None).is_err());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumsQuestion {
    pub(super) unit: String,
    pub(super) period: Option<String>,
    pub(super) weights: Option<String>,
    /// Numbers of each row, the outcome last.
    pub(super) variables: Vec<Term>,
}

/// What a row is left out for: the reason, and the term or weights that it is about.
pub(super) enum Check<'a> {
    /// The column has no number.
    Missing(&'a str),
    /// The term has none, of a column that has.
    Undefined(&'a Term),
    /// The weight is zero.
    ZeroWeight(&'a str),
}

impl SumsQuestion {
    /// The sums that a model takes, its units and periods being in these columns.
    ///
    /// A model that names no weights has none here: there is no schema that could.
    ///
    /// # Errors
    /// Those of [`Model::check`]; [`QuestionError::OfCounts`] for a model of counts; [`QuestionError::TermMeaning`] for terms that are no number of each row by itself: lags,
    /// leads, factors of other columns, and interactions with effects;
    /// [`DataError::NoKey`](crate::error::DataError::NoKey) for period effects without periods.
    ///
    /// # Examples
    /// See [`SumsQuestion`].
    pub fn new(model: &Model, unit: impl Into<String>, period: Option<&str>) -> Result<Self> {
        let outcome = model.checked_outcome()?;
        model.by_least_squares("an answer from sums")?;
        let mut question = SumsQuestion {
            unit: unit.into(),
            period: period.map(str::to_string),
            weights: match &model.weights {
                Weights::Column(column) => Some(column.clone()),
                Weights::Panel | Weights::Equal => None,
            },
            variables: Vec::new(),
        };
        let terms = model.always_terms().iter().chain(model.components().iter().flat_map(|c| &c.terms));
        for term in terms {
            if let Some(number) = question.number_of(term)?
                && !question.variables.contains(&number)
            {
                question.variables.push(number);
            }
        }
        let outcome = question.number_of(outcome)?.ok_or(QuestionError::NoOutcome)?;
        question.variables.push(outcome);
        Ok(question)
    }

    /// What is summed of each row, as text: terms of the model without `within()` and `between()`, which come of the sums;
    /// the outcome last.
    pub fn variables(&self) -> Vec<String> {
        self.variables.iter().map(Term::to_string).collect()
    }

    /// The columns that are read: unit, period, those of the variables, and the weights.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns = vec![self.unit.as_str()];
        let of_terms = self.variables.iter().flat_map(Term::columns);
        for column in self.period.as_deref().into_iter().chain(of_terms).chain(self.weights.as_deref()) {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        columns
    }

    /// What tells sums of this question from those of others: a digest of its variables, keys and weights.
    pub fn fingerprint(&self) -> String {
        let keys = [Some(&self.unit), self.period.as_ref(), self.weights.as_ref()];
        let mut text = String::from("1");
        for key in keys {
            // Lengths, so that no two lists of names give one text.
            let _ = write!(text, "|{:?}", key.map(|key| (key.len(), key)));
        }
        for variable in self.variables() {
            let _ = write!(text, "|{}:{variable}", variable.len());
        }
        // FNV-1a: it has only to tell questions apart, and to be the same everywhere.
        let digest = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
            (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        format!("{digest:016x}")
    }

    /// What of a term is summed; nothing of effects.
    pub(super) fn number_of(&self, term: &Term) -> Result<Option<Term>> {
        let is_period = |name: &str| self.period.as_deref().is_some_and(|period| is_same(period, name));
        match term {
            Term::UnitEffects => Ok(None),
            Term::Column(name) | Term::Factor(name) if is_same(&self.unit, name) => Ok(None),
            Term::PeriodEffects if self.period.is_none() => Err(no_key("term period_effects", "period")),
            Term::PeriodEffects => Ok(None),
            Term::Factor(name) if is_period(name) => Ok(None),
            Term::Within(inner) | Term::Between(inner) if is_a_number(inner) => Ok(Some((**inner).clone())),
            term if is_a_number(term) => Ok(Some(term.clone())),
            term => Err(QuestionError::TermMeaning { term: term.to_string(), why: TermProblem::NotSummed }.into()),
        }
    }

    /// Why a row may be left out, in the order in which the reasons count.
    pub(super) fn checks(&self) -> Vec<Check<'_>> {
        let mut checks = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        let outcome = self.variables.last();
        for variable in outcome.into_iter().chain(self.variables.iter().rev().skip(1).rev()) {
            for column in variable.columns() {
                if !seen.contains(&column) {
                    seen.push(column);
                    checks.push(Check::Missing(column));
                }
            }
            checks.push(Check::Undefined(variable));
        }
        if let Some(weights) = &self.weights {
            if !seen.contains(&weights.as_str()) {
                checks.push(Check::Missing(weights));
            }
            checks.push(Check::ZeroWeight(weights));
        }
        checks
    }

    /// The position of a term's number among the variables.
    pub(super) fn position(&self, number: &Term) -> Result<usize> {
        self.variables.iter().position(|variable| variable == number).ok_or_else(|| {
            let why = SumsProblem::NotSummed { term: number.to_string(), summed: self.variables() };
            DataError::Sums { table: THE_SUMS.to_string(), why }.into()
        })
    }
}

/// What an error says where sums are in no file.
pub(super) const THE_SUMS: &str = "the sums";

/// Whether each row has its value by itself.
fn is_a_number(term: &Term) -> bool {
    match term {
        Term::Column(_) => true,
        Term::Log(inner) | Term::Function(_, inner) => is_a_number(inner),
        Term::Interaction(parts) => parts.iter().all(is_a_number),
        _ => false,
    }
}

/// Why a variable has no value where its columns have numbers.
pub(super) fn why_undefined(term: &Term) -> Reason {
    match term {
        Term::Log(_) => Reason::NotPositive { term: term.to_string() },
        Term::Function(crate::panel::Function::Sqrt | crate::panel::Function::Log1p, _) => {
            Reason::Undefined { term: term.to_string() }
        }
        _ => Reason::NotFinite { term: term.to_string() },
    }
}
