//! Is this line a row of the table, or a note below it?
//!
//! Knows the cells of one line after the other, not what their columns mean.

use super::cells::decode;
use super::history::NoteLine;
use super::period::is_note_mark;
use super::spelling::canonical;
use crate::error::{DataError, NoteProblem, Result};

/// Words with which a note begins.
const WORDS: [&str; 8] =
    ["source", "sources", "note", "notes", "footnote", "footnotes", "copyright", "crown copyright"];

/// A line of a file beside its cells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    /// Its number, from 1.
    pub(crate) line: u64,
    /// Whether an empty line stands above it.
    pub(crate) after_gap: bool,
    /// How many cells it has.
    pub(crate) cells: usize,
    /// How many a row has.
    pub(crate) width: usize,
}

/// The notes below a table, as far as it has been read.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    found: Vec<NoteLine>,
}

impl Notes {
    /// Whether a line is a note.
    ///
    /// # Errors
    ///
    /// [`DataError::Note`] for a row below a note, and for a line that may be either.
    pub(crate) fn is_note<'a>(
        &mut self,
        cells: impl Iterator<Item = &'a [u8]> + Clone,
        Line { line, after_gap, cells: found, width }: Line,
    ) -> Result<bool> {
        let mut filled = cells.clone().filter(|cell| !cell.trim_ascii().is_empty());
        let Some(first) = filled.next() else { return Ok(false) };
        let is_alone = filled.next().is_none();
        let is_row = found == width;
        if is_row && !is_alone && !after_gap && self.found.is_empty() {
            return Ok(false); // most lines of most files
        }
        let first = decode(first);
        let is_note = match (is_row, is_alone) {
            // In a table of one column every row is alone.
            (true, true) if width == 1 => after_gap && reads_as_note(&first),
            (true, true) => reads_as_note(&first) || !self.found.is_empty(),
            // A note with commas in it may have as many cells as a row, or fewer, or more.
            (true, false) => after_gap && begins_with_word(&first),
            (false, _) => reads_as_note(&first) || !self.found.is_empty(),
        };
        if is_note {
            let cells: Vec<_> = cells.map(decode).collect();
            let text = cells.join(",");
            self.found.push(NoteLine::new(line, text.trim_end_matches(',').to_owned()));
            return Ok(true);
        }
        if let Some(note) = self.found.first() {
            let why = NoteProblem::RowsBelow { row: line };
            return Err(DataError::Note { line: note.line, text: note.text.clone(), why }.into());
        }
        if is_row && is_alone && after_gap && width > 1 && first.contains(' ') {
            let why = NoteProblem::MayBeRow;
            return Err(DataError::Note { line, text: first.into_owned(), why }.into());
        }
        Ok(false)
    }

    pub(crate) fn into_found(self) -> Vec<NoteLine> {
        self.found
    }
}

/// Whether a text begins as notes do: with a word such as "Source", a sign that refers to a note, a bracket, a number
/// with a point or bracket after it.
fn reads_as_note(text: &str) -> bool {
    let text = canonical(text);
    let after_number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = after_number.len() < text.len() && after_number.starts_with(['.', ')']) && text.contains(' ');
    begins_with_word(&text)
        || is_numbered
        || text.starts_with(|c: char| is_note_mark(c) || matches!(c, '©' | '#'))
        || (text.starts_with(['[', '(']) && text.contains(' '))
}

fn begins_with_word(text: &str) -> bool {
    let text = canonical(text).to_lowercase();
    WORDS.iter().any(|word| {
        // "Noteworthy" is a word of its own; "Note 1" is a note, and "Notes: …".
        text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of the lines are notes, each with whether an empty one stands above it.
    fn notes(lines: &[(&str, bool)], width: usize) -> Result<Vec<bool>> {
        let mut notes = Notes::default();
        (1..)
            .zip(lines)
            .map(|(line, (text, after_gap))| {
                let cells: Vec<&[u8]> = text.split(',').map(str::as_bytes).collect();
                let line = Line { line, after_gap: *after_gap, cells: cells.len(), width };
                notes.is_note(cells.into_iter(), line)
            })
            .collect()
    }

    #[test]
    fn notes_stand_below_the_table() {
        let of = |lines: &[(&str, bool)]| notes(lines, 3).unwrap();
        assert_eq!(of(&[("E1,A,1", false), ("Source: X,,", true), ("more of it,,", false)]), [false, true, true]);
        assert_eq!(of(&[("E1,A,1", false), ("Source: X", false)]), [false, true]);
        assert_eq!(of(&[("E1,A,1", false), ("Notes: 1. x, y and z", true)]), [false, true]);
        assert_eq!(of(&[("E1,A,1", false), ("Notes: x,y,z", true)]), [false, true]);
        assert_eq!(of(&[("E1,A,1", false), ("[r] revised,,", false), ("* a note", false)]), [false, true, true]);
    }

    #[test]
    fn rows_are_no_notes() {
        let of = |lines: &[(&str, bool)]| notes(lines, 3).unwrap();
        assert_eq!(of(&[("E3,,", true), ("Isle of Wight,,", false), ("Noteworthy,,", false)]), [false; 3]);
        assert_eq!(of(&[("Notes,A,1", false), ("1.5,,", true)]), [false; 2]);
        assert_eq!(notes(&[("Source A", false), ("E1", true)], 1).unwrap(), [false; 2]);
    }

    #[test]
    fn what_may_be_either_is_an_error() {
        let error = notes(&[("E1,A,1", false), ("Department X 2022,,", true)], 3).unwrap_err();
        assert!(error.to_string().starts_with("line 2 (\"Department X 2022\") reads as a note"), "{error}");
        let error = notes(&[("E1,A,1", false), ("Source: X,,", true), ("E2,B,2", false)], 3).unwrap_err();
        assert!(error.to_string().contains("rows stand below it (line 3)"), "{error}");
    }
}
