//! Which cells of a published table stand for "no value", and what does each of them say?
//!
//! Knows nothing of columns: whether a bare letter is a mark depends on the column, so the caller chooses.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a value is missing, as the mark in the table says. Nothing is imputed for any of them.
///
/// Marks are compared after trimming. Letters are case-sensitive, except in `NA`, `N/A` and `NaN`. In a column of text
/// the bare letters `c x z u k low` are values, not marks, since a factor may have levels x, y and z.
///
/// ```
/// use apportion::panel::Missing;
/// assert_eq!(Missing::Suppressed.to_string(), "suppressed or not available (x)");
/// assert_eq!(Missing::Suppressed.mark(), "x");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Missing {
    /// An empty cell.
    Empty,
    /// `NaN`, and a NaN given in memory.
    NotANumber,
    /// `NA` or `N/A`.
    NotAvailable,
    /// `x` or `[x]`: not available; suppressed in releases before 2018.
    Suppressed,
    /// `c` or `[c]`: suppressed to keep the few it counts confidential.
    Confidential,
    /// `z` or `[z]`: not applicable.
    NotApplicable,
    /// `u` or `[u]`: too unreliable to publish.
    Unreliable,
    /// `k`, `low`, `[k]` or `[low]`: above zero, and rounds to it.
    RoundsToZero,
    /// `:`, whose meaning differs between publishers.
    Colon,
    /// `..`, whose meaning differs between publishers.
    Dots,
    /// `-`, whose meaning differs between publishers.
    Dash,
    /// `~`, whose meaning differs between publishers.
    Tilde,
    /// `[absent]`: the source has no row for this unit and period.
    Absent,
    /// `[reorganised]`: the areas were merged or split, and the value is not defined on the areas they became.
    Reorganised,
    /// `[undefined]`: the formula has no value here, as the logarithm of zero has none.
    Undefined,
}

impl Missing {
    pub(super) const ALL: [Missing; 15] = [
        Missing::Empty,
        Missing::NotANumber,
        Missing::NotAvailable,
        Missing::Suppressed,
        Missing::Confidential,
        Missing::NotApplicable,
        Missing::Unreliable,
        Missing::RoundsToZero,
        Missing::Colon,
        Missing::Dots,
        Missing::Dash,
        Missing::Tilde,
        Missing::Absent,
        Missing::Reorganised,
        Missing::Undefined,
    ];

    /// The mark as tables print it, in its shortest form; the empty text for an empty cell.
    pub fn mark(&self) -> &'static str {
        match self {
            Missing::Empty => "",
            Missing::NotANumber => "NaN",
            Missing::NotAvailable => "NA",
            Missing::Suppressed => "x",
            Missing::Confidential => "c",
            Missing::NotApplicable => "z",
            Missing::Unreliable => "u",
            Missing::RoundsToZero => "k",
            Missing::Colon => ":",
            Missing::Dots => "..",
            Missing::Dash => "-",
            Missing::Tilde => "~",
            Missing::Absent => "[absent]",
            Missing::Reorganised => "[reorganised]",
            Missing::Undefined => "[undefined]",
        }
    }

    /// The mark in a form that reads back in columns of text and of numbers alike.
    pub(crate) fn mark_in_any_column(&self) -> Cow<'static, str> {
        match self.mark() {
            letter if Missing::of_text(letter) == Some(*self) => Cow::Borrowed(letter),
            letter => Cow::Owned(format!("[{letter}]")),
        }
    }

    /// The mark that a trimmed text of a column of text is; `None` for a value.
    pub(crate) fn of_text(text: &str) -> Option<Missing> {
        Missing::in_text(text.as_bytes())
    }

    /// Reads a trimmed cell of a column of numbers; `None` where it is no mark.
    pub(super) fn in_numbers(cell: &[u8]) -> Option<Missing> {
        match cell {
            b"x" => Some(Missing::Suppressed),
            b"c" => Some(Missing::Confidential),
            b"z" => Some(Missing::NotApplicable),
            b"u" => Some(Missing::Unreliable),
            b"k" | b"low" => Some(Missing::RoundsToZero),
            _ => Missing::in_text(cell),
        }
    }

    /// Reads a trimmed cell of a column of text; `None` where it is no mark.
    pub(crate) fn in_text(cell: &[u8]) -> Option<Missing> {
        match cell {
            b"" => Some(Missing::Empty),
            b"[x]" => Some(Missing::Suppressed),
            b"[c]" => Some(Missing::Confidential),
            b"[z]" => Some(Missing::NotApplicable),
            b"[u]" => Some(Missing::Unreliable),
            b"[k]" | b"[low]" => Some(Missing::RoundsToZero),
            b":" => Some(Missing::Colon),
            b".." => Some(Missing::Dots),
            b"-" => Some(Missing::Dash),
            b"~" => Some(Missing::Tilde),
            // Marks of this crate's own: in brackets, so that they read back in columns of text too.
            b"[absent]" => Some(Missing::Absent),
            b"[reorganised]" => Some(Missing::Reorganised),
            b"[undefined]" => Some(Missing::Undefined),
            _ if cell.eq_ignore_ascii_case(b"NA") || cell.eq_ignore_ascii_case(b"N/A") => Some(Missing::NotAvailable),
            _ if cell.eq_ignore_ascii_case(b"NaN") => Some(Missing::NotANumber),
            _ => None,
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = match self {
            Missing::Empty => return f.write_str("empty"),
            Missing::NotANumber => "not a number",
            Missing::NotAvailable => "not available",
            Missing::Suppressed => "suppressed or not available",
            Missing::Confidential => "suppressed",
            Missing::NotApplicable => "not applicable",
            Missing::Unreliable => "unreliable",
            Missing::RoundsToZero => "rounds to zero",
            Missing::Absent => return f.write_str("no row in the source"),
            Missing::Reorganised => return f.write_str("not defined on the reorganised areas"),
            Missing::Undefined => return f.write_str("the formula has no value"),
            Missing::Colon | Missing::Dots | Missing::Dash | Missing::Tilde => "marked missing",
        };
        write!(f, "{meaning} ({})", self.mark())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_reads_back() {
        for missing in Missing::ALL {
            assert_eq!(Missing::in_numbers(missing.mark().as_bytes()), Some(missing));
            let anywhere = missing.mark_in_any_column();
            assert_eq!(Missing::in_numbers(anywhere.as_bytes()), Some(missing));
            assert_eq!(Missing::in_text(anywhere.as_bytes()), Some(missing));
        }
    }

    #[test]
    fn letters_are_values_in_text() {
        for letter in ["c", "x", "z", "u", "k", "low"] {
            assert!(Missing::in_numbers(letter.as_bytes()).is_some(), "{letter}");
            assert_eq!(Missing::in_text(letter.as_bytes()), None, "{letter}");
            let bracketed = format!("[{letter}]");
            assert_eq!(Missing::in_text(bracketed.as_bytes()), Missing::in_numbers(letter.as_bytes()), "{letter}");
        }
        for mark in ["", "NA", "N/A", "NaN", ":", "..", "-", "~"] {
            assert!(Missing::in_text(mark.as_bytes()).is_some(), "{mark}");
        }
    }

    #[test]
    fn letters_are_case_sensitive_except_na_and_nan() {
        for cell in ["X", "C", "Z", "U", "K", "LOW", "Low", "[X]", "[LOW]", ".", "...", "--", "[]", "[y]", "n.a."] {
            assert_eq!(Missing::in_numbers(cell.as_bytes()), None, "{cell}");
        }
        for cell in ["na", "Na", "NA", "n/a", "N/A"] {
            assert_eq!(Missing::in_text(cell.as_bytes()), Some(Missing::NotAvailable), "{cell}");
        }
        for cell in ["nan", "NaN", "NAN"] {
            assert_eq!(Missing::in_text(cell.as_bytes()), Some(Missing::NotANumber), "{cell}");
        }
    }

    #[test]
    fn display_names_the_mark() {
        assert_eq!(Missing::Empty.to_string(), "empty");
        assert_eq!(Missing::Confidential.to_string(), "suppressed (c)");
        assert_eq!(Missing::Dots.to_string(), "marked missing (..)");
    }

    #[test]
    fn json_round_trip() {
        for missing in Missing::ALL {
            let text = serde_json::to_string(&missing).unwrap();
            assert_eq!(serde_json::from_str::<Missing>(&text).unwrap(), missing);
        }
        assert_eq!(serde_json::to_string(&Missing::RoundsToZero).unwrap(), "\"rounds_to_zero\"");
    }
}
