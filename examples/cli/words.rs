//! Numbers and sentences as the examples print them.

use apportion::Interval;

/// Characters of a printed line.
pub const WIDTH: usize = 80;

/// A fraction in per cent with one decimal, without the sign of a zero.
pub fn percent(fraction: f64) -> String {
    let text = format!("{:.1}", 100.0 * fraction);
    if text == "-0.0" { "0.0".to_string() } else { text }
}

/// The ends of an interval in per cent, in words; nothing without one.
pub fn ends(interval: Option<Interval>) -> String {
    interval.map_or(String::new(), |i| format!("{} to {}", percent(i.lower), percent(i.upper)))
}

/// The same in brackets behind a number.
pub fn in_brackets(interval: Option<Interval>) -> String {
    interval.map_or(String::new(), |_| format!(" ({})", ends(interval)))
}

/// A number with one decimal, or three digits where it is below one; by powers of ten where it is below a millionth.
pub fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_string(),
        size if size < 1e-6 => format!("{value:.2e}"),
        size if size < 1.0 => format!("{value:.*}", (2.0 - size.log10().floor()) as usize),
        _ => format!("{value:.1}"),
    }
}

/// From so many times the change on, parts cancel rather than account for it.
const CANCELS: f64 = 4.0;

/// What parts make of a change, in words and in their order: of the rise or the fall those that go with it in per cent,
/// which with those against it add up to 100; then those against it, by how much; then those that make next to nothing of
/// it. Of a change that chance alone may be, and of one that is little beside its parts, a per cent says nothing, and the
/// parts are said by themselves, as `amount` writes them.
pub fn accounts(
    parts: &[(&str, f64)],
    total: f64,
    is_beyond_chance: bool,
    of: &str,
    amount: impl Fn(f64) -> String,
) -> String {
    let size: f64 = parts.iter().map(|(_, part)| part.abs()).sum();
    if !is_beyond_chance || total.abs() * CANCELS <= size {
        let moves = parts.iter().filter(|(_, part)| part.abs() > 1e-6 * size);
        let verb = |name: &str, part: f64| match (part > 0.0, name == "rates") {
            (true, false) => "adds",
            (true, true) => "add",
            (false, false) => "takes away",
            (false, true) => "take away",
        };
        let moves: Vec<String> =
            moves.map(|(name, part)| format!("{name} {} {}", verb(name, *part), amount(part.abs()))).collect();
        return match moves.is_empty() {
            true => format!("nothing moves {of}"),
            false if total == 0.0 => format!("what moves {of} cancels: {}", listed(&moves)),
            false if total.abs() * CANCELS <= size => format!("what moves {of} nearly cancels: {}", listed(&moves)),
            false => format!("of {of}, {}", listed(&moves)),
        };
    }
    let direction = if total > 0.0 { "rise" } else { "fall" };
    let (mut with, mut against, mut nothing) = (Vec::new(), Vec::new(), Vec::new());
    let percents = percents(&parts.iter().map(|(_, part)| part / total).collect::<Vec<f64>>());
    for ((name, part), percent) in parts.iter().zip(percents) {
        let name = if *name == "unexplained" { "the unexplained" } else { name };
        let verb = if name == "rates" { "account" } else { "accounts" };
        match percent {
            0.0 => nothing.push(name.to_string()),
            below if below < 0.0 => against.push(format!("{name} by {}", amount(part.abs()))),
            _ if with.is_empty() => with.push(format!("{name} {verb} for {percent:.0}% of the {direction} in {of}")),
            _ => with.push(format!("{name} for {percent:.0}%")),
        }
    }
    let mut said = match with.is_empty() {
        true => vec![format!("nothing accounts for the {direction} in {of}")],
        false => vec![listed(&with)],
    };
    said.extend((!against.is_empty()).then(|| format!("against it, {}", listed(&against))));
    said.extend((!nothing.is_empty()).then(|| format!("next to nothing of it goes with {}", listed(&nothing))));
    said.join("; ")
}

/// Parts of one as whole per cents that add up to 100: what is missing goes to those with the largest remainders.
fn percents(parts: &[f64]) -> Vec<f64> {
    let mut whole: Vec<f64> = parts.iter().map(|part| (100.0 * part).floor()).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|&a, &b| (100.0 * parts[b] - whole[b]).total_cmp(&(100.0 * parts[a] - whole[a])));
    let missing = (100.0 * parts.iter().sum::<f64>() - whole.iter().sum::<f64>()).round();
    order.into_iter().take(missing.max(0.0) as usize).for_each(|at| whole[at] += 1.0);
    whole
}

/// "a", "a and b", "a, b and c".
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Every line of a text in lines that fit.
pub fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            // A name that is longer than a line goes on in the next.
            for character in word.chars() {
                if line.chars().count() == WIDTH {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(character);
            }
        }
        lines.push(line);
    }
    lines.join("\n")
}
