//! What does the way in which numbers are written say of their column?
//!
//! Knows cells that read as numbers, and the rows in which they stand.

use super::{Column, NoNumber};
use crate::error::{NumberProblem, Place, Result};
use crate::panel::cells::{Cells, decode};
use crate::panel::missing::Missing;
use crate::panel::number::NumberStyle;

/// The most digits that double precision always tells apart.
const EXACT_DIGITS: usize = 15;

/// How the numbers of a column are written, as far as they have come.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The first whole number with a leading zero, or with more digits than double precision holds.
    code: Option<usize>,
    /// Whether some value is anything but a row of digits.
    has_measure: bool,
    /// The first percentage, and the first other number than zero, which is the same either way.
    percent: Option<usize>,
    plain: Option<usize>,
}

impl Column {
    /// Checks that a measure is not written in percentages here and in plain numbers there; `place` says where a row of
    /// cells stands.
    ///
    /// # Errors
    ///
    /// [`DataError::NotANumber`](crate::error::DataError::NotANumber) with one of either.
    pub(crate) fn check_percentages(
        column: &str,
        cells: &Cells,
        place: impl Fn(usize) -> Place,
        style: &NumberStyle,
    ) -> Result<()> {
        if !cells.iter().any(is_percentage) {
            return Ok(());
        }
        let mut written = Written::default();
        for (row, cell) in cells.iter().enumerate() {
            if let Some(value) = style.read_value(cell) {
                written.note(row, cell, value);
            }
        }
        let places: Vec<Place> = (0..cells.len()).map(place).collect();
        written.percent(cells, &places).map_or(Ok(()), |no_number| Err(no_number.error(column, None)))
    }
}

impl Written {
    /// Takes note of a cell and of what it reads as.
    pub(super) fn note(&mut self, row: usize, cell: &[u8], value: Result<f64, Missing>) {
        let Ok(value) = value else { return };
        if is_percentage(cell) {
            self.percent.get_or_insert(row);
        } else if self.plain.is_none() && value != 0.0 {
            self.plain = Some(row);
        }
        if !self.has_measure {
            let is_code = (cell.len() > 1 && cell[0] == b'0') || cell.len() > EXACT_DIGITS;
            self.has_measure = !cell.iter().all(u8::is_ascii_digit);
            if is_code {
                self.code.get_or_insert(row);
            }
        }
    }

    /// The cell for which a column is none of numbers, although every cell reads as one.
    pub(super) fn no_number(&self, cells: &Cells, places: &[Place]) -> Option<NoNumber> {
        let code = self.code.filter(|_| !self.has_measure);
        let of_code = |row| no_number(cells, places, row, NumberProblem::Code { factor: None });
        code.map(of_code).or_else(|| self.percent(cells, places))
    }

    /// The first percentage among plain numbers.
    pub(super) fn percent(&self, cells: &Cells, places: &[Place]) -> Option<NoNumber> {
        let (percent, plain) = (self.percent?, self.plain?);
        let of_plain = no_number(cells, places, plain, NumberProblem::Code { factor: None });
        let why = NumberProblem::Percent { other: of_plain.text, other_place: of_plain.place };
        Some(no_number(cells, places, percent, why))
    }
}

/// Whether a number has a percent sign after it, of ordinary width or of that of a Chinese character.
fn is_percentage(cell: &[u8]) -> bool {
    cell.ends_with(b"%") || cell.ends_with("％".as_bytes())
}

fn no_number(cells: &Cells, places: &[Place], row: usize, why: NumberProblem) -> NoNumber {
    let text = cells.iter().nth(row).map(|cell| decode(cell).into_owned()).unwrap_or_default();
    NoNumber { place: places.get(row).copied().unwrap_or(Place::Row(row)), text, why }
}
