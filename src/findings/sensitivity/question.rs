//! Which choices could have been made otherwise, and which specifications are answered?

use std::ops::{ControlFlow, RangeInclusive};

use serde::{Deserialize, Serialize};

use super::SpecificationCurve;
use super::answer::answer;
use super::asked::{Asked, Orders, Part, Rules, UnitsLeftOut};
use super::curve::curve;
use super::questions::questions;
use super::space::Space;
use crate::decompose::Method;
use crate::error::{Result, TermSyntax};
use crate::findings::intervals::Intervals;
use crate::model::{Model, Term, read_terms};
use crate::panel::{Panel, UnitRule};

/// How many specifications are answered at most, unless more are asked for: they fill about half a gigabyte.
const MOST: usize = 500_000;

/// A base model, and for each of an analyst's choices the alternatives that could be defended as well.
///
/// What the base model says (outcome, terms, what is always in, weights, the order of its components) is one alternative of
/// each choice, whether it is listed or not. What it does not say (periods, units left out, methods) begins with the first
/// that is listed. One of each is a specification; [`all`](Self::all) of them are answered unless a
/// [`sample`](Self::sample), or [`one_at_a_time`](Self::one_at_a_time), is asked for, and two that put the same question
/// count once.
///
/// | | default | because |
/// |---|---|---|
/// | method | sequential in the order of the model | the one that is published |
/// | intervals | none | thousands of specifications take seconds; with them ten times as long |
/// | rules for the sample | none | see [`complete_periods`](Self::complete_periods), [`at_least_rows`](Self::at_least_rows) |
/// | at most | 500,000 specifications | they fill half a gigabyte |
///
/// Specifications that share everything but order and method share one fit.
///
/// S. Steegen, F. Tuerlinckx, A. Gelman and W. Vanpaemel (2016), <https://doi.org/10.1177/1745691616658637>; U. Simonsohn,
/// J. P. Simmons and L. D. Nelson (2020), Nature Human Behaviour 4, 1208–1214.
///
/// # Examples
/// ```
/// use apportion::findings::Sensitivity;
/// use apportion::panel::SIMULATED_ENGLAND_SEED;
/// use apportion::{Method, Model, Panel, Term};
///
/// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
/// let base = Model::new("cpp_rate")
///     .component("deprivation", ["low_income_pct"])
///     .component("spending", ["spend_per_child"])
///     .component("practice", [Term::UnitEffects]);
/// let curve = Sensitivity::new(base)
///     .outcomes(["cpp_rate", "log(cpp_rate)"])
///     .terms("spending", [["spend_per_child"], ["log(spend_per_child)"]])
///     .with_or_without("spending", "vacancy_rate")
///     .windows(2011..=2018, 7..=8)
///     .all_orders()
///     .methods([Method::Sequential { order: Vec::new() }, Method::Shapley])
///     .of(&panel)?;
/// // Two outcomes, two times two sets of terms, three windows, six orders and the mean of them.
/// assert_eq!(curve.specifications.len(), 2 * 4 * 3 * 7);
/// let practice = curve.range("practice")?;
/// assert!(practice.p05 <= practice.median && practice.median <= practice.p95);
/// println!("{curve}");
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitivity {
    asked: Asked,
}

impl Sensitivity {
    /// This model, and no choice that could have been made otherwise yet.
    pub fn new(base: Model) -> Self {
        let asked = Asked {
            base,
            outcomes: Vec::new(),
            terms: Vec::new(),
            extras: Vec::new(),
            optional: Vec::new(),
            always: Vec::new(),
            weights: Vec::new(),
            periods: Vec::new(),
            units: Vec::new(),
            orders: Orders::Model,
            methods: Vec::new(),
            part: Part::All,
            rules: Rules::default(),
            intervals: None,
            corrects: false,
            most: MOST,
            unread: None,
        };
        Sensitivity { asked }
    }

    /// Outcomes: columns, or transformations of them.
    pub fn outcomes<I>(mut self, outcomes: I) -> Self
    where
        I: IntoIterator,
        I::Item: TryInto<Term>,
        TermSyntax: From<<I::Item as TryInto<Term>>::Error>,
    {
        let outcomes = read_terms(outcomes, &mut self.asked.unread);
        self.asked.outcomes.extend(outcomes);
        self
    }

    /// Sets of terms that a component may have, one of them at a time.
    pub fn terms<I, S>(mut self, component: impl Into<String>, sets: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: IntoIterator,
        S::Item: TryInto<Term>,
        TermSyntax: From<<S::Item as TryInto<Term>>::Error>,
    {
        let sets = sets.into_iter().map(|set| read_terms(set, &mut self.asked.unread)).collect();
        self.asked.terms.push((component.into(), sets));
        self
    }

    /// A term that a component may have beside its others, or not.
    pub fn with_or_without<T>(mut self, component: impl Into<String>, term: T) -> Self
    where
        T: TryInto<Term>,
        TermSyntax: From<T::Error>,
    {
        let read = read_terms([term], &mut self.asked.unread);
        let component = component.into();
        self.asked.extras.extend(read.into_iter().map(|term| (component.clone(), term)));
        self
    }

    /// A component that may be in the model, or not.
    pub fn optional(mut self, component: impl Into<String>) -> Self {
        self.asked.optional.push(component.into());
        self
    }

    /// Sets of terms that are conditioned on and credited to nobody, one of them at a time; an empty one for none.
    pub fn always<I, S>(mut self, sets: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: IntoIterator,
        S::Item: TryInto<Term>,
        TermSyntax: From<<S::Item as TryInto<Term>>::Error>,
    {
        let sets: Vec<Vec<Term>> = sets.into_iter().map(|set| read_terms(set, &mut self.asked.unread)).collect();
        self.asked.always.extend(sets);
        self
    }

    /// Columns that rows are weighted by; `None` weights them alike.
    pub fn weights<S: Into<String>>(mut self, columns: impl IntoIterator<Item = Option<S>>) -> Self {
        self.asked.weights.extend(columns.into_iter().map(|column| column.map(Into::into)));
        self
    }

    /// Windows of periods that the sample may be in. The base's is the first; without any it is all periods.
    pub fn periods(mut self, windows: impl IntoIterator<Item = RangeInclusive<i32>>) -> Self {
        self.asked.periods.extend(windows);
        self
    }

    /// Every window of so many periods one after another inside of these.
    ///
    /// # Examples
    /// See [`Sensitivity`].
    pub fn windows(self, inside: RangeInclusive<i32>, lengths: RangeInclusive<u16>) -> Self {
        let (start, end) = (*inside.start(), *inside.end());
        let from = move |from: i32| {
            let last = move |length: u16| from.checked_add(i32::from(length).max(1) - 1).filter(|last| *last <= end);
            lengths.clone().filter_map(last).map(move |last| from..=last).collect::<Vec<_>>()
        };
        self.periods((start..=end).flat_map(from))
    }

    /// The units of a rule left out. None are left out of the base.
    ///
    /// # Examples
    /// See [`SpecificationCurve`].
    pub fn without(mut self, rule: UnitRule) -> Self {
        self.asked.units.push(UnitsLeftOut::Rule(rule));
        self
    }

    /// Each unit left out in turn.
    pub fn without_each_unit(mut self) -> Self {
        self.asked.units.push(UnitsLeftOut::EachUnit);
        self
    }

    /// Each group of units left out in turn: each region, by a column that is constant within units.
    pub fn without_each(mut self, column: impl Into<String>) -> Self {
        self.asked.units.push(UnitsLeftOut::EachGroup { column: column.into() });
        self
    }

    /// Orders in which sequential shares are taken, each of all components of the base model.
    pub fn orders<I, S>(mut self, orders: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: IntoIterator,
        S::Item: Into<String>,
    {
        let orders = orders.into_iter().map(|order| order.into_iter().map(Into::into).collect()).collect();
        self.asked.orders = Orders::These(orders);
        self
    }

    /// Every order that the base model allows.
    ///
    /// # Examples
    /// See [`Sensitivity`].
    pub fn all_orders(mut self) -> Self {
        self.asked.orders = Orders::All;
        self
    }

    /// The methods that shares may be computed by; sequential without an order stands for all that are asked for. The
    /// base's is the first.
    ///
    /// # Examples
    /// See [`Sensitivity`].
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.asked.methods.extend(methods);
        self
    }

    /// Leaves out specifications whose sample lacks a period that the panel has within their window, or has at all where there
    /// are no windows, and those whose window reaches beyond the panel: a measure from 2015 on says nothing of the years
    /// before. How many there were is in [`SpecificationCurve::left_out`].
    pub fn complete_periods(mut self) -> Self {
        self.asked.rules.complete_periods = true;
        self
    }

    /// Leaves out specifications whose sample has fewer rows, or none; how many there were is in [`SpecificationCurve::left_out`].
    pub fn at_least_rows(mut self, rows: usize) -> Self {
        self.asked.rules.least_rows = rows;
        self
    }

    /// Makes intervals of the shares of every specification.
    ///
    /// # Examples
    /// See [`corrected`](Self::corrected).
    pub fn intervals(mut self, intervals: Intervals) -> Self {
        self.asked.intervals = Some(intervals);
        self
    }

    /// Makes corrected shares too, where they can be had: by [`intervals`](Self::intervals), or by the jackknife's where none
    /// are asked for. Takes about twice as long as intervals alone.
    ///
    /// # Examples
    /// ```
    /// use apportion::findings::Sensitivity;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Model, Panel, Term};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let base = Model::new("cpp_rate").component("practice", [Term::UnitEffects]);
    /// let curve = Sensitivity::new(base).outcomes(["log(cpp_rate)"]).corrected().of(&panel)?;
    /// let practice = curve.specifications[0].share("practice").unwrap();
    /// assert!(practice.interval.is_some() && practice.corrected.is_some());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn corrected(mut self) -> Self {
        self.asked.corrects = true;
        self
    }

    /// Answers all specifications, the default.
    pub fn all(mut self) -> Self {
        self.asked.part = Part::All;
        self
    }

    /// Answers so many specifications drawn at random without replacement; all where there are no more.
    ///
    /// # Examples
    /// See [`SpecificationCurve`].
    pub fn sample(mut self, specifications: usize, seed: u64) -> Self {
        self.asked.part = Part::Sample { specifications, seed };
        self
    }

    /// Answers the base, and every alternative of each choice with all others as in the base.
    ///
    /// # Examples
    /// See [`Specification`](super::Specification).
    pub fn one_at_a_time(mut self) -> Self {
        self.asked.part = Part::OneAtATime;
        self
    }

    /// Answers no more than so many specifications; more are refused before anything is computed.
    pub fn at_most(mut self, specifications: usize) -> Self {
        self.asked.most = specifications;
        self
    }

    /// Answers the specifications on a panel. One that cannot be answered is among them with its error, and the others are
    /// answered.
    ///
    /// # Errors
    /// Before anything is computed: those of [`Model::check`] for the base;
    /// [`QuestionError::OfCounts`](crate::error::QuestionError::OfCounts) where it is a model of counts;
    /// [`QuestionError::UnknownComponent`](crate::error::QuestionError::UnknownComponent) and
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn) for names that there are not;
    /// [`QuestionError::Option`](crate::error::QuestionError::Option) for alternatives that contradict each other: a
    /// component whose terms are listed twice, a term in two components, an order that lacks a component, orders where no
    /// method has one; for more specifications than [`at_most`](Self::at_most), and for none;
    /// [`EstimateError::Nesting`](crate::error::EstimateError::Nesting) for groups that change within a unit. Afterwards,
    /// where no specification can be answered, the error of the base.
    ///
    /// # Examples
    /// See [`Sensitivity`].
    pub fn of(&self, panel: &Panel) -> Result<SpecificationCurve> {
        self.watched(panel, |_, _| ControlFlow::Continue(()))
    }

    /// The same, with word of how far it is: `watch` is called from any thread with the specifications answered and those
    /// there are, and ends the computation by [`ControlFlow::Break`].
    ///
    /// # Errors
    /// Those of [`of`](Self::of); [`EstimateError::Cancelled`](crate::error::EstimateError::Cancelled) once the watch has
    /// said so.
    ///
    /// # Examples
    /// ```
    /// use std::ops::ControlFlow;
    /// use apportion::error::EstimateError;
    /// use apportion::findings::Sensitivity;
    /// use apportion::panel::SIMULATED_ENGLAND_SEED;
    /// use apportion::{Error, Model, Panel};
    ///
    /// let panel = Panel::simulated_england(SIMULATED_ENGLAND_SEED)?;
    /// let base = Model::new("cpp_rate").component("deprivation", ["low_income_pct"]);
    /// let asked = Sensitivity::new(base).windows(2011..=2018, 4..=8);
    /// let cancelled = asked.watched(&panel, |_, _| ControlFlow::Break(()));
    /// assert!(matches!(cancelled, Err(Error::Estimate(EstimateError::Cancelled { .. }))));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn watched(
        &self,
        panel: &Panel,
        watch: impl Fn(u64, u64) -> ControlFlow<()> + Sync,
    ) -> Result<SpecificationCurve> {
        let space = Space::new(&self.asked, panel)?;
        let questions = questions(&space, self.asked.part, self.asked.most)?;
        let default = self.asked.corrects.then(Intervals::default);
        let intervals =
            self.asked.intervals.as_ref().or(default.as_ref()).map(|intervals| (intervals, self.asked.corrects));
        let answers = answer(&space, &questions, panel, intervals, &self.asked.rules, &watch)?;
        curve(&space, &questions, answers, panel, &self.asked.rules)
    }
}
