//! Rows that stand for others: any number of them to a unit and period, and no columns.

use std::sync::Arc;

use super::Panel;
use super::keys::{known_units, periods_in_memory};
use super::order::{order_of_rows, reorder};
use crate::error::Place;

impl Panel {
    /// The keys of rows that come in the order of their periods within each unit, and the order in which the panel has
    /// them; `None` where it is theirs.
    pub(crate) fn of_repeated_keys(
        (unit, units): (&str, &[&str]),
        periods: Option<(&str, &[i32])>,
    ) -> (Panel, Option<Vec<usize>>) {
        let mut places: Vec<Place> = (0..units.len()).map(Place::Row).collect();
        let mut units = known_units(unit.to_string(), &units.iter().collect());
        let mut periods = periods.map(|(name, periods)| periods_in_memory(name.to_string(), periods));
        // Of one key alone, rows of the same value keep their order.
        let order = order_of_rows(Some(&units.indices), None).unwrap_or_default();
        if let Some(order) = &order {
            units.reorder(order);
            periods.iter_mut().for_each(|key| key.reorder(order));
            reorder(&mut places, order);
        }
        let panel = Panel {
            units: Some(Arc::new(units)),
            periods: periods.map(Arc::new),
            weight: None,
            population: None,
            columns: Arc::new(Vec::new()),
            places: Arc::new(places),
            description: None,
            labels: Vec::new(),
            steps: Vec::new(),
        };
        (panel, order)
    }
}
