//! Parts of a panel as they are named on the command line.

use std::collections::HashMap;

use apportion::panel::Row;
use apportion::{Error, Panel};

use super::face::Result;

/// A part of a panel.
#[derive(Debug, Clone)]
pub enum Part {
    Periods(i32, i32),
    Groups { column: String, values: Vec<String>, are_left_out: bool },
}

impl Part {
    /// The rows of a panel that it names.
    pub fn of(&self, panel: &Panel) -> Result<Panel> {
        match self {
            Part::Periods(from, to) => Ok(panel.in_periods(*from..=*to)?),
            Part::Groups { column, values, are_left_out: false } => {
                check_constant(panel, column)?;
                Ok(panel.filter_by(column, values.iter().map(String::as_str))?)
            }
            Part::Groups { column, values, are_left_out: true } => {
                check_constant(panel, column)?;
                let is_other = |row: Row| match row.text(column)? {
                    Some(value) => Ok(!values.iter().any(|other| other == value)),
                    None => Err(Error::other(format!("{} has no {column}: fill it in", row.label()))),
                };
                Ok(panel.filter(self.name(), is_other)?)
            }
        }
    }

    /// The column that groups are of.
    pub fn column(&self) -> Option<String> {
        match self {
            Part::Groups { column, .. } => Some(column.clone()),
            Part::Periods(..) => None,
        }
    }

    pub fn name(&self) -> String {
        match self {
            Part::Periods(from, to) => format!("{from} to {to}"),
            Part::Groups { values, are_left_out: false, .. } => values.join(" and "),
            Part::Groups { values, .. } => format!("not {}", values.join(" or ")),
        }
    }
}

/// Refuses a column of groups that changes within a unit, which would be in both samples.
fn check_constant(panel: &Panel, column: &str) -> Result<()> {
    let mut groups: HashMap<&str, &str> = HashMap::new();
    for row in panel.rows() {
        let (Some(unit), Some(group)) = (row.unit(), row.text(column)?) else { continue };
        let first = *groups.entry(unit).or_insert(group);
        if first != group {
            return Err(format!(
                "column \"{column}\" has {unit} in \"{first}\" and in \"{group}\", and a unit lies in one group: correct it, \
                 or compare periods"
            )
            .into());
        }
    }
    Ok(())
}

/// Reads `2011-2014`, `region=London` or `region!=London|Kent`.
pub fn part(text: &str) -> std::result::Result<Part, String> {
    let wrong = || "write periods, as 2011-2014, or groups, as region=London or region!=London".to_string();
    if let Some((column, values)) = text.split_once('=') {
        let (column, are_left_out) = match column.strip_suffix('!') {
            Some(column) => (column, true),
            None => (column, false),
        };
        let values: Vec<String> = values.split('|').map(|value| value.trim().to_string()).collect();
        let is_empty = column.trim().is_empty() || values.iter().any(String::is_empty);
        let column = column.trim().to_string();
        return if is_empty { Err(wrong()) } else { Ok(Part::Groups { column, values, are_left_out }) };
    }
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (from.trim().parse().map_err(|_| wrong())?, to.trim().parse().map_err(|_| wrong())?);
    if from > to { Err(wrong()) } else { Ok(Part::Periods(from, to)) }
}

/// Reads `region=North East,South East`: a column and two of its values.
pub fn groups(text: &str) -> std::result::Result<(String, String, String), String> {
    let parts = text.split_once('=').and_then(|(column, both)| Some((column, both.split_once(',')?)));
    let (column, (a, b)) = parts.ok_or("write a column and two of its values, such as region=North East,South East")?;
    Ok((column.trim().to_string(), a.trim().to_string(), b.trim().to_string()))
}
