//! How do texts and numbers of any size fit a line?

/// Characters of a printed line.
pub(super) const WIDTH: usize = 80;

/// Characters of a printed statistic, enough for five digits, a sign and an exponent.
pub(super) const NUMBER: usize = 9;

/// A text on one line, without control characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A text on one line of at most `width` characters, ending in "…" when it was longer.
pub(super) fn cut(text: &str, width: usize) -> String {
    let text = printable(text);
    if text.chars().count() <= width {
        return text;
    }
    let mut kept: String = text.chars().take(width.saturating_sub(1)).collect();
    kept.push('…');
    kept
}

/// A text in lines of at most [`WIDTH`] characters, broken at spaces where there are any; later lines are indented.
pub(super) fn wrapped(text: &str) -> Vec<String> {
    wrapped_at("", text)
}

/// [`wrapped`] with an indent before every line; later lines are indented two further.
pub(super) fn wrapped_at(indent: &str, text: &str) -> Vec<String> {
    let next = format!("{indent}  ");
    let (mut lines, mut line) = (Vec::new(), indent.to_string());
    for word in printable(text).split_whitespace() {
        let used = line.chars().count();
        if used + 1 + word.chars().count() > WIDTH && !line.trim().is_empty() {
            lines.push(std::mem::replace(&mut line, next.clone()));
        } else if !line.trim().is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if line.chars().count() == WIDTH {
                lines.push(std::mem::replace(&mut line, next.clone()));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

/// A number of things: "1 row", "2 rows".
pub(super) fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// A fraction in per cent with one decimal, without the sign; never more than eight characters.
pub(super) fn percent(fraction: f64) -> String {
    let value = 100.0 * fraction;
    match value.abs() {
        near_zero if near_zero < 0.05 => "0.0".to_string(),
        size if size < 99_999.95 => format!("{value:.1}"),
        _ => format!("{value:.1e}"),
    }
}

/// The level of an interval in per cent, without digits that are rounding.
pub(super) fn level(level: f64) -> String {
    format!("{}%", (level * 1e8).round() / 1e6)
}

/// A statistic in at most [`NUMBER`] characters: whole numbers in full up to eight digits, others with four significant
/// digits.
pub(super) fn short(value: Option<f64>) -> String {
    let Some(value) = value else { return "–".to_owned() };
    let magnitude = value.abs();
    if value == 0.0 {
        return "0".to_owned(); // and not "-0"
    }
    if value.fract() == 0.0 && magnitude < 1e8 {
        return format!("{value}");
    }
    if (1e-3..1e7).contains(&magnitude) {
        let decimals = (3.0 - magnitude.log10().floor()).clamp(0.0, 6.0) as usize;
        return format!("{value:.decimals$}");
    }
    let exponent = format!("{value:.2e}");
    if exponent.len() <= NUMBER { exponent } else { format!("{value:.1e}") }
}

/// A row of a Markdown table, of cells that are escaped already.
pub(super) fn markdown_row(name: &str, cells: Vec<String>) -> String {
    let cells: String = cells.iter().map(|cell| format!(" {cell} |")).collect();
    format!("| {name} |{cells}")
}

/// A text for Markdown: characters that it would read as its own are escaped, a line break becomes `<br>`.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\n' | '\r' => escaped.push_str("<br>"),
            '\\' | '`' | '*' | '_' | '|' | '<' | '>' | '&' | '[' | ']' | '~' | '$' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A cell of CSV, in quotes where it needs them (RFC 4180).
pub(super) fn quoted(text: &str) -> String {
    // Some readers take away space at the ends of what is not quoted.
    if text.contains([',', '"', '\n', '\r']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(cut("practice", 8), "practice");
        assert_eq!(cut("practices", 8), "practic…");
        assert_eq!(cut("a\nb\tc", 8), "a b c");
        assert_eq!(cut("éééé", 3), "éé…");
    }

    #[test]
    fn lines_break_at_spaces_and_words_only_when_they_must() {
        assert_eq!(wrapped("a  b\nc"), ["a b c"]);
        let lines = wrapped(&"word ".repeat(40));
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH && !line.ends_with(' ')), "{lines:?}");
        assert_eq!(lines.concat().matches("word").count(), 40);
        assert!(lines[1].starts_with("  word"));
        let lines = wrapped(&format!("warning: {}", "é".repeat(200)));
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
        assert_eq!(lines.concat().matches('é').count(), 200);
    }

    #[test]
    fn every_line_is_indented() {
        let lines = wrapped_at("  ", &format!("{}{}", "word ".repeat(20), "é".repeat(200)));
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
        assert!(lines[0].starts_with("  word") && lines[1].starts_with("    word"), "{lines:?}");
        assert!(lines[2].starts_with("    é") && lines[3].starts_with("    é"), "{lines:?}");
    }

    #[test]
    fn numbers_keep_to_eight_characters() {
        assert_eq!(percent(0.152), "15.2");
        assert_eq!(percent(-1e-17), "0.0");
        assert_eq!(percent(-0.0007), "-0.1");
        for value in [f64::MIN, f64::MAX, f64::MIN_POSITIVE, f64::NAN, f64::NEG_INFINITY, -999.999_49, -999.999_6] {
            assert!(percent(value).len() <= 8, "{}", percent(value));
        }
    }

    #[test]
    fn levels_are_short() {
        assert_eq!([0.95, 0.999, 0.8].map(level), ["95%", "99.9%", "80%"]);
    }

    #[test]
    fn statistics_in_nine_characters() {
        for (value, text) in [
            (0.0, "0"),
            (43.0, "43"),
            (43.123_456, "43.12"),
            (-0.001_234_5, "-0.001234"),
            (34_438_756.0, "34438756"),
            (34_438_756.5, "3.44e7"),
            (999_999.96, "1000000"),
            (1e300, "1.00e300"),
            (-1.5e-300, "-1.5e-300"),
        ] {
            assert_eq!(short(Some(value)), text);
        }
        assert_eq!(short(None), "–");
    }

    proptest::proptest! {
        #[test]
        fn any_statistic_fits(value in proptest::num::f64::ANY) {
            proptest::prop_assume!(value.is_finite());
            proptest::prop_assert!(short(Some(value)).len() <= NUMBER, "{}", short(Some(value)));
        }
    }
}
