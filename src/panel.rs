//! What was observed, for which unit in which period, and what is missing?
//!
//! A panel is read from a file, put together in memory or taken from a linfa dataset, and then never changes. It knows
//! nothing of models: which rows a model can use is decided there.
//!
//! | question | ask | answer |
//! |---|---|---|
//! | what a file, columns in memory or a dataset hold | [`Panel::read_csv`], [`Panel::builder`], [`Panel::from_dataset`], with a [`PanelSchema`] | [`Panel`]; [`PanelBuilder`] |
//! | what one column holds, and why a value is missing | [`Panel::column`] | [`Column`], [`ColumnKind`], [`Values`], [`Missing`] |
//! | what the panel looks like at a glance | [`Panel::summary`] | [`PanelSummary`] of [`KeySummary`] and [`ColumnSummary`] |
//! | how its values are spread, between and within units, and which are there | [`Panel::describe`] | [`Description`] of [`VariableDescription`]s ([`Distribution`], [`Variation`], [`PeriodStatistics`], [`ColumnStatistics`]), [`Correlation`], [`Coverage`] |
//! | columns of two panels side by side | [`Panel::join`], [`Join`], [`Panel::renamed`] | [`Panel`]; [`JoinReport`], [`JoinKind`], [`Unmatched`] |
//! | columns made from others, or added | [`Panel::derive`], [`Derivation`] ([`Function`]); [`Panel::with_column`], [`Panel::with_column_by`] | [`Panel`] |
//! | some columns only | [`Panel::select`], [`Panel::without_columns`] | [`Panel`]; [`ColumnChange`] |
//! | what one row holds, or a unit in a period; numbers as a matrix | [`Panel::rows`], [`Panel::row`], [`Panel::value`]; [`Panel::matrix`] | [`Row`], [`CellValue`]; [`ColumnMatrix`] |
//! | areas that compare over the years | [`Panel::reorganise`], [`Reorganisations`] of [`Reorganisation`]s ([`ReorganisationKind`], [`Area`]), [`AreaRule`] | [`Panel`]; [`ReorganisationReport`] |
//! | some rows, units or periods only | [`Panel::filter`], [`Panel::filter_by`], [`Panel::keep_units`], [`Panel::in_periods`]; [`Panel::without`], [`UnitRule`] | [`Panel`]; [`KeptRows`]; [`LeftOutUnits`], [`LeftOutUnit`] |
//! | where values come from | [`Panel::provenance`], [`Panel::lineage`], [`Panel::steps`] | [`Provenance`], [`Origin`], [`FileOrigin`], [`Quantity`]; [`Lineage`], [`ColumnLineage`], [`Step`], of a file [`Reading`] with [`NoteLine`]s and [`Spellings`] |
//! | the panel as a file | [`Panel::write_csv`], [`Panel::read_written`] | CSV and a document beside it |
//! | Arrow record batches and Parquet files, feature `arrow` | `Panel::from_record_batches`, `Panel::read_parquet`, `Panel::to_record_batch`, `Panel::write_parquet` | [`Panel`]; `RecordBatch` and Parquet |
//! | which rows a fit uses, and why not the others | [`FittedModel::sample`](crate::FittedModel::sample) | [`Sample`], [`LeftOutRows`], [`Reason`] |
//! | English local authorities, 2010 to 2025, and the National Audit Office's window | [`Panel::england`], [`Panel::england_2011_2018`] | [`Panel`]; [`ENGLAND_ATTRIBUTION`] |
//! | a panel whose true shares are known | [`Panel::simulated_england`], [`SIMULATED_ENGLAND_SEED`] | [`SIMULATED_ENGLAND_SHARES`] |

mod add_column;
mod builder;
mod cell_value;
mod cells;
mod codes;
mod column;
mod content;
mod derive;
mod describe;
mod england;
mod exclude;
mod filter;
mod function;
mod given_units;
mod groups;
mod history;
mod join;
mod keep_columns;
mod keys;
mod labels;
mod levels;
mod matrix;
mod meaning;
mod missing;
mod names;
mod notes;
mod number;
mod numbers;
mod order;
mod period;
mod places;
mod provenance;
mod read;
mod records;
mod rename;
mod reorganisations;
mod reorganise;
mod repeated_keys;
mod row;
mod row_list;
mod rows;
mod sample;
mod schema;
mod select;
mod sidecar;
mod simulated;
mod spelling;
mod summary;
mod text;
mod value;
mod write;

use std::sync::Arc;

pub use self::builder::PanelBuilder;
pub use self::cell_value::CellValue;
pub(crate) use self::cells::{Cells, decode};
pub(crate) use self::codes::{code_form, united};
pub use self::column::{Column, ColumnKind, Values};
#[cfg(feature = "arrow")]
pub(crate) use self::content::{Content, panel_of};
pub use self::derive::Derivation;
pub use self::describe::{
    ColumnStatistics, Correlation, Coverage, Description, Distribution, PeriodStatistics, VariableDescription,
    Variation,
};
pub(crate) use self::describe::{Deviations, product_moment};
pub use self::england::ENGLAND_ATTRIBUTION;
pub use self::exclude::UnitRule;
pub use self::function::Function;
pub use self::history::{
    ColumnChange, ColumnLineage, JoinKind, JoinReport, KeptRows, LeftOutUnit, LeftOutUnits, Lineage, NoteLine, Reading,
    ReorganisationReport, Spellings, Step, Unmatched,
};
pub use self::join::Join;
use self::keys::Key;
pub(crate) use self::levels::LevelsOf;
pub use self::matrix::ColumnMatrix;
pub use self::missing::Missing;
pub(crate) use self::names::{check_distinct, nearest_names, unknown_column};
#[cfg(feature = "excel")]
pub(crate) use self::notes::{Line, Notes};
pub(crate) use self::number::NumberStyle;
pub(crate) use self::numbers::Numbers;
pub(crate) use self::period::{PeriodForm, read_period, short_span, speaks_of_a_period, without_remarks};
use self::places::Places;
pub use self::provenance::{FileOrigin, Origin, Provenance, Quantity};
#[cfg(any(feature = "excel", feature = "arrow"))]
pub(crate) use self::records::column_names;
#[cfg(feature = "excel")]
pub(crate) use self::records::header_position;
pub(crate) use self::records::{Header, Records};
pub use self::reorganisations::{Area, Reorganisation, ReorganisationKind, Reorganisations};
pub use self::reorganise::AreaRule;
pub use self::row::Row;
pub(crate) use self::row_list::RowList;
pub(crate) use self::sample::Selection;
pub use self::sample::{LeftOutRows, Reason, Sample};
pub use self::schema::PanelSchema;
#[cfg(feature = "arrow")]
pub(crate) use self::schema::ReadAs;
pub use self::simulated::{SIMULATED_ENGLAND_SEED, SIMULATED_ENGLAND_SHARES};
pub(crate) use self::spelling::{canonical, is_same, position, trimmed};
pub use self::summary::{ColumnSummary, KeySummary, PanelSummary};
pub(crate) use self::value::read_value;
#[cfg(feature = "arrow")]
pub(crate) use self::write::write_whole;
use crate::error::{Place, Result};

/// Observations of units over periods, at most one row for each pair, in columns.
///
/// Rows are sorted by unit, then period, so a panel does not depend on the order in which they came. Units that repeat
/// without a period column keep their order, and so does a cross-section. Two panels are equal when names, units,
/// periods, values, missing marks and description are; where the rows stood in their files, and what is known of where
/// they come from, is not compared.
///
/// ```
/// use apportion::Panel;
/// let panel = Panel::builder()
///     .units(["B", "A", "A"])
///     .periods([2018, 2018, 2017])
///     .column("rate", [30.0, 20.0, f64::NAN])
///     .build()?;
/// assert_eq!(panel.row_label(0), "A 2017");
/// assert_eq!(panel.column("rate")?.numbers()?[1..], [20.0, 30.0]);
/// assert!(!panel.is_balanced());
/// # Ok::<(), apportion::Error>(())
/// ```
///
/// # Methods by question
///
/// A panel never changes: a method that adds or leaves something out gives another.
///
/// | question | methods |
/// |---|---|
/// | Where do the values come from? | [`read_csv`](Self::read_csv), [`read_csv_from`](Self::read_csv_from), [`builder`](Self::builder), [`from_dataset`](Self::from_dataset), [`england`](Self::england), [`england_2011_2018`](Self::england_2011_2018), [`simulated_england`](Self::simulated_england) |
/// | How is it kept in a file? | [`write_csv`](Self::write_csv), [`to_csv`](Self::to_csv), [`read_written`](Self::read_written) |
/// | What is in it, at a glance and in detail? | [`summary`](Self::summary), [`describe`](Self::describe), [`describe_columns`](Self::describe_columns) |
/// | How large is it, and is it complete? | [`n_observations`](Self::n_observations), [`n_units`](Self::n_units), [`n_periods`](Self::n_periods), [`is_balanced`](Self::is_balanced) |
/// | Which units and periods are there? | [`units`](Self::units), [`periods`](Self::periods), [`unit_column`](Self::unit_column), [`period_column`](Self::period_column) |
/// | Which unit and period is a row of? | [`unit_of`](Self::unit_of), [`period_of`](Self::period_of), [`unit_indices`](Self::unit_indices), [`period_indices`](Self::period_indices), [`row_label`](Self::row_label), [`place`](Self::place) |
/// | What do the columns hold? | [`columns`](Self::columns), [`column`](Self::column), [`has_column`](Self::has_column), [`matrix`](Self::matrix) |
/// | What does a row hold, and a unit in a period? | [`rows`](Self::rows), [`row`](Self::row), [`value`](Self::value) |
/// | What is a unit called? | [`unit_name`](Self::unit_name), [`unit_names`](Self::unit_names) |
/// | Which columns are weights, population, labels? | [`weight_column`](Self::weight_column), [`with_weight`](Self::with_weight), [`population_column`](Self::population_column), [`with_population`](Self::with_population), [`label_columns`](Self::label_columns), [`with_labels`](Self::with_labels) |
/// | How do other columns come in, and under which names? | [`join`](Self::join), [`derive`](Self::derive), [`derive_lags`](Self::derive_lags), [`derive_leads`](Self::derive_leads), [`with_column`](Self::with_column), [`with_column_by`](Self::with_column_by), [`renamed`](Self::renamed) |
/// | Which columns stay, in which order? | [`select`](Self::select), [`without_columns`](Self::without_columns) |
/// | Which rows stay, and on which areas? | [`filter`](Self::filter), [`filter_by`](Self::filter_by), [`keep_units`](Self::keep_units), [`in_periods`](Self::in_periods), [`without`](Self::without), [`reorganise`](Self::reorganise) |
/// | Where does it come from, and what was done to it? | [`provenance`](Self::provenance), [`lineage`](Self::lineage), [`steps`](Self::steps), [`joins`](Self::joins), [`measured_in`](Self::measured_in), [`description`](Self::description), [`with_description`](Self::with_description) |
#[derive(Debug, Clone)]
pub struct Panel {
    // Keys, columns and places are shared, so that a fit keeps the panel without copying it.
    units: Option<Arc<Key<String>>>,
    periods: Option<Arc<Key<i32>>>,
    weight: Option<String>,
    population: Option<String>,
    columns: Arc<Vec<Column>>,
    places: Arc<Places>,
    description: Option<String>,
    /// The columns that describe a unit rather than measure it: its other code, its name, its region.
    labels: Vec<String>,
    steps: Vec<Step>,
}

impl PartialEq for Panel {
    fn eq(&self, other: &Self) -> bool {
        self.n_observations() == other.n_observations()
            && self.units == other.units
            && self.periods == other.periods
            && self.weight == other.weight
            && self.population == other.population
            && self.columns == other.columns
            && self.description == other.description
    }
}

impl Panel {
    /// Starts a panel from values in memory.
    ///
    /// See the example of [`PanelBuilder`].
    pub fn builder() -> PanelBuilder {
        PanelBuilder::default()
    }

    /// The number of rows.
    pub fn n_observations(&self) -> usize {
        self.places.len()
    }

    /// The number of units; 0 without a unit column.
    pub fn n_units(&self) -> usize {
        self.units().len()
    }

    /// The number of periods; 0 without a period column.
    pub fn n_periods(&self) -> usize {
        self.periods().len()
    }

    /// The distinct units, sorted: as integers when all of them are, otherwise as text.
    pub fn units(&self) -> &[String] {
        self.units.as_ref().map_or(&[], |key| &key.values)
    }

    /// The distinct periods, ascending.
    pub fn periods(&self) -> &[i32] {
        self.periods.as_ref().map_or(&[], |key| &key.values)
    }

    /// The name of the unit column; `None` without units.
    pub fn unit_column(&self) -> Option<&str> {
        self.units.as_ref().map(|key| key.name.as_str())
    }

    /// The name of the period column; `None` without periods.
    pub fn period_column(&self) -> Option<&str> {
        self.periods.as_ref().map(|key| key.name.as_str())
    }

    /// The name of the weight column, whose values [`Panel::column`] gives; `None` where every row weighs the same.
    pub fn weight_column(&self) -> Option<&str> {
        self.weight.as_deref()
    }

    /// The name of the population column, whose values [`Panel::column`] gives; `None` where none was named.
    pub fn population_column(&self) -> Option<&str> {
        self.population.as_deref()
    }

    /// For each row the position of its unit in [`Panel::units`]; `None` without units.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().units(["B", "A", "A"]).periods([2018, 2018, 2017]).build()?;
    /// assert_eq!((panel.units(), panel.periods()), (&["A".to_string(), "B".to_string()][..], &[2017, 2018][..]));
    /// // Rows are sorted: A 2017, A 2018, B 2018.
    /// assert_eq!(panel.unit_indices(), Some(&[0, 0, 1][..]));
    /// assert_eq!(panel.period_indices(), Some(&[0, 1, 1][..]));
    /// assert_eq!((panel.unit_of(2), panel.period_of(2)), (Some("B"), Some(2018)));
    /// assert_eq!(panel.unit_of(3), None);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn unit_indices(&self) -> Option<&[u32]> {
        self.units.as_ref().map(|key| key.indices.as_slice())
    }

    /// For each row the position of its period in [`Panel::periods`]; `None` without periods.
    pub fn period_indices(&self) -> Option<&[u32]> {
        self.periods.as_ref().map(|key| key.indices.as_slice())
    }

    /// The unit of a row; `None` without units or beyond the last row.
    pub fn unit_of(&self, row: usize) -> Option<&str> {
        self.units.as_ref()?.of(row).map(String::as_str)
    }

    /// The period of a row; `None` without periods or beyond the last row.
    pub fn period_of(&self, row: usize) -> Option<i32> {
        self.periods.as_ref()?.of(row).copied()
    }

    /// Where a row stood in its source, before sorting; beyond the last row, the row asked for.
    pub fn place(&self, row: usize) -> Place {
        self.places.of(row)
    }

    /// A name for a row: its unit and period, or what there is of them and its place.
    ///
    /// ```
    /// use apportion::{Panel, PanelSchema};
    /// let csv = "area,year,rate\n202,2014,48.5\n";
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::new("area", "year"))?;
    /// assert_eq!(panel.row_label(0), "202 2014");
    /// let panel = Panel::read_csv_from(csv.as_bytes(), &PanelSchema::cross_section())?;
    /// assert_eq!(panel.row_label(0), "line 2");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn row_label(&self, row: usize) -> String {
        self.row_label_at(row, self.place(row))
    }

    /// The same of a row that stands elsewhere than in the panel's source.
    pub(crate) fn row_label_at(&self, row: usize, place: Place) -> String {
        match (self.unit_of(row), self.period_of(row)) {
            (Some(unit), Some(period)) => format!("{unit} {period}"),
            (Some(unit), None) => format!("{unit}, {place}"),
            (None, Some(period)) => format!("{period}, {place}"),
            (None, None) => place.to_string(),
        }
    }

    /// The columns of data in the order of the source, without units and periods.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of a name; units and periods are not found here.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn) with up to three names that come closest,
    /// letter case aside.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("cpp_rate", [43.0]).build()?;
    /// assert_eq!(
    ///     panel.column("cp_rate").unwrap_err().to_string(),
    ///     "no column \"cp_rate\": did you mean \"cpp_rate\"?"
    /// );
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn column(&self, name: &str) -> Result<&Column> {
        rows::find(&self.columns, name)
    }

    /// Whether there is a column of data of this name.
    pub fn has_column(&self, name: &str) -> bool {
        rows::find(&self.columns, name).is_ok()
    }

    /// Whether every unit has a row in every period; true without units or without periods.
    ///
    /// ```
    /// use apportion::Panel;
    /// let builder = || Panel::builder().units(["A", "A", "B"]);
    /// assert!(!builder().periods([2017, 2018, 2018]).build()?.is_balanced(), "B has no row in 2017");
    /// let panel = builder().periods([2017, 2018, 2018]).build()?.in_periods(2018..=2018)?;
    /// assert!(panel.is_balanced());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn is_balanced(&self) -> bool {
        match (&self.units, &self.periods) {
            (Some(units), Some(periods)) => {
                units.values.len().checked_mul(periods.values.len()) == Some(self.n_observations())
            }
            _ => true,
        }
    }

    /// What the panel is, in a sentence; `None` unless set.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Says what the panel is; printed at the head of its summary.
    ///
    /// ```
    /// use apportion::Panel;
    /// let panel = Panel::builder().column("rate", [43.0]).build()?;
    /// assert_eq!(panel.description(), None);
    /// let panel = panel.with_description("plans by authority, as at 31 March");
    /// assert!(panel.summary().to_string().contains("as at 31 March"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn with_description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Rows, units, periods, gaps, and for each column what is missing and the range of the rest.
    ///
    /// See the example of [`PanelSummary`].
    pub fn summary(&self) -> PanelSummary {
        PanelSummary::of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::DataError;
    use crate::error::Error;

    fn panel() -> Panel {
        let builder = Panel::builder().units(["a", "a", "b"]).periods([2017, 2018, 2017]);
        builder.column("Rate", [1.0, 2.0, f64::NAN]).text_column("region", ["x", "x", "y"]).build().unwrap()
    }

    #[test]
    fn columns_by_name() {
        let panel = panel();
        assert!(panel.has_column("Rate") && !panel.has_column("rate") && !panel.has_column("unit"));
        let error = panel.column("rate").unwrap_err();
        assert!(
            matches!(&error, Error::Data(DataError::UnknownColumn { nearest, .. }) if nearest == &["Rate", "region"]),
            "{error}"
        );
    }

    #[test]
    fn balance() {
        assert!(!panel().is_balanced());
        assert!(Panel::builder().units([1, 2]).periods([1, 1]).build().unwrap().is_balanced());
        assert!(Panel::builder().column("v", [1.0]).build().unwrap().is_balanced());
    }

    #[test]
    fn equality_is_that_of_the_data() {
        assert_eq!(panel(), panel());
        assert_ne!(panel(), panel().with_description("another"));
        assert_eq!(panel().with_description("one").description(), Some("one"));
    }

    #[test]
    fn row_labels() {
        assert_eq!(panel().row_label(2), "b 2017");
        assert_eq!(panel().row_label(9), "row 9");
        assert_eq!(Panel::builder().column("v", [1.0]).build().unwrap().row_label(0), "row 0");
    }
}
