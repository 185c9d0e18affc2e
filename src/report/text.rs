//! How do texts and numbers of any size fit a line?

use std::collections::BTreeSet;

/// Columns of a printed line.
pub(super) const WIDTH: usize = 80;

/// Characters of a printed statistic, enough for five digits, a sign and an exponent.
pub(super) const NUMBER: usize = 9;

/// A text on one line, without control characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The columns that a text takes of a line: two for a wide character, as those of Chinese, Japanese and Korean. A
/// combining mark is given one, so that a line is never longer than was reckoned.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

fn width_of(c: char) -> usize {
    // East Asian wide and fullwidth characters, and pictures (Unicode's EastAsianWidth).
    let is_wide = matches!(c, '\u{1100}'..='\u{115f}' | '\u{231a}'..='\u{231b}' | '\u{23e9}'..='\u{23f3}'
        | '\u{25fd}'..='\u{25fe}' | '\u{2614}'..='\u{2615}' | '\u{2648}'..='\u{2653}' | '\u{267f}'..='\u{27bf}'
        | '\u{2b1b}'..='\u{2b55}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}' | '\u{a960}'..='\u{a97c}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe10}'..='\u{fe19}' | '\u{fe30}'..='\u{fe6b}'
        | '\u{ff01}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{16fe0}'..='\u{1b2fb}' | '\u{1f004}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}');
    1 + usize::from(is_wide)
}

/// A text with spaces after it, `room` columns wide.
pub(super) fn padded(text: &str, room: usize) -> String {
    format!("{text}{:1$}", "", room.saturating_sub(width(text)))
}

/// A text with spaces before it, `room` columns wide.
pub(super) fn flush_right(text: &str, room: usize) -> String {
    format!("{:1$}{text}", "", room.saturating_sub(width(text)))
}

/// A text on one line of at most `room` columns, ending in "…" when it was longer.
pub(super) fn cut(text: &str, room: usize) -> String {
    let text = printable(text);
    if width(&text) <= room {
        return text;
    }
    let mut used = width("…");
    let fits = |c: &char| {
        used += width_of(*c);
        used <= room
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    kept.push('…');
    kept
}

/// Names in running text, each cut to `room` columns where they are still told apart by that.
pub(super) fn cut_apart(names: &[String], room: usize) -> Vec<String> {
    let cut: Vec<String> = names.iter().map(|name| cut(name, room)).collect();
    let distinct: BTreeSet<&String> = cut.iter().collect();
    if distinct.len() == names.len() { cut } else { names.iter().map(|name| printable(name)).collect() }
}

/// Names over columns, each in at most `room`, and lines that have in full those that are cut. These carry the number
/// of their place, so that they are told apart and found below.
pub(super) fn headings(names: &[&str], room: usize) -> (Vec<String>, Vec<String>) {
    let (mut heads, mut below) = (Vec::with_capacity(names.len()), Vec::new());
    for (at, name) in names.iter().enumerate() {
        let name = printable(name);
        if width(&name) <= room {
            heads.push(name);
            continue;
        }
        let numbered = format!("({}) {name}", at + 1);
        heads.push(cut(&numbered, room));
        below.extend(wrapped(&numbered));
    }
    (heads, below)
}

/// A name for the room before a row's cells, and the lines above the row that have it in full where the room is too
/// small.
pub(super) fn beside(name: &str, room: usize) -> (Vec<String>, String) {
    beside_at("", name, room)
}

/// [`beside`] with an indent.
pub(super) fn beside_at(indent: &str, name: &str, room: usize) -> (Vec<String>, String) {
    // As wrapped texts are: one space between words.
    let mut lines = wrapped_at(indent, name);
    match lines.as_mut_slice() {
        [line] if width(line) <= room => (Vec::new(), padded(line, room)),
        _ => (lines, padded("", room)),
    }
}

/// A text in lines of at most [`WIDTH`] characters, broken at spaces where there are any; later lines are indented.
pub(super) fn wrapped(text: &str) -> Vec<String> {
    wrapped_at("", text)
}

/// [`wrapped`] with an indent before every line; later lines are indented two further.
pub(super) fn wrapped_at(indent: &str, text: &str) -> Vec<String> {
    lines_of(text, WIDTH, indent, &format!("{indent}  "))
}

/// A text in lines of at most `room` columns, broken at spaces where there are any; the first line and the later ones each
/// after an indent of their own.
pub(super) fn lines_of(text: &str, room: usize, first: &str, next: &str) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), first.to_string());
    for word in printable(text).split_whitespace() {
        if width(&line) + 1 + width(word) > room && !line.trim().is_empty() {
            lines.push(std::mem::replace(&mut line, next.to_string()));
        } else if !line.trim().is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            // A character that is wider than the room has a line of its own.
            if width(&line) + width_of(c) > room && !line.is_empty() {
                lines.push(std::mem::replace(&mut line, next.to_string()));
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
        assert_eq!([cut("東京都", 6), cut("東京都", 5), cut("東京都", 4)], ["東京都", "東京…", "東…"]);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!([width("東京"), width("é"), width("😀"), width("→█├…²")], [4, 1, 2, 5]);
        assert_eq!((padded("東京", 6), flush_right("東京", 6)), ("東京  ".to_string(), "  東京".to_string()));
        let lines = wrapped(&"都".repeat(100));
        assert!(lines.iter().all(|line| width(line) <= WIDTH), "{lines:?}");
        assert_eq!(lines.concat().matches('都').count(), 100);
    }

    #[test]
    fn names_that_are_cut_are_told_apart() {
        let names = ["short", "a name that is long, 1", "a name that is long, 2"];
        let (heads, below) = headings(&names, 12);
        assert_eq!(heads, ["short", "(2) a name …", "(3) a name …"]);
        assert_eq!(below, ["(2) a name that is long, 1", "(3) a name that is long, 2"]);
        let names = names.map(str::to_string);
        assert_eq!(cut_apart(&names, 12), names);
        assert_eq!(cut_apart(&names[..2], 12), ["short", "a name that…"]);
        assert_eq!(beside("a  b", 6), (Vec::new(), "a b   ".to_string()));
        assert_eq!(beside_at("  ", "a b c", 6), (vec!["  a b c".to_string()], "      ".to_string()));
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
