//! Where in a row do the unit, the period and the measures stand?
//!
//! Knows the headers of published files, not their rows.

use serde::{Deserialize, Serialize};

use super::Source;
use super::headings::{PeriodHeading, headless, period_headings};
use crate::error::{Error, LooksLike, QuestionError, Result, SourceError};
use crate::panel::{Header, canonical, position, read_period, unknown_column};

/// How a published file is laid out.
///
/// [`Source`] has a constructor for each: [`Source::table`] and the like.
///
/// ```
/// use apportion::sources::Layout;
/// use apportion::Source;
/// use std::io::Cursor;
/// // The same file by its constructor and by its layout.
/// let file = "area,year,rate\n202,2018,43\n";
/// let layout = Layout::Table { unit: "area".to_string(), period: Some("year".to_string()) };
/// let by_layout = Source::new("rates.csv", layout).measure("rate").read_from(Cursor::new(file))?;
/// let by_name = Source::table("rates.csv", "area", Some("year")).measure("rate").read_from(Cursor::new(file))?;
/// assert_eq!(by_layout.authorities(), by_name.authorities());
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Layout {
    /// See [`Source::explore_education`].
    ExploreEducation,
    /// See [`Source::lait`].
    Lait,
    /// See [`Source::one_year`].
    OneYear {
        /// The year, which the file does not say.
        period: i32,
    },
    /// See [`Source::table`].
    Table {
        /// The unit column.
        unit: String,
        /// The period column; `None` for measures that do not change.
        period: Option<String>,
    },
    /// See [`Source::long`].
    Long {
        /// The unit column.
        unit: String,
        /// The period column.
        period: String,
        /// The column with the measure's name.
        measure: String,
        /// The column with its value.
        value: String,
    },
    /// See [`Source::wide`].
    Wide {
        /// The unit column.
        unit: String,
    },
}

impl Layout {
    /// Its name in messages and provenance.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Layout::ExploreEducation => "explore-education-statistics",
            Layout::Lait => "the Local Authority Interactive Tool",
            Layout::OneYear { .. } => "one year a file (geog_l, geog_c, geog_n)",
            Layout::Table { .. } => "a table with a column a measure",
            Layout::Long { .. } => "a long table with a row a measure",
            Layout::Wide { .. } => "a wide table with a column a period",
        }
    }

    /// The columns without which a header is not this layout's.
    pub(super) fn required(&self) -> Vec<&str> {
        match self {
            Layout::ExploreEducation => {
                vec!["time_period", "geographic_level", "old_la_code", "new_la_code", "la_name"]
            }
            Layout::Lait => vec!["Short Desc", "Years", "LA Number", "Values"],
            Layout::OneYear { .. } => vec!["geog_l", "geog_c", "geog_n"],
            Layout::Table { unit, period } => [unit.as_str()].into_iter().chain(period.as_deref()).collect(),
            Layout::Long { unit, period, measure, value } => vec![unit, period, measure, value],
            Layout::Wide { unit } => vec![unit],
        }
    }
}

/// A row's kind of area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Authority = 0,
    Region = 1,
    Nation = 2,
}

/// How a row's level is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Levels {
    /// Every row is of an authority.
    One,
    /// A column says so in words.
    Named(usize),
    /// By the number of the area: from 970 on and below 200 they are regions, 970 the nation.
    Numbered(usize),
}

/// Where the period of a row is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Periods {
    None,
    Fixed(i32),
    Column(usize),
    /// In the header, with each measure.
    Header,
}

/// Where the measures are.
#[derive(Debug, Clone)]
pub(super) enum Measures {
    /// Columns, each with the position of its measure and, in a wide table, its period.
    Columns(Vec<(usize, usize, i32)>),
    /// A column of names and a column of values.
    Named { name: usize, value: usize },
}

/// Where everything is in the rows of one file.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The unit column of authorities, regions and the nation.
    pub(super) units: [usize; 3],
    pub(super) unit_name: String,
    pub(super) periods: Periods,
    pub(super) period_name: String,
    pub(super) labels: Vec<(usize, String)>,
    pub(super) levels: Levels,
    pub(super) measures: Measures,
    pub(super) filters: Vec<(usize, String)>,
    /// What the headings of each measure say beside their period.
    pub(super) remarks: Vec<Vec<String>>,
    /// Columns without a heading, beside such as are taken.
    pub(super) headless: Vec<usize>,
}

impl Plan {
    /// Finds the columns of the source's layout in a header.
    ///
    /// # Errors
    ///
    /// [`SourceError::Layout`] for a column of the layout,
    /// [`DataError::UnknownColumn`](crate::error::DataError::UnknownColumn) for a filter or label, and
    /// [`SourceError::NoSuchValue`] for a measure that is not there; [`SourceError::Heading`] and
    /// [`SourceError::MixedPeriods`] for the periods of a wide table; [`QuestionError::Option`] where no measure is
    /// named.
    pub(super) fn new(source: &Source, header: &Header) -> Result<Plan> {
        let layout = &source.layout;
        let line = header.line;
        let header = header.names.as_slice();
        let at = |name: &str| position(header.iter().map(String::as_str), name);
        let required = |name: &str| {
            at(name).ok_or_else(|| {
                Error::from(SourceError::Layout {
                    path: source.path_name(),
                    expected: layout.name().to_owned(),
                    missing: name.to_owned(),
                    found: looks_like(header),
                })
            })
        };
        let known = |name: &String| at(name).ok_or_else(|| unknown_column(name, header.iter().map(String::as_str)));
        // All of them first: a header that lacks one is of another layout, whatever else is asked for.
        for name in layout.required() {
            required(name)?;
        }
        let mut labels: Vec<String> = Vec::new();
        let (units, periods, period_name, levels) = match layout {
            Layout::ExploreEducation => {
                let (unit, other) =
                    if source.new_codes { ("new_la_code", "old_la_code") } else { ("old_la_code", "new_la_code") };
                labels.extend(["la_name", other].map(str::to_owned));
                labels.extend(at("region_name").map(|_| "region_name".to_owned()));
                let unit = required(unit)?;
                // Rows of regions and of the nation leave the codes of authorities empty.
                let units = [unit, at("region_code").unwrap_or(unit), at("country_code").unwrap_or(unit)];
                let levels = Levels::Named(required("geographic_level")?);
                (units, Periods::Column(required("time_period")?), "time_period", levels)
            }
            Layout::Lait => {
                labels.extend(
                    ["LA and Regions", "Region"].map(str::to_owned).into_iter().filter(|name| at(name).is_some()),
                );
                let unit = required("LA Number")?;
                ([unit; 3], Periods::Column(required("Years")?), "Years", Levels::Numbered(unit))
            }
            Layout::OneYear { period } => {
                labels.push("geog_n".to_owned());
                let unit = required("geog_c")?;
                ([unit; 3], Periods::Fixed(*period), "year", Levels::Named(required("geog_l")?))
            }
            Layout::Table { unit, period } => {
                let periods = match period {
                    Some(period) => Periods::Column(required(period)?),
                    None => Periods::None,
                };
                ([required(unit)?; 3], periods, period.as_deref().unwrap_or(""), Levels::One)
            }
            Layout::Long { unit, period, .. } => {
                ([required(unit)?; 3], Periods::Column(required(period)?), period.as_str(), Levels::One)
            }
            Layout::Wide { unit } => ([required(unit)?; 3], Periods::Header, "period", Levels::One),
        };
        for label in &source.labels {
            known(label)?;
            if !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        let labels = labels.into_iter().filter_map(|label| Some((at(&label)?, label))).collect();
        let filters = source
            .filters
            .iter()
            .map(|(column, value)| Ok((known(column)?, canonical(value).into_owned())))
            .collect::<Result<_>>()?;
        let mut plan = Plan {
            units,
            unit_name: header.get(units[0]).cloned().unwrap_or_default(),
            periods,
            period_name: period_name.to_owned(),
            labels,
            levels,
            measures: Measures::Columns(Vec::new()),
            filters,
            remarks: vec![Vec::new(); source.measures.len()],
            headless: Vec::new(),
        };
        plan.measures = plan.find_measures(source, (header, line))?;
        if let Measures::Columns(columns) = &plan.measures {
            plan.headless = headless(header, columns.iter().map(|(at, ..)| *at), source);
        }
        Ok(plan)
    }

    /// The columns whose meaning is known without their headings being read as periods.
    fn known_columns(&self) -> Vec<usize> {
        let named = self.labels.iter().chain(&self.filters).map(|(at, _)| *at);
        self.units.into_iter().chain(named).collect()
    }

    fn find_measures(&mut self, source: &Source, (header, line): (&[String], u64)) -> Result<Measures> {
        let at = |name: &str| position(header.iter().map(String::as_str), name);
        let keys = source.layout.required();
        let others = || header.iter().filter(|name| !keys.contains(&name.as_str())).cloned().collect::<Vec<_>>();
        if source.measures.is_empty() {
            let found = match source.layout {
                // Here the names of measures stand in the rows, which are not read yet.
                Layout::Long { .. } | Layout::Lait => "none".to_owned(),
                _ => format!("none, and {} has {}", source.path_name(), others().join(", ")),
            };
            return Err(
                QuestionError::Option { option: "measure", expected: "name at least one".to_owned(), found }.into()
            );
        }
        let no_such = |measure: &str| {
            Error::from(SourceError::NoSuchValue {
                path: source.path_name(),
                what: "measure".to_owned(),
                asked: measure.to_owned(),
                available: others(),
            })
        };
        match &source.layout {
            Layout::Lait => {
                let (name, value) = (at("Short Desc"), at("Values"));
                Ok(Measures::Named { name: name.unwrap_or_default(), value: value.unwrap_or_default() })
            }
            Layout::Long { measure, value, .. } => {
                let (name, value) = (at(measure), at(value));
                Ok(Measures::Named { name: name.unwrap_or_default(), value: value.unwrap_or_default() })
            }
            Layout::Wide { .. } => {
                let (mut columns, known) = (Vec::new(), self.known_columns());
                for (index, measure) in source.measures.iter().enumerate() {
                    let found = period_headings(source, (header, line), &measure.measure, &known)?;
                    if found.is_empty() {
                        return Err(no_such(&measure.measure));
                    }
                    for PeriodHeading { at, period, remarks } in found {
                        columns.push((at, index, period));
                        self.remarks[index].extend(remarks);
                    }
                }
                Ok(Measures::Columns(columns))
            }
            _ => {
                let column = |(index, measure): (usize, &super::Measure)| {
                    let name = measure.measure.trim();
                    // Only a wide table has periods in its header; this one is not looked at.
                    at(name).map(|at| (at, index, 0)).ok_or_else(|| no_such(name))
                };
                Ok(Measures::Columns(source.measures.iter().enumerate().map(column).collect::<Result<_>>()?))
            }
        }
    }
}

/// What a header looks like, as the end of a sentence.
fn looks_like(header: &[String]) -> LooksLike {
    let has = |names: &[&str]| names.iter().all(|name| header.iter().any(|there| there == name));
    // Any whole number reads as a period, and a header may hold codes: only years near ours count here.
    let periods = header.iter().filter(|name| read_period(name).is_some_and(|p| (1900..2200).contains(&p))).count();
    if has(&["time_period", "geographic_level"]) {
        LooksLike::ExploreEducation
    } else if has(&["Short Desc", "Values"]) {
        LooksLike::Lait
    } else if has(&["geog_l", "geog_c"]) {
        LooksLike::OneYear
    } else if periods > 1 {
        LooksLike::Wide
    } else {
        LooksLike::Other { columns: header.to_vec() }
    }
}
