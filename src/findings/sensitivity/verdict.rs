//! What the numbers of a curve say, in words.

use std::collections::BTreeMap;

use super::SpecificationCurve;
use super::ranges::ranking;

/// Sentences: how often the components rank as in the base, how far their shares reach, and what moves the largest.
pub(super) fn verdict(curve: &SpecificationCurve) -> String {
    let answered = curve.specifications.len() - curve.failed;
    if answered == 0 {
        return format!("None of the {} could be answered.", specifications(curve.specifications.len()));
    }
    let mut sentences = Vec::new();
    let of_base = ranking(&curve.components, &curve.base);
    let named =
        |ranked: &[usize]| ranked.iter().map(|&at| curve.components[at].as_str()).collect::<Vec<_>>().join(" > ");
    if let (Some(base), Some(same)) = (&of_base, curve.same_order.filter(|_| curve.components.len() > 1)) {
        let ranked: Vec<usize> = base.iter().map(|(at, _)| *at).collect();
        let mut said = format!(
            "The components rank as in the base ({}) in {} of {}",
            named(&ranked),
            part(same),
            specifications(answered)
        );
        if let Some((most, share)) = most_frequent(curve).filter(|(most, share)| *most != ranked && *share > same) {
            said += &format!("; more often, in {}, as {}", part(share), named(&most));
        }
        sentences.push(said + ".");
    }
    let reach = curve
        .ranges
        .iter()
        .filter(|range| curve.components.contains(&range.name))
        .map(|range| format!("{} between {} and {}", range.name, percent(range.p05), part(range.p95)));
    sentences.push(format!(
        "Nine of ten specifications (5th to 95th percentile) have {}.",
        listed(&reach.collect::<Vec<_>>())
    ));
    let headline = match of_base.as_ref().and_then(|base| base.first()) {
        Some((at, _)) => Some(curve.components[*at].clone()),
        None => {
            let own = curve.ranges.iter().filter(|range| curve.components.contains(&range.name));
            own.max_by(|a, b| a.median.total_cmp(&b.median)).map(|range| range.name.clone())
        }
    };
    let moves = headline.and_then(|name| curve.moved_by.iter().find(|moves| moves.name == name));
    if let Some((moves, first)) = moves.and_then(|moves| Some((moves, moves.choices.first()?))) {
        sentences.push(match first.share_of_variation > 0.0 {
            true => format!(
                "What moves {} most is the choice \"{}\", with {} of its variation over specifications: on average it is \
                 {} under \"{}\" and {} under \"{}\".",
                moves.name,
                first.choice,
                part(first.share_of_variation),
                part(first.lowest_mean),
                first.lowest,
                part(first.highest_mean),
                first.highest
            ),
            false => format!("No choice moves {}.", moves.name),
        });
    }
    sentences.join(" ")
}

/// The ranking that most specifications have, and in what part of those that have all components.
fn most_frequent(curve: &SpecificationCurve) -> Option<(Vec<usize>, f64)> {
    let mut counts: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    for ranked in curve.specifications.iter().filter_map(|of| ranking(&curve.components, of)) {
        *counts.entry(ranked.into_iter().map(|(at, _)| at).collect()).or_default() += 1;
    }
    let all: usize = counts.values().sum();
    let (most, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    Some((most, count as f64 / all as f64))
}

/// So many specifications, in words.
pub(crate) fn specifications(n: usize) -> String {
    if n == 1 { "1 specification".to_string() } else { format!("{} specifications", thousands(n)) }
}

/// A whole number with a comma between each three digits.
fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A part in per cent: whole, with a decimal below ten, and with two figures below one.
fn percent(part: f64) -> String {
    let percent = 100.0 * part;
    let text = match percent.abs() {
        size if size >= 9.95 => format!("{percent:.0}"),
        size if (0.0005..0.95).contains(&size) => format!("{percent:.*}", (1.0 - size.log10().floor()) as usize),
        _ => format!("{percent:.1}"),
    };
    if text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')) { "0".to_string() } else { text }
}

fn part(share: f64) -> String {
    format!("{}%", percent(share))
}

/// "a", "a and b", "a, b and c".
pub(crate) fn listed(items: &[impl AsRef<str>]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_string(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_they_are_read() {
        let written: Vec<String> = [0.4412, 0.0331, 0.0004, 0.00000001, -0.02, 1.0].into_iter().map(percent).collect();
        assert_eq!(written, ["44", "3.3", "0.040", "0", "-2.0", "100"]);
        assert_eq!([7, 115_776, 1_000].map(thousands), ["7", "115,776", "1,000"]);
    }
}
