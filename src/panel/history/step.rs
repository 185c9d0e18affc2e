//! What was done to a panel, one thing at a time?

use std::fmt;

use serde::{Deserialize, Serialize};

use super::column_change::ColumnChange;
use super::join_report::JoinReport;
use super::kept_rows::KeptRows;
use super::left_out_units::LeftOutUnits;
use super::reading::Reading;
use super::reorganisation_report::ReorganisationReport;

/// Something done to a panel when it was read or after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// Lines of a file were left out, or spellings taken for one.
    Read(Reading),
    /// Columns of another panel were joined on.
    Join(JoinReport),
    /// Units were left out by a rule.
    LeftOut(LeftOutUnits),
    /// Rows were kept, and the others left out.
    Kept(KeptRows),
    /// A column was added or renamed, or columns left out.
    Columns(ColumnChange),
    /// The panel was put on areas that compare over the years.
    Reorganised(ReorganisationReport),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Read(reading) => reading.fmt(f),
            Step::Join(report) => report.fmt(f),
            Step::LeftOut(units) => units.fmt(f),
            Step::Kept(rows) => rows.fmt(f),
            Step::Columns(change) => change.fmt(f),
            Step::Reorganised(report) => report.fmt(f),
        }
    }
}
