//! How much room does a text take, and how does it fit the room there is?

use std::collections::HashMap;

use super::widths::{BOLD, REGULAR, Run};

/// Fonts differ from the one that the table is of: so much more room is kept.
const SAFETY: f64 = 1.06;
/// Of letters that the table has not, such as Hebrew, Arabic or Devanagari: most are narrower.
const UNKNOWN: f64 = 0.72;
/// Of a wide character, as those of Chinese, Japanese and Korean, and pictures.
const WIDE: f64 = 1.03;

/// What a text takes of a line, in pixels.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    text.chars().map(|c| of_character(c, bold)).sum::<f64>() * size * SAFETY
}

fn of_character(c: char, bold: bool) -> f64 {
    let table: &[Run] = if bold { &BOLD } else { &REGULAR };
    let code = u32::from(c);
    let found = table.iter().find_map(|run| run.widths.get(code.checked_sub(run.first)? as usize));
    match (found, c) {
        (Some(&width), _) => f64::from(width) / 200.0,
        // Combining marks, and what joins or parts letters without being seen.
        (None, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}') => {
            0.0
        }
        (
            None,
            '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}',
        ) => WIDE,
        (
            None,
            '\u{fe30}'..='\u{fe6b}' | '\u{ff01}'..='\u{ff60}' | '\u{1b000}'..='\u{3fffd}' | '\u{2190}'..='\u{2bff}',
        ) => WIDE,
        _ => UNKNOWN,
    }
}

/// A text without what a line cannot hold, or XML not at all.
pub(super) fn plain(text: &str) -> String {
    let kept = text
        .chars()
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
    kept.map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// A text in one line of so many pixels, ending in "…" where it was longer.
pub(super) fn cut(text: &str, room: f64, size: f64, bold: bool) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let mut used = width("…", size, bold);
    let fits = |c: &char| {
        used += of_character(*c, bold) * size * SAFETY;
        used <= room
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}…", kept.trim_end())
}

/// Names, each in one line of so many pixels; those that would be alike once their ends are cut have "…" in the middle.
pub(super) fn cut_apart(names: &[String], room: f64, size: f64) -> Vec<String> {
    let short: Vec<String> = names.iter().map(|name| cut(name, room, size, false)).collect();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    short.iter().for_each(|name| *seen.entry(name).or_default() += 1);
    let is_alone = |at: usize| seen.get(short[at].as_str()) == Some(&1) || short[at] == names[at];
    (0..names.len())
        .map(|at| if is_alone(at) { short[at].clone() } else { without_middle(&names[at], room, size) })
        .collect()
}

/// A text in one line of so many pixels, of which the beginning and the end are kept.
fn without_middle(text: &str, room: f64, size: f64) -> String {
    let letters: Vec<char> = text.chars().collect();
    let half = (room - width("…", size, false)) / 2.0;
    let kept = |letters: &mut dyn Iterator<Item = &char>| {
        let mut used = 0.0;
        let fits = |c: &&char| {
            used += of_character(**c, false) * size * SAFETY;
            used <= half
        };
        letters.take_while(fits).count()
    };
    let (before, after) = (kept(&mut letters.iter()), kept(&mut letters.iter().rev()));
    let head: String = letters[..before].iter().collect();
    let tail: String = letters[letters.len() - after..].iter().collect();
    format!("{}…{}", head.trim_end(), tail.trim_start())
}

/// A text in lines of so many pixels, at most so many of them; the last is cut where it is longer still. Lines end at
/// spaces, after hyphens, slashes and underscores, and within a word only where it is longer than a line.
pub(super) fn wrap(text: &str, room: f64, size: f64, bold: bool, most: usize) -> Vec<String> {
    let text = plain(text);
    let pieces: Vec<&str> = text.split_inclusive([' ', '-', '/', '_', ',', ':']).collect();
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        let longer = format!("{line}{piece}");
        if width(longer.trim_end(), size, bold) <= room {
            line = longer;
            continue;
        }
        if lines.len() + 1 >= most {
            // No line is left: all that remains goes into this one, as far as it fits.
            line.push_str(&pieces[at..].concat());
            break;
        }
        if !line.trim().is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        line = (*piece).to_owned();
        while width(line.trim_end(), size, bold) > room && lines.len() + 1 < most {
            let (head, tail) = broken(&line, room, size, bold);
            lines.push(head);
            line = tail;
        }
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(cut(line.trim_end(), room, size, bold));
    }
    lines
}

/// A word that is longer than a line, where the line ends.
fn broken(word: &str, room: f64, size: f64, bold: bool) -> (String, String) {
    let mut used = 0.0;
    let fits = |c: &char| {
        used += of_character(*c, bold) * size * SAFETY;
        used <= room
    };
    // One character at least, however narrow the line.
    let n = word.chars().take_while(fits).count().max(1);
    (word.chars().take(n).collect(), word.chars().skip(n).collect())
}

#[cfg(test)]
mod tests {
    use super::{cut, cut_apart, plain, width, wrap};

    #[test]
    fn letters_have_the_widths_of_a_usual_sans_serif() {
        // Arial: n 0.556, i 0.222, W 0.944 of the size, and six per cent.
        assert!((width("niW", 100.0, false) - 1.06 * (55.5 + 22.0 + 94.5)).abs() < 1.0);
        assert!(width("nnn", 10.0, true) > width("nnn", 10.0, false));
        assert_eq!(width("東京", 10.0, false), 2.0 * 10.3 * 1.06);
        assert!((width("e\u{301}", 10.0, false) - width("e", 10.0, false)).abs() < 1e-12);
    }

    #[test]
    fn names_that_differ_at_their_ends_stay_apart() {
        let names = ["Bournemouth and Poole 1", "Bournemouth and Poole 2", "Ely"].map(str::to_owned);
        let short = cut_apart(&names, 90.0, 12.0);
        assert_eq!(short, ["Bourn…oole 1", "Bourn…oole 2", "Ely"]);
        assert!(short.iter().all(|name| width(name, 12.0, false) <= 90.0));
    }

    #[test]
    fn texts_fit_their_room() {
        assert_eq!(cut("deprivation", 500.0, 12.0, false), "deprivation");
        assert_eq!(cut("deprivation", 40.0, 12.0, false), "depr…");
        let long =
            "spend_core_per_child_in_need_of_protection and what else Rhabarberbarbarabarbarbarenbartbarbier buys";
        for (room, most) in [(60.0, 2), (60.0, 9), (120.0, 3), (5.0, 4)] {
            let lines = wrap(long, room, 12.0, false, most);
            assert!(lines.len() <= most);
            assert!(
                lines.iter().all(|line| line == "…" || line.chars().count() == 1 || width(line, 12.0, false) <= room),
                "{lines:?}"
            );
        }
        assert_eq!(wrap("", 50.0, 12.0, false, 2), [""]);
        assert_eq!(plain("a\u{0}b\tc\u{ffff}\n"), "a b c");
    }
}
