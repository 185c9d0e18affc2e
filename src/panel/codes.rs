//! Which texts of a column stand for one unit, and which may?
//!
//! Knows the distinct texts of one column. What cannot be seen, and the `.0` that spreadsheets add to a code, tell no two
//! units apart; leading zeros and the case of letters may.

use std::borrow::Cow;
use std::collections::HashMap;

use super::history::Spellings;
use super::period::is_note_mark;
use super::spelling::canonical;

/// For each of the distinct texts of a unit column the unit that it stands for, and what is to be said of spellings.
pub(crate) fn united(column: &str, texts: &[Cow<'_, str>]) -> (Vec<String>, Vec<Spellings>) {
    // Where some codes have decimals, 1.0 stands between them, and is not the 1 of a spreadsheet.
    let has_decimals = texts.iter().any(|text| decimals(text).is_some_and(|(_, rest)| rest.bytes().any(|b| b != b'0')));
    let unit = |text: &Cow<'_, str>| if has_decimals { canonical(text).into_owned() } else { code_form(text) };
    let (mut units, mut spellings) = one_for_each(column, texts, unit);
    spellings.extend(perhaps_one(column, &units));
    units.shrink_to_fit();
    (units, spellings)
}

/// The texts kept apart that may be one.
fn perhaps_one(column: &str, texts: &[String]) -> Vec<Spellings> {
    let alike = groups(texts, |text| loose(text)).into_iter().filter(|group| group.len() > 1).filter_map(|group| {
        let mut alike: Vec<String> = group.iter().map(|&at| texts[at].clone()).collect();
        alike.sort_unstable();
        alike.dedup();
        (alike.len() > 1).then(|| Spellings { column: column.to_owned(), read_as: None, spellings: alike })
    });
    alike.collect()
}

/// What all spellings of one code have in common.
pub(crate) fn code_form(text: &str) -> String {
    match decimals(text) {
        Some((whole, rest)) if rest.bytes().all(|b| b == b'0') => whole.to_owned(),
        _ => canonical(text).into_owned(),
    }
}

/// For each of the distinct texts of a column that is no key the text that stands for it: spellings of one text are one
/// level of a factor; and what is to be said of spellings.
pub(crate) fn levels(column: &str, texts: &[Cow<'_, str>]) -> (Vec<String>, Vec<Spellings>) {
    let (levels, mut spellings) = one_for_each(column, texts, |text| canonical(text).into_owned());
    spellings.extend(perhaps_one(column, &levels));
    (levels, spellings)
}

/// For each text the one that stands for all with the same form: the text itself where it is the only one and not
/// rewritten, otherwise the form.
fn one_for_each(
    column: &str,
    texts: &[Cow<'_, str>],
    form: impl Fn(&Cow<'_, str>) -> String,
) -> (Vec<String>, Vec<Spellings>) {
    let mut one: Vec<String> = texts.iter().map(|text| text.clone().into_owned()).collect();
    let mut spellings = Vec::new();
    for group in groups(texts, &form) {
        let form = form(&texts[group[0]]);
        // A text with a space in it that does not break is kept as it is, as long as it is the only spelling.
        if group.len() == 1 && (form == one[group[0]] || canonical(&one[group[0]]) == form) {
            continue;
        }
        let mut found: Vec<String> = group.iter().map(|&at| std::mem::replace(&mut one[at], form.clone())).collect();
        found.sort_unstable();
        found.dedup();
        // UTF-8 and Windows-1252 beside one another give the same text from different bytes.
        if found != [form.as_str()] {
            spellings.push(Spellings { column: column.to_owned(), read_as: Some(form), spellings: found });
        }
    }
    (one, spellings)
}

/// The positions of texts with the same form, in order of first appearance.
fn groups<T>(texts: &[T], form: impl Fn(&T) -> String) -> Vec<Vec<usize>> {
    let mut known: HashMap<String, usize> = HashMap::with_capacity(texts.len());
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let group = *known.entry(form(text)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(at);
    }
    groups
}

/// The two sides of the point in a text of digits, where there is one.
fn decimals(text: &str) -> Option<(&str, &str)> {
    let (whole, rest) = text.split_once('.')?;
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (is_digits(whole) && is_digits(rest)).then_some((whole, rest))
}

/// What two units have in common that may be one: letters whatever their case, digits without leading zeros, nothing that
/// refers to a note.
fn loose(unit: &str) -> String {
    let text = canonical(unit).trim_end_matches(is_note_mark).trim_end().to_lowercase();
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    if is_number { text.trim_start_matches('0').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> (Vec<String>, Vec<String>) {
        let texts: Vec<Cow<'_, str>> = texts.iter().map(|text| Cow::Borrowed(*text)).collect();
        let (units, spellings) = united("la", &texts);
        (units, spellings.iter().map(|s| format!("{s}{}", if s.read_as.is_some() { "" } else { "?" })).collect())
    }

    #[test]
    fn a_point_and_zeros_are_those_of_a_spreadsheet() {
        assert_eq!(of(&["202", "202.0", "203.0"]).0, ["202", "202", "203"]);
        assert_eq!(of(&["202", "202.0"]).1, ["la \"202\" and \"202.0\""]);
        // Sections 1.0 and 1.1 are two, and 1 is a third.
        assert_eq!(of(&["1", "1.0", "1.1"]), (vec!["1".to_owned(), "1.0".to_owned(), "1.1".to_owned()], vec![]));
    }

    #[test]
    fn what_may_be_one_is_kept_apart_and_said() {
        let (units, said) = of(&["01", "1", "E09", "e09", "2", "Kent", "Kent ¹"]);
        assert_eq!(units, ["01", "1", "E09", "e09", "2", "Kent", "Kent ¹"]);
        assert_eq!(said, ["la \"01\" and \"1\"?", "la \"E09\" and \"e09\"?", "la \"Kent\" and \"Kent ¹\"?"]);
    }

    #[test]
    fn one_spelling_is_kept_as_it_is() {
        assert_eq!(of(&["A\u{a0}B", "C"]), (vec!["A\u{a0}B".to_owned(), "C".to_owned()], vec![]));
        assert_eq!(of(&["A\u{a0}B", "A B"]).0, ["A B", "A B"]);
    }
}
