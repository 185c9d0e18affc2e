//! Which columns of a file are the keys of its rows, and which are read?
//!
//! Knows names of columns, not what stands in them.

use serde::{Deserialize, Serialize};

use super::cells::decode;
use super::missing::Missing;
use super::names::unknown_column;
use super::number::NumberStyle;
use super::spelling::{is_same, position, trimmed};
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
    pub(super) numbers: Vec<String>,
    pub(super) texts: Vec<String>,
    pub(super) style: NumberStyle,
    /// Texts that stand for a missing value, besides those that always do.
    pub(super) marks: Vec<(String, Missing)>,
    /// What separates cells; a comma where nobody said.
    pub(super) delimiter: Option<char>,
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

    /// Reads these columns as numbers, whatever they look like: `007` is 7. Default: columns of whole numbers of which one
    /// has a leading zero are codes, and stay text.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "code,visits\n01,007\n1,012\n";
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::default().numbers(["visits"]))?;
    /// assert_eq!(panel.column("visits")?.numbers()?, [7.0, 12.0]);
    /// assert_eq!(panel.column("code")?.levels().unwrap(), ["01", "1"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn numbers<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.numbers.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Reads these columns as text, whatever they look like, so that a factor tells 10.1 and 10.10 apart. Default: a
    /// column of which every cell is a number is one of numbers.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "section\n10.1\n10.10\n";
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::default().texts(["section"]))?;
    /// assert_eq!(panel.column("section")?.levels().unwrap(), ["10.1", "10.10"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn texts<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.texts.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Numbers have decimal commas: `14,1` is 14.1, and `1.234,5` is 1234.5. Default: decimal points, so that `1,234` is
    /// 1234.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "rate,spend\n\"14,1\",\"€ 1.234,50\"\n";
    /// let schema = PanelSchema::default().decimal_commas().currency_signs();
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &schema)?;
    /// assert_eq!((panel.column("rate")?.numbers()?[0], panel.column("spend")?.numbers()?[0]), (14.1, 1234.5));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn decimal_commas(mut self) -> Self {
        self.style.decimal_comma = true;
        self
    }

    /// A sign of currency (£ $ € ¥ ₹) before or after a number is passed over. Default: such a cell is text.
    ///
    /// See the example of [`decimal_commas`](Self::decimal_commas).
    pub fn currency_signs(mut self) -> Self {
        self.style.currency = true;
        self
    }

    /// Spaces of any kind and apostrophes may separate thousands: `1 234` is 1234. Default: only commas may.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "children\n1 234\n12\u{202f}345.5\n";
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::default().spaced_thousands())?;
    /// assert_eq!(panel.column("children")?.numbers()?, [1234.0, 12_345.5]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn spaced_thousands(mut self) -> Self {
        self.style.spaced_thousands = true;
        self
    }

    /// Cells that hold one of these texts, spaces around them aside, are missing for that reason, in columns of numbers and
    /// of text, but not in those of units and periods. Default: only the marks of [`Missing`].
    ///
    /// ```
    /// use apportion::panel::Missing;
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "la,rate,rating\n202,-9,Good\n203,43,unknown\n";
    /// let marks = [("-9", Missing::NotApplicable), ("unknown", Missing::NotAvailable)];
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::default().unit("la").missing_marks(marks))?;
    /// assert_eq!(panel.column("rate")?.missing(0), Some(Missing::NotApplicable));
    /// assert_eq!(panel.column("rating")?.missing(1), Some(Missing::NotAvailable));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn missing_marks<S: Into<String>>(mut self, marks: impl IntoIterator<Item = (S, Missing)>) -> Self {
        self.marks.extend(marks.into_iter().map(|(text, reason)| (text.into(), reason)));
        self
    }

    /// What separates cells, such as `';'` or `'\t'`: one ASCII sign other than letters, digits, quotation marks, points
    /// and line ends. Default: a comma; a file with another separator is an error that names it.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "la;year;rate\n202;2018;14,1\n";
    /// let schema = PanelSchema::new("la", "year").delimiter(';').decimal_commas();
    /// assert_eq!(Panel::read_csv_from(csv.as_bytes(), &schema)?.column("rate")?.numbers()?, [14.1]);
    /// assert!(Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("la", "year")).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn delimiter(mut self, separator: char) -> Self {
        self.delimiter = Some(separator);
        self
    }

    /// What separates cells, as a byte.
    pub(super) fn separator(&self) -> Result<u8> {
        let sign = self.delimiter.unwrap_or(',');
        match u8::try_from(sign) {
            Ok(byte)
                if matches!(byte, b'\t' | b'!'..=b'~')
                    && !matches!(byte, b'"' | b'.' | b'-' | b'+' | b'_' | b'%')
                    && !byte.is_ascii_alphanumeric() =>
            {
                Ok(byte)
            }
            _ => Err(QuestionError::Option {
                option: "delimiter",
                expected:
                    "one ASCII sign such as ';', '|' or '\\t', not a quotation mark, nor what stands in numbers and \
                           names: letters, digits, '.', '-', '+', '_' and '%'"
                        .to_owned(),
                found: format!("{sign:?}"),
            }
            .into()),
        }
    }

    /// Whether a column holds units or periods.
    pub(super) fn is_key(&self, name: &str) -> bool {
        [&self.unit, &self.period].into_iter().flatten().any(|key| key == name)
    }

    /// The reason for which a cell is missing by a mark of the schema's own.
    pub(crate) fn own_mark(&self, cell: &[u8]) -> Option<Missing> {
        if self.marks.is_empty() {
            return None;
        }
        let cell = decode(cell);
        self.marks.iter().find(|(text, _)| trimmed(text) == trimmed(&cell)).map(|(_, reason)| *reason)
    }

    /// The numbers that are missing by a mark of the schema's own, in columns of a source that has no texts for them.
    #[cfg(feature = "arrow")]
    pub(crate) fn number_marks(&self) -> Vec<(f64, Missing)> {
        let number = |text: &String| self.style.read_value(trimmed(text).as_bytes())?.ok();
        self.marks.iter().filter_map(|(text, reason)| Some((number(text)?, *reason))).collect()
    }

    /// What a column is read as, whatever it holds.
    #[cfg(feature = "arrow")]
    pub(crate) fn reads_as(&self, name: &str) -> ReadAs {
        let is_weight = [&self.weight, &self.population].into_iter().flatten().any(|weight| weight == name);
        let is_among = |names: &[String]| names.iter().any(|there| there == name);
        match () {
            () if self.is_key(name) => ReadAs::Key,
            () if is_among(&self.texts) && !is_weight => ReadAs::Text,
            () if is_among(&self.numbers) || is_weight => ReadAs::Numbers,
            () => ReadAs::WhatItIs,
        }
    }

    /// The schema, by which these columns are read as text too.
    #[cfg(feature = "arrow")]
    pub(crate) fn with_texts(mut self, names: Vec<String>) -> Self {
        self.texts.extend(names);
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
                    && is_same(column, name)
                {
                    return option(role, column, key);
                }
            }
        }
        match (&self.unit, &self.period) {
            (Some(unit), Some(period)) if is_same(unit, period) => option("period", period, "units"),
            _ => Ok(()),
        }
    }

    /// The positions of the columns to be read.
    pub(crate) fn positions(&self, names: &[String]) -> Result<Vec<usize>> {
        self.check()?;
        let there = || names.iter().map(String::as_str);
        let position = |name: &String| position(there(), name).ok_or_else(|| unknown_column(name, there()));
        for name in self.numbers.iter().chain(&self.texts) {
            position(name)?;
        }
        let mut positions: Vec<usize> = self.roles().map(position).collect::<Result<_>>()?;
        match &self.only {
            Some(only) => positions.extend(only.iter().map(position).collect::<Result<Vec<_>>>()?),
            None => positions.extend(0..names.len()),
        }
        Ok(positions)
    }

    /// The schema with its columns called what they are called in a header, however they are spelt here.
    pub(crate) fn spelt_as(&self, names: &[String]) -> Self {
        let spelt = |name: &String| match position(names.iter().map(String::as_str), name) {
            Some(at) => names[at].clone(),
            None => name.clone(),
        };
        let one = |name: &Option<String>| name.as_ref().map(spelt);
        PanelSchema {
            unit: one(&self.unit),
            period: one(&self.period),
            weight: one(&self.weight),
            population: one(&self.population),
            only: self.only.as_ref().map(|only| only.iter().map(spelt).collect()),
            numbers: self.numbers.iter().map(spelt).collect(),
            texts: self.texts.iter().map(spelt).collect(),
            style: self.style,
            marks: self.marks.clone(),
            delimiter: self.delimiter,
        }
    }

    /// The columns that a header must have.
    pub(super) fn wanted(&self) -> Vec<&str> {
        let named = self.only.iter().flatten().chain(&self.numbers).chain(&self.texts);
        self.roles().chain(named).map(String::as_str).collect()
    }

    /// The columns that are not mere numbers or texts.
    fn roles(&self) -> impl Iterator<Item = &String> {
        [&self.unit, &self.period, &self.weight, &self.population].into_iter().flatten()
    }
}

/// What a column of a source that knows numbers from texts is read as.
#[cfg(feature = "arrow")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadAs {
    /// Units or periods.
    Key,
    /// Text.
    Text,
    /// Numbers, of text too.
    Numbers,
    /// What its type says.
    WhatItIs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_round_trip() {
        let schema = PanelSchema::new("u", "p").weight("w").population("n").only(["a"]).numbers(["a"]).decimal_commas();
        let schema = schema.missing_marks([("-9", Missing::NotApplicable)]).delimiter(';');
        let text = serde_json::to_string(&schema).unwrap();
        assert_eq!(serde_json::from_str::<PanelSchema>(&text).unwrap(), schema);
        assert_eq!(serde_json::from_str::<PanelSchema>("{}").unwrap(), PanelSchema::cross_section());
    }
}
