//! From choices and their alternatives to questions, each put once.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::check::check;
use super::question::{Orders, Part, Sensitivity, UnitsLeftOut};
use super::{AnalystChoice, ChosenAlternatives};
use crate::decompose::Method;
use crate::error::{EstimateError, NestingProblem, QuestionError, Result, no_key};
use crate::model::{Component, Model, Term, Weights};
use crate::numerics::streams::{below, stream};
use crate::panel::{Panel, UnitRule};

/// What an axis puts in the place of what the base has.
enum Alternatives {
    Outcome(Vec<Term>),
    /// Sets of terms of the component at this position.
    Terms(usize, Vec<Vec<Term>>),
    /// With this term, or without it.
    Extra(usize, Term),
    /// In or out.
    Present(usize),
    Always(Vec<Vec<Term>>),
    Weights(Vec<Weights>),
    Periods(Vec<RangeInclusive<i32>>),
    /// None first.
    Units(Vec<Option<UnitRule>>),
}

/// A choice other than that of the method.
struct Axis {
    name: Arc<str>,
    labels: Vec<Arc<str>>,
    alternatives: Alternatives,
    /// The place of what the base has.
    base: usize,
}

/// All choices, made ready.
pub(super) struct Space {
    base: Model,
    axes: Vec<Axis>,
    methods: Vec<Method>,
    /// Whether methods are told apart by their orders.
    has_orders: bool,
    name_of_methods: Arc<str>,
    /// Columns that any specification reads.
    pub(super) columns: Vec<String>,
}

/// Everything about a specification but how its variation is split, and the ways in which it is.
pub(super) struct Question {
    pub(super) model: Model,
    /// What the axes have, by their positions; nothing where that does not matter.
    chosen: Vec<Option<usize>>,
    pub(super) methods: Vec<Method>,
    /// Whether these are of the base, which is answered first.
    pub(super) is_base: bool,
}

/// Which rows of the panel a question is about: positions among windows and among units left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PartOfPanel(Option<usize>, Option<usize>);

impl Space {
    /// # Errors
    /// Those of [`check`], and of the groups of units.
    pub(super) fn new(asked: &Sensitivity, panel: &Panel) -> Result<Self> {
        check(asked, panel)?;
        let base = asked.base.clone();
        let outcome = base.checked_outcome()?.clone();
        let mut axes = Vec::new();
        axes.push(listed("outcome", outcome, &asked.outcomes, Term::to_string, Alternatives::Outcome));
        let place = |name: &String| base.components().iter().position(|component| component.name == *name);
        for (at, component) in base.components().iter().enumerate() {
            let name = choice_of(&component.name);
            let extras: Vec<&Term> =
                asked.extras.iter().filter(|(of, _)| *of == component.name).map(|e| &e.1).collect();
            let without_extras =
                |set: &[Term]| set.iter().filter(|term| !extras.contains(term)).cloned().collect::<Vec<Term>>();
            for (_, sets) in asked.terms.iter().filter(|(of, _)| *of == component.name) {
                let sets: Vec<Vec<Term>> = sets.iter().map(|set| without_extras(set)).collect();
                let of_base = without_extras(&component.terms);
                axes.push(listed(&name, of_base, &sets, |set| texts(set), |sets| Alternatives::Terms(at, sets)));
            }
        }
        for (component, term) in &asked.extras {
            let Some(at) = place(component) else { continue };
            let labels = ["without", "with"].map(Arc::from).to_vec();
            let base = usize::from(base.components()[at].terms.contains(term));
            let name = format!("{component}: {term}").into();
            axes.push(Axis { name, labels, alternatives: Alternatives::Extra(at, term.clone()), base });
        }
        for component in &asked.optional {
            let Some(at) = place(component) else { continue };
            let labels = ["in", "out"].map(Arc::from).to_vec();
            let name = format!("{component} in or out").into();
            axes.push(Axis { name, labels, alternatives: Alternatives::Present(at), base: 0 });
        }
        if !asked.always.is_empty() {
            let of_base = base.always_terms().to_vec();
            axes.push(listed("always", of_base, &asked.always, |set| texts(set), Alternatives::Always));
        }
        if !asked.weights.is_empty() {
            let weights = asked.weights.iter().map(|column| match column {
                Some(column) => Weights::Column(column.clone()),
                None => Weights::Equal,
            });
            let own = match (&base.weights, panel.weight_column()) {
                (Weights::Panel, Some(column)) => Weights::Column(column.to_string()),
                (Weights::Panel, None) => Weights::Equal,
                (weights, _) => weights.clone(),
            };
            let label = |weights: &Weights| match weights {
                Weights::Column(column) => column.clone(),
                _ => "none".to_string(),
            };
            axes.push(listed("weights", own, &weights.collect::<Vec<_>>(), label, Alternatives::Weights));
        }
        if let [first, others @ ..] = &asked.periods[..] {
            let label = |window: &RangeInclusive<i32>| format!("{}-{}", window.start(), window.end());
            axes.push(listed("periods", first.clone(), others, label, Alternatives::Periods));
        }
        if !asked.units.is_empty() {
            axes.push(units_left_out(&asked.units, panel)?);
        }
        let (methods, has_orders) = methods(asked)?;
        let name_of_methods = Arc::from(if has_orders { "order" } else { "method" });
        let mut columns: Vec<String> = Vec::new();
        let mut add = |column: &str| {
            if !columns.iter().any(|there| there == column) && !panel.is_key(column) {
                columns.push(column.to_string());
            }
        };
        let sets = asked.terms.iter().flat_map(|(_, sets)| sets.iter().flatten()).chain(asked.always.iter().flatten());
        let extras = asked.extras.iter().map(|(_, term)| term);
        let own = base.components().iter().flat_map(|component| &component.terms).chain(base.always_terms());
        let terms = base.outcome().into_iter().chain(&asked.outcomes).chain(own).chain(sets).chain(extras);
        terms.flat_map(Term::columns).for_each(&mut add);
        asked.weights.iter().flatten().for_each(|column| add(column));
        if let Weights::Column(column) = &base.weights {
            add(column);
        }
        Ok(Space { base, axes, methods, has_orders, name_of_methods, columns })
    }

    /// The components of the base.
    pub(super) fn base(&self) -> &Model {
        &self.base
    }

    /// The choices with their alternatives, the method last.
    pub(super) fn choices(&self) -> Vec<AnalystChoice> {
        let of_axis = |axis: &Axis| AnalystChoice {
            name: axis.name.to_string(),
            alternatives: axis.labels.iter().map(|label| label.to_string()).collect(),
            base: axis.labels[axis.base].to_string(),
        };
        let methods: Vec<String> = self.methods.iter().map(|method| self.label(method).to_string()).collect();
        let of_methods = methods.first().map(|first| AnalystChoice {
            name: self.name_of_methods.to_string(),
            base: first.clone(),
            alternatives: methods.clone(),
        });
        self.axes.iter().map(of_axis).chain(of_methods).collect()
    }

    /// The questions, that of the base first, then in the order of the choices; each with the methods it is split by.
    ///
    /// # Errors
    /// [`QuestionError::Option`] for more specifications than `most`, and for a sample of none.
    pub(super) fn questions(&self, part: Part, most: usize) -> Result<Vec<Question>> {
        let base: Vec<usize> = self.axes.iter().map(|axis| axis.base).collect();
        let mut gathered = Gathered { space: self, questions: Vec::new(), seen: HashSet::new() };
        gathered.add(&base, &[0], true);
        let sizes = self.axes.iter().map(|axis| axis.labels.len()).chain([self.methods.len()]);
        let all = sizes.clone().try_fold(1_usize, usize::checked_mul);
        let refused = |found: String| {
            let expected =
                format!("at most {most} are answered: take sample() of them or one_at_a_time(), or raise at_most()");
            Err(QuestionError::Option { option: "specifications", expected, found }.into())
        };
        let sizes: Vec<usize> = sizes.collect();
        match part {
            Part::OneAtATime => {
                let others: Vec<usize> = (1..self.methods.len()).collect();
                gathered.add(&base, &[0], false);
                for (at, axis) in self.axes.iter().enumerate() {
                    for alternative in (0..axis.labels.len()).filter(|&alternative| alternative != axis.base) {
                        let mut chosen = base.clone();
                        chosen[at] = alternative;
                        gathered.add(&chosen, &[0], false);
                    }
                }
                gathered.add(&base, &others, false);
            }
            Part::Sample { specifications: 0, .. } => {
                let expected = "a sample has at least one".to_string();
                return Err(QuestionError::Option { option: "sample", expected, found: "0".to_string() }.into());
            }
            Part::Sample { specifications, .. } if specifications > most => return refused(specifications.to_string()),
            Part::Sample { specifications, seed } if all.is_none_or(|all| all > specifications) => {
                for place in drawn(&sizes, specifications, seed) {
                    let (chosen, method) = place.split_at(self.axes.len());
                    gathered.add(chosen, method, false);
                }
            }
            Part::All | Part::Sample { .. } => {
                match all {
                    Some(all) if all <= most => {}
                    Some(all) => return refused(all.to_string()),
                    None => return refused("beyond counting".to_string()),
                }
                let methods: Vec<usize> = (0..self.methods.len()).collect();
                let mut chosen = vec![0; self.axes.len()];
                loop {
                    gathered.add(&chosen, &methods, false);
                    // Counts up, the last choice fastest.
                    let Some(at) = (0..chosen.len()).rev().find(|&at| chosen[at] + 1 < sizes[at]) else { break };
                    chosen[at] += 1;
                    chosen[at + 1..].fill(0);
                }
            }
        }
        Ok(gathered.questions)
    }

    /// The rows that a question is about.
    pub(super) fn part_of_panel(&self, question: &Question) -> PartOfPanel {
        let chosen = |is_it: fn(&Alternatives) -> bool| {
            let at = self.axes.iter().position(|axis| is_it(&axis.alternatives));
            at.and_then(|at| question.chosen[at])
        };
        let periods = chosen(|of| matches!(of, Alternatives::Periods(_)));
        PartOfPanel(periods, chosen(|of| matches!(of, Alternatives::Units(_))))
    }

    /// The window of periods of a part.
    pub(super) fn window(&self, PartOfPanel(window, _): PartOfPanel) -> Option<&RangeInclusive<i32>> {
        let windows = self.axes.iter().find_map(|axis| match &axis.alternatives {
            Alternatives::Periods(windows) => Some(windows),
            _ => None,
        });
        windows?.get(window?)
    }

    /// The panel on the rows of a part.
    ///
    /// # Errors
    /// Those of [`Panel::without`] and [`Panel::in_periods`].
    pub(super) fn panel_of(&self, part: PartOfPanel, panel: &Panel) -> Result<Panel> {
        let rule = self.axes.iter().find_map(|axis| match &axis.alternatives {
            Alternatives::Units(rules) => rules.get(part.1?)?.as_ref(),
            _ => None,
        });
        // A unit of the rule need not be in the window.
        let without = rule.map(|rule| panel.without(rule)).transpose()?;
        let panel = without.as_ref().unwrap_or(panel);
        match self.window(part) {
            Some(window) => panel.in_periods(window.clone()),
            None => Ok(panel.clone()),
        }
    }

    /// The alternatives of a question under one of its methods.
    pub(super) fn chosen(&self, question: &Question, method: &Method) -> ChosenAlternatives {
        let of_axes = self.axes.iter().zip(&question.chosen);
        let of_axes = of_axes.filter_map(|(axis, chosen)| Some((axis.name.clone(), axis.labels[(*chosen)?].clone())));
        ChosenAlternatives(of_axes.chain([(self.name_of_methods.clone(), self.label(method))]).collect())
    }

    /// A method as an alternative is called.
    fn label(&self, method: &Method) -> Arc<str> {
        match method {
            Method::Sequential { order } if self.has_orders => order.join(", ").into(),
            method => method.name().into(),
        }
    }

    /// The model of these alternatives, and which of them matter.
    fn model(&self, chosen: &[usize]) -> (Model, Vec<Option<usize>>) {
        let mut outcome = None;
        let mut always = None;
        let mut weights = None;
        let mut components: Vec<Option<Component>> = self.base.components().iter().cloned().map(Some).collect();
        // Sets first, then what stands beside them, then who is out.
        for (axis, &at) in self.axes.iter().zip(chosen) {
            match &axis.alternatives {
                Alternatives::Outcome(outcomes) => outcome = Some(outcomes[at].clone()),
                Alternatives::Always(sets) => always = Some(sets[at].clone()),
                Alternatives::Weights(of) => weights = Some(of[at].clone()),
                Alternatives::Terms(component, sets) => {
                    if let Some(component) = &mut components[*component] {
                        component.terms.clone_from(&sets[at]);
                    }
                }
                Alternatives::Extra(component, term) => {
                    if let Some(component) = &mut components[*component] {
                        component.terms.retain(|there| there != term);
                        component.terms.extend((at == 1).then(|| term.clone()));
                    }
                }
                Alternatives::Present(component) if at == 1 => components[*component] = None,
                Alternatives::Present(_) | Alternatives::Periods(_) | Alternatives::Units(_) => {}
            }
        }
        let matters = |(axis, &at): (&Axis, &usize)| match &axis.alternatives {
            Alternatives::Terms(component, _) | Alternatives::Extra(component, _) => {
                components[*component].as_ref().map(|_| at)
            }
            _ => Some(at),
        };
        let chosen = self.axes.iter().zip(chosen).map(matters).collect();
        let always = always.unwrap_or_else(|| self.base.always_terms().to_vec());
        let mut model = match outcome {
            Some(outcome) => self.base.with_parts(outcome, components.into_iter().flatten().collect(), always),
            None => self.base.clone(),
        };
        if let Some(weights) = weights {
            model.weights = weights;
        }
        (model, chosen)
    }
}

/// Questions that have been gathered, and what was put already.
struct Gathered<'a> {
    space: &'a Space,
    questions: Vec<Question>,
    seen: HashSet<(Vec<Option<usize>>, String)>,
}

impl Gathered<'_> {
    /// Adds what is not there yet of these alternatives by these methods. The base is answered apart from all others.
    fn add(&mut self, chosen: &[usize], methods: &[usize], is_base: bool) {
        let (model, chosen) = self.space.model(chosen);
        let is_there = |name: &String| model.components().iter().any(|component| component.name == *name);
        let mut own = Vec::new();
        for &method in methods {
            let method = match &self.space.methods[method] {
                Method::Sequential { order } => {
                    Method::Sequential { order: order.iter().filter(|name| is_there(name)).cloned().collect() }
                }
                method => method.clone(),
            };
            if is_base || self.seen.insert((chosen.clone(), self.space.label(&method).to_string())) {
                own.push(method);
            }
        }
        if !own.is_empty() {
            self.questions.push(Question { model, chosen, methods: own, is_base });
        }
    }
}

/// So many different places, each a position along every axis, in the order of the places.
fn drawn(sizes: &[usize], many: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut random = stream(seed, 0);
    let mut places: HashSet<Vec<usize>> = HashSet::new();
    // Fewer than there are, so that another is always found.
    while places.len() < many {
        places.insert(sizes.iter().map(|&size| below(size, &mut random)).collect());
    }
    let mut places: Vec<Vec<usize>> = places.into_iter().collect();
    places.sort_unstable();
    places
}

/// An axis of what is listed; what the base has comes first unless it is listed. What is listed twice counts once.
fn listed<T: Clone + PartialEq>(
    name: &str,
    base: T,
    others: &[T],
    label: impl Fn(&T) -> String,
    alternatives: impl Fn(Vec<T>) -> Alternatives,
) -> Axis {
    let mut all: Vec<T> = Vec::new();
    let first = if others.contains(&base) { None } else { Some(&base) };
    for alternative in first.into_iter().chain(others) {
        if !all.contains(alternative) {
            all.push(alternative.clone());
        }
    }
    let at = all.iter().position(|alternative| *alternative == base).unwrap_or_default();
    let labels = all.iter().map(|alternative| label(alternative).into()).collect();
    Axis { name: name.into(), labels, alternatives: alternatives(all), base: at }
}

/// What the choice among the terms of a component is called: as the component, unless another choice is called so.
fn choice_of(component: &str) -> String {
    match component {
        "outcome" | "weights" | "periods" | "units left out" | "order" | "method" => format!("terms of {component}"),
        _ => component.to_string(),
    }
}

fn texts(set: &[Term]) -> String {
    match set {
        [] => "none".to_string(),
        set => set.iter().map(Term::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// The methods, orders written out, and whether orders tell them apart.
fn methods(asked: &Sensitivity) -> Result<(Vec<Method>, bool)> {
    let own: Vec<String> = asked.base.components().iter().map(|component| component.name.clone()).collect();
    let orders = match &asked.orders {
        Orders::Model => vec![own],
        Orders::All => all_orders(&asked.base, asked.most)?,
        Orders::These(orders) if orders.contains(&own) => orders.clone(),
        Orders::These(orders) => [own].into_iter().chain(orders.iter().cloned()).collect(),
    };
    let default = [Method::Sequential { order: Vec::new() }];
    let methods = if asked.methods.is_empty() { &default[..] } else { &asked.methods };
    let mut all: Vec<Method> = Vec::new();
    for method in methods {
        let each = match method {
            Method::Sequential { order } if order.is_empty() => {
                orders.iter().map(|order| Method::Sequential { order: order.clone() }).collect()
            }
            method => vec![method.clone()],
        };
        each.into_iter().for_each(|method| {
            if !all.contains(&method) {
                all.push(method);
            }
        });
    }
    let has_orders = all.iter().filter(|method| matches!(method, Method::Sequential { .. })).count() > 1;
    Ok((all, has_orders))
}

/// All orders that a model allows, its own first.
///
/// # Errors
/// [`QuestionError::Option`] for more than `most`.
fn all_orders(model: &Model, most: usize) -> Result<Vec<Vec<String>>> {
    let before = model.predecessors()?;
    let names: Vec<String> = model.components().iter().map(|component| component.name.clone()).collect();
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in &names {
        let may_follow = |order: &Vec<usize>, next: usize| {
            let are_in = |before: &Vec<usize>| before.iter().all(|earlier| order.contains(earlier));
            !order.contains(&next) && before.as_ref().is_none_or(|before| are_in(&before[next]))
        };
        let longer = |order: &Vec<usize>| {
            let nexts: Vec<usize> = (0..names.len()).filter(|&next| may_follow(order, next)).collect();
            nexts.into_iter().map(|next| order.iter().copied().chain([next]).collect()).collect::<Vec<Vec<usize>>>()
        };
        orders = orders.iter().flat_map(longer).collect();
        if orders.len() > most {
            let expected = format!("at most {most} specifications are answered: list some orders, or raise at_most()");
            let found = format!("all of {} components", names.len());
            return Err(QuestionError::Option { option: "orders", expected, found }.into());
        }
    }
    // The model's own need not respect what must come before.
    let own = orders.iter().position(|order| order.is_sorted()).unwrap_or_default();
    orders[..=own].rotate_right(1);
    Ok(orders.into_iter().map(|order| order.into_iter().map(|at| names[at].clone()).collect()).collect())
}

/// The choice of units left out; none first, as in the base.
fn units_left_out(asked: &[UnitsLeftOut], panel: &Panel) -> Result<Axis> {
    if panel.unit_column().is_none() {
        return Err(no_key("units that are left out", "unit"));
    }
    let mut rules: Vec<Option<UnitRule>> = vec![None];
    let rule = |name: &str, units: &[String]| {
        Some(units.iter().fold(UnitRule::new(name), |rule, unit| rule.unit(unit, "left out in turn")))
    };
    for left_out in asked {
        match left_out {
            UnitsLeftOut::Rule(own) => {
                panel.without(own)?;
                rules.push(Some(own.clone()));
            }
            UnitsLeftOut::EachUnit => {
                rules.extend(panel.units().iter().map(|unit| rule(unit, std::slice::from_ref(unit))));
            }
            UnitsLeftOut::EachGroup { column } => {
                rules.extend(groups(panel, column)?.iter().map(|(group, units)| rule(group, units)));
            }
        }
    }
    let label = |rule: &Option<UnitRule>| Arc::from(rule.as_ref().map_or("none", UnitRule::name));
    let labels = rules.iter().map(label).collect();
    Ok(Axis { name: "units left out".into(), labels, alternatives: Alternatives::Units(rules), base: 0 })
}

/// The units of each group by a column, in the order of the panel.
fn groups(panel: &Panel, column: &str) -> Result<Vec<(String, Vec<String>)>> {
    let refuse = |why| Err(EstimateError::Nesting { column: column.to_string(), why }.into());
    let own = panel.column(column)?;
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let mut of_unit: HashMap<&str, usize> = HashMap::new();
    for row in panel.rows() {
        let unit = row.unit().unwrap_or_default();
        let group = panel.level_of(column, row.index()).filter(|_| own.missing(row.index()).is_none());
        let Some(group) = group else { return refuse(NestingProblem::Missing { row: row.label() }) };
        match of_unit.get(unit) {
            Some(&at) if groups[at].0 == group => {}
            Some(&at) => {
                let (unit, first) = (unit.to_string(), groups[at].0.clone());
                return refuse(NestingProblem::SplitsUnit { unit, first, second: group });
            }
            None => {
                let at = groups.iter().position(|(there, _)| *there == group).unwrap_or(groups.len());
                if at == groups.len() {
                    groups.push((group, Vec::new()));
                }
                groups[at].1.push(unit.to_string());
                of_unit.insert(unit, at);
            }
        }
    }
    Ok(groups)
}
