//! What is taken from a file, and under which name?

use crate::panel::Quantity;

/// A measure of a published file.
///
/// ```
/// use apportion::sources::Measure;
/// use apportion::Source;
/// let source = Source::explore_education("workforce.csv")
///     .measure("caseload_fte")
///     .measure(("vacancy_rate_fte", "vacancy_rate"))
///     .measure(Measure::rate("agency_rate_fte").named("agency_rate").measured_in("%"));
/// # let _ = source;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    pub(super) measure: String,
    pub(super) column: Option<String>,
    pub(super) measured_in: Option<String>,
    pub(super) quantity: Option<Quantity>,
    pub(super) text: bool,
}

impl Measure {
    /// A measure by the name that the file gives it: a column, or an entry of the column of measures.
    ///
    /// ```
    /// use apportion::panel::Quantity;
    /// use apportion::sources::Measure;
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let plans = Measure::count("CPP_At31").named("plans").measured_in("children");
    /// let source = Source::table("plans.csv", "la", None).measure(plans).measure(Measure::text("rating"));
    /// let panel = source.read_from(Cursor::new("la,CPP_At31,rating\n202,143,Good\n"))?.into_authorities();
    /// let provenance = panel.provenance("plans")?;
    /// assert_eq!((provenance.quantity, provenance.measured_in.as_deref()), (Some(Quantity::Count), Some("children")));
    /// assert_eq!(panel.column("rating")?.text(0), Some("Good"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn new(measure: impl Into<String>) -> Self {
        Measure { measure: measure.into(), column: None, measured_in: None, quantity: None, text: false }
    }

    /// A number of things: areas add up.
    ///
    /// See the example of [`new`](Self::new).
    pub fn count(measure: impl Into<String>) -> Self {
        Measure { quantity: Some(Quantity::Count), ..Self::new(measure) }
    }

    /// So much for so many: areas are averaged by population.
    ///
    /// ```
    /// use apportion::panel::Quantity;
    /// use apportion::sources::Measure;
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let source = Source::table("t.csv", "la", None).measure(Measure::rate("rate")).measure(Measure::score("idaci"));
    /// let panel = source.read_from(Cursor::new("la,rate,idaci\n202,43,0.2\n"))?.into_authorities();
    /// assert_eq!(panel.provenance("rate")?.quantity, Some(Quantity::Rate));
    /// assert_eq!(panel.provenance("idaci")?.quantity, Some(Quantity::Score));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn rate(measure: impl Into<String>) -> Self {
        Measure { quantity: Some(Quantity::Rate), ..Self::new(measure) }
    }

    /// A score or rank, which neither adds up nor averages.
    pub fn score(measure: impl Into<String>) -> Self {
        Measure { quantity: Some(Quantity::Score), ..Self::new(measure) }
    }

    /// A judgement or other text, which becomes a column of text.
    pub fn text(measure: impl Into<String>) -> Self {
        Measure { text: true, ..Self::new(measure) }
    }

    /// The name of its column in the panel. Default: the file's own.
    pub fn named(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// What it is measured in, such as "children".
    pub fn measured_in(mut self, unit: impl Into<String>) -> Self {
        self.measured_in = Some(unit.into());
        self
    }

    /// The name of its column in the panel.
    pub(super) fn column_name(&self) -> &str {
        self.column.as_deref().unwrap_or(&self.measure)
    }
}

impl From<&str> for Measure {
    fn from(measure: &str) -> Self {
        Measure::new(measure)
    }
}

/// The file's name, then the panel's.
impl From<(&str, &str)> for Measure {
    fn from((measure, column): (&str, &str)) -> Self {
        Measure::new(measure).named(column)
    }
}
