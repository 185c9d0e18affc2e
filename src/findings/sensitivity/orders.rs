//! The choice of the method, with the orders that sequential shares are taken in.

use super::asked::{Asked, Orders};
use crate::decompose::Method;
use crate::error::{QuestionError, Result};
use crate::model::Model;

/// The methods, orders written out, and whether orders tell them apart.
pub(super) fn methods(asked: &Asked) -> Result<(Vec<Method>, bool)> {
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
