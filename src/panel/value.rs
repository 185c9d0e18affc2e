//! What does a cell say, as long as its column may be one of numbers?
//!
//! Knows one trimmed cell: whether the column is one of numbers, the other cells decide with it.

use super::cells::decode;
use super::missing::Missing;
use super::number::{NumberStyle, read_number};
use super::spelling::canonical;

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
    // A space that does not break, a minus longer than a hyphen, digits of another width.
    let text = decode(cell);
    let text = canonical(&text);
    if text.is_ascii() { read_value(text.as_bytes()) } else { None }
}

impl NumberStyle {
    /// As [`read_value`], of a number written in this style.
    pub(crate) fn read_value(&self, cell: &[u8]) -> Option<Result<f64, Missing>> {
        if self.is_default() {
            return read_value(cell);
        }
        if let Some(mark) = Missing::in_numbers(cell) {
            return Some(Err(mark));
        }
        let text = decode(cell);
        let text = canonical(&text);
        match self.read(&text) {
            Some(number) => Some(Ok(number)),
            None => Missing::in_numbers(text.as_bytes()).map(Err),
        }
    }
}

/// How a text that is no number has to be read to be one: the methods to use.
pub(crate) fn style_of(text: &str) -> Option<&'static str> {
    let text = canonical(text);
    let mut styles = NumberStyle::all().into_iter();
    styles.find(|(style, _)| style.read(&text).is_some()).map(|(_, methods)| methods)
}
