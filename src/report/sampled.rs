//! Shapley values from sampled orders as a table.

use std::fmt;

use super::grid::{self, Column};
use super::text::{counted, cut, percent, wrapped};
use crate::decompose::SampledShapley;

impl fmt::Display for SampledShapley {
    /// Within 80 columns: each component's share with the standard error that the sampling of the orders leaves.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let orders = counted(self.orders, "order");
        let mut lines = wrapped(&format!("{}, shapley: the mean over {orders}, drawn", cut(&self.outcome, 24)));
        lines.extend(wrapped(self.sample.to_string().lines().next().unwrap_or_default()));
        lines.push(String::new());
        let always = self.always.iter().map(|row| (row.name.as_str(), row.share_of_total, None));
        let components = self.components.iter().map(|c| (c.name.as_str(), c.share_of_total, Some(c.std_error)));
        let unexplained = [(self.unexplained.name.as_str(), self.unexplained.share_of_total, None)];
        let rows: Vec<(&str, f64, Option<f64>)> = always.chain(components).chain(unexplained).collect();
        let names: Vec<&str> = rows.iter().map(|row| row.0).collect();
        let errors = rows.iter().map(|row| row.2.map_or(String::new(), |error| format!("{:.3}", 100.0 * error)));
        let columns = [
            Column::new(["", "share"], rows.iter().map(|row| format!("{}%", percent(row.1)))),
            Column::new(["", "error of sampling"], errors),
        ];
        lines.extend(grid::list(&names, &columns));
        lines.push(String::new());
        lines.push(format!("R² {}%", percent(self.r2_overall)));
        if !self.reached {
            let (found, asked) = (100.0 * self.largest_std_error(), 100.0 * self.options.std_error);
            lines.extend(wrapped(&format!(
                "warning: after the most orders allowed the error is {found:.3} points, not the {asked:.3} requested"
            )));
        }
        lines.extend(self.warnings.iter().flat_map(|warning| wrapped(&format!("warning: {warning}"))));
        f.write_str(&lines.join("\n"))
    }
}
