//! How numbers stand in sentences.

use super::text::{level, percent};
use super::units::Points;
use crate::decompose::{Interval, IntervalMethod};
pub(super) use crate::findings::listed;

/// "44.1%".
pub(super) fn per_cent(fraction: f64) -> String {
    format!("{}%", percent(fraction))
}

/// "35.0% to 52.9%".
pub(super) fn per_cents(lower: f64, upper: f64) -> String {
    format!("{} to {}", per_cent(lower), per_cent(upper))
}

/// "44.1% (35.0% to 52.9%)", without brackets where there is no interval.
pub(super) fn per_cent_within(fraction: f64, interval: Option<&Interval>) -> String {
    match interval {
        Some(interval) => format!("{} ({})", per_cent(fraction), per_cents(interval.lower, interval.upper)),
        None => per_cent(fraction),
    }
}

/// "(in brackets 95% intervals)", where there are any.
pub(super) fn in_brackets(interval: Option<&IntervalMethod>) -> String {
    interval.map_or(String::new(), |method| format!(" (in brackets {} intervals)", level(method.level)))
}

/// "1.2", as points of so large an outcome are written, with its sign.
pub(super) fn points(value: f64, largest: f64) -> String {
    Points::of(largest).text(value)
}

/// "1.2 (0.9 to 1.5)".
pub(super) fn points_within(value: f64, interval: Option<&Interval>) -> String {
    let of = |interval: &Interval| interval.lower.abs().max(interval.upper.abs());
    points_beside(value, interval, interval.map_or(0.0, of).max(value.abs()))
}

/// The same with the decimals of points as large as `largest`, which stand beside it.
pub(super) fn points_beside(value: f64, interval: Option<&Interval>, largest: f64) -> String {
    let shown = Points::of(largest);
    match interval {
        Some(Interval { lower, upper, .. }) => {
            format!("{} ({} to {})", shown.text(value), shown.text(*lower), shown.text(*upper))
        }
        None => shown.text(value),
    }
}

/// "is" of one, "are" of several.
pub(super) fn is_or_are(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

/// "was" of one, "were" of several or none.
pub(super) fn was_or_were(n: usize) -> &'static str {
    if n == 1 { "was" } else { "were" }
}

/// With a capital first.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_intervals() {
        assert_eq!(["", "a", "a and b", "a, b and c"], [0, 1, 2, 3].map(|n| listed(&["a", "b", "c"][..n])));
        let interval = Interval { bias: 0.0, std_error: 0.1, lower: -0.0004, upper: 0.25 };
        assert_eq!(per_cent_within(0.1, Some(&interval)), "10.0% (0.0% to 25.0%)");
        assert_eq!(points_within(-3.0, Some(&Interval { lower: -12.34, ..interval })), "-3.0 (-12.3 to 0.2)");
    }
}
