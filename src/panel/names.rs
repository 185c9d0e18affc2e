//! Which name was meant, and is each of them there once?
//!
//! Knows texts alone, whether they name columns, units or codes.

use std::collections::HashMap;

use crate::error::{DataError, Error, Result};

/// How many names an error suggests.
const SUGGESTIONS: usize = 3;

/// The error for a name that is not among those there are.
pub(crate) fn unknown_column<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Error {
    Error::from(DataError::UnknownColumn { column: name.to_owned(), nearest: nearest_names(name, names) })
}

/// The names that come closest to one, closest first, letter case aside.
pub(crate) fn nearest_names<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let asked = name.to_lowercase();
    let mut ranked: Vec<_> = names.map(|there| (edit_distance(&asked, &there.to_lowercase()), there)).collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    ranked.into_iter().take(SUGGESTIONS).map(|(_, there)| there.to_owned()).collect()
}

/// The error of two columns with the same name, when there are, with their positions from 1.
pub(crate) fn check_distinct<'a>(names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut positions = HashMap::new();
    for (second, name) in (1..).zip(names) {
        if let Some(first) = positions.insert(name, second) {
            return Err(DataError::DuplicateColumn { column: name.to_owned(), first, second }.into());
        }
    }
    Ok(())
}

/// Levenshtein's distance: the least number of characters to insert, delete or replace.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distances() {
        for (a, b, distance) in
            [("", "", 0), ("a", "", 1), ("", "ab", 2), ("kitten", "sitting", 3), ("rate", "rate", 0), ("é", "e", 1)]
        {
            assert_eq!(edit_distance(a, b), distance, "{a} {b}");
        }
    }

    #[test]
    fn nearest_names_ignore_case_and_are_at_most_three() {
        let names = ["region", "cpp_count", "cpp_rate", "CPP_Rates", "year"];
        let Error::Data(DataError::UnknownColumn { column, nearest }) = unknown_column("CPP_RATE", names.into_iter())
        else {
            panic!()
        };
        assert_eq!(column, "CPP_RATE");
        assert_eq!(nearest, ["cpp_rate", "CPP_Rates", "cpp_count"]);
    }

    #[test]
    fn names_twice() {
        assert!(check_distinct(["a", "b"].into_iter()).is_ok());
        let error = check_distinct(["a", "b", "a"].into_iter()).unwrap_err();
        assert!(
            matches!(&error, Error::Data(DataError::DuplicateColumn { column, first: 1, second: 3 }) if column == "a"),
            "{error}"
        );
    }
}
