//! Which units are left out of a panel, by which rule, and why?

use serde::{Deserialize, Serialize};

use super::Panel;
use super::codes::code_form;
use super::column::Column;
use super::history::{LeftOutUnit, LeftOutUnits, Step};
use super::names::nearest_names;
use crate::error::{DataError, Result, no_key};

/// A named rule that leaves units out, each with its reason.
///
/// ```
/// use apportion::panel::UnitRule;
/// use apportion::Panel;
/// let panel = Panel::builder().units([201, 202]).column("plans", [0.0, 143.0]).build()?;
/// let panel = panel.without(&UnitRule::degenerate_authorities())?;
/// assert_eq!(panel.units(), ["202"]);
/// assert!(panel.steps()[0].to_string().starts_with("left out by the rule \"degenerate authorities\": 201 (1 row)"));
/// # Ok::<(), apportion::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRule {
    name: String,
    /// The names a unit may have, and the reason.
    units: Vec<(Vec<String>, String)>,
    /// Whether a unit that the panel does not have is an error.
    strict: bool,
}

impl UnitRule {
    /// A rule of this name; add units to it.
    ///
    /// ```
    /// use apportion::panel::UnitRule;
    /// use apportion::Panel;
    /// let panel = Panel::builder().units(["A", "A", "B"]).periods([2017, 2018, 2018]).build()?;
    /// let panel = panel.without(&UnitRule::new("late returns").unit("A", "return filed after the deadline"))?;
    /// assert_eq!(panel.units(), ["B"]);
    /// assert!(panel.steps()[0].to_string().contains("return filed after the deadline"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        UnitRule { name: name.into(), units: Vec::new(), strict: true }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Leaves a unit out, for a reason that the panel keeps.
    ///
    /// ```
    /// use apportion::panel::{Step, UnitRule};
    /// use apportion::Panel;
    /// let rule = UnitRule::new("mine").unit(202, "no data before 2015").unit(203, "another boundary");
    /// let panel = Panel::builder().units([202, 203, 204]).column("x", [1.0, 2.0, 3.0]).build()?.without(&rule)?;
    /// let Step::LeftOut(left_out) = &panel.steps()[0] else { unreachable!() };
    /// assert_eq!((left_out.units.len(), left_out.units[1].reason.as_str()), (2, "another boundary"));
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn unit(mut self, unit: impl ToString, reason: impl Into<String>) -> Self {
        self.units.push((vec![unit.to_string()], reason.into()));
        self
    }

    /// Every unit of the panel that lacks a value of one of these columns, or a row, in some period of the panel, so that
    /// what is left is complete on them; the reason says what is missing and when. In another panel, units of the rule that
    /// it does not have are passed over.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownColumn`]; [`DataError::NoKey`] without units or periods.
    ///
    /// ```
    /// use apportion::panel::UnitRule;
    /// use apportion::Panel;
    /// let panel = Panel::builder()
    ///     .units(["A", "A", "B", "B", "C"])
    ///     .periods([2017, 2018, 2017, 2018, 2018])
    ///     .column("rate", [43.0, 48.0, f64::NAN, 50.0, 12.0])
    ///     .build()?;
    /// let complete = panel.without(&UnitRule::incomplete(&panel, ["rate"])?)?;
    /// assert_eq!((complete.units(), complete.is_balanced()), (&["A".to_string()][..], true));
    /// let said = complete.steps()[0].to_string();
    /// assert!(said.contains("B (2 rows), no rate in 2017; C (1 row), no row in 2017"), "{said}");
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn incomplete<S: AsRef<str>>(panel: &Panel, columns: impl IntoIterator<Item = S>) -> Result<Self> {
        const ASKER: &str = "UnitRule::incomplete()";
        let units = panel.unit_indices().ok_or_else(|| no_key(ASKER, "unit"))?;
        let periods = panel.period_indices().ok_or_else(|| no_key(ASKER, "period"))?;
        let columns: Vec<&Column> =
            columns.into_iter().map(|name| panel.column(name.as_ref())).collect::<Result<_>>()?;
        let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
        let mut rule = UnitRule { strict: false, ..UnitRule::new(format!("incomplete on {}", names.join(", "))) };
        let mut rows = vec![vec![None; panel.n_periods()]; panel.n_units()];
        for (row, (&unit, &period)) in units.iter().zip(periods).enumerate() {
            rows[unit as usize][period as usize] = Some(row);
        }
        for (unit, rows) in panel.units().iter().zip(&rows) {
            let when = |is_missing: &dyn Fn(&Option<usize>) -> bool| -> Vec<String> {
                let found = rows.iter().zip(panel.periods()).filter(|(row, _)| is_missing(row));
                found.map(|(_, period)| period.to_string()).collect()
            };
            let mut said = Vec::new();
            let mut say = |what: &str, periods: Vec<String>| {
                if !periods.is_empty() {
                    said.push(format!("no {what} in {}", periods.join(", ")));
                }
            };
            say("row", when(&|row| row.is_none()));
            for column in &columns {
                say(column.name(), when(&|row| row.is_some_and(|row| column.missing(row).is_some())));
            }
            if !said.is_empty() {
                rule = rule.unit(unit, said.join(" and "));
            }
        }
        Ok(rule)
    }

    /// City of London and Isles of Scilly: so few children and social workers live or work there that one more or less
    /// moves a rate by more than all other authorities differ. Known by number or by code; a panel need not have them.
    pub fn degenerate_authorities() -> Self {
        let reason = "so few children that one plan more or less moves the rate beyond any other authority's";
        let unit = |number: &str, code: &str| (vec![number.to_owned(), code.to_owned()], reason.to_owned());
        UnitRule {
            name: "degenerate authorities".to_owned(),
            units: vec![unit("201", "E09000001"), unit("420", "E06000053")],
            strict: false,
        }
    }
}

impl Panel {
    /// The panel without the units of a rule; [`Panel::steps`] keeps which and why.
    ///
    /// # Errors
    ///
    /// [`DataError::NoSuchUnit`] for a unit of the caller's own rule that the panel does not have;
    /// [`DataError::NoRows`] where nothing is left.
    ///
    /// ```
    /// use apportion::panel::UnitRule;
    /// use apportion::Panel;
    /// let panel = Panel::builder().units([202, 203]).column("plans", [143.0, 210.0]).build()?;
    /// // Units of a rule of your own must be there; those of a rule that ships with the crate need not be.
    /// assert!(panel.without(&UnitRule::new("mine").unit(999, "closed")).is_err());
    /// assert_eq!(panel.without(&UnitRule::degenerate_authorities())?.units(), ["202", "203"]);
    /// # Ok::<(), apportion::Error>(())
    /// ```
    pub fn without(&self, rule: &UnitRule) -> Result<Panel> {
        let mut left_out = LeftOutUnits { rule: rule.name.clone(), units: Vec::new() };
        for (names, reason) in &rule.units {
            let is_named = |unit: &&String| names.iter().any(|name| code_form(name) == code_form(unit));
            let found = self.units().iter().find(is_named);
            match found {
                None if rule.strict => {
                    let unit = names.first().cloned().unwrap_or_default();
                    let nearest = nearest_names(&unit, self.units().iter().map(String::as_str));
                    return Err(DataError::NoSuchUnit { unit, nearest }.into());
                }
                None => {}
                Some(unit) => {
                    let rows: Vec<usize> =
                        (0..self.n_observations()).filter(|&row| self.unit_of(row) == Some(unit)).collect();
                    let name = rows.first().and_then(|&row| self.name_of(row)).map(str::to_owned);
                    let (unit, reason) = (unit.clone(), reason.clone());
                    left_out.units.push(LeftOutUnit { unit, name, reason, rows: rows.len() });
                }
            }
        }
        let is_left_out =
            |row: usize| self.unit_of(row).is_some_and(|unit| left_out.units.iter().any(|u| u.unit == unit));
        let rows: Vec<usize> = (0..self.n_observations()).filter(|&row| !is_left_out(row)).collect();
        let mut panel = self.on_rows(&rows)?;
        panel.steps.push(Step::LeftOut(left_out));
        Ok(panel)
    }
}
