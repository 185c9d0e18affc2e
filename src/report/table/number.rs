//! How the numbers of a table are shown.

use super::{Cell, Format, Table};
use crate::report::estimates;
use crate::report::text::percent;
use crate::report::units::Points;

/// What a reader chose of how numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::report) struct Shown {
    /// Decimals of per cents, points and other numbers; `None` for those of their formats.
    pub(in crate::report) decimals: Option<usize>,
}

/// How the numbers of a column are written.
#[derive(Clone, Copy)]
pub(super) enum Digits {
    Text,
    Whole,
    Percent,
    Points(Points),
    Significant,
    PValue,
    Decimals { decimals: usize, of_percent: bool },
}

/// How each column of a table is written.
pub(super) fn formats(table: &Table, shown: &Shown) -> Vec<Digits> {
    let is_points = |at: usize| table.columns[at].format == Format::Points;
    let cells = table.rows.iter().flat_map(|row| row.iter().enumerate().filter(|(at, _)| is_points(*at)));
    let sizes = cells.map(|(_, cell)| match cell {
        Cell::Number(number) => number.abs(),
        Cell::Range([lower, upper]) => lower.abs().max(upper.abs()),
        Cell::Text(_) | Cell::Empty => 0.0,
    });
    let points = Points::of(sizes.fold(0.0, f64::max));
    let digits = |format: Format| match (format, shown.decimals) {
        (Format::Text, _) => Digits::Text,
        (Format::Whole, _) => Digits::Whole,
        (Format::PValue, _) => Digits::PValue,
        (Format::Percent, Some(decimals)) => Digits::Decimals { decimals, of_percent: true },
        (Format::Points | Format::Significant, Some(decimals)) => Digits::Decimals { decimals, of_percent: false },
        (Format::Percent, None) => Digits::Percent,
        (Format::Points, None) => Digits::Points(points),
        (Format::Significant, None) => Digits::Significant,
    };
    table.columns.iter().map(|column| digits(column.format)).collect()
}

impl Digits {
    pub(super) fn cell(self, cell: &Cell) -> String {
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => self.number(*number),
            Cell::Range(ends) => ends.map(|end| self.number(end)).join(" to "),
        }
    }

    fn number(self, number: f64) -> String {
        match self {
            Digits::Text | Digits::Significant => estimates::Digits::default().text(number),
            // Counts may be estimates, and then are no whole numbers.
            Digits::Whole if number.fract() == 0.0 && number.abs() < 1e15 => format!("{}", number + 0.0),
            Digits::Whole => estimates::Digits::default().text(number),
            Digits::Percent => percent(number),
            Digits::Points(points) => points.text(number),
            Digits::PValue => estimates::p_value(number),
            Digits::Decimals { decimals, of_percent } => {
                let number = if of_percent { 100.0 * number } else { number };
                estimates::Digits::Decimals(decimals).text(number)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_points_have_the_same_decimals() {
        let mut table = Table::new("t", "t").column("a", "a", Format::Points).range(["b", "c"], "b", Format::Points);
        table.rows = vec![vec![Cell::from(0.123_456), Cell::from([-12.3, 4.0])], vec![Cell::from(-1e-9), Cell::Empty]];
        assert_eq!(table.cells(&Shown::default()), [["0.1", "-12.3 to 4.0"], ["0.0", ""]]);
        assert_eq!(table.cells(&Shown { decimals: Some(3) }), [["0.123", "-12.300 to 4.000"], ["0.000", ""]]);
    }

    #[test]
    fn whole_numbers_have_no_decimals_but_where_they_are_none() {
        let mut table = Table::new("t", "t").column("a", "a", Format::Whole);
        table.rows = [43.0, -0.0, 0.5, 1e20].map(|number| vec![Cell::from(number)]).to_vec();
        assert_eq!(table.cells(&Shown { decimals: Some(2) }), [["43"], ["0"], ["0.5000"], ["1.000e20"]]);
        assert_eq!([f64::NAN, f64::INFINITY].map(Cell::from), [Cell::Empty, Cell::Empty]);
    }
}
