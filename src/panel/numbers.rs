//! The numbers of a column, without a copy of them.

use std::ops::Deref;
use std::sync::Arc;

use super::column::{Column, Values};
use super::row_list::RowList;
use crate::error::Result;

/// Numbers that may be shared: a design of all rows of a panel regresses the panel's own columns.
#[derive(Debug, Clone)]
pub(crate) struct Numbers(Shared);

#[derive(Debug, Clone)]
enum Shared {
    OfColumn(Arc<Values>),
    Own(Arc<Vec<f64>>),
}

impl Numbers {
    pub(crate) fn as_slice(&self) -> &[f64] {
        match &self.0 {
            Shared::OfColumn(values) => match &**values {
                Values::Number(numbers) => numbers,
                Values::Text { .. } => &[],
            },
            Shared::Own(numbers) => numbers,
        }
    }

    /// Those on some rows; these themselves where the rows are all.
    pub(crate) fn on(&self, rows: &RowList) -> Self {
        if rows.is_all() { self.clone() } else { rows.iter().map(|&row| self[row]).collect() }
    }
}

impl Column {
    /// The numbers, one for each row, NaN where missing; the column's own.
    ///
    /// # Errors
    ///
    /// As for [`numbers`](Self::numbers).
    pub(crate) fn shared_numbers(&self) -> Result<Numbers> {
        self.numbers().map(|_| Numbers(Shared::OfColumn(self.shared_values())))
    }
}

impl Deref for Numbers {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        self.as_slice()
    }
}

impl<'a> IntoIterator for &'a Numbers {
    type Item = &'a f64;
    type IntoIter = std::slice::Iter<'a, f64>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl AsRef<[f64]> for Numbers {
    fn as_ref(&self) -> &[f64] {
        self
    }
}

impl PartialEq for Numbers {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl From<Vec<f64>> for Numbers {
    fn from(numbers: Vec<f64>) -> Self {
        Numbers(Shared::Own(Arc::new(numbers)))
    }
}

impl FromIterator<f64> for Numbers {
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        numbers.into_iter().collect::<Vec<_>>().into()
    }
}
