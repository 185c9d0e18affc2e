//! What is taken from the rows of a file, before codes become units.
//!
//! Knows cells, not their meaning.

use crate::panel::{Cells, PeriodForm};

/// The rows taken, as cells: those of one level with the same measures.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) units: Cells,
    pub(super) periods: Vec<i32>,
    pub(super) lines: Vec<u64>,
    /// One for each label of the plan.
    pub(super) labels: Vec<Cells>,
    /// One for each measure of the group.
    pub(super) values: Vec<Cells>,
    /// How its periods are written, and the first of them.
    pub(super) form: Option<(PeriodForm, String, u64)>,
}

impl Kept {
    pub(super) fn new(labels: usize, values: usize) -> Self {
        let cells = |n| vec![Cells::default(); n];
        Kept { labels: cells(labels), values: cells(values), ..Kept::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }
}
