//! Which specifications have which alternative of a choice, the few rows of the many that a chart has room for.

use crate::findings::{Specification, SpecificationCurve};

/// Alternatives of one choice that have rows of their own.
const MOST_ROWS: usize = 8;
/// Where there are more: so many of those with the smallest shares, and of those with the largest.
const AT_EACH_END: usize = 3;

/// One alternative, or what is left of many.
#[derive(Debug, Clone)]
pub(super) struct ChoiceRow {
    pub(super) label: String,
    /// Whether the base has it.
    pub(super) is_base: bool,
    /// Of each specification, in their order, whether it has it.
    pub(super) members: Vec<bool>,
}

/// The choices that have alternatives, each with its rows.
pub(super) fn rows_of(
    curve: &SpecificationCurve,
    component: &str,
    of: &[&Specification],
) -> Vec<(String, Vec<ChoiceRow>)> {
    let choices = curve.choices.iter().filter(|choice| choice.alternatives.len() > 1);
    let rows = choices.map(|choice| {
        let all: Vec<ChoiceRow> = choice
            .alternatives
            .iter()
            .map(|alternative| ChoiceRow {
                label: alternative.clone(),
                is_base: *alternative == choice.base,
                members: of.iter().map(|of| of.choices.get(&choice.name) == Some(alternative)).collect(),
            })
            .collect();
        (choice.name.clone(), few(all, component, of))
    });
    rows.collect()
}

/// The rows, of many the base, those at both ends by their mean share, and what is left.
fn few(rows: Vec<ChoiceRow>, component: &str, of: &[&Specification]) -> Vec<ChoiceRow> {
    if rows.len() <= MOST_ROWS {
        return rows;
    }
    let mean = |row: &ChoiceRow| {
        let own = of.iter().zip(&row.members).filter(|(_, member)| **member);
        let shares: Vec<f64> = own.filter_map(|(of, _)| of.share_of_total(component)).collect();
        shares.iter().sum::<f64>() / shares.len().max(1) as f64
    };
    let (base, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.is_base);
    // What no specification has tells nothing, as where only some of all were answered.
    let (mut others, unseen): (Vec<_>, Vec<_>) = others.into_iter().partition(|row| row.members.contains(&true));
    others.sort_by_cached_key(|row| order_of(mean(row)));
    let largest = others.split_off(others.len().saturating_sub(AT_EACH_END));
    let mut middle = others.split_off(AT_EACH_END.min(others.len()));
    middle.extend(unseen);
    let rest = (!middle.is_empty()).then(|| ChoiceRow {
        label: format!("{} others", middle.len()),
        is_base: false,
        members: (0..of.len()).map(|at| middle.iter().any(|row| row.members[at])).collect(),
    });
    base.into_iter().chain(others).chain(rest).chain(largest).collect()
}

/// A key that sorts as the number does.
fn order_of(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}
