//! How does a file as its publisher wrote it become a panel?
//!
//! A [`Source`] says where the file is, how it is laid out and what to take from it; reading gives the rows of
//! authorities as a panel, with regions and the nation set apart. It knows nothing of models.
//!
//! | question | ask | answer |
//! |---|---|---|
//! | which file, in which layout | [`Source`]; [`Layout`] names them all | [`Source::read`] → [`Published`] |
//! | which of its columns or rows, and what they measure | [`Source::measure`], [`Measure`] | a column each |
//! | whose codes are used | [`Lookup`] | codes of one system as those of another |
//! | the authorities, the regions, the nation | [`Published::authorities`], … | [`Panel`](crate::Panel) |
//! | Arrow record batches and Parquet files, feature `arrow` | `Panel::read_parquet`, `Panel::from_record_batches` and back: `Panel::write_parquet`, `Panel::to_record_batch` | [`Panel`](crate::Panel); arrays are of [`arrow_array`](https://docs.rs/arrow-array), types of [`arrow_schema`](https://docs.rs/arrow-schema) |
//! | whether the authorities add up to the nation | [`Published::sums_against_nation`] | [`NationCheck`] |

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
mod assemble;
mod calendar;
#[cfg(feature = "excel")]
mod display;
mod gather;
mod headings;
mod kept;
mod layout;
mod lookup;
mod measure;
mod options;
mod periods;
mod published;
mod table;
#[cfg(feature = "excel")]
mod workbook;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// The crates whose arrays and types record batches are made of, in the version that this crate takes.
#[cfg(feature = "arrow")]
pub use {arrow_array, arrow_schema};

pub use self::layout::Layout;
pub use self::lookup::Lookup;
pub use self::measure::Measure;
pub use self::published::{NationCheck, Published};
use crate::error::{DataError, Result};
use crate::panel::{Missing, NumberStyle};

/// A published file: where it is, how it is laid out, and what to take from it.
///
/// ```
/// use apportion::sources::Measure;
/// use apportion::Source;
/// use std::io::Cursor;
/// let file = "\
/// time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,\
/// new_la_code,la_name,category,CPP_At31
/// 2018,Reporting year,National,E92000001,England,,,,,,All,53790
/// 2018,Reporting year,Local authority,E92000001,England,E13000001,Inner London,202,E09000007,Camden,All,143
/// 2018,Reporting year,Local authority,E92000001,England,E13000001,Inner London,201,E09000001,City of London,All,c
/// ";
/// let plans = Source::explore_education("plans.csv")
///     .filter("category", "All")
///     .measure(Measure::count("CPP_At31").named("cpp_count").measured_in("children"));
/// let published = plans.read_from(Cursor::new(file))?;
/// let panel = published.authorities();
/// assert_eq!(panel.units(), ["201", "202"]);
/// assert_eq!(panel.column("cpp_count")?.numbers()?[1], 143.0);
/// assert_eq!(panel.column("la_name")?.text(1), Some("Camden"));
/// assert_eq!(published.nation().unwrap().column("cpp_count")?.numbers()?, [53790.0]);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Source {
    path: PathBuf,
    layout: Layout,
    title: Option<String>,
    publisher: Option<String>,
    sheet: Option<String>,
    filters: Vec<(String, String)>,
    measures: Vec<Measure>,
    labels: Vec<String>,
    periods: Option<RangeInclusive<i32>>,
    marks: BTreeMap<String, Missing>,
    joint: JointReturns,
    lookup: Option<Lookup>,
    new_codes: bool,
    mixed_periods: bool,
    dates: bool,
    style: NumberStyle,
    passed_over: Vec<String>,
}

/// What to do with a return filed by several authorities together, such as `314 / 318`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum JointReturns {
    Refuse,
    ToEach { flag: String },
    LeaveOut,
}

impl Source {
    /// A file in a stated layout.
    ///
    /// ```
    /// use apportion::sources::Layout;
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let layout = Layout::Table { unit: "area".to_string(), period: None };
    /// let source = Source::new("scores.csv", layout).measure("idaci");
    /// let published = source.read_from(Cursor::new("area,idaci\n202,0.2\n"))?;
    /// assert_eq!(published.authorities().column("idaci")?.numbers()?, [0.2]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn new(path: impl Into<PathBuf>, layout: Layout) -> Self {
        Source {
            path: path.into(),
            layout,
            title: None,
            publisher: None,
            sheet: None,
            filters: Vec::new(),
            measures: Vec::new(),
            labels: Vec::new(),
            periods: None,
            marks: BTreeMap::new(),
            joint: JointReturns::Refuse,
            lookup: None,
            new_codes: false,
            mixed_periods: false,
            dates: false,
            style: NumberStyle::default(),
            passed_over: Vec::new(),
        }
    }

    /// A CSV file of explore-education-statistics: `time_period`, `geographic_level`, code columns in any order, a
    /// column a measure.
    ///
    /// See the example of [`Source`].
    pub fn explore_education(path: impl Into<PathBuf>) -> Self {
        Self::new(path, Layout::ExploreEducation)
    }

    /// The long layout of the Local Authority Interactive Tool: a row for each authority, year and `Short Desc`.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "Short Desc,Years,LA and Regions,Values,LA Number\n\
    ///             Spend,2017-18,Camden,10,202\nSpend,2017-18,England,30,970\n";
    /// let published = Source::lait("lait.csv").measure(("Spend", "spend")).read_from(Cursor::new(file))?;
    /// assert_eq!(published.authorities().row_label(0), "202 2018");
    /// assert_eq!(published.nation().unwrap().column("spend")?.numbers()?, [30.0]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn lait(path: impl Into<PathBuf>) -> Self {
        Self::new(path, Layout::Lait)
    }

    /// The older layout of one year a file: `geog_l`, `geog_c`, `geog_n`, and a column a measure. The file does not say
    /// its year, so the caller does.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "geog_l,geog_c,geog_n,CPP1\nLA,202,Camden,143\nNational,,England,53790\n";
    /// let published = Source::one_year("2018.csv", 2018).measure("CPP1").read_from(Cursor::new(file))?;
    /// assert_eq!(published.authorities().row_label(0), "202 2018");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn one_year(path: impl Into<PathBuf>, period: i32) -> Self {
        Self::new(path, Layout::OneYear { period })
    }

    /// A row for each unit and period, or for each unit, and a column a measure. The period is `None` for measures that
    /// do not change.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "la,year,plans,children\n202,2018,143,40000\n203,2018,c,60000\n";
    /// let source = Source::table("plans.csv", "la", Some("year")).measure("plans").measure("children");
    /// let published = source.read_from(Cursor::new(file))?;
    /// let plans = published.authorities().column("plans")?;
    /// assert_eq!((plans.numbers()?[0], plans.n_missing()), (143.0, 1));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn table(path: impl Into<PathBuf>, unit: impl Into<String>, period: Option<&str>) -> Self {
        Self::new(path, Layout::Table { unit: unit.into(), period: period.map(str::to_owned) })
    }

    /// A row for each unit, period and measure: the measure's name stands in one column, its value in another.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let file = "la,year,what,how_much\n202,2018,plans,143\n202,2018,children,40000\n";
    /// let source = Source::long("long.csv", "la", "year", "what", "how_much").measure("plans").measure("children");
    /// let published = source.read_from(Cursor::new(file))?;
    /// assert_eq!(published.authorities().n_observations(), 1);
    /// assert_eq!(published.authorities().column("children")?.numbers()?, [40_000.0]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn long(
        path: impl Into<PathBuf>,
        unit: impl Into<String>,
        period: impl Into<String>,
        measure: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        let (unit, period, measure, value) = (unit.into(), period.into(), measure.into(), value.into());
        Self::new(path, Layout::Long { unit, period, measure, value })
    }

    /// A row for each unit and a column for each period: a measure is named by its columns with `{period}` in the place
    /// of the period, such as `rate_{period}` for `rate_2017`, `rate_2018`, or `{period}` alone.
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let source = Source::wide("wide.csv", "la").measure(("rate_{period}", "rate"));
    /// let published = source.read_from(Cursor::new("la,rate_2017,rate_2018\n202,43,48.5\n"))?;
    /// assert_eq!(published.authorities().periods(), [2017, 2018]);
    /// assert_eq!(published.authorities().column("rate")?.numbers()?, [43.0, 48.5]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn wide(path: impl Into<PathBuf>, unit: impl Into<String>) -> Self {
        Self::new(path, Layout::Wide { unit: unit.into() })
    }

    /// Reads the file.
    ///
    /// It is read once, as a stream: what is kept in memory is the cells of the rows and columns taken. The header is the
    /// first row that holds the columns of the layout; titles above it and notes below the table are left out, and are the
    /// first of [`Panel::steps`](crate::Panel::steps).
    ///
    /// # Errors
    ///
    /// [`DataError::Read`], [`DataError::NotText`], [`SourceError::Workbook`](crate::error::SourceError::Workbook),
    /// [`DataError::RaggedRow`], [`DataError::OpenQuote`], [`DataError::Note`] for the file;
    /// [`SourceError::Layout`](crate::error::SourceError::Layout) where columns of the layout are not there, with the
    /// layout that the file looks like; [`SourceError::NoSuchValue`](crate::error::SourceError::NoSuchValue) for a
    /// measure, filter or level that is not there, with those that are;
    /// [`SourceError::RepeatedKey`](crate::error::SourceError::RepeatedKey) for two rows of one key, with what tells
    /// them apart; [`SourceError::Heading`](crate::error::SourceError::Heading) and
    /// [`SourceError::NoHeading`](crate::error::SourceError::NoHeading) for headings that are not understood or not
    /// there; [`SourceError::MixedPeriods`](crate::error::SourceError::MixedPeriods), [`DataError::NotAPeriod`],
    /// [`DataError::MissingKey`], [`SourceError::UnknownCode`](crate::error::SourceError::UnknownCode) and
    /// [`SourceError::JointReturn`](crate::error::SourceError::JointReturn) for keys; [`DataError::NotANumber`] and
    /// [`DataError::Infinite`] for values; [`SourceError::Feature`](crate::error::SourceError::Feature) for a workbook
    /// without the feature.
    ///
    /// ```no_run
    /// use apportion::Source;
    /// let published = Source::explore_education("plans.csv").filter("category", "All").measure("CPP_At31").read()?;
    /// assert!(published.left_out().is_empty());
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn read(&self) -> Result<Published> {
        match File::open(&self.path) {
            Ok(file) => self.read_stream(BufReader::new(file)),
            Err(source) => Err(DataError::Read { path: self.path_name(), source }.into()),
        }
    }

    /// Reads the content of the file from elsewhere, such as bytes in memory; the path only names it.
    ///
    /// # Errors
    ///
    /// As for [`Source::read`].
    ///
    /// ```
    /// use apportion::Source;
    /// use std::io::Cursor;
    /// let source = Source::table("plans.csv", "la", None).measure("plan");
    /// let error = source.read_from(Cursor::new("la,plans\n202,143\n")).unwrap_err();
    /// assert!(error.to_string().contains("plans"), "{error}");
    /// ```
    pub fn read_from(&self, reader: impl Read + Seek) -> Result<Published> {
        self.read_stream(reader)
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The publisher's title and the publisher, as far as they are stated; empty otherwise.
    pub fn publication(&self) -> (&str, &str) {
        (self.title.as_deref().unwrap_or_default(), self.publisher.as_deref().unwrap_or_default())
    }

    /// The name of the file, without its folder.
    fn file_name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// The path as messages name it.
    fn path_name(&self) -> String {
        self.path.display().to_string()
    }

    fn is_workbook(&self) -> bool {
        let extension = Path::new(&self.path).extension().map(|extension| extension.to_string_lossy().to_lowercase());
        self.sheet.is_some() || extension.is_some_and(|e| ["xlsx", "xlsm", "xlsb", "xls", "ods"].contains(&e.as_str()))
    }
}
