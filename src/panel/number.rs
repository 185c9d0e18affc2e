//! Which number does a cell of a published table write?
//!
//! Knows only the bytes of one trimmed cell; missing-value marks are not numbers.

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
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let well_formed = (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && is_digits(first)
        && groups.all(|group| group.len() == 3 && is_digits(group))
        && is_digits(fraction);
    if well_formed { text.replace(',', "").parse().ok() } else { None }
}

#[cfg(test)]
mod tests;
