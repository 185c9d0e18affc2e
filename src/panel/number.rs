//! Which number does a cell of a published table write?
//!
//! Knows only the bytes of one trimmed cell; missing-value marks are not numbers.

use serde::{Deserialize, Serialize};

/// The powers of ten that double precision holds exactly: a quotient of two exact numbers is correctly rounded.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The largest integer up to which double precision holds every one.
const EXACT_INTEGERS: u64 = 1 << 53;

/// Digits that cannot overflow a `u64`.
const SAFE_DIGITS: usize = 19;

/// Reads a number; infinite when it is written so or too large, `None` when the cell is not a number.
///
/// Thousands separators are read in well-formed groups only (`1,234.5`, not `12,34` nor `0,123`, which may be a decimal
/// comma), and a trailing percent sign is dropped: `12.5%` is 12.5.
pub(super) fn read_number(cell: &[u8]) -> Option<f64> {
    let cell = match cell {
        [head @ .., b'%'] => head.trim_ascii_end(),
        _ => cell,
    };
    let (sign, unsigned) = match cell {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        _ => (1.0, cell),
    };
    let magnitude = plain(unsigned).or_else(|| written_otherwise(unsigned))?;
    Some(sign * magnitude)
}

/// Digits with at most one point, short enough to be exact; published tables hold little else.
fn plain(cell: &[u8]) -> Option<f64> {
    if cell.len() > SAFE_DIGITS {
        return None;
    }
    let (mut mantissa, mut digits, mut decimals, mut point) = (0_u64, 0_usize, 0_usize, false);
    for &byte in cell {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                digits += 1;
                decimals += usize::from(point);
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    // What is not exact here is left to the standard library, which rounds it once.
    if digits == 0 || mantissa > EXACT_INTEGERS {
        return None;
    }
    EXACT_POWERS.get(decimals).map(|power| mantissa as f64 / power)
}

/// Grouped thousands, exponents, long numbers and infinities, without a sign.
fn written_otherwise(cell: &[u8]) -> Option<f64> {
    if cell.eq_ignore_ascii_case(b"inf") || cell.eq_ignore_ascii_case(b"infinity") {
        return Some(f64::INFINITY);
    }
    // The standard library also reads signs and "nan", which are excluded here.
    if !cell.first().is_some_and(|b| b.is_ascii_digit() || *b == b'.') {
        return None;
    }
    let text = std::str::from_utf8(cell).ok()?;
    if !text.contains(',') {
        return text.parse().ok();
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = well_formed(whole.split(',')) && fraction.bytes().all(|b| b.is_ascii_digit());
    if is_number { text.replace(',', "").parse().ok() } else { None }
}

/// How numbers are written in a file, beside the plain way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NumberStyle {
    /// `14,1` is 14.1, and `1.234,5` is 1234.5.
    pub(crate) decimal_comma: bool,
    /// A sign of currency before or after a number is passed over.
    pub(crate) currency: bool,
    /// Spaces and apostrophes may separate thousands.
    pub(crate) spaced_thousands: bool,
}

/// Signs that say what money a number is.
const CURRENCIES: [char; 5] = ['£', '$', '€', '¥', '₹'];

impl NumberStyle {
    /// Every style but the plain one, the simplest first, with the methods that ask for it.
    pub(crate) fn all() -> [(NumberStyle, &'static str); 7] {
        let style =
            |decimal_comma, currency, spaced_thousands| NumberStyle { decimal_comma, currency, spaced_thousands };
        [
            (style(true, false, false), "decimal_commas()"),
            (style(false, true, false), "currency_signs()"),
            (style(false, false, true), "spaced_thousands()"),
            (style(true, true, false), "decimal_commas() and currency_signs()"),
            (style(true, false, true), "decimal_commas() and spaced_thousands()"),
            (style(false, true, true), "currency_signs() and spaced_thousands()"),
            (style(true, true, true), "decimal_commas(), currency_signs() and spaced_thousands()"),
        ]
    }

    /// Whether numbers are written the plain way.
    pub(crate) fn is_default(&self) -> bool {
        *self == NumberStyle::default()
    }

    /// The number in a text of plain characters; `None` where it is written in another way.
    pub(super) fn read(&self, text: &str) -> Option<f64> {
        let text = text.strip_suffix('%').unwrap_or(text).trim_end();
        // The sign may stand on either side of that of the currency.
        let (minus, text) = signed(text);
        let text = if self.currency { without_currency(text) } else { text };
        let (other_minus, text) = if minus.is_none() { signed(text) } else { (None, text) };
        if !text.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',') {
            return None;
        }
        let (point, comma) = if self.decimal_comma { (',', '.') } else { ('.', ',') };
        let (whole, fraction) = text.split_once(point).map_or((text, None), |(whole, rest)| (whole, Some(rest)));
        let whole = without_thousands(whole, if self.spaced_thousands { &[' ', '\''] } else { &[] }, comma)?;
        if fraction.is_some_and(|fraction| fraction.contains([',', ' '])) {
            return None;
        }
        let plain = match fraction {
            Some(fraction) => format!("{whole}.{fraction}"),
            None => whole,
        };
        let number = read_number(plain.as_bytes())?;
        Some(if minus.or(other_minus) == Some('-') { -number } else { number })
    }
}

/// The sign in front of a number, and the number.
fn signed(text: &str) -> (Option<char>, &str) {
    match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.chars().next(), rest.trim_start()),
        None => (None, text),
    }
}

fn without_currency(text: &str) -> &str {
    match text.strip_prefix(CURRENCIES) {
        Some(rest) => rest.trim_start(),
        None => text.strip_suffix(CURRENCIES).map_or(text, str::trim_end),
    }
}

/// The digits of a whole number, thousands run together; `None` where they are not well-formed groups of one separator.
fn without_thousands(whole: &str, spaces: &[char], comma: char) -> Option<String> {
    let Some(separator) = whole.chars().find(|c| *c == comma || spaces.contains(c)) else {
        return Some(whole.to_owned());
    };
    well_formed(whole.split(separator)).then(|| whole.replace(separator, ""))
}

/// Whether the groups of digits between separators are those of a number in thousands.
fn well_formed<'a>(mut groups: impl Iterator<Item = &'a str>) -> bool {
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && is_digits(first)
        && groups.all(|group| group.len() == 3 && is_digits(group))
}

#[cfg(test)]
mod tests;
