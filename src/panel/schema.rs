//! Which columns of a file are the keys of its rows, and which are read?
//!
//! Knows names of columns, not what stands in them.

use serde::{Deserialize, Serialize};

use super::names::unknown_column;
use crate::error::{QuestionError, Result};

/// Which columns of a file are the units, periods, weights and population.
///
/// ```
/// use apportion::PanelSchema;
/// let schema = PanelSchema::new("la_number", "year").weight("population").only(["cpp_rate"]);
/// assert_eq!(PanelSchema::default(), PanelSchema::cross_section());
/// # assert_ne!(schema, PanelSchema::default());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PanelSchema {
    pub(super) unit: Option<String>,
    pub(super) period: Option<String>,
    pub(super) weight: Option<String>,
    pub(super) population: Option<String>,
    pub(super) only: Option<Vec<String>>,
}

impl PanelSchema {
    /// A panel with these unit and period columns.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "la_number,year,rate,children\n202,2017-18,48.5,40000\n203,2017-18,50.1,60000\n";
    /// let schema = PanelSchema::new("la_number", "year").weight("children").population("children");
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &schema)?;
    /// assert_eq!((panel.units(), panel.periods()), (&["202".to_string(), "203".to_string()][..], &[2018][..]));
    /// assert_eq!((panel.weight_column(), panel.population_column()), (Some("children"), Some("children")));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn new(unit: impl Into<String>, period: impl Into<String>) -> Self {
        Self::default().unit(unit).period(period)
    }

    /// Neither units nor periods: rows are known by their lines, and keep their order.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "area,rate\nB,2\nA,1\n";
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::cross_section())?;
    /// assert_eq!(panel.column("rate")?.numbers()?, [2.0, 1.0], "in the order of the file");
    /// assert_eq!((panel.n_units(), panel.column("area")?.text(0)), (0, Some("B")));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn cross_section() -> Self {
        Self::default()
    }

    /// Sets the unit column. Units are text, trimmed; every row needs one.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let schema = PanelSchema::default().unit("area");
    /// let panel = Panel::read_csv_from("area,rate\n202,43\n".as_bytes(), &schema)?;
    /// assert_eq!((panel.unit_column(), panel.period_column()), (Some("area"), None));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn unit(mut self, column: impl Into<String>) -> Self {
        self.unit = Some(column.into());
        self
    }

    /// Sets the period column. A financial year (`2017-18`) is the year in which it ends; every row needs one.
    pub fn period(mut self, column: impl Into<String>) -> Self {
        self.period = Some(column.into());
        self
    }

    /// Sets the weight column: numbers of zero or more, which may be missing. Default: every row weighs the same.
    ///
    /// See the example of [`new`](Self::new).
    pub fn weight(mut self, column: impl Into<String>) -> Self {
        self.weight = Some(column.into());
        self
    }

    /// Sets the population column: numbers of zero or more, which may be missing. Default: none.
    ///
    /// See the example of [`new`](Self::new).
    pub fn population(mut self, column: impl Into<String>) -> Self {
        self.population = Some(column.into());
        self
    }

    /// Reads only these columns, besides units, periods, weight and population. Default: all columns.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "area,rate,note\nA,1,-\n";
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::default().unit("area").only(["rate"]))?;
    /// assert!(panel.has_column("rate") && !panel.has_column("note"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn only<I, S>(mut self, columns: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        self.only = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Units, periods and values must be different columns.
    pub(super) fn check(&self) -> Result<()> {
        let option = |option, found: &str, other: &str| {
            Err(QuestionError::Option {
                option,
                expected: format!("name another column, this one holds the {other}"),
                found: format!("\"{found}\""),
            }
            .into())
        };
        let keys = [("units", &self.unit), ("periods", &self.period)];
        for (role, column) in [("weight", &self.weight), ("population", &self.population)] {
            for (key, name) in keys {
                if let (Some(column), Some(name)) = (column, name)
                    && column == name
                {
                    return option(role, column, key);
                }
            }
        }
        match (&self.unit, &self.period) {
            (Some(unit), Some(period)) if unit == period => option("period", period, "units"),
            _ => Ok(()),
        }
    }

    /// The positions of the columns to be read.
    pub(super) fn positions(&self, names: &[String]) -> Result<Vec<usize>> {
        self.check()?;
        let position = |name: &String| {
            let found = names.iter().position(|there| there == name);
            found.ok_or_else(|| unknown_column(name, names.iter().map(String::as_str)))
        };
        let mut positions: Vec<usize> = self.roles().map(position).collect::<Result<_>>()?;
        match &self.only {
            Some(only) => positions.extend(only.iter().map(position).collect::<Result<Vec<_>>>()?),
            None => positions.extend(0..names.len()),
        }
        Ok(positions)
    }

    /// The columns that are not mere numbers or texts.
    fn roles(&self) -> impl Iterator<Item = &String> {
        [&self.unit, &self.period, &self.weight, &self.population].into_iter().flatten()
    }

    /// What seems to separate the columns where all of the header is one cell, and not the one that is asked for;
    /// `None` where nothing else than commas seems to.
    pub(super) fn other_separator(&self, names: &[String]) -> Option<&'static str> {
        let [header] = names else { return None };
        let found = header.chars().find_map(|c| match c {
            ';' => Some("semicolons"),
            '\t' => Some("tabs"),
            _ => None,
        })?;
        self.roles().chain(self.only.iter().flatten()).any(|name| name != header).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_round_trip() {
        let schema = PanelSchema::new("u", "p").weight("w").population("n").only(["a"]);
        let text = serde_json::to_string(&schema).unwrap();
        assert_eq!(serde_json::from_str::<PanelSchema>(&text).unwrap(), schema);
        assert_eq!(serde_json::from_str::<PanelSchema>("{}").unwrap(), PanelSchema::cross_section());
    }
}
