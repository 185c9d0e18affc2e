//! Which texts are one name, however they are written?
//!
//! Files are put together by programs that disagree on spaces, accents and dashes, and none of that can be seen in a
//! message. Knows texts alone, and nothing of columns.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// The text without spaces of any kind around it.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// What all spellings of one name have in common: composed accents, one plain space for each run of spaces of any kind,
/// plain dashes and quotation marks, letters and digits of ordinary width, nothing that cannot be seen.
pub(crate) fn canonical(text: &str) -> Cow<'_, str> {
    let text = trimmed(text);
    let is_plain = |pair: &[u8]| pair[0].is_ascii_graphic() || (pair[0] == b' ' && pair[1] != b' ');
    let bytes = text.as_bytes();
    if bytes.windows(2).all(is_plain) && bytes.last().is_none_or(u8::is_ascii_graphic) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().filter(|&c| !is_invisible(c)).map(plain_character) {
        if c != ' ' || !plain.ends_with(' ') {
            plain.push(c);
        }
    }
    Cow::Owned(plain.nfc().collect())
}

/// Whether two texts are spellings of one name.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one == other || canonical(one) == canonical(other)
}

/// The position of a name among others: as it stands, or else the only one that is another spelling of it.
pub(crate) fn position<'a>(names: impl Iterator<Item = &'a str> + Clone, wanted: &str) -> Option<usize> {
    if let Some(found) = names.clone().position(|name| name == wanted) {
        return Some(found);
    }
    let wanted = canonical(wanted);
    let mut found = names.enumerate().filter(|(_, name)| canonical(name) == wanted).map(|(at, _)| at);
    // Of two that differ only so, nobody can say which is meant.
    found.next().filter(|_| found.next().is_none())
}

/// Spaces of no width, byte-order marks inside a file, soft hyphens, marks of direction.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn plain_character(c: char) -> char {
    match c {
        c if c.is_whitespace() => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201f}' | '\u{2033}' => '"',
        // The signs of ASCII as wide as a Chinese character, in the same order.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).map_or(c, plain_character),
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name() {
        for (one, other) in [
            ("Spend (£)", "Spend\u{a0}(£)\u{a0}"),
            ("Ynys Môn", "Ynys Mo\u{302}n"),
            ("a b", "\u{feff}a \t\u{2009}b\u{200b}"),
            ("2017-18", "2017–18"),
            ("2018", "２０１８"),
            ("King's Lynn", "King’s Lynn"),
            ("two lines", "two\nlines"),
            ("", "\u{3000}"),
        ] {
            assert!(is_same(one, other) && is_same(other, one), "{one:?} {other:?}");
        }
        for (one, other) in [("a", "A"), ("01", "1"), ("rate", "rate¹"), ("CO2", "CO²"), ("a b", "ab")] {
            assert!(!is_same(one, other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_plain_text_is_itself() {
        for text in ["", "a", "a b", "Spend per child (GBP)"] {
            assert!(matches!(canonical(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn a_name_is_found_as_it_stands_or_by_its_only_other_spelling() {
        let names = ["a b", "a\u{a0}b", "c\u{a0}d"];
        assert_eq!(position(names.into_iter(), "a\u{a0}b"), Some(1));
        assert_eq!(position(names.into_iter(), "c d"), Some(2));
        assert_eq!(position(names.into_iter(), "a\u{2009}b"), None);
    }

    proptest::proptest! {
        #[test]
        fn the_common_form_is_its_own(text in ".{0,20}") {
            let once = canonical(&text).into_owned();
            proptest::prop_assert_eq!(canonical(&once).into_owned(), once);
        }
    }
}
