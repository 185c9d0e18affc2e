//! What the numbers of a page are, in plain English, with where that is from.

use super::section::Section;
use crate::decompose::{IntervalKind, Method};
use crate::findings::Findings;

/// What a method's share is, and its source.
fn method(method: &Method) -> &'static str {
    match method {
        Method::Sequential { .. } => {
            "What a component adds to R² when it enters after those before it, in one stated order. Another order gives \
             other shares; R² is their sum."
        }
        Method::Shapley => {
            "What a component adds to R², averaged over all orders in which the components may enter. R² is the sum. U. \
             Grömping (2007), https://doi.org/10.1198/000313007X188252."
        }
        Method::First => "R² of the component alone. What two components explain alike is counted for both.",
        Method::Last => {
            "What the component adds to R² when it enters after all others: its unique part. What two components explain alike \
             is counted for neither."
        }
        Method::Owen => {
            "The Shapley value of each term where the terms of a component stay together; the sums over components are \
             Shapley shares. G. Owen (1977), https://doi.org/10.1007/978-3-642-45494-3_7."
        }
        Method::Pmvd => {
            "An average over orders in which those that explain more come earlier, so that a component without a coefficient \
             gets nothing. B. Feldman (2005), https://doi.org/10.2139/ssrn.2255827."
        }
        Method::Genizi | Method::GeniziByColumn => {
            "Columns are turned into the nearest ones that are not correlated, and each shares in what these explain. \
             https://doi.org/10.1207/S15327906MBR3501_1."
        }
        Method::Car | Method::CarByColumn => {
            "Squared correlations with the outcome of the nearest columns that are not correlated with one another. V. Zuber \
             and K. Strimmer (2011), https://doi.org/10.2202/1544-6115.1730."
        }
        Method::Pratt => {
            "The coefficient times the covariance with the outcome; it can be negative. D. R. Thomas, E. Hughes and B. D. \
             Zumbo (1998), https://doi.org/10.1023/A:1006954016433."
        }
        Method::ConditionalDominance => {
            "What a component adds on average, by how many others are in before it. R. Azen and D. V. Budescu (2003), \
             https://doi.org/10.1037/1082-989X.8.2.129."
        }
        Method::CompleteDominance => {
            "How often a component adds more than another, over all sets of the others. D. V. Budescu (1993), \
             https://doi.org/10.1037/0033-2909.114.3.542."
        }
        Method::Commonality => {
            "What each component explains that no other does, and what each set of them has in common. R. G. Newton and D. J. \
             Spurrell (1967), https://doi.org/10.2307/2985237."
        }
        Method::VarianceComponents => {
            "Variances of the components' parts of the fitted values, and covariances between them, which can be negative."
        }
    }
}

/// The same of a method that splits a deviance.
fn of_counts(meaning: &str) -> String {
    let begins =
        |sentence: &str| sentence.replacen("R²", "The explained deviance", usize::from(sentence.starts_with("R²")));
    meaning.split(". ").map(begins).collect::<Vec<_>>().join(". ").replace("R²", "the explained deviance")
}

/// What intervals of a kind are.
fn interval(kind: IntervalKind) -> String {
    let how = match kind {
        IntervalKind::Root => {
            "Units are left out in turn, on the scale of the root of the share, so that no end is below zero. B. Efron and C. \
             Stein (1981), https://doi.org/10.1214/aos/1176345462."
        }
        IntervalKind::Jackknife => {
            "Units are left out in turn. B. Efron and C. Stein (1981), https://doi.org/10.1214/aos/1176345462."
        }
        _ => {
            "Units are drawn with replacement, all their periods together, and the model is fitted anew. A. C. Davison and D. V. \
             Hinkley (1997), https://doi.org/10.1017/CBO9780511802843."
        }
    };
    format!("Which shares such units over these periods may be expected to have. {how}")
}

/// The section that says what the methods, intervals and words are.
pub(super) fn methods(findings: &Findings) -> Section {
    let breakdowns = &findings.methods.breakdowns;
    let is_of_counts = breakdowns.iter().any(|breakdown| breakdown.deviance.is_some());
    let total = match is_of_counts {
        true => {
            "The part of the null deviance, which is how far counts lie from one rate for all, that goes with a component: 1 is \
             all of it. A. C. Cameron and F. A. G. Windmeijer (1997), https://doi.org/10.1016/S0304-4076(96)01818-0."
        }
        false => {
            "The part of the variation of the outcome, over all rows that were used, that goes with a component: 1 is all of it."
        }
    };
    let mut terms: Vec<(String, String)> = vec![("share of the total".to_string(), total.to_string())];
    let mut add = |term: String, meaning: String| {
        if terms.iter().all(|(known, _)| *known != term) {
            terms.push((term, meaning));
        }
    };
    for breakdown in breakdowns {
        let meaning = method(&breakdown.method);
        let meaning = if breakdown.deviance.is_some() { of_counts(meaning) } else { meaning.to_string() };
        add(breakdown.method.name().to_string(), meaning);
    }
    for made in breakdowns.iter().filter_map(|breakdown| breakdown.interval.as_ref()) {
        add(format!("{} intervals", made.kind.name()), interval(made.kind));
    }
    if breakdowns.iter().any(|breakdown| breakdown.unexplained.corrected.is_some()) {
        add(
            "chance, and corrected shares".to_string(),
            "With few units and periods any component explains something, by chance alone. Corrected shares are without that, \
             and are of all such units, not of these alone; p says how often chance alone would give as much."
                .to_string(),
        );
    }
    if is_of_counts {
        add(
            "chance, and beyond chance".to_string(),
            "Counts vary about their means by chance: what that gives of the deviance is no cause's to explain. What is beyond \
             chance is over-dispersion: causes that are not in the model, and counts that are not independent."
                .to_string(),
        );
        add(
            "adjusted shares".to_string(),
            "Every parameter explains about as much of the deviance as counts are dispersed, by chance alone: adjusted shares are \
             without that. H. Heinzl and M. Mittlböck (2003), https://doi.org/10.1016/S0167-9473(03)00062-8."
                .to_string(),
        );
    }
    if findings.order_range.is_some() {
        add(
            "range over orders".to_string(),
            "The least and the largest sequential share of a component over all orders, and their mean, which is its Shapley \
             share."
                .to_string(),
        );
    }
    add(
        "unexplained".to_string(),
        "What goes with nothing in the model: what was not measured, and chance.".to_string(),
    );
    Section { terms, ..Section::new("What these numbers are") }
}
