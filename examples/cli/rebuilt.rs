//! How much of `Panel::england()` do the official files give again, cell by cell?

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use apportion::error::{DataError, SourceError};
use apportion::sources::Lookup;
use apportion::{Error, Panel, Source};
use serde::Serialize;

use super::face::Result;

/// Keys that are named where something differs.
const NAMED: usize = 5;

/// Every cell of England's panel of which an official file has a row, beside that file.
#[derive(Default, Serialize)]
pub struct Rebuilt {
    cells: usize,
    same: usize,
    different: usize,
    /// The file has none: it marks the value, and the panel has it from another release.
    only_in_panel: usize,
    only_in_files: usize,
    columns: Vec<Column>,
    /// Units and periods of the first cells that differ or that only a file has.
    first: Vec<String>,
    not_compared: Vec<String>,
}

#[derive(Default, Serialize)]
struct Column {
    column: String,
    file: String,
    cells: usize,
    same: usize,
    different: usize,
    only_in_panel: usize,
    only_in_files: usize,
}

/// The official files with their measures by the panel's names, and how many periods a row of theirs lies before the
/// panel's; a row without period is one of all.
fn sources(folder: &Path, codes: &Lookup) -> Vec<(Source, i32)> {
    let education = |file: &str| Source::explore_education(folder.join(file));
    let lait = |file: &str| Source::lait(folder.join(file));
    let deprivation = |year: i32, code: i32, sheet: &str, measure: &str, name: &str| {
        let unit = format!("Upper Tier Local Authority District code ({code})");
        let source = Source::table(folder.join(format!("imd-{year}.xlsx")), unit, None).sheet(sheet);
        source.lookup(codes.clone()).measure((measure, format!("{name}_{year}").as_str()))
    };
    let children = "Income Deprivation Affecting Children Index (IDACI) - Average score";
    vec![
        (
            education("d5_cpps_at31march_by_duration_2013_to_2025.csv")
                .filter("category", "Child Protection Plans by length of time")
                .measure(("CPP_At31", "cpp_count"))
                .measure(("2_years_or_more_percent", "cpp_2yr_plus_pct")),
            0,
        ),
        (
            education("d3_cpps_subsequent_plan_2013_to_2025.csv")
                .measure(("CPP_start", "cpp_starts"))
                .measure(("CPP_subsequent_percent", "cpp_repeat_pct")),
            0,
        ),
        (education("b1_children_in_need_2013_to_2025.csv").measure(("At31_episodes", "cin_count")), 0),
        (
            education("2025_release_cla_number_and_rate_per_10k_children.csv")
                .filter("population_type", "Children looked after on 31 March each year")
                .measure(("children_count", "cla_count")),
            0,
        ),
        (
            education("ons_mid-year_population_estimates_2012_to_2024.csv")
                .measure(("population_estimate", "population_0_17")),
            1,
        ),
        (
            education("csww_indicators_2017_to_2025.csv")
                .joint_returns_to_each("workforce_joint_return")
                .measure(("vacancy_rate_fte", "vacancy_rate"))
                .measure(("agency_rate_fte", "agency_rate"))
                .measure(("turnover_rate_fte", "turnover_rate"))
                .measure(("caseload_fte", "caseload"))
                .measure(("inpost_fte", "sw_fte"))
                .measure(("absence_rate_fte", "absence_rate")),
            1,
        ),
        (
            lait("lait_2026-04-08_extract.csv")
                .measure(("TotalLACFinance", "s251_looked_after"))
                .measure(("SafeguardingFinance", "s251_safeguarding"))
                .measure(("FamilySupportFinance", "s251_family_support")),
            0,
        ),
        (lait("lait_2025-05-28_extract.csv").measure(("ChildPov", "low_income_pct")), 0),
        (deprivation(2015, 2013, "IMD", "IMD - Average score", "imd"), 0),
        (deprivation(2015, 2013, "IDACI", children, "idaci"), 0),
        (deprivation(2019, 2019, "IMD", "IMD - Average score", "imd"), 0),
        (deprivation(2019, 2019, "IDACI", "IDACI - Average score", "idaci"), 0),
    ]
}

impl Rebuilt {
    /// Compares the panel with those of the files that are in the folder.
    pub fn from(folder: &Path) -> Result<Self> {
        let england = Panel::england()?;
        let codes = Lookup::from_panel(&england, "la_code")?.leaving_out_others();
        let mut rebuilt = Rebuilt::default();
        for (source, periods) in sources(folder, &codes) {
            let file = source.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
            match source.read() {
                Ok(published) => rebuilt.compare(&england, published.authorities(), &file, periods)?,
                Err(Error::Data(DataError::Read { source, .. })) if source.kind() == std::io::ErrorKind::NotFound => {
                    rebuilt.not_compared.push(format!("{file} is not there"));
                }
                Err(Error::Source(SourceError::Feature { feature, .. })) => {
                    rebuilt.not_compared.push(format!("{file} needs --features {feature}"));
                }
                Err(error) => return Err(format!("{file}: {error}").into()),
            }
        }
        rebuilt.not_compared.dedup();
        Ok(rebuilt)
    }

    fn compare(&mut self, england: &Panel, published: &Panel, file: &str, periods: i32) -> Result<()> {
        let key = |row: usize| (published.unit_of(row).unwrap_or_default(), published.period_of(row));
        let rows: HashMap<(&str, Option<i32>), usize> =
            (0..published.n_observations()).map(|row| (key(row), row)).collect();
        let partner = |row: usize| {
            let (unit, period) = (england.unit_of(row)?, england.period_of(row)?);
            rows.get(&(unit, Some(period - periods))).or_else(|| rows.get(&(unit, None))).copied()
        };
        let both: Vec<(usize, usize)> =
            (0..england.n_observations()).filter_map(|row| Some((row, partner(row)?))).collect();
        let labels = published.label_columns();
        for column in published.columns().iter().filter(|column| !labels.iter().any(|label| label == column.name())) {
            let (theirs, ours) = (column.numbers()?, england.column(column.name())?.numbers()?);
            let mut counted = Column { column: column.name().to_owned(), file: file.to_owned(), ..Column::default() };
            for &(row, there) in &both {
                let (ours, theirs) = (ours[row], theirs[there]);
                let count = match (ours.is_nan(), theirs.is_nan()) {
                    (true, true) => &mut counted.same,
                    (true, false) => &mut counted.only_in_files,
                    (false, true) => &mut counted.only_in_panel,
                    (false, false) if ours == theirs => &mut counted.same,
                    (false, false) => &mut counted.different,
                };
                *count += 1;
                if ours != theirs && !theirs.is_nan() && self.first.len() < NAMED {
                    self.first.push(format!("{} of {}", column.name(), england.row_label(row)));
                }
            }
            counted.cells = both.len();
            self.cells += counted.cells;
            self.same += counted.same;
            self.different += counted.different;
            self.only_in_panel += counted.only_in_panel;
            self.only_in_files += counted.only_in_files;
            self.columns.push(counted);
        }
        Ok(())
    }

    /// An error where a file gives another value than the panel has, or one that it lacks.
    pub fn check(&self) -> Result<()> {
        match self.different + self.only_in_files {
            0 => Ok(()),
            cells => {
                let first = self.first.join(", ");
                Err(format!(
                    "the official files differ from Panel::england() in {cells} cells, first {first}: take the \
                             files of the releases that its provenance names, or leave --check out"
                )
                .into())
            }
        }
    }
}

impl fmt::Display for Rebuilt {
    /// A row for every column, within 80 columns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, counts: [&dyn fmt::Display; 5]| {
            let [cells, same, different, panel, files] = counts;
            writeln!(f, "{name:<24}{cells:>9}{same:>9}{different:>9}{panel:>12}{files:>12}")
        };
        row("England's panel, rebuilt", [&"cells", &"same", &"differ", &"panel only", &"files only"])?;
        for c in &self.columns {
            row(&c.column, [&c.cells, &c.same, &c.different, &c.only_in_panel, &c.only_in_files])?;
        }
        row("in all", [&self.cells, &self.same, &self.different, &self.only_in_panel, &self.only_in_files])?;
        for (what, listed) in [("first to differ", &self.first), ("not compared", &self.not_compared)] {
            if !listed.is_empty() {
                writeln!(f, "{what}")?;
            }
            listed.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        Ok(())
    }
}
