//! Which characters a terminal shows.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The characters of printed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Glyphs {
    /// All of Unicode. The default: names are in it, and every terminal of today shows it.
    #[default]
    Unicode,
    /// ASCII only: accents are taken off, signs are written out, and what has no like becomes `?`.
    Ascii,
}

impl Glyphs {
    /// The rule under headings.
    pub(super) fn rule(self) -> &'static str {
        match self {
            Glyphs::Unicode => "─",
            Glyphs::Ascii => "-",
        }
    }

    /// A text in these characters.
    pub(in crate::report) fn text(self, text: &str) -> String {
        match self {
            Glyphs::Unicode => text.to_string(),
            Glyphs::Ascii => ascii(text),
        }
    }
}

fn ascii(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        let sign = match c {
            '–' | '−' | '‐' | '‑' | '—' => "-",
            '→' => "->",
            '…' => "...",
            '²' => "2",
            '≤' => "<=",
            '≥' => ">=",
            '×' => "x",
            '±' => "+/-",
            '£' => "GBP ",
            'χ' => "chi",
            'φ' => "phi",
            'τ' => "tau",
            'ρ' => "rho",
            'β' => "beta",
            'σ' => "sigma",
            '“' | '”' => "\"",
            '‘' | '’' => "'",
            'ß' => "ss",
            'æ' => "ae",
            'ø' => "o",
            'ł' => "l",
            c if c.is_ascii() => {
                written.push(c);
                continue;
            }
            c => {
                // Without their marks, letters of Latin alphabets are ASCII.
                let plain = std::iter::once(c).nfd().find(char::is_ascii);
                written.push(plain.unwrap_or('?'));
                continue;
            }
        };
        written.push_str(sign);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_written_out_and_accents_taken_off() {
        assert_eq!(Glyphs::Ascii.text("R² – Łódź, Ynys Môn → “x”…"), "R2 - ?odz, Ynys Mon -> \"x\"...");
        assert_eq!(Glyphs::Ascii.text("東京\u{301}"), "???");
        assert_eq!(Glyphs::Unicode.text("Ynys Môn"), "Ynys Môn");
    }
}
