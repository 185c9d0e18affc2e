//! From columns that have been read to a panel: are the weights usable, and where does each row belong?

use std::collections::HashMap;
use std::sync::Arc;

use super::Panel;
use super::column::{Column, reorder};
use super::keys::{Key, order_of_rows};
use crate::error::{Error, Place, Result};

/// Columns that have been read, in the order of the source.
pub(super) struct Rows {
    pub(super) units: Option<Key<String>>,
    pub(super) periods: Option<Key<i32>>,
    pub(super) weight: Option<String>,
    pub(super) population: Option<String>,
    pub(super) columns: Vec<Column>,
    pub(super) places: Vec<Place>,
}

impl Rows {
    /// Checks weight and population, and sorts the rows by unit and period.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`], [`Error::NotANumber`] or [`Error::Negative`] for the weight or population column,
    /// [`Error::DuplicateRow`] for a unit and period that occur twice.
    pub(super) fn into_panel(mut self) -> Result<Panel> {
        for name in self.weight.iter().chain(&self.population) {
            check_weight(&self.columns, &self.places, name)?;
        }
        if let Some(order) = order_of_rows(self.units.as_ref(), self.periods.as_ref(), &self.places)? {
            if let Some(units) = &mut self.units {
                units.reorder(&order);
            }
            if let Some(periods) = &mut self.periods {
                periods.reorder(&order);
            }
            for column in &mut self.columns {
                column.reorder(&order);
            }
            reorder(&mut self.places, &order);
        }
        Ok(Panel {
            units: self.units,
            periods: self.periods,
            weight: self.weight,
            population: self.population,
            columns: Arc::new(self.columns),
            places: Arc::new(self.places),
            description: None,
            labels: Vec::new(),
            steps: Vec::new(),
        })
    }
}

/// The error of a weight or population column that is unknown, text or negative.
pub(super) fn check_weight(columns: &[Column], places: &[Place], name: &str) -> Result<()> {
    let numbers = find(columns, name)?.numbers()?;
    match numbers.iter().position(|&weight| weight < 0.0) {
        None => Ok(()),
        Some(row) => Err(Error::Negative { column: name.to_owned(), place: places[row], value: numbers[row] }),
    }
}

/// The column of a name, or an error with the names that come closest.
pub(super) fn find<'a>(columns: &'a [Column], name: &str) -> Result<&'a Column> {
    columns
        .iter()
        .find(|column| column.name() == name)
        .ok_or_else(|| unknown_column(name, columns.iter().map(Column::name)))
}

/// How many names an error suggests.
const SUGGESTIONS: usize = 3;

/// The error for a name that is not among those there are.
pub(crate) fn unknown_column<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Error {
    Error::UnknownColumn { column: name.to_owned(), nearest: nearest_names(name, names) }
}

/// The names that come closest to one, closest first, letter case aside.
pub(crate) fn nearest_names<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let asked = name.to_lowercase();
    let mut ranked: Vec<_> = names.map(|there| (edit_distance(&asked, &there.to_lowercase()), there)).collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    ranked.into_iter().take(SUGGESTIONS).map(|(_, there)| there.to_owned()).collect()
}

/// The error of two columns with the same name, when there are, with their positions from 1.
pub(crate) fn check_distinct<'a>(names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut positions = HashMap::new();
    for (second, name) in (1..).zip(names) {
        if let Some(first) = positions.insert(name, second) {
            return Err(Error::DuplicateColumn { column: name.to_owned(), first, second });
        }
    }
    Ok(())
}

/// Levenshtein's distance: the least number of characters to insert, delete or replace.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distances() {
        for (a, b, distance) in
            [("", "", 0), ("a", "", 1), ("", "ab", 2), ("kitten", "sitting", 3), ("rate", "rate", 0), ("é", "e", 1)]
        {
            assert_eq!(edit_distance(a, b), distance, "{a} {b}");
        }
    }

    #[test]
    fn nearest_names_ignore_case_and_are_at_most_three() {
        let names = ["region", "cpp_count", "cpp_rate", "CPP_Rates", "year"];
        let Error::UnknownColumn { column, nearest } = unknown_column("CPP_RATE", names.into_iter()) else { panic!() };
        assert_eq!(column, "CPP_RATE");
        assert_eq!(nearest, ["cpp_rate", "CPP_Rates", "cpp_count"]);
    }

    #[test]
    fn names_twice() {
        assert!(check_distinct(["a", "b"].into_iter()).is_ok());
        let error = check_distinct(["a", "b", "a"].into_iter()).unwrap_err();
        assert!(matches!(&error, Error::DuplicateColumn { column, first: 1, second: 3 } if column == "a"), "{error}");
    }
}
