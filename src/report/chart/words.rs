//! The words of charts: what a method is called, and what a share is.

use super::numbers::percent;
use super::style::ChartStyle;
use crate::decompose::{Breakdown, Interval, Method};

/// Names of rows that are no components.
pub(super) const ALWAYS: &str = "always";
pub(super) const UNEXPLAINED: &str = "unexplained";

/// A method in running text, with the order of a sequential one in the reader's words.
pub(super) fn method(method: &Method, style: &ChartStyle) -> String {
    match method {
        Method::Sequential { order } => {
            let order: Vec<String> = order.iter().map(|name| style.named(name)).collect();
            format!("sequential: {}", order.join(" → "))
        }
        other => spoken(other.name()),
    }
}

/// The method of a breakdown, whose rows are in the order of the model.
pub(super) fn method_of(breakdown: &Breakdown, style: &ChartStyle) -> String {
    match &breakdown.method {
        Method::Sequential { order } if order.iter().eq(breakdown.components.iter().map(|row| &row.name)) => {
            "sequential, in the order shown".to_owned()
        }
        other => method(other, style),
    }
}

/// A name as it is said, without the signs of code.
pub(super) fn spoken(name: &str) -> String {
    match name {
        "shapley" => "Shapley".to_owned(),
        "owen" => "Owen".to_owned(),
        "pmvd" => "PMVD".to_owned(),
        "genizi" => "Genizi".to_owned(),
        "genizi_by_column" => "Genizi by column".to_owned(),
        "car" => "CAR".to_owned(),
        "car_by_column" => "CAR by column".to_owned(),
        "pratt" => "Pratt".to_owned(),
        other => other.replace('_', " "),
    }
}

/// A text with a capital at its beginning.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A share and the ends of its interval: "44.2% (38.1 to 50.2)".
pub(super) fn share(value: f64, interval: Option<Interval>, decimals: usize) -> String {
    let ends = |ends: Interval| {
        let end = |end: f64| percent(end, decimals).trim_end_matches('%').to_owned();
        format!(" ({} to {})", end(ends.lower), end(ends.upper))
    };
    format!("{}{}", percent(value, decimals), interval.map_or_else(String::new, ends))
}

/// The decimals of percentages.
pub(super) fn decimals(style: &ChartStyle) -> usize {
    style.stated_decimals().unwrap_or(1)
}

/// What a unit is called: in the reader's words, by its label, or as it is.
pub(super) fn unit_word(style: &ChartStyle, unit: &str, label: Option<&str>) -> String {
    match label {
        Some(label) if style.named(unit) == unit => style.named(label),
        _ => style.named(unit),
    }
}

/// A part of a line that is written once the reader's words are known.
#[derive(Debug, Clone)]
pub(super) enum Said {
    /// As it is.
    Words(String),
    /// What something of this name is called.
    Name(String),
    /// A unit with its label.
    Unit(String, Option<String>),
    /// How it was split.
    By(Method),
}

impl Said {
    pub(super) fn words(text: impl Into<String>) -> Self {
        Said::Words(text.into())
    }

    pub(super) fn name(name: &str) -> Self {
        Said::Name(name.to_owned())
    }
}

/// The line in the reader's words.
pub(super) fn said(parts: &[Said], style: &ChartStyle) -> String {
    let parts = parts.iter().map(|part| match part {
        Said::Words(text) => text.clone(),
        Said::Name(name) => style.named(name),
        Said::Unit(unit, label) => unit_word(style, unit, label.as_deref()),
        Said::By(by) => method(by, style),
    });
    parts.collect()
}
