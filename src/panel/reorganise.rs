//! Which areas does a panel compare over the years, when areas merge, split and move their borders?
//!
//! Knows a table of events and their dates. What cannot be added up exactly is flagged, not hidden.

mod areas;
mod combine;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use self::areas::{Areas, Life};
use super::history::{ReorganisationReport, Step};
use super::reorganisations::Reorganisations;
use super::{Panel, Quantity, Values};
use crate::error::{DataError, Error, ReorganisationProblem, Result, no_key};

/// The column that flags areas which do not add up exactly.
const FLAG: &str = "boundary_changed";

/// What becomes of areas that were reorganised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Policy {
    Constant,
    EndAndBegin,
    LeaveOut,
}

/// How a panel is put on areas that compare over the years.
///
/// ```
/// use apportion::panel::{AreaRule, Reorganisations};
/// use apportion::Panel;
/// // Cumbria (909) was split in April 2023; row t is the year ending 31 March t.
/// let panel = Panel::builder()
///     .units([909, 942, 943])
///     .periods([2023, 2024, 2024])
///     .column("plans", [300.0, 140.0, 170.0])
///     .column("rate", [30.0, 20.0, 40.0])
///     .column("children", [100.0, 60.0, 40.0])
///     .build()?
///     .with_population("children")?;
/// let rule = AreaRule::constant().counts(["plans"]).rates(["rate"]);
/// let constant = panel.reorganise(&Reorganisations::england(), &rule)?;
/// assert_eq!(constant.units(), ["909"]);
/// assert_eq!(constant.column("plans")?.numbers()?, [300.0, 310.0]);
/// assert_eq!(constant.column("rate")?.numbers()?, [30.0, (20.0 * 60.0 + 40.0 * 40.0) / 100.0]);
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaRule {
    policy: Policy,
    unite: bool,
    period_end: (u8, u8),
    flag: String,
    average_scores: bool,
    quantities: BTreeMap<String, Quantity>,
}

impl AreaRule {
    fn new(policy: Policy) -> Self {
        AreaRule {
            policy,
            unite: false,
            period_end: (3, 31),
            flag: FLAG.to_owned(),
            average_scores: false,
            quantities: BTreeMap::new(),
        }
    }

    /// Every area stands for the same ground in all periods: predecessors are combined where areas merged, successors
    /// where one was split. Counts are added, rates averaged by population, scores left missing.
    ///
    /// See the example of [`AreaRule`].
    pub fn constant() -> Self {
        Self::new(Policy::Constant)
    }

    /// Areas end and others begin, as they did.
    ///
    /// ```
    /// use apportion::panel::{AreaRule, Reorganisations};
    /// use apportion::Panel;
    /// // Cumbria (909) and what it was split into.
    /// let builder = Panel::builder().units([202, 909, 942]).periods([2024, 2023, 2024]);
    /// let panel = builder.column("plans", [9.0, 8.0, 5.0]).build()?;
    /// let table = Reorganisations::england();
    /// let as_they_were = panel.reorganise(&table, &AreaRule::end_and_begin().counts(["plans"]))?;
    /// assert_eq!(as_they_were.units(), ["202", "909", "942"]);
    /// let untouched = panel.reorganise(&table, &AreaRule::leave_out().counts(["plans"]))?;
    /// assert_eq!(untouched.units(), ["202"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn end_and_begin() -> Self {
        Self::new(Policy::EndAndBegin)
    }

    /// Areas that a merger, split or boundary change touches within the panel's periods are left out.
    pub fn leave_out() -> Self {
        Self::new(Policy::LeaveOut)
    }

    /// Makes one area of those between which a part moved, so that counts add up exactly. Default: they stay apart, and
    /// are flagged in the column "boundary_changed".
    ///
    /// ```
    /// use apportion::panel::{AreaRule, Reorganisations};
    /// use apportion::Panel;
    /// // Bournemouth (837) and Poole (836) merged in April 2019, and Christchurch came from Dorset (835, then 838).
    /// let panel = Panel::builder()
    ///     .units([835, 836, 837, 838, 839])
    ///     .periods([2019, 2019, 2019, 2020, 2020])
    ///     .column("plans", [10.0, 20.0, 30.0, 8.0, 55.0])
    ///     .build()?;
    /// let (table, rule) = (Reorganisations::england(), AreaRule::constant().counts(["plans"]));
    /// let apart = panel.reorganise(&table, &rule)?;
    /// assert_eq!((apart.n_units(), apart.column("boundary_changed")?.numbers()?), (2, &[1.0; 4][..]));
    /// let united = panel.reorganise(&table, &rule.unite_boundary_changes())?;
    /// assert_eq!((united.n_units(), united.column("plans")?.numbers()?), (1, &[60.0, 63.0][..]));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn unite_boundary_changes(mut self) -> Self {
        self.unite = true;
        self
    }

    /// The day on which a period ends. Default: 31 March, the end of a financial year, since a row of period t
    /// describes the year ending then; an area of 1 April 2019 has its first row in 2020.
    ///
    /// ```
    /// use apportion::panel::{AreaRule, Reorganisations};
    /// use apportion::Panel;
    /// // Calendar years: Cumbria (909), split in April 2023, has its last row in 2022.
    /// let panel = Panel::builder().units([909, 942]).periods([2022, 2023]).column("plans", [8.0, 5.0]).build()?;
    /// let (table, rule) = (Reorganisations::england(), AreaRule::end_and_begin().counts(["plans"]));
    /// assert!(panel.reorganise(&table, &rule).is_err(), "on 31 March 2023 there was no Cumberland (942)");
    /// assert_eq!(panel.reorganise(&table, &rule.periods_end(12, 31))?.n_units(), 2);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn periods_end(mut self, month: u8, day: u8) -> Self {
        self.period_end = (month, day);
        self
    }

    /// The name of the column that flags areas which do not add up exactly. Default: "boundary_changed".
    pub fn flag(mut self, column: impl Into<String>) -> Self {
        self.flag = column.into();
        self
    }

    /// Columns that add up. Default: what is known of a column's [`Quantity`].
    ///
    /// See the example of [`AreaRule`].
    pub fn counts<S: Into<String>>(self, columns: impl IntoIterator<Item = S>) -> Self {
        self.with(columns, Quantity::Count)
    }

    /// Columns that are averaged by population.
    ///
    /// See the example of [`AreaRule`].
    pub fn rates<S: Into<String>>(self, columns: impl IntoIterator<Item = S>) -> Self {
        self.with(columns, Quantity::Rate)
    }

    /// Columns that are left missing where areas are combined, as
    /// [`Missing::Reorganised`](super::Missing::Reorganised).
    ///
    /// ```
    /// use apportion::panel::{AreaRule, Missing, Reorganisations};
    /// use apportion::Panel;
    /// let panel = Panel::builder()
    ///     .units([909, 942, 943])
    ///     .periods([2023, 2024, 2024])
    ///     .column("score", [0.10, 0.10, 0.20])
    ///     .column("children", [100.0, 60.0, 40.0])
    ///     .build()?
    ///     .with_population("children")?;
    /// let (table, rule) = (Reorganisations::england(), AreaRule::constant().scores(["score"]));
    /// let missing = panel.reorganise(&table, &rule)?;
    /// assert_eq!(missing.column("score")?.missing(1), Some(Missing::Reorganised));
    /// let averaged = panel.reorganise(&table, &rule.average_scores())?;
    /// assert!((averaged.column("score")?.numbers()?[1] - 0.14).abs() < 1e-15);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn scores<S: Into<String>>(self, columns: impl IntoIterator<Item = S>) -> Self {
        self.with(columns, Quantity::Score)
    }

    /// Averages scores by population too. Default: they are left missing, since an average of scores need not be the
    /// score of the whole.
    ///
    /// See the example of [`scores`](Self::scores).
    pub fn average_scores(mut self) -> Self {
        self.average_scores = true;
        self
    }

    fn with<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>, quantity: Quantity) -> Self {
        self.quantities.extend(columns.into_iter().map(|column| (column.into(), quantity)));
        self
    }

    fn end_of(&self, period: i32) -> String {
        format!("{period:04}-{:02}-{:02}", self.period_end.0, self.period_end.1)
    }
}

/// A row to be: its unit and period, the rows it is combined from, and whether a part is missing.
struct Combined {
    unit: String,
    period: i32,
    rows: Vec<usize>,
    whole: bool,
    flagged: bool,
}

impl Panel {
    /// Puts the panel on areas that compare over its periods.
    ///
    /// Units are matched by number or by code. A recoded area has its latest code throughout. Where areas with rows p
    /// are combined, a count is Σ yₚ and a rate Σ nₚ yₚ / Σ nₚ with n the population; a part without a value leaves the
    /// area without one, marked as the part is. Labels and text are kept where the parts agree; a label that holds
    /// names takes the new area's name where they do not, and all other text is then missing as
    /// [`Missing::Reorganised`](super::Missing::Reorganised). Events that none of the panel's periods stand on both
    /// sides of combine nothing. What was done is the last of [`Panel::steps`].
    ///
    /// # Errors
    ///
    /// [`DataError::NoKey`] without units or periods; [`DataError::Reorganisation`] where a row stands for an area
    /// that did not exist at the end of its period, an area has rows under two codes in one period, columns are
    /// neither counts, rates nor scores, or rates are to be combined without a population column;
    /// [`DataError::UnknownColumn`] for a column of the rule.
    ///
    /// ```
    /// use apportion::panel::{AreaRule, Reorganisations, Step};
    /// use apportion::Panel;
    /// let panel = Panel::builder()
    ///     .units([909, 942, 943])
    ///     .periods([2023, 2024, 2024])
    ///     .column("plans", [300.0, 140.0, 170.0])
    ///     .build()?;
    /// let constant = panel.reorganise(&Reorganisations::england(), &AreaRule::constant().counts(["plans"]))?;
    /// assert_eq!(constant.column("plans")?.numbers()?, [300.0, 310.0]);
    /// let Some(Step::Reorganised(report)) = constant.steps().last() else { unreachable!() };
    /// assert_eq!(report.areas["909"].len(), 3);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn reorganise(&self, table: &Reorganisations, rule: &AreaRule) -> Result<Panel> {
        for column in rule.quantities.keys() {
            self.column(column)?;
        }
        let refuse = |why| Error::from(DataError::Reorganisation { why });
        let needs = |needs| no_key("Panel::reorganise()", needs);
        let units = self.unit_indices().ok_or_else(|| needs("unit"))?;
        self.period_indices().ok_or_else(|| needs("period"))?;
        let (month, day) = rule.period_end;
        if !((1..=12).contains(&month) && (1..=31).contains(&day)) {
            return Err(refuse(ReorganisationProblem::PeriodEnd { month, day }));
        }
        if let Some(&period) = self.periods().iter().find(|period| !(1..=9999).contains(*period)) {
            return Err(refuse(ReorganisationProblem::NoYear { period }));
        }
        let ends: Vec<String> = self.periods().iter().map(|&period| rule.end_of(period)).collect();
        let areas = Areas::new(table, self.units(), &ends, rule.policy == Policy::Constant && rule.unite);
        let mut report = ReorganisationReport {
            policy: match rule.policy {
                Policy::Constant => "constant areas",
                Policy::EndAndBegin => "areas end and begin",
                Policy::LeaveOut => "reorganised areas left out",
            }
            .to_owned(),
            events: areas.events().to_vec(),
            recoded: areas.recoded(self.units()),
            ..ReorganisationReport::default()
        };

        let mut rows: Vec<usize> = Vec::with_capacity(self.n_observations());
        for (row, &unit) in units.iter().enumerate() {
            let (unit, period) = (&self.units()[unit as usize], self.period_of(row).unwrap_or_default());
            let life = areas.life(unit);
            let end = rule.end_of(period);
            if life.is_none_or(|life| life.holds(&end)) {
                rows.push(row);
            } else if self.is_empty_row(row) {
                report.empty_rows += 1;
            } else {
                let Life { begin: begun, end: ended } = life.cloned().unwrap_or_default();
                return Err(refuse(ReorganisationProblem::NotThen { unit: unit.clone(), period, end, begun, ended }));
            }
        }

        self.check_codes(&areas, &rows)?;

        let (combined, flagged) = match rule.policy {
            Policy::EndAndBegin => (self.as_they_are(&areas, &rows), false),
            Policy::LeaveOut => {
                let touched: BTreeSet<&str> =
                    self.units().iter().map(String::as_str).filter(|unit| areas.is_touched(unit)).collect();
                report.left_out = touched.iter().map(|unit| (*unit).to_owned()).collect();
                rows.retain(|&row| self.unit_of(row).is_none_or(|unit| !touched.contains(unit)));
                (self.as_they_are(&areas, &rows), false)
            }
            Policy::Constant => {
                let combined = self.combined(&areas, rule, &rows, &mut report);
                let flagged = !report.flagged.is_empty();
                (combined, flagged)
            }
        };
        if combined.is_empty() {
            return Err(refuse(ReorganisationProblem::NothingLeft));
        }
        let mut panel = self.on_areas(&areas, rule, &combined, flagged)?;
        panel.steps.push(Step::Reorganised(report));
        Ok(panel)
    }

    /// An area with two codes has one row in a period.
    fn check_codes(&self, areas: &Areas, rows: &[usize]) -> Result<()> {
        let mut seen: HashMap<(String, Option<i32>), &str> = HashMap::new();
        for &row in rows {
            let (unit, period) = (self.unit_of(row).unwrap_or_default(), self.period_of(row));
            if let Some(other) = seen.insert((areas.latest(unit), period), unit) {
                let why = ReorganisationProblem::TwoCodes {
                    first: other.to_owned(),
                    second: unit.to_owned(),
                    since: areas.recoded_on(unit).map(str::to_owned),
                    period: period.unwrap_or_default(),
                };
                return Err(DataError::Reorganisation { why }.into());
            }
        }
        Ok(())
    }

    /// Whether all numbers of a row are missing.
    fn is_empty_row(&self, row: usize) -> bool {
        self.columns().iter().all(|column| match column.values() {
            Values::Number(_) => column.missing(row).is_some(),
            Values::Text { .. } => true,
        })
    }

    /// Rows with nothing combined, under the latest code.
    fn as_they_are(&self, areas: &Areas, rows: &[usize]) -> Vec<Combined> {
        let row = |&row: &usize| {
            let unit = self.unit_of(row).unwrap_or_default();
            Combined {
                unit: areas.latest(unit),
                period: self.period_of(row).unwrap_or_default(),
                rows: vec![row],
                whole: true,
                flagged: false,
            }
        };
        rows.iter().map(row).collect()
    }

    /// Rows of constant areas.
    fn combined(
        &self,
        areas: &Areas,
        rule: &AreaRule,
        rows: &[usize],
        report: &mut ReorganisationReport,
    ) -> Vec<Combined> {
        let mut by_key: BTreeMap<(String, i32), Vec<usize>> = BTreeMap::new();
        let mut members: HashMap<String, BTreeSet<String>> = HashMap::new();
        for &row in rows {
            let (unit, period) = (self.unit_of(row).unwrap_or_default(), self.period_of(row).unwrap_or_default());
            let area = areas.constant(unit);
            members.entry(area.clone()).or_default().insert(areas.latest(unit));
            let rows_of_key = by_key.entry((area, period)).or_default();
            rows_of_key.push(row);
        }
        for (area, parts) in members {
            if parts.len() > 1 || !parts.contains(&area) {
                report.areas.insert(area.clone(), parts.into_iter().collect());
            }
            if let Some(why) = areas.flagged(&area) {
                report.flagged.insert(area, why);
            }
        }
        let mut combined = Vec::with_capacity(by_key.len());
        for ((unit, period), rows) in by_key {
            let there: Vec<String> =
                rows.iter().filter_map(|&row| self.unit_of(row)).map(|unit| areas.latest(unit)).collect();
            let lacking: Vec<String> =
                areas.parts(&unit, &rule.end_of(period)).into_iter().filter(|part| !there.contains(part)).collect();
            report.absent.extend(lacking.iter().map(|part| format!("{part} {period}")));
            let flagged = report.flagged.contains_key(&unit);
            combined.push(Combined { unit, period, rows, whole: lacking.is_empty(), flagged });
        }
        combined
    }
}
