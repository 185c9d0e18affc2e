//! How do names and cells share lines of 80 characters, without a name being cut?

use super::text::{WIDTH, beside, flush_right, width};

/// Space between columns.
const GAP: usize = 2;

/// A line of a table: a name and its cells, none for an empty line.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) cells: Vec<String>,
}

impl Line {
    pub(super) fn new(name: impl Into<String>, cells: Vec<String>) -> Self {
        Line { name: name.into(), cells }
    }
}

/// The lines of a table, cells aligned to the right. A name that does not fit beside its cells stands in full on lines
/// of its own above them.
pub(super) fn aligned(lines: &[Line]) -> Vec<String> {
    let columns = lines.iter().map(|line| line.cells.len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(|c| column_width(lines, c)).collect();
    let taken: usize = widths.iter().sum();
    let longest = lines.iter().map(|line| width(&line.name)).max().unwrap_or(0);
    let name_width = longest.min(WIDTH.saturating_sub(taken));
    let mut texts = Vec::new();
    for Line { name, cells } in lines {
        let (above, mut text) = beside(name, name_width);
        texts.extend(above);
        cells.iter().zip(&widths).for_each(|(cell, width)| text.push_str(&flush_right(cell, *width)));
        texts.push(text.trim_end().to_string());
    }
    texts
}

/// The characters of a column, the space before it among them.
pub(super) fn column_width(lines: &[Line], column: usize) -> usize {
    GAP + lines.iter().filter_map(|line| line.cells.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_do_not_fit_stand_above_their_cells() {
        let long = "n".repeat(75);
        let lines = [
            Line::new("", vec!["estimate".to_string()]),
            Line::new("a  b", vec!["1".to_string()]),
            Line::new(long.clone(), vec!["-2".to_string()]),
        ];
        let texts = aligned(&lines);
        assert_eq!(texts[0], format!("{}estimate", " ".repeat(72)));
        assert_eq!(texts[1], format!("a b{}1", " ".repeat(76)));
        assert_eq!(texts[2..], [long, format!("{}-2", " ".repeat(78))]);
    }

    #[test]
    fn a_table_of_nothing_has_no_lines() {
        assert!(aligned(&[]).is_empty());
        assert_eq!(aligned(&[Line::new("", Vec::new())]), [""]);
    }
}
