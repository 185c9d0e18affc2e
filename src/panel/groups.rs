//! Which rows of a panel are of one unit, and which of one period?

use std::sync::Arc;

use super::{Panel, RowList};
use crate::numerics::groups::Groups;

impl Panel {
    /// Which of these rows are of one unit; `None` without units.
    pub(crate) fn unit_groups(&self, rows: &RowList) -> Option<Groups> {
        self.units.as_ref().map(|key| of(&key.indices, &key.values, rows))
    }

    /// Which of these rows are of one period; `None` without periods.
    pub(crate) fn period_groups(&self, rows: &RowList) -> Option<Groups> {
        let names = |periods: &[i32]| Arc::new(periods.iter().map(i32::to_string).collect());
        self.periods.as_ref().map(|key| of(&key.indices, &names(&key.values), rows))
    }
}

/// The groups of these codes on some rows; of all rows they are the panel's own.
fn of(codes: &Arc<Vec<u32>>, names: &Arc<Vec<String>>, rows: &RowList) -> Groups {
    match rows.is_all() {
        true => Groups::of(codes.clone(), names.clone()),
        false => Groups::new(codes, names, rows),
    }
}
