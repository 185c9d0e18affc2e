//! Everything that an analysis found, one table below the other.

use std::fmt;

use super::text::wrapped;
use crate::decompose::{Breakdown, Gelbach, OrderRange};
use crate::findings::Findings;
use crate::resample::Comparison;

impl fmt::Display for Findings {
    /// All methods as one table, or the breakdowns one after the other; the range over orders, changing coefficients,
    /// ranks and differences where they were asked for; last what was left out and why. Empty lines stand between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tables: Vec<String> = match self.is_table {
            true => vec![self.methods.to_string()],
            false => self.methods.breakdowns.iter().map(Breakdown::to_string).collect(),
        };
        tables.extend(self.order_range.iter().map(OrderRange::to_string));
        tables.extend(self.gelbach.iter().map(Gelbach::to_string));
        tables.extend(self.comparisons.iter().map(Comparison::to_string));
        // The table of all methods says itself what it leaves out.
        let methods = self.methods.left_out.iter().filter(|_| !self.is_table);
        let left_out = methods.chain(&self.left_out).flat_map(|left| wrapped(&format!("left out: {}", left.reason)));
        let left_out: Vec<String> = left_out.collect();
        tables.extend((!left_out.is_empty()).then(|| left_out.join("\n")));
        f.write_str(&tables.join("\n\n"))
    }
}
