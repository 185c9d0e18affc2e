//! The choices but that of the method, each an axis with its alternatives.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::asked::{Asked, UnitsLeftOut};
use crate::error::{EstimateError, NestingProblem, QuestionError, Result, no_key};
use crate::model::{Term, Weights};
use crate::panel::{Panel, UnitRule};

/// What an axis puts in the place of what the base has.
pub(super) enum Alternatives {
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
pub(super) struct Axis {
    pub(super) name: Arc<str>,
    pub(super) labels: Vec<Arc<str>>,
    pub(super) alternatives: Alternatives,
    /// The place of what the base has.
    pub(super) base: usize,
}

/// The axes of all that was listed, the outcome first.
///
/// # Errors
/// Those of the groups of units, and of rules for them.
pub(super) fn axes(asked: &Asked, panel: &Panel) -> Result<Vec<Axis>> {
    let base = &asked.base;
    let outcome = base.checked_outcome()?.clone();
    let mut axes = Vec::new();
    axes.push(listed("outcome", outcome, &asked.outcomes, Term::to_string, Alternatives::Outcome));
    let place = |name: &String| base.components().iter().position(|component| component.name == *name);
    for (at, component) in base.components().iter().enumerate() {
        let name = choice_of(&component.name);
        let extras: Vec<&Term> = asked.extras.iter().filter(|(of, _)| *of == component.name).map(|e| &e.1).collect();
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
            Weights::Column(column) if column == "none" => format!("column {column}"),
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
    if let Some(axis) = (1..axes.len()).find_map(|at| axes[..at].iter().find(|axis| axis.name == axes[at].name)) {
        let expected = "two choices would be called so: give the component another name".to_string();
        return Err(QuestionError::Option { option: "choice", expected, found: axis.name.to_string() }.into());
    }
    Ok(axes)
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

/// The choice of units left out; none first, as in the base.
fn units_left_out(asked: &[UnitsLeftOut], panel: &Panel) -> Result<Axis> {
    if panel.unit_column().is_none() {
        return Err(no_key("leaving units out", "unit"));
    }
    let mut rules: Vec<Option<UnitRule>> = vec![None];
    let mut labels: Vec<Arc<str>> = vec!["none".into()];
    let mut of_rules: Vec<BTreeSet<String>> = vec![BTreeSet::new()];
    // The same units count once, and other units that are called the same are told apart by what they are.
    let mut add = |kind: &str, rule: UnitRule, gone: BTreeSet<String>| -> Result<()> {
        let name = rule.name();
        if of_rules.contains(&gone) {
            return Ok(());
        }
        let is_new = |label: &str| labels.iter().all(|there| **there != *label);
        let label = if is_new(name) { name.to_string() } else { format!("{kind} {name}") };
        if !is_new(&label) {
            let expected = "other units are left out under that name: give each rule a name of its own".to_string();
            return Err(QuestionError::Option { option: "units left out", expected, found: label }.into());
        }
        labels.push(label.into());
        rules.push(Some(rule));
        of_rules.push(gone);
        Ok(())
    };
    let rule = |name: &str, units: &[String]| {
        units.iter().fold(UnitRule::new(name), |rule, unit| rule.unit(unit, "left out in turn"))
    };
    for left_out in asked {
        match left_out {
            UnitsLeftOut::Rule(own) => {
                let without = panel.without(own)?;
                let kept: BTreeSet<&String> = without.units().iter().collect();
                let gone = panel.units().iter().filter(|unit| !kept.contains(unit)).cloned().collect();
                add("rule", own.clone(), gone)?;
            }
            UnitsLeftOut::EachUnit => {
                for unit in panel.units() {
                    add("unit", rule(unit, std::slice::from_ref(unit)), BTreeSet::from([unit.clone()]))?;
                }
            }
            UnitsLeftOut::EachGroup { column } => {
                for (group, units) in groups(panel, column)? {
                    add(column, rule(&group, &units), units.into_iter().collect())?;
                }
            }
        }
    }
    Ok(Axis { name: "units left out".into(), labels, alternatives: Alternatives::Units(rules), base: 0 })
}

/// The units of each group by a column, in the order of the panel.
fn groups(panel: &Panel, column: &str) -> Result<Vec<(String, Vec<String>)>> {
    let refuse = |why| Err(EstimateError::Nesting { column: column.to_string(), why }.into());
    for (key, name) in [("unit", panel.unit_column()), ("period", panel.period_column())] {
        if name == Some(column) {
            return refuse(NestingProblem::IsKey { key });
        }
    }
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
