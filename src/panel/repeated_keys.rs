//! Rows that stand for others: any number of them to a unit and period, and no columns.

use std::sync::Arc;

use super::Panel;
use super::keys::{known_units, periods_in_memory};
use super::order::order_of_rows;
use super::places::Places;

impl Panel {
    /// The keys of rows that come in the order of their periods within each unit, and the order in which the panel has
    /// them; `None` where it is theirs.
    pub(crate) fn of_repeated_keys(
        (unit, units): (&str, &[&str]),
        periods: Option<(&str, &[i32])>,
    ) -> (Panel, Option<Vec<u32>>) {
        let mut places = Places::InMemory(units.len());
        let mut units = known_units(unit.to_string(), &units.iter().collect());
        let mut periods = periods.map(|(name, periods)| periods_in_memory(name.to_string(), periods));
        // Of one key alone, rows of the same value keep their order.
        let order = order_of_rows(Some(&units.indices), None);
        if let Some(order) = &order {
            units.reorder(order);
            periods.iter_mut().for_each(|key| key.reorder(order));
            places.reorder(order.clone());
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
