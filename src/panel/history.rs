//! What was done to a panel since it was read, and how did each step go?
//!
//! Knows reports as plain values: joins, rules and reorganisations write them, nothing here changes a row.

mod join_report;
mod left_out_units;
mod lineage;
mod reorganisation_report;
mod step;

pub(super) use self::join_report::listed;
pub use self::join_report::{JoinKind, JoinReport, Unmatched};
pub use self::left_out_units::{LeftOutUnit, LeftOutUnits};
pub use self::lineage::{ColumnLineage, Lineage};
pub use self::reorganisation_report::ReorganisationReport;
pub use self::step::Step;
use super::Panel;

impl Panel {
    /// What was done to the rows since the panel was read, in order: joins, units left out, reorganisations.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What each join matched, in order.
    pub fn joins(&self) -> Vec<&JoinReport> {
        self.steps
            .iter()
            .filter_map(|step| match step {
                Step::Join(report) => Some(report),
                _ => None,
            })
            .collect()
    }
}
