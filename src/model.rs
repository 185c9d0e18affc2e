//! Which question is asked: an outcome, the named causes its variation is split among, and what is held fixed.
//!
//! A [`Model`] knows nothing of data; [`Model::fit`] puts it to a panel.
//!
//! | what | how |
//! |---|---|
//! | the outcome and the named causes of its variation | [`Model::new`], [`Model::component`], [`Component`] |
//! | what is in whatever else is, and credited to nobody | [`Model::always`] |
//! | what may enter only after others | [`Model::after`] |
//! | how much each row counts | [`Model::weights`] |
//! | whether the outcome is counts, and out of what | [`Model::family`], [`Family`], [`Model::exposure`] |
//! | what became levels where a number might have been meant | [`Factor`] |
//! | a column, a transformation of one, effects, an interaction | [`Term`], as a value or as text |
//! | several terms from one text | [`parse_terms`] |

mod check;
mod design;
mod doubts;
mod exposure;
mod factor;
mod family;
mod first_cell;
mod grouped;
mod parse;
#[cfg(feature = "html")]
mod rust_code;
mod selected;
mod term;
mod variables;

use serde::{Deserialize, Serialize};

pub(crate) use design::{Design, DesignColumn};
pub(crate) use doubts::quasi_poisson;
pub use factor::Factor;
pub use family::Family;
pub(crate) use grouped::Grouped;
pub use parse::parse_terms;
pub(crate) use selected::{Credit, Selected};
pub use term::Term;
pub(crate) use variables::{Part, parts, resolve};

use crate::error::{Error, OrderProblem, QuestionError, Result, TermSyntax};

/// A named cause: a name and an ordered list of terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Component {
    /// The name, as the breakdown prints it.
    pub name: String,
    /// What enters the design for it.
    pub terms: Vec<Term>,
}

impl Component {
    /// A cause of this name with these terms.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Component, Term};
    ///
    /// let policy = Component::new("policy", [Term::PeriodEffects]);
    /// assert_eq!((policy.name.as_str(), policy.terms.len()), ("policy", 1));
    /// ```
    pub fn new(name: impl Into<String>, terms: impl IntoIterator<Item = Term>) -> Self {
        Component { name: name.into(), terms: terms.into_iter().collect() }
    }
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Model {
    outcome: Option<Term>,
    components: Vec<Component>,
    always: Vec<Term>,
    pub(crate) weights: Weights,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    precedence: Vec<Precedence>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) family: Family,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exposure: Option<String>,
    #[serde(skip)]
    unread: Option<TermSyntax>,
}

/// A component that enters only after others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Precedence {
    pub(crate) component: String,
    pub(crate) after: Vec<String>,
}

/// Where the weights of the rows come from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) enum Weights {
    /// The weight column of the panel's schema; every row alike where there is none.
    #[default]
    Panel,
    /// This column.
    Column(String),
    /// Every row alike.
    Equal,
}

impl Model {
    /// A model of this outcome: a column, or a transformation of one.
    ///
    /// It has no component yet, and so cannot be fitted. An intercept is always in.
    pub fn new<T>(outcome: T) -> Self
    where
        T: TryInto<Term>,
        TermSyntax: From<T::Error>,
    {
        let mut model = Model {
            outcome: None,
            components: Vec::new(),
            always: Vec::new(),
            weights: Weights::Panel,
            precedence: Vec::new(),
            family: Family::Gaussian,
            exposure: None,
            unread: None,
        };
        model.outcome = read_terms([outcome], &mut model.unread).pop();
        model
    }

    /// Adds a component, last in the order, with these terms.
    ///
    /// # Examples
    /// See [`Model`].
    pub fn component<I>(mut self, name: impl Into<String>, terms: I) -> Self
    where
        I: IntoIterator,
        I::Item: TryInto<Term>,
        TermSyntax: From<<I::Item as TryInto<Term>>::Error>,
    {
        let terms = read_terms(terms, &mut self.unread);
        self.components.push(Component::new(name, terms));
        self
    }

    /// Adds terms that are conditioned on in every coalition and credited to nobody.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0])
    ///     .column("x", [0.0, 0.0, 1.0, 1.0])
    ///     .column("z", [0.0, 1.0, 0.0, 1.0])
    ///     .build()?;
    /// let breakdown = Model::new("y").always(["x"]).component("cause", ["z"]).fit(&panel)?.shapley()?;
    /// let always = breakdown.always.as_ref().map(|share| share.share_of_total);
    /// assert!(always.is_some_and(|share| (share - 6.25 / 8.75).abs() < 1e-12));
    /// // All that there was to credit beside x is the one component's.
    /// assert!((breakdown.share_of_explained("cause")? - 1.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn always<I>(mut self, terms: I) -> Self
    where
        I: IntoIterator,
        I::Item: TryInto<Term>,
        TermSyntax: From<<I::Item as TryInto<Term>>::Error>,
    {
        let terms = read_terms(terms, &mut self.unread);
        self.always.extend(terms);
        self
    }

    /// Lets a component enter only after others, as an interaction after its main effects.
    ///
    /// Averages over orders (Shapley, the range over orders) are then over the orders that respect this, and a
    /// sequential order must. Methods in which orders do not occur (first, last, commonality, pratt, …) do not change;
    /// those that need all orders or all coalitions (Owen, PMVD, dominance) refuse.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 3.0, 5.0, 9.0])
    ///     .column("a", [0.0, 0.0, 1.0, 1.0, 2.0])
    ///     .column("b", [0.0, 1.0, 0.0, 1.0, 1.0])
    ///     .build()?;
    /// let model = Model::new("y").component("a", ["a"]).component("b", ["b"]).component("a:b", ["a:b"]);
    /// let fit = model.after("a:b", ["a", "b"]).fit(&panel)?;
    /// let last = fit.sequential_in(&["a", "b", "a:b"])?.share_of_total("a:b")?;
    /// assert!((fit.shapley()?.share_of_total("a:b")? - last).abs() < 1e-12);
    /// assert!(fit.sequential_in(&["a:b", "a", "b"]).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn after<I>(mut self, component: impl Into<String>, others: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let after = others.into_iter().map(Into::into).collect();
        self.precedence.push(Precedence { component: component.into(), after });
        self
    }

    /// Weights every row by this column. Default: the weight column of the panel's schema, since whoever named it there
    /// wants it used, or every row alike. Only the weights' ratios matter; a row of weight zero leaves the sample.
    ///
    /// # Examples
    /// ```
    /// use apportion::{Model, Panel};
    ///
    /// let panel = Panel::builder()
    ///     .column("y", [1.0, 2.0, 4.0])
    ///     .column("x", [0.0, 1.0, 1.0])
    ///     .column("children", [1.0, 3.0, 1.0])
    ///     .weight("children")
    ///     .build()?;
    /// let model = Model::new("y").component("cause", ["x"]);
    /// // The mean where x is 1, weighted or not, less the 1 where it is 0.
    /// let slope = |model: Model| Ok::<_, apportion::Error>(model.fit(&panel)?.regression()?.estimates()[1]);
    /// assert!((slope(model.clone())? - 1.5).abs() < 1e-12, "the panel's own weights");
    /// assert!((slope(model.clone().weights("children"))? - 1.5).abs() < 1e-12);
    /// assert!((slope(model.unweighted())? - 2.0).abs() < 1e-12);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.weights = Weights::Column(column.into());
        self
    }

    /// Weights every row alike, whatever the panel's schema says.
    ///
    /// # Examples
    /// See [`weights`](Self::weights).
    pub fn unweighted(mut self) -> Self {
        self.weights = Weights::Equal;
        self
    }

    /// Takes the outcome to be of this family. Default: [`Family::Gaussian`], least squares.
    ///
    /// A model of counts is fitted by `fit_counts`.
    ///
    /// # Examples
    /// ```
    /// use apportion::model::Family;
    /// use apportion::{Model, Term};
    ///
    /// let model = Model::new("cpp_count").component("practice", [Term::UnitEffects]);
    /// let model = model.family(Family::Poisson).exposure("population_0_17");
    /// assert!(model.check().is_ok());
    /// // Least squares know no exposure: there a rate is the outcome.
    /// assert!(model.family(Family::Gaussian).check().is_err());
    /// ```
    pub fn family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    /// The column that counts are out of, such as a population: its logarithm is taken, and enters with a coefficient of one.
    /// Default: none, every row alike.
    ///
    /// Rows without it, or where it is zero, leave the sample, which says so.
    ///
    /// # Examples
    /// See [`family`](Self::family).
    pub fn exposure(mut self, column: impl Into<String>) -> Self {
        self.exposure = Some(column.into());
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

    /// The outcome; `None` where its text could not be read, which [`check`](Self::check) reports.
    pub fn outcome(&self) -> Option<&Term> {
        self.outcome.as_ref()
    }

    /// The same question of other parts; a component enters after those of its predecessors that are still there.
    pub(crate) fn with_parts(&self, outcome: Term, components: Vec<Component>, always: Vec<Term>) -> Self {
        let is_there = |name: &String| components.iter().any(|component| component.name == *name);
        let kept = |precedence: &Precedence| Precedence {
            component: precedence.component.clone(),
            after: precedence.after.iter().filter(|name| is_there(name)).cloned().collect(),
        };
        let precedence =
            self.precedence.iter().filter(|precedence| is_there(&precedence.component)).map(kept).collect();
        let (outcome, weights) = (Some(outcome), self.weights.clone());
        let (family, exposure) = (self.family, self.exposure.clone());
        Model { outcome, components, always, weights, precedence, family, exposure, unread: None }
    }

    /// Refuses a model of counts where least squares are asked for.
    pub(crate) fn by_least_squares(&self, asker: &'static str) -> Result<()> {
        match self.family.is_of_counts() {
            true => Err(QuestionError::OfCounts { asker, family: self.family.name() }.into()),
            false => Ok(()),
        }
    }

    /// For each component, those that must be in before it, by position; `None` where every order is allowed.
    pub(crate) fn predecessors(&self) -> Result<Option<Vec<Vec<usize>>>> {
        if self.precedence.is_empty() {
            return Ok(None);
        }
        let position = |name: &String| {
            self.components.iter().position(|c| c.name == *name).ok_or_else(|| {
                Error::from(QuestionError::UnknownComponent {
                    component: name.clone(),
                    available: self.components.iter().map(|c| c.name.clone()).collect(),
                })
            })
        };
        let mut before = vec![Vec::new(); self.components.len()];
        for Precedence { component, after } in &self.precedence {
            let later = position(component)?;
            for name in after {
                before[later].push(position(name)?);
            }
        }
        // What can never enter stands in a circle.
        let mut entered = vec![false; before.len()];
        while let Some(next) = (0..before.len()).find(|&c| !entered[c] && before[c].iter().all(|&b| entered[b])) {
            entered[next] = true;
        }
        match entered.iter().position(|entered| !entered) {
            None => Ok(Some(before)),
            Some(stuck) => {
                Err(OrderProblem::CircularPrecedence { component: self.components[stuck].name.clone() }.into())
            }
        }
    }
}

/// Whether a value is what stands where nothing was said.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Terms given as values or as text; the first text that cannot be read is noted, to be reported once it matters.
pub(crate) fn read_terms<I>(terms: I, unread: &mut Option<TermSyntax>) -> Vec<Term>
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
                unread.get_or_insert(error.into());
            }
        }
    }
    read
}
