//! Which rows of a panel are meant, without a list of them where all are.

use std::ops::Deref;
use std::sync::OnceLock;

/// Rows, ascending.
#[derive(Debug, Clone)]
pub(crate) struct RowList {
    rows: usize,
    /// Whether they are all from the first on: then the list is made when it is first asked for, since of a million rows
    /// it costs more than many a question of them.
    is_all: bool,
    listed: OnceLock<Vec<usize>>,
}

impl RowList {
    /// So many rows from the first on.
    pub(crate) fn all(rows: usize) -> Self {
        RowList { rows, is_all: true, listed: OnceLock::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    pub(crate) fn is_all(&self) -> bool {
        self.is_all
    }
}

impl PartialEq for RowList {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows && (self.is_all && other.is_all || **self == **other)
    }
}

impl From<Vec<usize>> for RowList {
    fn from(rows: Vec<usize>) -> Self {
        RowList { rows: rows.len(), is_all: false, listed: rows.into() }
    }
}

impl Deref for RowList {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        self.listed.get_or_init(|| (0..self.rows).collect())
    }
}
