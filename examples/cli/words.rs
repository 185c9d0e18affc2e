//! Numbers and sentences as the examples print them.

use apportion::Interval;
use apportion::report::Answer;

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

/// What an answer says, in lines that fit.
pub fn said(answer: &(impl Answer + ?Sized)) -> String {
    wrapped(&answer.sentences().join("\n"))
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
