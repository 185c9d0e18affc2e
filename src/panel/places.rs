//! Where did each row stand in its source?

use super::order::reorder;
use crate::error::Place;

/// The places of rows in their source.
#[derive(Debug, Clone)]
pub(super) enum Places {
    /// Of rows given in memory, in their order: a list of them would say nothing.
    InMemory(usize),
    /// Of rows given in memory, by their positions there.
    Sorted(Vec<u32>),
    /// As the source counts them.
    Listed(Vec<Place>),
}

impl Places {
    pub(super) fn len(&self) -> usize {
        match self {
            Places::InMemory(rows) => *rows,
            Places::Sorted(rows) => rows.len(),
            Places::Listed(places) => places.len(),
        }
    }

    /// The place of a row; beyond the last, the row asked for.
    pub(super) fn of(&self, row: usize) -> Place {
        match self {
            Places::InMemory(_) => Place::Row(row),
            Places::Sorted(rows) => Place::Row(rows.get(row).map_or(row, |&from| from as usize)),
            Places::Listed(places) => places.get(row).copied().unwrap_or(Place::Row(row)),
        }
    }

    /// Puts the rows in another order, a permutation.
    pub(super) fn reorder(&mut self, order: Vec<u32>) {
        match self {
            Places::InMemory(_) => *self = Places::Sorted(order),
            Places::Sorted(rows) => reorder(rows, &order),
            Places::Listed(places) => reorder(places, &order),
        }
    }
}

impl From<Vec<Place>> for Places {
    fn from(places: Vec<Place>) -> Self {
        Places::Listed(places)
    }
}
