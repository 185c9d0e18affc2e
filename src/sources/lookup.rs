//! Which unit does a code stand for?

use std::collections::HashMap;

use crate::error::{CodeProblem, Result, SourceError};
use crate::panel::{Panel, code_form, nearest_names};

/// A table from codes to units, for files that know an area by another code than the panel does.
///
/// ```
/// use apportion::sources::{Lookup, Measure};
/// use apportion::Source;
/// use std::io::Cursor;
/// let lookup = Lookup::new([("E09000007", "202"), ("E10000002", "825"), ("E06000060", "825")])?;
/// let scores = Source::table("idaci.csv", "code", None).measure("score").lookup(lookup);
/// let published = scores.read_from(Cursor::new("code,score\nE09000007,0.2\nE06000060,0.085\n"))?;
/// assert_eq!(published.authorities().units(), ["202", "825"]);
/// let error = scores.read_from(Cursor::new("code,score\nE09000008,0.2\n")).unwrap_err();
/// assert!(error.to_string().contains("\"E09000008\" is in no lookup"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookup {
    units: HashMap<String, String>,
    leave_out: bool,
}

impl Lookup {
    /// A table of codes and their units; several codes may stand for one unit.
    ///
    /// # Errors
    ///
    /// [`SourceError::Code`] for a code with two units.
    ///
    /// ```
    /// use apportion::sources::Lookup;
    /// let lookup = Lookup::new([("E10000002", "825"), ("E06000060", "825")])?;
    /// assert_eq!((lookup.unit("E06000060"), lookup.unit("E09000007")), (Some("825"), None));
    /// assert!(Lookup::new([("E09000007", "202"), ("E09000007", "203")]).is_err());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn new<C: Into<String>, U: Into<String>>(codes: impl IntoIterator<Item = (C, U)>) -> Result<Self> {
        let mut lookup = Lookup::default();
        for (code, unit) in codes {
            lookup.insert(code.into(), unit.into())?;
        }
        Ok(lookup)
    }

    /// The codes in a column of text of a panel, each for the unit of its row.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn); [`SourceError::Code`] for a code that
    /// stands beside two units.
    ///
    /// ```
    /// use apportion::sources::Lookup;
    /// use apportion::Panel;
    /// let builder = Panel::builder().units([202, 202]).periods([2017, 2018]);
    /// let panel = builder.text_column("code", ["E09000007"; 2]).build()?;
    /// assert_eq!(Lookup::from_panel(&panel, "code")?.unit("E09000007"), Some("202"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn from_panel(panel: &Panel, column: &str) -> Result<Self> {
        let codes = panel.column(column)?;
        let number = |row| codes.value(row).ok().map(|number| number.to_string());
        let code = |row| codes.text(row).map(str::to_owned).or_else(|| number(row));
        Lookup::new((0..panel.n_observations()).filter_map(|row| Some((code(row)?, panel.unit_of(row)?))))
    }

    /// Adds the codes of another table.
    ///
    /// # Errors
    ///
    /// [`SourceError::Code`] for a code with two units.
    ///
    /// ```
    /// use apportion::sources::Lookup;
    /// let both = Lookup::new([("E09000007", "202")])?.with(Lookup::new([("E09000011", "203")])?)?;
    /// assert_eq!((both.unit("E09000007"), both.unit("E09000011")), (Some("202"), Some("203")));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with(mut self, other: Lookup) -> Result<Self> {
        for (code, unit) in other.units {
            self.insert(code, unit)?;
        }
        Ok(self)
    }

    /// Leaves rows out whose code is not in the table; [`Published::left_out`](super::Published::left_out) lists them.
    /// Default: an error, since such a row would be lost.
    ///
    /// ```
    /// use apportion::sources::Lookup;
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let lookup = Lookup::new([("E09000007", "202")])?.leaving_out_others();
    /// let source = Source::table("idaci.csv", "code", None).measure("score").lookup(lookup);
    /// let published = source.read_from(Cursor::new("code,score\nE09000007,0.2\nW06000001,0.3\n"))?;
    /// assert_eq!(published.authorities().units(), ["202"]);
    /// assert_eq!(published.left_out(), ["W06000001"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn leaving_out_others(mut self) -> Self {
        self.leave_out = true;
        self
    }

    /// The unit of a code; `None` for a code that is not in the table.
    pub fn unit(&self, code: &str) -> Option<&str> {
        self.units.get(&code_form(code)).map(String::as_str)
    }

    pub(super) fn leaves_out(&self) -> bool {
        self.leave_out
    }

    /// The codes that come closest to one that is not there.
    pub(super) fn nearest(&self, code: &str) -> Vec<String> {
        let mut codes: Vec<&str> = self.units.keys().map(String::as_str).collect();
        codes.sort_unstable();
        nearest_names(code, codes.into_iter())
    }

    fn insert(&mut self, code: String, unit: String) -> Result<()> {
        let code = code_form(&code);
        match self.units.get(&code) {
            Some(other) if *other != unit => {
                let why = CodeProblem::TwoUnits { first: other.clone(), second: unit };
                Err(SourceError::Code { code, why }.into())
            }
            _ => {
                self.units.insert(code, unit);
                Ok(())
            }
        }
    }
}
