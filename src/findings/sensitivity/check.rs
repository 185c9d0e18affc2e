//! Do the alternatives make sense together? Asked before anything is computed.

use super::asked::{Asked, Orders};
use crate::decompose::{MOST_IN_TABLE, Method, order_positions};
use crate::error::{DataError, Error, QuestionError, Result};
use crate::model::{Term, Weights};
use crate::panel::Panel;

/// # Errors
/// Those of [`Sensitivity::of`] that are found before anything is computed, but for the number of specifications.
pub(super) fn check(asked: &Asked, panel: &Panel) -> Result<()> {
    if let Some(unread) = &asked.unread {
        return Err(unread.clone().into());
    }
    asked.base.check()?;
    asked.base.by_least_squares("Sensitivity")?;
    check_names(asked)?;
    // Those of outcome, always, weights, periods, units left out and method are six.
    let choices = asked.terms.len() + asked.extras.len() + asked.optional.len() + 6;
    if choices > MOST_IN_TABLE {
        let expected = format!(
            "at most {} with alternatives beside the others: put some together as sets of terms",
            MOST_IN_TABLE - 6
        );
        return Err(refused("choices", choices - 6, expected));
    }
    check_terms(asked)?;
    check_orders(asked)?;
    for window in &asked.periods {
        if window.is_empty() {
            return Err(DataError::ReversedPeriods { from: *window.start(), to: *window.end() }.into());
        }
    }
    let always = asked.base.always_terms().iter().chain(asked.always.iter().flatten());
    let terms = of_components(asked).into_iter().flat_map(|(_, terms)| terms).chain(always).chain(&asked.outcomes);
    for column in terms.flat_map(Term::columns).chain(asked.weights.iter().flatten().map(String::as_str)) {
        if !panel.is_key(column) {
            panel.column(column)?;
        }
    }
    match &asked.base.weights {
        Weights::Column(column) => panel.column(column).map(drop),
        _ => Ok(()),
    }
}

fn refused(option: &'static str, found: impl ToString, expected: impl Into<String>) -> Error {
    QuestionError::Option { option, expected: expected.into(), found: found.to_string() }.into()
}

/// Components that are named must be there, and be named once.
fn check_names(asked: &Asked) -> Result<()> {
    let names: Vec<String> = asked.base.components().iter().map(|component| component.name.clone()).collect();
    let with_sets: Vec<&String> = asked.terms.iter().map(|(name, _)| name).collect();
    let optional: Vec<&String> = asked.optional.iter().collect();
    let extras = asked.extras.iter().map(|(name, _)| name);
    for name in with_sets.iter().copied().chain(optional.iter().copied()).chain(extras) {
        if !names.contains(name) {
            let (component, available) = (name.clone(), names.clone());
            return Err(QuestionError::UnknownComponent { component, available }.into());
        }
    }
    let twice =
        |names: &[&String]| (1..names.len()).find(|&at| names[..at].contains(&names[at])).map(|at| names[at].clone());
    if let Some(name) = twice(&with_sets) {
        return Err(refused("terms", name, "its sets of terms are listed twice: list all of them in one call"));
    }
    if let Some(name) = twice(&optional) {
        return Err(refused("optional", name, "the component is named twice: name it once"));
    }
    for (at, (component, term)) in asked.extras.iter().enumerate() {
        if asked.extras[..at].iter().any(|(_, other)| other == term) {
            return Err(refused(
                "with_or_without",
                term,
                format!("it is named twice, the second time for {component}"),
            ));
        }
    }
    Ok(())
}

/// All terms that each component may have.
fn of_components(asked: &Asked) -> Vec<(&str, Vec<&Term>)> {
    asked
        .base
        .components()
        .iter()
        .map(|component| {
            let name = component.name.as_str();
            let sets = asked.terms.iter().filter(move |(of, _)| of == name).flat_map(|(_, sets)| sets.iter().flatten());
            let extras = asked.extras.iter().filter(move |(of, _)| of == name).map(|(_, term)| term);
            (name, component.terms.iter().chain(sets).chain(extras).collect())
        })
        .collect()
}

/// A set has terms, and a term belongs to one component, or to what is always in.
fn check_terms(asked: &Asked) -> Result<()> {
    for (component, sets) in &asked.terms {
        let extras: Vec<&Term> = asked.extras.iter().filter(|(of, _)| of == component).map(|(_, term)| term).collect();
        if sets.iter().any(|set| set.iter().all(|term| extras.contains(&term))) {
            let expected = "one of its sets has no term of its own: give it one, or make the component optional";
            return Err(refused("terms", component, expected));
        }
    }
    for (component, term) in &asked.extras {
        let own = asked.base.components().iter().find(|there| there.name == *component);
        let is_extra = |own: &Term| asked.extras.iter().any(|(of, extra)| of == component && extra == own);
        if own.is_some_and(|own| own.terms.iter().all(is_extra)) {
            let expected = format!("without it {component} has no term: make the component optional");
            return Err(refused("with_or_without", term, expected));
        }
    }
    let components = of_components(asked);
    for (at, (component, terms)) in components.iter().enumerate() {
        for (other, others) in &components[at + 1..] {
            if let Some(both) = terms.iter().find(|term| others.contains(term)) {
                let expected = format!("it is a term of {component} and of {other}: a term belongs to one component");
                return Err(refused("terms", both, expected));
            }
        }
        let mut always = asked.base.always_terms().iter().chain(asked.always.iter().flatten());
        if let Some(both) = always.find(|term| terms.contains(term)) {
            let expected = format!("it is always in, and a term of {component}: take it out of one of them");
            return Err(refused("always", both, expected));
        }
    }
    Ok(())
}

/// Orders hold every component once, and there is a method that has one.
fn check_orders(asked: &Asked) -> Result<()> {
    let names: Vec<String> = asked.base.components().iter().map(|component| component.name.clone()).collect();
    let is_open = |method: &Method| matches!(method, Method::Sequential { order } if order.is_empty());
    if asked.orders != Orders::Model && !asked.methods.is_empty() && !asked.methods.iter().any(is_open) {
        let found: Vec<&str> = asked.methods.iter().map(Method::name).collect();
        let expected = "none of them takes the orders that are asked for: add sequential without an order";
        return Err(refused("methods", found.join(", "), expected));
    }
    let stated = asked.methods.iter().filter_map(|method| match method {
        Method::Sequential { order } if !order.is_empty() => Some(order),
        _ => None,
    });
    let listed = match &asked.orders {
        Orders::These(orders) if orders.is_empty() => {
            return Err(refused("orders", "empty", "list at least one, or leave them out for that of the model"));
        }
        Orders::These(orders) => &orders[..],
        _ => &[],
    };
    for order in listed.iter().chain(stated) {
        order_positions(&names, &asked.base, order)?;
    }
    // The model's own order is the base's, unless all that respect what must come before are asked for.
    if asked.orders != Orders::All {
        order_positions(&names, &asked.base, &names)?;
    }
    Ok(())
}
