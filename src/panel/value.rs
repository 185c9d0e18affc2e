//! What does a cell say, as long as its column may be one of numbers?
//!
//! Knows one trimmed cell: whether the column is one of numbers, the other cells decide with it.

use super::cells::decode;
use super::missing::Missing;
use super::number::read_number;

/// The number in a cell, or the mark in its place; `None` for any other text.
pub(crate) fn read_value(cell: &[u8]) -> Option<Result<f64, Missing>> {
    if let Some(number) = read_number(cell) {
        return Some(Ok(number));
    }
    if let Some(mark) = Missing::in_numbers(cell) {
        return Some(Err(mark));
    }
    if cell.is_ascii() {
        return None;
    }
    // A space that does not break, beside a number or alone, is not ASCII and is trimmed only once decoded.
    let text = decode(cell);
    if text.is_ascii() { read_value(text.as_bytes()) } else { None }
}
