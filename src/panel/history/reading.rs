//! What was seen in a file beside its rows, and which texts were taken for one?

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::first_few;

/// What was made of a file that is not just a header and rows: nothing of it is passed over in silence.
///
/// ```
/// use apportion::panel::Step;
/// use apportion::{Panel, PanelSchema};
/// let csv = "Table 1: rates\n\nla,year,rate\n202,2017,43\n202.0,2018,48\n\nSource: Department X\n";
/// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year"))?;
/// assert_eq!(panel.units(), ["202"]);
/// let Step::Read(reading) = &panel.steps()[0] else { unreachable!() };
/// assert_eq!((reading.above[0].text.as_str(), reading.below[0].line), ("Table 1: rates", 7));
/// assert_eq!(reading.spellings[0].read_as.as_deref(), Some("202"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Reading {
    /// Lines above the header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub above: Vec<NoteLine>,
    /// Notes below the table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub below: Vec<NoteLine>,
    /// Spellings that were taken for one, or that could be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spellings: Vec<Spellings>,
}

/// A line of a file that is no row of its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NoteLine {
    /// The line of the file, or the row of the sheet, from 1.
    pub line: u64,
    /// What stands there.
    pub text: String,
}

/// Texts of a column that differ in no more than how they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Spellings {
    /// The column.
    pub column: String,
    /// The text that stands for all; `None` where each was kept, and whoever knows the data has to say whether they are
    /// one.
    pub read_as: Option<String>,
    /// The texts, sorted.
    pub spellings: Vec<String>,
}

impl Reading {
    pub(in crate::panel) fn is_empty(&self) -> bool {
        self.above.is_empty() && self.below.is_empty() && self.spellings.is_empty()
    }
}

impl NoteLine {
    pub(crate) fn new(line: u64, text: String) -> Self {
        NoteLine { line, text }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        for (what, lines) in [("above the header", &self.above), ("below the table", &self.below)] {
            if !lines.is_empty() {
                let lines: Vec<String> = lines.iter().map(NoteLine::to_string).collect();
                parts.push(format!("left out {what}: {}", first_few(&lines)));
            }
        }
        let (united, alike): (Vec<&Spellings>, Vec<&Spellings>) =
            self.spellings.iter().partition(|spellings| spellings.read_as.is_some());
        for (what, spellings) in [("taken for one", united), ("kept apart, and perhaps one", alike)] {
            if !spellings.is_empty() {
                let spellings: Vec<String> = spellings.into_iter().map(Spellings::to_string).collect();
                parts.push(format!("{what}: {}", first_few(&spellings)));
            }
        }
        f.write_str(&parts.join("; "))
    }
}

impl fmt::Display for NoteLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} \"{}\"", self.line, self.text)
    }
}

impl fmt::Display for Spellings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spellings: Vec<String> = self.spellings.iter().map(|text| format!("\"{text}\"")).collect();
        write!(f, "{} {}", self.column, spellings.join(" and "))
    }
}
