//! Which unit does each row belong to, by number?
//!
//! Rows name their units by texts or whole numbers; a name is kept once, and a row costs one look at a table.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::panel::{Missing, trimmed};

/// The names of units in order of first appearance, each known by its position.
#[derive(Default)]
pub(super) struct UnitCodes {
    names: Vec<String>,
    texts: HashMap<Box<str>, u32, Quick>,
    #[cfg(feature = "arrow")]
    whole: HashMap<i64, u32, Quick>,
    /// The first that is no name but the mark of a missing one.
    unnamed: Option<u32>,
}

impl UnitCodes {
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn unnamed(&self) -> Option<u32> {
        self.unnamed
    }

    /// The position of a name, spaces and what cannot be seen around it aside, as a panel reads units.
    pub(super) fn of_text(&mut self, name: &str) -> u32 {
        let name = trimmed(name);
        if let Some(&code) = self.texts.get(name) {
            return code;
        }
        let code = self.names.len() as u32;
        if self.unnamed.is_none() && Missing::in_text(name.as_bytes()).is_some() {
            self.unnamed = Some(code);
        }
        self.names.push(name.to_owned());
        self.texts.insert(name.into(), code);
        code
    }

    /// The position of a whole number, which is the same unit as the text of its digits.
    #[cfg(feature = "arrow")]
    pub(super) fn of_whole(&mut self, number: i64) -> u32 {
        if let Some(&code) = self.whole.get(&number) {
            return code;
        }
        let code = self.of_text(&number.to_string());
        self.whole.insert(number, code);
        code
    }
}

/// How units are looked up.
pub(super) type Quick = BuildHasherDefault<Folded>;

/// A hash of few instructions: it is asked for every row, and nobody gains by units that collide.
#[derive(Default)]
pub(super) struct Folded(u64);

impl Folded {
    fn fold(&mut self, word: u64) {
        // Both halves of a product, so that every bit of the word moves every bit of the hash.
        let product = u128::from(self.0 ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93_u128;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.fold(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.fold(u64::from_le_bytes(last) ^ ((bytes.len() as u64) << 56));
    }

    fn write_u8(&mut self, byte: u8) {
        self.fold(u64::from(byte));
    }

    fn write_u32(&mut self, number: u32) {
        self.fold(u64::from(number));
    }

    fn write_i32(&mut self, number: i32) {
        self.fold(number as u64);
    }

    fn write_i64(&mut self, number: i64) {
        self.fold(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        self.fold(number);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_position() {
        let mut codes = UnitCodes::default();
        let texts = ["E09000001", "\u{feff}E09000001 \u{200b}", "E09000002", "\u{ad}", "202"];
        let texts = texts.map(|name| codes.of_text(name));
        assert_eq!(texts, [0, 0, 1, 2, 3]);
        assert_eq!((codes.names().len(), codes.unnamed()), (4, Some(2)));
        #[cfg(feature = "arrow")]
        assert_eq!((codes.of_whole(202), codes.of_whole(-1), codes.of_text("-1")), (3, 4, 4));
    }

    #[test]
    fn texts_of_one_beginning_or_of_zeros_hash_apart() {
        let hash = |text: &str| {
            let mut folded = Folded::default();
            folded.write(text.as_bytes());
            folded.finish()
        };
        let texts: Vec<String> =
            (0..20_000).map(|i| format!("E0900{i}")).chain((0..40).map(|i| "\0".repeat(i))).collect();
        let distinct: std::collections::HashSet<u64> = texts.iter().map(|text| hash(text)).collect();
        assert_eq!(distinct.len(), texts.len());
    }
}
