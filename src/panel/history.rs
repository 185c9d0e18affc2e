//! What was done to a panel since it was read, and how did each step go?
//!
//! Knows reports as plain values: joins, rules and reorganisations write them, nothing here changes a row.

mod column_change;
mod join_report;
mod kept_rows;
mod left_out_units;
mod lineage;
mod reading;
mod reorganisation_report;
mod step;

pub use self::column_change::ColumnChange;
pub use self::join_report::{JoinKind, JoinReport, Unmatched};
pub use self::kept_rows::KeptRows;
pub use self::left_out_units::{LeftOutUnit, LeftOutUnits};
pub use self::lineage::{ColumnLineage, Lineage};
pub use self::reading::{NoteLine, Reading, Spellings};
pub use self::reorganisation_report::ReorganisationReport;
pub use self::step::Step;
use super::Panel;

impl Panel {
    /// What was done to the panel, in order: what was left out or taken for one when it was read, joins, rows kept, units
    /// left out, columns added, renamed or left out, reorganisations.
    ///
    /// ```
    /// use apportion::panel::{Step, UnitRule};
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([201, 202]).column("plans", [0.0, 143.0]).build()?;
    /// assert!(panel.steps().is_empty());
    /// let panel = panel.without(&UnitRule::degenerate_authorities())?;
    /// let Step::LeftOut(left_out) = &panel.steps()[0] else { unreachable!() };
    /// assert_eq!((left_out.units[0].unit.as_str(), left_out.units[0].rows), ("201", 1));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What each join matched, in order.
    ///
    /// ```
    /// use apportion::panel::Join;
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([1, 2]).column("plans", [3.0, 4.0]).build()?;
    /// let other = Panel::builder().units([2, 3]).column("children", [40.0, 50.0]).build()?;
    /// let joined = panel.join(&other, &Join::left().on_unit())?;
    /// let report = joined.joins()[0];
    /// assert_eq!((report.matched, report.left_only[0].unit.as_str()), (1, "1"));
    /// assert_eq!(report.right_only[0].unit, "3");
    /// # Ok::<(), apportion::Error>(())
    /// ```
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
