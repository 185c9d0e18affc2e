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

/// A number with one decimal, or three digits where it is below ten; by powers of ten where it is below a millionth.
pub fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_string(),
        size if size < 1e-6 => format!("{value:.2e}"),
        size => format!("{value:.*}", (2.0 - size.log10().floor()).max(1.0) as usize),
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
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join("\n")
}
